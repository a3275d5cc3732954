/* compile/seq.h: instructions in a row, as the code generator makes them and as the assembler takes them.
 * A label is a number that stands for a position once seq_use_label() has been called with it; while labels are open,
 * the argument of a jump or handler set-up is the label. */
#ifndef ADDER_COMPILE_SEQ_H
#define ADDER_COMPILE_SEQ_H

#include "code/opcodes.h"
#include "compile/loc.h"
#include "compile/pool.h"

struct seq_instr {
    int op, arg;
    struct loc loc;
    int handler;                   /* index (label before seq_resolve) of its exception handler, or -1 */
    int handler_depth;             /* stack depth at that handler's start */
    bool handler_lasti;            /* it wants the instruction's offset pushed */
    int target, offset, size;      /* assembler: index that a jump goes to; place and length in code units */
};

struct seq {
    struct pool *pool;
    PVEC(struct seq_instr) code;
    int *labels;                   /* position of each label in use, -1: none */
    int last_label, cap_labels;
    bool resolved;
};

/* Opcodes in here are valid, so their row is read without a check. */
static inline bool op_jumps(int op) { return op_table[op].flags & F_JUMP; }
static inline bool op_is_block_push(int op) { return op_table[op].flags & F_EXC; }
static inline bool op_has_target(int op) { return op_table[op].flags & (F_JUMP | F_EXC); }
static inline bool op_loads_const(int op) { return op_table[op].flags & F_CONST; }
static inline bool op_is_jump_always(int op) { return op == JUMP || op == JUMP_NO_INTERRUPT || op == JUMP_FORWARD || op == JUMP_BACKWARD || op == JUMP_BACKWARD_NO_INTERRUPT; }
static inline bool op_exits_scope(int op) { return op == RETURN_VALUE || op == RETURN_CONST || op == RAISE_VARARGS || op == RERAISE; }
static inline bool op_is_terminator(int op) { return op_jumps(op) || op_exits_scope(op); }

void seq_init(struct seq *s, struct pool *pool);
int seq_new_label(struct seq *s);
void seq_use_label(struct seq *s, int label);
void seq_add(struct seq *s, int op, int arg, struct loc loc);
void seq_insert(struct seq *s, int pos, int op, int arg, struct loc loc);
/* Replace labels by positions, once. */
void seq_resolve(struct seq *s);

/* The same as a Python object (InstructionSequence), with those of nested scopes: for tests of the compiler's stages. */
extern PyTypeObject InstructionSequence_Type;
PyAPI_FUNC(PyObject *) _PyInstructionSequence_New(void);
struct seq *seq_of_object(PyObject *o);                               /* borrowed; NULL with TypeError if o is something else */
OWNED PyObject *seq_object_like(const struct seq *s);                 /* a copy of s as an object; NULL with an exception */
int seq_object_nest(PyObject *o, PyObject *nested);                   /* 0, or -1 with an exception */

#endif
