/* jit/trace/rec_pairs.c: loops over enumerate() and zip() of sequences and ranges, whose tuples are unpacked at once.
 *
 * Such an iterator has one tuple, which it uses again as long as nobody else has it: so the tuple need not be written in each round. Its items wait to be stored, as the indices of the
 * iterators do, until the trace is left or somebody may look. Before the first of them waits, the tuple is emptied (HELPER_TUPLE_OPEN): what it had goes when the interpreter would let it go, and
 * the store has nothing to take away.
 *
 * A reference that waits is one that the tuple does not own yet: its item is lent by the list or tuple that it comes from, and which the iterator keeps. So what may take items from lists
 * comes behind the stores (rec_store_references()), unless guards say that it is another list. A number without object waits as such; where it gets an object, the tuple gets it at once. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/leaf.h"
#include "jit/opt/facts.h"
#include "object/coll/iter.h"
#include "object/coll/list.h"

#define PARTS 4                        /* of a tuple, at most */

/* ---- references that wait ---- */

static bool is_waiting(const struct recorder *r, int i) { return ir_is_reference(r->ir, r->pending[i].value); }

/* Is it an item of a tuple, which will be emptied again? Variables of generators, for which only numbers wait, are overwritten as others are (rec_gen.c). */
static bool
is_item(const struct recorder *r, int i)
{
    return is_waiting(r, i) && r->ir->at[r->pending[i].obj].kt != ir_ptr(r->ir, &PyGen_Type);
}

static void
forget(struct recorder *r, int i)
{
    r->npending--;
    memmove(&r->pending[i], &r->pending[i + 1], (size_t)(r->npending - i) * sizeof(r->pending[0]));
}

/* v, an object, goes into the field; no guard. */
static void
put(struct recorder *r, const struct snap_store *st, ir_ref v)
{
    ir_ref old = rec_emit_x(r, IR_OLOAD, st->obj, REF_NONE, st->offset);
    if (r->ir->at[v].op != IR_KO || !_Py_IsImmortal(ir_obj_value(r->ir, v)))
        rec_emit(r, IR_INC, v, REF_NONE);
    rec_emit_x(r, IR_OSTORE, st->obj, v, st->offset);
    rec_emit(r, IR_DROP, old, REF_NONE);
}

/* Slots that have what a tuple has now hold it themselves: the tuple will be emptied again. */
static void
hold_in_slots(struct recorder *r, ir_ref v)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i)) {
        if (!r->changed[i] || r->held[i] || r->slot[i] != v || (r->ir->at[v].op == IR_KO && _Py_IsImmortal(ir_obj_value(r->ir, v))))
            continue;
        rec_emit(r, IR_INC, v, REF_NONE);
        r->held[i] = true;
        r->nheld++;
    }
}

/* The number in box v has become an object. */
void
rec_replace(struct recorder *r, ir_ref v, ir_ref by)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v)
            r->slot[i] = by;
    for (int i = r->npending; i-- > 0; ) {
        struct snap_store st = r->pending[i];
        if (st.value != v || !is_waiting(r, i))
            continue;
        r->given = is_item(r, i) ? by : r->given;
        forget(r, i);
        put(r, &st, by);
    }
}

void
rec_hold_given(struct recorder *r)
{
    if (r->given == REF_NONE)
        return;
    hold_in_slots(r, r->given);
    r->given = REF_NONE;
}

/* A slot that has v, without owning it. */
static int
slot_with(const struct recorder *r, ir_ref v)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v && !r->held[i])
            return i;
    return -1;
}

static void
store_box(struct recorder *r, ir_ref box)
{
    rec_snap(r, r->target, 0);
    ir_ref o = rec_emit(r, r->ir->at[box].op == IR_BOX_I ? IR_NEW_I : IR_NEW_F, r->ir->at[box].a, REF_NONE);
    rec_replace(r, box, o);                              /* stores it */
    r->given = REF_NONE;
    int slot = r->why == NULL ? slot_with(r, o) : -1;
    if (slot >= 0) {
        r->held[slot] = true;
        r->nheld++;
    } else {
        rec_emit(r, IR_DROP, o, REF_NONE);
    }
    hold_in_slots(r, o);
}

