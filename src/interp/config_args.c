/* interp/config_args.c: the command line and the PYTHON* variables. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "interp/config.h"
#include "rt/interp.h"
#include "rt/locale_text.h"
#include "rt/runtime.h"

/* hash_seed while the command line asks for a random one (-R): no value that PYTHONHASHSEED can have. */
#define HASH_SEED_RANDOM (~0UL)

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

/* A message about a word of the command line, which is printed as it was typed. */
static void
complain(const char *format, const wchar_t *word)
{
    char *bytes = _Py_EncodeLocaleRaw(word, NULL);
    fprintf(stderr, format, bytes == NULL ? "?" : bytes);
    PyMem_RawFree(bytes);
}

/* ---- options ---- */

struct arg_reader {
    Py_ssize_t argc, i;          /* i: next argument */
    wchar_t *const *argv;
    const wchar_t *rest;         /* unread letters of a cluster like -Bs */
    const wchar_t *value;        /* value of the option just read */
};

static const char SHORT_WITH_VALUE[] = "cmWX";
static const char SHORT_PLAIN[] = "bBdEhiIOPqRsStuvVx?";

/* Next option letter; 0 at the end; -1 for an unknown one (message printed); 'l'+256 for the long ones. */
enum { OPT_END = 0, OPT_BAD = -1, OPT_CHECK_PYCS = 256, OPT_HELP_ALL, OPT_HELP_ENV, OPT_HELP_X, OPT_HELP, OPT_VERSION };

static int
long_option(struct arg_reader *r, const wchar_t *arg)
{
    static const struct { const wchar_t *name; int opt; } names[] = {
        { L"check-hash-based-pycs", OPT_CHECK_PYCS }, { L"help-all", OPT_HELP_ALL }, { L"help-env", OPT_HELP_ENV },
        { L"help-xoptions", OPT_HELP_X }, { L"help", OPT_HELP }, { L"version", OPT_VERSION },
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        if (wcscmp(arg, names[i].name) != 0)
            continue;
        if (names[i].opt == OPT_CHECK_PYCS) {
            if (r->i >= r->argc) {
                complain("Argument expected for the --%s option\n", arg);
                return OPT_BAD;
            }
            r->value = r->argv[r->i++];
        }
        return names[i].opt;
    }
    complain("unknown option --%s\n", arg);
    return OPT_BAD;
}

static int
next_option(struct arg_reader *r)
{
    if (r->rest == NULL || *r->rest == L'\0') {
        if (r->i >= r->argc || r->argv[r->i][0] != L'-' || r->argv[r->i][1] == L'\0')
            return OPT_END;
        const wchar_t *arg = r->argv[r->i++];
        if (wcscmp(arg, L"--") == 0)
            return OPT_END;
        if (arg[1] == L'-')
            return long_option(r, arg + 2);
        r->rest = arg + 1;
    }
    wchar_t c = *r->rest++;
    if (c < 128 && c != 0 && strchr(SHORT_PLAIN, (char)c) != NULL)
        return (int)c;
    if (c >= 128 || strchr(SHORT_WITH_VALUE, (char)c) == NULL) {
        if (c == L'J')
            fprintf(stderr, "-J is reserved for Jython\n");
        else
            fprintf(stderr, "Unknown option: -%c\n", (int)c);
        return OPT_BAD;
    }
    if (*r->rest != L'\0')
        r->value = r->rest;
    else if (r->i < r->argc)
        r->value = r->argv[r->i++];
    else {
        fprintf(stderr, "Argument expected for the -%c option\n", (int)c);
        return OPT_BAD;
    }
    r->rest = NULL;
    return (int)c;
}

static PyStatus
usage_error(const PyConfig *c)
{
    config_print_usage(1, c->program_name);
    return PyStatus_Exit(2);
}

static wchar_t *
command_text(const wchar_t *s)    /* -c CMD: with a newline at the end */
{
    size_t n = wcslen(s);
    wchar_t *copy = PyMem_RawMalloc((n + 2) * sizeof(wchar_t));
    if (copy != NULL) {
        memcpy(copy, s, n * sizeof(wchar_t));
        copy[n] = L'\n';
        copy[n + 1] = L'\0';
    }
    return copy;
}

