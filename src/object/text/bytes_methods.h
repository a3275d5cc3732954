/* object/text/bytes_methods.h: what bytes and bytearray share: each method is one function for both types. Private to
 * bytes*.c and bytearray*.c.
 *
 * A method converts its arguments first and looks at self's storage after that, since conversions may run code that
 * changes a bytearray. */
#ifndef ADDER_OBJECT_TEXT_BYTES_METHODS_H
#define ADDER_OBJECT_TEXT_BYTES_METHODS_H

#include "object/text/bytes.h"

struct span { const char *p; Py_ssize_t n; };

static inline struct span
span_of(PyObject *self)
{
    if (PyBytes_Check(self))
        return (struct span){ PyBytes_AS_STRING(self), PyBytes_GET_SIZE(self) };
    return (struct span){ PyByteArray_AS_STRING(self), PyByteArray_GET_SIZE(self) };
}

/* An object of self's kind (bytes or bytearray) out of memory. */
static inline OWNED PyObject *
bytes_like(PyObject *self, const char *p, Py_ssize_t n)
{
    return PyBytes_Check(self) ? bytes_from(p, n) : PyByteArray_FromStringAndSize(p, n);
}
/* self unchanged: itself if exact bytes, else a copy. */
static inline OWNED PyObject *
bytes_unchanged(PyObject *self)
{
    if (PyBytes_CheckExact(self))
        return Py_NewRef(self);
    struct span s = span_of(self);
    return bytes_like(self, s.p, s.n);
}
/* An uninitialised object of self's kind; *out is where its bytes go. */
OWNED PyObject *bytes_like_new(PyObject *self, Py_ssize_t n, char **out);

/* prefix + quoted bytes + suffix as text. Double quotes may be chosen to spare escapes; bytearray escapes ' even then. */
enum quoting { QUOTE_SINGLE, QUOTE_SMART, QUOTE_BYTEARRAY };
OWNED PyObject *bytes_repr_as(struct span d, const char *prefix, const char *suffix, enum quoting quoting);
/* An iterator of one of the two iterator types. */
OWNED PyObject *bytes_iter_new(PyTypeObject *type, PyObject *seq);

#define ASCII_IS_SPACE(c) ((c) == ' ' || ((unsigned char)(c) >= 9 && (unsigned char)(c) <= 13))
#define ASCII_IS_UPPER(c) ((unsigned)(c) - 'A' < 26u)
#define ASCII_IS_LOWER(c) ((unsigned)(c) - 'a' < 26u)
#define ASCII_IS_ALPHA(c) (ASCII_IS_UPPER(c) || ASCII_IS_LOWER(c))
#define ASCII_IS_DIGIT(c) ((unsigned)(c) - '0' < 10u)
/* No branches: the case of the next letter is not foreseeable. */
#define ASCII_TO_LOWER(c) ((c) ^ ASCII_IS_UPPER(c) << 5)
#define ASCII_TO_UPPER(c) ((c) ^ ASCII_IS_LOWER(c) << 5)

/* A byte value out of an int-like; -1 with an exception. */
int bytes_value_of(PyObject *arg);
int bytes_contains(PyObject *self, PyObject *arg);
/* "encoding" argument that must be a str without NUL: 0 or -1. */
int bytes_text_arg(const char *fname, const char *argname, PyObject *arg, const char **out);

#define BYTES_FAST(name) PyObject *bytes_m_##name(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
#define BYTES_KW(name) PyObject *bytes_m_##name(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
#define BYTES_O(name) PyObject *bytes_m_##name(PyObject *self, PyObject *arg)
BYTES_FAST(find);
BYTES_FAST(rfind);
BYTES_FAST(index);
BYTES_FAST(rindex);
BYTES_FAST(count);
BYTES_FAST(startswith);
BYTES_FAST(endswith);
BYTES_KW(split);
BYTES_KW(rsplit);
BYTES_KW(splitlines);
BYTES_O(partition);
BYTES_O(rpartition);
BYTES_O(join);
BYTES_FAST(replace);
BYTES_KW(translate);
BYTES_FAST(maketrans);
BYTES_FAST(strip);
BYTES_FAST(lstrip);
BYTES_FAST(rstrip);
BYTES_O(removeprefix);
BYTES_O(removesuffix);
BYTES_KW(expandtabs);
BYTES_FAST(ljust);
BYTES_FAST(rjust);
BYTES_FAST(center);
BYTES_O(zfill);
BYTES_O(capitalize);
BYTES_O(lower);
BYTES_O(upper);
BYTES_O(swapcase);
BYTES_O(title);
BYTES_O(isalnum);
BYTES_O(isalpha);
BYTES_O(isascii);
BYTES_O(isdigit);
BYTES_O(islower);
BYTES_O(isspace);
BYTES_O(istitle);
BYTES_O(isupper);
BYTES_KW(hex);
BYTES_KW(decode);

#define BYTES_DEF(name, flags, sig, doc) {#name, _PyCFunction_CAST(bytes_m_##name), flags, #name sig "\n--\n\n" doc}
#define BYTES_HEX_EXAMPLE "\n\n>>> value = b'\\xca\\xfe\\x01'\n>>> value.hex()\n'cafe01'\n>>> value.hex(':')\n'ca:fe:01'\n" \
    ">>> value.hex('_', 2)\n'ca_fe01'\n>>> value.hex('_', -2)\n'cafe_01'"
