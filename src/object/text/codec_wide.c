/* object/text/codec_wide.c: UTF-16 and UTF-32 in both byte orders. */
#include "object/text/codec.h"

#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

static inline unsigned get16(const char *p, bool big)
{
    const unsigned char *u = (const unsigned char *)p;
    return big ? u[0] << 8 | u[1] : u[1] << 8 | u[0];
}

static inline Py_UCS4 get32(const char *p, bool big)
{
    return big ? (Py_UCS4)get16(p, true) << 16 | get16(p + 2, true) : (Py_UCS4)get16(p + 2, false) << 16 | get16(p, false);
}

static inline char *put16(char *p, unsigned c, bool big)
{
    p[big ? 0 : 1] = (char)(c >> 8);
    p[big ? 1 : 0] = (char)c;
    return p + 2;
}

static inline char *put32(char *p, Py_UCS4 c, bool big)
{
    put16(big ? p : p + 2, c >> 16, big);
    put16(big ? p + 2 : p, c & 0xffff, big);
    return p + 4;
}

/* ---- decoding ---- */

/* Skips a byte order mark when the order is open; true = big endian. */
static bool take_mark(struct codec_decoder *d, int unit, int *byteorder, const char *little, const char *big)
{
    int order = byteorder != NULL ? *byteorder : 0;
    if (order == 0 && d->end - d->pos >= unit) {
        Py_UCS4 le = unit == 2 ? get16(d->pos, false) : get32(d->pos, false);
        Py_UCS4 be = unit == 2 ? get16(d->pos, true) : get32(d->pos, true);
        if (le == 0xfeff)
            order = -1;
        else if (be == 0xfeff)
            order = 1;
        if (order != 0)
            d->pos += unit;
        if (byteorder != NULL)
            *byteorder = order;
    }
    d->encoding = order <= 0 ? little : big;
    return order > 0;
}

/* One character or error of UTF-16 at d->pos: 1 go on, 0 incomplete and more may come, -1. */
static int utf16_step(struct codec_decoder *d, bool big, bool more)
{
    const char *p = d->pos;
    if (d->end - p < 2)
        return more ? 0 : codec_decode_error(d, p, d->end, "truncated data") < 0 ? -1 : 1;
    Py_UCS4 c = get16(p, big);
    if (!Py_UNICODE_IS_SURROGATE(c)) {
        d->pos = p + 2;
        return _PyUnicodeWriter_WriteChar(&d->out, c) < 0 ? -1 : 1;
    }
    if (Py_UNICODE_IS_LOW_SURROGATE(c))
        return codec_decode_error(d, p, p + 2, "illegal encoding") < 0 ? -1 : 1;
    if (d->end - p < 4)
        return more ? 0 : codec_decode_error(d, p, d->end, "unexpected end of data") < 0 ? -1 : 1;
    Py_UCS4 low = get16(p + 2, big);
    if (!Py_UNICODE_IS_LOW_SURROGATE(low))
        return codec_decode_error(d, p, p + 2, "illegal UTF-16 surrogate") < 0 ? -1 : 1;
    d->pos = p + 4;
    return _PyUnicodeWriter_WriteChar(&d->out, Py_UNICODE_JOIN_SURROGATES(c, low)) < 0 ? -1 : 1;
}

static int utf32_step(struct codec_decoder *d, bool big, bool more)
{
    const char *p = d->pos;
    if (d->end - p < 4)
        return more ? 0 : codec_decode_error(d, p, d->end, "truncated data") < 0 ? -1 : 1;
    Py_UCS4 c = get32(p, big);
    if (Py_UNICODE_IS_SURROGATE(c))
        return codec_decode_error(d, p, p + 4, "code point in surrogate code point range(0xd800, 0xe000)") < 0 ? -1 : 1;
    if (c > 0x10ffff)
        return codec_decode_error(d, p, p + 4, "code point not in range(0x110000)") < 0 ? -1 : 1;
    d->pos = p + 4;
    return _PyUnicodeWriter_WriteChar(&d->out, c) < 0 ? -1 : 1;
}

static PyObject *decode_wide(int unit, const char *s, Py_ssize_t n, const char *errors, int *byteorder, Py_ssize_t *consumed)
{
    struct codec_decoder d;
    if (codec_bad_size(n))
        return NULL;
    codec_decoder_init(&d, NULL, errors, s, n);
    d.out.min_length = (n + unit - 1) / unit;
    bool big = take_mark(&d, unit, byteorder, unit == 2 ? "utf-16-le" : "utf-32-le", unit == 2 ? "utf-16-be" : "utf-32-be");
    while (d.pos < d.end) {
        int r = unit == 2 ? utf16_step(&d, big, consumed != NULL) : utf32_step(&d, big, consumed != NULL);
        if (r < 0)
            return codec_decoder_abandon(&d);
        if (r == 0)
            break;
    }
    if (consumed != NULL)
        *consumed = d.pos - d.start;
    return codec_decoder_finish(&d);
}

