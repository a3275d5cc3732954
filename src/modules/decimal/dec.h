/* modules/decimal/dec.h: decimal floating-point numbers and their arithmetic, without Python.
 *
 * The General Decimal Arithmetic Specification: a number is sign, coefficient and exponent; a context bounds digits and exponents; what
 * happens on the way is noted as status bits. Where the specification leaves room (NaN payloads, limits, inexact powers), results and
 * status are those of libmpdec, which CPython uses.
 *
 * Functions write their result to `r`, which may be one of the operands, and add to *status. A result is always a valid number: without
 * memory it is NaN and the status has DEC_MALLOC_ERROR. */
#ifndef ADDER_DECIMAL_DEC_H
#define ADDER_DECIMAL_DEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "modules/decimal/limbs.h"

#define DEC_MAX_PREC INT64_C(999999999999999999)
#define DEC_MAX_EMAX INT64_C(999999999999999999)
#define DEC_MIN_EMIN (-DEC_MAX_EMAX)
#define DEC_MIN_ETINY (DEC_MIN_EMIN - (DEC_MAX_PREC - 1))
#define DEC_EXP_INF INT64_C(2000000000000000001)           /* an exponent that overflows every context */
#define DEC_EXP_CLAMP INT64_C(-4000000000000000001)        /* one that underflows */

enum { DEC_NEG = 1, DEC_INF = 2, DEC_QNAN = 4, DEC_SNAN = 8, DEC_NAN = DEC_QNAN | DEC_SNAN, DEC_SPECIAL = DEC_INF | DEC_NAN,
       DEC_BORROWED = 16 };

enum {
    DEC_CLAMPED = 1, DEC_CONVERSION_SYNTAX = 2, DEC_DIVISION_BY_ZERO = 4, DEC_DIVISION_IMPOSSIBLE = 8, DEC_DIVISION_UNDEFINED = 0x10,
    DEC_INEXACT = 0x20, DEC_INVALID_CONTEXT = 0x40, DEC_INVALID_OPERATION = 0x80, DEC_MALLOC_ERROR = 0x100, DEC_FLOAT_OPERATION = 0x200,
    DEC_OVERFLOW = 0x400, DEC_ROUNDED = 0x800, DEC_SUBNORMAL = 0x1000, DEC_UNDERFLOW = 0x2000,
    DEC_IEEE_INVALID = DEC_CONVERSION_SYNTAX | DEC_DIVISION_IMPOSSIBLE | DEC_DIVISION_UNDEFINED | DEC_INVALID_CONTEXT
                       | DEC_INVALID_OPERATION | DEC_MALLOC_ERROR,
    DEC_ERRORS = DEC_IEEE_INVALID | DEC_DIVISION_BY_ZERO,
};

/* In the order of the names in the module. */
enum dec_round {
    DEC_ROUND_UP, DEC_ROUND_DOWN, DEC_ROUND_CEILING, DEC_ROUND_FLOOR, DEC_ROUND_HALF_UP, DEC_ROUND_HALF_DOWN, DEC_ROUND_HALF_EVEN,
    DEC_ROUND_05UP, DEC_ROUNDS,
};

/* A finite number has len >= 1 limbs, data[len - 1] != 0 unless it is 0, and `digits` decimal digits (1 for 0). A NaN's payload has
 * len = digits = 0 when there is none. Infinity has len = digits = 0. */
struct dec {
    uint8_t flags;                       /* DEC_* */
    int64_t exp, digits, len;
    int64_t alloc;                       /* limbs there is room for, at least DEC_MIN_LIMBS */
    uint64_t *data;                      /* from malloc() unless DEC_BORROWED */
};

#define DEC_MIN_LIMBS 4
#define DEC_TEMP_LIMBS 16

