// The rules of password-control.
#include "control/api/api_password.h"

#include <ctype.h>
#include <stdio.h>

// Upper case, lower case, digits, others.
static uint32_t types_in(struct span password, uint32_t least)
{
	uint32_t count[4] = {0}, types = 0;

	for (size_t i = 0; i < password.len; i++) {
		uint8_t b = password.data[i];

		count[isupper(b) ? 0 : islower(b) ? 1 : isdigit(b) ? 2 : 3]++;
	}
	for (int i = 0; i < 4; i++)
		types += count[i] >= least;
	return types;
}

bool api_password_fits(const struct api_password_rules *rules, struct span password,
                       char why[API_PASSWORD_WHY])
{
	why[0] = 0;
	if (!rules->enable)
		return true;
	if (password.len < rules->length)
		snprintf(why, API_PASSWORD_WHY, "The password is shorter than %u characters.",
		         rules->length);
	else if (types_in(password, rules->type_length) < rules->types)
		snprintf(why, API_PASSWORD_WHY,
		         "The password must contain at least %u types of characters, and at "
		         "least %u of each.",
		         rules->types, rules->type_length);
	return why[0] == 0;
}
