/* jit/trace/rec_iter.c: recording loops over lists, tuples, bytes and strings of ASCII.
 *
 * The iterator's index lives in a register and is written back where the trace is left, like the fields of a range's iterator. The length of a list
 * is read anew in each round unless the trace knows that nothing changes it. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"

#include <stddef.h>

#include "object/coll/iter.h"
#include "object/coll/list.h"
#include "object/coll/tuple.h"
#include "object/text/bytes.h"
#include "object/text/str.h"

static_assert(offsetof(struct list_iter, it_index) == offsetof(struct tuple_iter, it_index), "one recording function for both");
static_assert(offsetof(struct list_iter, it_seq) == offsetof(struct tuple_iter, it_seq), "one recording function for both");
static_assert(offsetof(struct list_iter, it_index) == offsetof(struct bytes_iter, index) && offsetof(struct list_iter, it_seq) == offsetof(struct bytes_iter, seq), "all");
static_assert(offsetof(struct list_iter, it_index) == offsetof(struct str_iterator, index) && offsetof(struct list_iter, it_seq) == offsetof(struct str_iterator, seq), "all");
static_assert(offsetof(PyVarObject, ob_size) == offsetof(PyASCIIObject, length), "lengths lie in one place");

/* The sequence that the iterator goes through; its type is told where it is read. */
static ir_ref
sequence_of(struct recorder *r, ir_ref it, PyObject *seq)
{
    ir_ref v = rec_emit_x(r, IR_OLOAD, it, REF_NONE, offsetof(struct list_iter, it_seq));
    rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    return r->why == NULL && rec_guard_type(r, v, Py_TYPE(seq)) ? v : REF_NONE;
}

/* ---- dicts, sets, enumerate(), zip() ---- */

/* A C function will look at iterators whose fields wait to be stored. */
static void
store_all(struct recorder *r)
{
    if (r->npending == 0)
        return;
    r->target = r->pc;
    rec_store_pending(r, REF_NONE);
    rec_snap(r, r->pc, 0);
}

/* What it lets go when it moves on may be what a slot lends. */
bool
rec_for_leaf(struct recorder *r)
{
    PyObject *now = r->sp[-1];
    ir_ref it = rec_peek(r, 1);
    int slot = r->nslots + r->depth - 1;
    int64_t state = jit_iter_state(now);
    if (leaf_gives_tuples(now) && r->ir->chain[IR_CLOAD] != REF_NONE)    /* what rec_pairs.c knows of iterators inside of others is not known to be changed by the call */
        return rec_for_any(r);
    store_all(r);
    if (!rec_guard_type(r, it, Py_TYPE(now)))
        return false;
    if (state == 0 && Py_REFCNT(now) == 1) {
        rec_emit(r, IR_GEQ_I, rec_leaf(r, IR_CALLR, HELPER_ITER_STATE, it, REF_NONE, REF_NONE), ir_int(r->ir, 0));
        if (r->why != NULL || !rec_let_iterator_die(r, slot))
            return false;
        rec_set(r, slot, REF_NONE);
        r->depth--;
        return r->why == NULL;
    }
    if (leaf_gives_tuples(now)) {
        rec_protect(r);
        rec_snap(r, r->pc, 0);
    }
    rec_before_effects(r, 0);
    ir_ref v = state > 0 && r->why == NULL ? rec_leaf(r, IR_CALLN, HELPER_ITER_NEXT, it, REF_NONE, REF_NONE) : REF_NONE;
    if (v == REF_NONE || r->why != NULL)
        return rec_stop(r, "an iterator that others see");
    if (leaf_gives_tuples(now))
        r->ir->at[v].kt = ir_ptr(r->ir, &PyTuple_Type);
    rec_push_new(r, v);
    return r->why == NULL;
}

