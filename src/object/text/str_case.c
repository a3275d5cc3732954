/* object/text/str_case.c: letter case and the is*() questions.
 *
 * ASCII goes through byte loops; all else through the full mappings of Unicode, which may make one character into
 * three and treat the final sigma apart. */
#include <string.h>

#include "object/core/err.h"
#include "object/text/str_priv.h"
#include "object/text/unicode_type.h"
#include "rt/thread.h"

static inline Py_UCS1 ascii_lower(Py_UCS1 c) { return c + ((Py_UCS1)(c - 'A') < 26 ? 32 : 0); }
static inline Py_UCS1 ascii_upper(Py_UCS1 c) { return c - ((Py_UCS1)(c - 'a') < 26 ? 32 : 0); }
static inline Py_UCS1 ascii_swap(Py_UCS1 c) { return (Py_UCS1)((c | 32) - 'a') < 26 ? c ^ 32 : c; }

/* ---- full mappings ---- */

struct chars { int kind; const void *data; Py_ssize_t n; };

static inline Py_UCS4 char_at(const struct chars *s, Py_ssize_t i) { return PyUnicode_READ(s->kind, s->data, i); }

/* Sigma at i is final: a cased letter before it and none after it, case-ignorable ones aside. */
static bool sigma_is_final(const struct chars *s, Py_ssize_t i)
{
    Py_ssize_t j = i - 1;
    while (j >= 0 && uc_is_case_ignorable(char_at(s, j)))
        j--;
    if (j < 0 || !uc_is_cased(char_at(s, j)))
        return false;
    j = i + 1;
    while (j < s->n && uc_is_case_ignorable(char_at(s, j)))
        j++;
    return j == s->n || !uc_is_cased(char_at(s, j));
}

static int lower_at(const struct chars *s, Py_ssize_t i, Py_UCS4 c, Py_UCS4 *out)
{
    if (c == 0x3a3) {
        *out = sigma_is_final(s, i) ? 0x3c2 : 0x3c3;
        return 1;
    }
    return uc_to_lower_full(c, out);
}

typedef Py_ssize_t (*mapping)(const struct chars *s, Py_UCS4 *out);

static Py_ssize_t map_lower(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = 0;
    for (Py_ssize_t i = 0; i < s->n; i++)
        k += lower_at(s, i, char_at(s, i), out + k);
    return k;
}

static Py_ssize_t map_upper(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = 0;
    for (Py_ssize_t i = 0; i < s->n; i++)
        k += uc_to_upper_full(char_at(s, i), out + k);
    return k;
}

static Py_ssize_t map_fold(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = 0;
    for (Py_ssize_t i = 0; i < s->n; i++)
        k += uc_to_folded_full(char_at(s, i), out + k);
    return k;
}

static Py_ssize_t map_capitalize(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = uc_to_title_full(char_at(s, 0), out);
    for (Py_ssize_t i = 1; i < s->n; i++)
        k += lower_at(s, i, char_at(s, i), out + k);
    return k;
}

static Py_ssize_t map_title(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = 0;
    bool in_word = false;
    for (Py_ssize_t i = 0; i < s->n; i++) {
        Py_UCS4 c = char_at(s, i);
        k += in_word ? lower_at(s, i, c, out + k) : uc_to_title_full(c, out + k);
        in_word = uc_is_cased(c);
    }
    return k;
}

static Py_ssize_t map_swap(const struct chars *s, Py_UCS4 *out)
{
    Py_ssize_t k = 0;
    for (Py_ssize_t i = 0; i < s->n; i++) {
        Py_UCS4 c = char_at(s, i);
        if (Py_UNICODE_ISUPPER(c))
            k += lower_at(s, i, c, out + k);
        else if (Py_UNICODE_ISLOWER(c))
            k += uc_to_upper_full(c, out + k);
        else
            out[k++] = c;
    }
    return k;
}

