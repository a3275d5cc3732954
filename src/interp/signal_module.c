/* interp/signal_module.c: the `_signal` module. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "interp/args.h"
#include "interp/signals.h"
#include "interp/signals_priv.h"
#include "object/core/structseq.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "rt/thread.h"

PyObject *signal_default_handler(void) { return SMALL_INT(0); }
PyObject *signal_ignore_handler(void) { return SMALL_INT(1); }

static PyTypeObject siginfo_type;

/* ---- arguments ---- */

static int
int_of(PyObject *o, int *out)
{
    *out = PyLong_AsInt(o);
    return !(*out == -1 && PyErr_Occurred());
}

static int
signum_of(PyObject *o, int *out)
{
    if (!int_of(o, out))
        return 0;
    if (*out >= 1 && *out < SIGNAL_COUNT)
        return 1;
    PyErr_SetString(PyExc_ValueError, "signal number out of range");
    return 0;
}

static int
sigset_of(PyObject *iterable, sigset_t *set)
{
    sigemptyset(set);
    PyObject *it = PyObject_GetIter(iterable), *item;
    if (it == NULL)
        return 0;
    while ((item = PyIter_Next(it)) != NULL) {
        int overflow;
        long n = PyLong_AsLongAndOverflow(item, &overflow);
        Py_DECREF(item);
        if (n == -1 && !overflow && PyErr_Occurred())
            break;
        if (n < 1 || n >= SIGNAL_COUNT) {
            PyErr_Format(PyExc_ValueError, "signal number %ld out of range [1; %i]", n, SIGNAL_COUNT - 1);
            break;
        }
        sigaddset(set, (int)n);    /* signals that the C library keeps for itself are passed over */
    }
    Py_DECREF(it);
    return !PyErr_Occurred();
}

static PyObject *
sigset_to_set(const sigset_t *set)
{
    PyObject *r = PySet_New(NULL);
    for (int i = 1; r != NULL && i < SIGNAL_COUNT; i++) {
        if (sigismember(set, i) != 1)
            continue;
        PyObject *n = PyLong_FromLong(i);
        if (n == NULL || PySet_Add(r, n) < 0)
            Py_CLEAR(r);
        Py_XDECREF(n);
    }
    return r;
}

static PyObject *
os_error(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* ---- handlers ---- */

static PyObject *
signal_default_int_handler(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    if (args_count("default_int_handler", nargs, 2, 2))
        PyErr_SetNone(PyExc_KeyboardInterrupt);
    return NULL;
}

static PyObject *
signal_signal(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int signum;
    PyOS_sighandler_t func;
    if (!args_count("signal", nargs, 2, 2) || !int_of(args[0], &signum))
        return NULL;
    if (!signals_in_main_thread()) {
        PyErr_SetString(PyExc_ValueError, "signal only works in main thread of the main interpreter");
        return NULL;
    }
    if (signum < 1 || signum >= SIGNAL_COUNT) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return NULL;
    }
    if (PyCallable_Check(args[1]))
        func = signal_c_handler;
    else {
        int is_ign = PyObject_RichCompareBool(args[1], signal_ignore_handler(), Py_EQ);
        int is_dfl = is_ign != 0 ? is_ign : PyObject_RichCompareBool(args[1], signal_default_handler(), Py_EQ);
        if (is_ign < 0 || is_dfl < 0)
            return NULL;
        if (!is_dfl) {
            PyErr_SetString(PyExc_TypeError, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
            return NULL;
        }
        func = is_ign ? SIG_IGN : SIG_DFL;
    }
    if (signals_run_handlers(ts_current()) < 0)    /* those waiting were meant for the old handler */
        return NULL;
    if (PyOS_setsig(signum, func) == SIG_ERR)
        return os_error();
    PyObject *old = signal_slots[signum].func;
    signal_slots[signum].func = Py_NewRef(func == SIG_IGN ? signal_ignore_handler() : func == SIG_DFL ? signal_default_handler() : args[1]);
    return old != NULL ? old : Py_NewRef(Py_None);
}

static PyObject *
signal_getsignal(PyObject *m, PyObject *arg)
{
    int signum;
    if (!signum_of(arg, &signum))
        return NULL;
    PyObject *f = signal_slots[signum].func;
    return Py_NewRef(f == NULL ? Py_None : f);
}

static PyObject *
signal_siginterrupt(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int signum, flag;
    if (!args_count("siginterrupt", nargs, 2, 2) || !int_of(args[0], &signum) || !int_of(args[1], &flag))
        return NULL;
    if (signum < 1 || signum >= SIGNAL_COUNT) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return NULL;
    }
    struct sigaction sa;
    if (sigaction(signum, NULL, &sa) < 0)
        return os_error();
    sa.sa_flags = flag ? sa.sa_flags & ~SA_RESTART : sa.sa_flags | SA_RESTART;
    return sigaction(signum, &sa, NULL) < 0 ? os_error() : Py_NewRef(Py_None);
}

