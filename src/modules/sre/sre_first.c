/* modules/sre/sre_first.c: which characters may a match have at its first places? A search passes over all others without trying.
 *
 * All ways through the pattern are walked at once, up to a few characters deep. The answer may hold too many characters, never too few:
 * what looks at text without taking any is left out. As soon as a way ends, or is too complicated, or depends on the locale of the
 * moment, no more places than it has are described. */
#include "modules/sre/sre.h"

#include <string.h>

enum { STEPS_MAX = 2000, SET_STEPS = 8, DEPTH_MAX = 50 };    /* ways multiply where parts are optional */

struct first { unsigned char *places; int n, steps, depth; };

/* Notes the characters of a single-character op at that place; false if they are not known. */
static bool add_unit(struct first *f, const sre_code *p, int place)
{
    switch (p[0]) {
    case OP_LITERAL:
        if (p[1] < 256)
            f->places[p[1]] |= 1 << place;
        return true;
    case OP_IN: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE:
        if (p[2] != OP_TABLE)
            return false;
        break;
    case OP_CATEGORY:
        if (p[1] == CATEGORY_LOC_WORD || p[1] == CATEGORY_LOC_NOT_WORD)
            return false;
        break;
    case OP_ANY: case OP_ANY_ALL: case OP_NOT_LITERAL: case OP_LITERAL_IGNORE: case OP_NOT_LITERAL_IGNORE:
    case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE:
        break;
    default:
        return false;
    }
    f->steps += SET_STEPS;
    for (Py_UCS4 c = 0; c < 256; c++)
        f->places[c] |= sre_unit(p, c) << place;
    return true;
}

static void walk(struct first *f, const sre_code *p, int place);

static void walk_apart(struct first *f, const sre_code *p, int place)
{
    if (++f->depth > DEPTH_MAX)
        f->n = Py_MIN(f->n, place);
    else
        walk(f, p, place);
    f->depth--;
}

/* REPEAT_ONE and its like, p at the skip word: the place at which the way goes on behind, f->n if none is left, -1 if it is not known. */
static int walk_repeat(struct first *f, const sre_code *p, int place)
{
    for (sre_code i = 0; place < f->n && (i < p[2] || p[2] == SRE_MAXREPEAT); i++, place++) {
        if (i >= p[1])
            walk_apart(f, p + p[0], place);
        if (!add_unit(f, p + 3, place))
            return -1;
    }
    return place;
}

static void walk(struct first *f, const sre_code *p, int place)
{
    while (place < f->n && ++f->steps < STEPS_MAX) {
        switch (*p++) {
        case OP_FAILURE:
            return;
        case OP_MARK: case OP_AT: case OP_ATOMIC_GROUP:
            p++;
            continue;
        case OP_JUMP: case OP_INFO: case OP_ASSERT: case OP_ASSERT_NOT:
            p += p[0];
            continue;
        case OP_BRANCH:
            for (; p[0] != 0; p += p[0])
                walk_apart(f, p + 1, place);
            return;
        case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: case OP_POSSESSIVE_REPEAT_ONE: {
            int behind = walk_repeat(f, p, place);
            if (behind >= 0) {
                place = behind;
                p += p[0];
                continue;
            }
            break;
        }
        case OP_REPEAT: case OP_POSSESSIVE_REPEAT:
            if (p[1] == 0)
                walk_apart(f, p + p[0] + 1, place);
            p += 3;
            continue;
        case OP_MAX_UNTIL: case OP_MIN_UNTIL:        /* after an empty round the way leads on, after others also back */
            if (place == 0)
                continue;
            break;
        case OP_SUCCESS:
            break;
        default:
            if (add_unit(f, p - 1, place)) {
                p += sre_unit_size(p - 1) - 1;
                place++;
                continue;
            }
        }
        break;
    }
    f->n = Py_MIN(f->n, place);
}

void sre_make_first(const sre_code *code, sre_code *first)
{
    struct first f = { (unsigned char *)(first + 1), SRE_FIRST_MAX, 0, 0 };
    memset(first, 0, SRE_FIRST_WORDS * sizeof(*first));
    if (code[0] == OP_INFO) {
        const sre_code *info = code;
        code += 1 + code[1];
        if (info[2] & SRE_INFO_PREFIX)               /* the search itself compares what is skipped */
            code += 2 * (size_t)info[6];
    }
    walk(&f, code, 0);
    first[0] = (sre_code)f.n;
}
