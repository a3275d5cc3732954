/* compile/flow_depth.c: how deep the value stack gets. */
#include "compile/flow.h"

#include <limits.h>

static struct block **
push_depth(struct flow *g, struct block *b, int depth, struct block **sp)
{
    if (b->start_depth >= 0 && b->start_depth != depth) {
        PyErr_Format(PyExc_ValueError, "Invalid CFG, inconsistent stackdepth");
        pool_fail(g->pool);
    }
    if (b->start_depth < depth) {
        b->start_depth = depth;
        *sp++ = b;
    }
    return sp;
}

static int
effect_of(struct flow *g, const struct flow_instr *in, int jump)
{
    int effect = op_stack_effect(in->op, in->arg, jump);
    if (effect == PY_INVALID_STACK_EFFECT) {
        PyErr_Format(PyExc_SystemError, "Invalid stack effect for opcode=%d, arg=%i", in->op, in->arg);
        pool_fail(g->pool);
    }
    return effect;
}

int
flow_stack_depth(struct flow *g)
{
    struct block **stack = flow_stack(g), **sp = stack;
    int max = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->start_depth = INT_MIN;
    sp = push_depth(g, g->entry, 0, sp);
    while (sp > stack) {
        struct block *b = *--sp, *next = b->next;
        int depth = b->start_depth;
        for (int i = 0; i < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            int after = depth + effect_of(g, in, 0);
            if (after < 0) {
                PyErr_Format(PyExc_ValueError, "Invalid CFG, stack underflow");
                pool_fail(g->pool);
            }
            max = Py_MAX(max, after);
            if (op_has_target(in->op) && in->op != END_ASYNC_FOR) {
                int at_target = depth + effect_of(g, in, 1);
                max = Py_MAX(max, at_target);
                sp = push_depth(g, in->target, at_target, sp);
            }
            depth = after;
            if (op_is_jump_always(in->op) || op_exits_scope(in->op)) {
                next = NULL;
                break;
            }
        }
        if (next != NULL)
            sp = push_depth(g, next, depth, sp);
    }
    return max;
}
