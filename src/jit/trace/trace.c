/* jit/trace/trace.c: the table of traces; entering one; what becomes of it when its code object changes or dies. */
#include "jit/trace/record.h"

#include "jit/jit.h"

#include "object/core/err.h"
#include "vm/heat.h"

struct jit_options jit_options;
struct jit_stats jit_stats;

#define SIDE_AT 12                     /* times an exit is taken before what follows is recorded */
#define SIDE_TRIES 4

static struct { struct trace **at; unsigned n, room; } table;

struct trace *
trace_get(unsigned id)
{
    return id < table.n ? table.at[id] : NULL;
}

int
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
    ir_free(t->round);
    PyMem_RawFree(t->changed);
    PyMem_RawFree(t->live);
    PyMem_RawFree(t->bounds);
    PyMem_RawFree(t->snaps);
    PyMem_RawFree(t->entries);
    PyMem_RawFree(t->items);
    PyMem_RawFree(t->stores);
    PyMem_RawFree(t->consts);
    PyMem_RawFree(t->exits);
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

/* What snapshots name, so that it can be found without the IR. */
static struct trace_item
item_of(const struct ir *ir, ir_ref ref)
{
    PyTypeObject *kt = ir->at[ref].kt != REF_NONE ? ir_ptr_value(ir, ir->at[ref].kt) : NULL;
    if (ir_is_box(ir, ref))
        ref = ir->at[ref].a;
    return (struct trace_item){ ref, (uint8_t)ir_type_of(ir, ref), ir->at[ref].op == IR_SLOAD ? (int16_t)ir->at[ref].a : -1, kt };
}

static void
fill_items(struct trace *t, const struct ir *ir)
{
    for (uint32_t s = 0; s < t->nsnaps; s++) {
        const struct snap *sn = &t->snaps[s];
        struct trace_item *item = t->items + sn->entries + 2 * sn->stores;
        for (uint32_t i = 0; i < sn->nentries; i++)
            *item++ = item_of(ir, snap_ref(t->entries[sn->entries + i]));
        for (uint32_t i = 0; i < sn->nstores; i++) {
            *item++ = item_of(ir, t->stores[sn->stores + i].obj);
            *item++ = item_of(ir, t->stores[sn->stores + i].value);
        }
    }
}

static bool
keep_snaps(struct trace *t, const struct ir *ir)
{
    t->nsnaps = ir->nsnaps;
    t->nentries = ir->nentries;
    t->nstores = ir->nstores;
    t->nconsts = (uint32_t)(REF_BIAS - ir->first);
    t->snaps = copied(ir->snaps, t->nsnaps, sizeof(*t->snaps));
    t->entries = copied(ir->entries, t->nentries, sizeof(*t->entries));
    t->stores = copied(ir->stores, t->nstores, sizeof(*t->stores));
    t->consts = PyMem_RawMalloc((t->nconsts + 1) * sizeof(*t->consts));
    t->items = PyMem_RawMalloc((t->nentries + 2 * t->nstores + 1) * sizeof(*t->items));
    if (t->snaps == NULL || t->entries == NULL || t->items == NULL || t->stores == NULL || t->consts == NULL)
        return false;
    fill_items(t, ir);
    for (uint32_t i = 0; i < t->nconsts; i++)
        t->consts[i] = ir_word(ir, (ir_ref)(REF_BIAS - 1 - i));
    return true;
}

/* How many guards there are before r. */
static uint32_t
guards_before(const struct ir *ir, ir_ref r)
{
    uint32_t n = 0;
    for (ir_ref k = REF_BIAS; k < r; k++)
        n += (ir->at[k].t & IRT_GUARD) != 0;
    return n;
}

