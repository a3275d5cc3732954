/* syntax/lex.c: lines, indentation, names, operators, brackets.
 * Idea: lex_getc() enters the next line when the current one is used up, so line numbers change exactly when the
 *       first character of a line is read; everything inside a line may look at the buffer directly. */
#include "syntax/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAB_SIZE 8

const char *const token_names[TOKEN_COUNT] = {
#define TOKEN(name) #name,
#define TOKEN_OP(name, text) #name,
#include "syntax/tokens.def"
#undef TOKEN
#undef TOKEN_OP
};

void
lex_init(struct lex *lx, char *text, size_t len)
{
    memset(lx, 0, sizeof(*lx));
    lx->buf = text;
    lx->len = len;
    lx->at_bol = true;
    lx->start = NO_POS;
    lx->report_warnings = true;
    lx->f = &lx->outside;
    lx->outside.expr_depth = -1;
}

void
lex_release(struct lex *lx)
{
    if (lx->room)
        free(lx->buf);
    free(lx->fstack);
    lx->buf = NULL;
    lx->fstack = NULL;
    lx->len = lx->room = 0;
}

int
lex_append(struct lex *lx, const char *text, size_t n)
{
    if (lx->len + n + 1 > lx->room) {
        size_t room = (lx->len + n + 1) * 2 + 256;
        char *buf = realloc(lx->room ? lx->buf : NULL, room);
        if (buf == NULL) {
            lx->done = LEX_NOMEM;
            return -1;
        }
        if (!lx->room && lx->len)
            memcpy(buf, lx->buf, lx->len);
        lx->buf = buf;
        lx->room = room;
    }
    memcpy(lx->buf + lx->len, text, n);
    lx->len += n;
    lx->buf[lx->len] = 0;
    return 0;
}

/* -- errors -------------------------------------------------------------------------------------------------- */

static int
error_at(struct lex *lx, int col, int end_col, const char *format, va_list args)
{
    if (lx->done == LEX_ERROR || lx->done == LEX_HOOK)       /* the first error stands */
        return ERRORTOKEN;
    vsnprintf(lx->err.msg, sizeof(lx->err.msg), format, args);
    lx->err.lineno = lx->lineno;
    lx->err.line_start = lx->line_start;
    lx->err.pos = lx->cur;
    lx->err.col = col;
    lx->err.end_col = end_col;
    lx->done = LEX_ERROR;
    return ERRORTOKEN;
}

int
lex_error(struct lex *lx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_at(lx, -1, -1, format, args);
    va_end(args);
    return ERRORTOKEN;
}

int
lex_error_range(struct lex *lx, int col, int end_col, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_at(lx, col, end_col, format, args);
    va_end(args);
    return ERRORTOKEN;
}

static int
fail(struct lex *lx, enum lex_done why)
{
    lx->done = why;
    lx->cur = lx->line_end;
    return ERRORTOKEN;
}

/* -- lines --------------------------------------------------------------------------------------------------- */

int
lex_enter_line(struct lex *lx)
{
    if (lx->done != LEX_OK)
        return -1;
    if (lx->cur >= lx->len) {
        int more = lx->refill && !lx->no_more ? lx->refill(lx) : 0;
        if (more <= 0) {
            if (lx->done == LEX_OK)
                lx->done = more < 0 ? LEX_HOOK : LEX_EOF;
            return -1;
        }
    }
    char *line = lx->buf + lx->cur;
    char *newline = memchr(line, '\n', lx->len - lx->cur);
    size_t n = newline ? (size_t)(newline - line) + 1 : lx->len - lx->cur;
    if (lx->start == NO_POS)
        lx->text_start = lx->cur;
    lx->line_start = lx->cur;
    lx->line_end = lx->cur + n;
    lx->lineno++;
    if (memchr(line, 0, n)) {
        lex_error(lx, "source code cannot contain null bytes");
        lx->cur = lx->line_end;
        return -1;
    }
    return (unsigned char)lx->buf[lx->cur++];
}

/* A backslash has been read: skip to the next line. Its first character stays unread; 0, or -1. */
static int
continue_line(struct lex *lx)
{
    int c = lex_getc(lx);
    if (c == '\r')
        c = lex_getc(lx);
    if (c != '\n') {
        lx->done = LEX_LINECONT;
        return -1;
    }
    c = lex_getc(lx);
    if (c < 0) {
        if (lx->done == LEX_EOF)      /* where CPython's reader of files would stand */
            lx->cur = lx->refill && lx->start == NO_POS ? lx->line_start : lx->line_end;
        return -1;
    }
    lex_back(lx, c);
    return 0;
}

