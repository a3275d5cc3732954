/* modules/decimal/dec_arith.c: sums and products. Operands of one limb, the usual case, go a short way of their own. */
#include "modules/decimal/dec.h"

#include <string.h>

/* ---- sums --------------------------------------------------------------------------------------------------- */

/* The sign of a difference that is 0. */
static uint8_t
zero_sign(const struct dec_ctx *ctx)
{
    return ctx->round == DEC_ROUND_FLOOR ? DEC_NEG : 0;
}

/* Coefficients of one limb, x with sign and y with sign, at the same exponent. */
static void
add_limbs(struct dec *r, uint64_t x, uint8_t xneg, uint64_t y, uint8_t yneg, int64_t exp, const struct dec_ctx *ctx, uint32_t *status)
{
    r->exp = exp;
    r->len = 1;
    if (xneg == yneg) {
        unsigned carry = 0;
        r->data[0] = limb_add(x, y, &carry);
        dec_set_flags(r, xneg);
        if (carry) {
            r->data[1] = 1;
            r->len = 2;
            r->digits = LIMB_DIGITS + 1;
        }
        else
            r->digits = limb_ndigits(r->data[0]);
    }
    else {
        uint64_t d = x < y ? y - x : x - y;
        r->data[0] = d;
        r->digits = limb_ndigits(d);
        dec_set_flags(r, d == 0 ? zero_sign(ctx) : x < y ? yneg : xneg);
    }
    dec_finalize(r, ctx, status);
}

/* Aligned: r = big * 10^0 +- small, both with small's exponent. */
static void
add_aligned(struct dec *r, const struct dec *a, uint8_t aneg, const struct dec *b, uint8_t bneg, const struct dec_ctx *ctx,
            uint32_t *status)
{
    int64_t exp = b->exp, n;
    if (a->len < b->len || (a->len == b->len && aneg != bneg && limbs_cmp(a->data, b->data, (size_t)a->len) < 0)) {
        const struct dec *t = a;
        a = b;
        b = t;
        uint8_t s = aneg;
        aneg = bneg;
        bneg = s;
    }
    n = a->len;
    if (!dec_room(r, n + 1, status))
        return;
    if (aneg == bneg) {
        r->data[n] = limbs_add(r->data, a->data, (size_t)n, b->data, (size_t)b->len);
        dec_count(r, n + 1);
    }
    else {
        limbs_sub(r->data, a->data, (size_t)n, b->data, (size_t)b->len);
        dec_count(r, n);
    }
    r->exp = exp;
    dec_set_flags(r, aneg != bneg && dec_coeff_is_zero(r) ? zero_sign(ctx) : aneg);
    dec_finalize(r, ctx, status);
}

static void
add_finite(struct dec *r, const struct dec *a, uint8_t aneg, const struct dec *b, uint8_t bneg, const struct dec_ctx *ctx,
           uint32_t *status)
{
    if (a->exp < b->exp) {
        const struct dec *t = a;
        a = b;
        b = t;
        uint8_t s = aneg;
        aneg = bneg;
        bneg = s;
    }
    if (a->exp == b->exp || dec_coeff_is_zero(a)) {
        add_aligned(r, a, aneg, b, bneg, ctx, status);
        return;
    }
    DEC_TEMP(shifted);
    uint64_t one[DEC_MIN_LIMBS];
    struct dec tiny = { DEC_BORROWED, 0, 1, 1, DEC_MIN_LIMBS, one };
    int64_t exp = a->exp - 1 + (a->digits > ctx->prec ? 0 : a->digits - ctx->prec - 1);
    if (dec_adjexp(b) < exp) {           /* too small to matter but for the direction */
        tiny.exp = exp;
        one[0] = !dec_coeff_is_zero(b);
        b = &tiny;
    }
    if (!dec_shl(&shifted, a, a->exp - b->exp, status))
        dec_fail(r, DEC_MALLOC_ERROR, status);
    else
        add_aligned(r, &shifted, aneg, b, bneg, ctx, status);
    dec_release(&shifted);
}

static void
add_special(struct dec *r, const struct dec *a, const struct dec *b, uint8_t bneg, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        return;
    if (dec_is_inf(a) && dec_is_inf(b) && dec_sign(a) != bneg)
        dec_fail(r, DEC_INVALID_OPERATION, status);
    else
        dec_set_inf(r, dec_is_inf(a) ? dec_sign(a) : bneg);
}

