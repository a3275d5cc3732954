/* time.c: clocks, calendars, sleeping. Times are kept as 64-bit nanoseconds (pycore_time.h) and become floats last.
 * strftime hands the C library one directive at a time, so that the text between may hold any character. */
#include <Python.h>
#include <errno.h>
#include <math.h>
#include <time.h>

#include "internal/pycore_time.h"

struct time_state { PyTypeObject *struct_time; };
static struct time_state *state_of(PyObject *m) { return PyModule_GetState(m); }

/* ---- clocks --------------------------------------------------------------------------------------------------------------- */

static PyObject *as_float(PyTime_t t) { return PyFloat_FromDouble(PyTime_AsSecondsDouble(t)); }

#define CLOCK(name, fill) \
    static PyObject *time_##name(PyObject *m, PyObject *unused) { PyTime_t t; return fill < 0 ? NULL : as_float(t); } \
    static PyObject *time_##name##_ns(PyObject *m, PyObject *unused) { PyTime_t t; return fill < 0 ? NULL : _PyTime_AsLong(t); }

static int
read_clock(clockid_t id, PyTime_t *out)
{
    struct timespec ts;
    if (clock_gettime(id, &ts) == 0)
        return _PyTime_FromTimespec(out, &ts);
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

CLOCK(time, PyTime_Time(&t))
CLOCK(monotonic, PyTime_Monotonic(&t))
CLOCK(perf_counter, PyTime_PerfCounter(&t))
CLOCK(process_time, read_clock(CLOCK_PROCESS_CPUTIME_ID, &t))
CLOCK(thread_time, read_clock(CLOCK_THREAD_CPUTIME_ID, &t))

static int
clock_id(PyObject *o, clockid_t *id)
{
    if (!PyLong_Check(o)) {
        PyErr_Format(PyExc_TypeError, "clk_id should be integer, not %s", Py_TYPE(o)->tp_name);
        return -1;
    }
    *id = PyLong_AsInt(o);
    return *id == (clockid_t)-1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
time_clock_gettime(PyObject *m, PyObject *o)
{
    clockid_t id;
    PyTime_t t;
    return clock_id(o, &id) < 0 || read_clock(id, &t) < 0 ? NULL : as_float(t);
}

static PyObject *
time_clock_gettime_ns(PyObject *m, PyObject *o)
{
    clockid_t id;
    PyTime_t t;
    return clock_id(o, &id) < 0 || read_clock(id, &t) < 0 ? NULL : _PyTime_AsLong(t);
}

static PyObject *
set_clock(int id, PyTime_t t)
{
    struct timespec ts;
    if (_PyTime_AsTimespec(t, &ts) < 0)
        return NULL;
    if (clock_settime((clockid_t)id, &ts) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyObject *
time_clock_settime(PyObject *m, PyObject *args)
{
    int id;
    PyObject *o;
    PyTime_t t;
    if (!PyArg_ParseTuple(args, "iO:clock_settime", &id, &o) || _PyTime_FromSecondsObject(&t, o, _PyTime_ROUND_FLOOR) < 0)
        return NULL;
    return set_clock(id, t);
}

static PyObject *
time_clock_settime_ns(PyObject *m, PyObject *args)
{
    int id;
    PyObject *o;
    PyTime_t t;
    if (!PyArg_ParseTuple(args, "iO:clock_settime", &id, &o) || _PyTime_FromLong(&t, o) < 0)
        return NULL;
    return set_clock(id, t);
}

static PyObject *
time_clock_getres(PyObject *m, PyObject *args)
{
    int id;
    struct timespec ts;
    if (!PyArg_ParseTuple(args, "i:clock_getres", &id))
        return NULL;
    if (clock_getres((clockid_t)id, &ts) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyFloat_FromDouble((double)ts.tv_sec + (double)ts.tv_nsec * 1e-9);
}

static PyObject *
time_pthread_getcpuclockid(PyObject *m, PyObject *args)
{
    unsigned long thread;
    clockid_t id;
    if (!PyArg_ParseTuple(args, "k:pthread_getcpuclockid", &thread))
        return NULL;
    int err = pthread_getcpuclockid((pthread_t)thread, &id);
    if (err != 0) {
        errno = err;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromLong(id);
}

static PyObject *
clock_info(clockid_t id, const char *name, bool monotonic)
{
    struct timespec ts;
    PyObject *types, *out = NULL, *args, *kwargs;
    if (clock_getres(id, &ts) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    types = PyImport_ImportModule("types");
    PyObject *make = types == NULL ? NULL : PyObject_GetAttrString(types, "SimpleNamespace");
    args = PyTuple_New(0);
    kwargs = Py_BuildValue("{sssOsOsd}", "implementation", name, "monotonic", monotonic ? Py_True : Py_False, "adjustable",
                           monotonic ? Py_False : Py_True, "resolution", (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9);
    if (make != NULL && args != NULL && kwargs != NULL)
        out = PyObject_Call(make, args, kwargs);
    Py_XDECREF(types);
    Py_XDECREF(make);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    return out;
}

static PyObject *
time_get_clock_info(PyObject *m, PyObject *args)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s:get_clock_info", &name))
        return NULL;
    if (strcmp(name, "time") == 0)
        return clock_info(CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false);
    if (strcmp(name, "monotonic") == 0 || strcmp(name, "perf_counter") == 0)
        return clock_info(CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true);
    if (strcmp(name, "process_time") == 0)
        return clock_info(CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true);
    if (strcmp(name, "thread_time") == 0)
        return clock_info(CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true);
    PyErr_SetString(PyExc_ValueError, "unknown clock");
    return NULL;
}

/* ---- sleeping ------------------------------------------------------------------------------------------------------------- */

static int
sleep_until(PyTime_t timeout)
{
    PyTime_t now;
    struct timespec until;
    if (PyTime_Monotonic(&now) < 0 || _PyTime_AsTimespec(_PyTime_Add(now, timeout), &until) < 0)
        return -1;
    for (;;) {
        int err;
        Py_BEGIN_ALLOW_THREADS
        err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        Py_END_ALLOW_THREADS
        if (err == 0)
            return 0;
        if (err != EINTR) {
            errno = err;
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
}

static PyObject *
time_sleep(PyObject *m, PyObject *o)
{
    PyTime_t timeout;
    if (PySys_Audit("time.sleep", "O", o) < 0 || _PyTime_FromSecondsObject(&timeout, o, _PyTime_ROUND_TIMEOUT) < 0)
        return NULL;
    if (timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "sleep length must be non-negative");
        return NULL;
    }
    if (sleep_until(timeout) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- struct_time ------------------------------------------------------------------------------------------------------------ */

static PyStructSequence_Field struct_time_fields[] = {
    { "tm_year", "year, for example, 1993" },
    { "tm_mon", "month of year, range [1, 12]" },
    { "tm_mday", "day of month, range [1, 31]" },
    { "tm_hour", "hours, range [0, 23]" },
    { "tm_min", "minutes, range [0, 59]" },
    { "tm_sec", "seconds, range [0, 61])" },
    { "tm_wday", "day of week, range [0, 6], Monday is 0" },
    { "tm_yday", "day of year, range [1, 366]" },
    { "tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown" },
    { "tm_zone", "abbreviation of timezone name" },
    { "tm_gmtoff", "offset from UTC in seconds" },
    { NULL, NULL }
};

static PyStructSequence_Desc struct_time_desc = {
    "time.struct_time",
    "A moment as nine integers: what gmtime(), localtime() and strptime() return, and asctime(), mktime() and strftime() take.",
    struct_time_fields, 9
};

static PyObject *
from_tm(PyObject *m, const struct tm *tm)
{
    PyObject *v = PyStructSequence_New(state_of(m)->struct_time);
    if (v == NULL)
        return NULL;
    const int parts[9] = { tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
                           (tm->tm_wday + 6) % 7, tm->tm_yday + 1, tm->tm_isdst };
    for (int i = 0; i < 9; i++)
        PyStructSequence_SetItem(v, i, PyLong_FromLong(i == 0 ? (long)tm->tm_year + 1900 : parts[i]));
    PyStructSequence_SetItem(v, 9, PyUnicode_DecodeLocale(tm->tm_zone, "surrogateescape"));
    PyStructSequence_SetItem(v, 10, PyLong_FromLong(tm->tm_gmtoff));
    if (PyErr_Occurred())
        Py_CLEAR(v);
    return v;
}

/* Nine ints of a tuple or struct_time. */
static int
to_tm(PyObject *m, PyObject *args, struct tm *tm, const char *format)
{
    int y;
    PyObject *t;
    PyTypeObject *type = state_of(m)->struct_time;
    memset(tm, 0, sizeof(*tm));
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_TypeError, "Tuple or struct_time argument required");
        return -1;
    }
    t = Py_IS_TYPE(args, type) ? PySequence_Tuple(args) : Py_NewRef(args);
    if (t == NULL)
        return -1;
    int ok = PyArg_ParseTuple(t, format, &y, &tm->tm_mon, &tm->tm_mday, &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &tm->tm_wday,
                              &tm->tm_yday, &tm->tm_isdst);
    Py_DECREF(t);
    if (!ok)
        return -1;
    if (y < INT_MIN + 1900) {
        PyErr_SetString(PyExc_OverflowError, "year out of range");
        return -1;
    }
    tm->tm_year = y - 1900;
    tm->tm_mon--;
    tm->tm_wday = (tm->tm_wday + 1) % 7;
    tm->tm_yday--;
    if (!Py_IS_TYPE(args, type))
        return 0;
    PyObject *zone = PyStructSequence_GetItem(args, 9), *offset = PyStructSequence_GetItem(args, 10);
    if (zone != NULL && zone != Py_None) {
        tm->tm_zone = (char *)PyUnicode_AsUTF8(zone);
        if (tm->tm_zone == NULL)
            return -1;
    }
    if (offset != NULL && offset != Py_None) {
        tm->tm_gmtoff = PyLong_AsLong(offset);
        if (tm->tm_gmtoff == -1 && PyErr_Occurred())
            return -1;
    }
    return 0;
}

/* Some zeros stand for the first day, month; anything else must be in range. */
static int
check_tm(struct tm *tm)
{
    if (tm->tm_mon == -1)
        tm->tm_mon = 0;
    if (tm->tm_mday == 0)
        tm->tm_mday = 1;
    if (tm->tm_yday == -1)
        tm->tm_yday = 0;
    const char *wrong = tm->tm_mon < 0 || tm->tm_mon > 11 ? "month"
        : tm->tm_mday < 0 || tm->tm_mday > 31 ? "day of month"
        : tm->tm_hour < 0 || tm->tm_hour > 23 ? "hour"
        : tm->tm_min < 0 || tm->tm_min > 59 ? "minute"
        : tm->tm_sec < 0 || tm->tm_sec > 61 ? "seconds"
        : tm->tm_wday < 0 ? "day of week"
        : tm->tm_yday < 0 || tm->tm_yday > 365 ? "day of year" : NULL;
    if (wrong == NULL)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s out of range", wrong);
    return -1;
}

/* The optional argument of gmtime() and the like: None = now. */
static int
seconds_arg(PyObject *args, const char *format, time_t *out)
{
    PyObject *o = NULL;
    if (!PyArg_ParseTuple(args, format, &o))
        return -1;
    if (o != NULL && o != Py_None)
        return _PyTime_ObjectToTime_t(o, out, _PyTime_ROUND_FLOOR);
    *out = time(NULL);
    return 0;
}

static PyObject *
time_gmtime(PyObject *m, PyObject *args)
{
    time_t t;
    struct tm tm;
    if (seconds_arg(args, "|O:gmtime", &t) < 0 || _PyTime_gmtime(t, &tm) < 0)
        return NULL;
    return from_tm(m, &tm);
}

static PyObject *
time_localtime(PyObject *m, PyObject *args)
{
    time_t t;
    struct tm tm;
    if (seconds_arg(args, "|O:localtime", &t) < 0 || _PyTime_localtime(t, &tm) < 0)
        return NULL;
    return from_tm(m, &tm);
}

static PyObject *
ascii_time(const struct tm *tm)
{
    static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    return PyUnicode_FromFormat("%s %s%3d %.2d:%.2d:%.2d %d", days[tm->tm_wday], months[tm->tm_mon], tm->tm_mday, tm->tm_hour,
                                tm->tm_min, tm->tm_sec, 1900 + tm->tm_year);
}

static PyObject *
time_asctime(PyObject *m, PyObject *args)
{
    PyObject *tuple = NULL;
    struct tm tm;
    if (!PyArg_UnpackTuple(args, "asctime", 0, 1, &tuple))
        return NULL;
    if (tuple == NULL) {
        if (_PyTime_localtime(time(NULL), &tm) < 0)
            return NULL;
    }
    else if (to_tm(m, tuple, &tm, "iiiiiiiii;asctime(): illegal time tuple argument") < 0 || check_tm(&tm) < 0)
        return NULL;
    return ascii_time(&tm);
}

static PyObject *
time_ctime(PyObject *m, PyObject *args)
{
    time_t t;
    struct tm tm;
    if (seconds_arg(args, "|O:ctime", &t) < 0 || _PyTime_localtime(t, &tm) < 0)
        return NULL;
    return ascii_time(&tm);
}

static PyObject *
time_mktime(PyObject *m, PyObject *tuple)
{
    struct tm tm;
    if (to_tm(m, tuple, &tm, "iiiiiiiii;mktime(): illegal time tuple argument") < 0)
        return NULL;
    tm.tm_wday = -1;                         /* stays so if mktime() fails: -1 is also a moment in 1969 */
    time_t t = mktime(&tm);
    if (t == (time_t)-1 && tm.tm_wday == -1) {
        PyErr_SetString(PyExc_OverflowError, "mktime argument out of range");
        return NULL;
    }
    return PyFloat_FromDouble((double)t);
}

/* ---- strftime, strptime ------------------------------------------------------------------------------------------------------ */

/* Appends what the C library makes of one directive. */
static int
write_directive(_PyUnicodeWriter *w, const char *directive, const struct tm *tm)
{
    size_t most = strlen(directive) * 256;
    for (size_t size = 1024; ; size *= 2) {
        char *buf = PyMem_Malloc(size);
        if (buf == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        size_t n = strftime(buf, size, directive, tm);
        if (n == 0 && size < most) {
            PyMem_Free(buf);
            continue;
        }
        PyObject *text = PyUnicode_DecodeLocaleAndSize(buf, (Py_ssize_t)n, "surrogateescape");
        PyMem_Free(buf);
        int rc = text == NULL ? -1 : _PyUnicodeWriter_WriteStr(w, text);
        Py_XDECREF(text);
        return rc;
    }
}

/* Length of the directive that starts with the '%' at `at`: flags, width, modifier, letter. */
static Py_ssize_t
directive_length(int kind, const void *data, Py_ssize_t at, Py_ssize_t len)
{
    Py_ssize_t i = at + 1;
    while (i < len && PyUnicode_READ(kind, data, i) < 128 && strchr("_-0^#+", (int)PyUnicode_READ(kind, data, i)) != NULL
           && PyUnicode_READ(kind, data, i) != 0)
        i++;
    while (i < len && PyUnicode_READ(kind, data, i) >= '0' && PyUnicode_READ(kind, data, i) <= '9')
        i++;
    if (i < len && (PyUnicode_READ(kind, data, i) == 'E' || PyUnicode_READ(kind, data, i) == 'O'))
        i++;
    if (i < len && PyUnicode_READ(kind, data, i) < 128 && PyUnicode_READ(kind, data, i) != 0)
        i++;
    return i - at;
}

static PyObject *
format_time(PyObject *format, const struct tm *tm)
{
    _PyUnicodeWriter w;
    int kind = PyUnicode_KIND(format);
    const void *data = PyUnicode_DATA(format);
    Py_ssize_t len = PyUnicode_GET_LENGTH(format), i = 0;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    while (i < len) {
        Py_ssize_t start = i;
        while (i < len && PyUnicode_READ(kind, data, i) != '%')
            i++;
        if (i > start && _PyUnicodeWriter_WriteSubstring(&w, format, start, i) < 0)
            goto fail;
        if (i == len)
            break;
        Py_ssize_t n = directive_length(kind, data, i, len);
        char directive[64];
        if (n >= (Py_ssize_t)sizeof(directive)) {
            PyErr_NoMemory();
            goto fail;
        }
        for (Py_ssize_t k = 0; k < n; k++)
            directive[k] = (char)PyUnicode_READ(kind, data, i + k);
        directive[n] = '\0';
        bool cut_short = n > 1 && strchr("_-0^#+123456789", directive[n - 1]) != NULL;       /* the C library disagrees with itself */
        if (!cut_short && write_directive(&w, directive, tm) < 0)
            goto fail;
        i += n;
    }
    return _PyUnicodeWriter_Finish(&w);
fail:
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

static PyObject *
time_strftime(PyObject *m, PyObject *args)
{
    PyObject *format, *tuple = NULL;
    struct tm tm;
    if (!PyArg_ParseTuple(args, "U|O:strftime", &format, &tuple))
        return NULL;
    if (tuple == NULL) {
        if (_PyTime_localtime(time(NULL), &tm) < 0)
            return NULL;
    }
    else if (to_tm(m, tuple, &tm, "iiiiiiiii;strftime(): illegal time tuple argument") < 0 || check_tm(&tm) < 0)
        return NULL;
    tm.tm_isdst = tm.tm_isdst < -1 ? -1 : tm.tm_isdst > 1 ? 1 : tm.tm_isdst;
    return format_time(format, &tm);
}

static PyObject *
time_strptime(PyObject *m, PyObject *args)
{
    PyObject *module = PyImport_ImportModule("_strptime"), *func = module == NULL ? NULL : PyObject_GetAttrString(module, "_strptime_time");
    PyObject *out = func == NULL ? NULL : PyObject_Call(func, args, NULL);
    Py_XDECREF(func);
    Py_XDECREF(module);
    return out;
}

/* ---- time zone --------------------------------------------------------------------------------------------------------------- */

/* timezone, altzone, daylight, tzname: by looking at the middle of winter and of summer. */
static int
set_zone(PyObject *m)
{
    const time_t year = (365 * 24 + 6) * 3600;
    struct tm jan, jul;
    char jan_name[16], jul_name[16];
    time_t t = time(NULL) / year * year;
    if (_PyTime_localtime(t, &jan) < 0)
        return -1;
    snprintf(jan_name, sizeof(jan_name), "%s", jan.tm_zone == NULL ? "   " : jan.tm_zone);
    if (_PyTime_localtime(t + year / 2, &jul) < 0)
        return -1;
    snprintf(jul_name, sizeof(jul_name), "%s", jul.tm_zone == NULL ? "   " : jul.tm_zone);
    long a = -jan.tm_gmtoff, b = -jul.tm_gmtoff;
    bool south = a < b;
    PyObject *names = Py_BuildValue("(NN)", PyUnicode_DecodeLocale(south ? jul_name : jan_name, "surrogateescape"),
                                    PyUnicode_DecodeLocale(south ? jan_name : jul_name, "surrogateescape"));
    if (names == NULL || PyModule_Add(m, "tzname", names) < 0)
        return -1;
    if (PyModule_AddIntConstant(m, "timezone", south ? b : a) < 0 || PyModule_AddIntConstant(m, "altzone", south ? a : b) < 0)
        return -1;
    return PyModule_AddIntConstant(m, "daylight", a != b);
}

static PyObject *
time_tzset(PyObject *m, PyObject *unused)
{
    tzset();
    if (set_zone(m) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- the module -------------------------------------------------------------------------------------------------------------- */

static PyMethodDef time_functions[] = {
    { "time", time_time, METH_NOARGS, "time($self, /)\n--\n\ntime() -> floating-point number\n\nSeconds since the Epoch." },
    { "time_ns", time_time_ns, METH_NOARGS, "time_ns($self, /)\n--\n\ntime_ns() -> int\n\nNanoseconds since the Epoch." },
    { "clock_gettime", time_clock_gettime, METH_O, "clock_gettime($module, clk_id, /)\n--\n\nTime of a clock in seconds." },
    { "clock_gettime_ns", time_clock_gettime_ns, METH_O, "clock_gettime_ns($module, clk_id, /)\n--\n\nTime of a clock in nanoseconds." },
    { "clock_settime", time_clock_settime, METH_VARARGS, "clock_settime(clk_id, time)\n\nSets a clock, in seconds." },
    { "clock_settime_ns", time_clock_settime_ns, METH_VARARGS, "clock_settime_ns(clk_id, time)\n\nSets a clock, in nanoseconds." },
    { "clock_getres", time_clock_getres, METH_VARARGS, "clock_getres(clk_id) -> floating-point number\n\nResolution of a clock in seconds." },
    { "pthread_getcpuclockid", time_pthread_getcpuclockid, METH_VARARGS,
      "pthread_getcpuclockid(thread_id) -> int\n\nThe id of the CPU-time clock of a thread." },
    { "sleep", time_sleep, METH_O, "sleep($self, object, /)\n--\n\nsleep(seconds)\n\nWaits that many seconds." },
    { "gmtime", time_gmtime, METH_VARARGS, "gmtime([seconds])\n\nA moment as struct_time in UTC." },
    { "localtime", time_localtime, METH_VARARGS, "localtime([seconds])\n\nA moment as struct_time in local time." },
    { "asctime", time_asctime, METH_VARARGS, "asctime([tuple]) -> string\n\nText like 'Sat Jun 06 16:26:11 1998'." },
    { "ctime", time_ctime, METH_VARARGS, "ctime(seconds) -> string\n\nasctime(localtime(seconds))." },
    { "mktime", time_mktime, METH_O, "mktime($self, object, /)\n--\n\nmktime(tuple) -> floating-point number\n\nLocal time to seconds since the Epoch." },
    { "strftime", time_strftime, METH_VARARGS, "strftime(format[, tuple]) -> string\n\nText by a format." },
    { "strptime", time_strptime, METH_VARARGS, "strptime(string, format) -> struct_time\n\nReads a text by a format." },
    { "tzset", time_tzset, METH_NOARGS, "tzset($self, /)\n--\n\ntzset()\n\nReads the time zone from the environment again." },
    { "monotonic", time_monotonic, METH_NOARGS, "monotonic($self, /)\n--\n\nmonotonic() -> float\n\nA clock that never goes back." },
    { "monotonic_ns", time_monotonic_ns, METH_NOARGS, "monotonic_ns($self, /)\n--\n\nmonotonic_ns() -> int\n\nThe same in nanoseconds." },
    { "process_time", time_process_time, METH_NOARGS, "process_time($self, /)\n--\n\nprocess_time() -> float\n\nCPU time of the process." },
    { "process_time_ns", time_process_time_ns, METH_NOARGS, "process_time_ns($self, /)\n--\n\nprocess_time_ns() -> int\n\nThe same in nanoseconds." },
    { "thread_time", time_thread_time, METH_NOARGS, "thread_time($self, /)\n--\n\nthread_time() -> float\n\nCPU time of the thread." },
    { "thread_time_ns", time_thread_time_ns, METH_NOARGS, "thread_time_ns($self, /)\n--\n\nthread_time_ns() -> int\n\nThe same in nanoseconds." },
    { "perf_counter", time_perf_counter, METH_NOARGS, "perf_counter($self, /)\n--\n\nperf_counter() -> float\n\nThe best clock for measuring." },
    { "perf_counter_ns", time_perf_counter_ns, METH_NOARGS, "perf_counter_ns($self, /)\n--\n\nperf_counter_ns() -> int\n\nThe same in nanoseconds." },
    { "get_clock_info", time_get_clock_info, METH_VARARGS, "get_clock_info(name: str) -> dict\n\nFacts about a clock." },
    { NULL }
};

static int
time_exec(PyObject *m)
{
    static const struct { const char *name; int id; } clocks[] = {
        { "CLOCK_REALTIME", CLOCK_REALTIME }, { "CLOCK_MONOTONIC", CLOCK_MONOTONIC }, { "CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW },
        { "CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID }, { "CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID },
        { "CLOCK_BOOTTIME", CLOCK_BOOTTIME }, { "CLOCK_TAI", CLOCK_TAI }, { "_STRUCT_TM_ITEMS", 11 },
    };
    struct time_state *st = state_of(m);
    tzset();
    if (set_zone(m) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        if (PyModule_AddIntConstant(m, clocks[i].name, clocks[i].id) < 0)
            return -1;
    st->struct_time = PyStructSequence_NewType(&struct_time_desc);
    return st->struct_time == NULL ? -1 : PyModule_AddType(m, st->struct_time);
}

static int
time_traverse(PyObject *m, visitproc visit, void *arg)
{
    Py_VISIT(state_of(m)->struct_time);
    return 0;
}

static int
time_clear(PyObject *m)
{
    Py_CLEAR(state_of(m)->struct_time);
    return 0;
}

static PyModuleDef_Slot time_slots[] = {
    { Py_mod_exec, time_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef time_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "time",
    .m_doc = "Clocks, calendars and sleeping.",
    .m_size = sizeof(struct time_state),
    .m_methods = time_functions,
    .m_slots = time_slots,
    .m_traverse = time_traverse,
    .m_clear = time_clear,
};

PyMODINIT_FUNC PyInit_time(void) { return PyModuleDef_Init(&time_module); }