static int
indent_error(struct lex *lx)
{
    lx->done = LEX_TABSPACE;
    lx->cur = lx->line_end;
    return ERRORTOKEN;
}

/* Compare the column of a new statement with the open blocks; 0 or ERRORTOKEN. Columns are kept twice, with tabs of
 * eight and of one: only indents that compare alike in both are consistent. */
static int
indent_to(struct lex *lx, int col, int alt)
{
    if (col == lx->indents[lx->indent])
        return alt == lx->alt_indents[lx->indent] ? 0 : indent_error(lx);
    if (col > lx->indents[lx->indent]) {
        if (lx->indent + 1 >= LEX_MAX_INDENT)
            return fail(lx, LEX_TOODEEP);
        if (alt <= lx->alt_indents[lx->indent])
            return indent_error(lx);
        lx->pending++;
        lx->indents[++lx->indent] = col;
        lx->alt_indents[lx->indent] = alt;
        return 0;
    }
    while (lx->indent > 0 && col < lx->indents[lx->indent]) {
        lx->pending--;
        lx->indent--;
    }
    if (col != lx->indents[lx->indent])
        return fail(lx, LEX_DEDENT);
    return alt == lx->alt_indents[lx->indent] ? 0 : indent_error(lx);
}

/* At the beginning of a line: measure its indentation. 0 or ERRORTOKEN. */
static int
read_indent(struct lex *lx)
{
    int col = 0, alt = 0, first_col = 0, c;
    lx->at_bol = false;
    for (;;) {
        c = lex_getc(lx);
        if (c == ' ')
            col++, alt++;
        else if (c == '\t') {
            col = (col / TAB_SIZE + 1) * TAB_SIZE;
            alt++;
        }
        else if (c == '\f')
            col = alt = 0;
        else if (c == '\\') {         /* the first part of a continued indent is the one that counts */
            first_col = first_col ? first_col : col;
            if (continue_line(lx) < 0)
                return ERRORTOKEN;
        }
        else
            break;
    }
    lex_back(lx, c);
    if (c == '#' || c == '\n' || c == '\r') {
        if (col == 0 && c == '\n' && lx->interactive)
            lx->blank_line = false;                          /* an empty line ends the statement at a prompt */
        else if (lx->interactive && lx->lineno == 1) {
            lx->blank_line = false;
            col = alt = 0;
        }
        else
            lx->blank_line = true;
    }
    if (lx->blank_line || lx->level > 0)
        return 0;
    return indent_to(lx, first_col ? first_col : col, first_col ? first_col : alt);
}

/* -- tokens -------------------------------------------------------------------------------------------------- */

int
lex_token_set(struct lex *lx, struct lex_token *tok, int type, size_t start, size_t end)
{
    bool string = type == STRING || type == FSTRING_START || type == FSTRING_MIDDLE || type == FSTRING_END;
    size_t line_start = string ? lx->multi_line_start : lx->line_start;
    tok->type = type;
    tok->level = lx->level;
    tok->start = start;
    tok->end = end;
    tok->lineno = string ? lx->first_lineno : lx->lineno;
    tok->end_lineno = lx->lineno;
    tok->col = start != NO_POS && start >= line_start ? (int)(start - line_start) : -1;
    tok->end_col = end != NO_POS && end >= lx->line_start ? (int)(end - lx->line_start) : -1;
    return type;
}

static int
bare(struct lex *lx, struct lex_token *tok, int type)
{
    return lex_token_set(lx, tok, type, NO_POS, NO_POS);
}

/* Pending indents and dedents. */
static int
read_pending(struct lex *lx, struct lex_token *tok)
{
    size_t here = lx->extra_tokens ? lx->cur : NO_POS;
    if (lx->pending < 0) {
        lx->pending++;
        return lex_token_set(lx, tok, DEDENT, here, here);
    }
    lx->pending--;
    return lex_token_set(lx, tok, INDENT, lx->extra_tokens ? lx->line_start : NO_POS, here);
}

