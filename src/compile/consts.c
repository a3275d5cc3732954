/* compile/consts.c: merging of equal constants.
 * Idea: one table per compilation, hashed and compared structurally, without building keys. What is neither a
 *       builtin constant type nor code is only the same as itself. */
#include "compile/consts.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

static Py_hash_t
object_hash(struct pool *p, PyObject *obj)
{
    Py_hash_t h = PyObject_Hash(obj);
    if (h == -1)
        pool_fail(p);
    return h;
}

static Py_hash_t
const_hash(struct pool *p, PyObject *obj)
{
    uint64_t h = (uintptr_t)Py_TYPE(obj) >> 4;
    if (PyUnicode_CheckExact(obj))
        return object_hash(p, obj);
    if (PyTuple_CheckExact(obj)) {
        pool_check_stack(p);
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(obj); i++)
            h = hash_mix64(h * 31 + (uint64_t)const_hash(p, PyTuple_GET_ITEM(obj, i)));
        return (Py_hash_t)h;
    }
    if (PyLong_CheckExact(obj) || PyBytes_CheckExact(obj) || PyFloat_CheckExact(obj) || PyComplex_CheckExact(obj)
        || PyCode_Check(obj))
        return (Py_hash_t)hash_mix64(h + (uint64_t)object_hash(p, obj));
    if (PyFrozenSet_CheckExact(obj))
        return (Py_hash_t)hash_mix64(h + (uint64_t)PyObject_Size(obj));
    return (Py_hash_t)hash_mix64((uintptr_t)obj >> 4);
}

/* Floats are the same constant when equal and of the same sign if zero; a NaN only when the same object. */
static bool
same_double(double a, double b)
{
    return a == b && signbit(a) == signbit(b);
}

static bool const_same(struct pool *p, PyObject *a, PyObject *b);

static bool
same_tuple(struct pool *p, PyObject *a, PyObject *b)
{
    Py_ssize_t n = PyTuple_GET_SIZE(a);
    if (n != PyTuple_GET_SIZE(b))
        return false;
    for (Py_ssize_t i = 0; i < n; i++)
        if (!const_same(p, PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i)))
            return false;
    return true;
}

/* The members of a frozenset, borrowed from it, as an array in the pool. */
static PyObject **
set_members(struct pool *p, PyObject *set)
{
    PyObject **members = POOL_ARRAY(p, PyObject *, PyObject_Size(set) + 1);
    PyObject *iter = pool_keep(p, PyObject_GetIter(set)), *item;
    for (Py_ssize_t n = 0; (item = PyIter_Next(iter)) != NULL; n++)
        members[n] = pool_keep(p, item);
    if (PyErr_Occurred())
        pool_fail(p);
    return members;
}

static bool
same_frozenset(struct pool *p, PyObject *a, PyObject *b)
{
    Py_ssize_t n = PyObject_Size(a);
    if (n != PyObject_Size(b))
        return false;
    PyObject **in_a = set_members(p, a), **in_b = set_members(p, b);
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t j = 0;
        while (j < n && !const_same(p, in_a[i], in_b[j]))
            j++;
        if (j == n)
            return false;
    }
    return true;
}

static bool
same_by_value(struct pool *p, PyObject *a, PyObject *b)
{
    int equal = PyObject_RichCompareBool(a, b, Py_EQ);
    if (equal < 0)
        pool_fail(p);
    return equal;
}

static bool
const_same(struct pool *p, PyObject *a, PyObject *b)
{
    if (a == b)
        return true;
    if (Py_TYPE(a) != Py_TYPE(b))
        return false;
    if (PyTuple_CheckExact(a))
        return same_tuple(p, a, b);
    if (PyFloat_CheckExact(a))
        return same_double(PyFloat_AS_DOUBLE(a), PyFloat_AS_DOUBLE(b));
    if (PyComplex_CheckExact(a)) {
        Py_complex x = PyComplex_AsCComplex(a), y = PyComplex_AsCComplex(b);
        return same_double(x.real, y.real) && same_double(x.imag, y.imag);
    }
    if (PyUnicode_CheckExact(a) || PyLong_CheckExact(a) || PyBytes_CheckExact(a) || PyCode_Check(a))
        return same_by_value(p, a, b);
    if (PyFrozenSet_CheckExact(a))
        return same_frozenset(p, a, b);
    return false;
}

