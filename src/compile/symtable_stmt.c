/* compile/symtable_stmt.c: names in statements. The order of visits is the order of `symbols` seen from Python. */
#include "compile/symtable_impl.h"

#include "rt/singletons.h"

static void visit_stmt(struct symtable *st, stmt_ty s);

void
sym_visit_stmts(struct symtable *st, asdl_stmt_seq *body)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++)
        visit_stmt(st, asdl_seq_GET(body, i));
}

void
sym_visit_annotation(struct symtable *st, expr_ty annotation)
{
    bool postponed = st->features & CO_FUTURE_ANNOTATIONS;
    if (postponed)
        sym_enter(st, ID(_annotation), SCOPE_ANNOTATION, annotation, LOC(annotation));
    sym_visit_expr(st, annotation);
    if (postponed)
        sym_exit(st);
}

static void
visit_arg_annotations(struct symtable *st, asdl_arg_seq *args)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(args); i++) {
        arg_ty a = asdl_seq_GET(args, i);
        if (a->annotation)
            sym_visit_expr(st, a->annotation);
    }
}

static void
visit_annotations(struct symtable *st, stmt_ty s, arguments_ty a, expr_ty returns)
{
    bool postponed = st->features & CO_FUTURE_ANNOTATIONS;
    if (postponed)
        sym_enter(st, ID(_annotation), SCOPE_ANNOTATION, s, LOC(s));
    visit_arg_annotations(st, a->posonlyargs);
    visit_arg_annotations(st, a->args);
    if (a->vararg && a->vararg->annotation)
        sym_visit_expr(st, a->vararg->annotation);
    if (a->kwarg && a->kwarg->annotation)
        sym_visit_expr(st, a->kwarg->annotation);
    visit_arg_annotations(st, a->kwonlyargs);
    if (postponed)
        sym_exit(st);
    if (returns)
        sym_visit_annotation(st, returns);
}

static bool
has_kw_defaults(arguments_ty a)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(a->kw_defaults); i++)
        if (asdl_seq_GET(a->kw_defaults, i) != NULL)
            return true;
    return false;
}

/* The scope of type parameters lies around that of the function, class or alias; hidden names carry values into it. */
static void
enter_type_params(struct symtable *st, stmt_ty s, PyObject *name, asdl_type_param_seq *params, arguments_ty args)
{
    struct loc loc = LOC(s);
    bool in_class = st->cur->kind == SCOPE_CLASS;
    sym_enter(st, name, SCOPE_TYPE_PARAMS, params, loc);
    if (in_class) {
        st->cur->can_see_class_scope = true;
        sym_add(st, ID(__classdict__), USE, loc);
    }
    if (s->kind == ClassDef_kind) {
        sym_add(st, STR(type_params), DEF_LOCAL, loc);
        sym_add(st, STR(type_params), USE, loc);
        sym_add(st, STR(generic_base), DEF_LOCAL, loc);
        sym_add(st, STR(generic_base), USE, loc);
    }
    if (args != NULL)              /* also when there are no defaults */
        sym_add(st, STR(defaults), DEF_PARAM, loc);
    if (args != NULL && has_kw_defaults(args))
        sym_add(st, STR(kwdefaults), DEF_PARAM, loc);
}

static void
visit_function(struct symtable *st, stmt_ty s)
{
    bool is_async = s->kind == AsyncFunctionDef_kind;
    /* Both kinds have the same fields in the same order. */
    PyObject *name = is_async ? s->v.AsyncFunctionDef.name : s->v.FunctionDef.name;
    arguments_ty args = is_async ? s->v.AsyncFunctionDef.args : s->v.FunctionDef.args;
    asdl_stmt_seq *body = is_async ? s->v.AsyncFunctionDef.body : s->v.FunctionDef.body;
    expr_ty returns = is_async ? s->v.AsyncFunctionDef.returns : s->v.FunctionDef.returns;
    asdl_type_param_seq *params = is_async ? s->v.AsyncFunctionDef.type_params : s->v.FunctionDef.type_params;

    sym_add(st, name, DEF_LOCAL, LOC(s));
    sym_visit_exprs(st, args->defaults);
    sym_visit_exprs(st, args->kw_defaults);
    sym_visit_exprs(st, is_async ? s->v.AsyncFunctionDef.decorator_list : s->v.FunctionDef.decorator_list);
    if (asdl_seq_LEN(params) > 0) {
        enter_type_params(st, s, name, params, args);
        sym_visit_type_params(st, params);
    }
    visit_annotations(st, s, args, returns);
    sym_enter(st, name, SCOPE_FUNCTION, s, LOC(s));
    st->cur->coroutine = is_async;
    sym_visit_arguments(st, args);
    sym_visit_stmts(st, body);
    sym_exit(st);
    if (asdl_seq_LEN(params) > 0)
        sym_exit(st);
}

