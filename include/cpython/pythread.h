/* cpython/pythread.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_PYTHREAD_H
#define ADDER_CPYTHON_PYTHREAD_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NATIVE_TSS_KEY_T pthread_key_t
struct _Py_tss_t { int _is_initialized; NATIVE_TSS_KEY_T _key; };
#define Py_tss_NEEDS_INIT { 0 }


PyAPI_DATA(const long long) PY_TIMEOUT_MAX;

#ifdef __cplusplus
}
#endif
#endif
