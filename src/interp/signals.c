/* interp/signals.c: from the C signal handler to the Python one.
 *
 * The C handler only notes the signal, sets the eval breaker of the main thread and writes to the wake-up descriptor;
 * the virtual machine runs Python handlers at its next safepoint, in the main thread. */
#include "interp/signals.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "interp/signals_priv.h"
#include "rt/hooks.h"
#include "rt/interp.h"
#include "rt/runtime.h"
#include "rt/thread.h"
#include "vm/eval.h"
#include "vm/frame.h"

#define RUNTIME ((struct rt_runtime *)(void *)&_PyRuntime)

struct signal_slot signal_slots[SIGNAL_COUNT];
volatile sig_atomic_t signals_tripped;
int signal_wakeup_fd = -1;
int signal_wakeup_warn = 1;

int
PySignal_SetWakeupFd(int fd)
{
    int old = signal_wakeup_fd;
    signal_wakeup_fd = fd < 0 ? -1 : fd;
    signal_wakeup_warn = 1;
    return old;
}

bool
signals_in_main_thread(void)
{
    PyThreadState *ts = ts_current();
    return PyThread_get_thread_ident() == RUNTIME->main_thread && (ts == NULL || interp_is_main(ts->interp));
}

/* ---- arrival: async-signal-safe ---- */

static int
report_wakeup_error(void *data)
{
    int saved = errno;
    PyObject *exc = PyErr_GetRaisedException();
    errno = (int)(intptr_t)data;
    PyErr_SetFromErrno(PyExc_OSError);
    PyErr_FormatUnraisable("Exception ignored when trying to write to the signal wakeup fd");
    PyErr_SetRaisedException(exc);
    errno = saved;
    return 0;
}

static void
trip(int signum)
{
    __atomic_store_n(&signal_slots[signum].tripped, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&signals_tripped, 1, __ATOMIC_SEQ_CST);
    rt_signal_received();
    int fd = signal_wakeup_fd;
    if (fd == -1)
        return;
    unsigned char byte = (unsigned char)signum;
    ssize_t n = write(fd, &byte, 1);
    if (n < 0 && (signal_wakeup_warn || (errno != EWOULDBLOCK && errno != EAGAIN)))
        interp_add_pending(rt_main_interp, report_wakeup_error, (void *)(intptr_t)errno, 1);
}

void
signal_c_handler(int signum)
{
    int saved = errno;
    trip(signum);
    errno = saved;
}

int
PyErr_SetInterruptEx(int signum)
{
    if (signum < 1 || signum >= SIGNAL_COUNT)
        return -1;
    PyObject *f = signal_slots[signum].func;
    if (f != NULL && (f == signal_default_handler() || f == signal_ignore_handler()))
        return 0;
    trip(signum);                    /* without a handler, at exit: run_one() says that the signal is lost */
    return 0;
}

void
PyErr_SetInterrupt(void)
{
    (void)PyErr_SetInterruptEx(SIGINT);
}

/* ---- delivery ---- */

static int
run_one(PyThreadState *ts, int signum, PyObject *frame)
{
    PyObject *func = signal_slots[signum].func;
    if (func == NULL || func == Py_None || func == signal_ignore_handler() || func == signal_default_handler()) {
        PyErr_Format(PyExc_OSError, "Signal %i ignored due to race condition", signum);
        PyErr_WriteUnraisable(Py_None);
        return 0;
    }
    Py_INCREF(func);
    PyObject *number = PyLong_FromLong(signum), *r = NULL;
    if (number != NULL) {
        PyObject *const args[2] = { number, frame == NULL ? Py_None : frame };
        r = PyObject_Vectorcall(func, args, 2, NULL);
        Py_DECREF(number);
    }
    Py_DECREF(func);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

int
signals_run_handlers(PyThreadState *ts)
{
    if (!signals_in_main_thread() || !__atomic_load_n(&signals_tripped, __ATOMIC_SEQ_CST))
        return 0;
    __atomic_store_n(&signals_tripped, 0, __ATOMIC_SEQ_CST);
    _PyInterpreterFrame *f = frame_current(ts);
    PyObject *frame = f == NULL ? NULL : Py_XNewRef((PyObject *)frame_object(f));
    if (frame == NULL)
        PyErr_Clear();
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        if (!__atomic_exchange_n(&signal_slots[i].tripped, 0, __ATOMIC_RELAXED))
            continue;
        if (run_one(ts, i, frame) < 0) {
            __atomic_store_n(&signals_tripped, 1, __ATOMIC_SEQ_CST);    /* others may wait */
            ts_set_breaker(ts, EB_SIGNALS);
            Py_XDECREF(frame);
            return -1;
        }
    }
    Py_XDECREF(frame);
    return 0;
}

int
PyErr_CheckSignals(void)
{
    PyThreadState *ts = ts_current();
    if (ts_has_breaker(ts, EB_GC)) {    /* long loops in C give the collector its chance here */
        ts_clear_breaker(ts, EB_GC);
        if (rt_hooks.collect != NULL)
            rt_hooks.collect(ts, 0, 0);
    }
    return signals_run_handlers(ts);
}

int
PyOS_InterruptOccurred(void)
{
    if (!signals_in_main_thread())
        return 0;
    return __atomic_exchange_n(&signal_slots[SIGINT].tripped, 0, __ATOMIC_RELAXED);
}

/* ---- dispositions ---- */

PyOS_sighandler_t
PyOS_getsig(int sig)
{
    struct sigaction sa;
    return sigaction(sig, NULL, &sa) < 0 ? SIG_ERR : sa.sa_handler;
}

PyOS_sighandler_t
PyOS_setsig(int sig, PyOS_sighandler_t handler)
{
    struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK }, old;
    sigemptyset(&sa.sa_mask);
    return sigaction(sig, &sa, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int
signals_init(PyThreadState *ts, int install)
{
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        PyOS_sighandler_t h = PyOS_getsig(i);
        PyObject *f = h == SIG_DFL ? signal_default_handler() : h == SIG_IGN ? signal_ignore_handler() : Py_None;
        if (f == NULL)
            return -1;
        signal_slots[i].func = Py_NewRef(f);
        signal_slots[i].tripped = 0;
    }
    vm_signals_pending = signals_run_handlers;
    if (!install)
        return 0;
    const int ignored[] = { SIGPIPE, SIGXFSZ };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(ignored); i++) {
        PyOS_setsig(ignored[i], SIG_IGN);
        Py_SETREF(signal_slots[ignored[i]].func, Py_NewRef(signal_ignore_handler()));
    }
    if (PyOS_getsig(SIGINT) == SIG_DFL) {
        PyObject *m = PyImport_ImportModule("_signal"), *f = m == NULL ? NULL : PyObject_GetAttrString(m, "default_int_handler");
        Py_XDECREF(m);
        if (f == NULL)
            return -1;
        Py_SETREF(signal_slots[SIGINT].func, f);
        PyOS_setsig(SIGINT, signal_c_handler);
    }
    return 0;
}

void
signals_fini(PyThreadState *ts)
{
    signal_wakeup_fd = -1;
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        PyObject *f = signal_slots[i].func;
        signal_slots[i].func = NULL;
        if (f != NULL && f != Py_None && f != signal_default_handler() && f != signal_ignore_handler())
            PyOS_setsig(i, SIG_DFL);
        Py_XDECREF(f);
    }
    __atomic_store_n(&signals_tripped, 0, __ATOMIC_SEQ_CST);
}

