/* rt/gil.c: one lock for all interpreters. A waiter sleeps one interval at a time; when no switch happened meanwhile it
 * sets EB_GIL_DROP in the holder, which lets go at its next safepoint and then waits for the switch, so that the
 * scheduler cannot hand the lock straight back to it.
 *
 * `locked` is taken by compare-and-swap; the mutexes serve those who sleep. No wake-up is lost: a waiter counts itself before
 * it looks at `locked`, who lets go clears `locked` before it looks at the count, and all four are in one order (SEQ_CST);
 * the waiter holds the mutex from the count to the sleep, who wakes it takes the mutex. */
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
    gil->locked = gil->waiters = 0;
}

static void
ask_holder(struct rt_gil *gil)
{
    PyThreadState *holder = __atomic_load_n(&gil->last_holder, __ATOMIC_RELAXED);
    if (holder != NULL)
        ts_set_breaker(holder, EB_GIL_DROP);
}

static inline bool
try_lock(struct rt_gil *gil)
{
    int free = 0;
    return __atomic_compare_exchange_n(&gil->locked, &free, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void
wait_for(struct rt_gil *gil)
{
    pthread_mutex_lock(&gil->mutex);
    __atomic_fetch_add(&gil->waiters, 1, __ATOMIC_SEQ_CST);
    while (!try_lock(gil)) {
        unsigned long before = __atomic_load_n(&gil->switch_number, __ATOMIC_RELAXED);
        int timed_out = os_cond_wait_ns(&gil->cond, &gil->mutex, (int64_t)gil->interval * 1000);
        if (timed_out && __atomic_load_n(&gil->locked, __ATOMIC_RELAXED) && __atomic_load_n(&gil->switch_number, __ATOMIC_RELAXED) == before)
            ask_holder(gil);
    }
    __atomic_fetch_sub(&gil->waiters, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&gil->mutex);
}

/* The lock has another holder now: the one before may wait for that. Whoever asks a holder has the first mutex, so that the
 * holder lives on until it has been asked: who ends it must become the holder before. */
static void
note_switch(struct rt_gil *gil, PyThreadState *ts)
{
    pthread_mutex_lock(&gil->mutex);
    pthread_mutex_lock(&gil->switch_mutex);
    __atomic_store_n(&gil->last_holder, ts, __ATOMIC_RELAXED);
    __atomic_store_n(&gil->switch_number, gil->switch_number + 1, __ATOMIC_RELAXED);
    pthread_cond_signal(&gil->switch_cond);
    pthread_mutex_unlock(&gil->switch_mutex);
    pthread_mutex_unlock(&gil->mutex);
}

void
gil_take(PyThreadState *ts)
{
    struct rt_gil *gil = ts->interp->ceval.gil;
    if (UNLIKELY(!try_lock(gil)))
        wait_for(gil);
    if (UNLIKELY(__atomic_load_n(&gil->last_holder, __ATOMIC_RELAXED) != ts))
        note_switch(gil, ts);
    if (UNLIKELY(ts_has_breaker(ts, EB_GIL_DROP)))
        ts_clear_breaker(ts, EB_GIL_DROP);
    ts->_status.holds_gil = 1;
}

/* Asked to let go: nobody is helped when this thread is the next one, too. */
static void
wait_for_switch(struct rt_gil *gil, PyThreadState *ts)
{
    pthread_mutex_lock(&gil->switch_mutex);
    if (__atomic_load_n(&gil->last_holder, __ATOMIC_RELAXED) == ts) {
        ts_clear_breaker(ts, EB_GIL_DROP);
        pthread_cond_wait(&gil->switch_cond, &gil->switch_mutex);
    }
    pthread_mutex_unlock(&gil->switch_mutex);
}

void
gil_drop(PyThreadState *ts)
{
    struct rt_gil *gil = ts->interp->ceval.gil;
    ts->_status.holds_gil = 0;
    bool asked = ts_has_breaker(ts, EB_GIL_DROP);
    __atomic_store_n(&gil->locked, 0, __ATOMIC_SEQ_CST);
    if (UNLIKELY(__atomic_load_n(&gil->waiters, __ATOMIC_SEQ_CST) != 0)) {
        pthread_mutex_lock(&gil->mutex);
        pthread_cond_signal(&gil->cond);
        pthread_mutex_unlock(&gil->mutex);
    }
    if (UNLIKELY(asked))
        wait_for_switch(gil, ts);
}

unsigned long gil_get_interval_us(PyInterpreterState *interp) { return interp->ceval.gil->interval; }
void gil_set_interval_us(PyInterpreterState *interp, unsigned long us) { interp->ceval.gil->interval = us < 1 ? 1 : us; }
