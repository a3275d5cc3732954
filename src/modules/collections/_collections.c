/* modules/collections/_collections.c: the module, defaultdict, the getters of named tuples, counting. */
#include "modules/collections/collections.h"

#include <stddef.h>

#include "rt/effect.h"

#define DOC(sig, text) sig "\n--\n\n" text

PyAPI_FUNC(int) _PyDict_SetItem_KnownHash(PyObject *, PyObject *, PyObject *, Py_hash_t);

/* ---- defaultdict ---- */

struct defaultdict {
    PyDictObject dict;
    PyObject *default_factory;
};
#define DD(op) ((struct defaultdict *)(op))

static PyObject *
defdict_missing(PyObject *op, PyObject *key)
{
    PyObject *factory = DD(op)->default_factory;
    if (factory == NULL || factory == Py_None) {
        PyObject *args = PyTuple_Pack(1, key);   /* so that a tuple key stays whole */
        if (args != NULL) {
            PyErr_SetObject(PyExc_KeyError, args);
            Py_DECREF(args);
        }
        return NULL;
    }
    PyObject *value = PyObject_CallNoArgs(factory);
    if (value != NULL && PyObject_SetItem(op, key, value) < 0)
        Py_CLEAR(value);
    return value;
}

static PyObject *
defdict_like(PyObject *op, PyObject *arg)
{
    PyObject *factory = DD(op)->default_factory;
    return PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(op), factory != NULL ? factory : Py_None, arg, NULL);
}

static PyObject *
defdict_copy(PyObject *op, PyObject *noargs)
{
    return defdict_like(op, op);
}

static PyObject *
defdict_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *factory = DD(op)->default_factory;
    PyObject *args = factory == NULL || factory == Py_None ? PyTuple_New(0) : PyTuple_Pack(1, factory);
    if (args == NULL)
        return NULL;
    PyObject *items = PyObject_CallMethod(op, "items", NULL);
    PyObject *it = items == NULL ? NULL : PyObject_GetIter(items);
    Py_XDECREF(items);
    if (it == NULL) {
        Py_DECREF(args);
        return NULL;
    }
    return Py_BuildValue("ONOON", Py_TYPE(op), args, Py_None, Py_None, it);
}

static int
defdict_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    PyObject *factory = NULL, *rest;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 0) {
        factory = PyTuple_GET_ITEM(args, 0);
        if (!PyCallable_Check(factory) && factory != Py_None) {
            PyErr_SetString(PyExc_TypeError, "first argument must be callable or None");
            return -1;
        }
    }
    rest = n == 0 ? PyTuple_New(0) : PyTuple_GetSlice(args, 1, n);
    if (rest == NULL)
        return -1;
    Py_XSETREF(DD(op)->default_factory, Py_XNewRef(factory));
    int result = PyDict_Type.tp_init(op, rest, kwds);
    Py_DECREF(rest);
    return result;
}

static PyObject *
defdict_repr(PyObject *op)
{
    PyObject *factory = DD(op)->default_factory, *def = NULL;
    PyObject *base = PyDict_Type.tp_repr(op);
    if (base == NULL)
        return NULL;
    if (factory == NULL)
        def = PyUnicode_FromString("None");
    else {
        int rec = Py_ReprEnter(factory);
        if (rec > 0)
            def = PyUnicode_FromString("...");
        else if (rec == 0) {
            def = PyObject_Repr(factory);
            Py_ReprLeave(factory);
        }
    }
    PyObject *text = def == NULL ? NULL : PyUnicode_FromFormat("%s(%U, %U)", _PyType_Name(Py_TYPE(op)), def, base);
    Py_DECREF(base);
    Py_XDECREF(def);
    return text;
}

static PyObject *
defdict_or(PyObject *a, PyObject *b)
{
    PyTypeObject *type = NULL;
    for (int i = 0; i < 2 && type == NULL; i++) {
        struct collections_state *st = collections_state_of(Py_TYPE(i == 0 ? a : b));
        if (st == NULL)
            PyErr_Clear();
        else
            type = st->defaultdict;
    }
    if (type == NULL)
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *self = PyObject_TypeCheck(a, type) ? a : b, *other = self == a ? b : a;
    if (!PyDict_Check(other))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *sum = defdict_like(self, a);
    if (sum != NULL && PyDict_Update(sum, b) < 0)
        Py_CLEAR(sum);
    return sum;
}

static int
defdict_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(DD(op)->default_factory);
    return PyDict_Type.tp_traverse(op, visit, arg);
}

static int
defdict_clear(PyObject *op)
{
    Py_CLEAR(DD(op)->default_factory);
    return PyDict_Type.tp_clear(op);
}

static void
defdict_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_CLEAR(DD(op)->default_factory);
    PyDict_Type.tp_dealloc(op);
    Py_DECREF(type);
}

