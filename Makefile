# vrrpd - VRRP daemon for Linux.  Plain make; see README for the targets.

VERSION	= 1.0

PREFIX	= /usr/local
SBINDIR	= $(PREFIX)/sbin
MANDIR	= $(PREFIX)/share/man
DESTDIR	=

CC	= cc
CFLAGS	= -Os -g
# Nothing is thrown or caught, and debuggers have tables of their own.
SLIM	= -fno-asynchronous-unwind-tables -fno-unwind-tables
WARN	= -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual \
	  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	  -Wconversion -Wno-sign-conversion -Wundef -Wvla
HARDEN	= -fstack-protector-strong -fPIE
HARDENL	= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
CPPFLAGS =
LDFLAGS	=

# Not -I: libc has a <link.h> too.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -iquote . -DVERSION='"$(VERSION)"' $(CPPFLAGS) \
	  $(WARN) $(HARDEN) $(SLIM) $(CFLAGS)
ALL_LDFLAGS = $(CFLAGS) $(HARDENL) $(LDFLAGS)

# The pure core decides and never touches the system; the edges touch it and
# never decide; the top alone sees both sides.
CORE	= core/fsm.o core/frame.o core/packet.o core/neighbour.o \
	  core/duplicate.o core/drop.o core/conf.o core/record.o \
	  core/reconcile.o
CODEC	= core/frame.o core/packet.o core/neighbour.o core/drop.o
EDGES	= log.o libnetlink.o link.o port.o vmac.o respond.o ipaddr.o notify.o lockfile.o process.o \
	  sandbox.o report.o cmdline.o
TOP	= vrrpd.o start.o watchdog.o router.o host.o hold.o clean.o speak.o \
	  guard.o
# The recording of frames: PCAP=1 is with libpcap
PCAP	=
TRACE_	= trace.o
TRACE_1	= trace_pcap.o
LIBPCAP_1 = -lpcap
HEADERS	= core/record.h core/wire.h core/conf.h trace.h vmac.h respond.h vrrp.h log.h libnetlink.h link.h port.h ipaddr.h notify.h \
	  lockfile.h process.h sandbox.h report.h cmdline.h \
	  core/reconcile.h ground.h host.h hold.h speak.h router.h guard.h \
	  watchdog.h clean.h start.h

CHECKS	= tests/check_fsm tests/check_fsm3 tests/check_walk \
	  tests/check_packet tests/check_packet3 tests/check_neighbour \
	  tests/check_conf tests/check_conf3 tests/check_netlink tests/check_log \
	  tests/check_watch tests/check_cover tests/check_record \
	  tests/check_duplicate tests/check_sandbox tests/check_sim tests/check_model
CHECK_FSM = tests/check_util.h tests/fsm_util.h core/fsm.o
CHECK_CODEC = tests/check_util.h tests/packet_util.h $(CODEC)
CHECK_LIBS = -lcheck -lsubunit -lrt -lm -lpthread

# A short line for each file, none with -s; V=1 shows the commands.
V	=
QUIET	= $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS))))
SHORT	= $(if $(V),,@$(if $(QUIET),,echo "  $(1) $(2)";))

all: vrrpd

OBJECTS	= $(TOP) $(CORE) $(EDGES)
vrrpd: $(OBJECTS) $(TRACE_$(PCAP)) .pcap
	$(call SHORT,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) \
	    $(TRACE_$(PCAP)) $(LIBPCAP_$(PCAP))

# With PCAP as it was last time nothing is linked again.
.pcap: always
	@echo "$(PCAP)" | cmp -s - $@ || echo "$(PCAP)" >$@
always:

