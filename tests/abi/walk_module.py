"""walk_module.py FOLDER: what the macros of the headers read (FOLDER/abi_walk.so, from walk_module.c) against what Python sees."""

import array
import collections
import contextvars
import datetime
import functools
import gc
import io
import math
import operator
import pickle
import sys
import tempfile
import types
import unittest
import weakref

sys.path.insert(0, sys.argv.pop(1))
import abi_walk as w    # noqa: E402


class Int(int): pass
class Str(str): pass
class Float(float): pass
class List(list): pass
class Tuple(tuple): pass
class Dict(dict): pass
class Bytes(bytes): pass
class Set(set): pass
class Frozen(frozenset): pass
class Date(datetime.date): pass
class DateTime(datetime.datetime): pass
class Plain: pass
class Ref(weakref.ref): pass


def f(a, b=2, /, c=3, *, d: int = 4):
    return lambda: (a, b)


def generator():
    yield 1


async def coroutine():
    pass


async def async_generator():
    yield 1


def a_frame():
    return sys._getframe()


def a_traceback():
    try:
        1 / 0
    except ZeroDivisionError as e:
        return e.__traceback__, e


PLAIN = Plain()
COROUTINE = coroutine()
COROUTINE.close()
ASYNC = async_generator()
TB, EXC = a_traceback()
OPTIONS = contextvars.ContextVar("options")
TOKEN = OPTIONS.set(1)
CODE = f.__code__
CELL = f(1).__closure__[0]
TYPE = types.GenericAlias
SAMPLES = [
    None, True, False, 0, 1, -1, 2 ** 30, 2 ** 100, Int(5), 1.5, Float(2.5), 1j, "", "a", "ä", "€", "\U0001f600", Str("s"), b"", b"abc", Bytes(b"x"),
    bytearray(b"ab"), [], [1, 2], List([1]), (), (1, 2), Tuple((1,)), {}, {"a": 1}, Dict(), collections.OrderedDict(a=1), {1}, Set(), frozenset({1}), Frozen(),
    {}.keys(), {}.values(), {}.items(), range(3), slice(1, 2), ..., NotImplemented, int, type, Plain, PLAIN, f, CODE, CELL, generator(), COROUTINE, ASYNC,
    ASYNC.asend(None), iter([]), iter("a"), iter(int, 1), reversed([1]), len, [].append, str.join, PLAIN.__init__, w, sys, types.ModuleType("m"), memoryview(b"x"),
    types.SimpleNamespace(), weakref.ref(PLAIN), Ref(PLAIN), weakref.proxy(PLAIN), weakref.proxy(f), datetime.date(2024, 2, 29), Date(2000, 1, 1),
    datetime.datetime(2024, 2, 29, 23, 59, 58, 123456, fold=1), DateTime(1, 1, 1), datetime.time(1, 2, 3, 4), datetime.timedelta(1, 2, 3),
    datetime.timezone.utc, EXC, TB, ValueError, BaseException, contextvars.copy_context(), OPTIONS, TOKEN, a_frame(), a_frame().f_locals, w.capsule,
    w.instance_method, types.MethodType(len, []), pickle.PickleBuffer(b"x"), iter(Plain.__mro__), w.Point, types.MappingProxyType({}), Plain.__dict__,
    type(str.join), operator.itemgetter(1), functools.partial(len),
]


def exact(*kinds): return lambda o: type(o) in kinds
def sub(*kinds): return lambda o: issubclass(type(o), kinds)


class GetItem:
    def __getitem__(self, i): raise IndexError