/* After "# type: " at p: TYPE_IGNORE or TYPE_COMMENT; the newline has been given back. */
static int
type_comment(struct lex *lx, struct lex_token *tok, size_t p)
{
    size_t ignore_end = p + 6;
    const char *s = lx->buf;
    bool ignore = lx->cur >= ignore_end && memcmp(s + p, "ignore", 6) == 0;
    if (ignore && lx->cur > ignore_end)
        ignore = (unsigned char)s[ignore_end] < 128 && !(lex_is_name_char((unsigned char)s[ignore_end]) && s[ignore_end] != '_');
    if (!ignore)
        return lex_token_set(lx, tok, TYPE_COMMENT, p, lx->cur);
    if (lx->blank_line) {             /* alone on its line: take the newline too */
        lex_getc(lx);
        lx->at_bol = true;
    }
    return lex_token_set(lx, tok, TYPE_IGNORE, ignore_end, lx->cur);
}

/* '#' has been read. A token's type, or -1: the comment was skipped, *c is what ends it. */
static int
read_comment(struct lex *lx, struct lex_token *tok, int *c)
{
    const char *s = lx->buf + lx->cur;
    size_t n = 0, room = lx->line_end - lx->cur;
    while (n < room && s[n] != '\n' && s[n] != '\r')
        n++;
    lx->cur += n;
    *c = lex_getc(lx);
    if (lx->type_comments) {
        const char *prefix = "# type: ";
        size_t p = lx->start;
        for (; *prefix && p < lx->cur; prefix++) {
            if (*prefix == ' ')
                while (lx->buf[p] == ' ' || lx->buf[p] == '\t')
                    p++;
            else if (lx->buf[p] == *prefix)
                p++;
            else
                break;
        }
        if (!*prefix) {
            lex_back(lx, *c);
            return type_comment(lx, tok, p);
        }
    }
    if (!lx->extra_tokens)
        return -1;
    lex_back(lx, *c);
    lx->comment_newline = lx->blank_line;
    return lex_token_set(lx, tok, COMMENT, lx->start, lx->cur);
}

/* Check a name that has non-ASCII characters: its type or ERRORTOKEN. */
static int
check_name(struct lex *lx)
{
    uint32_t bad = 0;
    int bad_len = 1;
    bool printable = false;
    if (lx->scan_name == NULL)
        return NAME;
    size_t n = lx->cur - lx->start;
    long good = lx->scan_name(lx, lx->buf + lx->start, n, &bad, &bad_len, &printable);
    if (good < 0) {
        lx->done = LEX_HOOK;
        return ERRORTOKEN;
    }
    if ((size_t)good == n)
        return NAME;
    const char *p = lx->buf + lx->start + good;
    lx->cur = lx->start + (size_t)good + (size_t)bad_len;
    if (printable)
        return lex_error(lx, "invalid character '%.*s' (U+%04X)", bad_len, p, bad);
    return lex_error(lx, "invalid non-printable character U+%04X", bad);
}

/* A name or a prefixed string starts with c. */
static int
read_name(struct lex *lx, struct lex_token *tok, int c)
{
    bool b = false, u = false, r = false, f = false, wide = false;
    for (;;) {
        int low = c | 0x20;
        if (low == 'b' && !b && !u && !f)
            b = true;
        else if (low == 'u' && !b && !u && !r && !f)
            u = true;
        else if (low == 'r' && !r && !u)
            r = true;
        else if (low == 'f' && !f && !b && !u)
            f = true;
        else
            break;
        c = lex_getc(lx);
        if (c == '"' || c == '\'')
            return f ? lex_fstring_start(lx, tok, c, r) : lex_string(lx, tok, c);
    }
    while (lex_is_name_char(c)) {
        wide |= c >= 128;
        c = lex_getc(lx);
    }
    lex_back(lx, c);
    if (wide && !lx->extra_tokens && check_name(lx) == ERRORTOKEN)
        return bare(lx, tok, ERRORTOKEN);
    return lex_token_set(lx, tok, NAME, lx->start, lx->cur);
}

static int
read_newline(struct lex *lx, struct lex_token *tok)
{
    lx->at_bol = true;
    if (lx->blank_line || lx->level > 0) {
        lx->comment_newline = false;
        if (lx->extra_tokens)
            return lex_token_set(lx, tok, NL, lx->start, lx->cur);
        return -1;
    }
    if (lx->comment_newline && lx->extra_tokens) {
        lx->comment_newline = false;
        return lex_token_set(lx, tok, NL, lx->start, lx->cur);
    }
    lx->cont_line = false;
    return lex_token_set(lx, tok, NEWLINE, lx->start, lx->cur - 1);
}

