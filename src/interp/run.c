/* interp/run.c: PyRun_*: strings, files, interactive sessions. */
#include "interp/run.h"

#include <errcode.h>
#include <marshal.h>
#include <unistd.h>

#include "compile/compile.h"
#include "interp/source.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "syntax/ast_arena.h"
#include "syntax/parse.h"

/* Let tracebacks show the lines of code that is in no file. 0 or -1. */
static int
register_source(PyCodeObject *code, PyObject *source, PyObject *filename)
{
    PyObject *linecache = PyImport_ImportModule("linecache");
    Py_ssize_t dash = PyUnicode_FindChar(filename, '-', 0, PyUnicode_GET_LENGTH(filename), -1);
    PyObject *shown = dash > 0 && PyUnicode_READ_CHAR(filename, 0) == '<' ? PyUnicode_Substring(filename, 0, dash) : Py_NewRef(filename);
    PyObject *add = linecache == NULL ? NULL : PyObject_GetAttrString(linecache, "_register_code");
    PyObject *r = NULL;
    if (add != NULL && shown != NULL)
        r = PyCallable_Check(add) ? PyObject_CallFunctionObjArgs(add, code, source, shown, NULL) : Py_NewRef(Py_None);
    Py_XDECREF(r);
    Py_XDECREF(add);
    Py_XDECREF(shown);
    Py_XDECREF(linecache);
    return r == NULL ? -1 : 0;
}

/* The compiler found an error in text that is in no file: put the line into the exception. */
static void
add_error_line(PyObject *source)
{
    PyObject *exc = PyErr_GetRaisedException();
    if (exc != NULL && PyErr_GivenExceptionMatches(exc, PyExc_SyntaxError)) {
        PyObject *lines = PyUnicode_Splitlines(source, 1), *n = PyObject_GetAttr(exc, ID(lineno)), *text = PyObject_GetAttr(exc, ID(text));
        long i = n != NULL && PyLong_Check(n) ? PyLong_AsLong(n) : 0;
        if (lines != NULL && text == Py_None && i >= 1 && i <= PyList_GET_SIZE(lines))
            (void)PyObject_SetAttr(exc, ID(text), PyList_GET_ITEM(lines, i - 1));
        Py_XDECREF(lines);
        Py_XDECREF(n);
        Py_XDECREF(text);
        PyErr_Clear();
    }
    PyErr_SetRaisedException(exc);
}

/* source: the text when it was typed in or given on the command line, else NULL. What was only needed to compile does not lie about while the program runs; but the objects that the
 * tree names stay with it, as in CPython, since programs can count references to them. */
static PyObject *
run_tree(mod_ty mod, PyObject *filename, PyObject *globals, PyObject *locals, PyCompilerFlags *flags, PyObject *source,
         struct ast_arena *arena)
{
    PyCodeObject *code = compile_ast(mod, filename, flags, interp_current()->config.optimization_level, arena);
    if (code == NULL && source != NULL)
        add_error_line(source);
    if (code == NULL)
        return NULL;
    ast_arena_free_nodes(arena);
    compile_give_back();
    PyObject *r = NULL;
    if (globals == NULL || !PyDict_Check(globals))
        PyErr_SetString(PyExc_SystemError, "globals must be a real dict");
    else if (source != NULL && register_source(code, source, filename) < 0)
        ;
    else if (PyDict_SetDefaultRef(globals, ID(__builtins__), PyEval_GetBuiltins(), NULL) >= 0 && PySys_Audit("exec", "O", code) == 0)
        r = run_eval_code((PyObject *)code, globals, locals);
    Py_DECREF(code);
    return r;
}

static PyObject *
run_string(const char *text, int start, PyObject *globals, PyObject *locals, PyCompilerFlags *flags, PyObject *source)
{
    struct ast_arena *arena = ast_arena_new();
    if (arena == NULL)
        return NULL;
    mod_ty mod = PySys_Audit("compile", "yO", text, STR(anon_string)) < 0 ? NULL : parse_string(text, STR(anon_string), start, flags, arena);
    PyObject *r = mod == NULL ? NULL : run_tree(mod, STR(anon_string), globals, locals, flags, source, arena);
    ast_arena_free(arena);
    return r;
}

