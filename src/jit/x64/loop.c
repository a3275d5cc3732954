/* jit/x64/loop.c: what goes round the loop.
 *
 * At the end of a round the new value of each PHI is at its place `loc`: the register or slot in which its right side was computed, when it was
 * computed in the body and for one PHI only; else it is copied there. The body, translated after that, decides where left sides are wanted at
 * its beginning. So at LOOP both are known, and the moves between them are written there, behind the label: both the first entry and the
 * jump back come with the PHIs at `loc`. A left side gets `loc` itself when it is free in all its life; then there is nothing to move.
 *
 * What does not change in the loop keeps a register that the body does not write; if it does, it is loaded again at the beginning of each
 * round. */
#include "jit/x64/regs.h"

enum { LOC_SLOTS = 32 };               /* locations here: registers 0..31, then slots */

/* ---- the end of the round ---- */

/* How many registers PHIs may have at the end of the round, so that the body can breathe: first those that instructions use. */
static unsigned
registers_left(const struct x64_asm *as, bool vector)
{
    return (unsigned)__builtin_popcount(as->free & (vector ? XMM_SET : GPR_SET));
}

static bool
wants_register(struct x64_asm *as, const struct phi *p)
{
    bool used = as->info[p->left].uses > 1 || as->info[p->right].uses > 1;       /* the PHI itself is one use */
    unsigned left = registers_left(as, is_float(as, p->left));
    if (as->random)
        return left > 4 && regs_random(as) % 4 != 0;
    return left > (used ? 4 : 8);
}

static void
settle(struct x64_asm *as, struct phi *p)
{
    ir_ref b = p->right;
    p->copy = ref_is_const(b) || b < as->ir->loop || (as->info[b].flags & INFO_RIGHT);
    if (!ref_is_const(b))
        as->info[b].flags |= INFO_RIGHT;
    if (wants_register(as, p)) {
        unsigned r = regs_pick(as, as->free & class_of(as, p->left), p->left);
        p->loc = (uint16_t)r;
        as->free &= ~SET(r);
        as->mod |= SET(r);
        as->val[r] = REF_NONE;
        as->info[p->left].hint_reg = (uint8_t)r;
        if (!p->copy)
            regs_assign(as, r, b);
    } else {
        unsigned slot = slot_new(as, true);
        p->loc = (uint16_t)(LOC_SLOTS + slot);
        as->info[p->left].hint_slot = (uint16_t)slot;
        if (!p->copy)
            as->info[b].slot = (uint16_t)slot;
    }
    as->busy = 0;
}

/* loc = right side, as the last instruction of the round so far. */
static void
copy(struct x64_asm *as, const struct phi *p)
{
    int32_t imm;
    if (p->loc < LOC_SLOTS) {
        as->free |= SET(p->loc);
        regs_place(as, p->loc, p->right);
    } else if (const_imm(as, p->right, &imm) && !is_float(as, p->right)) {
        asm_op_imm(&as->buf, 0xc7 | A_W, 0, rm_slot(p->loc - LOC_SLOTS), 4, imm);
        slot_release(as, p->loc - LOC_SLOTS);
    } else {
        asm_store(&as->buf, regs_use(as, p->right), rm_slot(p->loc - LOC_SLOTS));
        slot_release(as, p->loc - LOC_SLOTS);
    }
    as->busy = 0;
}

static void
collect_phis(struct x64_asm *as)
{
    while (ins_at(as, as->cur)->op == IR_PHI || ins_at(as, as->cur)->op == IR_NOP) {
        const struct ir_ins *in = ins_at(as, as->cur--);
        if (in->op == IR_NOP)
            continue;
        if (as->nphis == X64_PHIS) {
            x64_fail(as, "too many values at once");
            return;
        }
        if (ref_is_const(in->a) || in->a > as->ir->loop || (as->info[in->a].flags & INFO_LEFT)) {
            x64_fail(as, "two PHIs of one value");
            return;
        }
        as->info[in->a].flags |= INFO_LEFT;
        as->phis[as->nphis++] = (struct phi){ .left = in->a, .right = in->b };
    }
}

void
loop_tail(struct x64_asm *as)
{
    as->back = asm_jmp(&as->buf, NULL);
    collect_phis(as);
    /* Two rounds: who is computed with comes first. */
    for (int used = 1; used >= 0; used--) {
        for (unsigned i = 0; i < as->nphis; i++) {
            struct phi *p = &as->phis[i];
            if ((as->info[p->left].uses > 1 || as->info[p->right].uses > 1) == used)
                settle(as, p);
        }
    }
    for (unsigned i = 0; i < as->nphis; i++) {
        if (as->phis[i].copy)
            copy(as, &as->phis[i]);
    }
}

/* ---- the beginning of the round: moves that happen at once ---- */

struct move { uint16_t to, from; };
struct moves {
    struct move todo[2 * X64_PHIS], done[4 * X64_PHIS];        /* done: in the order of execution */
    unsigned ntodo, ndone;
    uint32_t scratch;                  /* registers that nobody cares for */
};

