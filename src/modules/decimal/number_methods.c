/* modules/decimal/number_methods.c: methods of Decimal. The operations all have one of a few shapes. */
#include "modules/decimal/decimal.h"

#include <string.h>

/* ---- arguments ------------------------------------------------------------------------------------------------ */

/* The arguments once more, as a tuple and a dict, for the errors that PyArg_ParseTupleAndKeywords() finds in them. */
static int
args_slow(PyObject **out, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *const *names, int required, int n)
{
    char *keywords[4] = { NULL };
    const char *format = &"OOO|OOO"[3 - required];
    char shape[8];
    int status = -1;
    memcpy(shape, format, (size_t)(n + 1));
    shape[n + 1] = 0;
    for (int i = 0; i < n; i++)
        keywords[i] = (char *)names[i];
    PyObject *tuple = PyTuple_New(nargs), *dict = tuple == NULL || kwnames == NULL ? NULL : PyDict_New();
    if (tuple == NULL || (kwnames != NULL && dict == NULL))
        goto done;
    for (Py_ssize_t i = 0; i < nargs; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++)
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(kwnames, i), args[nargs + i]) < 0)
            goto done;
    status = PyArg_ParseTupleAndKeywords(tuple, dict, shape, keywords, &out[0], n > 1 ? &out[1] : NULL, n > 2 ? &out[2] : NULL) ? 0 : -1;
done:
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return status;
}

int
decimal_args(PyObject **out, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, const char *const *names, int required, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = i < nargs ? args[i] : NULL;
    if (kwnames == NULL && nargs >= required && nargs <= n)
        return 0;
    return args_slow(out, args, nargs, kwnames, names, required, n);
}

int
decimal_no_keywords(const char *name, PyObject *kwnames)
{
    if (kwnames == NULL || PyTuple_GET_SIZE(kwnames) == 0)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
    return -1;
}

/* The context argument, and the state. */
static PyObject *
start(PyObject *op, PyObject *context, struct decimal_state **st)
{
    *st = decimal_state_of(Py_TYPE(op));
    return *st == NULL ? NULL : context_or_current(*st, context);
}

#define FAST_ARGS PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames
#define PASS_ARGS op, args, nargs, kwnames

static const char *const names_context[] = { "context" };
static const char *const names_other[] = { "other", "context" };
static const char *const names_quantize[] = { "exp", "rounding", "context" };
static const char *const names_fma[] = { "other", "third", "context" };
static const char *const names_rounding[] = { "rounding", "context" };

/* ---- shapes --------------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) PyObject *
unary(FAST_ARGS, dec_unary *f)
{
    PyObject *context, *out;
    struct decimal_state *st;
    uint32_t status = 0;
    if (decimal_args(&context, args, nargs, kwnames, names_context, 0, 1) < 0 || (context = start(op, context, &st)) == NULL
        || (out = decimal_new(st)) == NULL)
        return NULL;
    f(dec_of(out), dec_of(op), ctx_of(context), &status);
    return decimal_finish(out, context, status);
}

/* The other operand of a method, and the context: 0 or -1. */
static int
other_operand(FAST_ARGS, struct operand *y, PyObject **context, struct decimal_state **st)
{
    PyObject *v[2];
    if (decimal_args(v, args, nargs, kwnames, names_other, 1, 2) < 0 || (*context = start(op, v[1], st)) == NULL)
        return -1;
    return operand_need(*st, y, v[0], *context);
}

static inline __attribute__((always_inline)) PyObject *
binary(FAST_ARGS, dec_binary *f)
{
    PyObject *context, *out;
    struct decimal_state *st;
    struct operand y;
    uint32_t status = 0;
    if (other_operand(PASS_ARGS, &y, &context, &st) < 0)
        return NULL;
    if ((out = decimal_new(st)) != NULL)
        f(dec_of(out), dec_of(op), y.d, ctx_of(context), &status);
    operand_release(&y);
    return decimal_finish(out, context, status);
}

static OWNED PyObject *
total(FAST_ARGS, int (*f)(const struct dec *, const struct dec *))
{
    PyObject *context, *out;
    struct decimal_state *st;
    struct operand y;
    if (other_operand(PASS_ARGS, &y, &context, &st) < 0)
        return NULL;
    if ((out = decimal_new(st)) != NULL)
        dec_set_i64(dec_of(out), f(dec_of(op), y.d));
    operand_release(&y);
    return out;
}

