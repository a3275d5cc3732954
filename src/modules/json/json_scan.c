/* modules/json/json_scan.c: reading JSON. */
#include "modules/json/json.h"

#include <string.h>

struct scanner {
    PyObject_HEAD
    char strict;
    PyObject *object_hook, *object_pairs_hook, *parse_float, *parse_int, *parse_constant;
};

#define RECENT 64

/* The text being read. `memo` owns each key once; `recent` finds most of them again without making a string first. */
struct text {
    PyObject *str;
    int kind;
    const void *data;
    Py_ssize_t n;
    struct scanner *s;
    PyObject *memo;
    PyObject *recent[RECENT];
};

static inline Py_UCS4 at(const struct text *t, Py_ssize_t i) { return PyUnicode_READ(t->kind, t->data, i); }

/* ---- errors: always NULL ---- */

static PyObject *decode_error(const char *message, PyObject *s, Py_ssize_t end)
{
    PyObject *module = PyImport_ImportModule("json.decoder");
    PyObject *type = module == NULL ? NULL : PyObject_GetAttrString(module, "JSONDecodeError");
    PyObject *exc = type == NULL ? NULL : PyObject_CallFunction(type, "zOn", message, s, end);
    if (exc != NULL)
        PyErr_SetObject(type, exc);
    Py_XDECREF(exc);
    Py_XDECREF(type);
    Py_XDECREF(module);
    return NULL;
}

/* "There is no value at i": the Python side makes an error of it. */
static PyObject *no_value(Py_ssize_t i)
{
    PyObject *value = PyLong_FromSsize_t(i);
    if (value != NULL)
        PyErr_SetObject(PyExc_StopIteration, value);
    Py_XDECREF(value);
    return NULL;
}

/* ---- strings ---- */

