/* monitoring.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_MONITORING_H
#define Py_MONITORING_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
#include "cpython/monitoring.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
