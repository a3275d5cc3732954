/* object/coll/hamt.c: hash array mapped trie (Bagwell 2001).
 *
 * Each level of the tree looks at five bits of a 32-bit hash. A bitmap node has a bit for each of the 32 places that is
 * taken, and an array of as many pairs: (key, value), or (NULL, node) one level down. Keys whose whole hashes are equal
 * share a collision node. Nodes never change once made, so trees share them; they are objects, because the cycle
 * collector must see what they hold. */
#include "object/coll/hamt.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/coll/coll.h"
#include "object/coll/context.h"
#include "object/coll/tuple.h"

struct node {
    PyVarObject ob_base;               /* size: number of pointers, two per pair */
    uint32_t bits;                     /* bitmap node: places taken; collision node: the hash */
    PyObject *array[];
};
#define NODE(op) ((struct node *)(op))
#define HAMT(op) ((struct hamt *)(op))
#define IS_BITMAP(op) Py_IS_TYPE(op, &hamt_bitmap_type)

/* ---- nodes ---- */

/* A node for n pointers, all NULL, untracked. */
static struct node *
node_new(PyTypeObject *type, uint32_t bits, Py_ssize_t n)
{
    struct node *x = (struct node *)PyObject_GC_NewVar(struct node, type, n);
    if (x == NULL)
        return NULL;
    x->bits = bits;
    memset(x->array, 0, (size_t)n * sizeof(PyObject *));
    return x;
}

static PyObject *
node_done(struct node *x)
{
    gc_track((PyObject *)x);
    return (PyObject *)x;
}

static void
copy_refs(PyObject **to, PyObject *const *from, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        to[i] = Py_XNewRef(from[i]);
}

/* A copy with pointers i and i + 1 replaced (references taken over). */
static PyObject *
node_replace(struct node *x, Py_ssize_t i, PyObject *key, PyObject *value)
{
    struct node *copy = node_new(Py_TYPE(x), x->bits, Py_SIZE(x));
    if (copy == NULL) {
        Py_XDECREF(key);
        Py_XDECREF(value);
        return NULL;
    }
    copy_refs(copy->array, x->array, i);
    copy->array[i] = key;
    copy->array[i + 1] = value;
    copy_refs(copy->array + i + 2, x->array + i + 2, Py_SIZE(x) - i - 2);
    return node_done(copy);
}

/* A copy with a pair put in at i (new references taken). */
static PyObject *
node_insert(struct node *x, uint32_t bits, Py_ssize_t i, PyObject *key, PyObject *value)
{
    struct node *copy = node_new(Py_TYPE(x), bits, Py_SIZE(x) + 2);
    if (copy == NULL)
        return NULL;
    copy_refs(copy->array, x->array, i);
    copy->array[i] = Py_XNewRef(key);
    copy->array[i + 1] = Py_NewRef(value);
    copy_refs(copy->array + i + 2, x->array + i, Py_SIZE(x) - i);
    return node_done(copy);
}

static PyObject *
node_remove(struct node *x, uint32_t bits, Py_ssize_t i)
{
    struct node *copy = node_new(Py_TYPE(x), bits, Py_SIZE(x) - 2);
    if (copy == NULL)
        return NULL;
    copy_refs(copy->array, x->array, i);
    copy_refs(copy->array + i, x->array + i + 2, Py_SIZE(x) - i - 2);
    return node_done(copy);
}

/* 32 bits of the hash; 0 or -1. */
static int
hash_key(PyObject *key, uint32_t *hash)
{
    Py_hash_t h = PyObject_Hash(key);
    if (h == -1)
        return -1;
    uint32_t x = (uint32_t)(h & 0xffffffff) ^ (uint32_t)((uint64_t)h >> 32);
    *hash = x == 0xffffffffu ? 0xfffffffeu : x;
    return 0;
}

static inline uint32_t
bit_of(uint32_t hash, int shift)
{
    return 1u << ((hash >> shift) & 31);
}

static inline Py_ssize_t
index_of(struct node *x, uint32_t bit)
{
    return 2 * __builtin_popcount(x->bits & (bit - 1));
}

/* Index of key in a collision node; -1 absent, -2 error. */
static Py_ssize_t
collision_index(struct node *x, PyObject *key)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(x); i += 2) {
        int same = PyObject_RichCompareBool(key, x->array[i], Py_EQ);
        if (same != 0)
            return same < 0 ? -2 : i;
    }
    return -1;
}

