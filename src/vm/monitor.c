/* vm/monitor.c: which tools watch what, and firing events to them.
 *
 * Two levels: events of the interpreter (all code) and local events of a code object. A version number in every thread's eval breaker
 * changes with either; RESUME compares it with the code's and calls mon_instrument() (instrument.c) on a difference. */
#include "vm/monitor.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "rt/interp.h"
#include "vm/instrument.h"
#include "vm/trace_legacy.h"
#include "vm/deps.h"
#include "vm/vm_state.h"

static PyObject *disable_object, *missing_object;      /* immortal */

const char *const mon_event_names[MON_EVENTS] = {
    [PY_MONITORING_EVENT_PY_START] = "PY_START", [PY_MONITORING_EVENT_PY_RESUME] = "PY_RESUME", [PY_MONITORING_EVENT_PY_RETURN] = "PY_RETURN",
    [PY_MONITORING_EVENT_PY_YIELD] = "PY_YIELD", [PY_MONITORING_EVENT_CALL] = "CALL", [PY_MONITORING_EVENT_LINE] = "LINE",
    [PY_MONITORING_EVENT_INSTRUCTION] = "INSTRUCTION", [PY_MONITORING_EVENT_JUMP] = "JUMP", [PY_MONITORING_EVENT_BRANCH] = "BRANCH",
    [PY_MONITORING_EVENT_STOP_ITERATION] = "STOP_ITERATION", [PY_MONITORING_EVENT_RAISE] = "RAISE",
    [PY_MONITORING_EVENT_EXCEPTION_HANDLED] = "EXCEPTION_HANDLED", [PY_MONITORING_EVENT_PY_UNWIND] = "PY_UNWIND",
    [PY_MONITORING_EVENT_PY_THROW] = "PY_THROW", [PY_MONITORING_EVENT_RERAISE] = "RERAISE", [PY_MONITORING_EVENT_C_RETURN] = "C_RETURN",
    [PY_MONITORING_EVENT_C_RAISE] = "C_RAISE",
};

PyObject *mon_missing(void) { return missing_object; }
PyObject *mon_disable(void) { return disable_object; }
_Py_GlobalMonitors *mon_global(PyThreadState *ts) { return &ts->interp->vm->monitors; }

/* ---- firing ---- */

static uint8_t
tools_for(PyThreadState *ts, PyCodeObject *co, int at, int event)
{
    if (event >= MON_UNGROUPED)
        event = PY_MONITORING_EVENT_CALL;              /* C_RETURN, C_RAISE go with it */
    if (event >= MON_LOCAL)
        return ts->interp->vm->monitors.tools[event];
    if (co->_co_monitoring == NULL)
        return 0;
    return co->_co_monitoring->tools != NULL ? co->_co_monitoring->tools[at] & co->_co_monitoring->active_monitors.tools[event]
                                             : co->_co_monitoring->active_monitors.tools[event];
}

static int
highest(unsigned tools)
{
    return 31 - __builtin_clz(tools);
}

