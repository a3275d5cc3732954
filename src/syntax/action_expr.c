/* syntax/action_expr.c: numbers, comparisons, displays, patterns. */
#include <string.h>

#include "syntax/action.h"

/* -- numbers ------------------------------------------------------------------------------------------------- */

static OWNED PyObject *
number_value(const char *s, size_t n)
{
    char last = s[n - 1];
    if (s[0] == '0' && n > 1 && ((s[1] | 0x20) == 'x' || (s[1] | 0x20) == 'o' || (s[1] | 0x20) == 'b'))
        return PyLong_FromString(s, NULL, 0);
    if (n < 19) {
        long long value = 0;
        size_t i = 0;
        while (i < n && s[i] >= '0' && s[i] <= '9')
            value = value * 10 + (s[i++] - '0');
        if (i == n)
            return PyLong_FromLongLong(value);
    }
    if (last == 'j' || last == 'J') {
        double imag = PyOS_string_to_double(s, (char **)&s, NULL);
        return imag == -1.0 && PyErr_Occurred() ? NULL : PyComplex_FromDoubles(0.0, imag);
    }
    if (strpbrk(s, ".eE") == NULL)
        return PyLong_FromString(s, NULL, 0);
    double value = PyOS_string_to_double(s, NULL, NULL);
    return value == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(value);
}

/* An int too long to convert: the limit's ValueError as a SyntaxError, without columns (there are thousands). */
static void
raise_too_long(struct parser *p, struct tok *t)
{
    if (!PyErr_ExceptionMatches(PyExc_ValueError))
        return;
    PyObject *exc = PyErr_GetRaisedException();
    parse_error_range(p, PyExc_SyntaxError, t->lineno, -1, t->end_lineno, -1,
                      "%S - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.", exc);
    Py_DECREF(exc);
}

