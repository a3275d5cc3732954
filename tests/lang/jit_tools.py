"""Names of compiled code for Linux's perf: the map, and the file for `perf inject --jit`; also after a fork, and for code that exists already."""

import os
import subprocess
import sys

PROGRAM = '''
import os, sys

def hot(n):
    s = 0
    for i in range(n):
        s += i & 7
    return s

def late(n):
    s = 0
    for i in range(n):
        s ^= i
    return s

hot(3000)
if len(sys.argv) > 1:
    sys.activate_stack_trampoline("perf")
late(3000)
if os.fork() == 0:
    late(10)
    print(os.getpid())
    sys.stdout.flush()
    os._exit(0)
os.wait()
print(os.getpid())
'''


def run(*options, arguments=()):
    env = {k: v for k, v in os.environ.items() if k != "PYTHON_JIT"}
    p = subprocess.run([sys.executable, "-I", "-S", *options, "-c", PROGRAM, *arguments], capture_output=True, text=True, env=env)
    print(p.stderr, end="")
    return p.stdout.split()


def take(path):
    with open(path, "rb") as f:
        content = f.read()
    os.unlink(path)
    return content


for options, arguments in (("-X", "jit=1,patience=0", "-X", "perf"), ()), (("-X", "jit=1,patience=0"), ["now"]):
    for pid in run(*options, arguments=arguments):
        lines = [line.split(b" ", 2) for line in take(f"/tmp/perf-{pid}.map").splitlines()]
        print({name.strip().decode() for address, size, name in lines if b"jit:" in name and int(address, 16) > 2**16 and 16 < int(size, 16) < 2**16}
              >= {"jit:hot:6", "jit:late:12"})
for pid in run("-X", "jit=1,patience=0", "-X", "perf_jit"):
    content = take(f"/tmp/jit-{pid}.dump")
    print(content.startswith(b"DTiJ"), b"jit:hot:6\0" in content, b"jit:late:12\0" in content)

# few modes: waiting, or processes of its own
# expect: True
# expect: True
# expect: True
# expect: True
# expect: True True True
# expect: True True True
