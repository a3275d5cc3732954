/* object/num/complex.c: complex. Arithmetic is done on C pairs (the _Py_c_* functions, which report trouble in errno);
 * reals take part as complex numbers with imaginary part 0. */
#include <Python.h>
#include <errno.h>
#include <math.h>

#include "object/core/call.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/num/float_impl.h"
#include "object/num/num.h"
#include "object/text/format.h"
#include "object/text/str.h"
#include "rt/singletons.h"

/* ---- pairs -------------------------------------------------------------------------------------------------- */

Py_complex _Py_c_sum(Py_complex a, Py_complex b) { return (Py_complex){ a.real + b.real, a.imag + b.imag }; }
Py_complex _Py_c_diff(Py_complex a, Py_complex b) { return (Py_complex){ a.real - b.real, a.imag - b.imag }; }
Py_complex _Py_c_neg(Py_complex a) { return (Py_complex){ -a.real, -a.imag }; }

Py_complex
_Py_c_prod(Py_complex a, Py_complex b)
{
    return (Py_complex){ a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real };
}

/* Smith's method: scale by the larger part of the divisor, so that nothing overflows on the way. */
Py_complex
_Py_c_quot(Py_complex a, Py_complex b)
{
    double re = fabs(b.real), im = fabs(b.imag);
    if (re >= im) {
        if (re == 0.0) {
            errno = EDOM;
            return (Py_complex){ 0.0, 0.0 };
        }
        double ratio = b.imag / b.real, denom = b.real + b.imag * ratio;
        return (Py_complex){ (a.real + a.imag * ratio) / denom, (a.imag - a.real * ratio) / denom };
    }
    if (im >= re) {
        double ratio = b.real / b.imag, denom = b.real * ratio + b.imag;
        return (Py_complex){ (a.real * ratio + a.imag) / denom, (a.imag * ratio - a.real) / denom };
    }
    return (Py_complex){ NAN, NAN };
}

Py_complex
_Py_c_pow(Py_complex a, Py_complex b)
{
    if (b.real == 0.0 && b.imag == 0.0)
        return (Py_complex){ 1.0, 0.0 };
    if (a.real == 0.0 && a.imag == 0.0) {
        if (b.imag != 0.0 || b.real < 0.0)
            errno = EDOM;
        return (Py_complex){ 0.0, 0.0 };
    }
    double size = hypot(a.real, a.imag), len = pow(size, b.real), at = atan2(a.imag, a.real), phase = at * b.real;
    if (b.imag != 0.0) {
        len *= exp(-at * b.imag);
        phase += b.imag * log(size);
    }
    return (Py_complex){ len * cos(phase), len * sin(phase) };
}

static Py_complex
pow_unsigned(Py_complex x, long n)
{
    Py_complex r = { 1.0, 0.0 };
    for (long mask = 1; mask > 0 && n >= mask; mask <<= 1) {
        if (n & mask)
            r = _Py_c_prod(r, x);
        x = _Py_c_prod(x, x);
    }
    return r;
}

double
_Py_c_abs(Py_complex z)
{
    errno = 0;
    if (isinf(z.real) || isinf(z.imag))
        return INFINITY;
    if (isnan(z.real) || isnan(z.imag))
        return NAN;
    double v = hypot(z.real, z.imag);
    if (!isfinite(v))
        errno = ERANGE;
    return v;
}

/* ---- objects ------------------------------------------------------------------------------------------------ */

static inline Py_complex value(PyObject *o) { return ((PyComplexObject *)o)->cval; }

PyObject *
PyComplex_FromCComplex(Py_complex z)
{
    PyComplexObject *o = PyObject_New(PyComplexObject, &PyComplex_Type);
    if (o != NULL)
        o->cval = z;
    return (PyObject *)o;
}

PyObject *PyComplex_FromDoubles(double re, double im) { return PyComplex_FromCComplex((Py_complex){ re, im }); }

static PyObject *
subtype_from(PyTypeObject *type, Py_complex z)
{
    if (type == &PyComplex_Type)
        return PyComplex_FromCComplex(z);
    PyObject *o = type->tp_alloc(type, 0);
    if (o != NULL)
        ((PyComplexObject *)o)->cval = z;
    return o;
}

/* o.__complex__(), or NULL without an exception when there is none. */
static OWNED PyObject *
call_complex(PyObject *o)
{
    PyObject *method = object_lookup_special(o, ID(__complex__)), *z;
    if (method == NULL)
        return NULL;
    z = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (z == NULL || PyComplex_CheckExact(z))
        return z;
    if (!PyComplex_Check(z)) {
        PyErr_Format(PyExc_TypeError, "__complex__ returned non-complex (type %.200s)", Py_TYPE(z)->tp_name);
        Py_CLEAR(z);
    }
    else if (num_warn(PyExc_DeprecationWarning, "__complex__ returned non-complex (type %.200s).  The ability to return an "
                      "instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python.",
                      Py_TYPE(z)->tp_name) < 0)
        Py_CLEAR(z);
    return z;
}

