/* jit/trace/rec_range.c: `for i in range(...)` begins inside a trace.
 *
 * CALL and GET_ITER are recorded as one: the range object, which nobody sees, is not made; the iterator goes where the interpreter has it, into the
 * frame's memory, so that the loop that follows finds it there, and exits own it. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "object/coll/iter.h"

#define ARGS_MAX 3

/* The call is the argument of reversed(). */
static bool
is_reversed(const struct recorder *r)
{
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    PyObject **below = r->sp - r->oparg - 4;
    return op_deopt(next->op.code) == CALL && next->op.arg == 1 && rec_own_depth(r) >= r->oparg + 4 && below[0] == (PyObject *)&PyReversed_Type && below[1] == NULL && r->oparg < ARGS_MAX;
}

static unsigned units_of_call(void) { return 1 + (unsigned)op_table[CALL].caches; }

/* Does the instruction behind those calls, which goes through the range, leave the iterator to the trace alone? */
static bool
nobody_sees(struct recorder *r, bool reversed)
{
    return r->ir->frame != 0 || rec_feeds_generator(r, r->next + reversed * units_of_call() + 1, r->oparg + 2 + 2 * reversed);
}

bool
rec_is_range(struct recorder *r)
{
    int n = r->oparg;
    if (n < 1 || n > ARGS_MAX || r->sp[-n - 2] != (PyObject *)&PyRange_Type || r->sp[-n - 1] != NULL)
        return false;
    bool reversed = is_reversed(r);
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next + reversed * units_of_call();
    return op_deopt(next->op.code) == GET_ITER && (r->opens + r->tree_opens == 0 || nobody_sees(r, reversed));
}

/* start, stop, step as I64. */
static bool
arguments(struct recorder *r, ir_ref v[ARGS_MAX])
{
    int n = r->oparg;
    for (int i = 0; i < n; i++) {
        v[i] = rec_number(r, rec_peek(r, n - i), r->sp[i - n]);
        if (v[i] == REF_NONE || r->why != NULL || ir_type_of(r->ir, v[i]) == T_F64)
            return rec_stop(r, "a range of something else than numbers that fit a register");
        if (ir_type_of(r->ir, v[i]) == T_BOOL)
            v[i] = rec_emit(r, IR_B2I, v[i], REF_NONE);
    }
    if (n == 1) {
        v[1] = v[0];
        v[0] = ir_int(r->ir, 0);
    }
    if (n < 3)
        v[2] = ir_int(r->ir, 1);
    return true;
}

/* Argument i as a number, which it is. */
static int64_t
now(const struct recorder *r, int i)
{
    return PyLong_AsLongLong(r->sp[i - r->oparg]);
}

/* reversed(): from the last number, which there is, to the first. */
static bool
turn(struct recorder *r, ir_ref v[ARGS_MAX], int64_t *start, int64_t *stop)
{
    ir_ref one = ir_int(r->ir, -1);
    int64_t first = *start;
    if (*start >= *stop || *start == INT64_MIN || v[2] != ir_int(r->ir, 1))
        return rec_stop(r, "an empty range, reversed");
    rec_emit(r, IR_GLT_I, v[0], v[1]);
    ir_ref last = rec_emit(r, IR_ADD_I, v[1], one), before = rec_emit(r, IR_ADDOV_I, v[0], one);
    v[0] = last;
    v[1] = before;
    v[2] = one;
    *start = *stop - 1;
    *stop = first - 1;
    return r->why == NULL;
}

bool
rec_range(struct recorder *r)
{
    ir_ref v[ARGS_MAX];
    bool reversed = is_reversed(r);
    int popped = r->oparg + 2 + 2 * reversed, slot = r->nslots + r->depth - popped;
    unsigned iterates = r->next + reversed * units_of_call();
    int64_t start, stop;
    rec_emit(r, IR_GEQ_P, rec_local(r, slot + 2 * reversed), ir_obj(r->ir, (PyObject *)&PyRange_Type));
    if (reversed)
        rec_emit(r, IR_GEQ_P, rec_local(r, slot), ir_obj(r->ir, (PyObject *)&PyReversed_Type));
    if (!arguments(r, v))
        return false;
    start = r->oparg == 1 ? 0 : now(r, 0);
    stop = now(r, r->oparg > 1);
    if (reversed && !turn(r, v, &start, &stop))
        return false;
    if (nobody_sees(r, reversed)) {
        ir_ref it = rec_range_iterator(r, v, start, stop);
        for (int k = 0; k < popped && it != REF_NONE; k++)
            rec_pop(r);
        if (it != REF_NONE)
            rec_push(r, it);
    } else {
        if (!rec_before_iterator(r, slot))
            return false;
        rec_put_iterator(r, slot, opt_emit(r->ir, IR_NEW_RANGE, v[0], v[1], v[2], 0), popped);
    }
    r->skip_to = iterates + 1;
    return r->why == NULL;
}
