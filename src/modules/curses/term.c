/* modules/curses/term.c: terminfo, keys and the mouse. */
#include "modules/curses/curses.h"
#include "modules/modargs.h"

/* ---- terminfo ---- */

static int
stdout_descriptor(void)
{
    PyObject *out = PySys_GetObject("stdout");
    if (out == NULL || out == Py_None) {
        PyErr_SetString(curses_error, "lost sys.stdout");
        return -1;
    }
    Py_INCREF(out);
    int fd = PyObject_AsFileDescriptor(out);
    Py_DECREF(out);
    return fd;
}

/* The text as UTF-8; NULL with an exception. */
static const char *
c_text(PyObject *o, const char *wrong)
{
    Py_ssize_t n;
    if (!PyUnicode_Check(o)) {
        PyErr_Format(PyExc_TypeError, "%s, not %.50s", wrong, o == Py_None ? "None" : Py_TYPE(o)->tp_name);
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8AndSize(o, &n);
    if (text == NULL || strlen(text) == (size_t)n)
        return text;
    PyErr_SetString(PyExc_ValueError, "embedded null character");
    return NULL;
}

/* The name of a capability; NULL with an exception, also when there is no terminal yet. */
static char *
capability(PyObject *o, const char *wrong)
{
    const char *name = c_text(o, wrong);
    return name != NULL && curses_has_term() ? (char *)name : NULL;
}

static PyObject *
fn_setupterm(PyObject *m, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *given[2];
    const char *term = NULL;
    int fd = -1, why;
    if (MOD_BIND(given, "setupterm", args, nargs, kwnames, 0, 2, "term", "fd") < 0)
        return NULL;
    if (given[0] != NULL && given[0] != Py_None && (term = c_text(given[0], "setupterm() argument 'term' must be str or None")) == NULL)
        return NULL;
    if ((given[1] != NULL && !curses_int(given[1], &fd)) || (fd == -1 && (fd = stdout_descriptor()) == -1))
        return NULL;
    if (!(curses_stages & CURSES_TERM) && nc.setupterm(term, fd, &why) == ERR) {
        PyErr_SetString(curses_error, why == 0 ? "setupterm: could not find terminal"
                        : why == -1 ? "setupterm: could not find terminfo database" : "setupterm: unknown error");
        return NULL;
    }
    curses_stages |= CURSES_TERM;
    Py_RETURN_NONE;
}

static PyObject *
fn_tigetflag(PyObject *m, PyObject *o)
{
    char *name = capability(o, "tigetflag() argument must be str");
    return name != NULL ? PyLong_FromLong(nc.tigetflag(name)) : NULL;
}

static PyObject *
fn_tigetnum(PyObject *m, PyObject *o)
{
    char *name = capability(o, "tigetnum() argument must be str");
    return name != NULL ? PyLong_FromLong(nc.tigetnum(name)) : NULL;
}

static PyObject *
fn_tigetstr(PyObject *m, PyObject *o)
{
    char *name = capability(o, "tigetstr() argument must be str");
    if (name == NULL)
        return NULL;
    const char *text = nc.tigetstr(name);
    if (text == NULL || text == (const char *)-1)
        Py_RETURN_NONE;
    return PyBytes_FromString(text);
}

static PyObject *
fn_tparm(PyObject *m, PyObject *args)
{
    const char *text;
    int i[9] = { 0 };
    if (!PyArg_ParseTuple(args, "y|iiiiiiiii:tparm", &text, &i[0], &i[1], &i[2], &i[3], &i[4], &i[5], &i[6], &i[7], &i[8])
        || !curses_has_term())
        return NULL;
    const char *r = nc.tparm((char *)text, (long)i[0], (long)i[1], (long)i[2], (long)i[3], (long)i[4], (long)i[5], (long)i[6], (long)i[7],
                             (long)i[8]);
    if (r != NULL)
        return PyBytes_FromString(r);
    PyErr_SetString(curses_error, "tparm() returned NULL");
    return NULL;
}

static PyObject *
fn_putp(PyObject *m, PyObject *string)
{
    const char *text;
    return PyArg_Parse(string, "y:putp", &text) ? curses_check(nc.putp(text), "putp") : NULL;
}

/* ---- keys ---- */

static PyObject *
fn_has_key(PyObject *m, PyObject *key)
{
    int n;
    return curses_int(key, &n) && curses_has_screen() ? PyBool_FromLong(nc.has_key(n)) : NULL;
}

static PyObject *
fn_keyname(PyObject *m, PyObject *key)
{
    int n;
    if (!curses_int(key, &n) || !curses_has_screen())
        return NULL;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "invalid key number");
        return NULL;
    }
    const char *name = nc.keyname(n);
    return PyBytes_FromString(name != NULL ? name : "");
}

