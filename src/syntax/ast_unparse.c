/* syntax/ast_unparse.c: an expression as source text, for annotations kept as strings.
 * Each expression is written for a place that takes a certain strength of binding, and gets parentheses if its own is
 * weaker. The text is CPython's, which differs from that of ast.unparse(). */
#include "object/core/err.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"

/* Strength of binding, weakest first. */
enum {
    PR_TUPLE, PR_TEST, PR_OR, PR_AND, PR_NOT, PR_CMP, PR_EXPR, PR_BXOR, PR_BAND, PR_SHIFT, PR_ARITH, PR_TERM, PR_FACTOR,
    PR_POWER, PR_AWAIT, PR_ATOM
};

typedef _PyUnicodeWriter writer;

static int put_expr(writer *w, expr_ty e, int level);

static int
put(writer *w, const char *text)
{
    return _PyUnicodeWriter_WriteASCIIString(w, text, -1);
}

static int
put_if(writer *w, bool yes, const char *text)
{
    return yes ? put(w, text) : 0;
}

static int
put_str(writer *w, PyObject *s)
{
    return s ? _PyUnicodeWriter_WriteStr(w, s) : -1;
}

static int
put_owned(writer *w, STEALS PyObject *s)
{
    int r = put_str(w, s);
    Py_XDECREF(s);
    return r;
}

/* The expressions with ", " between them. */
static int
put_list(writer *w, asdl_expr_seq *seq, int level)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++)
        if (put_if(w, i > 0, ", ") < 0 || put_expr(w, asdl_seq_GET(seq, i), level) < 0)
            return -1;
    return 0;
}

/* -- operators ----------------------------------------------------------------------------------------------- */

static int
put_boolop(writer *w, expr_ty e, int level)
{
    int pr = e->v.BoolOp.op == And ? PR_AND : PR_OR;
    const char *op = e->v.BoolOp.op == And ? " and " : " or ";
    if (put_if(w, level > pr, "(") < 0)
        return -1;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.BoolOp.values); i++)
        if (put_if(w, i > 0, op) < 0 || put_expr(w, asdl_seq_GET(e->v.BoolOp.values, i), pr + 1) < 0)
            return -1;
    return put_if(w, level > pr, ")");
}

static int
put_binop(writer *w, expr_ty e, int level)
{
    static const struct { const char *text; int pr; } ops[] = {
        [Add] = { " + ", PR_ARITH }, [Sub] = { " - ", PR_ARITH }, [Mult] = { " * ", PR_TERM }, [MatMult] = { " @ ", PR_TERM },
        [Div] = { " / ", PR_TERM }, [Mod] = { " % ", PR_TERM }, [LShift] = { " << ", PR_SHIFT }, [RShift] = { " >> ", PR_SHIFT },
        [BitOr] = { " | ", PR_EXPR }, [BitXor] = { " ^ ", PR_BXOR }, [BitAnd] = { " & ", PR_BAND },
        [FloorDiv] = { " // ", PR_TERM }, [Pow] = { " ** ", PR_POWER },
    };
    int pr = ops[e->v.BinOp.op].pr, right = e->v.BinOp.op == Pow;
    if (put_if(w, level > pr, "(") < 0 || put_expr(w, e->v.BinOp.left, pr + right) < 0 || put(w, ops[e->v.BinOp.op].text) < 0
        || put_expr(w, e->v.BinOp.right, pr + !right) < 0)
        return -1;
    return put_if(w, level > pr, ")");
}

static int
put_unaryop(writer *w, expr_ty e, int level)
{
    static const char *const ops[] = { [Invert] = "~", [Not] = "not ", [UAdd] = "+", [USub] = "-" };
    int pr = e->v.UnaryOp.op == Not ? PR_NOT : PR_FACTOR;
    if (put_if(w, level > pr, "(") < 0 || put(w, ops[e->v.UnaryOp.op]) < 0 || put_expr(w, e->v.UnaryOp.operand, pr) < 0)
        return -1;
    return put_if(w, level > pr, ")");
}