void
rec_store_reference(struct recorder *r, int i)
{
    struct snap_store st = r->pending[i];
    if (ir_is_box(r->ir, st.value)) {
        store_box(r, st.value);
        return;
    }
    forget(r, i);
    put(r, &st, st.value);
    hold_in_slots(r, st.value);
}

static bool
waits_any(const struct recorder *r)
{
    for (int i = 0; i < r->npending; i++)
        if (is_item(r, i))
            return true;
    return false;
}

/* What slots lend may lose its owner now, under whatever name: they hold it themselves. */
static void
store_references(struct recorder *r)
{
    r->target = r->pc;
    rec_protect(r);
    rec_snap(r, r->pc, 0);
    for (int i = r->npending; i-- > 0 && r->why == NULL; )
        if (i < r->npending && is_waiting(r, i))
            rec_store_reference(r, i);
    rec_snap(r, r->pc, 0);
}

/* May the instruction take items from a list? */
static bool
takes_items(const struct recorder *r, int opcode)
{
    PyObject *callable, *self;
    switch (opcode) {
    case STORE_SUBSCR: return PyList_Check(r->sp[-2]);
    case BINARY_OP: return PyList_Check(r->sp[-2]);
    case BUILD_SLICE: return true;
    case STORE_SLICE: return PyList_Check(r->sp[-3]);
    case CALL: case CALL_KW:
        callable = r->sp[-2 - r->oparg - (opcode == CALL_KW)];
        self = r->sp[-1 - r->oparg - (opcode == CALL_KW)];
        break;
    default: return false;
    }
    if (PyFunction_Check(callable) || PyMethod_Check(callable) || callable == (PyObject *)&PyEnum_Type || callable == (PyObject *)&PyZip_Type)
        return false;
    if (PyCFunction_CheckExact(callable) && PyCFunction_GET_SELF(callable) != NULL && !PyModule_CheckExact(PyCFunction_GET_SELF(callable)))
        return true;
    bool takes = self != NULL && !PyUnicode_CheckExact(self);
    for (int i = 0; i < r->oparg && !takes; i++)
        takes = !PyLong_CheckExact(r->sp[-1 - i]) && !PyFloat_CheckExact(r->sp[-1 - i]) && !PyUnicode_CheckExact(r->sp[-1 - i]);
    return takes;
}

/* What an exit hands on has names of its own, and nobody knows any more what refers to it: it may be v, or an iterator or tuple inside that. */
static bool
may_go_with(const struct ir *ir, ir_ref obj, ir_ref v)
{
    ir_ref origin = ir_origin(ir, obj);
    return origin != v && (ir->at[origin].op == IR_PLOAD_O || !never_same(ir, obj, v));
}

/* The iterator on top of the stack goes. What waits for it, or for what may go with it under another name, is stored now; of its own only references, if it does not go here (`later`). */
static void
store_before_death(struct recorder *r, bool later)
{
    ir_ref v = r->npending > 0 ? rec_peek(r, 1) : REF_NONE;
    bool references = false, all = false, here = v != REF_NONE && (!r->changed[r->nslots + r->depth - 1] || r->ir->at[v].op == IR_PLOAD_O);
    for (int i = 0; v != REF_NONE && i < r->npending; i++) {
        bool other = here && may_go_with(r->ir, r->pending[i].obj, v);
        references = references || (is_waiting(r, i) && (other || (later && ir_origin(r->ir, r->pending[i].obj) == v)));
        all = all || other;
    }
    if (references)
        store_references(r);
    if (all && r->npending > 0 && r->why == NULL) {
        r->target = r->pc;
        rec_store_pending(r, REF_NONE);
        rec_snap(r, r->pc, 0);
    }
}

/* The list that STORE_SUBSCR changes is none that the items come from: guards. */
static bool
is_other_list(struct recorder *r)
{
    const struct ir *ir = r->ir;
    ir_ref l = rec_peek(r, 2);
    for (int i = 0; i < r->npending; i++) {
        const struct ir_ins *in = &ir->at[r->pending[i].value];
        if (!is_waiting(r, i) || in->op == IR_BOX_I || in->op == IR_BOX_F || in->op == IR_TITEM || in->op == IR_KO)
            continue;
        int k = 0;
        while (k < REC_SOURCES && (in->op != IR_LITEM || r->source[k] == REF_NONE || ir->at[in->a].op != IR_ALOAD || ir->at[in->a].a != r->source[k]))
            k++;
        if (k == REC_SOURCES || r->source_now[k] == r->sp[-2] || rec_emit(r, IR_GNE_P, r->source[k], l) == REF_FAIL)
            return false;
    }
    return ir_type_of(ir, l) == T_OBJ && r->why == NULL;
}

