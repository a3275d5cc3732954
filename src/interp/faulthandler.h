/* interp/faulthandler.h: Python tracebacks when the process fails. */
#ifndef ADDER_INTERP_FAULTHANDLER_H
#define ADDER_INTERP_FAULTHANDLER_H

#include <Python.h>

/* Write stacks to a descriptor: of all threads, or of `current` (may be NULL). Async-signal-safe. */
void faulthandler_dump(int fd, bool all_threads, PyThreadState *current);
/* Install the handlers of fatal signals if asked for; 0 or -1. */
int faulthandler_init(int enable);
void faulthandler_fini(void);
PyMODINIT_FUNC PyInit_faulthandler(void);

#endif
