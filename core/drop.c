/*
 * The names of what can be wrong with an advert, for log, counters and tests.
 * Pure.
 */
#include "vrrp.h"

#include <stdio.h>

static const struct {
	const char *name;		/* in counters and tests */
	const char *text;		/* in the log */
	char form;			/* of the value: d, x, t = cs, 0 */
} drops[VRRP_DROP_MAX] = {
	[VRRP_DROP_NONE] = { "none", "nothing is wrong", 0 },
	[VRRP_DROP_IP] = { "ip", "not one whole IP packet", 0 },
	[VRRP_DROP_FRAGMENT] = { "fragment", "it is a fragment", 0 },
	[VRRP_DROP_AH] = { "ah", "it has an IPsec header", 0 },
	[VRRP_DROP_PROTOCOL] = { "protocol", "IP protocol is", 'd' },
	[VRRP_DROP_TTL] = { "ttl", "ttl is", 'd' },
	[VRRP_DROP_DESTINATION] = { "destination",
	    "not sent to the VRRP group", 0 },
	[VRRP_DROP_VERSION] = { "version", "version is", 'd' },
	[VRRP_DROP_TYPE] = { "type", "type is", 'd' },
	[VRRP_DROP_LENGTH] = { "length", "length is", 'd' },
	[VRRP_DROP_CHECKSUM] = { "checksum", "checksum is", 'x' },
	[VRRP_DROP_SOURCE] = { "source", "sent from our own address", 0 },
	[VRRP_DROP_MARTIAN] = { "martian", "its source address cannot be that "
	    "of a host", 0 },
	[VRRP_DROP_SCOPE] = { "scope", "its source is not link-local", 0 },
	[VRRP_DROP_VRID] = { "vrid", "vrid is", 'd' },
	[VRRP_DROP_OWNER] = { "owner", "we own the addresses", 0 },
	[VRRP_DROP_AUTH_UNKNOWN] = { "auth-unknown",
	    "authentication type is", 'd' },
	[VRRP_DROP_AUTH_TYPE] = { "auth-type", "authentication type is", 'd' },
	[VRRP_DROP_AUTH] = { "auth", "wrong password", 0 },
	[VRRP_DROP_COUNT] = { "count", "it lists no address", 0 },
	[VRRP_DROP_FIRST] = { "first-address",
	    "its first address is not link-local", 0 },
	[VRRP_DROP_ADDRESSES] = { "addresses",
	    "its address list differs from ours", 0 },
	[VRRP_DROP_INTERVAL] = { "interval", "interval is", 't' },
};

/* One word for a reason, as in the counters. */
const char *
vrrp_drop_name(enum vrrp_drop drop)
{
	return drops[drop].name;
}

/* The reason as a clause for the log: "ttl is 64, not 255". */
void
vrrp_drop_text(char *buf, size_t size, enum vrrp_drop drop, uint32_t got,
    uint32_t want)
{
	/* 7 words of authentication stand where VRRP has its count. */
	bool carp = drop == VRRP_DROP_LENGTH && got == 36 && want == 44;

	if (drops[drop].form == 'd')
		snprintf(buf, size, "%s %u, not %u%s", drops[drop].text, got,
		    want, carp ? " (looks like CARP)" : "");
	else if (drops[drop].form == 'x')
		snprintf(buf, size, "%s 0x%04x, not 0x%04x", drops[drop].text,
		    got, want);
	else if (drops[drop].form == 't')
		snprintf(buf, size, "%s %u.%02u s, not %u.%02u s",
		    drops[drop].text, got / 100, got % 100, want / 100,
		    want % 100);
	else
		snprintf(buf, size, "%s", drops[drop].text);
}
