/* jit/trace/rec_format.c: recording what makes text of values: f-strings, str(), repr(), format(), the operator %.
 *
 * Numbers, strings and None become text by C functions that run no code of the program; what is wrong with a specification is found by the interpreter, to which
 * such a call leaves. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/leaf.h"

static bool
text_by_call(struct recorder *r, int popped, ir_ref v, PyObject *now, ir_ref spec, enum leaf_text how)
{
    if (v == REF_NONE || !leaf_is_plain(now) || (rec_is_object(r, v) && !rec_guard_type(r, v, Py_TYPE(now))))
        return rec_stop(r, "text of something else than a string or number");
    rec_before_effects(r, popped);
    rec_let_operands_die(r, popped);
    if (r->why != NULL)
        return false;
    ir_ref o = rec_object(r, v);
    return r->why == NULL && rec_give_new(r, popped, rec_leaf(r, IR_CALLN, HELPER_TEXT, o, spec, ir_int(r->ir, how)), &PyUnicode_Type);
}

/* str() of a string is that itself, of an int its digits. */
static bool
text_of(struct recorder *r, int popped, ir_ref v, PyObject *now)
{
    if (PyUnicode_CheckExact(now)) {
        if (!rec_is_object(r, v) || !rec_guard_type(r, v, &PyUnicode_Type))
            return rec_stop(r, "text of something else than a string or number");
        for (int i = 0; i < popped; i++)
            rec_pop(r);
        rec_push(r, v);
        return r->why == NULL;
    }
    if (!PyLong_CheckExact(now) || (rec_is_object(r, v) && !_PyLong_IsCompact((PyLongObject *)now)))
        return text_by_call(r, popped, v, now, ir_obj(r->ir, Py_None), LEAF_STR);
    ir_ref i = rec_number(r, v, now);
    if (i == REF_NONE || r->why != NULL)
        return rec_stop(r, "text of something else than a string or number");
    rec_before_effects(r, popped);
    return rec_give_new(r, popped, rec_leaf(r, IR_CALLN, HELPER_INT_STR, i, REF_NONE, REF_NONE), &PyUnicode_Type);
}

bool rec_call_str(struct recorder *r, const struct builtin_call *c) { return text_of(r, c->on_stack, c->args[0], c->now[0]); }
bool rec_format(struct recorder *r) { return PyUnicode_CheckExact(r->sp[-1]) && rec_is_object(r, rec_peek(r, 1)) ? rec_guard_type(r, rec_peek(r, 1), &PyUnicode_Type) : text_of(r, 1, rec_peek(r, 1), r->sp[-1]); }

bool
rec_convert(struct recorder *r)
{
    return r->oparg == FVC_STR ? rec_format(r) : text_by_call(r, 1, rec_peek(r, 1), r->sp[-1], ir_obj(r->ir, Py_None), r->oparg == FVC_REPR ? LEAF_REPR : LEAF_ASCII);
}

bool
rec_format_with_spec(struct recorder *r)
{
    ir_ref spec = rec_peek(r, 1);
    if (!rec_is_object(r, spec) || !PyUnicode_CheckExact(r->sp[-1]) || !rec_guard_type(r, spec, &PyUnicode_Type))
        return rec_stop(r, "a format that is no string");
    return text_by_call(r, 2, rec_peek(r, 2), r->sp[-2], spec, LEAF_FORMAT);
}

bool
rec_build_string(struct recorder *r)
{
    int n = r->oparg;
    if (n < 2 || n > LEAF_PARTS)
        return rec_stop(r, "an f-string of many parts");
    for (int i = 1; i <= n; i++)
        if (!rec_is_object(r, rec_peek(r, i)) || !PyUnicode_CheckExact(r->sp[-i]) || !rec_guard_type(r, rec_peek(r, i), &PyUnicode_Type))
            return rec_stop(r, "an f-string of something else than strings");
    rec_before_effects(r, n);
    if (n == 2)
        return rec_give_new(r, n, rec_leaf(r, IR_CALLN, HELPER_STR_CONCAT, rec_peek(r, 2), rec_peek(r, 1), REF_NONE), &PyUnicode_Type);
    for (int i = 0; i < n && r->why == NULL; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, rec_peek(r, n - i));
    return rec_give_new(r, n, rec_leaf(r, IR_CALLN, HELPER_STR_JOIN, ir_int(r->ir, n), REF_NONE, REF_NONE), &PyUnicode_Type);
}

static bool
all_plain(PyObject *o)
{
    if (!PyTuple_CheckExact(o))
        return leaf_is_plain(o);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); i++)
        if (!leaf_is_plain(PyTuple_GET_ITEM(o, i)))
            return false;
    return true;
}

/* The call looks at a tuple's items again. */
bool
rec_percent(struct recorder *r)
{
    PyObject *b = r->sp[-1];
    ir_ref v = rec_peek(r, 2), w = rec_peek(r, 1);
    if (!rec_is_object(r, v) || !rec_guard_type(r, v, &PyUnicode_Type) || w == REF_NONE || !all_plain(b) || (rec_is_object(r, w) && !rec_guard_type(r, w, Py_TYPE(b))))
        return rec_stop(r, "% with something else than a string or number");
    rec_before_effects(r, 2);
    rec_let_operands_die(r, 2);
    if (r->why != NULL)
        return false;
    ir_ref o = rec_object(r, w);
    return r->why == NULL && rec_give_new(r, 2, rec_leaf(r, IR_CALLN, HELPER_PERCENT, v, o, REF_NONE), &PyUnicode_Type);
}
