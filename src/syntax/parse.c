/* syntax/parse.c: one run of the parser: set up, first pass, second pass for the error, result. */
#include "syntax/parse.h"
#include <stddef.h>

#include <errcode.h>
#include <string.h>

#include "object/core/err.h"
#include "rt/hooks.h"
#include "rt/thread.h"
#include "syntax/dump.h"
#include "syntax/grammar.h"
#include "syntax/parse_error.h"
#include "syntax/peg.h"

PyAPI_DATA(PyTypeObject) _PyExc_IncompleteInputError;

/* -- the lexer's hooks --------------------------------------------------------------------------------------- */

static struct parser *
parser_of(struct lex *lx)
{
    return (struct parser *)((char *)lx - offsetof(struct parser, lx));
}

/* Warn; when warnings are errors, the SyntaxWarning becomes a SyntaxError at the lexer's place. */
static int
warn_lexer(struct lex *lx, PyObject *message)
{
    struct parser *p = parser_of(lx);
    if (message == NULL)
        return -1;
    int r = rt_hooks.warn_explicit == NULL ? 0
            : rt_hooks.warn_explicit(PyExc_SyntaxWarning, message, p->filename, lx->lineno);
    if (r < 0 && PyErr_ExceptionMatches(PyExc_SyntaxWarning)) {
        const char *text = PyUnicode_AsUTF8(message);
        PyErr_Clear();
        lex_error(lx, "%s", text ? text : "");
    }
    Py_DECREF(message);
    return r;
}

static int
warn_literal(struct lex *lx, const char *what)
{
    return warn_lexer(lx, PyUnicode_FromFormat("invalid %s literal", what));
}

static int
warn_escape(struct lex *lx, int ch)
{
    return warn_lexer(lx, PyUnicode_FromFormat("invalid escape sequence '\\%c'", ch));
}

/* -- a run --------------------------------------------------------------------------------------------------- */

static void
set_hooks(struct parser *p)
{
    p->lx.ctx = &p->source;
    p->lx.scan_name = source_scan_name;
    p->lx.warn_literal = warn_literal;
    p->lx.warn_escape = warn_escape;
    p->lx.type_comments = (p->flags & PyCF_TYPE_COMMENTS) != 0;
}

