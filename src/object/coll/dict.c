/* object/coll/dict.c: the table: memory, lookup, insertion, deletion, resizing, iteration in order.
 *
 * Probing visits slot = hash mod size, then slot = slot * 5 + perturb + 1, with perturb, which starts as the hash,
 * shifted down by 5 each time: all bits of the hash take part and every slot is reached. A slot holds an entry index,
 * EMPTY or DUMMY (deleted). At most 2/3 of the slots are ever given to entries.
 *
 * A comparison may run Python code that changes the dict. So a lookup holds the key it compares, and starts again when
 * the table or the entry is not what it was. */
#include "object/coll/dict.h"

#include "object/coll/dict_priv.h"
#include "object/coll/tuple.h"

PyDictKeysObject dict_empty_keys = {
    .dk_refcnt = KEYS_IMMORTAL,
    .dk_log2_index_bytes = 3,
    .dk_kind = KEYS_UNICODE,
    .dk_version = 1,
    .dk_indices = { DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY, DKIX_EMPTY },
};
uint64_t dict_version_counter;
static uint32_t next_keys_version = 2;

/* ---- memory ---- */

static inline size_t
keys_bytes(const PyDictKeysObject *k)
{
    size_t entries = k->dk_kind == KEYS_SPLIT ? SHARED_KEYS_MAX : (size_t)usable_fraction(keys_slots(k));
    return sizeof(PyDictKeysObject) + ((size_t)1 << k->dk_log2_index_bytes) + entries * keys_entry_size(k);
}

#define SMALL_UNICODE_BYTES (sizeof(PyDictKeysObject) + 8 + 5 * sizeof(PyDictUnicodeEntry))

/* SPLIT tables have 16 bytes in front, for their shapes. */
static inline size_t
keys_head(int kind)
{
    return kind == KEYS_SPLIT ? 16 : 0;
}

unsigned
dict_log2_for_slots(size_t n)
{
    n = (n | 8) - 1;
    return 64 - (unsigned)__builtin_clzll(n | 7);
}

unsigned
dict_log2_for_entries(size_t n)
{
    return dict_log2_for_slots((n * 3 + 1) / 2);
}

/* The commonest table: 8 slots for str keys. */
static inline PyDictKeysObject *
keys_new_small_unicode(void)
{
    PyDictKeysObject *k = heap_alloc(SMALL_UNICODE_BYTES);
    if (UNLIKELY(k == NULL)) {
        PyErr_NoMemory();
        return NULL;
    }
    *k = (PyDictKeysObject){
        .dk_refcnt = 1,
        .dk_log2_size = DICT_LOG2_MIN,
        .dk_log2_index_bytes = DICT_LOG2_MIN,
        .dk_kind = KEYS_UNICODE,
        .dk_usable = 5,
    };
    memset(k->dk_indices, 0xff, 8);
    return k;
}

PyDictKeysObject *
keys_new(unsigned log2, int kind)
{
    if (log2 == DICT_LOG2_MIN && kind == KEYS_UNICODE)
        return keys_new_small_unicode();
    if (log2 >= 48) {
        PyErr_NoMemory();
        return NULL;
    }
    PyDictKeysObject head = {
        .dk_refcnt = 1,
        .dk_log2_size = (uint8_t)log2,
        .dk_log2_index_bytes = (uint8_t)(log2 + (log2 < 8 ? 0 : log2 < 16 ? 1 : log2 < 32 ? 2 : 3)),
        .dk_kind = (uint8_t)kind,
        .dk_usable = kind == KEYS_SPLIT ? SHARED_KEYS_MAX : usable_fraction((size_t)1 << log2),
    };
    char *block = heap_alloc(keys_head(kind) + keys_bytes(&head));
    if (UNLIKELY(block == NULL)) {
        PyErr_NoMemory();
        return NULL;
    }
    memset(block, 0, keys_head(kind));
    PyDictKeysObject *k = (PyDictKeysObject *)(block + keys_head(kind));
    *k = head;
    memset(k->dk_indices, 0xff, (size_t)1 << k->dk_log2_index_bytes);
    return k;
}

