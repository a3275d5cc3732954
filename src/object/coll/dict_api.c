/* object/coll/dict_api.c: the C API of dicts and the known-hash forms that the VM uses. */
#include "object/coll/dict.h"

#include "object/core/err.h"
#include "object/coll/dict_priv.h"
#include "object/text/str.h"
#include "rt/interp.h"

/* ---- watchers ---- */

/* Callbacks of an interpreter (interp->dicts, made by the first PyDict_AddWatcher()); the numbers below RESERVED are the
 * VM's and the JIT's, the same for all interpreters. */
#define RESERVED 2
struct dict_state { PyDict_WatchCallback watchers[DICT_WATCHERS]; };

static PyDict_WatchCallback reserved[RESERVED];

static PyDict_WatchCallback
watcher(int id)
{
    if (id < RESERVED)
        return reserved[id];
    struct dict_state *st = interp_current()->dicts;
    return st == NULL ? NULL : st->watchers[id];
}

void
dict_fini(PyInterpreterState *interp)
{
    PyMem_RawFree(interp->dicts);
    interp->dicts = NULL;
}

void
dict_notify(PyDict_WatchEvent event, PyDictObject *d, PyObject *key, PyObject *value)
{
    unsigned bits = (unsigned)(d->ma_version_tag & DICT_WATCHER_MASK);
    for (int i = 0; bits != 0; i++, bits >>= 1) {
        PyDict_WatchCallback call = bits & 1 ? watcher(i) : NULL;
        if (call != NULL && call(event, (PyObject *)d, key, value) < 0)
            PyErr_FormatUnraisable("Exception ignored in %s watcher callback for <dict at %p>",
                                   ((const char *const[]){ "PyDict_EVENT_ADDED", "PyDict_EVENT_MODIFIED",
                                    "PyDict_EVENT_DELETED", "PyDict_EVENT_CLONED", "PyDict_EVENT_CLEARED",
                                    "PyDict_EVENT_DEALLOCATED" })[event], d);
    }
}

static int
check_watcher(int id)
{
    if (id < 0 || id >= DICT_WATCHERS) {
        PyErr_Format(PyExc_ValueError, "Invalid dict watcher ID %d", id);
        return -1;
    }
    if (watcher(id) == NULL) {
        PyErr_Format(PyExc_ValueError, "No dict watcher set for ID %d", id);
        return -1;
    }
    return 0;
}

