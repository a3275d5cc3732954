/* interp/main.c: Py_RunMain(): do what the command line says, then end. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/config.h"
#include "interp/run.h"
#include "interp/sys.h"
#include "rt/interp.h"
#include "rt/locale_text.h"
#include "rt/runtime.h"
#include "rt/singletons.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

/* ---- sys.path[0] ---- */

static PyObject *
current_folder(void)
{
    char path[4096];
    return getcwd(path, sizeof(path)) == NULL ? Py_NewRef(EMPTY_STR) : PyUnicode_DecodeFSDefault(path);
}

/* The folder of a script, links resolved. New reference. */
static PyObject *
script_folder(const wchar_t *filename)
{
    char path[4096], link[4096];
    char *script = _Py_EncodeLocaleRaw(filename, NULL);
    snprintf(path, sizeof(path), "%s", script == NULL ? "" : script);
    PyMem_RawFree(script);
    ssize_t n = readlink(path, link, sizeof(link) - 1);
    if (n > 0) {
        link[n] = '\0';
        char *slash = strrchr(path, '/');
        if (link[0] == '/' || slash == NULL)
            snprintf(path, sizeof(path), "%s", link);
        else if ((size_t)(slash - path) + 1 + (size_t)n < sizeof(path))
            memcpy(slash + 1, link, (size_t)n + 1);
    }
    char full[4096];
    const char *p = realpath(path, full) != NULL ? full : path, *slash = strrchr(p, '/');
    return slash == NULL ? Py_NewRef(EMPTY_STR) : PyUnicode_DecodeFSDefaultAndSize(p, slash == p ? 1 : slash - p);
}

PyObject *
run_argv_folder(const wchar_t *argv0)
{
    if (wcscmp(argv0, L"-m") == 0)
        return current_folder();
    return wcscmp(argv0, L"-c") == 0 ? Py_NewRef(EMPTY_STR) : script_folder(argv0);
}

/* "" for -c and interactive, the current folder for -m. */
static PyObject *
first_folder(const PyConfig *c)
{
    if (c->run_module != NULL)
        return current_folder();
    return c->run_filename == NULL ? Py_NewRef(EMPTY_STR) : script_folder(c->run_filename);
}

/* The folder goes before sys.path, and into the configuration: error messages guess from it which modules hide others,
 * whatever the program does to sys.path. */
static int
prepend_path(PyConfig *c, STEALS PyObject *folder)
{
    PyObject *path = PySys_GetObject("path");
    wchar_t *wide = folder == NULL ? NULL : PyUnicode_AsWideCharString(folder, NULL);
    int r = wide == NULL || path == NULL ? -1 : PyList_Insert(path, 0, folder);
    if (r == 0 && PyStatus_Exception(PyConfig_SetString(c, &c->sys_path_0, wide))) {
        PyErr_NoMemory();
        r = -1;
    }
    PyMem_Free(wide);
    Py_XDECREF(folder);
    return r;
}

/* ---- what to run ---- */

/* 1 if sys.path holds an importer for the path (a folder or zip file with __main__.py), 0 if not. */
static int
path_has_importer(const wchar_t *filename, PyObject **path)
{
    *path = PyUnicode_FromWideChar(filename, -1);
    PyObject *importer = *path == NULL ? NULL : PyImport_GetImporter(*path);
    int r = importer != NULL && importer != Py_None;
    Py_XDECREF(importer);
    PyErr_Clear();
    if (!r)
        Py_CLEAR(*path);
    return r;
}

static int
report(void)
{
    int status = 1;
    run_handle_error(&status);
    return status;
}