static struct parser *
parser_new(PyObject *filename, int start, PyCompilerFlags *flags, struct ast_arena *arena)
{
    struct parser *p = PyMem_Calloc(1, sizeof(*p));
    if (p == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    p->filename = filename;
    p->source.filename = filename;
    p->start = start;
    p->arena = arena;
    p->flags = flags ? flags->cf_flags : 0;
    p->feature_version = p->flags & PyCF_ONLY_AST ? flags->cf_feature_version : PY_MINOR_VERSION;
    p->stack_limit = rt_thread_of(ts_current())->c_stack_limit;
    return p;
}

static void
parser_free(struct parser *p)
{
    lex_release(&p->lx);
    source_release(&p->source);
    Py_XDECREF(p->normalize);
    PyMem_Free(p->tokens);
    PyMem_Free(p->type_ignores);
    PyMem_Free(p);
}

static void *
run_start(struct parser *p)
{
    switch (p->start) {
    case Py_single_input: return p_interactive(p);
    case Py_eval_input: return p_eval(p);
    case Py_func_type_input: return p_func_type(p);
    case Py_file_input: return p_file(p);
    default: return NULL;                /* no such kind of program: an error before the first token */
    }
}

/* Forget all but the tokens. */
static void
reset_for_errors(struct parser *p)
{
    for (int i = 0; i < p->fill; i++)
        p->tokens[i]->memo = NULL;
    p->mark = 0;
    p->level = 0;
    p->error = false;
    p->invalid_pass = true;
    p->lx.no_more = p->lx.interactive;
}

static bool
input_ended(const struct parser *p)
{
    return p->lx.done == LEX_EOF || p->lx.done == LEX_EOFS || p->lx.done == LEX_EOLS;
}

/* Is there more than blanks and comments after a single statement? */
static bool
more_statements(const struct parser *p)
{
    const char *s = p->lx.buf + p->lx.cur;
    for (;;) {
        s += strspn(s, " \t\n\f");
        if (*s != '#')
            return *s != 0;
        s += strcspn(s, "\n");
    }
}

static mod_ty
run(struct parser *p)
{
    mod_ty mod = run_start(p);
    if (mod != NULL && p->start == Py_single_input && more_statements(p))
        return ERR("multiple statements found while compiling a single statement");
    if (mod != NULL)
        return mod;
    if ((p->flags & PyCF_ALLOW_INCOMPLETE_INPUT) && input_ended(p)) {
        PyErr_Clear();
        return parse_error_last(p, (PyObject *)&_PyExc_IncompleteInputError, "incomplete input");
    }
    struct tok *last = p->fill ? p->tokens[p->fill - 1] : NULL;
    if (!PyErr_Occurred() && last != NULL) {
        reset_for_errors(p);
        run_start(p);
    }
    parse_error_finish(p, last);
    return NULL;
}

/* The source could not even be set up: turn that into a SyntaxError without a place. */
static void
raise_source_error(PyObject *filename)
{
    if (!(PyErr_ExceptionMatches(PyExc_LookupError) || PyErr_ExceptionMatches(PyExc_SyntaxError)
          || PyErr_ExceptionMatches(PyExc_ValueError)))
        return;
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *text = PyObject_Str(exc);
    PyObject *value = text ? Py_BuildValue("(O(OiiO))", text, filename, 0, -1, Py_None) : NULL;
    if (value != NULL)
        PyErr_SetObject(PyExc_SyntaxError, value);
    Py_XDECREF(value);
    Py_XDECREF(text);
    Py_DECREF(exc);
}

/* What -X dump asks for. Nothing goes wrong with the parse if printing does. */
static void
dump(const struct parser *p, mod_ty mod)
{
    if (parse_dump.tokens)
        dump_tokens(p->lx.buf, parse_dump.out);
    if (parse_dump.ast)
        dump_ast(mod, parse_dump.out);
    PyErr_Clear();
}

mod_ty
parse_string(const char *src, PyObject *filename, int start, PyCompilerFlags *flags, struct ast_arena *arena)
{
    struct parser *p = parser_new(filename, start, flags, arena);
    if (p == NULL)
        return NULL;
    mod_ty mod = NULL;
    bool utf8 = (p->flags & PyCF_IGNORE_COOKIE) != 0;
    if (source_string(&p->source, &p->lx, src, utf8, start == Py_file_input) < 0)
        raise_source_error(filename);
    else {
        set_hooks(p);
        mod = run(p);
        if (UNLIKELY(parse_dump.out != NULL) && mod != NULL)
            dump(p, mod);
    }
    parser_free(p);
    return mod;
}

/* After one interactive statement: the rest of the line is not a second one. */
static mod_ty
finish_interactive(struct parser *p, mod_ty mod, int *err, PyObject **text)
{
    if (err != NULL && p->lx.done == LEX_EOF && p->fill > 0 && mod == NULL && p->tokens[0]->type == ENDMARKER)
        *err = E_EOF;
    if (text != NULL && mod != NULL && p->lx.interactive) {
        *text = PyUnicode_FromStringAndSize(p->lx.buf, (Py_ssize_t)p->lx.len);
        if (*text == NULL || peg_own(p, Py_NewRef(*text)) == NULL)
            return NULL;
    }
    return mod;
}

mod_ty
parse_file(FILE *fp, PyObject *filename, const char *encoding, int start, const char *ps1, const char *ps2,
           PyCompilerFlags *flags, int *err, PyObject **interactive_source, struct ast_arena *arena)
{
    if (interactive_source != NULL)
        *interactive_source = NULL;
    struct parser *p = parser_new(filename, start, flags, arena);
    if (p == NULL)
        return NULL;
    mod_ty mod = NULL;
    if (source_file(&p->source, &p->lx, fp, encoding, ps1, ps2) < 0)
        raise_source_error(filename);
    else {
        set_hooks(p);
        mod = finish_interactive(p, run(p), err, interactive_source);
        if (UNLIKELY(parse_dump.out != NULL) && mod != NULL)
            dump(p, mod);
    }
    parser_free(p);
    return mod;
}
