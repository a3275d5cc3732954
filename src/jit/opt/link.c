/* jit/opt/link.c: a trace that goes on in the loop of another without leaving machine code.
 *
 * The other's body begins with certain values in certain places (ir_live_ins()). They are what its first round computes, so that round is emitted
 * here once more, with the values that the slots have here: that is what peeling does, and is right for the same reasons (loop.c).
 * What is more: the body was made knowing how large its integers are when it begins, which guards make sure of. */
#include "jit/opt/opt.h"

#include "jit/opt/copy.h"
#include "jit/opt/facts.h"
#include "jit/opt/fold.h"

static const char other_type[] = "a variable has another type in the loop that follows";

/* Guards that v lies within the bounds; false when it never does. */
static bool
guard_bounds(struct ir *ir, ir_ref v, struct interval b)
{
    if (b.low != INT64_MIN && opt_emit(ir, IR_GGE_I, v, ir_int(ir, b.low), 0, 0) == REF_FAIL)
        return false;
    return b.high == INT64_MAX || opt_emit(ir, IR_GLE_I, v, ir_int(ir, b.high), 0, 0) != REF_FAIL;
}

/* v as what the body expects in the place of r. */
static ir_ref
fitted(struct copy *cp, ir_ref r, ir_ref v)
{
    struct ir *ir = cp->ir;
    enum ir_type want = ir_type_of(cp->from, r);
    if (v == REF_NONE || v == REF_FAIL || ir_is_box(ir, v))
        return REF_NONE;
    if (want == T_OBJ && ir_type_of(ir, v) == T_BOOL)
        return opt_emit(ir, IR_SELECT, v, ir_obj(ir, Py_True), ir_obj(ir, Py_False), 0);
    return want == ir_type_of(ir, v) ? v : REF_NONE;
}

/* First all guards, then the values: nothing follows LINK. */
static const char *
hand_over(struct copy *cp, const struct link_target *t, ir_ref *values)
{
    struct ir *ir = cp->ir;
    for (unsigned i = 0; i < t->nlive; i++) {
        ir_ref r = t->live[i];
        if ((values[i] = fitted(cp, r, replaced(cp, r))) == REF_NONE)
            return other_type;
        if (ir_type_of(cp->from, r) == T_I64 && !guard_bounds(ir, values[i], t->bounds[i]))
            return "a number is out of the bounds of the loop that follows";
    }
    for (unsigned i = 0; i < t->nlive; i++)
        ir_append(ir, IR_LINK, (ir_ref)i, values[i], 0, 0);
    return ir->full;
}

/* The snapshots of the round proper. */
static uint32_t
snaps_before(const struct ir *round, ir_ref loop)
{
    uint32_t n = 0;
    while (n < round->nsnaps && round->snaps[n].ref <= loop)
        n++;
    return n;
}

/* What the round has stored at its end is in memory: guards behind it leave through the snapshot that says so. */
static const char *
copy_end(struct copy *cp, uint32_t nsnaps)
{
    const struct ir *from = cp->from;
    if (nsnaps == 0 || from->snaps[nsnaps - 1].pc != cp->state.pc)
        return "the loop that follows ends without a snapshot";
    struct snap s = from->snaps[nsnaps - 1];
    copy_snap(cp, &s, &from->entries[s.entries], &from->stores[s.stores]);
    return NULL;
}

const char *
opt_link(struct ir *ir, const struct link_target *t, const ir_ref *known, void (*late)(void *arg, unsigned slot), void *arg)
{
    struct copy *cp = PyMem_RawMalloc(sizeof(*cp));
    ir_ref *values = PyMem_RawMalloc((t->nlive + 1) * sizeof(*values));
    const char *why = cp == NULL || values == NULL ? "out of memory" : NULL;
    if (why == NULL) {
        cp->ir = ir;
        cp->from = t->round;
        cp->known = known;
        cp->late = late;
        cp->arg = arg;
        copy_frames(cp);
        why = copy_take_state(cp);
    }
    uint32_t nsnaps = snaps_before(t->round, t->round->loop);
    if (why == NULL)
        why = copy_round(cp, REF_BIAS + 1, t->round->loop, nsnaps);
    if (why == NULL)
        why = copy_end(cp, nsnaps);
    if (why == NULL)
        why = hand_over(cp, t, values);
    PyMem_RawFree(cp);
    PyMem_RawFree(values);
    return why;
}
