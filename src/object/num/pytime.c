/* object/num/pytime.c: nanoseconds to and from Python numbers and C structs. Rounding is explicit everywhere: down for
 * timestamps that are shown, up for timeouts, half to even for conversions back and forth. */
#include <Python.h>
#include <errno.h>
#include <math.h>
#include <sys/time.h>

#include "internal/pycore_time.h"
#include "base/own.h"
#include "object/core/err.h"
#include "object/num/int.h"

#define NS_PER_S 1000000000LL
#define NS_PER_MS 1000000LL
#define NS_PER_US 1000LL

/* ---- rounding ------------------------------------------------------------------------------------------------ */

static double
round_double(double v, _PyTime_round_t how)
{
    switch (how) {
    case _PyTime_ROUND_HALF_EVEN: return nearbyint(v);
    case _PyTime_ROUND_CEILING: return ceil(v);
    case _PyTime_ROUND_FLOOR: return floor(v);
    default: return v >= 0.0 ? ceil(v) : floor(v);
    }
}

static PyTime_t
divide(PyTime_t t, PyTime_t unit, _PyTime_round_t how)
{
    PyTime_t q = t / unit, r = t % unit;
    if (r == 0)
        return q;
    PyTime_t twice = (r < 0 ? -r : r) * 2;
    switch (how) {
    case _PyTime_ROUND_HALF_EVEN:
        return twice > unit || (twice == unit && (q & 1)) ? (t < 0 ? q - 1 : q + 1) : q;
    case _PyTime_ROUND_CEILING: return t > 0 ? q + 1 : q;
    case _PyTime_ROUND_FLOOR: return t < 0 ? q - 1 : q;
    default: return t > 0 ? q + 1 : q - 1;
    }
}

static PyTime_t
multiply_clamp(PyTime_t t, PyTime_t unit)
{
    PyTime_t out;
    if (__builtin_mul_overflow(t, unit, &out))
        return t < 0 ? PyTime_MIN : PyTime_MAX;
    return out;
}

PyTime_t
_PyTime_Add(PyTime_t a, PyTime_t b)
{
    PyTime_t out;
    if (__builtin_add_overflow(a, b, &out))
        return a < 0 ? PyTime_MIN : PyTime_MAX;
    return out;
}

static int
time_t_overflow(void)
{
    PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
    return -1;
}

static int
pytime_overflow(void)
{
    PyErr_SetString(PyExc_OverflowError, "timestamp too large to convert to C PyTime_t");
    return -1;
}

static int
not_a_number(void)
{
    PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
    return -1;
}

/* ---- time_t -------------------------------------------------------------------------------------------------- */

PyObject *_PyLong_FromTime_t(time_t t) { return int_from_i64(t); }

time_t
_PyLong_AsTime_t(PyObject *o)
{
    long long v = PyLong_AsLongLong(o);
    if (v == -1 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError))
        time_t_overflow();
    return (time_t)v;
}

int
_PyTime_ObjectToTime_t(PyObject *o, time_t *sec, _PyTime_round_t how)
{
    if (!PyFloat_Check(o)) {
        *sec = _PyLong_AsTime_t(o);
        return *sec == (time_t)-1 && PyErr_Occurred() ? -1 : 0;
    }
    double v = PyFloat_AsDouble(o);
    if (isnan(v))
        return not_a_number();
    v = round_double(v, how);
    if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0))
        return time_t_overflow();
    *sec = (time_t)v;
    return 0;
}

static int
split(PyObject *o, time_t *sec, long *part, long parts, _PyTime_round_t how)
{
    double whole;
    *part = 0;
    if (!PyFloat_Check(o)) {
        *sec = _PyLong_AsTime_t(o);
        return *sec == (time_t)-1 && PyErr_Occurred() ? -1 : 0;
    }
    double v = PyFloat_AsDouble(o);
    if (isnan(v))
        return not_a_number();
    double rest = round_double(modf(v, &whole) * (double)parts, how);
    if (rest >= (double)parts) {
        rest -= (double)parts;
        whole += 1.0;
    }
    else if (rest < 0) {
        rest += (double)parts;
        whole -= 1.0;
    }
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0))
        return time_t_overflow();
    *sec = (time_t)whole;
    *part = (long)rest;
    return 0;
}

int _PyTime_ObjectToTimeval(PyObject *o, time_t *sec, long *us, _PyTime_round_t how) { return split(o, sec, us, 1000000, how); }
int _PyTime_ObjectToTimespec(PyObject *o, time_t *sec, long *ns, _PyTime_round_t how) { return split(o, sec, ns, 1000000000, how); }

/* ---- to PyTime_t ----------------------------------------------------------------------------------------------- */

PyTime_t _PyTime_FromSeconds(int s) { return (PyTime_t)s * NS_PER_S; }
PyTime_t _PyTime_FromMicrosecondsClamp(PyTime_t us) { return multiply_clamp(us, NS_PER_US); }

int
_PyTime_FromLong(PyTime_t *out, PyObject *o)
{
    if (!PyLong_Check(o)) {
        PyErr_Format(PyExc_TypeError, "expect int, got %s", Py_TYPE(o)->tp_name);
        return -1;
    }
    long long v = PyLong_AsLongLong(o);
    if (v == -1 && PyErr_Occurred())
        return PyErr_ExceptionMatches(PyExc_OverflowError) ? pytime_overflow() : -1;
    *out = v;
    return 0;
}

