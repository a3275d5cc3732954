/* jit/x64/exits.c: guards, where values are when they fail, and the stubs they jump to.
 *
 *   jcc stub      stub: push n          group: push first exit of the group     end: store registers, trace
 *                       jmp group              jmp end                               jmp x64_leave
 *
 * Stubs take 4 bytes, in groups of 30 so that their jumps are short. They lie behind the code proper, so they are written before it. The end
 * stores only registers in which some exit of the trace wants a value; they are known last, so it lies behind everything. */
#include "jit/x64/regs.h"

#include <stdlib.h>

#include "jit/x64/memory.h"    /* x64_memory_write() */

#define GROUP 30
#define STUB 4
#define GROUP_SIZE (GROUP * STUB + 10)
#define JCC 6                          /* bytes of a conditional jump */
#define PUSHED 16                      /* bytes that the stub and its group have pushed */

/* ---- stubs ---- */

static uint32_t stub_offset(uint32_t exit) { return exit / GROUP * GROUP_SIZE + exit % GROUP * STUB; }

static void
write_group(struct x64_asm *as, uint32_t first)
{
    struct asm_buf *b = &as->buf;
    uint8_t push[5] = { 0x68 };
    memcpy(push + 1, &first, 4);
    asm_jmp(b, NULL);
    asm_bytes(b, push, 5);
    const uint8_t *common = b->p;
    for (int i = GROUP - 1; i >= 0; i--) {
        uint8_t stub[STUB] = { 0x6a, (uint8_t)i, 0xeb, (uint8_t)(common - b->p) };
        asm_bytes(b, stub, STUB);
    }
}

static void
write_stubs(struct x64_asm *as, uint32_t nexits)
{
    for (uint32_t group = (nexits + GROUP - 1) / GROUP; group-- > 0; )
        write_group(as, group * GROUP);
    as->stubs = as->buf.p;
}

/* Where a register is stored, seen from the end part. */
static struct asm_rm
state_field(size_t offset)
{
    return rm_mem(RSP, (int32_t)(PUSHED + offset));
}

/* Written backwards to the end of a small buffer; nothing in it depends on where it lies. */
static void
write_end(struct x64_asm *as, struct asm_buf *b)
{
    static const uint8_t jmp_rax[2] = { 0xff, 0xe0 };
    asm_bytes(b, jmp_rax, 2);
    asm_mov_imm(b, RAX, (uintptr_t)x64_leave);
    asm_mov_imm(b, RDX, (uintptr_t)&x64_handler);
    asm_op_imm(b, 0xc7, 0, state_field(offsetof(struct x64_state, trace)), 4, (int32_t)as->trace);
    for (unsigned r = 0; r < ASM_REGS; r++) {
        if (as->exit_regs & SET(r))
            asm_store(b, r, state_field(r < XMM0 ? offsetof(struct x64_state, gpr) + 8 * r : offsetof(struct x64_state, xmm) + 8 * (r - XMM0)));
    }
}

const uint8_t *
exits_end(struct x64_asm *as)
{
    uint8_t text[X64_END_MAX], *end = (uint8_t *)(as->pool + as->npool);
    struct asm_buf b = { text + sizeof(text), text, text + sizeof(text) };
    write_end(as, &b);
    size_t size = (size_t)(b.end - b.p);
    memcpy(end, b.p, size);
    for (uint8_t *group = as->stubs; group < as->buf.end; group += GROUP_SIZE)
        asm_set_target(group + GROUP_SIZE - 4, end);
    return end + size;
}

/* ---- numbers ---- */

static uint32_t
snap_locs(const struct snap *s)
{
    return s->nentries + 2u * s->nstores;
}

