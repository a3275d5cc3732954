/* object/core/exc_unicode.c: UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError and their C API.
 *
 * All three share a struct. Attributes can be set from Python to anything, so every reader checks types and every
 * position is clamped to the object. */
#include "object/core/exc_slots.h"

#include "object/core/err.h"
#include "rt/singletons.h"

#define UERR(op) ((PyUnicodeErrorObject *)(op))

static int
check_count(PyObject *args, Py_ssize_t n)
{
    if (PyTuple_GET_SIZE(args) == n)
        return 0;
    PyErr_Format(PyExc_TypeError, "function takes exactly %zd arguments (%zd given)", n, PyTuple_GET_SIZE(args));
    return -1;
}

static int
check_str(PyObject *args, int i)
{
    PyObject *arg = PyTuple_GET_ITEM(args, i);
    if (PyUnicode_Check(arg))
        return 0;
    PyErr_Format(PyExc_TypeError, "argument %d must be str, not %.50s", i + 1,
                 arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
    return -1;
}

static int
read_position(PyObject *args, int i, Py_ssize_t *out)
{
    PyObject *index = PyNumber_Index(PyTuple_GET_ITEM(args, i));
    if (index == NULL)
        return -1;
    *out = PyLong_AsSsize_t(index);
    Py_DECREF(index);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

/* start, end, reason from args[i], args[i + 1], args[i + 2]. */
static int
read_range(PyUnicodeErrorObject *self, PyObject *args, int i)
{
    Py_ssize_t start, end;
    if (read_position(args, i, &start) < 0 || read_position(args, i + 1, &end) < 0 || check_str(args, i + 2) < 0)
        return -1;
    self->start = start;
    self->end = end;
    exc_assign(&self->reason, PyTuple_GET_ITEM(args, i + 2));
    return 0;
}

static int
encode_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (exc_base_init(op, args, kwargs) < 0 || check_count(args, 5) < 0 || check_str(args, 0) < 0
        || check_str(args, 1) < 0 || read_range(UERR(op), args, 2) < 0)
        return -1;
    exc_assign(&UERR(op)->encoding, PyTuple_GET_ITEM(args, 0));
    exc_assign(&UERR(op)->object, PyTuple_GET_ITEM(args, 1));
    return 0;
}

static OWNED PyObject *
as_bytes(PyObject *object)
{
    if (PyBytes_Check(object))
        return Py_NewRef(object);
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(view.buf, view.len);
    PyBuffer_Release(&view);
    return bytes;
}

static int
decode_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (exc_base_init(op, args, kwargs) < 0 || check_count(args, 5) < 0 || check_str(args, 0) < 0
        || read_range(UERR(op), args, 2) < 0)
        return -1;
    PyObject *bytes = as_bytes(PyTuple_GET_ITEM(args, 1));
    if (bytes == NULL)
        return -1;
    exc_assign(&UERR(op)->encoding, PyTuple_GET_ITEM(args, 0));
    Py_XSETREF(UERR(op)->object, bytes);
    return 0;
}

static int
translate_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (exc_base_init(op, args, kwargs) < 0 || check_count(args, 4) < 0 || check_str(args, 0) < 0
        || read_range(UERR(op), args, 1) < 0)
        return -1;
    exc_assign(&UERR(op)->object, PyTuple_GET_ITEM(args, 0));
    return 0;
}

static int
unicode_clear(PyObject *op)
{
    Py_CLEAR(UERR(op)->encoding);
    Py_CLEAR(UERR(op)->object);
    Py_CLEAR(UERR(op)->reason);
    return exc_base_clear(op);
}

static int
unicode_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(UERR(op)->encoding);
    Py_VISIT(UERR(op)->object);
    Py_VISIT(UERR(op)->reason);
    return exc_base_traverse(op, visit, arg);
}

static void
unicode_dealloc(PyObject *self)
{
    exc_dealloc_by(self, unicode_clear, unicode_dealloc);
}

/* ---- messages ---- */

static const char *
char_format(Py_UCS4 c, const char *const formats[3])
{
    return c <= 0xff ? formats[0] : c <= 0xffff ? formats[1] : formats[2];
}

/* encoding and reason as str; 0 or -1. Both are new references on success. */
static int
message_parts(PyUnicodeErrorObject *self, PyObject **encoding, PyObject **reason)
{
    *encoding = NULL;
    *reason = PyObject_Str(self->reason == NULL ? Py_None : self->reason);
    if (*reason == NULL)
        return -1;
    *encoding = PyObject_Str(self->encoding == NULL ? Py_None : self->encoding);
    if (*encoding == NULL)
        Py_CLEAR(*reason);
    return *encoding == NULL ? -1 : 0;
}

