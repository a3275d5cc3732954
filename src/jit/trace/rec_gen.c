/* jit/trace/rec_gen.c: recording loops over generators: the trace goes on in the generator's frame.
 *
 * That frame lies in the generator, not behind its caller's. So it is like an inlined call (struct ir_frame) whose slots have memory, but elsewhere: a slot that does not differ is
 * loaded from there, snapshots list those that do. While the trace runs nobody sees that the generator does, as its frame is in no open call: exits set it going.
 *
 * A variable has a number without object in a slot, and None in memory (slot mode); or the object is in memory at once. Where the generator yields, a number waits to be stored (struct snap_store)
 * in its field of the generator, and is found there when it goes on: so the variables of a generator in a loop live in registers. The rest of the generator is as it was when it went on, if only
 * it yields at the same place again; else where it goes on waits to be stored, too. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/opt/facts.h"
#include "object/coll/iter.h"
#include "rt/interp.h"
#include "vm/genobject.h"

#define DEPTH_MAX 24
#define IN_FRAME(field) ((uint32_t)(offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, field)))
#define STATE offsetof(PyGenObject, gi_hooks_inited)       /* four bytes, of which the last is gi_frame_state */

static uint32_t offset_of(int local) { return IN_FRAME(localsplus) + (uint32_t)local * (uint32_t)sizeof(PyObject *); }

/* Of the frames at hand, that to which slot i belongs. */
static const struct ir_frame *
frame_of(const struct recorder *r, int i)
{
    const struct ir *ir = r->ir;
    unsigned k = ir->frame;
    while (k != 0 && i < ir->frames[k].base)
        k = ir->frames[k].parent;
    return &ir->frames[k];
}

/* The generator whose frame f is: on top of its caller's stack. */
static ir_ref generator(struct recorder *r, const struct ir_frame *f) { return rec_local(r, f->below - 1); }

/* Has the memory of a generator's frame the slot? */
static bool
has_memory(const struct recorder *r, const struct ir_frame *f, int i)
{
    return f->generator && i < f->base + f->words && !r->changed[i];
}

bool rec_is_in_generator(const struct recorder *r) { return r->ir->frames[r->ir->frame].generator; }

ir_ref
rec_generator_local(struct recorder *r, int i)
{
    const struct ir_frame *f = frame_of(r, i);
    if (!has_memory(r, f, i))
        return REF_NONE;
    return r->slot[i] = rec_emit_x(r, IR_OLOAD, generator(r, f), REF_NONE, offset_of(i - f->base));
}

/* A value that goes without dying, as nobody notices when. */
static bool
goes_unnoticed(PyObject *o)
{
    return jit_is_leaf(Py_TYPE(o)) || Py_IS_TYPE(o, &PyRangeIter_Type);
}

void
rec_guard_generator_slot(struct recorder *r, int i)
{
    const struct ir_frame *f = frame_of(r, i);
    if (!has_memory(r, f, i) || rec_is_late(r, i))
        return;
    PyObject *now = r->inner->localsplus[i - f->base];
    if (f != &r->ir->frames[r->ir->frame] || r->resumed != NULL || i - f->base < f->nlocals || now == NULL || !goes_unnoticed(now)) {
        rec_stop(r, "a generator's stack holds an object whose death may be noticed");
        return;
    }
    rec_guard_type(r, rec_local(r, i), Py_TYPE(now));
    rec_mark_late(r, i, jit_is_leaf(Py_TYPE(now)));
}

bool
rec_take_generator_slot(struct recorder *r, int i)
{
    const struct ir_frame *f = &r->ir->frames[r->ir->frame];
    if (i < f->base || !has_memory(r, f, i))
        return false;
    ir_ref v = rec_local(r, i), gen = generator(r, f);
    rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    rec_protect(r);
    rec_emit_x(r, IR_OSTORE, gen, ir_obj(r->ir, Py_None), offset_of(i - f->base));
    r->changed[i] = r->held[i] = true;
    r->nheld++;
    rec_mark_late(r, i, true);
    rec_snap(r, r->pc, 0);
    return r->why == NULL;
}

/* ---- going on ---- */

