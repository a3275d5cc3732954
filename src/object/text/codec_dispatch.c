/* object/text/codec_dispatch.c: from an encoding's name to the code that does it, and the encodings of the system
 * (file names, locale).
 *
 * The encodings built in here are recognised by name and called directly; all others go through the registry. */
#include "object/text/codec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "object/core/err.h"
#include "object/text/codec_registry.h"   /* _PyCodec_Lookup() */
#include "object/text/str.h"
#include "rt/interp.h"
#include "rt/locale_text.h"
#include "rt/thread.h"

/* ---- names ---- */

bool codec_normalize_name(const char *name, char *out, size_t room)
{
    char *end = out + room - 1;
    bool punct = false;
    char *p = out;
    for (; *name; name++) {
        char c = *name;
        if (!Py_ISALNUM(c) && c != '.') {
            punct = true;
            continue;
        }
        if (punct && p != out) {
            if (p == end)
                return false;
            *p++ = '_';
        }
        punct = false;
        if (p == end)
            return false;
        *p++ = Py_TOLOWER(c);
    }
    *p = '\0';
    return true;
}

enum builtin { NOT_BUILTIN, UTF_8, UTF_16, UTF_32, ASCII, LATIN_1 };

static enum builtin builtin_codec(const char *encoding)
{
    static const struct { const char *name; enum builtin codec; } names[] = {
        { "utf_8", UTF_8 }, { "utf8", UTF_8 }, { "utf_16", UTF_16 }, { "utf16", UTF_16 }, { "utf_32", UTF_32 }, { "utf32", UTF_32 },
        { "ascii", ASCII }, { "us_ascii", ASCII }, { "latin1", LATIN_1 }, { "latin_1", LATIN_1 },
        { "iso_8859_1", LATIN_1 }, { "iso8859_1", LATIN_1 },
    };
    char name[11];
    if (encoding == NULL || strcmp(encoding, "utf-8") == 0)
        return UTF_8;
    if (!codec_normalize_name(encoding, name, sizeof(name)))
        return NOT_BUILTIN;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].codec;
    return NOT_BUILTIN;
}

/* In development mode names are checked even where they would not be used: 0 or -1 with LookupError. */
static int check_names(const char *encoding, const char *errors)
{
    PyInterpreterState *interp = interp_current();
    if (LIKELY(!interp->config.dev_mode) || !interp->codecs.initialized)
        return 0;
    PyObject *found;
    enum builtin codec = builtin_codec(encoding);
    if (encoding != NULL && codec != UTF_8 && codec != ASCII) {
        found = _PyCodec_Lookup(encoding);
        if (found == NULL)
            return -1;
        Py_DECREF(found);
    }
    enum codec_errors kind = codec_errors_kind(errors);
    if (kind == CODEC_OTHER || kind == CODEC_BACKSLASHREPLACE || kind == CODEC_XMLCHARREFREPLACE) {
        found = PyCodec_LookupError(errors);
        if (found == NULL)
            return -1;
        Py_DECREF(found);
    }
    return 0;
}

const char *PyUnicode_GetDefaultEncoding(void) { return "utf-8"; }

/* ---- decoding ---- */

static PyObject *decode_by_registry(const char *s, Py_ssize_t n, const char *encoding, const char *errors)
{
    Py_buffer info;
    if (PyBuffer_FillInfo(&info, NULL, (void *)s, n, 1, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *buffer = PyMemoryView_FromBuffer(&info);
    if (buffer == NULL)
        return NULL;
    PyObject *out = codec_decode_text(buffer, encoding, errors);
    Py_DECREF(buffer);
    if (out != NULL && !PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError,
                     "'%.400s' decoder returned '%.400s' instead of 'str'; use codecs.decode() to decode to arbitrary types",
                     encoding, Py_TYPE(out)->tp_name);
        Py_CLEAR(out);
    }
    return out;
}

bool codec_bad_size(Py_ssize_t n)
{
    if (UNLIKELY(n < 0))
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyUnicode_New");
    else if (UNLIKELY(n > PY_SSIZE_T_MAX - (Py_ssize_t)sizeof(PyCompactUnicodeObject) - 1)) {
        PyErr_NoMemory();              /* nor is there so much to read */
        return true;
    }
    return n < 0;
}

PyObject *PyUnicode_Decode(const char *s, Py_ssize_t n, const char *encoding, const char *errors)
{
    if (check_names(encoding, errors) < 0)
        return NULL;
    if (n == 0)
        return str_empty();
    switch (builtin_codec(encoding)) {
    case UTF_8:
        return PyUnicode_DecodeUTF8Stateful(s, n, errors, NULL);
    case UTF_16:
        return PyUnicode_DecodeUTF16(s, n, errors, NULL);
    case UTF_32:
        return PyUnicode_DecodeUTF32(s, n, errors, NULL);
    case ASCII:
        return PyUnicode_DecodeASCII(s, n, errors);
    case LATIN_1:
        return PyUnicode_DecodeLatin1(s, n, errors);
    default:
        return decode_by_registry(s, n, encoding, errors);
    }
}

PyObject *PyUnicode_FromEncodedObject(PyObject *op, const char *encoding, const char *errors)
{
    if (op == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyBytes_Check(op)) {
        if (PyBytes_GET_SIZE(op) == 0)
            return check_names(encoding, errors) < 0 ? NULL : str_empty();
        return PyUnicode_Decode(PyBytes_AS_STRING(op), PyBytes_GET_SIZE(op), encoding, errors);
    }
    if (PyUnicode_Check(op)) {
        PyErr_SetString(PyExc_TypeError, "decoding str is not supported");
        return NULL;
    }
    Py_buffer buffer;
    if (PyObject_GetBuffer(op, &buffer, PyBUF_SIMPLE) < 0) {
        PyErr_Format(PyExc_TypeError, "decoding to str: need a bytes-like object, %.80s found", Py_TYPE(op)->tp_name);
        return NULL;
    }
    PyObject *out = buffer.len == 0 ? (check_names(encoding, errors) < 0 ? NULL : str_empty()) : PyUnicode_Decode(buffer.buf, buffer.len, encoding, errors);
    PyBuffer_Release(&buffer);
    return out;
}

/* ---- encoding ---- */

static PyObject *encode_by_registry(PyObject *s, const char *encoding, const char *errors)
{
    PyObject *out = codec_encode_text(s, encoding, errors);
    if (out == NULL || PyBytes_Check(out))
        return out;
    PyObject *bytes = NULL;
    if (PyByteArray_Check(out)) {
        if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                             "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types", encoding) == 0)
            bytes = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(out), PyByteArray_GET_SIZE(out));
    }
    else
        PyErr_Format(PyExc_TypeError,
                     "'%.400s' encoder returned '%.400s' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
                     encoding, Py_TYPE(out)->tp_name);
    Py_DECREF(out);
    return bytes;
}

