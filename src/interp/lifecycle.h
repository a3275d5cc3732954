/* interp/lifecycle.h: start and end of the process's interpreter. */
#ifndef ADDER_INTERP_LIFECYCLE_H
#define ADDER_INTERP_LIFECYCLE_H

#include <Python.h>

/* Starts of modules that interp needs before importlib is there, from higher floors: set by the program's main file. */
struct lifecycle_hooks {
    void (*call_atexit)(PyThreadState *ts);           /* run and forget atexit callbacks */
    bool process_ends;                                /* nothing runs after Py_RunMain(): see silent_exit.c */
};
extern struct lifecycle_hooks lifecycle_hooks;

/* Steps of a start that the main interpreter and the others share; each 0, or -1, perhaps with an exception, and then
 * lifecycle_failure() tells the step. */
PyStatus lifecycle_failure(void);
int lifecycle_init_floors(PyThreadState *ts);          /* types, collector, VM: the attached thread's interpreter */
int lifecycle_init_first_modules(PyThreadState *ts);   /* sys, builtins, a plain sys.stderr */
int lifecycle_init_import(PyThreadState *ts);          /* importlib: built-in and frozen modules */
int lifecycle_init_main(PyThreadState *ts);            /* modules in files, __main__, streams, site */
/* Waits for the interpreter's threads that are not daemons, as threading._shutdown() does. */
void lifecycle_wait_for_threads(void);
/* Ends and frees whatever interpreters are left beside the main one. Called by the main thread. */
void subinterp_end_all(PyThreadState *ts);
/* Drops the contents of an interpreter whose modules are gone: registries, types, memory. `ts` is its attached, last thread. */
void lifecycle_clear_interpreter(PyThreadState *ts);

/* A new interpreter made by `whence` (INTERP_*), its first thread attached, or a status with nothing changed. */
PyStatus subinterp_new(PyThreadState **ts, const PyInterpreterConfig *config, long whence);

/* Forgets the atexit callbacks of the interpreter. */
void atexit_fini(PyInterpreterState *interp);

/* Nobody could see it if all objects were taken apart now. The streams are flushed and nothing runs any more. */
bool exit_is_silent(PyThreadState *ts);

/* Py_AtExit() functions, last registered first; then flushes the C streams. */
void lifecycle_run_exit_functions(void);

#endif
