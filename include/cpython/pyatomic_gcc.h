/* cpython/pyatomic_gcc.h: the operations of pyatomic.h over the compiler's own; one macro a group, one line a type. */
#ifndef Py_ATOMIC_GCC_H
#define Py_ATOMIC_GCC_H

#include "../pyport.h"

#ifdef __cplusplus
extern "C" {
#endif

#define _PyAtomic_LOAD(NAME, T, ORDER) \
    static inline T _Py_atomic_load_##NAME(const T *obj) { return __atomic_load_n(obj, ORDER); }
#define _PyAtomic_STORE(NAME, T, ORDER) \
    static inline void _Py_atomic_store_##NAME(T *obj, T value) { __atomic_store_n(obj, value, ORDER); }
#define _PyAtomic_BITS(NAME, T) \
    static inline T _Py_atomic_and_##NAME(T *obj, T value) { return __atomic_fetch_and(obj, value, __ATOMIC_SEQ_CST); } \
    static inline T _Py_atomic_or_##NAME(T *obj, T value) { return __atomic_fetch_or(obj, value, __ATOMIC_SEQ_CST); }
#define _PyAtomic_NUMBER(NAME, T) \
    _PyAtomic_LOAD(NAME, T, __ATOMIC_SEQ_CST) \
    _PyAtomic_LOAD(NAME##_relaxed, T, __ATOMIC_RELAXED) \
    _PyAtomic_STORE(NAME, T, __ATOMIC_SEQ_CST) \
    _PyAtomic_STORE(NAME##_relaxed, T, __ATOMIC_RELAXED) \
    static inline T _Py_atomic_add_##NAME(T *obj, T value) { return __atomic_fetch_add(obj, value, __ATOMIC_SEQ_CST); } \
    static inline T _Py_atomic_exchange_##NAME(T *obj, T value) { return __atomic_exchange_n(obj, value, __ATOMIC_SEQ_CST); } \
    static inline int _Py_atomic_compare_exchange_##NAME(T *obj, T *expected, T desired) \
    { \
        return __atomic_compare_exchange_n(obj, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    }

_PyAtomic_NUMBER(int, int)
_PyAtomic_NUMBER(int8, int8_t)
_PyAtomic_NUMBER(int16, int16_t)
_PyAtomic_NUMBER(int32, int32_t)
_PyAtomic_NUMBER(int64, int64_t)
_PyAtomic_NUMBER(intptr, intptr_t)
_PyAtomic_NUMBER(uint, unsigned int)
_PyAtomic_NUMBER(uint8, uint8_t)
_PyAtomic_NUMBER(uint16, uint16_t)
_PyAtomic_NUMBER(uint32, uint32_t)
_PyAtomic_NUMBER(uint64, uint64_t)
_PyAtomic_NUMBER(uintptr, uintptr_t)
_PyAtomic_NUMBER(ssize, Py_ssize_t)
_PyAtomic_BITS(uint8, uint8_t)
_PyAtomic_BITS(uint16, uint16_t)
_PyAtomic_BITS(uint32, uint32_t)
_PyAtomic_BITS(uint64, uint64_t)
_PyAtomic_BITS(uintptr, uintptr_t)
_PyAtomic_LOAD(ullong_relaxed, unsigned long long, __ATOMIC_RELAXED)
_PyAtomic_STORE(ullong_relaxed, unsigned long long, __ATOMIC_RELAXED)

_PyAtomic_LOAD(int_acquire, int, __ATOMIC_ACQUIRE)
_PyAtomic_LOAD(ssize_acquire, Py_ssize_t, __ATOMIC_ACQUIRE)
_PyAtomic_LOAD(uint32_acquire, uint32_t, __ATOMIC_ACQUIRE)
_PyAtomic_LOAD(uint64_acquire, uint64_t, __ATOMIC_ACQUIRE)
_PyAtomic_LOAD(uintptr_acquire, uintptr_t, __ATOMIC_ACQUIRE)
_PyAtomic_STORE(int_release, int, __ATOMIC_RELEASE)
_PyAtomic_STORE(ssize_release, Py_ssize_t, __ATOMIC_RELEASE)
_PyAtomic_STORE(uint32_release, uint32_t, __ATOMIC_RELEASE)
_PyAtomic_STORE(uint64_release, uint64_t, __ATOMIC_RELEASE)
_PyAtomic_STORE(uintptr_release, uintptr_t, __ATOMIC_RELEASE)

#undef _PyAtomic_LOAD
#undef _PyAtomic_STORE
#undef _PyAtomic_BITS
#undef _PyAtomic_NUMBER

/* Pointers come as void *, so that any pointer's place may be given without a cast. */
static inline void *_Py_atomic_load_ptr(const void *obj) { return __atomic_load_n((void *const *)obj, __ATOMIC_SEQ_CST); }
static inline void *_Py_atomic_load_ptr_relaxed(const void *obj) { return __atomic_load_n((void *const *)obj, __ATOMIC_RELAXED); }
static inline void *_Py_atomic_load_ptr_acquire(const void *obj) { return __atomic_load_n((void *const *)obj, __ATOMIC_ACQUIRE); }
static inline void _Py_atomic_store_ptr(void *obj, void *value) { __atomic_store_n((void **)obj, value, __ATOMIC_SEQ_CST); }
static inline void _Py_atomic_store_ptr_relaxed(void *obj, void *value) { __atomic_store_n((void **)obj, value, __ATOMIC_RELAXED); }
static inline void _Py_atomic_store_ptr_release(void *obj, void *value) { __atomic_store_n((void **)obj, value, __ATOMIC_RELEASE); }
static inline void *_Py_atomic_exchange_ptr(void *obj, void *value) { return __atomic_exchange_n((void **)obj, value, __ATOMIC_SEQ_CST); }
static inline int _Py_atomic_compare_exchange_ptr(void *obj, void *expected, void *desired)
{
    return __atomic_compare_exchange_n((void **)obj, (void **)expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline void _Py_atomic_fence_seq_cst(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void _Py_atomic_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
static inline void _Py_atomic_fence_release(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }

#ifdef __cplusplus
}
#endif
#endif
