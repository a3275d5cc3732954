/* modules/decimal/dec_exp.c: exp, ln and log10, correctly rounded (half even) at any precision.
 *
 * The values are computed as binary fixed-point numbers x * 2^bits in GMP's integers, with some decimal digits more than asked for. They
 * are never exact (what is was answered before), so they can be rounded unless the digits behind the precision are within the error of 0
 * or of a half; then the computation is repeated with more of them. The logarithm of 10 is kept.
 *
 * GMP cannot fail, so that each computation runs whole under one guard, with all its memory from GMP; see int_scratch.h. */
#include "modules/decimal/dec.h"

#include <gmp.h>
#include <math.h>
#include <string.h>

#include "object/num/int_scratch.h"

#define MAX_BITS (INT64_C(1) << 34)      /* of fixed-point numbers; GMP's end at 2^37 */
#define SINH_BITS 1500

static const struct dec_ctx round_down = { 60, DEC_MAX_EMAX, DEC_MIN_EMIN, 0, 0, DEC_ROUND_DOWN, 0 };

/* Bits that hold n decimal digits. */
static int64_t
bits_of(int64_t digits)
{
    return digits / 3 * 10 + 14;
}

/* ---- fixed point --------------------------------------------------------------------------------------------- */

static void
fixed_mul(mpz_t r, const mpz_t a, const mpz_t b, int64_t bits)
{
    mpz_mul(r, a, b);
    mpz_fdiv_q_2exp(r, r, (mp_bitcnt_t)bits);
}

/* y = exp(r) for a small r: its series. */
static void
exp_series(mpz_t y, const mpz_t r, int64_t bits)
{
    mpz_t term;
    mpz_init_set(term, r);
    mpz_set_ui(y, 1);
    mpz_mul_2exp(y, y, (mp_bitcnt_t)bits);
    mpz_add(y, y, r);
    for (unsigned long i = 2; mpz_sgn(term) != 0; i++) {
        mpz_mul(term, term, r);
        mpz_tdiv_q_2exp(term, term, (mp_bitcnt_t)bits);
        mpz_tdiv_q_ui(term, term, i);
        mpz_add(y, y, term);
    }
    mpz_clear(term);
}

/* The same by way of sinh, whose series has half the terms: exp = sinh + sqrt(1 + sinh^2). */
static void
exp_by_sinh(mpz_t y, const mpz_t r, int64_t bits)
{
    mpz_t term, square;
    mpz_init_set(term, r);
    mpz_init(square);
    fixed_mul(square, r, r, bits);
    mpz_set(y, r);
    for (unsigned long i = 2; mpz_sgn(term) != 0; i += 2) {
        mpz_mul(term, term, square);
        mpz_tdiv_q_2exp(term, term, (mp_bitcnt_t)bits);
        mpz_tdiv_q_ui(term, term, i * (i + 1));
        mpz_add(y, y, term);
    }
    mpz_mul(square, y, y);
    mpz_set_ui(term, 1);
    mpz_mul_2exp(term, term, (mp_bitcnt_t)bits * 2);
    mpz_add(square, square, term);
    mpz_sqrt(square, square);
    mpz_add(y, y, square);
    mpz_clears(term, square, NULL);
}

/* y = exp(x), |x| < 4. x is halved so often that the series is short; the result is squared as often. */
static void
fixed_exp(mpz_t y, const mpz_t x, int64_t bits)
{
    int64_t halvings = (int64_t)(sqrt((double)bits) * (bits < SINH_BITS ? 0.7 : 0.5)) + 2, work = bits + halvings + 12;
    mpz_t r;
    mpz_init(r);
    mpz_mul_2exp(r, x, (mp_bitcnt_t)(work - bits));
    mpz_fdiv_q_2exp(r, r, (mp_bitcnt_t)halvings);
    if (bits < SINH_BITS)
        exp_series(y, r, work);
    else
        exp_by_sinh(y, r, work);
    while (halvings-- > 0)
        fixed_mul(y, y, y, work);
    mpz_fdiv_q_2exp(y, y, (mp_bitcnt_t)(work - bits));
    mpz_clear(r);
}

