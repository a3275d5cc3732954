/* object/text/bytes_format.c: the % operator of bytes and bytearray, and PyBytes_FromFormat(). */
#include "object/text/bytes_methods.h"

#include <string.h>

#include "object/core/call.h"
#include "object/core/type.h"
#include "object/text/format.h"
#include "rt/singletons.h"

/* Growing output: a bytes object of which `n` bytes are used. */
struct out { PyObject *obj; Py_ssize_t n; };

static char *
out_room(struct out *o, Py_ssize_t more)
{
    Py_ssize_t need;
    if (__builtin_add_overflow(o->n, more, &need)) {
        PyErr_NoMemory();
        return NULL;
    }
    if (need > PyBytes_GET_SIZE(o->obj)) {
        Py_ssize_t room = need <= PY_SSIZE_T_MAX / 2 ? need + need / 2 : need;
        if (_PyBytes_Resize(&o->obj, room) < 0)
            return NULL;
    }
    char *p = PyBytes_AS_STRING(o->obj) + o->n;
    o->n = need;
    return p;
}

static int
out_write(struct out *o, const char *s, Py_ssize_t n)
{
    char *p = out_room(o, n);
    if (p == NULL)
        return -1;
    memcpy(p, s, n);
    return 0;
}

static int
out_fill(struct out *o, char c, Py_ssize_t n)
{
    char *p = n > 0 ? out_room(o, n) : PyBytes_AS_STRING(o->obj);
    if (p == NULL)
        return -1;
    if (n > 0)
        memset(p, c, n);
    return 0;
}

static OWNED PyObject *
out_finish(struct out *o)
{
    PyObject *result = o->obj;
    if (o->n == 0) {
        Py_DECREF(result);
        return EMPTY_BYTES;
    }
    _PyBytes_Resize(&result, o->n);
    return result;
}

/* ---- one conversion ---- */

enum { LEFT = 1, SIGN = 2, BLANK = 4, ALT = 8, ZERO = 16 };

struct spec { int flags; Py_ssize_t width; int precision; unsigned char type; };

struct formatter {
    const char *start, *p, *end;
    struct out out;
    PyObject *args;                  /* tuple, or the single argument */
    Py_ssize_t nargs, next;          /* nargs -1: args is the argument itself, not taken yet while next is -2 */
    PyObject *dict;
    PyObject *held;                  /* value taken from the mapping for this conversion */
};

static PyObject *
next_arg(struct formatter *f)
{
    Py_ssize_t i = f->next;
    if (i < f->nargs) {
        f->next++;
        return f->nargs < 0 ? f->args : PyTuple_GET_ITEM(f->args, i);
    }
    PyErr_SetString(PyExc_TypeError, "not enough arguments for format string");
    return NULL;
}

/* "(key)": the mapping's value becomes the only argument. f->p is behind the parenthesis. */
static int
take_key(struct formatter *f)
{
    const char *start = f->p;
    int depth = 1;
    if (f->dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "format requires a mapping");
        return -1;
    }
    for (; depth > 0 && f->p < f->end; f->p++)
        depth += (*f->p == '(') - (*f->p == ')');
    if (depth > 0) {
        PyErr_SetString(PyExc_ValueError, "incomplete format key");
        return -1;
    }
    PyObject *key = bytes_from(start, f->p - 1 - start);
    if (key == NULL)
        return -1;
    Py_XSETREF(f->held, PyObject_GetItem(f->dict, key));
    Py_DECREF(key);
    if (f->held == NULL)
        return -1;
    f->args = f->held;
    f->nargs = -1;
    f->next = -2;
    return 0;
}

static int
star_value(struct formatter *f, PyObject **v)
{
    *v = next_arg(f);
    if (*v == NULL)
        return -1;
    if (!PyLong_Check(*v)) {
        PyErr_SetString(PyExc_TypeError, "* wants int");
        return -1;
    }
    return 0;
}

/* Decimal digits at f->p; -1 with ValueError when they exceed max. */
static int
read_number(struct formatter *f, Py_ssize_t max, Py_ssize_t *out, const char *message)
{
    Py_ssize_t n = 0;
    for (; f->p < f->end && ASCII_IS_DIGIT(*f->p); f->p++) {
        int digit = *f->p - '0';
        if (n > (max - digit) / 10) {
            PyErr_SetString(PyExc_ValueError, message);
            return -1;
        }
        n = n * 10 + digit;
    }
    *out = n;
    return 0;
}

static int
read_width(struct formatter *f, struct spec *s)
{
    if (f->p < f->end && *f->p == '*') {
        PyObject *v;
        f->p++;
        if (star_value(f, &v) < 0)
            return -1;
        s->width = PyLong_AsSsize_t(v);
        if (s->width == -1 && PyErr_Occurred())
            return -1;
        if (s->width < 0) {
            s->flags |= LEFT;
            s->width = -s->width;
        }
        return 0;
    }
    return f->p < f->end && ASCII_IS_DIGIT(*f->p) ? read_number(f, PY_SSIZE_T_MAX, &s->width, "width too big") : 0;
}

