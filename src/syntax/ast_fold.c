/* syntax/ast_fold.c: constant folding on the tree, before symbol tables and code.
 *
 * What is folded, and what is left alone because it would grow too big, is CPython 3.13's choice to the letter: the
 * bytecode is compared byte by byte. Nodes are changed in place. A folding that raises is simply not done.
 * Folds: operators on constants, tuples of constants, subscripts, `not a in b`, lists and sets that are only iterated or
 * searched, "..." % (...) to an f-string, __debug__. */
#include <string.h>

#include "object/coll/set.h"       /* _PySet_NextEntry() */
#include "object/core/err.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"

#define MAX_INT_SIZE 128             /* bits */
#define MAX_COLLECTION_SIZE 256      /* items */
#define MAX_STR_SIZE 4096            /* characters */
#define MAX_TOTAL_ITEMS 1024         /* with those of nested tuples */
#define MAX_DIGITS 3                 /* of a width in a % format */

struct fold {
    struct ast_arena *arena;
    PyThreadState *ts;
    int optimize;
    bool annotations_are_text;       /* from __future__ import annotations */
    int depth;
};

static int fold_expr(struct fold *f, expr_ty e);
static int fold_stmt(struct fold *f, stmt_ty s);
static int fold_pattern(struct fold *f, pattern_ty p);

/* 1, or 0 with RecursionError. */
static int
enter(struct fold *f)
{
    if (LIKELY(++f->depth <= Py_C_RECURSION_LIMIT && !ts_stack_is_low(f->ts)))
        return 1;
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during compilation");
    return 0;
}

/* -- constants ----------------------------------------------------------------------------------------------- */

/* Turn the node into this constant; NULL: forget the exception and leave the node. 1 or 0. */
static int
make_const(struct fold *f, expr_ty e, STEALS PyObject *value)
{
    if (value == NULL) {
        if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
            return 0;
        PyErr_Clear();
        return 1;
    }
    if (ast_arena_own(f->arena, value) < 0)
        return 0;
    e->kind = Constant_kind;
    e->v.Constant.kind = NULL;
    e->v.Constant.value = value;
    return 1;
}

static bool
has_starred(asdl_expr_seq *elts)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(elts); i++)
        if (asdl_seq_GET(elts, i)->kind == Starred_kind)
            return true;
    return false;
}

/* A tuple of the elements if all are constants; NULL, perhaps with an exception. */
static OWNED PyObject *
const_tuple(asdl_expr_seq *elts)
{
    Py_ssize_t n = asdl_seq_LEN(elts);
    for (Py_ssize_t i = 0; i < n; i++)
        if (asdl_seq_GET(elts, i)->kind != Constant_kind)
            return NULL;
    PyObject *t = PyTuple_New(n);
    for (Py_ssize_t i = 0; t != NULL && i < n; i++)
        PyTuple_SET_ITEM(t, i, Py_NewRef(asdl_seq_GET(elts, i)->v.Constant.value));
    return t;
}

static int
fold_tuple(struct fold *f, expr_ty e)
{
    return e->v.Tuple.ctx == Load ? make_const(f, e, const_tuple(e->v.Tuple.elts)) : 1;
}

/* A display that is only iterated over or searched need not be built anew each time. */
static int
fold_iterated(struct fold *f, expr_ty e)
{
    PyObject *value;
    if (e->kind == List_kind) {
        asdl_expr_seq *elts = e->v.List.elts;
        expr_context_ty ctx = e->v.List.ctx;
        if (has_starred(elts))
            return 1;
        e->kind = Tuple_kind;
        e->v.Tuple.elts = elts;
        e->v.Tuple.ctx = ctx;
        value = const_tuple(elts);
    }
    else if (e->kind == Set_kind) {
        value = const_tuple(e->v.Set.elts);
        if (value != NULL)
            Py_SETREF(value, PyFrozenSet_New(value));
    }
    else
        return 1;
    return make_const(f, e, value);
}

/* -- operators ----------------------------------------------------------------------------------------------- */