void
rec_store_references(struct recorder *r, int opcode)
{
    if (opcode == POP_TOP)
        store_before_death(r, true);
    if (!waits_any(r) || (opcode == STORE_SUBSCR && PyList_Check(r->sp[-2]) && is_other_list(r)))
        return;
    if (takes_items(r, opcode))
        store_references(r);
}

/* a in r and b in other are found in the same way from the same slot of the frame's memory, which is as it was. */
static bool
same_way(const struct recorder *r, ir_ref a, const struct ir *other, ir_ref b)
{
    const struct ir_ins *x = &r->ir->at[a], *y = &other->at[b];
    if (ref_is_const(a) || ref_is_const(b) || x->op != y->op)
        return false;
    switch (x->op) {
    case IR_SLOAD: return x->a == y->a && !r->changed[x->a] && x->a < r->top;
    case IR_CLOAD: return x->x == y->x && same_way(r, x->a, other, y->a);
    case IR_TITEM:
        return ref_is_const(x->b) && ref_is_const(y->b) && ir_int_value(r->ir, x->b) == ir_int_value(other, y->b) && same_way(r, x->a, other, y->a);
    default: return false;
    }
}

bool
rec_waits_on(const struct recorder *r, const struct trace *t, const struct snap_store *st)
{
    const struct ir *round = t->round;
    const struct snap *s = round != NULL && round->loop != REF_NONE ? snap_of(round, round->loop) : NULL;
    for (uint32_t i = 0; s != NULL && i < s->nstores; i++) {
        const struct snap_store *theirs = &round->stores[s->stores + i];
        if (theirs->offset == st->offset && ir_is_reference(round, theirs->value) == ir_is_reference(r->ir, st->value) && same_way(r, st->obj, round, theirs->obj))
            return true;
    }
    return false;
}

void
rec_settle_references(struct recorder *r, const struct trace *t)
{
    for (int i = 0; i < r->npending; i++) {
        ir_ref origin = ir_origin(r->ir, r->pending[i].obj);
        bool stays = r->ir->at[origin].op == IR_SLOAD && !r->changed[r->ir->at[origin].a];
        if (is_waiting(r, i) && !(t == NULL ? stays : rec_waits_on(r, t, &r->pending[i]))) {
            store_references(r);
            return;
        }
    }
}

/* ---- the iterators ---- */

struct pairs {
    ir_ref it, tuple;
    uint32_t counter;                  /* offset of enumerate()'s index, 0: zip() */
    int n;                             /* items of the tuple, */
    int first;                         /* of which this is the first that an iterator gives */
    ir_ref from[PARTS];
    PyObject *now[PARTS];              /* these iterators */
    struct next_item next[PARTS];
};

static uint32_t offset_of_item(int i) { return (uint32_t)(offsetof(PyTupleObject, ob_item) + (size_t)i * sizeof(PyObject *)); }

static int
waiting_at(const struct recorder *r, ir_ref tuple, int i)
{
    for (int k = 0; k < r->npending; k++)
        if (r->pending[k].obj == tuple && r->pending[k].offset == offset_of_item(i))
            return k;
    return -1;
}

