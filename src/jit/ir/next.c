/* jit/ir/next.c: places that calls and returns lead to, by the address of their instruction: a table whose entries lie near where their address says. */
#include "jit/ir/next.h"

#include "jit/ir/ir_runtime.h"

#define NEAR 8                         /* entries that an address may have */

struct next_place next_places[NEXT_PLACES + NEAR];
uint64_t jit_next_work;

static struct next_place *
find(const _Py_CODEUNIT *pc)
{
    struct next_place *p = next_near(pc);
    for (int i = 0; i < NEAR; i++)
        if (p[i].pc == pc)
            return &p[i];
    return NULL;
}

bool
next_set(const struct next_place *place)
{
    struct next_place *p = find(place->pc) == NULL ? next_near(place->pc) : NULL;
    for (int i = 0; p != NULL && i < NEAR; i++) {
        if (p[i].pc != NULL)
            continue;
        p[i] = *place;
        return true;
    }
    return false;
}

void
next_clear(const _Py_CODEUNIT *pc)
{
    struct next_place *p = find(pc);
    if (p != NULL)
        *p = (struct next_place){ 0 };
}

bool next_is_set(const _Py_CODEUNIT *pc) { return find(pc) != NULL; }

void
next_clear_all(void)
{
    memset(next_places, 0, sizeof(next_places));
}

/* Where the interpreter would poll the eval breaker, and look for tools, it does. */
static bool
may_begin(PyThreadState *ts, _PyInterpreterFrame *f)
{
    return frame_code(f)->_co_instrumentation_version == ts->eval_breaker;
}

/* COPY_FREE_VARS */
static bool
copy_cells(_PyInterpreterFrame *f, int n)
{
    PyObject *closure = ((PyFunctionObject *)f->f_funcobj)->func_closure, **at = f->localsplus + frame_code(f)->co_nlocalsplus - n;
    if (closure == NULL || PyTuple_GET_SIZE(closure) != n)
        return false;
    for (int i = 0; i < n; i++)
        at[i] = Py_NewRef(PyTuple_GET_ITEM(closure, i));
    return true;
}

const void *
jit_next(PyThreadState *ts, uint32_t work)
{
    const struct next_place *p = find(jit_open_pc);
    _PyInterpreterFrame *f = ts->current_frame;
    jit_next_work += work;
    if (p == NULL || !next_fits(p, ts, f) || (p->begins && !may_begin(ts, f)))
        return NULL;
    if (p->copies > 0 && !copy_cells(f, p->copies))
        return NULL;
    (void)frame_stackpointer(f);
    return p->code;
}