static inline void
keys_free_memory(PyDictKeysObject *k)
{
    if (LIKELY(k->dk_log2_size == DICT_LOG2_MIN && k->dk_kind == KEYS_UNICODE)) {
        heap_free_sized(k, SMALL_UNICODE_BYTES);
        return;
    }
    size_t head = keys_head(k->dk_kind);
    if (head != 0) {
        if (UNLIKELY(k->dk_watched))
            keys_name_notice(k, NULL);
        shapes_free(k);
    }
    heap_free_sized((char *)k - head, head + keys_bytes(k));
}

void
keys_free(PyDictKeysObject *k)
{
    Py_ssize_t n = k->dk_nentries;
    if (k->dk_kind == KEYS_GENERAL) {
        PyDictKeyEntry *e = keys_entries(k);
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_XDECREF(e[i].me_key);
            Py_XDECREF(e[i].me_value);
        }
    }
    else {
        PyDictUnicodeEntry *e = keys_unicode_entries(k);
        bool values = k->dk_kind == KEYS_UNICODE;
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_XDECREF(e[i].me_key);
            if (values)
                Py_XDECREF(e[i].me_value);
        }
    }
    keys_free_memory(k);
}

PyObject *
dict_from_keys(PyDictKeysObject *k, PyDictValues *v, Py_ssize_t used)
{
    PyDictObject *d = COLL_GC_NEW(PyDictObject, &PyDict_Type);
    if (UNLIKELY(d == NULL)) {
        keys_decref(k);
        return NULL;
    }
    d->ma_used = used;
    d->ma_version_tag = (dict_version_counter += 1u << DICT_TAG_LOW_BITS);
    d->ma_keys = k;
    d->ma_values = v;
    return (PyObject *)d;
}

PyObject *
PyDict_New(void)
{
    return dict_from_keys(&dict_empty_keys, NULL, 0);
}

OWNED PyObject *
dict_new_sized(Py_ssize_t n, bool unicode)
{
    if (n <= usable_fraction(8))
        return PyDict_New();
    unsigned log2 = n > (128 << 10) ? 17 : dict_log2_for_entries((size_t)n);
    PyDictKeysObject *k = keys_new(log2, unicode ? KEYS_UNICODE : KEYS_GENERAL);
    return k == NULL ? NULL : dict_from_keys(k, NULL, 0);
}

OWNED PyObject *
dict_new_small(void)
{
    PyDictKeysObject *k = keys_new(DICT_LOG2_MIN, KEYS_UNICODE);
    return k == NULL ? NULL : dict_from_keys(k, NULL, 0);
}

PyObject *
_PyDict_NewPresized(Py_ssize_t n)
{
    return dict_new_sized(n, false);
}

/* ---- lookup ---- */

#define PROBE_NEXT(slot, perturb, mask) ((perturb) >>= PERTURB_SHIFT, (slot) = ((slot) * 5 + (perturb) + 1) & (mask))

static inline bool
str_key_matches(PyDictUnicodeEntry *e, PyObject *key, Py_hash_t hash)
{
    return e->me_key == key || (((PyASCIIObject *)e->me_key)->hash == hash && dict_str_eq(e->me_key, key));
}

/* From a slot on, which `perturb` belongs to. */
static Py_ssize_t
find_str_by_text(PyDictKeysObject *k, PyObject *key, Py_hash_t hash, size_t slot, size_t perturb)
{
    PyDictUnicodeEntry *e = keys_unicode_entries(k);
    size_t mask = keys_slots(k) - 1;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0) {
            if (str_key_matches(&e[ix], key, hash))
                return ix;
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
        PROBE_NEXT(slot, perturb, mask);
    }
}

