"""Functions of the C API inside hot loops, by CPython's own module for testing them: they look at frames, change functions, dicts, lists and types, watch them, raise, call back, and
come from other threads; loops and counts are those of cold code."""

import gc
import sys
import threading

try:
    import _testcapi as t
    import _testlimitedcapi as lim
except ImportError:
    t = None

N = 400
log = []


class Gone:
    def __init__(self, v):
        self.v = v

    def __del__(self):
        log.append((self.v, sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno))


class Plain:
    k = 1

    def __init__(self, v):
        self.v = v

    def m(self):
        return self.v


def frames(n):
    s = x = 0
    for i in range(n):
        x = (i, x if i & 1 else None)
        if i % 50 == 49:
            f = sys._getframe()
            s += t.frame_getvar(f, "i") + t.frame_getvarstring(f, b"s")
            assert t.frame_getvar(f, "x") is x and t.frame_getlocals(f)["i"] == i
            assert t.frame_getglobals(f) is globals() and t.frame_getlasti(f) > 0
        s += 1
    return s, x[0], sys.getrefcount(x)


def conventions(n):
    o, c, st, out = t.MethInstance(), t.MethClass, t.MethStatic, []
    for i in range(n):
        x = (i,)
        a = t.meth_varargs(x, i), t.meth_o(x), t.meth_noargs(), t.meth_fastcall(x, x), t.meth_fastcall_keywords(x, k=x), t.meth_varargs_keywords(x, k=i)
        b = o.meth_varargs(x), o.meth_o(x), o.meth_noargs(), o.meth_fastcall(x), o.meth_fastcall_keywords(x, k=x), c.meth_o(x), st.meth_fastcall(x, i)
        if i in (0, 1, 5, n - 1):
            out.append((a[0][1][1], a[1][1] is x, b[0][0] is o, b[1][1] is x, sys.getrefcount(x)))
    return out


