/* modules/math/math_int.c: functions of integers. Products of many factors are made by halving the range, so that the
 * factors of each multiplication have about the same size. */
#include "modules/math/math_impl.h"

PyAPI_FUNC(PyObject *) _PyLong_GCD(PyObject *a, PyObject *b);

PyObject *
math_gcd(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    PyObject *z = PyLong_FromLong(0);
    for (Py_ssize_t i = 0; z != NULL && i < n; i++) {
        PyObject *x = PyNumber_Index(args[i]);
        Py_SETREF(z, x == NULL ? NULL : _PyLong_GCD(z, x));
        Py_XDECREF(x);
    }
    return z;
}

/* |a * b| / gcd, 0 if one is 0. */
static PyObject *
lcm_two(PyObject *a, PyObject *b)
{
    if (_PyLong_Sign(a) == 0 || _PyLong_Sign(b) == 0)
        return PyLong_FromLong(0);
    PyObject *g = _PyLong_GCD(a, b), *q = g == NULL ? NULL : PyNumber_FloorDivide(a, g), *p = q == NULL ? NULL : PyNumber_Multiply(q, b);
    PyObject *z = p == NULL ? NULL : PyNumber_Absolute(p);
    Py_XDECREF(g);
    Py_XDECREF(q);
    Py_XDECREF(p);
    return z;
}

PyObject *
math_lcm(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    PyObject *z = PyLong_FromLong(1);
    for (Py_ssize_t i = 0; z != NULL && i < n; i++) {
        PyObject *x = PyNumber_Index(args[i]);
        Py_SETREF(z, x == NULL ? NULL : lcm_two(z, x));
        Py_XDECREF(x);
    }
    return z;
}

/* ---- products ----------------------------------------------------------------------------------------------------------- */

