/* object/text/str_find.c: find, count, contains, replace.
 *
 * A pattern of a wider kind than the text cannot occur in it; one of a narrower kind is widened first. Bytes are
 * searched by the C library (memchr, memmem), wider characters by str_search.h. */
#include "object/text/str.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "object/core/err.h"
#include "rt/thread.h"

static inline Py_ssize_t ucs2_find_char(const Py_UCS2 *s, Py_ssize_t n, Py_UCS2 c)
{
    Py_ssize_t i = 0;
#ifdef __SSE2__
    __m128i want = _mm_set1_epi16((short)c);
    for (; i + 8 <= n; i += 8) {
        int mask = _mm_movemask_epi8(_mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)(s + i)), want));
        if (mask)
            return i + __builtin_ctz(mask) / 2;
    }
#endif
    for (; i < n; i++)
        if (s[i] == c)
            return i;
    return -1;
}

static inline Py_ssize_t ucs4_find_char(const Py_UCS4 *s, Py_ssize_t n, Py_UCS4 c)
{
    const wchar_t *p = wmemchr((const wchar_t *)s, (wchar_t)c, n);
    return p == NULL ? -1 : p - (const wchar_t *)s;
}

#define CHAR Py_UCS2
#define FN(name) ucs2_##name
#include "object/text/str_search.h"
#define CHAR Py_UCS4
#define FN(name) ucs4_##name
#include "object/text/str_search.h"

/* memmem() prepares a table first, which a short search never earns back; so candidates are looked for by the first
 * character until that has cost as much. */
static Py_ssize_t ucs1_find(const Py_UCS1 *s, Py_ssize_t n, const Py_UCS1 *p, Py_ssize_t m)
{
    const Py_UCS1 *at = s, *last = s + (n - m);
    for (int tries = 0; at <= last && (tries < 24 || at - s > tries * 16); tries++, at++) {
        at = memchr(at, p[0], last - at + 1);
        if (at == NULL)
            return -1;
        if (at[m - 1] == p[m - 1] && memcmp(at, p, m) == 0)
            return at - s;
    }
    if (at > last)
        return -1;
    const Py_UCS1 *hit = memmem(at, s + n - at, p, m);
    return hit == NULL ? -1 : hit - s;
}

static Py_ssize_t ucs1_rfind(const Py_UCS1 *s, Py_ssize_t n, const Py_UCS1 *p, Py_ssize_t m)
{
    const Py_UCS1 *end = s + n - m + 1;
    while (end > s) {
        const Py_UCS1 *hit = memrchr(s, p[0], end - s);
        if (hit == NULL)
            return -1;
        if (memcmp(hit, p, m) == 0)
            return hit - s;
        end = hit;
    }
    return -1;
}

Py_ssize_t chars_find_char(int kind, const void *s, Py_ssize_t n, Py_UCS4 c)
{
    if (n <= 0)
        return -1;
    if (kind == 1) {
        const Py_UCS1 *p = c > 0xff ? NULL : memchr(s, (int)c, n);
        return p == NULL ? -1 : p - (const Py_UCS1 *)s;
    }
    if (kind == 2)
        return c > 0xffff ? -1 : ucs2_find_char(s, n, (Py_UCS2)c);
    return ucs4_find_char(s, n, c);
}

Py_ssize_t chars_rfind_char(int kind, const void *s, Py_ssize_t n, Py_UCS4 c)
{
    if (n <= 0)
        return -1;
    if (kind == 1) {
        const Py_UCS1 *p = c > 0xff ? NULL : memrchr(s, (int)c, n);
        return p == NULL ? -1 : p - (const Py_UCS1 *)s;
    }
    while (n-- > 0)
        if (PyUnicode_READ(kind, s, n) == c)
            return n;
    return -1;
}

/* Search with both sides of the same kind, m >= 2. */
static Py_ssize_t find_same(int kind, const void *s, Py_ssize_t n, const void *p, Py_ssize_t m, bool reverse)
{
    if (kind == 1) {
        if (reverse)
            return ucs1_rfind(s, n, p, m);
        return ucs1_find(s, n, p, m);
    }
    if (kind == 2)
        return reverse ? ucs2_rfind(s, n, p, m) : ucs2_find(s, n, p, m);
    return reverse ? ucs4_rfind(s, n, p, m) : ucs4_find(s, n, p, m);
}

