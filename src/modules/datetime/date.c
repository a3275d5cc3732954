/* datetime/date.c: date, and IsoCalendarDate, the named triple of isocalendar(). */
#include "dt.h"
#include "../modargs.h"

PyObject *
date_new(int year, int month, int day, PyTypeObject *type)
{
    if (check_date(year, month, day) < 0)
        return NULL;
    PyDateTime_Date *self = (PyDateTime_Date *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->hashcode = -1;
    self->hastzinfo = 0;
    self->data[0] = (unsigned char)(year >> 8);
    self->data[1] = (unsigned char)year;
    self->data[2] = (unsigned char)month;
    self->data[3] = (unsigned char)day;
    return (PyObject *)self;
}

PyObject *
date_for(PyObject *cls, int year, int month, int day)
{
    if (cls == (PyObject *)&dt_date_type)
        return date_new(year, month, day, &dt_date_type);
    if (cls == (PyObject *)&dt_datetime_type)
        return datetime_new(&(struct moment){ year, month, day, 0, 0, 0, 0, 0, Py_None }, &dt_datetime_type);
    return PyObject_CallFunction(cls, "iii", year, month, day);
}

int
dt_pickle_state(PyObject *arg, Py_ssize_t size, int at, int mask, int low, int high, const char *what, unsigned char *state)
{
    PyObject *bytes = NULL;
    if (PyBytes_Check(arg) && PyBytes_GET_SIZE(arg) == size) {
        int c = (unsigned char)PyBytes_AS_STRING(arg)[at] & mask;
        bytes = c >= low && c < high ? Py_NewRef(arg) : NULL;
    }
    else if (PyUnicode_Check(arg) && PyUnicode_GET_LENGTH(arg) == size) {
        Py_UCS4 c = PyUnicode_READ_CHAR(arg, at) & (~0xffu | (Py_UCS4)mask);
        if ((int)c < low || (int)c >= high)
            return 0;
        bytes = PyUnicode_AsLatin1String(arg);
        if (bytes == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            PyErr_Format(PyExc_ValueError, "Failed to encode latin1 string when unpickling a %s object. "
                         "pickle.load(data, encoding='latin1') is assumed.", what);
        if (bytes == NULL)
            return -1;
    }
    if (bytes == NULL)
        return 0;
    memcpy(state, PyBytes_AS_STRING(bytes), (size_t)size);
    Py_DECREF(bytes);
    return 1;
}

static PyObject *
date_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "year", "month", "day", NULL };
    int year, month, day;
    unsigned char state[4];
    if (PyTuple_GET_SIZE(args) == 1) {
        int rc = dt_pickle_state(PyTuple_GET_ITEM(args, 0), 4, 2, 0xff, 1, 13, "date", state);
        PyDateTime_Date *self = rc > 0 ? (PyDateTime_Date *)type->tp_alloc(type, 0) : NULL;
        if (self != NULL) {
            memcpy(self->data, state, 4);
            self->hashcode = -1;
        }
        if (rc != 0)
            return (PyObject *)self;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kw, "iii", names, &year, &month, &day))
        return NULL;
    return date_new(year, month, day, type);
}

/* ---- class methods -------------------------------------------------------------------------------------------------------- */

PyObject *
date_from_timestamp(PyObject *cls, PyObject *timestamp)
{
    long long seconds;
    struct tm tm;
    if (clock_split(timestamp, &seconds, NULL) < 0 || clock_local(seconds, &tm) < 0)
        return NULL;
    return date_for(cls, (int)(tm.tm_year + 1900LL), tm.tm_mon + 1, tm.tm_mday);
}

static PyObject *
date_today(PyObject *cls, PyObject *unused)
{
    PyObject *time = PyImport_ImportModule("time"), *now = time == NULL ? NULL : PyObject_CallMethod(time, "time", NULL);
    PyObject *result = now == NULL ? NULL : PyObject_CallMethod(cls, "fromtimestamp", "O", now);
    Py_XDECREF(time);
    Py_XDECREF(now);
    return result;
}

