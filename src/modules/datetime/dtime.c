/* datetime/dtime.c: the type time. A naive time is allocated without the tzinfo field. */
#include "dt.h"
#include "../modargs.h"

static PyObject *
time_alloc(PyTypeObject *type, Py_ssize_t aware)
{
    if (type != &dt_time_type)
        return PyType_GenericAlloc(type, 0);
    PyObject *self = PyObject_Malloc(aware ? sizeof(PyDateTime_Time) : sizeof(_PyDateTime_BaseTime));
    return self == NULL ? PyErr_NoMemory() : PyObject_Init(self, type);
}

/* An object with its zone set and its data not. */
static PyDateTime_Time *
time_blank(PyTypeObject *type, PyObject *tz, int fold)
{
    PyDateTime_Time *self = (PyDateTime_Time *)type->tp_alloc(type, tz != Py_None);
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
time_new(int hour, int minute, int second, int us, PyObject *tz, int fold, PyTypeObject *type)
{
    if (check_time(hour, minute, second, us, fold) < 0 || check_tz(tz) < 0)
        return NULL;
    PyDateTime_Time *self = time_blank(type, tz, fold);
    if (self == NULL)
        return NULL;
    self->data[0] = (unsigned char)hour;
    self->data[1] = (unsigned char)minute;
    self->data[2] = (unsigned char)second;
    us_write(self->data + 3, us);
    return (PyObject *)self;
}

static PyObject *
time_for(PyObject *cls, int hour, int minute, int second, int us, PyObject *tz, int fold)
{
    if (cls == (PyObject *)&dt_time_type)
        return time_new(hour, minute, second, us, tz, fold, &dt_time_type);
    PyObject *self = PyObject_CallFunction(cls, "iiiiO", hour, minute, second, us, tz);
    if (self != NULL && IS_TIME(self))
        TIME(self)->fold = (unsigned char)fold;
    return self;
}

static void
time_dealloc(PyObject *self)
{
    if (TIME(self)->hastzinfo)
        Py_XDECREF(TIME(self)->tzinfo);
    Py_TYPE(self)->tp_free(self);
}

/* 1 and *out when arg is the state of a pickle, 0 when it is not, -1 on error. */
static int
from_pickle(PyTypeObject *type, PyObject *arg, PyObject *tz, PyObject **out)
{
    unsigned char state[6];
    int rc = dt_pickle_state(arg, 6, 0, 0x7f, 0, 24, "time", state);
    if (rc <= 0)
        return rc;
    if (tz != Py_None && !IS_TZINFO(tz)) {
        PyErr_SetString(PyExc_TypeError, "bad tzinfo state arg");
        return -1;
    }
    PyDateTime_Time *self = time_blank(type, tz, state[0] >> 7);
    if (self == NULL)
        return -1;
    memcpy(self->data, state, 6);
    self->data[0] &= 0x7f;
    *out = (PyObject *)self;
    return 1;
}

static PyObject *
time_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "hour", "minute", "second", "microsecond", "tzinfo", "fold", NULL };
    int v[4] = { 0 }, fold = 0;
    PyObject *tz = Py_None, *self = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 1 || n == 2) {
        int rc = from_pickle(type, PyTuple_GET_ITEM(args, 0), n == 2 ? PyTuple_GET_ITEM(args, 1) : Py_None, &self);
        if (rc != 0)
            return self;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|iiiiO$i", names, &v[0], &v[1], &v[2], &v[3], &tz, &fold))
        return NULL;
    return time_new(v[0], v[1], v[2], v[3], tz, fold, type);
}

static PyObject *
time_fromisoformat(PyObject *cls, PyObject *text)
{
    Py_ssize_t n;
    struct iso_time t;
    char *s = iso_ascii(text, &n);
    if (s == NULL)
        return NULL;
    int skip = *s == 'T', rc = iso_time(s + skip, n - skip, &t);
    PyMem_Free(s);
    if (rc)
        return iso_invalid(text);
    PyObject *tz = iso_zone(&t), *self = tz == NULL ? NULL : time_for(cls, t.hour, t.minute, t.second, t.us, tz, 0);
    Py_XDECREF(tz);
    return self;
}

/* ---- texts ---------------------------------------------------------------------------------------------------------------- */

static PyObject *
time_repr(PyObject *self)
{
    const unsigned char *d = TIME(self)->data;
    int us = us_read(d + 3);
    const char *fold = TIME(self)->fold ? ", fold=1" : "";
    char text[64];
    int n = snprintf(text, sizeof(text), "%d, %d", d[0], d[1]);
    if (us != 0)
        snprintf(text + n, sizeof(text) - (size_t)n, ", %d, %d", d[2], us);
    else if (d[2] != 0)
        snprintf(text + n, sizeof(text) - (size_t)n, ", %d", d[2]);
    if (TIME(self)->hastzinfo)
        return PyUnicode_FromFormat("%s(%s, tzinfo=%R%s)", Py_TYPE(self)->tp_name, text, TIME(self)->tzinfo, fold);
    return PyUnicode_FromFormat("%s(%s%s)", Py_TYPE(self)->tp_name, text, fold);
}