static void
add_move(struct moves *m, unsigned to, unsigned from)
{
    if (to != from)
        m->todo[m->ntodo++] = (struct move){ (uint16_t)to, (uint16_t)from };
}

static bool
is_source(const struct moves *m, unsigned loc)
{
    for (unsigned i = 0; i < m->ntodo; i++) {
        if (m->todo[i].from == loc)
            return true;
    }
    return false;
}

/* All of what is left is in cycles: one place is copied aside, and who wanted it takes it from there. */
static void
break_cycle(struct x64_asm *as, struct moves *m)
{
    unsigned from = m->todo[0].from, aside;
    uint32_t set = m->scratch & (from < XMM0 || from >= LOC_SLOTS ? 0xffffu : XMM_SET);
    if (set != 0) {
        aside = (unsigned)__builtin_ctz(set);
        m->scratch &= ~SET(aside);
        as->mod |= SET(aside);
    } else {
        aside = LOC_SLOTS + slot_new(as, true);
    }
    m->done[m->ndone++] = (struct move){ (uint16_t)aside, (uint16_t)from };
    for (unsigned i = 0; i < m->ntodo; i++) {
        if (m->todo[i].from == from)
            m->todo[i].from = (uint16_t)aside;
    }
}

static void
order_moves(struct x64_asm *as, struct moves *m)
{
    while (m->ntodo > 0 && as->err == NULL) {
        bool progress = false;
        for (unsigned i = 0; i < m->ntodo; i++) {
            if (is_source(m, m->todo[i].to))
                continue;
            m->done[m->ndone++] = m->todo[i];
            m->todo[i--] = m->todo[--m->ntodo];
            progress = true;
        }
        if (!progress)
            break_cycle(as, m);
    }
}

static void
write_move(struct x64_asm *as, struct move mv)
{
    struct asm_buf *b = &as->buf;
    if (mv.to < LOC_SLOTS && mv.from < LOC_SLOTS) {
        asm_move(b, mv.to, mv.from);
    } else if (mv.to < LOC_SLOTS) {
        asm_load(b, mv.to, rm_slot(mv.from - LOC_SLOTS));
    } else if (mv.from < LOC_SLOTS) {
        asm_store(b, mv.from, rm_slot(mv.to - LOC_SLOTS));
    } else {                                                   /* push and pop; pop counts its address from the raised rsp */
        asm_op(b, 0x8f, 0, rm_slot(mv.to - LOC_SLOTS));
        asm_op(b, 0xff, 6, rm_slot(mv.from - LOC_SLOTS));
    }
    if (mv.to < LOC_SLOTS)
        as->mod |= SET(mv.to);
}

static void
move_phis(struct x64_asm *as)
{
    static struct moves m;                                     /* under the GIL */
    uint32_t taken = ~as->free;
    m.ntodo = m.ndone = 0;
    for (unsigned i = 0; i < as->nphis; i++) {
        const struct phi *p = &as->phis[i];
        const struct info *in = &as->info[p->left];
        if (p->loc < LOC_SLOTS)
            taken |= SET(p->loc);
        if (in->reg != NO_REG)
            add_move(&m, in->reg, p->loc);
        if (in->slot != NO_SLOT)
            add_move(&m, LOC_SLOTS + in->slot, p->loc);
    }
    m.scratch = (GPR_SET | XMM_SET) & ~taken;
    order_moves(as, &m);
    while (m.ndone > 0)
        write_move(as, m.done[--m.ndone]);
}

/* ---- LOOP ---- */

static void
reload_invariants(struct x64_asm *as)
{
    for (uint32_t set = as->mod & ~as->free; set != 0; set &= set - 1) {
        unsigned r = (unsigned)__builtin_ctz(set);
        ir_ref v = as->val[r];
        if (v == REF_NONE || (as->info[v].flags & INFO_LEFT))
            continue;
        regs_reload(as, r, v);
        regs_release(as, r);
    }
}

/* In front of the loop the PHIs are where a round leaves them. */
static void
places_on_entry(struct x64_asm *as)
{
    for (unsigned i = 0; i < as->nphis; i++) {
        struct info *in = &as->info[as->phis[i].left];
        if (in->reg != NO_REG)
            regs_release(as, in->reg);
        if (in->slot != NO_SLOT)
            slot_release(as, in->slot);
        in->slot = NO_SLOT;
    }
    for (unsigned i = 0; i < as->nphis; i++) {
        const struct phi *p = &as->phis[i];
        struct info *in = &as->info[p->left];
        if (p->loc < LOC_SLOTS) {
            regs_assign(as, p->loc, p->left);
        } else {
            in->slot = (uint16_t)(p->loc - LOC_SLOTS);
            slot_mark(as, in->slot);
        }
        in->hint_reg = NO_REG;
        in->hint_slot = NO_SLOT;
        in->flags &= (uint8_t)~INFO_LEFT;
    }
}

void
loop_head(struct x64_asm *as)
{
    reload_invariants(as);
    move_phis(as);
    as->body = false;
    places_on_entry(as);
    asm_set_target(as->back, as->buf.p);
}
