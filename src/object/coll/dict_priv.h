/* object/coll/dict_priv.h: what the dict_*.c files share. Same conventions as dict.h.
 *
 * Key tables are counted (dk_refcnt): dicts own one reference each, a heap type one to its shared table. Only SPLIT
 * tables are ever shared, and only the empty table is immortal. */
#ifndef ADDER_OBJECT_COLL_DICT_PRIV_H
#define ADDER_OBJECT_COLL_DICT_PRIV_H

#include "object/coll/coll.h"
#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/num/int.h"

#define DICT(op) ((PyDictObject *)(op))
#define DICT_LOG2_MIN 3
#define SHARED_KEYS_LOG2 6
#define KEYS_IMMORTAL PY_SSIZE_T_MAX
#define PERTURB_SHIFT 5

extern PyDictKeysObject dict_empty_keys;
extern uint64_t dict_version_counter;

static inline Py_ssize_t usable_fraction(size_t slots) { return (Py_ssize_t)((slots << 1) / 3); }
static inline size_t keys_entry_size(const PyDictKeysObject *k)
{
    return k->dk_kind == KEYS_GENERAL ? sizeof(PyDictKeyEntry) : sizeof(PyDictUnicodeEntry);
}

static inline Py_ssize_t keys_get_index(const PyDictKeysObject *k, size_t slot)
{
    if (LIKELY(k->dk_log2_size < 8))
        return ((const int8_t *)k->dk_indices)[slot];
    if (k->dk_log2_size < 16)
        return ((const int16_t *)k->dk_indices)[slot];
    if (k->dk_log2_size < 32)
        return ((const int32_t *)k->dk_indices)[slot];
    return ((const int64_t *)k->dk_indices)[slot];
}

static inline void keys_set_index(PyDictKeysObject *k, size_t slot, Py_ssize_t ix)
{
    if (LIKELY(k->dk_log2_size < 8))
        ((int8_t *)k->dk_indices)[slot] = (int8_t)ix;
    else if (k->dk_log2_size < 16)
        ((int16_t *)k->dk_indices)[slot] = (int16_t)ix;
    else if (k->dk_log2_size < 32)
        ((int32_t *)k->dk_indices)[slot] = (int32_t)ix;
    else
        ((int64_t *)k->dk_indices)[slot] = (int64_t)ix;
}

/* Entry i of a table that is not SPLIT, by address of its parts. */
static inline PyObject *keys_value_at(PyDictKeysObject *k, Py_ssize_t i)
{
    return k->dk_kind == KEYS_GENERAL ? keys_entries(k)[i].me_value : keys_unicode_entries(k)[i].me_value;
}
static inline PyObject *keys_key_at(PyDictKeysObject *k, Py_ssize_t i)
{
    return k->dk_kind == KEYS_GENERAL ? keys_entries(k)[i].me_key : keys_unicode_entries(k)[i].me_key;
}
static inline Py_hash_t keys_hash_at(PyDictKeysObject *k, Py_ssize_t i)
{
    return k->dk_kind == KEYS_GENERAL ? keys_entries(k)[i].me_hash : ((PyASCIIObject *)keys_unicode_entries(k)[i].me_key)->hash;
}

/* The hash of any key: 0 and *hash, or -1 with TypeError. */
static inline int dict_hash_key(PyObject *key, Py_hash_t *hash)
{
    if (LIKELY(PyUnicode_CheckExact(key)) && LIKELY((*hash = ((PyASCIIObject *)key)->hash) != -1))
        return 0;
    if (PyLong_CheckExact(key) && int_is_compact(key)) {
        Py_ssize_t v = int_compact_value(key);
        *hash = v == -1 ? -2 : v;
        return 0;
    }
    *hash = PyObject_Hash(key);
    return *hash == -1 ? -1 : 0;
}

