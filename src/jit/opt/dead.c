/* jit/opt/dead.c: what nobody needs becomes NOP.
 *
 * Needed are: what has an effect of its own (guards without result, stores, I_KEEP), what the snapshots of these list, and operands of what is
 * needed. An operation that leaves on overflow is not needed for its guard: nobody would see the number that did not fit.
 * A PHI is needed when the body uses its left side: that alone does not make it, as the first round may use it, too. So two marks:
 * "needed", and "needed by the body" for values of the first round; the latter spreads through PHIs. */
#include "jit/opt/opt.h"

#include <string.h>

struct dead {
    struct ir *ir;
    uint8_t needed[IR_MAX_INS], in_body[IR_MAX_INS];           /* by ref - REF_BIAS */
    ir_ref phi[IR_MAX_INS];                                    /* the PHI whose left side it is */
    ir_ref work[2 * IR_MAX_INS];                               /* newly marked; each at most twice */
    uint32_t nwork;
};

static void
begin(struct dead *d, struct ir *ir)
{
    size_t n = (size_t)(ir->end - REF_BIAS);
    d->ir = ir;
    d->nwork = 0;
    memset(d->needed, 0, n);
    memset(d->in_body, 0, n);
    memset(d->phi, 0, n * sizeof(d->phi[0]));
}

/* from: the place that needs r. */
static void
need(struct dead *d, ir_ref r, ir_ref from)
{
    if (r == REF_NONE || ref_is_const(r))
        return;
    uint32_t i = r - REF_BIAS;
    bool body = d->ir->loop != REF_NONE && from > d->ir->loop;
    if (d->needed[i] && (!body || d->in_body[i]))
        return;
    d->needed[i] = 1;
    d->in_body[i] |= body;
    d->work[d->nwork++] = r;
}

static void
need_operands(struct dead *d, ir_ref r)
{
    const struct ir_ins *in = &d->ir->at[r];
    if (ir_ops[in->op].a != 'l')
        need(d, in->a, r);
    need(d, in->b, r);
    need(d, in->c, r);
}

static void
need_snap(struct dead *d, const struct snap *s)
{
    const struct ir *ir = d->ir;
    for (uint32_t i = 0; i < s->nentries; i++)
        need(d, snap_ref(ir->entries[s->entries + i]), s->ref);
    for (uint32_t i = 0; i < s->nstores; i++) {
        need(d, ir->stores[s->stores + i].obj, s->ref);
        need(d, ir->stores[s->stores + i].value, s->ref);
    }
}

/* An instruction that is there for itself. */
static bool
is_root(const struct ir_ins *in)
{
    unsigned flags = ir_ops[in->op].flags;
    return in->op != IR_PHI && (flags & (I_KEEP | I_STORE) || (flags & I_GUARD && !(flags & I_PURE)));
}

static void
mark_roots(struct dead *d)
{
    const struct ir *ir = d->ir;
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        if (ir->at[r].op == IR_PHI)
            d->phi[ir->at[r].a - REF_BIAS] = r;
        if (is_root(&ir->at[r])) {
            d->needed[r - REF_BIAS] = 1;
            need_operands(d, r);
        }
    }
}

static void
spread(struct dead *d)
{
    while (d->nwork > 0) {
        ir_ref r = d->work[--d->nwork], phi = d->phi[r - REF_BIAS];
        need_operands(d, r);
        if (ir_is_box(d->ir, r) && d->in_body[r - REF_BIAS])                       /* what lists the box reads its operand */
            need(d, d->ir->at[r].a, d->ir->loop + 1);
        if (phi != REF_NONE && d->in_body[r - REF_BIAS])
            need(d, d->ir->at[phi].b, phi);
    }
}

/* Snapshots that some needed guard leaves through. True when that made anything else needed. */
static bool
spread_from_snaps(struct dead *d)
{
    const struct ir *ir = d->ir;
    uint32_t s = 0, done = UINT32_MAX;
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        while (s + 1 < ir->nsnaps && ir->snaps[s + 1].ref <= r)
            s++;
        if (!(ir->at[r].t & IRT_GUARD) || !d->needed[r - REF_BIAS] || done == s || ir->nsnaps == 0)
            continue;
        need_snap(d, &ir->snaps[s]);
        done = s;
    }
    bool more = d->nwork > 0;
    spread(d);
    return more;
}

static void
remove_rest(struct dead *d)
{
    struct ir *ir = d->ir;
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        struct ir_ins *in = &ir->at[r];
        bool keep = in->op == IR_PHI ? d->in_body[in->a - REF_BIAS] && in->a != in->b : d->needed[r - REF_BIAS];
        in->t &= (uint8_t)~IRT_PHI;
        if (!keep)
            *in = (struct ir_ins){ .op = IR_NOP, .prev = in->prev };
        if (in->op != IR_PHI)
            continue;
        ir->at[in->a].t |= IRT_PHI;
        if (!ref_is_const(in->b))
            ir->at[in->b].t |= IRT_PHI;
    }
}

/* A trace without loop leaves at its end, through its last snapshot, if it does not go on in another's loop. */
static bool ends_in_snap(const struct ir *ir) { return ir->loop == REF_NONE && ir->nsnaps > 0 && ir->at[ir->end - 1].op != IR_LINK; }

/* Entries of snapshots that no guard uses may name what is gone. */
static void
empty_unused_snaps(struct dead *d)
{
    struct ir *ir = d->ir;
    for (uint32_t s = 0; s < ir->nsnaps; s++) {
        ir_ref end = s + 1 < ir->nsnaps ? ir->snaps[s + 1].ref : ir->end;
        bool used = s + 1 == ir->nsnaps && ends_in_snap(ir);
        for (ir_ref r = ir->snaps[s].ref; r < end && !used; r++)
            used = ir->at[r].t & IRT_GUARD;
        if (!used)
            ir->snaps[s].nentries = ir->snaps[s].nstores = 0;
    }
}

const char *
opt_dead(struct ir *ir)
{
    if (ir->full != NULL || !opt_wants(OPT_DEAD))
        return ir->full;
    static struct dead work;                                   /* under the GIL */
    struct dead *d = &work;
    begin(d, ir);
    mark_roots(d);
    if (ends_in_snap(ir))
        need_snap(d, &ir->snaps[ir->nsnaps - 1]);
    spread(d);
    while (spread_from_snaps(d))
        ;
    remove_rest(d);
    empty_unused_snaps(d);
    return NULL;
}
