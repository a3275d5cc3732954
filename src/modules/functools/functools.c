/* functools.c: module _functools: reduce, cmp_to_key, and the types of the other files. */
#include "modules/functools/functools.h"

#include <stddef.h>

#include "modules/modargs.h"

/* ---- cmp_to_key ---- */

struct key {
    PyObject ob_base;
    PyObject *cmp;
    PyObject *object;                    /* NULL: the key function itself */
};
#define KEY(o) ((struct key *)(o))

static PyObject *
key_make(PyTypeObject *type, PyObject *cmp, PyObject *object)
{
    struct key *k = PyObject_GC_New(struct key, type);
    if (k == NULL)
        return NULL;
    k->cmp = Py_NewRef(cmp);
    k->object = Py_XNewRef(object);
    PyObject_GC_Track(k);
    return (PyObject *)k;
}

static int
key_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(KEY(self)->cmp);
    Py_VISIT(KEY(self)->object);
    return 0;
}

static int
key_clear(PyObject *self)
{
    Py_CLEAR(KEY(self)->cmp);
    Py_CLEAR(KEY(self)->object);
    return 0;
}

static void
key_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)key_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
key_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyObject *object = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(args), nkw = kwds == NULL ? 0 : PyDict_GET_SIZE(kwds);
    if (n == 1 && nkw == 0) {
        object = PyTuple_GET_ITEM(args, 0);
    } else if (n + nkw > 1) {
        return PyErr_Format(PyExc_TypeError, "K() takes at most 1 argument (%zd given)", n + nkw);
    } else if (nkw == 1) {
        PyObject *key, *value;
        Py_ssize_t i = 0;
        (void)PyDict_Next(kwds, &i, &key, &value);
        if (!PyUnicode_Check(key) || PyUnicode_CompareWithASCIIString(key, "obj") != 0)
            return PyErr_Format(PyExc_TypeError, "K() got an unexpected keyword argument '%S'", key);
        object = value;
    } else {
        return PyErr_Format(PyExc_TypeError, "K() missing required argument 'obj' (pos 1)");
    }
    return key_make(Py_TYPE(self), KEY(self)->cmp, object);
}

static PyObject *
key_richcompare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b))
        return PyErr_Format(PyExc_TypeError, "other argument must be K instance");
    PyObject *x = KEY(a)->object, *y = KEY(b)->object;
    if (x == NULL || y == NULL)
        return PyErr_Format(PyExc_AttributeError, "object");
    PyObject *args[] = { x, y };
    PyObject *order = PyObject_Vectorcall(KEY(a)->cmp, args, 2, NULL);
    PyObject *zero = order == NULL ? NULL : PyLong_FromLong(0);
    PyObject *out = zero == NULL ? NULL : PyObject_RichCompare(order, zero, op);
    Py_XDECREF(zero);
    Py_XDECREF(order);
    return out;
}

static PyObject *key_get_signature(PyObject *self, void *c) { return PyUnicode_FromString("(obj)"); }

static PyMemberDef key_members[] = {
    { "obj", _Py_T_OBJECT, offsetof(struct key, object), 0, PyDoc_STR("the object that the key stands for") },
    { NULL },
};
static PyGetSetDef key_getset[] = { { "__text_signature__", key_get_signature }, { NULL } };
static PyType_Slot key_slots[] = {
    { Py_tp_dealloc, key_dealloc },
    { Py_tp_call, key_call },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_traverse, key_traverse },
    { Py_tp_clear, key_clear },
    { Py_tp_richcompare, key_richcompare },
    { Py_tp_members, key_members },
    { Py_tp_getset, key_getset },
    { 0, NULL },
};
PyType_Spec keywrapper_spec = {
    .name = "functools.KeyWrapper",
    .basicsize = sizeof(struct key),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = key_slots,
};

PyObject *
functools_cmp_to_key(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *cmp;
    if (MOD_BIND(&cmp, "cmp_to_key", args, nargs, kwnames, 1, 1, "mycmp") < 0)
        return NULL;
    return key_make(functools_state(module)->keywrapper_type, cmp, NULL);
}

