/* jit/opt/fold.c: emission through the optimiser.
 *
 * opt_emit() puts operands in order, lets the rules of the opcode look, and what no rule takes is looked up (cse.c) or appended.
 * Rules for whoever adds rules:
 *   1. Use facts.h only: a rule sees the first round of a loop, its result is copied into the body.
 *   2. A rule may look at the instructions of its operands: in the body of a loop, one of the first round stands for its value in the
 *      round before, and so do its operands.
 *   3. Integers are exact: what may need more than 64 bits keeps its guard. Floats keep their bits, -0.0 and NaN included; which NaN comes
 *      out of two is open, as it is in C.
 *   4. A rule that rewrites calls opt_emit() with something simpler. Constants are on the right, if the operation allows it. */
#include "jit/opt/fold.h"

#include <math.h>
#include <stddef.h>

#include "object/coll/list.h"  /* struct list_iter */
#include "object/num/int.h"    /* int_is_compact(), SMALL_INT() */
#include "jit/opt/cse.h"
#include "jit/opt/facts.h"
#include "jit/opt/opt.h"      /* opt_wants() */

#define NO_RULE 1                      /* no instruction and no constant has this reference */

struct fold {
    struct ir *ir;
    enum ir_op op;
    ir_ref a, b, c;
    uint32_t x;
};

static ir_ref emit1(struct fold *f, enum ir_op op, ir_ref a) { return opt_emit(f->ir, op, a, 0, 0, 0); }
static ir_ref emit2(struct fold *f, enum ir_op op, ir_ref a, ir_ref b) { return opt_emit(f->ir, op, a, b, 0, 0); }
static enum ir_op op_of(const struct fold *f, ir_ref r) { return f->ir->at[r].op; }
static enum ir_type type_of(const struct fold *f, ir_ref r) { return ir_type_of(f->ir, r); }
static bool is_int(const struct fold *f, ir_ref r, int64_t v) { return op_of(f, r) == IR_KI && ir_int_value(f->ir, r) == v; }
static bool is_guard(enum ir_op op) { return ir_ops[op].flags & I_GUARD && ir_ops[op].type == T_NIL; }

/* No code can say it: the trace is given up. */
static ir_ref
give_up(struct fold *f, const char *why)
{
    if (f->ir->full == NULL)
        f->ir->full = why;
    return REF_NONE;
}

/* The result when the test or guard is known to be v. */
static ir_ref
known(struct fold *f, bool v)
{
    if (is_guard(f->op))
        return v ? REF_NONE : REF_FAIL;
    return ir_bool(f->ir, v);
}

/* ---- constants ---- */

static ir_ref
constant_of(struct ir *ir, enum ir_type t, union ir_value v)
{
    switch (t) {
    case T_I64: return ir_int(ir, v.i);
    case T_F64: return ir_float(ir, v.f);
    case T_BOOL: return ir_bool(ir, v.i);
    case T_PTR: return ir_ptr(ir, v.p);
    default: return ir_obj(ir, v.o);
    }
}

static bool
operand_is_const(const struct ir_op_info *info, char letter, ir_ref r)
{
    return letter == '_' || (letter != 'l' && ref_is_const(r) && r != REF_NONE) || (letter == 'v' && info->flags & I_CALL && r == REF_NONE);
}

/* A BOOL and an object: True has two names, a word and an address. */
static bool
is_bool_and_object(const struct fold *f)
{
    if (f->op != IR_EQ_P && f->op != IR_GEQ_P && f->op != IR_GNE_P)
        return false;
    return (type_of(f, f->a) == T_BOOL && op_of(f, f->b) == IR_KO) || (op_of(f, f->a) == IR_KO && type_of(f, f->b) == T_BOOL);
}

/* Computed at once when all operands are constants. What reads objects has rules of its own. */
static ir_ref
fold_constants(struct fold *f)
{
    const struct ir_op_info *info = &ir_ops[f->op];
    bool computes = opt_wants(OPT_FOLD) && (info->flags & I_PURE || (is_guard(f->op) && !(info->flags & I_STORE))) && f->op > IR_SLOAD && f->op != IR_GPOLL && f->op != IR_GROOM && info->a != 'o';
    if (!computes || is_bool_and_object(f) || !operand_is_const(info, info->a, f->a) || !operand_is_const(info, info->b, f->b) || !operand_is_const(info, info->c, f->c))
        return NO_RULE;
    struct ir *ir = f->ir;
    union ir_value out;
    bool goes_on = ir_compute(ir, f->op, f->x, (union ir_value){ .bits = ir_word(ir, f->a) }, (union ir_value){ .bits = ir_word(ir, f->b) },
                              (union ir_value){ .bits = ir_word(ir, f->c) }, &out);
    if (!goes_on)
        return REF_FAIL;
    enum ir_type t = f->op == IR_SELECT ? type_of(f, f->b) : ir_ops[f->op].type;
    return t == T_NIL ? REF_NONE : constant_of(ir, t, out);
}

/* ---- integers ---- */

/* 1 .. 62: the exponent of a constant power of two; else 0. */
static int
power_of_two(const struct fold *f, ir_ref r)
{
    if (op_of(f, r) != IR_KI)
        return 0;
    int64_t v = ir_int_value(f->ir, r);
    return v > 1 && (v & (v - 1)) == 0 ? __builtin_ctzll((uint64_t)v) : 0;
}