/* Four hex digits at i, or -1. */
static int hex4(int kind, const void *data, Py_ssize_t i)
{
    int v = 0;
    for (int k = 0; k < 4; k++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i + k);
        if (c >= '0' && c <= '9')
            v = v << 4 | (int)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            v = v << 4 | (int)((c | 32) - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* The escape whose backslash is at i: the character, *next behind it; (Py_UCS4)-1 with an exception. */
static Py_UCS4 scan_escape(PyObject *s, Py_ssize_t begin, Py_ssize_t i, Py_ssize_t *next)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t n = PyUnicode_GET_LENGTH(s);
    if (i + 1 >= n) {
        decode_error("Unterminated string starting at", s, begin);
        return (Py_UCS4)-1;
    }
    Py_UCS4 c = PyUnicode_READ(kind, data, i + 1);
    *next = i + 2;
    if (c != 'u') {
        const char *p = c < 128 && c != 0 ? strchr(escapes, (int)c) : NULL;
        if (p != NULL)
            return (unsigned char)meanings[p - escapes];
        decode_error("Invalid \\escape", s, i);
        return (Py_UCS4)-1;
    }
    int v = i + 6 >= n ? -1 : hex4(kind, data, i + 2);
    if (v < 0) {
        decode_error("Invalid \\uXXXX escape", s, i + 1);
        return (Py_UCS4)-1;
    }
    *next = i + 6;
    if (!Py_UNICODE_IS_HIGH_SURROGATE(v) || i + 12 >= n || PyUnicode_READ(kind, data, i + 6) != '\\' || PyUnicode_READ(kind, data, i + 7) != 'u')
        return (Py_UCS4)v;
    int low = hex4(kind, data, i + 8);
    if (low < 0) {
        decode_error("Invalid \\uXXXX escape", s, i + 7);
        return (Py_UCS4)-1;
    }
    if (!Py_UNICODE_IS_LOW_SURROGATE(low))
        return (Py_UCS4)v;
    *next = i + 12;
    return Py_UNICODE_JOIN_SURROGATES((Py_UCS4)v, (Py_UCS4)low);
}

/* Latin-1 characters that end a plain run: control characters, the quote, the backslash. */
static const bool ends_run[256] = { [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true };

/* The end of the plain run from i: at a quote, a backslash or the end of the text; -1 with an exception. */
static Py_ssize_t plain_run(PyObject *s, Py_ssize_t i, bool strict)
{
    int kind = PyUnicode_KIND(s);
    const void *data = PyUnicode_DATA(s);
    Py_ssize_t n = PyUnicode_GET_LENGTH(s);
    if (kind == PyUnicode_1BYTE_KIND) {
        const Py_UCS1 *p = data;
        while (i < n && !ends_run[p[i]])
            i++;
    }
    for (; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c == '"' || c == '\\')
            return i;
        if (c <= 0x1f && strict) {
            decode_error("Invalid control character at", s, i);
            return -1;
        }
    }
    return n;
}

PyObject *json_scan_string(PyObject *s, Py_ssize_t end, bool strict, Py_ssize_t *next)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(s), begin = end - 1, i = end;
    if (end < 0 || n < end) {
        PyErr_SetString(PyExc_ValueError, "end is out of bounds");
        return NULL;
    }
    Py_ssize_t stop = plain_run(s, i, strict);
    if (stop < 0)
        return NULL;
    if (stop < n && PyUnicode_READ_CHAR(s, stop) == '"') {
        *next = stop + 1;
        return PyUnicode_Substring(s, i, stop);
    }
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    while (stop >= 0) {
        if (stop == n) {
            decode_error("Unterminated string starting at", s, begin);
            break;
        }
        if (_PyUnicodeWriter_WriteSubstring(&w, s, i, stop) < 0)
            break;
        if (PyUnicode_READ_CHAR(s, stop) == '"') {
            *next = stop + 1;
            return _PyUnicodeWriter_Finish(&w);
        }
        Py_UCS4 c = scan_escape(s, begin, stop, &i);
        if (c == (Py_UCS4)-1 || _PyUnicodeWriter_WriteChar(&w, c) < 0)
            break;
        stop = plain_run(s, i, strict);
    }
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

/* ---- values ---- */

static PyObject *scan_value(struct text *t, Py_ssize_t i, Py_ssize_t *next);

static Py_ssize_t skip_space(const struct text *t, Py_ssize_t i)
{
    while (i < t->n) {
        Py_UCS4 c = at(t, i);
        if (c > ' ' || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            break;
        i++;
    }
    return i;
}

static bool is_char(const struct text *t, Py_ssize_t i, Py_UCS4 c) { return i < t->n && at(t, i) == c; }

/* The place in `recent` of the key whose quote is at i, and its length; NULL if it does not fit there (escapes, other than ASCII). */
static PyObject **recent_place(struct text *t, Py_ssize_t i, Py_ssize_t *length)
{
    if (!PyUnicode_IS_ASCII(t->str))
        return NULL;
    const Py_UCS1 *p = (const Py_UCS1 *)t->data + i + 1;
    Py_ssize_t n = 0, left = t->n - i - 1;
    uint32_t h = 0;
    for (; n < left && !ends_run[p[n]]; n++)
        h = h * 31 + p[n];
    *length = n;
    return n < left && p[n] == '"' ? &t->recent[(h ^ h >> 11) % RECENT] : NULL;
}

/* The key whose quote is at i, made one object for all its occurrences. */
static PyObject *scan_key(struct text *t, Py_ssize_t i, Py_ssize_t *next)
{
    Py_ssize_t n = 0;
    PyObject **place = recent_place(t, i, &n), *seen = place == NULL ? NULL : *place;
    if (seen != NULL && PyUnicode_GET_LENGTH(seen) == n && memcmp(PyUnicode_DATA(seen), (const char *)t->data + i + 1, (size_t)n) == 0) {
        *next = i + 2 + n;
        return Py_NewRef(seen);
    }
    PyObject *key = json_scan_string(t->str, i + 1, t->s->strict, next);
    if (key == NULL)
        return NULL;
    PyObject *known = PyDict_SetDefault(t->memo, key, key);
    Py_XINCREF(known);
    Py_DECREF(key);
    if (place != NULL)
        *place = known;
    return known;
}

/* One "key": value into pairs (a list) or dict; *i is behind it. 0 or -1. */
static int scan_member(struct text *t, Py_ssize_t *i, PyObject *container, bool pairs)
{
    if (!is_char(t, *i, '"')) {
        decode_error("Expecting property name enclosed in double quotes", t->str, *i);
        return -1;
    }
    PyObject *key = scan_key(t, *i, i);
    if (key == NULL)
        return -1;
    *i = skip_space(t, *i);
    if (!is_char(t, *i, ':')) {
        decode_error("Expecting ':' delimiter", t->str, *i);
        Py_DECREF(key);
        return -1;
    }
    PyObject *value = scan_value(t, skip_space(t, *i + 1), i);
    int r = -1;
    if (value != NULL && pairs) {
        PyObject *pair = PyTuple_Pack(2, key, value);
        r = pair == NULL ? -1 : PyList_Append(container, pair);
        Py_XDECREF(pair);
    }
    else if (value != NULL)
        r = PyDict_SetItem(container, key, value);
    Py_XDECREF(value);
    Py_DECREF(key);
    return r;
}

/* Behind a value: 1 another follows at *i, 0 closed (*i behind), -1. */
static int scan_separator(struct text *t, Py_ssize_t *i, Py_UCS4 close, const char *trailing)
{
    *i = skip_space(t, *i);
    if (is_char(t, *i, close)) {
        ++*i;
        return 0;
    }
    if (!is_char(t, *i, ',')) {
        decode_error("Expecting ',' delimiter", t->str, *i);
        return -1;
    }
    Py_ssize_t comma = *i;
    *i = skip_space(t, *i + 1);
    if (is_char(t, *i, close)) {
        decode_error(trailing, t->str, comma);
        return -1;
    }
    return 1;
}

static PyObject *scan_object(struct text *t, Py_ssize_t i, Py_ssize_t *next)
{
    bool pairs = t->s->object_pairs_hook != Py_None;
    PyObject *out = pairs ? PyList_New(0) : PyDict_New();
    if (out == NULL)
        return NULL;
    i = skip_space(t, i);
    int more = 1;
    if (is_char(t, i, '}')) {
        i++;
        more = 0;
    }
    while (more > 0)
        more = scan_member(t, &i, out, pairs) < 0 ? -1 : scan_separator(t, &i, '}', "Illegal trailing comma before end of object");
    if (more < 0) {
        Py_DECREF(out);
        return NULL;
    }
    *next = i;
    PyObject *hook = pairs ? t->s->object_pairs_hook : t->s->object_hook;
    if (hook != Py_None)
        Py_SETREF(out, PyObject_CallOneArg(hook, out));
    return out;
}

static PyObject *scan_array(struct text *t, Py_ssize_t i, Py_ssize_t *next)
{
    PyObject *out = PyList_New(0);
    if (out == NULL)
        return NULL;
    i = skip_space(t, i);
    int more = 1;
    if (is_char(t, i, ']')) {
        i++;
        more = 0;
    }
    while (more > 0) {
        PyObject *value = scan_value(t, i, &i);
        if (value == NULL || PyList_Append(out, value) < 0)
            more = -1;
        else
            more = scan_separator(t, &i, ']', "Illegal trailing comma before end of array");
        Py_XDECREF(value);
    }
    if (more < 0)
        Py_CLEAR(out);
    *next = i;
    return out;
}

/* ---- numbers ---- */

static Py_ssize_t digits(const struct text *t, Py_ssize_t i)
{
    while (i < t->n && at(t, i) >= '0' && at(t, i) <= '9')
        i++;
    return i;
}

static PyObject *make_number(struct text *t, Py_ssize_t start, Py_ssize_t end, bool is_float)
{
    PyObject *parse = is_float ? t->s->parse_float : t->s->parse_int;
    if (!is_float && parse == (PyObject *)&PyLong_Type && end - start <= 18) {
        bool negative = at(t, start) == '-';
        long long v = 0;
        for (Py_ssize_t i = start + negative; i < end; i++)
            v = v * 10 + (long long)(at(t, i) - '0');
        return PyLong_FromLongLong(negative ? -v : v);
    }
    char digits[32];
    if (is_float && parse == (PyObject *)&PyFloat_Type && (size_t)(end - start) < sizeof(digits)) {
        for (Py_ssize_t i = start; i < end; i++)
            digits[i - start] = (char)at(t, i);
        digits[end - start] = '\0';
        double v = PyOS_string_to_double(digits, NULL, NULL);
        return v == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(v);
    }
    PyObject *text = PyUnicode_Substring(t->str, start, end), *out = NULL;
    if (text == NULL)
        return NULL;
    if (is_float && parse == (PyObject *)&PyFloat_Type)
        out = PyFloat_FromString(text);
    else if (!is_float && parse == (PyObject *)&PyLong_Type)
        out = PyLong_FromUnicodeObject(text, 10);
    else
        out = PyObject_CallOneArg(parse, text);
    Py_DECREF(text);
    return out;
}

static PyObject *scan_number(struct text *t, Py_ssize_t start, Py_ssize_t *next)
{
    Py_ssize_t i = start + is_char(t, start, '-');
    if (is_char(t, i, '0'))
        i++;
    else {
        Py_ssize_t j = digits(t, i);
        if (j == i)
            return no_value(start);
        i = j;
    }
    bool is_float = false;
    if (is_char(t, i, '.') && digits(t, i + 1) > i + 1) {
        is_float = true;
        i = digits(t, i + 1);
    }
    if (is_char(t, i, 'e') || is_char(t, i, 'E')) {
        Py_ssize_t j = i + 1 + (is_char(t, i + 1, '+') || is_char(t, i + 1, '-'));
        if (digits(t, j) > j) {
            is_float = true;
            i = digits(t, j);
        }
    }
    *next = i;
    return make_number(t, start, i, is_float);
}

/* ---- */

static bool is_word(const struct text *t, Py_ssize_t i, const char *word)
{
    for (; *word; word++, i++)
        if (!is_char(t, i, (Py_UCS4)*word))
            return false;
    return true;
}

static PyObject *scan_nested(struct text *t, Py_ssize_t i, Py_ssize_t *next, bool object)
{
    if (Py_EnterRecursiveCall(object ? " while decoding a JSON object from a unicode string" : " while decoding a JSON array from a unicode string"))
        return NULL;
    PyObject *out = object ? scan_object(t, i, next) : scan_array(t, i, next);
    Py_LeaveRecursiveCall();
    return out;
}

static PyObject *scan_value(struct text *t, Py_ssize_t i, Py_ssize_t *next)
{
    static const struct { const char *word; int kind; } words[] = {
        { "null", 0 }, { "true", 1 }, { "false", 2 }, { "NaN", 3 }, { "Infinity", 3 }, { "-Infinity", 3 },
    };
    if (i < 0) {
        PyErr_SetString(PyExc_ValueError, "idx cannot be negative");
        return NULL;
    }
    if (i >= t->n)
        return no_value(i);
    Py_UCS4 c = at(t, i);
    switch (c) {
    case '"':
        return json_scan_string(t->str, i + 1, t->s->strict, next);
    case '{':
    case '[':
        return scan_nested(t, i + 1, next, c == '{');
    case 'n': case 't': case 'f': case 'N': case 'I': case '-':
        for (size_t k = 0; k < Py_ARRAY_LENGTH(words); k++)
            if (is_word(t, i, words[k].word)) {
                *next = i + (Py_ssize_t)strlen(words[k].word);
                if (words[k].kind == 3)
                    return PyObject_CallFunction(t->s->parse_constant, "s", words[k].word);
                return Py_NewRef(words[k].kind == 0 ? Py_None : words[k].kind == 1 ? Py_True : Py_False);
            }
    }
    return scan_number(t, i, next);
}

/* ---- the Scanner type ---- */

#define SCANNER(op) ((struct scanner *)(op))

static PyObject *scanner_call(PyObject *self, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "string", "idx", NULL };
    PyObject *s;
    Py_ssize_t idx, next = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "On:scan_once", names, &s, &idx))
        return NULL;
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "first argument must be a string, not %.80s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    struct text t = { s, PyUnicode_KIND(s), PyUnicode_DATA(s), PyUnicode_GET_LENGTH(s), SCANNER(self), PyDict_New(), { NULL } };
    if (t.memo == NULL)
        return NULL;
    PyObject *value = scan_value(&t, idx, &next);
    Py_DECREF(t.memo);
    return value == NULL ? NULL : Py_BuildValue("Nn", value, next);
}