/* The walk by address alone, which needs few registers; the first other string with this hash ends it. */
static inline __attribute__((always_inline)) Py_ssize_t
find_str_by_address(PyDictKeysObject *k, PyObject *key, Py_hash_t hash, size_t slot, bool wide)
{
    PyDictUnicodeEntry *e = keys_unicode_entries(k);
    size_t mask = keys_slots(k) - 1, perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = wide ? ((const int16_t *)k->dk_indices)[slot] : ((const int8_t *)k->dk_indices)[slot];
        if (ix >= 0) {
            PyObject *stored = e[ix].me_key;
            if (stored == key)
                return ix;
            if (UNLIKELY(((PyASCIIObject *)stored)->hash == hash))
                return find_str_by_text(k, key, hash, slot, perturb);
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
        PROBE_NEXT(slot, perturb, mask);
    }
}

Py_ssize_t
keys_find_str_far(PyDictKeysObject *k, PyObject *key, Py_hash_t hash, size_t slot)
{
    if (LIKELY(k->dk_log2_size < 8))
        return find_str_by_address(k, key, hash, slot, false);
    if (k->dk_log2_size < 16)
        return find_str_by_address(k, key, hash, slot, true);
    return find_str_by_text(k, key, hash, slot, (size_t)hash);
}

/* Compare the stored key with the one looked up: 1, 0, -1, or 2 when the dict changed meanwhile. */
static int
compare_stored(PyDictObject *d, PyDictKeysObject *k, PyObject **stored, PyObject *key)
{
    PyObject *start = *stored;
    if (PyTuple_CheckExact(key) && PyTuple_CheckExact(start)) {
        int same = tuple_plain_eq(start, key);
        if (LIKELY(same >= 0))
            return same;
    }
    Py_INCREF(start);
    int cmp = PyObject_RichCompareBool(start, key, Py_EQ);
    Py_DECREF(start);
    if (cmp < 0)
        return -1;
    return d->ma_keys == k && *stored == start ? cmp : 2;
}

/* Any key in a UNICODE or SPLIT table whose keys are not all like it. */
static Py_ssize_t
find_odd_in_unicode(PyDictObject *d, PyObject *key, Py_hash_t hash)
{
    PyDictKeysObject *k;
    size_t mask, slot, perturb;
restart:
    k = d->ma_keys;
    mask = keys_slots(k) - 1;
    slot = (size_t)hash & mask;
    perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0) {
            PyDictUnicodeEntry *e = &keys_unicode_entries(k)[ix];
            if (e->me_key == key)
                return ix;
            if (((PyASCIIObject *)e->me_key)->hash == hash) {
                int cmp = compare_stored(d, k, &e->me_key, key);
                if (cmp == 1)
                    return ix;
                if (cmp < 0)
                    return DKIX_ERROR;
                if (cmp == 2) {
                    if (d->ma_keys->dk_kind == KEYS_GENERAL)
                        return DKIX_DUMMY;
                    goto restart;
                }
            }
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
        PROBE_NEXT(slot, perturb, mask);
    }
}

static Py_ssize_t
find_general(PyDictObject *d, PyObject *key, Py_hash_t hash)
{
    PyDictKeysObject *k;
    size_t mask, slot, perturb;
restart:
    k = d->ma_keys;
    if (UNLIKELY(k->dk_kind != KEYS_GENERAL))
        return DKIX_DUMMY;
    mask = keys_slots(k) - 1;
    slot = (size_t)hash & mask;
    perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0) {
            PyDictKeyEntry *e = &keys_entries(k)[ix];
            if (e->me_key == key)
                return ix;
            if (e->me_hash == hash) {
                int cmp = compare_stored(d, k, &e->me_key, key);
                if (cmp == 1)
                    return ix;
                if (cmp < 0)
                    return DKIX_ERROR;
                if (cmp == 2)
                    goto restart;
            }
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
        PROBE_NEXT(slot, perturb, mask);
    }
}

