/* cpython/pytime.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_PYTIME_H
#define Py_PYTIME_H

#include "../pyport.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t PyTime_t;

#define PyTime_MAX INT64_MAX
#define PyTime_MIN INT64_MIN

PyAPI_FUNC(double) PyTime_AsSecondsDouble(PyTime_t);
PyAPI_FUNC(int) PyTime_Monotonic(PyTime_t *);
PyAPI_FUNC(int) PyTime_MonotonicRaw(PyTime_t *);
PyAPI_FUNC(int) PyTime_PerfCounter(PyTime_t *);
PyAPI_FUNC(int) PyTime_PerfCounterRaw(PyTime_t *);
PyAPI_FUNC(int) PyTime_Time(PyTime_t *);
PyAPI_FUNC(int) PyTime_TimeRaw(PyTime_t *);

#ifdef __cplusplus
}
#endif
#endif
#endif
