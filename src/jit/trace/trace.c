/* jit/trace/trace.c: making a trace of what was recorded; entering one; what becomes of it when its code object changes or dies. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/next.h"
#include "jit/jit.h"
#include "jit/trace/events.h"

#include "object/core/err.h"
#include "object/core/tracer.h"
#include "vm/heat.h"
#include "vm/specialize.h"

struct jit_options jit_options;
struct jit_stats jit_stats;

#define SIDE_AT 12                     /* times an exit is taken before what follows is recorded */
#define SIDE_TRIES 4
#define LOOP_WAITS 6                   /* doublings, for what is a part of a loop's round */
#define WAITS 8                        /* doublings, for what comes too early */
#define POSTPONED 20
#define SIDE_AGAIN 6                   /* if it is too early then, it is asked again after so many times */
#define SIDE_UNITS 60                  /* a guess of what follows, in code units */
#define PLAN_AT 16                     /* times an exit is taken before it gets a plan */

/* ---- making ---- */

static void *
copied(const void *from, size_t n, size_t size)
{
    void *to = PyMem_RawMalloc(n * size + 1);
    if (to != NULL && n != 0)
        memcpy(to, from, n * size);
    return to;
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
        t->exits[i].state = &exit_untaken;
        t->exits[i].snap = t->machine.code != NULL ? t->machine.exits[i].snap : (uint16_t)(ir->nsnaps - 1);
    }
    uint32_t guard = 0;
    for (ir_ref r = REF_BIAS; r < ir->end && t->machine.code == NULL; r++)
        if (ir->at[r].t & IRT_GUARD)
            t->exits[guard++].snap = (uint16_t)(snap_of(ir, r) - ir->snaps);
    return true;
}

static bool
lead_from_parent(struct trace *t)
{
    struct trace *parent = trace_get(t->parent);
    struct exit_state *e = trace_exit_state(parent, t->parent_exit);
    if (e == NULL || (t->machine.code != NULL && !x64_patch(&parent->machine, t->parent_exit, t->machine.code)))
        return false;
    e->side = t->id;
    return true;
}

/* NEXT leads to t from now on. A function that has something else to do before its RESUME than to copy its closure begins in the interpreter. */
static const char *
offer(struct trace *t, const struct recorder *r)
{
    _Py_CODEUNIT *first = _PyCode_CODE(t->code);
    if (t->machine.code == NULL || jit_options.check != 0 || !(r->is_return || (r->is_function && rec_can_be_chained(t->code))))
        return NULL;
    uint8_t copies = r->is_function && r->anchor != 0 ? first->op.arg : 0;
    struct next_place place = { r->is_return ? first + t->start : first, t->machine.code, r->is_function, copies, t->opens, t->is_module, t->globals, t->builtins };
    if (!next_set(&place))
        return r->is_return ? "no room for the places that returns lead to" : NULL;
    t->place = first + (r->is_return ? t->start : 0);
    return NULL;
}

