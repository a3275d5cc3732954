/* jit/trace/rec_num.c: recording operators on int, float and bool.
 *
 * Guards are emitted before results; an operation that may raise (a zero divisor) or needs a larger int is left to the interpreter by a
 * guard. Mixed operands: an int becomes a float as CPython does it, rounding to nearest. */
#include "jit/trace/record.h"

#include <math.h>

#include "jit/ir/leaf.h"
#include "jit/opt/cse.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/singletons.h"

static enum ir_type type_of(struct recorder *r, ir_ref v) { return v == REF_NONE || v == REF_FAIL ? T_NIL : ir_type_of(r->ir, v); }

/* A BOOL as the int it is. */
static ir_ref as_int(struct recorder *r, ir_ref v) { return type_of(r, v) == T_BOOL ? rec_emit(r, IR_B2I, v, REF_NONE) : v; }

static ir_ref
as_float(struct recorder *r, ir_ref v)
{
    return type_of(r, v) == T_F64 ? v : rec_emit(r, IR_I2F, as_int(r, v), REF_NONE);
}

/* -2**53 <= v <= 2**53 */
static void
guard_exact(struct recorder *r, ir_ref v)
{
    ir_ref shifted = rec_emit(r, IR_ADD_I, v, ir_int(r->ir, INT_EXACT_IN_FLOAT));
    rec_emit(r, IR_GULT_I, shifted, ir_int(r->ir, 2 * INT_EXACT_IN_FLOAT + 1));
}

/* An int that a trace has in a register may be of up to 64 bits. */
static ir_ref
operand(struct recorder *r, int i)
{
    ir_ref v = rec_peek(r, i);
    return v != REF_NONE && r->ir->at[v].op == IR_BOX_I ? r->ir->at[v].a : rec_number(r, v, r->sp[-i]);
}

/* The operands of a binary instruction, unboxed. False: something else than numbers. */
static bool
two_numbers(struct recorder *r, ir_ref *a, ir_ref *b)
{
    *a = operand(r, 2);
    *b = r->why != NULL ? REF_NONE : operand(r, 1);
    if (*a == REF_NONE || *b == REF_NONE || r->why != NULL)
        return rec_stop(r, "an operand is no number that fits a register");
    return true;
}

bool
rec_give(struct recorder *r, int popped, ir_ref v)
{
    if (r->why != NULL)
        return false;
    for (int i = 0; i < popped; i++)
        rec_pop(r);
    switch (type_of(r, v)) {
    case T_I64: rec_push_int(r, v); break;
    case T_F64: rec_push_float(r, v); break;
    default: rec_push(r, v); break;
    }
    return r->why == NULL;
}

/* ---- ints ---- */

static ir_ref
divide_ints(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b, int64_t divisor)
{
    if (divisor == 0 || divisor == -1) {
        rec_stop(r, "division by 0 or -1");
        return REF_NONE;
    }
    rec_emit(r, IR_GNE_I, b, ir_int(r->ir, 0));
    rec_emit(r, IR_GNE_I, b, ir_int(r->ir, -1));
    return rec_emit(r, op, a, b);
}

static ir_ref
shift_ints(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b, int64_t count)
{
    if (count < 0 || count > 63) {
        rec_stop(r, "a shift by more than 63 bits");
        return REF_NONE;
    }
    rec_emit(r, IR_GULT_I, b, ir_int(r->ir, 64));
    return rec_emit(r, op, a, b);
}

/* int / int: exact operands, so that one division rounds once. */
static ir_ref
true_divide_ints(struct recorder *r, ir_ref a, ir_ref b, int64_t divisor)
{
    if (divisor == 0) {
        rec_stop(r, "division by zero");
        return REF_NONE;
    }
    guard_exact(r, a);
    guard_exact(r, b);
    rec_emit(r, IR_GNE_I, b, ir_int(r->ir, 0));
    return rec_emit(r, IR_DIV_F, as_float(r, a), as_float(r, b));
}

