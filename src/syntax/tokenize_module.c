/* syntax/tokenize_module.c: the module `_tokenize`: the lexer as an iterator, for the tokenize module.
 * With extra_tokens it also gives comments and insignificant newlines, and all operators as OP. */
#include <string.h>

#include "object/core/call.h"
#include "rt/hooks.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"
#include "syntax/source.h"

/* What the lexer needs, apart from the object so that its size does not show. */
struct reader {
    struct lex lx;
    struct source source;
    PyObject *filename;
};

struct tokenizer {
    PyObject_HEAD
    struct reader *reader;
    PyObject *line;                  /* the line last given, and where it is in the buffer */
    size_t line_start, line_end;
    int done;                        /* ENDMARKER has been given */
    int lineno;                      /* of the last token */
    void *unused;                    /* the object is as big as CPython's */
};

/* -- errors -------------------------------------------------------------------------------------------------- */

/* Lines come out of str, so they are UTF-8 and counting first bytes is counting characters. */
static Py_ssize_t
in_characters(const char *s, size_t n)
{
    Py_ssize_t chars = 0;
    for (size_t i = 0; i < n; i++)
        chars += (s[i] & 0xc0) != 0x80;
    return chars;
}

/* What the lexer says in err. */
static void
raise_message(struct reader *r)
{
    const struct lex_error *e = &r->lx.err;
    const char *line = r->lx.buf + e->line_start;
    Py_ssize_t col = e->col < 0 ? in_characters(line, e->pos - e->line_start) : e->col;
    PyObject *text = PyUnicode_DecodeUTF8(line, (Py_ssize_t)strcspn(line, "\n"), "replace");
    PyObject *value = text == NULL ? NULL
        : Py_BuildValue("(s(OinOin))", e->msg, r->filename, e->lineno, col, text, e->lineno, e->end_col < 0 ? col : e->end_col);
    if (value != NULL)
        PyErr_SetObject(PyExc_SyntaxError, value);
    Py_XDECREF(value);
    Py_XDECREF(text);
}

static void
raise_at_line(struct reader *r, PyObject *type, const char *message)
{
    size_t n = r->lx.line_end - r->lx.line_start;
    const char *line = r->lx.buf + r->lx.line_start;
    Py_ssize_t size = n && line[n - 1] == '\n' ? (Py_ssize_t)n - 1 : (Py_ssize_t)n;
    PyObject *text = PyUnicode_DecodeUTF8(line, size, "replace");
    Py_ssize_t col = in_characters(line, n);
    PyObject *value = text == NULL ? NULL : Py_BuildValue("(s(OinOOO))", message, r->filename, r->lx.lineno, col, text, Py_None, Py_None);
    if (value != NULL)
        PyErr_SetObject(type, value);
    Py_XDECREF(value);
    Py_XDECREF(text);
}

static void
raise_lexer(struct reader *r)
{
    if (PyErr_Occurred())
        return;
    switch (r->lx.done) {
    case LEX_ERROR: case LEX_EOFS: case LEX_EOLS:
        raise_message(r);
        break;
    case LEX_EOF:
        PyErr_SetString(PyExc_SyntaxError, "unexpected EOF in multi-line statement");
        PyErr_SyntaxLocationObject(r->filename, r->lx.lineno, (int)(r->lx.line_end - r->lx.line_start));
        break;
    case LEX_DEDENT:
        raise_at_line(r, PyExc_IndentationError, "unindent does not match any outer indentation level");
        break;
    case LEX_TABSPACE:
        raise_at_line(r, PyExc_TabError, "inconsistent use of tabs and spaces in indentation");
        break;
    case LEX_TOODEEP:
        raise_at_line(r, PyExc_IndentationError, "too many levels of indentation");
        break;
    case LEX_LINECONT:
        raise_at_line(r, PyExc_SyntaxError, "unexpected character after line continuation character");
        break;
    case LEX_NOMEM:
        PyErr_NoMemory();
        break;
    default:
        raise_at_line(r, PyExc_SyntaxError, "unknown tokenization error");
    }
}

/* -- tokens -------------------------------------------------------------------------------------------------- */

static int
warn(struct lex *lx, PyObject *message)
{
    struct reader *r = (struct reader *)((char *)lx - offsetof(struct reader, lx));
    int rc = message == NULL ? -1 : rt_hooks.warn_explicit == NULL ? 0
             : rt_hooks.warn_explicit(PyExc_SyntaxWarning, message, r->filename, lx->lineno);
    if (rc < 0 && message != NULL && PyErr_ExceptionMatches(PyExc_SyntaxWarning)) {
        PyErr_Clear();
        lex_error(lx, "%s", PyUnicode_AsUTF8(message));
    }
    Py_XDECREF(message);
    return rc;
}

