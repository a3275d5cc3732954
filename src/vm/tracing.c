/* vm/tracing.c: sys.settrace() and sys.setprofile() on top of the event machinery.
 *
 * Each is a tool of its own (MON_SYS_TRACE, MON_SYS_PROFILE) that is on while some thread has a hook; its events call the hook of the
 * running thread, if any, with the old numbering (PyTrace_CALL ...). */
#include "vm/tracing.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/eval.h"
#include "vm/instrument.h"
#include "vm/trace_legacy.h"

#define EVENT(name) (1u << PY_MONITORING_EVENT_##name)

/* ---- calling hooks ---- */

/* Call a C-level hook with tracing off. The current exception is kept unless the hook raises. 0 or -1. */
static int
call_hook(PyThreadState *ts, Py_tracefunc func, PyObject *self, _PyInterpreterFrame *f, int event, int what, PyObject *arg)
{
    PyFrameObject *frame = frame_object(f);
    if (frame == NULL)
        return -1;
    int old = ts->what_event;
    Py_INCREF(frame);
    ts->what_event = event;
    ts->tracing++;
    int rc = func(self, frame, what, arg);
    ts->tracing--;
    ts->what_event = old;
    Py_DECREF(frame);
    return rc < 0 ? -1 : rc;
}

static int
call_trace(PyThreadState *ts, _PyInterpreterFrame *f, int event, int what, PyObject *arg)
{
    if (ts->c_tracefunc == NULL)
        return 0;
    return call_hook(ts, ts->c_tracefunc, ts->c_traceobj, f, event, what, arg);
}

static int
call_profile(PyThreadState *ts, _PyInterpreterFrame *f, int event, int what, PyObject *arg)
{
    if (ts->c_profilefunc == NULL)
        return 0;
    return call_hook(ts, ts->c_profilefunc, ts->c_profileobj, f, event, what, arg);
}

/* The trace function sees exceptions as (type, value, traceback). */
static int
trace_exception(PyThreadState *ts, _PyInterpreterFrame *f, int event, PyObject *exc)
{
    PyObject *tb = PyException_GetTraceback(exc);
    PyObject *triple = PyTuple_Pack(3, Py_TYPE(exc), exc, tb != NULL ? tb : Py_None);
    Py_XDECREF(tb);
    if (triple == NULL)
        return -1;
    int rc = call_trace(ts, f, event, PyTrace_EXCEPTION, triple);
    Py_DECREF(triple);
    return rc;
}

int
legacy_line(PyThreadState *ts, _PyInterpreterFrame *f, int line)
{
    if (ts->c_tracefunc == NULL)
        return 0;
    PyFrameObject *frame = frame_object(f);
    if (frame == NULL)
        return -1;
    return frame->f_trace_lines ? call_trace(ts, f, PY_MONITORING_EVENT_LINE, PyTrace_LINE, Py_None) : 0;
}

/* A jump back to the line it starts on is a new visit of that line; other jumps are seen by INSTRUMENTED_LINE. */
static int
trace_jump(PyThreadState *ts, _PyInterpreterFrame *f, PyObject *from_offset, PyObject *to_offset)
{
    long from = PyLong_AsLong(from_offset), to = PyLong_AsLong(to_offset);
    if (to >= from)
        return 0;
    PyCodeObject *co = frame_code(f);
    int line = instrument_line_at(co, (int)(to / (long)sizeof(_Py_CODEUNIT)));
    if (line < 0 || line != instrument_line_at(co, (int)(from / (long)sizeof(_Py_CODEUNIT))))
        return 0;
    return legacy_line(ts, f, line);
}

static int
trace_instruction(PyThreadState *ts, _PyInterpreterFrame *f)
{
    PyFrameObject *frame = frame_object(f);
    if (frame == NULL)
        return -1;
    return frame->f_trace_opcodes ? call_trace(ts, f, PY_MONITORING_EVENT_INSTRUCTION, PyTrace_OPCODE, Py_None) : 0;
}

static int
trace_event(PyThreadState *ts, int event, _PyInterpreterFrame *f, PyObject **extra, int n)
{
    PyObject *arg = n > 0 ? extra[0] : Py_None;
    switch (event) {
    case PY_MONITORING_EVENT_PY_START: case PY_MONITORING_EVENT_PY_RESUME:
        return call_trace(ts, f, event, PyTrace_CALL, Py_None);
    case PY_MONITORING_EVENT_PY_THROW:
        return call_trace(ts, f, event, PyTrace_CALL, Py_None);
    case PY_MONITORING_EVENT_PY_RETURN: case PY_MONITORING_EVENT_PY_YIELD:
        return call_trace(ts, f, event, PyTrace_RETURN, arg);
    case PY_MONITORING_EVENT_PY_UNWIND:
        return call_trace(ts, f, event, PyTrace_RETURN, Py_None);
    case PY_MONITORING_EVENT_RAISE: case PY_MONITORING_EVENT_STOP_ITERATION:
        return trace_exception(ts, f, event, arg);
    case PY_MONITORING_EVENT_JUMP:
        return trace_jump(ts, f, extra[-1], arg);
    case PY_MONITORING_EVENT_INSTRUCTION:
        return trace_instruction(ts, f);
    default:
        return 0;
    }
}

