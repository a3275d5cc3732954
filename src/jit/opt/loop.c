/* jit/opt/loop.c: peeling. The recorded round becomes the pre-roll; behind LOOP it is emitted again, operands replaced, through opt_emit():
 *
 *      v1 = SLOAD #0            the round                      LOOP
 *      v2 = UNBOX_I v1                                         v7 = ADDOV_I v3 1         SLOAD #0 is v4 now, UNBOX_I of that is v3
 *      v3 = ADDOV_I v2 1                                       v8 = BOX_I v7
 *      v4 = BOX_I v3                                           GLT_I v7 100
 *      GLT_I v3 100                                            PHI v3 v7
 *      snap .. #0=int:v4        the state at its end
 *
 * In the body a reference r of the round stands for r's value in the round before: where it is used, and the copy of r is another value,
 * a PHI says so. What the copy finds as it was (same operands, same guards) is not in the body: it does not change in the loop.
 * Why an instruction of the round may serve the body: by induction. Whatever was concluded from the instructions up to r holds for r's
 * value in each round, as those of the body are copies of the same instructions, or were left out for the same reason (facts.h).
 *
 * A store that waits in snapshots stays there from round to round; loads of its field become its value. If its object is not the same in each
 * round, it is stored for real at the end of each.
 * A box is no value of the machine, so it is no side of a PHI: the body's snapshots list the box of the round before, and its operand is the PHI.
 * A variable that is an object in the first round and a box later, without having been unboxed before, cannot be a PHI (a, b = b, a + b): the
 * round is unrolled, so that it is a box at the end of the pre-roll. */
#include "jit/opt/opt.h"

#include <string.h>

#include "jit/opt/facts.h"     /* never_same(), rel_known() */
#include "jit/opt/fold.h"

#define UNROLL_MAX 3           /* rounds in the body, at most */

static const char unstable[] = "type of a variable changes from round to round";
static const char may_be_same[] = "stores that wait may be for the same place";
static const char retry[] = "the round must be unrolled";

struct loop {
    struct ir *ir;
    ir_ref first, last;                        /* the round: first <= r < last */
    uint32_t nsnaps;                           /* of the round, without the last one */
    struct snap state;                         /* the last one, its entries and stores */
    snap_entry entries[4096];
    struct snap_store stores[256];
    struct snap_store waiting[256];            /* those of its stores that still wait at this point of the copy */
    uint32_t nwaiting;
    ir_ref subst[IR_MAX_INS];                  /* by r - REF_BIAS: what stands for it in the copy */
    ir_ref pending[IR_MAX_INS];                /* a stack for marking */
    uint32_t npending;
};

static ir_ref
replaced(const struct loop *lp, ir_ref r)
{
    return ref_is_const(r) ? r : lp->subst[r - REF_BIAS];
}

/* ---- snapshots ---- */

static enum snap_how
how_of(const struct ir *ir, ir_ref r)
{
    if (ir_is_box(ir, r))
        return ir->at[r].op == IR_BOX_I ? HOW_INT : HOW_FLOAT;
    return ir_type_of(ir, r) == T_BOOL ? HOW_BOOL : HOW_OBJ;
}

static snap_entry
copied_entry(const struct loop *lp, snap_entry e)
{
    if (snap_how(e) == HOW_NULL)
        return e;
    ir_ref r = replaced(lp, snap_ref(e));
    return SNAP_ENTRY(snap_slot(e), snap_held(e), how_of(lp->ir, r), r);
}

/* The entries of s over those of the state, both sorted by slot; of the state's stack only what lies below s's. */
static void
copy_entries(struct loop *lp, const struct snap *s, const snap_entry *own)
{
    uint32_t top = lp->ir->nlocals + s->depth, i = 0, k = 0;
    while (i < lp->state.nentries || k < s->nentries) {
        uint32_t below = i < lp->state.nentries ? snap_slot(lp->entries[i]) : UINT32_MAX;
        uint32_t above = k < s->nentries ? snap_slot(own[k]) : UINT32_MAX;
        if (above <= below)
            snap_add_entry(lp->ir, copied_entry(lp, own[k++]));
        else if (below < top)
            snap_add_entry(lp->ir, lp->entries[i]);
        i += below <= above;
    }
}

