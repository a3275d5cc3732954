/* jit/trace/rec_dict.c: recording lookups in dicts, sets, lists and tuples by leaf calls (jit/ir/leaf.h).
 *
 * A key that is an int is a number in the trace: the call compares that. Other keys are objects whose comparison runs no code now; the calls look again,
 * and the trace leaves where they cannot tell. A value in a dict is an item at an address, as in a list: what is read from there is known until the
 * dict changes, and what is stored there replaces the old value by the rules of rec_store.c. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "object/coll/dict.h"
#include "object/num/int.h"

struct key { ir_ref v; bool is_int; };

ir_ref
rec_leaf(struct recorder *r, enum ir_op op, enum ir_helper helper, ir_ref a, ir_ref b, ir_ref c)
{
    ir_ref v = opt_emit(r->ir, op, a, b, c, helper);
    r->calls += op == IR_CALLN || helper == HELPER_SET_COMPARE ? 3 : 1;
    if (r->ir->full != NULL)
        rec_stop(r, r->ir->full);
    return r->why == NULL ? v : REF_NONE;
}

/* The key v, which is `now`. False: stopped. */
static bool
key_of(struct recorder *r, ir_ref v, PyObject *now, struct key *k)
{
    k->is_int = PyLong_CheckExact(now) || PyBool_Check(now);
    if (!k->is_int) {
        k->v = v = PyFloat_CheckExact(now) && v != REF_NONE && ir_is_box(r->ir, v) ? rec_object(r, v) : v;
        return (rec_is_object(r, v) && leaf_is_key(now)) || rec_stop(r, "a key whose comparison may run code");
    }
    k->v = rec_number(r, v, now);
    if (k->v == REF_NONE || r->why != NULL)
        return rec_stop(r, "a key that does not fit a register");
    if (ir_type_of(r->ir, k->v) == T_BOOL)
        k->v = rec_emit(r, IR_B2I, k->v, REF_NONE);
    return r->why == NULL;
}

/* The helper for ints follows the one for objects. */
static enum ir_helper
for_key(enum ir_helper h, const struct key *k)
{
    static_assert(HELPER_DICT_AT_INT == HELPER_DICT_AT + 1 && HELPER_DICT_PUT_INT == HELPER_DICT_PUT + 1 && HELPER_DICT_PUT_GC_INT == HELPER_DICT_PUT_GC + 1
                  && HELPER_DICT_HAS_INT == HELPER_DICT_HAS + 1 && HELPER_DICT_LACKS_INT == HELPER_DICT_LACKS + 1 && HELPER_SET_HAS_INT == HELPER_SET_HAS + 1
                  && HELPER_ITEMS_HAVE_INT == HELPER_ITEMS_HAVE + 1, "pairs");
    return k->is_int ? h + 1 : h;
}

static ir_ref
call_key(struct recorder *r, enum ir_op op, enum ir_helper h, ir_ref v, const struct key *k)
{
    return rec_leaf(r, op, for_key(h, k), v, k->v, REF_NONE);
}

/* ---- dicts ---- */

bool
rec_load_key(struct recorder *r)
{
    PyObject *d = r->sp[-2], *sub = r->sp[-1];
    ir_ref v = rec_peek(r, 2);
    struct key k;
    if (!rec_is_object(r, v) || !leaf_is_key(sub) || jit_dict_at(d, sub) == NULL)
        return rec_stop(r, "a key that the dict does not have, or whose comparison may run code");
    if (!rec_guard_type(r, v, Py_TYPE(d)) || !key_of(r, rec_peek(r, 1), sub, &k))
        return false;
    ir_ref at = call_key(r, IR_CALLP, HELPER_DICT_AT, v, &k);
    if (at == REF_NONE)
        return false;
    ir_ref got = rec_emit(r, IR_LITEM, at, ir_int(r->ir, 0));
    rec_pop(r);
    rec_pop(r);
    rec_push(r, got);
    return r->why == NULL;
}

