/* vm/instrument.h: rewriting code objects for events. Per code unit: tools of its event, tools of its line, tools of INSTRUCTION, and what
 * opcode stands below INSTRUMENTED_LINE and INSTRUMENTED_INSTRUCTION. From top to bottom: LINE, INSTRUCTION, the event's form, the base. */
#ifndef ADDER_VM_INSTRUMENT_H
#define ADDER_VM_INSTRUMENT_H

#include <Python.h>

#include "code/code.h"
#include "vm/monitor.h"

/* The monitoring part of co, made if need be; NULL with MemoryError. */
_PyCoMonitoringData *instrument_data(PyCodeObject *co);
/* Rewrite co for what is watched now. 0 or -1. mon_instrument() does it only when the versions differ. */
int instrument_code(PyThreadState *ts, PyCodeObject *co);
/* A tool answered DISABLE at code unit `at`. */
void instrument_disable(PyCodeObject *co, int at, int event, int tools);
void instrument_free(PyCodeObject *co);
/* Line of the code unit, -1 none. */
int instrument_line_at(PyCodeObject *co, int at);

extern const char *const mon_event_names[MON_EVENTS];
PyObject *mon_disable(void);
_Py_GlobalMonitors *mon_global(PyThreadState *ts);
uint32_t mon_get_events(PyThreadState *ts, int tool);
int mon_restart(PyThreadState *ts);
int mon_call_tool(PyThreadState *ts, int tool, int event, PyObject **args, size_t n);

#endif
