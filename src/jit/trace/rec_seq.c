/* jit/trace/rec_seq.c: recording operators on lists, tuples and bytearrays, comparisons of sets, and functions of many values, by leaf calls (jit/ir/leaf.h).
 *
 * What is made is a new object, held by the stack's slot. Where items have to be compared or hashed, the call looks whether that runs no code, each time. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/core/type.h"

bool
rec_give_new(struct recorder *r, int popped, ir_ref v, PyTypeObject *t)
{
    if (r->why != NULL)
        return false;
    if (t != NULL)
        r->ir->at[v].kt = ir_ptr(r->ir, t);
    while (popped-- > 0)
        rec_pop(r);
    rec_push_new(r, v);
    return r->why == NULL;
}

static bool
before_effects(struct recorder *r, int popped)
{
    rec_before_effects(r, popped);
    rec_let_operands_die(r, popped);
    return r->why == NULL;
}

/* Both operands are objects of their types now. */
static bool
guard_both(struct recorder *r)
{
    ir_ref v = rec_peek(r, 2), w = rec_peek(r, 1);
    return rec_is_object(r, v) && rec_is_object(r, w) && rec_guard_type(r, v, Py_TYPE(r->sp[-2])) && rec_guard_type(r, w, Py_TYPE(r->sp[-1]));
}

/* ---- operators ---- */

/* The left operand changes and is the result. */
static bool
grow(struct recorder *r, enum ir_helper h)
{
    ir_ref v = rec_peek(r, 2);
    rec_before_effects(r, 2);
    rec_let_operands_die(r, 1);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, h, v, rec_peek(r, 1), REF_NONE);
    rec_pop(r);
    rec_pop(r);
    rec_push(r, v);
    return r->why == NULL;
}

static bool
repeat(struct recorder *r)
{
    PyTypeObject *t = Py_TYPE(r->sp[-2]);
    ir_ref v = rec_peek(r, 2), n = PyLong_CheckExact(r->sp[-1]) ? rec_number(r, rec_peek(r, 1), r->sp[-1]) : REF_NONE;
    if (n == REF_NONE || r->why != NULL || !rec_is_object(r, v) || !rec_guard_type(r, v, t) || !before_effects(r, 2))
        return rec_stop(r, "a list is repeated by something else than an int");
    return rec_give_new(r, 2, rec_leaf(r, IR_CALLN, HELPER_ITEMS_REPEAT, v, n, REF_NONE), t);
}

bool
rec_is_seq(PyObject *o)
{
    return PyList_CheckExact(o) || PyTuple_CheckExact(o) || PyByteArray_CheckExact(o);
}

bool
rec_seq_operator(struct recorder *r)
{
    PyObject *a = r->sp[-2], *b = r->sp[-1];
    if (PyByteArray_CheckExact(a))
        return r->oparg == NB_INPLACE_ADD && PyBytes_CheckExact(b) && guard_both(r) ? grow(r, HELPER_BYTEARRAY_EXTEND)
                                                                                   : rec_stop(r, "an operator on a bytearray that is not recorded yet");
    if (r->oparg == NB_INPLACE_ADD && PyList_CheckExact(a))
        return (PyList_CheckExact(b) || PyTuple_CheckExact(b)) && guard_both(r) ? grow(r, HELPER_LIST_EXTEND) : rec_stop(r, "a list grows by something else than a list");
    if (r->oparg == NB_MULTIPLY || (r->oparg == NB_INPLACE_MULTIPLY && PyTuple_CheckExact(a)))
        return repeat(r);
    if ((r->oparg != NB_ADD && r->oparg != NB_INPLACE_ADD) || Py_TYPE(a) != Py_TYPE(b) || !guard_both(r) || !before_effects(r, 2))
        return rec_stop(r, "an operator on a list that is not recorded yet");
    return rec_give_new(r, 2, rec_leaf(r, IR_CALLN, HELPER_ITEMS_CONCAT, rec_peek(r, 2), rec_peek(r, 1), REF_NONE), Py_TYPE(a));
}

