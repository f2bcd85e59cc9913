#!/usr/bin/env python3
"""The golden VRRP frames: made from the descriptions in CASES, field by field
as RFC 3768 5, RFC 9568 5 and RFC 2402 2 draw them.  Shares no code with vrrpd.

    vectors.py          vectors.txt, tests/out/vectors.pcap for Wireshark, and
                        the view that tshark has of every frame; "make vectors"
    vectors.py --check  the same, but only says how vectors.txt differs
    vectors.py --list   a table of the cases, without the frames

text2pcap and tshark come with Wireshark.  tshark is the oracle: it must find
every checksum good or bad, and every frame whole or not, as the case says.
"""
import hashlib
import hmac
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = os.path.join(HERE, "vectors.txt")
OUT = os.path.join(os.path.dirname(HERE), "out")
HEAD = """\
# Golden VRRP frames of both versions and what a receiver makes of them.
# Made by vectors.py from its descriptions: do not edit, "make vectors".
#
# A line each: id, context, verdict, reason, counters, checksum, the Ethernet
# frame in hex, and its description.
#
# V.. are sound frames, I.. are wrong in one way or are a matter of policy;
# I61 is a CARP advertisement.
#
# context   the receiver
#   C2        VRRPv2, VRID 51, primary address 192.0.2.20, priority 100,
#             interval 1 s, virtual address 192.0.2.1, no authentication
#   C2own     as C2, but the owner: priority 255, primary address 192.0.2.1
#   C2pw      as C2, password "vrrppass"
#   C2pw3     as C2, password "abc"
#   C2i255    as C2, interval 255 s
#   C2v1      as C2, VRID 1
#   C2v255    as C2, VRID 255
#   C2vip     as C2, virtual address 10.0.112.202
#   C2strict  as C2, differing address lists are dropped
#   C3        as C2, but VRRPv3
#   C3own     as C3, but the owner: priority 255, primary address 192.0.2.1
#   C3m       as C3, set to send the sum of the message alone
#   C3p       as C3, set to send the sum with a pseudo-header
#   C6        VRRPv3 in IPv6, VRID 51, link-local address fe80::20, priority
#             100, interval 1 s, virtual addresses fe80::1 and 2001:db8::1
#   C6ll      as C6, virtual address fe80::1 alone
#
# verdict   "accept": it reaches the state machine; "drop"
#
# reason    a name of vrrp_drop_name(): why it is dropped, or what is remarked
#           on although it is accepted; "-" where there is nothing.  Frames with
#           an IP Authentication Header are sound or not by RFC 2338, but always
#           "ah" here.
#
# counters  those of the report that go up, with commas; "-" where the filter of
#           the packet socket refuses the frame before
#
# checksum  the form that was recognised: "message" alone or "pseudo"-header;
#           "-" where the frame does not get so far.
"""

