/* object/text/codec_handlers.c: the standard error handlers: each takes a UnicodeError and returns (replacement,
 * position to go on from), or raises. */
#include "object/text/codec_handlers.h"

#include <string.h>

#include "object/core/err.h"

/* The layout of the table that unicodedata exports. */
struct ucn_api {
    int (*getname)(Py_UCS4 code, char *buffer, int buflen, int with_alias_and_seq);
    int (*getcode)(const char *name, int namelen, Py_UCS4 *code, int with_named_seq);
};

/* The range of an error: what kind, in which object, from where to where. */
enum kind { ENCODE, DECODE, TRANSLATE };
struct problem { enum kind kind; PyObject *object; Py_ssize_t start, end; };

#define KIND(k) (1 << (k))

static PyObject *
cannot_handle(PyObject *exc)
{
    PyErr_Format(PyExc_TypeError, "don't know how to handle %.200s in error callback", Py_TYPE(exc)->tp_name);
    return NULL;
}

/* Fills *p (object is a new reference) if exc is of one of the kinds: 0 or -1. */
static int
open_problem(PyObject *exc, int kinds, struct problem *p)
{
    int rc;
    if ((kinds & KIND(ENCODE)) && PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeEncodeError)) {
        p->kind = ENCODE;
        rc = PyUnicodeEncodeError_GetStart(exc, &p->start) | PyUnicodeEncodeError_GetEnd(exc, &p->end);
        p->object = rc ? NULL : PyUnicodeEncodeError_GetObject(exc);
    }
    else if ((kinds & KIND(DECODE)) && PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeDecodeError)) {
        p->kind = DECODE;
        rc = PyUnicodeDecodeError_GetStart(exc, &p->start) | PyUnicodeDecodeError_GetEnd(exc, &p->end);
        p->object = rc ? NULL : PyUnicodeDecodeError_GetObject(exc);
    }
    else if ((kinds & KIND(TRANSLATE)) && PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeTranslateError)) {
        p->kind = TRANSLATE;
        rc = PyUnicodeTranslateError_GetStart(exc, &p->start) | PyUnicodeTranslateError_GetEnd(exc, &p->end);
        p->object = rc ? NULL : PyUnicodeTranslateError_GetObject(exc);
    }
    else {
        cannot_handle(exc);
        return -1;
    }
    if (p->object == NULL)
        return -1;
    if (p->end < p->start)
        p->end = p->start;
    return 0;
}

/* (replacement (stolen), position) */
static PyObject *
answer(PyObject *replacement, Py_ssize_t position)
{
    return replacement == NULL ? NULL : Py_BuildValue("(Nn)", replacement, position);
}

PyObject *
PyCodec_StrictErrors(PyObject *exc)
{
    if (PyExceptionInstance_Check(exc))
        PyErr_SetObject(PyExceptionInstance_Class(exc), exc);
    else
        PyErr_SetString(PyExc_TypeError, "codec must pass exception instance");
    return NULL;
}

PyObject *
PyCodec_IgnoreErrors(PyObject *exc)
{
    struct problem p;
    if (open_problem(exc, KIND(ENCODE) | KIND(DECODE) | KIND(TRANSLATE), &p) < 0)
        return NULL;
    Py_DECREF(p.object);
    return answer(PyUnicode_New(0, 0), p.end);
}

/* A string of n times c. */
static PyObject *
filled(Py_UCS4 c, Py_ssize_t n)
{
    PyObject *s = PyUnicode_New(n, c);
    for (Py_ssize_t i = 0; s != NULL && i < n; i++)
        PyUnicode_WRITE(PyUnicode_KIND(s), PyUnicode_DATA(s), i, c);
    return s;
}

PyObject *
PyCodec_ReplaceErrors(PyObject *exc)
{
    struct problem p;
    if (open_problem(exc, KIND(ENCODE) | KIND(DECODE) | KIND(TRANSLATE), &p) < 0)
        return NULL;
    Py_DECREF(p.object);
    if (p.kind == DECODE)
        return answer(filled(0xfffd, 1), p.end);
    return answer(filled(p.kind == ENCODE ? '?' : 0xfffd, p.end - p.start), p.end);
}

