/* jit/ir/leaf_big.c: operators on numbers that are objects, for traces. An error is left to the interpreter, which finds it again. */
#include "jit/ir/leaf.h"

#include "object/num/int.h"
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

PyObject *
jit_number(PyObject *a, PyObject *b, int64_t operator)
{
    if (!leaf_is_number(a) || !leaf_is_number(b))
        return NULL;
    PyObject *o = operate(a, b, operator);
    if (o == NULL)
        PyErr_Clear();
    return o;
}

int64_t jit_int_cmp(PyObject *a, PyObject *b) { return int_compare(a, b); }
