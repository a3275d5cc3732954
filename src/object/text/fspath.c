/* object/text/fspath.c: os.PathLike objects (PEP 519). */
#include <Python.h>

#include "object/core/type.h"
#include "rt/singletons.h"

/* The str or bytes of a path object; a new reference, or NULL with TypeError. */
PyObject *
PyOS_FSPath(PyObject *path)
{
    if (PyUnicode_Check(path) || PyBytes_Check(path))
        return Py_NewRef(path);
    PyObject *f = NULL;
    if (PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(path), "__fspath__", &f) < 0)
        return NULL;
    if (f == NULL || f == Py_None) {
        Py_XDECREF(f);
        PyErr_Format(PyExc_TypeError, "expected str, bytes or os.PathLike object, not %.200s", _PyType_Name(Py_TYPE(path)));
        return NULL;
    }
    PyObject *r = PyObject_CallOneArg(f, path);
    Py_DECREF(f);
    if (r != NULL && !PyUnicode_Check(r) && !PyBytes_Check(r)) {
        PyErr_Format(PyExc_TypeError, "expected %.200s.__fspath__() to return str or bytes, not %.200s", Py_TYPE(path)->tp_name, Py_TYPE(r)->tp_name);
        Py_CLEAR(r);
    }
    return r;
}
