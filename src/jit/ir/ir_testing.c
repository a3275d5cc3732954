/* jit/ir/ir_testing.c: running traces in the plainest way, for comparison. */
#include "jit/ir/ir_testing.h"

#include <stdio.h>
#include <string.h>

#include "object/core/object.h"

struct test_cell test_cells[TEST_CELLS];

uint64_t
test_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- states ---- */

static bool
same_bits(struct test_slot a, struct test_slot b)
{
    if (a.type != b.type)
        return false;
    return a.type == T_NIL || a.v.bits == b.v.bits || (a.type == T_F64 && a.v.f != a.v.f && b.v.f != b.v.f);
}

bool
test_same(const struct test_state *a, const struct test_state *b)
{
    if (a->pc != b->pc || a->depth != b->depth)
        return false;
    for (int i = 0; i < TEST_SLOTS; i++) {
        if (!same_bits(a->slots[i], b->slots[i]))
            return false;
    }
    for (int i = 0; i < TEST_CELLS; i++) {
        for (int k = 0; k < 4; k++) {
            struct test_slot x = { k < 2 ? T_I64 : T_F64, a->cells[i].fields[k] }, y = { x.type, b->cells[i].fields[k] };
            if (!same_bits(x, y))
                return false;
        }
    }
    return true;
}

void
test_print(const char *what, const struct test_state *st)
{
    printf("%s: pc %u depth %u", what, st->pc, st->depth);
    for (int i = 0; i < TEST_SLOTS; i++) {
        struct test_slot s = st->slots[i];
        if (s.type == T_F64)
            printf(" #%d=%.17g", i, s.v.f);
        else if (s.type != T_NIL)
            printf(" #%d=%lld", i, (long long)s.v.i);
    }
    for (int i = 0; i < TEST_CELLS; i++) {
        const union ir_value *f = st->cells[i].fields;
        printf(" cell %d: %lld %lld %.17g %.17g", i, (long long)f[0].i, (long long)f[1].i, f[2].f, f[3].f);
    }
    printf("\n");
}

void
test_slots(const struct test_state *st, PyObject *slots[TEST_SLOTS])
{
    memcpy(test_cells, st->cells, sizeof(test_cells));
    for (int i = 0; i < TEST_SLOTS; i++) {
        struct test_slot s = st->slots[i];
        slots[i] = s.type == T_I64 ? PyLong_FromLongLong(s.v.i) : s.type == T_F64 ? PyFloat_FromDouble(s.v.f)
                   : s.type == T_BOOL ? (s.v.i ? Py_True : Py_False) : s.type == T_OBJ ? s.v.o : NULL;
    }
}

static struct test_slot
slot_of_object(PyObject *o)
{
    if (PyBool_Check(o))
        return (struct test_slot){ T_BOOL, { .i = o == Py_True } };
    if (Py_TYPE(o) == &PyLong_Type)
        return (struct test_slot){ T_I64, { .i = PyLong_AsLongLong(o) } };
    if (Py_TYPE(o) == &PyFloat_Type)
        return (struct test_slot){ T_F64, { .f = PyFloat_AsDouble(o) } };
    return (struct test_slot){ T_OBJ, { .o = o } };
}

static struct test_slot
slot_of_entry(const struct ir *ir, snap_entry e, const union ir_value *values)
{
    ir_ref r = snap_ref(e);
    switch (snap_how(e)) {
    case HOW_INT: return (struct test_slot){ T_I64, values[r] };
    case HOW_FLOAT: return (struct test_slot){ T_F64, values[r] };
    case HOW_BOOL: return (struct test_slot){ T_BOOL, values[r] };
    case HOW_OBJ: return slot_of_object(values[r].o);
    default: return (struct test_slot){ T_NIL, { .i = 0 } };
    }
}

/* Values that are not the evaluator's: the operand of a box counts, not what stands at the box. */
static const union ir_value *
settle_boxes(const struct ir *ir, union ir_value *values)
{
    for (ir_ref r = REF_BIAS; r < ir->end; r++) {
        if (ir_is_box(ir, r))
            values[r] = values[ir->at[r].a];
    }
    return values;
}

/* Empties the stack above the snapshot's. */
static void
cut_stack(const struct ir *ir, const struct snap *s, struct test_slot *slots)
{
    for (int i = ir->nlocals + s->depth; i < TEST_SLOTS; i++)
        slots[i] = (struct test_slot){ T_NIL, { .i = 0 } };
}

