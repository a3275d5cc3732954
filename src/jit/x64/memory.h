/* jit/x64/memory.h: memory for code. 64 MB of addresses near the program, so that calls and jumps to it have 32 bits of distance. Used from the
 * start in areas of 256 KB, up to a limit. Pages are executable and read-only but for the moment in which x64_memory_write() fills them.
 * A private mapping: a forked process has its own copy. Everything under the GIL. */
#ifndef ADDER_JIT_X64_MEMORY_H
#define ADDER_JIT_X64_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define X64_RANGE ((size_t)64 << 20)
#define X64_AREA ((size_t)256 << 10)
#define X64_LIMIT ((size_t)16 << 20)
#define X64_ALIGN 64                   /* of blocks, and their sizes are multiples */

/* 0, or -1 when the system gives no addresses. */
int x64_memory_init(void);
void x64_memory_fini(void);
/* Where the range begins, or NULL. */
uint8_t *x64_memory_begin(void);
/* A block of at least size bytes that begins at a multiple of X64_ALIGN, or NULL: the limit is reached. Not writable. */
uint8_t *x64_memory_alloc(size_t size);
/* Give back a block; size as it was asked for. */
void x64_memory_free(uint8_t *block, size_t size);
/* Copy bytes to `to`, inside one block. False when the system refuses to change the pages. */
bool x64_memory_write(uint8_t *to, const void *from, size_t size);
/* Whether every place of the range reaches p with 32 bits of distance. */
bool x64_memory_reaches(const void *p);
/* Bytes the limit allows: for tests. Returns the one before. */
size_t x64_memory_set_limit(size_t limit);

#endif
