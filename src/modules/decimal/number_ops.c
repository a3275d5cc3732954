/* modules/decimal/number_ops.c: operators, comparison and hash of Decimals. */
#include "modules/decimal/decimal.h"

/* ---- arithmetic ---------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) PyObject *
binary(PyObject *a, PyObject *b, dec_binary *f)
{
    struct decimal_state *st = decimal_state_of_either(a, b);
    struct operand x, y;
    uint32_t status = 0;
    PyObject *context, *out = NULL;
    if ((st == NULL && (st = decimal_find_either(a, b)) == NULL) || (context = context_current(st)) == NULL)
        return NULL;
    int got = operand_get(st, &x, a, context);
    if (got <= 0)
        return got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    got = operand_get(st, &y, b, context);
    if (got <= 0)
        out = got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    else {
        if ((out = decimal_new(st)) != NULL)
            f(dec_of(out), x.d, y.d, ctx_of(context), &status);
        operand_release(&y);
        out = decimal_finish(out, context, status);
    }
    operand_release(&x);
    return out;
}

static inline __attribute__((always_inline)) PyObject *
unary(PyObject *op, dec_unary *f)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(op));
    PyObject *context = st == NULL ? NULL : context_current(st), *out = context == NULL ? NULL : decimal_new(st);
    uint32_t status = 0;
    if (out == NULL)
        return NULL;
    f(dec_of(out), dec_of(op), ctx_of(context), &status);
    return decimal_finish(out, context, status);
}

PyObject *decimal_add(PyObject *a, PyObject *b) { return binary(a, b, dec_add); }
PyObject *decimal_subtract(PyObject *a, PyObject *b) { return binary(a, b, dec_sub); }
PyObject *decimal_multiply(PyObject *a, PyObject *b) { return binary(a, b, dec_mul); }
PyObject *decimal_divide(PyObject *a, PyObject *b) { return binary(a, b, dec_div); }
PyObject *decimal_floor_divide(PyObject *a, PyObject *b) { return binary(a, b, dec_divint); }
PyObject *decimal_remainder(PyObject *a, PyObject *b) { return binary(a, b, dec_rem); }
PyObject *decimal_negative(PyObject *op) { return unary(op, dec_minus); }
PyObject *decimal_positive(PyObject *op) { return unary(op, dec_plus); }
PyObject *decimal_absolute(PyObject *op) { return unary(op, dec_abs); }
int decimal_bool(PyObject *op) { return !dec_is_zero(dec_of(op)); }

PyObject *
decimal_divmod(PyObject *a, PyObject *b)
{
    struct decimal_state *st = decimal_find_either(a, b);
    struct operand x, y;
    uint32_t status = 0;
    PyObject *context, *out = NULL, *q, *r;
    if (st == NULL || (context = context_current(st)) == NULL)
        return NULL;
    int got = operand_get(st, &x, a, context);
    if (got <= 0)
        return got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    got = operand_get(st, &y, b, context);
    if (got <= 0) {
        operand_release(&x);
        return got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    }
    q = decimal_new(st);
    r = q == NULL ? NULL : decimal_new(st);
    if (r != NULL) {
        dec_divmod(dec_of(q), dec_of(r), x.d, y.d, ctx_of(context), &status);
        if (context_add_status(context, status) == 0)
            out = PyTuple_Pack(2, q, r);
    }
    Py_XDECREF(q);
    Py_XDECREF(r);
    operand_release(&x);
    operand_release(&y);
    return out;
}

static OWNED PyObject *
power3(struct decimal_state *st, PyObject *const *args, int n, PyObject *context)
{
    struct operand o[3];
    uint32_t status = 0;
    PyObject *out = NULL;
    for (int i = 0; i < n; i++) {
        int got = operand_get(st, &o[i], args[i], context);
        if (got <= 0) {
            while (i-- > 0)
                operand_release(&o[i]);
            return got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
        }
    }
    if ((out = decimal_new(st)) != NULL) {
        if (n == 2)
            dec_pow(dec_of(out), o[0].d, o[1].d, ctx_of(context), &status);
        else
            dec_powmod(dec_of(out), o[0].d, o[1].d, o[2].d, ctx_of(context), &status);
    }
    for (int i = 0; i < n; i++)
        operand_release(&o[i]);
    return decimal_finish(out, context, status);
}

PyObject *
decimal_power(PyObject *a, PyObject *b, PyObject *mod)
{
    struct decimal_state *st = decimal_find_either(a, b);
    if (st == NULL && mod != Py_None) {
        PyErr_Clear();
        st = decimal_find_either(mod, mod);
    }
    PyObject *context = st == NULL ? NULL : context_current(st);
    return context == NULL ? NULL : power3(st, (PyObject *[]){ a, b, mod }, mod == Py_None ? 2 : 3, context);
}

/* ---- comparison ---------------------------------------------------------------------------------------------- */

/* What a Decimal is compared with: 1, 0 when it is no number, -1 with an exception. */
static int
other_number(struct decimal_state *st, struct operand *o, PyObject *w, int op, PyObject *context)
{
    bool equality = op == Py_EQ || op == Py_NE;
    double x;
    uint32_t status = 0;
    int got = operand_get(st, o, w, context);
    if (got != 0)
        return got;
    if (PyFloat_Check(w)) {
        if (equality)                    /* noted, but no exception */
            ctx_of(context)->status |= DEC_FLOAT_OPERATION;
        else if (context_add_status(context, DEC_FLOAT_OPERATION) < 0)
            return -1;
        x = PyFloat_AS_DOUBLE(w);
    }
    else if (PyComplex_Check(w) && equality) {
        Py_complex c = PyComplex_AsCComplex(w);
        if (c.real == -1.0 && PyErr_Occurred())
            return -1;
        if (c.imag != 0.0)
            return 0;
        ctx_of(context)->status |= DEC_FLOAT_OPERATION;
        x = c.real;
    }
    else
        return 0;
    o->own = (struct dec){ DEC_BORROWED, 0, 1, 1, DEC_TEMP_LIMBS, o->limbs };
    o->d = &o->own;
    decimal_set_double(&o->own, x, &status);
    return context_add_status(context, status) < 0 ? -1 : 1;
}

