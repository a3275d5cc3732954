/* compile/dump.c: symbol tables and control-flow graphs as text. */
#include "compile/dump.h"

#include <string.h>

#include "compile/compile.h"
#include "syntax/dump.h"

static const struct { const char *name; bool *flag; } stages[] = {
    { "tokens", &parse_dump.tokens }, { "ast", &parse_dump.ast }, { "sym", &compile_dump.sym }, { "flow", &compile_dump.flow },
    { "code", &compile_dump.code }, { "quick", &compile_dump.quick },
};

static bool *
stage_flag(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        if (strlen(stages[i].name) == n && memcmp(name, stages[i].name, n) == 0)
            return stages[i].flag;
    }
    return NULL;
}

int
compile_dump_request(const char *spec, FILE *out, bool (*other)(const char *stage, size_t length, const char *function))
{
    const char *colon = strchr(spec, ':');
    size_t end = colon != NULL ? (size_t)(colon - spec) : strlen(spec);
    compile_dump = (struct compile_dump){ .out = out, .function = colon != NULL ? colon + 1 : NULL };
    parse_dump = (struct parse_dump){ .out = out };
    for (size_t at = 0, n; at <= end; at += n + 1) {
        n = strcspn(spec + at, ",:");
        bool *flag = stage_flag(spec + at, n);
        if (flag != NULL)
            *flag = true;
        else if (other == NULL || !other(spec + at, n, compile_dump.function))
            return -1;
    }
    return 0;
}

static const char *const scope_kinds[] = { "function", "class", "module", "annotation", "type alias", "type parameters", "type variable" };
static const char *const name_scopes[] = { "?", "local", "global", "global implicit", "free", "cell" };
static const struct { int flag; const char *name; } def_names[] = {
    { DEF_GLOBAL, "global" }, { DEF_LOCAL, "bound" }, { DEF_PARAM, "param" }, { DEF_NONLOCAL, "nonlocal" }, { USE, "used" },
    { DEF_FREE_CLASS, "free-in-class" }, { DEF_IMPORT, "import" }, { DEF_ANNOT, "annotated" }, { DEF_COMP_ITER, "iteration" },
    { DEF_TYPE_PARAM, "type-param" }, { DEF_COMP_CELL, "comprehension-cell" },
};

static void
put_str(FILE *out, PyObject *s)
{
    const char *text = PyUnicode_AsUTF8(s);
    if (text == NULL)
        PyErr_Clear();
    fputs(text ? text : "?", out);
}

static void
dump_scope(FILE *out, struct scope *s, int indent)
{
    fprintf(out, "%*s%s ", indent, "", scope_kinds[s->kind]);
    put_str(out, s->name);
    fprintf(out, " line %d%s%s%s%s%s\n", s->loc.line, s->nested ? " nested" : "", s->generator ? " generator" : "",
            s->coroutine ? " coroutine" : "", s->comp_inlined ? " merged" : "", s->needs_class_closure ? " needs __class__" : "");
    for (int i = 0; i < s->symbols.len; i++) {
        struct name_entry *e = &s->symbols.items[i];
        if (e->key == NULL)
            continue;
        fprintf(out, "%*s", indent + 4, "");
        put_str(out, e->key);
        fprintf(out, ": %s", name_scopes[scope_of_flags(e->value) <= NS_CELL ? scope_of_flags(e->value) : 0]);
        for (size_t k = 0; k < Py_ARRAY_LENGTH(def_names); k++)
            if (e->value & def_names[k].flag)
                fprintf(out, " %s", def_names[k].name);
        fputc('\n', out);
    }
    for (int i = 0; i < s->children.len; i++)
        dump_scope(out, s->children.items[i], indent + 2);
}

void
dump_symtable(FILE *out, struct symtable *st)
{
    dump_scope(out, st->top, 0);
}

static void
dump_instr(FILE *out, const struct flow_instr *in)
{
    if (in->loc.line >= 0)
        fprintf(out, "  %5d:%-4d %s", in->loc.line, in->loc.col, op_name(in->op));
    else
        fprintf(out, "      -      %s", op_name(in->op));
    if (op_has_target(in->op))
        fprintf(out, " -> B%d", in->target->number);
    else if (op_has_arg(in->op))
        fprintf(out, " %d", in->arg);
    if (in->except)
        fprintf(out, "   [B%d]", in->except->number);
    fputc('\n', out);
}

void
dump_flow(FILE *out, struct flow *g, PyObject *qualname, const char *title)
{
    int n = 0;
    const char *want = compile_dump.function;
    if (want != NULL && !name_is(qualname, want))
        return;
    put_str(out, qualname);
    fprintf(out, " (%s)\n", title);
    for (struct block *b = g->entry; b != NULL; b = b->next)
        b->number = n++;
    for (struct block *b = g->entry; b != NULL; b = b->next) {
        if (b->len == 0)
            continue;
        fprintf(out, " B%d:%s%s", b->number, b->is_handler ? " handler" : "", b->cold ? " cold" : "");
        if (b->npred > 0)
            fprintf(out, " depth %d, %d %s", b->start_depth, b->npred, b->npred == 1 ? "entry" : "entries");
        fputc('\n', out);
        for (int i = 0; i < b->len; i++)
            dump_instr(out, &b->code[i]);
    }
}
