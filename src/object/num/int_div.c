/* object/num/int_div.c: division. Quotients round towards minus infinity and remainders have the divisor's sign;
 * true division is correctly rounded: a quotient of at least 55 bits plus a sticky bit is scaled once. */
#include "object/num/int_impl.h"
#include "object/num/int_scratch.h"

#include <float.h>
#include <math.h>

#include "object/core/err.h"
#include "object/num/float.h"

static int
zero_division(const char *text)
{
    PyErr_SetString(PyExc_ZeroDivisionError, text);
    return -1;
}

/* |a| / |b| truncated, b of one digit; the remainder goes to *rem. */
static PyObject *
div_digit(PyObject *a, digit b, bool negative, digit *rem)
{
    Py_ssize_t n = int_ndigits(a);
    PyLongObject *z = int_alloc(n);
    if (z == NULL)
        return NULL;
    twodigits r = 0;
    for (Py_ssize_t i = n; i-- > 0; ) {
        r = r << SHIFT | int_digits(a)[i];
        z->long_value.ob_digit[i] = (digit)(r / b);
        r %= b;
    }
    *rem = (digit)r;
    return int_finish(z, negative);
}

/* Truncating division of magnitudes by GMP; *div and *mod get the given signs. Either may be NULL. */
static int
div_limbs(PyObject *a, PyObject *b, bool div_negative, bool mod_negative, PyObject **div, PyObject **mod)
{
    struct limbs x, y, q, r;
    int rc = -1;
    if (limbs_from_int(&x, a) < 0)
        return -1;
    if (limbs_from_int(&y, b) < 0)
        goto free_x;
    if (limbs_room(&q, x.n - y.n + 1) < 0)
        goto free_y;
    if (limbs_room(&r, y.n) < 0)
        goto free_q;
    struct int_scratch scratch;
    bool guarded = x.n >= INT_SCRATCH_LIMBS;
    if (guarded && INT_SCRATCH_FAILS(&scratch)) {
        PyErr_NoMemory();
        goto free_r;
    }
    mpn_tdiv_qr(q.d, r.d, 0, x.d, x.n, y.d, y.n);
    if (guarded)
        int_scratch_end(&scratch);
    rc = 0;
    if (div != NULL && (*div = int_from_limbs(q.d, q.n, div_negative)) == NULL)
        rc = -1;
    if (rc == 0 && mod != NULL && (*mod = int_from_limbs(r.d, r.n, mod_negative)) == NULL) {
        if (div != NULL)
            Py_CLEAR(*div);
        rc = -1;
    }
free_r:
    limbs_release(&r);
free_q:
    limbs_release(&q);
free_y:
    limbs_release(&y);
free_x:
    limbs_release(&x);
    return rc;
}

/* Truncating division: a == div * b + mod, mod has a's sign. */
static int
div_truncate(PyObject *a, PyObject *b, PyObject **div, PyObject **mod)
{
    bool na = int_is_negative(a), nq = na != int_is_negative(b);
    Py_ssize_t sa = int_ndigits(a), sb = int_ndigits(b);
    if (sa < sb || (sa == sb && int_digits(a)[sa - 1] < int_digits(b)[sb - 1])) {
        *mod = int_long(a);
        *div = SMALL_INT(0);
        return *mod == NULL ? -1 : 0;
    }
    if (sb > 1)
        return div_limbs(a, b, nq, na, div, mod);
    digit r = 0;
    *div = div_digit(a, int_digits(b)[0], nq, &r);
    *mod = *div == NULL ? NULL : int_from_i64(na ? -(int64_t)r : (int64_t)r);
    return *mod == NULL ? -1 : 0;
}

/* Floor division and modulo of words; y != 0. */
static int64_t
floor_words(int64_t x, int64_t y, int64_t *mod)
{
    int64_t q = x / y, r = x % y;
    if (r != 0 && (r ^ y) < 0) {
        q--;
        r += y;
    }
    *mod = r;
    return q;
}

/* The remainder r of a and b as an object: a itself where |a| is smaller at a glance, as it is for longer ints. */
static PyObject *
small_mod(PyObject *a, PyObject *b, int64_t x, int64_t r)
{
    Py_ssize_t sa = int_ndigits(a), sb = int_ndigits(b);
    bool smaller = sb > 1 && (sa < sb || (sa == sb && int_digits(a)[sa - 1] < int_digits(b)[sb - 1]));
    return smaller && r == x ? int_long(a) : int_from_i64(r);
}

