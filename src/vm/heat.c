/* vm/heat.c: the rare part of counting, and anchors of traces.
 * An anchor is an opcode of its own (JUMP_BACKWARD_TRACE, RESUME_TRACE) that co_code shows as what it stands for. A jump keeps the number
 * of its trace in its cache; a RESUME, which has none, in jit_code. */
#include "vm/heat.h"

#include "rt/interp.h"
#include "rt/runtime.h"

/* Not a multiple of the one before: a loop of as many rounds would always be caught in the same one. */
static _Py_BackoffCounter
countdown(int halves)
{
    unsigned tries = (unsigned)halves / 2, runs = ((unsigned)code_loop_heat << tries) + ((1u << tries) - 1);
    return (_Py_BackoffCounter){ .backoff = (uint16_t)halves, .value = halves < HEAT_HALF_TRIES ? (uint16_t)runs : 0 };
}

bool
heat_loop(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *jump, _Py_CODEUNIT *target)
{
    int halves = jump[1].counter.backoff + 2;
    jump[1].counter = countdown(halves < HEAT_HALF_TRIES ? halves : HEAT_HALF_TRIES);
    return trace_ops.hot != NULL && trace_ops.hot(ts, f, target, HEAT_LOOP);
}

void
heat_forgive(_Py_CODEUNIT *jump)
{
    int halves = jump[1].counter.backoff;
    jump[1].counter = countdown(halves > 2 ? halves - 2 : 0);
}

void
heat_wait(_Py_CODEUNIT *jump, unsigned runs)
{
    heat_forgive(jump);
    jump[1].counter.value = (uint16_t)runs;
}

void
heat_again(_Py_CODEUNIT *jump, unsigned runs)
{
    _Py_BackoffCounter *c = &jump[1].counter;
    if (c->value != 0) {
        c->backoff--;
        c->value = (uint16_t)runs;
    }
}

uint16_t heat_entry_at = HEAT_ENTRY_AT;

/* Calls until a function is hot that has been tried so often; 0: for ever. */
static uint16_t entry_countdown(unsigned tries) { return tries < HEAT_TRIES ? (uint16_t)(heat_entry_at << tries) : 0; }

static void
restart_entry(struct jit_code *j, unsigned tries)
{
    j->tries = (uint8_t)tries;
    j->calls = entry_countdown(tries);
}

/* The jit_code of co, made if need be, or NULL. */
static struct jit_code *
jit_code_make(PyCodeObject *co)
{
    struct jit_code *j = jit_code_of(co);
    if (j == NULL && (j = PyMem_Calloc(1, sizeof(*j))) != NULL) {
        j->calls = heat_entry_at > 2 ? (uint16_t)(heat_entry_at - 2) : 1;      /* two calls have been: a RESUME, and the one that made this */
        co->co_executors = (_PyExecutorArray *)j;
    }
    return j;
}

bool
heat_entry(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *resume)
{
    struct jit_code *j = jit_code_of(frame_code(f));
    if (j == NULL) {
        (void)jit_code_make(frame_code(f));
        return false;
    }
    restart_entry(j, j->tries + 1u);
    return trace_ops.hot != NULL && trace_ops.hot(ts, f, resume, HEAT_ENTRY);
}

void
heat_forgive_entry(PyCodeObject *co)
{
    struct jit_code *j = jit_code_of(co);
    if (j != NULL)
        restart_entry(j, j->tries > 0 ? j->tries - 1u : 0);
}

void
heat_wait_entry(PyCodeObject *co, unsigned calls)
{
    heat_forgive_entry(co);
    if (jit_code_of(co) != NULL)
        jit_code_of(co)->calls = (uint16_t)calls;
}

void
heat_restart_entry(PyCodeObject *co)
{
    if (jit_code_of(co) != NULL)
        restart_entry(jit_code_of(co), 0);
}

bool
heat_is_off(PyCodeObject *co, int pc)
{
    const _Py_CODEUNIT *instr = _PyCode_CODE(co) + pc;
    if (op_deopt(instr->op.code) != RESUME)
        return instr[1].counter.value == 0;
    return jit_code_of(co) != NULL && jit_code_of(co)->calls == 0;
}

void
trace_install(const struct trace_ops *ops)
{
    trace_ops = ops == NULL ? (struct trace_ops){ NULL } : *ops;
    for (PyInterpreterState *i = _PyRuntime.interpreters.head; i != NULL; i = i->next)
        for (PyThreadState *t = i->threads.head; t != NULL; t = t->next)
            rt_thread_of(t)->loop_state = LOOP_UNSET;
}

