/* interp/fork.c: what happens around fork(): the hooks of os.register_at_fork(), locks, threads. */
#include "interp/import.h"
#include "interp/perf_trampoline.h"
#include "interp/tracemalloc.h"
#include "jit/jit.h"
#include "rt/interp.h"
#include "rt/lock.h"
#include "rt/runtime.h"

static void
run_hooks(PyObject *hooks, int reversed)
{
    PyObject *copy = hooks == NULL ? NULL : PyList_GetSlice(hooks, 0, PyList_GET_SIZE(hooks));
    if (copy == NULL)
        return;
    if (reversed)
        PyList_Reverse(copy);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(copy); i++) {
        PyObject *hook = PyList_GET_ITEM(copy, i), *r = PyObject_CallNoArgs(hook);
        if (r == NULL)
            PyErr_WriteUnraisable(hook);
        Py_XDECREF(r);
    }
    Py_DECREF(copy);
}

PyAPI_FUNC(int) adder_fork_hooks(PyObject ***before, PyObject ***parent, PyObject ***child);

/* Where register_at_fork() keeps its lists: always 0. */
int
adder_fork_hooks(PyObject ***before, PyObject ***parent, PyObject ***child)
{
    PyInterpreterState *interp = interp_current();
    *before = &interp->before_forkers;
    *parent = &interp->after_forkers_parent;
    *child = &interp->after_forkers_child;
    return 0;
}

void
PyOS_BeforeFork(void)
{
    run_hooks(interp_current()->before_forkers, 1);
    _PyRecursiveMutex_Lock(&interp_current()->imports.lock);      /* waits until no other thread imports */
    rt_lock_lists();
}

static void
release_import_lock(void)
{
    _PyRecursiveMutex_Unlock(&interp_current()->imports.lock);
}

void
PyOS_AfterFork_Parent(void)
{
    rt_unlock_lists();
    release_import_lock();
    run_hooks(interp_current()->after_forkers_parent, 0);
}

void
PyOS_AfterFork_Child(void)
{
    rt_unlock_lists();
    rt_after_fork_child();
    tracemalloc_after_fork();
    perf_trampoline_after_fork();
    jit_after_fork(ts_current());
    ts_delete_others(ts_current());
    release_import_lock();
    run_hooks(interp_current()->after_forkers_child, 0);
}

void
PyOS_AfterFork(void)
{
    PyOS_AfterFork_Child();
}
