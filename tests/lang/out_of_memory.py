"""With little address space: MemoryError, from GMP's scratch memory and from deep chains that are freed on what stack there is."""
import subprocess
import sys

PROGRAMS = {
    'lists': 'x = None\nwhile 1: x = [x]',
    'instances': 'class A: pass\nx = None\nwhile 1:\n  a = A(); a.x = x; x = a',
    'squares': 'x = 3\nwhile 1: x *= x',
    'power': 'x = 3 ** 10 ** 9',
    'quotient': 'x = 1 << 10 ** 9; y = x // 3 ** 10 ** 7; z = y * y',
    'text': 's = "a"\nwhile 1: s += s',
    'limit set late': 'import resource\nresource.setrlimit(resource.RLIMIT_AS, (400 << 20, -1))\nx = bytes(100 << 20); y = bytes(1 << 30)',
}
for name, program in PROGRAMS.items():
    limit = '' if 'late' in name else 'ulimit -v 200000; '
    p = subprocess.run(['sh', '-c', limit + 'exec "$@"', 'sh', sys.executable, '-c', program], capture_output=True, text=True)
    print(name, p.returncode, p.stderr.splitlines()[-1:])
# expect: lists 1 ['MemoryError']
# expect: instances 1 ['MemoryError']
# expect: squares 1 ['MemoryError']
# expect: power 1 ['MemoryError']
# expect: quotient 1 ['MemoryError']
# expect: text 1 ['MemoryError']
# expect: limit set late 1 ['MemoryError']
