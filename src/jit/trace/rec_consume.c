/* jit/trace/rec_consume.c: generators that are made and used up at once: set(x for x in l), all(...), sum(f(n)).
 *
 * From the call that makes the generator to the end of the call that takes its items, by a function in C (vm/consume.h), others see nothing, if the generator's code does nothing that they
 * would. So neither it nor a frame is made: its code is recorded as that of an inlined call, and in place of YIELD_VALUE what would be done with the item. Until then all exits lead to the first of both
 * calls, as it was before it (`making`), and the interpreter does all of it.
 *
 * Where something is done that cannot be done once more the recording stops, and the place is noted down: next time both are open calls. The same if there are too many rounds, or branches: each way through them
 * would begin anew at the first call. */
#include "jit/trace/record.h"

#include <math.h>

#include <stddef.h>

#include "code/opcodes.h"
#include "jit/ir/leaf.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/consume.h"
#include "vm/function.h"
#include "vm/genobject.h"

#define DEPTH_MAX 24
#define ITEMS_MAX LEAF_PARTS
#define AHEAD 100                       /* code units from MAKE_FUNCTION to the calls */
#define BRANCHES 4                     /* tests that may turn out otherwise, but for those of any() and all() */
#define WAYS 40                        /* recordings of one place */
#define FUNCTION_BEFORE (FRAME_SPECIALS_SIZE - (int)(offsetof(_PyInterpreterFrame, f_funcobj) / sizeof(PyObject *)))

static struct recorder making;         /* as r was before the first call; under the GIL */
static struct {
    enum consumer which;
    PyFunctionObject *func;
    PyCodeObject *code;
    ir_ref function, from;             /* in the trace; the first instruction emitted since */
    _PyInterpreterFrame *outer, *below;                  /* of both calls; the hidden one */
    unsigned second, end;              /* code units: of the second call, behind it */
    unsigned frame;                    /* of ir: the generator's */
    int nargs, nitems, branches;
    bool self;
    ir_ref args[ITEMS_MAX], items[ITEMS_MAX], sum, rest;   /* rest: of a sum of floats, what compensates it */
    PyObject *best;                    /* what the function in C has so far: that keeps it */
} gen;

/* ---- places where that was wrong ---- */

#define PLACES 256
static struct place { const _Py_CODEUNIT *pc; unsigned times; } places[PLACES];
static struct place *place_of(const _Py_CODEUNIT *pc) { return &places[((uintptr_t)pc >> 1) * 2654435769u % (1u << 31) >> 23]; }

static bool
is_wrong(const _Py_CODEUNIT *pc)
{
    return place_of(pc)->pc == pc && place_of(pc)->times >= WAYS;
}

static void
note(const _Py_CODEUNIT *pc, unsigned times)
{
    struct place *at = place_of(pc);
    *at = (struct place){ pc, times + (at->pc == pc ? at->times : 0) };
}

const char rec_not_at_once[] = "a generator that does what others may see";

static bool
fail(struct recorder *r)
{
    note(_PyCode_CODE(making.inner_code) + making.at, WAYS);
    return rec_stop(r, rec_not_at_once);
}

/* ---- functions made for one call ---- */

/* Is the function that the code makes at `from` called with the iterator that GET_ITER has made, and what comes of that given to a consumer? */
static bool
is_called_at_once(PyCodeObject *code, unsigned from)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(code);
    for (unsigned i = from, op; i < from + AHEAD && i < (unsigned)Py_SIZE(code); i += 1 + (unsigned)op_table[op].caches) {
        op = (unsigned)op_deopt(unit[i].op.code);
        if (op == MAKE_FUNCTION)
            return false;
        if (op != GET_ITER)
            continue;
        const _Py_CODEUNIT *call = unit + i + 1, *second = call + 1 + op_table[CALL].caches;
        return op_deopt(call->op.code) == CALL && call->op.arg == 0 && second->op.code == CALL_CONSUME && second->op.arg == 1 && !is_wrong(call);
    }
    return false;
}

static bool is_virtual_function(struct recorder *r, ir_ref v) { return rec_is_virtual(r, v) && rec_virtual(r, v)->kind == V_FUNCTION; }

