/* modules/decimal/dec_text.c: numeric strings: reading, and writing in scientific, engineering and plain notation. */
#include "modules/decimal/dec.h"

#include <string.h>

/* ---- reading ------------------------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether s is the word, in any case. */
static bool
is_word(const char *s, size_t n, const char *word)
{
    if (strlen(word) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((s[i] | 0x20) != word[i] || s[i] < 'A')
            return false;
    return true;
}

/* Digits (a point among them is skipped) from s up to end; `digits` of them, which may begin with zeros. */
static bool
read_coefficient(struct dec *r, const char *s, const char *end, int64_t digits, uint32_t *status)
{
    int64_t limbs = (digits + LIMB_DIGITS - 1) / LIMB_DIGITS;
    if (!dec_room(r, limbs, status))
        return false;
    int64_t left = digits;
    uint64_t x = 0;
    for (; s < end; s++) {
        if (*s == '.')
            continue;
        x = x * 10 + (uint64_t)(*s - '0');
        if (--left % LIMB_DIGITS == 0) {
            r->data[left / LIMB_DIGITS] = x;
            x = 0;
        }
    }
    dec_count(r, limbs);
    return true;
}

/* The exponent behind the e: clamped to what certainly overflows or underflows; false: no number. */
static bool
read_exponent(const char *s, const char *end, int64_t *out)
{
    bool neg = s < end && *s == '-';
    if (s < end && (*s == '-' || *s == '+'))
        s++;
    if (s == end)
        return false;
    int64_t x = 0;
    for (; s < end; s++) {
        if (!is_digit(*s))
            return false;
        x = x <= -DEC_EXP_CLAMP / 10 ? x * 10 + (*s - '0') : -DEC_EXP_CLAMP;
    }
    if (x > -DEC_EXP_CLAMP)
        x = -DEC_EXP_CLAMP;
    *out = neg ? -x : x;
    return true;
}

static bool
read_finite(struct dec *r, uint8_t neg, const char *s, const char *end, uint32_t *status)
{
    const char *p = s, *point = NULL;
    int64_t digits = 0, exp = 0;
    for (; p < end && (is_digit(*p) || (*p == '.' && point == NULL)); p++)
        if (*p == '.')
            point = p;
        else
            digits++;
    if (digits == 0)
        return false;
    const char *coefficient_end = p;
    if (p < end && ((*p | 0x20) != 'e' || !read_exponent(p + 1, end, &exp)))
        return false;
    if (point != NULL)
        exp -= coefficient_end - point - 1;
    if (exp > DEC_EXP_INF)
        exp = DEC_EXP_INF;
    if (exp < DEC_EXP_CLAMP)
        exp = DEC_EXP_CLAMP;
    for (; digits > 1 && (*s == '0' || *s == '.'); s++)
        digits -= *s == '0';
    if (read_coefficient(r, s, coefficient_end, digits, status)) {
        dec_set_flags(r, neg);
        r->exp = exp;
    }
    return true;
}

static bool
read_nan(struct dec *r, uint8_t flags, const char *s, const char *end, const struct dec_ctx *ctx, uint32_t *status)
{
    for (const char *p = s; p < end; p++)
        if (!is_digit(*p))
            return false;
    while (s < end && *s == '0')
        s++;
    if (end - s > ctx->prec - (int64_t)ctx->clamp)
        return false;
    if (s < end && !read_coefficient(r, s, end, end - s, status))
        return true;
    if (s == end)
        r->len = r->digits = 0;
    dec_set_flags(r, flags);
    r->exp = 0;
    return true;
}

static bool
read_number(struct dec *r, const char *s, const char *end, const struct dec_ctx *ctx, uint32_t *status)
{
    uint8_t neg = s < end && *s == '-' ? DEC_NEG : 0;
    if (s < end && (*s == '-' || *s == '+'))
        s++;
    if (s == end)
        return false;
    if (is_digit(*s) || *s == '.')
        return read_finite(r, neg, s, end, status);
    size_t n = (size_t)(end - s);
    if (is_word(s, n, "inf") || is_word(s, n, "infinity")) {
        dec_set_inf(r, neg);
        return true;
    }
    if (n >= 3 && is_word(s, 3, "nan"))
        return read_nan(r, DEC_QNAN | neg, s + 3, end, ctx, status);
    if (n >= 4 && is_word(s, 4, "snan"))
        return read_nan(r, DEC_SNAN | neg, s + 4, end, ctx, status);
    return false;
}

void
dec_from_text(struct dec *r, const char *s, size_t n, const struct dec_ctx *ctx, uint32_t *status)
{
    if (read_number(r, s, s + n, ctx, status))
        dec_finalize(r, ctx, status);
    else
        dec_fail(r, DEC_CONVERSION_SYNTAX, status);
}

void
dec_from_text_exact(struct dec *r, const char *s, size_t n, uint32_t *status)
{
    uint32_t local = 0;
    dec_from_text(r, s, n, &dec_max_ctx, &local);
    if (local & (DEC_INEXACT | DEC_ROUNDED | DEC_CLAMPED))
        dec_fail(r, DEC_INVALID_OPERATION, &local);
    *status |= local & DEC_ERRORS;
}

/* ---- writing ------------------------------------------------------------------------------------------------- */

static const char pairs[201] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869"
    "707172737475767778798081828384858687888990919293949596979899";

/* The lowest `digits` digits of x, ending before `end`. */
static void
put_limb(char *end, uint64_t x, int digits)
{
    for (; digits >= 2; digits -= 2, x /= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (x % 100), 2);
    }
    if (digits > 0)
        *--end = (char)('0' + x % 10);
}

