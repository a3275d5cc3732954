/* cpython/picklebufobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_PICKLEBUFOBJECT_H
#define Py_PICKLEBUFOBJECT_H

#ifndef Py_LIMITED_API
#include "../object.h"
#include "../pybuffer.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(PyObject *) PyPickleBuffer_FromObject(PyObject *);
PyAPI_FUNC(const Py_buffer *) PyPickleBuffer_GetBuffer(PyObject *);
PyAPI_FUNC(int) PyPickleBuffer_Release(PyObject *);
PyAPI_DATA(PyTypeObject) PyPickleBuffer_Type;
#define PyPickleBuffer_Check(op) Py_IS_TYPE((op), &PyPickleBuffer_Type)

#ifdef __cplusplus
}
#endif
#endif
#endif
