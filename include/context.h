/* context.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CONTEXT_H
#define ADDER_CONTEXT_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
#include "cpython/context.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
