/* jit/trace/record.h: the recorder: what the interpreter is about to do becomes IR.
 *
 * It runs before each instruction, sees the values that the instruction will see, and keeps, for each slot of the frame, which IR value
 * lies there now. All guards of an instruction come before its effects, so that each of them resumes at the instruction's
 * start. A recording function returns false when the trace cannot go on: rec_stop() says why. */
#ifndef ADDER_JIT_TRACE_RECORD_H
#define ADDER_JIT_TRACE_RECORD_H

#include "jit/opt/fold.h"
#include "jit/trace/trace.h"

#define REC_SLOTS IR_FIELDS
#define REC_VIRTUALS 32                /* virtual objects at one time */
#define REC_ALL (IR_FIELDS + REC_VIRTUALS * IR_FIELDS_MAX)
#define REC_STORES 16
#define REC_SOURCES 4
#define BUILTIN_ARGS 8
#define REC_DROPS 64
#define REC_INSTRUCTIONS 4000
#define REC_UNROLLED 8
#define REC_ROUNDS_SHORT 16             /* of one loop in an inlined call */
#define REC_UNROLLED_SHORT 64            /* of all of them, in inlined calls, as long as the trace has no more than REC_SHORT instructions */
#define REC_SHORT 3000
#define REC_REPEATS 12
#define REC_DICT_PAIRS 5                /* of a virtual dict */
#define OPEN_COST 10                   /* instructions that an open call takes more than in the interpreter */
#define OPEN_SHARE 8                   /* one instruction out of so many may be an open call */

struct loop_row;
struct builtin_call;

struct virtual_object {
    ir_ref v;                          /* its VIRT; REF_NONE: free */
    uint16_t number;                   /* of ir's */
    uint8_t n;                         /* fields that are set */
};

struct recorder {
    PyThreadState *ts;                 /* who records; NULL: nobody */
    _PyInterpreterFrame *frame;        /* the outer one, on whose memory the trace runs */
    PyCodeObject *code;                /* its code */
    _PyInterpreterFrame *inner;        /* the one that the instruction at hand is of: frame, or a call inlined into it */
    PyCodeObject *inner_code;
    PyCodeObject *operates;            /* code of the hidden frame: the operator at hand is a call of `entering`, which the recorder does itself; or NULL */
    /* Its names, or None: the call at hand is one of a class, `entering` its __init__, and the recorder does it itself. ITEM_SHIM: an item is stored by `entering`. Or NULL. */
    PyObject *constructs;
    unsigned ngenerators;              /* frames of generators among those at hand (rec_gen.c) */
    _PyInterpreterFrame *resumed;      /* the instruction before has made this generator go on; or NULL */
    bool elsewhere;                    /* the instruction at hand has left a generator's frame: what slots have now is not known */
    PyFunctionObject *entering;        /* the instruction before was a call of this, whose frame is not known yet; or NULL */
    int base;                          /* slot of its first local */
    struct ir *ir;
    unsigned id;                       /* that the trace will have */
    bool is_side;
    unsigned parent, parent_exit;      /* of a side trace */
    unsigned version_of;               /* one more trace for the loop of this one; else NO_TRACE */
    unsigned link;                     /* the trace it ends at, or NO_TRACE */
    bool linked;                       /* it goes on at that one without leaving machine code */
    bool stores_wait;                  /* at the link: those that may */
    bool to_start;                     /* not in its loop: where it starts, with everything in the frame's memory */
    bool to_body;                      /* in its loop, without its first round in front of that */
    bool contradicts;                  /* rec_link() failed because what is known here can never be what the loop's body relies on */
    struct ir *round;                  /* owned, until the trace takes it */
    unsigned target;                   /* code unit of the loop that it ends at */
    unsigned skip;                     /* code unit of an instruction that was recorded together with the one before; NO_ANCHOR: none */
    unsigned skip_to;                  /* what lies before this code unit was recorded with the one before; NO_ANCHOR: nothing */
    int start_top;                     /* `top` where the trace starts */
    unsigned anchor;                   /* the backward jump of a root, or the RESUME; NO_ANCHOR for a side trace */
    bool is_function, is_return;       /* a root behind a RESUME; or behind a call */
    unsigned last;                     /* of a root: the last jump back to its start, where the loop's code ends */
    unsigned again, again_at;          /* how often the last backward jump was taken in a row, and where it is */
    unsigned jumps, all_jumps;         /* backward jumps that did not end it; with those of its parents */
    unsigned start;                    /* code unit */
    unsigned pc;                       /* of the instruction at hand, or of the first EXTENDED_ARG before it */
    unsigned at;                       /* of the instruction itself */
    unsigned next;                     /* and of the one that follows it */
    int nslots, top, depth;            /* localsplus without stack; one past the stack on entry; those above nslots now, of all frames: rec_own_depth() */
    ir_ref open_call;                  /* of the instruction at hand, which may raise; or REF_NONE */
    /* rec_unseen.c: between an instruction that raises and the end of its handler: what is raised, whether the instruction at hand does that; whether inlined calls were left, and the code unit of
     * the call in the frame at hand then; the first instruction emitted since. */
    bool unseen, raises_now, unseen_left;
    unsigned unseen_at;
    ir_ref unseen_from;
    PyObject *raises_class;
    /* rec_consume.c: a generator is made and used up at once: how far that is. */
    enum { CONSUMING_NOT, CONSUMING_MAKES, CONSUMING_CALLS, CONSUMING_RUNS, CONSUMING_ENDS } consuming;
    unsigned away;                     /* the round has come into a handler, which lies behind the loop's end in the code: so many instructions more it may take there */
    unsigned left;                     /* inlined calls that its exception has left */
    unsigned raises;                   /* open calls that raise or end a handler: they take no longer than in the interpreter */
    bool misjudged;                    /* a loop that its parents have unrolled goes on and on: they had better be without it */
    unsigned count, opens, calls;      /* instructions so far, those of them that are open calls, and what leaf calls save less than instructions */
    bool tree_opens;                   /* its parents have open calls */
    int oparg;
    ir_ref awaited;                    /* what FOR_ITER has left on the stack, a value or NULL: the next instruction tells; or REF_NONE */
    unsigned ends_at;                  /* code unit behind that loop */
    unsigned extended;                 /* EXTENDED_ARG bits so far; ext_pc: where they began */
    unsigned ext_pc;
    _PyInterpreterFrame *below;        /* the generator has yielded to this frame, and will go on at its RESUME; or NULL */
    bool begun;                        /* the instruction at hand is being recorded, which found */
    int begun_depth, begun_base;       /* so many values on the stack, and this frame: what leaves to it must leave that */
    PyObject **sp;                     /* the interpreter's */
    struct loop_row *row;              /* of statistics, or NULL */
    int line;                          /* where it starts */
    const char *why;                   /* stopped */
    uint64_t compile_ns, begun_at;     /* CPU time; of the thread when it began */
    bool closed;                       /* the trace is whole: it ends with a loop, at one, */
    bool leaves;                       /* or in the interpreter */
    bool broken;                       /* a fact that it relies on has ceased to hold */
    uint16_t inner_frame, ir_top, ir_real;         /* of ir, see rec_leave.c */
    uint64_t taken[REC_SLOTS / 64];    /* slots of memory whose object the trace has taken over: at the end of a round there must lie one again */
    uint64_t ever_late;                /* of the first 64 slots those that have been late at some time, with something else than a leaf */
    uint64_t late[REC_SLOTS / 64];     /* slots whose object in memory is known to die unnoticed, when the trace is left, */
    uint64_t leaf[REC_SLOTS / 64];     /* and those of them that have a leaf there, or nothing: no reference to an object of another kind goes with them */
    int nvirtuals, nheld, ndropped, npending, nquiet;
    ir_ref quiet[BUILTIN_ARGS + 2];    /* of which guards of the instruction at hand have said already that nobody notices */
    ir_ref source[REC_SOURCES];        /* lists that items come from of which references wait to be stored (rec_pairs.c); what they are now, borrowed */
    PyObject *source_now[REC_SOURCES];
    ir_ref given;                      /* an object made by the instruction at hand, to which a tuple has a reference, too; or REF_NONE */
    int used, used_fields;             /* what lies from slot `used` on below IR_FIELDS, and from `used_fields` on, has never been written: all zero */
    /* From here on rec_state.c copies what is in use only.
     * By index in localsplus, REF_NONE: not read yet, as in memory; and from IR_FIELDS on fields of virtual objects: of number i in `virtuals` from
     * IR_FIELDS + i * IR_FIELDS_MAX. */
    ir_ref slot[REC_ALL];
    bool changed[REC_ALL];             /* differs from memory; fields: is set */
    bool empty[REC_ALL];               /* memory has nothing in the slot, if it is neither changed nor has a value here */
    bool held[REC_ALL];                /* the slot has a reference of its own: of a new object, or what a store took away from another place (rec_store.c) */
    struct virtual_object virtuals[REC_VIRTUALS];
    ir_ref dropped[REC_DROPS];         /* references that the instruction at hand has no use for any more, */
    PyObject *dropped_now[REC_DROPS];  /* and what these are right now; NULL: not known */
    struct snap_store pending[REC_STORES];
};

