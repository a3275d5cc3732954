/* modules/decimal/dec_round.c: what a context does to a number: precision, exponent limits, NaN operands; the operations that only do
 * that, and the neighbours of a number. */
#include "modules/decimal/dec.h"

#include <string.h>

/* ---- rounding ----------------------------------------------------------------------------------------------- */

bool
dec_rounds_up(const struct dec *r, int digit, uint32_t round)
{
    if (digit == 0)
        return false;
    switch (round) {
    case DEC_ROUND_UP: return true;
    case DEC_ROUND_CEILING: return !dec_is_neg(r);
    case DEC_ROUND_FLOOR: return dec_is_neg(r);
    case DEC_ROUND_HALF_UP: return digit >= 5;
    case DEC_ROUND_HALF_DOWN: return digit > 5;
    case DEC_ROUND_HALF_EVEN: return digit > 5 || (digit == 5 && r->data[0] % 2 != 0);
    case DEC_ROUND_05UP: return r->data[0] % 5 == 0;
    default: return false;
    }
}

bool
dec_increment(struct dec *r, uint32_t *status)
{
    if (limbs_inc(r->data, (size_t)r->len)) {
        if (!dec_room(r, r->len + 1, status))
            return false;
        r->data[r->len++] = 1;
    }
    dec_count(r, r->len);
    return true;
}

/* The largest number that fits. */
static void
set_largest(struct dec *r, uint8_t neg, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t limbs = (ctx->prec + LIMB_DIGITS - 1) / LIMB_DIGITS;
    r->len = 0;
    if (!dec_room(r, limbs, status))
        return;
    for (int64_t i = 0; i < limbs; i++)
        r->data[i] = LIMB_RADIX - 1;
    r->data[limbs - 1] = limb_pow10[(ctx->prec - 1) % LIMB_DIGITS + 1] - 1;
    dec_set_flags(r, neg);
    r->exp = dec_etop(ctx);
    r->len = limbs;
    r->digits = ctx->prec;
}

static void
overflow(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    bool neg = dec_is_neg(r);
    if (dec_coeff_is_zero(r)) {
        r->exp = ctx->clamp ? dec_etop(ctx) : ctx->emax;
        *status |= DEC_CLAMPED;
        return;
    }
    *status |= DEC_OVERFLOW | DEC_INEXACT | DEC_ROUNDED;
    if (ctx->round == DEC_ROUND_DOWN || ctx->round == DEC_ROUND_05UP || (ctx->round == DEC_ROUND_CEILING && neg)
        || (ctx->round == DEC_ROUND_FLOOR && !neg))
        set_largest(r, neg ? DEC_NEG : 0, ctx, status);
    else
        dec_set_inf(r, neg ? DEC_NEG : 0);
}

static void
clamp(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t adj = dec_adjexp(r), shift = r->exp - dec_etop(ctx), exp = dec_etop(ctx);
    if (!dec_shl(r, r, shift, status))
        return;
    r->exp = exp;
    *status |= DEC_CLAMPED;
    if (!dec_coeff_is_zero(r) && adj < ctx->emin)
        *status |= DEC_SUBNORMAL;
}

static void
underflow(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t etiny = dec_etiny(ctx);
    if (dec_coeff_is_zero(r)) {
        if (r->exp < etiny) {
            r->exp = etiny;
            *status |= DEC_CLAMPED;
        }
        return;
    }
    *status |= DEC_SUBNORMAL;
    if (r->exp >= etiny)
        return;
    int digit = dec_shr(r, r, etiny - r->exp, status);
    if (digit < 0)
        return;
    r->exp = etiny;
    *status |= DEC_ROUNDED;
    if (dec_rounds_up(r, digit, ctx->round) && !dec_increment(r, status))
        return;
    if (digit != 0) {
        *status |= DEC_INEXACT | DEC_UNDERFLOW;
        if (dec_coeff_is_zero(r))
            *status |= DEC_CLAMPED;
    }
}

static void
check_exp(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t adj = dec_adjexp(r);
    if (adj > ctx->emax)
        overflow(r, ctx, status);
    else if (ctx->clamp && r->exp > dec_etop(ctx))
        clamp(r, ctx, status);
    else if (adj < ctx->emin)
        underflow(r, ctx, status);
}

/* A NaN keeps as many digits of its payload as fit. */
static void
fit_payload(struct dec *r, const struct dec_ctx *ctx)
{
    int64_t most = ctx->prec - (int64_t)ctx->clamp;
    if (r->len == 0 || r->digits <= most)
        return;
    if (most == 0)
        r->len = r->digits = 0;
    else {
        int64_t limbs = (most + LIMB_DIGITS - 1) / LIMB_DIGITS;
        if (most % LIMB_DIGITS != 0)
            r->data[limbs - 1] %= limb_pow10[most % LIMB_DIGITS];
        dec_count(r, limbs);
        if (dec_coeff_is_zero(r))
            r->len = r->digits = 0;
    }
}

