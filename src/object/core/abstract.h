/* object/core/abstract.h: operations on any object. Most are the public PyObject_*, PyNumber_*, PySequence_*,
 * PyMapping_*, PyIter_*, PyBuffer_*; here is what the VM and other types need beyond them. */
#ifndef ADDER_OBJECT_CORE_ABSTRACT_H
#define ADDER_OBJECT_CORE_ABSTRACT_H

#include <Python.h>

#include "base/own.h"

/* Offset of a binary slot: number_binary(a, b, NB_SLOT(nb_add)). */
#define NB_SLOT(name) ((int)offsetof(PyNumberMethods, name))

/* Both operands' slots by the coercion rules; Py_NotImplemented (new reference) when neither does it. */
OWNED PyObject *number_binary(PyObject *a, PyObject *b, int slot);
/* The in-place slot, then the plain one; Py_NotImplemented when none does it. */
OWNED PyObject *number_inplace(PyObject *a, PyObject *b, int islot, int slot);
/* TypeError "unsupported operand type(s) for OP: 'A' and 'B'". Always NULL. */
PyObject *number_bad_operands(PyObject *a, PyObject *b, const char *op);

/* BINARY_OP by its oparg (NB_ADD 0 ... NB_XOR 12, in-place 13 ... 25). */
extern const binaryfunc number_ops[26];

/* TypeError(format % type name of obj), such as "'%.200s' object is not subscriptable". Always NULL. */
PyObject *abstract_type_error(const char *format, PyObject *obj);
/* SystemError for a NULL argument, unless something is raised already. Always NULL. */
PyObject *abstract_null_error(void);

/* object.__isinstance__ without __instancecheck__: 1, 0, -1. */
int object_real_isinstance(PyObject *inst, PyObject *cls);
int object_real_issubclass(PyObject *derived, PyObject *cls);

/* Py_TYPE(op)->tp_iternext that never is NULL-with-StopIteration: NULL with or without exception (none = exhausted). */
OWNED PyObject *iter_next(PyObject *it);

/* One call for "iterate and compare": 1 found / count / index, as PySequence_Contains/Count/Index; -1 on error. */
Py_ssize_t sequence_iter_search(PyObject *seq, PyObject *obj, int operation);
enum { SEARCH_COUNT = 1, SEARCH_INDEX = 2, SEARCH_CONTAINS = 3 };

/* The tp_iternext of classes that inherit an iterator but are none. */
PyAPI_FUNC(PyObject *) _PyObject_NextNotImplemented(PyObject *);
/* A slice bound from an index-able or None: as the C API's; 1 or 0 with an exception. */
PyAPI_FUNC(int) _PyEval_SliceIndex(PyObject *v, Py_ssize_t *out);
PyAPI_FUNC(int) _PyEval_SliceIndexNotNone(PyObject *v, Py_ssize_t *out);
/* operator.index() result that may be an int subclass. */
PyAPI_FUNC(PyObject *) _PyNumber_Index(PyObject *op);

/* Says why there is no such view: -1. */
int buffer_refuse(Py_buffer *view, int flags);
/* PyBuffer_FillInfo(): a view of `len` bytes. 0, or -1 with BufferError or SystemError. */
static inline int
buffer_fill(Py_buffer *view, PyObject *o, void *buf, Py_ssize_t len, int readonly, int flags)
{
    if (UNLIKELY(view == NULL || flags == PyBUF_READ || flags == PyBUF_WRITE || ((flags & PyBUF_WRITABLE) && readonly)))
        return buffer_refuse(view, flags);
    view->obj = Py_XNewRef(o);
    view->buf = buf;
    view->len = len;
    view->itemsize = 1;
    view->readonly = readonly;
    view->ndim = 1;
    view->format = NULL;
    view->shape = view->strides = NULL;
    if (flags & (PyBUF_FORMAT | PyBUF_STRIDES)) {
        view->format = flags & PyBUF_FORMAT ? "B" : NULL;
        view->shape = flags & PyBUF_ND ? &view->len : NULL;
        view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &view->itemsize : NULL;
    }
    view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

#endif
