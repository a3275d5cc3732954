/* modules/decimal/dec_div.c: quotients and remainders. */
#include "modules/decimal/dec.h"

#include <string.h>

/* Quotient and remainder of the coefficients of a and b (not 0), into q and r with exponent 0 and no sign; either may be NULL. The
 * remainder's being 0 in *exact. */
static bool
divide_coefficients(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, bool *exact, uint32_t *status)
{
    int64_t m = a->len, n = b->len;
    uint64_t stack[32], *rest = n <= 32 ? stack : malloc((size_t)n * sizeof(*rest));
    if (rest == NULL)
        goto fail;
    if (m < n) {
        memcpy(rest, a->data, (size_t)m * sizeof(*rest));
        memset(rest + m, 0, (size_t)(n - m) * sizeof(*rest));
        if (q != NULL)
            dec_set(q, 0, 0, 0);
    }
    else {
        if (q != NULL && !dec_room(q, m - n + 1, status))
            goto fail;
        if (limbs_divmod(q == NULL ? NULL : q->data, rest, a->data, (size_t)m, b->data, (size_t)n) < 0)
            goto fail;
        if (q != NULL) {
            dec_count(q, m - n + 1);
            dec_set_flags(q, 0);
            q->exp = 0;
        }
    }
    *exact = limbs_is_zero(rest, (size_t)n);
    if (r != NULL) {
        if (!dec_room(r, n, status))
            goto fail;
        memcpy(r->data, rest, (size_t)n * sizeof(*rest));
        dec_count(r, n);
        dec_set_flags(r, 0);
        r->exp = 0;
    }
    if (rest != stack)
        free(rest);
    return true;
fail:
    *status |= DEC_MALLOC_ERROR;
    if (rest != stack)
        free(rest);
    return false;
}

/* ---- division ----------------------------------------------------------------------------------------------- */

static void
div_special(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        return;
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    if (dec_is_inf(a)) {
        if (dec_is_inf(b))
            dec_fail(r, DEC_INVALID_OPERATION, status);
        else
            dec_set_inf(r, sign);
        return;
    }
    dec_set(r, sign, 0, dec_etiny(ctx));
    *status |= DEC_CLAMPED;
}

static void
div_by_zero(struct dec *r, const struct dec *a, uint8_t sign, uint32_t *status)
{
    if (dec_coeff_is_zero(a))
        dec_fail(r, DEC_DIVISION_UNDEFINED, status);
    else {
        dec_set_inf(r, sign);
        *status |= DEC_DIVISION_BY_ZERO;
    }
}

/* The quotient of finite numbers with prec + 1 or prec + 2 digits, the last of which says whether more follow. */
static bool
quotient(struct dec *q, const struct dec *a, const struct dec *b, int64_t prec, bool *exact, uint32_t *status)
{
    int64_t ideal = a->exp - b->exp, shift = b->digits - a->digits + prec + 1, exp = ideal - shift;
    DEC_TEMP(shifted);
    bool ok;
    if (shift > 0) {
        ok = dec_shl(&shifted, a, shift, status);
        a = &shifted;
    }
    else {
        ok = shift == 0 || dec_shl(&shifted, b, -shift, status);
        b = shift == 0 ? b : &shifted;
    }
    ok = ok && divide_coefficients(q, NULL, a, b, exact, status);
    dec_release(&shifted);
    if (!ok)
        return false;
    if (!*exact) {
        if (q->data[0] % 5 == 0)
            q->data[0]++;
    }
    else if (exp < ideal) {
        int64_t zeros = dec_trailing_zeros(q);
        if (zeros > ideal - exp)
            zeros = ideal - exp;
        dec_shr(q, q, zeros, status);
        exp += zeros;
    }
    q->exp = exp;
    return true;
}

/* The quotient by one limb, rounded at once: it is made with just prec digits, and what is left says how to round. false, and nothing
 * done, unless it is short and normal. */
static bool
div_short(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    uint64_t d = b->data[0], w[DEC_TEMP_LIMBS], rest;
    /* both shifted to one length: does the quotient begin before the point? */
    uint64_t x = a->data[0] * limb_pow10[LIMB_DIGITS - a->digits], y = d * limb_pow10[LIMB_DIGITS - b->digits];
    int64_t ideal = a->exp - b->exp, shift = ctx->prec - 1 + (x < y) + b->digits - a->digits, exp = ideal - shift;
    int64_t n = (int64_t)limbs_shl_size(a->digits, shift);
    if (shift < 0 || ctx->prec > 2 * LIMB_DIGITS || exp + ctx->prec - 1 < ctx->emin)
        return false;
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    limbs_shl(w, (size_t)n, a->data, 1, shift);
    rest = limbs_div1(w, w, (size_t)n, d);
    r->data[0] = w[0];
    r->data[1] = n > 1 ? w[1] : 0;
    dec_count(r, 2);
    dec_set_flags(r, sign);
    if (rest == 0) {
        int64_t zeros = exp < ideal ? dec_trailing_zeros(r) : 0;
        if (zeros > ideal - exp)
            zeros = ideal - exp;
        if (zeros > 0)
            dec_shr(r, r, zeros, status);
        r->exp = exp + zeros;
    }
    else {
        *status |= DEC_INEXACT | DEC_ROUNDED;
        r->exp = exp;
        if (dec_rounds_up(r, rest > d - rest ? 6 : rest == d - rest ? 5 : 1, ctx->round)) {
            dec_increment(r, status);
            if (r->digits > ctx->prec) {
                dec_shr(r, r, 1, status);
                r->exp++;
            }
        }
    }
    dec_finalize(r, ctx, status);
    return true;
}

