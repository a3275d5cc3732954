/* jit/x64/regs.c: registers and spill slots of values, met from the last use to the definition. Rules: regs.h. */
#include "jit/x64/regs.h"

void
x64_fail(struct x64_asm *as, const char *why)
{
    if (as->err == NULL)
        as->err = why;
}

/* ---- random choices, for tests ---- */

uint32_t
regs_random(struct x64_asm *as)
{
    uint32_t x = as->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return as->random = x;
}

bool
regs_chance(struct x64_asm *as, unsigned one_in)
{
    return as->random != 0 && regs_random(as) % one_in == 0;
}

static unsigned
random_of(struct x64_asm *as, uint32_t set)
{
    unsigned n = regs_random(as) % (unsigned)__builtin_popcount(set);
    while (n-- > 0)
        set &= set - 1;
    return (unsigned)__builtin_ctz(set);
}

/* ---- spill slots ---- */

/* The first in none of the three sets, or X64_SPILLS - 1: that one, 255, is never used, as dumps take it for "none". */
static unsigned
slot_search(const uint64_t a[4], const uint64_t b[4], const uint64_t c[4])
{
    for (unsigned w = 0; w < X64_SPILLS / 64; w++) {
        uint64_t taken = a[w] | b[w] | c[w];
        if (~taken != 0)
            return 64 * w + (unsigned)__builtin_ctzll(~taken);
    }
    return X64_SPILLS - 1;
}

void
slot_mark(struct x64_asm *as, unsigned slot)
{
    as->slot_busy[slot / 64] |= 1ull << slot % 64;
    as->slot_seen[slot / 64] |= 1ull << slot % 64;
}

unsigned
slot_new(struct x64_asm *as, bool fresh)
{
    const uint64_t *others = fresh ? as->slot_seen : as->slot_busy;
    unsigned slot = slot_search(as->slot_busy, others, as->slot_hinted);
    if (slot == X64_SPILLS - 1)
        slot = slot_search(as->slot_busy, others, others);
    if (slot == X64_SPILLS - 1) {
        x64_fail(as, "too many values at once");
        return 0;
    }
    slot_mark(as, slot);
    return slot;
}

/* Sources of moves into a side trace, and what a loop wants that is gone to, are in use, too, but by others. */
unsigned
slot_aside(struct x64_asm *as, const struct moves *m)
{
    uint64_t moved[4] = { 0 };
    for (unsigned i = 0; i < m->ntodo + m->ndone; i++) {
        const struct move *mv = i < m->ntodo ? &m->todo[i] : &m->done[i - m->ntodo];
        const uint16_t ends[2] = { mv->to, mv->from };
        for (int k = 0; k < 2; k++)
            if (ends[k] >= LOC_SPILL)
                moved[(ends[k] - LOC_SPILL) / 64] |= 1ull << (ends[k] - LOC_SPILL) % 64;
    }
    unsigned slot = slot_search(as->slot_busy, as->slot_seen, moved);
    if (slot == X64_SPILLS - 1)
        x64_fail(as, "too many values at once");
    return slot;
}

void
slot_release(struct x64_asm *as, unsigned slot)
{
    as->slot_busy[slot / 64] &= ~(1ull << slot % 64);
}

/* What is computed before the loop is not written again in it: its slot must not have been anybody's later in the body. */
static bool
is_invariant(const struct x64_asm *as, ir_ref v)
{
    return as->body && v < as->ir->loop && !(as->info[v].flags & INFO_LEFT);
}

unsigned
slot_of(struct x64_asm *as, ir_ref v)
{
    struct info *in = &as->info[v];
    if (in->slot != NO_SLOT)
        return in->slot;
    if (in->hint_slot != NO_SLOT && !(as->slot_busy[in->hint_slot / 64] >> in->hint_slot % 64 & 1)) {
        in->slot = in->hint_slot;
        slot_mark(as, in->slot);
    } else {
        in->slot = (uint16_t)slot_new(as, is_invariant(as, v));
    }
    return in->slot;
}

/* ---- constants ---- */

const uint8_t *
pool_word(struct x64_asm *as, uint64_t bits)
{
    if (as->npool == X64_POOL) {
        x64_fail(as, "too many constants");
        return (uint8_t *)as->pool;
    }
    as->pool[as->npool] = bits;
    return (uint8_t *)&as->pool[as->npool++];
}

