/* datetime/delta.c: timedelta. Values are kept normalized: 0 <= microseconds < 10**6, 0 <= seconds < 86400. Arithmetic that
 * stays within days, seconds and microseconds uses machine integers; products and quotients go through Python ints, as a
 * span in microseconds has up to 67 bits. */
#include "dt.h"
#include <math.h>

static PyObject *
delta_from_total(__int128 us, PyTypeObject *type)
{
    __int128 day = (__int128)DAY_SECONDS * SECOND_US, days = us / day, rest = us % day;
    if (rest < 0) {
        rest += day;
        days--;
    }
    if (days < -MAX_DELTA_DAYS || days > MAX_DELTA_DAYS) {
        PyErr_Format(PyExc_OverflowError, "days=%lld; must have magnitude <= %d", (long long)days, MAX_DELTA_DAYS);
        return NULL;
    }
    PyDateTime_Delta *self = (PyDateTime_Delta *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->hashcode = -1;
    self->days = (int)days;
    self->seconds = (int)(rest / SECOND_US);
    self->microseconds = (int)(rest % SECOND_US);
    return (PyObject *)self;
}

static __int128
total_of(PyObject *self)
{
    return ((__int128)DELTA(self)->days * DAY_SECONDS + DELTA(self)->seconds) * SECOND_US + DELTA(self)->microseconds;
}

PyObject *
delta_new(int days, int seconds, int us, bool normalize, PyTypeObject *type)
{
    (void)normalize;
    return delta_from_total(((__int128)days * DAY_SECONDS + seconds) * SECOND_US + us, type);
}

/* The span in microseconds as a Python int. */
static PyObject *
delta_us(PyObject *self)
{
    long long seconds = (long long)DELTA(self)->days * DAY_SECONDS + DELTA(self)->seconds;
    PyObject *s = PyLong_FromLongLong(seconds), *million = PyLong_FromLong(SECOND_US), *us = PyLong_FromLong(DELTA(self)->microseconds);
    PyObject *product = s && million && us ? PyNumber_Multiply(s, million) : NULL;
    PyObject *sum = product == NULL ? NULL : PyNumber_Add(product, us);
    Py_XDECREF(s);
    Py_XDECREF(million);
    Py_XDECREF(us);
    Py_XDECREF(product);
    return sum;
}

/* *n = *n // by and its rest, by a divmod() that a subclass of int may have replaced by anything. STEALS *n. */
static int
split_off(PyObject **n, int by, int *rest)
{
    PyObject *divisor = PyLong_FromLong(by), *pair = divisor == NULL ? NULL : PyNumber_Divmod(*n, divisor);
    int rc = -1;
    Py_XDECREF(divisor);
    if (pair == NULL)
        return -1;
    if (!PyTuple_Check(pair))
        PyErr_Format(PyExc_TypeError, "unexpected return type from divmod(): expected tuple, got '%.200s'", Py_TYPE(pair)->tp_name);
    else if (PyTuple_GET_SIZE(pair) != 2)
        PyErr_Format(PyExc_TypeError, "unexpected return value from divmod(): expected a tuple of size 2, got a tuple of size %zd",
                     PyTuple_GET_SIZE(pair));
    else {
        *rest = PyLong_AsInt(PyTuple_GET_ITEM(pair, 1));
        if (!(*rest == -1 && PyErr_Occurred())) {
            if (*rest < 0 || *rest >= by)
                PyErr_SetString(PyExc_TypeError, "unexpected return value from divmod()");
            else {
                Py_SETREF(*n, Py_NewRef(PyTuple_GET_ITEM(pair, 0)));
                rc = 0;
            }
        }
    }
    Py_DECREF(pair);
    return rc;
}

/* STEALS us, which may be NULL. */
static PyObject *
delta_from_us(PyObject *us, PyTypeObject *type)
{
    int small = 0, seconds = 0, days = 0;
    PyObject *result = NULL;
    if (us == NULL)
        return NULL;
    if (split_off(&us, SECOND_US, &small) == 0 && split_off(&us, DAY_SECONDS, &seconds) == 0) {
        days = PyLong_AsInt(us);
        if (!(days == -1 && PyErr_Occurred()))
            result = delta_new(days, seconds, small, false, type);
    }
    Py_DECREF(us);
    return result;
}

/* ---- construction --------------------------------------------------------------------------------------------------------- */

/* sum + x * factor as ints. STEALS sum and x; x may be NULL. */
static PyObject *
add_scaled(PyObject *sum, PyObject *x, PyObject *factor)
{
    PyObject *product = x == NULL ? NULL : PyNumber_Multiply(x, factor);
    PyObject *result = product == NULL ? NULL : PyNumber_Add(sum, product);
    Py_XDECREF(x);
    Py_XDECREF(product);
    Py_DECREF(sum);
    return result;
}

/* Adds num units of us_per microseconds to sum (STEALS it); what a float leaves below a microsecond goes to *leftover. */
static PyObject *
accumulate(PyObject *sum, const char *name, PyObject *num, long long us_per, double *leftover)
{
    PyObject *factor = PyLong_FromLongLong(us_per);
    if (factor == NULL) {
        Py_DECREF(sum);
        return NULL;
    }
    if (PyLong_Check(num))
        sum = add_scaled(sum, Py_NewRef(num), factor);
    else if (PyFloat_Check(num)) {
        double whole, part = modf(PyFloat_AsDouble(num), &whole);
        sum = add_scaled(sum, PyLong_FromDouble(whole), factor);
        if (sum != NULL && part != 0.0) {
            *leftover += modf((double)us_per * part, &whole);
            PyObject *one = PyLong_FromLong(1);
            sum = one == NULL ? (Py_DECREF(sum), NULL) : add_scaled(sum, PyLong_FromDouble(whole), one);
            Py_XDECREF(one);
        }
    }
    else {
        PyErr_Format(PyExc_TypeError, "unsupported type for timedelta %s component: %s", name, Py_TYPE(num)->tp_name);
        Py_CLEAR(sum);
    }
    Py_DECREF(factor);
    return sum;
}

/* Adds the rounded leftover, a tie going to the even total. STEALS sum. */
static PyObject *
add_leftover(PyObject *sum, double leftover)
{
    if (leftover == 0.0)
        return sum;
    double whole = round(leftover);
    PyObject *one = PyLong_FromLong(1);
    if (one == NULL)
        return Py_DECREF(sum), NULL;
    if (fabs(whole - leftover) == 0.5) {
        PyObject *low = PyNumber_And(sum, one);
        int odd = low == NULL ? -1 : PyObject_IsTrue(low);
        Py_XDECREF(low);
        if (odd < 0) {
            Py_DECREF(one);
            Py_DECREF(sum);
            return NULL;
        }
        whole = 2.0 * round((leftover + odd) * 0.5) - odd;
    }
    sum = add_scaled(sum, PyLong_FromDouble(whole), one);
    Py_DECREF(one);
    return sum;
}

static PyObject *
delta_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks", NULL };
    static const struct { int arg; long long us; } units[] = { { 2, 1 }, { 3, 1000 }, { 1, SECOND_US }, { 4, 60000000 },
                                                               { 5, 3600000000LL }, { 0, 86400000000LL }, { 6, 604800000000LL } };
    PyObject *v[7] = { NULL };
    double leftover = 0.0;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|OOOOOOO:__new__", names, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6]))
        return NULL;
    PyObject *sum = PyLong_FromLong(0);
    for (int i = 0; i < 7 && sum != NULL; i++)
        if (v[units[i].arg] != NULL)
            sum = accumulate(sum, names[units[i].arg], v[units[i].arg], units[i].us, &leftover);
    if (sum != NULL)
        sum = add_leftover(sum, leftover);
    return delta_from_us(sum, type);
}