static inline void
add(struct dec *r, const struct dec *a, const struct dec *b, uint8_t bneg, const struct dec_ctx *ctx, uint32_t *status)
{
    if (__builtin_expect((a->flags | b->flags) & DEC_SPECIAL, 0)) {
        add_special(r, a, b, bneg, ctx, status);
        return;
    }
    uint8_t aneg = dec_sign(a);
    if (a->len == 1 && b->len == 1) {
        int64_t shift = a->exp - b->exp;
        if (shift == 0) {
            add_limbs(r, a->data[0], aneg, b->data[0], bneg, a->exp, ctx, status);
            return;
        }
        if (shift > 0 && shift <= LIMB_DIGITS - a->digits) {
            add_limbs(r, a->data[0] * limb_pow10[shift], aneg, b->data[0], bneg, b->exp, ctx, status);
            return;
        }
        if (shift < 0 && -shift <= LIMB_DIGITS - b->digits) {
            add_limbs(r, a->data[0], aneg, b->data[0] * limb_pow10[-shift], bneg, a->exp, ctx, status);
            return;
        }
    }
    add_finite(r, a, aneg, b, bneg, ctx, status);
}

void
dec_add(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    add(r, a, b, dec_sign(b), ctx, status);
}

void
dec_sub(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    add(r, a, b, dec_sign(b) ^ DEC_NEG, ctx, status);
}

/* ---- products ----------------------------------------------------------------------------------------------- */

static void
mul_special(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        return;
    if (dec_is_zero(a) || dec_is_zero(b))
        dec_fail(r, DEC_INVALID_OPERATION, status);
    else
        dec_set_inf(r, dec_sign(a) ^ dec_sign(b));
}

#define MUL_STACK 64

/* w = the coefficients' product, a->len + b->len limbs that are no operand's. */
static int
mul_coefficients(uint64_t *w, const struct dec *a, const struct dec *b)
{
    if (a->len == 2 && b->len == 2) {
        limbs_mul2(w, a->data, b->data);
        return 0;
    }
    return limbs_mul(w, a->data, (size_t)a->len, b->data, (size_t)b->len);
}

/* r gets sign and exponent of a product whose n limbs it has. */
static void
finish_product(struct dec *r, int64_t n, uint8_t sign, int64_t exp)
{
    dec_count(r, n);
    dec_set_flags(r, sign);
    r->exp = exp;
}

/* One limb each. */
static inline void
mul_short(struct dec *r, const struct dec *a, const struct dec *b)
{
    limb2 p = (limb2)a->data[0] * b->data[0];
    dec_set_flags(r, dec_sign(a) ^ dec_sign(b));
    r->exp = a->exp + b->exp;
    if (a->digits + b->digits <= LIMB_DIGITS) {
        r->data[0] = (uint64_t)p;
        r->len = 1;
        r->digits = limb_ndigits((uint64_t)p);
    }
    else {
        r->data[1] = limb_div_radix((uint64_t)(p >> 64), (uint64_t)p, &r->data[0]);
        dec_count(r, 2);
    }
}

/* Exactly, in memory from malloc(). */
static bool
mul_long(struct dec *r, const struct dec *a, const struct dec *b, uint32_t *status)
{
    int64_t n = a->len + b->len, exp = a->exp + b->exp;
    uint8_t sign = dec_sign(a) ^ dec_sign(b);
    uint64_t *w = malloc((size_t)n * sizeof(*w));
    if (w == NULL || mul_coefficients(w, a, b) < 0) {
        free(w);
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return false;
    }
    dec_release(r);
    r->data = w;
    r->alloc = n;
    r->flags = 0;
    finish_product(r, n, sign, exp);
    return true;
}

void
dec_mul(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t n = a->len + b->len;
    if (__builtin_expect((a->flags | b->flags) & DEC_SPECIAL, 0))
        mul_special(r, a, b, ctx, status);
    else if (n == 2) {
        mul_short(r, a, b);
        dec_finalize(r, ctx, status);
    }
    else if (n <= MUL_STACK) {           /* the whole product is on the stack, r gets what is left of it */
        uint64_t limbs[MUL_STACK];
        struct dec t = { DEC_BORROWED, 0, 1, 1, MUL_STACK, limbs };
        if (mul_coefficients(limbs, a, b) < 0) {
            dec_fail(r, DEC_MALLOC_ERROR, status);
            return;
        }
        finish_product(&t, n, dec_sign(a) ^ dec_sign(b), a->exp + b->exp);
        dec_finalize(&t, ctx, status);
        dec_copy(r, &t, status);
        dec_release(&t);
    }
    else if (mul_long(r, a, b, status))
        dec_finalize(r, ctx, status);
}

void
dec_fma(struct dec *r, const struct dec *a, const struct dec *b, const struct dec *c, const struct dec_ctx *ctx, uint32_t *status)
{
    DEC_TEMP(p);
    bool invalid = (dec_is_inf(a) && dec_is_zero(b)) || (dec_is_zero(a) && dec_is_inf(b));     /* even if c is NaN */
    if (invalid) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    if (dec_nan3(r, a, b, c, ctx, status))
        return;
    if ((a->flags | b->flags) & DEC_SPECIAL)
        mul_special(&p, a, b, ctx, status);
    else if (a->len + b->len == 2)
        mul_short(&p, a, b);
    else
        mul_long(&p, a, b, status);
    dec_add(r, &p, c, ctx, status);
    dec_release(&p);
}
