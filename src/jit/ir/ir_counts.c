/* jit/ir/ir_counts.c: the count ledger: does each reference that a trace takes go somewhere, and only once?
 *
 * While it runs, a trace has references in hand: those it has made (NEW_*, INC), those that a store took away from a place, those taken out of the
 * frame's memory (FOPEN). Each of them goes into a place (OSTORE, LSTORE, FPUT_NEW, FSET, PUSHF), into a new object (NEW_METHOD), or away (DROP).
 * At every guard, what is in hand must be what the guard's snapshot lists as held: an exit takes no reference for these. At open calls, at the
 * LOOP and where the trace goes on elsewhere nothing may be in hand. So the equation of counts (memory's count + lent slots = CPython's count) is
 * kept by each step, whatever the values are; a trace for which this is not so is refused.
 *
 * Values are told apart by name; two names of which a guard (GEQ_P) says that they are one object are one. What a place has is what was loaded from or stored into it last under the same names, as the optimiser sees it, too. Immortal
 * constants have no counts. */
#include "jit/ir/ir.h"

#include "code/code.h"
#include "code/opcodes.h"

#include <stdio.h>
#include <string.h>

#define IN_HAND_MAX 256

struct ledger {
    const struct ir *ir;
    int n;
    struct { ir_ref v; int count; } hand[IN_HAND_MAX];
    bool begun;                        /* a snapshot was seen: what a side trace begins with is known */
};

static char message[200];
static ir_ref same[IR_MAX_INS];        /* by ref - REF_BIAS: an older name of the same object, or REF_NONE; under the GIL */

static ir_ref
name_of(ir_ref v)
{
    while (!ref_is_const(v) && same[v - REF_BIAS] != REF_NONE)
        v = same[v - REF_BIAS];
    return v;
}

static bool
is_counted(const struct ir *ir, ir_ref v)
{
    if (v == REF_NONE || ir_type_of(ir, v) != T_OBJ || ir->at[v].op == IR_SELECT)
        return false;
    return ir->at[v].op != IR_KO || !_Py_IsImmortal(ir_obj_value(ir, v));
}

/* False: too many to be followed. */
static bool
add(struct ledger *l, ir_ref v, int change)
{
    int i = 0;
    v = name_of(v);
    if (!is_counted(l->ir, v))
        return true;
    while (i < l->n && l->hand[i].v != v)
        i++;
    if (i == IN_HAND_MAX)
        return false;
    if (i == l->n)
        l->hand[l->n++].count = 0;
    l->hand[i].v = v;
    l->hand[i].count += change;
    if (l->hand[i].count == 0)
        l->hand[i] = l->hand[--l->n];
    return true;
}

/* ---- what places have ---- */

static bool
is_made(const struct ir *ir, ir_ref v)
{
    return ir->at[v].op >= IR_NEW_OBJ && ir->at[v].op <= IR_NEW_LIST;
}

/* What the field or item had that the store at r overwrites. REF_NONE: nothing, as its object is new; *known is false: nobody has looked. */
static ir_ref
overwritten(const struct ir *ir, ir_ref r, bool *known)
{
    const struct ir_ins *st = &ir->at[r];
    *known = true;
    for (ir_ref k = r; k-- > REF_BIAS; ) {
        const struct ir_ins *in = &ir->at[k];
        if (st->op == IR_OSTORE) {
            if (in->op == IR_OLOAD && in->a == st->a && in->x == st->x)
                return k;
            if (in->op == IR_OADD && in->a == st->a && in->x == st->x)
                return REF_NONE;
            if (in->op == IR_OSTORE && in->a == st->a && in->x == st->x)
                return in->b;
        } else {
            if (in->op == IR_LITEM && in->a == st->a && in->b == st->b)
                return k;
            if (in->op == IR_LSTORE && in->a == st->a && in->b == st->b)
                return in->c;
        }
    }
    ir_ref owner = st->op == IR_LSTORE && !ref_is_const(st->a) && ir->at[st->a].op == IR_ALOAD ? ir->at[st->a].a : st->a;
    *known = is_made(ir, owner);
    return REF_NONE;
}

