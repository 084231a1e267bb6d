"""Do the load generator's numbers agree with what passed on the wire?

    wire_agrees.py PCAP JSON SCENARIO SERVER PORT TITLE near|far

Every latency is measured again from tshark's timestamps of the same run's packets, by where a
client's and a server's segments stand in the dialogue: what they say is encrypted. Captured at the
generator's end (near), percentiles must agree within 5 % or 50 us, whichever is larger. Captured at
the server's end (far), what the server took for an answer must be within what is reported, as far as
both begin with what the client says and end with what it hears."""
import collections
import json
import math
import subprocess
import sys

RELATIVE, ABSOLUTE_US = 0.05, 50
FEW = 10  # too few for a median
FEW_TAIL = 40  # too few for a 90th percentile: four beyond it
QUIET_US = 150000  # between lessons at least
FIN, SYN, RST = 1, 2, 4
KEX_NEWKEYS = "21"
SEGMENT_FIELDS = ["frame.time_epoch", "ip.src", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.len",
                  "ssh.message_code"]
Segment = collections.namedtuple("Segment", "at down flags bytes codes")


def connections(pcap, server, port):
    """Segments by the client's port, in order; at in microseconds."""
    command = ["tshark", "-r", pcap, "-d", f"tcp.port=={port},ssh", "-Y", f"tcp.port=={port}",
               "-T", "fields", "-E", "separator=;", "-E", "aggregator=,"]
    for field in SEGMENT_FIELDS:
        command += ["-e", field]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = collections.defaultdict(list)
    for line in text.splitlines():
        at, source, sport, dport, flags, length, codes = line.split(";")
        down = source == server and int(sport) == port
        found[int(dport if down else sport)].append(
            Segment(float(at) * 1e6, down, int(flags, 16), int(length), codes.split(",")))
    return found


class Dialogue:
    """Where the steps of one connection stand."""

    def __init__(self, segments):
        self.all = segments
        self.syn = self.first(lambda s: not s.down and s.flags & SYN)
        self.syn_ack = self.first(lambda s: s.down and s.flags & SYN)
        self.up = [s for s in segments if not s.down and s.bytes]
        self.down = [s for s in segments if s.down and s.bytes]
        keyed = [i for i, s in enumerate(self.up) if KEX_NEWKEYS in s.codes]
        self.keyed = keyed[0] if keyed else None

    def first(self, test):
        return next((s.at for s in self.all if test(s)), None)

    def said(self, i):
        """When the client said its i-th thing after its NEWKEYS: 0 is NEWKEYS itself."""
        return self.up[self.keyed + i].at

    def keys(self):
        """Both sides' NEWKEYS have come. What looks like one later is encrypted."""
        theirs = [s.at for s in self.down if KEX_NEWKEYS in s.codes and s.at < self.said(1)]
        return max(theirs[:1] + [self.said(0)])

    def success(self):
        """The server's first word after the request to be let in."""
        return next(s.at for s in self.down if s.at > self.said(1))

    def is_whole(self):
        return self.syn is not None and self.keyed is not None and len(self.up) > self.keyed + 2

    def end(self):
        goodbye = self.up[-1].at
        ends = [s.at for s in self.all if s.down and s.flags & (FIN | RST) and s.at >= goodbye]
        return ends[0] if ends else None


def login_times(d, out):
    """Up to the first thing that is said after success."""
    out["connect"].append(d.syn_ack - d.syn)
    out["identification"].append(d.down[0].at - d.syn_ack)
    out["key exchange"].append(d.keys() - d.down[0].at)
    out["authentication"].append(d.success() - d.keys())
    out["login"].append(d.success() - d.syn)


def close_times(d, out):
    if d.end() is not None:
        out["close"].append(d.end() - d.up[-1].at)


def to_the_end(name):
    """From asking for the channel to the server's last word before the goodbye."""
    def times(d, out):
        login_times(d, out)
        goodbye = d.up[-1].at
        out[name].append(max(s.at for s in d.down if s.at < goodbye) - d.said(2))
        close_times(d, out)
    return times


def closing(d, out):
    login_times(d, out)
    close_times(d, out)


def typed(d):
    """From the first key on: before it there was silence, after it there is none."""
    said = d.up[d.keyed + 4:]
    late = [i for i in range(1, min(len(said), 60)) if said[i].at - said[i - 1].at > QUIET_US]
    return said[late[-1] if late else 0:]


def lines(d):
    return d.up[d.keyed + 4:]


