/* object/coll/set_priv.h: what set.c and set_type.c share. Same conventions as set.h. */
#ifndef ADDER_OBJECT_COLL_SET_PRIV_H
#define ADDER_OBJECT_COLL_SET_PRIV_H

#include "object/coll/coll.h"
#include "object/coll/set.h"

#define SET(op) ((PySetObject *)(op))
#define SET_LINEAR_RUN 9               /* slots looked at behind the first, where they fit before the end */

extern PyObject set_dummy;

struct set_iter {
    PyObject ob_base;
    PySetObject *si_set;               /* NULL once exhausted */
    Py_ssize_t si_used;
    Py_ssize_t si_pos;
    Py_ssize_t len;
};

/* A new set of the type (set, frozenset or a subclass) from an iterable or NULL. */
PyObject *set_make(PyTypeObject *type, PyObject *iterable);
/* The same, set or frozenset for a subclass. */
PyObject *set_make_base(PyTypeObject *type, PyObject *iterable);
PyObject *set_copy(PySetObject *so);
int set_merge(PySetObject *so, PySetObject *other);
void set_clear(PySetObject *so);
/* Rebuild with more than `least` slots, dropping deleted ones. */
int set_resize(PySetObject *so, Py_ssize_t least);
/* Puts key (STEALS), which is not there, into the free or deleted slot e. 0, or -1 without memory for a larger table: it is there all the same. */
int set_put(PySetObject *so, setentry *e, PyObject *key, Py_hash_t hash);
/* Forms that hash the key; a set as key is hashed like the frozenset of the same elements. */
int set_add_key(PySetObject *so, PyObject *key);
int set_contains_key(PySetObject *so, PyObject *key);
int set_discard_key(PySetObject *so, PyObject *key);
Py_hash_t set_frozen_hash(PySetObject *so);
/* Is the key there, as far as the first place for its hash tells? 1: the object itself is there, 0: it is not, -1: who knows. */
static inline int
set_glance(const PySetObject *so, PyObject *key, Py_hash_t hash)
{
    const setentry *e = &so->table[(size_t)hash & (size_t)so->mask];
    return e->key == key ? 1 : e->key == NULL && e->hash == 0 ? 0 : -1;
}
/* Next entry from *pos on: true, and *pos behind it. */
static inline bool set_next(PySetObject *so, Py_ssize_t *pos, setentry **entry)
{
    if (*pos < 0)
        return false;
    setentry *table = so->table;
    Py_ssize_t i = *pos, last = so->mask;
    while (i <= last && (table[i].key == NULL || table[i].key == &set_dummy))
        i++;
    *pos = i + 1;
    *entry = &table[i <= last ? i : 0];
    return i <= last;
}

#endif
