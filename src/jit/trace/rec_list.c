/* jit/trace/rec_list.c: lists that a trace makes, and does not need; ranges that calls iterate over.
 *
 * A list of a few items is virtual from BUILD_LIST on, and stays so while items are appended, read and stored at indices that the trace knows or guards to be what they were:
 * in loops that are unrolled they are known. Anything else makes it. In an inlined call nobody but the trace has the iterator of a range: it is three numbers. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "code/opcodes.h"
#include "object/coll/iter.h"
#include "object/num/int.h"

/* ---- lists ---- */

/* What lay on the stack in this slot goes into field `at`, with the reference that the slot held. False: no room, or the object would refer to itself. */
static bool
move_to_field(struct recorder *r, ir_ref v, unsigned at, int slot)
{
    ir_ref item = rec_local(r, slot);
    if (item == REF_NONE || !rec_put_field(r, v, at, item))
        return false;
    int field = rec_field_slot(r, v, at);
    if (r->held[slot] && !r->held[field]) {
        r->held[slot] = false;
        r->held[field] = true;
    }
    return true;
}

bool
rec_build_list(struct recorder *r)
{
    int n = r->oparg;
    ir_ref l = n <= IR_FIELDS_MAX ? rec_new_virtual(r, V_LIST, &PyList_Type) : REF_NONE;
    if (l == REF_NONE)
        return rec_stop(r, "a list of very many items");
    rec_virtual(r, l)->made = (uint8_t)n;
    for (int i = 0; i < n; i++)
        if (!move_to_field(r, l, (unsigned)i, r->nslots + r->depth - n + i))
            return rec_stop(r, "a list of itself");
    for (int i = 0; i < n; i++)
        rec_pop(r);
    rec_push(r, l);
    return r->why == NULL;
}

static bool is_virtual_list(struct recorder *r, ir_ref v) { return rec_is_virtual(r, v) && rec_virtual(r, v)->kind == V_LIST; }

bool
rec_append_virtual(struct recorder *r)
{
    ir_ref l = rec_peek(r, r->oparg + 1);
    if (!is_virtual_list(r, l) || !move_to_field(r, l, (unsigned)rec_nfields(r, l), r->nslots + r->depth - 1))
        return false;
    rec_pop(r);
    return r->why == NULL;
}

int
rec_spread_items(struct recorder *r, int at, ir_ref items[IR_FIELDS_MAX], int room)
{
    ir_ref v = rec_peek(r, at);
    PyObject *o = r->sp[-at];
    const struct ir_virtual *d = rec_virtual(r, v);
    int n = d != NULL ? rec_nfields(r, v) : PyTuple_CheckExact(o) ? (int)PyTuple_GET_SIZE(o) : -1;
    if (n < 0 || n > room || (d != NULL && d->kind != V_TUPLE && d->kind != V_LIST))
        return -1;
    if (d == NULL) {
        if (!rec_guard_type(r, v, &PyTuple_Type))
            return -1;
        rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)), ir_int(r->ir, n));
    }
    for (int i = 0; i < n && r->why == NULL; i++)
        items[i] = d != NULL ? r->slot[rec_field_slot(r, v, (unsigned)i)] : rec_emit(r, IR_TITEM, v, ir_int(r->ir, i));
    return r->why == NULL ? n : -1;
}

int
rec_sequence_items(struct recorder *r, int at, ir_ref items[IR_FIELDS_MAX], int room)
{
    ir_ref v = rec_peek(r, at);
    PyObject *o = r->sp[-at];
    if (rec_is_virtual(r, v) || !PyList_CheckExact(o))
        return rec_spread_items(r, at, items, room);
    Py_ssize_t n = PyList_GET_SIZE(o);
    if (n > room || !rec_is_object(r, v) || !rec_guard_type(r, v, &PyList_Type))
        return -1;
    rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)), ir_int(r->ir, n));
    ir_ref base = n > 0 && r->why == NULL ? rec_emit_x(r, IR_ALOAD, v, REF_NONE, offsetof(PyListObject, ob_item)) : REF_NONE;
    for (Py_ssize_t i = 0; i < n && r->why == NULL; i++)
        items[i] = rec_emit(r, IR_LITEM, base, ir_int(r->ir, i));
    return r->why == NULL ? (int)n : -1;
}

