/* object/coll/dict_type.c: the dict type: slots and methods. */
#include "object/coll/dict.h"

#include "rt/effect.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/coll/dict_priv.h"
#include "object/coll/set.h"
#include "object/coll/tuple.h"
#include "rt/singletons.h"

/* ---- slots ---- */

static void
dict_dealloc(PyObject *op)
{
    PyDictObject *d = DICT(op);
    if (UNLIKELY(d->ma_version_tag & DICT_WATCHER_MASK)) {
        op->ob_refcnt = 1;
        dict_notify(PyDict_EVENT_DEALLOCATED, d, NULL, NULL);
        if (--op->ob_refcnt > 0)
            return;                        /* the watcher has kept it */
    }
    if (gc_is_tracked(op))
        gc_untrack(op);
    TRASH_BEGIN(op, dict_dealloc);
    PyDictValues *v = d->ma_values;
    if (v != NULL && !v->embedded) {
        for (size_t i = 0; i < v->capacity; i++)
            Py_XDECREF(v->values[i]);
        values_free(v);
    }
    if (d->ma_keys != NULL)
        keys_decref(d->ma_keys);
    if (LIKELY(PyDict_CheckExact(op)))
        coll_gc_free(trash_ts, op, sizeof(PyDictObject));
    else
        Py_TYPE(op)->tp_free(op);
    TRASH_END();
}

static int
dict_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyDictObject *d = DICT(op);
    PyDictKeysObject *k = d->ma_keys;
    if (k == NULL)
        return 0;
    if (d->ma_values != NULL) {
        for (size_t i = 0; i < d->ma_values->capacity; i++)
            Py_VISIT(d->ma_values->values[i]);
        return 0;
    }
    Py_ssize_t n = k->dk_nentries;
    if (k->dk_kind == KEYS_GENERAL) {
        PyDictKeyEntry *e = keys_entries(k);
        for (Py_ssize_t i = 0; i < n; i++) {
            if (e[i].me_value != NULL) {
                Py_VISIT(e[i].me_value);
                Py_VISIT(e[i].me_key);
            }
        }
        return 0;
    }
    PyDictUnicodeEntry *e = keys_unicode_entries(k);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_VISIT(e[i].me_value);
    return 0;
}

static int
dict_tp_clear(PyObject *op)
{
    dict_clear(DICT(op));
    return 0;
}

static int
write_repr(_PyUnicodeWriter *w, PyObject *op)
{
    PyObject *s = PyObject_Repr(op);
    if (s == NULL)
        return -1;
    int result = _PyUnicodeWriter_WriteStr(w, s);
    Py_DECREF(s);
    return result;
}

static PyObject *
dict_repr(PyObject *op)
{
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec > 0 ? PyUnicode_FromString("{...}") : NULL;
    if (DICT(op)->ma_used == 0) {
        Py_ReprLeave(op);
        return PyUnicode_FromString("{}");
    }
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    w.min_length = 1 + 4 + (2 + 4) * (DICT(op)->ma_used - 1) + 1;
    PyObject *key, *value;
    int bad = _PyUnicodeWriter_WriteChar(&w, '{');
    bool first = true;
    for (Py_ssize_t pos = 0; bad == 0 && dict_next(DICT(op), &pos, &key, &value, NULL); first = false) {
        Py_INCREF(key);
        Py_INCREF(value);
        bad = (!first && _PyUnicodeWriter_WriteASCIIString(&w, ", ", 2) < 0) || write_repr(&w, key) < 0
            || _PyUnicodeWriter_WriteASCIIString(&w, ": ", 2) < 0 || write_repr(&w, value) < 0;
        Py_DECREF(key);
        Py_DECREF(value);
    }
    w.overallocate = 0;
    bad = bad || _PyUnicodeWriter_WriteChar(&w, '}') < 0;
    Py_ReprLeave(op);
    if (!bad)
        return _PyUnicodeWriter_Finish(&w);
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

static Py_ssize_t
dict_length(PyObject *op)
{
    return DICT(op)->ma_used;
}

static PyObject *
subscript_missing(PyObject *op, PyObject *key)
{
    if (!PyDict_CheckExact(op)) {
        PyObject *missing = object_lookup_special(op, ID(__missing__));
        if (missing != NULL) {
            PyObject *value = call_one(ts_current(), missing, key);
            Py_DECREF(missing);
            return value;
        }
        if (PyErr_Occurred())
            return NULL;
    }
    _PyErr_SetKeyError(key);
    return NULL;
}

OWNED PyObject *
dict_subscript(PyObject *op, PyObject *key)
{
    Py_hash_t hash;
    PyObject *value;
    if (UNLIKELY(dict_hash_key(key, &hash) < 0))
        return NULL;
    Py_ssize_t ix = dict_lookup_index(DICT(op), key, hash, &value);
    if (LIKELY(value != NULL))
        return Py_NewRef(value);
    return ix == DKIX_ERROR ? NULL : subscript_missing(op, key);
}

static int
dict_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    return value == NULL ? PyDict_DelItem(op, key) : PyDict_SetItem(op, key, value);
}

