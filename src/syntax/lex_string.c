/* syntax/lex_string.c: string literals, and f-strings by PEP 701.
 * Idea: an f-string is a stack entry with two states: in its text (FSTRING_MIDDLE tokens are cut here) and in an
 *       expression, which is read like any code until the bracket that closes it. */
#include <stdlib.h>
#include <string.h>

#include "syntax/lex.h"

static int
bad(struct lex *lx, struct lex_token *tok)
{
    return lex_token_set(lx, tok, ERRORTOKEN, NO_POS, NO_POS);
}

/* One quote has been read: 3 if two more follow and are read, else 1; *empty if it was "" . */
static int
quote_size(struct lex *lx, int quote, bool *empty)
{
    *empty = false;
    if (lex_peek(lx) != quote)
        return 1;
    lx->cur++;
    if (lex_peek(lx) == quote) {
        lx->cur++;
        return 3;
    }
    *empty = true;
    return 1;
}

/* The string that began at start is not ended; c is what was found instead of more of it. */
static int
unterminated(struct lex *lx, struct lex_token *tok, int quote, int size, int c, bool escaped)
{
    int last_line = lx->lineno;
    if (lx->done == LEX_EOF)
        lx->done = LEX_OK;
    lx->cur = lx->start + 1;
    lx->line_start = lx->multi_line_start;
    lx->lineno = lx->first_lineno;
    if (lx->fdepth && lx->f->quote == quote && lx->f->quote_size == size) {
        lex_error(lx, "f-string: expecting '}'");
        return bad(lx, tok);
    }
    if (size == 3) {
        lex_error(lx, "unterminated triple-quoted string literal (detected at line %d)", last_line);
        if (c != '\n' && lx->done == LEX_ERROR)
            lx->done = LEX_EOFS;
    }
    else {
        lex_error(lx, "unterminated string literal (detected at line %d)%s", last_line,
                  escaped ? "; perhaps you escaped the end quote?" : "");
        if (c != '\n' && lx->done == LEX_ERROR)
            lx->done = LEX_EOLS;
    }
    return bad(lx, tok);
}

int
lex_string(struct lex *lx, struct lex_token *tok, int quote)
{
    bool empty, escaped = false;
    lx->first_lineno = lx->lineno;
    lx->multi_line_start = lx->line_start;
    int size = quote_size(lx, quote, &empty);
    int seen = empty ? 1 : 0;
    while (seen != size) {
        int c = lex_getc(lx);
        if (c < 0 && lx->done != LEX_EOF)
            return bad(lx, tok);
        if (c < 0 || (size == 1 && c == '\n'))
            return unterminated(lx, tok, quote, size, c, escaped);
        if (c == quote) {
            seen++;
            continue;
        }
        seen = 0;
        if (c == '\\') {
            c = lex_getc(lx);
            escaped |= c == quote;
            if (c == '\r')
                lex_getc(lx);
        }
    }
    return lex_token_set(lx, tok, STRING, lx->start, lx->cur);
}

/* -- f-strings ----------------------------------------------------------------------------------------------- */

int
lex_fstring_start(struct lex *lx, struct lex_token *tok, int quote, bool raw)
{
    bool empty;
    lx->first_lineno = lx->lineno;
    lx->multi_line_start = lx->line_start;
    int size = quote_size(lx, quote, &empty);
    if (empty)
        lx->cur--;                    /* the second quote is FSTRING_END */
    if (lx->fdepth + 1 >= LEX_MAX_FSTRINGS)
        return lex_token_set(lx, tok, lex_error(lx, "too many nested f-strings"), NO_POS, NO_POS);
    if (lx->fstack == NULL) {
        lx->fstack = calloc(LEX_MAX_FSTRINGS, sizeof(*lx->fstack));
        if (lx->fstack == NULL) {
            lx->done = LEX_NOMEM;
            return bad(lx, tok);
        }
    }
    lx->f = &lx->fstack[++lx->fdepth];
    *lx->f = (struct lex_fstring){
        .in_text = true, .raw = raw, .quote = (char)quote, .quote_size = (uint8_t)size, .expr_depth = -1,
        .start = lx->start, .multi_line_start = lx->line_start, .lineno = lx->lineno,
    };
    return lex_token_set(lx, tok, FSTRING_START, lx->start, lx->cur);
}

static int
fstring_unterminated(struct lex *lx, struct lex_token *tok, int c)
{
    const struct lex_fstring *f = lx->f;
    int last_line = lx->lineno;
    if (lx->done == LEX_EOF)
        lx->done = LEX_OK;
    lx->cur = f->start + 1;
    lx->line_start = f->multi_line_start;
    lx->lineno = f->lineno;
    if (f->quote_size == 3) {
        lex_error(lx, "unterminated triple-quoted f-string literal (detected at line %d)", last_line);
        if (c != '\n' && lx->done == LEX_ERROR)
            lx->done = LEX_EOFS;
    }
    else
        lex_error(lx, "unterminated f-string literal (detected at line %d)", last_line);
    return bad(lx, tok);
}