static int
from_object(PyTime_t *out, PyObject *o, PyTime_t unit, _PyTime_round_t how)
{
    if (PyFloat_Check(o)) {
        double v = PyFloat_AsDouble(o);
        if (isnan(v))
            return not_a_number();
        v = round_double(v * (double)unit, how);
        if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0))
            return time_t_overflow();
        *out = (PyTime_t)v;
        return 0;
    }
    long long v = PyLong_AsLongLong(o);
    if (v == -1 && PyErr_Occurred())
        return PyErr_ExceptionMatches(PyExc_OverflowError) ? pytime_overflow() : -1;
    return __builtin_mul_overflow(v, unit, out) ? pytime_overflow() : 0;
}

int _PyTime_FromSecondsObject(PyTime_t *out, PyObject *o, _PyTime_round_t how) { return from_object(out, o, NS_PER_S, how); }
int _PyTime_FromMillisecondsObject(PyTime_t *out, PyObject *o, _PyTime_round_t how) { return from_object(out, o, NS_PER_MS, how); }

static int
from_parts(PyTime_t *out, PyTime_t sec, PyTime_t ns)
{
    PyTime_t t;
    if (__builtin_mul_overflow(sec, NS_PER_S, &t) || __builtin_add_overflow(t, ns, out))
        return pytime_overflow();
    return 0;
}

int _PyTime_FromTimespec(PyTime_t *out, const struct timespec *ts) { return from_parts(out, ts->tv_sec, ts->tv_nsec); }
int _PyTime_FromTimeval(PyTime_t *out, struct timeval *tv) { return from_parts(out, tv->tv_sec, (PyTime_t)tv->tv_usec * NS_PER_US); }

/* ---- from PyTime_t ---------------------------------------------------------------------------------------------- */

PyObject *_PyTime_AsLong(PyTime_t t) { return int_from_i64(t); }
PyTime_t _PyTime_AsMilliseconds(PyTime_t t, _PyTime_round_t how) { return divide(t, NS_PER_MS, how); }
PyTime_t _PyTime_AsMicroseconds(PyTime_t t, _PyTime_round_t how) { return divide(t, NS_PER_US, how); }

/* Seconds and a part that is never negative. */
static void
to_parts(PyTime_t t, PyTime_t parts, time_t *sec, long *part)
{
    PyTime_t s = t / parts, r = t % parts;
    if (r < 0) {
        r += parts;
        s--;
    }
    *sec = (time_t)s;
    *part = (long)r;
}

int
_PyTime_AsTimeval(PyTime_t t, struct timeval *tv, _PyTime_round_t how)
{
    to_parts(divide(t, NS_PER_US, how), 1000000, &tv->tv_sec, &tv->tv_usec);
    return 0;
}
void _PyTime_AsTimeval_clamp(PyTime_t t, struct timeval *tv, _PyTime_round_t how) { _PyTime_AsTimeval(t, tv, how); }

int
_PyTime_AsTimevalTime_t(PyTime_t t, time_t *sec, int *us, _PyTime_round_t how)
{
    long part;
    to_parts(divide(t, NS_PER_US, how), 1000000, sec, &part);
    *us = (int)part;
    return 0;
}

int
_PyTime_AsTimespec(PyTime_t t, struct timespec *ts)
{
    to_parts(t, NS_PER_S, &ts->tv_sec, &ts->tv_nsec);
    return 0;
}
void _PyTime_AsTimespec_clamp(PyTime_t t, struct timespec *ts) { _PyTime_AsTimespec(t, ts); }

/* ---- clocks ----------------------------------------------------------------------------------------------------- */

static int
clock_with_info(PyTime_t *out, _Py_clock_info_t *info, clockid_t id, const char *name, int monotonic)
{
    struct timespec ts;
    if (clock_gettime(id, &ts) != 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (info != NULL) {
        struct timespec res;
        info->implementation = name;
        info->monotonic = monotonic;
        info->adjustable = !monotonic;
        info->resolution = clock_getres(id, &res) == 0 ? (double)res.tv_sec + (double)res.tv_nsec * 1e-9 : 1e-9;
    }
    return _PyTime_FromTimespec(out, &ts);
}

int
_PyTime_TimeWithInfo(PyTime_t *t, _Py_clock_info_t *info)
{
    return clock_with_info(t, info, CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", 0);
}
int
_PyTime_MonotonicWithInfo(PyTime_t *t, _Py_clock_info_t *info)
{
    return clock_with_info(t, info, CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", 1);
}
int _PyTime_PerfCounterWithInfo(PyTime_t *t, _Py_clock_info_t *info) { return _PyTime_MonotonicWithInfo(t, info); }

static PyTime_t
monotonic_now(void)
{
    PyTime_t now = 0;
    (void)PyTime_MonotonicRaw(&now);
    return now;
}

PyTime_t _PyDeadline_Init(PyTime_t timeout) { return _PyTime_Add(monotonic_now(), timeout); }
PyTime_t _PyDeadline_Get(PyTime_t deadline) { return deadline - monotonic_now(); }

int
_PyTime_localtime(time_t t, struct tm *tm)
{
    errno = 0;
    if (localtime_r(&t, tm) != NULL)
        return 0;
    if (errno == 0)
        errno = EINVAL;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

int
_PyTime_gmtime(time_t t, struct tm *tm)
{
    errno = 0;
    if (gmtime_r(&t, tm) != NULL)
        return 0;
    if (errno == 0)
        errno = EINVAL;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}
