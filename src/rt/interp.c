/* rt/interp.c: interpreter states, start and end of the process state, pending calls, eval breakers. */
#include "rt/interp.h"

#include "base/os.h"
#include "rt/gc_log.h"
#include "rt/gil.h"
#include "rt/heap.h"
#include "rt/hooks.h"
#include "rt/runtime.h"

static pthread_mutex_t lists_mutex = PTHREAD_MUTEX_INITIALIZER;

void rt_lock_lists(void) { pthread_mutex_lock(&lists_mutex); }
void rt_unlock_lists(void) { pthread_mutex_unlock(&lists_mutex); }

/* ---- life --------------------------------------------------------------------------------------------------- */

static void
interp_init(PyInterpreterState *interp, int64_t id, long whence)
{
    static const int thresholds[3] = { RT_GC_THRESHOLD, 10, 10 };
    interp->runtime = &_PyRuntime;
    interp->id = id;
    interp->id_refcount = -1;
    interp->_whence = whence;
    interp->ceval.recursion_limit = 1000;
    interp->ceval.gil = &rt_main_interp->_gil;
    interp->ceval.pending.max = RT_PENDING_MAX;
    interp->ceval.pending.maxloop = 100;
    for (int i = 0; i < 3; i++)
        interp->gc.generations[i].threshold = thresholds[i];
    interp->gc.enabled = 1;
    interp->imports.dlopenflags = 2;         /* RTLD_NOW */
    interp->long_max_str_digits = 4300;
    interp->_initialized = 1;
}

PyInterpreterState *
interp_new(long whence)
{
    rt_lock_lists();
    int64_t id = _PyRuntime.interpreters.next_id;
    rt_unlock_lists();
    PyInterpreterState *interp = id == 0 ? rt_main_interp : calloc(1, sizeof(*interp));
    if (interp == NULL)
        return NULL;
    static bool main_was_used;                       /* at first it is zero, and its pages need not be touched */
    if (id == 0 && main_was_used)
        memset(interp, 0, sizeof(*interp));
    main_was_used |= id == 0;
    interp_init(interp, id, whence);
    rt_lock_lists();
    interp->next = _PyRuntime.interpreters.head;
    _PyRuntime.interpreters.head = interp;
    _PyRuntime.interpreters.next_id = id + 1;
    if (id == 0)
        _PyRuntime.interpreters.main = interp;
    rt_unlock_lists();
    return interp;
}

PyInterpreterState *PyInterpreterState_New(void) { return interp_new(INTERP_UNKNOWN); }
PyAPI_FUNC(PyStatus) _PyInterpreterState_New(PyThreadState *ts, PyInterpreterState **result);
PyStatus
_PyInterpreterState_New(PyThreadState *ts, PyInterpreterState **result)
{
    *result = interp_new(INTERP_UNKNOWN);
    if (*result == NULL)
        return (PyStatus){ ._type = _PyStatus_TYPE_ERROR, .func = "_PyInterpreterState_New", .err_msg = "memory allocation failed" };
    return (PyStatus){ ._type = _PyStatus_TYPE_OK };
}

int
rt_init(void)
{
    if (_PyRuntime.interpreters.main != NULL)
        return 0;
    if (_PyRuntime.preinitialized == 0)
        _PyRuntime.preinitialized = 1;
    _PyRuntime._finalizing = NULL;
    _PyRuntime._finalizing_id = 0;
    _PyRuntime.main_thread = (unsigned long)pthread_self();
    _PyRuntime.interpreters.next_id = 0;
    _PyRuntime.pending_mainthread.max = 32;
    _PyRuntime.pending_mainthread.maxloop = 0;
    PyInterpreterState *interp = interp_new(1);
    if (interp == NULL)
        return -1;
    gil_init(&interp->_gil);
    interp->ceval.own_gil = 1;
    PyThreadState *ts = ts_new(interp, TS_INIT);
    if (ts == NULL)
        return -1;
    ts_bind(ts);
    interp->threads.main = ts;
    _PyRuntime.main_tstate = ts;
    _PyRuntime.gilstate_interp = interp;
    _PyRuntime.gilstate_check = 1;
    ts_attach(ts);
    gc_track_start(ts);
    return 0;
}