/* '{' of an expression comes next: go on in code; 0, or -1 when too deep. */
static int
enter_expr(struct lex *lx)
{
    struct lex_fstring *f = lx->f;
    f->expr_depth++;
    if (f->expr_depth >= LEX_MAX_FSTRING_NESTING) {
        lex_error(lx, "f-string: expressions nested too deeply");
        return -1;
    }
    f->in_text = false;
    return 0;
}

/* The closing quotes stand here: read them, true. (Part of them may be read otherwise, they are text.) */
static bool
read_end_quotes(struct lex *lx)
{
    for (int i = 0; i < lx->f->quote_size; i++) {
        int c = lex_getc(lx);
        if (c != lx->f->quote) {
            lex_back(lx, c);
            return false;
        }
    }
    return true;
}

/* After a backslash in the text: 0 go on; 1 "\N{" was read; -1 error. */
static int
fstring_escape(struct lex *lx)
{
    int c = lex_getc(lx);
    if (c == '\r')
        c = lex_getc(lx);
    if (c == '{' || c == '}') {
        if (!lx->f->raw && lx->warn_escape && lx->report_warnings && lx->warn_escape(lx, c) < 0) {
            if (lx->done == LEX_OK)
                lx->done = LEX_HOOK;
            return -1;
        }
        lex_back(lx, c);
        return 0;
    }
    if (c == 'N' && !lx->f->raw && lex_peek(lx) == '{') {
        lx->cur++;
        return 1;
    }
    return 0;
}

/* Cut the text at a brace, which has been read: doubled it is text, alone it leads into or out of an expression. */
static int
fstring_brace(struct lex *lx, struct lex_token *tok, int c, bool in_spec)
{
    struct lex_fstring *f = lx->f;
    bool doubled = lex_peek(lx) == c && !in_spec;
    if (doubled && (c == '{' || f->brackets == 0)) {
        lex_token_set(lx, tok, FSTRING_MIDDLE, lx->start, lx->cur);
        lx->cur++;
        return FSTRING_MIDDLE;
    }
    lex_back(lx, c);
    if (c == '{' && enter_expr(lx) < 0)
        return bad(lx, tok);
    if (c == '}')
        f->in_text = false;
    return lex_token_set(lx, tok, FSTRING_MIDDLE, lx->start, lx->cur);
}

static int
fstring_middle(struct lex *lx, struct lex_token *tok)
{
    struct lex_fstring *f = lx->f;
    bool named_escape = false;
    int seen = 0;
    lx->multi_line_start = lx->line_start;
    while (seen != f->quote_size) {
        bool in_spec = f->in_spec && f->expr_depth >= 0;
        int c = lex_getc(lx);
        if (c < 0 && lx->done != LEX_EOF)
            return bad(lx, tok);
        if (c < 0 || (f->quote_size == 1 && c == '\n')) {
            if (in_spec && c == '\n') {
                lex_error(lx, "f-string: newlines are not allowed in format specifiers for single quoted f-strings");
                return bad(lx, tok);
            }
            return fstring_unterminated(lx, tok, c);
        }
        if (c == f->quote) {
            seen++;
            continue;
        }
        seen = 0;
        if (c == '{' || (c == '}' && !named_escape))
            return fstring_brace(lx, tok, c, in_spec);
        if (c == '}')
            return lex_token_set(lx, tok, FSTRING_MIDDLE, lx->start, lx->cur);
        if (c == '\\') {
            int escape = fstring_escape(lx);
            if (escape < 0)
                return bad(lx, tok);
            named_escape |= escape;
        }
    }
    lx->cur -= f->quote_size;         /* the quotes are FSTRING_END, next time */
    return lex_token_set(lx, tok, FSTRING_MIDDLE, lx->start, lx->cur);
}

int
lex_fstring_text(struct lex *lx, struct lex_token *tok)
{
    lx->start = lx->cur;
    lx->first_lineno = lx->lineno;
    if (lex_peek(lx) == '{' && !(lx->cur + 1 < lx->line_end && lx->buf[lx->cur + 1] == '{')) {
        if (enter_expr(lx) < 0)
            return bad(lx, tok);
        return lex_regular(lx, tok);
    }
    if (!read_end_quotes(lx))
        return fstring_middle(lx, tok);
    lx->multi_line_start = lx->line_start;
    lex_token_set(lx, tok, FSTRING_END, lx->start, lx->cur);
    lx->fdepth--;
    lx->f = lx->fdepth ? &lx->fstack[lx->fdepth] : &lx->outside;
    return FSTRING_END;
}
