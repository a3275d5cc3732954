/* modules/decimal/number.c: the type Decimal, and what becomes one: text, ints, floats, tuples. */
#include "modules/decimal/decimal.h"

#include <math.h>
#include <string.h>

/* ---- objects ------------------------------------------------------------------------------------------------- */

static inline void
init(PyObject *op)
{
    struct decimal *d = (struct decimal *)op;
    d->hash = -1;
    d->v = (struct dec){ DEC_BORROWED, 0, 1, 1, DEC_MIN_LIMBS, d->limbs };
    d->limbs[0] = 0;
}

PyObject *
decimal_new(struct decimal_state *st)
{
    PyObject *op = (PyObject *)PyObject_GC_New(struct decimal, st->decimal);
    if (op == NULL)
        return NULL;
    init(op);
    PyObject_GC_Track(op);
    return op;
}

PyObject *
decimal_new_of(PyTypeObject *type, struct decimal_state *st)
{
    if (type == st->decimal)
        return decimal_new(st);
    PyObject *op = type->tp_alloc(type, 0);
    if (op != NULL)
        init(op);
    return op;
}

static int
number_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
number_dealloc(PyObject *op)
{
    PyTypeObject *t = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    dec_release(dec_of(op));
    t->tp_free(op);
    Py_DECREF(t);
}

PyObject *
decimal_finish(PyObject *op, PyObject *context, uint32_t status)
{
    if (op != NULL && context_add_status(context, status) < 0)
        Py_CLEAR(op);
    return op;
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

/* A str as ASCII: blanks at the ends and underscores are left out where that is lenient; what is no digit and no ASCII makes the result
 * wrong on purpose. NULL without memory. The text is the str's own, or in *own from malloc(). */
static const char *
ascii_text(PyObject *u, size_t *n, bool lenient, char **own)
{
    int kind = PyUnicode_KIND(u);
    const void *data = PyUnicode_DATA(u);
    Py_ssize_t start = 0, end = PyUnicode_GET_LENGTH(u);
    *own = NULL;
    while (lenient && start < end && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, start)))
        start++;
    while (lenient && start < end && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, data, end - 1)))
        end--;
    *n = (size_t)(end - start);
    if (PyUnicode_IS_ASCII(u) && (!lenient || memchr((const char *)data + start, '_', *n) == NULL))
        return (const char *)data + start;
    char *s = *own = malloc(*n + 1);
    if (s == NULL)
        return NULL;
    size_t k = 0;
    for (Py_ssize_t i = start; i < end; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (lenient && c == '_')
            continue;
        int digit = c < 128 ? -1 : Py_UNICODE_TODECIMAL(c);
        s[k++] = c < 128 ? (char)c : digit >= 0 ? (char)('0' + digit) : '?';
    }
    *n = k;
    return s;
}

static OWNED PyObject *
from_text(PyTypeObject *type, struct decimal_state *st, PyObject *u, PyObject *context, bool exact)
{
    char *own;
    size_t n;
    uint32_t status = 0;
    PyObject *op = decimal_new_of(type, st);
    const char *s = op == NULL ? NULL : ascii_text(u, &n, exact, &own);
    if (s == NULL) {
        Py_XDECREF(op);
        return op == NULL ? NULL : PyErr_NoMemory();
    }
    if (exact)
        dec_from_text_exact(dec_of(op), s, n, &status);
    else
        dec_from_text(dec_of(op), s, n, ctx_of(context), &status);
    free(own);
    return decimal_finish(op, context, status);
}

/* ---- ints ---------------------------------------------------------------------------------------------------- */

/* 30-bit digits packed into 64-bit limbs; their number. */
static size_t
pack(uint64_t *out, const digit *d, Py_ssize_t nd)
{
    limb2 acc = 0;
    int bits = 0;
    size_t n = 0;
    for (Py_ssize_t i = 0; i < nd; i++) {
        acc |= (limb2)d[i] << bits;
        bits += PyLong_SHIFT;
        if (bits >= 64) {
            out[n++] = (uint64_t)acc;
            acc >>= 64;
            bits -= 64;
        }
    }
    if (bits > 0)
        out[n++] = (uint64_t)acc;
    while (n > 0 && out[n - 1] == 0)
        n--;
    return n;
}