/* 1 equal, 0, -1. */
static int
dict_equal(PyDictObject *a, PyDictObject *b)
{
    if (a->ma_used != b->ma_used)
        return 0;
    Py_ssize_t pos = 0;
    PyObject *key, *value, *other;
    Py_hash_t hash;
    while (dict_next(a, &pos, &key, &value, &hash)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int cmp = 0;
        Py_ssize_t ix = dict_lookup_index_ref(b, key, hash, &other);
        if (ix == DKIX_ERROR)
            cmp = -1;
        else if (other != NULL) {
            cmp = PyObject_RichCompareBool(value, other, Py_EQ);
            Py_DECREF(other);
        }
        Py_DECREF(key);
        Py_DECREF(value);
        if (cmp <= 0)
            return cmp;
    }
    return 1;
}

static PyObject *
dict_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyDict_Check(a) || !PyDict_Check(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    int same = dict_equal(DICT(a), DICT(b));
    return same < 0 ? NULL : PyBool_FromLong(same == (op == Py_EQ));
}

static PyObject *
dict_or(PyObject *a, PyObject *b)
{
    if (!PyDict_Check(a) || !PyDict_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *d = PyDict_Copy(a);
    if (d != NULL && dict_update_arg(d, b) < 0)
        Py_CLEAR(d);
    return d;
}

static PyObject *
dict_ior(PyObject *op, PyObject *other)
{
    return dict_update_arg(op, other) < 0 ? NULL : Py_NewRef(op);
}

/* ---- new, init ---- */

static PyObject *
dict_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    PyDictObject *d = DICT(op);
    d->ma_used = 0;
    d->ma_version_tag = (dict_version_counter += 1u << DICT_TAG_LOW_BITS);
    d->ma_values = NULL;
    d->ma_keys = &dict_empty_keys;
    if (type == &PyDict_Type && gc_is_tracked(op))
        gc_untrack(op);                    /* it is empty: nothing to be found in it yet */
    return op;
}

static int
check_keywords(PyObject *kwds)
{
    Py_ssize_t pos = 0;
    PyObject *key;
    while (PyDict_Next(kwds, &pos, &key, NULL)) {
        if (!PyUnicode_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return -1;
        }
    }
    return 0;
}

static int
update_common(PyObject *op, PyObject *args, PyObject *kwds, const char *name)
{
    if (!args_count(name, PyTuple_GET_SIZE(args), 0, 1))
        return -1;
    if (PyTuple_GET_SIZE(args) == 1 && dict_update_arg(op, PyTuple_GET_ITEM(args, 0)) < 0)
        return -1;
    if (kwds == NULL)
        return 0;
    return check_keywords(kwds) < 0 ? -1 : dict_merge(op, kwds, 1);
}

static int
dict_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    return update_common(op, args, kwds, "dict");
}

static PyObject *
dict_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_count("dict", n, 0, 1))
        return NULL;
    PyObject *op = type == (PyObject *)&PyDict_Type ? PyDict_New() : dict_new((PyTypeObject *)type, NULL, NULL);
    if (op == NULL)
        return NULL;
    if (n == 1 && dict_update_arg(op, args[0]) < 0)
        goto fail;
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++)
        if (PyDict_SetItem(op, PyTuple_GET_ITEM(kwnames, i), args[n + i]) < 0)
            goto fail;
    return op;
fail:
    Py_DECREF(op);
    return NULL;
}

/* ---- methods ---- */

