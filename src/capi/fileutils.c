/* capi/fileutils.c: files by descriptor and path, as compiled modules of the standard library use them. */
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define WRITE_MAX 0x7ffff000           /* more than this Linux does not transfer at once */

PyAPI_FUNC(int) _Py_fstat(int fd, struct stat *st);
PyAPI_FUNC(int) _Py_fstat_noraise(int fd, struct stat *st);
PyAPI_FUNC(int) _Py_stat(PyObject *path, struct stat *st);
PyAPI_FUNC(int) _Py_open(const char *path, int flags);
PyAPI_FUNC(int) _Py_open_noraise(const char *path, int flags);
PyAPI_FUNC(FILE *) _Py_fopen_obj(PyObject *path, const char *mode);
PyAPI_FUNC(int) _Py_dup(int fd);
PyAPI_FUNC(int) _Py_IsValidFD(int fd);
PyAPI_FUNC(void) _Py_closerange(int first, int last);
PyAPI_FUNC(int) _Py_set_inheritable(int fd, int inheritable, int *works);
PyAPI_FUNC(int) _Py_set_inheritable_async_safe(int fd, int inheritable, int *works);
PyAPI_FUNC(Py_ssize_t) _Py_write(int fd, const void *buf, size_t n);
PyAPI_FUNC(Py_ssize_t) _Py_write_noraise(int fd, const void *buf, size_t n);
PyAPI_FUNC(Py_ssize_t) _Py_read(int fd, void *buf, size_t n);
PyAPI_FUNC(wchar_t *) _Py_normpath(wchar_t *path, Py_ssize_t size);

int
_Py_fstat_noraise(int fd, struct stat *st)
{
    return fstat(fd, st);
}

int
_Py_fstat(int fd, struct stat *st)
{
    int rc;
    Py_BEGIN_ALLOW_THREADS
    rc = fstat(fd, st);
    Py_END_ALLOW_THREADS
    if (rc != 0)
        PyErr_SetFromErrno(PyExc_OSError);
    return rc == 0 ? 0 : -1;
}

int
_Py_stat(PyObject *path, struct stat *st)
{
    PyObject *bytes = PyUnicode_EncodeFSDefault(path);
    if (bytes == NULL)
        return -2;
    int rc = stat(PyBytes_AS_STRING(bytes), st);
    Py_DECREF(bytes);
    return rc;
}

int
_Py_open_noraise(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

int
_Py_open(const char *path, int flags)
{
    int fd, failed = 0;
    if (PySys_Audit("open", "sOi", path, Py_None, flags) < 0)
        return -1;
    do {
        Py_BEGIN_ALLOW_THREADS
        fd = open(path, flags | O_CLOEXEC);
        Py_END_ALLOW_THREADS
    } while (fd < 0 && errno == EINTR && !(failed = PyErr_CheckSignals()));
    if (fd < 0 && !failed)
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, path);
    return fd;
}

FILE *
_Py_fopen_obj(PyObject *path, const char *mode)
{
    PyObject *bytes;
    FILE *f;
    int failed = 0;
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    if (PySys_Audit("open", "Osi", path, mode, 0) < 0) {
        Py_DECREF(bytes);
        return NULL;
    }
    do {
        Py_BEGIN_ALLOW_THREADS
        f = fopen(PyBytes_AS_STRING(bytes), mode);
        Py_END_ALLOW_THREADS
    } while (f == NULL && errno == EINTR && !(failed = PyErr_CheckSignals()));
    int code = errno;
    Py_DECREF(bytes);
    if (f == NULL && !failed) {
        errno = code;
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    }
    if (f != NULL && _Py_set_inheritable(fileno(f), 0, NULL) < 0) {
        fclose(f);
        return NULL;
    }
    return f;
}

int
_Py_dup(int fd)
{
    int copy;
    Py_BEGIN_ALLOW_THREADS
    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    Py_END_ALLOW_THREADS
    if (copy < 0)
        PyErr_SetFromErrno(PyExc_OSError);
    return copy;
}

