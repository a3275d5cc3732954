/* syntax/ast_validate.c: is a tree that a program has put together one that the compiler can take?
 * Functions answer 1, or 0 with an exception. */
#include "object/core/err.h"
#include "syntax/ast_tools.h"

struct check {
    PyThreadState *ts;
    int depth;
};

static int check_expr(struct check *c, expr_ty e, expr_context_ty ctx);
static int check_stmt(struct check *c, stmt_ty s);
static int check_pattern(struct check *c, pattern_ty p, bool star_ok);

static int
enter(struct check *c)
{
    if (LIKELY(++c->depth <= Py_C_RECURSION_LIMIT && !ts_stack_is_low(c->ts)))
        return 1;
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during compilation");
    return 0;
}

static int
fail(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return 0;
}

/* -- positions, names, constants ----------------------------------------------------------------------------- */

static int
check_range(int lineno, int col, int end_lineno, int end_col)
{
    if (lineno > end_lineno) {
        PyErr_Format(PyExc_ValueError, "AST node line range (%d, %d) is not valid", lineno, end_lineno);
        return 0;
    }
    if ((lineno < 0 && end_lineno != lineno) || (col < 0 && col != end_col)) {
        PyErr_Format(PyExc_ValueError, "AST node column range (%d, %d) for line range (%d, %d) is not valid", col, end_col, lineno,
                     end_lineno);
        return 0;
    }
    if (lineno == end_lineno && col > end_col) {
        PyErr_Format(PyExc_ValueError, "line %d, column %d-%d is not a valid range", lineno, col, end_col);
        return 0;
    }
    return 1;
}
#define CHECK_PLACE(n) check_range((n)->lineno, (n)->col_offset, (n)->end_lineno, (n)->end_col_offset)

static int
check_name(PyObject *name)
{
    static const char *const constants[] = { "None", "True", "False" };
    for (int i = 0; i < 3; i++)
        if (PyUnicode_EqualToUTF8(name, constants[i])) {
            PyErr_Format(PyExc_ValueError, "identifier field can't represent '%s' constant", constants[i]);
            return 0;
        }
    return 1;
}

static int
check_constant(struct check *c, PyObject *value)
{
    if (value == Py_None || value == Py_Ellipsis || PyLong_CheckExact(value) || PyFloat_CheckExact(value)
        || PyComplex_CheckExact(value) || PyBool_Check(value) || PyUnicode_CheckExact(value) || PyBytes_CheckExact(value))
        return 1;
    if (!PyTuple_CheckExact(value) && !PyFrozenSet_CheckExact(value)) {
        PyErr_Format(PyExc_TypeError, "got an invalid type in Constant: %s", _PyType_Name(Py_TYPE(value)));
        return 0;
    }
    if (!enter(c))
        return 0;
    PyObject *it = PyObject_GetIter(value), *item;
    int r = it != NULL;
    while (r && (item = PyIter_Next(it)) != NULL) {
        r = check_constant(c, item);
        Py_DECREF(item);
    }
    Py_XDECREF(it);
    c->depth--;
    return r && !PyErr_Occurred();
}

/* -- expressions --------------------------------------------------------------------------------------------- */

static int
check_opt(struct check *c, expr_ty e)
{
    return e == NULL || check_expr(c, e, Load);
}

static int
check_exprs(struct check *c, asdl_expr_seq *seq, expr_context_ty ctx, bool null_ok)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        expr_ty e = asdl_seq_GET(seq, i);
        if (e == NULL ? !null_ok && !fail("None disallowed in expression list") : !check_expr(c, e, ctx))
            return 0;
    }
    return 1;
}

static int
check_comprehensions(struct check *c, asdl_comprehension_seq *seq)
{
    if (asdl_seq_LEN(seq) == 0)
        return fail("comprehension with no generators");
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        comprehension_ty comp = asdl_seq_GET(seq, i);
        if (!check_expr(c, comp->target, Store) || !check_expr(c, comp->iter, Load) || !check_exprs(c, comp->ifs, Load, false))
            return 0;
    }
    return 1;
}

static int
check_keywords(struct check *c, asdl_keyword_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!check_expr(c, asdl_seq_GET(seq, i)->value, Load))
            return 0;
    return 1;
}

static int
check_args(struct check *c, asdl_arg_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        arg_ty a = asdl_seq_GET(seq, i);
        if (!CHECK_PLACE(a) || !check_opt(c, a->annotation))
            return 0;
    }
    return 1;
}

