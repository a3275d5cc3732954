/* object/core/err_os.c: exceptions out of errno and failed imports. */
#include <errno.h>
#include <string.h>

#include "object/core/err.h"

#include "object/core/exc.h"
#include "rt/hooks.h"
#include "rt/singletons.h"

static OWNED PyObject *
errno_message(int code)
{
    if (code == 0)
        return PyUnicode_FromString("Error");
    return PyUnicode_DecodeLocale(strerror(code), "surrogateescape");
}

static OWNED PyObject *
errno_arguments(int code, PyObject *message, PyObject *file1, PyObject *file2)
{
    PyObject *number = PyLong_FromLong(code), *zero = SMALL_INT(0), *args;
    if (number == NULL)
        return NULL;
    if (file1 == NULL)
        args = PyTuple_Pack(2, number, message);
    else if (file2 == NULL)
        args = PyTuple_Pack(3, number, message, file1);
    else
        args = PyTuple_Pack(5, number, message, file1, zero, file2);
    Py_DECREF(number);
    return args;
}

PyObject *
PyErr_SetFromErrnoWithFilenameObjects(PyObject *type, PyObject *file1, PyObject *file2)
{
    PyThreadState *ts = ts_current();
    int code = errno;
    if (code == EINTR && rt_hooks.safepoint != NULL && rt_hooks.safepoint(ts) < 0)
        return NULL;                 /* a signal handler raised */
    PyObject *message = errno_message(code);
    if (message == NULL)
        return NULL;
    PyObject *args = errno_arguments(code, message, file1, file2);
    Py_DECREF(message);
    if (args == NULL)
        return NULL;
    PyObject *exc = PyObject_Call(type, args, NULL);
    Py_DECREF(args);
    if (exc != NULL) {
        err_set(ts, (PyObject *)Py_TYPE(exc), exc);
        Py_DECREF(exc);
    }
    return NULL;
}

PyObject *
PyErr_SetFromErrnoWithFilenameObject(PyObject *type, PyObject *file)
{
    return PyErr_SetFromErrnoWithFilenameObjects(type, file, NULL);
}

PyObject *
PyErr_SetFromErrnoWithFilename(PyObject *type, const char *file)
{
    PyObject *name = NULL;
    if (file != NULL) {
        int code = errno;
        name = PyUnicode_DecodeFSDefault(file);
        if (name == NULL)
            return NULL;
        errno = code;
    }
    PyErr_SetFromErrnoWithFilenameObjects(type, name, NULL);
    Py_XDECREF(name);
    return NULL;
}

PyObject *
PyErr_SetFromErrno(PyObject *type)
{
    return PyErr_SetFromErrnoWithFilenameObjects(type, NULL, NULL);
}

PyObject *
PyErr_SetImportErrorSubclass(PyObject *type, PyObject *message, PyObject *name, PyObject *path)
{
    PyThreadState *ts = ts_current();
    int is_sub = PyObject_IsSubclass(type, PyExc_ImportError);
    if (is_sub < 0)
        return NULL;
    if (!is_sub || message == NULL) {
        err_set_string(ts, PyExc_TypeError, is_sub ? "expected a message argument" : "expected a subclass of ImportError");
        return NULL;
    }
    PyObject *kwargs = PyDict_New(), *exc = NULL;
    if (kwargs == NULL)
        return NULL;
    if (PyDict_SetItemString(kwargs, "name", name == NULL ? Py_None : name) < 0
        || PyDict_SetItemString(kwargs, "path", path == NULL ? Py_None : path) < 0)
        goto done;
    exc = PyObject_VectorcallDict(type, &message, 1, kwargs);
    if (exc != NULL) {
        err_set(ts, (PyObject *)Py_TYPE(exc), exc);
        Py_DECREF(exc);
    }
done:
    Py_DECREF(kwargs);
    return NULL;
}

PyObject *
PyErr_SetImportError(PyObject *message, PyObject *name, PyObject *path)
{
    return PyErr_SetImportErrorSubclass(PyExc_ImportError, message, name, path);
}
