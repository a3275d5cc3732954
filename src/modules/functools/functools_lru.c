/* functools_lru.c: functools.lru_cache.
 *
 * The cache is a dict from the arguments to a link of a ring, least recently used first; unbounded caches map straight
 * to results. The root of the ring is the cache object itself. Dict and ring each own one reference to a link. The
 * wrapped function may call the cache again, also for the same arguments: after it returns, what was known before
 * may no longer hold. Keys are hashed once a call. */
#include "modules/functools/functools.h"

#include <stdbool.h>
#include <stddef.h>

#include "modules/modargs.h"
#include "rt/effect.h"

PyAPI_FUNC(int) _PyDict_SetItem_KnownHash(PyObject *, PyObject *, PyObject *, Py_hash_t);
PyAPI_FUNC(int) _PyDict_DelItem_KnownHash(PyObject *, PyObject *, Py_hash_t);

struct link {
    PyObject ob_base;
    struct link *prev, *next;
    Py_hash_t hash;
    PyObject *key, *result;
};

struct lru {
    struct link root;                    /* never an object of its own */
    PyObject *(*call)(struct lru *, PyObject *, PyObject *);
    int typed;
    PyObject *cache;
    Py_ssize_t hits;
    PyObject *func;
    Py_ssize_t maxsize;                  /* -1: unbounded */
    Py_ssize_t misses;
    PyObject *kwd_mark;
    PyTypeObject *link_type;
    PyObject *cache_info_type;
    PyObject *dict, *weakreflist;
};
#define LRU(o) ((struct lru *)(o))

/* ---- links ---- */

static void
link_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((struct link *)self)->key);
    Py_XDECREF(((struct link *)self)->result);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot elem_slots[] = { { Py_tp_dealloc, link_dealloc }, { 0, NULL } };
PyType_Spec lru_elem_spec = {
    .name = "functools._lru_list_elem",
    .basicsize = sizeof(struct link),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = elem_slots,
};

static void
unlink_elem(struct link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
}

static void
insert_after(struct link *at, struct link *l)
{
    l->prev = at;
    l->next = at->next;
    at->next->prev = l;
    at->next = l;
}

static void append_elem(struct lru *c, struct link *l) { insert_after(c->root.prev, l); }

/* Take all links off the ring and release them: nothing sees the ring half empty. */
static void
clear_ring(struct lru *c)
{
    struct link *first = c->root.next;
    if (first == NULL || first == &c->root)
        return;
    c->root.prev->next = NULL;
    c->root.prev = c->root.next = &c->root;
    while (first != NULL) {
        struct link *next = first->next;
        Py_DECREF(first);
        first = next;
    }
}

/* ---- keys ---- */

/* The arguments as one hashable object. A single str or int stands for itself. */
static PyObject *
make_key(struct lru *c, PyObject *args, PyObject *kwds)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args), nkw = kwds == NULL ? 0 : PyDict_GET_SIZE(kwds);
    PyObject *key, *k, *v;
    if (!c->typed && nkw == 0) {
        if (n == 1) {
            key = PyTuple_GET_ITEM(args, 0);
            if (PyUnicode_CheckExact(key) || PyLong_CheckExact(key))
                return Py_NewRef(key);
        }
        return Py_NewRef(args);
    }
    Py_ssize_t size = n + (nkw > 0 ? 2 * nkw + 1 : 0) + (c->typed ? n + nkw : 0), at = 0, i = 0;
    key = PyTuple_New(size);
    if (key == NULL)
        return NULL;
    for (i = 0; i < n; i++)
        PyTuple_SET_ITEM(key, at++, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    if (nkw > 0) {
        PyTuple_SET_ITEM(key, at++, Py_NewRef(c->kwd_mark));
        for (i = 0; PyDict_Next(kwds, &i, &k, &v);) {
            PyTuple_SET_ITEM(key, at++, Py_NewRef(k));
            PyTuple_SET_ITEM(key, at++, Py_NewRef(v));
        }
    }
    if (c->typed) {
        for (i = 0; i < n; i++)
            PyTuple_SET_ITEM(key, at++, Py_NewRef(Py_TYPE(PyTuple_GET_ITEM(args, i))));
        for (i = 0; nkw > 0 && PyDict_Next(kwds, &i, &k, &v);)
            PyTuple_SET_ITEM(key, at++, Py_NewRef(Py_TYPE(v)));
    }
    return key;
}

