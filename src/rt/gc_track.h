/* rt/gc_track.h: telling the cycle collector about an object.
 *
 * PyGC_Head stays 16 bytes in front of a collectable object, but tracking does not link a list: it writes the
 * object into the young log of the interpreter (an array) and the index into the head, so that track is two
 * stores and untrack of the newest object is a pop. If the log cannot grow the object is chained through its
 * head instead. Allocation never collects: a full log sets the safepoint bit in the eval breaker. */
#ifndef ADDER_RT_GC_TRACK_H
#define ADDER_RT_GC_TRACK_H

#include <Python.h>

typedef struct { uintptr_t _gc_next; uintptr_t _gc_prev; } PyGC_Head;

#define GC_HEAD(op) ((PyGC_Head *)(op) - 1)
#define GC_OBJECT(head) ((PyObject *)((head) + 1))

/* Bits of _gc_prev, as in CPython. */
#define GC_FINALIZED 1u

static inline bool gc_is_tracked(PyObject *op) { return GC_HEAD(op)->_gc_next != 0; }
static inline bool gc_is_finalized(PyObject *op) { return (GC_HEAD(op)->_gc_prev & GC_FINALIZED) != 0; }
static inline bool gc_is_collectable(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    return (t->tp_flags & Py_TPFLAGS_HAVE_GC) != 0 && (t->tp_is_gc == NULL || t->tp_is_gc(op));
}

/* Start tracking `op`; it must be collectable, untracked and fully initialised for tp_traverse. Never fails. */
void gc_track(PyObject *op);
/* Stop tracking `op`; it must be tracked. PyObject_GC_UnTrack() accepts untracked objects too. */
void gc_untrack(PyObject *op);

#endif
