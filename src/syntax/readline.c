/* syntax/readline.c: a line from the prompt: the readline module's function, or plain stdio. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <Python.h>

#include "base/own.h"
#include "rt/hooks.h"
#include "rt/thread.h"

PyAPI_DATA(PyThreadState *) _PyOS_ReadlineTState;
PyThreadState *_PyOS_ReadlineTState;
char *(*PyOS_ReadlineFunctionPointer)(FILE *, FILE *, const char *);
int (*PyOS_InputHook)(void);

static PyThread_type_lock readline_lock;

enum { GOT_LINE, GOT_EOF, GOT_INTERRUPT, GOT_ERROR };

/* fgets() that survives signals; the GIL is not held. */
static int
read_some(char *buf, int room, FILE *fp, PyThreadState *ts)
{
    for (;;) {
        if (PyOS_InputHook != NULL)
            (void)PyOS_InputHook();
        errno = 0;
        clearerr(fp);
        if (fgets(buf, room, fp) != NULL)
            return GOT_LINE;
        int err = errno;
        if (feof(fp)) {
            clearerr(fp);
            return GOT_EOF;
        }
        if (err != EINTR)
            return GOT_ERROR;
        PyEval_RestoreThread(ts);
        int r = rt_hooks.safepoint ? rt_hooks.safepoint(ts) : 0;
        PyEval_SaveThread();
        if (r < 0)
            return GOT_INTERRUPT;
    }
}

/* The line in PyMem_RawMalloc memory, "" at the end of input, NULL when interrupted. The GIL is not held. */
static char *
stdio_readline(FILE *in, FILE *out, const char *prompt)
{
    size_t n = 0, room = 128;
    char *line = PyMem_RawMalloc(room);
    fflush(out);
    if (prompt)
        fprintf(stderr, "%s", prompt);
    fflush(stderr);
    while (line != NULL) {
        switch (read_some(line + n, (int)(room - n), in, _PyOS_ReadlineTState)) {
        case GOT_LINE:
            break;
        case GOT_INTERRUPT:
            PyMem_RawFree(line);
            return NULL;
        default:
            line[n] = 0;
            return line;
        }
        n += strlen(line + n);
        if (n > 0 && line[n - 1] == '\n')
            return line;
        room *= 2;
        char *more = room < INT_MAX / 2 ? PyMem_RawRealloc(line, room) : NULL;
        if (more == NULL)
            PyMem_RawFree(line);
        line = more;
    }
    PyEval_RestoreThread(_PyOS_ReadlineTState);
    PyErr_NoMemory();
    PyEval_SaveThread();
    return NULL;
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
    bool terminal = isatty(fileno(in)) && isatty(fileno(out)) && PyOS_ReadlineFunctionPointer != NULL;
    char *raw = terminal ? PyOS_ReadlineFunctionPointer(in, out, prompt) : stdio_readline(in, out, prompt);
    _PyOS_ReadlineTState = NULL;
    PyThread_release_lock(readline_lock);
    PyEval_RestoreThread(ts);
    if (raw == NULL)
        return NULL;
    size_t n = strlen(raw) + 1;
    char *line = PyMem_Malloc(n);
    if (line != NULL)
        memcpy(line, raw, n);
    else
        PyErr_NoMemory();
    PyMem_RawFree(raw);
    return line;
}
