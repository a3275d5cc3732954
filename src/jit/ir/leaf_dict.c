/* jit/ir/leaf_dict.c: lookups in dicts, sets, lists and tuples that run no code of the program.
 *
 * They walk the tables as the containers' own lookups do (object/coll/dict.c, set.c), but compare only what can be compared so: objects with leaf_is_key().
 * A key that is an int comes as a number; it is compared as an int object on the C stack, of which nobody keeps a reference. */
#include "jit/ir/leaf.h"

#include "object/coll/dict_priv.h"
#include "object/coll/list_priv.h"
#include "object/coll/set_priv.h"
#include "object/coll/tuple.h"
#include "object/num/int.h"
#include "object/text/bytes.h"
#include "rt/gc_track.h"

enum { ABSENT = -1, UNKNOWN = -2 };
#define DEPTH_MAX 4

/* ---- keys ---- */

static bool
is_key(PyObject *o, int depth)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t == &PyUnicode_Type || t == &PyLong_Type || t == &PyBytes_Type || t == &PyFloat_Type || t == &PyBool_Type || t == Py_TYPE(Py_None))
        return true;
    if (t != &PyTuple_Type)
        return t->tp_hash == PyBaseObject_Type.tp_hash && t->tp_richcompare == PyBaseObject_Type.tp_richcompare;
    if (depth == 0)
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); i++)
        if (!is_key(PyTuple_GET_ITEM(o, i), depth - 1))
            return false;
    return true;
}

bool leaf_is_key(PyObject *o) { return is_key(o, DEPTH_MAX); }

/* Comparing bytes with str may be a warning. */
static inline int
equal(PyObject *a, PyObject *b)
{
    if (a == b)
        return 1;
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b))
        return dict_str_eq(a, b);
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b))
        return int_equal(a, b);
    if (PyTuple_CheckExact(a) && PyTuple_CheckExact(b)) {
        int same = tuple_plain_eq(a, b);
        if (LIKELY(same >= 0))
            return same;
    }
    if (!leaf_is_key(a) || !leaf_is_key(b) || bytes_warning_level)
        return -1;
    int cmp = PyObject_RichCompareBool(a, b, Py_EQ);
    if (cmp < 0)
        PyErr_Clear();
    return cmp;
}

int leaf_equal(PyObject *a, PyObject *b) { return equal(a, b); }

static inline bool is_only_itself(PyObject *o) { return Py_TYPE(o)->tp_richcompare == PyBaseObject_Type.tp_richcompare; }

/* Two lists of keys, as no other list is equal to a list. */
static bool
are_lists_of_keys(PyObject *a, PyObject *b)
{
    if (!PyList_CheckExact(a) || !PyList_CheckExact(b))
        return false;
    for (PyObject *l = a; ; l = b) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(l); i++)
            if (!leaf_is_key(PyList_GET_ITEM(l, i)))
                return false;
        if (l == b)
            return true;
    }
}

int64_t
jit_eq(PyObject *a, PyObject *b)
{
    if (is_only_itself(a) && is_only_itself(b))
        return a == b;
    int items = PyTuple_CheckExact(a) && PyTuple_CheckExact(b) ? tuple_plain_eq(a, b) : -1;
    if (items >= 0)
        return items;
    if (bytes_warning_level || (!are_lists_of_keys(a, b) && (!leaf_is_key(a) || !leaf_is_key(b))))
        return -1;
    PyObject *same = PyObject_RichCompare(a, b, Py_EQ);      /* not by identity: of a NaN, too */
    if (same == NULL)
        PyErr_Clear();
    Py_XDECREF(same);
    return same == NULL ? -1 : same == Py_True;
}

static bool
hash_of(PyObject *k, Py_hash_t *hash)
{
    if (PyUnicode_CheckExact(k))
        *hash = dict_str_hash(k);
    else if (PyLong_CheckExact(k))
        *hash = int_hash(k);
    else if (!PyTuple_CheckExact(k) || !tuple_plain_hash(k, hash))
        *hash = leaf_is_key(k) ? PyObject_Hash(k) : -1;
    return *hash != -1;
}

