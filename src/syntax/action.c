/* syntax/action.c: actions for modules, statements, names and sequences. */
#include "syntax/action.h"

#include <string.h>

#include "syntax/grammar.h"

void *
act_too_new(struct parser *p, int minor, const char *what)
{
    return ERR("%s only supported in Python 3.%i and greater", what, minor);
}

/* -- sequences ----------------------------------------------------------------------------------------------- */

void *
act_singleton(struct parser *p, void *item)
{
    if (item == NULL)
        return NULL;
    asdl_generic_seq *seq = asdl_seq_new(1, p->arena);
    if (seq != NULL)
        seq->typed_elements[0] = item;
    return seq;
}

void *
act_insert_first(struct parser *p, void *item, asdl_generic_seq *rest)
{
    Py_ssize_t n = asdl_seq_LEN(rest);
    asdl_generic_seq *seq = asdl_seq_new(n + 1, p->arena);
    if (seq == NULL)
        return NULL;
    seq->typed_elements[0] = item;
    if (n)
        memcpy(seq->typed_elements + 1, rest->typed_elements, (size_t)n * sizeof(void *));
    return seq;
}

void *
act_insert_last(struct parser *p, asdl_generic_seq *first, void *item)
{
    if (first == NULL)
        return NULL;
    Py_ssize_t n = asdl_seq_LEN(first);
    asdl_generic_seq *seq = asdl_seq_new(n + 1, p->arena);
    if (seq == NULL)
        return NULL;
    memcpy(seq->typed_elements, first->typed_elements, (size_t)n * sizeof(void *));
    seq->typed_elements[n] = item;
    return seq;
}

void *
act_join_seqs(struct parser *p, asdl_generic_seq *a, asdl_generic_seq *b)
{
    Py_ssize_t n = asdl_seq_LEN(a), m = asdl_seq_LEN(b);
    asdl_generic_seq *seq = asdl_seq_new(n + m, p->arena);
    if (seq == NULL)
        return NULL;
    if (n)
        memcpy(seq->typed_elements, a->typed_elements, (size_t)n * sizeof(void *));
    if (m)
        memcpy(seq->typed_elements + n, b->typed_elements, (size_t)m * sizeof(void *));
    return seq;
}

void *
act_flatten(struct parser *p, asdl_generic_seq *seqs)
{
    Py_ssize_t n = asdl_seq_LEN(seqs), total = 0, at = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        total += asdl_seq_LEN((asdl_generic_seq *)seqs->typed_elements[i]);
    asdl_generic_seq *out = asdl_seq_new(total, p->arena);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        asdl_generic_seq *one = seqs->typed_elements[i];
        for (Py_ssize_t k = 0; k < asdl_seq_LEN(one); k++)
            out->typed_elements[at++] = one->typed_elements[k];
    }
    return out;
}

/* -- modules ------------------------------------------------------------------------------------------------- */

mod_ty
act_module(struct parser *p, asdl_stmt_seq *body)
{
    asdl_type_ignore_seq *ignores = NULL;
    if (p->ntype_ignores) {
        ignores = asdl_type_ignore_seq_new(p->ntype_ignores, p->arena);
        if (ignores == NULL)
            return NULL;
        for (int i = 0; i < p->ntype_ignores; i++) {
            type_ignore_ty t = ast_TypeIgnore(p->type_ignores[i].lineno, p->type_ignores[i].tag, p->arena);
            if (t == NULL)
                return NULL;
            asdl_seq_SET(ignores, i, t);
        }
    }
    return ast_Module(body, ignores, p->arena);
}

/* Interactive input ended before a statement: no match; the caller sees the lone ENDMARKER. */
void *
act_end_of_input(struct parser *p)
{
    return NULL;
}

/* -- names --------------------------------------------------------------------------------------------------- */

#define PLACE(e) (e)->lineno, (e)->col_offset, (e)->end_lineno, (e)->end_col_offset, p->arena

static asdl_expr_seq *
context_of_all(struct parser *p, asdl_expr_seq *elts, expr_context_ty ctx)
{
    Py_ssize_t n = asdl_seq_LEN(elts);
    if (n == 0)
        return NULL;
    asdl_expr_seq *out = asdl_expr_seq_new(n, p->arena);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        expr_ty e = act_context(p, asdl_seq_GET(elts, i), ctx);
        if (e == NULL)
            return NULL;
        asdl_seq_SET(out, i, e);
    }
    return out;
}

