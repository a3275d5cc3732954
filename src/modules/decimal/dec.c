/* modules/decimal/dec.c: decimal numbers: memory, values, shifts by digits. */
#include "modules/decimal/dec.h"

#include <string.h>

const struct dec_ctx dec_max_ctx = { DEC_MAX_PREC, DEC_MAX_EMAX, DEC_MIN_EMIN, 0, 0, DEC_ROUND_HALF_EVEN, 0 };
const struct dec dec_one = { DEC_BORROWED, 0, 1, 1, DEC_MIN_LIMBS, (uint64_t[DEC_MIN_LIMBS]){ 1 } };

/* ---- memory ------------------------------------------------------------------------------------------------- */

#define MAX_LIMBS (INT64_C(1) << 36)   /* not worth asking for: half a terabyte */

bool
dec_grow(struct dec *r, int64_t n, uint32_t *status)
{
    bool borrowed = (r->flags & DEC_BORROWED) != 0;
    uint64_t *p = n > MAX_LIMBS ? NULL : borrowed ? malloc((size_t)n * sizeof(*p)) : realloc(r->data, (size_t)n * sizeof(*p));
    if (p == NULL) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return false;
    }
    if (borrowed)
        memcpy(p, r->data, (size_t)r->len * sizeof(*p));
    r->flags &= (uint8_t)~DEC_BORROWED;
    r->data = p;
    r->alloc = n;
    return true;
}

void
dec_shrink(struct dec *r)
{
    int64_t want = r->len < DEC_MIN_LIMBS ? DEC_MIN_LIMBS : r->len;
    if (r->flags & DEC_BORROWED || r->alloc <= want)
        return;
    uint64_t *p = realloc(r->data, (size_t)want * sizeof(*p));
    if (p != NULL) {
        r->data = p;
        r->alloc = want;
    }
}

/* ---- values ------------------------------------------------------------------------------------------------- */

void
dec_set_nan(struct dec *r)
{
    dec_set_flags(r, DEC_QNAN);
    r->exp = r->digits = r->len = 0;
}

void
dec_fail(struct dec *r, uint32_t bit, uint32_t *status)
{
    dec_set_nan(r);
    *status |= bit;
}

void
dec_set_inf(struct dec *r, uint8_t neg)
{
    dec_set_flags(r, DEC_INF | neg);
    r->exp = r->digits = r->len = 0;
}

void
dec_set(struct dec *r, uint8_t neg, uint64_t coefficient, int64_t exp)
{
    dec_set_flags(r, neg);
    r->exp = exp;
    if (coefficient < LIMB_RADIX) {
        r->data[0] = coefficient;
        r->len = 1;
        r->digits = limb_ndigits(coefficient);
    }
    else {
        r->data[0] = coefficient - LIMB_RADIX;
        r->data[1] = 1;
        r->len = 2;
        r->digits = LIMB_DIGITS + 1;
    }
}

void
dec_set_i64(struct dec *r, int64_t x)
{
    dec_set(r, x < 0 ? DEC_NEG : 0, x < 0 ? 0 - (uint64_t)x : (uint64_t)x, 0);
}

bool
dec_copy(struct dec *r, const struct dec *a, uint32_t *status)
{
    if (r == a)
        return true;
    if (!dec_room(r, a->len, status))
        return false;
    dec_set_flags(r, a->flags & (uint8_t)~DEC_BORROWED);
    r->exp = a->exp;
    r->digits = a->digits;
    r->len = a->len;
    for (int64_t i = 0; i < a->len; i++)
        r->data[i] = a->data[i];
    return true;
}

void
dec_count(struct dec *r, int64_t n)
{
    while (n > 1 && r->data[n - 1] == 0)
        n--;
    r->len = n;
    r->digits = (n - 1) * LIMB_DIGITS + limb_ndigits(r->data[n - 1]);
}

/* ---- shifts ------------------------------------------------------------------------------------------------- */