bool
rec_make_function(struct recorder *r)
{
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    bool closure = next->op.code == SET_FUNCTION_ATTRIBUTE && next->op.arg == MAKE_CLOSURE;
    ir_ref code = rec_peek(r, 1);
    PyObject **below = r->sp - 3 - closure;
    if (code == REF_NONE || r->ir->at[code].op != IR_KO || !PyCode_Check(r->sp[-1]) || rec_own_depth(r) < 3 + closure || r->ts->interp->active_func_watchers != 0)
        return rec_stop(r, "a function is made");
    if (below[0] == NULL || below[1] != NULL || consume_which(below[0]) == CONSUME_NOT || !is_called_at_once(r->inner_code, r->next))
        return rec_stop(r, "a function is made");
    ir_ref f = rec_watch(r, DEP_MONITORING, r->ts->interp, NULL) ? rec_new_virtual(r, V_FUNCTION, &PyFunction_Type) : REF_NONE;
    if (f == REF_NONE || !rec_put_field(r, f, 0, code) || !rec_put_field(r, f, 1, ir_obj(r->ir, Py_None)) || !rec_put_field(r, f, 2, ir_obj(r->ir, r->inner->f_globals)))
        return rec_stop(r, "too many virtual objects");
    rec_pop(r);
    rec_push(r, f);
    return r->why == NULL;
}

bool
rec_set_closure(struct recorder *r)
{
    int slot = r->nslots + r->depth - 2;
    ir_ref f = rec_peek(r, 1), closure = rec_local(r, slot);
    if (r->oparg != MAKE_CLOSURE || !is_virtual_function(r, f) || closure == REF_NONE || !rec_put_field(r, f, 1, closure))
        return rec_stop(r, "a function is made");
    int field = rec_field_slot(r, f, 1);
    if (r->held[slot] && !r->held[field]) {
        r->held[slot] = false;
        r->held[field] = true;
    }
    rec_pop(r);
    rec_pop(r);
    rec_push(r, f);
    return r->why == NULL;
}

bool
rec_feeds_generator(struct recorder *r, unsigned next, int depth)
{
    const _Py_CODEUNIT *call = _PyCode_CODE(r->inner_code) + next;
    int slot = r->nslots + r->depth - depth;
    return op_deopt(call->op.code) == CALL && call->op.arg == 0 && r->depth > depth && r->changed[slot - 1] && is_virtual_function(r, r->slot[slot - 1]);
}

/* ---- the first call ---- */

static bool
is_supported(enum consumer which)
{
    return which != CONSUME_NOT && which != CONSUME_SORTED;
}

/* May it be recorded together with the next one? */
static bool
is_made_for_consumer(struct recorder *r)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(r->inner_code), *next = unit + r->next;
    PyObject **base = r->sp - r->oparg - 2;
    if (next->op.code != CALL_CONSUME || next->op.arg != 1 || rec_own_depth(r) < r->oparg + 4 || is_wrong(unit + r->at))
        return false;
    if (Py_TYPE(base[0]) != &PyFunction_Type || base[-1] != NULL || base[-2] == NULL || r->pc != r->at)
        return false;
    gen.func = (PyFunctionObject *)base[0];
    gen.code = (PyCodeObject *)gen.func->func_code;
    gen.self = base[1] != NULL;
    gen.nargs = r->oparg + gen.self;
    gen.which = consume_which(base[-2]);
    if (!is_supported(gen.which) || gen.nargs > ITEMS_MAX || (gen.code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) != CO_GENERATOR)
        return false;
    if (gen.func->vectorcall != _PyFunction_Vectorcall || !gen_can_make(r->ts, gen.func, gen.nargs) || rec_has_large_loop(gen.code) || rec_place_refused(r, gen.code) != NULL)
        return false;
    for (unsigned k = r->ir->frame; k != 0; k = r->ir->frames[k].parent)
        if (r->ir->frames[k].code == gen.code)
            return false;
    return r->ir->frames[r->ir->frame].depth + 1 <= DEPTH_MAX;
}

/* What an open call, or what was before the trace, has left in this slot, or the trace itself has put there: NULL, or something. */
static bool
guard_null(struct recorder *r, int slot, bool is_null)
{
    ir_ref v = rec_local(r, slot);
    if (v != REF_NONE && (r->ir->at[v].op == IR_FLOAD || r->ir->at[v].op == IR_SLOAD))
        rec_emit(r, is_null ? IR_GEQ_P : IR_GNE_P, v, ir_ptr(r->ir, NULL));
    else if ((v == REF_NONE) != is_null)
        return rec_stop(r, "a call that began before the trace");
    return r->why == NULL;
}

