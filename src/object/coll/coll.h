/* object/coll/coll.h: small things that the container types share. */
#ifndef ADDER_OBJECT_COLL_COLL_H
#define ADDER_OBJECT_COLL_COLL_H

#include <Python.h>

#include "base/own.h"
#include "rt/gc_track.h"
#include "rt/heap.h"
#include "rt/thread.h"
#include "object/core/birth.h"
#include "object/core/err.h"
#include "object/num/int.h"
#include "object/text/str.h"

/* A collectable object of `size` bytes of a static type, count 1, untracked; NULL with MemoryError. Exact instances
 * are given back by coll_gc_free() with the same size: never resize them with PyObject_GC_Resize(). */
static inline PyObject *coll_gc_alloc(PyThreadState *ts, PyTypeObject *type, size_t size)
{
    PyGC_Head *g = heap_alloc_ts(ts, size + sizeof(PyGC_Head));
    if (UNLIKELY(g == NULL))
        return err_no_memory(ts);
    g->_gc_next = 0;
    g->_gc_prev = 0;
    PyObject *op = (PyObject *)(g + 1);
    op->ob_type = type;
    object_born(op);
    return op;
}
static inline void coll_gc_free(PyThreadState *ts, void *op, size_t size)
{
    heap_free_sized_ts(ts, (PyGC_Head *)op - 1, size + sizeof(PyGC_Head));
}
#define COLL_GC_NEW(ctype, type) ((ctype *)coll_gc_alloc(ts_current(), (type), sizeof(ctype)))
#define COLL_GC_FREE(ctype, op) coll_gc_free(ts_current(), (op), sizeof(ctype))

/* Bound the nesting of deallocators: containers of containers of ... are taken apart in rounds. Between the two a
 * deallocator must not return. `op` must be untracked before. */
#define TRASH_BEGIN(op, dealloc) \
    PyThreadState *trash_ts = ts_current(); \
    if (UNLIKELY(trash_ts->c_recursion_remaining <= Py_TRASHCAN_HEADROOM) \
        && Py_TYPE(op)->tp_dealloc == (destructor)(dealloc)) { \
        _PyTrash_thread_deposit_object(trash_ts, (PyObject *)(op)); \
        return; \
    } \
    trash_ts->c_recursion_remaining--
#define TRASH_END() \
    do { \
        trash_ts->c_recursion_remaining++; \
        if (UNLIKELY(trash_ts->delete_later != NULL) && trash_ts->c_recursion_remaining > Py_TRASHCAN_HEADROOM * 2) \
            _PyTrash_thread_destroy_chain(trash_ts); \
    } while (0)

/* May op ever be part of a cycle? Atoms may not, nor may tuples that the collector has given up. */
static inline bool coll_may_be_tracked(PyObject *op)
{
    return gc_is_collectable(op) && (!PyTuple_CheckExact(op) || gc_is_tracked(op));
}

/* item == x as sequences search: 1, 0, -1. Identity counts; exact ints and strs are compared without a call. The item
 * is held, since a comparison may take it out of its container. */
static inline int coll_item_eq(PyObject *item, PyObject *x)
{
    if (item == x)
        return 1;
    PyTypeObject *t = Py_TYPE(item);
    if (t == Py_TYPE(x)) {
        if (t == &PyLong_Type && int_both_compact(item, x))
            return int_compact_value(item) == int_compact_value(x);
        if (t == &PyUnicode_Type)
            return str_eq(item, x);
    }
    Py_INCREF(item);
    int cmp = PyObject_RichCompareBool(item, x, Py_EQ);
    Py_DECREF(item);
    return cmp;
}

/* The builtin `name` for __reduce__: new reference or NULL. May run Python code. */
OWNED PyObject *coll_builtin(const char *name);

/* index(value, start, stop) bounds: a clipped C index from any index-able; 1 or 0 with an exception. */
static inline int coll_index_arg(PyObject *v, Py_ssize_t *out)
{
    return _PyEval_SliceIndexNotNone(v, out);
}

#define TEXT_SIG(sig, doc) sig "\n--\n\n" doc
#define DOC_LEN TEXT_SIG("__length_hint__($self, /)", "Number of items that are still to come, as an estimate.")
#define DOC_REDUCE TEXT_SIG("__reduce__($self, /)", "State for pickling.")
#define DOC_SETSTATE TEXT_SIG("__setstate__($self, object, /)", "Restore the state from pickling.")
#define DOC_CLASS_GETITEM TEXT_SIG("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).")
#define DOC_SIZEOF TEXT_SIG("__sizeof__($self, /)", "Size in memory, in bytes.")
#define DOC_REVERSED TEXT_SIG("__reversed__($self, /)", "Iterator from the last item to the first.")

#endif