/* ---- calls ---- */

static PyObject *
call_uncached(struct lru *c, PyObject *args, PyObject *kwds)
{
    c->misses++;
    return PyObject_Call(c->func, args, kwds);
}

static PyObject *
call_unbounded(struct lru *c, PyObject *args, PyObject *kwds)
{
    PyObject *key = make_key(c, args, kwds), *result = NULL;
    Py_hash_t hash = key == NULL ? -1 : PyObject_Hash(key);
    if (hash == -1)
        goto done;
    result = Py_XNewRef(_PyDict_GetItem_KnownHash(c->cache, key, hash));
    if (result != NULL) {
        c->hits++;
        goto done;
    }
    if (PyErr_Occurred())
        goto done;
    c->misses++;
    result = PyObject_Call(c->func, args, kwds);
    if (result != NULL && _PyDict_SetItem_KnownHash(c->cache, key, result, hash) < 0)
        Py_CLEAR(result);
done:
    Py_XDECREF(key);
    return result;
}

/* Room is left: a new link. Takes nothing; 0 or -1. */
static int
add_link(struct lru *c, PyObject *key, Py_hash_t hash, PyObject *result)
{
    struct link *l = PyObject_New(struct link, c->link_type);
    if (l == NULL)
        return -1;
    l->hash = hash;
    l->key = Py_NewRef(key);
    l->result = Py_NewRef(result);
    if (_PyDict_SetItem_KnownHash(c->cache, key, (PyObject *)l, hash) < 0) {
        Py_DECREF(l);
        return -1;
    }
    append_elem(c, l);                   /* our reference is the ring's now */
    return 0;
}

/* Full: the oldest link gets the new key. Comparing keys in the dict may call the cache again, so while the dict
 * changes the link is on no ring; an error leaves the cache one link short. */
static int
reuse_oldest(struct lru *c, PyObject *key, Py_hash_t hash, PyObject *result)
{
    struct link *l = c->root.next;
    unlink_elem(l);
    PyObject *mapped = _PyDict_GetItem_KnownHash(c->cache, l->key, l->hash);
    if (mapped == NULL && PyErr_Occurred()) {
        insert_after(&c->root, l);
        return -1;
    }
    if (mapped == NULL) {                /* the call has removed it from the dict */
        Py_DECREF(l);
        return 0;
    }
    if (_PyDict_DelItem_KnownHash(c->cache, l->key, l->hash) < 0) {
        insert_after(&c->root, l);
        return -1;
    }
    PyObject *old_key = l->key, *old_result = l->result;     /* released last: that may run code */
    l->hash = hash;
    l->key = Py_NewRef(key);
    l->result = Py_NewRef(result);
    int err = _PyDict_SetItem_KnownHash(c->cache, key, (PyObject *)l, hash);
    if (err < 0)
        Py_DECREF(l);
    else
        append_elem(c, l);
    Py_DECREF(old_key);
    Py_DECREF(old_result);
    return err;
}

/* Store a fresh result: 0 or -1. */
static int
remember(struct lru *c, PyObject *key, Py_hash_t hash, PyObject *result)
{
    if (_PyDict_GetItem_KnownHash(c->cache, key, hash) != NULL)      /* added during the call */
        return 0;
    if (PyErr_Occurred())
        return -1;
    if (PyDict_GET_SIZE(c->cache) < c->maxsize || c->root.next == &c->root)
        return add_link(c, key, hash, result);
    return reuse_oldest(c, key, hash, result);
}

