/* compile/assemble.h: from finished instructions to a code object: jump distances, line and exception tables. */
#ifndef ADDER_COMPILE_ASSEMBLE_H
#define ADDER_COMPILE_ASSEMBLE_H

#include <Python.h>

#include "base/own.h"
#include "compile/flow.h"

/* s has been resolved and its pseudo instructions are gone but for JUMP*. Borrowed from the pool. */
PyCodeObject *assemble_code(struct pool *p, struct const_cache *cache, struct unit_info *u, struct seq *s,
                            int stack_depth, int nlocalsplus, int code_flags, PyObject *filename);

#endif
