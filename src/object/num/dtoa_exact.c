/* object/num/dtoa_exact.c: doubles as a given number of decimal digits, where whole numbers of 128 bits hold all of it.
 *
 * v = m * 2^e with m below 2^53, so v * 10^n = m * 5^n * 2^(e+n): up to n = 27 the product has at most 116 bits, and what is cut off at the right tells exactly whether
 * to round up (to even at a tie). Powers of ten that divide work likewise, with the remainder. What does not fit is left to the C library. */
#include "object/num/float.h"

#include <math.h>

typedef unsigned __int128 u128;

#define FIVES 27                        /* 5^27 < 2^63 */
#define PRODUCT_BITS 116
#define SIGNIFICANT 17

static uint64_t
power_of_five(int n)
{
    uint64_t p = 1;
    for (uint64_t base = 5; n != 0; n >>= 1, base *= base)
        if (n & 1)
            p *= base;
    return p;
}

/* |v| = result * 2^*e */
static uint64_t
split(double v, int *e)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    int biased = (int)(bits >> 52) & 0x7ff;
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    *e = (biased == 0 ? 1 : biased) - 1075;
    return biased == 0 ? fraction : fraction | (uint64_t)1 << 52;
}

static int bits_of(u128 x) { return x >> 64 ? 128 - __builtin_clzll((uint64_t)(x >> 64)) : x ? 64 - __builtin_clzll((uint64_t)x) : 0; }

/* whole + above / 2, above: 0 below a half, 1 a half, 2 more, as 2 * rest compares with one */
struct scaled { u128 whole; int above; };

static int compared(u128 twice, u128 one) { return twice < one ? 0 : twice == one ? 1 : 2; }

/* |v| * 10^n, or false where it does not fit. */
static bool
scale(double v, int n, struct scaled *s)
{
    int e;
    u128 x = split(v, &e), one = power_of_five(n < 0 ? -n : n);
    e += n;
    if (n >= 0) {
        x *= one;
        one = 1;
    }
    if (e >= 0) {
        if (bits_of(x) + e > 127)
            return false;
        x <<= e;
    }
    else if (n >= 0) {
        if (-e > PRODUCT_BITS + 2) {                     /* less than a quarter */
            *s = (struct scaled){ 0 };
            return true;
        }
        one <<= -e;
    }
    else {
        if (bits_of(one) - e > 126)
            return false;
        one <<= -e;
    }
    s->whole = n >= 0 ? (e < 0 ? x >> -e : x) : x / one;
    s->above = compared((x - s->whole * one) * 2, one);
    return true;
}

static u128 rounded(const struct scaled *s) { return s->whole + (s->above == 2 || (s->above == 1 && (s->whole & 1))); }

bool
dtoa_behind_point(double v, int n, uint64_t *digits)
{
    struct scaled s;
    if (n < 0 || n > FIVES || !scale(v, n, &s) || s.whole >> 63 != 0)
        return false;
    *digits = (uint64_t)rounded(&s);
    return true;
}

bool
dtoa_significant(double v, int n, uint64_t *digits, int *exponent)
{
    if (n < 1 || n > SIGNIFICANT)
        return false;
    if (v == 0) {
        *digits = 0;
        *exponent = 0;
        return true;
    }
    int e;
    uint64_t m = split(v, &e), limit = power_of_five(n) << n;
    int k = ((e + 63 - __builtin_clzll(m)) * 1262611) >> 22;        /* floor(log10()) of the power of two below; v may reach the next power of ten */
    struct scaled s;
    for (int i = 0;; i++, k++) {
        int scaling = n - 1 - k;
        if (i > 1 || scaling > FIVES || scaling < -FIVES || !scale(v, scaling, &s))
            return false;
        if (s.whole < limit)
            break;
    }
    *digits = (uint64_t)rounded(&s);
    if (*digits == limit) {
        *digits /= 10;
        k++;
    }
    *exponent = k;
    return true;
}
