/* sliceobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_SLICEOBJECT_H
#define Py_SLICEOBJECT_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
typedef struct {
    PyObject ob_base;
    PyObject *start;
    PyObject *stop;
    PyObject *step;
} PySliceObject;

PyAPI_FUNC(PyObject *) _PySlice_FromIndices(Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(int) _PySlice_GetLongIndices(PySliceObject *, PyObject *, PyObject **, PyObject **, PyObject **);
#endif
PyAPI_DATA(PyTypeObject) PyEllipsis_Type;
PyAPI_FUNC(int) PySlice_GetIndices(PyObject *, Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
Py_DEPRECATED(3.7) PyAPI_FUNC(int) PySlice_GetIndicesEx(PyObject *, Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
PyAPI_FUNC(PyObject *) PySlice_New(PyObject *, PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PySlice_Type;
PyAPI_DATA(PyObject) _Py_EllipsisObject;
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03070000
PyAPI_FUNC(Py_ssize_t) PySlice_AdjustIndices(Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t);
PyAPI_FUNC(int) PySlice_Unpack(PyObject *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *);
#endif
#define PySlice_Check(op) Py_IS_TYPE((op), &PySlice_Type)
#if defined(Py_LIMITED_API) && Py_LIMITED_API+0 >= 0x030d0000
#define Py_Ellipsis Py_GetConstantBorrowed(Py_CONSTANT_ELLIPSIS)
#else
#define Py_Ellipsis (&_Py_EllipsisObject)
#endif
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 >= 0x03060100 || (Py_LIMITED_API+0 >= 0x03050400 && Py_LIMITED_API+0 < 0x03060000)
/* Unpacked first, since that may run code which changes the length. */
#define PySlice_GetIndicesEx(slice, length, start, stop, step, slicelen) \
    (PySlice_Unpack((slice), (start), (stop), (step)) < 0 \
     ? (*(slicelen) = 0, -1) \
     : (*(slicelen) = PySlice_AdjustIndices((length), (start), (stop), *(step)), 0))
#endif

#ifdef __cplusplus
}
#endif
#endif