/* What slot i has in memory is dropped late, or not. */
static inline bool rec_is_late(const struct recorder *r, int i) { return r->late[i / 64] >> i % 64 & 1; }
static inline void
rec_mark_late(struct recorder *r, int i, bool leaf)
{
    r->late[i / 64] |= (uint64_t)1 << i % 64;
    r->leaf[i / 64] &= ~((uint64_t)1 << i % 64);
    r->leaf[i / 64] |= (uint64_t)leaf << i % 64;
    if (i < 64 && !leaf)
        r->ever_late |= (uint64_t)1 << i;
}
static inline void rec_unmark_late(struct recorder *r, int i) { r->late[i / 64] &= ~((uint64_t)1 << i % 64); }

/* rec_state.c */
/* A frame of this code whose locals begin at slot `base` is part of the trace. */
void rec_use_slots(struct recorder *r, int base, PyCodeObject *code);
/* Copy what is in use of r; and back again: *r is what it was. */
void rec_set_aside(struct recorder *to, const struct recorder *r);
void rec_take_back(struct recorder *r, const struct recorder *from);
/* A snapshot in the trace that is being recorded, of the state set aside. */
struct snap *rec_snap_of(struct recorder *aside);

/* A trace that need not come to the head of a loop. */
static inline bool rec_is_linear(const struct recorder *r) { return r->is_side || r->is_function || r->is_return; }
/* Why the recording ends without a trace; false. */
bool rec_stop(struct recorder *r, const char *why);

/* Emission through the optimiser: the value. A guard that never holds or a full trace stops the recording (r->why). */
ir_ref rec_emit(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b);
ir_ref rec_emit_x(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b, uint32_t x);
/* A snapshot of the state now, to go on at pc with `popped` values less on the stack. It lasts until the next one is begun. */
struct snap *rec_snap(struct recorder *r, unsigned pc, int popped);

ir_ref rec_local(struct recorder *r, int i);
/* A bit for each of the first 64 slots that memory has, that are dropped late, and may have more than a leaf: what lies above its end is nobody's. */
uint64_t rec_late_slots(const struct recorder *r);
/* Make sure that what slot i holds in memory may die later than CPython would let it die: a guard. Before it is overwritten or taken off the stack. */
void rec_guard_late(struct recorder *r, int i);
/* The same for an iterator over a list or tuple that nobody else refers to. False: it is none, or was there not on entry. */
bool rec_guard_dies(struct recorder *r, int i);
/* What slot i of the frame's memory has and would die when it is overwritten, which nobody notices: the slot holds it as one that was changed. Before anything
 * is off the stack. */
void rec_take(struct recorder *r, int i);
void rec_set(struct recorder *r, int i, ir_ref v);              /* by slot: index in localsplus of the outer frame, calls behind it */
void rec_push(struct recorder *r, ir_ref v);
ir_ref rec_pop(struct recorder *r);
ir_ref rec_peek(struct recorder *r, int n);                    /* 1: the top */
ir_ref rec_const(struct recorder *r, PyObject *o);             /* that lives as long as the trace */
void rec_push_int(struct recorder *r, ir_ref v);               /* results: a new object each */
void rec_push_float(struct recorder *r, ir_ref v);
/* A field of obj that the trace may have changed without storing it yet; and the change. */
ir_ref rec_field(struct recorder *r, ir_ref obj, uint32_t offset);
ir_ref rec_float_field(struct recorder *r, ir_ref obj, uint32_t offset);
bool rec_set_field(struct recorder *r, ir_ref obj, uint32_t offset, ir_ref value);
/* Nobody sees obj any more. */
void rec_forget_fields(struct recorder *r, ir_ref obj);
/* The unboxed form of v, whose object is o right now: I64, F64 or BOOL, with guards. REF_NONE: no number, or one too large. */
ir_ref rec_number(struct recorder *r, ir_ref v, PyObject *o);
bool rec_guard_type(struct recorder *r, ir_ref v, PyTypeObject *t);
enum snap_how rec_how_of(const struct recorder *r, ir_ref v);

