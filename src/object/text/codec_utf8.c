/* object/text/codec_utf8.c: UTF-8 both ways.
 *
 * Decoding first checks the whole input and counts its characters, then allocates the exact result and decodes
 * without looking for errors again. Only an input with an error goes through the loop that asks handlers. Error
 * ranges are the maximal subparts of Unicode's table 3-7. */
#include "object/text/codec.h"

#include <string.h>

#include "base/utf8.h"
#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

/* ---- decoding ---- */

/* Length of the sequence that the byte starts; 0: it starts none. */
static inline int sequence_length(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

static inline bool second_ok(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0: return (second & 0xe0) == 0xa0;
    case 0xed: return (second & 0xe0) == 0x80;
    case 0xf0: return second >= 0x90 && second <= 0xbf;
    case 0xf4: return (second & 0xf0) == 0x80;
    default: return (second & 0xc0) == 0x80;
    }
}

/* Looks at one non-ASCII sequence: its length if valid; else 0 with *bad = bytes in error, *reason. An input that
 * ends inside a sequence has *bad = 0 and *reason "unexpected end of data". */
static int check_sequence(const unsigned char *p, const unsigned char *end, int *bad, const char **reason)
{
    int n = sequence_length(*p);
    if (n == 0) {
        *bad = 1;
        *reason = "invalid start byte";
        return 0;
    }
    *bad = 0;
    *reason = "unexpected end of data";
    for (int i = 1; i < n; i++) {
        if (p + i >= end)
            return 0;
        if (i == 1 ? !second_ok(p[0], p[1]) : (p[i] & 0xc0) != 0x80) {
            *bad = i;
            *reason = "invalid continuation byte";
            return 0;
        }
    }
    return n;
}

/* Checks from s on (after an ASCII prefix): characters and widest class, or false at the first error. */
static bool measure(const unsigned char *p, const unsigned char *end, Py_ssize_t *chars, Py_UCS4 *max)
{
    Py_ssize_t count = 0;
    unsigned char top = 0;
    int bad;
    const char *reason;
    while (p < end) {
        if (*p < 0x80) {
            Py_ssize_t k = bytes_ascii_prefix((const char *)p, end - p);
            count += k;
            p += k;
            continue;
        }
        int n = check_sequence(p, end, &bad, &reason);
        if (n == 0)
            return false;
        top = Py_MAX(top, *p);
        p += n;
        count++;
    }
    *chars = count;
    *max = top < 0xc4 ? 0xff : top < 0xf0 ? 0xffff : 0x10ffff;
    return true;
}

static inline Py_UCS4 get(const unsigned char **pp)
{
    const unsigned char *p = *pp;
    Py_UCS4 c = p[0];
    if (c < 0x80) {
        *pp = p + 1;
        return c;
    }
    if (c < 0xe0) {
        *pp = p + 2;
        return (c & 0x1f) << 6 | (p[1] & 0x3f);
    }
    if (c < 0xf0) {
        *pp = p + 3;
        return (c & 0xf) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    }
    *pp = p + 4;
    return (c & 7) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

static PyObject *decode_valid(const unsigned char *s, Py_ssize_t ascii, const unsigned char *end, Py_ssize_t chars, Py_UCS4 max)
{
    if (ascii + chars == 1)
        return str_char(get(&s));
    PyObject *out = PyUnicode_New(ascii + chars, max);
    if (out == NULL)
        return NULL;
    int kind = PyUnicode_KIND(out);
    char *data = PyUnicode_DATA(out);
    chars_widen(kind, data, 1, s, ascii);
    const unsigned char *p = s + ascii;
    if (kind == 1) {
        for (Py_UCS1 *to = (Py_UCS1 *)data + ascii; p < end;)
            *to++ = (Py_UCS1)get(&p);
    }
    else if (kind == 2) {
        for (Py_UCS2 *to = (Py_UCS2 *)data + ascii; p < end;)
            *to++ = (Py_UCS2)get(&p);
    }
    else {
        for (Py_UCS4 *to = (Py_UCS4 *)data + ascii; p < end;)
            *to++ = get(&p);
    }
    return out;
}

static PyObject *decode_slow(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    struct codec_decoder d;
    codec_decoder_init(&d, "utf-8", errors, s, n);
    d.escape_high_only = true;
    while (d.pos < d.end) {
        Py_ssize_t k = bytes_ascii_prefix(d.pos, d.end - d.pos);
        if (k > 0) {
            if (_PyUnicodeWriter_WriteASCIIString(&d.out, d.pos, k) < 0)
                return codec_decoder_abandon(&d);
            d.pos += k;
            continue;
        }
        int bad;
        const char *reason;
        const unsigned char *p = (const unsigned char *)d.pos;
        if (check_sequence(p, (const unsigned char *)d.end, &bad, &reason) != 0) {
            if (_PyUnicodeWriter_WriteChar(&d.out, get(&p)) < 0)
                return codec_decoder_abandon(&d);
            d.pos = (const char *)p;
            continue;
        }
        if (bad == 0 && consumed != NULL)
            break;
        if (consumed != NULL && d.end - d.pos == 2 && p[0] == 0xed && p[1] >= 0xa0 && p[1] <= 0xbf)
            break;                               /* two bytes of a surrogate: surrogatepass may want all three */
        const char *upto = bad == 0 ? d.end : d.pos + bad;
        if (codec_decode_error(&d, d.pos, upto, reason) < 0)
            return codec_decoder_abandon(&d);
    }
    if (consumed != NULL)
        *consumed = d.pos - d.start;
    return codec_decoder_finish(&d);
}

PyObject *utf8_decode(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    if (n == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_empty();
    }
    Py_ssize_t ascii = bytes_ascii_prefix(s, n), chars;
    if (ascii == n) {
        if (consumed != NULL)
            *consumed = n;
        return str_from_ascii(s, n);
    }
    Py_UCS4 max;
    const unsigned char *u = (const unsigned char *)s;
    if (!measure(u + ascii, u + n, &chars, &max))
        return decode_slow(s, n, errors, consumed);
    if (consumed != NULL)
        *consumed = n;
    return decode_valid(u, ascii, u + n, chars, max);
}

PyObject *PyUnicode_DecodeUTF8Stateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    return codec_bad_size(n) ? NULL : utf8_decode(s, n, errors, consumed);
}

