/* object/core/abstract_number.c: arithmetic on any object: which operand's slot is asked first, and the conversions to
 * int, float and index. */
#include "object/core/abstract.h"

#include <stdarg.h>
#include <string.h>

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/singletons.h"

/* The slot at byte offset `slot` of a type's number methods, or NULL. */
static inline binaryfunc
nb_slot(PyTypeObject *t, int slot)
{
    return t->tp_as_number == NULL ? NULL : *(binaryfunc *)((char *)t->tp_as_number + slot);
}

OWNED PyObject *
number_binary(PyObject *a, PyObject *b, int slot)
{
    PyTypeObject *ta = Py_TYPE(a), *tb = Py_TYPE(b);
    binaryfunc fa = nb_slot(ta, slot), fb = NULL;
    if (ta == tb)
        return fa != NULL ? fa(a, b) : Py_NewRef(Py_NotImplemented);
    fb = nb_slot(tb, slot);
    if (fb == fa)
        fb = NULL;
    if (fa != NULL) {
        if (fb != NULL && PyType_IsSubtype(tb, ta)) {      /* the subclass may know better */
            PyObject *r = fb(a, b);
            if (r != Py_NotImplemented)
                return r;
            Py_DECREF(r);
            fb = NULL;
        }
        PyObject *r = fa(a, b);
        if (r != Py_NotImplemented)
            return r;
        Py_DECREF(r);
    }
    if (fb != NULL) {
        PyObject *r = fb(a, b);
        if (r != Py_NotImplemented)
            return r;
        Py_DECREF(r);
    }
    return Py_NewRef(Py_NotImplemented);
}

OWNED PyObject *
number_inplace(PyObject *a, PyObject *b, int islot, int slot)
{
    binaryfunc f = nb_slot(Py_TYPE(a), islot);
    if (f != NULL) {
        PyObject *r = f(a, b);
        if (r != Py_NotImplemented)
            return r;
        Py_DECREF(r);
    }
    return number_binary(a, b, slot);
}

PyObject *
number_bad_operands(PyObject *a, PyObject *b, const char *op)
{
    if (a == NULL || b == NULL)
        return abstract_null_error();
    bool print = strcmp(op, ">>") == 0 && PyCFunction_CheckExact(a)
        && strcmp(((PyCFunctionObject *)a)->m_ml->ml_name, "print") == 0;
    PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'%s", op,
                 Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name,
                 print ? ". Did you mean \"print(<message>, file=<output_stream>)\"?" : "");
    return NULL;
}

static inline PyObject *
binary_or_fail(PyObject *a, PyObject *b, int slot, const char *op)
{
    PyObject *r = number_binary(a, b, slot);
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    return number_bad_operands(a, b, op);
}

static inline PyObject *
inplace_or_fail(PyObject *a, PyObject *b, int islot, int slot, const char *op)
{
    PyObject *r = number_inplace(a, b, islot, slot);
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    return number_bad_operands(a, b, op);
}

