/* datetime/datetime_methods.c: the methods and attributes of datetime. */
#include "datetime_priv.h"
#include "../modargs.h"

/* ---- class methods -------------------------------------------------------------------------------------------------------- */

/* The moment at a Unix time, read in UTC and given to tz.fromutc() if there is a tz. */
static PyObject *
into_zone(PyObject *self, PyObject *tz)
{
    if (self == NULL || tz == Py_None)
        return self;
    PyObject *result = PyObject_CallMethod(tz, "fromutc", "O", self);
    Py_DECREF(self);
    return result;
}

static PyObject *
datetime_now(PyObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *tz;
    if (MOD_BIND(&tz, "now", args, nargs, kwnames, 0, 1, "tz") < 0)
        return NULL;
    if (tz == NULL)
        tz = Py_None;
    return check_tz(tz) < 0 ? NULL : into_zone(clock_now(cls, tz != Py_None, tz), tz);
}

PyObject *
datetime_from_timestamp(PyObject *cls, PyObject *timestamp, PyObject *tz)
{
    long long seconds;
    int us;
    if (check_tz(tz) < 0 || clock_split(timestamp, &seconds, &us) < 0)
        return NULL;
    return into_zone(clock_datetime(cls, tz != Py_None, seconds, us, tz), tz);
}

static PyObject *
datetime_fromtimestamp(PyObject *cls, PyObject *args, PyObject *kw)
{
    static char *names[] = { "timestamp", "tz", NULL };
    PyObject *timestamp, *tz = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O|O:fromtimestamp", names, &timestamp, &tz))
        return NULL;
    return datetime_from_timestamp(cls, timestamp, tz);
}

static PyObject *
datetime_utcnow(PyObject *cls, PyObject *unused)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. "
                     "Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).", 1) < 0)
        return NULL;
    return clock_now(cls, true, Py_None);
}

static PyObject *
datetime_utcfromtimestamp(PyObject *cls, PyObject *args)
{
    PyObject *timestamp;
    long long seconds;
    int us;
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future "
                     "version. Use timezone-aware objects to represent datetimes in UTC: "
                     "datetime.datetime.fromtimestamp(timestamp, datetime.UTC).", 1) < 0)
        return NULL;
    if (!PyArg_ParseTuple(args, "O:utcfromtimestamp", &timestamp) || clock_split(timestamp, &seconds, &us) < 0)
        return NULL;
    return clock_datetime(cls, true, seconds, us, Py_None);
}

static PyObject *
datetime_strptime(PyObject *cls, PyObject *args)
{
    PyObject *text, *format;
    if (!PyArg_ParseTuple(args, "UU:strptime", &text, &format))
        return NULL;
    PyObject *module = PyImport_ImportModule("_strptime");
    if (module == NULL)
        return NULL;
    PyObject *result = PyObject_CallMethod(module, "_strptime_datetime", "OOO", cls, text, format);
    Py_DECREF(module);
    return result;
}

static PyObject *
datetime_combine(PyObject *cls, PyObject *args, PyObject *kw)
{
    static char *names[] = { "date", "time", "tzinfo", NULL };
    PyObject *date, *time, *tz = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O!O!|O:combine", names, &dt_date_type, &date, &dt_time_type, &time, &tz))
        return NULL;
    const unsigned char *t = TIME(time)->data;
    struct moment m = { date_year(date), date_month(date), date_day(date), t[0], t[1], t[2], us_read(t + 3), TIME(time)->fold, tz == NULL ? time_tz(time) : tz };
    return datetime_for(cls, &m);
}

static PyObject *
datetime_fromisoformat(PyObject *cls, PyObject *text)
{
    Py_ssize_t n, at;
    struct iso_time t = { 0 };
    int v[3];
    char *s = iso_ascii(text, &n);
    if (s == NULL)
        return NULL;
    at = n < 7 ? -1 : iso_separator(s, n);
    int bad = at < 0 || at > n || iso_date(s, at, v) || (n > at && (n - at < 2 || iso_time(s + at + 1, n - at - 1, &t)));
    PyMem_Free(s);
    if (bad)
        return iso_invalid(text);
    PyObject *tz = iso_zone(&t);
    if (tz == NULL)
        return NULL;
    PyObject *self = datetime_for(cls, &(struct moment){ v[0], v[1], v[2], t.hour, t.minute, t.second, t.us, 0, tz });
    Py_DECREF(tz);
    return self;
}