/* Call the tool's function: 0, 1 (it answered DISABLE), -1. args[-1] is free. */
int
mon_call_tool(PyThreadState *ts, int tool, int event, PyObject **args, size_t n)
{
    PyObject *fn = ts->interp->vm->callables[tool][event];
    if (fn == NULL)
        return 0;
    int what = ts->what_event;
    Py_INCREF(fn);
    ts->what_event = event;
    ts->tracing++;
    PyObject *res = call_vector(ts, fn, args, n | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    ts->tracing--;
    ts->what_event = what;
    Py_DECREF(fn);
    Py_XDECREF(res);
    return res == NULL ? -1 : res == disable_object;
}

static int
refuse_disable(PyThreadState *ts, int tool, int event)
{
    err_format(ts, PyExc_ValueError, "Cannot disable %s events. Callback removed.", mon_event_names[event]);
    Py_CLEAR(ts->interp->vm->callables[tool][event]);
    return -1;
}

/* args: NULL, code, offset (filled in here), up to two more. */
static int
fire(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **args, size_t n)
{
    if (ts->tracing)
        return 0;
    PyCodeObject *co = frame_code(f);
    int at = (int)(instr - _PyCode_CODE(co)), rc = 0;
    uint8_t tools = tools_for(ts, co, at, event);
    if (tools == 0)
        return 0;
    args[1] = (PyObject *)co;
    args[2] = PyLong_FromLong(at * (long)sizeof(_Py_CODEUNIT));
    if (args[2] == NULL)
        return -1;
    Py_INCREF(co);
    while (tools != 0 && rc >= 0) {
        int tool = highest(tools);
        tools ^= (uint8_t)(1 << tool);
        if (tool >= MON_SYS_PROFILE)
            rc = legacy_event(ts, tool, event, f, args + 3, n > 2 ? (int)n - 2 : 0);
        else
            rc = mon_call_tool(ts, tool, event, args + 1, n);
        if (rc > 0)
            rc = event >= MON_LOCAL && event < MON_UNGROUPED ? refuse_disable(ts, tool, event)
               : (instrument_disable(co, at, event >= MON_UNGROUPED ? PY_MONITORING_EVENT_CALL : event, 1 << tool), 0);
    }
    Py_DECREF(args[2]);
    Py_DECREF(co);
    return rc;
}

int
mon_call(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    PyObject *args[3] = { NULL };
    return fire(ts, event, f, instr, args, 2);
}

int
mon_call_arg(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *arg)
{
    PyObject *args[4] = { NULL, NULL, NULL, arg };
    return fire(ts, event, f, instr, args, 3);
}

int
mon_call_2args(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *a, PyObject *b)
{
    PyObject *args[5] = { NULL, NULL, NULL, a, b };
    return fire(ts, event, f, instr, args, 4);
}

void
mon_call_exc2(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *a, PyObject *b)
{
    PyObject *exc = err_get_raised(ts);
    if (mon_call_2args(ts, event, f, instr, a, b) < 0)
        Py_XDECREF(exc);
    else
        err_set_raised(ts, exc);
}

_Py_CODEUNIT *
mon_jump(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *src, _Py_CODEUNIT *dest)
{
    PyObject *to = PyLong_FromLong((long)(dest - _PyCode_CODE(frame_code(f))) * (long)sizeof(_Py_CODEUNIT));
    if (to == NULL)
        return NULL;
    PyObject *args[4] = { NULL, NULL, NULL, to };
    int rc = fire(ts, event, f, src, args, 3);
    Py_DECREF(to);
    if (rc < 0)
        return NULL;
    return f->instr_ptr != src ? f->instr_ptr : dest;          /* a callback may have moved the frame */
}

/* ---- exceptions ---- */

static void
fire_exception(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    PyObject *exc = err_get_raised(ts);
    if (mon_call_arg(ts, event, f, instr, exc) < 0)
        Py_XDECREF(exc);
    else
        err_set_raised(ts, exc);
}

static bool
watched(PyThreadState *ts, int event)
{
    return UNLIKELY(ts->interp->vm->monitors.tools[event] != 0);
}

bool
mon_sees_exceptions(PyThreadState *ts)
{
    return watched(ts, PY_MONITORING_EVENT_RAISE) || watched(ts, PY_MONITORING_EVENT_RERAISE) || watched(ts, PY_MONITORING_EVENT_EXCEPTION_HANDLED)
        || watched(ts, PY_MONITORING_EVENT_PY_UNWIND);
}

void
mon_raise(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (watched(ts, PY_MONITORING_EVENT_RAISE) && !(frame_code(f)->co_flags & CO_NO_MONITORING_EVENTS))
        fire_exception(ts, PY_MONITORING_EVENT_RAISE, f, instr);
}

void
mon_reraise(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (watched(ts, PY_MONITORING_EVENT_RERAISE))
        fire_exception(ts, PY_MONITORING_EVENT_RERAISE, f, instr);
}

void
mon_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (watched(ts, PY_MONITORING_EVENT_PY_UNWIND) && !(frame_code(f)->co_flags & CO_NO_MONITORING_EVENTS))
        fire_exception(ts, PY_MONITORING_EVENT_PY_UNWIND, f, instr);
}

void
mon_throw(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (watched(ts, PY_MONITORING_EVENT_PY_THROW))
        fire_exception(ts, PY_MONITORING_EVENT_PY_THROW, f, instr);
}

int
mon_handled(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *exc)
{
    return watched(ts, PY_MONITORING_EVENT_EXCEPTION_HANDLED) ? mon_call_arg(ts, PY_MONITORING_EVENT_EXCEPTION_HANDLED, f, instr, exc) : 0;
}

