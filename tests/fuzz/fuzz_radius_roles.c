// The roles that a RADIUS server names: printable, parted by single commas.
#include "control/aaa/radius.h"
#include "crypto/wire/names.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char roles[RADIUS_ROLES_MAX + 1];
	struct span list, name;

	if (!radius_roles(span_of(data, size), roles))
		return 0;
	list = span_text(roles);
	while (names_next(&list, &name))
		if (name.len == 0)
			abort();
	return 0;
}