static PyObject *
call_bounded(struct lru *c, PyObject *args, PyObject *kwds)
{
    PyObject *key = make_key(c, args, kwds), *result = NULL;
    Py_hash_t hash = key == NULL ? -1 : PyObject_Hash(key);
    if (hash == -1)
        goto done;
    struct link *l = (struct link *)_PyDict_GetItem_KnownHash(c->cache, key, hash);
    if (l != NULL) {
        unlink_elem(l);
        append_elem(c, l);
        result = Py_NewRef(l->result);
        c->hits++;
        goto done;
    }
    if (PyErr_Occurred())
        goto done;
    c->misses++;
    result = PyObject_Call(c->func, args, kwds);
    if (result != NULL && remember(c, key, hash, result) < 0)
        Py_CLEAR(result);
done:
    Py_XDECREF(key);
    return result;
}

/* ---- the type ---- */

static PyObject *
lru_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static const char *const names[] = { "user_function", "maxsize", "typed", "cache_info_type" };
    PyObject *arg[4];
    if (args_unpack_tuple("lru_cache", args, kw, names, 4, 4, 4, arg) < 0)
        return NULL;
    if (!PyCallable_Check(arg[0]))
        return PyErr_Format(PyExc_TypeError, "the first argument must be callable");
    struct functools_state *state = functools_state_of_type(type);
    int typed = PyObject_IsTrue(arg[2]);
    if (state == NULL || typed < 0)
        return NULL;
    Py_ssize_t maxsize = -1;
    if (PyIndex_Check(arg[1])) {
        maxsize = PyNumber_AsSsize_t(arg[1], PyExc_OverflowError);
        if (maxsize == -1 && PyErr_Occurred())
            return NULL;
        if (maxsize < 0)
            maxsize = 0;
    } else if (arg[1] != Py_None) {
        return PyErr_Format(PyExc_TypeError, "maxsize should be integer or None");
    }
    PyObject *cache = PyDict_New();
    struct lru *c = cache == NULL ? NULL : LRU(type->tp_alloc(type, 0));
    if (c == NULL) {
        Py_XDECREF(cache);
        return NULL;
    }
    c->root.prev = c->root.next = &c->root;
    c->call = maxsize < 0 ? call_unbounded : maxsize == 0 ? call_uncached : call_bounded;
    c->typed = typed;
    c->cache = cache;
    c->func = Py_NewRef(arg[0]);
    c->maxsize = maxsize;
    c->kwd_mark = Py_NewRef(state->kwd_mark);
    c->link_type = (PyTypeObject *)Py_NewRef(state->lru_elem_type);
    c->cache_info_type = Py_NewRef(arg[3]);
    return (PyObject *)c;
}

static PyObject *lru_call(PyObject *self, PyObject *args, PyObject *kwds) { return LRU(self)->call(LRU(self), args, kwds); }

/* For traces (rt/effect.h): what the cache has for these arguments. */
static PyObject *
lru_hit(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject **(*at)(PyObject *, PyObject *), bool only_looks)
{
    struct lru *c = LRU(self);
    bool itself = n == 1 && (PyUnicode_CheckExact(args[0]) || PyLong_CheckExact(args[0]));
    PyObject *key = c->typed || c->call == call_uncached ? NULL : itself ? Py_NewRef(args[0]) : PyTuple_New(n), *result = NULL;
    if (key == NULL) {
        PyErr_Clear();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n && !itself; i++)
        PyTuple_SET_ITEM(key, i, Py_NewRef(args[i]));
    PyObject **place = at(c->cache, key);
    struct link *l = place != NULL && c->call == call_bounded ? (struct link *)*place : NULL;
    if (place != NULL)
        result = Py_NewRef(l != NULL ? l->result : *place);
    if (l != NULL && !only_looks) {
        unlink_elem(l);
        append_elem(c, l);
    }
    c->hits += place != NULL && !only_looks;
    Py_DECREF(key);
    return result;
}
EFFECT_ROW(lru_call, .fn = (void *)lru_call, .fast = (void *)lru_hit, .sig = EFF_SIG_HIT, .flags = EFF_UNKNOWN);

static PyObject *
lru_descr_get(PyObject *self, PyObject *obj, PyObject *type)
{
    return obj == NULL || obj == Py_None ? Py_NewRef(self) : PyMethod_New(self, obj);
}