#define BYTES_SHARED_METHODS \
    BYTES_DEF(capitalize, METH_NOARGS, "($self, /)", "First letter in upper case, the rest in lower case."), \
    BYTES_DEF(center, METH_FASTCALL, "($self, width, fillchar=b' ', /)", "Pad on both sides."), \
    BYTES_DEF(count, METH_FASTCALL, "($self, sub[, start[, end]], /)", "Number of occurrences that do not overlap."), \
    BYTES_DEF(decode, METH_FASTCALL | METH_KEYWORDS, "($self, /, encoding='utf-8', errors='strict')", "The text that the bytes encode."), \
    BYTES_DEF(endswith, METH_FASTCALL, "($self, suffix[, start[, end]], /)", "Tell whether the bytes end so."), \
    BYTES_DEF(expandtabs, METH_FASTCALL | METH_KEYWORDS, "($self, /, tabsize=8)", "Replace tabs by blanks."), \
    BYTES_DEF(find, METH_FASTCALL, "($self, sub[, start[, end]], /)", "First index of a part, or -1."), \
    BYTES_DEF(hex, METH_FASTCALL | METH_KEYWORDS, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "Hexadecimal digits of the bytes, in groups if sep is given." BYTES_HEX_EXAMPLE), \
    BYTES_DEF(index, METH_FASTCALL, "($self, sub[, start[, end]], /)", "First index of a part; ValueError without one."), \
    BYTES_DEF(isalnum, METH_NOARGS, "($self, /)", "Only ASCII letters and digits, at least one?"), \
    BYTES_DEF(isalpha, METH_NOARGS, "($self, /)", "Only ASCII letters, at least one?"), \
    BYTES_DEF(isascii, METH_NOARGS, "($self, /)", "Only bytes below 128?"), \
    BYTES_DEF(isdigit, METH_NOARGS, "($self, /)", "Only ASCII digits, at least one?"), \
    BYTES_DEF(islower, METH_NOARGS, "($self, /)", "No upper case letter, at least one lower case letter?"), \
    BYTES_DEF(isspace, METH_NOARGS, "($self, /)", "Only ASCII white space, at least one?"), \
    BYTES_DEF(istitle, METH_NOARGS, "($self, /)", "Every word capitalised, at least one?"), \
    BYTES_DEF(isupper, METH_NOARGS, "($self, /)", "No lower case letter, at least one upper case letter?"), \
    BYTES_DEF(join, METH_O, "($self, iterable_of_bytes, /)", "Concatenate, with self in between."), \
    BYTES_DEF(ljust, METH_FASTCALL, "($self, width, fillchar=b' ', /)", "Pad on the right."), \
    BYTES_DEF(lower, METH_NOARGS, "($self, /)", "ASCII letters in lower case."), \
    BYTES_DEF(lstrip, METH_FASTCALL, "($self, bytes=None, /)", "Without leading white space or given bytes."), \
    BYTES_DEF(maketrans, METH_FASTCALL | METH_STATIC, "(frm, to, /)", "A table for translate()."), \
    BYTES_DEF(partition, METH_O, "($self, sep, /)", "Cut at the first separator: before, separator, after."), \
    BYTES_DEF(removeprefix, METH_O, "($self, prefix, /)", "Without the prefix, if it is there."), \
    BYTES_DEF(removesuffix, METH_O, "($self, suffix, /)", "Without the suffix, if it is there."), \
    BYTES_DEF(replace, METH_FASTCALL, "($self, old, new, count=-1, /)", "Replace one part by another."), \
    BYTES_DEF(rfind, METH_FASTCALL, "($self, sub[, start[, end]], /)", "Last index of a part, or -1."), \
    BYTES_DEF(rindex, METH_FASTCALL, "($self, sub[, start[, end]], /)", "Last index of a part; ValueError without one."), \
    BYTES_DEF(rjust, METH_FASTCALL, "($self, width, fillchar=b' ', /)", "Pad on the left."), \
    BYTES_DEF(rpartition, METH_O, "($self, sep, /)", "Cut at the last separator: before, separator, after."), \
    BYTES_DEF(rsplit, METH_FASTCALL | METH_KEYWORDS, "($self, /, sep=None, maxsplit=-1)", "Parts between separators, cut from the end."), \
    BYTES_DEF(rstrip, METH_FASTCALL, "($self, bytes=None, /)", "Without trailing white space or given bytes."), \
    BYTES_DEF(split, METH_FASTCALL | METH_KEYWORDS, "($self, /, sep=None, maxsplit=-1)", "Parts between separators."), \
    BYTES_DEF(splitlines, METH_FASTCALL | METH_KEYWORDS, "($self, /, keepends=False)", "The lines."), \
    BYTES_DEF(startswith, METH_FASTCALL, "($self, prefix[, start[, end]], /)", "Tell whether the bytes start so."), \
    BYTES_DEF(strip, METH_FASTCALL, "($self, bytes=None, /)", "Without white space or given bytes at both ends."), \
    BYTES_DEF(swapcase, METH_NOARGS, "($self, /)", "Exchange upper and lower case of ASCII letters."), \
    BYTES_DEF(title, METH_NOARGS, "($self, /)", "Capitalise each word."), \
    BYTES_DEF(translate, METH_FASTCALL | METH_KEYWORDS, "($self, table, /, delete=b'')", "Map each byte through a table."), \
    BYTES_DEF(upper, METH_NOARGS, "($self, /)", "ASCII letters in upper case."), \
    BYTES_DEF(zfill, METH_O, "($self, width, /)", "Pad with zeros on the left, behind a sign.")

#endif
