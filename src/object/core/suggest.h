/* object/core/suggest.h: "Did you mean ...?": the closest of several names. */
#ifndef ADDER_OBJECT_CORE_SUGGEST_H
#define ADDER_OBJECT_CORE_SUGGEST_H

#include <Python.h>

#include "base/own.h"

/* The entry of the list `names` nearest to the str `name`; NULL without exception when none is near enough, NULL with
 * one on failure. Names equal to `name` are left out. */
OWNED PyObject *suggest_name(PyObject *names, PyObject *name);
/* Weighted edit distance of two UTF-8 strings, or max_cost + 1 when it is larger; -1 with an exception. */
Py_ssize_t suggest_edit_cost(const char *a, Py_ssize_t na, const char *b, Py_ssize_t nb, Py_ssize_t max_cost);

PyAPI_FUNC(Py_ssize_t) _Py_UTF8_Edit_Cost(PyObject *a, PyObject *b, Py_ssize_t max_cost);

#endif
