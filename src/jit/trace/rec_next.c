/* jit/trace/rec_next.c: recording loops over iterators of any kind, by open calls.
 *
 * The call leaves the next value on the stack, or NULL when there is none: then the iterator is gone, too (jit/ir/ir_runtime.c). Which of the two it is this
 * time the recorder sees at the next instruction; the guard of that leaves to the other one, where nothing is left to do. */
#include "jit/trace/record.h"

#include "jit/ir/ir_runtime.h"

bool
rec_for_any(struct recorder *r)
{
    int before = r->depth, slot = r->nslots + before;
    if (Py_TYPE(r->sp[-1]) == &PyGen_Type)
        return rec_resume_generator(r, 0);
    if (r->oparg > OPEN_ARG_MAX)
        return rec_stop(r, "a very long loop");
    r->target = r->pc;
    if (!rec_publish(r))
        return false;
    struct snap *s = snap_begin(r->ir, r->next, (unsigned)before + 1);
    s->open = s->branch = true;
    ir_ref call = rec_emit_open(r, slot, NULL);
    rec_load_slot(r, slot, call);
    r->open_call = call;
    r->depth = before + 1;
    r->top = r->ir->top = (uint16_t)(slot + 1);
    r->awaited = r->slot[slot];
    r->ends_at = r->next + (unsigned)r->oparg + 2;
    return r->ir->full == NULL || rec_stop(r, r->ir->full);
}

void
rec_see_value(struct recorder *r, unsigned at)
{
    ir_ref v = r->awaited, null = ir_ptr(r->ir, NULL);
    r->awaited = REF_NONE;
    if (at != r->ends_at) {
        rec_snap(r, r->ends_at, 2)->branch = true;
        rec_emit(r, IR_GNE_P, v, null);
        return;
    }
    rec_snap(r, r->next, 0)->branch = true;
    rec_emit(r, IR_GEQ_P, v, null);
    for (int i = r->nslots + r->depth; --i >= r->nslots + r->depth - 2; ) {      /* empty, in memory, too */
        r->slot[i] = REF_NONE;
        r->changed[i] = false;
    }
    r->depth -= 2;
    r->top = r->ir->top = (uint16_t)(r->nslots + r->depth);
}
