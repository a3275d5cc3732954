/* object/core/object_const.c: None, NotImplemented, Ellipsis and the table of constants.
 * All are immortal: a count that foreign code (built before immortality) drove to 0 is simply set back. */
#include "object/core/object.h"

#include "rt/singletons.h"
#include "object/core/type_impl.h"

static void
constant_dealloc(PyObject *op)
{
    op->ob_refcnt = _Py_IMMORTAL_REFCNT;
}

/* tp_new of the three types: no arguments, always the same object. */
static PyObject *
constant_new(PyTypeObject *t, PyObject *args, PyObject *kwargs, PyObject *constant)
{
    if (PyTuple_GET_SIZE(args) || (kwargs != NULL && PyDict_GET_SIZE(kwargs))) {
        PyErr_Format(PyExc_TypeError, "%s takes no arguments", t->tp_name);
        return NULL;
    }
    return constant;
}

/* ---- None ---- */

static PyObject *none_repr(PyObject *op) { return PyUnicode_FromString("None"); }
static int none_bool(PyObject *op) { return 0; }
static Py_hash_t none_hash(PyObject *op) { return 0xFCA86420; }

static PyObject *
none_new(PyTypeObject *t, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) || (kwargs != NULL && PyDict_GET_SIZE(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "NoneType takes no arguments");
        return NULL;
    }
    return Py_None;
}

static PyNumberMethods none_number = { .nb_bool = none_bool };

PyTypeObject _PyNone_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "NoneType",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = constant_dealloc,
    .tp_repr = none_repr,
    .tp_as_number = &none_number,
    .tp_hash = none_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "NoneType()\n--\n\nThe type of None.",
    .tp_richcompare = object_richcompare,
    .tp_new = none_new,
};
PyObject _Py_NoneStruct = { { _Py_IMMORTAL_REFCNT }, &_PyNone_Type };

/* ---- NotImplemented ---- */

static PyObject *notimplemented_repr(PyObject *op) { return PyUnicode_FromString("NotImplemented"); }
static PyObject *notimplemented_reduce(PyObject *op, PyObject *unused) { return PyUnicode_FromString("NotImplemented"); }

static int
notimplemented_bool(PyObject *op)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "NotImplemented should not be used in a boolean context", 1) < 0)
        return -1;
    return 1;
}

static PyObject *
notimplemented_new(PyTypeObject *t, PyObject *args, PyObject *kwargs)
{
    return constant_new(t, args, kwargs, Py_NotImplemented);
}

static PyMethodDef notimplemented_methods[] = {
    { "__reduce__", notimplemented_reduce, METH_NOARGS, NULL },
    { NULL },
};
static PyNumberMethods notimplemented_number = { .nb_bool = notimplemented_bool };

PyTypeObject _PyNotImplemented_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "NotImplementedType",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = constant_dealloc,
    .tp_repr = notimplemented_repr,
    .tp_as_number = &notimplemented_number,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "NotImplementedType()\n--\n\nThe type of NotImplemented.",
    .tp_methods = notimplemented_methods,
    .tp_new = notimplemented_new,
};
PyObject _Py_NotImplementedStruct = { { _Py_IMMORTAL_REFCNT }, &_PyNotImplemented_Type };

/* ---- Ellipsis ---- */

static PyObject *ellipsis_repr(PyObject *op) { return PyUnicode_FromString("Ellipsis"); }
static PyObject *ellipsis_reduce(PyObject *op, PyObject *unused) { return PyUnicode_FromString("Ellipsis"); }

static PyObject *
ellipsis_new(PyTypeObject *t, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) || (kwargs != NULL && PyDict_GET_SIZE(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "EllipsisType takes no arguments");
        return NULL;
    }
    return Py_Ellipsis;
}

static PyMethodDef ellipsis_methods[] = {
    { "__reduce__", ellipsis_reduce, METH_NOARGS, NULL },
    { NULL },
};

PyTypeObject PyEllipsis_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "ellipsis",
    .tp_basicsize = sizeof(PyObject),
    .tp_dealloc = constant_dealloc,
    .tp_repr = ellipsis_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "ellipsis()\n--\n\nThe type of Ellipsis.",
    .tp_methods = ellipsis_methods,
    .tp_new = ellipsis_new,
};
PyObject _Py_EllipsisObject = { { _Py_IMMORTAL_REFCNT }, &PyEllipsis_Type };

/* ---- by number ---- */

PyObject *
Py_GetConstant(unsigned int id)
{
    switch (id) {
    case Py_CONSTANT_NONE: return Py_None;
    case Py_CONSTANT_FALSE: return Py_False;
    case Py_CONSTANT_TRUE: return Py_True;
    case Py_CONSTANT_ELLIPSIS: return Py_Ellipsis;
    case Py_CONSTANT_NOT_IMPLEMENTED: return Py_NotImplemented;
    case Py_CONSTANT_ZERO: return SMALL_INT(0);
    case Py_CONSTANT_ONE: return SMALL_INT(1);
    case Py_CONSTANT_EMPTY_STR: return EMPTY_STR;
    case Py_CONSTANT_EMPTY_BYTES: return EMPTY_BYTES;
    case Py_CONSTANT_EMPTY_TUPLE: return EMPTY_TUPLE;
    default:
        PyErr_BadInternalCall();
        return NULL;
    }
}

/* All constants are immortal, so a borrowed one is the same thing. */
PyObject *Py_GetConstantBorrowed(unsigned int id) { return Py_GetConstant(id); }