/* One option; *done when what follows belongs to the program. */
static PyStatus
apply_option(PyConfig *c, int opt, const wchar_t *value, int *done, int *version)
{
    switch (opt) {
    case 'b': c->bytes_warning++; break;
    case 'B': c->write_bytecode = 0; break;
    case 'd': c->parser_debug++; break;
    case 'E': c->use_environment = 0; break;
    case 'i': c->inspect++; c->interactive++; break;
    case 'I': c->isolated = 1; c->use_environment = 0; c->user_site_directory = 0; c->safe_path = 1; break;
    case 'O': c->optimization_level++; break;
    case 'P': c->safe_path = 1; break;
    case 'q': c->quiet++; break;
    case 'R': c->hash_seed = HASH_SEED_RANDOM; break;
    case 's': c->user_site_directory = 0; break;
    case 'S': c->site_import = 0; break;
    case 't': break;
    case 'u': c->buffered_stdio = 0; break;
    case 'v': c->verbose++; break;
    case 'V': case OPT_VERSION: (*version)++; break;
    case 'x': c->skip_source_first_line = 1; break;
    case 'h': case '?': case OPT_HELP: config_print_usage(0, c->program_name); return PyStatus_Exit(0);
    case OPT_HELP_ALL: case OPT_HELP_ENV: case OPT_HELP_X:
        if (opt == OPT_HELP_ALL)
            config_print_usage(0, c->program_name);
        config_print_all_help(opt == OPT_HELP_ENV ? 1 : opt == OPT_HELP_X ? 2 : 3);
        return PyStatus_Exit(0);
    case 'c': c->run_command = command_text(value); *done = 1; return c->run_command == NULL ? PyStatus_NoMemory() : PyStatus_Ok();
    case 'm': *done = 1; return PyConfig_SetString(c, &c->run_module, value);
    case 'W': return PyWideStringList_Append(&c->warnoptions, value);
    case 'X': return PyWideStringList_Append(&c->xoptions, value);
    case OPT_CHECK_PYCS:
        if (wcscmp(value, L"always") != 0 && wcscmp(value, L"never") != 0 && wcscmp(value, L"default") != 0) {
            fprintf(stderr, "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n");
            return usage_error(c);
        }
        return PyConfig_SetString(c, &c->check_hash_pycs_mode, value);
    default: return usage_error(c);
    }
    return PyStatus_Ok();
}

static PyStatus
parse_options(PyConfig *c, Py_ssize_t *used)
{
    struct arg_reader r = { .argc = c->argv.length, .i = 1, .argv = c->argv.items };
    int done = 0, version = 0, opt;
    while (!done && (opt = next_option(&r)) != OPT_END) {
        PyStatus s = apply_option(c, opt, r.value, &done, &version);
        if (PyStatus_Exception(s))
            return s;
    }
    if (version > 0) {
        printf("Python %s\n", version >= 2 ? Py_GetVersion() : PY_VERSION);
        return PyStatus_Exit(0);
    }
    *used = r.i;
    return PyStatus_Ok();
}

/* The script's path from the root, for __file__; sys.argv keeps what was typed. A relative path stays if the current
 * folder is not known. */
static PyStatus
set_run_filename(PyConfig *c, const wchar_t *name)
{
    char *here = name[0] == L'/' ? NULL : getcwd(NULL, 0);
    wchar_t *folder = here == NULL ? NULL : Py_DecodeLocale(here, NULL);
    free(here);
    if (folder == NULL)
        return PyConfig_SetString(c, &c->run_filename, name);
    size_t n = wcslen(folder), m = wcslen(name);
    wchar_t *path = PyMem_RawMalloc((n + m + 2) * sizeof(wchar_t));
    PyStatus s = PyStatus_NoMemory();
    if (path != NULL) {
        wmemcpy(path, folder, n);
        path[n] = L'/';
        wmemcpy(path + n + 1, name, m + 1);
        s = PyConfig_SetString(c, &c->run_filename, path);
    }
    PyMem_RawFree(path);
    PyMem_RawFree(folder);
    return s;
}

/* sys.argv: what is left, with the script's name, "-c" or "-m" in front. */
static PyStatus
set_program_args(PyConfig *c, Py_ssize_t used)
{
    PyWideStringList args = { 0, NULL };
    const wchar_t *first = c->run_command != NULL ? L"-c" : c->run_module != NULL ? L"-m" : NULL;
    if (first == NULL && used < c->argv.length) {
        if (wcscmp(c->argv.items[used], L"-") != 0) {
            PyStatus s = set_run_filename(c, c->argv.items[used]);
            if (PyStatus_Exception(s))
                return s;
        }
        first = c->argv.items[used++];
    }
    if (wide_list_append(&args, first == NULL ? L"" : first) < 0)
        return PyStatus_NoMemory();
    for (Py_ssize_t i = used; i < c->argv.length; i++) {
        if (wide_list_append(&args, c->argv.items[i]) < 0)
            return PyStatus_NoMemory();
    }
    wide_list_clear(&c->argv);
    c->argv = args;
    return PyStatus_Ok();
}