const uint8_t *
pool_const(struct x64_asm *as, ir_ref k)
{
    struct info *in = &as->info[k];
    if (in->slot == NO_SLOT) {
        in->slot = (uint16_t)as->npool;
        pool_word(as, ir_word(as->ir, k));
    }
    return (uint8_t *)&as->pool[in->slot];
}

static void
load_const(struct x64_asm *as, unsigned r, ir_ref k)
{
    uint64_t word = ir_word(as->ir, k);
    if (r < XMM0)
        asm_mov_imm(&as->buf, r, word);
    else if (word == 0)
        asm_rr(&as->buf, OP_XORPS, r, r);
    else
        asm_load(&as->buf, r, rm_place(pool_const(as, k)));
}

/* ---- registers ---- */

/* The left side of a PHI is another value in the next round, though it was a SLOAD in the first; and a slot may have been written since. */
static bool
is_remade(const struct x64_asm *as, ir_ref v)
{
    return ref_is_const(v) || (ins_at(as, v)->op == IR_SLOAD && !(ins_at(as, v)->t & IRT_PHI) && !(as->info[v].flags & INFO_PUT));
}

void
regs_reload(struct x64_asm *as, unsigned r, ir_ref v)
{
    as->mod |= SET(r);
    if (ref_is_const(v))
        load_const(as, r, v);
    else if (is_remade(as, v))
        asm_load(&as->buf, r, rm_frame(ins_at(as, v)->a));
    else
        asm_load(&as->buf, r, rm_slot(slot_of(as, v)));
}

void
regs_release(struct x64_asm *as, unsigned r)
{
    as->info[as->val[r]].reg = NO_REG;
    as->val[r] = REF_NONE;
    as->free |= SET(r);
}

static void
evict(struct x64_asm *as, unsigned r)
{
    ir_ref v = as->val[r];
    regs_reload(as, r, v);
    regs_release(as, r);
}

/* What is cheap to have again goes first, then what was computed long ago, PHIs last. */
static uint32_t
evict_cost(const struct x64_asm *as, ir_ref v)
{
    if (is_remade(as, v))
        return ref_is_const(v) ? 0 : 1;
    if (is_pload(as, v) && as->info[v].hint_slot != NO_SLOT)
        return 2;                                              /* it comes in a slot */
    return v + (as->info[v].flags != 0 ? 0x10000u : 0);
}

static unsigned
evict_cheapest(struct x64_asm *as, uint32_t set)
{
    unsigned best = NO_REG;
    uint32_t best_cost = UINT32_MAX;
    set &= ~as->free & ~as->busy;
    for (; set != 0; set &= set - 1) {
        unsigned r = (unsigned)__builtin_ctz(set);
        uint32_t cost = as->val[r] == REF_NONE ? UINT32_MAX : as->random ? regs_random(as) / 2 : evict_cost(as, as->val[r]);
        if (cost < best_cost)
            best = r, best_cost = cost;
    }
    if (best == NO_REG) {
        x64_fail(as, "too many values at once");
        return RAX;
    }
    evict(as, best);
    return best;
}

static bool
can_evict(const struct x64_asm *as, uint32_t set)
{
    for (set &= ~as->free & ~as->busy; set != 0; set &= set - 1) {
        if (as->val[__builtin_ctz(set)] != REF_NONE)
            return true;
    }
    return false;
}

static uint32_t narrow(uint32_t set, uint32_t wish) { return set & wish ? set & wish : set; }

bool
regs_crosses_call(const struct x64_asm *as, ir_ref v)
{
    return as->call > (is_pload(as, v) ? REF_BIAS : v) || (as->body && as->body_calls && v < as->ir->loop);
}

