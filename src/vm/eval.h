/* vm/eval.h: running code.
 *
 * The loop (made by tools/gen/vm_loop.py from ops/) executes frames; a Python-to-Python call pushes a frame and stays in the loop.
 * Every slow path is a function below, shared by the loop, compiled traces and the C API. */
#ifndef ADDER_VM_EVAL_H
#define ADDER_VM_EVAL_H

#include <Python.h>

#include "vm/frame.h"

/* Run `f` (which the caller has pushed: its stack pointer is stored) until it returns; new reference, or NULL with an exception.
 * throwflag: start by raising the current exception at its instruction. Consumes the frame. */
PyObject *vm_eval_frame(PyThreadState *ts, _PyInterpreterFrame *f, int throwflag);
/* Call a Python function with arguments already in `args` (kwnames: tuple or NULL); new reference. */
OWNED PyObject *vm_call_function(PyThreadState *ts, PyFunctionObject *func, PyObject *locals, PyObject *const *args, size_t nargs, PyObject *kwnames);
/* Push a frame for func and bind arguments. Steals func, locals and the n + len(kwnames) arguments, also on failure (NULL). */
_PyInterpreterFrame *vm_push_frame(PyThreadState *ts, STEALS PyFunctionObject *func, STEALS PyObject *locals, PyObject *const *args, size_t nargs, PyObject *kwnames);
_PyInterpreterFrame *vm_push_frame_ex(PyThreadState *ts, STEALS PyFunctionObject *func, STEALS PyObject *locals, Py_ssize_t nargs, STEALS PyObject *args, STEALS PyObject *kwargs);

/* Start and end of this floor's per-interpreter state; called with the interpreter's first thread attached. */
int vm_init(PyInterpreterState *interp);
void vm_fini(PyInterpreterState *interp);
extern PyTypeObject *const vm_static_types[];    /* for type_ready_static(); NULL-terminated */

/* Recursion: depth of Python frames is counted as CPython does, C stack by address. 0, or -1 with RecursionError. */
int vm_recursion_error(PyThreadState *ts);

/* vm/catch.c: where f is in its code, for a handler that raises again. Without memory for the number it is the beginning: rather a wrong line in a traceback than an exception that finds the same
 * handler as long as there is none. */
OWNED PyObject *vm_lasti_object(_PyInterpreterFrame *f);

/* vm/breaker.c: what the eval breaker announces. 0 or -1 with an exception. */
int vm_safepoint(PyThreadState *ts);
extern int (*vm_signals_pending)(PyThreadState *ts);    /* filled in by interp: run Python signal handlers; 0 or -1 */

/* Names */
BORROWED(ts) PyObject *vm_builtins(PyThreadState *ts);   /* of the current frame or the interpreter; NULL only before start */
BORROWED(globals) PyObject *vm_builtins_from_globals(PyThreadState *ts, PyObject *globals);

PyAPI_FUNC(PyObject *) _PyEval_Vector(PyThreadState *, PyFunctionObject *, PyObject *, PyObject *const *, size_t, PyObject *);
#endif