static PyObject *
fn_unctrl(PyObject *m, PyObject *ch)
{
    chtype c;
    return curses_has_screen() && curses_chtype(NULL, ch, &c) ? PyBytes_FromString(nc.unctrl(c)) : NULL;
}

static PyObject *
fn_ungetch(PyObject *m, PyObject *ch)
{
    chtype c;
    return curses_has_screen() && curses_chtype(NULL, ch, &c) ? curses_check(nc.ungetch((int)c), "ungetch") : NULL;
}

static PyObject *
fn_unget_wch(PyObject *m, PyObject *ch)
{
    wchar_t c;
    return curses_has_screen() && curses_wchar(ch, &c) ? curses_check(nc.unget_wch(c), "unget_wch") : NULL;
}

static PyObject *
fn_flushinp(PyObject *m, PyObject *unused)
{
    if (!curses_has_screen())
        return NULL;
    nc.flushinp();
    Py_RETURN_NONE;
}

/* ---- mouse ---- */

static PyObject *
fn_getmouse(PyObject *m, PyObject *unused)
{
    MEVENT e;
    if (!curses_has_screen())
        return NULL;
    if (nc.getmouse(&e) == ERR)
        return curses_check(ERR, "getmouse");
    return Py_BuildValue("(hiiik)", e.id, e.x, e.y, e.z, (unsigned long)e.bstate);
}

static PyObject *
fn_mousemask(PyObject *m, PyObject *newmask)
{
    if (!PyLong_Check(newmask))
        return PyErr_Format(PyExc_TypeError, "mousemask() argument must be int, not %.50s", newmask == Py_None ? "None" : Py_TYPE(newmask)->tp_name);
    unsigned long mask = PyLong_AsUnsignedLongMask(newmask);
    mmask_t old;
    if ((mask == (unsigned long)-1 && PyErr_Occurred()) || !curses_has_screen())
        return NULL;
    mmask_t available = nc.mousemask((mmask_t)mask, &old);
    return Py_BuildValue("(kk)", (unsigned long)available, (unsigned long)old);
}

static PyObject *
fn_ungetmouse(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int xyz[3];
    short id;
    if (!_PyArg_CheckPositional("ungetmouse", nargs, 5, 5) || !PyArg_Parse(args[0], "h", &id) || !curses_int(args[1], &xyz[0])
        || !curses_int(args[2], &xyz[1]) || !curses_int(args[3], &xyz[2]))
        return NULL;
    if (!PyLong_Check(args[4]))
        return PyErr_Format(PyExc_TypeError, "ungetmouse() argument 5 must be int, not %.50s", args[4] == Py_None ? "None" : Py_TYPE(args[4])->tp_name);
    unsigned long state = PyLong_AsUnsignedLongMask(args[4]);
    if ((state == (unsigned long)-1 && PyErr_Occurred()) || !curses_has_screen())
        return NULL;
    MEVENT e = { .id = id, .x = xyz[0], .y = xyz[1], .z = xyz[2], .bstate = (mmask_t)state };
    return curses_check(nc.ungetmouse(&e), "ungetmouse");
}

#define FN(name, flags, arguments, text) \
    { #name, _PyCFunction_CAST(fn_##name), flags, CURSES_DOC(#name "($module, " arguments ")", text) }
PyMethodDef curses_term_functions[] = {
    FN(flushinp, METH_NOARGS, "/", "Throw away what was typed and not read."),
    FN(getmouse, METH_NOARGS, "/", "The mouse event behind KEY_MOUSE: id, x, y, z, state of the buttons."),
    FN(has_key, METH_O, "key, /", "Has the terminal this key?"),
    FN(keyname, METH_O, "key, /", "The name of a key's number."),
    FN(mousemask, METH_O, "newmask, /", "Set the mouse events to report; the answer: which of them are possible, and the old mask."),
    FN(putp, METH_O, "string, /", "Write a capability's text to the standard output."),
    FN(setupterm, METH_FASTCALL | METH_KEYWORDS, "/, term=None, fd=-1", "Look the terminal up in the terminfo database."),
    FN(tigetflag, METH_O, "capname, /", "A capability that is there or not; -1: no such name."),
    FN(tigetnum, METH_O, "capname, /", "A capability that is a number; -2: no such name."),
    FN(tigetstr, METH_O, "capname, /", "A capability that is a text; None: no such name."),
    FN(tparm, METH_VARARGS, "str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0,\n      i9=0, /", "A capability's text with its parameters filled in."),
    FN(unctrl, METH_O, "ch, /", "How a character is shown: control characters with ^, others as they are."),
    FN(unget_wch, METH_O, "ch, /", "Let the next get_wch() return this."),
    FN(ungetch, METH_O, "ch, /", "Let the next getch() return this."),
    FN(ungetmouse, METH_FASTCALL, "id, x, y, z, bstate, /", "Let the next getmouse() return this."),
    { NULL },
};
