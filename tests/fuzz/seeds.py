"""Seeds for the targets `marshal` and `pyc`, written by the interpreter under test: build/bin/adder tests/fuzz/seeds.py"""
import importlib.util
import marshal
import os

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')
VALUES = {
    'scalars': (None, True, False, ..., StopIteration, 0, -1, 2**31, -2**70, 1.5, -0.0, 1e300, 2j, b'bytes', 'a', 'text', '\xe9', '\u20ac\U0001f600', '\ud800'),
    'containers': [[], (), {}, set(), frozenset({1, 'a'}), {1: [2], (3,): {4}}, ((1,), [(2,)], {(1, frozenset({(2,)})): []})],
    'refs': [('shared', ('shared',))] * 3,
}
CODES = {
    'module': 'x = 1\nimport os as y\nprint(x, end="")\n',
    'function': 'def f(a, /, b=1, *c, d=2, **e):\n  "doc"\n  try: return a[b:1] + f(*c, **e)\n  except (A, B) as x: raise x from None\n  finally: del a\n',
    'closure': 'def f():\n  x = 1\n  def g():\n    nonlocal x\n    x += 1\n    return [x for y in x if y]\n  return g\n',
    'generator': 'async def f(x):\n  async with x as y: await y\n  async for z in y: yield z\ndef g(): z = yield from g()\n',
    'class': 'class C[T](B, k=1):\n  a: int = 1\n  def m(self): return super().m(a=1)\n',
    'match': 'match x:\n  case {"a": b, **c}: pass\n  case C(1, d=[e, *f]): pass\n',
    'with': 'with a as b, c:\n  for i, (j, *k) in d: x.y[0] = f"{i!r:>{j}}"\n  while b: b = {**b, 1: 2}\n',
    'star': 'try: a\nexcept* E as e: b\n',
}


def write(folder, name, data):
    with open(os.path.join(HERE, folder, name), 'wb') as f:
        f.write(data)


for name, value in VALUES.items():
    for version in (1, 4):
        write('marshal', '%s-%d' % (name, version), marshal.dumps(value, version))
for name, source in CODES.items():
    data = marshal.dumps(compile(source, 'f', 'exec'))
    write('marshal', name, data)
    write('pyc', name, b'\2' + data)
header = importlib.util.MAGIC_NUMBER
body = marshal.dumps(compile(CODES['module'], 'f', 'exec'))
write('pyc', 'no-source', b'\0' + header + bytes(12) + body)
write('pyc', 'by-time', b'\1' + header + bytes(4) + b'\1\0\0\0\6\0\0\0' + body)
write('pyc', 'by-hash', b'\1' + header + b'\3\0\0\0' + importlib.util.source_hash(b'x = 1\n') + body)
write('pyc', 'unchecked', b'\1' + header + b'\1\0\0\0' + bytes(8) + body)
write('pyc', 'other-magic', b'\0' + b'\0\0\r\n' + bytes(12) + body)
write('pyc', 'no-code', b'\0' + header + bytes(12) + marshal.dumps(1))
