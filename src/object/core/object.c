/* object/core/object.c: birth, death and text of an object.
 *
 * Counting is inline in the header; what is here runs when a count reaches 0, when a block becomes an object, and
 * when somebody wants to see one. The trashcan, which flattens the destruction of deep structures, is in recursion.c. */
#include "object/core/object.h"

#include <errno.h>
#include <stdio.h>

#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/singletons.h"
#include "rt/thread.h"
#include "object/core/err.h"
#include "object/core/tracer.h"
#include "object/core/type.h"

/* ---- reference counts ---- */

struct object_tracer object_tracer;
void (*object_tracing_changed)(PyThreadState *ts, bool on);

int
PyRefTracer_SetTracer(PyRefTracer tracer, void *data)
{
    bool other = (tracer == NULL) != (object_tracer.call == NULL);
    object_tracer.call = tracer;
    object_tracer.data = data;
    if (other && object_tracing_changed != NULL)
        object_tracing_changed(ts_current(), tracer != NULL);
    return 0;
}

PyRefTracer
PyRefTracer_GetTracer(void **data)
{
    if (data != NULL)
        *data = object_tracer.data;
    return object_tracer.call;
}

/* Apart from the rest, which is called so often that it must need no stack. */
static __attribute__((noinline, cold)) void
dealloc_oddly(PyThreadState *ts, PyObject *op)
{
    object_dies(op);
    if (ts != NULL && recursion_dealloc_is_deep(ts))
        recursion_dealloc(ts, op);
    else
        Py_TYPE(op)->tp_dealloc(op);
}

void
_Py_Dealloc(PyObject *op)
{
    PyThreadState *ts = ts_current();
    if (UNLIKELY(object_tracer.call != NULL || ts == NULL || recursion_dealloc_is_deep(ts)))
        dealloc_oddly(ts, op);
    else
        Py_TYPE(op)->tp_dealloc(op);
}

void
_Py_NewReference(PyObject *op)
{
    object_born(op);
}

void _Py_NewReferenceNoTotal(PyObject *op) { op->ob_refcnt = 1; }
void _Py_ResurrectReference(PyObject *op) { _Py_NewReference(op); }
void _Py_SetRefcnt(PyObject *op, Py_ssize_t n) { Py_SET_REFCNT(op, n); }
void _Py_IncRef(PyObject *op) { Py_INCREF(op); }
void _Py_DecRef(PyObject *op) { Py_DECREF(op); }
void Py_IncRef(PyObject *op) { Py_XINCREF(op); }
void Py_DecRef(PyObject *op) { Py_XDECREF(op); }
PyObject *(Py_NewRef)(PyObject *op) { return _Py_NewRef(op); }
PyObject *(Py_XNewRef)(PyObject *op) { return _Py_XNewRef(op); }
int (Py_Is)(PyObject *a, PyObject *b) { return a == b; }
int (Py_IsTrue)(PyObject *op) { return op == Py_True; }
int (Py_IsFalse)(PyObject *op) { return op == Py_False; }
int (Py_IsNone)(PyObject *op) { return op == Py_None; }

/* ---- finalizers ---- */

void
PyObject_CallFinalizer(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (t->tp_finalize == NULL)
        return;
    bool gc = gc_is_collectable(op);
    if (gc && gc_is_finalized(op))       /* a collectable object is finalized only once (PEP 442) */
        return;
    t->tp_finalize(op);
    if (gc)
        GC_HEAD(op)->_gc_prev |= GC_FINALIZED;
}

int
PyObject_CallFinalizerFromDealloc(PyObject *op)
{
    if (op->ob_refcnt != 0)
        _PyObject_AssertFailed(op, NULL, "PyObject_CallFinalizerFromDealloc called on object with a non-zero refcount",
                               __FILE__, __LINE__, __func__);
    op->ob_refcnt = 1;                   /* the finalizer may look at the object */
    PyObject_CallFinalizer(op);
    if (--op->ob_refcnt == 0)
        return 0;                        /* still dead */
    return -1;                           /* somebody holds it again: it lives on */
}

/* ---- text ---- */

/* Long chains of __repr__ and __str__ can be interrupted: run what signals wait for. 0 or -1. */
static int
text_check_signals(PyThreadState *ts)
{
    const uintptr_t signals_pending = 2;
    if (LIKELY((ts->eval_breaker & signals_pending) == 0) || rt_hooks.safepoint == NULL)
        return 0;
    return rt_hooks.safepoint(ts);
}

