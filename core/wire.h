/*
 * Cursors over octets, for packet.c and neighbour.c: a reader that cannot pass
 * the end of a frame and a writer that cannot pass the end of a buffer, with
 * the sum of RFC 1071.  Both fail once and stay failed, so that a run of calls
 * needs one look at the end.  Numbers go in and come out in host byte order.
 */
#ifndef WIRE_H
#define WIRE_H

#include "vrrp.h"

#include <string.h>

enum {
	ETH_IPV4 = 0x0800,
	ETH_ARP = 0x0806,
	ETH_IPV6 = 0x86dd
};

/* Reads from the front; after a failure it yields zeros and bad stays set. */
struct reader {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static inline const uint8_t *
take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static inline uint8_t
get8(struct reader *r)
{
	const uint8_t *p = take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t
get16(struct reader *r)
{
	const uint8_t *p = take(r, 2);

	return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

/* Writes to the end; what does not fit sets full and writes nothing. */
struct writer {
	uint8_t *start;
	size_t len;
	size_t size;
	bool full;
};

static inline void
put(struct writer *w, const void *src, size_t n)
{
	if (w->full || n > w->size - w->len) {
		w->full = true;
		return;
	}
	memcpy(w->start + w->len, src, n);
	w->len += n;
}

static inline void
put8(struct writer *w, uint8_t value)
{
	put(w, &value, 1);
}

static inline void
put16(struct writer *w, uint16_t value)
{
	const uint8_t octets[2] = {
		(uint8_t)(value >> 8), (uint8_t)value
	};

	put(w, octets, sizeof(octets));
}

static inline void
put_zeros(struct writer *w, size_t n)
{
	while (n-- > 0 && !w->full)
		put8(w, 0);
}

static inline void
put_ethernet(struct writer *w, const uint8_t *dst, const uint8_t *src,
    uint16_t type)
{
	put(w, dst, VRRP_MAC_LEN);
	put(w, src, VRRP_MAC_LEN);
	put16(w, type);
}

/* The finished length: padded as Ethernet wants it, or 0 = did not fit. */
static inline size_t
frame_end(struct writer *w)
{
	if (w->len < VRRP_FRAME_MIN)
		put_zeros(w, VRRP_FRAME_MIN - w->len);
	return w->full ? 0 : w->len;
}

/* One's complement sum of RFC 1071, not yet inverted, going on from sum. */
static inline uint16_t
sum16(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (i < len)
		sum += (uint32_t)p[i] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Fills in a checksum that was written as zero at offset at. */
static inline void
fill_checksum(struct writer *w, size_t at, uint32_t seed, size_t from)
{
	uint16_t sum;

	if (w->full)
		return;
	sum = (uint16_t)~sum16(seed, w->start + from, w->len - from);
	w->start[at] = (uint8_t)(sum >> 8);
	w->start[at + 1] = (uint8_t)sum;
}

/* frame.c */
void		put_envelope(struct writer *, const struct vrrp_family *,
		    const uint8_t *, const struct vrrp_addr *, size_t,
		    uint16_t);
uint16_t	pseudo_sum(const struct vrrp_family *, const uint8_t *,
		    const uint8_t *, size_t, uint8_t);

#endif
