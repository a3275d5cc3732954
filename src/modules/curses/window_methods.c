/* modules/curses/window_methods.c: the other methods of windows: modes, places, parts, refreshing; and the table of all. */
#include "modules/curses/curses.h"

#include <stdio.h>

/* ---- calls without arguments ---- */

#define CHECKED(method, function) \
    static PyObject *m_##method(PyObject *self, PyObject *unused) { return curses_check(nc.function(WIN(self)), #function); }
#define SILENT(method, function) \
    static PyObject *m_##method(PyObject *self, PyObject *unused) { nc.function(WIN(self)); Py_RETURN_NONE; }
#define PAIR(method, first, second) \
    static PyObject *m_##method(PyObject *self, PyObject *unused) { return Py_BuildValue("(ii)", nc.first(WIN(self)), nc.second(WIN(self))); }
CHECKED(deleteln, wdeleteln) CHECKED(erase, werase) CHECKED(insertln, winsertln) CHECKED(redrawwin, redrawwin)
CHECKED(touchwin, touchwin) CHECKED(untouchwin, untouchwin)
SILENT(clear, wclear) SILENT(clrtobot, wclrtobot) SILENT(clrtoeol, wclrtoeol) SILENT(cursyncup, wcursyncup) SILENT(standend, wstandend)
SILENT(standout, wstandout) SILENT(syncdown, wsyncdown) SILENT(syncup, wsyncup)
PAIR(getbegyx, getbegy, getbegx) PAIR(getmaxyx, getmaxy, getmaxx) PAIR(getparyx, getpary, getparx) PAIR(getyx, getcury, getcurx)
#undef CHECKED
#undef SILENT
#undef PAIR

static PyObject *m_is_wintouched(PyObject *self, PyObject *unused) { return PyBool_FromLong(nc.is_wintouched(WIN(self))); }
static PyObject *m_getbkgd(PyObject *self, PyObject *unused) { return PyLong_FromLong((long)nc.getbkgd(WIN(self))); }

/* ---- modes and numbers ---- */