static ir_ref
int_operator(struct recorder *r, int operator, ir_ref a, ir_ref b, int64_t right)
{
    switch (operator) {
    case NB_ADD: case NB_INPLACE_ADD: return rec_emit(r, IR_ADDOV_I, a, b);
    case NB_SUBTRACT: case NB_INPLACE_SUBTRACT: return rec_emit(r, IR_SUBOV_I, a, b);
    case NB_MULTIPLY: case NB_INPLACE_MULTIPLY: return rec_emit(r, IR_MULOV_I, a, b);
    case NB_AND: case NB_INPLACE_AND: return rec_emit(r, IR_AND_I, a, b);
    case NB_OR: case NB_INPLACE_OR: return rec_emit(r, IR_OR_I, a, b);
    case NB_XOR: case NB_INPLACE_XOR: return rec_emit(r, IR_XOR_I, a, b);
    case NB_FLOOR_DIVIDE: case NB_INPLACE_FLOOR_DIVIDE: return divide_ints(r, IR_DIV_I, a, b, right);
    case NB_REMAINDER: case NB_INPLACE_REMAINDER: return divide_ints(r, IR_MOD_I, a, b, right);
    case NB_LSHIFT: case NB_INPLACE_LSHIFT: return shift_ints(r, IR_SHLOV_I, a, b, right);
    case NB_RSHIFT: case NB_INPLACE_RSHIFT: return shift_ints(r, IR_SHR_I, a, b, right);
    case NB_TRUE_DIVIDE: case NB_INPLACE_TRUE_DIVIDE: return true_divide_ints(r, a, b, right);
    default: rec_stop(r, "an operator on ints that is not recorded yet"); return REF_NONE;
    }
}

/* ---- floats ---- */

static ir_ref
nonzero_divisor(struct recorder *r, ir_ref b)
{
    rec_emit(r, IR_GNE_F, b, ir_float(r->ir, 0.0));
    return b;
}

static ir_ref
helper(struct recorder *r, enum ir_helper h, ir_ref a, ir_ref b)
{
    return rec_emit_x(r, IR_CALLL_F, a, b, h);
}

/* A whole number above 0: of negative numbers and of 0 there is such a power, too. */
static bool
is_plain_exponent(const struct ir *ir, ir_ref b)
{
    double k = ir->at[b].op == IR_KF ? ir_float_value(ir, b) : 0.5;
    return k > 0 && isfinite(k) && floor(k) == k;
}

/* Only where nothing but pow() of the C library decides: finite base, positive but for some exponents; finite exponent and result. */
static ir_ref
power(struct recorder *r, ir_ref a, ir_ref b)
{
    ir_ref inf = ir_float(r->ir, INFINITY);
    if (is_plain_exponent(r->ir, b)) {
        rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, a, REF_NONE), inf);
    } else {
        rec_emit(r, IR_GGT_F, a, ir_float(r->ir, 0.0));
        rec_emit(r, IR_GLT_F, a, inf);
        rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, b, REF_NONE), inf);
    }
    ir_ref v = helper(r, HELPER_FPOW, a, b);
    rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, v, REF_NONE), inf);
    return v;
}

static ir_ref
float_operator(struct recorder *r, int operator, ir_ref a, ir_ref b)
{
    switch (operator) {
    case NB_ADD: case NB_INPLACE_ADD: return rec_emit(r, IR_ADD_F, a, b);
    case NB_SUBTRACT: case NB_INPLACE_SUBTRACT: return rec_emit(r, IR_SUB_F, a, b);
    case NB_MULTIPLY: case NB_INPLACE_MULTIPLY: return rec_emit(r, IR_MUL_F, a, b);
    case NB_TRUE_DIVIDE: case NB_INPLACE_TRUE_DIVIDE: return rec_emit(r, IR_DIV_F, a, nonzero_divisor(r, b));
    case NB_REMAINDER: case NB_INPLACE_REMAINDER: return helper(r, HELPER_FMOD, a, nonzero_divisor(r, b));
    case NB_FLOOR_DIVIDE: case NB_INPLACE_FLOOR_DIVIDE: return helper(r, HELPER_FFLOOR_DIV, a, nonzero_divisor(r, b));
    case NB_POWER: case NB_INPLACE_POWER: return power(r, a, b);
    default: rec_stop(r, "an operator on floats that is not recorded yet"); return REF_NONE;
    }
}

static int64_t
int_value_now(PyObject *o)
{
    int overflow;
    return PyLong_Check(o) ? PyLong_AsLongLongAndOverflow(o, &overflow) : 0;
}

