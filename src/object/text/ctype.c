/* object/text/ctype.c: character classes of ASCII, whatever the locale says. */
#include <Python.h>

static_assert(PY_CTF_ALPHA == (PY_CTF_LOWER | PY_CTF_UPPER), "alphabetic is lower or upper");

#define D (PY_CTF_DIGIT | PY_CTF_XDIGIT)
#define XL (PY_CTF_LOWER | PY_CTF_XDIGIT)
#define XU (PY_CTF_UPPER | PY_CTF_XDIGIT)
#define L PY_CTF_LOWER
#define U PY_CTF_UPPER
#define S PY_CTF_SPACE

const unsigned int _Py_ctype_table[256] = {
    ['\t'] = S, ['\n'] = S, ['\v'] = S, ['\f'] = S, ['\r'] = S, [' '] = S,
    ['0' ... '9'] = D, ['a' ... 'f'] = XL, ['g' ... 'z'] = L, ['A' ... 'F'] = XU, ['G' ... 'Z'] = U,
};

#define ROW8(base) base, base + 1, base + 2, base + 3, base + 4, base + 5, base + 6, base + 7
#define ROW64(base) ROW8(base), ROW8(base + 8), ROW8(base + 16), ROW8(base + 24), ROW8(base + 32), ROW8(base + 40), ROW8(base + 48), ROW8(base + 56)
#define LETTERS(from) ROW8(from), ROW8(from + 8), ROW8(from + 16), from + 24, from + 25

const unsigned char _Py_ctype_tolower[256] = {
    ROW64(0), '@', LETTERS('a'), '[', '\\', ']', '^', '_', '`', LETTERS('a'), '{', '|', '}', '~', 127, ROW64(128), ROW64(192),
};
const unsigned char _Py_ctype_toupper[256] = {
    ROW64(0), '@', LETTERS('A'), '[', '\\', ']', '^', '_', '`', LETTERS('A'), '{', '|', '}', '~', 127, ROW64(128), ROW64(192),
};
