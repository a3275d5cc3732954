/* object/coll/dict_values.c: instance attributes in shared keys and inline values, and their shapes.
 *
 * Shapes: a shared key table has a growing list of nodes, each a set of slots (a bit mask). Node i is shape base + i,
 * node 0 the empty set. Adding slot x to node n leads to the node of mask(n) | 1 << x; the transition taken last is
 * kept in n, so that objects built alike find it at once. Numbers are never reused: a stale one cannot match. */
#include "object/coll/dict_values.h"

#include "object/core/object.h"
#include "object/coll/dict_priv.h"

#define SHAPES_MAX 64                  /* nodes, and numbers reserved, per table */

static uint32_t next_shape_base = SHAPES_MAX;

/* ---- shapes ---- */

static struct shapes *
shapes_grow(PyDictKeysObject *k, int room)
{
    struct shapes *old = *shapes_of(k);
    struct shapes *s = PyMem_Realloc(old, sizeof(*s) + (size_t)room * sizeof(s->node[0]));
    if (s == NULL)
        return NULL;
    if (old == NULL) {
        s->base = next_shape_base;
        next_shape_base += SHAPES_MAX;
        s->n = 1;
        s->node[0] = (struct shape_node){ 0, 0xff, 0 };
    }
    s->room = (uint8_t)room;
    *shapes_of(k) = s;
    return s;
}

void
shapes_free(PyDictKeysObject *k)
{
    PyMem_Free(*shapes_of(k));
}

uint32_t
shape_empty(PyDictKeysObject *k)
{
    struct shapes *s = *shapes_of(k);
    if (UNLIKELY(s == NULL)) {
        if (next_shape_base == 0)      /* the supply of numbers is used up */
            return 0;
        s = shapes_grow(k, 8);
        if (s == NULL)
            return 0;
    }
    return s->base;
}

uint32_t
shape_after_add(PyDictKeysObject *k, uint32_t shape, Py_ssize_t ix)
{
    struct shapes *s = *shapes_of(k);
    if (shape == 0 || s == NULL)
        return 0;
    struct shape_node *from = &s->node[shape - s->base];
    if (LIKELY(from->last_ix == ix))
        return s->base + from->last_to;
    uint32_t slots = from->slots | 1u << ix;
    int to = 1;
    while (to < s->n && s->node[to].slots != slots)
        to++;
    if (to == s->n) {
        if (to >= SHAPES_MAX)
            return 0;
        if (to == s->room) {
            s = shapes_grow(k, s->room * 2);
            if (s == NULL)
                return 0;
            from = &s->node[shape - s->base];
        }
        s->node[s->n++] = (struct shape_node){ slots, 0xff, 0 };
    }
    from->last_ix = (uint8_t)ix;
    from->last_to = (uint8_t)to;
    return s->base + (uint32_t)to;
}

uint32_t
shape_slots(PyDictKeysObject *k, uint32_t shape)
{
    struct shapes *s = *shapes_of(k);
    return shape == 0 || s == NULL || shape - s->base >= s->n ? 0 : s->node[shape - s->base].slots;
}

/* ---- shared keys ---- */

void (*keys_name_notice)(PyDictKeysObject *k, PyObject *name);

Py_ssize_t
split_insert_key(PyDictKeysObject *k, PyObject *key, Py_hash_t hash)
{
    Py_ssize_t ix = keys_find_str(k, key, hash);
    if (ix != DKIX_EMPTY || k->dk_usable <= 0)
        return ix;
    ix = k->dk_nentries;
    k->dk_version = 0;
    keys_set_index(k, keys_free_slot(k, hash), ix);
    keys_unicode_entries(k)[ix] = (PyDictUnicodeEntry){ Py_NewRef(key), NULL };
    k->dk_nentries++;
    k->dk_usable--;
    if (UNLIKELY(k->dk_watched))
        keys_name_notice(k, key);
    return ix;
}

PyDictKeysObject *
shared_keys_new(void)
{
    PyDictKeysObject *k = keys_new(SHARED_KEYS_LOG2, KEYS_SPLIT);
    if (k == NULL)
        PyErr_Clear();
    return k;
}

void
shared_keys_release(PyDictKeysObject *k)
{
    keys_decref(k);
}

static inline size_t
shared_capacity(PyDictKeysObject *k)
{
    return (size_t)(k->dk_nentries + k->dk_usable);
}

/* ---- values ---- */

/* Slot ix has lost its value: take it out of the order. */
void
values_forget(PyDictValues *v, Py_ssize_t ix)
{
    uint8_t *order = values_order(v);
    v->values[ix] = NULL;
    v->shape = 0;
    int i = 0;
    while (order[i] != ix)
        i++;
    v->size--;
    memmove(&order[i], &order[i + 1], v->size - i);
}

void
values_release(PyDictValues *v)
{
    PyObject *held[SHARED_KEYS_MAX + 1];
    size_t n = v->capacity;
    memcpy(held, v->values, n * sizeof(PyObject *));
    memset(v->values, 0, n * sizeof(PyObject *));
    v->size = 0;
    v->shape = 0;
    for (size_t i = 0; i < n; i++)
        Py_XDECREF(held[i]);
}

