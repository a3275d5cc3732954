/* cmath.c: functions of complex numbers. The C library computes them, special values by C99's Annex G; ours is which
 * results are errors: poles and infinite angles are domain errors, infinities out of finite numbers range errors. */
#include <Python.h>
#include <complex.h>
#include <math.h>

#include "modules/modargs.h"

#ifndef CMPLX                           /* glibc offers it to GCC only */
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

enum trouble { FINE, DOMAIN_ERROR, RANGE_ERROR };

static double complex join(Py_complex z) { return CMPLX(z.real, z.imag); }
static Py_complex part(double complex z) { return (Py_complex){ creal(z), cimag(z) }; }
static bool is_finite(Py_complex z) { return isfinite(z.real) && isfinite(z.imag); }
static bool infinite(Py_complex z) { return isinf(z.real) || isinf(z.imag); }

static PyObject *
complain(enum trouble t)
{
    PyErr_SetString(t == DOMAIN_ERROR ? PyExc_ValueError : PyExc_OverflowError, t == DOMAIN_ERROR ? "math domain error" : "math range error");
    return NULL;
}

static int
argument(PyObject *o, Py_complex *z)
{
    *z = PyComplex_AsCComplex(o);
    return z->real == -1.0 && PyErr_Occurred() ? -1 : 0;
}

/* ---- which arguments are errors ----------------------------------------------------------------------------------------------- */

static enum trouble never(Py_complex z, Py_complex r) { return FINE; }
static enum trouble overflow(Py_complex z, Py_complex r) { return is_finite(z) && infinite(r) ? RANGE_ERROR : FINE; }

static enum trouble
check_exp(Py_complex z, Py_complex r)
{
    if (isinf(z.imag) && (isfinite(z.real) || z.real == INFINITY))
        return DOMAIN_ERROR;
    return overflow(z, r);
}

static enum trouble
check_cosh(Py_complex z, Py_complex r)
{
    return isinf(z.imag) && !isnan(z.real) ? DOMAIN_ERROR : overflow(z, r);
}

static enum trouble
check_cos(Py_complex z, Py_complex r)
{
    return isinf(z.real) && !isnan(z.imag) ? DOMAIN_ERROR : overflow(z, r);
}

static enum trouble check_tanh(Py_complex z, Py_complex r) { return isinf(z.imag) && isfinite(z.real) ? DOMAIN_ERROR : FINE; }
static enum trouble check_tan(Py_complex z, Py_complex r) { return isinf(z.real) && isfinite(z.imag) ? DOMAIN_ERROR : FINE; }
static enum trouble check_atanh(Py_complex z, Py_complex r) { return fabs(z.real) == 1.0 && z.imag == 0.0 ? DOMAIN_ERROR : FINE; }
static enum trouble check_atan(Py_complex z, Py_complex r) { return fabs(z.imag) == 1.0 && z.real == 0.0 ? DOMAIN_ERROR : FINE; }
static enum trouble check_log(Py_complex z, Py_complex r) { return z.real == 0.0 && z.imag == 0.0 ? DOMAIN_ERROR : FINE; }

static PyObject *
apply(PyObject *o, double complex (*f)(double complex), enum trouble (*check)(Py_complex, Py_complex))
{
    Py_complex z, r;
    if (argument(o, &z) < 0)
        return NULL;
    r = part(f(join(z)));
    enum trouble t = check(z, r);
    return t != FINE ? complain(t) : PyComplex_FromCComplex(r);
}

#define FUNCTION(name, f, check) static PyObject *cmath_##name(PyObject *m, PyObject *z) { return apply(z, f, check); }

/* CPython says nan where C libraries know the angle. */
static double complex
acosh_fixed(double complex z)
{
    return creal(z) == 0.0 && isnan(cimag(z)) ? CMPLX(fabs(cimag(z)), fabs(cimag(z))) : cacosh(z);
}

static double complex
tanh_fixed(double complex z)
{
    return isnan(cimag(z)) && creal(z) == 0.0 ? CMPLX(cimag(z), cimag(z)) : ctanh(z);
}

static double complex
tan_fixed(double complex z)
{
    return isnan(creal(z)) && cimag(z) == 0.0 ? CMPLX(creal(z), creal(z)) : ctan(z);
}

