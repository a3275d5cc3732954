/* modules/decimal/number_out.c: what a Decimal becomes: text, ints, floats, tuples. */
#include "modules/decimal/decimal.h"

#include <locale.h>
#include <string.h>

/* ---- text ---------------------------------------------------------------------------------------------------- */

static OWNED PyObject *
ascii_str(const char *before, const struct dec_text *t, const char *after)
{
    size_t nb = strlen(before), na = strlen(after);
    PyObject *out = PyUnicode_New((Py_ssize_t)(nb + t->n + na), 127);
    if (out != NULL) {
        char *p = PyUnicode_DATA(out);
        memcpy(p, before, nb);
        memcpy(p + nb, t->s, t->n);
        memcpy(p + nb + t->n, after, na);
    }
    return out;
}

PyObject *
decimal_text(const struct dec *a, int flags)
{
    struct dec_text t;
    if (!dec_to_text(&t, a, flags, 0))
        return PyErr_NoMemory();
    PyObject *out = ascii_str("", &t, "");
    dec_text_release(&t);
    return out;
}

/* How the current context writes exponents, as a flag; -1 with an exception. */
static int
text_case(PyObject *op)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *context = st == NULL ? NULL : context_current(st);
    return context == NULL ? -1 : context_of(context)->capitals ? 0 : DEC_TEXT_LOWER;
}

PyObject *
decimal_str(PyObject *op)
{
    int flags = text_case(op);
    return flags < 0 ? NULL : decimal_text(dec_of(op), flags);
}

PyObject *
decimal_repr(PyObject *op)
{
    struct dec_text t;
    int flags = text_case(op);
    if (flags < 0)
        return NULL;
    if (!dec_to_text(&t, dec_of(op), flags, 0))
        return PyErr_NoMemory();
    PyObject *out = ascii_str("Decimal('", &t, "')");
    dec_text_release(&t);
    return out;
}

/* ---- format() ------------------------------------------------------------------------------------------------- */

/* Who holds the separators, in UTF-8. */
struct separators { PyObject *held[6]; };

static void
separators_release(struct separators *s)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(s->held); i++)
        Py_XDECREF(s->held[i]);
}

static int
from_locale(struct dec_format *f, struct separators *s)
{
    const struct lconv *l = localeconv();
    s->held[0] = PyUnicode_DecodeLocale(l->decimal_point, NULL);
    s->held[1] = s->held[0] == NULL ? NULL : PyUnicode_DecodeLocale(l->thousands_sep, NULL);
    s->held[2] = s->held[1] == NULL ? NULL : PyBytes_FromString(l->grouping);
    if (s->held[2] == NULL || (f->point = PyUnicode_AsUTF8(s->held[0])) == NULL || (f->separator = PyUnicode_AsUTF8(s->held[1])) == NULL)
        return -1;
    f->grouping = PyBytes_AS_STRING(s->held[2]);
    return 0;
}

/* One item of the dict that overrides a locale. */
static int
override_item(PyObject *dict, const char *name, const char **out, PyObject **held)
{
    PyObject *v = PyDict_GetItemString(dict, name);
    if (v == NULL)
        return PyErr_Occurred() ? -1 : 0;
    *held = PyUnicode_AsUTF8String(v);
    if (*held == NULL)
        return -1;
    *out = PyBytes_AS_STRING(*held);
    return 0;
}

/* At most one character. */
static bool
is_short(const char *s)
{
    return strlen(s) <= 4;
}

/* `known`: there are separators to override. */
static int
from_override(struct dec_format *f, struct separators *s, PyObject *dict, bool known)
{
    if (!known)
        f->point = "";
    if (override_item(dict, "decimal_point", &f->point, &s->held[3]) < 0
        || override_item(dict, "thousands_sep", &f->separator, &s->held[4]) < 0
        || override_item(dict, "grouping", &f->grouping, &s->held[5]) < 0)
        return -1;
    for (const char *g = f->grouping; *g != 0; g++)
        if ((signed char)*g < 0)
            goto invalid;
    if (*f->point != 0 && is_short(f->point) && is_short(f->separator))
        return 0;
invalid:
    PyErr_SetString(PyExc_ValueError, "invalid override dict");
    return -1;
}

