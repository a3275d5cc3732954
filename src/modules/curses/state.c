/* modules/curses/state.c: how far the screen is, results, and characters as arguments. */
#include "modules/curses/curses.h"

struct nc_table nc;
PyObject *curses_error, *curses_dict;
int curses_stages;
char *curses_screen_encoding;

/* ---- how far ---- */

static int
has_stage(int stage, const char *name)
{
    if (curses_stages & stage)
        return 1;
    PyErr_Format(curses_error, "must call %s() first", name);
    return 0;
}

int
curses_has_term(void)
{
    if (curses_stages & CURSES_TERM)
        return 1;
    PyErr_SetString(curses_error, "must call (at least) setupterm() first");
    return 0;
}

int curses_has_screen(void) { return has_stage(CURSES_SCREEN, "initscr"); }
int curses_has_colors(void) { return has_stage(CURSES_COLORS, "start_color"); }

/* ---- results ---- */

PyObject *
curses_check(int code, const char *name)
{
    if (code != ERR)
        Py_RETURN_NONE;
    return PyErr_Format(curses_error, "%s() returned ERR", name);
}

PyObject *
curses_failed(void)
{
    PyErr_SetString(curses_error, catchall_NULL);
    return NULL;
}

/* ---- arguments ---- */

bool
curses_int(PyObject *o, int *out)
{
    *out = PyLong_AsInt(o);
    return *out != -1 || !PyErr_Occurred();
}

bool
curses_ints(const char *name, PyObject *const *args, Py_ssize_t nargs, int *out, Py_ssize_t count)
{
    bool ok = _PyArg_CheckPositional(name, nargs, count, count);
    for (Py_ssize_t i = 0; ok && i < count; i++)
        ok = curses_int(args[i], &out[i]);
    return ok;
}

static bool
wrong_char(PyObject *o, const char *expected)
{
    if (PyUnicode_Check(o))
        PyErr_Format(PyExc_TypeError, "expect %s or int, got a str of length %zi", expected, PyUnicode_GET_LENGTH(o));
    else
        PyErr_Format(PyExc_TypeError, "expect %s or int, got %s", expected, Py_TYPE(o)->tp_name);
    return false;
}

/* The byte that a character is in the window's encoding; -1: there is no single one; -2 with an exception. */
static long
encoded_char(PyCursesWindowObject *w, PyObject *str)
{
    Py_UCS4 c = PyUnicode_READ_CHAR(str, 0);
    if (c < 128)
        return (long)c;
    PyObject *bytes = PyUnicode_AsEncodedString(str, w != NULL ? w->encoding : curses_screen_encoding, NULL);
    if (bytes == NULL)
        return -2;
    long value = PyBytes_GET_SIZE(bytes) == 1 ? (unsigned char)PyBytes_AS_STRING(bytes)[0] : -1;
    Py_DECREF(bytes);
    return value;
}

static bool
fit_chtype(long value, chtype *out)
{
    *out = (chtype)value;
    if ((long)*out == value)
        return true;
    PyErr_SetString(PyExc_OverflowError, "byte doesn't fit in chtype");
    return false;
}

bool
curses_chtype(PyCursesWindowObject *w, PyObject *o, chtype *out)
{
    long value;
    int overflow = 0;
    if (PyUnicode_Check(o) && PyUnicode_GET_LENGTH(o) == 1)
        value = encoded_char(w, o);
    else if (PyBytes_Check(o) && PyBytes_GET_SIZE(o) == 1)
        value = (unsigned char)PyBytes_AS_STRING(o)[0];
    else if (PyLong_CheckExact(o))
        value = PyLong_AsLongAndOverflow(o, &overflow);
    else
        return wrong_char(o, "bytes or str of length 1,");
    return value != -2 || !PyErr_Occurred() ? fit_chtype(overflow ? -1 : value, out) : false;
}

/* The integer as a long; false with an exception. */
static bool
whole_long(PyObject *o, long *out)
{
    int overflow;
    *out = PyLong_AsLongAndOverflow(o, &overflow);
    if (overflow)
        PyErr_SetString(PyExc_OverflowError, "int doesn't fit in long");
    return !overflow;
}

int
curses_wide_char(PyObject *o, chtype *narrow, wchar_t wide[2])
{
    long value;
    if (PyUnicode_Check(o) && PyUnicode_GET_LENGTH(o) == 1) {
        wide[0] = (wchar_t)PyUnicode_READ_CHAR(o, 0);
        wide[1] = 0;
        return 2;
    }
    if (PyBytes_Check(o) && PyBytes_GET_SIZE(o) == 1)
        value = (unsigned char)PyBytes_AS_STRING(o)[0];
    else if (!PyLong_CheckExact(o))
        return wrong_char(o, "bytes or str of length 1,");
    else if (!whole_long(o, &value))
        return 0;
    return fit_chtype(value, narrow);
}

bool
curses_wchar(PyObject *o, wchar_t *out)
{
    long value;
    if (PyUnicode_Check(o) && PyUnicode_GET_LENGTH(o) == 1)
        value = (long)PyUnicode_READ_CHAR(o, 0);
    else if (!PyLong_CheckExact(o))
        return wrong_char(o, "str of length 1");
    else if (!whole_long(o, &value))
        return false;
    *out = (wchar_t)value;
    if ((long)*out == value)
        return true;
    PyErr_SetString(PyExc_OverflowError, "character doesn't fit in wchar_t");
    return false;
}