/* Objects that outlive their interpreter (C code holds them) are tracked no more. */
static void
logs_free(PyInterpreterState *interp)
{
    for (int i = 0; i < GC_LOG_COUNT; i++) {
        struct gc_log *log = &interp->gc_logs[i];
        for (size_t k = 0; k < log->used; k++)
            if (log->items[k] != NULL)
                GC_HEAD(log->items[k])->_gc_next = 0;
        free(log->items);
        *log = (struct gc_log){ NULL, 0, 0, 0 };
    }
    for (PyObject *op = interp->gc_chain, *next; op != NULL; op = next) {
        next = (PyObject *)(GC_HEAD(op)->_gc_next & ~(uintptr_t)GC_CHAINED);
        GC_HEAD(op)->_gc_next = 0;
    }
    interp->gc_chain = NULL;
}

void
rt_fini(void)
{
    /* Stays until the next start: threads that wake up now must see that they are to end, also those whose state is made where the one
     * of the thread that ended the interpreter was. */
    static struct rt_thread ended;
    interp_set_finalizing(rt_main_interp, &ended.api);
    __atomic_store_n(&_PyRuntime._finalizing, &ended.api, __ATOMIC_RELAXED);
    PyThreadState *ts = ts_current();
    if (ts != NULL)
        PyThreadState_DeleteCurrent();
    logs_free(rt_main_interp);
    _PyRuntime.interpreters.head = _PyRuntime.interpreters.main = NULL;
    __atomic_store_n(&_PyRuntime.gilstate_interp, NULL, __ATOMIC_RELEASE);
    _PyRuntime.gilstate_check = 0;
    _PyRuntime.main_tstate = NULL;
}

void
PyInterpreterState_Clear(PyInterpreterState *interp)
{
    for (PyThreadState *ts = interp->threads.head; ts != NULL; ts = ts->next)
        PyThreadState_Clear(ts);
    Py_CLEAR(interp->audit_hooks);
    Py_CLEAR(interp->codecs.search_path);
    Py_CLEAR(interp->codecs.search_cache);
    Py_CLEAR(interp->codecs.error_registry);
    Py_CLEAR(interp->imports.modules_by_index);
    Py_CLEAR(interp->imports.modules);
    Py_CLEAR(interp->imports.importlib);
    Py_CLEAR(interp->imports.import_func);
    Py_CLEAR(interp->builtins_copy);
    Py_CLEAR(interp->sysdict_copy);
    Py_CLEAR(interp->dict);
    Py_CLEAR(interp->before_forkers);
    Py_CLEAR(interp->after_forkers_parent);
    Py_CLEAR(interp->after_forkers_child);
    Py_CLEAR(interp->warnings.filters);
    Py_CLEAR(interp->warnings.once_registry);
    Py_CLEAR(interp->warnings.default_action);
    Py_CLEAR(interp->id_object);
    if (rt_hooks.collect != NULL)        /* the last one that finds sys and builtins */
        rt_hooks.collect(ts_current(), 2, 1);
    Py_CLEAR(interp->sysdict);
    Py_CLEAR(interp->builtins);
}

void
PyInterpreterState_Delete(PyInterpreterState *interp)
{
    PyThreadState *ts = ts_current();
    if (ts != NULL && ts->interp == interp)
        PyThreadState_DeleteCurrent();
    while (interp->threads.head != NULL)
        PyThreadState_Delete(interp->threads.head);
    rt_lock_lists();
    for (PyInterpreterState **p = &_PyRuntime.interpreters.head; *p != NULL; p = &(*p)->next)
        if (*p == interp) {
            *p = interp->next;
            break;
        }
    rt_unlock_lists();
    logs_free(interp);
    if (interp->id_mutex != NULL)
        PyThread_free_lock(interp->id_mutex);
    interp->id_mutex = NULL;
    if (!interp_is_main(interp))
        free(interp);
}