/* limit minus the items of obj, counting nested ones; negative when there are too many. */
static Py_ssize_t
count_down(PyObject *obj, Py_ssize_t limit)
{
    if (PyTuple_Check(obj)) {
        limit -= PyTuple_GET_SIZE(obj);
        for (Py_ssize_t i = 0; limit >= 0 && i < PyTuple_GET_SIZE(obj); i++)
            limit = count_down(PyTuple_GET_ITEM(obj, i), limit);
    }
    else if (PyFrozenSet_Check(obj)) {
        Py_ssize_t pos = 0;
        PyObject *item;
        Py_hash_t hash;
        limit -= PySet_GET_SIZE(obj);
        while (limit >= 0 && _PySet_NextEntry(obj, &pos, &item, &hash))
            limit = count_down(item, limit);
    }
    return limit;
}

static bool
is_nonzero_int(PyObject *v)
{
    return PyLong_Check(v) && _PyLong_Sign(v) != 0;
}

static OWNED PyObject *
multiply(PyObject *v, PyObject *w)
{
    if (PyLong_Check(w) && (PyTuple_Check(v) || PyFrozenSet_Check(v) || PyUnicode_Check(v) || PyBytes_Check(v))) {
        PyObject *swap = v;
        v = w;
        w = swap;
    }
    if (is_nonzero_int(v) && is_nonzero_int(w)) {
        if (_PyLong_NumBits(v) + _PyLong_NumBits(w) > MAX_INT_SIZE)
            return NULL;
    }
    else if (PyLong_Check(v) && (PyTuple_Check(w) || PyFrozenSet_Check(w))) {
        Py_ssize_t size = PyTuple_Check(w) ? PyTuple_GET_SIZE(w) : PySet_GET_SIZE(w);
        long n = size ? PyLong_AsLong(v) : 0;
        if (n < 0 || (size && n > MAX_COLLECTION_SIZE / size) || (n && count_down(w, MAX_TOTAL_ITEMS / n) < 0))
            return NULL;
    }
    else if (PyLong_Check(v) && (PyUnicode_Check(w) || PyBytes_Check(w))) {
        Py_ssize_t size = PyUnicode_Check(w) ? PyUnicode_GET_LENGTH(w) : PyBytes_GET_SIZE(w);
        long n = size ? PyLong_AsLong(v) : 0;
        if (n < 0 || (size && n > MAX_STR_SIZE / size))
            return NULL;
    }
    return PyNumber_Multiply(v, w);
}

static OWNED PyObject *
power(PyObject *v, PyObject *w)
{
    if (is_nonzero_int(v) && is_nonzero_int(w) && _PyLong_Sign(w) > 0) {
        size_t n = PyLong_AsSize_t(w);
        if (n == (size_t)-1 || _PyLong_NumBits(v) > MAX_INT_SIZE / n)
            return NULL;
    }
    return PyNumber_Power(v, w, Py_None);
}

static OWNED PyObject *
shift_left(PyObject *v, PyObject *w)
{
    if (is_nonzero_int(v) && is_nonzero_int(w)) {
        size_t n = PyLong_AsSize_t(w);
        if (n == (size_t)-1 || n > MAX_INT_SIZE || _PyLong_NumBits(v) > MAX_INT_SIZE - n)
            return NULL;
    }
    return PyNumber_Lshift(v, w);
}

static OWNED PyObject *
apply(operator_ty op, PyObject *v, PyObject *w)
{
    switch (op) {
    case Add: return PyNumber_Add(v, w);
    case Sub: return PyNumber_Subtract(v, w);
    case Mult: return multiply(v, w);
    case Div: return PyNumber_TrueDivide(v, w);
    case FloorDiv: return PyNumber_FloorDivide(v, w);
    case Mod: return PyUnicode_Check(v) || PyBytes_Check(v) ? NULL : PyNumber_Remainder(v, w);
    case Pow: return power(v, w);
    case LShift: return shift_left(v, w);
    case RShift: return PyNumber_Rshift(v, w);
    case BitOr: return PyNumber_Or(v, w);
    case BitXor: return PyNumber_Xor(v, w);
    case BitAnd: return PyNumber_And(v, w);
    default: return NULL;            /* no constant has @ */
    }
}

/* `not a in b` and the like: the opposite operator, or 0. (Not of == and <: they may be defined otherwise.) */
static cmpop_ty
opposite(cmpop_ty op)
{
    return op == Is ? IsNot : op == IsNot ? Is : op == In ? NotIn : op == NotIn ? In : 0;
}