/* Quotients with more digits are first tried with as many as an exact one can have. */
#define LONG_PREC 5000

void
dec_div(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (__builtin_expect((a->flags | b->flags) & DEC_SPECIAL, 0)) {
        div_special(r, a, b, ctx, status);
        return;
    }
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    if (dec_coeff_is_zero(b)) {
        div_by_zero(r, a, sign, status);
        return;
    }
    if (dec_coeff_is_zero(a))
        dec_set(r, sign, 0, a->exp - b->exp);
    else if (a->len == 1 && b->len == 1 && div_short(r, a, b, ctx, status))
        return;
    else {
        DEC_TEMP(q);
        bool exact = false, ok = true;
        int64_t most = a->digits + 4 * b->digits;      /* digits of an exact quotient */
        if (ctx->prec > LONG_PREC && ctx->prec > most)
            ok = quotient(&q, a, b, most, &exact, status);
        if (!exact)
            ok = ok && quotient(&q, a, b, ctx->prec, &exact, status);
        if (!ok || !dec_copy(r, &q, status)) {
            dec_release(&q);
            dec_fail(r, DEC_MALLOC_ERROR, status);
            return;
        }
        dec_release(&q);
        dec_set_flags(r, sign);
    }
    dec_finalize(r, ctx, status);
}

/* ---- integer division ---------------------------------------------------------------------------------------- */

static void
divmod_coefficients(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, int64_t prec, uint32_t *status)
{
    DEC_TEMP(shifted);
    bool exact, ok = true;
    if (a->exp > b->exp) {
        ok = dec_shl(&shifted, a, a->exp - b->exp, status);
        a = &shifted;
    }
    else if (a->exp < b->exp) {
        ok = dec_shl(&shifted, b, b->exp - a->exp, status);
        b = &shifted;
    }
    ok = ok && divide_coefficients(q, r, a, b, &exact, status);
    dec_release(&shifted);
    if (ok && q->digits <= prec)
        return;
    dec_set_nan(q);
    dec_fail(r, ok ? DEC_DIVISION_IMPOSSIBLE : DEC_MALLOC_ERROR, status);
}

/* Finite a, b; b not 0. q and r, which are no operands, are not finalized; both are NaN when the quotient has too many digits. */
static void
divmod_finite(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, int64_t prec, uint32_t *status)
{
    int64_t ideal = a->exp > b->exp ? b->exp : a->exp, adj;
    uint8_t sign = dec_sign(a) ^ dec_sign(b), rsign = dec_sign(a);
    dec_set(q, sign, 0, 0);
    if (dec_coeff_is_zero(a)) {
        dec_set(r, rsign, 0, ideal);
        return;
    }
    adj = dec_adjexp(a) - dec_adjexp(b);
    if (adj < 0) {
        if (!dec_shl(r, a, a->exp - ideal, status))
            dec_set_nan(q);
    }
    else if (adj > prec) {
        dec_set_nan(q);
        dec_fail(r, DEC_DIVISION_IMPOSSIBLE, status);
    }
    else
        divmod_coefficients(q, r, a, b, prec, status);
    if (!dec_is_nan(q)) {
        dec_set_sign(q, sign);
        dec_set_flags(r, rsign);
        r->exp = ideal;
    }
}

/* Coefficients of one limb that stay so when they get the same exponent: *x and *y. a, b as for divmod_finite(). */
static inline bool
short_operands(const struct dec *a, const struct dec *b, uint64_t *x, uint64_t *y)
{
    int64_t shift = a->exp - b->exp;
    if (a->len != 1 || b->len != 1 || shift > LIMB_DIGITS - a->digits || -shift > LIMB_DIGITS - b->digits)
        return false;
    *x = shift > 0 ? a->data[0] * limb_pow10[shift] : a->data[0];
    *y = shift < 0 ? b->data[0] * limb_pow10[-shift] : b->data[0];
    return true;
}

/* Result of a temporary into the place of the caller. */
static void
deliver(struct dec *r, struct dec *t, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_copy(r, t, status))
        dec_finalize(r, ctx, status);
    dec_release(t);
}

