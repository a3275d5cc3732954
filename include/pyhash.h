/* pyhash.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_HASH_H
#define Py_HASH_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#define Py_HASH_ALGORITHM 3
#define Py_HASH_CUTOFF 0
#define Py_HASH_EXTERNAL 0
#define Py_HASH_FNV 2
#define Py_HASH_SIPHASH13 3
#define Py_HASH_SIPHASH24 1

#ifndef Py_LIMITED_API
#include "cpython/pyhash.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