#define BINARY(Name, slot, op) \
    PyObject *PyNumber_##Name(PyObject *a, PyObject *b) { return binary_or_fail(a, b, NB_SLOT(nb_##slot), op); } \
    PyObject *PyNumber_InPlace##Name(PyObject *a, PyObject *b) \
    { return inplace_or_fail(a, b, NB_SLOT(nb_inplace_##slot), NB_SLOT(nb_##slot), op "="); }

BINARY(Or, or, "|")
BINARY(Xor, xor, "^")
BINARY(And, and, "&")
BINARY(Lshift, lshift, "<<")
BINARY(Rshift, rshift, ">>")
BINARY(Subtract, subtract, "-")
BINARY(FloorDivide, floor_divide, "//")
BINARY(TrueDivide, true_divide, "/")
BINARY(Remainder, remainder, "%")
BINARY(MatrixMultiply, matrix_multiply, "@")

PyObject *
PyNumber_Divmod(PyObject *a, PyObject *b)
{
    return binary_or_fail(a, b, NB_SLOT(nb_divmod), "divmod()");
}

/* ---- + and *: sequences join in ---- */

static inline bool both_ints(PyObject *a, PyObject *b) { return PyLong_CheckExact(a) && PyLong_CheckExact(b); }

PyObject *
PyNumber_Add(PyObject *a, PyObject *b)
{
    if (both_ints(a, b))
        return int_add(ts_current(), a, b);
    PyObject *r = number_binary(a, b, NB_SLOT(nb_add));
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    PySequenceMethods *sq = Py_TYPE(a)->tp_as_sequence;
    if (sq != NULL && sq->sq_concat != NULL)
        return sq->sq_concat(a, b);
    return number_bad_operands(a, b, "+");
}

PyObject *
PyNumber_InPlaceAdd(PyObject *a, PyObject *b)
{
    PyObject *r = number_inplace(a, b, NB_SLOT(nb_inplace_add), NB_SLOT(nb_add));
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    PySequenceMethods *sq = Py_TYPE(a)->tp_as_sequence;
    binaryfunc f = sq == NULL ? NULL : sq->sq_inplace_concat != NULL ? sq->sq_inplace_concat : sq->sq_concat;
    return f != NULL ? f(a, b) : number_bad_operands(a, b, "+=");
}

static PyObject *
repeat_by(ssizeargfunc repeat, PyObject *seq, PyObject *n)
{
    if (!PyIndex_Check(n))
        return abstract_type_error("can't multiply sequence by non-int of type '%.200s'", n);
    Py_ssize_t count = PyNumber_AsSsize_t(n, PyExc_OverflowError);
    return count == -1 && PyErr_Occurred() ? NULL : repeat(seq, count);
}

PyObject *
PyNumber_Multiply(PyObject *a, PyObject *b)
{
    if (both_ints(a, b))
        return int_mul(ts_current(), a, b);
    PyObject *r = number_binary(a, b, NB_SLOT(nb_multiply));
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    PySequenceMethods *sa = Py_TYPE(a)->tp_as_sequence, *sb = Py_TYPE(b)->tp_as_sequence;
    if (sa != NULL && sa->sq_repeat != NULL)
        return repeat_by(sa->sq_repeat, a, b);
    if (sb != NULL && sb->sq_repeat != NULL)
        return repeat_by(sb->sq_repeat, b, a);
    return number_bad_operands(a, b, "*");
}

PyObject *
PyNumber_InPlaceMultiply(PyObject *a, PyObject *b)
{
    PyObject *r = number_inplace(a, b, NB_SLOT(nb_inplace_multiply), NB_SLOT(nb_multiply));
    if (r != Py_NotImplemented)
        return r;
    Py_DECREF(r);
    PySequenceMethods *sa = Py_TYPE(a)->tp_as_sequence, *sb = Py_TYPE(b)->tp_as_sequence;
    if (sa != NULL) {
        ssizeargfunc f = sa->sq_inplace_repeat != NULL ? sa->sq_inplace_repeat : sa->sq_repeat;
        if (f != NULL)
            return repeat_by(f, a, b);
    }
    else if (sb != NULL && sb->sq_repeat != NULL)   /* not in place: b is not the target */
        return repeat_by(sb->sq_repeat, b, a);
    return number_bad_operands(a, b, "*=");
}

/* ---- ** ---- */

static inline ternaryfunc
power_slot(PyObject *o)
{
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    return nb == NULL ? NULL : nb->nb_power;
}

/* Tries one power function: true when *r is the answer (or NULL with an exception). */
static bool
try_power(ternaryfunc f, PyObject *a, PyObject *b, PyObject *c, PyObject **r)
{
    if (f == NULL)
        return false;
    *r = f(a, b, c);
    if (*r != Py_NotImplemented)
        return true;
    Py_DECREF(*r);
    return false;
}

static PyObject *
power(PyObject *a, PyObject *b, PyObject *c, const char *op)
{
    ternaryfunc fa = power_slot(a), fb = Py_IS_TYPE(b, Py_TYPE(a)) ? NULL : power_slot(b), fc = power_slot(c);
    PyObject *r;
    if (fb == fa)
        fb = NULL;
    bool b_first = fa != NULL && fb != NULL && PyType_IsSubtype(Py_TYPE(b), Py_TYPE(a));
    if (fc == fa || fc == fb)
        fc = NULL;
    if ((b_first && try_power(fb, a, b, c, &r)) || try_power(fa, a, b, c, &r)
        || (!b_first && try_power(fb, a, b, c, &r)) || try_power(fc, a, b, c, &r))
        return r;
    if (c == Py_None)
        PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'", op,
                     Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
    else
        PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s', '%.100s', '%.100s'", op,
                     Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name, Py_TYPE(c)->tp_name);
    return NULL;
}

PyObject *
PyNumber_Power(PyObject *a, PyObject *b, PyObject *c)
{
    return power(a, b, c, "** or pow()");
}

PyObject *
PyNumber_InPlacePower(PyObject *a, PyObject *b, PyObject *c)
{
    PyNumberMethods *nb = Py_TYPE(a)->tp_as_number;
    PyObject *r;
    if (nb != NULL && try_power(nb->nb_inplace_power, a, b, c, &r))
        return r;
    return power(a, b, c, "**=");
}

static PyObject *power_two(PyObject *a, PyObject *b) { return PyNumber_Power(a, b, Py_None); }
static PyObject *inplace_power_two(PyObject *a, PyObject *b) { return PyNumber_InPlacePower(a, b, Py_None); }

const binaryfunc number_ops[26] = {
    PyNumber_Add, PyNumber_And, PyNumber_FloorDivide, PyNumber_Lshift, PyNumber_MatrixMultiply, PyNumber_Multiply,
    PyNumber_Remainder, PyNumber_Or, power_two, PyNumber_Rshift, PyNumber_Subtract, PyNumber_TrueDivide, PyNumber_Xor,
    PyNumber_InPlaceAdd, PyNumber_InPlaceAnd, PyNumber_InPlaceFloorDivide, PyNumber_InPlaceLshift,
    PyNumber_InPlaceMatrixMultiply, PyNumber_InPlaceMultiply, PyNumber_InPlaceRemainder, PyNumber_InPlaceOr,
    inplace_power_two, PyNumber_InPlaceRshift, PyNumber_InPlaceSubtract, PyNumber_InPlaceTrueDivide, PyNumber_InPlaceXor,
};

/* ---- one operand ---- */

#define UNARY(Name, slot, message) \
    PyObject *PyNumber_##Name(PyObject *o) \
    { \
        if (o == NULL) \
            return abstract_null_error(); \
        PyNumberMethods *nb = Py_TYPE(o)->tp_as_number; \
        if (nb != NULL && nb->slot != NULL) \
            return nb->slot(o); \
        return abstract_type_error(message, o); \
    }

UNARY(Negative, nb_negative, "bad operand type for unary -: '%.200s'")
UNARY(Positive, nb_positive, "bad operand type for unary +: '%.200s'")
UNARY(Invert, nb_invert, "bad operand type for unary ~: '%.200s'")
UNARY(Absolute, nb_absolute, "bad operand type for abs(): '%.200s'")

int
PyNumber_Check(PyObject *o)
{
    PyNumberMethods *nb = o == NULL ? NULL : Py_TYPE(o)->tp_as_number;
    if (nb == NULL)
        return 0;
    return nb->nb_index != NULL || nb->nb_int != NULL || nb->nb_float != NULL || PyComplex_Check(o);
}

int
(PyIndex_Check)(PyObject *o)
{
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    return nb != NULL && nb->nb_index != NULL;
}

/* ---- conversions ---- */

/* What a conversion slot may return: exact, or a subclass with a warning. 0 or -1; r is released on failure. */
static int
check_conversion(PyObject *r, const char *method)
{
    if (PyLong_CheckExact(r))
        return 0;
    if (!PyLong_Check(r)) {
        PyErr_Format(PyExc_TypeError, "%s returned non-int (type %.200s)", method, Py_TYPE(r)->tp_name);
        Py_DECREF(r);
        return -1;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                         "%s returned non-int (type %.200s).  The ability to return an instance of a strict subclass "
                         "of int is deprecated, and may not be supported in a future version of Python.",
                         method, Py_TYPE(r)->tp_name) < 0) {
        Py_DECREF(r);
        return -1;
    }
    return 0;
}

PyObject *
_PyNumber_Index(PyObject *o)
{
    if (o == NULL)
        return abstract_null_error();
    if (PyLong_Check(o))
        return Py_NewRef(o);
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    if (nb == NULL || nb->nb_index == NULL)
        return abstract_type_error("'%.200s' object cannot be interpreted as an integer", o);
    PyObject *r = nb->nb_index(o);
    return r == NULL || check_conversion(r, "__index__") < 0 ? NULL : r;
}

/* r (stolen) as an exact int. */
static PyObject *
make_exact(PyObject *r)
{
    if (r != NULL && !PyLong_CheckExact(r))
        Py_SETREF(r, _PyLong_Copy((PyLongObject *)r));
    return r;
}

PyObject *
PyNumber_Index(PyObject *o)
{
    return make_exact(_PyNumber_Index(o));
}

Py_ssize_t
PyNumber_AsSsize_t(PyObject *o, PyObject *error)
{
    PyThreadState *ts = ts_current();
    if (UNLIKELY(o == NULL)) {
        abstract_null_error();
        return -1;
    }
    if (PyLong_CheckExact(o) && int_is_compact(o))
        return int_compact_value(o);
    PyObject *index = _PyNumber_Index(o);
    if (index == NULL)
        return -1;
    Py_ssize_t n = PyLong_AsSsize_t(index);
    if (n == -1 && ts->current_exception != NULL && err_matches(ts, PyExc_OverflowError)) {
        err_clear(ts);
        if (error == NULL)
            n = int_is_negative(index) ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX;
        else
            err_format(ts, error, "cannot fit '%.200s' into an index-sized integer", Py_TYPE(o)->tp_name);
    }
    Py_DECREF(index);
    return n;
}

/* int() of an object that has only __trunc__. */
static PyObject *
long_from_trunc(PyObject *method)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "The delegation of int() to __trunc__ is deprecated.", 1) < 0)
        return NULL;
    PyObject *r = PyObject_CallNoArgs(method);
    if (r == NULL || PyLong_Check(r))
        return make_exact(r);
    PyObject *index = NULL;
    if (PyIndex_Check(r))
        index = PyNumber_Index(r);
    else
        PyErr_Format(PyExc_TypeError, "__trunc__ returned non-Integral (type %.200s)", Py_TYPE(r)->tp_name);
    Py_DECREF(r);
    return index;
}

