"""Server CPU of full logins, one after another and many at a time. Argument: how many of each."""
import subprocess
import sys
import time

import server
from claims import RUN, check, equal, run

COUNT = int(sys.argv[1])
LIMIT_US = 1000
LOAD = server.BIN / "tests" / "load" / "sallyport-load"


def logins(count, at_once):
    """Runs the generator; its exit status is 0 when every login and command succeeded."""
    return subprocess.run(
        [LOAD, "exec", "--target", "192.0.2.2:22", "--user", "admin", "--key", RUN + "/admin_key",
         "--known-hosts", RUN + "/known_hosts", "--kex", "curve25519-sha256",
         "--host-keys", "ssh-ed25519", "--command", "display clock", "--quiet",
         "--count", str(count), "--sessions", str(at_once)],
        stdout=subprocess.DEVNULL, check=False).returncode


def measure(at_once):
    before, start = server.cpu_ns(), time.monotonic()
    status = logins(COUNT, at_once)
    after, seconds = server.cpu_ns(), time.monotonic() - start
    equal(f"{COUNT} logins, {at_once} at a time, in {seconds:.1f} s", status, 0)
    each = {name: (after[name] - before[name]) / COUNT / 1000 for name in after}
    for name, used in each.items():
        print(f"     {name:12} {used:8.1f} us a login")
    total = sum(each.values())
    print(f"     {'all':12} {total:8.1f} us a login")
    return total


def bound():
    """The four public-key operations of one login by OpenSSL alone, here and now, in microseconds."""
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "ed25519", "ecdhx25519"],
                          capture_output=True, text=True, check=True).stdout
    rate = {line.split("(")[1].split(")")[0]: line.split() for line in text.splitlines() if " bits " in line}
    exchange = 1e6 / float(rate["X25519"][-1])
    sign, verify = (1e6 / float(field) for field in rate["Ed25519"][-2:])
    return 2 * exchange + sign + verify


def idle():
    before = server.cpu_ns()
    time.sleep(3)
    for name, ns in server.cpu_ns().items():
        print(f"     {name:12} idle: {(ns - before[name]) / 3e7:.2f} % of a core")


def login_cost():
    logins(100, 16)
    least = bound()
    print(f"     two X25519, a signature and a verification: {least:.0f} us on this machine now")
    # The fewer at a time, the more a login pays for waking every process at each of its steps.
    for at_once in (1, 16, 64):
        total = measure(at_once)
        print(f"     {total / least:.1f} times that")
        check(f"one login of {at_once} at a time costs the server {total:.0f} us of CPU "
              f"(at most {LIMIT_US})", total <= LIMIT_US)
    idle()


if __name__ == "__main__":
    sys.exit(run(login_cost))
