/* object/num/float.c: the type float: arithmetic with Python's rules for signs and infinities, comparison with ints by
 * exact value, hashing modulo 2^61 - 1, rounding, ratios. */
#include "object/num/float_impl.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "rt/effect.h"
#include "object/core/abstract.h"
#include "object/core/call.h"
#include "object/core/err.h"
#include "object/num/int.h"
#include "object/num/int_impl.h"
#include "object/num/num.h"
#include "object/text/format.h"

PyObject *PyFloat_FromDouble(double v) { return float_new(ts_current(), v); }
double PyFloat_GetMax(void) { return DBL_MAX; }
double PyFloat_GetMin(void) { return DBL_MIN; }

PyAPI_FUNC(void) _PyFloat_ExactDealloc(PyObject *o);
void _PyFloat_ExactDealloc(PyObject *o) { heap_free_sized(o, sizeof(PyFloatObject)); }

static void
float_dealloc(PyObject *o)
{
    if (PyFloat_CheckExact(o))
        heap_free_sized(o, sizeof(PyFloatObject));
    else
        Py_TYPE(o)->tp_free(o);
}

/* ---- to double ---------------------------------------------------------------------------------------------- */

static double
double_from_result(PyObject *o, PyObject *result)
{
    if (!PyFloat_Check(result)) {
        PyErr_Format(PyExc_TypeError, "%.50s.__float__ returned non-float (type %.50s)", Py_TYPE(o)->tp_name, Py_TYPE(result)->tp_name);
        return -1.0;
    }
    if (!PyFloat_CheckExact(result)
        && num_warn(PyExc_DeprecationWarning, "%.50s.__float__ returned non-float (type %.50s).  The ability to return an instance "
                    "of a strict subclass of float is deprecated, and may be removed in a future version of Python.",
                    Py_TYPE(o)->tp_name, Py_TYPE(result)->tp_name) < 0)
        return -1.0;
    return float_value(result);
}

double
PyFloat_AsDouble(PyObject *o)
{
    if (o == NULL) {
        PyErr_BadArgument();
        return -1.0;
    }
    if (PyFloat_Check(o))
        return float_value(o);
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    if (nb == NULL || nb->nb_float == NULL) {
        if (nb == NULL || nb->nb_index == NULL) {
            PyErr_Format(PyExc_TypeError, "must be real number, not %.50s", Py_TYPE(o)->tp_name);
            return -1.0;
        }
        PyObject *i = _PyNumber_Index(o);
        double v = i == NULL ? -1.0 : PyLong_AsDouble(i);
        Py_XDECREF(i);
        return v;
    }
    PyObject *result = nb->nb_float(o);
    if (result == NULL)
        return -1.0;
    double v = double_from_result(o, result);
    Py_DECREF(result);
    return v;
}

int
float_operand(PyObject *o, double *out)
{
    if (PyFloat_Check(o)) {
        *out = float_value(o);
        return 1;
    }
    if (!PyLong_Check(o))
        return 0;
    *out = PyLong_AsDouble(o);
    return *out == -1.0 && PyErr_Occurred() ? -1 : 1;
}

#define OPERANDS(a, b, x, y) \
    do { \
        int got_ = float_operand((a), &(x)); \
        if (got_ > 0) \
            got_ = float_operand((b), &(y)); \
        if (got_ == 0) \
            Py_RETURN_NOTIMPLEMENTED; \
        if (got_ < 0) \
            return NULL; \
    } while (0)

/* ---- arithmetic --------------------------------------------------------------------------------------------- */

static PyObject *
division_by_zero(const char *text)
{
    PyErr_SetString(PyExc_ZeroDivisionError, text);
    return NULL;
}

static PyObject *float_add(PyObject *a, PyObject *b) { double x, y; OPERANDS(a, b, x, y); return PyFloat_FromDouble(x + y); }
static PyObject *float_sub(PyObject *a, PyObject *b) { double x, y; OPERANDS(a, b, x, y); return PyFloat_FromDouble(x - y); }
static PyObject *float_mul(PyObject *a, PyObject *b) { double x, y; OPERANDS(a, b, x, y); return PyFloat_FromDouble(x * y); }