void
dec_coeff_text(const struct dec *a, char *out)
{
    char *end = out + a->digits;
    for (int64_t i = 0; i + 1 < a->len; i++, end -= LIMB_DIGITS)
        put_limb(end, a->data[i], LIMB_DIGITS);
    put_limb(end, a->data[a->len - 1], (int)(end - out));
}

static bool
text_room(struct dec_text *t, int64_t n)
{
    t->s = n < (int64_t)sizeof(t->room) ? t->room : malloc((size_t)n + 1);
    return t->s != NULL;
}

static char *
put_sign(char *p, const struct dec *a, int flags)
{
    if (dec_is_neg(a))
        *p++ = '-';
    else if (flags & DEC_TEXT_ALWAYS_SIGN)
        *p++ = '+';
    else if (flags & DEC_TEXT_SPACE_SIGN)
        *p++ = ' ';
    return p;
}

static char *
put_word(char *p, const char *word)
{
    size_t n = strlen(word);
    memcpy(p, word, n);
    return p + n;
}

static bool
special_text(struct dec_text *t, const struct dec *a, int flags)
{
    if (!text_room(t, a->digits + 16))
        return false;
    char *p = put_sign(t->s, a, flags);
    p = put_word(p, dec_is_inf(a) ? "Infinity" : a->flags & DEC_QNAN ? "NaN" : "sNaN");
    if (dec_is_nan(a) && a->len > 0) {
        dec_coeff_text(a, p);
        p += a->digits;
    }
    if (flags & DEC_TEXT_PERCENT)
        *p++ = '%';
    *p = 0;
    t->n = (size_t)(p - t->s);
    return true;
}

/* The coefficient with a decimal point behind `point` of its digits, and zeros where it has none. */
static char *
put_digits(char *p, const struct dec *a, int64_t point)
{
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        memset(p, '0', (size_t)-point);
        p += -point;
        dec_coeff_text(a, p);
        return p + a->digits;
    }
    dec_coeff_text(a, p);
    if (point >= a->digits) {
        memset(p + a->digits, '0', (size_t)(point - a->digits));
        return p + point;
    }
    memmove(p + point + 1, p + point, (size_t)(a->digits - point));
    p[point] = '.';
    return p + a->digits + 1;
}

static char *
put_exponent(char *p, int64_t exp, int flags)
{
    *p++ = flags & DEC_TEXT_LOWER ? 'e' : 'E';
    *p++ = exp < 0 ? '-' : '+';
    uint64_t x = exp < 0 ? 0 - (uint64_t)exp : (uint64_t)exp;
    int n = limb_ndigits(x);
    put_limb(p + n, x, n);
    return p + n;
}

static int64_t
modulo3(int64_t x)
{
    return (x % 3 + 3) % 3;
}

bool
dec_to_text(struct dec_text *t, const struct dec *a, int flags, int64_t point)
{
    if (dec_is_special(a))
        return special_text(t, a, flags);
    int64_t left = a->exp + a->digits;   /* digits before the point in plain notation */
    bool plain = flags & DEC_TEXT_FIXED || (!(flags & DEC_TEXT_EXP) && a->exp <= 0 && left > -6);
    if (plain)
        point = dec_coeff_is_zero(a) && left > 1 ? 1 : left;
    else if (flags & DEC_TEXT_ENG)
        point = dec_coeff_is_zero(a) ? modulo3(a->exp + 2) - 1 : modulo3(left - 1) + 1;
    else if (!(flags & DEC_TEXT_EXP))
        point = 1;
    int64_t room = a->digits + 32 + (point < 0 ? -point : point > a->digits ? point - a->digits : 0);
    if (!text_room(t, room))
        return false;
    char *p = put_digits(put_sign(t->s, a, flags), a, point);
    if (!plain && (left != point || flags & DEC_TEXT_EXP))
        p = put_exponent(p, left - point, flags);
    if (flags & DEC_TEXT_PERCENT)
        *p++ = '%';
    *p = 0;
    t->n = (size_t)(p - t->s);
    return true;
}
