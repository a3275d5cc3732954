/* object/num/int.c: making ints, sums, comparison, and the types int and bool's base operations.
 * Two-digit values are computed in machine words; longer ones digit by digit. */
#include "object/num/int_impl.h"

#include "object/core/err.h"

/* ---- making ------------------------------------------------------------------------------------------------- */

PyLongObject *
int_alloc(Py_ssize_t n)
{
    if (n > INT_MAX_DIGITS) {
        PyErr_SetString(PyExc_OverflowError, "too many digits in integer");
        return NULL;
    }
    if (n < 1)
        n = 1;
    PyLongObject *z = heap_alloc(offsetof(PyLongObject, long_value.ob_digit) + (size_t)n * sizeof(digit));
    if (z == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    z->ob_base.ob_type = &PyLong_Type;
    z->long_value.lv_tag = INT_TAG(n, INT_POSITIVE);
    object_born((PyObject *)z);
    return z;
}

PyLongObject *
_PyLong_New(Py_ssize_t n)
{
    PyLongObject *z = int_alloc(n);
    if (z != NULL) {
        z->long_value.lv_tag = n == 0 ? INT_TAG(0, INT_ZERO) : INT_TAG(n, INT_POSITIVE);
        z->long_value.ob_digit[0] = 0;
    }
    return z;
}

PyObject *
int_finish(PyLongObject *z, bool negative)
{
    if (z == NULL)
        return NULL;
    Py_ssize_t n = int_ndigits((PyObject *)z);
    digit *d = z->long_value.ob_digit;
    while (n > 0 && d[n - 1] == 0)
        n--;
    if (n <= 1) {
        int64_t v = n == 0 ? 0 : negative ? -(int64_t)d[0] : (int64_t)d[0];
        if (v >= -RT_NSMALLNEG && v < RT_NSMALLPOS) {
            heap_free(z);
            return SMALL_INT(v);
        }
    }
    z->long_value.lv_tag = INT_TAG(n, negative ? INT_NEGATIVE : INT_POSITIVE);
    return (PyObject *)z;
}

PyLongObject *
_PyLong_FromDigits(int negative, Py_ssize_t n, digit *d)
{
    if (n == 0)
        return (PyLongObject *)SMALL_INT(0);
    PyLongObject *z = int_alloc(n);
    if (z == NULL)
        return NULL;
    memcpy(z->long_value.ob_digit, d, (size_t)n * sizeof(digit));
    z->long_value.lv_tag = INT_TAG(n, negative ? INT_NEGATIVE : INT_POSITIVE);
    return z;
}

PyObject *
int_from_u128(unsigned __int128 mag, bool negative)
{
    Py_ssize_t n = 0;
    digit d[5];
    for (; mag != 0; mag >>= SHIFT)
        d[n++] = (digit)mag & MASK;
    PyLongObject *z = int_alloc(n);
    if (z == NULL)
        return NULL;
    memcpy(z->long_value.ob_digit, d, (size_t)n * sizeof(digit));
    z->long_value.lv_tag = INT_TAG(n, INT_POSITIVE);
    return int_finish(z, negative);
}

PyObject *
int_from_i64_slow(int64_t v)
{
    uint64_t mag = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    PyLongObject *o;
    if (mag >> SHIFT == 0 || mag >> 2 * SHIFT != 0 || (o = heap_alloc(INT_COMPACT_BYTES + sizeof(digit))) == NULL)
        return int_from_u128(mag, v < 0);
    o->ob_base.ob_type = &PyLong_Type;
    object_born((PyObject *)o);
    o->long_value.lv_tag = INT_TAG(2, v < 0 ? INT_NEGATIVE : INT_POSITIVE);
    o->long_value.ob_digit[0] = (digit)(mag & PyLong_MASK);
    o->long_value.ob_digit[1] = (digit)(mag >> SHIFT);
    return (PyObject *)o;
}

PyObject *
int_from_u64(uint64_t v)
{
    return LIKELY(v <= INT64_MAX) ? int_from_i64((int64_t)v) : int_from_u128(v, false);
}

/* A copy as an exact int (small values: the static ones). */
PyObject *
_PyLong_Copy(PyLongObject *src)
{
    PyObject *o = (PyObject *)src;
    if (int_is_compact(o))
        return int_from_i64(int_compact_value(o));
    return (PyObject *)_PyLong_FromDigits(int_is_negative(o), int_ndigits(o), int_digits(o));
}

void
int_dealloc(PyObject *o)
{
    if (PyLong_CheckExact(o) && int_ndigits(o) <= 2)
        heap_free_sized(o, INT_COMPACT_BYTES + sizeof(digit));
    else
        Py_TYPE(o)->tp_free(o);
}

/* A static int whose count an old extension has brought to zero gets it back. */
static void
int_tp_dealloc(PyObject *o)
{
    if (o >= SMALL_INT(-RT_NSMALLNEG) && o <= SMALL_INT(RT_NSMALLPOS - 1)) {
        o->ob_refcnt = _Py_IMMORTAL_REFCNT;
        return;
    }
    int_dealloc(o);
}

/* ---- sums --------------------------------------------------------------------------------------------------- */

PyObject *
int_mag_add(PyObject *a, PyObject *b, bool negate)
{
    Py_ssize_t na = int_ndigits(a), nb = int_ndigits(b);
    if (na < nb) {
        PyObject *t = a;
        a = b;
        b = t;
        Py_ssize_t n = na;
        na = nb;
        nb = n;
    }
    PyLongObject *z = int_alloc(na + 1);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit, *x = int_digits(a), *y = int_digits(b), carry = 0;
    Py_ssize_t i = 0;
    for (; i < nb; i++) {
        carry += x[i] + y[i];
        d[i] = carry & MASK;
        carry >>= SHIFT;
    }
    for (; i < na; i++) {
        carry += x[i];
        d[i] = carry & MASK;
        carry >>= SHIFT;
    }
    d[i] = carry;
    return int_finish(z, negate);
}

static int
mag_compare(PyObject *a, PyObject *b)
{
    Py_ssize_t na = int_ndigits(a), nb = int_ndigits(b);
    if (na != nb)
        return na < nb ? -1 : 1;
    while (na-- > 0)
        if (int_digits(a)[na] != int_digits(b)[na])
            return int_digits(a)[na] < int_digits(b)[na] ? -1 : 1;
    return 0;
}

PyObject *
int_mag_sub(PyObject *a, PyObject *b, bool negate)
{
    int order = mag_compare(a, b);
    if (order == 0)
        return SMALL_INT(0);
    if (order < 0) {
        PyObject *t = a;
        a = b;
        b = t;
        negate = !negate;
    }
    Py_ssize_t na = int_ndigits(a), nb = int_ndigits(b), i = 0;
    PyLongObject *z = int_alloc(na);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit, *x = int_digits(a), *y = int_digits(b), borrow = 0;
    for (; i < na; i++) {
        borrow = x[i] - (i < nb ? y[i] : 0) - borrow;
        d[i] = borrow & MASK;
        borrow = (borrow >> SHIFT) & 1;
    }
    return int_finish(z, negate);
}

PyObject *
int_add_slow(PyObject *a, PyObject *b)
{
    int64_t x, y;
    if (int_get_small(a, &x) && int_get_small(b, &y))
        return int_from_i64(x + y);
    bool na = int_is_negative(a), nb = int_is_negative(b);
    return na == nb ? int_mag_add(a, b, na) : int_mag_sub(a, b, na);
}

PyObject *
int_sub_slow(PyObject *a, PyObject *b)
{
    int64_t x, y;
    if (int_get_small(a, &x) && int_get_small(b, &y))
        return int_from_i64(x - y);
    bool na = int_is_negative(a), nb = int_is_negative(b);
    return na != nb ? int_mag_add(a, b, na) : int_mag_sub(a, b, na);
}

PyObject *
int_neg(PyObject *a)
{
    if (int_is_compact(a))
        return int_from_i64(-int_compact_value(a));
    return (PyObject *)_PyLong_FromDigits(!int_is_negative(a), int_ndigits(a), int_digits(a));
}

PyObject *
int_long(PyObject *o)
{
    return PyLong_CheckExact(o) ? Py_NewRef(o) : _PyLong_Copy((PyLongObject *)o);
}

PyObject *int_abs(PyObject *a) { return int_is_negative(a) ? int_neg(a) : int_long(a); }

/* ---- comparison, hash ----------------------------------------------------------------------------------------- */

int
int_compare_slow(PyObject *a, PyObject *b)
{
    int sa = int_sign(a), sb = int_sign(b);
    if (sa != sb)
        return sa < sb ? -1 : 1;
    int order = mag_compare(a, b);
    return sa < 0 ? -order : order;
}

static PyObject *
int_richcompare(PyObject *a, PyObject *b, int op)
{
    CHECK_INTS(a, b);
    int order = a == b ? 0 : int_compare(a, b);
    Py_RETURN_RICHCOMPARE(order, 0, op);
}

Py_hash_t
int_hash(PyObject *o)
{
    if (int_is_compact(o)) {
        Py_ssize_t v = int_compact_value(o);
        return v == -1 ? -2 : v;
    }
    if (int_ndigits(o) == 2) {                         /* an address, most often */
        Py_hash_t h = (Py_hash_t)((uint64_t)int_digits(o)[1] << SHIFT | int_digits(o)[0]);
        return int_is_negative(o) ? -h : h;
    }
    /* Modulo the Mersenne prime 2^61 - 1, multiplying by 2^30 is a rotation. */
    Py_uhash_t x = 0;
    for (Py_ssize_t i = int_ndigits(o); i-- > 0; ) {
        x = ((x << SHIFT) & PyHASH_MODULUS) | (x >> (PyHASH_BITS - SHIFT));
        x += int_digits(o)[i];
        if (x >= PyHASH_MODULUS)
            x -= PyHASH_MODULUS;
    }
    Py_hash_t h = (Py_hash_t)x * int_sign(o);
    return h == -1 ? -2 : h;
}

size_t
int_bit_length(PyObject *o)
{
    Py_ssize_t n = int_ndigits(o);
    return n == 0 ? 0 : (size_t)(n - 1) * SHIFT + (size_t)bit_width64(int_digits(o)[n - 1]);
}

/* ---- slots -------------------------------------------------------------------------------------------------- */

static PyObject *slot_add(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_add(ts_current(), a, b); }
static PyObject *slot_sub(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_sub(ts_current(), a, b); }
static PyObject *slot_mul(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_mul(ts_current(), a, b); }
static PyObject *slot_mod(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_mod(a, b); }
static PyObject *slot_floor_div(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_floor_div(a, b); }
static PyObject *slot_true_div(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_true_div(a, b); }
static PyObject *slot_lshift(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_lshift(a, b); }
static PyObject *slot_rshift(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_rshift(a, b); }
static PyObject *slot_and(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_and(a, b); }
static PyObject *slot_or(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_or(a, b); }
static PyObject *slot_xor(PyObject *a, PyObject *b) { CHECK_INTS(a, b); return int_xor(a, b); }
static int slot_bool(PyObject *a) { return !int_is_zero(a); }

static PyObject *
slot_divmod(PyObject *a, PyObject *b)
{
    PyObject *div, *mod;
    CHECK_INTS(a, b);
    if (int_divmod(a, b, &div, &mod) < 0)
        return NULL;
    PyObject *pair = PyTuple_New(2);
    if (pair == NULL) {
        Py_DECREF(div);
        Py_DECREF(mod);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, div);
    PyTuple_SET_ITEM(pair, 1, mod);
    return pair;
}

static PyObject *
slot_pow(PyObject *a, PyObject *b, PyObject *c)
{
    CHECK_INTS(a, b);
    if (c != Py_None && !PyLong_Check(c))
        Py_RETURN_NOTIMPLEMENTED;
    return int_pow(a, b, c);
}

static PyNumberMethods int_as_number = {
    .nb_add = slot_add,
    .nb_subtract = slot_sub,
    .nb_multiply = slot_mul,
    .nb_remainder = slot_mod,
    .nb_divmod = slot_divmod,
    .nb_power = slot_pow,
    .nb_negative = int_neg,
    .nb_positive = int_long,
    .nb_absolute = int_abs,
    .nb_bool = slot_bool,
    .nb_invert = int_invert,
    .nb_lshift = slot_lshift,
    .nb_rshift = slot_rshift,
    .nb_and = slot_and,
    .nb_xor = slot_xor,
    .nb_or = slot_or,
    .nb_int = int_long,
    .nb_float = int_float,
    .nb_floor_divide = slot_floor_div,
    .nb_true_divide = slot_true_div,
    .nb_index = int_long,
};

PyTypeObject PyLong_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "int",
    .tp_basicsize = offsetof(PyLongObject, long_value.ob_digit),
    .tp_itemsize = sizeof(digit),
    .tp_dealloc = int_tp_dealloc,
    .tp_repr = int_repr,
    .tp_as_number = &int_as_number,
    .tp_hash = int_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_LONG_SUBCLASS | _Py_TPFLAGS_MATCH_SELF,
    .tp_doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\n"
              "Turns a number or a text into an integer; the text may be in base 2 to 36, or 0 for a literal's own base.\n\n"
              ">>> int('0o17', base=0)\n15",
    .tp_richcompare = int_richcompare,
    .tp_methods = int_methods,
    .tp_getset = int_getset,
    .tp_new = int_new,
    .tp_free = PyObject_Free,
    .tp_vectorcall = int_vectorcall,
};
