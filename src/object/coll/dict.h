/* object/coll/dict.h: dictionaries for the inside.
 *
 * A dict is an insertion-ordered array of entries plus an open-addressed table of small indices into it. Three kinds
 * of key tables: GENERAL (any keys, hash stored), UNICODE (exact str only, hash read from the key) and SPLIT (str keys
 * shared by the instances of a class; the values lie in a PyDictValues of each instance, see dict_values.h).
 *
 * Borrowed values stay valid until Python code runs or the dict changes. Lookups in UNICODE and SPLIT tables with an
 * exact str key run no Python code and cannot fail.
 *
 * dk_version: 0 or a number that names this set of keys *and their entry indices*; adding or deleting a key sets it to
 * 0, assigning a new value to an existing key does not. Caches hold (version, index). */
#ifndef ADDER_OBJECT_COLL_DICT_H
#define ADDER_OBJECT_COLL_DICT_H

#include <Python.h>
#include <string.h>

#include "base/own.h"

enum { KEYS_GENERAL = 0, KEYS_UNICODE = 1, KEYS_SPLIT = 2 };
enum { DKIX_EMPTY = -1, DKIX_DUMMY = -2, DKIX_ERROR = -3 };

struct _dictkeysobject {
    Py_ssize_t dk_refcnt;
    uint8_t dk_log2_size;              /* slots in the index table */
    uint8_t dk_log2_index_bytes;       /* bytes of the index table */
    uint8_t dk_kind;                   /* KEYS_* */
    uint8_t dk_watched;                /* SPLIT: keys_name_notice wants to know of new keys; a byte of padding in CPython */
    uint32_t dk_version;               /* see above */
    Py_ssize_t dk_usable;              /* entries that may still be added */
    Py_ssize_t dk_nentries;            /* entries used, dead ones included */
    char dk_indices[];                 /* int8_t, int16_t, int32_t or int64_t each; then the entries */
};

typedef struct { Py_hash_t me_hash; PyObject *me_key, *me_value; } PyDictKeyEntry;   /* GENERAL */
typedef struct { PyObject *me_key, *me_value; } PyDictUnicodeEntry;                  /* UNICODE, SPLIT */

struct _dictvalues {
    uint8_t capacity;
    uint8_t size;                      /* values set; their order follows values[capacity] as bytes */
    uint8_t embedded;                  /* lies inside an instance */
    uint8_t valid;                     /* instance: attributes are here and not in a dict of its own */
    uint32_t shape;                    /* dict_values.h; 0 = do not trust */
    PyObject *values[1];
};

/* dict_keyiterator and its brothers. */
struct dict_iter {
    PyObject ob_base;
    PyDictObject *di_dict;             /* NULL once exhausted */
    Py_ssize_t di_used;
    Py_ssize_t di_pos;
    PyObject *di_result;               /* reused pair of item iterators */
    Py_ssize_t len;
};

struct dict_view { PyObject ob_base; PyDictObject *dv_dict; };

/* ma_version_tag: bits 0-7 watchers, 8-11 mutation counter, above: version. */
#define DICT_WATCHERS 8
#define DICT_WATCHER_MASK ((1u << DICT_WATCHERS) - 1)
#define DICT_TAG_LOW_BITS 12
#define DICT_TAG_LOW_MASK ((1u << DICT_TAG_LOW_BITS) - 1)

static inline void *keys_entries_ptr(PyDictKeysObject *k) { return k->dk_indices + ((size_t)1 << k->dk_log2_index_bytes); }
static inline PyDictKeyEntry *keys_entries(PyDictKeysObject *k) { return keys_entries_ptr(k); }
static inline PyDictUnicodeEntry *keys_unicode_entries(PyDictKeysObject *k) { return keys_entries_ptr(k); }
static inline size_t keys_slots(const PyDictKeysObject *k) { return (size_t)1 << k->dk_log2_size; }
static inline bool keys_is_unicode(const PyDictKeysObject *k) { return k->dk_kind != KEYS_GENERAL; }
static inline bool dict_is_split(PyObject *d) { return ((PyDictObject *)d)->ma_values != NULL; }

/* Equality of two exact str objects with the same hash. */
static inline bool dict_str_eq(PyObject *a, PyObject *b)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    return n == PyUnicode_GET_LENGTH(b) && kind == (int)PyUnicode_KIND(b)
        && memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)n * kind) == 0;
}

/* Hash of an exact str, computed on demand (never -1). */
static inline Py_hash_t dict_str_hash(PyObject *s)
{
    Py_hash_t h = ((PyASCIIObject *)s)->hash;
    return LIKELY(h != -1) ? h : PyObject_Hash(s);
}