/* An exact int among general keys: no comparison runs Python code as long as all keys with this hash are exact ints; else DKIX_DUMMY. */
static Py_ssize_t
find_int(PyDictKeysObject *k, PyObject *key, Py_hash_t hash)
{
    size_t mask = keys_slots(k) - 1, slot = (size_t)hash & mask, perturb = (size_t)hash;
    for (;;) {
        Py_ssize_t ix = keys_get_index(k, slot);
        if (ix >= 0) {
            PyDictKeyEntry *e = &keys_entries(k)[ix];
            if (e->me_key == key)
                return ix;
            if (e->me_hash == hash) {
                if (UNLIKELY(!PyLong_CheckExact(e->me_key)))
                    return DKIX_DUMMY;
                if (int_equal(e->me_key, key))
                    return ix;
            }
        }
        else if (ix == DKIX_EMPTY)
            return DKIX_EMPTY;
        PROBE_NEXT(slot, perturb, mask);
    }
}

/* Keys that need comparing by Python's rules, or a table of them. */
static Py_ssize_t
lookup_compared(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value)
{
    Py_ssize_t ix = DKIX_DUMMY;
    if (PyLong_CheckExact(key) && d->ma_keys->dk_kind == KEYS_GENERAL)
        ix = find_int(d->ma_keys, key, hash);
    while (UNLIKELY(ix == DKIX_DUMMY)) {   /* DUMMY: the kind of table changed during a comparison */
        if (d->ma_keys->dk_kind == KEYS_GENERAL)
            ix = find_general(d, key, hash);
        else if (LIKELY(PyUnicode_CheckExact(key)))
            ix = keys_find_str(d->ma_keys, key, hash);
        else
            ix = find_odd_in_unicode(d, key, hash);
    }
    if (ix < 0)
        *value = NULL;
    else if (UNLIKELY(d->ma_values != NULL))
        *value = d->ma_values->values[ix];
    else
        *value = keys_value_at(d->ma_keys, ix);
    return ix;
}

Py_ssize_t
dict_lookup_index(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value)
{
    PyDictKeysObject *k = d->ma_keys;
    if (UNLIKELY(k->dk_kind == KEYS_GENERAL || !PyUnicode_CheckExact(key)))
        return lookup_compared(d, key, hash, value);
    Py_ssize_t ix = keys_find_str(k, key, hash);
    *value = ix < 0 ? NULL : UNLIKELY(d->ma_values != NULL) ? d->ma_values->values[ix] : keys_unicode_entries(k)[ix].me_value;
    return ix;
}

BORROWED(d) PyObject *
dict_get_hashed(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyDictObject *d = DICT(op);
    PyDictKeysObject *k = d->ma_keys;
    if (LIKELY(k->dk_kind != KEYS_GENERAL && PyUnicode_CheckExact(key))) {
        Py_ssize_t ix = keys_find_str(k, key, hash);
        if (ix < 0)
            return NULL;
        return LIKELY(d->ma_values == NULL) ? keys_unicode_entries(k)[ix].me_value : d->ma_values->values[ix];
    }
    PyObject *value;
    lookup_compared(d, key, hash, &value);
    return value;
}

Py_ssize_t
dict_lookup_index_ref(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject **value)
{
    Py_ssize_t ix = dict_lookup_index(d, key, hash, value);
    Py_XINCREF(*value);
    return ix;
}

/* Slot that holds entry index ix. */
static size_t
slot_of_index(PyDictKeysObject *k, Py_hash_t hash, Py_ssize_t ix)
{
    size_t mask = keys_slots(k) - 1, slot = (size_t)hash & mask, perturb = (size_t)hash;
    while (keys_get_index(k, slot) != ix)
        PROBE_NEXT(slot, perturb, mask);
    return slot;
}

size_t
keys_free_slot(PyDictKeysObject *k, Py_hash_t hash)
{
    size_t mask = keys_slots(k) - 1, slot = (size_t)hash & mask, perturb = (size_t)hash;
    while (keys_get_index(k, slot) >= 0)
        PROBE_NEXT(slot, perturb, mask);
    return slot;
}

uint32_t
dict_keys_version(PyDictKeysObject *k)
{
    if (k->dk_version == 0 && next_keys_version != 0)
        k->dk_version = next_keys_version++;
    return k->dk_version;
}