/* ---- replacements that spell the character ---- */

/* Writes the spelling of c (at most `room` bytes); its length. */
typedef int (*speller)(Py_UCS4 c, char *out, size_t room);

static int
spell_xml(Py_UCS4 c, char *out, size_t room)
{
    return PyOS_snprintf(out, room, "&#%u;", (unsigned)c);
}

static int
spell_backslash(Py_UCS4 c, char *out, size_t room)
{
    return PyOS_snprintf(out, room, c > 0xffff ? "\\U%08x" : c > 0xff ? "\\u%04x" : "\\x%02x", (unsigned)c);
}

static int
spell_name(Py_UCS4 c, char *out, size_t room)
{
    static struct ucn_api *names;
    char name[256];
    if (names == NULL)
        names = PyCapsule_Import("unicodedata._ucnhash_CAPI", 0);
    if (names == NULL)
        return -1;
    if (names->getname(c, name, sizeof(name), 1))
        return PyOS_snprintf(out, room, "\\N{%s}", name);
    return spell_backslash(c, out, room);
}

/* Spells the range, one character (or byte, when decoding) after the other. */
static PyObject *
spell_range(const struct problem *p, speller spell)
{
    char out[300];
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    for (Py_ssize_t i = p->start; i < p->end; i++) {
        Py_UCS4 c = p->kind == DECODE ? (unsigned char)PyBytes_AS_STRING(p->object)[i] : PyUnicode_READ_CHAR(p->object, i);
        int n = spell(c, out, sizeof(out));
        if (n < 0 || _PyUnicodeWriter_WriteASCIIString(&w, out, n) < 0) {
            _PyUnicodeWriter_Dealloc(&w);
            return NULL;
        }
    }
    return _PyUnicodeWriter_Finish(&w);
}

static PyObject *
spelled(PyObject *exc, int kinds, speller spell)
{
    struct problem p;
    if (open_problem(exc, kinds, &p) < 0)
        return NULL;
    PyObject *text = spell_range(&p, spell);
    Py_DECREF(p.object);
    return answer(text, p.end);
}

PyObject *
PyCodec_XMLCharRefReplaceErrors(PyObject *exc)
{
    return spelled(exc, KIND(ENCODE), spell_xml);
}

PyObject *
PyCodec_BackslashReplaceErrors(PyObject *exc)
{
    return spelled(exc, KIND(ENCODE) | KIND(DECODE) | KIND(TRANSLATE), spell_backslash);
}

PyObject *
PyCodec_NameReplaceErrors(PyObject *exc)
{
    return spelled(exc, KIND(ENCODE), spell_name);
}

/* ---- surrogatepass: lone surrogates are encoded like other characters ---- */

enum utf { UTF_8, UTF_16BE, UTF_16LE, UTF_32BE, UTF_32LE, UTF_NONE };

/* The UTF form that an encoding name means, and its bytes per surrogate. */
static enum utf
utf_of_name(const char *name, int *bytes)
{
    static const struct { const char *suffix; enum utf utf; } endings[] = {
        { "be", 0 }, { "le", 1 } };
    const char *p = name;
    int wide;
    if (strncasecmp(p, "utf", 3) == 0 || strncasecmp(p, "cp_utf8", 7) == 0) {
        if (strcasecmp(p, "CP_UTF8") == 0) {
            *bytes = 3;
            return UTF_8;
        }
        p += 3;
        if (*p == '-' || *p == '_')
            p++;
        if (strcmp(p, "8") == 0) {
            *bytes = 3;
            return UTF_8;
        }
        wide = strncmp(p, "32", 2) == 0;
        if (wide || strncmp(p, "16", 2) == 0) {
            p += 2;
            *bytes = wide ? 4 : 2;
            if (*p == '\0')
                return (PY_LITTLE_ENDIAN ? UTF_16LE : UTF_16BE) + (wide ? UTF_32BE - UTF_16BE : 0);
            if (*p == '-' || *p == '_')
                p++;
            for (int i = 0; i < 2; i++)
                if (strcasecmp(p, endings[i].suffix) == 0)
                    return (i ? UTF_16LE : UTF_16BE) + (wide ? UTF_32BE - UTF_16BE : 0);
        }
    }
    *bytes = 0;
    return UTF_NONE;
}

