/* object/coll/odict.c: OrderedDict: a dict with a doubly linked list of nodes for an order of its own.
 *
 * fast_nodes maps entry indices of the dict's key table to nodes. It is made anew whenever the dict has another table
 * (the sentinel tells). od_state counts changes of the order: iterators notice. Methods of dict itself, called on an
 * OrderedDict, know nothing of the nodes: a missing key then shows up as KeyError while iterating. */
#include <Python.h>

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/coll/dict_priv.h"
#include "object/coll/tuple.h"
#include "rt/singletons.h"

struct node {
    PyObject *key;
    Py_hash_t hash;
    struct node *next, *prev;
};

struct _odictobject {
    PyDictObject dict;
    struct node **fast_nodes;
    Py_ssize_t fast_size;
    void *sentinel;                    /* the key table that fast_nodes belongs to */
    size_t state;
    struct node *first, *last;
    PyObject *inst_dict, *weakreflist;
};
#define OD(op) ((PyODictObject *)(op))

/* ---- nodes ---- */

static Py_ssize_t
index_of(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    return dict_lookup_index(&od->dict, key, hash, &value);
}

/* Make fast_nodes anew for the present key table. 0 or -1. */
static int
rebuild(PyODictObject *od)
{
    Py_ssize_t size = (Py_ssize_t)keys_slots(od->dict.ma_keys);
    struct node **fast = PyMem_Calloc((size_t)size, sizeof(*fast));
    if (fast == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (struct node *n = od->first; n != NULL; n = n->next) {
        Py_ssize_t ix = index_of(od, n->key, n->hash);
        if (ix < 0) {
            PyMem_Free(fast);
            if (!PyErr_Occurred())
                _PyErr_SetKeyError(n->key);
            return -1;
        }
        if (ix < size)
            fast[ix] = n;
    }
    PyMem_Free(od->fast_nodes);
    od->fast_nodes = fast;
    od->fast_size = size;
    od->sentinel = od->dict.ma_keys;
    return 0;
}

/* Entry index of key, with fast_nodes up to date; -1 without exception when absent. */
static Py_ssize_t
fast_index(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    if ((od->sentinel != od->dict.ma_keys || od->fast_size != (Py_ssize_t)keys_slots(od->dict.ma_keys)) && rebuild(od) < 0)
        return -1;
    Py_ssize_t ix = index_of(od, key, hash);
    return ix < 0 ? -1 : ix;
}

static struct node *
find_node(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    if (od->first == NULL)
        return NULL;
    Py_ssize_t ix = fast_index(od, key, hash);
    return ix < 0 ? NULL : od->fast_nodes[ix];
}

static void
link_last(PyODictObject *od, struct node *n)
{
    n->next = NULL;
    n->prev = od->last;
    if (od->last != NULL)
        od->last->next = n;
    else
        od->first = n;
    od->last = n;
}

static void
link_first(PyODictObject *od, struct node *n)
{
    n->prev = NULL;
    n->next = od->first;
    if (od->first != NULL)
        od->first->prev = n;
    else
        od->last = n;
    od->first = n;
}

static void
unlink_node(PyODictObject *od, struct node *n)
{
    *(n->prev != NULL ? &n->prev->next : &od->first) = n->next;
    *(n->next != NULL ? &n->next->prev : &od->last) = n->prev;
}

/* The key is in the dict: give it a node at the end unless it has one. 0 or -1. */
static int
add_node(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    Py_ssize_t ix = fast_index(od, key, hash);
    if (ix < 0) {
        if (!PyErr_Occurred())
            _PyErr_SetKeyError(key);
        return -1;
    }
    if (od->fast_nodes[ix] != NULL)
        return 0;
    struct node *n = PyMem_Malloc(sizeof(*n));
    if (n == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    n->key = Py_NewRef(key);
    n->hash = hash;
    link_last(od, n);
    od->fast_nodes[ix] = n;
    od->state++;
    return 0;
}

/* Remove the node of a key that is still in the dict. 0 or -1. */
static int
drop_node(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    if (od->first == NULL)
        return 0;
    Py_ssize_t ix = fast_index(od, key, hash);
    if (ix < 0)
        return PyErr_Occurred() ? -1 : 0;
    struct node *n = od->fast_nodes[ix];
    if (n == NULL)
        return 0;
    od->fast_nodes[ix] = NULL;
    unlink_node(od, n);
    od->state++;
    PyObject *old = n->key;
    PyMem_Free(n);
    Py_DECREF(old);
    return 0;
}

static void
drop_all_nodes(PyODictObject *od)
{
    struct node *n = od->first;
    PyMem_Free(od->fast_nodes);
    od->fast_nodes = NULL;
    od->fast_size = 0;
    od->sentinel = NULL;
    od->state++;
    od->first = od->last = NULL;
    while (n != NULL) {
        struct node *next = n->next;
        Py_DECREF(n->key);
        PyMem_Free(n);
        n = next;
    }
}

/* ---- items ---- */

static int
odict_set(PyObject *op, PyObject *key, Py_hash_t hash, PyObject *value)
{
    int result = dict_set_hashed(op, key, hash, value);
    if (result == 0 && add_node(OD(op), key, hash) < 0) {
        PyObject *exc = PyErr_GetRaisedException();
        if (dict_del_hashed(op, key, hash) < 0)
            PyErr_Clear();
        PyErr_SetRaisedException(exc);
        result = -1;
    }
    return result;
}

/* 0, or -1: the key has no hash, or the object is no OrderedDict. */
static int
hash_for(PyObject *op, PyObject *key, Py_hash_t *hash)
{
    if (dict_hash_key(key, hash) < 0)
        return -1;
    if (!PyODict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return 0;
}

int
PyODict_SetItem(PyObject *op, PyObject *key, PyObject *value)
{
    Py_hash_t hash;
    return hash_for(op, key, &hash) < 0 ? -1 : odict_set(op, key, hash, value);
}

int
PyODict_DelItem(PyObject *op, PyObject *key)
{
    Py_hash_t hash;
    if (hash_for(op, key, &hash) < 0 || drop_node(OD(op), key, hash) < 0)
        return -1;
    return dict_del_hashed(op, key, hash);
}

PyObject *
PyODict_New(void)
{
    return PyDict_Type.tp_new(&PyODict_Type, NULL, NULL);
}

static int
odict_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    return value == NULL ? PyODict_DelItem(op, key) : PyODict_SetItem(op, key, value);
}

/* ---- update ---- */

static int
set_pair(PyObject *op, PyObject *pair)
{
    PyObject *it = PyObject_GetIter(pair), *key = NULL, *value = NULL, *more = NULL;
    const char *error = NULL;
    int result = -1;
    if (it == NULL)
        return -1;
    if ((key = PyIter_Next(it)) == NULL)
        error = "need more than 0 values to unpack";
    else if ((value = PyIter_Next(it)) == NULL)
        error = "need more than 1 value to unpack";
    else if ((more = PyIter_Next(it)) != NULL)
        error = "too many values to unpack (expected 2)";
    if (error != NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, error);
    if (!PyErr_Occurred())
        result = PyObject_SetItem(op, key, value);
    Py_DECREF(it);
    Py_XDECREF(key);
    Py_XDECREF(value);
    Py_XDECREF(more);
    return result;
}

static int
update_pairs(PyObject *op, PyObject *pairs)
{
    PyObject *it = PyObject_GetIter(pairs), *pair;
    if (it == NULL)
        return -1;
    int result = 0;
    while (result == 0 && (pair = PyIter_Next(it)) != NULL) {
        result = set_pair(op, pair);
        Py_DECREF(pair);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

/* Takes over items (NULL: error). */
static int
update_pairs_of(PyObject *op, PyObject *items)
{
    if (items == NULL)
        return -1;
    int result = update_pairs(op, items);
    Py_DECREF(items);
    return result;
}

/* Takes over keys(), a callable. */
static int
update_by_keys(PyObject *op, PyObject *other, PyObject *method)
{
    PyObject *keys = PyObject_CallNoArgs(method), *key;
    Py_DECREF(method);
    PyObject *it = keys == NULL ? NULL : PyObject_GetIter(keys);
    Py_XDECREF(keys);
    if (it == NULL)
        return -1;
    int result = 0;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        PyObject *value = PyObject_GetItem(other, key);
        result = value == NULL ? -1 : PyObject_SetItem(op, key, value);
        Py_XDECREF(value);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

static int
update_arg(PyObject *op, PyObject *arg)
{
    PyObject *method;
    if (PyDict_CheckExact(arg))
        return update_pairs_of(op, PyDict_Items(arg));
    int has = PyObject_GetOptionalAttr(arg, ID(keys), &method);
    if (has != 0)
        return has < 0 ? -1 : update_by_keys(op, arg, method);
    has = PyObject_GetOptionalAttr(arg, ID(items), &method);
    if (has < 0)
        return -1;
    if (has > 0) {
        PyObject *items = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        return update_pairs_of(op, items);
    }
    return update_pairs(op, arg);
}

static int
update_common(PyObject *op, PyObject *args, PyObject *kwds)
{
    Py_ssize_t pos = 0;
    PyObject *key;
    if (PyTuple_GET_SIZE(args) > 0 && update_arg(op, PyTuple_GET_ITEM(args, 0)) < 0)
        return -1;
    if (kwds == NULL || PyDict_GET_SIZE(kwds) == 0)
        return 0;
    while (PyDict_Next(kwds, &pos, &key, NULL)) {
        if (!PyUnicode_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return -1;
        }
    }
    return update_pairs_of(op, PyDict_Items(kwds));
}

static int
odict_init(PyObject *op, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 1) {
        PyErr_Format(PyExc_TypeError, "expected at most 1 arguments, got %zd", n);
        return -1;
    }
    return update_common(op, args, kwds);
}

static PyObject *
odict_update(PyObject *op, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 1)
        return PyErr_Format(PyExc_TypeError, "update() takes at most 1 positional argument (%zd given)", n);
    return update_common(op, args, kwds) < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- methods ---- */

static PyObject *
odict_fromkeys(PyObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "iterable", "value" };
    PyObject *arg[2], *key;
    if (args_unpack("fromkeys", args, nargs, kwnames, names, 2, 1, 2, arg) < 0)
        return NULL;
    PyObject *d = PyObject_CallNoArgs(cls);
    PyObject *it = d == NULL ? NULL : PyObject_GetIter(arg[0]);
    if (it == NULL) {
        Py_XDECREF(d);
        return NULL;
    }
    int result = 0;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        result = PyObject_SetItem(d, key, arg[1] != NULL ? arg[1] : Py_None);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    if (result < 0 || PyErr_Occurred())
        Py_CLEAR(d);
    return d;
}

static PyObject *
odict_sizeof(PyObject *op, PyObject *noargs)
{
    PyODictObject *od = OD(op);
    size_t n = dict_sizeof(&od->dict) + sizeof(struct node *) * (size_t)od->fast_size;
    for (struct node *x = od->first; x != NULL; x = x->next)
        n += sizeof(struct node);
    return PyLong_FromSize_t(n);
}

static PyObject *
odict_reduce(PyObject *op, PyObject *noargs)
{
    PyObject *state = _PyObject_GetState(op), *items = NULL, *it = NULL;
    if (state != NULL && (items = PyObject_CallMethodNoArgs(op, ID(items))) != NULL)
        it = PyObject_GetIter(items);
    Py_XDECREF(items);
    if (it == NULL) {
        Py_XDECREF(state);
        return NULL;
    }
    return Py_BuildValue("O()NON", Py_TYPE(op), state, Py_None, it);
}

static PyObject *
odict_setdefault(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "key", "default" };
    PyObject *arg[2], *value;
    if (args_unpack("setdefault", args, nargs, kwnames, names, 2, 1, 2, arg) < 0)
        return NULL;
    PyObject *fallback = arg[1] != NULL ? arg[1] : Py_None;
    if (PyODict_CheckExact(op)) {
        int found = PyDict_GetItemRef(op, arg[0], &value);
        if (found != 0)
            return value;
        return PyODict_SetItem(op, arg[0], fallback) < 0 ? NULL : Py_NewRef(fallback);
    }
    int in = PySequence_Contains(op, arg[0]);
    if (in < 0)
        return NULL;
    if (in)
        return PyObject_GetItem(op, arg[0]);
    return PyObject_SetItem(op, arg[0], fallback) < 0 ? NULL : Py_NewRef(fallback);
}

/* Take out key: its value, or fallback, or KeyError. */
static PyObject *
pop_key(PyObject *op, PyObject *key, PyObject *fallback, Py_hash_t hash)
{
    PyObject *value = NULL;
    if (drop_node(OD(op), key, hash) < 0)
        return NULL;
    PyDict_Pop(op, key, &value);
    if (value == NULL && !PyErr_Occurred()) {
        if (fallback != NULL)
            return Py_NewRef(fallback);
        _PyErr_SetKeyError(key);
    }
    return value;
}

static PyObject *
odict_pop(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "key", "default" };
    PyObject *arg[2];
    Py_hash_t hash;
    if (args_unpack("pop", args, nargs, kwnames, names, 2, 1, 2, arg) < 0 || dict_hash_key(arg[0], &hash) < 0)
        return NULL;
    return pop_key(op, arg[0], arg[1], hash);
}

static PyObject *
odict_popitem(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "last" };
    PyObject *arg[1];
    int last = 1;
    if (args_unpack("popitem", args, nargs, kwnames, names, 1, 0, 1, arg) < 0
        || (arg[0] != NULL && (last = PyObject_IsTrue(arg[0])) < 0))
        return NULL;
    struct node *n = last ? OD(op)->last : OD(op)->first;
    if (n == NULL) {
        PyErr_SetString(PyExc_KeyError, "dictionary is empty");
        return NULL;
    }
    PyObject *key = Py_NewRef(n->key), *value = pop_key(op, key, NULL, n->hash);
    if (value == NULL) {
        Py_DECREF(key);
        return NULL;
    }
    return tuple_pair_steal(key, value);
}

