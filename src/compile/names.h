/* compile/names.h: ordered tables of names: symbol tables, sets of names, and co_names in the making.
 * Keys are str compared by value (interned ones by address first), borrowed. A zeroed struct is an empty table. */
#ifndef ADDER_COMPILE_NAMES_H
#define ADDER_COMPILE_NAMES_H

#include "compile/pool.h"

struct name_entry {
    PyObject *key;                 /* NULL: removed */
    Py_hash_t hash;
    int value;                     /* the owner's: flags of a symbol, scope of a name ... */
};

struct names {
    struct name_entry *items;      /* in order of insertion, with holes where names were removed */
    int len, cap, live;            /* live: len without the holes */
    int32_t *slots;                /* open addressing: index + 1; NULL while the table is short */
    uint32_t mask;
};

/* True if the str is this ASCII text. */
bool name_is(PyObject *name, const char *text);
/* The entry of `name` or NULL; valid until the next insertion. */
struct name_entry *names_find(struct pool *p, const struct names *t, PyObject *name);
static inline bool names_has(struct pool *p, const struct names *t, PyObject *name) { return names_find(p, t, name) != NULL; }
/* The entry of `name`, inserted with value 0 if it is new. */
struct name_entry *names_add(struct pool *p, struct names *t, PyObject *name);
/* Position of `name` in order of insertion, inserting it if new. No removals from such a table. */
static inline int names_index(struct pool *p, struct names *t, PyObject *name) { return (int)(names_add(p, t, name) - t->items); }
bool names_remove(struct pool *p, struct names *t, PyObject *name);   /* true if it was there */
void names_add_all(struct pool *p, struct names *t, const struct names *more);
struct names names_copy(struct pool *p, const struct names *t);
OWNED PyObject *names_as_tuple(const struct names *t);                /* NULL with an exception */
/* All live names sorted as str compare, n = live. */
PyObject **names_sorted(struct pool *p, PyObject **items, int n);

#endif
