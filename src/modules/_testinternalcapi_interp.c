/* _testinternalcapi_interp.c: what the test suite asks about interpreters: making and ending them behind the back of
 * `_interpreters`, running text in them, records of objects, pending calls. */
#include <Python.h>

#include "interp/cross.h"
#include "interp/interp_config.h"
#include "interp/lifecycle.h"
#include "modules/_testinternalcapi.h"
#include "rt/interp.h"
#include "rt/runtime.h"

/* The configuration in the attributes of an object: 0 or -1. */
static int
config_of(PyObject *obj, PyInterpreterConfig *config)
{
    PyObject *dict = PyObject_GetAttrString(obj, "__dict__");
    if (dict == NULL) {
        PyErr_Format(PyExc_TypeError, "bad config %R", obj);
        return -1;
    }
    int r = _PyInterpreterConfig_InitFromDict(config, dict);
    Py_DECREF(dict);
    return r;
}

/* ---- making and ending ---- */

static void
raise_not_created(PyStatus status)
{
    PyErr_Format(PyExc_RuntimeError, "%s%s%s", status.func == NULL ? "" : status.func, status.func == NULL ? "" : ": ", status.err_msg);
    PyObject *context = PyErr_GetRaisedException();
    PyErr_SetString(PyExc_InterpreterError, "sub-interpreter creation failed");
    PyObject *exc = PyErr_GetRaisedException();
    PyException_SetContext(exc, context);
    PyErr_SetRaisedException(exc);
}

/* Makes one as `whence` tells; back in the caller's. */
static PyInterpreterState *
make(PyObject *config_obj, long whence)
{
    PyThreadState *here = PyThreadState_Get(), *ts;
    PyInterpreterConfig config = interp_config_isolated;
    bool given = config_obj != NULL && config_obj != Py_None;
    if (given && (whence == INTERP_UNKNOWN || whence == INTERP_LEGACY_CAPI)) {
        PyErr_SetString(PyExc_ValueError, "got unexpected config");
        return NULL;
    }
    if (given && config_of(config_obj, &config) < 0)
        return NULL;
    if (whence == INTERP_UNKNOWN)
        return PyInterpreterState_New();
    if (whence == INTERP_XI)
        return _PyXI_NewInterpreter(&config, NULL, NULL, NULL);
    if (whence == INTERP_LEGACY_CAPI)
        ts = Py_NewInterpreter();
    else if (whence == INTERP_CAPI) {
        PyStatus status = Py_NewInterpreterFromConfig(&ts, &config);
        if (PyStatus_Exception(status)) {
            raise_not_created(status);
            return NULL;
        }
    } else {
        PyErr_Format(PyExc_ValueError, "unsupported whence %ld", whence);
        return NULL;
    }
    PyInterpreterState *interp = ts->interp;
    PyThreadState_Clear(ts);
    PyThreadState_Swap(here);
    PyThreadState_Delete(ts);
    return interp;
}

static PyObject *
create_interpreter(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "config", "whence", NULL };
    PyObject *config = NULL;
    long whence = INTERP_XI;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "|O$l:create_interpreter", names, &config, &whence))
        return NULL;
    PyInterpreterState *interp = make(config, whence);
    return interp == NULL ? NULL : PyLong_FromLongLong(interp->id);
}

static PyObject *
destroy_interpreter(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", NULL };
    PyObject *id;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O:destroy_interpreter", names, &id))
        return NULL;
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    if (interp == NULL)
        return NULL;
    _PyXI_EndInterpreter(interp, NULL, NULL);
    Py_RETURN_NONE;
}

/* ---- running ---- */

static PyObject *
exec_interpreter(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "id", "code", "main", NULL };
    PyObject *id;
    const char *code;
    int as_main = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "Os|$p:exec_interpreter", names, &id, &code, &as_main))
        return NULL;
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    PyThreadState *here = PyThreadState_Get(), *there = interp == NULL ? NULL : ts_new(interp, TS_EXEC);
    if (there == NULL)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    PyThreadState_Swap(there);
    PyObject *result = NULL;
    bool running = as_main && _PyInterpreterState_SetRunningMain(interp) == 0;
    int failed = as_main && !running, r = failed ? 0 : PyRun_SimpleStringFlags(code, NULL);
    if (running)
        _PyInterpreterState_SetNotRunningMain(interp);
    PyErr_Clear();
    PyThreadState_Clear(there);
    PyThreadState_Swap(here);
    PyThreadState_Delete(there);
    if (failed)
        PyErr_SetString(PyExc_InterpreterError, "interpreter already running");
    else
        result = PyLong_FromLong(r);
    return result;
}