static PyObject *
time_str(PyObject *self)
{
    return PyObject_CallMethod(self, "isoformat", NULL);
}

static PyObject *
time_isoformat(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = { "timespec", NULL };
    const char *spec = NULL;
    const unsigned char *d = TIME(self)->data;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|s:isoformat", names, &spec))
        return NULL;
    PyObject *text = format_clock(d[0], d[1], d[2], us_read(d + 3), spec);
    if (text == NULL || !TIME(self)->hastzinfo)
        return text;
    PyObject *offset = tz_utcoffset(TIME(self)->tzinfo, Py_None), *tail = offset == NULL ? NULL : format_offset(offset, ":");
    PyObject *result = tail == NULL ? NULL : PyUnicode_Concat(text, tail);
    Py_XDECREF(offset);
    Py_XDECREF(tail);
    Py_DECREF(text);
    return result;
}

static PyObject *
time_strftime(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = { "format", NULL };
    PyObject *format, *tuple, *result;
    const unsigned char *d = TIME(self)->data;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "U:strftime", names, &format))
        return NULL;
    tuple = Py_BuildValue("iiiiiiiii", 1900, 1, 1, d[0], d[1], d[2], 0, 1, -1);
    if (tuple == NULL)
        return NULL;
    result = format_strftime(self, format, tuple, Py_None);
    Py_DECREF(tuple);
    return result;
}

/* ---- zone, comparison ----------------------------------------------------------------------------------------------------- */

static PyObject *time_utcoffset(PyObject *self, PyObject *unused) { return tz_utcoffset(time_tz(self), Py_None); }
static PyObject *time_dst(PyObject *self, PyObject *unused) { return tz_dst(time_tz(self), Py_None); }
static PyObject *time_tzname(PyObject *self, PyObject *unused) { return tz_name(time_tz(self), Py_None); }

static int
day_seconds(PyObject *self)
{
    const unsigned char *d = TIME(self)->data;
    return d[0] * 3600 + d[1] * 60 + d[2];
}

/* Compares by UTC, offsets being timedeltas. */
static int
compare_utc(PyObject *a, PyObject *b, PyObject *off_a, PyObject *off_b)
{
    int s = (day_seconds(a) - DELTA(off_a)->days * DAY_SECONDS - DELTA(off_a)->seconds) -
            (day_seconds(b) - DELTA(off_b)->days * DAY_SECONDS - DELTA(off_b)->seconds);
    return s != 0 ? s : us_read(TIME(a)->data + 3) - us_read(TIME(b)->data + 3);
}

static PyObject *
time_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_TIME(other))
        Py_RETURN_NOTIMPLEMENTED;
    int c = memcmp(TIME(self)->data, TIME(other)->data, 6);
    if (time_tz(self) == time_tz(other))
        Py_RETURN_RICHCOMPARE(c, 0, op);
    PyObject *a = time_utcoffset(self, NULL), *b = a == NULL ? NULL : time_utcoffset(other, NULL), *result = NULL;
    if (b == NULL)
        goto done;
    if (a != Py_None && b != Py_None)
        c = delta_compare(a, b) == 0 ? c : compare_utc(self, other, a, b);
    else if (a != b) {
        if (op == Py_EQ || op == Py_NE)
            result = PyBool_FromLong(op == Py_NE);
        else
            PyErr_SetString(PyExc_TypeError, "can't compare offset-naive and offset-aware times");
        goto done;
    }
    result = PyBool_FromLong(op == Py_EQ ? c == 0 : op == Py_NE ? c != 0 : op == Py_LT ? c < 0 : op == Py_LE ? c <= 0 : op == Py_GT ? c > 0 : c >= 0);
done:
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

/* The hash of the UTC reading; fold, which equality ignores, is taken as 0. */
static Py_hash_t
hash_of(PyObject *self)
{
    PyObject *plain = Py_NewRef(self), *offset, *span = NULL, *utc = NULL;
    const unsigned char *d = TIME(self)->data;
    if (TIME(self)->fold) {
        Py_SETREF(plain, time_new(d[0], d[1], d[2], us_read(d + 3), time_tz(self), 0, &dt_time_type));
        if (plain == NULL)
            return -1;
    }
    offset = time_utcoffset(plain, NULL);
    Py_DECREF(plain);
    if (offset == NULL)
        return -1;
    Py_hash_t h = -1;
    if (offset == Py_None)
        h = dt_hash_data(d, 6);
    else {
        span = delta_new(0, day_seconds(self), us_read(d + 3), true, &dt_delta_type);
        utc = span == NULL ? NULL : delta_subtract(span, offset);
        h = utc == NULL ? -1 : PyObject_Hash(utc);
    }
    Py_DECREF(offset);
    Py_XDECREF(span);
    Py_XDECREF(utc);
    return h;
}

static Py_hash_t
time_hash(PyObject *self)
{
    if (TIME(self)->hashcode == -1)
        TIME(self)->hashcode = hash_of(self);
    return TIME(self)->hashcode;
}

