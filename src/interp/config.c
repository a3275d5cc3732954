/* interp/config.c: PyConfig, PyPreConfig, PyStatus and the wide-string lists in them (PEP 587). */
#include "interp/config.h"

#include "interp/old_init.h"
#include "interp/sys.h"
#include "rt/interp.h"

enum { CONFIG_INIT_COMPAT = 1, CONFIG_INIT_PYTHON = 2, CONFIG_INIT_ISOLATED = 3 };

/* ---- PyStatus ---- */

PyStatus PyStatus_Ok(void) { return (PyStatus){ ._type = _PyStatus_TYPE_OK }; }
PyStatus PyStatus_Error(const char *msg) { return (PyStatus){ ._type = _PyStatus_TYPE_ERROR, .err_msg = msg }; }
PyStatus config_error(const char *step, const char *msg) { return (PyStatus){ ._type = _PyStatus_TYPE_ERROR, .func = step, .err_msg = msg }; }
PyStatus PyStatus_NoMemory(void) { return PyStatus_Error("memory allocation failed"); }
PyStatus PyStatus_Exit(int code) { return (PyStatus){ ._type = _PyStatus_TYPE_EXIT, .exitcode = code }; }
int PyStatus_IsError(PyStatus s) { return s._type == _PyStatus_TYPE_ERROR; }
int PyStatus_IsExit(PyStatus s) { return s._type == _PyStatus_TYPE_EXIT; }
int PyStatus_Exception(PyStatus s) { return s._type != _PyStatus_TYPE_OK; }

/* ---- lists and strings ---- */

wchar_t *
wide_dup(const wchar_t *s)
{
    size_t size = (wcslen(s) + 1) * sizeof(wchar_t);
    wchar_t *copy = PyMem_RawMalloc(size);
    return copy == NULL ? NULL : memcpy(copy, s, size);
}

int
wide_list_append(PyWideStringList *list, const wchar_t *item)
{
    return PyStatus_Exception(PyWideStringList_Insert(list, list->length, item)) ? -1 : 0;
}

void
wide_list_clear(PyWideStringList *list)
{
    for (Py_ssize_t i = 0; i < list->length; i++)
        PyMem_RawFree(list->items[i]);
    PyMem_RawFree(list->items);
    *list = (PyWideStringList){ 0, NULL };
}

PyStatus
PyWideStringList_Insert(PyWideStringList *list, Py_ssize_t index, const wchar_t *item)
{
    if (index < 0)
        return PyStatus_Error("PyWideStringList_Insert index must be >= 0");
    if (index > list->length)
        index = list->length;
    wchar_t *copy = wide_dup(item), **items;
    items = copy == NULL ? NULL : PyMem_RawRealloc(list->items, ((size_t)list->length + 1) * sizeof(*items));
    if (items == NULL) {
        PyMem_RawFree(copy);
        return PyStatus_NoMemory();
    }
    memmove(items + index + 1, items + index, (size_t)(list->length - index) * sizeof(*items));
    items[index] = copy;
    list->items = items;
    list->length++;
    return PyStatus_Ok();
}

PyStatus
PyWideStringList_Append(PyWideStringList *list, const wchar_t *item)
{
    return PyWideStringList_Insert(list, list->length, item);
}

PyStatus
PyConfig_SetWideStringList(PyConfig *config, PyWideStringList *list, Py_ssize_t length, wchar_t **items)
{
    PyWideStringList copy = { 0, NULL };
    for (Py_ssize_t i = 0; i < length; i++) {
        if (wide_list_append(&copy, items[i]) < 0) {
            wide_list_clear(&copy);
            return PyStatus_NoMemory();
        }
    }
    wide_list_clear(list);
    *list = copy;
    return PyStatus_Ok();
}

PyStatus
PyConfig_SetString(PyConfig *config, wchar_t **field, const wchar_t *s)
{
    wchar_t *copy = s == NULL ? NULL : wide_dup(s);
    if (s != NULL && copy == NULL)
        return PyStatus_NoMemory();
    PyMem_RawFree(*field);
    *field = copy;
    return PyStatus_Ok();
}

PyStatus
PyConfig_SetBytesString(PyConfig *config, wchar_t **field, const char *s)
{
    PyStatus status = config_preinit(config, 0, NULL, NULL);
    if (PyStatus_Exception(status))
        return status;
    wchar_t *wide = s == NULL ? NULL : Py_DecodeLocale(s, NULL);
    if (s != NULL && wide == NULL)
        return PyStatus_Error("cannot decode string");
    PyMem_RawFree(*field);
    *field = wide;
    return PyStatus_Ok();
}