PyObject *
PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals, PyCompilerFlags *flags)
{
    return run_string(text, start, globals, locals, flags, NULL);
}

PyObject *
(PyRun_String)(const char *text, int start, PyObject *globals, PyObject *locals)
{
    return PyRun_StringFlags(text, start, globals, locals, NULL);
}

static PyObject *
main_dict(void)
{
    PyObject *m = PyImport_AddModule("__main__");
    return m == NULL ? NULL : PyModule_GetDict(m);
}

int
PyRun_SimpleStringFlags(const char *text, PyCompilerFlags *flags)
{
    PyObject *m = PyImport_AddModuleRef("__main__"), *d = m == NULL ? NULL : PyModule_GetDict(m);
    PyObject *r = d == NULL ? NULL : PyRun_StringFlags(text, Py_file_input, d, d, flags);
    int status = r == NULL ? -1 : 0;
    Py_XDECREF(m);                   /* before SystemExit ends the program: the first collection at exit must find __main__ free */
    if (r == NULL)
        PyErr_Print();
    Py_XDECREF(r);
    return status;
}

PyObject *
run_command_text(const char *text, PyObject *globals, PyCompilerFlags *flags)
{
    PyObject *source = PyUnicode_FromString(text);
    PyObject *r = source == NULL ? NULL : run_string(text, Py_file_input, globals, globals, flags, source);
    Py_XDECREF(source);
    return r;
}

int
(PyRun_SimpleString)(const char *text)
{
    return PyRun_SimpleStringFlags(text, NULL);
}

/* ---- files ---- */

static PyObject *
run_file(FILE *fp, PyObject *filename, int start, PyObject *globals, PyObject *locals, int closeit, PyCompilerFlags *flags)
{
    struct ast_arena *arena = ast_arena_new();
    mod_ty mod = arena == NULL || PySys_Audit("compile", "OO", Py_None, filename) < 0 ? NULL : parse_file(fp, filename, NULL, start, NULL, NULL, flags, NULL, NULL, arena);
    if (closeit)
        fclose(fp);
    PyObject *r = mod == NULL ? NULL : run_tree(mod, filename, globals, locals, flags, NULL, arena);
    ast_arena_free(arena);
    return r;
}

PyObject *
PyRun_FileExFlags(FILE *fp, const char *filename, int start, PyObject *globals, PyObject *locals, int closeit, PyCompilerFlags *flags)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL)
        return NULL;
    PyObject *r = run_file(fp, name, start, globals, locals, closeit, flags);
    Py_DECREF(name);
    return r;
}

/* Is it a .pyc file: by name, or by its magic number? */
static int
looks_like_pyc(FILE *fp, const char *filename, int closeit)
{
    size_t n = strlen(filename);
    if (n > 4 && strcmp(filename + n - 4, ".pyc") == 0)
        return 1;
    if (!closeit || ftell(fp) != 0)
        return 0;
    unsigned char buf[2];
    long magic = PyImport_GetMagicNumber() & 0xffff;
    int is = fread(buf, 1, 2, fp) == 2 && (buf[0] | buf[1] << 8) == magic;
    rewind(fp);
    return is;
}

static PyObject *
run_pyc(FILE *fp, PyObject *globals, PyObject *locals, PyCompilerFlags *flags)
{
    long magic = PyMarshal_ReadLongFromFile(fp);
    if (magic != PyImport_GetMagicNumber()) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_RuntimeError, "Bad magic number in .pyc file");
        return NULL;
    }
    for (int i = 0; i < 3; i++)
        (void)PyMarshal_ReadLongFromFile(fp);
    PyObject *code = PyErr_Occurred() ? NULL : PyMarshal_ReadLastObjectFromFile(fp), *r = NULL;
    if (code == NULL || !PyCode_Check(code)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_RuntimeError, "Bad code object in .pyc file");
    } else if (PyDict_SetDefaultRef(globals, ID(__builtins__), PyEval_GetBuiltins(), NULL) >= 0) {
        r = run_eval_code(code, globals, locals);
        if (r != NULL && flags != NULL)
            flags->cf_flags |= ((PyCodeObject *)code)->co_flags & PyCF_MASK;
    }
    Py_XDECREF(code);
    return r;
}

