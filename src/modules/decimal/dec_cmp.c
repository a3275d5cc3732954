/* modules/decimal/dec_cmp.c: order of numbers, and what class a number is of. */
#include "modules/decimal/dec.h"

/* ---- by value ------------------------------------------------------------------------------------------------ */

/* Coefficients of finite numbers other than 0 whose first digits have the same exponent. */
static int
cmp_aligned(const struct dec *a, const struct dec *b)
{
    if (a->exp < b->exp)
        return -cmp_aligned(b, a);
    int64_t shift = a->exp - b->exp, whole = shift / LIMB_DIGITS, part = shift % LIMB_DIGITS, i = b->len - 1;
    /* a * 10^shift, limb by limb from the top, against b */
    for (; i >= whole; i--) {
        uint64_t high = i - whole < a->len ? a->data[i - whole] : 0, w = high;
        if (part != 0) {
            uint64_t cut = limb_pow10[LIMB_DIGITS - part];
            w = high % cut * limb_pow10[part] + (i > whole ? a->data[i - whole - 1] / cut : 0);
        }
        if (w != b->data[i])
            return w < b->data[i] ? -1 : 1;
    }
    return limbs_is_zero(b->data, (size_t)(i + 1)) ? 0 : -1;
}

/* |a| to |b|, finite. */
static int
cmp_finite_abs(const struct dec *a, const struct dec *b)
{
    bool azero = dec_coeff_is_zero(a), bzero = dec_coeff_is_zero(b);
    if (azero || bzero)
        return bzero - azero;
    int64_t aadj = dec_adjexp(a), badj = dec_adjexp(b);
    if (aadj != badj)
        return aadj < badj ? -1 : 1;
    if (a->exp == b->exp)
        return limbs_cmp(a->data, b->data, (size_t)a->len);
    return cmp_aligned(a, b);
}

int
dec_cmp_abs(const struct dec *a, const struct dec *b)
{
    if (dec_is_inf(a) || dec_is_inf(b))
        return dec_is_inf(a) - dec_is_inf(b);
    return cmp_finite_abs(a, b);
}

int
dec_cmp(const struct dec *a, const struct dec *b)
{
    bool aneg = dec_is_neg(a), bneg = dec_is_neg(b);
    if (dec_is_zero(a) && dec_is_zero(b))
        return 0;
    if (dec_is_zero(a))
        return bneg ? 1 : -1;
    if (dec_is_zero(b))
        return aneg ? -1 : 1;
    if (aneg != bneg)
        return aneg ? -1 : 1;
    int c = dec_cmp_abs(a, b);
    return aneg ? -c : c;
}

/* Order of numbers of one value: by sign, then by exponent. */
static int
cmp_equal(const struct dec *a, const struct dec *b)
{
    if (dec_sign(a) != dec_sign(b))
        return dec_is_neg(a) ? -1 : 1;
    int c = (a->exp > b->exp) - (a->exp < b->exp);
    return dec_is_neg(a) ? -c : c;
}

void
dec_compare(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (!dec_nan2(r, a, b, ctx, status))
        dec_set_i64(r, dec_cmp(a, b));
}

void
dec_compare_signal(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    if (dec_nan2(r, a, b, ctx, status))
        *status |= DEC_INVALID_OPERATION;
    else
        dec_set_i64(r, dec_cmp(a, b));
}

/* ---- total order --------------------------------------------------------------------------------------------- */

static int
nan_rank(const struct dec *a)
{
    return a->flags & DEC_QNAN ? 2 : a->flags & DEC_SNAN ? 1 : 0;
}

static int
cmp_payload(const struct dec *a, const struct dec *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return a->len == 0 ? 0 : limbs_cmp(a->data, b->data, (size_t)a->len);
}

int
dec_cmp_total_mag(const struct dec *a, const struct dec *b)
{
    int ar = nan_rank(a), br = nan_rank(b);
    if (ar != br)
        return ar < br ? -1 : 1;
    if (ar != 0)
        return cmp_payload(a, b);
    int c = dec_cmp_abs(a, b);
    return c != 0 ? c : dec_is_inf(a) ? 0 : (a->exp > b->exp) - (a->exp < b->exp);
}

int
dec_cmp_total(const struct dec *a, const struct dec *b)
{
    if (dec_sign(a) != dec_sign(b))
        return dec_is_neg(a) ? -1 : 1;
    int c = dec_cmp_total_mag(a, b);
    return dec_is_neg(a) ? -c : c;
}

bool
dec_same_quantum(const struct dec *a, const struct dec *b)
{
    if (dec_is_special(a) || dec_is_special(b))
        return (dec_is_nan(a) && dec_is_nan(b)) || (dec_is_inf(a) && dec_is_inf(b));
    return a->exp == b->exp;
}

/* ---- extremes ------------------------------------------------------------------------------------------------ */

/* The larger (want 1) or smaller (want -1) of a and b. */
static void
extreme(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status, int want, bool abs)
{
    const struct dec *pick;
    if (a->flags & DEC_QNAN && !dec_is_nan(b))
        pick = b;
    else if (b->flags & DEC_QNAN && !dec_is_nan(a))
        pick = a;
    else if (dec_nan2(r, a, b, ctx, status))
        return;
    else {
        int c = abs ? dec_cmp_abs(a, b) : dec_cmp(a, b);
        if (c == 0)
            c = cmp_equal(a, b);
        pick = want > 0 ? (c < 0 ? b : a) : (c > 0 ? b : a);
    }
    if (dec_copy(r, pick, status))
        dec_finalize(r, ctx, status);
}

void
dec_max(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    extreme(r, a, b, ctx, status, 1, false);
}

void
dec_min(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    extreme(r, a, b, ctx, status, -1, false);
}

void
dec_max_mag(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    extreme(r, a, b, ctx, status, 1, true);
}

void
dec_min_mag(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status)
{
    extreme(r, a, b, ctx, status, -1, true);
}

/* ---- classes ------------------------------------------------------------------------------------------------- */

bool
dec_is_normal(const struct dec *a, const struct dec_ctx *ctx)
{
    return !dec_is_special(a) && !dec_coeff_is_zero(a) && dec_adjexp(a) >= ctx->emin;
}

bool
dec_is_subnormal(const struct dec *a, const struct dec_ctx *ctx)
{
    return !dec_is_special(a) && !dec_coeff_is_zero(a) && dec_adjexp(a) < ctx->emin;
}

const char *
dec_class(const struct dec *a, const struct dec_ctx *ctx)
{
    static const char *const names[] = { "+Zero", "-Zero", "+Subnormal", "-Subnormal", "+Normal", "-Normal", "+Infinity", "-Infinity" };
    if (dec_is_nan(a))
        return a->flags & DEC_QNAN ? "NaN" : "sNaN";
    int kind = dec_is_inf(a) ? 3 : dec_coeff_is_zero(a) ? 0 : dec_is_subnormal(a, ctx) ? 1 : 2;
    return names[2 * kind + dec_is_neg(a)];
}
