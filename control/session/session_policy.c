// Names of variables and of subsystems, looked up in the version of the settings in force.
#include "control/session/session_policy.h"

#include "crypto/wire/names.h"

#define VARIABLES_ALWAYS "LANG,LC_*"

// `*` stands for any characters, or none.
static bool matches(struct span pattern, struct span name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, from = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			from = n;
		} else if (p < pattern.len && pattern.data[p] == name.data[n]) {
			p++;
			n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

static bool matches_any(struct span patterns, struct span name)
{
	struct span pattern;

	while (names_next(&patterns, &pattern)) {
		if (matches(pattern, name))
			return true;
	}
	return false;
}

bool policy_takes_variable(struct config *c, struct span name)
{
	const struct setting *r;
	bool takes;

	if (name.len == 0 || !span_is_printable(name))
		return false;
	r = settings_find(config_hold(c), API_CLASS_SSH_POLICY, span_of(NULL, 0));
	takes = matches_any(span_text(VARIABLES_ALWAYS), name) ||
	        matches_any(setting_text(r, API_SSH_POLICY_ENVIRONMENT), name);
	config_give(c);
	return takes;
}

bool policy_subsystem(struct config *c, struct span name, char command[POLICY_COMMAND_MAX])
{
	const struct setting *r = settings_find(config_hold(c), API_CLASS_SSH_SUBSYSTEM, name);
	struct span text = {NULL, 0};

	if (r != NULL)
		text = setting_text(r, API_SSH_SUBSYSTEM_COMMAND);
	if (text.len >= POLICY_COMMAND_MAX)
		text.len = 0;
	if (text.len > 0)
		memcpy(command, text.data, text.len);
	command[text.len] = 0;
	config_give(c);
	return r != NULL || span_is(name, "sftp");
}
