/* jit/trace/rec_flow.c: recording tests, jumps and loops.
 *
 * The guard of a conditional jump leaves to the side that was not taken, with the tested value gone: there is nothing to do again. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "jit/ir/next.h"
#include "vm/heat.h"

#include "object/coll/iter.h"

bool
rec_pop_jump(struct recorder *r, bool if_true)
{
    ir_ref v = rec_peek(r, 1);
    bool now = r->sp[-1] == Py_True, jumps = now == if_true;
    if (ir_type_of(r->ir, v) != T_BOOL && ((v = rec_number(r, v, r->sp[-1])) == REF_NONE || ir_type_of(r->ir, v) != T_BOOL))
        return rec_stop(r, "a jump on something else than a bool");
    if (rec_both_sides(r, v, if_true) || r->why != NULL)
        return r->why == NULL;
    rec_snap(r, jumps ? r->next : r->next + (unsigned)r->oparg, 1)->branch = true;
    rec_emit(r, now ? IR_GTRUE : IR_GFALSE, v, REF_NONE);
    rec_pop(r);
    return r->why == NULL;
}

/* Either way the interpreter does it again after an exit. */
bool
rec_pop_jump_none(struct recorder *r)
{
    bool now = r->sp[-1] == Py_None;
    ir_ref v = rec_peek(r, 1);
    if (ir_type_of(r->ir, v) != T_BOOL)
        rec_emit(r, now ? IR_GEQ_P : IR_GNE_P, v, ir_obj(r->ir, Py_None));
    rec_pop(r);
    return r->why == NULL;
}

bool
rec_is_op(struct recorder *r)
{
    ir_ref a = rec_peek(r, 2), b = rec_peek(r, 1);
    ir_ref same = rec_emit(r, IR_EQ_P, a, b);
    if (r->oparg)
        same = rec_emit(r, IR_NOT_B, same, REF_NONE);
    rec_pop(r);
    rec_pop(r);
    rec_push(r, same);
    return r->why == NULL;
}

/* The iterator's fields live in registers; they are written back where the trace is left. */
bool
rec_for_iter(struct recorder *r)
{
    PyObject *o = r->sp[-1];
    ir_ref it = rec_peek(r, 1);
    if (rec_is_sequence(o))
        return rec_for_sequence(r);
    if (rec_for_pairs(r) || r->why != NULL)
        return r->why == NULL;
    if (leaf_is_iter(o) && (jit_iter_state(o) > 0 || (Py_REFCNT(o) == 1 && jit_iter_state(o) == 0 && jit_is_quiet(r->frame->localsplus, 0, o, 1))))
        return rec_for_leaf(r);
    if (Py_TYPE(o) != &PyRangeIter_Type)
        return rec_for_any(r);
    if (rec_is_virtual(r, it))
        return rec_for_virtual_range(r, it);
    if (!rec_guard_type(r, it, &PyRangeIter_Type))
        return false;
    ir_ref left = rec_field(r, it, offsetof(struct range_iter, len));
    if (((struct range_iter *)o)->len <= 0) {            /* the iterator goes, which nobody notices */
        rec_emit(r, IR_GLE_I, left, ir_int(r->ir, 0));
        rec_store_pending(r, it);
        rec_set(r, r->nslots + r->depth - 1, REF_NONE);
        r->depth--;
        return r->why == NULL;
    }
    ir_ref value = rec_field(r, it, offsetof(struct range_iter, start));
    ir_ref step = rec_field(r, it, offsetof(struct range_iter, step));
    rec_emit(r, IR_GGT_I, left, ir_int(r->ir, 0));
    if (r->why != NULL)
        return false;
    if (!rec_set_field(r, it, offsetof(struct range_iter, start), rec_emit(r, IR_ADD_I, value, step))
        || !rec_set_field(r, it, offsetof(struct range_iter, len), rec_emit(r, IR_SUB_I, left, ir_int(r->ir, 1))))
        return false;
    rec_push_int(r, value);
    return r->why == NULL;
}

/* A side trace of a root emits once more what a trace does that it leads to: values stay in registers. Were it the same for its own side traces, and
 * theirs, each order in which a program can go through the ways of its loop would become code of its own: but for the first few, those go to where the
 * other trace starts. */
static bool
may_repeat(const struct recorder *r, const struct trace *other)
{
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    return parent == NULL || parent->parent == NO_TRACE || (other->round != NULL && other->repeats < REC_REPEATS);
}

const char rec_inner_first[] = "an inner loop comes first";
const char rec_version_first[] = "another trace for the loop comes first";

/* A loop whose trace is no loop, that has none, or one of an inlined call, whose frame is not in memory: if it is short. Side traces go on counting. A
 * loop without a trace that has not been given up gets its turn before those around it, for which it is the better part. */
