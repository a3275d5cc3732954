/* modules/io/buffered_pair.c: BufferedRWPair: a reader and a writer as one stream, for sockets and pipes. */
#include "modules/io/io.h"

struct pair { PyObject ob_base; PyObject *reader, *writer, *dict, *weakreflist; };
#define PAIR(op) ((struct pair *)(op))

static int
pair_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyAPI_FUNC(int) _PyArg_NoKeywords(const char *, PyObject *);
    struct pair *p = PAIR(self);
    struct io_state *state = IO_STATE(self);
    Py_ssize_t size = IO_BUFFER_SIZE;
    if (state == NULL || (Py_IS_TYPE(self, state->rwpair) && !_PyArg_NoKeywords("BufferedRWPair", kwargs))
        || !_PyArg_CheckPositional("BufferedRWPair", PyTuple_GET_SIZE(args), 2, 3))
        return -1;
    PyObject *reader = PyTuple_GET_ITEM(args, 0), *writer = PyTuple_GET_ITEM(args, 1);
    if (PyTuple_GET_SIZE(args) > 2) {
        size = PyNumber_AsSsize_t(PyTuple_GET_ITEM(args, 2), PyExc_OverflowError);
        if (size == -1 && PyErr_Occurred())
            return -1;
    }
    if (io_check_readable(state, reader) == NULL || io_check_writable(state, writer) == NULL)
        return -1;
    Py_XSETREF(p->reader, PyObject_CallFunction((PyObject *)state->reader, "On", reader, size));
    if (p->reader == NULL)
        return -1;
    Py_XSETREF(p->writer, PyObject_CallFunction((PyObject *)state->writer, "On", writer, size));
    if (p->writer == NULL) {
        Py_CLEAR(p->reader);
        return -1;
    }
    return 0;
}

static int
pair_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(PAIR(self)->dict);
    Py_VISIT(PAIR(self)->reader);
    Py_VISIT(PAIR(self)->writer);
    return 0;
}

static int
pair_clear(PyObject *self)
{
    Py_CLEAR(PAIR(self)->reader);
    Py_CLEAR(PAIR(self)->writer);
    Py_CLEAR(PAIR(self)->dict);
    return 0;
}

static void
pair_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (PAIR(self)->weakreflist != NULL)
        PyObject_ClearWeakRefs(self);
    pair_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Calls part.name(*args). */
static PyObject *
forward(PyObject *part, PyObject *name, PyObject *args)
{
    if (part == NULL) {
        PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
        return NULL;
    }
    PyObject *method = PyObject_GetAttr(part, name);
    PyObject *result = method == NULL ? NULL : PyObject_CallObject(method, args);
    Py_XDECREF(method);
    return result;
}

#define TO(part, name) \
    static PyObject *pair_##name(PyObject *self, PyObject *args) { return forward(PAIR(self)->part, NAME(name), args); }
TO(reader, read)
TO(reader, peek)
TO(reader, read1)
TO(reader, readinto)
TO(reader, readinto1)
TO(writer, write)
TO(writer, flush)
TO(reader, readable)
TO(writer, writable)

static PyObject *
pair_close(PyObject *self, PyObject *unused)
{
    PyObject *result = forward(PAIR(self)->writer, NAME(close), NULL), *exc = NULL;
    if (result == NULL)
        exc = PyErr_GetRaisedException();
    Py_XDECREF(result);
    result = forward(PAIR(self)->reader, NAME(close), NULL);
    if (exc != NULL) {
        io_chain(exc);
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
pair_isatty(PyObject *self, PyObject *unused)
{
    PyObject *answer = forward(PAIR(self)->writer, NAME(isatty), NULL);
    if (answer != Py_False)          /* true, or an exception */
        return answer;
    Py_DECREF(answer);
    return forward(PAIR(self)->reader, NAME(isatty), NULL);
}

static PyObject *
pair_closed(PyObject *self, void *unused)
{
    if (PAIR(self)->writer == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the BufferedRWPair object is being garbage-collected");
        return NULL;
    }
    return PyObject_GetAttr(PAIR(self)->writer, NAME(closed));
}

static PyMethodDef pair_methods[] = {
    {"read", pair_read, METH_VARARGS}, {"peek", pair_peek, METH_VARARGS}, {"read1", pair_read1, METH_VARARGS},
    {"readinto", pair_readinto, METH_VARARGS}, {"readinto1", pair_readinto1, METH_VARARGS},
    {"write", pair_write, METH_VARARGS},
    {"flush", pair_flush, METH_NOARGS, "flush($self, /)\n--\n\n"},
    {"readable", pair_readable, METH_NOARGS, "readable($self, /)\n--\n\n"},
    {"writable", pair_writable, METH_NOARGS, "writable($self, /)\n--\n\n"},
    {"close", pair_close, METH_NOARGS, "close($self, /)\n--\n\n"},
    {"isatty", pair_isatty, METH_NOARGS, "isatty($self, /)\n--\n\n"},
    {NULL}
};

static PyGetSetDef pair_getset[] = { {"closed", pair_closed}, {NULL} };

static PyMemberDef pair_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct pair, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct pair, dict), Py_READONLY},
    {NULL}
};

static PyType_Slot pair_slots[] = {
    SLOT(Py_tp_dealloc, pair_dealloc),
    SLOT(Py_tp_doc, "BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\nA reader and a writer as one stream."),
    SLOT(Py_tp_traverse, pair_traverse),
    SLOT(Py_tp_clear, pair_clear),
    SLOT(Py_tp_methods, pair_methods),
    SLOT(Py_tp_members, pair_members),
    SLOT(Py_tp_getset, pair_getset),
    SLOT(Py_tp_init, pair_init),
    {0, NULL}
};

PyType_Spec io_rwpair_spec = {
    .name = "_io.BufferedRWPair", .basicsize = sizeof(struct pair), .flags = IO_FLAGS, .slots = pair_slots };
