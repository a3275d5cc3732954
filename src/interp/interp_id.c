/* interp/interp_id.c: interpreters by their number, counting their users, who runs their __main__. */
#include "interp/cross.h"

#include "interp/lifecycle.h"
#include "rt/interp.h"

PyAPI_FUNC(int64_t) _PyInterpreterState_ObjectToID(PyObject *id);

PyInterpreterState *
_PyInterpreterState_LookUpID(int64_t id)
{
    PyInterpreterState *interp = id < 0 ? NULL : interp_by_id(id);
    if (interp == NULL)
        PyErr_Format(PyExc_InterpreterNotFoundError, "unrecognized interpreter ID %lld", (long long)id);
    return interp;
}

PyInterpreterState *
_PyInterpreterState_LookUpIDObject(PyObject *id)
{
    int64_t n = _PyInterpreterState_ObjectToID(id);
    return n < 0 ? NULL : _PyInterpreterState_LookUpID(n);
}

/* An interpreter that nobody counts on any more ends, if it was made on that condition. */
void
_PyInterpreterState_IDDecref(PyInterpreterState *interp)
{
    if (interp->id_mutex == NULL)
        return;
    PyThread_acquire_lock(interp->id_mutex, WAIT_LOCK);
    int64_t left = --interp->id_refcount;
    PyThread_release_lock(interp->id_mutex);
    if (left == 0 && interp->requires_idref)
        _PyXI_EndInterpreter(interp, NULL, NULL);
}

/* ---- who runs __main__ ---- */

int
_PyInterpreterState_IsRunningMain(PyInterpreterState *interp)
{
    return interp->threads.main != NULL || interp_is_main(interp);
}

int
_PyInterpreterState_FailIfRunningMain(PyInterpreterState *interp)
{
    if (interp->threads.main == NULL)
        return 0;
    PyErr_SetString(PyExc_InterpreterError, "interpreter already running");
    return -1;
}

int
_PyInterpreterState_SetRunningMain(PyInterpreterState *interp)
{
    PyThreadState *ts = ts_current();
    if (_PyInterpreterState_FailIfRunningMain(interp) < 0)
        return -1;
    if (ts->interp != interp) {
        PyErr_SetString(PyExc_RuntimeError, "current tstate has wrong interpreter");
        return -1;
    }
    interp->threads.main = ts;
    return 0;
}

void
_PyInterpreterState_SetNotRunningMain(PyInterpreterState *interp)
{
    interp->threads.main = NULL;
}