/* ---- resizing ---- */

/* Enter entries 0..n of k into its index table; hashes are read from the entries. */
static void
build_index(PyDictKeysObject *k, Py_ssize_t n)
{
    size_t mask = keys_slots(k) - 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        size_t perturb = (size_t)keys_hash_at(k, i), slot = perturb & mask;
        while (keys_get_index(k, slot) != DKIX_EMPTY)
            PROBE_NEXT(slot, perturb, mask);
        keys_set_index(k, slot, i);
    }
}

/* Move the items of a split dict into new table k. */
static void
move_split(PyDictObject *d, PyDictKeysObject *k)
{
    PyDictUnicodeEntry *from = keys_unicode_entries(d->ma_keys);
    PyDictValues *v = d->ma_values;
    for (Py_ssize_t i = 0; i < d->ma_used; i++) {
        Py_ssize_t ix = values_order(v)[i];
        PyObject *key = Py_NewRef(from[ix].me_key);
        if (k->dk_kind == KEYS_UNICODE)
            keys_unicode_entries(k)[i] = (PyDictUnicodeEntry){ key, v->values[ix] };
        else
            keys_entries(k)[i] = (PyDictKeyEntry){ dict_str_hash(key), key, v->values[ix] };
    }
}

/* Move the live entries of a combined table into k, closing gaps; the old table's entries become rubbish. */
static void
move_combined(PyDictObject *d, PyDictKeysObject *k)
{
    PyDictKeysObject *old = d->ma_keys;
    Py_ssize_t used = d->ma_used;
    if (old->dk_kind == KEYS_GENERAL) {
        PyDictKeyEntry *from = keys_entries(old), *to = keys_entries(k);
        if (old->dk_nentries == used)
            memcpy(to, from, (size_t)used * sizeof(*to));
        else
            for (Py_ssize_t i = 0; i < used; from++)
                if (from->me_value != NULL)
                    to[i++] = *from;
        return;
    }
    PyDictUnicodeEntry *from = keys_unicode_entries(old);
    if (k->dk_kind == KEYS_UNICODE) {
        PyDictUnicodeEntry *to = keys_unicode_entries(k);
        if (old->dk_nentries == used)
            memcpy(to, from, (size_t)used * sizeof(*to));
        else
            for (Py_ssize_t i = 0; i < used; from++)
                if (from->me_value != NULL)
                    to[i++] = *from;
        return;
    }
    PyDictKeyEntry *to = keys_entries(k);
    for (Py_ssize_t i = 0; i < used; from++)
        if (from->me_value != NULL)
            to[i++] = (PyDictKeyEntry){ dict_str_hash(from->me_key), from->me_key, from->me_value };
}

int
dict_resize(PyDictObject *d, unsigned log2, bool unicode)
{
    PyDictKeysObject *old = d->ma_keys;
    if (!keys_is_unicode(old))
        unicode = false;
    PyDictKeysObject *k = keys_new(log2, unicode ? KEYS_UNICODE : KEYS_GENERAL);
    if (k == NULL)
        return -1;
    Py_ssize_t used = d->ma_used;
    if (d->ma_values != NULL) {
        PyDictValues *v = d->ma_values;
        move_split(d, k);
        d->ma_values = NULL;
        if (v->embedded) {
            v->valid = 0;
            v->size = 0;
            v->shape = 0;
            memset(v->values, 0, v->capacity * sizeof(PyObject *));
        }
        else
            values_free(v);
        keys_decref(old);
    }
    else {
        move_combined(d, k);
        if (old->dk_refcnt != KEYS_IMMORTAL)
            keys_free_memory(old);
    }
    build_index(k, used);
    k->dk_usable -= used;
    k->dk_nentries = used;
    d->ma_keys = k;
    return 0;
}

static int
grow(PyDictObject *d, bool unicode)
{
    return dict_resize(d, dict_log2_for_slots((size_t)d->ma_used * 3), unicode);
}