static int
warn_literal(struct lex *lx, const char *what)
{
    return warn(lx, PyUnicode_FromFormat("invalid %s literal", what));
}

static int
warn_escape(struct lex *lx, int ch)
{
    return warn(lx, PyUnicode_FromFormat("invalid escape sequence '\\%c'", ch));
}

/* The text of the lines that the token is on. */
static OWNED PyObject *
line_of(struct tokenizer *t, const struct lex_token *tok)
{
    struct lex *lx = &t->reader->lx;
    bool string = tok->type == STRING || tok->type == FSTRING_START || tok->type == FSTRING_MIDDLE || tok->type == FSTRING_END;
    size_t start = string ? lx->multi_line_start : lx->line_start, end = lx->line_end;
    if (end > start && lx->implicit_newline)
        end--;
    if (lx->done == LEX_EOF && tok->start == NO_POS && lx->lineno != t->lineno) {     /* nothing was on that line */
        Py_XSETREF(t->line, Py_NewRef(EMPTY_STR));
        t->line_start = start;
        t->line_end = end;
    }
    if (t->line == NULL || t->line_start != start || t->line_end != end) {
        PyObject *line = PyUnicode_DecodeUTF8(lx->buf + start, (Py_ssize_t)(end - start), "replace");
        if (line == NULL)
            return NULL;
        Py_XSETREF(t->line, line);
        t->line_start = start;
        t->line_end = end;
    }
    return Py_NewRef(t->line);
}

/* Byte columns as characters. */
static void
to_characters(const struct lex *lx, const struct lex_token *tok, Py_ssize_t *col, Py_ssize_t *end_col)
{
    *col = tok->col < 0 ? -1 : in_characters(lx->buf + tok->start - tok->col, (size_t)tok->col);
    *end_col = tok->end_col < 0 ? -1 : in_characters(lx->buf + tok->end - tok->end_col, (size_t)tok->end_col);
}

static OWNED PyObject *
text_of(const struct lex *lx, const struct lex_token *tok)
{
    if (lx->extra_tokens && tok->type == NEWLINE && !lx->implicit_newline)
        return PyUnicode_FromString(lx->buf[tok->start] == '\r' ? "\r\n" : "\n");
    if (tok->start == NO_POS || tok->end == NO_POS || (lx->extra_tokens && tok->type == NL && lx->implicit_newline))
        return Py_NewRef(EMPTY_STR);
    return PyUnicode_DecodeUTF8(lx->buf + tok->start, (Py_ssize_t)(tok->end - tok->start), NULL);
}

static OWNED PyObject *
pair(Py_ssize_t a, Py_ssize_t b)
{
    PyObject *t = PyTuple_New(2), *x = PyLong_FromSsize_t(a), *y = PyLong_FromSsize_t(b);
    if (t == NULL || x == NULL || y == NULL) {
        Py_XDECREF(t);
        Py_XDECREF(x);
        Py_XDECREF(y);
        return NULL;
    }
    PyTuple_SET_ITEM(t, 0, x);
    PyTuple_SET_ITEM(t, 1, y);
    return t;
}

/* (type, text, (lineno, col), (end_lineno, end_col), line); takes text and line. */
static OWNED PyObject *
token_tuple(int type, STEALS PyObject *text, Py_ssize_t lineno, Py_ssize_t col, Py_ssize_t end_lineno, Py_ssize_t end_col,
            STEALS PyObject *line)
{
    PyObject *items[5] = { PyLong_FromLong(type), text, pair(lineno, col), pair(end_lineno, end_col), line };
    PyObject *t = items[0] && items[2] && items[3] ? PyTuple_New(5) : NULL;
    for (int i = 0; i < 5; i++) {
        if (t != NULL)
            PyTuple_SET_ITEM(t, i, items[i]);
        else
            Py_XDECREF(items[i]);
    }
    return t;
}