/* Without memory to widen the pattern in: slow but right. */
static Py_ssize_t find_plain(int sk, const void *s, Py_ssize_t n, int pk, const void *p, Py_ssize_t m, bool reverse)
{
    for (Py_ssize_t k = 0; k <= n - m; k++) {
        Py_ssize_t i = reverse ? n - m - k : k, j = 0;
        while (j < m && PyUnicode_READ(sk, s, i + j) == PyUnicode_READ(pk, p, j))
            j++;
        if (j == m)
            return i;
    }
    return -1;
}

static Py_ssize_t find_any(int sk, const void *s, Py_ssize_t n, int pk, const void *p, Py_ssize_t m, bool reverse)
{
    if (m > n || pk > sk)
        return -1;
    if (m == 0)
        return reverse ? n : 0;
    if (m == 1)
        return reverse ? chars_rfind_char(sk, s, n, PyUnicode_READ(pk, p, 0)) : chars_find_char(sk, s, n, PyUnicode_READ(pk, p, 0));
    if (sk == pk)
        return find_same(sk, s, n, p, m, reverse);
    Py_UCS4 small[64];
    void *wide = (size_t)m * sk <= sizeof(small) ? small : PyMem_RawMalloc((size_t)m * sk);
    if (wide == NULL)
        return find_plain(sk, s, n, pk, p, m, reverse);
    chars_widen(sk, wide, pk, p, m);
    Py_ssize_t at = find_same(sk, s, n, wide, m, reverse);
    if (wide != small)
        PyMem_RawFree(wide);
    return at;
}

Py_ssize_t chars_find(int sk, const void *s, Py_ssize_t n, int pk, const void *p, Py_ssize_t m) { return find_any(sk, s, n, pk, p, m, false); }
Py_ssize_t chars_rfind(int sk, const void *s, Py_ssize_t n, int pk, const void *p, Py_ssize_t m) { return find_any(sk, s, n, pk, p, m, true); }

Py_ssize_t chars_count(int sk, const void *s, Py_ssize_t n, int pk, const void *p, Py_ssize_t m, Py_ssize_t max)
{
    if (m == 0)
        return Py_MIN(n + 1, max);
    if (m > n || pk > sk)
        return 0;
    Py_ssize_t count = 0, at;
    const char *from = s;
    if (m == 1 && sk == 1 && max >= n) {
        Py_UCS1 c = (Py_UCS1)PyUnicode_READ(pk, p, 0);
        for (Py_ssize_t i = 0; i < n; i++)
            count += ((const Py_UCS1 *)s)[i] == c;
        return count;
    }
    while (count < max && (at = find_any(sk, from, n, pk, p, m, false)) >= 0) {
        count++;
        from += (at + m) * sk;
        n -= at + m;
    }
    return count;
}

/* ---- the API ---- */

static void adjust(Py_ssize_t *start, Py_ssize_t *end, Py_ssize_t n)
{
    if (*end > n)
        *end = n;
    else if (*end < 0)
        *end = Py_MAX(*end + n, 0);
    if (*start < 0)
        *start = Py_MAX(*start + n, 0);
}

static Py_ssize_t find_slice(PyObject *s, PyObject *sub, Py_ssize_t start, Py_ssize_t end, int direction)
{
    adjust(&start, &end, str_len(s));
    Py_ssize_t m = str_len(sub);
    if (end - start < m)
        return -1;
    int kind = PyUnicode_KIND(s);
    const char *data = (char *)PyUnicode_DATA(s) + start * kind;
    Py_ssize_t at = find_any(kind, data, end - start, PyUnicode_KIND(sub), PyUnicode_DATA(sub), m, direction < 0);
    return at < 0 ? -1 : start + at;
}

