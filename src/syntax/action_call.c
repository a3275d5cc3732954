/* syntax/action_call.c: parameters, arguments, and messages about them and about targets. */
#include <string.h>

#include "syntax/action.h"
#include "syntax/grammar.h"

/* -- parameters ---------------------------------------------------------------------------------------------- */

arg_ty
act_arg_type_comment(struct parser *p, arg_ty a, struct tok *t)
{
    if (t == NULL)
        return a;
    string comment = act_type_comment(p, t);
    if (comment == NULL)
        return NULL;
    return ast_arg(a->arg, a->annotation, comment, a->lineno, a->col_offset, a->end_lineno, a->end_col_offset, p->arena);
}

struct name_default *
act_name_default(struct parser *p, arg_ty a, expr_ty value, struct tok *t)
{
    struct name_default *nd = ast_arena_alloc(p->arena, sizeof(*nd));
    if (nd == NULL)
        return NULL;
    *nd = (struct name_default){ act_arg_type_comment(p, a, t), value };
    return nd->arg ? nd : NULL;
}

struct slash_default *
act_slash_default(struct parser *p, asdl_arg_seq *names, asdl_generic_seq *with_defaults)
{
    struct slash_default *s = ast_arena_alloc(p->arena, sizeof(*s));
    if (s != NULL)
        *s = (struct slash_default){ names, with_defaults };
    return s;
}

struct star_etc *
act_star_etc(struct parser *p, arg_ty vararg, asdl_generic_seq *kwonly, arg_ty kwarg)
{
    struct star_etc *s = ast_arena_alloc(p->arena, sizeof(*s));
    if (s != NULL)
        *s = (struct star_etc){ vararg, kwonly, kwarg };
    return s;
}

/* The names, then those of the pairs. */
static asdl_arg_seq *
join_names(struct parser *p, asdl_arg_seq *names, asdl_generic_seq *pairs)
{
    Py_ssize_t n = asdl_seq_LEN(names), m = asdl_seq_LEN(pairs);
    asdl_arg_seq *out = asdl_arg_seq_new(n + m, p->arena);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        asdl_seq_SET(out, i, asdl_seq_GET(names, i));
    for (Py_ssize_t i = 0; i < m; i++)
        asdl_seq_SET(out, n + i, ((struct name_default *)asdl_seq_GET(pairs, i))->arg);
    return out;
}

/* The defaults of two lists of pairs. */
static asdl_expr_seq *
join_defaults(struct parser *p, asdl_generic_seq *a, asdl_generic_seq *b)
{
    Py_ssize_t n = asdl_seq_LEN(a), m = asdl_seq_LEN(b);
    asdl_expr_seq *out = asdl_expr_seq_new(n + m, p->arena);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        asdl_seq_SET(out, i, ((struct name_default *)asdl_seq_GET(a, i))->value);
    for (Py_ssize_t i = 0; i < m; i++)
        asdl_seq_SET(out, n + i, ((struct name_default *)asdl_seq_GET(b, i))->value);
    return out;
}

arguments_ty
act_params(struct parser *p, asdl_arg_seq *slash, struct slash_default *slash_default, asdl_arg_seq *names,
           asdl_generic_seq *with_defaults, struct star_etc *star)
{
    asdl_generic_seq *slash_pairs = slash_default ? slash_default->with_defaults : NULL;
    asdl_arg_seq *posonly = join_names(p, slash_default ? slash_default->names : slash, slash_pairs);
    asdl_arg_seq *args = join_names(p, names, with_defaults);
    asdl_expr_seq *defaults = join_defaults(p, slash_pairs, with_defaults);
    asdl_generic_seq *kwonly_pairs = star ? star->kwonly : NULL;
    asdl_arg_seq *kwonly = join_names(p, NULL, kwonly_pairs);
    asdl_expr_seq *kw_defaults = join_defaults(p, NULL, kwonly_pairs);
    if (!posonly || !args || !defaults || !kwonly || !kw_defaults)
        return NULL;
    return ast_arguments(posonly, args, star ? star->vararg : NULL, kwonly, kw_defaults, star ? star->kwarg : NULL, defaults,
                         p->arena);
}

arguments_ty
act_no_params(struct parser *p)
{
    return act_params(p, NULL, NULL, NULL, NULL, NULL);
}

/* -- arguments ----------------------------------------------------------------------------------------------- */

struct keyword_or_starred *
act_keyword(struct parser *p, void *node, bool is_keyword)
{
    struct keyword_or_starred *k = node ? ast_arena_alloc(p->arena, sizeof(*k)) : NULL;
    if (k != NULL)
        *k = (struct keyword_or_starred){ node, is_keyword };
    return k;
}

