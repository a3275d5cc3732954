/* interp/sys.c: the sys module: its dictionary, what the configuration puts there, the PySys_* functions. */
#include "interp/sys.h"

#include "interp/config.h"
#include "interp/import.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/monitor.h"

/* ---- access ---- */

/* Borrowed; NULL with an exception if the look-up failed. */
static PyObject *
look_up(const char *name)
{
    PyObject *sysdict = interp_current()->sysdict, *value = NULL;
    PyObject *key = sysdict == NULL ? NULL : PyUnicode_FromString(name);
    if (key != NULL) {
        value = PyDict_GetItemWithError(sysdict, key);
        Py_DECREF(key);
    }
    return value;
}

PyObject *
PySys_GetObject(const char *name)
{
    PyObject *exc = PyErr_GetRaisedException(), *value = look_up(name);
    if (value == NULL && PyErr_Occurred())
        PyErr_FormatUnraisable("Exception ignored in PySys_GetObject()");
    PyErr_SetRaisedException(exc);
    return value;
}

PyObject *
sys_get_quietly(const char *name)
{
    PyObject *exc = PyErr_GetRaisedException(), *value = look_up(name);
    PyErr_SetRaisedException(exc);
    return value;
}

int
PySys_SetObject(const char *name, PyObject *value)
{
    PyObject *sysdict = interp_current()->sysdict;
    if (sysdict == NULL)
        return -1;
    if (value != NULL)
        return PyDict_SetItemString(sysdict, name, value);
    PyObject *key = PyUnicode_InternFromString(name);
    int r = key == NULL ? -1 : PyDict_Pop(sysdict, key, NULL);
    Py_XDECREF(key);
    return r < 0 ? -1 : 0;
}

/* Steals value. */
static int
sys_set(const char *name, STEALS PyObject *value)
{
    int r = value == NULL ? -1 : PySys_SetObject(name, value);
    Py_XDECREF(value);
    return r;
}

/* ---- text for humans ---- */

static void
sys_write(const char *stream, FILE *fallback, const char *format, va_list va)
{
    char buffer[1001];
    PyObject *exc = PyErr_GetRaisedException(), *file = PySys_GetObject(stream);
    int n = vsnprintf(buffer, sizeof(buffer), format, va);
    if (file == NULL || file == Py_None || PyFile_WriteString(buffer, file) < 0) {
        PyErr_Clear();
        fputs(buffer, fallback);
    }
    if (n < 0 || (size_t)n >= sizeof(buffer)) {
        if (file == NULL || file == Py_None || PyFile_WriteString("... truncated", file) < 0)
            fputs("... truncated", fallback);
        PyErr_Clear();
    }
    PyErr_SetRaisedException(exc);
}

static void
sys_format(const char *stream, FILE *fallback, const char *format, va_list va)
{
    PyObject *exc = PyErr_GetRaisedException(), *file = PySys_GetObject(stream);
    PyObject *text = PyUnicode_FromFormatV(format, va);
    if (text != NULL) {
        if (file == NULL || file == Py_None || PyFile_WriteObject(text, file, Py_PRINT_RAW) < 0) {
            PyErr_Clear();
            const char *utf8 = PyUnicode_AsUTF8(text);
            fputs(utf8 == NULL ? "" : utf8, fallback);
        }
        Py_DECREF(text);
    }
    PyErr_Clear();
    PyErr_SetRaisedException(exc);
}

#define DEFINE_WRITER(name, writer, stream, fallback) \
    void name(const char *format, ...) \
    { \
        va_list va; \
        va_start(va, format); \
        writer(stream, fallback, format, va); \
        va_end(va); \
    }

DEFINE_WRITER(PySys_WriteStdout, sys_write, "stdout", stdout)
DEFINE_WRITER(PySys_WriteStderr, sys_write, "stderr", stderr)
DEFINE_WRITER(PySys_FormatStdout, sys_format, "stdout", stdout)
DEFINE_WRITER(PySys_FormatStderr, sys_format, "stderr", stderr)

/* ---- the module ---- */

PyDoc_STRVAR(sys_doc, "The interpreter seen from inside: what it was started with, its state, its hooks.");

static struct PyModuleDef sys_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "sys",
    .m_doc = sys_doc,
    .m_methods = sys_info_methods,
    .m_size = -1,
};

