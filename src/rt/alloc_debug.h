/* rt/alloc_debug.h: the checking layer around an allocator (PYTHONMALLOC=debug, PyMem_SetupDebugHooks()).
 *   block:  [ size, 8 bytes big endian | domain letter | 7 guard bytes | user bytes ... | 8 guard bytes ] */
#ifndef ADDER_RT_ALLOC_DEBUG_H
#define ADDER_RT_ALLOC_DEBUG_H

#include <Python.h>

/* Has a row been wrapped yet? */
extern bool alloc_is_checked;
/* Wraps the row in place, unless it is wrapped already. */
void alloc_debug_wrap(PyMemAllocatorEx *row, char domain);
/* The row inside the wrapping, or `row` itself. */
const PyMemAllocatorEx *alloc_debug_inner(const PyMemAllocatorEx *row);

#endif