PyAPI_FUNC(PyObject *) _PyLong_FromBytes(const char *s, Py_ssize_t n, int base);

static PyObject *
long_from_buffer(PyObject *o)
{
    Py_buffer view;
    if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(view.buf, view.len), *r = NULL;   /* a copy ends with NUL */
    if (bytes != NULL)
        r = _PyLong_FromBytes(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), 10);
    Py_XDECREF(bytes);
    PyBuffer_Release(&view);
    return r;
}

PyObject *
PyNumber_Long(PyObject *o)
{
    if (o == NULL)
        return abstract_null_error();
    if (PyLong_CheckExact(o))
        return Py_NewRef(o);
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    if (nb != NULL && nb->nb_int != NULL) {
        PyObject *r = nb->nb_int(o);
        return r == NULL || check_conversion(r, "__int__") < 0 ? NULL : make_exact(r);
    }
    if (nb != NULL && nb->nb_index != NULL)
        return PyNumber_Index(o);
    PyObject *trunc = object_lookup_special(o, ID(__trunc__));
    if (trunc != NULL) {
        PyObject *r = long_from_trunc(trunc);
        Py_DECREF(trunc);
        return r;
    }
    if (PyErr_Occurred())
        return NULL;
    if (PyUnicode_Check(o))
        return PyLong_FromUnicodeObject(o, 10);
    if (PyBytes_Check(o))
        return _PyLong_FromBytes(PyBytes_AS_STRING(o), PyBytes_GET_SIZE(o), 10);
    if (PyByteArray_Check(o))
        return _PyLong_FromBytes(PyByteArray_AS_STRING(o), PyByteArray_GET_SIZE(o), 10);
    if (PyObject_CheckBuffer(o))
        return long_from_buffer(o);
    return abstract_type_error("int() argument must be a string, a bytes-like object or a real number, not '%.200s'", o);
}

