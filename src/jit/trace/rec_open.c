/* jit/trace/rec_open.c: instructions that the trace leaves to the interpreter's own bodies: open calls.
 *
 * They may run any code, which may look at anything. So the frame's memory is brought up to date before: numbers become objects, each slot gets what it
 * holds. What they leave on the stack is loaded from there. Afterwards nothing is known of objects but what never changes. The trace ends with all
 * slots in memory, too: what one round leaves in registers the next could not store in front of its open call. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/ir_runtime.h"
#include "object/core/type.h"
#include "rt/singletons.h"
#include "vm/slow.h"
#include "vm/step.h"

#define OPEN_MAX 200

static bool
is_current(const struct recorder *r, int i)
{
    return !r->changed[i] && i < r->top;
}

/* Objects get their references first: what keeps them alive may be a slot of memory that is about to be written. */
static void
take_references(struct recorder *r, int end)
{
    for (int i = 0; i < end; i++) {
        ir_ref v = r->slot[i];
        if (is_current(r, i) || r->held[i] || v == REF_NONE || ir_is_box(r->ir, v))
            continue;
        if (ir_type_of(r->ir, v) == T_BOOL)
            r->slot[i] = v = opt_emit(r->ir, IR_SELECT, v, ir_obj(r->ir, Py_True), ir_obj(r->ir, Py_False), 0);
        rec_emit(r, IR_INC, v, REF_NONE);
        r->changed[i] = r->held[i] = true;
        r->nheld++;
    }
}

/* The memory of frames that have some gets all their slots; there it ends. */
static void
complete(struct recorder *r, int end)
{
    while (r->top < end && r->why == NULL)
        rec_store_slot(r, r->top);
    for (int i = 0; i < end && r->why == NULL; i++)
        if (!is_current(r, i))
            rec_store_slot(r, i);
    rec_drop_slots(r, end);
}

static const char above_generator[] = "an open call above a generator's frame";

/* The inlined call f gets a frame, whose slots are not set yet. */
static void
push_frame(struct recorder *r, const struct ir_frame *f)
{
    struct ir *ir = r->ir;
    const struct ir_frame *caller = &ir->frames[f->parent];
    if (rec_in_generator(r)) {
        rec_stop(r, above_generator);
        return;
    }
    rec_snap(r, r->target, 0);
    ir_ref x = ir_int(ir, (int64_t)PUSH_X(f->call, f->ret, f->below - caller->base));
    ir_ref function = vm_is_shim(f->code) && f->code != vm_init_shim() ? ir_obj(ir, (PyObject *)f->code) : r->slot[f->function];
    opt_emit(ir, IR_PUSHF, caller->base, function, x, 0);
    r->nheld -= r->held[f->function];
    r->held[f->function] = r->changed[f->function] = false;
    ir->real++;
    r->top = ir->top = f->base;
    if (ir->full != NULL)
        rec_stop(r, ir->full);
}

bool
rec_publish_below(struct recorder *r, int end)
{
    if (r->ngenerators > 0)
        return rec_stop(r, above_generator);
    if (!rec_materialise_all(r) || !rec_settle_held(r))
        return false;
    rec_store_pending(r, REF_NONE);
    take_references(r, end);
    while (r->top < end && r->why == NULL)
        rec_store_slot(r, r->top);
    for (int i = 0; i < end && r->why == NULL; i++)
        if (!is_current(r, i))
            rec_store_slot(r, i);
    return r->why == NULL;
}

bool
rec_publish(struct recorder *r)
{
    const struct ir *ir = r->ir;
    const struct ir_frame *calls[UINT8_MAX];
    int end = r->nslots + r->depth, n = ir->frames[ir->frame].depth;
    if (r->ngenerators > 0)
        return rec_stop(r, above_generator);
    if (!rec_materialise_all(r) || !rec_settle_held(r))
        return false;
    rec_store_pending(r, REF_NONE);
    take_references(r, end);
    for (unsigned i = ir->frame; i != 0; i = ir->frames[i].parent)
        calls[ir->frames[i].depth - 1] = &ir->frames[i];
    for (int k = ir->real; k < n && r->why == NULL; k++) {
        complete(r, calls[k]->below);
        push_frame(r, calls[k]);
    }
    complete(r, end);
    return r->why == NULL;
}

/* How many values on top of the stack the instruction reads or replaces. */
static int
operands(int opcode, int oparg)
{
    const struct op_count *c = &op_table[opcode].popped;
    return c->base + c->per_arg * oparg + c->per_low * (oparg & 1) + (opcode == BUILD_SLICE && oparg == 3);
}

bool
rec_can_open(const struct recorder *r, int opcode)
{
    if (!vm_can_step(opcode) || r->opens >= OPEN_MAX || r->oparg > OPEN_ARG_MAX)
        return false;
    if (opcode == STORE_NAME || opcode == STORE_GLOBAL)  /* the recorder wants to know of each, even if it fails */
        return false;
    if (opcode == BINARY_OP && PyUnicode_CheckExact(r->sp[-2]) && (r->oparg == NB_ADD || r->oparg == NB_INPLACE_ADD))    /* the interpreter appends in place, in two instructions */
        return false;
    return true;
}

void
rec_load_slot(struct recorder *r, int i, ir_ref call)
{
    r->slot[i] = opt_emit(r->ir, IR_FLOAD, (ir_ref)i, call, 0, 0);
    r->changed[i] = false;
    rec_unmark_late(r, i);
}

