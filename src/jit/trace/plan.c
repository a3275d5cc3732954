/* jit/trace/plan.c: exits that are taken often, worked out once.
 *
 * exit_apply() reads a snapshot through six arrays of the trace, of which little lies near each other. A plan is one block of memory with all that this exit needs, in the order in which it needs
 * it: boxes to make, waiting stores, slots of the outer frame, frames of inlined calls with what lies in them. It does the same in the same order: everything that
 * can fail first; then each new reference; then what the slots held goes. Virtual objects have no plan. */
#include "jit/ir/ir_runtime.h"
#include "jit/trace/trace.h"

#include "object/num/int.h"
#include "vm/genobject.h"
#include "vm/step.h"

#define BOXES 48
#define FRAMES 16
#define OLD 64

/* Where a word is: of the state, or behind CONST in the plan's own constants. */
#define CONST 0x8000

enum value_how { V_EMPTY, V_OWN, V_LENT, V_IMMORTAL, V_TRUTH, V_MADE, V_MADE_AGAIN };

struct value { uint16_t slot, at; uint8_t how; bool fresh; };  /* fresh: the slot of memory holds nothing */
struct box { uint16_t at; bool is_float; };
struct store { uint32_t offset; uint16_t object; struct value value; };     /* value.how V_EMPTY: of a number, which is at value.at */
struct call {
    PyCodeObject *code;
    uint32_t at;                       /* code unit of the caller's instruction */
    int room;                          /* words of a frame */
    uint16_t skip;                     /* from that instruction to where the caller goes on */
    uint16_t n;                        /* values in the frame, its function before them; of a generator's those that differ, */
    uint16_t depth, words;             /* how many it has, and how many memory has */
    bool is_shim, is_generator;
};

struct exit_plan {
    unsigned nboxes, nstores, nouter, ncalls;
    unsigned from, end;                /* slots of the outer frames' memory that are taken off the stack */
    int inner;                         /* where the innermost frame in memory begins, in words from the outer one */
    uint32_t pc;
    uint64_t *consts;
    struct box *boxes;
    struct store *stores;
    struct call *calls;
    struct value *values;              /* nouter, then those of each call: its function first */
};

/* ---- making one ---- */

struct making {
    const struct trace *t;
    const struct trace_snap *snap;
    uint32_t exit;
    snap_entry *list;                  /* kept_list() of it */
    const struct ir_frame *call[FRAMES];
    unsigned ncalls, nconsts, nboxes;
    uint64_t *consts;
    struct box *boxes;
    uint32_t box_of[BOXES];            /* the entry that box i was made for, or behind them the waiting store */
};

static const struct trace_item *item_at(const struct making *m, uint32_t i) { return &m->t->items[snap_ref(m->list[i])]; }

/* Of number i in the list. */
static uint16_t
word_place(struct making *m, uint32_t i)
{
    ir_ref ref = item_at(m, i)->ref;
    if (ref_is_const(ref)) {
        m->consts[m->nconsts] = m->t->consts[REF_BIAS - 1 - ref];
        return (uint16_t)(CONST + m->nconsts++);
    }
    uint16_t loc = kept_place(m->t, snap_ref(m->list[i]), m->exit);
    return (uint16_t)(loc >= LOC_SPILL ? loc - LOC_SPILL : X64_SPILLS + loc);
}

static bool is_box_how(unsigned how) { return how == HOW_INT || how == HOW_FLOAT; }
static bool is_box(snap_entry e) { return is_box_how(snap_how(e)); }

/* Where in the list entry i is, or behind the entries what waiting store i puts into its field; and what that is. */
static uint32_t item_of(const struct making *m, uint32_t i) { return i < m->snap->nentries ? i : m->snap->nentries + 2 * (i - m->snap->nentries) + 1; }
static ir_ref named(const struct making *m, uint32_t i) { return item_at(m, item_of(m, i))->named; }

/* Its box, which one before may have, too. */
static struct value
boxed(struct making *m, uint32_t i, bool is_float)
{
    for (unsigned k = 0; k < m->nboxes; k++)
        if (named(m, m->box_of[k]) == named(m, i))
            return (struct value){ .at = (uint16_t)k, .how = V_MADE_AGAIN };
    m->boxes[m->nboxes] = (struct box){ word_place(m, item_of(m, i)), is_float };
    m->box_of[m->nboxes] = i;
    return (struct value){ .at = (uint16_t)m->nboxes++, .how = V_MADE };
}

