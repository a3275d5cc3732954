/* rt/lock_more.c: the rarer locks that CPython's internals export: semaphores, readers and writers, sequence locks,
 * and the slow halves of critical sections, which the GIL makes empty. */
#include <Python.h>
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "base/os.h"
#include "rt/lock.h"
#include "rt/park.h"
#include "rt/thread.h"

/* ---- semaphores --------------------------------------------------------------------------------------------------- */

typedef struct { sem_t platform_sem; } _PySemaphore;

PyAPI_FUNC(void) _PySemaphore_Init(_PySemaphore *s);
PyAPI_FUNC(void) _PySemaphore_Destroy(_PySemaphore *s);
PyAPI_FUNC(void) _PySemaphore_Wakeup(_PySemaphore *s);
PyAPI_FUNC(int) _PySemaphore_Wait(_PySemaphore *s, PyTime_t timeout_ns, int detach);

void _PySemaphore_Init(_PySemaphore *s) { sem_init(&s->platform_sem, 0, 0); }
void _PySemaphore_Destroy(_PySemaphore *s) { sem_destroy(&s->platform_sem); }
void _PySemaphore_Wakeup(_PySemaphore *s) { sem_post(&s->platform_sem); }

static int
semaphore_wait(sem_t *s, PyTime_t timeout_ns)
{
    int rc;
    if (timeout_ns < 0)
        rc = sem_wait(s);
    else {
        int64_t at = os_monotonic_ns() + timeout_ns;
        struct timespec until = { at / 1000000000, at % 1000000000 };
        rc = sem_clockwait(s, CLOCK_MONOTONIC, &until);
    }
    return rc == 0 ? PARK_OK : errno == EINTR ? PARK_INTR : PARK_TIMEOUT;
}

int
_PySemaphore_Wait(_PySemaphore *s, PyTime_t timeout_ns, int detach)
{
    PyThreadState *ts = detach ? ts_current() : NULL;
    if (ts != NULL)
        ts_detach(ts);
    int rc = semaphore_wait(&s->platform_sem, timeout_ns);
    if (ts != NULL)
        ts_attach(ts);
    return rc;
}

/* ---- readers and writers: bit 0 written to, bit 1 somebody sleeps, the rest counts readers ------------------------------ */

typedef struct { uintptr_t bits; } _PyRWMutex;

enum { WRITTEN = 1, SLEEPERS = 2, READER = 4 };

PyAPI_FUNC(void) _PyRWMutex_RLock(_PyRWMutex *m);
PyAPI_FUNC(void) _PyRWMutex_RUnlock(_PyRWMutex *m);
PyAPI_FUNC(void) _PyRWMutex_Lock(_PyRWMutex *m);
PyAPI_FUNC(void) _PyRWMutex_Unlock(_PyRWMutex *m);

static bool
bits_become(_PyRWMutex *m, uintptr_t from, uintptr_t to)
{
    return __atomic_compare_exchange_n(&m->bits, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void
sleep_on(_PyRWMutex *m, uintptr_t seen)
{
    uintptr_t asleep = seen | SLEEPERS;
    if (seen == asleep || bits_become(m, seen, asleep))
        _PyParkingLot_Park(&m->bits, &asleep, sizeof(asleep), -1, NULL, 1);
}

/* Readers wait for sleeping writers, too: otherwise a writer might wait for ever. */
void
_PyRWMutex_RLock(_PyRWMutex *m)
{
    for (;;) {
        uintptr_t v = __atomic_load_n(&m->bits, __ATOMIC_SEQ_CST);
        if (v & (WRITTEN | SLEEPERS))
            sleep_on(m, v);
        else if (bits_become(m, v, v + READER))
            return;
    }
}

void
_PyRWMutex_RUnlock(_PyRWMutex *m)
{
    if (__atomic_sub_fetch(&m->bits, READER, __ATOMIC_SEQ_CST) == SLEEPERS)      /* the last reader */
        _PyParkingLot_UnparkAll(&m->bits);
}

/* A writer keeps the bit of the sleepers: it wakes them at the end. */
void
_PyRWMutex_Lock(_PyRWMutex *m)
{
    for (;;) {
        uintptr_t v = __atomic_load_n(&m->bits, __ATOMIC_SEQ_CST);
        if (v & ~(uintptr_t)SLEEPERS)
            sleep_on(m, v);
        else if (bits_become(m, v, v | WRITTEN))
            return;
    }
}

void
_PyRWMutex_Unlock(_PyRWMutex *m)
{
    if (__atomic_exchange_n(&m->bits, 0, __ATOMIC_SEQ_CST) & SLEEPERS)
        _PyParkingLot_UnparkAll(&m->bits);
}

/* ---- sequence locks: odd while written -------------------------------------------------------------------------------- */

typedef struct { uint32_t sequence; } _PySeqLock;

PyAPI_FUNC(void) _PySeqLock_LockWrite(_PySeqLock *s);
PyAPI_FUNC(void) _PySeqLock_UnlockWrite(_PySeqLock *s);
PyAPI_FUNC(void) _PySeqLock_AbandonWrite(_PySeqLock *s);
PyAPI_FUNC(uint32_t) _PySeqLock_BeginRead(_PySeqLock *s);
PyAPI_FUNC(int) _PySeqLock_EndRead(_PySeqLock *s, uint32_t previous);
PyAPI_FUNC(int) _PySeqLock_AfterFork(_PySeqLock *s);

void
_PySeqLock_LockWrite(_PySeqLock *s)
{
    for (;;) {
        uint32_t v = __atomic_load_n(&s->sequence, __ATOMIC_SEQ_CST);
        if (!(v & 1) && __atomic_compare_exchange_n(&s->sequence, &v, v + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return;
        sched_yield();
    }
}

void _PySeqLock_UnlockWrite(_PySeqLock *s) { __atomic_fetch_add(&s->sequence, 1, __ATOMIC_SEQ_CST); }
void _PySeqLock_AbandonWrite(_PySeqLock *s) { __atomic_fetch_sub(&s->sequence, 1, __ATOMIC_SEQ_CST); }

uint32_t
_PySeqLock_BeginRead(_PySeqLock *s)
{
    uint32_t v;
    while ((v = __atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE)) & 1)
        sched_yield();
    return v;
}

int
_PySeqLock_EndRead(_PySeqLock *s, uint32_t previous)
{
    if (__atomic_load_n(&s->sequence, __ATOMIC_SEQ_CST) == previous)
        return 1;
    sched_yield();
    return 0;
}

int
_PySeqLock_AfterFork(_PySeqLock *s)
{
    if (!(s->sequence & 1))
        return 0;
    s->sequence = 0;
    return 1;
}

/* ---- critical sections -------------------------------------------------------------------------------------------------- */

PyAPI_FUNC(void) _PyCriticalSection_BeginSlow(PyCriticalSection *c, PyMutex *m);
void _PyCriticalSection_BeginSlow(PyCriticalSection *c, PyMutex *m) { }
PyAPI_FUNC(void) _PyCriticalSection2_BeginSlow(PyCriticalSection2 *c, PyMutex *a, PyMutex *b, int a_is_locked);
void _PyCriticalSection2_BeginSlow(PyCriticalSection2 *c, PyMutex *a, PyMutex *b, int a_is_locked) { }
PyAPI_FUNC(void) _PyCriticalSection_Resume(PyThreadState *ts);
void _PyCriticalSection_Resume(PyThreadState *ts) { }
PyAPI_FUNC(void) _PyCriticalSection_SuspendAll(PyThreadState *ts);
void _PyCriticalSection_SuspendAll(PyThreadState *ts) { }
