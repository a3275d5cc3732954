/* object/text/codec_bytewise.c: encodings with one byte a character: ASCII, Latin-1, charmap. */
#include "object/text/codec.h"

#include <string.h>

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/thread.h"

/* ---- ASCII and Latin-1 ---- */

PyObject *PyUnicode_DecodeLatin1(const char *s, Py_ssize_t n, const char *errors) { return str_from_ucs1((const Py_UCS1 *)s, n); }

PyObject *PyUnicode_DecodeASCII(const char *s, Py_ssize_t n, const char *errors)
{
    if (codec_bad_size(n))
        return NULL;
    if (bytes_are_ascii(s, n))
        return str_from_ascii(s, n);
    struct codec_decoder d;
    codec_decoder_init(&d, "ascii", errors, s, n);
    d.escape_high_only = true;
    while (d.pos < d.end) {
        Py_ssize_t k = bytes_ascii_prefix(d.pos, d.end - d.pos);
        if (_PyUnicodeWriter_WriteASCIIString(&d.out, d.pos, k) < 0)
            return codec_decoder_abandon(&d);
        d.pos += k;
        if (d.pos < d.end && codec_decode_error(&d, d.pos, d.pos + 1, "ordinal not in range(128)") < 0)
            return codec_decoder_abandon(&d);
    }
    return codec_decoder_finish(&d);
}

/* A replacement: bytes as they are, characters below the limit. */
static int write_replacement(struct codec_encoder *e, struct byte_out *b, PyObject *rep, Py_UCS4 limit, Py_ssize_t at, const char *reason)
{
    if (PyBytes_Check(rep))
        return byte_out_write(b, PyBytes_AS_STRING(rep), PyBytes_GET_SIZE(rep));
    Py_ssize_t n = str_len(rep);
    if (byte_out_room(b, n) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(rep, i);
        if (c >= limit) {
            codec_raise_encode(e->encoding, e->str, at, at + 1, reason);
            return -1;
        }
        *b->p++ = (char)c;
    }
    return 0;
}

/* The run s[at:upto] of characters beyond the limit. */
static int encode_run(struct codec_encoder *e, struct byte_out *b, Py_UCS4 limit, const char *reason, Py_ssize_t at, Py_ssize_t upto, Py_ssize_t *next)
{
    if (e->kind == CODEC_UNKNOWN)
        e->kind = codec_errors_kind(e->errors);
    if (byte_out_room(b, upto - at) < 0)
        return -1;
    *next = upto;
    if (e->kind == CODEC_REPLACE) {
        memset(b->p, '?', upto - at);
        b->p += upto - at;
        return 0;
    }
    if (e->kind == CODEC_SURROGATEESCAPE) {
        for (; at < upto; at++) {
            Py_UCS4 c = PyUnicode_READ_CHAR(e->str, at);
            if (c < 0xdc80 || c > 0xdcff)
                break;
            *b->p++ = (char)(c & 0xff);
        }
        if (at == upto)
            return 0;
    }
    PyObject *rep = codec_encode_error(e, at, upto, reason, next);
    if (rep == NULL)
        return -1;
    int r = write_replacement(e, b, rep, limit, at, reason);
    Py_DECREF(rep);
    return r;
}

static PyObject *encode_limited(PyObject *s, const char *errors, Py_UCS4 limit)
{
    const char *reason = limit == 256 ? "ordinal not in range(256)" : "ordinal not in range(128)";
    struct codec_encoder e;
    struct byte_out b;
    codec_encoder_init(&e, limit == 256 ? "latin-1" : "ascii", errors, s);
    Py_ssize_t n = str_len(s);
    if (byte_out_init(&b, n) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n;) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        int r;
        if (c < limit) {
            if ((r = byte_out_room(&b, 1)) == 0)
                *b.p++ = (char)c;
            i++;
        }
        else {
            Py_ssize_t upto = i + 1;
            while (upto < n && PyUnicode_READ_CHAR(s, upto) >= limit)
                upto++;
            r = encode_run(&e, &b, limit, reason, i, upto, &i);
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

PyObject *_PyUnicode_AsLatin1String(PyObject *s, const char *errors)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_KIND(s) == 1)
        return PyBytes_FromStringAndSize(PyUnicode_DATA(s), str_len(s));
    return encode_limited(s, errors, 256);
}

