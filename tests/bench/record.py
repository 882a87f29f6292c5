"""usage: record.py EVAL.json [BENCH.json] >docs/results.json: what `make eval` and `make bench` have
measured, for documents to be compared with (tests/manual/figures.py)."""
import json
import sys

runs = [json.load(open(path)) for path in sys.argv[1:]]
json.dump(dict(zip(("eval", "bench"), runs)), sys.stdout, indent=1, sort_keys=True)
print()