/* What this module's formats do not have, the Python version may. */
static OWNED PyObject *
format_elsewhere(struct decimal_state *st, PyObject *op, PyObject *context, PyObject *spec)
{
    if (st->pydecimal == NULL) {
        PyObject *m = PyImport_ImportModule("_pydecimal");
        st->pydecimal = m == NULL ? NULL : PyObject_GetAttrString(m, "Decimal");
        Py_XDECREF(m);
        if (st->pydecimal == NULL)
            return NULL;
    }
    PyObject *text = decimal_str(op), *number = text == NULL ? NULL : PyObject_CallOneArg(st->pydecimal, text), *out = NULL;
    if (number != NULL)
        out = PyObject_CallMethod(number, "__format__", "OO", spec, context);
    if (out == NULL && number != NULL && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ValueError, "invalid format string");
    }
    Py_XDECREF(text);
    Py_XDECREF(number);
    return out;
}

static OWNED PyObject *
format_here(const struct dec *a, const struct dec_format *f, bool nul_fill, PyObject *context)
{
    size_t n = 0;
    uint32_t status = 0;
    char room[64], *s = dec_format_number(a, f, room, sizeof(room), &n, ctx_of(context), &status);
    if (s == NULL) {
        if (status & DEC_MALLOC_ERROR)
            PyErr_NoMemory();
        else
            PyErr_SetString(PyExc_ValueError, "format specification exceeds internal limits of _decimal");
        return NULL;
    }
    for (char *p = s; nul_fill && (p = memchr(p, '_', n - (size_t)(p - s))) != NULL; p++)
        *p = 0;
    PyObject *out = PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, NULL);
    if (s != room)
        free(s);
    return out;
}

static OWNED PyObject *
format_spec(struct decimal_state *st, PyObject *op, PyObject *context, PyObject *spec, PyObject *override)
{
    struct dec_format f;
    struct separators held = { { NULL } };
    Py_ssize_t n;
    bool locale, nul_fill = false;
    const char *s = PyUnicode_AsUTF8AndSize(spec, &n);
    if (s == NULL)
        return NULL;
    if (n > 0 && s[n - 1] == 'N' && PyErr_WarnEx(PyExc_DeprecationWarning, "Format specifier 'N' is deprecated", 1) < 0)
        return NULL;
    PyObject *copy = NULL, *out = NULL;
    if (n > 0 && s[0] == 0) {            /* a NUL to fill with: an underscore stands for it meanwhile */
        if ((copy = PyBytes_FromStringAndSize(s, n)) == NULL)
            return NULL;
        nul_fill = true;
        PyBytes_AS_STRING(copy)[0] = '_';
        s = PyBytes_AS_STRING(copy);
    }
    if (!dec_format_parse(&f, s, context_of(context)->capitals != 0, &locale))
        out = format_elsewhere(st, op, context, spec);
    else if (override != NULL && !PyDict_Check(override))
        PyErr_SetString(PyExc_TypeError, "optional argument must be a dict");
    else if ((!locale || from_locale(&f, &held) == 0)
             && (override == NULL || from_override(&f, &held, override, locale || *f.separator != 0) == 0))
        out = format_here(dec_of(op), &f, nul_fill, context);
    separators_release(&held);
    Py_XDECREF(copy);
    return out;
}

PyObject *
decimal_format(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *context = st == NULL ? NULL : context_current(st), *spec = nargs > 0 ? args[0] : NULL, *override = nargs == 2 ? args[1] : NULL;
    if (context == NULL || decimal_no_keywords("__format__", kwnames) < 0)
        return NULL;
    if (nargs < 1 || nargs > 2)
        return PyErr_Format(PyExc_TypeError, "function takes at %s argument%s (%zd given)", nargs < 1 ? "least 1" : "most 2",
                            nargs < 1 ? "" : "s", nargs);
    if (!PyUnicode_Check(spec)) {
        PyErr_SetString(PyExc_TypeError, "format arg must be str");
        return NULL;
    }
    Py_INCREF(context);                  /* other code may run: warnings, _pydecimal */
    PyObject *out = format_spec(st, op, context, spec, override);
    Py_DECREF(context);
    return out;
}