# id, context, fields -> verdict, reason, "unseen" if the socket's filter
# refuses it: title.  Fields that are not given:
#
#   v2, v3      IPv4, from 192.0.2.30, one address 192.0.2.1
#   v3/6        IPv6, from fe80::30, addresses fe80::1 and 2001:db8::1
#   vrid=51 type=1 auth=0 interval=1 s or 100 cs, ttl=255, the checksum right,
#   in version 3 and IPv4 that of the message alone (sum=message)
#
# list=A+N is A and the N - 1 addresses after it; count=N is only written, not
# obeyed; data= is the authentication data, or none; trail= comes after it;
# cut=N octets of the finished message are sent; pad=N octets follow the IP
# packet; total=N is written as the length of the IP packet.  sum=flip is the
# right one with a bit changed, sum=no-auth leaves the authentication data out.
# ah is an Authentication Header, with seq=, spi=, icv=; its key is 00 01 .. 0f
# or, with otherkey, another; with ttl-counts the TTL is in the ICV, as
# keepalived has it.  carp is no advert at all, but looks like one of
# priority 0.
CASES = """
V01 C2 v2 prio=100 -> accept: equal priority, sender above us
V02 C2 v2 prio=100 src=192.0.2.10 -> accept: equal priority, sender below us
V03 C2 v2 prio=200 list=192.0.2.1+3 -> accept addresses: 3 addresses
V04 C2 v2 prio=50 -> accept: lower priority
V05 C2 v2 prio=255 src=192.0.2.1 -> accept: from the owner
V06 C2 v2 prio=0 -> accept: resigns
V07 C2pw v2 prio=100 auth=1 data=vrrppass -> accept: password of 8 octets
V08 C2pw3 v2 prio=100 auth=1 data=abc -> accept: password of 3 octets
V09 C2pw v2 prio=0 auth=1 data=vrrppass -> accept: resigns, with password
V10 C2 v2 prio=100 list=10.51.0.1+255 -> accept addresses: 255 addresses
V11 C2i255 v2 prio=100 interval=255 -> accept: longest interval
V12 C2v1 v2 prio=1 vrid=1 -> accept: VRID 1, priority 1
V13 C2v255 v2 prio=254 vrid=255 -> accept: VRID 255, priority 254
V14 C2 v2 prio=100 data=0xdeadbeefcafef00d -> accept: data without authentication
V15 C2vip v2 prio=100 list=10.0.112.202 -> accept: the checksum is 0x0000
V16 C2vip v2 prio=100 list=10.0.112.202 sum=0xffff -> accept: the other zero
V17 C2 v2 prio=100 pad=6 -> accept: padded to 60 octets
V18 C2 v2 prio=100 options=0x01010100 -> accept: with IP options
V19 C2 v2 prio=100 auth=2 ah -> drop ah: IP Authentication Header
V20 C2 v2 prio=100 auth=2 ah seq=2 -> drop ah: the next of it
V21 C3 v3 prio=100 -> accept: checksum of the message alone
V22 C3 v3 prio=100 sum=pseudo -> accept: checksum with pseudo-header
V23 C3 v3 prio=255 src=192.0.2.1 -> accept: from the owner
V24 C3 v3 prio=0 -> accept: resigns
V25 C3 v3 prio=0 sum=pseudo -> accept: resigns, pseudo-header
V26 C3 v3 prio=200 interval=1 -> accept interval: shortest interval
V27 C3 v3 prio=200 interval=4095 -> accept interval: longest interval
V28 C3 v3 prio=100 reserved=15 -> accept: reserved bits set
V29 C3 v3 prio=100 list=10.51.0.1+255 -> accept addresses: 255 addresses
V30 C3 v3 prio=100 src=192.0.2.10 -> accept: equal priority, sender below us
V31 C3 v3 prio=100 pad=14 -> accept: padded to 60 octets
V32 C6 v3/6 prio=100 -> accept: equal priority, sender above us
V33 C6ll v3/6 prio=100 list=fe80::1 -> accept: one address
V34 C6 v3/6 prio=0 -> accept: resigns
V35 C6 v3/6 prio=255 src=fe80::1 -> accept: from the owner
V36 C6 v3/6 prio=100 list=fe80::1,2001:db8:51::1+89 -> accept addresses: 90 addresses
V37 C6 v3/6 prio=100 src=fe80::10 -> accept: equal priority, sender below us
V38 C6 v3/6 prio=200 interval=4095 reserved=5 -> accept interval: longest interval, reserved bits set
V39 C3 v3 prio=0 interval=500 -> accept interval: resigns, another interval
V40 C3 v3 prio=50 interval=500 -> accept interval: lower priority, another interval
I01 C2 v2 prio=200 ttl=254 -> drop ttl: TTL 254
I02 C2 v2 prio=200 ttl=1 -> drop ttl: TTL 1
I03 C3 v3 prio=200 ttl=254 -> drop ttl: TTL 254
I04 C6 v3/6 prio=200 ttl=254 -> drop ttl: hop limit 254
I05 C2 v2 prio=200 version=1 -> drop version: version 1
I06 C2 v2 prio=200 version=4 -> drop version: version 4
I07 C2 v3 prio=200 -> drop version: version 3 at a router of version 2
I08 C3 v2 prio=200 -> drop version: version 2 at a router of version 3
I09 C2 v2 prio=200 type=0 -> drop type: type 0
I10 C2 v2 prio=200 type=2 -> drop type: type 2
I11 C3 v3 prio=200 type=15 -> drop type: type 15
I12 C2 v2 prio=200 cut=0 -> drop length unseen: no message
I13 C2 v2 prio=200 cut=7 -> drop length: 7 octets
I14 C2 v2 prio=200 data=none -> drop length: no authentication data
I15 C2 v2 prio=200 count=3 -> drop length: count 3, one address
I16 C2 v2 prio=200 count=255 -> drop length: count 255, one address
I17 C2 v2 prio=200 trail=0xaabbccdd -> drop length: 4 octets too many
I18 C2 v2 prio=200 total=80 -> drop ip: IP length beyond the frame
I19 C2 v2 prio=200 sum=flip -> drop checksum: wrong checksum
I20 C2pw v2 prio=200 auth=1 data=vrrppass sum=no-auth -> drop checksum: checksum without the password
I21 C3 v3 prio=200 sum=0x1234 -> drop checksum: wrong in both forms
I22 C3 v3 prio=200 sum=pseudo -> accept: pseudo-header
I22 C3m v3 prio=200 sum=pseudo -> accept: pseudo-header
I23 C3 v3 prio=200 -> accept: no pseudo-header
I23 C3p v3 prio=200 -> accept: no pseudo-header
I24 C6 v3/6 prio=200 sum=message -> drop checksum: IPv6 without pseudo-header
I25 C6 v3/6 prio=200 sum=0x4321 -> drop checksum: wrong checksum
I26 C2 v2 prio=200 vrid=0 -> drop vrid unseen: VRID 0
I27 C3 v3 prio=200 vrid=0 -> drop vrid unseen: VRID 0
I28 C2 v2 prio=200 vrid=52 -> drop vrid unseen: another VRID
I29 C2 v2 prio=200 list= -> drop count: no address
I30 C3 v3 prio=200 list= -> drop count: no address
I31 C6 v3/6 prio=200 list= -> drop count: no address
I32 C3 v3 prio=200 count=2 -> drop length: count 2, one address
I33 C2 v2 prio=200 list=192.0.2.99 -> accept addresses: another address
I33 C2strict v2 prio=200 list=192.0.2.99 -> drop addresses: another address
I34 C2 v2 prio=255 src=192.0.2.99 list=192.0.2.99 -> accept addresses: another address, from its owner
I34 C2strict v2 prio=255 src=192.0.2.99 list=192.0.2.99 -> accept addresses: another address, from its owner
I35 C3 v3 prio=200 list=192.0.2.99 -> accept addresses: another address
I36 C2 v2 prio=200 auth=1 data=vrrppass -> drop auth-type: a password, we have none
I37 C2pw v2 prio=200 -> drop auth-type: no password, we have one
I38 C2 v2 prio=200 auth=3 -> drop auth-unknown: authentication type 3
I39 C2 v2 prio=200 auth=254 -> drop auth-unknown: authentication type 254
I40 C2pw v2 prio=200 auth=1 data=vrrppasX -> drop auth: wrong password
I41 C2pw v2 prio=200 auth=1 data=vrrppas -> drop auth: the start of our password
I42 C2pw3 v2 prio=200 auth=1 data=0x6162630078797a77 -> drop auth: our password, and more behind its end
I43 C2 v2 prio=200 auth=2 ah icv=ff -> drop ah: AH, wrong ICV
I44 C2 v2 prio=200 auth=2 ah otherkey -> drop ah: AH, another key
I45 C2 v2 prio=200 auth=2 -> drop auth-type: type 2 without AH
I46 C2 v2 prio=100 auth=2 ah -> drop ah: AH, a sequence number again
I47 C2 v2 prio=200 auth=2 ah spi=0xc000021e ttl-counts -> drop ah: AH as keepalived has it
I48 C2 v2 prio=200 interval=2 -> drop interval: interval 2 s
I49 C2 v2 prio=200 interval=0 -> drop interval: interval 0
I50 C3 v3 prio=200 interval=200 -> accept interval: interval 2 s
I51 C3 v3 prio=200 interval=0 -> drop interval: interval 0
I52 C3 v3 prio=200 interval=0 reserved=15 -> drop interval: interval 0, reserved bits set
I53 C6 v3/6 prio=200 list=2001:db8::1,fe80::1 -> drop first-address: the first address is not link-local
I54 C6 v3/6 prio=200 src=2001:db8::30 -> drop scope: the source is not link-local
I55 C2 v2 prio=100 src=192.0.2.20 -> drop source: from our own address
I56 C3 v3 prio=100 src=192.0.2.20 -> drop source: from our own address
I57 C2 v2 prio=200 dst=192.0.2.20 -> drop destination: to our own address
I58 C2 v2 prio=200 fragment=0x2000 -> drop fragment: the first fragment
I59 C2own v2 prio=200 -> drop owner: we are the owner
I60 C3own v3 prio=255 -> drop owner: two owners
I61 C2 carp prio=0 -> drop length: CARP
I62 C6 v3/6 prio=200 list=192.0.2.1 -> drop length: an IPv4 address in IPv6
I63 C6 v2/6 prio=200 list=192.0.2.1 -> drop version: version 2 in IPv6
I64 C2 v2 prio=200 cut=19 -> drop length: an octet too few
I65 C6 v3/6 prio=200 cut=24 -> drop length: count 2, one address
"""

