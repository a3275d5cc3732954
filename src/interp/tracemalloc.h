/* interp/tracemalloc.h: who allocated which memory. */
#ifndef ADDER_INTERP_TRACEMALLOC_H
#define ADDER_INTERP_TRACEMALLOC_H

#include <Python.h>

#include "base/own.h"

/* Trace from now on, keeping up to `frames` lines of each stack; 0 frames: do nothing. 0 or -1 with an exception. */
int tracemalloc_start(int frames);
/* Stop, and forget all traces. */
void tracemalloc_stop(void);
/* In the child of a fork. */
void tracemalloc_after_fork(void);
/* Where the block was allocated: tuple of (filename, line), or None. */
PyAPI_FUNC(OWNED PyObject *) _PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr);
PyMODINIT_FUNC PyInit__tracemalloc(void);

#endif