void
test_apply_snap(const struct ir *ir, uint32_t s, const union ir_value *values, const struct test_state *start, struct test_state *out)
{
    const struct snap *sn = &ir->snaps[s];
    memcpy(out->slots, start->slots, sizeof(out->slots));
    out->pc = sn->pc;
    out->depth = sn->depth;
    cut_stack(ir, sn, out->slots);
    for (uint32_t i = 0; i < sn->nentries; i++)
        out->slots[snap_slot(ir->entries[sn->entries + i])] = slot_of_entry(ir, ir->entries[sn->entries + i], values);
    for (uint32_t i = 0; i < sn->nstores; i++) {
        const struct snap_store *st = &ir->stores[sn->stores + i];
        memcpy((char *)values[st->obj].o + st->offset, &values[st->value], 8);
    }
    memcpy(out->cells, test_cells, sizeof(test_cells));
}

enum ir_op
test_run_eval(const struct ir *ir, const struct test_state *st, struct test_state *out)
{
    static union ir_value values[0x10000];
    static const uintptr_t quiet;
    PyObject *slots[TEST_SLOTS];
    test_slots(st, slots);
    struct ir_exit e = ir_eval(ir, slots, &quiet, NULL, values, 100000);
    test_apply_snap(ir, e.snap, settle_boxes(ir, values), st, out);
    return ir->at[e.guard].op;
}

/* ---- the plain run ---- */

struct plain {
    const struct ir *ir;
    struct test_slot slots[TEST_SLOTS];        /* the frame; a poisoned value is T_PTR */
    union ir_value values[0x10000];
    enum ir_type types[0x10000];               /* of what SLOAD found; T_PTR: poisoned, the number did not fit */
    struct test_state *ends;
    int nends;
    const struct test_state *where;            /* not NULL: is it passed by? */
    bool passed;
};

static struct test_slot
plain_entry(struct plain *p, snap_entry e)
{
    ir_ref r = snap_ref(e);
    if (snap_how(e) == HOW_NULL)
        return (struct test_slot){ T_NIL, { .i = 0 } };
    if (ref_is_const(r))
        return snap_how(e) == HOW_OBJ ? slot_of_object(p->values[r].o) : (struct test_slot){ T_BOOL, p->values[r] };
    return (struct test_slot){ p->types[r], p->values[r] };
}

/* The frame as the snapshot has it; false when it shows a poisoned value. */
static bool
plain_snap(struct plain *p, const struct snap *s, struct test_slot *slots)
{
    bool clean = true;
    memcpy(slots, p->slots, sizeof(p->slots));
    cut_stack(p->ir, s, slots);
    for (uint32_t i = 0; i < s->nentries; i++)
        slots[snap_slot(p->ir->entries[s->entries + i])] = plain_entry(p, p->ir->entries[s->entries + i]);
    for (int i = 0; i < TEST_SLOTS; i++)
        clean &= slots[i].type != T_PTR;
    for (uint32_t i = 0; i < s->nstores; i++)
        clean &= p->types[p->ir->stores[s->stores + i].value] != T_PTR;
    return clean;
}

static void
plain_stores(struct plain *p, const struct snap *s)
{
    for (uint32_t i = 0; i < s->nstores; i++) {
        const struct snap_store *st = &p->ir->stores[s->stores + i];
        memcpy((char *)p->values[st->obj].o + st->offset, &p->values[st->value], 8);
    }
}

/* What leaving through the snapshot gives; its pc is TEST_ANY when it shows poison. */
static void
plain_leave(struct plain *p, const struct snap *s, struct test_state *out)
{
    struct test_cell before[TEST_CELLS];
    if (!plain_snap(p, s, out->slots)) {
        out->pc = TEST_ANY;
        return;
    }
    out->pc = s->pc;
    out->depth = s->depth;
    memcpy(before, test_cells, sizeof(before));
    plain_stores(p, s);
    memcpy(out->cells, test_cells, sizeof(test_cells));
    memcpy(test_cells, before, sizeof(before));
}

/* One more right end. */
static void
plain_end(struct plain *p, ir_ref r)
{
    if (p->nends < TEST_ENDS)
        plain_leave(p, snap_of(p->ir, r), &p->ends[p->nends++]);
}

static void
look(struct plain *p, ir_ref r)
{
    static struct test_state here;
    const struct snap *s = snap_of(p->ir, r);
    if (s->ref != r || p->passed)
        return;
    plain_leave(p, s, &here);
    p->passed = here.pc != TEST_ANY && test_same(&here, p->where);
}

static bool
is_poisoned(struct plain *p, ir_ref r)
{
    const struct ir_ins *in = &p->ir->at[r];
    if (ir_ops[in->op].a == 'l')
        return false;
    return p->types[in->a] == T_PTR || p->types[in->b] == T_PTR || p->types[in->c] == T_PTR;
}

