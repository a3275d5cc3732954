/* compile/flow_peephole.c: constants in conditions, tuples of constants, negated tests, jumps to jumps; block by block. */
#include "compile/flow.h"

static PyObject *
const_at(struct flow *g, int index)
{
    return g->consts->items.items[index];
}

static int
add_const(struct flow *g, PyObject *value)
{
    return const_list_add(g->pool, g->consts, const_merge_one(g->pool, g->cache, value));
}

static bool
const_is_true(struct flow *g, int index)
{
    int truth = PyObject_IsTrue(const_at(g, index));
    if (truth < 0)
        pool_fail(g->pool);
    return truth;
}

/* n constants and BUILD_TUPLE n -> one constant. */
static void
fold_tuple(struct flow *g, struct flow_instr *build, int n)
{
    struct flow_instr *first = build - n;
    for (int i = 0; i < n; i++)
        if (!op_loads_const(first[i].op))
            return;
    PyObject *tuple = pool_keep(g->pool, PyTuple_New(n));
    for (int i = 0; i < n; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(const_at(g, first[i].arg)));
        instr_set(&first[i], NOP, 0);
    }
    instr_set(build, LOAD_CONST, add_const(g, tuple));
}

/* x is None followed by a conditional jump -> POP_JUMP_IF_(NOT_)NONE. in[0] loads None, in[1] is IS_OP. */
static void
fold_none_test(struct block *b, int i)
{
    struct flow_instr *in = &b->code[i], *jump = in + 2;
    if (b->len <= i + 2)
        return;
    if (jump->op == TO_BOOL) {
        instr_set(jump, NOP, 0);
        if (b->len <= i + 3)
            return;
        jump++;
    }
    bool invert = in[1].arg;
    if (jump->op == POP_JUMP_IF_FALSE)
        invert = !invert;
    else if (jump->op != POP_JUMP_IF_TRUE)
        return;
    instr_set(&in[0], NOP, 0);
    instr_set(&in[1], NOP, 0);
    jump->op = invert ? POP_JUMP_IF_NOT_NONE : POP_JUMP_IF_NONE;
}

static void
peephole_const(struct flow *g, struct block *b, int i, int arg, int next_op)
{
    struct flow_instr *in = &b->code[i];
    switch (next_op) {
    case POP_JUMP_IF_FALSE:
    case POP_JUMP_IF_TRUE: {
        bool taken = const_is_true(g, arg) == (next_op == POP_JUMP_IF_TRUE);
        instr_set(in, NOP, 0);
        if (taken)
            in[1].op = JUMP;
        else
            instr_set(&in[1], NOP, 0);
        break;
    }
    case IS_OP:
        if (const_at(g, arg) == Py_None)
            fold_none_test(b, i);
        break;
    case RETURN_VALUE:
        instr_set(in, NOP, 0);
        instr_set(&in[1], RETURN_CONST, arg);
        break;
    case TO_BOOL: {
        int index = add_const(g, const_is_true(g, arg) ? Py_True : Py_False);
        instr_set(in, NOP, 0);
        instr_set(&in[1], LOAD_CONST, index);
        break;
    }
    default:
        break;
    }
}

/* The jump's work moves to a new jump at the end of the block; its line, if needed, stays behind on a no-op. */
static bool
thread_jump(struct flow *g, struct block *b, int i, int op)
{
    struct flow_instr *in = &b->code[i], *target = &in->target->code[0];
    if (in->target == target->target)
        return false;
    struct block *goal = target->target;
    struct loc loc = target->loc;
    instr_set(in, NOP, 0);
    block_append(g, b, op, 0, loc)->target = goal;
    return true;
}

/* in and its successor become op arg. */
static void
merge_into_next(struct flow_instr *in, int op, int arg)
{
    instr_set(&in[0], NOP, 0);
    instr_set(&in[1], op, arg);
}

static void
peephole_tuple(struct flow *g, struct flow_instr *in, int i, int arg, int next_op)
{
    if (next_op == UNPACK_SEQUENCE && arg == in[1].arg && arg >= 1 && arg <= 3) {
        instr_set(in, NOP, 0);
        if (arg == 1)
            instr_set(&in[1], NOP, 0);
        else
            in[1].op = SWAP;
        return;
    }
    if (i >= arg)
        fold_tuple(g, in, arg);
}

static void
peephole_test(struct flow_instr *in, int op, int arg, int next_op)
{
    switch (op) {
    case COMPARE_OP:
        if (next_op == TO_BOOL)
            merge_into_next(in, COMPARE_OP, arg | 16);
        break;
    case CONTAINS_OP:
    case IS_OP:
        if (next_op == TO_BOOL)
            merge_into_next(in, op, arg);
        else if (next_op == UNARY_NOT)
            merge_into_next(in, op, arg ^ 1);
        break;
    default:                       /* UNARY_NOT */
        if (next_op == TO_BOOL)
            merge_into_next(in, UNARY_NOT, 0);
        else if (next_op == UNARY_NOT)
            merge_into_next(in, NOP, 0);
        break;
    }
}

/* True when the instruction at i is to be looked at again. */
static bool
peephole_jump(struct flow *g, struct block *b, int i)
{
    struct flow_instr *in = &b->code[i];
    int op = in->op, target_op = in->target->len > 0 ? in->target->code[0].op : NOP;
    if (op == JUMP && (target_op == JUMP || target_op == JUMP_NO_INTERRUPT))
        return thread_jump(g, b, i, JUMP);
    if (op == JUMP_NO_INTERRUPT && (target_op == JUMP || target_op == JUMP_NO_INTERRUPT))
        return thread_jump(g, b, i, target_op == JUMP ? JUMP : op);
    if (op != FOR_ITER && op != SEND && target_op == JUMP)
        return thread_jump(g, b, i, op);
    return false;
}

void
flow_peephole(struct flow *g, struct block *b)
{
    int op = 0, arg = 0;
    for (int i = 0; i < b->len; i++) {
        struct flow_instr *in = &b->code[i];
        int next_op = i + 1 < b->len ? in[1].op : 0;
        /* A copy of a constant counts as the constant. */
        if (!(op == LOAD_CONST && in->op == COPY && in->arg == 1)) {
            op = in->op;
            arg = in->arg;
        }
        switch (op) {
        case LOAD_CONST:
            peephole_const(g, b, i, arg, next_op);
            break;
        case BUILD_TUPLE:
            peephole_tuple(g, in, i, arg, next_op);
            break;
        case POP_JUMP_IF_NOT_NONE:
        case POP_JUMP_IF_NONE:
        case POP_JUMP_IF_FALSE:
        case POP_JUMP_IF_TRUE:
        case JUMP:
        case JUMP_NO_INTERRUPT:
            if (peephole_jump(g, b, i))
                i--;
            break;
        case COMPARE_OP:
        case CONTAINS_OP:
        case IS_OP:
        case UNARY_NOT:
            peephole_test(in, op, arg, next_op);
            break;
        case STORE_FAST:
            if (next_op == STORE_FAST && arg == in[1].arg && in->loc.line == in[1].loc.line)
                instr_set(in, POP_TOP, 0);
            break;
        case SWAP:
            if (arg == 1)
                instr_set(in, NOP, 0);
            break;
        case LOAD_GLOBAL:
            if (next_op == PUSH_NULL && (arg & 1) == 0) {
                instr_set(in, LOAD_GLOBAL, arg | 1);
                instr_set(&in[1], NOP, 0);
            }
            break;
        default:
            break;
        }
    }
}