static PyObject *
odict_clear_method(PyObject *op, PyObject *noargs)
{
    PyDict_Clear(op);
    drop_all_nodes(OD(op));
    Py_RETURN_NONE;
}

static int
copy_into(PyObject *copy, PyObject *op)
{
    PyODictObject *od = OD(op);
    bool exact = PyODict_CheckExact(op);
    size_t state = od->state;
    for (struct node *n = od->first; n != NULL; n = n->next) {
        PyObject *key = Py_NewRef(n->key), *value;
        Py_hash_t hash = n->hash;
        int bad;
        if (exact) {
            bad = PyDict_GetItemRef(op, key, &value) < 0;   /* hashes again: an odd key must not slip through */
            if (value == NULL && !bad) {
                _PyErr_SetKeyError(key);
                bad = 1;
            }
        }
        else
            bad = (value = PyObject_GetItem(op, key)) == NULL;
        if (!bad)
            bad = (exact ? odict_set(copy, key, hash, value) : PyObject_SetItem(copy, key, value)) < 0;
        Py_XDECREF(value);
        Py_DECREF(key);
        if (bad)
            return -1;
        if (od->state != state) {
            PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
            return -1;
        }
    }
    return 0;
}

static PyObject *
odict_copy(PyObject *op, PyObject *noargs)
{
    PyObject *copy = PyODict_CheckExact(op) ? PyODict_New() : PyObject_CallNoArgs((PyObject *)Py_TYPE(op));
    if (copy != NULL && copy_into(copy, op) < 0)
        Py_CLEAR(copy);
    return copy;
}

