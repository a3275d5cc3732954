/* gc/gc_impl.h: shared by the collector's files. */
#ifndef ADDER_GC_GC_IMPL_H
#define ADDER_GC_GC_IMPL_H

#include "gc/gc.h"
#include "rt/gc_log.h"
#include "rt/gc_track.h"
#include "rt/interp.h"

/* Objects under examination. items has room for twice `used`, since reachable ones may be appended again. untracks: tuples may be among them. */
struct gc_set { PyObject **items; size_t used; bool untracks; };

/* Marks which of the objects nothing outside the set refers to. `logs`: bits of the logs whose objects they all are, in which case they have no flag but GC_FINALIZED and are expected to be
 * mostly reachable; 0: any. Afterwards the reachable ones are in their new order at the end of log `to`, whose number is `which` and which has room, and trash->items are the others in the
 * old order (with GC_COLLECTING); trash->items has room for set->used pointers. Runs no Python code. */
void gc_mark(struct gc_set *set, struct gc_set *trash, unsigned logs, struct gc_log *to, int which);

/* Appends op to a log that has room, and tells the object. */
static inline void
gc_log_put(struct gc_log *log, int which, PyObject *op)
{
    log->items[log->used] = op;
    GC_HEAD(op)->_gc_next = GC_PLACE(log->used, which);
    log->used++;
}
static inline void gc_clear_flags(PyObject *op) { GC_HEAD(op)->_gc_prev &= GC_FINALIZED; }
static inline bool gc_is_collecting(PyObject *op) { return (GC_HEAD(op)->_gc_prev & GC_COLLECTING) != 0; }

/* Which steps there is something to do for. */
struct gc_wants { bool legacy, weakrefs, finalizers; };

/* The steps that run Python code, all on interp->gc_logs[GC_LOG_TRASH]; objects that die on the way leave holes there. */
void gc_take_legacy(PyInterpreterState *interp);
/* These two: true if they have called anything, so that objects may have been brought back. */
bool gc_clear_weakrefs(PyInterpreterState *interp);
bool gc_call_finalizers(PyInterpreterState *interp);
/* Moves what callbacks and finalizers have brought back to log `old`. */
void gc_save_resurrected(PyInterpreterState *interp, int old);
/* Breaks the cycles; what survives goes to log `old`. */
void gc_delete_trash(PyThreadState *ts, int old);
/* Puts objects with tp_del into gc.garbage, then back to log `old`; their number. */
Py_ssize_t gc_keep_legacy(PyInterpreterState *interp, int old);

/* The young log of the running thread, for reading by the gc module. */
static inline struct gc_log *
gc_log_of(PyThreadState *ts, int which)
{
    if (UNLIKELY(ts->interp->gc_chain != NULL) && which == GC_LOG_YOUNG)
        gc_adopt_chained(ts);
    return which == GC_LOG_YOUNG ? &rt_thread_of(ts)->young : &ts->interp->gc_logs[which];
}

#endif
