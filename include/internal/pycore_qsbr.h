/* internal/pycore_qsbr.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_INTERNAL_QSBR_H
#define Py_INTERNAL_QSBR_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
