/* object/num/int_mul.c: products, by machine words up to 120 bits and by GMP above; powers, inverses, gcd.
 * Digits are packed into 64-bit limbs first: that is linear, and pays off at once. */
#include "object/num/int_impl.h"
#include "object/num/int_scratch.h"
#include "rt/heap.h"

#include "object/core/err.h"
#include "object/num/float.h"

/* ---- limbs -------------------------------------------------------------------------------------------------- */

int
limbs_room(struct limbs *l, mp_size_t n)
{
    l->n = n;
    l->d = n <= LIMBS_INLINE ? l->stack : heap_raw_alloc((size_t)n * sizeof(mp_limb_t));
    if (l->d != NULL)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* 32 digits fill 15 limbs: blocks of that size need no conditions. Digits are taken in pairs, of 60 bits. */
enum { BLOCK_DIGITS = 32, BLOCK_LIMBS = 15 };

static inline mp_limb_t
pair_load(const digit *d)
{
    return d[0] | (mp_limb_t)d[1] << SHIFT;
}

static inline void
pair_store(digit *d, mp_limb_t two)
{
    d[0] = (digit)two & MASK;
    d[1] = (digit)(two >> SHIFT) & MASK;
}

static inline void
block_to_limbs(mp_limb_t *out, const digit *d)
{
    mp_limb_t now = pair_load(d);
#pragma GCC unroll 15
    for (int k = 0; k < BLOCK_LIMBS; k++) {
        mp_limb_t next = pair_load(d + 2 * k + 2);
        out[k] = now >> (4 * k) | next << (60 - 4 * k);
        now = next;
    }
}

static inline void
block_to_digits(digit *d, const mp_limb_t *src)
{
    pair_store(d, src[0]);
#pragma GCC unroll 14
    for (int k = 1; k < BLOCK_LIMBS; k++)
        pair_store(d + 2 * k, src[k - 1] >> (64 - 4 * k) | src[k] << (4 * k));
    pair_store(d + 2 * BLOCK_LIMBS, src[BLOCK_LIMBS - 1] >> 4);
}

int
limbs_from_int(struct limbs *l, PyObject *o)
{
    Py_ssize_t nd = int_ndigits(o);
    const digit *d = int_digits(o);
    if (limbs_room(l, (mp_size_t)(((size_t)nd * SHIFT + 63) / 64)) < 0)
        return -1;
    mp_limb_t low = 0;
    int bits = 0;                        /* of low that are filled, below 64 */
    mp_size_t n = 0;
    Py_ssize_t i = 0;
    for (; nd - i >= BLOCK_DIGITS; i += BLOCK_DIGITS, n += BLOCK_LIMBS)
        block_to_limbs(l->d + n, d + i);
    for (; i < nd; i += 2) {
        mp_limb_t two = d[i] | (i + 1 < nd ? (mp_limb_t)d[i + 1] << SHIFT : 0);
        low |= two << bits;
        if (bits + 2 * SHIFT >= 64) {
            l->d[n++] = low;
            low = two >> 1 >> (63 - bits);
            bits -= 64;
        }
        bits += 2 * SHIFT;
    }
    if (bits > 0 && n < l->n)
        l->d[n++] = low;
    while (n > 0 && l->d[n - 1] == 0)
        n--;
    l->n = n;
    return 0;
}

PyObject *
int_from_limbs(const mp_limb_t *src, mp_size_t n, bool negative)
{
    while (n > 0 && src[n - 1] == 0)
        n--;
    if (n <= 1)
        return int_from_u128(n == 0 ? 0 : src[0], negative);
    Py_ssize_t nd = (Py_ssize_t)(((size_t)n * 64 + SHIFT - 1) / SHIFT);
    PyLongObject *z = int_alloc(nd);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit;
    Py_ssize_t k = 0;
    for (mp_size_t i = 0; nd - k >= BLOCK_DIGITS; i += BLOCK_LIMBS, k += BLOCK_DIGITS)
        block_to_digits(d + k, src + i);
    for (; k + 1 < nd; k += 2) {         /* each pair for itself: no step waits for the one before */
        size_t bit = (size_t)k * SHIFT, i = bit / 64;
        int off = bit % 64;
        mp_limb_t two = src[i] >> off;
        if (off > 64 - 2 * SHIFT && i + 1 < (size_t)n)
            two |= src[i + 1] << (64 - off);
        d[k] = (digit)two & MASK;
        d[k + 1] = (digit)(two >> SHIFT) & MASK;
    }
    if (k < nd) {
        size_t bit = (size_t)k * SHIFT, i = bit / 64;
        int off = bit % 64;
        mp_limb_t one = src[i] >> off;
        if (off > 64 - SHIFT && i + 1 < (size_t)n)
            one |= src[i + 1] << (64 - off);
        d[k++] = (digit)one & MASK;
    }
    z->long_value.lv_tag = INT_TAG(k, INT_POSITIVE);
    return int_finish(z, negative);
}

/* ---- products ----------------------------------------------------------------------------------------------- */

static int
multiply(struct limbs *z, const struct limbs *x, const struct limbs *y)
{
    struct int_scratch scratch;
    bool guarded = z->n >= INT_SCRATCH_LIMBS;
    if (guarded && INT_SCRATCH_FAILS(&scratch)) {
        PyErr_NoMemory();
        return -1;
    }
    if (x == y)
        mpn_sqr(z->d, x->d, x->n);
    else if (x->n >= y->n)
        mpn_mul(z->d, x->d, x->n, y->d, y->n);
    else
        mpn_mul(z->d, y->d, y->n, x->d, x->n);
    if (guarded)
        int_scratch_end(&scratch);
    return 0;
}

static PyObject *
mul_limbs(PyObject *a, PyObject *b, bool negative)
{
    struct limbs x, y, z;
    PyObject *out = NULL;
    if (limbs_from_int(&x, a) < 0)
        return NULL;
    if (a == b) {
        if (limbs_room(&z, 2 * x.n) == 0) {
            out = multiply(&z, &x, &x) < 0 ? NULL : int_from_limbs(z.d, z.n, negative);
            limbs_release(&z);
        }
        limbs_release(&x);
        return out;
    }
    if (limbs_from_int(&y, b) == 0) {
        if (limbs_room(&z, x.n + y.n) == 0) {
            out = multiply(&z, &x, &y) < 0 ? NULL : int_from_limbs(z.d, z.n, negative);
            limbs_release(&z);
        }
        limbs_release(&y);
    }
    limbs_release(&x);
    return out;
}

/* One factor has a single digit: the common step of factorials and of parsing. */
static PyObject *
mul_digit(PyObject *a, digit f, bool negative)
{
    Py_ssize_t n = int_ndigits(a);
    PyLongObject *z = int_alloc(n + 1);
    if (z == NULL)
        return NULL;
    const digit *x = int_digits(a);
    digit *d = z->long_value.ob_digit;
    twodigits carry = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        carry += (twodigits)x[i] * f;
        d[i] = (digit)carry & MASK;
        carry >>= SHIFT;
    }
    d[n] = (digit)carry;
    return int_finish(z, negative);
}

