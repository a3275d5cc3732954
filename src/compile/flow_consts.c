/* compile/flow_consts.c: drop constants that optimisation has left without a user. */
#include "compile/flow.h"

void
flow_remove_unused_consts(struct flow *g)
{
    int n = g->consts->items.len, used = 0;
    if (n == 0)
        return;
    bool *is_used = POOL_ARRAY(g->pool, bool, n);
    int *new_index = POOL_ARRAY(g->pool, int, n);
    is_used[0] = true;             /* may be the docstring */
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++)
            if (op_loads_const(b->code[i].op))
                is_used[b->code[i].arg] = true;
    for (int i = 0; i < n; i++)
        if (is_used[i]) {
            g->consts->items.items[used] = g->consts->items.items[i];
            new_index[i] = used++;
        }
    if (used == n)
        return;
    g->consts->items.len = used;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++)
            if (op_loads_const(b->code[i].op))
                b->code[i].arg = new_index[b->code[i].arg];
}
