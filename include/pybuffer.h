/* pybuffer.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_PYBUFFER_H
#define ADDER_PYBUFFER_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

struct PyBufferStruct {
    void *buf;
    PyObject *obj;
    Py_ssize_t len;
    Py_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    Py_ssize_t *suboffsets;
    void *internal;
};
#define PyBUF_ANY_CONTIGUOUS 152
#define PyBUF_CONTIG 9
#define PyBUF_CONTIG_RO 8
#define PyBUF_C_CONTIGUOUS 56
#define PyBUF_FORMAT 4
#define PyBUF_FULL 285
#define PyBUF_FULL_RO 284
#define PyBUF_F_CONTIGUOUS 88
#define PyBUF_INDIRECT 280
#define PyBUF_MAX_NDIM 64
#define PyBUF_ND 8
#define PyBUF_READ 256
#define PyBUF_RECORDS 29
#define PyBUF_RECORDS_RO 28
#define PyBUF_SIMPLE 0
#define PyBUF_STRIDED 25
#define PyBUF_STRIDED_RO 24
#define PyBUF_STRIDES 24
#define PyBUF_WRITABLE 1
#define PyBUF_WRITE 512
#define PyBUF_WRITEABLE 1

#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x030b0000
PyAPI_FUNC(void) PyBuffer_FillContiguousStrides(int, Py_ssize_t *, Py_ssize_t *, int, char);
PyAPI_FUNC(int) PyBuffer_FillInfo(Py_buffer *, PyObject *, void *, Py_ssize_t, int, int);
PyAPI_FUNC(int) PyBuffer_FromContiguous(const Py_buffer *, const void *, Py_ssize_t, char);
PyAPI_FUNC(void *) PyBuffer_GetPointer(const Py_buffer *, const Py_ssize_t *);
PyAPI_FUNC(int) PyBuffer_IsContiguous(const Py_buffer *, char);
PyAPI_FUNC(void) PyBuffer_Release(Py_buffer *);
PyAPI_FUNC(Py_ssize_t) PyBuffer_SizeFromFormat(const char *);
PyAPI_FUNC(int) PyBuffer_ToContiguous(void *, const Py_buffer *, Py_ssize_t, char);
PyAPI_FUNC(int) PyObject_CheckBuffer(PyObject *);
PyAPI_FUNC(int) PyObject_CopyData(PyObject *, PyObject *);
PyAPI_FUNC(int) PyObject_GetBuffer(PyObject *, Py_buffer *, int);
#endif

#ifdef __cplusplus
}
#endif
#endif