/* ---- copies, pickling ----------------------------------------------------------------------------------------------------- */

static PyObject *
time_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[6];
    const unsigned char *d = TIME(self)->data;
    int v[6] = { d[0], d[1], d[2], us_read(d + 3), 0, TIME(self)->fold };
    if (MOD_BIND(a, "replace", args, nargs, kwnames, 0, 5, "hour", "minute", "second", "microsecond", "tzinfo", "fold") < 0)
        return NULL;
    for (int i = 0; i < 6; i++)
        if (i != 4 && a[i] != NULL && (v[i] = PyLong_AsInt(a[i])) == -1 && PyErr_Occurred())
            return NULL;
    if (check_time(v[0], v[1], v[2], v[3], v[5]) < 0)
        return NULL;
    return time_for((PyObject *)Py_TYPE(self), v[0], v[1], v[2], v[3], a[4] == NULL ? time_tz(self) : a[4], v[5]);
}

static PyObject *
reduced(PyObject *self, int protocol)
{
    char state[6];
    memcpy(state, TIME(self)->data, 6);
    if (protocol > 3 && TIME(self)->fold)
        state[0] |= (char)0x80;         /* older readers know no fold */
    if (TIME(self)->hastzinfo)
        return Py_BuildValue("O(y#O)", Py_TYPE(self), state, (Py_ssize_t)6, TIME(self)->tzinfo);
    return Py_BuildValue("O(y#)", Py_TYPE(self), state, (Py_ssize_t)6);
}

static PyObject *
time_reduce_ex(PyObject *self, PyObject *args)
{
    int protocol;
    return PyArg_ParseTuple(args, "i:__reduce_ex__", &protocol) ? reduced(self, protocol) : NULL;
}

static PyObject *
time_reduce(PyObject *self, PyObject *unused)
{
    return reduced(self, 2);
}

static PyObject *get_byte(PyObject *self, void *at) { return PyLong_FromLong(TIME(self)->data[(Py_ssize_t)at]); }
static PyObject *get_us(PyObject *self, void *unused) { return PyLong_FromLong(us_read(TIME(self)->data + 3)); }
static PyObject *get_tzinfo(PyObject *self, void *unused) { return Py_NewRef(time_tz(self)); }
static PyObject *get_fold(PyObject *self, void *unused) { return PyLong_FromLong(TIME(self)->fold); }

static PyGetSetDef time_getset[] = {
    { "hour", get_byte, NULL, NULL, (void *)0 }, { "minute", get_byte, NULL, NULL, (void *)1 }, { "second", get_byte, NULL, NULL, (void *)2 },
    { "microsecond", get_us, NULL, NULL, NULL }, { "tzinfo", get_tzinfo, NULL, NULL, NULL }, { "fold", get_fold, NULL, NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef time_methods[] = {
    { "isoformat", MOD_FASTKW(time_isoformat), METH_VARARGS | METH_KEYWORDS,
      "The text in ISO 8601, as HH:MM:SS[.mmmmmm][+HH:MM].\n\ntimespec says how much of it: auto, hours, minutes, seconds, milliseconds, microseconds." },
    { "strftime", MOD_FASTKW(time_strftime), METH_VARARGS | METH_KEYWORDS, "format -> text, as by time.strftime()." },
    { "__format__", format_method, METH_VARARGS, "Formats with strftime()." },
    { "utcoffset", time_utcoffset, METH_NOARGS, "What tzinfo says is the offset from UTC." },
    { "tzname", time_tzname, METH_NOARGS, "What tzinfo says is the zone's name." },
    { "dst", time_dst, METH_NOARGS, "What tzinfo says is the share of daylight saving." },
    { "replace", MOD_FASTKW(time_replace), METH_FASTCALL | METH_KEYWORDS,
      "replace($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)\n--\n\n"
      "A copy with other fields." },
    { "__replace__", MOD_FASTKW(time_replace), METH_FASTCALL | METH_KEYWORDS, "__replace__($self, /, **changes)\n--\n\nWhat copy.replace() calls." },
    { "fromisoformat", time_fromisoformat, METH_O | METH_CLASS, "str -> time; reads ISO 8601 times." },
    { "__reduce_ex__", time_reduce_ex, METH_VARARGS, "__reduce_ex__(proto) -> (cls, state)" },
    { "__reduce__", time_reduce, METH_NOARGS, "__reduce__() -> (cls, state)" },
    { NULL, NULL, 0, NULL },
};

PyTypeObject dt_time_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.time",
    .tp_basicsize = sizeof(PyDateTime_Time),
    .tp_dealloc = time_dealloc,
    .tp_repr = time_repr,
    .tp_hash = time_hash,
    .tp_str = time_str,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]): a time of day.\n\nAll arguments are optional.",
    .tp_richcompare = time_richcompare,
    .tp_methods = time_methods,
    .tp_getset = time_getset,
    .tp_alloc = time_alloc,
    .tp_new = time_tp_new,
};