static PyObject *
float_div(PyObject *a, PyObject *b)
{
    double x, y;
    OPERANDS(a, b, x, y);
    return y == 0.0 ? division_by_zero("float division by zero") : PyFloat_FromDouble(x / y);
}

double
float_mod(double x, double y)
{
    double m = fmod(x, y);
    if (m == 0.0)
        return copysign(0.0, y);
    return (y < 0) != (m < 0) ? m + y : m;
}

/* Quotient and modulo that fit together: the modulo has y's sign, the quotient is floored. */
static void
float_div_mod(double x, double y, double *quotient, double *modulo)
{
    double m = fmod(x, y), d = (x - m) / y;
    if (m == 0.0)
        m = copysign(0.0, y);
    else if ((y < 0) != (m < 0)) {
        m += y;
        d -= 1.0;
    }
    if (d == 0.0)
        d = copysign(0.0, x / y);
    else {
        double f = floor(d);
        d = d - f > 0.5 ? f + 1.0 : f;
    }
    *quotient = d;
    *modulo = m;
}

double
float_floor_div(double x, double y)
{
    double q, m;
    float_div_mod(x, y, &q, &m);
    return q;
}

static PyObject *
slot_mod(PyObject *a, PyObject *b)
{
    double x, y;
    OPERANDS(a, b, x, y);
    return y == 0.0 ? division_by_zero("float modulo by zero") : PyFloat_FromDouble(float_mod(x, y));
}

static PyObject *
slot_floor_div(PyObject *a, PyObject *b)
{
    double x, y;
    OPERANDS(a, b, x, y);
    return y == 0.0 ? division_by_zero("float floor division by zero") : PyFloat_FromDouble(float_floor_div(x, y));
}

static PyObject *
slot_divmod(PyObject *a, PyObject *b)
{
    double x, y, q, m;
    OPERANDS(a, b, x, y);
    if (y == 0.0)
        return division_by_zero("float divmod()");
    float_div_mod(x, y, &q, &m);
    return num_pair(PyFloat_FromDouble(q), PyFloat_FromDouble(m));
}

static bool is_odd(double y) { return fmod(fabs(y), 2.0) == 1.0; }

/* The cases that C libraries disagree on; true when decided. */
static bool
pow_special(double x, double y, double *out)
{
    if (y == 0.0 || x == 1.0)
        *out = 1.0;
    else if (isnan(x))
        *out = x;
    else if (isnan(y))
        *out = y;
    else if (isinf(y)) {
        double m = fabs(x);
        *out = m == 1.0 ? 1.0 : (y > 0) == (m > 1.0) ? fabs(y) : 0.0;
    }
    else if (isinf(x))
        *out = y > 0 ? (is_odd(y) ? x : fabs(x)) : is_odd(y) ? copysign(0.0, x) : 0.0;
    else if (x == 0.0 && y > 0)
        *out = is_odd(y) ? x : 0.0;
    else if (x == -1.0 && floor(y) == y)
        *out = is_odd(y) ? -1.0 : 1.0;
    else
        return false;
    return true;
}

int
float_pow(double x, double y, double *out, bool *is_complex)
{
    *is_complex = false;
    if (pow_special(x, y, out))
        return 0;
    if (x == 0.0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "0.0 cannot be raised to a negative power");
        return -1;
    }
    bool negate = false;
    if (x < 0) {
        if (floor(y) != y) {
            *is_complex = true;
            return 0;
        }
        x = -x;
        negate = is_odd(y);
        if (x == 1.0) {
            *out = negate ? -1.0 : 1.0;
            return 0;
        }
    }
    double v = float_power(x, y);
    if (isinf(v)) {
        errno = ERANGE;
        PyErr_SetFromErrno(PyExc_OverflowError);
        return -1;
    }
    *out = negate ? -v : v;
    return 0;
}

