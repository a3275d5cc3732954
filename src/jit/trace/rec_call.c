/* jit/trace/rec_call.c: recording calls of Python functions: they are inlined.
 *
 * The callee gets slots behind its caller's, and a frame in the IR (struct ir_frame) that snapshots name; an exit makes real frames of
 * those. Where the function is a constant, what could change about it is watched. Else it may be another one of the same code in each round: then
 * guards say that it has the same globals and is called in the same way, and its closure and defaults are read from it. The interpreter, which runs what is recorded, pushes a real frame for each call; rec_follow() goes along.
 * That a call would be too deep is found out before the first instruction of the callee (GDEPTH), in the caller's frame: there the interpreter raises. */
#include "jit/trace/record.h"

#include "code/opcodes.h"
#include "object/core/descr.h"
#include "object/core/type.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/function.h"
#include "vm/slow.h"
#include "vm/step.h"

#define DEPTH_MAX 24
#define RECURSION_MAX 3                /* times a function may be on the stack of inlined calls */
#define ARGS_MAX 64

struct call {
    PyFunctionObject *func;
    PyCodeObject *code;
    ir_ref function;                   /* in the trace: a constant or not */
    int first;                         /* slot of the callable: there the caller's stack ends */
    int nargs;                         /* positional arguments, self included */
    ir_ref args[ARGS_MAX], bound[ARGS_MAX + 2];        /* as passed; by parameter, *args and **kwargs behind the others */
    int left[REC_DICT_PAIRS], nleft;   /* which keywords are for **kwargs */
};

/* ---- may it be inlined ---- */

static const char *
code_refused(PyCodeObject *co)
{
    int flags = co->co_flags, wanted = CO_OPTIMIZED | CO_NEWLOCALS;
    if (flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))
        return "a call of a generator function or coroutine";
    if ((flags & wanted) != wanted)
        return "a call of code that is no function's";
    if (co->co_ncellvars > 0)
        return "a call of a function with cells";
    if (co->co_argcount + co->co_kwonlyargcount > ARGS_MAX || Py_SIZE(co) > UINT16_MAX)
        return "a call of a function that is too large";
    return NULL;
}

/* The slot of the first local of a frame behind the one at hand. */
static int base_behind(const struct recorder *r) { return r->base + r->inner_code->co_framesize; }

const char rec_long_loop[] = "a loop in an inlined call";

/* Which codes call functions of which, instead of inlining them: one caller may always have one thing to do, another a hundred; and the way to a loop something else than its rounds, so those traces that
 * are rounds of a loop have entries of their own. By address: another code object at the same place is called, too, which does no harm. */
#define APART 512
static struct apart { uintptr_t outer; PyCodeObject *code; } apart[APART];

static uintptr_t
outer_of(const struct recorder *r)
{
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL, *root = parent == NULL ? NULL : trace_get(parent->root);
    return (uintptr_t)r->code | (root != NULL ? root->is_linear : rec_is_linear(r));
}

static struct apart *
apart_at(uintptr_t outer, PyCodeObject *code)
{
    return &apart[(((uintptr_t)code >> 5) * 31 + (outer >> 5) + (outer & 1) * 17) * 2654435769u % (1u << 31) >> 22];
}

static bool
is_apart(const struct recorder *r, PyCodeObject *code)
{
    uintptr_t outer = outer_of(r);
    const struct apart *a = apart_at(outer, code);
    return a->outer == outer && a->code == code;
}

void
rec_call_apart(const struct recorder *r)
{
    uintptr_t outer = outer_of(r);
    *apart_at(outer, r->inner_code) = (struct apart){ outer, r->inner_code };
}

/* Of the frames at hand so many are not the recording's own, but those of the exit where it began. */
static unsigned
inherited_frames(const struct recorder *r)
{
    const struct trace *parent = r->is_side ? trace_get(r->parent) : NULL;
    return parent == NULL ? 0 : parent->frames[parent->snaps[parent->exits[r->parent_exit].snap].frame].depth;
}

bool rec_has_inlined_itself(const struct recorder *r) { return r->ir->frames[r->ir->frame].depth > inherited_frames(r); }

/* The ways through a large loop are too many to be unrolled. But some are mostly left in their first round, as `while todo:` with one thing to do: so such functions are inlined until one goes round. */
bool
rec_goes_round(struct recorder *r)
{
    if (r->ir->frame == 0 || r->ir->frames[r->ir->frame].generator || !rec_is_large_loop(r->inner_code, r->at, (unsigned)r->oparg))
        return false;
    rec_call_apart(r);
    r->misjudged = !rec_has_inlined_itself(r);
    return true;
}

const char *
rec_place_refused(struct recorder *r, PyCodeObject *code)
{
    if (is_apart(r, code))
        return "a function with loops of its own";
    const struct ir *ir = r->ir;
    int same = 0;
    for (unsigned i = ir->frame; ; i = ir->frames[i].parent) {
        same += ir->frames[i].code == code;
        if (i == 0)
            break;
    }
    if (same >= (rec_has_loop(code) && rec_can_be_chained(code) ? 1 : RECURSION_MAX))
        return "a recursion";
    if (ir->frames[ir->frame].depth + 1 > DEPTH_MAX)
        return "calls that are too deep to be inlined";
    if (base_behind(r) + code->co_nlocalsplus + code->co_stacksize > REC_SLOTS)
        return "too many slots";
    return r->ts->py_recursion_remaining < 1 ? "the end of the stack" : NULL;
}

/* ---- the function ---- */

static bool is_constant(struct recorder *r, const struct call *c) { return r->ir->at[c->function].op == IR_KO; }

static ir_ref
field(struct recorder *r, const struct call *c, size_t offset)
{
    return rec_emit_x(r, IR_OLOAD, c->function, REF_NONE, (uint32_t)offset);
}

static void
guard_field(struct recorder *r, ir_ref v, size_t offset, PyObject *now)
{
    rec_emit(r, IR_GEQ_P, rec_emit_x(r, IR_OLOAD, v, REF_NONE, (uint32_t)offset), now == NULL ? ir_ptr(r->ir, NULL) : ir_obj(r->ir, now));
}

