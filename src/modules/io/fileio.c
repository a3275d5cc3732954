/* modules/io/fileio.c: FileIO: a file descriptor as a raw stream. Interrupted calls are repeated after the signal
 * handlers have run; every call that may wait lets go of the GIL. */
#include "modules/io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_MAX ((size_t)0x7ffff000)          /* more than this Linux does not transfer at once */
#define SMALL_READ 8192

struct fileio {
    PyObject ob_base;
    int fd;                                    /* -1: closed */
    unsigned created : 1, readable : 1, writable : 1, appending : 1;
    signed seekable : 2;                       /* -1: not known yet */
    unsigned closefd : 1;
    char finalizing;
    unsigned blksize;
    PyObject *weakreflist, *dict;
};
#define FILEIO(op) ((struct fileio *)(op))

int
io_fileio_closed(PyObject *self)
{
    return FILEIO(self)->fd < 0;
}

bool
io_fileio_idle(PyObject *self)
{
    return FILEIO(self)->fd < 0 || !FILEIO(self)->closefd;
}

static PyObject *
err_closed(void)
{
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
    return NULL;
}

static PyObject *
err_mode(struct io_state *state, const char *action)
{
    PyErr_Format(state->unsupported, "File not open for %s", action);
    return NULL;
}

/* ---- closing ---- */

static int
close_fd(struct fileio *self)
{
    int fd = self->fd, rc = 0, code = 0;
    if (fd < 0)
        return 0;
    self->fd = -1;
    Py_BEGIN_ALLOW_THREADS
    rc = close(fd);
    if (rc < 0)
        code = errno;
    Py_END_ALLOW_THREADS
    if (rc < 0) {
        errno = code;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return 0;
}

static PyObject *
fileio_dealloc_warn(PyObject *op, PyObject *source)
{
    struct fileio *self = FILEIO(op);
    if (self->fd >= 0 && self->closefd) {
        PyObject *exc = PyErr_GetRaisedException();
        if (PyErr_ResourceWarning(source, 1, "unclosed file %R", source) && PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable(op);
        PyErr_SetRaisedException(exc);
    }
    Py_RETURN_NONE;
}

OWNED PyObject *
io_fileio_close(PyObject *op)
{
    struct fileio *self = FILEIO(op);
    struct io_state *state = IO_STATE(op);
    PyObject *result = state == NULL ? NULL : io_call1((PyObject *)state->rawiobase, NAME(close), op);
    if (!self->closefd) {
        self->fd = -1;
        return result;
    }
    PyObject *exc = result == NULL ? PyErr_GetRaisedException() : NULL;
    if (self->finalizing)
        Py_XDECREF(fileio_dealloc_warn(op, op));
    int rc = close_fd(self);
    if (result == NULL)
        io_chain(exc);
    if (rc < 0)
        Py_CLEAR(result);
    return result;
}

static PyObject *
fileio_close(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return io_fileio_close(self);
}

/* ---- opening ---- */

static PyObject *
fileio_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        FILEIO(self)->fd = -1;
        FILEIO(self)->seekable = -1;
        FILEIO(self)->closefd = 1;
    }
    return self;
}

/* Reads the mode string into self and open() flags. 0 or -1. */
static int
read_mode(struct fileio *self, const char *mode, int *flags)
{
    bool chosen = false, plus = false;
    *flags = 0;
    for (const char *p = mode; *p != '\0'; p++) {
        switch (*p) {
        case 'x': case 'r': case 'w': case 'a':
            if (chosen)
                goto bad;
            chosen = true;
            self->created = *p == 'x';
            self->appending = *p == 'a';
            if (*p == 'r')
                self->readable = 1;
            else
                self->writable = 1;
            *flags |= *p == 'x' ? O_EXCL | O_CREAT : *p == 'w' ? O_CREAT | O_TRUNC : *p == 'a' ? O_APPEND | O_CREAT : 0;
            break;
        case 'b':
            break;
        case '+':
            if (plus)
                goto bad;
            self->readable = self->writable = 1;
            plus = true;
            break;
        default:
            PyErr_Format(PyExc_ValueError, "invalid mode: %.200s", mode);
            return -1;
        }
    }
    if (!chosen) {
bad:
        PyErr_SetString(PyExc_ValueError,
                        "Must have exactly one of create/read/write/append mode and at most one plus");
        return -1;
    }
    *flags |= self->readable && self->writable ? O_RDWR : self->readable ? O_RDONLY : O_WRONLY;
    *flags |= O_CLOEXEC;
    return 0;
}

