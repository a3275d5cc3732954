/* jit/trace/rec_virtual.c: objects that the trace does not make.
 *
 * An instance, a tuple, a bound method that only the trace itself refers to is an instruction without code (VIRT), as the box of a number is. What its fields hold
 * stands in slots behind those of all frames, so that whatever is true of slots (who has a value, who holds a reference to it, what snapshots list)
 * is true of fields. Exits make the object, once, however many slots have it.
 * Where it is shown to somebody else (an instruction that is not one of those below, a store into an object that exists, the end of a round, an
 * open call) it is made (NEW_*), and takes the place of the virtual one in all slots. Most are not: they go when nothing refers to them, and nobody notices. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "code/opcodes.h"
#include "object/coll/dict_values.h"
#include "object/coll/list.h"
#include "object/core/type.h"
#include "rt/singletons.h"

static int field_base(int i) { return IR_FIELDS + i * IR_FIELDS_MAX; }

/* Its place in r->virtuals, or -1. */
static int
place_of(const struct recorder *r, ir_ref v)
{
    if (rec_is_virtual(r, v))
        for (int i = 0; i < REC_VIRTUALS; i++)
            if (r->virtuals[i].v == v)
                return i;
    return -1;
}

struct ir_virtual *
rec_virtual(struct recorder *r, ir_ref v)
{
    int i = place_of(r, v);
    return i >= 0 ? &r->ir->virtuals[r->virtuals[i].number] : NULL;
}

int
rec_nfields(const struct recorder *r, ir_ref v)
{
    int i = place_of(r, v);
    return i >= 0 ? r->virtuals[i].n : 0;
}

static ir_ref
add_at(struct recorder *r, struct ir_virtual v, int i)
{
    v.first = (uint16_t)field_base(i);
    unsigned number = ir_add_virtual(r->ir, v);
    if (number == IR_MAX_VIRTUALS)
        return REF_NONE;
    ir_ref o = rec_emit_x(r, IR_VIRT, (ir_ref)number, REF_NONE, ir_ptr(r->ir, v.type));
    if (o == REF_NONE)
        return REF_NONE;
    r->virtuals[i] = (struct virtual_object){ .v = o, .number = (uint16_t)number };
    if (field_base(i + 1) > r->used_fields)
        r->used_fields = field_base(i + 1);
    r->nvirtuals++;
    return o;
}

ir_ref
rec_new_virtual(struct recorder *r, enum virtual_kind kind, PyTypeObject *t)
{
    int i = 0;
    while (i < REC_VIRTUALS && r->virtuals[i].v != REF_NONE)
        i++;
    return i < REC_VIRTUALS ? add_at(r, (struct ir_virtual){ .type = t, .kind = (uint8_t)kind }, i) : REF_NONE;
}

ir_ref rec_inherit_virtual(struct recorder *r, const struct ir_virtual *v) { return add_at(r, *v, (v->first - IR_FIELDS) / IR_FIELDS_MAX); }

int
rec_field_slot(struct recorder *r, ir_ref v, unsigned at)
{
    int i = place_of(r, v);
    const struct ir_virtual *d = rec_virtual(r, v);
    for (int k = 0; d != NULL && k < r->virtuals[i].n; k++)
        if (d->at[k] == at)
            return field_base(i) + k;
    return -1;
}

/* seen, and what v is or refers to at last: a bit for each place. Of many ways to one object it goes one. */
static uint32_t
mark(const struct recorder *r, ir_ref v, uint32_t seen)
{
    int i = place_of(r, v);
    if (i < 0 || seen >> i & 1)
        return seen;
    seen |= (uint32_t)1 << i;
    for (int k = field_base(i); k < field_base(i) + r->virtuals[i].n; k++)
        if (rec_is_virtual(r, r->slot[k]))
            seen = mark(r, r->slot[k], seen);
    return seen;
}

/* Does v refer to w, which is virtual, at last? */
static bool reaches(const struct recorder *r, ir_ref v, ir_ref w) { return mark(r, v, 0) >> place_of(r, w) & 1; }

bool
rec_put_field(struct recorder *r, ir_ref v, unsigned at, ir_ref value)
{
    int i = place_of(r, v), slot = rec_field_slot(r, v, at);
    if (reaches(r, value, v) || (slot < 0 && r->virtuals[i].n == IR_FIELDS_MAX))
        return false;
    if (slot < 0) {
        rec_virtual(r, v)->at[r->virtuals[i].n] = (uint8_t)at;
        slot = field_base(i) + r->virtuals[i].n++;
    }
    rec_set(r, slot, value);
    return true;
}

