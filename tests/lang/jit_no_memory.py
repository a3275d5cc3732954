# few modes
"""What the compiler keeps is given up where a program has no memory left, so that there is enough to say so."""
import subprocess
import sys

PROGRAM = "x = None\nwhile 1: x = [x]"
for limit in 150000, 175000, 200000:
    p = subprocess.run(["sh", "-c", f'ulimit -v {limit}; exec "$@"', "sh", sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    print(p.returncode, p.stderr.splitlines()[-1:])
# expect: 1 ['MemoryError']
# expect: 1 ['MemoryError']
# expect: 1 ['MemoryError']
