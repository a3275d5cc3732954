/* rt/thread.h: the thread state, the GIL, the eval breaker, the data stack.
 * PyThreadState is public and fixed; what we need beyond it follows it. */
#ifndef ADDER_RT_THREAD_H
#define ADDER_RT_THREAD_H

#include <Python.h>

#include "base/own.h"
#include "rt/heap_lists.h"

struct rt_thread {
    PyThreadState api;               /* first: PyThreadState * and struct rt_thread * are the same address */
    PyObject *asyncio_running_loop;  /* directly behind the public part, where debuggers expect it */
    struct heap_lists heap;          /* size-class free lists of the interpreter, valid while holding the GIL */
    struct gc_log young;             /* young objects of the interpreter, valid while holding the GIL */
    uintptr_t c_stack_limit;         /* lowest address that C code may use: recursion checks compare with it */
    uintptr_t nest_limit;            /* below this compiled code leaves instead of calling Python functions: those would nest on the C stack */
    uintptr_t dealloc_deep;          /* below this a deallocation is nested deep: it looks after the postponed ones */
    uintptr_t dealloc_limit;         /* below this deallocations are postponed; there is room for finalizers left */
    _PyStackChunk *spare_chunk;      /* a free chunk of the data stack, or NULL */
    uint32_t loop_state;             /* of the evaluation loop: vm/trace_ops.h */
    uint32_t loop_record;            /* a trace was left, and what follows is to be recorded */
    uint32_t loop_step;              /* the instruction at hand is to be run as a step of its own: vm/step.h */
    uint32_t jit_countdown;          /* for tests: guards of traces until one fails that holds; 0: none does */
    void *dispatch[256];             /* where the evaluation loop goes for an opcode */
};

#if defined(__PIC__) || defined(__PIE__)
#define RT_TLS __attribute__((tls_model("initial-exec")))
#else
#define RT_TLS __attribute__((tls_model("local-exec")))      /* the program itself: a constant offset */
#endif
extern __thread PyThreadState *rt_tstate_current RT_TLS;

/* The attached thread state of this OS thread, or NULL. */
static inline PyThreadState *ts_current(void) { return rt_tstate_current; }
static inline struct rt_thread *rt_thread_of(PyThreadState *ts) { return (struct rt_thread *)ts; }

/* ---- C recursion -------------------------------------------------------------------------------------- */

/* Bytes of C stack kept for error handling; every recursion check leaves them alone. */
#define TS_STACK_RESERVE (256u * 1024)

/* Where the C stack ends now. Not the frame's address, which would cost the caller a register for the frame: the loop has none to spare. */
static inline uintptr_t ts_stack_here(void)
{
#if defined(__x86_64__)
    uintptr_t here;
    __asm__("mov %%rsp, %0" : "=r"(here));
    return here;
#else
    return (uintptr_t)__builtin_frame_address(0);
#endif
}
/* True when the C stack of this thread has less than the reserve left. */
static inline bool ts_stack_is_low(PyThreadState *ts) { return ts_stack_here() < rt_thread_of(ts)->c_stack_limit; }

/* ---- eval breaker: the low 8 bits of ts->eval_breaker; the rest is the instrumentation version -------------- */

enum {
    EB_GIL_DROP = 1,                 /* another thread waits for the GIL */
    EB_SIGNALS = 2,                  /* a signal handler wants to run (main thread) */
    EB_CALLS = 4,                    /* pending calls */
    EB_ASYNC_EXC = 8,                /* ts->async_exc is set */
    EB_GC = 16,                      /* a young collection is due */
    EB_STOP = 32,                    /* stop the world (fork, finalization) */
    EB_EVENTS = 255,
};

static inline void ts_set_breaker(PyThreadState *ts, uintptr_t bit) { __atomic_fetch_or(&ts->eval_breaker, bit, __ATOMIC_SEQ_CST); }
static inline void ts_clear_breaker(PyThreadState *ts, uintptr_t bit) { __atomic_fetch_and(&ts->eval_breaker, ~bit, __ATOMIC_SEQ_CST); }
static inline bool ts_has_breaker(PyThreadState *ts, uintptr_t bit) { return (__atomic_load_n(&ts->eval_breaker, __ATOMIC_RELAXED) & bit) != 0; }
/* Sets a bit in all threads of an interpreter. Takes the list lock; async-signal-safe versions set one thread's bit. */
void interp_set_breaker(PyInterpreterState *interp, uintptr_t bit);
/* Sets EB_SIGNALS in the main thread; may be called from a signal handler. */
void rt_signal_received(void);

/* Gives the GIL to a waiting thread and takes it back: what EB_GIL_DROP asks for. Does not return in a thread that
 * must end because the interpreter is finalizing. */
void ts_yield_gil(PyThreadState *ts);
/* Runs pending calls of this interpreter (and of the main thread there): 0, or -1 with the callee's exception. */
int ts_run_pending(PyThreadState *ts);

/* ---- GIL ------------------------------------------------------------------------------------------------ */

/* Detach: ts is no longer current, another thread may run. */
void ts_detach(PyThreadState *ts);
/* Attach: waits for the GIL, then ts is current. Hangs for ever in a non-finalizing thread during finalization. */
void ts_attach(PyThreadState *ts);
unsigned long gil_get_interval_us(PyInterpreterState *interp);
void gil_set_interval_us(PyInterpreterState *interp, unsigned long us);

/* ---- data stack: frames live on chunks of this stack ----------------------------------------------------- */

/* Room for n pointers, uninitialised; NULL when out of memory (no exception set). */
PyObject **ts_stack_push_slow(PyThreadState *ts, size_t n);
static inline PyObject **ts_stack_push(PyThreadState *ts, size_t n)
{
    PyObject **top = ts->datastack_top;
    if (UNLIKELY(top == NULL || (size_t)(ts->datastack_limit - top) <= n))
        return ts_stack_push_slow(ts, n);
    ts->datastack_top = top + n;
    return top;
}
/* Pops everything from `base`, the result of the matching push. */
void ts_stack_pop_chunk(PyThreadState *ts);
static inline void ts_stack_pop(PyThreadState *ts, PyObject **base)
{
    if (UNLIKELY(base == &ts->datastack_chunk->data[0]))
        ts_stack_pop_chunk(ts);
    else
        ts->datastack_top = base;
}

/* ---- life ----------------------------------------------------------------------------------------------- */

/* Where a thread state came from: ts->_whence. */
enum { TS_UNKNOWN = 0, TS_INIT = 1, TS_FINI = 2, TS_THREADING = 3, TS_GILSTATE = 4, TS_EXEC = 5 };
/* ts->state */
enum { TS_DETACHED = 0, TS_ATTACHED = 1, TS_SUSPENDED = 2 };

/* A new thread state bound to no OS thread yet, or NULL when out of memory. */
PyThreadState *ts_new(PyInterpreterState *interp, int whence);
/* Binds ts to the running OS thread (ids, stack limit). */
void ts_bind(PyThreadState *ts);
/* Frees the states of all other threads of the interpreter (after fork, at exit). */
void ts_delete_others(PyThreadState *ts);
/* After fork() in the child: locks and GIL anew; ts_after_fork() is its part for the surviving thread. */
void rt_after_fork_child(void);
void ts_after_fork(PyThreadState *ts);

/* Process start: allocator, main interpreter, main thread attached. Idempotent after rt_fini(). 0 or -1. */
int rt_init(void);
/* The main interpreter's thread and memory bookkeeping, last of all. */
void rt_fini(void);

#endif
