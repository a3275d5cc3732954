/* interp/std_printer.c: a write-only stream on a file descriptor, for messages before module _io is there. */
#include <Python.h>

#include <errno.h>
#include <unistd.h>

#include "object/core/type.h"

struct std_printer { PyObject ob_base; int fd; };
#define PRINTER(op) ((struct std_printer *)(op))

PyObject *
PyFile_NewStdPrinter(int fd)
{
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (type_ready_static(&PyStdPrinter_Type) < 0)
        return NULL;
    struct std_printer *self = PyObject_New(struct std_printer, &PyStdPrinter_Type);
    if (self != NULL)
        self->fd = fd;
    return (PyObject *)self;
}

static PyObject *
printer_write(PyObject *self, PyObject *text)
{
    if (PRINTER(self)->fd < 0)         /* the descriptor may be closed */
        Py_RETURN_NONE;
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "write() argument must be str, not %.200s", Py_TYPE(text)->tp_name);
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
    if (bytes == NULL)
        return NULL;
    ssize_t n;
    do
        n = write(PRINTER(self)->fd, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    while (n < 0 && errno == EINTR);
    Py_DECREF(bytes);
    return n < 0 ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromSsize_t(n);
}

static PyObject *
printer_fileno(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(PRINTER(self)->fd);
}

static PyObject *
printer_none(PyObject *self, PyObject *unused)
{
    Py_RETURN_NONE;
}

static PyObject *
printer_isatty(PyObject *self, PyObject *unused)
{
    return PyBool_FromLong(PRINTER(self)->fd >= 0 && isatty(PRINTER(self)->fd));
}

static PyObject *
printer_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<stdprinter(fd=%d) object at %p>", PRINTER(self)->fd, self);
}

static PyObject *get_closed(PyObject *self, void *unused) { Py_RETURN_FALSE; }
static PyObject *get_encoding(PyObject *self, void *unused) { Py_RETURN_NONE; }
static PyObject *get_mode(PyObject *self, void *unused) { return PyUnicode_FromString("w"); }

static PyMethodDef printer_methods[] = {
    {"close", printer_none, METH_NOARGS, ""},
    {"flush", printer_none, METH_NOARGS, ""},
    {"fileno", printer_fileno, METH_NOARGS, ""},
    {"isatty", printer_isatty, METH_NOARGS, ""},
    {"write", printer_write, METH_O, ""},
    {NULL}
};

static PyGetSetDef printer_getset[] = {
    {"closed", get_closed, NULL, "False"},
    {"encoding", get_encoding, NULL, "None"},
    {"mode", get_mode, NULL, "'w'"},
    {NULL}
};

PyTypeObject PyStdPrinter_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "stderrprinter",
    .tp_basicsize = sizeof(struct std_printer),
    .tp_repr = printer_repr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_methods = printer_methods,
    .tp_getset = printer_getset,
    .tp_free = PyObject_Free,
};
