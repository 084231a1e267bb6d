"""Is something true of the load generator's results? load_results.py JSON EXPRESSION.

In the expression r is everything, c the counts, l the latencies by name, errors the errors."""
import json
import sys

with open(sys.argv[1], encoding="ascii") as file:
    r = json.load(file)
c = r["counts"]
l = {one["name"]: one for one in r["latency"]}
errors = r["errors"]
if not eval(sys.argv[2]):  # the test's own text
    print({name: n for name, n in c.items() if n}, errors)
    for name, one in l.items():
        print(name, one["count"], one["p50_us"], one["p99_us"])
    sys.exit(1)
