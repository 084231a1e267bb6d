// The table behind status.h.
#include "crypto/core/status.h"

static const struct {
	const char *name;
	const char *text;
	unsigned reason;
} rows[STATUS_COUNT] = {
#define X(name, text, reason) [STATUS_##name] = {#name, text, reason},
        STATUS_LIST(X)
#undef X
};

const char *status_name(enum status status)
{
	return (unsigned)status < STATUS_COUNT ? rows[status].name : "?";
}

const char *status_text(enum status status)
{
	return (unsigned)status < STATUS_COUNT ? rows[status].text : "?";
}

unsigned status_reason(enum status status)
{
	return (unsigned)status < STATUS_COUNT ? rows[status].reason
	                                       : SSH_DISCONNECT_BY_APPLICATION;
}