static int
run_command(const wchar_t *command, PyCompilerFlags *cf)
{
    PyObject *text = PyUnicode_FromWideChar(command, -1), *bytes = NULL, *d, *r = NULL;
    if (text != NULL && PySys_Audit("cpython.run_command", "O", text) == 0 && (bytes = PyUnicode_AsUTF8String(text)) != NULL) {
        PyObject *m = PyImport_AddModule("__main__");
        cf->cf_flags |= PyCF_IGNORE_COOKIE;
        d = m == NULL ? NULL : PyModule_GetDict(m);
        r = d == NULL ? NULL : run_command_text(PyBytes_AS_STRING(bytes), d, cf);
    }
    if (text != NULL && bytes == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        PySys_WriteStderr("Unable to decode the command from the command line:\n");
    Py_XDECREF(text);
    Py_XDECREF(bytes);
    Py_XDECREF(r);
    return r == NULL ? report() : 0;
}

static int
run_module(const wchar_t *name, int set_argv0)
{
    PyObject *runpy = PyImport_ImportModule("runpy"), *f = NULL, *n = NULL, *r = NULL;
    if (runpy == NULL)
        fprintf(stderr, "Could not import runpy module\n");
    else if ((f = PyObject_GetAttrString(runpy, "_run_module_as_main")) == NULL)
        fprintf(stderr, "Could not access runpy._run_module_as_main\n");
    else if ((n = PyUnicode_FromWideChar(name, -1)) != NULL) {
        PyObject *const args[2] = { n, set_argv0 ? Py_True : Py_False };
        if (PySys_Audit("cpython.run_module", "O", n) == 0)
            r = PyObject_Vectorcall(f, args, 2, NULL);
        if (r == NULL)
            run_note_interrupt();
    }
    Py_XDECREF(runpy);
    Py_XDECREF(f);
    Py_XDECREF(n);
    Py_XDECREF(r);
    return r == NULL ? report() : 0;
}

static void
skip_first_line(FILE *fp)
{
    int c;
    while ((c = getc(fp)) != EOF && c != '\n')
        continue;
    if (c == '\n')
        ungetc(c, fp);
}

static int
run_file(const PyConfig *c, PyCompilerFlags *cf)
{
    PyObject *name = PyUnicode_FromWideChar(c->run_filename, -1), *bytes = name == NULL ? NULL : PyUnicode_EncodeFSDefault(name);
    int status = 1;
    if (bytes == NULL || PySys_Audit("cpython.run_file", "O", name) < 0) {
        Py_XDECREF(name);
        Py_XDECREF(bytes);
        return report();
    }
    const char *path = PyBytes_AS_STRING(bytes);
    FILE *fp = fopen(path, "rbe");
    struct stat st;
    if (fp == NULL) {
        int err = errno;
        PyObject *program = PyUnicode_FromWideChar(c->program_name, -1);
        PySys_FormatStderr("%V: can't open file %R: [Errno %d] %s\n", program, "?", name, err, strerror(err));
        PyErr_Clear();
        Py_XDECREF(program);
        status = 2;
    } else if (fstat(fileno(fp), &st) == 0 && S_ISDIR(st.st_mode)) {
        PyObject *program = PyUnicode_FromWideChar(c->program_name, -1);
        PySys_FormatStderr("%V: %R is a directory, cannot continue\n", program, "?", name);
        PyErr_Clear();
        Py_XDECREF(program);
        fclose(fp);
    } else {
        if (c->skip_source_first_line)
            skip_first_line(fp);
        if (Py_MakePendingCalls() < 0)
            status = report();
        else
            status = _PyRun_SimpleFileObject(fp, name, 1, cf) != 0;
    }
    Py_DECREF(name);
    Py_DECREF(bytes);
    return status;
}

/* ---- interactive ---- */

static void
run_startup_file(const PyConfig *c, PyCompilerFlags *cf)
{
    const char *path = config_env(c, "PYTHONSTARTUP");
    if (path == NULL)
        return;
    FILE *fp = fopen(path, "re");
    if (fp == NULL) {
        int err = errno;
        PySys_WriteStderr("Could not open PYTHONSTARTUP\n");
        errno = err;
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, path);
        PyErr_Print();
        return;
    }
    PyRun_SimpleFileExFlags(fp, path, 1, cf);
    PyErr_Clear();
}

static int
call_interactive_hook(void)
{
    PyObject *hook = PySys_GetObject("__interactivehook__");
    if (hook == NULL)
        return 0;
    Py_INCREF(hook);
    PyObject *r = PySys_Audit("cpython.run_interactivehook", "O", hook) < 0 ? NULL : PyObject_CallNoArgs(hook);
    Py_DECREF(hook);
    Py_XDECREF(r);
    if (r == NULL) {
        PySys_WriteStderr("Failed calling sys.__interactivehook__\n");
        run_print_error(0);
    }
    return 0;
}

