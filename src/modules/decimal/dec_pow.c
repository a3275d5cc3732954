/* modules/decimal/dec_pow.c: powers.
 *
 * The specification bounds the error of inexact powers only; results are libmpdec's: an integral exponent by repeated squaring at a
 * precision that the exponent's digits are added to, any other one as exp(y ln x) at a working precision. */
#include "modules/decimal/dec.h"

#include <gmp.h>
#include <string.h>

#include "object/num/int_scratch.h"

/* Decimal digits of |x|. */
static int64_t
exp_digits(int64_t x)
{
    return limb_ndigits(x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

/* 1 with so many zeros behind the point. */
static bool
set_one(struct dec *r, uint8_t sign, int64_t zeros, uint32_t *status)
{
    if (!dec_shl(r, &dec_one, zeros, status))
        return false;
    r->exp = -zeros;
    dec_set_flags(r, sign);
    return true;
}

/* ---- powers that need no computation ------------------------------------------------------------------------- */

static void
pow_of_zero(struct dec *r, const struct dec *y, uint8_t sign, uint32_t *status)
{
    if (dec_is_zero(y))
        dec_fail(r, DEC_INVALID_OPERATION, status);
    else if (dec_is_neg(y))
        dec_set_inf(r, sign);
    else
        dec_set(r, sign, 0, 0);
}

static void
pow_to_infinity(struct dec *r, const struct dec *x, const struct dec *y, uint8_t sign, const struct dec_ctx *ctx, uint32_t *status)
{
    int c = dec_cmp(x, &dec_one);
    if (c == 0) {
        set_one(r, sign, ctx->prec - 1, status);
        *status |= DEC_INEXACT | DEC_ROUNDED;
    }
    else if ((c < 0) == dec_is_neg(y))
        dec_set_inf(r, sign);
    else
        dec_set(r, sign, 0, 0);
}

static void
pow_of_infinity(struct dec *r, const struct dec *y, uint8_t sign)
{
    if (dec_is_zero(y))
        dec_set(r, sign, 1, 0);
    else if (dec_is_neg(y))
        dec_set(r, sign, 0, 0);
    else
        dec_set_inf(r, sign);
}

/* |x| is 1. */
static void
pow_of_one(struct dec *r, const struct dec *x, const struct dec *y, uint8_t sign, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t zeros = ctx->prec - 1;
    if (dec_is_int(y)) {
        if (dec_is_neg(y)) {
            dec_set(r, sign, 1, 0);
            return;
        }
        DEC_TEMP(t);                     /* as many zeros as the exact power has */
        uint32_t local = 0;
        dec_set_i64(&t, -x->exp);
        dec_mul(&t, &t, y, ctx, &local);
        local = 0;
        int64_t n = dec_get_i64(&t, &local);
        if (local != 0)
            n = INT64_MAX;
        dec_release(&t);
        if (n > zeros)
            *status |= DEC_ROUNDED;
        else
            zeros = n;
    }
    else
        *status |= DEC_INEXACT | DEC_ROUNDED;
    set_one(r, sign, zeros, status);
}

/* z with |log10(x)| >= 10^z. */
static int64_t
lower_bound(const struct dec *x, uint32_t *status)
{
    int64_t t = dec_adjexp(x);
    if (t > 0)
        return exp_digits(t) - 1;
    if (t < -1)
        return exp_digits(t + 1) - 1;
    DEC_TEMP(d);
    uint32_t local = 0;
    dec_sub(&d, x, &dec_one, &dec_max_ctx, &local);
    int64_t u = dec_adjexp(&d);
    *status |= local & DEC_ERRORS;
    dec_release(&d);
    return t == 0 ? u - 2 : u - 1;
}

/* Whether the power certainly overflows or underflows; then r is set. */
static bool
pow_is_out(struct dec *r, const struct dec *x, const struct dec *y, uint8_t sign, const struct dec_ctx *ctx, uint32_t *status)
{
    struct dec abs_x = *x;
    abs_x.flags = DEC_BORROWED;
    int64_t t = dec_adjexp(x);
    if ((t == 0 || t == -1) && exp_digits(ctx->emax) > dec_adjexp(y) && exp_digits(dec_etiny(ctx)) > dec_adjexp(y))
        return false;                    /* without looking closer: |log10(x)| is below 1 */
    int64_t zeta = lower_bound(&abs_x, status);
    if (*status & DEC_MALLOC_ERROR) {
        dec_set_nan(r);
        return true;
    }
    bool shrinks = (dec_cmp(&abs_x, &dec_one) < 0) != dec_is_neg(y);
    if (exp_digits(shrinks ? dec_etiny(ctx) : ctx->emax) >= zeta + dec_adjexp(y))
        return false;
    dec_set(r, sign, 1, shrinks ? dec_etiny(ctx) - 1 : DEC_EXP_INF);
    dec_finalize(r, ctx, status);
    return true;
}

/* ---- integral exponents -------------------------------------------------------------------------------------- */

static bool
is_over(const struct dec *r, uint32_t status)
{
    return dec_is_special(r) || (dec_coeff_is_zero(r) && status & DEC_CLAMPED);
}

/* r = base^n, n > 0: bits of the exponent from the top. */
static void
pow_u64(struct dec *r, const struct dec *base, uint64_t n, const struct dec_ctx *ctx, uint32_t *status)
{
    uint32_t local = 0;
    uint64_t bit = UINT64_C(1) << (63 - __builtin_clzll(n));
    dec_copy(r, base, &local);
    while ((bit >>= 1) != 0) {
        dec_mul(r, r, r, ctx, &local);
        if (n & bit)
            dec_mul(r, r, base, ctx, &local);
        if (is_over(r, local))
            break;
    }
    *status |= local;
}

/* The same for exponents of more than 64 bits, bits from the bottom. base and n are used up. */
static void
pow_long(struct dec *r, struct dec *base, struct dec *n, const struct dec_ctx *ctx, uint32_t *status)
{
    uint32_t local = 0, ignored = 0;
    DEC_TEMP(two);
    dec_set(&two, 0, 2, 0);
    dec_set(r, 0, 1, 0);
    dec_set_sign(n, 0);
    while (!dec_is_zero(n)) {
        if (dec_is_odd(n)) {
            dec_mul(r, r, base, ctx, &local);
            if (is_over(r, local))
                break;
        }
        dec_mul(base, base, base, ctx, &local);
        dec_divint(n, n, &two, &dec_max_ctx, &ignored);
        if (dec_is_nan(base) || dec_is_nan(n)) {
            dec_fail(r, DEC_MALLOC_ERROR, &local);
            break;
        }
    }
    *status |= local;
}

static void
pow_int(struct dec *r, const struct dec *x, const struct dec *y, uint8_t sign, const struct dec_ctx *ctx, uint32_t *status)
{
    struct dec_ctx c = *ctx;
    uint32_t local = 0;
    DEC_TEMP(base);
    DEC_TEMP(n);
    c.prec += y->digits + y->exp + 2;
    c.round = DEC_ROUND_HALF_EVEN;
    c.clamp = 0;
    if (dec_is_neg(y)) {
        c.prec++;
        dec_div(&base, &dec_one, x, &c, &local);
    }
    else
        dec_copy(&base, x, &local);
    *status |= local;
    if (local & DEC_ERRORS)
        dec_set_nan(r);
    else {
        local = 0;
        dec_copy(&n, y, &local);
        dec_set_sign(&n, 0);
        int64_t small = dec_get_i64(&n, &local);
        if (local == 0)
            pow_u64(r, &base, (uint64_t)small, &c, status);
        else
            pow_long(r, &base, &n, &c, status);
        if (dec_is_inf(r))               /* so that ctx->round decides */
            dec_set(r, sign, 1, DEC_EXP_INF);
        dec_set_sign(r, sign);
    }
    dec_release(&base);
    dec_release(&n);
    dec_finalize(r, ctx, status);
}

/* ---- other exponents ----------------------------------------------------------------------------------------- */

static void
pow_real(struct dec *r, const struct dec *x, const struct dec *y, const struct dec_ctx *ctx, uint32_t *status)
{
    struct dec_ctx c = dec_max_ctx;
    c.prec = (x->digits > ctx->prec ? x->digits : ctx->prec) + 4 + LIMB_DIGITS;
    uint32_t local = 0;
    DEC_TEMP(t);
    dec_ln(&t, x, &c, &local);
    dec_mul(&t, &t, y, &c, &local);
    *status |= local & DEC_MALLOC_ERROR;
    dec_exp(&t, &t, &c, status);
    if (!dec_is_special(&t) && dec_cmp(&t, &dec_one) == 0)
        set_one(&t, 0, ctx->prec - 1, status);
    if (dec_is_inf(&t))                  /* so that ctx->round decides */
        dec_set(&t, 0, 1, DEC_EXP_INF);
    if (dec_copy(r, &t, status))
        dec_finalize(r, ctx, status);
    dec_release(&t);
}

static void
pow_finite(struct dec *r, const struct dec *x, const struct dec *y, uint8_t sign, bool integral, const struct dec_ctx *ctx,
           uint32_t *status)
{
    if (dec_is_zero(y))
        dec_set(r, sign, 1, 0);
    else if (dec_cmp_abs(x, &dec_one) == 0)
        pow_of_one(r, x, y, sign, ctx, status);
    else if (pow_is_out(r, x, y, sign, ctx, status))
        return;
    else if (integral)
        pow_int(r, x, y, sign, ctx, status);
    else
        pow_real(r, x, y, ctx, status);
}

void
dec_pow(struct dec *out, const struct dec *x, const struct dec *y, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(out, x, y, ctx, status))
        return;
    DEC_TEMP(r);
    bool integral = dec_is_int(y);
    uint8_t sign = integral && dec_is_odd(y) ? dec_sign(x) : 0;
    if (dec_is_zero(x))
        pow_of_zero(&r, y, sign, status);
    else if (dec_is_neg(x) && !integral)
        dec_fail(&r, DEC_INVALID_OPERATION, status);
    else if (dec_is_inf(y))
        pow_to_infinity(&r, x, y, sign, ctx, status);
    else if (dec_is_inf(x))
        pow_of_infinity(&r, y, sign);
    else
        pow_finite(&r, x, y, sign, integral, ctx, status);
    dec_copy(out, &r, status);
    dec_release(&r);
}

/* ---- modular powers ------------------------------------------------------------------------------------------ */

#define POWMOD_ZEROS 100000              /* of the exponent that are written out */

struct powmod {
    uint64_t *base, *exp, *mod;          /* radix 2^64 */
    size_t nbase, nexp, nmod;
    int64_t base_zeros, exp_zeros;       /* powers of ten that are still to be multiplied with */
    mpz_t result;
};

/* result = (base * 10^base_zeros)^(exp * 10^exp_zeros) mod mod. */
static void
powmod_run(struct powmod *p)
{
    mpz_t base, exp, mod, t;
    mpz_init(p->result);
    mpz_init(t);
    mpz_roinit_n(base, (const mp_limb_t *)p->base, (mp_size_t)p->nbase);
    mpz_roinit_n(exp, (const mp_limb_t *)p->exp, (mp_size_t)p->nexp);
    mpz_roinit_n(mod, (const mp_limb_t *)p->mod, (mp_size_t)p->nmod);
    mpz_set_ui(t, 10);
    mpz_set_ui(p->result, (unsigned long)p->base_zeros);
    mpz_powm(p->result, t, p->result, mod);
    mpz_mul(p->result, p->result, base);
    mpz_powm(p->result, p->result, exp, mod);
    mpz_set(t, p->result);
    for (int64_t i = 0, seen = 0; i < p->exp_zeros; i++) {
        mpz_powm_ui(p->result, p->result, 10, mod);
        if (mpz_cmp(p->result, t) == 0)  /* it goes round: leave out whole rounds */
            p->exp_zeros = i + 1 + (p->exp_zeros - i - 1) % (i + 1 - seen);
        else if ((i & (i + 1)) == 0) {
            mpz_set(t, p->result);
            seen = i + 1;
        }
    }
    mpz_clear(t);
}

/* |a| of an integer as limbs in radix 2^64 and zeros behind it. */
static uint64_t *
split(const struct dec *a, size_t *n, int64_t *zeros, int64_t most)
{
    struct dec t = *a;
    *zeros = 0;
    if (t.exp > most) {
        *zeros = t.exp;
        t.exp = 0;
    }
    return dec_to_binary(&t, n);
}

static void
powmod_int(struct dec *r, const struct dec *base, const struct dec *exp, const struct dec *mod, uint8_t sign, uint32_t *status)
{
    struct powmod p = { 0 };
    struct int_scratch scratch;
    int64_t none;
    p.base = split(base, &p.nbase, &p.base_zeros, 0);
    p.exp = split(exp, &p.nexp, &p.exp_zeros, POWMOD_ZEROS);
    p.mod = split(mod, &p.nmod, &none, INT64_MAX);
    if (p.base == NULL || p.exp == NULL || p.mod == NULL || p.nbase > INT32_MAX || p.nexp > INT32_MAX || p.nmod > INT32_MAX / 4
        || INT_SCRATCH_FAILS(&scratch))
        dec_fail(r, DEC_MALLOC_ERROR, status);
    else {
        powmod_run(&p);
        int_scratch_end(&scratch);
        dec_from_binary(r, sign, (const uint64_t *)mpz_limbs_read(p.result), mpz_size(p.result), status);
        mpz_clear(p.result);
    }
    free(p.base);
    free(p.exp);
    free(p.mod);
}

void
dec_powmod(struct dec *r, const struct dec *base, const struct dec *exp, const struct dec *mod, const struct dec_ctx *ctx,
           uint32_t *status)
{
    if (dec_nan3(r, base, exp, mod, ctx, status))
        return;
    if (!dec_is_int(base) || !dec_is_int(exp) || !dec_is_int(mod) || dec_is_zero(mod) || mod->digits + mod->exp > ctx->prec
        || (dec_is_neg(exp) && !dec_is_zero(exp)) || (dec_is_zero(exp) && dec_is_zero(base))) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    uint8_t sign = dec_is_odd(exp) ? dec_sign(base) : 0;
    if (dec_is_zero(exp))
        dec_set(r, sign, dec_cmp_abs(mod, &dec_one) != 0, 0);
    else if (dec_is_zero(base))
        dec_set(r, sign, 0, 0);
    else
        powmod_int(r, base, exp, mod, sign, status);
}