PyObject *PyUnicode_DecodeUTF8(const char *s, Py_ssize_t n, const char *errors) { return PyUnicode_DecodeUTF8Stateful(s, n, errors, NULL); }

/* ---- encoding ---- */

/* Bytes needed, or -1 when there is a surrogate. */
static Py_ssize_t encoded_size(PyObject *s)
{
    Py_ssize_t n = str_len(s), size = n;
    const void *data = PyUnicode_DATA(s);
    switch (PyUnicode_KIND(s)) {
    case PyUnicode_1BYTE_KIND:
        for (Py_ssize_t i = 0; i < n; i++)
            size += ((const Py_UCS1 *)data)[i] >> 7;
        return size;
    case PyUnicode_2BYTE_KIND:
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_UCS2 c = ((const Py_UCS2 *)data)[i];
            if (Py_UNICODE_IS_SURROGATE(c))
                return -1;
            size += (c >= 0x80) + (c >= 0x800);
        }
        return size;
    default:
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_UCS4 c = ((const Py_UCS4 *)data)[i];
            if (Py_UNICODE_IS_SURROGATE(c))
                return -1;
            size += (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
        }
        return size;
    }
}

static void encode_to(PyObject *s, char *out)
{
    unsigned char *p = (unsigned char *)out;
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t n = str_len(s);
    if (kind == 1) {
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_UCS1 c = ((const Py_UCS1 *)data)[i];
            if (c < 0x80)
                *p++ = c;
            else {
                *p++ = 0xc0 | c >> 6;
                *p++ = 0x80 | (c & 0x3f);
            }
        }
        return;
    }
    if (kind == 2) {
        const Py_UCS2 *c = data, *end = c + n;
        while (c < end) {
            while (c < end && *c < 0x80)
                *p++ = (unsigned char)*c++;
            while (c < end && *c >= 0x80)
                p += utf8_put(p, *c++);
        }
        return;
    }
    const Py_UCS4 *c = data, *end = c + n;
    while (c < end) {
        while (c < end && *c < 0x80)
            *p++ = (unsigned char)*c++;
        while (c < end && *c >= 0x80)
            p += utf8_put(p, *c++);
    }
}

/* One replacement: bytes as they are, a string must be ASCII. */
static int write_replacement(struct codec_encoder *e, struct byte_out *b, PyObject *rep, Py_ssize_t at, Py_ssize_t upto)
{
    if (PyBytes_Check(rep))
        return byte_out_write(b, PyBytes_AS_STRING(rep), PyBytes_GET_SIZE(rep));
    if (!PyUnicode_IS_ASCII(rep)) {
        codec_raise_encode(e->encoding, e->str, at, upto, "surrogates not allowed");
        return -1;
    }
    return byte_out_write(b, PyUnicode_DATA(rep), str_len(rep));
}