static int
check_arguments(struct check *c, arguments_ty a)
{
    if (!check_args(c, a->posonlyargs) || !check_args(c, a->args) || (a->vararg && !check_opt(c, a->vararg->annotation))
        || !check_args(c, a->kwonlyargs) || (a->kwarg && !check_opt(c, a->kwarg->annotation)))
        return 0;
    if (asdl_seq_LEN(a->defaults) > asdl_seq_LEN(a->posonlyargs) + asdl_seq_LEN(a->args))
        return fail("more positional defaults than args on arguments");
    if (asdl_seq_LEN(a->kw_defaults) != asdl_seq_LEN(a->kwonlyargs))
        return fail("length of kwonlyargs is not the same as kw_defaults on arguments");
    return check_exprs(c, a->defaults, Load, false) && check_exprs(c, a->kw_defaults, Load, true);
}

static const char *
context_name(expr_context_ty ctx)
{
    return ctx == Load ? "Load" : ctx == Store ? "Store" : "Del";
}

/* Is it used as its own ctx says? */
static int
check_context(expr_ty e, expr_context_ty ctx)
{
    expr_context_ty has;
    switch (e->kind) {
    case Name_kind:
        if (!check_name(e->v.Name.id))
            return 0;
        has = e->v.Name.ctx;
        break;
    case Attribute_kind: has = e->v.Attribute.ctx; break;
    case Subscript_kind: has = e->v.Subscript.ctx; break;
    case Starred_kind: has = e->v.Starred.ctx; break;
    case List_kind: has = e->v.List.ctx; break;
    case Tuple_kind: has = e->v.Tuple.ctx; break;
    default:
        if (ctx == Load)
            return 1;
        PyErr_Format(PyExc_ValueError, "expression which can't be assigned to in %s context", context_name(ctx));
        return 0;
    }
    if (has == ctx)
        return 1;
    PyErr_Format(PyExc_ValueError, "expression must have %s context but has %s instead", context_name(ctx), context_name(has));
    return 0;
}

static int
check_compare(struct check *c, expr_ty e)
{
    if (asdl_seq_LEN(e->v.Compare.comparators) == 0)
        return fail("Compare with no comparators");
    if (asdl_seq_LEN(e->v.Compare.comparators) != asdl_seq_LEN(e->v.Compare.ops))
        return fail("Compare has a different number of comparators and operands");
    return check_exprs(c, e->v.Compare.comparators, Load, false) && check_expr(c, e->v.Compare.left, Load);
}

static int
check_children(struct check *c, expr_ty e, expr_context_ty ctx)
{
    switch (e->kind) {
    case BoolOp_kind:
        if (asdl_seq_LEN(e->v.BoolOp.values) < 2)
            return fail("BoolOp with less than 2 values");
        return check_exprs(c, e->v.BoolOp.values, Load, false);
    case BinOp_kind: return check_expr(c, e->v.BinOp.left, Load) && check_expr(c, e->v.BinOp.right, Load);
    case UnaryOp_kind: return check_expr(c, e->v.UnaryOp.operand, Load);
    case Lambda_kind: return check_arguments(c, e->v.Lambda.args) && check_expr(c, e->v.Lambda.body, Load);
    case IfExp_kind:
        return check_expr(c, e->v.IfExp.test, Load) && check_expr(c, e->v.IfExp.body, Load) && check_expr(c, e->v.IfExp.orelse, Load);
    case Dict_kind:
        if (asdl_seq_LEN(e->v.Dict.keys) != asdl_seq_LEN(e->v.Dict.values))
            return fail("Dict doesn't have the same number of keys as values");
        return check_exprs(c, e->v.Dict.keys, Load, true) && check_exprs(c, e->v.Dict.values, Load, false);
    case Set_kind: return check_exprs(c, e->v.Set.elts, Load, false);
    case ListComp_kind: return check_comprehensions(c, e->v.ListComp.generators) && check_expr(c, e->v.ListComp.elt, Load);
    case SetComp_kind: return check_comprehensions(c, e->v.SetComp.generators) && check_expr(c, e->v.SetComp.elt, Load);
    case GeneratorExp_kind:
        return check_comprehensions(c, e->v.GeneratorExp.generators) && check_expr(c, e->v.GeneratorExp.elt, Load);
    case DictComp_kind:
        return check_comprehensions(c, e->v.DictComp.generators) && check_expr(c, e->v.DictComp.key, Load)
               && check_expr(c, e->v.DictComp.value, Load);
    case Yield_kind: return check_opt(c, e->v.Yield.value);
    case YieldFrom_kind: return check_expr(c, e->v.YieldFrom.value, Load);
    case Await_kind: return check_expr(c, e->v.Await.value, Load);
    case Compare_kind: return check_compare(c, e);
    case Call_kind:
        return check_expr(c, e->v.Call.func, Load) && check_exprs(c, e->v.Call.args, Load, false)
               && check_keywords(c, e->v.Call.keywords);
    case Constant_kind: return check_constant(c, e->v.Constant.value);
    case JoinedStr_kind: return check_exprs(c, e->v.JoinedStr.values, Load, false);
    case FormattedValue_kind:
        return check_expr(c, e->v.FormattedValue.value, Load) && check_opt(c, e->v.FormattedValue.format_spec);
    case Attribute_kind: return check_expr(c, e->v.Attribute.value, Load);
    case Subscript_kind: return check_expr(c, e->v.Subscript.slice, Load) && check_expr(c, e->v.Subscript.value, Load);
    case Starred_kind: return check_expr(c, e->v.Starred.value, ctx);
    case List_kind: return check_exprs(c, e->v.List.elts, ctx, false);
    case Tuple_kind: return check_exprs(c, e->v.Tuple.elts, ctx, false);
    case Slice_kind:
        return check_opt(c, e->v.Slice.lower) && check_opt(c, e->v.Slice.upper) && check_opt(c, e->v.Slice.step);
    case NamedExpr_kind:
        if (e->v.NamedExpr.target->kind != Name_kind) {
            PyErr_SetString(PyExc_TypeError, "NamedExpr target must be a Name");
            return 0;
        }
        return check_expr(c, e->v.NamedExpr.value, Load);
    case Name_kind: return 1;
    }
    PyErr_SetString(PyExc_SystemError, "unexpected expression");
    return 0;
}

