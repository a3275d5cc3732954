/* interp/lifecycle.c: Py_Initialize... to Py_Finalize..., floor by floor. */
#include "interp/lifecycle.h"

#include <unistd.h>
#include <locale.h>
#include <stdio.h>

#include "code/code.h"
#include "code/code_state.h"
#include "compile/compile.h"
#include "compile/symtable.h"          /* compile_static_types */
#include "gc/gc.h"
#include "object/text/bytes.h"
#include "interp/builtins.h"
#include "interp/config.h"
#include "interp/cross.h"
#include "interp/fatal.h"
#include "interp/faulthandler.h"
#include "interp/import.h"
#include "interp/old_init.h"
#include "interp/signals.h"
#include "interp/sys.h"
#include "interp/perf_trampoline.h"
#include "interp/tracemalloc.h"
#include "interp/warnings.h"
#include "jit/jit.h"
#include "object/coll/dict.h"
#include "object/core/type.h"
#include "object/init.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/locale_text.h"
#include "rt/runtime.h"
#include "rt/singletons.h"
#include "syntax/ast_state.h"
#include "vm/eval.h"
#include "vm/monitor.h"
#include "vm/refcheck.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

struct lifecycle_hooks lifecycle_hooks;

/* Legacy configuration variables (deprecated in favour of PyConfig). */
int Py_DebugFlag, Py_VerboseFlag, Py_QuietFlag, Py_InteractiveFlag, Py_InspectFlag, Py_OptimizeFlag, Py_NoSiteFlag;
int Py_BytesWarningFlag, Py_FrozenFlag, Py_IgnoreEnvironmentFlag, Py_DontWriteBytecodeFlag, Py_NoUserSiteDirectory;
int Py_UnbufferedStdioFlag, Py_HashRandomizationFlag, Py_IsolatedFlag, Py_UTF8Mode;
const char *Py_FileSystemDefaultEncoding;
int Py_HasFileSystemDefaultEncoding;
const char *Py_FileSystemDefaultEncodeErrors;
int _Py_HasFileSystemDefaultEncodeErrors;

int
Py_IsInitialized(void)
{
    return RUNTIME->initialized;
}

/* ---- start ---- */

/* What went wrong, for the status; the exception stays set for the fatal error's text. */
static const char *failed_step, *failed_message;

static int
failed(const char *step, const char *message)
{
    failed_step = step;
    failed_message = message;
    return -1;
}

PyStatus lifecycle_failure(void) { return config_error(failed_step, failed_message); }

/* -X dump=STAGE,STAGE...[:function]: print stages on stderr. */
static PyStatus
init_dumps(const PyConfig *config)
{
    static char spec[256];
    const wchar_t *value = config_xoption(config, L"dump");
    size_t n = 0;
    for (; value != NULL && value[n] != 0 && n + 1 < sizeof(spec); n++)
        spec[n] = value[n] < 128 ? (char)value[n] : '?';
    spec[n] = '\0';
    if (value != NULL && compile_dump_request(spec, stderr, jit_dump_stage) < 0)
        return PyStatus_Error("-X dump: unknown stage; the stages are " COMPILE_DUMP_STAGES ", " JIT_DUMP_STAGES);
    return PyStatus_Ok();
}

/* The value of an -X option, to be freed with PyMem_RawFree; NULL: it is not given. */
static char *
xoption_text(const PyConfig *config, const char *name)
{
    wchar_t wide[32];
    size_t n = 0;
    for (; name[n] != '\0' && n < 31; n++)
        wide[n] = (wchar_t)name[n];
    wide[n] = 0;
    const wchar_t *value = config_xoption(config, wide);
    return value == NULL ? NULL : _Py_EncodeLocaleRaw(value, NULL);
}

static PyStatus
jit_error(const char *why, bool from_environment)
{
    static char text[600];
    snprintf(text, sizeof(text), "%s: %s", from_environment ? "PYTHON_JIT" : "-X jit", why);
    return config_error("config_init_jit", text);
}

