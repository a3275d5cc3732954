/* modules/hash/hash_object.h: what the hash modules share: an object around a digest, its methods, its arguments. */
#ifndef ADDER_MODULES_HASH_OBJECT_H
#define ADDER_MODULES_HASH_OBJECT_H

#include <Python.h>

#include "modules/hash/digest.h"
#include "modules/modargs.h"

struct hash { PyObject_HEAD struct digest *d; const struct digest_kind *kind; };

/* A new object of the type, digest not started; NULL with MemoryError. */
struct hash *hash_alloc(PyTypeObject *type, const struct digest_kind *kind);
/* Takes in an object with a buffer: 0, or -1 with TypeError. */
int hash_feed(struct hash *h, PyObject *data);
/* data or its old name string, not both: 0, or -1 with TypeError. */
int hash_data_arg(PyObject *data, PyObject *string, PyObject **out);
/* A finished object: kind's start state and `data` (or NULL) taken in. */
PyObject *hash_make(PyTypeObject *type, const struct digest_kind *kind, PyObject *data);

void hash_dealloc(PyObject *self);
PyObject *hash_update(PyObject *self, PyObject *data);
PyObject *hash_copy(PyObject *self, PyObject *unused);
PyObject *hash_digest(PyObject *self, PyObject *unused);
PyObject *hash_hexdigest(PyObject *self, PyObject *unused);
PyObject *hash_bytes(struct hash *h, size_t n, bool hex);
PyObject *hash_get_name(PyObject *self, void *unused);
PyObject *hash_get_block_size(PyObject *self, void *unused);
PyObject *hash_get_digest_size(PyObject *self, void *unused);

#endif
