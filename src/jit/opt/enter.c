/* jit/opt/enter.c: a trace that goes on at the beginning of another's body, without that one's first round.
 *
 * What the body begins with was computed by the round in front of it; what the body does not do again because that round had found it out
 * (an operand's type, what a field holds) must be so here, too. Both are known from the peeling (struct loop_copies): the copy of instruction r
 * of the round is some code in the body, or none, and its value is one of the body's or one from before the loop.
 *
 *   bring   What has no code in the body is emitted here, with the values that slots and fields have now. Then each value from before the loop that a copy came to be
 *           has one that stands for it. Two for one: a guard says that they are equal.
 *   prove   The whole round is emitted behind that for trial. Where the trial comes to the same code as the peeling, all that the peeling relied on
 *           holds here as well. A copy that is just its original needs no proof: it relies on nothing. Then the trial is taken back.
 *
 * From the body's second round on it is as after any entry, by the induction that peeling stands on (loop.c). */
#include "jit/opt/opt.h"

#include <string.h>

#include "jit/opt/copy.h"
#include "jit/opt/facts.h"
#include "jit/opt/fold.h"

enum { ASKED = 1, ASKED_ITSELF = 2 };  /* its type, or whether it is there */
#define SLOTS 4096                     /* numbers that a snapshot's entry has room for */

struct entering {
    struct copy cp;
    const struct link_target *t;
    ir_ref loop;                               /* of the other */
    ir_ref stands[IR_MAX_INS];                 /* by the other's reference - REF_BIAS: the value here; REF_NONE: none is known */
    bool same[IR_MAX_INS];                     /* by r: guards say that its value here is what its copy came to be */
    bool handed_on[IR_MAX_INS];                /* by the other's reference: its body only lists it in snapshots (ir_find_handed_on()) */
    uint8_t asked[IR_MAX_INS];                 /* by r: a guard of the body asks something of it, so what reads by it stays behind that */
    snap_entry of_slot[SLOTS], kept[4096];     /* the state at the body's beginning, as the body's snapshots list it; that of ours */
    bool listed[SLOTS];
};

static const char no_stand_in[] = "a value of the loop that follows is not known here";
const char opt_contradiction[] = "what the loop that follows relies on is not so here";
static const char not_proved[] = "the loop that follows relies on its first round";

static ir_ref at_body(const struct entering *e, ir_ref r) { return e->t->copies.body[r - REF_BIAS]; }
static ir_ref code_begin(const struct entering *e, ir_ref r) { return r == REF_BIAS + 1 ? e->loop + 1 : e->t->copies.end[r - 1 - REF_BIAS]; }
static ir_ref code_end(const struct entering *e, ir_ref r) { return e->t->copies.end[r - REF_BIAS]; }
static bool has_value(const struct ir_ins *in) { return (in->t & IRT_MASK) != T_NIL; }

static ir_ref
standing(const struct entering *e, ir_ref r)
{
    return ref_is_const(r) ? ir_const_from(e->cp.ir, e->cp.from, r) : e->stands[r - REF_BIAS];
}

/* ---- what stands for what ---- */

/* A guard that two values are the same, if there is one. */
static bool
guard_same(struct ir *ir, ir_ref a, ir_ref b)
{
    if (a == b)
        return true;
    if (ir_is_box(ir, a) || ir_is_box(ir, b) || ir_is_virtual(ir, a) || ir_is_virtual(ir, b) || ir_type_of(ir, a) != ir_type_of(ir, b))
        return false;
    switch (ir_type_of(ir, a)) {
    case T_I64: return opt_emit(ir, IR_GEQ_I, a, b, 0, 0) != REF_FAIL;
    case T_OBJ: case T_PTR: return opt_emit(ir, IR_GEQ_P, a, b, 0, 0) != REF_FAIL;
    case T_BOOL: return ir->at[b].op == IR_KB && opt_emit(ir, ir_word(ir, b) ? IR_GTRUE : IR_GFALSE, a, 0, 0, 0) != REF_FAIL;
    default: return false;
    }
}

/* A variable may have no value, a field none. */
static bool
guard_there(struct ir *ir, ir_ref v)
{
    return ir_type_of(ir, v) != T_OBJ || ir_is_box(ir, v) || ir->at[v].kt != REF_NONE || opt_emit(ir, IR_GNE_P, v, ir_ptr(ir, NULL), 0, 0) != REF_FAIL;
}