bool
rec_let_iterator_die(struct recorder *r, int slot)
{
    if (r->changed[slot])
        return true;
    if (slot < 64 && slot < r->top && !rec_is_late(r, slot) && jit_dies_late(r->frame->localsplus, (unsigned)slot, 0))
        return rec_guard_dies(r, slot);
    if (Py_REFCNT(r->sp[-1]) != 1)
        return rec_stop(r, "an iterator that others see");
    rec_emit(r, IR_GUNIQ, r->slot[slot], REF_NONE);                      /* others would see that it is used up */
    if (r->ngenerators > 0 && (rec_take_generator_slot(r, slot) || r->why != NULL))
        return r->why == NULL;
    rec_take(r, slot);
    return r->why == NULL && (r->changed[slot] || rec_guard_dies(r, slot));
}

static bool
sequence_ends(struct recorder *r, ir_ref it, PyObject *seq)
{
    if (seq == NULL) {
        ir_ref v = rec_emit_x(r, IR_OLOAD, it, REF_NONE, offsetof(struct list_iter, it_seq));
        rec_emit(r, IR_GEQ_P, v, ir_ptr(r->ir, NULL));
    } else {
        ir_ref v = sequence_of(r, it, seq);
        if (v == REF_NONE)
            return false;
        ir_ref size = rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size));
        rec_emit(r, IR_GGE_I, rec_field(r, it, offsetof(struct list_iter, it_index)), size);
    }
    return r->why == NULL;
}

/* The loop is done: the iterator goes, and with it a reference to the sequence, which others have. */
static bool
at_end(struct recorder *r, ir_ref it, PyObject *seq)
{
    int slot = r->nslots + r->depth - 1;
    if (!sequence_ends(r, it, seq) || !rec_let_iterator_die(r, slot))
        return false;
    rec_forget_fields(r, it);
    rec_set(r, slot, REF_NONE);
    r->depth--;
    return r->why == NULL;
}

/* ---- iterators that do not exist ---- */

/* In an inlined call nobody but the trace has the iterator: it is virtual. A reference to the sequence that the stack held goes along. */
static bool
make_virtual(struct recorder *r, bool is_list)
{
    int slot = r->nslots + r->depth - 1;
    ir_ref v = rec_peek(r, 1), it = rec_new_virtual(r, is_list ? V_LIST_ITER : V_TUPLE_ITER, is_list ? &PyListIter_Type : &PyTupleIter_Type);
    ir_ref index = rec_emit(r, IR_BOX_I, ir_int(r->ir, 0), REF_NONE);
    if (it == REF_NONE || r->why != NULL || !rec_put_field(r, it, 0, v) || !rec_put_field(r, it, 1, index))
        return rec_stop(r, "too many virtual objects");
    if (r->held[slot]) {
        r->held[slot] = false;
        r->held[rec_field_slot(r, it, 0)] = true;
    }
    rec_pop(r);
    rec_push(r, it);
    return r->why == NULL;
}

/* Item number index of what the iterator goes through, which may be a virtual tuple. */
static ir_ref
virtual_item(struct recorder *r, ir_ref v, bool is_list, ir_ref index)
{
    if (rec_is_virtual(r, v))
        return r->slot[rec_field_slot(r, v, (unsigned)ir_int_value(r->ir, index))];
    if (!is_list)
        return rec_emit(r, IR_TITEM, v, index);
    return rec_emit(r, IR_LITEM, rec_emit_x(r, IR_ALOAD, v, REF_NONE, offsetof(PyListObject, ob_item)), index);
}

