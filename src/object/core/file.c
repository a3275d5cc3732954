/* object/core/file.c: Python file objects as C sees them: whatever has write(), readline(), fileno(). */
#include <Python.h>

#include "rt/singletons.h"

int
PyFile_WriteObject(PyObject *v, PyObject *f, int flags)
{
    if (f == NULL) {
        PyErr_SetString(PyExc_TypeError, "writeobject with NULL file");
        return -1;
    }
    PyObject *writer = PyObject_GetAttr(f, ID(write)), *text = NULL, *r = NULL;
    if (writer != NULL) {
        text = flags & Py_PRINT_RAW ? PyObject_Str(v) : PyObject_Repr(v);
        r = text == NULL ? NULL : PyObject_CallOneArg(writer, text);
    }
    Py_XDECREF(writer);
    Py_XDECREF(text);
    Py_XDECREF(r);
    return r == NULL ? -1 : 0;
}

int
PyFile_WriteString(const char *s, PyObject *f)
{
    if (f == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_SystemError, "null file for PyFile_WriteString");
        return -1;
    }
    if (PyErr_Occurred())
        return -1;
    PyObject *v = PyUnicode_FromString(s);
    int r = v == NULL ? -1 : PyFile_WriteObject(v, f, Py_PRINT_RAW);
    Py_XDECREF(v);
    return r;
}

/* Without the newline at the end; EOFError for an empty line. Steals line. */
static PyObject *
strip_newline(PyObject *line)
{
    int is_bytes = PyBytes_Check(line);
    Py_ssize_t n = is_bytes ? PyBytes_GET_SIZE(line) : PyUnicode_GET_LENGTH(line);
    if (n == 0) {
        Py_DECREF(line);
        PyErr_SetString(PyExc_EOFError, "EOF when reading a line");
        return NULL;
    }
    Py_UCS4 last = is_bytes ? (unsigned char)PyBytes_AS_STRING(line)[n - 1] : PyUnicode_READ_CHAR(line, n - 1);
    if (last != '\n')
        return line;
    PyObject *cut = is_bytes ? PyBytes_FromStringAndSize(PyBytes_AS_STRING(line), n - 1) : PyUnicode_Substring(line, 0, n - 1);
    Py_DECREF(line);
    return cut;
}

PyObject *
PyFile_GetLine(PyObject *f, int n)
{
    if (f == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyObject *line = n <= 0 ? PyObject_CallMethodNoArgs(f, ID(readline)) : PyObject_CallMethod(f, "readline", "i", n);
    if (line != NULL && !PyBytes_Check(line) && !PyUnicode_Check(line)) {
        Py_DECREF(line);
        PyErr_SetString(PyExc_TypeError, "object.readline() returned non-string");
        return NULL;
    }
    return line == NULL || n >= 0 ? line : strip_newline(line);
}

int
PyObject_AsFileDescriptor(PyObject *o)
{
    PyObject *v = NULL;
    int fd;
    if (PyLong_Check(o)) {
        if (PyBool_Check(o) && PyErr_WarnEx(PyExc_RuntimeWarning, "bool is used as a file descriptor", 1) < 0)
            return -1;
        fd = PyLong_AsInt(o);
    } else {
        if (PyObject_GetOptionalAttr(o, ID(fileno), &v) < 0)
            return -1;
        if (v == NULL) {
            PyErr_SetString(PyExc_TypeError, "argument must be an int, or have a fileno() method.");
            return -1;
        }
        Py_SETREF(v, PyObject_CallNoArgs(v));
        if (v == NULL)
            return -1;
        if (!PyLong_Check(v)) {
            PyErr_SetString(PyExc_TypeError, "fileno() returned a non-integer");
            Py_DECREF(v);
            return -1;
        }
        fd = PyLong_AsInt(v);
        Py_DECREF(v);
    }
    if (fd == -1 && PyErr_Occurred())
        return -1;
    if (fd < 0) {
        PyErr_Format(PyExc_ValueError, "file descriptor cannot be a negative integer (%i)", fd);
        return -1;
    }
    return fd;
}
