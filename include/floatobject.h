/* floatobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_FLOATOBJECT_H
#define Py_FLOATOBJECT_H

#include "object.h"
#include "pymath.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(double) PyFloat_AsDouble(PyObject *);
PyAPI_FUNC(PyObject *) PyFloat_FromDouble(double);
PyAPI_FUNC(PyObject *) PyFloat_FromString(PyObject *);
PyAPI_FUNC(PyObject *) PyFloat_GetInfo(void);
PyAPI_FUNC(double) PyFloat_GetMax(void);
PyAPI_FUNC(double) PyFloat_GetMin(void);
PyAPI_DATA(PyTypeObject) PyFloat_Type;
#define PyFloat_Check(op) PyObject_TypeCheck((op), &PyFloat_Type)
#define PyFloat_CheckExact(op) Py_IS_TYPE((op), &PyFloat_Type)
#define Py_RETURN_NAN return PyFloat_FromDouble(Py_NAN)
#define Py_RETURN_INF(sign) do { if (copysign(1., sign) == 1.) return PyFloat_FromDouble(Py_INFINITY); return PyFloat_FromDouble(-Py_INFINITY); } while (0)

#ifndef Py_LIMITED_API
#include "cpython/floatobject.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
