/* datetime/datetime.c: the type datetime: construction, arithmetic, comparison. Its methods are in datetime_methods.c. A naive
 * datetime is allocated without the tzinfo field. */
#include "datetime_priv.h"

static PyObject *
datetime_alloc(PyTypeObject *type, Py_ssize_t aware)
{
    if (type != &dt_datetime_type)
        return PyType_GenericAlloc(type, 0);
    PyObject *self = PyObject_Malloc(aware ? sizeof(PyDateTime_DateTime) : sizeof(_PyDateTime_BaseDateTime));
    return self == NULL ? PyErr_NoMemory() : PyObject_Init(self, type);
}

static PyDateTime_DateTime *
datetime_blank(PyTypeObject *type, PyObject *tz, int fold)
{
    PyDateTime_DateTime *self = (PyDateTime_DateTime *)type->tp_alloc(type, tz != Py_None);
    if (self == NULL)
        return NULL;
    self->hashcode = -1;
    self->fold = (unsigned char)fold;
    self->hastzinfo = tz != Py_None;
    if (self->hastzinfo)
        self->tzinfo = Py_NewRef(tz);
    return self;
}

PyObject *
datetime_new(const struct moment *m, PyTypeObject *type)
{
    if (check_date(m->year, m->month, m->day) < 0 || check_time(m->hour, m->minute, m->second, m->us, m->fold) < 0 || check_tz(m->tz) < 0)
        return NULL;
    PyDateTime_DateTime *self = datetime_blank(type, m->tz, m->fold);
    if (self == NULL)
        return NULL;
    unsigned char *d = self->data;
    d[0] = (unsigned char)(m->year >> 8), d[1] = (unsigned char)m->year, d[2] = (unsigned char)m->month, d[3] = (unsigned char)m->day;
    d[4] = (unsigned char)m->hour, d[5] = (unsigned char)m->minute, d[6] = (unsigned char)m->second;
    us_write(d + 7, m->us);
    return (PyObject *)self;
}

PyObject *
datetime_for(PyObject *cls, const struct moment *m)
{
    if (cls == (PyObject *)&dt_datetime_type)
        return datetime_new(m, &dt_datetime_type);
    PyObject *self = PyObject_CallFunction(cls, "iiiiiiiO", m->year, m->month, m->day, m->hour, m->minute, m->second, m->us, m->tz);
    if (self != NULL && IS_DATETIME(self))
        DATETIME(self)->fold = (unsigned char)m->fold;
    return self;
}

void
datetime_read(PyObject *self, struct moment *m)
{
    const unsigned char *d = DATETIME(self)->data;
    *m = (struct moment){ date_year(self), d[2], d[3], d[4], d[5], d[6], us_read(d + 7), DATETIME(self)->fold, datetime_tz(self) };
}

static void
datetime_dealloc(PyObject *self)
{
    if (DATETIME(self)->hastzinfo)
        Py_XDECREF(DATETIME(self)->tzinfo);
    Py_TYPE(self)->tp_free(self);
}

/* 1 and *out when arg is the state of a pickle, 0 when it is not, -1 on error. */
static int
from_pickle(PyTypeObject *type, PyObject *arg, PyObject *tz, PyObject **out)
{
    unsigned char state[10];
    int rc = dt_pickle_state(arg, 10, 2, 0x7f, 1, 13, "datetime", state);
    if (rc <= 0)
        return rc;
    if (tz != Py_None && !IS_TZINFO(tz)) {
        PyErr_SetString(PyExc_TypeError, "bad tzinfo state arg");
        return -1;
    }
    PyDateTime_DateTime *self = datetime_blank(type, tz, state[2] >> 7);
    if (self == NULL)
        return -1;
    memcpy(self->data, state, 10);
    self->data[2] &= 0x7f;
    *out = (PyObject *)self;
    return 1;
}

static PyObject *
datetime_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold", NULL };
    struct moment m = { .tz = Py_None };
    PyObject *self = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 1 || n == 2) {
        int rc = from_pickle(type, PyTuple_GET_ITEM(args, 0), n == 2 ? PyTuple_GET_ITEM(args, 1) : Py_None, &self);
        if (rc != 0)
            return self;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kw, "iii|iiiiO$i", names, &m.year, &m.month, &m.day, &m.hour, &m.minute, &m.second, &m.us, &m.tz, &m.fold))
        return NULL;
    return datetime_new(&m, type);
}

/* ---- arithmetic ----------------------------------------------------------------------------------------------------------- */

