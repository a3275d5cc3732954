/* compile/flow_cold.c: what only exceptions reach goes to the end of the code. */
#include "compile/flow.h"

static struct block **
push_if_new(struct block *b, struct block **sp)
{
    if (!b->visited && !b->warm) {
        b->visited = true;
        *sp++ = b;
    }
    return sp;
}

/* Marks what the stack's blocks reach by jumps and falling through, not by exceptions. */
static void
spread(struct block **stack, struct block **sp, bool warm)
{
    while (sp > stack) {
        struct block *b = *--sp;
        if (warm)
            b->warm = true;
        else
            b->cold = true;
        if (b->next != NULL && block_falls_through(b))
            sp = push_if_new(b->next, sp);
        for (int i = 0; i < b->len; i++)
            if (op_jumps(b->code[i].op))
                sp = push_if_new(b->code[i].target, sp);
    }
}

static void
mark_temperature(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->warm = b->cold = false;
    struct block **stack = flow_stack(g), **sp = stack;
    spread(stack, push_if_new(g->entry, sp), true);
    stack = sp = flow_stack(g);
    for (struct block *b = g->entry; b != NULL; b = b->next)
        if (b->is_handler)
            sp = push_if_new(b, sp);
    spread(stack, sp, false);
}

/* A cold block that runs into a warm one will not be next to it any more. */
static void
make_fall_through_explicit(struct flow *g)
{
    int next_label = flow_max_label(g) + 1;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        if (!b->cold || b->next == NULL || !b->next->warm || !block_falls_through(b))
            continue;
        struct block *jump = flow_new_block(g);
        if (b->next->label < 0)
            b->next->label = next_label++;
        block_append(g, jump, JUMP_NO_INTERRUPT, b->next->label, NO_LOC)->target = b->next;
        jump->cold = true;
        jump->npred = 1;
        jump->next = b->next;
        b->next = jump;
    }
}

void
flow_move_cold(struct flow *g)
{
    if (g->entry->next == NULL)
        return;
    mark_temperature(g);
    make_fall_through_explicit(g);
    struct block *cold = NULL, **cold_end = &cold, **at = &g->entry;
    while (*at != NULL) {
        struct block *b = *at;
        if (!b->cold) {
            at = &b->next;
            continue;
        }
        *at = b->next;
        *cold_end = b;
        cold_end = &b->next;
    }
    *cold_end = NULL;
    *at = cold;
    if (cold != NULL)
        flow_remove_nops_and_jumps(g);
}
