/* interp/faulthandler.c: Python tracebacks when the process dies: on fatal signals, after a timeout, on a user signal. */
#include "interp/faulthandler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "interp/args.h"
#include "interp/stack_dump.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "rt/singletons.h"

static PyObject *stdlib_names_name;      /* interned: no string can be made in a signal handler */

int
faulthandler_prepare(void)
{
    Py_XSETREF(stdlib_names_name, PyUnicode_InternFromString("stdlib_module_names"));    /* another start in this process */
    return stdlib_names_name == NULL ? -1 : 0;
}

void
faulthandler_dump_extensions(int fd, PyInterpreterState *interp)
{
    PyObject *modules = interp->imports.modules, *name, *m, *own = NULL;
    if (modules == NULL || !PyDict_CheckExact(modules))
        return;
    for (Py_ssize_t i = 0; own == NULL && interp->sysdict != NULL && PyDict_Next(interp->sysdict, &i, &name, &m); )
        if (name == stdlib_names_name && PyAnySet_CheckExact(m))
            own = m;
    unsigned long n = 0;
    for (Py_ssize_t i = 0; PyDict_Next(modules, &i, &name, &m); ) {
        if (!PyUnicode_CheckExact(name) || !PyModule_Check(m))
            continue;
        struct PyModuleDef *def = PyModule_GetDef(m);
        if (def == NULL || def->m_methods == NULL || (own != NULL && PySet_Contains(own, name) == 1))
            continue;
        dump_put(fd, n++ == 0 ? "\nExtension modules: " : ", ");
        dump_put_str(fd, name);
    }
    if (n > 0) {
        dump_put(fd, " (total: ");
        dump_put_number(fd, n, 10, 1);
        dump_put(fd, ")\n");
    }
}

/* ---- fatal signals ---- */

static struct fatal { int signum; const char *name; bool installed; struct sigaction old; } fatals[] = {
    { .signum = SIGBUS, .name = "Bus error" }, { .signum = SIGILL, .name = "Illegal instruction" },
    { .signum = SIGFPE, .name = "Floating-point exception" }, { .signum = SIGABRT, .name = "Aborted" },
    { .signum = SIGSEGV, .name = "Segmentation fault" },
};
static struct { bool enabled, all_threads; int fd; PyObject *file; } state = { .fd = 2 };
static stack_t alt_stack;

static void
fatal_handler(int signum)
{
    int saved = errno;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fatals); i++) {
        if (fatals[i].signum != signum)
            continue;
        if (fatals[i].installed)
            sigaction(signum, &fatals[i].old, NULL);
        fatals[i].installed = false;
        dump_put(state.fd, "Fatal Python error: ");
        dump_put(state.fd, fatals[i].name);
        dump_put(state.fd, "\n\n");
    }
    PyThreadState *ts = PyGILState_GetThisThreadState();     /* also without the GIL */
    dump_stacks(state.fd, state.all_threads, ts);
    faulthandler_dump_extensions(state.fd, ts != NULL ? ts->interp : rt_main_interp);
    errno = saved;
    raise(signum);
}

static int
install(void)
{
    if (alt_stack.ss_sp == NULL) {
        alt_stack.ss_size = (size_t)SIGSTKSZ * 4;
        alt_stack.ss_sp = malloc(alt_stack.ss_size);
        if (alt_stack.ss_sp != NULL && sigaltstack(&alt_stack, NULL) < 0) {
            free(alt_stack.ss_sp);
            alt_stack.ss_sp = NULL;
        }
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fatals); i++) {
        struct sigaction sa = { .sa_handler = fatal_handler, .sa_flags = SA_NODEFER | SA_ONSTACK };
        sigemptyset(&sa.sa_mask);
        if (!fatals[i].installed && sigaction(fatals[i].signum, &sa, &fatals[i].old) == 0)
            fatals[i].installed = true;
    }
    state.enabled = true;
    return 0;
}

