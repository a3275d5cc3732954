/* internal/pycore_time.h: part of the C API (https://docs.python.org/3.13/c-api/): times as 64-bit nanoseconds. */
#ifndef Py_INTERNAL_TIME_H
#define Py_INTERNAL_TIME_H

#include "object.h"

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct timeval;

typedef enum {
    _PyTime_ROUND_FLOOR = 0, _PyTime_ROUND_CEILING = 1, _PyTime_ROUND_HALF_EVEN = 2, _PyTime_ROUND_UP = 3,
    _PyTime_ROUND_TIMEOUT = _PyTime_ROUND_UP,
} _PyTime_round_t;

typedef struct { const char *implementation; int monotonic; int adjustable; double resolution; } _Py_clock_info_t;

PyAPI_FUNC(PyObject *) _PyLong_FromTime_t(time_t);
PyAPI_FUNC(time_t) _PyLong_AsTime_t(PyObject *);
PyAPI_FUNC(int) _PyTime_ObjectToTime_t(PyObject *, time_t *, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_ObjectToTimeval(PyObject *, time_t *, long *, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_ObjectToTimespec(PyObject *, time_t *, long *, _PyTime_round_t);
PyAPI_FUNC(PyTime_t) _PyTime_FromSeconds(int);
PyAPI_FUNC(int) _PyTime_FromLong(PyTime_t *, PyObject *);
PyAPI_FUNC(int) _PyTime_FromSecondsObject(PyTime_t *, PyObject *, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_FromMillisecondsObject(PyTime_t *, PyObject *, _PyTime_round_t);
PyAPI_FUNC(PyTime_t) _PyTime_FromMicrosecondsClamp(PyTime_t);
PyAPI_FUNC(int) _PyTime_FromTimespec(PyTime_t *, const struct timespec *);
PyAPI_FUNC(int) _PyTime_FromTimeval(PyTime_t *, struct timeval *);
PyAPI_FUNC(PyObject *) _PyTime_AsLong(PyTime_t);
PyAPI_FUNC(PyTime_t) _PyTime_AsMilliseconds(PyTime_t, _PyTime_round_t);
PyAPI_FUNC(PyTime_t) _PyTime_AsMicroseconds(PyTime_t, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_AsTimeval(PyTime_t, struct timeval *, _PyTime_round_t);
PyAPI_FUNC(void) _PyTime_AsTimeval_clamp(PyTime_t, struct timeval *, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_AsTimevalTime_t(PyTime_t, time_t *, int *, _PyTime_round_t);
PyAPI_FUNC(int) _PyTime_AsTimespec(PyTime_t, struct timespec *);
PyAPI_FUNC(void) _PyTime_AsTimespec_clamp(PyTime_t, struct timespec *);
PyAPI_FUNC(PyTime_t) _PyTime_Add(PyTime_t, PyTime_t);
PyAPI_FUNC(int) _PyTime_TimeWithInfo(PyTime_t *, _Py_clock_info_t *);
PyAPI_FUNC(int) _PyTime_MonotonicWithInfo(PyTime_t *, _Py_clock_info_t *);
PyAPI_FUNC(int) _PyTime_PerfCounterWithInfo(PyTime_t *, _Py_clock_info_t *);
PyAPI_FUNC(int) _PyTime_localtime(time_t, struct tm *);
PyAPI_FUNC(int) _PyTime_gmtime(time_t, struct tm *);
PyAPI_FUNC(PyTime_t) _PyDeadline_Init(PyTime_t);
PyAPI_FUNC(PyTime_t) _PyDeadline_Get(PyTime_t);

#ifdef __cplusplus
}
#endif
#endif