static bool
for_virtual(struct recorder *r, ir_ref it)
{
    const struct list_iter *now = (struct list_iter *)r->sp[-1];
    bool is_list = rec_virtual(r, it)->kind == V_LIST_ITER;
    ir_ref v = r->slot[rec_field_slot(r, it, 0)], index = r->ir->at[r->slot[rec_field_slot(r, it, 1)]].a;
    if (rec_is_virtual(r, v) && !ref_is_const(index)) {
        if (!rec_materialise(r, v))
            return false;
        v = r->slot[rec_field_slot(r, it, 0)];
    }
    ir_ref size = rec_is_virtual(r, v) ? ir_int(r->ir, rec_nfields(r, v)) : rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size));
    if (now->it_seq == NULL || now->it_index >= Py_SIZE(now->it_seq)) {
        rec_emit(r, IR_GGE_I, index, size);
        rec_pop(r);
        return r->why == NULL;
    }
    rec_emit(r, IR_GLT_I, index, size);
    if (r->why != NULL)
        return false;
    ir_ref item = virtual_item(r, v, is_list, index);
    ir_ref next = rec_emit(r, IR_BOX_I, rec_emit(r, IR_ADD_I, index, ir_int(r->ir, 1)), REF_NONE);
    if (r->why != NULL || !rec_put_field(r, it, 1, next))
        return false;
    rec_push(r, item);
    return r->why == NULL;
}

/* ---- those that do ---- */

/* Its iterator is the object itself, as comprehensions ask for once more. Where an iterator over a sequence comes to its end nobody else may have it: so it is one that the
 * trace has made, or that has one reference, and no variable has. */
static bool
is_iterator(struct recorder *r, ir_ref v, PyObject *o)
{
    int n = 0;
    if (rec_is_virtual(r, v) || Py_IS_TYPE(o, &PyRangeIter_Type) || (leaf_is_iter(o) && !rec_is_sequence(o)))
        return Py_TYPE(o)->tp_iter == PyObject_SelfIter;
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        n += r->slot[i] == v;
    int op = r->ir->at[v].op;
    return n == 1 && (op == IR_NEW_LIST_IT || op == IR_NEW_TUPLE_IT || ((op == IR_SLOAD || op == IR_FLOAD) && rec_is_sequence(o) && Py_REFCNT(o) == 1));
}

static bool
iterator_itself(struct recorder *r, ir_ref v, PyObject *o)
{
    if (rec_is_virtual(r, v))
        return true;
    if (ir_type_of(r->ir, v) != T_OBJ || !rec_guard_type(r, v, Py_TYPE(o)))
        return rec_stop(r, "an iterator over a number");
    if ((r->ir->at[v].op == IR_SLOAD || r->ir->at[v].op == IR_FLOAD) && rec_is_sequence(o))
        rec_emit(r, IR_GUNIQ, v, REF_NONE);
    return r->why == NULL;
}

/* GET_ITER of a dict, set or view: the stack holds the iterator. Of an iterator: that itself. */
static bool
get_leaf_iter(struct recorder *r)
{
    PyObject *o = r->sp[-1];
    PyTypeObject *t = Py_TYPE(o);
    ir_ref v = rec_peek(r, 1);
    PyTypeObject *type = t == &PyDict_Type || t == &PyDictKeys_Type ? &PyDictIterKey_Type : t == &PyDictValues_Type ? &PyDictIterValue_Type
                       : t == &PyDictItems_Type ? &PyDictIterItem_Type : t == &PySet_Type || t == &PyFrozenSet_Type ? &PySetIter_Type : NULL;
    bool itself = t == &PyEnum_Type || t == &PyZip_Type;
    if ((type == NULL && !itself) || ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || !rec_guard_type(r, v, t))
        return rec_stop(r, "an iterator of this kind is not made in traces");
    if (itself)
        return r->why == NULL;
    rec_before_effects(r, 1);
    rec_let_operands_die(r, 1);
    return r->why == NULL && rec_give_new(r, 1, rec_leaf(r, IR_CALLN, HELPER_GET_ITER, v, REF_NONE, REF_NONE), type);
}

