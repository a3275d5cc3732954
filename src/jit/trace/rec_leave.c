/* jit/trace/rec_leave.c: a side trace, or that of a function, which cannot go on.
 *
 * The interpreter takes over there in any case. So what was recorded up to the instruction that stopped it is worth having: the trace
 * ends with the state before that instruction, and leaves. What the instruction has emitted already is taken back. */
#include "jit/trace/record.h"

#define WORTH 20                       /* instructions: fewer are not, as an exit with more on the stack takes longer */

static struct recorder before;         /* as r was when the instruction at hand began; under the GIL */
static ir_ref end;

void
rec_remember(const struct recorder *r)
{
    if (!rec_is_linear(r))
        return;
    rec_set_aside(&before, r);
    before.why = NULL;
    before.inner_frame = r->ir->frame;
    before.ir_top = r->ir->top;
    before.ir_real = r->ir->real;
    end = r->ir->end;
}

/* A loop in a call that this recording has inlined turned out to be long: from now on that function is called, so another try comes to an end in front of the call, or in the function's own
 * trace. Left in the middle of the loop, its rounds would be unrolled by one side trace behind the other. */
static bool
is_better_called(const struct recorder *r)
{
    return r->why == rec_long_loop && (r->misjudged || rec_has_inlined_itself(r));
}

bool
rec_leave(struct recorder *r)
{
    struct ir *ir = r->ir;
    if (!rec_is_linear(r) || is_better_called(r) || r->count <= WORTH || ir->full != NULL || r->broken || r->skip != before.skip || before.unseen || before.consuming)
        return false;
    ir_cut(ir, end);
    rec_take_back(r, &before);
    ir->frame = r->inner_frame;
    ir->top = r->ir_top;
    ir->real = r->ir_real;
    rec_snap(r, r->pc, 0);
    r->leaves = r->closed = ir->full == NULL;
    return r->leaves;
}
