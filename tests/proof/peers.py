#!/usr/bin/env python3
"""What vrrpd, keepalived and FRR's vrrpd do with the golden vectors.

    peers.py            all three; writes PEERS.md beside this: "make peers"
    peers.py --vrrpd    vrrpd alone, as a test for prove(1)
    peers.py --show ID...   all there is to know about these vectors
    peers.py --jobs N   so many routers at a time

Every vector has routers of its own: one that is Backup and one that is Master
when it comes, each in a network namespace with one cable, at the other end of
which this program is:

    peers.py: c17 ------- eth0: vrrpd, or keepalived, or zebra and vrrpd
              192.0.2.30        192.0.2.20, fe80::20, as vectors.txt has it

    Backup    hears a resignation at 0 s and would take over at 0.61 s
              (Skew_Time); at 0.3 s comes the vector.  When it becomes Master
              says whether it took the vector, and how.  It does not preempt, so
              that a lower priority starts the timer anew as well.
    Master    half an interval after its first advert comes the vector.  It
              answers at once, or yields and falls silent, or goes on.

vrrpd is judged: what it does and when, and the counters of its report, must be
what vectors.txt and the RFCs say, and it must live; else this fails.  The
others are described.  They know IPv4 adverts of version 3 with pseudo-header
alone, so that they get the vectors with that sum, but for those that are about
the sum.  VRRPD names another program; SLACK is the time in seconds by which
everything may be later.
"""
import argparse
import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import vectors  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VRRPD = os.environ.get("VRRPD", os.path.join(HERE, "..", "..", "vrrpd"))
FRR = "/usr/lib/frr"
TABLE = os.path.join(HERE, "PEERS.md")

SKEW = 156 / 256                # s, priority 100 and an interval of 1 s
TO_VECTOR = 0.3                 # s, from the resignation
ADVERT_TO_VECTOR = 0.5          # from an advert of the Master
UNEVEN = 0.12                   # by which these may miss
AT_ONCE = 0.3                   # at most until an answer
LATE = 0.15                     # s, what a daemon may be late on a busy machine
LATE += float(os.environ.get("SLACK", "0"))
TRIES = 4                       # when the machine was too slow for the times
STARTING = 4                    # routers at a time: what loads the machine
SILENT = 1.4                    # s without an advert: no Master
SO_TIMESTAMPNS_NEW = 64         # two numbers of 64 bits, on every machine
SAMPLES = 5                     # of what depends on a race
ETH_P_ALL = 3
MAC = "02:00:00:00:00:20"

# The sum is what these are about: they go out as they are to everybody.
ABOUT_SUM = "V21 V22 V25 I21 I22 I23".split()


def sleep_until(when):
    return asyncio.sleep(max(0, when - time.time()))


# --- contexts -----------------------------------------------------------------

class Context:
    """The receiver of a vector, as the head of vectors.txt describes it"""

    def __init__(self, name):
        self.name = name
        self.version = 2 if name[1] == "2" else 3
        self.ip = 6 if name[1] == "6" else 4
        kind = name[2:]
        self.owner = kind == "own"
        self.password = {"pw": "vrrppass", "pw3": "abc"}.get(kind)
        self.interval = 255 if kind == "i255" else 1
        self.vrid = {"v1": 1, "v255": 255}.get(kind, 51)
        self.strict = kind == "strict"
        self.form = {"m": "rfc9568", "p": "pseudo-header"}.get(kind)
        self.vips = ["fe80::1", "2001:db8::1"] if self.ip == 6 else \
            ["10.0.112.202" if kind == "vip" else "192.0.2.1"]
        if kind == "ll":
            self.vips = self.vips[:1]
        self.primary = "192.0.2.1" if self.owner else "192.0.2.20"
        self.priority = 255 if self.owner else 100

    def resignation(self):
        """The frame of a Master that gives up, sound in this context"""
        text = "V00 %s v%d%s prio=0 vrid=%d list=%s interval=%d" % (
            self.name, self.version, "/6" if self.ip == 6 else "", self.vrid,
            ",".join(self.vips),
            self.interval if self.version == 2 else 100)
        if self.password:
            text += " auth=1 data=" + self.password
        if self.version == 3 and self.ip == 4:
            text += " sum=pseudo"
        return vectors.Case(text + " -> accept: ", 0x7000).frame


# --- the daemons --------------------------------------------------------------

