/* modules/posix/posix_file.c: operations on files by path. */
#include <sys/time.h>

#include "modules/posix/posix_priv.h"

FUNC_KW(access)
{
    struct os_path path = OS_PATH("access", "path", false, false);
    int mode, dir_fd = AT_FDCWD, effective = 0, follow = 1, r;
    PARSE_KW("O&i|$O&pp:access", KWLIST("path", "mode", "dir_fd", "effective_ids", "follow_symlinks"), os_path_convert, &path, &mode,
             os_dir_fd_convert, &dir_fd, &effective, &follow);
    int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    OS_CALL_ONCE(r, faccessat(dir_fd, path.narrow, mode, flags));
    os_path_free(&path);
    return PyBool_FromLong(r == 0);
}

FUNC_KW(chdir)
{
    struct os_path path = OS_PATH("chdir", "path", false, true);
    int r;
    PARSE_KW("O&:chdir", KWLIST("path"), os_path_convert, &path);
    PyObject *result = NULL;
    if (PySys_Audit("os.chdir", "O", path.object) == 0) {
        OS_CALL_ONCE(r, path.fd != -1 ? fchdir(path.fd) : chdir(path.narrow));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

FUNC_KW(fchdir)
{
    int fd, r;
    PARSE_KW("O&:fchdir", KWLIST("fd"), os_fd_convert_fileno, &fd);
    if (PySys_Audit("os.chdir", "i", fd) < 0)
        return NULL;
    OS_CALL(r, fchdir(fd));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

static PyObject *
current_folder(int as_bytes)
{
    char *cwd;
    Py_BEGIN_ALLOW_THREADS
    cwd = getcwd(NULL, 0);
    Py_END_ALLOW_THREADS
    if (cwd == NULL)
        return os_error();
    PyObject *r = as_bytes ? PyBytes_FromString(cwd) : PyUnicode_DecodeFSDefault(cwd);
    free(cwd);
    return r;
}

FUNC_0(getcwd) { return current_folder(0); }
FUNC_0(getcwdb) { return current_folder(1); }

FUNC_KW(chmod)
{
    struct os_path path = OS_PATH("chmod", "path", false, true);
    int mode, dir_fd = AT_FDCWD, follow = 1, r;
    PARSE_KW("O&i|$O&p:chmod", KWLIST("path", "mode", "dir_fd", "follow_symlinks"), os_path_convert, &path, &mode, os_dir_fd_convert, &dir_fd, &follow);
    PyObject *result = NULL;
    if (PySys_Audit("os.chmod", "Oii", path.object, mode, dir_fd == AT_FDCWD ? -1 : dir_fd) == 0) {
        OS_CALL_ONCE(r, path.fd != -1 ? fchmod(path.fd, (mode_t)mode) : fchmodat(dir_fd, path.narrow, (mode_t)mode, follow ? 0 : AT_SYMLINK_NOFOLLOW));
        if (r < 0 && !follow && (errno == EOPNOTSUPP || errno == ENOTSUP)) {
            PyErr_SetString(PyExc_NotImplementedError, "chmod: follow_symlinks unavailable on this platform");
        } else
            result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

FUNC_KW(fchmod)
{
    int fd, mode, r;
    PARSE_KW("ii:fchmod", KWLIST("fd", "mode"), &fd, &mode);
    if (PySys_Audit("os.chmod", "iii", fd, mode, -1) < 0)
        return NULL;
    OS_CALL(r, fchmod(fd, (mode_t)mode));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

static PyObject *
do_chown(struct os_path *path, uid_t uid, gid_t gid, int dir_fd, int follow)
{
    int r;
    if (PySys_Audit("os.chown", "OIIi", path->object, uid, gid, dir_fd == AT_FDCWD ? -1 : dir_fd) < 0)
        return NULL;
    OS_CALL_ONCE(r, path->fd != -1 ? fchown(path->fd, uid, gid) : fchownat(dir_fd, path->narrow, uid, gid, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    return os_path_result(r, path);
}

FUNC_KW(chown)
{
    struct os_path path = OS_PATH("chown", "path", false, true);
    uid_t uid;
    gid_t gid;
    int dir_fd = AT_FDCWD, follow = 1;
    PARSE_KW("O&O&O&|$O&p:chown", KWLIST("path", "uid", "gid", "dir_fd", "follow_symlinks"), os_path_convert, &path, os_uid_convert, &uid,
             os_gid_convert, &gid, os_dir_fd_convert, &dir_fd, &follow);
    PyObject *r = do_chown(&path, uid, gid, dir_fd, follow);
    os_path_free(&path);
    return r;
}

FUNC_KW(lchown)
{
    struct os_path path = OS_PATH("lchown", "path", false, false);
    uid_t uid;
    gid_t gid;
    PARSE_KW("O&O&O&:lchown", KWLIST("path", "uid", "gid"), os_path_convert, &path, os_uid_convert, &uid, os_gid_convert, &gid);
    PyObject *r = do_chown(&path, uid, gid, AT_FDCWD, 0);
    os_path_free(&path);
    return r;
}

FUNC_KW(fchown)
{
    int fd, r;
    uid_t uid;
    gid_t gid;
    PARSE_KW("iO&O&:fchown", KWLIST("fd", "uid", "gid"), &fd, os_uid_convert, &uid, os_gid_convert, &gid);
    if (PySys_Audit("os.chown", "iIIi", fd, uid, gid, -1) < 0)
        return NULL;
    OS_CALL(r, fchown(fd, uid, gid));
    return r < 0 ? os_call_error() : Py_NewRef(Py_None);
}

FUNC_KW(chroot)
{
    struct os_path path = OS_PATH("chroot", "path", false, false);
    int r;
    PARSE_KW("O&:chroot", KWLIST("path"), os_path_convert, &path);
    OS_CALL_ONCE(r, chroot(path.narrow));
    PyObject *result = os_path_result(r, &path);
    os_path_free(&path);
    return result;
}

/* ---- making and removing ---- */

FUNC_KW(mkdir)
{
    struct os_path path = OS_PATH("mkdir", "path", false, false);
    int mode = 0777, dir_fd = AT_FDCWD, r;
    PARSE_KW("O&|i$O&:mkdir", KWLIST("path", "mode", "dir_fd"), os_path_convert, &path, &mode, os_dir_fd_convert, &dir_fd);
    PyObject *result = NULL;
    if (PySys_Audit("os.mkdir", "Oii", path.object, mode, dir_fd == AT_FDCWD ? -1 : dir_fd) == 0) {
        OS_CALL_ONCE(r, mkdirat(dir_fd, path.narrow, (mode_t)mode));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

static PyObject *
do_unlink(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, const char *event, const char *function, int flags)
{
    struct os_path path = OS_PATH(function, "path", false, false);
    int dir_fd = AT_FDCWD, r;
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, parser, os_path_convert, &path, os_dir_fd_convert, &dir_fd))
        return NULL;
    PyObject *result = NULL;
    if (PySys_Audit(event, "Oi", path.object, dir_fd == AT_FDCWD ? -1 : dir_fd) == 0) {
        OS_CALL_ONCE(r, unlinkat(dir_fd, path.narrow, flags));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

static const char *const unlink_kw[] = { "path", "dir_fd", NULL };

#define UNLINK_FUNC(name, event, flags) \
    FUNC_KW(name) \
    { \
        static struct _PyArg_Parser parser = { .format = "O&|$O&:" #name, .keywords = unlink_kw }; \
        return do_unlink(args, nargs, kwnames, &parser, event, #name, flags); \
    }
UNLINK_FUNC(unlink, "os.remove", 0)
UNLINK_FUNC(remove, "os.remove", 0)
UNLINK_FUNC(rmdir, "os.rmdir", AT_REMOVEDIR)

static PyObject *
do_rename(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, const char *function)
{
    struct os_path src = OS_PATH(function, "src", false, false), dst = OS_PATH(function, "dst", false, false);
    int src_fd = AT_FDCWD, dst_fd = AT_FDCWD, r;
    PyObject *result = NULL;
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, parser, os_path_convert, &src, os_path_convert, &dst, os_dir_fd_convert, &src_fd,
                                      os_dir_fd_convert, &dst_fd))
        goto done;
    if (PySys_Audit("os.rename", "OOii", src.object, dst.object, src_fd == AT_FDCWD ? -1 : src_fd, dst_fd == AT_FDCWD ? -1 : dst_fd) < 0)
        goto done;
    OS_CALL_ONCE(r, renameat(src_fd, src.narrow, dst_fd, dst.narrow));
    result = r < 0 ? os_path_error2(&src, &dst) : Py_NewRef(Py_None);
done:
    os_path_free(&src);
    os_path_free(&dst);
    return result;
}

static const char *const rename_kw[] = { "src", "dst", "src_dir_fd", "dst_dir_fd", NULL };

FUNC_KW(rename)
{
    static struct _PyArg_Parser parser = { .format = "O&O&|$O&O&:rename", .keywords = rename_kw };
    return do_rename(args, nargs, kwnames, &parser, "rename");
}

FUNC_KW(replace)
{
    static struct _PyArg_Parser parser = { .format = "O&O&|$O&O&:replace", .keywords = rename_kw };
    return do_rename(args, nargs, kwnames, &parser, "replace");
}

FUNC_KW(link)
{
    struct os_path src = OS_PATH("link", "src", false, false), dst = OS_PATH("link", "dst", false, false);
    int src_fd = AT_FDCWD, dst_fd = AT_FDCWD, follow = 1, r;
    PARSE_KW("O&O&|$O&O&p:link", KWLIST("src", "dst", "src_dir_fd", "dst_dir_fd", "follow_symlinks"), os_path_convert, &src, os_path_convert, &dst,
             os_dir_fd_convert, &src_fd, os_dir_fd_convert, &dst_fd, &follow);
    PyObject *result = NULL;
    if (PySys_Audit("os.link", "OOii", src.object, dst.object, src_fd == AT_FDCWD ? -1 : src_fd, dst_fd == AT_FDCWD ? -1 : dst_fd) == 0) {
        OS_CALL_ONCE(r, linkat(src_fd, src.narrow, dst_fd, dst.narrow, follow ? AT_SYMLINK_FOLLOW : 0));
        result = r < 0 ? os_path_error2(&src, &dst) : Py_NewRef(Py_None);
    }
    os_path_free(&src);
    os_path_free(&dst);
    return result;
}

FUNC_KW(symlink)
{
    struct os_path src = OS_PATH("symlink", "src", false, false), dst = OS_PATH("symlink", "dst", false, false);
    int is_dir = 0, dir_fd = AT_FDCWD, r;
    PARSE_KW("O&O&|p$O&:symlink", KWLIST("src", "dst", "target_is_directory", "dir_fd"), os_path_convert, &src, os_path_convert, &dst, &is_dir,
             os_dir_fd_convert, &dir_fd);
    PyObject *result = NULL;
    if (PySys_Audit("os.symlink", "OOi", src.object, dst.object, dir_fd == AT_FDCWD ? -1 : dir_fd) == 0) {
        OS_CALL_ONCE(r, symlinkat(src.narrow, dir_fd, dst.narrow));
        result = r < 0 ? os_path_error2(&src, &dst) : Py_NewRef(Py_None);
    }
    os_path_free(&src);
    os_path_free(&dst);
    return result;
}

FUNC_KW(readlink)
{
    struct os_path path = OS_PATH("readlink", "path", false, false);
    int dir_fd = AT_FDCWD;
    char buffer[PATH_MAX + 1];
    ssize_t n;
    PARSE_KW("O&|$O&:readlink", KWLIST("path", "dir_fd"), os_path_convert, &path, os_dir_fd_convert, &dir_fd);
    OS_CALL_ONCE(n, readlinkat(dir_fd, path.narrow, buffer, PATH_MAX));
    PyObject *r = n < 0 ? os_path_error(&path)
                  : PyBytes_Check(path.object) ? PyBytes_FromStringAndSize(buffer, n) : PyUnicode_DecodeFSDefaultAndSize(buffer, n);
    os_path_free(&path);
    return r;
}

FUNC_KW(mkfifo)
{
    struct os_path path = OS_PATH("mkfifo", "path", false, false);
    int mode = 0666, dir_fd = AT_FDCWD, r;
    PARSE_KW("O&|i$O&:mkfifo", KWLIST("path", "mode", "dir_fd"), os_path_convert, &path, &mode, os_dir_fd_convert, &dir_fd);
    OS_CALL(r, mkfifoat(dir_fd, path.narrow, (mode_t)mode));
    PyObject *result = r < 0 && PyErr_Occurred() ? NULL : os_path_result(r, &path);
    os_path_free(&path);
    return result;
}

FUNC_KW(mknod)
{
    struct os_path path = OS_PATH("mknod", "path", false, false);
    int mode = 0600, dir_fd = AT_FDCWD, r;
    dev_t device = 0;
    PARSE_KW("O&|iO&$O&:mknod", KWLIST("path", "mode", "device", "dir_fd"), os_path_convert, &path, &mode, os_dev_convert, &device, os_dir_fd_convert, &dir_fd);
    OS_CALL(r, mknodat(dir_fd, path.narrow, (mode_t)mode, device));
    PyObject *result = r < 0 && PyErr_Occurred() ? NULL : os_path_result(r, &path);
    os_path_free(&path);
    return result;
}

FUNC_KW(truncate)
{
    struct os_path path = OS_PATH("truncate", "path", false, true);
    off_t length;
    int r;
    PARSE_KW("O&O&:truncate", KWLIST("path", "length"), os_path_convert, &path, os_off_t_convert, &length);
    PyObject *result = NULL;
    if (PySys_Audit("os.truncate", "OL", path.object, (long long)length) == 0) {
        OS_CALL_ONCE(r, path.fd != -1 ? ftruncate(path.fd, length) : truncate(path.narrow, length));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

/* ---- utime ---- */

static int
split_ns(PyObject *o, PyObject *billion, struct timespec *t)
{
    PyObject *dm = PyNumber_Divmod(o, billion);
    if (dm == NULL)
        return -1;
    if (!PyTuple_Check(dm) || PyTuple_GET_SIZE(dm) != 2) {
        PyErr_Format(PyExc_TypeError, "%.200s.__divmod__() must return a 2-tuple, not %.200s", Py_TYPE(o)->tp_name, Py_TYPE(dm)->tp_name);
        Py_DECREF(dm);
        return -1;
    }
    t->tv_sec = (time_t)PyLong_AsLongLong(PyTuple_GET_ITEM(dm, 0));
    t->tv_nsec = PyErr_Occurred() ? 0 : PyLong_AsLong(PyTuple_GET_ITEM(dm, 1));
    Py_DECREF(dm);
    return PyErr_Occurred() ? -1 : 0;
}

PyAPI_FUNC(int) _PyTime_ObjectToTimespec(PyObject *obj, time_t *sec, long *nsec, int round);

static int
utime_times(PyObject *module, PyObject *times, PyObject *ns, struct timespec ts[2])
{
    if (times != NULL && times != Py_None) {
        if (ns != NULL) {
            PyErr_SetString(PyExc_ValueError, "utime: you may specify either 'times' or 'ns' but not both");
            return -1;
        }
        if (!PyTuple_CheckExact(times) || PyTuple_GET_SIZE(times) != 2) {
            PyErr_SetString(PyExc_TypeError, "utime: 'times' must be either a tuple of two ints or None");
            return -1;
        }
        for (int i = 0; i < 2; i++) {
            if (_PyTime_ObjectToTimespec(PyTuple_GET_ITEM(times, i), &ts[i].tv_sec, &ts[i].tv_nsec, 0) < 0)
                return -1;
        }
        return 1;
    }
    if (ns == NULL)
        return 0;
    if (!PyTuple_CheckExact(ns) || PyTuple_GET_SIZE(ns) != 2) {
        PyErr_SetString(PyExc_TypeError, "utime: 'ns' must be a tuple of two ints");
        return -1;
    }
    PyObject *billion = os_state_of(module)->billion;
    return split_ns(PyTuple_GET_ITEM(ns, 0), billion, &ts[0]) < 0 || split_ns(PyTuple_GET_ITEM(ns, 1), billion, &ts[1]) < 0 ? -1 : 1;
}

FUNC_KW(utime)
{
    struct os_path path = OS_PATH("utime", "path", false, true);
    PyObject *times = NULL, *ns = NULL, *result = NULL;
    int dir_fd = AT_FDCWD, follow = 1, r;
    struct timespec ts[2];
    PARSE_KW("O&|O$OO&p:utime", KWLIST("path", "times", "ns", "dir_fd", "follow_symlinks"), os_path_convert, &path, &times, &ns, os_dir_fd_convert,
             &dir_fd, &follow);
    int given = utime_times(module, times, ns, ts);
    if (given >= 0 && path.fd != -1 && dir_fd != AT_FDCWD) {
        PyErr_SetString(PyExc_ValueError, "utime: can't specify dir_fd without matching path");
        given = -1;
    }
    if (given >= 0 && path.fd != -1 && !follow) {
        PyErr_SetString(PyExc_ValueError, "utime: cannot use fd and follow_symlinks together");
        given = -1;
    }
    if (given >= 0 && PySys_Audit("os.utime", "OOOi", path.object, times ? times : Py_None, ns ? ns : Py_None, dir_fd == AT_FDCWD ? -1 : dir_fd) == 0) {
        const struct timespec *t = given ? ts : NULL;
        OS_CALL_ONCE(r, path.fd != -1 ? futimens(path.fd, t) : utimensat(dir_fd, path.narrow, t, follow ? 0 : AT_SYMLINK_NOFOLLOW));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    return result;
}

PyMethodDef os_file_methods[] = {
    ROW_KW(access, "access($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)\n--\n\nMay this process access the path?"),
    ROW_KW(chdir, "chdir($module, /, path)\n--\n\nChange the current directory."),
    ROW_KW(fchdir, "fchdir($module, /, fd)\n--\n\nChange to the directory of an open file."),
    ROW_0(getcwd, "getcwd($module, /)\n--\n\nThe current directory."),
    ROW_0(getcwdb, "getcwdb($module, /)\n--\n\nThe current directory, as bytes."),
    ROW_KW(chmod, "chmod($module, /, path, mode, *, dir_fd=None,\n      follow_symlinks=(os.name != 'nt'))\n--\n\nChange the permissions of a file."),
    ROW_KW(fchmod, "fchmod($module, /, fd, mode)\n--\n\nChange the permissions of an open file."),
    ROW_KW(chown, "chown($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)\n--\n\nChange owner and group of a file."),
    ROW_KW(lchown, "lchown($module, /, path, uid, gid)\n--\n\nChange owner and group of a file; symbolic links are not followed."),
    ROW_KW(fchown, "fchown($module, /, fd, uid, gid)\n--\n\nChange owner and group of an open file."),
    ROW_KW(chroot, "chroot($module, /, path)\n--\n\nChange the root directory."),
    ROW_KW(mkdir, "mkdir($module, /, path, mode=511, *, dir_fd=None)\n--\n\nMake a directory."),
    ROW_KW(unlink, "unlink($module, /, path, *, dir_fd=None)\n--\n\nRemove a file."),
    ROW_KW(remove, "remove($module, /, path, *, dir_fd=None)\n--\n\nRemove a file."),
    ROW_KW(rmdir, "rmdir($module, /, path, *, dir_fd=None)\n--\n\nRemove a directory."),
    ROW_KW(rename, "rename($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory."),
    ROW_KW(replace, "replace($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory, over an existing one."),
    ROW_KW(link, "link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=True)\n--\n\nMake a hard link."),
    ROW_KW(symlink, "symlink($module, /, src, dst, target_is_directory=False, *, dir_fd=None)\n--\n\nMake a symbolic link."),
    ROW_KW(readlink, "readlink($module, /, path, *, dir_fd=None)\n--\n\nWhere a symbolic link points."),
    ROW_KW(mkfifo, "mkfifo($module, /, path, mode=438, *, dir_fd=None)\n--\n\nMake a named pipe."),
    ROW_KW(mknod, "mknod($module, /, path, mode=384, device=0, *, dir_fd=None)\n--\n\nMake a file system node."),
    ROW_KW(truncate, "truncate($module, /, path, length)\n--\n\nCut a file to a length."),
    ROW_KW(utime, "utime($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)\n--\n\nSet access and modification times."),
    { NULL },
};
