/* modules/decimal/limbs.c: radix 10^19: sums, shifts, products.
 *
 * Products add up a column in 192 bits and divide it by the radix once: the divisions are linear, so that schoolbook is almost as
 * fast as in radix 2^64, and pays up to a few dozen limbs. Then Karatsuba; then the limbs become the coefficients of a polynomial, which
 * GMP multiplies at x = 2^192: no column reaches that, so they can be read off the product. */
#include "modules/decimal/limbs.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "object/num/int_scratch.h"

#define KARATSUBA_LIMBS 40
#define GMP_LIMBS 320

const uint64_t limb_pow10[LIMB_DIGITS + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
    10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000, LIMB_RADIX,
};

const struct limb_inverse limb_inverses[LIMB_DIGITS + 1] = {
    { 0, 0 }, { 7378697629483820647, 1 }, { 2951479051793528259, 2 }, { 2361183241434822607, 4 }, { 944473296573929043, 5 },
    { 755578637259143235, 7 }, { 151115727451828647, 7 }, { 60446290980731459, 8 }, { 48357032784585167, 10 }, { 19342813113834067, 11 },
    { 7737125245533627, 12 }, { 3094850098213451, 13 }, { 2475880078570761, 15 }, { 1980704062856609, 17 }, { 198070406285661, 16 },
    { 633825300114115, 20 }, { 126765060022823, 20 }, { 101412048018259, 22 }, { 81129638414607, 24 }, { 32451855365843, 25 },
};

/* ---- sums --------------------------------------------------------------------------------------------------- */

int
limbs_cmp(const uint64_t *a, const uint64_t *b, size_t n)
{
    while (n-- > 0)
        if (a[n] != b[n])
            return a[n] < b[n] ? -1 : 1;
    return 0;
}

unsigned
limbs_add(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    unsigned carry = 0;
    for (size_t i = 0; i < n; i++)
        w[i] = limb_add(a[i], b[i], &carry);
    for (size_t i = n; i < m; i++)
        w[i] = limb_add(a[i], 0, &carry);
    return carry;
}

void
limbs_sub(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    unsigned borrow = 0;
    for (size_t i = 0; i < n; i++)
        w[i] = limb_sub(a[i], b[i], &borrow);
    for (size_t i = n; i < m; i++)
        w[i] = limb_sub(a[i], 0, &borrow);
}

unsigned
limbs_inc(uint64_t *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (++a[i] != LIMB_RADIX)
            return 0;
        a[i] = 0;
    }
    return 1;
}

uint64_t
limbs_mul1(uint64_t *w, const uint64_t *a, size_t n, uint64_t x, uint64_t carry)
{
    for (size_t i = 0; i < n; i++) {
        limb2 p = (limb2)a[i] * x + carry;
        carry = limb_div_radix((uint64_t)(p >> 64), (uint64_t)p, &w[i]);
    }
    return carry;
}

uint64_t
limbs_div1(uint64_t *q, const uint64_t *a, size_t n, uint64_t d)
{
    uint64_t rest = 0;
    for (size_t i = n; i-- > 0;)
        q[i] = limb_div_by((limb2)rest * LIMB_RADIX + a[i], d, &rest);
    return rest;
}

/* ---- shifts by digits ---------------------------------------------------------------------------------------- */

void
limbs_shl(uint64_t *w, size_t wn, const uint64_t *a, size_t n, int64_t digits)
{
    size_t whole = (size_t)digits / LIMB_DIGITS;
    int part = (int)(digits % LIMB_DIGITS);
    if (part == 0)
        for (size_t i = wn - whole; i-- > 0;)
            w[i + whole] = a[i];
    else {
        uint64_t up = limb_pow10[part];
        int cut = LIMB_DIGITS - part;
        uint64_t high = limb_div_pow10(a[n - 1], cut);      /* what a limb hands to the next */
        if (wn - whole > n)
            w[wn - 1] = high;
        for (size_t i = n; i-- > 0;) {
            uint64_t rest = a[i] - high * limb_pow10[cut];
            high = i > 0 ? limb_div_pow10(a[i - 1], cut) : 0;
            w[i + whole] = rest * up + high;
        }
    }
    for (size_t i = 0; i < whole; i++)
        w[i] = 0;
}

