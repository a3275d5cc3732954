/* cpython/genobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_GENOBJECT_H
#define Py_GENOBJECT_H

#include "../object.h"
#include "../pystate.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    PyObject *gi_weakreflist;
    PyObject *gi_name;
    PyObject *gi_qualname;
    _PyErr_StackItem gi_exc_state;
    PyObject *gi_origin_or_finalizer;
    char gi_hooks_inited;
    char gi_closed;
    char gi_running_async;
    int8_t gi_frame_state;
    PyObject * gi_iframe[1];
} PyGenObject;

typedef struct {
    PyObject ob_base;
    PyObject *cr_weakreflist;
    PyObject *cr_name;
    PyObject *cr_qualname;
    _PyErr_StackItem cr_exc_state;
    PyObject *cr_origin_or_finalizer;
    char cr_hooks_inited;
    char cr_closed;
    char cr_running_async;
    int8_t cr_frame_state;
    PyObject * cr_iframe[1];
} PyCoroObject;

typedef struct {
    PyObject ob_base;
    PyObject *ag_weakreflist;
    PyObject *ag_name;
    PyObject *ag_qualname;
    _PyErr_StackItem ag_exc_state;
    PyObject *ag_origin_or_finalizer;
    char ag_hooks_inited;
    char ag_closed;
    char ag_running_async;
    int8_t ag_frame_state;
    PyObject * ag_iframe[1];
} PyAsyncGenObject;

PyAPI_FUNC(PyObject *) PyAsyncGen_New(PyFrameObject *, PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PyAsyncGen_Type;
PyAPI_FUNC(PyObject *) PyCoro_New(PyFrameObject *, PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PyCoro_Type;
PyAPI_FUNC(PyCodeObject *) PyGen_GetCode(PyGenObject *);
PyAPI_FUNC(PyObject *) PyGen_New(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyGen_NewWithQualName(PyFrameObject *, PyObject *, PyObject *);
PyAPI_DATA(PyTypeObject) PyGen_Type;
PyAPI_DATA(PyTypeObject) _PyAsyncGenASend_Type;
#define PyGen_Check(op) PyObject_TypeCheck((op), &PyGen_Type)
#define PyGen_CheckExact(op) Py_IS_TYPE((op), &PyGen_Type)
#define PyCoro_CheckExact(op) Py_IS_TYPE((op), &PyCoro_Type)
#define PyAsyncGen_CheckExact(op) Py_IS_TYPE((op), &PyAsyncGen_Type)
#define PyAsyncGenASend_CheckExact(op) Py_IS_TYPE((op), &_PyAsyncGenASend_Type)

#ifdef __cplusplus
}
#endif
#endif
#endif
