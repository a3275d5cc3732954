/* cpython/tracemalloc.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_TRACEMALLOC_H
#define Py_TRACEMALLOC_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(int) PyTraceMalloc_Track(unsigned int, uintptr_t, size_t);
PyAPI_FUNC(int) PyTraceMalloc_Untrack(unsigned int, uintptr_t);

#ifdef __cplusplus
}
#endif
#endif
#endif
