/* jit/trace/record.c: starting and ending a recording; the state of slots; instructions that only move values. */
#include "jit/trace/record.h"

#include <time.h>

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "jit/ir/next.h"
#include "jit/opt/opt.h"
#include "jit/jit.h"
#include "jit/trace/events.h"
#include "object/core/err.h"
#include "object/core/type.h"
#include "object/num/float.h"
#include "object/num/int.h"
#include "rt/interp.h"
#include "vm/heat.h"
#include "vm/specialize.h"
#include "vm/step.h"

#define UNSTABLE 24                    /* tries that do not count */

static struct recorder recorder;

bool
rec_stop(struct recorder *r, const char *why)
{
    if (r->why == NULL)
        r->why = why;
    return false;
}

/* ---- emission ---- */

ir_ref
rec_emit_x(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b, uint32_t x)
{
    ir_ref v = opt_emit(r->ir, op, a, b, REF_NONE, x);
    if (UNLIKELY(v == REF_FAIL))
        rec_stop(r, "a guard contradicts what is known");
    if (UNLIKELY(r->ir->full != NULL))
        rec_stop(r, r->ir->full);
    return v;
}

ir_ref rec_emit(struct recorder *r, enum ir_op op, ir_ref a, ir_ref b) { return rec_emit_x(r, op, a, b, 0); }

enum snap_how
rec_how_of(const struct recorder *r, ir_ref v)
{
    int op = r->ir->at[v].op;
    return op == IR_BOX_I ? HOW_INT : op == IR_BOX_F ? HOW_FLOAT : op == IR_VIRT ? HOW_VIRTUAL : ir_type_of(r->ir, v) == T_BOOL ? HOW_BOOL : HOW_OBJ;
}

struct snap *
rec_snap(struct recorder *r, unsigned pc, int popped)
{
    int depth = r->depth - popped;
    if (UNLIKELY(r->unseen))
        return rec_snap_unseen();
    if (UNLIKELY(r->consuming))
        return rec_snap_consuming();
    if (UNLIKELY(r->begun && pc == r->pc && (depth != r->begun_depth || r->base != r->begun_base)))
        rec_stop(r, "a guard in the middle of an instruction");      /* which would be done again with part of it done */
    struct snap *s = snap_begin(r->ir, pc, (unsigned)depth);
    int end = r->nslots + depth;
    for (int i = rec_next_changed(r, 0, end); i < end; i = rec_next_changed(r, i + 1, end))
        snap_add_entry(r->ir, r->slot[i] == REF_NONE ? SNAP_ENTRY(i, 0, HOW_NULL, 0) : SNAP_ENTRY(i, r->held[i], rec_how_of(r, r->slot[i]), r->slot[i]));
    if (r->nvirtuals > 0)
        rec_snap_virtuals(r, end);
    for (int i = 0; i < r->npending; i++)
        snap_add_store(r->ir, r->pending[i]);
    return s;
}

/* ---- slots ---- */

ir_ref
rec_local(struct recorder *r, int i)
{
    if (r->slot[i] != REF_NONE || r->changed[i] || r->empty[i])
        return r->slot[i];
    if (i < r->top && r->frame->localsplus[i] == NULL) {     /* a variable without value that a comprehension puts back */
        rec_emit(r, IR_GEMPTY, (ir_ref)i, REF_NONE);
        rec_guard_late(r, i);
        r->changed[i] = true;
        return REF_NONE;
    }
    if (i >= r->top && r->ngenerators > 0)
        return rec_generator_local(r, i);
    return r->slot[i] = rec_emit(r, IR_SLOAD, (ir_ref)i, REF_NONE);
}

/* May the object in slot i be dropped later than it is overwritten? Of the references that it has now, the trace does not hold those of its slots. */
static bool
is_shared(struct recorder *r, int i)
{
    PyObject **slots = r->frame->localsplus, *o = slots[i];
    Py_ssize_t lent = 0;
    for (int k = 0; k < r->nslots + r->depth && k < r->nslots + r->code->co_stacksize; k++)
        lent += k != i && r->changed[k] && slots[k] == o;
    return i < 64 && jit_drops_late(slots, (unsigned)i, 0) && (Py_REFCNT(o) == 1 || Py_REFCNT(o) > lent + 1);
}

uint64_t
rec_late_slots(const struct recorder *r)
{
    uint64_t there = r->top >= 64 ? UINT64_MAX : ((uint64_t)1 << r->top) - 1;
    return r->late[0] & ~r->leaf[0] & there;
}

void
rec_guard_late(struct recorder *r, int i)
{
    if (i >= r->top && r->ngenerators > 0)
        rec_guard_generator_slot(r, i);
    if (i >= r->top || rec_is_late(r, i))
        return;
    PyObject *o = r->frame->localsplus[i];
    if (o == NULL)
        rec_emit(r, IR_GNULL, (ir_ref)i, REF_NONE);
    else if (jit_is_leaf(Py_TYPE(o)))
        rec_emit_x(r, IR_GSTYPE, (ir_ref)i, REF_NONE, ir_ptr(r->ir, Py_TYPE(o)));
    else if (is_shared(r, i))
        rec_emit(r, IR_GLATE, (ir_ref)i, ir_int(r->ir, (int64_t)rec_late_slots(r)));
    else
        rec_stop(r, "a variable or the stack holds an object whose death may be noticed");
    rec_mark_late(r, i, o == NULL || jit_is_leaf(Py_TYPE(o)));
}

/* What was read from the frame's memory is there another time, too: a variable may have no value then. */
static void
guard_bound(struct recorder *r, ir_ref v)
{
    int op = r->ir->at[v].op;
    if (op == IR_SLOAD || op == IR_FLOAD)
        rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
}

