/* compile/flow_swap.c: runs of SWAP made minimal, then applied to the stores that follow, where possible. */
#include "compile/flow.h"

#define VISITED (-1)

/* Each cycle of the permutation costs its length in swaps with the top. Working from the end of the run backwards gives
 * the swaps in the order needed; a minimal run is never longer than the original. Returns the run's length. */
static int
minimize_run(struct flow *g, struct block *b, int start)
{
    struct flow_instr *in = &b->code[start];
    int depth = in[0].arg, len = 1;
    bool more = false;
    for (; len < b->len - start; len++) {
        if (in[len].op == SWAP) {
            depth = Py_MAX(depth, in[len].arg);
            more = true;
        }
        else if (in[len].op != NOP)
            break;
    }
    if (!more)
        return 1;
    int *stack = POOL_ARRAY(g->pool, int, depth);
    for (int i = 0; i < depth; i++)
        stack[i] = i;
    for (int i = 0; i < len; i++)
        if (in[i].op == SWAP) {
            int top = stack[0], other = in[i].arg - 1;
            stack[0] = stack[other];
            stack[other] = top;
        }
    int at = len - 1;
    for (int i = 0; i < depth; i++) {
        if (stack[i] == VISITED || stack[i] == i)
            continue;
        for (int j = i;;) {
            if (j != 0)
                instr_set(&in[at--], SWAP, j + 1);
            if (stack[j] == VISITED)
                break;
            int next = stack[j];
            stack[j] = VISITED;
            j = next;
        }
    }
    while (at >= 0)
        instr_set(&in[at--], NOP, 0);
    return len;
}

static bool
is_swappable(int op)
{
    return op == STORE_FAST || op == STORE_FAST_MAYBE_NULL || op == POP_TOP;
}

static int
stored_local(const struct flow_instr *in)
{
    return in->op == STORE_FAST || in->op == STORE_FAST_MAYBE_NULL ? in->arg : -1;
}

static int
next_swappable(struct block *b, int i, int line)
{
    while (++i < b->len) {
        if (line >= 0 && b->code[i].loc.line != line)
            return -1;
        if (b->code[i].op == NOP)
            continue;
        return is_swappable(b->code[i].op) ? i : -1;
    }
    return -1;
}

/* Exchanging two stores must not change which of several stores to a local comes last. */
static bool
safe_to_exchange(struct block *b, int j, int k)
{
    int at_j = stored_local(&b->code[j]), at_k = stored_local(&b->code[k]);
    if (at_j < 0 && at_k < 0)
        return true;
    if (at_j == at_k)
        return false;
    for (int i = j + 1; i < k; i++) {
        int at_i = stored_local(&b->code[i]);
        if (at_i >= 0 && (at_i == at_j || at_i == at_k))
            return false;
    }
    return true;
}

static void
apply_swaps(struct block *b, int i)
{
    for (; i >= 0; i--) {
        struct flow_instr *swap = &b->code[i];
        if (swap->op != SWAP) {
            if (swap->op == NOP || is_swappable(swap->op))
                continue;
            return;
        }
        int j = next_swappable(b, i, -1);
        if (j < 0)
            return;
        int k = j, line = b->code[j].loc.line;
        for (int count = swap->arg - 1; count > 0; count--) {
            k = next_swappable(b, k, line);
            if (k < 0)
                return;
        }
        if (!safe_to_exchange(b, j, k))
            return;
        instr_set(swap, NOP, 0);
        struct flow_instr saved = b->code[j];
        b->code[j] = b->code[k];
        b->code[k] = saved;
    }
}

void
block_static_swaps(struct flow *g, struct block *b)
{
    for (int i = 0; i < b->len; i++)
        if (b->code[i].op == SWAP) {
            i += minimize_run(g, b, i) - 1;
            apply_swaps(b, i);
        }
}