static unsigned char *
write_surrogate(unsigned char *p, Py_UCS4 c, enum utf utf)
{
    unsigned char high = (unsigned char)(c >> 8), low = (unsigned char)c;
    switch (utf) {
    case UTF_8:
        *p++ = (unsigned char)(0xe0 | c >> 12);
        *p++ = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        *p++ = (unsigned char)(0x80 | (c & 0x3f));
        break;
    case UTF_32BE: *p++ = 0; *p++ = 0; /* fall through */
    case UTF_16BE: *p++ = high; *p++ = low; break;
    case UTF_16LE: *p++ = low; *p++ = high; break;
    default: *p++ = low; *p++ = high; *p++ = 0; *p++ = 0; break;
    }
    return p;
}

static Py_UCS4
read_surrogate(const unsigned char *p, enum utf utf)
{
    switch (utf) {
    case UTF_8:
        if ((p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80)
            return (Py_UCS4)(p[0] & 0x0f) << 12 | (Py_UCS4)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return 0;
    case UTF_16BE: return (Py_UCS4)p[0] << 8 | p[1];
    case UTF_16LE: return (Py_UCS4)p[1] << 8 | p[0];
    case UTF_32BE: return (Py_UCS4)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    default: return (Py_UCS4)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
    }
}

/* exc goes on unchanged. */
static PyObject *
reraise(PyObject *exc)
{
    PyErr_SetObject(PyExceptionInstance_Class(exc), exc);
    return NULL;
}

static PyObject *
pass_encode(PyObject *exc, const struct problem *p, enum utf utf, int bytes)
{
    Py_ssize_t n = p->end - p->start;
    if (n > PY_SSIZE_T_MAX / bytes)
        return PyErr_NoMemory();
    PyObject *result = PyBytes_FromStringAndSize(NULL, bytes * n);
    if (result == NULL)
        return NULL;
    unsigned char *out = (unsigned char *)PyBytes_AS_STRING(result);
    for (Py_ssize_t i = p->start; i < p->end; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(p->object, i);
        if (!Py_UNICODE_IS_SURROGATE(c)) {
            Py_DECREF(result);
            return reraise(exc);
        }
        out = write_surrogate(out, c, utf);
    }
    return answer(result, p->end);
}

static PyObject *
pass_decode(PyObject *exc, const struct problem *p, enum utf utf, int bytes)
{
    Py_UCS4 c = 0;
    if (PyBytes_GET_SIZE(p->object) - p->start >= bytes)
        c = read_surrogate((unsigned char *)PyBytes_AS_STRING(p->object) + p->start, utf);
    if (!Py_UNICODE_IS_SURROGATE(c))
        return reraise(exc);
    return answer(PyUnicode_FromOrdinal((int)c), p->start + bytes);
}

static PyObject *
surrogatepass(PyObject *module, PyObject *exc)
{
    struct problem p;
    int bytes;
    if (open_problem(exc, KIND(ENCODE) | KIND(DECODE), &p) < 0)
        return NULL;
    PyObject *result = NULL;
    PyObject *name = p.kind == ENCODE ? PyUnicodeEncodeError_GetEncoding(exc) : PyUnicodeDecodeError_GetEncoding(exc);
    const char *utf8 = name == NULL ? NULL : PyUnicode_AsUTF8(name);
    if (utf8 != NULL) {
        enum utf utf = utf_of_name(utf8, &bytes);
        if (utf == UTF_NONE)
            result = reraise(exc);
        else
            result = p.kind == ENCODE ? pass_encode(exc, &p, utf, bytes) : pass_decode(exc, &p, utf, bytes);
    }
    Py_XDECREF(name);
    Py_DECREF(p.object);
    return result;
}

/* ---- surrogateescape: undecodable bytes travel as U+DC80 .. U+DCFF ---- */

static PyObject *
escape_encode(PyObject *exc, const struct problem *p)
{
    PyObject *result = PyBytes_FromStringAndSize(NULL, p->end - p->start);
    if (result == NULL)
        return NULL;
    char *out = PyBytes_AS_STRING(result);
    for (Py_ssize_t i = p->start; i < p->end; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(p->object, i);
        if (c < 0xdc80 || c > 0xdcff) {
            Py_DECREF(result);
            return reraise(exc);
        }
        *out++ = (char)(c - 0xdc00);
    }
    return answer(result, p->end);
}

static PyObject *
escape_decode(PyObject *exc, const struct problem *p)
{
    const unsigned char *s = (const unsigned char *)PyBytes_AS_STRING(p->object) + p->start;
    Py_UCS2 text[4];
    int n = 0;
    while (n < 4 && n < p->end - p->start && s[n] >= 128) {      /* ASCII bytes are never escaped */
        text[n] = 0xdc00 + s[n];
        n++;
    }
    if (n == 0)
        return reraise(exc);
    return answer(PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, text, n), p->start + n);
}