int
PyDict_AddWatcher(PyDict_WatchCallback callback)
{
    PyInterpreterState *interp = interp_current();
    if (interp->dicts == NULL && (interp->dicts = PyMem_RawCalloc(1, sizeof *interp->dicts)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = RESERVED; i < DICT_WATCHERS; i++) {
        if (interp->dicts->watchers[i] == NULL) {
            interp->dicts->watchers[i] = callback;
            return i;
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "no more dict watcher IDs available");
    return -1;
}

int
dict_reserve_watcher(int id, PyDict_WatchCallback callback)
{
    reserved[id] = callback;
    return 0;
}

int
PyDict_ClearWatcher(int id)
{
    if (check_watcher(id) < 0)
        return -1;
    if (id >= RESERVED)
        interp_current()->dicts->watchers[id] = NULL;
    return 0;
}

int
PyDict_Watch(int id, PyObject *d)
{
    if (!PyDict_Check(d)) {
        PyErr_SetString(PyExc_ValueError, "Cannot watch non-dictionary");
        return -1;
    }
    if (check_watcher(id) < 0)
        return -1;
    DICT(d)->ma_version_tag |= (uint64_t)1 << id;
    return 0;
}

int
PyDict_Unwatch(int id, PyObject *d)
{
    if (!PyDict_Check(d)) {
        PyErr_SetString(PyExc_ValueError, "Cannot watch non-dictionary");
        return -1;
    }
    if (check_watcher(id) < 0)
        return -1;
    DICT(d)->ma_version_tag &= ~((uint64_t)1 << id);
    return 0;
}

/* ---- reading ---- */

BORROWED(d) PyObject *
dict_get_str(PyObject *d, PyObject *key)
{
    return dict_get_hashed(d, key, dict_str_hash(key));
}

int
dict_get_ref_hashed(PyObject *d, PyObject *key, Py_hash_t hash, PyObject **value)
{
    Py_ssize_t ix = dict_lookup_index_ref(DICT(d), key, hash, value);
    return ix == DKIX_ERROR ? -1 : *value != NULL;
}

/* Old API: swallows errors, but not those that were pending before. */
static PyObject *
get_quietly(PyObject *d, PyObject *key, const char *where)
{
    if (!PyDict_Check(d))
        return NULL;
    Py_hash_t hash;
    if (LIKELY(PyUnicode_CheckExact(key) && DICT(d)->ma_keys->dk_kind != KEYS_GENERAL))    /* cannot fail */
        return dict_get_hashed(d, key, dict_str_hash(key));
    PyThreadState *ts = ts_current();
    PyObject *pending = err_get_raised(ts), *value = NULL;
    if (dict_hash_key(key, &hash) == 0)
        value = dict_get_hashed(d, key, hash);
    if (UNLIKELY(ts->current_exception != NULL))
        PyErr_FormatUnraisable("Exception ignored in %s; consider using PyDict_GetItemRef() or PyDict_GetItemWithError()", where);
    err_set_raised(ts, pending);
    return value;
}

PyObject *
PyDict_GetItem(PyObject *d, PyObject *key)
{
    return get_quietly(d, key, "PyDict_GetItem()");
}

PyObject *
PyDict_GetItemWithError(PyObject *d, PyObject *key)
{
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    Py_hash_t hash;
    return dict_hash_key(key, &hash) < 0 ? NULL : dict_get_hashed(d, key, hash);
}

PyObject *
_PyDict_GetItem_KnownHash(PyObject *d, PyObject *key, Py_hash_t hash)
{
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return dict_get_hashed(d, key, hash);
}

int
_PyDict_GetItemRef_KnownHash_LockHeld(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value)
{
    return dict_get_ref_hashed((PyObject *)d, key, hash, value);
}

int
PyDict_GetItemRef(PyObject *d, PyObject *key, PyObject **value)
{
    Py_hash_t hash;
    *value = NULL;
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_hash_key(key, &hash) < 0 ? -1 : dict_get_ref_hashed(d, key, hash, value);
}

PyObject *
PyDict_GetItemString(PyObject *d, const char *text)
{
    PyObject *key = str_for_lookup(text);
    if (key == NULL) {
        PyErr_FormatUnraisable("Exception ignored in PyDict_GetItemString(); consider using PyDict_GetItemRefString()");
        return NULL;
    }
    PyObject *value = get_quietly(d, key, "PyDict_GetItemString()");
    Py_DECREF(key);
    return value;
}

PyObject *
_PyDict_GetItemStringWithError(PyObject *d, const char *text)
{
    PyObject *key = str_for_lookup(text);
    if (key == NULL)
        return NULL;
    PyObject *value = PyDict_GetItemWithError(d, key);
    Py_DECREF(key);
    return value;
}

int
PyDict_GetItemStringRef(PyObject *d, const char *text, PyObject **value)
{
    PyObject *key = str_for_lookup(text);
    *value = NULL;
    if (key == NULL)
        return -1;
    int result = PyDict_GetItemRef(d, key, value);
    Py_DECREF(key);
    return result;
}

int
PyDict_Contains(PyObject *d, PyObject *key)
{
    Py_hash_t hash;
    PyObject *value;
    if (dict_hash_key(key, &hash) < 0)
        return -1;
    Py_ssize_t ix = dict_lookup_index(DICT(d), key, hash, &value);
    return ix == DKIX_ERROR ? -1 : value != NULL;
}

int
PyDict_ContainsString(PyObject *d, const char *text)
{
    PyObject *key = str_for_lookup(text);
    if (key == NULL)
        return -1;
    int result = PyDict_Contains(d, key);
    Py_DECREF(key);
    return result;
}

OWNED PyObject *
dict_load_global(PyDictObject *globals, PyDictObject *builtins, PyObject *name)
{
    Py_hash_t hash;
    PyObject *value;
    if (dict_hash_key(name, &hash) < 0)
        return NULL;
    Py_ssize_t ix = dict_lookup_index(globals, name, hash, &value);
    if (ix == DKIX_ERROR)
        return NULL;
    if (value == NULL)
        dict_lookup_index(builtins, name, hash, &value);
    return Py_XNewRef(value);
}

PyObject *
_PyDict_LoadGlobal(PyDictObject *globals, PyDictObject *builtins, PyObject *name)
{
    return dict_load_global(globals, builtins, name);
}

Py_ssize_t
PyDict_Size(PyObject *d)
{
    if (d == NULL || !PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return DICT(d)->ma_used;
}

/* ---- writing ---- */

int
dict_set_hashed(PyObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    return dict_insert(DICT(d), Py_NewRef(key), hash, Py_NewRef(value));
}

int
dict_set_steal(PyDictObject *d, PyObject *key, PyObject *value)
{
    Py_hash_t hash;
    if (UNLIKELY(dict_hash_key(key, &hash) < 0)) {
        Py_DECREF(key);
        Py_DECREF(value);
        return -1;
    }
    return dict_insert(d, key, hash, value);
}

int
_PyDict_SetItem_Take2(PyDictObject *d, PyObject *key, PyObject *value)
{
    return dict_set_steal(d, key, value);
}

int
PyDict_SetItem(PyObject *d, PyObject *key, PyObject *value)
{
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_set_steal(DICT(d), Py_NewRef(key), Py_NewRef(value));
}

int
_PyDict_SetItem_KnownHash(PyObject *d, PyObject *key, PyObject *value, Py_hash_t hash)
{
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_set_hashed(d, key, hash, value);
}

int
_PyDict_SetItem_KnownHash_LockHeld(PyDictObject *d, PyObject *key, PyObject *value, Py_hash_t hash)
{
    return dict_set_hashed((PyObject *)d, key, hash, value);
}

int
PyDict_SetItemString(PyObject *d, const char *text, PyObject *value)
{
    PyObject *key = PyUnicode_InternFromString(text);
    if (key == NULL)
        return -1;
    int result = PyDict_SetItem(d, key, value);
    Py_DECREF(key);
    return result;
}

int
dict_del_hashed(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyDictObject *d = DICT(op);
    PyObject *old;
    Py_ssize_t ix = dict_lookup_index(d, key, hash, &old);
    if (ix == DKIX_ERROR)
        return -1;
    if (old == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    dict_touch(d, PyDict_EVENT_DELETED, key, NULL);
    Py_DECREF(dict_remove_index(d, hash, ix, old));
    return 0;
}

int
PyDict_DelItem(PyObject *d, PyObject *key)
{
    Py_hash_t hash;
    if (dict_hash_key(key, &hash) < 0)
        return -1;
    return _PyDict_DelItem_KnownHash(d, key, hash);
}

int
_PyDict_DelItem_KnownHash(PyObject *d, PyObject *key, Py_hash_t hash)
{
    if (!PyDict_Check(d)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_del_hashed(d, key, hash);
}

int
PyDict_DelItemString(PyObject *d, const char *text)
{
    PyObject *key = str_for_lookup(text);
    if (key == NULL)
        return -1;
    int result = PyDict_DelItem(d, key);
    Py_DECREF(key);
    return result;
}

int
_PyDict_DelItemIf(PyObject *op, PyObject *key, int (*predicate)(PyObject *, void *), void *arg)
{
    PyDictObject *d = DICT(op);
    Py_hash_t hash = PyObject_Hash(key);
    PyObject *old;
    if (hash == -1)
        return -1;
    Py_ssize_t ix = dict_lookup_index(d, key, hash, &old);
    if (ix == DKIX_ERROR)
        return -1;
    if (old == NULL)
        return 0;
    int yes = predicate(old, arg);
    if (yes <= 0)
        return yes;
    dict_touch(d, PyDict_EVENT_DELETED, key, NULL);
    Py_DECREF(dict_remove_index(d, hash, ix, old));
    return 1;
}

void
PyDict_Clear(PyObject *d)
{
    if (PyDict_Check(d))
        dict_clear(DICT(d));
}

/* ---- pop, setdefault ---- */

int
PyDict_Pop(PyObject *op, PyObject *key, PyObject **value)
{
    PyObject *unused;
    Py_hash_t hash;
    PyObject **out = value != NULL ? value : &unused;
    *out = NULL;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    PyDictObject *d = DICT(op);
    if (d->ma_used == 0)
        return 0;
    PyObject *old;
    if (dict_hash_key(key, &hash) < 0)
        return -1;
    Py_ssize_t ix = dict_lookup_index(d, key, hash, &old);
    if (ix == DKIX_ERROR)
        return -1;
    if (old == NULL)
        return 0;
    dict_touch(d, PyDict_EVENT_DELETED, key, NULL);
    *out = dict_remove_index(d, hash, ix, old);
    if (value == NULL)
        Py_DECREF(unused);
    return 1;
}

int
PyDict_PopString(PyObject *d, const char *text, PyObject **value)
{
    PyObject *key = str_for_lookup(text);
    if (key == NULL) {
        if (value != NULL)
            *value = NULL;
        return -1;
    }
    int result = PyDict_Pop(d, key, value);
    Py_DECREF(key);
    return result;
}

OWNED PyObject *
dict_pop_default(PyObject *d, PyObject *key, PyObject *default_value)
{
    PyObject *value;
    int found = PyDict_Pop(d, key, &value);
    if (found == 0) {
        if (default_value != NULL)
            return Py_NewRef(default_value);
        _PyErr_SetKeyError(key);
    }
    return value;
}

PyObject *
_PyDict_Pop(PyObject *d, PyObject *key, PyObject *default_value)
{
    return dict_pop_default(d, key, default_value);
}

int
PyDict_SetDefaultRef(PyObject *op, PyObject *key, PyObject *default_value, PyObject **value)
{
    PyObject *unused, **out = value != NULL ? value : &unused;
    PyDictObject *d = DICT(op);
    Py_hash_t hash;
    int result = -1;
    *out = NULL;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (dict_hash_key(key, &hash) < 0)
        return -1;
    if (dict_admit_key(d, key) < 0)
        return -1;
    Py_ssize_t ix = dict_lookup_index(d, key, hash, out);
    if (ix == DKIX_ERROR)
        return -1;
    if (*out != NULL) {
        Py_INCREF(*out);
        result = 1;
    }
    else if ((d->ma_values != NULL ? dict_insert(d, Py_NewRef(key), hash, Py_NewRef(default_value))
                                   : dict_insert_absent(d, Py_NewRef(key), hash, Py_NewRef(default_value))) == 0) {
        *out = Py_NewRef(default_value);
        result = 0;
    }
    if (value == NULL)
        Py_XDECREF(unused);
    return result;
}

PyObject *
PyDict_SetDefault(PyObject *d, PyObject *key, PyObject *default_value)
{
    PyObject *value;
    PyDict_SetDefaultRef(d, key, default_value, &value);
    Py_XDECREF(value);
    return value;
}

/* ---- bulk ---- */

OWNED PyObject *
dict_from_items(PyObject *const *keys, Py_ssize_t ks, PyObject *const *values, Py_ssize_t vs, Py_ssize_t n)
{
    bool unicode = true;
    for (Py_ssize_t i = 0; i < n && unicode; i++)
        unicode = PyUnicode_CheckExact(keys[i * ks]);
    PyObject *d = dict_new_sized(n, unicode);
    if (d == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (PyDict_SetItem(d, keys[i * ks], values[i * vs]) < 0) {
            Py_DECREF(d);
            return NULL;
        }
    }
    return d;
}

PyObject *
_PyDict_FromItems(PyObject *const *keys, Py_ssize_t ks, PyObject *const *values, Py_ssize_t vs, Py_ssize_t n)
{
    return dict_from_items(keys, ks, values, vs, n);
}

/* Room for the items of b in a; true when a can take over a copy of b's table. */
static bool
can_clone_into(PyDictObject *a, PyDictObject *b, int override)
{
    PyDictKeysObject *k = b->ma_keys;
    return override == 1 && a->ma_values == NULL && a->ma_used == 0 && b->ma_values == NULL
        && b->ma_used == k->dk_nentries
        && (k->dk_log2_size == DICT_LOG2_MIN || usable_fraction(keys_slots(k) / 2) < b->ma_used);
}

static int
merge_dict(PyDictObject *a, PyDictObject *b, int override)
{
    if (a == b || b->ma_used == 0)
        return 0;
    if (a->ma_used == 0)
        override = 1;                      /* nothing to compare with */
    if (can_clone_into(a, b, override)) {
        dict_touch(a, PyDict_EVENT_CLONED, (PyObject *)b, NULL);
        PyDictKeysObject *k = keys_clone(b);
        if (k == NULL)
            return -1;
        keys_decref(a->ma_keys);
        a->ma_keys = k;
        a->ma_used = b->ma_used;
        if (gc_is_tracked((PyObject *)b) && !gc_is_tracked((PyObject *)a))
            gc_track((PyObject *)a);
        return 0;
    }
    if (usable_fraction(keys_slots(a->ma_keys)) < b->ma_used
        && dict_resize(a, dict_log2_for_entries((size_t)(a->ma_used + b->ma_used)), keys_is_unicode(b->ma_keys)) < 0)
        return -1;
    Py_ssize_t entries = b->ma_keys->dk_nentries, pos = 0;
    PyObject *key, *value;
    Py_hash_t hash;
    while (dict_next(b, &pos, &key, &value, &hash)) {
        int err = 0;
        Py_INCREF(key);
        Py_INCREF(value);
        if (override == 1)
            err = dict_set_hashed((PyObject *)a, key, hash, value);
        else {
            PyObject *old;
            Py_ssize_t ix = dict_lookup_index(a, key, hash, &old);
            if (ix == DKIX_ERROR)
                err = -1;
            else if (old == NULL)
                err = dict_set_hashed((PyObject *)a, key, hash, value);
            else if (override != 0) {
                _PyErr_SetKeyError(key);
                err = -1;
            }
        }
        Py_DECREF(value);
        Py_DECREF(key);
        if (err != 0)
            return -1;
        if (b->ma_keys->dk_nentries != entries) {
            PyErr_SetString(PyExc_RuntimeError, "dict mutated during update");
            return -1;
        }
    }
    return 0;
}

/* One key of a mapping that is not a plain dict. */
static int
merge_key(PyObject *a, PyObject *b, PyObject *key, int override)
{
    if (override != 1) {
        int there = PyDict_Contains(a, key);
        if (there < 0)
            return -1;
        if (there) {
            if (override == 0)
                return 0;
            _PyErr_SetKeyError(key);
            return -1;
        }
    }
    PyObject *value = PyObject_GetItem(b, key);
    if (value == NULL)
        return -1;
    int result = PyDict_SetItem(a, key, value);
    Py_DECREF(value);
    return result;
}

static int
merge_mapping(PyObject *a, PyObject *b, int override)
{
    PyObject *keys = PyMapping_Keys(b);
    if (keys == NULL)
        return -1;
    PyObject *it = PyObject_GetIter(keys);
    Py_DECREF(keys);
    if (it == NULL)
        return -1;
    PyObject *key;
    int result = 0;
    while (result == 0 && (key = PyIter_Next(it)) != NULL) {
        result = merge_key(a, b, key, override);
        Py_DECREF(key);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

int
dict_merge(PyObject *a, PyObject *b, int override)
{
    if (a == NULL || !PyDict_Check(a) || b == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyDict_Check(b) && Py_TYPE(b)->tp_iter == PyDict_Type.tp_iter)
        return merge_dict(DICT(a), DICT(b), override);
    return merge_mapping(a, b, override);
}

int
_PyDict_MergeEx(PyObject *a, PyObject *b, int override)
{
    return dict_merge(a, b, override);
}

int
PyDict_Merge(PyObject *a, PyObject *b, int override)
{
    return dict_merge(a, b, override != 0);
}

int
PyDict_Update(PyObject *a, PyObject *b)
{
    return dict_merge(a, b, 1);
}

/* d[item[0]] = item[1]; `i` is for the message. */
static int
merge_pair(PyObject *d, PyObject *item, Py_ssize_t i, int override)
{
    PyObject *fast = PySequence_Fast(item, "");
    if (fast == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "cannot convert dictionary update sequence element #%zd to a sequence", i);
        return -1;
    }
    int result = -1;
    if (PySequence_Fast_GET_SIZE(fast) != 2)
        PyErr_Format(PyExc_ValueError, "dictionary update sequence element #%zd has length %zd; 2 is required",
                     i, PySequence_Fast_GET_SIZE(fast));
    else {
        PyObject *key = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 0)), *value = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 1));
        result = override ? PyDict_SetItem(d, key, value) : PyDict_SetDefaultRef(d, key, value, NULL);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_DECREF(fast);
    return result < 0 ? -1 : 0;
}

int
PyDict_MergeFromSeq2(PyObject *d, PyObject *seq2, int override)
{
    PyObject *it = PyObject_GetIter(seq2), *item;
    if (it == NULL)
        return -1;
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && (item = PyIter_Next(it)) != NULL; i++) {
        result = merge_pair(d, item, i, override);
        Py_DECREF(item);
    }
    Py_DECREF(it);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

int
dict_update_arg(PyObject *d, PyObject *arg)
{
    if (PyDict_CheckExact(arg))
        return dict_merge(d, arg, 1);
    PyObject *keys;
    int has = PyObject_GetOptionalAttrString(arg, "keys", &keys);
    if (has < 0)
        return -1;
    if (has == 0)
        return PyDict_MergeFromSeq2(d, arg, 1);
    Py_DECREF(keys);
    return dict_merge(d, arg, 1);
}

/* A split dict's copy stays split. */
static PyObject *
copy_split(PyDictObject *d)
{
    PyDictValues *v = values_new_copy(d->ma_values, (size_t)(d->ma_keys->dk_nentries + d->ma_keys->dk_usable) > d->ma_values->capacity
                                      ? (size_t)(d->ma_keys->dk_nentries + d->ma_keys->dk_usable) : d->ma_values->capacity);
    if (v == NULL)
        return PyErr_NoMemory();
    keys_incref(d->ma_keys);
    PyObject *copy = dict_from_keys(d->ma_keys, v, d->ma_used);
    if (copy == NULL) {
        for (size_t i = 0; i < v->capacity; i++)
            Py_XDECREF(v->values[i]);
        values_free(v);
    }
    else if (gc_is_tracked((PyObject *)d))
        gc_track(copy);
    return copy;
}

PyObject *
PyDict_Copy(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyDictObject *d = DICT(op);
    if (d->ma_used == 0)
        return PyDict_New();
    if (d->ma_values != NULL)
        return copy_split(d);
    PyObject *copy;
    if (Py_TYPE(op)->tp_iter == PyDict_Type.tp_iter && d->ma_used >= (d->ma_keys->dk_nentries * 2) / 3) {
        PyDictKeysObject *k = keys_clone(d);
        copy = k == NULL ? NULL : dict_from_keys(k, NULL, d->ma_used);
        if (copy != NULL && gc_is_tracked(op))
            gc_track(copy);
        return copy;
    }
    copy = PyDict_New();
    if (copy != NULL && dict_merge(copy, op, 1) < 0)
        Py_CLEAR(copy);
    return copy;
}

/* which: 0 keys, 1 values, 2 items. */
static PyObject *
dict_as_list(PyObject *op, int which)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyDictObject *d = DICT(op);
    Py_ssize_t n = d->ma_used, pos = 0, i = 0;
    PyObject *list = PyList_New(n), *key, *value;
    if (list == NULL)
        return NULL;
    while (i < n && dict_next(d, &pos, &key, &value, NULL)) {
        PyObject *item = which == 0 ? Py_NewRef(key) : which == 1 ? Py_NewRef(value) : PyTuple_Pack(2, key, value);
        if (item == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i++, item);
    }
    return list;
}

PyObject *PyDict_Keys(PyObject *d) { return dict_as_list(d, 0); }
PyObject *PyDict_Values(PyObject *d) { return dict_as_list(d, 1); }
PyObject *PyDict_Items(PyObject *d) { return dict_as_list(d, 2); }