/* ---- snapshots ---- */

/* Those that slots below top refer to. */
static uint32_t
reachable(const struct recorder *r, int top)
{
    uint32_t seen = 0;
    for (int i = rec_next_changed(r, 0, top); i < top; i = rec_next_changed(r, i + 1, top))
        if (rec_is_virtual(r, r->slot[i]))
            seen = mark(r, r->slot[i], seen);
    return seen;
}

void
rec_snap_virtuals(struct recorder *r, int top)
{
    uint32_t seen = reachable(r, top);
    for (int i = 0; i < REC_VIRTUALS; i++)
        for (int k = field_base(i); seen >> i & 1 && k < field_base(i) + r->virtuals[i].n; k++)
            snap_add_entry(r->ir, SNAP_ENTRY(k, r->held[k], rec_how_of(r, r->slot[k]), r->slot[k]));
}

void
rec_sweep_virtuals(struct recorder *r)
{
    uint32_t seen = reachable(r, r->nslots + r->depth);
    for (int i = 0; i < REC_VIRTUALS; i++) {
        if (r->virtuals[i].v == REF_NONE || seen >> i & 1)
            continue;
        for (int k = field_base(i); k < field_base(i) + r->virtuals[i].n; k++) {
            if (r->held[k])
                rec_let_go(r, k);
            r->changed[k] = false;
        }
        r->virtuals[i].v = REF_NONE;
        r->nvirtuals--;
    }
}

/* ---- making one ---- */

static void
replace(struct recorder *r, ir_ref v, ir_ref by)
{
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v)
            r->slot[i] = by;
}

/* Slot i holds a reference to what it has, which is an object. */
static bool
own(struct recorder *r, int i)
{
    struct ir *ir = r->ir;
    ir_ref v = r->slot[i];
    if (rec_is_virtual(r, v)) {
        if (!rec_materialise(r, v))
            return false;
        v = r->slot[i];
    }
    if (r->held[i])
        return true;
    if (ir_is_box(ir, v)) {
        ir_ref o = rec_emit(r, ir->at[v].op == IR_BOX_I ? IR_NEW_I : IR_NEW_F, ir->at[v].a, REF_NONE);
        rec_replace(r, v, o);
    } else if (ir_type_of(ir, v) == T_BOOL) {
        r->slot[i] = opt_emit(ir, IR_SELECT, v, ir_obj(ir, Py_True), ir_obj(ir, Py_False), 0);
        return r->why == NULL;                               /* immortal */
    } else if (ir->at[v].op == IR_KO && _Py_IsImmortal(ir_obj_value(ir, v))) {
        return true;
    } else {
        rec_emit(r, IR_INC, v, REF_NONE);
    }
    r->held[i] = true;
    r->nheld++;
    rec_snap(r, r->pc, 0);
    return r->why == NULL && ir->full == NULL;
}

/* An object that exists. */
static bool
is_plain_object(const struct recorder *r, ir_ref v)
{
    return !rec_is_virtual(r, v) && !ir_is_box(r->ir, v) && ir_type_of(r->ir, v) == T_OBJ;
}

static ir_ref
new_instance(struct recorder *r, const struct ir_virtual *d, int n)
{
    uint8_t order[IR_FIELDS_MAX];
    int64_t words[2];
    uint32_t shape = 0;
    memset(order, 0xff, sizeof(order));
    if (d->kind == V_INSTANCE) {
        PyDictKeysObject *keys = type_shared_keys(d->type);
        shape = shape_of_new(keys);
        for (int k = 0; k < n; k++) {
            order[k] = d->at[k];
            shape = shape_next(keys, shape, d->at[k]);
        }
    }
    memcpy(words, order, sizeof(words));
    return opt_emit(r->ir, IR_NEW_OBJ, ir_ptr(r->ir, d->type), ir_int(r->ir, words[0]), ir_int(r->ir, words[1]), shape);
}

