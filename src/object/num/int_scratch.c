/* object/num/int_scratch.c: GMP's memory functions: see int_scratch.h. What they return is malloc's own, since others who use
 * the same GMP may free() it. Without a guard they end the process, as GMP's do. */
#include "object/num/int_scratch.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "rt/heap.h"

static __thread struct int_scratch *guard;

void
int_scratch_begin(struct int_scratch *s)
{
    s->n = 0;
    guard = s;
}

void
int_scratch_end(struct int_scratch *s)
{
    guard = NULL;
}

static void
forget(void *p)
{
    for (int i = guard == NULL ? 0 : guard->n; --i >= 0;)
        if (guard->blocks[i] == p) {
            guard->blocks[i] = guard->blocks[--guard->n];
            return;
        }
}

static void *
remember(void *p, size_t size)
{
    struct int_scratch *s = guard;
    if (p != NULL) {
        if (s != NULL && s->n < INT_SCRATCH_BLOCKS)
            s->blocks[s->n++] = p;
        return p;
    }
    if (s == NULL) {
        fprintf(stderr, "GNU MP: cannot allocate %zu bytes\n", size);
        abort();
    }
    guard = NULL;
    for (int i = 0; i < s->n; i++)
        free(s->blocks[i]);
    _longjmp(s->back, 1);
}

static void *scratch_alloc(size_t size) { return remember(heap_raw_alloc(size), size); }

static void
scratch_free(void *p, size_t size)
{
    forget(p);
    free(p);
}

static void *
scratch_resize(void *old, size_t old_size, size_t size)
{
    void *p = heap_raw_resize(old, size);
    if (p != NULL)
        forget(old);
    return remember(p, size);
}

void
int_scratch_init(void)
{
    mp_set_memory_functions(scratch_alloc, scratch_resize, scratch_free);
}
