// The text of --help; the manual page says more.
#include "tests/load/scenario/load_help.h"

#include "tests/load/scenario/engine.h"

static const char usage[] = "sallyport-load: load any SSH server and measure it.\n"
                            "\n"
                            "  sallyport-load SCENARIO --target HOST[:PORT] --user NAME\n"
                            "                 (--key FILE | --password-file FILE) [OPTION...]\n"
                            "\n"
                            "Scenarios\n";

static const char options[] =
        "\n"
        "How much\n"
        "  --count N          so many sessions in all\n"
        "  --duration S       so many seconds (default 10)\n"
        "  --rate R           an open loop: R sessions a second, whatever the server does;\n"
        "                     latencies count from the intended start\n"
        "  --rate FROM..TO    a ramp over --duration\n"
        "  --arrivals KIND    constant (default) or poisson\n"
        "  --sessions N       at once: places of a closed loop, sessions held, bound of an "
        "open loop\n"
        "  --parallel N       logging in at once (default 16 for sessions that are held)\n"
        "  --timeout S        for a login (default 20)\n"
        "\n"
        "What they do\n"
        "  --command TEXT     what exec, bulk and slow run\n"
        "  --shell            bulk and slow: a shell without a terminal instead\n"
        "  --keys R           type: keys a second and session (default 2)\n"
        "  --every S          rekey: seconds from one to the next (default 1)\n"
        "  --bytes N          bulk: in each session and direction (default 10,000,000)\n"
        "  --direction WHICH  bulk: down (default), up or both\n"
        "  --line TEXT        bulk up: send this line again and again\n"
        "  --read-rate N      slow: bytes a second (default 1024)\n"
        "\n"
        "Who is there\n"
        "  --known-hosts FILE default ~/.ssh/known_hosts\n"
        "  --pin PRINT        the host key's SHA256:... instead; `first` takes the first one "
        "seen\n"
        "  --interactive      give the password by keyboard-interactive\n"
        "\n"
        "How\n"
        "  --link sockets     kernel sockets (default)\n"
        "  --link memif:socket=PATH | tap:IF | af_packet:IF | pci:ADDRESS\n"
        "                     a port of its own, without the kernel\n"
        "  --source A[+N]     from this address, or N addresses from it on\n"
        "  --prefix BITS --gateway A    ports: the network of --source (24, 64), and the way "
        "out of it\n"
        "  --cores N          threads of the generator (default 1)\n"
        "  --pool N           threads for key exchange and signatures (default 1; 0: none of "
        "their own)\n"
        "  --kex --ciphers --macs --host-keys LIST    offer these, in this order\n"
        "  --window BYTES     what we grant a channel (default 2 MiB)\n"
        "  --i-own-this-target    needed when it is not loopback or on a connected network\n"
        "\n"
        "Results\n"
        "  --json FILE        everything, for programs\n"
        "  --html FILE        one page with plots\n"
        "  --histograms DIR   each latency as HdrHistogram text\n"
        "  --quiet            no line of progress\n"
        "\n"
        "Ctrl-C ends a run early with the results so far. Exit status 0: nothing failed; 1: "
        "something\n"
        "did; 2: the command line.\n";

void load_help_print(FILE *out)
{
	fputs(usage, out);
	for (unsigned i = 0; scenario_at(i) != NULL; i++)
		fprintf(out, "  %-8s %s\n", scenario_at(i)->name, scenario_at(i)->text);
	fputs(options, out);
}