static void
uninstall(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fatals); i++) {
        if (fatals[i].installed)
            sigaction(fatals[i].signum, &fatals[i].old, NULL);
        fatals[i].installed = false;
    }
    state.enabled = false;
    Py_CLEAR(state.file);
}

void faulthandler_uninstall(void) { uninstall(); }

/* ---- arguments ---- */

/* The descriptor of a file argument: int, object with fileno(), None for sys.stderr. *keep: the object to hold. */
static int
file_descriptor(PyObject *file, PyObject **keep)
{
    *keep = NULL;
    if (file == NULL || file == Py_None) {
        file = PySys_GetObject("stderr");
        if (file == NULL || file == Py_None) {
            PyErr_SetString(PyExc_RuntimeError, file == NULL ? "unable to get sys.stderr" : "sys.stderr is None");
            return -1;
        }
    } else if (PyLong_Check(file)) {
        int fd = PyLong_AsInt(file);
        if (fd == -1 && PyErr_Occurred())
            return -1;
        if (fd < 0 || fd >= 1 << 20) {
            PyErr_SetString(PyExc_ValueError, "file is not a valid file descripter");
            return -1;
        }
        return fd;
    }
    PyObject *r = PyObject_CallMethodNoArgs(file, ID(fileno));
    if (r == NULL)
        return -1;
    long fd = PyLong_Check(r) ? PyLong_AsLong(r) : -1;
    Py_DECREF(r);
    if (fd < 0 || fd > INT_MAX) {
        PyErr_SetString(PyExc_RuntimeError, "file.fileno() is not a valid file descriptor");
        return -1;
    }
    r = PyObject_CallMethodNoArgs(file, ID(flush));
    if (r == NULL)
        PyErr_Clear();
    Py_XDECREF(r);
    *keep = Py_NewRef(file);
    return (int)fd;
}

static PyThreadState *
this_thread(void)
{
    PyThreadState *ts = ts_current();
    if (ts == NULL)
        PyErr_SetString(PyExc_RuntimeError, "unable to get the current thread state");
    return ts;
}

static PyObject *
fh_enable(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "file", "all_threads", NULL };
    static const struct args_spec spec = { "enable", names, 0, 2 };
    PyObject *a[2], *keep;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    int all = a[1] == NULL ? 1 : PyObject_IsTrue(a[1]), fd = all < 0 ? -1 : file_descriptor(a[0], &keep);
    if (fd < 0)
        return NULL;
    Py_XSETREF(state.file, keep);
    state.fd = fd;
    state.all_threads = all;
    install();
    Py_RETURN_NONE;
}

static PyObject *
fh_disable(PyObject *m, PyObject *unused)
{
    bool was = state.enabled;
    uninstall();
    return PyBool_FromLong(was);
}

static PyObject *
fh_is_enabled(PyObject *m, PyObject *unused)
{
    return PyBool_FromLong(state.enabled);
}

static PyObject *
fh_dump_traceback(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "file", "all_threads", NULL };
    static const struct args_spec spec = { "dump_traceback", names, 0, 2 };
    PyObject *a[2], *keep;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    int all = a[1] == NULL ? 1 : PyObject_IsTrue(a[1]), fd = all < 0 ? -1 : file_descriptor(a[0], &keep);
    if (fd < 0)
        return NULL;
    dump_stacks(fd, all, this_thread());
    Py_XDECREF(keep);
    Py_RETURN_NONE;
}

/* ---- dump after a timeout: a watchdog thread ---- */

static struct {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool running, cancel, repeat, exit;
    int fd;
    long long ns;
    char header[64];
    PyObject *file;
    PyInterpreterState *interp;
} later = { .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };

static void *
watchdog(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_mutex_lock(&later.mutex);
    do {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        long long ns = later.ns + t.tv_nsec;
        t.tv_sec += (time_t)(ns / 1000000000);
        t.tv_nsec = (long)(ns % 1000000000);
        int r = 0;
        while (!later.cancel && r != ETIMEDOUT)
            r = pthread_cond_timedwait(&later.cond, &later.mutex, &t);
        if (later.cancel)
            break;
        dump_put(later.fd, later.header);
        dump_stacks(later.fd, true, NULL);
        if (later.exit)
            _exit(1);
    } while (later.repeat);
    pthread_mutex_unlock(&later.mutex);
    return NULL;
}

static void
cancel_later(void)
{
    if (later.running) {
        pthread_mutex_lock(&later.mutex);
        later.cancel = true;
        pthread_cond_signal(&later.cond);
        pthread_mutex_unlock(&later.mutex);
        PyThreadState *save = PyEval_SaveThread();
        pthread_join(later.thread, NULL);
        PyEval_RestoreThread(save);
        later.running = false;
    }
    Py_CLEAR(later.file);
}

static void
format_timeout(char *out, size_t n, long long ns)
{
    long long us = ns / 1000, sec = us / 1000000;
    us %= 1000000;
    if (us != 0)
        snprintf(out, n, "Timeout (%lld:%02lld:%02lld.%06lld)!\n", sec / 3600, sec / 60 % 60, sec % 60, us);
    else
        snprintf(out, n, "Timeout (%lld:%02lld:%02lld)!\n", sec / 3600, sec / 60 % 60, sec % 60);
}

static PyObject *
fh_dump_traceback_later(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "timeout", "repeat", "file", "exit", NULL };
    static const struct args_spec spec = { "dump_traceback_later", names, 1, 4 };
    PyObject *a[4], *keep;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0)
        return NULL;
    double timeout = PyFloat_AsDouble(a[0]);
    int repeat = a[1] == NULL ? 0 : PyObject_IsTrue(a[1]), leave = a[3] == NULL ? 0 : PyObject_IsTrue(a[3]);
    if (PyErr_Occurred() || repeat < 0 || leave < 0)
        return NULL;
    if (!(timeout * 1e6 >= 1)) {
        PyErr_SetString(PyExc_ValueError, "timeout must be greater than 0");
        return NULL;
    }
    if (timeout > 9e9) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return NULL;
    }
    int fd = file_descriptor(a[2], &keep);
    if (fd < 0)
        return NULL;
    cancel_later();
    later.file = keep;
    later.fd = fd;
    later.ns = (long long)(timeout * 1e9);
    later.repeat = repeat;
    later.exit = leave;
    later.cancel = false;
    format_timeout(later.header, sizeof(later.header), later.ns);
    if (pthread_create(&later.thread, NULL, watchdog, NULL) != 0) {
        PyErr_SetString(PyExc_RuntimeError, "unable to start watchdog thread");
        return NULL;
    }
    later.running = true;
    Py_RETURN_NONE;
}

static PyObject *
fh_cancel(PyObject *m, PyObject *unused)
{
    cancel_later();
    Py_RETURN_NONE;
}

/* ---- user signals ---- */

static struct user { bool enabled, all_threads, chain; int fd; PyObject *file; struct sigaction old; } users[NSIG];

static void
user_handler(int signum)
{
    struct user *u = &users[signum];
    int saved = errno;
    if (!u->enabled)
        return;
    dump_stacks(u->fd, u->all_threads, ts_current());
    if (u->chain) {
        struct sigaction mine;
        sigaction(signum, &u->old, &mine);
        errno = saved;
        raise(signum);
        sigaction(signum, &mine, NULL);
    }
    errno = saved;
}

static int
signal_number(PyObject *o, int *signum)
{
    *signum = PyLong_AsInt(o);
    if (*signum == -1 && PyErr_Occurred())
        return -1;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fatals); i++) {
        if (fatals[i].signum == *signum) {
            PyErr_Format(PyExc_RuntimeError, "signal %i cannot be registered, use enable() instead", *signum);
            return -1;
        }
    }
    if (*signum < 1 || *signum >= NSIG) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return -1;
    }
    return 0;
}

