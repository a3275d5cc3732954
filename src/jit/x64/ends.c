/* jit/x64/ends.c: where a trace hangs together with others: what it takes over from the exit of its parent, and what it hands to the loop it leads
 * into.
 *
 * A PLOAD_* writes nothing at its place: its value lives from the start of the trace, where everything is moved at once from the parent's registers
 * and slots, of which nothing is left then. It prefers the register in which it comes; what comes in a slot may stay there. At the end, most values are in the register or slot
 * already where the target wants them, as they were given it when they were met; the others are moved at once, and constants are loaded. */
#include "jit/x64/regs.h"

static struct moves moves;             /* under the GIL */

/* ---- before the pass ---- */

static void
hint(struct x64_asm *as, ir_ref r)
{
    if (as->ends == NULL || as->ends->from == NULL || (as->ir->loop != REF_NONE && r > as->ir->loop)) {
        x64_fail(as, "a value from a parent that is not there");
        return;
    }
    uint16_t loc = as->ends->from[ins_at(as, r)->a];
    if (loc == LOC_NONE)
        return;
    if (loc < LOC_SPILL) {
        as->info[r].hint_reg = (uint8_t)loc;
        return;
    }
    unsigned slot = loc - LOC_SPILL;
    as->info[r].hint_slot = (uint16_t)slot;
    as->slot_hinted[slot / 64] |= 1ull << slot % 64;
}

void
ends_begin(struct x64_asm *as)
{
    for (ir_ref r = REF_BIAS; r < as->ir->end; r++) {
        if (is_pload(as, r))
            hint(as, r);
    }
}

/* ---- the start: written last ---- */

void
ends_start(struct x64_asm *as)
{
    uint32_t taken = 0;
    moves.ntodo = 0;
    for (ir_ref r = REF_BIAS; r < as->ir->end; r++) {
        if (!is_pload(as, r) || !has_place(as, r))
            continue;
        const struct info *in = &as->info[r];
        uint16_t from = as->ends->from[ins_at(as, r)->a];
        if (from == LOC_NONE) {
            x64_fail(as, "a value from a parent that has none");
            return;
        }
        ins_at(as, r)->prev = (uint16_t)(in->reg | in->slot << 8);
        taken |= (from < LOC_SPILL ? SET(from) : 0) | (in->reg != NO_REG ? SET(in->reg) : 0);
        if (in->reg != NO_REG)
            moves_add(&moves, in->reg, from);
        if (in->slot != NO_SLOT)
            moves_add(&moves, LOC_SPILL + in->slot, from);
    }
    moves_write(as, &moves, (GPR_SET | XMM_SET) & ~taken);
}

/* ---- the end, in the loop of another trace ---- */

static const struct x64_in *
target_of(struct x64_asm *as, const struct ir_ins *link)
{
    static const struct x64_in nowhere = { 255, 255 };
    const struct x64_code *to = as->ends->to;
    if (link->a >= to->nins) {
        x64_fail(as, "a link to what the loop does not have");
        return &nowhere;
    }
    const struct x64_in *in = &to->ins[link->a];
    if (in->reg != NO_REG && !(SET(in->reg) & class_of(as, link->b)))
        x64_fail(as, "a link of another type");
    return in;
}

/* Both halves at once or one after the other: there may be no register left. */
static void
store_const(struct x64_asm *as, unsigned slot, uint64_t word)
{
    struct asm_rm low = rm_slot(slot), high = rm_mem(RSP, (int32_t)(8 * slot + 4));
    if (fits32((int64_t)word)) {
        asm_op_imm(&as->buf, 0xc7 | A_W, 0, low, 4, (int32_t)word);
        return;
    }
    asm_op_imm(&as->buf, 0xc7, 0, high, 4, (int32_t)(word >> 32));
    asm_op_imm(&as->buf, 0xc7, 0, low, 4, (int32_t)(uint32_t)word);
}

static void
link_const(struct x64_asm *as, ir_ref k, const struct x64_in *in)
{
    if (in->reg != NO_REG)
        regs_reload(as, in->reg, k);
    if (in->slot != 255)
        store_const(as, in->slot, ir_word(as->ir, k));
}

/* v, which instructions in front of this have not asked for yet, gets the place where the target wants it. */
static void
place(struct x64_asm *as, ir_ref v, const struct x64_in *in)
{
    struct info *info = &as->info[v];
    if (in->reg != NO_REG && info->reg == NO_REG && (as->free & SET(in->reg)))
        regs_assign(as, in->reg, v);
    if (in->slot != 255 && info->slot == NO_SLOT && info->hint_slot == NO_SLOT)
        info->hint_slot = in->slot;
    if (info->reg == NO_REG || (in->slot != 255 && info->hint_slot == in->slot))
        slot_of(as, v);
}

static void
add_link(struct x64_asm *as, ir_ref v, const struct x64_in *in)
{
    const struct info *info = &as->info[v];
    unsigned from = info->reg != NO_REG ? info->reg : LOC_SPILL + info->slot;
    if (in->reg != NO_REG)
        moves_add(&moves, in->reg, from);
    if (in->slot != 255 && in->slot != info->slot)
        moves_add(&moves, LOC_SPILL + in->slot, from);
}

static uint32_t
target_registers(const struct x64_code *to)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < to->nins; i++)
        set |= to->ins[i].reg != NO_REG ? SET(to->ins[i].reg) : 0;
    return set;
}

static void
write_target_constants(struct x64_asm *as, const struct x64_code *to)
{
    if (to->ins != NULL && to->rounds == RSP)                  /* a new count */
        asm_op_imm(&as->buf, 0xc7, 0, COUNTER_PLACE, 4, 0);
    for (uint32_t i = 0; i < to->nconsts; i++) {
        unsigned r = to->consts[i].reg;
        if (r < XMM0)
            asm_mov_imm(&as->buf, r, to->consts[i].word);
        else
            asm_load(&as->buf, r, rm_place(pool_word(as, to->consts[i].word)));
    }
}

void
link_tail(struct x64_asm *as)
{
    const struct x64_code *to = as->ends->to;
    ir_ref last = as->ir->end - 1, first = as->ir->end;
    while (ins_at(as, first - 1)->op == IR_LINK || ins_at(as, first - 1)->op == IR_NOP)
        first--;
    jump_out(as, to->code + to->loop);
    write_target_constants(as, to);
    moves.ntodo = 0;
    /* Constants are loaded behind the moves; all others get places before one of them is moved. */
    for (int step = 0; step < 3; step++) {
        for (ir_ref r = last; r >= first && as->err == NULL; r--) {
            const struct ir_ins *in = ins_at(as, r);
            if (in->op == IR_NOP)
                continue;
            const struct x64_in *target = target_of(as, in);
            bool wanted = target->reg != NO_REG || target->slot != 255;
            if (step == 0 && ref_is_const(in->b))
                link_const(as, in->b, target);
            else if (step == 1 && wanted && !ref_is_const(in->b))
                place(as, in->b, target);
            else if (step == 2 && wanted && !ref_is_const(in->b))
                add_link(as, in->b, target);
        }
    }
    if (as->err == NULL)
        moves_write(as, &moves, as->free & ~target_registers(to));
    as->busy = 0;
    as->cur = first - 1;
}