int
int_divmod(PyObject *a, PyObject *b, PyObject **div, PyObject **mod)
{
    int64_t x, y, r;
    if (int_is_zero(b))
        return zero_division("integer division or modulo by zero");
    if (int_get_small(a, &x) && int_get_small(b, &y)) {
        *div = int_from_i64(floor_words(x, y, &r));
        *mod = *div == NULL ? NULL : small_mod(a, b, x, r);
        return *mod == NULL ? (*div == NULL ? 0 : (Py_DECREF(*div), 0), -1) : 0;
    }
    if (div_truncate(a, b, div, mod) < 0)
        return -1;
    if (int_is_zero(*mod) || int_is_negative(*mod) == int_is_negative(b))
        return 0;
    PyThreadState *ts = ts_current();
    Py_SETREF(*mod, int_add(ts, *mod, b));
    if (*mod != NULL)
        Py_SETREF(*div, int_sub(ts, *div, SMALL_INT(1)));
    if (*mod != NULL && *div != NULL)
        return 0;
    Py_CLEAR(*mod);
    Py_CLEAR(*div);
    return -1;
}

PyObject *
int_floor_div(PyObject *a, PyObject *b)
{
    int64_t x, y, r;
    PyObject *div, *mod;
    if (!int_is_zero(b) && int_get_small(a, &x) && int_get_small(b, &y))
        return int_from_i64(floor_words(x, y, &r));
    if (int_divmod(a, b, &div, &mod) < 0)
        return NULL;
    Py_DECREF(mod);
    return div;
}

/* a % b where only the last step needs b long: single-digit divisors keep nothing but the remainder. */
static PyObject *
mod_digit(PyObject *a, PyObject *b)
{
    digit m = int_digits(b)[0];
    twodigits r = 0;
    for (Py_ssize_t i = int_ndigits(a); i-- > 0; )
        r = (r << SHIFT | int_digits(a)[i]) % m;
    int64_t v = int_is_negative(a) ? -(int64_t)r : (int64_t)r;
    if (v != 0 && int_is_negative(a) != int_is_negative(b))
        v += int_is_negative(b) ? -(int64_t)m : (int64_t)m;
    return int_from_i64(v);
}

PyObject *
int_mod(PyObject *a, PyObject *b)
{
    int64_t x, y, r;
    PyObject *div, *mod;
    if (int_is_zero(b)) {
        zero_division("integer modulo by zero");
        return NULL;
    }
    if (int_get_small(a, &x) && int_get_small(b, &y)) {
        floor_words(x, y, &r);
        return small_mod(a, b, x, r);
    }
    if (int_ndigits(b) == 1)
        return mod_digit(a, b);
    if (int_divmod(a, b, &div, &mod) < 0)
        return NULL;
    Py_DECREF(div);
    return mod;
}

/* ---- true division ------------------------------------------------------------------------------------------- */

/* Whether any of the lowest `bits` bits of |a| is set. */
static bool
low_bits_set(PyObject *a, size_t bits)
{
    Py_ssize_t whole = (Py_ssize_t)(bits / SHIFT), n = int_ndigits(a);
    for (Py_ssize_t i = 0; i < whole && i < n; i++)
        if (int_digits(a)[i] != 0)
            return true;
    return whole < n && (int_digits(a)[whole] & (((digit)1 << (bits % SHIFT)) - 1)) != 0;
}

static uint64_t
low_u64(PyObject *a)
{
    uint64_t v = 0;
    for (Py_ssize_t i = int_ndigits(a) < 3 ? int_ndigits(a) : 3; i-- > 0; )
        v = v << SHIFT | int_digits(a)[i];
    return v;
}

/* q is |a / b| scaled by 2^-shift and truncated, 55..58 bits; `sticky`: it is not exact. */
static PyObject *
scale_quotient(uint64_t q, bool sticky, Py_ssize_t shift, bool negative)
{
    Py_ssize_t width = bit_width64(q);
    Py_ssize_t low = DBL_MIN_EXP - shift > width ? DBL_MIN_EXP - shift : width;
    int extra = (int)(low - DBL_MANT_DIG);
    uint64_t half = (uint64_t)1 << (extra - 1), part = q & (2 * half - 1);
    q -= part;
    if (part > half || (part == half && (sticky || (q & (2 * half)) != 0)))
        q += 2 * half;
    double x = (double)q;
    if (shift + width >= DBL_MAX_EXP && (shift + width > DBL_MAX_EXP || x == ldexp(1.0, (int)width))) {
        PyErr_SetString(PyExc_OverflowError, "integer division result too large for a float");
        return NULL;
    }
    x = ldexp(x, (int)shift);
    return PyFloat_FromDouble(negative ? -x : x);
}

