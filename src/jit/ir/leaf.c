/* jit/ir/leaf.c: strings, bytes and calls of C functions for traces. */
#include "jit/ir/leaf.h"

#include "object/coll/dict_values.h"
#include "object/core/type.h"
#include "object/text/str.h"
#include "rt/effect.h"
#include "rt/singletons.h"

PyObject *
jit_str_at(PyObject *s, int64_t i)
{
    Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
    return c < 256 ? LATIN1_CHAR(c) : NULL;
}

PyObject *jit_chr(int64_t c) { return (uint64_t)c < 256 ? LATIN1_CHAR(c) : NULL; }
int64_t jit_ord(PyObject *s) { return (int64_t)PyUnicode_READ_CHAR(s, 0); }

int64_t
jit_str_cmp(PyObject *a, PyObject *b)
{
    int cmp = a == b ? 0 : str_cmp(a, b);
    return cmp < 0 ? -1 : cmp > 0;
}

int64_t
jit_str_has(PyObject *s, PyObject *part)
{
    int has = PyUnicode_Contains(s, part);
    if (has < 0)
        PyErr_Clear();
    return has;
}

PyObject *jit_str_concat(PyObject *a, PyObject *b) { return leaf_or_null(str_concat(a, b)); }

PyObject *
jit_bytes_concat(PyObject *a, PyObject *b)
{
    Py_ssize_t n = PyBytes_GET_SIZE(a), m = PyBytes_GET_SIZE(b);
    if (n == 0 || m == 0)
        return Py_NewRef(n == 0 ? b : a);
    PyObject *o = n > PY_SSIZE_T_MAX - m ? NULL : leaf_or_null(PyBytes_FromStringAndSize(NULL, n + m));
    if (o != NULL) {
        memcpy(PyBytes_AS_STRING(o), PyBytes_AS_STRING(a), (size_t)n);
        memcpy(PyBytes_AS_STRING(o) + n, PyBytes_AS_STRING(b), (size_t)m);
    }
    return o;
}

PyObject *
jit_str_slice(PyObject *s, int64_t i, int64_t j)
{
    Py_ssize_t start = i, stop = j, n = PySlice_AdjustIndices(PyUnicode_GET_LENGTH(s), &start, &stop, 1);
    return leaf_or_null(str_slice(s, start, start + n));
}

PyObject *
jit_bytes_slice(PyObject *s, int64_t i, int64_t j)
{
    Py_ssize_t start = i, stop = j, n = PySlice_AdjustIndices(PyBytes_GET_SIZE(s), &start, &stop, 1);
    if (n == PyBytes_GET_SIZE(s))
        return Py_NewRef(s);
    return leaf_or_null(PyBytes_FromStringAndSize(PyBytes_AS_STRING(s) + start, n));
}

PyObject *jit_str_utf8(PyObject *s) { return leaf_or_null(PyUnicode_AsUTF8String(s)); }
int64_t jit_bytes_at(PyObject *b, int64_t i) { return (unsigned char)PyBytes_AS_STRING(b)[i]; }
int64_t jit_bytearray_at(PyObject *b, int64_t i) { return (unsigned char)PyByteArray_AS_STRING(b)[i]; }

PyObject *jit_str_int(PyObject *s) { return leaf_or_null(PyLong_FromUnicodeObject(s, 10)); }
PyObject *jit_str_float(PyObject *s) { return leaf_or_null(PyFloat_FromString(s)); }

/* Digits, with single underscores between them. */
static bool
are_digits(const char *s, const char *end)
{
    bool digit = false;
    for (; s < end; s++) {
        if (*s == '_' && (!digit || s + 1 == end))
            return false;
        if (*s != '_' && (*s < '0' || *s > '9'))
            return false;
        digit = *s != '_';
    }
    return digit;
}

int64_t
jit_str_is_int(PyObject *o)
{
    if (!PyUnicode_IS_COMPACT_ASCII(o))
        return -1;
    const char *s = (const char *)PyUnicode_1BYTE_DATA(o), *end = s + PyUnicode_GET_LENGTH(o);
    while (s < end && Py_UNICODE_ISSPACE((unsigned char)*s))
        s++;
    while (end > s && Py_UNICODE_ISSPACE((unsigned char)end[-1]))
        end--;
    if (s < end && (*s == '-' || *s == '+'))
        s++;
    return are_digits(s, end);
}

