/* interp/warnings.h: warnings from C, and the `_warnings` module. */
#ifndef ADDER_INTERP_WARNINGS_H
#define ADDER_INTERP_WARNINGS_H

#include <Python.h>

/* Default filters and registries; sets rt_hooks.warn. 0 or -1. */
int warnings_init(PyThreadState *ts);
PyMODINIT_FUNC PyInit__warnings(void);

#endif