/* A table of 2^log2 slots, empty; NULL with MemoryError. */
PyDictKeysObject *keys_new(unsigned log2, int kind);
void keys_free(PyDictKeysObject *k);                    /* count is 0: release entries and memory */
static inline void keys_decref(PyDictKeysObject *k)
{
    if (k->dk_refcnt != KEYS_IMMORTAL && --k->dk_refcnt == 0)
        keys_free(k);
}
static inline void keys_incref(PyDictKeysObject *k)
{
    if (k->dk_refcnt != KEYS_IMMORTAL)
        k->dk_refcnt++;
}
/* Slots for at least n (log2). */
unsigned dict_log2_for_slots(size_t n);
unsigned dict_log2_for_entries(size_t n);
/* Free slot where hash goes; the table has one. */
size_t keys_free_slot(PyDictKeysObject *k, Py_hash_t hash);

/* Rebuild the table with 2^log2 slots, as a combined one. 0 or -1. */
int dict_resize(PyDictObject *d, unsigned log2, bool unicode);
/* Insert with references to key and value taken over, hash known. 0 or -1. */
int dict_insert(PyDictObject *d, STEALS PyObject *key, Py_hash_t hash, STEALS PyObject *value);
/* Before an insertion, and before its key is compared with any: one that is no exact str makes a table of strs a general one, even if it is found to be there; so names that a
 * split dict only shares with others are not asked. 0 or -1 with MemoryError. */
int dict_admit_key(PyDictObject *d, PyObject *key);
/* The same for a key that a lookup just now has not found (a split dict becomes a combined one). */
int dict_insert_absent(PyDictObject *d, STEALS PyObject *key, Py_hash_t hash, STEALS PyObject *value);
/* Remove entry ix (found by lookup) and give its value back; key released. */
PyObject *dict_remove_index(PyDictObject *d, Py_hash_t hash, Py_ssize_t ix, PyObject *old_value);
/* a.update(b): override as in _PyDict_MergeEx(). 0 or -1. */
int dict_merge(PyObject *a, PyObject *b, int override);
/* A dict over the key table (reference taken over) and values (or NULL); NULL with MemoryError. */
PyObject *dict_from_keys(PyDictKeysObject *k, PyDictValues *v, Py_ssize_t used);
/* An exact copy of d's combined table with new references; NULL with MemoryError. */
PyDictKeysObject *keys_clone(PyDictObject *d);
/* Next entry after *pos in order: true and borrowed key, value, hash (each may be NULL pointers). */
bool dict_next(PyDictObject *d, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash);
void dict_clear(PyDictObject *d);

/* SPLIT tables (dict_values.c). */
/* Index of key in a SPLIT table, entering it if there is room; DKIX_EMPTY if not. */
Py_ssize_t split_insert_key(PyDictKeysObject *k, PyObject *key, Py_hash_t hash);
void split_set_value(PyDictObject *d, PyObject *key, STEALS PyObject *value, Py_ssize_t ix);
void values_forget(PyDictValues *v, Py_ssize_t ix);     /* slot ix has lost its value */
/* Empty the slots, then release what was in them: that may run code that changes or frees v. */
void values_release(PyDictValues *v);
void values_free(PyDictValues *v);                      /* a block of its own, items already released */
PyDictValues *values_new_copy(PyDictValues *from, size_t capacity);   /* with new references; NULL */
void shapes_free(PyDictKeysObject *k);

/* Before a mutation: tell watchers, count versions. */
static inline void dict_touch(PyDictObject *d, PyDict_WatchEvent event, PyObject *key, PyObject *value)
{
    if (UNLIKELY(d->ma_version_tag & DICT_WATCHER_MASK))
        dict_notify(event, d, key, value);
    d->ma_version_tag = (dict_version_counter += 1u << DICT_TAG_LOW_BITS) | (d->ma_version_tag & DICT_TAG_LOW_MASK);
}

/* Track d once something in it may be part of a cycle. */
static inline void dict_keep_tracking(PyDictObject *d, PyObject *key, PyObject *value)
{
    if (!gc_is_tracked((PyObject *)d)
        && (coll_may_be_tracked(value) || (!PyUnicode_CheckExact(key) && coll_may_be_tracked(key))))
        gc_track((PyObject *)d);
}

PyObject *dict_iter_new(PyDictObject *d, PyTypeObject *type);

#endif
