/* vm/monitor_module.c: the object sys.monitoring. */
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/namespace.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "vm/instrument.h"
#include "vm/vm_state.h"

#define C_EVENTS ((1 << PY_MONITORING_EVENT_C_RETURN) | (1 << PY_MONITORING_EVENT_C_RAISE))
#define CALL_EVENTS (C_EVENTS | (1 << PY_MONITORING_EVENT_CALL))

static int
take_int(PyObject *v, int *out)
{
    *out = PyLong_AsInt(v);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static int
take_tool(PyObject *v, int *tool)
{
    if (take_int(v, tool) < 0)
        return -1;
    if (*tool >= 0 && *tool < MON_TOOLS_PUBLIC)
        return 0;
    PyErr_Format(PyExc_ValueError, "invalid tool %d (must be between 0 and 5)", *tool);
    return -1;
}

static int
check_in_use(PyThreadState *ts, int tool)
{
    if (ts->interp->vm->tool_names[tool] != NULL)
        return 0;
    PyErr_Format(PyExc_ValueError, "tool %d is not in use", tool);
    return -1;
}

static PyObject *
use_tool_id(PyObject *mod, PyObject *const *args, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    int tool;
    if (!args_count("use_tool_id", n, 2, 2) || take_tool(args[0], &tool) < 0)
        return NULL;
    if (!PyUnicode_Check(args[1])) {
        PyErr_SetString(PyExc_ValueError, "tool name must be a str");
        return NULL;
    }
    if (ts->interp->vm->tool_names[tool] != NULL)
        return PyErr_Format(PyExc_ValueError, "tool %d is already in use", tool);
    ts->interp->vm->tool_names[tool] = Py_NewRef(args[1]);
    Py_RETURN_NONE;
}

static PyObject *
free_tool_id(PyObject *mod, PyObject *arg)
{
    PyThreadState *ts = ts_current();
    int tool;
    if (take_tool(arg, &tool) < 0)
        return NULL;
    if (ts->interp->vm->tool_names[tool] != NULL && mon_set_events(ts, tool, 0) < 0)
        return NULL;
    Py_CLEAR(ts->interp->vm->tool_names[tool]);
    Py_RETURN_NONE;
}

static PyObject *
get_tool(PyObject *mod, PyObject *arg)
{
    int tool;
    if (take_tool(arg, &tool) < 0)
        return NULL;
    PyObject *name = ts_current()->interp->vm->tool_names[tool];
    return Py_NewRef(name == NULL ? Py_None : name);
}

static PyObject *
register_callback(PyObject *mod, PyObject *const *args, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    int tool, event;
    if (!args_count("register_callback", n, 3, 3) || take_tool(args[0], &tool) < 0 || take_int(args[1], &event) < 0)
        return NULL;
    if (event <= 0 || __builtin_popcount((unsigned)event) != 1) {
        PyErr_SetString(PyExc_ValueError, "The callback can only be set for one event at a time");
        return NULL;
    }
    int bit = __builtin_ctz((unsigned)event);
    if (bit >= MON_EVENTS)
        return PyErr_Format(PyExc_ValueError, "invalid event %d", event);
    if (rt_hooks.audit != NULL) {
        PyObject *t = PyTuple_Pack(1, args[2]);
        int rc = t == NULL ? -1 : rt_hooks.audit(ts, "sys.monitoring.register_callback", t);
        Py_XDECREF(t);
        if (rc < 0)
            return NULL;
    }
    PyObject *old = mon_register_callback(ts, tool, bit, args[2] == Py_None ? NULL : args[2]);
    return old != NULL ? old : Py_NewRef(Py_None);
}

static PyObject *
get_events(PyObject *mod, PyObject *arg)
{
    int tool;
    if (take_tool(arg, &tool) < 0)
        return NULL;
    return PyLong_FromUnsignedLong(mon_get_events(ts_current(), tool));
}

/* A set of events for a tool in use; C events only along with CALL, and taken out. */
static int
take_events(PyThreadState *ts, PyObject *v, int limit, const char *message, uint32_t *out)
{
    int events;
    if (take_int(v, &events) < 0)
        return -1;
    if (limit == MON_LOCAL) {
        if ((events & C_EVENTS) && (events & CALL_EVENTS) != CALL_EVENTS)
            goto alone;
        events &= ~C_EVENTS;
    }
    if (events < 0 || events >= 1 << limit) {
        char text[64];
        snprintf(text, sizeof(text), message, (unsigned)events);
        PyErr_SetString(PyExc_ValueError, text);
        return -1;
    }
    if ((events & C_EVENTS) && (events & CALL_EVENTS) != CALL_EVENTS)
        goto alone;
    *out = (uint32_t)events & ~(uint32_t)C_EVENTS;
    return 0;
alone:
    PyErr_SetString(PyExc_ValueError, "cannot set C_RETURN or C_RAISE events independently");
    return -1;
}

static PyObject *
set_events(PyObject *mod, PyObject *const *args, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    int tool;
    uint32_t events;
    if (!args_count("set_events", n, 2, 2) || take_tool(args[0], &tool) < 0)
        return NULL;
    if (take_events(ts, args[1], MON_EVENTS, "invalid event set 0x%x", &events) < 0 || check_in_use(ts, tool) < 0 || mon_set_events(ts, tool, events) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static int
take_code(PyObject *v)
{
    if (PyCode_Check(v))
        return 0;
    PyErr_SetString(PyExc_TypeError, "code must be a code object");
    return -1;
}

static PyObject *
get_local_events(PyObject *mod, PyObject *const *args, Py_ssize_t n)
{
    int tool;
    uint32_t events;
    if (!args_count("get_local_events", n, 2, 2) || take_tool(args[0], &tool) < 0 || take_code(args[1]) < 0)
        return NULL;
    mon_get_local_events((PyCodeObject *)args[1], tool, &events);
    return PyLong_FromUnsignedLong(events);
}

static PyObject *
set_local_events(PyObject *mod, PyObject *const *args, Py_ssize_t n)
{
    PyThreadState *ts = ts_current();
    int tool;
    uint32_t events;
    if (!args_count("set_local_events", n, 3, 3) || take_tool(args[0], &tool) < 0 || take_code(args[1]) < 0)
        return NULL;
    if (take_events(ts, args[2], MON_LOCAL, "invalid local event set 0x%x", &events) < 0 || check_in_use(ts, tool) < 0
        || mon_set_local_events(ts, (PyCodeObject *)args[1], tool, events) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
restart_events(PyObject *mod, PyObject *ignored)
{
    if (mon_restart(ts_current()) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
all_events(PyObject *mod, PyObject *ignored)
{
    PyObject *d = PyDict_New();
    for (int e = 0; d != NULL && e < MON_UNGROUPED; e++) {
        uint8_t tools = mon_global(ts_current())->tools[e];
        if (tools == 0)
            continue;
        PyObject *v = PyLong_FromLong(tools);
        if (v == NULL || PyDict_SetItemString(d, mon_event_names[e], v) < 0)
            Py_CLEAR(d);
        Py_XDECREF(v);
    }
    return d;
}

static PyMethodDef functions[] = {
    { "use_tool_id", _PyCFunction_CAST(use_tool_id), METH_FASTCALL, "use_tool_id($module, tool_id, name, /)\n--\n\nTake a tool number." },
    { "free_tool_id", free_tool_id, METH_O, "free_tool_id($module, tool_id, /)\n--\n\nGive a tool number back." },
    { "get_tool", get_tool, METH_O, "get_tool($module, tool_id, /)\n--\n\nName of the tool, or None." },
    { "register_callback", _PyCFunction_CAST(register_callback), METH_FASTCALL,
      "register_callback($module, tool_id, event, func, /)\n--\n\nSet the function for an event; the one before is the result." },
    { "get_events", get_events, METH_O, "get_events($module, tool_id, /)\n--\n\nEvents that the tool gets from all code." },
    { "set_events", _PyCFunction_CAST(set_events), METH_FASTCALL, "set_events($module, tool_id, event_set, /)\n--\n\nSet the events from all code." },
    { "get_local_events", _PyCFunction_CAST(get_local_events), METH_FASTCALL,
      "get_local_events($module, tool_id, code, /)\n--\n\nEvents that the tool gets from one code object." },
    { "set_local_events", _PyCFunction_CAST(set_local_events), METH_FASTCALL,
      "set_local_events($module, tool_id, code, event_set, /)\n--\n\nSet the events from one code object." },
    { "restart_events", restart_events, METH_NOARGS, "restart_events($module, /)\n--\n\nTurn on again what callbacks have disabled." },
    { "_all_events", all_events, METH_NOARGS, "_all_events($module, /)\n--\n\nEvents with the tools that get them from all code." },
    { NULL },
};

static struct PyModuleDef monitoring_def = { PyModuleDef_HEAD_INIT, "sys.monitoring", NULL, -1, functions };

static int
add_constants(PyObject *mod, PyObject *ns)
{
    static const struct { const char *name; int id; } ids[] = { { "DEBUGGER_ID", 0 }, { "COVERAGE_ID", 1 }, { "PROFILER_ID", 2 }, { "OPTIMIZER_ID", 5 } };
    for (int e = 0; e <= MON_EVENTS; e++) {
        PyObject *v = PyLong_FromLong(e < MON_EVENTS ? 1L << e : 0);
        int rc = v == NULL ? -1 : PyObject_SetAttrString(ns, e < MON_EVENTS ? mon_event_names[e] : "NO_EVENTS", v);
        Py_XDECREF(v);
        if (rc < 0)
            return -1;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ids); i++)
        if (PyModule_AddIntConstant(mod, ids[i].name, ids[i].id) < 0)
            return -1;
    return 0;
}

PyObject *
PyMonitoring_CreateModule(void)
{
    PyObject *mod = PyModule_Create2(&monitoring_def, PYTHON_API_VERSION), *ns = NULL;
    if (mod == NULL)
        return NULL;
    ns = _PyNamespace_New(NULL);
    if (ns == NULL || add_constants(mod, ns) < 0 || PyModule_AddObjectRef(mod, "events", ns) < 0
        || PyModule_AddObjectRef(mod, "DISABLE", mon_disable()) < 0 || PyModule_AddObjectRef(mod, "MISSING", mon_missing()) < 0)
        Py_CLEAR(mod);
    Py_XDECREF(ns);
    return mod;
}
