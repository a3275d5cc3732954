/* interp/builtins_compile.c: compile(), eval(), exec(). */
#include "interp/builtins.h"

#include "compile/compile.h"
#include "interp/run.h"
#include "interp/source.h"
#include "interp/args.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"
#include "vm/eval.h"

/* ---- compile ---- */

static int
compile_mode(PyObject *mode, int cf_flags)
{
    if (!PyUnicode_Check(mode)) {
        PyErr_Format(PyExc_TypeError, "compile() argument 'mode' must be str, not %.50s", Py_TYPE(mode)->tp_name);
        return -1;
    }
    if (PyUnicode_EqualToUTF8(mode, "exec"))
        return Py_file_input;
    if (PyUnicode_EqualToUTF8(mode, "eval"))
        return Py_eval_input;
    if (PyUnicode_EqualToUTF8(mode, "single"))
        return Py_single_input;
    if (PyUnicode_EqualToUTF8(mode, "func_type")) {
        if (cf_flags & PyCF_ONLY_AST)
            return Py_func_type_input;
        PyErr_SetString(PyExc_ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
        return -1;
    }
    PyErr_SetString(PyExc_ValueError, cf_flags & PyCF_ONLY_AST ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                                                              : "compile() mode must be 'exec', 'eval' or 'single'");
    return -1;
}

static int
int_arg(PyObject *o, int dflt, int *out)
{
    *out = o == NULL ? dflt : PyLong_AsInt(o);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
compile_object(PyObject *source, PyObject *filename, PyObject *mode, PyCompilerFlags *cf, int optimize)
{
    int start = compile_mode(mode, cf->cf_flags);
    if (start < 0)
        return NULL;
    int is_tree = ast_is_node(source);
    if (is_tree < 0)
        return NULL;
    if (is_tree) {
        int only_ast = (cf->cf_flags & PyCF_OPTIMIZED_AST) == PyCF_ONLY_AST;
        return only_ast ? Py_NewRef(source) : source_compile_tree(source, filename, start, cf, optimize);
    }
    PyObject *keep;
    const char *text = source_text(source, "compile", "string, bytes or AST", cf, &keep);
    if (text == NULL)
        return NULL;
    PyObject *r = source_compile(text, filename, start, cf, optimize);
    Py_XDECREF(keep);
    return r;
}

static PyObject *
builtin_compile(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version", NULL };
    static const struct args_spec spec = { "compile", names, 3, 6 };
    PyObject *a[7], *filename = NULL, *r = NULL;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    PyCompilerFlags cf = { .cf_flags = PyCF_SOURCE_IS_UTF8, .cf_feature_version = PY_MINOR_VERSION };
    int flags, optimize, feature, dont_inherit = a[4] == NULL ? 0 : PyObject_IsTrue(a[4]);
    if (dont_inherit < 0 || int_arg(a[3], 0, &flags) < 0 || int_arg(a[5], -1, &optimize) < 0 || int_arg(a[6], -1, &feature) < 0)
        return NULL;
    if (!PyUnicode_FSDecoder(a[1], &filename))
        return NULL;
    cf.cf_flags |= flags;
    if (feature >= 0 && (flags & PyCF_ONLY_AST))
        cf.cf_feature_version = feature;
    if (flags & ~(PyCF_MASK | PyCF_MASK_OBSOLETE | PyCF_COMPILE_MASK))
        PyErr_SetString(PyExc_ValueError, "compile(): unrecognised flags");
    else if (optimize < -1 || optimize > 2)
        PyErr_SetString(PyExc_ValueError, "compile(): invalid optimize value");
    else {
        if (!dont_inherit)
            PyEval_MergeCompilerFlags(&cf);
        r = compile_object(a[0], filename, a[2], &cf, optimize);
    }
    Py_DECREF(filename);
    return r;
}

/* ---- eval and exec ---- */

/* The namespaces to run in: new references. `who` is "eval" or "exec". */
static int
find_namespaces(const char *who, PyObject *globals, PyObject *locals, PyObject **g, PyObject **l)
{
    if (globals == Py_None)
        globals = NULL;
    if (locals == Py_None)
        locals = NULL;
    if (globals == NULL) {
        globals = PyEval_GetGlobals();
        if (globals == NULL) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "%s must be given globals and locals when called without a frame", who);
            return -1;
        }
        *g = Py_NewRef(globals);
        *l = locals != NULL ? Py_NewRef(locals) : PyEval_GetFrameLocals();
        if (*l == NULL)
            Py_CLEAR(*g);
        return *l == NULL ? -1 : 0;
    }
    if (locals != NULL && !PyMapping_Check(locals)) {
        if (who[1] == 'v')
            PyErr_SetString(PyExc_TypeError, "locals must be a mapping");
        else
            PyErr_Format(PyExc_TypeError, "locals must be a mapping or None, not %.100s", Py_TYPE(locals)->tp_name);
        return -1;
    }
    if (!PyDict_Check(globals)) {
        if (who[1] == 'v')
            PyErr_SetString(PyExc_TypeError, PyMapping_Check(globals) ? "globals must be a real dict; try eval(code, {}, mapping)" : "globals must be a dict");
        else
            PyErr_Format(PyExc_TypeError, "exec() globals must be a dict, not %.100s", Py_TYPE(globals)->tp_name);
        return -1;
    }
    *g = Py_NewRef(globals);
    *l = Py_NewRef(locals == NULL ? globals : locals);
    return 0;
}

