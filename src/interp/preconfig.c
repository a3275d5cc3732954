/* interp/preconfig.c: what must be known before the first text is read: the locale and with it the encoding of arguments and
 * environment (PEP 538: the C locale is replaced by one with UTF-8; PEP 540: UTF-8 mode), and the allocator (PEP 587).
 *
 * The command line is looked at for -E, -I and -X utf8 only, in whatever encoding. UTF-8 mode is decided by the locale that
 * the user has set, before it is replaced. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>

#include "interp/config.h"
#include "rt/heap.h"
#include "rt/locale_text.h"
#include "rt/runtime.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

enum { CONFIG_INIT_COMPAT = 1, CONFIG_INIT_PYTHON = 2, CONFIG_INIT_ISOLATED = 3 };

/* ---- making ---- */

void
PyPreConfig_InitPythonConfig(PyPreConfig *p)
{
    *p = (PyPreConfig){ ._config_init = CONFIG_INIT_PYTHON, .parse_argv = 1, .use_environment = 1, .configure_locale = 1,
                        .coerce_c_locale = -1, .coerce_c_locale_warn = -1, .utf8_mode = -1 };
}

void
PyPreConfig_InitIsolatedConfig(PyPreConfig *p)
{
    *p = (PyPreConfig){ ._config_init = CONFIG_INIT_ISOLATED, .isolated = 1 };
}

/* For Py_Initialize(): the locale is taken from the environment, the rest stays. */
static void
init_compat(PyPreConfig *p)
{
    *p = (PyPreConfig){ ._config_init = CONFIG_INIT_COMPAT, .isolated = -1, .use_environment = -1, .configure_locale = 1,
                        .utf8_mode = Py_UTF8Mode > 0 };
}

/* ---- the command line ---- */

struct early { bool isolated, no_environment; const wchar_t *utf8; };   /* utf8: "utf8" or "utf8=..." of the first -X utf8 */

static void
note_x(struct early *e, const wchar_t *value)
{
    if (e->utf8 == NULL && wcsncmp(value, L"utf8", 4) == 0 && (value[4] == L'\0' || value[4] == L'='))
        e->utf8 = value;
}

static void
scan_options(struct early *e, const PyWideStringList *argv)
{
    for (Py_ssize_t i = 1; i < argv->length; i++) {
        const wchar_t *arg = argv->items[i];
        if (arg[0] != L'-' || arg[1] == L'\0' || wcscmp(arg, L"--") == 0)
            return;
        if (arg[1] == L'-') {
            i += wcscmp(arg, L"--check-hash-based-pycs") == 0;
            continue;
        }
        for (const wchar_t *p = arg + 1; *p != L'\0'; p++) {
            e->isolated |= *p == L'I';
            e->no_environment |= *p == L'E' || *p == L'I';
            if (*p == L'c' || *p == L'm')
                return;
            if (*p == L'W' || *p == L'X') {
                const wchar_t *value = p[1] != L'\0' ? p + 1 : ++i < argv->length ? argv->items[i] : L"";
                if (*p == L'X')
                    note_x(e, value);
                break;
            }
        }
    }
}

/* ---- the locale ---- */

static const char *
early_env(const PyPreConfig *p, const char *name)
{
    const char *v = p->use_environment ? getenv(name) : NULL;
    return v == NULL || *v == '\0' ? NULL : v;
}

static bool
ctype_is_c(void)
{
    const char *ctype = setlocale(LC_CTYPE, NULL);
    return ctype != NULL && (strcmp(ctype, "C") == 0 || strcmp(ctype, "POSIX") == 0);
}

static PyStatus
read_utf8_mode(PyPreConfig *p, const struct early *e)
{
    if (p->utf8_mode >= 0)
        return PyStatus_Ok();
    const char *env = early_env(p, "PYTHONUTF8");
    if (e->utf8 != NULL) {
        const wchar_t *v = e->utf8[4] == L'=' ? e->utf8 + 5 : L"1";
        if (wcscmp(v, L"0") != 0 && wcscmp(v, L"1") != 0)
            return config_error("preconfig_init_utf8_mode", "invalid -X utf8 option value");
        p->utf8_mode = *v == L'1';
    } else if (env != NULL) {
        if (strcmp(env, "0") != 0 && strcmp(env, "1") != 0)
            return config_error("preconfig_init_utf8_mode", "invalid PYTHONUTF8 environment variable value");
        p->utf8_mode = *env == '1';
    } else
        p->utf8_mode = ctype_is_c();
    return PyStatus_Ok();
}

/* The locales that may take the place of "C", best first. */
static const char *const coercion_targets[] = { "C.UTF-8", "C.utf8", "UTF-8" };

bool
config_is_coercion_target(const char *ctype)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(coercion_targets); i++)
        if (strcmp(ctype, coercion_targets[i]) == 0)
            return true;
    return false;
}

static bool
use_target(const char *name, bool warn)
{
    if (setlocale(LC_CTYPE, name) == NULL || nl_langinfo(CODESET)[0] == '\0' || setenv("LC_CTYPE", name, 1) != 0)
        return false;
    if (warn)
        fprintf(stderr, "Python detected LC_CTYPE=C: LC_CTYPE coerced to %.20s (set another locale or PYTHONCOERCECLOCALE=0 to disable "
                "this locale coercion behavior).\n", name);
    setlocale(LC_ALL, "");
    return true;
}

/* Sub-processes shall see the same locale, so the environment changes too. LC_ALL says what the user wants, whatever it is. */
static bool
coerce_locale(bool warn)
{
    const char *all = getenv("LC_ALL");
    if (all != NULL && *all != '\0')
        return false;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(coercion_targets); i++)
        if (use_target(coercion_targets[i], warn))
            return true;
    setlocale(LC_CTYPE, "C");
    return false;
}