static void
visit_class(struct symtable *st, stmt_ty s)
{
    PyObject *name = s->v.ClassDef.name, *outer_private = st->private_name;
    asdl_type_param_seq *params = s->v.ClassDef.type_params;
    sym_add(st, name, DEF_LOCAL, LOC(s));
    sym_visit_exprs(st, s->v.ClassDef.decorator_list);
    if (asdl_seq_LEN(params) > 0) {
        enter_type_params(st, s, name, params, NULL);
        st->private_name = name;
        st->cur->mangled_names = POOL_NEW(st->pool, struct names);
        sym_visit_type_params(st, params);
    }
    sym_visit_exprs(st, s->v.ClassDef.bases);
    sym_visit_keywords(st, s->v.ClassDef.keywords);
    sym_enter(st, name, SCOPE_CLASS, s, LOC(s));
    st->private_name = name;
    if (asdl_seq_LEN(params) > 0) {
        sym_add(st, ID(__type_params__), DEF_LOCAL, LOC(s));
        sym_add(st, STR(type_params), USE, LOC(s));
    }
    sym_visit_stmts(st, s->v.ClassDef.body);
    sym_exit(st);
    if (asdl_seq_LEN(params) > 0)
        sym_exit(st);
    st->private_name = outer_private;
}

static void
visit_type_alias(struct symtable *st, stmt_ty s)
{
    PyObject *name = s->v.TypeAlias.name->v.Name.id;
    asdl_type_param_seq *params = s->v.TypeAlias.type_params;
    bool in_class = st->cur->kind == SCOPE_CLASS;
    sym_visit_expr(st, s->v.TypeAlias.name);
    if (asdl_seq_LEN(params) > 0) {
        enter_type_params(st, s, name, params, NULL);
        sym_visit_type_params(st, params);
    }
    sym_enter(st, name, SCOPE_TYPE_ALIAS, s, LOC(s));
    st->cur->can_see_class_scope = in_class;
    if (in_class)
        sym_add(st, ID(__classdict__), USE, LOC(s->v.TypeAlias.value));
    sym_visit_expr(st, s->v.TypeAlias.value);
    sym_exit(st);
    if (asdl_seq_LEN(params) > 0)
        sym_exit(st);
}

static void
visit_ann_assign(struct symtable *st, stmt_ty s)
{
    expr_ty target = s->v.AnnAssign.target;
    if (target->kind == Name_kind) {
        PyObject *name = target->v.Name.id;
        int flags = sym_flags(st, st->cur, name);
        if ((flags & (DEF_GLOBAL | DEF_NONLOCAL)) && &st->cur->symbols != st->global_names && s->v.AnnAssign.simple)
            compile_error(st->pool, st->filename, LOC(s),
                          flags & DEF_GLOBAL ? "annotated name '%U' can't be global" : "annotated name '%U' can't be nonlocal", name);
        if (s->v.AnnAssign.simple)
            sym_add(st, name, DEF_ANNOT | DEF_LOCAL, LOC(target));
        else if (s->v.AnnAssign.value)
            sym_add(st, name, DEF_LOCAL, LOC(target));
    }
    else
        sym_visit_expr(st, target);
    sym_visit_annotation(st, s->v.AnnAssign.annotation);
    if (s->v.AnnAssign.value)
        sym_visit_expr(st, s->v.AnnAssign.value);
}

static void
visit_directive(struct symtable *st, stmt_ty s, asdl_identifier_seq *names, int flag)
{
    bool global = flag == DEF_GLOBAL;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(names); i++) {
        PyObject *name = asdl_seq_GET(names, i);
        int flags = sym_flags(st, st->cur, name);
        const char *problem = NULL;
        if (flags & DEF_PARAM)
            problem = global ? "name '%U' is parameter and global" : "name '%U' is parameter and nonlocal";
        else if (flags & USE)
            problem = global ? "name '%U' is used prior to global declaration" : "name '%U' is used prior to nonlocal declaration";
        else if (flags & DEF_ANNOT)
            problem = global ? "annotated name '%U' can't be global" : "annotated name '%U' can't be nonlocal";
        else if (flags & DEF_LOCAL)
            problem = global ? "name '%U' is assigned to before global declaration"
                             : "name '%U' is assigned to before nonlocal declaration";
        if (problem != NULL)
            compile_error(st->pool, st->filename, LOC(s), problem, name);
        sym_add(st, name, flag, LOC(s));
        sym_add_directive(st, name, LOC(s));
    }
}