/* ---- zones ---------------------------------------------------------------------------------------------------------------- */

static PyObject *datetime_utcoffset(PyObject *self, PyObject *unused) { return tz_utcoffset(datetime_tz(self), self); }
static PyObject *datetime_dst(PyObject *self, PyObject *unused) { return tz_dst(datetime_tz(self), self); }
static PyObject *datetime_tzname(PyObject *self, PyObject *unused) { return tz_name(datetime_tz(self), self); }

/* The local timezone in force when clocks read self. In a gap, which no clock reads, clock_from_local() leaves on the other
 * side; the offset wanted is the one before the gap for fold 0, the one after it for fold 1. */
static PyObject *
zone_of_local(PyObject *self)
{
    struct moment m;
    datetime_read(self, &m);
    long long t = clock_from_local(&m), other;
    if (t == -1 && PyErr_Occurred())
        return NULL;
    m.fold = !m.fold;
    other = clock_from_local(&m);
    if (other == -1 && PyErr_Occurred())
        return NULL;
    if (other != t && (other > t) == DATETIME(self)->fold)
        t = other;
    return clock_zone(t);
}

/* The local timezone in force at the UTC moment m. */
static PyObject *
zone_of_utc(const struct moment *m)
{
    return clock_zone(clock_seconds(m) - 719163LL * DAY_SECONDS);
}

/* A new reference to the zone self is in and *offset its offset there; a naive self is in the local zone. */
static PyObject *
own_zone(PyObject *self, PyObject **offset)
{
    PyObject *zone = datetime_tz(self) == Py_None ? zone_of_local(self) : Py_NewRef(datetime_tz(self));
    *offset = zone == NULL ? NULL : tz_utcoffset(zone, self);
    if (*offset == Py_None) {
        Py_DECREF(*offset);
        Py_SETREF(zone, zone_of_local(self));
        *offset = zone == NULL ? NULL : tz_utcoffset(zone, self);
    }
    if (*offset == NULL)
        Py_CLEAR(zone);
    return zone;
}

static PyObject *
datetime_astimezone(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = { "tz", NULL };
    PyObject *tz = Py_None, *offset, *own, *target, *utc, *result = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|O:astimezone", names, &tz) || check_tz(tz) < 0)
        return NULL;
    if (tz != Py_None && tz == datetime_tz(self))
        return Py_NewRef(self);
    own = own_zone(self, &offset);
    if (own == NULL)
        return NULL;
    struct moment m;
    datetime_read(self, &m);
    if (moment_shift_delta(&m, offset, -1) == 0) {
        target = tz == Py_None ? zone_of_utc(&m) : Py_NewRef(tz);
        m.tz = target;
        utc = target == NULL ? NULL : datetime_for((PyObject *)Py_TYPE(self), &m);
        result = utc == NULL ? NULL : PyObject_CallMethod(target, "fromutc", "O", utc);
        Py_XDECREF(target);
        Py_XDECREF(utc);
    }
    Py_DECREF(own);
    Py_DECREF(offset);
    return result;
}

static PyObject *
datetime_timestamp(PyObject *self, PyObject *unused)
{
    if (datetime_tz(self) != Py_None) {
        PyObject *delta = datetime_difference(self, dt_epoch), *result = delta == NULL ? NULL : delta_seconds(delta);
        Py_XDECREF(delta);
        return result;
    }
    struct moment m;
    datetime_read(self, &m);
    long long t = clock_from_local(&m);
    return t == -1 && PyErr_Occurred() ? NULL : PyFloat_FromDouble((double)t + m.us / 1e6);
}

static PyObject *
datetime_timetuple(PyObject *self, PyObject *unused)
{
    struct moment m;
    PyObject *dst = datetime_dst(self, NULL);
    if (dst == NULL)
        return NULL;
    int flag = dst == Py_None ? -1 : delta_nonzero(dst);
    Py_DECREF(dst);
    datetime_read(self, &m);
    return format_struct_time(&m, flag);
}

