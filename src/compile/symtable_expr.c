/* compile/symtable_expr.c: names in expressions, parameters and type parameters. */
#include "compile/symtable_impl.h"

#include "rt/singletons.h"

void
sym_visit_exprs(struct symtable *st, asdl_expr_seq *exprs)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(exprs); i++) {
        expr_ty e = asdl_seq_GET(exprs, i);
        if (e != NULL)
            sym_visit_expr(st, e);
    }
}

void
sym_visit_keywords(struct symtable *st, asdl_keyword_seq *keywords)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keywords); i++)
        sym_visit_expr(st, asdl_seq_GET(keywords, i)->value);
}

static void
add_params(struct symtable *st, asdl_arg_seq *args)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(args); i++) {
        arg_ty a = asdl_seq_GET(args, i);
        sym_add(st, a->arg, DEF_PARAM, LOC(a));
    }
}

void
sym_visit_arguments(struct symtable *st, arguments_ty a)
{
    add_params(st, a->posonlyargs);
    add_params(st, a->args);
    add_params(st, a->kwonlyargs);
    if (a->vararg) {
        sym_add(st, a->vararg->arg, DEF_PARAM, LOC(a->vararg));
        st->cur->varargs = true;
    }
    if (a->kwarg) {
        sym_add(st, a->kwarg->arg, DEF_PARAM, LOC(a->kwarg));
        st->cur->varkeywords = true;
    }
}

/* Scopes that are evaluated lazily or merged away cannot hold what suspends or binds. */
static void
refuse_in_annotation(struct symtable *st, const char *what, expr_ty e)
{
    switch (st->cur->kind) {
    case SCOPE_ANNOTATION:
        compile_error(st->pool, st->filename, LOC(e), "%s cannot be used within an annotation", what);
    case SCOPE_TYPE_VARIABLE:
        compile_error(st->pool, st->filename, LOC(e), "%s cannot be used within %s", what, st->cur->info);
    case SCOPE_TYPE_ALIAS:
        compile_error(st->pool, st->filename, LOC(e), "%s cannot be used within a type alias", what);
    case SCOPE_TYPE_PARAMS:
        compile_error(st->pool, st->filename, LOC(e), "%s cannot be used within the definition of a generic", what);
    default:
        break;
    }
}

static void
refuse_in_comprehension(struct symtable *st, expr_ty e)
{
    static const char *const messages[] = {
        [COMP_LIST] = "'yield' inside list comprehension", [COMP_SET] = "'yield' inside set comprehension",
        [COMP_DICT] = "'yield' inside dict comprehension", [COMP_GENEXPR] = "'yield' inside generator expression",
    };
    if (st->cur->comprehension != COMP_NONE)
        compile_error(st->pool, st->filename, LOC(e), messages[st->cur->comprehension]);
}

/* --- assignment expressions --- */

static _Noreturn void
refuse_target_scope(struct symtable *st, enum scope_kind kind, struct loc loc)
{
    const char *where = kind == SCOPE_CLASS ? "assignment expression within a comprehension cannot be used in a class body"
        : kind == SCOPE_TYPE_PARAMS ? "assignment expression within a comprehension cannot be used within the definition of a generic"
        : kind == SCOPE_TYPE_ALIAS ? "assignment expression within a comprehension cannot be used in a type alias"
        : "assignment expression within a comprehension cannot be used in a TypeVar bound";
    compile_error(st->pool, st->filename, loc, where);
}

/* Inside a comprehension `:=` binds in the nearest scope that is not one. */
static void
bind_outside_comprehension(struct symtable *st, expr_ty target)
{
    PyObject *name = target->v.Name.id;
    struct loc loc = LOC(target);
    for (int i = st->stack.len - 1; i >= 0; i--) {
        struct scope *s = st->stack.items[i];
        if (s->comprehension != COMP_NONE) {
            int flags = sym_flags(st, s, name);
            if ((flags & DEF_COMP_ITER) && (flags & (DEF_LOCAL | DEF_GLOBAL)))
                compile_error(st->pool, st->filename, loc,
                              "assignment expression cannot rebind comprehension iteration variable '%U'", name);
        }
        else if (s->kind == SCOPE_FUNCTION) {
            sym_add(st, name, sym_flags(st, s, name) & DEF_GLOBAL ? DEF_GLOBAL : DEF_NONLOCAL, loc);
            sym_add_directive(st, name, loc);
            sym_add_in(st, s, name, DEF_LOCAL, loc);
            return;
        }
        else if (s->kind == SCOPE_MODULE) {
            sym_add(st, name, DEF_GLOBAL, loc);
            sym_add_directive(st, name, loc);
            sym_add_in(st, s, name, DEF_GLOBAL, loc);
            return;
        }
        else if (s->kind != SCOPE_ANNOTATION)
            refuse_target_scope(st, s->kind, loc);
    }
}

