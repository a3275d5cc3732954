/* gc/gc.h: the cycle collector. Reference counting frees most objects; this finds those that only hold each other.
 * Collections happen at safepoints (the VM calls gc_run() when it sees EB_GC) or on request. */
#ifndef ADDER_GC_GC_H
#define ADDER_GC_GC_H

#include <Python.h>

#include "base/own.h"
#include "rt/thread.h"

#define GC_GENERATIONS 3

enum gc_reason { GC_REASON_HEAP, GC_REASON_SHUTDOWN, GC_REASON_MANUAL };

/* gc.set_debug() flags. */
enum { GC_DEBUG_STATS = 1, GC_DEBUG_COLLECTABLE = 2, GC_DEBUG_UNCOLLECTABLE = 4, GC_DEBUG_SAVEALL = 32, GC_DEBUG_LEAK = 38 };

/* Makes gc.garbage and gc.callbacks; fills the collect hook. 0 or -1 with an exception. */
int gc_init(PyInterpreterState *interp);
void gc_fini(PyInterpreterState *interp);
/* What EB_GC asks for: a collection of the generation that is due, if one is. Never raises. */
void gc_run(PyThreadState *ts);
/* Collects a generation (and the younger ones); the number of unreachable objects found. Never raises. */
Py_ssize_t gc_collect(PyThreadState *ts, int generation, enum gc_reason reason);
/* The last collections of an interpreter, without callbacks. */
Py_ssize_t gc_collect_at_exit(PyThreadState *ts);
/* `holds` is true of all tracked objects; it must not run Python code, nor make or free objects. */
bool gc_all(PyThreadState *ts, bool (*holds)(PyObject *op));
/* At exit: warns about gc.garbage (ResourceWarning) as sys.flags ask for. */
void gc_report_garbage(PyInterpreterState *interp);

/* The exported names of the same. */
PyAPI_FUNC(void) _Py_RunGC(PyThreadState *ts);
PyAPI_FUNC(Py_ssize_t) _PyGC_CollectNoFail(PyThreadState *ts);

#endif
