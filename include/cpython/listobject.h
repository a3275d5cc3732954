/* cpython/listobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_LISTOBJECT_H
#define Py_CPYTHON_LISTOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyVarObject ob_base;
    PyObject **ob_item;
    Py_ssize_t allocated;
} PyListObject;

PyAPI_FUNC(int) PyList_Clear(PyObject *);
PyAPI_FUNC(int) PyList_Extend(PyObject *, PyObject *);
#define _PyList_CAST(op) (ADDER_ASSERT(PyList_Check(op)), _Py_CAST(PyListObject *, (op)))
static inline Py_ssize_t PyList_GET_SIZE(PyObject *op) { return Py_SIZE(_PyList_CAST(op)); }
#define PyList_GET_SIZE(op) PyList_GET_SIZE(_PyObject_CAST(op))
#define PyList_GET_ITEM(op, index) (_PyList_CAST(op)->ob_item[(index)])
static inline void PyList_SET_ITEM(PyObject *op, Py_ssize_t index, PyObject *value) { _PyList_CAST(op)->ob_item[index] = value; }
#define PyList_SET_ITEM(op, index, value) PyList_SET_ITEM(_PyObject_CAST(op), (index), _PyObject_CAST(value))

#ifdef __cplusplus
}
#endif
#endif
