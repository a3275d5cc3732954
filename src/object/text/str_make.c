/* object/text/str_make.c: making, copying, widening and growing strings.
 *
 * Characters arrive in one of three widths; a result is always stored in the narrowest that fits, so makers first
 * find the widest character (str_max_char, sixteen bytes at a time) and then copy with a plain or a converting
 * loop that the compiler vectorises. One-character Latin-1 strings and the empty one are shared. */
#include "object/text/str.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "object/core/err.h"
#include "rt/heap.h"
#include "object/core/birth.h"
#include "rt/singletons.h"
#include "rt/thread.h"

/* ---- looking at characters ---- */

/* Up to 16 bytes, as most names and words have: two loads that may overlap. */
static inline bool short_is_ascii(const char *p, Py_ssize_t n)
{
    if (n >= 8) {
        uint64_t a, b;
        memcpy(&a, p, 8);
        memcpy(&b, p + n - 8, 8);
        return ((a | b) & UINT64_C(0x8080808080808080)) == 0;
    }
    if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, p, 4);
        memcpy(&b, p + n - 4, 4);
        return ((a | b) & 0x80808080u) == 0;
    }
    return n == 0 || ((p[0] | p[n / 2] | p[n - 1]) & 0x80) == 0;
}

Py_ssize_t bytes_ascii_prefix(const char *p, Py_ssize_t n)
{
    Py_ssize_t i = 0;
    if (n <= 16 && short_is_ascii(p, n))
        return n;
#ifdef __SSE2__
    for (; i + 64 <= n; i += 64) {
        const __m128i *v = (const __m128i *)(p + i);
        __m128i a = _mm_or_si128(_mm_loadu_si128(v), _mm_loadu_si128(v + 1));
        __m128i b = _mm_or_si128(_mm_loadu_si128(v + 2), _mm_loadu_si128(v + 3));
        if (_mm_movemask_epi8(_mm_or_si128(a, b)))
            break;
    }
#endif
    for (; i + 8 <= n; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, 8);
        w &= UINT64_C(0x8080808080808080);
        if (w)
            return i + (__builtin_ctzll(w) >> 3);
    }
    while (i < n && !(p[i] & 0x80))
        i++;
    return i;
}

bool bytes_are_ascii(const char *p, Py_ssize_t n) { return n <= 16 ? short_is_ascii(p, n) : bytes_ascii_prefix(p, n) == n; }

static Py_UCS4 max_char_ucs2(const Py_UCS2 *p, Py_ssize_t n)
{
    Py_UCS2 all = 0;
    Py_ssize_t i = 0;
    while (i < n) {
        Py_ssize_t stop = Py_MIN(n, i + 256);
        for (; i < stop; i++)
            all |= p[i];
        if (all > 0xff)
            return 0xffff;
    }
    return all < 0x80 ? 0x7f : 0xff;
}

static Py_UCS4 max_char_ucs4(const Py_UCS4 *p, Py_ssize_t n)
{
    Py_UCS4 all = 0;
    Py_ssize_t i = 0;
    while (i < n) {
        Py_ssize_t stop = Py_MIN(n, i + 256);
        for (; i < stop; i++)
            all |= p[i];
        if (all > 0xffff)
            return 0x10ffff;
    }
    return all < 0x80 ? 0x7f : all <= 0xff ? 0xff : 0xffff;
}

Py_UCS4 str_max_char(int kind, const void *data, Py_ssize_t n)
{
    switch (kind) {
    case PyUnicode_1BYTE_KIND:
        return bytes_are_ascii(data, n) ? 0x7f : 0xff;
    case PyUnicode_2BYTE_KIND:
        return max_char_ucs2(data, n);
    default:
        return max_char_ucs4(data, n);
    }
}

/* ---- copying between widths ---- */

#define CONVERT(name, to_t, from_t) \
    static void name(to_t *restrict to, const from_t *restrict from, Py_ssize_t n) \
    { \
        for (Py_ssize_t i = 0; i < n; i++) \
            to[i] = (to_t)from[i]; \
    }
CONVERT(copy_1_2, Py_UCS2, Py_UCS1)
CONVERT(copy_1_4, Py_UCS4, Py_UCS1)
CONVERT(copy_2_1, Py_UCS1, Py_UCS2)
CONVERT(copy_2_4, Py_UCS4, Py_UCS2)
CONVERT(copy_4_1, Py_UCS1, Py_UCS4)
CONVERT(copy_4_2, Py_UCS2, Py_UCS4)