/* ---- environment ---- */

static void
env_flag(const PyConfig *c, int *flag, const char *name)
{
    const char *v = config_env(c, name);
    if (v == NULL)
        return;
    char *end;
    long n = strtol(v, &end, 10);
    if (*end != '\0' || n < 0 || n > INT_MAX)
        n = 1;    /* PYTHONVERBOSE=yes counts as 1 */
    if (*flag < (int)n)
        *flag = (int)n;
}

static PyStatus
env_string(PyConfig *c, wchar_t **field, const char *name)
{
    const char *v = config_env(c, name);
    return *field != NULL || v == NULL ? PyStatus_Ok() : PyConfig_SetBytesString(c, field, v);
}

/* ASCII text of numbers and the like; anything else becomes '?'. */
static void
narrow(const wchar_t *s, char *out, size_t size)
{
    size_t i;
    for (i = 0; s[i] != L'\0' && i + 1 < size; i++)
        out[i] = s[i] > 0 && s[i] < 128 ? (char)s[i] : '?';
    out[i] = '\0';
}

static PyStatus
read_hash_seed(PyConfig *c)
{
    const char *v = c->hash_seed == HASH_SEED_RANDOM ? NULL : config_env(c, "PYTHONHASHSEED");
    if (v == NULL || strcmp(v, "random") == 0) {
        c->use_hash_seed = 0;
        c->hash_seed = 0;
        return PyStatus_Ok();
    }
    char *end;
    errno = 0;
    unsigned long seed = strtoul(v, &end, 10);
    if (*end != '\0' || seed > 4294967295UL || errno == ERANGE || *v == '-')
        return config_error("config_init_hash_seed", "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    c->use_hash_seed = 1;
    c->hash_seed = seed;
    return PyStatus_Ok();
}

static PyStatus
read_max_digits(PyConfig *c)
{
    const wchar_t *x = config_xoption(c, L"int_max_str_digits");
    const char *e = config_env(c, "PYTHONINTMAXSTRDIGITS");
    long n = -1;
    if (e != NULL) {
        char *end;
        n = strtol(e, &end, 10);
        if (*end != '\0' || (n != 0 && n < 640) || n > INT_MAX)
            return config_error("config_init_int_max_str_digits", "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.");
    }
    if (x != NULL) {
        wchar_t *end;
        n = wcstol(x, &end, 10);
        if (*x == L'\0' || *end != L'\0' || (n != 0 && n < 640) || n > INT_MAX)
            return config_error("config_init_int_max_str_digits", "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.");
    }
    c->int_max_str_digits = n < 0 ? 4300 : (int)n;
    return PyStatus_Ok();
}

static PyStatus
read_cpu_count(PyConfig *c)
{
    const wchar_t *x = config_xoption(c, L"cpu_count");
    const char *e = config_env(c, "PYTHON_CPU_COUNT");
    char buf[32] = "";
    if (x != NULL)
        narrow(x, buf, sizeof(buf));
    const char *v = x != NULL ? buf : e;
    if (v == NULL)
        return PyStatus_Ok();
    char *end;
    long n = strcmp(v, "default") == 0 ? -1 : strtol(v, &end, 10);
    if (n != -1 && (*end != '\0' || n < 1 || n > INT_MAX))
        return config_error("config_init_cpu_count", x != NULL ? "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0"
                                        : "PYTHON_CPU_COUNT=n: n is an invalid number, n must be greater than 0");
    c->cpu_count = (int)n;
    return PyStatus_Ok();
}

static PyStatus
read_tracemalloc(PyConfig *c)
{
    const wchar_t *x = config_xoption(c, L"tracemalloc");
    const char *e = config_env(c, "PYTHONTRACEMALLOC");
    char buf[32] = "1", *end;
    if (x != NULL && *x != L'\0')
        narrow(x, buf, sizeof(buf));
    const char *v = x != NULL ? buf : e;
    if (v == NULL)
        return PyStatus_Ok();
    long n = strtol(v, &end, 10);
    if (*end != '\0' || n < 0 || n > INT_MAX)
        return config_error("config_init_tracemalloc", x != NULL ? "-X tracemalloc=NFRAME: invalid number of frames" : "PYTHONTRACEMALLOC: invalid number of frames");
    c->tracemalloc = (int)n;
    return PyStatus_Ok();
}

static int
is_set(const PyConfig *c, const wchar_t *x, const char *env)
{
    return config_xoption(c, x) != NULL || config_env(c, env) != NULL;
}

/* -X frozen_modules[=on|off]; -X importtime, dev, ... */
static PyStatus
read_switches(PyConfig *c)
{
    const wchar_t *frozen = config_xoption(c, L"frozen_modules");
    const char *env_frozen = config_env(c, "PYTHON_FROZEN_MODULES");
    if (frozen != NULL) {
        if (wcscmp(frozen, L"on") != 0 && wcscmp(frozen, L"off") != 0 && *frozen != L'\0')
            return PyStatus_Error("bad value for option -X frozen_modules (expected \"on\" or \"off\")");
        c->use_frozen_modules = wcscmp(frozen, L"off") != 0;
    } else if (env_frozen != NULL && strcmp(env_frozen, "off") == 0)
        c->use_frozen_modules = 0;
    if (is_set(c, L"dev", "PYTHONDEVMODE"))
        c->dev_mode = 1;
    if (is_set(c, L"importtime", "PYTHONPROFILEIMPORTTIME"))
        c->import_time = 1;
    if (is_set(c, L"faulthandler", "PYTHONFAULTHANDLER") || c->dev_mode)
        c->faulthandler = 1;
    const char *perf = config_env(c, "PYTHONPERFSUPPORT"), *perf_jit = config_env(c, "PYTHON_PERF_JIT_SUPPORT");
    if (config_xoption(c, L"perf_jit") != NULL || (perf_jit != NULL && atoi(perf_jit) != 0))
        c->perf_profiling = 2;
    if (config_xoption(c, L"perf") != NULL || (perf != NULL && atoi(perf) != 0))
        c->perf_profiling = 1;
    if (is_set(c, L"no_debug_ranges", "PYTHONNODEBUGRANGES"))
        c->code_debug_ranges = 0;
    if (is_set(c, L"warn_default_encoding", "PYTHONWARNDEFAULTENCODING"))
        c->warn_default_encoding = 1;
    if (config_xoption(c, L"showrefcount") != NULL)
        c->show_ref_count = 1;
    return PyStatus_Ok();
}

static PyStatus
read_pycache_prefix(PyConfig *c)
{
    const wchar_t *x = config_xoption(c, L"pycache_prefix");
    if (x != NULL)
        return *x == L'\0' ? PyStatus_Ok() : PyConfig_SetString(c, &c->pycache_prefix, x);
    return env_string(c, &c->pycache_prefix, "PYTHONPYCACHEPREFIX");
}

static PyStatus
read_stdio_encoding(PyConfig *c)
{
    const char *v = config_env(c, "PYTHONIOENCODING");
    if (v != NULL && c->stdio_encoding == NULL) {
        char *copy = strdup(v), *colon = copy == NULL ? NULL : strchr(copy, ':');
        PyStatus s = copy == NULL ? PyStatus_NoMemory() : PyStatus_Ok();
        if (colon != NULL) {
            *colon = '\0';
            if (colon[1] != '\0')
                s = PyConfig_SetBytesString(c, &c->stdio_errors, colon + 1);
        }
        if (copy != NULL && *copy != '\0')
            s = PyConfig_SetBytesString(c, &c->stdio_encoding, copy);
        free(copy);
        if (PyStatus_Exception(s))
            return s;
        if (c->stdio_encoding != NULL && c->stdio_errors == NULL)
            return PyConfig_SetString(c, &c->stdio_errors, L"strict");
    }
    return PyStatus_Ok();
}

static PyStatus
read_environment(PyConfig *c)
{
    env_flag(c, &c->verbose, "PYTHONVERBOSE");
    env_flag(c, &c->optimization_level, "PYTHONOPTIMIZE");
    env_flag(c, &c->parser_debug, "PYTHONDEBUG");
    env_flag(c, &c->inspect, "PYTHONINSPECT");
    int on = 0;
    env_flag(c, &on, "PYTHONDONTWRITEBYTECODE");
    if (on)
        c->write_bytecode = 0;
    on = 0;
    env_flag(c, &on, "PYTHONNOUSERSITE");
    if (on)
        c->user_site_directory = 0;
    on = 0;
    env_flag(c, &on, "PYTHONUNBUFFERED");
    if (on)
        c->buffered_stdio = 0;
    if (config_env(c, "PYTHONSAFEPATH") != NULL)
        c->safe_path = 1;
    PyStatus (*const readers[])(PyConfig *) = { read_switches, read_hash_seed, read_max_digits, read_cpu_count, read_tracemalloc,
                                                read_pycache_prefix, read_stdio_encoding };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(readers); i++) {
        PyStatus s = readers[i](c);
        if (PyStatus_Exception(s))
            return s;
    }
    PyStatus s = env_string(c, &c->pythonpath_env, "PYTHONPATH");
    if (!PyStatus_Exception(s))
        s = env_string(c, &c->home, "PYTHONHOME");
    if (!PyStatus_Exception(s))
        s = env_string(c, &c->platlibdir, "PYTHONPLATLIBDIR");
    return s;
}

