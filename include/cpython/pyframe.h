/* cpython/pyframe.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_PYFRAME_H
#define Py_CPYTHON_PYFRAME_H


#ifdef __cplusplus
extern "C" {
#endif

#define PyUnstable_EXECUTABLE_KINDS 5
#define PyUnstable_EXECUTABLE_KIND_BUILTIN_FUNCTION 3
#define PyUnstable_EXECUTABLE_KIND_METHOD_DESCRIPTOR 4
#define PyUnstable_EXECUTABLE_KIND_PY_FUNCTION 1
#define PyUnstable_EXECUTABLE_KIND_SKIP 0

struct _PyInterpreterFrame;

PyAPI_DATA(PyTypeObject) PyFrame_Type;
PyAPI_DATA(PyTypeObject) PyFrameLocalsProxy_Type;
#define PyFrame_Check(op) Py_IS_TYPE((op), &PyFrame_Type)
#define PyFrameLocalsProxy_Check(op) Py_IS_TYPE((op), &PyFrameLocalsProxy_Type)

PyAPI_FUNC(PyFrameObject *) PyFrame_GetBack(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetBuiltins(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetGenerator(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetGlobals(PyFrameObject *);
PyAPI_FUNC(int) PyFrame_GetLasti(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetLocals(PyFrameObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetVar(PyFrameObject *, PyObject *);
PyAPI_FUNC(PyObject *) PyFrame_GetVarString(PyFrameObject *, const char *);
PyAPI_DATA(const PyTypeObject *const) PyUnstable_ExecutableKinds[6];
PyAPI_FUNC(PyObject *) PyUnstable_InterpreterFrame_GetCode(struct _PyInterpreterFrame *);
PyAPI_FUNC(int) PyUnstable_InterpreterFrame_GetLasti(struct _PyInterpreterFrame *);
PyAPI_FUNC(int) PyUnstable_InterpreterFrame_GetLine(struct _PyInterpreterFrame *);

#ifdef __cplusplus
}
#endif
#endif
