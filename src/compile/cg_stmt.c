/* compile/cg_stmt.c: bodies and simple statements. */
#include "compile/cg.h"

#include "compile/compile.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"

/* --- does a body annotate names of its own? --- */

static bool has_annotation(asdl_stmt_seq *body);

static bool
handlers_have_annotation(asdl_excepthandler_seq *handlers)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++)
        if (has_annotation(asdl_seq_GET(handlers, i)->v.ExceptHandler.body))
            return true;
    return false;
}

static bool
stmt_has_annotation(stmt_ty s)
{
    switch (s->kind) {
    case AnnAssign_kind:
        return true;
    case For_kind:
        return has_annotation(s->v.For.body) || has_annotation(s->v.For.orelse);
    case AsyncFor_kind:
        return has_annotation(s->v.AsyncFor.body) || has_annotation(s->v.AsyncFor.orelse);
    case While_kind:
        return has_annotation(s->v.While.body) || has_annotation(s->v.While.orelse);
    case If_kind:
        return has_annotation(s->v.If.body) || has_annotation(s->v.If.orelse);
    case With_kind:
        return has_annotation(s->v.With.body);
    case AsyncWith_kind:
        return has_annotation(s->v.AsyncWith.body);
    case Try_kind:
        return handlers_have_annotation(s->v.Try.handlers) || has_annotation(s->v.Try.body)
               || has_annotation(s->v.Try.finalbody) || has_annotation(s->v.Try.orelse);
    case TryStar_kind:
        return handlers_have_annotation(s->v.TryStar.handlers) || has_annotation(s->v.TryStar.body)
               || has_annotation(s->v.TryStar.finalbody) || has_annotation(s->v.TryStar.orelse);
    case Match_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Match.cases); i++)
            if (has_annotation(asdl_seq_GET(s->v.Match.cases, i)->body))
                return true;
        return false;
    default:
        return false;
    }
}

static bool
has_annotation(asdl_stmt_seq *body)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++)
        if (stmt_has_annotation(asdl_seq_GET(body, i)))
            return true;
    return false;
}

/* --- bodies --- */

void
cg_stmts(struct cg *c, asdl_stmt_seq *body)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++)
        cg_stmt(c, asdl_seq_GET(body, i));
}

void
cg_body(struct cg *c, struct loc loc, asdl_stmt_seq *body)
{
    Py_ssize_t first = 0;
    if (has_annotation(body))
        emit(c, loc, SETUP_ANNOTATIONS);
    PyObject *doc = c->interactive && c->depth <= 1 ? NULL : ast_docstring(body);
    if (doc != NULL) {
        first = 1;
        if (c->optimize < 2) {
            doc = pool_keep(c->pool, _PyCompile_CleanDoc(doc));
            emit_const(c, LOC(asdl_seq_GET(body, 0)->v.Expr.value), doc);
            cg_name(c, NO_LOC, ID(__doc__), Store);
        }
    }
    for (Py_ssize_t i = first; i < asdl_seq_LEN(body); i++)
        cg_stmt(c, asdl_seq_GET(body, i));
}

/* --- imports --- */

static PyObject *
name_part(struct cg *c, PyObject *name, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *part = PyUnicode_Substring(name, from, to);
    if (part != NULL)
        PyUnicode_InternInPlace(&part);
    return pool_keep(c->pool, part);
}

/* `import a.b.c as d` walks from a to c by IMPORT_FROM. */
static void
import_as(struct cg *c, struct loc loc, PyObject *name, PyObject *asname)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(name), dot = PyUnicode_FindChar(name, '.', 0, len, 1);
    bool dotted = dot >= 0;
    while (dot >= 0) {
        Py_ssize_t from = dot + 1;
        dot = PyUnicode_FindChar(name, '.', from, len, 1);
        PyObject *attr = name_part(c, name, from, dot >= 0 ? dot : len);
        emit_i(c, loc, IMPORT_FROM, names_index(c->pool, &c->unit->info.names, attr));
        if (dot < 0)
            break;
        emit_i(c, loc, SWAP, 2);
        emit(c, loc, POP_TOP);
    }
    cg_name(c, loc, asname, Store);
    if (dotted)
        emit(c, loc, POP_TOP);
}

static void
cg_import(struct cg *c, stmt_ty s)
{
    struct loc loc = LOC(s);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(s->v.Import.names); i++) {
        alias_ty a = asdl_seq_GET(s->v.Import.names, i);
        emit_const(c, loc, SMALL_INT(0));
        emit_none(c, loc);
        emit_name(c, loc, IMPORT_NAME, a->name);
        if (a->asname) {
            import_as(c, loc, a->name, a->asname);
            continue;
        }
        Py_ssize_t dot = PyUnicode_FindChar(a->name, '.', 0, PyUnicode_GET_LENGTH(a->name), 1);
        cg_name(c, loc, dot < 0 ? a->name : name_part(c, a->name, 0, dot), Store);
    }
}