static PyMethodDef defdict_methods[] = {
    { "__missing__", defdict_missing, METH_O, DOC("__missing__($self, object, /)", "Enter and return default_factory(), or raise KeyError.") },
    { "copy", defdict_copy, METH_NOARGS, DOC("copy($self, /)", "A defaultdict of the same items.") },
    { "__copy__", defdict_copy, METH_NOARGS, DOC("__copy__($self, /)", "A defaultdict of the same items.") },
    { "__reduce__", defdict_reduce, METH_NOARGS, DOC("__reduce__($self, /)", "State for pickling.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC("__class_getitem__($type, object, /)", "Parametrised alias of this type (PEP 585).") },
    { NULL },
};
static PyMemberDef defdict_members[] = {
    { "default_factory", _Py_T_OBJECT, offsetof(struct defaultdict, default_factory), 0, "Called without arguments for the value of a missing key." },
    { NULL },
};
static PyType_Slot defdict_slots[] = {
    { Py_tp_dealloc, defdict_dealloc },
    { Py_tp_repr, defdict_repr },
    { Py_nb_or, defdict_or },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_doc, "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\n"
                 "Like dict, but default_factory() makes the value of a key that is asked for and missing." },
    { Py_tp_traverse, defdict_traverse },
    { Py_tp_clear, defdict_clear },
    { Py_tp_methods, defdict_methods },
    { Py_tp_members, defdict_members },
    { Py_tp_init, defdict_init },
    { Py_tp_alloc, PyType_GenericAlloc },
    { Py_tp_free, PyObject_GC_Del },
    { 0, NULL },
};
static PyType_Spec defdict_spec = {
    .name = "collections.defaultdict",
    .basicsize = sizeof(struct defaultdict),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = defdict_slots,
};

/* ---- _tuplegetter: attribute of a named tuple ---- */

struct tuplegetter {
    PyObject ob_base;
    Py_ssize_t index;
    PyObject *doc;
};
#define TG(op) ((struct tuplegetter *)(op))

static PyObject *
tuplegetter_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *index, *doc;
    if (!PyArg_UnpackTuple(args, "_tuplegetter", 2, 2, &index, &doc))
        return NULL;
    PyObject *i = PyNumber_Index(index);
    Py_ssize_t n = i == NULL ? -1 : PyLong_AsSsize_t(i);
    Py_XDECREF(i);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    struct tuplegetter *g = TG(type->tp_alloc(type, 0));
    if (g == NULL)
        return NULL;
    g->index = n;
    g->doc = Py_NewRef(doc);
    return (PyObject *)g;
}

static PyObject *
tuplegetter_get(PyObject *op, PyObject *obj, PyObject *type)
{
    Py_ssize_t i = TG(op)->index;
    if (obj == NULL || obj == Py_None)
        return Py_NewRef(op);
    if (!PyTuple_Check(obj))
        return PyErr_Format(PyExc_TypeError, "descriptor for index '%zd' for tuple subclasses doesn't apply to '%s' object",
                            i, Py_TYPE(obj)->tp_name);
    if ((size_t)i >= (size_t)PyTuple_GET_SIZE(obj)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return Py_NewRef(PyTuple_GET_ITEM(obj, i));
}

EFFECT_ROW(tuplegetter_get, .fn = (void *)tuplegetter_get, .sig = EFF_SIG_ITEM, .flags = EFF_PURE | EFF_FAILS);

static int
tuplegetter_set(PyObject *op, PyObject *obj, PyObject *value)
{
    PyErr_SetString(PyExc_AttributeError, value == NULL ? "can't delete attribute" : "can't set attribute");
    return -1;
}

static int
tuplegetter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(TG(op)->doc);
    return 0;
}

static int
tuplegetter_clear(PyObject *op)
{
    Py_CLEAR(TG(op)->doc);
    return 0;
}

static void
tuplegetter_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    tuplegetter_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
tuplegetter_reduce(PyObject *op, PyObject *noargs)
{
    return Py_BuildValue("(O(nO))", Py_TYPE(op), TG(op)->index, TG(op)->doc);
}

static PyObject *
tuplegetter_repr(PyObject *op)
{
    return PyUnicode_FromFormat("%s(%zd, %R)", _PyType_Name(Py_TYPE(op)), TG(op)->index, TG(op)->doc);
}

