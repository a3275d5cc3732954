/* interp/run.h: running what the user named: file, command, module, or an interactive session. */
#ifndef ADDER_INTERP_RUN_H
#define ADDER_INTERP_RUN_H

#include <Python.h>

/* Print the current exception; a SystemExit sets *status instead and gives 1 (nothing is printed unless its code is an
 * object that is not an int: that goes to stderr, status 1). Otherwise 0. Clears the exception. */
int run_handle_error(int *status);
/* As PyErr_Print(), without leaving the process on SystemExit. */
void run_print_error(int set_sys_last);

/* Evaluate code, and remember whether a KeyboardInterrupt left it: see run_exit_by_sigint(). New reference, or NULL. */
PyObject *run_eval_code(PyObject *code, PyObject *globals, PyObject *locals);
/* -X dump=quick: show the code as it is specialised now. Keeps the current exception. */
void run_dump_quick(PyObject *code);
/* Remember that the current exception, a KeyboardInterrupt, was not handled; does nothing with any other. */
void run_note_interrupt(void);
/* End the process by SIGINT if a KeyboardInterrupt was not handled, so that a shell sees the cause; else return. */
void run_exit_by_sigint(void);

/* sys.path[0] of a program called with this argv[0], "-c" or "-m". New reference, or NULL with an exception. */
PyObject *run_argv_folder(const wchar_t *argv0);

/* Run the text of -c, its lines known to linecache; new reference, or NULL with an exception. */
PyObject *run_command_text(const char *text, PyObject *globals, PyCompilerFlags *flags);
/* Run a script as __main__: 0, or -1 with the error printed. */
int _PyRun_SimpleFileObject(FILE *fp, PyObject *filename, int closeit, PyCompilerFlags *flags);
int _PyRun_InteractiveLoopObject(FILE *fp, PyObject *filename, PyCompilerFlags *flags);

#endif
