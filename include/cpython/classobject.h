/* cpython/classobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_CLASSOBJECT_H
#define Py_CLASSOBJECT_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    PyObject *im_func;
    PyObject *im_self;
    PyObject *im_weakreflist;
    vectorcallfunc vectorcall;
} PyMethodObject;

typedef struct {
    PyObject ob_base;
    PyObject *func;
} PyInstanceMethodObject;

PyAPI_FUNC(PyObject *) PyInstanceMethod_Function(PyObject *);
PyAPI_FUNC(PyObject *) PyInstanceMethod_New(PyObject *);
PyAPI_DATA(PyTypeObject) PyInstanceMethod_Type;
PyAPI_FUNC(PyObject *) PyMethod_Function(PyObject *);
PyAPI_FUNC(PyObject *) PyMethod_New(PyObject *, PyObject *);
PyAPI_FUNC(PyObject *) PyMethod_Self(PyObject *);
PyAPI_DATA(PyTypeObject) PyMethod_Type;
#define PyMethod_Check(op) Py_IS_TYPE((op), &PyMethod_Type)
#define _PyMethod_CAST(meth) (ADDER_ASSERT(PyMethod_Check(meth)), _Py_CAST(PyMethodObject *, (meth)))
static inline PyObject *PyMethod_GET_FUNCTION(PyObject *meth) { return _PyMethod_CAST(meth)->im_func; }
static inline PyObject *PyMethod_GET_SELF(PyObject *meth) { return _PyMethod_CAST(meth)->im_self; }
#define PyMethod_GET_FUNCTION(meth) PyMethod_GET_FUNCTION(_PyObject_CAST(meth))
#define PyMethod_GET_SELF(meth) PyMethod_GET_SELF(_PyObject_CAST(meth))
#define PyInstanceMethod_Check(op) Py_IS_TYPE((op), &PyInstanceMethod_Type)
#define _PyInstanceMethod_CAST(meth) (ADDER_ASSERT(PyInstanceMethod_Check(meth)), _Py_CAST(PyInstanceMethodObject *, (meth)))
static inline PyObject *PyInstanceMethod_GET_FUNCTION(PyObject *meth) { return _PyInstanceMethod_CAST(meth)->func; }
#define PyInstanceMethod_GET_FUNCTION(meth) PyInstanceMethod_GET_FUNCTION(_PyObject_CAST(meth))

#ifdef __cplusplus
}
#endif
#endif
#endif