/* y = ln(x), 1/4 < x < 4: a step of Halley's method triples the digits of a logarithm that was computed with fewer. */
static void
fixed_ln(mpz_t y, const mpz_t x, int64_t bits)
{
    if (bits <= 48) {
        double v = log(ldexp(mpz_get_d(x), (int)-bits));
        mpz_set_d(y, ldexp(v, (int)bits));
        return;
    }
    int64_t part = bits / 3 + 8;
    if (part >= bits)
        part = bits - 1;
    mpz_t e, sum;
    mpz_inits(e, sum, NULL);
    mpz_fdiv_q_2exp(e, x, (mp_bitcnt_t)(bits - part));
    fixed_ln(y, e, part);
    mpz_mul_2exp(y, y, (mp_bitcnt_t)(bits - part));
    fixed_exp(e, y, bits);
    mpz_add(sum, x, e);
    mpz_sub(e, x, e);
    mpz_mul_2exp(e, e, (mp_bitcnt_t)bits + 1);
    mpz_tdiv_q(e, e, sum);
    mpz_add(y, y, e);
    mpz_clears(e, sum, NULL);
}

/* ---- ln 10 --------------------------------------------------------------------------------------------------- */

/* The terms a .. b - 1 of 1/n^2 + 1/3 n^4 + 1/5 n^6 ... times n^(2 a), as a fraction t / (odds q): the odd numbers' product, and
 * q = n^(2 (b - a)). Splitting keeps the numbers balanced, so that their products are fast. */
struct fraction { mpz_t t, odds, q; };

static void
split_atanh(struct fraction *f, unsigned long n, unsigned long a, unsigned long b)
{
    mpz_inits(f->t, f->odds, f->q, NULL);
    if (b - a == 1) {
        mpz_set_ui(f->t, 1);
        mpz_set_ui(f->odds, 2 * a + 1);
        mpz_set_ui(f->q, n * n);
        return;
    }
    struct fraction low, high;
    split_atanh(&low, n, a, (a + b) / 2);
    split_atanh(&high, n, (a + b) / 2, b);
    mpz_mul(f->t, low.t, high.odds);
    mpz_mul(f->t, f->t, high.q);
    mpz_mul(f->q, low.odds, high.t);
    mpz_add(f->t, f->t, f->q);
    mpz_mul(f->odds, low.odds, high.odds);
    mpz_mul(f->q, low.q, high.q);
    mpz_clears(low.t, low.odds, low.q, high.t, high.odds, high.q, NULL);
}

/* r += factor * atanh(1 / n). */
static void
add_atanh(mpz_t r, unsigned long factor, unsigned long n, int64_t bits)
{
    struct fraction f;
    split_atanh(&f, n, 0, (unsigned long)((double)bits / (2 * log2((double)n))) + 2);
    mpz_mul(f.odds, f.odds, f.q);
    mpz_mul_ui(f.t, f.t, factor * n);
    mpz_mul_2exp(f.t, f.t, (mp_bitcnt_t)bits);
    mpz_tdiv_q(f.t, f.t, f.odds);
    mpz_add(r, r, f.t);
    mpz_clears(f.t, f.odds, f.q, NULL);
}

/* ln 10 * 2^bits, as far as it was needed yet. */
static struct { uint64_t *limbs; size_t n; int64_t bits; } ln10_known;

/* Knows ln 10 with so many bits; false without memory. */
static bool
ln10_prepare(int64_t bits)
{
    if (ln10_known.bits >= bits)
        return true;
    struct int_scratch scratch;
    mpz_t x;
    bits += bits / 4 + 64;
    if (INT_SCRATCH_FAILS(&scratch))
        return false;
    mpz_init(x);
    add_atanh(x, 46, 31, bits + 32);
    add_atanh(x, 34, 49, bits + 32);
    add_atanh(x, 20, 161, bits + 32);
    mpz_fdiv_q_2exp(x, x, 32);
    int_scratch_end(&scratch);
    size_t n = mpz_size(x);
    uint64_t *limbs = malloc(n * sizeof(*limbs));
    if (limbs != NULL) {
        memcpy(limbs, mpz_limbs_read(x), n * sizeof(*limbs));
        free(ln10_known.limbs);
        ln10_known.limbs = limbs;
        ln10_known.n = n;
        ln10_known.bits = bits;
    }
    mpz_clear(x);
    return limbs != NULL;
}

