/* cpython/abstract.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_ABSTRACT_H
#define ADDER_CPYTHON_ABSTRACT_H


#ifdef __cplusplus
extern "C" {
#endif

#define PY_VECTORCALL_ARGUMENTS_OFFSET ((size_t)1 << (8 * sizeof(size_t) - 1))

PyAPI_FUNC(PyObject *) PyObject_CallOneArg(PyObject *, PyObject *);
PyAPI_FUNC(Py_ssize_t) PyObject_LengthHint(PyObject *, Py_ssize_t);
PyAPI_FUNC(PyObject *) PyObject_VectorcallDict(PyObject *, PyObject *const *, size_t, PyObject *);
PyAPI_FUNC(vectorcallfunc) PyVectorcall_Function(PyObject *);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodId(PyObject *, _Py_Identifier *, const char *, ...);
PyAPI_FUNC(PyObject *) _PyStack_AsDict(PyObject *const *, PyObject *);
#define PyObject_CallMethodNoArgs(self, name) _PyObject_CallMethodNoArgsInline(_PyObject_CAST(self), (name))
#define PyObject_CallMethodOneArg(self, name, arg) _PyObject_CallMethodOneArgInline(_PyObject_CAST(self), (name), (arg))
static inline Py_ssize_t _PyVectorcall_NARGS(size_t n) { return (Py_ssize_t)(n & ~PY_VECTORCALL_ARGUMENTS_OFFSET); }
#define PyVectorcall_NARGS(n) _PyVectorcall_NARGS(n)
static inline PyObject *_PyObject_CallMethodNoArgsInline(PyObject *self, PyObject *name)
{
    PyObject *args[2] = { NULL, self };
    return PyObject_VectorcallMethod(name, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}
static inline PyObject *_PyObject_CallMethodOneArgInline(PyObject *self, PyObject *name, PyObject *arg)
{
    PyObject *args[3] = { NULL, self, arg };
    return PyObject_VectorcallMethod(name, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

#ifdef __cplusplus
}
#endif
#endif
