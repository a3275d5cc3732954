/* rt/gc_track.h: telling the cycle collector about an object.
 *
 * PyGC_Head stays 16 bytes in front of a collectable object, but tracking does not link a list: it writes the
 * object into the young log of the interpreter (an array) and its place into the head, so that track is two
 * stores and untrack of the newest object is a pop. If the log cannot grow the object is chained through its head instead.
 * Allocation never collects: a log that reaches its threshold sets the collection bit in the eval breaker. */
#ifndef ADDER_RT_GC_TRACK_H
#define ADDER_RT_GC_TRACK_H

#include <Python.h>

#include "rt/thread.h"

/* _gc_next: 0 = untracked, else (slot + 1) << 3 | log (GC_LOG_*).
 * Or, log number GC_CHAINED: the upper bits are the address of the next such object.
 * _gc_prev: GC_* bits; during a collection the upper bits hold the copied reference count. */
typedef struct { uintptr_t _gc_next; uintptr_t _gc_prev; } PyGC_Head;

#define GC_HEAD(op) ((PyGC_Head *)(op) - 1)
#define GC_OBJECT(head) ((PyObject *)((head) + 1))

#define GC_FINALIZED 1u
#define GC_COLLECTING 2u            /* candidate of the running collection, not proved reachable */
#define GC_TENTATIVE 4u             /* passed over by the running collection with no outside reference seen yet */
#define GC_FLAG_BITS 3

/* Logs: the generations, then the frozen objects, and two that exist while a collection runs. */
enum { GC_LOG_YOUNG, GC_LOG_MIDDLE, GC_LOG_OLD, GC_LOG_FROZEN, GC_LOG_TRASH, GC_LOG_LEGACY, GC_LOG_COUNT };
#define GC_CHAINED 7
#define GC_GEN_BITS 3
#define GC_GENERATION(place) ((int)((place) & 7))
#define GC_SLOT(place) (((place) >> GC_GEN_BITS) - 1)
#define GC_PLACE(slot, gen) ((((uintptr_t)(slot) + 1) << GC_GEN_BITS) | (uintptr_t)(gen))

static inline bool gc_is_tracked(PyObject *op) { return GC_HEAD(op)->_gc_next != 0; }
static inline bool gc_is_finalized(PyObject *op) { return (GC_HEAD(op)->_gc_prev & GC_FINALIZED) != 0; }
static inline void gc_set_finalized(PyObject *op) { GC_HEAD(op)->_gc_prev |= GC_FINALIZED; }
static inline bool gc_is_collectable(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    return (t->tp_flags & Py_TPFLAGS_HAVE_GC) != 0 && (t->tp_is_gc == NULL || t->tp_is_gc(op));
}
/* Collectable and tracked: what may be part of a cycle. */
static inline bool gc_may_be_tracked(PyObject *op) { return gc_is_collectable(op) && gc_is_tracked(op); }

void gc_track_slow(struct rt_thread *t, PyObject *op);
void gc_untrack_slow(struct rt_thread *t, PyObject *op);
/* Before a collection, or a list of all objects: chained objects go into the young log, as far as there is room now. */
void gc_adopt_chained(PyThreadState *ts);

/* Start tracking `op`; it must be collectable, untracked and fully initialised for tp_traverse. Never fails. */
static inline void gc_track_ts(PyThreadState *ts, PyObject *op)
{
    struct rt_thread *t = rt_thread_of(ts);
    size_t slot = t->young.used;
    if (UNLIKELY(slot >= t->young.limit)) {
        gc_track_slow(t, op);
        return;
    }
    t->young.items[slot] = op;
    GC_HEAD(op)->_gc_next = GC_PLACE(slot, 0);
    t->young.used = slot + 1;
}
static inline void gc_track(PyObject *op) { gc_track_ts(ts_current(), op); }

/* Stop tracking `op`; it must be tracked. PyObject_GC_UnTrack() accepts untracked objects too. */
static inline void gc_untrack_ts(PyThreadState *ts, PyObject *op)
{
    struct rt_thread *t = rt_thread_of(ts);
    size_t used = t->young.used;
    /* Compares the object, not its place: it may be another interpreter's. */
    if (LIKELY(used != 0 && t->young.items[used - 1] == op)) {
        t->young.used = used - 1;
        GC_HEAD(op)->_gc_next = 0;
    }
    else
        gc_untrack_slow(t, op);
}
static inline void gc_untrack(PyObject *op) { gc_untrack_ts(ts_current(), op); }

#endif
