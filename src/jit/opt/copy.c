/* jit/opt/copy.c: a recorded round, emitted once more. loop.c tells why that is right. */
#include "jit/opt/copy.h"

#include <string.h>

#include "jit/ir/ir_runtime.h" /* jit_is_leaf() */
#include "jit/opt/facts.h"     /* never_same() */
#include "jit/opt/fold.h"

const char opt_unstable[] = "type of a variable changes from round to round";
const char opt_may_be_same[] = "stores that wait may be for the same place";

/* ---- snapshots ---- */

static enum snap_how
how_of(const struct ir *ir, ir_ref r)
{
    if (ir_is_box(ir, r))
        return ir->at[r].op == IR_BOX_I ? HOW_INT : HOW_FLOAT;
    return ir_is_virtual(ir, r) ? HOW_VIRTUAL : ir_type_of(ir, r) == T_BOOL ? HOW_BOOL : HOW_OBJ;
}

static snap_entry
copied_entry(const struct copy *cp, snap_entry e)
{
    if (snap_how(e) == HOW_NULL)
        return e;
    ir_ref r = replaced(cp, snap_ref(e));
    return SNAP_ENTRY(snap_slot(e), snap_held(e), how_of(cp->ir, r), r);
}

/* The entries of s over those of the state, both sorted by slot; of the state's stack only what lies below s's. Inlined calls:
 * all of theirs stand in s. */
static void
copy_entries(struct copy *cp, const struct snap *s, const snap_entry *own)
{
    uint32_t top = cp->ir->nlocals + s->depth, i = 0, k = 0;
    while (i < cp->state.nentries || k < s->nentries) {
        uint32_t below = i < cp->state.nentries ? snap_slot(cp->entries[i]) : UINT32_MAX;
        uint32_t above = k < s->nentries ? snap_slot(own[k]) : UINT32_MAX;
        if (above <= below)
            snap_add_entry(cp->ir, copied_entry(cp, own[k++]));
        else if (below < top)
            snap_add_entry(cp->ir, cp->entries[i]);
        i += below <= above;
    }
}

static void
copy_stores(struct copy *cp, const struct snap *s, const struct snap_store *own)
{
    for (uint32_t i = 0; i < cp->nwaiting; i++) {
        bool again = false;
        for (uint32_t k = 0; k < s->nstores; k++)
            again |= replaced(cp, own[k].obj) == cp->waiting[i].obj && own[k].offset == cp->waiting[i].offset;
        if (!again)
            snap_add_store(cp->ir, cp->waiting[i]);
    }
    for (uint32_t k = 0; k < s->nstores; k++)
        snap_add_store(cp->ir, (struct snap_store){ replaced(cp, own[k].obj), replaced(cp, own[k].value), own[k].offset });
}

void
copy_frames(struct copy *cp)
{
    cp->frames = cp->ir->nframes - 1u;
    cp->virtuals = cp->ir->nvirtuals;
    for (unsigned i = 0; i < cp->from->nvirtuals; i++)
        if (ir_add_virtual(cp->ir, cp->from->virtuals[i]) == IR_MAX_VIRTUALS)
            cp->ir->full = "too many virtual objects";
    for (unsigned i = 1; i < cp->from->nframes; i++) {
        struct ir_frame f = cp->from->frames[i];
        cp->ir->frame = (uint16_t)(f.parent == 0 ? 0 : f.parent + cp->frames);
        if (!ir_push_frame(cp->ir, f))
            return;
    }
}

void
copy_snap(struct copy *cp, const struct snap *s, const snap_entry *own_entries, const struct snap_store *own_stores)
{
    cp->ir->frame = (uint16_t)(s->frame == 0 ? 0 : s->frame + cp->frames);
    cp->ir->top = s->top;
    cp->ir->real = s->real;
    struct snap *to = snap_begin(cp->ir, s->pc, s->depth);
    to->branch = s->branch;
    to->open = s->open;
    copy_entries(cp, s, own_entries);
    copy_stores(cp, s, own_stores);
}

/* ---- instructions ---- */