void
dec_divint(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    if ((a->flags | b->flags) & DEC_SPECIAL) {
        if (dec_nan2(r, a, b, ctx, status))
            return;
        if (dec_is_inf(a) && dec_is_inf(b))
            dec_fail(r, DEC_INVALID_OPERATION, status);
        else if (dec_is_inf(a))
            dec_set_inf(r, sign);
        else
            dec_set(r, sign, 0, 0);
        return;
    }
    if (dec_coeff_is_zero(b)) {
        div_by_zero(r, a, sign, status);
        return;
    }
    uint64_t x, y;
    if (ctx->prec >= LIMB_DIGITS && short_operands(a, b, &x, &y)) {
        dec_set(r, sign, x / y, 0);
        dec_finalize(r, ctx, status);
        return;
    }
    DEC_TEMP(q);
    DEC_TEMP(rest);
    divmod_finite(&q, &rest, a, b, ctx->prec, status);
    dec_release(&rest);
    deliver(r, &q, ctx, status);
}

/* Special operands and a divisor of 0; false: none of them. */
static bool
rem_special(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if ((a->flags | b->flags) & DEC_SPECIAL) {
        if (dec_nan2(r, a, b, ctx, status))
            return true;
        if (dec_is_inf(a))
            dec_fail(r, DEC_INVALID_OPERATION, status);
        else if (dec_copy(r, a, status))
            dec_finalize(r, ctx, status);
        return true;
    }
    if (!dec_coeff_is_zero(b))
        return false;
    dec_fail(r, dec_coeff_is_zero(a) ? DEC_DIVISION_UNDEFINED : DEC_INVALID_OPERATION, status);
    return true;
}

void
dec_rem(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (rem_special(r, a, b, ctx, status))
        return;
    uint64_t x, y;
    if (ctx->prec >= LIMB_DIGITS && short_operands(a, b, &x, &y)) {
        dec_set(r, dec_sign(a), x % y, a->exp > b->exp ? b->exp : a->exp);
        dec_finalize(r, ctx, status);
        return;
    }
    DEC_TEMP(q);
    DEC_TEMP(rest);
    divmod_finite(&q, &rest, a, b, ctx->prec, status);
    dec_release(&q);
    deliver(r, &rest, ctx, status);
}

/* The remainder is made the one of the nearest integer quotient. */
static void
nearest(struct dec *q, struct dec *rest, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    DEC_TEMP(twice);
    DEC_TEMP(abs_b);
    uint8_t sign = dec_sign(rest);
    uint32_t local = 0;
    bool ok = dec_copy(&abs_b, b, &local);
    dec_set_sign(&abs_b, 0);
    if (ok)
        dec_add(&twice, rest, rest, &dec_max_ctx, &local);
    int c = local & DEC_ERRORS ? 0 : dec_cmp_abs(&twice, b);
    if (c > 0 || (c == 0 && dec_is_odd(q))) {
        dec_set_sign(rest, 0);
        dec_sub(rest, rest, &abs_b, &dec_max_ctx, &local);
        dec_set_sign(rest, dec_sign(rest) ^ sign);
        if (q->digits == ctx->prec && dec_is_all_nines(q))
            dec_fail(rest, DEC_DIVISION_IMPOSSIBLE, status);
    }
    if (local & DEC_ERRORS)
        dec_fail(rest, local & DEC_ERRORS, status);
    dec_release(&twice);
    dec_release(&abs_b);
}

void
dec_rem_near(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (rem_special(r, a, b, ctx, status))
        return;
    DEC_TEMP(q);
    DEC_TEMP(rest);
    divmod_finite(&q, &rest, a, b, ctx->prec, status);
    if (!dec_is_nan(&rest) && !dec_coeff_is_zero(&rest)) {
        int64_t diff = dec_adjexp(b) - dec_adjexp(&rest);
        if (diff >= -1 && diff <= 1)
            nearest(&q, &rest, b, ctx, status);
    }
    dec_release(&q);
    deliver(r, &rest, ctx, status);
}

static void
divmod_special(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    if (dec_nan2(q, a, b, ctx, status))
        dec_copy(r, q, status);
    else if (dec_is_inf(a)) {
        if (dec_is_inf(b))
            dec_set_nan(q);
        else
            dec_set_inf(q, sign);
        dec_fail(r, DEC_INVALID_OPERATION, status);
    }
    else {
        if (dec_copy(r, a, status))
            dec_finalize(r, ctx, status);
        dec_set(q, sign, 0, 0);
    }
}

void
dec_divmod(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if ((a->flags | b->flags) & DEC_SPECIAL) {
        divmod_special(q, r, a, b, ctx, status);
        return;
    }
    if (dec_coeff_is_zero(b)) {
        if (dec_coeff_is_zero(a)) {
            dec_set_nan(q);
            dec_fail(r, DEC_DIVISION_UNDEFINED, status);
        }
        else {
            dec_set_inf(q, dec_sign(a) ^ dec_sign(b));
            dec_fail(r, DEC_INVALID_OPERATION | DEC_DIVISION_BY_ZERO, status);
        }
        return;
    }
    divmod_finite(q, r, a, b, ctx->prec, status);
    dec_finalize(q, ctx, status);
    dec_finalize(r, ctx, status);
}
