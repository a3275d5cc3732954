/* object/coll/iter.c: iterators over __getitem__ and over a callable, and what anext(it, default) returns. */
#include "object/coll/iter.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/coll/coll.h"
#include "rt/singletons.h"

/* ---- iterator over __getitem__ ---- */

#define SEQ(op) ((struct seq_iter *)(op))

PyObject *
PySeqIter_New(PyObject *seq)
{
    if (!PySequence_Check(seq)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    struct seq_iter *it = COLL_GC_NEW(struct seq_iter, &PySeqIter_Type);
    if (it == NULL)
        return NULL;
    it->it_index = 0;
    it->it_seq = Py_NewRef(seq);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
seq_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(SEQ(op)->it_seq);
    COLL_GC_FREE(struct seq_iter, op);
}

static int
seq_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(SEQ(op)->it_seq);
    return 0;
}

static PyObject *
seq_next(PyObject *op)
{
    struct seq_iter *it = SEQ(op);
    PyObject *seq = it->it_seq;
    if (seq == NULL)
        return NULL;
    if (it->it_index == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "iter index too large");
        return NULL;
    }
    PyObject *item = PySequence_GetItem(seq, it->it_index);
    if (item != NULL) {
        it->it_index++;
        return item;
    }
    if (PyErr_ExceptionMatches(PyExc_IndexError) || PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
        it->it_seq = NULL;
        Py_DECREF(seq);
    }
    return NULL;
}

static PyObject *
seq_length(PyObject *op, PyObject *noargs)
{
    struct seq_iter *it = SEQ(op);
    if (it->it_seq == NULL)
        return PyLong_FromLong(0);
    if (Py_TYPE(it->it_seq)->tp_as_sequence == NULL || Py_TYPE(it->it_seq)->tp_as_sequence->sq_length == NULL)
        Py_RETURN_NOTIMPLEMENTED;
    Py_ssize_t n = PySequence_Size(it->it_seq);
    if (n == -1)
        return NULL;
    n -= it->it_index;
    return PyLong_FromSsize_t(n < 0 ? 0 : n);
}

static PyObject *
seq_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *iter = coll_builtin("iter");
    if (iter == NULL)
        return NULL;
    if (SEQ(op)->it_seq != NULL)
        return Py_BuildValue("N(O)n", iter, SEQ(op)->it_seq, SEQ(op)->it_index);
    return Py_BuildValue("N(())", iter);
}

static PyObject *
seq_setstate(PyObject *op, PyObject *state)
{
    Py_ssize_t i = PyLong_AsSsize_t(state);
    if (i == -1 && PyErr_Occurred())
        return NULL;
    if (SEQ(op)->it_seq != NULL)
        SEQ(op)->it_index = i < 0 ? 0 : i;
    Py_RETURN_NONE;
}

static PyMethodDef seq_methods[] = {
    { "__length_hint__", seq_length, METH_NOARGS, DOC_LEN },
    { "__reduce__", seq_reduce, METH_NOARGS, DOC_REDUCE },
    { "__setstate__", seq_setstate, METH_O, DOC_SETSTATE },
    { NULL },
};

PyTypeObject PySeqIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "iterator",
    .tp_basicsize = sizeof(struct seq_iter),
    .tp_dealloc = seq_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = seq_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = seq_next,
    .tp_methods = seq_methods,
};

/* ---- iter(callable, sentinel) ---- */

#define CALL(op) ((struct call_iter *)(op))

PyObject *
PyCallIter_New(PyObject *callable, PyObject *sentinel)
{
    struct call_iter *it = COLL_GC_NEW(struct call_iter, &PyCallIter_Type);
    if (it == NULL)
        return NULL;
    it->it_callable = Py_NewRef(callable);
    it->it_sentinel = Py_NewRef(sentinel);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
call_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(CALL(op)->it_callable);
    Py_XDECREF(CALL(op)->it_sentinel);
    COLL_GC_FREE(struct call_iter, op);
}

static int
call_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(CALL(op)->it_callable);
    Py_VISIT(CALL(op)->it_sentinel);
    return 0;
}

static PyObject *
call_next(PyObject *op)
{
    struct call_iter *it = CALL(op);
    if (it->it_callable == NULL)
        return NULL;
    PyObject *result = call_none(ts_current(), it->it_callable);
    if (result != NULL && it->it_sentinel != NULL) {
        int same = PyObject_RichCompareBool(it->it_sentinel, result, Py_EQ);
        if (same == 0)
            return result;
        if (same > 0) {
            Py_CLEAR(it->it_callable);
            Py_CLEAR(it->it_sentinel);
        }
    }
    else if (result == NULL && PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
        Py_CLEAR(it->it_callable);
        Py_CLEAR(it->it_sentinel);
    }
    Py_XDECREF(result);
    return NULL;
}