static int
fold_unary(struct fold *f, expr_ty e)
{
    expr_ty arg = e->v.UnaryOp.operand;
    if (arg->kind == Constant_kind) {
        PyObject *v = arg->v.Constant.value, *result = NULL;
        switch (e->v.UnaryOp.op) {
        case Invert: result = PyNumber_Invert(v); break;
        case UAdd: result = PyNumber_Positive(v); break;
        case USub: result = PyNumber_Negative(v); break;
        case Not: {
            int truth = PyObject_IsTrue(v);
            result = truth < 0 ? NULL : PyBool_FromLong(!truth);
        }
        }
        return make_const(f, e, result);
    }
    if (e->v.UnaryOp.op == Not && arg->kind == Compare_kind && asdl_seq_LEN(arg->v.Compare.ops) == 1) {
        cmpop_ty op = opposite(asdl_seq_GET(arg->v.Compare.ops, 0));
        if (op) {
            asdl_seq_SET(arg->v.Compare.ops, 0, op);
            *e = *arg;
        }
    }
    return 1;
}

/* -- "..." % (...) ------------------------------------------------------------------------------------------- */

struct format { Py_UCS4 spec; bool left; int width, precision; };

/* Up to two digits at *pos; -1 if there are more or the text ends. *ch is what follows. */
static int
read_digits(PyObject *fmt, Py_ssize_t *pos, Py_UCS4 *ch)
{
    int value = 0, digits = 0;
    while (*ch >= '0' && *ch <= '9') {
        value = value * 10 + (int)(*ch - '0');
        if (*pos >= PyUnicode_GET_LENGTH(fmt))
            return -1;
        *ch = PyUnicode_READ_CHAR(fmt, (*pos)++);
        if (++digits >= MAX_DIGITS)
            return -1;
    }
    return value;
}

/* The conversion after a '%': false if it is none that an f-string can say. */
static bool
read_format(PyObject *fmt, Py_ssize_t *pos, struct format *out)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(fmt);
    Py_UCS4 ch;
    *out = (struct format){ .width = -1, .precision = -1 };
    do {
        if (*pos >= n)
            return false;
        ch = PyUnicode_READ_CHAR(fmt, (*pos)++);
        out->left |= ch == '-';
    } while (ch == '-' || ch == '+' || ch == ' ' || ch == '#' || ch == '0');
    if (ch >= '0' && ch <= '9' && (out->width = read_digits(fmt, pos, &ch)) < 0)
        return false;
    if (ch == '.') {
        if (*pos >= n)
            return false;
        ch = PyUnicode_READ_CHAR(fmt, (*pos)++);
        if ((out->precision = read_digits(fmt, pos, &ch)) < 0)
            return false;
    }
    out->spec = ch;
    return ch == 's' || ch == 'r' || ch == 'a';
}

static expr_ty
text_constant(struct fold *f, STEALS PyObject *text)
{
    if (text == NULL || ast_arena_own(f->arena, text) < 0)
        return NULL;
    return ast_Constant(text, NULL, -1, -1, -1, -1, f->arena);
}

/* The literal text up to the next conversion; NULL if there is none, or with an exception. */
static expr_ty
read_literal(struct fold *f, PyObject *fmt, Py_ssize_t *pos)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(fmt), start = *pos, i;
    bool doubled = false;
    for (i = start; i < n; i++) {
        if (PyUnicode_READ_CHAR(fmt, i) != '%')
            continue;
        if (i + 1 >= n || PyUnicode_READ_CHAR(fmt, i + 1) != '%')
            break;
        doubled = true;
        i++;
    }
    *pos = i;
    if (i == start)
        return NULL;
    PyObject *text = PyUnicode_Substring(fmt, start, i);
    if (text != NULL && doubled)
        Py_SETREF(text, PyUnicode_Replace(text, STR(dbl_percent), LATIN1_CHAR('%'), -1));
    return text_constant(f, text);
}

static expr_ty
formatted_value(struct fold *f, expr_ty arg, const struct format *format)
{
    char buf[16], *p = buf;
    expr_ty spec = NULL;
    if (!format->left && format->width > 0)
        *p++ = '>';
    if (format->width >= 0)
        p += PyOS_snprintf(p, 4, "%d", format->width);
    if (format->precision >= 0)
        p += PyOS_snprintf(p, 5, ".%d", format->precision);
    if (p != buf && (spec = text_constant(f, PyUnicode_FromString(buf))) == NULL)
        return NULL;
    return ast_FormattedValue(arg, (int)format->spec, spec, arg->lineno, arg->col_offset, arg->end_lineno,
                              arg->end_col_offset, f->arena);
}