/* Another function does as well, if only this is the same. */
static bool
guard_function(struct recorder *r, ir_ref v, PyFunctionObject *func)
{
    if (!rec_guard_type(r, v, &PyFunction_Type))
        return false;
    guard_field(r, v, offsetof(PyFunctionObject, func_code), func->func_code);
    guard_field(r, v, offsetof(PyFunctionObject, func_globals), func->func_globals);
    guard_field(r, v, offsetof(PyFunctionObject, func_builtins), func->func_builtins);
    if (func->func_kwdefaults == NULL)
        guard_field(r, v, offsetof(PyFunctionObject, func_kwdefaults), NULL);
    ir_ref vectorcall = rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyFunctionObject, vectorcall));
    rec_emit(r, IR_GEQ_I, vectorcall, ir_int(r->ir, (int64_t)(intptr_t)_PyFunction_Vectorcall));
    return r->why == NULL;
}

bool
rec_guard_callee(struct recorder *r, ir_ref v, PyFunctionObject *func)
{
    bool constant = r->ir->at[v].op == IR_KO;
    if (func->vectorcall != _PyFunction_Vectorcall || r->ts->interp->eval_frame != NULL)
        return rec_stop(r, "a call that a hook sees");
    return (constant || guard_function(r, v, func)) && rec_watch_callee(r, constant ? func : NULL, (PyCodeObject *)func->func_code);
}

bool
rec_watch_callee(struct recorder *r, PyFunctionObject *func, PyCodeObject *code)
{
    if (func != NULL && (!rec_watch(r, DEP_DEATH, func, NULL) || !rec_watch(r, DEP_FUNC_CODE, func, NULL) || !rec_watch(r, DEP_FUNC_DEFAULTS, func, NULL)))
        return false;
    return rec_watch(r, DEP_DEATH, code, NULL) && rec_watch(r, DEP_CODE_INSTRUMENTED, code, NULL) && rec_watch(r, DEP_MONITORING, r->ts->interp, NULL);
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
        PyObject *name = PyTuple_GET_ITEM(kwnames, k);
        int i = parameter(c, name);
        bool left = i < 0 && c->code->co_flags & CO_VARKEYWORDS && c->nleft < REC_DICT_PAIRS && PyUnicode_CHECK_INTERNED(name);
        if (!left && (i < 0 || c->bound[i] != REF_NONE))
            return rec_stop(r, "keyword arguments that do not fit");
        if (left)
            c->left[c->nleft++] = (int)k;
        else
            c->bound[i] = c->args[c->nargs + k];
    }
    return true;
}

/* Item i of the function's defaults: they are watched, or read from it. */
static ir_ref
positional_default(struct recorder *r, const struct call *c, int i)
{
    PyObject *defaults = c->func->func_defaults;
    if (is_constant(r, c))
        return rec_const(r, PyTuple_GET_ITEM(defaults, i));
    ir_ref v = field(r, c, offsetof(PyFunctionObject, func_defaults));
    rec_emit(r, IR_GNE_P, v, ir_ptr(r->ir, NULL));
    if (r->why != NULL || !rec_guard_type(r, v, &PyTuple_Type))
        return REF_NONE;
    rec_emit(r, IR_GEQ_I, rec_emit_x(r, IR_RLOAD_I, v, REF_NONE, offsetof(PyVarObject, ob_size)), ir_int(r->ir, PyTuple_GET_SIZE(defaults)));
    return rec_emit(r, IR_TITEM, v, ir_int(r->ir, i));
}

/* Of a keyword parameter; NULL: it has none. */
static PyObject *
keyword_default(struct recorder *r, const struct call *c, PyObject *name)
{
    PyObject *kwdefaults = c->func->func_kwdefaults, *v;
    return kwdefaults != NULL && is_constant(r, c) && rec_dict_key(r, kwdefaults, name, &v) ? v : NULL;
}

/* Parameters without argument. */
static bool
bind_defaults(struct recorder *r, struct call *c)
{
    PyObject *defaults = c->func->func_defaults, *v = NULL;
    int argcount = c->code->co_argcount, first = argcount - (defaults == NULL ? 0 : (int)PyTuple_GET_SIZE(defaults));
    for (int i = 0; i < argcount + c->code->co_kwonlyargcount; i++) {
        if (c->bound[i] != REF_NONE)
            continue;
        if (i < argcount ? i < first : (v = keyword_default(r, c, code_local_name(c->code, i))) == NULL)
            return rec_stop(r, "a call without all its arguments");
        c->bound[i] = i < argcount ? positional_default(r, c, i - first) : rec_const(r, v);
    }
    return r->why == NULL;
}

/* *args: a tuple of the arguments from `from` on. */
static bool
bind_rest(struct recorder *r, struct call *c, int from)
{
    ir_ref *t = &c->bound[c->code->co_argcount + c->code->co_kwonlyargcount];
    if (from >= c->nargs) {
        *t = rec_const(r, EMPTY_TUPLE);
        return true;
    }
    *t = c->nargs - from <= IR_FIELDS_MAX ? rec_new_virtual(r, V_TUPLE, &PyTuple_Type) : REF_NONE;
    for (int i = from; i < c->nargs; i++)
        if (*t == REF_NONE || !rec_put_field(r, *t, (unsigned)(i - from), c->args[i]))
            return rec_stop(r, "a call with very many arguments");
    return true;
}

/* **kwargs: the keywords that are left, in their order. */
static bool
bind_other_keywords(struct recorder *r, struct call *c, PyObject *kwnames)
{
    ir_ref d = rec_new_virtual(r, V_DICT, &PyDict_Type);
    c->bound[code_nparams(c->code) - 1] = d;
    for (int k = 0; k < c->nleft; k++)
        if (d == REF_NONE || !rec_put_pair(r, d, PyTuple_GET_ITEM(kwnames, c->left[k]), c->args[c->nargs + c->left[k]]))
            return rec_stop(r, "a dict of itself");
    return d != REF_NONE || rec_stop(r, "too many virtual objects");
}

static bool
bind(struct recorder *r, struct call *c, PyObject *kwnames)
{
    int flags = c->code->co_flags, positional = Py_MIN(c->nargs, c->code->co_argcount);
    if (c->nargs > positional && !(flags & CO_VARARGS))
        return rec_stop(r, "a call with too many arguments");
    memset(c->bound, 0, sizeof(c->bound));
    c->nleft = 0;
    memcpy(c->bound, c->args, (size_t)positional * sizeof(c->args[0]));
    return bind_keywords(r, c, kwnames) && bind_defaults(r, c) && (!(flags & CO_VARARGS) || bind_rest(r, c, positional)) && (!(flags & CO_VARKEYWORDS) || bind_other_keywords(r, c, kwnames));
}

