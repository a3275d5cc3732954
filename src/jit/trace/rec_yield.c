/* jit/trace/rec_yield.c: loops in generators whose items a function in C takes (vm/consume.h): tuple(g), any(g), sum(g), ...
 *
 * The generator's frame is the outer one of the trace. Below it lies the hidden frame of the function, which stays as it is while the generator runs, but for what the
 * function has so far. What it does with an item is recorded in place of YIELD_VALUE; then the generator goes on. So between two items nothing is stored, and an exit finds a
 * generator that runs. An item that the function has enough with leaves to YIELD_VALUE. */
#include "jit/trace/record.h"

#include <stddef.h>

#include "vm/consume.h"

#define WORD(i) (offsetof(_PyInterpreterFrame, localsplus) / sizeof(PyObject *) + (i))

/* What lies in slot i of the frame below, all the time. */
static ir_ref
slot_below(struct recorder *r, int i, PyTypeObject *t)
{
    ir_ref v = rec_emit(r, IR_BLOAD, (ir_ref)WORD(i), REF_NONE);
    return r->why == NULL && rec_guard_type(r, v, t) ? v : REF_NONE;
}

/* The item is taken; what is sent in is None. */
static bool
goes_on(struct recorder *r)
{
    rec_pop(r);
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

static bool
into_container(struct recorder *r, enum consumer which, PyObject *o)
{
    ir_ref to = slot_below(r, CONSUME_SO_FAR, which == CONSUME_SET ? &PySet_Type : &PyList_Type);
    struct builtin_call c = { .n = 2, .on_stack = 1, .args = { to, rec_peek(r, 1) }, .now = { o, r->sp[-1] } };
    if (to == REF_NONE)
        return false;
    return which == CONSUME_SET ? rec_set_add(r, &c) : rec_list_append(r, &c);
}

/* Its truth runs no code. */
static bool
is_plain(PyObject *o)
{
    return o == Py_None || PyBool_Check(o) || PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o) || PyList_CheckExact(o) || PyTuple_CheckExact(o);
}

static bool
tested(struct recorder *r, bool enough)
{
    int truth = is_plain(r->sp[-1]) ? PyObject_IsTrue(r->sp[-1]) : -1;
    ir_ref v = rec_peek(r, 1);
    if (truth < 0 || truth == enough)
        return rec_stop(r, truth < 0 ? "an item of another kind is tested" : "what takes the items of the generator has enough");
    if (!rec_bool(r, v, r->sp[-1], 1))
        return false;
    rec_emit(r, enough ? IR_GFALSE : IR_GTRUE, rec_peek(r, 1), REF_NONE);
    return goes_on(r);
}

void
rec_add_double(struct recorder *r, ir_ref x, ir_ref *hi, ir_ref *lo)
{
    ir_ref t = rec_emit(r, IR_ADD_F, *hi, x);
    ir_ref larger = rec_compare_numbers(r, Py_GE, rec_emit(r, IR_ABS_F, *hi, REF_NONE), rec_emit(r, IR_ABS_F, x, REF_NONE));
    ir_ref of_x = rec_emit(r, IR_ADD_F, rec_emit(r, IR_SUB_F, *hi, t), x), of_hi = rec_emit(r, IR_ADD_F, rec_emit(r, IR_SUB_F, x, t), *hi);
    if (r->why != NULL)
        return;
    *lo = rec_emit(r, IR_ADD_F, *lo, opt_emit(r->ir, IR_SELECT, larger, of_x, of_hi, 0));
    *hi = t;
}

/* Ints among the floats are not compensated for. */
static bool
added_float(struct recorder *r, ir_ref s, ir_ref v)
{
    const uint32_t at = offsetof(PyBytesObject, ob_sval);
    rec_emit(r, IR_GEQ_I, rec_field(r, s, at + offsetof(struct sum, stage)), ir_int(r->ir, SUM_FLOATS));
    ir_ref hi = rec_float_field(r, s, at + offsetof(struct sum, hi)), lo = REF_NONE;
    if (ir_type_of(r->ir, v) == T_F64) {
        lo = rec_float_field(r, s, at + offsetof(struct sum, lo));
        rec_add_double(r, v, &hi, &lo);
    } else {
        hi = rec_emit(r, IR_ADD_F, hi, rec_emit(r, IR_I2F, v, REF_NONE));
    }
    rec_before_effects(r, 1);
    if (r->why != NULL || !rec_set_field(r, s, at + offsetof(struct sum, hi), hi) || (lo != REF_NONE && !rec_set_field(r, s, at + offsetof(struct sum, lo), lo)))
        return false;
    return goes_on(r);
}