#define CHECKED(method, function, format) \
    static PyObject * \
    m_##method(PyObject *self, PyObject *args) \
    { \
        int n; \
        return PyArg_ParseTuple(args, format, &n) ? curses_check(nc.function(WIN(self), n), #function) : NULL; \
    }
#define SILENT(method, function, format) \
    static PyObject * \
    m_##method(PyObject *self, PyObject *args) \
    { \
        int n; \
        if (!PyArg_ParseTuple(args, format, &n)) \
            return NULL; \
        nc.function(WIN(self), n); \
        Py_RETURN_NONE; \
    }
#define PLACE(method, function, format) \
    static PyObject * \
    m_##method(PyObject *self, PyObject *args) \
    { \
        int a, b; \
        return PyArg_ParseTuple(args, format, &a, &b) ? curses_check(nc.function(WIN(self), a, b), #function) : NULL; \
    }
#define ON_OR_OFF "i;True(1) or False(0)"
CHECKED(clearok, clearok, ON_OR_OFF) CHECKED(idlok, idlok, ON_OR_OFF) CHECKED(keypad, keypad, ON_OR_OFF) CHECKED(leaveok, leaveok, ON_OR_OFF)
CHECKED(nodelay, nodelay, ON_OR_OFF) CHECKED(notimeout, notimeout, ON_OR_OFF) CHECKED(scrollok, scrollok, ON_OR_OFF)
CHECKED(syncok, syncok, ON_OR_OFF) CHECKED(insdelln, winsdelln, "i;nlines")
SILENT(idcok, idcok, ON_OR_OFF) SILENT(immedok, immedok, ON_OR_OFF) SILENT(timeout, wtimeout, "i;delay")
PLACE(move, wmove, "ii;y,x") PLACE(mvderwin, mvderwin, "ii;y,x") PLACE(mvwin, mvwin, "ii;y,x") PLACE(resize, wresize, "ii;lines,columns")
#undef CHECKED
#undef SILENT
#undef PLACE

/* ---- attributes and background ---- */

static PyObject *
set_attribute(PyObject *self, PyObject *o, int (*set)(WINDOW *, int), const char *name)
{
    long attr = PyLong_AsLong(o);
    return attr == -1 && PyErr_Occurred() ? NULL : curses_check(set(WIN(self), (int)attr), name);
}

static PyObject *m_attroff(PyObject *self, PyObject *o) { return set_attribute(self, o, nc.wattroff, "attroff"); }
static PyObject *m_attron(PyObject *self, PyObject *o) { return set_attribute(self, o, nc.wattron, "attron"); }
static PyObject *m_attrset(PyObject *self, PyObject *o) { return set_attribute(self, o, nc.wattrset, "attrset"); }

/* ch[, attr] as one cell; false with an exception. */
static bool
background(const char *name, PyObject *self, PyObject *const *args, Py_ssize_t nargs, chtype *out)
{
    long attr = A_NORMAL;
    if (!_PyArg_CheckPositional(name, nargs, 1, 2) || (nargs == 2 && (attr = PyLong_AsLong(args[1])) == -1 && PyErr_Occurred())
        || !curses_chtype((PyCursesWindowObject *)self, args[0], out))
        return false;
    *out |= (attr_t)attr;
    return true;
}

static PyObject *
m_bkgd(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    chtype c;
    return background("bkgd", self, args, nargs, &c) ? curses_check(nc.wbkgd(WIN(self), c), "bkgd") : NULL;
}

static PyObject *
m_bkgdset(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    chtype c;
    if (!background("bkgdset", self, args, nargs, &c))
        return NULL;
    nc.wbkgdset(WIN(self), c);
    Py_RETURN_NONE;
}

/* ---- numbers by fast calls ---- */

static PyObject *
m_enclose(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int at[2];
    return curses_ints("enclose", args, nargs, at, 2) ? PyBool_FromLong(nc.wenclose(WIN(self), at[0], at[1])) : NULL;
}

static PyObject *
m_redrawln(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int n[2];
    return curses_ints("redrawln", args, nargs, n, 2) ? curses_check(nc.wredrawln(WIN(self), n[0], n[1]), "redrawln") : NULL;
}

static PyObject *
m_setscrreg(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    int n[2];
    return curses_ints("setscrreg", args, nargs, n, 2) ? curses_check(nc.wsetscrreg(WIN(self), n[0], n[1]), "wsetscrreg") : NULL;
}

static PyObject *
m_is_linetouched(PyObject *self, PyObject *line)
{
    int n;
    if (!curses_int(line, &n))
        return NULL;
    if (n < 0 || n >= nc.getmaxy(WIN(self))) {
        PyErr_SetString(PyExc_TypeError, "is_linetouched: line number outside of boundaries");
        return NULL;
    }
    return PyBool_FromLong(nc.is_linetouched(WIN(self), n));
}

/* ---- optional groups ---- */

/* Whether there are as many arguments as the lowest or the highest number; else the error names both. */
static bool
count_ok(PyObject *args, const char *name, Py_ssize_t low, Py_ssize_t high)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == low || n == high)
        return true;
    PyErr_Format(PyExc_TypeError, "_curses.window.%s requires %zd to %zd arguments", name, low, high);
    return false;
}

static PyObject *
m_delch(PyObject *self, PyObject *args)
{
    int y, x;
    if (!count_ok(args, "delch", 0, 2))
        return NULL;
    if (PyTuple_GET_SIZE(args) == 0)
        return curses_check(nc.wdelch(WIN(self)), "wdelch");
    if (!PyArg_ParseTuple(args, "ii:delch", &y, &x))
        return NULL;
    return curses_check(nc.wmove(WIN(self), y, x) == ERR ? ERR : nc.wdelch(WIN(self)), "mvwdelch");
}