/* Within a guard, after ln10_prepare(). */
static void
fixed_ln10(mpz_t r, int64_t bits)
{
    mpz_t known;
    mpz_fdiv_q_2exp(r, mpz_roinit_n(known, (const mp_limb_t *)ln10_known.limbs, (mp_size_t)ln10_known.n),
                    (mp_bitcnt_t)(ln10_known.bits - bits));
}

/* ---- from decimal and back ----------------------------------------------------------------------------------- */

/* What a computation starts from, and its result. */
struct job {
    const uint64_t *coefficient;         /* of the operand, in radix 2^64 */
    size_t n;
    bool neg;                            /* of the operand */
    int64_t exp;                         /* of the operand */
    int64_t scale;                       /* the result is wanted times 10^scale */
    int64_t bits;
    mpz_t result;                        /* that integer, off by less than 2 */
    int64_t result_exp;                  /* its power of ten */
};

typedef void compute(struct job *j);

/* x = coefficient * 10^exp * 2^bits, truncated. */
static void
fixed_operand(mpz_t x, const struct job *j, int64_t exp)
{
    mpz_t c, power;
    mpz_roinit_n(c, (const mp_limb_t *)j->coefficient, (mp_size_t)j->n);
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, (unsigned long)(exp < 0 ? -exp : exp));
    mpz_mul_2exp(x, c, (mp_bitcnt_t)j->bits);
    if (exp < 0)
        mpz_tdiv_q(x, x, power);
    else
        mpz_mul(x, x, power);
    mpz_clear(power);
}

/* result = x * 10^scale, of a fixed-point x. */
static void
scaled_result(struct job *j, const mpz_t x)
{
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, (unsigned long)j->scale);
    mpz_mul(power, power, x);
    mpz_fdiv_q_2exp(j->result, power, (mp_bitcnt_t)j->bits);
    mpz_clear(power);
}

/* Runs a computation; *r is its result. false without memory. */
static bool
run(struct dec *r, struct job *j, compute *f, uint32_t *status)
{
    struct int_scratch scratch;
    if (j->bits > MAX_BITS || !ln10_prepare(j->bits) || INT_SCRATCH_FAILS(&scratch)) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return false;
    }
    mpz_init(j->result);
    f(j);
    int_scratch_end(&scratch);
    bool ok = dec_from_binary(r, mpz_sgn(j->result) < 0 ? DEC_NEG : 0, (const uint64_t *)mpz_limbs_read(j->result), mpz_size(j->result),
                              status);
    mpz_clear(j->result);
    r->exp = j->result_exp;
    return ok;
}

/* Whether r, off by less than 2 in its last digit, can be rounded to prec digits. If so, it is made to say that it is inexact. */
static bool
is_decided(struct dec *r, int64_t prec)
{
    int64_t extra = r->digits - prec;
    if (extra < 4)
        return false;
    /* It cannot be when the digits behind the rounding digit are 000..002 or 997..999. */
    const uint64_t edge = 3, *d = r->data;
    int64_t limbs = (extra - 1) / LIMB_DIGITS, part = (extra - 1) % LIMB_DIGITS;
    uint64_t high = part == 0 ? 0 : d[limbs] % limb_pow10[part];
    bool zeros, nines;
    if (limbs == 0) {
        zeros = high < edge;
        nines = high >= limb_pow10[part] - edge;
    }
    else {
        zeros = high == 0 && d[0] < edge;
        nines = high == limb_pow10[part] - 1 && d[0] >= LIMB_RADIX - edge;
    }
    for (int64_t i = 1; i < limbs; i++) {
        zeros = zeros && d[i] == 0;
        nines = nines && d[i] == LIMB_RADIX - 1;
    }
    if (zeros || nines)
        return false;
    if (r->data[0] % 5 == 0)
        r->data[0]++;
    return true;
}

/* ---- exp ----------------------------------------------------------------------------------------------------- */