static OWNED PyObject *
as_tuple(struct tokenizer *t, const struct lex_token *tok)
{
    struct lex *lx = &t->reader->lx;
    bool extra = lx->extra_tokens;
    bool trailing = tok->type == ENDMARKER || (tok->type == DEDENT && lx->done == LEX_EOF);
    Py_ssize_t col, end_col, lineno = tok->lineno, end_lineno = tok->end_lineno;
    int type = tok->type;
    PyObject *text = text_of(lx, tok);
    PyObject *line = extra && trailing ? Py_NewRef(EMPTY_STR) : line_of(t, tok);
    if (text == NULL || line == NULL) {
        Py_XDECREF(text);
        Py_XDECREF(line);
        return NULL;
    }
    to_characters(lx, tok, &col, &end_col);
    t->lineno = tok->lineno;
    if (extra) {
        if (trailing) {
            lineno = end_lineno = lineno + 1;
            col = end_col = 0;
        }
        if (type > DEDENT && type < OP)
            type = OP;
        else if (type == NEWLINE)
            end_col++;
    }
    return token_tuple(type, text, lineno, col, end_lineno, end_col, line);
}

static PyObject *
tokenizer_next(struct tokenizer *t)
{
    struct lex_token tok;
    int type = lex_next(&t->reader->lx, &tok);
    if (type == ERRORTOKEN) {
        raise_lexer(t->reader);
        return NULL;
    }
    if (t->done) {
        PyErr_SetString(PyExc_StopIteration, "EOF");
        return NULL;
    }
    t->done = type == ENDMARKER;
    if (t->reader->lx.lineno == 0 && !t->reader->lx.extra_tokens)      /* no line at all: no token */
        return NULL;
    return as_tuple(t, &tok);
}

static PyObject *
tokenizer_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static const char *const names[] = { "", "extra_tokens", "encoding", NULL };
    PyObject *v[3];
    const char *encoding = NULL;
    if (args_unpack_tuple("tokenizeriter", args, kw, names, 3, 2, 1, v) < 0)
        return NULL;
    if (v[2] != NULL && !PyUnicode_Check(v[2])) {
        args_bad("tokenizeriter", "argument 'encoding'", "str", v[2]);
        return NULL;
    }
    Py_ssize_t size;
    int extra = PyObject_IsTrue(v[1]);
    if (extra < 0 || (v[2] != NULL && (encoding = PyUnicode_AsUTF8AndSize(v[2], &size)) == NULL))
        return NULL;
    if (encoding != NULL && strlen(encoding) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    struct tokenizer *t = (struct tokenizer *)type->tp_alloc(type, 0);
    if (t == NULL)
        return NULL;
    struct reader *r = t->reader = PyMem_Calloc(1, sizeof(*r));
    if (r == NULL || (r->filename = PyUnicode_FromString("<string>")) == NULL
        || source_readline(&r->source, &r->lx, v[0], encoding) < 0) {
        if (r == NULL)
            PyErr_NoMemory();
        Py_DECREF(t);
        return NULL;
    }
    r->lx.ctx = &r->source;
    r->lx.extra_tokens = extra;
    r->lx.scan_name = source_scan_name;
    r->lx.warn_literal = warn_literal;
    r->lx.warn_escape = warn_escape;
    return (PyObject *)t;
}

static void
tokenizer_dealloc(struct tokenizer *t)
{
    PyTypeObject *tp = Py_TYPE(t);
    if (t->reader != NULL) {
        lex_release(&t->reader->lx);
        source_release(&t->reader->source);
        Py_XDECREF(t->reader->filename);
        PyMem_Free(t->reader);
    }
    Py_XDECREF(t->line);
    tp->tp_free(t);
    Py_DECREF(tp);
}

static PyType_Slot tokenizer_slots[] = {
    { Py_tp_new, tokenizer_new },
    { Py_tp_dealloc, tokenizer_dealloc },
    { Py_tp_getattro, PyObject_GenericGetAttr },
    { Py_tp_iter, PyObject_SelfIter },
    { Py_tp_iternext, tokenizer_next },
    { 0, NULL },
};

static PyType_Spec tokenizer_spec = {
    .name = "_tokenize.TokenizerIter", .basicsize = sizeof(struct tokenizer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, .slots = tokenizer_slots,
};
_Static_assert(sizeof(struct tokenizer) == 64, "published size");

static int
tokenize_exec(PyObject *m)
{
    PyObject *type = PyType_FromModuleAndSpec(m, &tokenizer_spec, NULL);
    int r = type ? PyModule_AddType(m, (PyTypeObject *)type) : -1;
    Py_XDECREF(type);
    return r;
}

static PyModuleDef_Slot tokenize_slots[] = {
    { Py_mod_exec, tokenize_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef tokenize_module = {
    PyModuleDef_HEAD_INIT, .m_name = "_tokenize", .m_slots = tokenize_slots,
};

PyMODINIT_FUNC
PyInit__tokenize(void)
{
    return PyModuleDef_Init(&tokenize_module);
}
