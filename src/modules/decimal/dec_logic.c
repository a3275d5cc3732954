/* modules/decimal/dec_logic.c: operations on digits: logical ones, rotation, shifts, exponents. */
#include "modules/decimal/dec.h"

#include <string.h>

/* ---- exponents ----------------------------------------------------------------------------------------------- */

void
dec_logb(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status))
        return;
    if (dec_is_inf(a))
        dec_set_inf(r, 0);
    else if (dec_coeff_is_zero(a)) {
        dec_set_inf(r, DEC_NEG);
        *status |= DEC_DIVISION_BY_ZERO;
    }
    else {
        dec_set_i64(r, dec_adjexp(a));
        dec_finalize(r, ctx, status);
    }
}

void
dec_scaleb(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        return;
    uint32_t local = 0;
    bool valid = !dec_is_inf(b) && b->exp == 0;
    int64_t n = valid ? dec_get_i64(b, &local) : 0, most = 2 * (ctx->emax + ctx->prec);
    if (!valid || local != 0 || n > most || n < -most) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    if (!dec_copy(r, a, status) || dec_is_inf(r))
        return;
    r->exp += n;
    if (r->exp > DEC_EXP_INF)
        r->exp = DEC_EXP_INF;
    if (r->exp < DEC_EXP_CLAMP)
        r->exp = DEC_EXP_CLAMP;
    dec_finalize(r, ctx, status);
}

/* ---- logical operations -------------------------------------------------------------------------------------- */

static bool
limb_is_logical(uint64_t x)
{
    for (; x != 0; x /= 10)
        if (x % 10 > 1)
            return false;
    return true;
}

static bool
is_logical(const struct dec *a)
{
    if (dec_is_special(a) || dec_is_neg(a) || a->exp != 0)
        return false;
    for (int64_t i = 0; i < a->len; i++)
        if (!limb_is_logical(a->data[i]))
            return false;
    return true;
}

/* Digit by digit: truth has bit 2 x + y. */
static uint64_t
limb_logic(uint64_t x, uint64_t y, unsigned truth)
{
    uint64_t out = 0;
    for (int i = 0; i < LIMB_DIGITS && (truth & 1 || x != 0 || y != 0); i++, x /= 10, y /= 10)
        out += (truth >> (2 * (x % 10) + y % 10) & 1) * limb_pow10[i];
    return out;
}

static void
logic(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status, unsigned truth)
{
    if (!is_logical(a) || !is_logical(b)) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    int64_t most = a->len > b->len ? a->len : b->len, limbs = (ctx->prec + LIMB_DIGITS - 1) / LIMB_DIGITS;
    if (!(truth & 1) && most < limbs)
        limbs = most;
    DEC_TEMP(t);
    if (!dec_room(&t, limbs, status)) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return;
    }
    for (int64_t i = 0; i < limbs; i++)
        t.data[i] = limb_logic(i < a->len ? a->data[i] : 0, i < b->len ? b->data[i] : 0, truth);
    if (limbs * LIMB_DIGITS > ctx->prec)
        t.data[limbs - 1] %= limb_pow10[LIMB_DIGITS - (limbs * LIMB_DIGITS - ctx->prec)];
    dec_count(&t, limbs);
    dec_copy(r, &t, status);
    dec_release(&t);
}

void
dec_and(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    logic(r, a, b, ctx, status, 8);
}

void
dec_or(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    logic(r, a, b, ctx, status, 14);
}

void
dec_xor(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    logic(r, a, b, ctx, status, 6);
}

void
dec_invert(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    logic(r, a, a, ctx, status, 1);
}

/* ---- shifts -------------------------------------------------------------------------------------------------- */

/* The second operand of a shift or rotation: false when r is set. */
static bool
shift_count(int64_t *n, struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    uint32_t local = 0;
    if (dec_nan2(r, a, b, ctx, status))
        return false;
    if (!dec_is_inf(b) && b->exp == 0)
        *n = dec_get_i64(b, &local);
    if (dec_is_inf(b) || b->exp != 0 || local != 0 || *n > ctx->prec || *n < -ctx->prec) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return false;
    }
    if (dec_is_inf(a)) {
        dec_copy(r, a, status);
        return false;
    }
    return true;
}

/* Leaves the lowest prec digits. */
static void
cut_high(struct dec *r, int64_t prec)
{
    if (r->digits <= prec)
        return;
    int64_t limbs = (prec + LIMB_DIGITS - 1) / LIMB_DIGITS;
    if (limbs * LIMB_DIGITS > prec)
        r->data[limbs - 1] %= limb_pow10[prec % LIMB_DIGITS];
    dec_count(r, limbs);
}

void
dec_shift(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t n, exp = a->exp;
    if (!shift_count(&n, r, a, b, ctx, status))
        return;
    if (n < 0) {
        if (dec_copy(r, a, status)) {
            cut_high(r, ctx->prec);
            dec_shr(r, r, -n, status);
        }
    }
    else {
        DEC_TEMP(t);
        if (dec_copy(&t, a, status)) {
            cut_high(&t, n < ctx->prec ? ctx->prec - n : 1);
            if (n == ctx->prec)
                dec_set(&t, dec_sign(a), 0, 0);
            if (dec_shl(&t, &t, n, status))
                dec_copy(r, &t, status);
        }
        if (dec_is_nan(&t))
            dec_set_nan(r);
        dec_release(&t);
    }
    if (!dec_is_nan(r))
        r->exp = exp;
}

void
dec_rotate(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t n, exp = a->exp;
    uint8_t sign = dec_sign(a);
    if (!shift_count(&n, r, a, b, ctx, status))
        return;
    if (n < 0)
        n += ctx->prec;
    DEC_TEMP(low);
    DEC_TEMP(high);
    bool ok = dec_copy(&low, a, status) && dec_copy(&high, a, status);
    if (ok) {                            /* the highest n of prec digits go to the end */
        cut_high(&high, ctx->prec);
        ok = dec_shr(&high, &high, ctx->prec - n, status) >= 0;
        if (n == ctx->prec)
            dec_set(&low, 0, 0, 0);
        else
            cut_high(&low, ctx->prec - n);
        ok = ok && dec_shl(&low, &low, n, status);
    }
    if (ok) {
        low.exp = high.exp = 0;
        dec_set_sign(&low, 0);
        dec_set_sign(&high, 0);
        dec_add(r, &low, &high, &dec_max_ctx, status);
        dec_set_sign(r, sign);
        r->exp = exp;
    }
    else
        dec_set_nan(r);
    dec_release(&low);
    dec_release(&high);
}