PROTO_VRRP, PROTO_AH = 112, 51
CARRIER = {"v2": (2, 4), "v3": (3, 4), "v2/6": (2, 6), "v3/6": (3, 6)}
# The rungs before or at the checksum: no form is recognised.
EARLY = ("ip fragment ah protocol ttl destination version type length "
         "checksum").split()


def octets(text):
    """0x..: hex, else the characters themselves"""
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def addr(text):
    return socket.inet_pton(
        socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def addr_list(text):
    found = []
    for item in filter(None, text.split(",")):
        first, _, n = item.partition("+")
        base = int.from_bytes(addr(first), "big")
        size = len(addr(first))
        found += [(base + i).to_bytes(size, "big") for i in range(int(n or 1))]
    return found


def checksum(data):
    """RFC 1071: the complement of the sum of 16-bit words, carries added in"""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


class Case:
    """A line of CASES and the frame that it describes"""

    def __init__(self, line, ident):
        pattern = r"(\S+) (\S+) (.*) -> (\w+)( [a-z-]+)??( unseen)?: (.*)"
        found = re.fullmatch(pattern, line)
        if found is None:
            raise ValueError("cannot read: " + line)
        (self.id, self.context, text, self.verdict, reason, unseen,
         self.title) = found.groups()
        self.text = text
        self.reason = (reason or " -")[1:]
        self.unseen = unseen is not None
        self.field = {}
        for word in text.split()[1:]:
            name, _, value = word.partition("=")
            self.field[name] = value
        self.carp = text.startswith("carp")
        self.version, self.ip = CARRIER[text.split()[0].replace("carp", "v2")]
        self.src = addr(self.get("src", "fe80::30" if self.ip == 6 else
                                 "192.0.2.30"))
        self.dst = addr(self.get("dst", "ff02::12" if self.ip == 6 else
                                 "224.0.0.18"))
        self.ident = ident
        self.frame = self.ethernet()

    def get(self, name, default=None):
        return self.field.get(name, default)

    def number(self, name, default):
        return int(self.get(name, str(default)), 0)

    @property
    def counters(self):
        if self.unseen:
            return "-"
        names = ["received"] if self.verdict == "accept" else []
        if self.reason != "-":
            names.append(self.reason)
        return ",".join(names)

    @property
    def form(self):
        """The form of the checksum that a receiver recognises"""
        if self.verdict == "drop" and self.reason in EARLY:
            return "-"
        return self.written_form()

    def written_form(self):
        default = "pseudo" if self.ip == 6 else "message"
        form = self.get("sum", default)
        return form if form in ("message", "pseudo") else default

    # --- the message, from its first octet outwards

    def pseudo_header(self, length, proto=PROTO_VRRP):
        layout = "!I3xB" if self.ip == 6 else "!xBH"
        values = (length, proto) if self.ip == 6 else (proto, length)
        return self.src + self.dst + struct.pack(layout, *values)

    def sum_of(self, message, form):
        if form == "pseudo":
            message = self.pseudo_header(len(message)) + message
        return checksum(message)

    def sum_for(self, message, covered_without_auth):
        how = self.get("sum", self.written_form())
        if how.startswith("0x"):
            return int(how, 16)
        if how == "no-auth":
            return checksum(covered_without_auth)
        right = self.sum_of(message, self.written_form())
        return right ^ 1 if how == "flip" else right

    def message(self):
        """RFC 3768 5.1, RFC 9568 5.2; the checksum is at octet 6"""
        default = "fe80::1,2001:db8::1" if self.ip == 6 else "192.0.2.1"
        listed = addr_list(self.get("list", default))
        head = struct.pack(
            "!BBBB", self.number("version", self.version) << 4 |
            self.number("type", 1), self.number("vrid", 51),
            self.number("prio", 100), self.number("count", len(listed)))
        data = b""
        if self.version == 2:
            head += struct.pack("!BB", self.number("auth", 0),
                                self.number("interval", 1))
            data = self.get("data", "")
            data = b"" if data == "none" else octets(data).ljust(8, b"\0")
        else:
            head += struct.pack("!H", self.number("reserved", 0) << 12 |
                                self.number("interval", 100))
        covered = head + b"\0\0" + b"".join(listed)
        whole = covered + data + octets(self.get("trail", "0x"))
        found = struct.pack("!H", self.sum_for(whole, covered))
        whole = head + found + whole[8:]
        return whole[:self.number("cut", len(whole))]

    def carp_message(self):
        """Version 2, type 1, host 51, advskew 0, 7 words of authentication,
        a pad octet, advbase 1; then a counter and a hash."""
        head = struct.pack("!6B", 0x21, 51, 0, 7, 0, 1)
        rest = bytes(range(8)) + bytes(range(20))
        found = checksum(head + b"\0\0" + rest)
        return head + struct.pack("!H", found) + rest

    # --- around it

    def ipv4(self, proto, body):
        options = octets(self.get("options", "0x"))
        length = 20 + len(options)
        head = struct.pack(
            "!BBHHHBB", 0x40 | length // 4, 0x10 if self.carp else 0xc0,
            self.number("total", length + len(body)), self.ident,
            self.number("fragment", 0), self.number("ttl", 255), proto)
        rest = self.src + self.dst + options
        found = checksum(head + b"\0\0" + rest)
        return head + struct.pack("!H", found) + rest + body

    def ipv6(self, body):
        return struct.pack("!IHBB", 6 << 28 | 0xc0 << 20, len(body),
                           PROTO_VRRP, self.number("ttl", 255)) + \
            self.src + self.dst + body

    def authenticated(self, message):
        """RFC 2402 2, 3.3.3, RFC 2403 2: AH and 96 bits of HMAC-MD5 over the
        packet with whatever a router may change set to zero"""
        head = struct.pack("!BBHII", PROTO_VRRP, 4, 0,
                           self.number("spi", 0x1000), self.number("seq", 1))
        covered = bytearray(self.ipv4(PROTO_AH, head + bytes(12) + message))
        for at in (1, 6, 7, 8, 10, 11):
            if at != 8 or "ttl-counts" not in self.field:
                covered[at] = 0
        key = b"k" * 16 if "otherkey" in self.field else bytes(range(16))
        icv = hmac.new(key, bytes(covered), hashlib.md5).digest()[:12]
        if "icv" in self.field:
            icv = bytes.fromhex(self.get("icv")) * 12
        return self.ipv4(PROTO_AH, head + icv + message)

    def ethernet(self):
        vrid = self.number("vrid", 51)
        message = self.carp_message() if self.carp else self.message()
        if self.ip == 6:
            packet = self.ipv6(message)
        elif "ah" in self.field:
            packet = self.authenticated(message)
        else:
            packet = self.ipv4(PROTO_VRRP, message)
        head = "333300000012 00005e0002%02x 86dd" if self.ip == 6 else \
            "01005e000012 00005e0001%02x 0800"
        return bytes.fromhex(head % vrid) + packet + \
            bytes(self.number("pad", 0))


def load():
    """All cases.  Each IPv4 packet has an identification of its own."""
    cases, ident, last = [], 0, None
    for line in filter(None, CASES.split("\n")):
        again = last is not None and line.split()[0] == last.id
        last = Case(line, ident if again else ident + 1)
        if last.ip == 4:
            ident = last.ident
        cases.append(last)
    check_ids(cases)
    return cases


def check_ids(cases):
    """None is missing, and one in two contexts is the same frame in both."""
    frames = {}
    for case in cases:
        if frames.setdefault(case.id, case.frame) != case.frame:
            raise ValueError(case.id + ": two frames")
    wanted = ["V%02d" % n for n in range(1, 41)] + \
        ["I%02d" % n for n in range(1, 66)]
    if list(frames) != wanted:
        raise ValueError("not each id once and in order")


def text_of(cases):
    out = [HEAD]
    for case in cases:
        out.append("%s %s %s %s %s %s %s # %s: %s\n" % (
            case.id, case.context, case.verdict, case.reason, case.counters,
            case.form, case.frame.hex(), case.title, case.text))
    return "".join(out)


# --- Wireshark's tools --------------------------------------------------------

def once(cases):
    return list({case.id: case for case in cases}.values())


def write_pcap(cases, path):
    """Each frame once, in the order of the ids, a second apart"""
    dump = []
    for n, case in enumerate(once(cases)):
        dump.append("2000-01-01T00:%02d:%02dZ\n" % divmod(n, 60))
        for at in range(0, len(case.frame), 16):
            dump.append("%06x %s\n" % (at, case.frame[at:at + 16].hex(" ")))
    subprocess.run(["text2pcap", "-q", "-F", "pcap", "-t", "ISO", "-", path],
                   input="".join(dump), text=True, check=True,
                   env={**os.environ, "TZ": "UTC"})


FIELDS = ("ip.checksum.status vrrp.version vrrp.virt_rtr_id vrrp.prio "
          "vrrp.addr_count vrrp.checksum.status _ws.malformed").split()


def view(path, pseudo):
    """What tshark says of each frame, a dictionary by FIELDS"""
    argv = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o",
            "vrrp.v3_checksum_as_in_v2:%s" % ("FALSE" if pseudo else "TRUE"),
            "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
    for field in FIELDS:
        argv += ["-e", field]
    out = subprocess.run(argv, check=True, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout
    seen = [dict(zip(FIELDS, line.split("|"))) for line in out.splitlines()]
    for frame in seen:
        frame["_ws.malformed"] = "yes" if frame["_ws.malformed"] else ""
    return seen


def view_expected(case):
    """The same from the description, with the pseudo-header and without: what
    a dissector must find that looks for the addresses, but not for the
    authentication data behind them"""
    sent = case.carp_message() if case.carp else case.message()
    seen = dict.fromkeys(FIELDS, "")
    seen["ip.checksum.status"] = "1" if case.ip == 4 else ""
    if "fragment" in case.field or not sent:
        return seen, seen
    seen["vrrp.version"] = str(case.number("version", case.version))
    seen["vrrp.virt_rtr_id"] = str(case.number("vrid", 51))
    seen["vrrp.prio"] = str(case.number("prio", 100))
    seen["vrrp.addr_count"] = str(sent[3])
    if len(sent) < 8 + sent[3] * len(case.src):
        seen["_ws.malformed"] = "yes"
    return tuple({**seen, "vrrp.checksum.status": status(case, mode, sent)}
                 for mode in ("pseudo", "message"))


def status(case, mode, sent):
    """1 = good, 0 = bad, with that form expected in version 3 and IPv4"""
    if len(sent) < 8:
        return ""
    good = case.reason != "checksum"
    if case.version == 3 and case.ip == 4:
        good = good and case.written_form() == mode
    # To tshark version 2 has no pseudo-header, in IPv6 neither.
    if case.version == 2 and case.ip == 6:
        good = False
    # The octet that I64 lacks is zero, and zeros do not count.
    if case.id == "I65":
        good = False
    return str(int(good))


def disagreements(cases, path):
    """Lines about what tshark sees otherwise"""
    out = []
    seen = zip(view(path, True), view(path, False))
    for case, views in zip(once(cases), seen, strict=True):
        for mode, got, want in zip(("with", "without"), views,
                                   view_expected(case)):
            out += ["%s: tshark, %s pseudo-header: %s is '%s', not '%s'" % (
                case.id, mode, field, got[field], want[field])
                for field in FIELDS if got[field] != want[field]]
    return out


def contents(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def make(cases, check):
    """The two files, or whether the text is what it should be"""
    text = text_of(cases).encode("ascii")
    same = contents(TEXT) == text
    with tempfile.TemporaryDirectory() as where:
        pcap = os.path.join(where, "vectors.pcap")
        write_pcap(cases, pcap)
        wrong = disagreements(cases, pcap)
        if check and not same:
            wrong.append("vectors.txt is not what vectors.py makes: "
                         "make vectors")
        elif not check:
            if not same:
                with open(TEXT, "wb") as file:
                    file.write(text)
            os.makedirs(OUT, exist_ok=True)
            shutil.copy(pcap, OUT)
    for line in wrong:
        print(line)
    if not wrong:
        print("vectors: %d cases, %d frames, tshark agrees with each" % (
            len(cases), len(once(cases))))
    return 1 if wrong else 0


def main(argv):
    cases = load()
    if argv == ["--list"]:
        for case in cases:
            print("%-4s %-9s %-7s %-13s %-19s %s" % (
                case.id, case.context, case.verdict, case.reason,
                case.counters, case.title))
        return 0
    if argv not in ([], ["--check"]):
        sys.exit(__doc__)
    return make(cases, bool(argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
