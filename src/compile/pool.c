/* compile/pool.c: see the header. */
#include "compile/pool.h"

#include <stdlib.h>
#include <string.h>

#include "rt/thread.h"

void
pool_init(struct pool *p)
{
    memset(p, 0, sizeof(*p));
    arena_init(&p->arena);
}

void
pool_release(struct pool *p)
{
    for (size_t i = p->nkept; i-- > 0; )
        Py_DECREF(p->kept[i]);
    free(p->kept);
    arena_release(&p->arena);
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
pool_alloc(struct pool *p, size_t size)
{
    void *mem = arena_alloc(&p->arena, size);
    if (mem == NULL)
        pool_no_memory(p);
    return mem;
}

void *
pool_regrow(struct pool *p, const void *old, size_t used, size_t size)
{
    if (size > INT32_MAX)
        pool_no_memory(p);
    void *mem = pool_alloc(p, size);
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
