/* pythread.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_PYTHREAD_H
#define Py_PYTHREAD_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void *PyThread_type_lock;
typedef enum PyLockStatus { PY_LOCK_FAILURE = 0, PY_LOCK_ACQUIRED = 1, PY_LOCK_INTR } PyLockStatus;
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03070000
typedef struct _Py_tss_t Py_tss_t;
#endif
#define PY_TIMEOUT_T long long
#define PY_HAVE_THREAD_NATIVE_ID

#define NOWAIT_LOCK 0
#define WAIT_LOCK 1

Py_DEPRECATED(3.7) PyAPI_FUNC(void) PyThread_ReInitTLS(void);
PyAPI_FUNC(int) PyThread_acquire_lock(PyThread_type_lock, int);
PyAPI_FUNC(PyLockStatus) PyThread_acquire_lock_timed(PyThread_type_lock, long long, int);
PyAPI_FUNC(PyThread_type_lock) PyThread_allocate_lock(void);
Py_DEPRECATED(3.7) PyAPI_FUNC(int) PyThread_create_key(void);
Py_DEPRECATED(3.7) PyAPI_FUNC(void) PyThread_delete_key(int);
Py_DEPRECATED(3.7) PyAPI_FUNC(void) PyThread_delete_key_value(int);
PyAPI_FUNC(void) _Py_NO_RETURN PyThread_exit_thread(void);
PyAPI_FUNC(void) PyThread_free_lock(PyThread_type_lock);
Py_DEPRECATED(3.7) PyAPI_FUNC(void *) PyThread_get_key_value(int);
PyAPI_FUNC(size_t) PyThread_get_stacksize(void);
PyAPI_FUNC(unsigned long) PyThread_get_thread_ident(void);
PyAPI_FUNC(unsigned long) PyThread_get_thread_native_id(void);
PyAPI_FUNC(void) PyThread_init_thread(void);
PyAPI_FUNC(void) PyThread_release_lock(PyThread_type_lock);
Py_DEPRECATED(3.7) PyAPI_FUNC(int) PyThread_set_key_value(int, void *);
PyAPI_FUNC(int) PyThread_set_stacksize(size_t);
PyAPI_FUNC(unsigned long) PyThread_start_new_thread(void (*)(void *), void *);
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03030000
PyAPI_FUNC(PyObject *) PyThread_GetInfo(void);
#endif
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03070000
PyAPI_FUNC(Py_tss_t *) PyThread_tss_alloc(void);
PyAPI_FUNC(int) PyThread_tss_create(Py_tss_t *);
PyAPI_FUNC(void) PyThread_tss_delete(Py_tss_t *);
PyAPI_FUNC(void) PyThread_tss_free(Py_tss_t *);
PyAPI_FUNC(void *) PyThread_tss_get(Py_tss_t *);
PyAPI_FUNC(int) PyThread_tss_is_created(Py_tss_t *);
PyAPI_FUNC(int) PyThread_tss_set(Py_tss_t *, void *);
#endif

#ifndef Py_LIMITED_API
#include "cpython/pythread.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
