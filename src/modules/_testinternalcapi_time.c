/* _testinternalcapi_time.c: conversions of times, for the tests of the clocks. */
#include "modules/_testinternalcapi.h"

#include <sys/time.h>
#include <time.h>

#include "internal/pycore_time.h"

/* A number of nanoseconds, and with `how` the rounding. */
static int parse_time(PyObject *args, const char *format, PyTime_t *t, int *how)
{
    PyObject *ns;
    if (!PyArg_ParseTuple(args, format, &ns, how) || _PyTime_FromLong(t, ns) < 0)
        return -1;
    return 0;
}

static int check_rounding(int how)
{
    if (how >= _PyTime_ROUND_FLOOR && how <= _PyTime_ROUND_UP)
        return 0;
    PyErr_SetString(PyExc_ValueError, "invalid rounding");
    return -1;
}

static int parse_rounded(PyObject *args, PyTime_t *t, _PyTime_round_t *how)
{
    int h;
    if (parse_time(args, "Oi", t, &h) < 0 || check_rounding(h) < 0)
        return -1;
    *how = (_PyTime_round_t)h;
    return 0;
}

static int parse_object(PyObject *args, PyObject **o, _PyTime_round_t *how)
{
    int h;
    if (!PyArg_ParseTuple(args, "Oi", o, &h) || check_rounding(h) < 0)
        return -1;
    *how = (_PyTime_round_t)h;
    return 0;
}

static PyObject *pair(long long sec, long part) { return Py_BuildValue("Ll", sec, part); }

static PyObject *from_seconds(PyObject *m, PyObject *args)
{
    int seconds;
    return PyArg_ParseTuple(args, "i", &seconds) ? _PyTime_AsLong(_PyTime_FromSeconds(seconds)) : NULL;
}

static PyObject *from_seconds_object(PyObject *m, PyObject *args)
{
    PyObject *o;
    _PyTime_round_t how;
    PyTime_t t;
    return parse_object(args, &o, &how) < 0 || _PyTime_FromSecondsObject(&t, o, how) < 0 ? NULL : _PyTime_AsLong(t);
}

static PyObject *as_timeval(PyObject *m, PyObject *args)
{
    PyTime_t t;
    _PyTime_round_t how;
    struct timeval tv;
    return parse_rounded(args, &t, &how) < 0 || _PyTime_AsTimeval(t, &tv, how) < 0 ? NULL : pair(tv.tv_sec, tv.tv_usec);
}

static PyObject *as_timeval_clamp(PyObject *m, PyObject *args)
{
    PyTime_t t;
    _PyTime_round_t how;
    struct timeval tv;
    if (parse_rounded(args, &t, &how) < 0)
        return NULL;
    _PyTime_AsTimeval_clamp(t, &tv, how);
    return pair(tv.tv_sec, tv.tv_usec);
}

static PyObject *as_timespec(PyObject *m, PyObject *args)
{
    PyTime_t t;
    struct timespec ts;
    return parse_time(args, "O", &t, NULL) < 0 || _PyTime_AsTimespec(t, &ts) < 0 ? NULL : pair(ts.tv_sec, ts.tv_nsec);
}

static PyObject *as_timespec_clamp(PyObject *m, PyObject *args)
{
    PyTime_t t;
    struct timespec ts;
    if (parse_time(args, "O", &t, NULL) < 0)
        return NULL;
    _PyTime_AsTimespec_clamp(t, &ts);
    return pair(ts.tv_sec, ts.tv_nsec);
}

static PyObject *as_milliseconds(PyObject *m, PyObject *args)
{
    PyTime_t t;
    _PyTime_round_t how;
    return parse_rounded(args, &t, &how) < 0 ? NULL : _PyTime_AsLong(_PyTime_AsMilliseconds(t, how));
}

static PyObject *as_microseconds(PyObject *m, PyObject *args)
{
    PyTime_t t;
    _PyTime_round_t how;
    return parse_rounded(args, &t, &how) < 0 ? NULL : _PyTime_AsLong(_PyTime_AsMicroseconds(t, how));
}

static PyObject *object_to_time_t(PyObject *m, PyObject *args)
{
    PyObject *o;
    _PyTime_round_t how;
    time_t sec;
    return parse_object(args, &o, &how) < 0 || _PyTime_ObjectToTime_t(o, &sec, how) < 0 ? NULL : PyLong_FromLongLong(sec);
}

static PyObject *object_to_timeval(PyObject *m, PyObject *args)
{
    PyObject *o;
    _PyTime_round_t how;
    time_t sec;
    long usec;
    return parse_object(args, &o, &how) < 0 || _PyTime_ObjectToTimeval(o, &sec, &usec, how) < 0 ? NULL : pair(sec, usec);
}

static PyObject *object_to_timespec(PyObject *m, PyObject *args)
{
    PyObject *o;
    _PyTime_round_t how;
    time_t sec;
    long nsec;
    return parse_object(args, &o, &how) < 0 || _PyTime_ObjectToTimespec(o, &sec, &nsec, how) < 0 ? NULL : pair(sec, nsec);
}

PyMethodDef testinternalcapi_time_methods[] = {
    { "_PyTime_FromSeconds", from_seconds, METH_VARARGS, NULL },
    { "_PyTime_FromSecondsObject", from_seconds_object, METH_VARARGS, NULL },
    { "_PyTime_AsTimeval", as_timeval, METH_VARARGS, NULL },
    { "_PyTime_AsTimeval_clamp", as_timeval_clamp, METH_VARARGS, NULL },
    { "_PyTime_AsTimespec", as_timespec, METH_VARARGS, NULL },
    { "_PyTime_AsTimespec_clamp", as_timespec_clamp, METH_VARARGS, NULL },
    { "_PyTime_AsMilliseconds", as_milliseconds, METH_VARARGS, NULL },
    { "_PyTime_AsMicroseconds", as_microseconds, METH_VARARGS, NULL },
    { "_PyTime_ObjectToTime_t", object_to_time_t, METH_VARARGS, NULL },
    { "_PyTime_ObjectToTimeval", object_to_timeval, METH_VARARGS, NULL },
    { "_PyTime_ObjectToTimespec", object_to_timespec, METH_VARARGS, NULL },
    { NULL },
};
