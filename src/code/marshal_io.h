/* code/marshal_io.h: the .pyc format. Type codes; bit 7 (FLAG_REF) says: this object gets the next reference number. */
#ifndef ADDER_CODE_MARSHAL_IO_H
#define ADDER_CODE_MARSHAL_IO_H

#include <Python.h>
#include <marshal.h>

#include "base/own.h"

enum {
    M_NULL = '0', M_NONE = 'N', M_FALSE = 'F', M_TRUE = 'T', M_STOPITER = 'S', M_ELLIPSIS = '.', M_INT = 'i', M_INT64 = 'I',
    M_FLOAT = 'f', M_BINARY_FLOAT = 'g', M_COMPLEX = 'x', M_BINARY_COMPLEX = 'y', M_LONG = 'l', M_STRING = 's', M_INTERNED = 't',
    M_REF = 'r', M_TUPLE = '(', M_LIST = '[', M_DICT = '{', M_CODE = 'c', M_UNICODE = 'u', M_UNKNOWN = '?', M_SET = '<',
    M_FROZENSET = '>', M_ASCII = 'a', M_ASCII_INTERNED = 'A', M_SMALL_TUPLE = ')', M_SHORT_ASCII = 'z', M_SHORT_ASCII_INTERNED = 'Z',
    M_FLAG_REF = 0x80,
};
#define M_MAX_DEPTH 2000

/* The bytes of `v`, or NULL with ValueError and the like. */
OWNED PyObject *marshal_dumps(PyObject *v, int version, bool allow_code);
/* Read one object from memory; *used (if not NULL) gets the number of bytes. */
OWNED PyObject *marshal_loads(const char *data, Py_ssize_t n, bool allow_code, Py_ssize_t *used);
/* The same for what this very program was built with: code objects are not verified. */
OWNED PyObject *marshal_loads_trusted(const char *data, Py_ssize_t n);
/* Read one object from a file object by its readinto(). */
OWNED PyObject *marshal_load_readable(PyObject *file, bool allow_code);

#endif