/* ---- comparison ----------------------------------------------------------------------------------------------------------- */

int
delta_compare(PyObject *left, PyObject *right)
{
    __int128 a = total_of(left), b = total_of(right);
    return a < b ? -1 : a > b;
}

bool
delta_nonzero(PyObject *self)
{
    return DELTA(self)->days != 0 || DELTA(self)->seconds != 0 || DELTA(self)->microseconds != 0;
}

static int
delta_bool(PyObject *self)
{
    return delta_nonzero(self);
}

static PyObject *
delta_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DELTA(other))
        Py_RETURN_NOTIMPLEMENTED;
    int c = delta_compare(self, other);
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

static PyObject *
delta_state(PyObject *self)
{
    return Py_BuildValue("iii", DELTA(self)->days, DELTA(self)->seconds, DELTA(self)->microseconds);
}

static Py_hash_t
delta_hash(PyObject *self)
{
    if (DELTA(self)->hashcode == -1) {
        PyObject *state = delta_state(self);
        if (state == NULL)
            return -1;
        DELTA(self)->hashcode = PyObject_Hash(state);
        Py_DECREF(state);
    }
    return DELTA(self)->hashcode;
}

/* ---- arithmetic ----------------------------------------------------------------------------------------------------------- */

static PyObject *
delta_add(PyObject *left, PyObject *right)
{
    if (!IS_DELTA(left) || !IS_DELTA(right))
        Py_RETURN_NOTIMPLEMENTED;
    return delta_from_total(total_of(left) + total_of(right), &dt_delta_type);
}