/* An OV operation whose result always fits is the plain one. */
static ir_ref
without_overflow(struct fold *f, enum ir_op plain)
{
    struct interval out;
    if (plain == f->op || !interval_compute(f->op, interval_of(f->ir, f->a), interval_of(f->ir, f->b), &out))
        return NO_RULE;
    return emit2(f, plain, f->a, f->b);
}

static ir_ref
fold_add(struct fold *f)
{
    return is_int(f, f->b, 0) ? f->a : without_overflow(f, IR_ADD_I);
}

static ir_ref
fold_sub(struct fold *f)
{
    if (f->a == f->b)
        return ir_int(f->ir, 0);
    if (op_of(f, f->b) == IR_KI && !is_int(f, f->b, INT64_MIN))
        return emit2(f, f->op == IR_SUB_I ? IR_ADD_I : IR_ADDOV_I, f->a, ir_int(f->ir, -ir_int_value(f->ir, f->b)));
    return without_overflow(f, IR_SUB_I);
}

static ir_ref
fold_mul(struct fold *f)
{
    if (is_int(f, f->b, 0))
        return f->b;
    if (is_int(f, f->b, 1))
        return f->a;
    if (is_int(f, f->b, 2))
        return emit2(f, f->op == IR_MUL_I ? IR_ADD_I : IR_ADDOV_I, f->a, f->a);
    if (is_int(f, f->b, -1) && f->op == IR_MULOV_I)
        return emit1(f, IR_NEGOV_I, f->a);
    return without_overflow(f, IR_MUL_I);
}

static ir_ref
fold_shift(struct fold *f)
{
    if (is_int(f, f->b, 0) || is_int(f, f->a, 0))
        return f->a;
    if (f->op == IR_SHR_I)
        return is_int(f, f->a, -1) ? f->a : NO_RULE;
    if (is_int(f, f->b, 1))
        return emit2(f, IR_ADDOV_I, f->a, f->a);
    struct interval out;
    if (op_of(f, f->b) == IR_KI && interval_compute(IR_SHLOV_I, interval_of(f->ir, f->a), interval_of(f->ir, f->b), &out))
        return emit2(f, IR_MUL_I, f->a, ir_int(f->ir, (int64_t)1 << ir_int_value(f->ir, f->b)));
    return NO_RULE;
}

/* 0 <= a < b */
static bool
is_below(struct fold *f)
{
    struct interval a = interval_of(f->ir, f->a), b = interval_of(f->ir, f->b);
    return a.low >= 0 && a.high < b.low;
}

static ir_ref
fold_div(struct fold *f)
{
    if (is_int(f, f->b, 1))
        return f->a;
    if (power_of_two(f, f->b) > 0)
        return emit2(f, IR_SHR_I, f->a, ir_int(f->ir, power_of_two(f, f->b)));
    return is_below(f) ? ir_int(f->ir, 0) : NO_RULE;
}

static ir_ref
fold_mod(struct fold *f)
{
    if (is_int(f, f->b, 1))
        return ir_int(f->ir, 0);
    if (is_below(f))
        return f->a;
    if (power_of_two(f, f->b) > 0)
        return emit2(f, IR_AND_I, f->a, ir_int(f->ir, ir_int_value(f->ir, f->b) - 1));
    return NO_RULE;
}

static ir_ref
fold_and(struct fold *f)
{
    if (f->a == f->b || is_int(f, f->b, -1))
        return f->a;
    if (is_int(f, f->b, 0))
        return f->b;
    if (op_of(f, f->b) == IR_KI) {
        int64_t mask = ir_int_value(f->ir, f->b);
        struct interval a = interval_of(f->ir, f->a);
        if (mask > 0 && (mask & (mask + 1)) == 0 && a.low >= 0 && a.high <= mask)
            return f->a;
    }
    return NO_RULE;
}

static ir_ref
fold_or(struct fold *f)
{
    if (f->a == f->b || is_int(f, f->b, 0))
        return f->a;
    return is_int(f, f->b, -1) ? f->b : NO_RULE;
}

static ir_ref
fold_xor(struct fold *f)
{
    if (f->a == f->b)
        return ir_int(f->ir, 0);
    if (is_int(f, f->b, 0))
        return f->a;
    return is_int(f, f->b, -1) ? emit1(f, IR_NOT_I, f->a) : NO_RULE;
}

/* NEGOV_I, NOT_I, NOT_B, NEG_F undo themselves. */
static ir_ref
fold_twice(struct fold *f)
{
    return op_of(f, f->a) == f->op ? f->ir->at[f->a].a : NO_RULE;
}

/* ---- floats ---- */

static bool
is_float(const struct fold *f, ir_ref r, double v)
{
    return op_of(f, r) == IR_KF && ir_float_value(f->ir, r) == v && signbit(ir_float_value(f->ir, r)) == signbit(v);
}

/* x + -0.0 is x for each x; x + 0.0 is not when x is -0.0. */
static ir_ref
fold_add_f(struct fold *f)
{
    return is_float(f, f->b, -0.0) ? f->a : NO_RULE;
}

