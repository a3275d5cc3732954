/* cpython/longobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_LONGOBJECT_H
#define Py_CPYTHON_LONGOBJECT_H

#include "longintrepr.h"

#ifdef __cplusplus
extern "C" {
#endif

#define Py_ASNATIVEBYTES_ALLOW_INDEX 16
#define Py_ASNATIVEBYTES_BIG_ENDIAN 0
#define Py_ASNATIVEBYTES_DEFAULTS (-1)
#define Py_ASNATIVEBYTES_LITTLE_ENDIAN 1
#define Py_ASNATIVEBYTES_NATIVE_ENDIAN 3
#define Py_ASNATIVEBYTES_REJECT_NEGATIVE 8
#define Py_ASNATIVEBYTES_UNSIGNED_BUFFER 4

PyAPI_FUNC(Py_ssize_t) PyLong_AsNativeBytes(PyObject *, void *, Py_ssize_t, int);
PyAPI_FUNC(PyObject *) PyLong_FromNativeBytes(const void *, size_t, int);
PyAPI_FUNC(PyObject *) PyLong_FromUnicodeObject(PyObject *, int);
PyAPI_FUNC(PyObject *) PyLong_FromUnsignedNativeBytes(const void *, size_t, int);
PyAPI_FUNC(int) _PyLong_AsByteArray(PyLongObject *, unsigned char *, size_t, int, int, int);
PyAPI_FUNC(PyObject *) _PyLong_FromByteArray(const unsigned char *, size_t, int, int);
PyAPI_FUNC(PyObject *) _PyLong_GCD(PyObject *, PyObject *);
PyAPI_FUNC(size_t) _PyLong_NumBits(PyObject *);
PyAPI_FUNC(int) _PyLong_Sign(PyObject *);

#ifdef __cplusplus
}
#endif
#endif