/* side.c */
/* Begin with what this exit of p leaves, instead of the frame's memory. False: that cannot be done. */
bool rec_inherit(struct recorder *r, const struct trace *p, uint32_t exit);
/* Begin where an open call has led because it raised, or did not, at pc of the frame at hand, which is the n-th of the inlined calls that have frames: all is in memory. */
bool rec_inherit_turn(struct recorder *r, const struct trace *p, uint32_t exit, unsigned n, _Py_CODEUNIT *pc);
/* At the head of t's loop (r->target): emit what leads into its body. False: that cannot be done, everything is as it was. */
bool rec_link(struct recorder *r, const struct trace *t);
/* Stores that wait for fields of obj are done now; REF_NONE: all. */
void rec_store_pending(struct recorder *r, ir_ref obj);
/* Slot i of the frame's memory gets what the slot holds; those below it must be there. Exits go on at r->target. */
void rec_store_slot(struct recorder *r, int i);
/* The frame's memory has slots above `top` no more, which are off the stack. */
void rec_drop_slots(struct recorder *r, int top);
/* No other slot has a value that only the memory of slot i keeps alive. */
bool rec_may_overwrite(const struct recorder *r, int i);
/* rec_enter.c */
/* Will the instruction, a call, run a Python function or the constructor of a class of the program? */
bool rec_calls_python(const struct recorder *r, int opcode);
/* A call of a Python function that was not inlined: its frame is pushed by the interpreter's own body, and the trace goes on in it. False: that cannot be, nothing was emitted or
 * the recording has stopped (r->why). */
bool rec_enter(struct recorder *r, int opcode);
/* rec_yield.c: YIELD_VALUE; and is f the frame that a generator has yielded to, whose instructions are none of the trace's? */
bool rec_yield(struct recorder *r);
bool rec_is_below(const struct recorder *r, _PyInterpreterFrame *f);
/* x is added to a sum of doubles as sum() does it: *hi and *lo are the sum and what compensates it. */
void rec_add_double(struct recorder *r, ir_ref x, ir_ref *hi, ir_ref *lo);
/* rec_gen.c: FOR_ITER of a generator, which lies under `above` more values, of which the top one is sent in: the trace goes on in its frame. */
bool rec_resume_generator(struct recorder *r, int above);
/* What waits to be stored in variables of generators that run is in slots from now on. */
void rec_take_waiting(struct recorder *r);
/* The interpreter runs an instruction of f: the generator's? */
bool rec_follow_generator(struct recorder *r, _PyInterpreterFrame *f);
/* Is the frame at hand a generator's that the trace has made go on? Its YIELD_VALUE. */
bool rec_is_in_generator(const struct recorder *r);
bool rec_yield_to_loop(struct recorder *r);
/* Slot i of such a frame as its memory has it, or REF_NONE; a guard that it may be overwritten, or taken off the stack. */
ir_ref rec_generator_local(struct recorder *r, int i);
void rec_guard_generator_slot(struct recorder *r, int i);
/* Slot i of the generator's frame at hand, which memory has, holds what is there from now on. False: it is none, or the recording has stopped. */
bool rec_take_generator_slot(struct recorder *r, int i);
/* STORE_FAST; STORE_FAST_STORE_FAST. */
bool rec_generator_store(struct recorder *r, int local);
bool rec_generator_store_two(struct recorder *r, int first, int second);
/* Instructions that are not recorded there; false: this is none of them. */
bool rec_generator_refuses(struct recorder *r, int opcode);
/* rec_open.c */
/* May this instruction be left to the interpreter's own body, as an open call? Then do that. */
bool rec_can_open(const struct recorder *r, int opcode);
bool rec_open(struct recorder *r, int opcode);
/* The call itself, with the stack of the frame at hand ending at slot `end`, behind its snapshot (callee: the code of the frame that it pushes, or NULL); and what it has left
 * in slot i of memory. */
ir_ref rec_emit_open(struct recorder *r, int end, PyCodeObject *callee);
/* The same for a return. */
void rec_emit_return(struct recorder *r, int end);
void rec_load_slot(struct recorder *r, int i, ir_ref call);
/* rec_raise.c: RAISE_VARARGS and RERAISE: an open call that raises. */
bool rec_raise(struct recorder *r);
/* The open call of the instruction at hand has raised: the exception leaves f (pc NULL), or has come to a handler in it. False: the recording stops. */
bool rec_unwind(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc);
/* Did the instruction at hand raise where it was recorded as one that does not? Then it had better be an open call. */
bool rec_raises_here(const struct recorder *r);
bool rec_check_exc_match(struct recorder *r);
bool rec_delete_fast(struct recorder *r);
/* JUMP_BACKWARD_NO_INTERRUPT: from a handler back to where the code goes on. */
bool rec_jump_out(struct recorder *r);
/* Is the instruction at hand, of the outer frame, no part of the loop? */
bool rec_is_behind_loop(struct recorder *r);
/* A handler begins in the frame at hand. */
void rec_come_to_handler(struct recorder *r);
/* What `except` names, v, which is `now`: constants of the trace, and exception classes. */
bool rec_are_constant_classes(struct recorder *r, ir_ref v, PyObject *now);
/* The exception that this instruction raises was seen; was that so for the instruction at hand? */
void rec_note_seen(const _Py_CODEUNIT *pc);
bool rec_is_seen(const struct recorder *r);
/* rec_unseen.c: does the instruction at hand raise what nobody will see? Then guards say so. From then on rec_go_on_unseen() records instructions, rec_unwind_unseen() instead of rec_unwind(), and
 * rec_snap_unseen() makes all snapshots. */
extern const char rec_seen[];
bool rec_begin_unseen(struct recorder *r, int opcode);
/* The instruction at hand is left to the interpreter. If that is because it raises, a guard in front that it will again: where it does not, a side trace does it itself. */
bool rec_expect_raise(struct recorder *r, int opcode);
bool rec_go_on_unseen(struct recorder *r, int opcode);
bool rec_unwind_unseen(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc);
struct snap *rec_snap_unseen(void);
/* rec_consume.c: do this CALL and the next make a generator and use it up? Then all that happens in between is recorded: rec_go_on_consuming() has its instructions, rec_sees_consuming() looks at
 * each before (1: it is no part of the trace; -1: stopped), rec_snap_consuming() makes all snapshots. */