static ir_ref
fold_sub_f(struct fold *f)
{
    return is_float(f, f->b, 0.0) ? f->a : NO_RULE;
}

static ir_ref
fold_mul_f(struct fold *f)
{
    if (is_float(f, f->b, 1.0))
        return f->a;
    return is_float(f, f->b, 2.0) ? emit2(f, IR_ADD_F, f->a, f->a) : NO_RULE;
}

/* By a power of two whose inverse is exact: both round the same number. */
static ir_ref
fold_div_f(struct fold *f)
{
    if (is_float(f, f->b, 1.0))
        return f->a;
    if (op_of(f, f->b) != IR_KF)
        return NO_RULE;
    int exponent;
    double d = ir_float_value(f->ir, f->b), inverse = 1.0 / d;
    if (!isnormal(d) || !isnormal(inverse) || fabs(frexp(d, &exponent)) != 0.5)
        return NO_RULE;
    return emit2(f, IR_MUL_F, f->a, ir_float(f->ir, inverse));
}

static ir_ref
fold_abs_f(struct fold *f)
{
    if (op_of(f, f->a) == IR_ABS_F)
        return f->a;
    return op_of(f, f->a) == IR_NEG_F ? emit1(f, IR_ABS_F, f->ir->at[f->a].a) : NO_RULE;
}

/* ---- objects: what a slot holds is an object in one round, and a box or a BOOL in the next ---- */

/* The exact type of the object; NULL when unknown. */
static PyTypeObject *
known_type(const struct fold *f, ir_ref r)
{
    if (type_of(f, r) == T_BOOL)
        return &PyBool_Type;
    if (ir_is_box(f->ir, r))
        return op_of(f, r) == IR_BOX_I ? &PyLong_Type : &PyFloat_Type;
    return f->ir->at[r].kt != REF_NONE ? ir_ptr_value(f->ir, f->ir->at[r].kt) : NULL;
}

static ir_ref
fold_gtype(struct fold *f)
{
    PyTypeObject *t = known_type(f, f->a);
    if (t != NULL && (t->tp_flags & Py_TPFLAGS_HEAPTYPE) && f->ir->chain[IR_CALLO] > f->a && !ir_is_virtual(f->ir, f->a))
        return NO_RULE;                                        /* an open call may have given it another */
    return t == NULL ? NO_RULE : t == ir_ptr_value(f->ir, (ir_ref)f->x) ? REF_NONE : REF_FAIL;
}

static bool
is_const_of(const struct fold *f, ir_ref r, PyTypeObject *t)
{
    return op_of(f, r) == IR_KO && Py_TYPE(ir_obj_value(f->ir, r)) == t;
}

/* GCOMPACT, GINT2: what is in a box needs no unboxing, whatever its size. */
static ir_ref
fold_gcompact(struct fold *f)
{
    union ir_value out;
    if (op_of(f, f->a) == IR_BOX_I || op_of(f, f->a) == IR_NEW_I || op_of(f, f->a) == IR_RENEW_I || type_of(f, f->a) == T_BOOL)
        return REF_NONE;
    if (is_const_of(f, f->a, &PyLong_Type)) {
        union ir_value o = { .o = ir_obj_value(f->ir, f->a) };
        return ir_compute(f->ir, f->op, 0, o, o, o, &out) ? REF_NONE : REF_FAIL;
    }
    if (f->op == IR_GINT2 && cse_find(f->ir, IR_GCOMPACT, f->a, 0, 0, 0) != REF_NONE)
        return REF_NONE;
    return NO_RULE;
}

/* SELECT b [True] [False] */
static bool
is_bool_object(const struct fold *f, ir_ref r)
{
    const struct ir_ins *in = &f->ir->at[r];
    return in->op == IR_SELECT && op_of(f, in->b) == IR_KO && ir_obj_value(f->ir, in->b) == Py_True && op_of(f, in->c) == IR_KO
        && ir_obj_value(f->ir, in->c) == Py_False;
}

static ir_ref
fold_unbox(struct fold *f)
{
    enum ir_type want = ir_ops[f->op].type, t = type_of(f, f->a);
    PyTypeObject *boxed = want == T_I64 ? &PyLong_Type : want == T_F64 ? &PyFloat_Type : &PyBool_Type;
    bool made = ir_is_box(f->ir, f->a) || op_of(f, f->a) == IR_NEW_I || op_of(f, f->a) == IR_NEW_F;
    if (made && type_of(f, f->ir->at[f->a].a) == want)
        return f->ir->at[f->a].a;
    if (((op_of(f, f->a) == IR_REUSE_F || op_of(f, f->a) == IR_RENEW_F) && want == T_F64) || (op_of(f, f->a) == IR_RENEW_I && want == T_I64))
        return f->ir->at[f->a].b;
    if (want == T_BOOL && is_bool_object(f, f->a))
        return f->ir->at[f->a].a;
    if (t == T_BOOL && want != T_F64)
        return want == T_BOOL ? f->a : emit1(f, IR_B2I, f->a);
    if (t != T_OBJ || ir_is_box(f->ir, f->a))
        return give_up(f, "a number of another type than expected");
    if (is_const_of(f, f->a, boxed)) {
        union ir_value o = { .o = ir_obj_value(f->ir, f->a) }, out;
        ir_compute(f->ir, f->op, 0, o, o, o, &out);
        return constant_of(f->ir, want, out);
    }
    if (want != T_I64)
        return NO_RULE;
    ir_ref other = cse_find(f->ir, f->op == IR_UNBOX_I ? IR_UNBOX2_I : IR_UNBOX_I, f->a, 0, 0, 0);
    return other != REF_NONE ? other : NO_RULE;
}