/* Is the instruction one for which this is right? What it is now, without the trace's values. */
static bool
find(const struct recorder *r, struct pairs *p)
{
    PyObject *o = r->sp[-1];
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    bool counts = Py_IS_TYPE(o, &PyEnum_Type);
    if (op_deopt(next->op.code) != UNPACK_SEQUENCE || (!counts && !Py_IS_TYPE(o, &PyZip_Type)))
        return false;
    const struct enum_iter *e = (struct enum_iter *)o;
    const struct zip_iter *z = (struct zip_iter *)o;
    p->n = counts ? 2 : (int)(z->tuplesize <= PARTS ? z->tuplesize : 0);
    p->first = counts;
    p->counter = counts ? offsetof(struct enum_iter, en_index) : 0;
    if (p->n == 0 || p->n != next->op.arg || Py_REFCNT(counts ? e->en_result : z->result) != 1 || (counts && e->en_index == PY_SSIZE_T_MAX))
        return false;
    for (int i = p->first; i < p->n; i++) {
        p->now[i] = counts ? e->en_sit : PyTuple_GET_ITEM(z->ittuple, i);
        if (!rec_can_look(p->now[i]))
            return false;
        for (int k = p->first; k < i; k++)
            if (p->now[k] == p->now[i])
                return false;
    }
    for (ir_ref c = r->ir->chain[IR_CALLN]; c != REF_NONE; c = r->ir->at[c].prev)
        if (r->ir->at[c].x == HELPER_ITER_NEXT)              /* which changes iterators inside of others, as nobody is told */
            return false;
    return true;
}

/* The iterators inside; those of one type are two objects. */
static bool
look_inside(struct recorder *r, struct pairs *p)
{
    bool counts = p->counter != 0;
    p->it = rec_peek(r, 1);
    if (ir_type_of(r->ir, p->it) != T_OBJ || rec_is_virtual(r, p->it) || !rec_guard_type(r, p->it, Py_TYPE(r->sp[-1])))
        return false;
    p->tuple = rec_emit_x(r, IR_CLOAD, p->it, REF_NONE, counts ? offsetof(struct enum_iter, en_result) : offsetof(struct zip_iter, result));
    rec_guard_type(r, p->tuple, &PyTuple_Type);
    ir_ref inside = rec_emit_x(r, IR_CLOAD, p->it, REF_NONE, counts ? offsetof(struct enum_iter, en_sit) : offsetof(struct zip_iter, ittuple));
    if (!counts)
        rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_RLOAD_I, inside, REF_NONE, offsetof(PyVarObject, ob_size)), ir_int(r->ir, p->n));
    for (int i = p->first; i < p->n; i++) {
        p->from[i] = counts ? inside : rec_emit(r, IR_TITEM, inside, ir_int(r->ir, i));
        if (r->why != NULL || !rec_guard_type(r, p->from[i], Py_TYPE(p->now[i])))
            return false;
        for (int k = p->first; k < i; k++)
            rec_emit(r, IR_GNE_P, p->from[k], p->from[i]);
    }
    return r->why == NULL;
}

/* The index, which is a number of its own, or the position in the sequence and something that does not change. */
static bool
look_at_counter(struct recorder *r, struct pairs *p)
{
    const struct enum_iter *e = (struct enum_iter *)r->sp[-1];
    const struct next_item *item = &p->next[1];
    ir_ref index = rec_field(r, p->it, p->counter);
    int64_t ahead = 0;
    if (item->n == 1 && !__builtin_sub_overflow((int64_t)e->en_index, item->position, &ahead) && ahead >= -1000 && ahead <= 1000) {
        ir_ref same = rec_emit(r, IR_ADD_I, item->at, ir_int(r->ir, ahead));
        rec_emit(r, IR_GEQ_I, index, same);
        index = same;
    } else {
        rec_emit(r, IR_GLT_I, index, ir_int(r->ir, PY_SSIZE_T_MAX));
    }
    struct next_item *counter = &p->next[0];
    counter->item = rec_emit(r, IR_BOX_I, index, REF_NONE);
    counter->n = 1;
    counter->offset[0] = p->counter;
    counter->value[0] = rec_emit(r, IR_ADD_I, index, ir_int(r->ir, 1));
    return r->why == NULL;
}

/* The lists that items come from, and which they are now. */
static void
remember_sources(struct recorder *r, const struct pairs *p)
{
    for (int i = p->first; i < p->n; i++) {
        const struct ir_ins *item = &r->ir->at[p->next[i].item];
        int k = 0;
        if (item->op != IR_LITEM || r->ir->at[item->a].op != IR_ALOAD)
            continue;
        while (k < REC_SOURCES && r->source[k] != REF_NONE && r->source[k] != r->ir->at[item->a].a)
            k++;
        if (k == REC_SOURCES)
            return;
        r->source[k] = r->ir->at[item->a].a;
        r->source_now[k] = (PyObject *)((struct list_iter *)p->now[i])->it_seq;
    }
}

