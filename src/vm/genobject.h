/* vm/genobject.h: generators, coroutines, asynchronous generators.
 *
 * The frame lives inside the object (gi_iframe). A generator runs by linking that frame on top of its caller's: no C recursion
 * from FOR_ITER/SEND. States: FRAME_CREATED ... FRAME_CLEARED (vm/frame.h). */
#ifndef ADDER_VM_GENOBJECT_H
#define ADDER_VM_GENOBJECT_H

#include <Python.h>

#include "vm/frame.h"

#define GEN_FRAME(gen) ((_PyInterpreterFrame *)((PyGenObject *)(gen))->gi_iframe)
static inline PyGenObject *gen_from_frame(_PyInterpreterFrame *f) { return (PyGenObject *)((char *)f - offsetof(PyGenObject, gi_iframe)); }

/* It runs from now on. */
static inline void gen_start(PyThreadState *ts, PyGenObject *gen)
{
    gen->gi_frame_state = FRAME_EXECUTING;
    gen->gi_exc_state.previous_item = ts->exc_info;
    ts->exc_info = &gen->gi_exc_state;
}

/* A generator's frame made ready to run with `value` sent in. */
static inline _PyInterpreterFrame *gen_resume(PyThreadState *ts, PyGenObject *gen, STEALS PyObject *value)
{
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    frame_push(f, value);
    gen_start(ts, gen);
    return f;
}

/* A generator, coroutine or asynchronous generator (by code flags) for func, its frame not yet filled in. */
OWNED PyObject *gen_new_for(PyFunctionObject *func);
/* Code units before and with the RETURN_GENERATOR of code that does nothing else first but copy its free variables; 0: no such code. */
int gen_begins_at(PyCodeObject *co);
/* Does a call of func, with n positional arguments, only make what gen_make() makes? */
bool gen_can_make(PyThreadState *ts, PyFunctionObject *func, int n);
/* The generator, coroutine or asynchronous generator; takes over all references. NULL with an exception. */
OWNED PyObject *gen_make(STEALS PyFunctionObject *func, STEALS PyObject *const *args, int n);
/* What it delegates to (yield from, await), new reference, or NULL without exception. */
PyObject *_PyGen_yf(PyGenObject *);
void _PyGen_Finalize(PyObject *);
/* Value of a StopIteration that is the current exception (cleared): 0 and *value (None if there was none), -1 for another exception. */
PyAPI_FUNC(int) _PyGen_FetchStopIterationValue(PyObject **);
PyAPI_FUNC(int) _PyGen_SetStopIterationValue(PyObject *);
PyAPI_FUNC(PyObject *) _PyCoro_GetAwaitableIter(PyObject *);
OWNED PyObject *gen_wrap_async_value(PyThreadState *ts, PyObject *value);     /* yield in an asynchronous generator */
PyObject *gen_await_iter(PyObject *o);                                        /* GET_AWAITABLE; new reference or NULL */
PySendResult gen_asend_step(PyObject *asend, PyObject *arg, PyObject **result);   /* send() of agen.asend(), without StopIteration */
OWNED PyObject *coro_origin(PyThreadState *ts, int depth);                    /* tuple for cr_origin */
extern PyTypeObject _PyCoroWrapper_Type, _PyAsyncGenAThrow_Type, _PyAsyncGenWrappedValue_Type;

#endif
