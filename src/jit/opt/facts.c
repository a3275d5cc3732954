/* jit/opt/facts.c: relations, intervals and identity of values, from guards and definitions. See facts.h for which facts count. */
#include "jit/opt/facts.h"

#define REL_NE (REL_LT | REL_GT)

static const uint8_t relations[IR_OPS] = {
    [IR_GEQ_P] = REL_EQ, [IR_GNE_P] = REL_NE, [IR_EQ_P] = REL_EQ,
    [IR_GEQ_I] = REL_EQ, [IR_GNE_I] = REL_NE, [IR_EQ_I] = REL_EQ,
    [IR_GLT_I] = REL_LT, [IR_GLE_I] = REL_LT | REL_EQ, [IR_LT_I] = REL_LT, [IR_LE_I] = REL_LT | REL_EQ,
    [IR_GGT_I] = REL_GT, [IR_GGE_I] = REL_GT | REL_EQ,
    [IR_GEQ_F] = REL_EQ, [IR_GNE_F] = REL_NE | REL_UN, [IR_EQ_F] = REL_EQ,
    [IR_GLT_F] = REL_LT, [IR_GLE_F] = REL_LT | REL_EQ, [IR_LT_F] = REL_LT, [IR_LE_F] = REL_LT | REL_EQ,
    [IR_GGT_F] = REL_GT, [IR_GGE_F] = REL_GT | REL_EQ,
    [IR_GNLT_F] = REL_ALL & ~REL_LT, [IR_GNLE_F] = REL_GT | REL_UN,
    [IR_GNGT_F] = REL_ALL & ~REL_GT, [IR_GNGE_F] = REL_LT | REL_UN,
};

unsigned rel_of(enum ir_op op) { return relations[op]; }

unsigned
rel_swapped(unsigned rel)
{
    return (rel & (REL_EQ | REL_UN)) | (rel & REL_LT ? REL_GT : 0) | (rel & REL_GT ? REL_LT : 0);
}

/* The guards that compare values of the kind that op compares. */
static void
guard_family(enum ir_op op, enum ir_op *first, enum ir_op *last)
{
    if (op == IR_GEQ_P || op == IR_GNE_P || op == IR_EQ_P) {
        *first = IR_GEQ_P;
        *last = IR_GNE_P;
    } else if (ir_ops[op].a == 'i') {
        *first = IR_GEQ_I;
        *last = IR_GGE_I;
    } else {
        *first = IR_GEQ_F;
        *last = IR_GNGE_F;
    }
}

/* What the guards so far say. A guard on a and b comes after both. */
static unsigned
rel_from_guards(const struct ir *ir, enum ir_op op, ir_ref a, ir_ref b)
{
    enum ir_op first, last;
    unsigned rel = REL_ALL;
    ir_ref newer = a > b ? a : b;
    guard_family(op, &first, &last);
    for (enum ir_op g = first; g <= last; g++) {
        for (ir_ref r = ir->chain[g]; r > newer; r = ir->at[r].prev) {
            const struct ir_ins *in = &ir->at[r];
            if (in->a == a && in->b == b)
                rel &= relations[g];
            else if (in->a == b && in->b == a)
                rel &= rel_swapped(relations[g]);
        }
    }
    return rel;
}

unsigned
rel_of_intervals(struct interval a, struct interval b)
{
    return (a.low < b.high ? REL_LT : 0) | (a.high > b.low ? REL_GT : 0) | (a.low <= b.high && b.low <= a.high ? REL_EQ : 0);
}

/* No NaN. */
static bool
is_number(const struct ir *ir, ir_ref r)
{
    return ir->at[r].op == IR_I2F || (ir->at[r].op == IR_KF && ir_float_value(ir, r) == ir_float_value(ir, r));
}

/* x without the constants that are added to it, and their sum: no sum wraps. */
static ir_ref
without_constants(const struct ir *ir, ir_ref x, int64_t *sum)
{
    *sum = 0;
    while ((ir->at[x].op == IR_ADD_I || ir->at[x].op == IR_ADDOV_I) && ir->at[ir->at[x].b].op == IR_KI) {
        if (__builtin_add_overflow(*sum, ir_int_value(ir, ir->at[x].b), sum))
            return REF_NONE;
        x = ir->at[x].a;
    }
    return x;
}