static PyMemberDef tuplegetter_members[] = {
    { "__doc__", _Py_T_OBJECT, offsetof(struct tuplegetter, doc), 0 },
    { NULL },
};
static PyMethodDef tuplegetter_methods[] = {
    { "__reduce__", tuplegetter_reduce, METH_NOARGS, DOC("__reduce__($self, /)", "State for pickling.") },
    { NULL },
};
static PyType_Slot tuplegetter_slots[] = {
    { Py_tp_dealloc, tuplegetter_dealloc },
    { Py_tp_traverse, tuplegetter_traverse },
    { Py_tp_clear, tuplegetter_clear },
    { Py_tp_methods, tuplegetter_methods },
    { Py_tp_members, tuplegetter_members },
    { Py_tp_descr_get, tuplegetter_get },
    { Py_tp_descr_set, tuplegetter_set },
    { Py_tp_new, tuplegetter_new },
    { Py_tp_repr, tuplegetter_repr },
    { 0, NULL },
};
static PyType_Spec tuplegetter_spec = {
    .name = "collections._tuplegetter",
    .basicsize = sizeof(struct tuplegetter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = tuplegetter_slots,
};

/* ---- counting ---- */

/* d[key] = d.get(key, 0) + 1 for a dict whose methods nobody has replaced. */
static int
count_in_dict(PyObject *d, PyObject *key, PyObject *one)
{
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1)
        return -1;
    PyObject *old = _PyDict_GetItem_KnownHash(d, key, hash);
    if (old == NULL)
        return PyErr_Occurred() ? -1 : _PyDict_SetItem_KnownHash(d, key, one, hash);
    PyObject *sum = PyNumber_Add(old, one);
    int result = sum == NULL ? -1 : _PyDict_SetItem_KnownHash(d, key, sum, hash);
    Py_XDECREF(sum);
    return result;
}

static int
count_in_mapping(PyObject *m, PyObject *get, PyObject *key, PyObject *zero, PyObject *one)
{
    PyObject *old = PyObject_CallFunctionObjArgs(get, key, zero, NULL);
    PyObject *sum = old == NULL ? NULL : PyNumber_Add(old, one);
    Py_XDECREF(old);
    int result = sum == NULL ? -1 : PyObject_SetItem(m, key, sum);
    Py_XDECREF(sum);
    return result;
}

/* Does the type find this method in dict's own version? 1, 0, -1. */
static int
has_dict_method(PyObject *m, const char *name)
{
    PyObject *text = PyUnicode_InternFromString(name);
    if (text == NULL)
        return -1;
    int same = _PyType_Lookup(Py_TYPE(m), text) == _PyType_Lookup(&PyDict_Type, text);
    Py_DECREF(text);
    return same;
}

static PyObject *
count_elements(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_count_elements expected 2 arguments, got %zd", nargs);
    PyObject *m = args[0], *it = PyObject_GetIter(args[1]), *get = NULL, *key;
    if (it == NULL)
        return NULL;
    PyObject *zero = PyLong_FromLong(0), *one = PyLong_FromLong(1);
    bool plain = PyDict_Check(m) && has_dict_method(m, "get") == 1 && has_dict_method(m, "__setitem__") == 1;
    int result = plain || (get = PyObject_GetAttrString(m, "get")) != NULL ? 0 : -1;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        result = plain ? count_in_dict(m, key, one) : count_in_mapping(m, get, key, zero, one);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    Py_XDECREF(get);
    Py_XDECREF(zero);
    Py_XDECREF(one);
    return result < 0 || PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* ---- the module ---- */

static PyMethodDef module_methods[] = {
    { "_count_elements", _PyCFunction_CAST(count_elements), METH_FASTCALL,
      DOC("_count_elements($module, mapping, iterable, /)", "Add to mapping how often each element occurs in iterable.") },
    { NULL },
};

static int
add_type(PyObject *m, PyTypeObject **out, PyType_Spec *spec, PyObject *base)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, base);
    return *out == NULL ? -1 : PyModule_AddType(m, *out);
}

static int
module_exec(PyObject *m)
{
    struct collections_state *st = PyModule_GetState(m);
    return add_type(m, &st->deque, &deque_spec, NULL) < 0
        || add_type(m, &st->defaultdict, &defdict_spec, (PyObject *)&PyDict_Type) < 0
        || add_type(m, &st->deque_iter, &deque_iter_spec, NULL) < 0
        || add_type(m, &st->deque_reviter, &deque_reviter_spec, NULL) < 0
        || add_type(m, &st->tuplegetter, &tuplegetter_spec, NULL) < 0
        || PyModule_AddType(m, &PyODict_Type) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    struct collections_state *st = PyModule_GetState(m);
    Py_VISIT(st->deque);
    Py_VISIT(st->defaultdict);
    Py_VISIT(st->deque_iter);
    Py_VISIT(st->deque_reviter);
    Py_VISIT(st->tuplegetter);
    return 0;
}

static int
module_clear(PyObject *m)
{
    struct collections_state *st = PyModule_GetState(m);
    Py_CLEAR(st->deque);
    Py_CLEAR(st->defaultdict);
    Py_CLEAR(st->deque_iter);
    Py_CLEAR(st->deque_reviter);
    Py_CLEAR(st->tuplegetter);
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

struct PyModuleDef collections_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_collections",
    .m_doc = "High performance data structures: deque, defaultdict, OrderedDict.",
    .m_size = sizeof(struct collections_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit__collections(void)
{
    return PyModuleDef_Init(&collections_module);
}