static PyObject *
datetime_utctimetuple(PyObject *self, PyObject *unused)
{
    struct moment m;
    PyObject *offset = datetime_utcoffset(self, NULL);
    if (offset == NULL)
        return NULL;
    datetime_read(self, &m);
    int rc = offset == Py_None ? 0 : moment_shift_delta(&m, offset, -1);
    Py_DECREF(offset);
    return rc < 0 ? NULL : format_struct_time(&m, 0);
}

/* ---- parts and texts ------------------------------------------------------------------------------------------------------ */

static PyObject *
datetime_date(PyObject *self, PyObject *unused)
{
    return date_new(date_year(self), date_month(self), date_day(self), &dt_date_type);
}

static PyObject *
time_part(PyObject *self, PyObject *tz)
{
    const unsigned char *d = DATETIME(self)->data;
    return time_new(d[4], d[5], d[6], us_read(d + 7), tz, DATETIME(self)->fold, &dt_time_type);
}

static PyObject *datetime_time(PyObject *self, PyObject *unused) { return time_part(self, Py_None); }
static PyObject *datetime_timetz(PyObject *self, PyObject *unused) { return time_part(self, datetime_tz(self)); }

static PyObject *
datetime_ctime(PyObject *self, PyObject *unused)
{
    const unsigned char *d = DATETIME(self)->data;
    return format_ctime(self, d[4], d[5], d[6]);
}

static PyObject *
datetime_isoformat(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = { "sep", "timespec", NULL };
    int sep = 'T';
    const char *spec = NULL;
    struct moment m;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|Cs:isoformat", names, &sep, &spec))
        return NULL;
    datetime_read(self, &m);
    PyObject *clock = format_clock(m.hour, m.minute, m.second, m.us, spec), *offset = clock == NULL ? NULL : tz_utcoffset(m.tz, self);
    PyObject *tail = offset == NULL ? NULL : format_offset(offset, ":"), *result = NULL;
    if (tail != NULL)
        result = PyUnicode_FromFormat("%04d-%02d-%02d%c%U%U", m.year, m.month, m.day, sep, clock, tail);
    Py_XDECREF(clock);
    Py_XDECREF(offset);
    Py_XDECREF(tail);
    return result;
}

static PyObject *
datetime_replace(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *a[9];
    struct moment m;
    int *const field[9] = { &m.year, &m.month, &m.day, &m.hour, &m.minute, &m.second, &m.us, NULL, &m.fold };
    datetime_read(self, &m);
    if (MOD_BIND(a, "replace", args, nargs, kwnames, 0, 8, "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold") < 0)
        return NULL;
    for (int i = 0; i < 9; i++)
        if (field[i] != NULL && a[i] != NULL && (*field[i] = PyLong_AsInt(a[i])) == -1 && PyErr_Occurred())
            return NULL;
    if (a[7] != NULL)
        m.tz = a[7];
    if (check_time(m.hour, m.minute, m.second, m.us, m.fold) < 0)
        return NULL;
    return datetime_for((PyObject *)Py_TYPE(self), &m);
}

static PyObject *
reduced(PyObject *self, int protocol)
{
    char state[10];
    memcpy(state, DATETIME(self)->data, 10);
    if (protocol > 3 && DATETIME(self)->fold)
        state[2] |= (char)0x80;         /* older readers know no fold */
    if (DATETIME(self)->hastzinfo)
        return Py_BuildValue("O(y#O)", Py_TYPE(self), state, (Py_ssize_t)10, DATETIME(self)->tzinfo);
    return Py_BuildValue("O(y#)", Py_TYPE(self), state, (Py_ssize_t)10);
}

static PyObject *
datetime_reduce_ex(PyObject *self, PyObject *args)
{
    int protocol;
    return PyArg_ParseTuple(args, "i:__reduce_ex__", &protocol) ? reduced(self, protocol) : NULL;
}

static PyObject *
datetime_reduce(PyObject *self, PyObject *unused)
{
    return reduced(self, 2);
}

