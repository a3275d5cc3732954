/* object/num/int_bits.c: shifts and bitwise logic. Negative operands act as if written in two's complement with
 * endless sign bits; the digits of that form are made one by one while walking. */
#include "object/num/int_impl.h"

#include "object/core/err.h"

/* ---- shifts ------------------------------------------------------------------------------------------------- */

PyObject *
int_shift_left(PyObject *a, size_t bits)
{
    Py_ssize_t n = int_ndigits(a), words = (Py_ssize_t)(bits / SHIFT);
    int rest = (int)(bits % SHIFT);
    if (n == 0)
        return SMALL_INT(0);
    if (n <= 2 && bits < 60) {
        int64_t v;
        int_get_small(a, &v);
        return int_from_u128((unsigned __int128)(uint64_t)(v < 0 ? -v : v) << bits, v < 0);
    }
    PyLongObject *z = int_alloc(n + words + 1);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit;
    memset(d, 0, (size_t)words * sizeof(digit));
    twodigits carry = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        carry |= (twodigits)int_digits(a)[i] << rest;
        d[words + i] = (digit)carry & MASK;
        carry >>= SHIFT;
    }
    d[words + n] = (digit)carry;
    return int_finish(z, int_is_negative(a));
}

/* Rounds towards minus infinity: for negative a, any bit that falls out makes the magnitude one larger. */
PyObject *
int_shift_right(PyObject *a, size_t bits)
{
    Py_ssize_t n = int_ndigits(a);
    bool negative = int_is_negative(a), lost = false;
    if (int_is_compact(a))
        return int_from_i64(int_compact_value(a) >> (bits > 62 ? 62 : bits));
    if (negative && bits == 0)
        return int_long(a);
    size_t words = bits / SHIFT;
    int rest = (int)(bits % SHIFT);
    if (words >= (size_t)n)
        return SMALL_INT(negative ? -1 : 0);
    if (negative) {
        for (size_t i = 0; i < words && !lost; i++)
            lost = int_digits(a)[i] != 0;
        lost |= (int_digits(a)[words] & (((digit)1 << rest) - 1)) != 0;
    }
    Py_ssize_t m = n - (Py_ssize_t)words;
    PyLongObject *z = int_alloc(m + 1);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit, carry = lost;
    for (Py_ssize_t i = 0; i < m; i++) {
        twodigits two = int_digits(a)[words + (size_t)i];
        if (i + 1 < m)
            two |= (twodigits)int_digits(a)[words + (size_t)i + 1] << SHIFT;
        carry += (digit)(two >> rest) & MASK;
        d[i] = carry & MASK;
        carry >>= SHIFT;
    }
    d[m] = carry;
    return int_finish(z, negative);
}

/* b >= 0; all bits when that is more. */
static unsigned __int128
up_to_three_digits(PyObject *b)
{
    unsigned __int128 v = 0;
    Py_ssize_t n = int_ndigits(b);
    if (n > 3)
        return ~v >> 1;
    while (n > 0)
        v = v << SHIFT | int_digits(b)[--n];
    return v;
}

/* *out: SIZE_MAX when it is that or more. */
static int
shift_count(PyObject *b, size_t *out)
{
    if (int_is_negative(b)) {
        PyErr_SetString(PyExc_ValueError, "negative shift count");
        return -1;
    }
    unsigned __int128 v = up_to_three_digits(b);
    *out = v < SIZE_MAX ? (size_t)v : SIZE_MAX;
    return 0;
}

PyObject *
int_lshift(PyObject *a, PyObject *b)
{
    size_t bits;
    if (shift_count(b, &bits) < 0)
        return NULL;
    if (int_is_zero(a))
        return SMALL_INT(0);
    if (UNLIKELY(bits == SIZE_MAX)) {
        if ((up_to_three_digits(b) + SHIFT - 1) / SHIFT <= (size_t)(INT_MAX_DIGITS - int_ndigits(a)))
            return PyErr_NoMemory();
        PyErr_SetString(PyExc_OverflowError, "too many digits in integer");
        return NULL;
    }
    return int_shift_left(a, bits);
}

PyObject *
int_rshift(PyObject *a, PyObject *b)
{
    size_t bits;
    return shift_count(b, &bits) < 0 ? NULL : int_shift_right(a, bits);
}

PyAPI_FUNC(PyObject *) _PyLong_Lshift(PyObject *a, size_t bits);
PyObject *_PyLong_Lshift(PyObject *a, size_t bits) { return int_shift_left(a, bits); }
PyAPI_FUNC(PyObject *) _PyLong_Rshift(PyObject *a, size_t bits);
PyObject *_PyLong_Rshift(PyObject *a, size_t bits) { return int_shift_right(a, bits); }

/* ---- logic -------------------------------------------------------------------------------------------------- */

/* Walks the digits of a value in two's complement. */
struct walk { const digit *d; Py_ssize_t n, i; digit carry; bool negative; };

static struct walk
walk_start(PyObject *o)
{
    return (struct walk){ int_digits(o), int_ndigits(o), 0, 1, int_is_negative(o) };
}

static inline digit
walk_next(struct walk *w)
{
    digit v = w->i < w->n ? w->d[w->i] : 0;
    w->i++;
    if (!w->negative)
        return v;
    w->carry += v ^ MASK;
    v = w->carry & MASK;
    w->carry >>= SHIFT;
    return v;
}

static inline digit
combine(digit x, digit y, char op)
{
    return op == '&' ? x & y : op == '|' ? x | y : x ^ y;
}

static PyObject *
bitwise(PyObject *a, PyObject *b, char op)
{
    int64_t x, y;
    if (int_get_small(a, &x) && int_get_small(b, &y))
        return int_from_i64(op == '&' ? x & y : op == '|' ? x | y : x ^ y);
    Py_ssize_t na = int_ndigits(a), nb = int_ndigits(b), n = na > nb ? na : nb;
    struct walk wa = walk_start(a), wb = walk_start(b);
    if (op == '&' && !wa.negative && na < n)
        n = na;
    if (op == '&' && !wb.negative && nb < n)
        n = nb;
    bool negative = combine(wa.negative, wb.negative, op) & 1;
    PyLongObject *z = int_alloc(n + 1);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit, carry = 1;
    for (Py_ssize_t i = 0; i <= n; i++) {
        digit v = combine(walk_next(&wa), walk_next(&wb), op);
        if (negative) {
            carry += v ^ MASK;
            v = carry & MASK;
            carry >>= SHIFT;
        }
        d[i] = v;
    }
    return int_finish(z, negative);
}

PyObject *int_and(PyObject *a, PyObject *b) { return bitwise(a, b, '&'); }
PyObject *int_or(PyObject *a, PyObject *b) { return bitwise(a, b, '|'); }
PyObject *int_xor(PyObject *a, PyObject *b) { return bitwise(a, b, '^'); }

/* ~a == -(a + 1) */
PyObject *
int_invert(PyObject *a)
{
    if (int_is_compact(a))
        return int_from_i64(~int_compact_value(a));
    PyObject *next = int_add_slow(a, SMALL_INT(1));
    if (next == NULL)
        return NULL;
    PyObject *out = int_neg(next);
    Py_DECREF(next);
    return out;
}
