/* compile/flow_locals.c: loads of locals that may be unbound, and fused pairs of loads and stores. */
#include "compile/flow.h"

#define TRACKED 64                 /* locals followed through the graph; the others only within a block */

static void
maybe_push(struct block *b, uint64_t unsafe, struct block ***sp)
{
    uint64_t both = b->unsafe_locals | unsafe;
    if (both == b->unsafe_locals)
        return;
    b->unsafe_locals = both;
    if (!b->visited) {             /* not on the stack yet */
        *(*sp)++ = b;
        b->visited = true;
    }
}

static void
scan_block(struct block *b, struct block ***sp)
{
    uint64_t unsafe = b->unsafe_locals;
    for (int i = 0; i < b->len; i++) {
        struct flow_instr *in = &b->code[i];
        if (in->except != NULL)
            maybe_push(in->except, unsafe, sp);
        if (in->arg >= TRACKED || in->arg < 0)
            continue;
        uint64_t bit = (uint64_t)1 << in->arg;
        switch (in->op) {
        case DELETE_FAST:
        case LOAD_FAST_AND_CLEAR:
        case STORE_FAST_MAYBE_NULL:
            unsafe |= bit;
            break;
        case LOAD_FAST:
            if (unsafe & bit)
                in->op = LOAD_FAST_CHECK;
            unsafe &= ~bit;        /* bound, if we get past it */
            break;
        case STORE_FAST:
        case LOAD_FAST_CHECK:
            unsafe &= ~bit;
            break;
        default:
            break;
        }
    }
    if (b->next != NULL && block_falls_through(b))
        maybe_push(b->next, unsafe, sp);
    struct flow_instr *last = block_last(b);
    if (last != NULL && op_jumps(last->op))
        maybe_push(last->target, unsafe, sp);
}

/* bound[i] == the block's number: local TRACKED + i is certainly bound here. */
static void
scan_many_locals(struct flow *g, int nlocals)
{
    int *bound = POOL_ARRAY(g->pool, int, nlocals - TRACKED), number = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        number++;
        for (int i = 0; i < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            if (in->arg < TRACKED || !op_has_local(in->op))
                continue;
            int *state = &bound[in->arg - TRACKED];
            switch (in->op) {
            case DELETE_FAST:
            case LOAD_FAST_AND_CLEAR:
            case STORE_FAST_MAYBE_NULL:
                *state = number - 1;
                break;
            case STORE_FAST:
                *state = number;
                break;
            case LOAD_FAST:
                if (*state != number)
                    in->op = LOAD_FAST_CHECK;
                *state = number;
                break;
            default:
                break;
            }
        }
    }
}

void
flow_check_unbound(struct flow *g, int nlocals, int nparams)
{
    if (nlocals == 0)
        return;
    if (nlocals > TRACKED) {
        scan_many_locals(g, nlocals);
        nlocals = TRACKED;
    }
    struct block **stack = flow_stack(g), **sp = stack;
    uint64_t start = 0;
    for (int i = nparams; i < nlocals; i++)
        start |= (uint64_t)1 << i;
    maybe_push(g->entry, start, &sp);
    for (struct block *b = g->entry; b != NULL; b = b->next)
        scan_block(b, &sp);
    while (sp > stack) {
        struct block *b = *--sp;
        b->visited = false;
        scan_block(b, &sp);
    }
}

static void
fuse(struct flow_instr *in, int op)
{
    if (in[0].loc.line >= 0 && in[1].loc.line >= 0 && in[0].loc.line != in[1].loc.line)
        return;
    if (in[0].arg >= 16 || in[1].arg >= 16)
        return;
    instr_set(&in[0], op, in[0].arg << 4 | in[1].arg);
    instr_set(&in[1], NOP, 0);
}

void
flow_fuse(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i + 1 < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            if (in[0].op == LOAD_FAST && in[1].op == LOAD_FAST)
                fuse(in, LOAD_FAST_LOAD_FAST);
            else if (in[0].op == STORE_FAST && in[1].op == LOAD_FAST)
                fuse(in, STORE_FAST_LOAD_FAST);
            else if (in[0].op == STORE_FAST && in[1].op == STORE_FAST)
                fuse(in, STORE_FAST_STORE_FAST);
        }
    flow_remove_nops(g);
}
