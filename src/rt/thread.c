/* rt/thread.c: thread states: making, binding to an OS thread, attaching, clearing, deleting.
 * Invariant: a thread state is attached to at most one OS thread; the attached one holds the GIL, the heap lists and
 * the young log. The list of threads is guarded by rt_lock_lists(), never held while Python code may run. */
#include "rt/thread.h"

#include <errno.h>
#include <pthread.h>

#include "base/os.h"
#include "rt/gil.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"

struct rt_hooks rt_hooks;
__thread PyThreadState *rt_tstate_current RT_TLS;
static __thread PyThreadState *gilstate_current RT_TLS;

#define C_RECURSION_LIMIT Py_C_RECURSION_LIMIT
#define RECURSION_LIMIT 1000

_Static_assert(offsetof(struct rt_thread, asyncio_running_loop) == 304, "read by debuggers");

_Noreturn void
rt_fatal(const char *func, const char *message)
{
    static bool inside;
    fflush(stdout);
    fprintf(stderr, "Fatal Python error: %s%s%s\n", func == NULL ? "" : func, func == NULL ? "" : ": ", message);
    fflush(stderr);
    if (!inside && rt_hooks.fatal != NULL) {
        inside = true;
        rt_hooks.fatal(func, message);
    }
    abort();
}

/* ---- making ------------------------------------------------------------------------------------------------- */

static struct rt_thread main_thread_state;
static bool main_thread_state_used;

static void
ts_link(PyThreadState *ts, PyInterpreterState *interp)
{
    rt_lock_lists();
    ts->id = ++interp->threads.next_unique_id;
    ts->next = interp->threads.head;
    if (ts->next != NULL)
        ts->next->prev = ts;
    interp->threads.head = ts;
    ts->eval_breaker = interp->ceval.instrumentation_version;
    rt_unlock_lists();
}

static struct rt_thread *
ts_memory(PyInterpreterState *interp)
{
    rt_lock_lists();
    bool first = interp_is_main(interp) && !main_thread_state_used;
    main_thread_state_used |= first;
    rt_unlock_lists();
    if (!first)
        return calloc(1, sizeof(struct rt_thread));
    memset(&main_thread_state, 0, sizeof(main_thread_state));
    return &main_thread_state;
}

PyThreadState *
ts_new(PyInterpreterState *interp, int whence)
{
    struct rt_thread *t = ts_memory(interp);
    if (t == NULL)
        return NULL;
    PyThreadState *ts = &t->api;
    ts->interp = interp;
    ts->_whence = whence;
    ts->_status.initialized = 1;
    ts->py_recursion_limit = interp->ceval.recursion_limit;
    ts->py_recursion_remaining = interp->ceval.recursion_limit;
    ts->c_recursion_remaining = C_RECURSION_LIMIT;
    ts->exc_info = &ts->exc_state;
    ts->what_event = -1;
    ts->context_ver = 1;
    ts->gilstate_counter = 1;
    ts_link(ts, interp);
    return ts;
}

#define NEST_MOST ((size_t)2 << 20)

void
ts_bind(PyThreadState *ts)
{
    ts->thread_id = (unsigned long)pthread_self();
    ts->native_thread_id = os_thread_native_id();
    uintptr_t bottom = os_stack_bottom();
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    /* The main thread's stack grows on demand down to the resource limit, which may be unlimited. */
    if (bottom == 0 || here - bottom > ((uintptr_t)1 << 30))
        bottom = here - ((uintptr_t)8 << 20) + ((uintptr_t)64 << 10);
    os_stack_claim(bottom);
    size_t size = here - bottom;
    size_t reserve = size / 8 < TS_STACK_RESERVE ? size / 8 : TS_STACK_RESERVE;
    rt_thread_of(ts)->c_stack_limit = bottom + reserve;
    rt_thread_of(ts)->nest_limit = here - (size / 4 < NEST_MOST ? size / 4 : NEST_MOST);
    rt_thread_of(ts)->dealloc_limit = bottom + 2 * reserve;
    rt_thread_of(ts)->dealloc_deep = bottom + 3 * reserve;
    /* Deallocation of nested containers goes by the count: on a small stack it must end earlier. */
    if (size / 768 < C_RECURSION_LIMIT)
        ts->c_recursion_remaining = (int)(size / 768);
    ts->_status.bound = 1;
    if (gilstate_current == NULL) {
        gilstate_current = ts;
        ts->_status.bound_gilstate = 1;
    }
}

