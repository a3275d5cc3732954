/* modules/decimal/context_methods.c: methods of Context: the operations with this context, on Decimals and ints. */
#include "modules/decimal/decimal.h"

/* ---- shapes --------------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) PyObject *
unary(PyObject *op, PyObject *v, dec_unary *f)
{
    struct decimal_state *st = context_of(op)->st;
    struct operand x;
    uint32_t status = 0;
    if (operand_need(st, &x, v, op) < 0)
        return NULL;
    PyObject *out = decimal_new(st);
    if (out != NULL)
        f(dec_of(out), x.d, ctx_of(op), &status);
    operand_release(&x);
    return decimal_finish(out, op, status);
}

static int
count(const char *name, Py_ssize_t nargs, PyObject *kwnames, int want)
{
    if (decimal_no_keywords(name, kwnames) < 0)
        return -1;
    if (nargs == want)
        return 0;
    PyErr_Format(PyExc_TypeError, "function takes exactly %d arguments (%zd given)", want, nargs);
    return -1;
}

/* n operands: 0, or -1 with those that there were released. */
static int
operands(PyObject *op, struct operand *o, PyObject *const *args, int n)
{
    for (int i = 0; i < n; i++)
        if (operand_need(context_of(op)->st, &o[i], args[i], op) < 0) {
            while (i-- > 0)
                operand_release(&o[i]);
            return -1;
        }
    return 0;
}

static inline __attribute__((always_inline)) PyObject *
binary(const char *name, PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, dec_binary *f)
{
    struct operand o[2];
    uint32_t status = 0;
    if (count(name, nargs, kwnames, 2) < 0 || operands(op, o, args, 2) < 0)
        return NULL;
    PyObject *out = decimal_new(context_of(op)->st);
    if (out != NULL)
        f(dec_of(out), o[0].d, o[1].d, ctx_of(op), &status);
    operand_release(&o[0]);
    operand_release(&o[1]);
    return decimal_finish(out, op, status);
}

#define FAST_ARGS PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames
#define UNARY(name, f) static PyObject *name(PyObject *op, PyObject *v) { return unary(op, v, f); }
#define BINARY(name, text, f) static PyObject *name(FAST_ARGS) { return binary(text, op, args, nargs, kwnames, f); }
#define ASK(name, expr) \
    static PyObject *name(PyObject *op, PyObject *v) \
    { \
        struct operand x; \
        if (operand_need(context_of(op)->st, &x, v, op) < 0) \
            return NULL; \
        const struct dec *a = x.d; \
        bool yes = expr; \
        operand_release(&x); \
        return PyBool_FromLong(yes); \
    }

UNARY(ctx_abs, dec_abs)
UNARY(ctx_exp, dec_exp)
UNARY(ctx_ln, dec_ln)
UNARY(ctx_log10, dec_log10)
UNARY(ctx_minus, dec_minus)
UNARY(ctx_next_minus, dec_next_minus)
UNARY(ctx_next_plus, dec_next_plus)
UNARY(ctx_normalize, dec_reduce)
UNARY(ctx_plus, dec_plus)
UNARY(ctx_to_integral_exact, dec_round_exact)
UNARY(ctx_to_integral_value, dec_round_value)
UNARY(ctx_sqrt, dec_sqrt)
UNARY(ctx_logb, dec_logb)
UNARY(ctx_invert, dec_invert)
BINARY(ctx_add, "add", dec_add)
BINARY(ctx_compare, "compare", dec_compare)
BINARY(ctx_compare_signal, "compare_signal", dec_compare_signal)
BINARY(ctx_divide, "divide", dec_div)
BINARY(ctx_divide_int, "divide_int", dec_divint)
BINARY(ctx_max, "max", dec_max)
BINARY(ctx_max_mag, "max_mag", dec_max_mag)
BINARY(ctx_min, "min", dec_min)
BINARY(ctx_min_mag, "min_mag", dec_min_mag)
BINARY(ctx_multiply, "multiply", dec_mul)
BINARY(ctx_next_toward, "next_toward", dec_next_toward)
BINARY(ctx_quantize, "quantize", dec_quantize)
BINARY(ctx_remainder, "remainder", dec_rem)
BINARY(ctx_remainder_near, "remainder_near", dec_rem_near)
BINARY(ctx_subtract, "subtract", dec_sub)
BINARY(ctx_and, "logical_and", dec_and)
BINARY(ctx_or, "logical_or", dec_or)
BINARY(ctx_xor, "logical_xor", dec_xor)
BINARY(ctx_rotate, "rotate", dec_rotate)
BINARY(ctx_scaleb, "scaleb", dec_scaleb)
BINARY(ctx_shift, "shift", dec_shift)
ASK(ctx_is_finite, !dec_is_special(a))
ASK(ctx_is_infinite, dec_is_inf(a))
ASK(ctx_is_nan, dec_is_nan(a))
ASK(ctx_is_qnan, (a->flags & DEC_QNAN) != 0)
ASK(ctx_is_snan, (a->flags & DEC_SNAN) != 0)
ASK(ctx_is_signed, dec_is_neg(a))
ASK(ctx_is_zero, dec_is_zero(a))
ASK(ctx_is_normal, dec_is_normal(a, ctx_of(op)))
ASK(ctx_is_subnormal, dec_is_subnormal(a, ctx_of(op)))

