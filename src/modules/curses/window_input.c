/* modules/curses/window_input.c: reading keys, and what windows show. */
#include "modules/curses/curses.h"

#define LINE_MAX_BYTES 1023              /* getstr() and instr() return no more */

/* The optional "[y, x]": 1 when given, 0 when not, -1 with an exception. */
static int
optional_place(PyObject *args, const char *name, int *y, int *x)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0)
        return 0;
    if (n != 2) {
        PyErr_Format(PyExc_TypeError, "_curses.window.%s requires 0 to 2 arguments", name);
        return -1;
    }
    return PyArg_ParseTuple(args, "ii", y, x) ? 1 : -1;
}

/* Waits for a key without the GIL: the library's answer. */
static int
read_key(PyObject *self, int at, int y, int x)
{
    int key;
    Py_BEGIN_ALLOW_THREADS
    key = at && nc.wmove(WIN(self), y, x) == ERR ? ERR : nc.wgetch(WIN(self));
    Py_END_ALLOW_THREADS
    return key;
}

PyObject *
window_getch(PyObject *self, PyObject *args)
{
    int y, x, at = optional_place(args, "getch", &y, &x);
    return at < 0 ? NULL : PyLong_FromLong(read_key(self, at, y, x));
}

/* No key: there was a signal, or no time left to wait. */
static PyObject *
no_input(void)
{
    PyErr_CheckSignals();
    if (!PyErr_Occurred())
        PyErr_SetString(curses_error, "no input");
    return NULL;
}

PyObject *
window_getkey(PyObject *self, PyObject *args)
{
    int y, x, at = optional_place(args, "getkey", &y, &x);
    if (at < 0)
        return NULL;
    int key = read_key(self, at, y, x);
    if (key == ERR)
        return no_input();
    if (key <= 255)
        return PyUnicode_FromOrdinal(key);
    const char *name = nc.keyname(key);
    return PyUnicode_FromString(name != NULL ? name : "");
}

PyObject *
window_get_wch(PyObject *self, PyObject *args)
{
    int y, x, kind, at = optional_place(args, "get_wch", &y, &x);
    wint_t c;
    if (at < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    kind = at && nc.wmove(WIN(self), y, x) == ERR ? ERR : nc.wget_wch(WIN(self), &c);
    Py_END_ALLOW_THREADS
    if (kind == ERR)
        return no_input();
    return kind == KEY_CODE_YES ? PyLong_FromLong((long)c) : PyUnicode_FromOrdinal((int)c);
}

/* ---- lines ---- */

/* "[y, x,] [n]" of getstr() and instr(): 1 with a place, 0 without, -1 with an exception. */
static int
line_arguments(PyObject *args, const char *wrong, int *y, int *x, int *n)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    int ok;
    *n = LINE_MAX_BYTES;
    switch (count) {
    case 0: ok = 1; break;
    case 1: ok = PyArg_ParseTuple(args, "i;n", n); break;
    case 2: ok = PyArg_ParseTuple(args, "ii;y,x", y, x); break;
    case 3: ok = PyArg_ParseTuple(args, "iii;y,x,n", y, x, n); break;
    default:
        PyErr_SetString(PyExc_TypeError, wrong);
        return -1;
    }
    if (ok && *n < 0) {
        PyErr_SetString(PyExc_ValueError, "'n' must be nonnegative");
        return -1;
    }
    *n = Py_MIN(*n, LINE_MAX_BYTES);
    return ok ? count >= 2 : -1;
}

PyObject *
window_getstr(PyObject *self, PyObject *args)
{
    char line[LINE_MAX_BYTES + 1];
    int y, x, n, code, at = line_arguments(args, "getstr requires 0 to 3 arguments", &y, &x, &n);
    if (at < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = at && nc.wmove(WIN(self), y, x) == ERR ? ERR : nc.wgetnstr(WIN(self), line, n);
    Py_END_ALLOW_THREADS
    return PyBytes_FromString(code == ERR ? "" : line);
}

PyObject *
window_instr(PyObject *self, PyObject *args)
{
    char line[LINE_MAX_BYTES + 1];
    int y, x, n, at = line_arguments(args, "instr requires 0 or 3 arguments", &y, &x, &n);
    if (at < 0)
        return NULL;
    int code = at && nc.wmove(WIN(self), y, x) == ERR ? ERR : nc.winnstr(WIN(self), line, n);
    return PyBytes_FromString(code == ERR ? "" : line);
}

PyObject *
window_inch(PyObject *self, PyObject *args)
{
    int y, x, at = optional_place(args, "inch", &y, &x);
    if (at < 0)
        return NULL;
    return PyLong_FromUnsignedLong(at && nc.wmove(WIN(self), y, x) == ERR ? (chtype)ERR : nc.winch(WIN(self)));
}
