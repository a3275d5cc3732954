/* modules/json/json_encode.c: writing JSON into one growing string. */
#include "modules/json/json.h"

#include <math.h>
#include <string.h>

struct encoder {
    PyObject_HEAD
    PyObject *markers, *default_fn, *encoder, *indent, *key_separator, *item_separator;
    char sort_keys, skipkeys;
    int allow_nan;
    PyCFunction fast;                     /* one of ours: encodes strings without a call */
};

#define ENCODER(op) ((struct encoder *)(op))

/* ---- strings ---- */

static const char *short_escape(Py_UCS4 c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static int write_u(_PyUnicodeWriter *w, Py_UCS4 c)
{
    char text[6] = { '\\', 'u', Py_hexdigits[c >> 12 & 15], Py_hexdigits[c >> 8 & 15], Py_hexdigits[c >> 4 & 15], Py_hexdigits[c & 15] };
    return _PyUnicodeWriter_WriteASCIIString(w, text, 6);
}

static int write_escaped(_PyUnicodeWriter *w, Py_UCS4 c)
{
    const char *e = short_escape(c);
    if (e != NULL)
        return _PyUnicodeWriter_WriteASCIIString(w, e, 2);
    if (c < 0x10000)
        return write_u(w, c);
    return write_u(w, Py_UNICODE_HIGH_SURROGATE(c)) < 0 ? -1 : write_u(w, Py_UNICODE_LOW_SURROGATE(c));
}

static inline bool plain(Py_UCS4 c, bool ascii) { return c >= ' ' && c != '"' && c != '\\' && (!ascii || c < 0x7f); }

/* s as a JSON string; ascii: only ASCII comes out. */
static int write_string(_PyUnicodeWriter *w, PyObject *s, bool ascii)
{
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t n = PyUnicode_GET_LENGTH(s), start = 0, i = 0;
    if (_PyUnicodeWriter_WriteChar(w, '"') < 0)
        return -1;
    for (; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (plain(c, ascii))
            continue;
        if (_PyUnicodeWriter_WriteSubstring(w, s, start, i) < 0 || write_escaped(w, c) < 0)
            return -1;
        start = i + 1;
    }
    return _PyUnicodeWriter_WriteSubstring(w, s, start, n) < 0 ? -1 : _PyUnicodeWriter_WriteChar(w, '"');
}

static PyObject *encode_string(PyObject *s, bool ascii)
{
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "first argument must be a string, not %.80s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.min_length = PyUnicode_GET_LENGTH(s) + 2;
    w.overallocate = 1;
    if (write_string(&w, s, ascii) == 0)
        return _PyUnicodeWriter_Finish(&w);
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

PyObject *json_encode_basestring(PyObject *module, PyObject *s) { return encode_string(s, false); }
PyObject *json_encode_basestring_ascii(PyObject *module, PyObject *s) { return encode_string(s, true); }

/* ---- values ---- */

static int write_value(struct encoder *e, _PyUnicodeWriter *w, PyObject *op, Py_ssize_t level);

static int write_owned(_PyUnicodeWriter *w, PyObject *s)
{
    int r = s == NULL ? -1 : _PyUnicodeWriter_WriteStr(w, s);
    Py_XDECREF(s);
    return r;
}

static int write_str(struct encoder *e, _PyUnicodeWriter *w, PyObject *s)
{
    if (e->fast != NULL)
        return write_string(w, s, e->fast == json_encode_basestring_ascii);
    PyObject *out = PyObject_CallOneArg(e->encoder, s);
    if (out != NULL && !PyUnicode_Check(out)) {
        PyErr_Format(PyExc_TypeError, "encoder() must return a string, not %.80s", Py_TYPE(out)->tp_name);
        Py_CLEAR(out);
    }
    return write_owned(w, out);
}

static PyObject *float_text(struct encoder *e, PyObject *op)
{
    double d = PyFloat_AS_DOUBLE(op);
    if (isfinite(d))
        return PyFloat_Type.tp_repr(op);
    if (!e->allow_nan) {
        PyErr_Format(PyExc_ValueError, "Out of range float values are not JSON compliant: %R", op);
        return NULL;
    }
    return PyUnicode_FromString(isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
}

static int write_newline(struct encoder *e, _PyUnicodeWriter *w, Py_ssize_t level)
{
    if (e->indent == Py_None)
        return 0;
    if (_PyUnicodeWriter_WriteChar(w, '\n') < 0)
        return -1;
    while (level-- > 0)
        if (_PyUnicodeWriter_WriteStr(w, e->indent) < 0)
            return -1;
    return 0;
}

/* Notes that op is being written: 0 with *ident (NULL: not checked), or -1. */
static int enter(struct encoder *e, PyObject *op, PyObject **ident)
{
    *ident = NULL;
    if (e->markers == Py_None)
        return 0;
    PyObject *key = PyLong_FromVoidPtr(op);
    int known = key == NULL ? -1 : PyDict_Contains(e->markers, key);
    if (known > 0)
        PyErr_SetString(PyExc_ValueError, "Circular reference detected");
    if (known != 0 || PyDict_SetItem(e->markers, key, op) < 0) {
        Py_XDECREF(key);
        return -1;
    }
    *ident = key;
    return 0;
}

static int leave(struct encoder *e, PyObject *ident, int status)
{
    if (ident != NULL && status == 0)
        status = PyDict_DelItem(e->markers, ident);
    Py_XDECREF(ident);
    return status;
}

static int write_separator(struct encoder *e, _PyUnicodeWriter *w, bool first, Py_ssize_t level)
{
    if (!first && _PyUnicodeWriter_WriteStr(w, e->item_separator) < 0)
        return -1;
    return write_newline(e, w, level);
}

static int write_list(struct encoder *e, _PyUnicodeWriter *w, PyObject *op, Py_ssize_t level)
{
    PyObject *seq = PySequence_Fast(op, "_iterencode_list needs a sequence"), *ident;
    if (seq == NULL)
        return -1;
    if (PySequence_Fast_GET_SIZE(seq) == 0) {
        Py_DECREF(seq);
        return _PyUnicodeWriter_WriteASCIIString(w, "[]", 2);
    }
    if (enter(e, op, &ident) < 0) {
        Py_DECREF(seq);
        return -1;
    }
    int r = _PyUnicodeWriter_WriteChar(w, '[');
    for (Py_ssize_t i = 0; r == 0 && i < PySequence_Fast_GET_SIZE(seq); i++) {
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(seq, i));
        r = write_separator(e, w, i == 0, level + 1);
        if (r == 0)
            r = write_value(e, w, item, level + 1);
        Py_DECREF(item);
    }
    if (r == 0)
        r = write_newline(e, w, level);
    if (r == 0)
        r = _PyUnicodeWriter_WriteChar(w, ']');
    Py_DECREF(seq);
    return leave(e, ident, r);
}

/* A key as str: 1 with *out, 0 to be skipped, -1. */
static int key_text(struct encoder *e, PyObject *key, PyObject **out)
{
    if (PyUnicode_Check(key))
        *out = Py_NewRef(key);
    else if (PyFloat_Check(key))
        *out = float_text(e, key);
    else if (key == Py_True || key == Py_False || key == Py_None)
        *out = PyUnicode_FromString(key == Py_True ? "true" : key == Py_False ? "false" : "null");
    else if (PyLong_Check(key))
        *out = PyLong_Type.tp_repr(key);
    else if (e->skipkeys)
        return 0;
    else {
        PyErr_Format(PyExc_TypeError, "keys must be str, int, float, bool or None, not %.100s", Py_TYPE(key)->tp_name);
        return -1;
    }
    return *out == NULL ? -1 : 1;
}

static int write_member(struct encoder *e, _PyUnicodeWriter *w, PyObject *key, PyObject *value, bool *first, Py_ssize_t level)
{
    PyObject *text;
    int r = key_text(e, key, &text);
    if (r <= 0)
        return r;
    r = write_separator(e, w, *first, level);
    *first = false;
    if (r == 0)
        r = write_str(e, w, text);
    Py_DECREF(text);
    if (r == 0)
        r = _PyUnicodeWriter_WriteStr(w, e->key_separator);
    return r == 0 ? write_value(e, w, value, level) : r;
}

static int write_items(struct encoder *e, _PyUnicodeWriter *w, PyObject *dict, bool *first, Py_ssize_t level)
{
    int r = 0;
    if (!e->sort_keys && PyDict_CheckExact(dict)) {
        Py_ssize_t pos = 0;
        PyObject *key, *value;
        while (r == 0 && PyDict_Next(dict, &pos, &key, &value)) {
            Py_INCREF(key);
            Py_INCREF(value);
            r = write_member(e, w, key, value, first, level);
            Py_DECREF(key);
            Py_DECREF(value);
        }
        return r;
    }
    PyObject *items = PyMapping_Items(dict);
    if (items == NULL || (e->sort_keys && PyList_Sort(items) < 0)) {
        Py_XDECREF(items);
        return -1;
    }
    for (Py_ssize_t i = 0; r == 0 && i < PyList_GET_SIZE(items); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(items, i));
        if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
            PyErr_SetString(PyExc_ValueError, "items must return 2-tuples");
            r = -1;
        }
        else
            r = write_member(e, w, PyTuple_GET_ITEM(item, 0), PyTuple_GET_ITEM(item, 1), first, level);
        Py_DECREF(item);
    }
    Py_DECREF(items);
    return r;
}