static PyObject *
odict_move_to_end(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "key", "last" };
    PyODictObject *od = OD(op);
    PyObject *arg[2];
    Py_hash_t hash;
    int last = 1;
    if (args_unpack("move_to_end", args, nargs, kwnames, names, 2, 1, 2, arg) < 0
        || (arg[1] != NULL && (last = PyObject_IsTrue(arg[1])) < 0) || dict_hash_key(arg[0], &hash) < 0)
        return NULL;
    struct node *n = (last ? od->last : od->first);
    if (n == NULL || n->key != arg[0]) {
        n = find_node(od, arg[0], hash);
        if (n == NULL) {
            if (!PyErr_Occurred())
                _PyErr_SetKeyError(arg[0]);
            return NULL;
        }
        if (n != (last ? od->last : od->first)) {
            unlink_node(od, n);
            if (last)
                link_last(od, n);
            else
                link_first(od, n);
            od->state++;
        }
    }
    Py_RETURN_NONE;
}

/* ---- slots ---- */

static void
odict_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    TRASH_BEGIN(op, odict_dealloc);
    Py_CLEAR(OD(op)->inst_dict);
    if (OD(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    drop_all_nodes(OD(op));
    PyDict_Type.tp_dealloc(op);
    TRASH_END();
}

static int
odict_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(OD(op)->inst_dict);
    for (struct node *n = OD(op)->first; n != NULL; n = n->next)
        Py_VISIT(n->key);
    return PyDict_Type.tp_traverse(op, visit, arg);
}

