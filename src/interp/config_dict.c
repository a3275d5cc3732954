/* interp/config_dict.c: PyConfig as a dict of Python values and back, for tests. */
#include <Python.h>
#include <stddef.h>

#include "base/own.h"
#include "interp/config.h"
#include "rt/runtime.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

enum config_kind { CONFIG_INT, CONFIG_UINT, CONFIG_BOOL, CONFIG_ULONG, CONFIG_STR, CONFIG_OPT, CONFIG_LIST };

#define C_INT(name) { #name, CONFIG_INT, offsetof(PyConfig, name) },
#define C_UINT(name) { #name, CONFIG_UINT, offsetof(PyConfig, name) },
#define C_BOOL(name) { #name, CONFIG_BOOL, offsetof(PyConfig, name) },
#define C_ULONG(name) { #name, CONFIG_ULONG, offsetof(PyConfig, name) },
#define C_STR(name) { #name, CONFIG_STR, offsetof(PyConfig, name) },
#define C_OPT(name) { #name, CONFIG_OPT, offsetof(PyConfig, name) },
#define C_LIST(name) { #name, CONFIG_LIST, offsetof(PyConfig, name) },
static const struct config_field { const char *name; enum config_kind kind; size_t offset; } config_fields[] = {
    C_UINT(_config_init) C_BOOL(isolated) C_BOOL(use_environment) C_BOOL(dev_mode) C_BOOL(install_signal_handlers)
    C_BOOL(use_hash_seed) C_ULONG(hash_seed) C_BOOL(faulthandler) C_UINT(tracemalloc) C_INT(perf_profiling)
    C_BOOL(import_time) C_BOOL(code_debug_ranges) C_BOOL(show_ref_count) C_BOOL(dump_refs) C_OPT(dump_refs_file)
    C_BOOL(malloc_stats) C_STR(filesystem_encoding) C_STR(filesystem_errors) C_OPT(pycache_prefix)
    C_BOOL(parse_argv) C_LIST(orig_argv) C_LIST(argv) C_LIST(xoptions) C_LIST(warnoptions) C_BOOL(site_import)
    C_UINT(bytes_warning) C_BOOL(warn_default_encoding) C_BOOL(inspect) C_BOOL(interactive) C_UINT(optimization_level)
    C_BOOL(parser_debug) C_BOOL(write_bytecode) C_UINT(verbose) C_BOOL(quiet) C_BOOL(user_site_directory)
    C_BOOL(configure_c_stdio) C_BOOL(buffered_stdio) C_STR(stdio_encoding) C_STR(stdio_errors)
    C_STR(check_hash_pycs_mode) C_BOOL(use_frozen_modules) C_BOOL(safe_path) C_INT(int_max_str_digits)
    C_INT(cpu_count) C_BOOL(pathconfig_warnings) C_STR(program_name) C_OPT(pythonpath_env) C_OPT(home)
    C_STR(platlibdir) C_BOOL(module_search_paths_set) C_LIST(module_search_paths) C_OPT(stdlib_dir)
    C_OPT(executable) C_OPT(base_executable) C_OPT(prefix) C_OPT(base_prefix) C_OPT(exec_prefix)
    C_OPT(base_exec_prefix) C_BOOL(skip_source_first_line) C_OPT(run_command) C_OPT(run_module) C_OPT(run_filename)
    C_OPT(sys_path_0) C_BOOL(_install_importlib) C_BOOL(_init_main) C_BOOL(_is_python_build)
};

static PyObject *
wide_list(const PyWideStringList *l)
{
    PyObject *list = PyList_New(l->length);
    for (Py_ssize_t i = 0; list != NULL && i < l->length; i++) {
        PyObject *item = PyUnicode_FromWideChar(l->items[i], -1);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *
config_value(const PyConfig *config, enum config_kind kind, size_t offset)
{
    const char *at = (const char *)config + offset;
    switch (kind) {
    case CONFIG_INT:
    case CONFIG_UINT:
        return PyLong_FromLong(*(const int *)at);
    case CONFIG_BOOL:
        return PyBool_FromLong(*(const int *)at);
    case CONFIG_ULONG:
        return PyLong_FromUnsignedLong(*(const unsigned long *)at);
    case CONFIG_STR:
    case CONFIG_OPT: {
        const wchar_t *text = *(wchar_t *const *)at;
        return text != NULL ? PyUnicode_FromWideChar(text, -1) : Py_NewRef(Py_None);
    }
    default:
        return wide_list((const PyWideStringList *)at);
    }
}

PyObject *
_PyConfig_AsDict(const PyConfig *config)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < Py_ARRAY_LENGTH(config_fields); i++) {
        PyObject *value = config_value(config, config_fields[i].kind, config_fields[i].offset);
        if (value == NULL || PyDict_SetItemString(dict, config_fields[i].name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

/* --- from a dict --- */

static int
bad(PyObject *type, const char *what, const char *name)
{
    PyErr_Format(type, "%s: %s", what, name);
    return -1;
}
#define BAD_TYPE(name) bad(PyExc_TypeError, "invalid config type", name)
#define BAD_VALUE(name) bad(PyExc_ValueError, "invalid config value", name)

static int
set_number(char *at, const struct config_field *f, PyObject *value)
{
    if (!PyLong_Check(value))
        return BAD_TYPE(f->name);
    int overflow;
    long n = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow || (n < 0 && f->kind != CONFIG_INT) || n > (f->kind == CONFIG_ULONG ? (long)UINT32_MAX : INT_MAX) || n < INT_MIN)
        return BAD_VALUE(f->name);
    if (strcmp(f->name, "_config_init") == 0 && (n < 1 || n > 3))
        return BAD_VALUE(f->name);
    if (f->kind == CONFIG_ULONG)
        *(unsigned long *)at = (unsigned long)n;
    else
        *(int *)at = f->kind == CONFIG_BOOL ? n != 0 : (int)n;
    return 0;
}

static int
set_text(PyConfig *config, char *at, const struct config_field *f, PyObject *value)
{
    if (value == Py_None)
        return f->kind == CONFIG_STR ? BAD_VALUE(f->name) : 0;
    if (!PyUnicode_Check(value))
        return BAD_TYPE(f->name);
    wchar_t *wide = PyUnicode_AsWideCharString(value, NULL);
    if (wide == NULL)
        return -1;
    PyStatus status = PyConfig_SetString(config, (wchar_t **)at, wide);
    PyMem_Free(wide);
    return PyStatus_Exception(status) ? (PyErr_NoMemory(), -1) : 0;
}

static int
set_list(char *at, const struct config_field *f, PyObject *value)
{
    if (!PyList_Check(value) && !PyTuple_Check(value))
        return BAD_TYPE(f->name);
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(value); i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(value, i);
        if (item == Py_None)
            return BAD_VALUE(f->name);
        if (!PyUnicode_Check(item))
            return BAD_TYPE(f->name);
        wchar_t *wide = PyUnicode_AsWideCharString(item, NULL);
        int r = wide == NULL ? -1 : wide_list_append((PyWideStringList *)at, wide);
        PyMem_Free(wide);
        if (r < 0)
            return PyErr_NoMemory(), -1;
    }
    return 0;
}

int
_PyConfig_FromDict(PyConfig *config, PyObject *dict)
{
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "dict expected");
        return -1;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(config_fields); i++) {
        const struct config_field *f = &config_fields[i];
        char *at = (char *)config + f->offset;
        PyObject *value = PyDict_GetItemString(dict, f->name);
        if (value == NULL)
            return bad(PyExc_ValueError, "missing config key", f->name);
        int r = f->kind == CONFIG_LIST ? set_list(at, f, value) : f->kind == CONFIG_STR || f->kind == CONFIG_OPT ? set_text(config, at, f, value)
              : set_number(at, f, value);
        if (r < 0)
            return -1;
    }
    return 0;
}