static PyObject *
fh_register(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "signum", "file", "all_threads", "chain", NULL };
    static const struct args_spec spec = { "register", names, 1, 4 };
    PyObject *a[4], *keep;
    int signum;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0 || signal_number(a[0], &signum) < 0)
        return NULL;
    int all = a[2] == NULL ? 1 : PyObject_IsTrue(a[2]), chain = a[3] == NULL ? 0 : PyObject_IsTrue(a[3]);
    int fd = all < 0 || chain < 0 ? -1 : file_descriptor(a[1], &keep);
    if (fd < 0)
        return NULL;
    struct user *u = &users[signum];
    struct sigaction sa = { .sa_handler = user_handler, .sa_flags = SA_ONSTACK | (chain ? SA_NODEFER : SA_RESTART) }, old;
    sigemptyset(&sa.sa_mask);
    if (sigaction(signum, &sa, &old) < 0) {
        Py_XDECREF(keep);
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (!u->enabled)
        u->old = old;
    Py_XSETREF(u->file, keep);
    u->fd = fd;
    u->all_threads = all;
    u->chain = chain;
    u->enabled = true;
    Py_RETURN_NONE;
}

static PyObject *
fh_unregister(PyObject *m, PyObject *arg)
{
    int signum;
    if (signal_number(arg, &signum) < 0)
        return NULL;
    struct user *u = &users[signum];
    if (!u->enabled)
        Py_RETURN_FALSE;
    u->enabled = false;
    sigaction(signum, &u->old, NULL);
    Py_CLEAR(u->file);
    Py_RETURN_TRUE;
}

/* ---- crashes on purpose, for tests ---- */

static void
no_core_dump(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_CORE, &r) == 0) {
        r.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &r);
    }
}

static PyObject *
fh_sigsegv(PyObject *m, PyObject *args)
{
    no_core_dump();
    raise(SIGSEGV);
    Py_RETURN_NONE;
}

static PyObject *
fh_sigabrt(PyObject *m, PyObject *unused)
{
    no_core_dump();
    abort();
}

static PyObject *
fh_sigfpe(PyObject *m, PyObject *unused)
{
    no_core_dump();
    raise(SIGFPE);
    Py_RETURN_NONE;
}

/* Without the GIL, so that only what this thread knows of itself says where it is. */
static void
fatal_thread(void *unused)
{
    _Py_FatalErrorFunc("faulthandler_fatal_error_thread", "in new thread");
}

static PyObject *
fh_fatal_error_c_thread(PyObject *m, PyObject *unused)
{
    no_core_dump();
    if (PyThread_start_new_thread(fatal_thread, NULL) == PYTHREAD_INVALID_THREAD_ID) {
        PyErr_SetString(PyExc_RuntimeError, "unable to start the thread");
        return NULL;
    }
    for (;;)
        pause();
}

/* Calls itself until the stack ends or `limit` is passed; the result keeps the compiler from making a loop of it. */
static uintptr_t
use_stack(uintptr_t limit, size_t *depth)
{
    volatile char buffer[4096];
    memset((char *)buffer, (int)*depth, sizeof(buffer));
    (*depth)++;
    uintptr_t here = (uintptr_t)buffer;
    if (here > limit)
        here = use_stack(limit, depth);
    return here + (uintptr_t)buffer[*depth % sizeof(buffer)] % 1;
}

static PyObject *
fh_stack_overflow(PyObject *m, PyObject *unused)
{
    const uintptr_t room = 100u << 20;
    char here;
    uintptr_t at = (uintptr_t)&here;
    size_t depth = 0;
    no_core_dump();
    uintptr_t end = use_stack(at <= room ? 0 : at - room, &depth);
    return PyErr_Format(PyExc_RuntimeError, "unable to raise a stack overflow (allocated %zu bytes on the stack, %zu recursive calls)",
                        (size_t)(at - end), depth);
}