static PyObject *
slot_pow(PyObject *a, PyObject *b, PyObject *c)
{
    double x, y, z;
    bool is_complex;
    if (c != Py_None) {
        PyErr_SetString(PyExc_TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
        return NULL;
    }
    OPERANDS(a, b, x, y);
    if (float_pow(x, y, &z, &is_complex) < 0)
        return NULL;
    return is_complex ? PyComplex_Type.tp_as_number->nb_power(a, b, c) : PyFloat_FromDouble(z);
}

static PyObject *float_neg(PyObject *a) { return PyFloat_FromDouble(-float_value(a)); }
static PyObject *float_abs(PyObject *a) { return PyFloat_FromDouble(fabs(float_value(a))); }
static PyObject *float_float(PyObject *a) { return PyFloat_CheckExact(a) ? Py_NewRef(a) : PyFloat_FromDouble(float_value(a)); }
static PyObject *float_int(PyObject *a) { return PyLong_FromDouble(float_value(a)); }
static int float_bool(PyObject *a) { return float_value(a) != 0.0; }

/* ---- comparison, hash ----------------------------------------------------------------------------------------- */

/* -1, 0, 1 for a finite v against an int; -2 with an exception. */
static int
compare_with_int(double v, PyObject *w)
{
    double y, whole;
    int sv = v > 0 ? 1 : v < 0 ? -1 : 0, sw = int_sign(w);
    if (sv != sw)
        return sv < sw ? -1 : 1;
    if (int_bit_length(w) <= DBL_MANT_DIG) {
        y = PyLong_AsDouble(w);
        return (v > y) - (v < y);
    }
    double rest = modf(v, &whole);
    PyObject *i = PyLong_FromDouble(whole);
    if (i == NULL)
        return -2;
    int order = int_compare(i, w);
    Py_DECREF(i);
    return order != 0 ? order : (rest > 0) - (rest < 0);
}

static PyObject *
float_richcompare(PyObject *a, PyObject *b, int op)
{
    double x = float_value(a), y;
    if (PyFloat_Check(b))
        y = float_value(b);
    else if (!PyLong_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    else if (!isfinite(x))
        y = 0.0;
    else {
        int order = compare_with_int(x, b);
        if (order == -2)
            return NULL;
        Py_RETURN_RICHCOMPARE(order, 0, op);
    }
    Py_RETURN_RICHCOMPARE(x, y, op);
}

Py_hash_t
_Py_HashDouble(PyObject *inst, double v)
{
    int e, sign = 1;
    if (!isfinite(v))
        return isinf(v) ? (v > 0 ? PyHASH_INF : -PyHASH_INF) : PyObject_GenericHash(inst);
    double m = frexp(v, &e);
    if (m < 0) {
        sign = -1;
        m = -m;
    }
    Py_uhash_t x = 0;
    while (m != 0.0) {
        x = ((x << 28) & PyHASH_MODULUS) | x >> (PyHASH_BITS - 28);
        m *= 268435456.0;
        e -= 28;
        Py_uhash_t y = (Py_uhash_t)m;
        m -= (double)y;
        x += y;
        if (x >= PyHASH_MODULUS)
            x -= PyHASH_MODULUS;
    }
    e = e >= 0 ? e % PyHASH_BITS : PyHASH_BITS - 1 - ((-1 - e) % PyHASH_BITS);
    x = ((x << e) & PyHASH_MODULUS) | x >> (PyHASH_BITS - e);
    Py_hash_t h = (Py_hash_t)x * sign;
    return h == -1 ? -2 : h;
}

static Py_hash_t float_tp_hash(PyObject *o) { return _Py_HashDouble(o, float_value(o)); }
Py_hash_t float_hash(double v) { return _Py_HashDouble(Py_None, v); }

/* ---- methods ------------------------------------------------------------------------------------------------ */

static PyObject *m_float(PyObject *self, PyObject *unused) { return float_float(self); }
static PyObject *m_trunc(PyObject *self, PyObject *unused) { return float_int(self); }
static PyObject *m_floor(PyObject *self, PyObject *unused) { return PyLong_FromDouble(floor(float_value(self))); }
static PyObject *m_ceil(PyObject *self, PyObject *unused) { return PyLong_FromDouble(ceil(float_value(self))); }
static PyObject *m_getnewargs(PyObject *self, PyObject *unused) { return Py_BuildValue("(d)", float_value(self)); }
static PyObject *g_real(PyObject *self, void *unused) { return float_float(self); }
static PyObject *g_imag(PyObject *self, void *unused) { return PyFloat_FromDouble(0.0); }

static PyObject *
m_is_integer(PyObject *self, PyObject *unused)
{
    double v = float_value(self);
    return PyBool_FromLong(isfinite(v) && floor(v) == v);
}

static PyObject *
m_ratio(PyObject *self, PyObject *unused)
{
    double v = float_value(self);
    int e;
    if (isinf(v) || isnan(v)) {
        PyErr_SetString(isinf(v) ? PyExc_OverflowError : PyExc_ValueError,
                        isinf(v) ? "cannot convert Infinity to integer ratio" : "cannot convert NaN to integer ratio");
        return NULL;
    }
    double m = frexp(v, &e);
    for (int i = 0; i < 300 && m != floor(m); i++) {
        m *= 2.0;
        e--;
    }
    PyObject *top = PyLong_FromDouble(m), *bottom = top == NULL ? NULL : int_shift_left(SMALL_INT(1), (size_t)abs(e));
    if (bottom != NULL && e > 0) {
        Py_SETREF(top, int_mul(ts_current(), top, bottom));
        Py_SETREF(bottom, SMALL_INT(1));
    }
    return num_pair(top, bottom);
}

/* round(v): the nearest integer, ties to even. */
static PyObject *
round_to_int(double v)
{
    double r = round(v);
    if (fabs(v - r) == 0.5)
        r = 2.0 * round(v / 2.0);
    return PyLong_FromDouble(r);
}

static PyObject *
m_round(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    double v = float_value(self);
    if (!args_count("__round__", nargs, 0, 1))
        return NULL;
    if (nargs == 0 || args[0] == Py_None)
        return round_to_int(v);
    Py_ssize_t n = PyNumber_AsSsize_t(args[0], NULL);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (!isfinite(v) || n > (DBL_MANT_DIG - DBL_MIN_EXP) * 0.30103)
        return PyFloat_FromDouble(v);
    if (n < -(DBL_MAX_EXP + 1) * 0.30103)
        return PyFloat_FromDouble(0.0 * v);
    double r = float_round_digits(v, (int)n);
    if (isnan(r))
        return PyErr_NoMemory();
    if (isfinite(r))
        return PyFloat_FromDouble(r);
    PyErr_SetString(PyExc_OverflowError, "rounded value too large to represent");
    return NULL;
}

static PyObject *
m_format(PyObject *self, PyObject *spec)
{
    return num_check_spec(spec) < 0 ? NULL : format_with_spec(format_float_advanced_writer, self, spec);
}

static PyObject *
m_getformat(PyObject *type, PyObject *which)
{
    if (!PyUnicode_Check(which)) {
        args_bad("__getformat__", "argument", "str", which);
        return NULL;
    }
    if (PyUnicode_EqualToUTF8(which, "double") || PyUnicode_EqualToUTF8(which, "float"))
        return PyUnicode_FromString("IEEE, little-endian");
    PyErr_SetString(PyExc_ValueError, "__getformat__() argument 1 must be 'double' or 'float'");
    return NULL;
}

/* ---- float(x) ----------------------------------------------------------------------------------------------- */

static PyObject *
exact_new(PyObject *x)
{
    if (x == NULL)
        return PyFloat_FromDouble(0.0);
    return PyUnicode_CheckExact(x) ? PyFloat_FromString(x) : PyNumber_Float(x);
}

static PyObject *
float_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if ((type == &PyFloat_Type || type->tp_init == PyFloat_Type.tp_init) && !args_no_keywords("float", kwargs))
        return NULL;
    if (!args_count("float", n, 0, 1))
        return NULL;
    PyObject *v = exact_new(n == 0 ? NULL : PyTuple_GET_ITEM(args, 0));
    if (v == NULL || type == &PyFloat_Type)
        return v;
    PyObject *o = type->tp_alloc(type, 0);
    if (o != NULL)
        ((PyFloatObject *)o)->ob_fval = float_value(v);
    Py_DECREF(v);
    return o;
}

static PyObject *
float_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    if (!args_no_kwnames("float", kwnames) || !args_count("float", n, 0, 1))
        return NULL;
    return exact_new(n == 0 ? NULL : args[0]);
}

