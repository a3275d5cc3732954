/* modules/curses/window.c: the type of windows. The window that is the whole screen belongs to the library; a window that
 * shares another's cells keeps that one alive. */
#include "modules/curses/curses.h"

#include <langinfo.h>

static char *
copy_text(const char *text)
{
    char *copy = PyMem_Malloc(strlen(text) + 1);
    if (copy == NULL)
        PyErr_NoMemory();
    else
        strcpy(copy, text);
    return copy;
}

static const char *
locale_encoding(void)
{
    const char *codeset = nl_langinfo(CODESET);
    return codeset != NULL && codeset[0] != '\0' ? codeset : "utf-8";
}

PyObject *
curses_window_new(WINDOW *w, const char *encoding, PyCursesWindowObject *of)
{
    char *copy = copy_text(encoding != NULL ? encoding : locale_encoding());
    PyCursesWindowObject *op = copy == NULL ? NULL : PyObject_New(PyCursesWindowObject, &curses_window_type);
    if (op == NULL) {
        PyMem_Free(copy);
        if (w != *nc.stdscr)
            nc.delwin(w);
        return NULL;
    }
    op->win = w;
    op->encoding = copy;
    op->orig = (PyCursesWindowObject *)Py_XNewRef(of);
    return (PyObject *)op;
}

static void
window_dealloc(PyObject *self)
{
    PyCursesWindowObject *op = (PyCursesWindowObject *)self;
    if (op->win != NULL && op->win != *nc.stdscr)
        nc.delwin(op->win);
    PyMem_Free(op->encoding);
    Py_XDECREF(op->orig);
    PyObject_Free(op);
}

static PyObject *
get_encoding(PyObject *self, void *closure)
{
    return PyUnicode_FromString(((PyCursesWindowObject *)self)->encoding);
}

static int
set_encoding(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "encoding may not be deleted");
        return -1;
    }
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "setting encoding to a non-string");
        return -1;
    }
    PyObject *ascii = PyUnicode_AsASCIIString(value);
    char *copy = ascii == NULL ? NULL : copy_text(PyBytes_AS_STRING(ascii));
    Py_XDECREF(ascii);
    if (copy == NULL)
        return -1;
    PyMem_Free(((PyCursesWindowObject *)self)->encoding);
    ((PyCursesWindowObject *)self)->encoding = copy;
    return 0;
}

static PyGetSetDef window_getset[] = {
    { "encoding", get_encoding, set_encoding, "The encoding of characters that one byte holds." },
    { NULL },
};

PyTypeObject curses_window_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "_curses.window",
    .tp_basicsize = sizeof(PyCursesWindowObject),
    .tp_dealloc = window_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_methods = curses_window_methods,
    .tp_getset = window_getset,
};
