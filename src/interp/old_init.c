/* interp/old_init.c: see old_init.h. What is set before the start waits in `set` (strings) and in two lists; a start moves
 * the lists into its configuration and copies its results into `shown`, which outlives the interpreter. */
#include "interp/old_init.h"

#include <wchar.h>

#include "interp/config.h"
#include "interp/run.h"
#include "interp/sys.h"
#include "rt/interp.h"
#include "rt/thread.h"

enum old_text { PROGRAM_NAME, HOME, PATH, PREFIX, EXEC_PREFIX, STDLIB, FULL_PATH, N_TEXTS };

static wchar_t *set[N_TEXTS], *shown[N_TEXTS];
static PyWideStringList early_warnoptions, early_xoptions, shown_argv;

/* ---- text before the start ---- */

static void
replace(wchar_t **slot, const wchar_t *text, const char *func)
{
    wchar_t *copy = text == NULL ? NULL : wide_dup(text);
    if (text != NULL && copy == NULL)
        _Py_FatalErrorFunc(func, "out of memory");
    PyMem_RawFree(*slot);
    *slot = copy;
}

void
Py_SetProgramName(const wchar_t *name)
{
    replace(&set[PROGRAM_NAME], name == NULL || *name == L'\0' ? NULL : name, __func__);
}

void
Py_SetPythonHome(const wchar_t *home)
{
    replace(&set[HOME], home == NULL || *home == L'\0' ? NULL : home, __func__);
}

/* Who gives the path does not want the library looked for: the prefixes are empty then. */
void
Py_SetPath(const wchar_t *path)
{
    if (path == NULL) {
        _PyPathConfig_ClearGlobal();
        return;
    }
    replace(&set[PATH], path, __func__);
    replace(&set[PREFIX], L"", __func__);
    replace(&set[EXEC_PREFIX], L"", __func__);
    replace(&set[STDLIB], set[HOME] != NULL ? set[HOME] : L"", __func__);
}

void
_PyPathConfig_ClearGlobal(void)
{
    for (int i = 0; i < N_TEXTS; i++) {
        replace(&set[i], NULL, __func__);
        replace(&shown[i], NULL, __func__);
    }
}

static wchar_t *
get(enum old_text which)
{
    return shown[which] != NULL ? shown[which] : set[which];
}

wchar_t *Py_GetPath(void) { return get(PATH); }
wchar_t *Py_GetPrefix(void) { return get(PREFIX); }
wchar_t *Py_GetExecPrefix(void) { return get(EXEC_PREFIX); }
wchar_t *Py_GetProgramFullPath(void) { return get(FULL_PATH); }
wchar_t *Py_GetProgramName(void) { return get(PROGRAM_NAME); }
wchar_t *Py_GetPythonHome(void) { return get(HOME); }

void
Py_GetArgcArgv(int *argc, wchar_t ***argv)
{
    *argc = (int)shown_argv.length;
    *argv = shown_argv.items;
}

/* ---- to and from a configuration ---- */

/* Appends the parts between the colons: 0 or -1. */
static int
append_split(PyWideStringList *list, const wchar_t *path)
{
    for (;; path++) {
        size_t n = wcscspn(path, L":");
        wchar_t *item = PyMem_RawMalloc((n + 1) * sizeof(wchar_t));
        if (item == NULL)
            return -1;
        wmemcpy(item, path, n);
        item[n] = L'\0';
        int r = wide_list_append(list, item);
        PyMem_RawFree(item);
        path += n;
        if (r < 0 || *path == L'\0')
            return r;
    }
}

PyStatus
old_init_fill(PyConfig *c)
{
    const struct { wchar_t **to; enum old_text from; } fields[] = {
        { &c->program_name, PROGRAM_NAME }, { &c->home, HOME }, { &c->prefix, PREFIX }, { &c->exec_prefix, EXEC_PREFIX },
        { &c->base_prefix, PREFIX }, { &c->base_exec_prefix, EXEC_PREFIX }, { &c->stdlib_dir, STDLIB },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fields); i++) {
        if (*fields[i].to == NULL && set[fields[i].from] != NULL && (*fields[i].to = wide_dup(set[fields[i].from])) == NULL)
            return PyStatus_NoMemory();
    }
    if (set[PATH] != NULL && !c->module_search_paths_set) {
        if (append_split(&c->module_search_paths, set[PATH]) < 0)
            return PyStatus_NoMemory();
        c->module_search_paths_set = 1;
    }
    return PyStatus_Ok();
}