static int
fold_percent(struct fold *f, expr_ty e, PyObject *fmt, asdl_expr_seq *elts)
{
    Py_ssize_t pos = 0, used = 0, n = 0;
    asdl_expr_seq *parts = asdl_expr_seq_new(asdl_seq_LEN(elts) * 2 + 1, f->arena);
    if (parts == NULL)
        return 0;
    for (;;) {
        expr_ty literal = read_literal(f, fmt, &pos);
        if (literal != NULL)
            asdl_seq_SET(parts, n++, literal);
        else if (PyErr_Occurred())
            return 0;
        if (pos >= PyUnicode_GET_LENGTH(fmt))
            break;
        struct format format;
        pos++;
        if (used >= asdl_seq_LEN(elts) || !read_format(fmt, &pos, &format))
            return 1;
        expr_ty value = formatted_value(f, asdl_seq_GET(elts, used++), &format);
        if (value == NULL)
            return 0;
        asdl_seq_SET(parts, n++, value);
    }
    if (used < asdl_seq_LEN(elts))
        return 1;
    parts->size = n;
    e->kind = JoinedStr_kind;
    e->v.JoinedStr.values = parts;
    return 1;
}

static int
fold_binary(struct fold *f, expr_ty e)
{
    expr_ty left = e->v.BinOp.left, right = e->v.BinOp.right;
    if (left->kind != Constant_kind)
        return 1;
    PyObject *v = left->v.Constant.value;
    if (e->v.BinOp.op == Mod && right->kind == Tuple_kind && PyUnicode_Check(v) && !has_starred(right->v.Tuple.elts))
        return fold_percent(f, e, v, right->v.Tuple.elts);
    if (right->kind != Constant_kind || e->v.BinOp.op == MatMult)
        return 1;
    return make_const(f, e, apply(e->v.BinOp.op, v, right->v.Constant.value));
}

static int
fold_subscript(struct fold *f, expr_ty e)
{
    expr_ty value = e->v.Subscript.value, index = e->v.Subscript.slice;
    if (e->v.Subscript.ctx != Load || value->kind != Constant_kind || index->kind != Constant_kind)
        return 1;
    return make_const(f, e, PyObject_GetItem(value->v.Constant.value, index->v.Constant.value));
}

static int
fold_compare(struct fold *f, expr_ty e)
{
    Py_ssize_t last = asdl_seq_LEN(e->v.Compare.ops) - 1;
    int op = asdl_seq_GET(e->v.Compare.ops, last);
    return op == In || op == NotIn ? fold_iterated(f, asdl_seq_GET(e->v.Compare.comparators, last)) : 1;
}

/* -- walking ------------------------------------------------------------------------------------------------- */

static int
fold_opt(struct fold *f, expr_ty e)
{
    return e == NULL || fold_expr(f, e);
}

static int
fold_exprs(struct fold *f, asdl_expr_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!fold_opt(f, asdl_seq_GET(seq, i)))
            return 0;
    return 1;
}

static int
fold_stmts(struct fold *f, asdl_stmt_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!fold_stmt(f, asdl_seq_GET(seq, i)))
            return 0;
    return 1;
}

static int
fold_keywords(struct fold *f, asdl_keyword_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!fold_expr(f, asdl_seq_GET(seq, i)->value))
            return 0;
    return 1;
}

static int
fold_comprehensions(struct fold *f, asdl_comprehension_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        comprehension_ty c = asdl_seq_GET(seq, i);
        if (!fold_expr(f, c->target) || !fold_expr(f, c->iter) || !fold_exprs(f, c->ifs) || !fold_iterated(f, c->iter))
            return 0;
    }
    return 1;
}

static int
fold_arg(struct fold *f, arg_ty a)
{
    return a == NULL || f->annotations_are_text || fold_opt(f, a->annotation);
}

static int
fold_args(struct fold *f, asdl_arg_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!fold_arg(f, asdl_seq_GET(seq, i)))
            return 0;
    return 1;
}

static int
fold_arguments(struct fold *f, arguments_ty a)
{
    return fold_args(f, a->posonlyargs) && fold_args(f, a->args) && fold_arg(f, a->vararg) && fold_args(f, a->kwonlyargs)
           && fold_exprs(f, a->kw_defaults) && fold_arg(f, a->kwarg) && fold_exprs(f, a->defaults);
}