class Daemon:
    """One router in a namespace.  Its files are in self.dir."""
    to_backup = None            # what the log says when a Master yields
    to_master = None            # and when a Backup becomes Master
    noise = None                # lines of the log that are about states alone
    stamp = None                # what stands before the text of a line

    def __init__(self, where, receiver, preempt):
        self.ns = os.path.basename(where)
        self.dir = where
        self.receiver = receiver
        self.preempt = preempt
        self.processes = []
        self.log = os.path.join(where, "log")
        self.mark = 0

    @classmethod
    def context(cls, name):
        """What comes nearest to that context, or None"""
        return Context(name)

    def primary(self):
        return self.receiver.primary

    def links(self):
        """For ip -batch: more than eth0 with its addresses"""
        return []

    def spawn(self, *argv, shell=""):
        """In the namespace, a process group of its own"""
        with open(self.log, "ab") as log:
            self.processes.append(subprocess.Popen(
                ["ip", "netns", "exec", self.ns, "sh", "-c",
                 shell + 'exec "$@"', "-", *argv], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def logged(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    async def wait_for(self, condition, what):
        end = time.time() + 20
        while not condition():
            if time.time() > end or not self.alive():
                raise TimeoutError("%s: %s" % (what, self.logged()))
            await asyncio.sleep(0.05)

    def mark_log(self):
        self.mark = len(self.logged())

    def news(self):
        return self.logged()[self.mark:]

    def said(self):
        """What it logged since the vector, but for its states"""
        return [re.sub("^" + self.stamp, "", line).strip()
                for line in self.news().splitlines()
                if line and not re.search(self.noise, line)]

    def alive(self):
        return all(p.poll() is None for p in self.processes)

    async def counters(self):
        return None

    def end(self):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


class Vrrpd(Daemon):
    name = "vrrpd"
    programs = [VRRPD]
    to_backup = "master -> backup"
    to_master = "backup -> master"
    noise = r" -> |shutting down"
    stamp = r".*? vrid \d+: "

    @classmethod
    def version(cls):
        return subprocess.run([VRRPD, "--version"], capture_output=True,
                              text=True, check=True).stdout.split()[-1]

    async def start(self):
        c = self.receiver
        argv = [VRRPD, "-i", "eth0", "-f", self.dir, "-v", str(c.vrid), "-d",
                str(c.interval), "-L", "info"]
        argv += ["-3"] if c.version == 3 and c.ip == 4 else []
        argv += ["-a", "pw/" + c.password] if c.password else []
        argv += [] if self.preempt else ["-s"]
        argv += ["--strict-addresses"] if c.strict else []
        argv += ["--checksum", c.form] if c.form else []
        self.spawn(*argv, *c.vips)
        await self.wait_for(lambda: re.search(" starts$", self.logged(), re.M),
                            "no start")

    async def counters(self):
        """As in vectors.txt, without the resignation that we sent"""
        for n in (1, 2):        # the second shows where the first ends
            self.processes[0].send_signal(signal.SIGHUP)
            await self.wait_for(lambda: self.logged().count(": state: ") >= n,
                                "no report")
        report = self.logged().split(": state: ")[1]
        found = re.search(r"received (\d+)", report)
        received = int(found[1]) - (0 if self.receiver.owner else 1)
        names = ["received"] if received == 1 else \
            [] if received == 0 else ["received %d" % received]
        for name, n in re.findall(r"wrong: ([a-z-]+) (\d+)", report):
            names.append(name if n == "1" else name + " " + n)
        return ",".join(names) or "-"


class Keepalived(Daemon):
    name = "keepalived"
    programs = ["/usr/sbin/keepalived"]
    to_backup = "Entering BACKUP STATE"
    to_master = "Entering MASTER STATE"
    noise = r"Entering|Sending|VIPs\.|advertisement timeout|locally configured"
    stamp = r".*? \d{4}: (\(r\) )?"

    @classmethod
    def version(cls):
        out = subprocess.run(["/usr/sbin/keepalived", "--version"],
                             capture_output=True, text=True, check=True)
        return re.search(r"v([0-9.]+)", out.stderr + out.stdout)[1]

    def primary(self):
        """A virtual address is no address of the interface to it."""
        return "192.0.2.20"

    async def start(self):
        c = self.receiver
        lines = ["global_defs {", "router_id r", "vrrp_version %d" % c.version,
                 "}", "vrrp_instance r {", "interface eth0", "state BACKUP",
                 "virtual_router_id %d" % c.vrid, "priority %d" % c.priority,
                 "advert_int %d" % c.interval]
        lines += [] if self.preempt or c.owner else ["nopreempt"]
        if c.password:
            lines += ["authentication {", "auth_type PASS",
                      "auth_pass " + c.password, "}"]
        lines += ["virtual_ipaddress {", *c.vips, "}", "}", ""]
        config = self.write("conf", "\n".join(lines))
        self.spawn(self.programs[0], "-n", "-l", "-D", "-P", "-f", config,
                   "-p", self.dir + "/pid", "-r", self.dir + "/vrrp.pid")
        await self.wait_for(
            lambda: re.search("Entering (BACKUP|MASTER)", self.logged()),
            "no start")

    def alive(self):
        return super().alive() and \
            not re.search("Respawn|exited|died|terminated", self.news())


class Frr(Daemon):
    name = "FRR"
    programs = [FRR + "/zebra", FRR + "/vrrpd"]
    to_backup = "Master -> Backup"
    to_master = "Backup -> Master"
    noise = (r"Refusing to start|[0-9a-f]{16}: | expired$|Delaying| -> |"
             r"Interface up|Datagram rx|Received VRRP Adv|Failed to find")
    stamp = r".*\[IPv[46]\] "

    @classmethod
    def version(cls):
        out = subprocess.run([FRR + "/vrrpd", "--version"],
                             capture_output=True, text=True, check=True)
        return re.search(r"version ([0-9.]+)", out.stdout)[1]

    @classmethod
    def context(cls, name):
        """It has no authentication, no owner and no interval beyond 40.95 s."""
        found = Context(name)
        if found.owner or found.interval > 40:
            return None
        return found if found.password is None else Context("C2")

    def __init__(self, where, receiver, preempt):
        super().__init__(where, receiver, preempt)
        self.log = os.path.join(where, "protocol")
        self.write("protocol", "")

    def links(self):
        """A macvlan with the virtual MAC, which is protodown unless Master"""
        c = self.receiver
        out = ["link add vr link eth0 type macvlan mode bridge",
               "link set dev vr addrgenmode none",
               "link set dev vr address 00:00:5e:00:0%d:%02x" % (
                   2 if c.ip == 6 else 1, c.vrid)]
        for vip in c.vips:
            out.append("addr add %s dev vr%s" % (
                vip + "/64" if c.ip == 6 else vip + "/32",
                " nodad" if c.ip == 6 else ""))
        # Its IPv6 adverts have the link-local address of the macvlan that was
        # given last.
        if c.ip == 6:
            out += ["addr del fe80::20/64 dev eth0",
                    "addr add fe80::21/64 dev eth0 nodad",
                    "addr add fe80::20/64 dev vr nodad"]
        return out + ["link set dev vr up"]

    async def start(self):
        c = self.receiver
        common = ["-u", "root", "-g", "root", "-A", "127.0.0.1",
                  "--vty_socket", self.dir, "-z", self.dir + "/zserv.api"]
        self.spawn(
            self.programs[0], *common, "-i", self.dir + "/zebra.pid", "-f",
            self.write("zebra.conf", ""), "--log",
            "file:" + self.dir + "/zebra.log",
            shell="cd /proc/sys/net/ipv4/conf/eth0; echo 1 >arp_ignore; "
            "echo 2 >arp_announce; cd /; ")
        await self.wait_for(
            lambda: os.path.exists(self.dir + "/zserv.api"), "no zebra")
        ip = "ipv6" if c.ip == 6 else "ip"
        lines = ["debug vrrp protocol", "debug vrrp packets", "interface eth0"]
        lines += [" vrrp %d %s" % (c.vrid, rest) for rest in (
            "version %d" % c.version, "priority %d" % c.priority,
            "advertisement-interval %d" % (c.interval * 1000),
            *("%s %s" % (ip, vip) for vip in c.vips))]
        if not self.preempt:
            lines.append(" no vrrp %d preempt" % c.vrid)
        self.spawn(
            self.programs[1], *common, "-i", self.dir + "/vrrpd.pid", "-f",
            self.write("vrrpd.conf", "\n".join(lines) + "\n"), "--log",
            "file:" + self.dir + "/protocol")
        await self.wait_for(
            lambda: re.search("Initialize -> (Backup|Master)", self.logged()),
            "no start")


DAEMONS = [Vrrpd, Keepalived, Frr]


# --- a cable ------------------------------------------------------------------

class Cable:
    """A namespace with one interface, and our end of its cable"""

    def __init__(self, root, n):
        self.dir = os.path.join(root, "n%d" % n)
        self.name = "c%d" % n
        self.ns = os.path.basename(self.dir)
        self.adverts = []       # times of them, without resignations
        self.signs = []         # times of whatever only a Master sends
        self.socket = None
        os.mkdir(self.dir)

    def lay(self, daemon):
        subprocess.run(["ip", "-batch", "-"], check=True, text=True, input="""
            netns add %(ns)s
            link add name %(name)s type veth peer name eth0 netns %(ns)s
            link set dev %(name)s addrgenmode none
            link set dev %(name)s up
            """ % vars(self))
        subprocess.run(
            ["ip", "-n", self.ns, "-batch", "-"], check=True, text=True,
            input="\n".join([
                "link set dev lo up", "link set dev eth0 addrgenmode none",
                "link set dev eth0 address " + MAC,
                "addr add %s/24 dev eth0" % daemon.primary(),
                "link set dev eth0 up",
                "addr add fe80::20/64 dev eth0 nodad", *daemon.links(), ""]))

    def listen(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1)
        self.socket.bind((self.name, ETH_P_ALL))
        self.socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self.socket, self.on_frame)

    def on_frame(self):
        while True:
            try:
                frame, extra, _, where = self.socket.recvmsg(2048, 128)
            except BlockingIOError:
                return
            if where[2] == socket.PACKET_OUTGOING:
                continue
            sec, nsec = (int.from_bytes(extra[0][2][i:i + 8], sys.byteorder)
                         for i in (0, 8))
            self.on_sign(frame, sec + nsec / 1e9)

    def on_sign(self, frame, now):
        """Adverts, ARP, and neighbour advertisements"""
        kind, proto, at = frame[12:14], frame[20], 54
        if kind == b"\x08\0":
            proto, at = frame[23], 14 + (frame[14] & 15) * 4
        advert = kind in (b"\x08\0", b"\x86\xdd") and \
            proto == vectors.PROTO_VRRP and frame[at + 2] > 0
        if advert:
            self.adverts.append(now)
        if advert or kind == b"\x08\x06" or \
                (kind == b"\x86\xdd" and proto == 58 and frame[at] == 136):
            self.signs.append(now)

    def send(self, frame):
        """When; not after it, an answer may be there before we are back"""
        before = time.time()
        self.socket.send(frame)
        return before

    def deafen(self):
        if self.socket is not None:
            asyncio.get_running_loop().remove_reader(self.socket)
            self.socket.close()

    def cut(self):
        subprocess.run(["ip", "netns", "del", self.ns], check=False)


# --- one vector, one router ---------------------------------------------------

class Busy(Exception):
    """The machine was too slow for the times of this try."""


class Run:
    """What a router in a role did with a vector"""

    def __init__(self, case, kind, role):
        self.case = case
        self.kind = kind
        self.role = role
        self.receiver = kind.context(case.context)
        self.prio = case.number("prio", 100)
        self.outcome = "-"
        self.said, self.news = [], ""
        self.counters = None
        self.trouble = None

    def applies(self):
        return self.receiver is not None and \
            not (self.role == "Backup" and self.receiver.owner)

    def frame(self):
        """With a pseudo-header for those who know nothing else"""
        case = self.case
        if self.kind is Vrrpd or case.id in ABOUT_SUM or \
                (case.version, case.ip) != (3, 4) or "sum" in case.field:
            return case.frame
        case = vectors.Case("%s %s %s sum=pseudo -> accept: " % (
            case.id, case.context, case.text), case.ident)
        return case.frame

    def down_interval(self):
        """Of a Backup that has taken the vector: until it is Master, s; in
        version 3 by the interval that it learns"""
        skew, interval = SKEW, self.receiver.interval
        if self.prio == 0:
            return skew
        if self.receiver.version == 3:
            interval = self.case.number("interval", 100) / 100
            skew *= interval
        return 3 * interval + skew

    def until(self):
        """How long it is worth to wait for that"""
        down = self.down_interval()
        return max(down + 0.7, 2) if down < 8 else 4.5

    def samples(self):
        """Others yield and come back through several processes."""
        return SAMPLES if self.kind is not Vrrpd and \
            self.role == "Master" and self.down_interval() < 0.3 else 1

    def expected(self):
        """What vrrpd has to do by vectors.txt and the RFCs.  In version 2 too,
        a worse rival is answered (vrrpd.8, STANDARDS)."""
        taken = self.case.verdict == "accept"
        if self.role == "Backup":
            return "takes" if taken else "drops"
        if not taken:
            return "goes on"
        ours = vectors.addr("fe80::20" if self.receiver.ip == 6 else
                            self.receiver.primary)
        if (self.prio, self.case.src) <= (self.receiver.priority, ours):
            return "answers"
        return "yields" if self.down_interval() > ADVERT_TO_VECTOR else \
            "yields, Master again"

    def wrong(self):
        """What vrrpd does otherwise, or nothing"""
        out = []
        if self.outcome != self.expected():
            out.append("it %s, and should do: %s" % (self.outcome,
                                                     self.expected()))
        if self.counters != self.case.counters:
            out.append("counted: %s, and should be: %s" % (
                self.counters, self.case.counters))
        return out

    async def play(self, root, n, starting):
        cable = Cable(root, n)
        daemon = self.kind(cable.dir, self.receiver, self.role == "Master")
        try:
            async with starting:
                await asyncio.to_thread(cable.lay, daemon)
                cable.listen()
                await daemon.start()
                await asyncio.sleep(0.3)
            await getattr(self, self.role.lower())(cable, daemon)
            self.said, self.news = daemon.said(), daemon.news()
            if daemon.alive():
                self.counters = await daemon.counters()
            else:
                self.outcome = "ends"
        finally:
            daemon.end()
            cable.deafen()
            await asyncio.to_thread(cable.cut)

    async def backup(self, cable, daemon):
        start = cable.send(self.receiver.resignation())
        await sleep_until(start + TO_VECTOR)
        if cable.signs:
            raise Busy("Master before the vector")
        daemon.mark_log()
        sent = cable.send(self.frame())
        if sent - start > TO_VECTOR + UNEVEN:
            raise Busy("the vector came too late")
        await sleep_until(sent + self.until())
        first = cable.signs[0] - sent if cable.signs else None
        self.outcome = self.judge(SKEW - (sent - start), first)

    def judge(self, left, first):
        """From the time when it became Master, if it did, and from when it
        would have without the vector"""
        down = self.down_interval()
        if first is None:
            return "takes" if down > self.until() else \
                "takes, not Master in %.1f s" % self.until()
        off, what = min((abs(first - left), "drops"),
                        (abs(first - down), "takes"))
        return what if off < LATE else \
            "takes, Master in %.1f s" % first

    async def next_advert(self, cable, daemon):
        """When the last one was sent, if that is not too long ago"""
        end = time.time() + 10
        while not cable.adverts or (
                self.receiver.interval == 1 and
                time.time() > cable.adverts[-1] + ADVERT_TO_VECTOR):
            if time.time() > end:
                raise Busy("not Master: " + daemon.logged())
            await asyncio.sleep(0.02)
        return cable.adverts[-1]

    async def master(self, cable, daemon):
        if not self.receiver.owner:
            cable.send(self.receiver.resignation())
        await sleep_until(await self.next_advert(cable, daemon) +
                          ADVERT_TO_VECTOR)
        daemon.mark_log()
        sent = cable.send(self.frame())
        await sleep_until(sent + ADVERT_TO_VECTOR + SILENT)
        before = max(t for t in cable.adverts if t < sent)
        if abs(sent - before - ADVERT_TO_VECTOR) > UNEVEN:
            raise Busy("the vector came %.3f s after an advert" %
                       (sent - before))
        times = [t - sent for t in cable.adverts if t > sent]
        later = [t for t in times if t > AT_ONCE]
        yields = re.search(daemon.to_backup, daemon.news())
        if yields and (later or
                       re.search(daemon.to_master, daemon.news())):
            self.outcome = "yields, Master again" + ("" if later else
                                                     " but mute")
        elif yields or (not later and self.receiver.interval == 1):
            self.outcome = "yields"
        elif len(later) < len(times):
            self.outcome = "answers"
        elif self.receiver.interval == 1 and \
                sent + later[0] > before + 1 + UNEVEN:
            raise Busy("its own advert came too late")
        else:
            self.outcome = "goes on"


async def play_all(runs, root, jobs, report):
    """All of them, some at a time; report(run) as they end"""
    free = asyncio.Semaphore(jobs)
    starting = asyncio.Semaphore(STARTING)
    number = iter(range(1, 1 << 20))

    async def once(run):
        for _ in range(TRIES):
            try:
                await run.play(root, next(number), starting)
            except (Busy, TimeoutError) as error:
                run.outcome, run.trouble = "?", str(error)
                continue
            # Perhaps it was late, or we were.
            if " in " not in run.outcome:
                break

    async def one(run):
        outcomes = set()
        async with free:
            for _ in range(run.samples()):
                await once(run)
                outcomes.add(run.outcome)
        run.outcome = " or ".join(sorted(outcomes))
        report(run)

    await asyncio.gather(*(one(run) for run in runs))


def enter_namespaces():
    """Into fresh ones, as any user; what we start ends with us."""
    if os.environ.get("PEERS_NS"):
        return
    for flags in ("-mrunpf", "-mnpf"):
        probe = subprocess.run(["unshare", flags, "true"], check=False,
                               stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            os.execvp("unshare", ["unshare", flags, "--kill-child", "env",
                                  "PEERS_NS=1", sys.executable, *sys.argv])
    print("1..0 # SKIP no network namespaces for this user: try sudo")
    sys.exit(0)


def prepare(root):
    """FRR keeps files in /var/tmp, and wants its user to be in the group
    frrvty, also if that is root, the only one there is in a user namespace."""
    for where in ("/run", "/var/tmp"):
        subprocess.run(["mount", "-t", "tmpfs", "none", where], check=True)
    os.mkdir("/run/netns")
    with open("/etc/group", encoding="utf-8") as file:
        groups = [line for line in file if not line.startswith("frrvty:")]
    path = os.path.join(root, "group")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(groups + ["frrvty:x:0:root\n"])
    subprocess.run(["mount", "--bind", path, "/etc/group"], check=True)
    subprocess.run(["ip", "link", "set", "dev", "lo", "up"], check=True)


# --- what comes out -----------------------------------------------------------

class Tap:
    """Each run of vrrpd a test, for prove"""

    def __init__(self):
        self.tests = self.failed = 0

    def __call__(self, run):
        self.tests += 1
        wrong = run.wrong()
        self.failed += bool(wrong)
        print("%sok %d - %s at %s, %s: %s, counted: %s" % (
            "not " if wrong else "", self.tests, run.case.id,
            run.case.context, run.role, run.outcome, run.counters))
        if wrong:
            text = "\n".join([*wrong, run.trouble or "", run.news]).strip()
            print("# not ok %d - %s at %s, %s:\n#   %s" % (
                self.tests, run.case.id, run.case.context, run.role,
                text.replace("\n", "\n#   ")), file=sys.stderr, flush=True)

    def end(self):
        print("1..%d" % self.tests)
        return 1 if self.failed else 0


def show(run):
    print(run.case.id, run.case.context, run.kind.name, run.role + ":",
          run.outcome, run.counters or "", run.trouble or "")
    print(run.news)


INTRO = """\
# What others do with the golden vectors

Made by `make peers`; the head of `peers.py` says how.  The frames of
`vectors.txt` were sent to %s.  A cell has
what a Backup did, and behind the stroke what a Master did:

- *takes*: the Backup starts its timer anew by what the vector says; *drops*:
  it does not.  It does not preempt.
- *yields*: the Master becomes Backup; *answers*: it sends an advert at once;
  *goes on*: it does neither.
- *ends*: the process has ended.  `-`: cannot be configured.

Bold is what differs from vrrpd.  vrrpd behaved and counted in all %d runs as
`vectors.txt` says; the column *counters* has those of its report that went up.

keepalived and FRR take IPv4 adverts of version 3 with a pseudo-header in the
checksum and no others (I23), and so they got all of version 3 with that form,
except V21, V22, V25 and I21 to I23.  FRR has no authentication: the vectors
of C2pw and C2pw3 came to it as in C2.

What the logs at the end do not tell, of keepalived 2.2.7 and FRR 8.4.4:

- V05, V23: the kernel drops packets from an address of the host itself.  A
  Master of keepalived has the virtual address, and FRR has it always, on its
  macvlan; so they do not hear the owner.  vrrpd reads beside the kernel's IP.
- V28, I52: FRR takes the reserved bits for a part of the interval; 0xf064 is
  615.4 s to it.
- V26, I51: FRR learns an interval that ends at once.  It is Master again before
  zebra has taken its macvlan down, which then may stay down: it goes on sending
  adverts that nobody sees.
"""


def cell(runs, reference=None):
    """What was done in both roles"""
    out = []
    for role in ("Backup", "Master"):
        done = runs[role].outcome if role in runs else "-"
        other = reference[role].outcome if reference and role in reference \
            else done
        out.append(done if done in (other, "-") else "**%s**" % done)
    return " / ".join(out)


def quoted(words):
    return "`%s`" % words.replace("`", "'").replace("|", "/")


def said(runs):
    """What it logged, without what differs from one run to the next"""
    found = []
    for run in runs.values():
        found += [line for line in run.said if line not in found]
    return "<br>".join(quoted(line) for line in found)


def differences(kind, table):
    """The vectors that a Backup takes and vrrpd does not, and so on"""
    groups = {}
    for (case, runs) in table:
        for role in ("Backup", "Master"):
            if role not in runs[kind] or role not in runs[Vrrpd]:
                continue
            got, ours = (runs[k][role].outcome for k in (kind, Vrrpd))
            if got != ours:
                key = "As %s %s *%s*, where vrrpd *%s*" % (
                    role, kind.name, got, ours)
                groups.setdefault(key, []).append(
                    "%s (%s)" % (case.id, case.title))
    return ["- %s: %s." % (key, ", ".join(dict.fromkeys(names)))
            for key, names in groups.items()]


def write_table(runs, kinds):
    table = []
    for run in runs:
        if not table or table[-1][0] is not run.case:
            table.append((run.case, {kind: {} for kind in kinds}))
        table[-1][1][run.kind][run.role] = run
    names = ["%s %s" % (kind.name, kind.version()) for kind in kinds]
    out = [INTRO % (", ".join(names[:-1]) + " and " + names[-1],
                    sum(run.kind is Vrrpd for run in runs))]
    for kind in kinds[1:]:
        out += ["\n## Where %s differs\n" % kind.name,
                *differences(kind, table)]
    out += ["\n## Who does what\n",
            "| | context | vector | counters | " + " | ".join(names) + " |",
            "|---" * (4 + len(kinds)) + "|"]
    for case, row in table:
        out.append("| %s | %s | %s | %s | %s |" % (
            case.id, case.context, case.title, case.counters, " | ".join(
                cell(row[kind], row[Vrrpd]) for kind in kinds)))
    out += ["\n## What they log\n",
            "| | context | " + " | ".join(k.name for k in kinds) + " |",
            "|---" * (2 + len(kinds)) + "|"]
    for case, row in table:
        if any(said(row[kind]) for kind in kinds):
            out.append("| %s | %s | %s |" % (case.id, case.context, " | ".join(
                said(row[kind]) for kind in kinds)))
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--vrrpd", action="store_true")
    options.add_argument("--show", nargs="+", default=[], metavar="ID")
    options.add_argument("--jobs", type=int, default=48, metavar="N")
    args = options.parse_args()
    enter_namespaces()
    kinds = DAEMONS[:1] if args.vrrpd else DAEMONS
    missing = [p for kind in kinds for p in kind.programs
               if not os.access(p, os.X_OK)]
    if missing:
        sys.exit("peers: not here: " + ", ".join(missing))
    cases = [c for c in vectors.load() if not args.show or c.id in args.show]
    runs = [run for case in cases for kind in kinds
            for role in ("Backup", "Master")
            for run in [Run(case, kind, role)] if run.applies()]
    tap = Tap() if args.vrrpd else None
    with tempfile.TemporaryDirectory() as root:
        prepare(root)
        asyncio.run(play_all(runs, root, args.jobs, tap or (lambda run: None)))
    if tap:
        return tap.end()
    if args.show:
        for run in runs:
            show(run)
    wrong = [run for run in runs if run.kind is Vrrpd and run.wrong()]
    for run in wrong:
        show(run)
        print("peers: " + "; ".join(run.wrong()))
    lost = [run for run in runs if run.outcome == "?"]
    for run in lost:
        show(run)
    if wrong or lost:
        return 1
    if not args.show:
        write_table(runs, kinds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
