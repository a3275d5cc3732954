/* object/core/descr_proxy.c: mappingproxy, a read-only view of a mapping: what cls.__dict__ is. */
#include "object/core/descr.h"

#include "rt/singletons.h"
#include "object/core/call.h"

static inline PyObject *mapping_of(PyObject *self) { return ((struct mappingproxy *)self)->mapping; }

PyObject *
PyDictProxy_New(PyObject *mapping)
{
    if (!PyMapping_Check(mapping) || PyList_Check(mapping) || PyTuple_Check(mapping)) {
        PyErr_Format(PyExc_TypeError, "mappingproxy() argument must be a mapping, not %s", Py_TYPE(mapping)->tp_name);
        return NULL;
    }
    struct mappingproxy *p = PyObject_GC_New(struct mappingproxy, &PyDictProxy_Type);
    if (p != NULL) {
        p->mapping = Py_NewRef(mapping);
        PyObject_GC_Track(p);
    }
    return (PyObject *)p;
}

static PyObject *
proxy_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static const char *const names[] = { "mapping" };
    PyObject *mapping;
    if (args_unpack_tuple("mappingproxy", args, kwds, names, 1, 1, 1, &mapping) < 0)
        return NULL;
    return PyDictProxy_New(mapping);
}

static void
proxy_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_DECREF(mapping_of(self));
    PyObject_GC_Del(self);
}

static int
proxy_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(mapping_of(self));
    return 0;
}

static Py_ssize_t proxy_len(PyObject *self) { return PyObject_Size(mapping_of(self)); }
static PyObject *proxy_getitem(PyObject *self, PyObject *key) { return PyObject_GetItem(mapping_of(self), key); }

static int
proxy_contains(PyObject *self, PyObject *key)
{
    PyObject *m = mapping_of(self);
    return PyDict_CheckExact(m) ? PyDict_Contains(m, key) : PySequence_Contains(m, key);
}

static PyObject *
proxy_or(PyObject *a, PyObject *b)
{
    if (PyObject_TypeCheck(a, &PyDictProxy_Type))
        a = mapping_of(a);
    if (PyObject_TypeCheck(b, &PyDictProxy_Type))
        b = mapping_of(b);
    return PyNumber_Or(a, b);
}

static PyObject *
proxy_ior(PyObject *self, PyObject *other)
{
    PyErr_Format(PyExc_TypeError, "'|=' is not supported by %s; use '|' instead", Py_TYPE(self)->tp_name);
    return NULL;
}

static Py_hash_t proxy_hash(PyObject *self) { return PyObject_Hash(mapping_of(self)); }
static PyObject *proxy_str(PyObject *self) { return PyObject_Str(mapping_of(self)); }
static PyObject *proxy_repr(PyObject *self) { return PyUnicode_FromFormat("mappingproxy(%R)", mapping_of(self)); }
static PyObject *proxy_iter(PyObject *self) { return PyObject_GetIter(mapping_of(self)); }

static PyObject *
proxy_richcompare(PyObject *self, PyObject *other, int op)
{
    return PyObject_RichCompare(mapping_of(self), other, op);
}

static PyObject *
proxy_get(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (!args_count("get", n, 1, 2))
        return NULL;
    PyObject *call[] = { mapping_of(self), args[0], n > 1 ? args[1] : Py_None };
    return PyObject_VectorcallMethod(ID(get), call, 3, NULL);
}

static PyObject *proxy_keys(PyObject *self, PyObject *u) { return PyObject_CallMethodNoArgs(mapping_of(self), ID(keys)); }
static PyObject *
proxy_values(PyObject *self, PyObject *u)
{
    return PyObject_CallMethodNoArgs(mapping_of(self), ID(values));
}
static PyObject *proxy_items(PyObject *self, PyObject *u) { return PyObject_CallMethodNoArgs(mapping_of(self), ID(items)); }
static PyObject *proxy_copy(PyObject *self, PyObject *u) { return PyObject_CallMethodNoArgs(mapping_of(self), ID(copy)); }
static PyObject *
proxy_reversed(PyObject *self, PyObject *u)
{
    return PyObject_CallMethodNoArgs(mapping_of(self), ID(__reversed__));
}

static PyMethodDef proxy_methods[] = {
    { "get", _PyCFunction_CAST(proxy_get), METH_FASTCALL,
      PyDoc_STR("get($self, key, default=None, /)\n--\n\nThe value for key, or the default.") },
    { "keys", proxy_keys, METH_NOARGS, PyDoc_STR("keys($self, /)\n--\n\nA view of the keys.") },
    { "values", proxy_values, METH_NOARGS, PyDoc_STR("values($self, /)\n--\n\nA view of the values.") },
    { "items", proxy_items, METH_NOARGS, PyDoc_STR("items($self, /)\n--\n\nA view of the (key, value) pairs.") },
    { "copy", proxy_copy, METH_NOARGS, PyDoc_STR("copy($self, /)\n--\n\nA shallow copy of the mapping.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS,
      PyDoc_STR("__class_getitem__($type, object, /)\n--\n\nFor annotations: see PEP 585.") },
    { "__reversed__", proxy_reversed, METH_NOARGS, PyDoc_STR("__reversed__($self, /)\n--\n\nThe keys, last one first.") },
    { NULL },
};
static PyNumberMethods proxy_number = { .nb_or = proxy_or, .nb_inplace_or = proxy_ior };
static PySequenceMethods proxy_sequence = { .sq_contains = proxy_contains };
static PyMappingMethods proxy_mapping = { .mp_length = proxy_len, .mp_subscript = proxy_getitem };

PyTypeObject PyDictProxy_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "mappingproxy",
    .tp_basicsize = sizeof(struct mappingproxy),
    .tp_dealloc = proxy_dealloc,
    .tp_repr = proxy_repr,
    .tp_as_number = &proxy_number,
    .tp_as_sequence = &proxy_sequence,
    .tp_as_mapping = &proxy_mapping,
    .tp_hash = proxy_hash,
    .tp_str = proxy_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING,
    .tp_doc = PyDoc_STR("mappingproxy(mapping)\n--\n\nA read-only view of a mapping."),
    .tp_traverse = proxy_traverse,
    .tp_richcompare = proxy_richcompare,
    .tp_iter = proxy_iter,
    .tp_methods = proxy_methods,
    .tp_new = proxy_new,
};