PyThreadState *
PyThreadState_New(PyInterpreterState *interp)
{
    PyThreadState *ts = ts_new(interp, TS_UNKNOWN);
    if (ts != NULL)
        ts_bind(ts);
    return ts;
}

PyAPI_FUNC(PyThreadState *) _PyThreadState_New(PyInterpreterState *interp, int whence);
PyThreadState *_PyThreadState_New(PyInterpreterState *interp, int whence) { return ts_new(interp, whence); }
PyAPI_FUNC(PyThreadState *) _PyThreadState_NewBound(PyInterpreterState *interp, int whence);
PyThreadState *
_PyThreadState_NewBound(PyInterpreterState *interp, int whence)
{
    PyThreadState *ts = ts_new(interp, whence);
    if (ts != NULL)
        ts_bind(ts);
    return ts;
}
PyAPI_FUNC(PyThreadState *) _PyThreadState_Prealloc(PyInterpreterState *interp);
PyThreadState *_PyThreadState_Prealloc(PyInterpreterState *interp) { return ts_new(interp, TS_UNKNOWN); }
PyAPI_FUNC(void) _PyThreadState_Init(PyThreadState *ts);
void _PyThreadState_Init(PyThreadState *ts) { rt_fatal("_PyThreadState_Init", "_PyThreadState_Init() is for internal use only"); }

/* ---- attaching ---------------------------------------------------------------------------------------------- */

bool
ts_must_exit(PyThreadState *ts)
{
    PyThreadState *fin = __atomic_load_n(&_PyRuntime._finalizing, __ATOMIC_RELAXED);
    if (fin == NULL)
        fin = __atomic_load_n(&ts->interp->_finalizing, __ATOMIC_RELAXED);
    return fin != NULL && fin != ts;
}

void
ts_attach(PyThreadState *ts)
{
    if (ts_must_exit(ts))
        pthread_exit(NULL);
    int saved = errno;
    if (UNLIKELY(!ts->_status.bound))    /* made by another thread for this one */
        ts_bind(ts);
    gil_take(ts);
    if (ts_must_exit(ts)) {
        gil_drop(ts);
        pthread_exit(NULL);
    }
    heap_take(ts);
    rt_tstate_current = ts;
    if (UNLIKELY(gilstate_current != ts)) {      /* PyGILState knows the state that was attached last */
        if (gilstate_current != NULL)
            gilstate_current->_status.bound_gilstate = 0;
        gilstate_current = ts;
        ts->_status.bound_gilstate = 1;
    }
    ts->state = TS_ATTACHED;
    ts->_status.active = 1;
    errno = saved;
    if (ts->async_exc != NULL)
        ts_set_breaker(ts, EB_ASYNC_EXC);
}

void
ts_detach(PyThreadState *ts)
{
    ts->_status.active = 0;
    ts->state = TS_DETACHED;
    rt_tstate_current = NULL;
    gil_drop(ts);
}

void
ts_yield_gil(PyThreadState *ts)
{
    ts_detach(ts);
    ts_attach(ts);
}

PyThreadState *
PyEval_SaveThread(void)
{
    PyThreadState *ts = ts_current();
    if (ts == NULL)
        rt_fatal("PyEval_SaveThread", "the function must be called with the GIL held, after Python initialization and before "
                 "Python finalization, but the GIL is released (the current Python thread state is NULL)");
    ts_detach(ts);
    return ts;
}

void
PyEval_RestoreThread(PyThreadState *ts)
{
    ts_attach(ts);
}

void
PyEval_AcquireThread(PyThreadState *ts)
{
    ts_attach(ts);
}

