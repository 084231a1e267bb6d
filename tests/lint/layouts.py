#!/usr/bin/env python3
"""Each layout of tests/unit/layouts.txt has its test: no name twice, no test that is not there, and
none that checks nothing. Prints what is wrong; exit status 1 when anything is."""
import pathlib
import re
import sys

unit = pathlib.Path(__file__).resolve().parents[1] / "unit"
wrong, seen, bodies = [], set(), {}
for number, line in enumerate((unit / "layouts.txt").read_text().splitlines(), 1):
    if line.startswith("#") or not line.strip():
        continue
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != 3 or not all(parts):
        wrong.append(f"{number}: not of the form: what; source; claim")
        continue
    what, source, claim = parts
    if what in seen:
        wrong.append(f"{number}: {what} stands here twice")
    seen.add(what)
    if source not in bodies:
        path = unit / source
        text = path.read_text() if path.exists() else ""
        bodies[source] = dict(re.findall(r"^TEST\((\w+)\)\n\{(.*?)^\}", text, re.M | re.S))
    body = bodies[source].get(claim)
    if body is None:
        wrong.append(f"{number}: {source} has no test {claim}")
    elif not re.search(r'"[^"]*"', body) or "CHECK" not in body:
        wrong.append(f"{number}: {claim} holds no text against what is shown")
for fault in wrong:
    print(f"tests/unit/layouts.txt:{fault}")
sys.exit(bool(wrong))