/* [a] * 3, (a, b) * 2: a few more fields. The number is a constant. */
bool
rec_repeat_virtual(struct recorder *r)
{
    ir_ref v = rec_peek(r, 2), times = rec_peek(r, 1);
    const struct ir_virtual *d = rec_virtual(r, v);
    PyObject *now = r->sp[-1];
    if (d == NULL || (d->kind != V_LIST && d->kind != V_TUPLE) || r->oparg != NB_MULTIPLY || times == REF_NONE || r->ir->at[times].op != IR_KO || !PyLong_CheckExact(now)
        || !int_is_compact(now))
        return false;
    int n = rec_nfields(r, v), kind = d->kind;
    Py_ssize_t k = int_compact_value(now);
    if (k < 1 || n < 1 || n * k > IR_FIELDS_MAX || (kind == V_TUPLE && k == 1) || k > IR_FIELDS_MAX)
        return false;
    ir_ref out = rec_new_virtual(r, (enum virtual_kind)kind, kind == V_LIST ? &PyList_Type : &PyTuple_Type);
    if (out == REF_NONE)
        return false;
    if (kind == V_LIST)
        rec_virtual(r, out)->made = (uint8_t)(n * k);
    for (int i = 0; i < n * (int)k; i++)
        if (!rec_put_field(r, out, (unsigned)i, r->slot[rec_field_slot(r, v, (unsigned)(i % n))]))
            return rec_stop(r, "a list of itself");
    rec_pop(r);
    rec_pop(r);
    rec_push(r, out);
    return r->why == NULL;
}

bool
rec_spread(struct recorder *r)
{
    const _Py_CODEUNIT *next = &_PyCode_CODE(r->inner_code)[r->next];
    ir_ref l = r->oparg == 1 ? rec_peek(r, 2) : REF_NONE, items[IR_FIELDS_MAX];
    if (l == REF_NONE || !is_virtual_list(r, l) || op_deopt(next->op.code) != CALL_INTRINSIC_1 || next->op.arg != INTRINSIC_LIST_TO_TUPLE)
        return rec_extend_display(r);
    int before = rec_nfields(r, l), n = rec_spread_items(r, 1, items, IR_FIELDS_MAX - before);
    ir_ref t = n >= 0 && before + n > 0 ? rec_new_virtual(r, V_TUPLE, &PyTuple_Type) : REF_NONE;
    if (t == REF_NONE)
        return rec_stop(r, "a tuple of very many items");
    for (int i = 0; i < before; i++)
        if (!move_to_field(r, t, (unsigned)i, rec_field_slot(r, l, (unsigned)i)))
            return rec_stop(r, "a tuple of itself");
    for (int i = 0; i < n; i++)
        if (!rec_put_field(r, t, (unsigned)(before + i), items[i]))
            return rec_stop(r, "a tuple of itself");
    rec_pop(r);
    rec_pop(r);
    rec_push(r, t);
    r->skip = r->next;
    return r->why == NULL;
}

/* ---- items at known places ---- */

/* The index of an item of the virtual tuple or list v, which has n items now: guarded to be what it is. -1: none, or no int. */
static int
index_in(struct recorder *r, ir_ref v, ir_ref sub, PyObject *now)
{
    Py_ssize_t n = rec_nfields(r, v);
    if (!PyLong_CheckExact(now) || !int_is_compact(now) || rec_is_virtual(r, sub))
        return -1;
    Py_ssize_t i = int_compact_value(now), at = i < 0 ? i + n : i;
    if (at < 0 || at >= n)
        return -1;
    if (r->ir->at[sub].op == IR_KO)
        return (int)at;
    ir_ref number = rec_number(r, sub, now);
    if (number == REF_NONE || r->why != NULL || ir_type_of(r->ir, number) != T_I64)
        return -1;
    rec_emit(r, IR_GEQ_I, number, ir_int(r->ir, i));
    return r->why == NULL ? (int)at : -1;
}

int
rec_virtual_index(struct recorder *r)
{
    ir_ref v = rec_peek(r, 2);
    const struct ir_virtual *d = rec_virtual(r, v);
    bool has_items = d != NULL && (d->kind == V_LIST || d->kind == V_TUPLE);
    return has_items ? index_in(r, v, rec_peek(r, 1), r->sp[-1]) : -1;
}

/* Stack: value, list, index. */
bool
rec_store_virtual(struct recorder *r)
{
    ir_ref l = rec_peek(r, 2);
    int i = is_virtual_list(r, l) ? rec_virtual_index(r) : -1;
    if (i < 0 || !move_to_field(r, l, (unsigned)i, r->nslots + r->depth - 3))
        return false;
    for (int k = 0; k < 3; k++)
        rec_pop(r);
    return r->why == NULL;
}

/* As much as a list has room for that was made for `made` items and to which others were appended, one by one (list_resize()). */
unsigned
rec_list_room(unsigned made, unsigned n)
{
    unsigned room = made;
    for (unsigned i = made + 1; i <= n; i++)
        if (i > room)
            room = (i + (i >> 3) + 6) & ~3u;
    return room;
}

/* ---- ranges ---- */

