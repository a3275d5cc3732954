/* object/core/descr_member.c: reading and writing C fields described by a PyMemberDef. */
#include <Python.h>

#include <limits.h>
#include <string.h>

#include "rt/singletons.h"
#include "object/core/descr.h"

PyObject *
PyMember_GetOne(const char *obj, PyMemberDef *def)
{
    if (def->flags & Py_RELATIVE_OFFSET) {
        PyErr_SetString(PyExc_SystemError, "PyMember_GetOne used with Py_RELATIVE_OFFSET");
        return NULL;
    }
    const char *at = obj + def->offset;
    PyObject *value;
    switch (def->type) {
    case Py_T_BOOL: return PyBool_FromLong(*(char *)at);
    case Py_T_BYTE: return PyLong_FromLong(*(signed char *)at);
    case Py_T_UBYTE: return PyLong_FromLong(*(unsigned char *)at);
    case Py_T_SHORT: return PyLong_FromLong(*(short *)at);
    case Py_T_USHORT: return PyLong_FromLong(*(unsigned short *)at);
    case Py_T_INT: return PyLong_FromLong(*(int *)at);
    case Py_T_UINT: return PyLong_FromUnsignedLong(*(unsigned int *)at);
    case Py_T_LONG: return PyLong_FromLong(*(long *)at);
    case Py_T_ULONG: return PyLong_FromUnsignedLong(*(unsigned long *)at);
    case Py_T_PYSSIZET: return PyLong_FromSsize_t(*(Py_ssize_t *)at);
    case Py_T_LONGLONG: return PyLong_FromLongLong(*(long long *)at);
    case Py_T_ULONGLONG: return PyLong_FromUnsignedLongLong(*(unsigned long long *)at);
    case Py_T_FLOAT: return PyFloat_FromDouble(*(float *)at);
    case Py_T_DOUBLE: return PyFloat_FromDouble(*(double *)at);
    case Py_T_STRING: return *(char **)at == NULL ? Py_None : PyUnicode_FromString(*(char **)at);
    case Py_T_STRING_INPLACE: return PyUnicode_FromString(at);
    case Py_T_CHAR: return PyUnicode_FromStringAndSize(at, 1);
    case _Py_T_OBJECT:
        value = *(PyObject **)at;
        return value == NULL ? Py_None : Py_NewRef(value);
    case Py_T_OBJECT_EX:
        value = *(PyObject **)at;
        if (value == NULL)
            PyErr_Format(PyExc_AttributeError, "'%T' object has no attribute '%s'", (PyObject *)obj, def->name);
        return Py_XNewRef(value);
    case _Py_T_NONE: return Py_None;
    default:
        PyErr_Format(PyExc_SystemError, "bad memberdescr type for %s", def->name);
        return NULL;
    }
}

static int
warn_if(bool wrong, const char *text)
{
    return wrong ? PyErr_WarnEx(PyExc_RuntimeWarning, text, 1) : 0;
}

/* A signed field of `size` bytes that long may exceed. */
static int
set_small(char *at, PyObject *v, int type)
{
    long n = PyLong_AsLong(v);
    if (n == -1 && PyErr_Occurred())
        return -1;
    switch (type) {
    case Py_T_BYTE:
        *at = (char)n;
        return warn_if(n > CHAR_MAX || n < CHAR_MIN, "Truncation of value to char");
    case Py_T_UBYTE:
        *(unsigned char *)at = (unsigned char)n;
        return warn_if(n > UCHAR_MAX || n < 0, "Truncation of value to unsigned char");
    case Py_T_SHORT:
        *(short *)at = (short)n;
        return warn_if(n > SHRT_MAX || n < SHRT_MIN, "Truncation of value to short");
    case Py_T_USHORT:
        *(unsigned short *)at = (unsigned short)n;
        return warn_if(n > USHRT_MAX || n < 0, "Truncation of value to unsigned short");
    case Py_T_INT:
        *(int *)at = (int)n;
        return warn_if(n > INT_MAX || n < INT_MIN, "Truncation of value to int");
    default:
        *(long *)at = n;
        return 0;
    }
}

