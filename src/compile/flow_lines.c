/* compile/flow_lines.c: lines for instructions that have none.
 * An instruction without a place takes that of the one before it, also across a block's only entry. A block that leaves
 * the scope or polls and has no line is copied for each jump to it, so that every copy can take its jump's line. */
#include "compile/flow.h"

static bool
polls(struct block *b)
{
    for (int i = 0; i < b->len; i++)
        if (op_has(b->code[i].op, F_EVAL_BREAK))
            return true;
    return false;
}

static bool
wants_line(struct block *b)
{
    return (block_exits(b) || polls(b)) && block_has_no_line(b);
}

static void
duplicate_lineless_exits(struct flow *g)
{
    int next_label = flow_max_label(g) + 1;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        struct flow_instr *last = block_last(b);
        if (last == NULL || !op_jumps(last->op))
            continue;
        struct block *target = block_nonempty(last->target);
        if (!wants_line(target) || target->npred <= 1)
            continue;
        struct block *copy = flow_new_block(g);
        block_append_all(g, copy, target);
        copy->code[0].loc = last->loc;
        last->target = copy;
        copy->npred = 1;
        copy->label = next_label++;
        copy->next = target->next;
        target->next = copy;
        target->npred--;
    }
    for (struct block *b = g->entry; b != NULL; b = b->next)
        if (b->len > 0 && b->next != NULL && block_falls_through(b) && b->next->len > 0 && wants_line(b->next))
            b->next->code[0].loc = b->code[b->len - 1].loc;
}

static void
propagate(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        struct flow_instr *last = block_last(b);
        struct loc prev = NO_LOC;
        if (last == NULL)
            continue;
        for (int i = 0; i < b->len; i++) {
            if (b->code[i].loc.line == -1)
                b->code[i].loc = prev;
            else
                prev = b->code[i].loc;
        }
        if (block_falls_through(b) && b->next != NULL && b->next->npred == 1 && b->next->len > 0
            && b->next->code[0].loc.line == -1)
            b->next->code[0].loc = prev;
        if (op_jumps(last->op) && last->target->npred == 1 && last->target->len > 0 && last->target->code[0].loc.line == -1)
            last->target->code[0].loc = prev;
    }
}

void
flow_give_lines(struct flow *g)
{
    duplicate_lineless_exits(g);
    propagate(g);
}