static bool
stop_iteration_watched(_PyInterpreterFrame *f)
{
    _PyCoMonitoringData *m = frame_code(f)->_co_monitoring;
    return m != NULL && m->active_monitors.tools[PY_MONITORING_EVENT_STOP_ITERATION] != 0;
}

/* Not tied to an instrumented opcode: the tools of the event, whatever the instruction has. */
static int
fire_stop_iteration(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    _PyCoMonitoringData *m = frame_code(f)->_co_monitoring;
    int at = (int)(instr - _PyCode_CODE(frame_code(f)));
    uint8_t saved = m->tools != NULL ? m->tools[at] : 0;
    if (m->tools != NULL)
        m->tools[at] |= m->active_monitors.tools[PY_MONITORING_EVENT_STOP_ITERATION];
    fire_exception(ts, PY_MONITORING_EVENT_STOP_ITERATION, f, instr);
    m = frame_code(f)->_co_monitoring;
    if (m->tools != NULL)
        m->tools[at] = saved;
    return 0;
}

void
mon_stop_iteration(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    if (stop_iteration_watched(f))
        fire_stop_iteration(ts, f, instr);
}

int
mon_generator_end(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *value)
{
    if (!stop_iteration_watched(f))
        return 0;
    err_set_stop_iteration(ts, value);
    PyObject *exc = err_get_raised(ts);
    int rc = mon_call_arg(ts, PY_MONITORING_EVENT_STOP_ITERATION, f, instr, exc);
    Py_XDECREF(exc);
    return rc;
}

/* ---- lines and instructions ---- */

int
mon_line(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, _Py_CODEUNIT *prev)
{
    PyCodeObject *co = frame_code(f);
    int at = (int)(instr - _PyCode_CODE(co)), line = instrument_line_at(co, at);
    if (prev >= _PyCode_CODE(co) && prev < _PyCode_CODE(co) + co->_co_firsttraceable)
        prev = _PyCode_CODE(co) + co->_co_firsttraceable;    /* behind what copies a closure or makes cells comes RESUME, which leaves no mark */
    int before = (int)(prev - _PyCode_CODE(co));
    /* Told of already; but RESUME is no visit of a line: as in CPython not while it is RESUME_CHECK, as what has run once is without a tool for it. */
    if (before >= 0 && before < Py_SIZE(co) && instrument_line_at(co, before) == line && prev->op.code != RESUME && prev->op.code != INSTRUMENTED_RESUME)
        return mon_line_original(co, at);
    uint8_t tools = co->_co_monitoring->line_tools[at];
    if (tools & (1 << MON_SYS_TRACE)) {
        tools &= (uint8_t)~(1 << MON_SYS_TRACE);
        if (legacy_line(ts, f, line) < 0)
            return -1;
    }
    if (tools != 0) {
        PyObject *args[3] = { NULL, (PyObject *)co, PyLong_FromLong(line) };
        int rc = args[2] == NULL ? -1 : 0;
        while (tools != 0 && rc >= 0) {
            int tool = highest(tools);
            tools ^= (uint8_t)(1 << tool);
            rc = mon_call_tool(ts, tool, PY_MONITORING_EVENT_LINE, args + 1, 2);
            if (rc > 0)
                instrument_disable(co, at, PY_MONITORING_EVENT_LINE, 1 << tool);
        }
        Py_XDECREF(args[2]);
        if (rc < 0)
            return -1;
    }
    return f->instr_ptr != instr ? 0 : mon_line_original(co, at);
}

int
mon_instruction(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr)
{
    PyCodeObject *co = frame_code(f);
    int at = (int)(instr - _PyCode_CODE(co)), run = co->_co_monitoring->per_instruction_opcodes[at];
    uint8_t tools = ts->tracing ? 0 : co->_co_monitoring->per_instruction_tools[at];
    if (tools == 0)
        return run;
    PyObject *args[3] = { NULL, (PyObject *)co, PyLong_FromLong(at * (long)sizeof(_Py_CODEUNIT)) };
    int rc = args[2] == NULL ? -1 : 0;
    while (tools != 0 && rc >= 0) {
        int tool = highest(tools);
        tools ^= (uint8_t)(1 << tool);
        rc = tool >= MON_SYS_PROFILE ? legacy_event(ts, tool, PY_MONITORING_EVENT_INSTRUCTION, f, NULL, 0)
                                     : mon_call_tool(ts, tool, PY_MONITORING_EVENT_INSTRUCTION, args + 1, 2);
        if (rc > 0)
            instrument_disable(co, at, PY_MONITORING_EVENT_INSTRUCTION, 1 << tool);
    }
    Py_XDECREF(args[2]);
    return rc < 0 ? -1 : run;
}