/* An attribute that is an int, as a number. */
static int
int_attribute(struct operand *o, PyObject *w, const char *name)
{
    uint32_t status = 0;
    PyObject *v = PyObject_GetAttrString(w, name);
    if (v == NULL)
        return -1;
    if (!PyLong_Check(v)) {
        PyErr_Format(PyExc_TypeError, "%s must be an integer", name);
        Py_DECREF(v);
        return -1;
    }
    o->own = (struct dec){ DEC_BORROWED, 0, 1, 1, DEC_TEMP_LIMBS, o->limbs };
    o->d = &o->own;
    decimal_set_int(&o->own, v, &status);
    Py_DECREF(v);
    if (status != 0)
        PyErr_NoMemory();
    return status != 0 ? -1 : 0;
}

/* A number with a numerator and a denominator: y is the one, *x becomes the other times v. 1, or -1 with an exception. */
static int
rational(struct operand *x, struct operand *y, PyObject *v, PyObject *w)
{
    struct operand d;
    uint32_t status = 0;
    if (int_attribute(y, w, "numerator") < 0)
        return -1;
    if (dec_is_special(dec_of(v)))
        return 1;
    if (int_attribute(&d, w, "denominator") < 0) {
        operand_release(y);
        return -1;
    }
    struct dec plain = *dec_of(v);       /* its exponent would overflow or underflow */
    plain.exp = 0;
    x->own = (struct dec){ DEC_BORROWED, 0, 1, 1, DEC_TEMP_LIMBS, x->limbs };
    x->d = &x->own;
    dec_mul(&x->own, &plain, d.d, &dec_max_ctx, &status);
    x->own.exp = dec_of(v)->exp;
    operand_release(&d);
    if (status & DEC_ERRORS) {
        operand_release(x);
        operand_release(y);
        PyErr_NoMemory();
        return -1;
    }
    return 1;
}

/* The answer for numbers, of which one may be NaN. */
static OWNED PyObject *
answer(const struct dec *a, const struct dec *b, int op, PyObject *context)
{
    if ((a->flags | b->flags) & DEC_NAN) {
        bool signals = (a->flags | b->flags) & DEC_SNAN || (op != Py_EQ && op != Py_NE);
        if (signals && context_add_status(context, DEC_INVALID_OPERATION) < 0)
            return NULL;
        return PyBool_FromLong(op == Py_NE);
    }
    int c = dec_cmp(a, b);
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

PyObject *
decimal_richcompare(PyObject *v, PyObject *w, int op)
{
    struct decimal_state *st = decimal_state_of(Py_TYPE(v));
    PyObject *context = st == NULL ? NULL : context_current(st);
    struct operand x, y;
    if (context == NULL)
        return NULL;
    x.d = dec_of(v);
    int got = other_number(st, &y, w, op, context);
    if (got == 0) {
        int is = PyObject_IsInstance(w, st->rational);
        got = is <= 0 ? is : rational(&x, &y, v, w);
    }
    if (got <= 0)
        return got < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    PyObject *out = answer(x.d, y.d, op, context);
    operand_release(&x);
    operand_release(&y);
    return out;
}

/* ---- hash ---------------------------------------------------------------------------------------------------- */

/* The hash of a number is its value modulo this prime, for ints, floats and fractions as well. */
#define HASH_PRIME ((UINT64_C(1) << 61) - 1)
#define HASH_INF 314159

static uint64_t
mul_mod(uint64_t a, uint64_t b)
{
    return (uint64_t)((limb2)a * b % HASH_PRIME);
}

static uint64_t
pow_mod(uint64_t x, uint64_t n)
{
    uint64_t r = 1;
    for (; n != 0; n >>= 1, x = mul_mod(x, x))
        if (n & 1)
            r = mul_mod(r, x);
    return r;
}

static Py_hash_t
hash_finite(const struct dec *a)
{
    uint64_t x = 0, inverse_of_10 = UINT64_C(2075258708292324556);
    for (int64_t i = a->len; i-- > 0;)
        x = (uint64_t)(((limb2)x * (LIMB_RADIX % HASH_PRIME) + a->data[i]) % HASH_PRIME);
    x = mul_mod(x, a->exp < 0 ? pow_mod(inverse_of_10, (uint64_t)-a->exp) : pow_mod(10, (uint64_t)a->exp));
    Py_hash_t h = dec_is_neg(a) ? -(Py_hash_t)x : (Py_hash_t)x;
    return h == -1 ? -2 : h;
}

Py_hash_t
decimal_hash(PyObject *op)
{
    struct decimal *d = (struct decimal *)op;
    if (d->hash == -1) {
        if (d->v.flags & DEC_SNAN) {
            PyErr_SetString(PyExc_TypeError, "Cannot hash a signaling NaN value");
            return -1;
        }
        d->hash = dec_is_nan(&d->v) ? PyObject_GenericHash(op) : dec_is_inf(&d->v) ? (dec_is_neg(&d->v) ? -HASH_INF : HASH_INF)
                                                                                   : hash_finite(&d->v);
    }
    return d->hash;
}
