/* rt/thread.h: the thread state. PyThreadState is public and fixed; what we need beyond it follows it. */
#ifndef ADDER_RT_THREAD_H
#define ADDER_RT_THREAD_H

#include <Python.h>

#include "base/own.h"
#include "rt/heap_lists.h"

struct rt_thread {
    PyThreadState api;               /* first: PyThreadState * and struct rt_thread * are the same address */
    struct heap_lists heap;          /* size-class free lists of the interpreter, held while holding the GIL */
    uintptr_t c_stack_limit;         /* lowest address that C code may use: recursion checks compare with it */
    PyObject *asyncio_running_loop;
    struct rt_thread *next_waiting;
};

extern __thread PyThreadState *rt_tstate_current __attribute__((tls_model("initial-exec")));

/* The attached thread state of this OS thread, or NULL. */
static inline PyThreadState *ts_current(void) { return rt_tstate_current; }
static inline struct rt_thread *rt_thread_of(PyThreadState *ts) { return (struct rt_thread *)ts; }

/* True when the C stack of this thread has less than the reserve left. */
static inline bool ts_stack_is_low(PyThreadState *ts)
{
    return (uintptr_t)__builtin_frame_address(0) < rt_thread_of(ts)->c_stack_limit;
}

#endif
