/* cpython/bytesobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_BYTESOBJECT_H
#define Py_CPYTHON_BYTESOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyVarObject ob_base;
    Py_DEPRECATED(3.11) Py_hash_t ob_shash;
    char ob_sval[1];
} PyBytesObject;

PyAPI_FUNC(PyObject *) _PyBytes_Join(PyObject *, PyObject *);
PyAPI_FUNC(int) _PyBytes_Resize(PyObject **, Py_ssize_t);
#define _PyBytes_CAST(op) (ADDER_ASSERT(PyBytes_Check(op)), _Py_CAST(PyBytesObject *, (op)))
static inline char *PyBytes_AS_STRING(PyObject *op) { return _PyBytes_CAST(op)->ob_sval; }
#define PyBytes_AS_STRING(op) PyBytes_AS_STRING(_PyObject_CAST(op))
static inline Py_ssize_t PyBytes_GET_SIZE(PyObject *op) { return Py_SIZE(op); }
#define PyBytes_GET_SIZE(self) PyBytes_GET_SIZE(_PyObject_CAST(self))

#ifdef __cplusplus
}
#endif
#endif