int
_Py_IsValidFD(int fd)
{
    return fd >= 0 && fcntl(fd, F_GETFD) >= 0;
}

void
_Py_closerange(int first, int last)
{
    if (first > last)
        return;
    if (close_range((unsigned)(first < 0 ? 0 : first), (unsigned)last, 0) == 0)
        return;
    for (int fd = first < 0 ? 0 : first; fd <= last; fd++)
        (void)close(fd);
}

static int
set_inheritable(int fd, int inheritable, bool raise)
{
    int flags = fcntl(fd, F_GETFD), wanted;
    if (flags >= 0) {
        wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
        if (wanted == flags || fcntl(fd, F_SETFD, wanted) >= 0)
            return 0;
    }
    if (raise)
        PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

int
_Py_set_inheritable(int fd, int inheritable, int *works)
{
    return set_inheritable(fd, inheritable, true);
}

int
_Py_set_inheritable_async_safe(int fd, int inheritable, int *works)
{
    return set_inheritable(fd, inheritable, false);
}

Py_ssize_t
_Py_write_noraise(int fd, const void *buf, size_t n)
{
    Py_ssize_t done;
    do {
        done = write(fd, buf, n > WRITE_MAX ? WRITE_MAX : n);
    } while (done < 0 && errno == EINTR);
    return done;
}

Py_ssize_t
_Py_write(int fd, const void *buf, size_t n)
{
    Py_ssize_t done;
    int code, failed = 0;
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        done = write(fd, buf, n > WRITE_MAX ? WRITE_MAX : n);
        code = errno;
        Py_END_ALLOW_THREADS
    } while (done < 0 && code == EINTR && !(failed = PyErr_CheckSignals()));
    if (done < 0 && !failed) {
        errno = code;
        PyErr_SetFromErrno(PyExc_OSError);
        errno = code;
    }
    return done;
}

Py_ssize_t
_Py_read(int fd, void *buf, size_t n)
{
    Py_ssize_t got;
    int code, failed = 0;
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        got = read(fd, buf, n > WRITE_MAX ? WRITE_MAX : n);
        code = errno;
        Py_END_ALLOW_THREADS
    } while (got < 0 && code == EINTR && !(failed = PyErr_CheckSignals()));
    if (got < 0 && !failed) {
        errno = code;
        PyErr_SetFromErrno(PyExc_OSError);
        errno = code;
    }
    return got;
}

/* Takes "." and ".." and doubled slashes out, in place; size -1: up to the NUL. */
wchar_t *
_Py_normpath(wchar_t *path, Py_ssize_t size)
{
    if (size == 0 || path[0] == L'\0')
        return path;
    wchar_t *end = size < 0 ? path + wcslen(path) : path + size, *p = path, *out = path, *floor = path;
    if (*p == L'/') {                  /* one or exactly two leading slashes are kept */
        out += p + 2 <= end && p[1] == L'/' && (p + 2 == end || p[2] != L'/') ? 2 : 1;
        while (p < end && *p == L'/')
            p++;
        floor = out;
    }
    while (p < end) {
        wchar_t *part = p;
        while (p < end && *p != L'/')
            p++;
        size_t n = p - part;
        while (p < end && *p == L'/')
            p++;
        if (n == 0 || (n == 1 && part[0] == L'.'))
            continue;
        if (n == 2 && part[0] == L'.' && part[1] == L'.') {
            wchar_t *last = out;
            while (last > floor && last[-1] != L'/')
                last--;
            bool is_up = out - last == 2 && last[0] == L'.' && last[1] == L'.';
            if (out > floor && !is_up) {
                out = last > floor ? last - 1 : floor;
                continue;
            }
            if (floor > path && out == floor)
                continue;              /* nothing lies above the root */
        }
        if (out > floor)
            *out++ = L'/';
        wmemmove(out, part, n);
        out += n;
    }
    *out = L'\0';
    return path;
}
