/* syntax/peg.c: the runtime of the generated parser. */
#include "syntax/peg.h"

#include <string.h>

#include "rt/hooks.h"
#include "rt/singletons.h"
#include "syntax/action.h"
#include "syntax/grammar.h"
#include "syntax/parse_error.h"

#define TOKENS_A_CHUNK 128
#define SEQ_ON_STACK 32

void *
peg_overflow(struct parser *p)
{
    p->level--;
    p->error = true;
    PyErr_SetString(PyExc_MemoryError, "Parser stack overflowed - Python source too complex to parse");
    return NULL;
}

BORROWED(arena) PyObject *
peg_own(struct parser *p, PyObject *obj)
{
    if (obj != NULL && ast_arena_own(p->arena, obj) < 0)
        return NULL;
    return obj;
}

/* -- tokens -------------------------------------------------------------------------------------------------- */

static int
keyword_type(const char *text, size_t n)
{
    if ((int)n > peg_longest_keyword || peg_keywords[n] == NULL)
        return NAME;
    for (const struct peg_keyword *k = peg_keywords[n]; k->text != NULL; k++)
        if (k->text[0] == text[0] && memcmp(k->text, text, n) == 0)
            return k->type;
    return NAME;
}

static int
note_type_ignore(struct parser *p, const struct lex_token *t)
{
    PyObject *tag = peg_own(p, PyUnicode_DecodeUTF8(p->lx.buf + t->start, (Py_ssize_t)(t->end - t->start), NULL));
    if (tag == NULL)
        return -1;
    if (p->ntype_ignores == p->type_ignores_room) {
        int room = p->type_ignores_room ? p->type_ignores_room * 2 : 16;
        void *more = PyMem_Realloc(p->type_ignores, (size_t)room * sizeof(*p->type_ignores));
        if (more == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        p->type_ignores = more;
        p->type_ignores_room = room;
    }
    p->type_ignores[p->ntype_ignores].lineno = t->lineno;
    p->type_ignores[p->ntype_ignores++].tag = tag;
    return 0;
}

/* At a prompt the end of input ends the statement: a NEWLINE, then the dedents, then the end. */
static void
end_statement(struct parser *p, struct lex_token *t)
{
    if (p->start != Py_single_input || t->type != ENDMARKER || !p->parsing_started) {
        p->parsing_started = true;
        return;
    }
    t->type = NEWLINE;
    p->parsing_started = false;
    if (p->lx.indent && !(p->flags & PyCF_DONT_IMPLY_DEDENT)) {
        p->lx.pending = -p->lx.indent;
        p->lx.indent = 0;
    }
}

static struct tok *
new_token(struct parser *p)
{
    if (p->fill == p->room) {
        int room = p->room ? p->room * 2 : 256;
        struct tok **more = PyMem_Realloc(p->tokens, (size_t)room * sizeof(*more));
        if (more == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        p->tokens = more;
        p->room = room;
    }
    if (p->chunk_left == 0) {
        p->chunk = ast_arena_alloc(p->arena, TOKENS_A_CHUNK * sizeof(struct tok));
        if (p->chunk == NULL)
            return NULL;
        p->chunk_left = TOKENS_A_CHUNK;
    }
    p->chunk_left--;
    return p->chunk++;
}

int
peg_fill(struct parser *p)
{
    struct lex_token t;
    lex_next(&p->lx, &t);
    while (t.type == TYPE_IGNORE) {
        if (note_type_ignore(p, &t) < 0)
            goto failed;
        lex_next(&p->lx, &t);
    }
    end_statement(p, &t);
    struct tok *tok = new_token(p);
    if (tok == NULL)
        goto failed;
    if (t.type == NAME)
        t.type = keyword_type(p->lx.buf + t.start, t.end - t.start);
    *tok = (struct tok){
        .type = t.type, .level = t.level, .start = t.start, .end = t.end, .lineno = t.lineno, .col_offset = t.col,
        .end_lineno = t.end_lineno, .end_col_offset = t.end_col,
    };
    tok->end_col_offset += t.type == NEWLINE && t.end_col >= 0;       /* for messages the line end counts */
    p->tokens[p->fill++] = tok;
    if (LIKELY(t.type != ERRORTOKEN))
        return 0;
    parse_error_lexer(p);
failed:
    p->error = true;
    return -1;
}

struct tok *
peg_last_token(struct parser *p)
{
    struct tok *t = NULL;
    for (int i = p->mark - 1; i >= 0; i--) {
        t = p->tokens[i];
        if (t->type != ENDMARKER && (t->type < NEWLINE || t->type > DEDENT))
            break;
    }
    return t;
}

void *
peg_expect_soft(struct parser *p, const char *word, size_t n)
{
    if (p->mark == p->fill && peg_fill(p) < 0)
        return NULL;
    struct tok *t = p->tokens[p->mark];
    if (t->type != NAME || tok_size(t) != n || memcmp(tok_text(p, t), word, n) != 0)
        return NULL;
    return peg_name(p);
}

void *
peg_force(struct parser *p, int type, const char *text)
{
    if (p->error || (p->mark == p->fill && peg_fill(p) < 0))
        return NULL;
    struct tok *t = p->tokens[p->mark];
    if (t->type != type)
        return ERR_AT(t, "expected '%s'", text);
    p->mark++;
    return t;
}

/* -- names --------------------------------------------------------------------------------------------------- */

/* NFKC by the unicodedata module: only the few sources with such names pay for the import. */
static OWNED PyObject *
normalize(struct parser *p, STEALS PyObject *name)
{
    if (p->normalize == NULL) {
        PyObject *modname = PyUnicode_FromString("unicodedata");
        PyObject *mod = modname && rt_hooks.import_module ? rt_hooks.import_module(modname) : NULL;
        Py_XDECREF(modname);
        p->normalize = mod ? PyObject_GetAttrString(mod, "normalize") : NULL;
        Py_XDECREF(mod);
        if (p->normalize == NULL) {
            Py_DECREF(name);
            return NULL;
        }
    }
    PyObject *form = PyUnicode_InternFromString("NFKC");
    PyObject *out = form ? PyObject_CallFunctionObjArgs(p->normalize, form, name, NULL) : NULL;
    Py_XDECREF(form);
    Py_DECREF(name);
    if (out != NULL && !PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError, "unicodedata.normalize() must return a string, not %.200s", _PyType_Name(Py_TYPE(out)));
        Py_CLEAR(out);
    }
    return out;
}

/* A name written with other letters must not normalize to a constant. */
static int
check_not_constant(PyObject *name)
{
    static const char *const constants[] = { "None", "True", "False" };
    for (int i = 0; i < 3; i++)
        if (PyUnicode_EqualToUTF8(name, constants[i])) {
            PyErr_Format(PyExc_ValueError, "identifier field can't represent '%s' constant", constants[i]);
            return -1;
        }
    return 0;
}

BORROWED(arena) PyObject *
peg_identifier(struct parser *p, const char *text, size_t n)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    unsigned slot = (hash ^ hash >> 15) & 1023;
    PyObject *name = p->names[slot];
    if (name != NULL && p->name_hashes[slot] == hash && (size_t)PyUnicode_GET_LENGTH(name) == n
        && memcmp(PyUnicode_1BYTE_DATA(name), text, n) == 0)
        return name;
    name = PyUnicode_DecodeUTF8(text, (Py_ssize_t)n, NULL);
    if (name != NULL && !PyUnicode_IS_ASCII(name)) {
        name = normalize(p, name);
        if (name != NULL && check_not_constant(name) < 0)
            Py_CLEAR(name);
    }
    if (name == NULL)
        return NULL;
    PyUnicode_InternInPlace(&name);
    bool ascii = PyUnicode_IS_ASCII(name) && (size_t)PyUnicode_GET_LENGTH(name) == n;
    if (peg_own(p, name) == NULL)
        return NULL;
    if (ascii) {
        p->names[slot] = name;
        p->name_hashes[slot] = hash;
    }
    return name;
}

