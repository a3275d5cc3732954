/* jit/x64/moves.c: moves between places that happen at once: at the beginning of a round, from a parent's exit into a side trace, and into the
 * loop of another trace. A place is written when no move that is left reads it; what goes round in cycles is copied aside. */
#include "jit/x64/regs.h"

void
moves_add(struct moves *m, unsigned to, unsigned from)
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
    uint32_t set = m->scratch & (from < XMM0 || from >= LOC_SPILL ? 0xffffu : XMM_SET);
    if (set != 0) {
        aside = (unsigned)__builtin_ctz(set);
        m->scratch &= ~SET(aside);
        as->mod |= SET(aside);
    } else {
        aside = LOC_SPILL + slot_aside(as, m);
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

/* From slot to slot: through a register that is left over, else by push and pop; pop counts its address from the raised rsp. */
static void
write_copy(struct x64_asm *as, const struct moves *m, struct asm_rm to, struct asm_rm from)
{
    struct asm_buf *b = &as->buf;
    if (m->scratch & GPR_SET) {
        unsigned r = (unsigned)__builtin_ctz(m->scratch & GPR_SET);
        as->mod |= SET(r);
        asm_store(b, r, to);
        asm_load(b, r, from);
    } else {
        asm_op(b, 0x8f, 0, to);
        asm_op(b, 0xff, 6, from);
    }
}

static void
write_move(struct x64_asm *as, const struct moves *m, struct move mv)
{
    struct asm_buf *b = &as->buf;
    if (mv.to < LOC_SPILL)
        as->mod |= SET(mv.to);
    if (mv.to < LOC_SPILL && mv.from < LOC_SPILL)
        asm_move(b, mv.to, mv.from);
    else if (mv.to < LOC_SPILL)
        asm_load(b, mv.to, rm_slot(mv.from - LOC_SPILL));
    else if (mv.from < LOC_SPILL)
        asm_store(b, mv.from, rm_slot(mv.to - LOC_SPILL));
    else
        write_copy(as, m, rm_slot(mv.to - LOC_SPILL), rm_slot(mv.from - LOC_SPILL));
}

void
moves_write(struct x64_asm *as, struct moves *m, uint32_t scratch)
{
    m->ndone = 0;
    m->scratch = scratch;
    order_moves(as, m);
    while (m->ndone > 0)
        write_move(as, m, m->done[--m->ndone]);
}