expr_ty
act_number(struct parser *p, struct tok *t)
{
    size_t n = tok_size(t), k = 0;
    char small[64], *s = n < sizeof(small) ? small : PyMem_Malloc(n + 1);
    if (s == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    const char *text = tok_text(p, t);
    for (size_t i = 0; i < n; i++)
        if (text[i] != '_')
            s[k++] = text[i];
    s[k] = 0;
    PyObject *value = NULL;
    if (k < n && p->feature_version < 6)
        ERR("Underscores in numeric literals are only supported in Python 3.6 and greater");
    else if ((value = number_value(s, k)) == NULL) {
        p->error = true;
        raise_too_long(p, t);
    }
    if (s != small)
        PyMem_Free(s);
    if (peg_own(p, value) == NULL)
        return NULL;
    return ast_Constant(value, NULL, t->lineno, t->col_offset, t->end_lineno, t->end_col_offset, p->arena);
}

expr_ty
act_ensure_real(struct parser *p, expr_ty e)
{
    return PyComplex_CheckExact(e->v.Constant.value) ? ERR_AT(e, "real number required in complex literal") : e;
}

expr_ty
act_ensure_imaginary(struct parser *p, expr_ty e)
{
    return PyComplex_CheckExact(e->v.Constant.value) ? e : ERR_AT(e, "imaginary number required in complex literal");
}

/* -- pairs --------------------------------------------------------------------------------------------------- */

struct if_tail *
act_if_tail(struct parser *p, expr_ty test, expr_ty orelse)
{
    struct if_tail *t = ast_arena_alloc(p->arena, sizeof(*t));
    if (t != NULL)
        *t = (struct if_tail){ test, orelse };
    return t;
}

struct compare_pair *
act_compare_pair(struct parser *p, cmpop_ty op, expr_ty value)
{
    struct compare_pair *c = ast_arena_alloc(p->arena, sizeof(*c));
    if (c != NULL)
        *c = (struct compare_pair){ op, value };
    return c;
}

/* '!=' or '<>': which of the two is right depends on `from __future__ import barry_as_FLUFL`. */
struct tok *
act_check_not_equal(struct parser *p, struct tok *t)
{
    bool old_form = tok_text(p, t)[0] == '<';
    if (!(p->flags & CO_FUTURE_BARRY_AS_BDFL))
        return old_form ? NULL : t;
    return old_form ? t : ERR("with Barry as BDFL, use '<>' instead of '!='");
}

asdl_int_seq *
act_compare_ops(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_int_seq *ops = asdl_int_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; ops != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(ops, i, ((struct compare_pair *)asdl_seq_GET(pairs, i))->op);
    return ops;
}

asdl_expr_seq *
act_compare_values(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_expr_seq *values = asdl_expr_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; values != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(values, i, ((struct compare_pair *)asdl_seq_GET(pairs, i))->value);
    return values;
}

struct key_value *
act_key_value(struct parser *p, expr_ty key, expr_ty value)
{
    struct key_value *kv = ast_arena_alloc(p->arena, sizeof(*kv));
    if (kv != NULL)
        *kv = (struct key_value){ key, value };
    return kv;
}

asdl_expr_seq *
act_keys(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_expr_seq *keys = asdl_expr_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; keys != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(keys, i, ((struct key_value *)asdl_seq_GET(pairs, i))->key);
    return keys;
}

asdl_expr_seq *
act_values(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_expr_seq *values = asdl_expr_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; values != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(values, i, ((struct key_value *)asdl_seq_GET(pairs, i))->value);
    return values;
}

/* -- patterns ------------------------------------------------------------------------------------------------ */

struct key_pattern *
act_key_pattern(struct parser *p, expr_ty key, pattern_ty pattern)
{
    struct key_pattern *kp = ast_arena_alloc(p->arena, sizeof(*kp));
    if (kp != NULL)
        *kp = (struct key_pattern){ key, pattern };
    return kp;
}

asdl_expr_seq *
act_pattern_keys(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_expr_seq *keys = asdl_expr_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; keys != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(keys, i, ((struct key_pattern *)asdl_seq_GET(pairs, i))->key);
    return keys;
}

asdl_identifier_seq *
act_pattern_names(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_identifier_seq *names = asdl_identifier_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; names != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(names, i, ((struct key_pattern *)asdl_seq_GET(pairs, i))->key->v.Name.id);
    return names;
}

asdl_pattern_seq *
act_pattern_values(struct parser *p, asdl_generic_seq *pairs)
{
    asdl_pattern_seq *patterns = asdl_pattern_seq_new(asdl_seq_LEN(pairs), p->arena);
    for (Py_ssize_t i = 0; patterns != NULL && i < asdl_seq_LEN(pairs); i++)
        asdl_seq_SET(patterns, i, ((struct key_pattern *)asdl_seq_GET(pairs, i))->pattern);
    return patterns;
}

/* -- names of kinds ------------------------------------------------------------------------------------------ */

static const char *
constant_name(PyObject *value)
{
    return value == Py_None ? "None" : value == Py_False ? "False" : value == Py_True ? "True"
           : value == Py_Ellipsis ? "ellipsis" : "literal";
}

const char *
ast_expr_name(expr_ty e)
{
    static const char *const names[] = {
        [Attribute_kind] = "attribute", [Subscript_kind] = "subscript", [Starred_kind] = "starred", [Name_kind] = "name",
        [List_kind] = "list", [Tuple_kind] = "tuple", [Lambda_kind] = "lambda", [Call_kind] = "function call",
        [BoolOp_kind] = "expression", [BinOp_kind] = "expression", [UnaryOp_kind] = "expression",
        [GeneratorExp_kind] = "generator expression", [Yield_kind] = "yield expression",
        [YieldFrom_kind] = "yield expression", [Await_kind] = "await expression", [ListComp_kind] = "list comprehension",
        [SetComp_kind] = "set comprehension", [DictComp_kind] = "dict comprehension", [Dict_kind] = "dict literal",
        [Set_kind] = "set display", [JoinedStr_kind] = "f-string expression", [FormattedValue_kind] = "f-string expression",
        [Compare_kind] = "comparison", [IfExp_kind] = "conditional expression", [NamedExpr_kind] = "named expression",
        [Slice_kind] = "slice",
    };
    return e->kind == Constant_kind ? constant_name(e->v.Constant.value) : names[e->kind];
}
