/* object/text/format_string.c: str.format() and the two iterators behind string.Formatter.
 *
 * A format string is literal text and fields {name!conversion:spec}; a spec may hold fields itself, one level deep. */
#include <string.h>

#include "object/core/err.h"
#include "object/text/format.h"
#include "object/text/str_priv.h"
#include "rt/thread.h"

/* A part of a string; str NULL: absent. */
struct span { PyObject *str; Py_ssize_t start, end; };

static OWNED PyObject *span_str(const struct span *s) { return s->str == NULL ? Py_NewRef(Py_None) : str_slice(s->str, s->start, s->end); }
static OWNED PyObject *span_str_or_empty(const struct span *s) { return s->str == NULL ? str_empty() : str_slice(s->str, s->start, s->end); }

static int value_error(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

/* The span as an index: -1 when it is not one, or with ValueError. */
static Py_ssize_t span_index(const struct span *s)
{
    Py_ssize_t v = 0;
    if (s->start >= s->end)
        return -1;
    for (Py_ssize_t i = s->start; i < s->end; i++) {
        int d = Py_UNICODE_TODECIMAL(PyUnicode_READ_CHAR(s->str, i));
        if (d < 0)
            return -1;
        if (v > (PY_SSIZE_T_MAX - d) / 10)
            return value_error("Too many decimal digits in format string");
        v = v * 10 + d;
    }
    return v;
}

/* ---- fields ---- */

struct markup {
    struct span literal, name, spec;
    bool field, nested;                  /* nested: the spec has fields of its own */
    Py_UCS4 conversion;
};

/* Behind the '!' or ':' that ended the name: 0 or -1. */
static int parse_tail(struct span *s, Py_UCS4 c, struct markup *m)
{
    if (c == '!') {
        if (s->start >= s->end)
            return value_error("end of string while looking for conversion specifier");
        m->conversion = PyUnicode_READ_CHAR(s->str, s->start++);
        if (s->start < s->end) {
            c = PyUnicode_READ_CHAR(s->str, s->start++);
            if (c == '}')
                return 0;
            if (c != ':')
                return value_error("expected ':' after conversion specifier");
        }
    }
    m->spec = (struct span){ s->str, s->start, s->end - 1 };
    int depth = 1;
    while (s->start < s->end) {
        c = PyUnicode_READ_CHAR(s->str, s->start++);
        if (c == '{') {
            m->nested = true;
            depth++;
        }
        else if (c == '}' && --depth == 0) {
            m->spec.end = s->start - 1;
            return 0;
        }
    }
    return value_error("unmatched '{' in format spec");
}

static int parse_field(struct span *s, struct markup *m)
{
    Py_UCS4 c = 0;
    m->name = (struct span){ s->str, s->start, s->start };
    while (s->start < s->end) {
        c = PyUnicode_READ_CHAR(s->str, s->start++);
        if (c == '{')
            return value_error("unexpected '{' in field name");
        if (c == '[')
            while (s->start < s->end && PyUnicode_READ_CHAR(s->str, s->start) != ']')
                s->start++;
        else if (c == '}' || c == ':' || c == '!')
            break;
    }
    m->name.end = s->start - 1;
    if (c == '!' || c == ':')
        return parse_tail(s, c, m);
    return c == '}' ? 0 : value_error("expected '}' before end of string");
}

/* The next literal and field of s, which shrinks: 1, 0 at the end, -1. */
static int next_markup(struct span *s, struct markup *m)
{
    memset(m, 0, sizeof(*m));
    if (s->start >= s->end)
        return 0;
    Py_ssize_t start = s->start;
    Py_UCS4 c = 0;
    bool brace = false;
    while (s->start < s->end && !brace) {
        c = PyUnicode_READ_CHAR(s->str, s->start++);
        brace = c == '{' || c == '}';
    }
    bool at_end = s->start >= s->end;
    Py_ssize_t stop = s->start;
    if (brace) {
        bool twice = !at_end && PyUnicode_READ_CHAR(s->str, s->start) == c;
        if (c == '}' && !twice)
            return value_error("Single '}' encountered in format string");
        if (at_end)
            return value_error("Single '{' encountered in format string");
        if (twice)
            s->start++;                  /* an escaped brace ends the literal */
        else
            stop--;
        brace = !twice;
    }
    m->literal = (struct span){ s->str, start, stop };
    m->field = brace;
    return brace && parse_field(s, m) < 0 ? -1 : 1;
}

/* ---- field names: first, then .attribute and [item] ---- */

enum numbering { UNDECIDED, AUTOMATIC, MANUAL };
struct auto_number { enum numbering state; Py_ssize_t next; };

static int check_numbering(struct auto_number *n, bool empty)
{
    if (n->state == UNDECIDED)
        n->state = empty ? AUTOMATIC : MANUAL;
    if (n->state == MANUAL && empty)
        return value_error("cannot switch from manual field specification to automatic field numbering");
    if (n->state == AUTOMATIC && !empty)
        return value_error("cannot switch from automatic field numbering to manual field specification");
    return 0;
}

/* Splits the first part off: *index, or -1 for a key. numbering may be NULL. 0 or -1. */
static int split_name(const struct span *name, struct span *first, struct span *rest, Py_ssize_t *index, struct auto_number *numbering)
{
    Py_ssize_t i = name->start;
    while (i < name->end) {
        Py_UCS4 c = PyUnicode_READ_CHAR(name->str, i);
        if (c == '[' || c == '.')
            break;
        i++;
    }
    *first = (struct span){ name->str, name->start, i };
    *rest = (struct span){ name->str, i, name->end };
    *index = span_index(first);
    if (*index == -1 && PyErr_Occurred())
        return -1;
    bool empty = first->start >= first->end;
    if (numbering != NULL && (empty || *index != -1)) {
        if (check_numbering(numbering, empty) < 0)
            return -1;
        if (empty)
            *index = numbering->next++;
    }
    return 0;
}

/* The next .attribute or [item] of rest: 1, 0 at the end, -1. */
static int next_part(struct span *rest, bool *attribute, Py_ssize_t *index, struct span *part)
{
    if (rest->start >= rest->end)
        return 0;
    Py_UCS4 c = PyUnicode_READ_CHAR(rest->str, rest->start++);
    Py_ssize_t i = rest->start;
    *index = -1;
    *attribute = c == '.';
    *part = (struct span){ rest->str, i, i };
    if (c == '.') {
        while (i < rest->end && (c = PyUnicode_READ_CHAR(rest->str, i)) != '[' && c != '.')
            i++;
        part->end = rest->start = i;
    }
    else if (c == '[') {
        while (i < rest->end && PyUnicode_READ_CHAR(rest->str, i) != ']')
            i++;
        if (i == rest->end)
            return value_error("Missing ']' in format string");
        part->end = i;
        rest->start = i + 1;
        *index = span_index(part);
        if (*index == -1 && PyErr_Occurred())
            return -1;
    }
    else
        return value_error("Only '.' or '[' may follow ']' in format field specifier");
    return part->start == part->end ? value_error("Empty attribute in format string") : 1;
}

/* ---- str.format ---- */

struct format_args { PyObject *args, *kwargs; struct auto_number numbering; };

static PyObject *first_object(struct format_args *a, const struct span *first, Py_ssize_t index)
{
    if (index == -1) {
        PyObject *key = span_str_or_empty(first), *obj = NULL;
        if (key == NULL)
            return NULL;
        if (a->kwargs == NULL)
            PyErr_SetObject(PyExc_KeyError, key);
        else
            obj = PyObject_GetItem(a->kwargs, key);
        Py_DECREF(key);
        return obj;
    }
    if (a->args == NULL) {
        value_error("Format string contains positional fields");
        return NULL;
    }
    if (index >= PyTuple_GET_SIZE(a->args)) {
        PyErr_Format(PyExc_IndexError, "Replacement index %zd out of range for positional args tuple", index);
        return NULL;
    }
    return Py_NewRef(PyTuple_GET_ITEM(a->args, index));
}

static PyObject *get_part(PyObject *obj, bool attribute, Py_ssize_t index, const struct span *part)
{
    if (!attribute && index != -1) {
        if (PySequence_Check(obj))
            return PySequence_GetItem(obj, index);
        PyObject *key = PyLong_FromSsize_t(index), *item = key == NULL ? NULL : PyObject_GetItem(obj, key);
        Py_XDECREF(key);
        return item;
    }
    PyObject *name = span_str_or_empty(part), *item = NULL;
    if (name != NULL)
        item = attribute ? PyObject_GetAttr(obj, name) : PyObject_GetItem(obj, name);
    Py_XDECREF(name);
    return item;
}

static PyObject *field_object(struct format_args *a, const struct span *name)
{
    struct span first, rest, part;
    Py_ssize_t index;
    if (split_name(name, &first, &rest, &index, &a->numbering) < 0)
        return NULL;
    PyObject *obj = first_object(a, &first, index);
    bool attribute;
    int r;
    while (obj != NULL && (r = next_part(&rest, &attribute, &index, &part)) != 0)
        Py_SETREF(obj, r < 0 ? NULL : get_part(obj, attribute, index, &part));
    return obj;
}

static PyObject *convert(PyObject *obj, Py_UCS4 conversion)
{
    switch (conversion) {
    case 'r': return PyObject_Repr(obj);
    case 's': return PyObject_Str(obj);
    case 'a': return PyObject_ASCII(obj);
    default:
        if (conversion > 32 && conversion < 127)
            PyErr_Format(PyExc_ValueError, "Unknown conversion specifier %c", (int)conversion);
        else
            PyErr_Format(PyExc_ValueError, "Unknown conversion specifier \\x%x", (unsigned)conversion);
        return NULL;
    }
}

/* Writes obj by the spec: builtins directly, all else through __format__. */
static int render(_PyUnicodeWriter *w, PyObject *obj, const struct span *spec)
{
    int (*fn)(_PyUnicodeWriter *, PyObject *, PyObject *, Py_ssize_t, Py_ssize_t) = NULL;
    if (PyUnicode_CheckExact(obj))
        fn = format_unicode_advanced_writer;
    else if (PyLong_CheckExact(obj))
        fn = format_long_advanced_writer;
    else if (PyFloat_CheckExact(obj))
        fn = format_float_advanced_writer;
    else if (PyComplex_CheckExact(obj))
        fn = format_complex_advanced_writer;
    if (fn != NULL)
        return fn(w, obj, spec->str, spec->start, spec->end);
    PyObject *text = spec->str == NULL ? NULL : span_str(spec);
    if (text == NULL && spec->str != NULL)
        return -1;
    PyObject *result = PyObject_Format(obj, text);
    Py_XDECREF(text);
    if (result == NULL)
        return -1;
    int r = _PyUnicodeWriter_WriteStr(w, result);
    Py_DECREF(result);
    return r;
}

static OWNED PyObject *build(const struct span *input, struct format_args *a, int depth);

static int write_field(_PyUnicodeWriter *w, struct markup *m, struct format_args *a, int depth)
{
    PyObject *obj = field_object(a, &m->name);
    if (obj == NULL)
        return -1;
    if (m->conversion != 0) {
        Py_SETREF(obj, convert(obj, m->conversion));
        if (obj == NULL)
            return -1;
    }
    PyObject *expanded = NULL;
    struct span spec = m->spec;
    int r = 0;
    if (m->nested) {
        expanded = build(&m->spec, a, depth - 1);
        if (expanded == NULL)
            r = -1;
        else
            spec = (struct span){ expanded, 0, str_len(expanded) };
    }
    if (r == 0)
        r = render(w, obj, &spec);
    Py_XDECREF(expanded);
    Py_DECREF(obj);
    return r;
}

static PyObject *build(const struct span *input, struct format_args *a, int depth)
{
    if (depth <= 0) {
        value_error("Max string recursion exceeded");
        return NULL;
    }
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    w.min_length = input->end - input->start + 100;
    struct span s = *input;
    struct markup m;
    int r;
    while ((r = next_markup(&s, &m)) > 0) {
        if (s.start >= s.end)
            w.overallocate = 0;
        if (_PyUnicodeWriter_WriteSubstring(&w, s.str, m.literal.start, m.literal.end) < 0 || (m.field && write_field(&w, &m, a, depth) < 0)) {
            r = -1;
            break;
        }
    }
    if (r == 0)
        return _PyUnicodeWriter_Finish(&w);
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

PyObject *format_string(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *small;
    if (format_small_string(self, args, &small))
        return small;
    struct format_args a = { args, kwargs, { UNDECIDED, 0 } };
    struct span s = { self, 0, str_len(self) };
    return build(&s, &a, 2);
}

PyObject *str_format_map(PyObject *self, PyObject *mapping) { return format_string(self, NULL, mapping); }

/* ---- the iterator over (literal, field name, spec, conversion) ---- */

struct formatter_iter { PyObject ob_base; PyObject *str; struct span rest; };

static void formatter_dealloc(PyObject *self)
{
    Py_DECREF(((struct formatter_iter *)self)->str);
    PyObject_Free(self);
}

static PyObject *formatter_next(PyObject *self)
{
    struct markup m;
    if (next_markup(&((struct formatter_iter *)self)->rest, &m) <= 0)
        return NULL;
    PyObject *out = PyTuple_New(4);
    if (out == NULL)
        return NULL;
    PyTuple_SET_ITEM(out, 0, span_str_or_empty(&m.literal));
    PyTuple_SET_ITEM(out, 1, span_str(&m.name));
    PyTuple_SET_ITEM(out, 2, m.field ? span_str_or_empty(&m.spec) : span_str(&m.spec));
    PyTuple_SET_ITEM(out, 3, m.conversion == 0 ? Py_NewRef(Py_None) : str_char(m.conversion));
    for (int i = 0; i < 4; i++)
        if (PyTuple_GET_ITEM(out, i) == NULL) {
            Py_DECREF(out);
            return NULL;
        }
    return out;
}

PyTypeObject str_formatter_iter_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "formatteriterator",
    .tp_basicsize = sizeof(struct formatter_iter),
    .tp_dealloc = formatter_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = formatter_next,
};

PyObject *format_parser_iter(PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "expected str, got %s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    struct formatter_iter *it = PyObject_New(struct formatter_iter, &str_formatter_iter_type);
    if (it != NULL) {
        it->str = Py_NewRef(s);
        it->rest = (struct span){ s, 0, str_len(s) };
    }
    return (PyObject *)it;
}

/* ---- the iterator over the parts of a field name ---- */

struct fieldname_iter { PyObject ob_base; PyObject *str; struct span rest; Py_ssize_t unused; };

static void fieldname_dealloc(PyObject *self)
{
    Py_DECREF(((struct fieldname_iter *)self)->str);
    PyObject_Free(self);
}

static PyObject *fieldname_next(PyObject *self)
{
    bool attribute;
    Py_ssize_t index;
    struct span part;
    if (next_part(&((struct fieldname_iter *)self)->rest, &attribute, &index, &part) <= 0)
        return NULL;
    PyObject *name = index != -1 ? PyLong_FromSsize_t(index) : span_str(&part);
    if (name == NULL)
        return NULL;
    PyObject *out = PyTuple_Pack(2, attribute ? Py_True : Py_False, name);
    Py_DECREF(name);
    return out;
}

PyTypeObject str_fieldname_iter_type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "fieldnameiterator",
    .tp_basicsize = sizeof(struct fieldname_iter),
    .tp_dealloc = fieldname_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = fieldname_next,
};

PyObject *format_field_name_split(PyObject *s)
{
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "expected str, got %s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    struct span name = { s, 0, str_len(s) }, first, rest;
    Py_ssize_t index;
    if (split_name(&name, &first, &rest, &index, NULL) < 0)
        return NULL;
    PyObject *head = index != -1 ? PyLong_FromSsize_t(index) : span_str(&first), *out = NULL;
    struct fieldname_iter *it = PyObject_New(struct fieldname_iter, &str_fieldname_iter_type);
    if (it != NULL) {
        it->str = Py_NewRef(s);
        it->rest = rest;
        it->unused = 0;
    }
    if (it != NULL && head != NULL)
        out = PyTuple_Pack(2, head, it);
    Py_XDECREF(head);
    Py_XDECREF(it);
    return out;
}