static PyObject *
run_in_session(const char *code, PyInterpreterConfig *config)
{
    PyThreadState *ts, *here;
    PyInterpreterState *interp = _PyXI_NewInterpreter(config, NULL, &ts, &here);
    if (interp == NULL)
        return NULL;
    _PyXI_session session;
    int r = -1;
    if (_PyXI_Enter(&session, interp, NULL) == 0) {
        r = PyRun_SimpleStringFlags(code, NULL);
        _PyXI_Exit(&session);
    }
    _PyXI_EndInterpreter(interp, ts, &here);
    return PyLong_FromLong(r);
}

static PyObject *
run_in_subinterp_with_config(PyObject *m, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "code", "config", "xi", NULL };
    const char *code;
    PyObject *config_obj;
    int xi = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "sO|$p:run_in_subinterp_with_config", names, &code, &config_obj, &xi))
        return NULL;
    PyInterpreterConfig config;
    if (config_of(config_obj, &config) < 0)
        return NULL;
    if (xi)
        return run_in_session(code, &config);
    PyThreadState *here = PyThreadState_Get(), *ts;
    PyStatus status = Py_NewInterpreterFromConfig(&ts, &config);
    if (PyStatus_Exception(status)) {
        raise_not_created(status);
        return NULL;
    }
    int r = PyRun_SimpleStringFlags(code, NULL);
    Py_EndInterpreter(ts);
    PyThreadState_Swap(here);
    return PyLong_FromLong(r);
}

/* ---- ids and counts ---- */

PyAPI_FUNC(int64_t) _PyInterpreterState_ObjectToID(PyObject *id);
PyAPI_FUNC(int) _PyInterpreterState_RequiresIDRef(PyInterpreterState *interp);
PyAPI_FUNC(void) _PyInterpreterState_RequireIDRef(PyInterpreterState *interp, int required);

static PyObject *
normalize_interp_id(PyObject *m, PyObject *id)
{
    int64_t n = _PyInterpreterState_ObjectToID(id);
    return n < 0 ? NULL : PyLong_FromLongLong(n);
}

static PyObject *next_interpreter_id(PyObject *m, PyObject *unused) { return PyLong_FromLongLong(_PyRuntime.interpreters.next_id); }
static PyObject *unused_interpreter_id(PyObject *m, PyObject *unused) { return PyLong_FromLongLong(INT64_MAX); }

static PyObject *
interpreter_exists(PyObject *m, PyObject *id)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    if (interp == NULL && !PyErr_ExceptionMatches(PyExc_InterpreterNotFoundError))
        return NULL;
    PyErr_Clear();
    return PyBool_FromLong(interp != NULL);
}

static PyObject *
get_interpreter_refcount(PyObject *m, PyObject *id)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    return interp == NULL ? NULL : PyLong_FromLongLong(interp->id_refcount < 0 ? 0 : interp->id_refcount);
}

static PyObject *
interpreter_refcount_linked(PyObject *m, PyObject *id)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    return interp == NULL ? NULL : PyBool_FromLong(_PyInterpreterState_RequiresIDRef(interp));
}

static PyObject *
set_linked(PyObject *id, int linked)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    if (interp == NULL)
        return NULL;
    _PyInterpreterState_RequireIDRef(interp, linked);
    Py_RETURN_NONE;
}

static PyObject *link_interpreter_refcount(PyObject *m, PyObject *id) { return set_linked(id, 1); }
static PyObject *unlink_interpreter_refcount(PyObject *m, PyObject *id) { return set_linked(id, 0); }

static PyObject *
get_interp_settings(PyObject *m, PyObject *args)
{
    int id = -1;
    if (!PyArg_ParseTuple(args, "|i:get_interp_settings", &id))
        return NULL;
    PyInterpreterState *interp = id < 0 ? PyInterpreterState_Get() : _PyInterpreterState_LookUpID(id);
    if (interp == NULL)
        return NULL;
    return Py_BuildValue("{s:k,s:O}", "feature_flags", interp->feature_flags, "own_gil", interp->ceval.own_gil ? Py_True : Py_False);
}

/* ---- records ---- */

static void
free_record(PyObject *capsule)
{
    _PyCrossInterpreterData *data = PyCapsule_GetPointer(capsule, NULL);
    if (data != NULL && _PyCrossInterpreterData_ReleaseAndRawFree(data) < 0)
        PyErr_WriteUnraisable(NULL);
}