/* Guards for what is called, and the arguments. */
static bool
look(struct recorder *r, int first, PyObject *consumer)
{
    ir_ref v = gen.function = rec_local(r, first + 2), c = rec_local(r, first);
    if (v == REF_NONE || c == REF_NONE || !guard_null(r, first + 1, true) || !guard_null(r, first + 3, !gen.self))
        return rec_stop(r, "a call that began before the trace");
    if (r->ir->at[c].op != IR_KO)
        rec_emit(r, IR_GEQ_P, c, ir_obj(r->ir, consumer));
    if (is_virtual_function(r, v) ? !rec_watch_callee(r, NULL, gen.code) : rec_is_virtual(r, v) || !rec_guard_callee(r, v, gen.func))
        return false;
    rec_emit(r, IR_GDEPTH, (ir_ref)(r->ir->frames[r->ir->frame].depth + 1), REF_NONE);
    for (int i = 0; i < gen.nargs; i++)
        if ((gen.args[i] = rec_local(r, first + 3 + !gen.self + i)) == REF_NONE)
            return rec_stop(r, "a call that began before the trace");
    return r->why == NULL;
}

/* Cell number i of the function's closure. */
static ir_ref
free_variable(struct recorder *r, int i)
{
    ir_ref v = gen.function, closure;
    PyObject *now = PyTuple_GET_ITEM(gen.func->func_closure, i);
    if (r->ir->at[v].op == IR_KO)
        return ir_obj(r->ir, now);
    if (!is_virtual_function(r, v)) {
        closure = rec_emit_x(r, IR_OLOAD, v, REF_NONE, offsetof(PyFunctionObject, func_closure));
        rec_emit(r, IR_GNE_P, closure, ir_ptr(r->ir, NULL));
        return rec_emit(r, IR_TITEM, closure, ir_int(r->ir, i));
    }
    closure = r->slot[rec_field_slot(r, v, 1)];
    return rec_is_virtual(r, closure) ? r->slot[rec_field_slot(r, closure, (unsigned)i)] : rec_emit(r, IR_TITEM, closure, ir_int(r->ir, i));
}

/* The generator's frame, as it is when it begins. */
static bool
begin_frame(struct recorder *r, int first)
{
    PyCodeObject *code = gen.code;
    int nfree = code->co_nfreevars, at = code->co_nlocalsplus - nfree;
    ir_ref cells[ITEMS_MAX];
    for (int i = 0; i < nfree; i++)
        cells[i] = free_variable(r, i);
    for (int i = 0; i < r->oparg + 4; i++)
        rec_pop(r);
    int base = r->base + r->inner_code->co_framesize;
    struct ir_frame f = { .base = (uint16_t)base, .below = (uint16_t)first, .function = (uint16_t)(base - FUNCTION_BEFORE), .nlocals = (uint16_t)code->co_nlocalsplus, .call = r->at, .ret = r->next,
                          .code = code };
    if (r->why != NULL || !rec_add_frame(r, f))
        return false;
    gen.frame = r->ir->frame;
    rec_set(r, base - FUNCTION_BEFORE, gen.function);
    for (int i = 0; i < code->co_nlocalsplus; i++)
        rec_set(r, base + i, i < gen.nargs ? gen.args[i] : i >= at ? cells[i - at] : REF_NONE);
    rec_push(r, ir_obj(r->ir, Py_None));
    return r->why == NULL;
}

static bool
begin(struct recorder *r)
{
    int first = r->nslots + r->depth - r->oparg - 4;
    if (!look(r, first, r->sp[-r->oparg - 4]))
        return false;
    gen.outer = r->inner;
    gen.second = r->next;
    gen.end = r->next + 1 + (unsigned)op_table[CALL].caches;
    gen.nitems = gen.branches = 0;
    note(_PyCode_CODE(r->inner_code) + r->at, 1);
    gen.sum = ir_int(r->ir, 0);
    gen.best = NULL;
    gen.from = r->ir->end;
    r->consuming = CONSUMING_MAKES;
    return begin_frame(r, first);
}

bool
rec_begin_consuming(struct recorder *r, int opcode)
{
    if (opcode != CALL || r->consuming || !is_made_for_consumer(r) || gen.code->co_nfreevars > ITEMS_MAX || (r->nheld > 0 && !rec_settle_held(r)))
        return false;
    ir_ref end = r->ir->end;
    uint16_t frame = r->ir->frame;
    rec_set_aside(&making, r);
    making.inner_frame = frame;
    making.ir_top = r->ir->top;
    making.ir_real = r->ir->real;
    making.begun = false;
    if (begin(r))
        return true;
    if (r->ir->full != NULL || r->broken)
        return false;
    ir_cut(r->ir, end);
    r->ir->frame = frame;
    rec_take_back(r, &making);
    r->begun = true;
    rec_snap(r, r->pc, 0);
    return false;
}