PyObject *_PyUnicode_AsASCIIString(PyObject *s, const char *errors)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_IS_ASCII(s))
        return PyBytes_FromStringAndSize(PyUnicode_DATA(s), str_len(s));
    return encode_limited(s, errors, 128);
}

PyObject *PyUnicode_AsLatin1String(PyObject *s) { return _PyUnicode_AsLatin1String(s, NULL); }
PyObject *PyUnicode_AsASCIIString(PyObject *s) { return _PyUnicode_AsASCIIString(s, NULL); }

/* ---- charmap: decoding ---- */

static int charmap_decode_by_str(struct codec_decoder *d, PyObject *map)
{
    int kind = PyUnicode_KIND(map);
    const void *data = PyUnicode_DATA(map);
    Py_ssize_t n = str_len(map);
    while (d->pos < d->end) {
        unsigned char byte = *d->pos;
        Py_UCS4 c = byte < n ? PyUnicode_READ(kind, data, byte) : 0xfffe;
        if (c == 0xfffe) {
            if (codec_decode_error(d, d->pos, d->pos + 1, "character maps to <undefined>") < 0)
                return -1;
            continue;
        }
        if (_PyUnicodeWriter_WriteChar(&d->out, c) < 0)
            return -1;
        d->pos++;
    }
    return 0;
}

/* What the mapping says about a byte: 1 and *item, 0 undefined, -1. */
static int charmap_get(PyObject *map, long code, PyObject **item)
{
    PyObject *key = PyLong_FromLong(code);
    if (key == NULL)
        return -1;
    *item = PyObject_GetItem(map, key);
    Py_DECREF(key);
    if (*item != NULL)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_LookupError))
        return -1;
    PyErr_Clear();
    return 0;
}

static int charmap_decode_item(struct codec_decoder *d, PyObject *item, bool *undefined)
{
    *undefined = item == Py_None;
    if (*undefined)
        return 0;
    if (PyLong_Check(item)) {
        long v = PyLong_AsLong(item);
        if (v == -1 && PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_OverflowError))
            return -1;
        if (v == 0xfffe) {
            *undefined = true;
            return 0;
        }
        if (v < 0 || v > 0x10ffff) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "character mapping must be in range(0x%lx)", 0x110000L);
            return -1;
        }
        return _PyUnicodeWriter_WriteChar(&d->out, (Py_UCS4)v);
    }
    if (PyUnicode_Check(item)) {
        if (str_len(item) == 1 && PyUnicode_READ_CHAR(item, 0) == 0xfffe) {
            *undefined = true;
            return 0;
        }
        return _PyUnicodeWriter_WriteStr(&d->out, item);
    }
    PyErr_SetString(PyExc_TypeError, "character mapping must return integer, None or str");
    return -1;
}

static int charmap_decode_by_mapping(struct codec_decoder *d, PyObject *map)
{
    while (d->pos < d->end) {
        PyObject *item = NULL;
        bool undefined = true;
        int r = charmap_get(map, (unsigned char)*d->pos, &item);
        if (r > 0)
            r = charmap_decode_item(d, item, &undefined);
        Py_XDECREF(item);
        if (r < 0)
            return -1;
        if (!undefined)
            d->pos++;
        else if (codec_decode_error(d, d->pos, d->pos + 1, "character maps to <undefined>") < 0)
            return -1;
    }
    return 0;
}

PyObject *PyUnicode_DecodeCharmap(const char *s, Py_ssize_t n, PyObject *map, const char *errors)
{
    if (map == NULL)
        return PyUnicode_DecodeLatin1(s, n, errors);
    if (n == 0)
        return str_empty();
    struct codec_decoder d;
    codec_decoder_init(&d, "charmap", errors, s, n);
    int r = PyUnicode_CheckExact(map) ? charmap_decode_by_str(&d, map) : charmap_decode_by_mapping(&d, map);
    return r < 0 ? codec_decoder_abandon(&d) : codec_decoder_finish(&d);
}

/* ---- charmap: encoding ---- */

/* Three-level table from characters to bytes: level 1 by c >> 11, then 16 entries by bits 7..10, then 128 bytes. 0xff
 * in the upper levels and 0 in the lowest mean undefined. */
struct encoding_map { PyObject ob_base; unsigned char level1[32]; int count2, count3; unsigned char level23[1]; };

