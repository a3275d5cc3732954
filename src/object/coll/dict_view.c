/* object/coll/dict_view.c: iterators over dicts, and the views that keys(), items() and values() return.
 * The pair that an item iterator yields is used again when nobody else has kept it. */
#include "object/coll/dict.h"

#include "object/core/err.h"
#include "object/coll/dict_priv.h"
#include "object/coll/set.h"
#include "object/coll/tuple.h"
#include "rt/singletons.h"

#define VIEW_DICT(op) (((struct dict_view *)(op))->dv_dict)
#define ITER(op) ((struct dict_iter *)(op))

/* ---- iterators ---- */

static inline bool
iter_is_items(PyTypeObject *t)
{
    return t == &PyDictIterItem_Type || t == &PyDictRevIterItem_Type;
}

static inline bool
iter_is_reverse(PyTypeObject *t)
{
    return t == &PyDictRevIterKey_Type || t == &PyDictRevIterValue_Type || t == &PyDictRevIterItem_Type;
}

PyObject *
dict_iter_new(PyDictObject *d, PyTypeObject *type)
{
    struct dict_iter *it = COLL_GC_NEW(struct dict_iter, type);
    if (it == NULL)
        return NULL;
    it->di_dict = (PyDictObject *)Py_NewRef(d);
    it->di_used = it->len = d->ma_used;
    it->di_pos = !iter_is_reverse(type) ? 0 : d->ma_values != NULL ? d->ma_used - 1 : d->ma_keys->dk_nentries - 1;
    it->di_result = NULL;
    if (iter_is_items(type) && (it->di_result = PyTuple_Pack(2, Py_None, Py_None)) == NULL) {
        Py_DECREF(d);
        COLL_GC_FREE(struct dict_iter, it);
        return NULL;
    }
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(ITER(op)->di_dict);
    Py_XDECREF(ITER(op)->di_result);
    COLL_GC_FREE(struct dict_iter, op);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ITER(op)->di_dict);
    Py_VISIT(ITER(op)->di_result);
    return 0;
}

static void
iter_finish(struct dict_iter *it)
{
    PyDictObject *d = it->di_dict;
    it->di_dict = NULL;
    Py_DECREF(d);
}

/* The next item, moving on: true with borrowed key and value, false at the end or on error. */
static inline __attribute__((always_inline)) bool
iter_step(struct dict_iter *it, PyDictObject *d, PyObject **key, PyObject **value)
{
    if (UNLIKELY(it->di_used != d->ma_used)) {
        PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
        it->di_used = -1;                  /* and so it stays */
        return false;
    }
    Py_ssize_t i = it->di_pos, n = d->ma_keys->dk_nentries;
    if (UNLIKELY(d->ma_values != NULL)) {
        if (i >= d->ma_used)
            goto end;
        Py_ssize_t ix = values_order(d->ma_values)[i];
        *key = keys_unicode_entries(d->ma_keys)[ix].me_key;
        *value = d->ma_values->values[ix];
    }
    else if (d->ma_keys->dk_kind == KEYS_GENERAL) {
        PyDictKeyEntry *e = keys_entries(d->ma_keys) + i;
        for (; i < n && e->me_value == NULL; i++)
            e++;
        if (i >= n)
            goto end;
        *key = e->me_key;
        *value = e->me_value;
    }
    else {
        PyDictUnicodeEntry *e = keys_unicode_entries(d->ma_keys) + i;
        for (; i < n && e->me_value == NULL; i++)
            e++;
        if (i >= n)
            goto end;
        *key = e->me_key;
        *value = e->me_value;
    }
    if (UNLIKELY(it->len == 0)) {
        PyErr_SetString(PyExc_RuntimeError, "dictionary keys changed during iteration");
        goto end;
    }
    it->di_pos = i + 1;
    it->len--;
    return true;
end:
    iter_finish(it);
    return false;
}

static Py_ssize_t
iter_step_back(struct dict_iter *it, PyDictObject *d)
{
    if (it->di_used != d->ma_used) {
        PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
        it->di_used = -1;
        return -1;
    }
    Py_ssize_t i = it->di_pos, ix;
    if (i < 0)
        goto end;
    if (d->ma_values != NULL)
        ix = values_order(d->ma_values)[i];
    else {
        while (keys_value_at(d->ma_keys, i) == NULL)
            if (--i < 0)
                goto end;
        ix = i;
    }
    it->di_pos = i - 1;
    it->len--;
    return ix;
end:
    iter_finish(it);
    return -1;
}