/* No generator that runs in the trace, or whose stores wait, is this one under another name. */
static bool
is_other(struct recorder *r, ir_ref gen)
{
    struct ir *ir = r->ir;
    for (unsigned k = ir->frame; k != 0; k = ir->frames[k].parent)
        if (ir->frames[k].generator)
            rec_emit(r, IR_GNE_P, gen, generator(r, &ir->frames[k]));
    for (int i = 0; i < r->npending && r->why == NULL; i++) {
        ir_ref o = r->pending[i].obj;
        if (o != gen && !never_same(ir, o, gen))
            rec_emit(r, IR_GNE_P, gen, o);
    }
    return r->why == NULL;
}

static const char *
refused(const struct recorder *r, PyGenObject *gen)
{
    const _Py_CODEUNIT *at = _PyCode_CODE(r->inner_code) + r->at;
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    if (at->op.code != FOR_ITER_GEN && at->op.code != SEND_GEN)
        return "a loop over generators among others";
    if (Py_TYPE(gen) != &PyGen_Type || !FRAME_STATE_SUSPENDED(gen->gi_frame_state))
        return "a generator begins";
    if (r->ts->interp->eval_frame != NULL || gen->gi_exc_state.exc_value != NULL || f->f_locals != NULL)
        return "a generator that handles an exception";
    PyCodeObject *code = frame_code(f);
    if (r->base + r->inner_code->co_framesize + code->co_framesize > REC_SLOTS || r->ir->frames[r->ir->frame].depth + 1 > DEPTH_MAX || Py_SIZE(code) > UINT16_MAX)
        return "too many slots";
    for (unsigned k = r->ir->frame, same = 0; k != 0; k = r->ir->frames[k].parent)
        if (r->ir->frames[k].code == code && ++same == 2)
            return "a recursion";
    return r->ts->py_recursion_remaining < 1 ? "the end of the stack" : NULL;
}

/* It goes on there, and looks names up where the trace does. */
static bool
guard_frame(struct recorder *r, ir_ref v, PyGenObject *gen)
{
    const _PyInterpreterFrame *f = GEN_FRAME(gen);
    uint32_t state;
    memcpy(&state, (char *)gen + STATE, sizeof(state));
    if (!rec_guard_type(r, v, &PyGen_Type) || !is_other(r, v))
        return false;
    rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_WLOAD, v, REF_NONE, STATE), ir_int(r->ir, state));
    rec_emit(r, IR_GEQ_I, rec_field(r, v, IN_FRAME(instr_ptr)), ir_int(r->ir, (int64_t)(intptr_t)f->instr_ptr));
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_OLOAD, v, REF_NONE, IN_FRAME(f_globals)), ir_obj(r->ir, f->f_globals));
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_OLOAD, v, REF_NONE, IN_FRAME(f_builtins)), ir_obj(r->ir, f->f_builtins));
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_OLOAD, v, REF_NONE, offsetof(PyGenObject, gi_exc_state.exc_value)), ir_ptr(r->ir, NULL));
    rec_emit(r, IR_GDEPTH, (ir_ref)(r->ir->frames[r->ir->frame].depth + 1), REF_NONE);
    return r->why == NULL && rec_watch_callee(r, NULL, frame_code(GEN_FRAME(gen)));
}

/* What waits to be stored in variables is in slots from now on. */
static void
take_waiting(struct recorder *r, ir_ref gen, const struct ir_frame *f)
{
    int n = 0;
    for (int i = 0; i < r->npending; i++) {
        struct snap_store st = r->pending[i];
        if (st.obj != gen || st.offset < offset_of(0)) {
            r->pending[n++] = st;
            continue;
        }
        int slot = f->base + (int)((st.offset - offset_of(0)) / sizeof(PyObject *));
        r->slot[slot] = st.value;
        r->changed[slot] = true;
        rec_mark_late(r, slot, true);
    }
    r->npending = n;
}

void
rec_take_waiting(struct recorder *r)
{
    const struct ir *ir = r->ir;
    for (unsigned k = ir->frame; k != 0; k = ir->frames[k].parent)
        if (ir->frames[k].generator)
            take_waiting(r, generator(r, &ir->frames[k]), &ir->frames[k]);
}