static int
odict_tp_clear(PyObject *op)
{
    Py_CLEAR(OD(op)->inst_dict);
    drop_all_nodes(OD(op));
    PyDict_Clear(op);
    return 0;
}

static PyObject *
odict_repr(PyObject *op)
{
    if (OD(op)->dict.ma_used == 0)
        return PyUnicode_FromFormat("%s()", _PyType_Name(Py_TYPE(op)));
    int rec = Py_ReprEnter(op);
    if (rec != 0)
        return rec > 0 ? PyUnicode_FromString("...") : NULL;
    PyObject *copy = NULL, *result = NULL;
    if (PyODict_CheckExact(op))
        copy = PyDict_Copy(op);
    else {
        PyObject *items = PyObject_CallMethodNoArgs(op, ID(items));
        if (items != NULL) {
            copy = PyObject_CallOneArg((PyObject *)&PyDict_Type, items);
            Py_DECREF(items);
        }
    }
    if (copy != NULL) {
        result = PyUnicode_FromFormat("%s(%R)", _PyType_Name(Py_TYPE(op)), copy);
        Py_DECREF(copy);
    }
    Py_ReprLeave(op);
    return result;
}

/* Same keys in the same order? 1, 0, -1. */
static int
same_order(PyODictObject *a, PyODictObject *b)
{
    size_t sa = a->state, sb = b->state;
    struct node *x = a->first, *y = b->first;
    for (;;) {
        if (x == NULL || y == NULL)
            return x == y;
        PyObject *kx = Py_NewRef(x->key), *ky = Py_NewRef(y->key);
        int same = PyObject_RichCompareBool(kx, ky, Py_EQ);
        Py_DECREF(kx);
        Py_DECREF(ky);
        if (same < 0)
            return -1;
        if (a->state != sa || b->state != sb) {
            PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
            return -1;
        }
        if (!same)
            return 0;
        x = x->next;
        y = y->next;
    }
}