static int get_attr(PyObject *context, const char *name, PyObject **out)
{
    *out = PyObject_GetAttrString(context, name);
    return *out == NULL ? -1 : 0;
}

static PyObject *scanner_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    static char *names[] = { "context", NULL };
    PyObject *context, *strict;
    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O:make_scanner", names, &context))
        return NULL;
    struct scanner *s = (struct scanner *)type->tp_alloc(type, 0);
    if (s == NULL)
        return NULL;
    int r = get_attr(context, "strict", &strict);
    if (r == 0) {
        int truth = PyObject_IsTrue(strict);
        Py_DECREF(strict);
        s->strict = truth > 0;
        r = truth < 0 ? -1 : 0;
    }
    if (r < 0 || get_attr(context, "object_hook", &s->object_hook) < 0 || get_attr(context, "object_pairs_hook", &s->object_pairs_hook) < 0
        || get_attr(context, "parse_float", &s->parse_float) < 0 || get_attr(context, "parse_int", &s->parse_int) < 0
        || get_attr(context, "parse_constant", &s->parse_constant) < 0)
        Py_CLEAR(s);
    return (PyObject *)s;
}

static int scanner_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(SCANNER(self)->object_hook);
    Py_VISIT(SCANNER(self)->object_pairs_hook);
    Py_VISIT(SCANNER(self)->parse_float);
    Py_VISIT(SCANNER(self)->parse_int);
    Py_VISIT(SCANNER(self)->parse_constant);
    return 0;
}