void *
peg_name(struct parser *p)
{
    struct tok *t = peg_expect(p, NAME);
    if (t == NULL || t->node != NULL)
        return t ? t->node : NULL;
    PyObject *id = peg_identifier(p, tok_text(p, t), tok_size(t));
    if (id != NULL)
        t->node = ast_Name(id, Load, t->lineno, t->col_offset, t->end_lineno, t->end_col_offset, p->arena);
    if (t->node == NULL)
        p->error = true;
    return t->node;
}

void *
peg_soft_keyword(struct parser *p)
{
    if (p->mark == p->fill && peg_fill(p) < 0)
        return NULL;
    struct tok *t = p->tokens[p->mark];
    if (t->type != NAME)
        return NULL;
    for (int i = 0; peg_soft_keywords[i] != NULL; i++)       /* CPython's messages take a prefix for the word, too */
        if (strncmp(peg_soft_keywords[i], tok_text(p, t), tok_size(t)) == 0)
            return peg_name(p);
    return NULL;
}

void *
peg_number(struct parser *p)
{
    struct tok *t = peg_expect(p, NUMBER);
    if (t == NULL || t->node != NULL)
        return t ? t->node : NULL;
    t->node = act_number(p, t);
    if (t->node == NULL)
        p->error = true;
    return t->node;
}