static void
compute_exp(struct job *j)
{
    mpz_t x, ln10, k;
    mpz_inits(x, ln10, k, NULL);
    fixed_operand(x, j, j->exp);
    if (j->neg)
        mpz_neg(x, x);
    fixed_ln10(ln10, j->bits);
    mpz_fdiv_qr(k, x, x, ln10);          /* exp(x) = 10^k * exp(rest) */
    j->result_exp = mpz_get_si(k) - j->scale;
    fixed_exp(x, x, j->bits);
    scaled_result(j, x);
    mpz_clears(x, ln10, k, NULL);
}

/* exp of a finite number, 10^(-prec - 5) < |a| < 10^19. */
static bool
exp_digits(struct dec *r, const struct dec *a, int64_t prec, uint32_t *status)
{
    int64_t adj = dec_adjexp(a), before = adj > 0 ? adj : 0;
    for (int64_t guard = 8;; guard *= 2) {
        struct dec_ctx c = round_down;
        uint32_t ignored = 0;
        c.prec = prec + guard + before + 10;
        DEC_TEMP(t);
        size_t n;
        struct job j = { .neg = dec_is_neg(a), .scale = prec + guard };
        j.bits = bits_of(prec + guard + before) + 40;
        if (!dec_copy(&t, a, status))
            return false;
        dec_finalize(&t, &c, &ignored);
        j.exp = t.exp;
        uint64_t *limbs = malloc((size_t)t.len * sizeof(*limbs));
        bool ok = limbs != NULL && limbs_to_binary(limbs, &n, t.data, (size_t)t.len) == 0;
        dec_release(&t);
        if (ok) {
            j.coefficient = limbs;
            j.n = n;
            ok = run(r, &j, compute_exp, status);
        }
        free(limbs);
        if (!ok) {
            dec_fail(r, DEC_MALLOC_ERROR, status);
            return false;
        }
        if (is_decided(r, prec))
            return true;
    }
}

/* 1 with all its digits. */
static void
set_padded_one(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_shl(r, &dec_one, ctx->prec - 1, status)) {
        r->exp = -(ctx->prec - 1);
        *status |= DEC_INEXACT | DEC_ROUNDED;
    }
}

void
dec_exp(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    struct dec_ctx even = *ctx;
    even.round = DEC_ROUND_HALF_EVEN;
    if (dec_nan1(r, a, ctx, status))
        return;
    if (dec_is_inf(a)) {
        if (dec_is_neg(a))
            dec_set(r, 0, 0, 0);
        else
            dec_set_inf(r, 0);
        return;
    }
    if (dec_coeff_is_zero(a)) {
        dec_set(r, 0, 1, 0);
        return;
    }
    int64_t adj = dec_adjexp(a);
    const struct dec tiny = { DEC_BORROWED, -(ctx->prec + 4), 1, 1, DEC_MIN_LIMBS, (uint64_t[DEC_MIN_LIMBS]){ 9 } };
    if (adj >= 19)
        dec_set(r, 0, 1, dec_is_neg(a) ? dec_etiny(ctx) - 1 : DEC_EXP_INF);
    else if (dec_cmp_abs(a, &tiny) <= 0)
        set_padded_one(r, ctx, status);
    else if (ctx->prec > INT64_C(1) << 52)                 /* libmpdec's limit */
        dec_fail(r, DEC_INVALID_OPERATION, status);
    else {
        DEC_TEMP(t);
        exp_digits(&t, a, ctx->prec, status);
        dec_copy(r, &t, status);
        dec_release(&t);
    }
    dec_finalize(r, &even, status);
}

/* ---- ln and log10 -------------------------------------------------------------------------------------------- */

/* ln(a) = ln(m) + k ln 10, with m between 0.3 and 3.2. */
static void
compute_ln_fixed(struct job *j, mpz_t y, mpz_t ln10)
{
    mpz_t x;
    mpz_init(x);
    fixed_operand(x, j, j->exp);
    fixed_ln(y, x, j->bits);
    fixed_ln10(ln10, j->bits);
    mpz_set_si(x, j->result_exp);
    mpz_mul(x, x, ln10);
    mpz_add(y, y, x);
    mpz_clear(x);
    j->result_exp = -j->scale;
}