static PyObject *
m_scroll(PyObject *self, PyObject *args)
{
    int n = 1;
    if (!count_ok(args, "scroll", 0, 1) || (PyTuple_GET_SIZE(args) == 1 && !PyArg_ParseTuple(args, "i:scroll", &n)))
        return NULL;
    return curses_check(nc.wscrl(WIN(self), n), "scroll");
}

static PyObject *
m_touchline(PyObject *self, PyObject *args)
{
    int start, count, changed = 1;
    bool flag = PyTuple_GET_SIZE(args) == 3;
    if (!count_ok(args, "touchline", 2, 3) || !PyArg_ParseTuple(args, flag ? "iip:touchline" : "ii:touchline", &start, &count, &changed))
        return NULL;
    return curses_check(nc.wtouchln(WIN(self), start, count, changed), "touchline");
}

/* A window within this one; its size may be left out: as much as there is. */
static PyObject *
part(PyObject *self, PyObject *args, const char *name, WINDOW *(*make)(WINDOW *, int, int, int, int))
{
    int lines = 0, columns = 0, y, x;
    if (!count_ok(args, name, 2, 4))
        return NULL;
    if (PyTuple_GET_SIZE(args) == 2 ? !PyArg_ParseTuple(args, "ii", &y, &x) : !PyArg_ParseTuple(args, "iiii", &lines, &columns, &y, &x))
        return NULL;
    WINDOW *w = make(WIN(self), lines, columns, y, x);
    return w != NULL ? curses_window_new(w, NULL, (PyCursesWindowObject *)self) : curses_failed();
}

static PyObject *m_derwin(PyObject *self, PyObject *args) { return part(self, args, "derwin", nc.derwin); }
static PyObject *m_subwin(PyObject *self, PyObject *args) { return part(self, args, "subwin", nc.is_pad(WIN(self)) ? nc.subpad : nc.subwin); }

/* ---- refreshing and copying ---- */

/* The six numbers of a pad's part and its place on the screen; false with an exception. `given`: whether they are there. */
static bool
pad_arguments(PyObject *self, PyObject *args, const char *name, int n[6], bool *given)
{
    bool pad = nc.is_pad(WIN(self));
    *given = PyTuple_GET_SIZE(args) != 0;
    if (!count_ok(args, name, 0, 6) || (*given && !PyArg_ParseTuple(args, "iiiiii", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5])))
        return false;
    if (pad == *given)
        return true;
    if (pad)
        PyErr_Format(curses_error, strcmp(name, "refresh") == 0 ? "%s() for a pad requires 6 arguments" : "%s() called for a pad requires 6 arguments",
                     name);
    else
        PyErr_Format(PyExc_TypeError, "%s() takes no arguments (6 given)", name);
    return false;
}

static PyObject *
m_refresh(PyObject *self, PyObject *args)
{
    int n[6], code;
    bool pad;
    if (!pad_arguments(self, args, "refresh", n, &pad))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = pad ? nc.prefresh(WIN(self), n[0], n[1], n[2], n[3], n[4], n[5]) : nc.wrefresh(WIN(self));
    Py_END_ALLOW_THREADS
    return curses_check(code, "prefresh");
}

static PyObject *
m_noutrefresh(PyObject *self, PyObject *args)
{
    int n[6], code;
    bool pad;
    if (!pad_arguments(self, args, "noutrefresh", n, &pad))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = pad ? nc.pnoutrefresh(WIN(self), n[0], n[1], n[2], n[3], n[4], n[5]) : nc.wnoutrefresh(WIN(self));
    Py_END_ALLOW_THREADS
    return curses_check(code, pad ? "pnoutrefresh" : "wnoutrefresh");
}

