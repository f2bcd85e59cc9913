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
# never decide; the top alone sees both sides.
PURE	= fsm.o packet.o announce.o conf.o
EDGES	= log.o libnetlink.o link.o ipaddr.o notify.o lockfile.o process.o \
	  report.o cmdline.o
TOP	= vrrpd.o router.o host.o
HEADERS	= vrrp.h wire.h conf.h log.h libnetlink.h link.h ipaddr.h notify.h \
	  lockfile.h process.h report.h cmdline.h \
	  router.h

CHECKS	= tests/check_fsm tests/check_packet tests/check_conf \
	  tests/check_netlink tests/check_log
CHECK_LIBS = -lcheck -lsubunit -lrt -lm -lpthread

all: vrrpd

vrrpd: $(TOP) $(PURE) $(EDGES)
	$(CC) $(ALL_LDFLAGS) -o $@ $(TOP) $(PURE) $(EDGES)

.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(TOP) $(PURE) $(EDGES): $(HEADERS) Makefile

# The link line of each unit test names exactly the sources under test.
LINK_TEST = $(CC) $(ALL_CFLAGS) -I. $(ALL_LDFLAGS) -o $@

tests/check_fsm: tests/check_fsm.c tests/check_util.h fsm.o
	$(LINK_TEST) tests/check_fsm.c fsm.o $(CHECK_LIBS)
tests/check_packet: tests/check_packet.c tests/check_util.h packet.o announce.o
	$(LINK_TEST) tests/check_packet.c packet.o announce.o $(CHECK_LIBS)
tests/check_conf: tests/check_conf.c tests/check_util.h conf.o
	$(LINK_TEST) tests/check_conf.c conf.o $(CHECK_LIBS)
tests/check_netlink: tests/check_netlink.c libnetlink.o
	$(LINK_TEST) tests/check_netlink.c libnetlink.o $(CHECK_LIBS)
tests/check_log: tests/check_log.c log.o
	$(LINK_TEST) tests/check_log.c log.o $(CHECK_LIBS)

unit: $(CHECKS)
	@for t in $(CHECKS); do ./$$t || exit 1; done

tests/ns/inject: tests/ns/inject.c
	$(LINK_TEST) tests/ns/inject.c
tests/ns/fault.so: tests/ns/fault.c
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 -fPIC -shared -o $@ $< -ldl

# Namespaces are made as any user; NS picks tests, as in NS=tests/ns/tcp.t
NS	= tests/ns
check-ns: vrrpd tests/ns/inject tests/ns/fault.so
	prove --timer $(NS)

check: unit check-ns

demo: vrrpd
	@tests/demo.sh

layers:
	@CC="$(CC)" tests/layers.sh

lint:
	@CC="$(CC)" tests/lint.sh

install: vrrpd
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8
	install -m 755 vrrpd $(DESTDIR)$(SBINDIR)/vrrpd
	install -m 644 vrrpd.8 $(DESTDIR)$(MANDIR)/man8/vrrpd.8

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/vrrpd $(DESTDIR)$(MANDIR)/man8/vrrpd.8

dist:
	git archive --prefix=vrrpd-$(VERSION)/ HEAD | gzip -9n \
	    >vrrpd-$(VERSION).tar.gz

clean:
	rm -f vrrpd *.o tests/*.o $(CHECKS) tests/ns/inject tests/ns/fault.so

.PHONY: all unit check check-ns demo layers lint install uninstall dist clean
.SUFFIXES:
.SUFFIXES: .c .o
