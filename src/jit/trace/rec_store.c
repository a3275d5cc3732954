/* jit/trace/rec_store.c: recording stores of references into objects: attributes, items of lists.
 *
 * The place may be empty: the first value of an attribute (OADD), of a member of __slots__. Else it holds an object already, the old one, whose reference the store takes away. What slots hold is lent (rec_obj.c), so it must not die while
 * one of them has it.
 *   A leaf that no slot has       (GALONE) is dropped; a float or an int to which there is no other reference makes room for the new one in the same
 *                                 memory (RENEW_F, RENEW_I).
 *   A leaf that only slots have   (GUNIQ, GOTHERS) besides: one of them takes the reference over: it *holds* the object from then on, until it is
 *                                 overwritten, stores it somewhere, or the trace comes to a call or to its end, where it becomes a number without object.
 *                                 A float that makes room for another becomes one at once.
 *   Everything else               (GKEPT) lives on, as others refer to it, too. Where it would die, the interpreter does the store.
 * A new number becomes an object, which all slots that have this number then refer to. All guards come first: nothing is done twice. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/core/descr.h"
#include "object/core/type.h"
#include "object/num/int.h"
#include "rt/singletons.h"

static ir_ref
load(struct recorder *r, const struct rec_place *pl)
{
    return pl->index != REF_NONE ? rec_emit(r, IR_LITEM, pl->base, pl->index) : rec_emit_x(r, IR_OLOAD, pl->base, REF_NONE, pl->offset);
}

static void
store(struct recorder *r, const struct rec_storing *st, ir_ref v)
{
    const struct rec_place *pl = &st->pl;
    if (st->shape != 0)
        opt_emit(r->ir, IR_OADD, pl->base, ir_int(r->ir, st->shape), ir_int(r->ir, st->nvalues), pl->offset);
    if (pl->index != REF_NONE)
        opt_emit(r->ir, IR_LSTORE, pl->base, pl->index, v, 0);
    else
        rec_emit_x(r, IR_OSTORE, pl->base, v, pl->offset);
}

static int top_of(const struct recorder *r) { return r->nslots + r->depth; }

/* How many slots have v without owning it. */
static int
slots_with(struct recorder *r, ir_ref v)
{
    int n = 0;
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        n += r->changed[i] && r->slot[i] == v;
    return n;
}

static void
replace_in_slots(struct recorder *r, ir_ref v, ir_ref by)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v)
            r->slot[i] = by;
}

/* Any slot that the frame's memory has at the start may be one that is dropped late by the time this is done again, in the loop or behind a link; a linear trace may have taken some off the stack.
 * A side trace does nothing again. */
static int64_t
all_slots(const struct recorder *r)
{
    uint64_t now = rec_late_slots(r);
    int end = r->is_side ? 0 : r->start_top < r->top ? r->start_top : r->top;
    return end >= 64 ? -1 : (int64_t)((((uint64_t)1 << end) - 1) | now);
}

/* When the round is complete it is known which slots may be dropped late in later rounds. Until then all_slots() takes any of them for such. */
bool
rec_narrow_late(struct recorder *r)
{
    static const enum ir_op asking[] = { IR_GKEPT, IR_GQUIET };
    struct ir *ir = r->ir;
    for (unsigned i = 0; i < Py_ARRAY_LENGTH(asking); i++)
        for (ir_ref k = ir->chain[asking[i]]; k != REF_NONE; k = ir->at[k].prev)
            if ((ir->at[k].b = ir_int(ir, (int64_t)((uint64_t)ir_int_value(ir, ir->at[k].b) & r->ever_late))) == REF_NONE)
                return rec_stop(r, ir->full);
    return r->why == NULL;
}

/* ---- references that slots hold ---- */

/* Above the end of the stack lies what has been there before. */
static PyObject *
object_below_end(const struct recorder *r, PyObject *const *at) { return at < r->sp ? *at : NULL; }

/* The same where frames do not lie one behind the other. The instruction at hand may have added frames to the trace that the interpreter has not. */
static PyObject *
above_generator(const struct recorder *r, int i)
{
    const struct ir *ir = r->ir;
    _PyInterpreterFrame *f = r->inner;
    unsigned k = ir->frame, depth = 0;
    for (_PyInterpreterFrame *at = f; at != r->frame; at = at->previous)
        depth++;
    while (ir->frames[k].depth > depth)
        k = ir->frames[k].parent;
    if (ir->frames[k].depth < depth)
        return NULL;
    int end = (int)(r->sp - f->localsplus);
    for (; k != 0 && i < ir->frames[k].base; k = ir->frames[k].parent) {
        f = f->previous;
        end = f->stacktop;
    }
    i -= k == 0 ? 0 : ir->frames[k].base;
    return i < end ? f->localsplus[i] : NULL;
}

PyObject *
rec_object_now(const struct recorder *r, int i)
{
    const struct ir *ir = r->ir;
    const _PyInterpreterFrame *f = r->inner;
    unsigned k = ir->frame;
    if (i >= REC_SLOTS || r->elsewhere || r->consuming)
        return NULL;
    if (r->ngenerators > 0)
        return above_generator(r, i);
    if (r->frame->owner != FRAME_OWNED_BY_GENERATOR || r->inner == r->frame)
        return object_below_end(r, &r->frame->localsplus[i]);
    if (i < r->nslots + r->code->co_stacksize)
        return r->frame->localsplus[i];
    while (f != r->frame && f->previous != r->frame)         /* the first call */
        f = f->previous;
    while (k != 0 && ir->frames[k].parent != 0)
        k = ir->frames[k].parent;
    return f != r->frame && k != 0 && i >= ir->frames[k].base ? object_below_end(r, &f->localsplus[i - ir->frames[k].base]) : NULL;
}