struct snap *rec_snap_consuming(void) { return rec_snap_of(&making); }

/* ---- what the interpreter does meanwhile ---- */

static int
stopped(struct recorder *r)
{
    rec_stop(r, "a generator was not used up as expected");
    return -1;
}

/* The hidden frame and the generator's are those of the second call. */
static int
comes_to_generator(struct recorder *r, _PyInterpreterFrame *f)
{
    _PyInterpreterFrame *below = f->previous;
    if (f->owner != FRAME_OWNED_BY_GENERATOR || frame_code(f) != gen.code || below == NULL || frame_code(below) != consume_code(gen.which) || below->previous != gen.outer)
        return stopped(r);
    gen.below = below;
    r->inner = f;
    r->consuming = CONSUMING_RUNS;
    return 0;
}

int
rec_sees_consuming(struct recorder *r, _PyInterpreterFrame *f, const _Py_CODEUNIT *pc)
{
    switch (r->consuming) {
    case CONSUMING_MAKES:
        if (f != gen.outer)
            return frame_code(f) == gen.code ? 1 : stopped(r);
        if (pc != _PyCode_CODE(frame_code(f)) + gen.second || pc->op.code != CALL_CONSUME)
            return stopped(r);
        r->consuming = CONSUMING_CALLS;
        return 1;
    case CONSUMING_CALLS: return comes_to_generator(r, f);
    case CONSUMING_RUNS: return f == gen.below;
    case CONSUMING_ENDS:
        if (f == gen.below)
            return 1;
        if (f != gen.outer || pc != _PyCode_CODE(frame_code(f)) + gen.end)
            return stopped(r);
        r->consuming = CONSUMING_NOT;
        return 0;
    default: return 0;
    }
}

/* ---- items ---- */

static bool
has_effects(const struct recorder *r)
{
    for (ir_ref k = gen.from; k < r->ir->end; k++) {
        const struct ir_ins *in = &r->ir->at[k];
        unsigned flags = ir_ops[in->op].flags;
        if ((in->op >= IR_NEW_I && in->op <= IR_NEW_METHOD) || in->op == IR_CALLO)
            return true;
        if (flags & (I_STORE | I_KEEP) && (!(flags & I_GUARD) || ir_acts_first(in->op)))
            return true;
    }
    return false;
}

/* Its truth runs no code. */
static bool
is_plain(PyObject *o)
{
    return o == Py_None || PyBool_Check(o) || PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o) || PyList_CheckExact(o) || PyTuple_CheckExact(o);
}

static bool
add(struct recorder *r, ir_ref v, PyObject *o)
{
    if ((v = rec_number(r, v, o)) == REF_NONE || r->why != NULL)
        return false;
    bool of_floats = ir_type_of(r->ir, gen.sum) == T_F64;
    if (ir_type_of(r->ir, v) == T_BOOL)
        v = rec_emit(r, IR_B2I, v, REF_NONE);
    if (!of_floats && ir_type_of(r->ir, v) == T_F64) {      /* the first: by `+` */
        gen.sum = rec_emit(r, IR_ADD_F, rec_emit(r, IR_I2F, gen.sum, REF_NONE), v);
        gen.rest = ir_float(r->ir, 0.0);
    } else if (!of_floats)
        gen.sum = rec_emit(r, IR_ADDOV_I, gen.sum, v);
    else if (ir_type_of(r->ir, v) == T_F64)
        rec_add_double(r, v, &gen.sum, &gen.rest);
    else
        gen.sum = rec_emit(r, IR_ADD_F, gen.sum, rec_emit(r, IR_I2F, v, REF_NONE));
    return r->why == NULL;
}

/* The sum is no negative zero, as it began with 0: so what compensates it may be added even if that is nothing. */
static bool
give_sum(struct recorder *r)
{
    if (ir_type_of(r->ir, gen.sum) == T_I64) {
        rec_push_int(r, gen.sum);
        return r->why == NULL;
    }
    rec_emit(r, IR_GLT_F, rec_emit(r, IR_ABS_F, gen.rest, REF_NONE), ir_float(r->ir, INFINITY));
    ir_ref sum = rec_emit(r, IR_ADD_F, gen.sum, gen.rest);
    if (r->why == NULL)
        rec_push_float(r, sum);
    return r->why == NULL;
}