static int
read_precision(struct formatter *f, struct spec *s)
{
    if (f->p == f->end || *f->p != '.')
        return 0;
    f->p++;
    s->precision = 0;
    if (f->p < f->end && *f->p == '*') {
        PyObject *v;
        f->p++;
        if (star_value(f, &v) < 0)
            return -1;
        s->precision = PyLong_AsInt(v);
        if (s->precision == -1 && PyErr_Occurred())
            return -1;
        if (s->precision < 0)
            s->precision = 0;
        return 0;
    }
    Py_ssize_t n;
    if (read_number(f, INT_MAX, &n, "prec too big") < 0)
        return -1;
    s->precision = (int)n;
    return 0;
}

static int
read_spec(struct formatter *f, struct spec *s)
{
    static const char flag_chars[] = "-+ #0";
    const char *flag;
    *s = (struct spec){ .width = -1, .precision = -1 };
    if (f->p < f->end && *f->p == '(') {
        f->p++;
        if (take_key(f) < 0)
            return -1;
    }
    while (f->p < f->end && *f->p != '\0' && (flag = strchr(flag_chars, *f->p)) != NULL) {
        s->flags |= 1 << (flag - flag_chars);
        f->p++;
    }
    if (read_width(f, s) < 0 || read_precision(f, s) < 0)
        return -1;
    if (f->p < f->end && (*f->p == 'h' || *f->p == 'l' || *f->p == 'L'))
        f->p++;
    if (f->p == f->end) {
        PyErr_SetString(PyExc_ValueError, "incomplete format");
        return -1;
    }
    s->type = (unsigned char)*f->p++;
    return 0;
}

/* ---- values ---- */

/* %b: the bytes of v; new reference to what holds them (kept in *view if it is a buffer). */
static OWNED PyObject *
bytes_of_value(PyObject *v)
{
    if (PyBytes_Check(v))
        return Py_NewRef(v);
    if (PyByteArray_Check(v))
        return bytes_from(PyByteArray_AS_STRING(v), PyByteArray_GET_SIZE(v));
    PyObject *method = object_lookup_special(v, ID(__bytes__));
    if (method != NULL) {
        PyObject *r = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        if (r != NULL && !PyBytes_Check(r)) {
            PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)", Py_TYPE(r)->tp_name);
            Py_CLEAR(r);
        }
        return r;
    }
    if (PyErr_Occurred())
        return NULL;
    if (PyObject_CheckBuffer(v)) {
        Py_buffer view;
        if (PyObject_GetBuffer(v, &view, PyBUF_FULL_RO) < 0)
            return NULL;
        PyObject *r = PyBytes_FromStringAndSize(NULL, view.len);
        if (r != NULL && PyBuffer_ToContiguous(PyBytes_AS_STRING(r), &view, view.len, 'C') < 0)
            Py_CLEAR(r);
        PyBuffer_Release(&view);
        return r;
    }
    PyErr_Format(PyExc_TypeError,
                 "%%b requires a bytes-like object, or an object that implements __bytes__, not '%.100s'",
                 Py_TYPE(v)->tp_name);
    return NULL;
}

static OWNED PyObject *
byte_of_value(PyObject *v)
{
    if (PyBytes_Check(v) && PyBytes_GET_SIZE(v) == 1)
        return Py_NewRef(v);
    if (PyByteArray_Check(v) && PyByteArray_GET_SIZE(v) == 1)
        return bytes_from(PyByteArray_AS_STRING(v), 1);
    if (!PyBytes_Check(v) && !PyByteArray_Check(v)) {
        int overflow;
        long n = PyLong_AsLongAndOverflow(v, &overflow);
        if (n == -1 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError))
                return NULL;
            PyErr_Clear();
        }
        else if (overflow || n < 0 || n > 255) {
            PyErr_SetString(PyExc_OverflowError, "%c arg not in range(256)");
            return NULL;
        }
        else
            return Py_NewRef(BYTE_CHAR(n));
    }
    PyErr_SetString(PyExc_TypeError, "%c requires an integer in range(256) or a single byte");
    return NULL;
}

