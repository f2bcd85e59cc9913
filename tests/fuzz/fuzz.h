/*
 * What the fuzzers share: the entry point, a check that stays in every build,
 * and a copy of the input of exactly its size, so that a sanitizer sees one
 * octet too many.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define must(what) do {							\
	if (!(what)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #what);					\
		abort();						\
	}								\
} while (0)

/* The input, eaten from the front; zeros when there is no more. */
struct input {
	const uint8_t *p;
	size_t left;
};

static inline uint8_t
input8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

/* len octets at p, and one octet of 0 behind them if text. */
static inline void *
exact(const uint8_t *p, size_t len, int text)
{
	uint8_t *copy = malloc(len + (text ? 1 : 0));

	/* Of no octets there may be no copy, and nothing to read. */
	if (copy == NULL && len + (text ? 1 : 0) > 0)
		abort();
	if (len > 0)
		memcpy(copy, p, len);
	if (text)
		copy[len] = 0;
	return copy;
}

#endif