void
rec_let_go(struct recorder *r, int i)
{
    r->held[i] = false;
    r->nheld--;
    if (r->ndropped == REC_DROPS)
        rec_stop(r, "too many references at once");
    else {
        r->dropped_now[r->ndropped] = r->unseen || r->consuming ? NULL : rec_object_now(r, i);       /* the interpreter has other things there by now */
        r->dropped[r->ndropped++] = r->slot[i];
    }
}

static void
hold(struct recorder *r, int i)
{
    r->held[i] = true;
    r->nheld++;
}

/* A slot that has v, holding a reference to it or not; -1: none. */
static int
find_slot(struct recorder *r, ir_ref v, bool held)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v && r->held[i] == held)
            return i;
    return -1;
}

bool rec_has_heir(struct recorder *r, int i) { return r->slot[i] != REF_NONE && find_slot(r, r->slot[i], false) >= 0; }

static bool
is_leaf(struct recorder *r, ir_ref v)
{
    ir_ref kt = r->ir->at[v].kt;
    return kt != REF_NONE && jit_is_leaf(ir_ptr_value(r->ir, kt));
}

/* A call of a C function on v itself, or on a leaf, with leaves: of what other objects refer to, nothing is taken away. */
static bool
takes_nothing(struct recorder *r, const struct ir_ins *in, ir_ref method, ir_ref self)
{
    if (in->op != IR_CALLN || (in->x != HELPER_CALL_SELF && in->x != HELPER_CALL_ONE))
        return in->op == IR_CALLR || in->op == IR_INC || in->op == IR_NEW_I || in->op == IR_NEW_F || in->op == IR_GPOLL || (in->op == IR_DROP && is_leaf(r, in->a));
    const struct ir_ins *on = &r->ir->at[in->b];
    bool own = in->b == self || (on->op == IR_OLOAD && on->a == method && on->x == offsetof(PyCFunctionObject, m_self));
    return (own || is_leaf(r, in->b)) && (in->x == HELPER_CALL_SELF || is_leaf(r, in->c));
}

/* v is a method of a builtin type that the trace has bound to an object which is no container, and since then nothing has lost a reference: what v refers to has all the others that it had before. So when v goes, nothing
 * else does, and nobody has seen v. */
static bool
is_fresh_method(struct recorder *r, ir_ref v)
{
    const struct ir_ins *in = &r->ir->at[v];
    if (in->op != IR_CALLN || in->x != HELPER_BIND_METHOD || r->ir->at[in->b].kt == REF_NONE)
        return false;
    const PyTypeObject *t = ir_ptr_value(r->ir, r->ir->at[in->b].kt);
    if (t->tp_iter != NULL || (t->tp_as_sequence != NULL && t->tp_as_sequence->sq_length != NULL) || (t->tp_as_mapping != NULL && t->tp_as_mapping->mp_length != NULL))
        return false;
    for (ir_ref k = (ir_ref)(v + 1); k < r->ir->end; k++)
        if (ir_ops[r->ir->at[k].op].flags & (I_STORE | I_KEEP | I_CALL) && !takes_nothing(r, &r->ir->at[k], v, in->b))
            return false;
    return true;
}

/* Has the instruction done something already that cannot be done again? */
static bool
has_effects(const struct recorder *r)
{
    const struct ir *ir = r->ir;
    for (ir_ref k = ir->snaps[ir->nsnaps - 1].ref; k < ir->end; k++) {
        unsigned flags = ir_ops[ir->at[k].op].flags;
        if (flags & (I_STORE | I_KEEP) && (!(flags & I_GUARD) || ir_acts_first(ir->at[k].op)) && ir->at[k].op != IR_GALONE && ir->at[k].op != IR_GOTHERS && ir->at[k].op != IR_INC)
            return true;
    }
    return false;
}

void
rec_protect(struct recorder *r)
{
    const struct ir *ir = r->ir;
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i)) {
        ir_ref v = r->slot[i];
        if (!r->changed[i] || r->held[i] || v == REF_NONE || ir_type_of(ir, v) != T_OBJ || ir_is_box(ir, v) || rec_is_virtual(r, v))
            continue;
        if (ir->at[v].op == IR_KO)                           /* the facts that made it a constant keep it alive */
            continue;
        if (find_slot(r, v, true) >= 0)
            continue;
        if (ir->at[v].op == IR_SLOAD && ir->at[v].a < r->top && !r->changed[ir->at[v].a] && r->slot[ir->at[v].a] == v)
            continue;                                    /* the frame's memory owns it */
        rec_emit(r, IR_INC, v, REF_NONE);
        hold(r, i);
    }
}

/* Does one of the slots hold an object? */
static bool
holds_object(struct recorder *r, int from, int to)
{
    for (int i = from; i < to; i++)
        if (r->held[i] && !is_leaf(r, r->slot[i]) && !is_fresh_method(r, r->slot[i]))
            return true;
    return false;
}

