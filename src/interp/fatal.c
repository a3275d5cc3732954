/* interp/fatal.c: the last words of a process that cannot go on: how far the start or end had come, the exception if
 * there is one, the stacks of all threads, the extension modules that may be to blame. */
#include "interp/fatal.h"

#include <inttypes.h>
#include <unistd.h>

#include "interp/faulthandler.h"
#include "interp/stack_dump.h"
#include "interp/sys.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

static void
print_state(void)
{
    fputs("Python runtime state: ", stderr);
    if (RUNTIME->_finalizing != NULL)
        fprintf(stderr, "finalizing (tstate=0x%016" PRIxPTR ")", (uintptr_t)RUNTIME->_finalizing);
    else
        fputs(RUNTIME->initialized ? "initialized" : RUNTIME->core_initialized ? "core initialized" : RUNTIME->preinitialized
              ? "preinitialized" : RUNTIME->preinitializing ? "preinitializing" : "unknown", stderr);
    fputc('\n', stderr);
    fflush(stderr);
}

/* Shows the current exception; true if it has a traceback, which then says enough. */
static bool
print_exception(void)
{
    PyObject *exc = PyErr_GetRaisedException(), *file = sys_get_quietly("stderr");
    if (exc == NULL || file == NULL || file == Py_None) {
        Py_XDECREF(exc);
        return false;
    }
    PyObject *tb = PyException_GetTraceback(exc);
    PyErr_DisplayException(exc);
    PyObject *r = PyObject_CallMethod(file, "flush", NULL);
    PyErr_Clear();
    Py_XDECREF(r);
    Py_XDECREF(tb);
    Py_DECREF(exc);
    return tb != NULL;
}

static void
describe(const char *func, const char *message)
{
    PyThreadState *current = ts_current(), *mine = current != NULL ? current : PyGILState_GetThisThreadState();
    print_state();
    bool shown = current != NULL && print_exception();
    if (!shown) {
        fputc('\n', stderr);
        fflush(stderr);
        if (RUNTIME->core_initialized || RUNTIME->initialized)
            dump_stacks(STDERR_FILENO, true, mine);
    }
    if (RUNTIME->core_initialized || RUNTIME->initialized)
        faulthandler_dump_extensions(STDERR_FILENO, mine != NULL ? mine->interp : rt_main_interp);
    faulthandler_uninstall();
}

void fatal_init(void) { rt_hooks.fatal = describe; }

_Noreturn void
fatal_exit(const char *func, const char *message, int status)
{
    fflush(stdout);
    fprintf(stderr, "Fatal Python error: %s%s%s\n", func == NULL ? "" : func, func == NULL ? "" : ": ",
            message == NULL ? "<message not set>" : message);
    describe(func, message);
    exit(status);
}

void
Py_ExitStatusException(PyStatus s)
{
    if (PyStatus_IsExit(s))
        exit(s.exitcode);
    if (PyStatus_IsError(s))
        fatal_exit(s.func, s.err_msg, 1);
    fatal_exit("Py_ExitStatusException", "Py_ExitStatusException() must not be called on success", 1);
}