/* _pyrepl in the __main__ of what has run before. */
static int
continue_in_pyrepl(void)
{
    PyObject *pyrepl = PyImport_ImportModule("_pyrepl.main");
    PyObject *r = pyrepl == NULL ? NULL : PyObject_CallMethod(pyrepl, "interactive_console", NULL);
    Py_XDECREF(pyrepl);
    Py_XDECREF(r);
    return r == NULL ? report() : 0;
}

/* The REPL: _pyrepl on a terminal, the plain loop otherwise. `fresh`: nothing has run in __main__. */
static int
run_repl(const PyConfig *c, PyCompilerFlags *cf, bool fresh)
{
    if (isatty(fileno(stdin)) && config_env(c, "PYTHON_BASIC_REPL") == NULL)
        return fresh ? run_module(L"_pyrepl", 0) : continue_in_pyrepl();
    return PyRun_AnyFileExFlags(stdin, "<stdin>", 0, cf) != 0;
}

static int
run_stdin(PyConfig *c, PyCompilerFlags *cf)
{
    if (Py_FdIsInteractive(stdin, NULL)) {
        c->inspect = 0;                                  /* SystemExit ends the session, also with -i */
        run_startup_file(c, cf);
        call_interactive_hook();
    }
    if (Py_MakePendingCalls() < 0)
        return report();
    return run_repl(c, cf, true);
}

static void
print_header(const PyConfig *c)
{
    if (c->quiet || (!c->verbose && (c->run_command != NULL || c->run_filename != NULL || c->run_module != NULL || !Py_FdIsInteractive(stdin, NULL))))
        return;
    fprintf(stderr, "Python %s on %s\n", Py_GetVersion(), Py_GetPlatform());
    if (c->site_import)
        fprintf(stderr, "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n");
}

/* After -c, -m or a file: -i or PYTHONINSPECT keep the session. */
static int
inspect_after(PyConfig *c, PyCompilerFlags *cf, int status)
{
    const char *env = config_env(c, "PYTHONINSPECT");
    if (!c->inspect && env != NULL)
        c->inspect = 1;
    if (!(c->inspect && (isatty(fileno(stdin)) || c->interactive) && (c->run_command != NULL || c->run_filename != NULL || c->run_module != NULL)))
        return status;
    c->inspect = 0;
    call_interactive_hook();
    return run_repl(c, cf, false);
}

static int
run_python(void)
{
    PyConfig *c = &interp_current()->config;
    PyCompilerFlags cf = { .cf_flags = 0, .cf_feature_version = PY_MINOR_VERSION };
    PyObject *main_path = NULL;
    int status;
    if (c->run_filename != NULL && path_has_importer(c->run_filename, &main_path)) {
        if (prepend_path(c, main_path) < 0)
            return report();
        main_path = Py_True;
    } else if (!c->safe_path && prepend_path(c, first_folder(c)) < 0)
        return report();
    print_header(c);
    if (c->run_command != NULL)
        status = run_command(c->run_command, &cf);
    else if (c->run_module != NULL)
        status = run_module(c->run_module, 1);
    else if (main_path != NULL)
        status = run_module(L"__main__", 0);
    else if (c->run_filename != NULL)
        status = run_file(c, &cf);
    else
        status = run_stdin(c, &cf);
    return inspect_after(c, &cf, status);
}

int
Py_RunMain(void)
{
    int status = run_python();
    if (Py_FinalizeEx() < 0)
        status = 120;
    run_exit_by_sigint();
    return status;
}

/* ---- main ---- */

static int
main_with_config(PyConfig *config)
{
    PyStatus s = PyConfig_Read(config);
    if (!PyStatus_Exception(s))
        s = Py_InitializeFromConfig(config);
    PyConfig_Clear(config);
    if (PyStatus_IsExit(s))
        return s.exitcode;
    if (PyStatus_Exception(s))
        Py_ExitStatusException(s);
    return Py_RunMain();
}

int
Py_BytesMain(int argc, char **argv)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyStatus s = PyConfig_SetBytesArgv(&config, argc, argv);
    if (PyStatus_Exception(s))
        Py_ExitStatusException(s);
    return main_with_config(&config);
}

int
Py_Main(int argc, wchar_t **argv)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyStatus s = PyConfig_SetArgv(&config, argc, argv);
    if (PyStatus_Exception(s))
        Py_ExitStatusException(s);
    return main_with_config(&config);
}
