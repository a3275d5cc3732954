/* modules/posix/posix_xattr.c: extended attributes of files. */
#include <linux/limits.h>
#include <sys/xattr.h>

#include "modules/posix/posix_priv.h"

static int
check_fd_follow(const struct os_path *path, int follow)
{
    if (path->fd == -1 || follow)
        return 1;
    PyErr_Format(PyExc_ValueError, "%s: cannot use fd and follow_symlinks together", path->function);
    return 0;
}

FUNC_KW(getxattr)
{
    struct os_path path = OS_PATH("getxattr", "path", false, true), attr = OS_PATH("getxattr", "attribute", false, false);
    int follow = 1;
    PyObject *r = NULL;
    PARSE_KW("O&O&|$p:getxattr", KWLIST("path", "attribute", "follow_symlinks"), os_path_convert, &path, os_path_convert, &attr, &follow);
    if (check_fd_follow(&path, follow) && PySys_Audit("os.getxattr", "OO", path.object, attr.object) == 0 &&
        (r = PyBytes_FromStringAndSize(NULL, XATTR_SIZE_MAX)) != NULL) {
        void *buf = PyBytes_AS_STRING(r);
        ssize_t n;
        OS_CALL_ONCE(n, path.fd != -1 ? fgetxattr(path.fd, attr.narrow, buf, XATTR_SIZE_MAX)
                        : follow ? getxattr(path.narrow, attr.narrow, buf, XATTR_SIZE_MAX) : lgetxattr(path.narrow, attr.narrow, buf, XATTR_SIZE_MAX));
        if (n < 0) {
            os_path_error(&path);
            Py_CLEAR(r);
        } else
            _PyBytes_Resize(&r, n);
    }
    os_path_free(&path);
    os_path_free(&attr);
    return r;
}

FUNC_KW(setxattr)
{
    struct os_path path = OS_PATH("setxattr", "path", false, true), attr = OS_PATH("setxattr", "attribute", false, false);
    int follow = 1, flags = 0, r;
    Py_buffer value;
    PyObject *result = NULL;
    PARSE_KW("O&O&y*|i$p:setxattr", KWLIST("path", "attribute", "value", "flags", "follow_symlinks"), os_path_convert, &path, os_path_convert, &attr,
             &value, &flags, &follow);
    if (check_fd_follow(&path, follow) && PySys_Audit("os.setxattr", "OOOi", path.object, attr.object, value.obj, flags) == 0) {
        OS_CALL_ONCE(r, path.fd != -1 ? fsetxattr(path.fd, attr.narrow, value.buf, (size_t)value.len, flags)
                        : follow ? setxattr(path.narrow, attr.narrow, value.buf, (size_t)value.len, flags)
                                 : lsetxattr(path.narrow, attr.narrow, value.buf, (size_t)value.len, flags));
        result = os_path_result(r, &path);
    }
    PyBuffer_Release(&value);
    os_path_free(&path);
    os_path_free(&attr);
    return result;
}

FUNC_KW(removexattr)
{
    struct os_path path = OS_PATH("removexattr", "path", false, true), attr = OS_PATH("removexattr", "attribute", false, false);
    int follow = 1, r;
    PyObject *result = NULL;
    PARSE_KW("O&O&|$p:removexattr", KWLIST("path", "attribute", "follow_symlinks"), os_path_convert, &path, os_path_convert, &attr, &follow);
    if (check_fd_follow(&path, follow) && PySys_Audit("os.removexattr", "OO", path.object, attr.object) == 0) {
        OS_CALL_ONCE(r, path.fd != -1 ? fremovexattr(path.fd, attr.narrow) : follow ? removexattr(path.narrow, attr.narrow) : lremovexattr(path.narrow, attr.narrow));
        result = os_path_result(r, &path);
    }
    os_path_free(&path);
    os_path_free(&attr);
    return result;
}

static PyObject *
split_names(const char *buf, ssize_t n)
{
    PyObject *list = PyList_New(0);
    for (const char *p = buf; list != NULL && p < buf + n; p += strlen(p) + 1) {
        PyObject *s = PyUnicode_DecodeFSDefault(p);
        if (s == NULL || PyList_Append(list, s) < 0)
            Py_CLEAR(list);
        Py_XDECREF(s);
    }
    return list;
}

FUNC_KW(listxattr)
{
    struct os_path path = OS_PATH("listxattr", "path", true, true);
    int follow = 1;
    PyObject *r = NULL;
    PARSE_KW("|O&$p:listxattr", KWLIST("path", "follow_symlinks"), os_path_convert, &path, &follow);
    if (check_fd_follow(&path, follow) && PySys_Audit("os.listxattr", "O", path.object ? path.object : Py_None) == 0) {
        const char *name = path.narrow ? path.narrow : ".";
        char *buf = PyMem_Malloc(XATTR_LIST_MAX);
        ssize_t n = -1;
        if (buf == NULL)
            PyErr_NoMemory();
        else {
            OS_CALL_ONCE(n, path.fd != -1 ? flistxattr(path.fd, buf, XATTR_LIST_MAX) : follow ? listxattr(name, buf, XATTR_LIST_MAX) : llistxattr(name, buf, XATTR_LIST_MAX));
            r = n < 0 ? os_path_error(&path) : split_names(buf, n);
        }
        PyMem_Free(buf);
    }
    os_path_free(&path);
    return r;
}

PyMethodDef os_xattr_methods[] = {
    ROW_KW(getxattr, "getxattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nValue of an extended attribute."),
    ROW_KW(setxattr, "setxattr($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)\n--\n\nSet an extended attribute."),
    ROW_KW(removexattr, "removexattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nRemove an extended attribute."),
    ROW_KW(listxattr, "listxattr($module, /, path=None, *, follow_symlinks=True)\n--\n\nNames of the extended attributes."),
    { NULL },
};