static int write_dict(struct encoder *e, _PyUnicodeWriter *w, PyObject *dict, Py_ssize_t level)
{
    PyObject *ident;
    if (PyDict_GET_SIZE(dict) == 0)
        return _PyUnicodeWriter_WriteASCIIString(w, "{}", 2);
    if (enter(e, dict, &ident) < 0)
        return -1;
    bool first = true;
    int r = _PyUnicodeWriter_WriteChar(w, '{');
    if (r == 0)
        r = write_items(e, w, dict, &first, level + 1);
    if (r == 0 && !first)
        r = write_newline(e, w, level);
    if (r == 0)
        r = _PyUnicodeWriter_WriteChar(w, '}');
    return leave(e, ident, r);
}

static int write_default(struct encoder *e, _PyUnicodeWriter *w, PyObject *op, Py_ssize_t level)
{
    PyObject *ident;
    if (enter(e, op, &ident) < 0)
        return -1;
    PyObject *other = PyObject_CallOneArg(e->default_fn, op);
    int r = other == NULL ? -1 : write_value(e, w, other, level);
    Py_XDECREF(other);
    return leave(e, ident, r);
}

static int write_value(struct encoder *e, _PyUnicodeWriter *w, PyObject *op, Py_ssize_t level)
{
    if (op == Py_None || op == Py_True || op == Py_False)
        return _PyUnicodeWriter_WriteASCIIString(w, op == Py_None ? "null" : op == Py_True ? "true" : "false", -1);
    if (PyUnicode_Check(op))
        return write_str(e, w, op);
    if (PyLong_Check(op))
        return write_owned(w, PyLong_Type.tp_repr(op));
    if (PyFloat_Check(op))
        return write_owned(w, float_text(e, op));
    if (Py_EnterRecursiveCall(" while encoding a JSON object"))
        return -1;
    int r = PyList_Check(op) || PyTuple_Check(op) ? write_list(e, w, op, level)
            : PyDict_Check(op)                    ? write_dict(e, w, op, level)
                                                  : write_default(e, w, op, level);
    Py_LeaveRecursiveCall();
    return r;
}