/* Converts in either direction; narrowing is the caller's promise that all characters fit. */
void chars_widen(int to_kind, void *to, int kind, const void *from, Py_ssize_t n)
{
    if (to_kind == kind) {
        memcpy(to, from, (size_t)n * kind);
        return;
    }
    switch (kind << 4 | to_kind) {
    case 0x12: copy_1_2(to, from, n); break;
    case 0x14: copy_1_4(to, from, n); break;
    case 0x21: copy_2_1(to, from, n); break;
    case 0x24: copy_2_4(to, from, n); break;
    case 0x41: copy_4_1(to, from, n); break;
    default: copy_4_2(to, from, n); break;
    }
}

static inline void *at(int kind, const void *data, Py_ssize_t i) { return (char *)data + kind * i; }

void str_copy_chars(PyObject *to, Py_ssize_t pos, PyObject *from, Py_ssize_t start, Py_ssize_t n)
{
    int tk = PyUnicode_KIND(to), fk = PyUnicode_KIND(from);
    chars_widen(tk, at(tk, PyUnicode_DATA(to), pos), fk, at(fk, PyUnicode_DATA(from), start), n);
}

/* ---- allocation ---- */

PyObject *PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
{
    if (size == 0)
        return str_empty();
    int kind = maxchar < 0x100 ? 1 : maxchar < 0x10000 ? 2 : 4;
    bool ascii = maxchar < 0x80;
    if (maxchar > 0x10ffff) {
        PyErr_SetString(PyExc_SystemError, "invalid maximum character passed to PyUnicode_New");
        return NULL;
    }
    if (size < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyUnicode_New");
        return NULL;
    }
    size_t head = ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    if (size > (Py_ssize_t)((PY_SSIZE_T_MAX - head) / kind) - 1)
        return PyErr_NoMemory();
    PyASCIIObject *s = heap_alloc(head + (size_t)(size + 1) * kind);
    if (s == NULL)
        return PyErr_NoMemory();
    s->ob_base.ob_type = &PyUnicode_Type;
    object_born((PyObject *)s);
    s->length = size;
    s->hash = -1;
    *(uint32_t *)&s->state = 0;
    s->state.kind = kind;
    s->state.compact = 1;
    s->state.ascii = ascii;
    void *data = (char *)s + head;
    if (!ascii) {
        ((PyCompactUnicodeObject *)s)->utf8 = NULL;
        ((PyCompactUnicodeObject *)s)->utf8_length = 0;
    }
    PyUnicode_WRITE(kind, data, size, 0);
    return (PyObject *)s;
}

PyObject *str_empty(void) { return Py_NewRef(EMPTY_STR); }

PyObject *str_char(Py_UCS4 c)
{
    if (c < 256)
        return Py_NewRef(LATIN1_CHAR(c));
    PyObject *s = PyUnicode_New(1, c);
    if (s != NULL)
        PyUnicode_WRITE(PyUnicode_KIND(s), PyUnicode_DATA(s), 0, c);
    return s;
}

PyObject *str_shared(PyObject *s)
{
    if (s != NULL && str_len(s) == 1)
        Py_SETREF(s, str_char(PyUnicode_READ_CHAR(s, 0)));
    return s;
}

PyObject *str_from_ascii(const char *s, Py_ssize_t n)
{
    return n == 1 ? Py_NewRef(LATIN1_CHAR((unsigned char)s[0])) : str_new_ascii(s, n);
}

PyObject *str_new_ascii(const char *s, Py_ssize_t n)
{
    if (n <= 0 || n > (Py_ssize_t)(PY_SSIZE_T_MAX - sizeof(PyASCIIObject) - 1))
        return PyUnicode_New(n, 0x7f);
    PyASCIIObject *out = heap_alloc(sizeof *out + (size_t)n + 1);
    if (out == NULL)
        return PyErr_NoMemory();
    out->ob_base.ob_type = &PyUnicode_Type;
    object_born((PyObject *)out);
    out->length = n;
    out->hash = -1;
    *(uint32_t *)&out->state = 0;
    out->state.kind = 1;
    out->state.compact = 1;
    out->state.ascii = 1;
    char *data = (char *)(out + 1);
    memcpy(data, s, (size_t)n);
    data[n] = '\0';
    return (PyObject *)out;
}

PyObject *str_from_ucs1(const Py_UCS1 *s, Py_ssize_t n)
{
    if (n == 1)
        return str_char(s[0]);
    PyObject *out = PyUnicode_New(n, str_max_char(1, s, n));
    if (out != NULL && n > 0)
        memcpy(PyUnicode_DATA(out), s, n);
    return out;
}