/* The evaluator has no numbers for exits: guards are counted. */
static bool
keep_exits(struct trace *t, const struct ir *ir)
{
    t->nexits = t->machine.code != NULL ? t->machine.nexits : guards_before(ir, ir->end) + 1;
    t->exits = PyMem_RawCalloc(t->nexits + 1, sizeof(*t->exits));
    if (t->exits == NULL)
        return false;
    for (uint32_t i = 0; i < t->nexits; i++) {
        t->exits[i].side = NO_TRACE;
        t->exits[i].snap = t->machine.code != NULL ? t->machine.exits[i].snap : t->nsnaps - 1;
    }
    uint32_t guard = 0;
    for (ir_ref r = REF_BIAS; r < ir->end && t->machine.code == NULL; r++)
        if (ir->at[r].t & IRT_GUARD)
            t->exits[guard++].snap = (uint32_t)(snap_of(ir, r) - ir->snaps);
    return true;
}

struct trace *
trace_root_at(PyCodeObject *code, unsigned start)
{
    for (unsigned i = 0; i < table.n; i++)
        if (table.at[i] != NULL && table.at[i]->is_root && table.at[i]->code == code && table.at[i]->start == start)
            return table.at[i];
    return NULL;
}

/* Code objects take their traces along; a jump, or the exit of its parent, leads to the trace. */
static const char *
put_in_place(PyThreadState *ts, struct trace *t, const struct recorder *r)
{
    struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    if (r->is_side && parent == NULL)
        return "its parent is gone";
    if (dep_watch(ts, DEP_DEATH, t->code, NULL, t->id) < 0 || dep_watch(ts, DEP_CODE_INSTRUMENTED, t->code, NULL, t->id) < 0
        || (t->anchor != NO_ANCHOR && anchor_set(t->code, t->anchor, t->id) < 0)) {
        return "out of memory";
    }
    if (parent != NULL)
        parent->exits[r->parent_exit].side = t->id;
    return NULL;
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
trace_make(PyThreadState *ts, const struct recorder *r)
{
    struct trace *t = PyMem_RawCalloc(1, sizeof(*t));
    if (t == NULL)
        return "out of memory";
    *t = (struct trace){ .id = (uint16_t)r->id, .anchor = (uint16_t)r->anchor, .start = (uint16_t)r->start, .link = (uint16_t)r->link, .code = r->code,
        .is_root = !r->is_side, .nslots = r->nslots, .top = r->top, .parent = NO_TRACE };
    if (t->link == NO_TRACE && r->ir->loop == REF_NONE)  /* a loop that was not peeled goes on at itself */
        t->link = t->id;
    table.at[r->id] = t;
    const char *why = jit_options.mode == JIT_EVAL ? NULL : x64_compile(r->ir, t->id, stress_seed(), NULL, &t->machine);
    if (why == NULL && jit_options.mode == JIT_EVAL && (t->ir = ir_keep(r->ir)) == NULL)
        why = "out of memory";
    if (why == NULL && (!keep_snaps(t, r->ir) || !keep_exits(t, r->ir)))
        why = "out of memory";
    if (why == NULL && t->machine.code != NULL && dump_wanted(jit_options.dump_asm, t->code))
        dump_machine(r->ir, t);
    if (why == NULL)
        why = put_in_place(ts, t, r);
    if (why != NULL) {
        trace_free(t);
        return why;
    }
    return NULL;
}

void
trace_side_failed(unsigned parent, unsigned exit)
{
    struct trace *t = trace_get(parent);
    if (t != NULL && exit < t->nexits) {
        t->exits[exit].tries++;
        t->exits[exit].count = 0;
    }
}

/* ---- entering ---- */

struct eval_values { const struct trace *t; const struct snap *snap; const union ir_value *values; };

static uint64_t
eval_value(const void *arg, uint32_t i)
{
    const struct eval_values *v = arg;
    return v->values[trace_items(v->t, v->snap)[i].ref].bits;
}

/* Which exit was taken last; only while the GIL is held without a break. */
static struct { struct trace *t; uint32_t exit; } taken;

static _Py_CODEUNIT *
evaluate(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t)
{
    static union ir_value *values;
    if (values == NULL && (values = PyMem_RawMalloc(65536 * sizeof(*values))) == NULL)
        return (_Py_CODEUNIT *)PyErr_NoMemory();
    struct ir_exit e = ir_eval(t->ir, f->localsplus, &ts->eval_breaker, NULL, values, UINT64_MAX);
    taken.t = t;
    taken.exit = e.guard == REF_NONE ? t->nexits - 1 : guards_before(t->ir, e.guard);
    struct eval_values arg = { t, &t->snaps[e.snap], values };
    return exit_apply(ts, f, t, e.snap, eval_value, &arg);
}

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

/* x64_exit_handler */
static void *
leave(struct x64_state *st)
{
    struct trace *t = table.at[st->trace];
    const struct x64_exit *e = &t->machine.exits[st->exit];
    taken.t = t;
    taken.exit = st->exit;
    struct state_values arg = { st, t->machine.locs + e->locs };
    return exit_apply(st->ts, st->frame, t, e->snap, state_value, &arg);
}

/* An exit without a trace behind it was taken: is it time to record one? An exit because of the eval breaker is none of the program's ways. */
static bool
wants_side(PyThreadState *ts, struct exit_state *e)
{
    return (ts->eval_breaker & EB_EVENTS) == 0 && e->tries < SIDE_TRIES && ++e->count >= (SIDE_AT << e->tries);
}

/* From trace to trace until one leaves to the interpreter. */
_Py_CODEUNIT *
trace_enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    struct trace *t = table.at[n];
    _Py_CODEUNIT *pc = f->instr_ptr;
    for (;;) {
        f->instr_ptr = pc;
        (void)frame_stackpointer(f);                     /* it runs */
        if (UNLIKELY(jit_options.exit_every != 0))
            stress_begin(ts);
        pc = t->ir != NULL ? evaluate(ts, f, t) : x64_enter(ts, f, t->machine.code);
        jit_stats.exits++;
        if (UNLIKELY(pc == NULL || stress_forced(ts)))
            return pc;
        t = taken.t;
        struct exit_state *e = &t->exits[taken.exit];
        unsigned next = e->side != NO_TRACE ? e->side : t->link != NO_TRACE && taken.exit == t->nexits - 1 ? t->link : NO_TRACE;
        f = ts->current_frame;
        if (next == NO_TRACE) {
            if (wants_side(ts, e) && record_side(ts, f, pc, t->id, taken.exit))
                rt_thread_of(ts)->loop_record = 1;
            return pc;
        }
        t = table.at[next];
    }
}

