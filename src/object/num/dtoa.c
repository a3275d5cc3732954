/* object/num/dtoa.c: doubles as decimal digits.
 * Shortest digits: Schubfach (R. Giulietti): scale the rounding interval by a power of ten held in 128 bits, rounding to
 * odd, and look for the shortest decimal inside. The powers are computed when first used.
 * A given number of digits: dtoa_exact.c, and where that is too narrow the C library's printf, which is exact, too; only digits are read back, so that
 * the locale's decimal point does not matter. */
#include "object/num/float.h"

#include <float.h>
#include <gmp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- powers of ten ------------------------------------------------------------------------------------------ */

#define POW_MIN (-292)
#define POW_MAX 324
struct pow10 { uint64_t hi, lo; };

static struct pow10 powers[POW_MAX - POW_MIN + 1];

/* floor(log2(10^e)) */
static inline int floor_log2_pow10(int e) { return (e * 1741647) >> 19; }

/* 10^e scaled to 128 bits, rounded up. */
static struct pow10
pow10_compute(int e)
{
    mpz_t z;
    int shift = 127 - floor_log2_pow10(e);
    mpz_init(z);
    mpz_ui_pow_ui(z, 10, (unsigned)(e < 0 ? -e : e));
    if (e < 0) {
        mpz_t one;
        mpz_init_set_ui(one, 1);
        mpz_mul_2exp(one, one, (mp_bitcnt_t)shift);
        mpz_cdiv_q(z, one, z);
        mpz_clear(one);
    }
    else if (shift >= 0)
        mpz_mul_2exp(z, z, (mp_bitcnt_t)shift);
    else
        mpz_cdiv_q_2exp(z, z, (mp_bitcnt_t)-shift);
    struct pow10 g = { mpz_getlimbn(z, 1), mpz_getlimbn(z, 0) };
    mpz_clear(z);
    return g;
}

static struct pow10
pow10_get(int e)
{
    struct pow10 *g = &powers[e - POW_MIN];
    if (g->hi == 0)
        *g = pow10_compute(e);
    return *g;
}

/* ---- shortest ----------------------------------------------------------------------------------------------- */

static inline uint64_t
round_to_odd(struct pow10 g, uint64_t c)
{
    unsigned __int128 x = (unsigned __int128)g.lo * c;
    unsigned __int128 y = (unsigned __int128)g.hi * c + (uint64_t)(x >> 64);
    return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* v == digits * 10^*exponent, digits as short as possible (trailing zeros may be left). */
static uint64_t
shortest(double v, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &v, 8);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int biased = (int)(bits >> 52) & 0x7ff;
    uint64_t c = biased == 0 ? fraction : fraction | ((uint64_t)1 << 52);
    int q = (biased == 0 ? 1 : biased) - 1075;
    if (biased != 0 && q <= 0 && q > -53 && (c & (((uint64_t)1 << -q) - 1)) == 0) {
        *exponent = 0;
        return c >> -q;
    }
    bool closer = fraction == 0 && biased > 1, odd = (c & 1) != 0;
    int k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    int h = q + floor_log2_pow10(-k) + 1;
    struct pow10 g = pow10_get(-k);
    uint64_t left = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
    uint64_t mid = round_to_odd(g, (4 * c) << h);
    uint64_t right = round_to_odd(g, (4 * c + 2) << h) - odd;
    uint64_t s = mid / 4;
    if (s >= 10) {
        uint64_t sp = s / 10;
        bool down = left <= 40 * sp, up = 40 * sp + 40 <= right;
        if (down != up) {
            *exponent = k + 1;
            return sp + up;
        }
    }
    *exponent = k;
    bool down = left <= 4 * s, up = 4 * s + 4 <= right;
    if (down != up)
        return s + up;
    uint64_t half = 4 * s + 2;
    return s + (mid > half || (mid == half && (s & 1) != 0));
}

int
dtoa_shortest(double v, char *buf, int *point)
{
    char text[24];
    int n = 0, exponent;
    v = fabs(v);
    if (v == 0) {
        buf[0] = '0';
        buf[1] = '\0';
        *point = 1;
        return 1;
    }
    uint64_t digits = shortest(v, &exponent);
    for (; digits != 0; digits /= 10)
        text[n++] = (char)('0' + digits % 10);
    *point = n + exponent;
    int zeros = 0;
    while (text[zeros] == '0')
        zeros++;
    n -= zeros;
    for (int i = 0; i < n; i++)
        buf[i] = text[zeros + n - 1 - i];
    buf[n] = '\0';
    return n;
}

