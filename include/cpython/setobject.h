/* cpython/setobject.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_CPYTHON_SETOBJECT_H
#define ADDER_CPYTHON_SETOBJECT_H


#ifdef __cplusplus
extern "C" {
#endif

#define PySet_MINSIZE 8

typedef struct _setentry {
    PyObject *key;
    Py_hash_t hash;
} setentry;

typedef struct _PySetObject {
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

#define PySet_GET_SIZE(so) (((PySetObject *)(so))->used)

#ifdef __cplusplus
}
#endif
#endif
