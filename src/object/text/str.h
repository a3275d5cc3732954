/* object/text/str.h: strings beyond the public API.
 *
 * Layout is PEP 393's: the kind is always the narrowest that holds every character, `ascii` is set exactly when
 * all are below 128, every exact str is compact (a str subclass instance keeps its characters in a separate
 * block). A string may be written to only while it is unshared, not interned and its hash is still -1.
 * Functions here take str objects (exact or subclass) without checking. */
#ifndef ADDER_OBJECT_TEXT_STR_H
#define ADDER_OBJECT_TEXT_STR_H

#include <Python.h>

#include "base/own.h"
#include "rt/runtime.h"      /* rt_hash_bytes() */

/* ---- state ---- */
struct str_state {                                   /* per interpreter */
    PyObject **interned;                             /* borrowed: a mortal string leaves when it dies; unused where the main one's serves */
    size_t mask, used, filled;                       /* mask + 1 slots; filled counts dead ones too */
    PyObject **ids;                                  /* _Py_Identifier strings by index */
    Py_ssize_t n_ids;
    char *fs_encoding, *fs_errors;                   /* PyMem_RawMalloc; NULL: as the start reads arguments, surrogateescape */
    bool fs_utf8;
};
/* Makes / empties the state of an interpreter. 0 or -1 (out of memory, no exception). */
int text_init(PyInterpreterState *interp);
void text_fini(PyInterpreterState *interp);
/* What os.fsencode() uses: 0 or -1 (no memory, no exception). */
int text_set_fs_codec(PyInterpreterState *interp, const char *encoding, const char *errors);

/* ---- reading ---- */
static inline Py_ssize_t str_len(PyObject *s) { return PyUnicode_GET_LENGTH(s); }
static inline bool str_is_ascii(PyObject *s) { return PyUnicode_IS_ASCII(s); }

/* Same characters? Never fails. */
static inline bool str_eq(PyObject *a, PyObject *b)
{
    if (a == b)
        return true;
    Py_ssize_t n = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    if (n != PyUnicode_GET_LENGTH(b) || kind != PyUnicode_KIND(b))
        return false;
    return memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)n * kind) == 0;
}
/* Equal to a NUL-terminated ASCII text? */
bool str_eq_ascii(PyObject *s, const char *text);
struct str_iterator {
    PyObject ob_base;
    Py_ssize_t index;
    PyObject *seq;                     /* NULL once exhausted */
};
/* <0, 0, >0 in code point order. */
int str_cmp(PyObject *a, PyObject *b);

/* The hash of the characters, cached in the object. Never fails, never -1. */
Py_hash_t str_hash_slow(PyObject *s);
static inline Py_hash_t str_hash(PyObject *s)
{
    Py_hash_t h = ((PyASCIIObject *)s)->hash;
    return h != -1 ? h : str_hash_slow(s);
}
/* The hash that equal bytes objects and strings of that storage have. */
static inline Py_hash_t hash_bytes(const void *p, Py_ssize_t n) { return rt_hash_bytes(p, n); }

/* Largest code point class (0x7f, 0xff, 0xffff, 0x10ffff) among n characters. */
Py_UCS4 str_max_char(int kind, const void *data, Py_ssize_t n);
bool bytes_are_ascii(const char *p, Py_ssize_t n);
/* Number of leading bytes below 128. */
Py_ssize_t bytes_ascii_prefix(const char *p, Py_ssize_t n);

/* ---- making: new reference, or NULL with MemoryError ---- */
OWNED PyObject *str_from_ascii(const char *s, Py_ssize_t n);         /* all of s known to be below 128 */
OWNED PyObject *str_shared(STEALS PyObject *s);                       /* s (or NULL), or the one object of its only character */
OWNED PyObject *str_new_ascii(const char *s, Py_ssize_t n);          /* the same, a new object even of one character: that of a digit, a changed letter */
OWNED PyObject *str_from_ucs1(const Py_UCS1 *s, Py_ssize_t n);
OWNED PyObject *str_from_ucs2(const Py_UCS2 *s, Py_ssize_t n);       /* narrowed as far as possible */
OWNED PyObject *str_from_ucs4(const Py_UCS4 *s, Py_ssize_t n);
OWNED PyObject *str_char(Py_UCS4 c);                                 /* shared object below 256 */
OWNED PyObject *str_empty(void);
/* The exact str with the same characters: itself if exact, a copy of a subclass instance. */
OWNED PyObject *str_exact(PyObject *s);
/* s[start:end], 0 <= start <= end <= len. */
OWNED PyObject *str_slice(PyObject *s, Py_ssize_t start, Py_ssize_t end);
OWNED PyObject *str_concat(PyObject *a, PyObject *b);
/* *left += right, in place when *left is unshared; on failure *left is released and NULL. */
void str_append(PyObject **left, PyObject *right);
OWNED PyObject *str_repeat(PyObject *s, Py_ssize_t n);
OWNED PyObject *str_getitem(PyObject *s, Py_ssize_t index);          /* raises IndexError */
/* May the characters of s be changed in place? */
bool str_is_modifiable(PyObject *s);
/* Copies n characters between strings; the destination must be wide enough. */
void str_copy_chars(PyObject *to, Py_ssize_t at, PyObject *from, Py_ssize_t start, Py_ssize_t n);
void chars_widen(int to_kind, void *to, int kind, const void *from, Py_ssize_t n);

