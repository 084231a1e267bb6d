#!/usr/bin/env python3
"""The 14 steps of a keystroke that README.md names: each function exists in the file it names.

Without arguments: checks, prints what is wrong, exit status 1 when something is.
With --steps: prints "number file function" lines, for the test that traces a keystroke.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
STEP = re.compile(r"^(\d+)\. .*$")
PLACE = re.compile(r"`(\w+)`\s*\(`([\w/]+\.[ch])`\)")


def steps():
    """Yield (step, file, function) for each place that the numbered list names."""
    lines = (TOP / "README.md").read_text().split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("## One keystroke"))
    number = 0
    for line in lines[start + 1:]:
        if line.startswith("## "):
            break
        match = STEP.match(line)
        if match:
            number = int(match.group(1))
        for function, file in PLACE.findall(line):
            yield number, file, function


def defined(file, function):
    """Whether FILE has a definition of FUNCTION: its name at a parenthesis, then a body."""
    path = TOP / file
    if not path.is_file():
        return False
    text = path.read_text()
    return re.search(r"^[\w][^\n;{}]*\b" + function + r"\([^;{}]*\)\s*\n\{", text, re.M) is not None


def main():
    found = list(steps())
    if "--steps" in sys.argv[1:]:
        for number, file, function in found:
            print(number, file, function)
        return 0
    bad = [row for row in found if not defined(row[1], row[2])]
    for number, file, function in bad:
        print(f"README.md step {number}: {file} defines no {function}")
    missing = sorted(set(range(1, 15)) - {row[0] for row in found})
    if missing:
        print(f"README.md: steps without file and function: {missing}")
    return 1 if bad or missing else 0


if __name__ == "__main__":
    sys.exit(main())