void
values_free(PyDictValues *v)
{
    PyMem_Free(v);
}

/* A block of its own with the same contents; the references are counted once more. */
PyDictValues *
values_new_copy(PyDictValues *from, size_t capacity)
{
    PyDictValues *v = PyMem_Malloc(sizeof(PyObject *) + capacity * sizeof(PyObject *) + ((capacity + 7) & ~(size_t)7));
    if (v == NULL)
        return NULL;
    v->capacity = (uint8_t)capacity;
    v->size = from->size;
    v->embedded = 0;
    v->valid = 1;
    v->shape = 0;
    for (size_t i = 0; i < capacity; i++)
        v->values[i] = i < from->capacity ? Py_XNewRef(from->values[i]) : NULL;
    memcpy(values_order(v), values_order(from), from->size);
    return v;
}

/* Slot ix of a split dict gets `value`. */
void
split_set_value(PyDictObject *d, PyObject *key, PyObject *value, Py_ssize_t ix)
{
    PyDictValues *v = d->ma_values;
    PyObject *old = v->values[ix];
    if (old == NULL) {
        dict_touch(d, PyDict_EVENT_ADDED, key, value);
        values_add(d->ma_keys, v, ix, value);
        d->ma_used++;
        return;
    }
    if (old != value)
        dict_touch(d, PyDict_EVENT_MODIFIED, key, value);
    v->values[ix] = value;
    Py_DECREF(old);
}

/* ---- instances ---- */

/* The dict that shows the inline values. */
static PyDictObject *
make_view(PyObject *op)
{
    PyDictValues *v = inline_values(op);
    PyDictKeysObject *k = type_shared_keys(Py_TYPE(op));
    keys_incref(k);
    PyDictObject *d = DICT(dict_from_keys(k, v, v->size));
    if (d == NULL)
        return NULL;
    for (size_t i = 0; i < v->capacity; i++) {
        if (v->values[i] != NULL && coll_may_be_tracked(v->values[i])) {
            gc_track((PyObject *)d);
            break;
        }
    }
    return MANAGED_DICT(op) = d;
}

static inline bool
has_inline(PyTypeObject *t)
{
    return (t->tp_flags & Py_TPFLAGS_INLINE_VALUES) != 0;
}

