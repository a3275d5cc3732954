/* internal/pycore_hamt.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_INTERNAL_HAMT_H
#define Py_INTERNAL_HAMT_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
