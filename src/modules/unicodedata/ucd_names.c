/* modules/unicodedata/ucd_names.c: names of characters.
 *
 * A name is kept as a sequence of word numbers. Hangul syllables and unified ideographs have no entries: their names
 * follow from their codes. Looking a name up goes through a hash table of codes, whose names are compared. */
#include "modules/unicodedata/ucd.h"

#include <string.h>

#include "modules/unicodedata_names.h"

/* ---- Hangul ---- */

#define S_BASE 0xac00
#define L_COUNT 19
#define V_COUNT 21
#define T_COUNT 28
#define N_COUNT (V_COUNT * T_COUNT)
#define S_COUNT (L_COUNT * N_COUNT)

static const char jamo_l[L_COUNT][3] = { "G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H" };
static const char jamo_v[V_COUNT][4] = { "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I" };
static const char jamo_t[T_COUNT][3] = { "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J", "C", "K", "T", "P", "H" };

static const char hangul[] = "HANGUL SYLLABLE ", unified[] = "CJK UNIFIED IDEOGRAPH-";

static bool is_unified(Py_UCS4 c)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ucn_unified); i++)
        if (c >= ucn_unified[i][0] && c <= ucn_unified[i][1])
            return true;
    return false;
}

/* ---- code to name ---- */

static bool is_private(Py_UCS4 c)
{
    return (c >= UCN_ALIAS_START && c < UCN_ALIAS_START + UCN_ALIASES) || (c >= UCN_SEQUENCE_START && c < UCN_SEQUENCE_START + UCN_SEQUENCES);
}

static int table_name(Py_UCS4 c, char *buffer, int room)
{
    uint32_t at = ucn_phrase_at_index2[(ucn_phrase_at_index1[c >> UCN_PHRASE_AT_SHIFT] << UCN_PHRASE_AT_SHIFT) + (c & ((1 << UCN_PHRASE_AT_SHIFT) - 1))];
    if (at == 0)
        return 0;
    const uint8_t *p = ucn_phrases + at;
    int n = 0;
    for (int words = *p++; words > 0; words--) {
        uint32_t w = *p++;
        if (w >= UCN_SHORT)
            w = UCN_SHORT + ((w - UCN_SHORT) << 8 | *p++);
        int len = (int)(ucn_word_at[w + 1] - ucn_word_at[w]);
        if (n + len + 2 > room)
            return 0;
        memcpy(buffer + n, ucn_lexicon + ucn_word_at[w], len);
        n += len;
        buffer[n++] = words > 1 ? ' ' : '\0';
    }
    return n - 1;
}

int ucd_name(Py_UCS4 c, char *buffer, int room, bool with_aliases)
{
    if (c >= 0x110000 || (!with_aliases && is_private(c)))
        return 0;
    if (c - S_BASE < S_COUNT) {
        unsigned s = c - S_BASE;
        int n = PyOS_snprintf(buffer, room, "%s%s%s%s", hangul, jamo_l[s / N_COUNT], jamo_v[s % N_COUNT / T_COUNT], jamo_t[s % T_COUNT]);
        return n < room ? n : 0;
    }
    if (is_unified(c)) {
        int n = PyOS_snprintf(buffer, room, "%s%X", unified, (unsigned)c);
        return n < room ? n : 0;
    }
    return table_name(c, buffer, room);
}

/* ---- name to code ---- */

/* The longest jamo that name starts with: its index, or -1. */
static int match_jamo(const char **name, const char *end, const char *table, int width, int count)
{
    int best = -1, best_len = -1;
    for (int i = 0; i < count; i++) {
        const char *jamo = table + i * width;
        int len = (int)strlen(jamo);
        if (len > best_len && len <= end - *name && memcmp(*name, jamo, len) == 0) {
            best = i;
            best_len = len;
        }
    }
    if (best >= 0)
        *name += best_len;
    return best;
}

static bool hangul_code(const char *name, const char *end, Py_UCS4 *code)
{
    int l = match_jamo(&name, end, jamo_l[0], sizeof(jamo_l[0]), L_COUNT);
    int v = match_jamo(&name, end, jamo_v[0], sizeof(jamo_v[0]), V_COUNT);
    int t = match_jamo(&name, end, jamo_t[0], sizeof(jamo_t[0]), T_COUNT);
    if (l < 0 || v < 0 || t < 0 || name != end)
        return false;
    *code = S_BASE + (l * V_COUNT + v) * T_COUNT + t;
    return true;
}

static bool unified_code(const char *name, const char *end, Py_UCS4 *code)
{
    if (end - name != 4 && end - name != 5)
        return false;
    Py_UCS4 v = 0;
    for (; name < end; name++) {
        if (*name >= '0' && *name <= '9')
            v = v * 16 + (*name - '0');
        else if (*name >= 'A' && *name <= 'F')
            v = v * 16 + (*name - 'A' + 10);
        else
            return false;
    }
    *code = v;
    return is_unified(v);
}

static bool same_name(Py_UCS4 c, const char *name, int n)
{
    char buffer[UCN_NAME_MAX + 2];
    return table_name(c, buffer, sizeof(buffer)) == n && memcmp(buffer, name, n) == 0;
}

bool ucd_code(const char *name, int n, Py_UCS4 *code)
{
    int nh = sizeof(hangul) - 1, nu = sizeof(unified) - 1;
    if (n > nh && memcmp(name, hangul, nh) == 0)
        return hangul_code(name + nh, name + n, code);
    if (n > nu && memcmp(name, unified, nu) == 0)
        return unified_code(name + nu, name + n, code);
    if (n == 0 || n > UCN_NAME_MAX)
        return false;
    char upper[UCN_NAME_MAX];
    uint32_t h = 2166136261u, mask = Py_ARRAY_LENGTH(ucn_hash) - 1;
    for (int i = 0; i < n; i++) {
        upper[i] = Py_TOUPPER(name[i]);
        h = (h ^ (unsigned char)upper[i]) * 16777619u;
    }
    h ^= h >> 15;
    for (uint32_t i = h & mask; ucn_hash[i] != 0; i = (i + 1) & mask)
        if (same_name(ucn_hash[i], upper, n)) {
            *code = ucn_hash[i];
            return true;
        }
    return false;
}

bool ucd_is_alias(Py_UCS4 code, Py_UCS4 *real)
{
    if (code - UCN_ALIAS_START >= UCN_ALIASES)
        return false;
    *real = ucn_alias_code[code - UCN_ALIAS_START];
    return true;
}

bool ucd_is_sequence(Py_UCS4 code, const uint16_t **codes, int *n)
{
    if (code - UCN_SEQUENCE_START >= UCN_SEQUENCES)
        return false;
    *codes = ucn_sequences[code - UCN_SEQUENCE_START].codes;
    *n = ucn_sequences[code - UCN_SEQUENCE_START].n;
    return true;
}
