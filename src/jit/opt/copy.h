/* jit/opt/copy.h: a recorded round, emitted once more with other values in the slots (inside jit/opt only).
 *
 * Peeling copies the round of a trace behind its LOOP, with what its end leaves in the slots. A link copies the round of another trace behind what was
 * recorded, with what lies in the slots there. The copy goes through opt_emit(): what is known by then is not emitted again. */
#ifndef ADDER_JIT_OPT_COPY_H
#define ADDER_JIT_OPT_COPY_H

#include "jit/ir/ir.h"
#include "jit/opt/opt.h"

struct copy {
    struct ir *ir;                             /* where it is emitted */
    const struct ir *from;                     /* where the round is; ir itself when it is peeled */
    struct snap state;                         /* the snapshot from which the copy begins, its entries and stores */
    snap_entry entries[4096];
    struct snap_store stores[256];
    struct snap_store waiting[256];            /* those of its stores that still wait at this point of the copy */
    uint32_t nwaiting;
    ir_ref last;                               /* peeling: one past the round */
    unsigned frames, virtuals;                 /* added to the numbers of its inlined calls and of its virtual objects */
    const ir_ref *known;                       /* by slot: values of those that `entries` do not list; REF_NONE: not known. NULL: none is */
    void (*late)(void *arg, unsigned slot);    /* called for GNULL, GSTYPE, GLATE and GDIES before the round's first open call, instead of a copy, if not NULL */
    void *arg;
    ir_ref subst[IR_MAX_INS];                  /* by r - REF_BIAS: what stands for it in the copy */
    ir_ref not_dropped;                        /* a DROP of what a store would take out of a variable of a generator, if a number did not wait there */
    bool unowned[IR_MAX_INS];                  /* of loads from variables of generators: what the copy has comes from a store that waits, so memory has no reference to it */
    ir_ref end[IR_MAX_INS];                    /* and where its code in the copy ends */
};

/* The inlined calls and virtual objects of from, which is another trace, are some of ir, too. Before the copy begins. */
void copy_frames(struct copy *cp);
/* The last snapshot of ir, behind which nothing was emitted, is where the copy begins. NULL, or why not. */
const char *copy_take_state(struct copy *cp);
/* Copy snapshots and instructions r, first <= r < last; only the first nsnaps snapshots. NULL, or why not. */
const char *copy_round(struct copy *cp, ir_ref first, ir_ref last, uint32_t nsnaps);
/* One snapshot; its entries and stores given apart, in case those of ir are written over meanwhile. */
void copy_snap(struct copy *cp, const struct snap *s, const snap_entry *entries, const struct snap_store *stores);
/* Sets what stands for the SLOAD at r. */
const char *copy_sload(struct copy *cp, ir_ref r);
/* What stands for r. */
static inline ir_ref
replaced(const struct copy *cp, ir_ref r)
{
    return !ref_is_const(r) ? cp->subst[r - REF_BIAS] : cp->from == cp->ir ? r : ir_const_from(cp->ir, cp->from, r);
}
/* The store writes some of the eight bytes at offset x. */
static inline bool touches(const struct snap_store *st, uint32_t x) { return st->offset < x + 8 && x < st->offset + 8; }

extern const char opt_may_be_same[];

#endif