extern const char rec_not_at_once[];    /* why a recording stopped that will be another one next time */
bool rec_begin_consuming(struct recorder *r, int opcode);
bool rec_go_on_consuming(struct recorder *r, int opcode);
int rec_sees_consuming(struct recorder *r, _PyInterpreterFrame *f, const _Py_CODEUNIT *pc);
struct snap *rec_snap_consuming(void);
bool rec_unwind_consuming(struct recorder *r);
/* MAKE_FUNCTION and SET_FUNCTION_ATTRIBUTE of functions that are called so. */
bool rec_make_function(struct recorder *r);
bool rec_set_closure(struct recorder *r);
/* Does the instruction at `next` call such a function, under `depth` values of the stack now, with what is on top of it? */
bool rec_feeds_generator(struct recorder *r, unsigned next, int depth);
/* record.c: the instruction, without what is behind it; the references that were let go since the exception was raised. */
bool rec_one_instruction(struct recorder *r, int opcode);
bool rec_end_unseen(struct recorder *r);
/* Open calls that take more time than in the interpreter. */
static inline unsigned rec_dear_opens(const struct recorder *r) { return r->opens - r->raises; }
/* rec_next.c: FOR_ITER of any iterator but a generator; and, at the next instruction, whether there was a value. */
bool rec_for_any(struct recorder *r);
void rec_see_value(struct recorder *r, unsigned at);
/* The frames' memory gets all that differs from it; inlined calls get frames. */
bool rec_publish(struct recorder *r);
/* Of the outer frame, in which the trace is, the slots below `end`: what lies above them the frame's memory owns in other slots. */
bool rec_publish_below(struct recorder *r, int end);
/* The inlined call at hand, whose frame is in memory, returns. */
bool rec_open_return(struct recorder *r, int opcode);
/* rec_ends.c: the outer frame returns, and the trace ends. */
bool rec_last_return(struct recorder *r, int opcode);
/* A loop through which there are so many ways that it is not unrolled into callers: the one at whose end, code unit `at`, is a JUMP_BACKWARD by oparg; any of the function's. */
bool rec_is_large_loop(PyCodeObject *code, unsigned at, unsigned oparg);
bool rec_has_large_loop(PyCodeObject *code);
/* The first JUMP_BACKWARD from code unit j->next on, and where to go on behind it; false: no more. The code before j->next is not an EXTENDED_ARG. */
struct jump_back { unsigned at, oparg, next; };
bool rec_next_jump_back(PyCodeObject *code, struct jump_back *j);
bool rec_has_loop(PyCodeObject *code);
/* Did a recording stop only because another trace should exist first? */
bool rec_comes_later(const char *why);
/* May calls of functions of this code end traces at all, and begin some? */
bool rec_can_be_chained(PyCodeObject *code);
/* Does a call of a function of this code, which is not inlined, end the trace, as the function has one of its own or is likely to get one? */
bool rec_is_chained(const struct recorder *r, PyCodeObject *code);
/* A call of func that cannot be inlined ends the trace, if there is one for func, or will be: that which is recorded. */
bool rec_last_call(struct recorder *r, PyFunctionObject *func);
/* The recording begins where the function does: locals that are no parameters have no values yet. */
void rec_begin_function(struct recorder *r);
/* rec_open.c: locals that need not be stored, as the frame whose stack ends at slot `end` goes at once. */
void rec_forget_locals(struct recorder *r, int end);
/* A new iterator, which emit() makes, goes where the interpreter has it, into slot i of memory: before it, all below it; then it on the stack
 * instead of `popped` values, and in memory. False: the recording stops. */
bool rec_before_iterator(struct recorder *r, int i);
void rec_put_iterator(struct recorder *r, int i, ir_ref it, int popped);
/* rec_range.c */
/* Is the instruction at hand a call of range() whose result is iterated over at once? Then record both. */
bool rec_is_range(struct recorder *r);
bool rec_range(struct recorder *r);
/* rec_reverse.c */
/* Does `x[:k + 1] = x[k::-1]` begin at this BUILD_SLICE? Then record all of it. */
bool rec_is_reversal(struct recorder *r);
bool rec_reversal(struct recorder *r);
/* rec_same.c: is the result of this operator on ints the left operand itself? Guards say so, or that it is not. x, y: what the operands are now. */
bool rec_keeps_left(struct recorder *r, int operator, ir_ref a, ir_ref b, int64_t x, int64_t y);
/* rec_num.c */
bool rec_binary_op(struct recorder *r);
bool rec_compare_op(struct recorder *r);
bool rec_divmod(struct recorder *r, ir_ref a, ir_ref b, ir_ref left, PyObject *x, PyObject *y, ir_ref *quotient, ir_ref *remainder);
bool rec_unary(struct recorder *r, int opcode);
bool rec_to_bool(struct recorder *r);
/* Take so many values off the stack and push v: the number as a new object. */
bool rec_give(struct recorder *r, int popped, ir_ref v);
/* The same with the truth of v, which is o now. */
bool rec_bool(struct recorder *r, ir_ref v, PyObject *o, int popped);
/* a operator b (Py_LT ...) of unboxed numbers, as BOOL. */
ir_ref rec_compare_numbers(struct recorder *r, int operator, ir_ref a, ir_ref b);
/* rec_flow.c */
extern const char rec_inner_first[], rec_version_first[];      /* why recordings stopped that may soon go better; the second: the round that begins now is to be a version of r->link */
bool rec_pop_jump(struct recorder *r, bool if_true);
bool rec_pop_jump_none(struct recorder *r);
bool rec_for_iter(struct recorder *r);
/* rec_select.c: the conditional jump at hand leads past a few operations on numbers: both sides are computed, and one is selected. False: it is another one, or r->why. */
bool rec_both_sides(struct recorder *r, ir_ref test, bool if_true);
bool rec_jump_backward(struct recorder *r);
bool rec_is_op(struct recorder *r);

/* rec_obj.c */
bool rec_load_attr(struct recorder *r, PyObject *name, bool method_form);
/* Has the class of o a number under this name, and o nothing, so that rec_load_attr() finds a constant? */
bool rec_has_class_number(PyObject *o, PyObject *name);
bool rec_load_super_attr(struct recorder *r);
bool rec_load_deref(struct recorder *r);
/* Of a cell that holds something already. */
bool rec_store_deref(struct recorder *r);
bool rec_binary_subscr(struct recorder *r);
bool rec_unpack_sequence(struct recorder *r);
/* How many items v has, as I64, whose object is o right now. REF_NONE: not of a type that says so at once. */
ir_ref rec_len(struct recorder *r, ir_ref v, PyObject *o);
/* Whether v, no number, is true, as BOOL. REF_NONE: that is not recorded yet. */
ir_ref rec_truth(struct recorder *r, ir_ref v, PyObject *o);
/* v and w are strings. REF_NONE: they were numbers in the trace. */
ir_ref rec_compare_str(struct recorder *r, ir_ref v, ir_ref w, bool equal);
/* An attribute of class t under this name, found or not, stays what it is. */
bool rec_watch_name(struct recorder *r, PyTypeObject *t, PyObject *name);
/* Where in owner, whose inline values are valid, the value of this attribute lies, which is there; guards say so for v. */
bool rec_find_value(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, uint32_t *offset);
/* Where item sub of list o lies, which is there: where the items are, and its index. */
bool rec_item_place(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *sub_now, ir_ref *items, ir_ref *index);
/* The index of an item of o that is there, counted from the start; o is a row of numbers, list or tuple. REF_NONE: none, or one that is not recorded. */
ir_ref rec_index(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *sub_now);
/* rec_kind.c */
/* The builtin container whose way of doing this instances of t have: t itself, if it is no subclass of one. What a subclass leaves as it was is watched. NULL: it
 * does it in a way of its own, or the recording stops. */