bool
rec_resume_generator(struct recorder *r, int above)
{
    PyGenObject *gen = (PyGenObject *)r->sp[-1 - above];
    int slot = r->nslots + r->depth - 1 - above;
    ir_ref v = rec_local(r, slot);
    const char *why = refused(r, gen);
    if (why != NULL)
        return rec_stop(r, why);
    if (ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || !guard_frame(r, v, gen))
        return rec_stop(r, "a number is iterated over");
    _PyInterpreterFrame *f = GEN_FRAME(gen);
    PyCodeObject *code = frame_code(f);
    ir_ref sent = above > 0 ? rec_pop(r) : rec_const(r, Py_None);
    int base = r->base + r->inner_code->co_framesize;
    struct ir_frame frame = { .base = (uint16_t)base, .below = (uint16_t)(slot + 1), .function = (uint16_t)(base - 1), .nlocals = (uint16_t)code->co_nlocalsplus, .call = r->at,
                              .ret = r->next + (unsigned)r->oparg, .code = code, .words = (uint16_t)f->stacktop,
                              .from = (uint32_t)(f->instr_ptr - _PyCode_CODE(code)), .generator = true };
    if (!rec_add_frame(r, frame))
        return false;
    r->ngenerators++;
    r->depth = base + f->stacktop - r->nslots;
    take_waiting(r, v, &frame);
    r->resumed = f;
    rec_push(r, sent);
    return r->why == NULL;
}

bool
rec_follow_generator(struct recorder *r, _PyInterpreterFrame *f)
{
    bool follows = f == r->resumed && f->previous == r->inner;
    r->resumed = NULL;
    r->inner = f;
    return follows || rec_stop(r, "a generator was not resumed");
}

/* ---- its variables ---- */

/* v can wait to be stored: what keeps an object alive meanwhile nobody would know. */
static bool
may_wait(const struct recorder *r, ir_ref v)
{
    return ir_is_box(r->ir, v) || ir_type_of(r->ir, v) == T_BOOL || (r->ir->at[v].op == IR_KO && _Py_IsImmortal(ir_obj_value(r->ir, v)));
}

struct variable {
    int local;
    ir_ref v;
    bool waits, stores;                /* v gets the slot; memory is written: v, or None */
    struct rec_storing st;
};

/* The n-th value from the top of the stack goes to a variable: guards, while `popped` values go. */
static bool
guard_variable(struct recorder *r, struct variable *a, int local, int n, int popped)
{
    const struct ir_frame *f = &r->ir->frames[r->ir->frame];
    int i = f->base + local;
    bool had = r->changed[i];
    if (had && (r->held[i] || r->slot[i] == REF_NONE || !may_wait(r, r->slot[i])) && !may_wait(r, rec_peek(r, n)))
        return rec_stop(r, "a variable of a generator that had a number");
    *a = (struct variable){ .local = local, .v = rec_peek(r, n) };
    a->waits = may_wait(r, a->v);
    a->stores = !had || !a->waits;
    if (!a->stores)
        return true;
    rec_local(r, i);
    a->st = (struct rec_storing){ .pl = { .base = generator(r, f), .offset = offset_of(local) }, .v = a->waits ? ir_obj(r->ir, Py_None) : a->v };
    return rec_guard_field(r, &a->st, had ? Py_None : r->inner->localsplus[local], popped);
}

/* The store; then v is on top of the stack. */
static bool
set_variable(struct recorder *r, const struct variable *a)
{
    int i = r->base + a->local;
    ir_ref v = rec_pop(r);
    if (a->waits) {
        rec_mark_late(r, i, true);
        rec_set(r, i, v);
        return r->why == NULL;
    }
    r->slot[i] = v;
    r->changed[i] = r->empty[i] = false;
    rec_unmark_late(r, i);
    return r->why == NULL;
}

static bool
have_values(struct recorder *r, int n)
{
    for (int i = 1; i <= n; i++) {
        if (rec_peek(r, i) == REF_NONE)
            return rec_stop(r, "a variable without value");
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    }
    return true;
}

bool
rec_generator_store(struct recorder *r, int local)
{
    struct variable a;
    if (!have_values(r, 1) || !guard_variable(r, &a, local, 1, 1))
        return false;
    return (!a.stores || rec_write_field(r, &a.st)) && set_variable(r, &a);
}

