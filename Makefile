# vrrpd - VRRPv2 daemon for Linux.  Plain make; see README for the targets.

VERSION	= 1.0

PREFIX	= /usr/local
SBINDIR	= $(PREFIX)/sbin
MANDIR	= $(PREFIX)/share/man
DESTDIR	=

CC	= cc
CFLAGS	= -O2 -g
WARN	= -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual \
	  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	  -Wconversion -Wno-sign-conversion -Wundef -Wvla
HARDEN	= -fstack-protector-strong -fPIE
HARDENL	= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
CPPFLAGS =
LDFLAGS	=

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(CPPFLAGS) \
	  $(WARN) $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = $(CFLAGS) $(HARDENL) $(LDFLAGS)

# The pure core decides and never touches the system; the edges touch it and
# never decide; vrrpd.c alone sees both sides.
PURE	= fsm.o packet.o announce.o conf.o
EDGES	= log.o libnetlink.o link.o ipaddr.o notify.o lockfile.o process.o \
	  report.o cmdline.o
HEADERS	= vrrp.h wire.h conf.h log.h libnetlink.h link.h ipaddr.h notify.h \
	  lockfile.h process.h report.h cmdline.h

CHECKS	= tests/check_fsm tests/check_packet tests/check_conf \
	  tests/check_netlink tests/check_log
CHECK_LIBS = -lcheck -lsubunit -lrt -lm -lpthread

all: vrrpd

vrrpd: vrrpd.o $(PURE) $(EDGES)
	$(CC) $(ALL_LDFLAGS) -o $@ vrrpd.o $(PURE) $(EDGES)

.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

vrrpd.o $(PURE) $(EDGES): $(HEADERS) Makefile

# The link line of each unit test names exactly the sources under test.
LINK_TEST = $(CC) $(ALL_CFLAGS) -I. $(ALL_LDFLAGS) -o $@

tests/check_fsm: tests/check_fsm.c fsm.o
	$(LINK_TEST) tests/check_fsm.c fsm.o $(CHECK_LIBS)
tests/check_packet: tests/check_packet.c packet.o announce.o
	$(LINK_TEST) tests/check_packet.c packet.o announce.o $(CHECK_LIBS)
tests/check_conf: tests/check_conf.c conf.o
	$(LINK_TEST) tests/check_conf.c conf.o $(CHECK_LIBS)
tests/check_netlink: tests/check_netlink.c libnetlink.o
	$(LINK_TEST) tests/check_netlink.c libnetlink.o $(CHECK_LIBS)
tests/check_log: tests/check_log.c log.o
	$(LINK_TEST) tests/check_log.c log.o $(CHECK_LIBS)

unit: $(CHECKS)
	@for t in $(CHECKS); do ./$$t || exit 1; done

clean:
	rm -f vrrpd *.o tests/*.o $(CHECKS)

.PHONY: all unit clean
.SUFFIXES: .c .o