static PyObject *
odict_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyDict_Check(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *r = PyDict_Type.tp_richcompare(a, b, Py_EQ);
    if (r == NULL || r == Py_NotImplemented)
        return r;
    int same = r == Py_True;
    if (same && PyODict_Check(b) && (same = same_order(OD(a), OD(b))) < 0)
        return NULL;
    return PyBool_FromLong(same == (op == Py_EQ));
}

static PyObject *
odict_or(PyObject *a, PyObject *b)
{
    PyTypeObject *type = PyODict_Check(a) ? Py_TYPE(a) : Py_TYPE(b);
    if (!PyDict_Check(a) || !PyDict_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *d = PyObject_CallOneArg((PyObject *)type, a);
    if (d != NULL && update_arg(d, b) < 0)
        Py_CLEAR(d);
    return d;
}

static PyObject *
odict_ior(PyObject *op, PyObject *other)
{
    return update_arg(op, other) < 0 ? NULL : Py_NewRef(op);
}

/* ---- iterator ---- */

enum { IT_KEYS = 1, IT_VALUES = 2, IT_REVERSED = 4, IT_ITEMS = 3 };

struct odict_iter {
    PyObject ob_base;
    int kind;
    PyODictObject *od;                 /* NULL once exhausted */
    Py_ssize_t size;
    size_t state;
    PyObject *result;                  /* reused pair, or NULL */
    PyObject *current;                 /* next key, NULL at the end */
};
#define IT(op) ((struct odict_iter *)(op))

static PyObject *
iter_new(PyODictObject *od, int kind)
{
    struct odict_iter *it = COLL_GC_NEW(struct odict_iter, &PyODictIter_Type);
    if (it == NULL)
        return NULL;
    it->result = NULL;
    if ((kind & IT_ITEMS) == IT_ITEMS && (it->result = PyTuple_Pack(2, Py_None, Py_None)) == NULL) {
        COLL_GC_FREE(struct odict_iter, it);
        return NULL;
    }
    struct node *n = kind & IT_REVERSED ? od->last : od->first;
    it->kind = kind;
    it->current = n == NULL ? NULL : Py_NewRef(n->key);
    it->size = od->dict.ma_used;
    it->state = od->state;
    it->od = OD(Py_NewRef(od));
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
iter_dealloc(PyObject *op)
{
    gc_untrack(op);
    Py_XDECREF(IT(op)->od);
    Py_XDECREF(IT(op)->current);
    Py_XDECREF(IT(op)->result);
    COLL_GC_FREE(struct odict_iter, op);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(IT(op)->od);
    Py_VISIT(IT(op)->current);
    Py_VISIT(IT(op)->result);
    return 0;
}

/* The current key, moving on; NULL at the end or on error. */
static PyObject *
iter_next_key(struct odict_iter *it)
{
    PyODictObject *od = it->od;
    Py_hash_t hash;
    if (od == NULL)
        return NULL;
    if (it->current == NULL)
        goto end;
    if (od->state != it->state) {
        PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
        goto end;
    }
    if (it->size != od->dict.ma_used) {
        PyErr_SetString(PyExc_RuntimeError, "OrderedDict changed size during iteration");
        it->size = -1;
        goto end;
    }
    PyObject *key = it->current;
    struct node *n = dict_hash_key(key, &hash) < 0 ? NULL : find_node(od, key, hash);
    if (n == NULL) {
        if (!PyErr_Occurred())
            _PyErr_SetKeyError(key);
        it->current = NULL;
        Py_DECREF(key);
        return NULL;
    }
    n = it->kind & IT_REVERSED ? n->prev : n->next;
    it->current = n == NULL ? NULL : Py_NewRef(n->key);
    return key;
end:
    it->od = NULL;
    Py_DECREF(od);
    return NULL;
}

static PyObject *
odict_iter_next(PyObject *op)
{
    struct odict_iter *it = IT(op);
    PyObject *key = iter_next_key(it), *value;
    if (key == NULL || (it->kind & IT_ITEMS) == IT_KEYS)
        return key;
    int found = PyDict_GetItemRef((PyObject *)it->od, key, &value);
    if (found <= 0) {
        if (found == 0)
            _PyErr_SetKeyError(key);
        Py_DECREF(key);
        Py_CLEAR(it->current);
        Py_CLEAR(it->od);
        return NULL;
    }
    if ((it->kind & IT_ITEMS) == IT_VALUES) {
        Py_DECREF(key);
        return value;
    }
    PyObject *pair = it->result;
    if (pair->ob_refcnt != 1)
        return tuple_pair_steal(key, value);
    PyObject **slot = tuple_items(pair), *old_key = slot[0], *old_value = slot[1];
    slot[0] = key;
    slot[1] = value;
    Py_INCREF(pair);
    Py_DECREF(old_key);
    Py_DECREF(old_value);
    if (!gc_is_tracked(pair))
        gc_track(pair);
    return pair;
}

static PyObject *
odict_iter_reduce(PyObject *op, PyObject *noargs)
{
    struct odict_iter *it = IT(op), *copy = COLL_GC_NEW(struct odict_iter, &PyODictIter_Type);
    if (copy == NULL)
        return NULL;
    copy->kind = it->kind;
    copy->size = it->size;
    copy->state = it->state;
    copy->od = OD(Py_XNewRef(it->od));
    copy->current = Py_XNewRef(it->current);
    copy->result = Py_XNewRef(it->result);
    gc_track((PyObject *)copy);
    PyObject *list = PySequence_List((PyObject *)copy);
    Py_DECREF(copy);
    PyObject *iter = list == NULL ? NULL : coll_builtin("iter");
    if (iter == NULL) {
        Py_XDECREF(list);
        return NULL;
    }
    return Py_BuildValue("N(N)", iter, list);
}

static PyMethodDef odict_iter_methods[] = { { "__reduce__", odict_iter_reduce, METH_NOARGS, DOC_REDUCE }, { NULL } };

PyTypeObject PyODictIter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "odict_iterator",
    .tp_basicsize = sizeof(struct odict_iter),
    .tp_dealloc = iter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = iter_traverse,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = odict_iter_next,
    .tp_methods = odict_iter_methods,
};

/* ---- views ---- */

static inline PyObject *
view_iter(PyObject *view, int kind)
{
    PyDictObject *d = ((struct dict_view *)view)->dv_dict;
    return d == NULL ? Py_NewRef(Py_None) : iter_new(OD(d), kind);
}

static PyObject *keys_iter(PyObject *v) { return view_iter(v, IT_KEYS); }
static PyObject *values_iter(PyObject *v) { return view_iter(v, IT_VALUES); }
static PyObject *items_iter(PyObject *v) { return view_iter(v, IT_ITEMS); }
static PyObject *keys_reversed(PyObject *v, PyObject *noargs) { return view_iter(v, IT_KEYS | IT_REVERSED); }
static PyObject *values_reversed(PyObject *v, PyObject *noargs) { return view_iter(v, IT_VALUES | IT_REVERSED); }
static PyObject *items_reversed(PyObject *v, PyObject *noargs) { return view_iter(v, IT_ITEMS | IT_REVERSED); }
static PyMethodDef keys_methods[] = { { "__reversed__", keys_reversed, METH_NOARGS, DOC_REVERSED }, { NULL } };
static PyMethodDef values_methods[] = { { "__reversed__", values_reversed, METH_NOARGS, DOC_REVERSED }, { NULL } };
static PyMethodDef items_methods[] = { { "__reversed__", items_reversed, METH_NOARGS, DOC_REVERSED }, { NULL } };

#define VIEW_TYPE(symbol, text, base, it, methods) \
    PyTypeObject symbol = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = text, \
        .tp_flags = Py_TPFLAGS_DEFAULT, \
        .tp_iter = it, \
        .tp_methods = methods, \
        .tp_base = &base, \
    }
