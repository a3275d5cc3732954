/* object/text/format_percent.c: the % operator of str.
 *
 * The right operand is one value, a tuple of values, or a mapping that %(key)s takes its values from. */
#include <limits.h>
#include <string.h>

#include "object/core/abstract.h"       /* _PyNumber_Index() */
#include "object/core/err.h"
#include "object/num/int.h"
#include "object/text/format.h"
#include "object/text/format_number.h"  /* format_fill() */
#include "object/text/str_priv.h"
#include "rt/thread.h"

enum { F_LEFT = 1, F_SIGN = 2, F_BLANK = 4, F_ALT = 8, F_ZERO = 16 };

struct percent {
    PyObject *format;
    int kind;
    const void *data;
    Py_ssize_t pos, n;
    PyObject *args;                     /* tuple, or the single value */
    Py_ssize_t next, n_args;            /* -1: a single value not yet used; -2: used */
    PyObject *dict;                     /* args, if it is a mapping */
    bool args_owned;                    /* args is a value taken from dict */
    _PyUnicodeWriter out;
};

struct unit { Py_UCS4 ch; int flags; Py_ssize_t width; int precision; };

static PyObject *next_arg(struct percent *p)
{
    Py_ssize_t i = p->next;
    if (i < p->n_args) {
        p->next++;
        return p->n_args < 0 ? p->args : PyTuple_GetItem(p->args, i);
    }
    PyErr_SetString(PyExc_TypeError, "not enough arguments for format string");
    return NULL;
}

static int value_error(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

/* ---- parsing a unit ---- */

static Py_UCS4 peek(const struct percent *p) { return p->pos < p->n ? PyUnicode_READ(p->kind, p->data, p->pos) : 0; }

static int parse_key(struct percent *p)
{
    if (p->dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "format requires a mapping");
        return -1;
    }
    Py_ssize_t start = ++p->pos;
    int depth = 1;
    for (; p->pos < p->n && depth > 0; p->pos++) {
        Py_UCS4 c = PyUnicode_READ(p->kind, p->data, p->pos);
        depth += (c == '(') - (c == ')');
    }
    if (depth > 0)
        return value_error("incomplete format key");
    PyObject *key = str_slice(p->format, start, p->pos - 1);
    if (key == NULL)
        return -1;
    PyObject *value = PyObject_GetItem(p->dict, key);
    Py_DECREF(key);
    if (value == NULL)
        return -1;
    if (p->args_owned)
        Py_DECREF(p->args);
    p->args = value;
    p->args_owned = true;
    p->next = -2;
    p->n_args = -1;
    return 0;
}

/* '*' or digits; `max` bounds the latter. */
static int parse_number(struct percent *p, Py_ssize_t *out, Py_ssize_t max, const char *too_big)
{
    if (peek(p) == '*') {
        p->pos++;
        PyObject *v = next_arg(p);
        if (v == NULL)
            return -1;
        if (!PyLong_Check(v)) {
            PyErr_SetString(PyExc_TypeError, "* wants int");
            return -1;
        }
        *out = max == INT_MAX ? PyLong_AsInt(v) : PyLong_AsSsize_t(v);
        return *out == -1 && PyErr_Occurred() ? -1 : 0;
    }
    for (Py_UCS4 c; (c = peek(p)) >= '0' && c <= '9'; p->pos++) {
        if (*out < 0)
            *out = 0;
        if (*out > (max - ((Py_ssize_t)c - '0')) / 10)
            return value_error(too_big);
        *out = *out * 10 + (c - '0');
    }
    return 0;
}

static int parse_flags(struct percent *p)
{
    int flags = 0;
    for (; p->pos < p->n; p->pos++) {
        switch (PyUnicode_READ(p->kind, p->data, p->pos)) {
        case '-': flags |= F_LEFT; break;
        case '+': flags |= F_SIGN; break;
        case ' ': flags |= F_BLANK; break;
        case '#': flags |= F_ALT; break;
        case '0': flags |= F_ZERO; break;
        default: return flags;
        }
    }
    return flags;
}

/* The unit behind a '%': 0 or -1. */
static int parse_unit(struct percent *p, struct unit *u)
{
    *u = (struct unit){ .width = -1, .precision = -1 };
    if (peek(p) == '(' && p->pos < p->n && parse_key(p) < 0)
        return -1;
    u->flags = parse_flags(p);
    bool star = peek(p) == '*';
    if (parse_number(p, &u->width, PY_SSIZE_T_MAX, "width too big") < 0)
        return -1;
    if (star && u->width < 0) {
        u->flags |= F_LEFT;
        u->width = -u->width;
    }
    if (peek(p) == '.' && p->pos < p->n) {
        Py_ssize_t precision = 0;
        p->pos++;
        if (parse_number(p, &precision, INT_MAX, "precision too big") < 0)
            return -1;
        u->precision = precision < 0 ? 0 : (int)precision;
    }
    if (peek(p) == 'h' || peek(p) == 'l' || peek(p) == 'L')
        p->pos++;
    if (p->pos >= p->n)
        return value_error("incomplete format");
    u->ch = PyUnicode_READ(p->kind, p->data, p->pos++);
    return 0;
}