/* ---- insertion ---- */

/* A key that is not there; references taken over. */
static int
add_entry(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    PyDictKeysObject *k = d->ma_keys;
    if (k->dk_kind != KEYS_GENERAL && UNLIKELY(!PyUnicode_CheckExact(key))) {
        if (grow(d, false) < 0)
            return -1;
        k = d->ma_keys;
    }
    k->dk_version = 0;
    if (UNLIKELY(k->dk_usable <= 0)) {
        if (grow(d, keys_is_unicode(k)) < 0)
            return -1;
        k = d->ma_keys;
    }
    Py_ssize_t n = k->dk_nentries;
    keys_set_index(k, keys_free_slot(k, hash), n);
    if (k->dk_kind == KEYS_UNICODE)
        keys_unicode_entries(k)[n] = (PyDictUnicodeEntry){ key, value };
    else
        keys_entries(k)[n] = (PyDictKeyEntry){ hash, key, value };
    k->dk_usable--;
    k->dk_nentries = n + 1;
    return 0;
}

static int
insert_first(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    bool unicode = PyUnicode_CheckExact(key);
    PyDictKeysObject *k = keys_new(DICT_LOG2_MIN, unicode ? KEYS_UNICODE : KEYS_GENERAL);
    if (k == NULL) {
        Py_DECREF(key);
        Py_DECREF(value);
        return -1;
    }
    dict_touch(d, PyDict_EVENT_ADDED, key, value);
    dict_keep_tracking(d, key, value);
    ((int8_t *)k->dk_indices)[(size_t)hash & 7] = 0;
    if (unicode)
        keys_unicode_entries(k)[0] = (PyDictUnicodeEntry){ key, value };
    else
        keys_entries(k)[0] = (PyDictKeyEntry){ hash, key, value };
    k->dk_usable--;
    k->dk_nentries = 1;
    d->ma_keys = k;
    d->ma_used = 1;
    return 0;
}

/* The value of entry ix becomes `value` (taken over). */
static void
replace_value(PyDictObject *d, PyObject *key, Py_ssize_t ix, PyObject *old, PyObject *value)
{
    if (LIKELY(old != value)) {
        dict_touch(d, PyDict_EVENT_MODIFIED, key, value);
        if (UNLIKELY(d->ma_values != NULL))
            d->ma_values->values[ix] = value;
        else if (d->ma_keys->dk_kind == KEYS_GENERAL)
            keys_entries(d->ma_keys)[ix].me_value = value;
        else
            keys_unicode_entries(d->ma_keys)[ix].me_value = value;
    }
    Py_DECREF(key);
    Py_DECREF(old);
}

/* An exact str key into a UNICODE table: 0 or -1. */
static int
insert_str(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    Py_ssize_t ix = keys_find_str(d->ma_keys, key, hash);
    if (ix < 0)
        return dict_insert_absent(d, key, hash, value);
    dict_keep_tracking(d, key, value);
    replace_value(d, key, ix, keys_unicode_entries(d->ma_keys)[ix].me_value, value);
    return 0;
}

/* The same where indices have one byte: one walk finds the key or its place. */
static inline int
insert_str_small(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    PyDictKeysObject *k = d->ma_keys;
    PyDictUnicodeEntry *e = keys_unicode_entries(k);
    int8_t *index = (int8_t *)k->dk_indices;
    size_t mask = keys_slots(k) - 1, perturb = (size_t)hash, slot = perturb & mask;
    while (index[slot] != DKIX_EMPTY) {
        Py_ssize_t ix = index[slot];
        if (ix >= 0 && str_key_matches(&e[ix], key, hash)) {
            dict_keep_tracking(d, key, value);
            replace_value(d, key, ix, e[ix].me_value, value);
            return 0;
        }
        PROBE_NEXT(slot, perturb, mask);
    }
    if (k->dk_usable <= 0 || (d->ma_version_tag & DICT_WATCHER_MASK))
        return dict_insert_absent(d, key, hash, value);
    dict_touch(d, PyDict_EVENT_ADDED, key, value);
    dict_keep_tracking(d, key, value);
    Py_ssize_t n = k->dk_nentries;
    index[slot] = (int8_t)n;
    e[n] = (PyDictUnicodeEntry){ key, value };
    k->dk_version = 0;
    k->dk_usable--;
    k->dk_nentries = n + 1;
    d->ma_used++;
    return 0;
}

