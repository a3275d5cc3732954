/* object/core/recursion.c: limits of depth. Calls into C are counted (as CPython does, and the trashcan relies on it)
 * and, what protects the process, checked against the bytes left on the C stack. The trashcan
 * postpones destructions that nest too deep: dead containers wait in a chain, linked through their GC heads. */
#include <Python.h>

#include "rt/gc_track.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "object/core/err.h"

PyAPI_FUNC(int) _Py_CheckRecursiveCall(PyThreadState *ts, const char *where);

int
_Py_CheckRecursiveCall(PyThreadState *ts, const char *where)
{
    if (ts->recursion_headroom > 0) {
        if (ts->c_recursion_remaining < -50)
            rt_fatal(NULL, "Cannot recover from stack overflow.");
        return 0;
    }
    if (ts->c_recursion_remaining > 0 && !ts_stack_is_low(ts))
        return 0;
    ts->recursion_headroom++;
    err_recursion(ts, where);
    ts->recursion_headroom--;
    ts->c_recursion_remaining++;
    return -1;
}

int
Py_EnterRecursiveCall(const char *where)
{
    PyThreadState *ts = ts_current();
    if (--ts->c_recursion_remaining > 0 && !ts_stack_is_low(ts))
        return 0;
    return _Py_CheckRecursiveCall(ts, where);
}

void Py_LeaveRecursiveCall(void) { ts_current()->c_recursion_remaining++; }

int Py_GetRecursionLimit(void) { return interp_current()->ceval.recursion_limit; }

void
Py_SetRecursionLimit(int limit)
{
    PyInterpreterState *interp = interp_current();
    interp->ceval.recursion_limit = limit;
    rt_lock_lists();
    for (PyThreadState *ts = interp->threads.head; ts != NULL; ts = ts->next) {
        int depth = ts->py_recursion_limit - ts->py_recursion_remaining;
        ts->py_recursion_limit = limit;
        ts->py_recursion_remaining = limit - depth;
    }
    rt_unlock_lists();
}

/* ---- trashcan ------------------------------------------------------------------------------------------------ */

/* A deposited object is untracked, so the pointer part of its GC head is free to link the chain. */
#define TRASH_FLAGS ((uintptr_t)3)
/* It was tracked before, and its deallocator may rely on that. */
#define TRASH_TRACKED ((uintptr_t)4)

void
_PyTrash_thread_deposit_object(PyThreadState *ts, PyObject *op)
{
    PyGC_Head *head = GC_HEAD(op);
    head->_gc_prev = (uintptr_t)ts->delete_later | (head->_gc_prev & TRASH_FLAGS);
    ts->delete_later = op;
}

/* Chains within chains: the outer ones go on with what the inner leave, so a few levels are enough. */
#define TRASH_MAX_NESTING 3
static __thread int trash_nesting;

void
_PyTrash_thread_destroy_chain(PyThreadState *ts)
{
    if (trash_nesting >= TRASH_MAX_NESTING)
        return;
    trash_nesting++;
    ts->c_recursion_remaining--;
    while (ts->delete_later != NULL) {
        PyObject *op = ts->delete_later;
        PyGC_Head *head = GC_HEAD(op);
        uintptr_t prev = head->_gc_prev;
        ts->delete_later = (PyObject *)(prev & ~(TRASH_FLAGS | TRASH_TRACKED));
        head->_gc_prev = prev & TRASH_FLAGS;
        if (prev & TRASH_TRACKED)
            gc_track_ts(ts, op);
        Py_TYPE(op)->tp_dealloc(op);
    }
    ts->c_recursion_remaining++;
    trash_nesting--;
}

/* Most types have no trashcan of their own: chains of cells, bound methods, iterators, generators ... end here. */
void
recursion_dealloc(PyThreadState *ts, PyObject *op)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), limit = rt_thread_of(ts)->dealloc_limit;
    if ((here < limit || ts->c_recursion_remaining < 2 * Py_TRASHCAN_HEADROOM) && gc_is_collectable(op)) {
        bool tracked = gc_is_tracked(op);
        if (tracked)
            gc_untrack_ts(ts, op);
        _PyTrash_thread_deposit_object(ts, op);
        if (tracked)
            GC_HEAD(op)->_gc_prev |= TRASH_TRACKED;
        return;
    }
    Py_TYPE(op)->tp_dealloc(op);
    uintptr_t middle = limit + (rt_thread_of(ts)->dealloc_deep - limit) / 2;
    if (ts->delete_later != NULL && here > middle && ts->c_recursion_remaining > 3 * Py_TRASHCAN_HEADROOM)
        _PyTrash_thread_destroy_chain(ts);
}