/* One past the last slot that memory has at r, but for those stored since. */
static uint32_t
top_at(const struct ir *ir, ir_ref r)
{
    const struct snap *s = snap_of(ir, r);
    for (ir_ref k = s->ref; k < r; k++)
        if (ir->at[k].op == IR_CALLO)
            return (uint32_t)ir->nlocals + s->depth;
    return s->top;
}

/* Has the slot been written between the snapshot and r? */
static bool
is_stored_since(const struct ir *ir, ir_ref r, ir_ref slot)
{
    for (ir_ref k = snap_of(ir, r)->ref; k < r; k++)
        if (ir->at[k].a == slot && (ir->at[k].op == IR_FPUT_NEW || ir->at[k].op == IR_FSET))
            return true;
    return false;
}

/* The open call at k is an instruction of f that leaves nothing on the stack, which goes on. */
static bool
gives_nothing(const struct ir *ir, ir_ref k, const struct ir_frame *f)
{
    const struct ir_ins *call = &ir->at[k];
    if (f->code == NULL || ir_int_value(ir, call->b) != f->base || call->a >= Py_SIZE(f->code))
        return false;
    const struct op_info *op = &op_table[op_deinstrument(_PyCode_CODE(f->code)[call->a].op.code)];
    return op->popped.base + op->effect.base == 0 && op->popped.per_arg + op->effect.per_arg == 0 && op->popped.per_low + op->effect.per_low == 0;
}

/* The open call at k ends the frame behind this slot, where the result lies then, or leaves its result there. */
static bool
leaves_result(const struct ir *ir, ir_ref k, ir_ref slot)
{
    const struct snap *s = snap_of(ir, k);
    return s->ref <= k && (uint32_t)slot + 1 == ir->nlocals + (uint32_t)s->depth && !gives_nothing(ir, k, &ir->frames[s->frame]);
}

/* What the frame that the open call at k ends had on its stack, where it has ended with RETURN_VALUE and somebody has looked; or REF_NONE. */
static ir_ref
returned_by(const struct ir *ir, ir_ref k)
{
    const struct ir_ins *call = &ir->at[k];
    const struct snap *s = snap_of(ir, k);
    while (s > ir->snaps && ir->frames[s->frame].base != ir_int_value(ir, call->b))
        s--;
    const struct ir_frame *f = &ir->frames[s->frame];
    if (f->base != ir_int_value(ir, call->b) || f->code == NULL || call->a >= Py_SIZE(f->code)
        || op_deinstrument(_PyCode_CODE(f->code)[call->a].op.code) != RETURN_VALUE)
        return REF_NONE;
    while (k-- > REF_BIAS) {
        const struct ir_ins *in = &ir->at[k];
        if (in->op == IR_CALLO)
            break;
        if (in->a == f->base + f->nlocals && (in->op == IR_SLOAD || in->op == IR_FLOAD))
            return k;
        if (in->a == f->base + f->nlocals && (in->op == IR_FPUT || in->op == IR_FPUT_NEW || in->op == IR_FSET))
            return in->b;
    }
    return REF_NONE;
}

/* What slot a of memory has where the instruction at r takes it out; REF_NONE: nothing. *known is false: nobody has looked, unless it was *returned there: what
 * the frame had on top of its stack has a slot of its own. */
static ir_ref
taken_out(const struct ir *ir, ir_ref r, bool *known, bool *returned)
{
    ir_ref slot = ir->at[r].a;
    *known = true;
    *returned = false;
    if (ir->nsnaps == 0 || ir->snaps[0].ref > r || (slot >= top_at(ir, r) && !is_stored_since(ir, r, slot)))
        return REF_NONE;                                 /* above what memory has: nothing was there */
    for (ir_ref k = r; k-- > REF_BIAS; ) {
        const struct ir_ins *in = &ir->at[k];
        *returned = in->op == IR_CALLO && leaves_result(ir, k, slot);
        if (*returned) {
            ir_ref v = returned_by(ir, k);
            if (v != REF_NONE)
                return v;
            break;
        }
        if (in->a != slot)
            continue;
        if (in->op == IR_SLOAD || in->op == IR_FLOAD)
            return k;
        if (in->op == IR_FPUT || in->op == IR_FPUT_NEW || in->op == IR_FSET)
            return in->b;
        if (in->op == IR_FOPEN || in->op == IR_FDROP || in->op == IR_GNULL)
            return REF_NONE;
    }
    const struct snap *next = snap_of(ir, r) + 1;
    for (uint32_t i = 0; next < ir->snaps + ir->nsnaps && i < next->nentries; i++)
        if (snap_slot(ir->entries[next->entries + i]) == slot && snap_held(ir->entries[next->entries + i]))
            return snap_ref(ir->entries[next->entries + i]);
    *known = false;
    return REF_NONE;
}

