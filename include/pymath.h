/* pymath.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_PYMATH_H
#define ADDER_PYMATH_H

#include "pyport.h"
#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

#define Py_HUGE_VAL HUGE_VAL
#define Py_INFINITY ((double)INFINITY)
#define Py_NAN ((double)NAN)
#define Py_MATH_PIl 3.1415926535897932384626433832795029L
#define Py_MATH_El 2.7182818284590452353602874713526625L

#define Py_MATH_E 2.7182818284590451
#define Py_MATH_PI 3.1415926535897931
#define Py_MATH_TAU 6.2831853071795862

#ifdef __cplusplus
}
#endif
#endif