static PyObject *node_with(struct node *x, int shift, uint32_t hash, PyObject *key, PyObject *value, bool *added);

/* A subtree for two different keys. */
static PyObject *
node_of_two(int shift, uint32_t hash1, PyObject *key1, PyObject *value1, uint32_t hash2, PyObject *key2, PyObject *value2)
{
    bool added;
    if (hash1 == hash2) {
        struct node *x = node_new(&hamt_collision_type, hash1, 4);
        if (x == NULL)
            return NULL;
        x->array[0] = Py_NewRef(key1);
        x->array[1] = Py_NewRef(value1);
        x->array[2] = Py_NewRef(key2);
        x->array[3] = Py_NewRef(value2);
        return node_done(x);
    }
    struct node *one = node_new(&hamt_bitmap_type, bit_of(hash1, shift), 2);
    if (one == NULL)
        return NULL;
    one->array[0] = Py_NewRef(key1);
    one->array[1] = Py_NewRef(value1);
    node_done(one);
    PyObject *both = node_with(one, shift, hash2, key2, value2, &added);
    Py_DECREF(one);
    return both;
}

static PyObject *
collision_with(struct node *x, int shift, uint32_t hash, PyObject *key, PyObject *value, bool *added)
{
    if (hash == x->bits) {
        Py_ssize_t i = collision_index(x, key);
        if (i == -2)
            return NULL;
        if (i >= 0)
            return x->array[i + 1] == value ? Py_NewRef(x) : node_replace(x, i, Py_NewRef(key), Py_NewRef(value));
        *added = true;
        return node_insert(x, x->bits, Py_SIZE(x), key, value);
    }
    /* Another hash comes this way: a bitmap node above this one tells them apart. */
    struct node *above = node_new(&hamt_bitmap_type, bit_of(x->bits, shift), 2);
    if (above == NULL)
        return NULL;
    above->array[1] = Py_NewRef(x);
    node_done(above);
    PyObject *result = node_with(above, shift, hash, key, value, added);
    Py_DECREF(above);
    return result;
}

static PyObject *
node_with(struct node *x, int shift, uint32_t hash, PyObject *key, PyObject *value, bool *added)
{
    if (!IS_BITMAP(x))
        return collision_with(x, shift, hash, key, value, added);
    uint32_t bit = bit_of(hash, shift);
    Py_ssize_t i = index_of(x, bit);
    if (!(x->bits & bit)) {
        *added = true;
        return node_insert(x, x->bits | bit, i, key, value);
    }
    PyObject *old_key = x->array[i], *old = x->array[i + 1];
    if (old_key == NULL) {
        PyObject *child = node_with(NODE(old), shift + 5, hash, key, value, added);
        if (child == NULL)
            return NULL;
        if (child == old) {
            Py_DECREF(child);
            return Py_NewRef(x);
        }
        return node_replace(x, i, NULL, child);
    }
    int same = PyObject_RichCompareBool(key, old_key, Py_EQ);
    if (same < 0)
        return NULL;
    if (same)
        return old == value ? Py_NewRef(x) : node_replace(x, i, Py_NewRef(old_key), Py_NewRef(value));
    uint32_t old_hash;
    if (hash_key(old_key, &old_hash) < 0)
        return NULL;
    PyObject *child = node_of_two(shift + 5, old_hash, old_key, old, hash, key, value);
    if (child == NULL)
        return NULL;
    *added = true;
    return node_replace(x, i, NULL, child);
}

enum { W_ERROR, W_MISSING, W_EMPTY, W_NEW };

