/* object/text/codec_escape.c: unicode-escape (the escapes of string literals) and raw-unicode-escape. */
#include "object/text/codec.h"

#include <limits.h>
#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "object/text/unicode_type.h"
#include "rt/thread.h"

enum { STEP_ERROR = -1, STEP_OK = 0, STEP_INCOMPLETE = 1 };

static int hex_value(unsigned char c)
{
    return Py_ISDIGIT(c) ? c - '0' : Py_ISXDIGIT(c) ? (c | 32) - 'a' + 10 : -1;
}

struct escape {
    struct codec_decoder d;
    bool more;                          /* an incomplete escape at the end is left for the next call */
    int bad_char;                       /* first unknown escape: its character, or octal value > 0xff; else -1 */
    const char *bad_ptr;
};

/* The escape from d.pos to `upto` is wrong, or unfinished when the input ends there. */
static int wrong(struct escape *e, const char *upto, bool incomplete, const char *reason)
{
    if (incomplete && e->more)
        return STEP_INCOMPLETE;
    return codec_decode_error(&e->d, e->d.pos, upto, reason) < 0 ? STEP_ERROR : STEP_OK;
}

static int put(struct escape *e, const char *next, Py_UCS4 c)
{
    e->d.pos = next;
    return _PyUnicodeWriter_WriteChar(&e->d.out, c) < 0 ? STEP_ERROR : STEP_OK;
}

/* `count` hex digits at p. */
static int step_hex(struct escape *e, const char *p, int count, const char *truncated, const char *too_big)
{
    Py_UCS4 c = 0;
    for (int i = 0; i < count; i++, p++) {
        if (p >= e->d.end)
            return wrong(e, p, true, truncated);
        int v = hex_value(*p);
        if (v < 0)
            return wrong(e, p, false, truncated);
        c = c << 4 | (Py_UCS4)v;
    }
    if (c > 0x10ffff)
        return wrong(e, p, false, too_big);
    return put(e, p, c);
}

/* \N{name}: p is behind the N. */
static int step_name(struct escape *e, const char *p)
{
    static const char malformed[] = "malformed \\N character escape";
    const struct ucn_api *api = ucn_api_get();
    if (api == NULL) {
        PyErr_SetString(PyExc_UnicodeError, "\\N escapes not supported (can't load unicodedata module)");
        return STEP_ERROR;
    }
    if (p >= e->d.end)
        return wrong(e, p, true, malformed);
    if (*p != '{')
        return wrong(e, p, false, malformed);
    const char *name = ++p;
    while (p < e->d.end && *p != '}')
        p++;
    if (p >= e->d.end)
        return wrong(e, p, true, malformed);
    if (p == name)
        return wrong(e, p, false, malformed);
    Py_UCS4 c;
    if (p - name <= INT_MAX && api->getcode(name, (int)(p - name), &c, 0))
        return put(e, p + 1, c);
    return wrong(e, p + 1, false, "unknown Unicode character name");
}

static int step_octal(struct escape *e, const char *p)
{
    Py_UCS4 c = 0;
    const char *start = p;
    while (p < e->d.end && p - start < 3 && *p >= '0' && *p <= '7')
        c = c * 8 + (*p++ - '0');
    if (c > 0377 && e->bad_char == -1) {
        e->bad_char = (int)c;
        e->bad_ptr = start;
    }
    return put(e, p, c);
}

/* The escape at d.pos, which is a backslash. */
static int step_escape(struct escape *e)
{
    const char *p = e->d.pos + 1;
    if (p >= e->d.end)
        return wrong(e, p, true, "\\ at end of string");
    char c = *p++;
    switch (c) {
    case '\n':
        e->d.pos = p;
        return STEP_OK;
    case '\\': case '\'': case '"':
        return put(e, p, c);
    case 'a': return put(e, p, 7);
    case 'b': return put(e, p, 8);
    case 't': return put(e, p, 9);
    case 'n': return put(e, p, 10);
    case 'v': return put(e, p, 11);
    case 'f': return put(e, p, 12);
    case 'r': return put(e, p, 13);
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
        return step_octal(e, p - 1);
    case 'x':
        return step_hex(e, p, 2, "truncated \\xXX escape", "illegal Unicode character");
    case 'u':
        return step_hex(e, p, 4, "truncated \\uXXXX escape", "illegal Unicode character");
    case 'U':
        return step_hex(e, p, 8, "truncated \\UXXXXXXXX escape", "illegal Unicode character");
    case 'N':
        return step_name(e, p);
    default:
        if (e->bad_char == -1) {
            e->bad_char = (unsigned char)c;
            e->bad_ptr = p - 1;
        }
        if (put(e, p, '\\') != STEP_OK)
            return STEP_ERROR;
        return put(e, p, (unsigned char)c);
    }
}