bool
rec_find_key(struct recorder *r, ir_ref v, PyObject *d, PyObject *sub, ir_ref *value)
{
    int64_t has = leaf_is_key(sub) ? jit_dict_has(d, sub) : -1;
    struct key k;
    *value = REF_NONE;
    if (has < 0 || !key_of(r, rec_const(r, sub), sub, &k))
        return rec_stop(r, "a key whose comparison may run code");
    if (has == 0) {
        rec_emit(r, IR_GEQ_I, call_key(r, IR_CALLR, HELPER_DICT_HAS, v, &k), ir_int(r->ir, 0));
        return r->why == NULL;
    }
    ir_ref at = call_key(r, IR_CALLP, HELPER_DICT_AT, v, &k);
    if (at != REF_NONE)
        *value = rec_emit(r, IR_LITEM, at, ir_int(r->ir, 0));
    return r->why == NULL;
}

bool
rec_guard_missing(struct recorder *r)
{
    ir_ref v = rec_peek(r, 2), sub = rec_peek(r, 1);
    struct key k;
    if (sub == REF_NONE || rec_is_virtual(r, sub) || (ir_is_box(r->ir, sub) && PyFloat_CheckExact(r->sp[-1])))            /* that would be made for it */
        return false;
    if (!rec_is_object(r, v) || rec_is_virtual(r, v) || !rec_guard_type(r, v, &PyDict_Type) || !key_of(r, sub, r->sp[-1], &k))
        return false;
    ir_ref found = call_key(r, IR_CALLR, HELPER_DICT_HAS, v, &k);
    rec_emit(r, IR_GEQ_I, found, ir_int(r->ir, 0));
    return r->why == NULL;
}

/* Key and value, so deep on the stack, into the dict v, which lacks the key. All guards of the instruction are emitted already. */
static bool
add_pair(struct recorder *r, ir_ref v, int key, int value)
{
    rec_hold(r, rec_peek(r, key));
    rec_hold(r, rec_peek(r, value));
    if (r->why != NULL)
        return false;
    ir_ref owned = rec_reference(r, rec_peek(r, key));
    rec_leaf(r, IR_CALLS, HELPER_DICT_ADD, v, owned, rec_reference(r, rec_peek(r, value)));
    return r->why == NULL;
}

/* A key that is not there: nothing dies of it. */
static bool
add_key(struct recorder *r, ir_ref v, const struct key *k, PyObject *d, PyObject *sub)
{
    ir_ref key = rec_peek(r, 1), value = rec_peek(r, 3);
    if (jit_dict_lacks(d, sub) != 1)
        return rec_stop(r, "a dict that somebody watches, or an instance's");
    if (value == REF_NONE || ir_type_of(r->ir, key) == T_BOOL)
        return rec_stop(r, "a key that is a bool");
    ir_ref lacks = call_key(r, IR_CALLR, HELPER_DICT_LACKS, v, k);
    rec_emit(r, IR_GNE_I, lacks, ir_int(r->ir, 0));
    rec_outlives(r, r->nslots + r->depth - 2);
    rec_before_effects(r, 3);
    if (!add_pair(r, v, 1, 3))
        return false;
    for (int i = 0; i < 3; i++)
        rec_pop(r);
    return r->why == NULL;
}

bool
rec_store_key(struct recorder *r)
{
    PyObject *d = r->sp[-2], *sub = r->sp[-1], *value = r->sp[-3];
    ir_ref v = rec_peek(r, 2), new = rec_peek(r, 3);
    struct key k;
    if (!rec_is_object(r, v) || !leaf_is_key(sub))
        return rec_stop(r, "a key whose comparison may run code");
    if (!rec_guard_type(r, v, Py_TYPE(d)) || !key_of(r, rec_peek(r, 1), sub, &k))
        return false;
    PyObject **now = jit_dict_at(d, sub);
    if (now == NULL)
        return add_key(r, v, &k, d, sub);
    bool of_gc = PyType_IS_GC(Py_TYPE(value));
    if ((of_gc ? jit_dict_put_gc_at : jit_dict_put_at)(d, sub) == NULL)
        return rec_stop(r, "a dict that somebody watches, or an instance's");
    if (rec_is_object(r, new) && !rec_guard_type(r, new, Py_TYPE(value)))
        return false;
    ir_ref at = call_key(r, IR_CALLP, of_gc ? HELPER_DICT_PUT_GC : HELPER_DICT_PUT, v, &k);
    if (PyTuple_CheckExact(sub))                         /* the dict keeps the key that it has; this one dies, as a rule */
        rec_let_operands_die(r, 2);
    else
        rec_outlives(r, r->nslots + r->depth - 2);
    return at != REF_NONE && rec_store_item(r, at, *now, 2);
}