/* %d %i %u %o %x %X as text. */
static OWNED PyObject *
int_of_value(PyObject *v, const struct spec *s)
{
    PyObject *number = NULL;
    int type = s->type == 'i' ? 'd' : s->type;
    if (PyLong_Check(v))
        return format_long_percent(v, s->flags & ALT, s->precision, type);
    bool hex = type == 'o' || type == 'x' || type == 'X';
    if (PyNumber_Check(v)) {
        number = hex ? PyNumber_Index(v) : PyNumber_Long(v);
        if (number == NULL && !PyErr_ExceptionMatches(PyExc_TypeError))
            return NULL;
    }
    if (number != NULL && PyLong_Check(number)) {
        PyObject *text = format_long_percent(number, s->flags & ALT, s->precision, type);
        Py_DECREF(number);
        return text;
    }
    Py_XDECREF(number);
    PyErr_Format(PyExc_TypeError, "%%%c format: %s is required, not %.200s", type,
                 hex ? "an integer" : "a real number", Py_TYPE(v)->tp_name);
    return NULL;
}

static OWNED PyObject *
float_of_value(PyObject *v, const struct spec *s)
{
    double x = PyFloat_AsDouble(v);
    if (x == -1.0 && PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "float argument required, not %.200s", Py_TYPE(v)->tp_name);
        return NULL;
    }
    char *text = PyOS_double_to_string(x, (char)s->type, s->precision < 0 ? 6 : s->precision,
                                       s->flags & ALT ? Py_DTSF_ALT : 0, NULL);
    if (text == NULL)
        return NULL;
    PyObject *r = bytes_from(text, strlen(text));
    PyMem_Free(text);
    return r;
}

static OWNED PyObject *
latin1_of(PyObject *text)
{
    if (text == NULL)
        return NULL;
    PyObject *bytes = PyUnicode_AsLatin1String(text);
    Py_DECREF(text);
    return bytes;
}

/* The converted value without padding. */
static OWNED PyObject *
convert(PyObject *v, const struct spec *s, const struct formatter *f, bool *numeric)
{
    *numeric = false;
    switch (s->type) {
    case 'r': case 'a': return latin1_of(PyObject_ASCII(v));
    case 's': case 'b': return bytes_of_value(v);
    case 'c': return byte_of_value(v);
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X':
        *numeric = true;
        return latin1_of(int_of_value(v, s));
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        *numeric = true;
        return float_of_value(v, s);
    default:
        PyErr_Format(PyExc_ValueError, "unsupported format character '%c' (0x%x) at index %zd", s->type, s->type,
                     f->p - 1 - f->start);
        return NULL;
    }
}

/* Sign, prefix, zeros or blanks around the converted value. */
static int
write_padded(struct out *o, const char *p, Py_ssize_t n, const struct spec *s, bool numeric)
{
    char sign = '\0', zero = numeric && (s->flags & ZERO);
    Py_ssize_t prefix = 0;
    if (numeric) {
        if (n > 0 && (*p == '-' || *p == '+')) {
            sign = *p++;
            n--;
        }
        else if (s->flags & SIGN)
            sign = '+';
        else if (s->flags & BLANK)
            sign = ' ';
        if ((s->flags & ALT) && (s->type == 'x' || s->type == 'X' || s->type == 'o'))
            prefix = 2;
    }
    Py_ssize_t gap = s->width - n - (sign != '\0');
    if (!zero && !(s->flags & LEFT) && out_fill(o, ' ', gap) < 0)
        return -1;
    if ((sign != '\0' && out_write(o, &sign, 1) < 0) || out_write(o, p, prefix) < 0)
        return -1;
    if (zero && !(s->flags & LEFT) && out_fill(o, '0', gap) < 0)
        return -1;
    if (out_write(o, p + prefix, n - prefix) < 0)
        return -1;
    return (s->flags & LEFT) ? out_fill(o, ' ', gap) : 0;
}

static int
format_one(struct formatter *f)
{
    struct spec s;
    bool numeric;
    if (f->p < f->end && *f->p == '%') {
        f->p++;
        return out_write(&f->out, "%", 1);
    }
    if (read_spec(f, &s) < 0)
        return -1;
    PyObject *v = next_arg(f);
    PyObject *r = v == NULL ? NULL : convert(v, &s, f, &numeric);
    if (r == NULL)
        return -1;
    Py_ssize_t n = PyBytes_GET_SIZE(r);
    bool text = s.type == 's' || s.type == 'b' || s.type == 'r' || s.type == 'a';
    if (text && s.precision >= 0 && n > s.precision)
        n = s.precision;
    int rc = write_padded(&f->out, PyBytes_AS_STRING(r), n, &s, numeric);
    Py_DECREF(r);
    return rc;
}

static int
format_all(struct formatter *f)
{
    while (f->p < f->end) {
        const char *percent = memchr(f->p, '%', f->end - f->p);
        const char *stop = percent == NULL ? f->end : percent;
        if (out_write(&f->out, f->p, stop - f->p) < 0)
            return -1;
        f->p = stop;
        if (percent == NULL)
            break;
        f->p++;
        if (format_one(f) < 0)
            return -1;
        if (f->dict != NULL && f->next < f->nargs) {
            PyErr_SetString(PyExc_TypeError, "not all arguments converted during bytes formatting");
            return -1;
        }
    }
    if (f->next < f->nargs && f->dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "not all arguments converted during bytes formatting");
        return -1;
    }
    return 0;
}

