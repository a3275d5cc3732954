"""Other interpreters: their own modules and types' subclasses, records of objects, exceptions as text, ends in order."""
import sys

import _interpqueues
import _interpreters

sys.stdout.reconfigure(line_buffering=True)      # each interpreter has a buffer of its own
main, _ = _interpreters.get_current()
one = _interpreters.create()
two = _interpreters.create("legacy")
print([i for i, _ in _interpreters.list_all()] == [main, one, two])

queue = _interpqueues.create(0, 0, 3)
for i in (one, two):
    _interpreters.exec(i, """if True:
        import _interpqueues, sys
        sys.modules["mine"] = sys
        class Sub(int): pass
        _interpqueues.put(queue, ("from", name, 2 ** 40, None, b"bytes"), 0, 3)
    """, {"queue": queue, "name": "one" if i == one else "zwei \u2022"})
    print(_interpqueues.get(queue)[0])

print("mine" in sys.modules, [c for c in int.__subclasses__() if c.__name__ == "Sub"])

print(_interpreters.exec(one, "def f(): raise LookupError('gone')\nf()").formatted)
try:
    _interpreters.set___main___attrs(one, {"x": []})
except ValueError as e:
    print(type(e).__name__, e)

_interpreters.exec(one, "import atexit; atexit.register(print, 'one ends', flush=True)")
_interpreters.exec(two, "import atexit; atexit.register(print, 'two ends', flush=True)")
sys.stdout.flush() # each interpreter has a buffer of its own
_interpreters.destroy(one)
print("last line", flush=True)
# expect: True
# expect: ('from', 'one', 1099511627776, None, b'bytes')
# expect: ('from', 'zwei •', 1099511627776, None, b'bytes')
# expect: False []
# expect: LookupError: gone
# expect: NotShareableError [] does not support cross-interpreter data
# expect: one ends
# expect: last line
# expect: two ends