/* ---- operations with a shape of their own ---------------------------------------------------------------------- */

static OWNED PyObject *
ctx_divmod(FAST_ARGS)
{
    const char *const name = "divmod";
    struct decimal_state *st = context_of(op)->st;
    struct operand o[2];
    uint32_t status = 0;
    if (count(name, nargs, kwnames, 2) < 0 || operands(op, o, args, 2) < 0)
        return NULL;
    PyObject *q = decimal_new(st), *r = q == NULL ? NULL : decimal_new(st), *out = NULL;
    if (r != NULL) {
        dec_divmod(dec_of(q), dec_of(r), o[0].d, o[1].d, ctx_of(op), &status);
        if (context_add_status(op, status) == 0)
            out = PyTuple_Pack(2, q, r);
    }
    Py_XDECREF(q);
    Py_XDECREF(r);
    operand_release(&o[0]);
    operand_release(&o[1]);
    return out;
}

static OWNED PyObject *
ctx_fma(FAST_ARGS)
{
    struct operand o[3];
    uint32_t status = 0;
    if (count("fma", nargs, kwnames, 3) < 0 || operands(op, o, args, 3) < 0)
        return NULL;
    PyObject *out = decimal_new(context_of(op)->st);
    if (out != NULL)
        dec_fma(dec_of(out), o[0].d, o[1].d, o[2].d, ctx_of(op), &status);
    for (int i = 0; i < 3; i++)
        operand_release(&o[i]);
    return decimal_finish(out, op, status);
}

static OWNED PyObject *
ctx_power(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "a", "b", "modulo" };
    PyObject *v[3], *out = NULL;
    struct operand o[3];
    uint32_t status = 0;
    if (decimal_args(v, args, nargs, kwnames, names, 2, 3) < 0)
        return NULL;
    int n = v[2] == NULL || v[2] == Py_None ? 2 : 3;
    if (operands(op, o, v, n) < 0)
        return NULL;
    if ((out = decimal_new(context_of(op)->st)) != NULL) {
        if (n == 2)
            dec_pow(dec_of(out), o[0].d, o[1].d, ctx_of(op), &status);
        else
            dec_powmod(dec_of(out), o[0].d, o[1].d, o[2].d, ctx_of(op), &status);
    }
    for (int i = 0; i < n; i++)
        operand_release(&o[i]);
    return decimal_finish(out, op, status);
}

static OWNED PyObject *
total(const char *name, FAST_ARGS, int (*f)(const struct dec *, const struct dec *))
{
    struct operand o[2];
    if (count(name, nargs, kwnames, 2) < 0 || operands(op, o, args, 2) < 0)
        return NULL;
    PyObject *out = decimal_new(context_of(op)->st);
    if (out != NULL)
        dec_set_i64(dec_of(out), f(o[0].d, o[1].d));
    operand_release(&o[0]);
    operand_release(&o[1]);
    return out;
}

static PyObject *ctx_compare_total(FAST_ARGS) { return total("compare_total", op, args, nargs, kwnames, dec_cmp_total); }
static PyObject *ctx_compare_total_mag(FAST_ARGS) { return total("compare_total_mag", op, args, nargs, kwnames, dec_cmp_total_mag); }