/* -X jit=MODE or PYTHON_JIT=MODE, and -X jit-OPTION=VALUE. Development mode looks into frames, which traces do not keep up to date: one or the other. */
static PyStatus
init_jit(const PyConfig *config)
{
    char *mode = xoption_text(config, "jit");
    const char *e = config_env(config, "PYTHON_JIT"), *asked = mode != NULL ? mode : e;
    const char *why = jit_configure(asked == NULL && config->dev_mode ? "0" : asked);
    bool by_environment = mode == NULL && e != NULL;
    PyMem_RawFree(mode);
    for (int i = 0; why == NULL && jit_option_names[i] != NULL; i++) {
        char name[32];
        snprintf(name, sizeof(name), "jit-%s", jit_option_names[i]);
        char *value = xoption_text(config, name);
        if (value != NULL)
            why = jit_set_option(jit_option_names[i], value);
        PyMem_RawFree(value);
    }
    if (asked == NULL && config->dev_mode)
        refcheck_start();
    return why != NULL ? jit_error(why, by_environment) : PyStatus_Ok();
}

int
lifecycle_init_floors(PyThreadState *ts)
{
    if (objects_init(ts) < 0 || objects_ready_types(code_static_types) < 0
        || objects_ready_types(compile_static_types) < 0)
        return failed("init_types", "can't initialize the built-in types");
    if (gc_init(ts->interp) < 0 || vm_init(ts->interp) < 0)
        return failed("pycore_init_types", "can't initialize the virtual machine");
    return 0;
}

/* A plain sys.stderr until module io makes the real one: -v and early errors need it. */
static int
set_first_stderr(void)
{
    PyObject *f = PyFile_NewStdPrinter(STDERR_FILENO);
    int r = f == NULL || PySys_SetObject("stderr", f) < 0 || PySys_SetObject("__stderr__", f) < 0 ? -1 : 0;
    Py_XDECREF(f);
    return r;
}

static int
builtins_changed(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value)
{
    RARE_EVENT(interp_current(), builtin_dict);
    return 0;
}

/* sys and builtins exist before the import system that would make them. */
int
lifecycle_init_first_modules(PyThreadState *ts)
{
    if (import_init_modules(ts) < 0)
        return -1;
    PyObject *sys = sys_init(ts), *builtins = sys == NULL ? NULL : builtins_init(ts);
    int r = -1;
    if (builtins != NULL) {
        ts->interp->builtins = Py_NewRef(PyModule_GetDict(builtins));
        ts->interp->builtins_copy = PyDict_Copy(ts->interp->builtins);
        r = ts->interp->builtins_copy == NULL || import_fixup_builtin(builtins, "builtins", ts->interp->imports.modules) < 0 || set_first_stderr() < 0 ? -1 : 0;
        dict_reserve_watcher(DICT_WATCHER_BUILTINS, builtins_changed);
        if (r == 0)
            r = PyDict_Watch(DICT_WATCHER_BUILTINS, ts->interp->builtins);
    }
    Py_XDECREF(sys);
    Py_XDECREF(builtins);
    return r;
}

static int
add_main_module(PyThreadState *ts)
{
    PyObject *m = PyImport_AddModuleRef("__main__");
    if (m == NULL)
        return -1;
    PyObject *dict = PyModule_GetDict(m), *loader = PyDict_GetItemString(dict, "__loader__");
    PyObject *annotations = PyDict_New();
    int r = annotations == NULL || PyDict_SetDefaultRef(dict, ID(__annotations__), annotations, NULL) < 0
            || PyDict_SetDefaultRef(dict, ID(__builtins__), PyImport_AddModule("builtins"), NULL) < 0 ? -1 : 0;
    Py_XDECREF(annotations);
    if (r == 0 && (loader == NULL || loader == Py_None)) {
        PyObject *importer = PyObject_GetAttrString(ts->interp->imports.importlib, "BuiltinImporter");
        r = importer == NULL ? -1 : PyDict_SetItemString(dict, "__loader__", importer);
        Py_XDECREF(importer);
    }
    Py_DECREF(m);
    return r;
}

static int
import_site(void)
{
    PyObject *m = PyImport_ImportModule("site");
    Py_XDECREF(m);
    return m == NULL ? -1 : 0;
}

/* `warnings` shows what -W wants; modules that were not imported need no filters. */
static int
init_warn_options(PyThreadState *ts)
{
    if (ts->interp->config.warnoptions.length == 0)
        return 0;
    PyObject *m = PyImport_ImportModule("warnings");
    Py_XDECREF(m);
    if (m == NULL)
        PyErr_Clear();
    return 0;
}

int
lifecycle_init_import(PyThreadState *ts)
{
    if (sys_update_config(ts) < 0)
        return failed("init_interp_main", "failed to update the Python config");
    if (import_init_core(ts) < 0)
        return failed("init_importlib", "failed to initialize importlib");
    return 0;
}