static void
copy_stores(struct loop *lp, const struct snap *s, const struct snap_store *own)
{
    for (uint32_t i = 0; i < lp->nwaiting; i++) {
        bool again = false;
        for (uint32_t k = 0; k < s->nstores; k++)
            again |= replaced(lp, own[k].obj) == lp->waiting[i].obj && own[k].offset == lp->waiting[i].offset;
        if (!again)
            snap_add_store(lp->ir, lp->waiting[i]);
    }
    for (uint32_t k = 0; k < s->nstores; k++)
        snap_add_store(lp->ir, (struct snap_store){ replaced(lp, own[k].obj), replaced(lp, own[k].value), own[k].offset });
}

/* own_entries, own_stores: those of s; not in the arrays of ir when these are written over meanwhile. */
static void
copy_snap(struct loop *lp, const struct snap *s, const snap_entry *own_entries, const struct snap_store *own_stores)
{
    snap_begin(lp->ir, s->pc, s->depth);
    copy_entries(lp, s, own_entries);
    copy_stores(lp, s, own_stores);
}

/* ---- instructions ---- */

static const char *
copy_sload(struct loop *lp, ir_ref r)
{
    for (uint32_t i = 0; i < lp->state.nentries; i++) {
        snap_entry e = lp->entries[i];
        if (snap_slot(e) != lp->ir->at[r].a)
            continue;
        if (snap_how(e) == HOW_NULL)
            return "a variable has no value in the next round";
        lp->subst[r - REF_BIAS] = snap_ref(e);
        return NULL;
    }
    lp->subst[r - REF_BIAS] = r;
    return NULL;
}

static bool
touches(const struct snap_store *st, uint32_t x)
{
    return st->offset < x + 8 && x < st->offset + 8;
}

/* A field may have a store that waits since the round before. REF_NONE: it has none. */
static const char *
waiting_value(struct loop *lp, enum ir_op load, ir_ref obj, uint32_t x, ir_ref *value)
{
    *value = REF_NONE;
    for (uint32_t i = lp->nwaiting; i-- > 0; ) {
        const struct snap_store *st = &lp->waiting[i];
        if (!touches(st, x))
            continue;
        if (st->obj == obj) {
            bool same_kind = ir_type_of(lp->ir, st->value) == ir_ops[load].type;
            if (st->offset != x || !same_kind)
                return "a field is read in another way than it was written";
            *value = st->value;
            return NULL;
        }
        if (!never_same(lp->ir, st->obj, obj))
            return may_be_same;
    }
    return NULL;
}

static const char *
copy_load(struct loop *lp, ir_ref r)
{
    struct ir_ins in = lp->ir->at[r];
    ir_ref obj = replaced(lp, in.a), value;
    const char *why = waiting_value(lp, in.op, obj, in.x, &value);
    if (why == NULL)
        lp->subst[r - REF_BIAS] = value != REF_NONE ? value : opt_emit(lp->ir, in.op, obj, 0, 0, in.x);
    return why;
}

/* What waited for the same place never comes; what waits for another comes later, so it must be another place. */
static const char *
before_store(struct loop *lp, ir_ref obj, uint32_t x)
{
    uint32_t n = 0;
    const char *why = NULL;
    for (uint32_t i = 0; i < lp->nwaiting; i++) {
        struct snap_store st = lp->waiting[i];
        if (st.obj == obj && st.offset == x)
            continue;
        if (touches(&st, x) && !never_same(lp->ir, st.obj, obj))
            why = may_be_same;
        lp->waiting[n++] = st;
    }
    lp->nwaiting = n;
    return why;
}

