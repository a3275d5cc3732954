/* jit/ir/ir_runtime.h: what instructions do to objects, as functions: machine code calls them, the evaluator too. */
#ifndef ADDER_JIT_IR_IR_RUNTIME_H
#define ADDER_JIT_IR_IR_RUNTIME_H

#include <Python.h>

#include "base/own.h"

/* A new int, a new float; NULL without exception when there is no memory. */
OWNED PyObject *jit_new_int(int64_t v);
OWNED PyObject *jit_new_float(double v);

/* *slot = o, with a new reference, or with the caller's. What the slot held is dropped: something whose death nobody notices, or NULL.
 * put_new: o may be NULL. */
void jit_slot_put(PyObject **slot, PyObject *o);
void jit_slot_put_new(PyObject **slot, STEALS PyObject *o);

/* The same characters? Exact strings. */
int64_t jit_str_eq(PyObject *a, PyObject *b);

#endif
