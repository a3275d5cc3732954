/* modules/posix/posix_fd.c: operations on file descriptors. */
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <utmp.h>

#include "modules/posix/posix_priv.h"

#define READ_MAX PY_SSIZE_T_MAX

/* ---- open, close, copy ---- */

FUNC_KW(open)
{
    struct os_path path = OS_PATH("open", "path", false, false);
    int flags, mode = 0777, dir_fd = AT_FDCWD, fd;
    PARSE_KW("O&i|i$O&:open", KWLIST("path", "flags", "mode", "dir_fd"), os_path_convert, &path, &flags, &mode, os_dir_fd_convert, &dir_fd);
    PyObject *r = NULL;
    if (PySys_Audit("open", "OOi", path.object, Py_None, flags | O_CLOEXEC) == 0) {
        OS_CALL(fd, openat(dir_fd, path.narrow, flags | O_CLOEXEC, mode));
        if (fd < 0)
            r = PyErr_Occurred() ? NULL : os_path_error(&path);
        else
            r = PyLong_FromLong(fd);
    }
    os_path_free(&path);
    return r;
}

FUNC_KW(close)
{
    int fd, r;
    PARSE_KW("i:close", KWLIST("fd"), &fd);
    OS_CALL_ONCE(r, close(fd));
    return r < 0 ? os_error() : Py_NewRef(Py_None);
}