/* The body knows the type of f, if it does more with it than to hand it on. */
static bool
guard_kind(struct entering *e, ir_ref f, ir_ref v)
{
    struct ir *ir = e->cp.ir;
    ir_ref kt = e->cp.from->at[f].kt;
    if (kt == REF_NONE || ir_is_box(ir, v))
        return true;
    if (e->handed_on[f - REF_BIAS])
        return guard_there(ir, v);
    return guard_there(ir, v) && opt_emit(ir, IR_GTYPE, v, 0, 0, ir_const_from(ir, e->cp.from, kt)) != REF_FAIL;
}

/* v is here what f, from before the loop, is for the body. */
static const char *
put(struct entering *e, ir_ref f, ir_ref v)
{
    struct ir *ir = e->cp.ir;
    enum ir_type want = ir_type_of(e->cp.from, f);
    if (v == REF_NONE || v == REF_FAIL)
        return no_stand_in;
    if (want == T_OBJ && ir_type_of(ir, v) == T_BOOL)
        v = opt_emit(ir, IR_SELECT, v, ir_obj(ir, Py_True), ir_obj(ir, Py_False), 0);
    if (want != ir_type_of(ir, v) || ir_is_virtual(ir, v))
        return no_stand_in;
    if (ref_is_const(f) || e->stands[f - REF_BIAS] != REF_NONE)
        return guard_same(ir, v, standing(e, f)) ? NULL : no_stand_in;
    if (!guard_kind(e, f, v))
        return opt_contradiction;
    e->stands[f - REF_BIAS] = v;
    return NULL;
}

/* ---- bring ---- */

static bool
is_known(const struct entering *e, char letter, ir_ref r)
{
    return letter == '_' || letter == 'l' || r == REF_NONE || ref_is_const(r) || e->cp.subst[r - REF_BIAS] != REF_NONE;
}

static bool is_asked(const struct entering *e, ir_ref r, unsigned what) { return !ref_is_const(r) && e->asked[r - REF_BIAS] & what; }

/* Reading this is right only behind guards, of which the body has one: an item's index or the size of what it is an item of, a field of what may be NULL. */
static bool
is_unsafe(const struct entering *e, const struct ir_ins *in)
{
    switch (in->op) {
    case IR_LITEM: case IR_TITEM: case IR_VLOAD_I: case IR_VLOAD_F: {
        const struct ir_ins *row = &e->cp.from->at[in->a];
        return is_asked(e, in->a, ASKED) || is_asked(e, in->b, ASKED) || (row->op == IR_ALOAD && is_asked(e, row->a, ASKED));
    }
    case IR_UNBOX_I: case IR_UNBOX2_I: case IR_UNBOX_F: case IR_UNBOX_B: return is_asked(e, in->a, ASKED);
    default:
        if (ir_ops[in->op].flags & I_CALL)
            return is_asked(e, in->a, ASKED) || is_asked(e, in->b, ASKED) || is_asked(e, in->c, ASKED);
        return ir_ops[in->op].flags & I_LOAD && is_asked(e, in->a, ASKED_ITSELF);
    }
}

static void
ask(struct entering *e, ir_ref r, uint8_t what)
{
    const struct ir_ins *in = &e->cp.from->at[r];
    if (ref_is_const(r))
        return;
    e->asked[r - REF_BIAS] |= what;
    if (in->op == IR_RLOAD_I && !ref_is_const(in->a))    /* a size */
        e->asked[in->a - REF_BIAS] |= ASKED;
}

/* The body has code for r. */
static void
leave_to_body(struct entering *e, const struct ir_ins *in)
{
    bool itself = in->op == IR_GTYPE || in->op == IR_GEQ_P || in->op == IR_GNE_P;
    if (!(in->t & IRT_GUARD))
        return;
    if (ir_ops[in->op].a != 'l')
        ask(e, in->a, itself ? ASKED | ASKED_ITSELF : ASKED);
    ask(e, in->b, itself ? ASKED | ASKED_ITSELF : ASKED);
    ask(e, in->c, ASKED);
}

