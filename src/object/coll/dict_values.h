/* object/coll/dict_values.h: attributes of instances.
 *
 * A heap type with Py_TPFLAGS_MANAGED_DICT keeps a dict pointer at -24 of its instances. With Py_TPFLAGS_INLINE_VALUES
 * too (tp_basicsize == 16 only) a PyDictValues follows the object at +16; its keys are ht_cached_keys, shared by
 * all instances. The dict is made when somebody asks for it and at first is a second view of the same values.
 *
 *   valid = 1                 attributes are the inline values; a managed dict, if there is one, shows them
 *   valid = 0                 attributes are in the managed dict (or there are none)
 *
 * Shape word: names (keys, set of attributes that have a value); equal non-zero shapes mean: valid, same keys, exactly
 * these slots non-NULL. Adding an attribute moves along a transition of the keys' table; deleting, or detaching the
 * values, gives 0 for good. */
#ifndef ADDER_OBJECT_COLL_DICT_VALUES_H
#define ADDER_OBJECT_COLL_DICT_VALUES_H

#include "object/coll/dict.h"

#define MANAGED_DICT(op) (((PyDictObject **)(op))[-3])       /* PyDictObject *, lvalue */
#define SHARED_KEYS_MAX 30

static inline PyDictValues *inline_values(PyObject *op) { return (PyDictValues *)((char *)op + sizeof(PyObject)); }
static inline PyDictKeysObject *type_shared_keys(PyTypeObject *t) { return ((PyHeapTypeObject *)t)->ht_cached_keys; }
static inline uint8_t *values_order(PyDictValues *v) { return (uint8_t *)&v->values[v->capacity]; }

/* Key table for ht_cached_keys of a new heap type: empty, so that names have the order in which instances first got them, in which their values die.
 * NULL without exception when there is no memory: then give up INLINE_VALUES. */
PyDictKeysObject *shared_keys_new(void);
/* Give back ht_cached_keys (type dealloc). */
void shared_keys_release(PyDictKeysObject *k);

struct shape_node { uint32_t slots; uint8_t last_ix, last_to; };
struct shapes {                        /* of one key table, which points to it */
    uint32_t base;                     /* number of node 0, the empty set */
    uint8_t n, room;
    struct shape_node node[];
};
static inline struct shapes **shapes_of(PyDictKeysObject *k) { return (struct shapes **)((char *)k - 16); }

#define SHAPE_NEVER 1u             /* no instance has this shape */
/* The shape after giving slot ix its first value, or 0. */
uint32_t shape_after_add(PyDictKeysObject *keys, uint32_t shape, Py_ssize_t ix);
/* The same, inline for the transition that was taken last. */
static inline uint32_t shape_next(PyDictKeysObject *keys, uint32_t shape, Py_ssize_t ix)
{
    struct shapes *s = *shapes_of(keys);
    if (LIKELY(shape != 0 && s != NULL)) {
        struct shape_node *from = &s->node[shape - s->base];
        if (LIKELY(from->last_ix == ix))
            return s->base + from->last_to;
    }
    return shape_after_add(keys, shape, ix);
}
/* Shape of an instance without attributes, or 0. */
uint32_t shape_empty(PyDictKeysObject *keys);
/* The number of shape_empty() where the table has shapes yet, else by the slow way. */
static inline uint32_t shape_of_new(PyDictKeysObject *k)
{
    struct shapes *s = *shapes_of(k);
    return LIKELY(s != NULL) ? s->base : shape_empty(k);
}
/* Bit set of the slots that `shape` says are set; 0 for shape 0. */
uint32_t shape_slots(PyDictKeysObject *keys, uint32_t shape);

/* Slots for the next instance of t. Each new one takes a spare slot away: later ones are smaller. */
static inline size_t values_reserve(PyTypeObject *t)
{
    PyDictKeysObject *k = type_shared_keys(t);
    if (k->dk_usable > 1)
        k->dk_usable--;
    return (size_t)(k->dk_nentries + k->dk_usable);
}
/* Bytes of inline values with n slots: header, values, order. */
static inline size_t values_bytes(size_t n) { return sizeof(PyObject *) + n * sizeof(PyObject *) + ((n + 7) & ~(size_t)7); }
/* Set up inline values of a freshly allocated instance (memory need not be zero). */
static inline void values_init(PyObject *op, PyTypeObject *t, size_t n)
{
    PyDictValues *v = inline_values(op);
    v->capacity = (uint8_t)n;
    v->size = 0;
    v->embedded = 1;
    v->valid = 1;
    v->shape = shape_of_new(type_shared_keys(t));
    for (size_t i = 0; i < n; i++)
        v->values[i] = NULL;
    MANAGED_DICT(op) = NULL;
}

/* values[ix] gets its first value (taken over). For VM and JIT slow paths that have checked the slot is NULL. */
static inline void values_add(PyDictKeysObject *keys, PyDictValues *v, Py_ssize_t ix, STEALS PyObject *value)
{
    v->values[ix] = value;
    values_order(v)[v->size++] = (uint8_t)ix;
    v->shape = shape_next(keys, v->shape, ix);
}

/* Attribute of an instance with MANAGED_DICT, types not consulted. Exact str name.
 * get: 1 with a new reference in *value, 0 with NULL, -1 (only if its dict has odd keys).
 * set: 0 or -1; value NULL deletes, AttributeError when absent. */
int instance_get(PyObject *op, PyObject *name, PyObject **value);
int instance_set(PyObject *op, PyObject *name, PyObject *value);
/* Slot of `name` for caches: index >= 0 in ht_cached_keys, or DKIX_EMPTY. Only with valid inline values. */
Py_ssize_t instance_slot(PyObject *op, PyObject *name);
/* The instance's dict, made if need be; borrowed (the instance owns it) or NULL with MemoryError. */
BORROWED(op) PyObject *instance_dict(PyObject *op);
/* The instance's dict if it has been made, else NULL; borrowed, never fails. */
static inline PyObject *instance_dict_if_made(PyObject *op) { return (PyObject *)MANAGED_DICT(op); }
/* True when the instance has no attribute of its own. */
bool instance_is_empty(PyObject *op);
/* op.__dict__ = d (NULL: del). 0 or -1. Also exported as _PyObject_SetManagedDict(). */
int instance_set_dict(PyObject *op, PyObject *d);
/* tp_traverse, tp_clear and tp_dealloc parts: PyObject_VisitManagedDict() and PyObject_ClearManagedDict(), defined here. */

#endif
