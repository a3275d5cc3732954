/* object/coll/hamt.h: immutable mapping (hash array mapped trie), under contexts. Every change gives a new mapping that
 * shares all but a path with the old one, so that copying a context costs nothing. */
#ifndef ADDER_OBJECT_COLL_HAMT_H
#define ADDER_OBJECT_COLL_HAMT_H

#include <Python.h>

#include "base/own.h"

#define HAMT_LEVELS 8                  /* 7 of five hash bits each, and collisions */

struct hamt {
    PyObject ob_base;
    PyObject *root;                    /* a node */
    PyObject *weakreflist;
    Py_ssize_t count;
};

/* Position of a walk through all pairs; the mapping must stay alive. */
struct hamt_walk {
    PyObject *node[HAMT_LEVELS];       /* borrowed */
    Py_ssize_t pos[HAMT_LEVELS];
    int level;
};

/* New mappings; NULL with an exception. `hamt_without` of a missing key gives h itself. */
OWNED PyObject *hamt_new(void);
OWNED PyObject *hamt_with(PyObject *h, PyObject *key, PyObject *value);
OWNED PyObject *hamt_without(PyObject *h, PyObject *key);
/* 1 with a borrowed value, 0, -1. */
int hamt_find(PyObject *h, PyObject *key, PyObject **value);
/* 1 equal, 0, -1. */
int hamt_equal(PyObject *a, PyObject *b);
static inline Py_ssize_t hamt_len(PyObject *h) { return ((struct hamt *)h)->count; }

void hamt_walk_init(struct hamt_walk *w, PyObject *h);
/* True and borrowed key and value, or false at the end. */
bool hamt_walk_next(struct hamt_walk *w, PyObject **key, PyObject **value);

/* Iterators that hold the mapping. */
OWNED PyObject *hamt_keys(PyObject *h);
OWNED PyObject *hamt_values(PyObject *h);
OWNED PyObject *hamt_items(PyObject *h);

extern PyTypeObject hamt_type, hamt_bitmap_type, hamt_collision_type, hamt_keys_type, hamt_values_type, hamt_items_type;

#endif
