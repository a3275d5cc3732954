/* frameobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_FRAMEOBJECT_H
#define Py_FRAMEOBJECT_H

#include "pyframe.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
#include "cpython/frameobject.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
