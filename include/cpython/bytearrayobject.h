/* cpython/bytearrayobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_BYTEARRAYOBJECT_H
#define ADDER_CPYTHON_BYTEARRAYOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PyByteArrayObject {
    PyVarObject ob_base;
    Py_ssize_t ob_alloc;
    char *ob_bytes;
    char *ob_start;
    Py_ssize_t ob_exports;
} PyByteArrayObject;

#define _PyByteArray_CAST(op) _Py_CAST(PyByteArrayObject *, (op))
PyAPI_DATA(char) _PyByteArray_empty_string[];
static inline char *PyByteArray_AS_STRING(PyObject *op)
{
    return Py_SIZE(op) ? _PyByteArray_CAST(op)->ob_start : _PyByteArray_empty_string;
}
#define PyByteArray_AS_STRING(op) PyByteArray_AS_STRING(_PyObject_CAST(op))
#define PyByteArray_GET_SIZE(op) Py_SIZE(op)

#ifdef __cplusplus
}
#endif
#endif