/* x + 1 is greater than x. */
static unsigned
rel_of_sums(const struct ir *ir, ir_ref a, ir_ref b)
{
    int64_t i, k;
    ir_ref x = without_constants(ir, a, &i), y = without_constants(ir, b, &k);
    return x == REF_NONE || x != y ? REL_INT : i < k ? REL_LT : i > k ? REL_GT : REL_EQ;
}

unsigned
rel_known(const struct ir *ir, enum ir_op op, ir_ref a, ir_ref b)
{
    enum ir_type t = ir_type_of(ir, a);
    unsigned rel = rel_from_guards(ir, op, a, b);
    if (t != T_F64)
        rel &= REL_INT;
    if (a == b)
        rel &= REL_EQ | REL_UN;
    if (t == T_I64)
        rel &= rel_of_intervals(interval_of(ir, a), interval_of(ir, b)) & rel_of_sums(ir, a, b);
    if (t == T_F64 && is_number(ir, a) && is_number(ir, b))
        rel &= REL_INT;
    if (t == T_OBJ && a != b && never_same(ir, a, b))
        rel &= ~REL_EQ;
    return rel;
}

/* Its type is one whose objects never get another, as those of heap types may in an open call. */
static bool
keeps_type(const struct ir *ir, ir_ref r)
{
    return !(((PyTypeObject *)ir_ptr_value(ir, ir->at[r].kt))->tp_flags & Py_TPFLAGS_HEAPTYPE);
}

bool
never_same(const struct ir *ir, ir_ref a, ir_ref b)
{
    if (a == b)
        return false;
    if (ir->at[a].op == IR_KO && ir->at[b].op == IR_KO)
        return true;
    if (ir_is_virtual(ir, a) || ir_is_virtual(ir, b))
        return true;
    if (ir->at[b].op == IR_KP && ir_word(ir, b) == 0 && ir->at[a].kt != REF_NONE)      /* its type has been read */
        return true;
    if (ir->at[a].kt != REF_NONE && ir->at[b].kt != REF_NONE && ir->at[a].kt != ir->at[b].kt)
        return ir->chain[IR_CALLO] == REF_NONE || keeps_type(ir, a) || keeps_type(ir, b);
    return (rel_from_guards(ir, IR_GNE_P, a, b) & REL_EQ) == 0;
}

/* ---- intervals ---- */

static const struct interval all = INTERVAL_ALL;

/* Of what the operation computes, whatever its operands. */
static struct interval
interval_of_result(const struct ir *ir, const struct ir_ins *in)
{
    int64_t k = ir_ops[in->op].b == 'i' && ir->at[in->b].op == IR_KI ? ir_int_value(ir, in->b) : 0;
    switch (in->op) {
    case IR_KI: return (struct interval){ (int64_t)ir->words[in->x], (int64_t)ir->words[in->x] };
    case IR_B2I: return (struct interval){ 0, 1 };
    case IR_AND_I: return k > 0 ? (struct interval){ 0, k } : all;
    case IR_MOD_I: return k > 0 ? (struct interval){ 0, k - 1 } : k < -1 ? (struct interval){ k + 1, 0 } : all;
    case IR_SHR_I: return k > 0 && k < 64 ? (struct interval){ INT64_MIN >> k, INT64_MAX >> k } : all;
    case IR_DIV_I: return k > 1 ? (struct interval){ INT64_MIN / k - 1, INT64_MAX / k } : all;
    default: return all;
    }
}

struct interval
interval_bound(unsigned rel, struct interval y)
{
    struct interval v = all;
    if (!(rel & REL_LT))
        v.low = rel & REL_EQ || y.low == INT64_MAX ? y.low : y.low + 1;
    if (!(rel & REL_GT))
        v.high = rel & REL_EQ || y.high == INT64_MIN ? y.high : y.high - 1;
    return v;
}

static struct interval
interval_from_guards(const struct ir *ir, ir_ref a)
{
    struct interval v = all;
    for (enum ir_op g = IR_GEQ_I; g <= IR_GGE_I; g++) {
        for (ir_ref r = g != IR_GNE_I ? ir->chain[g] : REF_NONE; r > a; r = ir->at[r].prev) {
            const struct ir_ins *in = &ir->at[r];
            if (in->a == a)
                v = interval_meet(v, interval_bound(relations[g], interval_of_result(ir, &ir->at[in->b])));
            else if (in->b == a)
                v = interval_meet(v, interval_bound(rel_swapped(relations[g]), interval_of_result(ir, &ir->at[in->a])));
        }
    }
    for (ir_ref r = ir->chain[IR_GULT_I]; r > a; r = ir->at[r].prev) {
        const struct ir_ins *in = &ir->at[r];
        if (in->a == a && ir->at[in->b].op == IR_KI && ir_int_value(ir, in->b) > 0)
            v = interval_meet(v, (struct interval){ 0, ir_int_value(ir, in->b) - 1 });
    }
    return v;
}

