/* object/num/bool.c: bool: the two ints True and False, which exist from the start and never die. */
#include "object/num/int_impl.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/num/num.h"

PyObject *PyBool_FromLong(long v) { return v ? Py_True : Py_False; }

static PyObject *bool_repr(PyObject *self) { return self == Py_True ? ID(True) : ID(False); }

static PyObject *
bool_from(PyObject *x)
{
    int truth = x == NULL ? 0 : PyObject_IsTrue(x);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

static PyObject *
bool_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_no_keywords("bool", kwargs) || !args_count("bool", n, 0, 1))
        return NULL;
    return bool_from(n == 0 ? NULL : PyTuple_GET_ITEM(args, 0));
}

static PyObject *
bool_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("bool", kwnames) || !args_count("bool", n, 0, 1))
        return NULL;
    return bool_from(n == 0 ? NULL : args[0]);
}

static PyObject *
bool_and(PyObject *a, PyObject *b)
{
    if (!PyBool_Check(a) || !PyBool_Check(b))
        return PyLong_Type.tp_as_number->nb_and(a, b);
    return PyBool_FromLong(a == Py_True && b == Py_True);
}

static PyObject *
bool_or(PyObject *a, PyObject *b)
{
    if (!PyBool_Check(a) || !PyBool_Check(b))
        return PyLong_Type.tp_as_number->nb_or(a, b);
    return PyBool_FromLong(a == Py_True || b == Py_True);
}

static PyObject *
bool_xor(PyObject *a, PyObject *b)
{
    if (!PyBool_Check(a) || !PyBool_Check(b))
        return PyLong_Type.tp_as_number->nb_xor(a, b);
    return PyBool_FromLong(a != b);
}

static PyObject *
bool_invert(PyObject *a)
{
    if (num_warn(PyExc_DeprecationWarning,
                 "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise "
                 "inversion of the underlying int object and is usually not what you expect from negating a bool. "
                 "Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the "
                 "underlying int.") < 0)
        return NULL;
    return int_invert(a);
}

/* Only extensions that count immortals the old way get here. */
static void bool_dealloc(PyObject *self) { self->ob_refcnt = _Py_IMMORTAL_REFCNT; }

static PyNumberMethods bool_as_number = {
    .nb_invert = bool_invert,
    .nb_and = bool_and,
    .nb_xor = bool_xor,
    .nb_or = bool_or,
};

PyTypeObject PyBool_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "bool",
    .tp_basicsize = offsetof(PyLongObject, long_value.ob_digit),
    .tp_itemsize = sizeof(digit),
    .tp_dealloc = bool_dealloc,
    .tp_repr = bool_repr,
    .tp_as_number = &bool_as_number,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "bool(object=False, /)\n--\n\nTrue or False by the truth of the argument.",
    .tp_base = &PyLong_Type,
    .tp_new = bool_new,
    .tp_vectorcall = bool_vectorcall,
};

struct _longobject _Py_FalseStruct = { PyObject_HEAD_INIT(&PyBool_Type) { INT_TAG(0, INT_ZERO), { 0 } } };
struct _longobject _Py_TrueStruct = { PyObject_HEAD_INIT(&PyBool_Type) { INT_TAG(1, INT_POSITIVE), { 1 } } };