static int
fold_type_params(struct fold *f, asdl_type_param_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        type_param_ty t = asdl_seq_GET(seq, i);
        int r = t->kind == TypeVar_kind ? fold_opt(f, t->v.TypeVar.bound) && fold_opt(f, t->v.TypeVar.default_value)
                : fold_opt(f, t->kind == ParamSpec_kind ? t->v.ParamSpec.default_value : t->v.TypeVarTuple.default_value);
        if (!r)
            return 0;
    }
    return 1;
}

static int
fold_kind(struct fold *f, expr_ty e)
{
    switch (e->kind) {
    case BoolOp_kind: return fold_exprs(f, e->v.BoolOp.values);
    case NamedExpr_kind: return fold_expr(f, e->v.NamedExpr.value);
    case BinOp_kind: return fold_expr(f, e->v.BinOp.left) && fold_expr(f, e->v.BinOp.right) && fold_binary(f, e);
    case UnaryOp_kind: return fold_expr(f, e->v.UnaryOp.operand) && fold_unary(f, e);
    case Lambda_kind: return fold_arguments(f, e->v.Lambda.args) && fold_expr(f, e->v.Lambda.body);
    case IfExp_kind:
        return fold_expr(f, e->v.IfExp.test) && fold_expr(f, e->v.IfExp.body) && fold_expr(f, e->v.IfExp.orelse);
    case Dict_kind: return fold_exprs(f, e->v.Dict.keys) && fold_exprs(f, e->v.Dict.values);
    case Set_kind: return fold_exprs(f, e->v.Set.elts);
    case ListComp_kind: return fold_expr(f, e->v.ListComp.elt) && fold_comprehensions(f, e->v.ListComp.generators);
    case SetComp_kind: return fold_expr(f, e->v.SetComp.elt) && fold_comprehensions(f, e->v.SetComp.generators);
    case DictComp_kind:
        return fold_expr(f, e->v.DictComp.key) && fold_expr(f, e->v.DictComp.value)
               && fold_comprehensions(f, e->v.DictComp.generators);
    case GeneratorExp_kind:
        return fold_expr(f, e->v.GeneratorExp.elt) && fold_comprehensions(f, e->v.GeneratorExp.generators);
    case Await_kind: return fold_expr(f, e->v.Await.value);
    case Yield_kind: return fold_opt(f, e->v.Yield.value);
    case YieldFrom_kind: return fold_expr(f, e->v.YieldFrom.value);
    case Compare_kind:
        return fold_expr(f, e->v.Compare.left) && fold_exprs(f, e->v.Compare.comparators) && fold_compare(f, e);
    case Call_kind:
        return fold_expr(f, e->v.Call.func) && fold_exprs(f, e->v.Call.args) && fold_keywords(f, e->v.Call.keywords);
    case FormattedValue_kind: return fold_expr(f, e->v.FormattedValue.value) && fold_opt(f, e->v.FormattedValue.format_spec);
    case JoinedStr_kind: return fold_exprs(f, e->v.JoinedStr.values);
    case Constant_kind: return 1;
    case Attribute_kind: return fold_expr(f, e->v.Attribute.value);
    case Subscript_kind:
        return fold_expr(f, e->v.Subscript.value) && fold_expr(f, e->v.Subscript.slice) && fold_subscript(f, e);
    case Starred_kind: return fold_expr(f, e->v.Starred.value);
    case Name_kind:
        if (e->v.Name.ctx == Load && PyUnicode_EqualToUTF8(e->v.Name.id, "__debug__"))
            return make_const(f, e, PyBool_FromLong(!f->optimize));
        return 1;
    case List_kind: return fold_exprs(f, e->v.List.elts);
    case Tuple_kind: return fold_exprs(f, e->v.Tuple.elts) && fold_tuple(f, e);
    case Slice_kind: return fold_opt(f, e->v.Slice.lower) && fold_opt(f, e->v.Slice.upper) && fold_opt(f, e->v.Slice.step);
    }
    return 1;
}

static int
fold_expr(struct fold *f, expr_ty e)
{
    if (!enter(f))
        return 0;
    int r = fold_kind(f, e);
    f->depth--;
    return r;
}

/* -- statements ---------------------------------------------------------------------------------------------- */