/* A float out of what __float__ returned (stolen). */
static PyObject *
float_from_slot(PyObject *o, PyObject *r)
{
    if (r == NULL || PyFloat_CheckExact(r))
        return r;
    if (!PyFloat_Check(r)) {
        PyErr_Format(PyExc_TypeError, "%.50s.__float__ returned non-float (type %.50s)", Py_TYPE(o)->tp_name,
                     Py_TYPE(r)->tp_name);
        Py_DECREF(r);
        return NULL;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                         "%.50s.__float__ returned non-float (type %.50s).  The ability to return an instance of a "
                         "strict subclass of float is deprecated, and may not be supported in a future version of Python.",
                         Py_TYPE(o)->tp_name, Py_TYPE(r)->tp_name) < 0) {
        Py_DECREF(r);
        return NULL;
    }
    double v = PyFloat_AS_DOUBLE(r);
    Py_DECREF(r);
    return PyFloat_FromDouble(v);
}

PyObject *
PyNumber_Float(PyObject *o)
{
    if (o == NULL)
        return abstract_null_error();
    if (PyFloat_CheckExact(o))
        return Py_NewRef(o);
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    if (nb != NULL && nb->nb_float != NULL)
        return float_from_slot(o, nb->nb_float(o));
    if (nb != NULL && nb->nb_index != NULL) {
        PyObject *index = _PyNumber_Index(o);
        if (index == NULL)
            return NULL;
        double v = PyLong_AsDouble(index);
        Py_DECREF(index);
        return v == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(v);
    }
    if (PyFloat_Check(o))
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(o));
    return PyFloat_FromString(o);
}