/* Items that others than lists own may be taken from the tuple, as no slot lends them. */
static void
open_tuple(struct recorder *r, const struct pairs *p)
{
    int waiting = 0;
    for (int i = 0; i < p->n; i++)
        waiting += waiting_at(r, p->tuple, i) >= 0;
    if (waiting == p->n)
        return;
    for (int i = 0; i < p->n; i++)
        if (waiting_at(r, p->tuple, i) < 0)
            rec_emit(r, IR_GALONE, rec_emit_x(r, IR_OLOAD, p->tuple, REF_NONE, offset_of_item(i)), REF_NONE);
    rec_leaf(r, IR_CALLS, HELPER_TUPLE_OPEN, p->tuple, ir_int(r->ir, p->n), REF_NONE);
}

static bool
take_items(struct recorder *r, const struct pairs *p)
{
    for (int i = 0; i < p->n; i++) {
        ir_ref obj = i < p->first ? p->it : p->from[i];
        for (int k = 0; k < p->next[i].n; k++)
            if (!rec_set_field(r, obj, p->next[i].offset[k], p->next[i].value[k]))
                return false;
        int at = waiting_at(r, p->tuple, i);
        if (at < 0 && r->npending == REC_STORES)
            return rec_stop(r, "too many stores wait");
        r->pending[at < 0 ? r->npending++ : at] = (struct snap_store){ p->tuple, p->next[i].item, offset_of_item(i) };
    }
    for (int i = p->n; i-- > 0; )
        rec_push(r, p->next[i].item);
    r->skip = r->next;
    return r->why == NULL;
}

/* One of the iterators inside has no more, and nobody else has any of them: all that they have goes with them. */
static bool
at_end(struct recorder *r, struct pairs *p, int last)
{
    int slot = r->nslots + r->depth - 1;
    for (int i = p->first; i < last; i++)
        if (!rec_look(r, p->from[i], p->now[i], &p->next[i]))
            return false;
    if (!rec_look_at_end(r, p->from[last], p->now[last]))
        return false;
    rec_emit(r, IR_GUNIQ, p->it, REF_NONE);
    for (int i = p->first; i < p->n; i++)
        rec_emit(r, IR_GUNIQ, p->from[i], REF_NONE);
    if (r->why != NULL || !rec_let_iterator_die(r, slot))
        return false;
    for (int i = r->npending; i-- > 0; )
        if (ir_origin(r->ir, r->pending[i].obj) == p->it)
            forget(r, i);
    rec_set(r, slot, REF_NONE);
    r->depth--;
    return r->why == NULL;
}

static bool
dies_alone(const struct recorder *r, const struct pairs *p)
{
    PyObject *o = r->sp[-1];
    bool alone = Py_REFCNT(o) == 1 && jit_is_quiet(r->frame->localsplus, 0, o, 1) && (p->counter != 0 || !((struct zip_iter *)o)->strict);
    for (int i = p->first; i < p->n; i++)
        alone = alone && Py_REFCNT(p->now[i]) == 1;
    return alone;
}

bool
rec_for_pairs(struct recorder *r)
{
    struct pairs p;
    if (!find(r, &p))
        return false;
    int last = p.first;
    while (last < p.n && rec_has_item(p.now[last]))
        last++;
    if (last < p.n && !dies_alone(r, &p))
        return false;
    if (!look_inside(r, &p))
        return r->why == NULL ? rec_stop(r, "an iterator of another kind") : false;
    for (int i = 0; i < r->npending; i++)
        if (is_waiting(r, i) && r->pending[i].obj != p.tuple && !never_same(r->ir, r->pending[i].obj, p.tuple)) {
            store_references(r);
            break;
        }
    if (last < p.n) {
        store_before_death(r, false);
        return r->why == NULL && at_end(r, &p, last);
    }
    for (int i = p.first; i < p.n; i++)
        if (!rec_look(r, p.from[i], p.now[i], &p.next[i]))
            return false;
    if (p.counter != 0 && !look_at_counter(r, &p))
        return false;
    for (int i = 0; i < p.n; i++)
        rec_guard_late(r, r->nslots + r->depth + i);
    open_tuple(r, &p);
    remember_sources(r, &p);
    return r->why == NULL && take_items(r, &p);
}