static inline PyObject *
value_of(PyDictObject *d, Py_ssize_t ix)
{
    return d->ma_values != NULL ? d->ma_values->values[ix] : keys_value_at(d->ma_keys, ix);
}

static inline PyObject *
iter_pair(struct dict_iter *it, PyObject *key, PyObject *value)
{
    PyObject *pair = it->di_result;
    Py_INCREF(key);
    Py_INCREF(value);
    if (pair->ob_refcnt != 1)
        return tuple_pair_steal(key, value);
    PyObject **items = tuple_items(pair), *old_key = items[0], *old_value = items[1];
    items[0] = key;
    items[1] = value;
    Py_INCREF(pair);
    Py_DECREF(old_key);
    Py_DECREF(old_value);
    if (!gc_is_tracked(pair))              /* the collector may have given it up for what it held before */
        gc_track(pair);
    return pair;
}

static PyObject *
iter_next_key(PyObject *op)
{
    PyDictObject *d = ITER(op)->di_dict;
    PyObject *key, *value;
    return d != NULL && iter_step(ITER(op), d, &key, &value) ? Py_NewRef(key) : NULL;
}

static PyObject *
iter_next_value(PyObject *op)
{
    PyDictObject *d = ITER(op)->di_dict;
    PyObject *key, *value;
    return d != NULL && iter_step(ITER(op), d, &key, &value) ? Py_NewRef(value) : NULL;
}

static PyObject *
iter_next_item(PyObject *op)
{
    PyDictObject *d = ITER(op)->di_dict;
    PyObject *key, *value;
    return d != NULL && iter_step(ITER(op), d, &key, &value) ? iter_pair(ITER(op), key, value) : NULL;
}

static PyObject *
iter_next_back(PyObject *op)
{
    PyDictObject *d = ITER(op)->di_dict;
    Py_ssize_t ix = d == NULL ? -1 : iter_step_back(ITER(op), d);
    if (ix < 0)
        return NULL;
    PyObject *key = keys_key_at(d->ma_keys, ix), *value = value_of(d, ix);
    if (Py_IS_TYPE(op, &PyDictRevIterKey_Type))
        return Py_NewRef(key);
    if (Py_IS_TYPE(op, &PyDictRevIterValue_Type))
        return Py_NewRef(value);
    return iter_pair(ITER(op), key, value);
}

static PyObject *
iter_length_hint(PyObject *op, PyObject *noargs)
{
    struct dict_iter *it = ITER(op);
    return PyLong_FromSsize_t(it->di_dict != NULL && it->di_used == it->di_dict->ma_used ? it->len : 0);
}

/* The rest as a list, without moving on: a copy of the iterator is run. */
static PyObject *
iter_reduce(PyObject *op, PyObject *noargs)
{
    struct dict_iter *copy = COLL_GC_NEW(struct dict_iter, Py_TYPE(op));
    if (copy == NULL)
        return NULL;
    struct dict_iter *it = ITER(op);
    copy->di_dict = (PyDictObject *)Py_XNewRef(it->di_dict);
    copy->di_used = it->di_used;
    copy->di_pos = it->di_pos;
    copy->di_result = Py_XNewRef(it->di_result);
    copy->len = it->len;
    gc_track((PyObject *)copy);
    PyObject *list = PySequence_List((PyObject *)copy);
    Py_DECREF(copy);
    if (list == NULL)
        return NULL;
    PyObject *iter = coll_builtin("iter");
    if (iter == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    return Py_BuildValue("N(N)", iter, list);
}

static PyMethodDef iter_methods[] = {
    { "__length_hint__", iter_length_hint, METH_NOARGS, DOC_LEN },
    { "__reduce__", iter_reduce, METH_NOARGS, DOC_REDUCE },
    { NULL },
};

#define ITER_TYPE(name, text, next) \
    PyTypeObject name = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = text, \
        .tp_basicsize = sizeof(struct dict_iter), \
        .tp_dealloc = iter_dealloc, \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
        .tp_traverse = iter_traverse, \
        .tp_iter = PyObject_SelfIter, \
        .tp_iternext = next, \
        .tp_methods = iter_methods, \
    }
