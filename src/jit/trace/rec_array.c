/* jit/trace/rec_array.c: recording items of objects that are rows of numbers, like those of the module array (rt/items.h).
 *
 * Where the items are and how many is read once a trace: nothing in it makes a row longer or shorter but open calls. The kind of items is guarded by an
 * address in the object that never changes. A number that does not fit the kind is left to the interpreter by a guard, as is an int of 64 bits
 * without sign that is too large for a register. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "jit/ir/ir_runtime.h"
#include "object/num/int.h"
#include "rt/items.h"

extern const struct items __start_adder_items[] __attribute__((weak, visibility("hidden")));
extern const struct items __stop_adder_items[] __attribute__((weak, visibility("hidden")));

static const struct items *
items_of(PyTypeObject *t)
{
    const PyMappingMethods *m = t->tp_as_mapping;
    if (m == NULL || !(t->tp_flags & Py_TPFLAGS_IMMUTABLETYPE))
        return NULL;
    for (const struct items *row = __start_adder_items; row < __stop_adder_items; row++)
        if (row->get == m->mp_subscript && row->set == m->mp_ass_subscript)
            return row;
    return NULL;
}

bool rec_is_row(PyObject *o) { return items_of(Py_TYPE(o)) != NULL && jit_item_shift((uint32_t)items_of(Py_TYPE(o))->code(o)) >= 0; }

ir_ref
rec_row_length(struct recorder *r, ir_ref v, PyObject *o)
{
    return rec_guard_type(r, v, Py_TYPE(o)) ? rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)) : REF_NONE;
}

struct item { ir_ref row, index; uint32_t code; };

/* Item sub of o, which is there. */
static bool
find(struct recorder *r, ir_ref v, PyObject *o, ir_ref sub, PyObject *sub_now, struct item *it)
{
    const struct items *row = items_of(Py_TYPE(o));
    it->code = (uint32_t)row->code(o);
    it->index = rec_index(r, v, o, sub, sub_now);
    if (it->index == REF_NONE)
        return false;
    ir_ref kind = rec_emit_x(r, IR_ALOAD, v, REF_NONE, row->kind);
    rec_emit(r, IR_GEQ_P, kind, ir_ptr(r->ir, *(void **)((char *)o + row->kind)));
    it->row = rec_emit_x(r, IR_ALOAD, v, REF_NONE, row->items);
    return r->why == NULL;
}

bool
rec_row_subscr(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    struct item it;
    if (!find(r, rec_peek(r, 2), o, rec_peek(r, 1), r->sp[-1], &it))
        return false;
    ir_ref v = rec_emit_x(r, jit_item_is_float(it.code) ? IR_VLOAD_F : IR_VLOAD_I, it.row, it.index, it.code);
    if (it.code == 'Q' || it.code == 'L')
        rec_emit(r, IR_GGE_I, v, ir_int(r->ir, 0));
    return rec_give(r, 2, v);
}

/* The number as one that fits. */
static ir_ref
fitting(struct recorder *r, ir_ref v, uint32_t code)
{
    int64_t low, high;
    if (ir_type_of(r->ir, v) == T_BOOL)
        v = rec_emit(r, IR_B2I, v, REF_NONE);
    if (jit_item_is_float(code))
        return ir_type_of(r->ir, v) == T_I64 ? rec_emit(r, IR_I2F, v, REF_NONE) : v;
    if (ir_type_of(r->ir, v) == T_F64) {
        rec_stop(r, "a float is stored where ints are");
        return REF_NONE;
    }
    jit_item_bounds(code, &low, &high);
    if (low > INT64_MIN)
        rec_emit(r, IR_GGE_I, v, ir_int(r->ir, low));
    if (high < INT64_MAX)
        rec_emit(r, IR_GLE_I, v, ir_int(r->ir, high));
    return v;
}

bool
rec_row_store(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    struct item it;
    ir_ref v = rec_number(r, rec_peek(r, 3), r->sp[-3]);
    if (v == REF_NONE || r->why != NULL)
        return rec_stop(r, "what is stored is no number that fits a register");
    if (!find(r, rec_peek(r, 2), o, rec_peek(r, 1), r->sp[-1], &it))
        return false;
    v = fitting(r, v, it.code);
    if (r->why != NULL)
        return false;
    opt_emit(r->ir, jit_item_is_float(it.code) ? IR_VSTORE_F : IR_VSTORE_I, it.row, it.index, v, it.code);
    for (int i = 0; i < 3; i++)
        rec_pop(r);
    return r->why == NULL;
}