/* fd by open(2). Sets errno through an exception: fd or -1. */
static int
open_path(PyObject *name, const char *path, int flags)
{
    int fd, interrupted = 0;
    do {
        Py_BEGIN_ALLOW_THREADS
        fd = open(path, flags, 0666);
        Py_END_ALLOW_THREADS
    } while (fd < 0 && errno == EINTR && !(interrupted = PyErr_CheckSignals()));
    if (fd < 0 && !interrupted)
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name);
    return fd;
}

static int
open_by(PyObject *opener, PyObject *name, int flags)
{
    PyObject *result = PyObject_CallFunction(opener, "Oi", name, flags);
    if (result == NULL)
        return -1;
    int fd = -1;
    if (!PyLong_Check(result))
        PyErr_SetString(PyExc_TypeError, "expected integer from opener");
    else {
        fd = PyLong_AsInt(result);
        if (fd < 0 && !PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "opener returned %d", fd);
    }
    Py_DECREF(result);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        close(fd);
        return -1;
    }
    return fd;
}

/* No directories; takes the block size. 0 or -1. */
static int
look_at_file(struct fileio *self, PyObject *name)
{
    struct stat st;
    int rc;
    self->blksize = IO_BUFFER_SIZE;
    Py_BEGIN_ALLOW_THREADS
    rc = fstat(self->fd, &st);
    Py_END_ALLOW_THREADS
    if (rc < 0) {
        if (errno != EBADF)          /* tolerate exotic file systems */
            return 0;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name);
        return -1;
    }
    if (st.st_blksize > 1)
        self->blksize = (unsigned)st.st_blksize;
    return 0;
}

/* Moves to the offset (an int object, or NULL for 0); the new position as int. Pipes pass if quiet. */
static OWNED PyObject *
seek_fd(struct fileio *self, PyObject *offset, int whence, bool quiet)
{
    off_t at = 0, result;
    if (offset != NULL) {
        PyObject *index = PyNumber_Index(offset);
        at = index == NULL ? -1 : PyLong_AsLongLong(index);
        Py_XDECREF(index);
        if (at == -1 && PyErr_Occurred())
            return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    result = lseek(self->fd, at, whence);
    Py_END_ALLOW_THREADS
    if (self->seekable < 0)
        self->seekable = result >= 0;
    if (result < 0) {
        if (quiet && errno == ESPIPE)
            result = 0;
        else
            return PyErr_SetFromErrno(PyExc_OSError);
    }
    return io_from_off(result);
}

/* Makes self->fd: from a number, a path or an opener. 0 or -1. */
static int
get_fd(struct fileio *self, PyObject *name, int fd, PyObject *path, int flags, bool closefd, PyObject *opener)
{
    if (fd >= 0) {
        self->fd = fd;
        self->closefd = closefd;
        return 0;
    }
    self->closefd = 1;
    if (!closefd) {
        PyErr_SetString(PyExc_ValueError, "Cannot use closefd=False with file name");
        return -1;
    }
    self->fd = opener == Py_None ? open_path(name, PyBytes_AS_STRING(path), flags) : open_by(opener, name, flags);
    return self->fd < 0 ? -1 : 0;
}

static int
open_all(struct fileio *self, PyObject *name, const char *mode, bool closefd, PyObject *opener, int fd, PyObject *path)
{
    int flags;
    bool own = false;
    self->created = self->readable = self->writable = self->appending = 0;
    self->seekable = -1;
    self->closefd = closefd;
    if (read_mode(self, mode, &flags) < 0)
        goto fail;
    if (PySys_Audit("open", "Osi", name, mode, flags) < 0)
        goto fail;
    if (get_fd(self, name, fd, path, flags, closefd, opener) < 0)
        goto fail;
    own = fd < 0;
    if (look_at_file(self, name) < 0 || PyObject_SetAttr((PyObject *)self, NAME(name), name) < 0)
        goto fail;
    if (self->appending) {           /* so that tell() knows the end before the first write */
        PyObject *position = seek_fd(self, NULL, SEEK_END, true);
        if (position == NULL)
            goto fail;
        Py_DECREF(position);
    }
    return 0;
fail:
    if (!own)
        self->fd = -1;               /* the descriptor is the caller's */
    if (self->fd >= 0) {
        PyObject *exc = PyErr_GetRaisedException();
        if (close_fd(self) < 0)
            PyErr_Clear();
        PyErr_SetRaisedException(exc);
    }
    return -1;
}

static int
fileio_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *const names[] = { "file", "mode", "closefd", "opener", NULL };
    struct fileio *self = FILEIO(op);
    PyObject *name, *opener = Py_None, *path = NULL;
    const char *mode = "r";
    int closefd = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|spO:FileIO", names, &name, &mode, &closefd, &opener))
        return -1;
    if (self->fd >= 0) {
        if (self->closefd) {
            if (close_fd(self) < 0)
                return -1;
        }
        else
            self->fd = -1;
    }
    if (PyBool_Check(name)
        && PyErr_WarnEx(PyExc_RuntimeWarning, "bool is used as a file descriptor", 1) < 0)
        return -1;
    int fd = PyLong_AsInt(name);
    if (fd < 0) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "negative file descriptor");
            return -1;
        }
        PyErr_Clear();
        fd = -1;
        if (!PyUnicode_FSConverter(name, &path))
            return -1;
    }
    int rc = open_all(self, name, mode, closefd, opener, fd, path);
    Py_XDECREF(path);
    return rc;
}