ITER_TYPE(PyDictIterKey_Type, "dict_keyiterator", iter_next_key);
ITER_TYPE(PyDictIterValue_Type, "dict_valueiterator", iter_next_value);
ITER_TYPE(PyDictIterItem_Type, "dict_itemiterator", iter_next_item);
ITER_TYPE(PyDictRevIterKey_Type, "dict_reversekeyiterator", iter_next_back);
ITER_TYPE(PyDictRevIterValue_Type, "dict_reversevalueiterator", iter_next_back);
ITER_TYPE(PyDictRevIterItem_Type, "dict_reverseitemiterator", iter_next_back);

/* ---- views ---- */

OWNED PyObject *
dict_view_new(PyObject *d, PyTypeObject *type)
{
    if (d == NULL || !PyDict_Check(d)) {
        if (d == NULL)
            PyErr_BadInternalCall();
        else
            PyErr_Format(PyExc_TypeError, "%s() requires a dict argument, not '%s'", type->tp_name, Py_TYPE(d)->tp_name);
        return NULL;
    }
    struct dict_view *v = COLL_GC_NEW(struct dict_view, type);
    if (v == NULL)
        return NULL;
    v->dv_dict = (PyDictObject *)Py_NewRef(d);
    gc_track((PyObject *)v);
    return (PyObject *)v;
}

static void
view_dealloc(PyObject *op)
{
    gc_untrack(op);
    PyDictObject *d = VIEW_DICT(op);
    if (Py_TYPE(op)->tp_free == PyObject_GC_Del && Py_TYPE(op)->tp_basicsize == sizeof(struct dict_view))
        COLL_GC_FREE(struct dict_view, op);
    else
        Py_TYPE(op)->tp_free(op);
    Py_XDECREF(d);
}

static int
view_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(VIEW_DICT(op));
    return 0;
}

static Py_ssize_t
view_length(PyObject *op)
{
    return VIEW_DICT(op) == NULL ? 0 : VIEW_DICT(op)->ma_used;
}

static PyObject *
view_mapping(PyObject *op, void *closure)
{
    return PyDictProxy_New((PyObject *)VIEW_DICT(op));
}

static PyObject *
view_repr(PyObject *op)
{
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec > 0 ? PyUnicode_FromString("...") : NULL;
    PyObject *result = NULL, *list = PySequence_List(op);
    if (list != NULL) {
        result = PyUnicode_FromFormat("%s(%R)", Py_TYPE(op)->tp_name, list);
        Py_DECREF(list);
    }
    Py_ReprLeave(op);
    return result;
}

static PyObject *
view_iter_as(PyObject *op, PyTypeObject *type)
{
    return VIEW_DICT(op) == NULL ? Py_NewRef(Py_None) : dict_iter_new(VIEW_DICT(op), type);
}

static PyObject *keys_iter(PyObject *op) { return view_iter_as(op, &PyDictIterKey_Type); }
static PyObject *items_iter(PyObject *op) { return view_iter_as(op, &PyDictIterItem_Type); }
static PyObject *values_iter(PyObject *op) { return view_iter_as(op, &PyDictIterValue_Type); }
static PyObject *keys_reversed(PyObject *op, PyObject *noargs) { return view_iter_as(op, &PyDictRevIterKey_Type); }
static PyObject *items_reversed(PyObject *op, PyObject *noargs) { return view_iter_as(op, &PyDictRevIterItem_Type); }
static PyObject *values_reversed(PyObject *op, PyObject *noargs) { return view_iter_as(op, &PyDictRevIterValue_Type); }

static int
keys_contains(PyObject *op, PyObject *key)
{
    return VIEW_DICT(op) == NULL ? 0 : PyDict_Contains((PyObject *)VIEW_DICT(op), key);
}

static int
items_contains(PyObject *op, PyObject *pair)
{
    if (VIEW_DICT(op) == NULL || !PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2)
        return 0;
    PyObject *found;
    int result = PyDict_GetItemRef((PyObject *)VIEW_DICT(op), PyTuple_GET_ITEM(pair, 0), &found);
    if (result > 0) {
        result = PyObject_RichCompareBool(found, PyTuple_GET_ITEM(pair, 1), Py_EQ);
        Py_DECREF(found);
    }
    return result;
}

/* ---- views as sets ---- */

static inline bool
is_set_view(PyObject *op)
{
    return PyDictKeys_Check(op) || PyDictItems_Check(op);
}

