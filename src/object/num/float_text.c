/* object/num/float_text.c: text of floats and floats from text: the two PyOS_* functions, float("..."), repr, hex.
 * Reading uses the C library's correctly rounded strtod in the C locale, on text that has been checked first. */
#include "object/num/float.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/size.h"
#include "object/core/err.h"
#include "object/num/float_impl.h"
#include "object/text/str.h"

/* ---- reading ------------------------------------------------------------------------------------------------ */

static locale_t
c_locale(void)
{
    static locale_t loc;
    if (loc == NULL)
        loc = newlocale(LC_ALL_MASK, "C", NULL);
    return loc;
}

static bool
match_word(const char *s, const char *word)
{
    for (; *word != '\0'; s++, word++)
        if ((*s | 0x20) != *word)
            return false;
    return true;
}

/* inf, infinity, nan with an optional sign; *end behind it or == s. */
double
float_parse_inf_nan(const char *s, const char **end)
{
    const char *p = s;
    bool negative = *p == '-';
    double v = 0;
    if (*p == '-' || *p == '+')
        p++;
    *end = s;
    if (match_word(p, "inf")) {
        *end = p + (match_word(p + 3, "inity") ? 8 : 3);
        v = INFINITY;
    }
    else if (match_word(p, "nan")) {
        *end = p + 3;
        v = fabs(NAN);
    }
    return negative ? -v : v;
}
PyAPI_FUNC(double) _Py_parse_inf_or_nan(const char *p, char **endptr);
double
_Py_parse_inf_or_nan(const char *p, char **endptr)
{
    const char *end;
    double v = float_parse_inf_nan(p, &end);
    *endptr = (char *)end;
    return end == p ? -1.0 : v;
}

static const char *skip_digits(const char *p) { while (*p >= '0' && *p <= '9') p++; return p; }

/* The end of the longest decimal number at s, or s. */
static const char *
scan_number(const char *s)
{
    const char *p = s, *start;
    if (*p == '-' || *p == '+')
        p++;
    start = p;
    p = skip_digits(p);
    bool any = p > start;
    if (*p == '.') {
        const char *frac = ++p;
        p = skip_digits(p);
        any |= p > frac;
    }
    if (!any)
        return s;
    if (*p == 'e' || *p == 'E') {
        const char *e = p + 1;
        if (*e == '-' || *e == '+')
            e++;
        if (*e >= '0' && *e <= '9')
            p = skip_digits(e);
    }
    return p;
}

/* Most numbers in texts are short: a whole number below 2^53 and a power of ten that is a double. False: not this one. */
static bool
convert_short(const char *s, const char *end, double *out)
{
    bool negative = *s == '-', point = false;
    uint64_t whole = 0;
    int exponent = 0, written = 0;
    s += negative || *s == '+';
    for (; s < end && *s != 'e' && *s != 'E'; s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        whole = whole * 10 + (uint64_t)(*s - '0');
        exponent -= point;
        if (whole >> 53 != 0 || exponent < -2 * POWERS_OF_TEN)
            return false;
    }
    if (s < end) {
        bool below = *++s == '-';
        for (s += below || *s == '+'; s < end; s++)
            if ((written = written * 10 + (*s - '0')) > 3 * POWERS_OF_TEN)
                return false;
        exponent += below ? -written : written;
    }
    if (exponent < -POWERS_OF_TEN || exponent > POWERS_OF_TEN)
        return false;
    double v = exponent < 0 ? (double)whole / float_powers_of_ten[-exponent] : (double)whole * float_powers_of_ten[exponent];
    *out = negative ? -v : v;
    return true;
}