static void
compute_ln(struct job *j)
{
    mpz_t y, ln10;
    mpz_inits(y, ln10, NULL);
    compute_ln_fixed(j, y, ln10);
    scaled_result(j, y);
    mpz_clears(y, ln10, NULL);
}

static void
compute_log10(struct job *j)
{
    mpz_t y, ln10;
    mpz_inits(y, ln10, NULL);
    compute_ln_fixed(j, y, ln10);
    mpz_mul_2exp(y, y, (mp_bitcnt_t)j->bits);
    mpz_tdiv_q(y, y, ln10);
    scaled_result(j, y);
    mpz_clears(y, ln10, NULL);
}

/* -1 - the exponent of |a - 1| if that is below 1: so many digits cancel out. */
static int64_t
cancelled_digits(const struct dec *a, uint32_t *status)
{
    int64_t adj = dec_adjexp(a);
    if (adj < -1 || adj > 0)
        return 0;
    DEC_TEMP(t);
    uint32_t local = 0;
    dec_sub(&t, a, &dec_one, &dec_max_ctx, &local);
    int64_t n = -dec_adjexp(&t);
    *status |= local & DEC_ERRORS;
    dec_release(&t);
    return n > 0 ? n : 0;
}

/* ln(1 + u) = u - u^2/2 + u^3/3 ..., u = a - 1 of exponent -near: for numbers so near 1 that few terms are needed. */
static bool
ln_series(struct dec *r, const struct dec *a, int64_t prec, uint32_t *status)
{
    struct dec_ctx c = dec_max_ctx;
    uint32_t local = 0;
    DEC_TEMP(u);
    DEC_TEMP(power);
    DEC_TEMP(term);
    DEC_TEMP(n);
    dec_sub(&u, a, &dec_one, &c, &local);
    c.prec = prec;
    dec_finalize(&u, &c, &local);
    dec_copy(&power, &u, &local);
    dec_copy(r, &u, &local);
    for (int64_t i = 2; !(local & DEC_ERRORS); i++) {
        dec_mul(&power, &power, &u, &c, &local);
        dec_set_i64(&n, i % 2 == 0 ? -i : i);
        dec_div(&term, &power, &n, &c, &local);
        dec_add(r, r, &term, &c, &local);
        if (dec_adjexp(&term) < dec_adjexp(r) - prec - 2)
            break;
    }
    dec_release(&u);
    dec_release(&power);
    dec_release(&term);
    dec_release(&n);
    *status |= local & DEC_ERRORS;
    return !(local & DEC_ERRORS);
}

/* r /= ln 10, with prec digits. */
static bool
over_ln10(struct dec *r, int64_t prec, uint32_t *status)
{
    struct dec_ctx c = dec_max_ctx;
    uint32_t local = 0;
    DEC_TEMP(ten);
    DEC_TEMP(ln10);
    c.prec = prec;
    dec_set(&ten, 0, 10, 0);
    dec_ln(&ln10, &ten, &c, &local);
    dec_div(r, r, &ln10, &c, &local);
    dec_release(&ln10);
    *status |= local & DEC_ERRORS;
    return !(local & DEC_ERRORS);
}

static bool
log_near_one(struct dec *r, const struct dec *a, int64_t digits, bool log10, uint32_t *status)
{
    if (!ln_series(r, a, digits + 6, status) || (log10 && !over_ln10(r, digits + 6, status)))
        return false;
    struct dec_ctx c = dec_max_ctx;
    uint32_t ignored = 0;
    c.prec = digits;
    dec_finalize(r, &c, &ignored);
    if (r->digits < digits) {            /* is_decided() is to see the digits behind prec as they are */
        int64_t missing = digits - r->digits, exp = r->exp;
        if (!dec_shl(r, r, missing, status))
            return false;
        r->exp = exp - missing;
    }
    return true;
}

