/* jit/trace/rec_str.c: recording strings and bytes: items, slices, concatenation, comparison.
 *
 * What is made is a new object, held by the stack's slot. Single characters below 256 exist once. `s += t` with a variable that holds s is left
 * alone: the interpreter makes the string longer in place. */
#include "jit/trace/record.h"

#include "jit/ir/leaf.h"
#include "code/opcodes.h"
#include "rt/interp.h"

/* A new object in place of so many values. The guards that this may need are emitted already. */
static bool
give_new(struct recorder *r, int popped, ir_ref v)
{
    if (r->why != NULL)
        return false;
    while (popped-- > 0)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}

/* ---- items and slices ---- */

/* s[i] and b[i]: what index_of() asks for lists, is asked here of the length at another place. */
bool
rec_str_subscr(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    ir_ref v = rec_peek(r, 2), index;
    if (!rec_is_object(r, v) || (index = rec_index(r, v, o, rec_peek(r, 1), r->sp[-1])) == REF_NONE || r->why != NULL)
        return rec_stop(r, "an index out of range, or no int");
    if (!PyUnicode_CheckExact(o))
        return rec_give(r, 2, rec_leaf(r, PyBytes_CheckExact(o) ? IR_CALLL_I : IR_CALLR, PyBytes_CheckExact(o) ? HELPER_BYTES_AT : HELPER_BYTEARRAY_AT, v, index, REF_NONE));
    ir_ref c = rec_leaf(r, IR_CALLB, HELPER_STR_AT, v, index, REF_NONE);
    if (r->why != NULL)
        return false;
    rec_pop(r);
    rec_pop(r);
    rec_push(r, c);
    return r->why == NULL;
}

/* A bound of a slice. REF_NONE: no int, and stopped. */
static ir_ref
bound(struct recorder *r, ir_ref v, PyObject *now, int64_t none)
{
    if (now == Py_None) {
        if (!ref_is_const(v))
            rec_emit(r, IR_GEQ_P, v, ir_obj(r->ir, Py_None));
        return ir_int(r->ir, none);
    }
    ir_ref i = PyLong_CheckExact(now) ? rec_number(r, v, now) : REF_NONE;
    if (i == REF_NONE)
        rec_stop(r, "a bound of a slice that is no int");
    return i;
}

static int64_t bound_now(PyObject *now, int64_t none) { return now == Py_None ? none : PyNumber_AsSsize_t(now, NULL); }

bool
rec_slice(struct recorder *r)
{
    PyObject *o = r->sp[-3];
    ir_ref v = rec_peek(r, 3);
    bool items = PyList_CheckExact(o) || PyTuple_CheckExact(o);
    if (!rec_is_object(r, v) || (!PyUnicode_CheckExact(o) && !PyBytes_CheckExact(o) && !items))
        return rec_stop(r, "a slice of something else than a string, list or tuple");
    if (!rec_guard_type(r, v, Py_TYPE(o)))
        return false;
    ir_ref i = bound(r, rec_peek(r, 2), r->sp[-2], 0), j = r->why == NULL ? bound(r, rec_peek(r, 1), r->sp[-1], PY_SSIZE_T_MAX) : REF_NONE;
    if (r->why != NULL)
        return false;
    rec_before_effects(r, 3);
    rec_let_operands_die(r, 3);
    enum ir_helper h = items ? HELPER_ITEMS_SLICE : PyUnicode_CheckExact(o) ? HELPER_STR_SLICE : HELPER_BYTES_SLICE;
    return r->why == NULL && rec_give_new(r, 3, rec_leaf(r, IR_CALLN, h, v, i, j), Py_TYPE(o));
}