SAMPLES.append(iter(GetItem()))
CAPSULE, CALLITER, SEQITER = type(w.capsule), type(iter(int, 1)), type(iter(GetItem()))
ASEND, TRACEBACK, FRAME = type(ASYNC.asend(None)), type(TB), type(a_frame())
KEYS, VALUES, ITEMS = type({}.keys()), type({}.values()), type({}.items())
CMETHOD = None
d = datetime
CHECKS = {
    "PyAnySet_Check": sub(set, frozenset), "PyAnySet_CheckExact": exact(set, frozenset), "PyAsyncGenASend_CheckExact": exact(ASEND),
    "PyAsyncGen_CheckExact": exact(types.AsyncGeneratorType), "PyBool_Check": exact(bool), "PyByteArray_Check": sub(bytearray),
    "PyByteArray_CheckExact": exact(bytearray), "PyBytes_Check": sub(bytes), "PyBytes_CheckExact": exact(bytes),
    "PyCFunction_Check": sub(types.BuiltinFunctionType), "PyCFunction_CheckExact": exact(types.BuiltinFunctionType), "PyCMethod_Check": exact(),
    "PyCMethod_CheckExact": exact(), "PyCallIter_Check": exact(CALLITER), "PyCapsule_CheckExact": exact(CAPSULE), "PyCell_Check": exact(types.CellType),
    "PyCode_Check": exact(types.CodeType), "PyComplex_Check": sub(complex), "PyComplex_CheckExact": exact(complex),
    "PyContextToken_CheckExact": exact(contextvars.Token), "PyContextVar_CheckExact": exact(contextvars.ContextVar),
    "PyContext_CheckExact": exact(contextvars.Context), "PyCoro_CheckExact": exact(types.CoroutineType), "PyDateTime_Check": sub(d.datetime),
    "PyDateTime_CheckExact": exact(d.datetime), "PyDate_Check": sub(d.date), "PyDate_CheckExact": exact(d.date), "PyDelta_Check": sub(d.timedelta),
    "PyDelta_CheckExact": exact(d.timedelta), "PyTZInfo_Check": sub(d.tzinfo), "PyTZInfo_CheckExact": exact(d.tzinfo), "PyTime_Check": sub(d.time),
    "PyTime_CheckExact": exact(d.time), "PyDictItems_Check": sub(ITEMS), "PyDictKeys_Check": sub(KEYS), "PyDictValues_Check": sub(VALUES),
    "PyDictViewSet_Check": sub(KEYS, ITEMS), "PyDict_Check": sub(dict), "PyDict_CheckExact": exact(dict),
    "PyExceptionClass_Check": lambda o: isinstance(o, type) and issubclass(o, BaseException), "PyExceptionInstance_Check": sub(BaseException),
    "PyFloat_Check": sub(float), "PyFloat_CheckExact": exact(float), "PyFrameLocalsProxy_Check": exact(type(a_frame().f_locals)), "PyFrame_Check": exact(FRAME),
    "PyFrozenSet_Check": sub(frozenset), "PyFrozenSet_CheckExact": exact(frozenset), "PyFunction_Check": exact(types.FunctionType),
    "PyGen_Check": sub(types.GeneratorType), "PyGen_CheckExact": exact(types.GeneratorType), "PyInstanceMethod_Check": exact(type(w.instance_method)),
    "PyList_Check": sub(list), "PyList_CheckExact": exact(list), "PyLong_Check": sub(int), "PyLong_CheckExact": exact(int),
    "PyMemoryView_Check": exact(memoryview), "PyMethod_Check": exact(types.MethodType), "PyModule_Check": sub(types.ModuleType),
    "PyModule_CheckExact": exact(types.ModuleType), "PyODict_Check": sub(collections.OrderedDict), "PyODict_CheckExact": exact(collections.OrderedDict),
    "PyPickleBuffer_Check": exact(pickle.PickleBuffer), "PyRange_Check": exact(range), "PySeqIter_Check": exact(SEQITER), "PySet_Check": sub(set),
    "PySet_CheckExact": exact(set), "PySlice_Check": exact(slice), "PyTraceBack_Check": exact(TRACEBACK), "PyTuple_Check": sub(tuple),
    "PyTuple_CheckExact": exact(tuple), "PyType_Check": sub(type), "PyType_CheckExact": exact(type), "PyUnicode_Check": sub(str),
    "PyUnicode_CheckExact": exact(str), "PyWeakref_Check": sub(weakref.ref, weakref.ProxyType, weakref.CallableProxyType),
    "PyWeakref_CheckProxy": exact(weakref.ProxyType, weakref.CallableProxyType), "PyWeakref_CheckRef": sub(weakref.ref),
    "PyWeakref_CheckRefExact": exact(weakref.ref), "Py_IsNone": lambda o: o is None, "Py_IsTrue": lambda o: o is True, "Py_IsFalse": lambda o: o is False,
}