/* ---- life ---- */

static int
fileio_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(FILEIO(op)->dict);
    return 0;
}

static int
fileio_clear(PyObject *op)
{
    Py_CLEAR(FILEIO(op)->dict);
    return 0;
}

static void
fileio_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    IO_DEALLOC_BEGIN(op, FILEIO(op)->finalizing)
    PyObject_GC_UnTrack(op);
    if (FILEIO(op)->weakreflist != NULL)
        PyObject_ClearWeakRefs(op);
    fileio_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

/* ---- questions ---- */

static PyObject *
fileio_fileno(PyObject *op, PyObject *unused)
{
    return FILEIO(op)->fd < 0 ? err_closed() : PyLong_FromLong(FILEIO(op)->fd);
}

static PyObject *
fileio_readable(PyObject *op, PyObject *unused)
{
    return FILEIO(op)->fd < 0 ? err_closed() : PyBool_FromLong(FILEIO(op)->readable);
}

static PyObject *
fileio_writable(PyObject *op, PyObject *unused)
{
    return FILEIO(op)->fd < 0 ? err_closed() : PyBool_FromLong(FILEIO(op)->writable);
}

static PyObject *
fileio_seekable(PyObject *op, PyObject *unused)
{
    struct fileio *self = FILEIO(op);
    if (self->fd < 0)
        return err_closed();
    if (self->seekable < 0) {        /* asking for the position tells */
        PyObject *position = seek_fd(self, NULL, SEEK_CUR, false);
        if (position == NULL)
            PyErr_Clear();
        else
            Py_DECREF(position);
    }
    return PyBool_FromLong(self->seekable > 0);
}

static PyObject *
fileio_isatty(PyObject *op, PyObject *unused)
{
    int rc;
    if (FILEIO(op)->fd < 0)
        return err_closed();
    Py_BEGIN_ALLOW_THREADS
    rc = isatty(FILEIO(op)->fd);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(rc);
}

static const char *
mode_string(const struct fileio *self)
{
    if (self->created)
        return self->readable ? "xb+" : "xb";
    if (self->appending)
        return self->readable ? "ab+" : "ab";
    if (self->readable)
        return self->writable ? "rb+" : "rb";
    return "wb";
}

