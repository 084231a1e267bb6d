#!/usr/bin/env python3
"""Every command with the tests that run it: commands.py LISTER TEST...

LISTER prints all grammars; each TEST is run and tells what it ran. Prints the table, then what no
test runs; fails when there is any.
"""
import os
import subprocess
import sys
import tempfile

lister, tests = sys.argv[1], sys.argv[2:]
grammars = sorted(set(subprocess.run([lister], capture_output=True, text=True, check=True).stdout.splitlines()))
ran = {grammar: [] for grammar in grammars}
for test in tests:
    with tempfile.NamedTemporaryFile("r") as rows:
        subprocess.run([test], stdout=subprocess.DEVNULL, env=dict(os.environ, SALLYPORT_ROWS=rows.name), check=False)
        for grammar in set(rows.read().splitlines()):
            if grammar in ran:
                ran[grammar].append(os.path.basename(test))
for grammar in grammars:
    if ran[grammar]:
        print(f"{grammar}\t{' '.join(ran[grammar])}")
untested = [grammar for grammar in grammars if not ran[grammar]]
for grammar in untested:
    print("untested:", grammar)
print(f"{len(grammars) - len(untested)} passed, {len(untested)} failed")
sys.exit(bool(untested))