/* A logarithm with digits enough for prec, a > 0 and not 1. */
static bool
log_digits(struct dec *r, const struct dec *a, int64_t prec, bool log10, uint32_t *status)
{
    int64_t near = cancelled_digits(a, status);
    for (int64_t guard = 8; !(*status & DEC_ERRORS); guard *= 2) {
        bool ok;
        if (near > 20 && near > (prec + guard) / 8)
            ok = log_near_one(r, a, prec + guard, log10, status);
        else {
            struct dec_ctx c = round_down;
            uint32_t ignored = 0;
            struct job j = { .scale = prec + guard + near };
            DEC_TEMP(t);
            c.prec = j.scale + 10;
            ok = dec_copy(&t, a, status);
            dec_finalize(&t, &c, &ignored);
            j.bits = bits_of(j.scale) + 100;
            j.result_exp = dec_adjexp(&t) + (t.data[t.len - 1] / limb_pow10[(t.digits - 1) % LIMB_DIGITS] >= 3);
            j.exp = t.exp - j.result_exp;
            uint64_t *limbs = malloc((size_t)t.len * sizeof(*limbs));
            ok = ok && limbs != NULL && limbs_to_binary(limbs, &j.n, t.data, (size_t)t.len) == 0;
            j.coefficient = limbs;
            ok = ok && run(r, &j, log10 ? compute_log10 : compute_ln, status);
            dec_release(&t);
            free(limbs);
        }
        if (!ok)
            break;
        if (is_decided(r, prec))
            return true;
    }
    dec_fail(r, DEC_MALLOC_ERROR, status);
    return false;
}

/* The cases that have an exact answer; false: r is still to be computed. */
static bool
log_exact(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan1(r, a, ctx, status))
        return true;
    if (dec_is_zero(a)) {
        dec_set_inf(r, DEC_NEG);
        return true;
    }
    if (dec_is_neg(a)) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return true;
    }
    if (dec_is_inf(a)) {
        dec_set_inf(r, 0);
        return true;
    }
    return false;
}

/* log10(a) for an a so near a power of ten 10^k that the digits of k are followed by zeros or nines beyond prec; false: it is not. */
static bool
log10_near_power(struct dec *r, const struct dec *a, int64_t prec, uint32_t *status)
{
    struct dec power = dec_one;
    uint32_t local = 0;
    bool near = false;
    DEC_TEMP(d);
    for (int i = 0; i < 2 && !near; i++) {
        int64_t k = dec_adjexp(a) + i;
        power.exp = k;
        dec_sub(&d, a, &power, &dec_max_ctx, &local);
        near = k != 0 && dec_adjexp(&d) < k - prec - 30 && !(local & DEC_ERRORS);
        if (near) {
            int64_t zeros = prec + 2;
            dec_set_i64(r, k);
            near = dec_shl(r, r, zeros, status);
            r->exp = -zeros;
            DEC_TEMP(one);
            dec_set(&one, dec_sign(&d), 1, -zeros);
            dec_add(r, r, &one, &dec_max_ctx, status);
        }
    }
    dec_release(&d);
    *status |= local & DEC_ERRORS;
    return near;
}

static void
logarithm(struct dec *r, const struct dec *a, bool log10, const struct dec_ctx *ctx, uint32_t *status)
{
    struct dec_ctx even = *ctx;
    even.round = DEC_ROUND_HALF_EVEN;
    DEC_TEMP(t);
    if (!log10 || !log10_near_power(&t, a, ctx->prec, status))
        log_digits(&t, a, ctx->prec, log10, status);
    if (dec_copy(r, &t, status))
        dec_finalize(r, &even, status);
    dec_release(&t);
}

void
dec_ln(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (log_exact(r, a, ctx, status))
        return;
    if (dec_cmp(a, &dec_one) == 0)
        dec_set(r, 0, 0, 0);
    else
        logarithm(r, a, false, ctx, status);
}

void
dec_log10(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    if (log_exact(r, a, ctx, status))
        return;
    if (a->data[a->len - 1] == limb_pow10[(a->digits - 1) % LIMB_DIGITS] && dec_trailing_zeros(a) == a->digits - 1) {
        struct dec_ctx even = *ctx;
        even.round = DEC_ROUND_HALF_EVEN;
        dec_set_i64(r, dec_adjexp(a));   /* a power of ten */
        dec_finalize(r, &even, status);
    }
    else
        logarithm(r, a, true, ctx, status);
}