/* ---- ints ---------------------------------------------------------------------------------------------------- */

/* The int |a| * sign of an integral number. */
static OWNED PyObject *
integral(const struct dec *a)
{
    size_t n;
    PyObject *out;
    if (a->len == 1 && a->exp == 0)
        out = PyLong_FromUnsignedLongLong(a->data[0]);
    else {
        uint64_t *limbs = dec_to_binary(a, &n);
        if (limbs == NULL)
            return PyErr_NoMemory();
        out = PyLong_FromUnsignedNativeBytes(limbs, n * sizeof(*limbs), Py_ASNATIVEBYTES_NATIVE_ENDIAN);
        free(limbs);
    }
    if (out != NULL && dec_is_neg(a))
        Py_SETREF(out, PyNumber_Negative(out));
    return out;
}

PyObject *
decimal_as_int(PyObject *op, PyObject *context, uint32_t round)
{
    const struct dec *a = dec_of(op);
    struct dec_ctx c = *ctx_of(context);
    uint32_t status = 0;
    if (dec_is_special(a)) {
        if (dec_is_nan(a))
            PyErr_SetString(PyExc_ValueError, "cannot convert NaN to integer");
        else
            PyErr_SetString(PyExc_OverflowError, "cannot convert Infinity to integer");
        return NULL;
    }
    c.round = round;
    DEC_TEMP(t);
    dec_round_value(&t, a, &c, &status);
    PyObject *out = context_add_status(context, status) < 0 ? NULL : integral(&t);
    dec_release(&t);
    return out;
}

static OWNED PyObject *
rounded(PyObject *op, uint32_t round)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *context = st == NULL ? NULL : context_current(st);
    return context == NULL ? NULL : decimal_as_int(op, context, round);
}

PyObject *decimal_int(PyObject *op) { return rounded(op, DEC_ROUND_DOWN); }
PyObject *decimal_ceil(PyObject *op, PyObject *unused) { return rounded(op, DEC_ROUND_CEILING); }
PyObject *decimal_floor(PyObject *op, PyObject *unused) { return rounded(op, DEC_ROUND_FLOOR); }
PyObject *decimal_trunc(PyObject *op, PyObject *unused) { return rounded(op, DEC_ROUND_DOWN); }

PyObject *
decimal_round(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *context = st == NULL ? NULL : context_current(st), *arg = nargs > 0 ? args[0] : NULL, *out;
    uint32_t status = 0;
    if (context == NULL || decimal_no_keywords("__round__", kwnames) < 0)
        return NULL;
    if (nargs > 1)
        return PyErr_Format(PyExc_TypeError, "function takes at most 1 argument (%zd given)", nargs);
    if (arg == NULL)                     /* round() drops a None */
        return decimal_as_int(op, context, DEC_ROUND_HALF_EVEN);
    if (!PyLong_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "optional arg must be an integer");
        return NULL;
    }
    Py_ssize_t places = PyLong_AsSsize_t(arg);
    if (places == -1 && PyErr_Occurred())
        return NULL;
    DEC_TEMP(unit);
    dec_set(&unit, 0, 1, places == PY_SSIZE_T_MIN ? PY_SSIZE_T_MAX : -places);
    if ((out = decimal_new(st)) != NULL)
        dec_quantize(dec_of(out), dec_of(op), &unit, ctx_of(context), &status);
    return decimal_finish(out, context, status);
}

/* ---- floats ---------------------------------------------------------------------------------------------------- */

/* A coefficient and a power of ten that floats have exactly: one operation rounds the result. */
static bool
exact_parts(const struct dec *a, double *out)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
                                     1e19, 1e20, 1e21, 1e22 };
    if (a->len != 1 || a->data[0] >> 53 != 0 || a->exp > 22 || a->exp < -22)
        return false;
    double x = (double)a->data[0];
    x = a->exp < 0 ? x / powers[-a->exp] : x * powers[a->exp];
    *out = dec_is_neg(a) ? -x : x;
    return true;
}

