/* interp/frozen_main.c: main() of programs whose __main__ is a frozen module. */
#include <Python.h>

#include <stdio.h>
#include <unistd.h>

#include "interp/lifecycle.h"
#include "interp/run.h"

char *
Py_GETENV(const char *name)
{
    return Py_IgnoreEnvironmentFlag ? NULL : getenv(name);
}

static bool
is_set(const char *name)
{
    const char *value = Py_GETENV(name);
    return value != NULL && *value != '\0';
}

static PyStatus
start(int argc, char **argv)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.pathconfig_warnings = 0;          /* there may be no library outside the program */
    config.parse_argv = 0;
    PyStatus status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

int
Py_FrozenMain(int argc, char **argv)
{
    bool inspect = is_set("PYTHONINSPECT");
    if (is_set("PYTHONUNBUFFERED")) {
        setbuf(stdin, NULL);
        setbuf(stdout, NULL);
        setbuf(stderr, NULL);
    }
    PyStatus status = start(argc, argv);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    if (Py_VerboseFlag)
        fprintf(stderr, "Python %s\n%s\n", Py_GetVersion(), Py_GetCopyright());
    int found = PyImport_ImportFrozenModule("__main__"), result = found < 0;
    if (found == 0)
        Py_FatalError("the __main__ module is not frozen");
    if (found < 0)
        PyErr_Print();
    if (inspect && isatty(STDIN_FILENO))
        result = PyRun_AnyFileExFlags(stdin, "<stdin>", 0, NULL) != 0;
    return Py_FinalizeEx() < 0 ? 120 : result;
}
