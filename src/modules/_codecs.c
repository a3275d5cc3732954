/* modules/_codecs.c: module _codecs: the built-in codecs as functions, and the registry.
 *
 * Every decoder returns (text, bytes consumed), every encoder (bytes, characters consumed). */
#include <Python.h>

#include <string.h>

PyAPI_FUNC(PyObject *) _PyCodec_Lookup(const char *encoding);
PyAPI_FUNC(PyObject *) _PyUnicode_AsUTF8String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsLatin1String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsASCIIString(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF7(PyObject *, int, int, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF16(PyObject *, const char *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF32(PyObject *, const char *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeCharmap(PyObject *, PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeStateful(const char *, Py_ssize_t, const char *, Py_ssize_t *);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeRawUnicodeEscapeStateful(const char *, Py_ssize_t, const char *, Py_ssize_t *);
PyAPI_FUNC(int) _PyArg_CheckPositional(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(void) _PyArg_BadArgument(const char *, const char *, const char *, PyObject *);

typedef PyObject *const *Args;

/* ---- arguments ---- */

/* A str without NUL as UTF-8; `where` is "argument" or "argument N". None gives NULL if allowed. 0 or -1. */
static int
text_arg(const char *fname, const char *where, PyObject *arg, int allow_none, const char **out)
{
    Py_ssize_t n;
    *out = NULL;
    if (allow_none && arg == Py_None)
        return 0;
    if (!PyUnicode_Check(arg)) {
        _PyArg_BadArgument(fname, where, allow_none ? "str or None" : "str", arg);
        return -1;
    }
    *out = PyUnicode_AsUTF8AndSize(arg, &n);
    if (*out != NULL && strlen(*out) != (size_t)n) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return -1;
    }
    return *out == NULL ? -1 : 0;
}

/* A buffer, or with allow_str the UTF-8 of a str. Release the view. 0 or -1. */
static int
data_arg(PyObject *arg, int allow_str, Py_buffer *view)
{
    if (allow_str && PyUnicode_Check(arg)) {
        Py_ssize_t n;
        const char *s = PyUnicode_AsUTF8AndSize(arg, &n);
        return s == NULL ? -1 : PyBuffer_FillInfo(view, arg, (void *)s, n, 1, PyBUF_SIMPLE);
    }
    return PyObject_GetBuffer(arg, view, PyBUF_SIMPLE);
}

/* The arguments of a decoder: data, errors=None, and final if there may be three. */
struct decode_args { Py_buffer data; const char *errors; int final; };
#define THIRD_IS_FINAL 3
#define THIRD_IS_OTHER (3 | 8)

static int
read_decode_args(const char *fname, Args args, Py_ssize_t nargs, Py_ssize_t max, int allow_str, struct decode_args *a)
{
    a->errors = NULL;
    if (!_PyArg_CheckPositional(fname, nargs, 1, max & 7) || data_arg(args[0], allow_str, &a->data) < 0)
        return -1;
    if (nargs > 1 && text_arg(fname, "argument 2", args[1], 1, &a->errors) < 0)
        goto fail;
    if (nargs > 2 && max == THIRD_IS_FINAL && (a->final = PyObject_IsTrue(args[2])) < 0)
        goto fail;
    return 0;
fail:
    PyBuffer_Release(&a->data);
    return -1;
}

/* (result (stolen), n) */
static PyObject *
with_length(PyObject *result, Py_ssize_t n)
{
    return result == NULL ? NULL : Py_BuildValue("Nn", result, n);
}

/* ---- decoders ---- */

typedef PyObject *(*stateful_decoder)(const char *, Py_ssize_t, const char *, Py_ssize_t *);

static PyObject *
run_stateful(const char *fname, Args args, Py_ssize_t nargs, int final, int allow_str, stateful_decoder decode)
{
    struct decode_args a = { .final = final };
    if (read_decode_args(fname, args, nargs, THIRD_IS_FINAL, allow_str, &a) < 0)
        return NULL;
    Py_ssize_t consumed = a.data.len;
    PyObject *text = decode(a.data.buf, a.data.len, a.errors, a.final ? NULL : &consumed);
    PyBuffer_Release(&a.data);
    return with_length(text, consumed);
}

#define STATEFUL(name, final, allow_str, decode) \
    static PyObject *name##_decode(PyObject *m, Args args, Py_ssize_t nargs) \
    { return run_stateful(#name "_decode", args, nargs, final, allow_str, decode); }

STATEFUL(utf_8, 0, 0, PyUnicode_DecodeUTF8Stateful)
STATEFUL(utf_7, 0, 0, PyUnicode_DecodeUTF7Stateful)
STATEFUL(unicode_escape, 1, 1, _PyUnicode_DecodeUnicodeEscapeStateful)
STATEFUL(raw_unicode_escape, 1, 1, _PyUnicode_DecodeRawUnicodeEscapeStateful)

typedef PyObject *(*wide_decoder)(const char *, Py_ssize_t, const char *, int *, Py_ssize_t *);

static PyObject *
run_wide(const char *fname, Args args, Py_ssize_t nargs, int byteorder, wide_decoder decode)
{
    struct decode_args a = { .final = 0 };
    if (read_decode_args(fname, args, nargs, THIRD_IS_FINAL, 0, &a) < 0)
        return NULL;
    Py_ssize_t consumed = a.data.len;
    PyObject *text = decode(a.data.buf, a.data.len, a.errors, &byteorder, a.final ? NULL : &consumed);
    PyBuffer_Release(&a.data);
    return with_length(text, consumed);
}

/* data, errors=None, byteorder=0, final=False -> (text, consumed, byteorder) */
static PyObject *
run_wide_ex(const char *fname, Args args, Py_ssize_t nargs, wide_decoder decode)
{
    struct decode_args a = { .final = 0 };
    int byteorder = 0;
    PyObject *text = NULL;
    if (read_decode_args(fname, args, nargs, 4, 0, &a) < 0)
        return NULL;
    if (nargs > 2 && (byteorder = PyLong_AsInt(args[2])) == -1 && PyErr_Occurred())
        goto done;
    if (nargs > 3 && (a.final = PyObject_IsTrue(args[3])) < 0)
        goto done;
    Py_ssize_t consumed = a.data.len;
    text = decode(a.data.buf, a.data.len, a.errors, &byteorder, a.final ? NULL : &consumed);
    if (text != NULL)
        text = Py_BuildValue("Nni", text, consumed, byteorder);
done:
    PyBuffer_Release(&a.data);
    return text;
}

#define WIDE(name, order, decode) \
    static PyObject *name##_decode(PyObject *m, Args args, Py_ssize_t nargs) \
    { return run_wide(#name "_decode", args, nargs, order, decode); }
#define WIDE_EX(name, decode) \
    static PyObject *name##_decode(PyObject *m, Args args, Py_ssize_t nargs) \
    { return run_wide_ex(#name "_decode", args, nargs, decode); }

WIDE(utf_16, 0, PyUnicode_DecodeUTF16Stateful)
WIDE(utf_16_le, -1, PyUnicode_DecodeUTF16Stateful)
WIDE(utf_16_be, 1, PyUnicode_DecodeUTF16Stateful)
WIDE_EX(utf_16_ex, PyUnicode_DecodeUTF16Stateful)
WIDE(utf_32, 0, PyUnicode_DecodeUTF32Stateful)
WIDE(utf_32_le, -1, PyUnicode_DecodeUTF32Stateful)
WIDE(utf_32_be, 1, PyUnicode_DecodeUTF32Stateful)
WIDE_EX(utf_32_ex, PyUnicode_DecodeUTF32Stateful)

typedef PyObject *(*plain_decoder)(const char *, Py_ssize_t, const char *);

static PyObject *
run_plain(const char *fname, Args args, Py_ssize_t nargs, int allow_str, plain_decoder decode)
{
    struct decode_args a;
    if (read_decode_args(fname, args, nargs, 2, allow_str, &a) < 0)
        return NULL;
    Py_ssize_t n = a.data.len;
    PyObject *text = decode(a.data.buf, n, a.errors);
    PyBuffer_Release(&a.data);
    return with_length(text, n);
}

static PyObject *
decode_escape(const char *s, Py_ssize_t n, const char *errors)
{
    return PyBytes_DecodeEscape(s, n, errors, 0, NULL);
}

#define PLAIN(name, allow_str, decode) \
    static PyObject *name##_decode(PyObject *m, Args args, Py_ssize_t nargs) \
    { return run_plain(#name "_decode", args, nargs, allow_str, decode); }

PLAIN(latin_1, 0, PyUnicode_DecodeLatin1)
PLAIN(ascii, 0, PyUnicode_DecodeASCII)
PLAIN(escape, 1, decode_escape)

static PyObject *
charmap_decode(PyObject *m, Args args, Py_ssize_t nargs)
{
    struct decode_args a;
    if (read_decode_args("charmap_decode", args, nargs, THIRD_IS_OTHER, 0, &a) < 0)
        return NULL;
    PyObject *mapping = nargs > 2 && args[2] != Py_None ? args[2] : NULL;
    Py_ssize_t n = a.data.len;
    PyObject *text = PyUnicode_DecodeCharmap(a.data.buf, n, mapping, a.errors);
    PyBuffer_Release(&a.data);
    return with_length(text, n);
}

/* ---- encoders ---- */

/* str, errors=None[, one more that the caller reads]. 0 or -1. */
static int
read_encode_args(const char *fname, Args args, Py_ssize_t nargs, Py_ssize_t max, const char **errors)
{
    *errors = NULL;
    if (!_PyArg_CheckPositional(fname, nargs, 1, max))
        return -1;
    if (!PyUnicode_Check(args[0])) {
        _PyArg_BadArgument(fname, "argument 1", "str", args[0]);
        return -1;
    }
    return nargs > 1 ? text_arg(fname, "argument 2", args[1], 1, errors) : 0;
}

static PyObject *encode_utf7(PyObject *s, const char *errors) { return _PyUnicode_EncodeUTF7(s, 0, 0, errors); }
static PyObject *encode_utf16_le(PyObject *s, const char *errors) { return _PyUnicode_EncodeUTF16(s, errors, -1); }
static PyObject *encode_utf16_be(PyObject *s, const char *errors) { return _PyUnicode_EncodeUTF16(s, errors, 1); }
static PyObject *encode_utf32_le(PyObject *s, const char *errors) { return _PyUnicode_EncodeUTF32(s, errors, -1); }
static PyObject *encode_utf32_be(PyObject *s, const char *errors) { return _PyUnicode_EncodeUTF32(s, errors, 1); }
static PyObject *encode_escape(PyObject *s, const char *errors) { return PyUnicode_AsUnicodeEscapeString(s); }
static PyObject *encode_raw_escape(PyObject *s, const char *errors) { return PyUnicode_AsRawUnicodeEscapeString(s); }

static PyObject *
run_encoder(const char *fname, Args args, Py_ssize_t nargs, PyObject *(*encode)(PyObject *, const char *))
{
    const char *errors;
    if (read_encode_args(fname, args, nargs, 2, &errors) < 0)
        return NULL;
    return with_length(encode(args[0], errors), PyUnicode_GET_LENGTH(args[0]));
}

#define ENCODER(name, encode) \
    static PyObject *name##_encode(PyObject *m, Args args, Py_ssize_t nargs) \
    { return run_encoder(#name "_encode", args, nargs, encode); }

ENCODER(utf_8, _PyUnicode_AsUTF8String)
ENCODER(utf_7, encode_utf7)
ENCODER(utf_16_le, encode_utf16_le)
ENCODER(utf_16_be, encode_utf16_be)
ENCODER(utf_32_le, encode_utf32_le)
ENCODER(utf_32_be, encode_utf32_be)
ENCODER(unicode_escape, encode_escape)
ENCODER(raw_unicode_escape, encode_raw_escape)
ENCODER(latin_1, _PyUnicode_AsLatin1String)
ENCODER(ascii, _PyUnicode_AsASCIIString)

/* str, errors=None, byteorder=0 */
static PyObject *
run_wide_encoder(const char *fname, Args args, Py_ssize_t nargs, PyObject *(*encode)(PyObject *, const char *, int))
{
    const char *errors;
    int byteorder = 0;
    if (read_encode_args(fname, args, nargs, 3, &errors) < 0)
        return NULL;
    if (nargs > 2 && (byteorder = PyLong_AsInt(args[2])) == -1 && PyErr_Occurred())
        return NULL;
    return with_length(encode(args[0], errors, byteorder), PyUnicode_GET_LENGTH(args[0]));
}

static PyObject *
utf_16_encode(PyObject *m, Args args, Py_ssize_t nargs)
{
    return run_wide_encoder("utf_16_encode", args, nargs, _PyUnicode_EncodeUTF16);
}

static PyObject *
utf_32_encode(PyObject *m, Args args, Py_ssize_t nargs)
{
    return run_wide_encoder("utf_32_encode", args, nargs, _PyUnicode_EncodeUTF32);
}

static PyObject *
charmap_encode(PyObject *m, Args args, Py_ssize_t nargs)
{
    const char *errors;
    if (read_encode_args("charmap_encode", args, nargs, 3, &errors) < 0)
        return NULL;
    PyObject *mapping = nargs > 2 && args[2] != Py_None ? args[2] : NULL;
    if (mapping == NULL)
        return with_length(_PyUnicode_AsLatin1String(args[0], errors), PyUnicode_GET_LENGTH(args[0]));
    return with_length(_PyUnicode_EncodeCharmap(args[0], mapping, errors), PyUnicode_GET_LENGTH(args[0]));
}

static PyObject *
charmap_build(PyObject *m, PyObject *map)
{
    if (!PyUnicode_Check(map)) {
        _PyArg_BadArgument("charmap_build", "argument", "str", map);
        return NULL;
    }
    return PyUnicode_BuildEncodingMap(map);
}

static PyObject *
readbuffer_encode(PyObject *m, Args args, Py_ssize_t nargs)
{
    struct decode_args a;
    if (read_decode_args("readbuffer_encode", args, nargs, 2, 1, &a) < 0)
        return NULL;
    Py_ssize_t n = a.data.len;
    PyObject *bytes = PyBytes_FromStringAndSize(a.data.buf, n);
    PyBuffer_Release(&a.data);
    return with_length(bytes, n);
}

/* The bytes as they would stand in a literal, without quotes. */
static PyObject *
escaped(PyObject *bytes)
{
    PyObject *repr = PyBytes_Repr(bytes, 0), *result = NULL;
    if (repr != NULL)                /* b'...' */
        result = PyBytes_FromStringAndSize((char *)PyUnicode_1BYTE_DATA(repr) + 2, PyUnicode_GET_LENGTH(repr) - 3);
    Py_XDECREF(repr);
    return result;
}

static PyObject *
escape_encode(PyObject *m, Args args, Py_ssize_t nargs)
{
    const char *errors;
    if (!_PyArg_CheckPositional("escape_encode", nargs, 1, 2))
        return NULL;
    if (!PyBytes_Check(args[0])) {
        _PyArg_BadArgument("escape_encode", "argument 1", "bytes", args[0]);
        return NULL;
    }
    if (nargs > 1 && text_arg("escape_encode", "argument 2", args[1], 1, &errors) < 0)
        return NULL;
    return with_length(escaped(args[0]), PyBytes_GET_SIZE(args[0]));
}

/* ---- registry ---- */

static PyObject *
codecs_register(PyObject *m, PyObject *function)
{
    if (PyCodec_Register(function) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
codecs_unregister(PyObject *m, PyObject *function)
{
    if (PyCodec_Unregister(function) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
codecs_lookup(PyObject *m, PyObject *encoding)
{
    const char *name;
    return text_arg("lookup", "argument", encoding, 0, &name) < 0 ? NULL : _PyCodec_Lookup(name);
}

static PyObject *
codecs_register_error(PyObject *m, Args args, Py_ssize_t nargs)
{
    const char *name;
    if (!_PyArg_CheckPositional("register_error", nargs, 2, 2)
        || text_arg("register_error", "argument 1", args[0], 0, &name) < 0 || PyCodec_RegisterError(name, args[1]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
codecs_lookup_error(PyObject *m, PyObject *arg)
{
    const char *name;
    return text_arg("lookup_error", "argument", arg, 0, &name) < 0 ? NULL : PyCodec_LookupError(name);
}

static char *const run_keywords[] = { "obj", "encoding", "errors", NULL };

/* obj, encoding='utf-8', errors='strict' */
static int
read_run_args(const char *fname, Args args, Py_ssize_t nargs, PyObject *kwnames, PyObject **obj, const char **encoding,
              const char **errors)
{
    PyAPI_FUNC(PyObject *const *) _PyArg_UnpackKeywords(PyObject *const *, Py_ssize_t, PyObject *, PyObject *,
                                                        struct _PyArg_Parser *, int, int, int, PyObject **);
    struct _PyArg_Parser parser = { .keywords = (const char *const *)run_keywords, .fname = fname };
    PyObject *buf[3] = { NULL };
    args = _PyArg_UnpackKeywords(args, nargs, NULL, kwnames, &parser, 1, 3, 0, buf);
    if (args == NULL)
        return -1;
    *obj = args[0];
    *encoding = "utf-8";
    *errors = NULL;
    if (args[1] != NULL && text_arg(fname, "argument 'encoding'", args[1], 0, encoding) < 0)
        return -1;
    return args[2] != NULL ? text_arg(fname, "argument 'errors'", args[2], 0, errors) : 0;
}

static PyObject *
codecs_encode(PyObject *m, Args args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *obj;
    const char *encoding, *errors;
    if (read_run_args("encode", args, nargs, kwnames, &obj, &encoding, &errors) < 0)
        return NULL;
    return PyCodec_Encode(obj, encoding, errors);
}

static PyObject *
codecs_decode(PyObject *m, Args args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *obj;
    const char *encoding, *errors;
    if (read_run_args("decode", args, nargs, kwnames, &obj, &encoding, &errors) < 0)
        return NULL;
    return PyCodec_Decode(obj, encoding, errors);
}

/* ---- module ---- */

#define FAST(name, sig) {#name, _PyCFunction_CAST(name), METH_FASTCALL, #name sig "\n--\n\n"}
#define DECODE(name) FAST(name##_decode, "($module, data, errors=None, /)")
#define DECODE_FINAL(name, final) FAST(name##_decode, "($module, data, errors=None, final=" final ", /)")
#define DECODE_EX(name) FAST(name##_decode, "($module, data, errors=None, byteorder=0, final=False,\n                 /)")
#define ENCODE(name) FAST(name##_encode, "($module, str, errors=None, /)")

static PyMethodDef methods[] = {
    {"register", codecs_register, METH_O, "register($module, search_function, /)\n--\n\nAdd a codec search function."},
    {"unregister", codecs_unregister, METH_O, "unregister($module, search_function, /)\n--\n\nRemove a codec search function."},
    {"lookup", codecs_lookup, METH_O, "lookup($module, encoding, /)\n--\n\nFind the codec of this name."},
    {"encode", _PyCFunction_CAST(codecs_encode), METH_FASTCALL | METH_KEYWORDS,
     "encode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nEncode an object by the codec of this name."},
    {"decode", _PyCFunction_CAST(codecs_decode), METH_FASTCALL | METH_KEYWORDS,
     "decode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nDecode an object by the codec of this name."},
    FAST(escape_encode, "($module, data, errors=None, /)"),
    DECODE(escape),
    ENCODE(utf_8),
    DECODE_FINAL(utf_8, "False"),
    ENCODE(utf_7),
    DECODE_FINAL(utf_7, "False"),
    FAST(utf_16_encode, "($module, str, errors=None, byteorder=0, /)"),
    ENCODE(utf_16_le),
    ENCODE(utf_16_be),
    DECODE_FINAL(utf_16, "False"),
    DECODE_FINAL(utf_16_le, "False"),
    DECODE_FINAL(utf_16_be, "False"),
    DECODE_EX(utf_16_ex),
    FAST(utf_32_encode, "($module, str, errors=None, byteorder=0, /)"),
    ENCODE(utf_32_le),
    ENCODE(utf_32_be),
    DECODE_FINAL(utf_32, "False"),
    DECODE_FINAL(utf_32_le, "False"),
    DECODE_FINAL(utf_32_be, "False"),
    DECODE_EX(utf_32_ex),
    ENCODE(unicode_escape),
    DECODE_FINAL(unicode_escape, "True"),
    ENCODE(raw_unicode_escape),
    DECODE_FINAL(raw_unicode_escape, "True"),
    ENCODE(latin_1),
    DECODE(latin_1),
    ENCODE(ascii),
    DECODE(ascii),
    FAST(charmap_encode, "($module, str, errors=None, mapping=None, /)"),
    FAST(charmap_decode, "($module, data, errors=None, mapping=None, /)"),
    {"charmap_build", charmap_build, METH_O, "charmap_build($module, map, /)\n--\n\n"},
    FAST(readbuffer_encode, "($module, data, errors=None, /)"),
    {"register_error", _PyCFunction_CAST(codecs_register_error), METH_FASTCALL,
     "register_error($module, errors, handler, /)\n--\n\nGive an error handler a name."},
    {"lookup_error", codecs_lookup_error, METH_O, "lookup_error($module, name, /)\n--\n\nFind the error handler of this name."},
    {NULL}
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL}
};

static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, .m_name = "_codecs", .m_methods = methods, .m_slots = slots };

PyMODINIT_FUNC
PyInit__codecs(void)
{
    return PyModuleDef_Init(&module);
}
