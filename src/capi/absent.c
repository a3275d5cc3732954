/* capi/absent.c: functions of features that are not there yet. They exist so that modules which merely name them can be
 * loaded; each says clearly that it cannot do its work. */
#include <Python.h>

PyAPI_FUNC(PyObject *) _PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr);

/* Memory is not traced: -2 is the documented answer while tracemalloc is off. */
int
PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size)
{
    return -2;
}

int
PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr)
{
    return -2;
}

PyObject *
_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr)
{
    Py_RETURN_NONE;
}

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