static PyObject *
encode_str(PyObject *op)
{
    static const char *const formats[3] = {
        "'%U' codec can't encode character '\\x%02x' in position %zd: %U",
        "'%U' codec can't encode character '\\u%04x' in position %zd: %U",
        "'%U' codec can't encode character '\\U%08x' in position %zd: %U" };
    PyUnicodeErrorObject *self = UERR(op);
    PyObject *encoding, *reason, *result;
    if (self->object == NULL)
        return EMPTY_STR;
    if (message_parts(self, &encoding, &reason) < 0)
        return NULL;
    Py_ssize_t i = self->start;
    if (PyUnicode_Check(self->object) && i >= 0 && i < PyUnicode_GET_LENGTH(self->object) && self->end == i + 1) {
        Py_UCS4 c = PyUnicode_ReadChar(self->object, i);
        result = PyUnicode_FromFormat(char_format(c, formats), encoding, (int)c, i, reason);
    }
    else
        result = PyUnicode_FromFormat("'%U' codec can't encode characters in position %zd-%zd: %U",
                                      encoding, i, self->end - 1, reason);
    Py_DECREF(encoding);
    Py_DECREF(reason);
    return result;
}

static PyObject *
decode_str(PyObject *op)
{
    PyUnicodeErrorObject *self = UERR(op);
    PyObject *encoding, *reason, *result;
    if (self->object == NULL)
        return EMPTY_STR;
    if (message_parts(self, &encoding, &reason) < 0)
        return NULL;
    Py_ssize_t i = self->start;
    if (PyBytes_Check(self->object) && i >= 0 && i < PyBytes_GET_SIZE(self->object) && self->end == i + 1) {
        int byte = (unsigned char)PyBytes_AS_STRING(self->object)[i];
        result = PyUnicode_FromFormat("'%U' codec can't decode byte 0x%02x in position %zd: %U", encoding, byte, i, reason);
    }
    else
        result = PyUnicode_FromFormat("'%U' codec can't decode bytes in position %zd-%zd: %U",
                                      encoding, i, self->end - 1, reason);
    Py_DECREF(encoding);
    Py_DECREF(reason);
    return result;
}

static PyObject *
translate_str(PyObject *op)
{
    static const char *const formats[3] = {
        "can't translate character '\\x%02x' in position %zd: %U",
        "can't translate character '\\u%04x' in position %zd: %U",
        "can't translate character '\\U%08x' in position %zd: %U" };
    PyUnicodeErrorObject *self = UERR(op);
    if (self->object == NULL)
        return EMPTY_STR;
    PyObject *reason = PyObject_Str(self->reason == NULL ? Py_None : self->reason), *result;
    if (reason == NULL)
        return NULL;
    Py_ssize_t i = self->start;
    if (PyUnicode_Check(self->object) && i >= 0 && i < PyUnicode_GET_LENGTH(self->object) && self->end == i + 1) {
        Py_UCS4 c = PyUnicode_ReadChar(self->object, i);
        result = PyUnicode_FromFormat(char_format(c, formats), (int)c, i, reason);
    }
    else
        result = PyUnicode_FromFormat("can't translate characters in position %zd-%zd: %U", i, self->end - 1, reason);
    Py_DECREF(reason);
    return result;
}

/* ---- types ---- */

static PyMemberDef unicode_members[] = {
    {"encoding", _Py_T_OBJECT, offsetof(PyUnicodeErrorObject, encoding), 0, "name of the encoding"},
    {"object", _Py_T_OBJECT, offsetof(PyUnicodeErrorObject, object), 0, "what was to be converted"},
    {"start", Py_T_PYSSIZET, offsetof(PyUnicodeErrorObject, start), 0, "where the trouble starts"},
    {"end", Py_T_PYSSIZET, offsetof(PyUnicodeErrorObject, end), 0, "where the trouble ends"},
    {"reason", _Py_T_OBJECT, offsetof(PyUnicodeErrorObject, reason), 0, "what is wrong"},
    {NULL}
};