/* ---- numbers ---- */

/* Text of an int for a % conversion, digits filled up to the precision. */
PyObject *format_long_percent(PyObject *value, int alt, int precision, int type)
{
    if (precision > INT_MAX - 3) {
        PyErr_SetString(PyExc_OverflowError, "precision too large");
        return NULL;
    }
    int base = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
    PyObject *text = int_to_str(value, base, true);
    if (text == NULL)
        return NULL;
    const char *s = PyUnicode_DATA(text);
    Py_ssize_t n = str_len(text), prefix = base == 10 ? 0 : 2;
    bool negative = s[0] == '-';
    Py_ssize_t digits = n - negative - prefix, zeros = precision > digits ? precision - digits : 0;
    if (zeros == 0 && type != 'X' && (alt || prefix == 0))
        return text;
    Py_ssize_t head = negative + (alt ? prefix : 0);
    PyObject *out = PyUnicode_New(head + zeros + digits, 0x7f);
    if (out == NULL) {
        Py_DECREF(text);
        return NULL;
    }
    char *to = PyUnicode_DATA(out);
    s = PyUnicode_DATA(text);
    memcpy(to, s, head);
    memset(to + head, '0', zeros);
    memcpy(to + head + zeros, s + negative + prefix, digits);
    for (char *c = to; type == 'X' && *c; c++)
        *c = Py_TOUPPER(*c);
    Py_DECREF(text);
    return out;
}

static PyObject *wrong_type(PyObject *v, Py_UCS4 ch)
{
    PyErr_Format(PyExc_TypeError, "%%%c format: %s is required, not %.200s", (int)ch,
                 ch == 'o' || ch == 'x' || ch == 'X' ? "an integer" : "a real number", Py_TYPE(v)->tp_name);
    return NULL;
}

static PyObject *format_integer(PyObject *v, const struct unit *u)
{
    if (!PyNumber_Check(v))
        return wrong_type(v, u->ch);
    PyObject *i = NULL;
    if (PyLong_Check(v))
        i = Py_NewRef(v);
    else {
        i = u->ch == 'o' || u->ch == 'x' || u->ch == 'X' ? _PyNumber_Index(v) : PyNumber_Long(v);
        if (i == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError))
                return NULL;
            PyErr_Clear();
            return wrong_type(v, u->ch);
        }
    }
    PyObject *s = format_long_percent(i, u->flags & F_ALT, u->precision, (int)u->ch);
    Py_DECREF(i);
    return s;
}

static PyObject *format_real(PyObject *v, const struct unit *u)
{
    double x = PyFloat_AsDouble(v);
    if (x == -1.0 && PyErr_Occurred())
        return NULL;
    char *text = PyOS_double_to_string(x, (char)u->ch, u->precision < 0 ? 6 : u->precision, u->flags & F_ALT ? Py_DTSF_ALT : 0, NULL);
    if (text == NULL)
        return NULL;
    PyObject *s = str_from_ascii(text, (Py_ssize_t)strlen(text));
    PyMem_Free(text);
    return s;
}

static PyObject *format_character(PyObject *v)
{
    if (PyUnicode_Check(v)) {
        if (str_len(v) == 1)
            return str_exact(v);
        PyErr_SetString(PyExc_TypeError, "%c requires int or char");
        return NULL;
    }
    int overflow;
    PyObject *i = _PyNumber_Index(v);
    if (i == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "%c requires int or char");
        return NULL;
    }
    long c = PyLong_AsLongAndOverflow(i, &overflow);
    Py_DECREF(i);
    if (overflow || c < 0 || c > 0x10ffff) {
        PyErr_SetString(PyExc_OverflowError, "%c arg not in range(0x110000)");
        return NULL;
    }
    return str_char((Py_UCS4)c);
}

/* ---- writing ---- */

/* Writes a number: sign, prefix, zeros between them and the digits. */
static int write_number(_PyUnicodeWriter *w, const struct unit *u, PyObject *s)
{
    Py_ssize_t at = 0, n = str_len(s);
    const char *text = PyUnicode_DATA(s);
    Py_UCS4 sign = u->flags & F_SIGN ? '+' : u->flags & F_BLANK ? ' ' : 0;
    if (text[0] == '-' || text[0] == '+')
        sign = (Py_UCS4)text[at++];
    Py_ssize_t prefix = (u->flags & F_ALT) && (u->ch == 'x' || u->ch == 'X' || u->ch == 'o') ? 2 : 0;
    Py_ssize_t pad = Py_MAX(u->width - (n - at) - (sign != 0), 0);
    bool zero = (u->flags & F_ZERO) && !(u->flags & F_LEFT), left = u->flags & F_LEFT;
    if (!zero && !left && format_fill(w, ' ', pad) < 0)
        return -1;
    if ((sign != 0 && _PyUnicodeWriter_WriteChar(w, sign) < 0) || _PyUnicodeWriter_WriteASCIIString(w, text + at, prefix) < 0)
        return -1;
    if (zero && format_fill(w, '0', pad) < 0)
        return -1;
    if (_PyUnicodeWriter_WriteASCIIString(w, text + at + prefix, n - at - prefix) < 0)
        return -1;
    return left ? format_fill(w, ' ', pad) : 0;
}