/* Small ints have one object for each value, also when they come out of a box. */
static const struct interval small_ints = { -RT_NSMALLNEG, RT_NSMALLPOS - 1 };

/* Whether the box is the object o, as a BOOL; NO_RULE when nobody can tell. A box is a new object, unless it holds a small int. */
static ir_ref
box_is_object(struct fold *f, ir_ref box, ir_ref o)
{
    PyTypeObject *t = known_type(f, o);
    if (op_of(f, box) == IR_BOX_F || (t != NULL && t != &PyLong_Type))
        return ir_bool(f->ir, false);
    ir_ref number = f->ir->at[box].a;
    struct interval v = interval_of(f->ir, number);
    if (v.low > small_ints.high || v.high < small_ints.low)
        return ir_bool(f->ir, false);
    if (op_of(f, o) != IR_KO || t == NULL)
        return NO_RULE;
    PyObject *k = ir_obj_value(f->ir, o);
    bool small = int_is_compact(k) && interval_has(small_ints, int_compact_value(k));
    return small ? emit2(f, IR_EQ_I, number, ir_int(f->ir, int_compact_value(k))) : ir_bool(f->ir, false);
}

/* The same for a BOOL. */
static ir_ref
bool_is_object(struct fold *f, ir_ref b, ir_ref o)
{
    PyTypeObject *t = known_type(f, o);
    if (t != NULL && t != &PyBool_Type)
        return ir_bool(f->ir, false);
    if (type_of(f, o) == T_BOOL)
        return emit2(f, IR_EQ_I, emit1(f, IR_B2I, b), emit1(f, IR_B2I, o));
    if (op_of(f, o) != IR_KO)
        return NO_RULE;
    return ir_obj_value(f->ir, o) == Py_True ? b : emit1(f, IR_NOT_B, b);
}

/* GEQ_P, GNE_P, EQ_P with an operand that is no pointer. */
static ir_ref
fold_identity(struct fold *f)
{
    bool box_a = ir_is_box(f->ir, f->a), box_b = ir_is_box(f->ir, f->b), bool_a = type_of(f, f->a) == T_BOOL;
    ir_ref test;
    if (f->a == f->b)
        test = ir_bool(f->ir, true);
    else if ((box_a || bool_a) && op_of(f, f->b) == IR_KP)   /* NULL */
        test = ir_bool(f->ir, false);
    else if (box_a || box_b)
        test = box_a ? box_is_object(f, f->a, f->b) : box_is_object(f, f->b, f->a);
    else if (bool_a || type_of(f, f->b) == T_BOOL)
        test = bool_a ? bool_is_object(f, f->a, f->b) : bool_is_object(f, f->b, f->a);
    else
        return NO_RULE;
    if (test == NO_RULE)
        return give_up(f, "identity of a number that has no object");
    return f->op == IR_EQ_P ? test : emit1(f, f->op == IR_GEQ_P ? IR_GTRUE : IR_GFALSE, test);
}

/* ---- constant tuples ---- */

static ir_ref
fold_titem(struct fold *f)
{
    if (!is_const_of(f, f->a, &PyTuple_Type) || op_of(f, f->b) != IR_KI)
        return NO_RULE;
    PyObject *t = ir_obj_value(f->ir, f->a);
    int64_t i = ir_int_value(f->ir, f->b);
    return i >= 0 && i < PyTuple_GET_SIZE(t) ? ir_obj(f->ir, PyTuple_GET_ITEM(t, i)) : give_up(f, "a tuple that is shorter than expected");
}

/* What an iterator goes through. */
static ir_ref
fold_oload(struct fold *f)
{
    bool new = op_of(f, f->a) == IR_NEW_LIST_IT || op_of(f, f->a) == IR_NEW_TUPLE_IT;
    return new && f->x == offsetof(struct list_iter, it_seq) ? f->ir->at[f->a].a : NO_RULE;
}

static ir_ref
fold_rload(struct fold *f)
{
    bool size = f->op == IR_RLOAD_I && f->x == offsetof(PyVarObject, ob_size) && is_const_of(f, f->a, &PyTuple_Type);
    return size ? ir_int(f->ir, PyTuple_GET_SIZE(ir_obj_value(f->ir, f->a))) : NO_RULE;
}

/* ---- tests and guards that compare ---- */

/* B2I(b) against a constant, for EQ_I, GEQ_I and GNE_I. */
static ir_ref
fold_bool_as_int(struct fold *f)
{
    if (op_of(f, f->a) != IR_B2I || !(is_int(f, f->b, 0) || is_int(f, f->b, 1)))
        return NO_RULE;
    ir_ref b = f->ir->at[f->a].a;
    bool equal = f->op != IR_GNE_I, one = is_int(f, f->b, 1);
    if (f->op == IR_EQ_I)
        return one ? b : emit1(f, IR_NOT_B, b);
    return emit1(f, equal == one ? IR_GTRUE : IR_GFALSE, b);
}

