/* vm/consume.h: functions and types in C that take all that an iterator gives, called with a generator: tuple(g), any(g), ...
 *
 * Called from the loop they run above a hidden frame (code: consume_code(), one for each of them) on whose stack lies what they know, and that the generator
 * yields to: so no item costs an evaluation loop on the C stack, and a compiled loop of the generator can do what becomes of its items. */
#ifndef ADDER_VM_CONSUME_H
#define ADDER_VM_CONSUME_H

#include <Python.h>

#include "base/own.h"
#include "object/num/sum.h"
#include "vm/frame.h"

enum consumer { CONSUME_NOT, CONSUME_TUPLE, CONSUME_LIST, CONSUME_SET, CONSUME_ANY, CONSUME_ALL, CONSUME_SUM, CONSUME_MIN, CONSUME_MAX, CONSUME_SORTED, CONSUMERS };

/* Slots of the hidden frame. What is so far: a list, a set, the least item or the sum as an object, or NULL; bytes, a struct sum; a second reference to the generator,
 * which the C function has as its iterator. */
enum { CONSUME_GEN, CONSUME_CALLABLE, CONSUME_SO_FAR, CONSUME_STATE, CONSUME_ITER, CONSUME_WORDS };
#define CONSUME_AT(f) ((f)->instr_ptr->op.arg & 3)

/* This is the C function of that consumer; types are known. At start. */
void consume_register(PyCFunction function, enum consumer which);
/* What callable is, when it is called with one positional argument. */
enum consumer consume_which(PyObject *callable);
/* The code of its hidden frame; NULL: CONSUME_NOT, or no memory at start. The other way round: CONSUME_NOT for any other code. */
PyCodeObject *consume_code(enum consumer which);
enum consumer consume_of_code(PyCodeObject *code);
/* Can gen go on above a hidden frame now? */
bool consume_can(PyThreadState *ts, PyObject *gen);
/* The hidden frame, not linked to a caller, for a generator that can go on; it takes over both references. NULL without exception: there is no room, nothing has happened. */
_PyInterpreterFrame *consume_push(PyThreadState *ts, enum consumer which, STEALS PyObject *callable, STEALS PyObject *gen);
/* One item. 0; 1: no more are wanted; -1 with an exception. */
int consume_take(enum consumer which, PyObject **slots, STEALS PyObject *item);
/* The result, a new reference; enough: consume_take() has said so. The slots keep what is no part of it. NULL with an exception. */
OWNED PyObject *consume_end(enum consumer which, PyObject **slots, bool enough);
/* The next item when the generator cannot go on above the frame: 1 with a new reference, 0 at the end, -1. */
int consume_next(PyThreadState *ts, PyObject *gen, PyObject **item);
/* The whole call, in an evaluation loop of its own. It takes over both references. Only where consume_can(). */
OWNED PyObject *consume_call(PyThreadState *ts, enum consumer which, STEALS PyObject *callable, STEALS PyObject *gen);

int consume_init(void);

#endif
