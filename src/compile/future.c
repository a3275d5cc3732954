/* compile/future.c: `from __future__ import ...` at the top of a module. */
#include "compile/symtable_impl.h"

#include "rt/singletons.h"

static const struct { const char *name; int flag; } features[] = {
    { FUTURE_NESTED_SCOPES, 0 }, { FUTURE_GENERATORS, 0 }, { FUTURE_DIVISION, 0 }, { FUTURE_ABSOLUTE_IMPORT, 0 },
    { FUTURE_WITH_STATEMENT, 0 }, { FUTURE_PRINT_FUNCTION, 0 }, { FUTURE_UNICODE_LITERALS, 0 },
    { FUTURE_BARRY_AS_BDFL, CO_FUTURE_BARRY_AS_BDFL }, { FUTURE_GENERATOR_STOP, 0 },
    { FUTURE_ANNOTATIONS, CO_FUTURE_ANNOTATIONS },
};

static int
feature_flag(struct pool *p, PyObject *filename, alias_ty a)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(features); i++)
        if (name_is(a->name, features[i].name))
            return features[i].flag;
    if (name_is(a->name, "braces"))
        compile_error(p, filename, LOC(a), "not a chance");
    compile_error(p, filename, LOC(a), "future feature %U is not defined", a->name);
}

int
future_features(struct pool *p, mod_ty mod, PyObject *filename, struct loc *last)
{
    *last = NO_LOC;
    if (mod->kind != Module_kind && mod->kind != Interactive_kind)
        return 0;
    asdl_stmt_seq *body = mod->kind == Module_kind ? mod->v.Module.body : mod->v.Interactive.body;
    int flags = 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(body); i++) {
        stmt_ty s = asdl_seq_GET(body, i);
        bool is_docstring = i == 0 && s->kind == Expr_kind && s->v.Expr.value->kind == Constant_kind
                            && PyUnicode_CheckExact(s->v.Expr.value->v.Constant.value);
        if (is_docstring)
            continue;
        if (s->kind != ImportFrom_kind || s->v.ImportFrom.module == NULL || s->v.ImportFrom.level != 0
            || !name_is(s->v.ImportFrom.module, "__future__"))
            break;
        for (Py_ssize_t j = 0; j < asdl_seq_LEN(s->v.ImportFrom.names); j++)
            flags |= feature_flag(p, filename, asdl_seq_GET(s->v.ImportFrom.names, j));
        *last = LOC(s);
    }
    return flags;
}
