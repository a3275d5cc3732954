/* object/text/codec_utf7.c: UTF-7 (RFC 2152).
 *
 * "+" starts a run of modified base64 that holds UTF-16 units; any character outside base64 ends it, "-" being
 * swallowed. A run that is cut off by the end of a chunk is not consumed at all. */
#include "object/text/codec.h"

#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int from_base64(unsigned char c)
{
    const char *p = c == 0 ? NULL : memchr(alphabet, c, 64);
    return p == NULL ? -1 : (int)(p - alphabet);
}

static bool is_base64(unsigned char c) { return from_base64(c) >= 0; }

/* Characters that encoding leaves as they are: the direct set, the optional one, white space. */
static bool is_direct(Py_UCS4 c, bool optional, bool space)
{
    if (c == 0 || c >= 128)
        return false;
    if (Py_ISALNUM(c) || strchr("'(),-./:?", (int)c))
        return true;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return space;
    return optional && strchr("!\"#$%&*;<=>@[]^_`{|}", (int)c);
}

struct utf7 {
    struct codec_decoder d;
    bool shifted;
    const char *run;                   /* where the current run or error starts */
    Py_ssize_t out_start;              /* output length at the start of the run */
    unsigned bits, buffer;
    Py_UCS4 surrogate;                 /* a high one that waits */
};

static int put(struct utf7 *u, Py_UCS4 c) { return _PyUnicodeWriter_WriteChar(&u->d.out, c); }

static int put_unit(struct utf7 *u, Py_UCS4 c)
{
    Py_UCS4 high = u->surrogate;
    u->surrogate = 0;
    if (high != 0) {
        if (Py_UNICODE_IS_LOW_SURROGATE(c))
            return put(u, Py_UNICODE_JOIN_SURROGATES(high, c));
        if (put(u, high) < 0)
            return -1;
    }
    if (Py_UNICODE_IS_HIGH_SURROGATE(c)) {
        u->surrogate = c;
        return 0;
    }
    return put(u, c);
}

/* A character while in a run. */
static int step_shifted(struct utf7 *u)
{
    unsigned char c = *u->d.pos;
    int v = from_base64(c);
    if (v >= 0) {
        u->buffer = u->buffer << 6 | (unsigned)v;
        u->bits += 6;
        u->d.pos++;
        if (u->bits < 16)
            return 0;
        u->bits -= 16;
        Py_UCS4 unit = u->buffer >> u->bits & 0xffff;
        u->buffer &= (1u << u->bits) - 1;
        return put_unit(u, unit);
    }
    u->shifted = false;
    if (u->bits >= 6)
        return codec_decode_error(&u->d, u->run, u->d.pos + 1, "partial character in shift sequence");
    if (u->bits > 0 && u->buffer != 0)
        return codec_decode_error(&u->d, u->run, u->d.pos + 1, "non-zero padding bits in shift sequence");
    if (u->surrogate != 0 && c < 128 && c != '+' && put(u, u->surrogate) < 0)
        return -1;
    u->surrogate = 0;
    if (c == '-')
        u->d.pos++;
    return 0;
}

static int step_plain(struct utf7 *u)
{
    const char *p = u->d.pos;
    unsigned char c = *p;
    if (c == '+') {
        u->run = p;
        if (p + 1 < u->d.end && p[1] == '-') {
            u->d.pos = p + 2;
            return put(u, '+');
        }
        if (p + 1 < u->d.end && !is_base64(p[1]))
            return codec_decode_error(&u->d, p, p + 2, "ill-formed sequence");
        u->d.pos = p + 1;
        u->shifted = true;
        u->surrogate = 0;
        u->bits = u->buffer = 0;
        u->out_start = u->d.out.pos;
        return 0;
    }
    if (c < 128) {
        u->d.pos = p + 1;
        return put(u, c);
    }
    u->run = p;
    return codec_decode_error(&u->d, p, p + 1, "unexpected special character");
}

PyObject *PyUnicode_DecodeUTF7Stateful(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t *consumed)
{
    struct utf7 u;
    memset(&u, 0, sizeof(u));
    codec_decoder_init(&u.d, "utf7", errors, s, n);
    u.run = s;
    for (;;) {
        while (u.d.pos < u.d.end) {
            const char *start = u.d.start;
            if ((u.shifted ? step_shifted(&u) : step_plain(&u)) < 0)
                return codec_decoder_abandon(&u.d);
            if (u.d.start != start)
                u.run = u.d.pos;                     /* a handler has changed the input */
        }
        if (!u.shifted || consumed != NULL || !(u.surrogate != 0 || u.bits >= 6 || (u.bits > 0 && u.buffer != 0)))
            break;
        u.shifted = false;
        if (codec_decode_error(&u.d, u.run, u.d.end, "unterminated shift sequence") < 0)
            return codec_decoder_abandon(&u.d);
    }
    if (consumed != NULL) {
        *consumed = (u.shifted ? u.run : u.d.pos) - u.d.start;
        if (u.shifted)
            u.d.out.pos = u.out_start;               /* the run will be decoded again */
    }
    return codec_decoder_finish(&u.d);
}

PyObject *PyUnicode_DecodeUTF7(const char *s, Py_ssize_t n, const char *errors) { return PyUnicode_DecodeUTF7Stateful(s, n, errors, NULL); }

/* ---- encoding ---- */

struct utf7_out { char *p; unsigned bits; uint64_t buffer; bool shifted; };

static void emit_unit(struct utf7_out *o, unsigned unit)
{
    o->buffer = o->buffer << 16 | unit;
    o->bits += 16;
    while (o->bits >= 6) {
        o->bits -= 6;
        *o->p++ = alphabet[o->buffer >> o->bits & 63];
    }
    o->buffer &= (1u << o->bits) - 1;
}

static void flush_bits(struct utf7_out *o)
{
    if (o->bits > 0)
        *o->p++ = alphabet[o->buffer << (6 - o->bits) & 63];
    o->bits = 0;
    o->buffer = 0;
}

static void encode_char(struct utf7_out *o, Py_UCS4 c, bool direct)
{
    if (o->shifted && direct) {
        flush_bits(o);
        o->shifted = false;
        if (is_base64((unsigned char)c) || c == '-')
            *o->p++ = '-';
        *o->p++ = (char)c;
        return;
    }
    if (!o->shifted) {
        if (c == '+') {
            *o->p++ = '+';
            *o->p++ = '-';
            return;
        }
        if (direct) {
            *o->p++ = (char)c;
            return;
        }
        *o->p++ = '+';
        o->shifted = true;
    }
    if (c >= 0x10000) {
        emit_unit(o, Py_UNICODE_HIGH_SURROGATE(c));
        c = Py_UNICODE_LOW_SURROGATE(c);
    }
    emit_unit(o, c);
}

PyObject *_PyUnicode_EncodeUTF7(PyObject *s, int base64_optional, int base64_space, const char *errors)
{
    Py_ssize_t n = str_len(s);
    if (n == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    if (n > PY_SSIZE_T_MAX / 8 - 16)
        return PyErr_NoMemory();
    struct byte_out b;
    if (byte_out_init(&b, n * 8 + 16) < 0)
        return NULL;
    struct utf7_out o = { .p = b.p };
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        encode_char(&o, c, is_direct(c, !base64_optional, !base64_space));
    }
    flush_bits(&o);
    if (o.shifted)
        *o.p++ = '-';
    b.p = o.p;
    return byte_out_finish(&b);
}
