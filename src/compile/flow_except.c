/* compile/flow_except.c: which handler is in force at each instruction.
 * Idea: walk the graph with the stack of handlers that SETUP_* push and POP_BLOCK pops; both are no code. */
#include "compile/flow.h"

#include "code/code.h"

struct except_stack {
    struct block *handlers[CO_MAXBLOCKS + 2];
    int depth;
};

static struct block *
stack_top(const struct except_stack *s)
{
    return s->depth > 0 ? s->handlers[s->depth] : NULL;
}

static struct except_stack *
stack_copy(struct flow *g, const struct except_stack *s)
{
    struct except_stack *copy = POOL_NEW(g->pool, struct except_stack);
    *copy = *s;
    return copy;
}

static struct block *
stack_push(struct flow *g, struct except_stack *s, struct flow_instr *in)
{
    if (s->depth > CO_MAXBLOCKS) {
        PyErr_SetString(PyExc_SystemError, "too many nested handlers");
        pool_fail(g->pool);
    }
    if (in->op == SETUP_WITH || in->op == SETUP_CLEANUP)
        in->target->lasti = true;
    return s->handlers[++s->depth] = in->target;
}

/* RESUME says whether the generator was suspended with only its outermost handler in force. */
static void
note_resume(struct flow_instr *in, int *yield_depth)
{
    if (in->arg == RESUME_AT_FUNC_START)
        return;
    if (*yield_depth == 1)
        in->arg |= RESUME_OPARG_DEPTH1_MASK;
    *yield_depth = -1;
}

static struct block **
visit(struct block *b, struct except_stack *s, struct block **todo)
{
    b->handlers = s;
    b->visited = true;
    *todo++ = b;
    return todo;
}

/* Handlers of b's instructions; pushes the blocks that it reaches. */
static struct block **
label_block(struct flow *g, struct block *b, struct block **todo)
{
    struct except_stack *s = b->handlers;
    struct block *handler = stack_top(s);
    int yield_depth = -1;
    b->handlers = NULL;
    for (int i = 0; i < b->len; i++) {
        struct flow_instr *in = &b->code[i];
        if (op_is_block_push(in->op)) {
            if (!in->target->visited)
                todo = visit(in->target, stack_copy(g, s), todo);
            handler = stack_push(g, s, in);
        }
        else if (in->op == POP_BLOCK) {
            s->depth -= s->depth > 0;
            handler = stack_top(s);
            instr_set(in, NOP, 0);
        }
        else if (in->op == RETURN_GENERATOR)
            in->except = NULL;
        else {
            in->except = handler;
            if (op_jumps(in->op) && !in->target->visited)
                todo = visit(in->target, block_falls_through(b) ? stack_copy(g, s) : s, todo);
            else if (in->op == RESUME)
                note_resume(in, &yield_depth);
            else if (in->op == YIELD_VALUE)
                yield_depth = s->depth;
        }
    }
    if (block_falls_through(b) && b->next != NULL && !b->next->visited)
        todo = visit(b->next, s, todo);
    return todo;
}

void
flow_find_handlers(struct flow *g)
{
    struct block **stack = flow_stack(g), **todo = stack;
    todo = visit(g->entry, POOL_NEW(g->pool, struct except_stack), todo);
    while (todo > stack) {
        struct block *b = *--todo;
        todo = label_block(g, b, todo);
    }
}
