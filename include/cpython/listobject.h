/* cpython/listobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_LISTOBJECT_H
#define ADDER_CPYTHON_LISTOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PyListObject {
    PyVarObject ob_base;
    PyObject **ob_item;
    Py_ssize_t allocated;
} PyListObject;

PyAPI_FUNC(int) PyList_Clear(PyObject *);
PyAPI_FUNC(int) PyList_Extend(PyObject *, PyObject *);
#define _PyList_CAST(op) _Py_CAST(PyListObject *, (op))
#define PyList_GET_SIZE(op) Py_SIZE(op)
#define PyList_GET_ITEM(op, index) (_PyList_CAST(op)->ob_item[(index)])
static inline void PyList_SET_ITEM(PyObject *op, Py_ssize_t index, PyObject *value) { _PyList_CAST(op)->ob_item[index] = value; }
#define PyList_SET_ITEM(op, index, value) PyList_SET_ITEM(_PyObject_CAST(op), (index), _PyObject_CAST(value))

#ifdef __cplusplus
}
#endif
#endif
