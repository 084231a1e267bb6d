"""Do the load generator's numbers agree with what passed on the wire?

    wire_agrees.py PCAP JSON SCENARIO SERVER PORT TITLE near|far

Every latency is measured again from tshark's timestamps of the same run's packets, by where a
client's and a server's segments stand in the dialogue: what they say is encrypted. Percentiles must
agree within 5 % or 50 us, whichever is larger. What was captured at the server's end (far) has the way
there and back still before it: that is taken from the nearest answer that the client's TCP gives at
once, to SYN-ACK or FIN. How long a key was on its way is told by the keys themselves: they leave at
even intervals, and the earliest against these has waited least."""
import collections
import json
import math
import subprocess
import sys

RELATIVE, ABSOLUTE_US = 0.05, 50
FEW = 10  # too few for a median
FEW_TAIL = 40  # too few for a 90th percentile: four beyond it
QUIET_US = 150000  # between lessons at least
KEY_US, TYPED_US, REKEY_US = 33333, 200000, 400000  # from one to the next, in load_agree.sh
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

    def __init__(self, segments, far):
        self.all = segments
        self.far = far
        self.way = self.way_back = 0
        self.syn = self.first(lambda s: not s.down and s.flags & SYN)
        self.syn_ack = self.first(lambda s: s.down and s.flags & SYN)
        self.up = [s for s in segments if not s.down and s.bytes]
        self.down = [s for s in segments if s.down and s.bytes]
        keyed = [i for i, s in enumerate(self.up) if KEX_NEWKEYS in s.codes]
        self.keyed = keyed[0] if keyed else None
        if far and self.syn_ack is not None:
            self.way = self.answered(self.syn_ack)

    def first(self, test):
        return next((s.at for s in self.all if test(s)), None)

    def answered(self, at):
        """How long until the client's next segment came."""
        then = self.first(lambda s: not s.down and s.at > at)
        return then - at if then is not None else 0

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
    out["connect"].append(d.syn_ack - d.syn + d.way)
    out["identification"].append(d.down[0].at - d.syn_ack)
    out["key exchange"].append(d.keys() - d.down[0].at - d.way)
    out["authentication"].append(d.success() - d.keys() + d.way)
    out["login"].append(d.success() - d.syn + d.way)


def close_times(d, out):
    if d.end() is not None:
        way = d.answered(d.end()) or d.way if d.far else 0
        out["close"].append(d.end() - d.up[-1].at + way)


def to_the_end(name):
    """From asking for the channel to the server's last word before the goodbye; at the server's end, to
    the goodbye: both have the way up before them."""
    def times(d, out):
        login_times(d, out)
        goodbye = d.up[-1].at
        end = goodbye if d.far else max(s.at for s in d.down if s.at < goodbye)
        out[name].append(end - d.said(2))
        close_times(d, out)
    return times


def closing(d, out):
    login_times(d, out)
    close_times(d, out)


def waited(keys, gap):
    """How much later than its place among segments due every gap us each of them came."""
    late = [key.at - i * gap for i, key in enumerate(keys)]
    return [one - min(late) for one in late]


def ways_up(d, keys, gap):
    return waited(keys, gap) if d.far else [0] * len(keys)


def typed(d):
    """From the first key on: before it there was silence, after it there is none."""
    said = d.up[d.keyed + 4:]
    late = [i for i in range(1, min(len(said), 60)) if said[i].at - said[i - 1].at > QUIET_US]
    return said[late[-1] if late else 0:]


def echo_times(name, gap):
    """From each key to what the server last says before the next (a window may come before the
    echo)."""
    def times(d, out):
        login_times(d, out)
        said = typed(d) if gap < QUIET_US else d.up[d.keyed + 4:]
        for key, following, way in zip(said, said[1:], ways_up(d, said[:-1], gap)):
            answers = [s.at for s in d.down if key.at < s.at < following.at]
            if answers:
                out[name].append(answers[-1] - key.at + way + d.way_back)
    return times


def rekey_times(d, out):
    """Nothing else is said by a client that only changes keys: KEXINIT, its value, NEWKEYS, which is
    the end but for its way up. The server's NEWKEYS may come later still."""
    login_times(d, out)
    said = d.up[d.keyed + 2:]
    ways = ways_up(d, said[:-1:3], REKEY_US)
    for i in range(0, len(said) - 3, 3):
        end = max([s.at for s in d.down if s.at < said[i + 3].at] + [said[i + 2].at])
        out["rekey"].append(end - said[i].at + ways[i // 3] - (d.way - d.way_back))


# What is measured again, and how much of its beginning the wire cannot tell apart.
SCENARIOS = {
    "login": closing,
    "hold": closing,
    "exec": to_the_end("exec"),
    "bulk": to_the_end("exec"),
    "shell": to_the_end("first prompt"),
    "type": echo_times("keystroke echo", KEY_US),
    "replay": echo_times("answer", TYPED_US),
    "rekey": rekey_times,
    "slow": lambda d, out: login_times(d, out),
}


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
    found = [Dialogue(s, end == "far") for s in connections(pcap, server, int(port)).values()]
    wire = collections.defaultdict(list)
    back = min((d.way for d in found if d.way > 0), default=0)
    for d in found:
        d.way_back = back
        if scenario in SCENARIOS and d.is_whole():
            SCENARIOS[scenario](d, wire)
    counts_agree(claims, results, found, scenario)
    latencies_agree(claims, results, wire)
    if scenario != "abort" and not wire:
        claims.claim(False, "the capture holds the dialogue")
    print("done")
    return claims.failed > 0


if __name__ == "__main__":
    sys.exit(main())
