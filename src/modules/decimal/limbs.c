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
        memmove(w + whole, a, (wn - whole) * sizeof(*w));
    else {
        uint64_t up = limb_pow10[part], cut = limb_pow10[LIMB_DIGITS - part];
        uint64_t high = wn - whole > n ? 0 : a[n - 1] / cut;      /* of the limb below: what moves up */
        if (wn - whole > n)
            w[wn - 1] = a[n - 1] / cut;
        for (size_t i = n; i-- > 0;) {
            uint64_t rest = a[i] % cut;
            high = i > 0 ? a[i - 1] / cut : 0;
            w[i + whole] = rest * up + high;
        }
    }
    memset(w, 0, whole * sizeof(*w));
}

int
limbs_shr(uint64_t *w, const uint64_t *a, size_t n, int64_t digits)
{
    if (digits == 0) {
        memmove(w, a, n * sizeof(*w));
        return 0;
    }
    size_t whole = (size_t)digits / LIMB_DIGITS;
    int part = (int)(digits % LIMB_DIGITS), round;
    bool more;                           /* digits other than 0 behind the rounding digit */
    if (part == 0) {
        uint64_t top = a[whole - 1];
        round = (int)(top / limb_pow10[LIMB_DIGITS - 1]);
        more = top % limb_pow10[LIMB_DIGITS - 1] != 0 || !limbs_is_zero(a, whole - 1);
        memmove(w, a + whole, (n - whole) * sizeof(*w));
    }
    else {
        uint64_t cut = limb_pow10[part], up = limb_pow10[LIMB_DIGITS - part], q = a[whole] / cut, rest = a[whole] % cut;
        round = (int)(rest / limb_pow10[part - 1]);
        more = rest % limb_pow10[part - 1] != 0 || !limbs_is_zero(a, whole);
        for (size_t i = whole; i + 1 < n; i++) {
            uint64_t next = a[i + 1] / cut;
            w[i - whole] = q + (a[i + 1] - next * cut) * up;
            q = next;
        }
        w[n - 1 - whole] = q;
    }
    return round + (more && (round == 0 || round == 5));
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
    for (int k = 16; k > 0; k >>= 1)
        if (x % limb_pow10[k] == 0) {
            x /= limb_pow10[k];
            zeros += k;
        }
    return zeros;
}

/* ---- products ------------------------------------------------------------------------------------------------ */

/* A column of a product: 192 bits; gives its lowest limb and keeps the rest. */
struct column { limb2 low; uint64_t high; };

static inline uint64_t
column_next(struct column *c)
{
    uint64_t rest, digit, q1 = limb_div_radix(c->high, (uint64_t)(c->low >> 64), &rest), q0 = limb_div_radix(rest, (uint64_t)c->low, &digit);
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