#define UNARY(name, f) static PyObject *name(FAST_ARGS) { return unary(PASS_ARGS, f); }
#define BINARY(name, f) static PyObject *name(FAST_ARGS) { return binary(PASS_ARGS, f); }
#define TOTAL(name, f) static PyObject *name(FAST_ARGS) { return total(PASS_ARGS, f); }
#define ASK(name, expr) \
    static PyObject *name(PyObject *op, PyObject *unused) \
    { \
        const struct dec *a = dec_of(op); \
        return PyBool_FromLong(expr); \
    }

UNARY(number_exp, dec_exp)
UNARY(number_ln, dec_ln)
UNARY(number_log10, dec_log10)
UNARY(number_next_minus, dec_next_minus)
UNARY(number_next_plus, dec_next_plus)
UNARY(number_normalize, dec_reduce)
UNARY(number_sqrt, dec_sqrt)
UNARY(number_logb, dec_logb)
UNARY(number_invert, dec_invert)
BINARY(number_compare, dec_compare)
BINARY(number_compare_signal, dec_compare_signal)
BINARY(number_max, dec_max)
BINARY(number_max_mag, dec_max_mag)
BINARY(number_min, dec_min)
BINARY(number_min_mag, dec_min_mag)
BINARY(number_next_toward, dec_next_toward)
BINARY(number_remainder_near, dec_rem_near)
BINARY(number_and, dec_and)
BINARY(number_or, dec_or)
BINARY(number_xor, dec_xor)
BINARY(number_rotate, dec_rotate)
BINARY(number_scaleb, dec_scaleb)
BINARY(number_shift, dec_shift)
TOTAL(number_compare_total, dec_cmp_total)
TOTAL(number_compare_total_mag, dec_cmp_total_mag)
static PyObject *number_is_canonical(PyObject *op, PyObject *unused) { Py_RETURN_TRUE; }
ASK(number_is_finite, !dec_is_special(a))
ASK(number_is_infinite, dec_is_inf(a))
ASK(number_is_nan, dec_is_nan(a))
ASK(number_is_qnan, (a->flags & DEC_QNAN) != 0)
ASK(number_is_snan, (a->flags & DEC_SNAN) != 0)
ASK(number_is_signed, dec_is_neg(a))
ASK(number_is_zero, dec_is_zero(a))

/* ---- methods with a shape of their own ------------------------------------------------------------------------ */

static OWNED PyObject *
ask_context(FAST_ARGS, bool (*f)(const struct dec *, const struct dec_ctx *))
{
    PyObject *context;
    struct decimal_state *st;
    if (decimal_args(&context, args, nargs, kwnames, names_context, 0, 1) < 0 || (context = start(op, context, &st)) == NULL)
        return NULL;
    return PyBool_FromLong(f(dec_of(op), ctx_of(context)));
}

static PyObject *number_is_normal(FAST_ARGS) { return ask_context(PASS_ARGS, dec_is_normal); }
static PyObject *number_is_subnormal(FAST_ARGS) { return ask_context(PASS_ARGS, dec_is_subnormal); }

static OWNED PyObject *
number_class(FAST_ARGS)
{
    PyObject *context;
    struct decimal_state *st;
    if (decimal_args(&context, args, nargs, kwnames, names_context, 0, 1) < 0 || (context = start(op, context, &st)) == NULL)
        return NULL;
    return PyUnicode_FromString(dec_class(dec_of(op), ctx_of(context)));
}

static OWNED PyObject *
number_to_eng_string(FAST_ARGS)
{
    PyObject *context;
    struct decimal_state *st;
    if (decimal_args(&context, args, nargs, kwnames, names_context, 0, 1) < 0 || (context = start(op, context, &st)) == NULL)
        return NULL;
    return decimal_text(dec_of(op), DEC_TEXT_ENG | (context_of(context)->capitals ? 0 : DEC_TEXT_LOWER));
}

static OWNED PyObject *
number_same_quantum(FAST_ARGS)
{
    PyObject *context;
    struct decimal_state *st;
    struct operand y;
    if (other_operand(PASS_ARGS, &y, &context, &st) < 0)
        return NULL;
    bool same = dec_same_quantum(dec_of(op), y.d);
    operand_release(&y);
    return PyBool_FromLong(same);
}

