/* compile/flow.c: blocks, building the graph, the order of the passes, and back to a sequence. */
#include "compile/flow.h"

#include <string.h>

#include "code/code.h"
#include "compile/compile.h"
#include "compile/dump.h"

/* --- blocks --- */

struct block *
flow_new_block(struct flow *g)
{
    struct block *b = POOL_NEW(g->pool, struct block);
    b->label = -1;
    return b;
}

static struct flow_instr *
block_room(struct flow *g, struct block *b)
{
    if (b->len == b->cap) {
        int cap = b->cap ? 2 * b->cap : 8;
        b->code = pool_regrow(g->pool, b->code, sizeof(*b->code) * (size_t)b->len, sizeof(*b->code) * (size_t)cap);
        b->cap = cap;
    }
    return &b->code[b->len++];
}

struct flow_instr *
block_append(struct flow *g, struct block *b, int op, int arg, struct loc loc)
{
    struct flow_instr *i = block_room(g, b);
    *i = (struct flow_instr){ .op = op, .arg = arg, .loc = loc };
    return i;
}

void
block_append_all(struct flow *g, struct block *to, struct block *from)
{
    for (int i = 0; i < from->len; i++)
        *block_room(g, to) = from->code[i];
}

void
block_insert(struct flow *g, struct block *b, int pos, int op, int arg, struct loc loc)
{
    block_room(g, b);
    memmove(&b->code[pos + 1], &b->code[pos], sizeof(*b->code) * (size_t)(b->len - 1 - pos));
    b->code[pos] = (struct flow_instr){ .op = op, .arg = arg, .loc = loc };
}

bool
block_has_no_line(struct block *b)
{
    for (int i = 0; i < b->len; i++)
        if (b->code[i].loc.line >= 0)
            return false;
    return true;
}

int
flow_max_label(struct flow *g)
{
    int max = -1;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        max = Py_MAX(max, b->label);
    return max;
}

struct block **
flow_stack(struct flow *g)
{
    int n = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        b->visited = false;
        n++;
    }
    return POOL_ARRAY(g->pool, struct block *, n + 1);
}

/* --- building --- */

static bool
needs_new_block(struct flow *g)
{
    struct flow_instr *last = block_last(g->current);
    if (last != NULL && op_is_terminator(last->op))
        return true;
    if (g->pending_label < 0)
        return false;
    if (last != NULL || g->current->label >= 0)
        return true;
    g->current->label = g->pending_label;
    g->pending_label = -1;
    return false;
}

static void
start_block_if_needed(struct flow *g)
{
    if (!needs_new_block(g))
        return;
    struct block *b = flow_new_block(g);
    b->label = g->pending_label;
    g->pending_label = -1;
    g->current->next = b;
    g->current = b;
}

static void
connect_jumps(struct flow *g, int nlabels)
{
    struct block **by_label = POOL_ARRAY(g->pool, struct block *, nlabels + 1);
    for (struct block *b = g->entry; b != NULL; b = b->next)
        if (b->label >= 0)
            by_label[b->label] = b;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++)
            if (op_has_target(b->code[i].op)) {
                b->code[i].target = by_label[b->code[i].arg];
                if (op_is_block_push(b->code[i].op))
                    b->code[i].target->is_handler = true;
            }
}

void
flow_build(struct flow *g, struct pool *pool, struct seq *s, struct const_list *consts, struct const_cache *cache)
{
    *g = (struct flow){ .pool = pool, .pending_label = -1, .consts = consts, .cache = cache };
    g->entry = g->current = flow_new_block(g);
    seq_resolve(s);
    bool *is_target = POOL_ARRAY(pool, bool, s->code.len + 1);
    for (int i = 0; i < s->code.len; i++) {
        struct seq_instr *in = &s->code.items[i];
        if (!op_has_target(in->op))
            continue;
        if (in->arg < 0 || in->arg >= s->code.len) {
            PyErr_SetString(PyExc_SystemError, "jump to nowhere");
            pool_fail(pool);
        }
        is_target[in->arg] = true;
    }
    for (int i = 0; i < s->code.len; i++) {
        struct seq_instr *in = &s->code.items[i];
        if (is_target[i]) {
            g->pending_label = i;
            start_block_if_needed(g);
        }
        start_block_if_needed(g);
        block_append(g, g->current, in->op, in->arg, in->loc);
    }
    connect_jumps(g, s->code.len);
}

/* --- the passes --- */

static void
check_graph(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i + 1 < b->len; i++)
            if (op_is_terminator(b->code[i].op)) {
                PyErr_SetString(PyExc_SystemError, "malformed control flow graph.");
                pool_fail(g->pool);
            }
}

void
flow_optimize(struct flow *g, int nlocals, int nparams)
{
    flow_find_handlers(g);
    check_graph(g);
    flow_inline_small_blocks(g);
    flow_remove_unreachable(g);
    flow_give_lines(g);
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        flow_peephole(g, b);
        block_static_swaps(g, b);
    }
    flow_remove_pairs(g);
    flow_remove_unreachable(g);
    flow_remove_nops_and_jumps(g);
    flow_remove_unused_consts(g);
    flow_check_unbound(g, nlocals, nparams);
    flow_fuse(g);
    flow_move_cold(g);
    flow_give_lines(g);
}

/* --- finishing --- */