static struct value
value_for(struct making *m, uint32_t i)
{
    snap_entry e = m->list[i];
    struct value v = { .how = V_EMPTY };
    if (is_box(e)) {
        v = boxed(m, i, snap_how(e) == HOW_FLOAT);
    } else if (snap_how(e) != HOW_NULL) {
        v.at = word_place(m, i);
        bool immortal = v.at >= CONST && snap_how(e) == HOW_OBJ && _Py_IsImmortal((PyObject *)m->consts[v.at - CONST]);
        v.how = snap_how(e) == HOW_BOOL ? V_TRUTH : immortal ? V_IMMORTAL : snap_held(e) ? V_OWN : V_LENT;
    }
    v.slot = (uint16_t)snap_slot(e);
    return v;
}

static bool
find_calls(struct making *m)
{
    const struct ir_frame *frames = m->t->frames;
    m->ncalls = frames[m->snap->frame].depth;
    if (m->ncalls > FRAMES)
        return false;
    for (unsigned i = m->snap->frame, k = m->ncalls; k-- > 0; i = frames[i].parent)
        m->call[k] = &frames[i];
    return true;
}

static unsigned
top_below(const struct making *m, unsigned k)
{
    return k < m->ncalls ? m->call[k]->below : (unsigned)m->t->nslots + m->snap->depth;
}

/* Has it entries of one kind only that there is a way for here, and not too many? */
static bool
fits(const struct making *m)
{
    if (m->snap->open || m->snap->nentries > OLD || m->snap->nstores > OLD)
        return false;
    kept_list(m->t, m->snap, m->list);
    unsigned boxes = 0;
    for (uint32_t i = 0; i < m->snap->nentries; i++) {
        snap_entry e = m->list[i];
        boxes += is_box(e);
        if (snap_how(e) == HOW_VIRTUAL || (is_box(e) && snap_held(e)))
            return false;
    }
    return boxes + m->snap->nstores <= BOXES;
}

static size_t
room_for(const struct making *m)
{
    size_t entries = m->snap->nentries, stores = m->snap->nstores;
    return sizeof(struct exit_plan) + (entries + 2 * stores) * sizeof(uint64_t) + (entries + stores) * sizeof(struct box) + entries * sizeof(struct value) + stores * sizeof(struct store)
        + m->ncalls * sizeof(struct call) + 4 * sizeof(void *);
}

/* Number i. */
static struct value
stored(struct making *m, uint32_t i)
{
    uint32_t at = item_of(m, m->snap->nentries + i);
    const struct trace_item *item = item_at(m, at);
    if (is_box_how(item->how))
        return boxed(m, m->snap->nentries + i, item->how == HOW_FLOAT);
    return (struct value){ .at = word_place(m, at), .how = item->how == HOW_NULL ? V_EMPTY : item->how == HOW_BOOL ? V_TRUTH : V_LENT };
}

static void
plan_stores(struct making *m, struct exit_plan *p)
{
    for (uint32_t i = 0; i < m->snap->nstores; i++) {
        uint32_t at = m->snap->nentries + 2 * i;
        p->stores[i].object = word_place(m, at);
        p->stores[i].value = stored(m, i);
        p->stores[i].offset = m->t->stores[m->snap->stores + i].offset;
    }
    p->nstores = m->snap->nstores;
    p->nboxes = m->nboxes;
}

static uint16_t
listed_between(const struct making *m, unsigned from, unsigned end)
{
    uint16_t n = 0;
    for (uint32_t i = 0; i < m->snap->nentries; i++) {
        unsigned slot = snap_slot(m->list[i]);
        n += slot >= from && slot < end;
    }
    return n;
}

static void
plan_calls(struct making *m, struct exit_plan *p)
{
    for (unsigned k = m->snap->real; k < m->ncalls; k++) {
        const struct ir_frame *call = m->call[k];
        uint16_t n = (uint16_t)(top_below(m, k + 1) - call->base), listed = call->generator ? listed_between(m, call->base, top_below(m, k + 1)) : n;
        p->calls[p->ncalls++] = (struct call){ .code = call->code, .at = call->call, .room = call->code->co_framesize, .skip = (uint16_t)(call->ret - call->call), .n = listed, .depth = n,
            .words = call->words, .is_shim = vm_is_shim(call->code), .is_generator = call->generator };
    }
}

/* Arrays of what needs the most alignment first. */
static void
lay_out(struct exit_plan *p, const struct making *m)
{
    p->consts = (uint64_t *)(p + 1);
    p->calls = (struct call *)(p->consts + m->snap->nentries + 2 * m->snap->nstores);
    p->stores = (struct store *)(p->calls + m->ncalls);
    p->values = (struct value *)(p->stores + m->snap->nstores);
    p->boxes = (struct box *)(p->values + m->snap->nentries);
}

