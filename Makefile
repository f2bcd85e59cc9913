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
FSM	= core/fsm.o core/state.o
CORE	= $(FSM) core/frame.o core/packet.o core/neighbour.o \
	  core/duplicate.o core/drop.o core/conf.o core/record.o \
	  core/reconcile.o
CODEC	= core/frame.o core/packet.o core/neighbour.o core/drop.o
EDGES	= log.o libnetlink.o link.o port.o vmac.o respond.o ipaddr.o notify.o lockfile.o process.o \
	  sandbox.o report.o cmdline.o
TOP	= vrrpd.o start.o remains.o watchdog.o aftermath.o router.o host.o hold.o \
	  clean.o speak.o guard.o
# The recording of frames: PCAP=1 is with libpcap
PCAP	=
TRACE_	= trace.o
TRACE_1	= trace_pcap.o
LIBPCAP_1 = -lpcap
HEADERS	= aftermath.h core/state.h core/record.h core/wire.h core/conf.h trace.h vmac.h respond.h vrrp.h log.h libnetlink.h link.h port.h ipaddr.h notify.h \
	  lockfile.h process.h sandbox.h report.h cmdline.h \
	  core/reconcile.h ground.h host.h hold.h speak.h router.h guard.h \
	  watchdog.h clean.h remains.h start.h

UNIT	= check_fsm check_fsm3 check_walk check_packet check_packet3 \
	  check_neighbour check_conf check_conf3 check_netlink check_log \
	  check_watch check_cover check_record check_duplicate \
	  check_reconcile check_router check_host check_sandbox
CHECKS	= $(UNIT:%=tests/unit/%) tests/sim/check_sim tests/sim/check_model
CHECK_FSM = tests/unit/check_util.h tests/unit/fsm_util.h $(FSM)
CHECK_PLAY = tests/unit/check_util.h tests/unit/play_util.h
CHECK_CODEC = tests/unit/check_util.h tests/unit/packet_util.h $(CODEC)
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
# It has no libpcap.
small: vrrpd-small
vrrpd-small: $(SOURCES) $(HEADERS) Makefile
	$(if $(PCAP),$(error make small: the static program has no --pcap))
	$(call SHORT,LD,$@)$(SMALL) -s -o $@ $(SOURCES)

$(OBJECTS) $(TRACE_) $(TRACE_1): $(HEADERS) Makefile

