/* object/core/type_type.c: the type `type`: calling, showing, traversing and freeing types, and its methods. */
#include "object/core/type_impl.h"

#include <stddef.h>

#include "rt/gc_track.h"
#include "rt/singletons.h"
#include "object/coll/dict_values.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type_slot_fn.h"
#include "object/core/weakref.h"
#include "object/text/str.h"

PyObject *
type_repr(PyObject *self)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (t->tp_name == NULL)              /* not ready: a debugger may look at it */
        return PyUnicode_FromFormat("<class at %p>", t);
    PyObject *module = type_get_module(t), *out;
    if (module == NULL)
        PyErr_Clear();
    else if (!PyUnicode_Check(module))
        Py_CLEAR(module);
    PyObject *name = type_get_qualname(t);
    if (name == NULL) {
        Py_XDECREF(module);
        return NULL;
    }
    if (module != NULL && !str_eq(module, ID(builtins)))
        out = PyUnicode_FromFormat("<class '%U.%U'>", module, name);
    else
        out = PyUnicode_FromFormat("<class '%s'>", t->tp_name);
    Py_XDECREF(module);
    Py_DECREF(name);
    return out;
}

/* ---- calling ---- */

PyObject *
type_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    PyTypeObject *t = (PyTypeObject *)self;
    PyThreadState *ts = ts_current();
    if (t == &PyType_Type) {
        Py_ssize_t n = PyTuple_GET_SIZE(args);
        if (n == 1 && (kwds == NULL || PyDict_GET_SIZE(kwds) == 0))
            return Py_NewRef(Py_TYPE(PyTuple_GET_ITEM(args, 0)));
        if (n != 3) {
            PyErr_SetString(PyExc_TypeError, "type() takes 1 or 3 arguments");
            return NULL;
        }
    }
    if (t->tp_new == NULL) {
        PyErr_Format(PyExc_TypeError, "cannot create '%s' instances", t->tp_name);
        return NULL;
    }
    PyObject *obj = call_check_result(ts, self, t->tp_new(t, args, kwds), NULL);
    if (obj == NULL || !PyObject_TypeCheck(obj, t))  /* __new__ may give anything: then no __init__ */
        return obj;
    t = Py_TYPE(obj);
    if (t->tp_init != NULL && t->tp_init(obj, args, kwds) < 0)
        Py_CLEAR(obj);
    return obj;
}

/* obj.__init__(*args, **keywords); false with an exception. */
static bool
init_plain(PyThreadState *ts, PyObject *obj, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *stack[TYPE_PLAIN_ARGS + 2] = { NULL, obj };
    Py_ssize_t total = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    int unbound;
    PyObject *init = object_lookup_method(obj, ID(__init__), &unbound);
    if (init == NULL) {
        if (ts->current_exception == NULL)
            PyErr_SetObject(PyExc_AttributeError, ID(__init__));
        return false;
    }
    for (Py_ssize_t i = 0; i < total; i++)
        stack[2 + i] = args[i];
    PyObject *res = call_vector(ts, init, unbound ? stack + 1 : stack + 2, (size_t)(nargs + unbound) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    Py_DECREF(init);
    if (res != NULL && res != Py_None) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(res)->tp_name);
        Py_CLEAR(res);
    }
    return res != NULL;
}

OWNED PyObject *
type_call_plain(PyThreadState *ts, PyTypeObject *t, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (recursion_enter(ts, " while calling a Python object"))
        return NULL;
    PyObject *obj = t->tp_alloc(t, 0);
    if (obj != NULL && t->tp_init != object_init && !init_plain(ts, obj, args, nargs, kwnames))
        Py_CLEAR(obj);
    recursion_leave(ts);
    return obj;
}

bool
type_is_plain(PyObject *callable, Py_ssize_t total)
{
    PyTypeObject *t = (PyTypeObject *)callable;
    return Py_TYPE(callable)->tp_call == type_call && t->tp_new == object_new && (t->tp_flags & Py_TPFLAGS_IS_ABSTRACT) == 0
        && (t->tp_init == slot_tp_init ? total <= TYPE_PLAIN_ARGS : t->tp_init == object_init && total == 0);
}

/* type(x) without a tuple. */
static PyObject *
type_vectorcall(PyObject *meta, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (n == 1 && meta == (PyObject *)&PyType_Type) {
        if (!args_no_kwnames("type", kwnames))
            return NULL;
        return Py_NewRef(Py_TYPE(args[0]));
    }
    return _PyObject_MakeTpCall(ts_current(), meta, args, n, kwnames);
}

