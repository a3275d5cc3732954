/* compile/names.c: insertion-ordered open-addressing table; short tables are scanned instead. */
#include "compile/names.h"

#include <stdlib.h>
#include <string.h>

#define SCAN_MAX 8                 /* tables up to this long have no slots */

static inline Py_hash_t
name_hash(struct pool *p, PyObject *name)
{
    Py_hash_t h = ((PyASCIIObject *)name)->hash;
    if (UNLIKELY(h == -1)) {
        h = PyObject_Hash(name);
        if (h == -1)
            pool_fail(p);
    }
    return h;
}

static bool
name_equal(PyObject *a, PyObject *b)
{
    if (a == b)
        return true;
    return PyUnicode_GET_LENGTH(a) == PyUnicode_GET_LENGTH(b) && PyUnicode_KIND(a) == PyUnicode_KIND(b)
           && memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)PyUnicode_GET_LENGTH(a) * PyUnicode_KIND(a)) == 0;
}

bool
name_is(PyObject *name, const char *text)
{
    size_t n = strlen(text);
    return (size_t)PyUnicode_GET_LENGTH(name) == n && PyUnicode_IS_ASCII(name) && memcmp(PyUnicode_DATA(name), text, n) == 0;
}

struct name_entry *
names_find(struct pool *p, const struct names *t, PyObject *name)
{
    if (t->len == 0)
        return NULL;
    Py_hash_t hash = name_hash(p, name);
    if (t->slots == NULL) {
        for (int i = 0; i < t->len; i++) {
            struct name_entry *e = &t->items[i];
            if (e->hash == hash && e->key != NULL && name_equal(e->key, name))
                return e;
        }
        return NULL;
    }
    for (uint32_t i = (uint32_t)hash & t->mask; t->slots[i] != 0; i = (i + 1) & t->mask) {
        struct name_entry *e = &t->items[t->slots[i] - 1];
        if (e->hash == hash && e->key != NULL && name_equal(e->key, name))
            return e;
    }
    return NULL;
}

static void
slot_add(struct names *t, int index)
{
    uint32_t i = (uint32_t)t->items[index].hash & t->mask;
    while (t->slots[i] != 0)
        i = (i + 1) & t->mask;
    t->slots[i] = index + 1;
}

static void
names_grow(struct pool *p, struct names *t)
{
    int cap = t->cap ? 2 * t->cap : 4;
    t->items = pool_regrow(p, t->items, sizeof(*t->items) * (size_t)t->len, sizeof(*t->items) * (size_t)cap);
    t->cap = cap;
    if (cap > SCAN_MAX) {
        t->mask = (uint32_t)cap * 2 - 1;
        t->slots = POOL_ARRAY(p, int32_t, t->mask + 1);
        for (int i = 0; i < t->len; i++)
            slot_add(t, i);
    }
}

struct name_entry *
names_add(struct pool *p, struct names *t, PyObject *name)
{
    struct name_entry *e = names_find(p, t, name);
    if (e != NULL)
        return e;
    if (t->len == t->cap)
        names_grow(p, t);
    e = &t->items[t->len++];
    *e = (struct name_entry){ name, name_hash(p, name), 0 };
    t->live++;
    if (t->slots != NULL)
        slot_add(t, t->len - 1);
    return e;
}

bool
names_remove(struct pool *p, struct names *t, PyObject *name)
{
    struct name_entry *e = names_find(p, t, name);
    if (e == NULL)
        return false;
    e->key = NULL;
    t->live--;
    return true;
}

void
names_add_all(struct pool *p, struct names *t, const struct names *more)
{
    for (int i = 0; i < more->len; i++)
        if (more->items[i].key != NULL)
            names_add(p, t, more->items[i].key);
}

struct names
names_copy(struct pool *p, const struct names *t)
{
    struct names copy = { 0 };
    if (t->live > 0)
        names_add_all(p, &copy, t);
    return copy;
}

PyObject *
names_as_tuple(const struct names *t)
{
    PyObject *tuple = PyTuple_New(t->live);
    if (tuple == NULL)
        return NULL;
    Py_ssize_t n = 0;
    for (int i = 0; i < t->len; i++)
        if (t->items[i].key != NULL)
            PyTuple_SET_ITEM(tuple, n++, Py_NewRef(t->items[i].key));
    return tuple;
}

static int
by_text(const void *a, const void *b)
{
    return PyUnicode_Compare(*(PyObject *const *)a, *(PyObject *const *)b);
}

PyObject **
names_sorted(struct pool *p, PyObject **items, int n)
{
    PyObject **sorted = POOL_ARRAY(p, PyObject *, n + 1);
    memcpy(sorted, items, sizeof(*items) * (size_t)n);
    qsort(sorted, (size_t)n, sizeof(*sorted), by_text);
    return sorted;
}
