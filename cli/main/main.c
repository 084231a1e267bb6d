// START HERE: the device's command line, or a terminal for its console.
#include "cli/main/serve.h"

#include <signal.h>

int main(int argc, char **argv)
{
	struct options options;

	if (!options_parse(argc, argv, &options))
		return 2;
	if (options.help) {
		options_help();
		return 0;
	}
	if (options.console != NULL)
		return console_client(options.console);
	signal(SIGPIPE, SIG_IGN);
	return serve_run(&options);
}