/* How many exits and locations there will be: an exit for each guard, and one at the end of a trace that leads nowhere. */
static void
count_exits(struct x64_asm *as, uint32_t *nexits, uint32_t *nlocs)
{
    const struct ir *ir = as->ir;
    uint32_t snap = 0;
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        while (snap + 1 < ir->nsnaps && ir->snaps[snap + 1].ref <= r)
            snap++;
        if (ir_ops[ir->at[r].op].flags & I_GUARD) {
            ++*nexits;
            *nlocs += snap_locs(&ir->snaps[snap]);
        }
    }
    if (ir->loop == REF_NONE && (as->ends == NULL || as->ends->to == NULL)) {
        ++*nexits;
        *nlocs += snap_locs(&ir->snaps[ir->nsnaps - 1]);
    }
}

bool
exits_begin(struct x64_asm *as, struct x64_code *out)
{
    uint32_t nexits = 0, nlocs = 0;
    count_exits(as, &nexits, &nlocs);
    out->exits = malloc((nexits + 1) * sizeof(*out->exits));
    out->locs = malloc((nlocs + 1) * sizeof(*out->locs));
    out->first_loc = malloc((nexits + 1) * sizeof(*out->first_loc));
    out->nexits = as->exit = nexits;
    out->nlocs = as->loc = nlocs;
    as->out = out;
    as->snap = as->ir->nsnaps - 1;
    write_stubs(as, nexits);
    return out->exits != NULL && out->locs != NULL && out->first_loc != NULL;
}

/* ---- where values are ---- */

/* What an entry is about: a box is where its operand is. REF_NONE: nothing. */
static ir_ref
located(const struct x64_asm *as, ir_ref r)
{
    if (!ref_is_const(r) && (ins_at(as, r)->op == IR_BOX_I || ins_at(as, r)->op == IR_BOX_F))
        r = ins_at(as, r)->a;
    return ref_is_const(r) || ins_at(as, r)->op == IR_VIRT ? REF_NONE : r;
}

/* A spill slot costs a store at the definition (before the loop for what does not change in it), a register nothing while there are many. */
static bool
wants_register(const struct x64_asm *as, ir_ref v, uint32_t avail)
{
    const struct info *in = &as->info[v];
    bool outer = as->body && v < as->ir->loop;
    if (outer && !(in->flags & INFO_LEFT))
        return false;
    if (in->hint_reg != NO_REG && (avail & SET(in->hint_reg)) && !(is_pload(as, v) && regs_crosses_call(as, v)))
        return true;
    if (in->hint_slot != NO_SLOT)
        return false;
    if (outer)
        return !as->body_calls && __builtin_popcount(avail) >= 5;
    return __builtin_popcount(avail) >= 6 && !regs_crosses_call(as, v);
}

/* The exit of the current instruction needs v, which nothing behind it uses. */
static void
give_place(struct x64_asm *as, ir_ref v)
{
    uint32_t avail = as->free & class_of(as, v) & ~as->busy;
    if (avail != 0 && (as->random ? regs_random(as) & 1 : wants_register(as, v, avail))) {
        uint32_t busy = as->busy;
        regs_assign(as, as->random ? (unsigned)__builtin_ctz(avail) : regs_pick(as, avail, v), v);
        as->busy = busy;
        return;
    }
    slot_of(as, v);
}

static uint16_t
loc_of(struct x64_asm *as, ir_ref ref)
{
    ir_ref v = located(as, ref);
    if (v == REF_NONE)
        return LOC_NONE;
    if (!has_place(as, v))
        give_place(as, v);
    const struct info *in = &as->info[v];
    if (in->reg == NO_REG)
        return (uint16_t)(LOC_SPILL + in->slot);
    as->exit_regs |= SET(in->reg);
    return in->reg;
}

static void
record_locs(struct x64_asm *as, const struct snap *s)
{
    const struct ir *ir = as->ir;
    uint16_t *loc = &as->out->locs[as->loc -= snap_locs(s)];
    for (uint32_t i = 0; i < s->nentries; i++) {
        snap_entry e = ir->entries[s->entries + i];
        *loc++ = snap_how(e) == HOW_NULL ? LOC_NONE : loc_of(as, snap_ref(e));
    }
    for (uint32_t i = 0; i < s->nstores; i++) {
        const struct snap_store *st = &ir->stores[s->stores + i];
        *loc++ = loc_of(as, st->obj);
        *loc++ = loc_of(as, st->value);
    }
}