static PyObject *
date_fromordinal(PyObject *cls, PyObject *args)
{
    int ordinal, y, m, d;
    if (!PyArg_ParseTuple(args, "i:fromordinal", &ordinal))
        return NULL;
    if (ordinal < 1) {
        PyErr_SetString(PyExc_ValueError, "ordinal must be >= 1");
        return NULL;
    }
    cal_from_ordinal(ordinal, &y, &m, &d);
    return date_for(cls, y, m, d);
}

static PyObject *
date_fromisoformat(PyObject *cls, PyObject *text)
{
    Py_ssize_t n;
    int v[3];
    char *s = iso_ascii(text, &n);
    if (s == NULL)
        return NULL;
    int rc = iso_date(s, n, v);
    PyMem_Free(s);
    return rc ? iso_invalid(text) : date_for(cls, v[0], v[1], v[2]);
}

static PyObject *
date_fromisocalendar(PyObject *cls, PyObject *args, PyObject *kw)
{
    static char *names[] = { "year", "week", "day", NULL };
    int year, week, day, v[3];
    if (!PyArg_ParseTupleAndKeywords(args, kw, "iii:fromisocalendar", names, &year, &week, &day)) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_SetString(PyExc_ValueError, "ISO calendar component out of range");
        return NULL;
    }
    switch (cal_from_iso(year, week, day, v)) {
    case 0: return date_for(cls, v[0], v[1], v[2]);
    case -2: PyErr_Format(PyExc_ValueError, "Invalid week: %d", week); return NULL;
    case -3: PyErr_Format(PyExc_ValueError, "Invalid day: %d (range is [1, 7])", day); return NULL;
    default: PyErr_Format(PyExc_ValueError, "Year is out of range: %d", year); return NULL;
    }
}

/* ---- methods -------------------------------------------------------------------------------------------------------------- */

static PyObject *
date_repr(PyObject *self)
{
    return PyUnicode_FromFormat("%s(%d, %d, %d)", Py_TYPE(self)->tp_name, date_year(self), date_month(self), date_day(self));
}

static PyObject *
date_isoformat(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromFormat("%04d-%02d-%02d", date_year(self), date_month(self), date_day(self));
}

/* str() is isoformat(), of a subclass too. */
static PyObject *
date_str(PyObject *self)
{
    return PyObject_CallMethod(self, "isoformat", NULL);
}

static PyObject *
date_ctime(PyObject *self, PyObject *unused)
{
    return format_ctime(self, 0, 0, 0);
}

static PyObject *
date_strftime(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = { "format", NULL };
    PyObject *format, *tuple, *result;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "U:strftime", names, &format))
        return NULL;
    tuple = PyObject_CallMethod(self, "timetuple", NULL);
    if (tuple == NULL)
        return NULL;
    result = format_strftime(self, format, tuple, self);
    Py_DECREF(tuple);
    return result;
}

static PyObject *
date_timetuple(PyObject *self, PyObject *unused)
{
    return format_struct_time(&(struct moment){ .year = date_year(self), .month = date_month(self), .day = date_day(self) }, -1);
}

static PyObject *
date_toordinal(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(cal_ordinal(date_year(self), date_month(self), date_day(self)));
}

static PyObject *
date_weekday(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(cal_weekday(date_year(self), date_month(self), date_day(self)));
}

static PyObject *
date_isoweekday(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(cal_weekday(date_year(self), date_month(self), date_day(self)) + 1);
}

static PyObject *
iso_triple(PyTypeObject *type, int year, int week, int weekday)
{
    PyObject *self = type->tp_alloc(type, 3);
    int v[3] = { year, week, weekday };
    for (int i = 0; i < 3 && self != NULL; i++) {
        PyObject *n = PyLong_FromLong(v[i]);
        if (n == NULL)
            Py_CLEAR(self);
        else
            PyTuple_SET_ITEM(self, i, n);
    }
    return self;
}

static PyObject *
date_isocalendar(PyObject *self, PyObject *unused)
{
    int v[3];
    cal_iso(date_year(self), date_month(self), date_day(self), v);
    PyTypeObject *type = dt_iso_type();
    return type == NULL ? NULL : iso_triple(type, v[0], v[1], v[2]);
}