/* ---- the Encoder type ---- */

/* An indent that cannot be repeated and joined to a string raises what Python would. */
static int check_indent(struct encoder *e, Py_ssize_t level)
{
    if (e->indent == Py_None || PyUnicode_Check(e->indent))
        return 0;
    PyObject *n = PyLong_FromSsize_t(level), *text = n == NULL ? NULL : PyNumber_Multiply(e->indent, n), *newline = PyUnicode_FromString("\n");
    PyObject *joined = text == NULL || newline == NULL ? NULL : PyUnicode_Concat(newline, text);
    Py_XDECREF(n);
    Py_XDECREF(text);
    Py_XDECREF(newline);
    Py_XDECREF(joined);
    return joined == NULL ? -1 : 0;
}

static PyObject *encoder_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "obj", "_current_indent_level", NULL };
    PyObject *op;
    Py_ssize_t level;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "On:_iterencode", names, &op, &level) || check_indent(ENCODER(self), level) < 0)
        return NULL;
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    if (write_value(ENCODER(self), &w, op, level) < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    PyObject *text = _PyUnicodeWriter_Finish(&w);
    return text == NULL ? NULL : Py_BuildValue("(N)", text);
}

static PyObject *encoder_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "markers", "default", "encoder", "indent", "key_separator", "item_separator", "sort_keys", "skipkeys", "allow_nan", NULL };
    PyObject *markers, *default_fn, *encoder, *indent, *key_separator, *item_separator;
    int sort_keys, skipkeys, allow_nan;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "OOOOUUppp:make_encoder", names, &markers, &default_fn, &encoder, &indent, &key_separator,
                                     &item_separator, &sort_keys, &skipkeys, &allow_nan))
        return NULL;
    if (markers != Py_None && !PyDict_Check(markers)) {
        PyErr_Format(PyExc_TypeError, "make_encoder() argument 1 must be dict or None, not %.200s", Py_TYPE(markers)->tp_name);
        return NULL;
    }
    struct encoder *e = (struct encoder *)type->tp_alloc(type, 0);
    if (e == NULL)
        return NULL;
    e->markers = Py_NewRef(markers);
    e->default_fn = Py_NewRef(default_fn);
    e->encoder = Py_NewRef(encoder);
    e->indent = Py_NewRef(indent);
    e->key_separator = Py_NewRef(key_separator);
    e->item_separator = Py_NewRef(item_separator);
    e->sort_keys = (char)sort_keys;
    e->skipkeys = (char)skipkeys;
    e->allow_nan = allow_nan;
    if (PyCFunction_Check(encoder)) {
        PyCFunction f = PyCFunction_GetFunction(encoder);
        if (f == json_encode_basestring || f == json_encode_basestring_ascii)
            e->fast = f;
    }
    return (PyObject *)e;
}

