/*
 * Sends Ethernet frames as they are: inject IFNAME [ROUNDS [PAUSE]]
 *
 * Frames come in hex on stdin, a line each.  All of them are sent ROUNDS times
 * (1) with PAUSE microseconds (0) between the rounds.  Ends with 1 if anything
 * goes wrong.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FRAMES_MAX = 4096,
	FRAME_SIZE = 1514
};

struct frame {
	size_t len;
	unsigned char octet[FRAME_SIZE];
};

static struct frame frames[FRAMES_MAX];

static void
parse(struct frame *frame, const char *hex)
{
	unsigned octet;
	int used;

	while (sscanf(hex, "%2x%n", &octet, &used) == 1 && used == 2) {
		if (frame->len == FRAME_SIZE)
			errx(1, "a frame is too long");
		frame->octet[frame->len++] = (unsigned char)octet;
		hex += 2;
	}
	if (*hex != '\n' || frame->len < 14)
		errx(1, "not a frame in hex: %s", hex);
}

int
main(int argc, char **argv)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET };
	char line[2 * FRAME_SIZE + 2];
	unsigned long round, rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	useconds_t pause = argc > 3 ?
	    (useconds_t)strtoul(argv[3], NULL, 10) : 0;
	size_t i, n = 0;
	int fd;

	if (argc < 2 || (sll.sll_ifindex = (int)if_nametoindex(argv[1])) == 0)
		errx(1, "usage: inject IFNAME [ROUNDS [PAUSE]] <FRAMES");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (n == FRAMES_MAX)
			errx(1, "too many frames");
		parse(&frames[n++], line);
	}
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "packet socket");
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < n; i++)
			if (send(fd, frames[i].octet, frames[i].len, 0) == -1)
				err(1, "send");
		if (pause > 0)
			usleep(pause);
	}
	return 0;
}