/* ---- C functions ---- */

/* dict itself, or a class whose calls run nothing but its builtin base's __new__() and __init__(). */
PyObject *
jit_call_class(void *type)
{
    PyTypeObject *t = type;
    if (t == &PyDict_Type)
        return leaf_or_null(PyDict_New());
    PyObject *o = t->tp_new(t, EMPTY_TUPLE, NULL);
    if (o != NULL && t->tp_init(o, EMPTY_TUPLE, NULL) < 0)
        Py_CLEAR(o);
    return leaf_or_null(o);
}

PyObject *jit_bind_method(PyObject *descr, PyObject *self) { return leaf_or_null(PyCFunction_NewEx(((PyMethodDescrObject *)descr)->d_method, self, NULL)); }
int64_t jit_length(void *f, PyObject *o) { return ((lenfunc)f)(o); }
PyObject *jit_call_self(void *f, PyObject *self) { return leaf_or_null(((PyCFunction)f)(self, NULL)); }
PyObject *jit_call_one(void *f, PyObject *self, PyObject *arg) { return leaf_or_null(((PyCFunction)f)(self, arg)); }
PyObject *jit_call_fast_none(void *f, PyObject *self) { return leaf_or_null(((PyCFunctionFast)f)(self, NULL, 0)); }

PyObject *jit_args[LEAF_PARTS];

PyObject *
jit_call_args(const PyMethodDef *def, PyObject *self, int64_t x)
{
    PyObject **args = jit_args;
    Py_ssize_t n = x & 0xff;
    PyObject *names = x >> 8 ? args[n] : NULL;
    Py_ssize_t npos = n - (names == NULL ? 0 : PyTuple_GET_SIZE(names));
    if (def->ml_flags & METH_O)
        return leaf_or_null(def->ml_meth(self, args[0]));
    if (def->ml_flags & METH_KEYWORDS)
        return leaf_or_null(((PyCFunctionFastWithKeywords)def->ml_meth)(self, args, npos, names));
    return leaf_or_null(((PyCFunctionFast)def->ml_meth)(self, args, npos));
}

PyObject *jit_call_fast_one(void *f, PyObject *self, PyObject *arg) { return leaf_or_null(((PyCFunctionFast)f)(self, &arg, 1)); }

PyObject *jit_call_hit(void *hit, PyObject *self, int64_t n) { return ((effect_hit)hit)(self, jit_args, n, jit_dict_at, false); }

/* What the class has under the name: a function, something that is no descriptor, or the place of a slot. */
static bool
is_plain_attribute(PyObject *descr)
{
    PyTypeObject *t = Py_TYPE(descr);
    return t == &PyFunction_Type || t == &PyMemberDescr_Type || t->tp_descr_get == NULL;
}

/* Looking for the name among o's own attributes runs no code: there is no key whose __eq__ the program has. */
static bool
is_found_quietly(PyObject *o, PyObject *name)
{
    if (!type_has(Py_TYPE(o), Py_TPFLAGS_MANAGED_DICT))
        return Py_TYPE(o)->tp_dictoffset == 0;
    PyObject *dict = instance_dict_if_made(o);
    return dict == NULL || (PyDict_CheckExact(dict) && jit_dict_has(dict, name) >= 0);
}

PyObject *
jit_getattr(PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_getattro != PyObject_GenericGetAttr || !type_has(t, Py_TPFLAGS_HEAPTYPE) || !PyUnicode_CheckExact(name))
        return NULL;
    PyObject *descr = type_lookup(t, name);
    bool quiet = is_found_quietly(o, name) && (descr == NULL || is_plain_attribute(descr));
    return quiet ? leaf_or_null(PyObject_GenericGetAttr(o, name)) : NULL;
}

PyObject *
jit_tuple_of_class(void *class, PyObject *t)
{
    PyObject *o = leaf_or_null(PyType_GenericAlloc(class, PyTuple_GET_SIZE(t)));
    for (Py_ssize_t i = 0; o != NULL && i < PyTuple_GET_SIZE(t); i++)
        PyTuple_SET_ITEM(o, i, Py_NewRef(PyTuple_GET_ITEM(t, i)));
    return o;
}