/* sys.warnoptions in order of strength: dev mode, PYTHONWARNINGS, -W, -b. */
static PyStatus
read_warnings(PyConfig *c)
{
    PyWideStringList all = { 0, NULL };
    int failed = c->dev_mode && wide_list_append(&all, L"default") < 0;
    const char *env = config_env(c, "PYTHONWARNINGS");
    wchar_t *wide = env == NULL ? NULL : Py_DecodeLocale(env, NULL), *save = NULL;
    for (wchar_t *p = wide == NULL ? NULL : wcstok(wide, L",", &save); p != NULL && !failed; p = wcstok(NULL, L",", &save))
        failed = wide_list_append(&all, p) < 0;
    PyMem_RawFree(wide);
    for (Py_ssize_t i = 0; !failed && i < c->warnoptions.length; i++)
        failed = wide_list_append(&all, c->warnoptions.items[i]) < 0;
    if (!failed && c->bytes_warning > 0)
        failed = wide_list_append(&all, c->bytes_warning > 1 ? L"error::BytesWarning" : L"default::BytesWarning") < 0;
    wide_list_clear(&c->warnoptions);
    c->warnoptions = all;
    return failed ? PyStatus_NoMemory() : PyStatus_Ok();
}

/* How streams treat what their encoding has not: leniently where the locale says little of what the user's files are in. */
static const wchar_t *
default_stdio_errors(void)
{
    const char *ctype = setlocale(LC_CTYPE, NULL);
    bool lax = config_utf8_mode() || (ctype != NULL && (strcmp(ctype, "C") == 0 || strcmp(ctype, "POSIX") == 0 || config_is_coercion_target(ctype)));
    return lax ? L"surrogateescape" : L"strict";
}

