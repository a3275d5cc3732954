/* vm/raise.c: raise, with, and the StopIteration at the end of a for loop. */
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/exc.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/monitor.h"
#include "vm/slow.h"

/* Instance of an exception class, or NULL with TypeError when calling it gave something else. */
static PyObject *
instantiate(PyThreadState *ts, PyObject *cls)
{
    PyObject *v = call_none(ts, cls);
    if (v != NULL && !exc_is_instance(v)) {
        err_format(ts, PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %R", cls, Py_TYPE(v));
        Py_CLEAR(v);
    }
    return v;
}

static bool
reraise(PyThreadState *ts)
{
    PyObject *exc = err_top_handled(ts)->exc_value;
    if (exc == NULL || exc == Py_None) {
        err_set_string(ts, PyExc_RuntimeError, "No active exception to reraise");
        return false;
    }
    err_set_raised(ts, Py_NewRef(exc));
    return true;
}

/* exc.__cause__ = cause (both stolen); 0 or -1. */
static int
attach_cause(PyThreadState *ts, PyObject *exc, STEALS PyObject *cause)
{
    if (exc_is_class(cause)) {
        Py_SETREF(cause, instantiate(ts, cause));
        if (cause == NULL)
            return -1;
    }
    else if (cause == Py_None)
        cause = NULL;
    else if (!exc_is_instance(cause)) {
        err_set_string(ts, PyExc_TypeError, "exception causes must derive from BaseException");
        Py_DECREF(cause);
        return -1;
    }
    PyException_SetCause(exc, cause);
    return 0;
}

bool
vm_raise(PyThreadState *ts, STEALS PyObject *exc, STEALS PyObject *cause)
{
    if (exc == NULL)
        return reraise(ts);
    PyObject *type = NULL, *value = NULL;
    if (exc_is_class(exc)) {
        type = exc;
        value = instantiate(ts, exc);
    }
    else if (exc_is_instance(exc)) {
        value = exc;
        type = Py_NewRef(Py_TYPE(exc));
    }
    else {
        Py_DECREF(exc);
        err_set_string(ts, PyExc_TypeError, "exceptions must derive from BaseException");
    }
    if (value != NULL && cause != NULL) {
        int rc = attach_cause(ts, value, cause);
        cause = NULL;
        if (rc < 0)
            Py_CLEAR(value);
    }
    if (value != NULL)
        err_set(ts, type, value);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(cause);
    return false;
}

/* ---- with ---- */

static PyObject *
enter(PyThreadState *ts, PyObject *mgr, PyObject *enter_name, PyObject *exit_name, const char *what, const char *missing, PyObject **res)
{
    int unbound;
    PyObject *enter_method = object_lookup_method(mgr, enter_name, &unbound);
    if (enter_method == NULL) {
        if (ts->current_exception == NULL)
            err_format(ts, PyExc_TypeError, "'%.200s' object does not support the %s protocol", Py_TYPE(mgr)->tp_name, what);
        return NULL;
    }
    PyObject *exit_method = object_lookup_special(mgr, exit_name);
    if (exit_method == NULL) {
        if (ts->current_exception == NULL)
            err_format(ts, PyExc_TypeError, "'%.200s' object does not support the %s protocol (missed %s method)",
                       Py_TYPE(mgr)->tp_name, what, missing);
        Py_DECREF(enter_method);
        return NULL;
    }
    *res = unbound ? call_one(ts, enter_method, mgr) : call_none(ts, enter_method);
    Py_DECREF(enter_method);
    if (*res == NULL)
        Py_CLEAR(exit_method);
    return exit_method;
}

PyObject *
vm_enter_with(PyThreadState *ts, PyObject *mgr, PyObject **res)
{
    return enter(ts, mgr, ID(__enter__), ID(__exit__), "context manager", "__exit__", res);
}

PyObject *
vm_enter_async_with(PyThreadState *ts, PyObject *mgr, PyObject **res)
{
    return enter(ts, mgr, ID(__aenter__), ID(__aexit__), "asynchronous context manager", "__aexit__", res);
}

bool
vm_bad_operand(PyThreadState *ts, const char *instr, PyObject *v)
{
    err_format(ts, PyExc_SystemError, "bad operand for %s: '%.100s' object", instr, v == NULL ? "NULL" : Py_TYPE(v)->tp_name);
    return true;
}

PyObject *
vm_call_exit(PyThreadState *ts, PyObject *exit, PyObject *exc)
{
    PyObject *tb = PyException_GetTraceback(exc);
    PyObject *args[] = { NULL, PyExceptionInstance_Class(exc), exc, tb == NULL ? Py_None : tb };
    PyObject *res = call_vector(ts, exit, args + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_XDECREF(tb);
    return res;
}

int
vm_clear_stop_iteration(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (!err_matches(ts, PyExc_StopIteration))
        return -1;
    mon_raise(ts, f, instr);
    err_clear(ts);
    return 0;
}