static void
cache_grow(struct pool *p, struct const_cache *c)
{
    uint32_t size = c->slots ? 2 * (c->mask + 1) : 256;
    struct const_slot *slots = pool_alloc_lasting(p, sizeof(*slots) * size);
    for (uint32_t i = 0; c->slots != NULL && i <= c->mask; i++) {
        if (c->slots[i].obj == NULL)
            continue;
        uint32_t at = (uint32_t)c->slots[i].hash & (size - 1);
        while (slots[at].obj != NULL)
            at = (at + 1) & (size - 1);
        slots[at] = c->slots[i];
    }
    c->slots = slots;
    c->mask = size - 1;
}

PyObject *
const_merge_one(struct pool *p, struct const_cache *c, PyObject *obj)
{
    if (obj == Py_None || obj == Py_Ellipsis)
        return obj;
    if (c->slots == NULL || c->used * 3 >= c->mask * 2)
        cache_grow(p, c);
    Py_hash_t hash = const_hash(p, obj);
    uint32_t at = (uint32_t)hash & c->mask;
    for (; c->slots[at].obj != NULL; at = (at + 1) & c->mask)
        if (c->slots[at].hash == hash && const_same(p, c->slots[at].obj, obj))
            return c->slots[at].obj;
    c->slots[at] = (struct const_slot){ pool_keep(p, Py_NewRef(obj)), hash };
    c->used++;
    return obj;
}

static PyObject *
merge_tuple_items(struct pool *p, struct const_cache *c, PyObject *tuple)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i), *merged = const_merge(p, c, item);
        if (merged != item) {
            PyTuple_SET_ITEM(tuple, i, Py_NewRef(merged));
            Py_DECREF(item);
        }
    }
    return tuple;
}

static PyObject *
merge_set_items(struct pool *p, struct const_cache *c, PyObject *set)
{
    Py_ssize_t n = PyObject_Size(set);
    PyObject **members = set_members(p, set);
    PyObject *tuple = pool_keep(p, PyTuple_New(n));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(const_merge(p, c, members[i])));
    return pool_keep(p, PyFrozenSet_New(tuple));
}

PyObject *
const_merge(struct pool *p, struct const_cache *c, PyObject *obj)
{
    PyObject *merged = const_merge_one(p, c, obj);
    if (merged != obj)
        return merged;
    if (PyTuple_CheckExact(obj))
        return merge_tuple_items(p, c, obj);
    if (PyFrozenSet_CheckExact(obj) && PyObject_Size(obj) > 0) {
        PyObject *set = merge_set_items(p, c, obj);
        uint32_t at = (uint32_t)const_hash(p, obj) & c->mask;
        while (c->slots[at].obj != obj)
            at = (at + 1) & c->mask;
        c->slots[at].obj = set;
        return set;
    }
    return obj;
}

static void
list_slot_add(struct const_list *l, PyObject *obj, int index)
{
    uint32_t at = (uint32_t)hash_mix64((uintptr_t)obj) & l->mask;
    while (l->slots[at] != 0)
        at = (at + 1) & l->mask;
    l->slots[at] = index + 1;
}

int
const_list_add(struct pool *p, struct const_list *l, PyObject *obj)
{
    if (l->slots == NULL) {
        for (int i = 0; i < l->items.len; i++)
            if (l->items.items[i] == obj)
                return i;
    }
    else
        for (uint32_t at = (uint32_t)hash_mix64((uintptr_t)obj) & l->mask; l->slots[at] != 0; at = (at + 1) & l->mask)
            if (l->items.items[l->slots[at] - 1] == obj)
                return l->slots[at] - 1;
    pvec_push(p, &l->items, obj);
    int n = l->items.len;
    if (n > 8 && (l->slots == NULL || (uint32_t)n * 2 > l->mask)) {
        l->mask = (l->slots == NULL ? 32 : 2 * (l->mask + 1)) - 1;
        l->slots = POOL_ARRAY(p, int32_t, l->mask + 1);
        for (int i = 0; i < n; i++)
            list_slot_add(l, l->items.items[i], i);
    }
    else if (l->slots != NULL)
        list_slot_add(l, obj, n - 1);
    return n - 1;
}
