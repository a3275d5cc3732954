/* rt/pythread.c: the PyThread_* interface: OS threads, locks that any thread may release, thread-local storage. */
#include <Python.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "base/os.h"
#include "rt/hooks.h"
#include "rt/thread.h"

typedef unsigned long long PyThread_ident_t;
typedef unsigned long PyThread_handle_t;

const long long PY_TIMEOUT_MAX = LLONG_MAX / 1000;

/* ---- threads ------------------------------------------------------------------------------------------------ */

static size_t stack_size;

void PyThread_init_thread(void) { }
unsigned long PyThread_get_thread_ident(void) { return (unsigned long)pthread_self(); }
PyAPI_FUNC(PyThread_ident_t) PyThread_get_thread_ident_ex(void);
PyThread_ident_t PyThread_get_thread_ident_ex(void) { return (PyThread_ident_t)pthread_self(); }
unsigned long PyThread_get_thread_native_id(void) { return (unsigned long)os_thread_native_id(); }
void PyThread_exit_thread(void) { pthread_exit(NULL); }

struct start { void (*func)(void *); void *arg; };

static void *
run_start(void *p)
{
    struct start s = *(struct start *)p;
    free(p);
    s.func(s.arg);
    return NULL;
}

static int
thread_start(void (*func)(void *), void *arg, pthread_t *out)
{
    struct start *s = malloc(sizeof(*s));
    if (s == NULL)
        return -1;
    *s = (struct start){ func, arg };
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    if (stack_size != 0)
        pthread_attr_setstacksize(&attr, stack_size);
    int rc = pthread_create(out, &attr, run_start, s);
    pthread_attr_destroy(&attr);
    if (rc != 0)
        free(s);
    return rc == 0 ? 0 : -1;
}

unsigned long
PyThread_start_new_thread(void (*func)(void *), void *arg)
{
    pthread_t t;
    if (thread_start(func, arg, &t) < 0)
        return PYTHREAD_INVALID_THREAD_ID;
    pthread_detach(t);
    return (unsigned long)t;
}

PyAPI_FUNC(int) PyThread_start_joinable_thread(void (*func)(void *), void *arg, PyThread_ident_t *id, PyThread_handle_t *handle);
int
PyThread_start_joinable_thread(void (*func)(void *), void *arg, PyThread_ident_t *id, PyThread_handle_t *handle)
{
    pthread_t t;
    if (thread_start(func, arg, &t) < 0)
        return -1;
    *id = (PyThread_ident_t)t;
    *handle = (PyThread_handle_t)t;
    return 0;
}
PyAPI_FUNC(int) PyThread_join_thread(PyThread_handle_t handle);
int PyThread_join_thread(PyThread_handle_t handle) { return pthread_join((pthread_t)handle, NULL); }
PyAPI_FUNC(int) PyThread_detach_thread(PyThread_handle_t handle);
int PyThread_detach_thread(PyThread_handle_t handle) { return pthread_detach((pthread_t)handle); }

size_t PyThread_get_stacksize(void) { return stack_size; }

int
PyThread_set_stacksize(size_t size)
{
    pthread_attr_t attr;
    if (size == 0) {
        stack_size = 0;
        return 0;
    }
    if (size < 0x8000 || pthread_attr_init(&attr) != 0)
        return -1;
    int rc = pthread_attr_setstacksize(&attr, size);
    pthread_attr_destroy(&attr);
    if (rc != 0)
        return -1;
    stack_size = size;
    return 0;
}

/* ---- locks -------------------------------------------------------------------------------------------------- */

PyThread_type_lock
PyThread_allocate_lock(void)
{
    sem_t *s = PyMem_RawMalloc(sizeof(*s));
    if (s != NULL && sem_init(s, 0, 1) != 0) {
        PyMem_RawFree(s);
        s = NULL;
    }
    return s;
}

void
PyThread_free_lock(PyThread_type_lock lock)
{
    if (lock == NULL)
        return;
    sem_destroy(lock);
    PyMem_RawFree(lock);
}

static int
sem_wait_until(sem_t *s, int64_t deadline)
{
    if (deadline < 0)
        return sem_wait(s);
    struct timespec until = { deadline / 1000000000, deadline % 1000000000 };
    return sem_clockwait(s, CLOCK_MONOTONIC, &until);
}

PyLockStatus
PyThread_acquire_lock_timed(PyThread_type_lock lock, long long us, int intr)
{
    if (us == 0) {
        while (sem_trywait(lock) != 0)
            if (errno != EINTR)
                return PY_LOCK_FAILURE;
        return PY_LOCK_ACQUIRED;
    }
    int64_t deadline = -1;
    if (us > 0) {
        int64_t now = os_monotonic_ns();
        deadline = us > (INT64_MAX - now) / 1000 ? INT64_MAX : now + us * 1000;
    }
    while (sem_wait_until(lock, deadline) != 0) {
        if (errno != EINTR)
            return PY_LOCK_FAILURE;
        if (intr)
            return PY_LOCK_INTR;
    }
    return PY_LOCK_ACQUIRED;
}

int
PyThread_acquire_lock(PyThread_type_lock lock, int wait)
{
    return PyThread_acquire_lock_timed(lock, wait ? -1 : 0, 0) == PY_LOCK_ACQUIRED;
}

void PyThread_release_lock(PyThread_type_lock lock) { sem_post(lock); }

/* ---- thread-local storage ------------------------------------------------------------------------------------ */

Py_tss_t *
PyThread_tss_alloc(void)
{
    Py_tss_t *key = PyMem_RawMalloc(sizeof(*key));
    if (key != NULL)
        *key = (Py_tss_t)Py_tss_NEEDS_INIT;
    return key;
}

void
PyThread_tss_free(Py_tss_t *key)
{
    if (key == NULL)
        return;
    PyThread_tss_delete(key);
    PyMem_RawFree(key);
}

int PyThread_tss_is_created(Py_tss_t *key) { return key->_is_initialized; }

int
PyThread_tss_create(Py_tss_t *key)
{
    if (key->_is_initialized)
        return 0;
    if (pthread_key_create(&key->_key, NULL) != 0)
        return -1;
    key->_is_initialized = 1;
    return 0;
}

void
PyThread_tss_delete(Py_tss_t *key)
{
    if (!key->_is_initialized)
        return;
    pthread_key_delete(key->_key);
    key->_is_initialized = 0;
}

int PyThread_tss_set(Py_tss_t *key, void *value) { return pthread_setspecific(key->_key, value) == 0 ? 0 : -1; }
void *PyThread_tss_get(Py_tss_t *key) { return pthread_getspecific(key->_key); }

int
PyThread_create_key(void)
{
    pthread_key_t key;
    if (pthread_key_create(&key, NULL) != 0)
        return -1;
    if (key > INT_MAX) {
        pthread_key_delete(key);
        return -1;
    }
    return (int)key;
}
void PyThread_delete_key(int key) { pthread_key_delete((pthread_key_t)key); }
void PyThread_delete_key_value(int key) { pthread_setspecific((pthread_key_t)key, NULL); }
int PyThread_set_key_value(int key, void *value) { return pthread_setspecific((pthread_key_t)key, value) == 0 ? 0 : -1; }
void *PyThread_get_key_value(int key) { return pthread_getspecific((pthread_key_t)key); }
void PyThread_ReInitTLS(void) { }
