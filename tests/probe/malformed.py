"""Malformed and hostile packets, one row each: what comes back, and which counter tells of it.
Runs on the client's side, where the kernel's own resets are kept off the wire. Arguments: a
command that runs one of the device's."""
import pathlib
import re
import subprocess
import sys

from scapy.all import (ARP, ICMP, IP, TCP, UDP, Ether, IPerror, IPOption_LSRR, IPv6,
                       IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, Raw, conf,
                       get_if_hwaddr, getmacbyip, srp1)
from scapy.layers.inet import in4_chksum
from scapy.layers.inet6 import (HBHOptUnknown, ICMPv6DestUnreach, ICMPv6EchoReply,
                                ICMPv6EchoRequest, ICMPv6ParamProblem, Jumbo)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "smoke/lib"))
from claims import check, run  # noqa: E402

PORT, CLOSED = 22, 4022
US, US6, THEM, THEM6 = "192.0.2.2", "2001:db8::2", "192.0.2.1", "2001:db8::1"
DEVICE = sys.argv[1:]
SECONDS = 0.3  # an answer takes less
conf.verb = 0
conf.iface = "sp0"
ports = iter(range(41000, 60000))


def ether(packet, kind=0x800):
    return Ether(dst=getmacbyip(US), src=get_if_hwaddr("sp0"), type=kind) / packet


def ip4(**fields):
    return IP(**{"src": THEM, "dst": US, **fields})


def ip6(**fields):
    return IPv6(**{"src": THEM6, "dst": US6, **fields})


def tcp(flags="S", port=PORT, **fields):
    return TCP(**{"sport": next(ports), "dport": port, "flags": flags, "seq": 1000, **fields})


def tcp4(flags="S", port=PORT, payload=b"", ip=None, **fields):
    return ether((ip or ip4()) / tcp(flags, port, **fields) / Raw(payload))


def tcp6(*headers, flags="S", port=PORT, ip=None, **fields):
    packet = ip or ip6()
    for header in headers:
        packet /= header
    return ether(packet / tcp(flags, port, **fields), 0x86dd)


