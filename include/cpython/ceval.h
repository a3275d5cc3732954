/* cpython/ceval.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_CEVAL_H
#define Py_CPYTHON_CEVAL_H


#ifdef __cplusplus
extern "C" {
#endif

struct _PyInterpreterFrame;

PyAPI_FUNC(int) PyEval_MergeCompilerFlags(PyCompilerFlags *);
PyAPI_FUNC(void) PyEval_SetProfile(Py_tracefunc, PyObject *);
PyAPI_FUNC(void) PyEval_SetProfileAllThreads(Py_tracefunc, PyObject *);
PyAPI_FUNC(void) PyEval_SetTrace(Py_tracefunc, PyObject *);
PyAPI_FUNC(void) PyEval_SetTraceAllThreads(Py_tracefunc, PyObject *);
PyAPI_FUNC(Py_ssize_t) PyUnstable_Eval_RequestCodeExtraIndex(freefunc);
PyAPI_FUNC(PyObject *) _PyEval_EvalFrameDefault(PyThreadState *, struct _PyInterpreterFrame *, int);
PyAPI_FUNC(int) _PyEval_SliceIndex(PyObject *, Py_ssize_t *);
PyAPI_FUNC(int) _PyEval_SliceIndexNotNone(PyObject *, Py_ssize_t *);

Py_DEPRECATED(3.12) static inline Py_ssize_t _PyEval_RequestCodeExtraIndex(freefunc f)
{
    return PyUnstable_Eval_RequestCodeExtraIndex(f);
}

#ifdef __cplusplus
}
#endif
#endif