/* What is in a container stays an object in each round, whatever the trace does. */
static bool
is_item(struct recorder *r, ir_ref v)
{
    int op = r->ir->at[v].op;
    return op == IR_LITEM || op == IR_TITEM || op == IR_KO || op == IR_SELECT;
}

/* min() and max(): what is best so far is chosen without a guard: `sum` is its number, and the first of the items is it, if they are objects that exist. If they are new numbers, it is made at the end. */
static bool
choose(struct recorder *r, ir_ref v, PyObject *o)
{
    int op = gen.which == CONSUME_MIN ? Py_LT : Py_GT, better = 1;
    bool boxes = ir_is_box(r->ir, v);
    if ((!PyLong_CheckExact(o) && !PyFloat_CheckExact(o)) || gen.nitems == ITEMS_MAX)
        return false;
    ir_ref number = rec_number(r, v, o), best = gen.sum;
    if (number == REF_NONE || r->why != NULL)
        return false;
    if (gen.nitems > 0) {
        ir_ref test = rec_compare_numbers(r, op, number, best);
        if (test == REF_NONE || ir_type_of(r->ir, number) != ir_type_of(r->ir, best) || boxes != ir_is_box(r->ir, gen.items[0]) || (!boxes && !(is_item(r, v) && is_item(r, gen.items[0]))))
            return false;
        better = PyObject_RichCompareBool(o, gen.best, op);
        number = opt_emit(r->ir, IR_SELECT, test, number, best, 0);
        if (!boxes)
            gen.items[0] = opt_emit(r->ir, IR_SELECT, test, v, gen.items[0], 0);
    }
    gen.sum = number;
    if (better)
        gen.best = o;
    if (boxes || gen.nitems == 0)
        gen.items[gen.nitems++] = v;
    return better >= 0 && r->ir->full == NULL && r->why == NULL;
}

static bool
collect(struct recorder *r, ir_ref v, PyObject *o)
{
    if (gen.nitems == (gen.which == CONSUME_SET ? ITEMS_MAX : IR_FIELDS_MAX) || (gen.which == CONSUME_SET && (!leaf_is_key(o) || ir_type_of(r->ir, v) == T_BOOL)))
        return false;
    gen.items[gen.nitems++] = v;
    return true;
}

/* YIELD_VALUE. *enough: nothing else is wanted. */
static bool
take_item(struct recorder *r, bool *enough)
{
    int slot = r->nslots + r->depth - 1;
    ir_ref v = rec_peek(r, 1);
    PyObject *o = r->sp[-1];
    if (v == REF_NONE || rec_is_virtual(r, v) || r->held[slot] || r->oparg != 0)
        return false;
    if (gen.which == CONSUME_SUM)
        return add(r, v, o);
    if (gen.which == CONSUME_MIN || gen.which == CONSUME_MAX)
        return choose(r, v, o);
    if (gen.which != CONSUME_ANY && gen.which != CONSUME_ALL)
        return collect(r, v, o);
    int truth = is_plain(o) ? PyObject_IsTrue(o) : -1;
    if (truth < 0 || !rec_bool(r, v, o, 1))
        return false;
    rec_emit(r, truth ? IR_GTRUE : IR_GFALSE, rec_peek(r, 1), REF_NONE);
    *enough = truth == (gen.which == CONSUME_ANY);
    return r->why == NULL;
}

/* ---- the end ---- */

/* A number is as good as another object of the same value when nothing else has it as this one. */
static bool
is_free_number(struct recorder *r, int at)
{
    ir_ref v = gen.items[at];
    for (int i = rec_first_slot(r); i < REC_ALL; i = rec_next_slot(r, i))
        if (r->changed[i] && r->slot[i] == v)
            return false;
    for (int i = 0; i < r->npending; i++)
        if (r->pending[i].value == v)
            return false;
    for (int i = 0; i < at; i++)
        if (gen.items[i] == v)
            return false;
    return true;
}

