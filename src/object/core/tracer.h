/* object/core/tracer.h: who wants to know when somebody begins to be told of each object that is made and that dies, or ends (PyRefTracer_SetTracer()).
 * A pointer of its own and not one of rt/hooks.h: nobody but the compiler needs it. */
#ifndef ADDER_OBJECT_CORE_TRACER_H
#define ADDER_OBJECT_CORE_TRACER_H

#include <Python.h>

/* NULL: nobody. */
extern void (*object_tracing_changed)(PyThreadState *ts, bool on);

#endif