static void
visit_alias(struct symtable *st, alias_ty a)
{
    PyObject *name = a->asname ? a->asname : a->name;
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1);
    if (dot >= 0) {
        name = PyUnicode_Substring(name, 0, dot);
        if (name != NULL)
            PyUnicode_InternInPlace(&name);
        name = pool_keep(st->pool, name);
    }
    if (!name_is(name, "*"))
        sym_add(st, name, DEF_IMPORT, LOC(a));
    else if (st->cur->kind != SCOPE_MODULE)
        compile_error(st->pool, st->filename, LOC(a), "import * only allowed at module level");
}

static void
visit_aliases(struct symtable *st, asdl_alias_seq *names)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(names); i++)
        visit_alias(st, asdl_seq_GET(names, i));
}

static void
visit_with_items(struct symtable *st, asdl_withitem_seq *items)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        withitem_ty item = asdl_seq_GET(items, i);
        sym_visit_expr(st, item->context_expr);
        if (item->optional_vars)
            sym_visit_expr(st, item->optional_vars);
    }
}

/* async for and async with make a module a coroutine where top-level await is allowed. */
static void
note_async_module(struct symtable *st)
{
    if ((st->features & PyCF_ALLOW_TOP_LEVEL_AWAIT) && st->cur->kind == SCOPE_MODULE)
        st->cur->coroutine = true;
}

static void
visit_try(struct symtable *st, asdl_stmt_seq *body, asdl_stmt_seq *orelse, asdl_excepthandler_seq *handlers,
          asdl_stmt_seq *finalbody)
{
    sym_visit_stmts(st, body);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
        excepthandler_ty h = asdl_seq_GET(handlers, i);
        if (h->v.ExceptHandler.type)
            sym_visit_expr(st, h->v.ExceptHandler.type);
        if (h->v.ExceptHandler.name)
            sym_add(st, h->v.ExceptHandler.name, DEF_LOCAL, LOC(h));
        sym_visit_stmts(st, h->v.ExceptHandler.body);
    }
    sym_visit_stmts(st, orelse);
    sym_visit_stmts(st, finalbody);
}

static void visit_pattern(struct symtable *st, pattern_ty p);

static void
visit_patterns(struct symtable *st, asdl_pattern_seq *patterns)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(patterns); i++)
        visit_pattern(st, asdl_seq_GET(patterns, i));
}

static void
visit_pattern(struct symtable *st, pattern_ty p)
{
    pool_check_stack(st->pool);
    switch (p->kind) {
    case MatchValue_kind:
        sym_visit_expr(st, p->v.MatchValue.value);
        break;
    case MatchSingleton_kind:
        break;
    case MatchSequence_kind:
        visit_patterns(st, p->v.MatchSequence.patterns);
        break;
    case MatchStar_kind:
        if (p->v.MatchStar.name)
            sym_add(st, p->v.MatchStar.name, DEF_LOCAL, LOC(p));
        break;
    case MatchMapping_kind:
        sym_visit_exprs(st, p->v.MatchMapping.keys);
        visit_patterns(st, p->v.MatchMapping.patterns);
        if (p->v.MatchMapping.rest)
            sym_add(st, p->v.MatchMapping.rest, DEF_LOCAL, LOC(p));
        break;
    case MatchClass_kind:
        sym_visit_expr(st, p->v.MatchClass.cls);
        visit_patterns(st, p->v.MatchClass.patterns);
        visit_patterns(st, p->v.MatchClass.kwd_patterns);
        break;
    case MatchAs_kind:
        if (p->v.MatchAs.pattern)
            visit_pattern(st, p->v.MatchAs.pattern);
        if (p->v.MatchAs.name)
            sym_add(st, p->v.MatchAs.name, DEF_LOCAL, LOC(p));
        break;
    case MatchOr_kind:
        visit_patterns(st, p->v.MatchOr.patterns);
        break;
    }
}