static int
check_expr(struct check *c, expr_ty e, expr_context_ty ctx)
{
    if (!CHECK_PLACE(e) || !enter(c))
        return 0;
    int r = check_context(e, ctx) && check_children(c, e, ctx);
    c->depth--;
    return r;
}

/* -- patterns ------------------------------------------------------------------------------------------------ */

static bool
is_number(expr_ty e, bool real, bool imaginary)
{
    if (e->kind != Constant_kind)
        return false;
    PyObject *v = e->v.Constant.value;
    return (real && (PyLong_CheckExact(v) || PyFloat_CheckExact(v))) || (imaginary && PyComplex_CheckExact(v));
}

static bool
is_negative_number(expr_ty e, bool real, bool imaginary)
{
    return e->kind == UnaryOp_kind && e->v.UnaryOp.op == USub && is_number(e->v.UnaryOp.operand, real, imaginary);
}

static bool
is_complex_literal(expr_ty e)
{
    expr_ty left = e->v.BinOp.left;
    if (e->v.BinOp.op != Add && e->v.BinOp.op != Sub)
        return false;
    return (is_number(left, true, false) || is_negative_number(left, true, false)) && is_number(e->v.BinOp.right, false, true);
}

static int
check_match_value(struct check *c, expr_ty e)
{
    if (!check_expr(c, e, Load))
        return 0;
    switch (e->kind) {
    case Constant_kind: {
        PyObject *v = e->v.Constant.value;
        if (PyLong_CheckExact(v) || PyFloat_CheckExact(v) || PyBytes_CheckExact(v) || PyComplex_CheckExact(v)
            || PyUnicode_CheckExact(v))
            return 1;
        return fail("unexpected constant inside of a literal pattern");
    }
    case Attribute_kind: case JoinedStr_kind:        /* the compiler has its own message for f-strings */
        return 1;
    case UnaryOp_kind:
        if (is_negative_number(e, true, true))
            return 1;
        break;
    case BinOp_kind:
        if (is_complex_literal(e))
            return 1;
        break;
    default:
        break;
    }
    return fail("patterns may only match literals and attribute lookups");
}

static int
check_capture(PyObject *name)
{
    if (PyUnicode_EqualToUTF8(name, "_"))
        return fail("can't capture name '_' in patterns");
    return check_name(name);
}

static int
check_patterns(struct check *c, asdl_pattern_seq *seq, bool star_ok)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!check_pattern(c, asdl_seq_GET(seq, i), star_ok))
            return 0;
    return 1;
}

static bool
is_singleton(PyObject *v)
{
    return v == Py_None || v == Py_True || v == Py_False;
}