/* An int that exists only here. */
struct number { PyLongObject o; digit more[2]; };

static PyObject *
as_int(struct number *n, int64_t v)
{
    uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    unsigned ndigits = 0;
    for (; size != 0; size >>= PyLong_SHIFT)
        ((digit *)&n->o.long_value.ob_digit)[ndigits++] = (digit)(size & PyLong_MASK);
    n->o.ob_base.ob_refcnt = 1 << 20;
    n->o.ob_base.ob_type = &PyLong_Type;
    n->o.long_value.lv_tag = INT_TAG(ndigits, v == 0 ? INT_ZERO : v < 0 ? INT_NEGATIVE : INT_POSITIVE);
    return (PyObject *)&n->o;
}

/* ---- dicts ---- */

static Py_ssize_t
find_in_general(PyDictKeysObject *k, PyObject *key, Py_hash_t hash)
{
    size_t mask = keys_slots(k) - 1, slot = (size_t)hash & mask, perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0 && (keys_entries(k)[ix].me_key == key || keys_entries(k)[ix].me_hash == hash)) {
            int same = equal(keys_entries(k)[ix].me_key, key);
            if (same != 0)
                return same > 0 ? ix : UNKNOWN;
        }
        if (ix == DKIX_EMPTY)
            return ABSENT;
        perturb >>= PERTURB_SHIFT;
        slot = (slot * 5 + perturb + 1) & mask;
    }
}

/* Ints of one digit are their own hash, but for -1, and compared as numbers. */
static inline bool is_small(int64_t v) { return v > -(1 << PyLong_SHIFT) && v < 1 << PyLong_SHIFT; }
static inline Py_hash_t small_hash(int64_t v) { return v == -1 ? -2 : v; }
static inline bool is_number(PyObject *o, int64_t v) { return PyLong_CheckExact(o) && int_is_compact(o) && int_compact_value(o) == v; }

static Py_ssize_t
find_small(PyDictKeysObject *k, int64_t v)
{
    if (keys_is_unicode(k))
        return ABSENT;
    Py_hash_t hash = small_hash(v);
    size_t mask = keys_slots(k) - 1, slot = (size_t)hash & mask, perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0 && keys_entries(k)[ix].me_hash == hash) {
            PyObject *key = keys_entries(k)[ix].me_key;
            if (LIKELY(is_number(key, v)))
                return ix;
            struct number n;
            int same = PyLong_CheckExact(key) ? 0 : equal(key, as_int(&n, v));
            if (same != 0)
                return same > 0 ? ix : UNKNOWN;
        }
        if (ix == DKIX_EMPTY)
            return ABSENT;
        perturb >>= PERTURB_SHIFT;
        slot = (slot * 5 + perturb + 1) & mask;
    }
}

/* Number of the entry, ABSENT or UNKNOWN. */
static Py_ssize_t
find(PyObject *d, PyObject *key)
{
    PyDictKeysObject *k = ((PyDictObject *)d)->ma_keys;
    Py_hash_t hash;
    if (keys_is_unicode(k)) {
        if (LIKELY(PyUnicode_CheckExact(key)))
            return keys_find_str(k, key, dict_str_hash(key));
        return leaf_is_key(key) && !bytes_warning_level ? ABSENT : UNKNOWN;
    }
    return hash_of(key, &hash) ? find_in_general(k, key, hash) : UNKNOWN;
}

static Py_ssize_t
find_int(PyObject *d, int64_t v)
{
    struct number n;
    return is_small(v) ? find_small(((PyDictObject *)d)->ma_keys, v) : find(d, as_int(&n, v));
}