/* An entry of the stack from before the trace may be empty another time: a comprehension has put a variable without value there. */
static void
guard_moved(struct recorder *r, ir_ref v)
{
    if (v != REF_NONE && r->ir->at[v].a >= r->ir->nlocals)
        guard_bound(r, v);
}

static void
take(struct recorder *r, int i)
{
    if (rec_is_late(r, i))
        return;
    guard_bound(r, rec_local(r, i));
    rec_protect(r);
    rec_emit(r, IR_FOPEN, (ir_ref)i, REF_NONE);
    r->changed[i] = r->held[i] = true;
    r->nheld++;
    rec_mark_late(r, i, false);
    r->taken[i / 64] |= (uint64_t)1 << i % 64;
    rec_snap(r, r->pc, 0);
}

void
rec_take(struct recorder *r, int i)
{
    PyObject *o = i < r->top ? r->frame->localsplus[i] : NULL;
    if (o == NULL || r->changed[i] || rec_is_late(r, i) || jit_is_leaf(Py_TYPE(o)))
        return;
    if (!rec_has_heir(r, i) && (is_shared(r, i) || !jit_is_quiet(r->frame->localsplus, 0, o, 1)))
        return;
    take(r, i);
}

/* The operands of the instruction that lie in memory, and nowhere else: they are handed on, or dropped when it is known that nobody notices. */
static void
take_operands(struct recorder *r, int opcode)
{
    const struct op_count *c = &op_table[opcode].popped;
    int end = r->nslots + r->depth, from = end - c->base - c->per_arg * r->oparg - c->per_low * (r->oparg & 1);
    if (end > r->top)
        end = r->top;
    for (int i = from < r->nslots ? r->nslots : from; i < end && opcode != FOR_ITER; i++) {
        PyObject *o = r->frame->localsplus[i];
        const struct ir_ins *in = &r->ir->at[r->slot[i]];
        if (r->slot[i] != REF_NONE && ((in->op != IR_SLOAD && in->op != IR_FLOAD) || in->a != i))
            continue;                                        /* what a call has left there under another name */
        if (o != NULL && !r->changed[i] && Py_TYPE(o)->tp_iternext == NULL && !jit_is_leaf(Py_TYPE(o)) && !_Py_IsImmortal(o) && !is_shared(r, i))
            take(r, i);
    }
}

void
rec_set(struct recorder *r, int i, ir_ref v)
{
    rec_guard_late(r, i);
    if (r->held[i])
        rec_let_go(r, i);
    r->slot[i] = v;
    r->changed[i] = true;
}

void rec_push(struct recorder *r, ir_ref v) { rec_set(r, r->nslots + r->depth++, v); }
void rec_push_int(struct recorder *r, ir_ref v) { rec_push(r, rec_emit(r, IR_BOX_I, v, REF_NONE)); }
void rec_push_float(struct recorder *r, ir_ref v) { rec_push(r, rec_emit(r, IR_BOX_F, v, REF_NONE)); }
ir_ref rec_peek(struct recorder *r, int n) { return rec_local(r, r->nslots + r->depth - n); }

ir_ref
rec_pop(struct recorder *r)
{
    ir_ref v = rec_peek(r, 1);
    rec_guard_late(r, r->nslots + r->depth - 1);
    if (v != REF_NONE && r->npending > 0)
        rec_store_pending(r, v);
    r->depth--;
    return v;
}

ir_ref
rec_const(struct recorder *r, PyObject *o)
{
    return PyBool_Check(o) ? ir_bool(r->ir, o == Py_True) : ir_obj(r->ir, o);
}

/* Stores that wait for what may be the same field of the same object under another name. */
static void
store_aliases(struct recorder *r, ir_ref obj, uint32_t offset)
{
    for (int i = 0; i < r->npending; i++) {
        const struct snap_store *st = &r->pending[i];
        if (st->obj != obj && st->offset == offset && !ir_is_reference(r->ir, st->value) && !never_same(r->ir, st->obj, obj)) {
            rec_store_pending(r, st->obj);
            i = -1;
        }
    }
}

static ir_ref
field(struct recorder *r, enum ir_op load, ir_ref obj, uint32_t offset)
{
    store_aliases(r, obj, offset);
    for (int i = 0; i < r->npending; i++)
        if (r->pending[i].obj == obj && r->pending[i].offset == offset)
            return r->pending[i].value;
    return rec_emit_x(r, load, obj, REF_NONE, offset);
}

ir_ref rec_field(struct recorder *r, ir_ref obj, uint32_t offset) { return field(r, IR_RLOAD_I, obj, offset); }
ir_ref rec_float_field(struct recorder *r, ir_ref obj, uint32_t offset) { return field(r, IR_RLOAD_F, obj, offset); }

bool
rec_set_field(struct recorder *r, ir_ref obj, uint32_t offset, ir_ref value)
{
    int i = 0;
    store_aliases(r, obj, offset);
    while (i < r->npending && (r->pending[i].obj != obj || r->pending[i].offset != offset))
        i++;
    if (i == REC_STORES)
        return rec_stop(r, "too many stores wait");
    r->pending[i] = (struct snap_store){ obj, value, offset };
    r->npending += i == r->npending;
    return true;
}

void
rec_forget_fields(struct recorder *r, ir_ref obj)
{
    int n = 0;
    for (int i = 0; i < r->npending; i++)
        if (r->pending[i].obj != obj)
            r->pending[n++] = r->pending[i];
    r->npending = n;
}

