/* pyframe.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_PYFRAME_H
#define ADDER_PYFRAME_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyFrame_Type;
PyAPI_DATA(PyTypeObject) PyFrameLocalsProxy_Type;

PyAPI_FUNC(PyCodeObject *) PyFrame_GetCode(PyFrameObject *);
PyAPI_FUNC(int) PyFrame_GetLineNumber(PyFrameObject *);
#define PyFrame_Check(op) Py_IS_TYPE((op), &PyFrame_Type)
#define PyFrameLocalsProxy_Check(op) Py_IS_TYPE((op), &PyFrameLocalsProxy_Type)

#ifndef Py_LIMITED_API
#include "cpython/pyframe.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
