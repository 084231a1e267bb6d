#!/usr/bin/env python3
"""Each test that the RFC tables of dataplane/README.md name for what is done or partly done fails
when the feature is switched off. A switch is a small edit, listed in switches.txt; each is made
in a copy of the tree, the tests its row names are built and run there, and must fail.

    rfc_off.py [ITEM...]    rows whose item begins so; all without
    rfc_off.py --check      only whether each switch finds its place

Prints a line a test, and at last "N passed, N failed".
"""
import os
import pathlib
import re
import signal
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
COPY = TOP / "build" / "rfc-off"
BUILD = COPY / "build"
sys.path.insert(0, str(TOP / "tests" / "lint"))
import rfc_table  # noqa: E402

SECONDS = 60  # a test that hangs has failed
LINK_SEEDS = "200"


class Switch:
    """Edits made together: (file, what is there, what it becomes)."""

    def __init__(self, line):
        self.line = line
        self.edits = []


def switches_read(path):
    """{item: [Switch]}. Lines: "== ITEM", "@ FILE" begins a switch or "& FILE" goes on with it,
    "- OLD" and "+ NEW"; words are compared, not the space between them."""
    rows, item, file = {}, None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        mark, text = line[:2].strip(), line[2:].strip()
        if not line.strip() or mark == "#":
            continue
        if mark == "==":
            item = rows.setdefault(text, [])
        elif mark in ("@", "&"):
            file = text
            if mark == "@":
                item.append(Switch(number))
        elif mark == "-":
            item[-1].edits.append([file, text, ""])
        elif mark == "+":
            item[-1].edits[-1][2] += text
        else:
            sys.exit(f"{path.name}:{number}: cannot read: {line}")
    return rows


def edited(text, old, new, where):
    pattern = r"\s+".join(re.escape(word) for word in old.split())
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise LookupError(f"{where}: found {len(found)} times, name the place anew: {old}")
    return re.sub(pattern, lambda _: new, text)


def applied(switch, top):
    """{path: its text with the edits made}."""
    texts = {}
    for file, old, new in switch.edits:
        path = top / file
        text = texts.get(path) or path.read_text()
        texts[path] = edited(text, old, new, f"switches.txt:{switch.line}")
    return texts


def check(rows):
    """What of the list no longer fits the source, a line each."""
    bad = 0
    for switch in (switch for row in rows.values() for switch in row):
        try:
            applied(switch, TOP)
        except LookupError as problem:
            print(problem)
            bad += 1
    return bad


def refresh(path, data):
    """Write only what differs, so that little is built again."""
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copy_make():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True)
    for name in names.stdout.decode().split("\0"):
        if name and (TOP / name).is_file():
            refresh(COPY / name, (TOP / name).read_bytes())
            os.chmod(COPY / name, os.stat(TOP / name).st_mode)
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", BUILD, COPY, "-Dbuildtype=debug",
                        "-Dwerror=false"], check=True,
                       stdout=subprocess.DEVNULL)


def build(targets):
    done = subprocess.run(["ninja", "-C", BUILD, *targets], capture_output=True, text=True)
    return done.returncode == 0, done.stdout


def ended(command):
    """The status of a test, which takes its children with it when it hangs."""
    env = dict(os.environ, LINK_SEEDS=LINK_SEEDS, VECTORS=str(TOP / "tests/vectors"))
    with subprocess.Popen(command, env=env, start_new_session=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as test:
        try:
            return test.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(test.pid, signal.SIGKILL)
            return -1


class Tests:
    """Where each claim lives: {claim: [(target, arguments)]}."""

    def __init__(self):
        self.at = {}
        for path in sorted((TOP / "tests/unit").glob("test_*.c")):
            for claim in re.findall(r"^TEST\((\w+)\)", path.read_text(), re.M):
                self.at.setdefault(claim, []).append((f"tests/unit/{path.stem}", claim))
        for path in (TOP / "tests/story").glob("*.seg"):
            self.at[path.name] = [("tests/story/player", str(path))]

    def targets(self, names):
        return sorted({target for name in names for target, _ in self.at[name]})

    def fails(self, name):
        for target, argument in self.at[name]:
            if ended([BUILD / target, argument]) != 0:
                return True
        return False


def row_check(item, names, switches, tests):
    """The tests that a switch makes fail; complains of switches that nothing notices."""
    fallen, bad = set(), 0
    for switch in switches:
        texts = applied(switch, COPY)
        kept = {path: path.read_text() for path in texts}
        for path, text in texts.items():
            path.write_text(text)
        good, text = build(tests.targets(names))
        here = {name for name in names if tests.fails(name)} if good else set()
        for path, text_before in kept.items():
            path.write_text(text_before)
        if not good or not here:
            print(f"FAIL {item}: switch in line {switch.line}",
                  "changes no test" if good else "does not build:\n" + text[-1500:], flush=True)
            bad += 1
        fallen |= here
    return fallen, bad


def main():
    rows = switches_read(pathlib.Path(__file__).with_name("switches.txt"))
    if sys.argv[1:] == ["--check"]:
        return check(rows) > 0
    if check(rows) > 0:
        return 1
    tests, passed, failed = Tests(), 0, 0
    copy_make()
    table = list(rfc_table.rows())
    for item in rows:
        if sum(row[0].startswith(item) for row in table) != 1:
            print(f"FAIL {item}: not the beginning of one row")
            failed += 1
    for item, _, state, proof in table:
        names = re.findall(r"`([^`]+)`", proof)
        switches = [s for key in rows if item.startswith(key) for s in rows[key]]
        if sys.argv[1:] and not any(item.startswith(word) for word in sys.argv[1:]):
            continue
        if state.startswith("refused") and not switches:
            continue
        good, text = build(tests.targets(names))
        if not good or any(tests.fails(name) for name in names):
            print(f"FAIL {item}: fails with nothing switched off", text[-1500:])
            failed += 1
            continue
        fallen, bad = row_check(item, names, switches, tests)
        failed += bad
        for name in names:
            if name in fallen:
                print(f"ok   {item}: {name}", flush=True)
                passed += 1
            else:
                print(f"FAIL {item}: {name} holds with everything of it off", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
