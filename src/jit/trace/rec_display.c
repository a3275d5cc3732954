/* jit/trace/rec_display.c: recording displays of sets and dicts, and what a star brings into them, by leaf calls (jit/ir/leaf.h); lists of constants are virtual.
 *
 * What is made is a new object, held by the stack's slot. Keys are looked at by the call, each time: where hashing or comparing them may run code, it leaves to the interpreter. */
#include "jit/trace/record.h"

#include "jit/ir/leaf.h"

/* The top n values as objects, where leaf calls look for them; `more` others go with them. False: stopped. */
static bool
take_parts(struct recorder *r, int n, int more)
{
    ir_ref parts[LEAF_PARTS];
    for (int i = 1; i <= n + more; i++)
        if (rec_peek(r, i) == REF_NONE)
            return rec_stop(r, "a part of a display that is not there");
    rec_before_effects(r, n + more);
    rec_let_operands_die(r, n + more);
    for (int i = 0; i < n && r->why == NULL; i++)
        parts[i] = rec_object(r, rec_peek(r, n + more - i));
    for (int i = 0; i < n && r->why == NULL; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, parts[i]);
    return r->why == NULL;
}

/* The top n values are all of types whose hash runs no code now: every `step`-th of them is a key. */
static bool
are_keys(const struct recorder *r, int n, int step)
{
    for (int i = n; i > 0; i -= step)
        if (!leaf_is_key(r->sp[-i]))
            return false;
    return true;
}

bool
rec_build_set(struct recorder *r)
{
    int n = r->oparg;
    if (n > LEAF_PARTS || !are_keys(r, n, 1) || !take_parts(r, n, 0))
        return rec_stop(r, "a set of many items, or whose comparison may run code");
    return rec_give_new(r, n, rec_leaf(r, IR_CALLN, HELPER_BUILD_SET, ir_int(r->ir, n), REF_NONE, REF_NONE), &PySet_Type);
}

bool
rec_build_pairs(struct recorder *r)
{
    int n = r->oparg;
    if (2 * n > LEAF_PARTS || !are_keys(r, 2 * n, 2) || !take_parts(r, 2 * n, 0))
        return rec_stop(r, "a dict of many items, or with keys whose comparison may run code");
    return rec_give_new(r, 2 * n, rec_leaf(r, IR_CALLN, HELPER_BUILD_MAP, ir_int(r->ir, n), REF_NONE, REF_NONE), &PyDict_Type);
}

/* BUILD_CONST_KEY_MAP. Stack: values, keys. */
bool
rec_build_const_keys(struct recorder *r)
{
    int n = r->oparg;
    ir_ref keys = rec_peek(r, 1);
    if (n > LEAF_PARTS || r->ir->at[keys].op != IR_KO || !PyTuple_CheckExact(r->sp[-1]) || PyTuple_GET_SIZE(r->sp[-1]) != n || !leaf_is_key(r->sp[-1]) || !take_parts(r, n, 1))
        return rec_stop(r, "a dict of many items");
    return rec_give_new(r, n + 1, rec_leaf(r, IR_CALLN, HELPER_BUILD_KEYS, keys, ir_int(r->ir, n), REF_NONE), &PyDict_Type);
}

/* ---- what a star brings ---- */

/* The container of type t under oparg - 1 others takes what the top has, by a leaf call. */
static bool
update(struct recorder *r, PyTypeObject *t, enum ir_helper h)
{
    for (int i = 1; i <= r->oparg + 1; i += r->oparg)
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    ir_ref v = rec_peek(r, r->oparg + 1), w = rec_peek(r, 1);
    if (!rec_is_object(r, v) || !rec_is_object(r, w) || !rec_guard_type(r, v, t) || !rec_guard_type(r, w, Py_TYPE(r->sp[-1])))
        return rec_stop(r, "something else than a container is spread");
    rec_before_effects(r, 1);
    rec_let_operands_die(r, 1);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, h, v, w, REF_NONE);
    rec_pop(r);
    return r->why == NULL;
}

/* [1, 2, 3] is an empty list that takes a constant: made at once, with the room that list_extend() leaves. */
static bool
list_of_constants(struct recorder *r)
{
    ir_ref l = rec_peek(r, 2), t = rec_peek(r, 1);
    const struct ir_virtual *d = rec_virtual(r, l);
    PyObject *now = r->sp[-1];
    if (r->oparg != 1 || d == NULL || d->kind != V_LIST || d->made != 0 || rec_nfields(r, l) != 0 || t == REF_NONE || r->ir->at[t].op != IR_KO || !PyTuple_CheckExact(now)
        || PyTuple_GET_SIZE(now) > IR_FIELDS_MAX)
        return false;
    int n = (int)PyTuple_GET_SIZE(now);
    rec_virtual(r, l)->made = (uint8_t)((n + 1) & ~1);
    for (int i = 0; i < n; i++)
        if (!rec_put_field(r, l, (unsigned)i, rec_const(r, PyTuple_GET_ITEM(now, i))))
            return rec_stop(r, "too many virtual objects");
    rec_pop(r);
    return r->why == NULL;
}

bool
rec_extend_display(struct recorder *r)
{
    PyObject *seq = r->sp[-1];
    if (list_of_constants(r) || r->why != NULL)
        return r->why == NULL;
    if (!PyList_CheckExact(seq) && !PyTuple_CheckExact(seq))
        return rec_stop(r, "a list that grows by something unknown");
    return update(r, &PyList_Type, HELPER_LIST_EXTEND);
}

bool
rec_update_set(struct recorder *r)
{
    PyObject *s = r->sp[-r->oparg - 1], *more = r->sp[-1];
    if (!PySet_CheckExact(s) || !leaf_is_inert(s) || !leaf_is_inert(more) || !(PyAnySet_CheckExact(more) || PyList_CheckExact(more) || PyTuple_CheckExact(more)))
        return rec_stop(r, "a set that grows by something unknown");
    return update(r, &PySet_Type, HELPER_SET_UPDATE);
}
