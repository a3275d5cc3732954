/* object/num/num.c: see num.h. */
#include "object/num/num.h"

#include "object/core/call.h"

int
num_warn(PyObject *category, const char *format, ...)
{
    va_list args;
    if (rt_hooks.warn == NULL)
        return 0;
    va_start(args, format);
    int rc = rt_hooks.warn(category, 1, format, args);
    va_end(args);
    return rc;
}

int
num_check_spec(PyObject *spec)
{
    if (PyUnicode_Check(spec))
        return 0;
    args_bad("__format__", "argument", "str", spec);
    return -1;
}

PyObject *
num_pair(PyObject *a, PyObject *b)
{
    PyObject *pair = a == NULL || b == NULL ? NULL : PyTuple_New(2);
    if (pair == NULL) {
        Py_XDECREF(a);
        Py_XDECREF(b);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, a);
    PyTuple_SET_ITEM(pair, 1, b);
    return pair;
}
