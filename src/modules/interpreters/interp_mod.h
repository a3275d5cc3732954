/* interpreters/interp_mod.h: what the parts of _interpreters, _interpchannels and _interpqueues share. */
#ifndef ADDER_MODULES_INTERPRETERS_INTERP_MOD_H
#define ADDER_MODULES_INTERPRETERS_INTERP_MOD_H

#include <Python.h>

#include "base/own.h"
#include "interp/cross.h"
#include "rt/interp.h"

/* ---- buffers of other interpreters (buffer_view.c) ---- */

/* Makes the type that holds a record of a buffer and gives it out again; registers memoryview, once for the process. */
OWNED PyTypeObject *buffer_view_type(PyObject *module);
/* The record of an object with a buffer, whatever its type is: 0, or -1 with an exception. */
int buffer_view_record(PyThreadState *ts, PyObject *obj, _PyCrossInterpreterData *data);

/* ---- running (interp_run.c) ---- */

/* The interpreter an argument means, or NULL with an exception; `op` completes "cannot ... interpreter". */
PyInterpreterState *interp_resolve(PyObject *id, int restricted, int require_ready, const char *op);
extern PyMethodDef interp_run_methods[];

#endif