static PyObject *
lru_cache_info(PyObject *self, PyObject *unused)
{
    struct lru *c = LRU(self);
    if (c->maxsize == -1)
        return PyObject_CallFunction(c->cache_info_type, "nnOn", c->hits, c->misses, Py_None, PyDict_GET_SIZE(c->cache));
    return PyObject_CallFunction(c->cache_info_type, "nnnn", c->hits, c->misses, c->maxsize, PyDict_GET_SIZE(c->cache));
}

static PyObject *
lru_cache_clear(PyObject *self, PyObject *unused)
{
    struct lru *c = LRU(self);
    c->hits = c->misses = 0;
    if (c->call == call_bounded) {
        /* The dict's references keep the links while the ring lets go of them. */
        PyObject *old = PyDict_Copy(c->cache);
        if (old == NULL)
            return NULL;
        clear_ring(c);
        PyDict_Clear(c->cache);
        Py_DECREF(old);
    } else {
        PyDict_Clear(c->cache);
    }
    Py_RETURN_NONE;
}

static PyObject *lru_reduce(PyObject *self, PyObject *unused) { return PyObject_GetAttrString(self, "__qualname__"); }
static PyObject *lru_same(PyObject *self, PyObject *args) { return Py_NewRef(self); }

static int
lru_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct lru *c = LRU(self);
    Py_VISIT(Py_TYPE(self));
    for (struct link *l = c->root.next; l != NULL && l != &c->root; l = l->next) {
        Py_VISIT(l->key);
        Py_VISIT(l->result);
        Py_VISIT(Py_TYPE(l));
    }
    Py_VISIT(c->cache);
    Py_VISIT(c->func);
    Py_VISIT(c->kwd_mark);
    Py_VISIT(c->link_type);
    Py_VISIT(c->cache_info_type);
    Py_VISIT(c->dict);
    return 0;
}

static int
lru_clear(PyObject *self)
{
    struct lru *c = LRU(self);
    PyObject *cache = c->cache;
    c->cache = NULL;
    clear_ring(c);
    Py_XDECREF(cache);
    Py_CLEAR(c->func);
    Py_CLEAR(c->kwd_mark);
    Py_CLEAR(c->link_type);
    Py_CLEAR(c->cache_info_type);
    Py_CLEAR(c->dict);
    return 0;
}

static void
lru_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    (void)lru_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef lru_methods[] = {
    { "cache_info", lru_cache_info, METH_NOARGS, PyDoc_STR("cache_info($self, /)\n--\n\nHits, misses and sizes.") },
    { "cache_clear", lru_cache_clear, METH_NOARGS, PyDoc_STR("cache_clear($self, /)\n--\n\nForget all results.") },
    { "__reduce__", lru_reduce, METH_NOARGS, NULL },
    { "__copy__", lru_same, METH_VARARGS, NULL },
    { "__deepcopy__", lru_same, METH_VARARGS, NULL },
    { NULL },
};
static PyGetSetDef lru_getset[] = { { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict }, { NULL } };
static PyMemberDef lru_members[] = {
    { "__dictoffset__", Py_T_PYSSIZET, offsetof(struct lru, dict), Py_READONLY },
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct lru, weakreflist), Py_READONLY },
    { NULL },
};
static PyType_Slot lru_slots[] = {
    { Py_tp_dealloc, lru_dealloc },
    { Py_tp_call, lru_call },
    { Py_tp_doc, (void *)PyDoc_STR("The function that lru_cache makes.\n\n"
                                   "user_function  what is called on a miss\nmaxsize        None for no bound, 0 for no cache\n"
                                   "typed          3 and 3.0 are different arguments\ncache_info_type  what cache_info() gives") },
    { Py_tp_traverse, lru_traverse },
    { Py_tp_clear, lru_clear },
    { Py_tp_methods, lru_methods },
    { Py_tp_members, lru_members },
    { Py_tp_getset, lru_getset },
    { Py_tp_descr_get, lru_descr_get },
    { Py_tp_new, lru_new },
    { 0, NULL },
};
PyType_Spec lru_cache_spec = {
    .name = "functools._lru_cache_wrapper",
    .basicsize = sizeof(struct lru),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = lru_slots,
};