static PyObject *
dict_contains_method(PyObject *op, PyObject *key)
{
    int found = PyDict_Contains(op, key);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyObject *
dict_sizeof_method(PyObject *op, PyObject *noargs)
{
    return PyLong_FromSize_t(dict_sizeof(DICT(op)));
}

static PyObject *
dict_get(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Py_hash_t hash;
    PyObject *value;
    if (UNLIKELY(!args_count("get", nargs, 1, 2)) || dict_hash_key(args[0], &hash) < 0)
        return NULL;
    Py_ssize_t ix = dict_lookup_index(DICT(op), args[0], hash, &value);
    if (value != NULL)
        return Py_NewRef(value);
    if (ix == DKIX_ERROR)
        return NULL;
    return Py_NewRef(nargs > 1 ? args[1] : Py_None);
}

static PyObject *
dict_setdefault(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *value;
    if (!args_count("setdefault", nargs, 1, 2))
        return NULL;
    PyDict_SetDefaultRef(op, args[0], nargs > 1 ? args[1] : Py_None, &value);
    return value;
}

static PyObject *
dict_pop(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    return args_count("pop", nargs, 1, 2) ? dict_pop_default(op, args[0], nargs > 1 ? args[1] : NULL) : NULL;
}

static PyObject *
dict_popitem(PyObject *op, PyObject *noargs)
{
    PyDictObject *d = DICT(op);
    if (d->ma_used == 0) {
        PyErr_SetString(PyExc_KeyError, "popitem(): dictionary is empty");
        return NULL;
    }
    if (d->ma_values != NULL && dict_resize(d, d->ma_keys->dk_log2_size, true) < 0)
        return NULL;
    PyDictKeysObject *k = d->ma_keys;
    Py_ssize_t i = k->dk_nentries - 1;
    while (keys_value_at(k, i) == NULL)
        i--;
    PyObject *key = Py_NewRef(keys_key_at(k, i)), *value = keys_value_at(k, i);
    dict_touch(d, PyDict_EVENT_DELETED, key, NULL);
    value = dict_remove_index(d, keys_hash_at(k, i), i, value);
    k->dk_nentries = i;                    /* the slots of what followed stay in use: usable does not rise */
    return tuple_pair_steal(key, value);
}

static PyObject *
dict_update(PyObject *op, PyObject *args, PyObject *kwds)
{
    return update_common(op, args, kwds, "update") < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
dict_clear_method(PyObject *op, PyObject *noargs)
{
    dict_clear(DICT(op));
    Py_RETURN_NONE;
}

static PyObject *
dict_copy(PyObject *op, PyObject *noargs)
{
    return PyDict_Copy(op);
}

/* fromkeys() for an exact empty dict and an iterable with known hashes; 0 or -1. */
static int
fill_hashed(PyObject *d, PyObject *iterable, PyObject *value)
{
    Py_ssize_t pos = 0, n = PyObject_Size(iterable);
    PyObject *key;
    Py_hash_t hash;
    bool dict = PyDict_CheckExact(iterable);
    if (n > 5 && dict_resize(DICT(d), dict_log2_for_entries((size_t)n), dict && keys_is_unicode(DICT(iterable)->ma_keys)) < 0)
        return -1;
    while (dict ? dict_next(DICT(iterable), &pos, &key, NULL, &hash) : _PySet_NextEntry(iterable, &pos, &key, &hash)) {
        Py_INCREF(key);
        int bad = dict_set_hashed(d, key, hash, value);
        Py_DECREF(key);
        if (bad < 0)
            return -1;
    }
    return 0;
}

static int
fill_iter(PyObject *d, PyObject *iterable, PyObject *value)
{
    PyObject *it = PyObject_GetIter(iterable), *key;
    if (it == NULL)
        return -1;
    int result = 0;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        result = PyDict_CheckExact(d) ? PyDict_SetItem(d, key, value) : PyObject_SetItem(d, key, value);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

static PyObject *
dict_fromkeys(PyObject *cls, PyObject *const *args, Py_ssize_t nargs)
{
    if (!args_count("fromkeys", nargs, 1, 2))
        return NULL;
    PyObject *value = nargs > 1 ? args[1] : Py_None;
    PyObject *d = call_none(ts_current(), cls);
    if (d == NULL)
        return NULL;
    int result;
    if (PyDict_CheckExact(d) && DICT(d)->ma_used == 0 && (PyDict_CheckExact(args[0]) || PyAnySet_CheckExact(args[0])))
        result = fill_hashed(d, args[0], value);
    else
        result = fill_iter(d, args[0], value);
    if (result < 0)
        Py_CLEAR(d);
    return d;
}

static PyObject *dict_keys_method(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyDictKeys_Type); }
static PyObject *dict_items_method(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyDictItems_Type); }
static PyObject *dict_values_method(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyDictValues_Type); }
static PyObject *dict_iter(PyObject *op) { return dict_iter_new(DICT(op), &PyDictIterKey_Type); }
static PyObject *dict_reversed(PyObject *op, PyObject *noargs) { return dict_iter_new(DICT(op), &PyDictRevIterKey_Type); }

