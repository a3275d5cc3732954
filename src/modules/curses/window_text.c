/* modules/curses/window_text.c: writing characters, texts and lines into windows. */
#include "modules/curses/curses.h"

/* ---- arguments ---- */

/* Arguments of a method with the optional groups "[y, x,]" before the thing to write, and its count, and "[attr]" behind. */
struct place { int y, x; bool given, has_attr; long attr; };

/* True with the parts of args: the thing, and its count when n is not NULL; false with an exception. */
static bool
parse_place(PyObject *args, const char *name, struct place *p, PyObject **thing, int *n)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), least = n != NULL ? 2 : 1, next = 0;
    if (count < least || count > least + 3) {
        PyErr_Format(PyExc_TypeError, "_curses.window.%s requires %zd to %zd arguments", name, least, least + 3);
        return false;
    }
    p->given = count >= least + 2;
    p->has_attr = (count - least) % 2 == 1;
    p->y = p->x = 0;
    p->attr = A_NORMAL;
    if (p->given && (!PyArg_Parse(PyTuple_GET_ITEM(args, next++), "i", &p->y) || !PyArg_Parse(PyTuple_GET_ITEM(args, next++), "i", &p->x)))
        return false;
    *thing = PyTuple_GET_ITEM(args, next++);
    if (n != NULL && !PyArg_Parse(PyTuple_GET_ITEM(args, next++), "i", n))
        return false;
    return !p->has_attr || PyArg_Parse(PyTuple_GET_ITEM(args, next), "l", &p->attr);
}

/* The window's cursor at the place, if one is given. */
static int
go_to(PyObject *self, const struct place *p)
{
    return p->given ? nc.wmove(WIN(self), p->y, p->x) : OK;
}

/* A text: 2 with *wide to be freed with PyMem_Free(), 1 with *bytes; 0 with an exception. Either is the caller's. */
static int
text_argument(PyObject *o, PyObject **bytes, wchar_t **wide)
{
    char *inside;
    if (PyUnicode_Check(o)) {
        *wide = PyUnicode_AsWideCharString(o, NULL);
        return *wide != NULL ? 2 : 0;
    }
    if (PyBytes_Check(o)) {
        *bytes = Py_NewRef(o);
        if (PyBytes_AsStringAndSize(o, &inside, NULL) == 0)
            return 1;
        Py_CLEAR(*bytes);
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "expect bytes or str, got %s", Py_TYPE(o)->tp_name);
    return 0;
}

/* ---- characters ---- */

static int
add_wide(PyObject *self, const struct place *p, const wchar_t *wide)
{
    cchar_t cell;
    int code = nc.setcchar(&cell, wide, (attr_t)p->attr, (short)nc.PAIR_NUMBER((int)p->attr), NULL);
    if (code == OK)
        code = go_to(self, p);
    return code == OK ? nc.wadd_wch(WIN(self), &cell) : ERR;
}

PyObject *
window_addch(PyObject *self, PyObject *args)
{
    struct place p;
    PyObject *ch;
    chtype c;
    wchar_t wide[2];
    if (!parse_place(args, "addch", &p, &ch, NULL))
        return NULL;
    switch (curses_wide_char(ch, &c, wide)) {
    case 2:
        return curses_check(add_wide(self, &p, wide), "add_wch");
    case 1:
        return curses_check(go_to(self, &p) == OK ? nc.waddch(WIN(self), c | (attr_t)p.attr) : ERR, "addch");
    default:
        return NULL;
    }
}

PyObject *
window_insch(PyObject *self, PyObject *args)
{
    struct place p;
    PyObject *ch;
    chtype c;
    if (!parse_place(args, "insch", &p, &ch, NULL) || !curses_chtype((PyCursesWindowObject *)self, ch, &c))
        return NULL;
    return curses_check(go_to(self, &p) == OK ? nc.winsch(WIN(self), c | (attr_t)p.attr) : ERR, "insch");
}

PyObject *
window_echochar(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    chtype c;
    long attr = A_NORMAL;
    if (!_PyArg_CheckPositional("echochar", nargs, 1, 2) || (nargs == 2 && (attr = PyLong_AsLong(args[1])) == -1 && PyErr_Occurred())
        || !curses_chtype((PyCursesWindowObject *)self, args[0], &c))
        return NULL;
    c |= (attr_t)attr;
    return curses_check(nc.is_pad(WIN(self)) ? nc.pechochar(WIN(self), c) : nc.wechochar(WIN(self), c), "echochar");
}

/* ---- texts ---- */

/* Writes or inserts a text, at most n characters of it (-1: all), with the attribute if one is given. */
struct text_call {
    const char *name;                    /* the method's */
    int (*narrow)(WINDOW *, const char *, int);
    int (*wide)(WINDOW *, const wchar_t *, int);
    const char *narrow_name, *wide_name; /* for errors */
};