/* ---- PyConfig ---- */

static void
config_defaults(PyConfig *c)
{
    memset(c, 0, sizeof(*c));
    c->_config_init = CONFIG_INIT_COMPAT;
    c->isolated = c->use_environment = c->dev_mode = c->install_signal_handlers = c->use_hash_seed = -1;
    c->faulthandler = c->tracemalloc = c->perf_profiling = -1;
    c->site_import = c->user_site_directory = c->write_bytecode = c->buffered_stdio = c->parse_argv = -1;
    c->import_time = c->inspect = c->interactive = c->optimization_level = c->parser_debug = -1;
    c->bytes_warning = c->verbose = c->quiet = c->warn_default_encoding = c->code_debug_ranges = -1;
    c->configure_c_stdio = 0;
    c->use_frozen_modules = c->safe_path = c->int_max_str_digits = c->cpu_count = -1;
    c->pathconfig_warnings = -1;
    c->_install_importlib = c->_init_main = 1;
}

void
PyConfig_InitPythonConfig(PyConfig *c)
{
    config_defaults(c);
    c->_config_init = CONFIG_INIT_PYTHON;
    c->isolated = c->inspect = c->interactive = c->optimization_level = c->parser_debug = c->bytes_warning = 0;
    c->verbose = c->quiet = c->dev_mode = c->import_time = c->warn_default_encoding = c->safe_path = 0;
    c->use_environment = c->site_import = c->user_site_directory = c->write_bytecode = c->buffered_stdio = 1;
    c->parse_argv = c->configure_c_stdio = c->install_signal_handlers = c->code_debug_ranges = 1;
    c->use_frozen_modules = 1;
    c->pathconfig_warnings = 1;
    c->use_hash_seed = 0;
    c->int_max_str_digits = 4300;
    c->faulthandler = c->tracemalloc = c->perf_profiling = 0;
}

void
PyConfig_InitIsolatedConfig(PyConfig *c)
{
    PyConfig_InitPythonConfig(c);
    c->_config_init = CONFIG_INIT_ISOLATED;
    c->isolated = 1;
    c->use_environment = c->user_site_directory = 0;
    c->safe_path = 1;
    c->parse_argv = c->configure_c_stdio = c->install_signal_handlers = 0;
    c->pathconfig_warnings = 0;
}

static wchar_t **const *
config_string_fields(PyConfig *c)
{
    static __thread wchar_t **fields[32];
    wchar_t **const all[] = {
        &c->dump_refs_file, &c->filesystem_encoding, &c->filesystem_errors, &c->pycache_prefix, &c->stdio_encoding,
        &c->stdio_errors, &c->check_hash_pycs_mode, &c->program_name, &c->pythonpath_env, &c->home, &c->platlibdir,
        &c->stdlib_dir, &c->executable, &c->base_executable, &c->prefix, &c->base_prefix, &c->exec_prefix,
        &c->base_exec_prefix, &c->run_command, &c->run_module, &c->run_filename, &c->sys_path_0, NULL,
    };
    memcpy(fields, all, sizeof(all));
    return fields;
}

void
PyConfig_Clear(PyConfig *c)
{
    for (wchar_t **const *f = config_string_fields(c); *f != NULL; f++) {
        PyMem_RawFree(**f);
        **f = NULL;
    }
    wide_list_clear(&c->orig_argv);
    wide_list_clear(&c->argv);
    wide_list_clear(&c->xoptions);
    wide_list_clear(&c->warnoptions);
    wide_list_clear(&c->module_search_paths);
    c->module_search_paths_set = 0;
}

int
config_copy(PyConfig *to, const PyConfig *from)
{
    PyConfig source = *from;
    *to = *from;
    wchar_t **const *s = config_string_fields(&source);
    wchar_t **from_fields[32];
    memcpy(from_fields, s, sizeof(from_fields));
    wchar_t **const *t = config_string_fields(to);
    PyWideStringList *lists[] = { &to->orig_argv, &to->argv, &to->xoptions, &to->warnoptions, &to->module_search_paths };
    const PyWideStringList *from_lists[] = { &from->orig_argv, &from->argv, &from->xoptions, &from->warnoptions, &from->module_search_paths };
    int r = 0;
    for (size_t i = 0; t[i] != NULL; i++) {
        *t[i] = NULL;
        if (*from_fields[i] != NULL && (*t[i] = wide_dup(*from_fields[i])) == NULL)
            r = -1;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(lists); i++) {
        *lists[i] = (PyWideStringList){ 0, NULL };
        for (Py_ssize_t k = 0; k < from_lists[i]->length; k++)
            if (wide_list_append(lists[i], from_lists[i]->items[k]) < 0)
                r = -1;
    }
    if (r < 0)
        PyConfig_Clear(to);
    return r;
}

