/* cpython/methodobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_METHODOBJECT_H
#define ADDER_CPYTHON_METHODOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PyCFunctionObject {
    PyObject ob_base;
    PyMethodDef *m_ml;
    PyObject *m_self;
    PyObject *m_module;
    PyObject *m_weakreflist;
    vectorcallfunc vectorcall;
} PyCFunctionObject;

typedef struct _PyCMethodObject {
    PyCFunctionObject func;
    PyTypeObject *mm_class;
} PyCMethodObject;

PyAPI_DATA(PyTypeObject) PyCMethod_Type;
#define PyCFunction_GET_FUNCTION(func) (((PyCFunctionObject *)(func))->m_ml->ml_meth)
#define PyCFunction_GET_FLAGS(func) (((PyCFunctionObject *)(func))->m_ml->ml_flags)
static inline PyObject *PyCFunction_GET_SELF(PyObject *f)
{
    return (((PyCFunctionObject *)f)->m_ml->ml_flags & METH_STATIC) ? NULL : ((PyCFunctionObject *)f)->m_self;
}
static inline PyTypeObject *PyCFunction_GET_CLASS(PyObject *f)
{
    return (((PyCFunctionObject *)f)->m_ml->ml_flags & METH_METHOD) ? ((PyCMethodObject *)f)->mm_class : NULL;
}
#define PyCFunction_GET_SELF(func) PyCFunction_GET_SELF(_PyObject_CAST(func))
#define PyCFunction_GET_CLASS(func) PyCFunction_GET_CLASS(_PyObject_CAST(func))

#ifdef __cplusplus
}
#endif
#endif