PyObject *PyUnicode_AsEncodedString(PyObject *s, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (check_names(encoding, errors) < 0)
        return NULL;
    switch (builtin_codec(encoding)) {
    case UTF_8:
        return utf8_encode(s, errors);
    case UTF_16:
        return _PyUnicode_EncodeUTF16(s, errors, 0);
    case UTF_32:
        return _PyUnicode_EncodeUTF32(s, errors, 0);
    case ASCII:
        return _PyUnicode_AsASCIIString(s, errors);
    case LATIN_1:
        return _PyUnicode_AsLatin1String(s, errors);
    default:
        return encode_by_registry(s, encoding, errors);
    }
}

/* ---- the old ways to run any codec on a str ---- */

static PyObject *run_codec(PyObject *s, const char *encoding, const char *errors, bool decode, bool to_str, const char *what)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "%s() is deprecated; use PyCodec_%s() to %s", what, decode ? "Decode" : "Encode",
                         decode ? "decode from str" : to_str ? "encode from str to str" : "encode from str to bytes or PyCodec_Encode() for generic encoding") < 0)
        return NULL;
    if (encoding == NULL)
        encoding = "utf-8";
    PyObject *out = decode ? PyCodec_Decode(s, encoding, errors) : PyCodec_Encode(s, encoding, errors);
    if (out != NULL && to_str && !PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError, "'%.400s' %s returned '%.400s' instead of 'str'; use codecs.%s() to %s to arbitrary types", encoding,
                     decode ? "decoder" : "encoder", Py_TYPE(out)->tp_name, decode ? "decode" : "encode", decode ? "decode" : "encode");
        Py_CLEAR(out);
    }
    return out;
}