static PyObject *from_wide(int kind, const void *s, Py_ssize_t n)
{
    if (n == 1)
        return str_char(PyUnicode_READ(kind, s, 0));
    PyObject *out = PyUnicode_New(n, str_max_char(kind, s, n));
    if (out != NULL && n > 0)
        chars_widen(PyUnicode_KIND(out), PyUnicode_DATA(out), kind, s, n);
    return out;
}
PyObject *str_from_ucs2(const Py_UCS2 *s, Py_ssize_t n) { return from_wide(2, s, n); }
PyObject *str_from_ucs4(const Py_UCS4 *s, Py_ssize_t n) { return from_wide(4, s, n); }

PyObject *PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must be positive");
        return NULL;
    }
    switch (kind) {
    case PyUnicode_1BYTE_KIND:
        return str_from_ucs1(buffer, size);
    case PyUnicode_2BYTE_KIND:
    case PyUnicode_4BYTE_KIND:
        return from_wide(kind, buffer, size);
    default:
        PyErr_SetString(PyExc_SystemError, "invalid kind");
        return NULL;
    }
}

PyObject *PyUnicode_FromOrdinal(int ordinal)
{
    if (ordinal < 0 || ordinal > 0x10ffff) {
        PyErr_SetString(PyExc_ValueError, "chr() arg not in range(0x110000)");
        return NULL;
    }
    return str_char((Py_UCS4)ordinal);
}

PyObject *PyUnicode_FromStringAndSize(const char *s, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyUnicode_FromStringAndSize");
        return NULL;
    }
    if (s != NULL)
        return PyUnicode_DecodeUTF8Stateful(s, n, NULL, NULL);
    if (n > 0) {
        PyErr_SetString(PyExc_SystemError, "NULL string with positive size with NULL passed to PyUnicode_FromStringAndSize");
        return NULL;
    }
    return str_empty();
}

PyObject *PyUnicode_FromString(const char *s)
{
    size_t n = strlen(s);
    if (n > PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "input too long");
        return NULL;
    }
    return PyUnicode_DecodeUTF8Stateful(s, (Py_ssize_t)n, NULL, NULL);
}

PyObject *PyUnicode_FromWideChar(const wchar_t *w, Py_ssize_t n)
{
    if (w == NULL && n != 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (n == -1)
        n = (Py_ssize_t)wcslen(w);
    if (n > (Py_ssize_t)(PY_SSIZE_T_MAX / sizeof(wchar_t)))
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n; i++)
        if ((Py_UCS4)w[i] > 0x10ffff) {
            PyErr_Format(PyExc_ValueError, "character U+%x is not in range [U+0000; U+10ffff]", (unsigned)w[i]);
            return NULL;
        }
    return from_wide(4, w, n);
}

PyObject *_PyUnicode_Copy(PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    Py_ssize_t n = str_len(s);
    PyObject *out = PyUnicode_New(n, PyUnicode_MAX_CHAR_VALUE(s));
    if (out != NULL && n > 0)
        memcpy(PyUnicode_DATA(out), PyUnicode_DATA(s), (size_t)n * PyUnicode_KIND(s));
    return out;
}

PyObject *str_exact(PyObject *s) { return PyUnicode_CheckExact(s) ? Py_NewRef(s) : _PyUnicode_Copy(s); }

int str_check(PyObject *op)
{
    if (PyUnicode_Check(op))
        return 0;
    PyErr_Format(PyExc_TypeError, "must be str, not %.100s", Py_TYPE(op)->tp_name);
    return -1;
}

PyObject *PyUnicode_FromObject(PyObject *op)
{
    if (PyUnicode_Check(op))
        return str_exact(op);
    PyErr_Format(PyExc_TypeError, "Can't convert '%.100s' object to str implicitly", Py_TYPE(op)->tp_name);
    return NULL;
}

/* ---- parts ---- */

PyObject *str_slice(PyObject *s, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t n = end - start;
    if (n <= 0)
        return str_empty();
    if (n == str_len(s))
        return str_exact(s);
    int kind = PyUnicode_KIND(s);
    const char *data = at(kind, PyUnicode_DATA(s), start);
    if (str_is_ascii(s))
        return str_from_ascii(data, n);
    return PyUnicode_FromKindAndData(kind, data, n);
}