/* ---- reduce ---- */

static PyObject *
functools_reduce(PyObject *module, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n < 2 || n > 3)
        return PyErr_Format(PyExc_TypeError, "reduce expected at %s %d arguments, got %zd", n < 2 ? "least" : "most",
                            n < 2 ? 2 : 3, n);
    PyObject *func = PyTuple_GET_ITEM(args, 0), *result = n == 3 ? Py_NewRef(PyTuple_GET_ITEM(args, 2)) : NULL;
    PyObject *it = PyObject_GetIter(PyTuple_GET_ITEM(args, 1)), *item;
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "reduce() arg 2 must support iteration");
        Py_XDECREF(result);
        return NULL;
    }
    while ((item = PyIter_Next(it)) != NULL) {
        if (result == NULL) {
            result = item;
            continue;
        }
        PyObject *pair[] = { result, item };
        PyObject *next = PyObject_Vectorcall(func, pair, 2, NULL);
        Py_DECREF(result);
        Py_DECREF(item);
        result = next;
        if (result == NULL)
            break;
    }
    Py_DECREF(it);
    if (PyErr_Occurred()) {
        Py_XDECREF(result);
        return NULL;
    }
    if (result == NULL)
        PyErr_SetString(PyExc_TypeError, "reduce() of empty iterable with no initial value");
    return result;
}

/* ---- module ---- */

static PyModuleDef functools_module;

struct functools_state *functools_state(PyObject *module) { return PyModule_GetState(module); }

struct functools_state *
functools_state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &functools_module);
    return module == NULL ? NULL : PyModule_GetState(module);
}

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec, bool public)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && public && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

static int
functools_exec(PyObject *module)
{
    struct functools_state *s = functools_state(module);
    s->kwd_mark = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    if (s->kwd_mark == NULL || (s->partial_type = add_type(module, &partial_spec, true)) == NULL
        || (s->lru_cache_type = add_type(module, &lru_cache_spec, true)) == NULL
        || (s->keywrapper_type = add_type(module, &keywrapper_spec, false)) == NULL
        || (s->lru_elem_type = add_type(module, &lru_elem_spec, false)) == NULL)
        return -1;
    return 0;
}

static int
functools_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct functools_state *s = functools_state(module);
    Py_VISIT(s->kwd_mark);
    Py_VISIT(s->partial_type);
    Py_VISIT(s->keywrapper_type);
    Py_VISIT(s->lru_cache_type);
    Py_VISIT(s->lru_elem_type);
    return 0;
}

static int
functools_clear(PyObject *module)
{
    struct functools_state *s = functools_state(module);
    Py_CLEAR(s->kwd_mark);
    Py_CLEAR(s->partial_type);
    Py_CLEAR(s->keywrapper_type);
    Py_CLEAR(s->lru_cache_type);
    Py_CLEAR(s->lru_elem_type);
    return 0;
}

static void functools_free(void *module) { (void)functools_clear(module); }

static PyMethodDef functools_methods[] = {
    { "reduce", functools_reduce, METH_VARARGS,
      PyDoc_STR("reduce(function, iterable[, initial], /) -> value\n\n"
                "Combine all items into one value: reduce(f, [1, 2, 3]) is f(f(1, 2), 3).") },
    { "cmp_to_key", _PyCFunction_CAST(functools_cmp_to_key), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("cmp_to_key($module, /, mycmp)\n--\n\nA key= function made from a function that compares two objects.") },
    { NULL },
};
static PyModuleDef_Slot functools_slots[] = {
    { Py_mod_exec, functools_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static PyModuleDef functools_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_functools",
    .m_doc = "What functools builds on.",
    .m_size = sizeof(struct functools_state),
    .m_methods = functools_methods,
    .m_slots = functools_slots,
    .m_traverse = functools_traverse,
    .m_clear = functools_clear,
    .m_free = functools_free,
};

PyMODINIT_FUNC PyInit__functools(void) { return PyModuleDef_Init(&functools_module); }