/* l[i:j] = other list or tuple: stack: that, l, i, j. */
bool
rec_store_slice(struct recorder *r)
{
    PyObject *o = r->sp[-3], *items = r->sp[-4];
    ir_ref v = rec_peek(r, 3), w = rec_peek(r, 4);
    if (!PyList_CheckExact(o) || (!PyList_CheckExact(items) && !PyTuple_CheckExact(items)) || !rec_is_real(r, v) || !rec_is_real(r, w))
        return rec_stop(r, "a slice of something else than a list is stored");
    if (!rec_guard_type(r, v, &PyList_Type) || !rec_guard_type(r, w, Py_TYPE(items)))
        return false;
    ir_ref i = bound(r, rec_peek(r, 2), r->sp[-2], 0), j = r->why == NULL ? bound(r, rec_peek(r, 1), r->sp[-1], PY_SSIZE_T_MAX) : REF_NONE;
    if (r->why != NULL)
        return false;
    rec_before_effects(r, 4);
    rec_let_operands_die(r, 4);
    if (!rec_cuts_quietly(r, v, o, (ir_ref[]){ i, j }, (int64_t[]){ bound_now(r->sp[-2], 0), bound_now(r->sp[-1], PY_SSIZE_T_MAX) }))
        return false;
    rec_protect(r);
    rec_snap(r, r->pc, 0);
    rec_emit(r, IR_ARG, 0, w);
    rec_leaf(r, IR_CALLS, HELPER_LIST_SET_SLICE, v, i, j);
    for (int k = 0; k < 4; k++)
        rec_pop(r);
    return r->why == NULL;
}

/* ---- two strings ---- */

/* The next instruction stores the sum where the left side came from. */
static bool
grows_variable(struct recorder *r, ir_ref v)
{
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    int op = op_deopt(next->op.code);
    if (op != STORE_FAST && op != STORE_FAST_LOAD_FAST && op != STORE_FAST_STORE_FAST)
        return op == STORE_NAME || op == STORE_GLOBAL || op == STORE_DEREF;
    return rec_local(r, r->base + (op == STORE_FAST ? next->op.arg : next->op.arg >> 4)) == v;
}

bool
rec_concat(struct recorder *r)
{
    PyObject *a = r->sp[-2], *b = r->sp[-1];
    ir_ref v = rec_peek(r, 2), w = rec_peek(r, 1);
    bool text = PyUnicode_CheckExact(a);
    if (text && r->oparg == NB_REMAINDER)
        return rec_percent(r);
    if ((r->oparg != NB_ADD && r->oparg != NB_INPLACE_ADD) || Py_TYPE(a) != Py_TYPE(b) || !rec_is_object(r, v) || !rec_is_object(r, w))
        return rec_stop(r, "an operator on a string that is not recorded yet");
    if (text && grows_variable(r, v))
        return rec_stop(r, "a string that grows in place");
    if (!rec_guard_type(r, v, Py_TYPE(a)) || !rec_guard_type(r, w, Py_TYPE(a)))
        return false;
    rec_before_effects(r, 2);
    return give_new(r, 2, rec_leaf(r, IR_CALLN, text ? HELPER_STR_CONCAT : HELPER_BYTES_CONCAT, v, w, REF_NONE));
}

bool
rec_order_str(struct recorder *r, int operator)
{
    ir_ref v = rec_peek(r, 2), w = rec_peek(r, 1);
    if (!rec_is_object(r, v) || !rec_is_object(r, w) || !rec_guard_type(r, v, &PyUnicode_Type) || !rec_guard_type(r, w, &PyUnicode_Type))
        return rec_stop(r, "a comparison with a string");
    ir_ref cmp = rec_leaf(r, IR_CALLL_I, HELPER_STR_CMP, v, w, REF_NONE);
    return cmp != REF_NONE && rec_give(r, 2, rec_compare_numbers(r, operator, cmp, ir_int(r->ir, 0)));
}

/* Of which the names of codec and error handler are constants: how surrogates are dealt with is not asked, as there are none. */
bool
rec_encode(struct recorder *r, const struct builtin_call *c)
{
    bool utf8 = c->names == NULL;
    for (int i = 1; i < c->n; i++)
        utf8 = utf8 && r->ir->at[c->args[i]].op == IR_KO && PyUnicode_CheckExact(c->now[i]);
    if (!utf8 || (c->n > 1 && !PyUnicode_EqualToUTF8(c->now[1], "utf-8") && !PyUnicode_EqualToUTF8(c->now[1], "utf8")) || r->ts->interp->config.dev_mode)
        return rec_stop(r, "encode() of another kind");
    rec_before_effects(r, c->on_stack);
    rec_let_operands_die(r, c->on_stack);
    ir_ref v = r->why == NULL ? rec_leaf(r, IR_CALLN, HELPER_STR_UTF8, c->args[0], REF_NONE, REF_NONE) : REF_NONE;
    if (v == REF_NONE)
        return false;
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}
