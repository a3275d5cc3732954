/* operator.c: module _operator: the operators as functions. The getters and methodcaller are in operator_getters.c. */
#include "modules/operator/operator.h"

/* ---- operators ---- */

static int
two(const char *name, Py_ssize_t nargs, int wanted)
{
    if (nargs == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%s expected %d arguments, got %zd", name, wanted, nargs);
    return 0;
}

#define UNARY(name, call) \
    static PyObject *op_##name(PyObject *module, PyObject *a) { return call(a); }
#define BINARY(name, call) \
    static PyObject *op_##name(PyObject *module, PyObject *const *args, Py_ssize_t nargs) \
    { \
        return two(#name, nargs, 2) ? call(args[0], args[1]) : NULL; \
    }
#define COMPARE(name, op) \
    static PyObject *op_##name(PyObject *module, PyObject *const *args, Py_ssize_t nargs) \
    { \
        return two(#name, nargs, 2) ? PyObject_RichCompare(args[0], args[1], op) : NULL; \
    }
UNARY(neg, PyNumber_Negative)
UNARY(pos, PyNumber_Positive)
UNARY(abs, PyNumber_Absolute)
UNARY(inv, PyNumber_Invert)
UNARY(invert, PyNumber_Invert)
UNARY(index, PyNumber_Index)
BINARY(add, PyNumber_Add)
BINARY(sub, PyNumber_Subtract)
BINARY(mul, PyNumber_Multiply)
BINARY(matmul, PyNumber_MatrixMultiply)
BINARY(floordiv, PyNumber_FloorDivide)
BINARY(truediv, PyNumber_TrueDivide)
BINARY(mod, PyNumber_Remainder)
BINARY(lshift, PyNumber_Lshift)
BINARY(rshift, PyNumber_Rshift)
BINARY(and_, PyNumber_And)
BINARY(xor, PyNumber_Xor)
BINARY(or_, PyNumber_Or)
BINARY(iadd, PyNumber_InPlaceAdd)
BINARY(isub, PyNumber_InPlaceSubtract)
BINARY(imul, PyNumber_InPlaceMultiply)
BINARY(imatmul, PyNumber_InPlaceMatrixMultiply)
BINARY(ifloordiv, PyNumber_InPlaceFloorDivide)
BINARY(itruediv, PyNumber_InPlaceTrueDivide)
BINARY(imod, PyNumber_InPlaceRemainder)
BINARY(ilshift, PyNumber_InPlaceLshift)
BINARY(irshift, PyNumber_InPlaceRshift)
BINARY(iand, PyNumber_InPlaceAnd)
BINARY(ixor, PyNumber_InPlaceXor)
BINARY(ior, PyNumber_InPlaceOr)
BINARY(concat, PySequence_Concat)
BINARY(iconcat, PySequence_InPlaceConcat)
BINARY(getitem, PyObject_GetItem)
COMPARE(lt, Py_LT)
COMPARE(le, Py_LE)
COMPARE(eq, Py_EQ)
COMPARE(ne, Py_NE)
COMPARE(gt, Py_GT)
COMPARE(ge, Py_GE)

static PyObject *power(PyObject *a, PyObject *b) { return PyNumber_Power(a, b, Py_None); }
static PyObject *inplace_power(PyObject *a, PyObject *b) { return PyNumber_InPlacePower(a, b, Py_None); }
static PyObject *same(PyObject *a, PyObject *b) { return PyBool_FromLong(a == b); }
static PyObject *not_same(PyObject *a, PyObject *b) { return PyBool_FromLong(a != b); }
BINARY(pow, power)
BINARY(ipow, inplace_power)
BINARY(is_, same)
BINARY(is_not, not_same)

static PyObject *
contains(PyObject *a, PyObject *b)
{
    int in = PySequence_Contains(a, b);
    return in < 0 ? NULL : PyBool_FromLong(in);
}
static PyObject *
count_of(PyObject *a, PyObject *b)
{
    Py_ssize_t n = PySequence_Count(a, b);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}
static PyObject *
index_of(PyObject *a, PyObject *b)
{
    Py_ssize_t n = PySequence_Index(a, b);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}
static PyObject *
del_item(PyObject *a, PyObject *b)
{
    return PyObject_DelItem(a, b) < 0 ? NULL : Py_None;
}
BINARY(contains, contains)
BINARY(countOf, count_of)
BINARY(indexOf, index_of)
BINARY(delitem, del_item)

static PyObject *
op_setitem(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!two("setitem", nargs, 3) || PyObject_SetItem(args[0], args[1], args[2]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
op_truth(PyObject *module, PyObject *a)
{
    int truth = PyObject_IsTrue(a);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

static PyObject *
op_not_(PyObject *module, PyObject *a)
{
    int truth = PyObject_Not(a);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

static PyObject *
op_length_hint(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t otherwise = 0;
    if (nargs < 1 || nargs > 2)
        return PyErr_Format(PyExc_TypeError, "length_hint expected at %s, got %zd",
                            nargs < 1 ? "least 1 argument" : "most 2 arguments", nargs);
    if (nargs == 2) {
        otherwise = PyNumber_AsSsize_t(args[1], PyExc_OverflowError);
        if (otherwise == -1 && PyErr_Occurred())
            return NULL;
    }
    Py_ssize_t n = PyObject_LengthHint(args[0], otherwise);
    return n == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
op_call(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 1)
        return PyErr_Format(PyExc_TypeError, "call expected at least 1 argument, got 0");
    return PyObject_Vectorcall(args[0], args + 1, (size_t)(nargs - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}

/* ---- _compare_digest ---- */

/* Equality in a time that depends on the length of b only. */
static bool
equal_bytes(const unsigned char *a, Py_ssize_t na, const unsigned char *b, Py_ssize_t nb)
{
    const volatile unsigned char *x = na == nb ? a : b, *y = b;
    volatile unsigned char diff = na == nb ? 0 : 1;
    for (Py_ssize_t i = 0; i < nb; i++)
        diff |= (unsigned char)(x[i] ^ y[i]);
    return diff == 0;
}

static int
get_buffer(PyObject *o, Py_buffer *view)
{
    if (PyObject_GetBuffer(o, view, PyBUF_SIMPLE) < 0)
        return -1;
    if (view->ndim <= 1)
        return 0;
    PyErr_SetString(PyExc_BufferError, "Buffer must be single dimension");
    PyBuffer_Release(view);
    return -1;
}

static PyObject *
compare_digest(PyObject *a, PyObject *b)
{
    if (PyUnicode_Check(a) && PyUnicode_Check(b)) {
        if (!PyUnicode_IS_ASCII(a) || !PyUnicode_IS_ASCII(b))
            return PyErr_Format(PyExc_TypeError, "comparing strings with non-ASCII characters is not supported");
        return PyBool_FromLong(equal_bytes(PyUnicode_DATA(a), PyUnicode_GET_LENGTH(a), PyUnicode_DATA(b),
                                           PyUnicode_GET_LENGTH(b)));
    }
    if (!PyObject_CheckBuffer(a) && !PyObject_CheckBuffer(b))
        return PyErr_Format(PyExc_TypeError, "unsupported operand types(s) or combination of types: '%.100s' and '%.100s'",
                            Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
    Py_buffer x, y;
    if (get_buffer(a, &x) < 0)
        return NULL;
    if (get_buffer(b, &y) < 0) {
        PyBuffer_Release(&x);
        return NULL;
    }
    bool equal = equal_bytes(x.buf, x.len, y.buf, y.len);
    PyBuffer_Release(&x);
    PyBuffer_Release(&y);
    return PyBool_FromLong(equal);
}
BINARY(_compare_digest, compare_digest)

/* ---- module ---- */

#define U(name, doc) { #name, op_##name, METH_O, PyDoc_STR(#name "($module, a, /)\n--\n\n" doc) }
#define B(name, doc) \
    { #name, _PyCFunction_CAST(op_##name), METH_FASTCALL, PyDoc_STR(#name "($module, a, b, /)\n--\n\n" doc) }

static PyMethodDef operator_methods[] = {
    U(neg, "The value of -a."),
    U(pos, "The value of +a."),
    U(abs, "The value of abs(a)."),
    U(inv, "The value of ~a."),
    U(invert, "The value of ~a."),
    U(index, "The value of a.__index__()."),
    U(truth, "The truth of a."),
    U(not_, "The value of not a."),
    B(add, "The value of a + b."),
    B(sub, "The value of a - b."),
    B(mul, "The value of a * b."),
    B(matmul, "The value of a @ b."),
    B(floordiv, "The value of a // b."),
    B(truediv, "The value of a / b."),
    B(mod, "The value of a % b."),
    B(lshift, "The value of a << b."),
    B(rshift, "The value of a >> b."),
    B(and_, "The value of a & b."),
    B(xor, "The value of a ^ b."),
    B(or_, "The value of a | b."),
    B(iadd, "The value of a += b."),
    B(isub, "The value of a -= b."),
    B(imul, "The value of a *= b."),
    B(imatmul, "The value of a @= b."),
    B(ifloordiv, "The value of a //= b."),
    B(itruediv, "The value of a /= b."),
    B(imod, "The value of a %= b."),
    B(ilshift, "The value of a <<= b."),
    B(irshift, "The value of a >>= b."),
    B(iand, "The value of a &= b."),
    B(ixor, "The value of a ^= b."),
    B(ior, "The value of a |= b."),
    B(concat, "The value of a + b, for sequences."),
    B(iconcat, "The value of a += b, for sequences."),
    B(getitem, "The value of a[b]."),
    B(lt, "The value of a < b."),
    B(le, "The value of a <= b."),
    B(eq, "The value of a == b."),
    B(ne, "The value of a != b."),
    B(gt, "The value of a > b."),
    B(ge, "The value of a >= b."),
    B(pow, "The value of a ** b."),
    B(ipow, "The value of a **= b."),
    B(is_, "The value of a is b."),
    B(is_not, "The value of a is not b."),
    B(contains, "The value of b in a."),
    B(countOf, "How many items of a equal b."),
    B(indexOf, "The place of the first item of a that equals b."),
    B(delitem, "Do del a[b]."),
    B(_compare_digest, "a == b, in a time that does not tell where they differ."),
    { "setitem", _PyCFunction_CAST(op_setitem), METH_FASTCALL, PyDoc_STR("setitem($module, a, b, c, /)\n--\n\nDo a[b] = c.") },
    { "length_hint", _PyCFunction_CAST(op_length_hint), METH_FASTCALL,
      PyDoc_STR("length_hint($module, obj, default=0, /)\n--\n\nAn estimate of len(obj), or the default.") },
    { "call", _PyCFunction_CAST(op_call), METH_FASTCALL | METH_KEYWORDS,
      PyDoc_STR("call($module, obj, /, *args, **kwargs)\n--\n\nThe value of obj(*args, **kwargs).") },
    { NULL },
};


static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

static int
operator_exec(PyObject *module)
{
    struct operator_state *s = PyModule_GetState(module);
    if ((s->attrgetter = add_type(module, &attrgetter_spec)) == NULL
        || (s->itemgetter = add_type(module, &itemgetter_spec)) == NULL
        || (s->methodcaller = add_type(module, &methodcaller_spec)) == NULL)
        return -1;
    return 0;
}

static int
operator_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct operator_state *s = PyModule_GetState(module);
    Py_VISIT(s->attrgetter);
    Py_VISIT(s->itemgetter);
    Py_VISIT(s->methodcaller);
    return 0;
}

static int
operator_clear(PyObject *module)
{
    struct operator_state *s = PyModule_GetState(module);
    Py_CLEAR(s->attrgetter);
    Py_CLEAR(s->itemgetter);
    Py_CLEAR(s->methodcaller);
    return 0;
}

static void operator_free(void *module) { (void)operator_clear(module); }

static PyModuleDef_Slot operator_slots[] = {
    { Py_mod_exec, operator_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};
static PyModuleDef operator_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_operator",
    .m_doc = "The operators of the language as functions: operator.add(x, y) is x + y.",
    .m_size = sizeof(struct operator_state),
    .m_methods = operator_methods,
    .m_slots = operator_slots,
    .m_traverse = operator_traverse,
    .m_clear = operator_clear,
    .m_free = operator_free,
};

PyMODINIT_FUNC PyInit__operator(void) { return PyModuleDef_Init(&operator_module); }
