/* interp/lifecycle.h: start and end of the process's interpreter. */
#ifndef ADDER_INTERP_LIFECYCLE_H
#define ADDER_INTERP_LIFECYCLE_H

#include <Python.h>

/* Starts of modules that interp needs before importlib is there, from higher floors: set by the program's main file. */
struct lifecycle_hooks {
    void (*call_atexit)(PyThreadState *ts);           /* run and forget atexit callbacks */
};
extern struct lifecycle_hooks lifecycle_hooks;

/* Py_AtExit() functions, last registered first; then flushes the C streams. */
void lifecycle_run_exit_functions(void);

#endif
