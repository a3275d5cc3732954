"""Lines and branches counted by the C tracer, in functions, generators, threads and a child frame; reports; and by sys.monitoring."""

import json
import os
import pathlib
import sys
import tempfile

import coverage
from coverage.tracer import CTracer

SOURCE = '''
import threading

def sign(n):
    if n < 0:
        return -1
    if n > 0:
        return 1
    return 0

def squares(n):
    for i in range(n):
        yield i * i

def never():
    return "never"

def run():
    total = sum(squares(5))
    done = []
    t = threading.Thread(target=lambda: done.append(sign(3)))
    t.start()
    t.join()
    try:
        raise KeyError("x")
    except KeyError:
        total += 1
    return total, done, [sign(v) for v in (3, -3)]
'''

with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    path = pathlib.Path(folder, "measured.py")
    path.write_text(SOURCE)
    sys.path.insert(0, folder)
    for core in ("ctrace", "sysmon"):
        sys.modules.pop("measured", None)
        os.environ["COVERAGE_CORE"] = core
        c = coverage.Coverage(data_file=None, branch=core == "ctrace", include=[str(path)], config_file=False)
        c.start()
        try:
            import measured
            assert measured.run() == (31, [1], [1, -1])
        finally:
            c.stop()
        if core == "ctrace":
            assert c._collector.tracers and all(isinstance(t, CTracer) for t in c._collector.tracers)
        _, lines, _, missing, _ = c.analysis2(str(path))
        assert missing == [9, 16], (core, missing)
        assert len(lines) == 23, (core, lines)
        out = os.path.join(folder, "report.json")
        c.json_report(outfile=out)
        with open(out) as f:
            totals = json.load(f)["files"]
        (summary,) = [v["summary"] for v in totals.values()]
        assert summary["missing_lines"] == 2
        if core == "ctrace":
            assert summary["num_branches"] == 6 and summary["covered_branches"] == 5, summary
