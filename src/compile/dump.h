/* compile/dump.h: stages in a form that a person reads: no addresses, the same on every run. */
#ifndef ADDER_COMPILE_DUMP_H
#define ADDER_COMPILE_DUMP_H

#include <stdio.h>

#include "compile/flow.h"
#include "compile/symtable.h"

void dump_symtable(FILE *out, struct symtable *st);
/* title: "built", "optimized", ... */
void dump_flow(FILE *out, struct flow *g, PyObject *qualname, const char *title);

#endif
