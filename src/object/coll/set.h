/* object/coll/set.h: sets for the inside. Open addressing: a short linear run, then a perturbed jump; the order of
 * iteration equals CPython's. Deleted slots hold set_dummy with hash -1. */
#ifndef ADDER_OBJECT_COLL_SET_H
#define ADDER_OBJECT_COLL_SET_H

#include <Python.h>

#include "base/own.h"

/* Known-hash forms; hash != -1. */
int set_add_hashed(PySetObject *so, PyObject *key, Py_hash_t hash);       /* 0 or -1 */
int set_contains_hashed(PySetObject *so, PyObject *key, Py_hash_t hash);  /* 1, 0 or -1 */
int set_discard_hashed(PySetObject *so, PyObject *key, Py_hash_t hash);   /* 1 found, 0, -1 */
/* set.update(iterable); 0 or -1. */
int set_update(PySetObject *so, PyObject *iterable);
/* frozenset hash over n already known element hashes: what frozenset.__hash__ would answer. */
Py_hash_t set_hash_of_hashes(const Py_hash_t *hashes, Py_ssize_t n);

PyAPI_FUNC(int) _PySet_Contains(PySetObject *, PyObject *);
PyAPI_FUNC(int) _PySet_NextEntry(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *);
PyAPI_FUNC(int) _PySet_NextEntryRef(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *);
PyAPI_FUNC(int) _PySet_Update(PyObject *, PyObject *);
PyAPI_DATA(PyObject *) _PySet_Dummy;

#endif
