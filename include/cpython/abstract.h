/* cpython/abstract.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_ABSTRACTOBJECT_H
#define Py_CPYTHON_ABSTRACTOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(PyObject *) PyObject_CallOneArg(PyObject *, PyObject *);
PyAPI_FUNC(Py_ssize_t) PyObject_LengthHint(PyObject *, Py_ssize_t);
PyAPI_FUNC(PyObject *) PyObject_VectorcallDict(PyObject *, PyObject *const *, size_t, PyObject *);
PyAPI_FUNC(vectorcallfunc) PyVectorcall_Function(PyObject *);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodId(PyObject *, _Py_Identifier *, const char *, ...);
PyAPI_FUNC(PyObject *) _PyStack_AsDict(PyObject *const *, PyObject *);
/* Names from before the functions were public. */
#define _PyObject_Vectorcall PyObject_Vectorcall
#define _PyObject_VectorcallMethod PyObject_VectorcallMethod
#define _PyObject_FastCallDict PyObject_VectorcallDict
#define _PyVectorcall_Function PyVectorcall_Function
#define _PyObject_CallOneArg PyObject_CallOneArg
#define _PyObject_CallMethodNoArgs PyObject_CallMethodNoArgs
#define _PyObject_CallMethodOneArg PyObject_CallMethodOneArg

static inline Py_ssize_t _PyVectorcall_NARGS(size_t n)
{
    return _Py_STATIC_CAST(Py_ssize_t, n & ~PY_VECTORCALL_ARGUMENTS_OFFSET);
}
#define PyVectorcall_NARGS(n) _PyVectorcall_NARGS(n)

/* A method is called with its object as the first argument and a free place before it. */
static inline PyObject *PyObject_CallMethodNoArgs(PyObject *self, PyObject *name)
{
    return PyObject_VectorcallMethod(name, &self, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}
static inline PyObject *PyObject_CallMethodOneArg(PyObject *self, PyObject *name, PyObject *arg)
{
    PyObject *args[2] = { self, arg };
    return PyObject_VectorcallMethod(name, args, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

/* The item of a sequence whose type has sq_item, without its length added to a negative index. */
#define PySequence_ITEM(o, i) (Py_TYPE(o)->tp_as_sequence->sq_item((o), (i)))

#ifdef __cplusplus
}
#endif
#endif
