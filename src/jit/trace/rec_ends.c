/* jit/trace/rec_ends.c: traces that begin where a function begins, and those that end where one returns.
 *
 * The outer frame returns as in an open call: its memory gets what differs, then the interpreter's own way of leaving a frame drops what it holds, with the caller
 * current, in the order of its slots. That may run any code. Behind it the caller goes on: in a trace that begins there, if there is one (jit/ir/next.h), without leaving machine code;
 * else in the interpreter. When that has happened often, one is recorded there. A call that is not inlined ends a trace likewise, where its function has a trace. So loops
 * and functions that call themselves are chains of traces with all frames in memory, and take no C stack. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "jit/ir/next.h"
#include "vm/heat.h"

#define PATIENCE 2                     /* tries to record a function before its callers go on without */
#define LARGE 64                       /* code units of a loop: the ways through it multiply where it is unrolled */
#define WORTH 8                        /* instructions: entering a trace of fewer takes longer than they do */

void
rec_begin_function(struct recorder *r)
{
    int nparams = code_nparams(r->code);
    for (int i = nparams; i < r->nslots; i++) {
        if (r->frame->localsplus[i] != NULL)             /* a cell */
            continue;
        r->empty[i] = true;
        rec_mark_late(r, i, true);
    }
}

/* What a trace that ends here has done, as policy_weigh() will see it. */
static uint32_t
work_done(const struct recorder *r)
{
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    uint32_t before = parent != NULL ? parent->exits[r->parent_exit].work : 0;
    return before + (r->count > OPEN_COST * rec_dear_opens(r) ? r->count - OPEN_COST * rec_dear_opens(r) : 0);
}

static bool
may_end(struct recorder *r)
{
    if (rec_dear_opens(r) * OPEN_SHARE > r->count && !jit_options.stress)
        return rec_stop(r, "too little but open calls");
    return true;
}

/* The open call of the instruction at hand, a return (NULL) or a call, which changes the frames, and the way to the trace of the one that is current then. */
static bool
end_in_other_frame(struct recorder *r, PyCodeObject *callee)
{
    struct snap *s = snap_begin(r->ir, r->pc, (unsigned)r->depth);
    uint32_t work = work_done(r);
    s->open = s->branch = true;
    if (callee == NULL)
        rec_emit_return(r, r->nslots + r->depth);
    else
        rec_emit_open(r, r->nslots + r->depth, callee);
    r->opens--;                                          /* it takes no longer than the interpreter's */
    ir_append(r->ir, IR_NEXT, 0, 0, 0, work);
    if (r->ir->full != NULL)
        return rec_stop(r, r->ir->full);
    return r->leaves = r->closed = true;
}

bool
rec_last_return(struct recorder *r, int opcode)
{
    int end = r->nslots + r->depth;
    if (r->frame->owner != FRAME_OWNED_BY_THREAD || r->code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))
        return rec_stop(r, "the function returns");
    if (r->is_function && r->count < WORTH && !jit_options.stress)
        return rec_stop(r, "a function too short to be entered");
    r->target = r->pc;
    if (!may_end(r) || !rec_settle_held(r))
        return false;
    rec_forget_locals(r, end - (opcode == RETURN_VALUE));
    return rec_publish(r) && end_in_other_frame(r, NULL);
}

/* A trace of functions of this code exists, or is being recorded. */
static bool
has_trace(const struct recorder *r, PyCodeObject *code)
{
    return (r->is_function && code == r->code) || next_is_set(_PyCode_CODE(code));
}

/* Between code units from and to the program chooses between ways. */
static bool
has_branch(const _Py_CODEUNIT *unit, unsigned from, unsigned to)
{
    for (unsigned i = from, op; i < to; i += 1 + (unsigned)op_table[op].caches) {
        op = (unsigned)op_deopt(unit[i].op.code);
        if (op == POP_JUMP_IF_TRUE || op == POP_JUMP_IF_FALSE || op == POP_JUMP_IF_NONE || op == POP_JUMP_IF_NOT_NONE)
            return true;
    }
    return false;
}

/* Small ones are unrolled into callers, and those through which there is one way. */
bool
rec_is_large_loop(PyCodeObject *code, unsigned at, unsigned oparg)
{
    unsigned next = at + 1 + (unsigned)op_table[JUMP_BACKWARD].caches;
    return oparg >= LARGE && oparg <= next && has_branch(_PyCode_CODE(code), next - oparg, at);
}

bool
rec_next_jump_back(PyCodeObject *code, struct jump_back *j)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(code);
    for (unsigned i = j->next, extended = 0; i < (unsigned)Py_SIZE(code); i = j->next) {
        unsigned op = (unsigned)op_deopt(unit[i].op.code);
        j->at = i;
        j->oparg = extended << 8 | unit[i].op.arg;
        j->next = i + 1 + (unsigned)op_table[op].caches;
        extended = op == EXTENDED_ARG ? j->oparg : 0;
        if (op == JUMP_BACKWARD && j->oparg <= j->next)
            return true;
    }
    return false;
}

bool
rec_has_large_loop(PyCodeObject *code)
{
    struct jump_back j = { .next = 0 };
    while (rec_next_jump_back(code, &j))
        if (rec_is_large_loop(code, j.at, j.oparg))
            return true;
    return false;
}

bool rec_has_loop(PyCodeObject *code) { return rec_next_jump_back(code, &(struct jump_back){ .next = 0 }); }

/* The code unit of its RESUME, before which nothing happens but that a closure is copied; -1: other code. */
static int
resume_at(PyCodeObject *code)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(code);
    int at = op_deopt(unit->op.code) == COPY_FREE_VARS;
    return op_deopt(unit[at].op.code) == RESUME ? at : -1;
}

bool
rec_can_be_chained(PyCodeObject *code)
{
    return (code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) == 0 && resume_at(code) >= 0;
}

bool
rec_is_chained(const struct recorder *r, PyCodeObject *code)
{
    if (!rec_can_be_chained(code))
        return false;
    return has_trace(r, code) || (!heat_is_off(code, resume_at(code)) && heat_tries(code) < PATIENCE);
}

static const char no_trace_yet[] = "a function has no trace yet";

bool rec_comes_later(const char *why) { return why == rec_inner_first || why == rec_version_first || why == no_trace_yet; }

bool
rec_last_call(struct recorder *r, PyFunctionObject *func)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    if (!has_trace(r, code))
        return rec_stop(r, no_trace_yet);
    r->target = r->pc;
    return may_end(r) && rec_publish(r) && end_in_other_frame(r, (PyCodeObject *)Py_None);
}
