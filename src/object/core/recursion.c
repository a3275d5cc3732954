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

void
_PyTrash_thread_deposit_object(PyThreadState *ts, PyObject *op)
{
    PyGC_Head *head = GC_HEAD(op);
    head->_gc_prev = (uintptr_t)ts->delete_later | (head->_gc_prev & TRASH_FLAGS);
    ts->delete_later = op;
}

void
_PyTrash_thread_destroy_chain(PyThreadState *ts)
{
    /* A level is held meanwhile, so that the nesting of chains within chains is bounded too. */
    ts->c_recursion_remaining--;
    while (ts->delete_later != NULL) {
        PyObject *op = ts->delete_later;
        PyGC_Head *head = GC_HEAD(op);
        ts->delete_later = (PyObject *)(head->_gc_prev & ~TRASH_FLAGS);
        head->_gc_prev &= TRASH_FLAGS;
        Py_TYPE(op)->tp_dealloc(op);
    }
    ts->c_recursion_remaining++;
}