static int
keep_original_hooks(PyObject *dict)
{
    static const char *const hooks[] = { "displayhook", "excepthook", "breakpointhook", "unraisablehook" };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(hooks); i++) {
        PyObject *f = PyDict_GetItemString(dict, hooks[i]);
        char name[40];
        snprintf(name, sizeof(name), "__%s__", hooks[i]);
        if (f == NULL || PyDict_SetItemString(dict, name, f) < 0)
            return -1;
    }
    return 0;
}

OWNED PyObject *
sys_init(PyThreadState *ts)
{
    PyMethodDef *const parts[] = { sys_hook_methods, sys_trace_methods, sys_misc_methods, sys_audit_methods };
    PyObject *m = PyModule_Create2(&sys_def, PYTHON_API_VERSION);
    if (m == NULL)
        return NULL;
    PyObject *dict = PyModule_GetDict(m);
    ts->interp->sysdict = Py_NewRef(dict);
    rt_hooks.audit = sys_audit_tuple;
    rt_hooks.unraisable = sys_unraisable;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++) {
        if (PyModule_AddFunctions(m, parts[i]) < 0)
            goto fail;
    }
    if (keep_original_hooks(dict) < 0 || sys_add_info(dict) < 0 || sys_set("modules", Py_NewRef(ts->interp->imports.modules)) < 0 ||
        sys_set("builtin_module_names", import_builtin_names()) < 0 || sys_set("meta_path", PyList_New(0)) < 0 ||
        sys_set("path_importer_cache", PyDict_New()) < 0 || sys_set("path_hooks", PyList_New(0)) < 0 ||
        sys_set("monitoring", PyMonitoring_CreateModule()) < 0 || import_fixup_builtin(m, "sys", ts->interp->imports.modules) < 0)
        goto fail;
    return m;
fail:
    Py_DECREF(m);
    return NULL;
}

/* ---- what the configuration says ---- */

static PyObject *
wide_list(const PyWideStringList *list)
{
    PyObject *l = PyList_New(0);
    for (Py_ssize_t i = 0; l != NULL && i < list->length; i++) {
        PyObject *s = PyUnicode_FromWideChar(list->items[i], -1);
        if (s == NULL || PyList_Append(l, s) < 0)
            Py_CLEAR(l);
        Py_XDECREF(s);
    }
    return l;
}

int
sys_add_xoption(PyObject *dict, const wchar_t *option)
{
    const wchar_t *eq = wcschr(option, L'=');
    PyObject *key = PyUnicode_FromWideChar(option, eq == NULL ? -1 : eq - option);
    PyObject *value = eq == NULL ? Py_NewRef(Py_True) : PyUnicode_FromWideChar(eq + 1, -1);
    int r = key == NULL || value == NULL ? -1 : PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return r;
}

static PyObject *
xoptions_dict(const PyWideStringList *list)
{
    PyObject *d = PyDict_New();
    for (Py_ssize_t i = 0; d != NULL && i < list->length; i++)
        if (sys_add_xoption(d, list->items[i]) < 0)
            Py_CLEAR(d);
    return d;
}

static PyObject *
wide_text(const wchar_t *s)
{
    return s == NULL ? Py_NewRef(Py_None) : PyUnicode_FromWideChar(s, -1);
}

int
sys_update_config(PyThreadState *ts)
{
    const PyConfig *c = &ts->interp->config;
    const struct { const char *name; const wchar_t *value; } texts[] = {
        { "executable", c->executable }, { "_base_executable", c->base_executable }, { "prefix", c->prefix },
        { "base_prefix", c->base_prefix }, { "exec_prefix", c->exec_prefix }, { "base_exec_prefix", c->base_exec_prefix },
        { "platlibdir", c->platlibdir }, { "_stdlib_dir", c->stdlib_dir }, { "pycache_prefix", c->pycache_prefix },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(texts); i++) {
        if (sys_set(texts[i].name, wide_text(texts[i].value)) < 0)
            return -1;
    }
    return sys_set("argv", wide_list(&c->argv)) < 0 || sys_set("orig_argv", wide_list(&c->orig_argv)) < 0 ||
           sys_set("warnoptions", wide_list(&c->warnoptions)) < 0 || sys_set("_xoptions", xoptions_dict(&c->xoptions)) < 0 ||
           sys_set("path", wide_list(&c->module_search_paths)) < 0 || sys_set("flags", sys_make_flags()) < 0 ||
           sys_set("dont_write_bytecode", PyBool_FromLong(!c->write_bytecode)) < 0 ? -1 : 0;
}
