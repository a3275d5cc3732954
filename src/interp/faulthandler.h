/* interp/faulthandler.h: Python tracebacks when the process fails. */
#ifndef ADDER_INTERP_FAULTHANDLER_H
#define ADDER_INTERP_FAULTHANDLER_H

#include <Python.h>

/* Makes ready for the next start; 0 or -1. */
int faulthandler_prepare(void);
/* "Extension modules: a, b (total: 2)", without those of the standard library. Async-signal-safe. */
void faulthandler_dump_extensions(int fd, PyInterpreterState *interp);
void faulthandler_uninstall(void);
/* Install the handlers of fatal signals if asked for; 0 or -1. */
int faulthandler_init(int enable);
void faulthandler_fini(void);
PyMODINIT_FUNC PyInit_faulthandler(void);

#endif