static bool
may_drop(struct recorder *r, int opcode)
{
    int top = top_of(r), n = op_table[opcode].popped.base + op_table[opcode].popped.per_arg * r->oparg;
    switch (opcode) {
    case STORE_FAST: return holds_object(r, r->base + r->oparg, r->base + r->oparg + 1);
    case STORE_FAST_LOAD_FAST: return holds_object(r, r->base + (r->oparg >> 4), r->base + (r->oparg >> 4) + 1);
    case STORE_FAST_STORE_FAST: return holds_object(r, r->base, top);
    case RETURN_VALUE: case RETURN_CONST: return holds_object(r, r->base - 1, top);
    case CALL: case CALL_KW: case BUILD_TUPLE: case BUILD_LIST: case SWAP: case COPY: return false;
    default: return holds_object(r, n > r->depth ? r->nslots : top - n, top);
    }
}

void
rec_protect_from(struct recorder *r, int opcode)
{
    if (!may_drop(r, opcode))
        return;
    rec_protect(r);
    rec_snap(r, r->pc, 0);
}

static uint32_t
quiet_x(int k, int n)
{
    return n == 1 ? 1 : (uint32_t)n | (uint32_t)(k + 1) << QUIET_NTH;
}

void
rec_outlives(struct recorder *r, int i)
{
    ir_ref v = r->slot[i];
    if (!r->held[i] || rec_is_virtual(r, v) || is_leaf(r, v) || rec_has_heir(r, i) || r->nquiet > 0)
        return;
    rec_emit(r, IR_GKEPT, v, ir_int(r->ir, all_slots(r)));
    r->quiet[r->nquiet++] = v;
}

void rec_guard_kept(struct recorder *r, ir_ref v) { rec_emit(r, IR_GKEPT, v, ir_int(r->ir, all_slots(r))); }

bool
rec_cuts_quietly(struct recorder *r, ir_ref list, PyObject *list_now, const ir_ref bounds[2], const int64_t bounds_now[2])
{
    for (int i = 0; i < 2; i++) {
        jit_args[i] = (PyObject *)(intptr_t)bounds_now[i];
        rec_emit(r, IR_ARG_I, (ir_ref)i, bounds[i]);
    }
    if (!jit_is_quiet(r->frame->localsplus, 0, list_now, QUIET_SLICE))
        return rec_stop(r, "a slice that is stored takes away an object whose death may be noticed");
    rec_emit_x(r, IR_GQUIET, list, ir_int(r->ir, all_slots(r)), QUIET_SLICE);
    return r->why == NULL;
}

#define FRESH 200                      /* instructions that are looked through */

static bool
is_known_leaf(struct recorder *r, ir_ref v)
{
    return r->ir->at[v].op == IR_KO ? jit_is_leaf(Py_TYPE(ir_obj_value(r->ir, v))) : is_leaf(r, v);
}

/* What the instruction does with v: does it put into it only leaves, and give v to nobody who could put something else into it? Into a tuple nobody can. */
static bool
keeps_leaves(struct recorder *r, const struct ir_ins *in, ir_ref v, bool tuple)
{
    const struct ir_op_info *info = &ir_ops[in->op];
    bool uses = (info->a != 'l' && in->a == v) || in->b == v || in->c == v;
    if (in->op == IR_OSTORE && in->a == v)
        return is_known_leaf(r, in->b);
    if (in->op == IR_LSTORE && r->ir->at[in->a].op == IR_ALOAD && r->ir->at[in->a].a == v)
        return is_known_leaf(r, in->c);
    if (tuple)
        return true;
    bool gives = info->flags & I_STORE && in->op != IR_CALLN && in->op != IR_DROP;
    return in->op != IR_CALLO && (!uses || (!gives && !ir_changes_operand(in)));
}

/* A tuple, list or set that the trace has made, and that has never held anything but leaves: only those can die with it. */
static bool
holds_leaves(struct recorder *r, ir_ref v)
{
    const struct ir_ins *in = &r->ir->at[v];
    if (in->op == IR_CALLN && in->x == HELPER_BUILD_SET) {
        int64_t n = ir_int_value(r->ir, in->a);
        for (int64_t i = 1; i <= n; i++)
            if ((in - i)->op != IR_ARG || !is_known_leaf(r, (in - i)->b))
                return false;
    } else if (in->op == IR_CALLN && in->x == HELPER_SET_OPERATE) {
        if (!holds_leaves(r, in->a) || !holds_leaves(r, in->b))
            return false;
    } else if (in->op != IR_NEW_TUPLE && in->op != IR_NEW_LIST)
        return false;
    if (r->ir->end - v > FRESH)
        return false;
    for (ir_ref k = (ir_ref)(v + 1); k < r->ir->end; k++)
        if (!keeps_leaves(r, &r->ir->at[k], v, in->op == IR_NEW_TUPLE))
            return false;
    return true;
}

/* Guards that nobody notices if these lose a reference. */
static void
guard_quiet(struct recorder *r, const ir_ref *objects, int n)
{
    ir_ref asked[REC_DROPS];
    int m = 0;
    for (int k = 0; k < n; k++)
        if (!holds_leaves(r, objects[k]))
            asked[m++] = objects[k];
    for (int k = 0; k < m; k++)
        rec_emit_x(r, IR_GQUIET, asked[k], ir_int(r->ir, all_slots(r)), quiet_x(k, m));
}

