/* interp/faulthandler.h: Python tracebacks when the process fails. */
#ifndef ADDER_INTERP_FAULTHANDLER_H
#define ADDER_INTERP_FAULTHANDLER_H

#include <Python.h>

/* Write stacks to a descriptor: of all threads, or of `current` (may be NULL). Async-signal-safe. */
void faulthandler_dump(int fd, bool all_threads, PyThreadState *current);
/* Makes ready for the next one; 0 or -1. */
int faulthandler_prepare(void);
/* "Extension modules: a, b (total: 2)", without those of the standard library. As safe. */
void faulthandler_dump_extensions(int fd, PyInterpreterState *interp);
void faulthandler_uninstall(void);
/* Parts of such texts, as safe: a string; `  File "name", line n`. */
void faulthandler_put(int fd, const char *s);
void faulthandler_put_place(int fd, PyObject *filename, int line);
/* Install the handlers of fatal signals if asked for; 0 or -1. */
int faulthandler_init(int enable);
void faulthandler_fini(void);
PyMODINIT_FUNC PyInit_faulthandler(void);

#endif