PyObject *PyUnicode_DecodeUTF16Stateful(const char *s, Py_ssize_t n, const char *errors, int *byteorder, Py_ssize_t *consumed)
{
    return decode_wide(2, s, n, errors, byteorder, consumed);
}
PyObject *PyUnicode_DecodeUTF32Stateful(const char *s, Py_ssize_t n, const char *errors, int *byteorder, Py_ssize_t *consumed)
{
    return decode_wide(4, s, n, errors, byteorder, consumed);
}
PyObject *PyUnicode_DecodeUTF16(const char *s, Py_ssize_t n, const char *errors, int *byteorder) { return decode_wide(2, s, n, errors, byteorder, NULL); }
PyObject *PyUnicode_DecodeUTF32(const char *s, Py_ssize_t n, const char *errors, int *byteorder) { return decode_wide(4, s, n, errors, byteorder, NULL); }

/* ---- encoding ---- */

static char *put_char(char *p, int unit, Py_UCS4 c, bool big)
{
    if (unit == 4)
        return put32(p, c, big);
    if (c < 0x10000)
        return put16(p, c, big);
    p = put16(p, Py_UNICODE_HIGH_SURROGATE(c), big);
    return put16(p, Py_UNICODE_LOW_SURROGATE(c), big);
}

static int encode_surrogate(struct codec_encoder *e, struct byte_out *b, int unit, bool big, Py_ssize_t *i)
{
    Py_ssize_t at = *i;
    PyObject *rep = codec_encode_error(e, at, at + 1, "surrogates not allowed", i);
    if (rep == NULL)
        return -1;
    int r = -1;
    if (PyBytes_Check(rep)) {
        if (PyBytes_GET_SIZE(rep) % unit == 0)
            r = byte_out_write(b, PyBytes_AS_STRING(rep), PyBytes_GET_SIZE(rep));
        else
            codec_raise_encode(e->encoding, e->str, at, at + 1, "surrogates not allowed");
    }
    else if (!PyUnicode_IS_ASCII(rep))
        codec_raise_encode(e->encoding, e->str, at, at + 1, "surrogates not allowed");
    else if ((r = byte_out_room(b, str_len(rep) * unit)) == 0)
        for (Py_ssize_t k = 0; k < str_len(rep); k++)
            b->p = put_char(b->p, unit, PyUnicode_READ_CHAR(rep, k), big);
    Py_DECREF(rep);
    return r;
}

static PyObject *encode_wide(int unit, PyObject *s, const char *errors, int byteorder)
{
    static const char *const names[2][3] = { { "utf-16-le", "utf-16", "utf-16-be" }, { "utf-32-le", "utf-32", "utf-32-be" } };
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    bool big = byteorder > 0;
    struct codec_encoder e;
    struct byte_out b;
    codec_encoder_init(&e, names[unit == 4][byteorder < 0 ? 0 : byteorder == 0 ? 1 : 2], errors, s);
    Py_ssize_t n = str_len(s);
    if (n > PY_SSIZE_T_MAX / 4 - 2)
        return PyErr_NoMemory();
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    if (byte_out_init(&b, (n + (byteorder == 0)) * unit) < 0)
        return NULL;
    if (byteorder == 0)
        b.p = put_char(b.p, unit, 0xfeff, big);
    for (Py_ssize_t i = 0; i < n;) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        int r;
        if (Py_UNICODE_IS_SURROGATE(c))
            r = encode_surrogate(&e, &b, unit, big, &i);
        else {
            if ((r = byte_out_room(&b, 4)) == 0)
                b.p = put_char(b.p, unit, c, big);
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

PyObject *_PyUnicode_EncodeUTF16(PyObject *s, const char *errors, int byteorder) { return encode_wide(2, s, errors, byteorder); }
PyObject *_PyUnicode_EncodeUTF32(PyObject *s, const char *errors, int byteorder) { return encode_wide(4, s, errors, byteorder); }
PyObject *PyUnicode_AsUTF16String(PyObject *s) { return encode_wide(2, s, NULL, 0); }
PyObject *PyUnicode_AsUTF32String(PyObject *s) { return encode_wide(4, s, NULL, 0); }
