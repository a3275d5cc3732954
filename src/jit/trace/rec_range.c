/* jit/trace/rec_range.c: `for i in range(...)` begins inside a trace.
 *
 * CALL and GET_ITER are recorded as one: the range object, which nobody sees, is not made; the iterator goes where the interpreter has it, into the
 * frame's memory, so that the loop that follows finds it there, and exits own it. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "object/coll/iter.h"

#define ARGS_MAX 3

bool
rec_is_range(const struct recorder *r)
{
    int n = r->oparg;
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    if (r->ir->frame == 0 && r->opens + r->tree_opens > 0)
        return false;
    return n >= 1 && n <= ARGS_MAX && r->sp[-n - 2] == (PyObject *)&PyRange_Type && r->sp[-n - 1] == NULL
        && op_deopt(next->op.code) == GET_ITER;
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

bool
rec_range(struct recorder *r)
{
    ir_ref v[ARGS_MAX];
    int slot = r->nslots + r->depth - r->oparg - 2;
    rec_emit(r, IR_GEQ_P, rec_local(r, slot), ir_obj(r->ir, (PyObject *)&PyRange_Type));
    if (!arguments(r, v))
        return false;
    if (r->ir->frame != 0)
        return rec_virtual_range(r, v, r->oparg == 1 ? 0 : now(r, 0), now(r, r->oparg > 1));
    if (!rec_before_iterator(r, slot))
        return false;
    rec_put_iterator(r, slot, opt_emit(r->ir, IR_NEW_RANGE, v[0], v[1], v[2], 0), r->oparg + 2);
    r->skip = r->next;
    return r->why == NULL;
}
