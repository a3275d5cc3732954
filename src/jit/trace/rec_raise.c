/* jit/trace/rec_raise.c: recording exceptions that are raised and handled in one trace.
 *
 * What raises is an open call: all frames are in memory, and the exception travels as the interpreter lets it travel (vm/catch.c), so tracebacks, contexts and what the
 * thread handles are the interpreter's. That an open call raises the recorder sees behind it: then the call becomes one that is expected to raise, and the
 * trace goes on in the handler, whose frame and place follow from where the call is. What the handler finds on its stack is loaded; of which class the exception is
 * guards say where a clause asks for that. Where the call does not raise, or another raises, the trace is left, and one of its own may begin there (trace.c). */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "object/core/exc.h"

/* ---- instructions that were recorded as if they did not raise ---- */

#define PLACES 512
#define HANDLER_LENGTH 150             /* instructions of a round behind the end of its loop */

/* By address: a place that is no code any more, or another, does no harm. */
static struct { const _Py_CODEUNIT *pc; uint8_t times; bool seen; } places[PLACES];

static unsigned place_of(const _Py_CODEUNIT *pc) { return (unsigned)((uintptr_t)pc >> 1) * 2654435769u >> 23; }
static const _Py_CODEUNIT *here(const struct recorder *r) { return _PyCode_CODE(r->inner_code) + r->at; }

/* From now on what it has is about this place. */
static unsigned
find_place(const _Py_CODEUNIT *pc)
{
    unsigned i = place_of(pc);
    if (places[i].pc != pc) {
        places[i].times = 0;
        places[i].seen = false;
    }
    places[i].pc = pc;
    return i;
}

static void
note_raise(const struct recorder *r)
{
    unsigned i = find_place(here(r));
    places[i].times += places[i].times < 2;
}

void rec_note_seen(const _Py_CODEUNIT *pc) { places[find_place(pc)].seen = true; }
bool rec_is_seen(const struct recorder *r) { return places[place_of(here(r))].pc == here(r) && places[place_of(here(r))].seen; }

/* A side trace that begins with it follows the exit of a guard that did not hold here. */
bool
rec_raises_here(const struct recorder *r)
{
    unsigned i = place_of(here(r));
    return places[i].pc == here(r) && (places[i].times > 1 || (r->is_side && r->count == 1));
}

/* ---- raising ---- */

bool
rec_raise(struct recorder *r)
{
    r->target = r->pc;
    if (r->opens >= 200 || r->oparg > OPEN_ARG_MAX)
        return rec_stop(r, "very many open calls");
    if (!rec_publish(r))
        return false;
    struct snap *s = snap_begin(r->ir, r->next, (unsigned)r->depth);
    s->open = s->branch = true;
    r->open_call = rec_emit_open(r, r->nslots + r->depth, OPEN_RAISES);
    return r->ir->full == NULL || rec_stop(r, r->ir->full);
}

/* The frames that the exception has left are no part of the trace any more. */
static void
leave_frames(struct recorder *r)
{
    struct ir *ir = r->ir;
    for (; r->left > 0; r->left--) {
        ir->frame = ir->frames[ir->frame].parent;
        ir->real--;
    }
    r->base = ir->frames[ir->frame].base;
    r->inner_code = ir->frames[ir->frame].code;
}

/* The handler begins at pc, with these values on the stack of the frame at hand: the number of the instruction that raised, if it wants that, what the thread has handled before
 * (if the handler notes that down, which it has done then), and the exception. */
static bool
begin_handler(struct recorder *r, const struct exc_entry *handler, _Py_CODEUNIT *pc, struct ir_ins call, ir_ref cut)
{
    struct ir *ir = r->ir;
    bool notes = op_deopt(pc->op.code) == PUSH_EXC_INFO;
    int bottom = r->base + r->inner_code->co_nlocalsplus + handler->depth, end = bottom + handler->lasti + notes + 1;
    rec_forget_slots(r, bottom, r->used);
    ir->top = (uint16_t)bottom;
    struct snap *s = snap_begin(ir, (unsigned)handler->target + notes, (unsigned)(end - r->nslots));
    s->open = s->branch = true;
    ir_ref v = opt_emit(ir, IR_CALLO, call.a, call.b, ir_ptr(ir, OPEN_RAISES), call.x);
    rec_use_slots(r, r->base, r->inner_code);
    for (int i = 0; i < end; i++)                        /* what the call would have left lower on the stack is not there */
        if (i >= bottom || r->slot[i] >= cut)
            rec_load_slot(r, i, v);
    if (notes && end <= 64) {                            /* the thread refers to it, too, as long as it is handled */
        r->late[0] |= (uint64_t)1 << (end - 1);
        r->ever_late |= (uint64_t)1 << (end - 1);
    }
    r->depth = end - r->nslots;
    r->top = ir->top = (uint16_t)end;
    r->skip = notes ? (unsigned)handler->target : NO_ANCHOR;
    r->raises++;
    rec_come_to_handler(r);
    return ir->full == NULL || rec_stop(r, ir->full);
}

