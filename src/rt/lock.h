/* rt/lock.h: internal locks behind the one-byte PyMutex: events, recursive mutexes, once flags. */
#ifndef ADDER_RT_LOCK_H
#define ADDER_RT_LOCK_H

#include <Python.h>

#include "rt/interp.h"

/* A byte that goes from 0 to 1 once. */
typedef struct { uint8_t v; } PyEvent;

PyAPI_FUNC(int) _PyEvent_IsSet(PyEvent *e);
PyAPI_FUNC(void) _PyEvent_Notify(PyEvent *e);
PyAPI_FUNC(void) PyEvent_Wait(PyEvent *e);
/* 1 when set, 0 on timeout; timeout in ns, negative = for ever. `detach`: let other Python threads run meanwhile. */
PyAPI_FUNC(int) PyEvent_WaitTimed(PyEvent *e, PyTime_t timeout_ns, int detach);

PyAPI_FUNC(int) _PyRecursiveMutex_IsLockedByCurrentThread(struct rt_recursive_mutex *m);
PyAPI_FUNC(void) _PyRecursiveMutex_Lock(struct rt_recursive_mutex *m);
PyAPI_FUNC(void) _PyRecursiveMutex_Unlock(struct rt_recursive_mutex *m);
/* Calls fn(arg) once successfully (0); concurrent callers wait. */
PyAPI_FUNC(int) _PyOnceFlag_CallOnceSlow(_PyOnceFlag *flag, int (*fn)(void *), void *arg);

/* Locks a PyMutex: 1; or 0 after timeout_ns (negative = for ever, 0 = do not wait); */
int mutex_lock_timed(PyMutex *m, PyTime_t timeout_ns, bool detach);
bool mutex_try_lock(PyMutex *m);
static inline bool mutex_is_locked(PyMutex *m) { return (__atomic_load_n(&m->_bits, __ATOMIC_SEQ_CST) & 1) != 0; }

#endif