int
lifecycle_init_main(PyThreadState *ts)
{
    const PyConfig *c = &ts->interp->config;
    if (import_init_external(ts) < 0)
        return failed("init_importlib_external", "external importer setup failed");
    const char *step = NULL, *message = NULL;
    if (config_init_encodings(ts, &step, &message) < 0)
        return failed(step, message);
    bool main = interp_is_main(ts->interp);
    if (main && faulthandler_init(c->faulthandler) < 0)
        return failed("init_interp_main", "can't initialize faulthandler");
    if (main && tracemalloc_start(c->tracemalloc) < 0)
        return failed("init_interp_main", "can't start tracemalloc");
    if (main && c->perf_profiling && perf_trampoline_start(c->perf_profiling == 2 ? PERF_JITDUMP : PERF_MAP) < 0)
        return failed("init_interp_main", "can't initialize the perf trampoline");
    if (main && signals_init(ts, c->install_signal_handlers) < 0)
        return failed("init_signals", "can't initialize signals");
    if (add_main_module(ts) < 0)
        return failed("add_main_module", "Failed to initialize __main__");
    if (sys_init_streams(ts) < 0)
        return failed("init_sys_streams", "can't initialize sys standard streams");
    if (main && config_warns_of_c_locale())
        PySys_WriteStderr("Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode "
                          "compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible "
                          "locales is recommended.\n");
    init_warn_options(ts);
    if (c->site_import && import_site() < 0)
        return failed("init_import_site", "Failed to import the site module");
    return 0;
}

/* Compiled modules (readline) ask for the user's locale this way. */
PyAPI_FUNC(char *) _Py_SetLocaleFromEnv(int category);

char *
_Py_SetLocaleFromEnv(int category)
{
    return setlocale(category, "");
}

PyStatus
Py_InitializeFromConfig(const PyConfig *config)
{
    if (RUNTIME->initialized)
        return PyStatus_Ok();
    PyConfig own;                           /* its strings belong to the interpreter from now on */
    if (config_copy(&own, config) < 0)
        return PyStatus_NoMemory();
    bool was_read = own.module_search_paths_set && own.executable != NULL;
    PyStatus status = was_read ? config_preinit(&own, own.argv.length, NULL, own.argv.items) : PyConfig_Read(&own);
    if (!PyStatus_Exception(status))
        status = init_dumps(&own);
    if (!PyStatus_Exception(status))
        status = init_jit(&own);
    if (PyStatus_Exception(status))
        return status;
    static bool seeded;                     /* once: static strings keep their hash to the end of the process */
    if (!seeded && rt_hash_seed(own.use_hash_seed > 0, (uint32_t)own.hash_seed) < 0)
        return PyStatus_Error("failed to get random numbers to initialize Python");
    seeded = true;
    if (rt_init() < 0)
        return PyStatus_NoMemory();
    fatal_init();
    PyThreadState *ts = ts_current();
    ts->interp->config = own;
    ts->interp->feature_flags = RT_ALLOW_ALL;
    code_state.debug_ranges = own.code_debug_ranges;
    bytes_warning_level = own.bytes_warning;
    if (old_init_publish(&own) < 0)
        return PyStatus_NoMemory();
    ts->interp->long_max_str_digits = own.int_max_str_digits;
    ts->interp->imports.dlopenflags = 2;    /* RTLD_NOW */
    if (lifecycle_init_floors(ts) < 0)
        return lifecycle_failure();
    if (warnings_init(ts) < 0 || lifecycle_init_first_modules(ts) < 0 || faulthandler_prepare() < 0) {
        return config_error("pycore_interp_init", "can't create the first modules");
    }
    if (own._install_importlib && lifecycle_init_import(ts) < 0)
        return lifecycle_failure();
    RUNTIME->core_initialized = 1;
    return own._init_main ? _Py_InitializeMain() : PyStatus_Ok();
}

/* The second half of a start, on its own after a configuration with _init_main = 0. */
PyStatus
_Py_InitializeMain(void)
{
    if (!RUNTIME->core_initialized)
        return config_error("pyinit_main", "runtime core not initialized");
    if (RUNTIME->initialized)
        return PyStatus_Ok();
    PyThreadState *ts = ts_current();
    if (ts->interp->config._install_importlib && lifecycle_init_main(ts) < 0)
        return lifecycle_failure();
    RUNTIME->initialized = 1;
    ts->interp->_ready = 1;
    if (jit_start() < 0)
        fputs("adder: no memory for machine code: going on without the compiler\n", stderr);
    return PyStatus_Ok();
}

