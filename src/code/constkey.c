/* code/constkey.c: keys under which constants are the same constant: equal and of the same type all the way down,
 * with the sign of zero told apart. */
#include "code/code.h"

static PyObject *
float_key(PyObject *op)
{
    double d = PyFloat_AS_DOUBLE(op);
    if (d == 0.0 && signbit(d))
        return PyTuple_Pack(3, Py_TYPE(op), op, Py_None);
    return PyTuple_Pack(2, Py_TYPE(op), op);
}

static PyObject *
complex_key(PyObject *op)
{
    Py_complex z = PyComplex_AsCComplex(op);
    bool re = z.real == 0.0 && signbit(z.real), im = z.imag == 0.0 && signbit(z.imag);
    if (re && im)
        return PyTuple_Pack(3, Py_TYPE(op), op, Py_True);
    if (im)
        return PyTuple_Pack(3, Py_TYPE(op), op, Py_False);
    if (re)
        return PyTuple_Pack(3, Py_TYPE(op), op, Py_None);
    return PyTuple_Pack(2, Py_TYPE(op), op);
}

static PyObject *
tuple_key(PyObject *op)
{
    Py_ssize_t n = PyTuple_GET_SIZE(op);
    PyObject *keys = PyTuple_New(n);
    for (Py_ssize_t i = 0; keys != NULL && i < n; i++) {
        PyObject *k = _PyCode_ConstantKey(PyTuple_GET_ITEM(op, i));
        if (k == NULL)
            Py_CLEAR(keys);
        else
            PyTuple_SET_ITEM(keys, i, k);
    }
    if (keys == NULL)
        return NULL;
    PyObject *key = PyTuple_Pack(2, keys, op);
    Py_DECREF(keys);
    return key;
}

static PyObject *
frozenset_key(PyObject *op)
{
    PyObject *items = PySequence_Tuple(op);
    PyObject *keys = items == NULL ? NULL : PyTuple_New(PyTuple_GET_SIZE(items));
    for (Py_ssize_t i = 0; keys != NULL && i < PyTuple_GET_SIZE(items); i++) {
        PyObject *k = _PyCode_ConstantKey(PyTuple_GET_ITEM(items, i));
        if (k == NULL)
            Py_CLEAR(keys);
        else
            PyTuple_SET_ITEM(keys, i, k);
    }
    PyObject *set = keys == NULL ? NULL : PyFrozenSet_New(keys);
    PyObject *key = set == NULL ? NULL : PyTuple_Pack(2, set, op);
    Py_XDECREF(items);
    Py_XDECREF(keys);
    Py_XDECREF(set);
    return key;
}

PyObject *
_PyCode_ConstantKey(PyObject *op)
{
    if (op == Py_None || op == Py_Ellipsis || PyLong_CheckExact(op) || PyUnicode_CheckExact(op) || PyCode_Check(op))
        return Py_NewRef(op);
    if (PyBool_Check(op) || PyBytes_CheckExact(op))
        return PyTuple_Pack(2, Py_TYPE(op), op);
    if (PyFloat_CheckExact(op))
        return float_key(op);
    if (PyComplex_CheckExact(op))
        return complex_key(op);
    if (PyTuple_CheckExact(op) || PyFrozenSet_CheckExact(op)) {
        if (Py_EnterRecursiveCall(" while comparing constants"))
            return NULL;
        PyObject *key = PyTuple_CheckExact(op) ? tuple_key(op) : frozenset_key(op);
        Py_LeaveRecursiveCall();
        return key;
    }
    PyObject *id = PyLong_FromVoidPtr(op);             /* no notion of equality: the object itself */
    PyObject *key = id == NULL ? NULL : PyTuple_Pack(2, id, op);
    Py_XDECREF(id);
    return key;
}