FUNCTION(acos, cacos, never)
FUNCTION(acosh, acosh_fixed, never)
FUNCTION(asin, casin, never)
FUNCTION(asinh, casinh, never)
FUNCTION(atan, catan, check_atan)
FUNCTION(atanh, catanh, check_atanh)
FUNCTION(cos, ccos, check_cos)
FUNCTION(cosh, ccosh, check_cosh)
FUNCTION(exp, cexp, check_exp)
FUNCTION(log10, clog10, check_log)
FUNCTION(sin, csin, check_cos)
FUNCTION(sinh, csinh, check_cosh)
FUNCTION(sqrt, csqrt, never)
FUNCTION(tan, tan_fixed, check_tan)
FUNCTION(tanh, tanh_fixed, check_tanh)

static PyObject *
cmath_log(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    Py_complex z, base;
    if (n < 1 || n > 2)
        return PyErr_Format(PyExc_TypeError, "log expected at %s %d argument%s, got %zd", n < 1 ? "least" : "most", n < 1 ? 1 : 2,
                            n < 1 ? "" : "s", n);
    if (argument(args[0], &z) < 0 || (n == 2 && argument(args[1], &base) < 0))
        return NULL;
    Py_complex r = part(clog(join(z)));
    if (n == 1)
        return check_log(z, r) != FINE ? complain(DOMAIN_ERROR) : PyComplex_FromCComplex(r);
    Py_complex d = part(clog(join(base)));
    if (check_log(base, d) != FINE || (d.real == 0.0 && d.imag == 0.0))
        return complain(DOMAIN_ERROR);
    return PyComplex_FromCComplex(_Py_c_quot(r, d));
}

/* ---- polar coordinates ---------------------------------------------------------------------------------------------------------- */

static PyObject *
cmath_phase(PyObject *m, PyObject *o)
{
    Py_complex z;
    return argument(o, &z) < 0 ? NULL : PyFloat_FromDouble(atan2(z.imag, z.real));
}

static PyObject *
cmath_polar(PyObject *m, PyObject *o)
{
    Py_complex z;
    if (argument(o, &z) < 0)
        return NULL;
    double r = hypot(z.real, z.imag);
    return isinf(r) && is_finite(z) ? complain(RANGE_ERROR) : Py_BuildValue("(dd)", r, atan2(z.imag, z.real));
}

static Py_complex
rect_special(double r, double phi)
{
    if (isinf(r) && isfinite(phi) && phi != 0.0) {
        double s = r > 0 ? 1.0 : -1.0;
        return (Py_complex){ s * copysign(INFINITY, cos(phi)), s * copysign(INFINITY, sin(phi)) };
    }
    if (phi == 0.0)
        return (Py_complex){ r, isnan(r) ? phi : copysign(0.0, r) * copysign(1.0, phi) };
    if (r == 0.0)
        return (Py_complex){ 0.0, 0.0 };
    if (isinf(r))
        return (Py_complex){ INFINITY, NAN };
    return (Py_complex){ NAN, NAN };
}

static PyObject *
cmath_rect(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    double r, phi;
    if (n != 2)
        return PyErr_Format(PyExc_TypeError, "rect expected 2 arguments, got %zd", n);
    r = PyFloat_AsDouble(args[0]);
    if (r == -1.0 && PyErr_Occurred())
        return NULL;
    phi = PyFloat_AsDouble(args[1]);
    if (phi == -1.0 && PyErr_Occurred())
        return NULL;
    if (isfinite(r) && isfinite(phi))
        return phi == 0.0 ? PyComplex_FromDoubles(r, r * phi) : PyComplex_FromDoubles(r * cos(phi), r * sin(phi));
    if (r != 0.0 && !isnan(r) && isinf(phi))
        return complain(DOMAIN_ERROR);
    return PyComplex_FromCComplex(rect_special(r, phi));
}

/* ---- tests ------------------------------------------------------------------------------------------------------------------------ */

#define TEST(name, expr) \
    static PyObject *cmath_##name(PyObject *m, PyObject *o) \
    { Py_complex z; return argument(o, &z) < 0 ? NULL : PyBool_FromLong(expr); }
TEST(isfinite, is_finite(z))
TEST(isinf, infinite(z))
TEST(isnan, isnan(z.real) || isnan(z.imag))

