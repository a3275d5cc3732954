/* jit/trace/rec_text.c: recording calls that often end in an exception: int() and float() of a string, next(). Where they raise, guards leave, or rec_unseen.c has the other way. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"

bool
rec_int_of_str(struct recorder *r, const struct builtin_call *c)
{
    bool is_int = c->callable == (PyObject *)&PyLong_Type;
    PyObject *now = is_int ? jit_str_int(c->now[0]) : jit_str_float(c->now[0]);
    Py_XDECREF(now);
    if (now == NULL || !rec_is_real(r, c->args[0]))
        return rec_stop(r, "a string that is no number");
    if (!rec_guard_type(r, c->args[0], &PyUnicode_Type))
        return false;
    rec_let_operands_die(r, c->on_stack);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    ir_ref v = rec_leaf(r, IR_CALLN, is_int ? HELPER_STR_INT : HELPER_STR_FLOAT, c->args[0], REF_NONE, REF_NONE);
    return v != REF_NONE && rec_give_new(r, c->on_stack, v, is_int ? &PyLong_Type : &PyFloat_Type);
}

/* Like FOR_ITER of such an iterator (rec_iter.c). What is known of its fields is stored before, and not known behind it. */
bool
rec_call_next(struct recorder *r, const struct builtin_call *c)
{
    PyObject *now = c->now[0];
    ir_ref it = c->args[0];
    if (!rec_is_real(r, it) || !leaf_can_step(now))
        return rec_stop(r, "next() of another kind of iterator");
    if (!rec_guard_type(r, it, Py_TYPE(now)))
        return false;
    for (int i = 0; i < r->npending; i++) {
        if (never_same(r->ir, r->pending[i].obj, it))
            continue;
        rec_store_pending(r, REF_NONE);
        rec_snap(r, r->pc, 0);
    }
    rec_outlives(r, r->nslots + r->depth - 1);
    if (leaf_gives_tuples(now)) {
        rec_protect(r);
        rec_snap(r, r->pc, 0);
    }
    rec_before_effects(r, c->on_stack);
    ir_ref v = r->why == NULL ? rec_leaf(r, IR_CALLN, HELPER_ITER_NEXT, it, REF_NONE, REF_NONE) : REF_NONE;
    if (v == REF_NONE || r->why != NULL)
        return false;
    if (leaf_gives_tuples(now))
        r->ir->at[v].kt = ir_ptr(r->ir, &PyTuple_Type);
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}