/* What the round itself has put into the frame's memory, REF_NONE: nothing. *emptied: it has taken out what was there. */
static ir_ref
last_put(const struct copy *cp, ir_ref slot, bool *emptied)
{
    for (ir_ref r = cp->last; --r > REF_BIAS; ) {
        const struct ir_ins *in = &cp->ir->at[r];
        if ((in->op == IR_FPUT || in->op == IR_FPUT_NEW || in->op == IR_FSET) && in->a == slot)
            return in->b;
        if ((*emptied = (in->op == IR_FDROP || in->op == IR_FOPEN) && in->a == slot))
            return REF_NONE;
        if (in->op == IR_FLOAD && in->a == slot)         /* an open call has */
            return r;
    }
    return REF_NONE;
}

/* A slot that the state does not list is in the frame's memory; perhaps somebody knows what is there. REF_NONE: nothing is. */
static ir_ref
from_memory(struct copy *cp, ir_ref r)
{
    ir_ref slot = cp->from->at[r].a;
    if (cp->from == cp->ir) {
        bool emptied = false;
        ir_ref put = last_put(cp, slot, &emptied);
        return emptied || put != REF_NONE ? put : r;
    }
    return cp->known != NULL && cp->known[slot] != REF_NONE ? cp->known[slot] : opt_emit(cp->ir, IR_SLOAD, slot, 0, 0, 0);
}

static const char no_value[] = "a variable has no value in the next round";

const char *
copy_sload(struct copy *cp, ir_ref r)
{
    for (uint32_t i = 0; i < cp->state.nentries; i++) {
        snap_entry e = cp->entries[i];
        if (snap_slot(e) != cp->from->at[r].a)
            continue;
        if (snap_how(e) == HOW_NULL)
            return no_value;
        cp->subst[r - REF_BIAS] = snap_ref(e);
        return NULL;
    }
    ir_ref v = from_memory(cp, r);
    if (v == REF_NONE)
        return no_value;
    cp->subst[r - REF_BIAS] = v;
    return NULL;
}

/* A field may have a store that waits since the round before. REF_NONE: it has none. */
static const char *
waiting_value(struct copy *cp, enum ir_op load, ir_ref obj, uint32_t x, ir_ref *value)
{
    *value = REF_NONE;
    for (uint32_t i = cp->nwaiting; i-- > 0; ) {
        const struct snap_store *st = &cp->waiting[i];
        if (!touches(st, x) || ir_is_reference(cp->ir, st->value))
            continue;
        if (st->obj == obj) {
            bool same_kind = ir_type_of(cp->ir, st->value) == ir_ops[load].type;
            if (st->offset != x || !same_kind)
                return "a field is read in another way than it was written";
            *value = st->value;
            return NULL;
        }
        if (!never_same(cp->ir, st->obj, obj))
            return opt_may_be_same;
    }
    return NULL;
}

static const char *
copy_load(struct copy *cp, ir_ref r)
{
    struct ir_ins in = cp->from->at[r];
    ir_ref obj = replaced(cp, in.a), value;
    const char *why = waiting_value(cp, in.op, obj, in.x, &value);
    if (why == NULL)
        cp->subst[r - REF_BIAS] = value != REF_NONE ? value : opt_emit(cp->ir, in.op, obj, 0, 0, in.x);
    return why;
}

/* What waited for the same place never comes; what waits for another comes later, so it must be another place. */
static const char *
before_store(struct copy *cp, ir_ref obj, uint32_t x)
{
    uint32_t n = 0;
    const char *why = NULL;
    for (uint32_t i = 0; i < cp->nwaiting; i++) {
        struct snap_store st = cp->waiting[i];
        if (st.obj == obj && st.offset == x)
            continue;
        if (touches(&st, x) && !ir_is_reference(cp->ir, st.value) && !never_same(cp->ir, st.obj, obj))
            why = opt_may_be_same;
        cp->waiting[n++] = st;
    }
    cp->nwaiting = n;
    return why;
}

/* What reads or keeps an object must not get a number or a bool in its place. (Guards and UNBOX_* know what to do with those.) */
static bool
wants_object(const struct copy *cp, const struct ir_op_info *info, char letter, ir_ref r)
{
    if (letter != 'o' || !(info->flags & (I_LOAD | I_STORE | I_KEEP | I_CALL)))
        return false;
    ir_ref v = replaced(cp, r);
    return ir_is_box(cp->ir, v) || ir_type_of(cp->ir, v) == T_BOOL;
}

