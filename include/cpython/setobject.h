/* cpython/setobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_SETOBJECT_H
#define Py_CPYTHON_SETOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

#define PySet_MINSIZE 8

typedef struct {
    PyObject *key;
    Py_hash_t hash;
} setentry;

typedef struct {
    PyObject ob_base;
    Py_ssize_t fill;
    Py_ssize_t used;
    Py_ssize_t mask;
    setentry *table;
    Py_hash_t hash;
    Py_ssize_t finger;
    setentry smalltable[8];
    PyObject *weakreflist;
} PySetObject;

#define _PySet_CAST(so) (ADDER_ASSERT(PyAnySet_Check(so)), _Py_CAST(PySetObject *, (so)))
static inline Py_ssize_t PySet_GET_SIZE(PyObject *so) { return _PySet_CAST(so)->used; }
#define PySet_GET_SIZE(so) PySet_GET_SIZE(_PyObject_CAST(so))

#ifdef __cplusplus
}
#endif
#endif