struct interval
interval_of(const struct ir *ir, ir_ref r)
{
    struct interval v = interval_of_result(ir, &ir->at[r]);
    if (ref_is_const(r))
        return v;
    struct interval g = interval_meet(v, interval_from_guards(ir, r));
    return g.low <= g.high ? g : v;                    /* guards that contradict: code that is never reached */
}

/* The bounds that four products (sums, ...) of bounds have; false when one of them does not fit. */
static bool
from_corners(bool (*f)(int64_t, int64_t, int64_t *), struct interval a, struct interval b, struct interval *out)
{
    int64_t v[4];
    if (!f(a.low, b.low, &v[0]) || !f(a.low, b.high, &v[1]) || !f(a.high, b.low, &v[2]) || !f(a.high, b.high, &v[3]))
        return false;
    *out = (struct interval){ v[0], v[0] };
    for (int i = 1; i < 4; i++) {
        out->low = v[i] < out->low ? v[i] : out->low;
        out->high = v[i] > out->high ? v[i] : out->high;
    }
    return true;
}

static bool add(int64_t a, int64_t b, int64_t *out) { return !__builtin_add_overflow(a, b, out); }
static bool sub(int64_t a, int64_t b, int64_t *out) { return !__builtin_sub_overflow(a, b, out); }
static bool mul(int64_t a, int64_t b, int64_t *out) { return !__builtin_mul_overflow(a, b, out); }
static bool shl(int64_t a, int64_t b, int64_t *out) { return b < 63 && mul(a, (int64_t)1 << b, out); }
static bool shr(int64_t a, int64_t b, int64_t *out) { *out = a >> b; return true; }

/* All ones up to the highest bit of v >= 0. */
static int64_t
filled(int64_t v)
{
    return v == 0 ? 0 : (int64_t)(UINT64_MAX >> __builtin_clzll((uint64_t)v));
}

/* a op b for AND, OR, XOR. */
static void
bits_interval(enum ir_op op, struct interval a, struct interval b, struct interval *out)
{
    if (op == IR_AND_I && (a.low >= 0 || b.low >= 0)) {
        int64_t high = a.low < 0 ? b.high : b.low < 0 ? a.high : a.high < b.high ? a.high : b.high;
        *out = (struct interval){ 0, high };
    } else if (a.low >= 0 && b.low >= 0) {
        *out = (struct interval){ 0, filled(a.high | b.high) };
    } else {
        *out = all;
    }
}

bool
interval_compute(enum ir_op op, struct interval a, struct interval b, struct interval *out)
{
    static const struct interval zero = { 0, 0 };
    switch (op) {
    case IR_ADD_I: case IR_ADDOV_I: return from_corners(add, a, b, out);
    case IR_SUB_I: case IR_SUBOV_I: return from_corners(sub, a, b, out);
    case IR_MUL_I: case IR_MULOV_I: return from_corners(mul, a, b, out);
    case IR_NEGOV_I: return from_corners(sub, zero, a, out);
    case IR_NOT_I: *out = (struct interval){ ~a.high, ~a.low }; return true;
    case IR_SHLOV_I: return b.low >= 0 && from_corners(shl, a, b, out);
    case IR_SHR_I: return b.low >= 0 && b.high < 64 && from_corners(shr, a, b, out);
    case IR_AND_I: case IR_OR_I: case IR_XOR_I:
        bits_interval(op, a, b, out);
        return true;
    case IR_MOD_I:
        if (b.low <= 0)
            return false;
        *out = (struct interval){ 0, a.low >= 0 && a.high < b.high - 1 ? a.high : b.high - 1 };
        return true;
    case IR_DIV_I:
        if (b.low <= 1)
            return false;
        *out = (struct interval){ a.low < 0 ? a.low / b.low - 1 : 0, a.high > 0 ? a.high / b.low : 0 };
        return true;
    default:
        return false;
    }
}