static ir_ref
new_object(struct recorder *r, const struct ir_virtual *d, int first, int n)
{
    switch ((enum virtual_kind)d->kind) {
    case V_TUPLE: return rec_emit(r, IR_NEW_TUPLE, (ir_ref)n, REF_NONE);
    case V_LIST: return rec_emit(r, IR_NEW_LIST, (ir_ref)((unsigned)n | rec_list_room(d->made, (unsigned)n) << 8), REF_NONE);
    case V_METHOD: return rec_emit(r, IR_NEW_METHOD, r->slot[first], r->slot[first + 1]);
    case V_DICT: return rec_make_dict(r, first, n);
    case V_FUNCTION: {
        ir_ref f = rec_leaf(r, IR_CALLN, HELPER_NEW_FUNCTION, r->slot[first], r->slot[first + 1], r->slot[first + 2]);
        if (f != REF_NONE)
            r->ir->at[f].kt = ir_ptr(r->ir, &PyFunction_Type);
        return f;
    }
    default: return new_instance(r, d, n);
    }
}

/* An iterator takes a reference of its own to what it goes through. */
static bool
make_iterator(struct recorder *r, const struct ir_virtual *d, ir_ref *o, int first)
{
    if (rec_is_virtual(r, r->slot[first]) && !rec_materialise(r, r->slot[first]))
        return false;
    ir_ref seq = r->slot[first], index = r->ir->at[r->slot[first + 1]].a;
    *o = rec_emit(r, d->kind == V_LIST_ITER ? IR_NEW_LIST_IT : IR_NEW_TUPLE_IT, seq, REF_NONE);
    if (index != ir_int(r->ir, 0))
        rec_emit_x(r, IR_RSTORE_I, *o, index, offsetof(struct list_iter, it_index));
    if (r->held[first])
        rec_emit(r, IR_DROP, seq, REF_NONE);
    return r->why == NULL;
}

/* Where field `at` lies. */
static uint32_t
offset_of(const struct ir_virtual *d, unsigned at)
{
    switch ((enum virtual_kind)d->kind) {
    case V_INSTANCE: return (uint32_t)(sizeof(PyObject) + offsetof(PyDictValues, values) + at * sizeof(PyObject *));
    case V_TUPLE: return (uint32_t)(offsetof(PyTupleObject, ob_item) + at * sizeof(PyObject *));
    default: return (uint32_t)(at * sizeof(PyObject *));
    }
}

static void
store_fields(struct recorder *r, const struct ir_virtual *d, ir_ref o, int first, int n)
{
    ir_ref items = d->kind == V_LIST ? rec_emit_x(r, IR_ALOAD, o, REF_NONE, offsetof(PyListObject, ob_item)) : REF_NONE;
    for (int k = 0; k < n; k++) {
        if (d->kind == V_LIST)
            opt_emit(r->ir, IR_LSTORE, items, ir_int(r->ir, d->at[k]), r->slot[first + k], 0);
        else if (d->kind != V_METHOD && d->kind != V_DICT && d->kind != V_FUNCTION)
            rec_emit_x(r, IR_OSTORE, o, r->slot[first + k], offset_of(d, d->at[k]));
    }
}

bool
rec_materialise(struct recorder *r, ir_ref v)
{
    int place = place_of(r, v), first = field_base(place);
    if (place < 0)
        return rec_stop(r, "a virtual object that is gone");
    struct ir_virtual *d = rec_virtual(r, v);
    int n = r->virtuals[place].n;
    bool iterates = d->kind == V_LIST_ITER || d->kind == V_TUPLE_ITER || d->kind == V_RANGE_ITER;
    for (int k = first; k < first + n && !iterates; k++)
        if (!(d->kind == V_DICT && is_plain_object(r, r->slot[k])) && !own(r, k))          /* a dict takes references of its own */
            return false;
    ir_ref o = REF_NONE;
    if (!iterates)
        o = new_object(r, d, first, n);
    else if (d->kind == V_RANGE_ITER)
        o = rec_make_range(r, v);
    else if (!make_iterator(r, d, &o, first))
        return false;
    if (r->why != NULL || o == REF_NONE)
        return rec_stop(r, "no room for an object");
    if (!iterates)
        store_fields(r, d, o, first, n);
    for (int k = first; k < first + n; k++) {
        r->nheld -= r->held[k];
        r->held[k] = r->changed[k] = false;
    }
    r->virtuals[place].v = REF_NONE;
    r->nvirtuals--;
    replace(r, v, o);
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == o) {
            r->held[i] = true;
            r->nheld++;
            break;
        }
    rec_snap(r, r->pc, 0);
    return r->why == NULL && r->ir->full == NULL;
}