static PyObject *
call_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *iter = coll_builtin("iter");
    if (iter == NULL)
        return NULL;
    if (CALL(op)->it_callable != NULL && CALL(op)->it_sentinel != NULL)
        return Py_BuildValue("N(OO)", iter, CALL(op)->it_callable, CALL(op)->it_sentinel);
    return Py_BuildValue("N(())", iter);
}

static PyMethodDef call_methods[] = { { "__reduce__", call_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };

PyTypeObject PyCallIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "callable_iterator",
    .tp_basicsize = sizeof(struct call_iter),
    .tp_dealloc = call_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = call_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = call_next,
    .tp_methods = call_methods,
};

/* ---- anext(it, default) ---- */

struct anext_awaitable {
    PyObject ob_base;
    PyObject *wrapped;                 /* what __anext__() returned */
    PyObject *default_value;
};
#define ANEXT(op) ((struct anext_awaitable *)(op))

OWNED PyObject *
anext_awaitable_new(PyObject *awaitable, PyObject *default_value)
{
    struct anext_awaitable *a = COLL_GC_NEW(struct anext_awaitable, &anext_awaitable_type);
    if (a == NULL)
        return NULL;
    a->wrapped = Py_NewRef(awaitable);
    a->default_value = Py_NewRef(default_value);
    gc_track((PyObject *)a);
    return (PyObject *)a;
}

static void
anext_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(ANEXT(op)->wrapped);
    Py_XDECREF(ANEXT(op)->default_value);
    COLL_GC_FREE(struct anext_awaitable, op);
}

static int
anext_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ANEXT(op)->wrapped);
    Py_VISIT(ANEXT(op)->default_value);
    return 0;
}

PyObject *(*anext_await)(PyObject *awaitable);

/* The iterator that await would drive: new reference or NULL. A coroutine has no __next__: its __await__ wrapper has. */
static PyObject *
anext_get_iter(PyObject *op)
{
    PyObject *it = anext_await(ANEXT(op)->wrapped);
    if (it == NULL || Py_TYPE(it)->tp_iternext != NULL)
        return it;
    unaryfunc get = Py_TYPE(it)->tp_as_async->am_await;
    PyObject *inner = get(it);
    Py_DECREF(it);
    if (inner != NULL && !PyIter_Check(inner)) {
        PyErr_SetString(PyExc_TypeError, "__await__ must return an iterable");
        Py_CLEAR(inner);
    }
    return inner;
}

/* StopAsyncIteration becomes StopIteration(default). Always NULL. */
static PyObject *
anext_finish(PyObject *op)
{
    if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) {
        PyErr_Clear();
        err_set_stop_iteration(ts_current(), ANEXT(op)->default_value);
    }
    return NULL;
}

static PyObject *
anext_next(PyObject *op)
{
    PyObject *it = anext_get_iter(op);
    if (it == NULL)
        return NULL;
    PyObject *result = recursion_next(it);
    Py_DECREF(it);
    return result != NULL ? result : anext_finish(op);
}

static PyObject *
anext_forward(PyObject *op, const char *method, PyObject *args)
{
    PyObject *it = anext_get_iter(op);
    PyObject *fn = it == NULL ? NULL : PyObject_GetAttrString(it, method);
    Py_XDECREF(it);
    if (fn == NULL)
        return NULL;
    PyObject *result = PyObject_CallObject(fn, args);
    Py_DECREF(fn);
    return result != NULL ? result : anext_finish(op);
}

static PyObject *
anext_send(PyObject *op, PyObject *arg)
{
    PyObject *args = PyTuple_Pack(1, arg);
    PyObject *result = args == NULL ? NULL : anext_forward(op, "send", args);
    Py_XDECREF(args);
    return result;
}

static PyObject *anext_throw(PyObject *op, PyObject *args) { return anext_forward(op, "throw", args); }
static PyObject *anext_close(PyObject *op, PyObject *args) { return anext_forward(op, "close", args); }

static PyMethodDef anext_methods[] = {
    { "send", anext_send, METH_O, TEXT_SIG("send($self, object, /)", "Send a value into the wrapped awaitable.") },
    { "throw", anext_throw, METH_VARARGS, "throw(value)\nthrow(type[, value[, traceback]])\n\nRaise an exception in the wrapped awaitable." },
    { "close", anext_close, METH_VARARGS, "close() -> raise GeneratorExit in the wrapped awaitable." },
    { NULL },
};
static PyAsyncMethods anext_as_async = { .am_await = PyObject_SelfIter };

PyTypeObject anext_awaitable_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "anext_awaitable",
    .tp_basicsize = sizeof(struct anext_awaitable),
    .tp_dealloc = anext_dealloc,
    .tp_as_async = &anext_as_async,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = anext_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = anext_next,
    .tp_methods = anext_methods,
};