/* Two at once: no guard may come behind the first store. */
bool
rec_generator_store_two(struct recorder *r, int first, int second)
{
    struct variable a, b;
    if (first == second)
        return rec_stop(r, "a variable of a generator changes twice");
    if (!have_values(r, 2) || !guard_variable(r, &a, first, 1, 2) || !guard_variable(r, &b, second, 2, 2))
        return false;
    if (a.stores && b.stores && !rec_are_two(r, &a.st, &b.st))
        return false;
    if ((a.stores && !rec_write_field(r, &a.st)) || (b.stores && !rec_write_field(r, &b.st)))
        return false;
    return set_variable(r, &a) && set_variable(r, &b);
}

bool
rec_generator_refuses(struct recorder *r, int opcode)
{
    switch (opcode) {
    case LOAD_FAST_AND_CLEAR: case DELETE_FAST: case MAKE_CELL: case COPY_FREE_VARS: case RETURN_VALUE: case RETURN_CONST:
        return !rec_stop(r, opcode == RETURN_VALUE || opcode == RETURN_CONST ? "a generator ends" : "a variable of a generator goes");
    default:
        return false;
    }
}

/* ---- yielding ---- */

/* Its stack is as deep as when it went on. What is there, and variables have, can be stored: iterators that the trace did not make exist from now on. */
static bool
can_store(struct recorder *r, const struct ir_frame *f)
{
    int end = r->nslots + r->depth - 1;
    if (end != f->base + f->words)
        return rec_stop(r, "a generator yields with another stack");
    for (int i = f->base; i < end; i++) {
        if (!r->changed[i])
            continue;
        if (r->slot[i] == REF_NONE)
            return rec_stop(r, "a variable of a generator goes");
        if (rec_is_virtual(r, r->slot[i]) && (i < f->base + f->nlocals || !rec_materialise(r, r->slot[i])))
            return rec_stop(r, "a variable of a generator is virtual");
    }
    return r->why == NULL;
}

/* Variables that slots have: numbers wait, objects are stored where None is. */
static bool
put_away(struct recorder *r, const struct ir_frame *f, ir_ref gen)
{
    for (int i = f->base; i < f->base + f->words && r->why == NULL; i++) {
        if (!r->changed[i])
            continue;
        if (may_wait(r, r->slot[i])) {
            rec_set_field(r, gen, offset_of(i - f->base), r->slot[i]);
            continue;
        }
        ir_ref none = rec_emit_x(r, IR_OLOAD, gen, REF_NONE, offset_of(i - f->base));
        rec_emit_x(r, IR_OSTORE, gen, rec_reference(r, r->slot[i]), offset_of(i - f->base));
        rec_emit(r, IR_DROP, none, REF_NONE);
    }
    return r->why == NULL;
}

/* What a variable of the generator has, whose next store would take it away from the loop: that gets a reference. Else the first round, in which a slot of memory has one, would be another. */
static void
own_item(struct recorder *r, const struct ir_frame *f)
{
    int top = r->nslots + r->depth - 1;
    ir_ref v = r->slot[top];
    if (may_wait(r, v) || r->held[top] || rec_is_virtual(r, v) || ir_type_of(r->ir, v) != T_OBJ)
        return;
    for (int i = f->base; i < f->base + f->nlocals; i++) {
        if (r->changed[i] || r->slot[i] != v)
            continue;
        rec_emit(r, IR_INC, v, REF_NONE);
        r->held[top] = true;
        r->nheld++;
        return;
    }
}

bool
rec_yield_to_loop(struct recorder *r)
{
    struct ir *ir = r->ir;
    const struct ir_frame *f = &ir->frames[ir->frame];
    ir_ref v = rec_peek(r, 1), g = generator(r, f);
    _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    if (v == REF_NONE || r->oparg != 0)
        return rec_stop(r, "a generator yields for another");
    rec_guard_late(r, f->below);                         /* where the item will lie */
    if (r->why != NULL || !can_store(r, f) || !put_away(r, f, g))
        return false;
    if (f->from != r->next)
        rec_set_field(r, g, IN_FRAME(instr_ptr), ir_int(ir, (int64_t)(intptr_t)next));
    own_item(r, f);
    v = rec_pop(r);
    rec_leave_frame(r);
    r->elsewhere = true;
    for (int k = 0; k < r->ndropped; k++)
        r->dropped_now[k] = NULL;
    r->ngenerators--;
    rec_push(r, v);
    return r->why == NULL;
}