static void
visit_named_expr(struct symtable *st, expr_ty e)
{
    refuse_in_annotation(st, "named expression", e);
    if (st->cur->comp_iter_expr > 0)
        compile_error(st->pool, st->filename, LOC(e),
                      "assignment expression cannot be used in a comprehension iterable expression");
    if (st->cur->comprehension != COMP_NONE)
        bind_outside_comprehension(st, e->v.NamedExpr.target);
    sym_visit_expr(st, e->v.NamedExpr.value);
    sym_visit_expr(st, e->v.NamedExpr.target);
}

/* --- comprehensions --- */

static void
visit_target(struct symtable *st, expr_ty target)
{
    st->cur->comp_iter_target = true;
    sym_visit_expr(st, target);
    st->cur->comp_iter_target = false;
}

static void
visit_iterable(struct symtable *st, expr_ty iter)
{
    st->cur->comp_iter_expr++;
    sym_visit_expr(st, iter);
    st->cur->comp_iter_expr--;
}

/* The first iterable belongs to the scope around; it comes in as the parameter ".0". */
static void
visit_comprehension(struct symtable *st, expr_ty e, enum comp_kind kind, PyObject *name, asdl_comprehension_seq *generators,
                    expr_ty elt, expr_ty value)
{
    comprehension_ty first = asdl_seq_GET(generators, 0);
    struct loc loc = LOC(e);
    visit_iterable(st, first->iter);
    sym_enter(st, name, SCOPE_FUNCTION, e, loc);
    st->cur->comprehension = kind;
    if (first->is_async)
        st->cur->coroutine = true;
    sym_add(st, pool_keep(st->pool, PyUnicode_InternFromString(".0")), DEF_PARAM, loc);
    visit_target(st, first->target);
    sym_visit_exprs(st, first->ifs);
    for (Py_ssize_t i = 1; i < asdl_seq_LEN(generators); i++) {
        comprehension_ty c = asdl_seq_GET(generators, i);
        visit_target(st, c->target);
        visit_iterable(st, c->iter);
        sym_visit_exprs(st, c->ifs);
        if (c->is_async)
            st->cur->coroutine = true;
    }
    if (value)
        sym_visit_expr(st, value);
    sym_visit_expr(st, elt);
    st->cur->generator = kind == COMP_GENEXPR;
    bool is_async = st->cur->coroutine && kind != COMP_GENEXPR;
    sym_exit(st);
    if (is_async)
        st->cur->coroutine = true;
}

static void
visit_any_comprehension(struct symtable *st, expr_ty e)
{
    switch (e->kind) {
    case ListComp_kind:
        visit_comprehension(st, e, COMP_LIST, ID(listcomp), e->v.ListComp.generators, e->v.ListComp.elt, NULL);
        break;
    case SetComp_kind:
        visit_comprehension(st, e, COMP_SET, ID(setcomp), e->v.SetComp.generators, e->v.SetComp.elt, NULL);
        break;
    case GeneratorExp_kind:
        visit_comprehension(st, e, COMP_GENEXPR, ID(genexpr), e->v.GeneratorExp.generators, e->v.GeneratorExp.elt, NULL);
        break;
    default:
        visit_comprehension(st, e, COMP_DICT, ID(dictcomp), e->v.DictComp.generators, e->v.DictComp.key,
                            e->v.DictComp.value);
        break;
    }
}

/* --- type parameters --- */

static void
visit_lazy(struct symtable *st, expr_ty e, PyObject *name, const void *key, struct loc loc, const char *info)
{
    if (name_is(name, "__classdict__"))
        compile_error(st->pool, st->filename, loc, "reserved name '%U' cannot be used for type parameter", name);
    if (e == NULL)
        return;
    bool in_class = st->cur->can_see_class_scope;
    sym_enter(st, name, SCOPE_TYPE_VARIABLE, key, LOC(e));
    st->cur->can_see_class_scope = in_class;
    if (in_class)
        sym_add(st, ID(__classdict__), USE, LOC(e));
    st->cur->info = info;
    sym_visit_expr(st, e);
    sym_exit(st);
}

/* A bound and a default are two scopes of one node: the default's key is the address after the node's. */
static void
visit_type_param(struct symtable *st, type_param_ty tp)
{
    struct loc loc = LOC(tp);
    switch (tp->kind) {
    case TypeVar_kind: {
        PyObject *name = tp->v.TypeVar.name;
        expr_ty bound = tp->v.TypeVar.bound;
        sym_add(st, name, DEF_TYPE_PARAM | DEF_LOCAL, loc);
        visit_lazy(st, bound, name, tp, loc, bound && bound->kind == Tuple_kind ? "a TypeVar constraint" : "a TypeVar bound");
        visit_lazy(st, tp->v.TypeVar.default_value, name, (char *)tp + 1, loc, "a TypeVar default");
        break;
    }
    case TypeVarTuple_kind:
        sym_add(st, tp->v.TypeVarTuple.name, DEF_TYPE_PARAM | DEF_LOCAL, loc);
        visit_lazy(st, tp->v.TypeVarTuple.default_value, tp->v.TypeVarTuple.name, tp, loc, "a TypeVarTuple default");
        break;
    case ParamSpec_kind:
        sym_add(st, tp->v.ParamSpec.name, DEF_TYPE_PARAM | DEF_LOCAL, loc);
        visit_lazy(st, tp->v.ParamSpec.default_value, tp->v.ParamSpec.name, tp, loc, "a ParamSpec default");
        break;
    }
}

