/* jit/ir/leaf_big.c: operators on numbers that are objects, for traces. An error is left to the interpreter, which finds it again. */
#include "jit/ir/leaf.h"

#include "object/num/int_impl.h"
#include "opcode.h"

bool
leaf_is_number(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyLong_Type || t == &PyFloat_Type || t == &PyComplex_Type || t == &PyBool_Type;
}

static PyObject *
operate(PyObject *a, PyObject *b, int64_t operator)
{
    switch (operator) {
    case NB_ADD: return PyNumber_Add(a, b);
    case NB_SUBTRACT: return PyNumber_Subtract(a, b);
    case NB_MULTIPLY: return PyNumber_Multiply(a, b);
    case NB_FLOOR_DIVIDE: return PyNumber_FloorDivide(a, b);
    case NB_REMAINDER: return PyNumber_Remainder(a, b);
    case NB_TRUE_DIVIDE: return PyNumber_TrueDivide(a, b);
    case NB_POWER: return PyNumber_Power(a, b, Py_None);
    case NB_AND: return PyNumber_And(a, b);
    case NB_OR: return PyNumber_Or(a, b);
    case NB_XOR: return PyNumber_Xor(a, b);
    case NB_LSHIFT: return PyNumber_Lshift(a, b);
    case NB_RSHIFT: return PyNumber_Rshift(a, b);
    default: return NULL;
    }
}

/* ---- ints of up to 120 bits, as hashes and random numbers of 64 bits are ---- */

#define WIDE_DIGITS 4

static inline bool
to_wide(PyObject *o, __int128 *v)
{
    Py_ssize_t n = PyLong_CheckExact(o) ? int_ndigits(o) : WIDE_DIGITS + 1;
    unsigned __int128 size = 0;
    if (n > WIDE_DIGITS)
        return false;
    while (n-- > 0)
        size = size << PyLong_SHIFT | int_digits(o)[n];
    *v = int_is_negative(o) ? -(__int128)size : (__int128)size;
    return true;
}

/* x operator y in *v. False: it may not fit, or the result is the left operand itself. */
static bool
operate_wide(__int128 x, __int128 y, Py_ssize_t ndigits, int64_t operator, __int128 *v)
{
    switch (operator) {
    case NB_ADD: *v = x + y; return true;
    case NB_SUBTRACT: *v = x - y; return true;
    case NB_AND: *v = x & y; return true;
    case NB_OR: *v = x | y; return true;
    case NB_XOR: *v = x ^ y; return true;
    case NB_MULTIPLY:
        if (ndigits <= WIDE_DIGITS)
            *v = x * y;
        return ndigits <= WIDE_DIGITS;
    case NB_LSHIFT:
        if (y <= 0 || y > 62 || x >= (__int128)1 << 64 || x < -((__int128)1 << 64))
            return false;
        *v = x * ((__int128)1 << y);
        return true;
    case NB_RSHIFT:
        if (y <= 0 || y > 126)
            return false;
        *v = x >> y;
        return true;
    case NB_FLOOR_DIVIDE: case NB_REMAINDER:
        if (x < y || y <= 0)
            return false;
        *v = operator == NB_REMAINDER ? x % y : x / y;
        return true;
    default: return false;
    }
}

PyObject *
jit_number(PyObject *a, PyObject *b, int64_t operator)
{
    __int128 x, y, v;
    if (to_wide(a, &x) && to_wide(b, &y) && operate_wide(x, y, int_ndigits(a) + int_ndigits(b), operator, &v))
        return leaf_or_null(int_from_u128(v < 0 ? -(unsigned __int128)v : (unsigned __int128)v, v < 0));
    if (!leaf_is_number(a) || !leaf_is_number(b))
        return NULL;
    PyObject *o = operate(a, b, operator);
    if (o == NULL)
        PyErr_Clear();
    return o;
}

int64_t jit_int_cmp(PyObject *a, PyObject *b) { return int_compare(a, b); }