static PyObject **
place(PyObject *op, Py_ssize_t ix)
{
    PyDictObject *d = (PyDictObject *)op;
    if (ix < 0)
        return NULL;
    PyObject **at = d->ma_values != NULL ? &d->ma_values->values[ix]
                  : keys_is_unicode(d->ma_keys) ? &keys_unicode_entries(d->ma_keys)[ix].me_value : &keys_entries(d->ma_keys)[ix].me_value;
    return *at != NULL ? at : NULL;
}

/* Nobody wants to know of changes. */
static bool
is_plain(PyObject *d)
{
    return ((PyDictObject *)d)->ma_values == NULL && (((PyDictObject *)d)->ma_version_tag & DICT_WATCHER_MASK) == 0;
}

PyObject **jit_dict_at(PyObject *d, PyObject *k) { return place(d, find(d, k)); }

PyObject **jit_dict_at_int(PyObject *d, int64_t k) { return place(d, find_int(d, k)); }

PyObject **jit_dict_put_at(PyObject *d, PyObject *k) { return is_plain(d) ? jit_dict_at(d, k) : NULL; }
PyObject **jit_dict_put_at_int(PyObject *d, int64_t k) { return is_plain(d) ? jit_dict_at_int(d, k) : NULL; }
PyObject **jit_dict_put_gc_at(PyObject *d, PyObject *k) { return is_plain(d) && gc_is_tracked(d) ? jit_dict_at(d, k) : NULL; }
PyObject **jit_dict_put_gc_at_int(PyObject *d, int64_t k) { return is_plain(d) && gc_is_tracked(d) ? jit_dict_at_int(d, k) : NULL; }

int64_t
jit_dict_has(PyObject *d, PyObject *k)
{
    Py_ssize_t ix = find(d, k);
    return ix == UNKNOWN ? -1 : place(d, ix) != NULL;
}

int64_t
jit_dict_has_int(PyObject *d, int64_t k)
{
    Py_ssize_t ix = find_int(d, k);
    return ix == UNKNOWN ? -1 : place(d, ix) != NULL;
}

int64_t jit_dict_lacks(PyObject *d, PyObject *k) { return is_plain(d) && find(d, k) == ABSENT; }

int64_t jit_dict_lacks_int(PyObject *d, int64_t k) { return is_plain(d) && find_int(d, k) == ABSENT; }

int64_t
jit_dict_add(PyObject *d, PyObject *k, PyObject *v)
{
    Py_hash_t hash;
    if (!hash_of(k, &hash) || dict_set_hashed(d, k, hash, v) < 0) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(k);
    Py_DECREF(v);
    return 1;
}

static bool
are_keys(PyObject *const *items, int64_t n, int64_t step)
{
    for (int64_t i = 0; i < n; i++)
        if (!leaf_is_key(items[i * step]))
            return false;
    return !bytes_warning_level;
}

PyObject *jit_build_map(int64_t n) { return are_keys(jit_args, n, 2) ? leaf_or_null(dict_from_items(jit_args, 2, jit_args + 1, 2, n)) : NULL; }
PyObject *jit_build_keys(PyObject *keys, int64_t n) { return leaf_is_key(keys) && !bytes_warning_level ? leaf_or_null(dict_from_items(tuple_items(keys), 1, jit_args, 1, n)) : NULL; }

/* ---- sets ---- */

PyObject *
jit_build_set(int64_t n)
{
    PyObject *s = are_keys(jit_args, n, 1) ? leaf_or_null(set_make(&PySet_Type, NULL)) : NULL;
    for (int64_t i = 0; s != NULL && i < n; i++) {
        Py_hash_t hash;
        if (!hash_of(jit_args[i], &hash) || set_add_hashed(SET(s), jit_args[i], hash) < 0) {
            PyErr_Clear();
            Py_CLEAR(s);
        }
    }
    return s;
}

int64_t
jit_set_update(PyObject *s, PyObject *more)
{
    if (!bytes_warning_level && leaf_is_inert(s) && leaf_is_inert(more) && _PySet_Update(s, more) == 0)
        return 1;
    PyErr_Clear();
    return 0;
}