static PyObject *
multiply_steal(PyObject *a, PyObject *b)
{
    PyObject *z = a == NULL || b == NULL ? NULL : PyNumber_Multiply(a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return z;
}

/* lo * (lo + step) * ... for `count` factors. */
static PyObject *
product(uint64_t lo, uint64_t count, uint64_t step)
{
    if (count <= 8) {
        unsigned __int128 z = 1;
        uint64_t i = 0;
        for (; i < count && z * (lo + i * step) <= UINT64_MAX && z <= UINT64_MAX; i++)
            z *= lo + i * step;
        PyObject *out = PyLong_FromUnsignedLongLong((uint64_t)z);
        return i == count ? out : multiply_steal(out, product(lo + i * step, count - i, step));
    }
    uint64_t half = count / 2;
    PyObject *a = product(lo, half, step);
    return a == NULL ? NULL : multiply_steal(a, product(lo + half * step, count - half, step));
}

/* n! = odd part * 2^(n - bits of n); the odd part is a product of products of odd numbers in halving ranges. */
static PyObject *
factorial_odd(uint64_t n)
{
    PyObject *inner = PyLong_FromLong(1), *outer = PyLong_FromLong(1);
    uint64_t upper = 3;
    for (int i = n < 2 ? -1 : 62 - __builtin_clzll(n); i >= 0 && inner != NULL && outer != NULL; i--) {
        uint64_t v = n >> i;
        if (v <= 2)
            continue;
        uint64_t lower = upper;
        upper = (v + 1) | 1;
        inner = multiply_steal(inner, product(lower, (upper - lower) / 2, 2));
        if (inner != NULL)
            outer = multiply_steal(outer, Py_NewRef(inner));
    }
    Py_XDECREF(inner);
    return outer;
}

PyObject *
math_factorial(PyObject *m, PyObject *arg)
{
    PyObject *i = PyNumber_Index(arg);
    int overflow;
    if (i == NULL)
        return NULL;
    long n = PyLong_AsLongAndOverflow(i, &overflow);
    Py_DECREF(i);
    if (overflow > 0)
        return PyErr_Format(PyExc_OverflowError, "factorial() argument should not exceed %ld", LONG_MAX);
    if (overflow < 0 || n < 0) {
        PyErr_SetString(PyExc_ValueError, "factorial() not defined for negative values");
        return NULL;
    }
    if (n <= 20) {
        uint64_t z = 1;
        for (long k = 2; k <= n; k++)
            z *= (uint64_t)k;
        return PyLong_FromUnsignedLongLong(z);
    }
    PyObject *odd = factorial_odd((uint64_t)n), *twos = PyLong_FromLong(n - __builtin_popcountl((unsigned long)n));
    PyObject *z = odd == NULL || twos == NULL ? NULL : PyNumber_Lshift(odd, twos);
    Py_XDECREF(odd);
    Py_XDECREF(twos);
    return z;
}

/* ---- choosing ----------------------------------------------------------------------------------------------------------- */

/* n * (n - 1) * ... for k factors, n any int. */
static PyObject *
falling(PyObject *n, uint64_t k)
{
    int overflow;
    long long v = PyLong_AsLongLongAndOverflow(n, &overflow);
    if (!overflow)
        return product((uint64_t)v - k + 1, k, 1);
    if (k == 0)
        return PyLong_FromLong(1);
    if (k == 1)
        return Py_NewRef(n);
    uint64_t half = k / 2;
    PyObject *a = falling(n, half), *h = a == NULL ? NULL : PyLong_FromUnsignedLongLong(half), *rest = h == NULL ? NULL : PyNumber_Subtract(n, h);
    Py_XDECREF(h);
    PyObject *b = rest == NULL ? NULL : falling(rest, k - half);
    Py_XDECREF(rest);
    return multiply_steal(a, b);
}

/* C(n, k) = C(n, j) * C(n - j, k - j) / C(k, j), with j = k / 2; small k by the plain product. */
static PyObject *
choose(PyObject *n, uint64_t k)
{
    if (k <= 32) {
        PyObject *num = falling(n, k), *den = product(1, k, 1), *z = num == NULL || den == NULL ? NULL : PyNumber_FloorDivide(num, den);
        Py_XDECREF(num);
        Py_XDECREF(den);
        return z;
    }
    uint64_t j = k / 2;
    PyObject *pj = PyLong_FromUnsignedLongLong(j), *pk = PyLong_FromUnsignedLongLong(k), *rest = NULL, *a = NULL, *b = NULL, *c = NULL;
    if (pj != NULL && pk != NULL && (a = choose(n, j)) != NULL && (rest = PyNumber_Subtract(n, pj)) != NULL)
        b = choose(rest, k - j);
    if (b != NULL)
        c = choose(pk, j);
    PyObject *num = c == NULL ? NULL : PyNumber_Multiply(a, b), *z = num == NULL ? NULL : PyNumber_FloorDivide(num, c);
    Py_XDECREF(num);
    Py_XDECREF(pj);
    Py_XDECREF(pk);
    Py_XDECREF(rest);
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(c);
    return z;
}

static int
check_sign(PyObject *n, const char *text)
{
    if (_PyLong_Sign(n) >= 0)
        return 0;
    PyErr_SetString(PyExc_ValueError, text);
    return -1;
}

static PyObject *
comb_ints(PyObject *n, PyObject *k)
{
    if (check_sign(n, "n must be a non-negative integer") < 0 || check_sign(k, "k must be a non-negative integer") < 0)
        return NULL;
    PyObject *other = PyNumber_Subtract(n, k), *z = NULL;
    if (other == NULL)
        return NULL;
    if (_PyLong_Sign(other) < 0) {
        Py_DECREF(other);
        return PyLong_FromLong(0);
    }
    int smaller = PyObject_RichCompareBool(other, k, Py_LT), overflow;
    if (smaller >= 0) {
        long long j = PyLong_AsLongLongAndOverflow(smaller ? other : k, &overflow);
        if (overflow)
            PyErr_Format(PyExc_OverflowError, "min(n - k, k) must not exceed %lld", LLONG_MAX);
        else
            z = choose(n, (uint64_t)j);
    }
    Py_DECREF(other);
    return z;
}

PyObject *
math_comb(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    if (!math_nargs("comb", nargs, 2))
        return NULL;
    PyObject *n = PyNumber_Index(args[0]), *k = n == NULL ? NULL : PyNumber_Index(args[1]);
    PyObject *z = k == NULL ? NULL : comb_ints(n, k);
    Py_XDECREF(n);
    Py_XDECREF(k);
    return z;
}

static PyObject *
perm_ints(PyObject *n, PyObject *k)
{
    if (check_sign(n, "n must be a non-negative integer") < 0 || check_sign(k, "k must be a non-negative integer") < 0)
        return NULL;
    int less = PyObject_RichCompareBool(n, k, Py_LT), overflow;
    if (less != 0)
        return less < 0 ? NULL : PyLong_FromLong(0);
    long long v = PyLong_AsLongLongAndOverflow(k, &overflow);
    if (overflow)
        return PyErr_Format(PyExc_OverflowError, "k must not exceed %lld", LLONG_MAX);
    return falling(n, (uint64_t)v);
}

PyObject *
math_perm(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 1 || nargs > 2)
        return PyErr_Format(PyExc_TypeError, "perm expected at %s %d argument%s, got %zd", nargs < 1 ? "least" : "most",
                            nargs < 1 ? 1 : 2, nargs < 1 ? "" : "s", nargs);
    if (nargs == 1 || args[1] == Py_None)
        return math_factorial(m, args[0]);
    PyObject *n = PyNumber_Index(args[0]), *k = n == NULL ? NULL : PyNumber_Index(args[1]);
    PyObject *z = k == NULL ? NULL : perm_ints(n, k);
    Py_XDECREF(n);
    Py_XDECREF(k);
    return z;
}