static PyObject *map_string(PyObject *self, mapping map)
{
    struct chars s = { PyUnicode_KIND(self), PyUnicode_DATA(self), str_len(self) };
    if (s.n > (Py_ssize_t)(PY_SSIZE_T_MAX / (3 * sizeof(Py_UCS4)))) {
        PyErr_SetString(PyExc_OverflowError, "string is too long");
        return NULL;
    }
    Py_UCS4 small[96], *out = s.n <= 32 ? small : PyMem_Malloc(s.n * 3 * sizeof(Py_UCS4));
    if (out == NULL)
        return PyErr_NoMemory();
    Py_ssize_t n = map(&s, out);
    PyObject *result = n == 1 ? PyUnicode_New(1, out[0]) : str_from_ucs4(out, n);        /* one character: not the shared one */
    if (n == 1 && result != NULL)
        PyUnicode_WRITE(PyUnicode_KIND(result), PyUnicode_DATA(result), 0, out[0]);
    if (out != small)
        PyMem_Free(out);
    return result;
}

/* A new ASCII string of self's length for the byte loops, or shared empty. */
static PyObject *ascii_result(PyObject *self, Py_UCS1 **to, const Py_UCS1 **from)
{
    *from = PyUnicode_DATA(self);
    PyObject *out = PyUnicode_New(str_len(self), 0x7f);
    if (out != NULL)
        *to = PyUnicode_DATA(out);
    return out;
}

#define ASCII_MAP(name, fn, map) \
    PyObject *str_##name(PyObject *self, PyObject *unused) \
    { \
        Py_ssize_t n = str_len(self); \
        if (n == 0) \
            return str_empty(); \
        if (!PyUnicode_IS_ASCII(self)) \
            return map_string(self, map); \
        const Py_UCS1 *from; \
        Py_UCS1 *to; \
        PyObject *out = ascii_result(self, &to, &from); \
        for (Py_ssize_t i = 0; out != NULL && i < n; i++) \
            to[i] = fn(from[i]); \
        return out; \
    }
ASCII_MAP(lower, ascii_lower, map_lower)
ASCII_MAP(upper, ascii_upper, map_upper)
ASCII_MAP(swapcase, ascii_swap, map_swap)
ASCII_MAP(casefold, ascii_lower, map_fold)

PyObject *str_capitalize(PyObject *self, PyObject *unused)
{
    if (str_len(self) == 0)
        return str_empty();
    if (!PyUnicode_IS_ASCII(self))
        return map_string(self, map_capitalize);
    const Py_UCS1 *from;
    Py_UCS1 *to;
    PyObject *out = ascii_result(self, &to, &from);
    if (out == NULL)
        return NULL;
    to[0] = ascii_upper(from[0]);
    for (Py_ssize_t i = 1; i < str_len(self); i++)
        to[i] = ascii_lower(from[i]);
    return out;
}

PyObject *str_title(PyObject *self, PyObject *unused)
{
    if (str_len(self) == 0)
        return str_empty();
    return map_string(self, map_title);
}

/* ---- questions ---- */

PyObject *str_isascii(PyObject *self, PyObject *unused) { return PyBool_FromLong(PyUnicode_IS_ASCII(self)); }

/* True when there is a character and all have the property. */
#define ALL(name, test) \
    PyObject *str_##name(PyObject *self, PyObject *unused) \
    { \
        int kind = PyUnicode_KIND(self); \
        const void *data = PyUnicode_DATA(self); \
        Py_ssize_t n = str_len(self); \
        for (Py_ssize_t i = 0; i < n; i++) { \
            Py_UCS4 c = PyUnicode_READ(kind, data, i); \
            if (!(test)) \
                Py_RETURN_FALSE; \
        } \
        return PyBool_FromLong(n > 0); \
    }
