/* interp/run_old.c: functions that CPython keeps for old binaries: today's headers have macros of these names. */
#include <Python.h>

int (PyRun_AnyFile)(FILE *fp, const char *name) { return PyRun_AnyFileExFlags(fp, name, 0, NULL); }
int (PyRun_AnyFileEx)(FILE *fp, const char *name, int closeit) { return PyRun_AnyFileExFlags(fp, name, closeit, NULL); }
int (PyRun_AnyFileFlags)(FILE *fp, const char *name, PyCompilerFlags *flags) { return PyRun_AnyFileExFlags(fp, name, 0, flags); }
int (PyRun_SimpleFile)(FILE *fp, const char *name) { return PyRun_SimpleFileExFlags(fp, name, 0, NULL); }
int (PyRun_SimpleFileEx)(FILE *fp, const char *name, int closeit) { return PyRun_SimpleFileExFlags(fp, name, closeit, NULL); }
int (PyRun_InteractiveOne)(FILE *fp, const char *name) { return PyRun_InteractiveOneFlags(fp, name, NULL); }
int (PyRun_InteractiveLoop)(FILE *fp, const char *name) { return PyRun_InteractiveLoopFlags(fp, name, NULL); }

PyObject *
(PyRun_File)(FILE *fp, const char *name, int start, PyObject *globals, PyObject *locals)
{
    return PyRun_FileExFlags(fp, name, start, globals, locals, 0, NULL);
}

PyObject *
(PyRun_FileEx)(FILE *fp, const char *name, int start, PyObject *globals, PyObject *locals, int closeit)
{
    return PyRun_FileExFlags(fp, name, start, globals, locals, closeit, NULL);
}

PyObject *
(PyRun_FileFlags)(FILE *fp, const char *name, int start, PyObject *globals, PyObject *locals, PyCompilerFlags *flags)
{
    return PyRun_FileExFlags(fp, name, start, globals, locals, 0, flags);
}