/* --- all that configures --- */

struct named_int { const char *name; int value; };
#define NAMED(name) { #name, name }

static OWNED PyObject *
ints_dict(const struct named_int *fields, size_t n)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < n; i++) {
        PyObject *value = PyLong_FromLong(fields[i].value);
        if (value == NULL || PyDict_SetItemString(dict, fields[i].name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

static OWNED PyObject *
global_variables(void)
{
    const struct named_int fields[] = {
        NAMED(Py_UTF8Mode), NAMED(Py_DebugFlag), NAMED(Py_VerboseFlag), NAMED(Py_QuietFlag), NAMED(Py_InteractiveFlag),
        NAMED(Py_InspectFlag), NAMED(Py_OptimizeFlag), NAMED(Py_NoSiteFlag), NAMED(Py_BytesWarningFlag), NAMED(Py_FrozenFlag),
        NAMED(Py_IgnoreEnvironmentFlag), NAMED(Py_DontWriteBytecodeFlag), NAMED(Py_NoUserSiteDirectory),
        NAMED(Py_UnbufferedStdioFlag), NAMED(Py_HashRandomizationFlag), NAMED(Py_IsolatedFlag),
    };
    return ints_dict(fields, Py_ARRAY_LENGTH(fields));
}

static OWNED PyObject *
preconfig_dict(const PyPreConfig *p)
{
    const struct named_int fields[] = {
        { "_config_init", p->_config_init }, { "parse_argv", p->parse_argv }, { "isolated", p->isolated },
        { "use_environment", p->use_environment }, { "configure_locale", p->configure_locale }, { "coerce_c_locale", p->coerce_c_locale },
        { "coerce_c_locale_warn", p->coerce_c_locale_warn }, { "utf8_mode", p->utf8_mode }, { "dev_mode", p->dev_mode },
        { "allocator", p->allocator },
    };
    return ints_dict(fields, Py_ARRAY_LENGTH(fields));
}

PyObject *
_Py_GetConfigsAsDict(void)
{
    PyObject *parts[] = { global_variables(), preconfig_dict(&RUNTIME->preconfig), _PyConfig_AsDict(_Py_GetConfig()) };
    static const char *const names[] = { "global_config", "pre_config", "config" };
    PyObject *all = PyDict_New();
    for (size_t i = 0; i < Py_ARRAY_LENGTH(parts); i++) {
        if (all != NULL && (parts[i] == NULL || PyDict_SetItemString(all, names[i], parts[i]) < 0))
            Py_CLEAR(all);
        Py_XDECREF(parts[i]);
    }
    return all;
}

/* CPython computes its paths with a frozen Python program; here interp/path.c does, in C. */
PyObject *
_Py_Get_Getpath_CodeObject(void)
{
    PyErr_SetString(PyExc_SystemError, "_Py_Get_Getpath_CodeObject: the paths are not computed by a code object");
    return NULL;
}

void
_PyErr_SetFromPyStatus(PyStatus status)
{
    if (!PyStatus_IsError(status))
        PyErr_SetString(PyExc_SystemError, "_PyErr_SetFromPyStatus() expects an error PyStatus");
    else if (strcmp(status.err_msg, PyStatus_NoMemory().err_msg) == 0)
        PyErr_NoMemory();
    else if (status.func != NULL)
        PyErr_Format(PyExc_RuntimeError, "%s: %s", status.func, status.err_msg);
    else
        PyErr_SetString(PyExc_RuntimeError, status.err_msg);
}