/* __main__.__loader__ for a script: importlib's loader of that kind of file. */
static int
set_main_loader(PyObject *d, PyObject *filename, const char *kind)
{
    PyObject *ext = PyImport_ImportModule("_frozen_importlib_external"), *type = NULL, *loader = NULL;
    int r = -1;
    if (ext != NULL && (type = PyObject_GetAttrString(ext, kind)) != NULL &&
        (loader = PyObject_CallFunction(type, "sO", "__main__", filename)) != NULL)
        r = PyDict_SetItemString(d, "__loader__", loader);
    Py_XDECREF(ext);
    Py_XDECREF(type);
    Py_XDECREF(loader);
    return r;
}

static PyObject *
run_main_file(FILE *fp, PyObject *filename, PyObject *d, int closeit, PyCompilerFlags *flags)
{
    const char *name = PyUnicode_AsUTF8(filename);
    int pyc = name == NULL ? (PyErr_Clear(), 0) : looks_like_pyc(fp, name, closeit);
    int real = name == NULL || strcmp(name, "<stdin>") != 0;
    if (real && set_main_loader(d, filename, pyc ? "SourcelessFileLoader" : "SourceFileLoader") < 0) {
        fprintf(stderr, "python: failed to set __main__.__loader__\n");
        return NULL;
    }
    if (!pyc)
        return run_file(fp, filename, Py_file_input, d, d, closeit, flags);
    PyObject *r = run_pyc(fp, d, d, flags);
    if (closeit)
        fclose(fp);
    return r;
}

int
_PyRun_SimpleFileObject(FILE *fp, PyObject *filename, int closeit, PyCompilerFlags *flags)
{
    PyObject *m = PyImport_AddModuleRef("__main__"), *d, *r = NULL;
    if (m == NULL)
        return -1;
    d = PyModule_GetDict(m);         /* the script may drop __main__: m is held while it runs */
    int has_file = PyDict_ContainsString(d, "__file__"), set_file = 0;
    if (has_file == 0) {
        if (PyDict_SetItemString(d, "__file__", filename) < 0 || PyDict_SetItemString(d, "__cached__", Py_None) < 0)
            has_file = -1;
        set_file = 1;
    }
    if (has_file >= 0)
        r = run_main_file(fp, filename, d, closeit, flags);
    int status = 0;
    if (r == NULL) {
        Py_CLEAR(m);                 /* before SystemExit ends the program: the first collection at exit must find __main__ free */
        PyErr_Print();
        d = main_dict();
        status = -1;
    }
    Py_XDECREF(r);
    if (set_file && d != NULL && (PyDict_PopString(d, "__file__", NULL) < 0 || PyDict_PopString(d, "__cached__", NULL) < 0))
        PyErr_Print();
    Py_XDECREF(m);
    return status;
}

int
PyRun_SimpleFileExFlags(FILE *fp, const char *filename, int closeit, PyCompilerFlags *flags)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL)
        return -1;
    int r = _PyRun_SimpleFileObject(fp, name, closeit, flags);
    Py_DECREF(name);
    return r;
}

/* ---- interactive ---- */

/* sys.ps1 or ps2 as text, borrowed from *keep; "" if it has none. */
static const char *
prompt_text(const char *name, PyObject **keep)
{
    PyObject *v = PySys_GetObject(name);
    *keep = v == NULL ? NULL : PyObject_Str(v);
    const char *text = *keep == NULL ? NULL : PyUnicode_AsUTF8(*keep);
    PyErr_Clear();
    return text == NULL ? "" : text;
}

/* One typed statement. Its code gets a file name of its own, so that its lines stay known to linecache. */
static PyObject *
run_statement(mod_ty mod, PyObject *filename, PyObject *globals, PyCompilerFlags *flags, PyObject *source, struct ast_arena *arena)
{
    static int count;
    PyObject *name = source == NULL ? Py_NewRef(filename) : PyUnicode_FromFormat("%U-%d", filename, count++);
    PyObject *r = name == NULL ? NULL : run_tree(mod, name, globals, globals, flags, source, arena);
    Py_XDECREF(name);
    return r;
}