/* How many numbers a range has: a guard says whether it has any. step: a constant, not 0. */
static ir_ref
range_length(struct recorder *r, ir_ref start, ir_ref stop, int64_t step, bool any)
{
    ir_ref low = step > 0 ? start : stop, high = step > 0 ? stop : start;
    rec_emit(r, any ? IR_GLT_I : IR_GGE_I, low, high);
    if (!any)
        return ir_int(r->ir, 0);
    ir_ref n = rec_emit(r, IR_SUBOV_I, high, low);
    uint64_t size = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
    if (size == 1)
        return n;
    n = rec_emit(r, IR_DIV_I, rec_emit(r, IR_ADD_I, n, ir_int(r->ir, -1)), ir_int(r->ir, (int64_t)size));
    return rec_emit(r, IR_ADD_I, n, ir_int(r->ir, 1));
}

ir_ref
rec_range_iterator(struct recorder *r, const ir_ref v[3], int64_t start, int64_t stop)
{
    if (!ref_is_const(v[2])) {
        rec_stop(r, "a range with a step that may change");
        return REF_NONE;
    }
    int64_t step = ir_int_value(r->ir, v[2]), end;
    if (step == 0 || step == INT64_MIN || __builtin_add_overflow(stop, step, &end)) {
        rec_stop(r, "a range that does not count in 64 bits");
        return REF_NONE;
    }
    rec_emit(r, IR_ADDOV_I, v[1], v[2]);                 /* as the interpreter asks */
    ir_ref n = range_length(r, v[0], v[1], step, step > 0 ? start < stop : start > stop);
    const ir_ref fields[3] = { v[0], v[2], n };
    ir_ref it = r->why == NULL ? rec_new_virtual(r, V_RANGE_ITER, &PyRangeIter_Type) : REF_NONE;
    for (unsigned k = 0; k < 3 && it != REF_NONE; k++)
        if (!rec_put_field(r, it, k, rec_emit(r, IR_BOX_I, fields[k], REF_NONE)))
            it = REF_NONE;
    if (it == REF_NONE)
        rec_stop(r, "too many virtual objects");
    return it;
}

bool
rec_iterate_range(struct recorder *r)
{
    const struct range_obj *now = (struct range_obj *)r->sp[-1];
    PyObject *const fields[3] = { now->start, now->stop, now->step };
    static const uint32_t offsets[3] = { offsetof(struct range_obj, start), offsetof(struct range_obj, stop), offsetof(struct range_obj, step) };
    ir_ref range = rec_peek(r, 1), v[3];
    int64_t n[3];
    if (!rec_is_real(r, range) || !rec_guard_type(r, range, &PyRange_Type))
        return rec_stop(r, "an iterator over a number");
    for (int i = 0; i < 3; i++) {
        v[i] = int_ndigits(fields[i]) <= 2 ? rec_number(r, rec_emit_x(r, IR_CLOAD, range, REF_NONE, offsets[i]), fields[i]) : REF_NONE;
        if (v[i] == REF_NONE || r->why != NULL)
            return rec_stop(r, "a range of something else than numbers that fit a register");
        n[i] = PyLong_AsLongLong(fields[i]);
    }
    rec_emit(r, IR_GEQ_I, v[2], ir_int(r->ir, n[2]));
    v[2] = ir_int(r->ir, n[2]);
    ir_ref it = r->why == NULL ? rec_range_iterator(r, v, n[0], n[1]) : REF_NONE;
    if (it == REF_NONE)
        return false;
    rec_pop(r);
    rec_push(r, it);
    return r->why == NULL;
}

static ir_ref field_of(struct recorder *r, ir_ref it, unsigned k) { return r->ir->at[r->slot[rec_field_slot(r, it, k)]].a; }

bool
rec_for_virtual_range(struct recorder *r, ir_ref it)
{
    ir_ref value = field_of(r, it, 0), step = field_of(r, it, 1), left = field_of(r, it, 2), zero = ir_int(r->ir, 0);
    if (((struct range_iter *)r->sp[-1])->len <= 0) {
        rec_emit(r, IR_GLE_I, left, zero);
        rec_pop(r);
        return r->why == NULL;
    }
    rec_emit(r, IR_GGT_I, left, zero);
    ir_ref next = rec_emit(r, IR_BOX_I, rec_emit(r, IR_ADD_I, value, step), REF_NONE);
    ir_ref fewer = rec_emit(r, IR_BOX_I, rec_emit(r, IR_SUB_I, left, ir_int(r->ir, 1)), REF_NONE);
    if (r->why != NULL || !rec_put_field(r, it, 0, next) || !rec_put_field(r, it, 2, fewer))
        return false;
    rec_push_int(r, value);
    return r->why == NULL;
}

ir_ref
rec_make_range(struct recorder *r, ir_ref it)
{
    ir_ref value = field_of(r, it, 0), step = field_of(r, it, 1), left = field_of(r, it, 2);
    ir_ref stop = rec_emit(r, IR_ADDOV_I, value, rec_emit(r, IR_MULOV_I, left, step));
    return r->why == NULL ? opt_emit(r->ir, IR_NEW_RANGE, value, stop, step, 0) : REF_NONE;
}