static int
type_init(PyObject *self, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (kwds != NULL && n == 1 && PyDict_GET_SIZE(kwds) != 0) {
        PyErr_SetString(PyExc_TypeError, "type.__init__() takes no keyword arguments");
        return -1;
    }
    if (n != 1 && n != 3) {
        PyErr_SetString(PyExc_TypeError, "type.__init__() takes 1 or 3 arguments");
        return -1;
    }
    return 0;
}

/* ---- methods ---- */

static PyObject *
type_prepare(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    return PyDict_New();
}

static PyObject *
type_instancecheck(PyObject *self, PyObject *instance)
{
    int is = object_real_isinstance(instance, self);
    return is < 0 ? NULL : PyBool_FromLong(is);
}

static PyObject *
type_subclasscheck(PyObject *self, PyObject *sub)
{
    int is = object_real_issubclass(sub, self);
    return is < 0 ? NULL : PyBool_FromLong(is);
}

static PyObject *type_subclasses_method(PyObject *t, PyObject *unused) { return type_subclasses((PyTypeObject *)t); }

/* The names of a class and its bases into dict; anything with __dict__ and __bases__ is a class here. */
static int
merge_class_dict(PyObject *dict, PyObject *cls)
{
    PyObject *own, *bases;
    if (PyObject_GetOptionalAttr(cls, ID(__dict__), &own) < 0)
        return -1;
    if (own != NULL) {
        int err = PyDict_Update(dict, own);
        Py_DECREF(own);
        if (err < 0)
            return -1;
    }
    if (PyObject_GetOptionalAttr(cls, ID(__bases__), &bases) < 0)
        return -1;
    if (bases == NULL)
        return 0;
    Py_ssize_t n = PySequence_Size(bases);
    int err = n < 0 ? -1 : 0;
    for (Py_ssize_t i = 0; err == 0 && i < n; i++) {
        PyObject *base = PySequence_GetItem(bases, i);
        err = base == NULL ? -1 : merge_class_dict(dict, base);
        Py_XDECREF(base);
    }
    Py_DECREF(bases);
    return err;
}

int
type_merge_class_dict(PyObject *dict, PyObject *cls)
{
    if (Py_EnterRecursiveCall(" while listing attributes"))
        return -1;
    int err = merge_class_dict(dict, cls);
    Py_LeaveRecursiveCall();
    return err;
}

static PyObject *
type_dir(PyObject *self, PyObject *unused)
{
    PyObject *dict = PyDict_New(), *out = NULL;
    if (dict != NULL && type_merge_class_dict(dict, self) == 0)
        out = PyDict_Keys(dict);
    Py_XDECREF(dict);
    return out;
}

static PyObject *
type_sizeof(PyObject *self, PyObject *unused)
{
    PyTypeObject *t = (PyTypeObject *)self;
    size_t size = sizeof(PyTypeObject);
    if (type_has(t, Py_TPFLAGS_HEAPTYPE)) {
        size = sizeof(PyHeapTypeObject);
        PyDictKeysObject *keys = type_heap(t)->ht_cached_keys;
        if (keys != NULL)
            size += sizeof *keys + ((size_t)1 << keys->dk_log2_index_bytes)
                + (((size_t)1 << keys->dk_log2_size) << 1) / 3 * sizeof(PyDictUnicodeEntry);
    }
    return PyLong_FromSize_t(size);
}

static PyMethodDef type_methods[] = {
    { "mro", type_mro_method, METH_NOARGS, PyDoc_STR("mro($self, /)\n--\n\nCompute the order in which bases are searched.") },
    { "__subclasses__", type_subclasses_method, METH_NOARGS,
      PyDoc_STR("__subclasses__($self, /)\n--\n\nA list of the living direct subclasses.") },
    { "__prepare__", _PyCFunction_CAST(type_prepare), METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
      PyDoc_STR("__prepare__($cls, name, bases, /, **kwds)\n--\n\nThe namespace in which a class body runs.") },
    { "__instancecheck__", type_instancecheck, METH_O,
      PyDoc_STR("__instancecheck__($self, instance, /)\n--\n\nWhat isinstance() asks.") },
    { "__subclasscheck__", type_subclasscheck, METH_O,
      PyDoc_STR("__subclasscheck__($self, subclass, /)\n--\n\nWhat issubclass() asks.") },
    { "__dir__", type_dir, METH_NOARGS, PyDoc_STR("__dir__($self, /)\n--\n\nNames of the class and its bases.") },
    { "__sizeof__", type_sizeof, METH_NOARGS, PyDoc_STR("__sizeof__($self, /)\n--\n\nBytes that the type object takes.") },
    { NULL },
};

