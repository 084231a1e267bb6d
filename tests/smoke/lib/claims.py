"""Claims made by a Python script: one line each, counted by _init.sh's python_claims."""
import os
import traceback

NAME = os.environ.get("NAME", "")
RUN = os.environ.get("RUN", "")
ADDRESS = ("192.0.2.2", 22)


def admin_password():
    with open(RUN + "/admin_password") as file:
        return file.read().strip()


def good(claim):
    print("ok  ", claim, flush=True)


def bad(claim, *details):
    print("FAIL", claim, flush=True)
    for detail in details:
        for line in str(detail).split("\n")[:30]:
            print("     |", line[:200], flush=True)


def check(claim, truth, *details):
    if truth:
        good(claim)
    else:
        bad(claim, *details)
    return truth


def equal(claim, got, expected):
    return check(claim, got == expected, f"expected: {shorten(expected)}", f"got:      {shorten(got)}")


def shorten(value):
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:80]} ... {text[-60:]} ({len(value)} long)"


def same_bytes(claim, got, expected):
    """Two long byte strings: where they first differ is what helps."""
    if got == expected:
        good(claim)
        return True
    at = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
    bad(claim, f"{len(got)} bytes, expected {len(expected)}; first difference at {at}",
        f"expected: {expected[max(0, at - 60):at + 60]!r}", f"got:      {got[max(0, at - 60):at + 60]!r}")
    return False


def run(*claims):
    """Run each function; one that raises is a failed claim. Then say that the script ended."""
    for claim in claims:
        try:
            claim()
        except Exception:
            bad(claim.__name__.replace("_", " "), traceback.format_exc())
    print("done", flush=True)
