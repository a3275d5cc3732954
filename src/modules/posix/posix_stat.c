/* modules/posix/posix_stat.c: stat and its relatives. */
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "modules/posix/posix_priv.h"

static PyStructSequence_Field stat_fields[] = {
    { "st_mode", "protection bits" }, { "st_ino", "inode" }, { "st_dev", "device" }, { "st_nlink", "number of hard links" },
    { "st_uid", "user ID of owner" }, { "st_gid", "group ID of owner" }, { "st_size", "total size, in bytes" },
    { NULL, "integer time of last access" }, { NULL, "integer time of last modification" }, { NULL, "integer time of last change" },
    { "st_atime", "time of last access" }, { "st_mtime", "time of last modification" }, { "st_ctime", "time of last change" },
    { "st_atime_ns", "time of last access in nanoseconds" }, { "st_mtime_ns", "time of last modification in nanoseconds" },
    { "st_ctime_ns", "time of last change in nanoseconds" }, { "st_blksize", "blocksize for filesystem I/O" },
    { "st_blocks", "number of blocks allocated" }, { "st_rdev", "device type (if inode device)" }, { NULL, NULL },
};
static PyStructSequence_Desc stat_desc = { "os.stat_result", "stat_result: Result from stat, fstat, or lstat.", stat_fields, 10 };

static PyStructSequence_Field statvfs_fields[] = {
    { "f_bsize", NULL }, { "f_frsize", NULL }, { "f_blocks", NULL }, { "f_bfree", NULL }, { "f_bavail", NULL }, { "f_files", NULL },
    { "f_ffree", NULL }, { "f_favail", NULL }, { "f_flag", NULL }, { "f_namemax", NULL }, { "f_fsid", NULL }, { NULL, NULL },
};
static PyStructSequence_Desc statvfs_desc = { "os.statvfs_result", "statvfs_result: Result from statvfs or fstatvfs.", statvfs_fields, 10 };

/* The unnamed fields 7..9 hold whole seconds; a sequence of ten items asks for them as such. */
static newfunc structseq_new;

static PyObject *
stat_result_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PyObject *r = structseq_new(type, args, kwds);
    for (int i = 7; r != NULL && i <= 9; i++) {    /* times given as integers only serve as floats too */
        PyObject *f = PyStructSequence_GetItem(r, i + 3);
        if (f == NULL || f == Py_None) {
            PyStructSequence_SetItem(r, i + 3, Py_NewRef(PyStructSequence_GetItem(r, i)));
            Py_XDECREF(f);
        }
    }
    return r;
}

static int
fill_time(PyObject *v, int index, const struct timespec *t, struct os_state *s)
{
    PyObject *sec = PyLong_FromLongLong(t->tv_sec), *nsec = PyLong_FromLong(t->tv_nsec), *scaled = NULL, *total = NULL, *real = NULL;
    int ok = 0;
    if (sec != NULL && nsec != NULL && (scaled = PyNumber_Multiply(sec, s->billion)) != NULL && (total = PyNumber_Add(scaled, nsec)) != NULL &&
        (real = PyFloat_FromDouble((double)t->tv_sec + 1e-9 * (double)t->tv_nsec)) != NULL) {
        PyStructSequence_SetItem(v, index, Py_NewRef(sec));
        PyStructSequence_SetItem(v, index + 3, Py_NewRef(real));
        PyStructSequence_SetItem(v, index + 6, Py_NewRef(total));
        ok = 1;
    }
    Py_XDECREF(sec);
    Py_XDECREF(nsec);
    Py_XDECREF(scaled);
    Py_XDECREF(total);
    Py_XDECREF(real);
    return ok;
}