/* enumerate() and zip() */
bool
rec_call_iterator(struct recorder *r, const struct builtin_call *c)
{
    ir_ref args[BUILTIN_ARGS];
    bool enumerates = c->callable == (PyObject *)&PyEnum_Type;
    if (c->names != NULL || (enumerates && c->n != 1) || c->n > LEAF_ARGS)
        return rec_stop(r, "enumerate() or zip() with other arguments");
    for (int i = 0; i < c->n; i++)
        if (!leaf_can_iterate(c->now[i]) || c->args[i] == REF_NONE || ir_type_of(r->ir, c->args[i]) != T_OBJ || ir_is_box(r->ir, c->args[i]))
            return rec_stop(r, "enumerate() or zip() of what may run code");
    store_all(r);
    if (!rec_argument_objects(r, c, 0, args))
        return false;
    for (int i = 0; i < c->n; i++)
        rec_emit(r, IR_ARG, (ir_ref)i, args[i]);
    ir_ref v = rec_leaf(r, IR_CALLN, HELPER_CALL_ITERATOR, ir_obj(r->ir, c->callable), ir_int(r->ir, c->n), REF_NONE);
    return rec_give_new(r, c->on_stack, v, (PyTypeObject *)c->callable);
}

/* GET_ITER of a list or tuple: the iterator goes where the interpreter has it, into the frame's memory, which owns it. */
bool
rec_get_iter(struct recorder *r)
{
    PyObject *o = r->sp[-1];
    ir_ref v = rec_peek(r, 1);
    int slot = r->nslots + r->depth - 1;
    if (v != REF_NONE && is_iterator(r, v, o))
        return iterator_itself(r, v, o);
    if (Py_IS_TYPE(o, &PyRange_Type) && (r->ir->frame != 0 || rec_feeds_generator(r, r->next, 1)))
        return rec_iterate_range(r);
    PyTypeObject *t = rec_container(r, Py_TYPE(o), USE_ITER);
    if (t != &PyList_Type && t != &PyTuple_Type)
        return get_leaf_iter(r);
    bool nobody_sees = r->ir->frame != 0 || rec_feeds_generator(r, r->next, 1);
    if (nobody_sees && rec_is_virtual(r, v))
        return make_virtual(r, t == &PyList_Type);
    if (rec_is_virtual(r, v) && !rec_materialise(r, v))
        return false;
    v = rec_peek(r, 1);
    if (nobody_sees)
        return ir_type_of(r->ir, v) == T_OBJ && !ir_is_box(r->ir, v) && rec_guard_type(r, v, Py_TYPE(o)) ? make_virtual(r, t == &PyList_Type) : rec_stop(r, "an iterator over a number");
    if (slot >= 64)
        return rec_stop(r, "a very large stack");
    if (r->opens + r->tree_opens > 0)
        return rec_stop(r, "an iterator made behind open calls");
    if (ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v) || !rec_guard_type(r, v, Py_TYPE(o)))
        return rec_stop(r, "an iterator over a number");
    rec_guard_late(r, slot);
    if (!rec_before_iterator(r, slot))
        return false;
    if (r->held[slot])
        r->quiet[r->nquiet++] = v;                       /* lives on in its iterator */
    rec_put_iterator(r, slot, rec_emit(r, t == &PyList_Type ? IR_NEW_LIST_IT : IR_NEW_TUPLE_IT, v, REF_NONE), 1);
    return r->why == NULL;
}

/* Does the iterator go through a sequence as it is recorded here? */
bool
rec_is_sequence(PyObject *it)
{
    PyObject *seq = (PyObject *)((struct list_iter *)it)->it_seq;
    if (Py_IS_TYPE(it, &PyListIter_Type) || Py_IS_TYPE(it, &PyTupleIter_Type))
        return true;
    if (Py_IS_TYPE(it, &PyBytesIter_Type))
        return seq == NULL || PyBytes_CheckExact(seq);
    return Py_IS_TYPE(it, &str_ascii_iter_type) && (seq == NULL || PyUnicode_CheckExact(seq));
}