static int
check_mapping(struct check *c, pattern_ty p)
{
    asdl_expr_seq *keys = p->v.MatchMapping.keys;
    if (asdl_seq_LEN(keys) != asdl_seq_LEN(p->v.MatchMapping.patterns))
        return fail("MatchMapping doesn't have the same number of keys as patterns");
    if (p->v.MatchMapping.rest != NULL && !check_capture(p->v.MatchMapping.rest))
        return 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keys); i++) {
        expr_ty key = asdl_seq_GET(keys, i);
        if (key->kind == Constant_kind && is_singleton(key->v.Constant.value))
            continue;
        if (!check_match_value(c, key))
            return 0;
    }
    return check_patterns(c, p->v.MatchMapping.patterns, false);
}

static int
check_class_pattern(struct check *c, pattern_ty p)
{
    if (asdl_seq_LEN(p->v.MatchClass.kwd_attrs) != asdl_seq_LEN(p->v.MatchClass.kwd_patterns))
        return fail("MatchClass doesn't have the same number of keyword attributes as patterns");
    if (!check_expr(c, p->v.MatchClass.cls, Load))
        return 0;
    expr_ty cls = p->v.MatchClass.cls;
    while (cls->kind == Attribute_kind)
        cls = cls->v.Attribute.value;
    if (cls->kind != Name_kind)
        return fail("MatchClass cls field can only contain Name or Attribute nodes.");
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(p->v.MatchClass.kwd_attrs); i++)
        if (!check_name(asdl_seq_GET(p->v.MatchClass.kwd_attrs, i)))
            return 0;
    return check_patterns(c, p->v.MatchClass.patterns, false) && check_patterns(c, p->v.MatchClass.kwd_patterns, false);
}

static int
check_pattern_kind(struct check *c, pattern_ty p, bool star_ok)
{
    switch (p->kind) {
    case MatchValue_kind: return check_match_value(c, p->v.MatchValue.value);
    case MatchSingleton_kind:
        return is_singleton(p->v.MatchSingleton.value) || fail("MatchSingleton can only contain True, False and None");
    case MatchSequence_kind: return check_patterns(c, p->v.MatchSequence.patterns, true);
    case MatchMapping_kind: return check_mapping(c, p);
    case MatchClass_kind: return check_class_pattern(c, p);
    case MatchStar_kind:
        if (!star_ok)
            return fail("can't use MatchStar here");
        return p->v.MatchStar.name == NULL || check_capture(p->v.MatchStar.name);
    case MatchAs_kind:
        if (p->v.MatchAs.name != NULL && !check_capture(p->v.MatchAs.name))
            return 0;
        if (p->v.MatchAs.pattern == NULL)
            return 1;
        if (p->v.MatchAs.name == NULL)
            return fail("MatchAs must specify a target name if a pattern is given");
        return check_pattern(c, p->v.MatchAs.pattern, false);
    case MatchOr_kind:
        if (asdl_seq_LEN(p->v.MatchOr.patterns) < 2)
            return fail("MatchOr requires at least 2 patterns");
        return check_patterns(c, p->v.MatchOr.patterns, false);
    }
    PyErr_SetString(PyExc_SystemError, "unexpected pattern");
    return 0;
}

static int
check_pattern(struct check *c, pattern_ty p, bool star_ok)
{
    if (!CHECK_PLACE(p) || !enter(c))
        return 0;
    int r = check_pattern_kind(c, p, star_ok);
    c->depth--;
    return r;
}

/* -- statements ---------------------------------------------------------------------------------------------- */

static int
check_nonempty(const void *seq, const char *what, const char *owner)
{
    if (asdl_seq_LEN((const asdl_generic_seq *)seq) > 0)
        return 1;
    PyErr_Format(PyExc_ValueError, "empty %s on %s", what, owner);
    return 0;
}

static int
check_stmts(struct check *c, asdl_stmt_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        stmt_ty s = asdl_seq_GET(seq, i);
        if (s == NULL ? !fail("None disallowed in statement list") : !check_stmt(c, s))
            return 0;
    }
    return 1;
}

static int
check_body(struct check *c, asdl_stmt_seq *body, const char *owner)
{
    return check_nonempty(body, "body", owner) && check_stmts(c, body);
}

static int
check_targets(struct check *c, asdl_expr_seq *targets, expr_context_ty ctx)
{
    return check_nonempty(targets, "targets", ctx == Del ? "Delete" : "Assign") && check_exprs(c, targets, ctx, false);
}