static PyStatus
set_default_strings(PyConfig *c)
{
    wchar_t *locale = config_utf8_mode() ? wide_dup(L"utf-8") : Py_DecodeLocale(locale_encoding(), NULL);
    if (locale == NULL)
        return PyStatus_NoMemory();
    const struct { wchar_t **field; const wchar_t *value; } defaults[] = {
        { &c->filesystem_encoding, rt_locale_kind == LOCALE_UTF8 ? L"utf-8" : rt_locale_kind == LOCALE_ASCII ? L"ascii" : locale },
        { &c->filesystem_errors, L"surrogateescape" }, { &c->check_hash_pycs_mode, L"default" }, { &c->platlibdir, L"lib" },
        { &c->stdio_encoding, locale }, { &c->stdio_errors, default_stdio_errors() },
    };
    PyStatus s = PyStatus_Ok();
    for (size_t i = 0; i < Py_ARRAY_LENGTH(defaults) && !PyStatus_Exception(s); i++)
        if (*defaults[i].field == NULL)
            s = PyConfig_SetString(c, defaults[i].field, defaults[i].value);
    PyMem_RawFree(locale);
    return s;
}

PyStatus
config_read_command_line(PyConfig *c)
{
    PyStatus s = PyStatus_Ok();
    Py_ssize_t used = 0;
    if (c->orig_argv.length == 0)
        s = PyConfig_SetWideStringList(c, &c->orig_argv, c->argv.length, c->argv.items);
    if (!PyStatus_Exception(s) && c->program_name == NULL)
        s = PyConfig_SetString(c, &c->program_name, c->argv.length > 0 ? c->argv.items[0] : L"adder");
    if (!PyStatus_Exception(s) && c->parse_argv == 1) {
        s = parse_options(c, &used);
        if (!PyStatus_Exception(s))
            s = set_program_args(c, used);
        c->parse_argv = 2;
    } else if (!PyStatus_Exception(s) && c->argv.length == 0 && wide_list_append(&c->argv, L"") < 0)
        s = PyStatus_NoMemory();
    if (!PyStatus_Exception(s))
        s = read_environment(c);
    if (!PyStatus_Exception(s))
        s = read_warnings(c);
    return PyStatus_Exception(s) ? s : set_default_strings(c);
}