EFFECT(dict_keys_method, EFF_ALLOC | EFF_FAILS, &PyDictKeys_Type, 0);
EFFECT(dict_items_method, EFF_ALLOC | EFF_FAILS, &PyDictItems_Type, 0);
EFFECT(dict_values_method, EFF_ALLOC | EFF_FAILS, &PyDictValues_Type, 0);

static PyMethodDef dict_methods[] = {
    { "__contains__", dict_contains_method, METH_O | METH_COEXIST, TEXT_SIG("__contains__($self, key, /)", "True if the dictionary has the key, else False.") },
    { "__getitem__", dict_subscript, METH_O | METH_COEXIST, TEXT_SIG("__getitem__($self, key, /)", "The value of key.") },
    { "__sizeof__", dict_sizeof_method, METH_NOARGS, DOC_SIZEOF },
    { "get", _PyCFunction_CAST(dict_get), METH_FASTCALL, TEXT_SIG("get($self, key, default=None, /)", "The value of key, or default if there is none.") },
    { "setdefault", _PyCFunction_CAST(dict_setdefault), METH_FASTCALL,
      TEXT_SIG("setdefault($self, key, default=None, /)", "The value of key, which first becomes default if there is none.") },
    { "pop", _PyCFunction_CAST(dict_pop), METH_FASTCALL,
      TEXT_SIG("pop($self, key, default=<unrepresentable>, /)", "Take out key and return its value, or default; KeyError if there is neither.") },
    { "popitem", dict_popitem, METH_NOARGS, TEXT_SIG("popitem($self, /)", "Take out the pair that came last and return it; KeyError if empty.") },
    { "keys", dict_keys_method, METH_NOARGS, TEXT_SIG("keys($self, /)", "Set-like view of the keys.") },
    { "items", dict_items_method, METH_NOARGS, TEXT_SIG("items($self, /)", "Set-like view of the (key, value) pairs.") },
    { "values", dict_values_method, METH_NOARGS, TEXT_SIG("values($self, /)", "View of the values.") },
    { "update", _PyCFunction_CAST(dict_update), METH_VARARGS | METH_KEYWORDS,
      "D.update([E, ]**F) -> None.  Enter the items of a mapping or of an iterable of pairs, then the keywords." },
    { "fromkeys", _PyCFunction_CAST(dict_fromkeys), METH_FASTCALL | METH_CLASS,
      TEXT_SIG("fromkeys($type, iterable, value=None, /)", "A new dictionary of the keys from iterable, each with value.") },
    { "clear", dict_clear_method, METH_NOARGS, TEXT_SIG("clear($self, /)", "Drop all items.") },
    { "copy", dict_copy, METH_NOARGS, TEXT_SIG("copy($self, /)", "A new dictionary of the same items.") },
    { "__reversed__", dict_reversed, METH_NOARGS, TEXT_SIG("__reversed__($self, /)", "Iterator over the keys from the last to the first.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, DOC_CLASS_GETITEM },
    { NULL },
};

static PyNumberMethods dict_as_number = { .nb_or = dict_or, .nb_inplace_or = dict_ior };
static PySequenceMethods dict_as_sequence = { .sq_contains = PyDict_Contains };
static PyMappingMethods dict_as_mapping = {
    .mp_length = dict_length, .mp_subscript = dict_subscript, .mp_ass_subscript = dict_ass_subscript,
};

PyTypeObject PyDict_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "dict",
    .tp_basicsize = sizeof(PyDictObject),
    .tp_dealloc = dict_dealloc,
    .tp_repr = dict_repr,
    .tp_as_number = &dict_as_number,
    .tp_as_sequence = &dict_as_sequence,
    .tp_as_mapping = &dict_as_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DICT_SUBCLASS
              | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_MAPPING,
    .tp_doc = "dict() -> empty dictionary\ndict(mapping) or dict(pairs) -> dictionary of those items\n"
              "dict(**kwargs) -> dictionary of the keywords",
    .tp_traverse = dict_traverse,
    .tp_clear = dict_tp_clear,
    .tp_richcompare = dict_richcompare,
    .tp_iter = dict_iter,
    .tp_methods = dict_methods,
    .tp_init = dict_init,
    .tp_alloc = PyType_GenericAlloc,
    .tp_new = dict_new,
    .tp_free = PyObject_GC_Del,
    .tp_vectorcall = dict_vectorcall,
};