PyObject *
delta_subtract(PyObject *left, PyObject *right)
{
    if (!IS_DELTA(left) || !IS_DELTA(right))
        Py_RETURN_NOTIMPLEMENTED;
    return delta_from_total(total_of(left) - total_of(right), &dt_delta_type);
}

PyObject *
delta_negate(PyObject *self)
{
    return delta_from_total(-total_of(self), &dt_delta_type);
}

static PyObject *
delta_positive(PyObject *self)
{
    return delta_from_total(total_of(self), &dt_delta_type);
}

static PyObject *
delta_absolute(PyObject *self)
{
    return DELTA(self)->days < 0 ? delta_negate(self) : delta_positive(self);
}

/* a / b to the nearest int, a tie to the even one; both exactly int. */
static PyObject *
nearest_exact(PyObject *a, PyObject *b)
{
    PyObject *pair = PyNumber_Divmod(a, b), *one = PyLong_FromLong(1), *twice = NULL, *q = NULL;
    if (pair == NULL || one == NULL || !PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2)
        goto done;
    twice = PyNumber_Lshift(PyTuple_GET_ITEM(pair, 1), one);
    PyObject *low = twice == NULL ? NULL : PyNumber_And(PyTuple_GET_ITEM(pair, 0), one);
    if (low == NULL)
        goto done;
    int odd = PyObject_IsTrue(low), negative = PyObject_RichCompareBool(b, low, Py_LT);
    Py_DECREF(low);
    /* The remainder has the divisor's sign: "more than half" means farther from zero. */
    int more = odd < 0 || negative < 0 ? -1 : PyObject_RichCompareBool(twice, b, negative ? Py_LT : Py_GT);
    int half = more < 0 ? -1 : PyObject_RichCompareBool(twice, b, Py_EQ);
    if (half < 0)
        goto done;
    q = more || (half && odd) ? PyNumber_Add(PyTuple_GET_ITEM(pair, 0), one) : Py_NewRef(PyTuple_GET_ITEM(pair, 0));
done:
    Py_XDECREF(pair);
    Py_XDECREF(one);
    Py_XDECREF(twice);
    return q;
}

/* The same for subclasses of int, whose own operators must not count. */
static PyObject *
divide_nearest(PyObject *a, PyObject *b)
{
    if (!PyLong_Check(a) || !PyLong_Check(b)) {
        PyErr_SetString(PyExc_TypeError, "non-integer arguments in division");
        return NULL;
    }
    PyObject *x = PyLong_Type.tp_as_number->nb_positive(a), *y = PyLong_Type.tp_as_number->nb_positive(b);
    PyObject *q = x && y ? nearest_exact(x, y) : NULL;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return q;
}

