/* jit/trace/rec_big.c: recording operators on numbers that no register holds: ints of more than 60 bits, complex numbers, powers of ints, by leaf calls (jit/ir/leaf.h).
 *
 * The operands are objects, the result is a new one. What raises is left to the interpreter, to which such a call leaves. */
#include "jit/trace/record.h"

#include "jit/ir/leaf.h"
#include "object/num/int.h"

/* Of more than 60 bits, and in no register. */
static bool is_wide(struct recorder *r, ir_ref v, PyObject *o) { return PyLong_CheckExact(o) && int_ndigits(o) > 2 && rec_is_object(r, v); }
static int plain_operator(int operator) { return operator < NB_INPLACE_ADD ? operator : operator - NB_INPLACE_ADD; }

/* Of two ints of 64 bits: what an instruction of the machine does not do. */
static bool
leaves_register(int operator, int64_t a, int64_t b)
{
    int64_t result;
    switch (operator) {
    case NB_ADD: return __builtin_add_overflow(a, b, &result);
    case NB_SUBTRACT: return __builtin_sub_overflow(a, b, &result);
    case NB_MULTIPLY: return __builtin_mul_overflow(a, b, &result);
    case NB_LSHIFT: return b >= 0 && a != 0 && (b > 62 || a == INT64_MIN || (a < 0 ? -a : a) >> (63 - b) != 0);
    case NB_RSHIFT: return b > 63;
    case NB_FLOOR_DIVIDE: case NB_REMAINDER: return b == -1;
    case NB_TRUE_DIVIDE: return b != 0 && (a > INT_EXACT_IN_FLOAT || a < -INT_EXACT_IN_FLOAT || b > INT_EXACT_IN_FLOAT || b < -INT_EXACT_IN_FLOAT);
    case NB_POWER: return true;
    default: return false;
    }
}

bool
rec_is_big(struct recorder *r)
{
    PyObject *a = r->sp[-2], *b = r->sp[-1];
    int operator = plain_operator(r->oparg);
    if (!leaf_is_number(a) || !leaf_is_number(b) || operator == NB_MATRIX_MULTIPLY)
        return false;
    if (PyComplex_CheckExact(a) || PyComplex_CheckExact(b) || is_wide(r, rec_peek(r, 2), a) || is_wide(r, rec_peek(r, 1), b))
        return true;
    if (!PyLong_CheckExact(a) || !PyLong_CheckExact(b))
        return false;
    int far;
    int64_t x = PyLong_AsLongLongAndOverflow(a, &far), y = far != 0 ? 0 : PyLong_AsLongLongAndOverflow(b, &far);
    return far != 0 || leaves_register(operator, x, y);
}

/* NULL: it depends on the operands. */
static PyTypeObject *
type_of_result(PyObject *a, PyObject *b, int operator)
{
    if (PyComplex_CheckExact(a) || PyComplex_CheckExact(b))
        return &PyComplex_Type;
    if (PyFloat_CheckExact(a) || PyFloat_CheckExact(b))
        return operator == NB_POWER ? NULL : &PyFloat_Type;
    return operator == NB_TRUE_DIVIDE ? &PyFloat_Type : operator == NB_POWER ? NULL : &PyLong_Type;
}

/* The operand under `below` others, as an object of its type. */
static ir_ref
operand(struct recorder *r, int below)
{
    ir_ref v = rec_peek(r, below + 1);
    if (v == REF_NONE || (rec_is_object(r, v) && !rec_guard_type(r, v, Py_TYPE(r->sp[-1 - below])))) {
        rec_stop(r, "an operand is no number that fits a register");
        return REF_NONE;
    }
    return v;
}

bool
rec_big_operator(struct recorder *r)
{
    PyTypeObject *t = type_of_result(r->sp[-2], r->sp[-1], plain_operator(r->oparg));
    if (operand(r, 1) == REF_NONE || operand(r, 0) == REF_NONE)
        return false;
    rec_before_effects(r, 2);
    rec_let_operands_die(r, 2);
    ir_ref a = r->why == NULL ? rec_object(r, rec_peek(r, 2)) : REF_NONE;
    ir_ref b = r->why == NULL ? rec_object(r, rec_peek(r, 1)) : REF_NONE;         /* a number in two places has become one object */
    return r->why == NULL && rec_give_new(r, 2, rec_leaf(r, IR_CALLN, HELPER_NUMBER, a, b, ir_int(r->ir, plain_operator(r->oparg))), t);
}

bool
rec_is_big_order(struct recorder *r)
{
    PyObject *a = r->sp[-2], *b = r->sp[-1];
    return PyLong_CheckExact(a) && PyLong_CheckExact(b) && (is_wide(r, rec_peek(r, 2), a) || is_wide(r, rec_peek(r, 1), b));
}

bool
rec_order_big(struct recorder *r, int operator)
{
    ir_ref a = operand(r, 1), b = a == REF_NONE ? REF_NONE : operand(r, 0);
    if (b == REF_NONE)
        return false;
    rec_before_effects(r, 2);
    rec_let_operands_die(r, 2);
    a = r->why == NULL ? rec_object(r, rec_peek(r, 2)) : REF_NONE;
    b = r->why == NULL ? rec_object(r, rec_peek(r, 1)) : REF_NONE;
    if (r->why != NULL)
        return false;
    ir_ref cmp = rec_leaf(r, IR_CALLL_I, HELPER_INT_CMP, a, b, REF_NONE);
    return cmp != REF_NONE && rec_give(r, 2, rec_compare_numbers(r, operator, cmp, ir_int(r->ir, 0)));
}
