/* object/num/int_text.c: ints as text and back. Powers of two are cut out of the bits; other bases go through GMP,
 * which is subquadratic. Because even that is too slow for hostile input, conversions in bases that are not powers
 * of two are limited to int_max_str_digits digits (ValueError beyond). */
#include "object/num/int_impl.h"
#include "object/num/int_scratch.h"
#include "rt/heap.h"

#include "object/core/err.h"
#include "object/text/str.h"
#include "rt/interp.h"

#define D10(c, v) [c] = v, [(c) + 1] = (v) + 1, [(c) + 2] = (v) + 2, [(c) + 3] = (v) + 3, [(c) + 4] = (v) + 4
#define LETTERS(c) \
    D10(c, 10), D10((c) + 5, 15), D10((c) + 10, 20), D10((c) + 15, 25), D10((c) + 20, 30), [(c) + 25] = 35

/* Value of a character as a digit in base up to 36; 37 for any other. */
PyAPI_DATA(unsigned char) _PyLong_DigitValue[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
unsigned char _PyLong_DigitValue[256] = { [0 ... 255] = 37, D10('0', 0), D10('5', 5), LETTERS('a'), LETTERS('A') };
#pragma GCC diagnostic pop

static const char digit_chars[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* ---- _pylong ------------------------------------------------------------------------------------------------- */

/* CPython leaves huge conversions to the Python module _pylong. GMP needs no such help, but a program that has imported
 * the module may have replaced its functions, so then it is asked. A new reference to its function, or NULL (with or
 * without an exception). */
static PyObject *
pylong_function(const char *name)
{
    PyObject *modules = interp_current()->imports.modules, *module, *func = NULL;
    if (modules == NULL || !PyDict_CheckExact(modules) || PyDict_GetItemStringRef(modules, "_pylong", &module) <= 0)
        return NULL;
    (void)PyObject_GetOptionalAttrString(module, name, &func);
    Py_DECREF(module);
    return func;
}

static PyObject *
pylong_call(PyObject *func, STEALS PyObject *arg, PyTypeObject *type, const char *complaint)
{
    PyObject *out = arg == NULL ? NULL : PyObject_CallOneArg(func, arg);
    Py_DECREF(func);
    Py_XDECREF(arg);
    if (out != NULL && !PyObject_TypeCheck(out, type)) {
        PyErr_SetString(PyExc_TypeError, complaint);
        Py_CLEAR(out);
    }
    return out;
}

#define PYLONG_PRINT_DIGITS 1000         /* of 30 bits */
#define PYLONG_PARSE_DIGITS 6000         /* decimal */

/* ---- printing ----------------------------------------------------------------------------------------------- */

/* Text of an int, right-aligned in a buffer. */
struct text { char *buf, *start, *end; char stack[128]; };

static int
text_room(struct text *t, size_t n)
{
    t->buf = n <= sizeof(t->stack) ? t->stack : heap_raw_alloc(n);
    if (t->buf == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    t->start = t->end = t->buf + n;
    return 0;
}

static void
text_release(struct text *t)
{
    if (t->buf != t->stack)
        free(t->buf);
}

static int
too_many_digits(int limit)
{
    PyErr_Format(PyExc_ValueError, "Exceeds the limit (%d digits) for integer string conversion; use "
                 "sys.set_int_max_str_digits() to increase the limit", limit);
    return -1;
}

static int
text_words(struct text *t, uint64_t v)
{
    if (text_room(t, 24) < 0)
        return -1;
    do
        *--t->start = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    return 0;
}

static int
text_decimal(struct text *t, PyObject *o)
{
    int64_t v;
    if (int_get_small(o, &v))
        return text_words(t, v < 0 ? (uint64_t)-v : (uint64_t)v);
    int limit = interp_current()->long_max_str_digits;
    Py_ssize_t nd = int_ndigits(o);
    if (nd >= 10 * INT_MAX_STR_DIGITS_THRESHOLD / (3 * SHIFT) + 2 && limit > 0 && limit / (3 * SHIFT) <= (nd - 11) / 10)
        return too_many_digits(limit);
    struct limbs l;
    if (limbs_from_int(&l, o) < 0)
        return -1;
    if (text_room(t, (size_t)l.n * 20 + 4) < 0) {
        limbs_release(&l);
        return -1;
    }
    size_t room = (size_t)(t->end - t->buf) - 3;
    unsigned char *digits = (unsigned char *)t->buf + 3;
    struct int_scratch scratch;
    if (INT_SCRATCH_FAILS(&scratch)) {
        limbs_release(&l);
        text_release(t);
        PyErr_NoMemory();
        return -1;
    }
    size_t n = mpn_get_str(digits, 10, l.d, l.n);
    int_scratch_end(&scratch);
    limbs_release(&l);
    (void)room;
    while (n > 1 && *digits == 0) {
        digits++;
        n--;
    }
    if (n > INT_MAX_STR_DIGITS_THRESHOLD && limit > 0 && n > (size_t)limit) {
        text_release(t);
        return too_many_digits(limit);
    }
    for (size_t i = 0; i < n; i++)
        digits[i] += '0';
    t->start = (char *)digits;
    t->end = t->start + n;
    return 0;
}

static int
text_binary(struct text *t, PyObject *o, int shift)
{
    Py_ssize_t nd = int_ndigits(o);
    size_t bits = int_bit_length(o);
    if (bits > (size_t)PY_SSIZE_T_MAX - 64) {
        PyErr_SetString(PyExc_OverflowError, "int too large to format");
        return -1;
    }
    if (text_room(t, bits / (size_t)shift + 8) < 0)
        return -1;
    if (nd == 0) {
        *--t->start = '0';
        return 0;
    }
    uint64_t acc = 0;
    int have = 0;
    for (Py_ssize_t i = 0; i < nd; i++) {
        acc |= (uint64_t)int_digits(o)[i] << have;
        have += i == nd - 1 ? bit_width64(int_digits(o)[i]) : SHIFT;
        while (have >= shift || (i == nd - 1 && have > 0)) {
            *--t->start = digit_chars[acc & (((uint64_t)1 << shift) - 1)];
            acc >>= shift;
            have -= shift;
        }
    }
    return 0;
}

/* The text of o with sign and prefix, in room that text_release() frees. */
static int
text_make(struct text *t, PyObject *o, int base, bool alternate)
{
    int shift = base == 16 ? 4 : base == 8 ? 3 : base == 2 ? 1 : 0;
    if ((shift != 0 ? text_binary(t, o, shift) : text_decimal(t, o)) < 0)
        return -1;
    if (alternate && shift != 0) {
        *--t->start = base == 16 ? 'x' : base == 8 ? 'o' : 'b';
        *--t->start = '0';
    }
    if (int_is_negative(o))
        *--t->start = '-';
    return 0;
}

PyObject *
int_to_str(PyObject *o, int base, bool alternate)
{
    struct text t;
    if (base == 10 && int_ndigits(o) > PYLONG_PRINT_DIGITS) {
        PyObject *func = pylong_function("int_to_decimal_string");
        int limit = interp_current()->long_max_str_digits;
        if (func != NULL && (limit == 0 || limit / (3 * SHIFT) > (int_ndigits(o) - 11) / 10))
            return pylong_call(func, Py_NewRef(o), &PyUnicode_Type, "_pylong.int_to_decimal_string did not return a str");
        Py_XDECREF(func);
        if (func == NULL && PyErr_Occurred())
            return NULL;
    }
    if (text_make(&t, o, base, alternate) < 0)
        return NULL;
    PyObject *s = str_new_ascii(t.start, t.end - t.start);
    text_release(&t);
    return s;
}

int
int_write(_PyUnicodeWriter *w, PyObject *o, int base, bool alternate)
{
    struct text t;
    if (text_make(&t, o, base, alternate) < 0)
        return -1;
    int rc = _PyUnicodeWriter_WriteASCIIString(w, t.start, t.end - t.start);
    text_release(&t);
    return rc;
}

PyObject *int_repr(PyObject *o) { return int_to_str(o, 10, false); }

PyAPI_FUNC(PyObject *) _PyLong_Format(PyObject *o, int base);
PyObject *_PyLong_Format(PyObject *o, int base) { return int_to_str(o, base, true); }
PyAPI_FUNC(int) _PyLong_FormatWriter(_PyUnicodeWriter *w, PyObject *o, int base, int alternate);
int
_PyLong_FormatWriter(_PyUnicodeWriter *w, PyObject *o, int base, int alternate)
{
    return int_write(w, o, base, alternate != 0);
}

/* ---- parsing ------------------------------------------------------------------------------------------------ */

static inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Are the next eight characters decimal digits? `s` is aligned, so that the word lies in one page even where the text
 * ends inside it. */
__attribute__((no_sanitize_address)) static inline bool
eight_digits(const char *s)
{
    uint64_t v = *(const uint64_t *)(const void *)s;
    return ((v & (v + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0) == 0x3030303030303030;
}

/* Checks digits and single underscores between them; the number of digits, *end behind them; -1 on a stray '_'. */
static Py_ssize_t
count_digits(const char *s, int base, const char **end)
{
    Py_ssize_t n = 0;
    char before = 0;
    for (;; s++) {
        if (base == 10 && ((uintptr_t)s & 7) == 0)           /* long runs of decimal digits, eight at a time */
            for (; eight_digits(s); s += 8, n += 8)
                before = '0';
        if (*s == '_') {
            if (before == '_' || before == 0)
                break;
        }
        else if (_PyLong_DigitValue[(unsigned char)*s] >= base)
            break;
        else
            n++;
        before = *s;
    }
    *end = s;
    return before == '_' || *s == '_' ? -1 : n;
}

static PyObject *
digits_to_int(const char *s, const char *end, Py_ssize_t n, int base)
{
    if (n <= 12) {
        uint64_t v = 0;
        for (; s < end; s++)
            if (*s != '_')
                v = v * (uint64_t)base + _PyLong_DigitValue[(unsigned char)*s];
        return int_from_u64(v);
    }
    if (base == 10 && n > PYLONG_PARSE_DIGITS) {
        PyObject *func = pylong_function("int_from_string");
        if (func != NULL)
            return pylong_call(func, PyUnicode_FromStringAndSize(s, end - s), &PyLong_Type, "_pylong.int_from_string did not return an int");
        if (PyErr_Occurred())
            return NULL;
    }
    unsigned char *values = heap_raw_alloc((size_t)n);
    struct limbs l;
    PyObject *out = NULL;
    if (values == NULL)
        return PyErr_NoMemory();
    size_t k = 0;
    for (; s < end; s++)
        if (*s != '_' && (k > 0 || *s != '0'))
            values[k++] = _PyLong_DigitValue[(unsigned char)*s];
    if (k == 0)
        out = SMALL_INT(0);
    else if (limbs_room(&l, (mp_size_t)(k / 64 * (size_t)bit_width64((uint64_t)base - 1) + 8)) == 0) {
        struct int_scratch scratch;
        if (!INT_SCRATCH_FAILS(&scratch)) {
            mp_size_t ln = mpn_set_str(l.d, values, k, base);
            int_scratch_end(&scratch);
            out = int_from_limbs(l.d, ln, false);
        }
        else
            PyErr_NoMemory();
        limbs_release(&l);
    }
    free(values);
    return out;
}

static int
parse_limit(Py_ssize_t n, int base)
{
    int limit = interp_current()->long_max_str_digits;
    if ((base & (base - 1)) == 0 || n <= INT_MAX_STR_DIGITS_THRESHOLD || limit == 0 || n <= limit)
        return 0;
    PyErr_Format(PyExc_ValueError, "Exceeds the limit (%d digits) for integer string conversion: value has %zd digits; "
                 "use sys.set_int_max_str_digits() to increase the limit", limit, n);
    return -1;
}

/* The base that the text itself names (base 0), and whether nothing but zero may follow ("00"). */
static int
own_base(const char *s, bool *only_zero)
{
    *only_zero = false;
    if (s[0] != '0')
        return 10;
    switch (s[1] | 0x20) {
    case 'x': return 16;
    case 'o': return 8;
    case 'b': return 2;
    }
    *only_zero = true;
    return 10;
}

static bool
has_prefix(const char *s, int base)
{
    int c = s[0] == '0' ? s[1] | 0x20 : 0;
    return (base == 16 && c == 'x') || (base == 8 && c == 'o') || (base == 2 && c == 'b');
}

/* Parses all of s up to its zero byte. 1 and *out; 0 = malformed, *end where; -1 with an exception. */
static int
parse(const char *s, int *base, const char **end, PyObject **out)
{
    bool only_zero = false, negative = false;
    int b = *base;
    while (is_space(*s))
        s++;
    if (*s == '+' || *s == '-')
        negative = *s++ == '-';
    if (b == 0)
        b = own_base(s, &only_zero);
    if (has_prefix(s, b)) {
        s += 2;
        if (*s == '_')
            s++;
    }
    const char *start = s;
    Py_ssize_t n = count_digits(s, b, &s);
    *end = s;
    if (!only_zero)
        *base = b;
    if (n <= 0)
        return 0;
    if (parse_limit(n, b) < 0)
        return -1;
    PyObject *v = digits_to_int(start, s, n, b);
    if (v == NULL)
        return -1;
    while (is_space(*s))
        s++;
    *end = s;
    if (*s != '\0' || (only_zero && !int_is_zero(v))) {
        Py_DECREF(v);
        return 0;
    }
    if (negative)
        Py_SETREF(v, int_neg(v));
    *out = v;
    return v == NULL ? -1 : 1;
}

static PyObject *
invalid_literal(int base, PyObject *text)
{
    if (text != NULL)
        PyErr_Format(PyExc_ValueError, "invalid literal for int() with base %d: %.200R", base, text);
    return NULL;
}

static int
check_base(int base)
{
    if ((base != 0 && base < 2) || base > 36) {
        PyErr_SetString(PyExc_ValueError, "int() arg 2 must be >= 2 and <= 36");
        return -1;
    }
    return 0;
}

PyObject *
PyLong_FromString(const char *s, char **pend, int base)
{
    PyObject *out = NULL;
    const char *end;
    if (check_base(base) < 0)
        return NULL;
    int rc = parse(s, &base, &end, &out);
    if (rc >= 0 && pend != NULL)
        *pend = (char *)end;
    if (rc != 0)
        return out;
    size_t n = strlen(s);
    PyObject *text = PyUnicode_FromStringAndSize(s, n < 200 ? (Py_ssize_t)n : 200);
    invalid_literal(base, text);
    Py_XDECREF(text);
    return NULL;
}

PyObject *
PyLong_FromUnicodeObject(PyObject *u, int base)
{
    PyObject *ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(u), *out = NULL;
    const char *s, *end;
    Py_ssize_t n;
    if (ascii == NULL)
        return NULL;
    s = PyUnicode_AsUTF8AndSize(ascii, &n);
    if (s == NULL || check_base(base) < 0) {
        Py_DECREF(ascii);
        return NULL;
    }
    int asked = base, rc = parse(s, &base, &end, &out);
    bool whole = rc == 1 && end == s + n;
    Py_DECREF(ascii);
    if (rc < 0 || whole)
        return out;
    Py_XDECREF(out);
    return invalid_literal(asked, u);
}

PyAPI_FUNC(PyObject *) _PyLong_FromBytes(const char *s, Py_ssize_t n, int base);

PyObject *
_PyLong_FromBytes(const char *s, Py_ssize_t n, int base)
{
    PyObject *out = NULL;
    const char *end = s;
    if (check_base(base) < 0)
        return NULL;
    int asked = base, rc = parse(s, &base, &end, &out);
    if (rc < 0 || (rc == 1 && end == s + n))
        return out;
    Py_XDECREF(out);
    PyObject *text = PyBytes_FromStringAndSize(s, n < 200 ? n : 200);
    invalid_literal(asked, text);
    Py_XDECREF(text);
    return NULL;
}