PyObject *
int_mul_slow(PyObject *a, PyObject *b)
{
    int64_t x, y;
    bool negative = int_is_negative(a) != int_is_negative(b);
    if (int_is_zero(a) || int_is_zero(b))
        return SMALL_INT(0);
    if (int_get_small(a, &x) && int_get_small(b, &y)) {
        uint64_t mx = x < 0 ? (uint64_t)-x : (uint64_t)x, my = y < 0 ? (uint64_t)-y : (uint64_t)y;
        return int_from_u128((unsigned __int128)mx * my, negative);
    }
    if (int_ndigits(b) == 1)
        return mul_digit(a, int_digits(b)[0], negative);
    if (int_ndigits(a) == 1)
        return mul_digit(b, int_digits(a)[0], negative);
    return mul_limbs(a, b, negative);
}

PyAPI_FUNC(PyObject *) _PyLong_Add(PyLongObject *a, PyLongObject *b);
PyAPI_FUNC(PyObject *) _PyLong_Subtract(PyLongObject *a, PyLongObject *b);
PyAPI_FUNC(PyObject *) _PyLong_Multiply(PyLongObject *a, PyLongObject *b);
PyObject *_PyLong_Add(PyLongObject *a, PyLongObject *b) { return int_add(ts_current(), (PyObject *)a, (PyObject *)b); }
PyObject *_PyLong_Subtract(PyLongObject *a, PyLongObject *b) { return int_sub(ts_current(), (PyObject *)a, (PyObject *)b); }
PyObject *_PyLong_Multiply(PyLongObject *a, PyLongObject *b) { return int_mul(ts_current(), (PyObject *)a, (PyObject *)b); }