static bool
unroll(struct recorder *r, const struct trace *other)
{
    if (other == NULL && r->ir->frame == 0 && !r->is_return && _PyCode_CODE(r->inner_code)[r->at + 1].counter.backoff < HEAT_HALF_TRIES)
        return rec_stop(r, rec_inner_first);
    if (rec_goes_round(r))
        return rec_stop(r, rec_long_loop);
    r->jumps++;
    r->all_jumps++;
    r->again = r->again_at == r->pc ? r->again + 1 : 1;
    r->again_at = r->pc;
    bool is_short = r->ir->frame != 0 && r->again <= REC_ROUNDS_SHORT && r->jumps <= REC_UNROLLED_SHORT && r->all_jumps <= 4 * REC_UNROLLED_SHORT && r->count <= REC_SHORT;
    if (!is_short && (r->jumps > REC_UNROLLED || r->all_jumps > 4 * REC_UNROLLED)) {
        if (r->ir->frame != 0)
            rec_call_apart(r);
        return rec_stop(r, r->ir->frame != 0 ? rec_long_loop : "an inner loop without a trace");
    }
    return r->why == NULL;
}

/* What is known here fits the loop's body badly (a variable of another type than its first round found): where the other trace starts it is looked at anew. */
static bool
link_to_start(struct recorder *r, const struct trace *other)
{
    bool before = r->to_start;
    r->to_start = true;
    if (!before && rec_link(r, other))
        return true;
    r->to_start = before;
    return false;
}

/* In its loop at once: that takes a few guards, whoever comes from where. */
static bool
link_to_body(struct recorder *r, const struct trace *other)
{
    bool before = r->to_start;
    r->contradicts = false;
    if (other->round == NULL)
        return false;
    r->to_start = false;
    r->to_body = true;
    if (rec_link(r, other))
        return true;
    r->to_body = false;
    r->to_start = before;
    return false;
}

/* What is known here can never be what other's body has found out in front of it. Another trace of that loop may expect just that; if none does, there had better be one: the round that
 * begins now. Were other entered where it starts, each of these rounds would leave it at the same place. */
static bool
link_to_version(struct recorder *r, struct trace *other)
{
    for (unsigned i = 0; i <= VERSIONS; i++) {
        struct trace *v = version_number(other, i);
        if (v == NULL || v == other || v->top != other->top)
            continue;
        r->link = v->id;
        if (link_to_body(r, v))
            return true;
    }
    r->link = other->id;
    return version_lacks(other) && rec_stop(r, rec_version_first);
}

/* r->link is other. */
static bool
link_to(struct recorder *r, struct trace *other)
{
    if (link_to_body(r, other) || (r->contradicts && link_to_version(r, other)))
        return true;
    return r->why == NULL && (rec_link(r, other) || link_to_start(r, other));
}

/* No slot holds a reference when the next round begins. Guards behind this, with which a link ends, leave to the jump as it is then. */
static bool
settle(struct recorder *r, bool own, const struct trace *other)
{
    ir_ref end = r->ir->end;
    r->target = r->pc;
    rec_settle_references(r, own || r->to_start ? NULL : other);
    if (!rec_settle_held(r) || !rec_settle_objects(r) || (own && r->opens > 0 && !rec_publish(r)))
        return false;
    if (r->ir->end != end)
        rec_snap(r, r->pc, 0);
    return true;
}

bool
rec_jump_backward(struct recorder *r)
{
    unsigned target = r->next - (unsigned)r->oparg;
    bool own = target == r->start && !rec_is_linear(r) && r->ir->frame == 0;
    struct trace *other = own || r->ir->frame != 0 ? NULL : trace_root_at(r->inner_code, target);
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    if (other != NULL && r->is_side && parent == NULL)
        return rec_stop(r, "its parent is gone");
    if (parent != NULL && other != NULL)
        other = version_for(parent, r->parent_exit, other);
    if (other != NULL && !frame_fits(r->frame, other->globals, other->builtins, other->is_module))
        return rec_stop(r, "a loop that was compiled for other globals");
    bool goes_on = !own && (other == NULL || (other->round == NULL && may_repeat(r, other) && !r->is_function && !r->is_return));
    if (!goes_on && !settle(r, own, other))
        return false;
    rec_emit(r, IR_GPOLL, REF_NONE, REF_NONE);
    if (goes_on)
        return unroll(r, other);
    if (r->nslots + r->depth != (own ? r->start_top : other->top))
        return rec_stop(r, "the stack is not as at the start of the loop");
    r->target = target;
    if (rec_dear_opens(r) * OPEN_SHARE > r->count && !jit_options.stress)
        return rec_stop(r, "too little but open calls");
    if (own)
        rec_drop_slots(r, r->start_top);
    if (!own) {
        r->link = other->id;
        r->to_start = other->round == NULL || !may_repeat(r, other);
    }
    if (r->why == NULL && !own && link_to(r, other))
        r->linked = true;
    else
        rec_snap(r, target, 0);
    return r->closed = r->why == NULL && (!own || rec_narrow_late(r));
}