OWNED PyObject *
bytes_format(const char *format, Py_ssize_t n, PyObject *args, int as_bytearray)
{
    struct formatter f = { .start = format, .p = format, .end = format + n, .args = args, .nargs = -1, .next = -2 };
    if (PyTuple_Check(args)) {
        f.nargs = PyTuple_GET_SIZE(args);
        f.next = 0;
    }
    if (PyMapping_Check(args) && !PyTuple_Check(args) && !PyBytes_Check(args) && !PyUnicode_Check(args)
        && !PyByteArray_Check(args))
        f.dict = args;
    f.out.obj = PyBytes_FromStringAndSize(NULL, n + 100);
    if (f.out.obj == NULL)
        return NULL;
    int rc = format_all(&f);
    Py_XDECREF(f.held);
    if (rc < 0) {
        Py_XDECREF(f.out.obj);
        return NULL;
    }
    if (!as_bytearray)
        return out_finish(&f.out);
    PyObject *result = PyByteArray_FromStringAndSize(PyBytes_AS_STRING(f.out.obj), f.out.n);
    Py_DECREF(f.out.obj);
    return result;
}

/* ---- PyBytes_FromFormat ---- */

/* One conversion of the C format at *p (behind the '%'). */
static int
write_c_conversion(struct out *o, const char **p, va_list args)
{
    char text[40];
    const char *s = *p;
    Py_ssize_t precision = -1;
    while (ASCII_IS_DIGIT(*s))
        s++;                         /* the width is accepted and ignored */
    if (*s == '.')
        for (s++, precision = 0; ASCII_IS_DIGIT(*s); s++)
            precision = precision * 10 + (*s - '0');
    while (*s != '\0' && *s != '%' && !ASCII_IS_ALPHA(*s))
        s++;
    char size = '\0';
    if ((*s == 'l' || *s == 'z') && (s[1] == 'd' || s[1] == 'u'))
        size = *s++;
    char type = *s;
    *p = type == '\0' ? s : s + 1;
    switch (type) {
    case 'c': {
        int c = va_arg(args, int);
        if (c < 0 || c > 255) {
            PyErr_SetString(PyExc_OverflowError, "PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]");
            return -1;
        }
        text[0] = (char)c;
        return out_write(o, text, 1);
    }
    case 'd':
        if (size == '\0')
            PyOS_snprintf(text, sizeof(text), "%d", va_arg(args, int));
        else
            PyOS_snprintf(text, sizeof(text), "%ld", va_arg(args, long));
        break;
    case 'u':
        if (size == '\0')
            PyOS_snprintf(text, sizeof(text), "%u", va_arg(args, unsigned));
        else
            PyOS_snprintf(text, sizeof(text), "%lu", va_arg(args, unsigned long));
        break;
    case 'i': PyOS_snprintf(text, sizeof(text), "%i", va_arg(args, int)); break;
    case 'x': PyOS_snprintf(text, sizeof(text), "%x", va_arg(args, int)); break;
    case 's': {
        const char *v = va_arg(args, const char *);
        size_t n = precision < 0 ? strlen(v) : strnlen(v, precision);
        return out_write(o, v, n);
    }
    case 'p': PyOS_snprintf(text, sizeof(text), "%p", va_arg(args, void *)); break;
    case '%': return out_write(o, "%", 1);
    default: return 1;               /* unknown: the rest of the format is copied as it is */
    }
    return out_write(o, text, strlen(text));
}

PyObject *
PyBytes_FromFormatV(const char *format, va_list vargs)
{
    struct out o = { PyBytes_FromStringAndSize(NULL, strlen(format) + 32), 0 };
    va_list args;
    int rc = 0;
    if (o.obj == NULL)
        return NULL;
    va_copy(args, vargs);
    for (const char *p = format; rc == 0 && *p != '\0';) {
        const char *percent = strchr(p, '%');
        size_t n = percent == NULL ? strlen(p) : (size_t)(percent - p);
        rc = out_write(&o, p, n);
        p += n;
        if (rc == 0 && percent != NULL) {
            p++;
            rc = write_c_conversion(&o, &p, args);
            if (rc > 0)
                rc = out_write(&o, percent, strlen(percent)) < 0 ? -1 : 1;
        }
    }
    va_end(args);
    if (rc < 0) {
        Py_XDECREF(o.obj);
        return NULL;
    }
    return out_finish(&o);
}

PyObject *
PyBytes_FromFormat(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = PyBytes_FromFormatV(format, args);
    va_end(args);
    return result;
}
