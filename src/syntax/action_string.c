/* syntax/action_string.c: values of string literals, implicit concatenation, f-strings.
 * An f-string's parts come as FSTRING_MIDDLE tokens and replacement fields; "{x=}" adds the text of the expression, cut
 * out of the source. */
#include <string.h>

#include "object/text/bytes.h"
#include "object/text/str.h"
#include "rt/hooks.h"
#include "syntax/action.h"

/* -- decoding ------------------------------------------------------------------------------------------------ */

/* Where in the source the character at buf + offset is, which is inside the literal t. */
static void
find_in_literal(struct parser *p, const struct tok *t, const char *buf, size_t offset, int *lineno, int *col)
{
    *lineno = t->lineno;
    *col = t->col_offset;
    for (size_t i = 0; i < offset; i++) {
        *col += 1;
        if (buf[i] == '\n') {
            *lineno += 1;
            *col = 0;
        }
    }
    if (*lineno != t->lineno)
        return;
    const char *s = tok_text(p, t);
    for (size_t i = 0; i < tok_size(t) && (s[i] == '\'' || s[i] == '"'); i++)
        *col += s[i] == s[0];
}

/* An escape that means nothing, at buf + offset (after the backslash): warn, and where warnings are errors raise a
 * SyntaxError there. 0 or -1. */
static int
warn_escape(struct parser *p, int ch, const char *buf, size_t offset, struct tok *t)
{
    int lineno, col;
    if (p->invalid_pass || rt_hooks.warn_explicit == NULL)        /* the first pass has said it */
        return 0;
    if ((t->type == FSTRING_MIDDLE || t->type == FSTRING_END) && (ch == '{' || ch == '}'))
        return 0;                                                 /* the lexer has said it */
    find_in_literal(p, t, buf, offset, &lineno, &col);
    PyObject *category = p->feature_version >= 12 ? PyExc_SyntaxWarning : PyExc_DeprecationWarning;
    PyObject *msg = ch > 0xff ? PyUnicode_FromFormat("invalid octal escape sequence '\\%o'", ch)
                              : PyUnicode_FromFormat("invalid escape sequence '\\%c'", ch);
    if (msg == NULL)
        return -1;
    int r = rt_hooks.warn_explicit(category, msg, p->filename, lineno);
    if (r < 0 && PyErr_ExceptionMatches(category)) {
        PyErr_Clear();
        p->err_token = t;
        parse_error_range(p, PyExc_SyntaxError, lineno, col - 1, lineno, col + 1, "%U", msg);
    }
    Py_DECREF(msg);
    return r;
}

/* The unicode-escape codec reads Latin-1: other characters become \U escapes first. PyMem, *out_size set. */
static char *
escape_non_ascii(const char *s, size_t n, size_t *out_size)
{
    if (n > PY_SSIZE_T_MAX / 6) {
        PyErr_NoMemory();
        return NULL;
    }
    char *buf = PyMem_Malloc(n * 6 + 1), *q = buf;
    if (buf == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < n;) {
        if (s[i] == '\\') {
            *q++ = s[i++];
            if (i >= n || (s[i] & 0x80)) {            /* keep the backslash itself out of the next escape */
                memcpy(q, "u005c", 5);
                q += 5;
                continue;
            }
            *q++ = s[i++];
            continue;
        }
        if (!(s[i] & 0x80)) {
            *q++ = s[i++];
            continue;
        }
        size_t k = i;
        while (k < n && (s[k] & 0x80))
            k++;
        PyObject *w = PyUnicode_DecodeUTF8(s + i, (Py_ssize_t)(k - i), NULL);
        if (w == NULL) {
            PyMem_Free(buf);
            return NULL;
        }
        for (Py_ssize_t c = 0; c < PyUnicode_GET_LENGTH(w); c++)
            q += PyOS_snprintf(q, 11, "\\U%08x", PyUnicode_READ_CHAR(w, c));
        Py_DECREF(w);
        i = k;
    }
    *q = 0;
    *out_size = (size_t)(q - buf);
    return buf;
}

static OWNED PyObject *
decode_escapes(struct parser *p, const char *s, size_t n, struct tok *t)
{
    size_t size;
    char *buf = escape_non_ascii(s, n, &size);
    if (buf == NULL)
        return NULL;
    int bad_char = -1;
    const char *bad = NULL;
    PyObject *v = _PyUnicode_DecodeUnicodeEscapeInternal2(buf, (Py_ssize_t)size, NULL, NULL, &bad_char, &bad);
    if (v != NULL && bad != NULL && warn_escape(p, bad_char, buf, (size_t)(bad - buf), t) < 0)
        Py_CLEAR(v);
    PyMem_Free(buf);
    return v;
}