PyObject *
decimal_float(PyObject *op)
{
    const struct dec *a = dec_of(op);
    struct dec_text t;
    double x;
    if (dec_is_nan(a)) {
        if (a->flags & DEC_SNAN) {
            PyErr_SetString(PyExc_ValueError, "cannot convert signaling NaN to float");
            return NULL;
        }
        return PyFloat_FromDouble(dec_is_neg(a) ? -Py_NAN : Py_NAN);
    }
    if (!dec_is_inf(a) && exact_parts(a, &x))
        return PyFloat_FromDouble(x);
    if (!dec_to_text(&t, a, 0, 0))
        return PyErr_NoMemory();
    x = PyOS_string_to_double(t.s, NULL, NULL);
    dec_text_release(&t);
    return x == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(x);
}

PyObject *
decimal_complex(PyObject *op, PyObject *unused)
{
    PyObject *f = decimal_float(op);
    if (f == NULL)
        return NULL;
    double x = PyFloat_AS_DOUBLE(f);
    Py_DECREF(f);
    return PyComplex_FromDoubles(x, 0.0);
}

/* ---- tuples ---------------------------------------------------------------------------------------------------- */

static OWNED PyObject *
digits_tuple(const struct dec *a)
{
    int64_t n = dec_is_inf(a) ? 1 : a->digits;
    char *s = malloc((size_t)n + 1);
    PyObject *out = s == NULL ? PyErr_NoMemory() : PyTuple_New(n);
    if (out != NULL) {
        if (dec_is_inf(a))
            *s = '0';
        else if (n > 0)
            dec_coeff_text(a, s);
        for (int64_t i = 0; i < n; i++)
            PyTuple_SET_ITEM(out, i, PyLong_FromLong(s[i] - '0'));
    }
    free(s);
    return out;
}

PyObject *
decimal_as_tuple(PyObject *op, PyObject *unused)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    const struct dec *a = dec_of(op);
    if (st == NULL)
        return NULL;
    PyObject *digits = digits_tuple(a), *exp = NULL, *out = NULL;
    if (digits != NULL)
        exp = dec_is_special(a) ? PyUnicode_FromString(dec_is_inf(a) ? "F" : a->flags & DEC_QNAN ? "n" : "N") : PyLong_FromSsize_t(a->exp);
    PyObject *items = exp == NULL ? NULL : Py_BuildValue("((iOO))", dec_is_neg(a), digits, exp);
    if (items != NULL)                   /* as the class would, from a tuple */
        out = PyTuple_Type.tp_new(st->tuple, items, NULL);
    Py_XDECREF(items);
    Py_XDECREF(digits);
    Py_XDECREF(exp);
    return out;
}

PyObject *
decimal_as_integer_ratio(PyObject *op, PyObject *unused)
{
    const struct dec *a = dec_of(op);
    if (dec_is_nan(a) || dec_is_inf(a)) {
        PyErr_SetString(dec_is_nan(a) ? PyExc_ValueError : PyExc_OverflowError,
                        dec_is_nan(a) ? "cannot convert NaN to integer ratio" : "cannot convert Infinity to integer ratio");
        return NULL;
    }
    struct dec top = *a, bottom = dec_one;
    if (dec_coeff_is_zero(a))
        top.exp = 0;
    else if (a->exp < 0) {
        int64_t zeros = dec_trailing_zeros(a);
        zeros = zeros < -a->exp ? zeros : -a->exp;
        top.exp = -zeros;
        bottom.exp = -a->exp - zeros;
    }
    PyObject *n = integral(&top), *d = n == NULL ? NULL : integral(&bottom), *g = d == NULL ? NULL : _PyLong_GCD(n, d), *out = NULL;
    if (g != NULL) {
        Py_SETREF(n, PyNumber_FloorDivide(n, g));
        Py_SETREF(d, n == NULL ? NULL : PyNumber_FloorDivide(d, g));
        out = d == NULL ? NULL : PyTuple_Pack(2, n, d);
    }
    Py_XDECREF(n);
    Py_XDECREF(d);
    Py_XDECREF(g);
    return out;
}