/* ---- what is in hand ---- */

/* Of v, in this snapshot. */
static int
held_in(const struct ir *ir, const struct snap *s, ir_ref v)
{
    int n = 0;
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        n += snap_held(e) && snap_how(e) != HOW_NULL && name_of(snap_ref(e)) == v;
    }
    return n;
}

static bool
is_inherited(const struct ir *ir, ir_ref v)
{
    return v != REF_NONE && (ref_is_const(v) || ir->at[v].op == IR_SLOAD || (ir->at[v].op >= IR_PLOAD_I && ir->at[v].op <= IR_PLOAD_B));
}

/* A side trace begins with what its parent's exit held: that is as much as fits its first snapshot. */
static void
begin(struct ledger *l, const struct snap *s)
{
    const struct ir *ir = l->ir;
    l->begun = true;
    for (int i = l->n; i-- > 0; )
        if (is_inherited(ir, l->hand[i].v))
            l->hand[i] = l->hand[--l->n];
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        if (snap_held(e) && snap_how(e) != HOW_NULL && is_inherited(ir, snap_ref(e)))
            (void)add(l, snap_ref(e), 1);
    }
}

/* What is in hand is what s lists as held; NULL: nothing may be. */
static bool
agrees(struct ledger *l, ir_ref r, const char *where, const struct snap *s)
{
    const struct ir *ir = l->ir;
    for (int i = 0; i < l->n; i++) {
        int held = s == NULL ? 0 : held_in(ir, s, l->hand[i].v);
        if (held == l->hand[i].count)
            continue;
        char *ins = ir_dump_ins(ir, l->hand[i].v);
        snprintf(message, sizeof(message), "v%d: %s with %d references in hand, %d of them held by slots, to %.80s", r - REF_BIAS, where, l->hand[i].count, held,
                 ins == NULL ? "?" : ins);
        PyMem_Free(ins);
        return false;
    }
    for (uint32_t i = 0; s != NULL && i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        int k = 0;
        if (!snap_held(e) || snap_how(e) == HOW_NULL || !is_counted(ir, name_of(snap_ref(e))))
            continue;
        while (k < l->n && l->hand[k].v != name_of(snap_ref(e)))
            k++;
        if (k < l->n)
            continue;
        snprintf(message, sizeof(message), "v%d: %s, and slot %u holds a reference that is not there", r - REF_BIAS, where, snap_slot(e));
        return false;
    }
    return true;
}

/* Behind the guard r, its operands are one object. */
static bool
unite(struct ledger *l, ir_ref r)
{
    ir_ref a = name_of(l->ir->at[r].a), b = name_of(l->ir->at[r].b), old = a < b ? a : b, young = a < b ? b : a;
    if (a == b || ref_is_const(young) || ir_type_of(l->ir, young) != T_OBJ || (ir_type_of(l->ir, old) != T_OBJ && !ref_is_const(old)))
        return true;                                     /* a constant address is NULL */
    same[young - REF_BIAS] = old;
    for (int i = 0; i < l->n; i++) {
        if (l->hand[i].v != young)
            continue;
        int count = l->hand[i].count;
        l->hand[i] = l->hand[--l->n];
        return add(l, old, count);
    }
    return true;
}

/* What v becomes from round to round. */
static ir_ref
next_of(const struct ir *ir, ir_ref v)
{
    if (ref_is_const(v) || !(ir->at[v].t & IRT_PHI))
        return v;
    for (ir_ref r = ir->chain[IR_PHI]; r != REF_NONE; r = ir->at[r].prev)
        if (ir->at[r].a == v)
            return ir->at[r].b;
    return v;                                              /* it is only what another becomes */
}

