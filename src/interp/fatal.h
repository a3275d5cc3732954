/* interp/fatal.h: the end by an error that no program can handle. */
#ifndef ADDER_INTERP_FATAL_H
#define ADDER_INTERP_FATAL_H

#include <Python.h>

/* From now on rt_fatal() tells what there is to tell. */
void fatal_init(void);
/* The same words, then exit(status). */
_Noreturn void fatal_exit(const char *func, const char *message, int status);

#endif
