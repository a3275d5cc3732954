/* cpython/pythread.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_PYTHREAD_H
#define Py_CPYTHON_PYTHREAD_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PYTHREAD_INVALID_THREAD_ID ((unsigned long)-1)

struct _Py_tss_t {
    int _is_initialized;
    pthread_key_t _key;
};
#define Py_tss_NEEDS_INIT { 0 }


PyAPI_DATA(const long long) PY_TIMEOUT_MAX;

#ifdef __cplusplus
}
#endif
#endif