/* A rounding digit from what is cut off: x of so many digits, and whether anything else is not 0. */
static int
rounding_digit(uint64_t x, int digits, bool more)
{
    int digit = digits == 1 ? (int)x : (int)limb_div_pow10(x, digits - 1);
    more = more || x != (uint64_t)digit * limb_pow10[digits - 1];
    return digit + (more && (digit == 0 || digit == 5));
}

int
limbs_shr(uint64_t *w, const uint64_t *a, size_t n, int64_t digits)
{
    size_t whole = (size_t)digits / LIMB_DIGITS;
    int part = (int)(digits % LIMB_DIGITS), round;
    if (part == 0) {
        round = whole == 0 ? 0 : rounding_digit(a[whole - 1], LIMB_DIGITS, !limbs_is_zero(a, whole - 1));
        for (size_t i = whole; i < n; i++)
            w[i - whole] = a[i];
        return round;
    }
    uint64_t cut = limb_pow10[part], up = limb_pow10[LIMB_DIGITS - part], q = limb_div_pow10(a[whole], part);
    round = rounding_digit(a[whole] - q * cut, part, !limbs_is_zero(a, whole));
    for (size_t i = whole; i + 1 < n; i++) {
        uint64_t next = limb_div_pow10(a[i + 1], part);
        w[i - whole] = q + (a[i + 1] - next * cut) * up;
        q = next;
    }
    w[n - 1 - whole] = q;
    return round;
}

int64_t
limbs_trailing_zeros(const uint64_t *a, size_t n)
{
    int64_t zeros = 0;
    while (*a == 0 && n-- > 0) {
        a++;
        zeros += LIMB_DIGITS;
    }
    uint64_t x = *a;
    for (int k = 16; k > 0; k >>= 1) {
        uint64_t q = limb_div_pow10(x, k);
        if (q * limb_pow10[k] == x) {
            x = q;
            zeros += k;
        }
    }
    return zeros;
}

/* ---- products ------------------------------------------------------------------------------------------------ */

/* A column of a product: 192 bits; gives its lowest limb and keeps the rest. */
struct column { limb2 low; uint64_t high; };

static inline uint64_t
column_next(struct column *c)
{
    uint64_t rest, digit, q1 = 0, middle = (uint64_t)(c->low >> 64);
    if (c->high == 0 && middle < LIMB_RADIX)
        rest = middle;
    else
        q1 = limb_div_radix(c->high, middle, &rest);
    uint64_t q0 = limb_div_radix(rest, (uint64_t)c->low, &digit);
    *c = (struct column){ (limb2)q1 << 64 | q0, 0 };
    return digit;
}

static void
mul_school(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    struct column c = { 0, 0 };
    for (size_t k = 0; k < m + n - 1; k++) {
        size_t first = k < n ? 0 : k - n + 1, end = k < m ? k + 1 : m;
        for (size_t i = first; i < end; i++) {
            limb2 p = (limb2)a[i] * b[k - i];
            c.high += __builtin_add_overflow(c.low, p, &c.low);
        }
        w[k] = column_next(&c);
    }
    w[m + n - 1] = (uint64_t)c.low;
}

/* w = |a - b|; whether a < b. */
static bool
abs_diff(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    bool less = limbs_is_zero(a + n, m - n) && limbs_cmp(a, b, n) < 0;
    if (less) {
        limbs_sub(w, b, n, a, n);
        memset(w + n, 0, (m - n) * sizeof(*w));
    }
    else
        limbs_sub(w, a, m, b, n);
    return less;
}

/* Karatsuba: the middle is a0 b0 + a1 b1 - (a0 - a1)(b0 - b1). scratch: 5 n + 128 limbs suffice (4 n' + 1 with n' halved and rounded
 * up at each level). */