/* The comparison of ints that gives what this one of floats gives, if none is a NaN. */
static enum ir_op
compare_ints(enum ir_op op)
{
    switch (op) {
    case IR_EQ_F: return IR_EQ_I;
    case IR_LT_F: return IR_LT_I;
    case IR_LE_F: return IR_LE_I;
    case IR_GEQ_F: return IR_GEQ_I;
    case IR_GNE_F: return IR_GNE_I;
    case IR_GLT_F: case IR_GNGE_F: return IR_GLT_I;
    case IR_GLE_F: case IR_GNGT_F: return IR_GLE_I;
    case IR_GGT_F: case IR_GNLE_F: return IR_GGT_I;
    default: return IR_GGE_I;                                  /* GGE_F, GNLT_F */
    }
}

/* An int made a float, or a whole number below 2**53: there the conversion is exact, and what lies above stays above. REF_NONE: neither. */
static ir_ref
as_int(struct fold *f, ir_ref r, bool *is_const)
{
    *is_const = op_of(f, r) == IR_KF;
    if (op_of(f, r) == IR_I2F)
        return f->ir->at[r].a;
    double v = *is_const ? ir_float_value(f->ir, r) : NAN;
    return fabs(v) < 0x1p53 && v == floor(v) ? ir_int(f->ir, (int64_t)v) : REF_NONE;
}

/* I2F(x) against a constant. Two converted ints may become equal by rounding. */
static ir_ref
fold_compare_converted(struct fold *f)
{
    bool const_a, const_b;
    ir_ref a = as_int(f, f->a, &const_a), b = a != REF_NONE ? as_int(f, f->b, &const_b) : REF_NONE;
    return b != REF_NONE && const_a != const_b ? emit2(f, compare_ints(f->op), a, b) : NO_RULE;
}

static ir_ref
fold_compare(struct fold *f)
{
    ir_ref r = ir_ops[f->op].a == 'v' ? fold_identity(f) : f->op == IR_EQ_I || f->op == IR_GEQ_I || f->op == IR_GNE_I ? fold_bool_as_int(f) : NO_RULE;
    if (r == NO_RULE && ir_ops[f->op].a == 'f')
        r = fold_compare_converted(f);
    if (r != NO_RULE)
        return r;
    unsigned asks = rel_of(f->op), rel = rel_known(f->ir, f->op, f->a, f->b);
    if ((rel & ~asks) == 0)
        return known(f, true);
    return (rel & asks) == 0 ? known(f, false) : NO_RULE;
}

static ir_ref
fold_gult(struct fold *f)
{
    struct interval a = interval_of(f->ir, f->a), b = interval_of(f->ir, f->b);
    if (a.low < 0 || b.low < 0)
        return NO_RULE;
    return a.high < b.low ? REF_NONE : emit2(f, IR_GLT_I, f->a, f->b);
}

/* The guard that a test under GTRUE and under GFALSE is. */
static const uint8_t as_guard[IR_OPS][2] = {
    [IR_EQ_P] = { IR_GNE_P, IR_GEQ_P }, [IR_EQ_I] = { IR_GNE_I, IR_GEQ_I }, [IR_LT_I] = { IR_GGE_I, IR_GLT_I }, [IR_LE_I] = { IR_GGT_I, IR_GLE_I },
    [IR_EQ_F] = { IR_GNE_F, IR_GEQ_F }, [IR_LT_F] = { IR_GNLT_F, IR_GLT_F }, [IR_LE_F] = { IR_GNLE_F, IR_GLE_F },
};

/* GTRUE and GFALSE. */
static ir_ref
fold_truth(struct fold *f)
{
    const struct ir_ins *in = &f->ir->at[f->a];
    bool want = f->op == IR_GTRUE;
    if (in->op == IR_NOT_B)
        return emit1(f, want ? IR_GFALSE : IR_GTRUE, in->a);
    if (as_guard[in->op][want] != 0)
        return emit2(f, as_guard[in->op][want], in->a, in->b);
    return cse_find(f->ir, want ? IR_GFALSE : IR_GTRUE, f->a, 0, 0, 0) != REF_NONE ? REF_FAIL : NO_RULE;
}

static ir_ref
fold_not(struct fold *f)
{
    const struct ir_ins *in = &f->ir->at[f->a];
    if (in->op == IR_LT_I)
        return emit2(f, IR_LE_I, in->b, in->a);
    if (in->op == IR_LE_I)
        return emit2(f, IR_LT_I, in->b, in->a);
    return fold_twice(f);
}

static ir_ref
fold_select(struct fold *f)
{
    if (type_of(f, f->b) != type_of(f, f->c) || ir_is_box(f->ir, f->b) || ir_is_box(f->ir, f->c))
        return give_up(f, "a number of another type than expected");
    if (op_of(f, f->a) == IR_KB)
        return ir_word(f->ir, f->a) ? f->b : f->c;
    if (op_of(f, f->a) == IR_NOT_B)
        return opt_emit(f->ir, IR_SELECT, f->ir->at[f->a].a, f->c, f->b, 0);
    return f->b == f->c ? f->b : NO_RULE;
}