static OWNED PyObject *
number_copy_sign(FAST_ARGS)
{
    PyObject *context, *out;
    struct decimal_state *st;
    struct operand y;
    uint32_t status = 0;
    if (other_operand(PASS_ARGS, &y, &context, &st) < 0)
        return NULL;
    if ((out = decimal_new(st)) != NULL && dec_copy(dec_of(out), dec_of(op), &status))
        dec_set_sign(dec_of(out), dec_sign(y.d));
    operand_release(&y);
    return decimal_finish(out, context, status);
}

static OWNED PyObject *
number_fma(FAST_ARGS)
{
    PyObject *v[3], *context, *out = NULL;
    struct decimal_state *st;
    struct operand y, z;
    uint32_t status = 0;
    if (decimal_args(v, args, nargs, kwnames, names_fma, 2, 3) < 0 || (context = start(op, v[2], &st)) == NULL
        || operand_need(st, &y, v[0], context) < 0)
        return NULL;
    if (operand_need(st, &z, v[1], context) == 0) {
        if ((out = decimal_new(st)) != NULL)
            dec_fma(dec_of(out), dec_of(op), y.d, z.d, ctx_of(context), &status);
        operand_release(&z);
    }
    operand_release(&y);
    return decimal_finish(out, context, status);
}

/* The context with another rounding, if one was given: 0 or -1. */
static int
with_rounding(struct decimal_state *st, struct dec_ctx *c, PyObject *context, PyObject *rounding)
{
    *c = *ctx_of(context);
    if (rounding == NULL || rounding == Py_None)
        return 0;
    int x = context_rounding(st, rounding);
    c->round = (uint32_t)x;
    return x < 0 ? -1 : 0;
}

static OWNED PyObject *
number_quantize(FAST_ARGS)
{
    PyObject *v[3], *context, *out;
    struct decimal_state *st;
    struct dec_ctx c;
    struct operand y;
    uint32_t status = 0;
    if (decimal_args(v, args, nargs, kwnames, names_quantize, 1, 3) < 0 || (context = start(op, v[2], &st)) == NULL
        || with_rounding(st, &c, context, v[1]) < 0 || operand_need(st, &y, v[0], context) < 0)
        return NULL;
    if ((out = decimal_new(st)) != NULL)
        dec_quantize(dec_of(out), dec_of(op), y.d, &c, &status);
    operand_release(&y);
    return decimal_finish(out, context, status);
}

static OWNED PyObject *
to_integral(FAST_ARGS, dec_unary *f)
{
    PyObject *v[2], *context, *out;
    struct decimal_state *st;
    struct dec_ctx c;
    uint32_t status = 0;
    if (decimal_args(v, args, nargs, kwnames, names_rounding, 0, 2) < 0 || (context = start(op, v[1], &st)) == NULL
        || with_rounding(st, &c, context, v[0]) < 0 || (out = decimal_new(st)) == NULL)
        return NULL;
    f(dec_of(out), dec_of(op), &c, &status);
    return decimal_finish(out, context, status);
}

static PyObject *number_to_integral_value(FAST_ARGS) { return to_integral(PASS_ARGS, dec_round_value); }
static PyObject *number_to_integral_exact(FAST_ARGS) { return to_integral(PASS_ARGS, dec_round_exact); }

/* ---- methods without arguments --------------------------------------------------------------------------------- */

static OWNED PyObject *
number_adjusted(PyObject *op, PyObject *unused)
{
    return PyLong_FromSsize_t(dec_is_special(dec_of(op)) ? 0 : dec_adjexp(dec_of(op)));
}

static OWNED PyObject *
number_itself(PyObject *op, PyObject *unused)
{
    return Py_NewRef(op);
}

static OWNED PyObject *
number_radix(PyObject *op, PyObject *unused)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *out = st == NULL ? NULL : decimal_new(st);
    if (out != NULL)
        dec_set(dec_of(out), 0, 10, 0);
    return out;
}

static OWNED PyObject *
copy_with_sign(PyObject *op, uint8_t sign)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *out = st == NULL ? NULL : decimal_new(st);
    uint32_t status = 0;
    if (out == NULL)
        return NULL;
    if (!dec_copy(dec_of(out), dec_of(op), &status)) {
        Py_DECREF(out);
        return PyErr_NoMemory();
    }
    dec_set_sign(dec_of(out), sign);
    return out;
}

