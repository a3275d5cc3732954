/* object/text/format_spec.c: parsing [[fill]align][sign][z][#][0][width][grouping][.precision][type]. */
#include <string.h>

#include "object/core/err.h"
#include "object/text/format.h"
#include "object/text/format_number.h"
#include "object/text/str.h"
#include "rt/thread.h"

int format_unknown_type(Py_UCS4 type, PyObject *obj)
{
    if (type > 32 && type < 128)
        PyErr_Format(PyExc_ValueError, "Unknown format code '%c' for object of type '%.200s'", (int)type, Py_TYPE(obj)->tp_name);
    else
        PyErr_Format(PyExc_ValueError, "Unknown format code '\\x%x' for object of type '%.200s'", (unsigned)type, Py_TYPE(obj)->tp_name);
    return -1;
}

static bool is_align(Py_UCS4 c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

/* Digits at *pos: their number, or -1 with ValueError. */
static Py_ssize_t read_number(PyObject *s, Py_ssize_t *pos, Py_ssize_t end, Py_ssize_t *out)
{
    Py_ssize_t v = 0, n = 0;
    for (; *pos < end; (*pos)++, n++) {
        int d = Py_UNICODE_TODECIMAL(PyUnicode_READ_CHAR(s, *pos));
        if (d < 0)
            break;
        if (v > (PY_SSIZE_T_MAX - d) / 10) {
            PyErr_SetString(PyExc_ValueError, "Too many decimal digits in format string");
            return -1;
        }
        v = v * 10 + d;
    }
    if (n > 0)
        *out = v;
    return n;
}

static int bad_separator(enum separators kind, Py_UCS4 type)
{
    char sep = kind == SEP_COMMA ? ',' : '_';
    if (type > 32 && type < 128)
        PyErr_Format(PyExc_ValueError, "Cannot specify '%c' with '%c'.", sep, (int)type);
    else
        PyErr_Format(PyExc_ValueError, "Cannot specify '%c' with '\\x%x'.", sep, (unsigned)type);
    return -1;
}

static int check_separators(struct format_spec *f)
{
    if (f->separators == SEP_NONE || f->type == 0 || (f->type < 128 && strchr("defgEG%F", (int)f->type)))
        return 0;
    if (f->separators == SEP_UNDERSCORE && f->type < 128 && strchr("boxX", (int)f->type)) {
        f->separators = SEP_UNDERSCORE_4;
        return 0;
    }
    return bad_separator(f->separators, f->type);
}

/* What comes before the width. */
static Py_ssize_t parse_flags(struct format_spec *f, PyObject *s, Py_ssize_t pos, Py_ssize_t end, bool number)
{
#define PEEK(k) (pos + (k) < end ? PyUnicode_READ_CHAR(s, pos + (k)) : 0)
    bool fill_given = false, align_given = false;
    if (is_align(PEEK(1))) {
        f->align = PEEK(1);
        f->fill = PEEK(0);
        fill_given = align_given = true;
        pos += 2;
    }
    else if (is_align(PEEK(0))) {
        f->align = PEEK(0);
        align_given = true;
        pos++;
    }
    if (PEEK(0) == ' ' || PEEK(0) == '+' || PEEK(0) == '-')
        f->sign = PyUnicode_READ_CHAR(s, pos++);
    if (PEEK(0) == 'z') {
        f->no_neg_zero = true;
        pos++;
    }
    if (PEEK(0) == '#') {
        f->alternate = true;
        pos++;
    }
    if (!fill_given && PEEK(0) == '0') {
        f->fill = '0';
        if (!align_given && number)
            f->align = '=';
        pos++;
    }
#undef PEEK
    return pos;
}

static int both_separators(void)
{
    PyErr_SetString(PyExc_ValueError, "Cannot specify both ',' and '_'.");
    return -1;
}

static int parse_separators(struct format_spec *f, PyObject *s, Py_ssize_t *pos, Py_ssize_t end)
{
    if (*pos < end && PyUnicode_READ_CHAR(s, *pos) == ',') {
        f->separators = SEP_COMMA;
        (*pos)++;
    }
    if (*pos < end && PyUnicode_READ_CHAR(s, *pos) == '_') {
        if (f->separators != SEP_NONE)
            return both_separators();
        f->separators = SEP_UNDERSCORE;
        (*pos)++;
    }
    if (*pos < end && PyUnicode_READ_CHAR(s, *pos) == ',' && f->separators == SEP_UNDERSCORE)
        return both_separators();
    return 0;
}

int format_spec_parse(struct format_spec *f, PyObject *obj, PyObject *s, Py_ssize_t start, Py_ssize_t end, Py_UCS4 type, Py_UCS4 align)
{
    *f = (struct format_spec){ .fill = ' ', .align = align, .type = type, .width = -1, .precision = -1 };
    Py_ssize_t pos = parse_flags(f, s, start, end, align == '>');
    if (read_number(s, &pos, end, &f->width) < 0 || parse_separators(f, s, &pos, end) < 0)
        return -1;
    if (pos < end && PyUnicode_READ_CHAR(s, pos) == '.') {
        pos++;
        Py_ssize_t n = read_number(s, &pos, end, &f->precision);
        if (n < 0)
            return -1;
        if (n == 0) {
            PyErr_SetString(PyExc_ValueError, "Format specifier missing precision");
            return -1;
        }
    }
    if (end - pos > 1) {
        PyObject *text = PyUnicode_Substring(s, start, end);
        if (text != NULL)
            PyErr_Format(PyExc_ValueError, "Invalid format specifier '%U' for object of type '%.200s'", text, Py_TYPE(obj)->tp_name);
        Py_XDECREF(text);
        return -1;
    }
    if (end - pos == 1)
        f->type = PyUnicode_READ_CHAR(s, pos);
    return check_separators(f);
}