/* Entry index of exact str `key` in a UNICODE or SPLIT table, or DKIX_EMPTY. Never fails, runs no Python code. */
Py_ssize_t keys_find_str_far(PyDictKeysObject *k, PyObject *key, Py_hash_t hash, size_t slot);
static inline Py_ssize_t keys_find_str(PyDictKeysObject *k, PyObject *key, Py_hash_t hash)
{
    size_t slot = (size_t)hash & (keys_slots(k) - 1);
    if (LIKELY(k->dk_log2_size < 16)) {            /* one-byte indices: most instances, modules and kwargs */
        Py_ssize_t ix = LIKELY(k->dk_log2_size < 8) ? ((int8_t *)k->dk_indices)[slot] : ((int16_t *)k->dk_indices)[slot];
        if (ix >= 0) {
            if (LIKELY(keys_unicode_entries(k)[ix].me_key == key))
                return ix;
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
    }
    return keys_find_str_far(k, key, hash, slot);
}

/* Entry index of any key; *value gets a borrowed value or NULL (a SPLIT key without value has index >= 0 and NULL).
 * DKIX_EMPTY when absent, DKIX_ERROR with an exception. */
Py_ssize_t dict_lookup_index(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value);
/* The same, except that *value is a new reference or NULL. */
Py_ssize_t dict_lookup_index_ref(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value);

/* Borrowed value, or NULL (with an exception only if a comparison failed). hash != -1. */
BORROWED(d) PyObject *dict_get_hashed(PyObject *d, PyObject *key, Py_hash_t hash);
/* Borrowed value of an exact str key, or NULL without exception unless d has keys other than str. */
BORROWED(d) PyObject *dict_get_str(PyObject *d, PyObject *key);
/* 1 with a new reference in *value, 0 with NULL, -1. */
int dict_get_ref_hashed(PyObject *d, PyObject *key, Py_hash_t hash, PyObject **value);
/* 0 or -1. The reference to value is not taken over (set) or is, even on failure (set_steal: the key too). */
int dict_set_hashed(PyObject *d, PyObject *key, Py_hash_t hash, PyObject *value);
int dict_set_steal(PyDictObject *d, STEALS PyObject *key, STEALS PyObject *value);
/* 0, or -1 with KeyError or another exception. */
int dict_del_hashed(PyObject *d, PyObject *key, Py_hash_t hash);

/* globals[name], else builtins[name]; exact dicts, exact str name. New reference; NULL without exception: not there. */
OWNED PyObject *dict_load_global(PyDictObject *globals, PyDictObject *builtins, PyObject *name);

/* A number > 0 that stays the table's while its keys stay, or 0 when the supply is used up or keys are not all str. */
uint32_t dict_keys_version(PyDictKeysObject *k);

/* A dict with room for n items; `unicode`: all keys will be exact str. New reference or NULL. */
OWNED PyObject *dict_new_sized(Py_ssize_t n, bool unicode);
/* With a table for str keys, of the size that the first of them would make. */
OWNED PyObject *dict_new_small(void);
/* {keys[i * ks]: values[i * vs]}; new reference or NULL. */
OWNED PyObject *dict_from_items(PyObject *const *keys, Py_ssize_t ks, PyObject *const *values, Py_ssize_t vs, Py_ssize_t n);
/* dict.update(): a mapping or an iterable of pairs; 0 or -1. */
int dict_update_arg(PyObject *d, PyObject *arg);
/* d.keys(), d.items(), d.values() as views; new reference or NULL. */
OWNED PyObject *dict_view_new(PyObject *d, PyTypeObject *type);
/* __dict__ of an OrderedDict, set, ... helper: d[key] or d.__missing__(key) for subclasses; new reference or NULL. */
OWNED PyObject *dict_subscript(PyObject *d, PyObject *key);
/* d.pop(key[, default]); new reference or NULL. */
OWNED PyObject *dict_pop_default(PyObject *d, PyObject *key, PyObject *default_value);

#define DICT_WATCHER_BUILTINS 0        /* reserved: the dict of module builtins counts as a rare event */
#define DICT_WATCHER_JIT 1             /* reserved */
/* Called when a key table with dk_watched gets a new name, and with NULL when it dies. */
extern void (*keys_name_notice)(PyDictKeysObject *k, PyObject *name);
/* Tell watchers; called by every mutation when a watcher bit is set. */
void dict_notify(PyDict_WatchEvent event, PyDictObject *d, PyObject *key, PyObject *value);
/* Install the callback of a watcher number that PyDict_AddWatcher() never gives out: DICT_WATCHER_*. */
int dict_reserve_watcher(int id, PyDict_WatchCallback callback);
/* Drops what the interpreter keeps for dicts. */
void dict_fini(PyInterpreterState *interp);
/* Stop tracking a dict that can never be part of a cycle (called by the collector). */
void dict_maybe_untrack(PyObject *d);
/* Bytes that __sizeof__ answers. */
size_t dict_sizeof(PyDictObject *d);

PyAPI_FUNC(int) _PyDict_DelItemIf(PyObject *, PyObject *, int (*)(PyObject *, void *), void *);
PyAPI_FUNC(int) _PyDict_DelItem_KnownHash(PyObject *, PyObject *, Py_hash_t);
PyAPI_FUNC(PyObject *) _PyDict_FromItems(PyObject *const *, Py_ssize_t, PyObject *const *, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(int) _PyDict_GetItemRef_KnownHash_LockHeld(PyDictObject *, PyObject *, Py_hash_t, PyObject **);
PyAPI_FUNC(PyObject *) _PyDict_LoadGlobal(PyDictObject *, PyDictObject *, PyObject *);
PyAPI_FUNC(int) _PyDict_MergeEx(PyObject *, PyObject *, int);   /* 0: keep, 1: override, 2: KeyError(key) on a duplicate */
PyAPI_FUNC(int) _PyDict_SetItem_KnownHash(PyObject *, PyObject *, PyObject *, Py_hash_t);
PyAPI_FUNC(int) _PyDict_SetItem_KnownHash_LockHeld(PyDictObject *, PyObject *, PyObject *, Py_hash_t);
PyAPI_FUNC(int) _PyDict_SetItem_Take2(PyDictObject *, PyObject *, PyObject *);
PyAPI_FUNC(Py_ssize_t) _PyDict_SizeOf(PyDictObject *);

#endif
