/* cpython/bytearrayobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_BYTEARRAYOBJECT_H
#define Py_CPYTHON_BYTEARRAYOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyVarObject ob_base;
    Py_ssize_t ob_alloc;
    char *ob_bytes;
    char *ob_start;
    Py_ssize_t ob_exports;
} PyByteArrayObject;

#define _PyByteArray_CAST(op) (ADDER_ASSERT(PyByteArray_Check(op)), _Py_CAST(PyByteArrayObject *, (op)))
PyAPI_DATA(char) _PyByteArray_empty_string[];
static inline char *PyByteArray_AS_STRING(PyObject *op)
{
    return Py_SIZE(op) ? _PyByteArray_CAST(op)->ob_start : _PyByteArray_empty_string;
}
#define PyByteArray_AS_STRING(op) PyByteArray_AS_STRING(_PyObject_CAST(op))
static inline Py_ssize_t PyByteArray_GET_SIZE(PyObject *op) { return Py_SIZE(op); }
#define PyByteArray_GET_SIZE(op) PyByteArray_GET_SIZE(_PyObject_CAST(op))

#ifdef __cplusplus
}
#endif
#endif
