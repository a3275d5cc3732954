/* syntax/peg.h: what the generated parser runs on: tokens read ahead, memo, loops.
 *
 * Rule functions are p_<rule>(p): the result, or NULL without having moved (the caller resets `mark`), or NULL with
 * p->error and an exception. The furthest token read decides where "invalid syntax" points, so nothing may be read
 * that the grammar does not ask for. */
#ifndef ADDER_SYNTAX_PEG_H
#define ADDER_SYNTAX_PEG_H

#include <Python.h>
#include <stdbool.h>

#include "base/own.h"
#include "syntax/ast.h"
#include "syntax/lex.h"
#include "syntax/source.h"

#define PEG_MAX_LEVEL 9000

struct memo {
    int rule, mark;
    void *node;
    struct memo *next;
};

struct tok {
    int type, level;
    size_t start, end;                    /* text in the lexer's buffer; NO_POS without text */
    int lineno, col_offset, end_lineno, end_col_offset;      /* named like a node's */
    struct memo *memo;
    expr_ty node;                         /* of a NAME or NUMBER, made once */
};

struct peg_keyword { const char *text; int type; };

struct parser {
    struct lex lx;
    struct source source;
    struct tok **tokens;
    int mark, fill, room;
    int level;                            /* depth of rules */
    bool error;                           /* an exception is set, or the input ended badly */
    bool invalid_pass;                    /* second pass: invalid_... rules are on */
    bool parsing_started;                 /* interactive: a statement has begun */
    int start;                            /* Py_file_input, ... */
    int flags;                            /* cf_flags */
    int feature_version;
    PyObject *filename;                   /* borrowed */
    struct ast_arena *arena;
    uintptr_t stack_limit;
    struct tok *err_token;                /* where the next error is, instead of the last token */
    struct tok *chunk;                    /* room for tokens */
    int chunk_left;
    int ntype_ignores, type_ignores_room;
    struct { int lineno; PyObject *tag; } *type_ignores;
    PyObject *normalize;                  /* unicodedata.normalize or NULL */
    PyObject *names[1024];                /* recent identifiers by hash, owned by the arena */
    uint32_t name_hashes[1024];
};

extern const struct peg_keyword *const peg_keywords[];
extern const int peg_longest_keyword;
extern const char *const peg_soft_keywords[];
extern const uint64_t peg_sets[][2];

#define PEG_MATCHED ((void *)p->tokens[0])
#define PEG_ENTER() \
    do { \
        if (UNLIKELY(p->error)) \
            return NULL; \
        if (UNLIKELY(++p->level > PEG_MAX_LEVEL || (uintptr_t)__builtin_frame_address(0) < p->stack_limit)) \
            return peg_overflow(p); \
    } while (0)
#define PEG_LEAVE(value) do { p->level--; return (value); } while (0)
#define PEG_IN(set, type) ((set)[(type) >> 6] >> ((type) & 63) & 1)
#define PEG_FIRST(n) PEG_IN(peg_sets[n], next)

void *peg_overflow(struct parser *p);                     /* raises MemoryError; NULL */
int peg_fill(struct parser *p);                           /* read one more token: 0, or -1 with an exception */
int peg_memo_find(struct parser *p, int rule, void **node);
int peg_memo_store(struct parser *p, int mark, int rule, void *node);
void *peg_loop(struct parser *p, void *(*rule)(struct parser *), int min);
void *peg_gather(struct parser *p, void *(*rule)(struct parser *), int separator);
int peg_lookahead(struct parser *p, void *(*rule)(struct parser *));
void *peg_expect_soft(struct parser *p, const char *word, size_t n);
void *peg_force(struct parser *p, int type, const char *text);
void *peg_name(struct parser *p);
void *peg_number(struct parser *p);
void *peg_soft_keyword(struct parser *p);
struct tok *peg_last_token(struct parser *p);             /* before mark, not counting newlines and indents */

/* An interned identifier owned by the arena, NFKC-normalized; NULL with an exception. */
BORROWED(arena) PyObject *peg_identifier(struct parser *p, const char *text, size_t n);
BORROWED(arena) PyObject *peg_own(struct parser *p, STEALS PyObject *obj);      /* NULL stays NULL */

static inline const char *tok_text(const struct parser *p, const struct tok *t) { return p->lx.buf + t->start; }
static inline size_t tok_size(const struct tok *t) { return t->end - t->start; }

static inline void *
peg_expect(struct parser *p, int type)
{
    if (UNLIKELY(p->mark == p->fill) && peg_fill(p) < 0)
        return NULL;
    struct tok *t = p->tokens[p->mark];
    if (t->type != type)
        return NULL;
    p->mark++;
    return t;
}

static inline void *
peg_expect_in(struct parser *p, const uint64_t *set)
{
    if (UNLIKELY(p->mark == p->fill) && peg_fill(p) < 0)
        return NULL;
    struct tok *t = p->tokens[p->mark];
    if (!PEG_IN(set, t->type))
        return NULL;
    p->mark++;
    return t;
}

/* 1 or 0; -1 with an exception. */
static inline int
peg_peek(struct parser *p, int type)
{
    if (UNLIKELY(p->mark == p->fill) && peg_fill(p) < 0)
        return -1;
    return p->tokens[p->mark]->type == type;
}

static inline int
peg_peek_in(struct parser *p, const uint64_t *set)
{
    if (UNLIKELY(p->mark == p->fill) && peg_fill(p) < 0)
        return -1;
    return PEG_IN(set, p->tokens[p->mark]->type);
}

#endif