static void
cg_import_from(struct cg *c, stmt_ty s)
{
    struct loc loc = LOC(s);
    asdl_alias_seq *names = s->v.ImportFrom.names;
    Py_ssize_t n = asdl_seq_LEN(names);
    emit_const(c, loc, pool_keep(c->pool, PyLong_FromLong(s->v.ImportFrom.level)));
    PyObject *tuple = pool_keep(c->pool, PyTuple_New(n));
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(asdl_seq_GET(names, i)->name));
    bool late = s->lineno > c->last_future.line
                || (s->lineno == c->last_future.line && s->col_offset > c->last_future.col);
    if (late && s->v.ImportFrom.level == 0 && s->v.ImportFrom.module && name_is(s->v.ImportFrom.module, "__future__"))
        cg_error(c, loc, "from __future__ imports must occur at the beginning of the file");
    emit_const(c, loc, tuple);
    emit_name(c, loc, IMPORT_NAME, s->v.ImportFrom.module ? s->v.ImportFrom.module : EMPTY_STR);
    for (Py_ssize_t i = 0; i < n; i++) {
        alias_ty a = asdl_seq_GET(names, i);
        if (i == 0 && PyUnicode_READ_CHAR(a->name, 0) == '*') {
            emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_IMPORT_STAR);
            emit(c, NO_LOC, POP_TOP);
            return;
        }
        emit_name(c, loc, IMPORT_FROM, a->name);
        cg_name(c, loc, a->asname ? a->asname : a->name, Store);
    }
    emit(c, loc, POP_TOP);         /* the module */
}

/* --- others --- */

static void
cg_assert(struct cg *c, stmt_ty s)
{
    expr_ty test = s->v.Assert.test, msg = s->v.Assert.msg;
    struct loc loc = LOC(s);
    if ((test->kind == Tuple_kind && asdl_seq_LEN(test->v.Tuple.elts) > 0)
        || (test->kind == Constant_kind && PyTuple_Check(test->v.Constant.value) && PyTuple_GET_SIZE(test->v.Constant.value) > 0))
        cg_warn(c, loc, "assertion is always true, perhaps remove parentheses?");
    if (c->optimize > 0)
        return;
    int end = new_label(c);
    cg_jump_if(c, loc, test, end, true);
    emit(c, loc, LOAD_ASSERTION_ERROR);
    if (msg) {
        cg_expr(c, msg);
        emit_i(c, loc, CALL, 0);
    }
    emit_i(c, LOC(test), RAISE_VARARGS, 1);
    use_label(c, end);
}

static void
cg_expr_stmt(struct cg *c, stmt_ty s)
{
    expr_ty value = s->v.Expr.value;
    if (c->interactive && c->depth <= 1) {
        cg_expr(c, value);
        emit_i(c, LOC(s), CALL_INTRINSIC_1, INTRINSIC_PRINT);
        emit(c, NO_LOC, POP_TOP);
    }
    else if (value->kind == Constant_kind)
        emit(c, LOC(s), NOP);
    else {
        cg_expr(c, value);
        emit(c, NO_LOC, POP_TOP);
    }
}

static void
cg_assign(struct cg *c, stmt_ty s)
{
    Py_ssize_t n = asdl_seq_LEN(s->v.Assign.targets);
    cg_expr(c, s->v.Assign.value);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i + 1 < n)
            emit_i(c, LOC(s), COPY, 1);
        cg_expr(c, asdl_seq_GET(s->v.Assign.targets, i));
    }
}

static void
cg_raise(struct cg *c, stmt_ty s)
{
    int n = 0;
    if (s->v.Raise.exc) {
        cg_expr(c, s->v.Raise.exc);
        n++;
        if (s->v.Raise.cause) {
            cg_expr(c, s->v.Raise.cause);
            n++;
        }
    }
    emit_i(c, LOC(s), RAISE_VARARGS, n);
}

static void
cg_simple_stmt(struct cg *c, stmt_ty s)
{
    switch (s->kind) {
    case Expr_kind:
        cg_expr_stmt(c, s);
        break;
    case Assign_kind:
        cg_assign(c, s);
        break;
    case AugAssign_kind:
        cg_aug_assign(c, s);
        break;
    case AnnAssign_kind:
        cg_ann_assign(c, s);
        break;
    case Return_kind:
        cg_return(c, s);
        break;
    case Delete_kind:
        cg_exprs(c, s->v.Delete.targets);
        break;
    case Raise_kind:
        cg_raise(c, s);
        break;
    case Assert_kind:
        cg_assert(c, s);
        break;
    case Import_kind:
        cg_import(c, s);
        break;
    case ImportFrom_kind:
        cg_import_from(c, s);
        break;
    case Pass_kind:
        emit(c, LOC(s), NOP);
        break;
    case Break_kind:
        cg_break(c, LOC(s));
        break;
    case Continue_kind:
        cg_continue(c, LOC(s));
        break;
    default:                       /* global, nonlocal */
        break;
    }
}

void
cg_stmt(struct cg *c, stmt_ty s)
{
    pool_check_stack(c->pool);
    switch (s->kind) {
    case FunctionDef_kind:
    case AsyncFunctionDef_kind:
        cg_function(c, s);
        break;
    case ClassDef_kind:
        cg_class(c, s);
        break;
    case TypeAlias_kind:
        cg_type_alias(c, s);
        break;
    case If_kind:
        cg_if(c, s);
        break;
    case For_kind:
        cg_for(c, s);
        break;
    case AsyncFor_kind:
        cg_async_for(c, s);
        break;
    case While_kind:
        cg_while(c, s);
        break;
    case With_kind:
        cg_with(c, s->v.With.items, s->v.With.body, 0);
        break;
    case AsyncWith_kind:
        cg_async_with(c, s->v.AsyncWith.items, s->v.AsyncWith.body, 0, LOC(s));
        break;
    case Match_kind:
        cg_match(c, s);
        break;
    case Try_kind:
        cg_try(c, s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody, LOC(s), false);
        break;
    case TryStar_kind:
        cg_try(c, s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse, s->v.TryStar.finalbody, LOC(s), true);
        break;
    default:
        cg_simple_stmt(c, s);
        break;
    }
}
