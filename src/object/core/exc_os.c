/* object/core/exc_os.c: OSError. Its constructor picks the subclass that belongs to the errno.
 *
 * __new__ normally does all the work, so that OSError(ENOENT, ...) can be another type; if a subclass overrides
 * __init__ but not __new__, __init__ does it instead, since it may be called with other arguments. */
#include <errno.h>

#include "object/core/exc_slots.h"

#include "object/core/call.h"
#include "object/core/err.h"
#include "rt/singletons.h"

#define OS(op) ((PyOSErrorObject *)(op))

struct os_args { PyObject *code, *strerror, *filename, *filename2; };

static PyTypeObject *
os_type_of_errno(long code)
{
    switch (code) {
    case EAGAIN: case EALREADY: case EINPROGRESS: return &_PyExc_BlockingIOError;
    case EPIPE: case ESHUTDOWN: return &_PyExc_BrokenPipeError;
    case ECHILD: return &_PyExc_ChildProcessError;
    case ECONNABORTED: return &_PyExc_ConnectionAbortedError;
    case ECONNREFUSED: return &_PyExc_ConnectionRefusedError;
    case ECONNRESET: return &_PyExc_ConnectionResetError;
    case EEXIST: return &_PyExc_FileExistsError;
    case ENOENT: return &_PyExc_FileNotFoundError;
    case EISDIR: return &_PyExc_IsADirectoryError;
    case ENOTDIR: return &_PyExc_NotADirectoryError;
    case EINTR: return &_PyExc_InterruptedError;
    case EACCES: case EPERM: return &_PyExc_PermissionError;
    case ESRCH: return &_PyExc_ProcessLookupError;
    case ETIMEDOUT: return &_PyExc_TimeoutError;
    default: return &_PyExc_OSError;
    }
}

/* (errno, strerror[, filename[, winerror[, filename2]]]); any other number of arguments means nothing special. */
static void
os_parse(PyObject *args, struct os_args *out)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    *out = (struct os_args){ 0 };
    if (n < 2 || n > 5)
        return;
    out->code = PyTuple_GET_ITEM(args, 0);
    out->strerror = PyTuple_GET_ITEM(args, 1);
    out->filename = n > 2 ? PyTuple_GET_ITEM(args, 2) : NULL;
    out->filename2 = n > 4 ? PyTuple_GET_ITEM(args, 4) : NULL;
}

static int
os_fill(PyObject *op, PyObject *args, const struct os_args *a)
{
    PyOSErrorObject *self = OS(op);
    PyObject *kept = Py_NewRef(args);
    if (a->filename != NULL && a->filename != Py_None) {
        if (Py_IS_TYPE(op, &_PyExc_BlockingIOError) && PyNumber_Check(a->filename)) {
            self->written = PyNumber_AsSsize_t(a->filename, PyExc_ValueError);
            if (self->written == -1 && PyErr_Occurred()) {
                Py_DECREF(kept);
                return -1;
            }
        }
        else {
            exc_assign(&self->filename, a->filename);
            if (a->filename2 != NULL && a->filename2 != Py_None)
                exc_assign(&self->filename2, a->filename2);
            Py_SETREF(kept, PyTuple_GetSlice(args, 0, 2));   /* file names are not part of args */
            if (kept == NULL)
                return -1;
        }
    }
    exc_assign(&self->myerrno, a->code);
    exc_assign(&self->strerror, a->strerror);
    Py_XSETREF(EXC_BASE(op)->args, kept);
    return 0;
}

static PyObject *os_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);

static bool
os_init_does_it(PyTypeObject *type)
{
    return type->tp_init != exc_os_init && type->tp_new == os_new;
}

static PyObject *
os_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct os_args a = { 0 };
    bool later = os_init_does_it(type);
    if (!later) {
        if (!args_no_keywords(type->tp_name, kwargs))
            return NULL;
        os_parse(args, &a);
        if (type == &_PyExc_OSError && a.code != NULL && PyLong_Check(a.code)) {
            int overflow;
            long code = PyLong_AsLongAndOverflow(a.code, &overflow);
            if (code == -1 && PyErr_Occurred())
                return NULL;
            type = overflow ? type : os_type_of_errno(code);
        }
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    OS(self)->written = -1;
    if (later)
        EXC_BASE(self)->args = EMPTY_TUPLE;
    else if (os_fill(self, args, &a) < 0)
        Py_CLEAR(self);
    return self;
}

int
exc_os_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = Py_TYPE(self);
    struct os_args a;
    if (!os_init_does_it(type))
        return 0;
    if (!args_no_keywords(type->tp_name, kwargs))
        return -1;
    os_parse(args, &a);
    return os_fill(self, args, &a);
}