/* What a profiler sees of a call: C functions only; a method descriptor as the bound builtin. */
static int
profile_c_call(PyThreadState *ts, int event, _PyInterpreterFrame *f, PyObject *callable, PyObject *self)
{
    int what = event == PY_MONITORING_EVENT_CALL ? PyTrace_C_CALL : event == PY_MONITORING_EVENT_C_RETURN ? PyTrace_C_RETURN : PyTrace_C_EXCEPTION;
    if (PyMethod_Check(callable) && PyCFunction_Check(PyMethod_GET_FUNCTION(callable)))
        callable = PyMethod_GET_FUNCTION(callable);
    if (PyCFunction_Check(callable))
        return call_profile(ts, f, event, what, callable);
    if (Py_TYPE(callable) != &PyMethodDescr_Type || self == mon_missing())
        return 0;
    PyObject *bound = Py_TYPE(callable)->tp_descr_get(callable, self, (PyObject *)Py_TYPE(self));
    if (bound == NULL)
        return -1;
    int rc = call_profile(ts, f, event, what, bound);
    Py_DECREF(bound);
    return rc;
}

static int
profile_event(PyThreadState *ts, int event, _PyInterpreterFrame *f, PyObject **extra, int n)
{
    switch (event) {
    case PY_MONITORING_EVENT_PY_START: case PY_MONITORING_EVENT_PY_RESUME: case PY_MONITORING_EVENT_PY_THROW:
        return call_profile(ts, f, event, PyTrace_CALL, Py_None);
    case PY_MONITORING_EVENT_PY_RETURN: case PY_MONITORING_EVENT_PY_YIELD:
        return call_profile(ts, f, event, PyTrace_RETURN, n > 0 ? extra[0] : Py_None);
    case PY_MONITORING_EVENT_PY_UNWIND:
        return call_profile(ts, f, event, PyTrace_RETURN, Py_None);
    case PY_MONITORING_EVENT_CALL: case PY_MONITORING_EVENT_C_RETURN: case PY_MONITORING_EVENT_C_RAISE:
        return n > 1 && ts->c_profilefunc != NULL ? profile_c_call(ts, event, f, extra[0], extra[1]) : 0;
    default:
        return 0;
    }
}

int
legacy_event(PyThreadState *ts, int tool, int event, _PyInterpreterFrame *f, PyObject **extra, int n)
{
    int rc = tool == MON_SYS_TRACE ? trace_event(ts, event, f, extra, n) : profile_event(ts, event, f, extra, n);
    return rc < 0 ? -1 : 0;
}

/* ---- installing ---- */

static uint32_t
trace_events(PyInterpreterState *interp)
{
    if (interp->sys_tracing_threads == 0)
        return 0;
    return EVENT(PY_START) | EVENT(PY_RESUME) | EVENT(PY_RETURN) | EVENT(PY_YIELD) | EVENT(RAISE) | EVENT(LINE) | EVENT(JUMP)
         | EVENT(PY_UNWIND) | EVENT(PY_THROW) | EVENT(STOP_ITERATION);
}

static uint32_t
profile_events(PyInterpreterState *interp)
{
    if (interp->sys_profiling_threads == 0)
        return 0;
    return EVENT(PY_START) | EVENT(PY_RESUME) | EVENT(PY_RETURN) | EVENT(PY_YIELD) | EVENT(CALL) | EVENT(PY_UNWIND) | EVENT(PY_THROW);
}

static int
audit(PyThreadState *ts, const char *event)
{
    return rt_hooks.audit == NULL ? 0 : rt_hooks.audit(ts, event, NULL);
}

int
_PyEval_SetTrace(PyThreadState *ts, Py_tracefunc func, PyObject *arg)
{
    PyThreadState *self = ts_current();
    if (audit(self, "sys.settrace") < 0)
        return -1;
    PyInterpreterState *interp = ts->interp;
    PyObject *old = ts->c_traceobj;
    interp->sys_tracing_threads += (func != NULL) - (ts->c_tracefunc != NULL);
    ts->c_tracefunc = func;
    ts->c_traceobj = Py_XNewRef(arg);
    Py_XDECREF(old);
    _PyInterpreterFrame *f = frame_current(ts);
    if (func != NULL && f != NULL && f->frame_obj != NULL && f->frame_obj->f_trace_opcodes && trace_set_opcodes(f->frame_obj, true) < 0)
        return -1;
    return mon_set_events(self, MON_SYS_TRACE, trace_events(interp));
}

