/* jit/trace/trace.c: the table of traces; entering one; what becomes of it when its code object changes or dies. */
#include "jit/trace/trace.h"

#include "jit/jit.h"

#include "object/core/err.h"
#include "vm/heat.h"

struct jit_options jit_options;
struct jit_stats jit_stats;

static struct { struct trace **at; unsigned n, room; } table;

struct trace *
trace_get(unsigned id)
{
    return id < table.n ? table.at[id] : NULL;
}

/* A free number, or -1. */
static int
trace_number(void)
{
    for (unsigned i = 0; i < table.n; i++)
        if (table.at[i] == NULL)
            return (int)i;
    if (table.n == UINT16_MAX)
        return -1;
    if (table.n == table.room) {
        unsigned room = table.room ? 2 * table.room : 64;
        struct trace **more = PyMem_RawRealloc(table.at, room * sizeof(struct trace *));
        if (more == NULL)
            return -1;
        table.at = more;
        table.room = room;
    }
    table.at[table.n] = NULL;
    return (int)table.n++;
}

void
trace_free(struct trace *t)
{
    if (t == NULL)
        return;
    if (t->id < table.n && table.at[t->id] == t)
        table.at[t->id] = NULL;
    if (t->machine.code != NULL)
        x64_free(&t->machine);
    ir_free(t->ir);
    PyMem_RawFree(t->late);
    PyMem_RawFree(t->snaps);
    PyMem_RawFree(t->entries);
    PyMem_RawFree(t->payloads);
    PyMem_RawFree(t->stores);
    PyMem_RawFree(t->consts);
    PyMem_RawFree(t->exit_counts);
    PyMem_RawFree(t);
}

/* ---- making ---- */

static void *
copied(const void *from, size_t n, size_t size)
{
    void *to = PyMem_RawMalloc(n * size + 1);
    if (to != NULL && n != 0)
        memcpy(to, from, n * size);
    return to;
}

static bool
keep_exits(struct trace *t, const struct ir *ir)
{
    t->nsnaps = ir->nsnaps;
    t->nentries = ir->nentries;
    t->nstores = ir->nstores;
    t->nconsts = (uint32_t)(REF_BIAS - ir->first);
    t->snaps = copied(ir->snaps, t->nsnaps, sizeof(*t->snaps));
    t->entries = copied(ir->entries, t->nentries, sizeof(*t->entries));
    t->stores = copied(ir->stores, t->nstores, sizeof(*t->stores));
    t->consts = PyMem_RawMalloc((t->nconsts + 1) * sizeof(*t->consts));
    t->exit_counts = PyMem_RawCalloc((size_t)(ir->end - REF_BIAS) + 1, sizeof(*t->exit_counts));
    t->payloads = PyMem_RawMalloc((t->nentries + 1) * sizeof(*t->payloads));
    if (t->snaps == NULL || t->entries == NULL || t->payloads == NULL || t->stores == NULL || t->consts == NULL || t->exit_counts == NULL)
        return false;
    for (uint32_t i = 0; i < t->nentries; i++) {
        ir_ref ref = snap_ref(t->entries[i]);
        bool box = snap_how(t->entries[i]) == HOW_INT || snap_how(t->entries[i]) == HOW_FLOAT;
        t->payloads[i] = box ? ir->at[ref].a : ref;
    }
    for (uint32_t i = 0; i < t->nconsts; i++)
        t->consts[i] = ir_word(ir, (ir_ref)(REF_BIAS - 1 - i));
    return true;
}

/* Exits find a trace, and a code object takes its traces along. */
static const char *
put_in_place(PyThreadState *ts, struct trace *t)
{
    if (dep_watch(ts, DEP_DEATH, t->code, NULL, t->id) < 0 || dep_watch(ts, DEP_CODE_INSTRUMENTED, t->code, NULL, t->id) < 0
        || anchor_set(t->code, t->anchor, t->id) < 0) {
        dep_forget(ts, t->id);
        return "out of memory";
    }
    return NULL;
}

/* Of random choices of registers, another one for each trace; 0: none. */
static uint32_t
next_seed(void)
{
    if (jit_options.seed != 0)
        jit_options.seed = (jit_options.seed * 1664525 + 1013904223) | 1;
    return jit_options.seed;
}

/* Where the back end has put the values, and its code. */
static void
dump_machine(const struct ir *ir, const struct trace *t)
{
    char *where = ir_dump(ir, false, true), *text = x64_dump(&t->machine);
    dump_text("asm", t->code, t->start, where == NULL ? "" : where);
    fputs(text == NULL ? "" : text, stderr);
    PyMem_Free(where);
    PyMem_Free(text);
}

