/* object/coll/set.c: the table of sets, their C API, hash and making.
 *
 * Probing: from slot hash mod size, ten slots in a row (when they fit before the end), then a perturbed jump. A slot is
 * free (key NULL), deleted (key set_dummy, hash -1) or taken. A new key takes the last deleted slot that lies before its free one. `fill` counts all but the free ones; the table grows when
 * 3/5 is filled. Up to eight slots lie in the object itself. The order of slots is the order of iteration, and the
 * same as CPython's, because programs print sets. */
#include "object/coll/set.h"

#include "object/core/err.h"
#include "object/coll/dict.h"
#include "object/coll/dict_priv.h"
#include "object/coll/set_priv.h"
#include "object/coll/tuple.h"

PyObject set_dummy = { .ob_refcnt = _Py_IMMORTAL_REFCNT, .ob_type = &PyBaseObject_Type };
PyObject *_PySet_Dummy = &set_dummy;

/* ---- table ---- */

/* *deleted: the last deleted slot on the way to the free one, or NULL. */
static setentry *
probe(PySetObject *so, PyObject *key, Py_hash_t hash, setentry **deleted)
{
    size_t mask, i, perturb;
    setentry *e;
    bool text = PyUnicode_CheckExact(key);
    int plain;
restart:
    mask = (size_t)so->mask;
    i = (size_t)hash & mask;
    perturb = (size_t)hash;
    *deleted = NULL;
    for (;;) {
        e = &so->table[i];
        int probes = i + SET_LINEAR_RUN <= mask ? SET_LINEAR_RUN : 0;
        do {
            if (e->hash == 0 && e->key == NULL)
                return e;
            if (e->key == &set_dummy)
                *deleted = e;
            else if (e->hash == hash) {
                PyObject *stored = e->key;
                if (stored == key)
                    return e;
                if (text && PyUnicode_CheckExact(stored)) {
                    if (dict_str_eq(stored, key))
                        return e;
                }
                else if (PyTuple_CheckExact(key) && PyTuple_CheckExact(stored) && (plain = tuple_plain_eq(stored, key)) >= 0) {
                    if (plain)
                        return e;
                }
                else {
                    setentry *table = so->table;
                    Py_INCREF(stored);
                    int cmp = PyObject_RichCompareBool(stored, key, Py_EQ);
                    Py_DECREF(stored);
                    if (cmp < 0)
                        return NULL;
                    if (table != so->table || e->key != stored)
                        goto restart;
                    if (cmp > 0)
                        return e;
                    mask = (size_t)so->mask;
                }
            }
            e++;
        } while (probes--);
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* The entry of key, or a free one; NULL on error. Most keys are where their hash says, or nothing is. */
static inline setentry *
lookup(PySetObject *so, PyObject *key, Py_hash_t hash, setentry **deleted)
{
    setentry *e = &so->table[(size_t)hash & (size_t)so->mask];
    *deleted = NULL;
    return e->key == NULL || (e->key == key && e->hash == hash) ? e : probe(so, key, hash, deleted);
}

/* Put a key that is not there into a table without deleted slots. */
static void
insert_clean(setentry *table, size_t mask, PyObject *key, Py_hash_t hash)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        setentry *e = &table[i];
        int probes = i + SET_LINEAR_RUN <= mask ? SET_LINEAR_RUN : 0;
        do {
            if (e->key == NULL) {
                e->key = key;
                e->hash = hash;
                return;
            }
            e++;
        } while (probes--);
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* Rebuild with more than `least` slots. 0 or -1. */
int
set_resize(PySetObject *so, Py_ssize_t least)
{
    size_t size = PySet_MINSIZE;
    while (size <= (size_t)least)
        size <<= 1;
    setentry *old = so->table, *table, copy[PySet_MINSIZE];
    bool old_is_big = old != so->smalltable;
    size_t old_mask = (size_t)so->mask;
    if (size == PySet_MINSIZE) {
        table = so->smalltable;
        if (table == old) {
            if (so->fill == so->used)
                return 0;                  /* no deleted slots to drop */
            memcpy(copy, old, sizeof(copy));
            old = copy;
        }
        memset(table, 0, sizeof(so->smalltable));
    }
    else {
        table = size > PY_SSIZE_T_MAX / sizeof(setentry) ? NULL : PyMem_Calloc(size, sizeof(setentry));
        if (table == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    so->table = table;
    so->mask = (Py_ssize_t)size - 1;
    for (size_t i = 0; i <= old_mask; i++)
        if (old[i].key != NULL && old[i].key != &set_dummy)
            insert_clean(table, size - 1, old[i].key, old[i].hash);
    so->fill = so->used;
    if (old_is_big)
        PyMem_Free(old);
    return 0;
}

static bool has_no_room(const PySetObject *so, Py_ssize_t n) { return (so->fill + n) * 5 >= so->mask * 3; }

/* Room for n more, asked for in advance. */
static int
reserve(PySetObject *so, Py_ssize_t n)
{
    return has_no_room(so, n) ? set_resize(so, (so->used + n) * 2) : 0;
}

int
set_put(PySetObject *so, setentry *e, PyObject *key, Py_hash_t hash)
{
    bool was_free = e->key == NULL;
    e->key = key;
    e->hash = hash;
    so->used++;
    if (!was_free)
        return 0;
    so->fill++;
    if ((size_t)so->fill * 5 < (size_t)so->mask * 3)
        return 0;
    return set_resize(so, so->used > 50000 ? so->used * 2 : so->used * 4);
}

int
set_add_hashed(PySetObject *so, PyObject *key, Py_hash_t hash)
{
    Py_INCREF(key);                        /* a comparison may drop the caller's */
    setentry *deleted, *e = lookup(so, key, hash, &deleted);
    if (e == NULL || e->key != NULL) {
        Py_DECREF(key);
        return e == NULL ? -1 : 0;
    }
    return set_put(so, deleted != NULL ? deleted : e, key, hash);
}

int
set_contains_hashed(PySetObject *so, PyObject *key, Py_hash_t hash)
{
    setentry *deleted, *e = lookup(so, key, hash, &deleted);
    return e == NULL ? -1 : e->key != NULL;
}

int
set_discard_hashed(PySetObject *so, PyObject *key, Py_hash_t hash)
{
    setentry *deleted, *e = lookup(so, key, hash, &deleted);
    if (e == NULL)
        return -1;
    PyObject *old = e->key;
    if (old == NULL)
        return 0;
    e->key = &set_dummy;
    e->hash = -1;
    so->used--;
    Py_DECREF(old);
    return 1;
}

int
set_add_key(PySetObject *so, PyObject *key)
{
    Py_hash_t hash;
    return dict_hash_key(key, &hash) < 0 ? -1 : set_add_hashed(so, key, hash);
}

/* Hash of a key that is looked up; an unhashable set counts as a frozenset. */
static int
hash_lookup_key(PyObject *key, Py_hash_t *hash)
{
    if (LIKELY(dict_hash_key(key, hash) == 0))
        return 0;
    if (!PySet_Check(key) || !PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear();
    *hash = set_frozen_hash(SET(key));
    return 0;
}

int
set_contains_key(PySetObject *so, PyObject *key)
{
    Py_hash_t hash;
    return hash_lookup_key(key, &hash) < 0 ? -1 : set_contains_hashed(so, key, hash);
}

int
set_discard_key(PySetObject *so, PyObject *key)
{
    Py_hash_t hash;
    return hash_lookup_key(key, &hash) < 0 ? -1 : set_discard_hashed(so, key, hash);
}

void
set_clear(PySetObject *so)
{
    setentry *table = so->table, copy[PySet_MINSIZE];
    bool big = table != so->smalltable;
    Py_ssize_t fill = so->fill, used = so->used;
    if (big || fill > 0) {
        if (!big) {
            memcpy(copy, table, sizeof(copy));
            table = copy;
        }
        memset(so->smalltable, 0, sizeof(so->smalltable));
        so->fill = 0;
        so->used = 0;
        so->mask = PySet_MINSIZE - 1;
        so->table = so->smalltable;
        so->hash = -1;
    }
    for (setentry *e = table; used > 0; e++) {
        if (e->key != NULL && e->key != &set_dummy) {
            used--;
            Py_DECREF(e->key);
        }
    }
    if (big)
        PyMem_Free(table);
}

/* An empty set becomes a copy of a big one without deleted slots, if the table has the size it would get. */
static int
copy_table(PySetObject *so, PySetObject *other)
{
    size_t n = (size_t)other->mask + 1;
    setentry *table = PyMem_Malloc(n * sizeof(setentry)), *from = other->table;
    if (table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        table[i] = from[i];
        Py_XINCREF(from[i].key);
    }
    so->table = table;
    so->mask = other->mask;
    so->fill = so->used = other->used;
    return 0;
}

int
set_merge(PySetObject *so, PySetObject *other)
{
    if (so == other || other->used == 0)
        return 0;
    if (so->fill == 0 && so->table == so->smalltable && other->table != other->smalltable && other->fill == other->used && has_no_room(so, other->used)) {
        size_t size = PySet_MINSIZE;
        while (size <= (size_t)other->used * 2)
            size <<= 1;
        if (size == (size_t)other->mask + 1)
            return copy_table(so, other);
    }
    if (reserve(so, other->used) < 0)
        return -1;
    if (so->fill == 0 && so->mask == other->mask && other->fill == other->used) {
        memcpy(so->table, other->table, ((size_t)other->mask + 1) * sizeof(setentry));
        for (Py_ssize_t i = 0; i <= other->mask; i++)
            Py_XINCREF(other->table[i].key);
        so->fill = other->fill;
        so->used = other->used;
        return 0;
    }
    Py_ssize_t pos = 0;
    setentry *e;
    if (so->fill == 0) {
        so->fill = so->used = other->used;
        while (set_next(other, &pos, &e))
            insert_clean(so->table, (size_t)so->mask, Py_NewRef(e->key), e->hash);
        return 0;
    }
    while (set_next(other, &pos, &e))
        if (set_add_hashed(so, e->key, e->hash) < 0)
            return -1;
    return 0;
}

static int
update_dict(PySetObject *so, PyObject *d)
{
    Py_ssize_t pos = 0;
    PyObject *key;
    Py_hash_t hash;
    if (reserve(so, PyDict_GET_SIZE(d)) < 0)
        return -1;
    while (dict_next((PyDictObject *)d, &pos, &key, NULL, &hash))
        if (set_add_hashed(so, key, hash) < 0)
            return -1;
    return 0;
}

int
set_update(PySetObject *so, PyObject *iterable)
{
    if (PyAnySet_Check(iterable))
        return set_merge(so, SET(iterable));
    if (PyDict_CheckExact(iterable))
        return update_dict(so, iterable);
    PyObject *it = PyObject_GetIter(iterable), *key;
    if (it == NULL)
        return -1;
    int result = 0;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        result = set_add_key(so, key);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

/* ---- hash ---- */

static inline Py_uhash_t
spread_bits(Py_uhash_t h)
{
    return ((h ^ 89869747u) ^ (h << 16)) * 3644798167u;
}

static Py_hash_t
finish_hash(Py_uhash_t hash, Py_ssize_t n)
{
    hash ^= ((Py_uhash_t)n + 1) * 1927868237u;
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash * 69069u + 907133923u;
    return hash == (Py_uhash_t)-1 ? 590923713 : (Py_hash_t)hash;
}

Py_hash_t
set_frozen_hash(PySetObject *so)
{
    Py_uhash_t hash = 0;
    Py_ssize_t pos = 0;
    setentry *e;
    while (set_next(so, &pos, &e))
        hash ^= spread_bits((Py_uhash_t)e->hash);
    return finish_hash(hash, so->used);
}

Py_hash_t
set_hash_of_hashes(const Py_hash_t *hashes, Py_ssize_t n)
{
    Py_uhash_t hash = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        hash ^= spread_bits((Py_uhash_t)hashes[i]);
    return finish_hash(hash, n);
}

/* ---- making ---- */

PyObject *
set_make(PyTypeObject *type, PyObject *iterable)
{
    PySetObject *so;
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        so = (PySetObject *)coll_gc_alloc(ts_current(), type, sizeof(PySetObject));
        if (so == NULL)
            return NULL;
        memset(&so->fill, 0, sizeof(PySetObject) - offsetof(PySetObject, fill));
    }
    else if ((so = (PySetObject *)type->tp_alloc(type, 0)) == NULL)
        return NULL;
    so->mask = PySet_MINSIZE - 1;
    so->table = so->smalltable;
    so->hash = -1;
    if (type == &PySet_Type || type == &PyFrozenSet_Type)
        gc_track((PyObject *)so);
    if (iterable != NULL && set_update(so, iterable) < 0) {
        Py_DECREF(so);
        return NULL;
    }
    return (PyObject *)so;
}

PyObject *
set_make_base(PyTypeObject *type, PyObject *iterable)
{
    if (type != &PySet_Type && type != &PyFrozenSet_Type)
        type = PyType_IsSubtype(type, &PySet_Type) ? &PySet_Type : &PyFrozenSet_Type;
    return set_make(type, iterable);
}

PyObject *
set_copy(PySetObject *so)
{
    return set_make_base(Py_TYPE(so), (PyObject *)so);
}

/* ---- C API ---- */

PyObject *
PySet_New(PyObject *iterable)
{
    return set_make(&PySet_Type, iterable);
}

PyObject *
PyFrozenSet_New(PyObject *iterable)
{
    return set_make(&PyFrozenSet_Type, iterable);        /* always a new one: extensions fill it with PySet_Add() */
}

Py_ssize_t
PySet_Size(PyObject *op)
{
    if (!PyAnySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return SET(op)->used;
}

int
PySet_Clear(PyObject *op)
{
    if (!PySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    set_clear(SET(op));
    return 0;
}

int
PySet_Contains(PyObject *op, PyObject *key)
{
    Py_hash_t hash;
    if (!PyAnySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_hash_key(key, &hash) < 0 ? -1 : set_contains_hashed(SET(op), key, hash);
}

int
_PySet_Contains(PySetObject *so, PyObject *key)
{
    return set_contains_key(so, key);
}

int
PySet_Discard(PyObject *op, PyObject *key)
{
    Py_hash_t hash;
    if (!PySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_hash_key(key, &hash) < 0 ? -1 : set_discard_hashed(SET(op), key, hash);
}

int
PySet_Add(PyObject *op, PyObject *key)
{
    /* A frozenset may be filled as long as nobody else has it. */
    if (!PySet_Check(op) && (!PyFrozenSet_Check(op) || Py_REFCNT(op) != 1)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_add_key(SET(op), key);
}

PyObject *
PySet_Pop(PyObject *op)
{
    if (!PySet_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PySetObject *so = SET(op);
    if (so->used == 0) {
        PyErr_SetString(PyExc_KeyError, "pop from an empty set");
        return NULL;
    }
    /* Start where the last pop ended: else popping everything would be quadratic. */
    Py_ssize_t i = so->finger & so->mask;
    while (so->table[i].key == NULL || so->table[i].key == &set_dummy)
        i = (i + 1) & so->mask;
    PyObject *key = so->table[i].key;
    so->table[i] = (setentry){ &set_dummy, -1 };
    so->used--;
    so->finger = i + 1;
    return key;
}

int
_PySet_NextEntry(PyObject *op, Py_ssize_t *pos, PyObject **key, Py_hash_t *hash)
{
    setentry *e;
    if (!PyAnySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!set_next(SET(op), pos, &e))
        return 0;
    *key = e->key;
    *hash = e->hash;
    return 1;
}

int
_PySet_NextEntryRef(PyObject *op, Py_ssize_t *pos, PyObject **key, Py_hash_t *hash)
{
    int result = _PySet_NextEntry(op, pos, key, hash);
    if (result == 1)
        Py_INCREF(*key);
    return result;
}

int
_PySet_Update(PyObject *op, PyObject *iterable)
{
    if (!PySet_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_update(SET(op), iterable);
}