class Checks(unittest.TestCase):
    def test_all(self):
        for name, expected in CHECKS.items():
            check = getattr(w, name)
            for o in SAMPLES:
                self.assertIs(check(o), expected(o), f"{name}({type(o)})")

    def test_types(self):
        for t in (int, bool, Int, str, list, List, type, object, Plain, dict, types.FunctionType, type(None), w.Point):
            self.assertEqual(w.PyType_HasFeature(t), bool(t.__flags__ & 1 << 10), t)
            self.assertEqual(w.PyType_FastSubclass(t), issubclass(t, int), t)
            self.assertEqual(w.PyType_IS_GC(t), bool(t.__flags__ & 1 << 14), t)
            self.assertEqual(w._PyObject_SIZE(t), t.__basicsize__, t)
            self.assertEqual(w._PyObject_VAR_SIZE(t), -(-(t.__basicsize__ + 5 * t.__itemsize__) // 8) * 8, t)
            self.assertEqual(bool(w.PyType_SUPPORTS_WEAKREFS(t)), t.__weakrefoffset__ != 0, t)
            for o in SAMPLES:
                self.assertIs(w.Py_IS_TYPE(o, t), type(o) is t)
                self.assertIs(w.PyObject_TypeCheck(o, t), issubclass(type(o), t))
        for o in SAMPLES:
            self.assertIs(w.Py_TYPE(o), type(o))


class Numbers(unittest.TestCase):
    def test_sizes(self):
        for n in (0, 1, 2, 7, 100, 5000):
            data = list(range(n))
            self.assertEqual(w.PyList_GET_SIZE(data), n)
            self.assertEqual(w.PyTuple_GET_SIZE(tuple(data)), n)
            self.assertEqual(w.PyBytes_GET_SIZE(bytes(n)), n)
            self.assertEqual(w.PyByteArray_GET_SIZE(bytearray(n)), n)
            self.assertEqual(w.PyDict_GET_SIZE(dict.fromkeys(data)), n)
            self.assertEqual(w.PySet_GET_SIZE(set(data)), n)
            self.assertEqual(w.PySet_GET_SIZE(frozenset(data)), n)
            o = collections.OrderedDict.fromkeys(data)
            self.assertEqual((w.PyODict_SIZE(o), w.PyODict_Size(o)), (n, n))
            self.assertEqual(w.PySequence_Fast_GET_SIZE(data), n)
            self.assertEqual(w.PySequence_Fast_GET_SIZE(tuple(data)), n)
            self.assertEqual(w.Py_SIZE(data), n)
        s = set(range(100))
        s -= set(range(50))
        self.assertEqual(w.PySet_GET_SIZE(s), 50)
        dd = dict.fromkeys(range(9))
        del dd[3]
        self.assertEqual(w.PyDict_GET_SIZE(dd), 8)
        self.assertEqual(w.PyDict_GET_SIZE(Plain.__init__.__objclass__.__dict__.copy()), len(object.__dict__))

    def test_int(self):
        for v in [0, 1, -1, 5, 256, 257, -5, -6, 2 ** 30 - 1, 2 ** 30, -2 ** 30, 2 ** 60, 2 ** 62 - 1, -2 ** 63, 2 ** 64, 3 ** 200, -3 ** 200, True, False, Int(7), Int(2 ** 70)]:
            sign, digits = w.digits(v)
            self.assertEqual(sign, (v > 0) - (v < 0), v)
            total = sum(x << 30 * i for i, x in enumerate(digits))
            self.assertEqual(total * sign, v)
            if v:
                self.assertNotEqual(digits[-1], 0)
            compact = abs(v) < 2 ** 30
            self.assertIs(w._PyLong_IsCompact(v), compact, v)
            self.assertIs(w.PyUnstable_Long_IsCompact(v), compact, v)
            if compact:
                self.assertEqual(w._PyLong_CompactValue(v), v)
                self.assertEqual(w.PyUnstable_Long_CompactValue(v), v)
                self.assertEqual(w.PyLong_AS_LONG(v), v)
        for op in (lambda a: a * a, lambda a: a - a + 7, lambda a: a >> 40, lambda a: -a, lambda a: int(str(a)), lambda a: a // 3):
            v = op(12345678901234567890)
            sign, digits = w.digits(v)
            self.assertEqual(sum(x << 30 * i for i, x in enumerate(digits)) * sign, v)

    def test_float(self):
        for v in (0.0, -0.0, 1.5, 1e308, math.inf, Float(3.25)):
            self.assertEqual(w.PyFloat_AS_DOUBLE(v), v)
        self.assertTrue(math.isnan(w.PyFloat_AS_DOUBLE(math.nan)))
        self.assertTrue(math.isnan(w.Py_RETURN_NAN()))
        self.assertEqual([w.Py_RETURN_INF(1.0), w.Py_RETURN_INF(-0.0)], [math.inf, -math.inf])

    def test_code(self):
        inner = f(1).__code__
        self.assertEqual((w.PyCode_GetNumFree(inner), w.PyCode_GetNumFree(CODE)), (2, 0))
        first = w.PyCode_GetFirstFree(inner)
        self.assertEqual((first, w.PyUnstable_Code_GetFirstFree(inner)), (0, 0))
        self.assertEqual(w.PyCode_GetFirstFree(CODE), len(set(CODE.co_varnames + CODE.co_cellvars)))


class Parts(unittest.TestCase):
    def test_functions(self):
        self.assertIs(w.PyFunction_GET_CODE(f), f.__code__)
        self.assertIs(w.PyFunction_GET_GLOBALS(f), globals())
        self.assertEqual(w.PyFunction_GET_MODULE(f), __name__)
        self.assertEqual(w.PyFunction_GET_DEFAULTS(f), (2, 3))
        self.assertEqual(w.PyFunction_GET_KW_DEFAULTS(f), {"d": 4})
        self.assertIs(w.PyFunction_GET_CLOSURE(f), None)
        inner = f(1)
        self.assertEqual([c.cell_contents for c in w.PyFunction_GET_CLOSURE(inner)], [1, 2])
        a = w.PyFunction_GET_ANNOTATIONS(f)
        self.assertIn(a, (("d", int), {"d": int}))
        f.__annotations__
        self.assertEqual(w.PyFunction_GET_ANNOTATIONS(f), {"d": int})
        f.__defaults__ = (8, 9)
        self.assertEqual(w.PyFunction_GET_DEFAULTS(f), (8, 9))
        f.__defaults__ = (2, 3)

    def test_methods(self):
        m = types.MethodType(f, PLAIN)
        self.assertIs(w.PyMethod_GET_FUNCTION(m), f)
        self.assertIs(w.PyMethod_GET_SELF(m), PLAIN)
        self.assertIs(w.PyInstanceMethod_GET_FUNCTION(w.instance_method), None)
        some = [1]
        self.assertIs(w.PyCFunction_GET_SELF(some.append), some)
        self.assertIs(w.PyCFunction_GET_SELF(w.counts), w)
        self.assertIs(w.PyCFunction_GET_SELF(str.maketrans), None)          # static
        self.assertIs(w.PyCFunction_GET_SELF(dict.fromkeys), dict)          # of a class
        self.assertIs(w.PyCFunction_GET_CLASS(len), None)
        self.assertEqual(w.PyCFunction_GET_FLAGS(w.counts), 8)
        self.assertEqual(w.PyCFunction_GET_FLAGS(w.vector), 0x82)
        self.assertEqual(w.PyCFunction_GET_FLAGS(len), 8)
        self.assertTrue(w.PyCFunction_GET_FUNCTION(w.vector))
        self.assertFalse(w.PyCFunction_GET_FUNCTION(len))
        for new in (w.PyCFunction_New, w.PyCFunction_NewEx):
            late = new(PLAIN)
            self.assertEqual(late(3), (PLAIN, 3))
            self.assertEqual((late.__name__, late.__doc__, late.__text_signature__), ("late", "Made later.", "($module, x, /)"))
        for descr in (str.join, int.__add__, type.__dict__["__doc__"], dict.__dict__["fromkeys"], types.FunctionType.__dict__["__closure__"]):
            self.assertIs(w.PyDescr_TYPE(descr), descr.__objclass__)
            self.assertEqual(w.PyDescr_NAME(descr), descr.__name__)

    def test_cell(self):
        cell = types.CellType(5)
        self.assertEqual(w.PyCell_GET(cell), 5)
        w.PyCell_SET(cell, "new")
        self.assertEqual(cell.cell_contents, "new")
        self.assertIs(w.PyCell_GET(types.CellType()), None)
        x = 1
        def reader():
            return x
        w.PyCell_SET(reader.__closure__[0], 2)
        self.assertEqual((x, reader()), (2, 2))

    def test_weakref(self):
        class Thing: pass
        t = Thing()
        r, p = weakref.ref(t), weakref.proxy(t)
        self.assertIs(w.PyWeakref_GET_OBJECT(r), t)
        self.assertIs(w.PyWeakref_GET_OBJECT(p), t)
        del t
        self.assertIs(w.PyWeakref_GET_OBJECT(r), None)
        self.assertIs(w.PyExceptionInstance_Class(EXC), ZeroDivisionError)

    def test_items(self):
        for o in ([1, "b", None], (1, "b", None), List([4, 5]), Tuple((4, 5)), list(range(100)), tuple(range(100))):
            get = w.PyList_GET_ITEM if isinstance(o, list) else w.PyTuple_GET_ITEM
            self.assertEqual([get(o, i) for i in range(len(o))], list(o))
            self.assertEqual([w.PySequence_Fast_GET_ITEM(o, i) for i in range(len(o))], list(o))
            self.assertEqual(w.PySequence_Fast_ITEMS(o), tuple(o))
        for o in ([1, 2], (1, 2), "ab", b"ab", range(2), array.array("i", [3, 4]), collections.deque([1, 2]), memoryview(b"xy")):
            self.assertEqual([w.PySequence_ITEM(o, i) for i in range(2)], list(o))
        self.assertRaises(IndexError, w.PySequence_ITEM, [], 0)
        self.assertEqual((w.PyTuple_SET_ITEM(3), w.PyList_SET_ITEM(3), w.Py_SET_SIZE(3)), ((3, w), [3], [3, 3]))
        items = [0]
        fast = sum(w.list_append(items, i) for i in range(1, 1000))
        self.assertEqual(items, list(range(1000)))
        self.assertGreater(fast, 800)       # a list grows in steps
        items.append(1)
        items.extend(range(50))
        del items[10:]
        w.list_append(items, "end")
        self.assertEqual(items, [*range(10), "end"])


class Text(unittest.TestCase):
    STRINGS = ["", "a", "abc" * 100, "ä", "aß" * 9, "ÿ", "€", "a€" * 50, "\ud800", "\U0001f600", "x\U0010ffff" * 9, "a\0b", Str("abc"), Str("ä"), Str("€uro"), Str("\U0001f600!")]

    def test_layout(self):
        def made(s):
            yield s
            yield (s + "z")[:-1]
            yield "".join(list(s))
            yield s.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
            yield ("€" + s)[1:]
            yield s.replace("q", "r")
            yield f"{s}"
            yield "%s" % s
            yield eval(repr(s)) if type(s) is str else s
        for origin in self.STRINGS:
            for s in made(origin):
                top = max(map(ord, s), default=0)
                kind = 1 if top < 256 else 2 if top < 65536 else 4
                self.assertEqual(w.PyUnicode_GET_LENGTH(s), len(s))
                self.assertEqual(w.PyUnicode_KIND(s), kind, ascii(s))
                self.assertEqual(w.PyUnicode_IS_ASCII(s), top < 128)
                self.assertEqual(w.PyUnicode_IS_COMPACT(s), type(s) is str)
                self.assertEqual(w.PyUnicode_IS_COMPACT_ASCII(s), type(s) is str and top < 128)
                self.assertEqual((w.PyUnicode_IS_READY(s), w.PyUnicode_READY(s)), (1, 0))
                self.assertEqual(w.PyUnicode_MAX_CHAR_VALUE(s), 127 if top < 128 else {1: 255, 2: 65535, 4: 0x10ffff}[kind])
                points = list(map(ord, s))
                self.assertEqual(w.PyUnicode_DATA(s), points + [0])
                self.assertEqual(w.PyUnicode_READ_CHAR(s), points)
                self.assertEqual(getattr(w, f"PyUnicode_{kind}BYTE_DATA")(s), points + [0])
                self.assertEqual((w._PyUnicode_COMPACT_DATA if type(s) is str else w._PyUnicode_NONCOMPACT_DATA)(s), points + [0])
                hash(s)
                self.assertEqual(w.hash_field(s), hash(s))
                self.assertEqual(w.unicode_writer(s), s + "!")
        self.assertEqual(w.PyUnicode_WRITE("abc"), "bcd")
        self.assertEqual(w.PyUnicode_WRITE("aä€"), "bå₭")
        self.assertEqual(w.PyUnicode_WRITE("\U0001f600a"), "\U0001f601b")
        self.assertEqual(w._Py_IDENTIFIER("abc"), "ABC")

    def test_interned(self):
        name = "a_name_that_is_not_interned_yet" + str(id(self))
        self.assertEqual(w.PyUnicode_CHECK_INTERNED(name), 0)
        self.assertNotEqual(w.PyUnicode_CHECK_INTERNED(sys.intern(name)), 0)
        for s in ("name", "a", ""):
            self.assertNotEqual(w.PyUnicode_CHECK_INTERNED(s), 0)
            self.assertEqual(w.hash_field(s), hash(s))

    def test_characters(self):
        import unicodedata
        for ch in [*range(0, 0x500), 0x660, 0x2028, 0x2150, 0x3000, 0x4e00, 0xd800, 0xdfff, 0xfb01, 0x1d7ce, 0x1f600, 0xe0001, 0x10ffff]:
            s = chr(ch)
            facts = w.char_facts(ch)
            expected = dict(ISSPACE=s.isspace(), ISALNUM=s.isalnum(), ISALPHA=s.isalpha(), ISDECIMAL=s.isdecimal(), ISDIGIT=s.isdigit(), ISNUMERIC=s.isnumeric(),
                            ISPRINTABLE=s.isprintable(), ISLINEBREAK=len((s + "x").splitlines()) == 2, IS_SURROGATE=0xd800 <= ch < 0xe000,
                            TODECIMAL=unicodedata.decimal(s, -1), TODIGIT=unicodedata.digit(s, -1), TONUMERIC=unicodedata.numeric(s, -1.0))
            for key, value in expected.items():
                self.assertEqual(facts[key], value, (hex(ch), key))
            for key, method in (("TOLOWER", s.lower()), ("TOUPPER", s.upper()), ("TOTITLE", s.title())):
                if len(method) == 1:
                    self.assertEqual(facts[key], ord(method), (hex(ch), key))
            if ch < 128:
                self.assertEqual(w.ctype_facts(ch), (s.islower(), s.isupper(), s.isalpha(), s.isdigit(), s in "0123456789abcdefABCDEF", s.isalnum(),
                                 s in " \t\n\r\v\f", ord(s.lower()), ord(s.upper())), ch)
            if ch > 0xffff:
                high, low, joined, is_high, is_low = w.surrogates(ch)
                self.assertEqual((joined, is_high, is_low), (ch, 1, 1))
                self.assertEqual((high, low), divmod(ch - 0x10000, 0x400)[0:1] and (0xd800 + (ch - 0x10000 >> 10), 0xdc00 + (ch & 0x3ff)))

    def test_bytes(self):
        for b in (b"", b"a", b"abc\0def", bytes(range(256)), Bytes(b"sub")):
            self.assertEqual(w.PyBytes_AS_STRING(b), b + b"\0")
            hash(b)
            self.assertEqual(w.hash_field(b), hash(b))
            self.assertEqual(w.PyByteArray_AS_STRING(bytearray(b)), b + b"\0")
        self.assertEqual(w.hash_field(bytes([1, 2, 3]) + bytes(3)), -1)
        ba = bytearray(b"0123456789")
        del ba[:4]
        self.assertEqual(w.PyByteArray_AS_STRING(ba), b"456789\0")


class Counts(unittest.TestCase):
    def test_mortal(self):
        for o in (Plain(), [1], 2 ** 100, "not interned " + str(id(self)), (1, [2]), lambda: 0, 12.25, Plain):
            n = w.counts(o)
            self.assertEqual([x - n[0] for x in n[:6]], [0, 1, 2, 4, 2, 0], type(o))
            self.assertIs(n[6], True)
            self.assertIs(w._Py_IsImmortal(o), False)
            self.assertEqual(w.Py_SET_REFCNT(o), 5)
            box = [o] * 10
            self.assertEqual(w.Py_REFCNT(o), n[0] + 10)
            self.assertEqual(sys.getrefcount(o), w.Py_REFCNT(o))
            del box

    def test_immortal(self):
        for o in (None, True, False, ..., NotImplemented, 0, 5, -5, 256, "", "a", "ä", b"", b"x", (), int, type, str, object, ValueError):
            self.assertIs(w._Py_IsImmortal(o), True, o)
            n = w.counts(o)
            self.assertEqual(set(n[:6]), {n[0]}, o)
            self.assertEqual(w.Py_SET_REFCNT(o), 0)
        self.assertEqual(w.Py_REFCNT(None), 4294967295)

    def test_old_modules(self):
        for o in (None, True, False, ..., NotImplemented, 0, 5, 256, -5, "", "a"):
            before, after, immortal = w.old_counts(o)
            self.assertIs(immortal, True, o)
        self.assertEqual([None, True, 5 + 0, (), "a"[:1], b"x"[:1]], [eval("None"), 1 == 1, 5, tuple([]), chr(97), bytes([120])])

    def test_setref(self):
        seen = []

        class Noisy:
            def __del__(self):
                seen.append(w.slot())
        w.Py_CLEAR()
        w.Py_SETREF(Noisy())
        w.Py_SETREF("second")
        w.Py_XSETREF(Noisy())
        w.Py_XSETREF("fourth")
        w.Py_XSETREF(Noisy())
        w.Py_CLEAR()
        self.assertEqual(seen, ["second", "fourth", ...])
        w.Py_XSETREF("last")
        self.assertEqual(w.slot(), "last")
        w.Py_CLEAR()

    def test_types(self):
        class A: pass
        class B: pass
        o = A()
        w.Py_SET_TYPE(o, B)
        self.assertIs(type(o), B)

    def test_memory(self):
        self.assertEqual(w.memory(), (24, True))
        self.assertEqual(w.make(), [(4, 1), (5, 1), (6, 1), (7, 1), (1000, 1), 1, 1, 1])

    def test_trashcan(self):
        for n in (1, 10, 1000, 200_000):
            destroyed, depth = w.trashcan(n)
            self.assertEqual(destroyed, n)
            self.assertLess(depth, 20_000)
        self.assertEqual(w.box_cycle(), 2)


class Times(unittest.TestCase):
    def test_read(self):
        zone = d.timezone(d.timedelta(hours=5), "five")
        for t in (d.datetime(1, 1, 1), d.datetime(9999, 12, 31, 23, 59, 59, 999999), d.datetime(2024, 2, 29, 12, 30, 45, 65537, tzinfo=zone, fold=1), DateTime(2020, 5, 6, 7)):
            got = [getattr(w, "PyDateTime_" + n)(t) for n in ("GET_YEAR", "GET_MONTH", "GET_DAY", "DATE_GET_HOUR", "DATE_GET_MINUTE", "DATE_GET_SECOND", "DATE_GET_MICROSECOND",
                                                              "DATE_GET_FOLD", "DATE_GET_TZINFO")]
            self.assertEqual(got, [t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond, t.fold, t.tzinfo])
            u = t.timetz()
            got = [getattr(w, "PyDateTime_TIME_GET_" + n)(u) for n in ("HOUR", "MINUTE", "SECOND", "MICROSECOND", "FOLD", "TZINFO")]
            self.assertEqual(got, [u.hour, u.minute, u.second, u.microsecond, u.fold, u.tzinfo])
        for t in (d.timedelta(), d.timedelta(-1, 2, 3), d.timedelta.max, d.timedelta.min):
            self.assertEqual([getattr(w, "PyDateTime_DELTA_GET_" + n)(t) for n in ("DAYS", "SECONDS", "MICROSECONDS")], [t.days, t.seconds, t.microseconds])
        t = Date(1234, 5, 6)
        self.assertEqual([w.PyDateTime_GET_YEAR(t), w.PyDateTime_GET_MONTH(t), w.PyDateTime_GET_DAY(t)], [1234, 5, 6])

    def test_make(self):
        self.assertEqual(w.PyDate_FromDate(2024, 2, 29), d.date(2024, 2, 29))
        self.assertRaises(ValueError, w.PyDate_FromDate, 2023, 2, 29)
        self.assertEqual(w.PyDateTime_FromDateAndTime(2024, 2, 29, 1, 2, 3, 4), d.datetime(2024, 2, 29, 1, 2, 3, 4))
        t = w.PyDateTime_FromDateAndTimeAndFold(2024, 2, 29, 1, 2, 3, 4, 1)
        self.assertEqual((t, t.fold), (d.datetime(2024, 2, 29, 1, 2, 3, 4), 1))
        self.assertEqual(w.PyTime_FromTime(1, 2, 3, 4), d.time(1, 2, 3, 4))
        self.assertEqual(w.PyTime_FromTimeAndFold(1, 2, 3, 4, 1).fold, 1)
        self.assertEqual(w.PyDelta_FromDSU(1, -2, 3_000_000), d.timedelta(1, -2, 3_000_000))
        self.assertEqual(w.PyTimeZone_FromOffset(d.timedelta(hours=1)), d.timezone(d.timedelta(hours=1)))
        self.assertEqual(w.PyTimeZone_FromOffsetAndName(d.timedelta(hours=1), "one").tzname(None), "one")
        self.assertIs(w.PyDateTime_TimeZone_UTC(), d.timezone.utc)
        self.assertEqual(w.PyDateTime_FromTimestamp(1e9, d.timezone.utc), d.datetime.fromtimestamp(1e9, d.timezone.utc))
        self.assertEqual(w.PyDate_FromTimestamp(1e9), d.date.fromtimestamp(1e9))


class Calls(unittest.TestCase):
    def test_methods(self):
        self.assertEqual(w.PyObject_CallMethodNoArgs("abc", "upper"), "ABC")
        self.assertEqual(w.PyObject_CallMethodOneArg("abc", "index", "c"), 2)
        self.assertRaises(AttributeError, w.PyObject_CallMethodNoArgs, 1, "nope")
        self.assertEqual(w.PyVectorcall_NARGS(1, 2, 3), (3, 3))
        self.assertEqual(w.vector(1, 2, x=3), ((1, 2), ("x",)))

    def test_errors(self):
        with self.assertRaisesRegex(SystemError, r"walk_module\.c:\d+: bad argument to internal function"):
            w.PyErr_BadInternalCall()
        with self.assertWarnsRegex(RuntimeWarning, "from C"):
            w.PyErr_Warn(RuntimeWarning)
        self.assertIs(w.Py_RETURN_NOTIMPLEMENTED(), NotImplemented)
        for a in (1, 2):
            for b in (1, 2):
                self.assertEqual([w.Py_RETURN_RICHCOMPARE(a, b, op) for op in range(6)], [a < b, a <= b, a == b, a != b, a > b, a >= b])

    def test_mappings(self):
        x = {"key": 1, "other": 2}
        self.assertEqual((w.PyMapping_DelItemString(x), w.PyMapping_DelItem(x, "other"), x), (0, 0, {}))
        self.assertRaises(KeyError, w.PyMapping_DelItem, x, 1)
        o = collections.OrderedDict(key=1)
        self.assertEqual((w.PyODict_GetItemString(o), w.PyODict_GetItem(o, "key"), w.PyODict_GetItem(o, 2)), (1, (1, 1, 1), (None, None, 0)))

    def test_running(self):
        self.assertIs(w.PyImport_ImportModuleEx("os.path", []), __import__("os"))
        self.assertIs(w.PyImport_ImportModuleEx("os.path", ["join"]), __import__("os").path)
        self.assertEqual(w.PyRun_SimpleString("import sys; sys.walked = 1"), 0)
        self.assertEqual(sys.walked, 1)
        self.assertEqual(w.PyRun_String("x + 1", {"x": 41}), 42)
        self.assertRaises(SyntaxError, w.PyRun_String, "x +", {})
        self.assertEqual(w.Py_CompileString("pass").co_filename, "<walk>")
        sys.walked = 0
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write("import sys\nsys.walked += 1\n")
            file.flush()
            self.assertEqual(w.PyRun_File(file.name, {}), 0)
        self.assertEqual(sys.walked, 8)
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write("import sys\nsys.walked += 100\nsys.walked += 1000\n")
            file.flush()
            out, sys.stdout, err, sys.stderr = sys.stdout, io.StringIO(), sys.stderr, io.StringIO()
            try:
                self.assertEqual(w.PyRun_InteractiveLoop(file.name), (0, 0))
            finally:
                sys.stdout, sys.stderr = out, err
        self.assertEqual(sys.walked, 1108)

    def test_code(self):
        a, b = w.PyCode_New(CODE.replace(co_posonlyargcount=0)), None
        self.assertEqual(a[0].co_code, CODE.co_code)
        self.assertEqual(w.PyCode_New(CODE)[1], CODE)
        self.assertIs(w._PyCode_SetExtra(CODE), CODE)


class Others(unittest.TestCase):
    def test_memoryview(self):
        v = memoryview(array.array("i", range(6)))[2:]
        self.assertEqual(w.PyMemoryView_GET_BUFFER(v), (16, 4, 1, "i", 4))
        self.assertIs(w.PyMemoryView_GET_BASE(memoryview(b := bytearray(3))), b)

    def test_slice(self):
        for s in (slice(None), slice(1, 5), slice(-3, None), slice(None, None, -2), slice(100, -100, -7), slice(3, 3)):
            for n in (0, 1, 5, 10):
                self.assertEqual(w.PySlice_GetIndicesEx(s, n), (*s.indices(n), len(range(*s.indices(n)))))
        self.assertRaises(ValueError, w.PySlice_GetIndicesEx, slice(None, None, 0), 1)

    def test_threads(self):
        self.assertEqual(w.Py_BEGIN_ALLOW_THREADS(), (0, 1, 0, 1, 1))
        self.assertEqual(w.PyMutex_Lock(), (1, 0, 1))

    def test_monitoring(self):
        self.assertEqual(w.PyMonitoring(CODE, 0), (0, 1, 0))
        m, e, seen = sys.monitoring, sys.monitoring.events, []
        m.use_tool_id(3, "walk")
        try:
            names = [n for n in dir(e) if n.isupper() and n not in ("NO_EVENTS", "INSTRUCTION")]
            for n in names:
                if n not in ("BRANCH_LEFT", "BRANCH_RIGHT"):
                    m.register_callback(3, getattr(e, n), lambda code, *args, n=n: seen.append((n, code is CODE, args[:1])))
            m.set_events(3, sum(getattr(e, n) for n in names if n not in ("C_RAISE", "C_RETURN")))
            w.PyMonitoring(CODE, 1)
        finally:
            m.set_events(3, 0)
            for n in names:
                m.register_callback(3, getattr(e, n), None)
            m.free_tool_id(3)
        fired = [n for n, mine, _ in seen if mine and not n.startswith("C_")]      # whether these come depends on CALL
        self.assertEqual(fired, ["PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "JUMP", "BRANCH", "PY_THROW", "RAISE",
                                 "EXCEPTION_HANDLED", "PY_UNWIND", "RERAISE", "STOP_ITERATION"])
        self.assertIn(("LINE", True, (66,)), seen)

    def test_structseq(self):
        p = w.PyStructSequence(1, 2, 3)
        self.assertEqual((tuple(p), p.x, p.hidden, len(p), p.n_fields, p.n_unnamed_fields), ((1, 2), 1, 3, 2, 3, 1))
        self.assertEqual([w.struct_item(p, i) for i in range(3)], [1, 2, 3])
        self.assertEqual(w.struct_item(sys.version_info, 0), 3)
        import time
        now = time.localtime()
        self.assertEqual(w.struct_item(now, 9), now.tm_zone)
        self.assertTrue(w.PyTuple_Check(p))

    def test_module(self):
        self.assertEqual((w.WALK_NUMBER, w.WALK_TEXT), (42, "text"))
        m = w.PyModule_FromDefAndSpec(types.SimpleNamespace(name="pkg.phased"))
        self.assertEqual((m.__name__, m.__doc__, m.executed), ("pkg.phased", "Made of a spec.", 1))


if __name__ == "__main__":
    unittest.main()
