/* object/core/effect.h: finding the effect row (rt/effect.h) of a C function. */
#ifndef ADDER_OBJECT_CORE_EFFECT_H
#define ADDER_OBJECT_CORE_EFFECT_H

#include "rt/effect.h"

/* All rows of this program, and how many; in the order of the functions' addresses. NULL when there is no memory to sort them. */
const struct effect *const *effect_rows(size_t *n);
/* The row of fn, or NULL: then EFF_UNKNOWN is all that is known. */
const struct effect *effect_of(void *fn);
/* EFF_* flags of calling fn with these arguments (without self): those of its row, or EFF_UNKNOWN when there is none or its condition
 * does not hold. */
unsigned effect_of_call(void *fn, PyObject *const *args, size_t nargs);

/* EFF_INT ... of an object of exactly such a type, else 0. */
unsigned effect_kind_of(PyObject *o);

#endif
