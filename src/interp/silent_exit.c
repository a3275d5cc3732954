/* interp/silent_exit.c: does the end of all objects matter?
 *
 * Idea:  a process that ends gives its memory back at once. Taking modules and objects apart before that is only for the
 *        code that runs meanwhile: finalizers, callbacks of weak references, suspended generators, streams with
 *        unwritten data, C destructors of foreign modules, and whatever reports about it. Where one walk over the logs
 *        of the collector finds none of these, the end of each object is silent, and the walk is all that is needed.
 * Rules: in doubt it is not silent. Objects that are not collectable end silently, except: instances of a class
 *        with __del__ (found by their class), and those counted in interp->unseen_endings. */
#include "interp/lifecycle.h"

#include "gc/gc.h"
#include "interp/import.h"
#include "object/core/type_slot_fn.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "vm/frame.h"
#include "vm/genobject.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

/* The exported name of the allocator that objects use; NULL: somebody's own. */
PyAPI_FUNC(const char *) _PyMem_GetCurrentAllocatorName(void);

static bool
blocks_are_checked(void)
{
    const char *name = _PyMem_GetCurrentAllocatorName();
    return name == NULL || strstr(name, "debug") != NULL;
}

/* Somebody watches or reports. */
static bool
is_watched(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    const struct gc_state *gc = &interp->gc;
    const PyConfig *c = &interp->config;
    return RUNTIME->audit_hooks != NULL || interp->audit_hooks != NULL || interp->active_func_watchers != 0 || interp->active_code_watchers != 0
        || gc->debug != 0 || gc->garbage == NULL || PyList_GET_SIZE(gc->garbage) != 0
        || gc->callbacks == NULL || PyList_GET_SIZE(gc->callbacks) != 0
        || c->verbose || c->malloc_stats || c->dump_refs || c->show_ref_count || c->perf_profiling || c->dev_mode;
}

/* A generator that has not begun or has ended. Others run their `finally` blocks. */
static bool
is_silent_generator(PyObject *op)
{
    int8_t state = ((PyGenObject *)op)->gi_frame_state;
    return FRAME_STATE_FINISHED(state) || (PyGen_CheckExact(op) && state == FRAME_CREATED);
}

/* The callback with which _abc forgets a class. */
static bool
is_silent_callback(PyObject *callback)
{
    return PyCFunction_CheckExact(callback) && PyCFunction_GET_SELF(callback) != NULL && PyWeakref_Check(PyCFunction_GET_SELF(callback))
        && strcmp(((PyCFunctionObject *)callback)->m_ml->ml_name, "_destroy") == 0;
}

/* No instance of this class does anything at its end without being tracked itself. */
static bool
has_silent_instances(PyTypeObject *t)
{
    if (!(t->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return true;
    if (t->tp_as_buffer != NULL && t->tp_as_buffer->bf_releasebuffer == slot_bf_releasebuffer)
        return false;
    return (t->tp_flags & Py_TPFLAGS_HAVE_GC) || (t->tp_finalize != slot_tp_finalize && t->tp_del == NULL);
}

static bool
is_silent(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    if (t->tp_del != NULL)
        return false;
    if (t->tp_finalize != NULL && !gc_is_finalized(op)) {
        if (t->tp_finalize == _PyGen_Finalize)
            return is_silent_generator(op);
        return rt_hooks.ends_silently != NULL && rt_hooks.ends_silently(op);
    }
    if (PyType_Check(op))
        return has_silent_instances((PyTypeObject *)op);
    if (PyWeakref_Check(op)) {
        PyObject *callback = ((PyWeakReference *)op)->wr_callback;
        return callback == NULL || is_silent_callback(callback);
    }
    return true;
}

bool
exit_is_silent(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    return ADDER_CHECKS == 0 && !is_watched(ts) && !import_has_foreign && !blocks_are_checked() && interp->unseen_endings == 0
        && interp->gc_chain == NULL && ts->next == NULL && ts->prev == NULL && !PyErr_Occurred() && gc_all(ts, is_silent);
}
