/* syntax/parse_error.c: building SyntaxError objects: the line shown, columns in characters, which error wins. */
#include "syntax/parse_error.h"

#include <string.h>

#include "object/core/err.h"

/* Line `lineno` of the text read so far, without its end. */
static OWNED PyObject *
line_of_buffer(struct parser *p, int lineno)
{
    const char *s = p->lx.buf, *end = s + p->lx.line_end;
    for (int i = 1; i < lineno; i++) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        if (nl == NULL || nl + 1 > end)
            break;
        s = nl + 1;
    }
    const char *nl = memchr(s, '\n', (size_t)(p->lx.buf + p->lx.len - s));
    size_t n = nl ? (size_t)(nl - s) : (size_t)(p->lx.buf + p->lx.len - s);
    return PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, "replace");
}

/* The text to show for an error in `lineno`; NULL with an exception. */
static OWNED PyObject *
error_line(struct parser *p, int lineno)
{
    PyObject *line = NULL;
    if (p->lx.interactive)
        line = line_of_buffer(p, lineno);
    else if (p->start == Py_file_input)
        line = _PyErr_ProgramDecodedTextObject(p->filename, lineno, p->source.encoding);
    if (line != NULL)
        return line;
    if (PyErr_Occurred())
        PyErr_Clear();
    if (p->lx.lineno <= lineno && p->lx.line_end > p->lx.line_start)
        return PyUnicode_DecodeUTF8(p->lx.buf + p->lx.line_start, (Py_ssize_t)(p->lx.line_end - p->lx.line_start), "replace");
    return line_of_buffer(p, lineno);
}

/* A byte count as a count of characters of the line. */
static Py_ssize_t
in_characters(PyObject *line, Py_ssize_t bytes)
{
    if (bytes < 0)
        return -1;
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(line, &n);
    if (s == NULL) {
        PyErr_Clear();
        return bytes;
    }
    n = (Py_ssize_t)strlen(s);
    if (bytes > n + 1)
        bytes = n + 1;
    PyObject *head = PyUnicode_DecodeUTF8(s, bytes, "replace");
    if (head == NULL) {
        PyErr_Clear();
        return bytes;
    }
    Py_ssize_t chars = PyUnicode_GET_LENGTH(head);
    Py_DECREF(head);
    return chars;
}

/* Columns here are 1-based bytes. */
static void *
raise_at(struct parser *p, PyObject *type, int lineno, Py_ssize_t col, int end_lineno, Py_ssize_t end_col,
         const char *format, va_list args)
{
    PyObject *msg = NULL, *line = NULL, *value = NULL;
    if (p->error && PyErr_Occurred())            /* the first error stands */
        return NULL;
    p->error = true;
    msg = PyUnicode_FromFormatV(format, args);
    if (msg == NULL)
        return NULL;
    line = error_line(p, lineno);
    if (line == NULL)
        goto done;
    Py_ssize_t col_number = in_characters(line, col);
    Py_ssize_t end_col_number = end_col > 0 ? in_characters(line, end_col) : end_col;
    if (end_col > 0 && end_lineno > lineno) {    /* counted in its own line */
        PyObject *end_line = error_line(p, end_lineno);
        if (end_line == NULL)
            goto done;
        end_col_number = in_characters(line, end_col);
        Py_DECREF(end_line);
    }
    value = Py_BuildValue("(O(OnnOnn))", msg, p->filename, (Py_ssize_t)lineno, col_number, line, (Py_ssize_t)end_lineno,
                          end_col_number);
    if (value != NULL)
        PyErr_SetObject(type, value);
done:
    Py_XDECREF(value);
    Py_XDECREF(line);
    Py_DECREF(msg);
    return NULL;
}

void *
parse_error_range(struct parser *p, PyObject *type, int lineno, int col, int end_lineno, int end_col, const char *format, ...)
{
    int here = (int)(p->lx.cur - p->lx.line_start);
    va_list args;
    va_start(args, format);
    raise_at(p, type, lineno, col + 1, end_lineno == HERE ? p->lx.lineno : end_lineno, end_col == HERE ? here : end_col + 1,
             format, args);
    va_end(args);
    return NULL;
}

static void *
raise_at_token(struct parser *p, PyObject *type, struct tok *t, const char *format, va_list args)
{
    Py_ssize_t col = t->col_offset + 1, end_col = t->end_col_offset == -1 ? -1 : t->end_col_offset + 1;
    if (t->col_offset == -1) {
        bool at_start = p->lx.cur == p->lx.line_start;
        col = at_start ? 0 : (Py_ssize_t)(p->lx.cur - p->lx.line_start);
    }
    return raise_at(p, type, t->lineno, col, t->end_lineno, end_col, format, args);
}

void *
parse_error_last(struct parser *p, PyObject *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (p->error && PyErr_Occurred())
        ;
    else if (p->fill == 0)
        raise_at(p, type, 0, 0, 0, -1, format, args);
    else
        raise_at_token(p, type, p->err_token ? p->err_token : p->tokens[p->fill - 1], format, args);
    va_end(args);
    return NULL;
}

void *
parse_error_next(struct parser *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (p->error && PyErr_Occurred())
        ;
    else if (p->mark == p->fill && peg_fill(p) < 0)
        p->error = true;
    else
        raise_at_token(p, PyExc_SyntaxError, p->err_token ? p->err_token : p->tokens[p->mark], format, args);
    va_end(args);
    return NULL;
}