struct exit_plan *
plan_make(const struct trace *t, uint32_t exit)
{
    static snap_entry list[KEPT_LIST];                     /* under the GIL */
    struct making m = { .t = t, .snap = exit_snap(t, exit), .exit = exit, .list = list };
    if (!fits(&m) || !find_calls(&m))
        return NULL;
    struct exit_plan *p = PyMem_RawCalloc(1, room_for(&m));
    if (p == NULL)
        return NULL;
    lay_out(p, &m);
    m.consts = p->consts;
    m.boxes = p->boxes;
    unsigned top = top_below(&m, m.snap->real), in_frames = 0;
    for (uint32_t i = 0; i < m.snap->nentries; i++) {
        p->values[i] = value_for(&m, i);
        p->nouter += p->values[i].slot < top;
    }
    plan_stores(&m, p);
    plan_calls(&m, p);
    for (unsigned k = 0; k < p->ncalls; k++)
        in_frames += p->calls[k].n + !p->calls[k].is_generator;
    if (p->nouter + in_frames != m.snap->nentries) {       /* the slots of frames that are not in memory are all there */
        PyMem_RawFree(p);
        return NULL;
    }
    p->from = top;
    p->end = Py_MAX(top, m.snap->top);
    p->inner = m.snap->real == 0 ? 0 : m.call[m.snap->real - 1]->base;
    p->pc = m.snap->pc;
    uint32_t at = p->nouter;
    for (unsigned k = 0; k < p->ncalls; at += p->calls[k].n + !p->calls[k].is_generator, k++)
        for (uint32_t i = at; p->calls[k].is_generator && i < at + p->calls[k].n; i++)
            p->values[i].slot -= m.call[m.snap->real + k]->base;
    for (uint32_t i = 0; i < p->nouter; i++)               /* nothing in memory there: nothing goes */
        if (p->values[i].slot >= m.snap->top)
            p->values[i].fresh = true;
    return p;
}

/* ---- doing it ---- */

static inline uint64_t
word_at(const struct exit_plan *p, const uint64_t *words, uint16_t at)
{
    return at < CONST ? words[at] : p->consts[at - CONST];
}

static bool
make_boxes(const struct exit_plan *p, const uint64_t *words, PyObject **made)
{
    for (unsigned i = 0; i < p->nboxes; i++) {
        uint64_t word = word_at(p, words, p->boxes[i].at);
        double d;
        memcpy(&d, &word, sizeof(d));
        made[i] = p->boxes[i].is_float ? PyFloat_FromDouble(d) : PyLong_FromLongLong((long long)word);
        if (LIKELY(made[i] != NULL))
            continue;
        while (i-- > 0)
            Py_DECREF(made[i]);
        return false;
    }
    return true;
}

static void
give_room_back(PyThreadState *ts, const struct exit_plan *p, _PyInterpreterFrame **inner, unsigned n)
{
    while (n-- > 0)
        if (!p->calls[n].is_generator)
            frame_stack_pop(ts, inner[n]);
}

/* Room for the frames of all calls, in order; false: none has any. */
static bool
find_room(PyThreadState *ts, const struct exit_plan *p, _PyInterpreterFrame **inner)
{
    for (unsigned k = 0; k < p->ncalls; k++) {
        inner[k] = p->calls[k].is_generator ? NULL : frame_alloc(ts, p->calls[k].room);
        if (LIKELY(inner[k] != NULL || p->calls[k].is_generator))
            continue;
        give_room_back(ts, p, inner, k);
        return false;
    }
    return true;
}

/* All that can fail. */
static bool
prepare(PyThreadState *ts, const struct exit_plan *p, const uint64_t *words, PyObject **made, _PyInterpreterFrame **inner)
{
    bool room = find_room(ts, p, inner);
    if (LIKELY(room && make_boxes(p, words, made)))
        return true;
    give_room_back(ts, p, inner, room ? p->ncalls : 0);
    PyErr_Clear();
    return false;
}

/* A new reference, or NULL for an empty slot. */
static inline PyObject *
value_of(const struct exit_plan *p, const struct value *v, const uint64_t *words, PyObject **made)
{
    switch ((enum value_how)v->how) {
    case V_EMPTY: return NULL;
    case V_OWN: case V_IMMORTAL: return (PyObject *)word_at(p, words, v->at);
    case V_LENT: return Py_NewRef((PyObject *)word_at(p, words, v->at));
    case V_TRUTH: return (word_at(p, words, v->at) & 0xff) ? Py_True : Py_False;
    case V_MADE: return made[v->at];
    case V_MADE_AGAIN: break;
    }
    return Py_NewRef(made[v->at]);
}

