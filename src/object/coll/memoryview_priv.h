/* object/coll/memoryview_priv.h: what the memoryview_*.c files share. */
#ifndef ADDER_OBJECT_COLL_MEMORYVIEW_PRIV_H
#define ADDER_OBJECT_COLL_MEMORYVIEW_PRIV_H

#include "object/coll/coll.h"
#include "object/coll/memoryview.h"

#define MV(op) ((PyMemoryViewObject *)(op))
#define MV_C(mv) (((mv)->flags & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C)) != 0)
#define MV_ANY(mv) (((mv)->flags & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN)) != 0)

static inline bool mv_is_released(PyMemoryViewObject *mv)
{
    return (mv->flags & _Py_MEMORYVIEW_RELEASED) || (mv->mbuf->flags & _Py_MANAGED_BUFFER_RELEASED);
}
/* 0, or -1 with ValueError. */
int mv_check_released(PyMemoryViewObject *mv);
int mv_check_restricted(PyMemoryViewObject *mv);

/* Size of the items of a native one-character format (with optional '@'), *c the character; -1 if it is none. */
Py_ssize_t fmt_native(const char *fmt, char *c);
/* The item at ptr as an object; NULL with an exception (NotImplementedError for other formats). */
PyObject *item_unpack(const char *ptr, const char *fmt);
/* Write item; 0 or -1. */
int item_pack(char *ptr, PyObject *item, const char *fmt);
/* NotImplementedError unless fmt is native: the character, or NULL. */
const char *fmt_supported(const Py_buffer *view);

/* Address of item i in dimension dim. */
static inline char *dim_item(const Py_buffer *v, char *ptr, int dim, Py_ssize_t i)
{
    ptr += v->strides[dim] * i;
    return v->suboffsets != NULL && v->suboffsets[dim] >= 0 ? *(char **)ptr + v->suboffsets[dim] : ptr;
}

/* memoryview == other: 1, 0, -1, or 2 for NotImplemented. */
int memoryview_equal(PyObject *a, PyObject *b);
/* Copy all items to C-, Fortran- or any-contiguous memory at dst. */
void view_copy_out(char *dst, const Py_buffer *v, char order);
/* dest[...] = src for equal structures; 0 or -1. */
int view_assign(Py_buffer *dest, Py_buffer *src);
/* Set len, strides and flags from shape (C order). */
void mv_init_flags(PyMemoryViewObject *mv);
PyMemoryViewObject *mv_new_view(_PyManagedBufferObject *mbuf, const Py_buffer *src);
PyMemoryViewObject *mv_new_incomplete(_PyManagedBufferObject *mbuf, const Py_buffer *src, int ndim);
int mv_release(PyMemoryViewObject *mv);

PyObject *mv_subscript(PyObject *op, PyObject *key);
PyObject *mv_item(PyObject *op, Py_ssize_t i);
int mv_ass_subscript(PyObject *op, PyObject *key, PyObject *value);
PyObject *mv_tolist(PyObject *op, PyObject *noargs);
PyObject *mv_iter(PyObject *op);
PyObject *mv_cast(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

#endif
