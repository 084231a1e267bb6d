// The command line of this program.
#pragma once

#include <stdbool.h>

struct options {
	const char *flash;   // the device's files
	const char *state;   // what the first start made, or NULL
	const char *console; // run as the terminal of this console socket
	unsigned workers;    // 0: as many joints as are offered
	bool help;
};

// False when it makes no sense; the reason has been printed.
bool options_parse(int argc, char **argv, struct options *out);
void options_help(void);