static bool
give_set(struct recorder *r)
{
    int64_t numbers = 0;
    for (int i = 0; i < gen.nitems; i++) {
        ir_ref v = gen.items[i];
        bool number = r->ir->at[v].op == IR_BOX_I;
        if (number ? !is_free_number(r, i) : ir_is_box(r->ir, v))
            return false;
        numbers |= (int64_t)number << i;
    }
    for (int i = 0; i < gen.nitems; i++) {
        if (numbers >> i & 1)
            rec_emit(r, IR_ARG_I, (ir_ref)i, r->ir->at[gen.items[i]].a);
        else
            rec_emit(r, IR_ARG, (ir_ref)i, gen.items[i]);
    }
    return rec_give_new(r, 0, rec_leaf(r, IR_CALLN, HELPER_SET_OF, ir_int(r->ir, gen.nitems), ir_int(r->ir, numbers), REF_NONE), &PySet_Type);
}

/* As much as a list has room for that list() has made of so many items: there was room for eight, and what was too much is given back. */
static unsigned
room_of_list(int n)
{
    return n == 0 ? 0 : n == 1 ? 4 : n <= 8 ? 8 : 16;
}

static bool
give_items(struct recorder *r)
{
    bool is_list = gen.which == CONSUME_LIST;
    if (gen.nitems == 0 && !is_list) {
        rec_push(r, rec_const(r, EMPTY_TUPLE));
        return r->why == NULL;
    }
    ir_ref v = rec_new_virtual(r, is_list ? V_LIST : V_TUPLE, is_list ? &PyList_Type : &PyTuple_Type);
    if (v == REF_NONE)
        return false;
    if (is_list)
        rec_virtual(r, v)->made = (uint8_t)room_of_list(gen.nitems);
    for (int i = 0; i < gen.nitems; i++)
        if (!rec_put_field(r, v, (unsigned)i, gen.items[i]))
            return false;
    rec_push(r, v);
    return r->why == NULL;
}

static bool
give_chosen(struct recorder *r)
{
    ir_ref v = gen.items[0];
    for (int i = 0; i < gen.nitems && gen.nitems > 1; i++)
        if (!is_free_number(r, i))
            return false;
    if (gen.nitems > 1)
        v = rec_emit(r, r->ir->at[v].op, gen.sum, REF_NONE);
    rec_push(r, v);
    return r->why == NULL;
}

static bool
give_result(struct recorder *r, bool enough)
{
    switch (gen.which) {
    case CONSUME_ANY: case CONSUME_ALL:
        rec_push(r, ir_bool(r->ir, enough == (gen.which == CONSUME_ANY)));
        return r->why == NULL;
    case CONSUME_SUM: return give_sum(r);
    case CONSUME_MIN: case CONSUME_MAX:
        if (gen.nitems == 0)
            return false;
        return give_chosen(r);
    case CONSUME_SET: return give_set(r);
    default: return give_items(r);
    }
}

/* The generator is at its end, or dropped where it waits outside of any `try`. */
static bool
end(struct recorder *r, bool enough)
{
    const _Py_CODEUNIT *next = _PyCode_CODE(r->inner_code) + r->next;
    if (enough && (op_deopt(next->op.code) != RESUME || !(next->op.arg & RESUME_OPARG_DEPTH1_MASK)))
        return false;
    rec_leave_frame(r);
    r->inner = gen.outer;
    r->consuming = CONSUMING_ENDS;
    return r->why == NULL && give_result(r, enough) && rec_end_unseen(r);
}

bool
rec_go_on_consuming(struct recorder *r, int opcode)
{
    bool own = r->ir->frame == gen.frame, enough = false;
    if (own && opcode == YIELD_VALUE) {
        if (!take_item(r, &enough) || has_effects(r))
            return fail(r);
        rec_pop(r);
        rec_push(r, ir_obj(r->ir, Py_None));
        return !enough || end(r, true) ? r->why == NULL : fail(r);
    }
    if (own && (opcode == RETURN_VALUE || opcode == RETURN_CONST))
        return end(r, false) ? true : fail(r);
    if (own && opcode == RESUME)
        return true;
    bool branches = opcode == POP_JUMP_IF_TRUE || opcode == POP_JUMP_IF_FALSE || opcode == POP_JUMP_IF_NONE || opcode == POP_JUMP_IF_NOT_NONE;
    ir_ref before = r->ir->end;
    if (!rec_one_instruction(r, opcode) || r->why != NULL || has_effects(r))
        return fail(r);
    if (branches && r->ir->end != before && ++gen.branches > BRANCHES)
        return fail(r);
    if (r->nvirtuals > 0)
        rec_sweep_virtuals(r);
    return r->why == NULL ? true : fail(r);
}

bool rec_unwind_consuming(struct recorder *r) { return fail(r); }