# The link line of each unit test names exactly the sources under test.
LINK_TEST = $(call SHORT,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@

tests/unit/check_fsm: tests/unit/check_fsm.c $(CHECK_FSM)
	$(LINK_TEST) $< $(FSM) $(CHECK_LIBS)
tests/unit/check_fsm3: tests/unit/check_fsm3.c $(CHECK_FSM) core/duplicate.o
	$(LINK_TEST) $< $(FSM) core/duplicate.o $(CHECK_LIBS)
tests/unit/check_walk: tests/unit/check_walk.c $(CHECK_FSM)
	$(LINK_TEST) $< $(FSM) $(CHECK_LIBS)
tests/unit/check_packet: tests/unit/check_packet.c $(CHECK_CODEC)
	$(LINK_TEST) $< $(CODEC) $(CHECK_LIBS)
tests/unit/check_packet3: tests/unit/check_packet3.c $(CHECK_CODEC)
	$(LINK_TEST) $< $(CODEC) $(CHECK_LIBS)
tests/unit/check_neighbour: tests/unit/check_neighbour.c $(CHECK_CODEC)
	$(LINK_TEST) $< $(CODEC) $(CHECK_LIBS)
tests/unit/check_duplicate: tests/unit/check_duplicate.c $(CHECK_FSM) \
    core/duplicate.o
	$(LINK_TEST) $< core/duplicate.o $(FSM) $(CHECK_LIBS)
tests/unit/check_conf: tests/unit/check_conf.c tests/unit/check_util.h \
    tests/unit/conf_util.h core/conf.o core/frame.o
	$(LINK_TEST) $< core/conf.o core/frame.o $(CHECK_LIBS)
tests/unit/check_conf3: tests/unit/check_conf3.c tests/unit/check_util.h \
    tests/unit/conf_util.h core/conf.o core/frame.o
	$(LINK_TEST) $< core/conf.o core/frame.o $(CHECK_LIBS)
tests/unit/check_netlink: tests/unit/check_netlink.c tests/unit/check_util.h \
    libnetlink.o
	$(LINK_TEST) $< libnetlink.o $(CHECK_LIBS)
tests/unit/check_sandbox: tests/unit/check_sandbox.c tests/unit/check_util.h \
    sandbox.h sandbox.o
	$(LINK_TEST) $< sandbox.o $(CHECK_LIBS)
tests/unit/check_log: tests/unit/check_log.c tests/unit/check_util.h log.o
	$(LINK_TEST) $< log.o $(CHECK_LIBS)
# advert_len() and vrrp_mac_is_virtual() are of packet.c
tests/unit/check_reconcile: tests/unit/check_reconcile.c \
    tests/unit/check_util.h core/reconcile.o core/packet.o core/frame.o
	$(LINK_TEST) $< core/reconcile.o core/packet.o core/frame.o \
	    $(CHECK_LIBS)
# The room of router.c; the other rooms are played by the test.
ROUTER	= router.o $(FSM) core/duplicate.o core/conf.o core/record.o \
	  $(CODEC)
tests/unit/check_router: tests/unit/check_router.c $(CHECK_PLAY) \
    $(ROUTER)
	$(LINK_TEST) $< $(ROUTER) $(CHECK_LIBS)
# The room of host.c, likewise
HOST	= host.o core/reconcile.o core/record.o core/packet.o core/frame.o
tests/unit/check_host: tests/unit/check_host.c $(CHECK_PLAY) $(HOST)
	$(LINK_TEST) $< $(HOST) $(CHECK_LIBS)

tests/unit/check_watch: tests/unit/check_watch.c tests/unit/check_util.h \
    link.o libnetlink.o core/frame.o
	$(LINK_TEST) $< link.o libnetlink.o core/frame.o \
	    $(CHECK_LIBS)
tests/unit/check_cover: tests/unit/check_cover.c tests/unit/check_util.h \
    $(FSM) $(CODEC)
	$(LINK_TEST) $< $(FSM) $(CODEC) $(CHECK_LIBS)
tests/unit/check_record: tests/unit/check_record.c tests/unit/check_util.h \
    core/record.o core/packet.o core/frame.o
	$(LINK_TEST) $< core/record.o core/packet.o core/frame.o \
	    $(CHECK_LIBS)

# The simulator: whole LANs in virtual time, from a seed
SIM	= tests/sim/sim.c tests/sim/sim_host.c tests/sim/sim_wire.c \
	  tests/sim/sim_rules.c tests/sim/sim_seed.c
SIM_CORE = $(FSM) core/reconcile.o $(CODEC)
tests/sim/check_sim: tests/sim/check_sim.c tests/unit/check_util.h \
    tests/sim/sim.h $(SIM) $(SIM_CORE)
	$(LINK_TEST) $< $(SIM) $(SIM_CORE) $(CHECK_LIBS)
tests/sim/soak: tests/sim/soak.c tests/sim/sim.h $(SIM) $(SIM_CORE)
	$(LINK_TEST) $< $(SIM) $(SIM_CORE)

# N random scenarios from the seed SEED
N	= 1000000
SEED	= 1
soak: tests/sim/soak
	tests/sim/soak -n $(N) -s $(SEED)

# The explorer: every reachable state of small LANs
MODEL	= tests/sim/model.c tests/sim/model_rules.c
tests/sim/check_model: tests/sim/check_model.c tests/unit/check_util.h \
    tests/sim/model.h $(MODEL) $(FSM)
	$(LINK_TEST) $< $(MODEL) $(FSM) $(CHECK_LIBS)

# MUTANTS picks some by name; all of them take minutes
model-mutants:
	@CC="$(CC)" tests/sim/model_mutants.sh $(MUTANTS)

# Every small bug in the pure files must turn a unit test red: half an hour.
# MUTANTS=short is a sample; FILES, N and SEED draw another.
mutants:
	@CC="$(CC)" tests/proof/mutants.sh

# Fuzzers: make fuzz T=packet S=60 runs one with clang; the corpora are replayed
# by plain programs in make check.
FUZZERS	= packet frame conf netlink record reconcile
T	= packet
S	= 60
FUZZ_BASE = $(CORE:.o=.c)
FUZZ_ALL = $(FUZZ_BASE) $(EDGES:.o=.c) trace.c $(filter-out vrrpd.c start.c remains.c,$(TOP:.o=.c))
FUZZ_WRAP = -Wl,--wrap=recvfrom,--wrap=sendto
FUZZ_packet = $(FUZZ_BASE)
FUZZ_frame = $(FUZZ_BASE)
FUZZ_conf = $(FUZZ_BASE)
FUZZ_record = $(FUZZ_BASE)
FUZZ_reconcile = $(FUZZ_BASE)
FUZZ_netlink = $(FUZZ_ALL) $(FUZZ_WRAP)
FUZZ_HEADERS = tests/fuzz/fuzz.h tests/fuzz/fuzz_nl.h \
	  tests/fuzz/fuzz_main.c $(HEADERS)
REPLAYS	= $(FUZZERS:%=tests/fuzz/replay_%)

fuzz:
	mkdir -p tests/out/$(T)
	clang -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARN) -O1 -g \
	    -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -iquote . -o tests/out/fuzz_$(T) \
	    tests/fuzz/fuzz_$(T).c $(FUZZ_$(T))
	tests/out/fuzz_$(T) -max_total_time=$(S) -max_len=4200 -timeout=10 \
	    -print_final_stats=1 -artifact_prefix=tests/out/$(T)- \
	    tests/out/$(T) tests/fuzz/corpus/$(T)