static PyMemberDef type_members[] = {
    { "__basicsize__", Py_T_PYSSIZET, offsetof(PyTypeObject, tp_basicsize), Py_READONLY },
    { "__itemsize__", Py_T_PYSSIZET, offsetof(PyTypeObject, tp_itemsize), Py_READONLY },
    { "__flags__", Py_T_ULONG, offsetof(PyTypeObject, tp_flags), Py_READONLY },
    { "__weakrefoffset__", Py_T_PYSSIZET, offsetof(PyTypeObject, tp_weaklistoffset), Py_READONLY },
    { "__base__", _Py_T_OBJECT, offsetof(PyTypeObject, tp_base), Py_READONLY },
    { "__dictoffset__", Py_T_PYSSIZET, offsetof(PyTypeObject, tp_dictoffset), Py_READONLY },
    { NULL },
};

/* ---- collector ---- */

int
type_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE))
        _PyObject_AssertFailed(self, NULL, "type_traverse() called on non-heap type", __FILE__, __LINE__, __func__);
    Py_VISIT(t->tp_dict);
    Py_VISIT(t->tp_cache);
    Py_VISIT(t->tp_mro);
    Py_VISIT(t->tp_bases);
    Py_VISIT((PyObject *)t->tp_base);
    Py_VISIT(type_heap(t)->ht_module);
    /* ht_name, ht_qualname, ht_slots and tp_subclasses hold str and weak references: no cycles. */
    return 0;
}

int
type_clear(PyObject *self)
{
    /* Methods need tp_base, tp_bases and tp_mro to the last; the dict and the MRO are enough to break the cycles
     * (the MRO contains the type itself). */
    PyTypeObject *t = (PyTypeObject *)self;
    PyType_Modified(t);
    if (t->tp_dict != NULL)
        PyDict_Clear(t->tp_dict);
    Py_CLEAR(type_heap(t)->ht_module);
    Py_CLEAR(t->tp_mro);
    return 0;
}

static int type_is_gc(PyObject *self) { return type_has((PyTypeObject *)self, Py_TPFLAGS_HEAPTYPE); }

void
type_dealloc(PyObject *self)
{
    PyTypeObject *t = (PyTypeObject *)self;
    if (!type_has(t, Py_TPFLAGS_HEAPTYPE)) {         /* counted down by code older than immortality */
        self->ob_refcnt = _Py_IMMORTAL_REFCNT;
        return;
    }
    PyHeapTypeObject *ht = type_heap(t);
    PyObject_GC_UnTrack(self);
    PyObject *pending = PyErr_GetRaisedException();
    if (t->tp_bases != NULL)
        type_remove_all_subclasses(t, t->tp_bases);
    PyErr_SetRaisedException(pending);
    if (UNLIKELY(*type_watch_bits(t) & 1 << TYPE_WATCHER_JIT))
        type_death_notice(t);
    type_cache_forget(t);
    PyObject_ClearWeakRefs(self);
    Py_XDECREF(t->tp_base);
    Py_XDECREF(t->tp_dict);
    Py_XDECREF(t->tp_bases);
    Py_XDECREF(t->tp_mro);
    Py_XDECREF(t->tp_cache);
    Py_XDECREF((PyObject *)t->tp_subclasses);
    PyMem_Free((char *)t->tp_doc);
    Py_XDECREF(ht->ht_name);
    Py_XDECREF(ht->ht_qualname);
    Py_XDECREF(ht->ht_slots);
    if (ht->ht_cached_keys != NULL)
        shared_keys_release(ht->ht_cached_keys);
    Py_XDECREF(ht->ht_module);
    PyMem_Free(ht->_ht_tpname);
    Py_TYPE(t)->tp_free(self);
}

static PyNumberMethods type_number = { .nb_or = _Py_union_type_or };

PyTypeObject PyType_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "type",
    .tp_basicsize = sizeof(PyHeapTypeObject),
    .tp_itemsize = sizeof(PyMemberDef),
    .tp_dealloc = type_dealloc,
    .tp_vectorcall_offset = offsetof(PyTypeObject, tp_vectorcall),
    .tp_repr = type_repr,
    .tp_as_number = &type_number,
    .tp_call = type_call,
    .tp_getattro = type_getattro,
    .tp_setattro = type_setattro,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_TYPE_SUBCLASS
        | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_ITEMS_AT_END,
    .tp_doc = PyDoc_STR("type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"),
    .tp_traverse = type_traverse,
    .tp_clear = type_clear,
    .tp_weaklistoffset = offsetof(PyTypeObject, tp_weaklist),
    .tp_methods = type_methods,
    .tp_members = type_members,
    .tp_getset = type_getsets,
    .tp_dictoffset = offsetof(PyTypeObject, tp_dict),
    .tp_init = type_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = type_new,
    .tp_free = PyObject_GC_Del,
    .tp_is_gc = type_is_gc,
    .tp_vectorcall = type_vectorcall,
};
