// Predefined roles.
#include "control/api/api_role.h"

#include "crypto/wire/names.h"

#define LEVEL "level-"

static const struct {
	const char *name;
	enum api_role role;
} predefined[] = {
        {API_ROLE_ADMIN_NAME, API_ROLE_ADMIN},
        {API_ROLE_OPERATOR_NAME, API_ROLE_OPERATOR},
        {"security-audit", API_ROLE_OPERATOR},
};

// By level: 0 may visit, 9 has rules of its own (cli/tree/role.c), 15 is an administrator.
static enum api_role level_role(int level)
{
	return level == 0    ? API_ROLE_VISITOR
	       : level == 9  ? API_ROLE_CUSTOM
	       : level == 15 ? API_ROLE_ADMIN
	                     : API_ROLE_OPERATOR;
}

int api_role_level(struct span name)
{
	size_t prefix = strlen(LEVEL), digits = name.len - prefix;
	int level = 0;

	if (name.len <= prefix || digits > 2 || memcmp(name.data, LEVEL, prefix) != 0)
		return -1;
	if (digits == 2 && name.data[prefix] != '1')
		return -1;
	for (size_t i = prefix; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return -1;
		level = level * 10 + (name.data[i] - '0');
	}
	return level <= 15 ? level : -1;
}

enum api_role api_role_predefined(struct span name)
{
	int level = api_role_level(name);

	if (level >= 0)
		return level_role(level);
	for (size_t i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++)
		if (span_is(name, predefined[i].name))
			return predefined[i].role;
	return API_ROLE_NONE;
}

enum api_role api_role_highest(struct span names)
{
	enum api_role best = API_ROLE_NONE, each;
	struct span name;

	while (names_next(&names, &name)) {
		each = api_role_predefined(name);
		best = each > best ? each : best;
	}
	return best;
}
