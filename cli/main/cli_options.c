// The command line of this program.
#include "cli/main/cli_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

void options_help(void)
{
	printf("usage: sallyport-cli --flash DIR [--state DIR] [--workers K]\n"
	       "       sallyport-cli --console SOCKET\n"
	       "\n"
	       "The device's command line. The first form serves dialogues for control; the\n"
	       "supervisor starts it with its socket at descriptor 3. The second connects "
	       "this\n"
	       "terminal to the local console of a running device.\n"
	       "\n"
	       "  --flash DIR       the device's files; startup.cfg is read from here\n"
	       "  --state DIR       where the first start left admin.hash and admin_key.pub\n"
	       "  --workers K       how many dialogue joints to expect\n"
	       "  --console SOCKET  the console's socket\n"
	       "  --help            this text\n");
}

bool options_parse(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
	        {"flash", required_argument, NULL, 'f'},
	        {"state", required_argument, NULL, 's'},
	        {"workers", required_argument, NULL, 'w'},
	        {"console", required_argument, NULL, 'c'},
	        {"help", no_argument, NULL, 'h'},
	        {0},
	};
	char *end = NULL;
	int option;

	*out = (struct options){0};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'f':
			out->flash = optarg;
			break;
		case 's':
			out->state = optarg;
			break;
		case 'w':
			out->workers = (unsigned)strtoul(optarg, &end, 10);
			if (*end != 0 || out->workers == 0 || out->workers > 64) {
				fprintf(stderr, "--workers: 1 to 64\n");
				return false;
			}
			break;
		case 'c':
			out->console = optarg;
			break;
		case 'h':
			out->help = true;
			break;
		default:
			return false;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "unexpected word: %s\n", argv[optind]);
		return false;
	}
	if (!out->help && out->console == NULL && out->flash == NULL) {
		fprintf(stderr, "--flash DIR is needed; see --help\n");
		return false;
	}
	return true;
}
