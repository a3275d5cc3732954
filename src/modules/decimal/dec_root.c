/* modules/decimal/dec_root.c: square root, by GMP's integer root. */
#include "modules/decimal/dec.h"

#include <gmp.h>
#include <string.h>

#include "object/num/int_scratch.h"

/* root = floor(sqrt(a)) and whether that is exact, of integers in radix 2^64; root has room for (n + 1) / 2 limbs. */
static int
binary_root(uint64_t *root, const uint64_t *a, size_t n, bool *exact)
{
    uint64_t *rest = malloc(n * sizeof(*rest));
    struct int_scratch scratch;
    if (rest == NULL)
        return -1;
    if (INT_SCRATCH_FAILS(&scratch)) {
        free(rest);
        return -1;
    }
    *exact = mpn_sqrtrem((mp_limb_t *)root, (mp_limb_t *)rest, (const mp_limb_t *)a, (mp_size_t)n) == 0;
    int_scratch_end(&scratch);
    free(rest);
    return 0;
}

/* r = floor(sqrt(coefficient of a)). */
static bool
integer_root(struct dec *r, const struct dec *a, bool *exact, uint32_t *status)
{
    size_t n;
    uint64_t *x = malloc(2 * (size_t)a->len * sizeof(*x)), *root = x + a->len;
    bool ok = x != NULL && limbs_to_binary(x, &n, a->data, (size_t)a->len) == 0 && binary_root(root, x, n, exact) == 0
              && dec_from_binary(r, 0, root, (n + 1) / 2, status);
    free(x);
    if (!ok)
        dec_fail(r, DEC_MALLOC_ERROR, status);
    return ok;
}

/* r = sqrt(a), a > 0, with prec + 1 digits, the last of which says whether more follow; with ideal exponent if exact. */
static bool
root(struct dec *r, const struct dec *a, int64_t ideal, int64_t prec, uint32_t *status, bool *exact)
{
    int64_t shift = 2 * (prec + 1) - a->digits, exp;
    if ((a->exp - shift) % 2 != 0)
        shift--;
    exp = (a->exp - shift) / 2;
    DEC_TEMP(t);
    int cut = 0;
    bool ok = shift >= 0 ? dec_shl(&t, a, shift, status) : (cut = dec_shr(&t, a, -shift, status)) >= 0;
    ok = ok && integer_root(r, &t, exact, status);
    dec_release(&t);
    if (!ok) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return false;
    }
    *exact = *exact && cut == 0;
    if (!*exact) {
        if (r->data[0] % 5 == 0)
            r->data[0]++;
    }
    else if (exp < ideal) {
        int64_t zeros = dec_trailing_zeros(r);
        if (zeros > ideal - exp)
            zeros = ideal - exp;
        dec_shr(r, r, zeros, status);
        exp += zeros;
    }
    r->exp = exp;
    return true;
}

void
dec_sqrt(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t ideal = (a->exp - (a->exp & 1)) / 2;
    struct dec_ctx even = *ctx;
    even.round = DEC_ROUND_HALF_EVEN;
    if (dec_nan1(r, a, ctx, status))
        return;
    if (dec_is_zero(a)) {
        dec_set(r, dec_sign(a), 0, ideal);
        dec_finalize(r, &even, status);
        return;
    }
    if (dec_is_neg(a)) {
        dec_fail(r, DEC_INVALID_OPERATION, status);
        return;
    }
    if (dec_is_inf(a)) {
        dec_set_inf(r, 0);
        return;
    }
    bool exact = false;
    DEC_TEMP(t);
    if (ctx->prec > a->digits)           /* an exact root is short, however large the precision */
        root(&t, a, ideal, ctx->prec > 10000 ? a->digits : ctx->prec, status, &exact);
    if (!exact)
        root(&t, a, ideal, ctx->prec, status, &exact);
    if (dec_copy(r, &t, status))
        dec_finalize(r, &even, status);
    dec_release(&t);
}