static PyObject *
date_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[3];
    int v[3] = { date_year(self), date_month(self), date_day(self) };
    if (MOD_BIND(a, "replace", args, nargs, kwnames, 0, 3, "year", "month", "day") < 0)
        return NULL;
    for (int i = 0; i < 3; i++)
        if (a[i] != NULL && (v[i] = PyLong_AsInt(a[i])) == -1 && PyErr_Occurred())
            return NULL;
    return date_for((PyObject *)Py_TYPE(self), v[0], v[1], v[2]);
}

static PyObject *
date_reduce(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("O(y#)", Py_TYPE(self), (const char *)DATE(self)->data, (Py_ssize_t)4);
}

Py_hash_t
dt_hash_data(const unsigned char *data, Py_ssize_t n)
{
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)data, n);
    if (bytes == NULL)
        return -1;
    Py_hash_t h = PyObject_Hash(bytes);
    Py_DECREF(bytes);
    return h;
}

static Py_hash_t
date_hash(PyObject *self)
{
    if (DATE(self)->hashcode == -1)
        DATE(self)->hashcode = dt_hash_data(DATE(self)->data, 4);
    return DATE(self)->hashcode;
}

/* A date does not compare with a datetime, though that is a subclass. */
static PyObject *
date_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DATE(other) || IS_DATETIME(other))
        Py_RETURN_NOTIMPLEMENTED;
    int c = memcmp(DATE(self)->data, DATE(other)->data, 4);
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

static PyObject *
shifted(PyObject *date, PyObject *delta, int sign)
{
    int y = date_year(date), m = date_month(date), d = date_day(date);
    if (cal_shift(&y, &m, &d, (long long)sign * DELTA(delta)->days) < 0)
        return NULL;
    return date_for((PyObject *)Py_TYPE(date), y, m, d);
}

