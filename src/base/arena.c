/* base/arena.c: chunks double up to 1 MiB, so that small users stay small and big ones make few calls. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK 4096
#define LARGEST_CHUNK (1u << 20)

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(16) char data[];
};

void
arena_init(struct arena *a)
{
    a->chunks = NULL;
    a->top = a->limit = NULL;
}

static void *
arena_alloc_slow(struct arena *a, size_t size)
{
    size_t want = a->chunks == NULL ? FIRST_CHUNK : a->chunks->size * 2;
    if (want > LARGEST_CHUNK)
        want = LARGEST_CHUNK;
    if (want < size)
        want = size;
    if (want > SIZE_MAX - sizeof(struct arena_chunk))
        return NULL;
    struct arena_chunk *c = calloc(1, sizeof(*c) + want);
    if (c == NULL)
        return NULL;
    c->size = want;
    c->next = a->chunks;
    a->chunks = c;
    a->top = c->data + size;
    a->limit = c->data + want;
    return c->data;
}

void *
arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - 15)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    if ((size_t)(a->limit - a->top) < size || a->top == NULL)
        return arena_alloc_slow(a, size);
    void *p = a->top;
    a->top += size;
    return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : arena_alloc(a, n + 1);
    if (copy != NULL)
        memcpy(copy, s, n);
    return copy;
}

void
arena_release(struct arena *a)
{
    struct arena_chunk *c = a->chunks;
    while (c != NULL) {
        struct arena_chunk *next = c->next;
        free(c);
        c = next;
    }
    arena_init(a);
}