static OWNED PyObject *
ctx_same_quantum(FAST_ARGS)
{
    const char *const name = "same_quantum";
    struct operand o[2];
    if (count(name, nargs, kwnames, 2) < 0 || operands(op, o, args, 2) < 0)
        return NULL;
    bool same = dec_same_quantum(o[0].d, o[1].d);
    operand_release(&o[0]);
    operand_release(&o[1]);
    return PyBool_FromLong(same);
}

/* Copies that are not rounded. */
static void copy(struct dec *r, const struct dec *a, const struct dec_ctx *c, uint32_t *status) { dec_copy(r, a, status); }

static void
copy_rounded(struct dec *r, const struct dec *a, const struct dec_ctx *c, uint32_t *status)
{
    if (dec_copy(r, a, status))
        dec_finalize(r, c, status);
}

static void
copy_abs(struct dec *r, const struct dec *a, const struct dec_ctx *c, uint32_t *status)
{
    if (dec_copy(r, a, status))
        dec_set_sign(r, 0);
}

static void
copy_negate(struct dec *r, const struct dec *a, const struct dec_ctx *c, uint32_t *status)
{
    if (dec_copy(r, a, status))
        dec_set_sign(r, dec_sign(a) ^ DEC_NEG);
}

static void
copy_sign(struct dec *r, const struct dec *a, const struct dec *b, const struct dec_ctx *c, uint32_t *status)
{
    if (dec_copy(r, a, status))
        dec_set_sign(r, dec_sign(b));
}

UNARY(ctx_copy_abs, copy_abs)
UNARY(ctx_copy_negate, copy_negate)
BINARY(ctx_copy_sign, "copy_sign", copy_sign)

static OWNED PyObject *
ctx_copy_decimal(PyObject *op, PyObject *v)
{
    return decimal_check(context_of(op)->st, v) ? Py_NewRef(v) : unary(op, v, copy);
}

static OWNED PyObject *
need_decimal(PyObject *op, PyObject *v)
{
    if (decimal_check(context_of(op)->st, v))
        return v;
    PyErr_SetString(PyExc_TypeError, "argument must be a Decimal");
    return NULL;
}

static OWNED PyObject *
ctx_canonical(PyObject *op, PyObject *v)
{
    return Py_XNewRef(need_decimal(op, v));
}

static OWNED PyObject *
ctx_is_canonical(PyObject *op, PyObject *v)
{
    return need_decimal(op, v) == NULL ? NULL : Py_NewRef(Py_True);
}

static OWNED PyObject *
text(PyObject *op, PyObject *v, int flags)
{
    struct operand x;
    if (operand_need(context_of(op)->st, &x, v, op) < 0)
        return NULL;
    PyObject *out = decimal_text(x.d, flags | (context_of(op)->capitals ? 0 : DEC_TEXT_LOWER));
    operand_release(&x);
    return out;
}

static PyObject *ctx_to_sci_string(PyObject *op, PyObject *v) { return text(op, v, 0); }
static PyObject *ctx_to_eng_string(PyObject *op, PyObject *v) { return text(op, v, DEC_TEXT_ENG); }

static OWNED PyObject *
ctx_number_class(PyObject *op, PyObject *v)
{
    struct operand x;
    if (operand_need(context_of(op)->st, &x, v, op) < 0)
        return NULL;
    const char *name = dec_class(x.d, ctx_of(op));
    operand_release(&x);
    return PyUnicode_FromString(name);
}

/* ---- the context itself ---------------------------------------------------------------------------------------- */

static PyObject *ctx_etiny(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(dec_etiny(ctx_of(op))); }
static PyObject *ctx_etop(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(dec_etop(ctx_of(op))); }

static OWNED PyObject *
ctx_radix(PyObject *op, PyObject *unused)
{
    PyObject *out = decimal_new(context_of(op)->st);
    if (out != NULL)
        dec_set(dec_of(out), 0, 10, 0);
    return out;
}

static OWNED PyObject *
ctx_clear_flags(PyObject *op, PyObject *unused)
{
    ctx_of(op)->status = 0;
    Py_RETURN_NONE;
}

static OWNED PyObject *
ctx_clear_traps(PyObject *op, PyObject *unused)
{
    ctx_of(op)->traps = 0;
    Py_RETURN_NONE;
}

