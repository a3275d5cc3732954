/* jit/opt/ranges.c: intervals of the integers of a complete trace; overflow checks and guards that they imply are taken out.
 *
 * One walk forward: each instruction's interval from its operands', each guard narrows what it compares from there on. In the first round that
 * is all. In the body, the left side of a PHI has been what it was on entry or what the right side was at the end of a round:
 *   start   an induction variable (x = PHI(x0, x + k), k >= 0) is never below its entry; else nothing is known
 *   refine  walk the body with that; what the right sides have at its end, joined with the entries, is a better bound for the left sides.
 *           Each bound found this way is sound, as the one it was made from is; two refinements are enough for what loops look like
 *   change  walk once more and take out. A guard that is implied narrows nothing, so that what was found from it does not depend on it.
 * Other values of the first round do not change in the loop and keep their intervals.
 * Chains of equal opcodes are wrong afterwards: no opt_emit() behind this pass. */
#include "jit/opt/opt.h"

#include <string.h>

#include "jit/ir/ir_runtime.h" /* jit_item_bounds() */
#include "jit/opt/facts.h"

#define REFINEMENTS 2
#define CHAIN_MAX 8            /* steps of an induction variable in one round: unrolled loops have several */

struct ranges {
    struct ir *ir;
    struct interval at_loop[IR_MAX_INS];       /* by ref - REF_BIAS: on entry to the body */
    struct interval now[IR_MAX_INS];           /* at the current place */
    struct interval left[IR_MAX_INS];          /* by the PHI: of its left side at the start of the body, in all rounds */
};

static const struct interval all = INTERVAL_ALL;

static struct interval
get(const struct ranges *rg, ir_ref r)
{
    if (!ref_is_const(r))
        return rg->now[r - REF_BIAS];
    int64_t v = ir_int_value(rg->ir, r);
    return (struct interval){ v, v };
}

static void
narrow(struct ranges *rg, ir_ref r, struct interval to)
{
    struct interval v = interval_meet(get(rg, r), to);
    if (!ref_is_const(r) && v.low <= v.high)
        rg->now[r - REF_BIAS] = v;
}

static struct interval
join(struct interval a, struct interval b)
{
    return (struct interval){ a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high };
}

/* ---- one instruction ---- */

