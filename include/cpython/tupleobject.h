/* cpython/tupleobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_TUPLEOBJECT_H
#define Py_CPYTHON_TUPLEOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    PyVarObject ob_base;
    PyObject * ob_item[1];
} PyTupleObject;

PyAPI_FUNC(int) _PyTuple_Resize(PyObject **, Py_ssize_t);
#define _PyTuple_CAST(op) (ADDER_ASSERT(PyTuple_Check(op)), _Py_CAST(PyTupleObject *, (op)))
static inline Py_ssize_t PyTuple_GET_SIZE(PyObject *op) { return Py_SIZE(_PyTuple_CAST(op)); }
#define PyTuple_GET_SIZE(op) PyTuple_GET_SIZE(_PyObject_CAST(op))
#define PyTuple_GET_ITEM(op, index) (_PyTuple_CAST(op)->ob_item[(index)])
static inline void PyTuple_SET_ITEM(PyObject *op, Py_ssize_t index, PyObject *value) { _PyTuple_CAST(op)->ob_item[index] = value; }
#define PyTuple_SET_ITEM(op, index, value) PyTuple_SET_ITEM(_PyObject_CAST(op), (index), _PyObject_CAST(value))

#ifdef __cplusplus
}
#endif
#endif