/* The same for what C functions take. */
static bool
fits_call(const struct copy *cp, const struct ir_ins *in)
{
    const ir_ref operands[3] = { in->a, in->b, in->c };
    for (int i = 0; i < 3; i++) {
        ir_ref v = operands[i] != REF_NONE ? replaced(cp, operands[i]) : REF_NONE;
        if (v != REF_NONE && ir_takes_object(in->x, i) && (ir_is_box(cp->ir, v) || ir_type_of(cp->ir, v) == T_BOOL))
            return false;
    }
    return true;
}

/* Did a guard find out the type of r, which the copy of the guard will do for that of r? Else the recorder knew what the call gives. */
static bool
is_type_guarded(const struct ir *ir, ir_ref r)
{
    for (ir_ref k = ir->chain[IR_GTYPE]; k > r; k = ir->at[k].prev)
        if (ir->at[k].a == r)
            return true;
    return false;
}

static const char *
copy_plain(struct copy *cp, ir_ref r)
{
    struct ir_ins in = cp->from->at[r];
    const struct ir_op_info *info = &ir_ops[in.op];
    if (ir_is_call_of_helper(in.op) && !fits_call(cp, &in))
        return opt_unstable;
    if (wants_object(cp, info, info->a, in.a) || wants_object(cp, info, info->b, in.b) || wants_object(cp, info, info->c, in.c))
        return opt_unstable;
    ir_ref a = info->a == 'l' ? in.a : replaced(cp, in.a);
    uint32_t x = info->x == X_TYPE ? replaced(cp, (ir_ref)in.x) : in.x;
    const char *why = ir_heap_class(in.op) == HEAP_RAW ? before_store(cp, a, x) : NULL;
    ir_ref end = cp->ir->end, copy = opt_emit(cp->ir, in.op, a, replaced(cp, in.b), replaced(cp, in.c), x);
    cp->subst[r - REF_BIAS] = copy;
    if (in.op == IR_CALLN && in.kt != REF_NONE && copy == end && cp->ir->at[copy].kt == REF_NONE && !is_type_guarded(cp->from, r))
        cp->ir->at[copy].kt = replaced(cp, in.kt);
    return why == NULL && copy == REF_FAIL ? opt_unstable : why;
}

/* The rest of the round may let v go, or what keeps it: only a store that drops another number, the one that was there before, does not. */
static bool
may_let_go(const struct copy *cp, ir_ref r, ir_ref v)
{
    const struct ir *from = cp->from;
    ir_ref end = from == cp->ir ? cp->last : from->end;
    for (ir_ref k = (ir_ref)(r + 1); k < end; k++) {
        const struct ir_ins *in = &from->at[k], *store = in - 1;
        if (in->op == IR_CALLS)
            return true;
        if (in->op != IR_DROP)
            continue;
        bool replaces = (store->op == IR_OSTORE || store->op == IR_LSTORE) && in->a != v && in->a < k - 1 && !ref_is_const(in->a) && from->at[in->a].kt != REF_NONE;
        if (!replaces || !jit_is_leaf(ir_ptr_value(from, from->at[in->a].kt)))
            return true;
    }
    return false;
}

/* The variable that lent the number lay in the frame's memory when this was recorded. Now it has an object that only the store keeps: it goes there, too. */
static const char *
keep_in_memory(struct copy *cp, ir_ref r, ir_ref o)
{
    ir_ref v = cp->from->at[r].a, slot = cp->from->at[v].a;
    uint32_t i = 0;
    if (ref_is_const(v) || cp->from->at[v].op != IR_SLOAD || !may_let_go(cp, r, v))
        return NULL;
    while (i < cp->state.nentries && (snap_slot(cp->entries[i]) != slot || snap_ref(cp->entries[i]) != o))
        i++;
    if (i == cp->state.nentries)
        return NULL;
    for (ir_ref k = r; --k > REF_BIAS; )
        if (ir_writes_slot(cp->from->at[k].op) && cp->from->at[k].a == slot)
            return opt_unstable;
    if (slot >= cp->state.top)
        return opt_unstable;
    ir_append(cp->ir, IR_INC, o, REF_NONE, REF_NONE, 0);
    ir_append(cp->ir, IR_FPUT_NEW, slot, o, REF_NONE, 0);
    memmove(&cp->entries[i], &cp->entries[i + 1], (cp->state.nentries - i - 1) * sizeof(cp->entries[0]));
    cp->state.nentries--;
    return cp->ir->full;
}

