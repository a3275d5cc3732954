/* compile/cg_display.c: list, tuple, set and dict displays; f-strings. */
#include "compile/cg.h"

#include "rt/singletons.h"

static bool
all_constant(asdl_expr_seq *exprs, Py_ssize_t from, Py_ssize_t to)
{
    for (Py_ssize_t i = from; i < to; i++) {
        expr_ty e = asdl_seq_GET(exprs, i);
        if (e == NULL || e->kind != Constant_kind)
            return false;
    }
    return true;
}

PyObject *
cg_const_tuple(struct cg *c, asdl_expr_seq *exprs, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *tuple = pool_keep(c->pool, PyTuple_New(to - from));
    for (Py_ssize_t i = from; i < to; i++)
        PyTuple_SET_ITEM(tuple, i - from, Py_NewRef(asdl_seq_GET(exprs, i)->v.Constant.value));
    return tuple;
}

static void
constant_display(struct cg *c, struct loc loc, asdl_expr_seq *elts, int pushed, int build, int add, int extend, bool tuple)
{
    PyObject *folded = cg_const_tuple(c, elts, 0, asdl_seq_LEN(elts));
    if (tuple && pushed == 0) {
        emit_const(c, loc, folded);
        return;
    }
    if (add == SET_ADD)
        folded = pool_keep(c->pool, PyFrozenSet_New(folded));
    emit_i(c, loc, build, pushed);
    emit_const(c, loc, folded);
    emit_i(c, loc, extend, 1);
    if (tuple)
        emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_LIST_TO_TUPLE);
}

static bool
any_star(asdl_expr_seq *elts)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(elts); i++)
        if (asdl_seq_GET(elts, i)->kind == Starred_kind)
            return true;
    return false;
}

/* `pushed` items lie on the stack already; `last`, if not NULL, is the name of one more at the end. */
void
cg_star_display(struct cg *c, struct loc loc, asdl_expr_seq *elts, PyObject *last, int pushed, int build, int add, int extend,
                bool tuple)
{
    Py_ssize_t n = asdl_seq_LEN(elts);
    if (last == NULL && n > 2 && all_constant(elts, 0, n)) {
        constant_display(c, loc, elts, pushed, build, add, extend, tuple);
        return;
    }
    bool big = n + pushed + (last != NULL) > STACK_USE_GUIDELINE, built = big;
    if (!big && !any_star(elts)) {
        cg_exprs(c, elts);
        if (last)
            cg_name(c, loc, last, Load);
        emit_i(c, loc, tuple ? BUILD_TUPLE : build, n + (last != NULL) + pushed);
        return;
    }
    if (big)
        emit_i(c, loc, build, pushed);
    for (Py_ssize_t i = 0; i < n; i++) {
        expr_ty e = asdl_seq_GET(elts, i);
        bool star = e->kind == Starred_kind;
        if (star && !built) {
            emit_i(c, loc, build, i + pushed);
            built = true;
        }
        cg_expr(c, star ? e->v.Starred.value : e);
        if (built)
            emit_i(c, loc, star ? extend : add, 1);
    }
    if (last) {
        cg_name(c, loc, last, Load);
        emit_i(c, loc, add, 1);
    }
    if (tuple)
        emit_i(c, loc, CALL_INTRINSIC_1, INTRINSIC_LIST_TO_TUPLE);
}

/* --- dict --- */

static void
part_of_dict(struct cg *c, expr_ty e, Py_ssize_t from, Py_ssize_t to)
{
    struct loc loc = LOC(e);
    Py_ssize_t n = to - from;
    bool big = n * 2 > STACK_USE_GUIDELINE;
    if (n > 1 && !big && all_constant(e->v.Dict.keys, from, to)) {
        for (Py_ssize_t i = from; i < to; i++)
            cg_expr(c, asdl_seq_GET(e->v.Dict.values, i));
        emit_const(c, loc, cg_const_tuple(c, e->v.Dict.keys, from, to));
        emit_i(c, loc, BUILD_CONST_KEY_MAP, n);
        return;
    }
    if (big)
        emit_i(c, loc, BUILD_MAP, 0);
    for (Py_ssize_t i = from; i < to; i++) {
        cg_expr(c, asdl_seq_GET(e->v.Dict.keys, i));
        cg_expr(c, asdl_seq_GET(e->v.Dict.values, i));
        if (big)
            emit_i(c, loc, MAP_ADD, 1);
    }
    if (!big)
        emit_i(c, loc, BUILD_MAP, n);
}

struct dict_parts { expr_ty e; bool have_dict; Py_ssize_t waiting; };   /* waiting: pairs not yet emitted */

static void
flush_pairs(struct cg *c, struct dict_parts *d, Py_ssize_t from, Py_ssize_t to)
{
    part_of_dict(c, d->e, from, to);
    if (d->have_dict)
        emit_i(c, LOC(d->e), DICT_UPDATE, 1);
    d->have_dict = true;
    d->waiting = 0;
}

void
cg_dict(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    struct dict_parts d = { .e = e };
    Py_ssize_t n = asdl_seq_LEN(e->v.Dict.values);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (asdl_seq_GET(e->v.Dict.keys, i) == NULL) {   /* **mapping */
            if (d.waiting)
                flush_pairs(c, &d, i - d.waiting, i);
            if (!d.have_dict)
                emit_i(c, loc, BUILD_MAP, 0);
            d.have_dict = true;
            cg_expr(c, asdl_seq_GET(e->v.Dict.values, i));
            emit_i(c, loc, DICT_UPDATE, 1);
        }
        else if (d.waiting * 2 > STACK_USE_GUIDELINE)
            flush_pairs(c, &d, i - d.waiting, i + 1);
        else
            d.waiting++;
    }
    if (d.waiting)
        flush_pairs(c, &d, n - d.waiting, n);
    if (!d.have_dict)
        emit_i(c, loc, BUILD_MAP, 0);
}

/* --- f-strings --- */

void
cg_joined_str(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    asdl_expr_seq *values = e->v.JoinedStr.values;
    Py_ssize_t n = asdl_seq_LEN(values);
    if (n > STACK_USE_GUIDELINE) {
        emit_const(c, loc, EMPTY_STR);
        emit_name(c, loc, LOAD_METHOD, ID(join));
        emit_i(c, loc, BUILD_LIST, 0);
        for (Py_ssize_t i = 0; i < n; i++) {
            cg_expr(c, asdl_seq_GET(values, i));
            emit_i(c, loc, LIST_APPEND, 1);
        }
        emit_i(c, loc, CALL, 1);
        return;
    }
    cg_exprs(c, values);
    if (n > 1)
        emit_i(c, loc, BUILD_STRING, n);
    else if (n == 0)
        emit_const(c, loc, EMPTY_STR);
}

void
cg_formatted_value(struct cg *c, expr_ty e)
{
    struct loc loc = LOC(e);
    int conversion = e->v.FormattedValue.conversion;
    cg_expr(c, e->v.FormattedValue.value);
    switch (conversion) {
    case 's':
    case 'r':
    case 'a':
        emit_i(c, loc, CONVERT_VALUE, conversion == 's' ? 1 : conversion == 'r' ? 2 : 3);
        break;
    case -1:
        break;
    default:
        PyErr_Format(PyExc_SystemError, "Unrecognized conversion character %d", conversion);
        pool_fail(c->pool);
    }
    if (e->v.FormattedValue.format_spec) {
        cg_expr(c, e->v.FormattedValue.format_spec);
        emit(c, loc, FORMAT_WITH_SPEC);
    }
    else
        emit(c, loc, FORMAT_SIMPLE);
}
