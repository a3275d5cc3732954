/* compile/cg_expr.c: expressions. */
#include "compile/cg.h"

#include "syntax/ast_tools.h"

void
cg_exprs(struct cg *c, asdl_expr_seq *exprs)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(exprs); i++)
        cg_expr(c, asdl_seq_GET(exprs, i));
}

static int
binary_op(operator_ty op)
{
    static const int ops[] = {
        [Add] = NB_ADD, [Sub] = NB_SUBTRACT, [Mult] = NB_MULTIPLY, [MatMult] = NB_MATRIX_MULTIPLY, [Div] = NB_TRUE_DIVIDE,
        [Mod] = NB_REMAINDER, [Pow] = NB_POWER, [LShift] = NB_LSHIFT, [RShift] = NB_RSHIFT, [BitOr] = NB_OR, [BitXor] = NB_XOR,
        [BitAnd] = NB_AND, [FloorDiv] = NB_FLOOR_DIVIDE,
    };
    return ops[op];
}

static void
cg_unary(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    cg_expr(c, e->v.UnaryOp.operand);
    switch (e->v.UnaryOp.op) {
    case UAdd:
        emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_UNARY_POSITIVE);
        break;
    case Not:
        emit(c, loc, TO_BOOL);
        emit(c, loc, UNARY_NOT);
        break;
    case Invert:
        emit(c, loc, UNARY_INVERT);
        break;
    case USub:
        emit(c, loc, UNARY_NEGATIVE);
        break;
    }
}

/* --- attributes and subscripts --- */

/* `self.x = ...` in a method tells the class which attributes its instances will have. */
static void
note_static_attribute(struct cg *c, expr_ty e)
{
    expr_ty value = e->v.Attribute.value;
    if (e->v.Attribute.ctx != Store || value->kind != Name_kind || !name_is(value->v.Name.id, "self"))
        return;
    for (struct unit *u = c->unit->outer; u != NULL; u = u->outer)
        if (u->kind == UNIT_CLASS) {
            names_add(c->pool, &u->static_attributes, e->v.Attribute.attr);
            return;
        }
}

static void
cg_attribute(struct cg *c, expr_ty e)
{
    PyObject *attr = e->v.Attribute.attr;
    struct loc loc = LOC(e);
    if (e->v.Attribute.ctx == Load && cg_can_super_attr(c, e)) {
        expr_ty call = e->v.Attribute.value;
        cg_super_args(c, call);
        emit_name(c, loc, asdl_seq_LEN(call->v.Call.args) > 0 ? LOAD_SUPER_ATTR : LOAD_ZERO_SUPER_ATTR, attr);
        emit(c, cg_attr_loc(loc, e), NOP);
        return;
    }
    note_static_attribute(c, e);
    cg_expr(c, e->v.Attribute.value);
    loc = cg_attr_loc(loc, e);
    cg_check_name(c, loc, attr, e->v.Attribute.ctx);
    emit_name(c, loc, e->v.Attribute.ctx == Load ? LOAD_ATTR : e->v.Attribute.ctx == Store ? STORE_ATTR : DELETE_ATTR, attr);
}

void
cg_slice_bounds(struct cg *c, expr_ty s)
{
    if (s->v.Slice.lower)
        cg_expr(c, s->v.Slice.lower);
    else
        emit_none(c, LOC(s));
    if (s->v.Slice.upper)
        cg_expr(c, s->v.Slice.upper);
    else
        emit_none(c, LOC(s));
}

static void
cg_subscript(struct cg *c, expr_ty e)
{
    expr_context_ty ctx = e->v.Subscript.ctx;
    expr_ty slice = e->v.Subscript.slice;
    struct loc loc = LOC(e);
    if (ctx == Load)
        cg_warn_subscript(c, e->v.Subscript.value, slice);
    cg_expr(c, e->v.Subscript.value);
    if (is_two_part_slice(slice) && ctx != Del) {
        cg_slice_bounds(c, slice);
        emit(c, loc, ctx == Load ? BINARY_SLICE : STORE_SLICE);
        return;
    }
    cg_expr(c, slice);
    emit(c, loc, ctx == Load ? BINARY_SUBSCR : ctx == Store ? STORE_SUBSCR : DELETE_SUBSCR);
}

static void
cg_slice(struct cg *c, expr_ty e)
{
    cg_slice_bounds(c, e);
    if (e->v.Slice.step)
        cg_expr(c, e->v.Slice.step);
    emit_i(c, LOC(e), BUILD_SLICE, e->v.Slice.step ? 3 : 2);
}

/* --- what suspends --- */