/* As long as the sum is a machine integer, or a double: it lives in registers, and is written back where the trace is left. */
static bool
added(struct recorder *r, PyObject *state)
{
    ir_ref s = slot_below(r, CONSUME_STATE, &PyBytes_Type), v;
    if (s == REF_NONE)
        return false;
    const uint32_t at = offsetof(PyBytesObject, ob_sval);
    int64_t stage = ((struct sum *)PyBytes_AS_STRING(state))->stage;
    if (stage == SUM_OBJECTS || (stage == SUM_INTS && PyFloat_CheckExact(r->sp[-1])))
        return rec_stop(r, "a sum of something else than numbers");
    if ((v = rec_number(r, rec_peek(r, 1), r->sp[-1])) == REF_NONE || (stage == SUM_INTS && ir_type_of(r->ir, v) == T_F64))
        return rec_stop(r, "a sum of something else than numbers");
    if (ir_type_of(r->ir, v) == T_BOOL)
        v = rec_emit(r, IR_B2I, v, REF_NONE);
    if (stage == SUM_FLOATS)
        return added_float(r, s, v);
    rec_emit(r, IR_GEQ_I, rec_field(r, s, at + offsetof(struct sum, stage)), ir_int(r->ir, SUM_INTS));
    ir_ref sum = rec_emit(r, IR_ADDOV_I, rec_field(r, s, at + offsetof(struct sum, i)), v);
    rec_before_effects(r, 1);
    return r->why == NULL && rec_set_field(r, s, at + offsetof(struct sum, i), sum) && goes_on(r);
}

/* min(), max() of numbers; `best` lies in the frame below. */
static bool
compared(struct recorder *r, int op, PyObject *best)
{
    ir_ref below = rec_emit(r, IR_BELOW, REF_NONE, REF_NONE), at = ir_int(r->ir, (int64_t)WORD(CONSUME_SO_FAR)), old = rec_emit(r, IR_LITEM, below, at);
    if (best == NULL)
        return rec_stop(r, "the first item of a generator");
    rec_emit(r, IR_GNE_P, old, ir_ptr(r->ir, NULL));
    ir_ref a = rec_number(r, rec_peek(r, 1), r->sp[-1]), b = a == REF_NONE || r->why != NULL ? REF_NONE : rec_number(r, old, best);
    int better = PyObject_RichCompareBool(r->sp[-1], best, op);
    if (better < 0)
        PyErr_Clear();
    if (b == REF_NONE || better < 0)
        return rec_stop(r, "the least or greatest of something else than numbers");
    ir_ref test = rec_compare_numbers(r, op, a, b);
    if (test == REF_NONE)
        return rec_stop(r, "numbers of two kinds are compared");
    rec_emit(r, better ? IR_GTRUE : IR_GFALSE, test, REF_NONE);
    if (!better)
        return r->why == NULL && goes_on(r);
    if (r->why != NULL || !rec_store_place(r, below, at, best, 0))
        return false;
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

bool
rec_yield(struct recorder *r)
{
    _PyInterpreterFrame *f = r->frame, *below = f->previous;
    if (rec_is_in_generator(r))
        return rec_yield_to_loop(r);
    enum consumer which = r->inner == f && f->owner == FRAME_OWNED_BY_GENERATOR && r->oparg == 0 ? consume_of_code(frame_code(below)) : CONSUME_NOT;
    if (which == CONSUME_NOT)
        return rec_stop(r, "a generator yields");
    rec_emit(r, IR_GEQ_P, rec_emit(r, IR_BLOAD, 0, REF_NONE), ir_obj(r->ir, (PyObject *)consume_code(which)));
    if (r->why != NULL || rec_peek(r, 1) == REF_NONE)
        return rec_stop(r, "a generator yields");
    r->below = below;
    PyObject *so_far = below->localsplus[CONSUME_SO_FAR];
    switch (which) {
    case CONSUME_ANY: case CONSUME_ALL: return tested(r, which == CONSUME_ANY);
    case CONSUME_SUM: return added(r, below->localsplus[CONSUME_STATE]);
    case CONSUME_MIN: case CONSUME_MAX: return compared(r, which == CONSUME_MIN ? Py_LT : Py_GT, so_far);
    default: return into_container(r, which, so_far);
    }
}

bool rec_is_below(const struct recorder *r, _PyInterpreterFrame *f) { return r->below != NULL && f == r->below; }
