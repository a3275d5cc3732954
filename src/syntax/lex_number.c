/* syntax/lex_number.c: numeric literals.
 * Digits run inside one line, so the buffer is read directly; what ends a literal must not look like part of it. */
#include <string.h>

#include "syntax/lex.h"

/* What follows is one of the keywords that may come right after a number ("1if x else y"): keep it working, warned. */
static bool
keyword_follows(struct lex *lx)
{
    static const struct { const char *word; bool whole; } words[] = {
        { "and", true }, { "else", true }, { "for", true }, { "if", false }, { "in", false }, { "is", false },
        { "or", true }, { "not", true },
    };
    const char *s = lx->buf + lx->cur;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(s, words[i].word, n) == 0)
            return !words[i].whole || !lex_is_name_char((unsigned char)s[n]);
    }
    return false;
}

/* The literal ends before cur: 0, or -1 with an error. */
static int
check_end(struct lex *lx, const char *kind)
{
    int c = lex_peek(lx);
    if (!lex_is_name_char(c) || lx->extra_tokens)
        return 0;
    if (keyword_follows(lx)) {
        if (!lx->report_warnings || lx->warn_literal == NULL || lx->warn_literal(lx, kind) == 0)
            return 0;
        if (lx->done == LEX_OK)
            lx->done = LEX_HOOK;
        return -1;
    }
    if (c < 128) {
        lex_error(lx, "invalid %s literal", kind);
        return -1;
    }
    return 0;
}

static int
finish(struct lex *lx, struct lex_token *tok, const char *kind)
{
    if (check_end(lx, kind) < 0)
        return lex_token_set(lx, tok, ERRORTOKEN, NO_POS, NO_POS);
    return lex_token_set(lx, tok, NUMBER, lx->start, lx->cur);
}

static int
bad(struct lex *lx, struct lex_token *tok)
{
    return lex_token_set(lx, tok, ERRORTOKEN, NO_POS, NO_POS);
}

/* Digits with single underscores between them (one digit or more is certain): 0, or -1 with an error. */
static int
decimal_digits(struct lex *lx)
{
    for (;;) {
        while (lex_is_digit(lex_peek(lx)))
            lx->cur++;
        if (lex_peek(lx) != '_')
            return 0;
        lx->cur++;
        if (!lex_is_digit(lex_peek(lx))) {
            lex_error(lx, "invalid decimal literal");
            return -1;
        }
    }
}

static int
imaginary(struct lex *lx, struct lex_token *tok)
{
    lx->cur++;
    return finish(lx, tok, "imaginary");
}

/* After the integer part and the fraction. */
static int
exponent(struct lex *lx, struct lex_token *tok)
{
    int c = lex_peek(lx);
    if (c == 'e' || c == 'E') {
        size_t before = lx->cur++;
        int sign = lex_peek(lx);
        if (sign == '+' || sign == '-') {
            lx->cur++;
            if (!lex_is_digit(lex_peek(lx))) {
                lex_error(lx, "invalid decimal literal");
                return bad(lx, tok);
            }
        }
        else if (!lex_is_digit(sign)) {           /* "1else": the e is not ours */
            lx->cur = before;
            return finish(lx, tok, "decimal");
        }
        if (decimal_digits(lx) < 0)
            return bad(lx, tok);
        c = lex_peek(lx);
    }
    if (c == 'j' || c == 'J')
        return imaginary(lx, tok);
    return finish(lx, tok, "decimal");
}

int
lex_fraction(struct lex *lx, struct lex_token *tok)
{
    if (lex_is_digit(lex_peek(lx)) && decimal_digits(lx) < 0)
        return bad(lx, tok);
    return exponent(lx, tok);
}

static bool
is_radix_digit(int c, int radix)
{
    if (radix == 16)
        return lex_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    return c >= '0' && c < '0' + radix;
}

/* "0x", "0o" or "0b" has been read. */
static int
radix_literal(struct lex *lx, struct lex_token *tok, int radix, const char *kind)
{
    do {
        if (lex_peek(lx) == '_')
            lx->cur++;
        int c = lex_peek(lx);
        if (!is_radix_digit(c, radix)) {
            if (lex_is_digit(c)) {
                lx->cur++;
                lex_error(lx, "invalid digit '%c' in %s literal", c, kind);
            }
            else
                lex_error(lx, "invalid %s literal", kind);
            return bad(lx, tok);
        }
        while (is_radix_digit(lex_peek(lx), radix))
            lx->cur++;
    } while (lex_peek(lx) == '_');
    if (lex_is_digit(lex_peek(lx))) {
        int c = lex_getc(lx);
        lex_error(lx, "invalid digit '%c' in %s literal", c, kind);
        return bad(lx, tok);
    }
    return finish(lx, tok, kind);
}

/* A zero has been read, and no radix letter follows: zeros, or the start of a float ("007.5" is one). */
static int
zeros(struct lex *lx, struct lex_token *tok)
{
    for (;;) {
        if (lex_peek(lx) == '_') {
            lx->cur++;
            if (!lex_is_digit(lex_peek(lx))) {
                lex_error(lx, "invalid decimal literal");
                return bad(lx, tok);
            }
        }
        if (lex_peek(lx) != '0')
            break;
        lx->cur++;
    }
    size_t zeros_end = lx->cur;
    bool nonzero = lex_is_digit(lex_peek(lx));
    if (nonzero && decimal_digits(lx) < 0)
        return bad(lx, tok);
    int c = lex_peek(lx);
    if (c == '.') {
        lx->cur++;
        return lex_fraction(lx, tok);
    }
    if (c == 'e' || c == 'E')
        return exponent(lx, tok);
    if (c == 'j' || c == 'J')
        return imaginary(lx, tok);
    if (nonzero && !lx->extra_tokens) {
        lex_error_range(lx, (int)(lx->start + 1 - lx->line_start), (int)(zeros_end - lx->line_start) + 1,
                        "leading zeros in decimal integer literals are not permitted; "
                        "use an 0o prefix for octal integers");
        return bad(lx, tok);
    }
    return finish(lx, tok, "decimal");
}

int
lex_number(struct lex *lx, struct lex_token *tok, int c)
{
    if (c == '0') {
        switch (lex_peek(lx) | 0x20) {
        case 'x': lx->cur++; return radix_literal(lx, tok, 16, "hexadecimal");
        case 'o': lx->cur++; return radix_literal(lx, tok, 8, "octal");
        case 'b': lx->cur++; return radix_literal(lx, tok, 2, "binary");
        }
        return zeros(lx, tok);
    }
    if (decimal_digits(lx) < 0)
        return bad(lx, tok);
    if (lex_peek(lx) == '.') {
        lx->cur++;
        return lex_fraction(lx, tok);
    }
    return exponent(lx, tok);
}
