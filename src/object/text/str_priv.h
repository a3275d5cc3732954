/* object/text/str_priv.h: the methods of str, shared between the str_*.c files that implement them and str_type.c,
 * whose method table names them. All take self first and follow the METH_* convention that their name's row has. */
#ifndef ADDER_OBJECT_TEXT_STR_PRIV_H
#define ADDER_OBJECT_TEXT_STR_PRIV_H

#include "object/text/str.h"

#define STR_NOARGS(X) \
    X(capitalize) X(casefold) X(lower) X(upper) X(title) X(swapcase) X(isascii) X(islower) X(isupper) X(istitle) X(isspace) \
    X(isdecimal) X(isdigit) X(isnumeric) X(isalpha) X(isalnum) X(isidentifier) X(isprintable) X(getnewargs) X(sizeof)
#define STR_ONE(X) \
    X(format_map) X(format_dunder) X(join) X(partition) X(rpartition) X(removeprefix) X(removesuffix) X(translate) X(zfill)
#define STR_FAST(X) \
    X(center) X(ljust) X(rjust) X(count) X(find) X(rfind) X(index) X(rindex) X(startswith) X(endswith) X(strip) X(lstrip) X(rstrip)
#define STR_KEYWORDS(X) \
    X(encode) X(expandtabs) X(replace) X(split) X(rsplit) X(splitlines)

#define DECL(name) PyObject *str_##name(PyObject *self, PyObject *unused);
STR_NOARGS(DECL)
#undef DECL
#define DECL(name) PyObject *str_##name(PyObject *self, PyObject *arg);
STR_ONE(DECL)
#undef DECL
#define DECL(name) PyObject *str_##name(PyObject *self, PyObject *const *args, Py_ssize_t nargs);
STR_FAST(DECL)
PyObject *str_maketrans(PyObject *null, PyObject *const *args, Py_ssize_t nargs);
#undef DECL
#define DECL(name) PyObject *str_##name(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
STR_KEYWORDS(DECL)
#undef DECL

PyObject *str_repr(PyObject *self);
/* str.__mod__: left operand not a str gives NotImplemented. */
PyObject *str_mod(PyObject *left, PyObject *right);
PyObject *str_iter(PyObject *self);

/* Pads: left and right fill characters around s. */
OWNED PyObject *str_pad(PyObject *s, Py_ssize_t left, Py_ssize_t right, Py_UCS4 fill);

/* s as a list of pieces; sep NULL: runs of white space. max < 0: all. */
OWNED PyObject *str_split_with(PyObject *s, PyObject *sep, Py_ssize_t max);
OWNED PyObject *str_rsplit_with(PyObject *s, PyObject *sep, Py_ssize_t max);

/* An argument that must be a str: 0, or -1 with "fname() argument N must be str, not T". */
int str_arg(const char *fname, const char *which, PyObject *arg);

#endif