/* ---- what is watched ---- */

/* A new version for all threads; code that runs now is brought up to date at once, a frame before its RESUME by that. 0 or -1. */
static int
publish(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    uintptr_t version = (uintptr_t)++interp->vm->version << 8;
    interp->ceval.instrumentation_version = version;
    dep_break(ts, interp, DEP_BIT(DEP_MONITORING), NULL);
    for (PyThreadState *t = interp->threads.head; t != NULL; t = t->next) {
        uintptr_t old = __atomic_load_n(&t->eval_breaker, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(&t->eval_breaker, &old, (old & EB_EVENTS) | version, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            continue;
    }
    for (PyThreadState *t = interp->threads.head; t != NULL; t = t->next)
        for (_PyInterpreterFrame *f = frame_current(t); f != NULL; f = frame_walk(f->previous))
            if (mon_instrument(ts, frame_code(f)) < 0)
                return -1;
    return 0;
}

int
mon_set_events(PyThreadState *ts, int tool, uint32_t events)
{
    _Py_GlobalMonitors *m = &ts->interp->vm->monitors;
    uint32_t had = 0;
    for (int e = 0; e < MON_UNGROUPED; e++)
        had |= (uint32_t)((m->tools[e] >> tool) & 1) << e;
    if (had == events)
        return 0;
    for (int e = 0; e < MON_UNGROUPED; e++)
        m->tools[e] = (uint8_t)((m->tools[e] & ~(1 << tool)) | (((events >> e) & 1) << tool));
    return publish(ts);
}

uint32_t
mon_get_events(PyThreadState *ts, int tool)
{
    uint32_t events = 0;
    for (int e = 0; e < MON_UNGROUPED; e++)
        events |= (uint32_t)((ts->interp->vm->monitors.tools[e] >> tool) & 1) << e;
    return events;
}

int
mon_set_local_events(PyThreadState *ts, PyCodeObject *co, int tool, uint32_t events)
{
    if (co->_co_firsttraceable >= Py_SIZE(co)) {
        err_format(ts, PyExc_SystemError, "cannot instrument shim code object '%U'", co->co_name);
        return -1;
    }
    _PyCoMonitoringData *m = instrument_data(co);
    if (m == NULL)
        return -1;
    for (int e = 0; e < MON_LOCAL; e++)
        m->local_monitors.tools[e] = (uint8_t)((m->local_monitors.tools[e] & ~(1 << tool)) | (((events >> e) & 1) << tool));
    return instrument_code(ts, co);
}

int
mon_get_local_events(PyCodeObject *co, int tool, uint32_t *events)
{
    *events = 0;
    for (int e = 0; co->_co_monitoring != NULL && e < MON_LOCAL; e++)
        *events |= (uint32_t)((co->_co_monitoring->local_monitors.tools[e] >> tool) & 1) << e;
    return 0;
}

int
mon_restart(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    interp->last_restart_version = (uintptr_t)++interp->vm->version << 8;
    return publish(ts);
}

PyObject *
mon_register_callback(PyThreadState *ts, int tool, int event, PyObject *func)
{
    PyObject **slot = &ts->interp->vm->callables[tool][event], *old = *slot;
    *slot = Py_XNewRef(func);
    return old;
}

/* ---- start and end ---- */

static PyObject *
plain_object(void)
{
    PyObject *o = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    if (o != NULL)
        Py_SET_REFCNT(o, _Py_IMMORTAL_REFCNT);
    return o;
}

int
mon_init(PyInterpreterState *interp)
{
    code_free_monitoring = instrument_free;
    if (disable_object == NULL)
        disable_object = plain_object();
    if (missing_object == NULL)
        missing_object = plain_object();
    return disable_object != NULL && missing_object != NULL ? 0 : -1;
}

void
mon_fini(PyInterpreterState *interp)
{
    for (int t = 0; t < MON_TOOLS; t++) {
        Py_CLEAR(interp->vm->tool_names[t]);
        for (int e = 0; e < MON_EVENTS; e++)
            Py_CLEAR(interp->vm->callables[t][e]);
    }
}