/* The frames, with what lies in them; they are not in the row of the thread's frames yet. What generators get goes to `later`. */
static void
fill_frames(const struct exit_plan *p, const uint64_t *words, PyObject **made, _PyInterpreterFrame **inner, PyObject **later)
{
    const struct value *v = p->values + p->nouter;
    for (unsigned k = 0; k < p->ncalls; k++) {
        const struct call *c = &p->calls[k];
        _PyInterpreterFrame *callee = inner[k];
        if (UNLIKELY(c->is_generator)) {
            for (unsigned i = 0; i < c->n; i++)
                *later++ = value_of(p, v++, words, made);
            continue;
        }
        PyObject *function = value_of(p, v++, words, made);
        if (UNLIKELY(c->is_shim))
            vm_make_shim(callee, c->code, function);
        else
            frame_init(callee, (PyFunctionObject *)function, NULL, c->code, c->code->co_nlocalsplus);
        for (unsigned i = 0; i < c->n; i++)
            callee->localsplus[i] = value_of(p, v++, words, made);
        frame_set_stackpointer(callee, callee->localsplus + c->n);
    }
}

/* The generator on top of the stack of f has gone on. What lay in its slots is old. */
static _PyInterpreterFrame *
start_generator(PyThreadState *ts, _PyInterpreterFrame *f, const struct call *c, const struct value *v, PyObject **later, PyObject **old)
{
    PyGenObject *gen = (PyGenObject *)f->localsplus[f->stacktop - 1];
    _PyInterpreterFrame *inner = GEN_FRAME(gen);
    gen_start(ts, gen);
    for (unsigned i = 0; i < c->n; i++) {
        PyObject **slot = &inner->localsplus[v[i].slot];
        old[i] = v[i].slot < c->words ? *slot : NULL;
        *slot = later[i];
    }
    for (unsigned i = c->depth; i < c->words; i++)       /* taken off its stack */
        Py_CLEAR(inner->localsplus[i]);
    frame_set_stackpointer(inner, inner->localsplus + c->depth);
    return inner;
}

static _PyInterpreterFrame *
link_frames(PyThreadState *ts, const struct exit_plan *p, _PyInterpreterFrame *f, _PyInterpreterFrame **inner, PyObject **later, PyObject **old, unsigned *nold)
{
    const struct value *v = p->values + p->nouter;
    for (unsigned k = 0; k < p->ncalls; k++) {
        const struct call *c = &p->calls[k];
        if (UNLIKELY(c->is_generator)) {
            inner[k] = start_generator(ts, f, c, v, later, old + *nold);
            later += c->n;
            *nold += c->n;
        }
        v += c->n + !c->is_generator;
        f->instr_ptr = _PyCode_CODE(frame_code(f)) + p->calls[k].at;
        f->return_offset = p->calls[k].skip;
        inner[k]->previous = f;
        ts->py_recursion_remaining -= inner[k]->f_funcobj != ITEM_SHIM;
        f = inner[k];
    }
    f->instr_ptr = _PyCode_CODE(frame_code(f)) + p->pc;
    return ts->current_frame = f;
}

/* What a reference takes away is immortal, or a number. */
static void
apply_store(const struct exit_plan *p, const struct store *s, const uint64_t *words, PyObject **made)
{
    char *field = (char *)word_at(p, words, s->object) + s->offset;
    if (s->value.how != V_EMPTY) {
        Py_XSETREF(*(PyObject **)field, value_of(p, &s->value, words, made));
        return;
    }
    uint64_t value = word_at(p, words, s->value.at);
    memcpy(field, &value, sizeof(value));
}

_Py_CODEUNIT *
plan_apply(PyThreadState *ts, _PyInterpreterFrame *f, const struct exit_plan *p, const struct x64_state *st)
{
    const uint64_t *words = (const uint64_t *)st;
    PyObject *made[BOXES], *old[OLD], *later[OLD];
    _PyInterpreterFrame *inner[FRAMES];
    unsigned nold = 0;
    if (UNLIKELY(!prepare(ts, p, words, made, inner)))
        return NULL;
    fill_frames(p, words, made, inner, later);
    for (unsigned i = 0; i < p->nstores; i++)
        apply_store(p, &p->stores[i], words, made);
    for (unsigned i = 0; i < p->nouter; i++) {
        const struct value *v = &p->values[i];
        PyObject **slot = &f->localsplus[v->slot], *value = value_of(p, v, words, made);
        if (!v->fresh)
            old[nold++] = *slot;
        *slot = value;
    }
    for (unsigned i = p->from; i < p->end; i++)          /* taken off the stack */
        Py_CLEAR(f->localsplus[i]);
    _PyInterpreterFrame *last = (_PyInterpreterFrame *)((PyObject **)f + p->inner);
    frame_set_stackpointer(last, f->localsplus + p->from);
    last = link_frames(ts, p, last, inner, later, old, &nold);
    for (unsigned i = 0; i < nold; i++)
        Py_XDECREF(old[i]);
    return last->instr_ptr;
}
