/* rt/alloc_api.h: between heap.c (the blocks) and alloc_api.c (PyMem_*, PyObject_* and their allocator hooks). */
#ifndef ADDER_RT_ALLOC_API_H
#define ADDER_RT_ALLOC_API_H

#include <stdbool.h>
#include <stddef.h>

/* The object allocator itself; NULL when out of memory. free and resize accept any of its blocks. */
void *heap_block_new(size_t size);
void heap_block_free(void *p);
void *heap_block_resize(void *p, size_t size);
/* The domains as their rows have them: what PyObject_Malloc() and the like do when the lists alone cannot serve. */
void *alloc_object(size_t n);
void free_object(void *p);
void *alloc_mem(size_t n);
void free_mem(void *p);
/* Is the row of the memory domain the default one? That of the object domain is while the lists are not empty. */
extern bool alloc_mem_is_default;
/* Empties the free lists for good (on), or lets them work again. */
void heap_set_bypass(bool on);
/* Own blocks even where a sanitizer has malloc serve all; to be called before the first block is made. */
void heap_use_blocks(void);

#endif