static bool
changes(const struct ir *ir, ir_ref v)
{
    return next_of(ir, v) != v;
}

/* Are two names of one object in the first round two names of one in the next as well? The names that do not change are united as the body has them. */
static bool
stay_same(const struct ir *ir, ir_ref v, ir_ref w)
{
    v = next_of(ir, v);
    w = next_of(ir, w);
    if (v == w || (!changes(ir, v) && !changes(ir, w) && name_of(v) == name_of(w)))
        return true;
    for (ir_ref r = ir->chain[IR_GEQ_P]; r > ir->loop; r = ir->at[r].prev)
        if ((ir->at[r].a == v && ir->at[r].b == w) || (ir->at[r].a == w && ir->at[r].b == v))
            return true;
    return false;
}

/* In the body, names of the first round that have PHIs may be other objects; those without are what they were, also where they were one by way of a name with a PHI. */
static void
begin_body(const struct ir *ir)
{
    static ir_ref first[IR_MAX_INS];                       /* by ref - REF_BIAS of the oldest name: the oldest that does not change; under the GIL */
    memset(first, 0, (size_t)(ir->loop - REF_BIAS) * sizeof(first[0]));
    for (ir_ref r = REF_BIAS; r < ir->loop; r++)
        if (same[r - REF_BIAS] != REF_NONE)
            same[r - REF_BIAS] = name_of(r);
    for (ir_ref r = REF_BIAS; r < ir->loop; r++) {
        ir_ref oldest = same[r - REF_BIAS];
        if (oldest == REF_NONE || changes(ir, r) || !changes(ir, oldest))
            continue;
        same[r - REF_BIAS] = first[oldest - REF_BIAS];
        if (first[oldest - REF_BIAS] == REF_NONE)
            first[oldest - REF_BIAS] = r;
    }
    for (ir_ref r = REF_BIAS; r < ir->loop; r++) {
        ir_ref oldest = same[r - REF_BIAS] == REF_NONE ? r : same[r - REF_BIAS];
        if (!changes(ir, r))
            continue;
        ir_ref lasts = ref_is_const(oldest) ? REF_NONE : first[oldest - REF_BIAS];
        if (oldest != r && stay_same(ir, r, oldest))
            continue;
        same[r - REF_BIAS] = lasts != REF_NONE && stay_same(ir, r, lasts) ? lasts : REF_NONE;
    }
}

static bool
fails(ir_ref r, const char *what)
{
    snprintf(message, sizeof(message), "v%d: %s", r - REF_BIAS, what);
    return false;
}

static bool
store(struct ledger *l, ir_ref r, ir_ref v)
{
    bool known;
    ir_ref old = overwritten(l->ir, r, &known);
    if (!known)
        return fails(r, "a store, and nobody has looked at what it overwrites");
    return add(l, v, -1) && add(l, old, 1);
}

/* A leaf call takes over the references of arguments for which its signature says so, and may give a new one, or one that a list had. */
static bool
book_call(struct ledger *l, ir_ref r)
{
    const struct ir *ir = l->ir;
    const struct ir_ins *in = &ir->at[r];
    const char *sig = ir_helpers[in->x].signature;
    const ir_ref args[3] = { in->a, in->b, in->c };
    for (size_t i = 0; sig[i + 1] != '\0'; i++)
        if (sig[i + 1] == 'R' && !add(l, args[i], -1))
            return false;
    ir_ref item = in->x == HELPER_LIST_CUT || in->x == HELPER_HEAP_POP ? in->b : in->x == HELPER_LIST_CUT_AT ? in->c : REF_NONE;
    return in->op == IR_CALLN ? add(l, r, 1) : item == REF_NONE || add(l, item, 1);
}

/* Of NEW_RANGE there are other reasons. */
static bool
leaves_without_memory(enum ir_op op)
{
    return op == IR_CALLS || op == IR_CALLN || (op >= IR_NEW_I && op <= IR_NEW_METHOD && op != IR_NEW_RANGE);
}

