/* object/core/warn.c: issuing warnings from C. What becomes of them is decided above (rt_hooks.warn: interp/warnings.c);
 * a program without that floor, like the freezer, passes them over. */
#include <Python.h>

#include "rt/hooks.h"

int
PyErr_WarnFormat(PyObject *category, Py_ssize_t stack_level, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    int r = rt_hooks.warn == NULL ? 0 : rt_hooks.warn(category, stack_level, format, va);
    va_end(va);
    return r;
}

int
PyErr_WarnEx(PyObject *category, const char *text, Py_ssize_t stack_level)
{
    PyObject *message = PyUnicode_FromString(text);
    if (message == NULL)
        return -1;
    int r = PyErr_WarnFormat(category, stack_level, "%U", message);
    Py_DECREF(message);
    return r;
}