/* ---- entering ---- */

#define FUNCTION_BEFORE (FRAME_SPECIALS_SIZE - (int)(offsetof(_PyInterpreterFrame, f_funcobj) / sizeof(PyObject *)))

/* noipa: gcc 12 takes calls of it for superfluous otherwise and leaves them out. */
__attribute__((noipa)) void
rec_forget_slots(struct recorder *r, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (r->held[i])
            rec_let_go(r, i);
        r->slot[i] = REF_NONE;
        r->changed[i] = false;
        r->empty[i] = false;
        rec_unmark_late(r, i);
    }
}

/* Memory still has what lies from slot `from` on; that is taken off it late. */
static void
leave_in_memory(struct recorder *r, int from)
{
    for (int i = from; i < r->top; i++) {
        if (r->held[i])
            rec_let_go(r, i);
        r->changed[i] = false;
    }
}

bool
rec_add_frame(struct recorder *r, struct ir_frame f)
{
    if (!ir_push_frame(r->ir, f))
        return rec_stop(r, r->ir->full);
    rec_forget_slots(r, f.below > r->top ? f.below : r->top, f.base);
    leave_in_memory(r, f.below);
    rec_use_slots(r, f.base, f.code);
    r->base = f.base;
    r->depth = f.base + f.nlocals - r->nslots;
    r->inner_code = f.code;
    return true;
}

bool
rec_push_frame(struct recorder *r, int below, ir_ref v, PyFunctionObject *func, unsigned at, unsigned ret)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int base = base_behind(r);
    struct ir_frame f = { .base = (uint16_t)base, .below = (uint16_t)below, .function = (uint16_t)(base - FUNCTION_BEFORE), .nlocals = (uint16_t)code->co_nlocalsplus, .call = at,
                          .ret = ret, .func = r->ir->at[v].op == IR_KO ? func : NULL, .code = code };
    r->entering = func;
    return rec_add_frame(r, f);
}

/* The arguments are off the stack. The frame has its function, its locals and its empty stack. */
static bool
enter_at(struct recorder *r, const struct call *c, unsigned at, unsigned ret)
{
    int nparams = code_nparams(c->code);
    if (!rec_push_frame(r, c->first, c->function, c->func, at, ret))
        return false;
    rec_set(r, r->base - FUNCTION_BEFORE, c->function);
    for (int i = 0; i < c->code->co_nlocalsplus; i++)
        rec_set(r, r->base + i, i < nparams ? c->bound[i] : REF_NONE);
    return r->why == NULL;
}

static bool enter(struct recorder *r, const struct call *c) { return enter_at(r, c, r->at, r->next); }

/* Everything up to where the frames change. deeper: by so many frames. */
static bool
prepare_call(struct recorder *r, struct call *c, int deeper, PyObject *kwnames)
{
    const char *why = code_refused(c->code);
    if (why == NULL)
        why = rec_place_refused(r, c->code);
    if (why != NULL)
        return rec_stop(r, why);
    rec_emit(r, IR_GDEPTH, (ir_ref)(r->ir->frames[r->ir->frame].depth + deeper), REF_NONE);
    return rec_guard_callee(r, c->function, c->func) && r->why == NULL && bind(r, c, kwnames);
}

static bool
call_function(struct recorder *r, struct call *c, int on_stack, PyObject *kwnames)
{
    if (!prepare_call(r, c, 1, kwnames))
        return false;
    for (int i = 0; i < on_stack; i++)
        rec_pop(r);
    return enter(r, c);
}

/* ---- classes ---- */

/* Instances come from object.__new__() and PyType_GenericAlloc(), refer to nothing but their attributes and their class, and die without a word. */
static bool
is_plain_class(PyTypeObject *t, enum virtual_kind *kind)
{
    const unsigned long wanted = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_HAVE_GC;
    PyTypeObject *base = t;
    while (base->tp_dealloc == subtype_dealloc)
        base = base->tp_base;
    *kind = t->tp_flags & Py_TPFLAGS_INLINE_VALUES ? V_INSTANCE : V_MEMBERS;
    if ((t->tp_flags & wanted) != wanted || t->tp_flags & Py_TPFLAGS_IS_ABSTRACT || Py_TYPE(t) != &PyType_Type || base != &PyBaseObject_Type)
        return false;
    if (t->tp_new != PyBaseObject_Type.tp_new || t->tp_alloc != PyType_GenericAlloc || t->tp_finalize != NULL || t->tp_del != NULL || t->tp_itemsize != 0)
        return false;
    if (*kind == V_INSTANCE)
        return true;
    return t->tp_dictoffset == 0 && (t->tp_flags & Py_TPFLAGS_MANAGED_DICT) == 0 && t->tp_weaklistoffset == 0;
}

static bool
watch_class(struct recorder *r, PyTypeObject *t)
{
    return rec_watch(r, DEP_TYPE_LAYOUT, t, NULL) && rec_watch_name(r, t, ID(__new__)) && rec_watch_name(r, t, ID(__init__)) && rec_watch_name(r, t, ID(__del__))
        && rec_watch_name(r, t, ID(__abstractmethods__));
}

/* The hidden frame between the caller and the callee, with so many values on its stack. kind: its function. */
static bool
enter_shim(struct recorder *r, const struct call *c, PyCodeObject *shim, PyObject *kind, const ir_ref *stack, int n)
{
    int base = base_behind(r), function = base - FUNCTION_BEFORE;
    if (!ir_push_frame(r->ir, (struct ir_frame){ .base = (uint16_t)base, .below = (uint16_t)c->first, .function = (uint16_t)function, .call = r->at, .ret = r->next,
                                                 .code = shim }))
        return rec_stop(r, r->ir->full);
    rec_forget_slots(r, c->first > r->top ? c->first : r->top, base);
    leave_in_memory(r, c->first);
    rec_use_slots(r, base, shim);
    rec_set(r, function, ir_obj(r->ir, kind));
    for (int i = 0; i < n; i++)
        rec_set(r, base + i, stack[i]);
    r->base = base;
    r->depth = base + n - r->nslots;
    r->inner_code = shim;
    return r->why == NULL;
}