/* ---- powers ------------------------------------------------------------------------------------------------- */

/* base ** exp, exp >= 0, by squaring from the top bit. Multiplication checks sizes and memory. */
static PyObject *
pow_plain(PyObject *base, PyObject *exp)
{
    PyObject *z = SMALL_INT(1);
    if (int_is_zero(exp))
        return z;
    if (int_is_compact(base) && int_compact_value(base) >= -1 && int_compact_value(base) <= 1) {
        bool odd = (int_digits(exp)[0] & 1) != 0;
        return SMALL_INT(odd ? int_compact_value(base) : int_compact_value(base) * int_compact_value(base));
    }
    for (size_t i = int_bit_length(exp); i-- > 0; ) {
        PyThreadState *ts = ts_current();
        PyObject *sq = int_mul(ts, z, z);
        Py_DECREF(z);
        if (sq == NULL)
            return NULL;
        z = sq;
        if (int_digits(exp)[i / SHIFT] >> (i % SHIFT) & 1) {
            PyObject *next = int_mul(ts, z, base);
            Py_DECREF(z);
            if (next == NULL)
                return NULL;
            z = next;
        }
    }
    return z;
}

static PyObject *
pow_mod_words(uint64_t base, PyObject *exp, uint64_t mod)
{
    unsigned __int128 b = base % mod, z = 1 % mod;
    for (size_t i = int_bit_length(exp); i-- > 0; ) {
        z = z * z % mod;
        if (int_digits(exp)[i / SHIFT] >> (i % SHIFT) & 1)
            z = z * b % mod;
    }
    return int_from_u64((uint64_t)z);
}

/* base ** exp % mod for 0 <= base < mod, exp >= 0, mod > 0. */
static PyObject *
pow_mod(PyObject *base, PyObject *exp, PyObject *mod)
{
    int64_t b, m;
    if (int_get_small(mod, &m) && int_get_small(base, &b))
        return pow_mod_words((uint64_t)b, exp, (uint64_t)m);
    struct limbs lb, le, lm;
    PyObject *out = NULL;
    if (limbs_from_int(&lb, base) < 0)
        return NULL;
    if (limbs_from_int(&le, exp) == 0) {
        if (limbs_from_int(&lm, mod) == 0) {
            mpz_t zb, ze, zm, z;
            mpz_init(z);
            mpz_powm(z, mpz_roinit_n(zb, lb.d, lb.n), mpz_roinit_n(ze, le.d, le.n), mpz_roinit_n(zm, lm.d, lm.n));
            out = int_from_limbs(mpz_limbs_read(z), (mp_size_t)mpz_size(z), false);
            mpz_clear(z);
            limbs_release(&lm);
        }
        limbs_release(&le);
    }
    limbs_release(&lb);
    return out;
}