bool
dec_shl(struct dec *r, const struct dec *a, int64_t n, uint32_t *status)
{
    if (dec_coeff_is_zero(a) || n == 0)
        return dec_copy(r, a, status);
    int64_t limbs = (int64_t)limbs_shl_size(a->digits, n);
    if (!dec_room(r, limbs, status))
        return false;
    limbs_shl(r->data, (size_t)limbs, a->data, (size_t)a->len, n);
    dec_set_flags(r, a->flags & (uint8_t)~DEC_BORROWED);
    r->exp = a->exp;
    r->digits = a->digits + n;
    r->len = limbs;
    return true;
}

/* Everything is cut off: the rounding digit. */
static int
cut_all(const struct dec *a, int64_t n)
{
    if (dec_coeff_is_zero(a))
        return 0;
    if (n > a->digits)
        return 1;
    uint64_t top = a->data[a->len - 1], one = limb_pow10[(a->digits - 1) % LIMB_DIGITS];
    int digit = (int)(top / one);
    bool more = top % one != 0 || !limbs_is_zero(a->data, (size_t)a->len - 1);
    return digit + (more && digit == 5);
}

int
dec_shr(struct dec *r, const struct dec *a, int64_t n, uint32_t *status)
{
    int digit;
    int64_t exp = a->exp;
    uint8_t flags = a->flags & (uint8_t)~DEC_BORROWED;
    if (n >= a->digits) {
        digit = cut_all(a, n);
        r->data[0] = 0;
        r->len = r->digits = 1;
    }
    else {
        int64_t limbs = a->len - n / LIMB_DIGITS;
        if (!dec_room(r, limbs, status))
            return -1;
        digit = limbs_shr(r->data, a->data, (size_t)a->len, n);
        dec_count(r, limbs);
    }
    dec_set_flags(r, flags);
    r->exp = exp;
    return digit;
}

/* ---- questions ---------------------------------------------------------------------------------------------- */

int64_t
dec_trailing_zeros(const struct dec *a)
{
    return limbs_trailing_zeros(a->data, (size_t)a->len);
}

bool
dec_is_int(const struct dec *a)
{
    if (dec_is_special(a))
        return false;
    return a->exp >= 0 || dec_coeff_is_zero(a) || dec_trailing_zeros(a) + a->exp >= 0;
}

bool
dec_is_odd(const struct dec *a)
{
    if (!dec_is_int(a) || dec_coeff_is_zero(a) || a->exp > 0)
        return false;
    if (a->exp <= -a->digits)
        return false;
    int64_t k = -a->exp;
    return a->data[k / LIMB_DIGITS] / limb_pow10[k % LIMB_DIGITS] % 2 != 0;
}

int64_t
dec_get_i64(const struct dec *a, uint32_t *status)
{
    if (!dec_is_int(a) || (!dec_coeff_is_zero(a) && dec_adjexp(a) > 18)) {
        *status |= DEC_INVALID_OPERATION;
        return 0;
    }
    if (dec_coeff_is_zero(a))
        return 0;
    uint64_t x = 0;
    if (a->exp >= 0)
        x = a->data[0] * limb_pow10[a->exp];
    else {                               /* at most 19 digits stand before the zeros */
        int64_t k = -a->exp, i = k / LIMB_DIGITS, part = k % LIMB_DIGITS;
        x = a->data[i] / limb_pow10[part];
        if (i + 1 < a->len && part > 0)
            x += a->data[i + 1] * limb_pow10[LIMB_DIGITS - part];
    }
    if (x > (uint64_t)INT64_MAX + dec_is_neg(a)) {
        *status |= DEC_INVALID_OPERATION;
        return 0;
    }
    return dec_is_neg(a) ? (int64_t)(0 - x) : (int64_t)x;
}

bool
dec_is_all_nines(const struct dec *a)
{
    for (int64_t i = 0; i + 1 < a->len; i++)
        if (a->data[i] != LIMB_RADIX - 1)
            return false;
    return a->data[a->len - 1] + 1 == limb_pow10[(a->digits - 1) % LIMB_DIGITS + 1];
}