/* A copy of the expression as a target. Nodes may be shared by alternatives, so they are not changed in place. */
expr_ty
act_context(struct parser *p, expr_ty e, expr_context_ty ctx)
{
    if (e == NULL)
        return NULL;
    switch (e->kind) {
    case Name_kind:
        return ast_Name(e->v.Name.id, ctx, PLACE(e));
    case Tuple_kind:
        return ast_Tuple(context_of_all(p, e->v.Tuple.elts, ctx), ctx, PLACE(e));
    case List_kind:
        return ast_List(context_of_all(p, e->v.List.elts, ctx), ctx, PLACE(e));
    case Subscript_kind:
        return ast_Subscript(e->v.Subscript.value, e->v.Subscript.slice, ctx, PLACE(e));
    case Attribute_kind:
        return ast_Attribute(e->v.Attribute.value, e->v.Attribute.attr, ctx, PLACE(e));
    case Starred_kind:
        return ast_Starred(act_context(p, e->v.Starred.value, ctx), ctx, PLACE(e));
    default:
        return e;
    }
}

asdl_identifier_seq *
act_names(struct parser *p, asdl_expr_seq *names)
{
    asdl_identifier_seq *out = asdl_identifier_seq_new(asdl_seq_LEN(names), p->arena);
    for (Py_ssize_t i = 0; out != NULL && i < asdl_seq_LEN(names); i++)
        asdl_seq_SET(out, i, asdl_seq_GET(names, i)->v.Name.id);
    return out;
}

expr_ty
act_join_names(struct parser *p, expr_ty a, expr_ty b)
{
    PyObject *joined = PyUnicode_FromFormat("%U.%U", a->v.Name.id, b->v.Name.id);
    if (joined == NULL)
        return NULL;
    PyUnicode_InternInPlace(&joined);
    if (peg_own(p, joined) == NULL)
        return NULL;
    return ast_Name(joined, Load, a->lineno, a->col_offset, b->end_lineno, b->end_col_offset, p->arena);
}

string
act_type_comment(struct parser *p, struct tok *t)
{
    if (t == NULL)
        return NULL;
    string text = peg_own(p, PyUnicode_DecodeUTF8(tok_text(p, t), (Py_ssize_t)tok_size(t), NULL));
    if (text == NULL)
        p->error = true;                      /* rules take NULL for "no comment" */
    return text;
}

/* -- statements ---------------------------------------------------------------------------------------------- */

/* The level that '.' and '...' tokens add up to. */
int
act_dots(asdl_generic_seq *tokens)
{
    int level = 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(tokens); i++)
        level += ((struct tok *)tokens->typed_elements[i])->type == ELLIPSIS ? 3 : 1;
    return level;
}

stmt_ty
act_import_from(struct parser *p, identifier module, asdl_alias_seq *names, int level, LOC_PARAMS)
{
    if (level == 0 && module != NULL && PyUnicode_EqualToUTF8(module, "__future__"))
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(names); i++)
            if (PyUnicode_EqualToUTF8(asdl_seq_GET(names, i)->name, "barry_as_FLUFL"))
                p->flags |= CO_FUTURE_BARRY_AS_BDFL;
    return ast_ImportFrom(module, names, level, LOC_ARGS);
}

stmt_ty
act_class_decorators(struct parser *p, asdl_expr_seq *decorators, stmt_ty s)
{
    s->v.ClassDef.decorator_list = decorators;
    return s;
}

stmt_ty
act_function_decorators(struct parser *p, asdl_expr_seq *decorators, stmt_ty s)
{
    if (s->kind == FunctionDef_kind)
        s->v.FunctionDef.decorator_list = decorators;
    else
        s->v.AsyncFunctionDef.decorator_list = decorators;
    return s;
}

struct tok *
act_check_augassign(struct parser *p, struct tok *t)
{
    return t->type == ATEQUAL ? act_version(p, 5, "The '@' operator is", t) : t;
}

operator_ty
act_augmented(const struct tok *t)
{
    switch (t->type) {
    case PLUSEQUAL: return Add;
    case MINEQUAL: return Sub;
    case STAREQUAL: return Mult;
    case ATEQUAL: return MatMult;
    case SLASHEQUAL: return Div;
    case PERCENTEQUAL: return Mod;
    case AMPEREQUAL: return BitAnd;
    case VBAREQUAL: return BitOr;
    case CIRCUMFLEXEQUAL: return BitXor;
    case LEFTSHIFTEQUAL: return LShift;
    case RIGHTSHIFTEQUAL: return RShift;
    case DOUBLESTAREQUAL: return Pow;
    default: return FloorDiv;
    }
}