/* ---- in ---- */

/* Whether o, which v is, has the key: 1, 0, or below 0 for a guard to leave. */
static ir_ref
has(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *now)
{
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_CONTAINS);
    struct key k;
    bool set = t == &PySet_Type || t == &PyFrozenSet_Type, text = t == &PyUnicode_Type && PyUnicode_CheckExact(now);
    if (!rec_is_object(r, v) || (!set && !text && t != &PyDict_Type && t != &PyList_Type && t != &PyTuple_Type)) {
        rec_stop(r, "`in` with something else than a container of a builtin type");
        return REF_NONE;
    }
    if (!rec_guard_type(r, v, Py_TYPE(o)))
        return REF_NONE;
    if (text)
        return rec_is_object(r, sub) && rec_guard_type(r, sub, &PyUnicode_Type) ? rec_leaf(r, IR_CALLR, HELPER_STR_HAS, v, sub, REF_NONE) : REF_NONE;
    if (!key_of(r, sub, now, &k))
        return REF_NONE;
    return call_key(r, IR_CALLR, set ? HELPER_SET_HAS : t == &PyDict_Type ? HELPER_DICT_HAS : HELPER_ITEMS_HAVE, v, &k);
}

bool
rec_contains(struct recorder *r)
{
    ir_ref found = has(r, rec_peek(r, 1), r->sp[-1], rec_peek(r, 2), r->sp[-2]), zero = ir_int(r->ir, 0);
    if (found == REF_NONE)
        return rec_stop(r, "`in` with something else than strings");
    rec_emit(r, IR_GGE_I, found, zero);
    ir_ref not = rec_emit(r, IR_EQ_I, found, zero);
    return rec_give(r, 2, r->oparg ? not : rec_emit(r, IR_NOT_B, not, REF_NONE));
}

/* ---- methods; self is a dict, set or list, and its type guarded ---- */

void
rec_self_outlives(struct recorder *r, const struct builtin_call *c)
{
    int i = r->nslots + r->depth - c->n;
    if (c->n < c->on_stack && r->slot[i] == c->args[0])
        rec_outlives(r, i);
}

static bool
give(struct recorder *r, const struct builtin_call *c, ir_ref v)
{
    if (r->why != NULL)
        return false;
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push(r, v);
    return r->why == NULL;
}

bool
rec_dict_get(struct recorder *r, const struct builtin_call *c)
{
    struct key k;
    if (!key_of(r, c->args[1], c->now[1], &k))
        return false;
    if (jit_dict_at(c->now[0], c->now[1]) != NULL) {
        ir_ref at = call_key(r, IR_CALLP, HELPER_DICT_AT, c->args[0], &k);
        return at != REF_NONE && give(r, c, rec_emit(r, IR_LITEM, at, ir_int(r->ir, 0)));
    }
    if (jit_dict_has(c->now[0], c->now[1]) != 0)
        return rec_stop(r, "a key whose comparison may run code");
    ir_ref found = call_key(r, IR_CALLR, HELPER_DICT_HAS, c->args[0], &k);
    rec_emit(r, IR_GEQ_I, found, ir_int(r->ir, 0));
    return give(r, c, c->n > 2 ? c->args[2] : ir_obj(r->ir, Py_None));
}

/* Only the operand on top of the stack has the number in box v. */
static bool
has_no_other(const struct recorder *r, ir_ref v)
{
    int n = 0;
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        n += r->changed[i] && r->slot[i] == v;
    for (int i = 0; i < r->npending; i++)
        n += r->pending[i].value == v;
    return n == 1;
}

