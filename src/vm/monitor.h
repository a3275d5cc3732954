/* vm/monitor.h: events. A code object that somebody watches is instrumented: its opcodes are replaced by INSTRUMENTED_ forms,
 * which fire events and then do what the original does. sys.settrace and setprofile are two of the tools. */
#ifndef ADDER_VM_MONITOR_H
#define ADDER_VM_MONITOR_H

#include <Python.h>

#include "vm/frame.h"

/* Tools by number; 0-5 are for sys.monitoring, the last two are ours. */
enum { MON_TOOLS_PUBLIC = 6, MON_SYS_PROFILE = 6, MON_SYS_TRACE = 7, MON_TOOLS = 8 };
enum { MON_EVENTS = _PY_MONITORING_EVENTS, MON_UNGROUPED = _PY_MONITORING_UNGROUPED_EVENTS, MON_LOCAL = _PY_MONITORING_LOCAL_EVENTS };

/* Bring the instrumentation of co up to date with what is watched. 0 or -1. */
int mon_instrument(PyThreadState *ts, PyCodeObject *co);

/* Events that need no instrumented opcode. They keep the current exception, or replace it when a callback raises. */
void mon_raise(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
void mon_reraise(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
void mon_stop_iteration(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
/* The same for a generator that returned `value` without an exception object: 0 or -1. */
int mon_generator_end(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *value);
void mon_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
void mon_throw(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
int mon_handled(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *exc);   /* -1: a callback raised */

/* Does any tool want to hear of exceptions that are raised, travel or are handled? */
bool mon_sees_exceptions(PyThreadState *ts);

/* Instrumented opcodes: fire `event` at instr for the tools of the code object. 0 or -1. */
int mon_call(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
int mon_call_arg(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *arg);
int mon_call_2args(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *a, PyObject *b);
void mon_call_exc2(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject *a, PyObject *b);
/* JUMP and BRANCH; the target is given as argument. Returns where to go on (the trace function may have jumped), NULL on failure. */
_Py_CODEUNIT *mon_jump(PyThreadState *ts, int event, _PyInterpreterFrame *f, _Py_CODEUNIT *src, _Py_CODEUNIT *dest);
/* INSTRUMENTED_LINE, _INSTRUCTION: fire, and answer the opcode to run; -1 on failure. `prev`: the instruction before. */
int mon_line(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, _Py_CODEUNIT *prev);
int mon_instruction(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr);
/* Original opcode at i under an INSTRUMENTED_LINE. */
int mon_line_original(PyCodeObject *co, int i);

PyObject *mon_missing(void);                     /* sys.monitoring.MISSING, borrowed */
OWNED PyObject *PyMonitoring_CreateModule(void);       /* the object sys.monitoring, for whoever makes sys */
int mon_init(PyInterpreterState *interp);
void mon_fini(PyInterpreterState *interp);
/* Global events of a tool. 0 or -1. */
int mon_set_events(PyThreadState *ts, int tool, uint32_t events);
int mon_set_local_events(PyThreadState *ts, PyCodeObject *co, int tool, uint32_t events);
int mon_get_local_events(PyCodeObject *co, int tool, uint32_t *events);
PyObject *mon_register_callback(PyThreadState *ts, int tool, int event, PyObject *func);

#endif
