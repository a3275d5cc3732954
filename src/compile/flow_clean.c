/* compile/flow_clean.c: unreachable blocks, no-ops, redundant jumps and pairs, small blocks copied to their jumps. */
#include "compile/flow.h"

#include <string.h>

#define MAX_COPY_SIZE 4            /* longest exit block that is worth a copy */

void
flow_remove_unreachable(struct flow *g)
{
    struct block **stack = flow_stack(g), **sp = stack;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->npred = 0;
    g->entry->npred = 1;
    g->entry->visited = true;
    *sp++ = g->entry;
    while (sp > stack) {
        struct block *b = *--sp;
        if (b->next != NULL && block_falls_through(b)) {
            if (!b->next->visited) {
                *sp++ = b->next;
                b->next->visited = true;
            }
            b->next->npred++;
        }
        for (int i = 0; i < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            if (!op_has_target(in->op))
                continue;
            if (!in->target->visited) {
                *sp++ = in->target;
                in->target->visited = true;
            }
            in->target->npred++;
        }
    }
    for (struct block *b = g->entry; b != NULL; b = b->next)
        if (b->npred == 0) {
            b->len = 0;
            b->is_handler = false;
        }
}

/* --- no-ops --- */

/* Line of the first instruction in a block that will not itself be dropped for having none. */
static int
first_line(struct block *b)
{
    for (int i = 0; i < b->len; i++)
        if (b->code[i].op != NOP || b->code[i].loc.line != -1)
            return b->code[i].loc.line;
    return -1;
}

/* A no-op stays only when it alone stands for its line. */
static bool
nop_is_redundant(struct block *b, int i, int prev_line)
{
    struct flow_instr *in = &b->code[i];
    int line = in->loc.line;
    if (line == -1 || line == prev_line)
        return true;
    if (i + 1 < b->len) {
        if (in[1].loc.line == line)
            return true;
        if (in[1].loc.line == -1) {
            in[1].loc = in->loc;
            return true;
        }
        return false;
    }
    struct block *next = block_nonempty(b->next);
    return next != NULL && first_line(next) == line;
}

int
block_remove_nops(struct block *b)
{
    int kept = 0, prev_line = -1;
    for (int i = 0; i < b->len; i++) {
        int line = b->code[i].loc.line;
        if (b->code[i].op == NOP && nop_is_redundant(b, i, prev_line))
            continue;
        if (kept != i)
            b->code[kept] = b->code[i];
        kept++;
        prev_line = line;
    }
    int removed = b->len - kept;
    b->len = kept;
    return removed;
}

int
flow_remove_nops(struct flow *g)
{
    int removed = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        removed += block_remove_nops(b);
    return removed;
}

static int
remove_redundant_jumps(struct flow *g)
{
    int removed = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        struct flow_instr *last = block_last(b);
        if (last == NULL || !op_is_jump_always(last->op))
            continue;
        struct block *target = block_nonempty(last->target);
        if (target == NULL) {
            PyErr_SetString(PyExc_SystemError, "jump target is NULL");
            pool_fail(g->pool);
        }
        if (target == block_nonempty(b->next)) {
            instr_set(last, NOP, 0);
            removed++;
        }
    }
    return removed;
}

void
flow_remove_nops_and_jumps(struct flow *g)
{
    do
        flow_remove_nops(g);
    while (remove_redundant_jumps(g) > 0);
}

/* A constant or copy that is popped at once. */
static bool
is_dead_pair(const struct flow_instr *prev, const struct flow_instr *in)
{
    return prev != NULL && in->op == POP_TOP && (prev->op == LOAD_CONST || (prev->op == COPY && prev->arg == 1));
}

void
flow_remove_pairs(struct flow *g)
{
    bool done = false;
    while (!done) {
        struct flow_instr *prev = NULL, *in = NULL;
        done = true;
        for (struct block *b = g->entry; b != NULL; b = b->next) {
            block_remove_nops(b);
            if (b->label >= 0)
                in = NULL;         /* entered by a jump, too */
            for (int i = 0; i < b->len; i++) {
                prev = in;
                in = &b->code[i];
                if (is_dead_pair(prev, in)) {
                    instr_set(prev, NOP, 0);
                    instr_set(in, NOP, 0);
                    done = false;
                }
            }
            if ((in != NULL && op_jumps(in->op)) || !block_falls_through(b))
                in = NULL;
        }
    }
}

/* --- small blocks --- */

static bool
inline_jump(struct flow *g, struct block *b)
{
    struct flow_instr *last = block_last(b);
    if (last == NULL || !op_is_jump_always(last->op))
        return false;
    struct block *target = last->target;
    bool small_exit = block_exits(target) && target->len <= MAX_COPY_SIZE;
    bool lineless = block_has_no_line(target) && !block_falls_through(target);
    if (!small_exit && !lineless)
        return false;
    int removed = last->op;
    instr_set(last, NOP, 0);
    block_append_all(g, b, target);
    if (lineless) {
        last = block_last(b);
        if (op_is_jump_always(last->op) && removed == JUMP)
            last->op = JUMP;
    }
    target->npred--;
    return true;
}

void
flow_inline_small_blocks(struct flow *g)
{
    bool changed;
    do {
        changed = false;
        for (struct block *b = g->entry; b != NULL; b = b->next)
            changed |= inline_jump(g, b);
    } while (changed);
}