static void
read_coercion(PyPreConfig *p)
{
    if (!p->configure_locale) {
        p->coerce_c_locale = p->coerce_c_locale_warn = 0;
        return;
    }
    const char *env = early_env(p, "PYTHONCOERCECLOCALE");
    if (env != NULL && strcmp(env, "warn") == 0) {
        if (p->coerce_c_locale_warn < 0)
            p->coerce_c_locale_warn = 1;
    } else if (env != NULL && p->coerce_c_locale < 0)
        p->coerce_c_locale = strcmp(env, "0") != 0;
    const char *all = getenv("LC_ALL");
    if (p->coerce_c_locale != 0)
        p->coerce_c_locale = ctype_is_c() && (all == NULL || *all == '\0') ? 2 : 0;
    if (p->coerce_c_locale_warn < 0)
        p->coerce_c_locale_warn = 0;
}

/* ---- the steps ---- */

static PyStatus
read_allocator(PyPreConfig *p)
{
    /* PYTHONMALLOC itself has been obeyed before main(): rt/alloc_api.c. */
    const char *env = early_env(p, "PYTHONMALLOC");
    if (env != NULL && heap_allocator_by_name(env) == (PyMemAllocatorName)-1)
        return config_error("preconfig_init_allocator", "PYTHONMALLOC: unknown allocator");
    if (p->allocator != PYMEM_ALLOCATOR_NOT_SET && heap_set_allocator(p->allocator) < 0)
        return PyStatus_Error("failed to set the memory allocators");
    return PyStatus_Ok();
}

static PyStatus
preinit_with(PyPreConfig p, const PyWideStringList *argv)
{
    struct early e = { false, false, NULL };
    if (p.parse_argv)
        scan_options(&e, argv);
    p.isolated = p.isolated > 0 || e.isolated || (p.isolated < 0 && Py_IsolatedFlag > 0);
    if (p.isolated || e.no_environment || (p.use_environment < 0 && Py_IgnoreEnvironmentFlag > 0))
        p.use_environment = 0;
    p.use_environment = p.use_environment != 0;
    if (p.configure_locale && setlocale(LC_CTYPE, "") == NULL)
        setlocale(LC_CTYPE, "C");
    PyStatus s = read_utf8_mode(&p, &e);
    if (!PyStatus_Exception(s))
        s = read_allocator(&p);
    if (PyStatus_Exception(s))
        return s;
    read_coercion(&p);
    if (p.coerce_c_locale && !coerce_locale(p.coerce_c_locale_warn))
        p.coerce_c_locale = 0;
    rt_locale_kind = p.utf8_mode ? LOCALE_UTF8 : locale_kind_now();
    Py_UTF8Mode = p.utf8_mode;
    RUNTIME->preconfig = p;
    return s;
}

/* `bytes` or `wide` is the command line, or none is. */
static PyStatus
preinit(const PyPreConfig *p, Py_ssize_t argc, char *const *bytes, wchar_t *const *wide)
{
    if (RUNTIME->preinitialized)
        return PyStatus_Ok();
    RUNTIME->preinitializing = 1;
    PyWideStringList argv = { 0, NULL };
    for (Py_ssize_t i = 0; i < argc; i++) {
        wchar_t *w = bytes != NULL ? Py_DecodeLocale(bytes[i], NULL) : NULL;     /* as UTF-8 yet: good enough for options */
        int r = bytes != NULL && w == NULL ? -1 : wide_list_append(&argv, bytes != NULL ? w : wide[i]);
        PyMem_RawFree(w);
        if (r < 0)
            return PyStatus_NoMemory();
    }
    PyStatus s = preinit_with(*p, &argv);
    wide_list_clear(&argv);
    if (PyStatus_Exception(s))
        return s;
    RUNTIME->preinitializing = 0;
    RUNTIME->preinitialized = 1;
    return s;
}

PyStatus Py_PreInitialize(const PyPreConfig *p) { return preinit(p, 0, NULL, NULL); }
PyStatus Py_PreInitializeFromBytesArgs(const PyPreConfig *p, Py_ssize_t argc, char **argv) { return preinit(p, argc, argv, NULL); }
PyStatus Py_PreInitializeFromArgs(const PyPreConfig *p, Py_ssize_t argc, wchar_t **argv) { return preinit(p, argc, NULL, argv); }

PyStatus
config_preinit(const PyConfig *c, Py_ssize_t argc, char *const *bytes, wchar_t *const *wide)
{
    PyPreConfig p;
    if (RUNTIME->preinitialized)
        return PyStatus_Ok();
    if (c->_config_init == CONFIG_INIT_PYTHON)
        PyPreConfig_InitPythonConfig(&p);
    else if (c->_config_init == CONFIG_INIT_ISOLATED)
        PyPreConfig_InitIsolatedConfig(&p);
    else
        init_compat(&p);
    p.parse_argv = c->parse_argv > 0;
    if (c->isolated >= 0)
        p.isolated = c->isolated;
    if (c->use_environment >= 0)
        p.use_environment = c->use_environment;
    p.dev_mode = c->dev_mode;
    return preinit(&p, argc, bytes, wide);
}

int config_utf8_mode(void) { return RUNTIME->preconfig.utf8_mode > 0; }

bool
config_warns_of_c_locale(void)
{
    const char *ctype = setlocale(LC_CTYPE, NULL);
    return RUNTIME->preconfig.coerce_c_locale_warn > 0 && ctype != NULL && strcmp(ctype, "C") == 0;
}