enum container_use { USE_LENGTH, USE_TRUTH, USE_ITEM, USE_STORE, USE_ITER, USE_CONTAINS };
PyTypeObject *rec_container(struct recorder *r, PyTypeObject *t, enum container_use use);
/* A new instance of t by a leaf call, which makes it without arguments. REF_NONE: the recording stops. */
ir_ref rec_new_of_class(struct recorder *r, PyTypeObject *t);
/* A call without arguments of t, a subclass of a builtin container that makes its instances as that does. False: it is none, or the recording stops; v: t in the trace. */
bool rec_call_container(struct recorder *r, ir_ref v, PyTypeObject *t, int on_stack);
/* Is descr what named tuples have for an item, and o a tuple that has it? Then which. */
bool rec_is_item_getter(PyObject *o, PyObject *descr);
Py_ssize_t rec_item_index(PyObject *descr);
/* rec_array.c */
/* Is o a row of numbers whose items can be recorded? */
bool rec_is_row(PyObject *o);
/* How many items v has, whose object is such a row. */
ir_ref rec_row_length(struct recorder *r, ir_ref v, PyObject *o);
bool rec_row_subscr(struct recorder *r);
bool rec_row_store(struct recorder *r);
/* rec_store.c */
/* The value on the stack, under `above` others that go, too, is stored where base points, which has o, as into a list. */
bool rec_store_item(struct recorder *r, ir_ref base, PyObject *o, int above);
bool rec_store_place(struct recorder *r, ir_ref base, ir_ref index, PyObject *o, int above);      /* word `index` from there */
/* A field of an object, or an item of a list; and v on its way there. */
struct rec_place { ir_ref base, index; uint32_t offset; };          /* index REF_NONE: a field */
struct rec_storing { struct rec_place pl; ir_ref v, old; int fate; uint32_t shape; int nvalues; bool is_known; };       /* shape: not 0: rec_find_room(). is_known: guards say already whether there is something */
/* Guards for pl.base, pl.offset and v: the field has o, NULL for nothing; so many values on the stack go later. Then the store. Two at once: that what they take away may go. */
bool rec_guard_field(struct recorder *r, struct rec_storing *st, PyObject *o, int popped);
bool rec_are_two(struct recorder *r, const struct rec_storing *a, const struct rec_storing *b);
bool rec_write_field(struct recorder *r, const struct rec_storing *st);
/* The same for an attribute that the instance does not have yet, but others of its class have: which shape it will have, how many it has. Each instance has room for all names of its
 * class (values_reserve()). */