static PyObject *
fileio_repr(PyObject *op)
{
    struct fileio *self = FILEIO(op);
    const char *type = Py_TYPE(op)->tp_name, *closefd = self->closefd ? "True" : "False";
    PyObject *name, *text = NULL;
    if (self->fd < 0)
        return PyUnicode_FromFormat("<%.100s [closed]>", type);
    if (PyObject_GetOptionalAttr(op, NAME(name), &name) < 0)
        return NULL;
    if (name == NULL)
        return PyUnicode_FromFormat("<%.100s fd=%d mode='%s' closefd=%s>", type, self->fd, mode_string(self), closefd);
    int status = Py_ReprEnter(op);
    if (status == 0) {
        text = PyUnicode_FromFormat("<%.100s name=%R mode='%s' closefd=%s>", type, name, mode_string(self), closefd);
        Py_ReprLeave(op);
    }
    else if (status > 0)
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %.100s.__repr__", type);
    Py_DECREF(name);
    return text;
}

/* ---- reading ---- */

/* read(2), repeated when interrupted; -1 with an exception, -2 when it would wait. */
static Py_ssize_t
read_fd(int fd, void *buf, size_t n)
{
    ssize_t got;
    int code, failed = 0;
    if (n > READ_MAX)
        n = READ_MAX;
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        got = read(fd, buf, n);
        code = errno;
        Py_END_ALLOW_THREADS
    } while (got < 0 && code == EINTR && !(failed = PyErr_CheckSignals()));
    if (got >= 0)
        return got;
    if (failed)
        return -1;
    if (code == EAGAIN || code == EWOULDBLOCK)
        return -2;
    errno = code;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

/* write(2), likewise. */
static Py_ssize_t
write_fd(int fd, const void *buf, size_t n)
{
    ssize_t done;
    int code, failed = 0;
    if (n > READ_MAX)
        n = READ_MAX;
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        done = write(fd, buf, n);
        code = errno;
        Py_END_ALLOW_THREADS
    } while (done < 0 && code == EINTR && !(failed = PyErr_CheckSignals()));
    if (done >= 0)
        return done;
    if (failed)
        return -1;
    if (code == EAGAIN || code == EWOULDBLOCK)
        return -2;
    errno = code;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

static PyObject *
fileio_readinto(PyObject *op, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct fileio *self = FILEIO(op);
    Py_buffer view;
    if (!_PyArg_CheckPositional("readinto", nargs, 1, 1))
        return NULL;
    if (PyObject_GetBuffer(args[0], &view, PyBUF_WRITABLE) < 0) {
        _PyArg_BadArgument("readinto", "argument 1", "read-write bytes-like object", args[0]);
        return NULL;
    }
    PyObject *result = NULL;
    if (self->fd < 0)
        err_closed();
    else if (!self->readable)
        err_mode(io_state_of(cls), "reading");
    else {
        Py_ssize_t n = read_fd(self->fd, view.buf, view.len);
        result = n == -1 ? NULL : n == -2 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(n);
    }
    PyBuffer_Release(&view);
    return result;
}

/* Grows while the reads get longer, so that few copies are made. */
static size_t
next_size(size_t current)
{
    size_t more = current > 65536 ? current >> 3 : 256 + current;
    return current + (more < SMALL_READ ? SMALL_READ : more);
}

/* What a file of known size still holds, plus one to see the end; else a small first guess. */
static size_t
first_size(int fd)
{
    struct stat st;
    off_t at;
    int rc;
    Py_BEGIN_ALLOW_THREADS
    at = lseek(fd, 0, SEEK_CUR);
    rc = fstat(fd, &st);
    Py_END_ALLOW_THREADS
    if (rc == 0 && at >= 0 && st.st_size >= at && st.st_size - at < PY_SSIZE_T_MAX)
        return (size_t)(st.st_size - at) + 1;
    return SMALL_READ;
}