void
dec_finalize_slow(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_is_special(r)) {
        if (dec_is_nan(r))
            fit_payload(r, ctx);
        return;
    }
    check_exp(r, ctx, status);
    if (dec_is_special(r) || r->digits <= ctx->prec)
        return;
    int64_t cut = r->digits - ctx->prec;
    int digit = dec_shr(r, r, cut, status);
    if (digit < 0)
        return;
    r->exp += cut;
    *status |= digit != 0 ? DEC_ROUNDED | DEC_INEXACT : DEC_ROUNDED;
    if (dec_rounds_up(r, digit, ctx->round)) {
        if (!dec_increment(r, status))
            return;
        if (r->digits > ctx->prec) {
            dec_shr(r, r, 1, status);
            r->exp++;
            check_exp(r, ctx, status);
        }
    }
    if (r->alloc > 2 * r->len + DEC_TEMP_LIMBS)
        dec_shrink(r);
}

/* ---- NaN operands -------------------------------------------------------------------------------------------- */

static bool
take_nan(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (a->flags & DEC_SNAN)
        *status |= DEC_INVALID_OPERATION;
    if (dec_copy(r, a, status)) {
        r->flags = (uint8_t)((r->flags & ~DEC_SNAN) | DEC_QNAN);
        fit_payload(r, ctx);
    }
    return true;
}

bool
dec_nan1(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    return dec_is_nan(a) && take_nan(r, a, ctx, status);
}

bool
dec_nan2(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (!((a->flags | b->flags) & DEC_NAN))
        return false;
    return take_nan(r, a->flags & DEC_SNAN ? a : b->flags & DEC_SNAN ? b : dec_is_nan(a) ? a : b, ctx, status);
}

bool
dec_nan3(struct dec *r, const struct dec *a, const struct dec *b, const struct dec *c, const struct dec_ctx *ctx, uint32_t *status)
{
    if (!((a->flags | b->flags | c->flags) & DEC_NAN))
        return false;
    if (c->flags & DEC_SNAN && !((a->flags | b->flags) & DEC_SNAN))
        return take_nan(r, c, ctx, status);
    if ((a->flags | b->flags) & DEC_NAN)
        return dec_nan2(r, a, b, ctx, status);
    return take_nan(r, c, ctx, status);
}

/* ---- one operand --------------------------------------------------------------------------------------------- */

void
dec_plus(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status) || !dec_copy(r, a, status))
        return;
    if (dec_is_zero(r))
        dec_set_sign(r, ctx->round == DEC_ROUND_FLOOR ? dec_sign(r) : 0);
    dec_finalize(r, ctx, status);
}

void
dec_minus(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status) || !dec_copy(r, a, status))
        return;
    dec_set_sign(r, dec_is_zero(r) && ctx->round != DEC_ROUND_FLOOR ? 0 : dec_sign(r) ^ DEC_NEG);
    dec_finalize(r, ctx, status);
}

void
dec_abs(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status) || !dec_copy(r, a, status))
        return;
    dec_set_sign(r, 0);
    dec_finalize(r, ctx, status);
}

void
dec_reduce(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status) || !dec_copy(r, a, status))
        return;
    dec_finalize(r, ctx, status);
    if (dec_is_special(r))
        return;
    if (dec_coeff_is_zero(r)) {
        dec_set(r, dec_sign(r), 0, 0);
        return;
    }
    int64_t shift = dec_trailing_zeros(r), most = ctx->clamp ? dec_etop(ctx) : ctx->emax;
    if (r->exp + shift > most)
        shift = most - r->exp;
    dec_shr(r, r, shift, status);
    r->exp += shift;
}

/* To an integer by ctx->round; no limits apply. Whether there was something to cut, in *cut; its rounding digit. */
static int
round_to_int(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status, bool *cut)
{
    *cut = false;
    if (dec_nan1(r, a, ctx, status))
        return 0;
    if (dec_is_inf(a) || a->exp >= 0) {
        dec_copy(r, a, status);
        return 0;
    }
    if (dec_coeff_is_zero(a)) {
        dec_set(r, dec_sign(a), 0, 0);
        return 0;
    }
    int digit = dec_shr(r, a, -a->exp, status);
    if (digit < 0)
        return 0;
    r->exp = 0;
    *cut = true;
    if (dec_rounds_up(r, digit, ctx->round))
        dec_increment(r, status);
    return digit;
}

void
dec_round_exact(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    bool cut;
    int digit = round_to_int(r, a, ctx, status, &cut);
    if (cut)
        *status |= digit != 0 ? DEC_ROUNDED | DEC_INEXACT : DEC_ROUNDED;
}

