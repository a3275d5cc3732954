/* object/text/str_fromformat.c: PyUnicode_FromFormat(), printf for the C API.
 *
 * A unit is %[flags][width][.precision][size]conversion. Besides C's integer conversions: %s (UTF-8), %ls, %A
 * ascii(), %U str, %V str or C string, %S str(), %R repr(), %T type of the object, %N name of the type. */
#include "object/text/str.h"

#include <stdio.h>
#include <string.h>

#include "object/core/err.h"
#include "object/core/type.h"
#include "rt/thread.h"

struct unit {
    bool left, zero, alt;
    Py_ssize_t width, precision;            /* -1: none; precision -2: negative one given */
    char size;                              /* l, q (ll), j, z, t or 0 */
    char conv;
};

/* The argument list in a struct, so that its address can be passed on all ABIs. */
struct arguments { va_list list; };

static int read_number(const char **f, Py_ssize_t *out, const char *what)
{
    Py_ssize_t v = 0;
    for (; Py_ISDIGIT(**f); (*f)++) {
        int d = **f - '0';
        if (v > (PY_SSIZE_T_MAX - d) / 10) {
            PyErr_SetString(PyExc_ValueError, what);
            return -1;
        }
        v = v * 10 + d;
    }
    *out = v;
    return 0;
}

/* Reads a unit after its '%': the position behind it, or NULL with an exception. */
static const char *parse_unit(const char *start, struct unit *u, struct arguments *va)
{
    const char *f = start + 1;
    memset(u, 0, sizeof(*u));
    u->width = u->precision = -1;
    for (;; f++) {
        if (*f == '-')
            u->left = true;
        else if (*f == '0')
            u->zero = true;
        else if (*f == '#')
            u->alt = true;
        else
            break;
    }
    if (*f == '*') {
        u->width = va_arg(va->list, int);
        if (u->width < 0) {
            u->left = true;
            u->width = -u->width;
        }
        f++;
    }
    else if (Py_ISDIGIT(*f) && read_number(&f, &u->width, "width too big") < 0)
        return NULL;
    if (*f == '.') {
        f++;
        if (*f == '*') {
            u->precision = va_arg(va->list, int);
            if (u->precision < 0)
                u->precision = -2;
            f++;
        }
        else if (Py_ISDIGIT(*f) && read_number(&f, &u->precision, "precision too big") < 0)
            return NULL;
    }
    if (*f == 'l') {
        u->size = 'l';
        if (*++f == 'l') {
            u->size = 'q';
            f++;
        }
    }
    else if (*f == 'z' || *f == 'j' || *f == 't')
        u->size = *f++;
    u->conv = *f;
    bool ok;
    switch (*f) {
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X':
        ok = true;
        break;
    case 'c': case 'p':
        ok = u->size == 0 && u->width < 0 && u->precision < 0;
        break;
    case 'S': case 'R': case 'A': case 'U': case 'T': case 'N':
        ok = u->size == 0;
        break;
    case 's': case 'V':
        ok = u->size == 0 || u->size == 'l';
        break;
    default:
        ok = false;
    }
    if (!ok) {
        PyErr_Format(PyExc_SystemError, "invalid format string: %s", start);
        return NULL;
    }
    return f + 1;
}

static int fill(_PyUnicodeWriter *w, Py_UCS4 c, Py_ssize_t n)
{
    while (n-- > 0)
        if (_PyUnicodeWriter_WriteChar(w, c) < 0)
            return -1;
    return 0;
}

static int write_integer(_PyUnicodeWriter *w, const struct unit *u, struct arguments *va)
{
    char text[64];
    bool is_signed = u->conv == 'd' || u->conv == 'i';
    uintmax_t v;
    switch (u->size) {
    case 'l': v = is_signed ? (uintmax_t)va_arg(va->list, long) : va_arg(va->list, unsigned long); break;
    case 'q': v = is_signed ? (uintmax_t)va_arg(va->list, long long) : va_arg(va->list, unsigned long long); break;
    case 'j': v = va_arg(va->list, uintmax_t); break;
    case 'z': v = va_arg(va->list, size_t); break;
    case 't': v = (uintmax_t)va_arg(va->list, ptrdiff_t); break;
    default: v = is_signed ? (uintmax_t)(intmax_t)va_arg(va->list, int) : va_arg(va->list, unsigned); break;
    }
    bool negative = is_signed && (intmax_t)v < 0;
    if (negative)
        v = -v;
    const char *digits = text;
    int n = snprintf(text, sizeof(text), u->conv == 'o' ? "%jo" : u->conv == 'x' ? "%jx" : u->conv == 'X' ? "%jX" : "%ju", v);
    Py_ssize_t precision = Py_MAX(u->precision, n), width = Py_MAX(u->width, precision + negative);
    if (u->zero && !u->left)
        precision = width - negative;
    Py_ssize_t spaces = width - precision - negative;
    if (!u->left && fill(w, ' ', spaces) < 0)
        return -1;
    if (negative && _PyUnicodeWriter_WriteChar(w, '-') < 0)
        return -1;
    if (fill(w, '0', precision - n) < 0 || _PyUnicodeWriter_WriteASCIIString(w, digits, n) < 0)
        return -1;
    return u->left ? fill(w, ' ', spaces) : 0;
}