void
PyEval_ReleaseThread(PyThreadState *ts)
{
    if (ts != ts_current())
        rt_fatal("PyEval_ReleaseThread", "wrong thread state");
    ts_detach(ts);
}

PyThreadState *
PyThreadState_Swap(PyThreadState *to)
{
    PyThreadState *from = ts_current();
    if (from == to)
        return from;
    if (from != NULL)
        ts_detach(from);
    if (to != NULL)
        ts_attach(to);
    return from;
}

PyAPI_FUNC(void) PyEval_AcquireLock(void);
void PyEval_AcquireLock(void) { rt_fatal("PyEval_AcquireLock", "current thread state is NULL"); }
PyAPI_FUNC(void) PyEval_ReleaseLock(void);
void PyEval_ReleaseLock(void) { PyEval_SaveThread(); }
void PyEval_InitThreads(void) { }
PyAPI_FUNC(int) PyEval_ThreadsInitialized(void);
int PyEval_ThreadsInitialized(void) { return _PyRuntime.core_initialized; }

/* ---- asking ------------------------------------------------------------------------------------------------- */

PyThreadState *PyThreadState_GetUnchecked(void) { return ts_current(); }
PyAPI_FUNC(PyThreadState *) _PyThreadState_GetCurrent(void);
PyThreadState *_PyThreadState_GetCurrent(void) { return ts_current(); }

PyThreadState *
PyThreadState_Get(void)
{
    PyThreadState *ts = ts_current();
    if (ts == NULL)
        rt_fatal("PyThreadState_Get", "the function must be called with the GIL held, after Python initialization and before "
                 "Python finalization, but the GIL is released (the current Python thread state is NULL)");
    return ts;
}

PyInterpreterState *PyThreadState_GetInterpreter(PyThreadState *ts) { return ts->interp; }
uint64_t PyThreadState_GetID(PyThreadState *ts) { return ts->id; }

PyThreadState *
PyThreadState_Next(PyThreadState *ts)
{
    rt_lock_lists();
    PyThreadState *next = ts->next;
    rt_unlock_lists();
    return next;
}

void PyThreadState_EnterTracing(PyThreadState *ts) { ts->tracing++; }
void PyThreadState_LeaveTracing(PyThreadState *ts) { ts->tracing--; }

int
PyThreadState_SetAsyncExc(unsigned long id, PyObject *exc)
{
    PyInterpreterState *interp = interp_current();
    rt_lock_lists();
    for (PyThreadState *ts = interp->threads.head; ts != NULL; ts = ts->next) {
        if (ts->thread_id != id)
            continue;
        PyObject *old = ts->async_exc;
        ts->async_exc = Py_XNewRef(exc);
        ts_set_breaker(ts, EB_ASYNC_EXC);
        rt_unlock_lists();
        Py_XDECREF(old);
        return 1;
    }
    rt_unlock_lists();
    return 0;
}

/* ---- ending ------------------------------------------------------------------------------------------------- */

void
PyThreadState_Clear(PyThreadState *ts)
{
    Py_CLEAR(ts->threading_local_key);
    Py_CLEAR(ts->threading_local_sentinel);
    Py_CLEAR(rt_thread_of(ts)->asyncio_running_loop);
    Py_CLEAR(ts->dict);
    Py_CLEAR(ts->async_exc);
    Py_CLEAR(ts->current_exception);
    Py_CLEAR(ts->exc_state.exc_value);
    ts->c_profilefunc = NULL;
    ts->c_tracefunc = NULL;
    Py_CLEAR(ts->c_profileobj);
    Py_CLEAR(ts->c_traceobj);
    Py_CLEAR(ts->async_gen_firstiter);
    Py_CLEAR(ts->async_gen_finalizer);
    Py_CLEAR(ts->context);
    ts->_status.cleared = 1;
}

static void chunk_free(_PyStackChunk *c);