static PyObject *number_copy_abs(PyObject *op, PyObject *unused) { return copy_with_sign(op, 0); }
static PyObject *number_copy_negate(PyObject *op, PyObject *unused) { return copy_with_sign(op, dec_sign(dec_of(op)) ^ DEC_NEG); }

static OWNED PyObject *
number_from_float(PyObject *type, PyObject *v)
{
    struct decimal_state *st = decimal_state_of((PyTypeObject *)type);
    PyObject *context = st == NULL ? NULL : context_current(st);
    PyObject *out = context == NULL ? NULL : decimal_from_float_or_int(st->decimal, st, v, context, true);
    if (out != NULL && (PyTypeObject *)type != st->decimal)
        Py_SETREF(out, PyObject_CallOneArg(type, out));
    return out;
}

static OWNED PyObject *
number_reduce(PyObject *op, PyObject *unused)
{
    PyObject *text = decimal_str(op), *out = text == NULL ? NULL : Py_BuildValue("O(O)", Py_TYPE(op), text);
    Py_XDECREF(text);
    return out;
}

static OWNED PyObject *
number_sizeof(PyObject *op, PyObject *unused)
{
    const struct dec *a = dec_of(op);
    size_t n = _PyObject_SIZE(Py_TYPE(op));
    return PyLong_FromSize_t(a->flags & DEC_BORROWED ? n : n + (size_t)a->alloc * sizeof(uint64_t));
}

static OWNED PyObject *
number_real(PyObject *op, void *unused)
{
    return Py_NewRef(op);
}

static OWNED PyObject *
number_imag(PyObject *op, void *unused)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    return st == NULL ? NULL : decimal_new(st);
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

#define KW(name, f, args, doc) { name, MOD_FASTKW(f), METH_FASTCALL | METH_KEYWORDS, name "($self, /" args ")\n--\n\n" doc }
#define WITH_CONTEXT(name, f, doc) KW(name, f, ", context=None", doc)
#define WITH_OTHER(name, f, doc) KW(name, f, ", other, context=None", doc)
#define PLAIN(name, f, doc) { name, f, METH_NOARGS, name "($self, /)\n--\n\n" doc }

