/* object/text/format_types.c: format() of str, int, float and complex by a format specification. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "object/core/err.h"
#include "object/num/int.h"
#include "object/text/format.h"
#include "object/text/format_number.h"
#include "object/text/str.h"
#include "rt/thread.h"

static int refuse(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

/* ---- str ---- */

static int format_str(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *s)
{
    if (f->sign != 0)
        return refuse(f->sign == ' ' ? "Space not allowed in string format specifier" : "Sign not allowed in string format specifier");
    if (f->no_neg_zero)
        return refuse("Negative zero coercion (z) not allowed in string format specifier");
    if (f->alternate)
        return refuse("Alternate form (#) not allowed in string format specifier");
    if (f->align == '=')
        return refuse("'=' alignment not allowed in string format specifier");
    Py_ssize_t n = str_len(s);
    if (f->precision >= 0)
        n = Py_MIN(n, f->precision);
    Py_ssize_t pad = Py_MAX(f->width - n, 0), left = f->align == '>' ? pad : f->align == '^' ? pad / 2 : 0;
    if (format_fill(w, f->fill, left) < 0 || _PyUnicodeWriter_WriteSubstring(w, s, 0, n) < 0)
        return -1;
    return format_fill(w, f->fill, pad - left);
}

static int write_object(_PyUnicodeWriter *w, PyObject *s)
{
    if (s == NULL)
        return -1;
    int r = _PyUnicodeWriter_WriteStr(w, s);
    Py_DECREF(s);
    return r;
}

int format_unicode_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end)
{
    struct format_spec f;
    if (start == end)
        return PyUnicode_CheckExact(obj) ? _PyUnicodeWriter_WriteStr(w, obj) : write_object(w, PyObject_Str(obj));
    if (format_spec_parse(&f, obj, spec, start, end, 's', '<') < 0)
        return -1;
    if (f.type != 's')
        return format_unknown_type(f.type, obj);
    return format_str(w, &f, obj);
}

/* ---- int ---- */

static int format_char(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *obj)
{
    if (f->sign != 0)
        return refuse("Sign not allowed with integer format specifier 'c'");
    if (f->alternate)
        return refuse("Alternate form (#) not allowed with integer format specifier 'c'");
    long c = PyLong_AsLong(obj);
    if (c == -1 && PyErr_Occurred())
        return -1;
    if (c < 0 || c > 0x10ffff) {
        PyErr_SetString(PyExc_OverflowError, "%c arg not in range(0x110000)");
        return -1;
    }
    Py_ssize_t pad = Py_MAX(f->width - 1, 0);
    Py_ssize_t left = f->align == '>' || f->align == '=' ? pad : f->align == '^' ? pad / 2 : 0;
    if (format_fill(w, f->fill, left) < 0 || _PyUnicodeWriter_WriteChar(w, (Py_UCS4)c) < 0)
        return -1;
    return format_fill(w, f->fill, pad - left);
}

static int format_int(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *obj)
{
    if (f->precision != -1)
        return refuse("Precision not allowed in integer format specifier");
    if (f->no_neg_zero)
        return refuse("Negative zero coercion (z) not allowed in integer format specifier");
    if (f->type == 'c')
        return format_char(w, f, obj);
    int base = f->type == 'b' ? 2 : f->type == 'o' ? 8 : f->type == 'x' || f->type == 'X' ? 16 : 10;
    PyObject *text = int_to_str(obj, base, true);
    if (text == NULL)
        return -1;
    const char *s = PyUnicode_DATA(text);
    Py_ssize_t n = str_len(text);
    struct number_parts p = { .negative = s[0] == '-', .upper = f->type == 'X' };
    s += p.negative;
    n -= p.negative;
    if (base != 10) {
        p.prefix = s;
        p.n_prefix = f->alternate ? 2 : 0;
        s += 2;
        n -= 2;
    }
    p.digits = s;
    p.n_digits = n;
    struct format_locale l;
    int r = format_locale_get(&l, f->type == 'n' ? SEP_LOCALE : f->separators);
    if (r == 0) {
        r = format_number_write(w, f, &l, &p);
        format_locale_release(&l);
    }
    Py_DECREF(text);
    return r;
}

