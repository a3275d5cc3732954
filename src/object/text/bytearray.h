/* object/text/bytearray.h: bytearray for its own files. */
#ifndef ADDER_OBJECT_TEXT_BYTEARRAY_H
#define ADDER_OBJECT_TEXT_BYTEARRAY_H

#include "object/text/bytes_methods.h"

extern PyMethodDef bytearray_methods[];

/* 1 if the size may change now, else 0 with BufferError. */
int bytearray_can_resize(PyByteArrayObject *self);
/* self[lo:hi] = values (a buffer, or NULL to delete); bounds are clipped. 0 or -1. */
int bytearray_set_range(PyObject *self, Py_ssize_t lo, Py_ssize_t hi, PyObject *values);
int bytearray_append_value(PyObject *self, int value);

#endif