Py_complex
PyComplex_AsCComplex(PyObject *o)
{
    if (PyComplex_Check(o))
        return value(o);
    PyObject *z = call_complex(o);
    if (z != NULL) {
        Py_complex v = value(z);
        Py_DECREF(z);
        return v;
    }
    if (PyErr_Occurred())
        return (Py_complex){ -1.0, 0.0 };
    return (Py_complex){ PyFloat_AsDouble(o), 0.0 };
}

double
PyComplex_RealAsDouble(PyObject *o)
{
    return PyComplex_Check(o) ? value(o).real : PyComplex_AsCComplex(o).real;
}

double
PyComplex_ImagAsDouble(PyObject *o)
{
    if (PyComplex_Check(o))
        return value(o).imag;
    Py_complex z = PyComplex_AsCComplex(o);
    return z.real == -1.0 && PyErr_Occurred() ? -1.0 : z.imag;      /* a failure is (-1, 0) */
}

/* ---- arithmetic --------------------------------------------------------------------------------------------- */

/* 1 and the value; 0: not a number; -1 with an exception. */
static int
operand(PyObject *o, Py_complex *out)
{
    if (PyComplex_Check(o)) {
        *out = value(o);
        return 1;
    }
    out->imag = 0.0;
    return float_operand(o, &out->real);
}

#define OPERANDS(a, b, x, y) \
    do { \
        int got_ = operand((a), &(x)); \
        if (got_ > 0) \
            got_ = operand((b), &(y)); \
        if (got_ == 0) \
            Py_RETURN_NOTIMPLEMENTED; \
        if (got_ < 0) \
            return NULL; \
    } while (0)

static PyObject *complex_add(PyObject *a, PyObject *b) { Py_complex x, y; OPERANDS(a, b, x, y); return PyComplex_FromCComplex(_Py_c_sum(x, y)); }
static PyObject *complex_sub(PyObject *a, PyObject *b) { Py_complex x, y; OPERANDS(a, b, x, y); return PyComplex_FromCComplex(_Py_c_diff(x, y)); }
static PyObject *complex_mul(PyObject *a, PyObject *b) { Py_complex x, y; OPERANDS(a, b, x, y); return PyComplex_FromCComplex(_Py_c_prod(x, y)); }

static PyObject *
complex_div(PyObject *a, PyObject *b)
{
    Py_complex x, y;
    OPERANDS(a, b, x, y);
    errno = 0;
    Py_complex z = _Py_c_quot(x, y);
    if (errno != EDOM)
        return PyComplex_FromCComplex(z);
    PyErr_SetString(PyExc_ZeroDivisionError, "complex division by zero");
    return NULL;
}

static PyObject *
complex_pow(PyObject *a, PyObject *b, PyObject *c)
{
    Py_complex x, y, z;
    OPERANDS(a, b, x, y);
    if (c != Py_None) {
        PyErr_SetString(PyExc_ValueError, "complex modulo");
        return NULL;
    }
    errno = 0;
    if (y.imag == 0.0 && y.real == floor(y.real) && fabs(y.real) <= 100.0) {
        long n = (long)y.real;
        z = n > 0 ? pow_unsigned(x, n) : _Py_c_quot((Py_complex){ 1.0, 0.0 }, pow_unsigned(x, -n));
    }
    else
        z = _Py_c_pow(x, y);
    if (errno == EDOM) {
        PyErr_SetString(PyExc_ZeroDivisionError, "0.0 to a negative or complex power");
        return NULL;
    }
    if (isinf(z.real) || isinf(z.imag)) {
        PyErr_SetString(PyExc_OverflowError, "complex exponentiation");
        return NULL;
    }
    return PyComplex_FromCComplex(z);
}

static PyObject *complex_neg(PyObject *a) { return PyComplex_FromCComplex(_Py_c_neg(value(a))); }
static PyObject *complex_pos(PyObject *a) { return PyComplex_CheckExact(a) ? Py_NewRef(a) : PyComplex_FromCComplex(value(a)); }
static int complex_bool(PyObject *a) { return value(a).real != 0.0 || value(a).imag != 0.0; }

static PyObject *
complex_abs(PyObject *a)
{
    double v = _Py_c_abs(value(a));
    if (errno != ERANGE)
        return PyFloat_FromDouble(v);
    PyErr_SetString(PyExc_OverflowError, "absolute value too large");
    return NULL;
}