VIEW_TYPE(PyODictKeys_Type, "odict_keys", PyDictKeys_Type, keys_iter, keys_methods);
VIEW_TYPE(PyODictValues_Type, "odict_values", PyDictValues_Type, values_iter, values_methods);
VIEW_TYPE(PyODictItems_Type, "odict_items", PyDictItems_Type, items_iter, items_methods);

/* ---- the type ---- */

static PyObject *odict_iter(PyObject *op) { return iter_new(OD(op), IT_KEYS); }
static PyObject *odict_reversed(PyObject *op, PyObject *noargs) { return iter_new(OD(op), IT_KEYS | IT_REVERSED); }
static PyObject *odict_keys(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyODictKeys_Type); }
static PyObject *odict_values(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyODictValues_Type); }
static PyObject *odict_items(PyObject *op, PyObject *noargs) { return dict_view_new(op, &PyODictItems_Type); }

static PyMethodDef odict_methods[] = {
    { "fromkeys", _PyCFunction_CAST(odict_fromkeys), METH_FASTCALL | METH_KEYWORDS | METH_CLASS,
      TEXT_SIG("fromkeys($type, /, iterable, value=None)", "A new ordered dictionary of the keys from iterable, each with value.") },
    { "__sizeof__", odict_sizeof, METH_NOARGS, DOC_SIZEOF },
    { "__reduce__", odict_reduce, METH_NOARGS, DOC_REDUCE },
    { "setdefault", _PyCFunction_CAST(odict_setdefault), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("setdefault($self, /, key, default=None)", "The value of key, which first becomes default if there is none.") },
    { "pop", _PyCFunction_CAST(odict_pop), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("pop($self, /, key, default=<unrepresentable>)", "Take out key and return its value, or default; KeyError if there is neither.") },
    { "popitem", _PyCFunction_CAST(odict_popitem), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("popitem($self, /, last=True)", "Take out the last (or first) pair and return it; KeyError if empty.") },
    { "keys", odict_keys, METH_NOARGS, TEXT_SIG("keys($self, /)", "Set-like view of the keys, in order.") },
    { "values", odict_values, METH_NOARGS, TEXT_SIG("values($self, /)", "View of the values, in order.") },
    { "items", odict_items, METH_NOARGS, TEXT_SIG("items($self, /)", "Set-like view of the pairs, in order.") },
    { "update", _PyCFunction_CAST(odict_update), METH_VARARGS | METH_KEYWORDS,
      "D.update([E, ]**F) -> None.  Enter the items of a mapping or of an iterable of pairs, then the keywords." },
    { "clear", odict_clear_method, METH_NOARGS, TEXT_SIG("clear($self, /)", "Drop all items.") },
    { "copy", odict_copy, METH_NOARGS, TEXT_SIG("copy($self, /)", "A new ordered dictionary of the same items.") },
    { "__reversed__", odict_reversed, METH_NOARGS, TEXT_SIG("__reversed__($self, /)", "Iterator over the keys from the last to the first.") },
    { "move_to_end", _PyCFunction_CAST(odict_move_to_end), METH_FASTCALL | METH_KEYWORDS,
      TEXT_SIG("move_to_end($self, /, key, last=True)", "Put key at the end (or the start); KeyError if there is none.") },
    { NULL },
};

static PyGetSetDef odict_getset[] = { { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict }, { NULL } };
static PyNumberMethods odict_as_number = { .nb_or = odict_or, .nb_inplace_or = odict_ior };
static PyMappingMethods odict_as_mapping = { .mp_ass_subscript = odict_ass_subscript };

PyTypeObject PyODict_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "collections.OrderedDict",
    .tp_basicsize = sizeof(PyODictObject),
    .tp_dealloc = odict_dealloc,
    .tp_repr = odict_repr,
    .tp_as_number = &odict_as_number,
    .tp_as_mapping = &odict_as_mapping,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_doc = "Dictionary that remembers insertion order",
    .tp_traverse = odict_traverse,
    .tp_clear = odict_tp_clear,
    .tp_richcompare = odict_richcompare,
    .tp_weaklistoffset = offsetof(PyODictObject, weakreflist),
    .tp_iter = odict_iter,
    .tp_methods = odict_methods,
    .tp_getset = odict_getset,
    .tp_base = &PyDict_Type,
    .tp_dictoffset = offsetof(PyODictObject, inst_dict),
    .tp_init = odict_init,
    .tp_alloc = PyType_GenericAlloc,
};