static int format_double(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *obj);

int format_long_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end)
{
    struct format_spec f;
    if (start == end)
        return write_object(w, PyLong_CheckExact(obj) ? str_shared(int_to_str(obj, 10, false)) : PyObject_Str(obj));
    if (format_spec_parse(&f, obj, spec, start, end, 'd', '>') < 0)
        return -1;
    if (f.type < 128 && strchr("bcdoxXn", (int)f.type) && f.type != 0)
        return format_int(w, &f, obj);
    if (f.type == 0 || f.type >= 128 || !strchr("eEfFgG%", (int)f.type))
        return format_unknown_type(f.type, obj);
    PyObject *d = PyNumber_Float(obj);
    if (d == NULL)
        return -1;
    int r = format_double(w, &f, d);
    Py_DECREF(d);
    return r;
}

/* ---- float ---- */

/* Flags and code for PyOS_double_to_string(); `f` may have precision -1. */
static int double_code(const struct format_spec *f, int *flags, int *precision)
{
    int type = (int)f->type, otherwise = 6;
    *flags = 0;
    if (f->precision > INT_MAX) {
        PyErr_SetString(PyExc_ValueError, "precision too big");
        return -1;
    }
    if (f->alternate)
        *flags |= Py_DTSF_ALT;
    if (f->no_neg_zero)
        *flags |= Py_DTSF_NO_NEG_0;
    if (type == 0) {
        *flags |= Py_DTSF_ADD_DOT_0;
        type = 'r';
        otherwise = 0;
    }
    if (type == 'n')
        type = 'g';
    if (type == '%')
        type = 'f';
    *precision = (int)f->precision;
    if (*precision < 0)
        *precision = otherwise;
    else if (type == 'r')
        type = 'g';
    return type;
}

static int format_double(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *obj)
{
    int flags, precision, code = double_code(f, &flags, &precision);
    double v = PyFloat_AsDouble(obj);
    if (code < 0 || (v == -1.0 && PyErr_Occurred()))
        return -1;
    bool percent = f->type == '%';
    if (percent)
        v *= 100;
    char *text = PyOS_double_to_string(v, (char)code, precision, flags, NULL);
    if (text == NULL)
        return -1;
    size_t n = strlen(text);
    if (percent) {
        char *longer = PyMem_Realloc(text, n + 2);
        if (longer == NULL) {
            PyMem_Free(text);
            PyErr_NoMemory();
            return -1;
        }
        text = longer;
        strcpy(text + n++, "%");
    }
    struct number_parts p = { .negative = text[0] == '-' };
    format_number_split(&p, text + p.negative, (Py_ssize_t)n - p.negative);
    struct format_locale l;
    int r = format_locale_get(&l, f->type == 'n' ? SEP_LOCALE : f->separators);
    if (r == 0) {
        r = format_number_write(w, f, &l, &p);
        format_locale_release(&l);
    }
    PyMem_Free(text);
    return r;
}

int format_float_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end)
{
    struct format_spec f;
    if (start == end)
        return write_object(w, PyObject_Str(obj));
    if (format_spec_parse(&f, obj, spec, start, end, 0, '>') < 0)
        return -1;
    if (f.type != 0 && (f.type >= 128 || !strchr("eEfFgGn%", (int)f.type)))
        return format_unknown_type(f.type, obj);
    return format_double(w, &f, obj);
}

/* ---- complex ---- */

struct complex_text { char *re, *im; bool no_re, parens; };