/* Whether the set has the key already makes no difference: no guard. False: not in this way. */
static bool
put(struct recorder *r, const struct builtin_call *c)
{
    ir_ref v = c->args[1];
    int slot = r->nslots + r->depth - 1;
    bool number = r->ir->at[v].op == IR_BOX_I && has_no_other(r, v);
    if (!number && (ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || rec_is_virtual(r, v) || r->held[slot]))
        return false;
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why == NULL)
        rec_leaf(r, IR_CALLS, number ? HELPER_SET_PUT_INT : HELPER_SET_PUT, c->args[0], number ? r->ir->at[v].a : v, REF_NONE);
    return true;
}

bool
rec_set_add(struct recorder *r, const struct builtin_call *c)
{
    struct key k;
    int64_t now = leaf_is_key(c->now[1]) ? jit_set_has(c->now[0], c->now[1]) : -1;
    if (now < 0 || c->args[1] == REF_NONE || ir_type_of(r->ir, c->args[1]) == T_BOOL)
        return rec_stop(r, "a key whose comparison may run code");
    if (put(r, c))
        return give(r, c, ir_obj(r->ir, Py_None));
    if (!key_of(r, c->args[1], c->now[1], &k))
        return rec_stop(r, "a key whose comparison may run code");
    ir_ref found = call_key(r, IR_CALLR, HELPER_SET_HAS, c->args[0], &k);
    rec_emit(r, IR_GEQ_I, found, ir_int(r->ir, now));
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    if (now == 0)
        rec_leaf(r, IR_CALLS, HELPER_SET_ADD, c->args[0], rec_hand_over(r, rec_peek(r, 1)), REF_NONE);
    return give(r, c, ir_obj(r->ir, Py_None));
}

/* SET_ADD and MAP_ADD of comprehensions. */
bool
rec_add_to_set(struct recorder *r)
{
    ir_ref v = rec_peek(r, r->oparg + 1);
    struct builtin_call c = { .n = 2, .on_stack = 1, .args = { v, rec_peek(r, 1) }, .now = { r->sp[-r->oparg - 1], r->sp[-1] } };
    if (!rec_is_object(r, v) || c.args[1] == REF_NONE || !PySet_CheckExact(c.now[0]) || !rec_guard_type(r, v, &PySet_Type) || !rec_set_add(r, &c))
        return rec_stop(r, "an item for no set");
    rec_pop(r);
    return r->why == NULL;
}

bool
rec_add_pair(struct recorder *r)
{
    ir_ref v = rec_peek(r, r->oparg + 2), key = rec_peek(r, 2), value = rec_peek(r, 1);
    PyObject *d = r->sp[-r->oparg - 2], *sub = r->sp[-2];
    struct key k;
    if (!rec_is_object(r, v) || !PyDict_CheckExact(d) || !leaf_is_key(sub) || jit_dict_lacks(d, sub) != 1 || value == REF_NONE || !rec_guard_type(r, v, &PyDict_Type))
        return rec_stop(r, "a pair whose key the dict has, or whose comparison may run code");
    if (!key_of(r, key, sub, &k) || ir_type_of(r->ir, key) == T_BOOL)
        return rec_stop(r, "a key that is a bool");
    rec_emit(r, IR_GNE_I, call_key(r, IR_CALLR, HELPER_DICT_LACKS, v, &k), ir_int(r->ir, 0));
    rec_before_effects(r, 2);
    if (!add_pair(r, v, 2, 1))
        return false;
    rec_pop(r);
    rec_pop(r);
    return r->why == NULL;
}

bool
rec_list_append(struct recorder *r, const struct builtin_call *c)
{
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_LIST_APPEND, c->args[0], rec_hand_over(r, c->args[1]), REF_NONE);
    return give(r, c, ir_obj(r->ir, Py_None));
}

