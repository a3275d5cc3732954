/* object/text/format.h: the format-spec mini language and the two formatting engines of str.
 *
 * A format function writes `obj` formatted by spec[start:end] to `w`: 0, or -1 with an exception. */
#ifndef ADDER_OBJECT_TEXT_FORMAT_H
#define ADDER_OBJECT_TEXT_FORMAT_H

#include <Python.h>

#include "base/own.h"

int format_unicode_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end);
int format_long_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end);
int format_float_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end);
int format_complex_advanced_writer(_PyUnicodeWriter *w, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end);
/* As above, with a new string as the result: what int.__format__ and its like return. */
OWNED PyObject *format_with_spec(int (*fn)(_PyUnicodeWriter *, PyObject *, PyObject *, Py_ssize_t, Py_ssize_t), PyObject *obj, PyObject *spec);

/* "%d"-style conversion of an int for str and bytes: type is one of d i u o x X; NULL with an exception. */
OWNED PyObject *format_long_percent(PyObject *value, int alt, int precision, int type);

/* str.format and str.format_map. */
OWNED PyObject *format_string(PyObject *self, PyObject *args, PyObject *kwargs);
/* The results of % and format() in the plainest cases (format_small.c): true with a new string, or NULL for MemoryError, in *out; false: not for them, nothing was done.
 * No code of the program runs. `args` of format(): a tuple or NULL. */
bool format_small_percent(PyObject *format, PyObject *args, PyObject **out);
bool format_small_string(PyObject *format, PyObject *args, PyObject **out);
/* _string.formatter_parser and _string.formatter_field_name_split. */
OWNED PyObject *format_parser_iter(PyObject *s);
OWNED PyObject *format_field_name_split(PyObject *s);

#endif