/* What is stored is a number without object this time: it gets one, and with it all that have the number. */
static const char *
copy_inc(struct copy *cp, ir_ref r)
{
    struct ir *ir = cp->ir;
    ir_ref box = replaced(cp, cp->from->at[r].a);
    if (!ir_is_box(ir, box))
        return copy_plain(cp, r);
    ir_ref o = opt_emit(ir, ir->at[box].op == IR_BOX_I ? IR_NEW_I : IR_NEW_F, ir->at[box].a, 0, 0, 0);
    for (ir_ref k = REF_BIAS; k < r; k++)
        if (cp->subst[k - REF_BIAS] == box)
            cp->subst[k - REF_BIAS] = o;
    for (uint32_t i = 0; i < cp->state.nentries; i++)
        if (snap_ref(cp->entries[i]) == box && snap_how(cp->entries[i]) != HOW_NULL)
            cp->entries[i] = SNAP_ENTRY(snap_slot(cp->entries[i]), 0, HOW_OBJ, o);
    for (uint32_t i = 0; i < cp->nwaiting; i++)
        if (cp->waiting[i].value == box)
            cp->waiting[i].value = o;
    const char *why = keep_in_memory(cp, r, o);
    return why == NULL ? ir->full : why;
}

/* The slot that r is about has got another object since the trace began: what is known of the one before is not known of this. */
static bool
is_put_before(const struct copy *cp, ir_ref r)
{
    for (ir_ref k = r; --k > REF_BIAS; )
        if (ir_writes_slot(cp->from->at[k].op) && cp->from->at[k].a == cp->from->at[r].a)
            return true;
    return false;
}

/* The round has run open calls before r: any slot may have another object, and memory more of them. */
static bool
is_behind_open(const struct copy *cp, ir_ref r)
{
    while (--r > REF_BIAS)
        if (cp->from->at[r].op == IR_CALLO)
            return true;
    return false;
}

static const char *
copy_anew(struct copy *cp, ir_ref r)
{
    struct ir_ins in = cp->from->at[r];
    uint32_t x = ir_ops[in.op].x == X_TYPE ? replaced(cp, (ir_ref)in.x) : in.x;
    ir_append(cp->ir, in.op, in.a, replaced(cp, in.b), REF_NONE, x);
    return cp->ir->full;
}

/* A guard on what a slot of memory has. The recorder knows that of a link only until the round changes it. */
static const char *
copy_slot_guard(struct copy *cp, ir_ref r)
{
    bool put = is_put_before(cp, r);
    if (put || cp->late == NULL || is_behind_open(cp, r))
        return put ? copy_anew(cp, r) : copy_plain(cp, r);
    cp->late(cp->arg, cp->from->at[r].a);
    return NULL;
}

/* The slot is known to be empty, or the frame's memory is asked. */
static const char *
copy_empty(struct copy *cp, ir_ref r)
{
    ir_ref slot = cp->from->at[r].a;
    if (is_put_before(cp, r))
        return copy_anew(cp, r);
    for (uint32_t i = 0; i < cp->state.nentries; i++)
        if (snap_slot(cp->entries[i]) == slot)
            return snap_how(cp->entries[i]) == HOW_NULL ? NULL : opt_unstable;
    if (cp->late != NULL && !is_behind_open(cp, r))
        cp->late(cp->arg, slot);
    return copy_anew(cp, r);
}

/* References that wait for fields of o, or for the one at this offset. */
static int
waiting_references(const struct copy *cp, ir_ref o, uint32_t offset)
{
    int n = 0;
    for (uint32_t i = 0; i < cp->nwaiting; i++)
        n += cp->waiting[i].obj == o && ir_is_reference(cp->ir, cp->waiting[i].value) && (offset == 0 || cp->waiting[i].offset == offset);
    return n;
}