static PyObject *
get_crossinterp_data(PyObject *m, PyObject *args)
{
    PyObject *obj;
    if (!PyArg_ParseTuple(args, "O:get_crossinterp_data", &obj))
        return NULL;
    _PyCrossInterpreterData *data = _PyCrossInterpreterData_New();
    if (data == NULL)
        return NULL;
    if (_PyObject_GetCrossInterpreterData(obj, data) < 0) {
        _PyCrossInterpreterData_Free(data);
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(data, NULL, free_record);
    if (capsule == NULL)
        _PyCrossInterpreterData_ReleaseAndRawFree(data);
    return capsule;
}

static PyObject *
restore_crossinterp_data(PyObject *m, PyObject *args)
{
    PyObject *capsule;
    if (!PyArg_ParseTuple(args, "O:restore_crossinterp_data", &capsule))
        return NULL;
    _PyCrossInterpreterData *data = PyCapsule_GetPointer(capsule, NULL);
    return data == NULL ? NULL : _PyCrossInterpreterData_NewObject(data);
}

/* ---- pending calls ---- */

struct identify { PyThread_type_lock done; int64_t id; };

static int
identify(void *arg)
{
    struct identify *call = arg;
    call->id = PyInterpreterState_Get()->id;
    PyThread_release_lock(call->done);
    return 0;
}

/* The id of the interpreter that runs a call which was left to interpreter `id`. */
static PyObject *
pending_identify(PyObject *m, PyObject *args)
{
    PyObject *id;
    if (!PyArg_ParseTuple(args, "O:pending_identify", &id))
        return NULL;
    PyInterpreterState *interp = _PyInterpreterState_LookUpIDObject(id);
    if (interp == NULL)
        return NULL;
    struct identify call = { PyThread_allocate_lock(), -1 };
    if (call.done == NULL)
        return PyErr_NoMemory();
    PyThread_acquire_lock(call.done, WAIT_LOCK);
    int r;
    Py_BEGIN_ALLOW_THREADS
    while ((r = interp_add_pending(interp, identify, &call, 0)) < 0)
        PyThread_acquire_lock_timed(call.done, 1000, 0);
    PyThread_acquire_lock(call.done, WAIT_LOCK);
    Py_END_ALLOW_THREADS
    PyThread_release_lock(call.done);
    PyThread_free_lock(call.done);
    return PyLong_FromLongLong(call.id);
}

PyAPI_FUNC(int) _PyArg_ParseStackAndKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...);

/* The parser's table of names is made by the interpreter that calls first, and outlives it. */
static PyObject *
gh_119213_getargs(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "spam", NULL };
    static struct _PyArg_Parser parser = { .format = "O:gh_119213_getargs", .keywords = names };
    PyObject *spam;
    return _PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &spam) ? Py_NewRef(spam) : NULL;
}

static PyObject *
reset_rare_event_counters(PyObject *m, PyObject *unused)
{
    interp_current()->rare_events = (struct rt_rare_events){ 0 };
    Py_RETURN_NONE;
}

static PyObject *
get_rare_event_counters(PyObject *m, PyObject *unused)
{
    struct rt_rare_events e = interp_current()->rare_events;
    return Py_BuildValue("{sbsbsbsbsb}", "set_class", e.set_class, "set_bases", e.set_bases, "set_eval_frame_func", e.set_eval_frame_func,
                         "builtin_dict", e.builtin_dict, "func_modification", e.func_modification);
}

#define KW(f) _PyCFunction_CAST(f), METH_VARARGS | METH_KEYWORDS, NULL
PyMethodDef testinternalcapi_interp_methods[] = {
    { "create_interpreter", KW(create_interpreter) },
    { "destroy_interpreter", KW(destroy_interpreter) },
    { "exec_interpreter", KW(exec_interpreter) },
    { "run_in_subinterp_with_config", KW(run_in_subinterp_with_config) },
    { "normalize_interp_id", normalize_interp_id, METH_O, NULL },
    { "next_interpreter_id", next_interpreter_id, METH_NOARGS, NULL },
    { "unused_interpreter_id", unused_interpreter_id, METH_NOARGS, NULL },
    { "interpreter_exists", interpreter_exists, METH_O, NULL },
    { "get_interpreter_refcount", get_interpreter_refcount, METH_O, NULL },
    { "interpreter_refcount_linked", interpreter_refcount_linked, METH_O, NULL },
    { "link_interpreter_refcount", link_interpreter_refcount, METH_O, NULL },
    { "unlink_interpreter_refcount", unlink_interpreter_refcount, METH_O, NULL },
    { "get_interp_settings", get_interp_settings, METH_VARARGS, NULL },
    { "get_crossinterp_data", get_crossinterp_data, METH_VARARGS, NULL },
    { "restore_crossinterp_data", restore_crossinterp_data, METH_VARARGS, NULL },
    { "gh_119213_getargs", _PyCFunction_CAST(gh_119213_getargs), METH_FASTCALL | METH_KEYWORDS, NULL },
    { "reset_rare_event_counters", reset_rare_event_counters, METH_NOARGS, NULL },
    { "get_rare_event_counters", get_rare_event_counters, METH_NOARGS, NULL },
    { "pending_identify", pending_identify, METH_VARARGS, NULL },
    { NULL },
};