static PyObject *
put_text(PyObject *self, PyObject *args, const struct text_call *call, bool has_count)
{
    struct place p;
    PyObject *text, *bytes = NULL;
    wchar_t *wide = NULL;
    int n = -1, kind, code;
    if (!parse_place(args, call->name, &p, &text, has_count ? &n : NULL) || (kind = text_argument(text, &bytes, &wide)) == 0)
        return NULL;
    attr_t old = 0;
    if (p.has_attr) {
        old = (attr_t)nc.getattrs(WIN(self));
        nc.wattrset(WIN(self), (int)p.attr);
    }
    code = go_to(self, &p);
    if (code == OK)
        code = kind == 2 ? call->wide(WIN(self), wide, n) : call->narrow(WIN(self), PyBytes_AS_STRING(bytes), n);
    PyMem_Free(wide);
    Py_XDECREF(bytes);
    if (p.has_attr)
        nc.wattrset(WIN(self), (int)old);
    return curses_check(code, kind == 2 ? call->wide_name : call->narrow_name);
}

PyObject *
window_addstr(PyObject *self, PyObject *args)
{
    return put_text(self, args, &(struct text_call){ "addstr", nc.waddnstr, nc.waddnwstr, "addstr", "addwstr" }, false);
}

PyObject *
window_addnstr(PyObject *self, PyObject *args)
{
    return put_text(self, args, &(struct text_call){ "addnstr", nc.waddnstr, nc.waddnwstr, "addnstr", "addnwstr" }, true);
}

PyObject *
window_insstr(PyObject *self, PyObject *args)
{
    return put_text(self, args, &(struct text_call){ "insstr", nc.winsnstr, nc.wins_nwstr, "insstr", "inswstr" }, false);
}

PyObject *
window_insnstr(PyObject *self, PyObject *args)
{
    return put_text(self, args, &(struct text_call){ "insnstr", nc.winsnstr, nc.wins_nwstr, "insnstr", "insn_wstr" }, true);
}

/* ---- lines ---- */

static PyObject *
put_line(PyObject *self, PyObject *args, const char *name, int (*draw)(WINDOW *, chtype, int))
{
    struct place p;
    PyObject *ch;
    chtype c;
    int n;
    if (!parse_place(args, name, &p, &ch, &n) || !curses_chtype((PyCursesWindowObject *)self, ch, &c))
        return NULL;
    if (go_to(self, &p) == ERR)
        return curses_check(ERR, "wmove");
    return curses_check(draw(WIN(self), c | (attr_t)p.attr, n), name);
}

PyObject *window_hline(PyObject *self, PyObject *args) { return put_line(self, args, "hline", nc.whline); }
PyObject *window_vline(PyObject *self, PyObject *args) { return put_line(self, args, "vline", nc.wvline); }

PyObject *
window_border(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    chtype c[8] = { 0 };                 /* 0: the library's own */
    if (!_PyArg_CheckPositional("border", nargs, 0, 8))
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        if (!curses_chtype((PyCursesWindowObject *)self, args[i], &c[i]))
            return NULL;
    nc.wborder(WIN(self), c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
    Py_RETURN_NONE;
}

PyObject *
window_box(PyObject *self, PyObject *args)
{
    PyObject *vertical, *horizontal;
    chtype v = 0, h = 0;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n != 0 && n != 2) {
        PyErr_SetString(PyExc_TypeError, "_curses.window.box requires 0 to 2 arguments");
        return NULL;
    }
    if (n == 2 && (!PyArg_ParseTuple(args, "OO:box", &vertical, &horizontal) || !curses_chtype((PyCursesWindowObject *)self, vertical, &v)
                   || !curses_chtype((PyCursesWindowObject *)self, horizontal, &h)))
        return NULL;
    nc.wborder(WIN(self), v, v, h, h, 0, 0, 0, 0);
    Py_RETURN_NONE;
}

/* ---- attributes of what is there ---- */

PyObject *
window_chgat(PyObject *self, PyObject *args)
{
    int y = 0, x = 0, n = -1, ok;
    long attr = A_NORMAL;
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    switch (count) {
    case 1: ok = PyArg_ParseTuple(args, "l;attr", &attr); break;
    case 2: ok = PyArg_ParseTuple(args, "il;n,attr", &n, &attr); break;
    case 3: ok = PyArg_ParseTuple(args, "iil;y,x,attr", &y, &x, &attr); break;
    case 4: ok = PyArg_ParseTuple(args, "iiil;y,x,n,attr", &y, &x, &n, &attr); break;
    default:
        PyErr_SetString(PyExc_TypeError, "chgat requires 1 to 4 arguments");
        return NULL;
    }
    if (!ok)
        return NULL;
    short pair = (short)nc.PAIR_NUMBER((int)attr);
    if (count < 3)
        y = nc.getcury(WIN(self));
    int code = count >= 3 ? nc.wmove(WIN(self), y, x) : OK;
    if (code == OK)
        code = nc.wchgat(WIN(self), n, (attr_t)attr & A_ATTRIBUTES, pair, NULL);
    nc.wtouchln(WIN(self), y, 1, 1);
    return curses_check(code, "chgat");
}