/* Code objects take their traces along; a jump, or the exit of its parent, leads to the trace. */
static const char *
put_in_place(PyThreadState *ts, struct trace *t, const struct recorder *r)
{
    if (dep_watch(ts, DEP_DEATH, t->code, NULL, t->id) < 0 || dep_watch(ts, DEP_CODE_INSTRUMENTED, t->code, NULL, t->id) < 0
        || (t->anchor != NO_ANCHOR && anchor_set(t->code, t->anchor, t->id) < 0))
        return "out of memory";
    if (t->parent != NO_TRACE && !lead_from_parent(t))
        return "the parent's code is too far";
    const char *why = offer(t, r);
    if (why == NULL)
        trace_join(t);
    return why;
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

/* By number of what the parent's exit hands on: where it is. */
static const uint16_t *
places_at(const struct trace *parent, uint32_t exit)
{
    static uint16_t locs[KEPT_LIST];                     /* under the GIL */
    static snap_entry list[KEPT_LIST];
    const struct trace_snap *s = exit_snap(parent, exit);
    kept_list(parent, s, list);
    for (uint32_t i = 0; i < s->nentries + 2u * s->nstores; i++)
        locs[i] = kept_place(parent, snap_ref(list[i]), exit);
    return locs;
}

/* Machine code, or what the evaluator needs. */
static const char *
make_code(struct trace *t, const struct recorder *r)
{
    const struct trace *parent = trace_get(t->parent), *target = t->is_linked ? trace_get(t->link) : NULL;
    if (jit_options.mode == JIT_EVAL)
        return (t->ir = ir_keep(r->ir)) != NULL ? NULL : "out of memory";
    struct x64_code start = { .code = target != NULL ? target->machine.code : NULL };
    struct x64_ends ends = { .to = target == NULL ? NULL : t->to_start ? &start : &target->machine };
    if (parent != NULL)
        ends.from = places_at(parent, t->parent_exit);
    return x64_compile(r->ir, t->id, stress_seed(), parent != NULL || target != NULL ? &ends : NULL, &t->machine);
}

/* How the round became the body, and what the body takes for granted of its integers. */
static bool
keep_copies(struct trace *t, const struct recorder *r, const struct interval *at_loop)
{
    struct loop_copies c, *to = &t->copies;
    if (!opt_loop_copies(&c))
        return true;
    size_t n = (size_t)(c.last - REF_BIAS), ints = 0, k = 0;
    for (ir_ref v = REF_BIAS + 1; v < r->ir->loop; v++)
        ints += ir_type_of(r->round, v) == T_I64;
    to->body = PyMem_RawMalloc((2 * n + 1) * sizeof(*to->body));
    to->bounds = PyMem_RawMalloc((ints + 1) * (sizeof(*to->bounds) + sizeof(*to->ints)));
    if (to->body == NULL || to->bounds == NULL)
        return false;
    to->last = c.last;
    to->end = memcpy(to->body + n, c.end, n * sizeof(*c.end));
    memcpy(to->body, c.body, n * sizeof(*c.body));
    to->ints = (ir_ref *)(to->bounds + ints);
    for (ir_ref v = REF_BIAS + 1; v < r->ir->loop; v++) {
        struct interval b = at_loop[v - REF_BIAS];
        if (ir_type_of(r->round, v) != T_I64 || (b.low == INT64_MIN && b.high == INT64_MAX))
            continue;
        to->ints[k] = v;
        to->bounds[k++] = b;
    }
    to->nints = (unsigned)k;
    return true;
}

/* What others need to go on in this loop. */
static const char *
keep_head(struct trace *t, struct recorder *r, const struct interval *at_loop)
{
    static ir_ref live[IR_MAX_INS];                      /* under the GIL */
    if (r->round == NULL)
        return NULL;
    unsigned n = ir_live_ins(r->ir, live);
    t->nlive = n;
    t->live = copied(live, n, sizeof(*live));
    t->bounds = PyMem_RawMalloc((n + 1) * sizeof(*t->bounds));
    t->changed = PyMem_RawCalloc((size_t)t->top / 64 + 1, sizeof(*t->changed));
    if (t->live == NULL || t->bounds == NULL || t->changed == NULL || !keep_copies(t, r, at_loop))
        return "out of memory";
    for (unsigned i = 0; i < n; i++)
        t->bounds[i] = ir_type_of(r->ir, live[i]) == T_I64 ? at_loop[live[i] - REF_BIAS] : (struct interval)INTERVAL_ALL;
    for (int i = 0; i < t->top; i++)
        t->changed[i / 64] |= (uint64_t)r->changed[i] << i % 64;
    for (unsigned i = 0; i < n; i++) {                   /* what the body may load from its slot again must lie there */
        const struct ir_ins *in = &r->ir->at[live[i]];
        if (in->op == IR_SLOAD && !(in->t & IRT_PHI))
            t->changed[in->a / 64] &= ~((uint64_t)1 << in->a % 64);
    }
    t->round = r->round;
    r->round = NULL;
    return NULL;
}

/* All that it consists of. */
static const char *
fill(PyThreadState *ts, struct trace *t, struct recorder *r, const struct interval *at_loop)
{
    const char *why = make_code(t, r);
    if (why == NULL)
        why = keep_exits(t, r->ir) ? kept_make(t, r->ir) : "out of memory";
    if (why == NULL)
        why = keep_head(t, r, at_loop);
    if (why == NULL)
        policy_weigh(t, r);
    if (jit_options.check != 0)
        t->text = ir_dump(r->ir, true, false);
    if (why == NULL && t->machine.code != NULL && dump_wanted(jit_options.dump_asm, t->code))
        dump_machine(r->ir, t);
    return why != NULL ? why : put_in_place(ts, t, r);
}

const char *
trace_make(PyThreadState *ts, struct recorder *r, const struct interval *at_loop)
{
    if ((r->is_side && trace_get(r->parent) == NULL) || (r->linked && trace_get(r->link) == NULL))
        return "its parent is gone";
    struct trace *t = PyMem_RawCalloc(1, sizeof(*t));
    if (t == NULL)
        return "out of memory";
    *t = (struct trace){ .id = (uint16_t)r->id, .anchor = (uint16_t)r->anchor, .start = (uint16_t)r->start, .link = (uint16_t)r->link, .code = r->code,
        .is_root = !r->is_side, .is_linear = r->is_function || r->is_return, .is_linked = r->linked, .opens = r->opens > 0 || r->tree_opens, .to_start = r->to_start, .leaf = r->late[0] & r->leaf[0], .nslots = r->nslots, .jumps = r->all_jumps, .top = r->is_side ? r->top : r->start_top,
        .parent = NO_TRACE, .version_of = NO_TRACE, .globals = r->frame->f_globals, .builtins = r->frame->f_builtins, .is_module = r->frame->f_locals == r->frame->f_globals,
        .is_generator = (r->code->co_flags & CO_GENERATOR) != 0 };
    t->root = t->id;
    if (r->is_side) {
        t->root = trace_get(r->parent)->root;
        t->parent = (uint16_t)r->parent;
        t->parent_exit = r->parent_exit;
    }
    if (t->link == NO_TRACE && r->ir->loop == REF_NONE && !r->leaves)  /* a loop that was not peeled goes on at itself */
        t->link = t->id;
    trace_put(t);
    const char *why = fill(ts, t, r, at_loop);
    if (why != NULL)
        trace_free(t);
    else if (t->is_linked && !t->to_start && !r->to_body)
        trace_get(t->link)->repeats++;
    if (why == NULL && r->version_of != NO_TRACE)
        version_put(t, r->version_of);
    return why;
}

void
trace_side_failed(unsigned parent, unsigned exit, enum side_failure how)
{
    struct trace *t = trace_get(parent);
    struct exit_state *e = t != NULL && exit < t->nexits ? trace_exit_state(t, exit) : NULL;
    if (e != NULL) {
        e->tries += how == SIDE_FAILED;
        e->waits += how == SIDE_TOO_EARLY && e->waits < WAITS;
        e->count = 0;
    }
}

/* ---- entering ---- */

/* Which exit was taken last; only while the GIL is held without a break. */
static struct { struct trace *t; _PyInterpreterFrame *outer; uint32_t exit, rounds; uint64_t work; } taken;      /* work: of the traces before it that ended in NEXT */

unsigned trace_left_last(void) { return taken.t != NULL ? taken.t->id : NO_TRACE; }

/* What the evaluator works with. */
struct evaluation { union ir_value values[65536], handed[IR_MAX_INS]; };

/* The value that each LINK hands over, to the places where the other's body wants it. */
static void
hand_to_loop(struct evaluation *eval, const struct trace *t, const struct trace *to)
{
    ir_ref first = (ir_ref)(t->ir->end - to->nlive);
    for (unsigned i = 0; i < to->nlive; i++)
        eval->handed[i] = eval->values[t->ir->at[first + i].b];
    for (unsigned i = 0; i < to->nlive; i++)
        eval->values[to->live[i]] = eval->handed[i];
}

static void
hand_to_side(struct evaluation *eval, const struct trace *t, const struct trace_snap *s)
{
    snap_entry list[KEPT_LIST];
    kept_list(t, s, list);
    for (uint32_t i = 0; i < s->nentries + 2u * s->nstores; i++)
        eval->handed[i] = eval->values[t->items[snap_ref(list[i])].ref];
}

/* From trace to trace, until one leaves. Without memory none is entered: taken.t is NULL. */
static _Py_CODEUNIT *
evaluate(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t)
{
    struct evaluation *eval = PyMem_RawMalloc(sizeof(*eval));
    taken.t = NULL;
    if (eval == NULL)
        return NULL;
    struct ir_exit e = ir_eval(t->ir, f->localsplus, &ts->eval_breaker, NULL, eval->values, UINT64_MAX);
    uint32_t exit;
    for (;;) {
        exit = e.guard == REF_NONE ? t->nexits - 1 : guards_before(t->ir, e.guard);
        struct trace *side = trace_get(t->exits[exit].state->side), *to = trace_get(t->link);
        if (e.guard == REF_NONE && t->is_linked) {
            if (!t->to_start)
                hand_to_loop(eval, t, to);
            e = t->to_start ? ir_eval(to->ir, f->localsplus, &ts->eval_breaker, NULL, eval->values, UINT64_MAX)
                : ir_eval_loop(to->ir, f->localsplus, &ts->eval_breaker, eval->values, UINT64_MAX);
            t = to;
        } else if (side != NULL && side->parent == t->id && !stress_forced(ts)) {
            hand_to_side(eval, t, exit_snap(t, exit));
            t = side;
            e = ir_eval(t->ir, f->localsplus, &ts->eval_breaker, eval->handed, eval->values, UINT64_MAX);
        } else {
            break;
        }
    }
    taken.t = t;
    taken.outer = f;
    taken.exit = exit;
    _Py_CODEUNIT *pc = exit_apply(ts, f, t, exit, &(struct exit_values){ .values = eval->values });
    PyMem_RawFree(eval);
    return pc;
}

/* x64_exit_handler */
static void *
leave(struct x64_state *st)
{
    struct trace *t = trace_at(st->trace);
    taken.t = t;
    taken.outer = st->frame;
    taken.exit = st->exit;
    taken.rounds = (uint32_t)st->gpr[t->machine.rounds];
    const struct exit_state *e = t->exits[st->exit].state;
    _Py_CODEUNIT *pc = e->plan == NULL ? NULL : plan_apply(st->ts, st->frame, e->plan, st);
    if (LIKELY(pc != NULL))
        return pc;
    return exit_apply(st->ts, st->frame, t, st->exit, &(struct exit_values){ .st = st, .list = e->list });
}

/* An exit without a trace behind it was taken: is it time to record one? An exit because of the eval breaker is none of the program's ways. */
static bool
wants_side(PyThreadState *ts, const struct trace *t, const struct trace_exit *exit)
{
    struct exit_state *e = exit->state;
    uint32_t enough = SIDE_AT << (e->tries + e->waits);
    if ((ts->eval_breaker & EB_EVENTS) != 0 || exit->op == IR_GROOM || e->tries >= SIDE_TRIES || ++e->count < enough)
        return false;
    if (version_wish((struct trace *)t, exit)) {
        e->count = 0;
        return false;
    }
    if ((e->why = policy_side(t, exit)) != NULL)
        e->tries = SIDE_TRIES;
    else if (!policy_is_ripe(&e->wait, SIDE_UNITS))
        e->count = enough - SIDE_AGAIN;
    else if (!policy_affords())
        e->count = 0;
    return e->count >= enough && e->tries < SIDE_TRIES;
}

/* From trace to trace until one leaves to the interpreter. */
static void bury_dead(void);

/* Traces that run, in all threads: those that wait for an open call, too. */
static struct run { struct run *previous; PyThreadState *ts; } *runs;
static struct trace *dead;                               /* by next_dead: not freed yet, as a trace runs */

static _Py_CODEUNIT *
run(PyThreadState *ts, _PyInterpreterFrame *f, struct trace *t)
{
    struct run r = { runs, ts };
    uint64_t before = jit_next_work;
    jit_next_work = 0;
    runs = &r;
    _Py_CODEUNIT *pc = t->ir != NULL ? evaluate(ts, f, t) : x64_enter(ts, f, t->machine.code);
    taken.work = jit_next_work;
    jit_next_work = before;
    struct run **at = &runs;
    while (*at != &r)                                    /* other threads may have begun one later that still goes on */
        at = &(*at)->previous;
    *at = r.previous;
    jit_stats.exits++;
    return pc;
}

static bool
begin_side(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, const struct trace *t)
{
    bool without_memory = UNLIKELY(jit_options.oom_every != 0);
    if (without_memory)
        stress_work(1);
    bool begun = t->snaps[t->exits[taken.exit].snap].open ? record_turn(ts, f, taken.outer, pc, t->id, taken.exit) : record_side(ts, f, pc, t->id, taken.exit);
    if (without_memory)
        stress_work(-1);
    return begun;
}

static bool
begin_version(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, struct trace *t)
{
    bool without_memory = UNLIKELY(jit_options.oom_every != 0);
    if (without_memory)
        stress_work(1);
    bool begun = record_version(ts, f, pc, t);
    if (without_memory)
        stress_work(-1);
    t->wants_version = !begun;
    rt_thread_of(ts)->loop_record |= begun;
    return begun;
}

/* What leaves through e most of the time would go on there, if a side trace could be afforded: then it may be worth what it costs. */
static bool
may_grow(struct trace *t, const struct exit_state *e)
{
    bool waits = e->tries < SIDE_TRIES && e->why == NULL && e->taken >= (SIDE_AT << e->tries) && t->postponed < POSTPONED;
    if (waits) {
        t->postponed += policy_is_broke() ? POSTPONED / 7 : 1;       /* then it may take longer than t lives */
        t->balance /= 2;
    }
    return waits;
}

/* The place lies in a loop without a trace, which has not been given up. A trace from there to the head of the loop would be a part of the round, and the loop's own jump would hardly run any more and never get hot.
 * But a loop that is mostly left in its first round never does. */
static bool
is_loops_turn(const struct exit_state *e, _PyInterpreterFrame *f, const _Py_CODEUNIT *pc)
{
    PyCodeObject *code = frame_code(f);
    const _Py_CODEUNIT *unit = _PyCode_CODE(code);
    unsigned from = (unsigned)(pc - unit);
    if (e->waits >= LOOP_WAITS || jit_options.stress)
        return false;
    for (struct jump_back j = { .next = from }; rec_next_jump_back(code, &j); )
        if (j.next - j.oparg <= from)                    /* the innermost one */
            return unit[j.at].op.code == JUMP_BACKWARD && unit[j.at + 1].counter.backoff < HEAT_HALF_TRIES;
    return false;
}

/* A return or a call has led to a place without a trace. Functions are recorded when they have been called often enough. */
static bool
wants_next(PyThreadState *ts, const struct trace *t, const struct trace_exit *e, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    if (t->machine.code == NULL || jit_options.check != 0 || pc == NULL || f->owner != FRAME_OWNED_BY_THREAD || pc == _PyCode_CODE(frame_code(f)) || !wants_side(ts, t, e))
        return false;
    if (is_loops_turn(e->state, f, pc)) {
        e->state->waits++;
        e->state->count = 0;
        return false;
    }
    bool without_memory = UNLIKELY(jit_options.oom_every != 0);
    if (without_memory)
        stress_work(1);
    bool begun = record_return(ts, f, pc, t->id, taken.exit);
    if (without_memory)
        stress_work(-1);
    if (!begun)
        e->state->count = 0;
    return begun;
}

static void
prepare_exit(const struct trace *t, uint32_t exit, struct exit_state *state)
{
    state->plan = plan_make(t, exit);
    if (state->plan == NULL && !exit_snap(t, exit)->open)
        state->list = kept_exit(t, exit);
}

/* From trace to trace until one leaves to the interpreter. */
static _Py_CODEUNIT *
run_traces(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    struct trace *t = trace_at((unsigned)n);
    _Py_CODEUNIT *pc = f->instr_ptr;
    if (UNLIKELY(record_is_on(ts) && rt_thread_of(ts)->loop_state == LOOP_RECORDING))        /* it wants to see each instruction */
        return pc;
    if (UNLIKELY(!frame_fits(f, t->globals, t->builtins, t->is_module) || (t->opens && !jit_may_nest(ts))))          /* it would soon leave */
        return pc;
    if (UNLIKELY(t->wants_version) && begin_version(ts, f, pc, t))
        return pc;
    for (;;) {
        f->instr_ptr = pc;
        PyObject **sp = frame_stackpointer(f);           /* it runs */
        t->entered++;
        t->used_at = jit_stats.entered;
        if (UNLIKELY(jit_options.exit_every != 0))
            stress_begin(ts);
        struct trace *in = t;
        pc = run(ts, f, t);
        t = taken.t;
        if (UNLIKELY(t == NULL)) {                       /* it did not */
            frame_set_stackpointer(f, sp);
            return f->instr_ptr;
        }
        if (UNLIKELY(pc == NULL || t->dead || stress_forced(ts)))
            return pc;
        const struct trace_exit *e = &t->exits[taken.exit];
        struct exit_state *state = trace_exit_state(t, taken.exit);
        if (UNLIKELY(state == NULL))
            return pc;
        if (state->taken++ == 0)                         /* something is different from what was recorded */
            specialize_soon(pc, false);
        if (UNLIKELY(state->taken == (jit_options.stress ? 1 : PLAN_AT)) && t->machine.code != NULL)
            prepare_exit(t, taken.exit, state);
        if (trace_get(state->side) != NULL)              /* only machine code leads there */
            return pc;
        f = ts->current_frame;
        if (t->link == NO_TRACE || t->is_linked || taken.exit != t->nexits - 1) {
            bool loses = t->machine.code != NULL && policy_left(in, t, e, taken.rounds, taken.work);
            t->used_at = jit_stats.entered;
            if (e->op == IR_NEXT && wants_next(ts, t, e, f, pc)) {
                rt_thread_of(ts)->loop_record = 1;
                return pc;
            }
            bool turned = e->op == IR_CALLO && jit_turned_pc != NULL && jit_turned_pc == pc;
            if ((!t->snaps[e->snap].open || turned) && wants_side(ts, t, e) && begin_side(ts, f, pc, t))
                rt_thread_of(ts)->loop_record = 1;
            else if (UNLIKELY(loses) && !in->dead && !may_grow(in, state))
                policy_give_up(ts, in);
            return pc;
        }
        t = trace_at(t->link);
    }
}

_Py_CODEUNIT *
trace_enter(PyThreadState *ts, _PyInterpreterFrame *f, int n)
{
    jit_stats.entered++;
    _Py_CODEUNIT *pc = run_traces(ts, f, n);
    if (UNLIKELY(dead != NULL))
        bury_dead();
    return pc;
}

/* ---- facts that cease to hold ---- */

static void
bury_dead(void)
{
    while (dead != NULL && runs == NULL) {
        struct trace *t = dead;
        dead = t->next_dead;
        trace_free(t);
    }
}

/* NEXT does not lead to t any more. If the interpreter had given up entering it, it may be made again. */
static void
withdraw(const struct trace *t, const void *dying)
{
    next_clear(t->place);
    if (t->place == _PyCode_CODE(t->code) && t->anchor == NO_ANCHOR && t->code != dying)
        heat_restart_entry(t->code);
}

/* dying: the code object at whose death this happens, or NULL. */
static void
free_doomed(PyThreadState *ts, const void *dying)
{
    for (struct trace *t = trace_take_doomed(), *next; t != NULL; t = next) {
        next = t->next_doomed;
        dep_forget(ts, t->id);
        if (t->anchor != NO_ANCHOR && t->code != dying)
            anchor_clear_trace(t->code, t->id);
        if (t->place != NULL)
            withdraw(t, dying);
        event_freed(t);                                  /* while its loop has a row */
        t->row = NULL;
        t->dead = true;
        t->next_dead = dead;
        dead = t;
    }
    jit_epoch++;
    bury_dead();
}

static void
invalidate(PyThreadState *ts, const struct dep *d)
{
    bool any = false;
    rec_global_changed(d);
    for (int i = 0; i < d->ntraces; i++) {
        struct trace *t = trace_get(d->traces[i]);
        if (t == NULL) {
            record_broken(d->traces[i]);
            continue;
        }
        any = true;
        if (d->aspect < DEP_CODE_INSTRUMENTED)           /* a tool may be gone soon */
            policy_broken(t);
        trace_doom(t);
        event_invalidated(t, d);
    }
    if (any)
        free_doomed(ts, d->aspect == DEP_DEATH ? d->subject : NULL);
    event_broken(d);
}

void
trace_take_away(PyThreadState *ts, struct trace *t)
{
    trace_doom(t);
    free_doomed(ts, NULL);
}

static struct trace_ops ops = { record_hot, record_ins, record_unwind, trace_enter, invalidate };

void
jit_pause(PyThreadState *ts, bool on)
{
    jit_options.paused += on ? 1u : -1u;
    if (!on)
        return;
    record_break("memory is traced, or objects are");
    for (unsigned i = 0; i < trace_limit(); i++)
        trace_doom(trace_get(i));
    free_doomed(ts, NULL);
}

void
jit_after_fork(PyThreadState *ts)
{
    for (struct run **at = &runs; *at != NULL; )
        if ((*at)->ts == ts)
            at = &(*at)->previous;
        else
            *at = (*at)->previous;                       /* of a thread that is not there */
    record_drop_others(ts);
    policy_after_fork();
    check_after_fork(ts);
}

int
jit_start(void)
{
    if (jit_options.mode == JIT_OFF)
        return 0;
    object_tracing_changed = jit_pause;
    if (jit_options.mode == JIT_ON && x64_init(leave) < 0) {
        jit_options.mode = JIT_OFF;
        return -1;
    }
    if (jit_options.stress)
        code_loop_heat = heat_entry_at = 2;
    x64_force_exits(jit_options.exit_every != 0 || jit_options.check != 0);
    if (jit_options.evict_every + jit_options.poison_every + jit_options.oom_every != 0)
        ops = stressed(&ops);
    if (jit_options.check != 0)
        ops = checking(&ops);
    if (jit_options.clock)
        ops = clocked(&ops);
    trace_install(&ops);
    return 0;
}

void
jit_stop(void)
{
    trace_install(NULL);
    check_end();
    stress_end();
    record_end();
    for (unsigned i = 0; i < trace_limit(); i++)
        if (trace_get(i) != NULL)
            anchor_clear_all(trace_get(i)->code);
    dead = NULL;
    next_clear_all();
    table_end();
    events_end();
    if (jit_options.mode == JIT_ON && runs == NULL)
        x64_fini();
    jit_options.mode = JIT_OFF;
}