/* Copies onto another window; `blanks`: what is blank here, too. */
static PyObject *
copy_onto(PyObject *self, PyObject *args, bool blanks)
{
    const char *name = blanks ? "overwrite" : "overlay";
    PyObject *to;
    int n[6];
    if (!count_ok(args, name, 1, 7))
        return NULL;
    if (PyTuple_GET_SIZE(args) == 1) {
        if (!PyArg_ParseTuple(args, blanks ? "O!:overwrite" : "O!:overlay", &curses_window_type, &to))
            return NULL;
        return curses_check(blanks ? nc.overwrite(WIN(self), WIN(to)) : nc.overlay(WIN(self), WIN(to)), name);
    }
    if (!PyArg_ParseTuple(args, blanks ? "O!iiiiii:overwrite" : "O!iiiiii:overlay", &curses_window_type, &to, &n[0], &n[1], &n[2], &n[3],
                          &n[4], &n[5]))
        return NULL;
    return curses_check(nc.copywin(WIN(self), WIN(to), n[0], n[1], n[2], n[3], n[4], n[5], !blanks), "copywin");
}

static PyObject *m_overlay(PyObject *self, PyObject *args) { return copy_onto(self, args, false); }
static PyObject *m_overwrite(PyObject *self, PyObject *args) { return copy_onto(self, args, true); }

/* The library writes to C's files only: what it wrote goes to the Python file piece by piece.
 * The result is that of the last write(). */
static PyObject *
m_putwin(PyObject *self, PyObject *file)
{
    char block[BUFSIZ];
    size_t n;
    FILE *f = tmpfile();
    if (f == NULL)
        return PyErr_SetFromErrno(PyExc_OSError);
    PyObject *result = curses_check(nc.putwin(WIN(self), f), "putwin");
    rewind(f);
    while (result != NULL && (n = fread(block, 1, sizeof block, f)) > 0) {
        Py_DECREF(result);
        result = PyObject_CallMethod(file, "write", "y#", block, (Py_ssize_t)n);
    }
    fclose(f);
    return result;
}

/* ---- all methods ---- */