BORROWED(arena) PyObject *
ast_docstring(asdl_stmt_seq *body)
{
    if (asdl_seq_LEN(body) == 0)
        return NULL;
    stmt_ty s = asdl_seq_GET(body, 0);
    if (s->kind != Expr_kind || s->v.Expr.value->kind != Constant_kind)
        return NULL;
    PyObject *value = s->v.Expr.value->v.Constant.value;
    return PyUnicode_CheckExact(value) ? value : NULL;
}

/* A body that may start with a docstring. What only became a plain string by folding must not be taken for one. */
static int
fold_body(struct fold *f, asdl_stmt_seq *body)
{
    bool docstring = ast_docstring(body) != NULL;
    if (!fold_stmts(f, body))
        return 0;
    if (docstring || ast_docstring(body) == NULL)
        return 1;
    stmt_ty s = asdl_seq_GET(body, 0);
    asdl_expr_seq *values = asdl_expr_seq_new(1, f->arena);
    if (values == NULL)
        return 0;
    asdl_seq_SET(values, 0, s->v.Expr.value);
    s->v.Expr.value = ast_JoinedStr(values, s->lineno, s->col_offset, s->end_lineno, s->end_col_offset, f->arena);
    return s->v.Expr.value != NULL;
}

static int
fold_items(struct fold *f, asdl_withitem_seq *items)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(items); i++)
        if (!fold_expr(f, asdl_seq_GET(items, i)->context_expr) || !fold_opt(f, asdl_seq_GET(items, i)->optional_vars))
            return 0;
    return 1;
}

static int
fold_handlers(struct fold *f, asdl_excepthandler_seq *handlers)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(handlers); i++) {
        excepthandler_ty h = asdl_seq_GET(handlers, i);
        if (!fold_opt(f, h->v.ExceptHandler.type) || !fold_stmts(f, h->v.ExceptHandler.body))
            return 0;
    }
    return 1;
}

static int
fold_cases(struct fold *f, asdl_match_case_seq *cases)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(cases); i++) {
        match_case_ty c = asdl_seq_GET(cases, i);
        if (!fold_pattern(f, c->pattern) || !fold_opt(f, c->guard) || !fold_stmts(f, c->body))
            return 0;
    }
    return 1;
}

static int
fold_patterns(struct fold *f, asdl_pattern_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (!fold_pattern(f, asdl_seq_GET(seq, i)))
            return 0;
    return 1;
}

static int
fold_pattern(struct fold *f, pattern_ty p)
{
    int r = 1;
    if (!enter(f))
        return 0;
    switch (p->kind) {
    case MatchValue_kind: r = fold_expr(f, p->v.MatchValue.value); break;
    case MatchSequence_kind: r = fold_patterns(f, p->v.MatchSequence.patterns); break;
    case MatchMapping_kind: r = fold_exprs(f, p->v.MatchMapping.keys) && fold_patterns(f, p->v.MatchMapping.patterns); break;
    case MatchClass_kind:
        r = fold_expr(f, p->v.MatchClass.cls) && fold_patterns(f, p->v.MatchClass.patterns)
            && fold_patterns(f, p->v.MatchClass.kwd_patterns);
        break;
    case MatchAs_kind: r = p->v.MatchAs.pattern == NULL || fold_pattern(f, p->v.MatchAs.pattern); break;
    case MatchOr_kind: r = fold_patterns(f, p->v.MatchOr.patterns); break;
    case MatchSingleton_kind: case MatchStar_kind: break;
    }
    f->depth--;
    return r;
}

static int
fold_function(struct fold *f, asdl_type_param_seq *params, arguments_ty args, asdl_stmt_seq *body, asdl_expr_seq *decorators,
              expr_ty returns)
{
    return fold_type_params(f, params) && fold_arguments(f, args) && fold_body(f, body) && fold_exprs(f, decorators)
           && (f->annotations_are_text || fold_opt(f, returns));
}