void
interp_set_finalizing(PyInterpreterState *interp, PyThreadState *ts)
{
    __atomic_store_n(&interp->_finalizing, ts, __ATOMIC_RELAXED);
    interp->_finalizing_id = ts == NULL ? 0 : ts->thread_id;
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

PyInterpreterState *
PyInterpreterState_Get(void)
{
    PyThreadState *ts = ts_current();
    if (ts == NULL)
        rt_fatal("PyInterpreterState_Get", "the function must be called with the GIL held, after Python initialization and "
                 "before Python finalization, but the GIL is released (the current Python thread state is NULL)");
    return ts->interp;
}

PyInterpreterState *PyInterpreterState_Main(void) { return _PyRuntime.interpreters.main; }
PyThreadState *PyInterpreterState_ThreadHead(PyInterpreterState *interp) { return interp->threads.head; }
PyInterpreterState *PyInterpreterState_Next(PyInterpreterState *interp) { return interp->next; }

PyInterpreterState *
PyInterpreterState_Head(void)
{
    rt_lock_lists();
    PyInterpreterState *head = _PyRuntime.interpreters.head;
    rt_unlock_lists();
    return head;
}

PyInterpreterState *
interp_by_id(int64_t id)
{
    rt_lock_lists();
    PyInterpreterState *interp = _PyRuntime.interpreters.head;
    while (interp != NULL && interp->id != id)
        interp = interp->next;
    rt_unlock_lists();
    return interp;
}

PyAPI_FUNC(int) _PyInterpreterState_IsReady(PyInterpreterState *interp);
int _PyInterpreterState_IsReady(PyInterpreterState *interp) { return interp->_ready; }
PyAPI_FUNC(long) _PyInterpreterState_GetWhence(PyInterpreterState *interp);
long _PyInterpreterState_GetWhence(PyInterpreterState *interp) { return interp->_whence; }
int _PyInterpreterState_RequiresIDRef(PyInterpreterState *interp) { return interp->requires_idref; }
void _PyInterpreterState_RequireIDRef(PyInterpreterState *interp, int required) { interp->requires_idref = required != 0; }
PyAPI_FUNC(int) _Py_IsInterpreterFinalizing(PyInterpreterState *interp);
int
_Py_IsInterpreterFinalizing(PyInterpreterState *interp)
{
    return _PyRuntime._finalizing != NULL || interp->finalizing || interp->_finalizing != NULL;
}

int Py_IsFinalizing(void) { return __atomic_load_n(&_PyRuntime._finalizing, __ATOMIC_RELAXED) != NULL; }
PyAPI_FUNC(int) _Py_IsFinalizing(void);
int _Py_IsFinalizing(void) { return Py_IsFinalizing(); }

/* ---- eval breakers ------------------------------------------------------------------------------------------ */

void
interp_set_breaker(PyInterpreterState *interp, uintptr_t bit)
{
    rt_lock_lists();
    for (PyThreadState *ts = interp->threads.head; ts != NULL; ts = ts->next)
        ts_set_breaker(ts, bit);
    rt_unlock_lists();
}

void
rt_signal_received(void)
{
    __atomic_store_n(&_PyRuntime.is_tripped, 1, __ATOMIC_SEQ_CST);
    PyThreadState *ts = _PyRuntime.main_tstate;
    if (ts != NULL)
        ts_set_breaker(ts, EB_SIGNALS);
}

/* ---- pending calls ------------------------------------------------------------------------------------------ */

static int
pending_push(struct rt_pending *p, struct rt_pending_call call)
{
    PyMutex_Lock(&p->mutex);
    int rc = p->npending < p->max ? 0 : -1;
    if (rc == 0) {
        p->calls[p->next] = call;
        p->next = (p->next + 1) % RT_PENDING_MAX;
        __atomic_store_n(&p->npending, p->npending + 1, __ATOMIC_RELAXED);
    }
    PyMutex_Unlock(&p->mutex);
    return rc;
}

static bool
pending_pop(struct rt_pending *p, struct rt_pending_call *call)
{
    PyMutex_Lock(&p->mutex);
    bool any = p->npending > 0;
    if (any) {
        *call = p->calls[p->first];
        p->first = (p->first + 1) % RT_PENDING_MAX;
        __atomic_store_n(&p->npending, p->npending - 1, __ATOMIC_RELAXED);
    }
    PyMutex_Unlock(&p->mutex);
    return any;
}

int
interp_add_pending(PyInterpreterState *interp, int (*func)(void *), void *arg, int flags)
{
    bool main_only = (flags & RT_PENDING_MAIN_THREAD_ONLY) != 0;
    struct rt_pending *p = main_only ? &_PyRuntime.pending_mainthread : &interp->ceval.pending;
    if (pending_push(p, (struct rt_pending_call){ func, arg, flags }) < 0)
        return -1;
    if (main_only && _PyRuntime.main_tstate != NULL)
        ts_set_breaker(_PyRuntime.main_tstate, EB_CALLS);
    else if (!main_only)
        interp_set_breaker(interp, EB_CALLS);
    return 0;
}

PyAPI_FUNC(int) _PyEval_AddPendingCall(PyInterpreterState *interp, int (*func)(void *), void *arg, int flags);
int
_PyEval_AddPendingCall(PyInterpreterState *interp, int (*func)(void *), void *arg, int flags)
{
    return interp_add_pending(interp, func, arg, flags);
}

int
Py_AddPendingCall(int (*func)(void *), void *arg)
{
    return interp_add_pending(rt_main_interp, func, arg, RT_PENDING_MAIN_THREAD_ONLY);
}

static int
pending_run(struct rt_pending *p)
{
    int32_t most = p->maxloop == 0 ? p->max : p->maxloop;
    struct rt_pending_call call;
    for (int32_t i = 0; i < most && pending_pop(p, &call); i++) {
        int rc = call.func(call.arg);
        if ((call.flags & RT_PENDING_RAWFREE) && call.arg != NULL)
            PyMem_RawFree(call.arg);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* One thread at a time; a thread that comes while another one works leaves its calls to that one. */
int
ts_run_pending(PyThreadState *ts)
{
    struct rt_pending *own = &ts->interp->ceval.pending, *main_only = &_PyRuntime.pending_mainthread;
    bool is_main = ts->thread_id == _PyRuntime.main_thread && interp_is_main(ts->interp);
    PyMutex_Lock(&own->mutex);
    bool busy = own->handling_thread != NULL;
    if (!busy)
        own->handling_thread = ts;
    PyMutex_Unlock(&own->mutex);
    if (busy) {
        if (own->handling_thread != ts)
            ts_clear_breaker(ts, EB_CALLS);
        return 0;
    }
    ts_clear_breaker(ts, EB_CALLS);
    int rc = pending_run(own);
    if (rc == 0 && is_main)
        rc = pending_run(main_only);
    if (own->npending > 0 || (is_main && main_only->npending > 0))
        ts_set_breaker(ts, EB_CALLS);
    own->handling_thread = NULL;
    return rc;
}

/* ---- fork --------------------------------------------------------------------------------------------------- */

/* Their threads are not in this process: they are left as they are and never ended. */
static void
forget_other_interpreters(void)
{
    rt_main_interp->next = NULL;
    _PyRuntime.interpreters.head = rt_main_interp;
}

/* The thread state that this thread has in the main interpreter, or NULL. */
static PyThreadState *
main_state_of_this_thread(void)
{
    PyThreadState *ts = rt_main_interp->threads.head;
    while (ts != NULL && ts->thread_id != (unsigned long)pthread_self())
        ts = ts->next;
    return ts;
}

void
rt_after_fork_child(void)
{
    PyThreadState *ts = ts_current();
    pthread_mutex_init(&lists_mutex, NULL);
    lock_after_fork();
    _PyRuntime.main_thread = (unsigned long)pthread_self();
    gil_init(&rt_main_interp->_gil);
    rt_main_interp->_gil.locked = 1;
    rt_main_interp->_gil.last_holder = ts;
    ts_after_fork(ts);
    if (interp_is_main(ts->interp)) {
        _PyRuntime.main_tstate = ts;
        forget_other_interpreters();
    } else
        _PyRuntime.main_tstate = main_state_of_this_thread();
    _PyRuntime.pending_mainthread.mutex = (PyMutex){ 0 };
    ts->interp->ceval.pending.mutex = (PyMutex){ 0 };
    ts->interp->ceval.pending.handling_thread = NULL;
    ts_clear_breaker(ts, EB_GIL_DROP | EB_STOP);
}

int
Py_MakePendingCalls(void)
{
    return ts_run_pending(ts_current());
}

PyAPI_FUNC(int) _PyOS_IsMainThread(void);
int _PyOS_IsMainThread(void) { return PyThread_get_thread_ident() == _PyRuntime.main_thread; }
