/* datetime/clock.c: Unix timestamps and the platform's local time. Seconds "since day 0" count from the day before
 * 0001-01-01, so that they are an ordinal times 86,400 and a time of day; local() maps such UTC seconds to local ones. */
#include "dt.h"
#include <errno.h>
#include <math.h>

static const long long epoch = 719163LL * DAY_SECONDS;      /* 1970-01-01 */

/* A float's seconds and microseconds, rounded half to even. */
static int
split_float(double value, long long *seconds, int *us)
{
    double whole, part = us == NULL ? 0.0 : modf(value, &whole);
    if (isnan(value)) {
        PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
        return -1;
    }
    if (us == NULL)
        whole = floor(value);
    else {
        double x = part * 1e6, r = round(x);
        part = fabs(x - r) == 0.5 ? 2.0 * round(x / 2.0) : r;
        if (part >= 1e6) {
            part -= 1e6;
            whole += 1.0;
        }
        else if (part < 0) {
            part += 1e6;
            whole -= 1.0;
        }
    }
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) {
        PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
        return -1;
    }
    *seconds = (long long)whole;
    if (us != NULL)
        *us = (int)part;
    return 0;
}

int
clock_split(PyObject *timestamp, long long *seconds, int *us)
{
    if (PyFloat_Check(timestamp))
        return split_float(PyFloat_AsDouble(timestamp), seconds, us);
    *seconds = PyLong_AsLongLong(timestamp);
    if (us != NULL)
        *us = 0;
    if (*seconds != -1 || !PyErr_Occurred())
        return 0;
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
    return -1;
}

static int
convert(struct tm *(*how)(const time_t *, struct tm *), long long seconds, struct tm *tm)
{
    time_t t = (time_t)seconds;
    errno = 0;
    if (how(&t, tm) != NULL)
        return 0;
    if (errno == 0)
        errno = EINVAL;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

int
clock_local(long long seconds, struct tm *tm)
{
    return convert(localtime_r, seconds, tm);
}

int
clock_utc(long long seconds, struct tm *tm)
{
    return convert(gmtime_r, seconds, tm);
}

long long
clock_seconds(const struct moment *m)
{
    return (long long)cal_ordinal(m->year, m->month, m->day) * DAY_SECONDS + m->hour * 3600 + m->minute * 60 + m->second;
}

/* Local seconds of UTC seconds, both since day 0; -1 with an exception. */
static long long
local(long long utc)
{
    struct tm tm;
    if (clock_local(utc - epoch, &tm) < 0)
        return -1;
    long long year = tm.tm_year + 1900LL;
    if (year < MINYEAR || year > MAXYEAR) {
        PyErr_Format(PyExc_ValueError, "year %i is out of range", (int)year);
        return -1;
    }
    struct moment m = { .year = (int)year, .month = tm.tm_mon + 1, .day = tm.tm_mday, .hour = tm.tm_hour, .minute = tm.tm_min, .second = tm.tm_sec };
    return clock_seconds(&m);
}

/* The inverse of local(): in a gap or a fold two offsets apply, and m->fold chooses. */
long long
clock_from_local(const struct moment *m)
{
    long long t = clock_seconds(m), lt = local(t), u2;
    if (lt == -1)
        return -1;
    long long a = lt - t, u1 = t - a, t1 = local(u1), b;
    if (t1 == -1)
        return -1;
    if (t1 == t) {
        u2 = m->fold ? u1 + DAY_SECONDS : u1 - DAY_SECONDS;
        if ((lt = local(u2)) == -1)
            return -1;
        b = lt - u2;
        if (a == b)
            return u1 - epoch;
    }
    else
        b = t1 - u1;
    u2 = t - b;
    long long t2 = local(u2);
    if (t2 == -1)
        return -1;
    if (t2 == t)
        return u2 - epoch;
    if (t1 == t)
        return u1 - epoch;
    return ((u1 > u2) == (m->fold == 0) ? u1 : u2) - epoch;
}

/* Sets m->fold when the local time read an hour (or whatever was set back) earlier already. */
static int
find_fold(struct moment *m, long long seconds)
{
    long long here = clock_seconds(m), probe = local(epoch + seconds - DAY_SECONDS);
    if (probe == -1)
        return -1;
    long long jump = here - probe - DAY_SECONDS;
    if (jump < 0) {
        probe = local(epoch + seconds + jump);
        if (probe == -1)
            return -1;
        m->fold = probe == here;
    }
    return 0;
}

PyObject *
clock_datetime(PyObject *cls, bool utc, long long seconds, int us, PyObject *tz)
{
    struct tm tm;
    if ((utc ? clock_utc : clock_local)(seconds, &tm) < 0)
        return NULL;
    struct moment m = { (int)(tm.tm_year + 1900LL), tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec > 59 ? 59 : tm.tm_sec, us, 0, tz };
    if (check_date(m.year, m.month, m.day) < 0 || (tz == Py_None && !utc && find_fold(&m, seconds) < 0))
        return NULL;
    return datetime_for(cls, &m);
}

PyObject *
clock_zone(long long seconds)
{
    struct tm tm;
    if (clock_local(seconds, &tm) < 0)
        return NULL;
    PyObject *offset = delta_new(0, (int)tm.tm_gmtoff, 0, true, &dt_delta_type);
    PyObject *name = offset == NULL || tm.tm_zone == NULL ? NULL : PyUnicode_DecodeLocale(tm.tm_zone, "surrogateescape");
    PyObject *zone = offset == NULL || (name == NULL && PyErr_Occurred()) ? NULL : timezone_checked(offset, name);
    Py_XDECREF(offset);
    Py_XDECREF(name);
    return zone;
}

PyObject *
clock_now(PyObject *cls, bool utc, PyObject *tz)
{
    PyTime_t now;
    if (PyTime_Time(&now) < 0)
        return NULL;
    long long us = now / 1000 - (now % 1000 < 0), seconds = us / SECOND_US - (us % SECOND_US < 0);
    return clock_datetime(cls, utc, seconds, (int)(us - seconds * SECOND_US), tz);
}
