/* vm/breaker.c: what other threads, signals and the collector want from a running thread, served between instructions. */
#include "gc/gc.h"
#include "object/core/err.h"
#include "rt/interp.h"
#include "rt/thread.h"
#include "vm/eval.h"

int (*vm_signals_pending)(PyThreadState *ts);

static int
serve_signals(PyThreadState *ts)
{
    ts_clear_breaker(ts, EB_SIGNALS);
    if (vm_signals_pending == NULL || vm_signals_pending(ts) == 0)
        return 0;
    ts_set_breaker(ts, EB_SIGNALS);            /* others may still wait */
    return -1;
}

static int
serve_async_exception(PyThreadState *ts)
{
    ts_clear_breaker(ts, EB_ASYNC_EXC);
    PyObject *exc = ts->async_exc;
    ts->async_exc = NULL;
    if (exc == NULL)
        return 0;
    err_set_none(ts, exc);
    Py_DECREF(exc);
    return -1;
}

int
vm_safepoint(PyThreadState *ts)
{
    if (ts_has_breaker(ts, EB_SIGNALS) && serve_signals(ts) < 0)
        return -1;
    if (ts_has_breaker(ts, EB_CALLS) && ts_run_pending(ts) < 0)
        return -1;
    if (ts_has_breaker(ts, EB_GC)) {
        ts_clear_breaker(ts, EB_GC);
        gc_run(ts);
        if (ADDER_CHECKS >= 3 && ts->interp->gc.enabled) {     /* and at every safepoint from now on */
            gc_collect(ts, 0, GC_REASON_HEAP);
            ts_set_breaker(ts, EB_GC);
        }
    }
    if (ts_has_breaker(ts, EB_GIL_DROP | EB_STOP))
        ts_yield_gil(ts);
    if (ts_has_breaker(ts, EB_ASYNC_EXC) && serve_async_exception(ts) < 0)
        return -1;
    return 0;
}