static int
check_type_params(struct check *c, asdl_type_param_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        type_param_ty t = asdl_seq_GET(seq, i);
        int r = CHECK_PLACE(t);
        switch (t->kind) {
        case TypeVar_kind:
            r = r && check_name(t->v.TypeVar.name) && check_opt(c, t->v.TypeVar.bound) && check_opt(c, t->v.TypeVar.default_value);
            break;
        case ParamSpec_kind:
            r = r && check_name(t->v.ParamSpec.name) && check_opt(c, t->v.ParamSpec.default_value);
            break;
        case TypeVarTuple_kind:
            r = r && check_name(t->v.TypeVarTuple.name) && check_opt(c, t->v.TypeVarTuple.default_value);
        }
        if (!r)
            return 0;
    }
    return 1;
}

static int
check_function(struct check *c, const char *owner, asdl_stmt_seq *body, asdl_type_param_seq *params, arguments_ty args,
               asdl_expr_seq *decorators, expr_ty returns)
{
    return check_body(c, body, owner) && check_type_params(c, params) && check_arguments(c, args)
           && check_exprs(c, decorators, Load, false) && check_opt(c, returns);
}

static int
check_for(struct check *c, const char *owner, expr_ty target, expr_ty iter, asdl_stmt_seq *body, asdl_stmt_seq *orelse)
{
    return check_expr(c, target, Store) && check_expr(c, iter, Load) && check_body(c, body, owner) && check_stmts(c, orelse);
}

static int
check_with(struct check *c, const char *owner, asdl_withitem_seq *items, asdl_stmt_seq *body)
{
    if (!check_nonempty(items, "items", owner))
        return 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++) {
        withitem_ty item = asdl_seq_GET(items, i);
        if (!check_expr(c, item->context_expr, Load) || (item->optional_vars && !check_expr(c, item->optional_vars, Store)))
            return 0;
    }
    return check_body(c, body, owner);
}

static int
check_try(struct check *c, const char *owner, asdl_stmt_seq *body, asdl_excepthandler_seq *handlers, asdl_stmt_seq *orelse,
          asdl_stmt_seq *finalbody)
{
    if (!check_body(c, body, owner))
        return 0;
    if (!asdl_seq_LEN(handlers) && !asdl_seq_LEN(finalbody)) {
        PyErr_Format(PyExc_ValueError, "%s has neither except handlers nor finalbody", owner);
        return 0;
    }
    if (!asdl_seq_LEN(handlers) && asdl_seq_LEN(orelse)) {
        PyErr_Format(PyExc_ValueError, "%s has orelse but no except handlers", owner);
        return 0;
    }
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
        excepthandler_ty h = asdl_seq_GET(handlers, i);
        if (!CHECK_PLACE(h) || !check_opt(c, h->v.ExceptHandler.type)
            || !check_body(c, h->v.ExceptHandler.body, "ExceptHandler"))
            return 0;
    }
    return check_stmts(c, finalbody) && check_stmts(c, orelse);
}

static int
check_match(struct check *c, stmt_ty s)
{
    if (!check_expr(c, s->v.Match.subject, Load) || !check_nonempty(s->v.Match.cases, "cases", "Match"))
        return 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Match.cases); i++) {
        match_case_ty m = asdl_seq_GET(s->v.Match.cases, i);
        if (!check_pattern(c, m->pattern, false) || !check_opt(c, m->guard) || !check_body(c, m->body, "match_case"))
            return 0;
    }
    return 1;
}

static int
check_ann_assign(struct check *c, stmt_ty s)
{
    if (s->v.AnnAssign.target->kind != Name_kind && s->v.AnnAssign.simple) {
        PyErr_SetString(PyExc_TypeError, "AnnAssign with simple non-Name target");
        return 0;
    }
    return check_expr(c, s->v.AnnAssign.target, Store) && check_opt(c, s->v.AnnAssign.value)
           && check_expr(c, s->v.AnnAssign.annotation, Load);
}

static int
check_type_alias(struct check *c, stmt_ty s)
{
    if (s->v.TypeAlias.name->kind != Name_kind) {
        PyErr_SetString(PyExc_TypeError, "TypeAlias with non-Name name");
        return 0;
    }
    return check_expr(c, s->v.TypeAlias.name, Store) && check_type_params(c, s->v.TypeAlias.type_params)
           && check_expr(c, s->v.TypeAlias.value, Load);
}

