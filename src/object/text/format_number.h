/* object/text/format_number.h: the parsed format specification, and laying out a number by it. */
#ifndef ADDER_OBJECT_TEXT_FORMAT_NUMBER_H
#define ADDER_OBJECT_TEXT_FORMAT_NUMBER_H

#include <Python.h>

#include "base/own.h"

enum separators { SEP_NONE, SEP_COMMA, SEP_UNDERSCORE, SEP_UNDERSCORE_4, SEP_LOCALE };

struct format_spec {
    Py_UCS4 fill, align, sign, type;
    bool alternate, no_neg_zero;
    Py_ssize_t width, precision;          /* -1: not given */
    enum separators separators;
};

/* Parses spec[start:end] for an object whose type name goes into messages: 0 or -1. */
int format_spec_parse(struct format_spec *f, PyObject *obj, PyObject *spec, Py_ssize_t start, Py_ssize_t end, Py_UCS4 type, Py_UCS4 align);
/* ValueError "Unknown format code"; always -1. */
int format_unknown_type(Py_UCS4 type, PyObject *obj);

/* Decimal point, separator and group sizes in force. */
struct format_locale { PyObject *point, *separator; char *grouping; };
int format_locale_get(struct format_locale *l, enum separators kind);
void format_locale_release(struct format_locale *l);

/* A number as text: sign, "0x", digits, point, rest ("25e+10", "%"). digits and rest are ASCII. */
struct number_parts {
    bool negative, has_point;
    const char *prefix;
    Py_ssize_t n_prefix;
    const char *digits;
    Py_ssize_t n_digits;
    const char *rest;
    Py_ssize_t n_rest;
    bool upper;                           /* write prefix and digits in upper case */
};
/* Writes it with sign, grouping and padding as f says. */
int format_number_write(_PyUnicodeWriter *w, const struct format_spec *f, const struct format_locale *l, const struct number_parts *p);
/* Splits the ASCII text of a float (without its sign) into digits, point, rest. */
void format_number_split(struct number_parts *p, const char *text, Py_ssize_t n);

int format_fill(_PyUnicodeWriter *w, Py_UCS4 c, Py_ssize_t n);

#endif
