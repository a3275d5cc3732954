/* modules/curses/screen.c: the screen, its size, and where windows come from. */
#include "modules/curses/curses.h"

#include <stdio.h>

/* ---- names that the module gets when there is a screen ---- */

static int
set_number(PyObject *dict, const char *name, unsigned long value)
{
    PyObject *o = PyLong_FromUnsignedLong(value);
    int r = o == NULL ? -1 : PyDict_SetItemString(dict, name, o);
    Py_XDECREF(o);
    return r;
}

/* Drawing characters: their places in the library's table, by the header's macros. */
#undef NCURSES_ACS
#define NCURSES_ACS(c) ((unsigned char)(c))
static const struct { const char *name; unsigned char at; } drawing[] = {
#define ACS(name) { "ACS_" #name, ACS_##name },
    ACS(ULCORNER) ACS(LLCORNER) ACS(URCORNER) ACS(LRCORNER) ACS(LTEE) ACS(RTEE) ACS(BTEE) ACS(TTEE) ACS(HLINE) ACS(VLINE) ACS(PLUS)
    ACS(S1) ACS(S3) ACS(S7) ACS(S9) ACS(DIAMOND) ACS(CKBOARD) ACS(DEGREE) ACS(PLMINUS) ACS(BULLET) ACS(LARROW) ACS(RARROW) ACS(DARROW)
    ACS(UARROW) ACS(BOARD) ACS(LANTERN) ACS(BLOCK) ACS(LEQUAL) ACS(GEQUAL) ACS(PI) ACS(NEQUAL) ACS(STERLING)
    ACS(BSSB) ACS(SSBB) ACS(BBSS) ACS(SBBS) ACS(SBSS) ACS(SSSB) ACS(SSBS) ACS(BSSS) ACS(BSBS) ACS(SBSB) ACS(SSSS)
#undef ACS
};

static int
add_screen_names(void)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < Py_ARRAY_LENGTH(drawing); i++)
        r = set_number(curses_dict, drawing[i].name, (*nc.acs_map)[drawing[i].at]);
    if (r == 0)
        r = set_number(curses_dict, "LINES", (unsigned long)*nc.LINES);
    return r < 0 ? r : set_number(curses_dict, "COLS", (unsigned long)*nc.COLS);
}

static PyObject *
fn_initscr(PyObject *m, PyObject *unused)
{
    if (curses_stages & CURSES_SCREEN) {
        nc.wrefresh(*nc.stdscr);
        return curses_window_new(*nc.stdscr, NULL, NULL);
    }
    WINDOW *w = nc.initscr();
    if (w == NULL)
        return curses_failed();
    curses_stages |= CURSES_SCREEN | CURSES_TERM;
    PyObject *window = add_screen_names() < 0 ? NULL : curses_window_new(w, NULL, NULL);
    if (window != NULL) {
        PyMem_Free(curses_screen_encoding);
        const char *encoding = ((PyCursesWindowObject *)window)->encoding;
        curses_screen_encoding = PyMem_Malloc(strlen(encoding) + 1);
        if (curses_screen_encoding != NULL)
            strcpy(curses_screen_encoding, encoding);
    }
    return window;
}

/* ---- size ---- */