static int encoder_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(ENCODER(self)->markers);
    Py_VISIT(ENCODER(self)->default_fn);
    Py_VISIT(ENCODER(self)->encoder);
    Py_VISIT(ENCODER(self)->indent);
    Py_VISIT(ENCODER(self)->key_separator);
    Py_VISIT(ENCODER(self)->item_separator);
    return 0;
}

static int encoder_clear(PyObject *self)
{
    Py_CLEAR(ENCODER(self)->markers);
    Py_CLEAR(ENCODER(self)->default_fn);
    Py_CLEAR(ENCODER(self)->encoder);
    Py_CLEAR(ENCODER(self)->indent);
    Py_CLEAR(ENCODER(self)->key_separator);
    Py_CLEAR(ENCODER(self)->item_separator);
    return 0;
}

static void encoder_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    encoder_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef encoder_members[] = {
    { "markers", _Py_T_OBJECT, offsetof(struct encoder, markers), Py_READONLY, "markers" },
    { "default", _Py_T_OBJECT, offsetof(struct encoder, default_fn), Py_READONLY, "default" },
    { "encoder", _Py_T_OBJECT, offsetof(struct encoder, encoder), Py_READONLY, "encoder" },
    { "indent", _Py_T_OBJECT, offsetof(struct encoder, indent), Py_READONLY, "indent" },
    { "key_separator", _Py_T_OBJECT, offsetof(struct encoder, key_separator), Py_READONLY, "key_separator" },
    { "item_separator", _Py_T_OBJECT, offsetof(struct encoder, item_separator), Py_READONLY, "item_separator" },
    { "sort_keys", Py_T_BOOL, offsetof(struct encoder, sort_keys), Py_READONLY, "sort_keys" },
    { "skipkeys", Py_T_BOOL, offsetof(struct encoder, skipkeys), Py_READONLY, "skipkeys" },
    { NULL },
};

static PyType_Slot encoder_slots[] = {
    { Py_tp_doc, "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)" },
    { Py_tp_dealloc, encoder_dealloc },
    { Py_tp_call, encoder_call },
    { Py_tp_traverse, encoder_traverse },
    { Py_tp_clear, encoder_clear },
    { Py_tp_members, encoder_members },
    { Py_tp_new, encoder_new },
    { 0, NULL },
};

PyType_Spec json_encoder_spec = {
    .name = "_json.Encoder",
    .basicsize = sizeof(struct encoder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = encoder_slots,
};
