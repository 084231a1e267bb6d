#!/usr/bin/env python3
"""Each test that the RFC tables of dataplane/README.md name exists, and each row that is not
refused names one."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def rows():
    text = (TOP / "dataplane/README.md").read_text().split("## RFCs")[1]
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("item", "---"):
            yield cells


def claims():
    for path in (TOP / "tests/unit").glob("test_*.c"):
        yield from re.findall(r"^TEST\((\w+)\)", path.read_text(), re.M)
    for path in (TOP / "tests/story").glob("*.seg"):
        yield path.name


def main():
    known, bad, count = set(claims()), 0, 0
    for item, where, state, proof in rows():
        count += 1
        names = re.findall(r"`([^`]+)`", proof)
        if not state.startswith(("done", "partly", "refused: ")):
            print(f"{item}: neither done nor partly nor refused with a reason")
            bad += 1
        if not names and not state.startswith("refused"):
            print(f"{item}: no test named")
            bad += 1
        for name in names:
            if name not in known:
                print(f"{item}: no test called {name}")
                bad += 1
    if count == 0:
        print("no table")
    return bad > 0 or count == 0


if __name__ == "__main__":
    sys.exit(main())
