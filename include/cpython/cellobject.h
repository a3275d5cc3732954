/* cpython/cellobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_CELLOBJECT_H
#define Py_CELLOBJECT_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    PyObject *ob_ref;
} PyCellObject;

PyAPI_FUNC(PyObject *) PyCell_Get(PyObject *);
PyAPI_FUNC(PyObject *) PyCell_New(PyObject *);
PyAPI_FUNC(int) PyCell_Set(PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PyCell_Type;
#define PyCell_Check(op) Py_IS_TYPE((op), &PyCell_Type)
static inline PyObject *PyCell_GET(PyObject *op) { return ((PyCellObject *)op)->ob_ref; }
static inline void PyCell_SET(PyObject *op, PyObject *value) { ((PyCellObject *)op)->ob_ref = value; }
#define PyCell_GET(op) PyCell_GET(_PyObject_CAST(op))
#define PyCell_SET(op, value) PyCell_SET(_PyObject_CAST(op), _PyObject_CAST(value))

#ifdef __cplusplus
}
#endif
#endif
#endif
