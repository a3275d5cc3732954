/* modules/math/math_sum.c: sums and products over sequences. fsum keeps non-overlapping partial sums (Shewchuk), so that
 * nothing is lost before the final rounding; lengths of vectors are computed scaled, in double-double precision, with a
 * correction of the square root. */
#include "modules/math/math_impl.h"

#include <float.h>
#include <math.h>

/* ---- fsum ----------------------------------------------------------------------------------------------------------------- */

struct partials { double *p, stack[32]; Py_ssize_t n, room; };

static int
partials_add(struct partials *s, double x)
{
    Py_ssize_t k = 0;
    for (Py_ssize_t j = 0; j < s->n; j++) {
        double y = s->p[j];
        if (fabs(x) < fabs(y)) {
            double t = x;
            x = y;
            y = t;
        }
        double hi = x + y, got = hi - x, lo = y - got;
        if (lo != 0.0)
            s->p[k++] = lo;
        x = hi;
    }
    s->n = k;
    if (x == 0.0)
        return 0;
    if (k >= s->room) {
        double *grown = PyMem_Malloc((size_t)s->room * 2 * sizeof(double));
        if (grown == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memcpy(grown, s->p, (size_t)k * sizeof(double));
        if (s->p != s->stack)
            PyMem_Free(s->p);
        s->p = grown;
        s->room *= 2;
    }
    s->p[s->n++] = x;
    return 0;
}

/* The correctly rounded sum of the partials (half to even). */
static double
partials_sum(struct partials *s)
{
    Py_ssize_t n = s->n;
    double *p = s->p;
    double hi = 0.0, lo = 0.0;
    if (n == 0)
        return 0.0;
    hi = p[--n];
    while (n > 0) {
        double x = hi, y = p[--n];
        hi = x + y;
        double got = hi - x;
        lo = y - got;
        if (lo != 0.0)
            break;
    }
    if (n > 0 && ((lo < 0.0 && p[n - 1] < 0.0) || (lo > 0.0 && p[n - 1] > 0.0))) {
        double y = lo * 2.0;
        double x = hi + y, got = x - hi;
        if (y == got)
            hi = x;
    }
    return hi;
}

static PyObject *
fsum_iter(PyObject *it, struct partials *s)
{
    double special = 0.0, infinities = 0.0;
    PyObject *item;
    while ((item = PyIter_Next(it)) != NULL) {
        double x;
        int rc = math_double(item, &x);
        Py_DECREF(item);
        if (rc < 0)
            return NULL;
        if (!isfinite(x)) {
            infinities += isinf(x) ? x : 0.0;
            special += x;
            s->n = 0;
            continue;
        }
        if (partials_add(s, x) < 0)
            return NULL;
        if (s->n > 0 && !isfinite(s->p[s->n - 1])) {
            PyErr_SetString(PyExc_OverflowError, "intermediate overflow in fsum");
            return NULL;
        }
    }
    if (PyErr_Occurred())
        return NULL;
    if (special != 0.0) {
        if (!isnan(infinities))
            return PyFloat_FromDouble(special);
        PyErr_SetString(PyExc_ValueError, "-inf + inf in fsum");
        return NULL;
    }
    return PyFloat_FromDouble(partials_sum(s));
}

PyObject *
math_fsum(PyObject *m, PyObject *seq)
{
    struct partials s = { .n = 0, .room = 32 };
    PyObject *it = PyObject_GetIter(seq);
    if (it == NULL)
        return NULL;
    s.p = s.stack;
    PyObject *sum = fsum_iter(it, &s);
    if (s.p != s.stack)
        PyMem_Free(s.p);
    Py_DECREF(it);
    return sum;
}

/* ---- prod ----------------------------------------------------------------------------------------------------------------- */

PyObject *
math_prod(PyObject *m, PyObject *const *args, Py_ssize_t n, PyObject *kwnames)
{
    PyObject *a[2], *item;
    if (MOD_BIND(a, "prod", args, n, kwnames, 1, 1, "", "start") < 0)
        return NULL;
    PyObject *it = PyObject_GetIter(a[0]);
    if (it == NULL)
        return NULL;
    PyObject *z = a[1] == NULL ? PyLong_FromLong(1) : Py_NewRef(a[1]);
    bool floats = z != NULL && PyFloat_CheckExact(z);
    while (z != NULL && (item = PyIter_Next(it)) != NULL) {
        if (floats && PyFloat_CheckExact(item))
            Py_SETREF(z, PyFloat_FromDouble(PyFloat_AS_DOUBLE(z) * PyFloat_AS_DOUBLE(item)));
        else
            Py_SETREF(z, PyNumber_Multiply(z, item));
        floats = z != NULL && PyFloat_CheckExact(z);
        Py_DECREF(item);
    }
    Py_DECREF(it);
    if (PyErr_Occurred())
        Py_CLEAR(z);
    return z;
}

/* ---- sumprod --------------------------------------------------------------------------------------------------------------- */

struct triple { double hi, lo, tiny; };

static void
two_sum(double a, double b, double *sum, double *error)
{
    double x = a + b, z = x - a;
    *error = (a - (x - z)) + (b - z);
    *sum = x;
}

/* Triple-length sum of products: TripleLength dot product (Ogita, Rump, Oishi). */
static struct triple
triple_fma(double x, double y, struct triple t)
{
    double p = x * y, e = fma(x, y, -p), r1, r2, r3;
    two_sum(t.hi, p, &t.hi, &r1);
    two_sum(t.lo, e, &r2, &r3);
    two_sum(r2, r1, &t.lo, &r2);
    t.tiny += r3 + r2;
    return t;
}

static double
triple_value(struct triple t)
{
    double a, b, c, d;
    two_sum(t.lo, t.tiny, &a, &b);
    two_sum(t.hi, a, &c, &d);
    return c + (b + d);
}

struct sums { struct triple flt; int64_t ints; bool int_open, flt_open; PyObject *total; };

/* Adds what the fast accumulators hold to the total. */
static int
sums_flush(struct sums *s, bool ints, bool floats)
{
    PyObject *parts[2] = { NULL, NULL };
    if (ints && s->int_open) {
        parts[0] = PyLong_FromLongLong(s->ints);
        s->ints = 0;
        s->int_open = false;
    }
    if (floats && s->flt_open) {
        parts[1] = PyFloat_FromDouble(triple_value(s->flt));
        s->flt = (struct triple){ 0, 0, 0 };
        s->flt_open = false;
    }
    for (int i = 0; i < 2; i++)
        if (parts[i] != NULL && s->total != NULL) {
            Py_SETREF(s->total, PyNumber_Add(s->total, parts[i]));
            Py_DECREF(parts[i]);
        }
    return s->total == NULL || PyErr_Occurred() ? -1 : 0;
}

static bool
small_int(PyObject *o, int64_t *out)
{
    int overflow;
    if (!PyLong_CheckExact(o))
        return false;
    *out = PyLong_AsLongLongAndOverflow(o, &overflow);
    return !overflow;
}

/* Floats, or a float and an int or bool that a double holds. */
static bool
float_pair(PyObject *p, PyObject *q, double *x, double *y)
{
    bool pf = PyFloat_CheckExact(p), qf = PyFloat_CheckExact(q);
    if (pf && qf) {
        *x = PyFloat_AS_DOUBLE(p);
        *y = PyFloat_AS_DOUBLE(q);
        return true;
    }
    PyObject *other = pf ? q : p;
    if ((!pf && !qf) || !(PyLong_CheckExact(other) || PyBool_Check(other)))
        return false;
    double v = PyLong_AsDouble(other);
    if (v == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    *x = pf ? PyFloat_AS_DOUBLE(p) : v;
    *y = pf ? v : PyFloat_AS_DOUBLE(q);
    return true;
}

static int
sums_add(struct sums *s, PyObject *p, PyObject *q)
{
    int64_t a, b, prod, sum;
    double x, y;
    if (small_int(p, &a) && small_int(q, &b) && !__builtin_mul_overflow(a, b, &prod) && !__builtin_add_overflow(s->ints, prod, &sum)) {
        s->ints = sum;
        s->int_open = true;
        return 0;
    }
    if (float_pair(p, q, &x, &y)) {
        struct triple t = triple_fma(x, y, s->flt);
        if (isfinite(t.hi)) {
            s->flt = t;
            s->flt_open = true;
            return 0;
        }
    }
    if (sums_flush(s, true, true) < 0)
        return -1;
    PyObject *term = PyNumber_Multiply(p, q);
    if (term == NULL)
        return -1;
    Py_SETREF(s->total, PyNumber_Add(s->total, term));
    Py_DECREF(term);
    return s->total == NULL ? -1 : 0;
}

PyObject *
math_sumprod(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    if (!math_nargs("sumprod", n, 2))
        return NULL;
    PyObject *pi = PyObject_GetIter(args[0]), *qi = pi == NULL ? NULL : PyObject_GetIter(args[1]);
    struct sums s = { .total = qi == NULL ? NULL : PyLong_FromLong(0) };
    bool ok = s.total != NULL, more = ok;
    while (more) {
        PyObject *p = PyIter_Next(pi), *q = NULL;
        ok = p != NULL || !PyErr_Occurred();
        if (ok) {
            q = PyIter_Next(qi);
            ok = q != NULL || !PyErr_Occurred();
        }
        if (ok && (p == NULL) != (q == NULL)) {
            PyErr_SetString(PyExc_ValueError, "Inputs are not the same length");
            ok = false;
        }
        more = ok && p != NULL;
        if (more && sums_add(&s, p, q) < 0)
            ok = more = false;
        Py_XDECREF(p);
        Py_XDECREF(q);
    }
    if (ok)
        ok = sums_flush(&s, true, true) == 0;
    if (!ok)
        Py_CLEAR(s.total);
    Py_XDECREF(pi);
    Py_XDECREF(qi);
    return s.total;
}

/* ---- lengths ---------------------------------------------------------------------------------------------------------------- */

/* sqrt(sum of squares) of n numbers (overwritten with their magnitudes), max being the largest. */
static double
vector_norm(Py_ssize_t n, double *v, double max, bool nan)
{
    int e;
    if (isinf(max))
        return max;
    if (nan)
        return NAN;
    if (max == 0.0 || n <= 1)
        return max;
    frexp(max, &e);
    if (e < -1023) {                        /* all subnormal: one step up first */
        for (Py_ssize_t i = 0; i < n; i++)
            v[i] /= DBL_MIN;
        return DBL_MIN * vector_norm(n, v, max / DBL_MIN, nan);
    }
    double scale = ldexp(1.0, -e), sum = 1.0, f1 = 0.0, f2 = 0.0, s, err;
    for (Py_ssize_t i = 0; i < n; i++) {
        double x = v[i] * scale, p = x * x, pe = fma(x, x, -p);
        double t = sum + p;
        f1 += pe;
        f2 += (sum - t) + p;
        sum = t;
    }
    double h = sqrt(sum - 1.0 + (f1 + f2));
    /* One correction: the residual of the square, with h squared exactly. */
    double p = -h * h, pe = fma(-h, h, -p);
    double t = sum + p;
    f1 += pe;
    f2 += (sum - t) + p;
    sum = t;
    s = sum - 1.0 + (f1 + f2);
    err = s / (2.0 * h);
    return (h + err) / scale;
}

/* Room for n doubles, on the given stack if it fits. */
static double *
room(Py_ssize_t n, double *stack, Py_ssize_t on_stack)
{
    if (n <= on_stack)
        return stack;
    double *p = PyMem_Malloc((size_t)n * sizeof(double));
    if (p == NULL)
        PyErr_NoMemory();
    return p;
}

PyObject *
math_hypot(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    double stack[16], *v = room(n, stack, 16), max = 0.0;
    bool nan = false, ok = v != NULL;
    for (Py_ssize_t i = 0; ok && i < n; i++) {
        ok = math_double(args[i], &v[i]) == 0;
        v[i] = fabs(v[i]);
        nan |= isnan(v[i]);
        if (v[i] > max)
            max = v[i];
    }
    PyObject *out = ok ? PyFloat_FromDouble(vector_norm(n, v, max, nan)) : NULL;
    if (v != stack)
        PyMem_Free(v);
    return out;
}

static PyObject *
distance(PyObject *p, PyObject *q)
{
    Py_ssize_t n = PyTuple_GET_SIZE(p);
    if (n != PyTuple_GET_SIZE(q)) {
        PyErr_SetString(PyExc_ValueError, "both points must have the same number of dimensions");
        return NULL;
    }
    double stack[16], *v = room(n, stack, 16), max = 0.0, x, y;
    bool nan = false, ok = v != NULL;
    for (Py_ssize_t i = 0; ok && i < n; i++) {
        ok = math_double(PyTuple_GET_ITEM(p, i), &x) == 0 && math_double(PyTuple_GET_ITEM(q, i), &y) == 0;
        if (!ok)
            break;
        v[i] = fabs(x - y);
        nan |= isnan(v[i]);
        if (v[i] > max)
            max = v[i];
    }
    PyObject *out = ok ? PyFloat_FromDouble(vector_norm(n, v, max, nan)) : NULL;
    if (v != stack)
        PyMem_Free(v);
    return out;
}

PyObject *
math_dist(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    if (!math_nargs("dist", n, 2))
        return NULL;
    PyObject *p = PySequence_Tuple(args[0]), *q = p == NULL ? NULL : PySequence_Tuple(args[1]);
    PyObject *out = q == NULL ? NULL : distance(p, q);
    Py_XDECREF(p);
    Py_XDECREF(q);
    return out;
}