/* ---- anchors ---- */

/* Where the anchor for pc is, or would be inserted. */
static int
anchor_place(struct jit_code *j, int pc)
{
    int i = 0;
    while (i < j->nanchors && j->anchors[i].pc < pc)
        i++;
    return i;
}

static bool
anchor_at(struct jit_code *j, int i, int pc)
{
    return i < j->nanchors && j->anchors[i].pc == pc;
}

int
anchor_set(PyCodeObject *co, int pc, uint16_t trace)
{
    _Py_CODEUNIT *instr = _PyCode_CODE(co) + pc;
    int op = op_deopt(instr->op.code);
    struct jit_code *j = jit_code_make(co);
    if (j == NULL || pc > UINT16_MAX || (op != JUMP_BACKWARD && op != RESUME))
        return -1;
    int i = anchor_place(j, pc);
    if (!anchor_at(j, i, pc)) {
        struct anchor *more = PyMem_Realloc(j->anchors, (j->nanchors + 1u) * sizeof(*more));
        if (more == NULL)
            return -1;
        j->anchors = more;
        memmove(more + i + 1, more + i, (size_t)(j->nanchors - i) * sizeof(*more));
        j->nanchors++;
    }
    j->anchors[i] = (struct anchor){ (uint16_t)pc, trace };
    instr->op.code = op == RESUME ? RESUME_TRACE : JUMP_BACKWARD_TRACE;
    if (op == JUMP_BACKWARD)
        instr[1].cache = trace;
    return 0;
}

static void
restore(PyCodeObject *co, int pc)
{
    _Py_CODEUNIT *instr = _PyCode_CODE(co) + pc;
    if (instr->op.code == JUMP_BACKWARD_TRACE)
        instr[1].counter = countdown(0);
    if (instr->op.code == RESUME_TRACE)
        restart_entry(jit_code_of(co), 0);
    if (instr->op.code == JUMP_BACKWARD_TRACE)
        instr->op.code = JUMP_BACKWARD;
    if (instr->op.code == RESUME_TRACE)
        instr->op.code = RESUME_CHECK;                   /* what it is from the second call on */
}

void
anchor_clear(PyCodeObject *co, int pc)
{
    struct jit_code *j = jit_code_of(co);
    int i = j == NULL ? 0 : anchor_place(j, pc);
    if (j == NULL || !anchor_at(j, i, pc))
        return;
    restore(co, pc);
    j->nanchors--;
    memmove(j->anchors + i, j->anchors + i + 1, (size_t)(j->nanchors - i) * sizeof(*j->anchors));
}

void
anchor_clear_all(PyCodeObject *co)
{
    struct jit_code *j = jit_code_of(co);
    for (int i = 0; j != NULL && i < j->nanchors; i++)
        restore(co, j->anchors[i].pc);
    if (j != NULL)
        j->nanchors = 0;
}

void
anchor_clear_trace(PyCodeObject *co, uint16_t trace)
{
    struct jit_code *j = jit_code_of(co);
    for (int i = j == NULL ? 0 : j->nanchors; i-- > 0; )
        if (j->anchors[i].trace == trace)
            anchor_clear(co, j->anchors[i].pc);
}

void
anchor_rest(PyCodeObject *co, uint16_t trace, int tries)
{
    struct jit_code *j = jit_code_of(co);
    for (int i = j == NULL ? 0 : j->nanchors; i-- > 0; ) {
        int pc = j->anchors[i].pc;
        if (j->anchors[i].trace != trace)
            continue;
        anchor_clear(co, pc);
        if (_PyCode_CODE(co)[pc].op.code == JUMP_BACKWARD)
            _PyCode_CODE(co)[pc + 1].counter = countdown(2 * tries);
        else if (op_deopt(_PyCode_CODE(co)[pc].op.code) == RESUME)
            restart_entry(j, (unsigned)tries);
    }
}

int
anchor_trace(PyCodeObject *co, int pc)
{
    struct jit_code *j = jit_code_of(co);
    return j->anchors[anchor_place(j, pc)].trace;
}

void
heat_free(PyCodeObject *co)
{
    struct jit_code *j = jit_code_of(co);
    if (j == NULL)
        return;
    PyMem_Free(j->anchors);
    PyMem_Free(j);
    co->co_executors = NULL;
}
