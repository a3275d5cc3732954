/* jit/opt/opt_testing.c: a trace from one struct ir into another, through the optimiser. */
#include "jit/opt/opt_testing.h"

#include <string.h>

#include "jit/opt/fold.h"

struct copy {
    const struct ir *raw;
    struct ir *ir;
    ir_ref *refs;
};

static ir_ref
take(const struct copy *c, ir_ref r)
{
    return r == REF_NONE ? r : ref_is_const(r) ? ir_const_from(c->ir, c->raw, r) : c->refs[r];
}

static void
take_snap(const struct copy *c, const struct snap *s)
{
    snap_begin(c->ir, s->pc, s->depth);
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = c->raw->entries[s->entries + i];
        snap_add_entry(c->ir, SNAP_ENTRY(snap_slot(e), snap_held(e), snap_how(e), take(c, snap_ref(e))));
    }
    for (uint32_t i = 0; i < s->nstores; i++) {
        struct snap_store st = c->raw->stores[s->stores + i];
        snap_add_store(c->ir, (struct snap_store){ take(c, st.obj), take(c, st.value), st.offset });
    }
}

static ir_ref
take_instruction(const struct copy *c, ir_ref r)
{
    const struct ir_ins *in = &c->raw->at[r];
    const struct ir_op_info *info = &ir_ops[in->op];
    ir_ref a = info->a == 'l' ? in->a : take(c, in->a);
    ir_ref v = opt_emit(c->ir, in->op, a, take(c, in->b), take(c, in->c), info->x == X_TYPE ? take(c, (ir_ref)in->x) : in->x);
    if (in->op == IR_CALLN && in->kt != REF_NONE)        /* the recorder knows */
        c->ir->at[v].kt = take(c, in->kt);
    return v;
}

bool
opt_test_emit(const struct ir *raw, struct ir *ir, ir_ref *refs)
{
    struct copy c = { raw, ir, refs };
    uint32_t s = 0;
    ir_reset(ir);
    ir->nlocals = raw->nlocals;
    for (ir_ref r = REF_BIAS + 1; r <= raw->end; r++) {
        for (; s < raw->nsnaps && raw->snaps[s].ref <= r; s++)
            take_snap(&c, &raw->snaps[s]);
        if (r < raw->end && (refs[r] = take_instruction(&c, r)) == REF_FAIL)
            return false;
    }
    return true;
}