static int
run_one(FILE *fp, PyObject *filename, PyCompilerFlags *flags, int *at_end)
{
    struct ast_arena *arena = ast_arena_new();
    PyObject *keep1 = NULL, *keep2 = NULL, *source = NULL, *r = NULL, *d;
    int err = 0;
    *at_end = 0;
    if (arena == NULL)
        return -1;
    const char *ps1 = fp == stdin ? prompt_text("ps1", &keep1) : "", *ps2 = fp == stdin ? prompt_text("ps2", &keep2) : "";
    mod_ty mod = parse_file(fp, filename, fp == stdin ? "utf-8" : NULL, Py_single_input, ps1, ps2, flags, &err, &source, arena);
    if (mod == NULL && err == E_EOF) {
        PyErr_Clear();
        *at_end = 1;
    } else if (mod != NULL && (d = main_dict()) != NULL)
        r = run_statement(mod, filename, d, flags, source, arena);
    ast_arena_free(arena);
    Py_XDECREF(keep1);
    Py_XDECREF(keep2);
    Py_XDECREF(source);
    Py_XDECREF(r);
    return r == NULL && !*at_end ? -1 : 0;
}

int
PyRun_InteractiveOneObject(FILE *fp, PyObject *filename, PyCompilerFlags *flags)
{
    PyCompilerFlags local = { .cf_flags = 0, .cf_feature_version = PY_MINOR_VERSION };
    int at_end, r = run_one(fp, filename, flags == NULL ? &local : flags, &at_end);
    if (r < 0)
        PyErr_Print();
    return at_end ? E_EOF : r;
}

int
PyRun_InteractiveOneFlags(FILE *fp, const char *filename, PyCompilerFlags *flags)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL) {
        PyErr_Print();
        return -1;
    }
    int r = PyRun_InteractiveOneObject(fp, name, flags);
    Py_DECREF(name);
    return r;
}

static int
default_prompt(const char *name, const char *text)
{
    if (PySys_GetObject(name) != NULL)
        return 0;
    PyObject *v = PyUnicode_FromString(text);
    int r = v == NULL ? -1 : PySys_SetObject(name, v);
    Py_XDECREF(v);
    return r;
}

int
_PyRun_InteractiveLoopObject(FILE *fp, PyObject *filename, PyCompilerFlags *flags)
{
    PyCompilerFlags local = { .cf_flags = 0, .cf_feature_version = PY_MINOR_VERSION };
    int at_end = 0, status = 0, out_of_memory = 0;     /* the last: how often in a row */
    if (default_prompt("ps1", ">>> ") < 0 || default_prompt("ps2", "... ") < 0)
        PyErr_Clear();
    do {
        int r = run_one(fp, filename, flags == NULL ? &local : flags, &at_end), code;
        if (r < 0 && PyErr_ExceptionMatches(PyExc_SystemExit) && run_handle_error(&code))
            Py_Exit(code);
        out_of_memory = r < 0 && PyErr_ExceptionMatches(PyExc_MemoryError) ? out_of_memory + 1 : 0;
        if (out_of_memory > 16) {            /* nothing can be read or printed any more */
            PyErr_Clear();
            return -1;
        }
        if (r < 0)
            PyErr_Print();
        status = r;
        fflush(stdout);
    } while (!at_end);
    return status;
}

int
PyRun_InteractiveLoopFlags(FILE *fp, const char *filename, PyCompilerFlags *flags)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL) {
        PyErr_Print();
        return -1;
    }
    int r = _PyRun_InteractiveLoopObject(fp, name, flags);
    Py_DECREF(name);
    return r;
}

int
PyRun_AnyFileExFlags(FILE *fp, const char *filename, int closeit, PyCompilerFlags *flags)
{
    const char *name = filename == NULL ? "???" : filename;
    if (!Py_FdIsInteractive(fp, name))
        return PyRun_SimpleFileExFlags(fp, name, closeit, flags);
    int r = PyRun_InteractiveLoopFlags(fp, name, flags);
    if (closeit)
        fclose(fp);
    return r;
}

int
Py_FdIsInteractive(FILE *fp, const char *filename)
{
    if (isatty(fileno(fp)))
        return 1;
    return interp_current()->config.interactive && (filename == NULL || strcmp(filename, "<stdin>") == 0 || strcmp(filename, "???") == 0);
}