static PyObject *
complex_richcompare(PyObject *a, PyObject *b, int op)
{
    Py_complex x = value(a);
    bool equal;
    if (op != Py_EQ && op != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    if (PyLong_Check(b)) {
        if (x.imag == 0.0) {
            PyObject *re = PyFloat_FromDouble(x.real), *out;
            if (re == NULL)
                return NULL;
            out = PyObject_RichCompare(re, b, op);
            Py_DECREF(re);
            return out;
        }
        equal = false;
    }
    else if (PyFloat_Check(b))
        equal = x.real == float_value(b) && x.imag == 0.0;
    else if (PyComplex_Check(b))
        equal = x.real == value(b).real && x.imag == value(b).imag;
    else
        Py_RETURN_NOTIMPLEMENTED;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
complex_hash(PyObject *o)
{
    Py_uhash_t re = (Py_uhash_t)_Py_HashDouble(o, value(o).real), im = (Py_uhash_t)_Py_HashDouble(o, value(o).imag);
    Py_uhash_t h = re + PyHASH_IMAG * im;
    return h == (Py_uhash_t)-1 ? -2 : (Py_hash_t)h;
}

static PyObject *
complex_repr(PyObject *o)
{
    Py_complex z = value(o);
    bool imag_only = z.real == 0.0 && !signbit(z.real);
    char *re = imag_only ? NULL : PyOS_double_to_string(z.real, 'r', 0, 0, NULL);
    char *im = PyOS_double_to_string(z.imag, 'r', 0, imag_only ? 0 : Py_DTSF_SIGN, NULL);
    PyObject *text = NULL;
    if (im != NULL && imag_only)
        text = PyUnicode_FromFormat("%sj", im);
    else if (im != NULL && re != NULL)
        text = PyUnicode_FromFormat("(%s%sj)", re, im);
    PyMem_Free(re);
    PyMem_Free(im);
    return text;
}

/* ---- complex(...) ------------------------------------------------------------------------------------------- */

static inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool is_j(char c) { return c == 'j' || c == 'J'; }

/* A number at *s, skipped; false when there is none (then a lone sign before j counts as 1). -1: out of memory. */
static int
read_part(const char **s, double *out)
{
    char *end;
    *out = PyOS_string_to_double(*s, &end, NULL);
    if (*out == -1.0 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return -1;
        PyErr_Clear();
    }
    if (end == *s)
        return 0;
    *s = end;
    return 1;
}

/* Reads "x", "yj", "x+yj", "x+j", "j", "-j"; 1, 0 when malformed, -1. */
static int
read_complex(const char **s, Py_complex *z)
{
    double first;
    int got = read_part(s, &first);
    if (got < 0)
        return -1;
    if (got == 0) {
        z->imag = **s == '-' ? -1.0 : 1.0;
        if (**s == '-' || **s == '+')
            (*s)++;
        return is_j(**s) ? ((*s)++, 1) : 0;
    }
    if (is_j(**s)) {
        z->imag = first;
        (*s)++;
        return 1;
    }
    z->real = first;
    if (**s != '+' && **s != '-')
        return 1;
    double sign = **s == '-' ? -1.0 : 1.0;
    got = read_part(s, &z->imag);
    if (got < 0)
        return -1;
    if (got == 0) {
        z->imag = sign;
        (*s)++;
    }
    return is_j(**s) ? ((*s)++, 1) : 0;
}

static PyObject *
parse(const char *s, Py_ssize_t n, void *type)
{
    const char *end = s + n;
    Py_complex z = { 0.0, 0.0 };
    while (is_space(*s))
        s++;
    bool bracket = *s == '(';
    if (bracket)
        for (s++; is_space(*s); s++)
            ;
    int rc = read_complex(&s, &z);
    if (rc < 0)
        return NULL;
    while (is_space(*s))
        s++;
    if (bracket && *s == ')') {
        bracket = false;
        for (s++; is_space(*s); s++)
            ;
    }
    if (rc == 1 && !bracket && s == end)
        return subtype_from(type, z);
    PyErr_SetString(PyExc_ValueError, "complex() arg is a malformed string");
    return NULL;
}

static PyObject *
from_string(PyTypeObject *type, PyObject *v)
{
    PyObject *ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(v), *out = NULL;
    if (ascii == NULL)
        return NULL;
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(ascii, &n);
    if (s != NULL)
        out = float_strip_underscores(s, n, "complex", v, type, parse);
    Py_DECREF(ascii);
    return out;
}

static bool
is_number(PyObject *o)
{
    PyNumberMethods *nb = Py_TYPE(o)->tp_as_number;
    return PyComplex_Check(o) || (nb != NULL && (nb->nb_float != NULL || nb->nb_index != NULL));
}

/* A number as a pair; *is_complex when it was complex. */
static int
part_value(PyObject *o, Py_complex *z, bool *is_complex)
{
    *is_complex = PyComplex_Check(o);
    if (*is_complex) {
        *z = value(o);
        return 0;
    }
    PyObject *f = PyNumber_Float(o);
    if (f == NULL)
        return -1;
    *z = (Py_complex){ float_value(f), 0.0 };
    Py_DECREF(f);
    return 0;
}

static PyObject *
from_numbers(PyTypeObject *type, PyObject *r, PyObject *i)
{
    Py_complex re = { 0.0, 0.0 }, im = { 0.0, 0.0 };
    bool re_complex = false, im_complex = false;
    if (r != NULL && !is_number(r))
        return PyErr_Format(PyExc_TypeError, "complex() first argument must be a string or a number, not '%.200s'", Py_TYPE(r)->tp_name);
    if (i != NULL && !is_number(i))
        return PyErr_Format(PyExc_TypeError, "complex() second argument must be a number, not '%.200s'", Py_TYPE(i)->tp_name);
    if (r != NULL && part_value(r, &re, &re_complex) < 0)
        return NULL;
    if (i == NULL)
        im.real = re.imag;
    else if (part_value(i, &im, &im_complex) < 0)
        return NULL;
    if (im_complex)
        re.real -= im.imag;
    if (re_complex && i != NULL)
        im.real += re.imag;
    return subtype_from(type, (Py_complex){ re.real, im.real });
}

static PyObject *
complex_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "real", "imag" };
    PyObject *a[2];
    if (args_unpack_tuple("complex", args, kwargs, names, 2, 0, 2, a) < 0)
        return NULL;
    PyObject *r = a[0], *i = a[1];
    if (r != NULL && PyComplex_CheckExact(r) && i == NULL && type == &PyComplex_Type)
        return Py_NewRef(r);
    if (r != NULL && PyUnicode_Check(r)) {
        if (i == NULL)
            return from_string(type, r);
        PyErr_SetString(PyExc_TypeError, "complex() can't take second arg if first is a string");
        return NULL;
    }
    if (i != NULL && PyUnicode_Check(i)) {
        PyErr_SetString(PyExc_TypeError, "complex() second arg can't be a string");
        return NULL;
    }
    PyObject *special = r == NULL ? NULL : call_complex(r);
    if (special == NULL && PyErr_Occurred())
        return NULL;
    PyObject *out = from_numbers(type, special != NULL ? special : r, i);
    Py_XDECREF(special);
    return out;
}

