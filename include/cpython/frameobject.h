/* cpython/frameobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_FRAMEOBJECT_H
#define Py_CPYTHON_FRAMEOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    PyFrameObject *frame;
} PyFrameLocalsProxyObject;

PyAPI_FUNC(void) PyFrame_FastToLocals(PyFrameObject *);
PyAPI_FUNC(int) PyFrame_FastToLocalsWithError(PyFrameObject *);
PyAPI_FUNC(void) PyFrame_LocalsToFast(PyFrameObject *, int);
PyAPI_FUNC(PyFrameObject *) PyFrame_New(PyThreadState *, PyCodeObject *, PyObject *, PyObject *);
PyAPI_FUNC(int) _PyFrame_IsEntryFrame(PyFrameObject *);

#ifdef __cplusplus
}
#endif
#endif