/* self * factor or self / factor for a float, by its exact ratio. */
static PyObject *
scale_by_float(PyObject *self, PyObject *factor, bool divide)
{
    PyObject *ratio = PyObject_CallMethod(factor, "as_integer_ratio", NULL), *result = NULL;
    if (ratio == NULL)
        return NULL;
    if (!PyTuple_Check(ratio) || PyTuple_GET_SIZE(ratio) != 2) {
        PyErr_Format(PyExc_TypeError, "unexpected return type from as_integer_ratio(): expected tuple, got '%.200s'", Py_TYPE(ratio)->tp_name);
        if (PyTuple_Check(ratio))
            PyErr_SetString(PyExc_ValueError, "as_integer_ratio() must return a 2-tuple");
        Py_DECREF(ratio);
        return NULL;
    }
    PyObject *us = delta_us(self);
    PyObject *product = us == NULL ? NULL : PyNumber_Multiply(us, PyTuple_GET_ITEM(ratio, divide));
    if (product != NULL)
        result = delta_from_us(divide_nearest(product, PyTuple_GET_ITEM(ratio, !divide)), &dt_delta_type);
    Py_XDECREF(us);
    Py_XDECREF(product);
    Py_DECREF(ratio);
    return result;
}

static PyObject *
apply_us(PyObject *self, PyObject *n, PyObject *(*op)(PyObject *, PyObject *))
{
    PyObject *us = delta_us(self), *result = us == NULL ? NULL : op(us, n);
    Py_XDECREF(us);
    return delta_from_us(result, &dt_delta_type);
}

/* The factor comes first: its __mul__() counts, not its __rmul__(). */
static PyObject *
multiply_by(PyObject *us, PyObject *n)
{
    return PyNumber_Multiply(n, us);
}

static PyObject *
delta_multiply(PyObject *left, PyObject *right)
{
    PyObject *self = IS_DELTA(left) ? left : right, *n = self == left ? right : left;
    if (PyLong_Check(n))
        return apply_us(self, n, multiply_by);
    if (PyFloat_Check(n))
        return scale_by_float(self, n, false);
    Py_RETURN_NOTIMPLEMENTED;
}