/* Text between quotes as str. */
static OWNED PyObject *
decode_text(struct parser *p, bool raw, const char *s, size_t n, struct tok *t)
{
    if (raw || memchr(s, '\\', n) == NULL)
        return PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, NULL);
    return decode_escapes(p, s, n, t);
}

static OWNED PyObject *
decode_bytes(struct parser *p, bool raw, const char *s, size_t n, struct tok *t)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] & 0x80)
            return ERR_AT(t, "bytes can only contain ASCII literal characters");
    if (raw || memchr(s, '\\', n) == NULL)
        return PyBytes_FromStringAndSize(s, (Py_ssize_t)n);
    int bad_char = -1;
    const char *bad = NULL;
    PyObject *v = _PyBytes_DecodeEscape2(s, (Py_ssize_t)n, NULL, &bad_char, &bad);
    if (v != NULL && bad != NULL && warn_escape(p, bad_char, s, (size_t)(bad - s), t) < 0)
        Py_CLEAR(v);
    return v;
}

/* -- plain literals ------------------------------------------------------------------------------------------ */

expr_ty
act_string(struct parser *p, struct tok *t)
{
    bool raw = false, is_bytes = false;
    const char *s = tok_text(p, t), *end = s + tok_size(t);
    bool u = *s == 'u';
    for (; *s != '\'' && *s != '"'; s++) {
        raw |= *s == 'r' || *s == 'R';
        is_bytes |= *s == 'b' || *s == 'B';
    }
    size_t quotes = end - s >= 6 && s[1] == s[0] && s[2] == s[0] ? 3 : 1;
    size_t n = (size_t)(end - s) - 2 * quotes;
    PyObject *value = is_bytes ? decode_bytes(p, raw, s + quotes, n, t) : decode_text(p, raw, s + quotes, n, t);
    if (value == NULL) {
        if (!p->error || !PyErr_ExceptionMatches(PyExc_SyntaxError))
            parse_error_decode(p);
        return NULL;
    }
    PyObject *kind = NULL;
    if (u)
        kind = LATIN1_CHAR('u');
    if (peg_own(p, value) == NULL)
        return NULL;
    return ast_Constant(value, kind, t->lineno, t->col_offset, t->end_lineno, t->end_col_offset, p->arena);
}

static bool
is_constant(expr_ty e)
{
    return e->kind == Constant_kind;
}

static bool
is_empty_str(expr_ty e)
{
    return is_constant(e) && PyUnicode_CheckExact(e->v.Constant.value) && PyUnicode_GET_LENGTH(e->v.Constant.value) == 0;
}

static expr_ty
concatenate_bytes(struct parser *p, asdl_expr_seq *parts, LOC_PARAMS)
{
    PyObject *value = NULL;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(parts); i++) {
        PyObject *part = asdl_seq_GET(parts, i)->v.Constant.value;
        if (i == 0)
            value = Py_NewRef(part);
        else
            PyBytes_Concat(&value, part);
        if (value == NULL)
            return NULL;
    }
    if (peg_own(p, value) == NULL)
        return NULL;
    return ast_Constant(value, asdl_seq_GET(parts, 0)->v.Constant.kind, LOC_ARGS);
}

/* The f-strings among the parts dissolved into their values. */
static asdl_expr_seq *
dissolve(struct parser *p, asdl_expr_seq *parts)
{
    Py_ssize_t n = asdl_seq_LEN(parts), total = 0, at = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        expr_ty e = asdl_seq_GET(parts, i);
        total += e->kind == JoinedStr_kind ? asdl_seq_LEN(e->v.JoinedStr.values) : 1;
    }
    asdl_expr_seq *out = asdl_expr_seq_new(total, p->arena);
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        expr_ty e = asdl_seq_GET(parts, i);
        if (e->kind != JoinedStr_kind) {
            asdl_seq_SET(out, at++, e);
            continue;
        }
        for (Py_ssize_t k = 0; k < asdl_seq_LEN(e->v.JoinedStr.values); k++)
            asdl_seq_SET(out, at++, asdl_seq_GET(e->v.JoinedStr.values, k));
    }
    return out;
}

/* Constants first .. last - 1 as one. */
static expr_ty
join_constants(struct parser *p, asdl_expr_seq *parts, Py_ssize_t first, Py_ssize_t last)
{
    expr_ty a = asdl_seq_GET(parts, first), b = asdl_seq_GET(parts, last - 1);
    if (last - first == 1)
        return a;
    PyObject *pieces = PyList_New(0);
    for (Py_ssize_t i = first; pieces != NULL && i < last; i++)
        if (PyList_Append(pieces, asdl_seq_GET(parts, i)->v.Constant.value) < 0)
            Py_CLEAR(pieces);
    PyObject *text = pieces ? PyUnicode_Join(EMPTY_STR, pieces) : NULL;
    Py_XDECREF(pieces);
    if (peg_own(p, text) == NULL)
        return NULL;
    return ast_Constant(text, a->v.Constant.kind, a->lineno, a->col_offset, b->end_lineno, b->end_col_offset, p->arena);
}

