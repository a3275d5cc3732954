/* modules/posix/posix_timerfd.c: timers that are read as files. */
#include <math.h>
#include <sys/timerfd.h>

#include "modules/posix/posix_priv.h"

FUNC_KW(timerfd_create)
{
    int clock, flags = TFD_CLOEXEC, fd;
    PARSE_KW("i|$i:timerfd_create", KWLIST("", "flags"), &clock, &flags);
    OS_CALL_ONCE(fd, timerfd_create(clock, flags | TFD_CLOEXEC));
    return fd < 0 ? os_error() : PyLong_FromLong(fd);
}

static PyObject *
timer_result(const struct itimerspec *t, bool ns)
{
    long long initial = t->it_value.tv_sec * 1000000000LL + t->it_value.tv_nsec;
    long long interval = t->it_interval.tv_sec * 1000000000LL + t->it_interval.tv_nsec;
    return ns ? Py_BuildValue("(LL)", initial, interval) : Py_BuildValue("(dd)", PyTime_AsSecondsDouble(initial), PyTime_AsSecondsDouble(interval));
}

static PyObject *
timer_set(int fd, int flags, long long initial, long long interval, bool ns)
{
    struct itimerspec now = { { interval / 1000000000, interval % 1000000000 }, { initial / 1000000000, initial % 1000000000 } }, old;
    int r;
    if (now.it_value.tv_nsec < 0) {
        now.it_value.tv_nsec += 1000000000;
        now.it_value.tv_sec--;
    }
    if (now.it_interval.tv_nsec < 0) {
        now.it_interval.tv_nsec += 1000000000;
        now.it_interval.tv_sec--;
    }
    OS_CALL_ONCE(r, timerfd_settime(fd, flags, &now, &old));
    return r < 0 ? os_error() : timer_result(&old, ns);
}

/* Seconds to nanoseconds, rounded down; false with OverflowError. */
static bool
to_ns(double seconds, long long *out)
{
    double ns = floor(seconds * 1e9);
    if (!(ns >= -9223372036854775808.0 && ns < 9223372036854775808.0)) {
        PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
        return false;
    }
    *out = (long long)ns;
    return true;
}

FUNC_KW(timerfd_settime)
{
    int fd, flags = 0;
    double initial = 0, interval = 0;
    long long a, b;
    PARSE_KW("O&|$idd:timerfd_settime", KWLIST("", "flags", "initial", "interval"), os_fd_convert_fileno, &fd, &flags, &initial, &interval);
    return to_ns(initial, &a) && to_ns(interval, &b) ? timer_set(fd, flags, a, b, false) : NULL;
}

FUNC_KW(timerfd_settime_ns)
{
    int fd, flags = 0;
    long long initial = 0, interval = 0;
    PARSE_KW("O&|$iLL:timerfd_settime_ns", KWLIST("", "flags", "initial", "interval"), os_fd_convert_fileno, &fd, &flags, &initial, &interval);
    return timer_set(fd, flags, initial, interval, true);
}

static PyObject *
timer_get(PyObject *arg, bool ns)
{
    int fd, r;
    struct itimerspec t;
    if (!os_fd_convert_fileno(arg, &fd))
        return NULL;
    OS_CALL_ONCE(r, timerfd_gettime(fd, &t));
    return r < 0 ? os_error() : timer_result(&t, ns);
}

FUNC_O(timerfd_gettime) { return timer_get(arg, false); }
FUNC_O(timerfd_gettime_ns) { return timer_get(arg, true); }

PyMethodDef os_timerfd_methods[] = {
    ROW_KW(timerfd_create, "timerfd_create($module, clockid, /, *, flags=0)\n--\n\nA descriptor of a new timer."),
    ROW_KW(timerfd_settime, "timerfd_settime($module, fd, /, *, flags=0, initial=0.0, interval=0.0)\n--\n\nSet a timer, in seconds."),
    ROW_KW(timerfd_settime_ns, "timerfd_settime_ns($module, fd, /, *, flags=0, initial=0, interval=0)\n--\n\nSet a timer, in nanoseconds."),
    ROW_O(timerfd_gettime, "timerfd_gettime($module, fd, /)\n--\n\nTime to the end and interval of a timer, in seconds."),
    ROW_O(timerfd_gettime_ns, "timerfd_gettime_ns($module, fd, /)\n--\n\nTime to the end and interval of a timer, in nanoseconds."),
    { NULL },
};

int
os_add_timerfd_constants(PyObject *module)
{
    return PyModule_AddIntMacro(module, TFD_NONBLOCK) < 0 || PyModule_AddIntMacro(module, TFD_CLOEXEC) < 0 ||
           PyModule_AddIntMacro(module, TFD_TIMER_ABSTIME) < 0 || PyModule_AddIntMacro(module, TFD_TIMER_CANCEL_ON_SET) < 0 ? -1 : 0;
}
