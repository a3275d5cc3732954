/* jit/trace/rec_call.c: recording calls of Python functions: they are inlined.
 *
 * The callee gets slots behind its caller's, and a frame in the IR (struct ir_frame) that snapshots name; an exit makes real frames of
 * those. The function is a constant: a guard on its identity where it is none already, and what could change about it is watched. The
 * interpreter, which runs what is recorded, pushes a real frame for each call; rec_follow() goes along.
 * That a call would be too deep is found out before the first instruction of the callee (GDEPTH), in the caller's frame: there the interpreter raises. */
#include "jit/trace/record.h"

#include "rt/interp.h"
#include "vm/function.h"

#define DEPTH_MAX 24
#define RECURSION_MAX 3                /* times a function may be on the stack of inlined calls */
#define ARGS_MAX 64

struct call {
    PyFunctionObject *func;
    PyCodeObject *code;
    int first;                         /* slot of the callable: there the caller's stack ends */
    int nargs;                         /* positional arguments, self included */
    ir_ref args[ARGS_MAX], bound[ARGS_MAX];    /* as passed; by parameter */
};

/* ---- may it be inlined ---- */

static const char *
code_refused(PyCodeObject *co)
{
    int flags = co->co_flags, wanted = CO_OPTIMIZED | CO_NEWLOCALS;
    if (flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))
        return "a call of a generator function or coroutine";
    if ((flags & wanted) != wanted || flags & (CO_VARARGS | CO_VARKEYWORDS))
        return "a call of a function with *args or **kwargs";
    if (co->co_ncellvars + co->co_nfreevars > 0)
        return "a call of a function with cells";
    if (co->co_argcount + co->co_kwonlyargcount > ARGS_MAX || Py_SIZE(co) > UINT16_MAX)
        return "a call of a function that is too large";
    return NULL;
}

static const char *
place_refused(struct recorder *r, const struct call *c)
{
    const struct ir *ir = r->ir;
    int same = 0;
    for (unsigned i = ir->frame; ; i = ir->frames[i].parent) {
        same += ir->frames[i].code == c->code;
        if (i == 0)
            break;
    }
    if (same >= RECURSION_MAX)
        return "a recursion";
    if (ir->frames[ir->frame].depth + 1 > DEPTH_MAX)
        return "calls that are too deep to be inlined";
    if (c->first + c->code->co_nlocalsplus + c->code->co_stacksize > REC_SLOTS)
        return "too many slots";
    return r->ts->py_recursion_remaining < 1 ? "the end of the stack" : NULL;
}

/* ---- arguments ---- */

static int
parameter(const struct call *c, PyObject *keyword)
{
    for (int i = c->code->co_posonlyargcount; i < c->code->co_argcount + c->code->co_kwonlyargcount; i++)
        if (code_local_name(c->code, i) == keyword)
            return i;
    return -1;
}

static bool
bind_keywords(struct recorder *r, struct call *c, PyObject *kwnames)
{
    for (Py_ssize_t k = 0; kwnames != NULL && k < PyTuple_GET_SIZE(kwnames); k++) {
        int i = parameter(c, PyTuple_GET_ITEM(kwnames, k));
        if (i < 0 || c->bound[i] != REF_NONE)
            return rec_stop(r, "keyword arguments that do not fit");
        c->bound[i] = c->args[c->nargs + k];
    }
    return true;
}

/* Parameters without argument: constants, as the function's defaults are watched. */
static bool
bind_defaults(struct recorder *r, struct call *c)
{
    PyObject *defaults = c->func->func_defaults, *kwdefaults = c->func->func_kwdefaults, *v;
    int argcount = c->code->co_argcount, first = argcount - (defaults == NULL ? 0 : (int)PyTuple_GET_SIZE(defaults));
    for (int i = 0; i < argcount + c->code->co_kwonlyargcount; i++) {
        if (c->bound[i] != REF_NONE)
            continue;
        if (i < argcount)
            v = i >= first ? PyTuple_GET_ITEM(defaults, i - first) : NULL;
        else if (kwdefaults == NULL || !rec_dict_key(r, kwdefaults, code_local_name(c->code, i), &v))
            v = NULL;
        if (v == NULL)
            return rec_stop(r, "a call without all its arguments");
        c->bound[i] = rec_const(r, v);
    }
    return true;
}

static bool
bind(struct recorder *r, struct call *c, PyObject *kwnames)
{
    if (c->nargs > c->code->co_argcount)
        return rec_stop(r, "a call with too many arguments");
    memset(c->bound, 0, sizeof(c->bound));
    memcpy(c->bound, c->args, (size_t)c->nargs * sizeof(c->args[0]));
    return bind_keywords(r, c, kwnames) && bind_defaults(r, c);
}

/* ---- entering ---- */

bool
rec_watch_callee(struct recorder *r, PyFunctionObject *func, PyCodeObject *code)
{
    return rec_watch(r, DEP_DEATH, func, NULL) && rec_watch(r, DEP_FUNC_CODE, func, NULL) && rec_watch(r, DEP_FUNC_DEFAULTS, func, NULL)
        && rec_watch(r, DEP_DEATH, code, NULL) && rec_watch(r, DEP_CODE_INSTRUMENTED, code, NULL) && rec_watch(r, DEP_MONITORING, r->ts->interp, NULL);
}