def vector(n):
    def f(a=1):
        return a

    def g(a=2):
        return a
    s = []
    for i in range(n):
        if i == n // 2:
            t.function_setvectorcall(f)
        if i == n // 3:
            t.function_set_defaults(g, (i,))
        s.append((f(), g()))
    return s[n // 3 - 1], s[n // 3], s[n // 2 - 1], s[n // 2], s[-1]


def watched_dict(n):
    d, w = {"a": 1}, t.add_dict_watcher(0)
    s = 0
    try:
        for i in range(n):
            d["a"] = i
            d[i & 3] = s
            s += d["a"]
            if i == n // 2:
                t.watch_dict(w, d)
            if i == n // 2 + 3:
                t.unwatch_dict(w, d)
        return s, t.get_dict_watcher_events()
    finally:
        t.clear_dict_watcher(w)


def watched_type(n):
    class C:
        k = 1
    w, s, o = t.add_type_watcher(0), 0, C()
    try:
        for i in range(n):
            s += o.k
            if i == n // 2:
                t.watch_type(w, C)
            if i % 100 == 99:
                C.k += 1
        return s, len(t.get_type_modified_events())
    finally:
        t.clear_type_watcher(w)


def watched_function(n):
    events, s = [], 0

    def callback(*args):
        events.append(len(args))
    w = t.add_func_watcher(callback)
    try:
        for i in range(n):
            def f(v=i):
                return v
            s += f()
            if i % 100 == 50:
                f.__defaults__ = (0,)
            s += f()
        return s, len(events)
    finally:
        t.clear_func_watcher(w)


def containers(n):
    l, d, s, x = [0, 1, 2], {}, set(), None
    for i in range(n):
        x = Gone(i) if i % 97 == 96 else (i,)
        t.list_set_item(l, i % 3, x)
        d[i & 7] = x
        if i % 20 == 5:
            t.list_extend(l, [x])
            del l[3:]
            t.dict_pop(d, i & 7)
            t.dict_setdefault(d, i & 7, x)
            lim.set_add(s, i & 15)
        if i % 50 == 7:
            lim.dict_setitem(d, 99, x)
            lim.list_append(l, x)
            l.pop()
        assert l[i % 3] is x
    return len(l), len(d), sorted(s), sys.getrefcount(x)


def errors(n):
    out = []
    for i in range(n):
        x = (i,)
        try:
            if i % 3 == 0:
                t.raise_exception(KeyError, 2)
            elif i % 3 == 1:
                t.err_setstring(ValueError, b"text")
            else:
                t.exc_set_object(IndexError, x)
        except (KeyError, ValueError, IndexError) as e:
            out.append((type(e).__name__, e.args, e.__traceback__.tb_lineno - errors.__code__.co_firstlineno, e.__traceback__.tb_next is None))
    return out[:4], out[-1], len(out), sys.getrefcount(x)


def managed(n):
    s, x = 0, None
    for i in range(n):
        o = t.HeapCTypeWithManagedDict()
        o.v = x = (i,)
        s += o.v[0]
        if i % 7 == 3:
            t.clear_managed_dict(o)
            s += hasattr(o, "v")
        p = t.HeapCTypeSubclass()
        s += p.value + p.value2
    return s, sys.getrefcount(x)


def calls(n):
    def add(a, b=1, *, c=0):
        return a + b + c
    s, x = 0, Plain(3)
    for i in range(n):
        s += t.pyobject_vectorcall(add, (i,), None) + t.pyobject_fastcalldict(add, (i, 2), {"c": 3}) + t.pyobject_vectorcall(add, (i, 5), ("b",))
        s += x.m()
    return s, sys.getrefcount(x)


def threads(n):
    seen, s = [], 0

    def from_outside(*args):
        f = sys._getframe(1)
        seen.append(f.f_code.co_name if f is not None else None)

    def elsewhere():
        seen.append(threading.get_ident() != me)
    me = threading.get_ident()
    for i in range(n):
        s += i
        if i == n // 2:
            t.call_in_temporary_c_thread(elsewhere)
        if i == n // 3:
            assert t._pending_threadfunc(from_outside, 1)
    return s, sorted(map(str, seen))


def whole(n):
    """An object that is made and dies in C, in the middle of the loop."""
    for i in range(n):
        x = Gone(i)
        if i % 100 == 50:
            t.pyobject_vectorcall(Gone, (-i,), None)
            y = x
        x = None
    return len(log)


def main():
    for f in frames, conventions, vector, watched_dict, watched_type, watched_function, containers, errors, managed, calls, threads, whole:
        log.clear()
        first = f(N)
        seen = log[:3], log[-2:], len(log)
        log.clear()
        print(f.__name__, first, *seen)
        again = f(N)
        print("   ", again == first or again, (log[:3], log[-2:], len(log)) == seen)


if t is None:
    print("no module")
else:
    gc.disable()
    main()
# expect: frames (50090, 399, 2) [] [] 0
# expect:     True True
# expect: conventions [(0, True, True, True, 16), (1, True, True, True, 16), (5, True, True, True, 16), (399, True, True, True, 16)] [] [] 0
# expect:     True True
# expect: vector ((1, 2), (1, 133), (1, 133), ('overridden', 133), ('overridden', 133)) [] [] 0
# expect:     True True
# expect: watched_dict (79800, ['mod:a:201', 'mod:1:20100', 'mod:a:202', 'mod:2:20301', 'mod:a:203', 'mod:3:20503']) [] [] 0
# expect:     True True
# expect: watched_type (1000, 2) [] [] 0
# expect:     True True
# expect: watched_function (158800, 803) [] [] 0
# expect:     True True
# expect: containers (3, 9, [1, 5, 9, 13], 4) [] [] 0
# expect:     True True
# expect: errors ([('KeyError', (0, 1), 6, True), ('ValueError', ('text',), 8, True), ('IndexError', (2,), 10, True), ('KeyError', (0, 1), 6, True)], ('KeyError', (0, 1), 6, True), 400, 2) [] [] 0
# expect:     True True
# expect: managed (91800, 3) [] [] 0
# expect:     True True
# expect: calls (245000, 2) [] [] 0
# expect:     True True
# expect: threads (79800, ['True', 'threads']) [] [] 0
# expect:     True True
# expect: whole 403 [(0, 7), (1, 7), (2, 7)] [(399, 7), (350, 3)] 404
# expect:     True False