int
decimal_set_int(struct dec *r, PyObject *v, uint32_t *status)
{
    const PyLongObject *x = (const PyLongObject *)v;
    Py_ssize_t nd = (Py_ssize_t)(x->long_value.lv_tag >> _PyLong_NON_SIZE_BITS);
    uint8_t neg = (x->long_value.lv_tag & _PyLong_SIGN_MASK) == 2 ? DEC_NEG : 0;
    const digit *d = x->long_value.ob_digit;
    if (nd <= 2) {
        dec_set(r, neg, nd == 0 ? 0 : nd == 1 ? d[0] : d[0] | (uint64_t)d[1] << PyLong_SHIFT, 0);
        return 0;
    }
    uint64_t stack[16], *limbs = nd <= 32 ? stack : malloc(((size_t)nd / 2 + 1) * sizeof(*limbs));
    if (limbs == NULL) {
        dec_fail(r, DEC_MALLOC_ERROR, status);
        return -1;
    }
    dec_from_binary(r, neg, limbs, pack(limbs, d, nd), status);
    if (limbs != stack)
        free(limbs);
    return 0;
}

static OWNED PyObject *
from_int(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact)
{
    PyObject *op = decimal_new_of(type, st);
    uint32_t status = 0;
    if (op == NULL)
        return NULL;
    decimal_set_int(dec_of(op), v, &status);
    if (!exact)
        dec_finalize(dec_of(op), ctx_of(context), &status);
    return decimal_finish(op, context, status);
}

/* ---- floats --------------------------------------------------------------------------------------------------- */

void
decimal_set_double(struct dec *r, double x, uint32_t *status)
{
    int e;
    uint8_t neg = signbit(x) ? DEC_NEG : 0;
    if (isnan(x))
        dec_set_nan(r);
    else if (isinf(x))
        dec_set_inf(r, neg);
    else {
        double m = frexp(fabs(x), &e);
        dec_from_scaled(r, neg, (uint64_t)ldexp(m, 53), e - 53, status);
    }
}

static OWNED PyObject *
from_float(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact)
{
    PyObject *op = decimal_new_of(type, st);
    uint32_t status = 0;
    if (op == NULL)
        return NULL;
    decimal_set_double(dec_of(op), PyFloat_AS_DOUBLE(v), &status);
    if (!exact)
        dec_finalize(dec_of(op), ctx_of(context), &status);
    return decimal_finish(op, context, status);
}

PyObject *
decimal_from_float_or_int(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact)
{
    if (PyLong_Check(v))
        return from_int(type, st, v, context, exact);
    if (PyFloat_Check(v))
        return from_float(type, st, v, context, exact);
    PyErr_SetString(PyExc_TypeError, "argument must be int or float");
    return NULL;
}

/* ---- tuples --------------------------------------------------------------------------------------------------- */

static OWNED PyObject *
sequence_tuple(PyObject *v, const char *complaint)
{
    if (PyTuple_Check(v))
        return Py_NewRef(v);
    if (PyList_Check(v))
        return PyList_AsTuple(v);
    PyErr_SetString(PyExc_ValueError, complaint);
    return NULL;
}

/* An int between 0 and most, or -1 with an exception. */
static int
small_int(PyObject *v, int most, const char *complaint)
{
    long x = -1;
    if (PyLong_Check(v)) {
        x = PyLong_AsLong(v);
        if (x == -1 && PyErr_Occurred())
            return -1;
    }
    if (x < 0 || x > most) {
        PyErr_SetString(PyExc_ValueError, complaint);
        return -1;
    }
    return (int)x;
}

/* The third item: 'F', 'n', 'N', or 0 and *exp; -1 with an exception. */
static int
tuple_exponent(PyObject *v, Py_ssize_t *exp)
{
    if (PyUnicode_Check(v)) {
        for (const char *p = "FnN"; *p != 0; p++)
            if (PyUnicode_EqualToUTF8(v, (char[]){ *p, 0 }))
                return *p;
        PyErr_SetString(PyExc_ValueError, "string argument in the third position must be 'F', 'n' or 'N'");
        return -1;
    }
    if (!PyLong_Check(v)) {
        PyErr_SetString(PyExc_ValueError, "exponent must be an integer");
        return -1;
    }
    *exp = PyLong_AsSsize_t(v);
    return *exp == -1 && PyErr_Occurred() ? -1 : 0;
}

