/* vm/tracing.h: sys.settrace and sys.setprofile, as tools of monitoring. */
#ifndef ADDER_VM_TRACING_H
#define ADDER_VM_TRACING_H

#include <Python.h>

#include "base/own.h"

/* Install (func NULL: remove) the C-level hook of one thread. 0 or -1. */
int trace_set(PyThreadState *ts, Py_tracefunc func, PyObject *arg);
int profile_set(PyThreadState *ts, Py_tracefunc func, PyObject *arg);
PyAPI_FUNC(int) _PyEval_SetProfile(PyThreadState *, Py_tracefunc, PyObject *);
PyAPI_FUNC(int) _PyEval_SetTrace(PyThreadState *, Py_tracefunc, PyObject *);
/* What sys.settrace()/setprofile() install for a Python callable: argument = the callable. */
int trace_trampoline(PyObject *callable, PyFrameObject *frame, int what, PyObject *arg);
int profile_trampoline(PyObject *callable, PyFrameObject *frame, int what, PyObject *arg);
/* f_trace_opcodes of a frame: instrument its code for opcode events. 0 or -1. */
int trace_set_opcodes(PyFrameObject *f, bool on);

#endif
