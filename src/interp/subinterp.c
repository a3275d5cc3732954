/* interp/subinterp.c: further interpreters: Py_NewInterpreter...() and Py_EndInterpreter().
 *
 * Each has its own modules, types' dicts, collector logs and registries; static types, immortal objects, interned
 * strings and the memory allocator are the process's. All interpreters take turns under one GIL, also those that ask for
 * their own (docs/decisions/0015), so that what the process shares needs no locks. */
#include "interp/lifecycle.h"

#include "interp/config.h"
#include "interp/import.h"
#include "interp/interp_config.h"
#include "interp/sys.h"
#include "interp/warnings.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

/* ---- start ---- */

static PyStatus
apply_settings(PyInterpreterState *interp, const PyInterpreterConfig *c)
{
    if (!c->use_main_obmalloc && !c->check_multi_interp_extensions)
        return config_error("init_interp_settings", "per-interpreter obmalloc does not support single-phase init extension modules");
    if (c->gil < PyInterpreterConfig_DEFAULT_GIL || c->gil > PyInterpreterConfig_OWN_GIL)
        return config_error("init_interp_settings", "invalid interpreter config 'gil' value");
    interp->feature_flags = (c->use_main_obmalloc ? RT_USE_MAIN_OBMALLOC : 0) | (c->check_multi_interp_extensions ? RT_CHECK_EXTENSIONS : 0)
                            | (c->allow_threads ? RT_ALLOW_THREADS : 0) | (c->allow_daemon_threads ? RT_ALLOW_DAEMON_THREADS : 0)
                            | (c->allow_fork ? RT_ALLOW_FORK : 0) | (c->allow_exec ? RT_ALLOW_EXEC : 0);
    interp->ceval.own_gil = c->gil == PyInterpreterConfig_OWN_GIL;
    return PyStatus_Ok();
}

/* What the main program's folder added to sys.path is found here too. */
static int
add_first_path(const wchar_t *folder)
{
    if (folder == NULL)
        return 0;
    PyObject *path = PySys_GetObject("path"), *text = PyUnicode_FromWideChar(folder, -1);
    int r = text == NULL || path == NULL || !PyList_Check(path) ? -1 : PyList_Insert(path, 0, text);
    Py_XDECREF(text);
    return r;
}

/* The thread is attached and the interpreter empty. */
static PyStatus
fill(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    gc_track_start(ts);
    interp->long_max_str_digits = interp->config.int_max_str_digits;
    if (lifecycle_init_floors(ts) < 0)
        return lifecycle_failure();
    if (warnings_init(ts) < 0 || lifecycle_init_first_modules(ts) < 0)
        return config_error("pycore_interp_init", "can't create the first modules");
    if (interp->config._install_importlib && (lifecycle_init_import(ts) < 0 || lifecycle_init_main(ts) < 0))
        return lifecycle_failure();
    if (add_first_path(interp->config.sys_path_0) < 0)
        return config_error("init_interp_main", "can't extend sys.path");
    interp->_ready = 1;
    return PyStatus_Ok();
}

/* Takes an interpreter away that never got ready, or whose modules are gone. Leaves no thread attached. */
static void
discard(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    lifecycle_clear_interpreter(ts);
    PyInterpreterState_Delete(interp);
}

PyStatus
subinterp_new(PyThreadState **result, const PyInterpreterConfig *config, long whence)
{
    *result = NULL;
    if (!RUNTIME->initialized)
        return PyStatus_Error("Py_Initialize must be called first");
    PyInterpreterState *interp = interp_new(whence);
    if (interp == NULL)
        return PyStatus_NoMemory();
    PyThreadState *before = ts_current();
    PyStatus status = apply_settings(interp, config);
    const PyConfig *like = before != NULL ? &before->interp->config : &rt_main_interp->config;
    if (!PyStatus_Exception(status) && config_copy(&interp->config, like) < 0)
        status = PyStatus_NoMemory();
    PyThreadState *ts = PyStatus_Exception(status) ? NULL : ts_new(interp, TS_INIT);
    if (ts == NULL) {
        PyConfig_Clear(&interp->config);
        PyInterpreterState_Delete(interp);
        return PyStatus_Exception(status) ? status : PyStatus_NoMemory();
    }
    if (before != NULL)
        ts_detach(before);
    ts_bind(ts);
    ts_attach(ts);
    status = fill(ts);
    if (PyStatus_Exception(status)) {
        PyErr_PrintEx(0);
        interp_set_finalizing(interp, ts);
        discard(ts);
        if (before != NULL)
            ts_attach(before);
        return status;
    }
    *result = ts;
    return PyStatus_Ok();
}

PyStatus
Py_NewInterpreterFromConfig(PyThreadState **ts, const PyInterpreterConfig *config)
{
    return subinterp_new(ts, config, INTERP_CAPI);
}

PyThreadState *
Py_NewInterpreter(void)
{
    PyThreadState *ts;
    PyStatus status = subinterp_new(&ts, &interp_config_legacy, INTERP_LEGACY_CAPI);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    return ts;
}

/* ---- end ---- */

void
Py_EndInterpreter(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    if (ts != ts_current())
        rt_fatal("Py_EndInterpreter", "thread is not current");
    if (ts->current_frame != NULL)
        rt_fatal("Py_EndInterpreter", "thread still has a frame");
    interp->finalizing = 1;
    lifecycle_wait_for_threads();
    Py_MakePendingCalls();
    if (lifecycle_hooks.call_atexit != NULL)
        lifecycle_hooks.call_atexit(ts);
    if (ts != interp->threads.head || ts->next != NULL)
        rt_fatal("Py_EndInterpreter", "not the last thread");
    sys_flush_streams(ts);
    interp_set_finalizing(interp, ts);
    import_finalize_modules(ts);
    sys_flush_streams(ts);
    discard(ts);
}

/* Drops thread states that no thread runs with: an embedder has left them. Called on `keep`. */
static void
drop_idle_states(PyThreadState *keep)
{
    for (PyThreadState *ts = keep->interp->threads.head, *next; ts != NULL; ts = next) {
        next = ts->next;
        if (ts != keep && ts->current_frame == NULL && ts->_whence != TS_THREADING) {
            PyThreadState_Clear(ts);
            PyThreadState_Delete(ts);
        }
    }
}

/* One whose threads do not end (daemons) stays as it is: they find the process finalizing. */
static void
end_if_idle(PyInterpreterState *interp, PyThreadState *main)
{
    PyThreadState *ts = ts_new(interp, TS_FINI);
    if (ts == NULL)
        return;
    PyThreadState_Swap(ts);
    lifecycle_wait_for_threads();
    drop_idle_states(ts);
    if (interp->threads.head == ts && ts->next == NULL)
        Py_EndInterpreter(ts);
    PyThreadState_Swap(main);
}

/* The newest interpreter older than `id`, but not the main one; NULL if there is none. */
static PyInterpreterState *
next_older(int64_t id)
{
    PyInterpreterState *found = NULL;
    for (PyInterpreterState *i = PyInterpreterState_Head(); i != NULL; i = PyInterpreterState_Next(i))
        if (!interp_is_main(i) && i->id < id && (found == NULL || i->id > found->id))
            found = i;
    return found;
}

/* By number, since the end of one may be the end of others. */
void
subinterp_end_all(PyThreadState *main)
{
    PyInterpreterState *interp = next_older(INT64_MAX);
    while (interp != NULL) {
        int64_t id = interp->id;
        end_if_idle(interp, main);
        interp = next_older(id);
    }
}