bool
rec_set_operator(struct recorder *r)
{
    PyObject *a = r->sp[-2], *b = r->sp[-1];
    bool makes_new = PyFrozenSet_CheckExact(a) || r->oparg < NB_INPLACE_ADD;
    if (!makes_new || !PyAnySet_CheckExact(b) || !leaf_is_inert(a) || !leaf_is_inert(b) || !guard_both(r) || !before_effects(r, 2))
        return rec_stop(r, "an operator on a set that is not recorded yet");
    int operator = r->oparg < NB_INPLACE_ADD ? r->oparg : r->oparg - NB_INPLACE_ADD;
    return rec_give_new(r, 2, rec_leaf(r, IR_CALLN, HELPER_SET_OPERATE, rec_peek(r, 2), rec_peek(r, 1), ir_int(r->ir, operator)), Py_TYPE(a));
}

/* ---- comparisons ---- */

bool
rec_compare_sets(struct recorder *r, int operator)
{
    if (jit_set_compare(r->sp[-2], r->sp[-1], operator) < 0 || !guard_both(r))
        return rec_stop(r, "a comparison of sets that may run code");
    ir_ref cmp = rec_leaf(r, IR_CALLR, HELPER_SET_COMPARE, rec_peek(r, 2), rec_peek(r, 1), ir_int(r->ir, operator)), zero = ir_int(r->ir, 0);
    rec_emit(r, IR_GGE_I, cmp, zero);
    return rec_give(r, 2, rec_emit(r, IR_NOT_B, rec_emit(r, IR_EQ_I, cmp, zero), REF_NONE));
}

/* ---- calls ---- */

/* The number of a few bytes. */
bool
rec_from_bytes(struct recorder *r, const struct builtin_call *c, ir_ref bytes, PyObject *now, bool little)
{
    ir_ref n = rec_len(r, bytes, now);
    if (n == REF_NONE || !PyBytes_CheckExact(now) || PyBytes_GET_SIZE(now) > 7)
        return rec_stop(r, "from_bytes() of many bytes");
    rec_emit(r, IR_GLE_I, n, ir_int(r->ir, 7));
    return rec_give(r, c->on_stack, rec_leaf(r, IR_CALLL_I, HELPER_INT_FROM_BYTES, bytes, ir_int(r->ir, little), REF_NONE));
}

bool
rec_to_bytes(struct recorder *r, const struct builtin_call *c)
{
    ir_ref v = rec_number(r, c->args[0], c->now[0]), n = c->n < 2 ? ir_int(r->ir, 1) : PyLong_CheckExact(c->now[1]) ? rec_number(r, c->args[1], c->now[1]) : REF_NONE;
    bool little = c->n > 2 && PyUnicode_CheckExact(c->now[2]) && PyUnicode_EqualToUTF8(c->now[2], "little");
    if (v == REF_NONE || n == REF_NONE || r->why != NULL)
        return rec_stop(r, "to_bytes() of a large int");
    if (c->n > 2 && (r->ir->at[c->args[2]].op != IR_KO || (!little && !(PyUnicode_CheckExact(c->now[2]) && PyUnicode_EqualToUTF8(c->now[2], "big")))))
        return rec_stop(r, "to_bytes() with another order");
    rec_before_effects(r, c->on_stack);
    return r->why == NULL && rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_INT_TO_BYTES, v, n, ir_int(r->ir, little)), NULL);
}