bool
rec_guard_dies(struct recorder *r, int i)
{
    if (i >= r->top || i >= 64 || r->changed[i] || rec_is_late(r, i) || !jit_dies_late(r->frame->localsplus, (unsigned)i, 0))
        return rec_stop(r, "an iterator whose death may be noticed");
    rec_emit(r, IR_GDIES, (ir_ref)i, ir_int(r->ir, (int64_t)rec_late_slots(r)));
    rec_mark_late(r, i, false);
    return r->why == NULL;
}

bool
rec_guard_type(struct recorder *r, ir_ref v, PyTypeObject *t)
{
    rec_emit_x(r, IR_GTYPE, v, REF_NONE, ir_ptr(r->ir, t));
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)               /* another type may come to lie at its address */
        rec_watch(r, DEP_TYPE_LAYOUT, t, NULL);
    return r->why == NULL;
}

/* The constant that a guard says v is, or REF_NONE. */
static ir_ref
constant_for(const struct ir *ir, ir_ref v)
{
    for (ir_ref g = ir->chain[IR_GEQ_P]; g > v; g = ir->at[g].prev)
        if (ir->at[g].a == v && ir->at[ir->at[g].b].op == IR_KO)
            return ir->at[g].b;
    return REF_NONE;
}

ir_ref
rec_number(struct recorder *r, ir_ref v, PyObject *o)
{
    ir_ref k = ir_type_of(r->ir, v) == T_OBJ && !ref_is_const(v) ? constant_for(r->ir, v) : REF_NONE;
    if (k != REF_NONE && ir_obj_value(r->ir, k) == o)
        v = k;
    if (ir_type_of(r->ir, v) != T_OBJ)
        return v;
    if (PyFloat_CheckExact(o))
        return rec_guard_type(r, v, &PyFloat_Type) ? rec_emit(r, IR_UNBOX_F, v, REF_NONE) : REF_NONE;
    if (PyBool_Check(o))
        return rec_guard_type(r, v, &PyBool_Type) ? rec_emit(r, IR_UNBOX_B, v, REF_NONE) : REF_NONE;
    if (!PyLong_CheckExact(o) || int_ndigits(o) > 2 || !rec_guard_type(r, v, &PyLong_Type))
        return REF_NONE;
    rec_emit(r, IR_GINT2, v, REF_NONE);
    return rec_emit(r, IR_UNBOX2_I, v, REF_NONE);
}

/* ---- instructions ---- */

static bool
store_fast(struct recorder *r, int i)
{
    if (rec_is_in_generator(r))
        return rec_generator_store(r, i);
    guard_moved(r, rec_peek(r, 1));
    rec_take(r, r->base + i);
    rec_set(r, r->base + i, rec_pop(r));
    return true;
}

/* An iterator on its way from where it was made to where the loop of a comprehension has it, which alone has what it goes through. */
static void
take_iterator(struct recorder *r, int i)
{
    PyObject *o = i < r->top ? r->frame->localsplus[i] : NULL;
    if (o != NULL && !r->changed[i] && rec_is_sequence(o) && Py_REFCNT(o) == 1 && !is_shared(r, i))
        take(r, i);
}

static bool
swap(struct recorder *r)
{
    int a = r->nslots + r->depth - 1, b = r->nslots + r->depth - r->oparg;
    take_iterator(r, a);
    take_iterator(r, b);
    ir_ref va = rec_local(r, a), vb = rec_local(r, b);
    guard_moved(r, va);
    guard_moved(r, vb);
    rec_set(r, a, vb);
    rec_set(r, b, va);
    return true;
}

static bool
push_local(struct recorder *r, int i)
{
    rec_push(r, rec_local(r, r->base + i));
    return true;
}

/* A local that another entry may find unbound. */
static bool
push_checked(struct recorder *r, int i)
{
    ir_ref v = rec_local(r, r->base + i);
    if (v == REF_NONE)
        return rec_stop(r, "a variable without value");
    guard_bound(r, v);
    if (rec_is_in_generator(r) && r->ir->at[v].op == IR_OLOAD)
        rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    return r->why == NULL && push_local(r, i);
}

/* A comprehension puts a variable aside, which may have no value. */
static bool
move_out(struct recorder *r, int i)
{
    guard_bound(r, rec_local(r, i));
    rec_take(r, i);
    rec_push(r, r->slot[i]);
    rec_set(r, i, REF_NONE);
    return r->why == NULL;
}

static bool
move_two(struct recorder *r, int opcode)
{
    int first = r->oparg >> 4, second = r->oparg & 15;
    switch (opcode) {
    case LOAD_FAST_LOAD_FAST: return push_local(r, first) && push_local(r, second);
    case STORE_FAST_LOAD_FAST: return store_fast(r, first) && push_local(r, second);
    default:
        if (rec_is_in_generator(r))
            return rec_generator_store_two(r, first, second);
        guard_moved(r, rec_peek(r, 1));
        guard_moved(r, rec_peek(r, 2));
        rec_take(r, r->base + first);
        rec_take(r, r->base + second);
        rec_set(r, r->base + first, rec_pop(r));         /* from here on nothing can be taken: guards leave to the whole instruction */
        rec_set(r, r->base + second, rec_pop(r));
        return r->why == NULL;
    }
}