static void
ts_free(PyThreadState *ts)
{
    while (ts->datastack_chunk != NULL) {
        _PyStackChunk *previous = ts->datastack_chunk->previous;
        chunk_free(ts->datastack_chunk);
        ts->datastack_chunk = previous;
    }
    chunk_free(rt_thread_of(ts)->spare_chunk);
    if (ts == &main_thread_state.api)
        main_thread_state_used = false;
    else
        free(ts);
}

static void
ts_unlink(PyThreadState *ts)
{
    rt_lock_lists();
    if (ts->prev != NULL)
        ts->prev->next = ts->next;
    else
        ts->interp->threads.head = ts->next;
    if (ts->next != NULL)
        ts->next->prev = ts->prev;
    struct rt_gil *gil = ts->interp->ceval.gil;
    rt_unlock_lists();
    if (gil != NULL && gil->last_holder == ts)
        __atomic_store_n(&gil->last_holder, NULL, __ATOMIC_RELAXED);
    if (gilstate_current == ts)
        gilstate_current = NULL;
}

void
PyThreadState_Delete(PyThreadState *ts)
{
    if (ts == ts_current())
        rt_fatal("PyThreadState_Delete", "tstate is still current");
    heap_leave(ts);
    ts_unlink(ts);
    ts_free(ts);
}

void
PyThreadState_DeleteCurrent(void)
{
    PyThreadState *ts = PyThreadState_Get();
    struct rt_gil *gil = ts->interp->ceval.gil;
    heap_leave(ts);
    ts_unlink(ts);
    rt_tstate_current = NULL;
    ts_clear_breaker(ts, EB_GIL_DROP);
    pthread_mutex_lock(&gil->mutex);
    __atomic_store_n(&gil->last_holder, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&gil->locked, 0, __ATOMIC_SEQ_CST);
    pthread_cond_signal(&gil->cond);
    pthread_mutex_unlock(&gil->mutex);
    ts_free(ts);
}

void
ts_delete_others(PyThreadState *keep)
{
    rt_lock_lists();
    PyThreadState *list = keep->interp->threads.head;
    if (keep->prev != NULL)
        keep->prev->next = keep->next;
    else
        list = keep->next;
    if (keep->next != NULL)
        keep->next->prev = keep->prev;
    keep->prev = keep->next = NULL;
    keep->interp->threads.head = keep;
    rt_unlock_lists();
    heap_take(keep);
    for (PyThreadState *ts = list, *next; ts != NULL; ts = next) {
        next = ts->next;
        PyThreadState_Clear(ts);
        if (_PyRuntime._finalizing == NULL)      /* else its thread may be waiting with this pointer in hand */
            ts_free(ts);
    }
}
PyAPI_FUNC(void) _PyThreadState_DeleteExcept(PyThreadState *keep);
void _PyThreadState_DeleteExcept(PyThreadState *keep) { ts_delete_others(keep); }

/* ---- PyGILState --------------------------------------------------------------------------------------------- */

PyThreadState *PyGILState_GetThisThreadState(void) { return gilstate_current; }

int
PyGILState_Check(void)
{
    PyThreadState *ts = ts_current();
    if (!_PyRuntime.gilstate_check)
        return 1;
    return ts != NULL && ts == gilstate_current;
}

/* Where threads that come from C get their states. One that comes when the interpreter has ended stops, as one that comes while it ends
 * does when it attaches: the process is about to end under it. */
static PyInterpreterState *
gilstate_interp(void)
{
    PyInterpreterState *interp = __atomic_load_n(&_PyRuntime.gilstate_interp, __ATOMIC_ACQUIRE);
    if (interp != NULL)
        return interp;
    if (Py_IsFinalizing() && _PyRuntime.main_thread != (unsigned long)pthread_self())
        pthread_exit(NULL);
    rt_fatal("PyGILState_Ensure", "the function must be called after Python initialization");
}

