/* rt/gil.c: one lock for all interpreters. A waiter sleeps one interval at a time; when no switch happened meanwhile it
 * sets EB_GIL_DROP in the holder, which lets go at its next safepoint and then waits for the switch, so that the
 * scheduler cannot hand the lock straight back to it. */
#include "rt/gil.h"

#include "base/os.h"

void
gil_init(struct rt_gil *gil)
{
    pthread_mutex_init(&gil->mutex, NULL);
    pthread_mutex_init(&gil->switch_mutex, NULL);
    os_cond_init(&gil->cond);
    os_cond_init(&gil->switch_cond);
    if (gil->interval == 0)
        gil->interval = GIL_INTERVAL_US;
    gil->last_holder = NULL;
    gil->locked = 0;
}

static void
ask_holder(struct rt_gil *gil)
{
    PyThreadState *holder = __atomic_load_n(&gil->last_holder, __ATOMIC_RELAXED);
    if (holder != NULL)
        ts_set_breaker(holder, EB_GIL_DROP);
}

void
gil_take(PyThreadState *ts)
{
    struct rt_gil *gil = ts->interp->ceval.gil;
    bool asked = false;
    pthread_mutex_lock(&gil->mutex);
    while (gil->locked) {
        unsigned long before = gil->switch_number;
        int timed_out = os_cond_wait_ns(&gil->cond, &gil->mutex, (int64_t)gil->interval * 1000);
        if (timed_out && gil->locked && gil->switch_number == before) {
            ask_holder(gil);
            asked = true;
        }
    }
    (void)asked;
    pthread_mutex_lock(&gil->switch_mutex);
    __atomic_store_n(&gil->locked, 1, __ATOMIC_RELAXED);
    if (gil->last_holder != ts) {
        __atomic_store_n(&gil->last_holder, ts, __ATOMIC_RELAXED);
        gil->switch_number++;
    }
    pthread_cond_signal(&gil->switch_cond);
    pthread_mutex_unlock(&gil->switch_mutex);
    ts_clear_breaker(ts, EB_GIL_DROP);
    ts->_status.holds_gil = 1;
    pthread_mutex_unlock(&gil->mutex);
}

void
gil_drop(PyThreadState *ts)
{
    struct rt_gil *gil = ts->interp->ceval.gil;
    ts->_status.holds_gil = 0;
    pthread_mutex_lock(&gil->mutex);
    __atomic_store_n(&gil->locked, 0, __ATOMIC_RELAXED);
    pthread_cond_signal(&gil->cond);
    pthread_mutex_unlock(&gil->mutex);
    if (!ts_has_breaker(ts, EB_GIL_DROP))
        return;
    pthread_mutex_lock(&gil->switch_mutex);
    if (__atomic_load_n(&gil->last_holder, __ATOMIC_RELAXED) == ts) {
        ts_clear_breaker(ts, EB_GIL_DROP);
        pthread_cond_wait(&gil->switch_cond, &gil->switch_mutex);
    }
    pthread_mutex_unlock(&gil->switch_mutex);
}

unsigned long gil_get_interval_us(PyInterpreterState *interp) { return interp->ceval.gil->interval; }
void gil_set_interval_us(PyInterpreterState *interp, unsigned long us) { interp->ceval.gil->interval = us < 1 ? 1 : us; }
