"""% and format() of strs and small ints, where all is ASCII and short, and what is just beside that: the digest of what CPython 3.13.5 gives."""
import hashlib
import itertools


class S(str):
    pass


class I(int):
    def __str__(self):
        return "I!"


values = [0, 7, -1, 12345, 2**29, 2**30, -2**31, True, "", "a", "abc", "ä", "x" * 300, 1.5, None, b"x", [1], S("sub"), I(4)]
percent = ["%s", "%d", "%s%s", "%d-%s", "a%d", "%%", "%d%%", "%", "%s %", "%i", "%5d", "%s" * 3, "", "x", "%sä", "%c", "a%sb%dc", S("%d a")]
braces = ["{}", "{0}", "{}{}", "{0}{1}", "{}{0}", "{0}{}", "a{}b", "{{}}", "{{{}}}", "}", "{", "a}", "{}}", "{!r}", "{:5}", "{x}", "{10}", "{1}{0}", "", "ab", "ä{}",
          S("x{}y"), "{ }", "{0!s}", "{0.real}", "{}" * 50]


def shown(f):
    try:
        r = f()
        return type(r).__name__, r
    except Exception as e:
        return type(e).__name__, str(e)


h = hashlib.md5()
for f in percent:
    for v in values + list(itertools.product(values[:13], repeat=2)) + [(), {"a": 1}]:
        h.update(repr((f, shown(lambda: f % v))).encode())
for f in braces:
    for n in range(3):
        for v in itertools.product(values if n < 2 else values[:12], repeat=n):
            h.update(repr((f, shown(lambda: f.format(*v)))).encode())
    h.update(repr(shown(lambda: f.format(1, x=2))).encode())
print(h.hexdigest())
# expect: dcd705d0585c2c27070702a5b78920f6
a = "abc"
print("%s" % a is a, "{}".format(a) is a, "%s%%" % a, "%d" % 5 is "{}".format(5))
# expect: True True abc% True
s = "abcde"
print(s % () is s, s.format() is s, "%s%s" % ("", a) is a, "{}{}".format(a, "") is a, "%s" % s is s)
# expect: True True False False True
