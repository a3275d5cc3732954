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

#include <stdlib.h>

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
    as->info[p->left].hint_reg = NO_REG;                       /* a PLOAD has had some */
    as->info[p->left].hint_slot = NO_SLOT;
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
        p->loc = (uint16_t)(LOC_SPILL + slot);
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
    if (p->loc < LOC_SPILL) {
        as->free |= SET(p->loc);
        regs_place(as, p->loc, p->right);
    } else if (const_imm(as, p->right, &imm) && !is_float(as, p->right)) {
        asm_op_imm(&as->buf, 0xc7 | A_W, 0, rm_slot(p->loc - LOC_SPILL), 4, imm);
        slot_release(as, p->loc - LOC_SPILL);
    } else {
        asm_store(&as->buf, regs_use(as, p->right), rm_slot(p->loc - LOC_SPILL));
        slot_release(as, p->loc - LOC_SPILL);
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

#define SHORT_BODY 30                  /* instructions */

static void
count_round(struct x64_asm *as)
{
    as->counts_in_reg = as->ir->end - as->ir->loop <= SHORT_BODY;
    as->out->rounds = as->counts_in_reg ? COUNTER : RSP;
    if (!as->counts_in_reg) {
        asm_op(&as->buf, 0xff, 0, COUNTER_PLACE);              /* inc */
        return;
    }
    asm_op(&as->buf, 0xff, 0, rm_reg(COUNTER));
    as->free &= ~SET(COUNTER);
    as->mod |= SET(COUNTER);
    as->val[COUNTER] = REF_NONE;
    as->exit_regs |= SET(COUNTER);
}

/* In front of the label. Who else leads there loads a constant. */
static void
begin_counting(struct x64_asm *as)
{
    struct x64_code *out = as->out;
    if (!as->counts_in_reg) {
        asm_op_imm(&as->buf, 0xc7, 0, COUNTER_PLACE, 4, 0);
        return;
    }
    asm_mov_imm(&as->buf, COUNTER, 0);
    as->free |= SET(COUNTER);
    if (out->consts != NULL && out->nconsts < X64_CONSTS)
        out->consts[out->nconsts++] = (struct x64_const){ 0, COUNTER };
}

void
loop_tail(struct x64_asm *as)
{
    as->back = asm_jmp(&as->buf, NULL);
    count_round(as);
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

/* ---- the beginning of the round ---- */

static void
move_phis(struct x64_asm *as)
{
    static struct moves m;                                     /* under the GIL */
    uint32_t taken = ~as->free;
    m.ntodo = 0;
    for (unsigned i = 0; i < as->nphis; i++) {
        const struct phi *p = &as->phis[i];
        const struct info *in = &as->info[p->left];
        if (p->loc < LOC_SPILL)
            taken |= SET(p->loc);
        if (in->reg != NO_REG)
            moves_add(&m, in->reg, p->loc);
        if (in->slot != NO_SLOT)
            moves_add(&m, LOC_SPILL + in->slot, p->loc);
    }
    moves_write(as, &m, (GPR_SET | XMM_SET) & ~taken);
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
        if (p->loc < LOC_SPILL) {
            regs_assign(as, p->loc, p->left);
        } else {
            in->slot = (uint16_t)(p->loc - LOC_SPILL);
            slot_mark(as, in->slot);
        }
        in->hint_reg = NO_REG;
        in->hint_slot = NO_SLOT;
        in->flags &= (uint8_t)~INFO_LEFT;
    }
}

/* What a trace that leads here has to bring, and where to. */
static void
record_ins(struct x64_asm *as)
{
    static ir_ref refs[IR_MAX_INS];                            /* under the GIL */
    struct x64_code *out = as->out;
    uint32_t known = 0;
    out->loop = (uint32_t)(as->buf.end - as->buf.p);           /* from the end; x64_compile() turns it round */
    out->nins = ir_live_ins(as->ir, refs);
    out->ins = malloc((out->nins + 1) * sizeof(*out->ins));
    out->consts = malloc(X64_CONSTS * sizeof(*out->consts));
    if (out->ins == NULL || out->consts == NULL) {
        x64_fail(as, "out of memory");
        return;
    }
    for (uint32_t i = 0; i < out->nins; i++) {
        const struct info *in = &as->info[refs[i]];
        out->ins[i] = (struct x64_in){ in->reg, in->slot == NO_SLOT ? 255 : (uint8_t)in->slot };
        known |= in->reg == NO_REG ? 0 : SET(in->reg);
    }
    if (as->counts_in_reg)
        known |= SET(COUNTER);
    for (uint32_t set = (GPR_SET | XMM_SET) & ~as->free & ~known; set != 0; set &= set - 1) {
        unsigned r = (unsigned)__builtin_ctz(set);
        if (!ref_is_const(as->val[r]))
            x64_fail(as, "a value comes into the loop that nobody knows of");
        out->consts[out->nconsts++] = (struct x64_const){ ir_word(as->ir, as->val[r]), (uint8_t)r };
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
    record_ins(as);
    begin_counting(as);
}
