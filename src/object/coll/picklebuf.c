/* object/coll/picklebuf.c: PickleBuffer (PEP 574): a buffer that a pickler may hand over out of band. */
#include <Python.h>

#include "object/core/call.h"
#include "object/coll/coll.h"

struct pickle_buffer {
    PyObject ob_base;
    Py_buffer view;                    /* view.obj NULL once released */
    PyObject *weakreflist;
};
#define PB(op) ((struct pickle_buffer *)(op))

PyObject *
PyPickleBuffer_FromObject(PyObject *base)
{
    PyTypeObject *type = &PyPickleBuffer_Type;
    struct pickle_buffer *pb = PB(type->tp_alloc(type, 0));
    if (pb == NULL)
        return NULL;
    if (PyObject_GetBuffer(base, &pb->view, PyBUF_FULL_RO) < 0)
        Py_CLEAR(pb);
    return (PyObject *)pb;
}

static int
check_usable(PyObject *op)
{
    if (PB(op)->view.obj != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "operation forbidden on released PickleBuffer object");
    return -1;
}

const Py_buffer *
PyPickleBuffer_GetBuffer(PyObject *op)
{
    if (!PyPickleBuffer_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return NULL;
    }
    return check_usable(op) < 0 ? NULL : &PB(op)->view;
}

int
PyPickleBuffer_Release(PyObject *op)
{
    if (!PyPickleBuffer_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return -1;
    }
    PyBuffer_Release(&PB(op)->view);
    return 0;
}

static PyObject *
picklebuf_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "" };
    PyObject *arg[1];
    if (args_unpack_tuple("PickleBuffer", args, kwds, names, 1, 1, 1, arg) < 0)
        return NULL;
    struct pickle_buffer *pb = PB(type->tp_alloc(type, 0));
    if (pb != NULL && PyObject_GetBuffer(arg[0], &pb->view, PyBUF_FULL_RO) < 0)
        Py_CLEAR(pb);
    return (PyObject *)pb;
}

static int
picklebuf_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(PB(op)->view.obj);
    return 0;
}

static int
picklebuf_clear(PyObject *op)
{
    PyBuffer_Release(&PB(op)->view);
    return 0;
}

static void
picklebuf_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    if (PB(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    PyBuffer_Release(&PB(op)->view);
    Py_TYPE(op)->tp_free(op);
}

static int
picklebuf_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    return check_usable(op) < 0 ? -1 : PyObject_GetBuffer(PB(op)->view.obj, view, flags);
}

static void
picklebuf_releasebuffer(PyObject *op, Py_buffer *view)
{
    /* view->obj is the underlying object: it releases for itself. */
}

static PyObject *
picklebuf_raw(PyObject *op, PyObject *noargs)
{
    if (check_usable(op) < 0)
        return NULL;
    Py_buffer *v = &PB(op)->view;
    if (v->suboffsets != NULL || !PyBuffer_IsContiguous(v, 'A')) {
        PyErr_SetString(PyExc_BufferError, "cannot extract raw buffer from non-contiguous buffer");
        return NULL;
    }
    PyObject *m = PyMemoryView_FromObject(op);
    if (m == NULL)
        return NULL;
    Py_buffer *mv = PyMemoryView_GET_BUFFER(m);
    Py_ssize_t *array = ((PyMemoryViewObject *)m)->ob_array;
    mv->format = (char *)"B";
    mv->ndim = 1;
    mv->itemsize = 1;
    /* A 0-dimensional view has no arrays; it is one item then, and its flags already say contiguous. */
    if (Py_SIZE(m) >= 2) {
        mv->shape = array;
        mv->strides = array + 1;
        mv->shape[0] = mv->len;
        mv->strides[0] = 1;
    }
    else {
        mv->shape = &mv->len;
        mv->strides = &mv->itemsize;
    }
    mv->suboffsets = NULL;
    ((PyMemoryViewObject *)m)->flags |= _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    return m;
}

static PyObject *
picklebuf_release(PyObject *op, PyObject *noargs)
{
    PyBuffer_Release(&PB(op)->view);
    Py_RETURN_NONE;
}

static PyBufferProcs picklebuf_as_buffer = { .bf_getbuffer = picklebuf_getbuffer, .bf_releasebuffer = picklebuf_releasebuffer };

static PyMethodDef picklebuf_methods[] = {
    { "raw", picklebuf_raw, METH_NOARGS, TEXT_SIG("raw($self, /)", "One-dimensional byte view of the memory; BufferError unless contiguous.") },
    { "release", picklebuf_release, METH_NOARGS, TEXT_SIG("release($self, /)", "Give the underlying buffer back.") },
    { NULL },
};

PyTypeObject PyPickleBuffer_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "pickle.PickleBuffer",
    .tp_basicsize = sizeof(struct pickle_buffer),
    .tp_dealloc = picklebuf_dealloc,
    .tp_as_buffer = &picklebuf_as_buffer,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "Wrapper for memory that may be pickled out of band.",
    .tp_traverse = picklebuf_traverse,
    .tp_clear = picklebuf_clear,
    .tp_weaklistoffset = offsetof(struct pickle_buffer, weakreflist),
    .tp_methods = picklebuf_methods,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = picklebuf_new,
    .tp_free = PyObject_GC_Del,
};
