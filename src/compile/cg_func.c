/* compile/cg_func.c: functions and lambdas. */
#include "compile/cg.h"

#include "compile/compile.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"

struct func {                      /* the fields that def and async def share */
    PyObject *name;
    arguments_ty args;
    asdl_stmt_seq *body;
    asdl_expr_seq *decorators;
    expr_ty returns;
    asdl_type_param_seq *type_params;
    bool is_async;
};

static struct func
func_of(stmt_ty s)
{
    if (s->kind == AsyncFunctionDef_kind)
        return (struct func){ s->v.AsyncFunctionDef.name, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.body,
                              s->v.AsyncFunctionDef.decorator_list, s->v.AsyncFunctionDef.returns,
                              s->v.AsyncFunctionDef.type_params, true };
    return (struct func){ s->v.FunctionDef.name, s->v.FunctionDef.args, s->v.FunctionDef.body,
                          s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns, s->v.FunctionDef.type_params, false };
}

void
cg_decorators(struct cg *c, asdl_expr_seq *decorators)
{
    cg_exprs(c, decorators);
}

void
cg_apply_decorators(struct cg *c, asdl_expr_seq *decorators)
{
    for (Py_ssize_t i = asdl_seq_LEN(decorators) - 1; i >= 0; i--)
        emit_i(c, LOC(asdl_seq_GET(decorators, i)), CALL, 0);
}

/* --- parameters --- */

static void
check_arg(struct cg *c, arg_ty a)
{
    if (a != NULL)
        cg_check_name(c, LOC(a), a->arg, Store);
}

static void
check_args(struct cg *c, arguments_ty a)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(a->posonlyargs); i++)
        check_arg(c, asdl_seq_GET(a->posonlyargs, i));
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(a->args); i++)
        check_arg(c, asdl_seq_GET(a->args, i));
    check_arg(c, a->vararg);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(a->kwonlyargs); i++)
        check_arg(c, asdl_seq_GET(a->kwonlyargs, i));
    check_arg(c, a->kwarg);
}

/* A dict of the keyword-only defaults, if there are any. */
static bool
kw_defaults(struct cg *c, struct loc loc, arguments_ty a)
{
    Py_ssize_t n = asdl_seq_LEN(a->kwonlyargs), found = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        found += asdl_seq_GET(a->kw_defaults, i) != NULL;
    if (found == 0)
        return false;
    PyObject *keys = pool_keep(c->pool, PyTuple_New(found));
    for (Py_ssize_t i = 0, k = 0; i < n; i++) {
        expr_ty value = asdl_seq_GET(a->kw_defaults, i);
        if (value == NULL)
            continue;
        PyTuple_SET_ITEM(keys, k++, Py_NewRef(cg_mangle(c, asdl_seq_GET(a->kwonlyargs, i)->arg)));
        cg_expr(c, value);
    }
    emit_const(c, loc, keys);
    emit_i(c, loc, BUILD_CONST_KEY_MAP, found);
    return true;
}

static int
default_arguments(struct cg *c, struct loc loc, arguments_ty a)
{
    int flags = 0;
    if (asdl_seq_LEN(a->defaults) > 0) {
        flags |= MAKE_DEFAULTS;
        cg_exprs(c, a->defaults);
        emit_i(c, loc, BUILD_TUPLE, asdl_seq_LEN(a->defaults));
    }
    if (a->kwonlyargs && kw_defaults(c, loc, a))
        flags |= MAKE_KWDEFAULTS;
    return flags;
}

/* Names and annotations alternate on the stack. */
static int
annotate(struct cg *c, struct loc loc, PyObject *name, expr_ty annotation)
{
    if (annotation == NULL)
        return 0;
    emit_const(c, loc, cg_mangle(c, name));
    if (!cg_postponed(c) && annotation->kind == Starred_kind) {   /* *args: *Ts */
        cg_expr(c, annotation->v.Starred.value);
        emit_i(c, loc, UNPACK_SEQUENCE, 1);
    }
    else
        cg_annotation(c, annotation);
    return 2;
}

static int
annotate_args(struct cg *c, struct loc loc, asdl_arg_seq *args)
{
    int n = 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(args); i++) {
        arg_ty a = asdl_seq_GET(args, i);
        n += annotate(c, loc, a->arg, a->annotation);
    }
    return n;
}

static int
annotations(struct cg *c, struct loc loc, arguments_ty a, expr_ty returns)
{
    int n = annotate_args(c, loc, a->args);
    n += annotate_args(c, loc, a->posonlyargs);
    if (a->vararg)
        n += annotate(c, loc, a->vararg->arg, a->vararg->annotation);
    n += annotate_args(c, loc, a->kwonlyargs);
    if (a->kwarg)
        n += annotate(c, loc, a->kwarg->arg, a->kwarg->annotation);
    n += annotate(c, loc, ID(return), returns);
    if (n == 0)
        return 0;
    emit_i(c, loc, BUILD_TUPLE, n);
    return MAKE_ANNOTATIONS;
}