static bool
may_bring(const struct entering *e, const struct ir_ins *in)
{
    const struct ir_op_info *info = &ir_ops[in->op];
    if (info->flags & (I_STORE | I_KEEP) || in->op == IR_BOX_I || in->op == IR_BOX_F || in->op == IR_VIRT || in->op == IR_GEMPTY)
        return false;
    return is_known(e, info->a, in->a) && is_known(e, info->b, in->b) && is_known(e, info->c, in->c) && !is_unsafe(e, in);
}

static const char *
bring(struct entering *e, ir_ref r)
{
    const struct ir_ins *in = &e->cp.from->at[r];
    bool copied = r < e->t->copies.last;
    e->cp.subst[r - REF_BIAS] = REF_NONE;
    if (in->op == IR_NOP || in->op == IR_BASE)
        return NULL;
    if (copied && (code_begin(e, r) != code_end(e, r) || at_body(e, r) > e->loop)) {
        leave_to_body(e, in);
        return NULL;
    }
    if (!may_bring(e, in))
        return copied ? NULL : no_stand_in;
    const char *why = copy_round(&e->cp, r, (ir_ref)(r + 1), 0);
    ir_ref v = e->cp.subst[r - REF_BIAS];
    if (v == REF_FAIL)                                   /* a guard that held once and for all */
        return opt_contradiction;
    if (why != NULL || !copied || !has_value(in) || v == REF_NONE)
        return why;
    why = put(e, at_body(e, r), v);
    e->same[r - REF_BIAS] = why == NULL;
    return why;
}

