/* cpython/lock.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_LOCK_H
#define ADDER_CPYTHON_LOCK_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PyMutex { uint8_t _bits; } PyMutex;

#define _Py_LOCKED 1
#define _Py_UNLOCKED 0

PyAPI_FUNC(void) PyMutex_Lock(PyMutex *);
PyAPI_FUNC(void) PyMutex_Unlock(PyMutex *);

static inline void _PyMutex_Lock(PyMutex *m)
{
    uint8_t expected = 0;
    if (!__atomic_compare_exchange_n(&m->_bits, &expected, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        PyMutex_Lock(m);
}
static inline void _PyMutex_Unlock(PyMutex *m)
{
    uint8_t expected = 1;
    if (!__atomic_compare_exchange_n(&m->_bits, &expected, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        PyMutex_Unlock(m);
}
#define PyMutex_Lock _PyMutex_Lock
#define PyMutex_Unlock _PyMutex_Unlock

#ifdef __cplusplus
}
#endif
#endif