/* divmod() of numbers that are no bools, as boxes; left: the first one as it is on the stack, which a remainder may be. */
bool
rec_divmod(struct recorder *r, ir_ref a, ir_ref b, ir_ref left, PyObject *x, PyObject *y, ir_ref *quotient, ir_ref *remainder)
{
    if (type_of(r, a) == T_F64 || type_of(r, b) == T_F64) {
        a = as_float(r, a);
        b = nonzero_divisor(r, as_float(r, b));
        *quotient = rec_emit(r, IR_BOX_F, helper(r, HELPER_FFLOOR_DIV, a, b), REF_NONE);
        *remainder = rec_emit(r, IR_BOX_F, helper(r, HELPER_FMOD, a, b), REF_NONE);
        return r->why == NULL;
    }
    ir_ref q = divide_ints(r, IR_DIV_I, a, b, int_value_now(y));
    bool keeps = r->why == NULL && rec_keeps_left(r, NB_REMAINDER, a, b, int_value_now(x), int_value_now(y));
    if (r->why != NULL)
        return false;
    *quotient = rec_emit(r, IR_BOX_I, q, REF_NONE);
    *remainder = keeps ? left : rec_emit(r, IR_BOX_I, rec_emit(r, IR_MOD_I, a, b), REF_NONE);
    return r->why == NULL;
}

/* x ** 2 and x ** 3 of an int, where 64 bits are enough: by multiplication, as in CPython. */
static bool
is_small_power(struct recorder *r)
{
    PyObject *x = r->sp[-2], *y = r->sp[-1];
    int64_t v, k = PyLong_CheckExact(y) && int_is_compact(y) ? int_compact_value(y) : 0;
    if ((r->oparg != NB_POWER && r->oparg != NB_INPLACE_POWER) || (k != 2 && k != 3) || r->ir->at[rec_peek(r, 1)].op != IR_KO)
        return false;
    if (!PyLong_CheckExact(x) || int_ndigits(x) > 2)
        return false;
    v = PyLong_AsLongLong(x);
    return !__builtin_mul_overflow(v, v, &v) && (k == 2 || !__builtin_mul_overflow(v, PyLong_AsLongLong(x), &v));
}

static bool
small_power(struct recorder *r)
{
    ir_ref v = operand(r, 2);
    if (v == REF_NONE || r->why != NULL)
        return rec_stop(r, "an operand is no number that fits a register");
    ir_ref power = rec_emit(r, IR_MULOV_I, v, v);
    if (int_compact_value(r->sp[-1]) == 3 && r->why == NULL)
        power = rec_emit(r, IR_MULOV_I, power, v);
    return rec_give(r, 2, power);
}

bool
rec_binary_op(struct recorder *r)
{
    ir_ref a, b;
    if (is_small_power(r))
        return small_power(r);
    if (PyUnicode_CheckExact(r->sp[-2]) || PyBytes_CheckExact(r->sp[-2]))
        return rec_concat(r);
    if (rec_is_seq(r->sp[-2]))
        return rec_seq_operator(r);
    if (PyAnySet_CheckExact(r->sp[-2]))
        return rec_set_operator(r);
    if (rec_is_big(r))
        return rec_big_operator(r);
    if (!two_numbers(r, &a, &b))
        return false;
    if (type_of(r, a) == T_BOOL && type_of(r, b) == T_BOOL)
        return rec_stop(r, "an operator on two bools is not recorded yet");
    if (type_of(r, a) == T_F64 || type_of(r, b) == T_F64)
        return rec_give(r, 2, float_operator(r, r->oparg, as_float(r, a), as_float(r, b)));
    a = as_int(r, a);
    b = as_int(r, b);
    if (rec_keeps_left(r, r->oparg, a, b, int_value_now(r->sp[-2]), int_value_now(r->sp[-1]))) {
        rec_pop(r);
        return r->why == NULL;
    }
    return r->why == NULL && rec_give(r, 2, int_operator(r, r->oparg, a, b, int_value_now(r->sp[-1])));
}

/* ---- comparing ---- */