PyObject *PyUnicode_Substring(PyObject *s, Py_ssize_t start, Py_ssize_t end)
{
    if (start < 0 || end < 0) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return NULL;
    }
    Py_ssize_t n = str_len(s);
    end = Py_MIN(end, n);
    if (start >= n || end < start)
        return str_empty();
    return str_slice(s, start, end);
}

PyObject *str_getitem(PyObject *s, Py_ssize_t i)
{
    if (i < 0 || i >= str_len(s)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return NULL;
    }
    return str_char(PyUnicode_READ_CHAR(s, i));
}

Py_ssize_t PyUnicode_GetLength(PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return -1;
    }
    return str_len(s);
}

PyAPI_FUNC(Py_ssize_t) PyUnicode_GetSize(PyObject *s);
Py_ssize_t PyUnicode_GetSize(PyObject *s)
{
    PyErr_SetString(PyExc_RuntimeError, "PyUnicode_GetSize has been removed.");
    return -1;
}

Py_UCS4 PyUnicode_ReadChar(PyObject *s, Py_ssize_t i)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return (Py_UCS4)-1;
    }
    if (i < 0 || i >= str_len(s)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return (Py_UCS4)-1;
    }
    return PyUnicode_READ_CHAR(s, i);
}

/* ---- changing in place ---- */

bool str_is_modifiable(PyObject *s)
{
    return Py_REFCNT(s) == 1 && ((PyASCIIObject *)s)->hash == -1 && !PyUnicode_CHECK_INTERNED(s) && PyUnicode_CheckExact(s);
}

static int check_modifiable(PyObject *s)
{
    if (str_is_modifiable(s))
        return 0;
    PyErr_SetString(PyExc_SystemError, "Cannot modify a string currently used");
    return -1;
}

int PyUnicode_WriteChar(PyObject *s, Py_ssize_t i, Py_UCS4 c)
{
    if (!PyUnicode_Check(s) || !PyUnicode_IS_COMPACT(s)) {
        PyErr_BadArgument();
        return -1;
    }
    if (i < 0 || i >= str_len(s)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    if (check_modifiable(s) < 0)
        return -1;
    if (c > PyUnicode_MAX_CHAR_VALUE(s)) {
        PyErr_SetString(PyExc_ValueError, "character out of range");
        return -1;
    }
    PyUnicode_WRITE(PyUnicode_KIND(s), PyUnicode_DATA(s), i, c);
    return 0;
}

Py_ssize_t PyUnicode_Fill(PyObject *s, Py_ssize_t start, Py_ssize_t length, Py_UCS4 c)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (check_modifiable(s) < 0)
        return -1;
    if (c > PyUnicode_MAX_CHAR_VALUE(s)) {
        PyErr_SetString(PyExc_ValueError, "fill character is bigger than the string maximum character");
        return -1;
    }
    if (start < 0) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    Py_ssize_t n = Py_MIN(length, str_len(s) - start);
    for (Py_ssize_t i = 0; i < n; i++)
        PyUnicode_WRITE(PyUnicode_KIND(s), PyUnicode_DATA(s), start + i, c);
    return Py_MAX(n, 0);
}