bool rec_find_room(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, struct rec_storing *st);
bool rec_store_attr(struct recorder *r, PyObject *name);
bool rec_store_subscr(struct recorder *r);
/* What the interpreter has in slot i, or NULL if that is not known. Frames of calls lie behind the outer one, but for one that a generator owns. */
PyObject *rec_object_now(const struct recorder *r, int i);
/* Slot i, which holds a reference, is overwritten; behind the instruction it goes. */
void rec_let_go(struct recorder *r, int i);
/* Does another slot have what slot i of the frame's memory has, without owning it? */
bool rec_has_heir(struct recorder *r, int i);
/* Behind each instruction: references of slots that are gone. */
void rec_drop_held(struct recorder *r);
/* No slot holds a reference to a number any more: before calls, at the end. */
bool rec_settle_held(struct recorder *r);
/* All objects that the trace has made, or keeps alive, lie in the frame's memory, if there are any: at the end. Exits go on at r->target. */
bool rec_settle_objects(struct recorder *r);
/* Objects that slots have without owning them get a reference: before something dies. */
void rec_protect(struct recorder *r);
/* The same, if the instruction at hand is likely to drop an object that a slot holds. */
void rec_protect_from(struct recorder *r, int opcode);
/* Slots that have o now, without owning it, get a reference; a new snapshot of the state at r->pc. Before o may die. */
void rec_protect_now(struct recorder *r, PyObject *o);
/* The instruction at hand lets go of the tuple v, whose items all lie in slots now: these get a reference each, so that nothing but the tuple itself can die. */
void rec_empties(struct recorder *r, ir_ref v);
/* Objects that the top n values of the stack hold, and that go with the instruction: guards that nobody notices if they die, before its first effect. */
void rec_let_operands_die(struct recorder *r, int n);
/* v, a new reference that a leaf call has made, on the stack. */
void rec_push_new(struct recorder *r, ir_ref v);
/* The instruction at hand has an effect and then lets go of its operand in slot i: a guard, if need be, that this lives on. In front of the effect; for one operand. */
void rec_outlives(struct recorder *r, int i);
/* A guard that v lives on when a reference to it goes. */
void rec_guard_kept(struct recorder *r, ir_ref v);
/* The round is complete: whether objects live on is asked with those late slots that a later round can have. */
bool rec_narrow_late(struct recorder *r);
/* A guard that nobody notices what the list loses between the bounds of a slice; with their values now. False: somebody would now, stopped. */
bool rec_cuts_quietly(struct recorder *r, ir_ref list, PyObject *list_now, const ir_ref bounds[2], const int64_t bounds_now[2]);
/* Guards that taking so many values off the stack, and pushing one, may need: before the first effect of an instruction. */
void rec_before_effects(struct recorder *r, int popped);
/* v with a reference for a container: its own, or one that a slot held. A number becomes an object, in all slots that have it. */
ir_ref rec_reference(struct recorder *r, ir_ref v);
/* v as an object, which a slot holds if it lies in one, so that an exit has the reference that a leaf call was to take over; and that reference. Of several, all are held first. */
ir_ref rec_hold(struct recorder *r, ir_ref v);
ir_ref rec_hand_over(struct recorder *r, ir_ref v);
/* v, which lies in some slot, as an object: a number becomes one, held by a slot that has it. */
ir_ref rec_object(struct recorder *r, ir_ref v);
/* rec_dict.c */
/* Leaf calls (jit/ir/leaf.h). REF_NONE: stopped, or no value. */
ir_ref rec_leaf(struct recorder *r, enum ir_op op, enum ir_helper helper, ir_ref a, ir_ref b, ir_ref c);
/* Subscripts of dicts; `in`. */
bool rec_load_key(struct recorder *r);
/* The value that dict v, which is d, has under a constant; REF_NONE: none, which is guarded. */
bool rec_find_key(struct recorder *r, ir_ref v, PyObject *d, PyObject *sub, ir_ref *value);
/* BINARY_SUBSCR of a dict: guards that the key is not there. */
bool rec_guard_missing(struct recorder *r);
bool rec_store_key(struct recorder *r);
bool rec_contains(struct recorder *r);
bool rec_append_item(struct recorder *r);
bool rec_add_to_set(struct recorder *r);
bool rec_add_pair(struct recorder *r);
/* rec_seq.c */
/* v, a new object, in place of so many values; its type, if that is known. The guards that this may need are emitted already. */
bool rec_give_new(struct recorder *r, int popped, ir_ref v, PyTypeObject *t);
/* BINARY_OP whose left operand is a list, tuple or bytearray. */
bool rec_is_seq(PyObject *o);
bool rec_seq_operator(struct recorder *r);
/* rec_big.c: BINARY_OP on numbers of which no register holds one, or the result; < and so on of such ints. */
bool rec_is_big(struct recorder *r);
bool rec_big_operator(struct recorder *r);
bool rec_is_big_order(struct recorder *r);
bool rec_order_big(struct recorder *r, int operator);
/* BINARY_OP on exact sets and frozensets that makes a new one. */
bool rec_set_operator(struct recorder *r);
/* COMPARE_OP of two sets. */
bool rec_compare_sets(struct recorder *r, int operator);
bool rec_from_bytes(struct recorder *r, const struct builtin_call *c, ir_ref bytes, PyObject *now, bool little);
bool rec_to_bytes(struct recorder *r, const struct builtin_call *c);
bool rec_list_extend(struct recorder *r, const struct builtin_call *c);
/* A function that looks at the items of its arguments, where that runs no code. */
bool rec_call_inert(struct recorder *r, const struct builtin_call *c);
bool rec_call_collection(struct recorder *r, const struct builtin_call *c);
/* rec_str.c */
bool rec_str_subscr(struct recorder *r);
bool rec_concat(struct recorder *r);
bool rec_slice(struct recorder *r);
bool rec_store_slice(struct recorder *r);
bool rec_order_str(struct recorder *r, int operator);
bool rec_format(struct recorder *r);
bool rec_format_with_spec(struct recorder *r);
bool rec_percent(struct recorder *r);
bool rec_convert(struct recorder *r);
bool rec_build_string(struct recorder *r);
/* rec_pairs.c */
/* FOR_ITER of enumerate() or zip() whose tuple is unpacked at once. False without reason (r->why): another way must be found. */
bool rec_for_pairs(struct recorder *r);
/* The number in box v has become the object `by`: in all slots, and where a reference to it waits to be stored. rec_hold_given(): when the instruction is recorded, but for what it drops. */
void rec_replace(struct recorder *r, ir_ref v, ir_ref by);
void rec_hold_given(struct recorder *r);
/* The waiting store number i, of a reference, is done now; exits go on at r->target. */
void rec_store_reference(struct recorder *r, int i);
/* The same of all, if the instruction to be recorded now may take items from lists; or where the next round would not find them. */
void rec_store_references(struct recorder *r, int opcode);
void rec_settle_references(struct recorder *r, const struct trace *t);         /* that of t, or NULL: of the trace itself */
/* Where t's loop begins, a store of the same field waits: so this one may go on waiting there. */
bool rec_waits_on(const struct recorder *r, const struct trace *t, const struct snap_store *st);
/* rec_iter.c */
/* The next item of an iterator over a list, tuple, string or bytes, or of a range's; and the fields of the iterator that change with it. */
struct next_item {
    ir_ref item;
    int n;
    uint32_t offset[2];
    ir_ref value[2];
    ir_ref at;                         /* the item's position, which is this now: if n is 1 */
    int64_t position;
};
bool rec_can_look(PyObject *it);
bool rec_has_item(PyObject *it);
/* Guards that there is one, or none; it is of that type. False: stopped. */
bool rec_look(struct recorder *r, ir_ref it, PyObject *now, struct next_item *next);
bool rec_look_at_end(struct recorder *r, ir_ref it, PyObject *now);
/* The iterator in this slot goes: late, if what it goes through lives on; else at once, if nobody notices. */
bool rec_let_iterator_die(struct recorder *r, int slot);
bool rec_get_iter(struct recorder *r);
bool rec_is_sequence(PyObject *it);
bool rec_for_sequence(struct recorder *r);
bool rec_call_iterator(struct recorder *r, const struct builtin_call *c);
/* FOR_ITER of an iterator with leaf_is_iter(). */
bool rec_for_leaf(struct recorder *r);

/* rec_keywords.c */
bool rec_is_virtual_dict(struct recorder *r, ir_ref v);
/* Its key number k, and the value; one more pair. False: no room, the key is there or no interned string, or the dict would refer to itself. */
PyObject *rec_pair_key(struct recorder *r, ir_ref d, int k);
ir_ref rec_pair_value(struct recorder *r, ir_ref d, int k);
bool rec_put_pair(struct recorder *r, ir_ref d, PyObject *key, ir_ref value);
/* A dict in place of a virtual one with n fields in slots from `first` on. */
ir_ref rec_make_dict(struct recorder *r, int first, int n);
/* Of a few keys that are constants; DICT_MERGE of keyword arguments. */
bool rec_build_map(struct recorder *r);
bool rec_merge_keywords(struct recorder *r);

/* rec_call.c */
/* Functions of the code at hand have loops that are too long to be unrolled: from now on traces of the outer code call them instead of inlining them. */
void rec_call_apart(const struct recorder *r);
/* The jump back at hand is one of a large loop in an inlined call, which therefore is none for traces of the outer code any more. r->misjudged: an older trace has inlined it. */
bool rec_goes_round(struct recorder *r);
/* Has this recording inlined the call at hand, and not a parent? */
bool rec_has_inlined_itself(const struct recorder *r);
extern const char rec_long_loop[];     /* why a recording stopped where that was found out: another one may soon be better */
/* Why a function of this code cannot be on the stack of inlined calls once more, or NULL. */
const char *rec_place_refused(struct recorder *r, PyCodeObject *code);
/* Guards, or watches if v is a constant, that v, which is func now, is a function with the same code, globals and way to be called. */
bool rec_guard_callee(struct recorder *r, ir_ref v, PyFunctionObject *func);
/* A frame for an inlined call at code unit `at`, which goes on at ret: its slots behind those of the frame at hand, whose stack ends at slot `below` while it runs. It
 * becomes the one at hand. */