# The other one beside it, for tests
vrrpd-pcap: $(OBJECTS) $(TRACE_1)
	$(call SHORT,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(TRACE_1) \
	    $(LIBPCAP_1)

trace_pcap.o: trace.c
	$(call SHORT,CC,$<)$(CC) $(ALL_CFLAGS) -DPCAP -c -o $@ trace.c

.c.o:
	$(call SHORT,CC,$<)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Static, with musl: it needs no file at run time, and a third of the memory.
# musl has no kernel headers; those of the system are looked for last.
SMALL_CC = musl-gcc
SMALL	= $(SMALL_CC) -std=c11 -D_GNU_SOURCE -iquote . -DVERSION='"$(VERSION)"' -Os $(SLIM) \
	  -fstack-protector-strong -ffunction-sections -fdata-sections \
	  -static -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack \
	  -Wl,-z,separate-code,-z,max-page-size=4096 \
	  -idirafter /usr/include \
	  -idirafter /usr/include/`$(SMALL_CC) -print-multiarch`
SOURCES	= $(TOP:.o=.c) $(CORE:.o=.c) $(EDGES:.o=.c) trace.c
small: vrrpd-small
vrrpd-small: $(SOURCES) $(HEADERS) Makefile
	$(call SHORT,LD,$@)$(SMALL) -s -o $@ $(SOURCES)

$(OBJECTS) $(TRACE_) $(TRACE_1): $(HEADERS) Makefile

# The link line of each unit test names exactly the sources under test.
LINK_TEST = $(call SHORT,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@

tests/check_fsm: tests/check_fsm.c $(CHECK_FSM)
	$(LINK_TEST) tests/check_fsm.c core/fsm.o $(CHECK_LIBS)
tests/check_fsm3: tests/check_fsm3.c $(CHECK_FSM)
	$(LINK_TEST) tests/check_fsm3.c core/fsm.o $(CHECK_LIBS)
tests/check_walk: tests/check_walk.c $(CHECK_FSM)
	$(LINK_TEST) tests/check_walk.c core/fsm.o $(CHECK_LIBS)
tests/check_packet: tests/check_packet.c $(CHECK_CODEC)
	$(LINK_TEST) tests/check_packet.c $(CODEC) $(CHECK_LIBS)
tests/check_packet3: tests/check_packet3.c $(CHECK_CODEC)
	$(LINK_TEST) tests/check_packet3.c $(CODEC) $(CHECK_LIBS)
tests/check_neighbour: tests/check_neighbour.c $(CHECK_CODEC)
	$(LINK_TEST) tests/check_neighbour.c $(CODEC) $(CHECK_LIBS)
tests/check_duplicate: tests/check_duplicate.c $(CHECK_FSM) core/duplicate.o
	$(LINK_TEST) tests/check_duplicate.c core/duplicate.o core/fsm.o $(CHECK_LIBS)
tests/check_conf: tests/check_conf.c tests/check_util.h core/conf.o core/frame.o
	$(LINK_TEST) tests/check_conf.c core/conf.o core/frame.o $(CHECK_LIBS)
tests/check_conf3: tests/check_conf3.c tests/check_util.h core/conf.o core/frame.o
	$(LINK_TEST) tests/check_conf3.c core/conf.o core/frame.o $(CHECK_LIBS)
tests/check_netlink: tests/check_netlink.c libnetlink.o
	$(LINK_TEST) tests/check_netlink.c libnetlink.o $(CHECK_LIBS)
tests/check_sandbox: tests/check_sandbox.c tests/check_util.h sandbox.h \
    sandbox.o
	$(LINK_TEST) tests/check_sandbox.c sandbox.o $(CHECK_LIBS)
tests/check_log: tests/check_log.c log.o
	$(LINK_TEST) tests/check_log.c log.o $(CHECK_LIBS)

tests/check_watch: tests/check_watch.c tests/check_util.h link.o libnetlink.o \
    core/frame.o
	$(LINK_TEST) tests/check_watch.c link.o libnetlink.o core/frame.o \
	    $(CHECK_LIBS)
tests/check_cover: tests/check_cover.c tests/check_util.h core/fsm.o $(CODEC)
	$(LINK_TEST) tests/check_cover.c core/fsm.o $(CODEC) $(CHECK_LIBS)
tests/check_record: tests/check_record.c tests/check_util.h core/record.o core/packet.o \
    core/frame.o
	$(LINK_TEST) tests/check_record.c core/record.o core/packet.o core/frame.o $(CHECK_LIBS)

# The simulator: whole LANs in virtual time, from a seed
SIM	= tests/sim.c tests/sim_host.c tests/sim_wire.c tests/sim_rules.c \
	  tests/sim_seed.c
SIM_CORE = core/fsm.o core/reconcile.o $(CODEC)
tests/check_sim: tests/check_sim.c tests/check_util.h tests/sim.h $(SIM) \
    $(SIM_CORE)
	$(LINK_TEST) tests/check_sim.c $(SIM) $(SIM_CORE) $(CHECK_LIBS)
tests/soak: tests/soak.c tests/sim.h $(SIM) $(SIM_CORE)
	$(LINK_TEST) tests/soak.c $(SIM) $(SIM_CORE)

# N random scenarios from the seed SEED
N	= 1000000
SEED	= 1
soak: tests/soak
	tests/soak -n $(N) -s $(SEED)

# The explorer: every reachable state of small LANs
MODEL	= tests/model.c tests/model_rules.c
tests/check_model: tests/check_model.c tests/check_util.h tests/model.h \
    $(MODEL) core/fsm.o
	$(LINK_TEST) tests/check_model.c $(MODEL) core/fsm.o $(CHECK_LIBS)

# MUTANTS picks some by name; all of them take minutes
model-mutants:
	@CC="$(CC)" tests/model_mutants.sh $(MUTANTS)

# Every small bug in the pure files must turn a unit test red: half an hour.
# MUTANTS=short is a sample; FILES, N and SEED draw another.
mutants:
	@CC="$(CC)" tests/mutants.sh

# Fuzzers: make fuzz T=packet S=60 runs one with clang; the corpora are replayed
# by plain programs in make check.
FUZZERS	= packet frame conf netlink record
T	= packet
S	= 60
FUZZ_BASE = $(CORE:.o=.c)
FUZZ_ALL = $(FUZZ_BASE) $(EDGES:.o=.c) trace.c $(filter-out vrrpd.c start.c,$(TOP:.o=.c))
FUZZ_WRAP = -Wl,--wrap=recvfrom,--wrap=sendto
FUZZ_packet = $(FUZZ_BASE)
FUZZ_frame = $(FUZZ_BASE)
FUZZ_conf = $(FUZZ_BASE)
FUZZ_record = $(FUZZ_BASE)
FUZZ_netlink = $(FUZZ_ALL) $(FUZZ_WRAP)
FUZZ_HEADERS = tests/fuzz.h tests/fuzz_nl.h tests/fuzz_main.c $(HEADERS)
REPLAYS	= $(FUZZERS:%=tests/replay_%)

fuzz:
	mkdir -p tests/out/$(T)
	clang -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARN) -O1 -g \
	    -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -iquote . -o tests/out/fuzz_$(T) \
	    tests/fuzz_$(T).c $(FUZZ_$(T))
	tests/out/fuzz_$(T) -max_total_time=$(S) -max_len=4200 -timeout=10 \
	    -print_final_stats=1 -artifact_prefix=tests/out/$(T)- \
	    tests/out/$(T) tests/corpus/$(T)

$(REPLAYS): $(FUZZ_HEADERS) $(FUZZ_ALL:.c=.o)
	$(LINK_TEST) $(@:tests/replay_%=tests/fuzz_%.c) tests/fuzz_main.c \
	    $(FUZZ_$(@:tests/replay_%=%):.c=.o)

REPLAYED = $(FUZZERS:%=replay-%)
replay: $(REPLAYED)
$(REPLAYED): $(REPLAYS)
	@./tests/$(subst -,_,$@) tests/corpus/$(@:replay-%=%)

coverage:
	@tests/coverage.sh

coverage-edges:
	@tests/coverage_edges.sh

cross:
	@WARN="$(WARN)" tests/cross.sh

# tests/CONFORMANCE.md anew; fails when it was not up to date, or lacks something
conformance:
	@perl tests/conformance.pl

must-mutants:
	@CC="$(CC)" tests/must_mutants.sh

# They run side by side with make -j; what they write comes in whole pieces.
UNITS	= $(CHECKS:tests/check_%=unit-%)
unit: $(UNITS)
$(UNITS): $(CHECKS)
	@out=`./tests/$(subst -,_,$(@:unit-%=check-%)) 2>&1`; status=$$?; \
	    printf '%s\n' "$$out"; exit $$status

# The explorer's long form, a minute; that of make unit is short
model: tests/check_model
	@VRRP_MODEL=all tests/check_model

# The golden frames, from their descriptions; CHECK=--check only compares.
CHECK	=
vectors:
	@tests/vectors.py $(CHECK)

# What others do with them; writes tests/PEERS.md
peers: vrrpd
	@tests/peers.py

tests/ns/inject: tests/ns/inject.c
	$(LINK_TEST) tests/ns/inject.c
tests/ns/fault.so: tests/ns/fault.c
	$(call SHORT,CC,$<)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 -fPIC -shared -o $@ $< -ldl

# Namespaces are made as any user; NS picks tests, as in NS=tests/ns/tcp.t
NS	= tests/ns
check-ns: vrrpd
	@tests/ns/run $(NS)

# Every fault, state, mode and protocol: some ten minutes.  FAULTS=short is a
# sample of it; tests/faults/run.sh tells what else can be chosen.
tests/faults/watch: tests/faults/watch.c
	$(LINK_TEST) tests/faults/watch.c
FAULT_TOOLS = vrrpd tests/faults/watch tests/ns/fault.so
check-faults: $(FAULT_TOOLS)
	@tests/faults/run.sh

# BENCH=short tries every row with tiny counts, medium takes 15 minutes
BENCH	= full
tests/bench/bench: tests/bench/bench.c
	$(LINK_TEST) tests/bench/bench.c
bench: vrrpd tests/ns/inject tests/bench/bench
	@if type $(SMALL_CC) >/dev/null 2>&1; then $(MAKE) -s small; fi
	@BENCH=$(BENCH) tests/bench/run

# Built and run side by side, but for the daemons, which have the machine for
# themselves; JOBS sets how many compilers run at a time.
JOBS	= `nproc`
check:
	@$(MAKE) --no-print-directory -j$(JOBS) unit replay vrrpd
	@$(MAKE) --no-print-directory check-ns

# As root: what a user namespace does not allow
check-root: vrrpd
	@prove --timer tests/ns/root

# As root: the commands of README in a minimal system of Debian, by its user
fresh:
	@tests/fresh.sh

check-small: vrrpd-small tests/ns/inject tests/ns/fault.so
	@SMALL_CC="$(SMALL)" tests/small.sh

# What has libpcap in it
check-pcap: vrrpd vrrpd-pcap tests/ns/inject
	prove --timer tests/pcap.t

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
	rm -f vrrpd vrrpd-small vrrpd-pcap .pcap *.o core/*.o tests/*.o $(CHECKS) $(REPLAYS) tests/soak \
	    tests/ns/inject tests/ns/fault.so tests/faults/watch \
	    tests/bench/bench

.PHONY: soak model-mutants fuzz replay coverage coverage-edges cross
.PHONY: check-faults bench
.PHONY: always check-pcap
.PHONY: model check-root fresh $(UNITS) $(REPLAYED)
.PHONY: vectors peers conformance must-mutants mutants small check-small
.PHONY: all unit check check-ns demo layers lint install uninstall dist clean
.SUFFIXES:
.SUFFIXES: .c .o
