/* modules/decimal/limbs.h: natural numbers in radix 10^19, least significant limb first. 10^19 is the largest power of ten below
 * 2^64, so a limb has 19 digits and shifts by decimal digits are linear.
 *
 * Lengths are in limbs; leading zero limbs are allowed unless said otherwise. Results and operands may not overlap unless said
 * otherwise. Functions with an int result return 0, or -1 when there is no memory for what they need meanwhile. */
#ifndef ADDER_DECIMAL_LIMBS_H
#define ADDER_DECIMAL_LIMBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMB_RADIX 10000000000000000000ULL
#define LIMB_DIGITS 19

typedef unsigned __int128 limb2;

/* 10^0 .. 10^19. */
extern const uint64_t limb_pow10[LIMB_DIGITS + 1];

/* x / 10^k, 1 <= k <= 19, without a division: x / 2^k / 5^k, and x / 2^k has bits to spare for a reciprocal of 5^k that is exact. */
extern const struct limb_inverse { uint64_t of_5; unsigned shift; } limb_inverses[LIMB_DIGITS + 1];
static inline uint64_t
limb_div_pow10(uint64_t x, int k)
{
    return (uint64_t)((limb2)(x >> k) * limb_inverses[k].of_5 >> 64) >> limb_inverses[k].shift;
}

/* Decimal digits of x; 1 for 0. */
static inline int
limb_ndigits(uint64_t x)
{
    int t = (64 - __builtin_clzll(x | 1)) * 1233 >> 12;
    return t + (x >= limb_pow10[t]) + (x == 0);
}

/* (high * 2^64 + low) / LIMB_RADIX, high < LIMB_RADIX: by the radix' reciprocal (Moeller and Granlund, 2011). */
static inline uint64_t
limb_div_radix(uint64_t high, uint64_t low, uint64_t *rest)
{
    const uint64_t inverse = (uint64_t)(~(limb2)0 / LIMB_RADIX);
    limb2 q = (limb2)inverse * high + ((limb2)high << 64 | low);
    uint64_t q1 = (uint64_t)(q >> 64) + 1, q0 = (uint64_t)q, r = low - q1 * LIMB_RADIX;
    if (r > q0) {
        q1--;
        r += LIMB_RADIX;
    }
    if (__builtin_expect(r >= LIMB_RADIX, 0)) {
        q1++;
        r -= LIMB_RADIX;
    }
    *rest = r;
    return q1;
}

/* x / d, where the quotient is below 2^64. */
static inline uint64_t
limb_div_by(limb2 x, uint64_t d, uint64_t *rest)
{
#ifdef __x86_64__
    uint64_t q, r;
    __asm__("divq %4" : "=a"(q), "=d"(r) : "0"((uint64_t)x), "1"((uint64_t)(x >> 64)), "rm"(d) : "cc");
    *rest = r;
    return q;
#else
    *rest = (uint64_t)(x % d);
    return (uint64_t)(x / d);
#endif
}

static inline uint64_t
limb_add(uint64_t u, uint64_t v, unsigned *carry)
{
    uint64_t gap = LIMB_RADIX - v - *carry;
    *carry = u >= gap;
    return u - gap + (*carry ? 0 : LIMB_RADIX);
}

static inline uint64_t
limb_sub(uint64_t u, uint64_t v, unsigned *borrow)
{
    uint64_t take = v + *borrow;
    *borrow = u < take;
    return u - take + (*borrow ? LIMB_RADIX : 0);
}

/* Length without leading zero limbs; at least 1. */
static inline size_t
limbs_size(const uint64_t *a, size_t n)
{
    while (n > 1 && a[n - 1] == 0)
        n--;
    return n;
}

static inline bool
limbs_is_zero(const uint64_t *a, size_t n)
{
    while (n > 0)
        if (a[--n] != 0)
            return false;
    return true;
}

/* -1, 0, 1; both have n limbs. */
int limbs_cmp(const uint64_t *a, const uint64_t *b, size_t n);

/* w = a + b and w = a - b (a >= b), m >= n limbs. w may be a or b. The carry; none is left of a subtraction. */
unsigned limbs_add(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n);
void limbs_sub(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n);
/* a += 1; the carry. */
unsigned limbs_inc(uint64_t *a, size_t n);
/* w = a * x + carry; the limb that is too many. w may be a. */
uint64_t limbs_mul1(uint64_t *w, const uint64_t *a, size_t n, uint64_t x, uint64_t carry);
/* q = a / d; the rest. q may be a. */
uint64_t limbs_div1(uint64_t *q, const uint64_t *a, size_t n, uint64_t d);

/* w[m + n] = a[m] * b[n]. */
int limbs_mul(uint64_t *w, const uint64_t *a, size_t m, const uint64_t *b, size_t n);
/* w[4] = a[2] * b[2]: the usual length of results with 28 digits. */
static inline void
limbs_mul2(uint64_t *w, const uint64_t *a, const uint64_t *b)
{
    limb2 low = (limb2)a[0] * b[0], middle = (limb2)a[0] * b[1] + (limb2)a[1] * b[0], high = (limb2)a[1] * b[1];
    middle += limb_div_radix((uint64_t)(low >> 64), (uint64_t)low, &w[0]);
    if (middle >> 64 >= LIMB_RADIX) {    /* twice the radix is more than it can be */
        middle -= (limb2)LIMB_RADIX << 64;
        high += (limb2)1 << 64;
    }
    high += limb_div_radix((uint64_t)(middle >> 64), (uint64_t)middle, &w[1]);
    w[3] = limb_div_radix((uint64_t)(high >> 64), (uint64_t)high, &w[2]);
}
/* q[m - n + 1] = a[m] / b[n], r[n] the rest; b[n - 1] != 0, m >= n. q or r may be NULL. */
int limbs_divmod(uint64_t *q, uint64_t *r, const uint64_t *a, size_t m, const uint64_t *b, size_t n);

/* w = a * 10^digits, which takes limbs_shl_size() limbs for a of `have` digits; w may be a. */
static inline size_t limbs_shl_size(int64_t have, int64_t digits) { return (size_t)((have + digits + LIMB_DIGITS - 1) / LIMB_DIGITS); }
void limbs_shl(uint64_t *w, size_t wn, const uint64_t *a, size_t n, int64_t digits);
/* w = a / 10^digits, digits below those of a; w may be a, and has n - digits / 19 limbs. What is cut off, as a rounding digit:
 * 0 nothing, 1..4 less than half, 5 half, 6..9 more. */
int limbs_shr(uint64_t *w, const uint64_t *a, size_t n, int64_t digits);
/* Number of zeros at the end; a is not 0. */
int64_t limbs_trailing_zeros(const uint64_t *a, size_t n);

/* Between radix 10^19 and radix 2^64. limbs_to_binary(): out has room for n limbs (it never takes more), *outn is their number without
 * leading zeros (0 for 0). limbs_from_binary(): out has room for limbs_from_binary_size(n) limbs. */
int limbs_to_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n);
static inline size_t limbs_from_binary_size(size_t n) { return n + n / 64 + n / 128 + 2; }
int limbs_from_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n);

#endif