/* -- memo, loops --------------------------------------------------------------------------------------------- */

int
peg_memo_find(struct parser *p, int rule, void **node)
{
    if (p->mark == p->fill && peg_fill(p) < 0) {
        *node = NULL;
        return 1;
    }
    for (struct memo *m = p->tokens[p->mark]->memo; m != NULL; m = m->next)
        if (m->rule == rule) {
            p->mark = m->mark;
            *node = m->node;
            return 1;
        }
    return 0;
}

int
peg_memo_store(struct parser *p, int mark, int rule, void *node)
{
    struct memo *m = ast_arena_alloc(p->arena, sizeof(*m));
    if (m == NULL) {
        p->error = true;
        return -1;
    }
    *m = (struct memo){ .rule = rule, .mark = p->mark, .node = node, .next = p->tokens[mark]->memo };
    p->tokens[mark]->memo = m;
    return 0;
}

struct items {
    void **v;
    size_t n, room;
    void *stack[SEQ_ON_STACK];
};

static int
items_push(struct parser *p, struct items *items, void *item)
{
    if (items->n == items->room) {
        void **more = PyMem_Malloc(items->room * 2 * sizeof(void *));
        if (more == NULL) {
            PyErr_NoMemory();
            p->error = true;
            return -1;
        }
        memcpy(more, items->v, items->n * sizeof(void *));
        if (items->v != items->stack)
            PyMem_Free(items->v);
        items->v = more;
        items->room *= 2;
    }
    items->v[items->n++] = item;
    return 0;
}

static void *
items_finish(struct parser *p, struct items *items, int min)
{
    static asdl_generic_seq nothing = { .size = 0, .elements = (void **)nothing.typed_elements };
    asdl_generic_seq *seq = NULL;
    if (!p->error && min == 0 && items->n == 0)
        seq = &nothing;
    else if (!p->error && items->n >= (size_t)min) {
        seq = asdl_seq_new((Py_ssize_t)items->n, p->arena);
        if (seq == NULL)
            p->error = true;
        else
            memcpy(seq->typed_elements, items->v, items->n * sizeof(void *));
    }
    if (items->v != items->stack)
        PyMem_Free(items->v);
    return seq;
}

void *
peg_loop(struct parser *p, void *(*rule)(struct parser *), int min)
{
    struct items items = { .v = items.stack, .room = SEQ_ON_STACK };
    void *item;
    int mark = p->mark;
    while ((item = rule(p)) != NULL && items_push(p, &items, item) == 0)
        mark = p->mark;
    p->mark = mark;
    return items_finish(p, &items, min);
}

void *
peg_gather(struct parser *p, void *(*rule)(struct parser *), int separator)
{
    struct items items = { .v = items.stack, .room = SEQ_ON_STACK };
    void *item = rule(p);
    if (item == NULL)
        return NULL;
    int mark = p->mark;
    while (items_push(p, &items, item) == 0) {
        mark = p->mark;
        if (!peg_expect(p, separator) || (item = rule(p)) == NULL)
            break;
    }
    p->mark = mark;
    return items_finish(p, &items, 1);
}

int
peg_lookahead(struct parser *p, void *(*rule)(struct parser *))
{
    int mark = p->mark;
    void *result = rule(p);
    p->mark = mark;
    return result != NULL;
}