static void
visit_match(struct symtable *st, stmt_ty s)
{
    sym_visit_expr(st, s->v.Match.subject);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Match.cases); i++) {
        match_case_ty c = asdl_seq_GET(s->v.Match.cases, i);
        visit_pattern(st, c->pattern);
        if (c->guard)
            sym_visit_expr(st, c->guard);
        sym_visit_stmts(st, c->body);
    }
}

static void
visit_for(struct symtable *st, expr_ty target, expr_ty iter, asdl_stmt_seq *body, asdl_stmt_seq *orelse)
{
    sym_visit_expr(st, target);
    sym_visit_expr(st, iter);
    sym_visit_stmts(st, body);
    sym_visit_stmts(st, orelse);
}

static void
visit_test(struct symtable *st, expr_ty test, asdl_stmt_seq *body, asdl_stmt_seq *orelse)
{
    sym_visit_expr(st, test);
    sym_visit_stmts(st, body);
    sym_visit_stmts(st, orelse);
}

static void
visit_opt(struct symtable *st, expr_ty e)
{
    if (e != NULL)
        sym_visit_expr(st, e);
}

static void
visit_simple_stmt(struct symtable *st, stmt_ty s)
{
    switch (s->kind) {
    case Return_kind:
        if (s->v.Return.value) {
            sym_visit_expr(st, s->v.Return.value);
            st->cur->returns_value = true;
        }
        break;
    case Delete_kind:
        sym_visit_exprs(st, s->v.Delete.targets);
        break;
    case Assign_kind:
        sym_visit_exprs(st, s->v.Assign.targets);
        sym_visit_expr(st, s->v.Assign.value);
        break;
    case AugAssign_kind:
        sym_visit_expr(st, s->v.AugAssign.target);
        sym_visit_expr(st, s->v.AugAssign.value);
        break;
    case AnnAssign_kind:
        visit_ann_assign(st, s);
        break;
    case Raise_kind:
        visit_opt(st, s->v.Raise.exc);
        visit_opt(st, s->v.Raise.cause);
        break;
    case Assert_kind:
        sym_visit_expr(st, s->v.Assert.test);
        visit_opt(st, s->v.Assert.msg);
        break;
    case Import_kind:
        visit_aliases(st, s->v.Import.names);
        break;
    case ImportFrom_kind:
        visit_aliases(st, s->v.ImportFrom.names);
        break;
    case Global_kind:
        visit_directive(st, s, s->v.Global.names, DEF_GLOBAL);
        break;
    case Nonlocal_kind:
        visit_directive(st, s, s->v.Nonlocal.names, DEF_NONLOCAL);
        break;
    case Expr_kind:
        sym_visit_expr(st, s->v.Expr.value);
        break;
    default:
        break;
    }
}

static void
visit_stmt(struct symtable *st, stmt_ty s)
{
    pool_check_stack(st->pool);
    switch (s->kind) {
    case FunctionDef_kind:
    case AsyncFunctionDef_kind:
        visit_function(st, s);
        break;
    case ClassDef_kind:
        visit_class(st, s);
        break;
    case TypeAlias_kind:
        visit_type_alias(st, s);
        break;
    case For_kind:
        visit_for(st, s->v.For.target, s->v.For.iter, s->v.For.body, s->v.For.orelse);
        break;
    case AsyncFor_kind:
        note_async_module(st);
        visit_for(st, s->v.AsyncFor.target, s->v.AsyncFor.iter, s->v.AsyncFor.body, s->v.AsyncFor.orelse);
        break;
    case While_kind:
        visit_test(st, s->v.While.test, s->v.While.body, s->v.While.orelse);
        break;
    case If_kind:
        visit_test(st, s->v.If.test, s->v.If.body, s->v.If.orelse);
        break;
    case With_kind:
        visit_with_items(st, s->v.With.items);
        sym_visit_stmts(st, s->v.With.body);
        break;
    case AsyncWith_kind:
        note_async_module(st);
        visit_with_items(st, s->v.AsyncWith.items);
        sym_visit_stmts(st, s->v.AsyncWith.body);
        break;
    case Match_kind:
        visit_match(st, s);
        break;
    case Try_kind:
        visit_try(st, s->v.Try.body, s->v.Try.orelse, s->v.Try.handlers, s->v.Try.finalbody);
        break;
    case TryStar_kind:
        visit_try(st, s->v.TryStar.body, s->v.TryStar.orelse, s->v.TryStar.handlers, s->v.TryStar.finalbody);
        break;
    default:
        visit_simple_stmt(st, s);
        break;
    }
}