/* The run of surrogates s[at:upto]: *next is where to go on. */
static int encode_surrogates(struct codec_encoder *e, struct byte_out *b, Py_ssize_t at, Py_ssize_t upto, Py_ssize_t *next)
{
    if (e->kind == CODEC_UNKNOWN)
        e->kind = codec_errors_kind(e->errors);
    *next = upto;
    if (byte_out_room(b, (upto - at) * 3) < 0)
        return -1;
    switch (e->kind) {
    case CODEC_REPLACE:
        memset(b->p, '?', upto - at);
        b->p += upto - at;
        return 0;
    case CODEC_SURROGATEPASS:
        for (; at < upto; at++)
            b->p += utf8_put((unsigned char *)b->p, PyUnicode_READ_CHAR(e->str, at));
        return 0;
    case CODEC_SURROGATEESCAPE:
        for (; at < upto; at++) {
            Py_UCS4 c = PyUnicode_READ_CHAR(e->str, at);
            if (c < 0xdc80 || c > 0xdcff)
                break;
            *b->p++ = (char)(c & 0xff);
        }
        if (at == upto)
            return 0;
        break;
    default:
        break;
    }
    PyObject *rep = codec_encode_error(e, at, upto, "surrogates not allowed", next);
    if (rep == NULL)
        return -1;
    int r = write_replacement(e, b, rep, at, upto);
    Py_DECREF(rep);
    return r;
}

static PyObject *encode_slow(PyObject *s, const char *errors)
{
    struct codec_encoder e;
    struct byte_out b;
    codec_encoder_init(&e, "utf-8", errors, s);
    Py_ssize_t n = str_len(s);
    if (byte_out_init(&b, n + n / 4) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n;) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        int r = 0;
        if (Py_UNICODE_IS_SURROGATE(c)) {
            Py_ssize_t upto = i + 1;
            while (upto < n && Py_UNICODE_IS_SURROGATE(PyUnicode_READ_CHAR(s, upto)))
                upto++;
            r = encode_surrogates(&e, &b, i, upto, &i);
        }
        else {
            r = byte_out_room(&b, 4);
            if (r == 0)
                b.p += utf8_put((unsigned char *)b.p, c);
            i++;
        }
        if (r < 0) {
            byte_out_drop(&b);
            codec_encoder_release(&e);
            return NULL;
        }
    }
    codec_encoder_release(&e);
    return byte_out_finish(&b);
}

PyObject *utf8_encode(PyObject *s, const char *errors)
{
    if (PyUnicode_IS_ASCII(s))
        return PyBytes_FromStringAndSize(PyUnicode_DATA(s), str_len(s));
    PyCompactUnicodeObject *c = (PyCompactUnicodeObject *)s;
    if (c->utf8 != NULL)
        return PyBytes_FromStringAndSize(c->utf8, c->utf8_length);
    Py_ssize_t size = encoded_size(s);
    if (size < 0)
        return encode_slow(s, errors);
    PyObject *out = PyBytes_FromStringAndSize(NULL, size);
    if (out != NULL)
        encode_to(s, PyBytes_AS_STRING(out));
    return out;
}

PyObject *_PyUnicode_AsUTF8String(PyObject *s, const char *errors)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    return utf8_encode(s, errors);
}

PyObject *PyUnicode_AsUTF8String(PyObject *s) { return _PyUnicode_AsUTF8String(s, NULL); }

/* Fills the cache of a non-ASCII string: 0 or -1. */
static int fill_utf8(PyObject *s)
{
    Py_ssize_t size = encoded_size(s);
    if (size < 0) {
        PyObject *bytes = encode_slow(s, NULL);        /* raises */
        Py_XDECREF(bytes);
        return -1;
    }
    char *utf8 = PyMem_Malloc(size + 1);
    if (utf8 == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    encode_to(s, utf8);
    utf8[size] = '\0';
    ((PyCompactUnicodeObject *)s)->utf8 = utf8;
    ((PyCompactUnicodeObject *)s)->utf8_length = size;
    return 0;
}

const char *PyUnicode_AsUTF8AndSize(PyObject *s, Py_ssize_t *size)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        if (size != NULL)
            *size = -1;
        return NULL;
    }
    if (PyUnicode_IS_ASCII(s)) {
        const char *text = PyUnicode_DATA(s);
        if (size != NULL)
            *size = str_len(s);
        return text;
    }
    PyCompactUnicodeObject *c = (PyCompactUnicodeObject *)s;
    if (c->utf8 == NULL && fill_utf8(s) < 0) {
        if (size != NULL)
            *size = -1;
        return NULL;
    }
    if (size != NULL)
        *size = c->utf8_length;
    return c->utf8;
}

const char *PyUnicode_AsUTF8(PyObject *s) { return PyUnicode_AsUTF8AndSize(s, NULL); }

const char *_PyUnicode_AsUTF8NoNUL(PyObject *s)
{
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(s, &size);
    if (utf8 != NULL && strlen(utf8) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    return utf8;
}

char *codec_utf8_dup(PyObject *s, Py_ssize_t *size)
{
    PyObject *bytes = utf8_encode(s, NULL);
    if (bytes == NULL)
        return NULL;
    *size = PyBytes_GET_SIZE(bytes);
    char *copy = PyMem_Malloc(*size + 1);
    if (copy == NULL)
        PyErr_NoMemory();
    else
        memcpy(copy, PyBytes_AS_STRING(bytes), *size + 1);
    Py_DECREF(bytes);
    return copy;
}
