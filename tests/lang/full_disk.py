"""Standard output that cannot be written: a message and an exit code, nothing lost without a word (120: the last flush failed)."""
import subprocess
import sys

for redirect in '>/dev/full', '>&-', '>/dev/full 2>&1', '>&- 2>&- <&-':
    for program in 'print("x")', 'print("x", flush=True)', 'import sys; sys.stdout and sys.stdout.write("x" * 10**6)':
        p = subprocess.run(['sh', '-c', 'exec "$@" ' + redirect, 'sh', sys.executable, '-c', program], capture_output=True, text=True)
        print(redirect, p.returncode, p.stderr.splitlines()[-1:])
# expect: >/dev/full 120 ['OSError: [Errno 28] No space left on device']
# expect: >/dev/full 120 ['OSError: [Errno 28] No space left on device']
# expect: >/dev/full 1 ['OSError: [Errno 28] No space left on device']
# expect: >&- 0 []
# expect: >&- 0 []
# expect: >&- 0 []
# expect: >/dev/full 2>&1 120 []
# expect: >/dev/full 2>&1 120 []
# expect: >/dev/full 2>&1 120 []
# expect: >&- 2>&- <&- 0 []
# expect: >&- 2>&- <&- 0 []
# expect: >&- 2>&- <&- 0 []
