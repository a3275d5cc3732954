/* modules/asyncio/aio_iter.c: what awaiting a future runs: it yields the future once, and returns the result. */
#include "modules/asyncio/asyncio.h"

#include "vm/genobject.h"              /* _PyGen_SetStopIterationValue() */

#define IT(self) ((struct future_iter *)(self))

PyObject *future_iter(PyObject *self)
{
    struct aio *st = aio_of(self);
    if (st == NULL || future_alive((struct future *)self) < 0)
        return NULL;
    struct future_iter *it = PyObject_GC_New(struct future_iter, st->iter_type);
    if (it == NULL)
        return NULL;
    it->future = (struct future *)Py_NewRef(self);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static PySendResult iter_send(PyObject *self, PyObject *value, PyObject **result)
{
    struct future *f = IT(self)->future;
    *result = NULL;
    if (f == NULL)
        return PYGEN_ERROR;
    if (f->state == FUTURE_PENDING) {
        if (f->blocking) {
            PyErr_SetString(PyExc_RuntimeError, "await wasn't used with future");
            return PYGEN_ERROR;
        }
        f->blocking = true;
        *result = Py_NewRef(f);
        return PYGEN_NEXT;
    }
    IT(self)->future = NULL;
    struct aio *st = aio_of((PyObject *)f);
    PyObject *got = NULL;
    int r = st == NULL ? -1 : future_get_result(st, f, &got);
    Py_DECREF(f);
    if (r == 0) {
        *result = got;
        return PYGEN_RETURN;
    }
    if (r > 0)
        PyErr_SetObject((PyObject *)Py_TYPE(got), got);
    Py_XDECREF(got);
    return PYGEN_ERROR;
}

static PyObject *iter_next(PyObject *self)
{
    PyObject *result;
    if (iter_send(self, Py_None, &result) != PYGEN_RETURN)
        return result;
    (void)_PyGen_SetStopIterationValue(result);
    Py_DECREF(result);
    return NULL;
}

/* What is sent is for nobody: the future gives its result. */
static PyObject *m_send(PyObject *self, PyObject *value)
{
    PyObject *result = iter_next(self);
    if (result == NULL && !PyErr_Occurred())
        PyErr_SetNone(PyExc_StopIteration);
    return result;
}

/* The exception instance of throw(type[, value[, traceback]]), new reference. */
static PyObject *thrown(PyObject *type, PyObject *value, PyObject *tb)
{
    if (tb != NULL && !PyTraceBack_Check(tb)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback");
        return NULL;
    }
    if (PyExceptionInstance_Check(type)) {
        if (value != NULL) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return NULL;
        }
        Py_INCREF(type);
    }
    else if (PyExceptionClass_Check(type)) {
        PyErr_SetObject(type, value);
        type = PyErr_GetRaisedException();
    }
    else {
        PyErr_SetString(PyExc_TypeError, "exceptions must be classes deriving BaseException or instances of such a class");
        return NULL;
    }
    if (tb != NULL)
        PyException_SetTraceback(type, tb);
    return type;
}

static PyObject *m_throw(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 1 || nargs > 3) {
        PyErr_Format(PyExc_TypeError, "throw expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most", nargs < 1 ? 1 : 3, nargs < 1 ? "" : "s", nargs);
        return NULL;
    }
    if (nargs > 1 && PyErr_WarnEx(PyExc_DeprecationWarning,
                                  "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.", 1) < 0)
        return NULL;
    PyObject *exc = thrown(args[0], nargs > 1 && args[1] != Py_None ? args[1] : NULL, nargs > 2 && args[2] != Py_None ? args[2] : NULL);
    if (exc != NULL) {
        Py_CLEAR(IT(self)->future);
        PyErr_SetRaisedException(exc);
    }
    return NULL;
}

static PyObject *m_close(PyObject *self, PyObject *unused)
{
    Py_CLEAR(IT(self)->future);
    Py_RETURN_NONE;
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(IT(self)->future);
    return 0;
}

static int clear(PyObject *self)
{
    Py_CLEAR(IT(self)->future);
    return 0;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    { "send", m_send, METH_O, "send($self, object, /)\n--\n\nThe next step; object is not used." },
    { "throw", (PyCFunction)(void (*)(void))m_throw, METH_FASTCALL, "throw(value) or throw(type[, value[, traceback]]): raise it; the iterator is exhausted." },
    { "close", m_close, METH_NOARGS, "close($self, /)\n--\n\nForget the future." },
    { NULL },
};
static PyType_Slot slots[] = {
    { Py_tp_dealloc, dealloc }, { Py_tp_traverse, traverse }, { Py_tp_clear, clear }, { Py_tp_getattro, PyObject_GenericGetAttr }, { Py_tp_iter, PyObject_SelfIter },
    { Py_tp_iternext, iter_next }, { Py_tp_methods, methods }, { Py_am_send, iter_send }, { 0, NULL },
};
PyType_Spec aio_iter_spec = {
    .name = "_asyncio.FutureIter", .basicsize = sizeof(struct future_iter), .slots = slots,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
};