/* r is what a variable of a generator has, whose numbers wait to be stored there (trace/rec_gen.c). */
static bool
is_variable(const struct copy *cp, ir_ref r)
{
    const struct ir *ir = cp->from;
    if (ref_is_const(r) || ir->at[r].op != IR_OLOAD || ref_is_const(ir->at[r].a) || ir->at[ir->at[r].a].kt == REF_NONE)
        return false;
    return ir_ptr_value(ir, ir->at[ir->at[r].a].kt) == &PyGen_Type;
}

/* A number waits to be stored there when the copy comes to the load: memory has no reference to it. */
static bool
is_unowned(const struct copy *cp, ir_ref r)
{
    return is_variable(cp, r) && cp->unowned[r - REF_BIAS];
}

/* A store waits for a variable that may be this one under another name. */
static bool
waits_elsewhere(const struct copy *cp, ir_ref o, uint32_t offset)
{
    for (uint32_t i = 0; i < cp->nwaiting; i++) {
        const struct snap_store *st = &cp->waiting[i];
        if (st->obj != o && st->offset == offset && ir_is_reference(cp->ir, st->value) && !never_same(cp->ir, st->obj, o))
            return true;
    }
    return false;
}

static const char *
copy_variable(struct copy *cp, ir_ref r)
{
    const struct ir_ins *in = &cp->from->at[r];
    ir_ref o = replaced(cp, in->a);
    cp->unowned[r - REF_BIAS] = false;
    for (uint32_t i = 0; i < cp->nwaiting; i++) {
        const struct snap_store *st = &cp->waiting[i];
        if (st->obj == o && st->offset == in->x && ir_is_reference(cp->ir, st->value)) {
            cp->subst[r - REF_BIAS] = st->value;
            cp->unowned[r - REF_BIAS] = true;
            return NULL;
        }
    }
    return waits_elsewhere(cp, o, in->x) ? opt_may_be_same : copy_plain(cp, r);
}

/* The tuple that an iterator uses again is emptied by three kinds of instructions: a load of what it has, the question whether a slot lends that, and a call. Where its items
 * wait to be stored, it was emptied in the round before. */
static const char *
copy_opening(struct copy *cp, ir_ref r)
{
    const struct ir_ins *in = &cp->from->at[r];
    ir_ref o = replaced(cp, in->a), none = ir_obj(cp->ir, Py_None);
    bool is_load = in->op == IR_OLOAD;
    bool done = is_load ? waiting_references(cp, o, in->x) > 0 : in->op == IR_GALONE ? o == none : waiting_references(cp, o, 0) == ir_int_value(cp->ir, replaced(cp, in->b));
    if (!done)
        return copy_plain(cp, r);
    cp->subst[r - REF_BIAS] = is_load ? none : REF_NONE;
    return NULL;
}

/* The load of what the store at r takes out of a variable of a generator; REF_NONE: there is none. */
static ir_ref
taken_out(const struct copy *cp, ir_ref r)
{
    const struct ir_ins *st = &cp->from->at[r], *in;
    for (ir_ref k = r; --k > REF_BIAS; ) {
        in = &cp->from->at[k];
        if (in->op == IR_OSTORE && in->a == st->a && in->x == st->x)
            return REF_NONE;
        if (in->op == IR_OLOAD && in->a == st->a && in->x == st->x)
            return k;
    }
    return REF_NONE;
}

/* What waited for the field of a generator never comes, and what the store would take out is not there, but None. */
static const char *
store_variable(struct copy *cp, ir_ref r)
{
    const struct ir_ins in = cp->from->at[r], *next = &cp->from->at[r + 1];
    struct ir *ir = cp->ir;
    ir_ref old = taken_out(cp, r), o = replaced(cp, in.a), none = ir_obj(ir, Py_None);
    if (old == REF_NONE || !is_unowned(cp, old) || next->op != IR_DROP || next->a != old)
        return opt_unstable;
    cp->not_dropped = (ir_ref)(r + 1);
    if (replaced(cp, in.b) == none)
        return NULL;
    if (cp->from != ir)
        opt_emit(ir, IR_GEQ_P, opt_emit(ir, IR_OLOAD, o, 0, 0, in.x), none, 0, 0);
    return copy_plain(cp, r);
}

