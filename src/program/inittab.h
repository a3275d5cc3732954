/* program/inittab.h: the table of built-in modules, and the start of the program. */
#ifndef ADDER_PROGRAM_INITTAB_H
#define ADDER_PROGRAM_INITTAB_H

#include <Python.h>

extern struct _inittab adder_inittab[];

/* Give the floors below what only the top knows: built-in and frozen modules, hooks of modules. Call before anything else. */
void program_setup(void);

#endif