static bool
exact_double(PyObject *a, double *out)
{
    int64_t v;
    if (!int_get_small(a, &v) || v > ((int64_t)1 << DBL_MANT_DIG) || v < -((int64_t)1 << DBL_MANT_DIG))
        return false;
    *out = (double)v;
    return true;
}

PyObject *
int_true_div(PyObject *a, PyObject *b)
{
    double da, db;
    bool negative = int_is_negative(a) != int_is_negative(b);
    if (int_is_zero(b)) {
        zero_division("division by zero");
        return NULL;
    }
    if (int_is_zero(a))
        return PyFloat_FromDouble(negative ? -0.0 : 0.0);
    if (exact_double(a, &da) && exact_double(b, &db))
        return PyFloat_FromDouble(da / db);
    Py_ssize_t diff = (Py_ssize_t)int_bit_length(a) - (Py_ssize_t)int_bit_length(b);
    if (diff > DBL_MAX_EXP) {
        PyErr_SetString(PyExc_OverflowError, "integer division result too large for a float");
        return NULL;
    }
    if (diff < DBL_MIN_EXP - DBL_MANT_DIG - 1)
        return PyFloat_FromDouble(negative ? -0.0 : 0.0);
    Py_ssize_t shift = (diff > DBL_MIN_EXP ? diff : DBL_MIN_EXP) - DBL_MANT_DIG - 2;
    PyObject *x = int_abs(a), *y = int_abs(b), *div = NULL, *mod = NULL, *out = NULL;
    bool sticky = false;
    if (x != NULL && shift > 0) {
        sticky = low_bits_set(x, (size_t)shift);
        Py_SETREF(x, int_shift_right(x, (size_t)shift));
    }
    else if (x != NULL)
        Py_SETREF(x, int_shift_left(x, (size_t)-shift));
    if (x != NULL && y != NULL && int_divmod(x, y, &div, &mod) == 0) {
        out = scale_quotient(low_u64(div), sticky || !int_is_zero(mod), shift, negative);
        Py_DECREF(div);
        Py_DECREF(mod);
    }
    Py_XDECREF(x);
    Py_XDECREF(y);
    return out;
}

/* ---- rounding division ----------------------------------------------------------------------------------------- */

PyAPI_FUNC(PyObject *) _PyLong_DivmodNear(PyObject *a, PyObject *b);

/* Is |2r| against |b|: -1, 0, 1. */
static int
compare_half(PyObject *r, PyObject *b)
{
    PyObject *twice = int_shift_left(r, 1), *ra = twice == NULL ? NULL : int_abs(twice), *ba = ra == NULL ? NULL : int_abs(b);
    int order = ba == NULL ? -2 : int_compare(ra, ba);
    Py_XDECREF(twice);
    Py_XDECREF(ra);
    Py_XDECREF(ba);
    return order;
}

/* (q, r) with a == q * b + r and q nearest to a / b, ties to even. */
PyObject *
_PyLong_DivmodNear(PyObject *a, PyObject *b)
{
    PyObject *q, *r;
    PyThreadState *ts = ts_current();
    if (!PyLong_Check(a) || !PyLong_Check(b)) {
        PyErr_SetString(PyExc_TypeError, "non-integer arguments in division");
        return NULL;
    }
    if (int_divmod(a, b, &q, &r) < 0)
        return NULL;
    /* Floor division: r has b's sign, so moving up by one takes b away from r. */
    int order = compare_half(r, b);
    bool odd = int_ndigits(q) > 0 && (int_digits(q)[0] & 1) != 0;
    if (order > 0 || (order == 0 && odd)) {
        Py_SETREF(q, int_add(ts, q, SMALL_INT(1)));
        if (q != NULL)
            Py_SETREF(r, int_sub(ts, r, b));
    }
    PyObject *pair = order == -2 || q == NULL || r == NULL ? NULL : PyTuple_Pack(2, q, r);
    Py_XDECREF(q);
    Py_XDECREF(r);
    return pair;
}
