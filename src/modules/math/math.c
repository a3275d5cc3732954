/* modules/math/math.c: the module math: functions of one and two floats. The C library computes; what is ours is which
 * errors are raised: a NaN out of numbers is a domain error, an infinity out of finite numbers a range error. */
#include "modules/math/math_impl.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "rt/effect.h"

/* ---- one argument ------------------------------------------------------------------------------------------------- */

/* `grows`: an infinite result means overflow, else (poles) a domain error. */
static PyObject *
apply1(PyObject *o, double (*f)(double), bool grows)
{
    double x;
    if (math_double(o, &x) < 0)
        return NULL;
    double r = f(x);
    if (isnan(r) && !isnan(x))
        return math_domain();
    if (isinf(r) && isfinite(x))
        return grows ? math_range() : math_domain();
    return PyFloat_FromDouble(r);
}

#define FUNC1(name, f, grows) static PyObject *math_##name(PyObject *m, PyObject *x) { return apply1(x, f, grows); } \
    EFFECT_D(math_##name, f, EFF_SIG_D_D, EFF_ARG(0, EFF_FLOAT));

FUNC1(acos, acos, false)
FUNC1(acosh, acosh, false)
FUNC1(asin, asin, false)
FUNC1(asinh, asinh, false)
FUNC1(atan, atan, false)
FUNC1(atanh, atanh, false)
FUNC1(cbrt, cbrt, false)
FUNC1(cos, cos, false)
FUNC1(cosh, cosh, true)
FUNC1(erf, erf, false)
FUNC1(erfc, erfc, false)
FUNC1(exp, exp, true)
FUNC1(exp2, exp2, true)
FUNC1(expm1, expm1, true)
FUNC1(fabs, fabs, false)
FUNC1(log1p, log1p, false)
FUNC1(sin, sin, false)
FUNC1(sinh, sinh, true)
FUNC1(sqrt, sqrt, false)
FUNC1(tan, tan, false)
FUNC1(tanh, tanh, false)

/* ---- logarithms ----------------------------------------------------------------------------------------------------- */

PyAPI_FUNC(double) _PyLong_Frexp(PyLongObject *a, Py_ssize_t *e);

/* The logarithm of a positive int of any size: log(x * 2^e) = log(x) + log(2) * e where it does not fit a double. */
static int
big_log(PyObject *i, double (*f)(double), double *out)
{
    double x = PyLong_AsDouble(i);
    Py_ssize_t e = 0;
    if (x == -1.0 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return -1;
        PyErr_Clear();
        x = _PyLong_Frexp((PyLongObject *)i, &e);
        *out = f(x) + f(2.0) * (double)e;
    }
    else
        *out = f(x);
    return 0;
}

static PyObject *
log_of(PyObject *o, double (*f)(double))
{
    double x, r;
    if (PyLong_Check(o)) {
        if (_PyLong_Sign(o) <= 0)
            return math_domain();
        return big_log(o, f, &r) < 0 ? NULL : PyFloat_FromDouble(r);
    }
    if (math_double(o, &x) < 0)
        return NULL;
    if (x == 0.0 || x < 0.0)
        return math_domain();
    return PyFloat_FromDouble(f(x));
}

static PyObject *math_log2(PyObject *m, PyObject *x) { return log_of(x, log2); }
EFFECT_D(math_log2, log2, EFF_SIG_D_D, EFF_ARG(0, EFF_FLOAT));
static PyObject *math_log10(PyObject *m, PyObject *x) { return log_of(x, log10); }
EFFECT_D(math_log10, log10, EFF_SIG_D_D, EFF_ARG(0, EFF_FLOAT));

static PyObject *
math_log(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    if (n < 1 || n > 2)
        return PyErr_Format(PyExc_TypeError, "log expected at %s %d argument%s, got %zd", n < 1 ? "least" : "most", n < 1 ? 1 : 2,
                            n < 1 ? "" : "s", n);
    PyObject *num = log_of(args[0], log), *den, *q;
    if (num == NULL || n == 1)
        return num;
    den = log_of(args[1], log);
    q = den == NULL ? NULL : PyNumber_TrueDivide(num, den);
    Py_DECREF(num);
    Py_XDECREF(den);
    return q;
}

EFFECT_D(math_log, log, EFF_SIG_D_D, EFF_ARG(0, EFF_FLOAT));                 /* with one argument, as the signature says */

/* ---- two arguments ---------------------------------------------------------------------------------------------------- */

static int
two_doubles(const char *name, PyObject *const *args, Py_ssize_t n, double *x, double *y)
{
    return math_nargs(name, n, 2) && math_double(args[0], x) == 0 && math_double(args[1], y) == 0 ? 0 : -1;
}

#define TWO_FLOATS (EFF_ARG(0, EFF_FLOAT) | EFF_ARG(1, EFF_FLOAT))
#define ARGS2(name) \
    double x, y; \
    if (two_doubles(name, args, n, &x, &y) < 0) \
        return NULL

static PyObject *math_atan2(PyObject *m, PyObject *const *args, Py_ssize_t n) { ARGS2("atan2"); return PyFloat_FromDouble(atan2(x, y)); }
EFFECT_D(math_atan2, atan2, EFF_SIG_D_DD, TWO_FLOATS);
static PyObject *math_copysign(PyObject *m, PyObject *const *args, Py_ssize_t n) { ARGS2("copysign"); return PyFloat_FromDouble(copysign(x, y)); }
EFFECT_D(math_copysign, copysign, EFF_SIG_D_DD, TWO_FLOATS);

static PyObject *
math_fmod(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    ARGS2("fmod");
    double r = fmod(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? math_domain() : PyFloat_FromDouble(r);
}

EFFECT_D(math_fmod, fmod, EFF_SIG_D_DD, TWO_FLOATS);

static PyObject *
math_remainder(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    ARGS2("remainder");
    double r = remainder(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? math_domain() : PyFloat_FromDouble(r);
}

EFFECT_D(math_remainder, remainder, EFF_SIG_D_DD, TWO_FLOATS);

static PyObject *
math_pow(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    ARGS2("pow");
    double r = pow(x, y);
    if (!isfinite(x) || !isfinite(y))
        return PyFloat_FromDouble(r);
    if (isnan(r))
        return math_domain();
    if (isinf(r))
        return x == 0.0 ? math_domain() : math_range();
    return PyFloat_FromDouble(r);
}

EFFECT_D(math_pow, pow, EFF_SIG_D_DD, TWO_FLOATS);

static PyObject *
math_fma(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    double x, y, z;
    if (!math_nargs("fma", n, 3) || math_double(args[0], &x) < 0 || math_double(args[1], &y) < 0 || math_double(args[2], &z) < 0)
        return NULL;
    double r = fma(x, y, z);
    if (isnan(r) && !isnan(x) && !isnan(y) && !isnan(z)) {
        PyErr_SetString(PyExc_ValueError, "invalid operation in fma");
        return NULL;
    }
    if (isinf(r) && isfinite(x) && isfinite(y) && isfinite(z)) {
        PyErr_SetString(PyExc_OverflowError, "overflow in fma");
        return NULL;
    }
    return PyFloat_FromDouble(r);
}

static PyObject *
math_ldexp(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    double x;
    int overflow;
    if (!math_nargs("ldexp", n, 2) || math_double(args[0], &x) < 0)
        return NULL;
    if (!PyLong_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "Expected an int as second argument to ldexp.");
        return NULL;
    }
    long e = PyLong_AsLongAndOverflow(args[1], &overflow);
    if (overflow)
        e = overflow < 0 ? LONG_MIN : LONG_MAX;
    if (x == 0.0 || !isfinite(x))
        return PyFloat_FromDouble(x);
    if (e > INT_MAX)
        return math_range();
    double r = e < INT_MIN ? copysign(0.0, x) : ldexp(x, (int)e);
    return isinf(r) ? math_range() : PyFloat_FromDouble(r);
}

static PyObject *
math_frexp(PyObject *m, PyObject *o)
{
    double x;
    int e = 0;
    if (math_double(o, &x) < 0)
        return NULL;
    if (isfinite(x) && x != 0.0)
        x = frexp(x, &e);
    return Py_BuildValue("(di)", x, e);
}

static PyObject *
math_modf(PyObject *m, PyObject *o)
{
    double x, whole;
    if (math_double(o, &x) < 0)
        return NULL;
    if (isinf(x))
        return Py_BuildValue("(dd)", copysign(0.0, x), x);
    double part = modf(x, &whole);
    return Py_BuildValue("(dd)", part, whole);
}

/* ---- rounding to integers ------------------------------------------------------------------------------------------------ */

static PyObject *
by_method(PyObject *o, const char *name, double (*f)(double))
{
    double x;
    if (!PyFloat_CheckExact(o)) {
        PyObject *key = PyUnicode_InternFromString(name), *method = NULL;
        if (key == NULL)
            return NULL;
        PyObject *found = (PyObject *)Py_TYPE(o), *out = NULL;
        int has = PyObject_GetOptionalAttr(found, key, &method);
        Py_DECREF(key);
        if (has > 0) {
            out = PyObject_CallOneArg(method, o);
            Py_DECREF(method);
            return out;
        }
        if (has < 0)
            return NULL;
    }
    return math_double(o, &x) < 0 ? NULL : PyLong_FromDouble(f(x));
}

static PyObject *math_ceil(PyObject *m, PyObject *x) { return by_method(x, "__ceil__", ceil); }
static PyObject *math_floor(PyObject *m, PyObject *x) { return by_method(x, "__floor__", floor); }
/* Here `fast` gives the whole number as a double. */
EFFECT_ROW(math_ceil, .fn = (void *)math_ceil, .fast = (void *)ceil, .sig = EFF_SIG_D_D, .flags = EFF_ALLOC | EFF_FAILS, .result = &PyLong_Type,
           .when = EFF_ARG(0, EFF_FLOAT));
EFFECT_ROW(math_floor, .fn = (void *)math_floor, .fast = (void *)floor, .sig = EFF_SIG_D_D, .flags = EFF_ALLOC | EFF_FAILS, .result = &PyLong_Type,
           .when = EFF_ARG(0, EFF_FLOAT));

static PyObject *
math_trunc(PyObject *m, PyObject *x)
{
    PyObject *method;
    if (PyFloat_CheckExact(x))
        return PyLong_FromDouble(PyFloat_AS_DOUBLE(x));
    int has = PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(x), "__trunc__", &method);
    if (has < 0)
        return NULL;
    if (has == 0)
        return PyErr_Format(PyExc_TypeError, "type %.100s doesn't define __trunc__ method", Py_TYPE(x)->tp_name);
    PyObject *out = PyObject_CallOneArg(method, x);
    Py_DECREF(method);
    return out;
}

EFFECT_ROW(math_trunc, .fn = (void *)math_trunc, .fast = (void *)trunc, .sig = EFF_SIG_D_D, .flags = EFF_ALLOC | EFF_FAILS, .result = &PyLong_Type,
           .when = EFF_ARG(0, EFF_FLOAT));

/* ---- neighbours, tests ------------------------------------------------------------------------------------------------ */

static uint64_t
double_bits(double x)
{
    uint64_t v;
    memcpy(&v, &x, 8);
    return v;
}

static double
bits_double(uint64_t v)
{
    double x;
    memcpy(&x, &v, 8);
    return x;
}

/* `steps` representable numbers from x towards y. */
static double
step_towards(double x, double y, uint64_t steps)
{
    const uint64_t sign = (uint64_t)1 << 63;
    if (steps == 0 || isnan(x))
        return x;
    if (isnan(y))
        return y;
    uint64_t ux = double_bits(x), uy = double_bits(y), ax = ux & ~sign, ay = uy & ~sign;
    if (x == y)
        return y;
    if ((ux ^ uy) & sign) {
        if (ax + ay <= steps)
            return y;
        return ax < steps ? bits_double((uy & sign) | (steps - ax)) : bits_double(ux - steps);
    }
    if (ax > ay)
        return ax - ay > steps ? bits_double(ux - steps) : y;
    return ay - ax > steps ? bits_double(ux + steps) : y;
}

static PyObject *
math_nextafter(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[3];
    double x, y;
    if (MOD_BIND(a, "nextafter", args, n, kwnames, 2, 2, "", "", "steps") < 0 || math_double(a[0], &x) < 0 || math_double(a[1], &y) < 0)
        return NULL;
    if (a[2] == NULL || a[2] == Py_None)
        return PyFloat_FromDouble(nextafter(x, y));
    PyObject *i = PyNumber_Index(a[2]);
    if (i == NULL)
        return NULL;
    if (_PyLong_Sign(i) < 0) {
        PyErr_SetString(PyExc_ValueError, "steps must be a non-negative integer");
        Py_DECREF(i);
        return NULL;
    }
    uint64_t steps = PyLong_AsUnsignedLongLong(i);
    Py_DECREF(i);
    if (steps == (uint64_t)-1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return NULL;
        PyErr_Clear();
        steps = UINT64_MAX;
    }
    return PyFloat_FromDouble(step_towards(x, y, steps));
}

static PyObject *
math_ulp(PyObject *m, PyObject *o)
{
    double x;
    if (math_double(o, &x) < 0)
        return NULL;
    if (isnan(x))
        return PyFloat_FromDouble(x);
    x = fabs(x);
    if (isinf(x))
        return PyFloat_FromDouble(x);
    double above = nextafter(x, INFINITY);
    return PyFloat_FromDouble(isinf(above) ? x - nextafter(x, -INFINITY) : above - x);
}

#define TEST(name, expr) \
    static PyObject *math_##name(PyObject *m, PyObject *o) \
    { double x; return math_double(o, &x) < 0 ? NULL : PyBool_FromLong(expr); }
TEST(isfinite, isfinite(x))
TEST(isinf, isinf(x))
TEST(isnan, isnan(x))

static PyObject *
math_isclose(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[4];
    double x, y, rel = 1e-09, abs_tol = 0.0;
    if (MOD_BIND(a, "isclose", args, n, kwnames, 2, 2, "a", "b", "rel_tol", "abs_tol") < 0)
        return NULL;
    if (math_double(a[0], &x) < 0 || math_double(a[1], &y) < 0 || (a[2] != NULL && math_double(a[2], &rel) < 0)
        || (a[3] != NULL && math_double(a[3], &abs_tol) < 0))
        return NULL;
    if (rel < 0.0 || abs_tol < 0.0) {
        PyErr_SetString(PyExc_ValueError, "tolerances must be non-negative");
        return NULL;
    }
    if (x == y)
        Py_RETURN_TRUE;
    if (isinf(x) || isinf(y))
        Py_RETURN_FALSE;
    double diff = fabs(y - x);
    return PyBool_FromLong(diff <= fabs(rel * y) || diff <= fabs(rel * x) || diff <= abs_tol);
}

static PyObject *
math_degrees(PyObject *m, PyObject *o)
{
    double x;
    return math_double(o, &x) < 0 ? NULL : PyFloat_FromDouble(x * (180.0 / M_PI));
}

static PyObject *
math_radians(PyObject *m, PyObject *o)
{
    double x;
    return math_double(o, &x) < 0 ? NULL : PyFloat_FromDouble(x * (M_PI / 180.0));
}

/* ---- the module -------------------------------------------------------------------------------------------------------- */

#define ONE(name, arg, text) { #name, math_##name, METH_O, #name "($module, " arg ", /)\n--\n\n" text }
#define FAST(name, sig, text) { #name, MOD_FASTKW(math_##name), METH_FASTCALL, #name sig "\n--\n\n" text }
#define KW(name, sig, text) { #name, MOD_FASTKW(math_##name), METH_FASTCALL | METH_KEYWORDS, #name sig "\n--\n\n" text }

static PyMethodDef math_functions[] = {
    ONE(acos, "x", "Arc cosine in radians, 0 to pi."),
    ONE(acosh, "x", "Inverse hyperbolic cosine."),
    ONE(asin, "x", "Arc sine in radians, -pi/2 to pi/2."),
    ONE(asinh, "x", "Inverse hyperbolic sine."),
    ONE(atan, "x", "Arc tangent in radians, -pi/2 to pi/2."),
    FAST(atan2, "($module, y, x, /)", "Angle of the point (x, y) in radians, with the right quadrant."),
    ONE(atanh, "x", "Inverse hyperbolic tangent."),
    ONE(cbrt, "x", "Cube root."),
    ONE(ceil, "x", "The smallest integer that is not smaller than x."),
    FAST(copysign, "($module, x, y, /)", "The magnitude of x with the sign of y."),
    ONE(cos, "x", "Cosine of x radians."),
    ONE(cosh, "x", "Hyperbolic cosine."),
    ONE(degrees, "x", "Radians to degrees."),
    FAST(dist, "($module, p, q, /)", "Euclidean distance of two points."),
    ONE(erf, "x", "Error function."),
    ONE(erfc, "x", "One minus the error function."),
    ONE(exp, "x", "e to the power of x."),
    ONE(exp2, "x", "2 to the power of x."),
    ONE(expm1, "x", "exp(x) - 1, exact for small x."),
    ONE(fabs, "x", "Absolute value as a float."),
    ONE(factorial, "n", "n!"),
    ONE(floor, "x", "The largest integer that is not larger than x."),
    FAST(fma, "($module, x, y, z, /)", "x * y + z, rounded once."),
    FAST(fmod, "($module, x, y, /)", "Remainder with the sign of x, as in C."),
    ONE(frexp, "x", "Mantissa and exponent: x == m * 2.**e, 0.5 <= abs(m) < 1."),
    ONE(fsum, "seq", "Sum without loss of precision on the way."),
    ONE(gamma, "x", "Gamma function."),
    FAST(gcd, "($module, *integers)", "Greatest common divisor."),
    { "hypot", MOD_FASTKW(math_hypot), METH_FASTCALL, "hypot(*coordinates) -> value\n\nEuclidean length of a vector." },
    KW(isclose, "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", "True if a and b differ by no more than the tolerances."),
    ONE(isfinite, "x", "True unless x is infinite or NaN."),
    ONE(isinf, "x", "True if x is an infinity."),
    ONE(isnan, "x", "True if x is not a number."),
    ONE(isqrt, "n", "Square root of an integer, rounded down."),
    FAST(lcm, "($module, *integers)", "Least common multiple."),
    FAST(ldexp, "($module, x, i, /)", "x * 2**i."),
    ONE(lgamma, "x", "Logarithm of the absolute value of the gamma function."),
    { "log", MOD_FASTKW(math_log), METH_FASTCALL, "log(x, [base=math.e])\nLogarithm, natural unless a base is given." },
    ONE(log1p, "x", "Natural logarithm of 1 + x, exact for small x."),
    ONE(log10, "x", "Logarithm to base 10."),
    ONE(log2, "x", "Logarithm to base 2."),
    ONE(modf, "x", "Fractional and integral part, both with the sign of x."),
    FAST(pow, "($module, x, y, /)", "x to the power of y, in floats."),
    ONE(radians, "x", "Degrees to radians."),
    FAST(remainder, "($module, x, y, /)", "x - n * y for the integer n nearest to x / y."),
    ONE(sin, "x", "Sine of x radians."),
    ONE(sinh, "x", "Hyperbolic sine."),
    ONE(sqrt, "x", "Square root."),
    ONE(tan, "x", "Tangent of x radians."),
    ONE(tanh, "x", "Hyperbolic tangent."),
    FAST(sumprod, "($module, p, q, /)", "Sum of the products of items at the same place."),
    ONE(trunc, "x", "The integer next to x on the side of zero."),
    KW(prod, "($module, iterable, /, *, start=1)", "Product of all items and start."),
    FAST(perm, "($module, n, k=None, /)", "Ways to choose k of n items in order."),
    FAST(comb, "($module, n, k, /)", "Ways to choose k of n items without order."),
    KW(nextafter, "($module, x, y, /, *, steps=None)", "The float so many steps after x towards y."),
    ONE(ulp, "x", "The value of the last bit of x."),
    { NULL }
};

static int
math_exec(PyObject *m)
{
    static const struct { const char *name; double value; } constants[] = {
        { "pi", M_PI }, { "e", M_E }, { "tau", 2.0 * M_PI }, { "inf", INFINITY }, { "nan", NAN },
    };
    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
        double v = constants[i].value;
        if (PyModule_Add(m, constants[i].name, PyFloat_FromDouble(isnan(v) ? fabs(v) : v)) < 0)
            return -1;
    }
    return 0;
}

static PyModuleDef_Slot math_slots[] = {
    { Py_mod_exec, math_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef math_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "math",
    .m_doc = "Mathematical functions of real numbers.",
    .m_methods = math_functions,
    .m_slots = math_slots,
};

PyMODINIT_FUNC PyInit_math(void) { return PyModuleDef_Init(&math_module); }