/* Neighbouring constants joined; in an f-string empty ones are dropped. */
static asdl_expr_seq *
merge_constants(struct parser *p, asdl_expr_seq *flat, bool fstring)
{
    Py_ssize_t n = asdl_seq_LEN(flat), at = 0;
    asdl_expr_seq *values = asdl_expr_seq_new(n, p->arena);
    for (Py_ssize_t i = 0; values != NULL && i < n;) {
        expr_ty e = asdl_seq_GET(flat, i);
        Py_ssize_t k = i + 1;
        if (is_constant(e)) {
            while (k < n && is_constant(asdl_seq_GET(flat, k)))
                k++;
            e = join_constants(p, flat, i, k);
            if (e == NULL)
                return NULL;
        }
        i = k;
        if (!(fstring && is_empty_str(e)))
            asdl_seq_SET(values, at++, e);
    }
    if (values != NULL)
        values->size = at;
    return values;
}

expr_ty
act_concatenate(struct parser *p, asdl_expr_seq *parts, LOC_PARAMS)
{
    bool bytes = false, text = false, fstring = false;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(parts); i++) {
        expr_ty e = asdl_seq_GET(parts, i);
        if (!is_constant(e))
            fstring = true;
        else if (PyBytes_CheckExact(e->v.Constant.value))
            bytes = true;
        else
            text = true;
    }
    if (bytes && (text || fstring))
        return ERR("cannot mix bytes and nonbytes literals");
    if (asdl_seq_LEN(parts) == 1 && !fstring)
        return asdl_seq_GET(parts, 0);
    if (bytes)
        return concatenate_bytes(p, parts, LOC_ARGS);
    asdl_expr_seq *flat = dissolve(p, parts);
    asdl_expr_seq *values = flat ? merge_constants(p, flat, fstring) : NULL;
    if (values == NULL)
        return NULL;
    return fstring ? ast_JoinedStr(values, LOC_ARGS) : asdl_seq_GET(values, 0);
}

/* -- f-strings ----------------------------------------------------------------------------------------------- */

static expr_ty
text_constant(struct parser *p, struct tok *t, PyObject *value)
{
    if (peg_own(p, value) == NULL)
        return NULL;
    return ast_Constant(value, NULL, t->lineno, t->col_offset, t->end_lineno, t->end_col_offset, p->arena);
}

/* Text of the f-string as it is written: whether it is raw is known at the end. */
expr_ty
act_fstring_text(struct parser *p, struct tok *t)
{
    const char *s = tok_text(p, t);
    size_t n = tok_size(t);
    expr_ty e = text_constant(p, t, PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, NULL));
    if (e != NULL && n && (s[n - 1] == '{' || s[n - 1] == '}') && s[n] == s[n - 1])
        e->end_col_offset++;          /* both of the doubled braces are its */
    return e;
}

expr_ty
act_format_text(struct parser *p, struct tok *t)
{
    return text_constant(p, t, decode_text(p, false, tok_text(p, t), tok_size(t), t));
}

struct conversion *
act_conversion(struct parser *p, struct tok *mark, expr_ty name)
{
    if (mark->lineno != name->lineno || mark->end_col_offset != name->col_offset)
        return ERR_RANGE(mark, name, "f-string: conversion type must come right after the exclamanation mark");
    struct conversion *c = ast_arena_alloc(p->arena, sizeof(*c));
    if (c != NULL)
        *c = (struct conversion){ mark, name };
    return c;
}