PyObject *
PyObject_Repr(PyObject *v)
{
    if (text_check_signals(ts_current()) < 0)
        return NULL;
    if (v == NULL)
        return PyUnicode_FromString("<NULL>");
    PyTypeObject *t = Py_TYPE(v);
    if (t->tp_repr == NULL)
        return PyUnicode_FromFormat("<%s object at %p>", t->tp_name, v);
    if (Py_EnterRecursiveCall(" while getting the repr of an object"))
        return NULL;
    PyObject *out = t->tp_repr(v);
    Py_LeaveRecursiveCall();
    if (out == NULL)
        return NULL;
    if (!PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError, "__repr__ returned non-string (type %.200s)", Py_TYPE(out)->tp_name);
        Py_CLEAR(out);
    }
    return out;
}

PyObject *
PyObject_Str(PyObject *v)
{
    if (text_check_signals(ts_current()) < 0)
        return NULL;
    if (v == NULL)
        return PyUnicode_FromString("<NULL>");
    if (PyUnicode_CheckExact(v))
        return Py_NewRef(v);
    if (Py_TYPE(v)->tp_str == NULL)
        return PyObject_Repr(v);
    if (Py_EnterRecursiveCall(" while getting the str of an object"))
        return NULL;
    PyObject *out = Py_TYPE(v)->tp_str(v);
    Py_LeaveRecursiveCall();
    if (out == NULL)
        return NULL;
    if (!PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError, "__str__ returned non-string (type %.200s)", Py_TYPE(out)->tp_name);
        Py_CLEAR(out);
    }
    return out;
}

PyObject *
PyObject_ASCII(PyObject *v)
{
    PyObject *repr = PyObject_Repr(v);
    if (repr == NULL || PyUnicode_IS_ASCII(repr))
        return repr;
    PyObject *ascii = PyUnicode_AsEncodedString(repr, "ascii", "backslashreplace");
    Py_DECREF(repr);
    if (ascii == NULL)
        return NULL;
    PyObject *out = PyUnicode_DecodeASCII(PyBytes_AS_STRING(ascii), PyBytes_GET_SIZE(ascii), "strict");
    Py_DECREF(ascii);
    return out;
}

PyObject *
PyObject_Bytes(PyObject *v)
{
    if (v == NULL)
        return PyBytes_FromString("<NULL>");
    if (PyBytes_CheckExact(v))
        return Py_NewRef(v);
    PyObject *method = object_lookup_special(v, ID(__bytes__));
    if (method == NULL)
        return PyErr_Occurred() ? NULL : PyBytes_FromObject(v);
    PyObject *out = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (out != NULL && !PyBytes_Check(out)) {
        PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)", Py_TYPE(out)->tp_name);
        Py_CLEAR(out);
    }
    return out;
}

PyObject *
_PyObject_FunctionStr(PyObject *x)
{
    PyObject *qualname, *module, *out = NULL;
    if (PyObject_GetOptionalAttr(x, ID(__qualname__), &qualname) < 0)
        return NULL;
    if (qualname == NULL)
        return PyObject_Str(x);
    if (PyObject_GetOptionalAttr(x, ID(__module__), &module) < 0) {
        Py_DECREF(qualname);
        return NULL;
    }
    int named = 0;
    if (module != NULL && module != Py_None)
        named = PyObject_RichCompareBool(module, ID(builtins), Py_NE);
    if (named > 0)
        out = PyUnicode_FromFormat("%S.%S()", module, qualname);
    else if (named == 0)
        out = PyUnicode_FromFormat("%S()", qualname);
    Py_XDECREF(module);
    Py_DECREF(qualname);
    return out;
}

/* ---- guard against self-containing containers ---- */

/* The list of objects whose repr is running in this thread; NULL with an exception. Borrowed from the thread. */
static PyObject *
repr_list(PyThreadState *ts, bool create)
{
    if (ts->dict == NULL) {
        if (!create)
            return NULL;
        ts->dict = PyDict_New();
        if (ts->dict == NULL)
            return NULL;
    }
    PyObject *list = PyDict_GetItemWithError(ts->dict, ID(Py_Repr));
    if (list != NULL || PyErr_Occurred() || !create)
        return list;
    list = PyList_New(0);
    if (list == NULL)
        return NULL;
    int err = PyDict_SetItem(ts->dict, ID(Py_Repr), list);
    Py_DECREF(list);
    return err < 0 ? NULL : list;
}