/* Objects whose last reference it may be: nobody notices if they die, and what else slots have lives on. */
static void
drop_objects(struct recorder *r, const ir_ref *dropped, int n)
{
    if (n == 0)
        return;
    if (has_effects(r)) {
        rec_stop(r, "an object may die behind a store");
        return;
    }
    guard_quiet(r, dropped, n);
    rec_protect(r);
    for (int k = 0; k < n; k++)
        rec_emit(r, IR_DROP, dropped[k], REF_NONE);
}

/* Operands that lend what somebody else has get a reference, too, as what keeps it may be among those that die. */
void
rec_let_operands_die(struct recorder *r, int n)
{
    int top = top_of(r), from = top - n;
    if (!holds_object(r, from, top))
        return;
    rec_protect(r);
    rec_snap(r, r->pc, 0);
    for (int i = from; i < top; i++) {
        if (!r->held[i] || is_leaf(r, r->slot[i]))
            continue;
        PyObject *now = rec_object_now(r, i);
        if (r->nquiet == (int)Py_ARRAY_LENGTH(r->quiet) || (now != NULL && !jit_is_quiet(r->frame->localsplus, 0, now, 1)))
            rec_stop(r, "an object dies, which may be noticed");
        else
            r->quiet[r->nquiet++] = r->slot[i];
    }
    guard_quiet(r, r->quiet, r->nquiet);
}

void
rec_empties(struct recorder *r, ir_ref v)
{
    rec_protect(r);
    if (r->nquiet < (int)Py_ARRAY_LENGTH(r->quiet))
        r->quiet[r->nquiet++] = v;
}

/* Has a guard said so in front of the instruction's effects? */
static bool
is_known_quiet(const struct recorder *r, ir_ref v)
{
    for (int k = 0; k < r->nquiet; k++)
        if (r->quiet[k] == v)
            return true;
    return false;
}

void
rec_drop_held(struct recorder *r)
{
    ir_ref objects[REC_DROPS], leaves[REC_DROPS];        /* those come first: their guards leave to where nothing is dropped yet */
    int n = 0, nleaves = 0;
    if (r->nvirtuals > 0)
        rec_sweep_virtuals(r);
    for (int i = top_of(r); i < r->used && r->nheld > 0; i++)
        if (r->held[i])
            rec_let_go(r, i);
    for (int k = 0; k < r->ndropped; k++) {
        int heir = find_slot(r, r->dropped[k], false);
        if (heir >= 0)
            hold(r, heir);
        else if (is_leaf(r, r->dropped[k]) || is_known_quiet(r, r->dropped[k]) || is_fresh_method(r, r->dropped[k]))
            leaves[nleaves++] = r->dropped[k];
        else if (r->dropped_now[k] != NULL && !jit_is_quiet(r->frame->localsplus, 0, r->dropped_now[k], 1))
            rec_stop(r, "an object dies, which may be noticed");
        else
            objects[n++] = r->dropped[k];
    }
    r->ndropped = r->nquiet = 0;
    drop_objects(r, objects, n);
    for (int k = 0; k < nleaves; k++)
        rec_emit(r, IR_DROP, leaves[k], REF_NONE);
}

/* Slot i has a reference, or its memory has given its own away: neither goes into the next round. */
static bool
is_unsettled(const struct recorder *r, int i)
{
    return r->held[i] || (r->changed[i] && r->taken[i / 64] >> i % 64 & 1);
}

bool
rec_settle_objects(struct recorder *r)
{
    int n = 0;
    if (!rec_materialise_all(r))
        return false;
    for (int i = 0; i < top_of(r); i++)
        n += is_unsettled(r, i);
    if (n == 0)
        return r->why == NULL;
    rec_protect(r);
    for (int i = 0; i < top_of(r); i++)
        if (r->changed[i] && !r->held[i] && r->slot[i] != REF_NONE && find_slot(r, r->slot[i], true) >= 0) {
            rec_emit(r, IR_INC, r->slot[i], REF_NONE);   /* each slot of memory has its own */
            hold(r, i);
        }
    while (r->top < top_of(r) && r->why == NULL)
        rec_store_slot(r, r->top);
    for (int i = 0; i < top_of(r) && r->why == NULL; i++)
        if (is_unsettled(r, i)) {
            rec_store_slot(r, i);
            if (r->given != REF_NONE) {                  /* a number has become an object, which a tuple has, too: all slots with it hold it now */
                rec_hold_given(r);
                i = -1;
            }
        }
    return r->why == NULL;
}

static bool
is_number(struct recorder *r, int i)
{
    ir_ref kt = r->ir->at[r->slot[i]].kt;
    return kt != REF_NONE && (ir_ptr_value(r->ir, kt) == &PyFloat_Type || ir_ptr_value(r->ir, kt) == &PyLong_Type);
}

/* The number in slot i, which has an object, as one without. */
static bool
number_of(struct recorder *r, int i)
{
    ir_ref o = r->slot[i], kt = r->ir->at[o].kt;
    PyTypeObject *t = ir_ptr_value(r->ir, kt);
    if (t == &PyLong_Type)
        rec_emit(r, IR_GINT2, o, REF_NONE);
    ir_ref v = rec_emit(r, t == &PyLong_Type ? IR_UNBOX2_I : IR_UNBOX_F, o, REF_NONE);
    replace_in_slots(r, o, rec_emit(r, t == &PyLong_Type ? IR_BOX_I : IR_BOX_F, v, REF_NONE));
    return r->why == NULL;
}

