/* cpython/bytesobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_BYTESOBJECT_H
#define ADDER_CPYTHON_BYTESOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PyBytesObject {
    PyVarObject ob_base;
    Py_hash_t ob_shash;
    char ob_sval[1];
} PyBytesObject;

PyAPI_FUNC(PyObject *) _PyBytes_Join(PyObject *, PyObject *);
PyAPI_FUNC(int) _PyBytes_Resize(PyObject **, Py_ssize_t);
#define _PyBytes_CAST(op) _Py_CAST(PyBytesObject *, (op))
static inline char *PyBytes_AS_STRING(PyObject *op) { return _PyBytes_CAST(op)->ob_sval; }
#define PyBytes_AS_STRING(op) PyBytes_AS_STRING(_PyObject_CAST(op))
#define PyBytes_GET_SIZE(op) Py_SIZE(op)

#ifdef __cplusplus
}
#endif
#endif
