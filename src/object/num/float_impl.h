/* object/num/float_impl.h: shared by float*.c and complex*.c. */
#ifndef ADDER_OBJECT_NUM_FLOAT_IMPL_H
#define ADDER_OBJECT_NUM_FLOAT_IMPL_H

#include "object/num/float.h"

/* inf, infinity, nan with optional sign at s; *end == s when there is none. */
double float_parse_inf_nan(const char *s, const char **end);
/* Calls parse() on s without the underscores between digits; ValueError when they stand elsewhere. s[n] is 0. */
OWNED PyObject *float_strip_underscores(const char *s, Py_ssize_t n, const char *what, PyObject *obj, void *arg,
                                        PyObject *(*parse)(const char *s, Py_ssize_t n, void *arg));
OWNED PyObject *float_hex(PyObject *self, PyObject *unused);
OWNED PyObject *float_fromhex(PyObject *type, PyObject *string);
/* A real operand as double: 1; 0 when o is neither float nor int; -1 with OverflowError. */
int float_operand(PyObject *o, double *out);

#endif