BORROWED(op) PyObject *
instance_dict(PyObject *op)
{
    PyDictObject *d = MANAGED_DICT(op);
    if (d != NULL)
        return (PyObject *)d;
    PyTypeObject *t = Py_TYPE(op);
    if (has_inline(t) && inline_values(op)->valid)
        return (PyObject *)make_view(op);
    PyDictKeysObject *k = (t->tp_flags & Py_TPFLAGS_HEAPTYPE) ? type_shared_keys(t) : NULL;
    if (k != NULL && k->dk_kind == KEYS_SPLIT) {
        /* A subclass of, say, list: no room for inline values, but the keys can still be shared. */
        PyDictValues none = { .capacity = 0 };
        size_t n = shared_capacity(k);
        PyDictValues *v = values_new_copy(&none, n);
        if (v == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        keys_incref(k);
        d = DICT(dict_from_keys(k, v, 0));
        if (d == NULL)
            values_free(v);
    }
    else
        d = DICT(PyDict_New());
    MANAGED_DICT(op) = d;
    return (PyObject *)d;
}

Py_ssize_t
instance_slot(PyObject *op, PyObject *name)
{
    return keys_find_str(type_shared_keys(Py_TYPE(op)), name, dict_str_hash(name));
}

int
instance_get(PyObject *op, PyObject *name, PyObject **value)
{
    if (has_inline(Py_TYPE(op)) && LIKELY(inline_values(op)->valid)) {
        PyDictValues *v = inline_values(op);
        Py_ssize_t ix = instance_slot(op, name);
        *value = ix < 0 || ix >= v->capacity ? NULL : Py_XNewRef(v->values[ix]);
        return *value != NULL;
    }
    PyDictObject *d = MANAGED_DICT(op);
    if (d == NULL) {
        *value = NULL;
        return 0;
    }
    return dict_get_ref_hashed((PyObject *)d, name, dict_str_hash(name), value);
}

static int
raise_no_attribute(PyObject *op, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'", Py_TYPE(op)->tp_name, name);
    return -1;
}

static int
set_in_dict(PyObject *op, PyObject *name, PyObject *value)
{
    PyObject *d = instance_dict(op);
    if (d == NULL)
        return -1;
    Py_INCREF(d);
    int result;
    if (value != NULL)
        result = dict_set_hashed(d, name, dict_str_hash(name), value);
    else {
        result = dict_del_hashed(d, name, dict_str_hash(name));
        if (result < 0 && PyErr_ExceptionMatches(PyExc_KeyError)) {
            PyErr_Clear();
            raise_no_attribute(op, name);
        }
    }
    Py_DECREF(d);
    return result;
}

int
instance_set(PyObject *op, PyObject *name, PyObject *value)
{
    PyTypeObject *t = Py_TYPE(op);
    if (!has_inline(t) || UNLIKELY(!inline_values(op)->valid))
        return set_in_dict(op, name, value);
    PyDictKeysObject *k = type_shared_keys(t);
    PyDictValues *v = inline_values(op);
    Py_hash_t hash = dict_str_hash(name);
    Py_ssize_t ix = value != NULL ? split_insert_key(k, name, hash) : keys_find_str(k, name, hash);
    if (ix < 0 || ix >= v->capacity)
        return value == NULL ? raise_no_attribute(op, name) : set_in_dict(op, name, value);
    PyObject *old = v->values[ix];
    if (old == NULL && value == NULL)
        return raise_no_attribute(op, name);
    PyDictObject *d = MANAGED_DICT(op);
    if (value != NULL)
        Py_INCREF(value);
    if (d != NULL) {
        dict_touch(d, value == NULL ? PyDict_EVENT_DELETED : old == NULL ? PyDict_EVENT_ADDED : PyDict_EVENT_MODIFIED, name, value);
        if (value != NULL)
            dict_keep_tracking(d, name, value);
        d->ma_used += (value != NULL) - (old != NULL);
    }
    if (value == NULL)
        values_forget(v, ix);
    else if (old == NULL)
        values_add(k, v, ix, value);
    else
        v->values[ix] = value;
    Py_XDECREF(old);
    return 0;
}

bool
instance_is_empty(PyObject *op)
{
    if (has_inline(Py_TYPE(op)) && inline_values(op)->valid)
        return inline_values(op)->size == 0;
    return MANAGED_DICT(op) == NULL || MANAGED_DICT(op)->ma_used == 0;
}

/* ---- the dict leaves the instance ---- */

/* d stops showing the inline values of op: it gets a block of its own. 0 or -1 with MemoryError. */
static int
detach_view(PyDictObject *d, PyObject *op)
{
    PyDictValues *v = inline_values(op);
    if (d->ma_values != v)                 /* a dict given to op may show the values of another instance */
        return 0;
    PyDictValues *copy = values_new_copy(v, v->capacity);
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    d->ma_values = copy;
    return 0;
}

static void
clear_inline(PyObject *op)
{
    PyDictValues *v = inline_values(op);
    if (!v->valid)
        return;
    v->valid = 0;                          /* from here on nobody looks at the slots */
    v->size = 0;
    v->shape = 0;
    for (size_t i = 0, n = v->capacity; i < n; i++)
        Py_CLEAR(v->values[i]);
}

int
instance_set_dict(PyObject *op, PyObject *value)
{
    PyDictObject *old = MANAGED_DICT(op);
    bool inlined = has_inline(Py_TYPE(op));
    if (old != NULL && inlined && Py_REFCNT(old) > 1 && detach_view(old, op) < 0)
        return -1;
    MANAGED_DICT(op) = DICT(Py_XNewRef(value));
    if (old != NULL && inlined && old->ma_values == inline_values(op)) {
        /* Nobody else has the old dict, and it goes away with the values. */
        old->ma_values = NULL;
        keys_decref(old->ma_keys);
        old->ma_keys = &dict_empty_keys;
        old->ma_used = 0;
    }
    if (inlined)
        clear_inline(op);
    Py_XDECREF(old);
    return 0;
}

int
_PyObject_SetManagedDict(PyObject *op, PyObject *d)
{
    return instance_set_dict(op, d);
}

int
PyObject_VisitManagedDict(PyObject *op, visitproc visit, void *arg)
{
    PyTypeObject *t = Py_TYPE(op);
    if (!(t->tp_flags & Py_TPFLAGS_MANAGED_DICT))
        return 0;
    /* A dict visits the inline values that it shows: another instance may have been given the same dict. */
    if (MANAGED_DICT(op) != NULL)
        Py_VISIT(MANAGED_DICT(op));
    else if (has_inline(t) && inline_values(op)->valid) {
        PyDictValues *v = inline_values(op);
        for (size_t i = 0; i < v->capacity; i++)
            Py_VISIT(v->values[i]);
    }
    return 0;
}

void
PyObject_ClearManagedDict(PyObject *op)
{
    if (LIKELY(MANAGED_DICT(op) == NULL)) {
        if (has_inline(Py_TYPE(op)))
            clear_inline(op);
        return;
    }
    if (instance_set_dict(op, NULL) < 0) {
        /* No memory for a block of its own: the dict loses its items rather than pointing into freed memory. */
        PyErr_WriteUnraisable(NULL);      /* op is dying: nobody may hold it */
        PyDictObject *d = MANAGED_DICT(op);
        MANAGED_DICT(op) = NULL;
        dict_clear(d);
        inline_values(op)->valid = 0;
        d->ma_values = NULL;
        keys_decref(d->ma_keys);
        d->ma_keys = &dict_empty_keys;
        Py_DECREF(d);
    }
}