/* op of two spans in microseconds: an int, a float or a pair. */
static PyObject *
both_us(PyObject *left, PyObject *right, PyObject *(*op)(PyObject *, PyObject *))
{
    PyObject *a = delta_us(left), *b = a == NULL ? NULL : delta_us(right);
    PyObject *result = b == NULL ? NULL : op(a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static PyObject *
delta_floor_divide(PyObject *left, PyObject *right)
{
    if (IS_DELTA(left) && IS_DELTA(right))
        return both_us(left, right, PyNumber_FloorDivide);
    if (IS_DELTA(left) && PyLong_Check(right))
        return apply_us(left, right, PyNumber_FloorDivide);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
delta_true_divide(PyObject *left, PyObject *right)
{
    if (!IS_DELTA(left))
        Py_RETURN_NOTIMPLEMENTED;
    if (IS_DELTA(right))
        return both_us(left, right, PyNumber_TrueDivide);
    if (PyFloat_Check(right))
        return scale_by_float(left, right, true);
    if (PyLong_Check(right))
        return apply_us(left, right, divide_nearest);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
delta_remainder(PyObject *left, PyObject *right)
{
    if (!IS_DELTA(left) || !IS_DELTA(right))
        Py_RETURN_NOTIMPLEMENTED;
    return delta_from_us(both_us(left, right, PyNumber_Remainder), &dt_delta_type);
}

static PyObject *
delta_divmod(PyObject *left, PyObject *right)
{
    if (!IS_DELTA(left) || !IS_DELTA(right))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *pair = both_us(left, right, PyNumber_Divmod), *result = NULL;
    if (pair == NULL)
        return NULL;
    PyObject *rest = delta_from_us(Py_NewRef(PyTuple_GET_ITEM(pair, 1)), &dt_delta_type);
    if (rest != NULL)
        result = PyTuple_Pack(2, PyTuple_GET_ITEM(pair, 0), rest);
    Py_XDECREF(rest);
    Py_DECREF(pair);
    return result;
}

/* ---- texts, methods ------------------------------------------------------------------------------------------------------- */

static PyObject *
delta_repr(PyObject *self)
{
    const PyDateTime_Delta *d = DELTA(self);
    char text[96] = "0";
    size_t n = 0;
    if (d->days != 0)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "days=%d", d->days);
    if (d->seconds != 0)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%sseconds=%d", n ? ", " : "", d->seconds);
    if (d->microseconds != 0)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%smicroseconds=%d", n ? ", " : "", d->microseconds);
    return PyUnicode_FromFormat("%s(%s)", Py_TYPE(self)->tp_name, text);
}

static PyObject *
delta_str(PyObject *self)
{
    const PyDateTime_Delta *d = DELTA(self);
    char text[96];
    size_t n = 0;
    if (d->days != 0)
        n = (size_t)snprintf(text, sizeof(text), "%d day%s, ", d->days, d->days == 1 || d->days == -1 ? "" : "s");
    n += (size_t)snprintf(text + n, sizeof(text) - n, "%d:%02d:%02d", d->seconds / 3600, d->seconds / 60 % 60, d->seconds % 60);
    if (d->microseconds != 0)
        snprintf(text + n, sizeof(text) - n, ".%06d", d->microseconds);
    return PyUnicode_FromString(text);
}

PyObject *
delta_seconds(PyObject *self)
{
    PyObject *us = delta_us(self), *million = PyLong_FromLong(SECOND_US);
    PyObject *result = us && million ? PyNumber_TrueDivide(us, million) : NULL;
    Py_XDECREF(us);
    Py_XDECREF(million);
    return result;
}

static PyObject *
delta_total_seconds(PyObject *self, PyObject *unused)
{
    return delta_seconds(self);
}

static PyObject *
delta_reduce(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("ON", Py_TYPE(self), delta_state(self));
}

static PyMethodDef delta_methods[] = {
    { "total_seconds", delta_total_seconds, METH_NOARGS, "The whole span in seconds." },
    { "__reduce__", delta_reduce, METH_NOARGS, "__reduce__() -> (cls, state)" },
    { NULL, NULL, 0, NULL },
};

static PyMemberDef delta_members[] = {
    { "days", Py_T_INT, offsetof(PyDateTime_Delta, days), Py_READONLY, "The days, from -999999999 to 999999999." },
    { "seconds", Py_T_INT, offsetof(PyDateTime_Delta, seconds), Py_READONLY, "The seconds beyond whole days, at least 0, less than a day." },
    { "microseconds", Py_T_INT, offsetof(PyDateTime_Delta, microseconds), Py_READONLY, "The microseconds beyond whole seconds, at least 0, less than a second." },
    { NULL, 0, 0, 0, NULL },
};

static PyNumberMethods delta_number = {
    .nb_add = delta_add, .nb_subtract = delta_subtract, .nb_multiply = delta_multiply, .nb_remainder = delta_remainder,
    .nb_divmod = delta_divmod, .nb_negative = delta_negate, .nb_positive = delta_positive, .nb_absolute = delta_absolute,
    .nb_bool = delta_bool, .nb_floor_divide = delta_floor_divide, .nb_true_divide = delta_true_divide,
};

PyTypeObject dt_delta_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.timedelta",
    .tp_basicsize = sizeof(PyDateTime_Delta),
    .tp_repr = delta_repr,
    .tp_as_number = &delta_number,
    .tp_hash = delta_hash,
    .tp_str = delta_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "A span of time: the difference of two moments.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, "
              "hours=0, weeks=0)\n\nArguments may be ints or floats, of either sign.",
    .tp_richcompare = delta_richcompare,
    .tp_methods = delta_methods,
    .tp_members = delta_members,
    .tp_new = delta_tp_new,
};
