/* modules/sre/sre_chars.c: questions about single characters: categories, sets, case. */
#include "modules/sre/sre.h"

#include <ctype.h>
#include <string.h>

static bool ascii_word(Py_UCS4 c) { return c < 128 && (Py_ISALNUM(c) || c == '_'); }
static bool locale_word(Py_UCS4 c) { return c < 256 && (isalnum((int)c) || c == '_'); }
static bool unicode_word(Py_UCS4 c) { return Py_UNICODE_ISALNUM(c) || c == '_'; }
static bool ascii_space(Py_UCS4 c) { return c < 128 && Py_ISSPACE(c); }

Py_UCS4 sre_lower_locale(Py_UCS4 c) { return c < 256 ? (Py_UCS4)tolower((int)c) : c; }
Py_UCS4 sre_upper_locale(Py_UCS4 c) { return c < 256 ? (Py_UCS4)toupper((int)c) : c; }

bool sre_category(sre_code category, Py_UCS4 c)
{
    switch (category) {
    case CATEGORY_DIGIT: return c - '0' < 10;
    case CATEGORY_NOT_DIGIT: return c - '0' >= 10;
    case CATEGORY_SPACE: return ascii_space(c);
    case CATEGORY_NOT_SPACE: return !ascii_space(c);
    case CATEGORY_WORD: return ascii_word(c);
    case CATEGORY_NOT_WORD: return !ascii_word(c);
    case CATEGORY_LINEBREAK: return c == '\n';
    case CATEGORY_NOT_LINEBREAK: return c != '\n';
    case CATEGORY_LOC_WORD: return locale_word(c);
    case CATEGORY_LOC_NOT_WORD: return !locale_word(c);
    case CATEGORY_UNI_DIGIT: return Py_UNICODE_ISDECIMAL(c);
    case CATEGORY_UNI_NOT_DIGIT: return !Py_UNICODE_ISDECIMAL(c);
    case CATEGORY_UNI_SPACE: return Py_UNICODE_ISSPACE(c);
    case CATEGORY_UNI_NOT_SPACE: return !Py_UNICODE_ISSPACE(c);
    case CATEGORY_UNI_WORD: return unicode_word(c);
    case CATEGORY_UNI_NOT_WORD: return !unicode_word(c);
    case CATEGORY_UNI_LINEBREAK: return Py_UNICODE_ISLINEBREAK(c);
    case CATEGORY_UNI_NOT_LINEBREAK: return !Py_UNICODE_ISLINEBREAK(c);
    default: return false;
    }
}

bool sre_charset(const sre_code *set, Py_UCS4 c)
{
    bool ok = true;
    for (;;) {
        switch (*set++) {
        case OP_FAILURE:
            return !ok;
        case OP_LITERAL:
            if (c == set[0])
                return ok;
            set++;
            break;
        case OP_CATEGORY:
            if (sre_category(set[0], c))
                return ok;
            set++;
            break;
        case OP_CHARSET:
            if (c < 256 && (set[c >> 5] >> (c & 31) & 1))
                return ok;
            set += 8;
            break;
        case OP_RANGE:
            if (set[0] <= c && c <= set[1])
                return ok;
            set += 2;
            break;
        case OP_RANGE_UNI_IGNORE: {
            Py_UCS4 upper = Py_UNICODE_TOUPPER(c);
            if ((set[0] <= c && c <= set[1]) || (set[0] <= upper && upper <= set[1]))
                return ok;
            set += 2;
            break;
        }
        case OP_NEGATE:
            ok = !ok;
            break;
        case OP_BIGCHARSET: {
            sre_code blocks = *set++;
            int block = c < 65536 ? ((const unsigned char *)set)[c >> 8] : -1;
            set += 64;
            if (block >= 0 && (set[block * 8 + ((c & 255) >> 5)] >> (c & 31) & 1))
                return ok;
            set += blocks * 8;
            break;
        }
        default:
            return false;
        }
    }
}

bool sre_charset_loc_ignore(const sre_code *set, Py_UCS4 c)
{
    Py_UCS4 lower = sre_lower_locale(c), upper = sre_upper_locale(c);
    return sre_charset(set, lower) || (upper != lower && sre_charset(set, upper));
}

/* ---- tables ---- */

static size_t op_words(const sre_code *p)
{
    switch (p[0]) {
    case OP_LITERAL: case OP_CATEGORY: return 2;
    case OP_RANGE: case OP_RANGE_UNI_IGNORE: return 3;
    case OP_CHARSET: return 9;
    case OP_BIGCHARSET: return 66 + (size_t)p[1] * 8;
    default: return 1;
    }
}

/* Words of a set with its FAILURE; 0 if a table would not pay or what it holds depends on the locale of the moment. */
static size_t set_words(const sre_code *set)
{
    const sre_code *p = set;
    for (; p[0] != OP_FAILURE; p += op_words(p))
        if (p[0] == OP_TABLE || (p[0] == OP_CATEGORY && (p[1] == CATEGORY_LOC_WORD || p[1] == CATEGORY_LOC_NOT_WORD)))
            return 0;
    return p == set ? 0 : (size_t)(p - set) + 1;         /* room for OP_TABLE and the way */
}

size_t sre_tables_size(const sre_code *code, const struct sre_sets *sets)
{
    size_t words = 0;
    for (size_t i = 0; i < sets->n; i++) {
        size_t n = set_words(code + sets->at[i]);
        words += n == 0 ? 0 : n + 8;
    }
    return words;
}

void sre_make_tables(sre_code *code, const struct sre_sets *sets, sre_code *behind)
{
    for (size_t i = 0; i < sets->n; i++) {
        sre_code *set = code + sets->at[i];
        size_t n = set_words(set);
        if (n == 0)
            continue;
        memset(behind, 0, 8 * sizeof(*behind));
        for (Py_UCS4 c = 0; c < 256; c++)
            behind[c >> 5] |= (sre_code)sre_charset(set, c) << (c & 31);
        memcpy(behind + 8, set, n * sizeof(*set));
        set[0] = OP_TABLE;
        set[1] = (sre_code)(behind - set);
        behind += n + 8;
    }
}