static int
put_compare(writer *w, expr_ty e, int level)
{
    static const char *const ops[] = {
        [Eq] = " == ", [NotEq] = " != ", [Lt] = " < ", [LtE] = " <= ", [Gt] = " > ", [GtE] = " >= ", [Is] = " is ",
        [IsNot] = " is not ", [In] = " in ", [NotIn] = " not in ",
    };
    if (put_if(w, level > PR_CMP, "(") < 0 || put_expr(w, e->v.Compare.left, PR_CMP + 1) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.Compare.ops); i++)
        if (put(w, ops[asdl_seq_GET(e->v.Compare.ops, i)]) < 0
            || put_expr(w, asdl_seq_GET(e->v.Compare.comparators, i), PR_CMP + 1) < 0)
            return -1;
    return put_if(w, level > PR_CMP, ")");
}

/* -- lambda -------------------------------------------------------------------------------------------------- */

static int
put_arg(writer *w, bool *first, const char *prefix, arg_ty a, expr_ty value)
{
    if (put_if(w, !*first, ", ") < 0 || put(w, prefix) < 0 || (a != NULL && put_str(w, a->arg) < 0))
        return -1;
    *first = false;
    if (a != NULL && a->annotation != NULL && (put(w, ": ") < 0 || put_expr(w, a->annotation, PR_TEST) < 0))
        return -1;
    return value == NULL || (put(w, "=") == 0 && put_expr(w, value, PR_TEST) == 0) ? 0 : -1;
}

static int
put_args(writer *w, arguments_ty a)
{
    bool first = true;
    Py_ssize_t nposonly = asdl_seq_LEN(a->posonlyargs), n = nposonly + asdl_seq_LEN(a->args);
    Py_ssize_t ndefaults = asdl_seq_LEN(a->defaults);
    for (Py_ssize_t i = 0; i < n; i++) {
        arg_ty arg = i < nposonly ? asdl_seq_GET(a->posonlyargs, i) : asdl_seq_GET(a->args, i - nposonly);
        Py_ssize_t k = i - (n - ndefaults);
        if (put_arg(w, &first, "", arg, k >= 0 ? asdl_seq_GET(a->defaults, k) : NULL) < 0
            || put_if(w, i + 1 == nposonly, ", /") < 0)
            return -1;
    }
    if ((a->vararg || asdl_seq_LEN(a->kwonlyargs)) && put_arg(w, &first, "*", a->vararg, NULL) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(a->kwonlyargs); i++)
        if (put_arg(w, &first, "", asdl_seq_GET(a->kwonlyargs, i), asdl_seq_GET(a->kw_defaults, i)) < 0)
            return -1;
    return a->kwarg ? put_arg(w, &first, "**", a->kwarg, NULL) : 0;
}

static int
put_lambda(writer *w, expr_ty e, int level)
{
    arguments_ty a = e->v.Lambda.args;
    bool any = asdl_seq_LEN(a->args) > 0 || asdl_seq_LEN(a->posonlyargs) > 0;
    if (put_if(w, level > PR_TEST, "(") < 0 || put(w, any ? "lambda " : "lambda") < 0 || put_args(w, a) < 0
        || put(w, ": ") < 0 || put_expr(w, e->v.Lambda.body, PR_TEST) < 0)
        return -1;
    return put_if(w, level > PR_TEST, ")");
}

/* -- displays, comprehensions, calls ------------------------------------------------------------------------- */

static int
put_ifexp(writer *w, expr_ty e, int level)
{
    if (put_if(w, level > PR_TEST, "(") < 0 || put_expr(w, e->v.IfExp.body, PR_TEST + 1) < 0 || put(w, " if ") < 0
        || put_expr(w, e->v.IfExp.test, PR_TEST + 1) < 0 || put(w, " else ") < 0
        || put_expr(w, e->v.IfExp.orelse, PR_TEST) < 0)
        return -1;
    return put_if(w, level > PR_TEST, ")");
}

static int
put_dict(writer *w, expr_ty e)
{
    if (put(w, "{") < 0)
        return -1;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(e->v.Dict.values); i++) {
        expr_ty key = asdl_seq_GET(e->v.Dict.keys, i), value = asdl_seq_GET(e->v.Dict.values, i);
        if (put_if(w, i > 0, ", ") < 0)
            return -1;
        int r = key ? put_expr(w, key, PR_TEST) | put(w, ": ") | put_expr(w, value, PR_TEST)
                    : put(w, "**") | put_expr(w, value, PR_EXPR);
        if (r < 0)
            return -1;
    }
    return put(w, "}");
}