/* Where each cell or free variable lives: a cell that is a parameter shares its slot. */
static int *
cell_slots(struct flow *g, struct unit_info *u)
{
    int n = u->cellvars.len + u->freevars.len;
    int *slots = POOL_ARRAY(g->pool, int, n + 1);
    for (int i = 0; i < n; i++)
        slots[i] = u->varnames.len + i;
    for (int i = 0; i < u->cellvars.len; i++) {
        struct name_entry *e = names_find(g->pool, &u->varnames, u->cellvars.items[i].key);
        if (e != NULL)
            slots[i] = (int)(e - u->varnames.items);
    }
    return slots;
}

static void
insert_prefix(struct flow *g, struct unit_info *u, const int *slots, int code_flags)
{
    if (code_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) {
        struct loc loc = { u->firstlineno, u->firstlineno, -1, -1 };
        block_insert(g, g->entry, 0, RETURN_GENERATOR, 0, loc);
        block_insert(g, g->entry, 1, POP_TOP, 0, loc);
    }
    if (u->cellvars.len > 0) {     /* in the order of their slots */
        int total = u->varnames.len + u->cellvars.len + u->freevars.len, done = 0;
        int *by_slot = POOL_ARRAY(g->pool, int, total + 1);
        for (int i = 0; i < u->cellvars.len; i++)
            by_slot[slots[i]] = i + 1;
        for (int s = 0; s < total; s++)
            if (by_slot[s] != 0)
                block_insert(g, g->entry, done++, MAKE_CELL, by_slot[s] - 1, NO_LOC);
    }
    if (u->freevars.len > 0)
        block_insert(g, g->entry, 0, COPY_FREE_VARS, u->freevars.len, NO_LOC);
}

/* Close the gaps that shared slots leave, and renumber; returns how many were shared. */
static int
renumber_cells(struct flow *g, struct unit_info *u, int *slots)
{
    int shared = 0, n = u->cellvars.len + u->freevars.len;
    for (int i = 0; i < n; i++) {
        if (slots[i] == i + u->varnames.len)
            slots[i] -= shared;
        else
            shared++;
    }
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++)
            switch (b->code[i].op) {
            case MAKE_CELL:
            case LOAD_CLOSURE:
            case LOAD_DEREF:
            case STORE_DEREF:
            case DELETE_DEREF:
            case LOAD_FROM_DICT_OR_DEREF:
                b->code[i].arg = slots[b->code[i].arg];
                break;
            default:
                break;
            }
    return shared;
}

static void
convert_pseudo_ops(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next)
        for (int i = 0; i < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            if (op_is_block_push(in->op))
                instr_set(in, NOP, 0);
            else if (in->op == LOAD_CLOSURE)
                in->op = LOAD_FAST;
            else if (in->op == STORE_FAST_MAYBE_NULL)
                in->op = STORE_FAST;
        }
    flow_remove_nops(g);
}

static int
reversed_jump(int op)
{
    switch (op) {
    case POP_JUMP_IF_FALSE:
        return POP_JUMP_IF_TRUE;
    case POP_JUMP_IF_TRUE:
        return POP_JUMP_IF_FALSE;
    case POP_JUMP_IF_NONE:
        return POP_JUMP_IF_NOT_NONE;
    default:
        return POP_JUMP_IF_NONE;
    }
}

/* Conditional jumps go forward only: a backward one becomes its opposite over an unconditional jump back. */
static void
split_backward_jumps(struct flow *g)
{
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->visited = false;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        b->visited = true;
        struct flow_instr *last = block_last(b);
        if (last == NULL || !op_jumps(last->op) || op_is_jump_always(last->op) || !last->target->visited)
            continue;
        struct block *back = flow_new_block(g);
        block_append(g, back, JUMP, 0, last->loc)->target = last->target;
        back->visited = true;
        back->start_depth = last->target->start_depth;
        back->cold = b->cold;
        back->next = b->next;
        last->op = reversed_jump(last->op);
        last->target = b->next;
        b->next = back;
        b = back;
    }
}

void
flow_to_sequence(struct flow *g, struct seq *out)
{
    seq_init(out, g->pool);
    int label = 0;
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->label = label++;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        seq_use_label(out, b->label);
        for (int i = 0; i < b->len; i++) {
            struct flow_instr *in = &b->code[i];
            seq_add(out, in->op, op_has_target(in->op) ? in->target->label : in->arg, in->loc);
            struct seq_instr *added = &out->code.items[out->code.len - 1];
            if (in->except != NULL) {
                added->handler = in->except->label;
                added->handler_depth = in->except->start_depth;
                added->handler_lasti = in->except->lasti;
            }
        }
    }
    seq_resolve(out);
}

void
flow_finish(struct flow *g, struct unit_info *u, int code_flags, int *stack_depth, int *nlocalsplus, struct seq *out)
{
    int *slots = cell_slots(g, u);
    insert_prefix(g, u, slots, code_flags);
    *nlocalsplus = u->varnames.len + u->cellvars.len + u->freevars.len - renumber_cells(g, u, slots);
    *stack_depth = flow_stack_depth(g);
    if (compile_dump.flow)
        dump_flow(compile_dump.out, g, u->qualname, "optimized");
    convert_pseudo_ops(g);
    split_backward_jumps(g);
    flow_to_sequence(g, out);
}
