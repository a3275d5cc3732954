/* capi/absent.c: functions of features that are not there yet. They exist so that modules which merely name them can be
 * loaded; each says clearly that it cannot do its work. */
#include <Python.h>

PyThreadState *
Py_NewInterpreter(void)
{
    if (PyThreadState_GetUnchecked() != NULL)
        PyErr_SetString(PyExc_SystemError, "sub-interpreters are not available");
    return NULL;
}

PyStatus
Py_NewInterpreterFromConfig(PyThreadState **ts, const PyInterpreterConfig *config)
{
    *ts = NULL;
    return PyStatus_Error("sub-interpreters are not available");
}

void
Py_EndInterpreter(PyThreadState *ts)
{
    Py_FatalError("sub-interpreters are not available");
}