static int
put_comprehensions(writer *w, asdl_comprehension_seq *seq)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        comprehension_ty c = asdl_seq_GET(seq, i);
        if (put(w, c->is_async ? " async for " : " for ") < 0 || put_expr(w, c->target, PR_TUPLE) < 0
            || put(w, " in ") < 0 || put_expr(w, c->iter, PR_TEST + 1) < 0)
            return -1;
        for (Py_ssize_t k = 0; k < asdl_seq_LEN(c->ifs); k++)
            if (put(w, " if ") < 0 || put_expr(w, asdl_seq_GET(c->ifs, k), PR_TEST + 1) < 0)
                return -1;
    }
    return 0;
}

static int
put_comp(writer *w, const char *open, expr_ty elt, asdl_comprehension_seq *generators, const char *close)
{
    return put(w, open) < 0 || put_expr(w, elt, PR_TEST) < 0 || put_comprehensions(w, generators) < 0 ? -1 : put(w, close);
}

static int
put_dictcomp(writer *w, expr_ty e)
{
    return put(w, "{") < 0 || put_expr(w, e->v.DictComp.key, PR_TEST) < 0 || put(w, ": ") < 0
           || put_expr(w, e->v.DictComp.value, PR_TEST) < 0 || put_comprehensions(w, e->v.DictComp.generators) < 0
           ? -1 : put(w, "}");
}

static int
put_call(writer *w, expr_ty e)
{
    Py_ssize_t nargs = asdl_seq_LEN(e->v.Call.args), nkw = asdl_seq_LEN(e->v.Call.keywords);
    if (put_expr(w, e->v.Call.func, PR_ATOM) < 0)
        return -1;
    if (nargs == 1 && nkw == 0 && asdl_seq_GET(e->v.Call.args, 0)->kind == GeneratorExp_kind)
        return put_expr(w, asdl_seq_GET(e->v.Call.args, 0), PR_TUPLE);
    if (put(w, "(") < 0 || put_list(w, e->v.Call.args, PR_TEST) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < nkw; i++) {
        keyword_ty k = asdl_seq_GET(e->v.Call.keywords, i);
        if (put_if(w, nargs + i > 0, ", ") < 0 || (k->arg ? put_str(w, k->arg) | put(w, "=") : put(w, "**")) < 0
            || put_expr(w, k->value, PR_TEST) < 0)
            return -1;
    }
    return put(w, ")");
}

/* -- constants and f-strings --------------------------------------------------------------------------------- */

/* repr(); infinities, which have no literal, as one that overflows. */
static int
put_repr(writer *w, PyObject *obj)
{
    if (obj == Py_Ellipsis)
        return put(w, "...");
    if (PyTuple_CheckExact(obj)) {
        Py_ssize_t n = PyTuple_GET_SIZE(obj);
        int r = put(w, "(");
        for (Py_ssize_t i = 0; r == 0 && i < n; i++)
            r = put_if(w, i > 0, ", ") | put_repr(w, PyTuple_GET_ITEM(obj, i));
        return r < 0 ? -1 : put(w, n == 1 ? ",)" : ")");
    }
    PyObject *repr = PyObject_Repr(obj);
    if (repr != NULL && (PyFloat_CheckExact(obj) || PyComplex_CheckExact(obj))) {
        PyObject *inf = PyUnicode_FromString("inf");
        Py_SETREF(repr, inf ? PyUnicode_Replace(repr, inf, STR(str_replace_inf), -1) : NULL);
        Py_XDECREF(inf);
    }
    return put_owned(w, repr);
}

static OWNED PyObject *
as_text(expr_ty e, int level)
{
    writer w;
    _PyUnicodeWriter_Init(&w);
    w.min_length = 256;
    w.overallocate = 1;
    if (put_expr(&w, e, level) < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&w);
}

static int put_fstring_parts(writer *w, asdl_expr_seq *values);