/* What waited for the field never comes. */
static const char *
copy_object_store(struct copy *cp, ir_ref r)
{
    ir_ref o = replaced(cp, cp->from->at[r].a);
    uint32_t n = 0;
    for (uint32_t i = 0; i < cp->nwaiting; i++)
        if (cp->waiting[i].obj != o || cp->waiting[i].offset != cp->from->at[r].x || !ir_is_reference(cp->ir, cp->waiting[i].value))
            cp->waiting[n++] = cp->waiting[i];
    bool is_generator = cp->ir->at[o].kt == ir_ptr(cp->ir, &PyGen_Type), waited = n < cp->nwaiting && is_generator;
    cp->nwaiting = n;
    if (is_generator && waits_elsewhere(cp, o, cp->from->at[r].x))
        return opt_may_be_same;
    return waited ? store_variable(cp, r) : copy_plain(cp, r);
}

static const char *
copy_instruction(struct copy *cp, ir_ref r)
{
    ir_ref not_dropped = cp->not_dropped;
    cp->not_dropped = REF_NONE;                          /* also when a copy ended between the store and the DROP */
    switch (cp->from->at[r].op) {
    case IR_NOP: case IR_BASE: return NULL;
    case IR_DROP: return not_dropped == r ? NULL : copy_plain(cp, r);
    case IR_GUNIQ: case IR_GOTHERS: case IR_GKEPT: return is_unowned(cp, cp->from->at[r].a) ? NULL : copy_plain(cp, r);
    case IR_GNULL: case IR_GSTYPE: case IR_GLATE: case IR_GDIES: return copy_slot_guard(cp, r);
    case IR_GEMPTY: return copy_empty(cp, r);
    case IR_INC: return copy_inc(cp, r);
    case IR_VIRT:
        cp->subst[r - REF_BIAS] = opt_emit(cp->ir, IR_VIRT, (ir_ref)(cp->from->at[r].a + cp->virtuals), 0, 0, replaced(cp, (ir_ref)cp->from->at[r].x));
        return cp->ir->full;
    case IR_SLOAD: return copy_sload(cp, r);
    case IR_OLOAD: return is_variable(cp, r) ? copy_variable(cp, r) : copy_opening(cp, r);
    case IR_GALONE: return is_unowned(cp, cp->from->at[r].a) ? NULL : copy_opening(cp, r);
    case IR_OSTORE: return copy_object_store(cp, r);
    case IR_CALLS: return cp->from->at[r].x == HELPER_TUPLE_OPEN ? copy_opening(cp, r) : copy_plain(cp, r);
    case IR_RLOAD_I: case IR_RLOAD_F: return copy_load(cp, r);
    default: return copy_plain(cp, r);
    }
}

const char *
copy_round(struct copy *cp, ir_ref first, ir_ref last, uint32_t nsnaps)
{
    const struct ir *from = cp->from;
    uint32_t snap = 0;
    for (ir_ref r = first; r < last; r++) {
        for (; snap < nsnaps && from->snaps[snap].ref <= r; snap++) {
            struct snap s = from->snaps[snap];
            copy_snap(cp, &s, &from->entries[s.entries], &from->stores[s.stores]);
        }
        const char *why = copy_instruction(cp, r);
        cp->end[r - REF_BIAS] = cp->ir->end;
        if (why == NULL)
            why = cp->ir->full;
        if (why != NULL)
            return why;
    }
    return NULL;
}

const char *
copy_take_state(struct copy *cp)
{
    struct ir *ir = cp->ir;
    if (ir->nsnaps == 0 || ir->snaps[ir->nsnaps - 1].ref != ir->end)
        return "no snapshot at the end of the round";
    cp->state = ir->snaps[ir->nsnaps - 1];
    if (cp->state.nentries > sizeof(cp->entries) / sizeof(cp->entries[0]) || cp->state.nstores > sizeof(cp->stores) / sizeof(cp->stores[0]))
        return "too many variables";
    memcpy(cp->entries, ir->entries + cp->state.entries, cp->state.nentries * sizeof(snap_entry));
    memcpy(cp->stores, ir->stores + cp->state.stores, cp->state.nstores * sizeof(struct snap_store));
    memcpy(cp->waiting, cp->stores, sizeof(cp->stores));
    cp->nwaiting = cp->state.nstores;
    cp->not_dropped = REF_NONE;
    return NULL;
}
