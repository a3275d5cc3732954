/* rt/time.c: clocks in nanoseconds. They cannot fail on the systems we run on. */
#include <Python.h>
#include <time.h>

static int
clock_ns(clockid_t id, PyTime_t *out)
{
    struct timespec t;
    clock_gettime(id, &t);
    *out = (PyTime_t)t.tv_sec * 1000000000 + t.tv_nsec;
    return 0;
}

int PyTime_Time(PyTime_t *out) { return clock_ns(CLOCK_REALTIME, out); }
int PyTime_TimeRaw(PyTime_t *out) { return clock_ns(CLOCK_REALTIME, out); }
int PyTime_Monotonic(PyTime_t *out) { return clock_ns(CLOCK_MONOTONIC, out); }
int PyTime_MonotonicRaw(PyTime_t *out) { return clock_ns(CLOCK_MONOTONIC, out); }
int PyTime_PerfCounter(PyTime_t *out) { return clock_ns(CLOCK_MONOTONIC, out); }
int PyTime_PerfCounterRaw(PyTime_t *out) { return clock_ns(CLOCK_MONOTONIC, out); }

double
PyTime_AsSecondsDouble(PyTime_t t)
{
    if (t % 1000000000 == 0)
        return (double)(t / 1000000000);
    return (double)t / 1e9;
}
