/* jit/opt/facts.h: what is known about values at the end of a trace under construction.
 *
 * Only facts that stay true when the loop is copied may be found here. A value of the first round stands, in the body, for its value in the
 * round before; each guard of the first round is repeated or proved there, so what guards say holds; so does what follows from an
 * operation's own definition. That the int unboxed by UNBOX_I has one digit is no such fact: in later rounds it comes out of a box and may be any.
 * (jit/opt/ranges.c knows such bounds: it runs when the loop is complete.) */
#ifndef ADDER_JIT_OPT_FACTS_H
#define ADDER_JIT_OPT_FACTS_H

#include "jit/ir/ir.h"

/* How two values may compare: a set. UN: one is a NaN. */
enum { REL_LT = 1, REL_EQ = 2, REL_GT = 4, REL_UN = 8, REL_INT = 7, REL_ALL = 15 };

/* What op (a guard or test of I64, F64 or addresses) lets pass; 0 when it is no such comparison. */
unsigned rel_of(enum ir_op op);
/* What earlier guards and the values themselves leave possible for a and b, operands of op. */
unsigned rel_known(const struct ir *ir, enum ir_op op, ir_ref a, ir_ref b);

/* For operands the other way round. */
unsigned rel_swapped(unsigned rel);

/* Bounds of an I64; empty (low > high) where no value can be. */
struct interval { int64_t low, high; };
#define INTERVAL_ALL { INT64_MIN, INT64_MAX }
struct interval interval_of(const struct ir *ir, ir_ref r);
/* Of the results of op (ADD_I ... NOT_I, OV forms like their plain ones) on values within a and b. false: they may not fit. */
bool interval_compute(enum ir_op op, struct interval a, struct interval b, struct interval *out);
/* What "value rel y" says about the value when y is within these bounds. x < y leaves room for x + 1, whatever y is. */
struct interval interval_bound(unsigned rel, struct interval y);
/* How values within these bounds may compare. */
unsigned rel_of_intervals(struct interval a, struct interval b);
static inline bool interval_has(struct interval v, int64_t x) { return v.low <= x && x <= v.high; }
static inline struct interval interval_meet(struct interval a, struct interval b)
{
    return (struct interval){ a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high };
}

/* Cannot be the same object: different constants, different known types, or a guard said so. */
bool never_same(const struct ir *ir, ir_ref a, ir_ref b);

#endif