static int write_text(_PyUnicodeWriter *w, const struct unit *u, PyObject *s)
{
    Py_ssize_t n = str_len(s);
    if (u->precision >= 0 && u->ch != 'c')
        n = Py_MIN(n, u->precision);
    Py_ssize_t pad = Py_MAX(u->width - n, 0);
    bool left = u->flags & F_LEFT;
    if ((!left && format_fill(w, ' ', pad) < 0) || _PyUnicodeWriter_WriteSubstring(w, s, 0, n) < 0)
        return -1;
    return left ? format_fill(w, ' ', pad) : 0;
}

static int format_unit(struct percent *p, const struct unit *u)
{
    PyObject *v = next_arg(p), *s;
    if (v == NULL)
        return -1;
    bool number = false;
    switch (u->ch) {
    case 's': s = PyUnicode_CheckExact(v) ? Py_NewRef(v) : PyLong_CheckExact(v) ? str_shared(PyObject_Str(v)) : PyObject_Str(v); break;
    case 'r': s = PyObject_Repr(v); break;
    case 'a': s = PyObject_ASCII(v); break;
    case 'c': s = format_character(v); break;
    case 'd': case 'i': case 'u': case 'o': case 'x': case 'X':
        number = true;
        s = format_integer(v, u);
        break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        number = true;
        s = format_real(v, u);
        break;
    default:
        PyErr_Format(PyExc_ValueError, "unsupported format character '%c' (0x%x) at index %zd",
                     u->ch > 30 && u->ch < 128 ? (int)u->ch : '?', (unsigned)u->ch, p->pos - 1);
        return -1;
    }
    if (s == NULL)
        return -1;
    int r = number ? write_number(&p->out, u, s) : write_text(&p->out, u, s);
    Py_DECREF(s);
    return r;
}

static int run(struct percent *p)
{
    while (p->pos < p->n) {
        Py_ssize_t next = chars_find_char(p->kind, (const char *)p->data + p->pos * p->kind, p->n - p->pos, '%');
        Py_ssize_t stop = next < 0 ? p->n : p->pos + next;
        if (stop == p->n)
            p->out.overallocate = 0;
        if (_PyUnicodeWriter_WriteSubstring(&p->out, p->format, p->pos, stop) < 0)
            return -1;
        p->pos = stop + 1;
        if (stop == p->n)
            break;
        if (peek(p) == '%') {
            if (_PyUnicodeWriter_WriteChar(&p->out, '%') < 0)
                return -1;
            p->pos++;
            continue;
        }
        struct unit u;
        if (parse_unit(p, &u) < 0)
            return -1;
        if (p->pos >= p->n)
            p->out.overallocate = 0;     /* the last piece: a lone string is taken as it is */
        if (format_unit(p, &u) < 0)
            return -1;
        if (p->dict != NULL && p->next < p->n_args) {
            PyErr_SetString(PyExc_TypeError, "not all arguments converted during string formatting");
            return -1;
        }
    }
    if (p->next < p->n_args && p->dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "not all arguments converted during string formatting");
        return -1;
    }
    return 0;
}

PyObject *PyUnicode_Format(PyObject *format, PyObject *args)
{
    if (format == NULL || args == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (str_check(format) < 0)
        return NULL;
    PyObject *small;
    if (format_small_percent(format, args, &small))
        return small;
    struct percent p = { .format = format, .kind = PyUnicode_KIND(format), .data = PyUnicode_DATA(format), .n = str_len(format), .args = args };
    if (PyTuple_Check(args))
        p.n_args = PyTuple_GET_SIZE(args);
    else {
        p.n_args = -1;
        p.next = -2;
        if (PyMapping_Check(args) && !PyUnicode_Check(args))
            p.dict = args;
    }
    _PyUnicodeWriter_Init(&p.out);
    p.out.min_length = p.n + 100;
    p.out.overallocate = 1;
    int r = run(&p);
    if (p.args_owned)
        Py_DECREF(p.args);
    if (r == 0)
        return _PyUnicodeWriter_Finish(&p.out);
    _PyUnicodeWriter_Dealloc(&p.out);
    return NULL;
}

PyObject *str_mod(PyObject *left, PyObject *right)
{
    if (!PyUnicode_Check(left))
        Py_RETURN_NOTIMPLEMENTED;
    return PyUnicode_Format(left, right);
}