void *
parse_error_unclosed(struct parser *p)
{
    int i = p->lx.level - 1;
    return parse_error_range(p, PyExc_SyntaxError, p->lx.bracket_lines[i], p->lx.bracket_cols[i], p->lx.bracket_lines[i], -1,
                             "'%c' was never closed", p->lx.brackets[i]);
}

int
parse_error_decode(struct parser *p)
{
    const char *kind = PyErr_ExceptionMatches(PyExc_UnicodeError) ? "unicode error"
                       : PyErr_ExceptionMatches(PyExc_ValueError) ? "value error" : NULL;
    if (kind == NULL)
        return -1;
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *text = PyObject_Str(exc);
    Py_DECREF(exc);
    if (text != NULL)
        ERR("(%s) %U", kind, text);
    else {
        PyErr_Clear();
        ERR("(%s) unknown error", kind);
    }
    Py_XDECREF(text);
    return -1;
}

/* What the lexer says in lx.err. Its columns count characters up to err.pos. */
static int
raise_lexer_message(struct parser *p)
{
    const struct lex_error *e = &p->lx.err;
    const char *line = p->lx.buf + e->line_start;
    size_t n = strcspn(line, "\n");
    PyObject *head = PyUnicode_DecodeUTF8(line, (Py_ssize_t)(e->pos - e->line_start), "replace");
    PyObject *text = PyUnicode_DecodeUTF8(line, (Py_ssize_t)n, "replace");
    PyObject *value = NULL, *msg = PyUnicode_FromString(e->msg);
    if (head != NULL && text != NULL && msg != NULL) {
        Py_ssize_t col = e->col < 0 ? PyUnicode_GET_LENGTH(head) : e->col;
        Py_ssize_t end_col = e->end_col < 0 ? col : e->end_col;
        value = Py_BuildValue("(O(OinOin))", msg, p->filename, e->lineno, col, text, e->lineno, end_col);
    }
    if (value != NULL)
        PyErr_SetObject(PyExc_SyntaxError, value);
    Py_XDECREF(value);
    Py_XDECREF(msg);
    Py_XDECREF(text);
    Py_XDECREF(head);
    return -1;
}

int
parse_error_lexer(struct parser *p)
{
    int lineno = p->lx.lineno;
    if (PyErr_Occurred() && p->lx.done != LEX_HOOK)
        return -1;
    switch (p->lx.done) {
    case LEX_ERROR: case LEX_EOFS: case LEX_EOLS:
        return raise_lexer_message(p);
    case LEX_HOOK:
        return PyErr_Occurred() ? parse_error_decode(p) : -1;
    case LEX_NOMEM:
        PyErr_NoMemory();
        return -1;
    case LEX_EOF:
        if (p->lx.level)
            parse_error_unclosed(p);
        else
            ERR("unexpected EOF while parsing");
        return -1;
    case LEX_DEDENT:
        ERR_INDENT("unindent does not match any outer indentation level");
        return -1;
    case LEX_TABSPACE:
        parse_error_range(p, PyExc_TabError, lineno, 0, lineno, -1, "inconsistent use of tabs and spaces in indentation");
        return -1;
    case LEX_TOODEEP:
        parse_error_range(p, PyExc_IndentationError, lineno, 0, lineno, -1, "too many levels of indentation");
        return -1;
    case LEX_LINECONT:
        parse_error_range(p, PyExc_SyntaxError, lineno, (int)(p->lx.cur - p->lx.text_start) - 1, lineno, -1,
                          "unexpected character after line continuation character");
        return -1;
    default:
        parse_error_range(p, PyExc_SyntaxError, lineno, 0, lineno, -1, "unknown parsing error");
        return -1;
    }
}

/* -- which error wins ---------------------------------------------------------------------------------------- */

/* Read the rest of the tokens: what the lexer has to say about them replaces the current exception. */
static void
check_rest(struct parser *p)
{
    if (p->lx.interactive)            /* nobody has typed it yet */
        return;
    PyObject *exc = PyErr_GetRaisedException();
    struct tok *current = p->tokens[p->fill - 1];
    struct lex_token t;
    for (;;) {
        lex_next(&p->lx, &t);
        if (t.type == ENDMARKER)
            break;
        if (t.type != ERRORTOKEN)
            continue;
        if (p->lx.done == LEX_ERROR || p->lx.done == LEX_EOFS || p->lx.done == LEX_EOLS)
            raise_lexer_message(p);
        else if (!PyErr_Occurred() && p->lx.level != 0 && current->lineno > p->lx.bracket_lines[p->lx.level - 1])
            parse_error_unclosed(p);
        break;
    }
    if (PyErr_Occurred() && p->lx.fdepth == 0)
        Py_XDECREF(exc);
    else                              /* inside an f-string the error in its expression says more */
        PyErr_SetRaisedException(exc);
}

void
parse_error_finish(struct parser *p, struct tok *last)
{
    if (PyErr_Occurred()) {
        if (p->lx.done == LEX_OK && PyErr_ExceptionMatches(PyExc_SyntaxError))
            check_rest(p);
        return;
    }
    if (p->fill == 0) {
        ERR("error at start before reading any input");
        return;
    }
    if (last->type == ERRORTOKEN && p->lx.done == LEX_EOF) {
        if (p->lx.level)
            parse_error_unclosed(p);
        else
            ERR("unexpected EOF while parsing");
        return;
    }
    if (last->type == INDENT || last->type == DEDENT) {
        ERR_INDENT(last->type == INDENT ? "unexpected indent" : "unexpected unindent");
        return;
    }
    ERR_AT(last, "invalid syntax");
    check_rest(p);
}