/* Moves m by days and seconds (of any size) and microseconds; OverflowError when it leaves the calendar. */
int
moment_shift(struct moment *m, long long days, long long seconds, long long us)
{
    us += m->us;
    seconds += m->hour * 3600 + m->minute * 60 + m->second;
    long long carry = us / SECOND_US - (us % SECOND_US < 0);
    us -= carry * SECOND_US;
    seconds += carry;
    carry = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
    seconds -= carry * DAY_SECONDS;
    if (cal_shift(&m->year, &m->month, &m->day, days + carry) < 0)
        return -1;
    m->us = (int)us;
    m->hour = (int)(seconds / 3600);
    m->minute = (int)(seconds / 60 % 60);
    m->second = (int)(seconds % 60);
    m->fold = 0;
    return 0;
}

int
moment_shift_delta(struct moment *m, PyObject *delta, int sign)
{
    return moment_shift(m, (long long)sign * DELTA(delta)->days, (long long)sign * DELTA(delta)->seconds, (long long)sign * DELTA(delta)->microseconds);
}

PyObject *
datetime_add_delta(PyObject *self, PyObject *delta, int sign)
{
    struct moment m;
    datetime_read(self, &m);
    return moment_shift_delta(&m, delta, sign) < 0 ? NULL : datetime_for((PyObject *)Py_TYPE(self), &m);
}

static PyObject *
datetime_add(PyObject *left, PyObject *right)
{
    if (IS_DATETIME(left) && IS_DELTA(right))
        return datetime_add_delta(left, right, 1);
    if (IS_DELTA(left) && IS_DATETIME(right))
        return datetime_add_delta(right, left, 1);
    Py_RETURN_NOTIMPLEMENTED;
}

/* left - right as the clocks read, zones unheard. */
static PyObject *
wall_difference(PyObject *left, PyObject *right)
{
    struct moment a, b;
    datetime_read(left, &a);
    datetime_read(right, &b);
    int days = cal_ordinal(a.year, a.month, a.day) - cal_ordinal(b.year, b.month, b.day);
    int seconds = (a.hour - b.hour) * 3600 + (a.minute - b.minute) * 60 + a.second - b.second;
    return delta_new(days, seconds, a.us - b.us, true, &dt_delta_type);
}

PyObject *
datetime_difference(PyObject *left, PyObject *right)
{
    if (datetime_tz(left) == datetime_tz(right))
        return wall_difference(left, right);
    PyObject *a = tz_utcoffset(datetime_tz(left), left), *b = a == NULL ? NULL : tz_utcoffset(datetime_tz(right), right);
    PyObject *result = NULL, *shift = NULL;
    if (b == NULL)
        goto done;
    if ((a == Py_None) != (b == Py_None)) {
        PyErr_SetString(PyExc_TypeError, "can't subtract offset-naive and offset-aware datetimes");
        goto done;
    }
    result = wall_difference(left, right);
    if (result != NULL && a != Py_None && delta_compare(a, b) != 0) {
        shift = delta_subtract(a, b);
        Py_SETREF(result, shift == NULL ? NULL : delta_subtract(result, shift));
    }
done:
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(shift);
    return result;
}

static PyObject *
datetime_subtract(PyObject *left, PyObject *right)
{
    if (!IS_DATETIME(left))
        Py_RETURN_NOTIMPLEMENTED;
    if (IS_DATETIME(right))
        return datetime_difference(left, right);
    if (IS_DELTA(right))
        return datetime_add_delta(left, right, -1);
    Py_RETURN_NOTIMPLEMENTED;
}

/* ---- comparison, hash ----------------------------------------------------------------------------------------------------- */

/* The offset self would have with the other fold. */
static PyObject *
other_fold_offset(PyObject *self)
{
    struct moment m;
    datetime_read(self, &m);
    m.fold = !m.fold;
    PyObject *flipped = (PyObject *)datetime_blank(&dt_datetime_type, m.tz, m.fold);
    if (flipped != NULL)
        memcpy(DATETIME(flipped)->data, DATETIME(self)->data, 10);
    PyObject *offset = flipped == NULL ? NULL : tz_utcoffset(m.tz, flipped);
    Py_XDECREF(flipped);
    return offset;
}

/* 1 if self's local time is one that fold decides: such a moment equals none of another zone (PEP 495). */
static int
depends_on_fold(PyObject *self, PyObject *offset)
{
    PyObject *other = other_fold_offset(self);
    if (other == NULL)
        return -1;
    int differ = other != offset && !(IS_DELTA(other) && IS_DELTA(offset) && delta_compare(other, offset) == 0);
    Py_DECREF(other);
    return differ;
}

