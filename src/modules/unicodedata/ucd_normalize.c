/* modules/unicodedata/ucd_normalize.c: records, decomposition, and the four normal forms (UAX 15). */
#include "modules/unicodedata/ucd.h"

#include <string.h>

#include "modules/unicodedata_data.h"

#define S_BASE 0xac00
#define L_BASE 0x1100
#define V_BASE 0x1161
#define T_BASE 0x11a7
#define L_COUNT 19
#define V_COUNT 21
#define T_COUNT 28
#define N_COUNT (V_COUNT * T_COUNT)
#define S_COUNT (L_COUNT * N_COUNT)

const struct ucd_record *ucd_record(Py_UCS4 c)
{
    if (c >= 0x110000)
        return &ucd_records[0];
    unsigned block = ucd_record_index1[c >> UCD_RECORD_SHIFT];
    return &ucd_records[ucd_record_index2[(block << UCD_RECORD_SHIFT) + (c & ((1 << UCD_RECORD_SHIFT) - 1))]];
}

const char *ucd_prefix_name(int prefix) { return ucd_prefixes[prefix]; }
const char *ucd_category_name(int category) { return ucd_categories[category]; }
const char *ucd_bidi_name(int bidi) { return ucd_bidi[bidi]; }
const char *ucd_width_name(int width) { return ucd_widths[width]; }

int ucd_decomposition(Py_UCS4 c, const uint32_t **codes, int *prefix)
{
    if (c >= 0x110000)
        return 0;
    unsigned block = ucd_decomposition_at_index1[c >> UCD_DECOMPOSITION_AT_SHIFT];
    unsigned at = ucd_decomposition_at_index2[(block << UCD_DECOMPOSITION_AT_SHIFT) + (c & ((1 << UCD_DECOMPOSITION_AT_SHIFT) - 1))];
    if (at == 0)
        return 0;
    *codes = ucd_decomposition_codes + at + 1;
    *prefix = (int)((*codes)[-1] & 255);
    return (int)((*codes)[-1] >> 8);
}

/* ---- quick check ---- */

int ucd_quick_check(PyObject *s, enum ucd_form form, bool yes_only)
{
    if (PyUnicode_IS_ASCII(s))
        return 1;
    int result = 1, previous = 0;
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(s); i++) {
        const struct ucd_record *r = ucd_record(PyUnicode_READ_CHAR(s, i));
        if (r->combining != 0 && previous > r->combining)
            return 0;
        previous = r->combining;
        int quick = r->quick >> (2 * form) & 3;
        if (quick == 2 || (quick != 0 && yes_only))
            return 0;
        if (quick == 1)
            result = -1;
    }
    return result;
}

/* ---- decomposing ---- */

struct buffer { Py_UCS4 *p; Py_ssize_t n, room; };

static int put(struct buffer *b, Py_UCS4 c)
{
    if (b->n == b->room) {
        Py_ssize_t room = b->room * 2 + 16;
        Py_UCS4 *p = room > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(*p) ? NULL : PyMem_Realloc(b->p, room * sizeof(*p));
        if (p == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        b->p = p;
        b->room = room;
    }
    b->p[b->n++] = c;
    return 0;
}

/* In Unicode 3.2 some characters had no or a wrong decomposition. */
static Py_UCS4 correction(Py_UCS4 c)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ucd_corrections); i++)
        if (ucd_corrections[i][0] == c)
            return ucd_corrections[i][1];
    return 0;
}

/* All of c's decomposition; mappings nest a few levels at most. */
static int decompose_char(struct buffer *b, Py_UCS4 c, bool compat, bool old)
{
    if (c - S_BASE < S_COUNT) {
        Py_UCS4 s = c - S_BASE, t = s % T_COUNT;
        if (put(b, L_BASE + s / N_COUNT) < 0 || put(b, V_BASE + s % N_COUNT / T_COUNT) < 0)
            return -1;
        return t == 0 ? 0 : put(b, T_BASE + t);
    }
    Py_UCS4 fixed = old ? correction(c) : 0;
    if (fixed != 0)
        return decompose_char(b, fixed, compat, false);
    const uint32_t *codes;
    int prefix, n = old && !ucd_record(c)->old ? 0 : ucd_decomposition(c, &codes, &prefix);
    if (n == 0 || (prefix != 0 && !compat))
        return put(b, c);
    for (int i = 0; i < n; i++)
        if (decompose_char(b, codes[i], compat, old) < 0)
            return -1;
    return 0;
}

/* Stable order of combining characters by class. */
static void sort_marks(Py_UCS4 *p, Py_ssize_t n)
{
    int previous = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        int class = ucd_record(p[i])->combining;
        if (class == 0 || previous <= class) {
            previous = class;
            continue;
        }
        Py_UCS4 c = p[i];
        Py_ssize_t j = i;
        while (j > 0 && ucd_record(p[j - 1])->combining > class) {
            p[j] = p[j - 1];
            j--;
        }
        p[j] = c;
    }
}

/* ---- composing ---- */

static Py_UCS4 pair(Py_UCS4 a, Py_UCS4 b)
{
    if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a - S_BASE < S_COUNT && (a - S_BASE) % T_COUNT == 0 && b - T_BASE - 1 < T_COUNT - 1)
        return a + (b - T_BASE);
    size_t lo = 0, hi = Py_ARRAY_LENGTH(ucd_pairs);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (ucd_pairs[mid].first < a || (ucd_pairs[mid].first == a && ucd_pairs[mid].second < b))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < Py_ARRAY_LENGTH(ucd_pairs) && ucd_pairs[lo].first == a && ucd_pairs[lo].second == b ? ucd_pairs[lo].composed : 0;
}

/* Composes in place; the new length. */
static Py_ssize_t compose(Py_UCS4 *p, Py_ssize_t n)
{
    Py_ssize_t out = 0, starter = -1;
    int last = -1;                       /* class of the last character kept behind the starter; -1: none */
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = p[i];
        int class = ucd_record(c)->combining;
        if (starter >= 0 && (last == -1 || (last < class && last != 0))) {
            Py_UCS4 composed = pair(p[starter], c);
            if (composed != 0) {
                p[starter] = composed;
                continue;
            }
        }
        if (class == 0) {
            starter = out;
            last = -1;
        }
        else
            last = class;
        p[out++] = c;
    }
    return out;
}

PyObject *ucd_normalize(PyObject *s, enum ucd_form form, bool old)
{
    bool compat = form == UCD_NFKD || form == UCD_NFKC;
    struct buffer b = { NULL, 0, 0 };
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(s); i++)
        if (decompose_char(&b, PyUnicode_READ_CHAR(s, i), compat, old) < 0) {
            PyMem_Free(b.p);
            return NULL;
        }
    sort_marks(b.p, b.n);
    if (form == UCD_NFC || form == UCD_NFKC)
        b.n = compose(b.p, b.n);
    PyObject *out = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, b.p, b.n);
    PyMem_Free(b.p);
    return out;
}
