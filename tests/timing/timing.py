"""Do refusals tell who exists? Known and unknown names in turn, in random order; see timing.sh."""
import math
import os
import random
import statistics
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../smoke/lib"))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

from claims import check, run  # noqa: E402
from sealed import USERAUTH_FAILURE, Ended, Sealed  # noqa: E402
from wire import USERAUTH_REQUEST, string  # noqa: E402

TRIES = int(os.environ.get("TRIES", "2000"))
PER_CONNECTION = 4  # one less than the device's limit
INFO_REQUEST, INFO_RESPONSE = 60, 61
# The names are of one length and differ in no way that the device could see before it looks.
KNOWN, UNKNOWN = b"kenneth", b"unknown"
KEY = Ed25519PrivateKey.generate()
BLOB = string(b"ssh-ed25519") + string(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def password(wire, user):
    wire.request(user, b"password", b"\0" + string(b"not the password"))


def rounds(wire, user):
    wire.request(user, b"keyboard-interactive", string(b"") + string(b""))
    wire.hear_one_of(INFO_REQUEST)
    wire.say(bytes([INFO_RESPONSE]) + struct.pack(">I", 1) + string(b"not the password"))


def key_offer(wire, user):
    wire.request(user, b"publickey", b"\0" + string(b"ssh-ed25519") + string(BLOB))


def signature(wire, user):
    rest = b"\1" + string(b"ssh-ed25519") + string(BLOB)
    body = bytes([USERAUTH_REQUEST]) + string(user) + string(b"ssh-connection") + string(b"publickey") + rest
    signed = KEY.sign(string(wire.session_id) + body)
    wire.say(body + string(string(b"ssh-ed25519") + string(signed)))


def took(wire, ask, user):
    """Microseconds from a request to its refusal."""
    start = time.perf_counter_ns()
    ask(wire, user)
    wire.hear_one_of(USERAUTH_FAILURE)
    return (time.perf_counter_ns() - start) / 1000


def measure(ask):
    """The two samples. The order of each pair is random, so that nothing that drifts looks like a difference."""
    samples = {KNOWN: [], UNKNOWN: []}
    while len(samples[KNOWN]) < TRIES:
        wire = Sealed().userauth()
        for _ in range(PER_CONNECTION // 2):
            for user in random.sample([KNOWN, UNKNOWN], 2):
                samples[user].append(took(wire, ask, user))
        wire.socket.close()
    return samples[KNOWN][:TRIES], samples[UNKNOWN][:TRIES]


def kolmogorov_smirnov(a, b):
    """The two-sample test: (greatest distance of the distributions, p)."""
    a, b = sorted(a), sorted(b)
    at_a = at_b = 0
    distance = 0.0
    while at_a < len(a) and at_b < len(b):
        value = min(a[at_a], b[at_b])
        while at_a < len(a) and a[at_a] == value:
            at_a += 1
        while at_b < len(b) and b[at_b] == value:
            at_b += 1
        distance = max(distance, abs(at_a / len(a) - at_b / len(b)))
    size = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    x = (size + 0.12 + 0.11 / size) * distance
    p = 1.0 if x < 0.2 else 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return distance, min(max(p, 0.0), 1.0)


def the_test_itself():
    """It finds half a standard deviation and no difference where there is none."""
    dice = random.Random(1)
    base = [dice.gauss(30000, 100) for _ in range(TRIES)]
    check("the test finds nothing in two samples of one distribution",
          kolmogorov_smirnov(base, [dice.gauss(30000, 100) for _ in range(TRIES)])[1] > 0.01)
    check("the test finds a shift of half a standard deviation",
          kolmogorov_smirnov(base, [dice.gauss(30050, 100) for _ in range(TRIES)])[1] < 0.01)


def indistinguishable(name, ask):
    known, unknown = measure(ask)
    m, n = statistics.median(known), statistics.median(unknown)
    distance, p = kolmogorov_smirnov(known, unknown)
    figures = f"medians {m:.0f} and {n:.0f} us, KS distance {distance:.4f}, p {p:.3f}"
    check(f"{name}: {TRIES} tries each, medians within 1 % or 50 us: {figures}", abs(m - n) <= max(50, 0.01 * max(m, n)))
    check(f"{name}: no difference of the distributions, p > 0.01", p > 0.01, figures)


def last_refusals():
    """What the last try before the limit gets does not depend on the name either."""
    endings = set()
    for user in (KNOWN, UNKNOWN):
        wire = Sealed().userauth()
        try:
            while True:
                took(wire, password, user)
        except Ended as ended:
            endings.add(ended.args)
    check("too many failures end both in the same words", len(endings) == 1, endings)


WAYS = {"password": password, "keyboard-interactive": rounds, "publickey offer": key_offer, "publickey": signature}


def main():
    for name in os.environ.get("WAYS", ",".join(WAYS)).split(","):
        indistinguishable(name, WAYS[name])


if __name__ == "__main__":
    sys.exit(run(the_test_itself, last_refusals, main))