static bool
is_operand_of(const struct ir *ir, enum ir_op op, ir_ref v)
{
    ir_ref k = ir->chain[op];
    while (k > v && ir->at[k].a != v)
        k = ir->at[k].prev;
    return k > v;
}

/* Have slots the only reference to v, one that a store took away? What was protected, or comes from another trace, somebody else may have, too. */
static bool
is_ours_alone(struct recorder *r, ir_ref v)
{
    return is_operand_of(r->ir, IR_GOTHERS, v) && !is_operand_of(r->ir, IR_INC, v);
}

bool
rec_settle_held(struct recorder *r)
{
    ir_ref dropped[REC_SLOTS];
    int n = 0;
    for (int i = 0; i < top_of(r) && r->nheld > 0; i++) {
        if (!r->held[i] || !is_number(r, i) || !is_ours_alone(r, r->slot[i]))
            continue;
        dropped[n++] = r->slot[i];
        r->held[i] = false;
        r->nheld--;
        if (!number_of(r, i))
            return false;
    }
    for (int k = 0; k < n; k++)
        rec_emit(r, IR_DROP, dropped[k], REF_NONE);
    if (n > 0)
        rec_snap(r, r->pc, 0);
    return r->why == NULL;
}

void
rec_protect_now(struct recorder *r, PyObject *o)
{
    for (int k = 0; k < top_of(r); k++) {
        ir_ref v = r->slot[k];
        if (!r->changed[k] || r->held[k] || v == REF_NONE || rec_object_now(r, k) != o || ir_is_box(r->ir, v) || ir_type_of(r->ir, v) != T_OBJ)
            continue;
        if (find_slot(r, v, true) >= 0)                      /* one reference keeps it for all slots that have it by this name */
            continue;
        rec_emit(r, IR_INC, v, REF_NONE);
        hold(r, k);
    }
    rec_snap(r, r->pc, 0);
}

void
rec_push_new(struct recorder *r, ir_ref v)
{
    rec_push(r, v);
    hold(r, top_of(r) - 1);
}

void
rec_before_effects(struct recorder *r, int popped)
{
    for (int i = 0; i < popped; i++)
        rec_guard_late(r, top_of(r) - 1 - i);
    if (popped == 0)
        rec_guard_late(r, top_of(r));
}

/* ---- the old object ---- */

enum fate { GOES, MAKES_ROOM, HANDED_OVER, DIES, NOTHING, FAILS };        /* NOTHING: the place was empty */

static enum fate
guard_leaf(struct recorder *r, ir_ref old, PyObject *o)
{
    int lent = slots_with(r, old);
    bool shared = lent > 0, unique = Py_REFCNT(o) - lent == 1;
    if (!rec_guard_type(r, old, Py_TYPE(o)))
        return FAILS;
    if (shared && !unique) {                             /* slots go on having it, and others */
        rec_emit(r, IR_GKEPT, old, ir_int(r->ir, all_slots(r)));
        return r->why != NULL ? FAILS : GOES;
    }
    if (shared)
        rec_emit(r, IR_GUNIQ, old, REF_NONE);
    rec_emit(r, shared ? IR_GOTHERS : IR_GALONE, old, shared ? ir_int(r->ir, lent) : REF_NONE);
    return r->why != NULL ? FAILS : shared ? HANDED_OVER : PyFloat_CheckExact(o) || PyLong_CheckExact(o) ? MAKES_ROOM : GOES;
}

/* It dies of the store. What else slots have may have been read from it. */
static enum fate
guard_death(struct recorder *r, ir_ref old, PyObject *o)
{
    if (!jit_is_quiet(r->frame->localsplus, 0, o, 1)) {
        rec_stop(r, "a store drops an object whose death may be noticed");
        return FAILS;
    }
    rec_protect(r);
    rec_snap(r, r->pc, 0);
    rec_emit(r, IR_GUNIQ, old, REF_NONE);
    rec_emit_x(r, IR_GQUIET, old, ir_int(r->ir, all_slots(r)), 1);
    return r->why == NULL ? DIES : FAILS;
}

/* A slot may have the old object under another name: under that it is looked at. */
static ir_ref
name_in_slots(struct recorder *r, ir_ref old, PyObject *o)
{
    for (int i = 0; i < top_of(r); i++) {
        ir_ref v = r->slot[i];
        bool object = r->changed[i] && v != REF_NONE && v != old && ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v) && !rec_is_virtual(r, v);
        if (!object || rec_object_now(r, i) != o || _Py_IsImmortal(o) || slots_with(r, old) > 0)
            continue;
        rec_emit(r, IR_GEQ_P, old, v);
        return v;
    }
    return old;
}

/* Guards about what the place holds now. */
static enum fate
guard_old(struct recorder *r, ir_ref old, PyObject *o)
{
    if (find_slot(r, old, true) >= 0)                    /* a slot has a reference of its own: it lives on */
        return GOES;
    if (jit_is_leaf(Py_TYPE(o)))
        return guard_leaf(r, old, o);
    if (find_slot(r, old, false) >= 0)                   /* a slot that lends it takes the reference over */
        return HANDED_OVER;
    if (!_Py_IsImmortal(o) && Py_REFCNT(o) <= 1)
        return guard_death(r, old, o);
    rec_emit(r, IR_GKEPT, old, ir_int(r->ir, all_slots(r)));
    return r->why != NULL ? FAILS : GOES;
}