bool
rec_materialise_all(struct recorder *r)
{
    for (int i = 0; i < r->nslots + r->depth; i++)
        if (r->changed[i] && rec_is_virtual(r, r->slot[i]) && !rec_materialise(r, r->slot[i]))
            return false;
    return true;
}

/* ---- who knows virtual objects ---- */

/* Instructions that leave what they find on the stack alone, or have an eye for virtual objects. */
static bool
is_aware(int opcode)
{
    switch (opcode) {
    case LOAD_ATTR: case STORE_ATTR: case CALL: case CALL_KW: case STORE_FAST: case STORE_FAST_STORE_FAST: case STORE_FAST_LOAD_FAST: case POP_TOP: case COPY:
    case SWAP: case RETURN_VALUE: case UNPACK_SEQUENCE: case BINARY_SUBSCR: case STORE_SUBSCR: case BUILD_TUPLE: case IS_OP: case POP_JUMP_IF_NONE: case LOAD_SUPER_ATTR:
    case POP_JUMP_IF_NOT_NONE: case NOP: case RESUME: case GET_ITER: case FOR_ITER: case BUILD_LIST: case LIST_APPEND: case CHECK_EXC_MATCH: case BEFORE_WITH:
    case LIST_EXTEND: case CALL_FUNCTION_EX: case DICT_MERGE: case SET_FUNCTION_ATTRIBUTE: case UNPACK_EX: case MATCH_SEQUENCE: case MATCH_MAPPING: case MATCH_KEYS: case MATCH_CLASS: case GET_LEN:
        return true;
    default:
        return false;
    }
}

/* A dict that is virtual is only handed on. */
static bool
is_aware_of_dicts(int opcode)
{
    switch (opcode) {
    case CALL: case CALL_KW: case CALL_FUNCTION_EX: case DICT_MERGE: case STORE_FAST: case STORE_FAST_STORE_FAST: case STORE_FAST_LOAD_FAST: case POP_TOP: case COPY: case SWAP:
    case RETURN_VALUE: case NOP: case RESUME:
        return true;
    default:
        return false;
    }
}

bool
rec_materialise_operands(struct recorder *r, int opcode)
{
    const struct op_count *c = &op_table[opcode].popped;
    int n = c->base + c->per_arg * r->oparg + c->per_low * (r->oparg & 1);
    bool aware = is_aware(opcode), of_dicts = is_aware_of_dicts(opcode);
    for (int i = 1; i <= n && i <= r->depth && !(aware && of_dicts); i++) {
        int slot = r->nslots + r->depth - i;
        const struct ir_virtual *d = r->changed[slot] ? rec_virtual(r, r->slot[slot]) : NULL;
        if (d != NULL && !(d->kind == V_DICT ? of_dicts : aware) && !rec_materialise(r, r->slot[slot]))
            return false;
    }
    return true;
}

/* ---- tuples ---- */

bool
rec_build_tuple(struct recorder *r)
{
    int n = r->oparg;
    ir_ref t = n >= 1 && n <= IR_FIELDS_MAX ? rec_new_virtual(r, V_TUPLE, &PyTuple_Type) : REF_NONE;
    if (t == REF_NONE)
        return rec_stop(r, "a tuple of very many items");
    for (int i = 0; i < n; i++) {
        int slot = r->nslots + r->depth - n + i;
        if (!rec_put_field(r, t, (unsigned)i, rec_local(r, slot)))
            return rec_stop(r, "a tuple of itself");
        if (r->held[slot]) {                                 /* the reference goes along */
            r->held[slot] = false;
            r->held[rec_field_slot(r, t, (unsigned)i)] = true;
        }
    }
    for (int i = 0; i < n; i++)
        rec_pop(r);
    rec_push(r, t);
    return r->why == NULL;
}

/* UNPACK_SEQUENCE of a virtual tuple or list. */
bool
rec_unpack_virtual(struct recorder *r)
{
    ir_ref t = rec_pop(r), item[IR_FIELDS_MAX];
    int n = rec_nfields(r, t);
    if (n != r->oparg)
        return rec_stop(r, "unpacking what has not so many items");
    for (int i = 0; i < n; i++) {
        item[i] = r->slot[rec_field_slot(r, t, (unsigned)i)];
    }
    for (int i = n; i-- > 0; )
        rec_push(r, item[i]);
    return r->why == NULL;
}