static PyStatus
take(PyWideStringList *from, PyWideStringList *to)
{
    int r = 0;
    for (Py_ssize_t i = 0; i < from->length && r == 0; i++)
        r = wide_list_append(to, from->items[i]);
    wide_list_clear(from);
    return r < 0 ? PyStatus_NoMemory() : PyStatus_Ok();
}

PyStatus old_init_take_xoptions(PyConfig *c) { return take(&early_xoptions, &c->xoptions); }
PyStatus old_init_take_warnoptions(PyConfig *c) { return take(&early_warnoptions, &c->warnoptions); }

/* The parts with colons between them, to be freed with PyMem_RawFree(). */
static wchar_t *
joined(const PyWideStringList *list)
{
    size_t n = 1;
    for (Py_ssize_t i = 0; i < list->length; i++)
        n += wcslen(list->items[i]) + 1;
    wchar_t *text = PyMem_RawMalloc(n * sizeof(wchar_t)), *end = text;
    if (text == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < list->length; i++) {
        if (i > 0)
            *end++ = L':';
        end = wcpcpy(end, list->items[i]);
    }
    *end = L'\0';
    return text;
}

int
old_init_publish(const PyConfig *c)
{
    const wchar_t *const values[N_TEXTS] = {
        [PROGRAM_NAME] = c->program_name, [HOME] = c->home, [PREFIX] = c->prefix, [EXEC_PREFIX] = c->exec_prefix,
        [STDLIB] = c->stdlib_dir, [FULL_PATH] = c->executable,
    };
    for (int i = 0; i < N_TEXTS; i++)
        replace(&shown[i], values[i], __func__);
    shown[PATH] = joined(&c->module_search_paths);
    wide_list_clear(&shown_argv);
    for (Py_ssize_t i = 0; i < c->orig_argv.length; i++)
        if (wide_list_append(&shown_argv, c->orig_argv.items[i]) < 0)
            return -1;
    return shown[PATH] == NULL ? -1 : 0;
}

void
old_init_flags(PyConfig *c)
{
    const struct { int *to; int flag; } yes[] = {
        { &c->parser_debug, Py_DebugFlag }, { &c->verbose, Py_VerboseFlag }, { &c->quiet, Py_QuietFlag }, { &c->inspect, Py_InspectFlag },
        { &c->interactive, Py_InteractiveFlag }, { &c->optimization_level, Py_OptimizeFlag }, { &c->isolated, Py_IsolatedFlag },
        { &c->bytes_warning, Py_BytesWarningFlag },
    };
    const struct { int *to; int flag; } no[] = {
        { &c->use_environment, Py_IgnoreEnvironmentFlag }, { &c->site_import, Py_NoSiteFlag }, { &c->pathconfig_warnings, Py_FrozenFlag },
        { &c->write_bytecode, Py_DontWriteBytecodeFlag }, { &c->user_site_directory, Py_NoUserSiteDirectory },
        { &c->buffered_stdio, Py_UnbufferedStdioFlag },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(yes); i++)
        if (yes[i].flag > 0)
            *yes[i].to = yes[i].flag;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(no); i++)
        if (no[i].flag > 0)
            *no[i].to = 0;
}

/* ---- options of sys ---- */

/* sys.NAME if it is of that type, or a new one in its place; borrowed, NULL with an exception. */
static PyObject *
sys_container(const char *name, PyTypeObject *type)
{
    PyObject *held = PySys_GetObject(name);
    if (held != NULL && PyObject_TypeCheck(held, type))
        return held;
    PyObject *made = PyObject_CallNoArgs((PyObject *)type);
    if (made == NULL)
        return NULL;
    int r = PySys_SetObject(name, made);
    Py_DECREF(made);                     /* sys holds it */
    return r < 0 ? NULL : made;
}