/* x without key, in *out when the result is W_NEW. */
static int
node_without(struct node *x, int shift, uint32_t hash, PyObject *key, PyObject **out)
{
    if (!IS_BITMAP(x)) {
        Py_ssize_t i = hash == x->bits ? collision_index(x, key) : -1;
        if (i < 0)
            return i == -2 ? W_ERROR : W_MISSING;
        if (Py_SIZE(x) == 2)
            return W_EMPTY;
        if (Py_SIZE(x) == 4) {             /* one is left: no collision any more */
            struct node *one = node_new(&hamt_bitmap_type, bit_of(hash, shift), 2);
            if (one == NULL)
                return W_ERROR;
            one->array[0] = Py_NewRef(x->array[2 - i]);
            one->array[1] = Py_NewRef(x->array[3 - i]);
            *out = node_done(one);
            return W_NEW;
        }
        *out = node_remove(x, x->bits, i);
        return *out == NULL ? W_ERROR : W_NEW;
    }
    uint32_t bit = bit_of(hash, shift);
    if (!(x->bits & bit))
        return W_MISSING;
    Py_ssize_t i = index_of(x, bit);
    PyObject *old_key = x->array[i];
    if (old_key == NULL) {
        PyObject *child;
        int res = node_without(NODE(x->array[i + 1]), shift + 5, hash, key, &child);
        if (res != W_NEW)
            return res;
        struct node *c = NODE(child);
        if (IS_BITMAP(c) && Py_SIZE(c) == 2 && c->array[0] != NULL) {   /* a lone pair moves up */
            *out = node_replace(x, i, Py_NewRef(c->array[0]), Py_NewRef(c->array[1]));
            Py_DECREF(child);
        }
        else
            *out = node_replace(x, i, NULL, child);
        return *out == NULL ? W_ERROR : W_NEW;
    }
    int same = PyObject_RichCompareBool(old_key, key, Py_EQ);
    if (same <= 0)
        return same < 0 ? W_ERROR : W_MISSING;
    if (Py_SIZE(x) == 2)
        return W_EMPTY;
    *out = node_remove(x, x->bits & ~bit, i);
    return *out == NULL ? W_ERROR : W_NEW;
}

static void
node_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    TRASH_BEGIN(op, node_dealloc);
    for (Py_ssize_t i = Py_SIZE(op); --i >= 0;)
        Py_XDECREF(NODE(op)->array[i]);
    Py_TYPE(op)->tp_free(op);
    TRASH_END();
}

static int
node_traverse(PyObject *op, visitproc visit, void *arg)
{
    for (Py_ssize_t i = Py_SIZE(op); --i >= 0;)
        Py_VISIT(NODE(op)->array[i]);
    return 0;
}

#define NODE_TYPE(symbol, text) \
    PyTypeObject symbol = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = text, \
        .tp_basicsize = sizeof(struct node), \
        .tp_itemsize = sizeof(PyObject *), \
        .tp_dealloc = node_dealloc, \
        .tp_hash = PyObject_HashNotImplemented, \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
        .tp_traverse = node_traverse, \
        .tp_free = PyObject_GC_Del, \
    }
NODE_TYPE(hamt_bitmap_type, "hamt_bitmap_node");
NODE_TYPE(hamt_collision_type, "hamt_collision_node");

/* ---- mappings ---- */

/* Takes over root. */
static PyObject *
hamt_make(PyObject *root, Py_ssize_t count)
{
    struct hamt *h = root == NULL ? NULL : COLL_GC_NEW(struct hamt, &hamt_type);
    if (h == NULL) {
        Py_XDECREF(root);
        return NULL;
    }
    h->root = root;
    h->weakreflist = NULL;
    h->count = count;
    gc_track((PyObject *)h);
    return (PyObject *)h;
}

OWNED PyObject *
hamt_new(void)
{
    struct node *root = node_new(&hamt_bitmap_type, 0, 0);
    return root == NULL ? NULL : hamt_make(node_done(root), 0);
}

OWNED PyObject *
hamt_with(PyObject *h, PyObject *key, PyObject *value)
{
    uint32_t hash;
    bool added = false;
    if (hash_key(key, &hash) < 0)
        return NULL;
    PyObject *root = node_with(NODE(HAMT(h)->root), 0, hash, key, value, &added);
    if (root == HAMT(h)->root) {
        Py_DECREF(root);
        return Py_NewRef(h);
    }
    return hamt_make(root, HAMT(h)->count + added);
}

OWNED PyObject *
hamt_without(PyObject *h, PyObject *key)
{
    uint32_t hash;
    PyObject *root;
    if (hash_key(key, &hash) < 0)
        return NULL;
    switch (node_without(NODE(HAMT(h)->root), 0, hash, key, &root)) {
    case W_EMPTY:
        return hamt_new();
    case W_NEW:
        return hamt_make(root, HAMT(h)->count - 1);
    case W_MISSING:
        return Py_NewRef(h);
    }
    return NULL;
}

