/* compile/pool.h: memory and failure of one compilation.
 *
 * Idea: everything a compilation makes lives in its pool: C structs in an arena, Python references in a list. An
 *       error raises its exception and jumps to pool_run()'s caller, who drops the pool; so the hundreds of functions
 *       in between return plain results and check nothing.
 * Invariant: no function of this folder holds an unregistered reference, or calls back into foreign code that calls
 *       the compiler, across anything that may fail; hence a jump skips no clean-up. */
#ifndef ADDER_COMPILE_POOL_H
#define ADDER_COMPILE_POOL_H

#include <Python.h>
#include <setjmp.h>
#include <string.h>

#include "base/own.h"

struct pool_chunk;

struct pool_region {               /* bump allocation; everything in it dies together */
    struct pool_chunk *chunks;     /* newest first */
    char *top, *limit;             /* free part of the newest chunk */
};

struct pool {
    struct pool_region now;        /* where memory comes from */
    struct pool_region other;      /* scratch, or the lasting region while scratch is in use */
    bool in_scratch;
    PyObject **kept;               /* owned references */
    size_t nkept, cap_kept;
    jmp_buf *on_fail;
};

void pool_init(struct pool *p);
void pool_release(struct pool *p);
/* Run f(arg) so that pool_fail() comes back here: 0, or -1 with the exception that was set. Nests. */
int pool_run(struct pool *p, void (*f)(void *arg), void *arg);

_Noreturn void pool_fail(struct pool *p);                 /* an exception is set */
_Noreturn void pool_no_memory(struct pool *p);
/* Memory between these two is lost at the second, all but what pool_alloc_lasting() gave. They do not nest. */
void pool_scratch_begin(struct pool *p);
void pool_scratch_end(struct pool *p);

void *pool_alloc_slow(struct pool *p, size_t size);       /* not zeroed */
static inline void *
pool_alloc_raw(struct pool *p, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (UNLIKELY((size_t)(p->now.limit - p->now.top) < size))
        return pool_alloc_slow(p, size);
    void *mem = p->now.top;
    p->now.top += size;
    return mem;
}
/* Zeroed memory. */
static inline void *pool_alloc(struct pool *p, size_t size) { return memset(pool_alloc_raw(p, size), 0, size); }
void *pool_alloc_lasting(struct pool *p, size_t size);
#define POOL_NEW(p, type) ((type *)pool_alloc((p), sizeof(type)))
#define POOL_ARRAY(p, type, n) ((type *)pool_alloc((p), sizeof(type) * (size_t)(n)))
/* A longer copy of an array of `used` bytes, not zeroed behind them; the old one stays where it is. */
void *pool_regrow(struct pool *p, const void *old, size_t used, size_t size);
/* The pool owns obj from now on; NULL means that an exception is set. Returns obj, borrowed from the pool. */
PyObject *pool_keep(struct pool *p, STEALS PyObject *obj);
/* Raises RecursionError when the C stack runs low: called by whatever recurses over user data. */
void pool_check_stack(struct pool *p);

/* Growable arrays in a pool. */
#define PVEC(T) struct { T *items; int len, cap; }
#define pvec_push(p, v, item) (pvec_room((p), (v)), (v)->items[(v)->len++] = (item))
#define pvec_room(p, v) \
    ((v)->len < (v)->cap ? (void)0 \
     : ((v)->items = pool_regrow((p), (v)->items, sizeof(*(v)->items) * (size_t)(v)->len, \
                                 sizeof(*(v)->items) * (size_t)((v)->cap = (v)->cap ? 2 * (v)->cap : 8)), (void)0))

#endif
