/* object/text/bytes.h: bytes and bytearray, and what both share (bytes_methods.c works on pointer and length). */
#ifndef ADDER_OBJECT_TEXT_BYTES_H
#define ADDER_OBJECT_TEXT_BYTES_H

#include <Python.h>

#include "base/own.h"

/* Set by the interpreter at start: 1 for -b, 2 for -bb. */
extern int bytes_warning_level;

struct bytes_iter {                    /* iterators of bytes and bytearray */
    PyObject ob_base;
    Py_ssize_t index;
    PyObject *seq;                     /* NULL once exhausted */
};

/* A new bytes object of `size` bytes, uninitialised but for the final NUL; for size 0 the shared empty one. */
OWNED PyObject *bytes_new(Py_ssize_t size);
OWNED PyObject *bytes_from(const void *data, Py_ssize_t size);

/* Index of the first / last occurrence of needle in data, or -1. */
Py_ssize_t bytes_find(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m);
Py_ssize_t bytes_rfind(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m);
/* Number of non-overlapping occurrences, at most `max`. */
Py_ssize_t bytes_count(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t max);

/* Lower-case hex digits, as str or bytes; sep NULL: none. */
PyAPI_FUNC(PyObject *) _Py_strhex(const char *data, const Py_ssize_t n);
PyAPI_FUNC(PyObject *) _Py_strhex_bytes(const char *data, const Py_ssize_t n);
PyAPI_FUNC(PyObject *) _Py_strhex_with_sep(const char *data, const Py_ssize_t n, PyObject *sep, const int bytes_per_group);
PyAPI_FUNC(PyObject *) _Py_strhex_bytes_with_sep(const char *data, const Py_ssize_t n, PyObject *sep, const int bytes_per_group);

/* The `%` operator of bytes (as_bytearray: the result is a bytearray). */
OWNED PyObject *bytes_format(const char *format, Py_ssize_t n, PyObject *args, int as_bytearray);
/* bytes.fromhex / bytearray.fromhex. */
OWNED PyObject *bytes_fromhex(PyObject *string, int as_bytearray);

/* CPython's writer of bytes, at its layout: a small buffer inside, then bytes or bytearray. */
typedef struct {
    PyObject *buffer;
    Py_ssize_t allocated;
    Py_ssize_t min_size;
    int use_bytearray;
    int overallocate;
    int use_small_buffer;
    char small_buffer[512];
} _PyBytesWriter;
PyAPI_FUNC(void) _PyBytesWriter_Init(_PyBytesWriter *w);
PyAPI_FUNC(void *) _PyBytesWriter_Alloc(_PyBytesWriter *w, Py_ssize_t size);
PyAPI_FUNC(void *) _PyBytesWriter_Prepare(_PyBytesWriter *w, void *str, Py_ssize_t size);
PyAPI_FUNC(void *) _PyBytesWriter_Resize(_PyBytesWriter *w, void *str, Py_ssize_t size);
PyAPI_FUNC(void *) _PyBytesWriter_WriteBytes(_PyBytesWriter *w, void *str, const void *bytes, Py_ssize_t size);
PyAPI_FUNC(PyObject *) _PyBytesWriter_Finish(_PyBytesWriter *w, void *str);
PyAPI_FUNC(void) _PyBytesWriter_Dealloc(_PyBytesWriter *w);

PyAPI_FUNC(PyObject *) _PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors, const char **first_invalid);
PyAPI_FUNC(PyObject *) _PyBytes_DecodeEscape2(const char *s, Py_ssize_t n, const char *errors, int *first_invalid_char, const char **first_invalid_ptr);
PyAPI_FUNC(Py_ssize_t) _PyBytes_Find(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t offset);
PyAPI_FUNC(Py_ssize_t) _PyBytes_ReverseFind(const char *data, Py_ssize_t n, const char *needle, Py_ssize_t m, Py_ssize_t offset);
PyAPI_FUNC(void) _PyBytes_Repeat(char *dest, Py_ssize_t n, const char *src, Py_ssize_t m);

#endif