static bool
one_instruction(struct recorder *r, int opcode)
{
    bool moves = opcode == CALL || opcode == CALL_KW || opcode == CALL_FUNCTION_EX || opcode == BUILD_TUPLE || opcode == GET_ITER || opcode == RETURN_VALUE || opcode == RETURN_CONST;
    if (r->nheld > 0 && moves && !rec_settle_held(r))
        return false;
    if (r->ngenerators > 0 && rec_is_in_generator(r) && rec_generator_refuses(r, opcode))
        return false;
    if ((opcode == BINARY_OP || opcode == COMPARE_OP) && rec_is_operator(r, opcode))
        return rec_operator(r, opcode);
    if (r->nvirtuals > 0 && opcode == BINARY_OP && (rec_repeat_virtual(r) || r->why != NULL))
        return r->why == NULL;
    if (r->nvirtuals > 0 && !rec_materialise_operands(r, opcode))
        return false;
    switch (opcode) {
    case NOP: case JUMP_FORWARD: return true;
    case LOAD_FAST: return push_local(r, r->oparg);
    case LOAD_FAST_CHECK: return push_checked(r, r->oparg);
    case STORE_FAST: return store_fast(r, r->oparg);
    case LOAD_FAST_AND_CLEAR: return move_out(r, r->base + r->oparg);
    case LOAD_FAST_LOAD_FAST: case STORE_FAST_LOAD_FAST: case STORE_FAST_STORE_FAST: return move_two(r, opcode);
    case LOAD_GLOBAL: return rec_load_global(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg >> 1), r->oparg & 1);
    case STORE_GLOBAL: return rec_store_global(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg));
    case STORE_NAME: return rec_store_name(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg));
    case LOAD_NAME: return rec_load_name(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg));
    case LOAD_CONST: rec_push(r, rec_const(r, PyTuple_GET_ITEM(r->inner_code->co_consts, r->oparg))); return true;
    case PUSH_NULL: rec_push(r, REF_NONE); return true;
    case CALL: return rec_is_range(r) ? rec_range(r) : rec_call(r);
    case CALL_KW: return rec_call_kw(r);
    case CALL_FUNCTION_EX: return rec_call_spread(r);
    case LIST_EXTEND: return rec_spread(r);
    case SET_UPDATE: return rec_update_set(r);
    case BUILD_SET: return rec_build_set(r);
    case BUILD_CONST_KEY_MAP: return rec_build_const_keys(r);
    case BUILD_MAP: return rec_build_map(r);
    case DICT_MERGE: return rec_merge_keywords(r);
    case RESUME: return rec_resume(r);
    case EXIT_INIT_CHECK: return rec_init_check(r);
    case COPY_FREE_VARS: return rec_copy_free_vars(r);
    case RETURN_VALUE: case RETURN_CONST: return rec_return(r, opcode);
    case POP_TOP: rec_pop(r); return true;
    case COPY: rec_push(r, rec_peek(r, r->oparg)); return true;
    case SWAP: return swap(r);
    case LOAD_ATTR: return rec_load_attr(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg >> 1), r->oparg & 1);
    case STORE_ATTR: return rec_store_attr(r, PyTuple_GET_ITEM(r->inner_code->co_names, r->oparg));
    case STORE_SUBSCR: return rec_store_subscr(r);
    case LOAD_DEREF: return rec_load_deref(r);
    case STORE_DEREF: return rec_store_deref(r);
    case LOAD_SUPER_ATTR: return rec_load_super_attr(r);
    case BINARY_SUBSCR: return rec_binary_subscr(r);
    case BUILD_TUPLE: return rec_build_tuple(r);
    case MAKE_FUNCTION: return rec_make_function(r);
    case SET_FUNCTION_ATTRIBUTE: return rec_set_closure(r);
    case UNPACK_SEQUENCE: return rec_unpack_sequence(r);
    case UNPACK_EX: return rec_unpack_ex(r);
    case MATCH_SEQUENCE: return rec_match_kind(r, Py_TPFLAGS_SEQUENCE);
    case MATCH_MAPPING: return rec_match_kind(r, Py_TPFLAGS_MAPPING);
    case MATCH_KEYS: return rec_match_keys(r);
    case MATCH_CLASS: return rec_match_class(r);
    case GET_LEN: return rec_get_len(r);
    case BINARY_SLICE: return rec_slice(r);
    case STORE_SLICE: return rec_store_slice(r);
    case BUILD_SLICE: return rec_is_reversal(r) ? rec_reversal(r) : rec_stop(r, words_not_recorded(opcode));
    case CONTAINS_OP: return rec_contains(r);
    case BUILD_LIST: return rec_build_list(r);
    case LIST_APPEND: return rec_append_virtual(r) || (r->why == NULL && rec_append_item(r));
    case SET_ADD: return rec_add_to_set(r);
    case MAP_ADD: return rec_add_pair(r);
    case FORMAT_SIMPLE: return rec_format(r);
    case FORMAT_WITH_SPEC: return rec_format_with_spec(r);
    case CONVERT_VALUE: return rec_convert(r);
    case BUILD_STRING: return rec_build_string(r);
    case BINARY_OP: return rec_binary_op(r);
    case COMPARE_OP: return rec_compare_op(r);
    case IS_OP: return rec_is_op(r);
    case UNARY_NEGATIVE: case UNARY_INVERT: case UNARY_NOT: return rec_unary(r, opcode);
    case TO_BOOL: return rec_to_bool(r);
    case POP_JUMP_IF_TRUE: case POP_JUMP_IF_FALSE: return rec_pop_jump(r, opcode == POP_JUMP_IF_TRUE);
    case POP_JUMP_IF_NONE: case POP_JUMP_IF_NOT_NONE: return rec_pop_jump_none(r);
    case GET_ITER: return rec_get_iter(r);
    case FOR_ITER: return rec_for_iter(r);
    case YIELD_VALUE: return rec_yield(r);
    case JUMP_BACKWARD: return rec_jump_backward(r);
    case CHECK_EXC_MATCH: return rec_check_exc_match(r);
    case JUMP_BACKWARD_NO_INTERRUPT: return rec_jump_out(r);
    case BEFORE_WITH: return rec_before_with(r);
    case DELETE_FAST: return rec_delete_fast(r);
    case RAISE_VARARGS: case RERAISE: return rec_raise(r);
    default: return rec_stop(r, words_not_recorded(opcode));
    }
}

