/* pystrtod.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_STRTOD_H
#define Py_STRTOD_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#define Py_DTSF_ADD_DOT_0 2
#define Py_DTSF_ALT 4
#define Py_DTSF_NO_NEG_0 8
#define Py_DTSF_SIGN 1
#define Py_DTST_FINITE 0
#define Py_DTST_INFINITE 1
#define Py_DTST_NAN 2

PyAPI_FUNC(char *) PyOS_double_to_string(double, char, int, int, int *);
PyAPI_FUNC(double) PyOS_string_to_double(const char *, char **, PyObject *);

#ifdef __cplusplus
}
#endif
#endif