struct format_spec *
act_format_spec(struct parser *p, struct tok *colon, asdl_expr_seq *spec, LOC_PARAMS)
{
    Py_ssize_t n = asdl_seq_LEN(spec), at = 0;
    asdl_expr_seq *parts = asdl_expr_seq_new(n, arena);
    if (parts == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        if (!is_empty_str(asdl_seq_GET(spec, i)))
            asdl_seq_SET(parts, at++, asdl_seq_GET(spec, i));
    parts->size = at;
    struct format_spec *f = ast_arena_alloc(arena, sizeof(*f));
    if (f == NULL)
        return NULL;
    f->colon = colon;
    if (at == 0 || (at == 1 && is_constant(asdl_seq_GET(parts, 0))))
        f->node = ast_JoinedStr(parts, LOC_ARGS);
    else
        f->node = act_concatenate(p, parts, LOC_ARGS);
    return f->node ? f : NULL;
}

/* The source from after '{' to `upto`, comments left out. */
static OWNED PyObject *
expression_text(struct parser *p, const struct tok *open, const struct tok *upto)
{
    const char *s = p->lx.buf + open->end;
    size_t n = upto->start - open->end, k = 0;
    if (memchr(s, '#', n) == NULL)
        return PyUnicode_DecodeUTF8(s, (Py_ssize_t)n, NULL);
    char *out = PyMem_Malloc(n + 1), quote = 0;
    if (out == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (quote) {
            quote = c == quote ? 0 : quote;
            out[k++] = c;
            continue;
        }
        if (c == '#') {
            while (i < n && s[i] != '\n')
                i++;
            if (i < n)
                out[k++] = '\n';
            continue;
        }
        if (c == '\'' || c == '"')
            quote = c;
        out[k++] = c;
    }
    PyObject *text = PyUnicode_DecodeUTF8(out, (Py_ssize_t)k, NULL);
    PyMem_Free(out);
    return text;
}

/* -1 without a conversion, its letter, or 0 with an exception. */
static int
conversion_letter(struct parser *p, struct conversion *conversion, bool debug_alone)
{
    if (conversion == NULL)
        return debug_alone ? 'r' : -1;
    PyObject *id = conversion->name->v.Name.id;
    Py_UCS4 c = PyUnicode_READ_CHAR(id, 0);
    if (PyUnicode_GET_LENGTH(id) == 1 && (c == 's' || c == 'r' || c == 'a'))
        return (int)c;
    ERR_AT(conversion->name, "f-string: invalid conversion character %R: expected 's', 'r', or 'a'", id);
    return 0;
}

expr_ty
act_formatted_value(struct parser *p, struct tok *open, expr_ty value, struct tok *debug, struct conversion *conversion,
                    struct format_spec *format, struct tok *close, LOC_PARAMS)
{
    int letter = conversion_letter(p, conversion, debug && !format);
    if (letter == 0)
        return NULL;
    expr_ty field = ast_FormattedValue(value, letter, format ? format->node : NULL, LOC_ARGS);
    if (debug == NULL || field == NULL)
        return field;
    struct tok *upto = conversion ? conversion->mark : format ? format->colon : close;
    int debug_line = conversion ? conversion->name->lineno : format ? format->node->lineno : end_lineno;
    int debug_col = conversion ? conversion->name->col_offset : format ? format->node->col_offset + 1 : end_col;
    PyObject *text = peg_own(p, expression_text(p, open, upto));
    if (text == NULL)
        return NULL;
    expr_ty constant = ast_Constant(text, NULL, lineno, col + 1, debug_line, debug_col - 1, arena);
    asdl_expr_seq *values = asdl_expr_seq_new(2, arena);
    if (constant == NULL || values == NULL)
        return NULL;
    asdl_seq_SET(values, 0, constant);
    asdl_seq_SET(values, 1, field);
    return ast_JoinedStr(values, lineno, col, debug_line, debug_col, arena);
}

/* The constant with its escapes decoded, in place of the text as written; NULL with an exception. */
static expr_ty
decode_part(struct parser *p, expr_ty e, bool raw, struct tok *close)
{
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(e->v.Constant.value, &n);
    PyObject *text = s ? decode_text(p, raw, s, (size_t)n, close) : NULL;
    if (text == NULL) {
        parse_error_decode(p);
        return NULL;
    }
    if (peg_own(p, text) == NULL)
        return NULL;
    return ast_Constant(text, NULL, e->lineno, e->col_offset, e->end_lineno, e->end_col_offset, p->arena);
}

expr_ty
act_joined_str(struct parser *p, struct tok *open, asdl_expr_seq *parts, struct tok *close)
{
    const char *prefix = tok_text(p, open);
    bool raw = false;
    for (size_t i = 0; i < tok_size(open); i++)
        raw |= prefix[i] == 'r' || prefix[i] == 'R';
    asdl_expr_seq *decoded = asdl_expr_seq_new(asdl_seq_LEN(parts), p->arena);
    if (decoded == NULL)
        return NULL;
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(parts); i++) {
        expr_ty e = asdl_seq_GET(parts, i);
        if (is_constant(e) && (e = decode_part(p, e, raw, close)) == NULL)
            return NULL;
        if (!is_empty_str(e))
            asdl_seq_SET(decoded, at++, e);
    }
    decoded->size = at;
    asdl_expr_seq *values = dissolve(p, decoded);
    if (values == NULL)
        return NULL;
    return ast_JoinedStr(values, open->lineno, open->col_offset, close->end_lineno, close->end_col_offset, p->arena);
}