int
hamt_find(PyObject *h, PyObject *key, PyObject **value)
{
    struct node *x = NODE(HAMT(h)->root);
    uint32_t hash;
    if (HAMT(h)->count == 0)
        return 0;
    if (hash_key(key, &hash) < 0)
        return -1;
    for (int shift = 0;; shift += 5) {
        Py_ssize_t i;
        if (!IS_BITMAP(x)) {
            i = collision_index(x, key);
            if (i < 0)
                return i == -2 ? -1 : 0;
            *value = x->array[i + 1];
            return 1;
        }
        uint32_t bit = bit_of(hash, shift);
        if (!(x->bits & bit))
            return 0;
        i = index_of(x, bit);
        if (x->array[i] != NULL) {
            int same = PyObject_RichCompareBool(key, x->array[i], Py_EQ);
            if (same > 0)
                *value = x->array[i + 1];
            return same;
        }
        x = NODE(x->array[i + 1]);
    }
}

void
hamt_walk_init(struct hamt_walk *w, PyObject *h)
{
    w->node[0] = HAMT(h)->root;
    w->pos[0] = 0;
    w->level = 0;
}

bool
hamt_walk_next(struct hamt_walk *w, PyObject **key, PyObject **value)
{
    while (w->level >= 0) {
        struct node *x = NODE(w->node[w->level]);
        Py_ssize_t i = w->pos[w->level];
        if (i >= Py_SIZE(x)) {
            w->level--;
            continue;
        }
        w->pos[w->level] += 2;
        if (x->array[i] != NULL) {
            *key = x->array[i];
            *value = x->array[i + 1];
            return true;
        }
        w->level++;
        w->node[w->level] = x->array[i + 1];
        w->pos[w->level] = 0;
    }
    return false;
}

int
hamt_equal(PyObject *a, PyObject *b)
{
    struct hamt_walk w;
    PyObject *key, *value, *other;
    if (a == b)
        return 1;
    if (hamt_len(a) != hamt_len(b))
        return 0;
    hamt_walk_init(&w, a);
    while (hamt_walk_next(&w, &key, &value)) {
        int found = hamt_find(b, key, &other);
        if (found <= 0)
            return found;
        Py_INCREF(other);
        int same = PyObject_RichCompareBool(value, other, Py_EQ);
        Py_DECREF(other);
        if (same <= 0)
            return same;
    }
    return 1;
}

/* ---- iterators ---- */

struct hamt_iter {
    PyObject ob_base;
    PyObject *h;
    struct hamt_walk walk;
};
#define ITER(op) ((struct hamt_iter *)(op))

static PyObject *
iter_new(PyTypeObject *type, PyObject *h)
{
    struct hamt_iter *it = PyObject_GC_New(struct hamt_iter, type);
    if (it == NULL)
        return NULL;
    it->h = Py_NewRef(h);
    hamt_walk_init(&it->walk, h);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

OWNED PyObject *hamt_keys(PyObject *h) { return iter_new(&hamt_keys_type, h); }
OWNED PyObject *hamt_values(PyObject *h) { return iter_new(&hamt_values_type, h); }
OWNED PyObject *hamt_items(PyObject *h) { return iter_new(&hamt_items_type, h); }

static void
iter_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_CLEAR(ITER(op)->h);
    PyObject_GC_Del(op);
}

static int
iter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(ITER(op)->h);
    return 0;
}

static int
iter_clear(PyObject *op)
{
    ITER(op)->walk.level = -1;
    Py_CLEAR(ITER(op)->h);
    return 0;
}

static PyObject *
hamt_iter_next(PyObject *op)
{
    PyObject *key, *value;
    if (!hamt_walk_next(&ITER(op)->walk, &key, &value))
        return NULL;
    if (Py_IS_TYPE(op, &hamt_keys_type))
        return Py_NewRef(key);
    if (Py_IS_TYPE(op, &hamt_values_type))
        return Py_NewRef(value);
    return PyTuple_Pack(2, key, value);
}

static Py_ssize_t
iter_length(PyObject *op)
{
    return ITER(op)->h == NULL ? 0 : hamt_len(ITER(op)->h);
}

static PyMappingMethods iter_as_mapping = { .mp_length = iter_length };