static int
open_bracket(struct lex *lx, struct lex_token *tok, int c, int type)
{
    if (lx->level >= LEX_MAX_LEVEL)
        return bare(lx, tok, lex_error(lx, "too many nested parentheses"));
    lx->brackets[lx->level] = (char)c;
    lx->bracket_lines[lx->level] = lx->lineno;
    lx->bracket_cols[lx->level] = (int)(lx->start - lx->line_start);
    lx->level++;
    if (lx->fdepth)
        lx->f->brackets++;
    return lex_token_set(lx, tok, type, lx->start, lx->cur);
}

static int
mismatch(struct lex *lx, int c, int open)
{
    if (lx->fdepth && open == '{' && lx->f->brackets - 1 == lx->f->expr_depth)
        return lex_error(lx, "f-string: unmatched '%c'", c);
    if (lx->bracket_lines[lx->level] != lx->lineno)
        return lex_error(lx, "closing parenthesis '%c' does not match opening parenthesis '%c' on line %d",
                         c, open, lx->bracket_lines[lx->level]);
    return lex_error(lx, "closing parenthesis '%c' does not match opening parenthesis '%c'", c, open);
}

static int
close_bracket(struct lex *lx, struct lex_token *tok, int c, int type)
{
    struct lex_fstring *f = lx->f;
    if (lx->fdepth && !f->brackets && c == '}')
        return bare(lx, tok, lex_error(lx, "f-string: single '}' is not allowed"));
    if (!lx->extra_tokens && !lx->level)
        return bare(lx, tok, lex_error(lx, "unmatched '%c'", c));
    if (lx->level > 0) {
        int open = lx->brackets[--lx->level];
        bool pair = (open == '(' && c == ')') || (open == '[' && c == ']') || (open == '{' && c == '}');
        if (!lx->extra_tokens && !pair)
            return bare(lx, tok, mismatch(lx, c, open));
    }
    if (lx->fdepth) {
        f->brackets--;
        if (f->brackets < 0)
            return bare(lx, tok, lex_error(lx, "f-string: unmatched '%c'", c));
        if (c == '}' && f->brackets == f->expr_depth) {
            f->expr_depth--;
            f->in_text = true;
            f->in_spec = false;
            f->debug = false;
        }
    }
    return lex_token_set(lx, tok, type, lx->start, lx->cur);
}

/* -- operators ----------------------------------------------------------------------------------------------- */

static const unsigned char one_char[128] = {
    ['('] = LPAR, [')'] = RPAR, ['['] = LSQB, [']'] = RSQB, [':'] = COLON, [','] = COMMA, [';'] = SEMI, ['+'] = PLUS,
    ['-'] = MINUS, ['*'] = STAR, ['/'] = SLASH, ['|'] = VBAR, ['&'] = AMPER, ['<'] = LESS, ['>'] = GREATER,
    ['='] = EQUAL, ['.'] = DOT, ['%'] = PERCENT, ['{'] = LBRACE, ['}'] = RBRACE, ['~'] = TILDE, ['^'] = CIRCUMFLEX,
    ['@'] = AT, ['!'] = EXCLAMATION,
};

/* c "=" is this token, 0 if none. */
static const unsigned char with_equal[128] = {
    ['='] = EQEQUAL, ['!'] = NOTEQUAL, ['<'] = LESSEQUAL, ['>'] = GREATEREQUAL, ['+'] = PLUSEQUAL, ['-'] = MINEQUAL,
    ['*'] = STAREQUAL, ['/'] = SLASHEQUAL, ['%'] = PERCENTEQUAL, ['&'] = AMPEREQUAL, ['|'] = VBAREQUAL,
    ['^'] = CIRCUMFLEXEQUAL, ['@'] = ATEQUAL, [':'] = COLONEQUAL,
};

/* The longest operator that begins with c (read already); the rest of it is read. 0: just c. */
static int
long_operator(struct lex *lx, int c)
{
    int next = lex_peek(lx);
    if (next == '=' && with_equal[c]) {
        lx->cur++;
        return with_equal[c];
    }
    int two = 0, three = 0;
    if (next == c)
        switch (c) {
        case '*': two = DOUBLESTAR, three = DOUBLESTAREQUAL; break;
        case '/': two = DOUBLESLASH, three = DOUBLESLASHEQUAL; break;
        case '<': two = LEFTSHIFT, three = LEFTSHIFTEQUAL; break;
        case '>': two = RIGHTSHIFT, three = RIGHTSHIFTEQUAL; break;
        }
    else if (c == '-' && next == '>')
        two = RARROW;
    else if (c == '<' && next == '>')
        two = NOTEQUAL;
    if (!two)
        return 0;
    lx->cur++;
    if (three && lex_peek(lx) == '=') {
        lx->cur++;
        return three;
    }
    return two;
}

