/* jit/trace/stress.c: what may happen at any time, and seldom does: guards that fail although they hold (-X jit-exit=N), traces that are taken away
 * before they run (-X jit-evict=N) or while they do (-X jit-poison=N), recordings without memory (-X jit-oom=N); and the source of all random
 * choices (-X jit-seed=N).
 *
 * Machine code and the evaluator count rt_thread.jit_countdown down and leave where it becomes 0; between traces it is set anew, so that 0 at an exit
 * means: this one was forced. Such an exit says nothing about the program, so no trace grows behind it. Each thread counts for itself. */
#include "jit/trace/trace.h"

#include "jit/ir/ir_runtime.h"
#include "object/core/err.h"

static uint32_t
next_random(void)
{
    jit_options.seed = jit_options.seed * 1664525 + 1013904223;
    if (jit_options.seed == 0)
        jit_options.seed = 1;
    return jit_options.seed;
}

uint32_t stress_seed(void) { return jit_options.seed == 0 ? 0 : next_random() | 1; }

void
stress_begin(PyThreadState *ts)
{
    uint32_t *left = &rt_thread_of(ts)->jit_countdown, every = jit_options.exit_every;
    ir_countdown = left;
    if (*left == 0)
        *left = jit_options.seed == 0 ? every : 1 + (uint32_t)((uint64_t)(2 * (uint64_t)every - 1) * (next_random() >> 8) >> 24);
}

bool
stress_forced(PyThreadState *ts)
{
    return jit_options.exit_every != 0 && rt_thread_of(ts)->jit_countdown == 0;
}

/* ---- traces that are taken away ---- */

static struct trace_ops plain;
static uint32_t until_evict, until_poison, until_oom, victim;

/* One trace after the other, with all that hang on it. */
static void
take_one_away(PyThreadState *ts)
{
    unsigned n = trace_limit();
    for (unsigned i = 0; i < n; i++) {
        struct trace *t = trace_get(victim++ % n);
        if (t != NULL) {
            trace_take_away(ts, t);
            return;
        }
    }
}

static bool
is_time(uint32_t *left, uint32_t every)
{
    if (every == 0 || --*left != 0)
        return false;
    *left = every;
    return true;
}

/* f is in an open call: by turns, a trace is taken away, perhaps that which runs, or somebody gets hold of the frame. */
static void
poison(PyThreadState *ts, _PyInterpreterFrame *f)
{
    static uint32_t turn;
    if (!is_time(&until_poison, jit_options.poison_every))
        return;
    jit_epoch++;
    if (turn++ % 2 == 0) {
        take_one_away(ts);
        return;
    }
    PyObject *exc = err_get_raised(ts);
    if (frame_object(f) == NULL)
        PyErr_Clear();
    err_set_raised(ts, exc);
}

static _Py_CODEUNIT *
enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    if (is_time(&until_evict, jit_options.evict_every))
        take_one_away(ts);
    return trace_get((unsigned)n) != NULL ? plain.enter(ts, f, n) : f->instr_ptr;
}

/* ---- no memory ---- */

static PyMemAllocatorEx raw, mem;
static unsigned at_work;                                 /* the recorder is; under the GIL */
static unsigned long worker;

void
stress_work(int change)
{
    at_work += (unsigned)change;
    worker = PyThread_get_thread_ident();
}

static bool
refuses(void)
{
    return UNLIKELY(at_work > 0) && worker == PyThread_get_thread_ident() && is_time(&until_oom, jit_options.oom_every);
}

static void *get(void *ctx, size_t size) { PyMemAllocatorEx *a = ctx; return refuses() ? NULL : a->malloc(a->ctx, size); }
static void *get_zeroed(void *ctx, size_t n, size_t size) { PyMemAllocatorEx *a = ctx; return refuses() ? NULL : a->calloc(a->ctx, n, size); }
static void *get_more(void *ctx, void *p, size_t size) { PyMemAllocatorEx *a = ctx; return refuses() ? NULL : a->realloc(a->ctx, p, size); }
static void give_back(void *ctx, void *p) { PyMemAllocatorEx *a = ctx; a->free(a->ctx, p); }

static void
stand_between(PyMemAllocatorDomain domain, PyMemAllocatorEx *old)
{
    PyMem_GetAllocator(domain, old);
    PyMemAllocatorEx ours = { old, get, get_zeroed, get_more, give_back };
    PyMem_SetAllocator(domain, &ours);
}

static bool
hot(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat)
{
    stress_work(1);
    bool result = plain.hot(ts, f, pc, heat);
    stress_work(-1);
    return result;
}

static bool
rec_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    stress_work(1);
    bool result = plain.rec_ins(ts, f, pc, sp);
    stress_work(-1);
    return result;
}

struct trace_ops
stressed(const struct trace_ops *ops)
{
    plain = *ops;
    until_evict = jit_options.evict_every;
    until_poison = jit_options.poison_every;
    until_oom = jit_options.oom_every;
    if (jit_options.poison_every != 0)
        jit_poison = poison;
    if (jit_options.oom_every == 0)
        return (struct trace_ops){ ops->hot, ops->rec_ins, ops->rec_unwind, enter, ops->invalidate };
    stand_between(PYMEM_DOMAIN_RAW, &raw);
    stand_between(PYMEM_DOMAIN_MEM, &mem);
    return (struct trace_ops){ hot, rec_ins, ops->rec_unwind, enter, ops->invalidate };
}

void
stress_end(void)
{
    jit_poison = NULL;
    if (raw.malloc == NULL)
        return;
    PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &raw);
    PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &mem);
    raw.malloc = NULL;
}
