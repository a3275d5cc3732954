/* base/arena.h: bump allocation; everything dies together.
 * Blocks are zeroed, 16-byte aligned and never move. Not thread safe. */
#ifndef ADDER_BASE_ARENA_H
#define ADDER_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks;   /* newest first */
    char *top, *limit;            /* free part of the newest chunk */
};

void arena_init(struct arena *a);
/* `size` zeroed bytes, or NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t size);
/* A copy of `n` bytes with a zero byte behind them, or NULL. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
void arena_release(struct arena *a);

#endif