static int64_t
add_saturated(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

/* Sums stop at the ends: they leave there, or are known not to get there. */
static struct interval
sum_interval(struct interval a, struct interval b)
{
    return (struct interval){ add_saturated(a.low, b.low), add_saturated(a.high, b.high) };
}

static struct interval
result_interval(const struct ranges *rg, const struct ir_ins *in)
{
    struct interval out;
    switch (in->op) {
    case IR_UNBOX_I: return (struct interval){ -(int64_t)PyLong_MASK, PyLong_MASK };
    case IR_UNBOX2_I: return (struct interval){ 1 - (INT64_C(1) << 60), (INT64_C(1) << 60) - 1 };
    case IR_B2I: return (struct interval){ 0, 1 };
    case IR_VLOAD_I:
        if (in->x != 'Q' && in->x != 'L')
            jit_item_bounds(in->x, &out.low, &out.high);
        return in->x != 'Q' && in->x != 'L' ? out : all;
    case IR_SELECT: return join(get(rg, in->b), get(rg, in->c));
    case IR_ADD_I: case IR_ADDOV_I: return sum_interval(get(rg, in->a), get(rg, in->b));
    default: break;
    }
    if (in->op < IR_ADD_I || in->op > IR_NOT_I)
        return all;
    struct interval b = ir_ops[in->op].b == '_' ? all : get(rg, in->b);
    return interval_compute(in->op, get(rg, in->a), b, &out) ? out : all;
}

/* The operation that an OV operation is when nothing overflows; IR_NOP when it has none. */
static enum ir_op
plain_op(enum ir_op op)
{
    switch (op) {
    case IR_ADDOV_I: return IR_ADD_I;
    case IR_SUBOV_I: return IR_SUB_I;
    case IR_MULOV_I: return IR_MUL_I;
    default: return IR_NOP;
    }
}

static void
take_out_check(struct ranges *rg, struct ir_ins *in)
{
    struct interval out;
    enum ir_op plain = plain_op(in->op);
    if (plain == IR_NOP || !interval_compute(in->op, get(rg, in->a), get(rg, in->b), &out))
        return;
    in->op = (uint8_t)plain;
    in->t &= (uint8_t)~IRT_GUARD;
}

static bool
guard_is_implied(enum ir_op op, struct interval a, struct interval b)
{
    if (op == IR_GULT_I)
        return a.low >= 0 && a.high < b.low;
    return (rel_of_intervals(a, b) & ~rel_of(op)) == 0;
}

static void
visit_guard(struct ranges *rg, struct ir_ins *in, bool change)
{
    struct interval a = get(rg, in->a), b = get(rg, in->b);
    if (change && guard_is_implied(in->op, a, b)) {
        *in = (struct ir_ins){ .op = IR_NOP, .prev = in->prev };
        return;
    }
    if (in->op == IR_GULT_I) {
        if (b.low >= 0)
            narrow(rg, in->a, (struct interval){ 0, b.high - (b.high > 0) });
        return;
    }
    narrow(rg, in->a, interval_bound(rel_of(in->op), b));
    narrow(rg, in->b, interval_bound(rel_swapped(rel_of(in->op)), a));
}

static void
visit(struct ranges *rg, ir_ref r, bool change)
{
    struct ir_ins *in = &rg->ir->at[r];
    if (in->op >= IR_GEQ_I && in->op <= IR_GULT_I) {
        visit_guard(rg, in, change);
    } else if (ir_type_of(rg->ir, r) == T_I64) {
        rg->now[r - REF_BIAS] = result_interval(rg, in);
        if (change)
            take_out_check(rg, in);
    }
}

/* ---- the body ---- */

/* The sign of what one round adds to a: b = a + k1 + k2 ..., all of one sign. 0: no such thing. */
static int
direction(const struct ir *ir, ir_ref a, ir_ref b)
{
    int sign = 0;
    for (int i = 0; i < CHAIN_MAX && b > ir->loop; i++) {
        const struct ir_ins *in = &ir->at[b];
        if ((in->op != IR_ADD_I && in->op != IR_ADDOV_I) || ir->at[in->b].op != IR_KI)
            return 0;
        int s = ir_int_value(ir, in->b) < 0 ? -1 : 1;
        if (sign != 0 && s != sign)
            return 0;
        sign = s;
        if (in->a == a)
            return sign;
        b = in->a;
    }
    return 0;
}

static bool
is_int_phi(const struct ir *ir, ir_ref r)
{
    return ir->at[r].op == IR_PHI && ir_type_of(ir, ir->at[r].a) == T_I64;
}

static void
start_phis(struct ranges *rg)
{
    struct ir *ir = rg->ir;
    for (ir_ref r = ir->loop; r < ir->end; r++) {
        if (!is_int_phi(ir, r))
            continue;
        struct interval entry = rg->at_loop[ir->at[r].a - REF_BIAS];
        int sign = direction(ir, ir->at[r].a, ir->at[r].b);
        rg->left[r - REF_BIAS] = (struct interval){ sign > 0 ? entry.low : INT64_MIN, sign < 0 ? entry.high : INT64_MAX };
    }
}

static void
walk_body(struct ranges *rg, bool change)
{
    struct ir *ir = rg->ir;
    memcpy(rg->now, rg->at_loop, (size_t)(ir->loop - REF_BIAS) * sizeof(rg->now[0]));
    for (ir_ref r = ir->loop; r < ir->end; r++) {
        if (is_int_phi(ir, r))
            rg->now[ir->at[r].a - REF_BIAS] = rg->left[r - REF_BIAS];
    }
    for (ir_ref r = ir->loop; r < ir->end; r++)
        visit(rg, r, change);
}

static void
refine_phis(struct ranges *rg)
{
    struct ir *ir = rg->ir;
    walk_body(rg, false);
    for (ir_ref r = ir->loop; r < ir->end; r++) {
        if (!is_int_phi(ir, r))
            continue;
        struct interval seen = join(rg->at_loop[ir->at[r].a - REF_BIAS], get(rg, ir->at[r].b));
        struct interval v = interval_meet(rg->left[r - REF_BIAS], seen);
        if (v.low <= v.high)
            rg->left[r - REF_BIAS] = v;
    }
}

const char *
opt_ranges(struct ir *ir, struct interval *at_loop)
{
    if (ir->full != NULL || !opt_wants(OPT_RANGES))
        return ir->full;
    static struct ranges work;                                 /* under the GIL */
    struct ranges *rg = &work;
    rg->ir = ir;
    ir_ref loop = ir->loop != REF_NONE ? ir->loop : ir->end;
    for (ir_ref r = REF_BIAS; r < loop; r++)
        visit(rg, r, true);
    if (at_loop != NULL)
        memcpy(at_loop, rg->now, (size_t)(loop - REF_BIAS) * sizeof(rg->now[0]));
    if (ir->loop != REF_NONE) {
        memcpy(rg->at_loop, rg->now, (size_t)(loop - REF_BIAS) * sizeof(rg->now[0]));
        start_phis(rg);
        for (int i = 0; i < REFINEMENTS; i++)
            refine_phis(rg);
        walk_body(rg, true);
        for (ir_ref r = ir->loop; at_loop != NULL && r < ir->end; r++)     /* whoever enters the body may bring what any round brings */
            if (is_int_phi(ir, r))
                at_loop[ir->at[r].a - REF_BIAS] = rg->left[r - REF_BIAS];
    }
    return NULL;
}
