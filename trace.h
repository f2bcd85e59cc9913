/*
 * --pcap: a recording of the frames, for debugging.  It needs libpcap; without
 * it nothing here does anything.
 */
#ifndef TRACE_H
#define TRACE_H

#include "vrrp.h"

bool	trace_built_in(void);
int	trace_check(const char *);
int	trace_open(const char *);
void	trace_frame(const uint8_t *, size_t);

#endif
