/* modules/decimal/limbs_div.c: quotients, and numbers between radix 10^19 and radix 2^64.
 *
 * Short and middling quotients by Knuth's algorithm D in radix 10^19. Long ones are made in radix 2^64, by GMP, whose conversions are
 * subquadratic as its division is. */
#include "modules/decimal/limbs.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "object/num/int_scratch.h"

#define GMP_DIV_LIMBS 250                /* of divisor and quotient */
#define HORNER_LIMBS 60                  /* conversions below that take a multiplication a limb */

/* ---- algorithm D --------------------------------------------------------------------------------------------- */

/* u[j .. j + n] -= q * v, where q may be one too large: then v is added back. The right q. */
static uint64_t
subtract_multiple(uint64_t *u, const uint64_t *v, size_t n, uint64_t q)
{
    uint64_t carry = 0, low;
    unsigned borrow = 0;
    for (size_t i = 0; i < n; i++) {
        limb2 p = (limb2)v[i] * q + carry;
        carry = limb_div_radix((uint64_t)(p >> 64), (uint64_t)p, &low);
        u[i] = limb_sub(u[i], low, &borrow);
    }
    u[n] = limb_sub(u[n], carry, &borrow);
    if (borrow) {
        q--;
        u[n] = limb_add(u[n], limbs_add(u, u, n, v, n), &(unsigned){ 0 });
    }
    return q;
}

/* The next digit of u[0 .. n] / v[0 .. n - 1], n >= 2: at most one too large. */
static uint64_t
estimate(const uint64_t *u, const uint64_t *v, size_t n)
{
    uint64_t q, r;
    if (u[n] >= v[n - 1]) {
        q = LIMB_RADIX - 1;
        r = u[n - 1] + v[n - 1];         /* since then u[n] == v[n - 1] */
        if (r < v[n - 1] || r >= LIMB_RADIX)
            return q;
    }
    else
        q = limb_div_by((limb2)u[n] * LIMB_RADIX + u[n - 1], v[n - 1], &r);
    while ((limb2)q * v[n - 2] > (limb2)r * LIMB_RADIX + u[n - 2]) {
        q--;
        r += v[n - 1];
        if (r < v[n - 1] || r >= LIMB_RADIX)
            break;
    }
    return q;
}

static int
div_school(uint64_t *q, uint64_t *r, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    uint64_t stack[64], *u = m + 1 + n <= 64 ? stack : malloc((m + 1 + n) * sizeof(*u)), *v = u + m + 1;
    if (u == NULL)
        return -1;
    uint64_t scale = LIMB_RADIX / (b[n - 1] + 1);
    u[m] = limbs_mul1(u, a, m, scale, 0);
    limbs_mul1(v, b, n, scale, 0);
    for (size_t j = m - n + 1; j-- > 0;) {
        uint64_t digit = subtract_multiple(u + j, v, n, estimate(u + j, v, n));
        if (q != NULL)
            q[j] = digit;
    }
    if (r != NULL)
        limbs_div1(r, u, n, scale);
    if (u != stack)
        free(u);
    return 0;
}

/* ---- conversions --------------------------------------------------------------------------------------------- */

static int
text_to_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n)
{
    unsigned char *text = malloc(n * LIMB_DIGITS);
    struct int_scratch scratch;
    if (text == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = a[n - 1 - i];
        for (int k = LIMB_DIGITS; k-- > 0; x /= 10)
            text[i * LIMB_DIGITS + k] = (unsigned char)(x % 10);
    }
    if (INT_SCRATCH_FAILS(&scratch)) {
        free(text);
        return -1;
    }
    size_t first = 0;
    while (first < n * LIMB_DIGITS && text[first] == 0)
        first++;
    *outn = (size_t)mpn_set_str((mp_limb_t *)out, text + first, n * LIMB_DIGITS - first, 10);
    int_scratch_end(&scratch);
    free(text);
    return 0;
}

int
limbs_to_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n)
{
    n = limbs_size(a, n);
    if (n >= HORNER_LIMBS)
        return text_to_binary(out, outn, a, n);
    size_t k = 0;
    for (size_t i = n; i-- > 0;) {
        mp_limb_t carry = k == 0 ? 0 : mpn_mul_1((mp_limb_t *)out, (mp_limb_t *)out, (mp_size_t)k, LIMB_RADIX);
        uint64_t low = k == 0 ? 0 : out[0];
        if (k == 0)
            carry = a[i];
        else {
            out[0] = low + a[i];
            if (out[0] < low)
                carry += k == 1 ? 1 : mpn_add_1((mp_limb_t *)out + 1, (mp_limb_t *)out + 1, (mp_size_t)k - 1, 1);
        }
        if (carry != 0)
            out[k++] = carry;
    }
    *outn = k;
    return 0;
}