PyMethodDef decimal_methods[] = {
    WITH_CONTEXT("exp", number_exp, "e to this power, correctly rounded."),
    WITH_CONTEXT("ln", number_ln, "The natural logarithm, correctly rounded."),
    WITH_CONTEXT("log10", number_log10, "The logarithm in base ten, correctly rounded."),
    WITH_CONTEXT("next_minus", number_next_minus, "The largest number of the context that is smaller."),
    WITH_CONTEXT("next_plus", number_next_plus, "The smallest number of the context that is larger."),
    WITH_CONTEXT("normalize", number_normalize, "The same value with the shortest coefficient."),
    KW("to_integral", number_to_integral_value, ", rounding=None, context=None", "Another name of to_integral_value()."),
    KW("to_integral_exact", number_to_integral_exact, ", rounding=None, context=None", "The nearest integer; Inexact and Rounded are signalled."),
    KW("to_integral_value", number_to_integral_value, ", rounding=None, context=None", "The nearest integer; nothing is signalled."),
    WITH_CONTEXT("sqrt", number_sqrt, "The square root, correctly rounded."),
    WITH_OTHER("compare", number_compare, "-1, 0 or 1, or NaN."),
    WITH_OTHER("compare_signal", number_compare_signal, "-1, 0 or 1; every NaN is signalled."),
    WITH_OTHER("max", number_max, "The larger of two numbers; a number rather than a quiet NaN."),
    WITH_OTHER("max_mag", number_max_mag, "The one of larger magnitude."),
    WITH_OTHER("min", number_min, "The smaller of two numbers; a number rather than a quiet NaN."),
    WITH_OTHER("min_mag", number_min_mag, "The one of smaller magnitude."),
    WITH_OTHER("next_toward", number_next_toward, "The neighbour in the direction of another number."),
    KW("quantize", number_quantize, ", exp, rounding=None, context=None", "The value rounded to the exponent of another number."),
    WITH_OTHER("remainder_near", number_remainder_near, "What is left of division by the nearest integral quotient."),
    KW("fma", number_fma, ", other, third, context=None", "self * other + third, rounded once."),
    PLAIN("is_canonical", number_is_canonical, "True: every Decimal is canonical."),
    PLAIN("is_finite", number_is_finite, "Whether it is neither infinite nor NaN."),
    PLAIN("is_infinite", number_is_infinite, "Whether it is an infinity."),
    PLAIN("is_nan", number_is_nan, "Whether it is any NaN."),
    PLAIN("is_qnan", number_is_qnan, "Whether it is a quiet NaN."),
    PLAIN("is_snan", number_is_snan, "Whether it is a signaling NaN."),
    PLAIN("is_signed", number_is_signed, "Whether the sign is minus, also of zeros and NaNs."),
    PLAIN("is_zero", number_is_zero, "Whether it is a zero of either sign."),
    WITH_CONTEXT("is_normal", number_is_normal, "Whether it is finite, not 0, and not subnormal."),
    WITH_CONTEXT("is_subnormal", number_is_subnormal, "Whether it is finite, not 0, and below the smallest normal number."),
    PLAIN("adjusted", number_adjusted, "The exponent of the first digit; 0 for infinities and NaNs."),
    PLAIN("canonical", number_itself, "The number itself."),
    PLAIN("conjugate", number_itself, "The number itself."),
    PLAIN("radix", number_radix, "Decimal(10)."),
    PLAIN("copy_abs", number_copy_abs, "The number without its sign, unrounded."),
    PLAIN("copy_negate", number_copy_negate, "The number with the other sign, unrounded."),
    WITH_CONTEXT("logb", number_logb, "The exponent of the first digit as a Decimal; -Infinity for 0."),
    WITH_CONTEXT("logical_invert", number_invert, "Digits 0 and 1 exchanged."),
    WITH_CONTEXT("number_class", number_class, "What kind of number it is, as text such as '+Normal'."),
    WITH_CONTEXT("to_eng_string", number_to_eng_string, "Text whose exponent is a multiple of three."),
    WITH_OTHER("compare_total", number_compare_total, "-1, 0 or 1 in the total order of representations."),
    WITH_OTHER("compare_total_mag", number_compare_total_mag, "-1, 0 or 1 in the total order, without signs."),
    WITH_OTHER("copy_sign", number_copy_sign, "The number with another's sign, unrounded."),
    WITH_OTHER("same_quantum", number_same_quantum, "Whether two numbers have the same exponent, or are of one special kind."),
    WITH_OTHER("logical_and", number_and, "The digits' logical and."),
    WITH_OTHER("logical_or", number_or, "The digits' logical or."),
    WITH_OTHER("logical_xor", number_xor, "The digits' exclusive or."),
    WITH_OTHER("rotate", number_rotate, "The digits rotated to the left, or to the right for a negative count."),
    WITH_OTHER("scaleb", number_scaleb, "The number with another added to its exponent."),
    WITH_OTHER("shift", number_shift, "The digits shifted to the left, or to the right for a negative count."),
    { "from_float", number_from_float, METH_O | METH_CLASS, "from_float($type, f, /)\n--\n\nExactly the value of a float or an int." },
    PLAIN("as_tuple", decimal_as_tuple, "Sign, digits and exponent."),
    PLAIN("as_integer_ratio", decimal_as_integer_ratio, "The two ints of the fraction in lowest terms."),
    PLAIN("__copy__", number_itself, ""),
    { "__deepcopy__", number_itself, METH_O, "__deepcopy__($self, object, /)\n--\n\n" },
    { "__format__", MOD_FASTKW(decimal_format), METH_FASTCALL | METH_KEYWORDS, NULL },
    PLAIN("__reduce__", number_reduce, ""),
    { "__round__", MOD_FASTKW(decimal_round), METH_FASTCALL | METH_KEYWORDS, NULL },
    PLAIN("__ceil__", decimal_ceil, ""),
    PLAIN("__floor__", decimal_floor, ""),
    PLAIN("__trunc__", decimal_trunc, ""),
    PLAIN("__complex__", decimal_complex, ""),
    PLAIN("__sizeof__", number_sizeof, ""),
    { NULL },
};

PyGetSetDef decimal_getset[] = {
    { "real", number_real },
    { "imag", number_imag },
    { NULL },
};