/* TypeError "must be str, not X" and -1 unless op is a str. */
int str_check(PyObject *op);

/* ---- searching ---- */
/* Position of p (m >= 0 characters) in s, or -1. Both of any kind. */
Py_ssize_t chars_find(int skind, const void *s, Py_ssize_t n, int pkind, const void *p, Py_ssize_t m);
Py_ssize_t chars_rfind(int skind, const void *s, Py_ssize_t n, int pkind, const void *p, Py_ssize_t m);
Py_ssize_t chars_count(int skind, const void *s, Py_ssize_t n, int pkind, const void *p, Py_ssize_t m, Py_ssize_t max);
Py_ssize_t chars_find_char(int kind, const void *s, Py_ssize_t n, Py_UCS4 c);
Py_ssize_t chars_rfind_char(int kind, const void *s, Py_ssize_t n, Py_UCS4 c);

/* ---- interning ---- */
/* Replaces *p by the interned string of the same characters (exact str only, others are left alone). The
 * immortal form lives until the interpreter ends. Never fails: out of memory leaves *p as it is. */
void str_intern_mortal(PyObject **p);
/* Interned strings of this interpreter that are not static. */
Py_ssize_t str_interned_count(void);
/* Walks over the table of interned strings (static ones are not in it): borrowed, NULL at the end. *i is 0 at first. */
PyObject *str_interned_next(size_t *i);
void str_intern_immortal(PyObject **p);
/* Borrowed static string of _PyRuntime with these ASCII/latin-1 bytes, or NULL. */
BORROWED(static) PyObject *str_static_lookup(const char *s, Py_ssize_t n);
/* More static interned strings, of 2 to STR_STATIC_LENGTH_MAX ASCII characters, in an open hash table by str_text_hash(). */
#define STR_STATIC_LENGTH_MAX 100
void str_add_static(PyObject *const *table, size_t mask);
uint32_t str_text_hash(const char *s, Py_ssize_t n);
OWNED PyObject *str_intern_bytes(const char *s, Py_ssize_t n);       /* UTF-8 */
/* A string to look up something with: the interned one, which caches know, if there is one; else a new one. UTF-8. */
OWNED PyObject *str_for_lookup(const char *s);

/* A dying mortal interned string leaves the table. */
void str_intern_remove(PyObject *s);

/* ---- types ---- */
extern PyTypeObject str_ascii_iter_type, str_encoding_map_type, str_formatter_iter_type, str_fieldname_iter_type;

/* ---- C API that include/ does not declare ---- */
PyAPI_FUNC(const char *) _PyUnicode_AsUTF8NoNUL(PyObject *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsUTF8String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsLatin1String(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_AsASCIIString(PyObject *, const char *);
PyAPI_FUNC(int) _PyUnicode_CheckConsistency(PyObject *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_Copy(PyObject *);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeInternal(const char *, Py_ssize_t, const char *, Py_ssize_t *, const char **);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeInternal2(const char *, Py_ssize_t, const char *, Py_ssize_t *, int *, const char **);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF16(PyObject *, const char *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF32(PyObject *, const char *, int);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF7(PyObject *, int, int, const char *);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeCharmap(PyObject *, PyObject *, const char *);
PyAPI_FUNC(int) _PyUnicode_Equal(PyObject *, PyObject *);
PyAPI_FUNC(int) _PyUnicode_EqualToASCIIString(PyObject *, const char *);
PyAPI_FUNC(void) _PyUnicode_ExactDealloc(PyObject *);
PyAPI_FUNC(void) _PyUnicode_InternImmortal(PyInterpreterState *, PyObject **);
PyAPI_FUNC(void) _PyUnicode_InternInPlace(PyInterpreterState *, PyObject **);
PyAPI_FUNC(void) _PyUnicode_InternMortal(PyInterpreterState *, PyObject **);
PyAPI_FUNC(PyObject *) _PyUnicode_JoinArray(PyObject *, PyObject *const *, Py_ssize_t);
PyAPI_FUNC(Py_ssize_t) _PyUnicode_ScanIdentifier(PyObject *);
PyAPI_FUNC(PyObject *) _PyUnicode_TransformDecimalAndSpaceToASCII(PyObject *);

#endif