/* LINES and COLS as they are now, in module curses and in this one. */
static PyObject *
fn_update_lines_cols(PyObject *m, PyObject *unused)
{
    PyObject *package = PyImport_ImportModule("curses");
    if (package == NULL)
        return NULL;
    PyObject *dicts[] = { PyModule_GetDict(package), curses_dict };
    int r = 0;
    for (int i = 0; r == 0 && i < 2; i++) {
        r = set_number(dicts[i], "LINES", (unsigned long)*nc.LINES);
        if (r == 0)
            r = set_number(dicts[i], "COLS", (unsigned long)*nc.COLS);
    }
    Py_DECREF(package);
    if (r < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
resize(PyObject *const *args, Py_ssize_t nargs, int (*change)(int, int), const char *name)
{
    short lines, columns;
    if (!_PyArg_CheckPositional(name, nargs, 2, 2) || !PyArg_Parse(args[0], "h", &lines) || !PyArg_Parse(args[1], "h", &columns))
        return NULL;
    PyObject *result = CURSES_CALL(name, change(lines, columns));
    if (result == NULL)
        return NULL;
    Py_DECREF(result);
    return fn_update_lines_cols(NULL, NULL);
}

static PyObject *fn_resizeterm(PyObject *m, PyObject *const *args, Py_ssize_t n) { return resize(args, n, nc.resizeterm, "resizeterm"); }
static PyObject *fn_resize_term(PyObject *m, PyObject *const *args, Py_ssize_t n) { return resize(args, n, nc.resize_term, "resize_term"); }

static PyObject *
fn_is_term_resized(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int n[2];
    return curses_ints("is_term_resized", args, nargs, n, 2) && curses_has_screen() ? PyBool_FromLong(nc.is_term_resized(n[0], n[1])) : NULL;
}

/* ---- the virtual screen's cursor ---- */

static PyObject *
fn_getsyx(PyObject *m, PyObject *unused)
{
    WINDOW *w = *nc.newscr;
    if (!curses_has_screen())
        return NULL;
    if (w == NULL)
        return Py_BuildValue("(ii)", 0, 0);
    return nc.is_leaveok(w) ? Py_BuildValue("(ii)", -1, -1) : Py_BuildValue("(ii)", nc.getcury(w), nc.getcurx(w));
}

static PyObject *
fn_setsyx(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int at[2];
    WINDOW *w = *nc.newscr;
    if (!curses_ints("setsyx", args, nargs, at, 2) || !curses_has_screen())
        return NULL;
    bool leave = at[0] == -1 && at[1] == -1;
    if (w != NULL) {
        nc.leaveok(w, leave);
        if (!leave)
            nc.wmove(w, at[0], at[1]);
    }
    Py_RETURN_NONE;
}

/* ---- new windows ---- */

static PyObject *
window_or_error(WINDOW *w)
{
    return w != NULL ? curses_window_new(w, NULL, NULL) : curses_failed();
}

static PyObject *
fn_newpad(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int n[2];
    return curses_ints("newpad", args, nargs, n, 2) && curses_has_screen() ? window_or_error(nc.newpad(n[0], n[1])) : NULL;
}

static PyObject *
fn_newwin(PyObject *m, PyObject *args)
{
    int lines, columns, y = 0, x = 0;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n != 2 && n != 4) {
        PyErr_SetString(PyExc_TypeError, "_curses.newwin requires 2 to 4 arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, n == 2 ? "ii:newwin" : "iiii:newwin", &lines, &columns, &y, &x) || !curses_has_screen())
        return NULL;
    return window_or_error(nc.newwin(lines, columns, y, x));
}

/* A window that putwin() wrote. The library reads from C's files only. */
static PyObject *
fn_getwin(PyObject *m, PyObject *file)
{
    if (!curses_has_screen())
        return NULL;
    FILE *f = tmpfile();
    if (f == NULL)
        return PyErr_SetFromErrno(PyExc_OSError);
    PyObject *data = PyObject_CallMethod(file, "read", NULL), *window = NULL;
    if (data != NULL && !PyBytes_Check(data))
        PyErr_Format(PyExc_TypeError, "f.read() returned %.100s instead of bytes", Py_TYPE(data)->tp_name);
    else if (data != NULL) {
        size_t n = (size_t)PyBytes_GET_SIZE(data);
        if (fwrite(PyBytes_AS_STRING(data), 1, n, f) != n)
            PyErr_SetFromErrno(PyExc_OSError);
        else {
            rewind(f);
            window = window_or_error(nc.getwin(f));
        }
    }
    Py_XDECREF(data);
    fclose(f);
    return window;
}

#define FN(name, flags, arguments, text) \
    { #name, _PyCFunction_CAST(fn_##name), flags, CURSES_DOC(#name "($module, " arguments "/)", text) }
PyMethodDef curses_screen_functions[] = {
    FN(getsyx, METH_NOARGS, "", "Where the virtual screen's cursor is; (-1, -1) when it is left anywhere."),
    FN(getwin, METH_O, "file, ", "The window that putwin() wrote to the file."),
    FN(initscr, METH_NOARGS, "", "Start: the window that is the whole screen."),
    FN(is_term_resized, METH_FASTCALL, "nlines, ncols, ", "Would resize_term() change the windows?"),
    FN(newpad, METH_FASTCALL, "nlines, ncols, ", "A pad: a window that may be larger than the screen."),
    { "newwin", fn_newwin, METH_VARARGS, "newwin(nlines, ncols, [begin_y=0, begin_x=0])\nA new window." },
    FN(resize_term, METH_FASTCALL, "nlines, ncols, ", "Give the windows the size of a changed terminal, without KEY_RESIZE."),
    FN(resizeterm, METH_FASTCALL, "nlines, ncols, ", "Give the windows the size of a changed terminal."),
    FN(setsyx, METH_FASTCALL, "y, x, ", "Move the virtual screen's cursor; (-1, -1): leave it anywhere."),
    FN(update_lines_cols, METH_NOARGS, "", "Bring LINES and COLS of the module up to date."),
    { NULL },
};