static int
text_from_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n)
{
    size_t room = limbs_from_binary_size(n) * LIMB_DIGITS;
    uint64_t *copy = malloc((n + 1) * sizeof(*copy));
    unsigned char *text = malloc(room);
    struct int_scratch scratch;
    if (copy == NULL || text == NULL || INT_SCRATCH_FAILS(&scratch)) {
        free(copy);
        free(text);
        return -1;
    }
    memcpy(copy, a, n * sizeof(*a));
    size_t digits = mpn_get_str(text, 10, (mp_limb_t *)copy, (mp_size_t)n), k = 0;
    int_scratch_end(&scratch);
    for (size_t end = digits; end > 0; k++) {
        size_t start = end > LIMB_DIGITS ? end - LIMB_DIGITS : 0;
        uint64_t x = 0;
        for (size_t i = start; i < end; i++)
            x = x * 10 + text[i];
        out[k] = x;
        end = start;
    }
    *outn = limbs_size(out, k);
    free(copy);
    free(text);
    return 0;
}

int
limbs_from_binary(uint64_t *out, size_t *outn, const uint64_t *a, size_t n)
{
    while (n > 0 && a[n - 1] == 0)
        n--;
    if (n >= HORNER_LIMBS)
        return text_from_binary(out, outn, a, n);
    size_t k = 0;
    for (size_t i = n; i-- > 0;) {       /* out = out * 2^64 + a[i] */
        struct { limb2 v; } c = { a[i] };
        for (size_t j = 0; j < k; j++) {
            c.v += (limb2)out[j] << 64;
            uint64_t high = (uint64_t)(c.v >> 64), top = high / LIMB_RADIX, q = limb_div_radix(high % LIMB_RADIX, (uint64_t)c.v, &out[j]);
            c.v = (limb2)top << 64 | q;
        }
        while (c.v != 0) {
            out[k++] = (uint64_t)(c.v % LIMB_RADIX);
            c.v /= LIMB_RADIX;
        }
    }
    if (k == 0)
        out[k++] = 0;
    *outn = k;
    return 0;
}

/* ---- long quotients ------------------------------------------------------------------------------------------ */

static int
copy_back(uint64_t *out, size_t room, const uint64_t *binary, size_t n)
{
    size_t k, need = limbs_from_binary_size(n);
    uint64_t *w = malloc(need * sizeof(*w));
    if (w == NULL || limbs_from_binary(w, &k, binary, n) < 0) {
        free(w);
        return -1;
    }
    memset(out, 0, room * sizeof(*out));
    memcpy(out, w, (k < room ? k : room) * sizeof(*w));
    free(w);
    return 0;
}

static int
div_gmp(uint64_t *q, uint64_t *r, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    uint64_t *x = malloc((2 * m + 2 * n + 2) * sizeof(*x)), *y = x + m, *xq = y + n, *xr = xq + m + 1;
    size_t xn, yn;
    struct int_scratch scratch;
    int status = -1;
    if (x == NULL || limbs_to_binary(x, &xn, a, m) < 0 || limbs_to_binary(y, &yn, b, n) < 0)
        goto done;
    if (xn < yn) {
        memset(xq, 0, sizeof(*xq));
        memset(xr, 0, yn * sizeof(*xr));
        memcpy(xr, x, xn * sizeof(*x));
        xn = yn;
    }
    else {
        if (INT_SCRATCH_FAILS(&scratch))
            goto done;
        mpn_tdiv_qr((mp_limb_t *)xq, (mp_limb_t *)xr, 0, (mp_limb_t *)x, (mp_size_t)xn, (mp_limb_t *)y, (mp_size_t)yn);
        int_scratch_end(&scratch);
    }
    status = (q != NULL && copy_back(q, m - n + 1, xq, xn - yn + 1) < 0) || (r != NULL && copy_back(r, n, xr, yn) < 0) ? -1 : 0;
done:
    free(x);
    return status;
}

int
limbs_divmod(uint64_t *q, uint64_t *r, const uint64_t *a, size_t m, const uint64_t *b, size_t n)
{
    if (n > 1)
        return n >= GMP_DIV_LIMBS && m - n >= GMP_DIV_LIMBS ? div_gmp(q, r, a, m, b, n) : div_school(q, r, a, m, b, n);
    uint64_t unused[64], *quotient = q != NULL ? q : m <= 64 ? unused : malloc(m * sizeof(*quotient));
    if (quotient == NULL)
        return -1;
    uint64_t rest = limbs_div1(quotient, a, m, *b);
    if (r != NULL)
        *r = rest;
    if (quotient != q && quotient != unused)
        free(quotient);
    return 0;
}