/* ---- the new one ---- */

/* The number in box v as a new object with a reference for the place. It comes instead of `old`, whose reference *gone says is gone. */
static ir_ref
new_number(struct recorder *r, ir_ref v, ir_ref old, enum fate fate, bool *gone)
{
    bool is_float = r->ir->at[v].op == IR_BOX_F;
    *gone = fate == NOTHING || (fate == MAKES_ROOM && is_float == (r->ir->at[old].kt == ir_ptr(r->ir, &PyFloat_Type)));
    ir_ref number = r->ir->at[v].a, o;
    if (*gone && fate != NOTHING)
        o = rec_emit(r, is_float ? IR_RENEW_F : IR_RENEW_I, old, number);
    else
        o = rec_emit(r, is_float ? IR_NEW_F : IR_NEW_I, number, REF_NONE);
    rec_replace(r, v, o);
    return o;
}

/* A float that only slots have besides the place, and that another float replaces: the slots go on with its number, as its object makes room for the new one. */
static bool
keep_number(struct recorder *r, struct rec_storing *st)
{
    if (st->v == st->old || st->fate != HANDED_OVER || r->ir->at[st->v].op != IR_BOX_F || r->ir->at[st->old].kt != ir_ptr(r->ir, &PyFloat_Type))
        return true;
    ir_ref number = rec_emit(r, IR_UNBOX_F, st->old, REF_NONE), box = rec_emit(r, IR_BOX_F, number, REF_NONE);
    replace_in_slots(r, st->old, box);
    st->fate = MAKES_ROOM;
    return r->why == NULL;
}

/* v with a reference for the place: one that a slot holds, or another one. */
static ir_ref
reference_to(struct recorder *r, ir_ref v)
{
    struct ir *ir = r->ir;
    int slot = find_slot(r, v, true);
    if (ir_type_of(ir, v) == T_BOOL)
        return opt_emit(ir, IR_SELECT, v, ir_obj(ir, Py_True), ir_obj(ir, Py_False), 0);
    if (slot >= 0) {
        r->held[slot] = false;
        r->nheld--;
    } else if (ir->at[v].op != IR_KO || !_Py_IsImmortal(ir_obj_value(ir, v))) {
        rec_emit(r, IR_INC, v, REF_NONE);
    }
    return v;
}

ir_ref
rec_reference(struct recorder *r, ir_ref v)
{
    if (!ir_is_box(r->ir, v))
        return reference_to(r, v);
    ir_ref o = rec_emit(r, r->ir->at[v].op == IR_BOX_F ? IR_NEW_F : IR_NEW_I, r->ir->at[v].a, REF_NONE);
    rec_replace(r, v, o);
    return o;
}

ir_ref
rec_object(struct recorder *r, ir_ref v)
{
    if (ir_type_of(r->ir, v) == T_BOOL)
        return opt_emit(r->ir, IR_SELECT, v, ir_obj(r->ir, Py_True), ir_obj(r->ir, Py_False), 0);
    if (!ir_is_box(r->ir, v))
        return v;
    ir_ref o = rec_reference(r, v);
    int slot = find_slot(r, o, false);
    if (slot < 0) {
        rec_stop(r, "a number that no variable has");
        return REF_NONE;
    }
    hold(r, slot);
    rec_snap(r, r->pc, 0);
    return o;
}

ir_ref
rec_hold(struct recorder *r, ir_ref v)
{
    if (ir_is_box(r->ir, v) && find_slot(r, v, false) >= 0)
        v = rec_object(r, v);
    if (r->why != NULL)
        return v;
    int slot = ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v) && find_slot(r, v, true) < 0 ? find_slot(r, v, false) : -1;
    if (slot >= 0 && (r->ir->at[v].op != IR_KO || !_Py_IsImmortal(ir_obj_value(r->ir, v)))) {
        rec_emit(r, IR_INC, v, REF_NONE);
        hold(r, slot);
        rec_snap(r, r->pc, 0);
    }
    return v;
}

ir_ref
rec_hand_over(struct recorder *r, ir_ref v)
{
    v = rec_hold(r, v);
    return r->why == NULL ? rec_reference(r, v) : REF_NONE;
}

/* Guards for v going to a place that has o, while so many values lie on the stack that go later. */
static bool
guard_store(struct recorder *r, struct rec_storing *st, PyObject *o, int popped)
{
    ir_ref v = st->v, old = st->shape == 0 ? load(r, &st->pl) : REF_NONE;
    if (v == REF_NONE)
        return rec_stop(r, "nothing to store");
    if (st->pl.index == REF_NONE && !st->is_known)
        rec_emit(r, o == NULL ? IR_GEQ_P : IR_GNE_P, old, ir_ptr(r->ir, NULL));
    rec_before_effects(r, popped);
    if (r->why == NULL && v != old && o != NULL)
        old = name_in_slots(r, old, o);
    st->old = old;
    st->fate = r->why != NULL || v == old ? FAILS : o == NULL ? NOTHING : guard_old(r, old, o);
    if (v != old && st->fate == FAILS)
        return false;
    return (v == old || st->fate != DIES || r->nquiet == 0) || rec_stop(r, "an object may die behind a store");       /* which may take another reference along */
}