bool rec_push_frame(struct recorder *r, int below, ir_ref v, PyFunctionObject *func, unsigned at, unsigned ret);
/* The same for the frame f. */
bool rec_add_frame(struct recorder *r, struct ir_frame f);
bool rec_call(struct recorder *r);
bool rec_call_kw(struct recorder *r);
/* CALL_FUNCTION_EX with a tuple of arguments that the trace does not make. */
bool rec_call_spread(struct recorder *r);
/* BEFORE_WITH of an object whose __enter__ and __exit__ are Python functions. */
bool rec_before_with(struct recorder *r);
bool rec_resume(struct recorder *r);
bool rec_init_check(struct recorder *r);
/* Is BINARY_OP or COMPARE_OP, the instruction at hand, a call of a method in Python that can be inlined? Then do that. */
bool rec_is_operator(struct recorder *r, int opcode);
bool rec_operator(struct recorder *r, int opcode);
/* All that an inlined call takes for granted is watched. */
bool rec_watch_callee(struct recorder *r, PyFunctionObject *func, PyCodeObject *code);      /* func: NULL, if it may be another */
bool rec_copy_free_vars(struct recorder *r);
/* Reading an attribute calls func with the value on top of the stack, instead of which its result will be there. v: func in the trace. */
bool rec_call_getter(struct recorder *r, ir_ref v, PyFunctionObject *func);
/* The same of descr, which the class of the object on top of the stack has, by a __get__ in Python above a hidden frame; what that depends on is watched. */
bool rec_call_descriptor(struct recorder *r, PyObject *descr);
/* BINARY_SUBSCR, STORE_SUBSCR call a Python function. */
bool rec_is_getitem(const struct recorder *r);
bool rec_call_getitem(struct recorder *r);
bool rec_is_setitem(const struct recorder *r);
bool rec_call_setitem(struct recorder *r);
/* STORE_ATTR of a property whose setter is func, which is v. */
bool rec_call_setter(struct recorder *r, ir_ref v, PyFunctionObject *func);
/* The frame at hand returns. */
bool rec_return(struct recorder *r, int opcode);
/* The inlined call at hand, of which nothing is in memory, is left. */
void rec_leave_frame(struct recorder *r);
/* Slots from..to-1 are of no frame any more. */
void rec_forget_slots(struct recorder *r, int from, int to);
/* Is f right behind its caller on the data stack, so that its slots are where struct ir_frame says? Or is its caller `outer` and a generator's frame, above which
 * frames are never in memory while a trace runs. */
bool rec_is_behind(_PyInterpreterFrame *f, const _PyInterpreterFrame *outer);
static inline bool rec_in_generator(const struct recorder *r) { return r->frame->owner == FRAME_OWNED_BY_GENERATOR; }
/* The interpreter runs an instruction of f: the frame of the call that was recorded last? */
bool rec_follow(struct recorder *r, _PyInterpreterFrame *f);
/* rec_virtual.c: objects that are made only where somebody else than the trace sees them. */
/* The first slot from i on that is not what memory has, or end. */
static inline int
rec_next_changed(const struct recorder *r, int i, int end)
{
    uint64_t eight;
    for (; i + 8 <= end; i += 8) {
        memcpy(&eight, &r->changed[i], sizeof(eight));
        if (eight != 0)
            break;
    }
    while (i < end && !r->changed[i])
        i++;
    return i;
}

static inline bool rec_is_virtual(const struct recorder *r, ir_ref v) { return v != REF_NONE && ir_is_virtual(r->ir, v); }
/* Is v an object, not a box: the address of something? And something that exists? */
static inline bool rec_is_object(const struct recorder *r, ir_ref v) { return v != REF_NONE && ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v); }
static inline bool rec_is_real(const struct recorder *r, ir_ref v) { return rec_is_object(r, v) && !rec_is_virtual(r, v); }
/* A new one, without fields; REF_NONE: there is no room. */
ir_ref rec_new_virtual(struct recorder *r, enum virtual_kind kind, PyTypeObject *t);
/* Which it is, if v is one. */
struct ir_virtual *rec_virtual(struct recorder *r, ir_ref v);
/* How many fields it has; the slot of field `at` (struct ir_virtual), -1: not set. */
int rec_nfields(const struct recorder *r, ir_ref v);
int rec_field_slot(struct recorder *r, ir_ref v, unsigned at);
/* Field `at` gets a value. False: no room, or the object would refer to itself; nothing has changed. */
bool rec_put_field(struct recorder *r, ir_ref v, unsigned at, ir_ref value);
/* From now on it exists. All that refer to it refer to what was made; one of these slots holds it. A new snapshot of the state at r->pc. */
bool rec_materialise(struct recorder *r, ir_ref v);
bool rec_materialise_all(struct recorder *r);
/* Those that the instruction may show to somebody: its operands, but for a few opcodes that know virtual objects. */
bool rec_materialise_operands(struct recorder *r, int opcode);
/* Behind each instruction: those that nobody refers to any more go. */
void rec_sweep_virtuals(struct recorder *r);
/* Entries of the fields of all that slots refer to. */
void rec_snap_virtuals(struct recorder *r, int top);
/* The exit of p that this trace continues has a virtual object there. */
ir_ref rec_inherit_virtual(struct recorder *r, const struct ir_virtual *v);
/* The slot behind i: the frames', then the fields. */
static inline int
rec_next_slot(const struct recorder *r, int i)
{
    int next = i + 1 == r->nslots + r->depth ? (r->nvirtuals > 0 ? IR_FIELDS : REC_ALL) : i + 1;
    return next == r->used_fields ? REC_ALL : next;
}
/* Values on the stack of the frame at hand: r->depth counts those of the frames around it too, and all of an inlined frame's own slots. */
static inline int rec_own_depth(const struct recorder *r) { return r->nslots + r->depth - r->base - r->inner_code->co_nlocalsplus; }
static inline int rec_first_slot(const struct recorder *r) { return r->nslots + r->depth > 0 ? 0 : rec_next_slot(r, -1); }
bool rec_build_tuple(struct recorder *r);
/* rec_list.c. False without reason (r->why): the list has to be made first. */
bool rec_build_list(struct recorder *r);
bool rec_append_virtual(struct recorder *r);
/* LIST_EXTEND of a list that becomes a tuple at once, as that of arguments does: f(a, b, *c). */
bool rec_spread(struct recorder *r);
/* The items of the tuple, or virtual list, on top of the stack, and how many it has in each round; -1: something else, or more than there is room for. */
int rec_spread_items(struct recorder *r, int at, ir_ref items[IR_FIELDS_MAX], int room);
/* The same of an exact list or tuple, or a virtual one, under at - 1 other values. */
int rec_sequence_items(struct recorder *r, int at, ir_ref items[IR_FIELDS_MAX], int room);
/* BINARY_OP: a virtual list or tuple times a constant. */
bool rec_repeat_virtual(struct recorder *r);
bool rec_store_virtual(struct recorder *r);
/* BINARY_SUBSCR, STORE_SUBSCR: which item of a virtual tuple or list; -1: another one, or r->why. */
int rec_virtual_index(struct recorder *r);
/* The iterator of a range of these arguments, of which the first two are so now, virtual. REF_NONE: stopped. */
ir_ref rec_range_iterator(struct recorder *r, const ir_ref v[3], int64_t start, int64_t stop);
bool rec_for_virtual_range(struct recorder *r, ir_ref it);
/* GET_ITER of a range that exists, where nobody but the trace will have the iterator. */
bool rec_iterate_range(struct recorder *r);
/* A real one instead of it. REF_NONE: there is no room. */
ir_ref rec_make_range(struct recorder *r, ir_ref it);
bool rec_unpack_virtual(struct recorder *r);