/* ---- a given number of digits ----------------------------------------------------------------------------------- */

/* printf's digits of |v| without point and exponent; *exponent is the one of %e. */
static char *
printed_digits(double v, const char *format, int n, int *exponent)
{
    int size = snprintf(NULL, 0, format, n, v);
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text == NULL)
        return NULL;
    snprintf(text, (size_t)size + 1, format, n, v);
    char *to = text, *p;
    for (p = text; *p != '\0' && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            *to++ = *p;
    *exponent = *p == 'e' ? atoi(p + 1) : 0;
    *to = '\0';
    return text;
}

static char *
copy_text(const char *s)
{
    char *p = malloc(strlen(s) + 1);
    return p == NULL ? NULL : strcpy(p, s);
}

/* Rounds |v| to a multiple of 10^unit, unit > 0. */
static char *
rounded_to_tens(double v, int unit, int *point)
{
    int exponent;
    char *digits = printed_digits(v, "%.*e", 800, &exponent);        /* exact: no double has more digits */
    if (digits == NULL)
        return NULL;
    int keep = exponent + 1 - unit;
    if (keep >= 1) {
        free(digits);
        digits = printed_digits(v, "%.*e", keep - 1, &exponent);
        *point = exponent + 1;
        return digits;
    }
    bool up = keep == 0 && (digits[0] > '5' || (digits[0] == '5' && strspn(digits + 1, "0") != strlen(digits + 1)));
    free(digits);
    *point = up ? unit + 1 : unit;
    return copy_text(up ? "1" : "0");
}

/* The digits of x, at least `least` of them: zeros in front. */
static char *
text_of_digits(uint64_t x, int least, int *len)
{
    char reversed[32];
    int n = 0;
    for (; x != 0 || n < least; x /= 10)
        reversed[n++] = (char)('0' + x % 10);
    char *text = malloc((size_t)n + 1);
    if (text == NULL)
        return NULL;
    for (int i = 0; i < n; i++)
        text[i] = reversed[n - 1 - i];
    text[n] = '\0';
    *len = n;
    return text;
}

char *
dtoa_rounded(double v, bool significant, int n, int *point)
{
    int exponent, written;
    uint64_t exact;
    v = fabs(v);
    if (significant ? dtoa_significant(v, n, &exact, &exponent) : dtoa_behind_point(v, n, &exact)) {
        char *digits = text_of_digits(exact, significant ? n : n + 1, &written);
        if (digits != NULL)
            *point = significant ? exponent + 1 : written - n;
        return digits;
    }
    if (significant) {
        char *digits = printed_digits(v, "%.*e", n < 1 ? 0 : n - 1, &exponent);
        *point = v == 0 ? 1 : exponent + 1;
        return digits;
    }
    if (n < 0)
        return rounded_to_tens(v, -n, point);
    char *digits = printed_digits(v, "%.*f", n, &exponent);
    if (digits == NULL)
        return NULL;
    int len = (int)strlen(digits), zeros = 0;
    *point = len - n;
    while (zeros < len - 1 && digits[zeros] == '0' && *point - zeros > 1)
        zeros++;
    memmove(digits, digits + zeros, (size_t)(len - zeros) + 1);
    *point -= zeros;
    return digits;
}

const double float_powers_of_ten[POWERS_OF_TEN + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
                                                        1e21, 1e22 };

double
float_round_digits(double v, int n)
{
    uint64_t exact;
    if (n >= 0 && n <= POWERS_OF_TEN && dtoa_behind_point(v, n, &exact) && exact < (uint64_t)1 << 53)
        return copysign((double)exact / float_powers_of_ten[n], v);        /* both are exact, so that the quotient is rounded once */
    int point;
    char *digits = dtoa_rounded(v, false, n, &point), *text;
    if (digits == NULL)
        return NAN;
    size_t len = strlen(digits);
    text = malloc(len + 32);
    double out = NAN;
    if (text != NULL) {
        snprintf(text, len + 32, "%s%se%d", signbit(v) ? "-" : "", digits, point - (int)len);
        out = PyOS_string_to_double(text, NULL, NULL);
    }
    free(text);
    free(digits);
    return out;
}
