/* syntax/dump.c: `-X dump=tokens` and `-X dump=ast`. */
#include "syntax/dump.h"

#include <string.h>

#include "object/core/err.h"
#include "syntax/ast_nodes.h"
#include "syntax/source.h"

struct parse_dump parse_dump;

/* -- tokens -------------------------------------------------------------------------------------------------- */

static void
put_text(const char *s, size_t n, FILE *out)
{
    fputc('\'', out);
    for (size_t i = 0; i < n; i++)
        switch (s[i]) {
        case '\n': fputs("\\n", out); break;
        case '\t': fputs("\\t", out); break;
        case '\f': fputs("\\f", out); break;
        case '\'': case '\\': fputc('\\', out);      /* fall through */
        default: fputc(s[i], out);
        }
    fputc('\'', out);
}

int
dump_tokens(const char *text, FILE *out)
{
    struct lex lx;
    struct source source = { 0 };
    struct lex_token t;
    if (source_string(&source, &lx, text, false, true) < 0) {
        source_release(&source);
        return -1;
    }
    lx.ctx = &source;
    lx.scan_name = source_scan_name;
    lx.report_warnings = false;
    do {
        lex_next(&lx, &t);
        fprintf(out, "%d,%d-%d,%d\t%s", t.lineno, t.col, t.end_lineno, t.end_col, token_names[t.type]);
        if (t.start != NO_POS && t.end != NO_POS) {
            fputc('\t', out);
            put_text(lx.buf + t.start, t.end - t.start, out);
        }
        fputc('\n', out);
    } while (t.type != ENDMARKER && t.type != ERRORTOKEN);
    if (t.type == ERRORTOKEN && lx.done == LEX_ERROR)
        fprintf(out, "error: %s\n", lx.err.msg);
    lex_release(&lx);
    source_release(&source);
    return PyErr_Occurred() ? -1 : 0;
}

/* -- trees --------------------------------------------------------------------------------------------------- */

static int dump_node(const struct ast_type *t, const void *node, int indent, FILE *out);

static int
dump_object(PyObject *obj, FILE *out)
{
    PyObject *repr = PyObject_Repr(obj ? obj : Py_None);
    const char *text = repr ? PyUnicode_AsUTF8(repr) : NULL;
    if (text != NULL)
        fputs(text, out);
    Py_XDECREF(repr);
    return text ? 0 : -1;
}

static int
dump_value(const struct ast_field *f, const void *at, int indent, FILE *out)
{
    switch (f->kind) {
    case AST_F_INT:
        fprintf(out, "%d", *(const int *)at);
        return 0;
    case AST_F_ENUM:
        fputs(ast_conses[ast_types[f->type].first + *(const int *)at - 1].name, out);
        return 0;
    case AST_F_NODE:
        return dump_node(&ast_types[f->type], *(void *const *)at, indent, out);
    default:
        return dump_object(*(PyObject *const *)at, out);
    }
}

static int
dump_seq(const struct ast_field *f, const asdl_generic_seq *seq, int indent, FILE *out)
{
    fputc('[', out);
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(seq); i++) {
        const void *at = f->kind == AST_F_ENUM ? (const void *)&((const asdl_int_seq *)seq)->typed_elements[i]
                                               : (const void *)&seq->typed_elements[i];
        fprintf(out, "%s%*s", i ? ",\n" : "\n", indent + 1, "");
        if (dump_value(f, at, indent + 1, out) < 0)
            return -1;
    }
    fputc(']', out);
    return 0;
}

static int
dump_node(const struct ast_type *t, const void *node, int indent, FILE *out)
{
    if (node == NULL) {
        fputs("None", out);
        return 0;
    }
    if (Py_EnterRecursiveCall(" while dumping a tree"))
        return -1;
    const struct ast_cons *c = ast_cons_of(t, node);
    const char *base = node;
    fputs(c->name, out);
    if (t->nattrs == 4)
        fprintf(out, " @%d:%d-%d:%d", *(const int *)(base + t->attrs[0].offset), *(const int *)(base + t->attrs[1].offset),
                *(const int *)(base + t->attrs[2].offset), *(const int *)(base + t->attrs[3].offset));
    fputc('(', out);
    int r = 0;
    for (int i = 0; r == 0 && i < c->nfields; i++) {
        const struct ast_field *f = &c->fields[i];
        fprintf(out, "%s%*s%s=", i ? ",\n" : "\n", indent + 1, "", f->name);
        r = f->quant == AST_Q_SEQ ? dump_seq(f, *(asdl_generic_seq *const *)(base + f->offset), indent + 1, out)
                                  : dump_value(f, base + f->offset, indent + 1, out);
    }
    fputc(')', out);
    Py_LeaveRecursiveCall();
    return r;
}

int
dump_ast(mod_ty mod, FILE *out)
{
    int r = dump_node(&ast_types[AST_T_mod], mod, 0, out);
    fputc('\n', out);
    return r;
}