PyObject *
os_stat_tuple(PyObject *module, const struct stat *st)
{
    struct os_state *s = os_state_of(module);
    PyObject *v = PyStructSequence_New(s->stat_result);
    if (v == NULL)
        return NULL;
    PyStructSequence_SetItem(v, 0, PyLong_FromLong((long)st->st_mode));
    PyStructSequence_SetItem(v, 1, PyLong_FromUnsignedLongLong(st->st_ino));
    PyStructSequence_SetItem(v, 2, PyLong_FromUnsignedLongLong(st->st_dev));
    PyStructSequence_SetItem(v, 3, PyLong_FromLong((long)st->st_nlink));
    PyStructSequence_SetItem(v, 4, os_from_uid(st->st_uid));
    PyStructSequence_SetItem(v, 5, os_from_uid(st->st_gid));
    PyStructSequence_SetItem(v, 6, PyLong_FromLongLong(st->st_size));
    PyStructSequence_SetItem(v, 16, PyLong_FromLong((long)st->st_blksize));
    PyStructSequence_SetItem(v, 17, PyLong_FromLong((long)st->st_blocks));
    PyStructSequence_SetItem(v, 18, PyLong_FromUnsignedLongLong(st->st_rdev));
    if (!fill_time(v, 7, &st->st_atim, s) || !fill_time(v, 8, &st->st_mtim, s) || !fill_time(v, 9, &st->st_ctim, s) || PyErr_Occurred())
        Py_CLEAR(v);
    return v;
}

static PyObject *
do_stat(PyObject *module, struct os_path *path, int dir_fd, int follow)
{
    struct stat st;
    int r;
    if (path->fd != -1 && dir_fd != AT_FDCWD) {
        PyErr_Format(PyExc_ValueError, "%s: can't specify dir_fd without matching path", path->function);
        return NULL;
    }
    if (path->fd != -1 && !follow) {
        PyErr_Format(PyExc_ValueError, "%s: cannot use fd and follow_symlinks together", path->function);
        return NULL;
    }
    if (path->fd != -1)
        OS_CALL_ONCE(r, fstat(path->fd, &st));
    else
        OS_CALL_ONCE(r, fstatat(dir_fd, path->narrow, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    return r < 0 ? os_path_error(path) : os_stat_tuple(module, &st);
}

FUNC_KW(stat)
{
    struct os_path path = OS_PATH("stat", "path", false, true);
    int dir_fd = AT_FDCWD, follow = 1;
    PARSE_KW("O&|$O&p:stat", KWLIST("path", "dir_fd", "follow_symlinks"), os_path_convert, &path, os_dir_fd_convert, &dir_fd, &follow);
    PyObject *r = do_stat(module, &path, dir_fd, follow);
    os_path_free(&path);
    return r;
}

FUNC_KW(lstat)
{
    struct os_path path = OS_PATH("lstat", "path", false, false);
    int dir_fd = AT_FDCWD;
    PARSE_KW("O&|$O&:lstat", KWLIST("path", "dir_fd"), os_path_convert, &path, os_dir_fd_convert, &dir_fd);
    PyObject *r = do_stat(module, &path, dir_fd, 0);
    os_path_free(&path);
    return r;
}

FUNC_KW(fstat)
{
    int fd, r;
    struct stat st;
    PARSE_KW("i:fstat", KWLIST("fd"), &fd);
    OS_CALL(r, fstat(fd, &st));
    return r < 0 ? os_call_error() : os_stat_tuple(module, &st);
}

static PyObject *
statvfs_tuple(PyObject *module, const struct statvfs *st)
{
    PyObject *v = PyStructSequence_New(os_state_of(module)->statvfs_result);
    if (v == NULL)
        return NULL;
    const unsigned long values[] = { st->f_bsize, st->f_frsize, st->f_blocks, st->f_bfree, st->f_bavail, st->f_files,
                                     st->f_ffree, st->f_favail, st->f_flag, st->f_namemax, st->f_fsid };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(values); i++)
        PyStructSequence_SetItem(v, (Py_ssize_t)i, PyLong_FromUnsignedLong(values[i]));
    if (PyErr_Occurred())
        Py_CLEAR(v);
    return v;
}

FUNC_KW(statvfs)
{
    struct os_path path = OS_PATH("statvfs", "path", false, true);
    struct statvfs st;
    int r;
    PARSE_KW("O&:statvfs", KWLIST("path"), os_path_convert, &path);
    OS_CALL_ONCE(r, path.fd != -1 ? fstatvfs(path.fd, &st) : statvfs(path.narrow, &st));
    PyObject *result = r < 0 ? os_path_error(&path) : statvfs_tuple(module, &st);
    os_path_free(&path);
    return result;
}

FUNC_O(fstatvfs)
{
    int fd = PyLong_AsInt(arg), r;
    struct statvfs st;
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    OS_CALL(r, fstatvfs(fd, &st));
    return r < 0 ? os_call_error() : statvfs_tuple(module, &st);
}

#define NO_DEVICE ((dev_t)-1)

FUNC_O(major)
{
    dev_t dev;
    if (!os_dev_convert(arg, &dev))
        return NULL;
    return dev == NO_DEVICE ? PyLong_FromLong(-1) : PyLong_FromLong((int)major(dev));
}

FUNC_O(minor)
{
    dev_t dev;
    if (!os_dev_convert(arg, &dev))
        return NULL;
    return dev == NO_DEVICE ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(minor(dev));
}

FUNC_FAST(makedev)
{
    dev_t ma, mi;
    if (!_PyArg_ParseStack(args, nargs, "O&O&:makedev", os_dev_convert, &ma, os_dev_convert, &mi))
        return NULL;
    if ((ma > UINT_MAX && ma != NO_DEVICE) || (mi > UINT_MAX && mi != NO_DEVICE)) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C unsigned int");
        return NULL;
    }
    dev_t dev = makedev((unsigned)ma, (unsigned)mi);
    return dev == NO_DEVICE ? PyLong_FromLong(-1) : PyLong_FromUnsignedLongLong(dev);
}

