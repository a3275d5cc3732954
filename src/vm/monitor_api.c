/* vm/monitor_api.c: events fired by C code on behalf of code in other languages (PyMonitoring_*). */
#include "object/core/err.h"
#include "rt/interp.h"
#include "vm/instrument.h"
#include "vm/vm_state.h"

int
PyMonitoring_EnterScope(PyMonitoringState *states, uint64_t *version, const uint8_t *events, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    uint64_t now = (uint64_t)ts->interp->ceval.instrumentation_version | 1;
    if (*version == now)
        return 0;
    for (Py_ssize_t i = 0; i < n; i++)         /* C_RETURN and C_RAISE have no tools of their own: CPython sends them to nobody */
        states[i].active = events[i] < MON_UNGROUPED ? mon_global(ts)->tools[events[i]] : 0;
    *version = now;
    return 0;
}

int
PyMonitoring_ExitScope(void)
{
    return 0;
}

/* args: NULL, code, offset (filled in unless it is a line event), up to two more. */
static int
fire(PyMonitoringState *state, int event, int32_t offset, PyObject **args, size_t n)
{
    PyThreadState *ts = ts_current();
    if (ts->tracing)
        return 0;
    PyObject *where = NULL;
    if (event != PY_MONITORING_EVENT_LINE) {
        if (offset < 0) {
            err_set_string(ts, PyExc_ValueError, "offset must be non-negative");
            return -1;
        }
        args[2] = where = PyLong_FromLong(offset);
        if (where == NULL)
            return -1;
    }
    int rc = 0;
    for (unsigned tools = state->active; tools != 0 && rc >= 0;) {
        int tool = 31 - __builtin_clz(tools);
        tools ^= 1u << tool;
        rc = mon_call_tool(ts, tool, event, args + 1, n);
        if (rc <= 0)
            continue;
        if (event < MON_LOCAL)
            state->active &= (uint8_t)~(1u << tool);
        else {
            err_format(ts, PyExc_ValueError, "Cannot disable %s events. Callback removed.", mon_event_names[event]);
            Py_CLEAR(ts->interp->vm->callables[tool][event]);
            rc = -1;
        }
    }
    Py_XDECREF(where);
    return rc < 0 ? -1 : 0;
}

static int
fire0(PyMonitoringState *state, int event, PyObject *code, int32_t offset)
{
    PyObject *args[] = { NULL, code, NULL };
    return fire(state, event, offset, args, 2);
}

static int
fire1(PyMonitoringState *state, int event, PyObject *code, int32_t offset, PyObject *a)
{
    PyObject *args[] = { NULL, code, NULL, a };
    return fire(state, event, offset, args, 3);
}

/* The current exception is the argument; it stays unless a callback raises. */
static int
fire_exception(PyMonitoringState *state, int event, PyObject *code, int32_t offset, bool keep)
{
    PyThreadState *ts = ts_current();
    PyObject *exc = err_get_raised(ts);
    if (exc == NULL) {
        err_format(ts, PyExc_ValueError, "Firing event %d with no exception set", event);
        return -1;
    }
    int rc = fire1(state, event, code, offset, exc);
    if (rc == 0 && keep)
        err_set_raised(ts, exc);
    else
        Py_DECREF(exc);
    return rc;
}

int _PyMonitoring_FirePyStartEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire0(s, PY_MONITORING_EVENT_PY_START, c, o); }
int _PyMonitoring_FirePyResumeEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire0(s, PY_MONITORING_EVENT_PY_RESUME, c, o); }
int _PyMonitoring_FirePyReturnEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *v) { return fire1(s, PY_MONITORING_EVENT_PY_RETURN, c, o, v); }
int _PyMonitoring_FirePyYieldEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *v) { return fire1(s, PY_MONITORING_EVENT_PY_YIELD, c, o, v); }
int _PyMonitoring_FireCReturnEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *v) { return fire1(s, PY_MONITORING_EVENT_C_RETURN, c, o, v); }
int _PyMonitoring_FireJumpEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *t) { return fire1(s, PY_MONITORING_EVENT_JUMP, c, o, t); }
int _PyMonitoring_FireBranchEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *t) { return fire1(s, PY_MONITORING_EVENT_BRANCH, c, o, t); }
int _PyMonitoring_FirePyThrowEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_PY_THROW, c, o, true); }
int _PyMonitoring_FireRaiseEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_RAISE, c, o, true); }
int _PyMonitoring_FireCRaiseEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_C_RAISE, c, o, true); }
int _PyMonitoring_FireReraiseEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_RERAISE, c, o, true); }
int _PyMonitoring_FirePyUnwindEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_PY_UNWIND, c, o, true); }
int _PyMonitoring_FireExceptionHandledEvent(PyMonitoringState *s, PyObject *c, int32_t o) { return fire_exception(s, PY_MONITORING_EVENT_EXCEPTION_HANDLED, c, o, true); }

int
_PyMonitoring_FireCallEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *callable, PyObject *arg0)
{
    PyObject *args[] = { NULL, c, NULL, callable, arg0 };
    return fire(s, PY_MONITORING_EVENT_CALL, o, args, 4);
}

int
_PyMonitoring_FireLineEvent(PyMonitoringState *s, PyObject *c, int32_t o, int lineno)
{
    PyObject *line = PyLong_FromLong(lineno), *args[] = { NULL, c, line };
    int rc = line == NULL ? -1 : fire(s, PY_MONITORING_EVENT_LINE, o, args, 2);
    Py_XDECREF(line);
    return rc;
}

int
_PyMonitoring_FireStopIterationEvent(PyMonitoringState *s, PyObject *c, int32_t o, PyObject *value)
{
    err_set_stop_iteration(ts_current(), value);
    return fire_exception(s, PY_MONITORING_EVENT_STOP_ITERATION, c, o, false);
}