/* Item number index of seq, which v is. */
static ir_ref
item_of(struct recorder *r, ir_ref v, PyObject *seq, ir_ref index)
{
    if (PyBytes_CheckExact(seq))
        return rec_emit(r, IR_BOX_I, rec_leaf(r, IR_CALLL_I, HELPER_BYTES_AT, v, index, REF_NONE), REF_NONE);
    if (PyUnicode_CheckExact(seq))
        return rec_leaf(r, IR_CALLB, HELPER_STR_AT, v, index, REF_NONE);
    bool is_list = PyList_Check(seq);
    return is_list ? rec_emit(r, IR_LITEM, rec_emit_x(r, IR_ALOAD, v, REF_NONE, offsetof(PyListObject, ob_item)), index) : rec_emit(r, IR_TITEM, v, index);
}

/* ---- the next item ---- */

bool rec_can_look(PyObject *it) { return rec_is_sequence(it) || Py_IS_TYPE(it, &PyRangeIter_Type); }

bool
rec_has_item(PyObject *it)
{
    const struct list_iter *now = (struct list_iter *)it;
    if (Py_IS_TYPE(it, &PyRangeIter_Type))
        return ((struct range_iter *)it)->len > 0;
    return now->it_seq != NULL && now->it_index >= 0 && now->it_index < Py_SIZE(now->it_seq);
}

static bool
look_at_range(struct recorder *r, ir_ref it, struct next_item *next)
{
    ir_ref left = rec_field(r, it, offsetof(struct range_iter, len)), value = rec_field(r, it, offsetof(struct range_iter, start));
    ir_ref step = rec_field(r, it, offsetof(struct range_iter, step));
    rec_emit(r, IR_GGT_I, left, ir_int(r->ir, 0));
    *next = (struct next_item){ .item = rec_emit(r, IR_BOX_I, value, REF_NONE), .n = 2,
                                .offset = { offsetof(struct range_iter, start), offsetof(struct range_iter, len) } };
    next->value[0] = rec_emit(r, IR_ADD_I, value, step);
    next->value[1] = rec_emit(r, IR_SUB_I, left, ir_int(r->ir, 1));
    return r->why == NULL;
}

bool
rec_look(struct recorder *r, ir_ref it, PyObject *o, struct next_item *next)
{
    const struct list_iter *now = (struct list_iter *)o;
    PyObject *seq = (PyObject *)now->it_seq;
    if (Py_IS_TYPE(o, &PyRangeIter_Type))
        return look_at_range(r, it, next);
    ir_ref v = sequence_of(r, it, seq);
    if (v == REF_NONE)
        return false;
    ir_ref size = rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size));
    ir_ref index = rec_field(r, it, offsetof(struct list_iter, it_index));
    rec_emit(r, IR_GLT_I, index, size);                  /* it is never below 0 while there is a sequence */
    *next = (struct next_item){ .item = item_of(r, v, seq, index), .n = 1, .offset = { offsetof(struct list_iter, it_index) }, .at = index, .position = now->it_index };
    next->value[0] = rec_emit(r, IR_ADD_I, index, ir_int(r->ir, 1));
    return r->why == NULL;
}

bool
rec_look_at_end(struct recorder *r, ir_ref it, PyObject *now)
{
    if (!Py_IS_TYPE(now, &PyRangeIter_Type))
        return sequence_ends(r, it, (PyObject *)((struct list_iter *)now)->it_seq);
    rec_emit(r, IR_GLE_I, rec_field(r, it, offsetof(struct range_iter, len)), ir_int(r->ir, 0));
    return r->why == NULL;
}

bool
rec_for_sequence(struct recorder *r)
{
    struct list_iter *now = (struct list_iter *)r->sp[-1];
    ir_ref it = rec_peek(r, 1);
    struct next_item next;
    if (rec_is_virtual(r, it))
        return for_virtual(r, it);
    if (!rec_guard_type(r, it, Py_TYPE(now)))
        return false;
    if (!rec_has_item(r->sp[-1]))
        return at_end(r, it, (PyObject *)now->it_seq);
    if (!rec_look(r, it, r->sp[-1], &next) || !rec_set_field(r, it, next.offset[0], next.value[0]))
        return false;
    rec_push(r, next.item);
    return r->why == NULL;
}