FUNC_FAST(closerange)
{
    int low, high;
    if (!_PyArg_ParseStack(args, nargs, "ii:closerange", &low, &high))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    if (low < high && close_range((unsigned)(low < 0 ? 0 : low), (unsigned)(high - 1), 0) != 0) {
        for (int fd = low < 0 ? 0 : low; fd < high; fd++)
            close(fd);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static int
fd_arg(PyObject *arg, int *fd)
{
    *fd = PyLong_AsInt(arg);
    return !(*fd == -1 && PyErr_Occurred());
}

FUNC_O(dup)
{
    int fd, r;
    if (!fd_arg(arg, &fd))
        return NULL;
    OS_CALL_ONCE(r, fcntl(fd, F_DUPFD_CLOEXEC, 0));
    return r < 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_KW(dup2)
{
    int fd, fd2, inheritable = 1, r;
    PARSE_KW("ii|p:dup2", KWLIST("fd", "fd2", "inheritable"), &fd, &fd2, &inheritable);
    if (fd < 0 || fd2 < 0) {
        errno = EBADF;
        return os_error();
    }
    OS_CALL_ONCE(r, inheritable || fd == fd2 ? dup2(fd, fd2) : dup3(fd, fd2, O_CLOEXEC));
    if (r >= 0 && !inheritable && fd == fd2)
        r = os_set_inheritable(fd2, 0) < 0 ? -1 : r;
    return r < 0 ? os_error() : PyLong_FromLong(r);
}

FUNC_0(pipe)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return os_error();
    return Py_BuildValue("(ii)", fds[0], fds[1]);
}

FUNC_O(pipe2)
{
    int flags = PyLong_AsInt(arg), fds[2];
    if (flags == -1 && PyErr_Occurred())
        return NULL;
    return pipe2(fds, flags) < 0 ? os_error() : Py_BuildValue("(ii)", fds[0], fds[1]);
}

/* ---- read and write ---- */

static int
check_length(Py_ssize_t n)
{
    if (n >= 0)
        return 1;
    errno = EINVAL;
    os_error();
    return 0;
}

FUNC_FAST(read)
{
    int fd;
    Py_ssize_t length, n;
    if (!_PyArg_ParseStack(args, nargs, "in:read", &fd, &length) || !check_length(length))
        return NULL;
    PyObject *buf = PyBytes_FromStringAndSize(NULL, length);
    if (buf == NULL)
        return NULL;
    OS_CALL(n, read(fd, PyBytes_AS_STRING(buf), (size_t)length));
    if (n < 0) {
        Py_DECREF(buf);
        return os_call_error();
    }
    if (n != length)
        _PyBytes_Resize(&buf, n);
    return buf;
}

FUNC_FAST(pread)
{
    int fd;
    Py_ssize_t length, n;
    off_t offset;
    if (!_PyArg_ParseStack(args, nargs, "inO&:pread", &fd, &length, os_off_t_convert, &offset) || !check_length(length))
        return NULL;
    PyObject *buf = PyBytes_FromStringAndSize(NULL, length);
    if (buf == NULL)
        return NULL;
    OS_CALL(n, pread(fd, PyBytes_AS_STRING(buf), (size_t)length, offset));
    if (n < 0) {
        Py_DECREF(buf);
        return os_call_error();
    }
    if (n != length)
        _PyBytes_Resize(&buf, n);
    return buf;
}

FUNC_FAST(write)
{
    int fd;
    Py_buffer data;
    Py_ssize_t n;
    if (!_PyArg_ParseStack(args, nargs, "iy*:write", &fd, &data))
        return NULL;
    OS_CALL(n, write(fd, data.buf, (size_t)data.len));
    PyBuffer_Release(&data);
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

FUNC_FAST(pwrite)
{
    int fd;
    Py_buffer data;
    off_t offset;
    Py_ssize_t n;
    if (!_PyArg_ParseStack(args, nargs, "iy*O&:pwrite", &fd, &data, os_off_t_convert, &offset))
        return NULL;
    OS_CALL(n, pwrite(fd, data.buf, (size_t)data.len, offset));
    PyBuffer_Release(&data);
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

/* ---- vectors of buffers ---- */

struct vec { Py_ssize_t n; struct iovec *iov; Py_buffer *bufs; };

static void
vec_free(struct vec *v)
{
    for (Py_ssize_t i = 0; i < v->n; i++)
        PyBuffer_Release(&v->bufs[i]);
    PyMem_Free(v->iov);
    PyMem_Free(v->bufs);
}

static int
vec_fill(struct vec *v, PyObject *seq, int flags, const char *function)
{
    if (!PySequence_Check(seq)) {
        PyErr_Format(PyExc_TypeError, "%s() arg 2 must be a sequence", function);
        return -1;
    }
    Py_ssize_t n = PySequence_Size(seq);
    *v = (struct vec){ 0, NULL, NULL };
    if (n < 0)
        return -1;
    v->iov = PyMem_New(struct iovec, n + 1);
    v->bufs = PyMem_New(Py_buffer, n + 1);
    if (v->iov == NULL || v->bufs == NULL) {
        vec_free(v);
        PyErr_NoMemory();
        return -1;
    }
    for (; v->n < n; v->n++) {
        PyObject *item = PySequence_GetItem(seq, v->n);
        int r = item == NULL ? -1 : PyObject_GetBuffer(item, &v->bufs[v->n], flags);
        Py_XDECREF(item);
        if (r < 0) {
            vec_free(v);
            return -1;
        }
        v->iov[v->n] = (struct iovec){ v->bufs[v->n].buf, (size_t)v->bufs[v->n].len };
    }
    return 0;
}

/* One of the four calls, by offset (-1: none) and flags. */
static PyObject *
vec_call(int fd, PyObject *seq, int writing, bool positioned, off_t offset, int flags, const char *function)
{
    struct vec v;
    ssize_t n;
    if (vec_fill(&v, seq, writing ? PyBUF_SIMPLE : PyBUF_WRITABLE, function) < 0)
        return NULL;
    if (!positioned)
        OS_CALL(n, writing ? writev(fd, v.iov, (int)v.n) : readv(fd, v.iov, (int)v.n));
    else if (flags != 0)
        OS_CALL(n, writing ? pwritev2(fd, v.iov, (int)v.n, offset, flags) : preadv2(fd, v.iov, (int)v.n, offset, flags));
    else
        OS_CALL(n, writing ? pwritev(fd, v.iov, (int)v.n, offset) : preadv(fd, v.iov, (int)v.n, offset));
    vec_free(&v);
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

FUNC_FAST(readv)
{
    int fd;
    PyObject *seq;
    return _PyArg_ParseStack(args, nargs, "iO:readv", &fd, &seq) ? vec_call(fd, seq, 0, false, 0, 0, "readv") : NULL;
}

FUNC_FAST(writev)
{
    int fd;
    PyObject *seq;
    return _PyArg_ParseStack(args, nargs, "iO:writev", &fd, &seq) ? vec_call(fd, seq, 1, false, 0, 0, "writev") : NULL;
}

FUNC_FAST(preadv)
{
    int fd, flags = 0;
    PyObject *seq;
    off_t off;
    return _PyArg_ParseStack(args, nargs, "iOO&|i:preadv", &fd, &seq, os_off_t_convert, &off, &flags) ? vec_call(fd, seq, 0, true, off, flags, "preadv") : NULL;
}

FUNC_FAST(pwritev)
{
    int fd, flags = 0;
    PyObject *seq;
    off_t off;
    return _PyArg_ParseStack(args, nargs, "iOO&|i:pwritev", &fd, &seq, os_off_t_convert, &off, &flags) ? vec_call(fd, seq, 1, true, off, flags, "pwritev") : NULL;
}

/* ---- position, size, sync ---- */

FUNC_FAST(lseek)
{
    int fd, whence;
    off_t pos, r;
    if (!_PyArg_ParseStack(args, nargs, "iO&i:lseek", &fd, os_off_t_convert, &pos, &whence))
        return NULL;
    OS_CALL_ONCE(r, lseek(fd, pos, whence));
    return r < 0 ? os_error() : PyLong_FromLongLong(r);
}

FUNC_FAST(ftruncate)
{
    int fd, r;
    off_t length;
    if (!_PyArg_ParseStack(args, nargs, "iO&:ftruncate", &fd, os_off_t_convert, &length) || PySys_Audit("os.truncate", "iL", fd, (long long)length) < 0)
        return NULL;
    OS_CALL(r, ftruncate(fd, length));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

FUNC_KW(fsync)
{
    int fd, r;
    PARSE_KW("O&:fsync", KWLIST("fd"), os_fd_convert_fileno, &fd);
    OS_CALL(r, fsync(fd));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

FUNC_KW(fdatasync)
{
    int fd, r;
    PARSE_KW("O&:fdatasync", KWLIST("fd"), os_fd_convert_fileno, &fd);
    OS_CALL(r, fdatasync(fd));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

FUNC_0(sync)
{
    Py_BEGIN_ALLOW_THREADS
    sync();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNC_FAST(posix_fallocate)
{
    int fd, r;
    off_t offset, length;
    if (!_PyArg_ParseStack(args, nargs, "iO&O&:posix_fallocate", &fd, os_off_t_convert, &offset, os_off_t_convert, &length))
        return NULL;
    OS_CALL_ONCE(r, posix_fallocate(fd, offset, length));
    errno = r;
    return r != 0 ? os_error() : Py_NewRef(Py_None);
}

FUNC_FAST(posix_fadvise)
{
    int fd, advice, r;
    off_t offset, length;
    if (!_PyArg_ParseStack(args, nargs, "iO&O&i:posix_fadvise", &fd, os_off_t_convert, &offset, os_off_t_convert, &length, &advice))
        return NULL;
    OS_CALL_ONCE(r, posix_fadvise(fd, offset, length, advice));
    errno = r;
    return r != 0 ? os_error() : Py_NewRef(Py_None);
}

FUNC_FAST(lockf)
{
    int fd, command, r;
    off_t length;
    if (!_PyArg_ParseStack(args, nargs, "iiO&:lockf", &fd, &command, os_off_t_convert, &length) ||
        PySys_Audit("os.lockf", "iiL", fd, command, (long long)length) < 0)
        return NULL;
    OS_CALL_ONCE(r, lockf(fd, command, length));
    return os_result(r);
}

/* ---- flags ---- */

FUNC_O(isatty)
{
    int fd, r;
    if (!fd_arg(arg, &fd))
        return NULL;
    OS_CALL_ONCE(r, isatty(fd));
    return PyBool_FromLong(r);
}

FUNC_O(get_inheritable)
{
    int fd, flags;
    if (!fd_arg(arg, &fd))
        return NULL;
    flags = fcntl(fd, F_GETFD);
    return flags < 0 ? os_error() : PyBool_FromLong(!(flags & FD_CLOEXEC));
}

FUNC_FAST(set_inheritable)
{
    int fd, inheritable;
    if (!_PyArg_ParseStack(args, nargs, "ii:set_inheritable", &fd, &inheritable))
        return NULL;
    return os_result(os_set_inheritable(fd, inheritable));
}

FUNC_O(get_blocking)
{
    int fd, flags;
    if (!fd_arg(arg, &fd))
        return NULL;
    flags = fcntl(fd, F_GETFL);
    return flags < 0 ? os_error() : PyBool_FromLong(!(flags & O_NONBLOCK));
}

FUNC_FAST(set_blocking)
{
    int fd, blocking;
    if (!_PyArg_ParseStack(args, nargs, "ip:set_blocking", &fd, &blocking))
        return NULL;
    int flags = fcntl(fd, F_GETFL);
    return os_result(flags < 0 ? -1 : fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}

FUNC_KW(device_encoding)
{
    int fd;
    PARSE_KW("i:device_encoding", KWLIST("fd"), &fd);
    return isatty(fd) ? PyUnicode_FromString("UTF-8") : Py_NewRef(Py_None);
}

/* ---- terminals ---- */

FUNC_O(ttyname)
{
    int fd;
    char buf[256];
    if (!fd_arg(arg, &fd))
        return NULL;
    int r = ttyname_r(fd, buf, sizeof(buf));
    errno = r;
    return r != 0 ? os_error() : PyUnicode_DecodeFSDefault(buf);
}

FUNC_0(ctermid)
{
    char buf[L_ctermid];
    return ctermid(buf) == NULL ? os_error() : PyUnicode_DecodeFSDefault(buf);
}

FUNC_0(openpty)
{
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) < 0 || os_set_inheritable(master, 0) < 0 || os_set_inheritable(slave, 0) < 0)
        return os_error();
    return Py_BuildValue("(ii)", master, slave);
}

FUNC_O(login_tty)
{
    int fd;
    if (!fd_arg(arg, &fd))
        return NULL;
    return os_result(login_tty(fd));
}

FUNC_O(posix_openpt)
{
    int flags = PyLong_AsInt(arg), fd;
    if (flags == -1 && PyErr_Occurred())
        return NULL;
    fd = posix_openpt(flags | O_CLOEXEC);
    return fd < 0 ? os_error() : PyLong_FromLong(fd);
}

FUNC_O(grantpt)
{
    int fd;
    return fd_arg(arg, &fd) ? os_result(grantpt(fd)) : NULL;
}

FUNC_O(unlockpt)
{
    int fd;
    return fd_arg(arg, &fd) ? os_result(unlockpt(fd)) : NULL;
}

FUNC_O(ptsname)
{
    int fd;
    char buf[128];
    if (!fd_arg(arg, &fd))
        return NULL;
    int r = ptsname_r(fd, buf, sizeof(buf));
    if (r != 0) {
        errno = r;
        return os_error();
    }
    return PyUnicode_DecodeFSDefault(buf);
}

FUNC_O(tcgetpgrp)
{
    int fd;
    if (!fd_arg(arg, &fd))
        return NULL;
    pid_t pg = tcgetpgrp(fd);
    return pg < 0 ? os_error() : PyLong_FromPid(pg);
}

FUNC_FAST(tcsetpgrp)
{
    int fd, pg;
    return _PyArg_ParseStack(args, nargs, "ii:tcsetpgrp", &fd, &pg) ? os_result(tcsetpgrp(fd, pg)) : NULL;
}

/* ---- Linux ---- */

FUNC_KW(memfd_create)
{
    PyObject *name;
    unsigned int flags = MFD_CLOEXEC;
    int fd;
    PARSE_KW("O&|I:memfd_create", KWLIST("name", "flags"), PyUnicode_FSConverter, &name, &flags);
    OS_CALL_ONCE(fd, memfd_create(PyBytes_AS_STRING(name), flags));
    Py_DECREF(name);
    return fd < 0 ? os_error() : PyLong_FromLong(fd);
}

FUNC_KW(eventfd)
{
    unsigned int initval;
    int flags = EFD_CLOEXEC, fd;
    PARSE_KW("I|i:eventfd", KWLIST("initval", "flags"), &initval, &flags);
    OS_CALL_ONCE(fd, eventfd(initval, flags));
    return fd < 0 ? os_error() : PyLong_FromLong(fd);
}

FUNC_KW(eventfd_read)
{
    int fd, r;
    eventfd_t value;
    PARSE_KW("O&:eventfd_read", KWLIST("fd"), os_fd_convert_fileno, &fd);
    OS_CALL_ONCE(r, eventfd_read(fd, &value));
    return r < 0 ? os_error() : PyLong_FromUnsignedLongLong(value);
}

FUNC_KW(eventfd_write)
{
    int fd, r;
    unsigned long long value;
    PARSE_KW("O&K:eventfd_write", KWLIST("fd", "value"), os_fd_convert_fileno, &fd, &value);
    OS_CALL_ONCE(r, eventfd_write(fd, value));
    return os_result(r);
}

FUNC_KW(sendfile)
{
    int out, in;
    PyObject *offset_obj;
    Py_ssize_t count, n;
    PARSE_KW("iiOn:sendfile", KWLIST("out_fd", "in_fd", "offset", "count"), &out, &in, &offset_obj, &count);
    off_t offset, *p = NULL;
    if (offset_obj != Py_None) {
        if (!os_off_t_convert(offset_obj, &offset))
            return NULL;
        p = &offset;
    }
    OS_CALL(n, sendfile(out, in, p, (size_t)count));
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

static int
optional_offset(PyObject *o, off64_t *value, off64_t **p)
{
    *p = NULL;
    if (o == Py_None)
        return 1;
    off_t v;
    if (!os_off_t_convert(o, &v))
        return 0;
    *value = v;
    *p = value;
    return 1;
}

FUNC_KW(copy_file_range)
{
    int src, dst;
    Py_ssize_t count, n;
    PyObject *o_src = Py_None, *o_dst = Py_None;
    off64_t a, b, *pa, *pb;
    PARSE_KW("iin|OO:copy_file_range", KWLIST("src", "dst", "count", "offset_src", "offset_dst"), &src, &dst, &count, &o_src, &o_dst);
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "negative value for 'count' not allowed");
        return NULL;
    }
    if (!optional_offset(o_src, &a, &pa) || !optional_offset(o_dst, &b, &pb))
        return NULL;
    OS_CALL(n, copy_file_range(src, pa, dst, pb, (size_t)count, 0));
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

FUNC_KW(splice)
{
    int src, dst;
    Py_ssize_t count, n;
    PyObject *o_src = Py_None, *o_dst = Py_None;
    unsigned int flags = 0;
    off64_t a, b, *pa, *pb;
    PARSE_KW("iin|OOI:splice", KWLIST("src", "dst", "count", "offset_src", "offset_dst", "flags"), &src, &dst, &count, &o_src, &o_dst, &flags);
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "negative value for 'count' not allowed");
        return NULL;
    }
    if (!optional_offset(o_src, &a, &pa) || !optional_offset(o_dst, &b, &pb))
        return NULL;
    OS_CALL(n, splice(src, pa, dst, pb, (size_t)count, flags));
    return n < 0 ? os_call_error() : PyLong_FromSsize_t(n);
}

PyMethodDef os_fd_methods[] = {
    ROW_KW(open, "open($module, /, path, flags, mode=511, *, dir_fd=None)\n--\n\nOpen a file; its descriptor."),
    ROW_KW(close, "close($module, /, fd)\n--\n\nClose a descriptor."),
    ROW_FAST(closerange, "closerange($module, fd_low, fd_high, /)\n--\n\nClose a range of descriptors."),
    ROW_O(dup, "dup($module, fd, /)\n--\n\nDuplicate a descriptor."),
    ROW_KW(dup2, "dup2($module, /, fd, fd2, inheritable=True)\n--\n\nDuplicate a descriptor to a given number."),
    ROW_0(pipe, "pipe($module, /)\n--\n\nMake a pipe: its read end and its write end."),
    ROW_O(pipe2, "pipe2($module, flags, /)\n--\n\nMake a pipe with flags."),
    ROW_FAST(read, "read($module, fd, length, /)\n--\n\nRead at most so many bytes."),
    ROW_FAST(pread, "pread($module, fd, length, offset, /)\n--\n\nRead from an offset."),
    ROW_FAST(write, "write($module, fd, data, /)\n--\n\nWrite bytes; the number written."),
    ROW_FAST(pwrite, "pwrite($module, fd, buffer, offset, /)\n--\n\nWrite at an offset."),
    ROW_FAST(readv, "readv($module, fd, buffers, /)\n--\n\nRead into several buffers."),
    ROW_FAST(writev, "writev($module, fd, buffers, /)\n--\n\nWrite several buffers."),
    ROW_FAST(preadv, "preadv($module, fd, buffers, offset, flags=0, /)\n--\n\nRead from an offset into several buffers."),
    ROW_FAST(pwritev, "pwritev($module, fd, buffers, offset, flags=0, /)\n--\n\nWrite several buffers at an offset."),
    ROW_FAST(lseek, "lseek($module, fd, position, whence, /)\n--\n\nSet the position of a descriptor."),
    ROW_FAST(ftruncate, "ftruncate($module, fd, length, /)\n--\n\nCut an open file to a length."),
    ROW_KW(fsync, "fsync($module, /, fd)\n--\n\nForce an open file to disk."),
    ROW_KW(fdatasync, "fdatasync($module, /, fd)\n--\n\nForce an open file's data to disk."),
    ROW_0(sync, "sync($module, /)\n--\n\nForce everything to disk."),
    ROW_FAST(posix_fallocate, "posix_fallocate($module, fd, offset, length, /)\n--\n\nReserve disk space for a file."),
    ROW_FAST(posix_fadvise, "posix_fadvise($module, fd, offset, length, advice, /)\n--\n\nAnnounce how a file will be accessed."),
    ROW_FAST(lockf, "lockf($module, fd, command, length, /)\n--\n\nApply, test or remove a lock."),
    ROW_O(isatty, "isatty($module, fd, /)\n--\n\nIs the descriptor a terminal?"),
    ROW_O(get_inheritable, "get_inheritable($module, fd, /)\n--\n\nIs the descriptor inherited by new programs?"),
    ROW_FAST(set_inheritable, "set_inheritable($module, fd, inheritable, /)\n--\n\nSay whether the descriptor is inherited."),
    ROW_O(get_blocking, "get_blocking($module, fd, /)\n--\n\nDoes the descriptor block?"),
    ROW_FAST(set_blocking, "set_blocking($module, fd, blocking, /)\n--\n\nSay whether the descriptor blocks."),
    ROW_KW(device_encoding, "device_encoding($module, /, fd)\n--\n\nEncoding of a terminal, None for other files."),
    ROW_O(ttyname, "ttyname($module, fd, /)\n--\n\nName of the terminal."),
    ROW_0(ctermid, "ctermid($module, /)\n--\n\nName of the controlling terminal."),
    ROW_0(openpty, "openpty($module, /)\n--\n\nOpen a pseudo-terminal."),
    ROW_O(login_tty, "login_tty($module, fd, /)\n--\n\nMake the terminal the controlling one."),
    ROW_O(posix_openpt, "posix_openpt($module, oflag, /)\n--\n\nOpen a pseudo-terminal's master side."),
    ROW_O(grantpt, "grantpt($module, fd, /)\n--\n\nGrant access to the slave side."),
    ROW_O(unlockpt, "unlockpt($module, fd, /)\n--\n\nUnlock the slave side."),
    ROW_O(ptsname, "ptsname($module, fd, /)\n--\n\nName of the slave side."),
    ROW_O(tcgetpgrp, "tcgetpgrp($module, fd, /)\n--\n\nForeground process group of a terminal."),
    ROW_FAST(tcsetpgrp, "tcsetpgrp($module, fd, pgid, /)\n--\n\nSet the foreground process group of a terminal."),
    ROW_KW(memfd_create, "memfd_create($module, /, name, flags=MFD_CLOEXEC)\n--\n\nMake an anonymous file."),
    ROW_KW(eventfd, "eventfd($module, /, initval, flags=EFD_CLOEXEC)\n--\n\nMake an event descriptor."),
    ROW_KW(eventfd_read, "eventfd_read($module, /, fd)\n--\n\nRead an event descriptor."),
    ROW_KW(eventfd_write, "eventfd_write($module, /, fd, value)\n--\n\nWrite an event descriptor."),
    ROW_KW(sendfile, "sendfile($module, /, out_fd, in_fd, offset, count)\n--\n\nCopy bytes between descriptors."),
    ROW_KW(copy_file_range, "copy_file_range($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)\n--\n\nCopy bytes between files."),
    ROW_KW(splice, "splice($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)\n--\n\nMove bytes between pipes."),
    { NULL },
};