static PyObject *get_byte(PyObject *self, void *at) { return PyLong_FromLong(DATETIME(self)->data[(Py_ssize_t)at]); }
static PyObject *get_us(PyObject *self, void *unused) { return PyLong_FromLong(us_read(DATETIME(self)->data + 7)); }
static PyObject *get_tzinfo(PyObject *self, void *unused) { return Py_NewRef(datetime_tz(self)); }
static PyObject *get_fold(PyObject *self, void *unused) { return PyLong_FromLong(DATETIME(self)->fold); }

PyGetSetDef datetime_getset[] = {
    { "hour", get_byte, NULL, NULL, (void *)4 }, { "minute", get_byte, NULL, NULL, (void *)5 }, { "second", get_byte, NULL, NULL, (void *)6 },
    { "microsecond", get_us, NULL, NULL, NULL }, { "tzinfo", get_tzinfo, NULL, NULL, NULL }, { "fold", get_fold, NULL, NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

PyMethodDef datetime_methods[] = {
    { "now", MOD_FASTKW(datetime_now), METH_FASTCALL | METH_KEYWORDS | METH_CLASS, "now($type, /, tz=None)\n--\n\nThis moment in tz, or in local time without one." },
    { "utcnow", datetime_utcnow, METH_NOARGS | METH_CLASS, "This moment in UTC, as a naive datetime." },
    { "fromtimestamp", MOD_FASTKW(datetime_fromtimestamp), METH_VARARGS | METH_KEYWORDS | METH_CLASS, "timestamp[, tz] -> the moment at a Unix time, in tz or local time." },
    { "utcfromtimestamp", datetime_utcfromtimestamp, METH_VARARGS | METH_CLASS, "timestamp -> the moment at a Unix time, in UTC, as a naive datetime." },
    { "strptime", datetime_strptime, METH_VARARGS | METH_CLASS, "string, format -> datetime, read as time.strptime() does." },
    { "combine", MOD_FASTKW(datetime_combine), METH_VARARGS | METH_KEYWORDS | METH_CLASS, "date, time -> datetime with the fields of both" },
    { "fromisoformat", datetime_fromisoformat, METH_O | METH_CLASS, "str -> datetime; reads ISO 8601." },
    { "date", datetime_date, METH_NOARGS, "The date." },
    { "time", datetime_time, METH_NOARGS, "The time of day, without tzinfo." },
    { "timetz", datetime_timetz, METH_NOARGS, "The time of day, with tzinfo." },
    { "ctime", datetime_ctime, METH_NOARGS, "The text in the form of the C function ctime()." },
    { "timetuple", datetime_timetuple, METH_NOARGS, "A time.struct_time of this moment." },
    { "timestamp", datetime_timestamp, METH_NOARGS, "The Unix time, a float." },
    { "utctimetuple", datetime_utctimetuple, METH_NOARGS, "A time.struct_time of this moment in UTC." },
    { "isoformat", MOD_FASTKW(datetime_isoformat), METH_VARARGS | METH_KEYWORDS,
      "[sep[, timespec]] -> text in ISO 8601, as YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\n"
      "sep stands between date and time; timespec is auto, hours, minutes, seconds, milliseconds or microseconds." },
    { "utcoffset", datetime_utcoffset, METH_NOARGS, "What tzinfo says is the offset from UTC." },
    { "tzname", datetime_tzname, METH_NOARGS, "What tzinfo says is the zone's name." },
    { "dst", datetime_dst, METH_NOARGS, "What tzinfo says is the share of daylight saving." },
    { "replace", MOD_FASTKW(datetime_replace), METH_FASTCALL | METH_KEYWORDS,
      "replace($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n"
      "        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)\n--\n\nA copy with other fields." },
    { "__replace__", MOD_FASTKW(datetime_replace), METH_FASTCALL | METH_KEYWORDS, "__replace__($self, /, **changes)\n--\n\nWhat copy.replace() calls." },
    { "astimezone", MOD_FASTKW(datetime_astimezone), METH_VARARGS | METH_KEYWORDS, "tz -> the same moment in tz, or in the local zone without one." },
    { "__reduce_ex__", datetime_reduce_ex, METH_VARARGS, "__reduce_ex__(proto) -> (cls, state)" },
    { "__reduce__", datetime_reduce, METH_NOARGS, "__reduce__() -> (cls, state)" },
    { NULL, NULL, 0, NULL },
};
