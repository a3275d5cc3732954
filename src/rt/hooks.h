/* rt/hooks.h: the few upward calls. Low floors must at times ask a higher floor: each such question is one typed
 * pointer here, filled in at start by the floor that answers. A new hook is argued in docs/internals/rt.md. */
#ifndef ADDER_RT_HOOKS_H
#define ADDER_RT_HOOKS_H

#include <Python.h>

struct rt_hooks {
    /* interp: issue a warning; -1 with an exception when it is an error. */
    int (*warn)(PyObject *category, Py_ssize_t stack_level, const char *format, va_list args);
    /* interp: issue a warning about a place in a source file (parser, compiler); -1 with an exception when it is an error. */
    int (*warn_explicit)(PyObject *category, PyObject *message, PyObject *filename, int lineno);
    /* vm: add a traceback entry for `frame` (NULL: the innermost one) to the current exception. */
    int (*traceback_here)(PyFrameObject *frame);
    /* interp: sys.audit(); 0 or -1 with an exception. */
    int (*audit)(PyThreadState *ts, const char *event, PyObject *args);
    /* interp: write the current exception as unraisable and clear it. */
    void (*unraisable)(const char *where, PyObject *obj);
    /* interp: import a module by dotted name (codecs, pickling); new reference or NULL. */
    PyObject *(*import_module)(PyObject *name);
    /* vm: globals of the innermost Python frame, borrowed, or NULL without exception. */
    PyObject *(*frame_globals)(PyThreadState *ts);
    /* vm: the namespace of built-in functions that the innermost Python frame uses, borrowed; never NULL after start. */
    PyObject *(*frame_builtins)(PyThreadState *ts);
    /* vm: locals() of the innermost Python frame; new reference or NULL with an exception. */
    PyObject *(*frame_locals)(PyThreadState *ts);
    /* vm: run what the eval breaker announces (signals, GIL requests, collections); 0 or -1. */
    int (*safepoint)(PyThreadState *ts);
    /* gc: full or partial collection now; number of unreachable objects. */
    Py_ssize_t (*collect)(PyThreadState *ts, int generation, int reason);
    /* interp: describe a fatal error (tracebacks of all threads) on stderr; the caller aborts. */
    void (*fatal)(const char *func, const char *message);
    /* modules: ending this object with a tp_finalize would do nothing that can be seen (an idle stream). */
    bool (*ends_silently)(PyObject *op);
    /* interp: write where a block was allocated, or how to find out. */
    void (*dump_allocation)(int fd, const void *block);
};

extern struct rt_hooks rt_hooks;

/* Prints "Fatal Python error: func: message" and what the hook adds, then aborts. func may be NULL. */
_Noreturn void rt_fatal(const char *func, const char *message);

#endif
