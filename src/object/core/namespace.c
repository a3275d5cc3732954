/* object/core/namespace.c: types.SimpleNamespace, a dict with attribute access. */
#include "object/core/namespace.h"

#include <stddef.h>

#include "object/core/call.h"
#include "object/core/type.h"

struct namespace {
    PyObject ob_base;
    PyObject *dict;
};
#define DICT(o) (((struct namespace *)(o))->dict)

static PyObject *
namespace_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    DICT(self) = PyDict_New();
    if (DICT(self) == NULL)
        Py_CLEAR(self);
    return self;
}

/* Merge a dict whose keys must be str. */
static int
update(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t i = 0;
    while (PyDict_Next(dict, &i, &key, &value)) {
        if (!PyUnicode_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return -1;
        }
    }
    return PyDict_Update(DICT(self), dict);
}

static int
namespace_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_count(type_short_name(Py_TYPE(self)), n, 0, 1))
        return -1;
    if (n > 0) {
        PyObject *arg = PyTuple_GET_ITEM(args, 0);
        PyObject *dict = PyDict_CheckExact(arg) ? Py_NewRef(arg) : PyObject_CallOneArg((PyObject *)&PyDict_Type, arg);
        int err = dict == NULL ? -1 : update(self, dict);
        Py_XDECREF(dict);
        if (err < 0)
            return -1;
    }
    return kwds == NULL ? 0 : update(self, kwds);
}

PyObject *
_PyNamespace_New(PyObject *kwds)
{
    PyObject *self = namespace_new(&_PyNamespace_Type, NULL, NULL);
    if (self != NULL && kwds != NULL && PyDict_Update(DICT(self), kwds) < 0)
        Py_CLEAR(self);
    return self;
}

static void
namespace_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(DICT(self));
    Py_TYPE(self)->tp_free(self);
}

static int
namespace_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(DICT(self));
    return 0;
}

static int
namespace_clear(PyObject *self)
{
    Py_CLEAR(DICT(self));
    return 0;
}

/* "a=1, b=2" */
static PyObject *
pairs_text(PyObject *self)
{
    PyObject *pairs = PyList_New(0), *keys = pairs == NULL ? NULL : PyDict_Keys(DICT(self)), *sep = NULL, *out = NULL;
    for (Py_ssize_t i = 0; keys != NULL && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = PyList_GET_ITEM(keys, i), *value;
        if (!PyUnicode_Check(key) || PyUnicode_GET_LENGTH(key) == 0)
            continue;
        int found = PyDict_GetItemRef(DICT(self), key, &value);
        if (found == 0)
            continue;
        PyObject *pair = found < 0 ? NULL : PyUnicode_FromFormat("%S=%R", key, value);
        Py_XDECREF(value);
        if (pair == NULL || PyList_Append(pairs, pair) < 0)
            Py_CLEAR(keys);
        Py_XDECREF(pair);
    }
    if (keys != NULL && (sep = PyUnicode_FromString(", ")) != NULL)
        out = PyUnicode_Join(sep, pairs);
    Py_XDECREF(sep);
    Py_XDECREF(keys);
    Py_XDECREF(pairs);
    return out;
}

static PyObject *
namespace_repr(PyObject *self)
{
    const char *name = Py_IS_TYPE(self, &_PyNamespace_Type) ? "namespace" : Py_TYPE(self)->tp_name;
    int again = Py_ReprEnter(self);
    if (again != 0)
        return again > 0 ? PyUnicode_FromFormat("%s(...)", name) : NULL;
    PyObject *text = pairs_text(self);
    PyObject *out = text == NULL ? NULL : PyUnicode_FromFormat("%s(%S)", name, text);
    Py_XDECREF(text);
    Py_ReprLeave(self);
    return out;
}

static PyObject *
namespace_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyObject_TypeCheck(a, &_PyNamespace_Type) || !PyObject_TypeCheck(b, &_PyNamespace_Type))
        return Py_NotImplemented;
    return PyObject_RichCompare(DICT(a), DICT(b), op);
}

static PyObject *
namespace_reduce(PyObject *self, PyObject *unused)
{
    PyObject *empty = PyTuple_New(0);
    PyObject *out = empty == NULL ? NULL : PyTuple_Pack(3, (PyObject *)Py_TYPE(self), empty, DICT(self));
    Py_XDECREF(empty);
    return out;
}

static PyObject *
namespace_replace(PyObject *self, PyObject *args, PyObject *kwds)
{
    if (!args_no_positional("__replace__", args))
        return NULL;
    PyObject *copy = PyObject_CallNoArgs((PyObject *)Py_TYPE(self));
    if (copy == NULL)
        return NULL;
    if (!PyObject_TypeCheck(copy, &_PyNamespace_Type)) {
        PyErr_Format(PyExc_TypeError, "expect %N type, but %T() returned '%T' object", &_PyNamespace_Type, self, copy);
        Py_CLEAR(copy);
    } else if (PyDict_Update(DICT(copy), DICT(self)) < 0 || (kwds != NULL && PyDict_Update(DICT(copy), kwds) < 0)) {
        Py_CLEAR(copy);
    }
    return copy;
}

static PyMemberDef namespace_members[] = {
    { "__dict__", _Py_T_OBJECT, offsetof(struct namespace, dict), Py_READONLY },
    { NULL },
};
static PyMethodDef namespace_methods[] = {
    { "__reduce__", namespace_reduce, METH_NOARGS, PyDoc_STR("__reduce__($self, /)\n--\n\nWhat pickle stores.") },
    { "__replace__", _PyCFunction_CAST(namespace_replace), METH_VARARGS | METH_KEYWORDS,
      PyDoc_STR("__replace__($self, /, **changes)\n--\n\nA copy with some values changed.") },
    { NULL },
};

PyTypeObject _PyNamespace_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "types.SimpleNamespace",
    .tp_basicsize = sizeof(struct namespace),
    .tp_dealloc = namespace_dealloc,
    .tp_repr = namespace_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = PyDoc_STR("SimpleNamespace(mapping_or_iterable=(), /, **kwargs)\n--\n\nAn object that holds attributes."),
    .tp_traverse = namespace_traverse,
    .tp_clear = namespace_clear,
    .tp_richcompare = namespace_richcompare,
    .tp_methods = namespace_methods,
    .tp_members = namespace_members,
    .tp_dictoffset = offsetof(struct namespace, dict),
    .tp_init = namespace_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = namespace_new,
    .tp_free = PyObject_GC_Del,
};