/* What reads objects, on values of slots. */
static bool
plain_object(struct plain *p, ir_ref r)
{
    const struct ir_ins *in = &p->ir->at[r];
    union ir_value a = p->values[in->a];
    static PyTypeObject *const boxed[] = { [T_I64] = &PyLong_Type, [T_F64] = &PyFloat_Type, [T_BOOL] = &PyBool_Type };
    enum ir_type t = p->types[in->a];
    switch (in->op) {
    case IR_GTYPE:
        return (t == T_OBJ ? Py_TYPE(a.o) : boxed[t]) == ir_ptr_value(p->ir, (ir_ref)in->x);
    case IR_GCOMPACT: case IR_GINT2:
        return true;
    case IR_GEQ_P: return t == T_OBJ && p->types[in->b] == T_OBJ && a.o == p->values[in->b].o;
    case IR_GNE_P: return !(t == T_OBJ && p->types[in->b] == T_OBJ && a.o == p->values[in->b].o);
    case IR_RSTORE_I: case IR_RSTORE_F:
        memcpy((char *)a.o + in->x, &p->values[in->b], 8);
        return true;
    case IR_RLOAD_I: case IR_RLOAD_F:
        memcpy(&p->values[r], (char *)a.o + in->x, 8);
        return true;
    default:                                                   /* UNBOX_*, BOX_* */
        p->values[r] = a;
        return true;
    }
}

static enum ir_type
plain_type(struct plain *p, ir_ref r)
{
    const struct ir_ins *in = &p->ir->at[r];
    if (ir_is_box(p->ir, r))
        return in->op == IR_BOX_I ? T_I64 : T_F64;
    return ir_type_of(p->ir, r);
}

/* Nobody can go on here. */
static int
plain_gives_up(struct plain *p)
{
    if (p->nends < TEST_ENDS)
        p->ends[p->nends++].pc = TEST_ANY;
    return p->nends;
}

/* False: the trace ends at r. */
static bool
plain_step(struct plain *p, ir_ref r)
{
    const struct ir_ins *in = &p->ir->at[r];
    bool goes_on = true;
    if (in->op == IR_NOP || in->op == IR_BASE || in->op == IR_GPOLL)
        return true;
    if (in->op == IR_SLOAD) {
        p->values[r] = p->slots[in->a].v;
        p->types[r] = p->slots[in->a].type;
        return true;
    }
    p->types[r] = plain_type(p, r);
    if (is_poisoned(p, r)) {
        p->types[r] = T_PTR;
        if (ir_ops[in->op].type == T_NIL)                      /* a guard on it cannot be decided, a store not be done */
            plain_gives_up(p);
        return ir_ops[in->op].type != T_NIL;
    }
    bool object = ir_ops[in->op].a == 'o' || ir_is_box(p->ir, r) || in->op == IR_GEQ_P || in->op == IR_GNE_P;
    if (object)
        goes_on = plain_object(p, r);
    else
        goes_on = ir_compute(p->ir, in->op, in->x, p->values[in->a], p->values[in->b], p->values[in->c], &p->values[r]);
    if (goes_on)
        return true;
    plain_end(p, r);
    p->types[r] = T_PTR;
    return ir_ops[in->op].type != T_NIL;                       /* overflow: go on with a number that nobody may see */
}

static void
plain_start(struct plain *p, const struct ir *round, const struct test_state *st)
{
    memset(p, 0, sizeof(*p));
    p->ir = round;
    memcpy(p->slots, st->slots, sizeof(p->slots));
    memcpy(test_cells, st->cells, sizeof(test_cells));
    for (ir_ref r = round->first; r < REF_BIAS; r++) {
        p->values[r].bits = ir_word(round, r);
        p->types[r] = ir_type_of(round, r);
    }
}

static int
plain_rounds(struct plain *p, int rounds)
{
    const struct ir *round = p->ir;
    const struct snap *last = &round->snaps[round->nsnaps - 1];
    struct test_slot next[TEST_SLOTS];
    for (; rounds > 0; rounds--) {
        for (ir_ref r = REF_BIAS; r < round->end; r++) {
            if (p->where != NULL)
                look(p, r);
            if (!plain_step(p, r))
                return p->nends;
        }
        plain_snap(p, last, next);
        for (uint32_t i = 0; i < last->nstores; i++) {
            if (p->types[round->stores[last->stores + i].value] == T_PTR)
                return plain_gives_up(p);
        }
        plain_stores(p, last);
        memcpy(p->slots, next, sizeof(next));
    }
    plain_end(p, REF_BIAS + 1);
    return p->nends;
}

static struct plain plain;

int
test_run_plain(const struct ir *round, const struct test_state *st, int rounds, struct test_state out[TEST_ENDS])
{
    plain_start(&plain, round, st);
    plain.ends = out;
    return plain_rounds(&plain, rounds);
}

bool
test_passes_by(const struct ir *round, const struct test_state *st, int rounds, const struct test_state *where)
{
    static struct test_state ends[TEST_ENDS];
    plain_start(&plain, round, st);
    plain.ends = ends;
    plain.where = where;
    plain_rounds(&plain, rounds);
    return plain.passed;
}
