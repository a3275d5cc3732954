/* compile/cg_warn.c: warnings about expressions whose type is plain to see and does not fit. */
#include "compile/cg.h"

/* Name of the type of a literal, display or the like; NULL when the source does not tell. */
static const char *
static_type(expr_ty e)
{
    switch (e->kind) {
    case Tuple_kind:
        return "tuple";
    case List_kind:
    case ListComp_kind:
        return "list";
    case Dict_kind:
    case DictComp_kind:
        return "dict";
    case Set_kind:
    case SetComp_kind:
        return "set";
    case GeneratorExp_kind:
        return "generator";
    case Lambda_kind:
        return "function";
    case JoinedStr_kind:
    case FormattedValue_kind:
        return "str";
    case Constant_kind:
        return Py_TYPE(e->v.Constant.value)->tp_name;
    default:
        return NULL;
    }
}

/* Constants that one does compare with `is`, and everything that is no constant. */
static bool
may_be_identical(expr_ty e)
{
    if (e->kind != Constant_kind)
        return true;
    PyObject *v = e->v.Constant.value;
    return v == Py_None || v == Py_False || v == Py_True || v == Py_Ellipsis;
}

void
cg_warn_compare(struct cg *c, expr_ty e)
{
    expr_ty left = e->v.Compare.left;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.Compare.ops); i++) {
        cmpop_ty op = (cmpop_ty)asdl_seq_GET(e->v.Compare.ops, i);
        expr_ty right = asdl_seq_GET(e->v.Compare.comparators, i);
        if ((op == Is || op == IsNot) && !(may_be_identical(left) && may_be_identical(right))) {
            cg_warn(c, LOC(e), op == Is ? "\"is\" with '%.200s' literal. Did you mean \"==\"?"
                                        : "\"is not\" with '%.200s' literal. Did you mean \"!=\"?",
                    static_type(may_be_identical(left) ? right : left));
            return;
        }
        left = right;
    }
}

void
cg_warn_caller(struct cg *c, expr_ty e)
{
    switch (e->kind) {
    case Constant_kind:
    case Tuple_kind:
    case List_kind:
    case ListComp_kind:
    case Dict_kind:
    case DictComp_kind:
    case Set_kind:
    case SetComp_kind:
    case GeneratorExp_kind:
    case JoinedStr_kind:
    case FormattedValue_kind:
        cg_warn(c, LOC(e), "'%.200s' object is not callable; perhaps you missed a comma?", static_type(e));
        break;
    default:
        break;
    }
}

static bool
not_subscriptable(expr_ty e)
{
    if (e->kind == Constant_kind) {
        PyObject *v = e->v.Constant.value;
        return v == Py_None || v == Py_Ellipsis || PyLong_Check(v) || PyFloat_Check(v) || PyComplex_Check(v) || PyAnySet_Check(v);
    }
    return e->kind == Set_kind || e->kind == SetComp_kind || e->kind == GeneratorExp_kind || e->kind == Lambda_kind;
}

static bool
wants_integer_index(expr_ty e)
{
    if (e->kind == Constant_kind) {
        PyObject *v = e->v.Constant.value;
        return PyUnicode_Check(v) || PyBytes_Check(v) || PyTuple_Check(v);
    }
    return e->kind == Tuple_kind || e->kind == List_kind || e->kind == ListComp_kind || e->kind == JoinedStr_kind
           || e->kind == FormattedValue_kind;
}

void
cg_warn_subscript(struct cg *c, expr_ty value, expr_ty slice)
{
    if (not_subscriptable(value))
        cg_warn(c, LOC(value), "'%.200s' object is not subscriptable; perhaps you missed a comma?", static_type(value));
    const char *index = static_type(slice);
    if (index == NULL || (slice->kind == Constant_kind && (PyLong_Check(slice->v.Constant.value) || PySlice_Check(slice->v.Constant.value))))
        return;
    if (wants_integer_index(value))
        cg_warn(c, LOC(value), "%.200s indices must be integers or slices, not %.200s; perhaps you missed a comma?",
                static_type(value), index);
}
