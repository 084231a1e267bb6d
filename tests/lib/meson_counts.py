"""Add up what a meson test run printed: failed tests' output, then one line "passed failed"."""
import json
import re
import sys

COUNT = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)

passed = failed = tests = 0
with open(sys.argv[1] + "/meson-logs/testlog.json") as log:
    for line in log:
        test = json.loads(line)
        tests += 1
        counts = COUNT.findall(test.get("stdout", ""))
        good = test["result"] == "OK"
        if counts:
            passed += int(counts[-1][0])
            failed += int(counts[-1][1])
            if not good and counts[-1][1] == "0":
                failed += 1
        else:
            passed += good
            failed += not good
        if not good:
            print(f"FAIL {test['name']}: {test['result']}")
            output = test.get("stdout", "") + test.get("stderr", "")
            print("\n".join("     | " + row for row in output.strip().split("\n")[-60:]))
if tests:
    print(passed, failed)
