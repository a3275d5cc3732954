/* syntax/parse_error.h: syntax errors with CPython's ranges. All set p->error and return NULL. */
#ifndef ADDER_SYNTAX_PARSE_ERROR_H
#define ADDER_SYNTAX_PARSE_ERROR_H

#include "syntax/peg.h"

#define HERE (-5)           /* as line or column: where the lexer is */

/* 0-based byte columns; end_col -1: none. */
void *parse_error_range(struct parser *p, PyObject *type, int lineno, int col, int end_lineno, int end_col,
                        const char *format, ...);
/* At the last token read. */
void *parse_error_last(struct parser *p, PyObject *type, const char *format, ...);
/* At the token that comes next. */
void *parse_error_next(struct parser *p, const char *format, ...);
void *parse_error_unclosed(struct parser *p);
/* "(unicode error) ..." out of the current UnicodeError or ValueError; -1. */
int parse_error_decode(struct parser *p);
/* The lexer gave ERRORTOKEN: raise what it says; -1. */
int parse_error_lexer(struct parser *p);
/* After both passes have failed. */
void parse_error_finish(struct parser *p, struct tok *last);

#define ERR(...) parse_error_last(p, PyExc_SyntaxError, __VA_ARGS__)
#define ERR_INDENT(...) parse_error_last(p, PyExc_IndentationError, __VA_ARGS__)
#define ERR_NEXT(...) parse_error_next(p, __VA_ARGS__)
#define ERR_AT(a, ...) parse_error_range(p, PyExc_SyntaxError, (a)->lineno, (a)->col_offset, (a)->end_lineno, (a)->end_col_offset, __VA_ARGS__)
#define ERR_RANGE(a, b, ...) parse_error_range(p, PyExc_SyntaxError, (a)->lineno, (a)->col_offset, (b)->end_lineno, (b)->end_col_offset, __VA_ARGS__)
#define ERR_FROM(a, ...) parse_error_range(p, PyExc_SyntaxError, (a)->lineno, (a)->col_offset, HERE, HERE, __VA_ARGS__)

#endif
