"""Damaged marshal data: what is loaded may be refused, may raise, may run for ever, but never ends the process by a signal."""
import importlib.util
import marshal
import os
import random
import signal

SOURCE = '''
def gen(a, b=2, *c, d=4, **e):
    try:
        for i, (j, *k) in enumerate([(1, 2), (3, 4, 5)]):
            if i: yield i, j, k
            x = [y * 2 for y in k if y]
    except (ValueError, KeyError) as exc:
        raise TypeError from exc
    finally:
        del b
    return {**e, 'a': a}
class C[T]:
    z: int = 1
    def __init__(self, v): self.v = v; super().__init__()
    def m(self, n=0): return self.v + n if n < 3 else self.m(n - 1)
def outer():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return lambda: n
    return inc
text = [list(gen(1, q=3)), C(2).m(5), outer()()()]
match {'k': [1, 2, 3], 'o': 5}:
    case {'k': [a, *r], **rest}: text += a, r, rest
try:
    raise ExceptionGroup('x', [ValueError(1), TypeError(2)])
except* ValueError as eg: text.append(f'{eg.exceptions!r:>5}')
except* TypeError: pass
s = ''
for i in range(50):
    s += str(i); t = (i, s, i + 1.5); u = t[0] < 3 and not t[1]
while True:
    i -= 1
    if i < 5: break
'''


def damage(data, spans):
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        low, high = random.choice(spans)
        at = random.randrange(low, high)
        data[at] = random.choice((data[at] ^ 1 << random.randrange(8), random.randrange(119), random.randrange(6)))
    return bytes(data)


def code_objects(code):
    yield code
    for c in code.co_consts:
        if hasattr(c, 'co_code'):
            yield from code_objects(c)


def run(code):
    """Exit code of a child that runs the code: negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 0
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            signal.alarm(5)
            exec(code, {'__name__': 'hostile'})
        except BaseException:
            status = 1
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


random.seed(5)
good = compile(SOURCE, 'hostile', 'exec')
data = marshal.dumps(good)
spans = [(0, len(data))]
for co in code_objects(good):
    spans += [(data.find(part), data.find(part) + len(part)) for part in (co.co_code, co.co_exceptiontable) if part and part in data]
refused = ran = 0
for _ in range(300):
    try:
        code = marshal.loads(damage(data, spans))
    except (ValueError, TypeError, EOFError, SystemError, OverflowError, MemoryError):
        refused += 1
        continue
    if hasattr(code, 'co_code'):
        ran += 1
        status = run(code)
        if status < 0 and status != -signal.SIGALRM:
            print('ended by signal', -status)
print(refused > 50, ran > 20)                   # expect: True True
for cut in range(len(data)):
    try:
        marshal.loads(data[:cut])
        print('cut at', cut)
    except (EOFError, ValueError, TypeError):
        pass
print(run(good))                                 # expect: 0
# The instruction RETURN_VALUE with nothing on the stack, and a jump behind the end.
for wrong in b'\x95\0\x24\0', b'\x95\0\x4f\x40', b'\x95\0\x55\x07\x24\0', b'\x95\0\x53\0\x20\0':
    bad = marshal.dumps(compile('0', 'f', 'exec').replace(co_code=wrong, co_linetable=b'\xf0' + bytes([0x80 | len(wrong) // 2 - 1]), co_stacksize=1))
    try:
        marshal.loads(bad)
        print('accepted')
    except ValueError as e:
        print(str(e)[:16])                       # expect: bad marshal data
# expect: bad marshal data
# expect: bad marshal data
# expect: bad marshal data
