/* gc/gc_finalize.c: what happens to unreachable objects: weak references are cleared and the callbacks of living ones
 * called, finalizers run once, and what is still unreachable then is taken apart with tp_clear.
 * Every step may run Python code, so objects may die under our hands: they leave holes in the trash log. */
#include "gc/gc_impl.h"

#include "object/core/err.h"
#include "object/core/object.h"
#include "object/core/weakref.h"
#include "rt/heap.h"

/* ---- legacy finalizers (tp_del) ----------------------------------------------------------------------------------- */

static int
visit_take(PyObject *op, void *arg)
{
    PyInterpreterState *interp = arg;
    if (gc_is_collectable(op) && gc_is_collecting(op) && GC_GENERATION(GC_HEAD(op)->_gc_next) == GC_LOG_TRASH) {
        struct gc_log *legacy = &interp->gc_logs[GC_LOG_LEGACY];
        interp->gc_logs[GC_LOG_TRASH].items[GC_SLOT(GC_HEAD(op)->_gc_next)] = NULL;
        gc_clear_flags(op);
        gc_log_put(legacy, GC_LOG_LEGACY, op);
    }
    return 0;
}

/* Objects with tp_del, and all that they reach, are not taken apart. */
void
gc_take_legacy(PyInterpreterState *interp)
{
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH], *legacy = &interp->gc_logs[GC_LOG_LEGACY];
    if (!gc_log_reserve(legacy, trash->used))
        return;
    for (size_t i = 0; i < trash->used; i++) {
        PyObject *op = trash->items[i];
        if (op != NULL && Py_TYPE(op)->tp_del != NULL)
            visit_take(op, interp);
    }
    for (size_t i = 0; i < legacy->used; i++) {
        PyObject *op = legacy->items[i];
        Py_TYPE(op)->tp_traverse(op, visit_take, interp);
    }
}

Py_ssize_t
gc_keep_legacy(PyInterpreterState *interp, int old)
{
    struct gc_log *legacy = &interp->gc_logs[GC_LOG_LEGACY], *to = &interp->gc_logs[old];
    Py_ssize_t n = 0;
    for (size_t i = 0; i < legacy->used; i++) {
        PyObject *op = legacy->items[i];
        if (op == NULL)
            continue;
        n++;
        if ((interp->gc.debug & GC_DEBUG_SAVEALL) || Py_TYPE(op)->tp_del != NULL)
            if (PyList_Append(interp->gc.garbage, op) < 0)
                PyErr_Clear();
        if (gc_log_reserve(to, to->used + 1))
            gc_log_put(to, old, op);
        else
            GC_HEAD(op)->_gc_next = 0;
    }
    legacy->used = 0;
    return n;
}

/* ---- weak references ---------------------------------------------------------------------------------------------- */

/* Empties the references to op; those that live on and have a callback join the chain as new references. */
static PyWeakReference **
clear_references_to(PyObject *op, PyWeakReference **tail)
{
    PyWeakReference **list = (PyWeakReference **)object_weaklist(op);
    while (list != NULL && *list != NULL) {
        PyWeakReference *ref = *list;
        weakref_detach(ref);
        if (ref->wr_callback == NULL || gc_is_collecting((PyObject *)ref))
            continue;                        /* trash itself: its callback must not see half-cleared objects */
        *tail = (PyWeakReference *)Py_NewRef((PyObject *)ref);
        tail = &ref->wr_next;
    }
    return tail;
}

bool
gc_clear_weakrefs(PyInterpreterState *interp)
{
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH];
    PyWeakReference *chain = NULL, **tail = &chain;
    for (size_t i = 0; i < trash->used; i++) {
        PyObject *op = trash->items[i];
        if (op == NULL)
            continue;
        if (PyWeakref_Check(op))
            weakref_detach((PyWeakReference *)op);
        if (weakref_supported(Py_TYPE(op)))
            tail = clear_references_to(op, tail);
    }
    *tail = NULL;
    bool called = chain != NULL;
    while (chain != NULL) {
        PyWeakReference *ref = chain;
        chain = ref->wr_next;
        ref->wr_next = NULL;
        if (ref->wr_callback != NULL) {
            PyObject *callback = Py_NewRef(ref->wr_callback);
            weakref_call(ref, callback);
            Py_DECREF(callback);
        }
        Py_DECREF(ref);
    }
    return called;
}

/* ---- finalizers --------------------------------------------------------------------------------------------------- */

bool
gc_call_finalizers(PyInterpreterState *interp)
{
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH];
    bool called = false;
    for (size_t i = 0; i < trash->used; i++) {
        PyObject *op = trash->items[i];
        if (op == NULL || gc_is_finalized(op) || Py_TYPE(op)->tp_finalize == NULL)
            continue;
        gc_set_finalized(op);
        Py_INCREF(op);
        Py_TYPE(op)->tp_finalize(op);
        Py_DECREF(op);
        called = true;
    }
    return called;
}

void
gc_save_resurrected(PyInterpreterState *interp, int old)
{
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH], *to = &interp->gc_logs[old];
    gc_log_squeeze(trash, GC_LOG_TRASH);
    size_t n = trash->used;
    struct gc_set alive = { heap_raw_alloc((2 * n + 1) * sizeof(PyObject *)), n, false }, dead = { heap_raw_alloc((n + 1) * sizeof(PyObject *)), 0, false };
    if (alive.items == NULL || dead.items == NULL || !gc_log_reserve(to, to->used + n)) {
        /* Too little memory to know: keep everything for another time. */
        for (size_t i = 0; i < n; i++) {
            gc_clear_flags(trash->items[i]);
            GC_HEAD(trash->items[i])->_gc_next = 0;
        }
        trash->used = 0;
    }
    else {
        memcpy(alive.items, trash->items, n * sizeof(PyObject *));
        gc_mark(&alive, &dead, 0, to, old);
        trash->used = 0;
        for (size_t i = 0; i < dead.used; i++)
            gc_log_put(trash, GC_LOG_TRASH, dead.items[i]);
    }
    free(alive.items);
    free(dead.items);
}

/* ---- the end ------------------------------------------------------------------------------------------------------ */

static void
clear_one(PyThreadState *ts, PyObject *op)
{
    inquiry clear = Py_TYPE(op)->tp_clear;
    if (clear == NULL)
        return;
    (void)clear(op);
    if (UNLIKELY(ts->current_exception != NULL))
        PyErr_FormatUnraisable("Exception ignored in tp_clear of %R", (PyObject *)Py_TYPE(op));
}

void
gc_delete_trash(PyThreadState *ts, int old)
{
    PyInterpreterState *interp = ts->interp;
    struct gc_log *trash = &interp->gc_logs[GC_LOG_TRASH], *to = &interp->gc_logs[old];
    for (size_t i = 0; i < trash->used; i++) {
        PyObject *op = trash->items[i];
        if (op == NULL)
            continue;
        Py_INCREF(op);
        if (interp->gc.debug & GC_DEBUG_SAVEALL) {
            if (PyList_Append(interp->gc.garbage, op) < 0)
                PyErr_Clear();
        }
        else
            clear_one(ts, op);
        Py_DECREF(op);
        if (i >= trash->used || trash->items[i] != op)
            continue;
        trash->items[i] = NULL;              /* alive: it may die later, or is found again */
        gc_clear_flags(op);
        if (gc_log_reserve(to, to->used + 1))
            gc_log_put(to, old, op);
        else
            GC_HEAD(op)->_gc_next = 0;
    }
    trash->used = 0;
}