unsigned
regs_pick(struct x64_asm *as, uint32_t set, ir_ref v)
{
    uint32_t avail = as->free & set & ~as->busy;
    if (avail == 0)
        return evict_cheapest(as, set);
    if (regs_chance(as, 16) && can_evict(as, set))
        return evict_cheapest(as, set);
    if (as->random)
        return random_of(as, avail);
    if (v == REF_NONE)
        return (unsigned)__builtin_ctz(narrow(avail, as->mod));
    uint8_t hint = as->info[v].hint_reg;
    bool crosses = regs_crosses_call(as, v), lost = crosses && !ref_is_const(v) && is_pload(as, v) && hint != NO_REG && (SET(hint) & CALL_CLOBBERED);
    if (hint != NO_REG && (avail & SET(hint)) && !lost)
        return hint;
    avail = narrow(avail, crosses ? CALLEE_SAVED : ~CALLEE_SAVED);
    if (as->body)
        avail = narrow(avail, v < as->ir->loop && !(as->info[v].flags & INFO_LEFT) ? ~as->mod : as->mod);
    return (unsigned)__builtin_ctz(narrow(avail, ~(SET(RAX) | SET(RCX) | SET(RDX))));
}

void
regs_assign(struct x64_asm *as, unsigned r, ir_ref v)
{
    as->val[r] = v;
    as->info[v].reg = (uint8_t)r;
    as->free &= ~SET(r);
    as->busy |= SET(r);
}

unsigned
regs_use(struct x64_asm *as, ir_ref v)
{
    unsigned r = as->info[v].reg;
    if (r == NO_REG) {
        r = regs_pick(as, class_of(as, v), v);
        regs_assign(as, r, v);
    }
    as->busy |= SET(r);
    return r;
}

unsigned
regs_temp(struct x64_asm *as, uint32_t set)
{
    unsigned r = regs_pick(as, set, REF_NONE);
    as->busy |= SET(r);
    as->mod |= SET(r);
    return r;
}

unsigned
regs_define(struct x64_asm *as, ir_ref v, uint32_t avoid)
{
    struct info *in = &as->info[v];
    unsigned own = in->reg, r = own;
    ins_at(as, v)->prev = (uint16_t)(own | in->slot << 8);
    if (own != NO_REG)
        regs_release(as, own);
    if (own == NO_REG || (avoid & SET(own))) {
        if (own != NO_REG)
            as->busy |= SET(own);
        r = regs_pick(as, class_of(as, v) & ~avoid, REF_NONE);
    }
    if (has_slot(as, v)) {
        asm_store(&as->buf, r, rm_slot(in->slot));
        slot_release(as, in->slot);
        in->slot = NO_SLOT;
    }
    if (own != NO_REG) {
        asm_move(&as->buf, own, r);
        as->mod |= SET(own);
    }
    as->busy |= SET(r);
    as->mod |= SET(r);
    return r;
}

/* v lives in r behind the instruction and elsewhere in front of it. */
static void
move_away(struct x64_asm *as, unsigned r)
{
    ir_ref v = as->val[r];
    uint32_t others = as->free & class_of(as, v) & ~as->busy & ~SET(r);
    if (others == 0 || is_remade(as, v)) {
        evict(as, r);
        return;
    }
    as->busy |= SET(r);
    unsigned to = regs_pick(as, others, v);
    asm_move(&as->buf, r, to);
    as->mod |= SET(r);
    regs_release(as, r);
    as->val[to] = v;
    as->info[v].reg = (uint8_t)to;
    as->free &= ~SET(to);
}

void
regs_take(struct x64_asm *as, unsigned r)
{
    if (!(as->free & SET(r)))
        move_away(as, r);
    as->busy |= SET(r);
    as->mod |= SET(r);
}

void
regs_clobber(struct x64_asm *as, uint32_t set)
{
    as->mod |= set;
    for (uint32_t left = set & ~as->free; left != 0; left &= left - 1)
        evict(as, (unsigned)__builtin_ctz(left));
}

void
regs_settle(struct x64_asm *as, ir_ref v)
{
    uint32_t avail = as->free & class_of(as, v) & ~as->busy & ~as->mod;
    if (!ref_is_const(v) && is_invariant(as, v) && !has_reg(as, v) && avail != 0)
        regs_assign(as, regs_pick(as, avail, v), v);
}

void
regs_place(struct x64_asm *as, unsigned to, ir_ref v)
{
    regs_settle(as, v);
    if (has_reg(as, v))
        asm_move(&as->buf, to, as->info[v].reg);
    else if (ref_is_const(v))
        load_const(as, to, v);
    else
        regs_assign(as, to, v);
}