static PyObject *
signal_set_wakeup_fd(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = { "", "warn_on_full_buffer", NULL };
    static const struct args_spec spec = { "set_wakeup_fd", names, 1, 1 };
    PyObject *a[2];
    int fd, warn;
    if (args_bind(&spec, args, nargs, kwnames, a) < 0 || !int_of(a[0], &fd))
        return NULL;
    warn = a[1] == NULL ? 1 : PyObject_IsTrue(a[1]);
    if (warn < 0)
        return NULL;
    if (!signals_in_main_thread()) {
        PyErr_SetString(PyExc_ValueError, "set_wakeup_fd only works in main thread of the main interpreter");
        return NULL;
    }
    struct stat st;
    if (fd != -1) {
        if (fstat(fd, &st) != 0)
            return os_error();
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0)
            return os_error();
        if (!(flags & O_NONBLOCK)) {
            PyErr_Format(PyExc_ValueError, "the fd %i must be in non-blocking mode", fd);
            return NULL;
        }
    }
    int old = signal_wakeup_fd;
    signal_wakeup_fd = fd;
    signal_wakeup_warn = warn;
    return PyLong_FromLong(old);
}

/* ---- sending ---- */

static PyObject *
after_sending(int failed)
{
    if (failed)
        return os_error();
    return signals_in_main_thread() && signals_run_handlers(ts_current()) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
signal_raise_signal(PyObject *m, PyObject *arg)
{
    int signum, r;
    if (!int_of(arg, &signum))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    r = raise(signum);
    Py_END_ALLOW_THREADS
    return after_sending(r != 0);
}

static PyObject *
signal_pthread_kill(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int signum;
    if (!args_count("pthread_kill", nargs, 2, 2))
        return NULL;
    unsigned long id = PyLong_AsUnsignedLong(args[0]);
    if (PyErr_Occurred() || !int_of(args[1], &signum) || PySys_Audit("signal.pthread_kill", "ki", id, signum) < 0)
        return NULL;
    int err = pthread_kill((pthread_t)id, signum);
    errno = err;
    return after_sending(err != 0);
}

static PyObject *
signal_pidfd_send_signal(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int fd, signum, flags = 0;
    if (!args_count("pidfd_send_signal", nargs, 2, 4) || !int_of(args[0], &fd) || !int_of(args[1], &signum) || (nargs == 4 && !int_of(args[3], &flags)))
        return NULL;
    if (nargs > 2 && args[2] != Py_None) {
        PyErr_SetString(PyExc_TypeError, "siginfo must be None");
        return NULL;
    }
    return syscall(SYS_pidfd_send_signal, fd, signum, NULL, flags) < 0 ? os_error() : Py_NewRef(Py_None);
}

static PyObject *
signal_alarm(PyObject *m, PyObject *arg)
{
    int seconds;
    return int_of(arg, &seconds) ? PyLong_FromLong(alarm((unsigned)seconds)) : NULL;
}

static PyObject *
signal_pause(PyObject *m, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    (void)pause();
    Py_END_ALLOW_THREADS
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- masks and waiting ---- */

static PyObject *
signal_pthread_sigmask(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int how;
    sigset_t set, old;
    if (!args_count("pthread_sigmask", nargs, 2, 2) || !int_of(args[0], &how) || !sigset_of(args[1], &set))
        return NULL;
    int err = pthread_sigmask(how, &set, &old);
    if (err != 0) {
        errno = err;
        return os_error();
    }
    return PyErr_CheckSignals() < 0 ? NULL : sigset_to_set(&old);
}

static PyObject *
signal_sigpending(PyObject *m, PyObject *unused)
{
    sigset_t set;
    return sigpending(&set) < 0 ? os_error() : sigset_to_set(&set);
}

static PyObject *
signal_sigwait(PyObject *m, PyObject *arg)
{
    sigset_t set;
    int signum, err;
    if (!sigset_of(arg, &set))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    err = sigwait(&set, &signum);
    Py_END_ALLOW_THREADS
    errno = err;
    return err != 0 ? os_error() : PyLong_FromLong(signum);
}

static PyStructSequence_Field siginfo_fields[] = {
    { "si_signo", "signal number" }, { "si_code", "signal code" }, { "si_errno", "errno associated with this signal" },
    { "si_pid", "sending process ID" }, { "si_uid", "real user ID of sending process" }, { "si_status", "exit value or signal" },
    { "si_band", "band event for SIGPOLL" }, { NULL, NULL },
};
static PyStructSequence_Desc siginfo_desc = { "signal.struct_siginfo", "struct_siginfo: Result from sigwaitinfo or sigtimedwait.", siginfo_fields, 7 };

static PyObject *
siginfo_result(const siginfo_t *si)
{
    PyObject *v = PyStructSequence_New(&siginfo_type);
    const long values[] = { si->si_signo, si->si_code, si->si_errno, si->si_pid, (long)si->si_uid, si->si_status, si->si_band };
    for (Py_ssize_t i = 0; v != NULL && i < 7; i++)
        PyStructSequence_SetItem(v, i, PyLong_FromLong(values[i]));
    return v;
}

static PyObject *
signal_sigwaitinfo(PyObject *m, PyObject *arg)
{
    sigset_t set;
    siginfo_t si;
    int r;
    if (!sigset_of(arg, &set))
        return NULL;
    do {
        Py_BEGIN_ALLOW_THREADS
        r = sigwaitinfo(&set, &si);
        Py_END_ALLOW_THREADS
    } while (r == -1 && errno == EINTR && PyErr_CheckSignals() == 0);
    return r == -1 ? (PyErr_Occurred() ? NULL : os_error()) : siginfo_result(&si);
}

static int
seconds_of(PyObject *o, double *out)
{
    *out = PyFloat_AsDouble(o);
    return !(*out == -1.0 && PyErr_Occurred());
}

static PyObject *
signal_sigtimedwait(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    sigset_t set;
    siginfo_t si;
    double timeout;
    if (!args_count("sigtimedwait", nargs, 2, 2) || !seconds_of(args[1], &timeout))
        return NULL;
    if (timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "timeout must be non-negative");
        return NULL;
    }
    if (!sigset_of(args[0], &set))
        return NULL;
    PyTime_t now, deadline;
    (void)PyTime_MonotonicRaw(&now);
    deadline = now + (PyTime_t)(timeout * 1e9);
    for (;;) {
        PyTime_t left = deadline > now ? deadline - now : 0;
        struct timespec ts = { left / 1000000000, left % 1000000000 };
        int r;
        Py_BEGIN_ALLOW_THREADS
        r = sigtimedwait(&set, &si, &ts);
        Py_END_ALLOW_THREADS
        if (r != -1)
            return siginfo_result(&si);
        if (errno == EAGAIN)
            Py_RETURN_NONE;
        if (errno != EINTR)
            return os_error();
        if (PyErr_CheckSignals() < 0)
            return NULL;
        (void)PyTime_MonotonicRaw(&now);
        if (now >= deadline)
            Py_RETURN_NONE;
    }
}

static PyObject *
signal_valid_signals(PyObject *m, PyObject *unused)
{
    sigset_t set;
    sigemptyset(&set);
    sigfillset(&set);
    return sigset_to_set(&set);
}

static PyObject *
signal_strsignal(PyObject *m, PyObject *arg)
{
    int signum;
    if (!signum_of(arg, &signum))
        return NULL;
    errno = 0;
    const char *text = strsignal(signum);
    if (text == NULL || strstr(text, "Unknown signal") != NULL)
        Py_RETURN_NONE;
    return PyUnicode_FromString(text);
}

/* ---- interval timers ---- */

static PyObject *
itimer_values(const struct itimerval *v)
{
    PyObject *a = PyFloat_FromDouble((double)v->it_value.tv_sec + 1e-6 * (double)v->it_value.tv_usec);
    PyObject *b = PyFloat_FromDouble((double)v->it_interval.tv_sec + 1e-6 * (double)v->it_interval.tv_usec);
    PyObject *r = a == NULL || b == NULL ? NULL : PyTuple_Pack(2, a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return r;
}

static struct timeval
timeval_of(double s)
{
    struct timeval t = { (time_t)floor(s), 0 };
    t.tv_usec = (suseconds_t)((s - (double)t.tv_sec) * 1e6);
    if (s > 0 && t.tv_sec == 0 && t.tv_usec == 0)
        t.tv_usec = 1;
    return t;
}

/* The exception class of this module object. */
static PyObject **itimer_error(PyObject *m) { return PyModule_GetState(m); }

static PyObject *
signal_setitimer(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int which;
    double seconds, interval = 0;
    struct itimerval new, old;
    if (!args_count("setitimer", nargs, 2, 3) || !int_of(args[0], &which) || !seconds_of(args[1], &seconds) || (nargs == 3 && !seconds_of(args[2], &interval)))
        return NULL;
    new.it_value = timeval_of(seconds);
    new.it_interval = timeval_of(interval);
    if (setitimer((__itimer_which_t)which, &new, &old) != 0)
        return PyErr_SetFromErrno(*itimer_error(m));
    return itimer_values(&old);
}

static PyObject *
signal_getitimer(PyObject *m, PyObject *arg)
{
    int which;
    struct itimerval v;
    if (!int_of(arg, &which))
        return NULL;
    return getitimer((__itimer_which_t)which, &v) != 0 ? PyErr_SetFromErrno(*itimer_error(m)) : itimer_values(&v);
}

/* ---- the module ---- */

#define FAST(f) _PyCFunction_CAST(f), METH_FASTCALL

static PyMethodDef signal_methods[] = {
    { "default_int_handler", FAST(signal_default_int_handler), PyDoc_STR("default_int_handler($module, signalnum, frame, /)\n--\n\nRaise KeyboardInterrupt.") },
    { "alarm", signal_alarm, METH_O, PyDoc_STR("alarm($module, seconds, /)\n--\n\nArrange for SIGALRM after so many seconds.") },
    { "setitimer", FAST(signal_setitimer), PyDoc_STR("setitimer($module, which, seconds, interval=0.0, /)\n--\n\nSet an interval timer; the old values.") },
    { "getitimer", signal_getitimer, METH_O, PyDoc_STR("getitimer($module, which, /)\n--\n\nValues of an interval timer.") },
    { "signal", FAST(signal_signal), PyDoc_STR("signal($module, signalnum, handler, /)\n--\n\nSet the handler of a signal; the old one.") },
    { "raise_signal", signal_raise_signal, METH_O, PyDoc_STR("raise_signal($module, signalnum, /)\n--\n\nSend a signal to this process.") },
    { "strsignal", signal_strsignal, METH_O, PyDoc_STR("strsignal($module, signalnum, /)\n--\n\nThe system's description of a signal.") },
    { "getsignal", signal_getsignal, METH_O, PyDoc_STR("getsignal($module, signalnum, /)\n--\n\nThe handler of a signal.") },
    { "set_wakeup_fd", _PyCFunction_CAST(signal_set_wakeup_fd), METH_FASTCALL | METH_KEYWORDS, PyDoc_STR("set_wakeup_fd($module, fd, /, *, warn_on_full_buffer=True)\n--\n\nSet the descriptor that signal numbers are written to; the old one.") },
    { "siginterrupt", FAST(signal_siginterrupt), PyDoc_STR("siginterrupt($module, signalnum, flag, /)\n--\n\nSay whether a signal interrupts system calls.") },
    { "pause", signal_pause, METH_NOARGS, PyDoc_STR("pause($module, /)\n--\n\nWait for a signal.") },
    { "pidfd_send_signal", FAST(signal_pidfd_send_signal), PyDoc_STR("pidfd_send_signal($module, pidfd, signalnum, siginfo=None, flags=0, /)\n--\n\nSend a signal to the process of a descriptor.") },
    { "pthread_kill", FAST(signal_pthread_kill), PyDoc_STR("pthread_kill($module, thread_id, signalnum, /)\n--\n\nSend a signal to a thread.") },
    { "pthread_sigmask", FAST(signal_pthread_sigmask), PyDoc_STR("pthread_sigmask($module, how, mask, /)\n--\n\nChange the signal mask of this thread; the old one.") },
    { "sigpending", signal_sigpending, METH_NOARGS, PyDoc_STR("sigpending($module, /)\n--\n\nThe pending signals.") },
    { "sigwait", signal_sigwait, METH_O, PyDoc_STR("sigwait($module, sigset, /)\n--\n\nWait for one of the signals.") },
    { "sigwaitinfo", signal_sigwaitinfo, METH_O, PyDoc_STR("sigwaitinfo($module, sigset, /)\n--\n\nWait for one of the signals; facts about it.") },
    { "sigtimedwait", FAST(signal_sigtimedwait), PyDoc_STR("sigtimedwait($module, sigset, timeout, /)\n--\n\nWait for one of the signals for some time.") },
    { "valid_signals", signal_valid_signals, METH_NOARGS, PyDoc_STR("valid_signals($module, /)\n--\n\nThe signals of this platform.") },
    { NULL },
};

static const struct { const char *name; long value; } signal_constants[] = {
#define S(x) { #x, (long)(x) }
    S(SIGHUP), S(SIGINT), S(SIGQUIT), S(SIGILL), S(SIGTRAP), S(SIGIOT), S(SIGABRT), S(SIGFPE), S(SIGKILL), S(SIGBUS), S(SIGSEGV), S(SIGSYS),
    S(SIGPIPE), S(SIGALRM), S(SIGTERM), S(SIGUSR1), S(SIGUSR2), { "SIGCLD", SIGCHLD }, S(SIGCHLD), S(SIGPWR), S(SIGIO), S(SIGURG), S(SIGWINCH),
    S(SIGPOLL), S(SIGSTOP), S(SIGTSTP), S(SIGCONT), S(SIGTTIN), S(SIGTTOU), S(SIGVTALRM), S(SIGPROF), S(SIGXCPU), S(SIGXFSZ), S(SIGSTKFLT),
    { "NSIG", NSIG }, { "SIG_BLOCK", SIG_BLOCK }, { "SIG_UNBLOCK", SIG_UNBLOCK }, { "SIG_SETMASK", SIG_SETMASK }, { "ITIMER_REAL", ITIMER_REAL },
    { "ITIMER_VIRTUAL", ITIMER_VIRTUAL }, { "ITIMER_PROF", ITIMER_PROF },
#undef S
};

static int
signal_exec(PyObject *m)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(signal_constants); i++) {
        if (PyModule_AddIntConstant(m, signal_constants[i].name, signal_constants[i].value) < 0)
            return -1;
    }
    if (PyModule_AddIntConstant(m, "SIGRTMIN", SIGRTMIN) < 0 || PyModule_AddIntConstant(m, "SIGRTMAX", SIGRTMAX) < 0 ||
        PyModule_AddObjectRef(m, "SIG_DFL", signal_default_handler()) < 0 || PyModule_AddObjectRef(m, "SIG_IGN", signal_ignore_handler()) < 0)
        return -1;
    PyObject **error = itimer_error(m);
    if ((*error = PyErr_NewException("signal.itimer_error", PyExc_OSError, NULL)) == NULL)
        return -1;
    if (_PyStructSequence_InitBuiltinWithFlags(interp_current(), &siginfo_type, &siginfo_desc, 0) < 0)
        return -1;
    return PyModule_AddObjectRef(m, "ItimerError", *error) < 0 ? -1 : PyModule_AddObjectRef(m, "struct_siginfo", (PyObject *)&siginfo_type);
}

static PyModuleDef_Slot signal_slots_def[] = {
    { Py_mod_exec, signal_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static int
signal_traverse(PyObject *m, visitproc visit, void *arg)
{
    Py_VISIT(*itimer_error(m));
    return 0;
}

static int
signal_clear(PyObject *m)
{
    Py_CLEAR(*itimer_error(m));
    return 0;
}

static struct PyModuleDef signal_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_signal",
    .m_doc = PyDoc_STR("Set handlers for signals, send them, wait for them."),
    .m_methods = signal_methods,
    .m_size = sizeof(PyObject *),
    .m_traverse = signal_traverse,
    .m_clear = signal_clear,
    .m_slots = signal_slots_def,
};

PyMODINIT_FUNC
PyInit__signal(void)
{
    return PyModuleDef_Init(&signal_def);
}
