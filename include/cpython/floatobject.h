/* cpython/floatobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_FLOATOBJECT_H
#define Py_CPYTHON_FLOATOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    double ob_fval;
} PyFloatObject;

PyAPI_FUNC(int) PyFloat_Pack2(double, char *, int);
PyAPI_FUNC(int) PyFloat_Pack4(double, char *, int);
PyAPI_FUNC(int) PyFloat_Pack8(double, char *, int);
PyAPI_FUNC(double) PyFloat_Unpack2(const char *, int);
PyAPI_FUNC(double) PyFloat_Unpack4(const char *, int);
PyAPI_FUNC(double) PyFloat_Unpack8(const char *, int);
#define _PyFloat_CAST(op) (ADDER_ASSERT(PyFloat_Check(op)), _Py_CAST(PyFloatObject *, (op)))
static inline double PyFloat_AS_DOUBLE(PyObject *op) { return _PyFloat_CAST(op)->ob_fval; }
#define PyFloat_AS_DOUBLE(op) PyFloat_AS_DOUBLE(_PyObject_CAST(op))

#ifdef __cplusplus
}
#endif
#endif