def options(raw, flags="S"):
    """A segment whose options are these very bytes."""
    raw += bytes(-len(raw) % 4)
    head = bytes(tcp(flags, dataofs=5 + len(raw) // 4))[:20]
    whole = head[:16] + bytes(2) + head[18:] + raw
    ip = ip4(proto=6, len=20 + len(whole))
    total = in4_chksum(6, ip, whole)
    return ether(ip / Raw(whole[:16] + total.to_bytes(2, "big") + whole[18:]))


def cut(packet, length):
    """Its frame, cut off behind so many bytes."""
    return Raw(bytes(packet)[:length])


def answer_of(reply):
    """One word: what came back."""
    if reply is None:
        return "nothing"
    for layer, word in ((ICMPv6DestUnreach, "unreachable"), (ICMPv6ParamProblem, "problem"),
                        (ICMPv6EchoReply, "echo")):
        if layer in reply:
            return word
    if ICMP in reply:
        return "echo" if reply[ICMP].type == 0 else "unreachable"
    if TCP in reply and IPerror not in reply:
        return str(reply[TCP].flags)
    return "something"


NOTHING = "nothing"
# claim, packet, answer, counter that tells of it ("": none must)
ROWS = [
    ("a header shorter than 20 bytes", tcp4(dataofs=4), NOTHING, "tcp_header_bad"),
    ("a header longer than the segment", tcp4(dataofs=15), NOTHING, "tcp_header_bad"),
    ("SYN with FIN", tcp4("SF"), NOTHING, "tcp_header_bad"),
    ("SYN with RST", tcp4("SR"), NOTHING, "tcp_header_bad"),
    ("all flags at once", tcp4("FSRPAUEC"), NOTHING, "tcp_header_bad"),
    ("no flag, to a listener", tcp4(""), NOTHING, "tcp_no_connection"),
    ("FIN alone, to a listener", tcp4("F"), NOTHING, "tcp_no_connection"),
    ("FIN, PSH and URG, to a listener", tcp4("FPU"), NOTHING, "tcp_no_connection"),
    ("no flag, to a closed port", tcp4("", CLOSED), "RA", "tcp_no_connection"),
    ("FIN, PSH and URG, to a closed port", tcp4("FPU", CLOSED), "RA", "tcp_no_connection"),
    ("SYN to a closed port", tcp4("S", CLOSED), "RA", "tcp_no_listener"),
    ("SYN with ACK to a listener", tcp4("SA", ack=7), "R", "tcp_no_connection"),
    ("ACK of nothing", tcp4("A", ack=7), "R", "tcp_no_connection"),
    ("RST of nothing", tcp4("R"), NOTHING, "tcp_no_connection"),
    ("a wrong checksum", tcp4(chksum=1), NOTHING, "tcp_checksum_bad"),
    ("an option of no length", options(b"\2\0\5\xb4"), NOTHING, "tcp_header_bad"),
    ("an option of one byte", options(b"\2\1\5\xb4"), NOTHING, "tcp_header_bad"),
    ("an option that runs past the end", options(b"\x08\x0a\0\0"), NOTHING, "tcp_header_bad"),
    ("a maximum segment size of three bytes", options(b"\2\3\5\0"), NOTHING, "tcp_header_bad"),
    ("selective acknowledgements cut off", options(b"\5\7\1\1\1\1\1\0"), NOTHING, "tcp_header_bad"),
    ("nothing but padding", options(b"\1" * 40), "SA", "tcp_syn_in"),
    ("unknown options", options(b"\xfd\4\1\1\x1e\4\0\0"), "SA", "tcp_syn_in"),
    ("a segment size of zero", options(b"\2\4\0\0"), "SA", "tcp_syn_in"),
    ("a scale of 255", options(b"\3\3\xff\0"), "SA", "tcp_syn_in"),
    ("fast open with a made-up cookie", options(b"\x22\x0a" + b"c" * 8), "SA", "tcp_syn_in"),
    ("SYN with data", tcp4(payload=b"x" * 100), "SA", "tcp_syn_in"),
    ("SYN with urgent data", tcp4("SU", urgptr=65535), "SA", "tcp_syn_in"),
    ("SYN with reserved bits", tcp4(reserved=7), "SA", "tcp_syn_in"),
    ("SYN from port 0", tcp4(sport=0), "SA", "tcp_syn_in"),
    ("a sender that is the receiver", tcp4(ip=ip4(src=US), sport=PORT), NOTHING, "ip_martian"),
    ("a sender on loopback", tcp4(ip=ip4(src="127.0.0.1")), NOTHING, "ip_martian"),
    ("a sender that is a group", tcp4(ip=ip4(src="224.0.0.1")), NOTHING, "ip_martian"),
    ("a sender that is everyone", tcp4(ip=ip4(src="255.255.255.255")), NOTHING, "ip_martian"),
    ("a packet for another host", tcp4(ip=ip4(dst="192.0.2.99")), NOTHING, "ip_not_ours"),
    ("a segment for everyone", tcp4(ip=ip4(dst="192.0.2.255")), NOTHING, "ip_not_ours"),
    ("the first fragment", tcp4(ip=ip4(flags="MF")), NOTHING, "ip_fragment"),
    ("the fragment that overlaps its header", tcp4(ip=ip4(frag=1)), NOTHING, "ip_fragment"),
    ("a source route", tcp4(ip=ip4(options=[IPOption_LSRR(routers=[US, THEM])])), NOTHING,
     "ip_source_route"),
    ("a wrong header checksum", tcp4(ip=ip4(chksum=1)), NOTHING, "ip_checksum_bad"),
    ("an IP header of 12 bytes", tcp4(ip=ip4(ihl=3)), NOTHING, "ip_header_bad"),
    ("IP version 5", tcp4(ip=ip4(version=5)), NOTHING, "ip_header_bad"),
    ("a length beyond the frame", tcp4(ip=ip4(len=1400)), NOTHING, "ip_header_bad"),
    ("a length below the header", tcp4(ip=ip4(len=10)), NOTHING, "ip_header_bad"),
    ("half an IP header", cut(tcp4(), 24), NOTHING, "ip_header_bad"),
    ("half an Ethernet header", cut(tcp4(), 14), NOTHING, "ip_header_bad"),
    ("an unknown protocol", ether(ip4(proto=255) / Raw(b"x" * 30)), "unreachable", "ip_protocol"),
    ("UDP to a port nobody has", ether(ip4() / UDP(sport=9, dport=9)), "unreachable", "ip_protocol"),
    ("an echo request with a wrong checksum", ether(ip4() / ICMP(chksum=1)), NOTHING, "icmp_bad"),
    ("a redirect", ether(ip4() / ICMP(type=5, code=1, gw="192.0.2.66") / IP() / TCP()), NOTHING,
     "icmp_ignored"),
    ("an ICMP error that quotes half a header", ether(ip4() / ICMP(type=3, code=4) / Raw(b"E" * 9)),
     NOTHING, "icmp_ignored"),
    ("ARP of another hardware", Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(hwtype=6, pdst=US), NOTHING,
     "arp_bad"),
    ("ARP by a group", Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc="01:00:5e:00:00:01", psrc=THEM,
                                                             pdst=US), NOTHING, "arp_bad"),
    ("an unknown Ethernet type", ether(Raw(b"x" * 50), 0x88cc), NOTHING, "frame_type"),
    ("IPv6: SYN behind an atomic fragment header", tcp6(IPv6ExtHdrFragment(m=0, offset=0)), "SA",
     "tcp_syn_in"),
    ("IPv6: a fragment", tcp6(IPv6ExtHdrFragment(m=1, offset=0)), NOTHING, "ip_fragment"),
    ("IPv6: nine extension headers", tcp6(*[IPv6ExtHdrDestOpt() for _ in range(10)]), NOTHING,
     "ip6_chain"),
    ("IPv6: hop-by-hop options in the wrong place", tcp6(IPv6ExtHdrDestOpt(), IPv6ExtHdrHopByHop()),
     NOTHING, "ip_header_bad"),
    ("IPv6: an option that forbids the packet",
     tcp6(IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x80, optdata=b"x")])), "problem",
     "ip6_option"),
    ("IPv6: an option that forbids it in silence",
     tcp6(IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x40, optdata=b"x")])), NOTHING,
     "ip6_option"),
    ("IPv6: a jumbogram", tcp6(IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=70000)])), "problem",
     "ip6_option"),
    ("IPv6: a sender that is a group", tcp6(ip=ip6(src="ff02::1")), NOTHING, "ip_martian"),
    ("IPv6: a sender that is IPv4", tcp6(ip=ip6(src="::ffff:192.0.2.1")), NOTHING, "ip_martian"),
    ("IPv6: an unknown header", ether(ip6(nh=253) / Raw(b"x" * 20), 0x86dd), "problem",
     "ip_protocol"),
    ("IPv6: SYN to a closed port", tcp6(port=CLOSED), "RA", "tcp_no_listener"),
    ("IPv6: an echo request", ether(ip6() / ICMPv6EchoRequest(), 0x86dd), "echo", ""),
]


def counters():
    text = subprocess.run([*DEVICE, "display counters"], capture_output=True, text=True,
                          check=True).stdout
    return {name: int(value) for name, value in re.findall(r"^\s*(\w+)\s+(\d+)", text, re.M)}


def tried(packet):
    """What comes back; asked twice where the answer may have been lost to a limit."""
    packet = Ether(bytes(packet))
    return answer_of(srp1(packet, timeout=SECONDS))


def rows():
    before = counters()
    got = {claim: tried(packet) for claim, packet, _, _ in ROWS}
    after = counters()
    for claim, _, answer, _ in ROWS:
        check(f"{claim}: {answer}", got[claim] == answer, f"got: {got[claim]}")
    for name in sorted({row[3] for row in ROWS if row[3]}):
        count = sum(row[3] == name for row in ROWS)
        rise = after.get(name, 0) - before.get(name, 0)
        check(f"{name} counts them", rise >= count, f"{count} sent, counted {rise}")


if __name__ == "__main__":
    sys.exit(run(rows))