static uint8_t *
jump_to_stub(struct x64_asm *as, unsigned cc)
{
    const uint8_t *stub = as->stubs + stub_offset(as->exit);
    return cc == CC_ALWAYS ? asm_jmp(&as->buf, stub) : asm_jcc(&as->buf, cc, stub);
}

static bool forces_exits;

void x64_force_exits(bool on) { forces_exits = on; }
bool exits_are_forced(void) { return forces_exits; }

/* In front of the guard's jump: leave by the same way when the countdown reaches 0. The flags are the guard's, so they are kept. */
static void
count_down(struct x64_asm *as)
{
    static const uint8_t pushf = 0x9c, popf = 0x9d;
    struct asm_buf *b = &as->buf;
    asm_bytes(b, &popf, 1);
    const uint8_t *go_on = b->p;
    asm_jmp(b, as->stubs + stub_offset(as->exit));
    asm_bytes(b, &popf, 1);
    asm_jcc_short(b, CC_NE, go_on);
    asm_op(b, 0xff, 1, rm_mem(R14, (int32_t)offsetof(struct rt_thread, jit_countdown)));      /* dec */
    asm_bytes(b, &pushf, 1);
}

/* The exit of the current instruction, whose jump is about to be written. */
static void
begin_exit(struct x64_asm *as)
{
    while (as->snap > 0 && as->ir->snaps[as->snap].ref > as->cur)
        as->snap--;
    as->exit--;
    record_locs(as, &as->ir->snaps[as->snap]);
    as->out->exits[as->exit] = (struct x64_exit){ .snap = (uint16_t)as->snap };
    as->out->first_loc[as->exit] = as->loc;
}

/* The jump that a side trace may patch. Offsets from the end; x64_compile() turns them round when the size is known. */
static void
main_jump(struct x64_asm *as, unsigned cc)
{
    as->out->exits[as->exit].jump = (uint32_t)(as->buf.end - jump_to_stub(as, cc));
}

static void
end_exit(struct x64_asm *as, unsigned cc)
{
    if (forces_exits && cc != CC_ALWAYS && !as->ir->snaps[as->snap].branch && !ir_acts_first(ins_at(as, as->cur)->op))
        count_down(as);
}

void
x64_guard(struct x64_asm *as, unsigned cc)
{
    begin_exit(as);
    main_jump(as, cc);
    end_exit(as, cc);
}

void x64_guard_never(struct x64_asm *as) { begin_exit(as); }

void
x64_guard_again(struct x64_asm *as, unsigned cc)
{
    jump_to_stub(as, cc);
}

void
x64_guard_unordered(struct x64_asm *as, unsigned cc, bool leaves)
{
    const uint8_t *holds = as->buf.p;
    begin_exit(as);
    main_jump(as, cc);
    as->out->exits[as->exit].twice = leaves;
    if (leaves)
        jump_to_stub(as, CC_P);
    else
        asm_jcc_short(&as->buf, CC_P, holds);
    end_exit(as, cc);
}

bool
x64_patch(const struct x64_code *c, uint32_t exit, const uint8_t *target)
{
    uint8_t *disp = c->code + c->exits[exit].jump;
    if (target == NULL)
        target = c->code + c->text + stub_offset(exit);
    int64_t distance = target - (disp + 4);
    int32_t word = (int32_t)distance, before = (int32_t)(distance + JCC);
    if (distance != word || distance + JCC != before)
        return false;
    if (c->exits[exit].twice && !x64_memory_write(disp - JCC, &before, sizeof(before)))
        return false;
    return x64_memory_write(disp, &word, sizeof(word));
}