static PyObject *
fileio_readall(PyObject *op, PyObject *unused)
{
    struct fileio *self = FILEIO(op);
    if (self->fd < 0)
        return err_closed();
    size_t size = first_size(self->fd);
    PyObject *result = PyBytes_FromStringAndSize(NULL, size);
    Py_ssize_t n = 0, got;
    while (result != NULL) {
        if (n >= (Py_ssize_t)size) {
            size = next_size(n);
            if (size > PY_SSIZE_T_MAX) {
                PyErr_SetString(PyExc_OverflowError, "unbounded read returned more bytes than a Python bytes object can hold");
                Py_CLEAR(result);
                return NULL;
            }
            if (_PyBytes_Resize(&result, size) < 0)
                return NULL;
        }
        got = read_fd(self->fd, PyBytes_AS_STRING(result) + n, size - n);
        if (got == -1 || (got == -2 && n == 0)) {
            Py_DECREF(result);
            return got == -1 ? NULL : Py_NewRef(Py_None);
        }
        if (got <= 0)
            break;
        n += got;
    }
    if (result != NULL && PyBytes_GET_SIZE(result) > n)
        _PyBytes_Resize(&result, n);
    return result;
}

static PyObject *
fileio_read(PyObject *op, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct fileio *self = FILEIO(op);
    Py_ssize_t size = -1;
    if (io_one_size("read", args, nargs, &size) < 0)
        return NULL;
    if (self->fd < 0)
        return err_closed();
    if (!self->readable)
        return err_mode(io_state_of(cls), "reading");
    if (size < 0)
        return fileio_readall(op, NULL);
    if ((size_t)size > READ_MAX)
        size = READ_MAX;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL)
        return NULL;
    Py_ssize_t n = read_fd(self->fd, PyBytes_AS_STRING(bytes), size);
    if (n < 0) {
        Py_DECREF(bytes);
        return n == -2 ? Py_NewRef(Py_None) : NULL;
    }
    if (n != size)
        _PyBytes_Resize(&bytes, n);
    return bytes;
}