Py_ssize_t PyUnicode_Find(PyObject *s, PyObject *sub, Py_ssize_t start, Py_ssize_t end, int direction)
{
    if (str_check(s) < 0 || str_check(sub) < 0)
        return -2;
    return find_slice(s, sub, start, end, direction);
}

Py_ssize_t PyUnicode_FindChar(PyObject *s, Py_UCS4 c, Py_ssize_t start, Py_ssize_t end, int direction)
{
    adjust(&start, &end, str_len(s));
    if (end - start < 1)
        return -1;
    int kind = PyUnicode_KIND(s);
    const char *data = (char *)PyUnicode_DATA(s) + start * kind;
    Py_ssize_t at = direction > 0 ? chars_find_char(kind, data, end - start, c) : chars_rfind_char(kind, data, end - start, c);
    return at < 0 ? -1 : start + at;
}

Py_ssize_t PyUnicode_Count(PyObject *s, PyObject *sub, Py_ssize_t start, Py_ssize_t end)
{
    if (str_check(s) < 0 || str_check(sub) < 0)
        return -1;
    adjust(&start, &end, str_len(s));
    if (end - start < str_len(sub))
        return 0;
    int kind = PyUnicode_KIND(s);
    return chars_count(kind, (char *)PyUnicode_DATA(s) + start * kind, end - start,
                       PyUnicode_KIND(sub), PyUnicode_DATA(sub), str_len(sub), PY_SSIZE_T_MAX);
}

int PyUnicode_Contains(PyObject *s, PyObject *sub)
{
    if (!PyUnicode_Check(sub)) {
        PyErr_Format(PyExc_TypeError, "'in <string>' requires string as left operand, not %.100s", Py_TYPE(sub)->tp_name);
        return -1;
    }
    if (str_check(s) < 0)
        return -1;
    return find_any(PyUnicode_KIND(s), PyUnicode_DATA(s), str_len(s), PyUnicode_KIND(sub), PyUnicode_DATA(sub), str_len(sub), false) >= 0;
}

Py_ssize_t PyUnicode_Tailmatch(PyObject *s, PyObject *sub, Py_ssize_t start, Py_ssize_t end, int direction)
{
    if (str_check(s) < 0 || str_check(sub) < 0)
        return -1;
    adjust(&start, &end, str_len(s));
    Py_ssize_t m = str_len(sub);
    if (end - m < start)
        return 0;
    if (m == 0)
        return 1;
    int sk = PyUnicode_KIND(s), pk = PyUnicode_KIND(sub);
    if (pk > sk)
        return 0;
    Py_ssize_t from = direction > 0 ? end - m : start;
    const char *data = (char *)PyUnicode_DATA(s) + from * sk;
    if (sk == pk)
        return memcmp(data, PyUnicode_DATA(sub), m * sk) == 0;
    for (Py_ssize_t i = 0; i < m; i++)
        if (PyUnicode_READ(sk, data, i) != PyUnicode_READ(pk, PyUnicode_DATA(sub), i))
            return 0;
    return 1;
}

/* ---- replace ---- */

/* The string in `s` may be of a wider kind than its characters need. */
static PyObject *renarrow(PyObject *s)
{
    if (s == NULL || PyUnicode_IS_ASCII(s) || str_len(s) == 0)
        return s;
    int kind = PyUnicode_KIND(s);
    if (str_max_char(kind, PyUnicode_DATA(s), str_len(s)) == PyUnicode_MAX_CHAR_VALUE(s))
        return s;
    PyObject *out = PyUnicode_FromKindAndData(kind, PyUnicode_DATA(s), str_len(s));
    Py_DECREF(s);
    return out;
}

