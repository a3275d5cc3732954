/* interp/sys_streams.c: sys.stdin, sys.stdout, sys.stderr. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "interp/sys.h"
#include "rt/interp.h"
#include "rt/singletons.h"

static int
is_valid_fd(int fd)
{
    return fd >= 0 && fcntl(fd, F_GETFD) >= 0;
}

/* The binary stream: buffered, or raw if unbuffered. */
static PyObject *
open_binary(PyObject *io, int fd, int writes, int buffering)
{
    return PyObject_CallMethod(io, "open", "isiOOOO", fd, writes ? "wb" : "rb", buffering, Py_None, Py_None, Py_None, Py_False);
}

static PyObject *
wrap_text(PyObject *io, PyObject *buf, const char *name, const wchar_t *encoding, const wchar_t *errors, int line_buffering, int write_through)
{
    PyObject *enc = PyUnicode_FromWideChar(encoding, -1), *err = PyUnicode_FromWideChar(errors, -1), *stream = NULL;
    if (enc != NULL && err != NULL)
        stream = PyObject_CallMethod(io, "TextIOWrapper", "OOOsOO", buf, enc, err, "\n", line_buffering ? Py_True : Py_False,
                                     write_through ? Py_True : Py_False);
    Py_XDECREF(enc);
    Py_XDECREF(err);
    return stream;
}

static int
set_name_and_mode(PyObject *stream, PyObject *raw, const char *name, const char *mode)
{
    PyObject *n = PyUnicode_FromString(name), *m = PyUnicode_FromString(mode);
    int r = n == NULL || m == NULL || PyObject_SetAttr(raw, ID(name), n) < 0 || PyObject_SetAttr(stream, ID(mode), m) < 0 ? -1 : 0;
    Py_XDECREF(n);
    Py_XDECREF(m);
    return r;
}

static int
raw_is_tty(PyObject *raw)
{
    PyObject *r = PyObject_CallMethodNoArgs(raw, ID(isatty));
    int tty = r == NULL ? -1 : PyObject_IsTrue(r);
    Py_XDECREF(r);
    return tty;
}

/* New stream; None if the descriptor is closed. stdout and stderr are line-buffered on a terminal, stderr always. */
static PyObject *
make_stream(PyThreadState *ts, PyObject *io, int fd, const char *name, const wchar_t *errors)
{
    const PyConfig *c = &ts->interp->config;
    int writes = fd != 0, buffering = !c->buffered_stdio && writes ? 0 : -1;
    if (!is_valid_fd(fd))
        return Py_NewRef(Py_None);
    PyObject *buf = open_binary(io, fd, writes, buffering), *raw = NULL, *stream = NULL;
    if (buf != NULL)
        raw = buffering == 0 ? Py_NewRef(buf) : PyObject_GetAttr(buf, ID(raw));
    int tty = raw == NULL ? -1 : raw_is_tty(raw);
    if (tty >= 0) {
        int write_through = !c->buffered_stdio, line = writes && (fd == 2 || ((tty || c->interactive) && c->buffered_stdio));
        stream = wrap_text(io, buf, name, c->stdio_encoding, errors, line, writes && write_through);
        if (stream != NULL && set_name_and_mode(stream, raw, name, writes ? "w" : "r") < 0)
            Py_CLEAR(stream);
    }
    Py_XDECREF(buf);
    Py_XDECREF(raw);
    if (stream == NULL && PyErr_ExceptionMatches(PyExc_OSError) && !is_valid_fd(fd)) {
        PyErr_Clear();
        return Py_NewRef(Py_None);
    }
    return stream;
}

static int
set_stream(const char *name, const char *orig, STEALS PyObject *stream)
{
    int r = stream == NULL || PySys_SetObject(orig, stream) < 0 || PySys_SetObject(name, stream) < 0 ? -1 : 0;
    Py_XDECREF(stream);
    return r;
}

int
sys_init_streams(PyThreadState *ts)
{
    const PyConfig *c = &ts->interp->config;
    PyObject *io = PyImport_ImportModule("io"), *builtins = io == NULL ? NULL : PyImport_ImportModule("builtins"), *open = NULL;
    int r = -1;
    if (builtins == NULL || (open = PyObject_GetAttr(io, ID(open))) == NULL || PyObject_SetAttr(builtins, ID(open), open) < 0)
        goto done;
    r = set_stream("stdin", "__stdin__", make_stream(ts, io, 0, "<stdin>", c->stdio_errors)) < 0 ||
        set_stream("stdout", "__stdout__", make_stream(ts, io, 1, "<stdout>", c->stdio_errors)) < 0 ||
        set_stream("stderr", "__stderr__", make_stream(ts, io, 2, "<stderr>", L"backslashreplace")) < 0 ? -1 : 0;
done:
    Py_XDECREF(io);
    Py_XDECREF(builtins);
    Py_XDECREF(open);
    return r;
}

int
sys_flush_streams(PyThreadState *ts)
{
    static const char *const names[] = { "stdout", "stderr" };
    PyObject *exc = PyErr_GetRaisedException();
    int status = 0;
    for (int i = 0; i < 2; i++) {
        PyObject *f = PySys_GetObject(names[i]), *closed = NULL;
        if (f == NULL || f == Py_None)
            continue;
        Py_INCREF(f);
        int is_closed = PyObject_GetOptionalAttr(f, ID(closed), &closed) > 0 ? PyObject_IsTrue(closed) : 0;
        Py_XDECREF(closed);
        PyErr_Clear();
        PyObject *r = is_closed ? Py_NewRef(Py_None) : PyObject_CallMethodNoArgs(f, ID(flush));
        if (r == NULL) {
            if (i == 0)
                PyErr_FormatUnraisable("Exception ignored on flushing sys.stdout");
            else
                PyErr_Clear();
            status = -1;
        }
        Py_XDECREF(r);
        Py_DECREF(f);
    }
    PyErr_SetRaisedException(exc);
    return status;
}

PyObject *
PyFile_FromFd(int fd, const char *name, const char *mode, int buffering, const char *encoding, const char *errors, const char *newline, int closefd)
{
    PyObject *io = PyImport_ImportModule("io");
    if (io == NULL)
        return NULL;
    PyObject *r = PyObject_CallMethod(io, "open", "isisssO", fd, mode, buffering, encoding, errors, newline, closefd ? Py_True : Py_False);
    Py_DECREF(io);
    return r;
}