bool rec_one_instruction(struct recorder *r, int opcode) { return one_instruction(r, opcode); }

static bool
drop_what_goes(struct recorder *r)
{
    if (r->nheld + r->ndropped + r->nvirtuals > 0)
        rec_drop_held(r);
    rec_hold_given(r);                                   /* behind the guards that ask whether what goes may go */
    return r->why == NULL;
}

/* For -X dump=rec: what became of the instruction at hand, or of the recording, and why. */
static void
tell(struct recorder *r, const char *what)
{
    char line[300];
    if (!dump_wanted(true, r->code))
        return;
    snprintf(line, sizeof(line), "%s at %u of %s: %s\n", what, r->pc, PyUnicode_AsUTF8(r->inner_code->co_qualname), r->why != NULL ? r->why : "");
    dump_text("rec", r->code, r->start, line);
}

bool rec_end_unseen(struct recorder *r) { return drop_what_goes(r); }

/* What cannot be recorded may still be left to the interpreter in the middle of the trace. What was emitted before that turned out is taken back. */
static bool
record_or_open(struct recorder *r, int opcode)
{
    static struct recorder before;                       /* under the GIL */
    if (UNLIKELY(r->unseen))
        return rec_go_on_unseen(r, opcode);
    if (UNLIKELY(r->consuming))
        return rec_go_on_consuming(r, opcode);
    if (r->npending > 0)
        rec_store_references(r, opcode);
    if (rec_begin_unseen(r, opcode) || rec_begin_consuming(r, opcode) || r->ir->full != NULL || r->broken)
        return r->why == NULL;
    if (!rec_can_open(r, opcode)) {
        take_operands(r, opcode);
        if (r->nheld > 0)
            rec_protect_from(r, opcode);
        return one_instruction(r, opcode) && drop_what_goes(r);
    }
    if (UNLIKELY(rec_raises_here(r)))
        return rec_expect_raise(r, opcode) && rec_open(r, opcode);
    rec_set_aside(&before, r);
    ir_ref end = r->ir->end;
    uint16_t top = r->ir->top, real = r->ir->real, frame = r->ir->frame;
    take_operands(r, opcode);
    if (r->nheld > 0)
        rec_protect_from(r, opcode);
    if (one_instruction(r, opcode) && drop_what_goes(r))
        return true;
    if (r->ir->full != NULL || r->broken)
        return false;
    if (UNLIKELY(jit_options.dump_rec))
        tell(r, "left to the interpreter");
    ir_cut(r->ir, end);
    r->ir->top = top;
    r->ir->real = real;
    r->ir->frame = frame;
    rec_take_back(r, &before);
    rec_snap(r, r->pc, 0);
    return rec_expect_raise(r, opcode) && rec_open(r, opcode);
}

/* ---- from the first to the last ---- */

static struct ir *spare;                                 /* of the last recording */

/* Why loops of this code are never recorded, or NULL. */
static const char *
never_recorded(PyCodeObject *code)
{
    if (code->co_nlocalsplus + code->co_stacksize > REC_SLOTS || Py_SIZE(code) > UINT16_MAX)
        return "the function is too large";
    return NULL;
}

static uint64_t
thread_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool goes_on;                                     /* a recording begins where another one ends, which was for nothing without it */

/* The room for recordings is as much as a program that has no memory needs to say so. */
static void
keep_spare(struct ir *ir, const char *why)
{
    bool no_memory = why != NULL && (strcmp(why, "out of memory") == 0 || strcmp(why, rec_not_watched) == 0);
    if (UNLIKELY(no_memory))
        ir_free(ir);
    spare = no_memory ? NULL : ir;
}

static bool
start(PyThreadState *ts, _PyInterpreterFrame *f, unsigned at)
{
    struct recorder *r = &recorder;
    PyCodeObject *code = frame_code(f);
    int wanted = goes_on ? LOOP_RECORDING : LOOP_READY;
    bool evaluated_by_others = ts->interp->eval_frame != NULL && ts->interp->eval_frame != jit_eval_function;
    if (r->ts != NULL || jit_options.paused || ts->tracing || evaluated_by_others || rt_thread_of(ts)->loop_state != wanted)
        return false;
    int nslots = code->co_nlocalsplus;
    int id = trace_number();
    if (id < 0 || (spare == NULL && (spare = ir_new()) == NULL))
        return false;
    struct ir *ir = spare;
    spare = NULL;
    ir_reset(ir);
    memset(r, 0, sizeof(*r));
    r->ts = ts;
    r->id = (unsigned)id;
    r->frame = r->inner = f;
    r->code = r->inner_code = code;
    r->ir = ir;
    r->start = at;
    r->nslots = nslots;
    ir->nlocals = ir->frames[0].nlocals = (uint16_t)nslots;
    ir->frames[0].code = code;
    r->depth = -1;                                       /* known at the first instruction */
    r->link = r->version_of = NO_TRACE;
    r->anchor = NO_ANCHOR;
    r->skip = r->skip_to = NO_ANCHOR;
    r->used_fields = IR_FIELDS;
    rec_use_slots(r, 0, code);
    if (dep_watch(ts, DEP_CODE_INSTRUMENTED, code, NULL, (uint16_t)id) < 0) {
        keep_spare(r->ir, rec_not_watched);
        r->ts = NULL;
        return false;
    }
    r->begun_at = thread_cpu_ns();
    jit_stats.recorded++;
    return true;
}