static PyObject *
date_add(PyObject *left, PyObject *right)
{
    if (IS_DATETIME(left) || IS_DATETIME(right))
        Py_RETURN_NOTIMPLEMENTED;
    if (IS_DATE(left) && IS_DELTA(right))
        return shifted(left, right, 1);
    if (IS_DELTA(left) && IS_DATE(right))
        return shifted(right, left, 1);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
date_subtract(PyObject *left, PyObject *right)
{
    if (!IS_DATE(left) || IS_DATETIME(left) || IS_DATETIME(right))
        Py_RETURN_NOTIMPLEMENTED;
    if (IS_DELTA(right))
        return shifted(left, right, -1);
    if (!IS_DATE(right))
        Py_RETURN_NOTIMPLEMENTED;
    int a = cal_ordinal(date_year(left), date_month(left), date_day(left)), b = cal_ordinal(date_year(right), date_month(right), date_day(right));
    return delta_new(a - b, 0, 0, false, &dt_delta_type);
}

static PyObject *get_year(PyObject *self, void *unused) { return PyLong_FromLong(date_year(self)); }
static PyObject *get_month(PyObject *self, void *unused) { return PyLong_FromLong(date_month(self)); }
static PyObject *get_day(PyObject *self, void *unused) { return PyLong_FromLong(date_day(self)); }

static PyGetSetDef date_getset[] = {
    { "year", get_year, NULL, NULL, NULL }, { "month", get_month, NULL, NULL, NULL }, { "day", get_day, NULL, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef date_methods[] = {
    { "fromtimestamp", date_from_timestamp, METH_O | METH_CLASS, "fromtimestamp($type, timestamp, /)\n--\n\nThe local date at a Unix time." },
    { "fromordinal", date_fromordinal, METH_VARARGS | METH_CLASS, "int -> the date that many days after the last day of year 0." },
    { "fromisoformat", date_fromisoformat, METH_O | METH_CLASS, "str -> date; reads ISO 8601 dates." },
    { "fromisocalendar", MOD_FASTKW(date_fromisocalendar), METH_VARARGS | METH_KEYWORDS | METH_CLASS, "int, int, int -> date from an ISO year, week and weekday." },
    { "today", date_today, METH_NOARGS | METH_CLASS, "The date (or datetime) of this moment, by fromtimestamp()." },
    { "ctime", date_ctime, METH_NOARGS, "The text in the form of the C function ctime()." },
    { "strftime", MOD_FASTKW(date_strftime), METH_VARARGS | METH_KEYWORDS, "format -> text, as by time.strftime()." },
    { "__format__", format_method, METH_VARARGS, "Formats with strftime()." },
    { "timetuple", date_timetuple, METH_NOARGS, "A time.struct_time of this moment." },
    { "isocalendar", date_isocalendar, METH_NOARGS, "The ISO year, week number and weekday." },
    { "isoformat", date_isoformat, METH_NOARGS, "The text in ISO 8601: YYYY-MM-DD." },
    { "isoweekday", date_isoweekday, METH_NOARGS, "The weekday: Monday is 1, Sunday is 7." },
    { "toordinal", date_toordinal, METH_NOARGS, "The number of the day: 0001-01-01 is 1." },
    { "weekday", date_weekday, METH_NOARGS, "The weekday: Monday is 0, Sunday is 6." },
    { "replace", MOD_FASTKW(date_replace), METH_FASTCALL | METH_KEYWORDS,
      "replace($self, /, year=unchanged, month=unchanged, day=unchanged)\n--\n\nA copy with other fields." },
    { "__replace__", MOD_FASTKW(date_replace), METH_FASTCALL | METH_KEYWORDS, "__replace__($self, /, **changes)\n--\n\nWhat copy.replace() calls." },
    { "__reduce__", date_reduce, METH_NOARGS, "__reduce__() -> (cls, state)" },
    { NULL, NULL, 0, NULL },
};

static PyNumberMethods date_number = { .nb_add = date_add, .nb_subtract = date_subtract };

PyTypeObject dt_date_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.date",
    .tp_basicsize = sizeof(PyDateTime_Date),
    .tp_repr = date_repr,
    .tp_as_number = &date_number,
    .tp_hash = date_hash,
    .tp_str = date_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "date(year, month, day): a day of the Gregorian calendar.",
    .tp_richcompare = date_richcompare,
    .tp_methods = date_methods,
    .tp_getset = date_getset,
    .tp_new = date_tp_new,
};

/* ---- IsoCalendarDate ------------------------------------------------------------------------------------------------------ */

static PyObject *
iso_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "year", "week", "weekday", NULL };
    int year, week, weekday;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "iii:IsoCalendarDate", names, &year, &week, &weekday))
        return NULL;
    return iso_triple(type, year, week, weekday);
}

static PyObject *
iso_repr(PyObject *self)
{
    return PyUnicode_FromFormat("%s(year=%S, week=%S, weekday=%S)", Py_TYPE(self)->tp_name, PyTuple_GET_ITEM(self, 0), PyTuple_GET_ITEM(self, 1),
                                PyTuple_GET_ITEM(self, 2));
}

/* Pickled as a plain tuple: the type has no public name. */
static PyObject *
iso_reduce(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("O((OOO))", &PyTuple_Type, PyTuple_GET_ITEM(self, 0), PyTuple_GET_ITEM(self, 1), PyTuple_GET_ITEM(self, 2));
}

static PyObject *iso_get(PyObject *self, void *index) { return Py_NewRef(PyTuple_GET_ITEM(self, (Py_ssize_t)index)); }

static PyGetSetDef iso_getset[] = {
    { "year", iso_get, NULL, NULL, (void *)0 }, { "week", iso_get, NULL, NULL, (void *)1 }, { "weekday", iso_get, NULL, NULL, (void *)2 },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef iso_methods[] = {
    { "__reduce__", iso_reduce, METH_NOARGS, "__reduce__() -> (cls, state)" },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot iso_slots[] = {
    { Py_tp_new, iso_tp_new }, { Py_tp_repr, iso_repr }, { Py_tp_methods, iso_methods }, { Py_tp_getset, iso_getset },
    { Py_tp_doc, "The ISO year, week and weekday of a date." }, { 0, NULL },
};

PyType_Spec dt_iso_spec = {
    .name = "datetime.IsoCalendarDate",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = iso_slots,
};
