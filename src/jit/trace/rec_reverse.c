/* jit/trace/rec_reverse.c: the beginning of a list turned round, `x[:k + 1] = x[k::-1]`: the statement is recorded as one call.
 *
 * Neither the slice nor the list of what it takes is made: the same objects stay in the list, so no count changes. What is not as it was leaves to the first instruction
 * of the part that is left out, BUILD_SLICE, before anything has happened. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "object/num/int.h"

/* The instruction at *unit, which goes on to the next. -1: another one. */
static int
argument(const _Py_CODEUNIT **unit, int opcode)
{
    const _Py_CODEUNIT *u = *unit;
    *unit += 1 + op_table[opcode].caches;
    return op_deopt(u->op.code) == opcode ? u->op.arg : -1;
}

static PyObject *
constant(const struct recorder *r, int arg)
{
    return arg < 0 ? NULL : PyTuple_GET_ITEM(r->inner_code->co_consts, arg);
}

static bool
is_small(PyObject *o, Py_ssize_t value)
{
    return o != NULL && PyLong_CheckExact(o) && int_is_compact(o) && int_compact_value(o) == value;
}

/* BINARY_SUBSCR, `x`, None, `k`, 1, +, STORE_SLICE follow. The locals x and k, and where the statement ends. */
static bool
follows(const struct recorder *r, int *x, int *k, unsigned *end)
{
    const _Py_CODEUNIT *first = _PyCode_CODE(r->inner_code), *u = first + r->next;
    if (r->next + 12 > (unsigned)Py_SIZE(r->inner_code) || argument(&u, BINARY_SUBSCR) < 0 || (*x = argument(&u, LOAD_FAST)) < 0)
        return false;
    if (constant(r, argument(&u, LOAD_CONST)) != Py_None || (*k = argument(&u, LOAD_FAST)) < 0 || !is_small(constant(r, argument(&u, LOAD_CONST)), 1))
        return false;
    if (argument(&u, BINARY_OP) != NB_ADD || argument(&u, STORE_SLICE) < 0)
        return false;
    *end = (unsigned)(u - first);
    return true;
}

/* The list and the number on the stack are those locals. */
static bool
are_locals(struct recorder *r, int x, int k)
{
    return r->slot[r->base + x] == rec_peek(r, 4) && r->slot[r->base + k] == rec_peek(r, 3);
}

bool
rec_is_reversal(struct recorder *r)
{
    int x, k;
    unsigned end;
    if (r->oparg != 3 || rec_own_depth(r) < 4 || !PyList_CheckExact(r->sp[-4]) || !PyLong_CheckExact(r->sp[-3]) || r->sp[-2] != Py_None || !is_small(r->sp[-1], -1))
        return false;
    bool constants = r->ir->at[rec_peek(r, 1)].op == IR_KO && r->ir->at[rec_peek(r, 2)].op == IR_KO;
    if (!constants || !follows(r, &x, &k, &end) || !are_locals(r, x, k) || rec_is_virtual(r, rec_peek(r, 4)))
        return false;
    return int_is_compact(r->sp[-3]) && int_compact_value(r->sp[-3]) >= 0 && int_compact_value(r->sp[-3]) < PyList_GET_SIZE(r->sp[-4]);
}

bool
rec_reversal(struct recorder *r)
{
    int x, k;
    unsigned end;
    ir_ref v = rec_peek(r, 4), last = rec_number(r, rec_peek(r, 3), r->sp[-3]);
    if (!follows(r, &x, &k, &end) || last == REF_NONE || ir_type_of(r->ir, last) != T_I64 || !rec_guard_type(r, v, &PyList_Type))
        return rec_stop(r, "a slice that is no number of items");
    rec_leaf(r, IR_CALLS, HELPER_LIST_REVERSE, v, last, REF_NONE);
    for (int i = 0; i < 4; i++)
        rec_pop(r);
    r->skip_to = end;
    return r->why == NULL;
}