/* The thread's depth does not change in a trace, and its limit in open calls only. That frames which were made take a part of what is left makes the
 * guard too strict, which does no harm. */
static ir_ref
fold_gdepth(struct fold *f)
{
    for (ir_ref r = f->ir->chain[IR_GDEPTH]; r > f->ir->chain[IR_CALLO]; r = f->ir->at[r].prev)
        if (f->ir->at[r].a >= f->a)
            return REF_NONE;
    return NO_RULE;
}

/* A constant of the code, which has an identity to keep. */
static bool is_mortal_const(const struct fold *f, ir_ref v) { return op_of(f, v) == IR_KO && !_Py_IsImmortal(ir_obj_value(f->ir, v)); }

/* The frame's memory has in this slot what the slot has, all through the loop if there is one: the snapshot does not list it. */
static bool
is_in_memory(const struct ir *ir, const struct snap *s, unsigned slot)
{
    for (uint32_t i = 0; i < s->nentries; i++)
        if (snap_slot(ir->entries[s->entries + i]) == slot)
            return false;
    for (enum ir_op op = IR_FPUT; ir_writes_slot(op); op++)
        for (ir_ref r = ir->chain[op]; r != REF_NONE; r = ir->at[r].prev)
            if (ir->at[r].a == slot)
                return false;
    return true;
}

/* One reference to a goes, that of the place where it was found. Whether v was found in another place, which keeps it, whether it is a or not. */
static bool
is_elsewhere(const struct fold *f, const struct snap *s, ir_ref v)
{
    const struct ir_ins *a = &f->ir->at[f->a], *in = &f->ir->at[v];
    switch (in->op) {
    case IR_TITEM: return a->op == IR_OLOAD || a->op == IR_LITEM;
    case IR_OLOAD: return a->op == IR_LITEM || (a->op == IR_OLOAD && a->x != in->x);
    case IR_LITEM: return a->op == IR_OLOAD || (a->op == IR_LITEM && a->b != in->b && op_of(f, a->b) == IR_KI && op_of(f, in->b) == IR_KI);
    case IR_SLOAD: return (a->op == IR_OLOAD || a->op == IR_LITEM) && is_in_memory(f->ir, s, in->a);
    default: return false;
    }
}

/* Where a and v come from, if that is the same field of two objects, or the same item of two lists. */
static bool
found_alike(const struct fold *f, ir_ref v, ir_ref *from_a, ir_ref *from_v)
{
    const struct ir_ins *a = &f->ir->at[f->a], *in = &f->ir->at[v];
    *from_a = a->a;
    *from_v = in->a;
    if (a->op == IR_OLOAD && in->op == IR_OLOAD)
        return a->x == in->x && a->a != in->a;
    if (a->op != IR_LITEM || in->op != IR_LITEM || a->b != in->b || op_of(f, a->b) != IR_KI || op_of(f, a->a) != IR_ALOAD || op_of(f, in->a) != IR_ALOAD)
        return false;
    *from_a = f->ir->at[a->a].a;
    *from_v = f->ir->at[in->a].a;
    return *from_a != *from_v && f->ir->at[a->a].x == f->ir->at[in->a].x;
}

/* A guard that a is not v: that two vectors are two is said once for all their items. */
static bool
guard_other(struct fold *f, ir_ref v)
{
    ir_ref from_a, from_v;
    if (!found_alike(f, v, &from_a, &from_v))
        return emit2(f, IR_GAPART, v, f->a) != REF_FAIL;
    return emit2(f, IR_GNE_P, from_v, from_a) != REF_FAIL;
}

/* Another slot has v and a reference to it. */
static bool
is_held(const struct ir *ir, const struct snap *s, ir_ref v)
{
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        if (snap_held(e) && snap_ref(e) == v)
            return true;
    }
    return false;
}

/* Guards that nobody in the trace refers to a, but as many slots by the same name as GOTHERS says: what the snapshot lists are the references that are not counted. */
static ir_ref
fold_alone(struct fold *f)
{
    const struct ir *ir = f->ir;
    const struct snap *s = ir->nsnaps > 0 ? &ir->snaps[ir->nsnaps - 1] : NULL;
    int64_t same = 0;
    bool apart = true;
    bool unique = ir->chain[IR_GUNIQ] != REF_NONE && ir->at[ir->chain[IR_GUNIQ]].a == f->a;
    if (f->op == IR_GOTHERS && is_mortal_const(f, f->a))                             /* slots make a number of a, which would not be the constant */
        return REF_FAIL;
    for (uint32_t i = 0; s != NULL && i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        ir_ref v = snap_ref(e);
        if (f->op == IR_GALONE && snap_held(e))                  /* it has a reference of its own */
            continue;
        if (snap_how(e) != HOW_OBJ || (op_of(f, v) == IR_KO && !is_mortal_const(f, v)))
            continue;
        if (f->op == IR_GALONE && is_held(ir, s, v))
            continue;
        same += v == f->a;
        if (v != f->a && !((unique || f->op == IR_GALONE) && is_elsewhere(f, s, v)))
            apart &= guard_other(f, v);
    }
    if (!apart || same != (f->op == IR_GALONE ? 0 : ir_int_value(ir, f->b)))
        return REF_FAIL;
    return NO_RULE;
}

