/* object/text/unicode_type.c: questions about single characters, answered from generated tables.
 *
 * The kind of a character is a row of uc_types, found through a two-stage index. Case mappings that are not one
 * to one lie in uc_extended_case; see struct uc_type. */
#include "object/text/unicode_type.h"

#include "object/text/unicode_type_tables.h"

const unsigned char _Py_ascii_whitespace[] = {
    [9] = 1, [10] = 1, [11] = 1, [12] = 1, [13] = 1, [28] = 1, [29] = 1, [30] = 1, [31] = 1, [32] = 1, [127] = 0,
};

const struct uc_type *uc_type(Py_UCS4 c)
{
    if (c >= 0x110000)
        return &uc_types[0];
    unsigned block = uc_type_index1[c >> UC_TYPE_SHIFT];
    return &uc_types[uc_type_index2[(block << UC_TYPE_SHIFT) + (c & ((1 << UC_TYPE_SHIFT) - 1))]];
}

#define FLAG_FUNCTION(name, flag) int name(Py_UCS4 c) { return (uc_type(c)->flags & (flag)) != 0; }
FLAG_FUNCTION(_PyUnicode_IsAlpha, UC_ALPHA)
FLAG_FUNCTION(_PyUnicode_IsLowercase, UC_LOWER)
FLAG_FUNCTION(_PyUnicode_IsUppercase, UC_UPPER)
FLAG_FUNCTION(_PyUnicode_IsTitlecase, UC_TITLE)
FLAG_FUNCTION(_PyUnicode_IsPrintable, UC_PRINTABLE)
FLAG_FUNCTION(_PyUnicode_IsNumeric, UC_NUMERIC)

int _PyUnicode_IsWhitespace(const Py_UCS4 c) { return (uc_type(c)->flags & UC_SPACE) != 0; }
int _PyUnicode_IsLinebreak(const Py_UCS4 c) { return (uc_type(c)->flags & UC_LINEBREAK) != 0; }

int _PyUnicode_ToDecimalDigit(Py_UCS4 c)
{
    const struct uc_type *t = uc_type(c);
    return t->flags & UC_DECIMAL ? t->decimal : -1;
}

int _PyUnicode_ToDigit(Py_UCS4 c)
{
    const struct uc_type *t = uc_type(c);
    return t->flags & UC_DIGIT ? t->digit : -1;
}

int _PyUnicode_IsDecimalDigit(Py_UCS4 c) { return _PyUnicode_ToDecimalDigit(c) >= 0; }
int _PyUnicode_IsDigit(Py_UCS4 c) { return _PyUnicode_ToDigit(c) >= 0; }

double _PyUnicode_ToNumeric(Py_UCS4 c)
{
    size_t lo = 0, hi = Py_ARRAY_LENGTH(uc_numeric_code);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (uc_numeric_code[mid] < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < Py_ARRAY_LENGTH(uc_numeric_code) && uc_numeric_code[lo] == c ? uc_numeric_value[lo] : -1.0;
}

static inline Py_UCS4 map_simple(Py_UCS4 c, const struct uc_type *t, int32_t mapping)
{
    return t->flags & UC_EXTENDED_CASE ? uc_extended_case[mapping & 0xFFFF] : c + mapping;
}

Py_UCS4 _PyUnicode_ToUppercase(Py_UCS4 c) { const struct uc_type *t = uc_type(c); return map_simple(c, t, t->upper); }
Py_UCS4 _PyUnicode_ToLowercase(Py_UCS4 c) { const struct uc_type *t = uc_type(c); return map_simple(c, t, t->lower); }
Py_UCS4 _PyUnicode_ToTitlecase(Py_UCS4 c) { const struct uc_type *t = uc_type(c); return map_simple(c, t, t->title); }

static int map_full(Py_UCS4 c, const struct uc_type *t, int32_t mapping, Py_UCS4 *out)
{
    if (!(t->flags & UC_EXTENDED_CASE)) {
        out[0] = c + mapping;
        return 1;
    }
    int n = mapping >> 24;
    for (int i = 0; i < n; i++)
        out[i] = uc_extended_case[(mapping & 0xFFFF) + i];
    return n;
}

int uc_to_lower_full(Py_UCS4 c, Py_UCS4 *out) { const struct uc_type *t = uc_type(c); return map_full(c, t, t->lower, out); }
int uc_to_upper_full(Py_UCS4 c, Py_UCS4 *out) { const struct uc_type *t = uc_type(c); return map_full(c, t, t->upper, out); }
int uc_to_title_full(Py_UCS4 c, Py_UCS4 *out) { const struct uc_type *t = uc_type(c); return map_full(c, t, t->title, out); }

int uc_to_folded_full(Py_UCS4 c, Py_UCS4 *out)
{
    const struct uc_type *t = uc_type(c);
    int n = t->lower >> 20 & 7;
    if (!(t->flags & UC_EXTENDED_CASE) || n == 0)
        return map_full(c, t, t->lower, out);
    int at = (t->lower & 0xFFFF) + (t->lower >> 24);
    for (int i = 0; i < n; i++)
        out[i] = uc_extended_case[at + i];
    return n;
}

const struct ucn_api *ucn_api_get(void)
{
    static const struct ucn_api *api;      /* points into the module's static data: stays valid */
    if (api == NULL)
        api = PyCapsule_Import("unicodedata._ucnhash_CAPI", 1);
    return api;
}
