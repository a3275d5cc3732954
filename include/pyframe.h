/* pyframe.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_PYFRAME_H
#define Py_PYFRAME_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(PyCodeObject *) PyFrame_GetCode(PyFrameObject *);
PyAPI_FUNC(int) PyFrame_GetLineNumber(PyFrameObject *);

#ifndef Py_LIMITED_API
#include "cpython/pyframe.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