/* The sign of self - other in zones that differ, into *c; offsets are both None or both timedeltas. */
static int
compare_zones(PyObject *self, PyObject *other, PyObject *a, PyObject *b, int op, int *c)
{
    if (a == b || delta_compare(a, b) == 0)
        *c = memcmp(DATETIME(self)->data, DATETIME(other)->data, 10);
    else {
        PyObject *delta = datetime_difference(self, other);
        if (delta == NULL)
            return -1;
        *c = DELTA(delta)->days < 0 ? -1 : delta_nonzero(delta);
        Py_DECREF(delta);
    }
    if ((op == Py_EQ || op == Py_NE) && *c == 0) {
        int fold = depends_on_fold(self, a);
        if (fold == 0)
            fold = depends_on_fold(other, b);
        if (fold < 0)
            return -1;
        *c = fold;
    }
    return 0;
}

static PyObject *
datetime_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DATETIME(other))
        Py_RETURN_NOTIMPLEMENTED;
    int c = memcmp(DATETIME(self)->data, DATETIME(other)->data, 10);
    if (datetime_tz(self) == datetime_tz(other))
        Py_RETURN_RICHCOMPARE(c, 0, op);
    PyObject *a = tz_utcoffset(datetime_tz(self), self), *b = a == NULL ? NULL : tz_utcoffset(datetime_tz(other), other), *result = NULL;
    if (b == NULL)
        goto done;
    if ((a == Py_None) != (b == Py_None)) {
        if (op == Py_EQ || op == Py_NE)
            result = PyBool_FromLong(op == Py_NE);
        else
            PyErr_SetString(PyExc_TypeError, "can't compare offset-naive and offset-aware datetimes");
    }
    else if (compare_zones(self, other, a, b, op, &c) == 0)
        result = PyBool_FromLong(op == Py_EQ ? c == 0 : op == Py_NE ? c != 0 : op == Py_LT ? c < 0 : op == Py_LE ? c <= 0 : op == Py_GT ? c > 0 : c >= 0);
done:
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static Py_hash_t
hash_of(PyObject *self)
{
    struct moment m;
    datetime_read(self, &m);
    PyObject *offset;
    Py_hash_t h = -1;
    if (m.fold)
        offset = other_fold_offset(self);
    else
        offset = tz_utcoffset(m.tz, self);
    if (offset == NULL)
        return -1;
    if (offset == Py_None)
        h = dt_hash_data(DATETIME(self)->data, 10);
    else {
        PyObject *span = delta_new(cal_ordinal(m.year, m.month, m.day), m.hour * 3600 + m.minute * 60 + m.second, m.us, true, &dt_delta_type);
        PyObject *utc = span == NULL ? NULL : delta_subtract(span, offset);
        h = utc == NULL ? -1 : PyObject_Hash(utc);
        Py_XDECREF(span);
        Py_XDECREF(utc);
    }
    Py_DECREF(offset);
    return h;
}

static Py_hash_t
datetime_hash(PyObject *self)
{
    if (DATETIME(self)->hashcode == -1)
        DATETIME(self)->hashcode = hash_of(self);
    return DATETIME(self)->hashcode;
}

static PyObject *
datetime_repr(PyObject *self)
{
    struct moment m;
    datetime_read(self, &m);
    char text[128];
    int n = snprintf(text, sizeof(text), "%d, %d, %d, %d, %d", m.year, m.month, m.day, m.hour, m.minute);
    if (m.us != 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ", %d, %d", m.second, m.us);
    else if (m.second != 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ", %d", m.second);
    if (m.fold)
        snprintf(text + n, sizeof(text) - (size_t)n, ", fold=1");
    if (m.tz != Py_None)
        return PyUnicode_FromFormat("%s(%s, tzinfo=%R)", Py_TYPE(self)->tp_name, text, m.tz);
    return PyUnicode_FromFormat("%s(%s)", Py_TYPE(self)->tp_name, text);
}

static PyObject *
datetime_str(PyObject *self)
{
    return PyObject_CallMethod(self, "isoformat", "s", " ");
}

static PyNumberMethods datetime_number = { .nb_add = datetime_add, .nb_subtract = datetime_subtract };

PyTypeObject dt_datetime_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.datetime",
    .tp_basicsize = sizeof(PyDateTime_DateTime),
    .tp_dealloc = datetime_dealloc,
    .tp_repr = datetime_repr,
    .tp_as_number = &datetime_number,
    .tp_hash = datetime_hash,
    .tp_str = datetime_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]]): a day and a time of day.\n\nThe year, month and day are required.",
    .tp_richcompare = datetime_richcompare,
    .tp_methods = datetime_methods,
    .tp_getset = datetime_getset,
    .tp_base = &dt_date_type,
    .tp_alloc = datetime_alloc,
    .tp_new = datetime_tp_new,
};