static PyObject *
cmath_isclose(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *v[4];
    Py_complex a, b;
    double rel = 1e-09, abs_tol = 0.0;
    if (MOD_BIND(v, "isclose", args, n, kwnames, 2, 2, "a", "b", "rel_tol", "abs_tol") < 0 || argument(v[0], &a) < 0
        || argument(v[1], &b) < 0)
        return NULL;
    if (v[2] != NULL && (rel = PyFloat_AsDouble(v[2])) == -1.0 && PyErr_Occurred())
        return NULL;
    if (v[3] != NULL && (abs_tol = PyFloat_AsDouble(v[3])) == -1.0 && PyErr_Occurred())
        return NULL;
    if (rel < 0.0 || abs_tol < 0.0) {
        PyErr_SetString(PyExc_ValueError, "tolerances must be non-negative");
        return NULL;
    }
    if (a.real == b.real && a.imag == b.imag)
        Py_RETURN_TRUE;
    if (infinite(a) || infinite(b))
        Py_RETURN_FALSE;
    double diff = hypot(a.real - b.real, a.imag - b.imag);
    return PyBool_FromLong(diff <= rel * hypot(b.real, b.imag) || diff <= rel * hypot(a.real, a.imag) || diff <= abs_tol);
}

/* ---- the module --------------------------------------------------------------------------------------------------------------------- */

#define ONE(name, text) { #name, cmath_##name, METH_O, #name "($module, z, /)\n--\n\n" text }

static PyMethodDef cmath_functions[] = {
    ONE(acos, "Arc cosine."),
    ONE(acosh, "Inverse hyperbolic cosine."),
    ONE(asin, "Arc sine."),
    ONE(asinh, "Inverse hyperbolic sine."),
    ONE(atan, "Arc tangent."),
    ONE(atanh, "Inverse hyperbolic tangent."),
    ONE(cos, "Cosine."),
    ONE(cosh, "Hyperbolic cosine."),
    ONE(exp, "e to the power of z."),
    { "isclose", MOD_FASTKW(cmath_isclose), METH_FASTCALL | METH_KEYWORDS,
      "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nTrue if a and b differ by no more than the tolerances." },
    ONE(isfinite, "True if both parts are finite."),
    ONE(isinf, "True if a part is infinite."),
    ONE(isnan, "True if a part is not a number."),
    { "log", MOD_FASTKW(cmath_log), METH_FASTCALL, "log($module, z, base=<unrepresentable>, /)\n--\n\nLogarithm, natural unless a base is given." },
    ONE(log10, "Logarithm to base 10."),
    ONE(phase, "The angle of z in radians."),
    ONE(polar, "Length and angle of z."),
    { "rect", MOD_FASTKW(cmath_rect), METH_FASTCALL, "rect($module, r, phi, /)\n--\n\nThe number with this length and angle." },
    ONE(sin, "Sine."),
    ONE(sinh, "Hyperbolic sine."),
    ONE(sqrt, "Square root."),
    ONE(tan, "Tangent."),
    ONE(tanh, "Hyperbolic tangent."),
    { NULL }
};

static int
cmath_exec(PyObject *m)
{
    double nan = fabs(NAN);
    if (PyModule_Add(m, "pi", PyFloat_FromDouble(M_PI)) < 0 || PyModule_Add(m, "e", PyFloat_FromDouble(M_E)) < 0
        || PyModule_Add(m, "tau", PyFloat_FromDouble(2.0 * M_PI)) < 0 || PyModule_Add(m, "inf", PyFloat_FromDouble(INFINITY)) < 0
        || PyModule_Add(m, "infj", PyComplex_FromDoubles(0.0, INFINITY)) < 0 || PyModule_Add(m, "nan", PyFloat_FromDouble(nan)) < 0)
        return -1;
    return PyModule_Add(m, "nanj", PyComplex_FromDoubles(0.0, nan));
}

static PyModuleDef_Slot cmath_slots[] = {
    { Py_mod_exec, cmath_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef cmath_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "cmath",
    .m_doc = "Mathematical functions of complex numbers.",
    .m_methods = cmath_functions,
    .m_slots = cmath_slots,
};

PyMODINIT_FUNC PyInit_cmath(void) { return PyModuleDef_Init(&cmath_module); }
