/* object/text/bytes_hex.c: hexadecimal digits out of bytes and back, decode(), and \-escapes of literals. */
#include "object/text/bytes_methods.h"

#include <string.h>

#include "object/core/call.h"
#include "rt/singletons.h"

const char *Py_hexdigits = "0123456789abcdef";

/* The separator character of hex(): -1 with an exception. */
static int
hex_separator(PyObject *sep, bool as_bytes)
{
    Py_ssize_t n = PyObject_Size(sep);
    if (n < 0)
        return -1;
    if (n != 1) {
        PyErr_SetString(PyExc_ValueError, "sep must be length 1.");
        return -1;
    }
    Py_UCS4 c;
    if (PyUnicode_Check(sep))
        c = PyUnicode_READ_CHAR(sep, 0);
    else if (PyBytes_Check(sep))
        c = (unsigned char)PyBytes_AS_STRING(sep)[0];
    else {
        PyErr_SetString(PyExc_TypeError, "sep must be str or bytes.");
        return -1;
    }
    if (c > (PyUnicode_Check(sep) || !as_bytes ? 127 : 255)) {
        PyErr_SetString(PyExc_ValueError, "sep must be ASCII.");
        return -1;
    }
    return (int)c;
}

/* Writes the digits; a separator precedes each full group, counted from the left (group < 0) or right. */
static void
write_hex(char *out, const unsigned char *s, Py_ssize_t n, int sep, Py_ssize_t group, bool from_left)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        if (group > 0 && i > 0 && (from_left ? i : n - i) % group == 0)
            *out++ = (char)sep;
        *out++ = Py_hexdigits[s[i] >> 4];
        *out++ = Py_hexdigits[s[i] & 15];
    }
}

static OWNED PyObject *
hex_of(const char *data, Py_ssize_t n, PyObject *sep, int per_group, bool as_bytes)
{
    int c = 0;
    if (sep != NULL) {
        c = hex_separator(sep, as_bytes);
        if (c < 0)
            return NULL;
    }
    else
        per_group = 0;
    Py_ssize_t group = per_group < 0 ? -(Py_ssize_t)per_group : per_group, total;
    Py_ssize_t seps = group > 0 && n > 0 ? (n - 1) / group : 0;
    if (n > (PY_SSIZE_T_MAX - seps) / 2)
        return PyErr_NoMemory();
    total = n * 2 + seps;
    if (group >= n)
        group = 0;
    PyObject *result = as_bytes ? PyBytes_FromStringAndSize(NULL, total) : PyUnicode_New(total, 127);
    if (result != NULL && total > 0)
        write_hex(as_bytes ? PyBytes_AS_STRING(result) : (char *)PyUnicode_1BYTE_DATA(result),
                  (const unsigned char *)data, n, c, group, per_group < 0);
    return result;
}

PyObject *_Py_strhex(const char *data, const Py_ssize_t n) { return hex_of(data, n, NULL, 0, false); }
PyObject *_Py_strhex_bytes(const char *data, const Py_ssize_t n) { return hex_of(data, n, NULL, 0, true); }

PyObject *
_Py_strhex_with_sep(const char *data, const Py_ssize_t n, PyObject *sep, const int bytes_per_group)
{
    return hex_of(data, n, sep, bytes_per_group, false);
}

PyObject *
_Py_strhex_bytes_with_sep(const char *data, const Py_ssize_t n, PyObject *sep, const int bytes_per_group)
{
    return hex_of(data, n, sep, bytes_per_group, true);
}

BYTES_KW(hex)
{
    static const char *const names[] = { "sep", "bytes_per_sep" };
    PyObject *v[2];
    int group = 1;
    if (args_unpack("hex", args, nargs, kwnames, names, 2, 0, 2, v) < 0)
        return NULL;
    if (v[1] != NULL && (group = PyLong_AsInt(v[1])) == -1 && PyErr_Occurred())
        return NULL;
    struct span d = span_of(self);
    return hex_of(d.p, d.n, v[0], group, false);
}