PyStatus
PyConfig_SetArgv(PyConfig *c, Py_ssize_t argc, wchar_t *const *argv)
{
    PyStatus s = config_preinit(c, argc, NULL, argv);
    return PyStatus_Exception(s) ? s : PyConfig_SetWideStringList(c, &c->argv, argc, (wchar_t **)argv);
}

PyStatus
PyConfig_SetBytesArgv(PyConfig *c, Py_ssize_t argc, char *const *argv)
{
    PyStatus s = config_preinit(c, argc, argv, NULL);
    if (PyStatus_Exception(s))
        return s;
    wide_list_clear(&c->argv);
    for (Py_ssize_t i = 0; i < argc; i++) {
        wchar_t *w = Py_DecodeLocale(argv[i], NULL);
        int r = w == NULL ? -1 : wide_list_append(&c->argv, w);
        PyMem_RawFree(w);
        if (r < 0)
            return PyStatus_NoMemory();
    }
    return PyStatus_Ok();
}

PyStatus
PyConfig_Read(PyConfig *c)
{
    PyStatus s = config_preinit(c, c->argv.length, NULL, c->argv.items);
    if (!PyStatus_Exception(s))
        s = old_init_fill(c);
    if (!PyStatus_Exception(s))
        s = old_init_take_xoptions(c);
    if (!PyStatus_Exception(s))
        s = config_read_command_line(c);
    if (!PyStatus_Exception(s))
        s = old_init_take_warnoptions(c);
    return PyStatus_Exception(s) ? s : config_compute_paths(c);
}

/* *to = a copy of from, if it is empty. 0 or -1. */
static int
default_text(wchar_t **to, const wchar_t *from)
{
    return *to == NULL && from != NULL && (*to = wide_dup(from)) == NULL ? -1 : 0;
}

/* Fields that the start computes when they are not given. 0 or -1 (no memory). */
static int
complete(PyConfig *c)
{
    if (default_text(&c->base_executable, c->executable) < 0 || default_text(&c->base_prefix, c->prefix) < 0
        || default_text(&c->base_exec_prefix, c->exec_prefix) < 0 || (c->argv.length == 0 && wide_list_append(&c->argv, L"") < 0))
        return -1;
    if (c->module_search_paths_set)
        return 0;
    PyConfig fresh;
    PyConfig_InitPythonConfig(&fresh);
    if (default_text(&fresh.program_name, c->program_name) < 0 || PyStatus_Exception(config_compute_paths(&fresh))) {
        PyConfig_Clear(&fresh);
        return -1;
    }
    wide_list_clear(&c->module_search_paths);
    c->module_search_paths = fresh.module_search_paths;
    c->module_search_paths_set = 1;
    fresh.module_search_paths = (PyWideStringList){ 0, NULL };
    PyConfig_Clear(&fresh);
    return 0;
}

int
_PyInterpreterState_SetConfig(const PyConfig *config)
{
    PyThreadState *ts = ts_current();
    PyConfig copy;
    if (config_copy(&copy, config) < 0 || complete(&copy) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    PyConfig_Clear(&ts->interp->config);
    ts->interp->config = copy;
    if (interp_is_main(ts->interp) && old_init_publish(&copy) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    ts->interp->long_max_str_digits = copy.int_max_str_digits;
    return sys_update_config(ts);
}

int
_PyInterpreterState_GetConfigCopy(PyConfig *config)
{
    if (config_copy(config, _Py_GetConfig()) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

const PyConfig *
_Py_GetConfig(void)
{
    return &ts_current()->interp->config;
}

/* ---- look-ups ---- */

const wchar_t *
config_xoption(const PyConfig *c, const wchar_t *name)
{
    size_t n = wcslen(name);
    for (Py_ssize_t i = 0; i < c->xoptions.length; i++) {     /* the first one counts */
        const wchar_t *o = c->xoptions.items[i];
        if (wcsncmp(o, name, n) == 0 && (o[n] == L'\0' || o[n] == L'='))
            return o[n] == L'=' ? o + n + 1 : o + n;
    }
    return NULL;
}

const char *
config_env(const PyConfig *c, const char *name)
{
    const char *v = c->use_environment ? getenv(name) : NULL;
    return v == NULL || *v == '\0' ? NULL : v;
}
