/* modules/decimal/dec_binary.c: integers and fractions in radix 2 as decimal numbers, and back. */
#include "modules/decimal/dec.h"

#include <string.h>

bool
dec_from_binary(struct dec *r, uint8_t neg, const uint64_t *limbs, size_t n, uint32_t *status)
{
    size_t room = limbs_from_binary_size(n), k;
    if (n <= 1) {
        dec_set(r, neg, n == 0 ? 0 : *limbs, 0);
        return true;
    }
    if (!dec_room(r, (int64_t)room, status))
        return false;
    if (limbs_from_binary(r->data, &k, limbs, n) < 0) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return false;
    }
    dec_count(r, (int64_t)k);
    dec_set_flags(r, neg);
    r->exp = 0;
    dec_shrink(r);
    return true;
}

uint64_t *
dec_to_binary(const struct dec *a, size_t *n)
{
    uint32_t status = 0;
    uint64_t *out = NULL;
    DEC_TEMP(t);
    if (a->exp > 0 && !dec_coeff_is_zero(a)) {
        dec_shl(&t, a, a->exp, &status);
        a = &t;
    }
    else if (a->exp < 0) {
        dec_shr(&t, a, -a->exp, &status);
        a = &t;
    }
    if (!(status & DEC_MALLOC_ERROR) && (out = malloc((size_t)a->len * sizeof(*out))) != NULL
        && limbs_to_binary(out, n, a->data, (size_t)a->len) < 0) {
        free(out);
        out = NULL;
    }
    dec_release(&t);
    return out;
}

/* r *= x^times. */
static bool
mul_repeatedly(struct dec *r, uint64_t x, int times, uint32_t *status)
{
    while (times-- > 0) {
        if (!dec_room(r, r->len + 1, status))
            return false;
        r->data[r->len] = limbs_mul1(r->data, r->data, (size_t)r->len, x, 0);
        dec_count(r, r->len + 1);
    }
    return true;
}

bool
dec_from_scaled(struct dec *r, uint8_t neg, uint64_t m, int e, uint32_t *status)
{
    enum { FIVES = 27, TWOS = 63 };      /* that many factors make a limb */
    const uint64_t five27 = UINT64_C(7450580596923828125);
    uint64_t five = 1;
    while (m != 0 && e < 0 && m % 2 == 0) {
        m /= 2;
        e++;
    }
    dec_set(r, neg, m, m == 0 || e > 0 ? 0 : e);
    if (m == 0)
        return true;
    if (e >= 0)
        return mul_repeatedly(r, UINT64_C(1) << TWOS, e / TWOS, status) && mul_repeatedly(r, UINT64_C(1) << e % TWOS, 1, status);
    for (int i = 0; i < -e % FIVES; i++)
        five *= 5;
    return mul_repeatedly(r, five27, -e / FIVES, status) && mul_repeatedly(r, five, 1, status);
}