static OWNED PyObject *
ctx_reduce(PyObject *op, PyObject *unused)
{
    const struct dec_ctx *c = ctx_of(op);
    struct decimal_state *st = context_of(op)->st;
    PyObject *flags = signals_as_list(st, c->status), *traps = flags == NULL ? NULL : signals_as_list(st, c->traps), *out = NULL;
    if (traps != NULL)
        out = Py_BuildValue("O(nOnniiOO)", Py_TYPE(op), (Py_ssize_t)c->prec, st->rounding[c->round], (Py_ssize_t)c->emin, (Py_ssize_t)c->emax,
                            context_of(op)->capitals, (int)c->clamp, flags, traps);
    Py_XDECREF(flags);
    Py_XDECREF(traps);
    return out;
}

static OWNED PyObject *
ctx_create_decimal(FAST_ARGS)
{
    if (decimal_no_keywords("create_decimal", kwnames) < 0)
        return NULL;
    if (nargs > 1)
        return PyErr_Format(PyExc_TypeError, "function takes at most 1 argument (%zd given)", nargs);
    return decimal_from_object(context_of(op)->st, nargs == 0 ? NULL : args[0], op);
}

static OWNED PyObject *
ctx_apply(PyObject *op, PyObject *v)
{
    return unary(op, v, copy_rounded);
}