bool
rec_list_insert(struct recorder *r, const struct builtin_call *c)
{
    ir_ref at = c->args[1] != REF_NONE && PyLong_CheckExact(c->now[1]) ? rec_number(r, c->args[1], c->now[1]) : REF_NONE;
    if (at == REF_NONE || ir_type_of(r->ir, at) != T_I64)
        return rec_stop(r, "a place in a list that is no small int");
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_LIST_INSERT, c->args[0], at, rec_hand_over(r, c->args[2]));
    return give(r, c, ir_obj(r->ir, Py_None));
}

/* LIST_APPEND of comprehensions. */
bool
rec_append_item(struct recorder *r)
{
    for (int i = 1; i <= r->oparg + 1; i += r->oparg)
        if (rec_is_virtual(r, rec_peek(r, i)) && !rec_materialise(r, rec_peek(r, i)))
            return false;
    ir_ref v = rec_peek(r, r->oparg + 1), item = rec_peek(r, 1);
    if (!rec_is_object(r, v) || item == REF_NONE || !rec_guard_type(r, v, &PyList_Type))
        return rec_stop(r, "an item for no list");
    rec_before_effects(r, 1);
    if (r->why != NULL)
        return false;
    rec_leaf(r, IR_CALLS, HELPER_LIST_APPEND, v, rec_hand_over(r, item), REF_NONE);
    rec_pop(r);
    return r->why == NULL;
}

/* Where the item lies that pop() takes: the last, or the one that is asked for. */
static ir_ref
popped_index(struct recorder *r, const struct builtin_call *c)
{
    if (c->n == 2)
        return rec_index(r, c->args[0], c->now[0], c->args[1], c->now[1]);
    ir_ref size = rec_emit_x(r, IR_RLOAD_I, c->args[0], REF_NONE, offsetof(PyVarObject, ob_size));
    rec_emit(r, IR_GGT_I, size, ir_int(r->ir, 0));
    return rec_emit(r, IR_SUB_I, size, ir_int(r->ir, 1));
}

ir_ref
rec_take_item(struct recorder *r, const struct builtin_call *c, ir_ref index, PyObject *now)
{
    ir_ref items = rec_emit_x(r, IR_ALOAD, c->args[0], REF_NONE, offsetof(PyListObject, ob_item));
    ir_ref item = r->why == NULL ? rec_emit(r, IR_LITEM, items, index) : REF_NONE;
    if (r->why != NULL || (jit_is_leaf(Py_TYPE(now)) && !rec_guard_type(r, item, Py_TYPE(now))))
        return REF_NONE;
    rec_self_outlives(r, c);
    rec_before_effects(r, c->on_stack);
    if (!_Py_IsImmortal(now))
        rec_protect_now(r, now);
    rec_emit(r, IR_GALONE, item, REF_NONE);
    return r->why == NULL ? item : REF_NONE;
}

bool
rec_give_taken(struct recorder *r, const struct builtin_call *c, ir_ref item)
{
    for (int i = 0; i < c->on_stack; i++)
        rec_pop(r);
    rec_push_new(r, item);
    return r->why == NULL;
}

bool
rec_list_pop(struct recorder *r, const struct builtin_call *c)
{
    PyObject *l = c->now[0], *now = NULL;
    Py_ssize_t n = PyList_GET_SIZE(l), at = c->n == 1 ? n - 1 : PyLong_CheckExact(c->now[1]) && int_is_compact(c->now[1]) ? int_compact_value(c->now[1]) : n;
    at += at < 0 ? n : 0;
    if (at < 0 || at >= n)
        return rec_stop(r, "pop() of nothing");
    now = PyList_GET_ITEM(l, at);
    ir_ref index = popped_index(r, c);
    ir_ref item = rec_take_item(r, c, index, now);
    if (item == REF_NONE)
        return false;
    if (c->n == 1)
        rec_leaf(r, IR_CALLS, HELPER_LIST_CUT, c->args[0], item, REF_NONE);
    else
        rec_leaf(r, IR_CALLS, HELPER_LIST_CUT_AT, c->args[0], index, item);
    return rec_give_taken(r, c, item);
}