/* Unsigned fields have always taken negative numbers too: with a warning. */
static int
set_unsigned(char *at, PyObject *v, int type)
{
    int overflow;
    PyObject *index = PyNumber_Index(v);
    if (index == NULL)
        return -1;
    long long n = PyLong_AsLongLongAndOverflow(index, &overflow);
    unsigned long long u = (unsigned long long)n;
    if (overflow < 0)
        PyErr_SetString(PyExc_OverflowError, type == Py_T_ULONGLONG ? "Python int too large to convert to C long long"
                                                                    : "Python int too large to convert to C long");
    else if (overflow > 0)
        u = type == Py_T_ULONGLONG ? PyLong_AsUnsignedLongLong(index) : PyLong_AsUnsignedLong(index);
    Py_DECREF(index);
    if ((n == -1 || overflow != 0) && PyErr_Occurred())
        return -1;
    if (type == Py_T_UINT)
        *(unsigned int *)at = (unsigned int)u;
    else
        *(unsigned long *)at = (unsigned long)u;
    if (!overflow && n < 0)
        return warn_if(true, "Writing negative value into unsigned field");
    return warn_if(type == Py_T_UINT && u > UINT_MAX, "Truncation of value to unsigned int");
}

static int
set_float(char *at, PyObject *v, int type)
{
    double x = PyFloat_AsDouble(v);
    if (x == -1 && PyErr_Occurred())
        return -1;
    if (type == Py_T_FLOAT)
        *(float *)at = (float)x;
    else
        *(double *)at = x;
    return 0;
}

static int
set_object(char *at, PyObject *v)
{
    PyObject *old = *(PyObject **)at;
    *(PyObject **)at = Py_XNewRef(v);
    Py_XDECREF(old);
    return 0;
}

/* v NULL means delete: only objects can be. 0 go on, -1. */
static int
check_delete(char *at, PyMemberDef *def)
{
    if (def->type == Py_T_OBJECT_EX) {
        if (*(PyObject **)at != NULL)
            return 0;
        PyErr_SetString(PyExc_AttributeError, def->name);
        return -1;
    }
    if (def->type == _Py_T_OBJECT)
        return 0;
    PyErr_SetString(PyExc_TypeError, "can't delete numeric/char attribute");
    return -1;
}

int
PyMember_SetOne(char *obj, PyMemberDef *def, PyObject *v)
{
    if (LIKELY(def->type == Py_T_OBJECT_EX && def->flags == 0 && v != NULL))    /* a name of __slots__ */
        return set_object(obj + def->offset, v);
    if (def->flags & Py_RELATIVE_OFFSET) {
        PyErr_SetString(PyExc_SystemError, "PyMember_SetOne used with Py_RELATIVE_OFFSET");
        return -1;
    }
    char *at = obj + def->offset;
    if (def->flags & Py_READONLY) {
        PyErr_SetString(PyExc_AttributeError, "readonly attribute");
        return -1;
    }
    if (v == NULL && check_delete(at, def) < 0)
        return -1;
    switch (def->type) {
    case Py_T_BOOL:
        if (!PyBool_Check(v)) {
            PyErr_SetString(PyExc_TypeError, "attribute value type must be bool");
            return -1;
        }
        *at = v == Py_True;
        return 0;
    case Py_T_BYTE:
    case Py_T_UBYTE:
    case Py_T_SHORT:
    case Py_T_USHORT:
    case Py_T_INT:
    case Py_T_LONG:
        return set_small(at, v, def->type);
    case Py_T_UINT:
    case Py_T_ULONG:
    case Py_T_ULONGLONG:
        return set_unsigned(at, v, def->type);
    case Py_T_PYSSIZET:
        *(Py_ssize_t *)at = PyLong_AsSsize_t(v);
        return *(Py_ssize_t *)at == -1 && PyErr_Occurred() ? -1 : 0;
    case Py_T_LONGLONG:
        *(long long *)at = PyLong_AsLongLong(v);
        return *(long long *)at == -1 && PyErr_Occurred() ? -1 : 0;
    case Py_T_FLOAT:
    case Py_T_DOUBLE:
        return set_float(at, v, def->type);
    case _Py_T_OBJECT:
    case Py_T_OBJECT_EX:
        return set_object(at, v);
    case Py_T_CHAR: {
        Py_ssize_t n;
        const char *text = PyUnicode_AsUTF8AndSize(v, &n);
        if (text == NULL || n != 1) {
            PyErr_BadArgument();
            return -1;
        }
        *at = text[0];
        return 0;
    }
    case Py_T_STRING:
    case Py_T_STRING_INPLACE:
        PyErr_SetString(PyExc_TypeError, "readonly attribute");
        return -1;
    default:
        PyErr_Format(PyExc_SystemError, "bad memberdescr type for %s", def->name);
        return -1;
    }
}