bool
rec_list_extend(struct recorder *r, const struct builtin_call *c)
{
    PyObject *seq = c->now[1];
    if ((!PyList_CheckExact(seq) && !PyTuple_CheckExact(seq)) || !rec_is_object(r, c->args[1]) || !rec_guard_type(r, c->args[1], Py_TYPE(seq)))
        return rec_stop(r, "extend() by something else than a list");
    if (!before_effects(r, c->on_stack))
        return false;
    rec_leaf(r, IR_CALLS, HELPER_LIST_EXTEND, c->args[0], c->args[1], REF_NONE);
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

bool
rec_call_inert(struct recorder *r, const struct builtin_call *c)
{
    const PyMethodDef *def = ((PyCFunctionObject *)c->callable)->m_ml;
    if (!(def->ml_flags & (METH_O | METH_FASTCALL)) || (c->names != NULL && !(def->ml_flags & METH_KEYWORDS)) || c->n > LEAF_ARGS)
        return rec_stop(r, "a call of a builtin function that is not recorded yet");
    for (int i = 0; i < c->n; i++)
        if (!leaf_is_inert(c->now[i]) || c->args[i] == REF_NONE || (rec_is_object(r, c->args[i]) && !rec_guard_type(r, c->args[i], Py_TYPE(c->now[i]))))
            return rec_stop(r, "a call of a builtin function with items that may run code");
    ir_ref args[BUILTIN_ARGS];
    if (!rec_argument_objects(r, c, 0, args))
        return false;
    for (int i = 0; i < c->n; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, args[i]);
    if (c->names != NULL)
        rec_emit(r, IR_ARG, (ir_ref)c->n, ir_obj(r->ir, c->names));
    ir_ref x = ir_int(r->ir, LEAF_CALL_X(c->n, c->names != NULL));
    return rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_CALL_INERT, ir_ptr(r->ir, def), rec_const(r, PyCFunction_GET_SELF(c->callable)), x), NULL);
}

/* A type of ours that makes something of the items of a list, tuple or set, which it takes without looking at them closer than at a key. */
bool
rec_call_collection(struct recorder *r, const struct builtin_call *c)
{
    PyTypeObject *t = (PyTypeObject *)c->callable;
    PyObject *o = c->now[0];
    bool copies = (t == &PyList_Type || t == &PyTuple_Type) && (PyList_CheckExact(o) || PyTuple_CheckExact(o) || PyAnySet_CheckExact(o));
    bool makes_set = (t == &PySet_Type || t == &PyFrozenSet_Type || t == &PyList_Type || t == &PyTuple_Type) && (rec_is_seq(o) || PyAnySet_CheckExact(o)) && leaf_is_inert(o);
    if ((!copies && !makes_set) || !rec_is_object(r, c->args[0]) || !rec_guard_type(r, c->args[0], Py_TYPE(o)) || !before_effects(r, c->on_stack))
        return rec_stop(r, "a call of something else than a function");
    return rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_CALL_TYPE, ir_obj(r->ir, c->callable), c->args[0], REF_NONE), t);
}

bool
rec_is_tuple_new(PyObject *o)
{
    return PyCFunction_CheckExact(o) && PyCFunction_GET_SELF(o) == (PyObject *)&PyTuple_Type && strcmp(((PyCFunctionObject *)o)->m_ml->ml_name, "__new__") == 0;
}

/* tuple.__new__(a subclass written in Python, a tuple). */
bool
rec_tuple_new(struct recorder *r, const struct builtin_call *c)
{
    PyTypeObject *t = (PyTypeObject *)c->now[0], *base = t;
    while (PyType_Check(c->now[0]) && base != NULL && type_has(base, Py_TPFLAGS_HEAPTYPE))
        base = base->tp_base;
    if (c->n != 2 || c->names != NULL || base != &PyTuple_Type || t->tp_alloc != PyType_GenericAlloc || !PyTuple_CheckExact(c->now[1]) || PyTuple_GET_SIZE(c->now[1]) == 0)
        return rec_stop(r, "a tuple of another kind is made");
    rec_emit(r, IR_GEQ_P, c->args[0], ir_obj(r->ir, c->now[0]));
    if (r->why != NULL || !rec_watch(r, DEP_TYPE_LAYOUT, t, NULL) || !rec_is_object(r, c->args[1]) || !rec_guard_type(r, c->args[1], &PyTuple_Type) || !before_effects(r, c->on_stack))
        return rec_stop(r, "a tuple of another kind is made");
    return rec_give_new(r, c->on_stack, rec_leaf(r, IR_CALLN, HELPER_NEW_TUPLE, ir_ptr(r->ir, t), c->args[1], REF_NONE), t);
}