int
_PyEval_SetProfile(PyThreadState *ts, Py_tracefunc func, PyObject *arg)
{
    PyThreadState *self = ts_current();
    if (audit(self, "sys.setprofile") < 0)
        return -1;
    PyInterpreterState *interp = ts->interp;
    PyObject *old = ts->c_profileobj;
    interp->sys_profiling_threads += (func != NULL) - (ts->c_profilefunc != NULL);
    ts->c_profilefunc = func;
    ts->c_profileobj = Py_XNewRef(arg);
    Py_XDECREF(old);
    return mon_set_events(self, MON_SYS_PROFILE, profile_events(interp));
}

int trace_set(PyThreadState *ts, Py_tracefunc func, PyObject *arg) { return _PyEval_SetTrace(ts, func, arg); }
int profile_set(PyThreadState *ts, Py_tracefunc func, PyObject *arg) { return _PyEval_SetProfile(ts, func, arg); }

void
PyEval_SetTrace(Py_tracefunc func, PyObject *arg)
{
    if (_PyEval_SetTrace(ts_current(), func, arg) < 0)
        PyErr_FormatUnraisable("Exception ignored in PyEval_SetTrace");
}

void
PyEval_SetProfile(Py_tracefunc func, PyObject *arg)
{
    if (_PyEval_SetProfile(ts_current(), func, arg) < 0)
        PyErr_FormatUnraisable("Exception ignored in PyEval_SetProfile");
}

void
PyEval_SetTraceAllThreads(Py_tracefunc func, PyObject *arg)
{
    for (PyThreadState *t = interp_current()->threads.head; t != NULL; t = t->next)
        if (_PyEval_SetTrace(t, func, arg) < 0)
            PyErr_FormatUnraisable("Exception ignored in PyEval_SetTraceAllThreads");
}

void
PyEval_SetProfileAllThreads(Py_tracefunc func, PyObject *arg)
{
    for (PyThreadState *t = interp_current()->threads.head; t != NULL; t = t->next)
        if (_PyEval_SetProfile(t, func, arg) < 0)
            PyErr_FormatUnraisable("Exception ignored in PyEval_SetProfileAllThreads");
}

int
trace_set_opcodes(PyFrameObject *f, bool on)
{
    PyThreadState *ts = ts_current();
    PyCodeObject *co = frame_code(f->f_frame);
    uint32_t events;
    mon_get_local_events(co, MON_SYS_TRACE, &events);
    if (on)
        events |= EVENT(INSTRUCTION);
    else if (events & EVENT(INSTRUCTION))
        events &= ~EVENT(INSTRUCTION);
    else
        return 0;
    return mon_set_local_events(ts, co, MON_SYS_TRACE, events);
}

/* ---- Python-level hooks ---- */

static PyObject *
what_name(int what)
{
    static const char *const names[] = { "call", "exception", "line", "return", "c_call", "c_exception", "c_return", "opcode" };
    static PyObject *interned[Py_ARRAY_LENGTH(names)];
    if (interned[what] == NULL)
        interned[what] = PyUnicode_InternFromString(names[what]);
    return interned[what];
}

static PyObject *
call_python(PyThreadState *ts, PyObject *callback, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *name = what_name(what), *args[] = { (PyObject *)frame, name, arg == NULL ? Py_None : arg };
    return name == NULL ? NULL : call_vector(ts, callback, args, 3, NULL);
}

int
profile_trampoline(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyThreadState *ts = ts_current();
    PyObject *res = call_python(ts, self, frame, what, arg);
    if (res == NULL)
        _PyEval_SetProfile(ts, NULL, NULL);
    Py_XDECREF(res);
    return res == NULL ? -1 : 0;
}

int
trace_trampoline(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *callback = what == PyTrace_CALL ? self : frame->f_trace;
    if (callback == NULL)
        return 0;
    PyThreadState *ts = ts_current();
    Py_INCREF(callback);
    PyObject *res = call_python(ts, callback, frame, what, arg);
    Py_DECREF(callback);
    if (res == NULL) {
        _PyEval_SetTrace(ts, NULL, NULL);
        Py_CLEAR(frame->f_trace);
        return -1;
    }
    if (res != Py_None)
        Py_XSETREF(frame->f_trace, res);
    else
        Py_DECREF(res);
    return 0;
}
