"""Compiled loops write and read nothing beyond what they may, as the checking allocator finds."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
env = {k: v for k, v in os.environ.items() if k not in ("PYTHON_JIT", "PYTHONMALLOC")}
for options, malloc in (("-X", "dev"), None), ((), "debug"), ((), "malloc_debug"), (("-X", "tracemalloc"), "debug"), ((), "malloc"):
    for name in "jit_reverse.py", "jit_spread_freed.py":
        p = subprocess.run([sys.executable, *options, "-X", "jit=stress", os.path.join(HERE, name)], capture_output=True, text=True,
                           env=env | ({"PYTHONMALLOC": malloc} if malloc else {}))
        print(name, p.returncode, *p.stderr.split()[:9])

# few modes: processes of its own
# expect: jit_reverse.py 0
# expect: jit_spread_freed.py 0
# expect: jit_reverse.py 0
# expect: jit_spread_freed.py 0
# expect: jit_reverse.py 0
# expect: jit_spread_freed.py 0
# expect: jit_reverse.py 0
# expect: jit_spread_freed.py 0
# expect: jit_reverse.py 0
# expect: jit_spread_freed.py 0
