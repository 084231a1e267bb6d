#!/usr/bin/env python3
"""Print files and functions beyond the usual size. For review: it fails nothing but files over 600 lines."""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
HARD = 600
FILE = {".c": 350, ".h": 200}
FUNCTION = 60


def functions(lines):
    """Yield (name, first line, length) of functions written in the kernel's brace style."""
    name, start = None, 0
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
            head = " ".join(lines[max(0, number - 4):number - 1])
            names = re.findall(r"\b(\w+)\(", head)
            name = names[0] if names else "?"
        elif line == "}" and name:
            yield name, start, number - start + 1
            name = None


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"],
                            cwd=TOP, capture_output=True, text=True, check=True).stdout.split()
    failed = 0
    for file in listed:
        lines = (TOP / file).read_text().split("\n")
        if len(lines) > HARD:
            failed = 1
        if len(lines) > FILE[pathlib.Path(file).suffix]:
            print(f"{file}: {len(lines)} lines")
        for name, start, length in functions(lines):
            if length > FUNCTION:
                print(f"{file}:{start}: {name} has {length} lines")
    return failed


if __name__ == "__main__":
    sys.exit(main())
