// Words for how connections end.
#include "tests/load/link/load_link.h"

static const char *const texts[] = {
#define X(name, text) text,
        LOAD_END_LIST(X)
#undef X
};

const char *load_end_text(enum load_end end)
{
	return end < LOAD_ENDS ? texts[end] : "?";
}
