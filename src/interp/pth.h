/* interp/pth.h: the file that says where a program's modules are. */
#ifndef ADDER_INTERP_PTH_H
#define ADDER_INTERP_PTH_H

#include <Python.h>

/* If there is such a file beside the program (or beside what it is a link to), take the search path from it: 1 and its
 * folder in dir (PATH_MAX bytes); 0 if there is none; -1 without memory. */
int pth_read(PyConfig *c, const char *program, char *dir);

#endif