#define ITER_TYPE(symbol, text) \
    PyTypeObject symbol = { \
        PyVarObject_HEAD_INIT(&PyType_Type, 0) \
        .tp_name = text, \
        .tp_basicsize = sizeof(struct hamt_iter), \
        .tp_dealloc = iter_dealloc, \
        .tp_as_mapping = &iter_as_mapping, \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
        .tp_traverse = iter_traverse, \
        .tp_clear = iter_clear, \
        .tp_iter = PyObject_SelfIter, \
        .tp_iternext = hamt_iter_next, \
    }
ITER_TYPE(hamt_keys_type, "keys");
ITER_TYPE(hamt_values_type, "values");
ITER_TYPE(hamt_items_type, "items");

/* ---- the type (tests reach it) ---- */

static PyObject *
hamt_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    return hamt_new();
}

PyObject *
_PyContext_NewHamtForTests(void)
{
    return hamt_new();
}

static void
hamt_dealloc(PyObject *op)
{
    gc_untrack(op);
    if (HAMT(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    Py_CLEAR(HAMT(op)->root);
    COLL_GC_FREE(struct hamt, op);
}

static int
hamt_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(HAMT(op)->root);
    return 0;
}

static PyObject *
hamt_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!Py_IS_TYPE(a, &hamt_type) || !Py_IS_TYPE(b, &hamt_type) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    int same = hamt_equal(a, b);
    return same < 0 ? NULL : PyBool_FromLong(same == (op == Py_EQ));
}

static int
hamt_contains(PyObject *op, PyObject *key)
{
    PyObject *value;
    return hamt_find(op, key, &value);
}

static PyObject *
hamt_subscript(PyObject *op, PyObject *key)
{
    PyObject *value;
    int found = hamt_find(op, key, &value);
    if (found > 0)
        return Py_NewRef(value);
    if (found == 0)
        _PyErr_SetKeyError(key);
    return NULL;
}

static PyObject *
hamt_get(PyObject *op, PyObject *args)
{
    PyObject *value;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (!args_count("get", n, 1, 2))
        return NULL;
    int found = hamt_find(op, PyTuple_GET_ITEM(args, 0), &value);
    if (found < 0)
        return NULL;
    return Py_NewRef(found ? value : n > 1 ? PyTuple_GET_ITEM(args, 1) : Py_None);
}

static PyObject *
hamt_set(PyObject *op, PyObject *args)
{
    if (!args_count("set", PyTuple_GET_SIZE(args), 2, 2))
        return NULL;
    return hamt_with(op, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1));
}

static PyObject *hamt_delete(PyObject *op, PyObject *key) { return hamt_without(op, key); }
static PyObject *hamt_keys_method(PyObject *op, PyObject *noargs) { return hamt_keys(op); }
static PyObject *hamt_values_method(PyObject *op, PyObject *noargs) { return hamt_values(op); }
static PyObject *hamt_items_method(PyObject *op, PyObject *noargs) { return hamt_items(op); }

static PyMethodDef hamt_methods[] = {
    { "set", hamt_set, METH_VARARGS, NULL },
    { "get", hamt_get, METH_VARARGS, NULL },
    { "delete", hamt_delete, METH_O, TEXT_SIG("delete($self, object, /)", "The mapping without a key.") },
    { "items", hamt_items_method, METH_NOARGS, TEXT_SIG("items($self, /)", "Iterator over the pairs.") },
    { "keys", hamt_keys_method, METH_NOARGS, TEXT_SIG("keys($self, /)", "Iterator over the keys.") },
    { "values", hamt_values_method, METH_NOARGS, TEXT_SIG("values($self, /)", "Iterator over the values.") },
    { NULL },
};
static PySequenceMethods hamt_as_sequence = { .sq_contains = hamt_contains };
static PyMappingMethods hamt_as_mapping = { .mp_length = hamt_len, .mp_subscript = hamt_subscript };

PyTypeObject hamt_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "hamt",
    .tp_basicsize = sizeof(struct hamt),
    .tp_dealloc = hamt_dealloc,
    .tp_as_sequence = &hamt_as_sequence,
    .tp_as_mapping = &hamt_as_mapping,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = hamt_traverse,
    .tp_richcompare = hamt_richcompare,
    .tp_weaklistoffset = offsetof(struct hamt, weakreflist),
    .tp_iter = hamt_keys,
    .tp_methods = hamt_methods,
    .tp_new = hamt_tp_new,
};
