/* modules/math/math_impl.h: the parts of the module math. */
#ifndef ADDER_MODULES_MATH_IMPL_H
#define ADDER_MODULES_MATH_IMPL_H

#include <Python.h>

#include "modules/modargs.h"

/* One argument as a double; 0, or -1 with an exception. */
static inline int math_double(PyObject *o, double *out)
{
    if (PyFloat_CheckExact(o)) {
        *out = PyFloat_AS_DOUBLE(o);
        return 0;
    }
    *out = PyFloat_AsDouble(o);
    return *out == -1.0 && PyErr_Occurred() ? -1 : 0;
}
static inline PyObject *math_domain(void) { PyErr_SetString(PyExc_ValueError, "math domain error"); return NULL; }
static inline PyObject *math_range(void) { PyErr_SetString(PyExc_OverflowError, "math range error"); return NULL; }
static inline bool math_nargs(const char *name, Py_ssize_t n, Py_ssize_t want)
{
    if (n == want)
        return true;
    PyErr_Format(PyExc_TypeError, "%s expected %zd argument%s, got %zd", name, want, want == 1 ? "" : "s", n);
    return false;
}

PyObject *math_gcd(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_lcm(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_factorial(PyObject *m, PyObject *n);
PyObject *math_comb(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_perm(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_isqrt(PyObject *m, PyObject *n);
PyObject *math_fsum(PyObject *m, PyObject *seq);
PyObject *math_prod(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames);
PyObject *math_sumprod(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_hypot(PyObject *m, PyObject *const *args, Py_ssize_t n);
PyObject *math_gamma(PyObject *m, PyObject *x);
PyObject *math_lgamma(PyObject *m, PyObject *x);
PyObject *math_dist(PyObject *m, PyObject *const *args, Py_ssize_t n);

#endif
