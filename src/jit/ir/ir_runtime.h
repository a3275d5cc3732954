/* jit/ir/ir_runtime.h: what instructions do to objects, as functions: machine code calls them, the evaluator too. */
#ifndef ADDER_JIT_IR_IR_RUNTIME_H
#define ADDER_JIT_IR_IR_RUNTIME_H

#include <Python.h>

#include "base/own.h"
#include "rt/thread.h"
#include "vm/frame.h"
#include "vm/step.h"

/* A new int, a new float; NULL without exception when there is no memory. */
OWNED PyObject *jit_new_int(int64_t v);
OWNED PyObject *jit_new_float(double v);
/* iter(range(start, stop, step)); NULL without exception also when step is 0 or it cannot count in 64 bits. */
OWNED PyObject *jit_new_range_iterator(int64_t start, int64_t stop, int64_t step);

/* iter(seq) of an exact list or tuple. */
OWNED PyObject *jit_new_iterator(PyObject *seq);

/* A new instance of t, as its tp_alloc makes it; its inline values will be those whose numbers are the bytes of low and high, up to the first 255, in this order,
 * and its shape this one. A tuple, a list of n items; of the list, n >> 8: for how many there is room, 0: for n. The caller stores the values at once. The method of func for self. NULL without exception. */
OWNED PyObject *jit_new_instance(PyTypeObject *t, uint64_t low, uint64_t high, uint32_t shape);
OWNED PyObject *jit_new_tuple(Py_ssize_t n);
OWNED PyObject *jit_new_list(Py_ssize_t n);
OWNED PyObject *jit_new_method(STEALS PyObject *func, STEALS PyObject *self);

/* *slot = o, with a new reference, or with the caller's. What the slot held is dropped: something whose death nobody notices, or NULL.
 * put_new: o may be NULL. */
void jit_slot_put(PyObject **slot, PyObject *o);
void jit_slot_put_new(PyObject **slot, STEALS PyObject *o);

/* *slot = a new one of these, which is also returned (borrowed); what the slot held is dropped as by jit_slot_put_new(). When it dies of that and has the right type
 * its memory is the new one's. NULL without exception: as above, and the slot is as it was. */
PyObject *jit_slot_renew_int(PyObject **slot, int64_t v);
PyObject *jit_slot_renew_float(PyObject **slot, double v);
PyObject *jit_slot_renew_list_iterator(PyObject **slot, PyObject *list);
PyObject *jit_slot_renew_range_iterator(PyObject **slot, int64_t start, int64_t stop, int64_t step);

/* Nobody takes notice of the death of an object of this type: nothing happens then, nothing refers to it weakly, it refers to nothing. */
bool jit_is_leaf(const PyTypeObject *t);
/* One of those that variables have most: float, int, None, str. */
bool jit_is_common_leaf(const PyTypeObject *t);
/* Were o to die, nothing would happen that anybody could see, now or later: it and all that would die with it are leaves, or objects of known kinds without
 * finalizers and weak references. Says no to what is too much to look at. Or it lives on, as others refer to it: more than the slots that are dropped late.
 * n: so many objects are dropped at once, of which this is the one with the number in the bits from QUIET_NTH on, from 1 on; they are asked for in this order, one behind the
 * other. 1: it is the only one. QUIET_SLICE: o is a list that stays, and what loses references are its items between the bounds of a slice in jit_args[0] and [1]. */
#define QUIET_NTH 8
#define QUIET_SLICE 0
bool jit_is_quiet(PyObject **slots, uint64_t late, PyObject *o, uint32_t n);
/* May what slots[i] holds be dropped at any time from now on? It is a leaf, or others refer to it as well; or it is an iterator over a list or tuple to
 * which others refer. late: the slots, as bits, of which that was said already: their references do not count.
 * jit_dies_late: it is such an iterator, and this is the only reference to it. */
bool jit_drops_late(PyObject **slots, unsigned i, uint64_t late);
bool jit_dies_late(PyObject **slots, unsigned i, uint64_t late);

/* More references to o than one and those of the late slots? */
bool jit_is_kept(PyObject **slots, uint64_t late, PyObject *o);
void jit_drop(PyObject *o);
/* An int of this value instead of the int o, which is dropped; NULL without exception when there is no memory: o is not dropped then. */
OWNED PyObject *jit_int_instead(PyObject *o, int64_t v);
/* A float instead of the float o, in the same way. */
OWNED PyObject *jit_float_instead(PyObject *o, double v);

