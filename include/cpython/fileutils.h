/* cpython/fileutils.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_FILEUTILS_H
#define Py_CPYTHON_FILEUTILS_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(FILE *) _Py_fopen_obj(PyObject *, const char *);

#ifdef __cplusplus
}
#endif
#endif