/* A leaf call or an allocation that has no memory leaves, although references were made for it since the snapshot: these are lost. */
static void
lose_what_was_made(struct ledger *l, ir_ref r, const struct snap *s)
{
    for (ir_ref k = s->ref; k < r; k++) {
        const struct ir_ins *in = &l->ir->at[k];
        ir_ref v = in->op == IR_INC ? in->a : in->op == IR_CALLN || (in->op >= IR_NEW_I && in->op <= IR_NEW_METHOD) ? k : REF_NONE;
        int count = 0;
        for (int i = 0; v != REF_NONE && i < l->n; i++)
            count += l->hand[i].v == name_of(v) ? l->hand[i].count : 0;
        if (count > 0 && count > held_in(l->ir, s, name_of(v)))
            (void)add(l, v, -1);
    }
}

static bool
book(struct ledger *l, ir_ref r)
{
    const struct ir_ins *in = &l->ir->at[r];
    bool known;
    switch (in->op) {
    case IR_NEW_I ... IR_NEW_LIST: case IR_INC:
        return add(l, in->op == IR_INC ? in->a : r, 1);
    case IR_NEW_METHOD:
        return add(l, in->a, -1) && add(l, in->b, -1) && add(l, r, 1);
    case IR_REUSE_F: case IR_RENEW_F: case IR_RENEW_I:
        return add(l, in->a, -1) && add(l, r, 1);
    case IR_OSTORE: return store(l, r, in->b);
    case IR_LSTORE: return store(l, r, in->c);
    case IR_CALLN: case IR_CALLS: return book_call(l, r);
    case IR_GEQ_P: return unite(l, r);
    case IR_LOOP: begin_body(l->ir); return true;
    case IR_DROP: return add(l, in->a, -1);
    case IR_FPUT_NEW: case IR_FSET: return add(l, in->b, -1);
    case IR_PUSHF:                                         /* a hidden frame is made of its code */
        return (l->ir->at[in->b].op == IR_KO && PyCode_Check(ir_obj_value(l->ir, in->b))) || add(l, in->b, -1);
    case IR_FOPEN: {
        bool returned;
        ir_ref v = taken_out(l->ir, r, &known, &returned);
        if (!known && returned)
            return false;                                  /* no message: it cannot be followed any further */
        return known ? add(l, v, 1) : fails(r, "a slot is emptied, and nobody has looked at what it had");
    }
    default: return true;
    }
}

/* The snapshot of the first guard, or NULL. */
static const struct snap *
first_used(const struct ir *ir)
{
    for (ir_ref r = REF_BIAS; r < ir->end; r++)
        if (ir->at[r].t & IRT_GUARD)
            return snap_of(ir, r);
    return NULL;
}

const char *
ir_verify_counts(const struct ir *ir)
{
    struct ledger l = { .ir = ir };
    ir_ref end = ir->end;
    bool links = false;
    const struct snap *first = first_used(ir);
    memset(same, 0, (size_t)(end - REF_BIAS) * sizeof(same[0]));
    for (ir_ref r = REF_BIAS; r < end; r++) {
        const struct ir_ins *in = &ir->at[r];
        if (!l.begun && first != NULL && r >= first->ref)
            begin(&l, first);
        if (in->t & IRT_GUARD) {
            const struct snap *s = snap_of(ir, r);
            struct ledger now = l;
            if (leaves_without_memory(in->op))
                lose_what_was_made(&now, r, s);
            if (!agrees(&now, r, in->op == IR_CALLO ? "an open call" : "may leave", s))
                return message;
        }
        if ((in->op == IR_LOOP || (in->op == IR_LINK && !links)) && !agrees(&l, r, "goes on", NULL))
            return message;
        links |= in->op == IR_LINK;
        message[0] = '\0';
        if (!book(&l, r))
            return message[0] != '\0' ? message : NULL;  /* too many references to be followed */
    }
    if (ir->loop != REF_NONE)
        return agrees(&l, end, "ends a round", NULL) ? NULL : message;
    if (links || ir->nsnaps == 0)
        return NULL;
    if (!l.begun)
        begin(&l, &ir->snaps[ir->nsnaps - 1]);
    return agrees(&l, end, "ends", &ir->snaps[ir->nsnaps - 1]) ? NULL : message;
}