bool
rec_unwind(struct recorder *r, _PyInterpreterFrame *f, _Py_CODEUNIT *pc)
{
    struct exc_entry handler;
    if (r->unseen)
        return rec_unwind_unseen(r, f, pc);
    if (r->consuming)
        return rec_unwind_consuming(r);
    if (r->open_call == REF_NONE)
        note_raise(r);
    if (r->why != NULL || r->open_call == REF_NONE || f != r->inner || r->entering != NULL || r->ir->at[r->open_call].op != IR_CALLO)
        return rec_stop(r, "an exception");
    if (pc == NULL) {
        r->left++;
        r->inner = f->previous;
        return f != r->frame || rec_stop(r, "an exception leaves the function");
    }
    int at = r->left > 0 ? frame_lasti(f) : (int)r->at;
    struct ir_ins call = r->ir->at[r->open_call];
    if (r->left > r->ir->real || !exc_find(frame_code(f), at, &handler) || _PyCode_CODE(frame_code(f)) + handler.target != pc)
        return rec_stop(r, "an exception");
    ir_ref cut = r->open_call;
    ir_cut(r->ir, cut);
    r->awaited = r->open_call = REF_NONE;
    rt_thread_of(r->ts)->loop_step = 0;
    leave_frames(r);
    return begin_handler(r, &handler, pc, call, cut);
}

/* ---- handling ---- */

bool
rec_is_behind_loop(struct recorder *r)
{
    int opcode = op_deopt(here(r)->op.code);
    if (r->at >= r->start && r->at <= r->last) {
        r->away = 0;
        return false;
    }
    return r->away == 0 || --r->away == 0 || opcode == RETURN_VALUE || opcode == RETURN_CONST;
}

void
rec_come_to_handler(struct recorder *r)
{
    if (r->ir->frame == 0)
        r->away = HANDLER_LENGTH;
}

bool
rec_jump_out(struct recorder *r)
{
    unsigned target = r->next - (unsigned)r->oparg;
    if (r->ir->frame == 0 && (target < r->start || target > r->last))      /* out of the loop, too */
        r->away = 0;
    return true;
}

/* Is each class among what `except` names a constant of the trace? */
static bool
is_constant(struct recorder *r, ir_ref v, PyObject *now)
{
    if (r->ir->at[v].op == IR_KO)
        return true;
    if (!rec_is_virtual(r, v) || !PyTuple_CheckExact(now))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(now); i++) {
        int slot = rec_field_slot(r, v, (unsigned)i);
        if (slot < 0 || r->ir->at[r->slot[slot]].op != IR_KO)
            return false;
    }
    return true;
}

static bool
are_classes(PyObject *types)
{
    if (!PyTuple_Check(types))
        return PyExceptionClass_Check(types);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(types); i++)
        if (!PyExceptionClass_Check(PyTuple_GET_ITEM(types, i)))
            return false;
    return true;
}

bool
rec_are_constant_classes(struct recorder *r, ir_ref v, PyObject *now)
{
    return v != REF_NONE && ir_type_of(r->ir, v) == T_OBJ && is_constant(r, v, now) && are_classes(now);
}

/* Which classes it is one of follows from the class of the exception. */
bool
rec_check_exc_match(struct recorder *r)
{
    ir_ref exc = rec_peek(r, 2), types = rec_peek(r, 1);
    PyObject *now = r->sp[-2], *wanted = r->sp[-1];
    if (exc == REF_NONE || ir_type_of(r->ir, exc) != T_OBJ || !rec_are_constant_classes(r, types, wanted) || !PyExceptionInstance_Check(now))
        return rec_stop(r, "a handler for classes that are no constants");
    if (!rec_guard_type(r, exc, Py_TYPE(now)))
        return false;
    rec_pop(r);
    rec_push(r, ir_bool(r->ir, PyErr_GivenExceptionMatches(now, wanted)));
    return r->why == NULL;
}

bool
rec_delete_fast(struct recorder *r)
{
    int i = r->base + r->oparg;
    ir_ref v = rec_local(r, i);
    if (v == REF_NONE)
        return rec_stop(r, "a variable without value");
    if (r->ir->at[v].op == IR_SLOAD || r->ir->at[v].op == IR_FLOAD)
        rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    rec_take(r, i);
    rec_set(r, i, REF_NONE);
    return r->why == NULL;
}
