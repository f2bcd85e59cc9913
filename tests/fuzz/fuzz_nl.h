/*
 * A kernel that says anything: link with FUZZ_WRAP of the Makefile, so that
 * recvfrom() and sendto() of the netlink code come here.  The input is a row
 * of datagrams, each behind two octets: a flag for another sender, a flag for
 * a datagram that was cut, and 14 bits of length.
 */
#ifndef FUZZ_NL_H
#define FUZZ_NL_H

#include "fuzz.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/types.h>

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_ASAN
#endif
#endif
#ifdef FUZZ_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)		((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n)	((void)(p), (void)(n))
#endif

enum {
	NL_STRANGER = 0x80,
	NL_CUT = 0x40,
	NL_LENGTH = 0x3f
};

static struct input kernel;

ssize_t	__wrap_recvfrom(int, void *, size_t, int, struct sockaddr *,
	    socklen_t *);
ssize_t	__wrap_sendto(int, const void *, size_t, int,
	    const struct sockaddr *, socklen_t);
void	sent(const uint8_t *, size_t);

/* What lies behind the datagram in the buffer must not be read. */
ssize_t
__wrap_recvfrom(int fd, void *buf, size_t size, int flags,
    struct sockaddr *from, socklen_t *from_len)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	uint8_t high;
	size_t len;

	(void)fd;
	if (kernel.left == 0) {
		errno = EAGAIN;
		return -1;
	}
	high = input8(&kernel);
	len = (size_t)(high & NL_LENGTH) << 8 | input8(&kernel);
	sa.nl_pid = high & NL_STRANGER ? 1 : 0;
	if (from != NULL) {
		must(from_len != NULL && *from_len >= sizeof(sa));
		memcpy(from, &sa, sizeof(sa));
		*from_len = sizeof(sa);
	}
	if (len > kernel.left)
		len = kernel.left;
	if (len > size)
		len = size;
	ASAN_UNPOISON_MEMORY_REGION(buf, size);
	memcpy(buf, kernel.p, len);
	ASAN_POISON_MEMORY_REGION((uint8_t *)buf + len, size - len);
	kernel.p += len;
	kernel.left -= len;
	if (high & NL_CUT)
		return (ssize_t)(flags & MSG_TRUNC ? size + 1 : size);
	return (ssize_t)len;
}

ssize_t
__wrap_sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *to, socklen_t to_len)
{
	(void)fd;
	(void)flags;
	(void)to;
	(void)to_len;
	sent(buf, len);
	return (ssize_t)len;
}

#endif