void
Py_InitializeEx(int install_sigs)
{
    if (RUNTIME->initialized)
        return;
    PyConfig config;
    PyPreConfig pre;
    PyPreConfig_InitPythonConfig(&pre);
    pre.parse_argv = 0;
    pre.coerce_c_locale = pre.coerce_c_locale_warn = 0;
    pre.utf8_mode = Py_UTF8Mode > 0;
    PyStatus s = Py_PreInitialize(&pre);
    if (PyStatus_Exception(s))
        Py_ExitStatusException(s);
    PyConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    config.install_signal_handlers = install_sigs;
    old_init_flags(&config);
    s = PyConfig_Read(&config);
    if (!PyStatus_Exception(s))
        s = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(s))
        Py_ExitStatusException(s);
}

void
Py_Initialize(void)
{
    Py_InitializeEx(1);
}

/* ---- end ---- */

void
lifecycle_wait_for_threads(void)
{
    PyObject *threading = PyImport_GetModule(ID(threading)), *r;
    if (threading == NULL) {
        PyErr_Clear();
        return;
    }
    r = PyObject_CallMethodNoArgs(threading, ID(_shutdown));
    if (r == NULL)
        PyErr_WriteUnraisable(threading);
    Py_XDECREF(r);
    Py_DECREF(threading);
}

void
lifecycle_clear_interpreter(PyThreadState *ts)
{
    PyInterpreterState *interp = ts->interp;
    struct ast_state *ast = interp->ast;
    atexit_fini(interp);
    interp->ast = NULL;
    ast_state_free(ast);
    if (interp->vm != NULL)
        mon_fini(interp);
    PyInterpreterState_Clear(interp);
    if (interp_is_main(interp))
        import_fini_extensions();
    cross_fini(interp);
    if (!lifecycle_hooks.process_ends || !interp_is_main(interp))        /* memory of the process's last one goes with the process */
        gc_collect_at_exit(ts);
    gc_fini(interp);
    if (interp_is_main(interp)) {
        refcheck_stop();
        jit_stop();
    }
    objects_fini(ts);
    vm_fini(interp);
    PyConfig_Clear(&interp->config);
}

int
Py_FinalizeEx(void)
{
    if (!RUNTIME->initialized)
        return 0;
    PyThreadState *ts = ts_current();
    lifecycle_wait_for_threads();
    Py_MakePendingCalls();
    if (lifecycle_hooks.call_atexit != NULL)
        lifecycle_hooks.call_atexit(ts);
    subinterp_end_all(ts);
    int status = sys_flush_streams(ts);
    jit_report();
    interp_set_finalizing(ts->interp, ts);
    RUNTIME->_finalizing = ts;
    RUNTIME->initialized = 0;
    RUNTIME->core_initialized = 0;
    ts_delete_others(ts);
    faulthandler_fini();
    signals_fini(ts);
    if (lifecycle_hooks.process_ends && exit_is_silent(ts)) {
        lifecycle_run_exit_functions();
        return status;
    }
    PyGC_Collect();
    import_finalize_modules(ts);
    if (sys_flush_streams(ts) < 0)
        status = -1;
    tracemalloc_stop();
    lifecycle_clear_interpreter(ts);
    rt_fini();
    lifecycle_run_exit_functions();
    return status;
}

void
Py_Finalize(void)
{
    Py_FinalizeEx();
}

/* ---- Py_AtExit ---- */

#define MAX_EXIT_FUNCTIONS 32
static void (*exit_functions[MAX_EXIT_FUNCTIONS])(void);
static int n_exit_functions;

int
Py_AtExit(void (*func)(void))
{
    if (n_exit_functions >= MAX_EXIT_FUNCTIONS)
        return -1;
    exit_functions[n_exit_functions++] = func;
    return 0;
}

void
lifecycle_run_exit_functions(void)
{
    while (n_exit_functions > 0)
        exit_functions[--n_exit_functions]();
    fflush(stdout);
    fflush(stderr);
}

void
Py_Exit(int status)
{
    if (Py_FinalizeEx() < 0)
        status = 120;
    exit(status);
}