/* Stores into locals come here when what they overwrite must not die later. */
static void
load_locals(struct recorder *r, int opcode, ir_ref call)
{
    if (opcode == STORE_FAST || opcode == MAKE_CELL)
        rec_load_slot(r, r->base + r->oparg, call);
    else if (opcode == STORE_FAST_STORE_FAST || opcode == STORE_FAST_LOAD_FAST)
        rec_load_slot(r, r->base + (r->oparg >> 4), call);
    if (opcode == STORE_FAST_STORE_FAST)
        rec_load_slot(r, r->base + (r->oparg & 15), call);
}

ir_ref
rec_emit_open(struct recorder *r, int end, PyCodeObject *callee)
{
    int on_stack = end - r->base - r->inner_code->co_nlocalsplus;
    r->opens++;
    return opt_emit(r->ir, IR_CALLO, (ir_ref)r->at, ir_int(r->ir, r->base), ir_ptr(r->ir, callee), OPEN_X(on_stack, r->oparg));
}

void
rec_emit_return(struct recorder *r, int end)
{
    int on_stack = end - r->base - r->inner_code->co_nlocalsplus;
    r->opens++;
    opt_emit(r->ir, IR_CALLO, (ir_ref)r->at, ir_int(r->ir, r->base), ir_ptr(r->ir, r->inner_code), OPEN_X(on_stack, r->oparg) | OPEN_RETURNS);
}

bool
rec_open(struct recorder *r, int opcode)
{
    if (rec_calls_python(r, opcode) && rec_enter(r, opcode))
        return true;
    r->target = r->pc;
    if (r->why != NULL || !rec_publish(r))
        return false;
    int before = r->depth, after = before + op_stack_effect(opcode, r->oparg, 0);
    int popped = operands(opcode, r->oparg);
    struct snap *s = snap_begin(r->ir, r->next, (unsigned)after);
    s->open = s->branch = true;
    ir_ref call = rec_emit_open(r, r->nslots + before, NULL);
    for (int i = r->nslots + before - popped; i < r->nslots + after; i++)
        rec_load_slot(r, i, call);
    load_locals(r, opcode, call);
    r->open_call = call;
    r->raises += opcode == POP_EXCEPT;
    r->depth = after;
    r->top = r->ir->top = (uint16_t)(r->nslots + after);
    if (r->ir->full != NULL)
        return rec_stop(r, r->ir->full);
    rt_thread_of(r->ts)->loop_step = 1;
    return true;
}

/* ---- returning from a frame in memory ---- */

/* It makes no difference that a local never held v: it keeps nothing alive of which anybody would notice. */
static bool
is_unnoticed(const struct recorder *r, ir_ref v)
{
    if (ir_is_box(r->ir, v) || ir_type_of(r->ir, v) == T_BOOL)
        return true;
    if (r->ir->at[v].op == IR_KO && _Py_IsImmortal(ir_obj_value(r->ir, v)))
        return true;
    return r->ir->at[v].kt != REF_NONE && jit_is_leaf(ir_ptr_value(r->ir, r->ir->at[v].kt));
}

/* Has the frame run nothing but this trace and its parents, without open calls? So there is no frame object, which would take its locals over. */
static bool
is_frame_unseen(const struct recorder *r)
{
    if (r->opens + r->tree_opens > 0)
        return false;
    if (r->ir->frame != 0 || r->is_function || r->is_return)       /* jit_next() leads to no trace behind a call where the frame has one */
        return true;
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL, *root = parent != NULL ? trace_get(parent->root) : NULL;
    return root != NULL && root->place != NULL;
}

/* Locals that need not be stored, as the frame goes at once, and nobody can look at them. */
void
rec_forget_locals(struct recorder *r, int end)
{
    int nvirtual = 0;
    if (!is_frame_unseen(r))
        return;
    for (int i = r->base; i < end; i++) {
        bool is_virtual = rec_is_virtual(r, r->slot[i]);
        if (!r->changed[i] || r->slot[i] == REF_NONE || r->held[i] || !(is_virtual || is_unnoticed(r, r->slot[i])))
            continue;
        r->slot[i] = REF_NONE;
        r->changed[i] = i >= r->top;
        nvirtual += is_virtual;
    }
    if (nvirtual > 0) {                                  /* with what their fields hold, before anything is stored: that may leave, and then they are gone */
        rec_drop_held(r);
        rec_snap(r, r->pc, 0);
    }
}

bool
rec_open_return(struct recorder *r, int opcode)
{
    struct ir *ir = r->ir;
    const struct ir_frame *f = &ir->frames[ir->frame];
    int end = r->nslots + r->depth;
    r->target = r->pc;
    if (!rec_settle_held(r))
        return false;
    rec_forget_locals(r, end - (opcode == RETURN_VALUE));
    if (!rec_publish(r))
        return false;
    ir_ref v = opcode == RETURN_VALUE ? rec_peek(r, 1) : ir_obj(ir, PyTuple_GET_ITEM(r->inner_code->co_consts, r->oparg));
    ir->frame = f->parent;
    ir->real--;
    ir->top = f->below;
    struct snap *s = snap_begin(ir, f->ret, f->below + 1u - (unsigned)r->nslots);
    s->open = s->branch = true;
    rec_emit_return(r, end);
    r->depth = f->below + 1 - r->nslots;
    rec_forget_slots(r, f->below, r->base + r->inner_code->co_nlocalsplus + r->inner_code->co_stacksize);
    r->base = ir->frames[ir->frame].base;
    r->inner = r->inner->previous;
    r->inner_code = ir->frames[ir->frame].code;
    r->slot[f->below] = v;
    r->top = ir->top = (uint16_t)(f->below + 1);
    return ir->full == NULL || rec_stop(r, ir->full);
}
