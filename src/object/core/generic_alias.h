/* object/core/generic_alias.h: list[int] (types.GenericAlias), int | str (types.UnionType), and the substitution of
 * type parameters that both share. */
#ifndef ADDER_OBJECT_CORE_GENERIC_ALIAS_H
#define ADDER_OBJECT_CORE_GENERIC_ALIAS_H

#include <Python.h>

#include "base/own.h"

struct generic_alias {
    PyObject ob_base;
    PyObject *origin;
    PyObject *args;                  /* tuple */
    PyObject *parameters;            /* tuple, NULL until asked for */
    PyObject *weakreflist;
    bool starred;                    /* *tuple[int] */
    vectorcallfunc vectorcall;
};

struct union_type {
    PyObject ob_base;
    PyObject *args;                  /* tuple of two or more different types */
    PyObject *parameters;
};

extern PyTypeObject generic_alias_iter_type;
PyAPI_DATA(PyTypeObject) _PyUnion_Type;
PyAPI_FUNC(PyObject *) _Py_union_type_or(PyObject *, PyObject *);

/* The type parameters found in args, in order of first appearance: a tuple. */
OWNED PyObject *generic_parameters(PyObject *args);
/* args with parameters replaced by item (one or a tuple); `self` is for messages. A tuple. */
OWNED PyObject *generic_substitute(PyObject *self, PyObject *args, PyObject *parameters, PyObject *item);
/* Append the text of an argument as both reprs show it: 0 or -1. */
int generic_write_item(_PyUnicodeWriter *w, PyObject *item);

#endif
