/* modules/fcntl.c: fcntl(), ioctl() and file locks. */
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#define BUF_SIZE 1024
#define GUARD 8    /* bytes behind a buffer that a wrong request would overwrite */

/* Repeat `expr` after EINTR unless a signal handler raises; r gets its value. */
#define CALL(r, expr) \
    do { \
        do { \
            Py_BEGIN_ALLOW_THREADS \
            r = (expr); \
            Py_END_ALLOW_THREADS \
        } while (r == -1 && errno == EINTR && PyErr_CheckSignals() == 0); \
    } while (0)

static int
fd_converter(PyObject *o, void *out)
{
    int fd = PyObject_AsFileDescriptor(o);
    *(int *)out = fd;
    return fd >= 0;
}

static PyObject *
failed(void)
{
    return PyErr_Occurred() ? NULL : PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *
fcntl_fcntl(PyObject *module, PyObject *args)
{
    int fd, code, r;
    PyObject *arg = NULL;
    if (!PyArg_ParseTuple(args, "O&i|O:fcntl", fd_converter, &fd, &code, &arg))
        return NULL;
    if (PySys_Audit("fcntl.fcntl", "iiO", fd, code, arg == NULL ? Py_None : arg) < 0)
        return NULL;
    if (arg != NULL && (PyUnicode_Check(arg) || PyObject_CheckBuffer(arg))) {
        Py_buffer view;
        char buf[BUF_SIZE + GUARD];
        if (!PyArg_Parse(arg, "s*:fcntl", &view))
            return NULL;
        if (view.len > BUF_SIZE) {
            PyBuffer_Release(&view);
            PyErr_SetString(PyExc_ValueError, "fcntl string arg too long");
            return NULL;
        }
        Py_ssize_t n = view.len;
        memcpy(buf, view.buf, (size_t)n);
        buf[n] = '\0';
        PyBuffer_Release(&view);
        CALL(r, fcntl(fd, code, buf));
        return r < 0 ? failed() : PyBytes_FromStringAndSize(buf, n);
    }
    unsigned int value = 0;
    if (arg != NULL && !PyArg_Parse(arg, "I;fcntl requires a file or file descriptor, an integer and optionally a third integer or a string", &value))
        return NULL;
    CALL(r, fcntl(fd, code, (int)value));
    return r < 0 ? failed() : PyLong_FromLong(r);
}

static PyObject *
ioctl_buffer(int fd, unsigned long code, Py_buffer *view, bool mutate)
{
    char buf[BUF_SIZE + GUARD];
    bool copied = view->len <= BUF_SIZE;
    void *p = view->buf;
    int r;
    if (!copied && !mutate) {
        PyErr_SetString(PyExc_ValueError, "ioctl string arg too long");
        return NULL;
    }
    if (copied) {
        memcpy(buf, view->buf, (size_t)view->len);
        buf[view->len] = '\0';
        p = buf;
    }
    CALL(r, ioctl(fd, code, p));
    if (r < 0)
        return failed();
    if (!mutate)
        return PyBytes_FromStringAndSize(buf, view->len);
    if (copied)
        memcpy(view->buf, buf, (size_t)view->len);
    return PyLong_FromLong(r);
}

static PyObject *
fcntl_ioctl(PyObject *module, PyObject *args)
{
    int fd, mutate = 1, value = 0, r;
    unsigned long code;
    PyObject *arg = NULL;
    if (!PyArg_ParseTuple(args, "O&k|Op:ioctl", fd_converter, &fd, &code, &arg, &mutate))
        return NULL;
    if (PySys_Audit("fcntl.ioctl", "ikO", fd, code, arg == NULL ? Py_None : arg) < 0)
        return NULL;
    if (arg != NULL && (PyUnicode_Check(arg) || PyObject_CheckBuffer(arg))) {
        Py_buffer view;
        bool writable = mutate && !PyUnicode_Check(arg) && PyObject_GetBuffer(arg, &view, PyBUF_WRITABLE) == 0;
        if (!writable) {
            PyErr_Clear();
            if (!PyArg_Parse(arg, "s*:ioctl", &view))
                return NULL;
        }
        PyObject *result = ioctl_buffer(fd, code, &view, writable);
        PyBuffer_Release(&view);
        return result;
    }
    if (arg != NULL && !PyArg_Parse(arg, "i;ioctl requires a file or file descriptor, an integer and optionally an integer or buffer argument", &value))
        return NULL;
    CALL(r, ioctl(fd, code, value));
    return r < 0 ? failed() : PyLong_FromLong(r);
}

static PyObject *
fcntl_flock(PyObject *module, PyObject *args)
{
    int fd, code, r;
    if (!PyArg_ParseTuple(args, "O&i:flock", fd_converter, &fd, &code) || PySys_Audit("fcntl.flock", "ii", fd, code) < 0)
        return NULL;
    CALL(r, flock(fd, code));
    return r < 0 ? failed() : Py_NewRef(Py_None);
}

static PyObject *
fcntl_lockf(PyObject *module, PyObject *args)
{
    int fd, code, whence = 0, r;
    long long len = 0, start = 0;
    PyObject *len_obj = NULL, *start_obj = NULL;
    if (!PyArg_ParseTuple(args, "O&i|OOi:lockf", fd_converter, &fd, &code, &len_obj, &start_obj, &whence))
        return NULL;
    if (PySys_Audit("fcntl.lockf", "iiOOi", fd, code, len_obj == NULL ? Py_None : len_obj, start_obj == NULL ? Py_None : start_obj, whence) < 0)
        return NULL;
    if ((start_obj != NULL && (start = PyLong_AsLongLong(start_obj)) == -1 && PyErr_Occurred())
        || (len_obj != NULL && (len = PyLong_AsLongLong(len_obj)) == -1 && PyErr_Occurred()))
        return NULL;
    struct flock l = { .l_whence = (short)whence, .l_start = start, .l_len = len };
    if (code == LOCK_UN)
        l.l_type = F_UNLCK;
    else if (code & LOCK_SH)
        l.l_type = F_RDLCK;
    else if (code & LOCK_EX)
        l.l_type = F_WRLCK;
    else {
        PyErr_SetString(PyExc_ValueError, "unrecognized lockf argument");
        return NULL;
    }
    CALL(r, fcntl(fd, (code & LOCK_NB) ? F_SETLK : F_SETLKW, &l));
    return r < 0 ? failed() : Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
    { "fcntl", fcntl_fcntl, METH_VARARGS, PyDoc_STR("fcntl($module, fd, cmd, arg=0, /)\n--\n\nPerform an operation on a descriptor.") },
    { "ioctl", fcntl_ioctl, METH_VARARGS, PyDoc_STR("ioctl($module, fd, request, arg=0, mutate_flag=True, /)\n--\n\nPerform a device operation on a descriptor.") },
    { "flock", fcntl_flock, METH_VARARGS, PyDoc_STR("flock($module, fd, operation, /)\n--\n\nLock or unlock a file.") },
    { "lockf", fcntl_lockf, METH_VARARGS, PyDoc_STR("lockf($module, fd, cmd, len=0, start=0, whence=0, /)\n--\n\nLock or unlock a part of a file.") },
    { NULL },
};

static const struct { const char *name; long value; } constants[] = {
#define C(x) { #x, (long)(x) }
    C(LOCK_SH), C(LOCK_EX), C(LOCK_NB), C(LOCK_UN), C(LOCK_MAND), C(LOCK_READ), C(LOCK_WRITE), C(LOCK_RW), C(F_DUPFD), C(F_DUPFD_CLOEXEC),
    C(F_GETFD), C(F_SETFD), C(F_GETFL), C(F_SETFL), C(F_GETLK), C(F_SETLK), C(F_SETLKW), C(F_OFD_GETLK), C(F_OFD_SETLK), C(F_OFD_SETLKW),
    C(F_GETOWN), C(F_SETOWN), C(F_GETSIG), C(F_SETSIG), C(F_RDLCK), C(F_WRLCK), C(F_UNLCK), C(F_EXLCK), C(F_SHLCK), C(FD_CLOEXEC),
    { "F_GETLK64", F_GETLK }, { "F_SETLK64", F_SETLK }, { "F_SETLKW64", F_SETLKW }, C(FASYNC), C(F_SETLEASE), C(F_GETLEASE), C(F_NOTIFY),
    C(F_ADD_SEALS), C(F_GET_SEALS), C(F_SEAL_SEAL), C(F_SEAL_SHRINK), C(F_SEAL_GROW), C(F_SEAL_WRITE), C(F_SETPIPE_SZ), C(F_GETPIPE_SZ),
    C(DN_ACCESS), C(DN_MODIFY), C(DN_CREATE), C(DN_DELETE), C(DN_RENAME), C(DN_ATTRIB), C(DN_MULTISHOT),
    C(F_GETOWN_EX), C(F_SETOWN_EX), C(F_OWNER_TID), C(F_OWNER_PID), C(F_OWNER_PGRP), C(F_SEAL_FUTURE_WRITE), C(F_GET_RW_HINT),
    C(F_SET_RW_HINT), C(F_GET_FILE_RW_HINT), C(F_SET_FILE_RW_HINT), C(RWH_WRITE_LIFE_NOT_SET), C(RWH_WRITE_LIFE_NONE),
    C(RWH_WRITE_LIFE_SHORT), C(RWH_WRITE_LIFE_MEDIUM), C(RWH_WRITE_LIFE_LONG), C(RWH_WRITE_LIFE_EXTREME),
    { "FICLONE", 0x40049409 }, { "FICLONERANGE", 0x4020940d },
#undef C
};

static int
module_exec(PyObject *m)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++) {
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, module_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fcntl",
    .m_doc = PyDoc_STR("Control of files and devices by descriptor."),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_fcntl(void)
{
    return PyModuleDef_Init(&def);
}