int
leaf_set_has(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PySetObject *so = SET(op);
    size_t mask = (size_t)so->mask, perturb = (size_t)hash, i = perturb & mask;
    for (;;) {
        const setentry *e = &so->table[i];
        for (int left = i + SET_LINEAR_RUN <= mask ? SET_LINEAR_RUN : 0; left >= 0; left--, e++) {
            if (e->key == NULL && e->hash == 0)
                return 0;
            if (e->hash != hash || e->key == &set_dummy)
                continue;
            int same = equal(e->key, key);
            if (same != 0)
                return same;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

int64_t
jit_set_has(PyObject *op, PyObject *key)
{
    Py_hash_t hash;
    return hash_of(key, &hash) ? leaf_set_has(op, key, hash) : -1;
}

static int
set_has_small(const PySetObject *so, int64_t v)
{
    Py_hash_t hash = small_hash(v);
    size_t mask = (size_t)so->mask, perturb = (size_t)hash, i = perturb & mask;
    for (;;) {
        const setentry *e = &so->table[i];
        for (int left = i + SET_LINEAR_RUN <= mask ? SET_LINEAR_RUN : 0; left >= 0; left--, e++) {
            if (e->key == NULL && e->hash == 0)
                return 0;
            if (e->hash != hash || e->key == &set_dummy)
                continue;
            if (LIKELY(is_number(e->key, v)))
                return 1;
            struct number n;
            int same = PyLong_CheckExact(e->key) ? 0 : equal(e->key, as_int(&n, v));
            if (same != 0)
                return same;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

int64_t
jit_set_has_int(PyObject *s, int64_t k)
{
    struct number n;
    return is_small(k) ? set_has_small(SET(s), k) : jit_set_has(s, as_int(&n, k));
}

int64_t
jit_set_add(PyObject *s, PyObject *k)
{
    Py_hash_t hash;
    if (!hash_of(k, &hash) || set_add_hashed(SET(s), k, hash) < 0) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(k);
    return 1;
}

static bool is_taken(const setentry *e) { return e->key != NULL && e->key != &set_dummy; }

/* Where a key with this hash is that is equal, or would be put, which is not taken then. NULL: who knows. */
static setentry *
place_in_set(PySetObject *so, PyObject *key, Py_hash_t hash)
{
    size_t mask = (size_t)so->mask, perturb = (size_t)hash, i = perturb & mask;
    setentry *deleted = NULL;
    int same;
    for (;;) {
        setentry *e = &so->table[i];
        for (int left = i + SET_LINEAR_RUN <= mask ? SET_LINEAR_RUN : 0; left >= 0; left--, e++) {
            if (e->key == NULL && e->hash == 0)
                return deleted != NULL ? deleted : e;
            if (e->key == &set_dummy)
                deleted = e;
            else if (e->hash == hash && (same = equal(e->key, key)) != 0)
                return same > 0 ? e : NULL;
        }
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* k gets its place, with a reference that is there already. Without memory for a larger table it is there all the same, as with set.add(). */
static int64_t
put_there(PySetObject *so, setentry *e, PyObject *k, Py_hash_t hash)
{
    if (UNLIKELY(set_put(so, e, k, hash) < 0))
        PyErr_Clear();
    return 1;
}

int64_t
jit_set_put(PyObject *s, PyObject *k)
{
    Py_hash_t hash;
    setentry *e = hash_of(k, &hash) ? place_in_set(SET(s), k, hash) : NULL;
    return e == NULL ? 0 : is_taken(e) ? 1 : put_there(SET(s), e, Py_NewRef(k), hash);
}

int64_t
jit_set_put_int(PyObject *s, int64_t v)
{
    struct number n;
    PyObject *k = as_int(&n, v);
    Py_hash_t hash = int_hash(k);
    setentry *e = place_in_set(SET(s), k, hash);
    if (e == NULL || is_taken(e))
        return e != NULL;
    if (UNLIKELY((k = PyLong_FromLongLong(v)) == NULL)) {
        PyErr_Clear();
        return 0;
    }
    return put_there(SET(s), e, k, hash);
}

PyObject *
jit_set_of(int64_t n, int64_t numbers)
{
    PyObject *s = leaf_or_null(PySet_New(NULL));
    for (int64_t i = 0; s != NULL && i < n; i++)
        if (!(numbers >> i & 1 ? jit_set_put_int(s, (int64_t)(intptr_t)jit_args[i]) : jit_set_put(s, jit_args[i])))
            Py_CLEAR(s);
    return s;
}

/* ---- lists and tuples ---- */

int64_t
jit_items_have(PyObject *seq, PyObject *v)
{
    PyObject **items = PyTuple_Check(seq) ? ((PyTupleObject *)seq)->ob_item : ((PyListObject *)seq)->ob_item;
    for (Py_ssize_t i = 0; i < Py_SIZE(seq); i++) {
        int same = equal(items[i], v);
        if (same != 0)
            return same;
    }
    return 0;
}

int64_t
jit_items_have_int(PyObject *seq, int64_t v)
{
    struct number n;
    return jit_items_have(seq, as_int(&n, v));
}

int64_t
jit_list_append(PyObject *l, PyObject *v)
{
    Py_ssize_t n = Py_SIZE(l);
    if (LIKELY(n < ((PyListObject *)l)->allocated)) {
        ((PyListObject *)l)->ob_item[n] = v;
        Py_SET_SIZE(l, n + 1);
        return 1;
    }
    Py_INCREF(v);                                            /* it goes when there is no memory */
    if (list_append_grow((PyListObject *)l, v) < 0) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(v);
    return 1;
}

int64_t
jit_list_insert(PyObject *l, int64_t i, PyObject *v)
{
    if (list_insert_at((PyListObject *)l, i, v) < 0) {       /* with a reference of its own */
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(v);
    return 1;
}

int64_t
jit_list_cut(PyObject *l, PyObject *item)
{
    PyListObject *list = (PyListObject *)l;
    if (Py_SIZE(l) == 1) {                                   /* as list.pop() does */
        list_items_free(list->ob_item, list->allocated);
        list->ob_item = NULL;
        list->allocated = 0;
        Py_SET_SIZE(l, 0);
        return 1;
    }
    if (list_resize(list, Py_SIZE(l) - 1) == 0)
        return 1;
    PyErr_Clear();
    return 0;
}

int64_t
jit_list_cut_at(PyObject *l, int64_t i, PyObject *item)
{
    PyObject **items = ((PyListObject *)l)->ob_item;
    size_t behind = (size_t)(Py_SIZE(l) - 1 - i) * sizeof(PyObject *);
    memmove(&items[i], &items[i + 1], behind);
    if (LIKELY(jit_list_cut(l, item)))
        return 1;
    memmove(&items[i + 1], &items[i], behind);
    items[i] = item;
    return 0;
}

int64_t
jit_list_reverse(PyObject *l, int64_t last)
{
    if (UNLIKELY((uint64_t)last >= (uint64_t)Py_SIZE(l)))
        return 0;
    PyObject **low = ((PyListObject *)l)->ob_item, **high = low + last;
    for (; low < high; low++, high--) {
        PyObject *o = *low;
        *low = *high;
        *high = o;
    }
    return 1;
}

int64_t
jit_dict_key_is(PyObject *d, PyObject *k, int64_t i)
{
    Py_ssize_t at = 0;
    PyObject *key = NULL;
    while (i-- >= 0 && PyDict_Next(d, &at, &key, NULL))
        ;
    return key == k;
}

PyObject *jit_dict_of(int64_t n) { return leaf_or_null(dict_from_items(jit_args, 2, jit_args + 1, 2, n)); }