/* The number that sign, digits and exponent describe, as text from PyMem_Malloc(). */
static char *
tuple_text(PyObject *t)
{
    Py_ssize_t exp = 0, n;
    int sign = small_int(PyTuple_GET_ITEM(t, 0), 1, "sign must be an integer with the value 0 or 1");
    int kind = sign < 0 ? -1 : tuple_exponent(PyTuple_GET_ITEM(t, 2), &exp);
    PyObject *digits = kind < 0 ? NULL : sequence_tuple(PyTuple_GET_ITEM(t, 1), "coefficient must be a tuple of digits");
    if (digits == NULL)
        return NULL;
    n = PyTuple_GET_SIZE(digits);
    char *s = PyMem_Malloc((size_t)n + 40), *p = s;
    if (s == NULL) {
        Py_DECREF(digits);
        PyErr_NoMemory();
        return NULL;
    }
    if (sign)
        *p++ = '-';
    p += sprintf(p, "%s", kind == 'F' ? "Inf" : kind == 'n' ? "NaN" : kind == 'N' ? "sNaN" : "");
    if (n == 0 && kind == 0)
        *p++ = '0';                      /* no digits: 0 */
    for (Py_ssize_t i = 0; i < n; i++) {
        int x = small_int(PyTuple_GET_ITEM(digits, i), 9, "coefficient must be a tuple of digits");
        if (x < 0) {
            PyMem_Free(s);
            Py_DECREF(digits);
            return NULL;
        }
        if (kind != 'F')
            *p++ = (char)('0' + x);
    }
    if (kind == 0)
        p += sprintf(p, "E%zd", exp);
    *p = 0;
    Py_DECREF(digits);
    return s;
}

static OWNED PyObject *
from_tuple(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact)
{
    PyObject *t = sequence_tuple(v, "argument must be a tuple or list"), *op = NULL;
    uint32_t status = 0;
    if (t == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(t) != 3) {
        Py_DECREF(t);
        PyErr_SetString(PyExc_ValueError, "argument must be a sequence of length 3");
        return NULL;
    }
    char *s = tuple_text(t);
    Py_DECREF(t);
    if (s != NULL && (op = decimal_new_of(type, st)) != NULL) {
        if (exact)
            dec_from_text_exact(dec_of(op), s, strlen(s), &status);
        else
            dec_from_text(dec_of(op), s, strlen(s), ctx_of(context), &status);
    }
    PyMem_Free(s);
    return op == NULL ? NULL : decimal_finish(op, context, status);
}

/* ---- anything ------------------------------------------------------------------------------------------------- */

static OWNED PyObject *
unsupported(PyObject *v)
{
    return PyErr_Format(PyExc_TypeError, "conversion from %s to Decimal is not supported", Py_TYPE(v)->tp_name);
}

static OWNED PyObject *
from_other(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context, bool exact)
{
    if (PyUnicode_Check(v))
        return from_text(type, st, v, context, exact);
    if (PyLong_Check(v))
        return from_int(type, st, v, context, exact);
    if (PyTuple_Check(v) || PyList_Check(v))
        return from_tuple(type, st, v, context, exact);
    if (PyFloat_Check(v))
        return context_add_status(context, DEC_FLOAT_OPERATION) < 0 ? NULL : from_float(type, st, v, context, exact);
    return unsupported(v);
}

PyObject *
decimal_from_object_exact(PyTypeObject *type, struct decimal_state *st, PyObject *v, PyObject *context)
{
    if (v == NULL)
        return decimal_new_of(type, st);
    if (!decimal_check(st, v))
        return from_other(type, st, v, context, true);
    if (type == st->decimal && Py_IS_TYPE(v, type))
        return Py_NewRef(v);
    PyObject *op = decimal_new_of(type, st);
    uint32_t status = 0;
    if (op != NULL)
        dec_copy(dec_of(op), dec_of(v), &status);
    return decimal_finish(op, context, status);
}

