/* modules/posix/posix_util.c: converters and error helpers of the posix module. */
#include "modules/posix/posix_priv.h"

/* ---- paths ---- */

static int
path_type_error(struct os_path *p, PyObject *o)
{
    PyErr_Format(PyExc_TypeError, "%s%s%s should be %s, not %.200s", p->function ? p->function : "", p->function ? ": " : "",
                 p->argument ? p->argument : "path",
                 p->allow_fd && p->nullable ? "string, bytes, os.PathLike, integer or None"
                 : p->allow_fd              ? "string, bytes, os.PathLike or integer"
                 : p->nullable              ? "string, bytes, os.PathLike or None"
                                            : "string, bytes or os.PathLike",
                 Py_TYPE(o)->tp_name);
    return 0;
}

static int
take_bytes(struct os_path *p, PyObject *bytes)    /* steals bytes */
{
    p->length = PyBytes_GET_SIZE(bytes);
    p->narrow = PyBytes_AS_STRING(bytes);
    p->cleanup = bytes;
    if ((size_t)p->length != strlen(p->narrow)) {
        PyErr_Format(PyExc_ValueError, "%s%sembedded null character in %s", p->function ? p->function : "", p->function ? ": " : "",
                     p->argument ? p->argument : "path");
        Py_CLEAR(p->cleanup);
        return 0;
    }
    return Py_CLEANUP_SUPPORTED;
}

static int
take_fd(struct os_path *p, PyObject *o)
{
    return os_fd_convert(o, &p->fd) ? 1 : 0;
}

int
os_path_convert(PyObject *o, void *out)
{
    struct os_path *p = out;
    if (o == NULL) {
        os_path_free(p);
        return 1;
    }
    p->object = o;
    if (o == Py_None && p->nullable)
        return 1;
    if (PyUnicode_Check(o)) {
        PyObject *bytes = PyUnicode_EncodeFSDefault(o);
        return bytes == NULL ? 0 : take_bytes(p, bytes);
    }
    if (PyBytes_Check(o))
        return take_bytes(p, Py_NewRef(o));
    if (p->allow_fd && PyIndex_Check(o))
        return take_fd(p, o);
    PyObject *fs = NULL;
    if (PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(o), "__fspath__", &fs) < 0)
        return 0;
    if (fs == NULL || fs == Py_None) {
        Py_XDECREF(fs);
        return path_type_error(p, o);
    }
    PyObject *r = PyObject_CallOneArg(fs, o);
    Py_DECREF(fs);
    if (r == NULL)
        return 0;
    if (PyUnicode_Check(r) || PyBytes_Check(r)) {
        p->object = p->fspath = r;
        PyObject *bytes = PyUnicode_Check(r) ? PyUnicode_EncodeFSDefault(r) : Py_NewRef(r);
        if (bytes != NULL && take_bytes(p, bytes) != 0)
            return Py_CLEANUP_SUPPORTED;
        os_path_free(p);
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "expected %.200s.__fspath__() to return str or bytes, not %.200s", Py_TYPE(o)->tp_name, Py_TYPE(r)->tp_name);
    Py_DECREF(r);
    return 0;
}

void
os_path_free(struct os_path *p)
{
    Py_CLEAR(p->cleanup);
    Py_CLEAR(p->fspath);
}

/* ---- numbers ---- */

int
os_fd_convert(PyObject *o, void *out)
{
    if (PyBool_Check(o) && PyErr_WarnEx(PyExc_RuntimeWarning, "bool is used as a file descriptor", 1) < 0)
        return 0;
    PyObject *index = PyNumber_Index(o);
    if (index == NULL)
        return 0;
    int overflow;
    long v = PyLong_AsLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (overflow > 0 || v > INT_MAX)
        PyErr_SetString(PyExc_OverflowError, "fd is greater than maximum");
    else if (overflow < 0 || v < INT_MIN)
        PyErr_SetString(PyExc_OverflowError, "fd is less than minimum");
    else {
        *(int *)out = (int)v;
        return 1;
    }
    return 0;
}

int
os_fd_convert_fileno(PyObject *o, void *out)
{
    int fd = PyObject_AsFileDescriptor(o);
    *(int *)out = fd;
    return fd >= 0;
}

int
os_dir_fd_convert(PyObject *o, void *out)
{
    if (o == Py_None) {
        *(int *)out = AT_FDCWD;
        return 1;
    }
    if (PyIndex_Check(o))
        return os_fd_convert(o, out);
    PyErr_Format(PyExc_TypeError, "argument should be integer or None, not %.200s", Py_TYPE(o)->tp_name);
    return 0;
}

int
os_dev_convert(PyObject *o, void *out)
{
    if (!PyLong_Check(o)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return 0;
    }
    int overflow;
    long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow < 0 || (overflow == 0 && v < -1)) {
        PyErr_SetString(PyExc_OverflowError, "can't convert negative int to unsigned");
        return 0;
    }
    *(dev_t *)out = overflow > 0 ? (dev_t)PyLong_AsUnsignedLongLong(o) : (dev_t)v;
    return !PyErr_Occurred();
}

int
os_off_t_convert(PyObject *o, void *out)
{
    *(off_t *)out = PyLong_AsLongLong(o);
    return !PyErr_Occurred();
}

static int
id_convert(PyObject *o, uint32_t *out, const char *what)
{
    PyObject *index = PyNumber_Index(o);
    if (index == NULL) {
        PyErr_Format(PyExc_TypeError, "%s should be integer, not %.200s", what, Py_TYPE(o)->tp_name);
        return 0;
    }
    int overflow;
    long v = PyLong_AsLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (v == -1 && !overflow && PyErr_Occurred())
        return 0;
    if (overflow > 0) {
        PyErr_Format(PyExc_OverflowError, "%s is greater than maximum", what);
        return 0;
    }
    if (overflow < 0 || (v != -1 && (long)(uint32_t)v != v)) {
        PyErr_Format(PyExc_OverflowError, "%s is less than minimum", what);
        return 0;
    }
    *out = (uint32_t)v;
    return 1;
}

int os_uid_convert(PyObject *o, void *out) { return id_convert(o, out, "uid"); }
int os_gid_convert(PyObject *o, void *out) { return id_convert(o, out, "gid"); }

int
os_id_t_convert(PyObject *o, void *out)
{
    long v = PyLong_AsLong(o);
    if (v == -1 && PyErr_Occurred())
        return 0;
    *(id_t *)out = (id_t)v;
    return 1;
}

PyObject *
os_from_uid(uid_t uid)
{
    return uid == (uid_t)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(uid);
}

/* ---- results ---- */

PyObject *
os_error(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

PyObject *
os_path_error(const struct os_path *p)
{
    return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, p->object);
}

PyObject *
os_path_error2(const struct os_path *a, const struct os_path *b)
{
    return PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, a->object, b->object);
}

PyObject *
os_result(int r)
{
    if (r < 0)
        return os_error();
    Py_RETURN_NONE;
}

PyObject *
os_path_result(int r, const struct os_path *p)
{
    if (r < 0)
        return os_path_error(p);
    Py_RETURN_NONE;
}

int
os_signal_raised(void)
{
    int saved = errno, r = PyErr_CheckSignals();
    errno = saved;
    return r != 0;
}

PyObject *
os_call_error(void)
{
    return PyErr_Occurred() ? NULL : os_error();
}

int
os_set_inheritable(int fd, int inheritable)
{
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0)
        return -1;
    int wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
    return wanted == flags ? 0 : fcntl(fd, F_SETFD, wanted);
}
