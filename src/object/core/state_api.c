/* object/core/state_api.c: public functions of threads and interpreters that make or raise objects. */
#include <Python.h>
#include <unistd.h>

#include "internal/pycore_time.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "object/core/err.h"
#include "object/num/int.h"

PyAPI_FUNC(PyObject *) _PyThreadState_GetDict(PyThreadState *ts);

PyObject *
_PyThreadState_GetDict(PyThreadState *ts)
{
    if (ts->dict == NULL && (ts->dict = PyDict_New()) == NULL)
        err_clear(ts);
    return ts->dict;
}

PyObject *
PyThreadState_GetDict(void)
{
    PyThreadState *ts = ts_current();
    return ts == NULL ? NULL : _PyThreadState_GetDict(ts);
}

PyObject *
PyInterpreterState_GetDict(PyInterpreterState *interp)
{
    if (interp->dict == NULL && (interp->dict = PyDict_New()) == NULL)
        PyErr_Clear();
    return interp->dict;
}

int64_t
PyInterpreterState_GetID(PyInterpreterState *interp)
{
    if (interp == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "no interpreter provided");
        return -1;
    }
    return interp->id;
}

PyAPI_FUNC(PyObject *) _PyInterpreterState_GetIDObject(PyInterpreterState *interp);
PyObject *_PyInterpreterState_GetIDObject(PyInterpreterState *interp) { return int_from_i64(interp->id); }

PyAPI_FUNC(int64_t) _PyInterpreterState_ObjectToID(PyObject *id);
int64_t
_PyInterpreterState_ObjectToID(PyObject *id)
{
    if (!PyIndex_Check(id)) {
        PyErr_Format(PyExc_TypeError, "interpreter ID must be an int, got %.100s", Py_TYPE(id)->tp_name);
        return -1;
    }
    PyObject *i = PyNumber_Index(id);
    if (i == NULL)
        return -1;
    long long v = PyLong_AsLongLong(i);
    Py_DECREF(i);
    if (v < 0 && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "interpreter ID must be a non-negative int, got %R", id);
    return v < 0 ? -1 : v;
}

/* ---- counting users of an interpreter ------------------------------------------------------------------------------- */

PyAPI_FUNC(int) _PyInterpreterState_IDInitref(PyInterpreterState *interp);
int
_PyInterpreterState_IDInitref(PyInterpreterState *interp)
{
    if (interp->id_mutex != NULL)
        return 0;
    interp->id_mutex = PyThread_allocate_lock();
    if (interp->id_mutex == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "failed to create init interpreter ID mutex");
        return -1;
    }
    interp->id_refcount = 0;
    return 0;
}

PyAPI_FUNC(int) _PyInterpreterState_IDIncref(PyInterpreterState *interp);
int
_PyInterpreterState_IDIncref(PyInterpreterState *interp)
{
    if (_PyInterpreterState_IDInitref(interp) < 0)
        return -1;
    PyThread_acquire_lock(interp->id_mutex, WAIT_LOCK);
    interp->id_refcount++;
    PyThread_release_lock(interp->id_mutex);
    return 0;
}

/* ---- facts about threads -------------------------------------------------------------------------------------------- */

static PyStructSequence_Field info_fields[] = {
    { "name", "name of the thread implementation" },
    { "lock", "name of the lock implementation" },
    { "version", "name and version of the thread library" },
    { NULL, NULL }
};
static PyStructSequence_Desc info_desc = { "sys.thread_info", "Facts about the implementation of threads.", info_fields, 3 };

PyObject *
PyThread_GetInfo(void)
{
    PyTypeObject *type = PyStructSequence_NewType(&info_desc);
    PyObject *info = type == NULL ? NULL : PyStructSequence_New(type);
    Py_XDECREF(type);
    if (info == NULL)
        return NULL;
    char version[64] = "";
    size_t n = confstr(_CS_GNU_LIBPTHREAD_VERSION, version, sizeof(version));
    PyStructSequence_SetItem(info, 0, PyUnicode_FromString("pthread"));
    PyStructSequence_SetItem(info, 1, PyUnicode_FromString("semaphore"));
    PyStructSequence_SetItem(info, 2, n == 0 ? Py_None : PyUnicode_DecodeFSDefault(version));
    if (PyErr_Occurred())
        Py_CLEAR(info);
    return info;
}

/* ---- locks with a timeout --------------------------------------------------------------------------------------------- */

PyAPI_FUNC(int) PyThread_ParseTimeoutArg(PyObject *arg, int blocking, long long *us);

int
PyThread_ParseTimeoutArg(PyObject *arg, int blocking, long long *us)
{
    PyTime_t timeout;
    if (arg == NULL || arg == Py_None) {
        *us = blocking ? -1 : 0;
        return 0;
    }
    if (!blocking) {
        PyErr_SetString(PyExc_ValueError, "can't specify a timeout for a non-blocking call");
        return -1;
    }
    if (_PyTime_FromSecondsObject(&timeout, arg, _PyTime_ROUND_TIMEOUT) < 0)
        return -1;
    if (timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "timeout value must be a non-negative number");
        return -1;
    }
    *us = _PyTime_AsMicroseconds(timeout, _PyTime_ROUND_TIMEOUT);
    if (*us <= PY_TIMEOUT_MAX)
        return 0;
    PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
    return -1;
}

PyAPI_FUNC(PyLockStatus) PyThread_acquire_lock_timed_with_retries(PyThread_type_lock lock, long long us);

/* Waits again after signals, with what is left of the time; PY_LOCK_INTR when a handler raised. */
PyLockStatus
PyThread_acquire_lock_timed_with_retries(PyThread_type_lock lock, long long us)
{
    PyThreadState *ts = ts_current();
    PyTime_t end = us > 0 ? _PyDeadline_Init(_PyTime_FromMicrosecondsClamp(us)) : 0;
    for (;;) {
        PyLockStatus r = PyThread_acquire_lock_timed(lock, 0, 0);
        if (r == PY_LOCK_FAILURE && us != 0) {
            ts_detach(ts);
            r = PyThread_acquire_lock_timed(lock, us, 1);
            ts_attach(ts);
        }
        if (r != PY_LOCK_INTR)
            return r;
        if (rt_hooks.safepoint != NULL && rt_hooks.safepoint(ts) < 0)
            return PY_LOCK_INTR;
        if (us > 0) {
            us = _PyTime_AsMicroseconds(_PyDeadline_Get(end), _PyTime_ROUND_CEILING);
            if (us <= 0)
                us = 0;
        }
    }
}

PyObject *
PyUnstable_InterpreterState_GetMainModule(PyInterpreterState *interp)
{
    if (interp->imports.modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "interpreter not initialized");
        return NULL;
    }
    return PyMapping_GetItemString(interp->imports.modules, "__main__");
}