int
os_add_stat_types(PyObject *module)
{
    struct os_state *s = os_state_of(module);
    for (int i = 7; i <= 9; i++)    /* a constant of the program, but not one of the compiler */
        stat_fields[i].name = PyStructSequence_UnnamedField;
    s->billion = PyLong_FromLong(1000000000);
    for (int i = 7; i <= 9; i++)           /* not a constant expression */
        stat_fields[i].name = PyStructSequence_UnnamedField;
    s->stat_result = PyStructSequence_NewType(&stat_desc);
    s->statvfs_result = PyStructSequence_NewType(&statvfs_desc);
    if (s->billion == NULL || s->stat_result == NULL || s->statvfs_result == NULL)
        return -1;
    structseq_new = s->stat_result->tp_new;
    s->stat_result->tp_new = stat_result_new;
    return PyModule_AddObjectRef(module, "stat_result", (PyObject *)s->stat_result) < 0 ? -1
           : PyModule_AddObjectRef(module, "statvfs_result", (PyObject *)s->statvfs_result);
}

PyMethodDef os_stat_methods[] = {
    ROW_KW(stat, "stat($module, /, path, *, dir_fd=None, follow_symlinks=True)\n--\n\nFacts about a file."),
    ROW_KW(lstat, "lstat($module, /, path, *, dir_fd=None)\n--\n\nFacts about a file; symbolic links are not followed."),
    ROW_KW(fstat, "fstat($module, /, fd)\n--\n\nFacts about an open file."),
    ROW_KW(statvfs, "statvfs($module, /, path)\n--\n\nFacts about a mounted file system."),
    ROW_O(fstatvfs, "fstatvfs($module, fd, /)\n--\n\nFacts about the file system of an open file."),
    ROW_O(major, "major($module, device, /)\n--\n\nMajor number of a raw device number."),
    ROW_O(minor, "minor($module, device, /)\n--\n\nMinor number of a raw device number."),
    ROW_FAST(makedev, "makedev($module, major, minor, /)\n--\n\nRaw device number of a major and a minor one."),
    { NULL },
};
