"""What crosses the border to compiled code, timed by an interpreter itself: border_cases.py FOLDER [REGEX]

FOLDER holds the compiled border.c. Packages that are not installed are left out. Prints one JSON object: least CPU ns of one operation,
of an import CPU ms."""

import json
import os
import re
import sys
import time

sys.path.insert(0, sys.argv[1])
import border

ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
RESULT = {}


def best(call, count, repeat=7):
    least = float("inf")
    for _ in range(repeat):
        begin = time.process_time()
        call()
        least = min(least, time.process_time() - begin)
    return least / count * 1e9


def measure(name, call, count, repeat=7):
    if re.search(ONLY, name):
        call()
        RESULT[name] = round(best(call, count, repeat), 3)


SOURCE = "def loop(n, {names}):\n for _ in n:\n  " + "{op}; " * 10 + "\n"


def statement(name, op, count=200_000, **values):
    """Ten copies of a statement in a loop."""
    space = {}
    exec(SOURCE.replace("{names}", ", ".join(values)).replace("{op}", op), space)
    n = range(count // 10)
    measure(name, lambda: space["loop"](n, **values), count)


def in_c(name, function, *args, count=200_000):
    measure(name, lambda: function(count, *args), count)


class Plain:
    def __init__(self):
        self.name = 1

    def method(self):
        return None


class Slots:
    __slots__ = ("name",)


def calls():
    statement("METH_NOARGS", "f()", f=border.noargs)
    statement("METH_O", "f(1)", f=border.one)
    statement("METH_FASTCALL", "f(1, 2)", f=border.fast)
    statement("METH_FASTCALL|KEYWORDS", "f(1, 2)", f=border.fast_keywords)
    statement("METH_FASTCALL|KEYWORDS, named", "f(1, b=2)", f=border.fast_keywords)
    statement("METH_VARARGS", "f(1, 2)", f=border.varargs)
    statement('PyArg_ParseTuple("dd")', "f(1.5, 2.5)", f=border.parse_dd)
    statement("PyArg_ParseTupleAndKeywords", "f(1, y=3)", f=border.parse_keywords)
    thing = border.Thing()
    statement("C type, made", "f()", f=border.Thing)
    statement("C type, tp_call", "f()", f=thing)
    statement("C type, method", "t.method()", t=thing)
    statement("C type, member", "t.value", t=thing)
    statement("C type, getset", "t.got", t=thing)
    statement("slot nb_add", "t + t", t=thing)
    statement("slot mp_subscript", "t[1]", t=thing)
    statement("slot mp_length", "len(t)", t=thing)
    statement("slot tp_richcompare", "t == t", t=thing)


def api():
    plain, key, table = Plain(), "name", {f"k{i}": i for i in range(100)} | {"name": 0}
    in_c("PyObject_GetAttr", border.get_attr, plain, key)
    in_c("PyObject_GetAttr, of the type", border.get_attr, plain, "method")
    in_c("PyObject_GetAttrString", border.get_attr_string, plain)
    in_c("PyObject_SetAttr", border.set_attr, plain, key)
    in_c("PyObject_SetAttr, __slots__", border.set_attr, Slots(), key)
    in_c("PyDict_GetItem", border.dict_get, table, key)
    in_c("PyDict_GetItemWithError", border.dict_get_error, table, key)
    in_c("PyDict_GetItemString", border.dict_get_string, table)
    in_c("PyDict_SetItem", border.dict_set, table, key)
    in_c("PyDict_Next", border.dict_next, table)
    in_c("PyObject_CallOneArg, Python", border.call_one, lambda x: None, 1)
    in_c("PyObject_CallOneArg, C", border.call_one, border.one, 1)
    in_c("PyObject_CallObject", border.call_tuple, lambda x, y: None, (1, 2))
    in_c("PyObject_CallMethodNoArgs", border.call_method, plain, "method")
    in_c("PyLong_FromLong, AsLong", border.ints)
    in_c("PyFloat_FromDouble, AsDouble", border.floats)
    in_c("PyUnicode_FromStringAndSize", border.strings)
    in_c("PyUnicode_AsUTF8AndSize", border.utf8, "some text")
    in_c("PyTuple_Pack", border.tuples)
    in_c("Py_BuildValue", border.build_value)
    in_c("PyErr_SetString, Clear", border.errors)
    in_c("PyNumber_Add", border.number_add, 1000, 2000)
    in_c("PyObject_RichCompareBool", border.compare, 1000, 2000)
    in_c("PyObject_IsInstance", border.is_instance, True, int)
    in_c("PyObject_GetItem", border.get_item, [1, 2, 3], 1)
    in_c("PySequence_Fast", border.sequence_fast, [1])
    in_c("PyMem_Malloc, Free", border.memory)
    in_c("PyGILState_Ensure, Release", border.gil)
    in_c("Py_BEGIN/END_ALLOW_THREADS", border.threads)
    in_c("buffer of bytes", border.buffers, b"abc")
    in_c("buffer of bytearray", border.buffers, bytearray(b"abc"))
    in_c("PyList_Append", border.list_append)
    in_c("PyList_New, SET_ITEM, floats", border.list_fill)
    items = list(range(200_000))
    in_c("PyIter_Next, list", border.iterate, items)
    in_c("PyIter_Next, dict", border.iterate, dict.fromkeys(items))
    measure("PyIter_Next, generator", lambda: border.iterate(0, (i for i in items)), 200_000)


def library():
    import ctypes
    absolute = ctypes.CDLL(None).abs
    statement("ctypes call", "f(5)", 50_000, f=absolute)
    typed = ctypes.CDLL(None).labs
    typed.argtypes, typed.restype = [ctypes.c_long], ctypes.c_long
    statement("ctypes call, typed", "f(5)", 50_000, f=typed)
    import sqlite3

    def insert():
        db = sqlite3.connect(":memory:")
        db.execute("create table t(a integer, b text, c real)")
        for i in range(2000):
            db.execute("insert into t values(?, ?, ?)", (i, "text", 1.5))
        db.executemany("insert into t values(?, ?, ?)", [(i, "text", 1.5) for i in range(2000)])
        assert len(db.execute("select * from t").fetchall()) == 4000
    measure("sqlite3 inserts", insert, 4000, 15)


def packages():
    try:
        import numpy as np
        a, x, y = np.arange(1000.0), np.float64(1.5), np.float64(2.5)
        statement("numpy scalar, x * y + x", "x * y + x", 100_000, x=x, y=y)
        statement("numpy scalar, x + 1", "x + 1", 100_000, x=x)
        statement("numpy a[i]", "a[7]", 100_000, a=a)
        statement("numpy a[i] = v", "a[7] = 1.0", 100_000, a=a)
        statement("numpy a + b, three items", "a + a", 50_000, a=a[:3].copy())
        statement("numpy a.sum(), three items", "a.sum()", 20_000, a=a[:3].copy())
        measure("numpy for x in a", lambda: [x for x in a], 1000, 50)
    except ImportError:
        pass
    try:
        from lxml import etree
        page = b"<r>" + b"".join(b'<row id="%d"><name>n%d</name><v>1.5</v></row>' % (i, i) for i in range(200)) + b"</r>"
        measure("lxml parse and walk", lambda: [(e.get("id"), e[0].text) for e in etree.fromstring(page)], 200, 30)
        measure("lxml parse", lambda: etree.fromstring(page), 200, 50)
    except ImportError:
        pass
    try:
        from pydantic import BaseModel, TypeAdapter

        class Row(BaseModel):
            number: int
            name: str
            values: list[float] = []
        data = [{"number": i, "name": "n", "values": [1.5, 2]} for i in range(200)]
        adapter = TypeAdapter(list[Row])
        measure("pydantic validate", lambda: adapter.validate_python(data), 200, 30)
        rows = adapter.validate_python(data)
        measure("pydantic dump", lambda: adapter.dump_json(rows), 200, 30)
    except ImportError:
        pass
    try:
        import orjson
        value = [{"number": i, "name": "n", "values": [1.5, 2]} for i in range(200)]
        measure("orjson dumps, loads", lambda: orjson.loads(orjson.dumps(value)), 200, 50)
        import msgpack
        measure("msgpack packb, unpackb", lambda: msgpack.unpackb(msgpack.packb(value)), 200, 50)
        import greenlet
        back = greenlet.getcurrent()

        def other():
            while True:
                back.switch()
        g = greenlet.greenlet(other)
        statement("greenlet switch, both ways", "f()", 50_000, f=g.switch)
    except ImportError:
        pass


def imports():
    import importlib.util
    for name in ("numpy", "pandas"):
        if importlib.util.find_spec(name) is None or not re.search(ONLY, "import " + name):
            continue
        least = float("inf")
        for _ in range(6):
            pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "import " + name], os.environ)
            _, status, used = os.wait4(pid, 0)
            if status == 0:
                least = min(least, used.ru_utime + used.ru_stime)
        RESULT["import " + name] = least * 1e9


for group in (calls, api, library, packages, imports):
    group()
print(json.dumps(RESULT))
