/* syntax/readline.c: a line from the terminal: by the hook that the readline module sets, or plainly. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <Python.h>

#include "rt/hooks.h"
#include "rt/thread.h"

int (*PyOS_InputHook)(void);
char *(*PyOS_ReadlineFunctionPointer)(FILE *, FILE *, const char *);
PyAPI_DATA(PyThreadState *) _PyOS_ReadlineTState;
PyThreadState *_PyOS_ReadlineTState;    /* the thread that reads now */

static PyThread_type_lock readline_lock;

/* Run with the GIL held: 0, or -1 if a signal handler raised. */
static int
check_signals(PyThreadState *ts)
{
    PyEval_RestoreThread(ts);
    int r = rt_hooks.safepoint == NULL ? 0 : rt_hooks.safepoint(ts);
    PyEval_SaveThread();
    return r;
}

/* Append a line to buf: 1 read, 0 end of file, -1 interrupted. */
static int
read_chunk(PyThreadState *ts, FILE *in, char *buf, int size)
{
    for (;;) {
        if (PyOS_InputHook != NULL)
            (void)PyOS_InputHook();
        errno = 0;
        clearerr(in);
        if (fgets(buf, size, in) != NULL)
            return 1;
        int err = errno;
        if (feof(in)) {
            clearerr(in);
            return 0;
        }
        if (err != EINTR)
            return 0;
        if (check_signals(ts) < 0)
            return -1;
    }
}

/* A line in raw memory, "" at the end of the file, NULL when interrupted or out of memory. GIL not held. */
static char *
read_plain(PyThreadState *ts, FILE *in, const char *prompt)
{
    size_t size = 128, used = 0;
    char *line = PyMem_RawMalloc(size);
    if (line == NULL)
        return NULL;
    fflush(stdout);
    if (prompt != NULL)
        fprintf(stderr, "%s", prompt);
    fflush(stderr);
    line[0] = '\0';
    while (used == 0 || line[used - 1] != '\n') {
        int r = read_chunk(ts, in, line + used, (int)(size - used));
        if (r < 0) {
            PyMem_RawFree(line);
            return NULL;
        }
        if (r == 0)
            break;
        used += strlen(line + used);
        if (size - used >= 64)
            continue;
        char *more = PyMem_RawRealloc(line, size *= 2);
        if (more == NULL) {
            PyMem_RawFree(line);
            return NULL;
        }
        line = more;
    }
    return line;
}

/* Copy to PyMem memory, which the caller frees. */
static char *
to_mem(char *raw)
{
    if (raw == NULL)
        return NULL;
    size_t n = strlen(raw) + 1;
    char *line = PyMem_Malloc(n);
    if (line == NULL)
        PyErr_NoMemory();
    else
        memcpy(line, raw, n);
    PyMem_RawFree(raw);
    return line;
}

char *
PyOS_Readline(FILE *in, FILE *out, const char *prompt)
{
    PyThreadState *ts = ts_current();
    if (_PyOS_ReadlineTState == ts) {
        PyErr_SetString(PyExc_RuntimeError, "can't re-enter readline");
        return NULL;
    }
    if (readline_lock == NULL && (readline_lock = PyThread_allocate_lock()) == NULL) {
        PyErr_SetString(PyExc_MemoryError, "can't allocate lock");
        return NULL;
    }
    PyEval_SaveThread();
    PyThread_acquire_lock(readline_lock, 1);
    _PyOS_ReadlineTState = ts;
    bool terminal = isatty(fileno(in)) && isatty(fileno(out));
    char *raw = terminal && PyOS_ReadlineFunctionPointer != NULL ? PyOS_ReadlineFunctionPointer(in, out, prompt) : read_plain(ts, in, prompt);
    PyEval_RestoreThread(ts);
    _PyOS_ReadlineTState = NULL;
    PyThread_release_lock(readline_lock);
    return to_mem(raw);
}