/* ---- integer square root --------------------------------------------------------------------------------------------------- */

static uint64_t
isqrt_u64(uint64_t n)
{
    uint64_t a = (uint64_t)__builtin_sqrt((double)n);
    while ((unsigned __int128)a * a > n)
        a--;
    while ((unsigned __int128)(a + 1) * (a + 1) <= n)
        a++;
    return a;
}

static PyObject *
shifted(PyObject *n, size_t bits, bool left)
{
    PyObject *count = PyLong_FromSize_t(bits), *z = count == NULL ? NULL : left ? PyNumber_Lshift(n, count) : PyNumber_Rshift(n, count);
    Py_XDECREF(count);
    return z;
}

/* Newton steps, each with twice the digits of the one before: after the last, a is the root or one more. */
static PyObject *
isqrt_big(PyObject *n)
{
    size_t c = (_PyLong_NumBits(n) - 1) / 2, d = 0;
    int steps = 0;
    while (c >> steps)
        steps++;
    PyObject *a = PyLong_FromLong(1);
    for (int s = steps - 1; a != NULL && s >= 0; s--) {
        size_t e = d;
        d = c >> s;
        PyObject *x = shifted(a, d - e - 1, true), *y = shifted(n, 2 * c - e - d + 1, false);
        PyObject *q = x == NULL || y == NULL ? NULL : PyNumber_FloorDivide(y, a);
        Py_SETREF(a, q == NULL ? NULL : PyNumber_Add(x, q));
        Py_XDECREF(x);
        Py_XDECREF(y);
        Py_XDECREF(q);
    }
    PyObject *sq = a == NULL ? NULL : PyNumber_Multiply(a, a), *one = PyLong_FromLong(1);
    int over = sq == NULL || one == NULL ? -1 : PyObject_RichCompareBool(n, sq, Py_LT);
    if (over != 0 && a != NULL)
        Py_SETREF(a, over < 0 ? NULL : PyNumber_Subtract(a, one));
    Py_XDECREF(sq);
    Py_XDECREF(one);
    return a;
}

PyObject *
math_isqrt(PyObject *m, PyObject *arg)
{
    PyObject *n = PyNumber_Index(arg), *z;
    if (n == NULL)
        return NULL;
    if (_PyLong_Sign(n) < 0) {
        PyErr_SetString(PyExc_ValueError, "isqrt() argument must be nonnegative");
        Py_DECREF(n);
        return NULL;
    }
    if (_PyLong_NumBits(n) <= 64)
        z = PyLong_FromUnsignedLongLong(isqrt_u64(PyLong_AsUnsignedLongLong(n)));
    else
        z = isqrt_big(n);
    Py_DECREF(n);
    return z;
}
