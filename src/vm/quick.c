/* vm/quick.c: operations on exact builtin types, tried before the slots are asked. Most of what BINARY_OP has no specialised form
 * for (`/ // % & | ^ << >>`), and what runs before it is specialised, is about two small ints or two floats; most slices are
 * of lists, tuples and str, between small ints. */
#include "object/coll/list.h"
#include "object/coll/tuple.h"
#include "object/num/float.h"
#include "object/num/int.h"
#include "vm/slow.h"

static OWNED PyObject *
ints(PyThreadState *ts, int64_t a, int64_t b, int op)
{
    switch (op) {
    case NB_ADD: case NB_INPLACE_ADD: return int_from_i64_ts(ts, a + b);
    case NB_SUBTRACT: case NB_INPLACE_SUBTRACT: return int_from_i64_ts(ts, a - b);
    case NB_MULTIPLY: case NB_INPLACE_MULTIPLY: return int_from_i64_ts(ts, a * b);
    case NB_AND: case NB_INPLACE_AND: return int_from_i64_ts(ts, a & b);
    case NB_OR: case NB_INPLACE_OR: return int_from_i64_ts(ts, a | b);
    case NB_XOR: case NB_INPLACE_XOR: return int_from_i64_ts(ts, a ^ b);
    case NB_LSHIFT: case NB_INPLACE_LSHIFT: return (uint64_t)b > 30 ? NULL : int_from_i64_ts(ts, a << b);
    case NB_RSHIFT: case NB_INPLACE_RSHIFT: return (uint64_t)b > 62 ? NULL : int_from_i64_ts(ts, a >> b);
    case NB_FLOOR_DIVIDE: case NB_INPLACE_FLOOR_DIVIDE:
        if (b == 0)
            return NULL;
        /* Both fit 31 bits, and short division is several times faster. */
        return int_from_i64_ts(ts, (int32_t)a / (int32_t)b - ((int32_t)a % (int32_t)b != 0 && (a < 0) != (b < 0)));
    case NB_REMAINDER: case NB_INPLACE_REMAINDER:
        if (b == 0)
            return NULL;
        int32_t r = (int32_t)a % (int32_t)b;
        return int_from_i64_ts(ts, r != 0 && (r < 0) != (b < 0) ? r + b : r);
    default: return NULL;
    }
}

static OWNED PyObject *
floats(PyThreadState *ts, double a, double b, int op)
{
    switch (op) {
    case NB_ADD: case NB_INPLACE_ADD: return float_new(ts, a + b);
    case NB_SUBTRACT: case NB_INPLACE_SUBTRACT: return float_new(ts, a - b);
    case NB_MULTIPLY: case NB_INPLACE_MULTIPLY: return float_new(ts, a * b);
    case NB_TRUE_DIVIDE: case NB_INPLACE_TRUE_DIVIDE: return b == 0.0 ? NULL : float_new(ts, a / b);
    default: return NULL;
    }
}

OWNED PyObject *
vm_binary_quick(PyThreadState *ts, PyObject *left, PyObject *right, int op)
{
    if (PyLong_CheckExact(left)) {
        if (PyLong_CheckExact(right) && int_both_compact(left, right))
            return ints(ts, int_compact_value(left), int_compact_value(right), op);
        if (PyFloat_CheckExact(right) && int_is_compact(left))
            return floats(ts, (double)int_compact_value(left), float_value(right), op);
    }
    else if (PyFloat_CheckExact(left)) {
        if (PyFloat_CheckExact(right))
            return floats(ts, float_value(left), float_value(right), op);
        if (PyLong_CheckExact(right) && int_is_compact(right))
            return floats(ts, float_value(left), (double)int_compact_value(right), op);
    }
    return NULL;
}

/* A bound of a slice: None or a small int; false for anything else. */
static inline bool
bound(PyObject *o, Py_ssize_t none, Py_ssize_t *out)
{
    if (o == Py_None)
        *out = none;
    else if (PyLong_CheckExact(o) && int_is_compact(o))
        *out = int_compact_value(o);
    else
        return false;
    return true;
}

OWNED PyObject *
vm_slice_quick(PyObject *seq, PyObject *start, PyObject *stop)
{
    bool str = PyUnicode_CheckExact(seq), list = PyList_CheckExact(seq);
    Py_ssize_t from, to;
    if (!(str || list || PyTuple_CheckExact(seq)) || !bound(start, 0, &from) || !bound(stop, PY_SSIZE_T_MAX, &to))
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(str ? PyUnicode_GET_LENGTH(seq) : Py_SIZE(seq), &from, &to, 1);
    if (str)
        return PyUnicode_Substring(seq, from, from + n);
    return list ? PyList_GetSlice(seq, from, from + n) : PyTuple_GetSlice(seq, from, from + n);
}