static int
unprintable(struct lex *lx, struct lex_token *tok, int c)
{
    return bare(lx, tok, lex_error(lx, "invalid non-printable character U+%04X", c));
}

/* c, which begins no name, number or string, has been read. */
static int
read_operator(struct lex *lx, struct lex_token *tok, int c)
{
    struct lex_fstring *f = lx->f;
    if (lx->fdepth && f->expr_depth >= 0 && (c == ':' || c == '}' || c == '!' || c == '{')) {
        int depth = f->brackets - (c != '{');
        if (c == ':' && depth == f->expr_depth) {
            f->in_text = true;
            f->in_spec = true;
            return lex_token_set(lx, tok, COLON, lx->start, lx->cur);
        }
    }
    int type = c < 128 ? long_operator(lx, c) : 0;
    if (type)
        return lex_token_set(lx, tok, type, lx->start, lx->cur);
    if (c < 32 || c == 127)
        return unprintable(lx, tok, c);
    type = c < 128 ? one_char[c] : 0;
    switch (c) {
    case '(': case '[': case '{':
        return open_bracket(lx, tok, c, type);
    case ')': case ']': case '}':
        return close_bracket(lx, tok, c, type);
    }
    if (c == '=' && lx->fdepth && f->brackets - f->expr_depth == 1)
        f->debug = true;
    return lex_token_set(lx, tok, type ? type : OP, lx->start, lx->cur);
}

static int
read_dot(struct lex *lx, struct lex_token *tok)
{
    int c = lex_peek(lx);
    if (lex_is_digit(c))
        return lex_fraction(lx, tok);
    if (c == '.' && lx->cur + 1 < lx->line_end && lx->buf[lx->cur + 1] == '.') {
        lx->cur += 2;
        return lex_token_set(lx, tok, ELLIPSIS, lx->start, lx->cur);
    }
    return lex_token_set(lx, tok, DOT, lx->start, lx->cur);
}

/* Skip blanks, comments and continued lines: the first character of a token, -1 at the end, or -2 with the token set. */
static int
skip_blanks(struct lex *lx, struct lex_token *tok)
{
    for (;;) {
        int c;
        lx->start = NO_POS;
        do
            c = lex_getc(lx);
        while (c == ' ' || c == '\t' || c == '\f');
        lx->start = c < 0 ? lx->cur : lx->cur - 1;
        if (c == '#' && read_comment(lx, tok, &c) >= 0)
            return -2;
        if (c != '\\')
            return c;
        if (continue_line(lx) < 0) {
            bare(lx, tok, ERRORTOKEN);
            return -2;
        }
        lx->cont_line = true;
    }
}

int
lex_regular(struct lex *lx, struct lex_token *tok)
{
    int c, type;
    do {
        lx->start = NO_POS;
        lx->blank_line = false;
        if (lx->at_bol && read_indent(lx) == ERRORTOKEN)
            return bare(lx, tok, ERRORTOKEN);
        lx->start = lx->cur;
        if (lx->pending != 0)
            return read_pending(lx, tok);
        lex_back(lx, lex_getc(lx));   /* the next line is entered now, as its text is what messages show */
        c = skip_blanks(lx, tok);
        if (c == -2)
            return tok->type;
        if (c < 0) {
            if (!lx->no_more && (lx->level || lx->done != LEX_EOF))
                return bare(lx, tok, ERRORTOKEN);
            return bare(lx, tok, ENDMARKER);
        }
        if (lex_is_name_start(c))
            return read_name(lx, tok, c);
        if (c == '\r')
            c = lex_getc(lx);
        type = c == '\n' ? read_newline(lx, tok) : 0;
    } while (type == -1);
    if (type)
        return type;
    if (c == '.')
        return read_dot(lx, tok);
    if (lex_is_digit(c))
        return lex_number(lx, tok, c);
    if (c == '\'' || c == '"')
        return lex_string(lx, tok, c);
    if (c < 0)
        return bare(lx, tok, ERRORTOKEN);
    return read_operator(lx, tok, c);
}

int
lex_next(struct lex *lx, struct lex_token *tok)
{
    int type = lx->f->in_text ? lex_fstring_text(lx, tok) : lex_regular(lx, tok);
    if (lx->done != LEX_OK && lx->done != LEX_EOF)
        tok->type = type = ERRORTOKEN;
    return type;
}
