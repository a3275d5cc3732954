/* object/num/sum.h: what sum() does with one item after the other: machine integers, then compensated doubles, then any `+`. */
#ifndef ADDER_OBJECT_NUM_SUM_H
#define ADDER_OBJECT_NUM_SUM_H

#include <Python.h>

#include "base/own.h"
#include "object/num/int.h"

enum { SUM_INTS, SUM_FLOATS, SUM_OBJECTS };
struct sum { int64_t stage, i; double hi, lo; };         /* stage: which of the members below, or *acc, is the sum so far */

/* A sum that begins with start. *acc: NULL, or a new reference that the caller keeps (SUM_OBJECTS). */
void sum_begin(struct sum *s, PyObject *start, PyObject **acc);
/* Slow half of sum_take(). */
int sum_take_other(struct sum *s, PyObject **acc, STEALS PyObject *item);
/* The result, a new reference; *acc is used up. NULL with an exception. */
OWNED PyObject *sum_end(struct sum *s, PyObject **acc);

/* One more item. 0; -1 with an exception: then *acc may be NULL. */
static inline int
sum_take(struct sum *s, PyObject **acc, STEALS PyObject *item)
{
    int64_t sum;
    if (s->stage == SUM_INTS && PyLong_CheckExact(item) && int_is_compact(item) && !__builtin_add_overflow(s->i, int_compact_value(item), &sum)) {
        s->i = sum;
        Py_DECREF(item);
        return 0;
    }
    return sum_take_other(s, acc, item);
}

#endif