/* Is everything in a also in b? 1, 0, -1. */
static int
all_in(PyObject *a, PyObject *b)
{
    PyObject *it = PyObject_GetIter(a);
    if (it == NULL)
        return -1;
    int ok = 1;
    PyObject *item;
    while (ok == 1 && (item = PyIter_Next(it)) != NULL) {
        ok = PySequence_Contains(b, item);
        Py_DECREF(item);
    }
    Py_DECREF(it);
    return ok == 1 && PyErr_Occurred() ? -1 : ok;
}

static PyObject *
view_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyAnySet_Check(b) && !is_set_view(b))
        Py_RETURN_NOTIMPLEMENTED;
    Py_ssize_t na = PyObject_Size(a), nb = na < 0 ? -1 : PyObject_Size(b);
    if (nb < 0)
        return NULL;
    int ok = 0;
    switch (op) {
    case Py_NE:
    case Py_EQ:
        if (na == nb)
            ok = all_in(a, b);
        if (op == Py_NE && ok >= 0)
            ok = !ok;
        break;
    case Py_LT:
        if (na < nb)
            ok = all_in(a, b);
        break;
    case Py_LE:
        if (na <= nb)
            ok = all_in(a, b);
        break;
    case Py_GT:
        if (na > nb)
            ok = all_in(b, a);
        break;
    case Py_GE:
        if (na >= nb)
            ok = all_in(b, a);
        break;
    }
    return ok < 0 ? NULL : PyBool_FromLong(ok);
}

static PyObject *
call_set_method(PyObject *left, const char *method, PyObject *right)
{
    PyObject *left_set = PySet_New(PyDictKeys_Check(left) ? (PyObject *)VIEW_DICT(left) : left);
    if (left_set == NULL)
        return NULL;
    PyObject *name = PyUnicode_InternFromString(method);
    PyObject *none = name == NULL ? NULL : PyObject_CallMethodOneArg(left_set, name, right);
    Py_XDECREF(name);
    if (none == NULL)
        Py_CLEAR(left_set);
    else
        Py_DECREF(none);
    return left_set;
}

static PyObject *
view_sub(PyObject *a, PyObject *b)
{
    return call_set_method(a, "difference_update", b);
}

static PyObject *
view_or(PyObject *a, PyObject *b)
{
    PyObject *set = PySet_New(PyDictKeys_Check(a) ? (PyObject *)VIEW_DICT(a) : a);
    if (set != NULL && _PySet_Update(set, b) < 0)
        Py_CLEAR(set);
    return set;
}