static PyObject *map_size(PyObject *self, PyObject *unused)
{
    struct encoding_map *m = (struct encoding_map *)self;
    return PyLong_FromLong((long)(sizeof(*m) - 1 + 16 * m->count2 + 128 * m->count3));
}

static PyMethodDef map_methods[] = {
    { "size", map_size, METH_NOARGS, "size($self, /)\n--\n\nReturn the size (in bytes) of this object." },
    { NULL },
};

PyTypeObject str_encoding_map_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "EncodingMap",
    .tp_basicsize = sizeof(struct encoding_map),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_methods = map_methods,
};

static PyObject *map_as_dict(PyObject *s)
{
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < Py_MIN(str_len(s), 256); i++) {
        PyObject *key = PyLong_FromLong((long)PyUnicode_READ_CHAR(s, i)), *value = PyLong_FromSsize_t(i);
        if (key == NULL || value == NULL || PyDict_SetItem(dict, key, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

PyObject *PyUnicode_BuildEncodingMap(PyObject *s)
{
    if (!PyUnicode_Check(s) || str_len(s) == 0) {
        PyErr_BadArgument();
        return NULL;
    }
    Py_ssize_t n = Py_MIN(str_len(s), 256);
    unsigned char level1[32], level2[512];
    int count2 = 0, count3 = 0;
    memset(level1, 0xff, sizeof(level1));
    memset(level2, 0xff, sizeof(level2));
    bool plain = PyUnicode_READ_CHAR(s, 0) == 0;
    for (Py_ssize_t i = 1; i < n && plain; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        if (c == 0 || c > 0xffff) {
            plain = false;
            break;
        }
        if (c == 0xfffe)
            continue;
        if (level1[c >> 11] == 0xff)
            level1[c >> 11] = count2++;
        if (level2[c >> 7] == 0xff)
            level2[c >> 7] = count3++;
    }
    if (!plain || count2 >= 0xff || count3 >= 0xff)
        return map_as_dict(s);
    struct encoding_map *m = PyObject_Malloc(sizeof(*m) + 16 * count2 + 128 * count3 - 1);
    if (m == NULL)
        return PyErr_NoMemory();
    PyObject_Init((PyObject *)m, &str_encoding_map_type);
    m->count2 = count2;
    m->count3 = count3;
    memcpy(m->level1, level1, sizeof(level1));
    unsigned char *l2 = m->level23, *l3 = l2 + 16 * count2;
    memset(l2, 0xff, 16 * count2);
    memset(l3, 0, 128 * count3);
    count3 = 0;
    for (Py_ssize_t i = 1; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        if (c == 0xfffe)
            continue;
        int i2 = 16 * m->level1[c >> 11] + (c >> 7 & 15);
        if (l2[i2] == 0xff)
            l2[i2] = count3++;
        l3[128 * l2[i2] + (c & 127)] = (unsigned char)i;
    }
    return (PyObject *)m;
}

static int encoding_map_get(PyObject *self, Py_UCS4 c)
{
    struct encoding_map *m = (struct encoding_map *)self;
    if (c > 0xffff)
        return -1;
    if (c == 0)
        return 0;
    int i = m->level1[c >> 11];
    if (i == 0xff)
        return -1;
    i = m->level23[16 * i + (c >> 7 & 15)];
    if (i == 0xff)
        return -1;
    i = m->level23[16 * m->count2 + 128 * i + (c & 127)];
    return i == 0 ? -1 : i;
}

/* What the mapping has for c, checked: 1 with *item an int below 256 or bytes; 0 unknown; -1. */
static int charmap_encode_lookup(PyObject *map, Py_UCS4 c, PyObject **item)
{
    int r = charmap_get(map, (long)c, item);
    if (r <= 0)
        return r;
    if (*item == Py_None) {
        Py_CLEAR(*item);
        return 0;
    }
    if (PyBytes_Check(*item))
        return 1;
    if (PyLong_Check(*item)) {
        long v = PyLong_AsLong(*item);
        if (v >= 0 && v <= 255)
            return 1;
        PyErr_Clear();
        PyErr_SetString(PyExc_TypeError, "character mapping must be in range(256)");
    }
    else
        PyErr_Format(PyExc_TypeError, "character mapping must return integer, bytes or None, not %.400s", Py_TYPE(*item)->tp_name);
    Py_CLEAR(*item);
    return -1;
}

/* Writes the bytes for c: 1 done, 0 the map does not know it, -1. */
static int charmap_encode_char(struct byte_out *b, PyObject *map, Py_UCS4 c)
{
    char out;
    if (Py_IS_TYPE(map, &str_encoding_map_type)) {
        int byte = encoding_map_get(map, c);
        if (byte < 0)
            return 0;
        out = (char)byte;
        return byte_out_write(b, &out, 1) < 0 ? -1 : 1;
    }
    PyObject *item = NULL;
    int r = charmap_encode_lookup(map, c, &item);
    if (r <= 0)
        return r;
    if (PyLong_Check(item)) {
        out = (char)PyLong_AsLong(item);
        r = byte_out_write(b, &out, 1);
    }
    else
        r = byte_out_write(b, PyBytes_AS_STRING(item), PyBytes_GET_SIZE(item));
    Py_DECREF(item);
    return r < 0 ? -1 : 1;
}

/* Is c unknown to the map? 1, 0, -1. */
static int charmap_unknown(PyObject *map, Py_UCS4 c)
{
    if (Py_IS_TYPE(map, &str_encoding_map_type))
        return encoding_map_get(map, c) < 0;
    PyObject *item = NULL;
    int r = charmap_encode_lookup(map, c, &item);
    Py_XDECREF(item);
    return r < 0 ? -1 : r == 0;
}

/* The replacement goes through the map too. */
static int charmap_write_mapped(struct codec_encoder *e, struct byte_out *b, PyObject *map, PyObject *rep, Py_ssize_t at, Py_ssize_t upto)
{
    for (Py_ssize_t i = 0; i < str_len(rep); i++) {
        int r = charmap_encode_char(b, map, PyUnicode_READ_CHAR(rep, i));
        if (r == 0)
            codec_raise_encode(e->encoding, e->str, at, upto, "character maps to <undefined>");
        if (r <= 0)
            return -1;
    }
    return 0;
}

static int charmap_encode_run(struct codec_encoder *e, struct byte_out *b, PyObject *map, Py_ssize_t at, Py_ssize_t *next)
{
    Py_ssize_t upto = at + 1, n = str_len(e->str);
    while (upto < n) {
        int unknown = charmap_unknown(map, PyUnicode_READ_CHAR(e->str, upto));
        if (unknown < 0)
            return -1;
        if (!unknown)
            break;
        upto++;
    }
    if (e->kind == CODEC_UNKNOWN)
        e->kind = codec_errors_kind(e->errors);
    PyObject *rep;
    *next = upto;
    if (e->kind == CODEC_REPLACE) {
        for (Py_ssize_t i = at; i < upto; i++)
            if (charmap_write_mapped(e, b, map, LATIN1_CHAR('?'), at, upto) < 0)
                return -1;
        return 0;
    }
    rep = codec_encode_error(e, at, upto, "character maps to <undefined>", next);
    if (rep == NULL)
        return -1;
    int r = PyBytes_Check(rep) ? byte_out_write(b, PyBytes_AS_STRING(rep), PyBytes_GET_SIZE(rep))
                               : charmap_write_mapped(e, b, map, rep, at, upto);
    Py_DECREF(rep);
    return r;
}

PyObject *_PyUnicode_EncodeCharmap(PyObject *s, PyObject *map, const char *errors)
{
    if (map == NULL)
        return _PyUnicode_AsLatin1String(s, errors);
    Py_ssize_t n = str_len(s);
    if (n == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    struct codec_encoder e;
    struct byte_out b;
    codec_encoder_init(&e, "charmap", errors, s);
    if (byte_out_init(&b, n) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n;) {
        int r = charmap_encode_char(&b, map, PyUnicode_READ_CHAR(s, i));
        if (r > 0)
            i++;
        else if (r == 0)
            r = charmap_encode_run(&e, &b, map, i, &i);
        if (r < 0) {
            byte_out_drop(&b);
            codec_encoder_release(&e);
            return NULL;
        }
    }
    codec_encoder_release(&e);
    return byte_out_finish(&b);
}

PyObject *PyUnicode_AsCharmapString(PyObject *s, PyObject *map)
{
    if (!PyUnicode_Check(s) || map == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    return _PyUnicode_EncodeCharmap(s, map, NULL);
}
