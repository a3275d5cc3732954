/* cpython/pymem.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CPYTHON_PYMEM_H
#define Py_CPYTHON_PYMEM_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ } PyMemAllocatorDomain;
typedef enum {
    PYMEM_ALLOCATOR_NOT_SET = 0, PYMEM_ALLOCATOR_DEFAULT = 1, PYMEM_ALLOCATOR_DEBUG = 2, PYMEM_ALLOCATOR_MALLOC = 3,
    PYMEM_ALLOCATOR_MALLOC_DEBUG = 4, PYMEM_ALLOCATOR_PYMALLOC = 5, PYMEM_ALLOCATOR_PYMALLOC_DEBUG = 6,
    PYMEM_ALLOCATOR_MIMALLOC = 7, PYMEM_ALLOCATOR_MIMALLOC_DEBUG = 8,
} PyMemAllocatorName;

typedef struct {
    void *ctx;
    void * (*malloc)(void *, size_t);
    void * (*calloc)(void *, size_t, size_t);
    void * (*realloc)(void *, void *, size_t);
    void (*free)(void *, void *);
} PyMemAllocatorEx;

PyAPI_FUNC(void) PyMem_GetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *);
PyAPI_FUNC(void) PyMem_SetAllocator(PyMemAllocatorDomain, PyMemAllocatorEx *);
PyAPI_FUNC(void) PyMem_SetupDebugHooks(void);

#ifdef __cplusplus
}
#endif
#endif
