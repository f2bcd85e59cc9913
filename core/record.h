/*
 * What is written down for the next start: the interface's own MAC, its ARP
 * sysctls, and the frame that resigns for a Master that died.  Pure; a record
 * that is not exactly as we write it is not believed.
 */
#ifndef RECORD_H
#define RECORD_H

#include "vrrp.h"

enum {
	RECORD_LEN = 32,		/* octets, the 0 included */
	RECORD_FRAME_LEN = 2 * VRRP_FRAME_MAX + 2	/* of a frame's text */
};

void	record_print_mac(char *, const uint8_t *);
bool	record_parse_mac(uint8_t *, const char *);
void	record_print_arp(char *, int, int);
bool	record_parse_arp(int *, int *, const char *);
void	record_print_frame(char *, const uint8_t *, size_t);
size_t	record_parse_frame(uint8_t *, const char *);

#endif