static int
fold_simple_stmt(struct fold *f, stmt_ty s)
{
    switch (s->kind) {
    case Return_kind: return fold_opt(f, s->v.Return.value);
    case Delete_kind: return fold_exprs(f, s->v.Delete.targets);
    case Assign_kind: return fold_exprs(f, s->v.Assign.targets) && fold_expr(f, s->v.Assign.value);
    case TypeAlias_kind:
        return fold_expr(f, s->v.TypeAlias.name) && fold_type_params(f, s->v.TypeAlias.type_params)
               && fold_expr(f, s->v.TypeAlias.value);
    case AugAssign_kind: return fold_expr(f, s->v.AugAssign.target) && fold_expr(f, s->v.AugAssign.value);
    case AnnAssign_kind:
        return fold_expr(f, s->v.AnnAssign.target) && (f->annotations_are_text || fold_expr(f, s->v.AnnAssign.annotation))
               && fold_opt(f, s->v.AnnAssign.value);
    case Raise_kind: return fold_opt(f, s->v.Raise.exc) && fold_opt(f, s->v.Raise.cause);
    case Assert_kind: return fold_expr(f, s->v.Assert.test) && fold_opt(f, s->v.Assert.msg);
    case Expr_kind: return fold_expr(f, s->v.Expr.value);
    default: return 1;
    }
}

static int
fold_any_stmt(struct fold *f, stmt_ty s)
{
    switch (s->kind) {
    case FunctionDef_kind:
        return fold_function(f, s->v.FunctionDef.type_params, s->v.FunctionDef.args, s->v.FunctionDef.body,
                             s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns);
    case AsyncFunctionDef_kind:
        return fold_function(f, s->v.AsyncFunctionDef.type_params, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.body,
                             s->v.AsyncFunctionDef.decorator_list, s->v.AsyncFunctionDef.returns);
    case ClassDef_kind:
        return fold_type_params(f, s->v.ClassDef.type_params) && fold_exprs(f, s->v.ClassDef.bases)
               && fold_keywords(f, s->v.ClassDef.keywords) && fold_body(f, s->v.ClassDef.body)
               && fold_exprs(f, s->v.ClassDef.decorator_list);
    case For_kind:
        return fold_expr(f, s->v.For.target) && fold_expr(f, s->v.For.iter) && fold_stmts(f, s->v.For.body)
               && fold_stmts(f, s->v.For.orelse) && fold_iterated(f, s->v.For.iter);
    case AsyncFor_kind:
        return fold_expr(f, s->v.AsyncFor.target) && fold_expr(f, s->v.AsyncFor.iter) && fold_stmts(f, s->v.AsyncFor.body)
               && fold_stmts(f, s->v.AsyncFor.orelse);
    case While_kind:
        return fold_expr(f, s->v.While.test) && fold_stmts(f, s->v.While.body) && fold_stmts(f, s->v.While.orelse);
    case If_kind: return fold_expr(f, s->v.If.test) && fold_stmts(f, s->v.If.body) && fold_stmts(f, s->v.If.orelse);
    case With_kind: return fold_items(f, s->v.With.items) && fold_stmts(f, s->v.With.body);
    case AsyncWith_kind: return fold_items(f, s->v.AsyncWith.items) && fold_stmts(f, s->v.AsyncWith.body);
    case Match_kind: return fold_expr(f, s->v.Match.subject) && fold_cases(f, s->v.Match.cases);
    case Try_kind:
        return fold_stmts(f, s->v.Try.body) && fold_handlers(f, s->v.Try.handlers) && fold_stmts(f, s->v.Try.orelse)
               && fold_stmts(f, s->v.Try.finalbody);
    case TryStar_kind:
        return fold_stmts(f, s->v.TryStar.body) && fold_handlers(f, s->v.TryStar.handlers)
               && fold_stmts(f, s->v.TryStar.orelse) && fold_stmts(f, s->v.TryStar.finalbody);
    default:
        return fold_simple_stmt(f, s);
    }
}

static int
fold_stmt(struct fold *f, stmt_ty s)
{
    if (!enter(f))
        return 0;
    int r = fold_any_stmt(f, s);
    f->depth--;
    return r;
}

int
ast_fold(mod_ty mod, struct ast_arena *arena, int optimize, int ff_features)
{
    struct fold f = {
        .arena = arena, .ts = ts_current(), .optimize = optimize,
        .annotations_are_text = (ff_features & CO_FUTURE_ANNOTATIONS) != 0,
    };
    switch (mod->kind) {
    case Module_kind: return fold_body(&f, mod->v.Module.body);
    case Interactive_kind: return fold_stmts(&f, mod->v.Interactive.body);
    case Expression_kind: return fold_expr(&f, mod->v.Expression.body);
    case FunctionType_kind: return 1;
    }
    return 1;
}