PyObject *
PySys_GetXOptions(void)
{
    return sys_container("_xoptions", &PyDict_Type);
}

int
PySys_HasWarnOptions(void)
{
    PyObject *options = PySys_GetObject("warnoptions");
    return options != NULL && PyList_Check(options) && PyList_GET_SIZE(options) > 0;
}

void
PySys_ResetWarnOptions(void)
{
    if (ts_current() == NULL) {
        wide_list_clear(&early_warnoptions);
        return;
    }
    PyObject *options = PySys_GetObject("warnoptions");
    if (options != NULL && PyList_Check(options))
        PyList_SetSlice(options, 0, PyList_GET_SIZE(options), NULL);
}

static int
add_warn_option(PyObject *option)
{
    PyObject *options = sys_container("warnoptions", &PyList_Type);
    return options == NULL ? -1 : PyList_Append(options, option);
}

void
PySys_AddWarnOptionUnicode(PyObject *option)
{
    if (add_warn_option(option) < 0 && ts_current() != NULL)
        PyErr_Clear();                   /* there is nobody to tell */
}

void
PySys_AddWarnOption(const wchar_t *text)
{
    if (ts_current() == NULL) {
        if (wide_list_append(&early_warnoptions, text) < 0)
            _Py_FatalErrorFunc(__func__, "out of memory");
        return;
    }
    PyObject *option = PyUnicode_FromWideChar(text, -1);
    if (option != NULL) {
        PySys_AddWarnOptionUnicode(option);
        Py_DECREF(option);
    }
}

void
PySys_AddXOption(const wchar_t *text)
{
    if (ts_current() == NULL) {
        if (wide_list_append(&early_xoptions, text) < 0)
            _Py_FatalErrorFunc(__func__, "out of memory");
        return;
    }
    PyObject *options = PySys_GetXOptions();
    if (options == NULL || sys_add_xoption(options, text) < 0)
        PyErr_Clear();
}

/* ---- sys.path and sys.argv ---- */

static OWNED PyObject *
text_list(const PyWideStringList *list)
{
    PyObject *l = PyList_New(list->length);
    for (Py_ssize_t i = 0; l != NULL && i < list->length; i++) {
        PyObject *s = PyUnicode_FromWideChar(list->items[i], -1);
        if (s == NULL)
            Py_CLEAR(l);
        else
            PyList_SET_ITEM(l, i, s);
    }
    return l;
}

void
PySys_SetPath(const wchar_t *path)
{
    PyWideStringList parts = { 0, NULL };
    PyObject *l = append_split(&parts, path) < 0 ? NULL : text_list(&parts);
    wide_list_clear(&parts);
    if (l == NULL)
        _Py_FatalErrorFunc(__func__, "can't create sys.path");
    if (PySys_SetObject("path", l) < 0)
        _Py_FatalErrorFunc(__func__, "can't assign sys.path");
    Py_DECREF(l);
}

void
PySys_SetArgvEx(int argc, wchar_t **argv, int update_path)
{
    static wchar_t nothing[] = L"", *empty[] = { nothing };
    bool given = argc > 0 && argv != NULL;
    const PyWideStringList list = { given ? argc : 1, given ? argv : empty };
    PyObject *l = text_list(&list);
    if (l == NULL)
        _Py_FatalErrorFunc(__func__, "no mem for sys.argv");
    if (PySys_SetObject("argv", l) < 0)
        _Py_FatalErrorFunc(__func__, "can't assign sys.argv");
    Py_DECREF(l);
    if (!update_path)
        return;
    PyObject *path = PySys_GetObject("path"), *folder = path == NULL ? NULL : run_argv_folder(list.items[0]);
    if (folder != NULL && PyList_Insert(path, 0, folder) < 0)
        _Py_FatalErrorFunc(__func__, "can't prepend path0 to sys.path");
    if (folder == NULL && PyErr_Occurred())
        _Py_FatalErrorFunc(__func__, "can't compute path0 from argv");
    Py_XDECREF(folder);
}

void
PySys_SetArgv(int argc, wchar_t **argv)
{
    PySys_SetArgvEx(argc, argv, !interp_current()->config.isolated);
}