/* Rows of numbers: log2 of the bytes of an item of this type code; -1: a code of no number. Signed, an int? */
static inline int
jit_item_shift(uint32_t code)
{
    switch (code) {
    case 'b': case 'B': return 0;
    case 'h': case 'H': return 1;
    case 'i': case 'I': case 'f': return 2;
    case 'l': case 'L': case 'q': case 'Q': case 'd': return 3;
    default: return -1;
    }
}
static inline bool jit_item_is_float(uint32_t code) { return code == 'f' || code == 'd'; }
/* The least and the greatest int that fits; of Q and L the greatest of an int64_t. */
void jit_item_bounds(uint32_t code, int64_t *low, int64_t *high);
int64_t jit_item_int(const void *row, int64_t i, uint32_t code);
double jit_item_float(const void *row, int64_t i, uint32_t code);
void jit_item_set_int(void *row, int64_t i, uint32_t code, int64_t v);
void jit_item_set_float(void *row, int64_t i, uint32_t code, double v);

/* An iterator over a list or tuple (t) that has none yet; NULL without exception. */
OWNED PyObject *jit_new_sequence_iterator(PyTypeObject *t);
/* What MAKE_FUNCTION makes of them; closure: or None. It takes over all references, and none if there is no memory (NULL, without exception). */
OWNED PyObject *jit_new_function(PyObject *code, PyObject *closure, PyObject *globals);
/* The same characters? Exact strings. */
int64_t jit_str_eq(PyObject *a, PyObject *b);

/* The open call of IR's CALLO: runs the instruction at code unit pc of f; x as there; outer: the trace's. callee: a call pushes the frame of a function with this code, else
 * NULL; None: of any function, which ends the trace, as a return from the outer frame does: jit_open_pc is set then. 0: the trace goes on. Else it leaves: the interpreter goes on at jit_open_pc, with the end of the current frame's stack stored; NULL: an exception
 * was raised at its instr_ptr. */
int64_t jit_open(PyThreadState *ts, _PyInterpreterFrame *f, uint32_t pc, uint32_t x, _PyInterpreterFrame *outer, PyCodeObject *callee);
/* Is there C stack enough for an instruction that calls Python functions in a loop of their own? Else traces leave before it. */
static inline bool jit_may_nest(PyThreadState *ts) { return ts_stack_here() > rt_thread_of(ts)->nest_limit; }
/* An open call that is a return: f, which belongs to no generator, is left at instr with `value` (STEALS); its stack ends at sp. As jit_open() for a frame of an inlined call. The last one is
 * for a trace's outer frame: 0. If that is an __init__ that gives None, the hidden frame below it returns the instance as well. */
int64_t jit_return(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value);
int64_t jit_return_last(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *instr, PyObject **sp, PyObject *value);
/* PUSHF: a frame for func (STEALS), its locals not set, becomes the current one behind `caller`. x: code units of the caller's call and of where it goes on, and the
 * end of its stack counted from its first local. 0: there is no room right behind the caller, or the thread is in too many calls. */
int64_t jit_push_function(PyThreadState *ts, _PyInterpreterFrame *caller, PyFunctionObject *func, uint64_t x);
/* The same for a hidden frame: None and ITEM_SHIM are that below an __init__ and below what stores, else it is known by its code. */
int64_t jit_push_shim(PyThreadState *ts, _PyInterpreterFrame *caller, PyObject *o, uint64_t x);
static inline bool jit_is_shim(PyObject *o) { return o == Py_None || o == ITEM_SHIM || PyCode_Check(o); }
/* `callee` of an open call that raised when it was recorded: the trace goes on in the handler, one of its frames', and leaves where it does not raise. */
#define OPEN_RAISES ((PyCodeObject *)Py_True)
/* jit_open_pc, where an open call leaves only because it raised and had not when it was recorded, or the other way round: a side trace may begin there. Else NULL. */
extern _Py_CODEUNIT *jit_turned_pc;
#define PUSH_X(call, ret, end) ((uint64_t)(end) << 32 | (uint64_t)(ret) << 16 | (uint64_t)(call))
#define OPEN_X(depth, oparg) ((uint32_t)(depth) << 20 | (uint32_t)(oparg))
#define OPEN_ARG_MAX ((1 << 20) - 1)
#define OPEN_DEPTH(x) ((x) >> 20 & 2047)
#define OPEN_RETURNS (1u << 31)        /* in x: a return, from a frame with the code `callee` */
extern _Py_CODEUNIT *jit_open_pc;
/* Counts up when traces are taken away: one that was running may be among them. */
extern uint32_t jit_epoch;
/* Changes when something has happened that a trace which runs must not go on after: traces were taken away, or somebody wrote into the slots of a frame. */
static inline uint32_t jit_troubles(void) { return jit_epoch + vm_frame_writes; }
/* For tests: called at the end of each open call. */
extern void (*jit_poison)(PyThreadState *ts, _PyInterpreterFrame *f);
/* For tests: asked before each open call, by its opcode: true: the trace leaves before it. */
extern bool (*jit_leaves_opens)(int opcode);

/* both.c: sin() and cos() for traces that want both of one number. Do they give what sin() and cos() give? */
double jit_sin_of_both(double x);
double jit_cos_of_both(double x);
bool jit_has_both(void);

#endif
