/* cpython/pyhash.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_HASH_H
#define Py_CPYTHON_HASH_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PyHASH_BITS 61
#define PyHASH_IMAG 1000003UL
#define PyHASH_INF 314159
#define PyHASH_MODULUS 2305843009213693951UL
#define PyHASH_MULTIPLIER 1000003UL
#define _PyHASH_BITS 61
#define _PyHASH_IMAG 1000003UL
#define _PyHASH_INF 314159
#define _PyHASH_MODULUS 2305843009213693951UL
#define _PyHASH_MULTIPLIER 1000003UL

typedef struct {
    Py_hash_t (*const hash)(const void *, Py_ssize_t);
    const char *name;
    const int hash_bits;
    const int seed_bits;
} PyHash_FuncDef;

PyAPI_FUNC(PyHash_FuncDef *) PyHash_GetFuncDef(void);
PyAPI_FUNC(Py_hash_t) PyObject_GenericHash(PyObject *);
PyAPI_FUNC(Py_hash_t) Py_HashPointer(const void *);
PyAPI_FUNC(Py_hash_t) _Py_HashDouble(PyObject *, double);

#define _Py_HashPointer Py_HashPointer

#ifdef __cplusplus
}
#endif
#endif
