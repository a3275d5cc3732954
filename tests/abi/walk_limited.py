"""walk_limited.py FOLDER: extensions for the limited API (FOLDER/limited_3_*.so, from walk_limited.c) do what Python does."""

import array
import gc
import glob
import importlib
import os
import sys
import unittest
import weakref

FOLDER = sys.argv.pop(1)
sys.path.insert(0, FOLDER)
NAMES = sorted(os.path.basename(p).partition(".")[0] for p in glob.glob(os.path.join(FOLDER, "limited_3_*.so")))


class Plain: pass


SAMPLES = [0, True, 2 ** 80, "", "é", b"x", [], [1], (), {}, int, ValueError("x"), 1.5, {1}, frozenset(), sys, len, range(3), slice(1), bytearray(), 1j, iter([]),
           None, Plain(), weakref.ref(Plain)]


def has(o, *names): return all(hasattr(type(o), n) for n in names)


class Case(unittest.TestCase):
    def each(self):
        for name in NAMES:
            with self.subTest(name):
                yield importlib.import_module(name), int(name.rpartition("_")[2])

    def test_there_are_some(self):
        self.assertTrue(NAMES)

    def test_counts(self):
        for m, _ in self.each():
            for o in (Plain(), [1], 2 ** 90, "not interned" + str(id(m)), Plain):
                n = m.counts(o)
                self.assertEqual([x - n[0] for x in n], [0, 1, 2, 0, 0])
                self.assertEqual(n[0], sys.getrefcount(o))
                self.assertEqual(m.set_refcnt(o), 3)
            for o in (None, True, ..., 5, "", (), int):
                self.assertEqual(len(set(m.counts(o))), 1, o)
                self.assertEqual(m.set_refcnt(o), 0)

    def test_singletons(self):
        for m, minor in self.each():
            for _ in range(3):
                got = (m.return_none(), m.return_true(), m.return_false(), m.return_notimplemented())
                self.assertTrue(all(a is b for a, b in zip(got, (None, True, False, NotImplemented))))
                self.assertTrue(all(a is b for a, b in zip(m.singletons(), (None, True, False, ..., NotImplemented))))
            self.assertEqual([m.is_(o) if hasattr(m, "is_") else getattr(m, "is")(o) for o in (None, True, False, 1)], [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)])
            if minor >= 13:
                self.assertEqual(m.constants(), (None, False, True, ..., NotImplemented, 0, 1, "", b"", ()))
            if minor >= 10:
                self.assertIs(m.new_ref(m), m)

    def test_checks(self):
        for m, _ in self.each():
            for o in SAMPLES:
                i = isinstance
                expected = [i(o, int), type(o) is int, i(o, str), type(o) is str, i(o, bytes), i(o, list), i(o, tuple), i(o, dict), i(o, type), i(o, BaseException),
                            i(o, float), type(o) is float, i(o, set), i(o, (set, frozenset)), i(o, bool), i(o, type(sys)), i(o, type(len)), i(o, range), i(o, slice),
                            i(o, bytearray), i(o, complex), has(o, "__next__"), has(o, "__index__"), callable(o), not i(o, dict) and has(o, "__getitem__")
                            and not i(o, (type, slice, weakref.ref)) or i(o, range), has(o, "__getitem__") and not i(o, weakref.ref), None, i(o, weakref.ref)]
                got = m.checks(o)
                for k, (a, b) in enumerate(zip(got, expected)):
                    if b is not None and k not in (24, 25):
                        self.assertIs(a, b, (k, o))
                self.assertIs(m.type_of(o), type(o))
            self.assertEqual([m.size_of(o) for o in ([1, 2], (1,), b"abc")], [2, 1, 3])

            class A: pass
            class B: pass
            o = A()
            self.assertTrue(m.set_type(o, B))
            self.assertIs(type(o), B)

    def test_type(self):
        for m, _ in self.each():
            a, b = m.Pair("x", number=3), m.Pair(number=4)
            self.assertEqual((repr(a), repr(b)), ("Pair('x', 3)", "Pair(None, 4)"))
            self.assertEqual((a < b, a <= b, a == b, a != b, a > b, a >= b), (True, True, False, True, False, False))
            self.assertEqual(a == 3, False)
            self.assertRaises(TypeError, lambda: a < 3)
            a.value = 5
            self.assertEqual((a.value, a.number, a.twice), (5, 3, 6))
            self.assertRaises(AttributeError, setattr, a, "number", 1)
            del a.value
            self.assertRaises(AttributeError, lambda: a.value)
            self.assertEqual((m.Pair.__doc__, m.Pair.__module__, m.Pair.__qualname__), ("A pair.", m.__name__, "Pair"))

            class Sub(m.Pair):
                pass
            s = Sub(number=9)
            s.value = s
            s.more = 1
            r = weakref.ref(s)
            del s
            gc.collect()
            self.assertIsNone(r())
            self.assertTrue(issubclass(m.Error, ValueError))
            n = sys.getrefcount(m.Pair)
            many = [m.Pair() for _ in range(10)]
            self.assertEqual(sys.getrefcount(m.Pair) - n, 10)
            del many
            self.assertEqual(sys.getrefcount(m.Pair), n)

    def test_calls(self):
        for m, minor in self.each():
            self.assertEqual(m.parse("ab\0c", b"d"), (4, "ab\0c", b"d", -1, None))
            self.assertEqual(m.parse("x", b"", [], [1]), (1, "x", b"", 0, [1]))
            self.assertRaises(TypeError, m.parse, "x", b"", 1, ())
            for s in (slice(None), slice(5, -100, -2), slice(2, 4)):
                self.assertEqual(m.slice(s, 10), (*s.indices(10), len(range(*s.indices(10)))))
            self.assertRaises(ValueError, m.slice, slice(None, None, 0), 3)
            self.assertEqual(m.containers(7), ([7], (7,), {"key": 7}, {7}, 1, 1, 1, 1))
            self.assertIs(m.attributes(Plain()), False)
            self.assertRaises(AttributeError, m.attributes, 1)
            self.assertEqual((m.memory(), m.pid(12345), m.threads(), m.capsule(m)), (40, 12345, True, True))
            self.assertRaisesRegex(OverflowError, "Python int too large to convert to C int", m.pid, 2 ** 40)
            self.assertRaisesRegex(ValueError, "bad 'x'", m.fail, "x")
            self.assertEqual(m.METH_O, 8)
            if minor >= 11:
                self.assertEqual(m.buffer(array.array("h", [1, 2, 3])), (6, 2, 1, "h"))
                self.assertRaises(TypeError, m.buffer, 1)
            if minor >= 12:
                self.assertEqual(m.vectorcall(len, "abc"), 3)


if __name__ == "__main__":
    unittest.main()
