/* object/core/alloc.c: memory for objects of a given type: PyObject_New(), PyObject_GC_New() and what they need.
 * A collectable object is preceded by its GC head, and by the managed dict and weakref words when its type has them;
 * inline attribute values follow it. */
#include <Python.h>

#include "rt/gc_track.h"
#include "rt/heap.h"
#include "base/size.h"
#include "object/coll/dict_values.h"
#include "object/core/err.h"
#include "object/core/object.h"

static inline void
head_init(PyObject *op, PyTypeObject *type)
{
    op->ob_type = type;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE)
        Py_INCREF(type);
    object_born(op);
}

PyObject *
PyObject_Init(PyObject *op, PyTypeObject *type)
{
    if (op == NULL)
        return PyErr_NoMemory();
    head_init(op, type);
    return op;
}

PyVarObject *
PyObject_InitVar(PyVarObject *op, PyTypeObject *type, Py_ssize_t size)
{
    if (op == NULL)
        return (PyVarObject *)PyErr_NoMemory();
    op->ob_size = size;
    head_init((PyObject *)op, type);
    return op;
}

/* basicsize + n * itemsize, rounded to words; false when that does not fit. */
static bool
var_size(PyTypeObject *type, Py_ssize_t n, size_t *out)
{
    if (n < 0 || !size_array((size_t)type->tp_basicsize, (size_t)n, (size_t)type->tp_itemsize, out) || *out > PY_SSIZE_T_MAX - 64)
        return false;
    *out = (*out + 7) & ~(size_t)7;
    return true;
}

PyObject *
_PyObject_New(PyTypeObject *type)
{
    PyObject *op = heap_alloc((size_t)type->tp_basicsize);
    if (op == NULL)
        return PyErr_NoMemory();
    head_init(op, type);
    return op;
}

PyVarObject *
_PyObject_NewVar(PyTypeObject *type, Py_ssize_t n)
{
    size_t size;
    PyVarObject *op = var_size(type, n, &size) ? heap_alloc(size) : NULL;
    if (op == NULL)
        return (PyVarObject *)PyErr_NoMemory();
    op->ob_size = n;
    head_init((PyObject *)op, type);
    return op;
}

PyObject *
_PyObject_GC_New(PyTypeObject *type)
{
    size_t size = (size_t)type->tp_basicsize, slots = 0;
    bool inline_values = (type->tp_flags & Py_TPFLAGS_INLINE_VALUES) != 0;
    if (inline_values) {
        slots = values_reserve(type);
        size += values_bytes(slots);
    }
    PyObject *op = heap_object_alloc(type, size);
    if (op == NULL)
        return PyErr_NoMemory();
    head_init(op, type);
    if (inline_values)
        values_init(op, type, slots);
    return op;
}

PyVarObject *
_PyObject_GC_NewVar(PyTypeObject *type, Py_ssize_t n)
{
    size_t size;
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyVarObject *op = var_size(type, n, &size) ? heap_object_alloc(type, size) : NULL;
    if (op == NULL)
        return (PyVarObject *)PyErr_NoMemory();
    op->ob_size = n;
    head_init((PyObject *)op, type);
    return op;
}

PyObject *
PyUnstable_Object_GC_NewWithExtraData(PyTypeObject *type, size_t extra)
{
    size_t size;
    PyObject *op = size_add((size_t)type->tp_basicsize, extra, &size) ? heap_object_alloc(type, size) : NULL;
    if (op == NULL)
        return PyErr_NoMemory();
    memset((char *)op + sizeof(PyObject), 0, size - sizeof(PyObject));
    head_init(op, type);
    return op;
}

PyVarObject *
_PyObject_GC_Resize(PyVarObject *op, Py_ssize_t n)
{
    size_t size, prefix = heap_prefix(Py_TYPE(op));
    if (!var_size(Py_TYPE(op), n, &size))
        return (PyVarObject *)PyErr_NoMemory();
    char *p = PyObject_Realloc((char *)op - prefix, prefix + size);
    if (p == NULL)
        return (PyVarObject *)PyErr_NoMemory();
    op = (PyVarObject *)(p + prefix);
    op->ob_size = n;
    return op;
}

void
PyObject_GC_Del(void *op)
{
    if (gc_is_tracked(op))
        gc_untrack(op);
    heap_object_free(op, Py_TYPE((PyObject *)op));
}