static OWNED PyObject *
ctx_create_decimal_from_float(PyObject *op, PyObject *v)
{
    struct decimal_state *st = context_of(op)->st;
    return decimal_from_float_or_int(st->decimal, st, v, op, false);
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

#define ONE(name, f, doc) { name, f, METH_O, name "($self, x, /)\n--\n\n" doc }
#define TWO(name, f, doc) { name, MOD_FASTKW(f), METH_FASTCALL | METH_KEYWORDS, name "($self, x, y, /)\n--\n\n" doc }
#define PLAIN(name, f, doc) { name, f, METH_NOARGS, name "($self, /)\n--\n\n" doc }

PyMethodDef context_methods[] = {
    ONE("abs", ctx_abs, "The absolute value."),
    ONE("exp", ctx_exp, "e ** x, correctly rounded."),
    ONE("ln", ctx_ln, "The natural logarithm, correctly rounded."),
    ONE("log10", ctx_log10, "The logarithm in base ten, correctly rounded."),
    ONE("minus", ctx_minus, "0 - x."),
    ONE("next_minus", ctx_next_minus, "The largest number that is smaller than x."),
    ONE("next_plus", ctx_next_plus, "The smallest number that is larger than x."),
    ONE("normalize", ctx_normalize, "The same value with the shortest coefficient."),
    ONE("plus", ctx_plus, "x, rounded to the context."),
    ONE("to_integral", ctx_to_integral_value, "Another name of to_integral_value()."),
    ONE("to_integral_exact", ctx_to_integral_exact, "The nearest integer; Inexact and Rounded are signalled."),
    ONE("to_integral_value", ctx_to_integral_value, "The nearest integer; nothing is signalled."),
    ONE("sqrt", ctx_sqrt, "The square root, correctly rounded."),
    TWO("add", ctx_add, "x + y."),
    TWO("compare", ctx_compare, "-1, 0 or 1, or NaN."),
    TWO("compare_signal", ctx_compare_signal, "-1, 0 or 1; every NaN is signalled."),
    TWO("divide", ctx_divide, "x / y."),
    TWO("divide_int", ctx_divide_int, "The integral part of x / y."),
    TWO("divmod", ctx_divmod, "The integral part of x / y, and the remainder."),
    TWO("max", ctx_max, "The larger of two numbers."),
    TWO("max_mag", ctx_max_mag, "The one of larger magnitude."),
    TWO("min", ctx_min, "The smaller of two numbers."),
    TWO("min_mag", ctx_min_mag, "The one of smaller magnitude."),
    TWO("multiply", ctx_multiply, "x * y."),
    TWO("next_toward", ctx_next_toward, "The neighbour of x in the direction of y."),
    TWO("quantize", ctx_quantize, "x rounded to the exponent of y."),
    TWO("remainder", ctx_remainder, "What is left of x after integral division by y."),
    TWO("remainder_near", ctx_remainder_near, "What is left of x after division by the nearest integral quotient."),
    TWO("subtract", ctx_subtract, "x - y."),
    { "power", MOD_FASTKW(ctx_power), METH_FASTCALL | METH_KEYWORDS,
      "power($self, /, a, b, modulo=None)\n--\n\na ** b, or its remainder by an integer, of integers." },
    { "fma", MOD_FASTKW(ctx_fma), METH_FASTCALL | METH_KEYWORDS, "fma($self, x, y, z, /)\n--\n\nx * y + z, rounded once." },
    PLAIN("Etiny", ctx_etiny, "The exponent of the smallest subnormal number."),
    PLAIN("Etop", ctx_etop, "The largest exponent that a number with all digits can have."),
    PLAIN("radix", ctx_radix, "Decimal(10)."),
    ONE("is_canonical", ctx_is_canonical, "True: every Decimal is canonical."),
    ONE("is_finite", ctx_is_finite, "Whether x is neither infinite nor NaN."),
    ONE("is_infinite", ctx_is_infinite, "Whether x is an infinity."),
    ONE("is_nan", ctx_is_nan, "Whether x is any NaN."),
    ONE("is_normal", ctx_is_normal, "Whether x is finite, not 0, and not subnormal."),
    ONE("is_qnan", ctx_is_qnan, "Whether x is a quiet NaN."),
    ONE("is_signed", ctx_is_signed, "Whether the sign is minus."),
    ONE("is_snan", ctx_is_snan, "Whether x is a signaling NaN."),
    ONE("is_subnormal", ctx_is_subnormal, "Whether x is below the smallest normal number."),
    ONE("is_zero", ctx_is_zero, "Whether x is a zero."),
    { "_apply", ctx_apply, METH_O, "_apply($self, object, /)\n--\n\n" },
    ONE("canonical", ctx_canonical, "x itself."),
    ONE("copy_abs", ctx_copy_abs, "x without its sign, unrounded."),
    ONE("copy_decimal", ctx_copy_decimal, "x itself, as a Decimal."),
    ONE("copy_negate", ctx_copy_negate, "x with the other sign, unrounded."),
    ONE("logb", ctx_logb, "The exponent of the first digit; -Infinity for 0."),
    ONE("logical_invert", ctx_invert, "Digits 0 and 1 exchanged."),
    ONE("number_class", ctx_number_class, "What kind of number x is, as text such as '+Normal'."),
    ONE("to_sci_string", ctx_to_sci_string, "Text in scientific notation."),
    ONE("to_eng_string", ctx_to_eng_string, "Text whose exponent is a multiple of three."),
    TWO("compare_total", ctx_compare_total, "-1, 0 or 1 in the total order of representations."),
    TWO("compare_total_mag", ctx_compare_total_mag, "-1, 0 or 1 in the total order, without signs."),
    TWO("copy_sign", ctx_copy_sign, "x with the sign of y, unrounded."),
    TWO("logical_and", ctx_and, "The digits' logical and."),
    TWO("logical_or", ctx_or, "The digits' logical or."),
    TWO("logical_xor", ctx_xor, "The digits' exclusive or."),
    TWO("rotate", ctx_rotate, "x rotated by y digits."),
    TWO("same_quantum", ctx_same_quantum, "Whether two numbers have the same exponent, or are of one special kind."),
    TWO("scaleb", ctx_scaleb, "x with y added to its exponent."),
    TWO("shift", ctx_shift, "x shifted by y digits."),
    PLAIN("clear_flags", ctx_clear_flags, "Forgets which conditions have come up."),
    PLAIN("clear_traps", ctx_clear_traps, "Makes no condition an exception."),
    PLAIN("__copy__", context_copy, ""),
    PLAIN("__reduce__", ctx_reduce, ""),
    PLAIN("copy", context_copy, "A context with the same settings and flags."),
    { "create_decimal", MOD_FASTKW(ctx_create_decimal), METH_FASTCALL | METH_KEYWORDS,
      "create_decimal($self, num=\"0\", /)\n--\n\nA Decimal, rounded to the context." },
    { "create_decimal_from_float", ctx_create_decimal_from_float, METH_O,
      "create_decimal_from_float($self, f, /)\n--\n\nA float's or an int's value, rounded to the context." },
    { NULL },
};