static int
hex_value(unsigned char c)
{
    if (ASCII_IS_DIGIT(c))
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads digits into out; returns the end, or NULL with *bad set to the place of the trouble. */
static char *
read_hex(const unsigned char *s, Py_ssize_t n, char *out, Py_ssize_t *bad)
{
    for (Py_ssize_t i = 0; i < n;) {
        if (ASCII_IS_SPACE(s[i])) {
            i++;
            continue;
        }
        int high = hex_value(s[i]), low = -1;
        if (high >= 0) {
            i++;
            low = i < n ? hex_value(s[i]) : -1;
        }
        if (low < 0) {
            *bad = i;
            return NULL;
        }
        *out++ = (char)(high << 4 | low);
        i++;
    }
    return out;
}

OWNED PyObject *
bytes_fromhex(PyObject *string, int as_bytearray)
{
    if (!PyUnicode_Check(string)) {
        PyErr_Format(PyExc_TypeError, "fromhex() argument must be str, not %.50s", Py_TYPE(string)->tp_name);
        return NULL;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(string), bad = 0;
    char *end = NULL;
    PyObject *result = PyBytes_FromStringAndSize(NULL, n / 2 + 1);
    if (result == NULL)
        return NULL;
    if (PyUnicode_IS_ASCII(string))
        end = read_hex(PyUnicode_1BYTE_DATA(string), n, PyBytes_AS_STRING(result), &bad);
    else
        while (PyUnicode_READ_CHAR(string, bad) < 128)
            bad++;
    if (end == NULL) {
        Py_DECREF(result);
        PyErr_Format(PyExc_ValueError, "non-hexadecimal number found in fromhex() arg at position %zd", bad);
        return NULL;
    }
    Py_ssize_t size = end - PyBytes_AS_STRING(result);
    if (as_bytearray)
        Py_SETREF(result, PyByteArray_FromStringAndSize(PyBytes_AS_STRING(result), size));
    else if (size == 0)
        Py_SETREF(result, EMPTY_BYTES);
    else
        _PyBytes_Resize(&result, size);
    return result;
}

/* ---- decode ---- */

int
bytes_text_arg(const char *fname, const char *argname, PyObject *arg, const char **out)
{
    char display[64];
    *out = NULL;
    if (arg == NULL)
        return 0;
    if (!PyUnicode_Check(arg)) {
        PyOS_snprintf(display, sizeof(display), "argument '%s'", argname);
        args_bad(fname, display, "str", arg);
        return -1;
    }
    Py_ssize_t n;
    *out = PyUnicode_AsUTF8AndSize(arg, &n);
    if (*out == NULL)
        return -1;
    if (strlen(*out) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return -1;
    }
    return 0;
}

BYTES_KW(decode)
{
    static const char *const names[] = { "encoding", "errors" };
    PyObject *v[2];
    const char *encoding, *errors;
    if (args_unpack("decode", args, nargs, kwnames, names, 2, 0, 2, v) < 0
        || bytes_text_arg("decode", "encoding", v[0], &encoding) < 0 || bytes_text_arg("decode", "errors", v[1], &errors) < 0)
        return NULL;
    return PyUnicode_FromEncodedObject(self, encoding, errors);
}

/* ---- escapes in literals ---- */

struct escape_reader {
    const char *start, *p, *end, *errors;
    int bad_char;                    /* first escape without meaning: its character, or an octal value above 0377 */
    const char *bad_at;              /* where its character is, NULL: none */
};

static void
note_bad(struct escape_reader *r, int c, const char *at)
{
    if (r->bad_at == NULL) {
        r->bad_char = c;
        r->bad_at = at;
    }
}

static int
read_octal(struct escape_reader *r, int c)
{
    const char *at = r->p - 1;
    int value = c - '0';
    for (int digits = 1; digits < 3 && r->p < r->end && *r->p >= '0' && *r->p <= '7'; digits++)
        value = value * 8 + (*r->p++ - '0');
    if (value > 0377)
        note_bad(r, value, at);
    return value & 0xff;
}

/* The byte of \xhh; -1 to write nothing, -2 with an exception. r->p is behind the 'x'. */
static int
read_hex_escape(struct escape_reader *r)
{
    if (r->p + 1 < r->end) {
        int high = hex_value(r->p[0]), low = hex_value(r->p[1]);
        if (high >= 0 && low >= 0) {
            r->p += 2;
            return high << 4 | low;
        }
    }
    if (r->errors == NULL || strcmp(r->errors, "strict") == 0) {
        PyErr_Format(PyExc_ValueError, "invalid \\x escape at position %zd", r->p - 2 - r->start);
        return -2;
    }
    int result = -1;
    if (strcmp(r->errors, "replace") == 0)
        result = '?';
    else if (strcmp(r->errors, "ignore") != 0) {
        PyErr_Format(PyExc_ValueError, "decoding error; unknown error handling code: %.400s", r->errors);
        return -2;
    }
    if (r->p < r->end && hex_value(*r->p) >= 0)      /* skip the half that is there */
        r->p++;
    return result;
}

/* Reads what follows a backslash. Result as for read_hex_escape(). */
static int
read_escape(struct escape_reader *r)
{
    int c = (unsigned char)*r->p++;
    switch (c) {
    case '\n': return -1;
    case '\\': case '\'': case '"': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case 'v': return '\v';
    case 'a': return '\a';
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': return read_octal(r, c);
    case 'x': return read_hex_escape(r);
    default:
        note_bad(r, c, r->p - 1);
        r->p--;                      /* the character itself comes next */
        return '\\';
    }
}

static OWNED PyObject *
decode_escapes(struct escape_reader *r)
{
    PyObject *result = PyBytes_FromStringAndSize(NULL, r->end - r->p);
    if (result == NULL)
        return NULL;
    char *out = PyBytes_AS_STRING(result);
    while (r->p < r->end) {
        if (*r->p != '\\') {
            *out++ = *r->p++;
            continue;
        }
        if (++r->p == r->end) {
            PyErr_SetString(PyExc_ValueError, "Trailing \\ in string");
            Py_DECREF(result);
            return NULL;
        }
        int c = read_escape(r);
        if (c == -2) {
            Py_DECREF(result);
            return NULL;
        }
        if (c >= 0)
            *out++ = (char)c;
    }
    Py_ssize_t n = out - PyBytes_AS_STRING(result);
    if (n == 0) {
        Py_DECREF(result);
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (n != PyBytes_GET_SIZE(result))
        _PyBytes_Resize(&result, n);
    return result;
}

PyObject *
_PyBytes_DecodeEscape2(const char *s, Py_ssize_t n, const char *errors, int *first_invalid_char, const char **first_invalid_ptr)
{
    struct escape_reader r = { .start = s, .p = s, .end = s + n, .errors = errors };
    PyObject *result = decode_escapes(&r);
    *first_invalid_char = r.bad_at == NULL ? -1 : r.bad_char;
    *first_invalid_ptr = r.bad_at;
    return result;
}

PyObject *
_PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors, const char **first_invalid)
{
    int c;
    return _PyBytes_DecodeEscape2(s, n, errors, &c, first_invalid);
}

PyObject *
PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t unused, const char *unused_encoding)
{
    int c;
    const char *at;
    PyObject *result = _PyBytes_DecodeEscape2(s, n, errors, &c, &at);
    if (result == NULL || c == -1)
        return result;
    int rc = c > 0xff ? PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid octal escape sequence '\\%o'", c)
                      : PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid escape sequence '\\%c'", c);
    if (rc < 0)
        Py_CLEAR(result);
    return result;
}
