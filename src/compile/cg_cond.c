/* compile/cg_cond.c: comparisons, and/or, conditions: values, and jumps that depend on them. */
#include "compile/cg.h"

static void
emit_compare(struct cg *c, struct loc loc, cmpop_ty op)
{
    static const int masks[] = {   /* by Py_LT ... Py_GE */
        COMPARE_LESS, COMPARE_LESS | COMPARE_EQUAL, COMPARE_EQUAL, COMPARE_UNORDERED | COMPARE_LESS | COMPARE_GREATER,
        COMPARE_GREATER, COMPARE_GREATER | COMPARE_EQUAL,
    };
    static const int rich[] = { [Eq] = Py_EQ, [NotEq] = Py_NE, [Lt] = Py_LT, [LtE] = Py_LE, [Gt] = Py_GT, [GtE] = Py_GE };
    switch (op) {
    case Is:
    case IsNot:
        emit_i(c, loc, IS_OP, op == IsNot);
        break;
    case In:
    case NotIn:
        emit_i(c, loc, CONTAINS_OP, op == NotIn);
        break;
    default:
        emit_i(c, loc, COMPARE_OP, rich[op] << 5 | masks[rich[op]]);
        break;
    }
}

static cmpop_ty
op_at(expr_ty e, Py_ssize_t i)
{
    return (cmpop_ty)asdl_seq_GET(e->v.Compare.ops, i);
}

/* a < b < c: b is kept under the result of a < b, which decides whether to go on. */
void
cg_compare(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    asdl_expr_seq *right = e->v.Compare.comparators;
    Py_ssize_t n = asdl_seq_LEN(e->v.Compare.ops) - 1;
    cg_warn_compare(c, e);
    cg_expr(c, e->v.Compare.left);
    if (n == 0) {
        cg_expr(c, asdl_seq_GET(right, 0));
        emit_compare(c, loc, op_at(e, 0));
        return;
    }
    int cleanup = new_label(c), end = new_label(c);
    for (Py_ssize_t i = 0; i < n; i++) {
        cg_expr(c, asdl_seq_GET(right, i));
        emit_i(c, loc, SWAP, 2);
        emit_i(c, loc, COPY, 2);
        emit_compare(c, loc, op_at(e, i));
        emit_i(c, loc, COPY, 1);
        emit(c, loc, TO_BOOL);
        emit_jump(c, loc, POP_JUMP_IF_FALSE, cleanup);
        emit(c, loc, POP_TOP);
    }
    cg_expr(c, asdl_seq_GET(right, n));
    emit_compare(c, loc, op_at(e, n));
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, cleanup);
    emit_i(c, loc, SWAP, 2);
    emit(c, loc, POP_TOP);
    use_label(c, end);
}

void
cg_bool_op(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    asdl_expr_seq *values = e->v.BoolOp.values;
    Py_ssize_t n = asdl_seq_LEN(values) - 1;
    int end = new_label(c), jump = e->v.BoolOp.op == And ? POP_JUMP_IF_FALSE : POP_JUMP_IF_TRUE;
    for (Py_ssize_t i = 0; i < n; i++) {
        cg_expr(c, asdl_seq_GET(values, i));
        emit_i(c, loc, COPY, 1);
        emit(c, loc, TO_BOOL);
        emit_jump(c, loc, jump, end);
        emit(c, loc, POP_TOP);
    }
    cg_expr(c, asdl_seq_GET(values, n));
    use_label(c, end);
}

void
cg_if_exp(struct cg *c, expr_ty e)
{
    int end = new_label(c), next = new_label(c);
    cg_jump_if(c, LOC(e), e->v.IfExp.test, next, false);
    cg_expr(c, e->v.IfExp.body);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, next);
    cg_expr(c, e->v.IfExp.orelse);
    use_label(c, end);
}

/* --- jumps --- */

static int
jump_op(bool cond)
{
    return cond ? POP_JUMP_IF_TRUE : POP_JUMP_IF_FALSE;
}

static void
jump_if_bool_op(struct cg *c, struct loc loc, expr_ty e, int target, bool cond)
{
    asdl_expr_seq *values = e->v.BoolOp.values;
    Py_ssize_t n = asdl_seq_LEN(values) - 1;
    bool is_or = e->v.BoolOp.op == Or;
    int early = is_or == cond ? target : new_label(c);   /* where the result is known before the last value */
    for (Py_ssize_t i = 0; i < n; i++)
        cg_jump_if(c, loc, asdl_seq_GET(values, i), early, is_or);
    cg_jump_if(c, loc, asdl_seq_GET(values, n), target, cond);
    if (early != target)
        use_label(c, early);
}

static void
jump_if_chain(struct cg *c, expr_ty e, int target, bool cond)
{
    struct loc loc = LOC(e);
    asdl_expr_seq *right = e->v.Compare.comparators;
    Py_ssize_t n = asdl_seq_LEN(e->v.Compare.ops) - 1;
    int cleanup = new_label(c), end = new_label(c);
    cg_warn_compare(c, e);
    cg_expr(c, e->v.Compare.left);
    for (Py_ssize_t i = 0; i < n; i++) {
        cg_expr(c, asdl_seq_GET(right, i));
        emit_i(c, loc, SWAP, 2);
        emit_i(c, loc, COPY, 2);
        emit_compare(c, loc, op_at(e, i));
        emit(c, loc, TO_BOOL);
        emit_jump(c, loc, POP_JUMP_IF_FALSE, cleanup);
    }
    cg_expr(c, asdl_seq_GET(right, n));
    emit_compare(c, loc, op_at(e, n));
    emit(c, loc, TO_BOOL);
    emit_jump(c, loc, jump_op(cond), target);
    emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
    use_label(c, cleanup);
    emit(c, loc, POP_TOP);
    if (!cond)
        emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, target);
    use_label(c, end);
}

void
cg_jump_if(struct cg *c, struct loc loc, expr_ty e, int target, bool cond)
{
    pool_check_stack(c->pool);
    if (e->kind == UnaryOp_kind && e->v.UnaryOp.op == Not)
        cg_jump_if(c, loc, e->v.UnaryOp.operand, target, !cond);
    else if (e->kind == BoolOp_kind)
        jump_if_bool_op(c, loc, e, target, cond);
    else if (e->kind == IfExp_kind) {
        int end = new_label(c), other = new_label(c);
        cg_jump_if(c, loc, e->v.IfExp.test, other, false);
        cg_jump_if(c, loc, e->v.IfExp.body, target, cond);
        emit_jump(c, NO_LOC, JUMP_NO_INTERRUPT, end);
        use_label(c, other);
        cg_jump_if(c, loc, e->v.IfExp.orelse, target, cond);
        use_label(c, end);
    }
    else if (e->kind == Compare_kind && asdl_seq_LEN(e->v.Compare.ops) > 1)
        jump_if_chain(c, e, target, cond);
    else {
        cg_expr(c, e);
        emit(c, LOC(e), TO_BOOL);
        emit_jump(c, LOC(e), jump_op(cond), target);
    }
}