static void
cg_yield(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    if (!scope_is_function_like(c->unit->scope))
        cg_error(c, loc, "'yield' outside function");
    if (e->v.Yield.value)
        cg_expr(c, e->v.Yield.value);
    else
        emit_none(c, loc);
    emit_yield(c, loc);
}

static void
cg_yield_from(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    if (!scope_is_function_like(c->unit->scope))
        cg_error(c, loc, "'yield from' outside function");
    if (c->unit->kind == UNIT_ASYNC_FUNCTION)
        cg_error(c, loc, "'yield from' inside async function");
    cg_expr(c, e->v.YieldFrom.value);
    emit(c, loc, GET_YIELD_FROM_ITER);
    emit_none(c, loc);
    emit_yield_from(c, loc, false);
}

static void
cg_await(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    if (!cg_top_level_await(c)) {
        if (!scope_is_function_like(c->unit->scope))
            cg_error(c, loc, "'await' outside function");
        if (c->unit->kind != UNIT_ASYNC_FUNCTION && c->unit->kind != UNIT_COMPREHENSION)
            cg_error(c, loc, "'await' outside async function");
    }
    cg_expr(c, e->v.Await.value);
    emit_i(c, loc, GET_AWAITABLE, 0);
    emit_none(c, loc);
    emit_yield_from(c, loc, true);
}

/* --- all --- */

static void
cg_sequence(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    bool tuple = e->kind == Tuple_kind;
    asdl_expr_seq *elts = tuple ? e->v.Tuple.elts : e->v.List.elts;
    switch (tuple ? e->v.Tuple.ctx : e->v.List.ctx) {
    case Store:
        cg_unpack(c, loc, elts);
        break;
    case Load:
        cg_star_display(c, loc, elts, NULL, 0, BUILD_LIST, LIST_APPEND, LIST_EXTEND, tuple);
        break;
    case Del:
        cg_exprs(c, elts);
        break;
    }
}

static void
cg_compound_expr(struct cg *c, expr_ty e)
{
    switch (e->kind) {
    case BoolOp_kind:
        cg_bool_op(c, e);
        break;
    case IfExp_kind:
        cg_if_exp(c, e);
        break;
    case Lambda_kind:
        cg_lambda(c, e);
        break;
    case Dict_kind:
        cg_dict(c, e);
        break;
    case Set_kind:
        cg_star_display(c, LOC(e), e->v.Set.elts, NULL, 0, BUILD_SET, SET_ADD, SET_UPDATE, false);
        break;
    case ListComp_kind:
    case SetComp_kind:
    case DictComp_kind:
    case GeneratorExp_kind:
        cg_comprehension(c, e);
        break;
    case Yield_kind:
        cg_yield(c, e);
        break;
    case YieldFrom_kind:
        cg_yield_from(c, e);
        break;
    case Await_kind:
        cg_await(c, e);
        break;
    case JoinedStr_kind:
        cg_joined_str(c, e);
        break;
    case FormattedValue_kind:
        cg_formatted_value(c, e);
        break;
    case Starred_kind:
        if (e->v.Starred.ctx == Store)
            cg_error(c, LOC(e), "starred assignment target must be in a list or tuple");
        cg_error(c, LOC(e), "can't use starred expression here");
    default:
        cg_slice(c, e);
        break;
    }
}

void
cg_expr(struct cg *c, expr_ty e)
{
    pool_check_stack(c->pool);
    switch (e->kind) {
    case Name_kind:
        cg_name(c, LOC(e), e->v.Name.id, e->v.Name.ctx);
        break;
    case Constant_kind:
        emit_const(c, LOC(e), e->v.Constant.value);
        break;
    case Attribute_kind:
        cg_attribute(c, e);
        break;
    case Call_kind:
        cg_call(c, e);
        break;
    case Subscript_kind:
        cg_subscript(c, e);
        break;
    case BinOp_kind:
        cg_expr(c, e->v.BinOp.left);
        cg_expr(c, e->v.BinOp.right);
        emit_i(c, LOC(e), BINARY_OP, binary_op(e->v.BinOp.op));
        break;
    case UnaryOp_kind:
        cg_unary(c, e);
        break;
    case Compare_kind:
        cg_compare(c, e);
        break;
    case NamedExpr_kind:
        cg_expr(c, e->v.NamedExpr.value);
        emit_i(c, LOC(e), COPY, 1);
        cg_expr(c, e->v.NamedExpr.target);
        break;
    case List_kind:
    case Tuple_kind:
        cg_sequence(c, e);
        break;
    default:
        cg_compound_expr(c, e);
        break;
    }
}