/* The fields whose stores wait when the body begins hold what would be stored: here nothing waits. Those of references hold nothing (trace/rec_pairs.c). */
static const char *
bring_waiting(struct entering *e, const struct snap *s)
{
    const struct ir *from = e->cp.from;
    for (uint32_t i = 0; i < s->nstores; i++) {
        const struct snap_store *st = &from->stores[s->stores + i];
        ir_ref obj = standing(e, st->obj);
        if (obj == REF_NONE || ir_is_reference(from, st->value))
            return no_stand_in;
        enum ir_op load = ir_type_of(from, st->value) == T_F64 ? IR_RLOAD_F : IR_RLOAD_I;
        const char *why = put(e, st->value, opt_emit(e->cp.ir, load, obj, 0, 0, st->offset));
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* ---- slots ---- */

/* Which slots the body's snapshots list as they are when it begins. */
static void
find_listed(struct entering *e, const struct snap *s)
{
    const struct ir *from = e->cp.from;
    memset(e->of_slot, 0xff, sizeof(e->of_slot));
    memset(e->listed, 0, sizeof(e->listed));
    for (uint32_t i = 0; i < s->nentries; i++)
        e->of_slot[snap_slot(from->entries[s->entries + i])] = from->entries[s->entries + i];
    for (uint32_t k = 0; k < from->nsnaps; k++) {
        const struct snap *sn = &from->snaps[k];
        for (uint32_t i = 0; sn->ref > e->loop && i < sn->nentries; i++) {
            snap_entry entry = from->entries[sn->entries + i];
            e->listed[snap_slot(entry)] |= e->of_slot[snap_slot(entry)] == entry;
        }
    }
}

/* What lies in the slot here: false: nothing, or nobody knows. */
static bool
slot_here(struct entering *e, unsigned slot, ir_ref *v)
{
    struct copy *cp = &e->cp;
    for (uint32_t i = 0; i < cp->state.nentries; i++) {
        if (snap_slot(cp->entries[i]) != slot)
            continue;
        *v = snap_ref(cp->entries[i]);
        return snap_how(cp->entries[i]) != HOW_NULL;
    }
    *v = cp->known[slot] != REF_NONE ? cp->known[slot] : opt_emit(cp->ir, IR_SLOAD, (ir_ref)slot, 0, 0, 0);
    return guard_there(cp->ir, *v);
}

static bool
is_empty_here(const struct entering *e, unsigned slot)
{
    for (uint32_t i = 0; i < e->cp.state.nentries; i++)
        if (snap_slot(e->cp.entries[i]) == slot)
            return snap_how(e->cp.entries[i]) == HOW_NULL;
    return false;
}

/* A box stands for a box, and no other for the same: what was one object stays one, what were two stay two. */
static const char *
put_box(struct entering *e, ir_ref f, ir_ref v)
{
    const struct ir *from = e->cp.from;
    if (!ir_is_box(e->cp.ir, v) || e->cp.ir->at[v].op != from->at[f].op || (e->stands[f - REF_BIAS] != REF_NONE && e->stands[f - REF_BIAS] != v))
        return no_stand_in;
    for (ir_ref k = REF_BIAS; k < e->loop; k++)
        if (k != f && ir_is_box(from, k) && e->stands[k - REF_BIAS] == v)
            return no_stand_in;
    e->stands[f - REF_BIAS] = v;
    return put(e, from->at[f].a, e->cp.ir->at[v].a);
}

static const char *
put_slots(struct entering *e, const struct snap *s)
{
    const struct ir *from = e->cp.from;
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry entry = from->entries[s->entries + i];
        unsigned slot = snap_slot(entry);
        ir_ref v;
        if (!e->listed[slot])
            continue;
        if (snap_how(entry) == HOW_NULL && is_empty_here(e, slot))
            continue;
        if (snap_how(entry) == HOW_NULL || snap_how(entry) == HOW_VIRTUAL || snap_held(entry) || !slot_here(e, slot, &v))
            return no_stand_in;
        bool box = snap_how(entry) == HOW_INT || snap_how(entry) == HOW_FLOAT;
        const char *why = box ? put_box(e, snap_ref(entry), v) : put(e, snap_ref(entry), v);
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* ---- prove ---- */

/* One instruction, as it was in the round. */
static bool
is_plain_copy(const struct entering *e, ir_ref r)
{
    const struct ir *from = e->cp.from;
    const struct ir_ins *in = &from->at[r], *own = &from->at[code_begin(e, r)];
    if (code_end(e, r) - code_begin(e, r) != 1 || own->op != in->op || own->x != in->x)
        return false;
    ir_ref a = ir_ops[in->op].a == 'l' || ref_is_const(in->a) ? in->a : at_body(e, in->a);
    ir_ref b = ref_is_const(in->b) ? in->b : at_body(e, in->b), c = ref_is_const(in->c) ? in->c : at_body(e, in->c);
    bool turned = ir_ops[in->op].flags & I_COMM && own->a == b && own->b == a;
    return own->c == c && ((own->a == a && own->b == b) || turned);
}

static bool
is_alike(const struct entering *e, const struct ir_ins *own, const struct ir_ins *here)
{
    const struct ir_op_info *info = &ir_ops[own->op];
    if (own->op != here->op || (info->x == X_TYPE ? standing(e, (ir_ref)own->x) != here->x : own->x != here->x))
        return false;
    return (info->a == 'l' ? own->a == here->a : standing(e, own->a) == here->a) && standing(e, own->b) == here->b && standing(e, own->c) == here->c;
}

/* The trial has come to the same code for r, from `begin` on. */
static bool
is_same_code(struct entering *e, ir_ref r, ir_ref begin)
{
    const struct ir *from = e->cp.from, *ir = e->cp.ir;
    ir_ref own = code_begin(e, r);
    if (code_end(e, r) - own != e->cp.end[r - REF_BIAS] - begin)
        return false;
    for (ir_ref k = begin; k < e->cp.end[r - REF_BIAS]; k++, own++) {
        if (!is_alike(e, &from->at[own], &ir->at[k]))
            return false;
        e->stands[own - REF_BIAS] = k;
    }
    return true;
}

static bool
is_proved(struct entering *e, ir_ref begin)
{
    const struct ir *from = e->cp.from;
    for (ir_ref r = REF_BIAS + 1; r < e->t->copies.last; begin = e->cp.end[r++ - REF_BIAS]) {
        const struct ir_ins *in = &from->at[r];
        ir_ref body = at_body(e, r), here = e->cp.subst[r - REF_BIAS];
        if (in->op == IR_NOP || in->op == IR_BASE)
            continue;
        if (is_plain_copy(e, r)) {
            e->stands[code_begin(e, r) - REF_BIAS] = has_value(in) ? here : REF_NONE;
            continue;
        }
        if (!is_same_code(e, r, begin))
            return false;
        if (has_value(in) && !e->same[r - REF_BIAS] && (here == REF_NONE || standing(e, body) != here))
            return false;
    }
    return true;
}

/* The state at the head again, as a trial spoils it. */
static void
take_back(struct entering *e, ir_ref end, const struct ir *before)
{
    struct ir *ir = e->cp.ir;
    ir_cut(ir, end);
    ir->frame = before->frame;
    ir->nframes = before->nframes;
    ir->nvirtuals = before->nvirtuals;
    ir->top = before->top;
    ir->real = before->real;
    struct snap *s = snap_begin(ir, e->cp.state.pc, e->cp.state.depth);
    s->branch = e->cp.state.branch;
    s->open = e->cp.state.open;
    for (uint32_t i = 0; i < e->cp.state.nentries; i++)
        snap_add_entry(ir, e->kept[i]);
}

static const char *
prove(struct entering *e, uint32_t nsnaps)
{
    struct ir *ir = e->cp.ir, before = *ir;
    ir_ref end = ir->end;
    memcpy(e->kept, e->cp.entries, e->cp.state.nentries * sizeof(e->kept[0]));
    copy_frames(&e->cp);
    const char *why = ir->full != NULL ? ir->full : copy_round(&e->cp, REF_BIAS + 1, e->t->copies.last, nsnaps);
    if (why == NULL && !is_proved(e, end))
        why = not_proved;
    if (why == NULL)
        take_back(e, end, &before);
    return why;
}

/* ---- the whole ---- */

static bool
guard_bounds(struct ir *ir, ir_ref v, struct interval b)
{
    if (b.low != INT64_MIN && opt_emit(ir, IR_GGE_I, v, ir_int(ir, b.low), 0, 0) == REF_FAIL)
        return false;
    return b.high == INT64_MAX || opt_emit(ir, IR_GLE_I, v, ir_int(ir, b.high), 0, 0) != REF_FAIL;
}

/* First all guards, then the values. */
static const char *
hand_over(struct entering *e)
{
    const struct link_target *t = e->t;
    struct ir *ir = e->cp.ir;
    for (unsigned i = 0; i < t->nlive; i++)
        if (e->stands[t->live[i] - REF_BIAS] == REF_NONE || ir_is_box(ir, e->stands[t->live[i] - REF_BIAS]))
            return no_stand_in;
    for (unsigned i = 0; i < t->copies.nints; i++) {
        ir_ref v = e->stands[t->copies.ints[i] - REF_BIAS];
        if (v != REF_NONE && !guard_bounds(ir, v, t->copies.bounds[i]))
            return "a number is out of the bounds of the loop that follows";
    }
    for (unsigned i = 0; i < t->nlive; i++)
        ir_append(ir, IR_LINK, (ir_ref)i, e->stands[t->live[i] - REF_BIAS], 0, 0);
    return ir->full;
}

static const char *
enter(struct entering *e)
{
    const struct ir *from = e->cp.from;
    uint32_t nsnaps = 0;
    while (nsnaps < from->nsnaps && from->snaps[nsnaps].ref <= e->loop)
        nsnaps++;
    ir_find_handed_on(from, e->loop, e->handed_on);
    const char *why = copy_take_state(&e->cp);
    if (why != NULL || nsnaps == 0 || e->cp.state.nstores > 0)
        return why != NULL ? why : no_stand_in;
    for (ir_ref r = REF_BIAS + 1; r < e->loop && why == NULL; r++)
        why = bring(e, r);
    struct snap s = from->snaps[nsnaps - 1];
    find_listed(e, &s);
    if (why == NULL)
        why = bring_waiting(e, &s);
    if (why == NULL)
        why = put_slots(e, &s);
    if (why == NULL)
        why = prove(e, nsnaps);
    return why != NULL ? why : hand_over(e);
}

const char *
opt_enter(struct ir *ir, const struct link_target *t, const ir_ref *known, void (*late)(void *arg, unsigned slot), void *arg)
{
    static struct entering work;                         /* under the GIL */
    struct entering *e = &work;
    if (t->copies.body == NULL)
        return not_proved;
    e->t = t;
    e->loop = t->round->loop;
    size_t n = t->round->end - REF_BIAS;
    memset(e->stands, 0, n * sizeof(e->stands[0]));
    memset(e->same, 0, n * sizeof(e->same[0]));
    memset(e->asked, 0, n * sizeof(e->asked[0]));
    e->cp.ir = ir;
    e->cp.from = t->round;
    e->cp.known = known;
    e->cp.late = late;
    e->cp.arg = arg;
    e->cp.frames = e->cp.virtuals = 0;
    return enter(e);
}
