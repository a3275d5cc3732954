/* syntax/source.h: where the lexer's text comes from: a string, a file, a prompt, a readline function.
 * All of them hand UTF-8 lines with '\n' ends to a struct lex. */
#ifndef ADDER_SYNTAX_SOURCE_H
#define ADDER_SYNTAX_SOURCE_H

#include <Python.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/own.h"
#include "syntax/lex.h"

struct source {
    char *text;                /* owned text of a string source */
    char *encoding;            /* name from cookie or BOM, NULL if none */
    FILE *fp;
    PyObject *readline;        /* a bound method (owned), for encoded files and for the tokenize module */
    PyObject *decoder;
    const char *ps1, *ps2;     /* prompts: interactive */
    bool utf8_checked;         /* lines of fp are still to be checked */
    bool failed;               /* a decoding error has been raised */
    bool recoding;
    int nlines;
    PyObject *filename;        /* borrowed; for messages */
};

/* Make lx read the string. is_utf8: it is UTF-8 whatever it says; add_newline: end it with one. 0, or -1 with an
 * exception (SyntaxError, not yet located, for bad encodings). */
int source_string(struct source *src, struct lex *lx, const char *text, bool is_utf8, bool add_newline);
/* Make lx read the file; encoding NULL: look for a cookie. ps1, ps2: prompts or NULL. */
int source_file(struct source *src, struct lex *lx, FILE *fp, const char *encoding, const char *ps1, const char *ps2);
/* Make lx call readline() for lines, which are str, or bytes in `encoding`. */
int source_readline(struct source *src, struct lex *lx, PyObject *readline, const char *encoding);
void source_release(struct source *src);

/* The encoding named by a PEP 263 cookie in the line, in buf (size bytes), normalised; false if there is none. */
bool source_cookie(const char *line, size_t n, char *buf, size_t size);
/* Does the line (one of the first two) allow a cookie in the next? */
bool source_is_blank(const char *line, size_t n);
/* Offset of the first byte that is not UTF-8, or n. */
size_t source_valid_utf8(const char *s, size_t n);

/* The lexer's scan_name hook. */
long source_scan_name(struct lex *lx, const char *s, size_t n, uint32_t *bad, int *bad_len, bool *printable);

#endif