static void
mul_karatsuba(uint64_t *w, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch)
{
    if (n < KARATSUBA_LIMBS) {
        mul_school(w, a, n, b, n);
        return;
    }
    size_t h = (n + 1) / 2, k = n - h;
    bool negative = abs_diff(w, a, h, a + h, k) != abs_diff(w + h, b, h, b + h, k);
    uint64_t *cross = scratch, *middle = scratch + 2 * h;
    mul_karatsuba(cross, w, w + h, h, middle);
    mul_karatsuba(w, a, b, h, middle);
    mul_karatsuba(w + 2 * h, a + h, b + h, k, middle);
    middle[2 * h] = limbs_add(middle, w, 2 * h, w + 2 * h, 2 * k);
    if (negative)
        middle[2 * h] += limbs_add(middle, middle, 2 * h, cross, 2 * h);
    else
        limbs_sub(middle, middle, 2 * h + 1, cross, 2 * h);
    size_t room = 2 * n - h, have = 2 * h + 1 < room ? 2 * h + 1 : room;
    limbs_add(w + h, w + h, room, middle, have);
}

static void
spread(uint64_t *w, const uint64_t *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        w[3 * i] = a[i];
        w[3 * i + 1] = w[3 * i + 2] = 0;
    }
}

static int
mul_gmp(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    bool square = a == b && m == n;
    uint64_t *x = malloc((6 * (m + n)) * sizeof(*x)), *y = x + 3 * m, *p = y + 3 * n;
    struct int_scratch scratch;
    if (x == NULL)
        return -1;
    if (INT_SCRATCH_FAILS(&scratch)) {
        free(x);
        return -1;
    }
    spread(x, a, m);
    if (square)
        mpn_sqr((mp_limb_t *)p, (mp_limb_t *)x, (mp_size_t)(3 * m));
    else {
        spread(y, b, n);
        mpn_mul((mp_limb_t *)p, (mp_limb_t *)x, (mp_size_t)(3 * m), (mp_limb_t *)y, (mp_size_t)(3 * n));
    }
    int_scratch_end(&scratch);
    struct column c = { 0, 0 };
    for (size_t i = 0; i < m + n; i++) {
        c.high = p[3 * i + 2] + __builtin_add_overflow(c.low, (limb2)p[3 * i + 1] << 64 | p[3 * i], &c.low);
        w[i] = column_next(&c);
    }
    free(x);
    return 0;
}

/* Equal lengths, below GMP's. */
static int
mul_balanced(uint64_t *w, const uint64_t *a, const uint64_t *b, size_t n)
{
    uint64_t *scratch = malloc((5 * n + 128) * sizeof(*scratch));
    if (scratch == NULL)
        return -1;
    mul_karatsuba(w, a, b, n, scratch);
    free(scratch);
    return 0;
}

/* m > n: the longer operand in pieces of n limbs. */
static int
mul_pieces(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    uint64_t *part = malloc(2 * n * sizeof(*part));
    if (part == NULL)
        return -1;
    memset(w, 0, (m + n) * sizeof(*w));
    int status = 0;
    for (size_t at = 0; at < m && status == 0; at += n) {
        size_t piece = m - at < n ? m - at : n;
        status = limbs_mul(part, b, n, a + at, piece);
        if (status == 0)
            limbs_add(w + at, w + at, m + n - at, part, n + piece);
    }
    free(part);
    return status;
}

int
limbs_mul(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    if (m < n)
        return limbs_mul(w, b, n, a, m);
    if (n == 1) {
        w[m] = limbs_mul1(w, a, m, *b, 0);
        return 0;
    }
    if (n < KARATSUBA_LIMBS) {
        mul_school(w, a, m, b, n);
        return 0;
    }
    if (n >= GMP_LIMBS)
        return mul_gmp(w, a, m, b, n);
    return m == n ? mul_balanced(w, a, b, n) : mul_pieces(w, a, m, b, n);
}