static PyObject *
fileio_write(PyObject *op, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct fileio *self = FILEIO(op);
    Py_buffer view;
    if (!_PyArg_CheckPositional("write", nargs, 1, 1) || PyObject_GetBuffer(args[0], &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = NULL;
    if (self->fd < 0)
        err_closed();
    else if (!self->writable)
        err_mode(io_state_of(cls), "writing");
    else {
        Py_ssize_t n = write_fd(self->fd, view.buf, view.len);
        result = n == -1 ? NULL : n == -2 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(n);
    }
    PyBuffer_Release(&view);
    return result;
}

/* ---- position ---- */

static PyObject *
fileio_seek(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    int whence = 0;
    if (!_PyArg_CheckPositional("seek", nargs, 1, 2))
        return NULL;
    if (nargs > 1 && (whence = PyLong_AsInt(args[1])) == -1 && PyErr_Occurred())
        return NULL;
    return FILEIO(op)->fd < 0 ? err_closed() : seek_fd(FILEIO(op), args[0], whence, false);
}

static PyObject *
fileio_tell(PyObject *op, PyObject *unused)
{
    return FILEIO(op)->fd < 0 ? err_closed() : seek_fd(FILEIO(op), NULL, SEEK_CUR, false);
}

static PyObject *
fileio_truncate(PyObject *op, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct fileio *self = FILEIO(op);
    if (!_PyArg_CheckPositional("truncate", nargs, 0, 1))
        return NULL;
    if (self->fd < 0)
        return err_closed();
    if (!self->writable)
        return err_mode(io_state_of(cls), "writing");
    PyObject *size = nargs == 0 || args[0] == Py_None ? seek_fd(self, NULL, SEEK_CUR, false) : Py_NewRef(args[0]);
    off_t n = size == NULL ? -1 : PyLong_AsLongLong(size);
    if (n == -1 && PyErr_Occurred()) {
        Py_XDECREF(size);
        return NULL;
    }
    int rc;
    Py_BEGIN_ALLOW_THREADS
    errno = 0;
    rc = ftruncate(self->fd, n);
    Py_END_ALLOW_THREADS
    if (rc != 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_CLEAR(size);
    }
    return size;
}

/* ---- type ---- */

static PyObject *get_closed(PyObject *op, void *unused) { return PyBool_FromLong(FILEIO(op)->fd < 0); }
static PyObject *get_closefd(PyObject *op, void *unused) { return PyBool_FromLong(FILEIO(op)->closefd); }
static PyObject *get_mode(PyObject *op, void *unused) { return PyUnicode_FromString(mode_string(FILEIO(op))); }

#define METHOD3 (METH_METHOD | METH_FASTCALL | METH_KEYWORDS)

static PyMethodDef fileio_methods[] = {
    {"read", FAST(fileio_read), METHOD3, "read($self, size=-1, /)\n--\n\nRead up to this many bytes; None when it would wait."},
    {"readall", fileio_readall, METH_NOARGS, "readall($self, /)\n--\n\nRead until the end."},
    {"readinto", FAST(fileio_readinto), METHOD3, "readinto($self, buffer, /)\n--\n\nRead into a buffer."},
    {"write", FAST(fileio_write), METHOD3, "write($self, b, /)\n--\n\nWrite bytes; the result is how many."},
    {"seek", FAST(fileio_seek), METH_FASTCALL, "seek($self, pos, whence=0, /)\n--\n\nMove the position."},
    {"tell", fileio_tell, METH_NOARGS, "tell($self, /)\n--\n\nThe position."},
    {"truncate", FAST(fileio_truncate), METHOD3, "truncate($self, size=None, /)\n--\n\nChange the size of the file."},
    {"close", FAST(fileio_close), METHOD3, "close($self, /)\n--\n\nClose the descriptor, unless closefd is false."},
    {"seekable", fileio_seekable, METH_NOARGS, "seekable($self, /)\n--\n\nTell whether the position can be moved."},
    {"readable", fileio_readable, METH_NOARGS, "readable($self, /)\n--\n\nTell whether the file is open for reading."},
    {"writable", fileio_writable, METH_NOARGS, "writable($self, /)\n--\n\nTell whether the file is open for writing."},
    {"fileno", fileio_fileno, METH_NOARGS, "fileno($self, /)\n--\n\nThe descriptor."},
    {"isatty", fileio_isatty, METH_NOARGS, "isatty($self, /)\n--\n\nTell whether this is a terminal."},
    {"_dealloc_warn", fileio_dealloc_warn, METH_O, "_dealloc_warn($self, object, /)\n--\n\n"},
    {"__getstate__", io_cannot_pickle, METH_NOARGS, "__getstate__($self, /)\n--\n\n"},
    {NULL}
};

static PyGetSetDef fileio_getset[] = {
    {"closed", get_closed, NULL, "True if the file is closed"},
    {"closefd", get_closefd, NULL, "True when close() closes the descriptor"},
    {"mode", get_mode, NULL, "the mode, as open() takes it"},
    {NULL}
};

static PyMemberDef fileio_members[] = {
    {"_blksize", Py_T_UINT, offsetof(struct fileio, blksize), 0},
    {"_finalizing", Py_T_BOOL, offsetof(struct fileio, finalizing), 0},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct fileio, weakreflist), Py_READONLY},
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(struct fileio, dict), Py_READONLY},
    {NULL}
};

static PyType_Slot fileio_slots[] = {
    SLOT(Py_tp_dealloc, fileio_dealloc),
    SLOT(Py_tp_repr, fileio_repr),
    SLOT(Py_tp_doc, "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nA file descriptor as a stream."),
    SLOT(Py_tp_traverse, fileio_traverse),
    SLOT(Py_tp_clear, fileio_clear),
    SLOT(Py_tp_methods, fileio_methods),
    SLOT(Py_tp_members, fileio_members),
    SLOT(Py_tp_getset, fileio_getset),
    SLOT(Py_tp_init, fileio_init),
    SLOT(Py_tp_new, fileio_new),
    {0, NULL}
};

PyType_Spec io_fileio_spec = {
    .name = "_io.FileIO", .basicsize = sizeof(struct fileio), .flags = IO_FLAGS, .slots = fileio_slots,
};
