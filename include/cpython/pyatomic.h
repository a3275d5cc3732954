/* cpython/pyatomic.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_PYATOMIC_H
#define ADDER_CPYTHON_PYATOMIC_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