static int
ensure_builtins(PyObject *globals)
{
    int r = PyDict_Contains(globals, ID(__builtins__));
    return r != 0 ? (r < 0 ? -1 : 0) : PyDict_SetItem(globals, ID(__builtins__), PyEval_GetBuiltins());
}

static PyObject *
run_text(PyObject *source, const char *who, int start, PyObject *g, PyObject *l)
{
    PyCompilerFlags cf = { .cf_flags = PyCF_SOURCE_IS_UTF8, .cf_feature_version = PY_MINOR_VERSION };
    PyObject *keep, *r = NULL;
    const char *text = source_text(source, who, "string, bytes or code", &cf, &keep);
    if (text == NULL)
        return NULL;
    if (start == Py_eval_input)
        while (*text == ' ' || *text == '\t')
            text++;
    PyEval_MergeCompilerFlags(&cf);
    PyObject *code = source_compile(text, STR(anon_string), start, &cf, -1);
    if (code != NULL && PySys_Audit("exec", "O", code) == 0)
        r = PyEval_EvalCode(code, g, l);
    Py_XDECREF(code);
    Py_XDECREF(keep);
    return r;
}

static PyObject *
builtin_eval(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "globals", "locals", NULL };
    static const struct args_spec spec = { "eval", names, 1, 3 };
    PyObject *a[3], *g, *l, *r = NULL;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0 || find_namespaces("eval", a[1], a[2], &g, &l) < 0)
        return NULL;
    if (ensure_builtins(g) < 0)
        goto done;
    if (!PyCode_Check(a[0]))
        r = run_text(a[0], "eval", Py_eval_input, g, l);
    else if (PySys_Audit("exec", "O", a[0]) == 0) {
        if (PyCode_GetNumFree((PyCodeObject *)a[0]) > 0)
            PyErr_SetString(PyExc_TypeError, "code object passed to eval() may not contain free variables");
        else
            r = PyEval_EvalCode(a[0], g, l);
    }
done:
    Py_DECREF(g);
    Py_DECREF(l);
    return r;
}

/* 0 if `closure` (NULL or None: none) fits the code's free variables. */
static int
check_closure(PyObject *code, PyObject *closure)
{
    Py_ssize_t nfree = PyCode_GetNumFree((PyCodeObject *)code);
    if (nfree == 0) {
        if (closure == NULL)
            return 0;
        PyErr_SetString(PyExc_TypeError, "cannot use a closure with this code object");
        return -1;
    }
    int ok = closure != NULL && PyTuple_CheckExact(closure) && PyTuple_GET_SIZE(closure) == nfree;
    for (Py_ssize_t i = 0; ok && i < nfree; i++)
        ok = PyCell_Check(PyTuple_GET_ITEM(closure, i));
    if (!ok)
        PyErr_Format(PyExc_TypeError, "code object requires a closure of exactly length %zd", nfree);
    return ok ? 0 : -1;
}

static bool
is_main_dict(PyObject *globals)
{
    PyObject *m = PyImport_AddModule("__main__");
    if (m == NULL)
        PyErr_Clear();
    return m != NULL && PyModule_GetDict(m) == globals;
}

static PyObject *
exec_code(PyObject *code, PyObject *g, PyObject *l, PyObject *closure)
{
    if (check_closure(code, closure) < 0 || PySys_Audit("exec", "O", code) < 0)
        return NULL;
    PyObject *r = closure == NULL ? PyEval_EvalCode(code, g, l) : PyEval_EvalCodeEx(code, g, l, NULL, 0, NULL, 0, NULL, 0, NULL, closure);
    if (UNLIKELY(compile_dump.quick) && interp_current()->config.run_module != NULL && is_main_dict(g))     /* runpy runs it so */
        run_dump_quick(code);
    return r;
}

static PyObject *
builtin_exec(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "globals", "locals", "closure", NULL };
    static const struct args_spec spec = { "exec", names, 1, 3 };
    PyObject *a[4], *g, *l, *r = NULL;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0 || find_namespaces("exec", a[1], a[2], &g, &l) < 0)
        return NULL;
    PyObject *closure = a[3] == Py_None ? NULL : a[3];
    if (ensure_builtins(g) < 0)
        goto done;
    if (PyCode_Check(a[0]))
        r = exec_code(a[0], g, l, closure);
    else if (closure != NULL)
        PyErr_SetString(PyExc_TypeError, "closure can only be used when source is a code object");
    else
        r = run_text(a[0], "exec", Py_file_input, g, l);
    if (r != NULL)
        Py_SETREF(r, Py_None);
done:
    Py_DECREF(g);
    Py_DECREF(l);
    return r;
}

#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

PyMethodDef builtins_compile_methods[] = {
    { "compile", FASTKW(builtin_compile), PyDoc_STR("compile($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)\n--\n\nMake a code object (or a syntax tree) from source or a syntax tree.") },
    { "eval", FASTKW(builtin_eval), PyDoc_STR("eval($module, source, /, globals=None, locals=None)\n--\n\nThe value of an expression, given as text or code object.") },
    { "exec", FASTKW(builtin_exec), PyDoc_STR("exec($module, source, /, globals=None, locals=None, *, closure=None)\n--\n\nRun statements, given as text or code object.") },
    { NULL },
};