static int scanner_clear(PyObject *self)
{
    Py_CLEAR(SCANNER(self)->object_hook);
    Py_CLEAR(SCANNER(self)->object_pairs_hook);
    Py_CLEAR(SCANNER(self)->parse_float);
    Py_CLEAR(SCANNER(self)->parse_int);
    Py_CLEAR(SCANNER(self)->parse_constant);
    return 0;
}

static void scanner_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    scanner_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef scanner_members[] = {
    { "strict", Py_T_BOOL, offsetof(struct scanner, strict), Py_READONLY, "strict" },
    { "object_hook", _Py_T_OBJECT, offsetof(struct scanner, object_hook), Py_READONLY, "object_hook" },
    { "object_pairs_hook", _Py_T_OBJECT, offsetof(struct scanner, object_pairs_hook), Py_READONLY, NULL },
    { "parse_float", _Py_T_OBJECT, offsetof(struct scanner, parse_float), Py_READONLY, "parse_float" },
    { "parse_int", _Py_T_OBJECT, offsetof(struct scanner, parse_int), Py_READONLY, "parse_int" },
    { "parse_constant", _Py_T_OBJECT, offsetof(struct scanner, parse_constant), Py_READONLY, "parse_constant" },
    { NULL },
};

static PyType_Slot scanner_slots[] = {
    { Py_tp_doc, "JSON scanner object" },
    { Py_tp_dealloc, scanner_dealloc },
    { Py_tp_call, scanner_call },
    { Py_tp_traverse, scanner_traverse },
    { Py_tp_clear, scanner_clear },
    { Py_tp_members, scanner_members },
    { Py_tp_new, scanner_new },
    { 0, NULL },
};

PyType_Spec json_scanner_spec = {
    .name = "_json.Scanner",
    .basicsize = sizeof(struct scanner),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = scanner_slots,
};
