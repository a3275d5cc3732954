/* compile/cg_assign.c: unpacking, augmented and annotated assignment. */
#include "compile/cg.h"

#include "rt/singletons.h"
#include "syntax/ast_tools.h"

void
cg_unpack(struct cg *c, struct loc loc, asdl_expr_seq *elts)
{
    Py_ssize_t n = asdl_seq_LEN(elts);
    bool star = false;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (asdl_seq_GET(elts, i)->kind != Starred_kind)
            continue;
        if (star)
            cg_error(c, loc, "multiple starred expressions in assignment");
        if (i >= 1 << 8 || n - i - 1 >= INT_MAX >> 8)
            cg_error(c, loc, "too many expressions in star-unpacking assignment");
        emit_i(c, loc, UNPACK_EX, i + ((n - i - 1) << 8));
        star = true;
    }
    if (!star)
        emit_i(c, loc, UNPACK_SEQUENCE, n);
    for (Py_ssize_t i = 0; i < n; i++) {
        expr_ty e = asdl_seq_GET(elts, i);
        cg_expr(c, e->kind == Starred_kind ? e->v.Starred.value : e);
    }
}

/* --- target op= value --- */

static int
inplace_op(operator_ty op)
{
    static const int ops[] = {
        [Add] = NB_INPLACE_ADD, [Sub] = NB_INPLACE_SUBTRACT, [Mult] = NB_INPLACE_MULTIPLY,
        [MatMult] = NB_INPLACE_MATRIX_MULTIPLY, [Div] = NB_INPLACE_TRUE_DIVIDE, [Mod] = NB_INPLACE_REMAINDER,
        [Pow] = NB_INPLACE_POWER, [LShift] = NB_INPLACE_LSHIFT, [RShift] = NB_INPLACE_RSHIFT, [BitOr] = NB_INPLACE_OR,
        [BitXor] = NB_INPLACE_XOR, [BitAnd] = NB_INPLACE_AND, [FloorDiv] = NB_INPLACE_FLOOR_DIVIDE,
    };
    return ops[op];
}

/* Load what is there, keeping on the stack what the store will need. */
static void
aug_load(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    switch (e->kind) {
    case Attribute_kind:
        cg_expr(c, e->v.Attribute.value);
        emit_i(c, loc, COPY, 1);
        emit_name(c, cg_attr_loc(loc, e), LOAD_ATTR, e->v.Attribute.attr);
        break;
    case Subscript_kind: {
        bool slice = is_two_part_slice(e->v.Subscript.slice);
        cg_expr(c, e->v.Subscript.value);
        if (slice)
            cg_slice_bounds(c, e->v.Subscript.slice);
        else
            cg_expr(c, e->v.Subscript.slice);
        for (int i = 0; i < 2 + slice; i++)
            emit_i(c, loc, COPY, 2 + slice);
        emit(c, loc, slice ? BINARY_SLICE : BINARY_SUBSCR);
        break;
    }
    case Name_kind:
        cg_name(c, loc, e->v.Name.id, Load);
        break;
    default:
        PyErr_Format(PyExc_SystemError, "invalid node type (%d) for augmented assignment", e->kind);
        pool_fail(c->pool);
    }
}

static void
aug_store(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    switch (e->kind) {
    case Attribute_kind:
        loc = cg_attr_loc(loc, e);
        emit_i(c, loc, SWAP, 2);
        emit_name(c, loc, STORE_ATTR, e->v.Attribute.attr);
        break;
    case Subscript_kind: {
        bool slice = is_two_part_slice(e->v.Subscript.slice);
        for (int i = 3 + slice; i >= 2; i--)
            emit_i(c, loc, SWAP, i);
        emit(c, loc, slice ? STORE_SLICE : STORE_SUBSCR);
        break;
    }
    default:
        cg_name(c, loc, e->v.Name.id, Store);
        break;
    }
}

void
cg_aug_assign(struct cg *c, stmt_ty s)
{
    aug_load(c, s->v.AugAssign.target);
    cg_expr(c, s->v.AugAssign.value);
    emit_i(c, LOC(s), BINARY_OP, inplace_op(s->v.AugAssign.op));
    aug_store(c, s->v.AugAssign.target);
}

/* --- target: annotation --- */

void
cg_annotation(struct cg *c, expr_ty e)
{
    if (cg_postponed(c))
        emit_const(c, LOC(e), pool_keep(c->pool, ast_unparse(e)));
    else
        cg_expr(c, e);
}

/* Evaluated for its errors only. */
static void
evaluate(struct cg *c, expr_ty e)
{
    if (e == NULL)
        return;
    cg_expr(c, e);
    emit(c, LOC(e), POP_TOP);
}

static void
evaluate_index(struct cg *c, expr_ty e)
{
    switch (e->kind) {
    case Slice_kind:
        evaluate(c, e->v.Slice.lower);
        evaluate(c, e->v.Slice.upper);
        evaluate(c, e->v.Slice.step);
        break;
    case Tuple_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.Tuple.elts); i++)
            evaluate_index(c, asdl_seq_GET(e->v.Tuple.elts, i));
        break;
    default:
        evaluate(c, e);
        break;
    }
}

void
cg_ann_assign(struct cg *c, stmt_ty s)
{
    expr_ty target = s->v.AnnAssign.target, value = s->v.AnnAssign.value, annotation = s->v.AnnAssign.annotation;
    struct loc loc = LOC(s);
    bool kept = c->unit->kind == UNIT_MODULE || c->unit->kind == UNIT_CLASS;   /* annotations are recorded here */
    if (value) {
        cg_expr(c, value);
        cg_expr(c, target);
    }
    switch (target->kind) {
    case Name_kind:
        cg_check_name(c, loc, target->v.Name.id, Store);
        if (s->v.AnnAssign.simple && kept) {
            cg_annotation(c, annotation);
            emit_name(c, loc, LOAD_NAME, ID(__annotations__));
            emit_const(c, loc, cg_mangle(c, target->v.Name.id));
            emit(c, loc, STORE_SUBSCR);
        }
        break;
    case Attribute_kind:
        cg_check_name(c, loc, target->v.Attribute.attr, Store);
        if (!value)
            evaluate(c, target->v.Attribute.value);
        break;
    case Subscript_kind:
        if (!value) {
            evaluate(c, target->v.Subscript.value);
            evaluate_index(c, target->v.Subscript.slice);
        }
        break;
    default:
        PyErr_Format(PyExc_SystemError, "invalid node type (%d) for annotated assignment", target->kind);
        pool_fail(c->pool);
    }
    if (!s->v.AnnAssign.simple && kept && !cg_postponed(c))
        evaluate(c, annotation);
}
