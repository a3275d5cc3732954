/* vm/suggest.h: the name that was probably meant. */
#ifndef ADDER_VM_SUGGEST_H
#define ADDER_VM_SUGGEST_H

#include <Python.h>

#include "base/own.h"

/* The entry of the list `candidates` (str) closest to `name`, or NULL without exception when none is close enough. */
OWNED PyObject *suggest_similar(PyObject *candidates, PyObject *name);
PyAPI_FUNC(PyObject *) _Py_CalculateSuggestions(PyObject *dir, PyObject *name);

#endif