PyGILState_STATE
PyGILState_Ensure(void)
{
    PyInterpreterState *interp = gilstate_interp();
    PyThreadState *ts = gilstate_current;
    if (ts == NULL) {
        ts = ts_new(interp, TS_GILSTATE);
        if (ts == NULL)
            rt_fatal("PyGILState_Ensure", "Couldn't create thread-state for new thread");
        ts_bind(ts);
        ts->gilstate_counter = 0;
    }
    bool attached = ts == ts_current();
    if (!attached)
        ts_attach(ts);
    ts->gilstate_counter++;
    return attached ? PyGILState_LOCKED : PyGILState_UNLOCKED;
}

void
PyGILState_Release(PyGILState_STATE old)
{
    PyThreadState *ts = gilstate_current;
    if (ts == NULL)
        rt_fatal("PyGILState_Release", "auto-releasing thread-state, but no thread-state for this thread");
    if (ts != ts_current())
        rt_fatal("PyGILState_Release", "thread state must be current when releasing");
    if (--ts->gilstate_counter == 0) {
        ts->gilstate_counter++;              /* destructors may call PyGILState_Ensure() */
        PyThreadState_Clear(ts);
        ts->gilstate_counter--;
        PyThreadState_DeleteCurrent();
    }
    else if (old == PyGILState_UNLOCKED)
        ts_detach(ts);
}

/* ---- data stack --------------------------------------------------------------------------------------------- */

/* Chunks come from the arena allocator, and go back to it: greenlet frees those of a dead greenlet with its free(). */
PyAPI_FUNC(void *) _PyObject_VirtualAlloc(size_t size);
PyAPI_FUNC(void) _PyObject_VirtualFree(void *p, size_t size);

#define CHUNK_BYTES ((size_t)16 * 1024)
#define CHUNK_HEAD offsetof(_PyStackChunk, data)

static _PyStackChunk *
chunk_new(PyThreadState *ts, size_t n)
{
    struct rt_thread *t = rt_thread_of(ts);
    size_t bytes = CHUNK_BYTES;
    if (n > SIZE_MAX / 4 / sizeof(PyObject *))
        return NULL;
    while (bytes < CHUNK_HEAD + (n + 64) * sizeof(PyObject *))
        bytes *= 2;
    _PyStackChunk *c = t->spare_chunk;
    if (c != NULL && c->size >= bytes) {
        t->spare_chunk = NULL;
        return c;
    }
    c = _PyObject_VirtualAlloc(bytes);
    if (c != NULL)
        c->size = bytes;
    return c;
}

static void
chunk_free(_PyStackChunk *c)
{
    if (c != NULL)
        _PyObject_VirtualFree(c, c->size);
}

PyObject **
ts_stack_push_slow(PyThreadState *ts, size_t n)
{
    _PyStackChunk *c = chunk_new(ts, n);
    if (c == NULL)
        return NULL;
    if (ts->datastack_chunk != NULL)
        ts->datastack_chunk->top = (size_t)(ts->datastack_top - &ts->datastack_chunk->data[0]);
    c->previous = ts->datastack_chunk;
    c->top = 0;
    ts->datastack_chunk = c;
    ts->datastack_limit = (PyObject **)((char *)c + c->size);
    /* The first chunk skips a slot, so that popping its first frame does not look like leaving the chunk. */
    PyObject **base = &c->data[c->previous == NULL];
    ts->datastack_top = base + n;
    return base;
}

void
ts_stack_pop_chunk(PyThreadState *ts)
{
    struct rt_thread *t = rt_thread_of(ts);
    _PyStackChunk *c = ts->datastack_chunk, *previous = c->previous;
    chunk_free(t->spare_chunk);              /* one chunk is kept: a loop may call across the border */
    t->spare_chunk = c;
    ts->datastack_chunk = previous;
    ts->datastack_top = &previous->data[previous->top];
    ts->datastack_limit = (PyObject **)((char *)previous + previous->size);
}

/* ---- after fork --------------------------------------------------------------------------------------------- */

/* Called by rt_after_fork_child() of runtime start: the surviving thread goes on under a new id. */
void
ts_after_fork(PyThreadState *ts)
{
    ts->thread_id = (unsigned long)pthread_self();
    ts->native_thread_id = os_thread_native_id();
}