static ir_ref
compare(struct recorder *r, int operator, ir_ref a, ir_ref b, bool floats)
{
    enum ir_op eq = floats ? IR_EQ_F : IR_EQ_I, lt = floats ? IR_LT_F : IR_LT_I, le = floats ? IR_LE_F : IR_LE_I;
    switch (operator) {
    case Py_LT: return rec_emit(r, lt, a, b);
    case Py_LE: return rec_emit(r, le, a, b);
    case Py_EQ: return rec_emit(r, eq, a, b);
    case Py_NE: return rec_emit(r, IR_NOT_B, rec_emit(r, eq, a, b), REF_NONE);
    case Py_GT: return rec_emit(r, lt, b, a);
    default: return rec_emit(r, le, b, a);
    }
}

ir_ref
rec_compare_numbers(struct recorder *r, int operator, ir_ref a, ir_ref b)
{
    bool fa = type_of(r, a) == T_F64, fb = type_of(r, b) == T_F64;
    a = as_int(r, a);                                    /* leaves floats alone */
    b = as_int(r, b);
    if (fa != fb) {
        guard_exact(r, fa ? b : a);                      /* an int that a float holds exactly compares as that float */
        a = as_float(r, a);
        b = as_float(r, b);
    }
    return compare(r, operator, a, b, fa || fb);
}

/* ---- == and != of objects ---- */

static bool is_small_number(PyObject *o) { return PyFloat_CheckExact(o) || PyBool_Check(o) || (PyLong_CheckExact(o) && int_ndigits(o) <= 2); }

/* Whose type is known, and is one of objects that are equal to themselves only. */
static bool
is_only_itself(struct recorder *r, ir_ref v, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (r->ir->at[v].kt == REF_NONE && r->ir->at[v].op != IR_KO)
        return false;
    if (t->tp_richcompare != PyBaseObject_Type.tp_richcompare || !rec_guard_type(r, v, t))
        return false;
    return type_has(t, Py_TPFLAGS_IMMUTABLETYPE) || (rec_watch_name(r, t, ID(__eq__)) && rec_watch_name(r, t, ID(__ne__)));
}

/* The number a and an object that is none, or vice versa. */
static bool
compare_with_number(struct recorder *r, ir_ref v, PyObject *o, bool equal)
{
    PyTypeObject *t = Py_TYPE(o);
    if (PyNumber_Check(o) || !rec_guard_type(r, v, t))
        return rec_stop(r, "two numbers that are not compared in registers");
    if (!type_has(t, Py_TPFLAGS_IMMUTABLETYPE) && !(rec_watch_name(r, t, ID(__eq__)) && rec_watch_name(r, t, ID(__ne__))))
        return false;
    return rec_give(r, 2, ir_bool(r->ir, !equal));
}

static bool
compare_objects(struct recorder *r, bool equal)
{
    PyObject *o = r->sp[-2], *p = r->sp[-1];
    ir_ref a = rec_peek(r, 2), b = rec_peek(r, 1), zero = ir_int(r->ir, 0);
    int64_t now = jit_eq(o, p);
    if (now < 0 || a == REF_NONE || b == REF_NONE)
        return rec_stop(r, "comparing these objects may run code");
    bool number_a = type_of(r, a) != T_OBJ || ir_is_box(r->ir, a), number_b = type_of(r, b) != T_OBJ || ir_is_box(r->ir, b);
    if (number_a != number_b)
        return compare_with_number(r, number_a ? b : a, number_a ? p : o, equal);
    if (number_a)
        return rec_stop(r, "numbers that do not fit a register");
    ir_ref same = REF_NONE;
    if (is_only_itself(r, a, o) && is_only_itself(r, b, p)) {
        same = rec_emit(r, IR_EQ_P, a, b);
        return rec_give(r, 2, equal ? same : rec_emit(r, IR_NOT_B, same, REF_NONE));
    }
    if (r->why != NULL || (same = rec_leaf(r, IR_CALLR, HELPER_EQ, a, b, REF_NONE)) == REF_NONE)
        return false;
    rec_emit(r, IR_GGE_I, same, zero);
    ir_ref differ = rec_emit(r, IR_EQ_I, same, zero);
    return rec_give(r, 2, equal ? rec_emit(r, IR_NOT_B, differ, REF_NONE) : differ);
}

/* A field or an item has the very object of a small constant that it is compared with: a state, a kind, a direction, most often. One guard on its address says so, where its type, its size
 * and its number would be asked; what is equal to the constant and another object leaves, too. */