/* A Call without its function: args, then the starred ones among kwargs; the others are its keywords. */
expr_ty
act_call_args(struct parser *p, asdl_expr_seq *args, asdl_generic_seq *kwargs, LOC_PARAMS)
{
    static struct _expr no_function;
    Py_ssize_t n = asdl_seq_LEN(args), total = asdl_seq_LEN(kwargs), nkw = 0;
    for (Py_ssize_t i = 0; i < total; i++)
        nkw += ((struct keyword_or_starred *)asdl_seq_GET(kwargs, i))->is_keyword;
    asdl_keyword_seq *keywords = nkw ? asdl_keyword_seq_new(nkw, arena) : NULL;
    asdl_expr_seq *all = args;
    if (nkw < total)
        all = asdl_expr_seq_new(n + total - nkw, arena);
    if ((nkw && keywords == NULL) || (nkw < total && all == NULL))
        return NULL;
    for (Py_ssize_t i = 0; all != args && i < n; i++)
        asdl_seq_SET(all, i, asdl_seq_GET(args, i));
    Py_ssize_t k = 0;
    for (Py_ssize_t i = 0; i < total; i++) {
        struct keyword_or_starred *ks = asdl_seq_GET(kwargs, i);
        if (ks->is_keyword)
            asdl_seq_SET(keywords, k++, ks->node);
        else
            asdl_seq_SET(all, n++, ks->node);
    }
    return ast_Call(&no_function, all, keywords, LOC_ARGS);
}

/* -- messages ------------------------------------------------------------------------------------------------ */

expr_ty
act_last_comprehension(asdl_comprehension_seq *comprehensions)
{
    comprehension_ty last = asdl_seq_GET(comprehensions, asdl_seq_LEN(comprehensions) - 1);
    Py_ssize_t n = asdl_seq_LEN(last->ifs);
    return n ? asdl_seq_GET(last->ifs, n - 1) : last->iter;
}

/* f(a, x for x in y): the generator's element is the last argument. One alone is fine. */
void *
act_bare_genexp(struct parser *p, expr_ty args, asdl_comprehension_seq *comprehensions)
{
    Py_ssize_t n = asdl_seq_LEN(args->v.Call.args);
    if (n <= 1)
        return NULL;
    return ERR_RANGE(asdl_seq_GET(args->v.Call.args, n - 1), act_last_comprehension(comprehensions),
                     "Generator expression must be parenthesized");
}

void *
act_arguments_error(struct parser *p, expr_ty args)
{
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(args->v.Call.keywords); i++)
        if (asdl_seq_GET(args->v.Call.keywords, i)->arg == NULL)
            return ERR("positional argument follows keyword argument unpacking");
    return ERR("positional argument follows keyword argument");
}

static expr_ty bad_target(expr_ty e, enum target type);

static expr_ty
bad_target_in(asdl_expr_seq *elts, enum target type)
{
    expr_ty bad = NULL;
    for (Py_ssize_t i = 0; bad == NULL && i < asdl_seq_LEN(elts); i++)
        bad = bad_target(asdl_seq_GET(elts, i), type);
    return bad;
}

/* The first part of e that cannot be a target, or NULL. */
static expr_ty
bad_target(expr_ty e, enum target type)
{
    if (e == NULL)
        return NULL;
    switch (e->kind) {
    case List_kind:
        return bad_target_in(e->v.List.elts, type);
    case Tuple_kind:
        return bad_target_in(e->v.Tuple.elts, type);
    case Starred_kind:
        return type == TARGET_DEL ? e : bad_target(e->v.Starred.value, type);
    case Compare_kind:            /* "for a in b" parsed as an expression: a is the target */
        if (type != TARGET_FOR)
            return e;
        return asdl_seq_GET(e->v.Compare.ops, 0) == In ? bad_target(e->v.Compare.left, type) : NULL;
    case Name_kind: case Subscript_kind: case Attribute_kind:
        return NULL;
    default:
        return e;
    }
}

void *
act_invalid_target(struct parser *p, enum target type, expr_ty e)
{
    expr_ty bad = bad_target(e, type);
    if (bad == NULL)
        return NULL;
    return ERR_AT(bad, type == TARGET_DEL ? "cannot delete %s" : "cannot assign to %s", ast_expr_name(bad));
}

const char *
act_keyword_text(const struct tok *t)
{
    return t->type == KW_TRUE ? "True" : t->type == KW_FALSE ? "False" : "None";
}

bool
act_is_legacy(expr_ty e)
{
    return e->kind == Name_kind
           && (PyUnicode_EqualToUTF8(e->v.Name.id, "print") || PyUnicode_EqualToUTF8(e->v.Name.id, "exec"));
}