static int
put_fstring_field(writer *w, expr_ty e)
{
    PyObject *text = as_text(e->v.FormattedValue.value, PR_TEST + 1);
    if (text == NULL)
        return -1;
    bool brace = PyUnicode_GET_LENGTH(text) > 0 && PyUnicode_READ_CHAR(text, 0) == '{';
    int conversion = e->v.FormattedValue.conversion;
    if (put(w, brace ? "{ " : "{") < 0 || put_str(w, text) < 0) {
        Py_DECREF(text);
        return -1;
    }
    Py_DECREF(text);
    if (conversion > 0) {
        if (conversion != 'a' && conversion != 'r' && conversion != 's') {
            PyErr_SetString(PyExc_SystemError, "unknown f-value conversion kind");
            return -1;
        }
        if (put(w, conversion == 'a' ? "!a" : conversion == 'r' ? "!r" : "!s") < 0)
            return -1;
    }
    expr_ty spec = e->v.FormattedValue.format_spec;
    if (spec != NULL) {
        if (put(w, ":") < 0 || (spec->kind == JoinedStr_kind ? put_fstring_parts(w, spec->v.JoinedStr.values)
                                                             : put_str(w, spec->v.Constant.value)) < 0)
            return -1;
    }
    return put(w, "}");
}

/* Text with braces doubled. */
static int
put_fstring_text(writer *w, PyObject *text)
{
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); i++) {
        Py_UCS4 ch = PyUnicode_READ_CHAR(text, i);
        if (_PyUnicodeWriter_WriteChar(w, ch) < 0 || ((ch == '{' || ch == '}') && _PyUnicodeWriter_WriteChar(w, ch) < 0))
            return -1;
    }
    return 0;
}

static int
put_fstring_parts(writer *w, asdl_expr_seq *values)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(values); i++) {
        expr_ty e = asdl_seq_GET(values, i);
        int r;
        switch (e->kind) {
        case Constant_kind: r = put_fstring_text(w, e->v.Constant.value); break;
        case JoinedStr_kind: r = put_fstring_parts(w, e->v.JoinedStr.values); break;
        case FormattedValue_kind: r = put_fstring_field(w, e); break;
        default:
            PyErr_SetString(PyExc_SystemError, "unknown expression kind inside f-string");
            return -1;
        }
        if (r < 0)
            return -1;
    }
    return 0;
}

static int
put_fstring(writer *w, expr_ty e)
{
    writer body;
    _PyUnicodeWriter_Init(&body);
    body.min_length = 256;
    body.overallocate = 1;
    int r = e->kind == JoinedStr_kind ? put_fstring_parts(&body, e->v.JoinedStr.values) : put_fstring_field(&body, e);
    if (r < 0) {
        _PyUnicodeWriter_Dealloc(&body);
        return -1;
    }
    PyObject *text = _PyUnicodeWriter_Finish(&body);
    PyObject *repr = text ? PyObject_Repr(text) : NULL;
    Py_XDECREF(text);
    return put(w, "f") < 0 ? (Py_XDECREF(repr), -1) : put_owned(w, repr);
}

/* -- the rest ------------------------------------------------------------------------------------------------ */

static int
put_attribute(writer *w, expr_ty e)
{
    expr_ty value = e->v.Attribute.value;
    bool int_literal = value->kind == Constant_kind && PyLong_CheckExact(value->v.Constant.value);
    return put_expr(w, value, PR_ATOM) < 0 || put(w, int_literal ? " ." : ".") < 0 ? -1 : put_str(w, e->v.Attribute.attr);
}

static int
put_tuple(writer *w, expr_ty e, int level)
{
    Py_ssize_t n = asdl_seq_LEN(e->v.Tuple.elts);
    if (n == 0)
        return put(w, "()");
    if (put_if(w, level > PR_TUPLE, "(") < 0 || put_list(w, e->v.Tuple.elts, PR_TEST) < 0 || put_if(w, n == 1, ",") < 0)
        return -1;
    return put_if(w, level > PR_TUPLE, ")");
}

static int
put_subscript(writer *w, expr_ty e)
{
    return put_expr(w, e->v.Subscript.value, PR_ATOM) < 0 || put(w, "[") < 0
           || put_expr(w, e->v.Subscript.slice, PR_TUPLE) < 0 ? -1 : put(w, "]");
}

