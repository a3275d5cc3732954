/* interp/source.c: the front end in one call: text → tree → code object, with the dumps of -X dump=. */
#include "interp/source.h"

#include "compile/compile.h"
#include "rt/interp.h"
#include "syntax/ast_arena.h"
#include "syntax/ast_tools.h"
#include "syntax/parse.h"

const char *
source_text(PyObject *source, const char *funcname, const char *what, PyCompilerFlags *flags, PyObject **keep)
{
    const char *text;
    Py_ssize_t size;
    Py_buffer view;
    *keep = NULL;
    if (PyUnicode_Check(source)) {
        flags->cf_flags |= PyCF_IGNORE_COOKIE;
        if ((text = PyUnicode_AsUTF8AndSize(source, &size)) == NULL)
            return NULL;
    } else if (PyBytes_Check(source)) {
        text = PyBytes_AS_STRING(source);
        size = PyBytes_GET_SIZE(source);
    } else if (PyByteArray_Check(source)) {
        text = PyByteArray_AS_STRING(source);
        size = PyByteArray_GET_SIZE(source);
    } else if (PyObject_GetBuffer(source, &view, PyBUF_SIMPLE) == 0) {
        *keep = PyBytes_FromStringAndSize(view.buf, view.len);    /* the buffer need not end in NUL */
        PyBuffer_Release(&view);
        if (*keep == NULL)
            return NULL;
        text = PyBytes_AS_STRING(*keep);
        size = PyBytes_GET_SIZE(*keep);
    } else {
        PyErr_Format(PyExc_TypeError, "%s() arg 1 must be a %s object", funcname, what);
        return NULL;
    }
    if (strlen(text) != (size_t)size) {
        PyErr_SetString(PyExc_SyntaxError, "source code string cannot contain null bytes");
        Py_CLEAR(*keep);
        return NULL;
    }
    return text;
}

static int
resolve_optimize(int optimize)
{
    return optimize >= 0 ? optimize : interp_current()->config.optimization_level;
}

/* What compile() gives for a finished tree: a code object, or the tree as `ast` objects. */
static PyObject *
finish_tree(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    int cf = flags == NULL ? 0 : flags->cf_flags;
    optimize = resolve_optimize(optimize);
    if (!(cf & PyCF_ONLY_AST))
        return (PyObject *)compile_ast(mod, filename, flags, optimize, arena);
    if ((cf & PyCF_OPTIMIZED_AST) == PyCF_OPTIMIZED_AST && compile_fold(mod, filename, flags, optimize, arena) < 0)
        return NULL;
    return ast_to_object(mod);
}

OWNED PyObject *
source_compile(const char *text, PyObject *filename, int start, PyCompilerFlags *flags, int optimize)
{
    struct ast_arena *arena = ast_arena_new();
    if (arena == NULL)
        return NULL;
    mod_ty mod = PySys_Audit("compile", "yO", text, filename) < 0 ? NULL : parse_string(text, filename, start, flags, arena);
    PyObject *r = mod == NULL ? NULL : finish_tree(mod, filename, flags, optimize, arena);
    ast_arena_free(arena);
    return r;
}

OWNED PyObject *
source_compile_tree(PyObject *tree, PyObject *filename, int start, PyCompilerFlags *flags, int optimize)
{
    struct ast_arena *arena = ast_arena_new();
    if (arena == NULL)
        return NULL;
    int mode = start == Py_file_input ? 0 : start == Py_eval_input ? 1 : start == Py_single_input ? 2 : 3;
    mod_ty mod = ast_from_object(tree, arena, mode);
    PyObject *r = mod == NULL || !ast_validate(mod) ? NULL : finish_tree(mod, filename, flags, optimize, arena);
    ast_arena_free(arena);
    return r;
}

/* ---- C API ---- */

PyObject *
Py_CompileStringObject(const char *text, PyObject *filename, int start, PyCompilerFlags *flags, int optimize)
{
    return source_compile(text, filename, start, flags, optimize);
}

PyObject *
Py_CompileStringExFlags(const char *text, const char *filename, int start, PyCompilerFlags *flags, int optimize)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL)
        return NULL;
    PyObject *r = source_compile(text, name, start, flags, optimize);
    Py_DECREF(name);
    return r;
}

PyObject *
(Py_CompileString)(const char *text, const char *filename, int start)
{
    return Py_CompileStringExFlags(text, filename, start, NULL, -1);
}

PyObject *
(Py_CompileStringFlags)(const char *text, const char *filename, int start, PyCompilerFlags *flags)
{
    return Py_CompileStringExFlags(text, filename, start, flags, -1);
}
