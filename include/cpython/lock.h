/* cpython/lock.h: PyMutex: a lock of one byte, free when zero. Taking a free one and freeing one without waiters happen here;
 * the library has the rest. */
#ifndef Py_CPYTHON_LOCK_H
#define Py_CPYTHON_LOCK_H

#include "pyatomic.h"

#ifdef __cplusplus
extern "C" {
#endif

#define _Py_UNLOCKED 0
#define _Py_LOCKED 1

typedef struct PyMutex {
    uint8_t _bits;
} PyMutex;

PyAPI_FUNC(void) PyMutex_Lock(PyMutex *);
PyAPI_FUNC(void) PyMutex_Unlock(PyMutex *);

static inline void _PyMutex_Lock(PyMutex *m)
{
    uint8_t expected = _Py_UNLOCKED;
    if (!_Py_atomic_compare_exchange_uint8(&m->_bits, &expected, _Py_LOCKED))
        PyMutex_Lock(m);
}
#define PyMutex_Lock _PyMutex_Lock

static inline void _PyMutex_Unlock(PyMutex *m)
{
    uint8_t expected = _Py_LOCKED;
    if (!_Py_atomic_compare_exchange_uint8(&m->_bits, &expected, _Py_UNLOCKED))
        PyMutex_Unlock(m);
}
#define PyMutex_Unlock _PyMutex_Unlock

#ifdef __cplusplus
}
#endif
#endif
