/* jit/ir/leaf_text.c: text of values, for traces: what runs no code of the program.
 *
 * Only values of a few exact types are taken. An error is left to the interpreter, which finds it again. */
#include "jit/ir/leaf.h"

#include "object/text/str.h"
#include "rt/singletons.h"

bool
leaf_is_plain(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyLong_Type || t == &PyUnicode_Type || t == &PyFloat_Type || t == &PyBool_Type || o == Py_None;
}

PyObject *
jit_int_str(int64_t v)
{
    char digits[24], *end = digits + sizeof(digits), *p = end;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (v < 0)
        *--p = '-';
    return leaf_or_null(str_new_ascii(p, end - p));
}

PyObject *
jit_text(PyObject *o, PyObject *spec, int64_t how)
{
    if (!leaf_is_plain(o))
        return NULL;
    switch (how) {
    case LEAF_STR: return leaf_or_null(PyObject_Str(o));
    case LEAF_REPR: return leaf_or_null(PyObject_Repr(o));
    case LEAF_ASCII: return leaf_or_null(PyObject_ASCII(o));
    case LEAF_FORMAT: return leaf_or_null(PyObject_Format(o, spec));
    default: return NULL;
    }
}

PyObject *jit_str_join(int64_t n) { return leaf_or_null(_PyUnicode_JoinArray(EMPTY_STR, jit_args, n)); }

PyObject *
jit_percent(PyObject *format, PyObject *args)
{
    bool plain = leaf_is_plain(args);
    if (PyTuple_CheckExact(args)) {
        plain = true;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++)
            plain = plain && leaf_is_plain(PyTuple_GET_ITEM(args, i));
    }
    return plain ? leaf_or_null(PyUnicode_Format(format, args)) : NULL;
}