static PyObject *
surrogateescape(PyObject *module, PyObject *exc)
{
    struct problem p;
    if (open_problem(exc, KIND(ENCODE) | KIND(DECODE), &p) < 0)
        return NULL;
    PyObject *result = p.kind == ENCODE ? escape_encode(exc, &p) : escape_decode(exc, &p);
    Py_DECREF(p.object);
    return result;
}

/* ---- registration ---- */

static PyObject *strict(PyObject *module, PyObject *exc) { return PyCodec_StrictErrors(exc); }
static PyObject *ignore(PyObject *module, PyObject *exc) { return PyCodec_IgnoreErrors(exc); }
static PyObject *replace(PyObject *module, PyObject *exc) { return PyCodec_ReplaceErrors(exc); }
static PyObject *xml(PyObject *module, PyObject *exc) { return PyCodec_XMLCharRefReplaceErrors(exc); }
static PyObject *backslash(PyObject *module, PyObject *exc) { return PyCodec_BackslashReplaceErrors(exc); }
static PyObject *name(PyObject *module, PyObject *exc) { return PyCodec_NameReplaceErrors(exc); }

int
codec_handlers_register(PyObject *registry)
{
    static struct { const char *name; PyMethodDef def; } handlers[] = {
        {"strict", {"strict_errors", strict, METH_O, "Raise the error."}},
        {"ignore", {"ignore_errors", ignore, METH_O, "Leave the bad part out."}},
        {"replace", {"replace_errors", replace, METH_O, "Put a replacement character in its place."}},
        {"xmlcharrefreplace", {"xmlcharrefreplace_errors", xml, METH_O, "Put XML character references in its place."}},
        {"backslashreplace", {"backslashreplace_errors", backslash, METH_O, "Put backslash escapes in its place."}},
        {"namereplace", {"namereplace_errors", name, METH_O, "Put \\N{...} escapes in its place."}},
        {"surrogatepass", {"surrogatepass", surrogatepass, METH_O, NULL}},
        {"surrogateescape", {"surrogateescape", surrogateescape, METH_O, NULL}},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(handlers); i++) {
        PyObject *function = PyCFunction_NewEx(&handlers[i].def, NULL, NULL);
        if (function == NULL)
            return -1;
        int rc = PyDict_SetItemString(registry, handlers[i].name, function);
        Py_DECREF(function);
        if (rc < 0)
            return -1;
    }
    return 0;
}
