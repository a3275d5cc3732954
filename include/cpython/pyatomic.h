/* cpython/pyatomic.h: _Py_atomic_OPERATION_TYPE[_ORDER]. Without an order an operation is sequentially consistent.
 * add, exchange, and, or give the old value; compare_exchange gives 1, or 0 with the value found stored in *expected. */
#ifndef Py_CPYTHON_ATOMIC_H
#define Py_CPYTHON_ATOMIC_H

#include "../pyport.h"

#define _Py_USE_GCC_BUILTIN_ATOMICS 1
#include "pyatomic_gcc.h"

/* unsigned long is one of the types above on every system. */
#define _Py_atomic_load_ulong(p) ((unsigned long)_Py_atomic_load_uint64((const uint64_t *)(p)))
#define _Py_atomic_load_ulong_relaxed(p) ((unsigned long)_Py_atomic_load_uint64_relaxed((const uint64_t *)(p)))
#define _Py_atomic_store_ulong(p, v) _Py_atomic_store_uint64((uint64_t *)(p), (uint64_t)(v))
#define _Py_atomic_store_ulong_relaxed(p, v) _Py_atomic_store_uint64_relaxed((uint64_t *)(p), (uint64_t)(v))

#endif