static int complex_parts(struct complex_text *t, const struct format_spec *f, PyObject *obj)
{
    int flags, precision, code = double_code(f, &flags, &precision);
    if (code < 0)
        return -1;
    flags &= ~Py_DTSF_ADD_DOT_0;
    Py_complex c = PyComplex_AsCComplex(obj);
    if (c.real == -1.0 && PyErr_Occurred())
        return -1;
    t->re = PyOS_double_to_string(c.real, (char)code, precision, flags, NULL);
    t->im = t->re == NULL ? NULL : PyOS_double_to_string(c.imag, (char)code, precision, flags, NULL);
    if (f->type == 0) {
        t->no_re = c.real == 0.0 && copysign(1.0, c.real) == 1.0;
        t->parens = !t->no_re;
    }
    return t->im == NULL ? -1 : 0;
}

static int write_part(_PyUnicodeWriter *w, const struct format_spec *f, const struct format_locale *l, const char *text)
{
    struct number_parts p = { .negative = text[0] == '-' };
    format_number_split(&p, text + p.negative, (Py_ssize_t)strlen(text) - p.negative);
    return format_number_write(w, f, l, &p);
}

/* The unpadded text into `inner`. */
static int write_complex(_PyUnicodeWriter *inner, const struct format_spec *f, const struct complex_text *t)
{
    struct format_locale l;
    if (format_locale_get(&l, f->type == 'n' ? SEP_LOCALE : f->separators) < 0)
        return -1;
    struct format_spec bare = *f;
    bare.fill = 0;
    bare.align = '<';
    bare.width = -1;
    int r = t->parens ? _PyUnicodeWriter_WriteChar(inner, '(') : 0;
    if (r == 0 && !t->no_re) {
        r = write_part(inner, &bare, &l, t->re);
        bare.sign = '+';
    }
    if (r == 0)
        r = write_part(inner, &bare, &l, t->im);
    if (r == 0)
        r = _PyUnicodeWriter_WriteASCIIString(inner, t->parens ? "j)" : "j", -1);
    format_locale_release(&l);
    return r;
}

static int format_complex(_PyUnicodeWriter *w, const struct format_spec *f, PyObject *obj)
{
    if (f->fill == '0')
        return refuse("Zero padding is not allowed in complex format specifier");
    if (f->align == '=')
        return refuse("'=' alignment flag is not allowed in complex format specifier");
    struct complex_text t = { 0 };
    _PyUnicodeWriter inner;
    _PyUnicodeWriter_Init(&inner);
    PyObject *text = NULL;
    int r = complex_parts(&t, f, obj);
    if (r == 0 && (r = write_complex(&inner, f, &t)) == 0 && (text = _PyUnicodeWriter_Finish(&inner)) == NULL)
        r = -1;
    PyMem_Free(t.re);
    PyMem_Free(t.im);
    if (r == 0) {
        Py_ssize_t pad = Py_MAX(f->width - str_len(text), 0), left = f->align == '>' ? pad : f->align == '^' ? pad / 2 : 0;
        r = format_fill(w, f->fill, left) < 0 || _PyUnicodeWriter_WriteStr(w, text) < 0 || format_fill(w, f->fill, pad - left) < 0 ? -1 : 0;
    }
    else
        _PyUnicodeWriter_Dealloc(&inner);
    Py_XDECREF(text);
    return r;
}

int format_complex_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end)
{
    struct format_spec f;
    if (start == end)
        return write_object(w, PyObject_Str(obj));
    if (format_spec_parse(&f, obj, spec, start, end, 0, '>') < 0)
        return -1;
    if (f.type != 0 && (f.type >= 128 || !strchr("eEfFgGn", (int)f.type)))
        return format_unknown_type(f.type, obj);
    return format_complex(w, &f, obj);
}

/* ---- */

PyObject *format_with_spec(int (*fn)(_PyUnicodeWriter *, PyObject *, PyObject *, Py_ssize_t, Py_ssize_t), PyObject *obj, PyObject *spec)
{
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    if (fn(&w, obj, spec, 0, str_len(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&w);
}
