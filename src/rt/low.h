/* rt/low.h: memory below 2 GB, for objects whose addresses compiled code compares with 32-bit constants: heap types.
 * The caller holds the GIL. */
#ifndef ADDER_RT_LOW_H
#define ADDER_RT_LOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOW_SIZE ((size_t)64 << 20)
#define LOW_BLOCK_MAX ((size_t)8192)

extern uintptr_t low_base;               /* start of the range; 0: none yet, or none to be had */

static inline bool low_is(const void *p) { return (uintptr_t)p - low_base < LOW_SIZE && low_base != 0; }
/* Uninitialised, aligned to 16. NULL when too large or none is left: then take memory from anywhere. */
void *low_alloc(size_t size);
void low_free(void *p);
/* Bytes that p has room for. */
size_t low_room(const void *p);

#endif