static PyObject *replace_char(PyObject *s, Py_UCS4 old, Py_UCS4 new, Py_UCS4 max, Py_ssize_t count)
{
    int kind = PyUnicode_KIND(s);
    Py_ssize_t n = str_len(s), i = chars_find_char(kind, PyUnicode_DATA(s), n, old);
    if (i < 0)
        return str_exact(s);
    PyObject *out = PyUnicode_New(n, max);
    if (out == NULL)
        return NULL;
    str_copy_chars(out, 0, s, 0, n);
    int ok = PyUnicode_KIND(out);
    void *data = PyUnicode_DATA(out);
    if (ok == 1 && count >= n) {
        Py_UCS1 *p = (Py_UCS1 *)data + i, *end = (Py_UCS1 *)data + n;
        for (; p != NULL && p < end; p = memchr(p, (int)old, end - p))
            *p++ = (Py_UCS1)new;
        return out;
    }
    while (count-- > 0) {
        PyUnicode_WRITE(ok, data, i, new);
        Py_ssize_t next = chars_find_char(ok, (char *)data + (i + 1) * ok, n - i - 1, old);
        if (next < 0)
            break;
        i += 1 + next;
    }
    return out;
}

/* new between all characters and at both ends, at most count times. */
static PyObject *interleave(PyObject *s, PyObject *new, Py_UCS4 max, Py_ssize_t count)
{
    Py_ssize_t n = str_len(s), m = str_len(new);
    count = Py_MIN(count, n + 1);
    if (m > 0 && count > (PY_SSIZE_T_MAX - n) / m) {
        PyErr_SetString(PyExc_OverflowError, "replace string is too long");
        return NULL;
    }
    PyObject *out = PyUnicode_New(n + count * m, max);
    if (out == NULL || count * m + n == 0)
        return out;
    Py_ssize_t to = 0, from = 0;
    while (count-- > 0) {
        str_copy_chars(out, to, new, 0, m);
        to += m;
        if (from < n)
            str_copy_chars(out, to++, s, from++, 1);
    }
    str_copy_chars(out, to, s, from, n - from);
    return out;
}

static PyObject *replace_general(PyObject *s, PyObject *old, PyObject *new, Py_UCS4 max, Py_ssize_t count)
{
    int kind = PyUnicode_KIND(s), pk = PyUnicode_KIND(old);
    const char *data = PyUnicode_DATA(s);
    Py_ssize_t n = str_len(s), m = str_len(old), k = str_len(new);
    count = chars_count(kind, data, n, pk, PyUnicode_DATA(old), m, count);
    if (count == 0)
        return str_exact(s);
    if (k > m && k - m > (PY_SSIZE_T_MAX - n) / count) {
        PyErr_SetString(PyExc_OverflowError, "replace string is too long");
        return NULL;
    }
    PyObject *out = PyUnicode_New(n + count * (k - m), max);
    if (out == NULL || str_len(out) == 0)
        return out;
    Py_ssize_t from = 0, to = 0;
    while (count-- > 0) {
        Py_ssize_t at = find_any(kind, data + from * kind, n - from, pk, PyUnicode_DATA(old), m, false);
        str_copy_chars(out, to, s, from, at);
        to += at;
        str_copy_chars(out, to, new, 0, k);
        to += k;
        from += at + m;
    }
    str_copy_chars(out, to, s, from, n - from);
    return out;
}

PyObject *PyUnicode_Replace(PyObject *s, PyObject *old, PyObject *new, Py_ssize_t count)
{
    if (str_check(s) < 0 || str_check(old) < 0 || str_check(new) < 0)
        return NULL;
    if (count < 0)
        count = PY_SSIZE_T_MAX;
    Py_ssize_t m = str_len(old);
    if (count == 0 || old == new || m > str_len(s) || PyUnicode_KIND(old) > PyUnicode_KIND(s) || str_eq(old, new))
        return str_exact(s);
    Py_UCS4 max = Py_MAX(PyUnicode_MAX_CHAR_VALUE(s), PyUnicode_MAX_CHAR_VALUE(new));
    PyObject *out;
    if (m == 0)
        return interleave(s, new, max, count);
    if (m == 1 && str_len(new) == 1)
        out = replace_char(s, PyUnicode_READ_CHAR(old, 0), PyUnicode_READ_CHAR(new, 0), max, count);
    else
        out = replace_general(s, old, new, max, count);
    if (out != s && PyUnicode_MAX_CHAR_VALUE(old) == max && max > 0x7f)
        out = renarrow(out);
    return out;
}