static bool
call_init(struct recorder *r, struct call *c, int on_stack, PyObject *kwnames)
{
    if (!prepare_call(r, c, 2, kwnames) || base_behind(r) + vm_init_shim()->co_framesize + c->code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    for (int i = 0; i < on_stack; i++)
        rec_pop(r);
    if (!enter_shim(r, c, vm_init_shim(), Py_None, &c->args[0], 1))
        return false;
    c->first = r->base + 1;
    r->constructs = kwnames != NULL ? kwnames : Py_None;
    return enter_at(r, c, 0, 1);
}

/* ---- operators ---- */

/* The method of the left operand's class, in Python, that BINARY_OP or COMPARE_OP asks first, and that may be the only one; or NULL. */
static PyFunctionObject *
operator_method(struct recorder *r, int opcode, struct vm_operator *op)
{
    PyTypeObject *ta = Py_TYPE(r->sp[-2]), *tb = Py_TYPE(r->sp[-1]);
    if (!type_has(ta, Py_TPFLAGS_HEAPTYPE) || (ta != tb && PyType_IsSubtype(tb, ta)) || !vm_operator(opcode, r->oparg, op))
        return NULL;
    if (ta->tp_as_sequence != NULL && (ta->tp_as_sequence->sq_concat != NULL || ta->tp_as_sequence->sq_repeat != NULL))
        return NULL;
    if (tb->tp_as_sequence != NULL && (tb->tp_as_sequence->sq_concat != NULL || tb->tp_as_sequence->sq_repeat != NULL))
        return NULL;
    PyObject *f = type_lookup(ta, op->name);
    if (f == NULL || Py_TYPE(f) != &PyFunction_Type || (op->inplace != NULL && type_lookup(ta, op->inplace) != NULL))
        return NULL;
    PyCodeObject *co = (PyCodeObject *)((PyFunctionObject *)f)->func_code;
    return code_refused(co) == NULL && co->co_argcount == 2 && co->co_kwonlyargcount == 0 ? (PyFunctionObject *)f : NULL;
}

bool
rec_is_operator(struct recorder *r, int opcode)
{
    struct vm_operator op;
    return ir_type_of(r->ir, rec_peek(r, 2)) == T_OBJ && !ir_is_box(r->ir, rec_peek(r, 2)) && operator_method(r, opcode, &op) != NULL;
}

bool
rec_operator(struct recorder *r, int opcode)
{
    struct vm_operator op;
    PyFunctionObject *f = operator_method(r, opcode, &op);
    PyTypeObject *ta = Py_TYPE(r->sp[-2]), *tb = Py_TYPE(r->sp[-1]);
    struct call c = { .func = f, .code = (PyCodeObject *)f->func_code, .function = rec_const(r, (PyObject *)f), .first = r->nslots + r->depth - 2, .nargs = 2 };
    c.args[0] = rec_peek(r, 2);
    c.args[1] = rec_peek(r, 1);
    if (!rec_guard_type(r, c.args[0], ta) || !rec_watch_name(r, ta, op.name) || (op.inplace != NULL && !rec_watch_name(r, ta, op.inplace)))
        return false;
    if (ir_type_of(r->ir, c.args[1]) == T_OBJ && !rec_guard_type(r, c.args[1], tb))
        return false;
    if (!prepare_call(r, &c, 2, NULL) || base_behind(r) + op.shim->co_framesize + c.code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    rec_pop(r);
    rec_pop(r);
    if (!enter_shim(r, &c, op.shim, Py_None, c.args, 2))
        return false;
    c.first = r->base + 2;
    r->operates = op.shim;
    return enter_at(r, &c, 0, 1);
}

/* ---- with statements ---- */

/* A method of the manager, above a frame that keeps v meanwhile. The caller's stack is as it is while it runs. */
static bool
enter_held(struct recorder *r, struct call *c, ir_ref v)
{
    if (!enter_shim(r, c, vm_with_shim(), ITEM_SHIM, &v, 1))
        return false;
    c->first = r->base + 1;
    r->operates = vm_with_shim();
    return enter_at(r, c, 0, 1);
}

static bool
prepare_held(struct recorder *r, struct call *c)
{
    if (vm_with_shim() == NULL || !prepare_call(r, c, 1, NULL) || base_behind(r) + vm_with_shim()->co_framesize + c->code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    return true;
}

bool
rec_before_with(struct recorder *r)
{
    PyObject *mgr = r->sp[-1];
    PyTypeObject *t = Py_TYPE(mgr);
    PyObject *enter = type_lookup(t, ID(__enter__)), *exit = type_lookup(t, ID(__exit__));
    ir_ref v = rec_peek(r, 1);
    if (enter == NULL || exit == NULL || Py_TYPE(enter) != &PyFunction_Type || Py_TYPE(exit) != &PyFunction_Type || !type_has(t, Py_TPFLAGS_HEAPTYPE))
        return rec_stop(r, "a context manager that is not in Python");
    if (v == REF_NONE || ir_type_of(r->ir, v) != T_OBJ || ir_is_box(r->ir, v))
        return rec_stop(r, "a context manager that is a number");
    struct call c = { .func = (PyFunctionObject *)enter, .code = (PyCodeObject *)((PyFunctionObject *)enter)->func_code, .function = rec_const(r, enter), .first = r->nslots + r->depth, .nargs = 1 };
    c.args[0] = v;
    if ((!rec_is_virtual(r, v) && !rec_guard_type(r, v, t)) || !rec_watch_name(r, t, ID(__enter__)) || !rec_watch_name(r, t, ID(__exit__)) || !prepare_held(r, &c))
        return false;
    rec_emit(r, IR_GROOM, REF_NONE, REF_NONE);
    ir_ref method = rec_new_virtual(r, V_METHOD, &PyMethod_Type);
    if (method == REF_NONE || !rec_put_field(r, method, 0, rec_const(r, exit)) || !rec_put_field(r, method, 1, v))
        return rec_stop(r, "too many virtual objects");
    rec_pop(r);
    rec_push(r, method);
    return r->why == NULL && enter_held(r, &c, v);
}

static bool
call_class(struct recorder *r, struct call *c, PyTypeObject *t, int on_stack, PyObject *kwnames)
{
    enum virtual_kind kind;
    PyObject *init = type_lookup(t, ID(__init__));
    bool python = init != NULL && PyFunction_Check(init);
    if (on_stack == 2 && rec_call_container(r, c->function, t, on_stack))
        return true;
    if (!is_plain_class(t, &kind) || (!python && (t->tp_init != PyBaseObject_Type.tp_init || on_stack > 2)))
        return rec_stop(r, "a class of another kind is called");
    rec_emit(r, IR_GEQ_P, c->function, ir_obj(r->ir, (PyObject *)t));
    ir_ref self = r->why == NULL && watch_class(r, t) ? rec_new_virtual(r, kind, t) : REF_NONE;
    if (self == REF_NONE)
        return rec_stop(r, "too many virtual objects");
    if (!python) {
        for (int i = 0; i < on_stack; i++)
            rec_pop(r);
        rec_push(r, self);
        return r->why == NULL;
    }
    c->func = (PyFunctionObject *)init;
    c->code = (PyCodeObject *)c->func->func_code;
    c->args[0] = self;
    c->function = rec_const(r, init);
    return call_init(r, c, on_stack, kwnames);
}

bool
rec_call_getter(struct recorder *r, ir_ref v, PyFunctionObject *func)
{
    struct call c = { .func = func, .code = (PyCodeObject *)func->func_code, .function = v, .first = r->nslots + r->depth - 1, .nargs = 1 };
    c.args[0] = rec_peek(r, 1);
    return call_function(r, &c, 1, NULL);
}

bool
rec_call_descriptor(struct recorder *r, PyObject *descr)
{
    PyObject *get = type_lookup(Py_TYPE(descr), ID(__get__));
    PyCodeObject *shim = vm_descriptor_shim();
    if (get == NULL || Py_TYPE(get) != &PyFunction_Type || shim == NULL)
        return rec_stop(r, "a descriptor that is not recorded yet");
    struct call c = { .func = (PyFunctionObject *)get, .code = (PyCodeObject *)((PyFunctionObject *)get)->func_code, .function = rec_const(r, get), .first = r->nslots + r->depth - 1, .nargs = 3 };
    c.args[0] = rec_const(r, descr);
    c.args[1] = rec_peek(r, 1);
    c.args[2] = ir_obj(r->ir, (PyObject *)Py_TYPE(r->sp[-1]));
    const ir_ref kept[3] = { c.function, c.args[0], c.args[1] };
    if (!prepare_call(r, &c, 2, NULL) || base_behind(r) + shim->co_framesize + c.code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    rec_pop(r);
    if (!enter_shim(r, &c, shim, Py_None, kept, 3))
        return false;
    c.first = r->base + 3;
    r->operates = shim;
    return enter_at(r, &c, 0, 1);
}

/* ---- items of instances ---- */

/* The interpreter must have specialised the instruction: else it would run the function in a loop of its own. */
bool
rec_is_getitem(const struct recorder *r)
{
    return _PyCode_CODE(r->inner_code)[r->at].op.code == BINARY_SUBSCR_GETITEM && type_has(Py_TYPE(r->sp[-2]), Py_TPFLAGS_HEAPTYPE);
}

/* o, which is v, is of a class that has f under this name, and keeps it. */
static bool
item_function(struct recorder *r, struct call *c, ir_ref v, PyObject *o, PyObject *name, PyObject *f)
{
    c->func = (PyFunctionObject *)f;
    c->code = (PyCodeObject *)c->func->func_code;
    c->function = rec_const(r, f);
    c->args[0] = v;
    return rec_guard_type(r, v, Py_TYPE(o)) && rec_watch_name(r, Py_TYPE(o), name);
}

bool
rec_call_getitem(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    PyTypeObject *t = Py_TYPE(o);
    PyObject *f = ((PyHeapTypeObject *)t)->_spec_cache.getitem;
    struct call c = { .first = r->nslots + r->depth - 2, .nargs = 2 };
    if (f == NULL || f != type_lookup(t, ID(__getitem__)) || ((PyFunctionObject *)f)->func_version != ((PyHeapTypeObject *)t)->_spec_cache.getitem_version)
        return rec_stop(r, "a __getitem__ that is not cached");
    if (!item_function(r, &c, rec_peek(r, 2), o, ID(__getitem__), f))
        return false;
    if (!frame_has_room(r->ts, c.code))
        return rec_stop(r, "the end of the stack");
    c.args[1] = rec_peek(r, 1);
    return call_function(r, &c, 2, NULL);
}

bool
rec_is_setitem(const struct recorder *r)
{
    PyTypeObject *t = Py_TYPE(r->sp[-2]);
    PyObject *f = type_has(t, Py_TPFLAGS_HEAPTYPE) ? type_lookup(t, ID(__setitem__)) : NULL;
    return f != NULL && PyFunction_Check(f);
}

/* Below the function lies a frame that takes its result. */
static bool
call_store(struct recorder *r, struct call *c)
{
    if (!prepare_call(r, c, 1, NULL) || base_behind(r) + vm_init_shim()->co_framesize + c->code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    for (int i = 0; i < c->nargs; i++)
        rec_pop(r);
    if (!enter_shim(r, c, vm_init_shim(), ITEM_SHIM, NULL, 0))
        return false;
    c->first = r->base;
    r->constructs = ITEM_SHIM;
    return enter_at(r, c, 0, 1);
}

bool
rec_call_setitem(struct recorder *r)
{
    PyObject *o = r->sp[-2];
    struct call c = { .first = r->nslots + r->depth - 3, .nargs = 3 };
    if (!item_function(r, &c, rec_peek(r, 2), o, ID(__setitem__), type_lookup(Py_TYPE(o), ID(__setitem__))))
        return false;
    c.args[1] = rec_peek(r, 1);
    c.args[2] = rec_peek(r, 3);
    return call_store(r, &c);
}

bool
rec_call_setter(struct recorder *r, ir_ref v, PyFunctionObject *func)
{
    struct call c = { .func = func, .code = (PyCodeObject *)func->func_code, .function = v, .first = r->nslots + r->depth - 2, .nargs = 2 };
    c.args[0] = rec_peek(r, 1);
    c.args[1] = rec_peek(r, 2);
    return call_store(r, &c);
}

static bool
call_builtin(struct recorder *r, PyObject *callable, int first, int n, int on_stack, PyObject *names)
{
    int behind = names != NULL, last = r->nslots + r->depth - 1 - behind;
    bool looks_at_type = n == 2 && callable == vm_cache(r->ts)->isinstance;
    for (int i = 0; i <= n && !looks_at_type; i++)       /* of the callable and its arguments none is virtual */
        if (rec_is_virtual(r, rec_local(r, i < n ? last - i : first)) && !rec_materialise(r, rec_local(r, i < n ? last - i : first)))
            return false;
    struct builtin_call c = { .callable = callable, .n = n, .on_stack = on_stack, .function = rec_local(r, first), .names = names };
    for (int i = 0; i < n; i++) {
        c.args[i] = rec_peek(r, n - i + behind);
        c.now[i] = r->sp[i - n - behind];
    }
    return rec_call_builtin(r, &c);
}

/* object.__init__(self): there is nothing to do. */
static bool
call_object_init(struct recorder *r, struct call *c, PyObject *callable, int on_stack)
{
    rec_emit(r, IR_GEQ_P, rec_local(r, c->first), rec_const(r, callable));
    for (int i = 0; i < on_stack && r->why == NULL; i++)
        rec_pop(r);
    rec_push(r, rec_const(r, Py_None));
    return r->why == NULL;
}

/* A bound method's function and self come out of it. */
static PyObject *
open_method(struct recorder *r, struct call *c, PyObject *method)
{
    ir_ref v = c->function;
    if (rec_is_virtual(r, v)) {
        c->function = r->slot[rec_field_slot(r, v, 0)];
        c->args[0] = r->slot[rec_field_slot(r, v, 1)];
        return ((PyMethodObject *)method)->im_func;
    }
    rec_guard_type(r, v, &PyMethod_Type);
    c->function = rec_emit_x(r, IR_OLOAD, v, REF_NONE, offsetof(PyMethodObject, im_func));
    c->args[0] = rec_emit_x(r, IR_OLOAD, v, REF_NONE, offsetof(PyMethodObject, im_self));
    return ((PyMethodObject *)method)->im_func;
}

/* What is called: a function, or that of a bound method, which gives self, too. */
static bool
find_function(struct recorder *r, struct call *c, PyObject *callable, bool bound)
{
    c->function = rec_local(r, c->first);
    if (bound)
        callable = open_method(r, c, callable);
    if (r->why != NULL || Py_TYPE(callable) != &PyFunction_Type)
        return rec_stop(r, "a call of something else than a Python function");
    c->func = (PyFunctionObject *)callable;
    c->code = (PyCodeObject *)c->func->func_code;
    return true;
}

/* The method in Python that calling an instance comes down to, or a class whose metaclass has one; or NULL. */
static PyFunctionObject *
call_method(PyObject *callable)
{
    PyTypeObject *t = Py_TYPE(callable);
    PyObject *f = type_has(t, Py_TPFLAGS_HEAPTYPE) ? type_lookup(t, ID(__call__)) : NULL;
    return f != NULL && Py_TYPE(f) == &PyFunction_Type ? (PyFunctionObject *)f : NULL;
}

/* What lies at the bottom, c->args[0], is an argument, too. The interpreter would run it in a loop of its own; what is on the stack stays where a hidden frame keeps it. */
static bool
call_above_stack(struct recorder *r, struct call *c, int nargs)
{
    PyCodeObject *shim = vm_instance_shim(nargs);
    if (shim == NULL)
        return rec_stop(r, "an instance is called with many arguments");
    c->function = rec_const(r, (PyObject *)c->func);
    if (!prepare_call(r, c, 2, NULL) || base_behind(r) + shim->co_framesize + c->code->co_framesize > REC_SLOTS)
        return rec_stop(r, "too many slots");
    ir_ref kept[2 * VM_INSTANCE_ARGS + 1];               /* the arguments twice, as in a caller in C, which has them in a tuple, too */
    memcpy(kept, c->args, (size_t)(nargs + 1) * sizeof(*kept));
    memcpy(kept + nargs + 1, c->args + 1, (size_t)nargs * sizeof(*kept));
    for (int i = 0; i < nargs + 2; i++)
        rec_pop(r);
    if (!enter_shim(r, c, shim, Py_None, kept, 2 * nargs + 1))
        return false;
    c->first = r->base + 2 * nargs + 1;
    r->operates = shim;
    return enter_at(r, c, 0, 1);
}

static bool
call_instance(struct recorder *r, struct call *c, PyObject *o, int nargs, PyObject *kwnames)
{
    ir_ref v = rec_local(r, c->first);
    if (kwnames != NULL)
        return rec_stop(r, "an instance is called with keyword arguments");
    if (!rec_is_object(r, v) || !rec_guard_type(r, v, Py_TYPE(o)) || !rec_watch_name(r, Py_TYPE(o), ID(__call__)))
        return rec_stop(r, "a number is called");
    c->args[0] = v;
    return call_above_stack(r, c, nargs);
}

/* Are these the instructions of what collections.namedtuple() makes as __new__? */
static bool
is_named_tuple_code(PyCodeObject *co)
{
    const _Py_CODEUNIT *unit = _PyCode_CODE(co);
    int seen = 0;                                        /* what is made lies under the tuple of the arguments: the first of all */
    for (int i = 0, op; i < (int)Py_SIZE(co); i += 1 + op_table[op].caches) {
        op = op_deopt(unit[i].op.code);
        int arg = unit[i].op.arg;
        bool loads = op == LOAD_FAST || op == LOAD_FAST_LOAD_FAST;
        if (loads && seen++ == 0 && (op == LOAD_FAST ? arg : arg >> 4) != 0)
            return false;
        if (!loads && op != RESUME && op != LOAD_GLOBAL && op != BUILD_TUPLE && op != RETURN_VALUE && !(op == CALL && arg == 2))
            return false;
    }
    return seen > 0 && PyTuple_GET_SIZE(co->co_names) == 1 && (co->co_flags & (CO_VARARGS | CO_VARKEYWORDS)) == 0;
}

/* The __new__ of a class of named tuples, if there is nothing else to do when t is called; or NULL. */
static PyFunctionObject *
named_tuple_new(PyTypeObject *t)
{
    PyObject *new = PyType_IsSubtype(t, &PyTuple_Type) ? type_lookup(t, ID(__new__)) : NULL;
    if (new == NULL || Py_TYPE(new) != &PyStaticMethod_Type || Py_TYPE(t) != &PyType_Type || t->tp_init != PyBaseObject_Type.tp_init || t->tp_vectorcall != NULL
        || type_has(t, Py_TPFLAGS_IS_ABSTRACT))
        return NULL;
    PyFunctionObject *f = (PyFunctionObject *)((struct classmethod *)new)->callable;
    if (f == NULL || Py_TYPE(f) != &PyFunction_Type || !is_named_tuple_code((PyCodeObject *)f->func_code))
        return NULL;
    PyObject *made = PyDict_GetItemWithError(f->func_globals, PyTuple_GET_ITEM(((PyCodeObject *)f->func_code)->co_names, 0));
    return made != NULL && rec_is_tuple_new(made) ? f : NULL;
}

/* Its frame lies above one that keeps the class and the arguments, as those of calls of instances do. */
static bool
call_named_tuple(struct recorder *r, struct call *c, PyTypeObject *t, PyFunctionObject *new, int nargs)
{
    rec_emit(r, IR_GEQ_P, c->function, ir_obj(r->ir, (PyObject *)t));
    c->func = new;
    c->code = (PyCodeObject *)new->func_code;
    c->args[0] = c->function;
    return r->why == NULL && watch_class(r, t) && call_above_stack(r, c, nargs);
}

/* At the end of a with statement: a bound method with three arguments, the first of them where self would lie. */
static bool
call_exit(struct recorder *r, struct call *c, PyObject *callable)
{
    ir_ref method = c->function;
    PyObject *f = open_method(r, c, callable);
    if (r->why != NULL || Py_TYPE(f) != &PyFunction_Type)
        return rec_stop(r, "a call of something else than a Python function");
    c->func = (PyFunctionObject *)f;
    c->code = (PyCodeObject *)c->func->func_code;
    c->nargs = 4;
    for (int i = 0; i < 3; i++)
        c->args[i + 1] = rec_local(r, c->first + 1 + i);
    if (!prepare_held(r, c))
        return false;
    for (int i = 0; i < 4; i++)
        rec_pop(r);
    return r->why == NULL && enter_held(r, c, method);
}

/* Stack: callable, self or NULL, `given` arguments, and `behind` more that are none. */
static bool
call(struct recorder *r, int given, int behind, PyObject *kwnames)
{
    PyObject **sp = r->sp - behind, *callable = sp[-given - 2];
    struct call c = { .first = r->nslots + r->depth - behind - given - 2 };
    bool self = sp[-given - 1] != NULL, bound = !self && Py_TYPE(callable) == &PyMethod_Type;
    int n = given + self;
    ir_ref under = rec_local(r, c.first + 1);
    if (under != REF_NONE && (r->ir->at[under].op == IR_FLOAD || r->ir->at[under].op == IR_SLOAD))       /* an open call, or what was before the trace, has left self there, or NULL */
        rec_emit(r, self ? IR_GNE_P : IR_GEQ_P, under, ir_ptr(r->ir, NULL));
    else if (!self && under != REF_NONE)
        rec_stop(r, "a call that began before the trace");
    if (r->why != NULL)
        return rec_stop(r, "a call that began before the trace");
    if (!self && PyType_Check(callable) && type_has((PyTypeObject *)callable, Py_TPFLAGS_HEAPTYPE) && n < ARGS_MAX && call_method(callable) == NULL) {
        c.function = rec_local(r, c.first);
        c.nargs = n + 1 - (kwnames == NULL ? 0 : (int)PyTuple_GET_SIZE(kwnames));
        for (int i = 0; i < n; i++)
            c.args[i + 1] = rec_local(r, c.first + 2 + i);
        PyFunctionObject *new = kwnames == NULL && behind == 0 ? named_tuple_new((PyTypeObject *)callable) : NULL;
        if (new != NULL)
            return call_named_tuple(r, &c, (PyTypeObject *)callable, new, n);
        return call_class(r, &c, (PyTypeObject *)callable, given + 2 + behind, kwnames);
    }
    if (self && given == 2 && kwnames == NULL && behind == 0 && Py_TYPE(callable) == &PyMethod_Type) {
        c.function = rec_local(r, c.first);
        return call_exit(r, &c, callable);
    }
    if (n == 1 && kwnames == NULL && callable == type_lookup(&PyBaseObject_Type, ID(__init__)))
        return call_object_init(r, &c, callable, given + 2);
    if (!self && !bound && n + 1 < ARGS_MAX && (c.func = call_method(callable)) != NULL) {
        c.code = (PyCodeObject *)c.func->func_code;
        c.nargs = n + 1 - (kwnames == NULL ? 0 : (int)PyTuple_GET_SIZE(kwnames));
        for (int i = 0; i < n; i++)
            c.args[i + 1] = rec_local(r, c.first + 2 + i);
        return call_instance(r, &c, callable, n, kwnames);
    }
    if (!bound && Py_TYPE(callable) != &PyFunction_Type && n <= BUILTIN_ARGS)
        return call_builtin(r, callable, c.first, n, given + 2 + behind, kwnames);
    if (n + bound > ARGS_MAX)
        return rec_stop(r, "a call with very many arguments");
    if (!find_function(r, &c, callable, bound))
        return false;
    c.nargs = n + bound - (kwnames == NULL ? 0 : (int)PyTuple_GET_SIZE(kwnames));
    for (int i = 0; i < n; i++)
        c.args[i + bound] = rec_local(r, c.first + 2 - self + i);
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

/* The interpreter inlines only calls of functions: what is on its stack becomes one, with self in front of the arguments. */
static bool
open_stack(PyObject **place)
{
    PyObject *method = place[0], *args = place[2];
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *all = PyTuple_New(n + 1);
    if (all == NULL) {
        PyErr_Clear();
        return false;
    }
    PyTuple_SET_ITEM(all, 0, Py_NewRef(PyMethod_GET_SELF(method)));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(all, i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    place[0] = Py_NewRef(PyMethod_GET_FUNCTION(method));
    place[2] = all;
    Py_DECREF(method);
    Py_DECREF(args);
    return true;
}

/* What the virtual dict on top of the stack has becomes keyword arguments. NEW tuple of their names; NULL: there are none, or the recording stops. */
static PyObject *
spread_keywords(struct recorder *r, struct call *c, int at)
{
    ir_ref d = rec_peek(r, 1);
    int n = rec_nfields(r, d) / 2;
    PyObject *names = n > 0 ? PyTuple_New(n) : NULL;
    if (n > 0 && names == NULL) {
        PyErr_Clear();
        rec_stop(r, "out of memory");
    }
    for (int k = 0; k < n && names != NULL; k++) {
        PyTuple_SET_ITEM(names, k, Py_NewRef(rec_pair_key(r, d, k)));
        c->args[at + k] = rec_pair_value(r, d, k);
    }
    return names;
}

/* Stack: callable, NULL, a tuple, and a dict whose keys the trace knows. */
bool
rec_call_spread(struct recorder *r)
{
    int names = r->oparg & 1;
    PyObject **place = r->sp - 3 - names, *callable = place[0];
    struct call c = { .first = r->nslots + r->depth - 3 - names };
    ir_ref items[IR_FIELDS_MAX];
    bool known = (!names || rec_is_virtual_dict(r, rec_peek(r, 1))) && PyTuple_CheckExact(place[2]) && place[1] == NULL, bound = known && Py_TYPE(callable) == &PyMethod_Type;
    int n = known && rec_local(r, c.first + 1) == REF_NONE ? rec_spread_items(r, 1 + names, items, IR_FIELDS_MAX) : -1;
    if (n < 0)
        return rec_stop(r, "a call with arguments that are not known");
    if (!find_function(r, &c, callable, bound))
        return false;
    c.nargs = n + bound;
    for (int i = 0; i < n; i++)
        c.args[i + bound] = items[i];
    PyObject *kwnames = names ? spread_keywords(r, &c, c.nargs) : NULL;
    bool done = r->why == NULL && call_function(r, &c, 3 + names, kwnames);
    Py_XDECREF(kwnames);
    if (!done)
        return false;
    for (int k = 0; k < r->ndropped && bound; k++)       /* the method and the tuple go with what open_stack() does */
        r->dropped_now[k] = NULL;
    return !bound || open_stack(place) || rec_stop(r, "out of memory");
}

/* ---- in the callee ---- */

bool
rec_is_behind(_PyInterpreterFrame *f, const _PyInterpreterFrame *outer)
{
    if ((f->previous == outer && outer->owner == FRAME_OWNED_BY_GENERATOR) || f->owner == FRAME_OWNED_BY_GENERATOR || f->previous->owner == FRAME_OWNED_BY_GENERATOR)
        return true;
    return (PyObject **)f == (PyObject **)f->previous + frame_code(f->previous)->co_framesize;
}

bool
rec_follow(struct recorder *r, _PyInterpreterFrame *f)
{
    const struct ir_frame *callee = &r->ir->frames[r->ir->frame];
    if (r->resumed != NULL)
        return rec_follow_generator(r, f);
    bool below = r->inner == f->previous;
    if (!below && f->previous != NULL && vm_is_shim(frame_code(f->previous)))
        below = r->inner == f->previous->previous;
    if (r->entering == NULL || !below || f->f_funcobj != (PyObject *)r->entering || frame_code(f) != callee->code)
        return rec_stop(r, "a frame of something that was not recorded");
    if (!rec_is_behind(f, r->frame) || (f->previous != r->inner && !rec_is_behind(f->previous, r->frame)))
        return rec_stop(r, "a frame in another part of the stack");
    r->inner = f;
    r->entering = NULL;
    return true;
}

/* The frame at hand goes, of which nothing is in memory. */
void
rec_leave_frame(struct recorder *r)
{
    struct ir *ir = r->ir;
    const struct ir_frame *f = &ir->frames[ir->frame];
    rec_forget_slots(r, f->function, f->base + r->inner_code->co_nlocalsplus + r->inner_code->co_stacksize);
    r->depth = f->below - r->nslots;
    ir->frame = f->parent;
    r->base = ir->frames[ir->frame].base;
    r->inner = r->inner->previous;
    r->inner_code = ir->frames[ir->frame].code;
}

/* Behind __init__, __setitem__ or the setter of a property. */
bool
rec_init_check(struct recorder *r)
{
    ir_ref v = rec_peek(r, 1);
    if (r->oparg) {                                      /* a method of a with statement returns */
        if (r->ir->frames[r->ir->frame].depth <= r->ir->real)
            return rec_open_return(r, RETURN_VALUE);
        if (r->nheld > 0 && !rec_settle_held(r))
            return false;
        v = rec_pop(r);
        rec_leave_frame(r);
        rec_push(r, v);
        return r->why == NULL;
    }
    if (r->inner->f_funcobj == ITEM_SHIM) {
        if (r->ir->frames[r->ir->frame].depth <= r->ir->real)
            return rec_stop(r, "a __setitem__ or a setter with open calls");
        rec_pop(r);
        rec_leave_frame(r);
        return r->why == NULL;
    }
    if (r->sp[-1] != Py_None || ir_type_of(r->ir, v) != T_OBJ)
        return rec_stop(r, "__init__() returns something");
    rec_emit(r, IR_GEQ_P, v, ir_obj(r->ir, Py_None));
    rec_pop(r);
    return r->why == NULL;
}

/* The eval breaker is polled once a round: that is often enough. */
bool
rec_resume(struct recorder *r)
{
    if ((r->oparg & RESUME_OPARG_LOCATION_MASK) != RESUME_AT_FUNC_START && r->below == NULL && !rec_is_in_generator(r))
        return rec_stop(r, "a generator goes on");
    r->below = NULL;
    return true;
}

/* The cells of the function's closure: it cannot get another. */
bool
rec_copy_free_vars(struct recorder *r)
{
    ir_ref function = rec_local(r, r->ir->frames[r->ir->frame].function), closure = REF_NONE;
    PyObject *now = ((PyFunctionObject *)r->inner->f_funcobj)->func_closure;
    bool constant = r->ir->at[function].op == IR_KO;
    if (r->ir->frame == 0 || now == NULL || PyTuple_GET_SIZE(now) != r->oparg)
        return rec_stop(r, "a function begins");
    if (!constant)
        closure = rec_emit_x(r, IR_OLOAD, function, REF_NONE, offsetof(PyFunctionObject, func_closure));
    for (int i = 0; i < r->oparg; i++) {
        ir_ref cell = constant ? ir_obj(r->ir, PyTuple_GET_ITEM(now, i)) : rec_emit(r, IR_TITEM, closure, ir_int(r->ir, i));
        rec_set(r, r->base + r->inner_code->co_nlocalsplus - r->oparg + i, cell);
    }
    return r->why == NULL;
}

bool
rec_return(struct recorder *r, int opcode)
{
    struct ir *ir = r->ir;
    const struct ir_frame *f = &ir->frames[ir->frame];
    if (ir->frame == 0)
        return rec_last_return(r, opcode);
    if (f->depth <= ir->real)
        return rec_open_return(r, opcode);
    ir_ref v = opcode == RETURN_VALUE ? rec_pop(r) : rec_const(r, PyTuple_GET_ITEM(r->inner_code->co_consts, r->oparg));
    rec_leave_frame(r);
    rec_push(r, v);
    return r->why == NULL;
}
