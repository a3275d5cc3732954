/* compile/cg_typeparams.c: type parameters and type aliases. Bounds, defaults and alias values become functions that
 * are called when somebody asks. */
#include "compile/cg.h"

static void
lazy_value(struct cg *c, expr_ty e, PyObject *name, const void *key, bool allow_star)
{
    unit_enter(c, name, UNIT_TYPE_PARAMS, key, e->lineno, NULL);
    if (allow_star && e->kind == Starred_kind) {
        cg_expr(c, e->v.Starred.value);
        emit_i(c, LOC(e), UNPACK_SEQUENCE, 1);
    }
    else
        cg_expr(c, e);
    emit(c, LOC(e), RETURN_VALUE);
    cg_make_closure(c, LOC(e), unit_finish(c, true), 0);
}

static void
type_param(struct cg *c, type_param_ty tp, bool *seen_default)
{
    struct loc loc = LOC(tp);
    PyObject *name;
    expr_ty bound = NULL, default_value;
    int intrinsic;
    const void *default_key = tp;
    switch (tp->kind) {
    case TypeVar_kind:
        name = tp->v.TypeVar.name;
        bound = tp->v.TypeVar.bound;
        default_value = tp->v.TypeVar.default_value;
        default_key = (char *)tp + 1;
        intrinsic = INTRINSIC_TYPEVAR;
        break;
    case TypeVarTuple_kind:
        name = tp->v.TypeVarTuple.name;
        default_value = tp->v.TypeVarTuple.default_value;
        intrinsic = INTRINSIC_TYPEVARTUPLE;
        break;
    default:
        name = tp->v.ParamSpec.name;
        default_value = tp->v.ParamSpec.default_value;
        intrinsic = INTRINSIC_PARAMSPEC;
        break;
    }
    emit_const(c, loc, name);
    if (bound) {
        lazy_value(c, bound, name, tp, false);
        emit_i(c, loc, CALL_INTRINSIC_2,
               bound->kind == Tuple_kind ? INTRINSIC_TYPEVAR_WITH_CONSTRAINTS : INTRINSIC_TYPEVAR_WITH_BOUND);
    }
    else
        emit_i(c, loc, CALL_INTRINSIC_1, intrinsic);
    if (default_value) {
        *seen_default = true;
        lazy_value(c, default_value, name, default_key, tp->kind == TypeVarTuple_kind);
        emit_i(c, loc, CALL_INTRINSIC_2, INTRINSIC_SET_TYPEPARAM_DEFAULT);
    }
    else if (*seen_default)
        cg_error(c, loc, "non-default type parameter '%U' follows default type parameter", name);
    emit_i(c, loc, COPY, 1);
    cg_name(c, loc, name, Store);
}

void
cg_type_params(struct cg *c, asdl_type_param_seq *params)
{
    Py_ssize_t n = asdl_seq_LEN(params);
    bool seen_default = false;
    if (n == 0)
        return;
    for (Py_ssize_t i = 0; i < n; i++)
        type_param(c, asdl_seq_GET(params, i), &seen_default);
    emit_i(c, LOC(asdl_seq_GET(params, 0)), BUILD_TUPLE, n);
}

static void
alias_body(struct cg *c, stmt_ty s)
{
    struct loc loc = LOC(s);
    unit_enter(c, s->v.TypeAlias.name->v.Name.id, UNIT_FUNCTION, s, s->lineno, NULL);
    const_list_add(c->pool, &c->unit->info.consts, Py_None);   /* never a docstring */
    cg_expr(c, s->v.TypeAlias.value);
    emit(c, loc, RETURN_VALUE);
    cg_make_closure(c, loc, unit_finish(c, false), 0);
    emit_i(c, loc, BUILD_TUPLE, 3);
    emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_TYPEALIAS);
}

void
cg_type_alias(struct cg *c, stmt_ty s)
{
    struct loc loc = LOC(s);
    PyObject *name = s->v.TypeAlias.name->v.Name.id;
    asdl_type_param_seq *params = s->v.TypeAlias.type_params;
    if (asdl_seq_LEN(params) > 0) {
        PyObject *scope_name = pool_keep(c->pool, PyUnicode_FromFormat("<generic parameters of %U>", name));
        unit_enter(c, scope_name, UNIT_TYPE_PARAMS, params, s->lineno, NULL);
        emit_const(c, loc, name);
        cg_type_params(c, params);
        alias_body(c, s);
        cg_make_closure(c, loc, unit_finish(c, false), 0);
        emit(c, loc, PUSH_NULL);
        emit_i(c, loc, CALL, 0);
    }
    else {
        emit_const(c, loc, name);
        emit_none(c, loc);
        alias_body(c, s);
    }
    cg_name(c, loc, name, Store);
}