#define NONE(name, text) { #name, m_##name, METH_NOARGS, CURSES_DOC(#name "($self, /)", text) }
#define BARE(name) { #name, m_##name, METH_NOARGS, #name "($self, /)\n--\n\n" }
#define TUPLE(name) { #name, m_##name, METH_VARARGS, NULL }
#define ONE(name, argument, text) { #name, m_##name, METH_O, CURSES_DOC(#name "($self, " argument ", /)", text) }
#define FAST(name, function, arguments, text) { #name, _PyCFunction_CAST(function), METH_FASTCALL, CURSES_DOC(#name "($self, " arguments ", /)", text) }
#define GROUPS(name, function, arguments, text) { #name, function, METH_VARARGS, #name "(" arguments ")\n" text }
#define PAD_PART "[pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol]"
PyMethodDef curses_window_methods[] = {
    GROUPS(addch, window_addch, "[y, x,] ch, [attr=_curses.A_NORMAL]", "Write a character."),
    GROUPS(addnstr, window_addnstr, "[y, x,] str, n, [attr]", "Write a text, but n characters at most."),
    GROUPS(addstr, window_addstr, "[y, x,] str, [attr]", "Write a text."),
    ONE(attroff, "attr", "Later characters are without these attributes."),
    ONE(attron, "attr", "Later characters have these attributes, too."),
    ONE(attrset, "attr", "Later characters have these attributes only."),
    FAST(bkgd, m_bkgd, "ch, attr=_curses.A_NORMAL", "Change the background, also where there is text."),
    FAST(bkgdset, m_bkgdset, "ch, attr=_curses.A_NORMAL", "The background of what is written from now on."),
    FAST(border, window_border, "ls=_curses.ACS_VLINE, rs=_curses.ACS_VLINE,\n       ts=_curses.ACS_HLINE, bs=_curses.ACS_HLINE,\n"
         "       tl=_curses.ACS_ULCORNER, tr=_curses.ACS_URCORNER,\n       bl=_curses.ACS_LLCORNER, br=_curses.ACS_LRCORNER",
         "A border around the window; 0: the usual character."),
    GROUPS(box, window_box, "[verch=0, horch=0]", "A border around the window, of two characters."),
    { "chgat", window_chgat, METH_VARARGS, NULL },
    BARE(clear), TUPLE(clearok), BARE(clrtobot), BARE(clrtoeol), BARE(cursyncup),
    GROUPS(delch, m_delch, "[y, x]", "Delete a character; the rest of the line moves."),
    BARE(deleteln),
    GROUPS(derwin, m_derwin, "[nlines=0, ncols=0,] begin_y, begin_x", "A part of the window, at a place that counts from the window."),
    FAST(echochar, window_echochar, "ch, attr=_curses.A_NORMAL", "Write a character and show it at once."),
    FAST(enclose, m_enclose, "y, x", "Is the place on the screen within the window?"),
    BARE(erase),
    GROUPS(get_wch, window_get_wch, "[y, x]", "Wait for a key: a character, or a function key's number."),
    BARE(getbegyx),
    NONE(getbkgd, "The background: character and attributes."),
    GROUPS(getch, window_getch, "[y, x]", "Wait for a key: its number, or -1."),
    GROUPS(getkey, window_getkey, "[y, x]", "Wait for a key: a character, or a function key's name."),
    BARE(getmaxyx), BARE(getparyx),
    { "getstr", window_getstr, METH_VARARGS, NULL },
    BARE(getyx),
    GROUPS(hline, window_hline, "[y, x,] ch, n, [attr=_curses.A_NORMAL]", "A horizontal line of n characters."),
    TUPLE(idcok), TUPLE(idlok), TUPLE(immedok),
    GROUPS(inch, window_inch, "[y, x]", "The character there, with its attributes."),
    GROUPS(insch, window_insch, "[y, x,] ch, [attr=_curses.A_NORMAL]", "Insert a character; the rest of the line moves."),
    TUPLE(insdelln), BARE(insertln),
    GROUPS(insnstr, window_insnstr, "[y, x,] str, n, [attr]", "Insert a text, but n characters at most."),
    GROUPS(insstr, window_insstr, "[y, x,] str, [attr]", "Insert a text; the rest of the line moves."),
    { "instr", window_instr, METH_VARARGS, NULL },
    ONE(is_linetouched, "line", "Was the line changed since the last refresh?"),
    BARE(is_wintouched), TUPLE(keypad), TUPLE(leaveok), TUPLE(move), TUPLE(mvderwin), TUPLE(mvwin), TUPLE(nodelay), TUPLE(notimeout),
    GROUPS(noutrefresh, m_noutrefresh, PAD_PART, "Bring the virtual screen up to date, not yet the terminal."),
    GROUPS(overlay, m_overlay, "destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow, dmaxcol]", "Copy what is not blank onto another window."),
    GROUPS(overwrite, m_overwrite, "destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow,\n          dmaxcol]", "Copy onto another window, blanks too."),
    ONE(putwin, "file", "Write the window to a file, for getwin()."),
    FAST(redrawln, m_redrawln, "beg, num", "The terminal has lost these lines: write them anew at the next refresh."),
    BARE(redrawwin),
    GROUPS(refresh, m_refresh, PAD_PART, "Bring the terminal up to date."),
    TUPLE(resize),
    GROUPS(scroll, m_scroll, "[lines=1]", "Scroll up, or down if negative."),
    TUPLE(scrollok),
    FAST(setscrreg, m_setscrreg, "top, bottom", "The lines that scroll."),
    BARE(standend), BARE(standout),
    { "subpad", m_subwin, METH_VARARGS, "subwin([nlines=0, ncols=0,] begin_y, begin_x)\nA part of the pad." },
    GROUPS(subwin, m_subwin, "[nlines=0, ncols=0,] begin_y, begin_x", "A part of the window, at a place on the screen."),
    BARE(syncdown), TUPLE(syncok), BARE(syncup), TUPLE(timeout),
    GROUPS(touchline, m_touchline, "start, count, [changed=True]", "Let lines count as changed, or as unchanged."),
    BARE(touchwin), BARE(untouchwin),
    GROUPS(vline, window_vline, "[y, x,] ch, n, [attr=_curses.A_NORMAL]", "A vertical line of n characters."),
    { NULL },
};