/* A number without object is no other object, unless that is immortal. */
static ir_ref
fold_apart(struct fold *f)
{
    bool objects = type_of(f, f->a) == T_OBJ && type_of(f, f->b) == T_OBJ && !ir_is_box(f->ir, f->a) && !ir_is_box(f->ir, f->b);
    return !objects || never_same(f->ir, f->a, f->b) ? REF_NONE : NO_RULE;
}

/* Stores of references, where a slot may have an object in one round and a number without one in the next. */
static ir_ref
fold_reference(struct fold *f)
{
    const ir_ref operands[3] = { f->a, f->b, f->c };
    const char letters[3] = { ir_ops[f->op].a, ir_ops[f->op].b, ir_ops[f->op].c };
    for (int i = 0; i < 3; i++)
        if (letters[i] == 'o' && (ir_is_box(f->ir, operands[i]) || type_of(f, operands[i]) != T_OBJ))
            return give_up(f, "a number that has no object is stored");
    return NO_RULE;
}

/* What a C function takes for an object must be one in each round. */
static ir_ref
fold_call(struct fold *f)
{
    const ir_ref operands[3] = { f->a, f->b, f->c };
    for (int i = 0; i < 3; i++)
        if (ir_takes_object(f->x, i) && (ir_is_box(f->ir, operands[i]) || type_of(f, operands[i]) != T_OBJ))
            return give_up(f, "a number that has no object is an argument");
    return NO_RULE;
}

/* ---- the driver ---- */

/* What holds numbers for which there are no objects must be told apart from objects: no instruction could. */
static bool
must_fold(const struct fold *f)
{
    const struct ir_op_info *info = &ir_ops[f->op];
    return info->a == 'o' || f->op == IR_SELECT || ir_is_call_of_helper(f->op) || (info->a == 'v' && !(info->flags & I_CALL));
}

static ir_ref
apply_rules(struct fold *f)
{
    if (!opt_wants(OPT_FOLD) && !must_fold(f))
        return NO_RULE;
    switch (f->op) {
    case IR_ADD_I: case IR_ADDOV_I: return fold_add(f);
    case IR_SUB_I: case IR_SUBOV_I: return fold_sub(f);
    case IR_MUL_I: case IR_MULOV_I: return fold_mul(f);
    case IR_SHLOV_I: case IR_SHR_I: return fold_shift(f);
    case IR_DIV_I: return fold_div(f);
    case IR_MOD_I: return fold_mod(f);
    case IR_AND_I: return fold_and(f);
    case IR_OR_I: return fold_or(f);
    case IR_XOR_I: return fold_xor(f);
    case IR_NEGOV_I: case IR_NOT_I: case IR_NEG_F: return fold_twice(f);
    case IR_NOT_B: return fold_not(f);
    case IR_ADD_F: return fold_add_f(f);
    case IR_SUB_F: return fold_sub_f(f);
    case IR_MUL_F: return fold_mul_f(f);
    case IR_DIV_F: return fold_div_f(f);
    case IR_ABS_F: return fold_abs_f(f);
    case IR_SELECT: return fold_select(f);
    case IR_GTYPE: return fold_gtype(f);
    case IR_GCOMPACT: case IR_GINT2: return fold_gcompact(f);
    case IR_UNBOX_I: case IR_UNBOX2_I: case IR_UNBOX_F: case IR_UNBOX_B: return fold_unbox(f);
    case IR_GTRUE: case IR_GFALSE: return fold_truth(f);
    case IR_GAPART: return fold_apart(f);
    case IR_GALONE: case IR_GOTHERS: return fold_alone(f);
    case IR_GUNIQ ... IR_GQUIET: case IR_REUSE_F ... IR_ARG: return fold_reference(f);
    case IR_CALLR ... IR_CALLS: return fold_call(f);
    case IR_TITEM: return fold_titem(f);
    case IR_RLOAD_I: return fold_rload(f);
    case IR_OLOAD: return fold_oload(f);
    case IR_GULT_I: return fold_gult(f);
    case IR_GDEPTH: return fold_gdepth(f);
    default: return rel_of(f->op) != 0 ? fold_compare(f) : NO_RULE;
    }
}

/* The guard that holds when op does with its operands swapped; op itself when there is none. */
static enum ir_op
swapped_op(enum ir_op op)
{
    switch (op) {
    case IR_GLT_I: return IR_GGT_I;
    case IR_GLE_I: return IR_GGE_I;
    case IR_GGT_I: return IR_GLT_I;
    case IR_GGE_I: return IR_GLE_I;
    case IR_GLT_F: return IR_GGT_F;
    case IR_GLE_F: return IR_GGE_F;
    case IR_GGT_F: return IR_GLT_F;
    case IR_GGE_F: return IR_GLE_F;
    case IR_GNLT_F: return IR_GNGT_F;
    case IR_GNLE_F: return IR_GNGE_F;
    case IR_GNGT_F: return IR_GNLT_F;
    case IR_GNGE_F: return IR_GNLE_F;
    default: return op;
    }
}