/* The arguments are off the stack; the callee's locals and empty stack lie there now. */
static bool
enter(struct recorder *r, const struct call *c)
{
    int nparams = c->code->co_argcount + c->code->co_kwonlyargcount;
    if (!ir_push_frame(r->ir, (struct ir_frame){ .base = (uint16_t)c->first, .nlocals = (uint16_t)c->code->co_nlocalsplus, .call = r->at, .ret = r->next,
                                                 .func = c->func, .code = c->code }))
        return rec_stop(r, r->ir->full);
    for (int i = 0; i < c->code->co_nlocalsplus; i++)
        rec_set(r, c->first + i, i < nparams ? c->bound[i] : REF_NONE);
    r->base = c->first;
    r->depth = c->first + c->code->co_nlocalsplus - r->nslots;
    r->inner_code = c->code;
    r->entering = true;
    return r->why == NULL;
}

static bool
call_function(struct recorder *r, struct call *c, int on_stack, PyObject *kwnames)
{
    const char *why = code_refused(c->code);
    if (why == NULL)
        why = place_refused(r, c);
    if (why != NULL)
        return rec_stop(r, why);
    if (c->func->vectorcall != _PyFunction_Vectorcall || r->ts->interp->eval_frame != NULL)
        return rec_stop(r, "a call that a hook sees");
    rec_emit(r, IR_GEQ_P, rec_local(r, c->first), ir_obj(r->ir, (PyObject *)c->func));
    rec_emit(r, IR_GDEPTH, (ir_ref)(r->ir->frames[r->ir->frame].depth + 1), REF_NONE);
    if (r->why != NULL || !rec_watch_callee(r, c->func, c->code) || !bind(r, c, kwnames))
        return false;
    for (int i = 0; i < on_stack; i++)
        rec_pop(r);
    return enter(r, c);
}

static bool
call_builtin(struct recorder *r, PyObject *callable, int first, int n, int on_stack)
{
    struct builtin_call c = { .callable = callable, .n = n, .on_stack = on_stack, .function = rec_local(r, first) };
    for (int i = 0; i < n; i++) {
        c.args[i] = rec_peek(r, n - i);
        c.now[i] = r->sp[i - n];
    }
    return rec_call_builtin(r, &c);
}

/* Stack: callable, self or NULL, `given` arguments, and `behind` more that are none. */
static bool
call(struct recorder *r, int given, int behind, PyObject *kwnames)
{
    PyObject **sp = r->sp - behind, *callable = sp[-given - 2];
    int first = r->nslots + r->depth - behind - given - 2;
    bool self = sp[-given - 1] != NULL;
    int n = given + self;
    if (!self && !(r->changed[first + 1] && r->slot[first + 1] == REF_NONE))
        return rec_stop(r, "a call that began before the trace");
    if (Py_TYPE(callable) != &PyFunction_Type && n <= BUILTIN_ARGS && kwnames == NULL)
        return call_builtin(r, callable, first, n, given + 2);
    if (Py_TYPE(callable) != &PyFunction_Type || n > ARGS_MAX)
        return rec_stop(r, "a call of something else than a Python function");
    struct call c = { .func = (PyFunctionObject *)callable, .code = (PyCodeObject *)((PyFunctionObject *)callable)->func_code, .first = first };
    c.nargs = n - (kwnames == NULL ? 0 : (int)PyTuple_GET_SIZE(kwnames));
    for (int i = 0; i < n; i++)
        c.args[i] = rec_local(r, first + 2 - self + i);
    return call_function(r, &c, given + 2 + behind, kwnames);
}

bool rec_call(struct recorder *r) { return call(r, r->oparg, 0, NULL); }

/* The names are a constant of the code. */
bool
rec_call_kw(struct recorder *r)
{
    ir_ref names = rec_peek(r, 1);
    if (r->ir->at[names].op != IR_KO || !PyTuple_CheckExact(r->sp[-1]))
        return rec_stop(r, "a call that began before the trace");
    return call(r, r->oparg, 1, r->sp[-1]);
}

/* ---- in the callee ---- */

bool
rec_follow(struct recorder *r, _PyInterpreterFrame *f)
{
    const struct ir_frame *callee = &r->ir->frames[r->ir->frame];
    if (!r->entering || f->previous != r->inner || f->f_funcobj != (PyObject *)callee->func || frame_code(f) != callee->code)
        return rec_stop(r, "a frame of something that was not recorded");
    r->inner = f;
    r->entering = false;
    return true;
}

/* The eval breaker is polled once a round: that is often enough. */
bool
rec_resume(struct recorder *r)
{
    if ((r->oparg & RESUME_OPARG_LOCATION_MASK) != RESUME_AT_FUNC_START)
        return rec_stop(r, "a generator goes on");
    return true;
}

bool
rec_return(struct recorder *r, ir_ref v)
{
    struct ir *ir = r->ir;
    const struct ir_frame *f = &ir->frames[ir->frame];
    if (ir->frame == 0)
        return rec_stop(r, "the function returns");
    r->depth = f->base - r->nslots;
    ir->frame = f->parent;
    r->base = ir->frames[ir->frame].base;
    r->inner = r->inner->previous;
    r->inner_code = ir->frames[ir->frame].code;
    rec_push(r, v);
    return r->why == NULL;
}
