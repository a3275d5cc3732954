import os
import tempfile

import coverage
from coverage.tracer import CTracer

assert CTracer
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "seen.py")
    with open(path, "w") as f:
        f.write("def f(x):\n    if x:\n        return 1\n    return 2\nf(1)\n")
    c = coverage.Coverage(data_file=None, include=[path], branch=True)
    c.set_option("run:core", "ctrace")
    c.start()
    exec(compile(open(path).read(), path, "exec"), {})
    c.stop()
    _, statements, _, missing, _ = c.analysis2(path)
    assert (statements, missing) == ([1, 2, 3, 4, 5], [4]), (statements, missing)
