/* interp/open_code.c: opening files that will be run (PEP 578): through the hook, or as io.open(path, "rb"). */
#include "rt/interp.h"
#include "rt/runtime.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

int
PyFile_SetOpenCodeHook(Py_OpenCodeHookFunction hook, void *data)
{
    if (Py_IsInitialized() && PySys_Audit("setopencodehook", NULL) < 0)
        return -1;
    if (RUNTIME->open_code_hook != NULL) {
        if (Py_IsInitialized())
            PyErr_SetString(PyExc_SystemError, "failed to change existing open_code hook");
        return -1;
    }
    RUNTIME->open_code_hook = hook;
    RUNTIME->open_code_userdata = data;
    return 0;
}

PyObject *
PyFile_OpenCodeObject(PyObject *path)
{
    if (!PyUnicode_Check(path)) {
        PyErr_Format(PyExc_TypeError, "'path' must be 'str', not '%.200s'", Py_TYPE(path)->tp_name);
        return NULL;
    }
    if (RUNTIME->open_code_hook != NULL)
        return RUNTIME->open_code_hook(path, RUNTIME->open_code_userdata);
    PyObject *io = PyImport_ImportModule("_io"), *f = NULL;
    if (io != NULL) {
        f = PyObject_CallMethod(io, "open", "Os", path, "rb");
        Py_DECREF(io);
    }
    return f;
}

PyObject *
PyFile_OpenCode(const char *path)
{
    PyObject *p = PyUnicode_FromString(path);
    if (p == NULL)
        return NULL;
    PyObject *f = PyFile_OpenCodeObject(p);
    Py_DECREF(p);
    return f;
}