/* Constants to the right; of two instructions the newer to the left, if that changes nothing. */
static void
put_in_order(struct fold *f)
{
    bool commutes = ir_ops[f->op].flags & I_COMM;
    if (f->a >= f->b || (!commutes && (swapped_op(f->op) == f->op || !ref_is_const(f->a))))
        return;
    ir_ref a = f->a;
    f->a = f->b;
    f->b = a;
    f->op = swapped_op(f->op);
}

/* What is always found there, as long as the trace runs. It has one name without -X jit-without=cse and with it: by the name the recorder finds the stores that wait for an object, and forgets them
 * when it dies. */
static bool
names_an_object(enum ir_op op)
{
    return op == IR_SLOAD || op == IR_PLOAD_O || op == IR_FLOAD || op == IR_CLOAD || op == IR_TITEM;
}

/* An equal value that exists already. */
static ir_ref
existing(const struct fold *f)
{
    static const uint8_t with_guard[IR_OPS] = { [IR_ADD_I] = IR_ADDOV_I, [IR_SUB_I] = IR_SUBOV_I, [IR_MUL_I] = IR_MULOV_I };
    if (!opt_wants(OPT_CSE) && !names_an_object(f->op))
        return REF_NONE;
    ir_ref r = cse_find(f->ir, f->op, f->a, f->b, f->c, f->x);
    if (r == REF_NONE && with_guard[f->op] != 0)
        r = cse_find(f->ir, with_guard[f->op], f->a, f->b, f->c, f->x);
    return r;
}

/* The exact type of what op makes; NULL when it makes no object. */
static PyTypeObject *
made_type(enum ir_op op)
{
    switch (op) {
    case IR_BOX_I: case IR_NEW_I: case IR_RENEW_I: return &PyLong_Type;
    case IR_BOX_F: case IR_NEW_F: case IR_REUSE_F: case IR_RENEW_F: return &PyFloat_Type;
    case IR_NEW_RANGE: return &PyRangeIter_Type;
    case IR_NEW_LIST_IT: return &PyListIter_Type;
    case IR_NEW_TUPLE_IT: return &PyTupleIter_Type;
    case IR_NEW_TUPLE: return &PyTuple_Type;
    case IR_NEW_LIST: return &PyList_Type;
    case IR_NEW_METHOD: return &PyMethod_Type;
    default: return NULL;
    }
}

static ir_ref
append(struct fold *f)
{
    ir_ref r = ir_append(f->ir, f->op, f->a, f->b, f->c, f->x);
    if (r == REF_NONE)
        return r;
    if (f->op == IR_GTYPE)
        f->ir->at[f->a].kt = (ir_ref)f->x;
    else if (f->op == IR_VIRT || f->op == IR_NEW_OBJ)
        f->ir->at[r].kt = f->op == IR_VIRT ? (ir_ref)f->x : f->a;
    else if (made_type(f->op) != NULL)
        f->ir->at[r].kt = ir_ptr(f->ir, made_type(f->op));
    else if ((f->op == IR_CALLN || f->op == IR_CALLB) && ir_helper_type(f->x) != NULL)
        f->ir->at[r].kt = ir_ptr(f->ir, ir_helper_type(f->x));
    return r;
}

/* What a load would find, if that is in the trace; REF_NONE: it is not. */
static ir_ref
known_content(const struct fold *f)
{
    switch (ir_heap_class(f->op)) {
    case HEAP_RAW: return cse_field(f->ir, f->op, f->a, f->x);
    case HEAP_OBJECT: return cse_object(f->ir, f->a, f->x);
    case HEAP_ITEM: return cse_item(f->ir, f->a, f->b);
    case HEAP_NUMBER: return cse_number(f->ir, f->op, f->a, f->b, f->x);
    case HEAP_WORD: return cse_word(f->ir, f->a, f->x);
    default: return cse_find(f->ir, f->op, f->a, f->b, f->c, f->x);        /* nothing stores in these */
    }
}

static ir_ref
find_or_append(struct fold *f)
{
    unsigned flags = ir_ops[f->op].flags;
    if (flags & (I_LOAD | I_STORE) && !opt_wants(OPT_CSE))
        return append(f);
    if (flags & I_LOAD) {
        ir_ref r = known_content(f);
        return r != REF_NONE ? r : append(f);
    }
    if (flags & I_STORE && ir_heap_class(f->op) == HEAP_RAW) {
        bool same = cse_field(f->ir, f->op == IR_RSTORE_I ? IR_RLOAD_I : IR_RLOAD_F, f->a, f->x) == f->b;
        return same ? REF_NONE : append(f);
    }
    if (flags & (I_PURE | I_GUARD) && !(flags & I_KEEP)) {
        ir_ref r = existing(f);
        if (r != REF_NONE)
            return is_guard(f->op) ? REF_NONE : r;
    }
    return append(f);
}

ir_ref
opt_emit(struct ir *ir, enum ir_op op, ir_ref a, ir_ref b, ir_ref c, uint32_t x)
{
    struct fold f = { ir, op, a, b, c, x };
    if (ir->full != NULL)
        return REF_NONE;
    put_in_order(&f);
    ir_ref r = fold_constants(&f);
    if (r == NO_RULE)
        r = apply_rules(&f);
    return r != NO_RULE ? r : find_or_append(&f);
}
