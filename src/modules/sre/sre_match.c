/* modules/sre/sre_match.c: the matcher, compiled for each character width. */
#include <Python.h>

#include <string.h>

#include "modules/sre/sre.h"

#define HOT static inline __attribute__((always_inline))
#define APART __attribute__((noinline))

bool sre_unit(const sre_code *p, Py_UCS4 c)
{
    switch (p[0]) {
    case OP_ANY: return c != '\n';
    case OP_ANY_ALL: return true;
    case OP_IN: return sre_in(p + 2, c);
    case OP_IN_IGNORE: return sre_in(p + 2, sre_lower_ascii(c));
    case OP_IN_UNI_IGNORE: return sre_in(p + 2, Py_UNICODE_TOLOWER(c));
    case OP_IN_LOC_IGNORE: return sre_charset_loc_ignore(p + 2, c);
    case OP_LITERAL: return c == p[1];
    case OP_NOT_LITERAL: return c != p[1];
    case OP_LITERAL_IGNORE: return sre_lower_ascii(c) == p[1];
    case OP_NOT_LITERAL_IGNORE: return sre_lower_ascii(c) != p[1];
    case OP_LITERAL_UNI_IGNORE: return Py_UNICODE_TOLOWER(c) == p[1];
    case OP_NOT_LITERAL_UNI_IGNORE: return Py_UNICODE_TOLOWER(c) != p[1];
    case OP_LITERAL_LOC_IGNORE: return c == p[1] || sre_lower_locale(c) == p[1] || sre_upper_locale(c) == p[1];
    case OP_NOT_LITERAL_LOC_IGNORE: return !(c == p[1] || sre_lower_locale(c) == p[1] || sre_upper_locale(c) == p[1]);
    case OP_CATEGORY: return sre_category(p[1], c);
    default: return false;
    }
}

uint32_t sre_unit_size(const sre_code *p)
{
    switch (p[0]) {
    case OP_ANY: case OP_ANY_ALL: return 1;
    case OP_IN: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_IN_LOC_IGNORE: return 1 + p[1];
    default: return 2;
    }
}

#define CHAR Py_UCS1
#define FN(name) u1_##name
#include "modules/sre/sre_engine.h"
#define CHAR Py_UCS2
#define FN(name) u2_##name
#include "modules/sre/sre_engine.h"
#define CHAR Py_UCS4
#define FN(name) u4_##name
#include "modules/sre/sre_engine.h"

int sre_match(struct sre_state *s, const sre_code *code)
{
    return s->charsize == 1 ? u1_match(s, code) : s->charsize == 2 ? u2_match(s, code) : u4_match(s, code);
}

int sre_search(struct sre_state *s, const sre_code *code, const sre_code *first)
{
    return s->charsize == 1 ? u1_search(s, code, first) : s->charsize == 2 ? u2_search(s, code, first) : u4_search(s, code, first);
}