static int
put_slice(writer *w, expr_ty e)
{
    if ((e->v.Slice.lower && put_expr(w, e->v.Slice.lower, PR_TEST) < 0) || put(w, ":") < 0
        || (e->v.Slice.upper && put_expr(w, e->v.Slice.upper, PR_TEST) < 0))
        return -1;
    return e->v.Slice.step ? put(w, ":") | put_expr(w, e->v.Slice.step, PR_TEST) : 0;
}

static int
put_yield(writer *w, const char *word, expr_ty value)
{
    if (put(w, word) < 0 || (value && (put(w, " ") < 0 || put_expr(w, value, PR_TEST) < 0)))
        return -1;
    return put(w, ")");
}

static int
put_await(writer *w, expr_ty e, int level)
{
    if (put_if(w, level > PR_AWAIT, "(") < 0 || put(w, "await ") < 0 || put_expr(w, e->v.Await.value, PR_ATOM) < 0)
        return -1;
    return put_if(w, level > PR_AWAIT, ")");
}

static int
put_named(writer *w, expr_ty e, int level)
{
    if (put_if(w, level > PR_TUPLE, "(") < 0 || put_expr(w, e->v.NamedExpr.target, PR_ATOM) < 0 || put(w, " := ") < 0
        || put_expr(w, e->v.NamedExpr.value, PR_ATOM) < 0)
        return -1;
    return put_if(w, level > PR_TUPLE, ")");
}

static int
put_kind(writer *w, expr_ty e, int level)
{
    switch (e->kind) {
    case BoolOp_kind: return put_boolop(w, e, level);
    case BinOp_kind: return put_binop(w, e, level);
    case UnaryOp_kind: return put_unaryop(w, e, level);
    case Lambda_kind: return put_lambda(w, e, level);
    case IfExp_kind: return put_ifexp(w, e, level);
    case Dict_kind: return put_dict(w, e);
    case Set_kind: return put(w, "{") < 0 || put_list(w, e->v.Set.elts, PR_TEST) < 0 ? -1 : put(w, "}");
    case GeneratorExp_kind: return put_comp(w, "(", e->v.GeneratorExp.elt, e->v.GeneratorExp.generators, ")");
    case ListComp_kind: return put_comp(w, "[", e->v.ListComp.elt, e->v.ListComp.generators, "]");
    case SetComp_kind: return put_comp(w, "{", e->v.SetComp.elt, e->v.SetComp.generators, "}");
    case DictComp_kind: return put_dictcomp(w, e);
    case Yield_kind: return put_yield(w, "(yield", e->v.Yield.value);
    case YieldFrom_kind: return put_yield(w, "(yield from", e->v.YieldFrom.value);
    case Await_kind: return put_await(w, e, level);
    case Compare_kind: return put_compare(w, e, level);
    case Call_kind: return put_call(w, e);
    case Constant_kind:
        return put_if(w, e->v.Constant.kind != NULL, "u") < 0 ? -1 : put_repr(w, e->v.Constant.value);
    case JoinedStr_kind: case FormattedValue_kind: return put_fstring(w, e);
    case Attribute_kind: return put_attribute(w, e);
    case Starred_kind: return put(w, "*") < 0 ? -1 : put_expr(w, e->v.Starred.value, PR_EXPR);
    case Name_kind: return put_str(w, e->v.Name.id);
    case List_kind: return put(w, "[") < 0 || put_list(w, e->v.List.elts, PR_TEST) < 0 ? -1 : put(w, "]");
    case Tuple_kind: return put_tuple(w, e, level);
    case Subscript_kind: return put_subscript(w, e);
    case Slice_kind: return put_slice(w, e);
    case NamedExpr_kind: return put_named(w, e, level);
    }
    PyErr_SetString(PyExc_SystemError, "unknown expression kind");
    return -1;
}

static int
put_expr(writer *w, expr_ty e, int level)
{
    if (UNLIKELY(ts_stack_is_low(ts_current()))) {
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during compilation");
        return -1;
    }
    return put_kind(w, e, level);
}

OWNED PyObject *
ast_unparse(expr_ty e)
{
    return as_text(e, PR_TEST);
}