static int
check_simple_stmt(struct check *c, stmt_ty s)
{
    switch (s->kind) {
    case Return_kind: return check_opt(c, s->v.Return.value);
    case Delete_kind: return check_targets(c, s->v.Delete.targets, Del);
    case Assign_kind: return check_targets(c, s->v.Assign.targets, Store) && check_expr(c, s->v.Assign.value, Load);
    case AugAssign_kind: return check_expr(c, s->v.AugAssign.target, Store) && check_expr(c, s->v.AugAssign.value, Load);
    case AnnAssign_kind: return check_ann_assign(c, s);
    case TypeAlias_kind: return check_type_alias(c, s);
    case Raise_kind:
        if (s->v.Raise.exc != NULL)
            return check_expr(c, s->v.Raise.exc, Load) && check_opt(c, s->v.Raise.cause);
        return s->v.Raise.cause == NULL || fail("Raise with cause but no exception");
    case Assert_kind: return check_expr(c, s->v.Assert.test, Load) && check_opt(c, s->v.Assert.msg);
    case Import_kind: return check_nonempty(s->v.Import.names, "names", "Import");
    case ImportFrom_kind:
        if (s->v.ImportFrom.level < 0)
            return fail("Negative ImportFrom level");
        return check_nonempty(s->v.ImportFrom.names, "names", "ImportFrom");
    case Global_kind: return check_nonempty(s->v.Global.names, "names", "Global");
    case Nonlocal_kind: return check_nonempty(s->v.Nonlocal.names, "names", "Nonlocal");
    case Expr_kind: return check_expr(c, s->v.Expr.value, Load);
    default: return 1;
    }
}

static int
check_any_stmt(struct check *c, stmt_ty s)
{
    switch (s->kind) {
    case FunctionDef_kind:
        return check_function(c, "FunctionDef", s->v.FunctionDef.body, s->v.FunctionDef.type_params, s->v.FunctionDef.args,
                              s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns);
    case AsyncFunctionDef_kind:
        return check_function(c, "AsyncFunctionDef", s->v.AsyncFunctionDef.body, s->v.AsyncFunctionDef.type_params,
                              s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.decorator_list, s->v.AsyncFunctionDef.returns);
    case ClassDef_kind:
        return check_body(c, s->v.ClassDef.body, "ClassDef") && check_type_params(c, s->v.ClassDef.type_params)
               && check_exprs(c, s->v.ClassDef.bases, Load, false) && check_keywords(c, s->v.ClassDef.keywords)
               && check_exprs(c, s->v.ClassDef.decorator_list, Load, false);
    case For_kind: return check_for(c, "For", s->v.For.target, s->v.For.iter, s->v.For.body, s->v.For.orelse);
    case AsyncFor_kind:
        return check_for(c, "AsyncFor", s->v.AsyncFor.target, s->v.AsyncFor.iter, s->v.AsyncFor.body, s->v.AsyncFor.orelse);
    case While_kind:
        return check_expr(c, s->v.While.test, Load) && check_body(c, s->v.While.body, "While") && check_stmts(c, s->v.While.orelse);
    case If_kind:
        return check_expr(c, s->v.If.test, Load) && check_body(c, s->v.If.body, "If") && check_stmts(c, s->v.If.orelse);
    case With_kind: return check_with(c, "With", s->v.With.items, s->v.With.body);
    case AsyncWith_kind: return check_with(c, "AsyncWith", s->v.AsyncWith.items, s->v.AsyncWith.body);
    case Match_kind: return check_match(c, s);
    case Try_kind:
        return check_try(c, "Try", s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody);
    case TryStar_kind:
        return check_try(c, "TryStar", s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse, s->v.TryStar.finalbody);
    default:
        return check_simple_stmt(c, s);
    }
}

static int
check_stmt(struct check *c, stmt_ty s)
{
    if (!CHECK_PLACE(s) || !enter(c))
        return 0;
    int r = check_any_stmt(c, s);
    c->depth--;
    return r;
}

int
ast_validate(mod_ty mod)
{
    struct check c = { .ts = ts_current() };
    switch (mod->kind) {
    case Module_kind: return check_stmts(&c, mod->v.Module.body);
    case Interactive_kind: return check_stmts(&c, mod->v.Interactive.body);
    case Expression_kind: return check_expr(&c, mod->v.Expression.body, Load);
    case FunctionType_kind:
        return check_exprs(&c, mod->v.FunctionType.argtypes, Load, false) && check_expr(&c, mod->v.FunctionType.returns, Load);
    }
    PyErr_SetString(PyExc_SystemError, "impossible module node");
    return 0;
}
