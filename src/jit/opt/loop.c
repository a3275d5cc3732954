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

#include "jit/opt/copy.h"
#include "jit/opt/facts.h"     /* rel_known() */
#include "jit/opt/fold.h"

#define UNROLL_MAX 3           /* rounds in the body, at most */

static const char retry[] = "the round must be unrolled";

struct loop {
    struct copy cp;                            /* of the round into the body */
    ir_ref first, last;                        /* the round: first <= r < last */
    uint32_t nsnaps;                           /* of the round, without the last one */
    ir_ref pending[IR_MAX_INS];                /* a stack for marking */
    uint32_t npending;
};

/* ---- PHIs ---- */

static void
mark(struct loop *lp, ir_ref r)
{
    if (r == REF_NONE || ref_is_const(r) || lp->cp.ir->at[r].t & IRT_MARK)
        return;
    lp->cp.ir->at[r].t |= IRT_MARK;
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
    struct ir *ir = lp->cp.ir;
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
            mark(lp, lp->cp.subst[r - REF_BIAS]);
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
    struct ir *ir = lp->cp.ir;
    ir_ref end = ir->end;
    const char *why = NULL;
    mark_used(lp);
    for (ir_ref r = lp->first; r < end; r++) {
        bool used = ir->at[r].t & IRT_MARK;
        ir->at[r].t &= (uint8_t)~IRT_MARK;
        if (!used || r >= lp->last || lp->cp.subst[r - REF_BIAS] == r)
            continue;
        if (!fit(ir, r, lp->cp.subst[r - REF_BIAS]))
            why = retry;
        if (!ir_is_box(ir, r))
            ir_append(ir, IR_PHI, r, lp->cp.subst[r - REF_BIAS], 0, 0);
    }
    return why != NULL ? why : ir->full;
}

/* ---- stores that wait over the end of the round ---- */

/* It is the same in all rounds. */
static bool
is_stable(struct loop *lp, ir_ref obj)
{
    obj = ir_origin(lp->cp.ir, obj);
    if (ref_is_const(obj) || lp->cp.ir->at[obj].op == IR_BLOAD)
        return true;
    return lp->cp.ir->at[obj].op == IR_SLOAD && copy_sload(&lp->cp, obj) == NULL && replaced(&lp->cp, obj) == obj;
}

/* The object of the load or store at r, as the copy will have it; REF_NONE when that is not known yet. */
static ir_ref
object_in_copy(struct loop *lp, ir_ref r)
{
    ir_ref o = lp->cp.ir->at[r].a, origin = ir_origin(lp->cp.ir, o);
    if (ref_is_const(o) || lp->cp.ir->at[o].op == IR_BLOAD || (origin != o && is_stable(lp, o)))
        return o;
    return lp->cp.ir->at[o].op == IR_SLOAD && copy_sload(&lp->cp, o) == NULL ? replaced(&lp->cp, o) : REF_NONE;
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
    struct ir *ir = lp->cp.ir;
    ir_ref obj = object_in_copy(lp, r);
    for (uint32_t i = 0; i < lp->cp.nwaiting; i++) {
        const struct snap_store *st = &lp->cp.waiting[i];
        if (!touches(st, ir->at[r].x) || ir_is_reference(ir, st->value) || st->obj == obj || of_other_type(ir, st->obj, ir->at[r].a))
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
        if (ir_heap_class(lp->cp.ir->at[r].op) == HEAP_RAW)
            apart &= is_apart(lp, r, looping, emit);
    }
    return apart;
}

/* At the end of the round: stores may wait on if the next round cannot mistake their fields for others; a loop's must be into the same objects
 * in each round. Else numbers are stored here, in their order, all of them; the recorder sees to it that references can wait. The guards leave through the last snapshot. */
static void
settle_stores(struct loop *lp, bool looping)
{
    bool wait = all_apart(lp, looping, false);
    uint32_t n = 0;
    for (uint32_t i = 0; i < lp->cp.nwaiting && looping; i++)
        wait &= is_stable(lp, lp->cp.waiting[i].obj);
    if (wait) {
        all_apart(lp, looping, true);
        return;
    }
    for (uint32_t i = 0; i < lp->cp.nwaiting; i++) {
        const struct snap_store *st = &lp->cp.waiting[i];
        enum ir_op op = ir_type_of(lp->cp.ir, st->value) == T_F64 ? IR_RSTORE_F : IR_RSTORE_I;
        if (ir_is_reference(lp->cp.ir, st->value))
            lp->cp.waiting[n++] = *st;
        else
            opt_emit(lp->cp.ir, op, st->obj, st->value, 0, st->offset);
    }
    lp->cp.nwaiting = n;
    lp->last = lp->cp.last = lp->cp.ir->end;
}

/* ---- the whole ---- */

static const char *
take_state(struct loop *lp)
{
    lp->nsnaps = lp->cp.ir->nsnaps - 1;
    lp->first = REF_BIAS + 1;
    return copy_take_state(&lp->cp);
}

/* Back to the round alone. */
static void
restore(struct loop *lp, const struct ir *kept)
{
    ir_restore(lp->cp.ir, kept);
    memcpy(lp->cp.waiting, lp->cp.stores, sizeof(lp->cp.stores));
    lp->cp.nwaiting = lp->cp.state.nstores;
}

static const char *
peel(struct loop *lp)
{
    struct ir *ir = lp->cp.ir;
    lp->last = lp->cp.last = ir->end;
    settle_stores(lp, true);
    ir_append(ir, IR_LOOP, 0, 0, 0, 0);
    const char *why = copy_round(&lp->cp, lp->first, lp->last, lp->nsnaps);
    return why != NULL ? why : add_phis(lp);
}

/* The round once more, in a straight line. */
static const char *
unroll(struct loop *lp)
{
    lp->last = lp->cp.last = lp->cp.ir->end;
    settle_stores(lp, false);
    const char *why = copy_round(&lp->cp, lp->first, lp->last, lp->nsnaps);
    if (why == NULL)
        copy_snap(&lp->cp, &lp->cp.state, lp->cp.entries, lp->cp.stores);
    return why != NULL ? why : lp->cp.ir->full;
}

static const char *
peel_or_unroll(struct loop *lp)
{
    for (int rounds = 1; ; rounds++) {
        const char *why = take_state(lp);
        if (why != NULL)
            return why;
        struct ir *kept = ir_keep(lp->cp.ir);
        if (kept == NULL)
            return "out of memory";
        why = peel(lp);
        if (why == retry && rounds < UNROLL_MAX) {
            restore(lp, kept);
            why = unroll(lp);
            why = why == NULL ? retry : why;
        } else if (why == retry) {
            why = opt_unstable;
        }
        ir_free(kept);
        if (why != retry)
            return why;
    }
}

static struct loop work;                                       /* under the GIL */

bool
opt_loop_copies(struct loop_copies *c)
{
    *c = (struct loop_copies){ .last = work.last, .body = work.cp.subst, .end = work.cp.end };
    return work.last != REF_NONE;
}

const char *
opt_loop(struct ir *ir)
{
    struct loop *lp = &work;
    lp->last = REF_NONE;
    if (ir->full != NULL || !opt_wants(OPT_PEEL))
        return ir->full;
    lp->cp.ir = ir;
    lp->cp.from = ir;
    lp->cp.frames = lp->cp.virtuals = 0;
    lp->cp.known = NULL;
    lp->cp.late = NULL;
    lp->npending = 0;
    return peel_or_unroll(lp);
}
