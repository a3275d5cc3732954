/* vm/trace_legacy.h: events as sys.settrace() and sys.setprofile() see them. */
#ifndef ADDER_VM_TRACE_LEGACY_H
#define ADDER_VM_TRACE_LEGACY_H

#include "vm/frame.h"

/* Event for MON_SYS_TRACE or MON_SYS_PROFILE with its extra arguments: 0, 1 (never again here), -1. */
int legacy_event(PyThreadState *ts, int tool, int event, _PyInterpreterFrame *f, PyObject **extra, int n);
int legacy_line(PyThreadState *ts, _PyInterpreterFrame *f, int line);

#endif