int
Py_ReprEnter(PyObject *op)
{
    PyObject *list = repr_list(ts_current(), true);
    if (list == NULL)
        return PyErr_Occurred() ? -1 : 0;
    for (Py_ssize_t i = PyList_GET_SIZE(list); --i >= 0;)
        if (PyList_GET_ITEM(list, i) == op)
            return 1;
    return PyList_Append(list, op) < 0 ? -1 : 0;
}

void
Py_ReprLeave(PyObject *op)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *list = repr_list(ts_current(), false);
    if (list != NULL && PyList_Check(list)) {
        for (Py_ssize_t i = PyList_GET_SIZE(list); --i >= 0;) {
            if (PyList_GET_ITEM(list, i) == op) {
                PyList_SetSlice(list, i, i + 1, NULL);
                break;
            }
        }
    }
    PyErr_SetRaisedException(exc);
}

/* ---- output ---- */

/* Write a str to fp as UTF-8; what cannot be encoded appears as backslash escapes. */
static int
print_str(PyObject *s, FILE *fp)
{
    PyObject *bytes = PyUnicode_AsEncodedString(s, "utf-8", "backslashreplace");
    if (bytes == NULL)
        return -1;
    fwrite(PyBytes_AS_STRING(bytes), 1, (size_t)PyBytes_GET_SIZE(bytes), fp);
    Py_DECREF(bytes);
    return 0;
}

int
PyObject_Print(PyObject *op, FILE *fp, int flags)
{
    int err = 0;
    if (text_check_signals(ts_current()) < 0)
        return -1;
    clearerr(fp);
    if (op == NULL) {
        fprintf(fp, "<nil>");
    } else if (Py_REFCNT(op) <= 0) {
        fprintf(fp, "<refcnt %zd at %p>", Py_REFCNT(op), (void *)op);
    } else {
        PyObject *s = (flags & Py_PRINT_RAW) ? PyObject_Str(op) : PyObject_Repr(op);
        err = s == NULL ? -1 : print_str(s, fp);
        Py_XDECREF(s);
    }
    if (err == 0 && ferror(fp)) {
        PyErr_SetFromErrno(PyExc_OSError);
        clearerr(fp);
        return -1;
    }
    return err;
}

void _Py_BreakPoint(void) {}

/* Blocks of the allocator's debug mode are filled with 0xDD, 0xCD or 0xFD. */
static bool
is_no_address(const void *p)
{
    const uintptr_t v = (uintptr_t)p, ones = ~(uintptr_t)0 / 0xFF;
    return v < 16 || v == ones * 0xDD || v == ones * 0xCD || v == ones * 0xFD;
}

int _PyObject_IsFreed(PyObject *op) { return is_no_address(op) || is_no_address(op->ob_type); }

void
_PyObject_Dump(PyObject *op)
{
    if (op == NULL || _PyObject_IsFreed(op)) {
        fprintf(stderr, op == NULL ? "<object at NULL>\n" : "<object at %p is freed>\n", (void *)op);
        fflush(stderr);
        return;
    }
    fprintf(stderr, "object address  : %p\n", (void *)op);
    fprintf(stderr, "object refcount : %zd\n", Py_REFCNT(op));
    fprintf(stderr, "object type     : %p\n", (void *)Py_TYPE(op));
    fprintf(stderr, "object type name: %s\n", Py_TYPE(op)->tp_name);
    fprintf(stderr, "object repr     : ");
    fflush(stderr);
    PyObject *exc = PyErr_GetRaisedException();
    if (PyObject_Print(op, stderr, 0) < 0)
        PyErr_Clear();
    PyErr_SetRaisedException(exc);
    fprintf(stderr, "\n");
    fflush(stderr);
}

void
_PyObject_AssertFailed(PyObject *op, const char *expr, const char *msg, const char *file, int line,
                       const char *function)
{
    fprintf(stderr, "%s:%d: ", file, line);
    if (function != NULL)
        fprintf(stderr, "%s: ", function);
    if (expr != NULL)
        fprintf(stderr, "Assertion \"%s\" failed", expr);
    else
        fprintf(stderr, "Assertion failed");
    fprintf(stderr, msg != NULL ? ": %s\n" : "%s\n", msg != NULL ? msg : "");
    fflush(stderr);
    if (rt_hooks.dump_allocation != NULL && !_PyObject_IsFreed(op))
        rt_hooks.dump_allocation(fileno(stderr), (char *)op - heap_prefix(Py_TYPE(op)));
    _PyObject_Dump(op);
    fprintf(stderr, "\n");
    fflush(stderr);
    Py_FatalError("_PyObject_AssertFailed");
}