const char *
trace_make(PyThreadState *ts, struct ir *ir, PyCodeObject *code, unsigned anchor, unsigned start, unsigned top, const uint64_t *late, int late_words)
{
    struct trace *t = PyMem_RawCalloc(1, sizeof(*t));
    int id = t == NULL ? -1 : trace_number();
    if (id < 0) {
        PyMem_RawFree(t);
        return t == NULL ? "out of memory" : "too many traces";
    }
    *t = (struct trace){ .id = (uint16_t)id, .anchor = (uint16_t)anchor, .start = (uint16_t)start, .code = code,
        .nslots = code->co_nlocalsplus, .top = (int)top, .late_words = late_words };
    table.at[id] = t;
    const char *why = "out of memory";
    t->late = copied(late, (size_t)late_words, sizeof(*late));
    if (t->late != NULL && keep_exits(t, ir))
        why = jit_options.mode == JIT_EVAL ? NULL : x64_compile(ir, t->id, next_seed(), &t->machine);
    if (why == NULL && t->machine.code != NULL && dump_wanted(jit_options.dump_asm, code))
        dump_machine(ir, t);
    if (why == NULL)
        why = put_in_place(ts, t);
    if (why != NULL) {
        trace_free(t);
        return why;
    }
    if (jit_options.mode == JIT_EVAL)
        t->ir = ir;
    return NULL;
}

/* ---- entering ---- */

/* May o die later than CPython would let it die? Nothing happens at the death of these, and nothing refers to them weakly. */
static bool
dies_unnoticed(PyObject *o)
{
    return o == NULL || _Py_IsImmortal(o) || PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o)
        || PyComplex_CheckExact(o);
}

static bool
may_enter(const struct trace *t, _PyInterpreterFrame *f)
{
    for (int w = 0; w < t->late_words; w++)
        for (uint64_t bits = t->late[w]; bits != 0; bits &= bits - 1)
            if (!dies_unnoticed(f->localsplus[w * 64 + __builtin_ctzll(bits)]))
                return false;
    return true;
}

struct eval_values { const struct trace *t; const struct snap *snap; const union ir_value *values; };

static uint64_t
eval_value(const void *arg, uint32_t i)
{
    const struct eval_values *v = arg;
    if (i < v->snap->nentries)
        return v->values[v->t->payloads[v->snap->entries + i]].bits;
    i -= v->snap->nentries;
    const struct snap_store *s = &v->t->stores[v->snap->stores + i / 2];
    return v->values[i % 2 ? s->value : s->obj].bits;
}

static _Py_CODEUNIT *
evaluate(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t)
{
    static union ir_value *values;
    if (values == NULL && (values = PyMem_RawMalloc(65536 * sizeof(*values))) == NULL)
        return (_Py_CODEUNIT *)PyErr_NoMemory();
    struct ir_exit e = ir_eval(t->ir, f->localsplus, &ts->eval_breaker, values, UINT64_MAX);
    t->exit_counts[e.snap]++;
    jit_stats.exits++;
    struct eval_values arg = { t, &t->snaps[e.snap], values };
    return exit_apply(ts, f, t, e.snap, eval_value, &arg);
}

_Py_CODEUNIT *
trace_enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    struct trace *t = table.at[n];
    if (UNLIKELY(!may_enter(t, f))) {
        jit_stats.refused++;
        return f->instr_ptr;
    }
    t->entered++;
    return t->ir != NULL ? evaluate(ts, f, t) : x64_enter(ts, f, t->machine.code);
}

/* ---- leaving machine code ---- */

struct state_values { const struct x64_state *st; const uint16_t *locs; };

static uint64_t
state_value(const void *arg, uint32_t i)
{
    const struct state_values *v = arg;
    uint16_t loc = v->locs[i];
    if (loc >= LOC_SPILL)
        return v->st->spill[loc - LOC_SPILL];
    if (loc < LOC_XMM)
        return v->st->gpr[loc];
    uint64_t word;
    memcpy(&word, &v->st->xmm[loc - LOC_XMM], sizeof(word));
    return word;
}

static void *
leave(struct x64_state *st)
{
    struct trace *t = table.at[st->trace];
    const struct x64_exit *e = &t->machine.exits[st->exit];
    t->exit_counts[st->exit]++;
    jit_stats.exits++;
    struct state_values arg = { st, t->machine.locs + e->locs };
    return exit_apply(st->ts, st->frame, t, e->snap, state_value, &arg);
}

/* ---- facts that cease to hold ---- */

static void
invalidate(PyThreadState *ts, const struct dep *d)
{
    for (int i = 0; i < d->ntraces; i++) {
        struct trace *t = trace_get(d->traces[i]);
        if (t == NULL)
            continue;
        dep_forget(ts, t->id);
        if (d->aspect != DEP_DEATH || d->subject != t->code)
            anchor_clear(t->code, t->anchor);
        trace_free(t);
    }
}

static const struct trace_ops ops = { record_hot, record_ins, record_unwind, trace_enter, invalidate };

int
jit_start(void)
{
    if (jit_options.mode == JIT_OFF)
        return 0;
    if (jit_options.mode == JIT_ON && x64_init(leave) < 0) {
        jit_options.mode = JIT_OFF;
        return -1;
    }
    if (jit_options.stress)
        code_loop_heat = 2;
    trace_install(&ops);
    return 0;
}

void
jit_stop(void)
{
    trace_install(NULL);
    for (unsigned i = 0; i < table.n; i++)
        if (table.at[i] != NULL) {
            anchor_clear(table.at[i]->code, table.at[i]->anchor);
            trace_free(table.at[i]);
        }
    PyMem_RawFree(table.at);
    memset(&table, 0, sizeof(table));
    if (jit_options.mode == JIT_ON)
        x64_fini();
    jit_options.mode = JIT_OFF;
}
