/* interp/builtins.h: the builtins module. */
#ifndef ADDER_INTERP_BUILTINS_H
#define ADDER_INTERP_BUILTINS_H

#include <Python.h>

#include "base/own.h"

/* Make the module `builtins` with all functions, types and constants; NULL with an exception on failure. */
OWNED PyObject *builtins_init(PyThreadState *ts);

/* Method tables of the parts, one file each. */
extern PyMethodDef builtins_basic_methods[];      /* builtins_basic.c: one-object functions */
extern PyMethodDef builtins_iter_methods[];       /* builtins_iter.c: functions over iterables */
void builtins_iter_init(void);                    /* the loop learns which of them take all items */
extern PyMethodDef builtins_io_methods[];         /* builtins_io.c: print, input, breakpoint */
extern PyMethodDef builtins_compile_methods[];    /* builtins_compile.c: compile, eval, exec */
extern PyMethodDef builtins_class_methods[];      /* builtins_class.c: __build_class__, __import__ */

#endif