/* x with a * x == 1 (mod n), n > 1, 0 <= a < n; ValueError when there is none. */
static PyObject *
inverse_mod(PyObject *a, PyObject *n)
{
    struct limbs la, ln;
    PyObject *out = NULL;
    if (limbs_from_int(&la, a) < 0)
        return NULL;
    if (limbs_from_int(&ln, n) == 0) {
        mpz_t za, zn, z;
        mpz_init(z);
        if (mpz_invert(z, mpz_roinit_n(za, la.d, la.n), mpz_roinit_n(zn, ln.d, ln.n)))
            out = int_from_limbs(mpz_limbs_read(z), (mp_size_t)mpz_size(z), false);
        else
            PyErr_SetString(PyExc_ValueError, "base is not invertible for the given modulus");
        mpz_clear(z);
        limbs_release(&ln);
    }
    limbs_release(&la);
    return out;
}

/* With a modulus: reduce to 0 <= base < |c|, exp >= 0, then give the result the sign of c. */
static PyObject *
pow_three(PyObject *a, PyObject *b, PyObject *c)
{
    if (int_is_zero(c)) {
        PyErr_SetString(PyExc_ValueError, "pow() 3rd argument cannot be 0");
        return NULL;
    }
    bool negative = int_is_negative(c);
    PyObject *mod = int_abs(c), *base = NULL, *exp = NULL, *z = NULL;
    if (mod == NULL)
        return NULL;
    if (mod == SMALL_INT(1))
        return SMALL_INT(0);
    base = int_mod(a, mod);
    exp = base == NULL ? NULL : int_abs(b);
    if (exp != NULL && int_is_negative(b))
        Py_SETREF(base, inverse_mod(base, mod));
    if (exp != NULL && base != NULL)
        z = pow_mod(base, exp, mod);
    if (z != NULL && negative && !int_is_zero(z))
        Py_SETREF(z, int_add(ts_current(), z, c));
    Py_DECREF(mod);
    Py_XDECREF(base);
    Py_XDECREF(exp);
    return z;
}

PyObject *
int_pow(PyObject *a, PyObject *b, PyObject *c)
{
    if (c != Py_None)
        return pow_three(a, b, c);
    if (int_is_negative(b))
        return PyFloat_Type.tp_as_number->nb_power(a, b, c);
    return pow_plain(a, b);
}

/* ---- greatest common divisor ------------------------------------------------------------------------------------ */

static uint64_t
gcd_words(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a | b;
    int shift = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b != 0) {
        b >>= __builtin_ctzll(b);
        if (a > b) {
            uint64_t t = a;
            a = b;
            b = t;
        }
        b -= a;
    }
    return a << shift;
}

PyObject *
int_gcd(PyObject *a, PyObject *b)
{
    int64_t x, y;
    if (int_get_small(a, &x) && int_get_small(b, &y))
        return int_from_u64(gcd_words(x < 0 ? (uint64_t)-x : (uint64_t)x, y < 0 ? (uint64_t)-y : (uint64_t)y));
    if (int_is_zero(a))
        return int_abs(b);
    if (int_is_zero(b))
        return int_abs(a);
    struct limbs la, lb;
    PyObject *out = NULL;
    if (limbs_from_int(&la, a) < 0)
        return NULL;
    if (limbs_from_int(&lb, b) == 0) {
        mpz_t za, zb, z;
        mpz_init(z);
        mpz_gcd(z, mpz_roinit_n(za, la.d, la.n), mpz_roinit_n(zb, lb.d, lb.n));
        out = int_from_limbs(mpz_limbs_read(z), (mp_size_t)mpz_size(z), false);
        mpz_clear(z);
        limbs_release(&lb);
    }
    limbs_release(&la);
    return out;
}

PyAPI_FUNC(PyObject *) _PyLong_GCD(PyObject *a, PyObject *b);
PyObject *_PyLong_GCD(PyObject *a, PyObject *b) { return int_gcd(a, b); }