static PyObject *
view_and(PyObject *a, PyObject *b)
{
    /* The view may be on the right; and: walk the shorter one, look up in the longer. */
    if (!is_set_view(a) || (is_set_view(b) && view_length(b) > view_length(a))) {
        PyObject *tmp = a;
        a = b;
        b = tmp;
    }
    if (PySet_CheckExact(b) && view_length(a) <= PySet_GET_SIZE(b)) {
        PyObject *name = PyUnicode_InternFromString("intersection");
        PyObject *out = name == NULL ? NULL : PyObject_CallMethodOneArg(b, name, a);
        Py_XDECREF(name);
        return out;
    }
    PyObject *result = PySet_New(NULL);
    PyObject *it = result == NULL ? NULL : PyObject_GetIter(b), *item;
    int (*contains)(PyObject *, PyObject *) = PyDictKeys_Check(a) ? keys_contains : items_contains;
    if (it == NULL) {
        Py_XDECREF(result);
        return NULL;
    }
    int err = 0;
    while (err == 0 && (item = PyIter_Next(it)) != NULL) {
        int in = contains(a, item);
        err = in < 0 || (in && PySet_Add(result, item) < 0) ? -1 : 0;
        Py_DECREF(item);
    }
    Py_DECREF(it);
    if (err < 0 || PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

/* Add to result the items of a that b has not. */
static int
add_items_not_in(PyObject *result, PyDictObject *a, PyDictObject *b)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value, *other;
    Py_hash_t hash;
    while (dict_next(a, &pos, &key, &value, &hash)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int err = 0, same = 0;
        Py_ssize_t ix = dict_lookup_index_ref(b, key, hash, &other);
        if (ix == DKIX_ERROR)
            err = -1;
        else if (other != NULL) {
            same = PyObject_RichCompareBool(value, other, Py_EQ);
            err = same < 0 ? -1 : 0;
            Py_DECREF(other);
        }
        if (err == 0 && !same) {
            PyObject *pair = PyTuple_Pack(2, key, value);
            err = pair == NULL ? -1 : PySet_Add(result, pair);
            Py_XDECREF(pair);
        }
        Py_DECREF(key);
        Py_DECREF(value);
        if (err < 0)
            return -1;
    }
    return 0;
}

static PyObject *
view_xor(PyObject *a, PyObject *b)
{
    if (!PyDictItems_Check(a) || !PyDictItems_Check(b))
        return call_set_method(a, "symmetric_difference_update", b);
    PyDictObject *da = VIEW_DICT(a), *db = VIEW_DICT(b);
    PyObject *result = PySet_New(NULL);
    if (result != NULL && (add_items_not_in(result, da, db) < 0 || add_items_not_in(result, db, da) < 0))
        Py_CLEAR(result);
    return result;
}

static PyObject *
view_isdisjoint(PyObject *op, PyObject *other)
{
    if (op == other)
        return PyBool_FromLong(view_length(op) == 0);
    if (PyAnySet_CheckExact(other) || is_set_view(other)) {
        Py_ssize_t n = PyObject_Size(other);
        if (n == -1)
            return NULL;
        if (n > view_length(op)) {
            PyObject *tmp = other;
            other = op;
            op = tmp;
        }
    }
    PyObject *it = PyObject_GetIter(other), *item;
    if (it == NULL)
        return NULL;
    int in = 0;
    while (in == 0 && (item = PyIter_Next(it)) != NULL) {
        in = PySequence_Contains(op, item);
        Py_DECREF(item);
    }
    Py_DECREF(it);
    return in < 0 || PyErr_Occurred() ? NULL : PyBool_FromLong(!in);
}

static PyNumberMethods view_as_number = {
    .nb_subtract = view_sub, .nb_and = view_and, .nb_xor = view_xor, .nb_or = view_or,
};
static PySequenceMethods keys_as_sequence = { .sq_length = view_length, .sq_contains = keys_contains };
static PySequenceMethods items_as_sequence = { .sq_length = view_length, .sq_contains = items_contains };
static PySequenceMethods values_as_sequence = { .sq_length = view_length };

#define DOC_DISJOINT TEXT_SIG("isdisjoint($self, object, /)", "True if no item of object is in this view.")
#define DOC_BACK TEXT_SIG("__reversed__($self, /)", "Iterator from the last to the first.")

static PyMethodDef keys_methods[] = {
    { "isdisjoint", view_isdisjoint, METH_O, DOC_DISJOINT },
    { "__reversed__", keys_reversed, METH_NOARGS, DOC_BACK },
    { NULL },
};
static PyMethodDef items_methods[] = {
    { "isdisjoint", view_isdisjoint, METH_O, DOC_DISJOINT },
    { "__reversed__", items_reversed, METH_NOARGS, DOC_BACK },
    { NULL },
};
static PyMethodDef values_methods[] = { { "__reversed__", values_reversed, METH_NOARGS, DOC_BACK }, { NULL } };

static PyGetSetDef view_getset[] = {
    { "mapping", view_mapping, NULL, "The dictionary that this view shows, read-only." },
    { NULL },
};

#define VIEW_COMMON(text, iterfn) \
    PyVarObject_HEAD_INIT(&PyType_Type, 0) \
    .tp_name = text, \
    .tp_basicsize = sizeof(struct dict_view), \
    .tp_dealloc = view_dealloc, \
    .tp_repr = view_repr, \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
    .tp_traverse = view_traverse, \
    .tp_iter = iterfn, \
    .tp_getset = view_getset

PyTypeObject PyDictKeys_Type = {
    VIEW_COMMON("dict_keys", keys_iter),
    .tp_as_number = &view_as_number,
    .tp_as_sequence = &keys_as_sequence,
    .tp_richcompare = view_richcompare,
    .tp_methods = keys_methods,
};
PyTypeObject PyDictItems_Type = {
    VIEW_COMMON("dict_items", items_iter),
    .tp_as_number = &view_as_number,
    .tp_as_sequence = &items_as_sequence,
    .tp_richcompare = view_richcompare,
    .tp_methods = items_methods,
};
PyTypeObject PyDictValues_Type = {
    VIEW_COMMON("dict_values", values_iter),
    .tp_as_sequence = &values_as_sequence,
    .tp_methods = values_methods,
};