ALL(isspace, Py_UNICODE_ISSPACE(c))
ALL(isdecimal, Py_UNICODE_ISDECIMAL(c))
ALL(isdigit, Py_UNICODE_ISDIGIT(c))
ALL(isnumeric, Py_UNICODE_ISNUMERIC(c))
ALL(isalpha, Py_UNICODE_ISALPHA(c))
ALL(isalnum, Py_UNICODE_ISALNUM(c))

PyObject *str_isprintable(PyObject *self, PyObject *unused)
{
    int kind = PyUnicode_KIND(self);
    const void *data = PyUnicode_DATA(self);
    for (Py_ssize_t i = 0; i < str_len(self); i++)
        if (!Py_UNICODE_ISPRINTABLE(PyUnicode_READ(kind, data, i)))
            Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

/* At least one character of the case `want`, none of the others' (title case counts as both others'). */
static PyObject *is_case(PyObject *self, int want, int other)
{
    bool found = false;
    for (Py_ssize_t i = 0; i < str_len(self); i++) {
        int flags = uc_type(PyUnicode_READ_CHAR(self, i))->flags;
        if (flags & (other | UC_TITLE))
            Py_RETURN_FALSE;
        found |= (flags & want) != 0;
    }
    return PyBool_FromLong(found);
}
PyObject *str_islower(PyObject *self, PyObject *unused) { return is_case(self, UC_LOWER, UC_UPPER); }
PyObject *str_isupper(PyObject *self, PyObject *unused) { return is_case(self, UC_UPPER, UC_LOWER); }

PyObject *str_istitle(PyObject *self, PyObject *unused)
{
    bool found = false, in_word = false;
    for (Py_ssize_t i = 0; i < str_len(self); i++) {
        int flags = uc_type(PyUnicode_READ_CHAR(self, i))->flags;
        if (flags & (UC_UPPER | UC_TITLE)) {
            if (in_word)
                Py_RETURN_FALSE;
            in_word = found = true;
        }
        else if (flags & UC_LOWER) {
            if (!in_word)
                Py_RETURN_FALSE;
            found = true;
        }
        else
            in_word = false;
    }
    return PyBool_FromLong(found);
}

/* ---- identifiers ---- */

static inline bool ascii_id_start(Py_UCS4 c) { return (c | 32) - 'a' < 26 || c == '_'; }

Py_ssize_t _PyUnicode_ScanIdentifier(PyObject *s)
{
    Py_ssize_t n = str_len(s), i;
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    for (i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        bool ok = c < 128 ? ascii_id_start(c) || (i > 0 && c - '0' < 10) : i == 0 ? uc_is_xid_start(c) : uc_is_xid_continue(c);
        if (!ok)
            break;
    }
    return i;
}

int PyUnicode_IsIdentifier(PyObject *s)
{
    Py_ssize_t n = str_len(s);
    return n > 0 && _PyUnicode_ScanIdentifier(s) == n;
}

PyObject *str_isidentifier(PyObject *self, PyObject *unused) { return PyBool_FromLong(PyUnicode_IsIdentifier(self)); }

/* ---- digits for int() and float() ---- */

PyObject *_PyUnicode_TransformDecimalAndSpaceToASCII(PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyUnicode_IS_ASCII(s))
        return str_exact(s);
    Py_ssize_t n = str_len(s);
    PyObject *out = PyUnicode_New(n, 0x7f);
    if (out == NULL)
        return NULL;
    Py_UCS1 *to = PyUnicode_DATA(out);
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        int digit;
        if (c < 128)
            to[i] = c;
        else if (Py_UNICODE_ISSPACE(c))
            to[i] = ' ';
        else if ((digit = Py_UNICODE_TODECIMAL(c)) >= 0)
            to[i] = '0' + digit;
        else {
            to[i] = '?';                      /* no number: the rest is of no interest */
            to[i + 1] = '\0';
            ((PyASCIIObject *)out)->length = i + 1;
            break;
        }
    }
    return out;
}