/* ---- facts that cease to hold ---- */

/* Nothing leads to a trace any more that is going to be freed. What ended at it leaves to the interpreter. */
static void
unlink_from_others(unsigned id)
{
    for (unsigned i = 0; i < table.n; i++) {
        struct trace *t = table.at[i];
        if (t != NULL && t->link == id)
            t->link = NO_TRACE;
        for (uint32_t k = 0; t != NULL && k < t->nexits; k++)
            if (t->exits[k].side == id)
                t->exits[k].side = NO_TRACE;
    }
}

static void
invalidate(PyThreadState *ts, const struct dep *d)
{
    rec_global_changed(d);
    for (int i = 0; i < d->ntraces; i++) {
        struct trace *t = trace_get(d->traces[i]);
        if (t == NULL) {
            record_broken(d->traces[i]);
            continue;
        }
        dep_forget(ts, t->id);
        if (d->aspect != DEP_DEATH || d->subject != t->code)
            anchor_clear_all(t->code);
        unlink_from_others(t->id);
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
    x64_force_exits(jit_options.exit_every != 0);
    trace_install(&ops);
    return 0;
}

void
jit_stop(void)
{
    trace_install(NULL);
    record_end();
    for (unsigned i = 0; i < table.n; i++)
        if (table.at[i] != NULL) {
            anchor_clear_all(table.at[i]->code);
            trace_free(table.at[i]);
        }
    PyMem_RawFree(table.at);
    memset(&table, 0, sizeof(table));
    if (jit_options.mode == JIT_ON)
        x64_fini();
    jit_options.mode = JIT_OFF;
}
