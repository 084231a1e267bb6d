"""Type the last key of a command and follow it through the processes.

Arguments: the supervisor, and a file of "number file function" lines (tests/lint/walk.py --steps).
"""
import subprocess
import sys
import time

from claims import RUN, bad, check, good, run
from openssh_terminal import KEY, SSH, session

SUPERVISOR, STEPS = sys.argv[1:3]


def dump():
    """The trace as (ns, process, function) in order of time."""
    text = subprocess.run([SUPERVISOR, "--trace-dump", RUN], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in text.split("\n") if line]
    return sorted((int(row[0]), row[1], row[-1]) for row in rows)


def steps():
    with open(STEPS) as file:
        return [(int(number), name) for number, _, name in (line.split() for line in file)]


def passes_in_order():
    terminal = session(SSH + KEY)
    terminal.type(b"display clock")
    terminal.wait_for(b"display clock")
    time.sleep(1)
    before = dump()
    check("the trace has records", len(before) > 0)
    last = before[-1][0] if before else 0
    terminal.type(b"\r")
    terminal.wait_for(b"<Sallyport>")
    time.sleep(0.3)
    seen = [row for row in dump() if row[0] > last]
    at = 0
    for number, name in steps():
        found = next((i for i in range(at, len(seen)) if seen[i][2] == name), None)
        if found is None:
            bad(f"step {number}: {name} comes after the steps before it",
                *[f"{ns - last} {process} {function}" for ns, process, function in seen[:60]])
            return
        good(f"step {number}: {name} in {seen[found][1]}, {(seen[found][0] - seen[0][0]) // 1000} us after the first")
        at = found
    terminal.type(b"quit\r")
    terminal.ended()


if __name__ == "__main__":
    sys.exit(run(passes_in_order))