#define OLD_CODEC(name, decode, to_str) \
    PyAPI_FUNC(PyObject *) name(PyObject *s, const char *encoding, const char *errors); \
    PyObject *name(PyObject *s, const char *encoding, const char *errors) { return run_codec(s, encoding, errors, decode, to_str, #name); }
OLD_CODEC(PyUnicode_AsDecodedObject, true, false)
OLD_CODEC(PyUnicode_AsDecodedUnicode, true, true)
OLD_CODEC(PyUnicode_AsEncodedObject, false, false)
OLD_CODEC(PyUnicode_AsEncodedUnicode, false, true)

/* ---- locale ---- */

/* 1 surrogateescape, 0 strict, -1 with ValueError. */
static int locale_errors(const char *errors)
{
    switch (codec_errors_kind(errors)) {
    case CODEC_STRICT:
        return 0;
    case CODEC_SURROGATEESCAPE:
        return 1;
    default:
        PyErr_SetString(PyExc_ValueError, "unsupported error handler");
        return -1;
    }
}

PyObject *PyUnicode_DecodeLocaleAndSize(const char *s, Py_ssize_t n, const char *errors)
{
    if (s[n] != '\0' || strlen(s) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return NULL;
    }
    int escape = locale_errors(errors);
    if (escape < 0)
        return NULL;
    if (bytes_are_ascii(s, n))
        return str_from_ascii(s, n);
    Py_UCS4 *out = PyMem_New(Py_UCS4, n + 1);
    if (out == NULL)
        return PyErr_NoMemory();
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    Py_ssize_t k = 0, i = 0;
    while (i < n) {
        wchar_t c;
        size_t used = mbrtowc(&c, s + i, n - i, &state);
        bool bad = used == 0 || used == (size_t)-1 || used == (size_t)-2 || Py_UNICODE_IS_SURROGATE((Py_UCS4)c);
        if (bad && !escape) {
            PyMem_Free(out);
            codec_raise_decode("locale", s, n, i, i + 1, "decoding error");
            return NULL;
        }
        if (bad) {
            memset(&state, 0, sizeof(state));
            unsigned char byte = s[i++];
            out[k++] = byte < 128 ? byte : 0xdc00 + byte;
            continue;
        }
        i += used;
        out[k++] = c;
    }
    PyObject *result = str_from_ucs4(out, k);
    PyMem_Free(out);
    return result;
}

PyObject *PyUnicode_DecodeLocale(const char *s, const char *errors) { return PyUnicode_DecodeLocaleAndSize(s, (Py_ssize_t)strlen(s), errors); }

PyObject *PyUnicode_EncodeLocale(PyObject *s, const char *errors)
{
    if (!PyUnicode_Check(s)) {
        PyErr_BadArgument();
        return NULL;
    }
    Py_ssize_t n = str_len(s);
    if (chars_find_char(PyUnicode_KIND(s), PyUnicode_DATA(s), n, 0) >= 0) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    int escape = locale_errors(errors);
    if (escape < 0)
        return NULL;
    struct byte_out b;
    if (byte_out_init(&b, n + 16) < 0)
        return NULL;
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
        if (byte_out_room(&b, 16) < 0)
            goto fail;
        if (escape && c >= 0xdc80 && c <= 0xdcff) {
            *b.p++ = (char)(c & 0xff);
            continue;
        }
        size_t used = wcrtomb(b.p, (wchar_t)c, &state);
        if (used == (size_t)-1) {
            codec_raise_encode("locale", s, i, i + 1, "encoding error");
            goto fail;
        }
        b.p += used;
    }
    return byte_out_finish(&b);
fail:
    byte_out_drop(&b);
    return NULL;
}

/* ---- file names ---- */

static const char *fs_errors(const struct str_state *st) { return st->fs_errors != NULL ? st->fs_errors : "surrogateescape"; }

PyObject *PyUnicode_DecodeFSDefaultAndSize(const char *s, Py_ssize_t n)
{
    const struct str_state *st = interp_current()->strs;
    if (codec_bad_size(n))
        return NULL;
    if (st->fs_utf8)
        return utf8_decode(s, n, fs_errors(st), NULL);
    if (st->fs_encoding == NULL)
        return rt_locale_kind == LOCALE_ASCII ? PyUnicode_DecodeASCII(s, n, fs_errors(st)) : PyUnicode_DecodeLocaleAndSize(s, n, fs_errors(st));
    return PyUnicode_Decode(s, n, st->fs_encoding, fs_errors(st));
}

PyObject *PyUnicode_DecodeFSDefault(const char *s) { return PyUnicode_DecodeFSDefaultAndSize(s, (Py_ssize_t)strlen(s)); }

PyObject *PyUnicode_EncodeFSDefault(PyObject *s)
{
    const struct str_state *st = interp_current()->strs;
    if (st->fs_utf8)
        return _PyUnicode_AsUTF8String(s, fs_errors(st));
    if (st->fs_encoding == NULL)
        return rt_locale_kind == LOCALE_ASCII ? _PyUnicode_AsASCIIString(s, fs_errors(st)) : PyUnicode_EncodeLocale(s, fs_errors(st));
    return PyUnicode_AsEncodedString(s, st->fs_encoding, fs_errors(st));
}

int PyUnicode_FSConverter(PyObject *arg, void *addr)
{
    if (arg == NULL) {
        Py_CLEAR(*(PyObject **)addr);
        return 1;
    }
    PyObject *path = PyOS_FSPath(arg), *out = path;
    if (path == NULL)
        return 0;
    if (!PyBytes_Check(path)) {
        out = PyUnicode_EncodeFSDefault(path);
        Py_DECREF(path);
        if (out == NULL)
            return 0;
    }
    if (strlen(PyBytes_AS_STRING(out)) != (size_t)PyBytes_GET_SIZE(out)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        Py_DECREF(out);
        return 0;
    }
    *(PyObject **)addr = out;
    return Py_CLEANUP_SUPPORTED;
}

int PyUnicode_FSDecoder(PyObject *arg, void *addr)
{
    if (arg == NULL) {
        Py_CLEAR(*(PyObject **)addr);
        return 1;
    }
    PyObject *path = PyOS_FSPath(arg), *out = path;
    if (path == NULL)
        return 0;
    if (PyBytes_Check(path)) {
        out = PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(path), PyBytes_GET_SIZE(path));
        Py_DECREF(path);
        if (out == NULL)
            return 0;
    }
    if (chars_find_char(PyUnicode_KIND(out), PyUnicode_DATA(out), str_len(out), 0) >= 0) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        Py_DECREF(out);
        return 0;
    }
    *(PyObject **)addr = out;
    return Py_CLEANUP_SUPPORTED;
}