static PyObject *run(struct escape *e, const char *s, Py_ssize_t n, const char *encoding, const char *errors, Py_ssize_t *consumed,
                     int (*step)(struct escape *))
{
    codec_decoder_init(&e->d, encoding, errors, s, n);
    e->more = consumed != NULL;
    e->bad_char = -1;
    e->bad_ptr = NULL;
    while (e->d.pos < e->d.end) {
        const char *next = memchr(e->d.pos, '\\', e->d.end - e->d.pos);
        if (next == NULL)
            next = e->d.end;
        if (next > e->d.pos) {
            if (_PyUnicodeWriter_WriteLatin1String(&e->d.out, e->d.pos, next - e->d.pos) < 0)
                return codec_decoder_abandon(&e->d);
            e->d.pos = next;
            continue;
        }
        const char *start = e->d.start;
        int r = step(e);
        if (r == STEP_ERROR)
            return codec_decoder_abandon(&e->d);
        if (r == STEP_INCOMPLETE)
            break;
        if (e->d.start != start)
            e->bad_ptr = NULL;                   /* a handler has changed the input */
    }
    if (consumed != NULL)
        *consumed = e->d.pos - e->d.start;
    return codec_decoder_finish(&e->d);
}

PyObject *_PyUnicode_DecodeUnicodeEscapeInternal2(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed,
                                                  int *bad_char, const char **bad_ptr)
{
    struct escape e;
    *bad_char = -1;
    *bad_ptr = NULL;
    if (codec_bad_size(n))
        return NULL;
    if (n == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_empty();
    }
    PyObject *out = run(&e, s, n, "unicodeescape", errors, consumed, step_escape);
    *bad_char = e.bad_char;
    *bad_ptr = e.bad_ptr;
    return out;
}

PyObject *_PyUnicode_DecodeUnicodeEscapeInternal(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed, const char **bad_ptr)
{
    int bad_char;
    return _PyUnicode_DecodeUnicodeEscapeInternal2(s, n, errors, consumed, &bad_char, bad_ptr);
}

PyObject *_PyUnicode_DecodeUnicodeEscapeStateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    int c;
    const char *ptr;
    PyObject *out = _PyUnicode_DecodeUnicodeEscapeInternal2(s, n, errors, consumed, &c, &ptr);
    if (out == NULL || c == -1)
        return out;
    int r = c > 0xff ? PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid octal escape sequence '\\%o'", c)
                     : PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid escape sequence '\\%c'", c);
    if (r < 0)
        Py_CLEAR(out);
    return out;
}

PyObject *PyUnicode_DecodeUnicodeEscape(const char *s, Py_ssize_t n, const char *errors) { return _PyUnicode_DecodeUnicodeEscapeStateful(s, n, errors, NULL); }

static int step_raw(struct escape *e)
{
    const char *p = e->d.pos + 1;
    if (p >= e->d.end)
        return e->more ? STEP_INCOMPLETE : put(e, p, '\\');
    if (*p == 'u')
        return step_hex(e, p + 1, 4, "truncated \\uXXXX escape", "\\Uxxxxxxxx out of range");
    if (*p == 'U')
        return step_hex(e, p + 1, 8, "truncated \\UXXXXXXXX escape", "\\Uxxxxxxxx out of range");
    if (put(e, p, '\\') != STEP_OK)
        return STEP_ERROR;
    return put(e, p + 1, (unsigned char)*p);
}

PyObject *_PyUnicode_DecodeRawUnicodeEscapeStateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    struct escape e;
    return codec_bad_size(n) ? NULL : run(&e, s, n, "rawunicodeescape", errors, consumed, step_raw);
}

PyObject *PyUnicode_DecodeRawUnicodeEscape(const char *s, Py_ssize_t n, const char *errors) { return _PyUnicode_DecodeRawUnicodeEscapeStateful(s, n, errors, NULL); }

/* ---- encoding ---- */

static int put_escape(struct byte_out *b, char letter, Py_UCS4 c, int digits)
{
    if (byte_out_room(b, digits + 2) < 0)
        return -1;
    *b->p++ = '\\';
    *b->p++ = letter;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        *b->p++ = Py_hexdigits[c >> shift & 15];
    return 0;
}

static int put_pair(struct byte_out *b, char second)
{
    char pair[2] = { '\\', second };
    return byte_out_write(b, pair, 2);
}

static int encode_char(struct byte_out *b, Py_UCS4 c, bool raw)
{
    char byte = (char)c;
    if (c >= 0x10000)
        return put_escape(b, 'U', c, 8);
    if (c >= 0x100)
        return put_escape(b, 'u', c, 4);
    if (raw)
        return byte_out_write(b, &byte, 1);
    if (c == '\\')
        return put_pair(b, '\\');
    if (c == '\t' || c == '\n' || c == '\r')
        return put_pair(b, c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
    if (c < ' ' || c >= 0x7f)
        return put_escape(b, 'x', c, 2);
    return byte_out_write(b, &byte, 1);
}

static PyObject *escape_string(PyObject *s, bool raw)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    struct byte_out b;
    if (byte_out_init(&b, str_len(s)) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < str_len(s); i++)
        if (encode_char(&b, PyUnicode_READ_CHAR(s, i), raw) < 0) {
            byte_out_drop(&b);
            return NULL;
        }
    return byte_out_finish(&b);
}

PyObject *PyUnicode_AsUnicodeEscapeString(PyObject *s) { return escape_string(s, false); }
PyObject *PyUnicode_AsRawUnicodeEscapeString(PyObject *s) { return escape_string(s, true); }