/* A local number, 0 at first; dec_release() frees what it has grown to. */
#define DEC_TEMP(name) \
    uint64_t name##_limbs[DEC_TEMP_LIMBS]; \
    name##_limbs[0] = 0; \
    struct dec name = { DEC_BORROWED, 0, 1, 1, DEC_TEMP_LIMBS, name##_limbs }

struct dec_ctx {
    int64_t prec, emax, emin;
    uint32_t traps, status;              /* for the user of this library: operations look at neither */
    uint32_t round;                      /* enum dec_round */
    uint32_t clamp;
};

extern const struct dec_ctx dec_max_ctx;
extern const struct dec dec_one;

static inline bool dec_is_special(const struct dec *a) { return (a->flags & DEC_SPECIAL) != 0; }
static inline bool dec_is_nan(const struct dec *a) { return (a->flags & DEC_NAN) != 0; }
static inline bool dec_is_inf(const struct dec *a) { return (a->flags & DEC_INF) != 0; }
static inline bool dec_is_neg(const struct dec *a) { return (a->flags & DEC_NEG) != 0; }
/* The coefficient of a finite number is 0. */
static inline bool dec_coeff_is_zero(const struct dec *a) { return a->len == 1 && a->data[0] == 0; }
static inline bool dec_is_zero(const struct dec *a) { return !dec_is_special(a) && dec_coeff_is_zero(a); }
/* Exponent of the first digit. */
static inline int64_t dec_adjexp(const struct dec *a) { return a->exp + a->digits - 1; }
static inline uint8_t dec_sign(const struct dec *a) { return a->flags & DEC_NEG; }
static inline void dec_set_sign(struct dec *r, uint8_t neg) { r->flags = (uint8_t)((r->flags & ~DEC_NEG) | neg); }
static inline void dec_set_flags(struct dec *r, uint8_t flags) { r->flags = (uint8_t)((r->flags & DEC_BORROWED) | flags); }
static inline int64_t dec_etiny(const struct dec_ctx *c) { return c->emin - (c->prec - 1); }
static inline int64_t dec_etop(const struct dec_ctx *c) { return c->emax - (c->prec - 1); }

/* ---- dec.c: memory, values, shifts ---- */
static inline void
dec_release(struct dec *a)
{
    if (!(a->flags & DEC_BORROWED))
        free(a->data);
}
/* Room for n limbs; the limbs there are are kept. false: r is NaN. */
bool dec_grow(struct dec *r, int64_t n, uint32_t *status);
static inline bool dec_room(struct dec *r, int64_t n, uint32_t *status) { return n <= r->alloc || dec_grow(r, n, status); }
/* Gives memory back that it no longer needs. */
void dec_shrink(struct dec *r);
void dec_set_nan(struct dec *r);
/* NaN and a status bit. */
void dec_fail(struct dec *r, uint32_t bit, uint32_t *status);
void dec_set_inf(struct dec *r, uint8_t neg);
void dec_set(struct dec *r, uint8_t neg, uint64_t coefficient, int64_t exp);
void dec_set_i64(struct dec *r, int64_t x);
bool dec_copy(struct dec *r, const struct dec *a, uint32_t *status);
/* r->digits and r->len after its first n limbs were written. */
void dec_count(struct dec *r, int64_t n);
bool dec_shl(struct dec *r, const struct dec *a, int64_t n, uint32_t *status);
/* The rounding digit of limbs_shr(); any n >= 0; -1 without memory. */
int dec_shr(struct dec *r, const struct dec *a, int64_t n, uint32_t *status);
bool dec_is_int(const struct dec *a);
bool dec_is_odd(const struct dec *a);     /* an odd integer */
/* The value of an integer; DEC_INVALID_OPERATION if it does not fit or is none. */
int64_t dec_get_i64(const struct dec *a, uint32_t *status);
int64_t dec_trailing_zeros(const struct dec *a);
bool dec_is_all_nines(const struct dec *a);

/* ---- dec_round.c: results into their context ---- */
void dec_finalize_slow(struct dec *r, const struct dec_ctx *ctx, uint32_t *status);
static inline void
dec_finalize(struct dec *r, const struct dec_ctx *ctx, uint32_t *status)
{
    int64_t adj = dec_adjexp(r);
    if ((r->flags & DEC_SPECIAL) != 0 || r->digits > ctx->prec || adj > ctx->emax || adj < ctx->emin || ctx->clamp)
        dec_finalize_slow(r, ctx, status);
}
/* Whether a coefficient is rounded away from zero. */
bool dec_rounds_up(const struct dec *r, int digit, uint32_t round);
/* Adds 1 to the last digit. */
bool dec_increment(struct dec *r, uint32_t *status);
/* Results for NaN operands: true when there was one and r is set. */
bool dec_nan1(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status);
bool dec_nan2(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status);
bool dec_nan3(struct dec *r, const struct dec *a, const struct dec *b, const struct dec *c, const struct dec_ctx *ctx, uint32_t *status);
/* To the exponent exp, any precision. */
void dec_rescale(struct dec *r, const struct dec *a, int64_t exp, const struct dec_ctx *ctx, uint32_t *status);
/* To `digits` digits, exactly that many. */
void dec_to_digits(struct dec *r, const struct dec *a, int64_t digits, const struct dec_ctx *ctx, uint32_t *status);

/* ---- operations of one, two and three operands ---- */
typedef void dec_unary(struct dec *r, const struct dec *a, const struct dec_ctx *ctx, uint32_t *status);
typedef void dec_binary(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status);

/* dec_round.c */
dec_unary dec_plus, dec_minus, dec_abs, dec_reduce, dec_round_exact, dec_round_value, dec_next_minus, dec_next_plus;
dec_binary dec_quantize, dec_next_toward;
/* dec_arith.c */
dec_binary dec_add, dec_sub, dec_mul;
void dec_fma(struct dec *r, const struct dec *a, const struct dec *b, const struct dec *c, const struct dec_ctx *ctx, uint32_t *status);
/* dec_div.c */
dec_binary dec_div, dec_divint, dec_rem, dec_rem_near;
void dec_divmod(struct dec *q, struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *ctx, uint32_t *status);
/* dec_cmp.c: dec_cmp() orders numbers that are no NaNs; dec_cmp_total_*() order everything. */
int dec_cmp(const struct dec *a, const struct dec *b);
int dec_cmp_abs(const struct dec *a, const struct dec *b);
int dec_cmp_total(const struct dec *a, const struct dec *b);
int dec_cmp_total_mag(const struct dec *a, const struct dec *b);
dec_binary dec_compare, dec_compare_signal, dec_max, dec_min, dec_max_mag, dec_min_mag;
bool dec_same_quantum(const struct dec *a, const struct dec *b);
bool dec_is_normal(const struct dec *a, const struct dec_ctx *ctx);
bool dec_is_subnormal(const struct dec *a, const struct dec_ctx *ctx);
const char *dec_class(const struct dec *a, const struct dec_ctx *ctx);
/* dec_logic.c */
dec_unary dec_logb, dec_invert;
dec_binary dec_scaleb, dec_and, dec_or, dec_xor, dec_rotate, dec_shift;
/* dec_root.c, dec_exp.c, dec_pow.c */
dec_unary dec_sqrt, dec_exp, dec_ln, dec_log10;
dec_binary dec_pow;
void dec_powmod(struct dec *r, const struct dec *base, const struct dec *exp, const struct dec *mod, const struct dec_ctx *ctx,
                uint32_t *status);

/* ---- dec_text.c: ASCII text. Results from malloc(), or NULL without memory ---- */
/* A numeric string of the specification; otherwise NaN and DEC_CONVERSION_SYNTAX. */
void dec_from_text(struct dec *r, const char *s, size_t n, const struct dec_ctx *ctx, uint32_t *status);
/* The same unrounded: what has no exact value is NaN and DEC_INVALID_OPERATION. */
void dec_from_text_exact(struct dec *r, const char *s, size_t n, uint32_t *status);
enum { DEC_TEXT_ENG = 1, DEC_TEXT_LOWER = 2, DEC_TEXT_EXP = 4, DEC_TEXT_FIXED = 8, DEC_TEXT_PERCENT = 16, DEC_TEXT_ALWAYS_SIGN = 32,
       DEC_TEXT_SPACE_SIGN = 64 };
struct dec_text {
    char *s;                             /* ends with 0 */
    size_t n;
    char room[64];                       /* s is this, or from malloc() */
};
/* false without memory. point: digits before the decimal point in exponential form, with DEC_TEXT_EXP. */
bool dec_to_text(struct dec_text *t, const struct dec *a, int flags, int64_t point);
static inline void
dec_text_release(struct dec_text *t)
{
    if (t->s != t->room)
        free(t->s);
}
/* Digits of the coefficient, no leading zeros; out has room for a->digits. */
void dec_coeff_text(const struct dec *a, char *out);

/* ---- dec_format.c: format specifications ---- */
struct dec_format {
    int64_t width, prec;                 /* prec -1: none */
    char type;                           /* e E f F g G % */
    char align;                          /* < > = ^, or z: zeros */
    char sign;                           /* + - or blank */
    char fill[5];                        /* UTF-8 */
    const char *point, *separator, *grouping;
};
/* false: not one of the specifications this library knows. *locale: whether the type was n or N; then point, separator and
 * grouping are for the caller to set. caps: exponents are written E. */
bool dec_format_parse(struct dec_format *f, const char *s, bool caps, bool *locale);
/* UTF-8 with its length, in `room` if that is enough, otherwise from malloc(); NULL with a status bit. */
char *dec_format_number(const struct dec *a, const struct dec_format *f, char *room, size_t room_size, size_t *n, const struct dec_ctx *ctx,
                        uint32_t *status);

/* ---- dec_binary.c: integers in radix 2^64, and binary fractions ---- */
/* r = the integer, exactly. */
bool dec_from_binary(struct dec *r, uint8_t neg, const uint64_t *limbs, size_t n, uint32_t *status);
/* |a| of an integer, from malloc(); NULL without memory. */
uint64_t *dec_to_binary(const struct dec *a, size_t *n);
/* r = m * 2^e, exactly. */
bool dec_from_scaled(struct dec *r, uint8_t neg, uint64_t m, int e, uint32_t *status);

#endif