def echo_times(name, keys):
    """From each key to what the server last says before the next (a window may come before the
    echo)."""
    def times(d, out):
        login_times(d, out)
        said = keys(d)
        for key, following in zip(said, said[1:]):
            answers = [s.at for s in d.down if key.at < s.at < following.at]
            if answers:
                out[name].append(answers[-1] - key.at)
    return times


def rekey_times(d, out):
    """Nothing else is said by a client that only changes keys: KEXINIT, its value, NEWKEYS, which is
    the end unless the server's NEWKEYS comes later still."""
    login_times(d, out)
    said = d.up[d.keyed + 2:]
    for i in range(0, len(said) - 3, 3):
        end = max([s.at for s in d.down if s.at < said[i + 3].at] + [said[i + 2].at])
        out["rekey"].append(end - said[i].at)


# What is measured again, and how much of its beginning the wire cannot tell apart.
SCENARIOS = {
    "login": closing,
    "hold": closing,
    "exec": to_the_end("exec"),
    "bulk": to_the_end("exec"),
    "shell": to_the_end("first prompt"),
    "type": echo_times("keystroke echo", typed),
    "replay": echo_times("answer", lines),
    "rekey": rekey_times,
    "slow": lambda d, out: login_times(d, out),
}
SERVERS_START = ("identification", "key exchange", "authentication")  # begin with what is heard


def percentile(values, p):
    return sorted(values)[max(math.ceil(p / 100 * len(values)), 1) - 1]


def near(ours, theirs):
    return abs(ours - theirs) <= max(RELATIVE * theirs, ABSOLUTE_US)


class Claims:
    def __init__(self, title):
        self.title, self.failed = title, 0

    def claim(self, good, text):
        print(f"{'ok   ' if good else 'FAIL '}{self.title}: {text}")
        self.failed += not good


def latencies_agree(claims, results, wire):
    for one in results["latency"]:
        name = one["name"]
        if len(wire.get(name, [])) < FEW:
            continue
        points = []
        for label, p in (("p50", 50), ("p90", 90)):
            if p == 50 or len(wire[name]) >= FEW_TAIL:
                points.append((label, one[label + "_us"], percentile(wire[name], p)))
        good = all(near(ours, theirs) for _, ours, theirs in points)
        told = ", ".join(f"{label} {ours:.0f} and {theirs:.0f}" for label, ours, theirs in points)
        claims.claim(good, f"{name} agrees with the wire: {told} us of {one['count']} and "
                           f"{len(wire[name])}")


def bounds_hold(claims, results, wire):
    for one in results["latency"]:
        name, ours = one["name"], one["p50_us"]
        if name in SERVERS_START or len(wire.get(name, [])) < FEW:
            continue
        theirs = percentile(wire[name], 50)
        claims.claim(theirs <= ours or near(ours, theirs),
                     f"{name} is not less than the server took: p50 {ours:.0f} and {theirs:.0f} us")


def counts_agree(claims, results, found, scenario):
    counts = results["counts"]
    opened = sum(1 for d in found if d.syn is not None)
    claims.claim(opened == counts["sessions started"],
                 f"{counts['sessions started']} sessions started, {opened} SYNs")
    if scenario == "abort":
        resets = sum(1 for d in found if any(s.flags & RST and not s.down for s in d.all))
        cut = counts["sessions cut off on purpose"]
        claims.claim(resets == cut, f"{cut} sessions cut, {resets} RSTs")
    for name, down in (("channel bytes received", True), ("channel bytes sent", False)):
        ours = counts[name]
        wire = sum(s.bytes for d in found for s in d.all if s.down == down)
        if ours > 1000000:
            claims.claim(ours <= wire <= 1.05 * ours, f"{ours} {name}, {wire} on the wire")


def main():
    pcap, path, scenario, server, port, title, end = sys.argv[1:8]
    claims = Claims(title)
    with open(path, encoding="ascii") as file:
        results = json.load(file)
    found = [Dialogue(s) for s in connections(pcap, server, int(port)).values()]
    wire = collections.defaultdict(list)
    for d in found:
        if scenario in SCENARIOS and d.is_whole():
            SCENARIOS[scenario](d, wire)
    counts_agree(claims, results, found, scenario)
    judge = {"near": latencies_agree, "far": bounds_hold}[end]
    judge(claims, results, wire)
    if scenario != "abort" and not wire:
        claims.claim(False, "the capture holds the dialogue")
    print("done")
    return claims.failed > 0


if __name__ == "__main__":
    sys.exit(main())
