/* interp/run_error.c: what happens to an exception that nobody caught: PyErr_Print(), SystemExit. */
#include "interp/run.h"

#include <signal.h>
#include <unistd.h>

#include "code/code.h"
#include "compile/compile.h"
#include "interp/sys.h"
#include "rt/interp.h"
#include "rt/singletons.h"

/* Whether the code that ran last ended by a KeyboardInterrupt. */
static int interrupted;

void
run_dump_quick(PyObject *code)
{
    if (!compile_dump.quick || !PyCode_Check(code))
        return;
    PyObject *exc = PyErr_GetRaisedException();
    if (dis_dump(compile_dump.out, (PyCodeObject *)code, true, compile_dump.function) < 0)
        PyErr_Clear();
    PyErr_SetRaisedException(exc);
}

OWNED PyObject *
run_eval_code(PyObject *code, PyObject *globals, PyObject *locals)
{
    interrupted = 0;
    PyObject *r = PyEval_EvalCode(code, globals, locals);
    if (r == NULL)
        run_note_interrupt();
    run_dump_quick(code);
    return r;
}

void
run_note_interrupt(void)
{
    if (PyErr_Occurred() == PyExc_KeyboardInterrupt)
        interrupted = 1;
}

void
run_exit_by_sigint(void)
{
    if (!interrupted)
        return;
    signal(SIGINT, SIG_DFL);
    kill(getpid(), SIGINT);
}

/* The exit status in a SystemExit; a value that is no int is printed on stderr. */
static int
exit_status(PyObject *exc)
{
    PyObject *code = PyErr_GivenExceptionMatches(exc, PyExc_SystemExit) ? PyObject_GetAttr(exc, ID(code)) : NULL;
    int status = 1;
    PyErr_Clear();
    if (code == NULL || code == Py_None)
        status = 0;
    else if (PyLong_Check(code)) {
        long v = PyLong_AsLong(code);
        status = v == -1 && PyErr_Occurred() ? -1 : (int)v;
        PyErr_Clear();
    } else {
        PyObject *file = sys_get_quietly("stderr");
        fflush(stdout);
        if (file != NULL && file != Py_None)
            PyFile_WriteObject(code, file, Py_PRINT_RAW);
        else
            PyObject_Print(code, stderr, Py_PRINT_RAW);
        PyErr_Clear();
        PySys_WriteStderr("\n");
    }
    Py_XDECREF(code);
    return status;
}

int
run_handle_error(int *status)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return 0;
    if (!interp_current()->config.inspect && PyErr_GivenExceptionMatches(exc, PyExc_SystemExit)) {
        *status = exit_status(exc);
        Py_DECREF(exc);
        return 1;
    }
    PyErr_SetRaisedException(exc);
    run_print_error(1);
    return 0;
}

static void
set_sys_last(PyObject *exc)
{
    PyObject *tb = PyException_GetTraceback(exc);
    if (PySys_SetObject("last_exc", exc) < 0 || PySys_SetObject("last_type", (PyObject *)Py_TYPE(exc)) < 0 ||
        PySys_SetObject("last_value", exc) < 0 || PySys_SetObject("last_traceback", tb == NULL ? Py_None : tb) < 0)
        PyErr_Clear();
    Py_XDECREF(tb);
}

/* sys.excepthook failed with the current exception while showing `exc`. */
static void
hook_failed(PyObject *exc)
{
    PyObject *second = PyErr_GetRaisedException();
    if (PyErr_GivenExceptionMatches(second, PyExc_SystemExit) && !interp_current()->config.inspect)
        Py_Exit(exit_status(second));
    PySys_WriteStderr("Error in sys.excepthook:\n");
    PyErr_DisplayException(second);
    PySys_WriteStderr("\nOriginal exception was:\n");
    PyErr_DisplayException(exc);
    Py_DECREF(second);
}

void
run_print_error(int set_last)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return;
    if (set_last)
        set_sys_last(exc);
    PyObject *tb = PyException_GetTraceback(exc), *hook = sys_get_quietly("excepthook");
    PyObject *const args[3] = { (PyObject *)Py_TYPE(exc), exc, tb == NULL ? Py_None : tb };
    if (PySys_Audit("sys.excepthook", "OOOO", hook == NULL ? Py_None : hook, args[0], args[1], args[2]) < 0) {
        if (PyErr_ExceptionMatches(PyExc_RuntimeError))
            PyErr_Clear();
        else
            PyErr_WriteUnraisable(NULL);
    } else if (hook != NULL) {
        Py_INCREF(hook);
        PyObject *r = PyObject_Vectorcall(hook, args, 3, NULL);
        Py_DECREF(hook);
        if (r == NULL)
            hook_failed(exc);
        Py_XDECREF(r);
    } else {
        PySys_WriteStderr("sys.excepthook is missing\n");
        PyErr_DisplayException(exc);
    }
    Py_XDECREF(tb);
    Py_DECREF(exc);
}

void
PyErr_PrintEx(int set_sys_last_vars)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc == NULL)
        return;
    if (!interp_current()->config.inspect && PyErr_GivenExceptionMatches(exc, PyExc_SystemExit)) {
        int status = exit_status(exc);
        Py_DECREF(exc);
        Py_Exit(status);
    }
    PyErr_SetRaisedException(exc);
    run_print_error(set_sys_last_vars);
}

void
PyErr_Print(void)
{
    PyErr_PrintEx(1);
}