/* rec_display.c */
bool rec_build_set(struct recorder *r);
bool rec_build_pairs(struct recorder *r);
bool rec_build_const_keys(struct recorder *r);
/* LIST_EXTEND, SET_UPDATE. */
bool rec_extend_display(struct recorder *r);
bool rec_update_set(struct recorder *r);
/* rec_match.c */
/* MATCH_SEQUENCE, MATCH_MAPPING: is the subject's type one with this flag? */
bool rec_match_kind(struct recorder *r, unsigned long flag);
bool rec_get_len(struct recorder *r);
bool rec_match_keys(struct recorder *r);
bool rec_match_class(struct recorder *r);
bool rec_unpack_ex(struct recorder *r);
/* A virtual tuple of two, instead of so many values. */
bool rec_give_pair(struct recorder *r, int popped, ir_ref first, ir_ref second);

/* rec_leave.c */
/* An instruction begins. */
void rec_remember(const struct recorder *r);
/* It cannot be recorded: may the trace end before it? */
bool rec_leave(struct recorder *r);
/* rec_builtin.c */
struct builtin_call {
    PyObject *callable;                /* no Python function */
    ir_ref function;                   /* that, in the trace */
    int n, on_stack;                   /* arguments; how much of the stack all of it is */
    ir_ref args[BUILTIN_ARGS];
    PyObject *now[BUILTIN_ARGS];       /* what they are right now */
    PyObject *names;                   /* a tuple, of the last ones, which are passed by keyword; or NULL */
};
bool rec_call_builtin(struct recorder *r, const struct builtin_call *c);
/* Is v, which is o, an instance of cls, a class or a tuple of such that are constants? Guards and facts make sure of the answer; or the recording stops. */
bool rec_is_instance_of(struct recorder *r, ir_ref v, PyObject *o, PyObject *cls);
/* Methods whose self is of the type that they belong to. */
bool rec_dict_get(struct recorder *r, const struct builtin_call *c);
bool rec_set_add(struct recorder *r, const struct builtin_call *c);
bool rec_list_append(struct recorder *r, const struct builtin_call *c);
bool rec_list_insert(struct recorder *r, const struct builtin_call *c);
/* An item of the list, the call's first argument, whose reference goes from there to the stack, which has `now` there: what to do before anything has changed. The item; REF_NONE: stopped.
 * Behind the call that takes it out of the list: rec_give_taken(). */
ir_ref rec_take_item(struct recorder *r, const struct builtin_call *c, ir_ref index, PyObject *now);
bool rec_give_taken(struct recorder *r, const struct builtin_call *c, ir_ref item);
/* The first argument, which lies under the others or in a bound method, changes, and goes with the call: a guard, if need be, that it lives on. */
void rec_self_outlives(struct recorder *r, const struct builtin_call *c);
/* Is it tuple.__new__? And calls of it. */
bool rec_is_tuple_new(PyObject *o);
bool rec_tuple_new(struct recorder *r, const struct builtin_call *c);
/* rec_heap.c: heappush(), heappop(), bisect_left(), bisect_right(), insort_left(), insort_right(). */
bool rec_heap_push(struct recorder *r, const struct builtin_call *c);
bool rec_heap_pop(struct recorder *r, const struct builtin_call *c);
bool rec_bisect(struct recorder *r, const struct builtin_call *c);
bool rec_insort(struct recorder *r, const struct builtin_call *c);
bool rec_list_pop(struct recorder *r, const struct builtin_call *c);
bool rec_encode(struct recorder *r, const struct builtin_call *c);
/* rec_obj.c: getattr() with a constant name; guards that v, which is o, has no such attribute. */
bool rec_call_getattr(struct recorder *r, const struct builtin_call *c);
bool rec_guard_no_attr(struct recorder *r, ir_ref v, PyObject *o, PyObject *name);
bool rec_has_no_attr(PyObject *o, PyObject *name);
bool rec_call_str(struct recorder *r, const struct builtin_call *c);
/* rec_method.c: a method of a builtin type, called with self as first argument; a C function with an effect row; ord(), chr(), str() */
bool rec_call_method(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, PyTypeObject *t);
/* rec_text.c: int() and float() of a string; next() of an iterator of ours that has another item. */
bool rec_int_of_str(struct recorder *r, const struct builtin_call *c);
bool rec_call_next(struct recorder *r, const struct builtin_call *c);
/* The arguments from `first` on as objects; what the instruction takes off the stack may die unnoticed. False: stopped. */
bool rec_argument_objects(struct recorder *r, const struct builtin_call *c, int first, ir_ref *args);
bool rec_call_bound(struct recorder *r, const struct builtin_call *c);
bool rec_call_by_row(struct recorder *r, const struct builtin_call *c, const PyMethodDef *def, ir_ref self, int first);
/* rec_global.c */
/* The trace relies on this from now on (vm/deps.h). */
bool rec_watch(struct recorder *r, enum dep_aspect aspect, void *subject, PyObject *name);
extern const char rec_not_watched[];     /* why a recording stopped where there was no memory to watch something */
/* What dict has under name, for as long as the trace exists: *value is borrowed, or NULL for nothing. */
bool rec_dict_key(struct recorder *r, PyObject *dict, PyObject *name, PyObject **value);
bool rec_load_global(struct recorder *r, PyObject *name, bool and_null);
bool rec_load_name(struct recorder *r, PyObject *name);
bool rec_store_global(struct recorder *r, PyObject *name);
bool rec_store_name(struct recorder *r, PyObject *name);
/* d was broken, and traces with it. */
void rec_global_changed(const struct dep *d);

#endif
