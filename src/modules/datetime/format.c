/* datetime/format.c: texts of dates and times. strftime() replaces %f, %z, %:z and %Z, about which the platform cannot
 * know, and leaves the rest to time.strftime(). */
#include "dt.h"

PyObject *
format_offset(PyObject *offset, const char *sep)
{
    if (offset == Py_None)
        return PyUnicode_FromString("");
    PyObject *size = DELTA(offset)->days < 0 ? delta_negate(offset) : Py_NewRef(offset);
    if (size == NULL)
        return NULL;
    int s = DELTA(size)->seconds, us = DELTA(size)->microseconds;
    char text[64];
    int n = snprintf(text, sizeof(text), "%c%02d%s%02d", DELTA(offset)->days < 0 ? '-' : '+', s / 3600, sep, s / 60 % 60);
    if (s % 60 != 0 || us != 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%02d", sep, s % 60);
    if (us != 0)
        snprintf(text + n, sizeof(text) - (size_t)n, ".%06d", us);
    Py_DECREF(size);
    return PyUnicode_FromString(text);
}

PyObject *
format_clock(int hour, int minute, int second, int us, const char *timespec)
{
    static const char *const specs[] = { "hours", "minutes", "seconds", "milliseconds", "microseconds" };
    int spec = timespec == NULL || strcmp(timespec, "auto") == 0 ? (us ? 4 : 2) : 0;
    if (timespec != NULL && strcmp(timespec, "auto") != 0)
        while (spec < 5 && strcmp(timespec, specs[spec]) != 0)
            spec++;
    switch (spec) {
    case 0: return PyUnicode_FromFormat("%02d", hour);
    case 1: return PyUnicode_FromFormat("%02d:%02d", hour, minute);
    case 2: return PyUnicode_FromFormat("%02d:%02d:%02d", hour, minute, second);
    case 3: return PyUnicode_FromFormat("%02d:%02d:%02d.%03d", hour, minute, second, us / 1000);
    case 4: return PyUnicode_FromFormat("%02d:%02d:%02d.%06d", hour, minute, second, us);
    default: PyErr_SetString(PyExc_ValueError, "Unknown timespec value"); return NULL;
    }
}

static PyObject *
zone_text(PyObject *self, PyObject *tzarg, const char *sep)
{
    PyObject *tz = IS_DATETIME(self) ? datetime_tz(self) : IS_TIME(self) ? time_tz(self) : Py_None;
    PyObject *offset = tz_utcoffset(tz, tzarg), *text = offset == NULL ? NULL : format_offset(offset, sep);
    Py_XDECREF(offset);
    return text;
}

/* The zone's name with % doubled, as time.strftime() reads it again. */
static PyObject *
zone_name(PyObject *self, PyObject *tzarg)
{
    PyObject *tz = IS_DATETIME(self) ? datetime_tz(self) : IS_TIME(self) ? time_tz(self) : Py_None;
    PyObject *name = tz_name(tz, tzarg), *text;
    if (name == NULL)
        return NULL;
    text = name == Py_None ? PyUnicode_FromString("") : PyObject_CallMethod(name, "replace", "ss", "%", "%%");
    Py_DECREF(name);
    if (text != NULL && !PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "tzname.replace() did not return a string");
        Py_CLEAR(text);
    }
    return text;
}

static int
microsecond_of(PyObject *self)
{
    return IS_DATETIME(self) ? us_read(DATETIME(self)->data + 7) : IS_TIME(self) ? us_read(TIME(self)->data + 3) : 0;
}

/* The replacement of the directive at format[*i] (after the %), or NULL without an exception if it is not ours. */
static PyObject *
directive(PyObject *self, PyObject *format, Py_ssize_t *i, PyObject *tzarg)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(format);
    switch (PyUnicode_READ_CHAR(format, (*i)++)) {
    case 'f': return PyUnicode_FromFormat("%06d", microsecond_of(self));
    case 'z': return zone_text(self, tzarg, "");
    case 'Z': return zone_name(self, tzarg);
    case ':':
        if (*i < n && PyUnicode_READ_CHAR(format, *i) == 'z') {
            ++*i;
            return zone_text(self, tzarg, ":");
        }
        return NULL;
    default: return NULL;
    }
}

/* Appends the pieces of format to w, ours replaced. */
static int
substitute(_PyUnicodeWriter *w, PyObject *self, PyObject *format, PyObject *tzarg)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(format), copied = 0, i = 0;
    while (i < n) {
        Py_ssize_t at = i;
        if (PyUnicode_READ_CHAR(format, i++) != '%' || i >= n)
            continue;
        PyObject *text = directive(self, format, &i, tzarg);
        if (text == NULL) {
            if (PyErr_Occurred())
                return -1;
            continue;
        }
        int rc = _PyUnicodeWriter_WriteSubstring(w, format, copied, at) < 0 || _PyUnicodeWriter_WriteStr(w, text) < 0 ? -1 : 0;
        Py_DECREF(text);
        if (rc < 0)
            return -1;
        copied = i;
    }
    return _PyUnicodeWriter_WriteSubstring(w, format, copied, n);
}

PyObject *
format_strftime(PyObject *self, PyObject *format, PyObject *timetuple, PyObject *tzarg)
{
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    if (substitute(&w, self, format, tzarg) < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    PyObject *text = _PyUnicodeWriter_Finish(&w), *time = text == NULL ? NULL : PyImport_ImportModule("time");
    PyObject *result = time == NULL ? NULL : PyObject_CallMethod(time, "strftime", "OO", text, timetuple);
    Py_XDECREF(text);
    Py_XDECREF(time);
    return result;
}

PyObject *
format_ctime(PyObject *self, int hour, int minute, int second)
{
    static const char days[] = "Mon\0Tue\0Wed\0Thu\0Fri\0Sat\0Sun";
    static const char months[] = "Jan\0Feb\0Mar\0Apr\0May\0Jun\0Jul\0Aug\0Sep\0Oct\0Nov\0Dec";
    int y = date_year(self), m = date_month(self), d = date_day(self);
    return PyUnicode_FromFormat("%s %s %2d %02d:%02d:%02d %04d", days + 4 * cal_weekday(y, m, d), months + 4 * (m - 1), d, hour, minute, second, y);
}

PyObject *
format_method(PyObject *self, PyObject *args)
{
    PyObject *format;
    if (!PyArg_ParseTuple(args, "U:__format__", &format))
        return NULL;
    if (PyUnicode_GET_LENGTH(format) == 0)
        return PyObject_Str(self);
    return PyObject_CallMethod(self, "strftime", "O", format);
}

PyObject *
format_struct_time(const struct moment *m, int dst)
{
    PyObject *time = PyImport_ImportModule("time");
    if (time == NULL)
        return NULL;
    PyObject *result = PyObject_CallMethod(time, "struct_time", "((iiiiiiiii))", m->year, m->month, m->day, m->hour, m->minute, m->second,
                                           cal_weekday(m->year, m->month, m->day), cal_days_before_month(m->year, m->month) + m->day, dst);
    Py_DECREF(time);
    return result;
}