Py_ssize_t PyUnicode_CopyCharacters(PyObject *to, Py_ssize_t to_start, PyObject *from, Py_ssize_t from_start, Py_ssize_t n)
{
    if (!PyUnicode_Check(from) || !PyUnicode_Check(to)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if ((size_t)from_start > (size_t)str_len(from) || (size_t)to_start > (size_t)str_len(to)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    if (n < 0) {
        PyErr_SetString(PyExc_SystemError, "how_many cannot be negative");
        return -1;
    }
    n = Py_MIN(str_len(from) - from_start, n);
    if (to_start + n > str_len(to)) {
        PyErr_Format(PyExc_SystemError, "Cannot write %zi characters at %zi in a string of %zi characters", n, to_start, str_len(to));
        return -1;
    }
    if (n == 0)
        return 0;
    if (check_modifiable(to) < 0)
        return -1;
    int fk = PyUnicode_KIND(from);
    Py_UCS4 max = str_max_char(fk, at(fk, PyUnicode_DATA(from), from_start), n);
    if (max > PyUnicode_MAX_CHAR_VALUE(to)) {
        PyErr_Format(PyExc_SystemError, "Cannot copy %s characters into a string of %s characters",
                     max > 0xffff ? "UCS4" : max > 0xff ? "UCS2" : max > 0x7f ? "latin1" : "ascii",
                     PyUnicode_IS_ASCII(to) ? "ascii" : PyUnicode_KIND(to) == 1 ? "latin1" : PyUnicode_KIND(to) == 2 ? "UCS2" : "UCS4");
        return -1;
    }
    str_copy_chars(to, to_start, from, from_start, n);
    return n;
}

/* Changes the length of an unshared compact string; the old object is gone on success. */
static PyObject *resize_compact(PyObject *s, Py_ssize_t n)
{
    int kind = PyUnicode_KIND(s);
    size_t head = PyUnicode_IS_ASCII(s) ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    if (n > (Py_ssize_t)((PY_SSIZE_T_MAX - head) / kind) - 1) {
        PyErr_NoMemory();
        return NULL;
    }
    if (!PyUnicode_IS_ASCII(s)) {
        PyCompactUnicodeObject *c = (PyCompactUnicodeObject *)s;
        PyMem_Free(c->utf8);
        c->utf8 = NULL;
        c->utf8_length = 0;
    }
    PyObject *out = PyObject_Realloc(s, head + (size_t)(n + 1) * kind);
    if (out == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    ((PyASCIIObject *)out)->length = n;
    ((PyASCIIObject *)out)->hash = -1;
    PyUnicode_WRITE(kind, PyUnicode_DATA(out), n, 0);
    return out;
}

int PyUnicode_Resize(PyObject **ps, Py_ssize_t n)
{
    PyObject *s = ps == NULL ? NULL : *ps;
    if (s == NULL || !PyUnicode_Check(s) || n < 0) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (str_len(s) == n)
        return 0;
    if (n == 0) {
        Py_SETREF(*ps, str_empty());
        return 0;
    }
    if (!str_is_modifiable(s)) {
        PyObject *copy = PyUnicode_New(n, PyUnicode_MAX_CHAR_VALUE(s));
        if (copy == NULL)
            return -1;
        str_copy_chars(copy, 0, s, 0, Py_MIN(n, str_len(s)));
        Py_SETREF(*ps, copy);
        return 0;
    }
    PyObject *out = resize_compact(s, n);
    if (out == NULL)
        return -1;
    *ps = out;
    return 0;
}

/* ---- joining ---- */

PyObject *str_concat(PyObject *a, PyObject *b)
{
    Py_ssize_t na = str_len(a), nb = str_len(b);
    if (nb == 0)
        return str_exact(a);
    if (na == 0)
        return str_exact(b);
    if (na > PY_SSIZE_T_MAX - nb) {
        PyErr_SetString(PyExc_OverflowError, "strings are too large to concat");
        return NULL;
    }
    Py_UCS4 max = Py_MAX(PyUnicode_MAX_CHAR_VALUE(a), PyUnicode_MAX_CHAR_VALUE(b));
    PyObject *out = PyUnicode_New(na + nb, max);
    if (out == NULL)
        return NULL;
    str_copy_chars(out, 0, a, 0, na);
    str_copy_chars(out, na, b, 0, nb);
    return out;
}

PyObject *PyUnicode_Concat(PyObject *a, PyObject *b)
{
    if (str_check(a) < 0)
        return NULL;
    if (!PyUnicode_Check(b)) {
        PyErr_Format(PyExc_TypeError, "can only concatenate str (not \"%.200s\") to str", Py_TYPE(b)->tp_name);
        return NULL;
    }
    return str_concat(a, b);
}

void str_append(PyObject **left, PyObject *right)
{
    PyObject *a = *left, *out;
    Py_ssize_t na = str_len(a), nb = str_len(right);
    if (nb == 0 && PyUnicode_CheckExact(a))
        return;
    bool fits = PyUnicode_KIND(right) <= PyUnicode_KIND(a) && (!PyUnicode_IS_ASCII(a) || PyUnicode_IS_ASCII(right));
    if (na > 0 && nb > 0 && fits && right != a && nb <= PY_SSIZE_T_MAX - na && str_is_modifiable(a)) {
        out = resize_compact(a, na + nb);
        if (out == NULL) {
            Py_CLEAR(*left);
            return;
        }
        str_copy_chars(out, na, right, 0, nb);
        *left = out;
        return;
    }
    out = str_concat(a, right);
    *left = out;
    Py_DECREF(a);
}

void PyUnicode_Append(PyObject **left, PyObject *right)
{
    if (left == NULL) {
        if (!PyErr_Occurred())
            PyErr_BadInternalCall();
        return;
    }
    if (right == NULL || *left == NULL || !PyUnicode_Check(*left) || !PyUnicode_Check(right)) {
        if (!PyErr_Occurred())
            PyErr_BadInternalCall();
        Py_CLEAR(*left);
        return;
    }
    str_append(left, right);
}

void PyUnicode_AppendAndDel(PyObject **left, PyObject *right)
{
    PyUnicode_Append(left, right);
    Py_XDECREF(right);
}

PyObject *str_repeat(PyObject *s, Py_ssize_t n)
{
    Py_ssize_t len = str_len(s);
    if (n < 1 || len == 0)
        return str_empty();
    if (n == 1)
        return str_exact(s);
    if (len > PY_SSIZE_T_MAX / n) {
        PyErr_SetString(PyExc_OverflowError, "repeated string is too long");
        return NULL;
    }
    PyObject *out = PyUnicode_New(n * len, PyUnicode_MAX_CHAR_VALUE(s));
    if (out == NULL)
        return NULL;
    int kind = PyUnicode_KIND(s);
    char *to = PyUnicode_DATA(out);
    size_t unit = (size_t)len * kind, total = unit * n, done = unit;
    if (unit == 1) {
        memset(to, *(char *)PyUnicode_DATA(s), total);
        return out;
    }
    memcpy(to, PyUnicode_DATA(s), unit);
    while (done < total) {                  /* doubles what is there */
        size_t more = Py_MIN(done, total - done);
        memcpy(to + done, to, more);
        done += more;
    }
    return out;
}

/* ---- copies for C ---- */

static Py_UCS4 *as_ucs4(PyObject *s, Py_UCS4 *target, Py_ssize_t room, bool nul)
{
    Py_ssize_t n = str_len(s), need = n + (nul ? 1 : 0);
    if (target == NULL) {
        target = PyMem_New(Py_UCS4, need);
        if (target == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    else if (room < need) {
        PyErr_Format(PyExc_SystemError, "string is longer than the buffer");
        if (nul && room > 0)
            target[0] = 0;
        return NULL;
    }
    chars_widen(4, target, PyUnicode_KIND(s), PyUnicode_DATA(s), n);
    if (nul)
        target[n] = 0;
    return target;
}

Py_UCS4 *PyUnicode_AsUCS4(PyObject *s, Py_UCS4 *target, Py_ssize_t room, int nul)
{
    if (target == NULL || room < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return as_ucs4(s, target, room, nul);
}

Py_UCS4 *PyUnicode_AsUCS4Copy(PyObject *s) { return as_ucs4(s, NULL, 0, true); }

Py_ssize_t PyUnicode_AsWideChar(PyObject *s, wchar_t *w, Py_ssize_t room)
{
    if (s == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return -1;
    }
    Py_ssize_t n = str_len(s);
    if (w == NULL)
        return n + 1;
    Py_ssize_t copy = Py_MIN(n + 1, room);
    chars_widen(4, w, PyUnicode_KIND(s), PyUnicode_DATA(s), Py_MIN(n, copy));
    if (copy > n) {
        w[n] = 0;
        return n;
    }
    return copy;
}

wchar_t *PyUnicode_AsWideCharString(PyObject *s, Py_ssize_t *size)
{
    if (s == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    wchar_t *w = (wchar_t *)as_ucs4(s, NULL, 0, true);
    if (w == NULL)
        return NULL;
    if (size != NULL)
        *size = str_len(s);
    else if (wcslen(w) != (size_t)str_len(s)) {
        PyMem_Free(w);
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    return w;
}

/* ---- hash ---- */

Py_hash_t str_hash_slow(PyObject *s)
{
    Py_hash_t h = rt_hash_bytes(PyUnicode_DATA(s), str_len(s) * PyUnicode_KIND(s));
    ((PyASCIIObject *)s)->hash = h;
    return h;
}

int _PyUnicode_CheckConsistency(PyObject *s, int check_content)
{
    PyASCIIObject *a = (PyASCIIObject *)s;
    bool ok = PyUnicode_Check(s) && (a->state.kind == 1 || (a->state.ascii == 0 && (a->state.kind == 2 || a->state.kind == 4)));
    if (ok && check_content) {
        Py_UCS4 max = str_max_char(a->state.kind, PyUnicode_DATA(s), a->length);
        ok = max == PyUnicode_MAX_CHAR_VALUE(s) && PyUnicode_READ(a->state.kind, PyUnicode_DATA(s), a->length) == 0;
    }
    if (!ok)
        Py_FatalError("inconsistent string object");
    return 1;
}