#define SIG0(name) name "($self, /)\n--\n\n"

EFFECT(m_trunc, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT(m_floor, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT(m_ceil, EFF_ALLOC | EFF_FAILS, &PyLong_Type, 0);
EFFECT(m_is_integer, 0, &PyBool_Type, 0);

static PyMethodDef float_methods[] = {
    { "conjugate", m_float, METH_NOARGS, SIG0("conjugate") "The number itself: a float has no imaginary part." },
    { "__trunc__", m_trunc, METH_NOARGS, SIG0("__trunc__") "The integer towards zero." },
    { "__floor__", m_floor, METH_NOARGS, SIG0("__floor__") "The largest integer that is not larger." },
    { "__ceil__", m_ceil, METH_NOARGS, SIG0("__ceil__") "The smallest integer that is not smaller." },
    { "__round__", (PyCFunction)(void (*)(void))m_round, METH_FASTCALL,
      "__round__($self, ndigits=None, /)\n--\n\nThe nearest integer, or the nearest float with that many decimals." },
    { "as_integer_ratio", m_ratio, METH_NOARGS, SIG0("as_integer_ratio") "Two integers whose quotient is exactly the number.\n\n"
      ">>> (2.5).as_integer_ratio()\n(5, 2)\n>>> (-0.125).as_integer_ratio()\n(-1, 8)\n>>> (4.0).as_integer_ratio()\n(4, 1)" },
    { "fromhex", float_fromhex, METH_O | METH_CLASS, "fromhex($type, string, /)\n--\n\nThe float that a hexadecimal text spells.\n\n"
      ">>> float.fromhex('0x1.8p+1')\n3.0\n>>> float.fromhex('-0x.4')\n-0.25" },
    { "hex", float_hex, METH_NOARGS, SIG0("hex") "The exact value as hexadecimal text.\n\n"
      ">>> (0.75).hex()\n'0x1.8000000000000p-1'\n>>> (-10.0).hex()\n'-0x1.4000000000000p+3'" },
    { "is_integer", m_is_integer, METH_NOARGS, SIG0("is_integer") "True if the value is a whole number." },
    { "__getnewargs__", m_getnewargs, METH_NOARGS, SIG0("__getnewargs__") },
    { "__getformat__", m_getformat, METH_O | METH_CLASS,
      "__getformat__($type, typestr, /)\n--\n\nHow C doubles ('double') or floats ('float') are stored." },
    { "__format__", m_format, METH_O, "__format__($self, format_spec, /)\n--\n\nText of the number as format_spec says." },
    { NULL }
};

static PyGetSetDef float_getset[] = {
    { "real", g_real, NULL, "the number itself", NULL },
    { "imag", g_imag, NULL, "zero", NULL },
    { NULL }
};

static PyNumberMethods float_as_number = {
    .nb_add = float_add,
    .nb_subtract = float_sub,
    .nb_multiply = float_mul,
    .nb_remainder = slot_mod,
    .nb_divmod = slot_divmod,
    .nb_power = slot_pow,
    .nb_negative = float_neg,
    .nb_positive = float_float,
    .nb_absolute = float_abs,
    .nb_bool = float_bool,
    .nb_int = float_int,
    .nb_float = float_float,
    .nb_floor_divide = slot_floor_div,
    .nb_true_divide = float_div,
};

PyTypeObject PyFloat_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "float",
    .tp_basicsize = sizeof(PyFloatObject),
    .tp_dealloc = float_dealloc,
    .tp_repr = float_repr,
    .tp_as_number = &float_as_number,
    .tp_hash = float_tp_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF,
    .tp_doc = "float(x=0, /)\n--\n\nTurns a number or a text into a floating-point number.",
    .tp_richcompare = float_richcompare,
    .tp_methods = float_methods,
    .tp_getset = float_getset,
    .tp_new = float_tp_new,
    .tp_vectorcall = float_vectorcall,
};