/* ---- methods ------------------------------------------------------------------------------------------------ */

static PyObject *m_complex(PyObject *self, PyObject *unused) { return complex_pos(self); }
static PyObject *m_conjugate(PyObject *self, PyObject *unused) { return PyComplex_FromDoubles(value(self).real, -value(self).imag); }

static PyObject *
m_getnewargs(PyObject *self, PyObject *unused)
{
    return num_pair(PyFloat_FromDouble(value(self).real), PyFloat_FromDouble(value(self).imag));
}

static PyObject *
m_format(PyObject *self, PyObject *spec)
{
    return num_check_spec(spec) < 0 ? NULL : format_with_spec(format_complex_advanced_writer, self, spec);
}

static PyMethodDef complex_methods[] = {
    { "__complex__", m_complex, METH_NOARGS, "__complex__($self, /)\n--\n\nThe number as an exact complex." },
    { "conjugate", m_conjugate, METH_NOARGS, "conjugate($self, /)\n--\n\nThe number with the sign of its imaginary part turned." },
    { "__getnewargs__", m_getnewargs, METH_NOARGS, "__getnewargs__($self, /)\n--\n\n" },
    { "__format__", m_format, METH_O, "__format__($self, format_spec, /)\n--\n\nText of the number as format_spec says." },
    { NULL }
};

static PyMemberDef complex_members[] = {
    { "real", Py_T_DOUBLE, offsetof(PyComplexObject, cval.real), Py_READONLY, "the real part of a complex number" },
    { "imag", Py_T_DOUBLE, offsetof(PyComplexObject, cval.imag), Py_READONLY, "the imaginary part of a complex number" },
    { NULL }
};

static PyNumberMethods complex_as_number = {
    .nb_add = complex_add,
    .nb_subtract = complex_sub,
    .nb_multiply = complex_mul,
    .nb_power = complex_pow,
    .nb_negative = complex_neg,
    .nb_positive = complex_pos,
    .nb_absolute = complex_abs,
    .nb_bool = complex_bool,
    .nb_true_divide = complex_div,
};

PyTypeObject PyComplex_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "complex",
    .tp_basicsize = sizeof(PyComplexObject),
    .tp_repr = complex_repr,
    .tp_as_number = &complex_as_number,
    .tp_hash = complex_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "complex(real=0, imag=0)\n--\n\nMakes a complex number from two numbers or from a text.",
    .tp_richcompare = complex_richcompare,
    .tp_methods = complex_methods,
    .tp_members = complex_members,
    .tp_new = complex_new,
    .tp_free = PyObject_Free,
};