static int write_str(_PyUnicodeWriter *w, const struct unit *u, PyObject *s, Py_ssize_t precision)
{
    Py_ssize_t n = str_len(s);
    if (precision >= 0)
        n = Py_MIN(n, precision);
    Py_ssize_t pad = u->width > n ? u->width - n : 0;
    if (!u->left && fill(w, ' ', pad) < 0)
        return -1;
    if (_PyUnicodeWriter_WriteSubstring(w, s, 0, n) < 0)
        return -1;
    return u->left ? fill(w, ' ', pad) : 0;
}

static int write_owned(_PyUnicodeWriter *w, const struct unit *u, PyObject *s)
{
    if (s == NULL)
        return -1;
    int r = write_str(w, u, s, u->precision);
    Py_DECREF(s);
    return r;
}

/* A C string of at most `precision` bytes; an incomplete character at the cut shows as U+FFFD. */
static int write_utf8(_PyUnicodeWriter *w, const struct unit *u, const char *s)
{
    Py_ssize_t n = (Py_ssize_t)(u->precision < 0 ? strlen(s) : strnlen(s, (size_t)u->precision));
    if (u->width < 0 && bytes_are_ascii(s, n))
        return _PyUnicodeWriter_WriteASCIIString(w, s, n);
    PyObject *str = PyUnicode_DecodeUTF8(s, n, "replace");
    if (str == NULL)
        return -1;
    int r = write_str(w, u, str, -1);
    Py_DECREF(str);
    return r;
}

static int write_wide(_PyUnicodeWriter *w, const struct unit *u, const wchar_t *s)
{
    size_t n = u->precision < 0 ? wcslen(s) : wcsnlen(s, u->precision);
    PyObject *str = PyUnicode_FromWideChar(s, (Py_ssize_t)n);
    if (str == NULL)
        return -1;
    int r = write_str(w, u, str, -1);
    Py_DECREF(str);
    return r;
}

static int write_char(_PyUnicodeWriter *w, struct arguments *va)
{
    int c = va_arg(va->list, int);
    if (c < 0 || c > 0x10ffff) {
        PyErr_SetString(PyExc_OverflowError, "character argument not in range(0x110000)");
        return -1;
    }
    return _PyUnicodeWriter_WriteChar(w, (Py_UCS4)c);
}

static int write_pointer(_PyUnicodeWriter *w, struct arguments *va)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "0x%jx", (uintmax_t)(uintptr_t)va_arg(va->list, void *));
    return _PyUnicodeWriter_WriteASCIIString(w, text, n);
}

static int write_type(_PyUnicodeWriter *w, const struct unit *u, PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (u->conv == 'N') {
        if (!PyType_Check(op)) {
            PyErr_SetString(PyExc_TypeError, "%N argument must be a type");
            return -1;
        }
        type = (PyTypeObject *)op;
    }
    return write_owned(w, u, type_fully_qualified_name(type, u->alt ? ':' : '.'));
}

static int write_unit(_PyUnicodeWriter *w, const struct unit *u, struct arguments *va)
{
    switch (u->conv) {
    case 'c':
        return write_char(w, va);
    case 'p':
        return write_pointer(w, va);
    case 's':
        return u->size ? write_wide(w, u, va_arg(va->list, const wchar_t *)) : write_utf8(w, u, va_arg(va->list, const char *));
    case 'U':
        return write_str(w, u, va_arg(va->list, PyObject *), u->precision);
    case 'V': {
        PyObject *s = va_arg(va->list, PyObject *);
        const void *text = va_arg(va->list, const void *);
        if (s != NULL)
            return write_str(w, u, s, u->precision);
        return u->size ? write_wide(w, u, text) : write_utf8(w, u, text);
    }
    case 'S':
        return write_owned(w, u, PyObject_Str(va_arg(va->list, PyObject *)));
    case 'R':
        return write_owned(w, u, PyObject_Repr(va_arg(va->list, PyObject *)));
    case 'A':
        return write_owned(w, u, PyObject_ASCII(va_arg(va->list, PyObject *)));
    case 'T':
    case 'N':
        return write_type(w, u, va_arg(va->list, PyObject *));
    default:
        return write_integer(w, u, va);
    }
}

static int write_literal(_PyUnicodeWriter *w, const char *s, Py_ssize_t n)
{
    if (!bytes_are_ascii(s, n)) {
        Py_ssize_t i = bytes_ascii_prefix(s, n);
        PyErr_Format(PyExc_ValueError, "PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: 0x%02x",
                     (unsigned char)s[i]);
        return -1;
    }
    return _PyUnicodeWriter_WriteASCIIString(w, s, n);
}

PyObject *PyUnicode_FromFormatV(const char *format, va_list list)
{
    struct arguments va;
    va_copy(va.list, list);
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.min_length = (Py_ssize_t)strlen(format) + 100;
    w.overallocate = 1;
    for (const char *f = format; *f;) {
        if (*f != '%') {
            const char *next = strchrnul(f, '%');
            if (write_literal(&w, f, next - f) < 0)
                goto fail;
            f = next;
            continue;
        }
        if (f[1] == '%') {
            if (_PyUnicodeWriter_WriteChar(&w, '%') < 0)
                goto fail;
            f += 2;
            continue;
        }
        struct unit u;
        f = parse_unit(f, &u, &va);
        if (f == NULL || write_unit(&w, &u, &va) < 0)
            goto fail;
    }
    va_end(va.list);
    return _PyUnicodeWriter_Finish(&w);
fail:
    va_end(va.list);
    _PyUnicodeWriter_Dealloc(&w);
    return NULL;
}

PyObject *PyUnicode_FromFormat(const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *s = PyUnicode_FromFormatV(format, va);
    va_end(va);
    return s;
}
