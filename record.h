/*
 * What is written down for the next start: the interface's own MAC, and its ARP
 * sysctls.  Pure; a record that is not exactly as we write it is not believed.
 */
#ifndef RECORD_H
#define RECORD_H

#include "vrrp.h"

enum {
	RECORD_LEN = 32			/* octets, the 0 included */
};

void	record_print_mac(char *, const uint8_t *);
bool	record_parse_mac(uint8_t *, const char *);
void	record_print_arp(char *, int, int);
bool	record_parse_arp(int *, int *, const char *);

#endif
