/*
 * rtnetlink transport: open, append, talk, dump, decode.  Functions return 0,
 * or -1 with errno; nothing here prints or exits.  The decoders are pure and
 * trust neither lengths nor alignment.
 */
#ifndef LIBNETLINK_H
#define LIBNETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NL_BUF_SIZE = 32768,		/* 255 address requests in one batch */
	NL_ERROR_LEN = 128
};

struct nl {
	int fd;				/* -1 = closed */
	uint32_t port;			/* by which events name their cause */
	uint32_t seq;			/* of the last request */
	char error[NL_ERROR_LEN];	/* the kernel's own words, or "" */
};

/* Requests to be sent in one go. */
struct nl_batch {
	unsigned count;			/* messages */
	uint32_t first_seq;
	size_t len;			/* octets used */
	size_t last;			/* offset of the message being built */
	bool full;			/* something did not fit */
	_Alignas(4) uint8_t data[NL_BUF_SIZE];
};

/* A received message; the payload is what follows struct nlmsghdr. */
struct nl_msg {
	uint16_t type;
	uint16_t flags;
	uint32_t seq;
	uint32_t port;			/* who asked for it; of an event */
	const uint8_t *payload;
	size_t len;
};

struct nl_attr {
	uint16_t type;
	const uint8_t *data;
	size_t len;
};

typedef void nl_handler(const struct nl_msg *, void *);

int	nl_open(struct nl *, uint32_t);
void	nl_close(struct nl *);

void	nl_batch_init(struct nl_batch *);
void	nl_begin(struct nl *, struct nl_batch *, uint16_t, uint16_t,
	    const void *, size_t);
void	nl_put(struct nl_batch *, uint16_t, const void *, size_t);
size_t	nl_nest(struct nl_batch *, uint16_t);
void	nl_unnest(struct nl_batch *, size_t);

int	nl_talk(struct nl *, struct nl_batch *, int);
int	nl_post(struct nl *, struct nl_batch *);
int	nl_query(struct nl *, struct nl_batch *, nl_handler *, void *);
int	nl_receive(struct nl *, nl_handler *, void *);

bool	nl_next_msg(const uint8_t **, size_t *, struct nl_msg *);
bool	nl_next_attr(const uint8_t **, size_t *, struct nl_attr *);
uint32_t nl_attr_u32(const struct nl_attr *);

#endif
