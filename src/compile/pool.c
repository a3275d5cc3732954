/* compile/pool.c: see the header. */
#include "compile/pool.h"

#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "rt/thread.h"

#define FIRST_CHUNK (32u << 10)
#define CHUNK (128u << 10)         /* of the later ones, and of those that are kept */
#define MAX_SPARE 8

struct pool_chunk {
    struct pool_chunk *next;
    size_t size;
    _Alignas(16) char data[];
};

/* Chunks of finished compilations, so that compiling many files does not fault in fresh pages each time. GIL held. */
static struct pool_chunk *spare_chunks;
static int nspare;

static void
region_release(struct pool_region *r)
{
    for (struct pool_chunk *c = r->chunks, *next; c != NULL; c = next) {
        next = c->next;
        if (c->size == CHUNK && nspare < MAX_SPARE) {
            c->next = spare_chunks;
            spare_chunks = c;
            nspare++;
        }
        else
            free(c);
    }
    *r = (struct pool_region){ 0 };
}

void
compile_give_back(void)
{
    for (struct pool_chunk *c = spare_chunks, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    spare_chunks = NULL;
    nspare = 0;
}

static struct pool_chunk *
chunk_new(size_t size)
{
    if (size == CHUNK && spare_chunks != NULL) {
        struct pool_chunk *c = spare_chunks;
        spare_chunks = c->next;
        nspare--;
        return c;
    }
    struct pool_chunk *c = malloc(sizeof(*c) + size);
    if (c != NULL)
        c->size = size;
    return c;
}

void *
pool_alloc_slow(struct pool *p, size_t size)
{
    size_t want = p->now.chunks == NULL ? FIRST_CHUNK : CHUNK;
    if (size > PTRDIFF_MAX / 2)
        pool_no_memory(p);
    struct pool_chunk *c = chunk_new(Py_MAX(want, size));
    if (c == NULL)
        pool_no_memory(p);
    c->next = p->now.chunks;
    p->now.chunks = c;
    p->now.top = c->data + size;
    p->now.limit = c->data + c->size;
    return c->data;
}

static void
swap_regions(struct pool *p)
{
    struct pool_region r = p->now;
    p->now = p->other;
    p->other = r;
    p->in_scratch = !p->in_scratch;
}

void
pool_scratch_begin(struct pool *p)
{
    swap_regions(p);
}

/* The newest chunk stays for the next time. */
void
pool_scratch_end(struct pool *p)
{
    struct pool_chunk *kept = p->now.chunks;
    if (kept != NULL) {
        p->now.chunks = kept->next;
        region_release(&p->now);
        kept->next = NULL;
        p->now = (struct pool_region){ kept, kept->data, kept->data + kept->size };
    }
    swap_regions(p);
}

void *
pool_alloc_lasting(struct pool *p, size_t size)
{
    bool scratch = p->in_scratch;
    if (scratch)
        swap_regions(p);
    void *mem = pool_alloc(p, size);
    if (scratch)
        swap_regions(p);
    return mem;
}

void
pool_init(struct pool *p)
{
    memset(p, 0, sizeof(*p));
}

void
pool_release(struct pool *p)
{
    for (size_t i = p->nkept; i-- > 0; )
        Py_DECREF(p->kept[i]);
    free(p->kept);
    region_release(&p->now);
    region_release(&p->other);
}

int
pool_run(struct pool *p, void (*f)(void *arg), void *arg)
{
    jmp_buf here;
    jmp_buf *outer = p->on_fail;
    int result = 0;
    p->on_fail = &here;
    if (setjmp(here) == 0)
        f(arg);
    else
        result = -1;
    p->on_fail = outer;
    return result;
}

_Noreturn void
pool_fail(struct pool *p)
{
    longjmp(*p->on_fail, 1);
}

_Noreturn void
pool_no_memory(struct pool *p)
{
    PyErr_NoMemory();
    pool_fail(p);
}

void *
pool_regrow(struct pool *p, const void *old, size_t used, size_t size)
{
    if (size > INT32_MAX)
        pool_no_memory(p);
    void *mem = pool_alloc_raw(p, size);
    if (used > 0)
        memcpy(mem, old, used);
    return mem;
}

PyObject *
pool_keep(struct pool *p, PyObject *obj)
{
    if (obj == NULL)
        pool_fail(p);
    if (p->nkept == p->cap_kept) {
        size_t cap = p->cap_kept ? 2 * p->cap_kept : 64;
        PyObject **grown = realloc(p->kept, cap * sizeof(*grown));
        if (grown == NULL) {
            Py_DECREF(obj);
            pool_no_memory(p);
        }
        p->kept = grown;
        p->cap_kept = cap;
    }
    p->kept[p->nkept++] = obj;
    return obj;
}

void
pool_check_stack(struct pool *p)
{
    if (UNLIKELY(ts_stack_is_low(ts_current()))) {
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during compilation");
        pool_fail(p);
    }
}