void
dec_round_value(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    bool cut;
    round_to_int(r, a, ctx, status, &cut);
}

/* ---- to a given exponent ------------------------------------------------------------------------------------- */

void
dec_rescale(struct dec *r, const struct dec *a, int64_t exp, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t diff = a->exp - exp;
    if (dec_coeff_is_zero(a)) {
        dec_set(r, dec_sign(a), 0, exp);
        return;
    }
    if (diff >= 0) {
        if (diff > DEC_MAX_PREC) {
            dec_fail(r, DEC_INVALID_OPERATION, status);
            return;
        }
        if (dec_shl(r, a, diff, status))
            r->exp = exp;
        return;
    }
    int digit = dec_shr(r, a, -diff, status);
    if (digit < 0)
        return;
    r->exp = exp;
    *status |= digit != 0 ? DEC_ROUNDED | DEC_INEXACT : DEC_ROUNDED;
    if (dec_rounds_up(r, digit, ctx->round))
        dec_increment(r, status);
}

void
dec_to_digits(struct dec *r, const struct dec *a, int64_t digits, const struct dec_ctx *ctx, uint32_t *status)
{
    dec_rescale(r, a, a->exp + (a->digits - digits), ctx, status);
    if (!dec_is_special(r) && r->digits > digits)
        dec_rescale(r, r, r->exp + 1, ctx, status);
}

void
dec_quantize(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t exp = b->exp;
    if (dec_is_special(a) || dec_is_special(b)) {
        if (dec_nan2(r, a, b, ctx, status))
            return;
        if (dec_is_inf(a) && dec_is_inf(b))
            dec_copy(r, a, status);
        else
            dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    if (exp > ctx->emax || exp < dec_etiny(ctx)) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    if (dec_coeff_is_zero(a)) {
        dec_set(r, dec_sign(a), 0, exp);
        dec_finalize(r, ctx, status);
        return;
    }
    if (a->digits + (a->exp - exp) > ctx->prec) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    uint32_t local = 0;
    dec_rescale(r, a, exp, ctx, &local);
    if (dec_is_special(r) || r->digits > ctx->prec || dec_adjexp(r) > ctx->emax) {
        dec_fail(r, local & DEC_MALLOC_ERROR ? DEC_MALLOC_ERROR : DEC_INVALID_OPERATION, status);
        return;
    }
    *status |= local;
    dec_finalize(r, ctx, status);
}

/* ---- neighbours ---------------------------------------------------------------------------------------------- */

/* The neighbour below (towards DEC_ROUND_FLOOR) or above (DEC_ROUND_CEILING); no status but errors. */
static void
next(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status, uint32_t direction)
{
    uint8_t away = direction == DEC_ROUND_FLOOR ? DEC_NEG : 0;
    if (dec_is_special(a)) {
        if (dec_nan1(r, a, ctx, status))
            return;
        if (dec_sign(a) == away)
            dec_copy(r, a, status);
        else
            set_largest(r, dec_sign(a), ctx, status);
        return;
    }
    struct dec_ctx c = *ctx;
    uint32_t local = 0;
    c.round = direction;
    DEC_TEMP(t);
    if (!dec_copy(&t, a, &local))
        goto done;
    dec_finalize(&t, &c, &local);
    if (!(local & (DEC_INEXACT | DEC_ERRORS))) {
        DEC_TEMP(tiny);
        local = 0;
        dec_set(&tiny, away, 1, dec_etiny(ctx) - 1);
        dec_add(&t, a, &tiny, &c, &local);
    }
done:
    *status |= local & DEC_ERRORS;
    dec_copy(r, &t, status);
    dec_release(&t);
}

void
dec_next_minus(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    next(r, a, ctx, status, DEC_ROUND_FLOOR);
}

void
dec_next_plus(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    next(r, a, ctx, status, DEC_ROUND_CEILING);
}

void
dec_next_toward(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        return;
    int c = dec_cmp(a, b);
    if (c == 0) {
        uint8_t sign = dec_sign(b);
        dec_copy(r, a, status);
        dec_set_sign(r, sign);
        return;
    }
    next(r, a, ctx, status, c < 0 ? DEC_ROUND_CEILING : DEC_ROUND_FLOOR);
    if (dec_is_inf(r))
        *status |= DEC_OVERFLOW | DEC_ROUNDED | DEC_INEXACT;
    else if (!dec_is_nan(r) && dec_adjexp(r) < ctx->emin) {
        *status |= DEC_UNDERFLOW | DEC_SUBNORMAL | DEC_ROUNDED | DEC_INEXACT;
        if (dec_coeff_is_zero(r))
            *status |= DEC_CLAMPED;
    }
}