static void
set_arg_counts(struct cg *c, arguments_ty a)
{
    c->unit->info.argcount = (int)asdl_seq_LEN(a->args);
    c->unit->info.posonlyargcount = (int)asdl_seq_LEN(a->posonlyargs);
    c->unit->info.kwonlyargcount = (int)asdl_seq_LEN(a->kwonlyargs);
}

/* --- def --- */

/* The first constant is the docstring, or None. */
static Py_ssize_t
add_docstring(struct cg *c, asdl_stmt_seq *body)
{
    PyObject *doc = ast_docstring(body), *first = Py_None;
    if (doc != NULL && c->optimize < 2)
        first = pool_keep(c->pool, _PyCompile_CleanDoc(doc));
    const_list_add(c->pool, &c->unit->info.consts, const_merge(c->pool, &c->cache, first));
    return doc != NULL;
}

static void
function_body(struct cg *c, stmt_ty s, const struct func *f, int flags, int firstlineno)
{
    unit_enter(c, f->name, f->is_async ? UNIT_ASYNC_FUNCTION : UNIT_FUNCTION, s, firstlineno, NULL);
    Py_ssize_t first = add_docstring(c, f->body);
    set_arg_counts(c, f->args);
    int start = new_label(c);
    use_label(c, start);
    bool wrap = c->unit->scope->coroutine || c->unit->scope->generator;
    if (wrap)
        fblock_push(c, NO_LOC, FB_STOP_ITERATION, start, NO_LABEL);
    for (Py_ssize_t i = first; i < asdl_seq_LEN(f->body); i++)
        cg_stmt(c, asdl_seq_GET(f->body, i));
    if (wrap) {
        cg_wrap_stop_iteration(c);
        fblock_pop(c);
    }
    cg_make_closure(c, LOC(s), unit_finish(c, true), flags);
}

/* Defaults are evaluated outside the scope of the type parameters and passed into it as arguments. */
static void
generic_function(struct cg *c, stmt_ty s, const struct func *f, int flags, int firstlineno)
{
    struct loc loc = LOC(s);
    int nargs = !!(flags & MAKE_DEFAULTS) + !!(flags & MAKE_KWDEFAULTS);
    if (nargs == 2)
        emit_i(c, loc, SWAP, 2);
    PyObject *name = pool_keep(c->pool, PyUnicode_FromFormat("<generic parameters of %U>", f->name));
    unit_enter(c, name, UNIT_TYPE_PARAMS, f->type_params, firstlineno, NULL);
    cg_type_params(c, f->type_params);
    for (int i = 0; i < nargs; i++)
        emit_i(c, loc, LOAD_FAST, i);
    flags |= annotations(c, loc, f->args, f->returns);
    function_body(c, s, f, flags, firstlineno);
    emit_i(c, loc, SWAP, 2);
    emit_i(c, loc, CALL_INTRINSIC_2, INTRINSIC_SET_FUNCTION_TYPE_PARAMS);
    c->unit->info.argcount = nargs;
    cg_make_closure(c, loc, unit_finish(c, false), 0);
    if (nargs > 0) {
        emit_i(c, loc, SWAP, nargs + 1);
        emit_i(c, loc, CALL, nargs - 1);
    }
    else {
        emit(c, loc, PUSH_NULL);
        emit_i(c, loc, CALL, 0);
    }
}

void
cg_function(struct cg *c, stmt_ty s)
{
    struct func f = func_of(s);
    struct loc loc = LOC(s);
    check_args(c, f.args);
    cg_decorators(c, f.decorators);
    int firstlineno = asdl_seq_LEN(f.decorators) > 0 ? asdl_seq_GET(f.decorators, 0)->lineno : s->lineno;
    int flags = default_arguments(c, loc, f.args);
    if (asdl_seq_LEN(f.type_params) > 0)
        generic_function(c, s, &f, flags, firstlineno);
    else {
        flags |= annotations(c, loc, f.args, f.returns);
        function_body(c, s, &f, flags, firstlineno);
    }
    cg_apply_decorators(c, f.decorators);
    cg_name(c, loc, f.name, Store);
}

/* --- lambda --- */

void
cg_lambda(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    arguments_ty args = e->v.Lambda.args;
    check_args(c, args);
    int flags = default_arguments(c, loc, args);
    unit_enter(c, STR(anon_lambda), UNIT_LAMBDA, e, e->lineno, NULL);
    const_list_add(c->pool, &c->unit->info.consts, Py_None);   /* never a docstring */
    set_arg_counts(c, args);
    cg_expr(c, e->v.Lambda.body);
    bool generator = c->unit->scope->generator;
    if (!generator)
        emit(c, LOC(e->v.Lambda.body), RETURN_VALUE);
    cg_make_closure(c, loc, unit_finish(c, !generator), flags);
}
