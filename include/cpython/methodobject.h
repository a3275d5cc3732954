/* cpython/methodobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_METHODOBJECT_H
#define Py_CPYTHON_METHODOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyObject ob_base;
    PyMethodDef *m_ml;
    PyObject *m_self;
    PyObject *m_module;
    PyObject *m_weakreflist;
    vectorcallfunc vectorcall;
} PyCFunctionObject;

typedef struct {
    PyCFunctionObject func;
    PyTypeObject *mm_class;
} PyCMethodObject;

PyAPI_DATA(PyTypeObject) PyCMethod_Type;
#define PyCMethod_CheckExact(op) Py_IS_TYPE((op), &PyCMethod_Type)
#define PyCMethod_Check(op) PyObject_TypeCheck((op), &PyCMethod_Type)

/* Without a check of the object. SELF is NULL for a static method; CLASS for a function that does not ask for its class. */
#define _PyCFunctionObject_CAST(func) (ADDER_ASSERT(PyCFunction_Check(func)), _Py_CAST(PyCFunctionObject *, (func)))
#define _PyCMethodObject_CAST(func) (ADDER_ASSERT(PyCMethod_Check(func)), _Py_CAST(PyCMethodObject *, (func)))
static inline PyCFunction PyCFunction_GET_FUNCTION(PyObject *func) { return _PyCFunctionObject_CAST(func)->m_ml->ml_meth; }
static inline int PyCFunction_GET_FLAGS(PyObject *func) { return _PyCFunctionObject_CAST(func)->m_ml->ml_flags; }
static inline PyObject *PyCFunction_GET_SELF(PyObject *func)
{
    return PyCFunction_GET_FLAGS(func) & METH_STATIC ? _Py_NULL : _PyCFunctionObject_CAST(func)->m_self;
}
static inline PyTypeObject *PyCFunction_GET_CLASS(PyObject *func)
{
    return PyCFunction_GET_FLAGS(func) & METH_METHOD ? _PyCMethodObject_CAST(func)->mm_class : _Py_NULL;
}
#define PyCFunction_GET_FUNCTION(func) PyCFunction_GET_FUNCTION(_PyObject_CAST(func))
#define PyCFunction_GET_FLAGS(func) PyCFunction_GET_FLAGS(_PyObject_CAST(func))
#define PyCFunction_GET_SELF(func) PyCFunction_GET_SELF(_PyObject_CAST(func))
#define PyCFunction_GET_CLASS(func) PyCFunction_GET_CLASS(_PyObject_CAST(func))

#ifdef __cplusplus
}
#endif
#endif
