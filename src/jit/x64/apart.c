/* jit/x64/apart.c: code for what rarely happens: an int that is not small, a list of free blocks that is empty. It is written into a buffer of its own, backwards as all code, while the instruction that needs it
 * is translated, and comes behind everything else of the trace. So what runs lies close together: a program with hundreds of traces has no more of them in the processor's cache
 * of instructions than fit there. */
#include "jit/x64/regs.h"

static void
exchange(struct x64_asm *as)
{
    struct asm_buf b = as->buf;
    as->buf = as->other;
    as->other = b;
}

void
apart_begin(struct x64_asm *as)
{
    exchange(as);
    if (as->buf.p < as->buf.low)
        x64_fail(as, "too much code");
}

const uint8_t *
apart_end(struct x64_asm *as)
{
    const uint8_t *first = as->buf.p;
    exchange(as);
    return first;
}

void
jump_far(struct x64_asm *as, unsigned cc, const uint8_t *target)
{
    if (as->nfar == X64_FAR) {
        x64_fail(as, "too much code");
        return;
    }
    as->far[as->nfar].disp = cc == CC_ALWAYS ? asm_jmp(&as->buf, NULL) : asm_jcc(&as->buf, cc, NULL);
    as->far[as->nfar++].target = target;
}

static bool is_apart(const struct x64_asm *as, const uint8_t *p) { return p >= as->other.p && p <= as->other.end; }

const uint8_t *
apart_place(struct x64_asm *as, const uint8_t *there)
{
    size_t size = (size_t)(as->other.end - as->other.p);
    ptrdiff_t by = there - as->other.p;
    uint8_t *to = as->other.p + by;
    memcpy(to, as->other.p, size);
    for (unsigned i = 0; i < as->ncalls; i++)
        as->calls[i].disp += is_apart(as, as->calls[i].disp) ? by : 0;
    for (unsigned i = 0; i < as->nfar; i++) {
        uint8_t *disp = as->far[i].disp;
        const uint8_t *target = as->far[i].target;
        asm_set_target(disp + (is_apart(as, disp) ? by : 0), target + (is_apart(as, target) ? by : 0));
    }
    return to + size;
}