/* A trace of the round would be one of what comes behind the loop. Another round may be better, so it is soon tried again. */
static const char loop_ended[] = "the loop ended in this round";
/* This says nothing about the loop: it is tried as often as ever when the tool is gone. */
static const char by_tool[] = "a tool watches an instruction";

/* The last jump back to start: where its loop ends in the code. */
static unsigned
end_of_loop(PyCodeObject *code, unsigned start)
{
    unsigned last = start;
    for (struct jump_back j = { .next = start }; rec_next_jump_back(code, &j); )
        if (j.next - j.oparg == start)
            last = j.at;
    return last;
}

/* A function was called often: what it does from behind its RESUME to its return. */
static bool
record_entry(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *resume)
{
    PyCodeObject *code = frame_code(f);
    unsigned at = (unsigned)(resume - _PyCode_CODE(code));
    if (op_deopt(resume->op.code) != RESUME || (resume->op.arg & RESUME_OPARG_LOCATION_MASK) != RESUME_AT_FUNC_START || f->owner != FRAME_OWNED_BY_THREAD)
        return false;
    const char *never = never_recorded(code);
    if (never != NULL || (code->co_flags & (CO_OPTIMIZED | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) != CO_OPTIMIZED)
        return false;
    if (!policy_loop_is_ripe(code, resume, (unsigned)Py_SIZE(code))) {
        heat_wait_entry(code, POLICY_LOOK_AGAIN);
        return false;
    }
    policy_evict(ts);
    if (!policy_affords() || !start(ts, f, at + 1)) {
        heat_forgive_entry(code);
        return false;
    }
    recorder.anchor = at;
    recorder.is_function = true;
    rec_begin_function(&recorder);
    event_record(&recorder);
    return true;
}

bool
record_hot(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat)
{
    PyCodeObject *code = frame_code(f);
    if (heat == HEAT_ENTRY)
        return record_entry(ts, f, pc);
    if (heat != HEAT_LOOP || f->instr_ptr->op.code != JUMP_BACKWARD)       /* a tool may have changed it at the poll of this very jump */
        return false;
    unsigned jump = (unsigned)(f->instr_ptr - _PyCode_CODE(code));
    struct trace *known = trace_root_at(code, (unsigned)(pc - _PyCode_CODE(code)));
    if (known != NULL) {                                 /* another jump to the same loop */
        (void)anchor_set(code, (int)jump, known->id);
        return false;
    }
    const char *never = never_recorded(code);
    if (never != NULL) {
        event_refused(ts, code, (unsigned)(pc - _PyCode_CODE(code)), never);
        return false;
    }
    if (!policy_loop_is_ripe(code, f->instr_ptr, jump - (unsigned)(pc - _PyCode_CODE(code)))) {
        heat_wait(f->instr_ptr, POLICY_LOOK_AGAIN);
        return false;
    }
    policy_evict(ts);
    if (!policy_affords() || !start(ts, f, (unsigned)(pc - _PyCode_CODE(code)))) {
        heat_forgive(f->instr_ptr);
        return false;
    }
    recorder.anchor = jump;
    recorder.last = end_of_loop(code, recorder.start);
    event_record(&recorder);
    return true;
}

static void
show(struct recorder *r, bool wanted, const char *stage)
{
    if (LIKELY(!wanted) || !dump_wanted(wanted, r->code))
        return;
    char *text = ir_dump(r->ir, true, false);
    dump_text(stage, r->code, r->start, text != NULL ? text : "out of memory\n");
    PyMem_Free(text);
}

static struct interval at_loop[IR_MAX_INS];              /* bounds where the loop begins; under the GIL */

/* A loop that others may go on in: its round before it is known how large its numbers are. */
static const char *
keep_round(struct recorder *r)
{
    if (r->ir->loop == REF_NONE)
        return NULL;
    r->round = ir_keep(r->ir);
    return r->round != NULL ? NULL : "out of memory";
}

/* Behind each pass, in checked builds and in modes for tests: is the trace well formed, and are its counts right? There a fault ends the process. */
static const char *
checked(struct recorder *r, const char *pass, const char *why)
{
    if (why != NULL || !(ADDER_CHECKS || jit_options.stress))
        return why;
    const char *fault = ir_verify(r->ir);
    if (fault == NULL)
        fault = ir_verify_counts(r->ir);
    if (LIKELY(fault == NULL))
        return NULL;
    fprintf(stderr, "a trace is wrong behind %s: %s\n", pass, fault);
    char *text = ir_dump(r->ir, true, false);
    dump_text(pass, r->code, r->start, text != NULL ? text : "");
    PyMem_Free(text);
    if (jit_options.stress)
        abort();
    return "the verifier refuses the trace";
}

/* The passes in their order; NULL or why not. */
static const char *
optimise(struct recorder *r)
{
    const char *why = checked(r, "recording", r->ir->full);
    if (why == NULL && r->link == NO_TRACE && !r->leaves)
        why = opt_loop(r->ir);
    if (why == NULL)
        why = checked(r, "peeling", r->ir->full);
    if (why == NULL)
        why = keep_round(r);
    if (why == NULL)
        why = checked(r, "ranges", opt_ranges(r->ir, at_loop));
    if (why == NULL)
        why = checked(r, "dead", opt_dead(r->ir));
    return why;
}

static void
compile_recorded(struct recorder *r)
{
    uint64_t begin = thread_cpu_ns();
    event_compiling(r);
    show(r, jit_options.dump_ir, "ir");
    r->why = optimise(r);
    show(r, jit_options.dump_opt, "opt");
    if (UNLIKELY(jit_options.dump_snap))
        report_snaps(r);
    if (r->why == NULL)
        r->why = trace_make(r->ts, r, at_loop);
    r->compile_ns = thread_cpu_ns() - begin;
    jit_stats.compile_ns += r->compile_ns;
    if (r->why != NULL)
        return;
    jit_stats.compiled++;
    event_compiled(r, r->compile_ns);
}

/* Another round is soon tried, where that may be better. One of which only the types did not fit does not count as a try at first; it is not always as many rounds until the next. */
static void
try_again(struct recorder *r)
{
    _Py_CODEUNIT *jump = &_PyCode_CODE(r->code)[r->anchor];
    bool free = r->why == opt_unstable && r->row != NULL && r->row->unstable++ < UNSTABLE;
    unsigned runs = free ? 7 + r->row->unstable % 5 : 7;
    if (r->why == loop_ended || r->why == rec_seen || r->why == rec_not_at_once || r->why == rec_long_loop || r->why == rec_version_first || r->why == opt_unstable)
        heat_again(jump, runs);
    if (free)
        heat_again(jump, runs);
}

static void
function_failed(struct recorder *r)
{
    if (r->why == by_tool)
        heat_forgive_entry(r->code);
}

static bool
finish(struct recorder *r)
{
    if (r->closed && r->why == NULL)
        compile_recorded(r);
    if (r->why != NULL) {
        dep_forget(r->ts, (uint16_t)r->id);
        if (r->is_function)
            function_failed(r);
        else if (r->anchor != NO_ANCHOR)
            try_again(r);
        if (r->why == by_tool && r->anchor != NO_ANCHOR && !r->is_function)
            heat_forgive(&_PyCode_CODE(r->code)[r->anchor]);
        if (r->is_side || r->is_return)
            trace_side_failed(r->parent, r->parent_exit, r->why == by_tool ? SIDE_NOT_TRIED : rec_comes_later(r->why) ? SIDE_TOO_EARLY : SIDE_FAILED);
        jit_stats.aborted++;
        event_abort(r);
        if (jit_options.dump_rec)
            tell(r, "stopped");
    }
    policy_spent(r->count, r->compile_ns, thread_cpu_ns() - r->begun_at);
    keep_spare(r->ir, r->why);
    ir_free(r->round);
    PyThreadState *ts = r->ts;
    r->ts = NULL;
    if (r->misjudged && trace_get(r->parent) != NULL)
        policy_misjudged(ts, trace_get(trace_get(r->parent)->root));
    return false;
}

bool
record_version(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, const struct trace *t)
{
    if ((!goes_on && !policy_affords()) || !start(ts, f, (unsigned)(pc - _PyCode_CODE(frame_code(f)))))
        return false;
    recorder.version_of = t->id;
    recorder.last = end_of_loop(recorder.code, recorder.start);
    event_record(&recorder);
    return true;
}

/* A recording that goes on at pc of f behind an exit of parent, with outer as its outer frame. */
static bool
start_side(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *outer, _Py_CODEUNIT *pc, unsigned parent, unsigned exit)
{
    if (!start(ts, outer, (unsigned)(pc - _PyCode_CODE(frame_code(f)))))
        return false;
    struct recorder *r = &recorder;
    r->inner = f;
    r->is_side = true;
    r->parent = parent;
    r->parent_exit = exit;
    event_record(r);
    return true;
}

static bool
has_inherited(bool all)
{
    if (all)
        return true;
    rec_stop(&recorder, "what the exit leaves cannot be handed on");
    return finish(&recorder);
}

bool
record_side(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, unsigned parent, unsigned exit)
{
    const struct trace *p = trace_get(parent);
    int inlined = p->frames[p->snaps[p->exits[exit].snap].frame].depth;
    _PyInterpreterFrame *outer = f;
    for (; inlined-- > 0; outer = outer->previous)
        if (!rec_is_behind(outer, inlined == 0 ? outer->previous : NULL))
            return false;
    return start_side(ts, f, outer, pc, parent, exit) && has_inherited(rec_inherit(&recorder, p, exit));
}

bool
record_turn(PyThreadState *ts, _PyInterpreterFrame *f, _PyInterpreterFrame *outer, _Py_CODEUNIT *pc, unsigned parent, unsigned exit)
{
    unsigned n = 0;
    for (_PyInterpreterFrame *at = f; at != outer; at = at->previous)
        if (n++ > UINT8_MAX || !rec_is_behind(at, at->previous == outer ? outer : NULL))
            return false;
    return start_side(ts, f, outer, pc, parent, exit) && has_inherited(rec_inherit_turn(&recorder, trace_get(parent), exit, n, pc));
}

/* A return has led to pc of f often, and no trace begins there. */
bool
record_return(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, unsigned parent, unsigned exit)
{
    struct recorder *r = &recorder;
    if (f->owner != FRAME_OWNED_BY_THREAD || vm_is_shim(frame_code(f)) || never_recorded(frame_code(f)) != NULL || next_is_set(pc)
        || !start(ts, f, (unsigned)(pc - _PyCode_CODE(frame_code(f)))))
        return false;
    r->is_return = true;
    r->parent = parent;
    r->parent_exit = exit;
    event_record(r);
    return true;
}

/* A recording has stopped at the head of a loop for which there is no fitting trace: the round that begins is to become one. */
static bool
go_on_with_version(PyThreadState *ts, _PyInterpreterFrame *f, unsigned link)
{
    struct trace *t = trace_get(link);
    goes_on = true;
    bool begun = t != NULL && version_begin(ts, f, t);
    goes_on = false;
    return begun;
}

/* EXTENDED_ARG is taken together with what it extends: a guard resumes at the first of them. */
static bool
decode(struct recorder *r, _Py_CODEUNIT *pc, int *opcode)
{
    unsigned at = r->at = (unsigned)(pc - _PyCode_CODE(r->inner_code));
    *opcode = op_deopt(pc->op.code);
    if (r->extended == 0)
        r->ext_pc = at;
    r->oparg = (int)(r->extended << 8 | pc->op.arg);
    r->next = at + 1 + (unsigned)op_table[*opcode].caches;
    r->pc = r->ext_pc;
    r->extended = *opcode == EXTENDED_ARG ? (unsigned)r->oparg : 0;
    return *opcode != EXTENDED_ARG;
}

static void
begin_instruction(struct recorder *r)
{
    r->begun = true;
    r->elsewhere = false;
    r->open_call = REF_NONE;
    r->begun_depth = r->depth;
    r->begun_base = r->base;
    rec_snap(r, r->pc, 0);
}

/* Above a hidden frame with the code `shim`. */
static bool
enter_above(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyCodeObject *shim, unsigned next)
{
    int op = op_deopt(pc->op.code);
    if (shim == vm_with_shim())
        return (op == BEFORE_WITH ? vm_enter_context : vm_exit_context)(r->ts, f, pc, sp, r->entering, next);
    if (op == LOAD_ATTR) {
        PyObject *descr = type_lookup(Py_TYPE(sp[-1]), PyTuple_GET_ITEM(frame_code(f)->co_names, r->oparg >> 1));
        return vm_enter_descriptor(r->ts, f, pc, sp, r->entering, descr, next);
    }
    if (op == CALL)
        return vm_enter_instance(r->ts, f, pc, sp, r->entering, shim, r->oparg, next);
    return vm_enter_operator(r->ts, f, pc, sp, r->entering, shim, next);
}

/* names: of the keyword arguments of a class, or NULL; or ITEM_SHIM: something is stored. */
static bool
enter_class(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp, PyObject *names, unsigned next)
{
    if (names != ITEM_SHIM)
        return vm_enter_init(r->ts, f, pc, sp, r->oparg, names, r->entering, next);
    return (op_deopt(pc->op.code) == STORE_ATTR ? vm_enter_setter : vm_enter_setitem)(r->ts, f, pc, sp, r->entering, next);
}

/* What was recorded as a call of a class or an instance, or of an operator's method, is done here, so that the frames are what the trace says. */
static void
construct(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    PyObject *names = r->constructs == Py_None ? NULL : r->constructs;
    PyCodeObject *shim = r->operates;
    unsigned next = r->next - r->at;
    r->constructs = NULL;
    r->operates = NULL;
    if (shim != NULL ? !enter_above(r, f, pc, sp, shim, next) : !enter_class(r, f, pc, sp, names, next))
        rec_stop(r, "the end of the stack");
}

bool
record_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    struct recorder *r = &recorder;
    int opcode;
    if (r->ts != ts)
        return false;
    if (rec_is_below(r, f))
        return true;
    if (UNLIKELY(r->consuming)) {
        int seen = rec_sees_consuming(r, f, pc);
        if (seen != 0)
            return seen > 0 || finish(r);
    }
    if ((f != r->inner || r->entering || frame_code(f) != r->inner_code) && !rec_follow(r, f))
        return finish(r);
    if (r->depth < 0) {
        r->depth = (int)(sp - frame_stackbase(f));
        r->top = r->start_top = r->nslots + r->depth;
        r->ir->top = (uint16_t)r->top;
    }
    r->sp = sp;
    if (r->awaited != REF_NONE)
        rec_see_value(r, (unsigned)(pc - _PyCode_CODE(r->inner_code)));
    if (!decode(r, pc, &opcode))
        return true;
    if (r->skip_to != NO_ANCHOR && r->at < r->skip_to)
        return true;
    r->skip_to = NO_ANCHOR;
    if (r->at == r->skip) {
        r->skip = NO_ANCHOR;
        return true;
    }
    if (++r->count > REC_INSTRUCTIONS)
        rec_stop(r, "too long");
    else if (op_is_instrumented(opcode))
        rec_stop(r, by_tool);
    else if (!rec_is_linear(r) && f == r->frame && rec_is_behind_loop(r))
        rec_stop(r, loop_ended);
    else {
        rec_remember(r);
        begin_instruction(r);
        record_or_open(r, opcode);
        specialize_soon(pc, true);
        r->begun = false;
    }
    if ((r->constructs != NULL || r->operates != NULL) && r->why == NULL)
        construct(r, f, pc, sp);
    if (r->why == NULL && !r->closed)
        return true;
    bool wants_version = r->why == rec_version_first;
    unsigned link = r->link;
    if (r->why != NULL && r->why != by_tool && !wants_version)
        (void)rec_leave(r);
    return finish(r) || (wants_version && go_on_with_version(ts, f, link));
}

void
record_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    struct recorder *r = &recorder;
    if (r->ts != ts)
        return;
    PyObject *exc = err_get_raised(ts);
    if (!rec_unwind(r, f, pc)) {
        (void)rec_leave(r);
        finish(r);
    }
    err_set_raised(ts, exc);
}

void
record_broken(unsigned id)
{
    if (recorder.ts != NULL && recorder.id == id)
        recorder.broken = !rec_stop(&recorder, "a fact changed while the trace was recorded");
}

void
record_drop_others(PyThreadState *ts)
{
    if (recorder.ts == NULL || recorder.ts == ts)
        return;
    rec_stop(&recorder, "the process has forked");
    finish(&recorder);
}

void
record_break(const char *why)
{
    if (recorder.ts != NULL)
        rec_stop(&recorder, why);
}

bool record_is_on(PyThreadState *ts) { return recorder.ts == ts; }

void
record_end(void)
{
    ir_free(spare);
    spare = NULL;
    if (recorder.ts != NULL)
        ir_free(recorder.ir);
    recorder.ts = NULL;
}
