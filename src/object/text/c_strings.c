/* object/text/c_strings.c: small functions on C strings that extensions use. */
#include <Python.h>

#include <errno.h>
#include <limits.h>

#include "object/text/codec.h"

PyAPI_FUNC(int) PyOS_mystricmp(const char *a, const char *b);
PyAPI_FUNC(int) PyOS_mystrnicmp(const char *a, const char *b, Py_ssize_t n);
PyAPI_FUNC(unsigned long) PyOS_strtoul(const char *s, char **end, int base);
PyAPI_FUNC(long) PyOS_strtol(const char *s, char **end, int base);
PyAPI_FUNC(int) _Py_GetErrorHandler(const char *errors);

int PyOS_mystrnicmp(const char *a, const char *b, Py_ssize_t n)
{
    for (; n > 0; n--, a++, b++) {
        int x = Py_TOLOWER((unsigned char)*a), y = Py_TOLOWER((unsigned char)*b);
        if (x != y || x == 0)
            return x - y;
    }
    return 0;
}

int PyOS_mystricmp(const char *a, const char *b) { return PyOS_mystrnicmp(a, b, PY_SSIZE_T_MAX); }

int _Py_GetErrorHandler(const char *errors) { return (int)codec_errors_kind(errors); }

static int digit_value(unsigned char c)
{
    return Py_ISDIGIT(c) ? c - '0' : Py_ISALPHA(c) ? Py_TOLOWER(c) - 'a' + 10 : 36;
}

/* Skips 0x, 0o, 0b where it fits the base and a digit follows; finds the base when it is 0. */
static const char *skip_prefix(const char *s, int *base)
{
    static const struct { char letter; int base; } prefixes[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };
    if (s[0] == '0')
        for (size_t i = 0; i < Py_ARRAY_LENGTH(prefixes); i++)
            if (Py_TOLOWER((unsigned char)s[1]) == prefixes[i].letter && (*base == 0 || *base == prefixes[i].base)
                && digit_value((unsigned char)s[2]) < prefixes[i].base) {
                *base = prefixes[i].base;
                return s + 2;
            }
    if (*base == 0)
        *base = 10;
    return s;
}

unsigned long PyOS_strtoul(const char *s, char **end, int base)
{
    unsigned long v = 0;
    bool overflow = false;
    while (Py_ISSPACE((unsigned char)*s))
        s++;
    bool guess = base == 0;
    s = skip_prefix(s, &base);
    if (guess && base == 10 && *s == '0') {          /* other numbers with a leading zero are zero only */
        while (*s == '0')
            s++;
        while (Py_ISSPACE((unsigned char)*s))
            s++;
        if (end != NULL)
            *end = (char *)s;
        return 0;
    }
    for (int d; (d = digit_value((unsigned char)*s)) < base; s++)
        overflow |= __builtin_mul_overflow(v, (unsigned long)base, &v) || __builtin_add_overflow(v, (unsigned long)d, &v);
    if (end != NULL)
        *end = (char *)s;
    if (!overflow)
        return v;
    errno = ERANGE;
    return (unsigned long)-1;
}

long PyOS_strtol(const char *s, char **end, int base)
{
    while (Py_ISSPACE((unsigned char)*s))
        s++;
    char sign = *s;
    if (sign == '+' || sign == '-')
        s++;
    unsigned long v = PyOS_strtoul(s, end, base);
    if (sign == '-' && v == (unsigned long)LONG_MIN)
        return LONG_MIN;
    if (v <= LONG_MAX)
        return sign == '-' ? -(long)v : (long)v;
    errno = ERANGE;
    return LONG_MAX;
}
