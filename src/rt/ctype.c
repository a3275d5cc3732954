/* rt/ctype.c: character classes of ASCII, whatever the locale: the tables behind Py_ISALPHA() and its like. */
#include <Python.h>

#pragma GCC diagnostic ignored "-Woverride-init"

const unsigned int _Py_ctype_table[256] = {
    ['0' ... '9'] = PY_CTF_DIGIT | PY_CTF_XDIGIT,
    ['A' ... 'Z'] = PY_CTF_UPPER, ['A' ... 'F'] = PY_CTF_UPPER | PY_CTF_XDIGIT,
    ['a' ... 'z'] = PY_CTF_LOWER, ['a' ... 'f'] = PY_CTF_LOWER | PY_CTF_XDIGIT,
    ['\t' ... '\r'] = PY_CTF_SPACE, [' '] = PY_CTF_SPACE,
};

#define ROW(f, b) \
    f(b + 0), f(b + 1), f(b + 2), f(b + 3), f(b + 4), f(b + 5), f(b + 6), f(b + 7), f(b + 8), f(b + 9), f(b + 10), f(b + 11), \
    f(b + 12), f(b + 13), f(b + 14), f(b + 15)
#define TABLE(f) \
    ROW(f, 0), ROW(f, 16), ROW(f, 32), ROW(f, 48), ROW(f, 64), ROW(f, 80), ROW(f, 96), ROW(f, 112), ROW(f, 128), ROW(f, 144), \
    ROW(f, 160), ROW(f, 176), ROW(f, 192), ROW(f, 208), ROW(f, 224), ROW(f, 240)
#define TO_LOWER(c) ((c) >= 'A' && (c) <= 'Z' ? (c) + 32 : (c))
#define TO_UPPER(c) ((c) >= 'a' && (c) <= 'z' ? (c) - 32 : (c))

const unsigned char _Py_ctype_tolower[256] = { TABLE(TO_LOWER) };
const unsigned char _Py_ctype_toupper[256] = { TABLE(TO_UPPER) };
