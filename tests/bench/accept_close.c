// A listener of the kernel's: accepts, closes, accepts. What it answers with is what connect_cost
// measures beside our own. accept_close ADDRESS PORT
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 65535

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1) {
		fputs("accept_close ADDRESS PORT\n", stderr);
		return 2;
	}
	at.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		perror("accept_close");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one >= 0)
			close(one);
	}
}