int
dict_admit_key(PyDictObject *d, PyObject *key)
{
    PyDictKeysObject *k = d->ma_keys;
    return k->dk_kind == KEYS_GENERAL || k == &dict_empty_keys || PyUnicode_CheckExact(key) ? 0 : grow(d, false);
}

int
dict_insert(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    PyDictKeysObject *k = d->ma_keys;
    if (k == &dict_empty_keys)
        return insert_first(d, key, hash, value);
    if (LIKELY(k->dk_kind == KEYS_UNICODE && PyUnicode_CheckExact(key)))
        return k->dk_log2_size < 8 ? insert_str_small(d, key, hash, value) : insert_str(d, key, hash, value);
    if (UNLIKELY(d->ma_values != NULL) && PyUnicode_CheckExact(key)) {
        Py_ssize_t ix = split_insert_key(d->ma_keys, key, hash);
        if (ix >= 0 && ix < d->ma_values->capacity) {
            dict_keep_tracking(d, key, value);
            split_set_value(d, key, value, ix);
            Py_DECREF(key);
            return 0;
        }
    }
    if (UNLIKELY(dict_admit_key(d, key) < 0))
        goto fail;
    PyObject *old;
    Py_ssize_t ix = dict_lookup_index(d, key, hash, &old);
    if (UNLIKELY(ix == DKIX_ERROR))
        goto fail;
    dict_keep_tracking(d, key, value);
    if (old != NULL) {
        replace_value(d, key, ix, old, value);
        return 0;
    }
    return dict_insert_absent(d, key, hash, value);
fail:
    Py_DECREF(key);
    Py_DECREF(value);
    return -1;
}

int
dict_insert_absent(PyDictObject *d, PyObject *key, Py_hash_t hash, PyObject *value)
{
    dict_keep_tracking(d, key, value);
    if (d->ma_values != NULL && grow(d, PyUnicode_CheckExact(key)) < 0)   /* no room in the shared keys */
        goto fail;
    dict_touch(d, PyDict_EVENT_ADDED, key, value);
    if (UNLIKELY(d->ma_keys == &dict_empty_keys)) {   /* a comparison or watcher has cleared it */
        d->ma_keys = keys_new(DICT_LOG2_MIN, PyUnicode_CheckExact(key) ? KEYS_UNICODE : KEYS_GENERAL);
        if (d->ma_keys == NULL) {
            d->ma_keys = &dict_empty_keys;
            goto fail;
        }
    }
    if (add_entry(d, key, hash, value) < 0)
        goto fail;
    d->ma_used++;
    return 0;
fail:
    Py_DECREF(key);
    Py_DECREF(value);
    return -1;
}

/* ---- deletion ---- */

PyObject *
dict_remove_index(PyDictObject *d, Py_hash_t hash, Py_ssize_t ix, PyObject *old_value)
{
    PyDictKeysObject *k = d->ma_keys;
    d->ma_used--;
    if (d->ma_values != NULL) {
        values_forget(d->ma_values, ix);
        return old_value;
    }
    k->dk_version = 0;
    keys_set_index(k, slot_of_index(k, hash, ix), DKIX_DUMMY);
    PyObject *key;
    if (k->dk_kind == KEYS_GENERAL) {
        PyDictKeyEntry *e = &keys_entries(k)[ix];
        key = e->me_key;
        *e = (PyDictKeyEntry){ 0, NULL, NULL };
    }
    else {
        PyDictUnicodeEntry *e = &keys_unicode_entries(k)[ix];
        key = e->me_key;
        *e = (PyDictUnicodeEntry){ NULL, NULL };
    }
    Py_DECREF(key);
    return old_value;
}

