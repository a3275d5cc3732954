/* jit/ir/ir_testing.h: for tests of passes and back ends: random rounds of loops, and a plain way to run them.
 *
 * A test state is what an interpreter would see: slots with values, and a few cells, objects with raw fields. run_plain() runs one recorded
 * round over and over, taking the state of its last snapshot as the next one's frame: no loop, no PHI, no optimiser. What a compiled
 * loop leaves behind must be what this leaves behind. */
#ifndef ADDER_JIT_IR_IR_TESTING_H
#define ADDER_JIT_IR_IR_TESTING_H

#include "jit/ir/ir.h"

#define TEST_SLOTS 12
#define TEST_CELLS 2

struct test_slot { enum ir_type type; union ir_value v; };     /* T_I64, T_F64, T_BOOL; T_OBJ: a cell or None; T_NIL: empty */
struct test_cell { PyObject head; union ir_value fields[4]; }; /* fields at offset 16 and up */
struct test_state {
    uint32_t pc;
    unsigned depth;
    struct test_slot slots[TEST_SLOTS];
    struct test_cell cells[TEST_CELLS];        /* contents; slots point at test_cells[] */
};
extern struct test_cell test_cells[TEST_CELLS];

/* Repeats; 0 gives a sequence, too. */
uint64_t test_random(uint64_t *seed);

/* A random frame, and a random round recorded on one (ir_random.c): raw, nothing folded, as long as `steps` says. The round fits on all such
 * frames; the first slot counts down and ends the loop. */
void test_random_state(uint64_t *seed, struct test_state *st);
void test_random_round(struct ir *ir, uint64_t *seed, const struct test_state *st, int steps);

/* Run the round from *st until a guard fails or rounds are done. Where an integer overflows, both are right: to leave there, and to go on if nobody
 * looks at the number. So there may be several right ends: out[0 .. n-1], the last the one that went furthest; returns n. One with the pc
 * TEST_ANY says that somebody did look: an optimiser may know the answer for all numbers (x < x), this does not. */
#define TEST_ENDS 1024
#define TEST_ANY UINT32_MAX
int test_run_plain(const struct ir *round, const struct test_state *st, int rounds, struct test_state out[TEST_ENDS]);

/* Does the plain run pass by this state, at the beginning of a snapshot? Then it is right to leave there, if not asked for: a loop may guard more than
 * its round did (that two objects are not the same). */
bool test_passes_by(const struct ir *round, const struct test_state *st, int rounds, const struct test_state *where);

/* Evaluate ir (a loop or not) from *st; what its exit leaves is *out. The guard. */
enum ir_op test_run_eval(const struct ir *ir, const struct test_state *st, struct test_state *out);
/* The frame's slots as objects, for other ways to run ir; the cells are set to those of *st. */
void test_slots(const struct test_state *st, PyObject *slots[TEST_SLOTS]);
/* What an exit through snapshot s leaves, where values are those of references (boxes: of their operands), slots the frame's on entry. */
void test_apply_snap(const struct ir *ir, uint32_t s, const union ir_value *values, const struct test_state *start, struct test_state *out);

/* Equal but for which NaN a NaN is. */
bool test_same(const struct test_state *a, const struct test_state *b);
void test_print(const char *what, const struct test_state *st);

#endif
