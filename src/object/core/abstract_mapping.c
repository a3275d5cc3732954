/* object/core/abstract_mapping.c: PyMapping_*. */
#include "object/core/abstract.h"

#include "object/core/err.h"
#include "rt/singletons.h"
#include "object/text/str.h"

int
PyMapping_Check(PyObject *o)
{
    return o != NULL && Py_TYPE(o)->tp_as_mapping != NULL && Py_TYPE(o)->tp_as_mapping->mp_subscript != NULL;
}

Py_ssize_t
PyMapping_Size(PyObject *o)
{
    if (o == NULL) {
        abstract_null_error();
        return -1;
    }
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_as_mapping != NULL && t->tp_as_mapping->mp_length != NULL)
        return t->tp_as_mapping->mp_length(o);
    bool sequence = t->tp_as_sequence != NULL && t->tp_as_sequence->sq_length != NULL;
    abstract_type_error(sequence ? "%.200s is not a mapping" : "object of type '%.200s' has no len()", o);
    return -1;
}

#undef PyMapping_Length
Py_ssize_t
PyMapping_Length(PyObject *o)
{
    return PyMapping_Size(o);
}

PyObject *
PyMapping_GetItemString(PyObject *o, const char *key)
{
    if (key == NULL)
        return abstract_null_error();
    PyObject *name = str_for_lookup(key);
    if (name == NULL)
        return NULL;
    PyObject *r = PyObject_GetItem(o, name);
    Py_DECREF(name);
    return r;
}

int
PyMapping_GetOptionalItem(PyObject *o, PyObject *key, PyObject **result)
{
    if (PyDict_CheckExact(o))
        return PyDict_GetItemRef(o, key, result);
    *result = PyObject_GetItem(o, key);
    if (*result != NULL)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_KeyError))
        return -1;
    PyErr_Clear();
    return 0;
}

int
PyMapping_GetOptionalItemString(PyObject *o, const char *key, PyObject **result)
{
    *result = NULL;
    if (key == NULL) {
        abstract_null_error();
        return -1;
    }
    PyObject *name = str_for_lookup(key);
    if (name == NULL)
        return -1;
    int rc = PyMapping_GetOptionalItem(o, name, result);
    Py_DECREF(name);
    return rc;
}

int
PyMapping_SetItemString(PyObject *o, const char *key, PyObject *value)
{
    if (key == NULL) {
        abstract_null_error();
        return -1;
    }
    PyObject *name = PyUnicode_FromString(key);
    if (name == NULL)
        return -1;
    int rc = PyObject_SetItem(o, name, value);
    Py_DECREF(name);
    return rc;
}

int
PyMapping_HasKeyWithError(PyObject *o, PyObject *key)
{
    PyObject *value;
    int rc = PyMapping_GetOptionalItem(o, key, &value);
    Py_XDECREF(value);
    return rc;
}

int
PyMapping_HasKeyStringWithError(PyObject *o, const char *key)
{
    PyObject *value;
    int rc = PyMapping_GetOptionalItemString(o, key, &value);
    Py_XDECREF(value);
    return rc;
}

int
PyMapping_HasKey(PyObject *o, PyObject *key)
{
    PyObject *value = NULL;
    int rc;
    if (o == NULL || key == NULL) {
        abstract_null_error();
        rc = -1;
    }
    else
        rc = PyMapping_GetOptionalItem(o, key, &value);
    if (rc < 0) {
        PyErr_FormatUnraisable("Exception ignored in PyMapping_HasKey(); consider using "
                               "PyMapping_HasKeyWithError(), PyMapping_GetOptionalItem() or PyObject_GetItem()");
        return 0;
    }
    Py_XDECREF(value);
    return rc;
}

int
PyMapping_HasKeyString(PyObject *o, const char *key)
{
    PyObject *value = NULL;
    int rc;
    if (o == NULL) {
        abstract_null_error();
        rc = -1;
    }
    else
        rc = PyMapping_GetOptionalItemString(o, key, &value);
    if (rc < 0) {
        PyErr_FormatUnraisable("Exception ignored in PyMapping_HasKeyString(); consider using "
                               "PyMapping_HasKeyStringWithError(), PyMapping_GetOptionalItemString() or "
                               "PyMapping_GetItemString()");
        return 0;
    }
    Py_XDECREF(value);
    return rc;
}

/* list(o.name()) */
static PyObject *
listed(PyObject *o, PyObject *name)
{
    if (o == NULL)
        return abstract_null_error();
    PyObject *result = PyObject_CallMethodNoArgs(o, name);
    if (result == NULL || PyList_CheckExact(result))
        return result;
    PyObject *it = PyObject_GetIter(result), *list = NULL;
    if (it != NULL)
        list = PySequence_List(it);
    else if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "%.200s.%U() returned a non-iterable (type %.200s)", Py_TYPE(o)->tp_name, name,
                     Py_TYPE(result)->tp_name);
    Py_DECREF(result);
    Py_XDECREF(it);
    return list;
}

PyObject *
PyMapping_Keys(PyObject *o)
{
    return o != NULL && PyDict_CheckExact(o) ? PyDict_Keys(o) : listed(o, ID(keys));
}

PyObject *
PyMapping_Items(PyObject *o)
{
    return o != NULL && PyDict_CheckExact(o) ? PyDict_Items(o) : listed(o, ID(items));
}

PyObject *
PyMapping_Values(PyObject *o)
{
    return o != NULL && PyDict_CheckExact(o) ? PyDict_Values(o) : listed(o, ID(values));
}