/* The number in s[0..end), correctly rounded; *range when it does not fit. -1 with MemoryError. */
static int
convert(const char *s, const char *end, double *out, bool *range)
{
    char small[64], *copy = small;
    size_t n = (size_t)(end - s);
    if (convert_short(s, end, out))
        return 0;
    if (n >= sizeof(small) && (copy = malloc(n + 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, s, n);
    copy[n] = '\0';
    errno = 0;
    *out = strtod_l(copy, NULL, c_locale());
    *range = errno == ERANGE;
    if (copy != small)
        free(copy);
    return 0;
}

double
PyOS_string_to_double(const char *s, char **endptr, PyObject *overflow_exception)
{
    double v = 0.0;
    bool range = false;
    const char *end = scan_number(s);
    if (end == s)
        v = float_parse_inf_nan(s, &end);
    else if (convert(s, end, &v, &range) < 0)
        return -1.0;
    if (end == s || (endptr == NULL && *end != '\0')) {
        PyErr_Format(PyExc_ValueError, "could not convert string to float: '%.200s'", s);
        v = -1.0;
    }
    else if (range && fabs(v) >= 1.0 && overflow_exception != NULL) {
        PyErr_Format(overflow_exception, "value too large to convert to float: '%.200s'", s);
        v = -1.0;
    }
    if (endptr != NULL)
        *endptr = (char *)end;
    return v;
}

/* ---- float("...") ------------------------------------------------------------------------------------------- */

static inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

PyObject *
float_strip_underscores(const char *s, Py_ssize_t n, const char *what, PyObject *obj, void *arg,
                        PyObject *(*parse)(const char *s, Py_ssize_t n, void *arg))
{
    if (memchr(s, '_', (size_t)n) == NULL)
        return parse(s, n, arg);
    char *copy = malloc((size_t)n + 1), *to = copy, before = '\0';
    if (copy == NULL)
        return PyErr_NoMemory();
    bool ok = true;
    for (const char *p = s; ok && p < s + n; p++) {
        if (*p == '_')
            ok = before >= '0' && before <= '9';
        else {
            *to++ = *p;
            ok = before != '_' || (*p >= '0' && *p <= '9');
        }
        before = *p;
    }
    ok = ok && before != '_' && memchr(s, '\0', (size_t)n) == NULL;
    *to = '\0';
    PyObject *out = NULL;
    if (ok)
        out = parse(copy, to - copy, arg);
    else
        PyErr_Format(PyExc_ValueError, "could not convert string to %s: %R", what, obj);
    free(copy);
    return out;
}

PyAPI_FUNC(PyObject *) _Py_string_to_number_with_underscores(const char *s, Py_ssize_t n, const char *what, PyObject *obj,
                                                             void *arg, PyObject *(*parse)(const char *, Py_ssize_t, void *));
PyObject *
_Py_string_to_number_with_underscores(const char *s, Py_ssize_t n, const char *what, PyObject *obj, void *arg,
                                      PyObject *(*parse)(const char *, Py_ssize_t, void *))
{
    return float_strip_underscores(s, n, what, obj, arg, parse);
}

static PyObject *
parse_float(const char *s, Py_ssize_t n, void *obj)
{
    char *end;
    double v = PyOS_string_to_double(s, &end, NULL);
    if (end == s + n && end != s)
        return PyFloat_FromDouble(v);
    if (v == -1.0 && PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_ValueError))
        return NULL;
    PyErr_Clear();
    return PyErr_Format(PyExc_ValueError, "could not convert string to float: %R", (PyObject *)obj);
}

static PyObject *
from_chars(const char *s, Py_ssize_t n, PyObject *obj)
{
    const char *end = s + n;
    while (s < end && is_space(*s))
        s++;
    while (s < end && is_space(end[-1]))
        end--;
    char *copy = malloc((size_t)(end - s) + 1);
    if (copy == NULL)
        return PyErr_NoMemory();
    memcpy(copy, s, (size_t)(end - s));
    copy[end - s] = '\0';
    PyObject *out = float_strip_underscores(copy, end - s, "float", obj, obj, parse_float);
    free(copy);
    return out;
}

PyObject *
PyFloat_FromString(PyObject *v)
{
    Py_buffer view;
    PyObject *out;
    if (PyUnicode_Check(v)) {
        PyObject *ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(v);
        if (ascii == NULL)
            return NULL;
        Py_ssize_t n;
        const char *s = PyUnicode_AsUTF8AndSize(ascii, &n);
        out = s == NULL ? NULL : from_chars(s, n, v);
        Py_DECREF(ascii);
        return out;
    }
    if (PyBytes_Check(v))
        return from_chars(PyBytes_AS_STRING(v), PyBytes_GET_SIZE(v), v);
    if (PyByteArray_Check(v))
        return from_chars(PyByteArray_AS_STRING(v), PyByteArray_GET_SIZE(v), v);
    if (PyObject_GetBuffer(v, &view, PyBUF_SIMPLE) == 0) {
        out = from_chars(view.buf, view.len, v);
        PyBuffer_Release(&view);
        return out;
    }
    PyErr_Clear();
    return PyErr_Format(PyExc_TypeError, "float() argument must be a string or a real number, not '%.200s'", Py_TYPE(v)->tp_name);
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

struct shape {                          /* how the digits become text */
    int point;                          /* of dtoa */
    bool exponent;                      /* d.ddde+xx */
    int digits;                         /* digits wanted, zero-filled */
};

/* Decides by format code whether an exponent is used and how many digits are shown. */
static struct shape
shape_of(char code, int point, int ndigits, int precision, int flags)
{
    struct shape s = { point, false, ndigits };
    bool alt = (flags & Py_DTSF_ALT) != 0;
    switch (code) {
    case 'e':
        s.exponent = true;
        s.digits = precision + 1;
        break;
    case 'f':
        s.digits = point + precision;
        break;
    case 'g':
        s.exponent = point <= -4 || point > precision - ((flags & Py_DTSF_ADD_DOT_0) ? 1 : 0);
        if (alt)
            s.digits = precision;
        break;
    case 'r':
        s.exponent = point <= -4 || point > 16;
        break;
    }
    return s;
}

static char *
put_fixed(char *p, const char *digits, int ndigits, struct shape s, int flags)
{
    int total = s.digits > s.point ? s.digits : s.point;            /* digits including zeros up to the point */
    if (s.point <= 0)
        *p++ = '0';
    for (int i = 0; i < s.point; i++)
        *p++ = i < ndigits ? digits[i] : '0';
    if (total <= s.point) {
        if (flags & Py_DTSF_ADD_DOT_0) {
            *p++ = '.';
            *p++ = '0';
        }
        else if (flags & Py_DTSF_ALT)
            *p++ = '.';
        return p;
    }
    *p++ = '.';
    for (int i = s.point; i < total; i++)
        *p++ = i < 0 || i >= ndigits ? '0' : digits[i];
    return p;
}

static char *
put_exponent(char *p, const char *digits, int ndigits, struct shape s, int flags, bool upper)
{
    *p++ = digits[0];
    if (s.digits > 1 || (flags & Py_DTSF_ALT))
        *p++ = '.';
    for (int i = 1; i < s.digits; i++)
        *p++ = i < ndigits ? digits[i] : '0';
    return p + sprintf(p, "%c%+.2d", upper ? 'E' : 'e', s.point - 1);
}

static char *
special_text(double v, bool upper, int flags, int *type)
{
    bool nan = isnan(v) != 0;
    char *text = PyMem_Malloc(8), *p = text;
    if (text == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (!nan && v < 0)
        *p++ = '-';
    else if (flags & Py_DTSF_SIGN)
        *p++ = '+';
    strcpy(p, nan ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf");
    if (type != NULL)
        *type = nan ? Py_DTST_NAN : Py_DTST_INFINITE;
    return text;
}

static bool
all_zeros(const char *digits)
{
    return digits[strspn(digits, "0")] == '\0';
}

/* Digits by mode: code r: shortest; e, g: significant; f: behind the point. Malloc'd. */
static char *
digits_for(double v, char code, int precision, int *point)
{
    if (code != 'r')
        return dtoa_rounded(v, code != 'f', code == 'e' ? precision + 1 : precision, point);
    char *digits = malloc(24);
    if (digits != NULL)
        dtoa_shortest(v, digits, point);
    return digits;
}

char *
PyOS_double_to_string(double v, char code, int precision, int flags, int *type)
{
    bool upper = code == 'E' || code == 'F' || code == 'G';
    code = upper ? (char)(code | 0x20) : code;
    if ((code != 'e' && code != 'f' && code != 'g' && code != 'r') || (code == 'r' && precision != 0)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (!isfinite(v))
        return special_text(v, upper, flags, type);
    if (type != NULL)
        *type = Py_DTST_FINITE;
    if (code == 'g' && precision == 0)
        precision = 1;
    int point;
    char *digits = digits_for(v, code, precision, &point), *text = NULL;
    if (digits == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    int n = (int)strlen(digits);
    if (code == 'g')                     /* trailing zeros go; shape_of() may ask for them again */
        while (n > 1 && digits[n - 1] == '0')
            n--;
    struct shape s = shape_of(code, point, n, precision, flags);
    size_t room = (size_t)(s.digits > n ? s.digits : n) + (size_t)(s.exponent ? 0 : abs(point)) + 32;
    text = PyMem_Malloc(room);
    if (text == NULL)
        PyErr_NoMemory();
    else {
        char *p = text;
        if (signbit(v) && !((flags & Py_DTSF_NO_NEG_0) && all_zeros(digits)))
            *p++ = '-';
        else if (flags & Py_DTSF_SIGN)
            *p++ = '+';
        p = s.exponent ? put_exponent(p, digits, n, s, flags, upper) : put_fixed(p, digits, n, s, flags);
        *p = '\0';
    }
    free(digits);
    return text;
}

PyObject *
float_repr(PyObject *o)
{
    char digits[24], text[48], *p = text;
    double v = float_value(o);
    if (!isfinite(v))
        return str_from_ascii(isnan(v) ? "nan" : v < 0 ? "-inf" : "inf", isnan(v) || v > 0 ? 3 : 4);
    int point, n = dtoa_shortest(v, digits, &point);
    struct shape s = shape_of('r', point, n, 0, Py_DTSF_ADD_DOT_0);
    if (signbit(v))
        *p++ = '-';
    p = s.exponent ? put_exponent(p, digits, n, s, 0, false) : put_fixed(p, digits, n, s, Py_DTSF_ADD_DOT_0);
    return str_from_ascii(text, p - text);
}

/* ---- hexadecimal -------------------------------------------------------------------------------------------- */

PyObject *
float_hex(PyObject *self, PyObject *unused)
{
    double v = float_value(self);
    if (!isfinite(v))
        return float_repr(self);
    if (v == 0.0)
        return str_from_ascii(signbit(v) ? "-0x0.0p+0" : "0x0.0p+0", signbit(v) ? 9 : 8);
    uint64_t bits;
    char text[40];
    memcpy(&bits, &v, 8);
    int biased = (int)(bits >> 52) & 0x7ff;
    int n = snprintf(text, sizeof(text), "%s0x%d.%013llxp%+d", signbit(v) ? "-" : "", biased != 0,
                     (unsigned long long)(bits & (((uint64_t)1 << 52) - 1)), (biased == 0 ? 1 : biased) - 1023);
    return str_from_ascii(text, n);
}

static bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

/* Checks the syntax of s (ends at a zero byte): the end of the number, or NULL. `digits` gets the first digit. */
static const char *
scan_hex(const char *s, const char **digits)
{
    int any = 0;
    if (*s == '-' || *s == '+')
        s++;
    if (s[0] == '0' && (s[1] | 0x20) == 'x')
        s += 2;
    *digits = s;
    for (; is_hex(*s); s++)
        any++;
    if (*s == '.')
        for (s++; is_hex(*s); s++)
            any++;
    if (!any)
        return NULL;
    if ((*s | 0x20) == 'p') {
        s++;
        if (*s == '-' || *s == '+')
            s++;
        if (*s < '0' || *s > '9')
            return NULL;
        s = skip_digits(s);
    }
    return s;
}

/* The exponent behind 'p', held within +-10^9: no text is long enough to bring more back into range. */
static long
hex_exponent(const char *p)
{
    bool negative = *p == '-';
    long e = 0;
    for (p += *p == '-' || *p == '+'; *p >= '0' && *p <= '9'; p++)
        if (e < 1000000000)
            e = e * 10 + (*p - '0');
    return negative ? -e : e;
}

/* m * 2^e, m of 61..64 bits with everything lost below it in `sticky`; rounded once, half to even. Infinite if too large. */
static double
scale_mantissa(uint64_t m, bool sticky, long e)
{
    int keep = DBL_MANT_DIG, width = bit_width64(m);
    if (e + width > DBL_MAX_EXP)
        return INFINITY;
    if (e + width < DBL_MIN_EXP)
        keep = (int)(DBL_MANT_DIG - (DBL_MIN_EXP - (e + width)));
    if (keep < 0)
        return 0.0;
    int drop = width - keep;
    uint64_t rest = drop >= 64 ? m : m & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
    m = drop >= 64 ? 0 : m >> drop;
    if (rest > half || (rest == half && (sticky || (m & 1) != 0)))
        m++;
    return ldexp((double)m, (int)(e + drop));
}

static int
hex_value(const char *s, const char *digits, const char *end, double *out)
{
    uint64_t m = 0;
    long e = 0;
    bool sticky = false, point = false;
    const char *p = digits;
    for (; p < end && (*p | 0x20) != 'p'; p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        unsigned d = *p <= '9' ? (unsigned)(*p - '0') : (unsigned)(*p | 0x20) - 'a' + 10;
        if (m >> 60) {
            sticky |= d != 0;
            e += point ? 0 : 4;
        }
        else {
            m = m << 4 | d;
            e -= point ? 4 : 0;
        }
    }
    if (p < end)
        e += hex_exponent(p + 1);
    if (m != 0) {
        int up = 64 - bit_width64(m);
        *out = scale_mantissa(m << up, sticky, e - up);
    }
    else
        *out = 0.0;
    if (*s == '-')
        *out = -*out;
    if (isfinite(*out))
        return 0;
    PyErr_SetString(PyExc_OverflowError, "hexadecimal value too large to represent as a float");
    return -1;
}

PyObject *
float_fromhex(PyObject *type, PyObject *string)
{
    Py_ssize_t n;
    const char *s = PyUnicode_AsUTF8AndSize(string, &n), *end, *digits = NULL;
    double v = 0.0;
    if (s == NULL)
        return NULL;
    const char *last = s + n;
    if (n > INT_MAX / 2) {
        PyErr_SetString(PyExc_ValueError, "hexadecimal string too long to convert");
        return NULL;
    }
    while (is_space(*s))
        s++;
    v = float_parse_inf_nan(s, &end);
    if (end == s) {
        end = scan_hex(s, &digits);
        if (end != NULL && hex_value(s, digits, end, &v) < 0)
            return NULL;
    }
    while (end != NULL && is_space(*end))
        end++;
    if (end != last) {
        PyErr_SetString(PyExc_ValueError, "invalid hexadecimal floating-point string");
        return NULL;
    }
    PyObject *out = PyFloat_FromDouble(v);
    if (out != NULL && type != (PyObject *)&PyFloat_Type)
        Py_SETREF(out, PyObject_CallOneArg(type, out));
    return out;
}