$(REPLAYS): $(FUZZ_HEADERS) $(FUZZ_ALL:.c=.o)
	$(LINK_TEST) $(subst replay_,fuzz_,$@).c tests/fuzz/fuzz_main.c \
	    $(FUZZ_$(@:tests/fuzz/replay_%=%):.c=.o)

REPLAYED = $(FUZZERS:%=replay-%)
replay: $(REPLAYED)
$(REPLAYED): $(REPLAYS)
	@tests/fuzz/$(subst -,_,$@) tests/fuzz/corpus/$(@:replay-%=%)

coverage:
	@tests/proof/coverage.sh

coverage-edges:
	@tests/proof/coverage_edges.sh

cross:
	@WARN="$(WARN)" tests/proof/cross.sh

# Fills in CONFORMANCE.md; fails when it was not up to date, or lacks something
conformance:
	@perl tests/proof/conformance.pl

must-mutants:
	@CC="$(CC)" tests/proof/must_mutants.sh

# They run side by side with make -j; what they write comes in whole pieces.
UNITS	= $(patsubst check_%,unit-%,$(notdir $(CHECKS)))
unit: $(UNITS)
$(UNITS): $(CHECKS)
	@out=`$(filter %/$(@:unit-%=check_%),$(CHECKS)) 2>&1`; status=$$?; \
	    printf '%s\n' "$$out"; exit $$status

# The explorer's long form, a minute; that of make unit is short
model: tests/sim/check_model
	@VRRP_MODEL=all tests/sim/check_model

# The golden frames, from their descriptions; CHECK=--check only compares.
CHECK	=
vectors:
	@tests/proof/vectors.py $(CHECK)

# What others do with them; writes tests/proof/PEERS.md
peers: vrrpd
	@tests/proof/peers.py

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
JOBS	?= `nproc`
check:
	@$(MAKE) --no-print-directory -j$(JOBS) unit replay vrrpd
	@$(MAKE) --no-print-directory check-ns

# The tests that make check has no time for
check-long: vrrpd
	@LONG=yes tests/ns/run

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
	rm -f vrrpd vrrpd-small vrrpd-pcap .pcap *.o core/*.o $(CHECKS) $(REPLAYS) \
	    tests/sim/soak tests/ns/inject tests/ns/fault.so tests/faults/watch \
	    tests/bench/bench

.PHONY: soak model-mutants fuzz replay coverage coverage-edges cross
.PHONY: check-faults bench
.PHONY: always check-pcap
.PHONY: model check-long check-root fresh $(UNITS) $(REPLAYED)
.PHONY: vectors peers conformance must-mutants mutants small check-small
.PHONY: all unit check check-ns demo layers lint install uninstall dist clean
.SUFFIXES:
.SUFFIXES: .c .o