/* On purpose, so no sanitizer has a say. */
__attribute__((no_sanitize("null"))) static PyObject *
fh_read_null(PyObject *m, PyObject *args)
{
    volatile int *p = NULL;
    no_core_dump();
    return PyLong_FromLong(*p);
}

#define FASTKW(f) _PyCFunction_CAST(f), METH_FASTCALL | METH_KEYWORDS

static PyMethodDef fh_methods[] = {
    { "enable", FASTKW(fh_enable), PyDoc_STR("enable($module, /, file=sys.stderr, all_threads=True)\n--\n\nDump tracebacks on fatal signals.") },
    { "disable", fh_disable, METH_NOARGS, PyDoc_STR("disable($module, /)\n--\n\nDump tracebacks on fatal signals no longer.") },
    { "is_enabled", fh_is_enabled, METH_NOARGS, PyDoc_STR("is_enabled($module, /)\n--\n\nIs the handler of fatal signals enabled?") },
    { "dump_traceback", FASTKW(fh_dump_traceback), PyDoc_STR("dump_traceback($module, /, file=sys.stderr, all_threads=True)\n--\n\nWrite the tracebacks of the threads.") },
    { "dump_traceback_later", FASTKW(fh_dump_traceback_later), PyDoc_STR("dump_traceback_later($module, /, timeout, repeat=False, file=sys.stderr, exit=False)\n--\n\nWrite the tracebacks after a timeout.") },
    { "cancel_dump_traceback_later", fh_cancel, METH_NOARGS, PyDoc_STR("cancel_dump_traceback_later($module, /)\n--\n\nCancel dump_traceback_later().") },
    { "register", FASTKW(fh_register), PyDoc_STR("register($module, /, signum, file=sys.stderr, all_threads=True, chain=False)\n--\n\nWrite the tracebacks when a signal arrives.") },
    { "unregister", fh_unregister, METH_O, PyDoc_STR("unregister($module, signum, /)\n--\n\nUndo register().") },
    { "_sigsegv", fh_sigsegv, METH_VARARGS, PyDoc_STR("_sigsegv($module, release_gil=False, /)\n--\n\nRaise SIGSEGV.") },
    { "_sigabrt", fh_sigabrt, METH_NOARGS, PyDoc_STR("_sigabrt($module, /)\n--\n\nRaise SIGABRT.") },
    { "_sigfpe", fh_sigfpe, METH_NOARGS, PyDoc_STR("_sigfpe($module, /)\n--\n\nRaise SIGFPE.") },
    { "_fatal_error_c_thread", fh_fatal_error_c_thread, METH_NOARGS, PyDoc_STR("_fatal_error_c_thread($module, /)\n--\n\nFail in a new thread of C.") },
    { "_stack_overflow", fh_stack_overflow, METH_NOARGS, PyDoc_STR("_stack_overflow($module, /)\n--\n\nUse up the C stack.") },
    { "_read_null", fh_read_null, METH_NOARGS, PyDoc_STR("_read_null($module, /)\n--\n\nRead from address zero.") },
    { NULL },
};

static PyModuleDef_Slot fh_slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef fh_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "faulthandler",
    .m_doc = PyDoc_STR("Dump Python tracebacks when the process fails."),
    .m_methods = fh_methods,
    .m_slots = fh_slots,
};

PyMODINIT_FUNC
PyInit_faulthandler(void)
{
    return PyModuleDef_Init(&fh_def);
}

int
faulthandler_init(int enable)
{
    if (!enable)
        return 0;
    state.fd = 2;
    state.all_threads = true;
    return install();
}

void
faulthandler_fini(void)
{
    cancel_later();
    for (int i = 1; i < NSIG; i++) {
        if (users[i].enabled)
            sigaction(i, &users[i].old, NULL);
        users[i].enabled = false;
        Py_CLEAR(users[i].file);
    }
    uninstall();
}
