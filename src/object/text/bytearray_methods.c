/* object/text/bytearray_methods.c: the methods that bytearray has beyond those of bytes. */
#include "object/text/bytearray.h"

#include <string.h>

#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/type.h"
#include "rt/singletons.h"

#define ARRAY(op) ((PyByteArrayObject *)(op))

static PyObject *
m_append(PyObject *self, PyObject *item)
{
    int v = bytes_value_of(item);
    if (v < 0 || bytearray_append_value(self, v) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
m_clear(PyObject *self, PyObject *unused)
{
    if (PyByteArray_Resize(self, 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
m_copy(PyObject *self, PyObject *unused)
{
    return PyByteArray_FromStringAndSize(PyByteArray_AS_STRING(self), Py_SIZE(self));
}

/* The values of an iterator as a bytearray. */
static OWNED PyObject *
collect_values(PyObject *it)
{
    PyObject *out = PyByteArray_FromStringAndSize(NULL, 0), *item;
    while (out != NULL && (item = iter_next(it)) != NULL) {
        int v = bytes_value_of(item);
        Py_DECREF(item);
        if (v < 0 || bytearray_append_value(out, v) < 0)
            Py_CLEAR(out);
    }
    if (PyErr_Occurred())
        Py_CLEAR(out);
    return out;
}

static PyObject *
m_extend(PyObject *self, PyObject *iterable)
{
    if (PyObject_CheckBuffer(iterable)) {
        if (bytearray_set_range(self, Py_SIZE(self), Py_SIZE(self), iterable) < 0)
            return NULL;
        Py_RETURN_NONE;
    }
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "can't extend bytearray with %.100s", Py_TYPE(iterable)->tp_name);
        return NULL;
    }
    if (PyUnicode_Check(iterable)) {
        Py_DECREF(it);
        PyErr_SetString(PyExc_TypeError, "expected iterable of integers; got: 'str'");
        return NULL;
    }
    Py_ssize_t hint = PyObject_LengthHint(iterable, 32);
    PyObject *more = hint < 0 ? NULL : collect_values(it);
    Py_DECREF(it);
    if (more == NULL)
        return NULL;
    int rc = bytearray_set_range(self, Py_SIZE(self), Py_SIZE(self), more);
    Py_DECREF(more);
    if (rc < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
m_insert(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("insert", nargs, 2, 2))
        return NULL;
    PyObject *index = PyNumber_Index(args[0]);
    Py_ssize_t at = index == NULL ? -1 : PyLong_AsSsize_t(index);
    Py_XDECREF(index);
    if (at == -1 && PyErr_Occurred())
        return NULL;
    int v = bytes_value_of(args[1]);
    Py_ssize_t n = Py_SIZE(self);
    if (v < 0)
        return NULL;
    if (n == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "cannot add more objects to bytearray");
        return NULL;
    }
    if (PyByteArray_Resize(self, n + 1) < 0)
        return NULL;
    char *p = PyByteArray_AS_STRING(self);
    if (at < 0 && (at += n) < 0)
        at = 0;
    if (at > n)
        at = n;
    memmove(p + at + 1, p + at, n - at);
    p[at] = (char)v;
    Py_RETURN_NONE;
}

/* Takes the byte at `at` out. */
static int
remove_at(PyObject *self, Py_ssize_t at)
{
    if (!bytearray_can_resize(ARRAY(self)))
        return -1;
    return bytearray_set_range(self, at, at + 1, NULL);
}

static PyObject *
m_pop(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t at = -1, n;
    if (!args_count("pop", nargs, 0, 1))
        return NULL;
    if (nargs > 0) {
        PyObject *index = PyNumber_Index(args[0]);
        at = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (at == -1 && PyErr_Occurred())
            return NULL;
    }
    n = Py_SIZE(self);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty bytearray");
        return NULL;
    }
    if (at < 0)
        at += n;
    if (at < 0 || at >= n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    unsigned char v = PyByteArray_AS_STRING(self)[at];
    return remove_at(self, at) < 0 ? NULL : SMALL_INT(v);
}

static PyObject *
m_remove(PyObject *self, PyObject *value)
{
    int v = bytes_value_of(value);
    if (v < 0)
        return NULL;
    const char *p = PyByteArray_AS_STRING(self), *at = memchr(p, v, Py_SIZE(self));
    if (at == NULL) {
        PyErr_SetString(PyExc_ValueError, "value not found in bytearray");
        return NULL;
    }
    if (remove_at(self, at - p) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
m_reverse(PyObject *self, PyObject *unused)
{
    char *p = PyByteArray_AS_STRING(self);
    for (Py_ssize_t i = 0, j = Py_SIZE(self) - 1; i < j; i++, j--) {
        char c = p[i];
        p[i] = p[j];
        p[j] = c;
    }
    Py_RETURN_NONE;
}

static PyObject *
m_fromhex(PyObject *type, PyObject *string)
{
    PyObject *r = bytes_fromhex(string, type == (PyObject *)&PyByteArray_Type);
    if (r != NULL && type != (PyObject *)&PyByteArray_Type)
        Py_SETREF(r, PyObject_CallOneArg(type, r));
    return r;
}

static PyObject *
m_alloc(PyObject *self, PyObject *unused)
{
    return PyLong_FromSsize_t(ARRAY(self)->ob_alloc);
}

static PyObject *
m_sizeof(PyObject *self, PyObject *unused)
{
    return PyLong_FromSize_t((size_t)Py_TYPE(self)->tp_basicsize + (size_t)ARRAY(self)->ob_alloc);
}

static PyObject *
reduce(PyObject *self, int protocol)
{
    PyObject *state = _PyObject_GetState(self);
    if (state == NULL)
        return NULL;
    if (Py_SIZE(self) == 0)
        return Py_BuildValue("(O()N)", Py_TYPE(self), state);
    const char *p = PyByteArray_AS_STRING(self);
    if (protocol < 3) {
        PyObject *text = PyUnicode_DecodeLatin1(p, Py_SIZE(self), NULL);
        return Py_BuildValue("(O(Ns)N)", Py_TYPE(self), text, "latin-1", state);
    }
    return Py_BuildValue("(O(y#)N)", Py_TYPE(self), p, Py_SIZE(self), state);
}

static PyObject *
m_reduce(PyObject *self, PyObject *unused)
{
    return reduce(self, 2);
}

static PyObject *
m_reduce_ex(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int protocol = 0;
    if (!args_count("__reduce_ex__", nargs, 0, 1))
        return NULL;
    if (nargs > 0 && (protocol = PyLong_AsInt(args[0])) == -1 && PyErr_Occurred())
        return NULL;
    return reduce(self, protocol);
}

PyMethodDef bytearray_methods[] = {
    {"__alloc__", m_alloc, METH_NOARGS, "__alloc__($self, /)\n--\n\nNumber of bytes allocated."},
    {"__reduce__", m_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\nState for pickling."},
    {"__reduce_ex__", _PyCFunction_CAST(m_reduce_ex), METH_FASTCALL, "__reduce_ex__($self, proto=0, /)\n--\n\nState for pickling."},
    {"__sizeof__", m_sizeof, METH_NOARGS, "__sizeof__($self, /)\n--\n\nSize in memory, in bytes."},
    {"append", m_append, METH_O, "append($self, item, /)\n--\n\nAdd one byte at the end."},
    BYTES_SHARED_METHODS,
    {"clear", m_clear, METH_NOARGS, "clear($self, /)\n--\n\nRemove all bytes."},
    {"copy", m_copy, METH_NOARGS, "copy($self, /)\n--\n\nA copy."},
    {"extend", m_extend, METH_O, "extend($self, iterable_of_ints, /)\n--\n\nAdd many bytes at the end."},
    {"fromhex", m_fromhex, METH_O | METH_CLASS, "fromhex($type, string, /)\n--\n\nBytes out of hexadecimal digits."},
    {"insert", _PyCFunction_CAST(m_insert), METH_FASTCALL, "insert($self, index, item, /)\n--\n\nInsert one byte."},
    {"pop", _PyCFunction_CAST(m_pop), METH_FASTCALL, "pop($self, index=-1, /)\n--\n\nRemove and return one byte."},
    {"remove", m_remove, METH_O, "remove($self, value, /)\n--\n\nRemove the first byte of this value."},
    {"reverse", m_reverse, METH_NOARGS, "reverse($self, /)\n--\n\nReverse the order in place."},
    {NULL}
};