static bool
is_the_constant(struct recorder *r, ir_ref v, ir_ref k)
{
    const struct ir *ir = r->ir;
    if (v == REF_NONE || k == REF_NONE || r->why != NULL)
        return false;
    enum ir_op op = ir->at[v].op;
    if (r->sp[-1] != r->sp[-2] || !PyLong_CheckExact(r->sp[-1]) || !_Py_IsImmortal(r->sp[-1]) || ir->at[k].op != IR_KO || (op != IR_OLOAD && op != IR_LITEM && op != IR_TITEM))
        return false;
    if (cse_find(ir, IR_UNBOX2_I, v, 0, 0, 0) != REF_NONE)
        return false;                                    /* its number lies in a register */
    rec_emit(r, IR_GEQ_P, v, k);
    return r->why == NULL;
}

bool
rec_compare_op(struct recorder *r)
{
    ir_ref a, b;
    int how = r->oparg >> 5;
    if ((how == Py_EQ || how == Py_NE) && (is_the_constant(r, rec_peek(r, 2), rec_peek(r, 1)) || is_the_constant(r, rec_peek(r, 1), rec_peek(r, 2))))
        return rec_give(r, 2, ir_bool(r->ir, how == Py_EQ));
    if (PyUnicode_CheckExact(r->sp[-2]) && PyUnicode_CheckExact(r->sp[-1]) && (how == Py_EQ || how == Py_NE)) {
        a = rec_compare_str(r, rec_peek(r, 2), rec_peek(r, 1), how == Py_EQ);
        return a != REF_NONE ? rec_give(r, 2, a) : rec_stop(r, "a comparison with a string");
    }
    if (PyUnicode_CheckExact(r->sp[-2]) && PyUnicode_CheckExact(r->sp[-1]))
        return rec_order_str(r, how);
    if (PyAnySet_CheckExact(r->sp[-2]) && PyAnySet_CheckExact(r->sp[-1]))
        return rec_compare_sets(r, how);
    if ((how == Py_EQ || how == Py_NE) && !(is_small_number(r->sp[-2]) && is_small_number(r->sp[-1])))
        return compare_objects(r, how == Py_EQ);
    if (rec_is_big_order(r))
        return rec_order_big(r, how);
    if (!two_numbers(r, &a, &b))
        return false;
    return rec_give(r, 2, rec_compare_numbers(r, how, a, b));
}

/* ---- one operand ---- */

static ir_ref
truth(struct recorder *r, ir_ref v)
{
    switch (type_of(r, v)) {
    case T_BOOL: return v;
    case T_I64: return rec_emit(r, IR_NOT_B, rec_emit(r, IR_EQ_I, v, ir_int(r->ir, 0)), REF_NONE);
    default: return rec_emit(r, IR_NOT_B, rec_emit(r, IR_EQ_F, v, ir_float(r->ir, 0.0)), REF_NONE);
    }
}

bool
rec_bool(struct recorder *r, ir_ref v, PyObject *o, int popped)
{
    bool number = PyBool_Check(o) || PyLong_Check(o) || PyFloat_Check(o);
    v = number ? rec_number(r, v, o) : rec_truth(r, v, o);
    if (v == REF_NONE)
        return rec_stop(r, "the truth of this object is not recorded yet");
    return rec_give(r, popped, number ? truth(r, v) : v);
}

bool rec_to_bool(struct recorder *r) { return rec_bool(r, rec_peek(r, 1), r->sp[-1], 1); }

bool
rec_unary(struct recorder *r, int opcode)
{
    ir_ref v = rec_number(r, rec_peek(r, 1), r->sp[-1]);
    if (v == REF_NONE || r->why != NULL)
        return rec_stop(r, "the operand is no number that fits a register");
    if (opcode == UNARY_NOT)
        return rec_give(r, 1, rec_emit(r, IR_NOT_B, v, REF_NONE));
    if (type_of(r, v) == T_F64)
        return opcode == UNARY_NEGATIVE ? rec_give(r, 1, rec_emit(r, IR_NEG_F, v, REF_NONE)) : rec_stop(r, "~ of a float");
    if (type_of(r, v) == T_BOOL && opcode == UNARY_INVERT)
        return rec_stop(r, "~ of a bool");
    v = as_int(r, v);
    return rec_give(r, 1, rec_emit(r, opcode == UNARY_NEGATIVE ? IR_NEGOV_I : IR_NOT_I, v, REF_NONE));
}
