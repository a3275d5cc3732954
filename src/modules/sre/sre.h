/* modules/sre/sre.h: the regular expression engine behind the re module.
 *
 * A pattern is a vector of 32-bit words that re/_compiler.py makes. Matching walks it with an explicit stack of
 * records: choice points to come back to, and old values of everything that was changed since (marks, repeat counts).
 * Failing pops records, undoing as it goes, up to the newest choice point. There is no recursion in C. */
#ifndef ADDER_MODULES_SRE_H
#define ADDER_MODULES_SRE_H

#include <Python.h>

#include "base/own.h"

#define SRE_MAGIC 20230612
typedef uint32_t sre_code;
#define SRE_MAXREPEAT (~(sre_code)0)
#define SRE_MAXGROUPS ((sre_code)0x3fffffff)

enum sre_op {
    OP_FAILURE, OP_SUCCESS, OP_ANY, OP_ANY_ALL, OP_ASSERT, OP_ASSERT_NOT, OP_AT, OP_BRANCH, OP_CATEGORY, OP_CHARSET, OP_BIGCHARSET,
    OP_GROUPREF, OP_GROUPREF_EXISTS, OP_IN, OP_INFO, OP_JUMP, OP_LITERAL, OP_MARK, OP_MAX_UNTIL, OP_MIN_UNTIL, OP_NOT_LITERAL,
    OP_NEGATE, OP_RANGE, OP_REPEAT, OP_REPEAT_ONE, OP_SUBPATTERN, OP_MIN_REPEAT_ONE, OP_ATOMIC_GROUP, OP_POSSESSIVE_REPEAT,
    OP_POSSESSIVE_REPEAT_ONE, OP_GROUPREF_IGNORE, OP_IN_IGNORE, OP_LITERAL_IGNORE, OP_NOT_LITERAL_IGNORE, OP_GROUPREF_LOC_IGNORE,
    OP_IN_LOC_IGNORE, OP_LITERAL_LOC_IGNORE, OP_NOT_LITERAL_LOC_IGNORE, OP_GROUPREF_UNI_IGNORE, OP_IN_UNI_IGNORE,
    OP_LITERAL_UNI_IGNORE, OP_NOT_LITERAL_UNI_IGNORE, OP_RANGE_UNI_IGNORE,
    /* Ours, made by sre_make_tables(), never accepted from outside: stands at the start of a set; the next word leads from here to
     * eight words with a bit for each Latin-1 character, and the set itself behind them. */
    OP_TABLE = 64,
};
enum sre_at {
    AT_BEGINNING, AT_BEGINNING_LINE, AT_BEGINNING_STRING, AT_BOUNDARY, AT_NON_BOUNDARY, AT_END, AT_END_LINE, AT_END_STRING,
    AT_LOC_BOUNDARY, AT_LOC_NON_BOUNDARY, AT_UNI_BOUNDARY, AT_UNI_NON_BOUNDARY,
};
enum sre_category {
    CATEGORY_DIGIT, CATEGORY_NOT_DIGIT, CATEGORY_SPACE, CATEGORY_NOT_SPACE, CATEGORY_WORD, CATEGORY_NOT_WORD, CATEGORY_LINEBREAK,
    CATEGORY_NOT_LINEBREAK, CATEGORY_LOC_WORD, CATEGORY_LOC_NOT_WORD, CATEGORY_UNI_DIGIT, CATEGORY_UNI_NOT_DIGIT, CATEGORY_UNI_SPACE,
    CATEGORY_UNI_NOT_SPACE, CATEGORY_UNI_WORD, CATEGORY_UNI_NOT_WORD, CATEGORY_UNI_LINEBREAK, CATEGORY_UNI_NOT_LINEBREAK,
};
enum { SRE_INFO_PREFIX = 1, SRE_INFO_LITERAL = 2, SRE_INFO_CHARSET = 4 };

/* One record of the stack; which fields mean what depends on kind (sre_engine.h). */
struct sre_rec { uint32_t kind, pc; const void *ptr; intptr_t aux; };

/* A running REPEAT. */
struct sre_repeat { uint32_t pc; uint32_t count; int32_t prev; const void *last_ptr; };

struct sre_state {
    const void *beginning;               /* of the whole string */
    const void *start;                   /* where the search or match starts; then where the match starts */
    const void *end;
    const void *ptr;                     /* after a match: its end */
    PyObject *string;
    Py_buffer buffer;                    /* of a bytes-like string; buf NULL for str */
    const void **mark;
    int n_marks;
    int lastindex;
    int charsize, isbytes;
    bool match_all, must_advance;
    struct sre_rec *stack;               /* grown beyond the small one in the C frame */
    size_t stack_size;
    struct sre_repeat *repeats;
    int32_t n_repeats, max_repeats;
    unsigned ticks;
};

/* Result of matching: */
enum { SRE_NO = 0, SRE_YES = 1, SRE_ERROR = -1 /* exception set */ };

int sre_match(struct sre_state *s, const sre_code *code);
/* `first`: what sre_make_first() wrote. */
int sre_search(struct sre_state *s, const sre_code *code, const sre_code *first);

/* Where sets stand in a pattern's code; `at` is the caller's, room for max positions. */
struct sre_sets { uint32_t *at; size_t n, max; };

/* Is the code well formed, so that running it stays in bounds? Notes its sets, as many as there is room for. */
bool sre_validate(const sre_code *code, size_t n, Py_ssize_t groups, struct sre_sets *sets);

/* Words that sre_make_tables() puts behind the code. */
size_t sre_tables_size(const sre_code *code, const struct sre_sets *sets);
/* Gives each set a table; `behind` has sre_tables_size() words. */
void sre_make_tables(sre_code *code, const struct sre_sets *sets, sre_code *behind);

/* Notes which characters a match may have at its first places (behind the literal prefix that a search skips, if there is one).
 * first[0]: how many places are described, perhaps 0; then a byte for each Latin-1 character, with a bit for each place where it may be.
 * Of other characters nothing is said. The sets must have their tables. */
void sre_make_first(const sre_code *code, sre_code *first);
enum { SRE_FIRST_MAX = 4, SRE_FIRST_WORDS = 1 + 256 / sizeof(sre_code) };
static inline uint32_t sre_first_places(const sre_code *first, Py_UCS4 c) { return c < 256 ? ((const unsigned char *)(first + 1))[c] : 0xff; }

bool sre_category(sre_code category, Py_UCS4 c);
/* Does the single-character op at p match c? */
bool sre_unit(const sre_code *p, Py_UCS4 c);
/* Its words. */
uint32_t sre_unit_size(const sre_code *p);
bool sre_charset(const sre_code *set, Py_UCS4 c);

/* sre_charset() for a set that may have a table. */
static inline bool sre_in(const sre_code *set, Py_UCS4 c)
{
    if (LIKELY(set[0] == OP_TABLE)) {
        set += set[1];
        if (LIKELY(c < 256))
            return set[c >> 5] >> (c & 31) & 1;
        set += 8;
    }
    return sre_charset(set, c);
}
bool sre_charset_loc_ignore(const sre_code *set, Py_UCS4 c);
Py_UCS4 sre_lower_locale(Py_UCS4 c);
Py_UCS4 sre_upper_locale(Py_UCS4 c);
static inline Py_UCS4 sre_lower_ascii(Py_UCS4 c) { return c < 128 ? (Py_UCS4)Py_TOLOWER((unsigned char)c) : c; }

#endif