/* The same after that. */
static bool
finish_store(struct recorder *r, const struct rec_storing *st)
{
    ir_ref v = st->v, old = st->old;
    bool gone = st->fate == NOTHING;
    if (v == old)
        return r->why == NULL;
    store(r, st, ir_is_box(r->ir, v) ? new_number(r, v, old, st->fate, &gone) : reference_to(r, v));
    if (st->fate == HANDED_OVER)
        hold(r, find_slot(r, old, false));
    else if (!gone)
        rec_emit(r, IR_DROP, old, REF_NONE);
    return r->why == NULL;
}

/* The value on the stack, under `above` others. */
static bool
store_value(struct recorder *r, struct rec_storing *st, PyObject *o, int above)
{
    st->v = rec_peek(r, above + 1);
    if (!guard_store(r, st, o, above + 1) || !keep_number(r, st) || !finish_store(r, st))
        return false;
    for (int i = 0; i <= above; i++)
        rec_pop(r);
    return r->why == NULL;
}

static bool
store_object(struct recorder *r, const struct rec_place *pl, PyObject *o, int above)
{
    struct rec_storing st = { .pl = *pl };
    return store_value(r, &st, o, above);
}

bool
rec_guard_field(struct recorder *r, struct rec_storing *st, PyObject *o, int popped)
{
    st->pl.index = REF_NONE;
    return guard_store(r, st, o, popped);
}

bool
rec_are_two(struct recorder *r, const struct rec_storing *a, const struct rec_storing *b)
{
    bool drops_leaves = (a->fate == GOES || a->fate == MAKES_ROOM) && (b->fate == GOES || b->fate == MAKES_ROOM) && is_leaf(r, a->old) && is_leaf(r, b->old);
    bool one = a->v == a->old || b->v == b->old || a->fate == NOTHING || b->fate == NOTHING;
    if (a->fate == DIES || b->fate == DIES)
        return rec_stop(r, "one of two objects dies");
    if (!drops_leaves && !one)
        rec_emit(r, IR_GNE_P, a->old, b->old);
    return r->why == NULL;
}

bool rec_write_field(struct recorder *r, const struct rec_storing *st) { return finish_store(r, st); }

bool
rec_store_place(struct recorder *r, ir_ref base, ir_ref index, PyObject *o, int above)
{
    struct rec_place pl = { base, index, 0 };
    return store_object(r, &pl, o, above);
}

bool rec_store_item(struct recorder *r, ir_ref base, PyObject *o, int above) { return rec_store_place(r, base, ir_int(r->ir, 0), o, above); }

/* ---- attributes ---- */

static bool
has_attribute(PyObject *owner, PyObject *name)
{
    Py_ssize_t index = instance_slot(owner, name);
    return index >= 0 && inline_values(owner)->values[index] != NULL;
}

/* Where the attribute of owner lies, or will lie; guards say that it is so. */
static bool
find_attribute(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name, struct rec_storing *st)
{
    struct rec_place *pl = &st->pl;
    PyTypeObject *t = Py_TYPE(owner);
    PyObject *descr = type_lookup(t, name);
    PyMemberDescrObject *m = descr != NULL && Py_TYPE(descr) == &PyMemberDescr_Type ? (PyMemberDescrObject *)descr : NULL;
    *st = (struct rec_storing){ .pl = { v, REF_NONE, 0 } };
    if (t->tp_setattro != PyObject_GenericSetAttr || (descr != NULL && m == NULL && Py_TYPE(descr)->tp_descr_set != NULL))
        return rec_stop(r, "a property, or a class with its own __setattr__");
    if (descr != NULL && m == NULL && !type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE))
        return rec_stop(r, "a descriptor of a class that may change");
    if (!rec_guard_type(r, v, t) || !rec_watch_name(r, t, name) || !rec_watch_name(r, t, ID(__setattr__)) || !rec_watch_name(r, t, ID(__delattr__)))
        return false;
    if (m != NULL) {
        pl->offset = (uint32_t)m->d_member->offset;
        bool plain = m->d_member->type == Py_T_OBJECT_EX && (m->d_member->flags & (Py_READONLY | Py_AUDIT_READ)) == 0;
        return plain && PyType_IsSubtype(t, m->d_common.d_type) ? true : rec_stop(r, "a member of another kind");
    }
    if (!type_has(t, Py_TPFLAGS_INLINE_VALUES) || !inline_values(owner)->valid || MANAGED_DICT(owner) != NULL)
        return rec_stop(r, "an instance with a dict of its own");
    st->is_known = true;                                 /* by its shape, most often */
    if (has_attribute(owner, name) ? !rec_find_value(r, v, owner, name, &pl->offset) : !rec_find_room(r, v, owner, name, st))
        return false;
    ir_ref dict = rec_emit_x(r, IR_OLOAD, v, REF_NONE, (uint32_t)(-3 * (int)sizeof(PyObject *)));
    rec_emit(r, IR_GEQ_P, dict, ir_ptr(r->ir, NULL));
    return r->why == NULL;
}

/* The top values on the stack are made, if they are virtual. */
static bool
make_operands(struct recorder *r, int n)
{
    for (int i = 1; i <= n; i++)
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    return true;
}