void
dict_clear(PyDictObject *d)
{
    PyDictKeysObject *k = d->ma_keys;
    PyDictValues *v = d->ma_values;
    if (k == &dict_empty_keys)
        return;
    dict_touch(d, PyDict_EVENT_CLEARED, NULL, NULL);
    d->ma_used = 0;
    if (v == NULL) {
        d->ma_keys = &dict_empty_keys;
        keys_decref(k);
        return;
    }
    if (v->embedded) {
        values_release(v);
        return;
    }
    d->ma_values = NULL;
    d->ma_keys = &dict_empty_keys;
    values_release(v);
    values_free(v);
    keys_decref(k);
}

/* ---- order, copies ---- */

bool
dict_next(PyDictObject *d, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash)
{
    Py_ssize_t i = *pos;
    PyDictKeysObject *k = d->ma_keys;
    if (i < 0)
        return false;
    if (d->ma_values != NULL) {
        if (i >= d->ma_used)
            return false;
        *pos = i + 1;
        i = values_order(d->ma_values)[i];
        if (value != NULL)
            *value = d->ma_values->values[i];
    }
    else {
        while (i < k->dk_nentries && keys_value_at(k, i) == NULL)
            i++;
        if (i >= k->dk_nentries)
            return false;
        *pos = i + 1;
        if (value != NULL)
            *value = keys_value_at(k, i);
    }
    if (key != NULL)
        *key = keys_key_at(k, i);
    if (hash != NULL)
        *hash = keys_hash_at(k, i);
    return true;
}

int
PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value)
{
    if (UNLIKELY(!PyDict_Check(op)))
        return 0;
    PyDictKeysObject *k = DICT(op)->ma_keys;
    if (k->dk_kind != KEYS_UNICODE || UNLIKELY(key == NULL || value == NULL))
        return dict_next(DICT(op), pos, key, value, NULL);
    Py_ssize_t i = *pos, n = k->dk_nentries;       /* a table of str keys, the common one */
    if ((size_t)i >= (size_t)n)
        return 0;
    PyDictUnicodeEntry *e = keys_unicode_entries(k) + i;
    PyObject *found;
    for (; (found = e->me_value) == NULL; e++)
        if (++i == n)
            return 0;
    *key = e->me_key;
    *value = found;
    *pos = i + 1;
    return 1;
}

PyDictKeysObject *
keys_clone(PyDictObject *d)
{
    PyDictKeysObject *from = d->ma_keys;
    size_t bytes = keys_bytes(from);
    PyDictKeysObject *k = heap_alloc(bytes);
    if (k == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(k, from, bytes);
    k->dk_refcnt = 1;
    k->dk_version = 0;
    for (Py_ssize_t i = 0; i < k->dk_nentries; i++) {
        Py_XINCREF(keys_key_at(k, i));
        Py_XINCREF(keys_value_at(k, i));
    }
    return k;
}

void
dict_maybe_untrack(PyObject *op)
{
    PyDictObject *d = DICT(op);
    if (!PyDict_CheckExact(op) || !gc_is_tracked(op) || (d->ma_values != NULL && d->ma_values->embedded))
        return;
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    while (dict_next(d, &pos, &key, &value, NULL))
        if (coll_may_be_tracked(value) || (!PyUnicode_CheckExact(key) && coll_may_be_tracked(key)))
            return;
    gc_untrack(op);
}

size_t
dict_sizeof(PyDictObject *d)
{
    size_t n = (size_t)Py_TYPE(d)->tp_basicsize;
    if (d->ma_values != NULL)
        n += (size_t)(d->ma_keys->dk_nentries + d->ma_keys->dk_usable) * sizeof(PyObject *);
    else if (d->ma_keys->dk_refcnt == 1)
        n += keys_bytes(d->ma_keys);
    return n;
}

Py_ssize_t
_PyDict_SizeOf(PyDictObject *d)
{
    return (Py_ssize_t)dict_sizeof(d);
}