int
exc_os_clear(PyObject *op)
{
    PyOSErrorObject *self = OS(op);
    Py_CLEAR(self->myerrno);
    Py_CLEAR(self->strerror);
    Py_CLEAR(self->filename);
    Py_CLEAR(self->filename2);
    return exc_base_clear(op);
}

int
exc_os_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyOSErrorObject *self = OS(op);
    Py_VISIT(self->myerrno);
    Py_VISIT(self->strerror);
    Py_VISIT(self->filename);
    Py_VISIT(self->filename2);
    return exc_base_traverse(op, visit, arg);
}

void
exc_os_dealloc(PyObject *self)
{
    exc_dealloc_by(self, exc_os_clear, exc_os_dealloc);
}

static PyObject *
os_str(PyObject *op)
{
    PyOSErrorObject *self = OS(op);
#define OR_NONE(x) ((x) == NULL ? Py_None : (x))
    if (self->filename != NULL && self->filename2 != NULL)
        return PyUnicode_FromFormat("[Errno %S] %S: %R -> %R", OR_NONE(self->myerrno), OR_NONE(self->strerror),
                                    self->filename, self->filename2);
    if (self->filename != NULL)
        return PyUnicode_FromFormat("[Errno %S] %S: %R", OR_NONE(self->myerrno), OR_NONE(self->strerror), self->filename);
    if (self->myerrno != NULL && self->strerror != NULL)
        return PyUnicode_FromFormat("[Errno %S] %S", self->myerrno, self->strerror);
#undef OR_NONE
    return exc_base_str(op);
}

static PyObject *
os_reduce(PyObject *op, PyObject *unused)
{
    PyOSErrorObject *self = OS(op);
    PyObject *args = EXC_BASE(op)->args, *dict = EXC_BASE(op)->dict, *full;
    if (PyTuple_GET_SIZE(args) == 2 && self->filename != NULL) {
        PyObject *code = PyTuple_GET_ITEM(args, 0), *text = PyTuple_GET_ITEM(args, 1);
        full = self->filename2 == NULL ? PyTuple_Pack(3, code, text, self->filename)
                                       : PyTuple_Pack(5, code, text, self->filename, Py_None, self->filename2);
    }
    else
        full = Py_NewRef(args);
    if (full == NULL)
        return NULL;
    PyObject *result = dict == NULL ? PyTuple_Pack(2, Py_TYPE(op), full) : PyTuple_Pack(3, Py_TYPE(op), full, dict);
    Py_DECREF(full);
    return result;
}

static int
need_written(PyObject *op)
{
    if (OS(op)->written != -1)
        return 0;
    PyErr_SetString(PyExc_AttributeError, "characters_written");
    return -1;
}

static PyObject *
get_written(PyObject *op, void *unused)
{
    return need_written(op) < 0 ? NULL : PyLong_FromSsize_t(OS(op)->written);
}

static int
set_written(PyObject *op, PyObject *value, void *unused)
{
    if (value == NULL) {
        if (need_written(op) < 0)
            return -1;
        OS(op)->written = -1;
        return 0;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(value, PyExc_ValueError);
    if (n == -1 && PyErr_Occurred())
        return -1;
    OS(op)->written = n;
    return 0;
}

static PyMethodDef os_methods[] = {
    {"__reduce__", os_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\n"},
    {NULL}
};

static PyMemberDef os_members[] = {
    {"errno", _Py_T_OBJECT, offsetof(PyOSErrorObject, myerrno), 0, "number of the error"},
    {"strerror", _Py_T_OBJECT, offsetof(PyOSErrorObject, strerror), 0, "text of the error"},
    {"filename", _Py_T_OBJECT, offsetof(PyOSErrorObject, filename), 0, "name of the file"},
    {"filename2", _Py_T_OBJECT, offsetof(PyOSErrorObject, filename2), 0, "name of the second file"},
    {NULL}
};

static PyGetSetDef os_getset[] = {
    {"characters_written", get_written, set_written},
    {NULL}
};

PyTypeObject _PyExc_OSError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "OSError",
    .tp_base = &_PyExc_Exception,
    .tp_basicsize = sizeof(PyOSErrorObject),
    EXC_BASE_SLOTS(os),
    .tp_str = os_str,
    .tp_doc = "An operation of the system failed.",
    .tp_methods = os_methods,
    .tp_members = os_members,
    .tp_getset = os_getset,
    .tp_new = os_new,
};
PyObject *PyExc_OSError = (PyObject *)&_PyExc_OSError;