#define UNICODE_TYPE(name, init, str, doc) \
    PyTypeObject _PyExc_##name = { \
        PyVarObject_HEAD_INIT(NULL, 0) \
        .tp_name = #name, .tp_base = &_PyExc_UnicodeError, .tp_basicsize = sizeof(PyUnicodeErrorObject), \
        .tp_dealloc = unicode_dealloc, .tp_traverse = unicode_traverse, .tp_clear = unicode_clear, \
        .tp_init = init, .tp_new = exc_base_new, .tp_str = str, .tp_flags = EXC_FLAGS, \
        .tp_dictoffset = offsetof(PyBaseExceptionObject, dict), .tp_doc = doc, .tp_members = unicode_members, \
    }; \
    PyObject *PyExc_##name = (PyObject *)&_PyExc_##name;

UNICODE_TYPE(UnicodeEncodeError, encode_init, encode_str, "Text cannot be encoded.")
UNICODE_TYPE(UnicodeDecodeError, decode_init, decode_str, "Bytes cannot be decoded.")
UNICODE_TYPE(UnicodeTranslateError, translate_init, translate_str, "Text cannot be translated.")

/* ---- C API ---- */

PyObject *
PyUnicodeDecodeError_Create(const char *encoding, const char *object, Py_ssize_t length,
                            Py_ssize_t start, Py_ssize_t end, const char *reason)
{
    return PyObject_CallFunction(PyExc_UnicodeDecodeError, "sy#nns", encoding, object, length, start, end, reason);
}

/* An attribute as a new reference, checked to be a str or (bytes) a bytes object. */
static OWNED PyObject *
attribute(PyObject *value, const char *name, bool bytes)
{
    if (value == NULL)
        PyErr_Format(PyExc_TypeError, "%.200s attribute not set", name);
    else if (bytes ? PyBytes_Check(value) : PyUnicode_Check(value))
        return Py_NewRef(value);
    else
        PyErr_Format(PyExc_TypeError, "%.200s attribute must be %s", name, bytes ? "bytes" : "unicode");
    return NULL;
}

static Py_ssize_t
object_size(PyObject *op, bool bytes)
{
    PyObject *object = attribute(UERR(op)->object, "object", bytes);
    if (object == NULL)
        return -1;
    Py_ssize_t n = bytes ? PyBytes_GET_SIZE(object) : PyUnicode_GET_LENGTH(object);
    Py_DECREF(object);
    return n;
}

static int
get_start(PyObject *op, Py_ssize_t *start, bool bytes)
{
    Py_ssize_t n = object_size(op, bytes), i = UERR(op)->start;
    if (n < 0)
        return -1;
    if (i < 0)
        i = 0;
    if (i >= n)
        i = n == 0 ? 0 : n - 1;
    *start = i;
    return 0;
}

static int
get_end(PyObject *op, Py_ssize_t *end, bool bytes)
{
    Py_ssize_t n = object_size(op, bytes), i = UERR(op)->end;
    if (n < 0)
        return -1;
    if (i < 1)
        i = 1;
    *end = i > n ? n : i;
    return 0;
}

static int
set_reason(PyObject *op, const char *reason)
{
    PyObject *text = PyUnicode_FromString(reason);
    if (text == NULL)
        return -1;
    Py_XSETREF(UERR(op)->reason, text);
    return 0;
}

#define UNICODE_API(name, bytes) \
    PyObject *name##_GetObject(PyObject *op) { return attribute(UERR(op)->object, "object", bytes); } \
    PyObject *name##_GetReason(PyObject *op) { return attribute(UERR(op)->reason, "reason", false); } \
    int name##_GetStart(PyObject *op, Py_ssize_t *start) { return get_start(op, start, bytes); } \
    int name##_GetEnd(PyObject *op, Py_ssize_t *end) { return get_end(op, end, bytes); } \
    int name##_SetStart(PyObject *op, Py_ssize_t start) { UERR(op)->start = start; return 0; } \
    int name##_SetEnd(PyObject *op, Py_ssize_t end) { UERR(op)->end = end; return 0; } \
    int name##_SetReason(PyObject *op, const char *reason) { return set_reason(op, reason); }

UNICODE_API(PyUnicodeEncodeError, false)
UNICODE_API(PyUnicodeDecodeError, true)
UNICODE_API(PyUnicodeTranslateError, false)

PyObject *
PyUnicodeEncodeError_GetEncoding(PyObject *op)
{
    return attribute(UERR(op)->encoding, "encoding", false);
}

PyObject *
PyUnicodeDecodeError_GetEncoding(PyObject *op)
{
    return attribute(UERR(op)->encoding, "encoding", false);
}
