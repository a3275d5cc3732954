/* syntax/lex.h: bytes of UTF-8 to tokens, one at a time. Sees base/ only and knows no exceptions.
 *
 * The text is a growing buffer: a string source is there as a whole, a file or a prompt adds a line when `refill`
 * is asked. Positions are byte offsets in the buffer, so growing moves nothing. What needs Python (Unicode
 * tables, warnings, reading) is behind the hooks.
 *
 * Invariants: line_start <= cur <= line_end <= len; buf[len] == 0; no NUL inside a line that has been entered.
 * After LEX_TOK ERRORTOKEN `done` says why; the lexer is not used any more, but may be asked again. */
#ifndef ADDER_SYNTAX_LEX_H
#define ADDER_SYNTAX_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_type {
#define TOKEN(name) name,
#define TOKEN_OP(name, text) name,
#include "syntax/tokens.def"
#undef TOKEN
#undef TOKEN_OP
    TOKEN_COUNT
};

extern const char *const token_names[TOKEN_COUNT];

#define LEX_MAX_INDENT 100
#define LEX_MAX_LEVEL 200
#define LEX_MAX_FSTRINGS 150
#define LEX_MAX_FSTRING_NESTING 3

enum lex_done {
    LEX_OK,
    LEX_EOF,           /* end of input reached */
    LEX_ERROR,         /* err says what */
    LEX_EOFS,          /* the same, and it was end of input inside a triple-quoted string */
    LEX_EOLS,          /* the same, in a single-quoted string */
    LEX_DEDENT,        /* unindent matches no outer level */
    LEX_TABSPACE,      /* tabs and spaces do not compare; err is set */
    LEX_TOODEEP,       /* too many indents */
    LEX_LINECONT,      /* something after a backslash */
    LEX_HOOK,          /* a hook failed and has raised its own exception */
    LEX_NOMEM
};

struct lex_token {
    int type;
    int level;                        /* open brackets when it was read */
    size_t start, end;                /* bytes in the buffer; NO_POS where CPython has no text */
    int lineno, col, end_lineno, end_col;   /* 1-based lines, byte columns, -1 without text */
};
#define NO_POS ((size_t)-1)

struct lex_error {
    char msg[192];
    int lineno;
    size_t line_start;                /* of the line shown */
    size_t pos;                       /* column is that of pos, if col < 0 */
    int col, end_col;                 /* 1-based characters, or -1 */
};

/* One f-string being read; entry 0 of the stack is the world outside. */
struct lex_fstring {
    bool in_text;                     /* reading its text, not an expression in it */
    bool raw, in_spec;
    bool debug;                       /* '=' seen at the top of the expression */
    char quote;
    uint8_t quote_size;
    int brackets;                     /* open ones since the f-string's start */
    int expr_depth;                   /* `brackets` where the innermost expression starts, -1 outside */
    size_t start, multi_line_start, expr_start;
    int lineno;
};

struct lex {
    char *buf;
    size_t len, room;                 /* room 0: buf is borrowed */
    size_t cur, line_start, line_end;
    size_t start;                     /* of the token being read, or NO_POS */
    size_t text_start;                /* line where the token being read starts */
    size_t multi_line_start;
    int lineno, first_lineno;
    enum lex_done done;
    struct lex_error err;
    bool at_bol, blank_line, interactive, type_comments, extra_tokens, implicit_newline, comment_newline;
    bool report_warnings, cont_line;
    bool no_more;                     /* ask for no further lines: the input ends here */
    int pending;                      /* indents (> 0) or dedents (< 0) to hand out */
    int indent, level;
    int indents[LEX_MAX_INDENT], alt_indents[LEX_MAX_INDENT];
    char brackets[LEX_MAX_LEVEL];
    int bracket_lines[LEX_MAX_LEVEL], bracket_cols[LEX_MAX_LEVEL];
    int fdepth;
    struct lex_fstring *f;            /* the innermost f-string */
    struct lex_fstring *fstack;       /* NULL until the first f-string: then LEX_MAX_FSTRINGS entries */
    struct lex_fstring outside;

    /* Hooks; ctx is theirs. */
    void *ctx;
    int (*refill)(struct lex *lx);    /* lex_append() the next line(s): 1, 0 at the end, -1 on an error */
    /* Length of the good prefix of an identifier with non-ASCII in it, = n if all is good; *bad gets the first
     * bad character, *bad_len its bytes, *printable. -1: raised. */
    long (*scan_name)(struct lex *lx, const char *s, size_t n, uint32_t *bad, int *bad_len, bool *printable);
    bool (*is_printable)(uint32_t ch);
    int (*warn_literal)(struct lex *lx, const char *what);       /* "invalid %s literal": 0, or -1 raised */
    int (*warn_escape)(struct lex *lx, int ch);                  /* "\{" in an f-string: 0, or -1 raised */
};

/* Fill lx for the text (borrowed: len bytes and a NUL); hooks are set afterwards. refill may be NULL. */
void lex_init(struct lex *lx, char *text, size_t len);
void lex_release(struct lex *lx);
/* Add text to the buffer: 0, or -1 and done = LEX_NOMEM. */
int lex_append(struct lex *lx, const char *text, size_t n);
/* Read the next token; its type. */
int lex_next(struct lex *lx, struct lex_token *tok);

/* -- inside lex_*.c ------------------------------------------------------------------------------------------ */
int lex_enter_line(struct lex *lx);                  /* the next character, -1 at the end */
int lex_error(struct lex *lx, const char *format, ...) __attribute__((format(printf, 2, 3)));   /* ERRORTOKEN */
int lex_error_range(struct lex *lx, int col, int end_col, const char *format, ...) __attribute__((format(printf, 4, 5)));
int lex_token_set(struct lex *lx, struct lex_token *tok, int type, size_t start, size_t end);
int lex_number(struct lex *lx, struct lex_token *tok, int c);          /* c, its first digit, has been read */
int lex_fraction(struct lex *lx, struct lex_token *tok);               /* ".d" has been read */
int lex_string(struct lex *lx, struct lex_token *tok, int quote);      /* the first quote has been read */
int lex_fstring_start(struct lex *lx, struct lex_token *tok, int quote, bool raw);
int lex_fstring_text(struct lex *lx, struct lex_token *tok);
int lex_regular(struct lex *lx, struct lex_token *tok);

static inline int
lex_getc(struct lex *lx)
{
    if (__builtin_expect(lx->cur < lx->line_end, 1))
        return (unsigned char)lx->buf[lx->cur++];
    return lex_enter_line(lx);
}

/* Undo lex_getc() that gave c. */
static inline void
lex_back(struct lex *lx, int c)
{
    if (c >= 0)
        lx->cur--;
}

/* The next character of this line without reading it (0 at its end). Looking past the last character of a text
 * without a final newline is reaching its end. */
static inline int
lex_peek(struct lex *lx)
{
    if (__builtin_expect(lx->cur < lx->line_end, 1))
        return (unsigned char)lx->buf[lx->cur];
    if (lx->cur == lx->len && lx->refill == NULL && lx->done == LEX_OK)
        lx->done = LEX_EOF;
    return 0;
}

static inline bool lex_is_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool lex_is_name_start(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128; }
static inline bool lex_is_name_char(int c) { return lex_is_name_start(c) || lex_is_digit(c); }

#endif