void
sym_visit_type_params(struct symtable *st, asdl_type_param_seq *params)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(params); i++)
        visit_type_param(st, asdl_seq_GET(params, i));
}

/* --- expressions --- */

static void
visit_lambda(struct symtable *st, expr_ty e)
{
    sym_visit_exprs(st, e->v.Lambda.args->defaults);
    sym_visit_exprs(st, e->v.Lambda.args->kw_defaults);
    sym_enter(st, ID(lambda), SCOPE_FUNCTION, e, LOC(e));
    sym_visit_arguments(st, e->v.Lambda.args);
    sym_visit_expr(st, e->v.Lambda.body);
    sym_exit(st);
}

static void
visit_name(struct symtable *st, expr_ty e)
{
    bool load = e->v.Name.ctx == Load;
    sym_add(st, e->v.Name.id, load ? USE : DEF_LOCAL, LOC(e));
    if (load && scope_is_function_like(st->cur) && name_is(e->v.Name.id, "super"))
        sym_add(st, ID(__class__), USE, LOC(e));   /* super() alone needs the class it stands in */
}

static void
visit_yield(struct symtable *st, expr_ty e, expr_ty value)
{
    refuse_in_annotation(st, "yield expression", e);
    if (value)
        sym_visit_expr(st, value);
    st->cur->generator = true;
    refuse_in_comprehension(st, e);
}

static void
visit_opt(struct symtable *st, expr_ty e)
{
    if (e != NULL)
        sym_visit_expr(st, e);
}

static void
visit_nesting_expr(struct symtable *st, expr_ty e)
{
    switch (e->kind) {
    case Call_kind:
        sym_visit_expr(st, e->v.Call.func);
        sym_visit_exprs(st, e->v.Call.args);
        sym_visit_keywords(st, e->v.Call.keywords);
        break;
    case Dict_kind:
        sym_visit_exprs(st, e->v.Dict.keys);
        sym_visit_exprs(st, e->v.Dict.values);
        break;
    case Set_kind:
        sym_visit_exprs(st, e->v.Set.elts);
        break;
    case IfExp_kind:
        sym_visit_expr(st, e->v.IfExp.test);
        sym_visit_expr(st, e->v.IfExp.body);
        sym_visit_expr(st, e->v.IfExp.orelse);
        break;
    case FormattedValue_kind:
        sym_visit_expr(st, e->v.FormattedValue.value);
        visit_opt(st, e->v.FormattedValue.format_spec);
        break;
    case JoinedStr_kind:
        sym_visit_exprs(st, e->v.JoinedStr.values);
        break;
    case Slice_kind:
        visit_opt(st, e->v.Slice.lower);
        visit_opt(st, e->v.Slice.upper);
        visit_opt(st, e->v.Slice.step);
        break;
    case List_kind:
        sym_visit_exprs(st, e->v.List.elts);
        break;
    case Tuple_kind:
        sym_visit_exprs(st, e->v.Tuple.elts);
        break;
    default:
        visit_any_comprehension(st, e);
        break;
    }
}

void
sym_visit_expr(struct symtable *st, expr_ty e)
{
    pool_check_stack(st->pool);
    switch (e->kind) {
    case Constant_kind:
        break;
    case Name_kind:
        visit_name(st, e);
        break;
    case Attribute_kind:
        sym_visit_expr(st, e->v.Attribute.value);
        break;
    case Subscript_kind:
        sym_visit_expr(st, e->v.Subscript.value);
        sym_visit_expr(st, e->v.Subscript.slice);
        break;
    case Starred_kind:
        sym_visit_expr(st, e->v.Starred.value);
        break;
    case BoolOp_kind:
        sym_visit_exprs(st, e->v.BoolOp.values);
        break;
    case BinOp_kind:
        sym_visit_expr(st, e->v.BinOp.left);
        sym_visit_expr(st, e->v.BinOp.right);
        break;
    case UnaryOp_kind:
        sym_visit_expr(st, e->v.UnaryOp.operand);
        break;
    case Compare_kind:
        sym_visit_expr(st, e->v.Compare.left);
        sym_visit_exprs(st, e->v.Compare.comparators);
        break;
    case NamedExpr_kind:
        visit_named_expr(st, e);
        break;
    case Lambda_kind:
        visit_lambda(st, e);
        break;
    case Yield_kind:
        visit_yield(st, e, e->v.Yield.value);
        break;
    case YieldFrom_kind:
        visit_yield(st, e, e->v.YieldFrom.value);
        break;
    case Await_kind:
        refuse_in_annotation(st, "await expression", e);
        sym_visit_expr(st, e->v.Await.value);
        st->cur->coroutine = true;
        break;
    default:
        visit_nesting_expr(st, e);
        break;
    }
}