static const char *
copy_plain(struct loop *lp, ir_ref r)
{
    struct ir_ins in = lp->ir->at[r];
    const struct ir_op_info *info = &ir_ops[in.op];
    ir_ref a = replaced(lp, in.a);
    const char *why = info->flags & I_STORE ? before_store(lp, a, in.x) : NULL;
    ir_ref copy = opt_emit(lp->ir, in.op, a, replaced(lp, in.b), replaced(lp, in.c), in.x);
    lp->subst[r - REF_BIAS] = copy;
    return why == NULL && copy == REF_FAIL ? unstable : why;
}

static const char *
copy_instruction(struct loop *lp, ir_ref r)
{
    switch (lp->ir->at[r].op) {
    case IR_NOP: case IR_BASE: return NULL;
    case IR_SLOAD: return copy_sload(lp, r);
    case IR_RLOAD_I: case IR_RLOAD_F: return copy_load(lp, r);
    default: return copy_plain(lp, r);
    }
}

static const char *
copy_round(struct loop *lp)
{
    struct ir *ir = lp->ir;
    uint32_t snap = 0;
    for (ir_ref r = lp->first; r < lp->last; r++) {
        for (; snap < lp->nsnaps && ir->snaps[snap].ref <= r; snap++) {
            struct snap s = ir->snaps[snap];
            copy_snap(lp, &s, &ir->entries[s.entries], &ir->stores[s.stores]);
        }
        const char *why = copy_instruction(lp, r);
        if (why == NULL)
            why = ir->full;
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* ---- PHIs ---- */

static void
mark(struct loop *lp, ir_ref r)
{
    if (r == REF_NONE || ref_is_const(r) || lp->ir->at[r].t & IRT_MARK)
        return;
    lp->ir->at[r].t |= IRT_MARK;
    lp->pending[lp->npending++] = r;
}

static void
mark_operands(struct loop *lp, const struct ir_ins *in)
{
    if (ir_ops[in->op].a != 'l')
        mark(lp, in->a);
    mark(lp, in->b);
    mark(lp, in->c);
}

/* What the body uses, and what it uses one round later. */
static void
mark_used(struct loop *lp)
{
    struct ir *ir = lp->ir;
    for (ir_ref r = ir->loop + 1; r < ir->end; r++) {
        if (ir_ops[ir->at[r].op].type == T_NIL)
            mark_operands(lp, &ir->at[r]);
    }
    for (uint32_t s = 0; s < ir->nsnaps; s++) {
        const struct snap *sn = &ir->snaps[s];
        if (sn->ref <= ir->loop)
            continue;
        for (uint32_t i = 0; i < sn->nentries; i++)
            mark(lp, snap_ref(ir->entries[sn->entries + i]));
        for (uint32_t i = 0; i < sn->nstores; i++) {
            mark(lp, ir->stores[sn->stores + i].obj);
            mark(lp, ir->stores[sn->stores + i].value);
        }
    }
    while (lp->npending > 0) {
        ir_ref r = lp->pending[--lp->npending];
        if (r > ir->loop)
            mark_operands(lp, &ir->at[r]);
        else if (ir_is_box(ir, r))
            mark(lp, ir->at[r].a);
        else
            mark(lp, lp->subst[r - REF_BIAS]);
    }
}

/* Of one type; and a box only with a box, which needs no PHI. */
static bool
fit(const struct ir *ir, ir_ref a, ir_ref b)
{
    return ir_type_of(ir, a) == ir_type_of(ir, b) && ir_is_box(ir, a) == ir_is_box(ir, b);
}

static const char *
add_phis(struct loop *lp)
{
    struct ir *ir = lp->ir;
    ir_ref end = ir->end;
    const char *why = NULL;
    mark_used(lp);
    for (ir_ref r = lp->first; r < end; r++) {
        bool used = ir->at[r].t & IRT_MARK;
        ir->at[r].t &= (uint8_t)~IRT_MARK;
        if (!used || r >= lp->last || lp->subst[r - REF_BIAS] == r)
            continue;
        if (!fit(ir, r, lp->subst[r - REF_BIAS]))
            why = retry;
        if (!ir_is_box(ir, r))
            ir_append(ir, IR_PHI, r, lp->subst[r - REF_BIAS], 0, 0);
    }
    return why != NULL ? why : ir->full;
}

/* ---- stores that wait over the end of the round ---- */

/* The object of the load or store at r, as the copy will have it; REF_NONE when that is not known yet. */
static ir_ref
object_in_copy(struct loop *lp, ir_ref r)
{
    ir_ref o = lp->ir->at[r].a;
    if (ref_is_const(o))
        return o;
    return lp->ir->at[o].op == IR_SLOAD && copy_sload(lp, o) == NULL ? replaced(lp, o) : REF_NONE;
}

/* It is the same in all rounds. */
static bool
is_stable(struct loop *lp, ir_ref obj)
{
    if (ref_is_const(obj))
        return true;
    return lp->ir->at[obj].op == IR_SLOAD && copy_sload(lp, obj) == NULL && replaced(lp, obj) == obj;
}

/* Guards say so in each round: whose fields are read has been looked at before. */
static bool
of_other_type(const struct ir *ir, ir_ref a, ir_ref b)
{
    return ir->at[a].kt != REF_NONE && ir->at[b].kt != REF_NONE && ir->at[a].kt != ir->at[b].kt;
}

/* The access at r meets no waiting store for a field that may be its own and may be not. emit: write the guards that make sure of it. */
static bool
is_apart(struct loop *lp, ir_ref r, bool looping, bool emit)
{
    struct ir *ir = lp->ir;
    ir_ref obj = object_in_copy(lp, r);
    for (uint32_t i = 0; i < lp->nwaiting; i++) {
        const struct snap_store *st = &lp->waiting[i];
        if (!touches(st, ir->at[r].x) || st->obj == obj || of_other_type(ir, st->obj, ir->at[r].a))
            continue;
        if (obj == REF_NONE || (looping && obj != ir->at[r].a) || rel_known(ir, IR_GNE_P, st->obj, obj) == REL_EQ)
            return false;
        if (emit)
            opt_emit(ir, IR_GNE_P, st->obj, obj, 0, 0);
    }
    return true;
}

static bool
all_apart(struct loop *lp, bool looping, bool emit)
{
    bool apart = true;
    for (ir_ref r = lp->first; r < lp->last; r++) {
        if (ir_heap_class(lp->ir->at[r].op) == HEAP_RAW)
            apart &= is_apart(lp, r, looping, emit);
    }
    return apart;
}

/* At the end of the round: stores may wait on if the next round cannot mistake their fields for others; a loop's must be into the same objects
 * in each round. Else they are done here, in their order, all of them. The guards leave through the last snapshot. */
static void
settle_stores(struct loop *lp, bool looping)
{
    bool wait = all_apart(lp, looping, false);
    for (uint32_t i = 0; i < lp->nwaiting && looping; i++)
        wait &= is_stable(lp, lp->waiting[i].obj);
    if (wait) {
        all_apart(lp, looping, true);
        return;
    }
    for (uint32_t i = 0; i < lp->nwaiting; i++) {
        const struct snap_store *st = &lp->waiting[i];
        enum ir_op op = ir_type_of(lp->ir, st->value) == T_F64 ? IR_RSTORE_F : IR_RSTORE_I;
        opt_emit(lp->ir, op, st->obj, st->value, 0, st->offset);
    }
    lp->nwaiting = 0;
    lp->last = lp->ir->end;
}

/* ---- the whole ---- */

static const char *
take_state(struct loop *lp)
{
    struct ir *ir = lp->ir;
    if (ir->nsnaps == 0 || ir->snaps[ir->nsnaps - 1].ref != ir->end)
        return "no snapshot at the end of the round";
    lp->state = ir->snaps[ir->nsnaps - 1];
    lp->nsnaps = ir->nsnaps - 1;
    if (lp->state.nentries > sizeof(lp->entries) / sizeof(lp->entries[0]) || lp->state.nstores > sizeof(lp->stores) / sizeof(lp->stores[0]))
        return "too many variables";
    memcpy(lp->entries, ir->entries + lp->state.entries, lp->state.nentries * sizeof(snap_entry));
    memcpy(lp->stores, ir->stores + lp->state.stores, lp->state.nstores * sizeof(struct snap_store));
    memcpy(lp->waiting, lp->stores, sizeof(lp->stores));
    lp->nwaiting = lp->state.nstores;
    lp->first = REF_BIAS + 1;
    return NULL;
}

/* What is there before the body is emitted. */
struct saved {
    struct ir ir;
    struct ir_ins *at;                 /* first .. end */
};

static bool
save(const struct ir *ir, struct saved *sv)
{
    size_t n = (size_t)(ir->end - ir->first) * sizeof(struct ir_ins);
    sv->ir = *ir;
    sv->at = PyMem_RawMalloc(n);
    if (sv->at != NULL)
        memcpy(sv->at, ir->at + ir->first, n);
    return sv->at != NULL;
}

/* Back to the round alone; constants made since stay. */
static void
restore(struct loop *lp, const struct saved *sv)
{
    struct ir *ir = lp->ir;
    memcpy(ir->at + sv->ir.first, sv->at, (size_t)(sv->ir.end - sv->ir.first) * sizeof(struct ir_ins));
    memcpy(ir->chain + IR_NOP, sv->ir.chain + IR_NOP, (IR_OPS - IR_NOP) * sizeof(ir_ref));
    ir->end = sv->ir.end;
    ir->loop = REF_NONE;
    ir->nsnaps = sv->ir.nsnaps;
    ir->nentries = sv->ir.nentries;
    ir->nstores = sv->ir.nstores;
    ir->snaps[ir->nsnaps - 1] = lp->state;
    memcpy(ir->entries + lp->state.entries, lp->entries, lp->state.nentries * sizeof(snap_entry));
    memcpy(ir->stores + lp->state.stores, lp->stores, lp->state.nstores * sizeof(struct snap_store));
    memcpy(lp->waiting, lp->stores, sizeof(lp->stores));
    lp->nwaiting = lp->state.nstores;
}

static const char *
peel(struct loop *lp)
{
    struct ir *ir = lp->ir;
    lp->last = ir->end;
    settle_stores(lp, true);
    ir_append(ir, IR_LOOP, 0, 0, 0, 0);
    const char *why = copy_round(lp);
    return why != NULL ? why : add_phis(lp);
}

/* The round once more, in a straight line. */
static const char *
unroll(struct loop *lp)
{
    lp->last = lp->ir->end;
    settle_stores(lp, false);
    const char *why = copy_round(lp);
    if (why == NULL)
        copy_snap(lp, &lp->state, lp->entries, lp->stores);
    return why != NULL ? why : lp->ir->full;
}

static const char *
peel_or_unroll(struct loop *lp)
{
    for (int rounds = 1; ; rounds++) {
        struct saved sv;
        const char *why = take_state(lp);
        if (why != NULL)
            return why;
        if (!save(lp->ir, &sv))
            return "out of memory";
        why = peel(lp);
        if (why == retry && rounds < UNROLL_MAX) {
            restore(lp, &sv);
            why = unroll(lp);
            why = why == NULL ? retry : why;
        } else if (why == retry) {
            why = unstable;
        }
        PyMem_RawFree(sv.at);
        if (why != retry)
            return why;
    }
}

const char *
opt_loop(struct ir *ir)
{
    if (ir->full != NULL)
        return ir->full;
    struct loop *lp = PyMem_RawMalloc(sizeof(*lp));
    if (lp == NULL)
        return "out of memory";
    lp->ir = ir;
    lp->npending = 0;
    const char *why = peel_or_unroll(lp);
    PyMem_RawFree(lp);
    return why;
}
