/* compile/consts.h: constants, each kept once.
 * Two constants are the same when type and value are, all the way down: 1, 1.0 and True differ, so do 0.0 and -0.0. */
#ifndef ADDER_COMPILE_CONSTS_H
#define ADDER_COMPILE_CONSTS_H

#include "compile/pool.h"

struct const_slot { PyObject *obj; Py_hash_t hash; };
struct const_cache {               /* of one compilation: all code objects share equal constants and tuples */
    struct const_slot *slots;
    uint32_t mask, used;
};

/* The object kept for constants like obj (borrowed from the pool); the parts of tuples and frozensets are merged too. */
PyObject *const_merge(struct pool *p, struct const_cache *c, PyObject *obj);
/* The same, for whole tuples and bytes of a code object: parts are left alone. */
PyObject *const_merge_one(struct pool *p, struct const_cache *c, PyObject *obj);

struct const_list {                /* co_consts in the making */
    PVEC(PyObject *) items;
    int32_t *slots;                /* by address: index + 1 */
    uint32_t mask;
};
/* Index of obj, which const_merge() has returned; appended if new. */
int const_list_add(struct pool *p, struct const_list *l, PyObject *obj);

#endif