/* An attribute of a virtual object, which may be new. False without reason: the object must be made first. */
static bool
store_field(struct recorder *r, ir_ref v, PyObject *owner, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(owner);
    const struct ir_virtual *d = rec_virtual(r, v);
    PyObject *descr = type_lookup(t, name);
    unsigned at;
    if ((d->kind != V_INSTANCE && d->kind != V_MEMBERS) || t->tp_setattro != PyObject_GenericSetAttr)
        return false;
    if (d->kind == V_MEMBERS) {
        PyMemberDescrObject *m = descr != NULL && Py_TYPE(descr) == &PyMemberDescr_Type ? (PyMemberDescrObject *)descr : NULL;
        if (m == NULL || m->d_member->type != Py_T_OBJECT_EX || (m->d_member->flags & (Py_READONLY | Py_AUDIT_READ)) || !PyType_IsSubtype(t, m->d_common.d_type))
            return false;
        at = (unsigned)m->d_member->offset / sizeof(PyObject *);
    } else {
        PyDictKeysObject *keys = type_shared_keys(t);
        Py_ssize_t index = keys_is_unicode(keys) ? keys_find_str(keys, name, dict_str_hash(name)) : DKIX_EMPTY;
        if (index < 0 || (descr != NULL && (Py_TYPE(descr)->tp_descr_set != NULL || !type_has(Py_TYPE(descr), Py_TPFLAGS_IMMUTABLETYPE))))
            return false;
        at = (unsigned)index;
    }
    if (!rec_watch_name(r, t, name) || !rec_watch_name(r, t, ID(__setattr__)) || !rec_watch_name(r, t, ID(__delattr__)))
        return false;
    if (at > UINT8_MAX || !rec_put_field(r, v, at, rec_peek(r, 2)))
        return false;
    rec_pop(r);
    rec_pop(r);
    return r->why == NULL;
}

/* The setter of the property that the class of o has, if it is a Python function; or NULL. */
static PyFunctionObject *
setter_of(PyObject *o, PyObject *name, PyObject **descr)
{
    PyTypeObject *t = Py_TYPE(o);
    *descr = type_has(t, Py_TPFLAGS_HEAPTYPE) && t->tp_setattro == PyObject_GenericSetAttr ? type_lookup(t, name) : NULL;
    PyObject *set = *descr != NULL && Py_TYPE(*descr) == &PyProperty_Type ? ((struct property *)*descr)->set : NULL;
    return set != NULL && Py_TYPE(set) == &PyFunction_Type ? (PyFunctionObject *)set : NULL;
}

/* Its function is called, which the property may exchange. */
static bool
store_property(struct recorder *r, PyFunctionObject *set, PyObject *descr, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(r->sp[-1]);
    ir_ref v = rec_peek(r, 1);
    if (!rec_guard_type(r, v, t) || !rec_watch_name(r, t, name) || !rec_watch_name(r, t, ID(__setattr__)) || !rec_watch_name(r, t, ID(__delattr__)))
        return false;
    return rec_call_setter(r, rec_emit_x(r, IR_OLOAD, rec_const(r, descr), REF_NONE, offsetof(struct property, set)), set);
}

bool
rec_store_attr(struct recorder *r, PyObject *name)
{
    PyObject *owner = r->sp[-1], *descr;
    ir_ref v = rec_peek(r, 1);
    struct rec_storing st;
    PyFunctionObject *set = setter_of(owner, name, &descr);
    if (set != NULL)
        return store_property(r, set, descr, name);
    if (rec_is_virtual(r, v) && store_field(r, v, owner, name))
        return true;
    if (r->why != NULL || !make_operands(r, 2))
        return false;
    v = rec_peek(r, 1);
    if (ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || !find_attribute(r, v, owner, name, &st))
        return rec_stop(r, "an attribute of a number");
    rec_outlives(r, top_of(r) - 1);
    return store_value(r, &st, *(PyObject **)((char *)owner + st.pl.offset), 1);
}

/* ---- cells ---- */

bool
rec_store_deref(struct recorder *r)
{
    PyObject *cell = r->inner->localsplus[r->oparg];
    PyObject *old = cell != NULL && PyCell_Check(cell) ? PyCell_GET(cell) : NULL;
    if (old == NULL)
        return rec_stop(r, "a variable of an outer function that has no value yet");
    struct rec_place pl = { rec_local(r, r->base + r->oparg), REF_NONE, offsetof(PyCellObject, ob_ref) };
    return pl.base != REF_NONE && make_operands(r, 1) && store_object(r, &pl, old, 0);
}

/* ---- items ---- */

bool
rec_store_subscr(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    struct rec_place pl = { .offset = 0 };
    if (rec_is_setitem(r))
        return rec_call_setitem(r);
    if (r->nvirtuals > 0 && rec_store_virtual(r))
        return true;
    if (r->why != NULL)
        return false;
    for (int i = 1; i <= 3 && r->nvirtuals > 0; i++)
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_STORE);
    if (t == &PyDict_Type)
        return rec_store_key(r);
    if (t != &PyList_Type)
        return rec_is_row(o) ? rec_row_store(r) : rec_stop(r, "a store into something else than a list");
    if (!rec_item_place(r, rec_peek(r, 2), o, rec_peek(r, 1), r->sp[-1], &pl.base, &pl.index))
        return false;
    Py_ssize_t i = int_compact_value(r->sp[-1]);
    rec_outlives(r, top_of(r) - 2);
    return store_object(r, &pl, PyList_GET_ITEM(o, i < 0 ? i + PyList_GET_SIZE(o) : i), 2);
}
