/* rt/lock.c: PyMutex and its kin. A byte: bit 0 locked, bit 1 somebody waits. Waiters sleep in one of a few buckets
 * chosen by the address; a thread that sleeps lets go of the GIL. */
#include "rt/lock.h"

#include "base/hash.h"
#include "base/os.h"
#include "rt/hooks.h"
#include "rt/thread.h"

#undef PyMutex_Lock
#undef PyMutex_Unlock

#define LOCKED 1
#define WAITED 2
#define BUCKETS 61

static struct bucket { pthread_mutex_t mutex; pthread_cond_t cond; int waiters; } buckets[BUCKETS];
static pthread_once_t buckets_once = PTHREAD_ONCE_INIT;

static void
buckets_init(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        pthread_mutex_init(&buckets[i].mutex, NULL);
        os_cond_init(&buckets[i].cond);
        buckets[i].waiters = 0;
    }
}

void lock_after_fork(void) { buckets_init(); }

static struct bucket *
bucket_of(const void *address)
{
    pthread_once(&buckets_once, buckets_init);
    return &buckets[hash_mix64((uintptr_t)address) % BUCKETS];
}

static bool
bits_cas(uint8_t *bits, uint8_t from, uint8_t to)
{
    return __atomic_compare_exchange_n(bits, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

bool
mutex_try_lock(PyMutex *m)
{
    uint8_t v = __atomic_load_n(&m->_bits, __ATOMIC_SEQ_CST);
    return !(v & LOCKED) && bits_cas(&m->_bits, v, v | LOCKED);
}

/* Sleeps until *bits is no longer `seen` or the deadline (ns, negative = none) is over: false then. */
static bool
sleep_while(uint8_t *bits, uint8_t seen, int64_t deadline)
{
    struct bucket *b = bucket_of(bits);
    bool timely = true;
    pthread_mutex_lock(&b->mutex);
    b->waiters++;
    while (timely && __atomic_load_n(bits, __ATOMIC_SEQ_CST) == seen) {
        if (deadline < 0) {
            pthread_cond_wait(&b->cond, &b->mutex);
            continue;
        }
        int64_t left = deadline - os_monotonic_ns();
        timely = left > 0 && !(os_cond_wait_ns(&b->cond, &b->mutex, left) && os_monotonic_ns() >= deadline);
    }
    b->waiters--;
    pthread_mutex_unlock(&b->mutex);
    return timely;
}

static void
wake_all(uint8_t *bits)
{
    struct bucket *b = bucket_of(bits);
    pthread_mutex_lock(&b->mutex);
    if (b->waiters > 0)
        pthread_cond_broadcast(&b->cond);
    pthread_mutex_unlock(&b->mutex);
}

int
mutex_lock_timed(PyMutex *m, PyTime_t timeout_ns, bool detach)
{
    if (mutex_try_lock(m))
        return 1;
    if (timeout_ns == 0)
        return 0;
    int64_t deadline = timeout_ns < 0 ? -1 : os_monotonic_ns() + timeout_ns;
    PyThreadState *ts = detach ? ts_current() : NULL;
    if (ts != NULL)
        ts_detach(ts);
    bool got = false;
    for (;;) {
        if ((got = mutex_try_lock(m)))
            break;
        uint8_t v = __atomic_load_n(&m->_bits, __ATOMIC_SEQ_CST);
        if (!(v & LOCKED) || (!(v & WAITED) && !bits_cas(&m->_bits, v, v | WAITED)))
            continue;
        if (!sleep_while(&m->_bits, v | WAITED, deadline))
            break;
    }
    if (ts != NULL)
        ts_attach(ts);
    return got;
}

void (PyMutex_Lock)(PyMutex *m) { mutex_lock_timed(m, -1, true); }

void
(PyMutex_Unlock)(PyMutex *m)
{
    uint8_t v = __atomic_exchange_n(&m->_bits, 0, __ATOMIC_SEQ_CST);
    if (!(v & LOCKED))
        rt_fatal("PyMutex_Unlock", "unlocking mutex that is not locked");
    if (v & WAITED)
        wake_all(&m->_bits);
}

/* ---- events ------------------------------------------------------------------------------------------------- */

int _PyEvent_IsSet(PyEvent *e) { return __atomic_load_n(&e->v, __ATOMIC_SEQ_CST) == LOCKED; }

void
_PyEvent_Notify(PyEvent *e)
{
    __atomic_store_n(&e->v, LOCKED, __ATOMIC_SEQ_CST);
    wake_all(&e->v);
}

int
PyEvent_WaitTimed(PyEvent *e, PyTime_t timeout_ns, int detach)
{
    if (_PyEvent_IsSet(e) || timeout_ns == 0)
        return _PyEvent_IsSet(e);
    int64_t deadline = timeout_ns < 0 ? -1 : os_monotonic_ns() + timeout_ns;
    PyThreadState *ts = detach ? ts_current() : NULL;
    if (ts != NULL)
        ts_detach(ts);
    bool timely = sleep_while(&e->v, 0, deadline);
    if (ts != NULL)
        ts_attach(ts);
    return timely || _PyEvent_IsSet(e);
}

void PyEvent_Wait(PyEvent *e) { PyEvent_WaitTimed(e, -1, 1); }

/* ---- recursive mutex, once ----------------------------------------------------------------------------------- */

int
_PyRecursiveMutex_IsLockedByCurrentThread(struct rt_recursive_mutex *m)
{
    return __atomic_load_n(&m->thread, __ATOMIC_RELAXED) == (unsigned long long)pthread_self();
}

void
_PyRecursiveMutex_Lock(struct rt_recursive_mutex *m)
{
    if (_PyRecursiveMutex_IsLockedByCurrentThread(m)) {
        m->level++;
        return;
    }
    (PyMutex_Lock)(&m->mutex);
    __atomic_store_n(&m->thread, (unsigned long long)pthread_self(), __ATOMIC_RELAXED);
    m->level = 0;
}

void
_PyRecursiveMutex_Unlock(struct rt_recursive_mutex *m)
{
    if (!_PyRecursiveMutex_IsLockedByCurrentThread(m))
        rt_fatal("_PyRecursiveMutex_Unlock", "unlocking a recursive mutex that is not owned by the current thread");
    if (m->level > 0) {
        m->level--;
        return;
    }
    __atomic_store_n(&m->thread, 0, __ATOMIC_RELAXED);
    (PyMutex_Unlock)(&m->mutex);
}

int
_PyOnceFlag_CallOnceSlow(_PyOnceFlag *flag, int (*fn)(void *), void *arg)
{
    enum { DONE = 4 };
    for (;;) {
        uint8_t v = __atomic_load_n(&flag->v, __ATOMIC_SEQ_CST);
        if (v == DONE)
            return 0;
        if (v & LOCKED) {
            sleep_while(&flag->v, v, -1);
            continue;
        }
        if (!bits_cas(&flag->v, v, LOCKED))
            continue;
        int rc = fn(arg);
        __atomic_store_n(&flag->v, rc == 0 ? DONE : 0, __ATOMIC_SEQ_CST);
        wake_all(&flag->v);
        return rc;
    }
}

/* ---- critical sections: the GIL makes them empty ---------------------------------------------------------------- */

void PyCriticalSection_Begin(PyCriticalSection *c, PyObject *op) { }
void PyCriticalSection_End(PyCriticalSection *c) { }
void PyCriticalSection2_Begin(PyCriticalSection2 *c, PyObject *a, PyObject *b) { }
void PyCriticalSection2_End(PyCriticalSection2 *c) { }