PyObject *
PyNumber_ToBase(PyObject *o, int base)
{
    if (base != 2 && base != 8 && base != 10 && base != 16) {
        PyErr_SetString(PyExc_SystemError, "PyNumber_ToBase: base must be 2, 8, 10 or 16");
        return NULL;
    }
    PyObject *index = _PyNumber_Index(o);
    if (index == NULL)
        return NULL;
    PyObject *text = int_to_str(index, base, true);
    Py_DECREF(index);
    return text;
}

/* ---- slice bounds ---- */

static int
slice_index(PyObject *v, Py_ssize_t *out, const char *message)
{
    if (!PyIndex_Check(v)) {
        PyErr_SetString(PyExc_TypeError, message);
        return 0;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(v, NULL);
    if (n == -1 && PyErr_Occurred())
        return 0;
    *out = n;
    return 1;
}

int
_PyEval_SliceIndex(PyObject *v, Py_ssize_t *out)
{
    if (v == NULL || v == Py_None)
        return 1;
    return slice_index(v, out, "slice indices must be integers or None or have an __index__ method");
}

int
_PyEval_SliceIndexNotNone(PyObject *v, Py_ssize_t *out)
{
    return slice_index(v, out, "slice indices must be integers or have an __index__ method");
}

/* Converter of arguments for PyArg_* ("O&"): None leaves *out as it is. */
PyAPI_FUNC(int) _Py_convert_optional_to_ssize_t(PyObject *o, void *out);

int
_Py_convert_optional_to_ssize_t(PyObject *o, void *out)
{
    if (o == Py_None)
        return 1;
    if (!PyIndex_Check(o)) {
        PyErr_Format(PyExc_TypeError, "argument should be integer or None, not '%.200s'", Py_TYPE(o)->tp_name);
        return 0;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(o, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred())
        return 0;
    *(Py_ssize_t *)out = n;
    return 1;
}