PyObject *
decimal_from_object(struct decimal_state *st, PyObject *v, PyObject *context)
{
    if (v == NULL)
        return decimal_new(st);
    if (!decimal_check(st, v))
        return from_other(st->decimal, st, v, context, false);
    const struct dec_ctx *c = ctx_of(context);
    const struct dec *a = dec_of(v);
    PyObject *op = decimal_new(st);
    uint32_t status = 0;
    if (op == NULL)
        return NULL;
    if (dec_is_nan(a) && a->digits > c->prec - (int64_t)c->clamp)
        dec_fail(dec_of(op), DEC_CONVERSION_SYNTAX, &status);
    else if (dec_copy(dec_of(op), a, &status))
        dec_finalize(dec_of(op), c, &status);
    return decimal_finish(op, context, status);
}

int
operand_get_slow(struct decimal_state *st, struct operand *o, PyObject *v, PyObject *context)
{
    uint32_t status = 0;
    if (decimal_check(st, v)) {
        o->d = dec_of(v);
        return 1;
    }
    o->d = NULL;
    if (!PyLong_Check(v))
        return 0;
    o->own = (struct dec){ DEC_BORROWED, 0, 1, 1, DEC_TEMP_LIMBS, o->limbs };
    o->d = &o->own;
    decimal_set_int(&o->own, v, &status);
    if (status == 0)
        return 1;
    operand_release(o);
    return context_add_status(context, status) < 0 ? -1 : 1;
}

int
operand_need(struct decimal_state *st, struct operand *o, PyObject *v, PyObject *context)
{
    int got = operand_get(st, o, v, context);
    if (got == 0) {
        (void)!unsupported(v);
        return -1;
    }
    return got < 0 ? -1 : 0;
}

/* ---- the type ------------------------------------------------------------------------------------------------ */

static OWNED PyObject *
number_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "value", "context", NULL };
    PyObject *v = NULL, *context = Py_None, *m;
    struct decimal_state *st = type == decimal_last.type ? decimal_last.st
                               : (m = PyType_GetModuleByDef(type, &decimal_module)) == NULL ? NULL : PyModule_GetState(m);
    if (st == NULL || !PyArg_ParseTupleAndKeywords(args, kwargs, "|OO", names, &v, &context))
        return NULL;
    context = context_or_current(st, context);
    return context == NULL ? NULL : decimal_from_object_exact(type, st, v, context);
}

PyObject *
decimal_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    static const char *const names[] = { "value", "context" };
    struct decimal_state *st = decimal_state_of((PyTypeObject *)type);
    PyObject *v[2], *context;
    if (st == NULL || decimal_args(v, args, PyVectorcall_NARGS(nargsf), kwnames, names, 0, 2) < 0)
        return NULL;
    context = context_or_current(st, v[1]);
    return context == NULL ? NULL : decimal_from_object_exact((PyTypeObject *)type, st, v[0], context);
}

static PyType_Slot slots[] = {
    { Py_tp_dealloc, number_dealloc },
    { Py_tp_traverse, number_traverse },
    { Py_tp_repr, decimal_repr },
    { Py_tp_str, decimal_str },
    { Py_tp_hash, decimal_hash },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_richcompare, decimal_richcompare },
    { Py_tp_methods, decimal_methods },
    { Py_tp_getset, decimal_getset },
    { Py_tp_new, number_new },
    { Py_tp_doc, "Decimal(value=\"0\", context=None)\n--\n\n"
                 "A decimal floating-point number: exactly the value of a string, an int, a float, a tuple or another Decimal.\n\n"
                 "The context only says whether a string that is no number is an exception." },
    { Py_nb_add, decimal_add },
    { Py_nb_subtract, decimal_subtract },
    { Py_nb_multiply, decimal_multiply },
    { Py_nb_true_divide, decimal_divide },
    { Py_nb_floor_divide, decimal_floor_divide },
    { Py_nb_remainder, decimal_remainder },
    { Py_nb_divmod, decimal_divmod },
    { Py_nb_power, decimal_power },
    { Py_nb_negative, decimal_negative },
    { Py_nb_positive, decimal_positive },
    { Py_nb_absolute, decimal_absolute },
    { Py_nb_bool, decimal_bool },
    { Py_nb_int, decimal_int },
    { Py_nb_float, decimal_float },
    { 0, NULL },
};

PyType_Spec decimal_spec = {
    .name = "decimal.Decimal",
    .basicsize = sizeof(struct decimal),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
