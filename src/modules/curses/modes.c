/* modules/curses/modes.c: functions that ask or set the terminal's modes, and others without arguments. */
#include "modules/curses/curses.h"

/* ---- calls that only succeed or fail ---- */

#define PLAIN(name) \
    static PyObject *fn_##name(PyObject *m, PyObject *unused) { return CURSES_CALL(#name, nc.name()); }
PLAIN(beep) PLAIN(def_prog_mode) PLAIN(def_shell_mode) PLAIN(doupdate) PLAIN(endwin) PLAIN(flash) PLAIN(nocbreak) PLAIN(noecho)
PLAIN(nonl) PLAIN(noraw) PLAIN(reset_prog_mode) PLAIN(reset_shell_mode) PLAIN(resetty) PLAIN(savetty)
#undef PLAIN

/* ---- modes that a flag turns on or off ---- */

/* The optional flag: -1 with an exception. */
static int
flag_argument(const char *name, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional(name, nargs, 0, 1))
        return -1;
    return nargs == 0 ? 1 : PyObject_IsTrue(args[0]);
}

#define SWITCH(name) \
    static PyObject * \
    fn_##name(PyObject *m, PyObject *const *args, Py_ssize_t nargs) \
    { \
        int on = flag_argument(#name, args, nargs); \
        return on < 0 ? NULL : CURSES_CALL(#name, on ? nc.name() : nc.no##name()); \
    }
SWITCH(cbreak) SWITCH(echo) SWITCH(nl) SWITCH(raw)
#undef SWITCH

static PyObject *
queue_flush(bool on)
{
    if (!curses_has_screen())
        return NULL;
    if (on)
        nc.qiflush();
    else
        nc.noqiflush();
    Py_RETURN_NONE;
}

static PyObject *
fn_qiflush(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int on = flag_argument("qiflush", args, nargs);
    return on < 0 ? NULL : queue_flush(on);
}

static PyObject *fn_noqiflush(PyObject *m, PyObject *unused) { return queue_flush(false); }

static PyObject *
fn_intrflush(PyObject *m, PyObject *flag)
{
    int on = PyObject_IsTrue(flag);
    return on < 0 ? NULL : CURSES_CALL("intrflush", nc.intrflush(NULL, on));
}

static PyObject *
fn_meta(PyObject *m, PyObject *flag)
{
    int on = PyObject_IsTrue(flag);
    return on < 0 ? NULL : CURSES_CALL("meta", nc.meta(*nc.stdscr, on));
}

/* ---- settings before the screen is there ---- */

static PyObject *
fn_use_env(PyObject *m, PyObject *flag)
{
    int on = PyObject_IsTrue(flag);
    if (on < 0)
        return NULL;
    nc.use_env(on);
    Py_RETURN_NONE;
}

static PyObject *
fn_filter(PyObject *m, PyObject *unused)
{
    nc.filter();
    Py_RETURN_NONE;
}

static PyObject *
positive_setting(PyObject *value, int (*set)(int), const char *name, const char *argument)
{
    int n;
    if (!curses_int(value, &n))
        return NULL;
    if (n <= 0)
        return PyErr_Format(PyExc_ValueError, "%s must be > 0", argument);
    return curses_check(set(n), name);
}

static PyObject *fn_set_escdelay(PyObject *m, PyObject *ms) { return positive_setting(ms, nc.set_escdelay, "set_escdelay", "ms"); }
static PyObject *fn_set_tabsize(PyObject *m, PyObject *size) { return positive_setting(size, nc.set_tabsize, "set_tabsize", "size"); }
static PyObject *fn_get_escdelay(PyObject *m, PyObject *unused) { return PyLong_FromLong(*nc.ESCDELAY); }
static PyObject *fn_get_tabsize(PyObject *m, PyObject *unused) { return PyLong_FromLong(*nc.TABSIZE); }

/* ---- numbers ---- */

#define NUMBER(name) \
    static PyObject * \
    fn_##name(PyObject *m, PyObject *number) \
    { \
        int n; \
        return curses_int(number, &n) ? CURSES_CALL(#name, nc.name(n)) : NULL; \
    }
NUMBER(mouseinterval) NUMBER(typeahead)
#undef NUMBER

/* The old visibility. */
static PyObject *
fn_curs_set(PyObject *m, PyObject *visibility)
{
    int n;
    if (!curses_int(visibility, &n) || !curses_has_screen())
        return NULL;
    int old = nc.curs_set(n);
    return old == ERR ? curses_check(ERR, "curs_set") : PyLong_FromLong(old);
}

static PyObject *
fn_halfdelay(PyObject *m, PyObject *tenths)
{
    long n = PyLong_AsLong(tenths);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n < 0 || n > UCHAR_MAX)
        return PyErr_Format(PyExc_OverflowError, "unsigned byte integer is %s", n < 0 ? "less than minimum" : "greater than maximum");
    return CURSES_CALL("halfdelay", nc.halfdelay((int)n));
}

static PyObject *
fn_delay_output(PyObject *m, PyObject *ms)
{
    int n, code;
    if (!curses_int(ms, &n) || !curses_has_screen())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = nc.delay_output(n);
    Py_END_ALLOW_THREADS
    return curses_check(code, "delay_output");
}

static PyObject *
fn_napms(PyObject *m, PyObject *ms)
{
    int n, code;
    if (!curses_int(ms, &n) || !curses_has_screen())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = nc.napms(n);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(code);
}

/* ---- questions ---- */

#define QUESTION(name) \
    static PyObject *fn_##name(PyObject *m, PyObject *unused) { return curses_has_screen() ? PyBool_FromLong(nc.name()) : NULL; }
QUESTION(has_ic) QUESTION(has_il) QUESTION(isendwin)
#undef QUESTION

static PyObject *fn_baudrate(PyObject *m, PyObject *unused) { return curses_has_screen() ? PyLong_FromLong(nc.baudrate()) : NULL; }
static PyObject *fn_termattrs(PyObject *m, PyObject *unused) { return curses_has_screen() ? PyLong_FromUnsignedLong(nc.termattrs()) : NULL; }

static PyObject *
one_char(char c)
{
    return PyBytes_FromStringAndSize(&c, 1);
}

static PyObject *fn_erasechar(PyObject *m, PyObject *unused) { return curses_has_screen() ? one_char(nc.erasechar()) : NULL; }
static PyObject *fn_killchar(PyObject *m, PyObject *unused) { return one_char(nc.killchar()); }

static PyObject *
some_text(const char *text)
{
    return text != NULL ? PyBytes_FromString(text) : curses_failed();
}

static PyObject *fn_longname(PyObject *m, PyObject *unused) { return curses_has_screen() ? some_text(nc.longname()) : NULL; }
static PyObject *fn_termname(PyObject *m, PyObject *unused) { return curses_has_screen() ? some_text(nc.termname()) : NULL; }

#define DOC(name, arguments, text) CURSES_DOC(#name "($module, " arguments "/)", text)
#define FN(name, flags, arguments, text) { #name, _PyCFunction_CAST(fn_##name), flags, DOC(name, arguments, text) }
#define NONE(name, text) FN(name, METH_NOARGS, "", text)
#define FLAG(name, text) FN(name, METH_FASTCALL, "flag=True, ", text)
PyMethodDef curses_mode_functions[] = {
    NONE(baudrate, "Speed of the terminal's output in bits a second."),
    NONE(beep, "A short sound."),
    FLAG(cbreak, "Keys arrive one by one, not line by line; signal keys keep their meaning."),
    FN(curs_set, METH_O, "visibility, ", "How visible the cursor is: 0 not, 1 normally, 2 very; the answer is what it was."),
    NONE(def_prog_mode, "Remember the terminal's modes as those of the program."),
    NONE(def_shell_mode, "Remember the terminal's modes as those of the shell."),
    FN(delay_output, METH_O, "ms, ", "A pause in the output, in milliseconds."),
    NONE(doupdate, "Bring the terminal up to date with the virtual screen."),
    FLAG(echo, "Typed characters are shown."),
    NONE(endwin, "Give the terminal back to the shell."),
    NONE(erasechar, "The character that erases one."),
    NONE(filter, "Use one line only; to be called before initscr()."),
    NONE(flash, "Flash the screen."),
    NONE(get_escdelay, "Milliseconds to wait for the rest of an escape sequence."),
    NONE(get_tabsize, "Columns of a tab."),
    FN(halfdelay, METH_O, "tenths, ", "As cbreak(), but reading fails after so many tenths of a second."),
    NONE(has_ic, "Can the terminal insert and delete characters?"),
    NONE(has_il, "Can the terminal insert and delete lines?"),
    FN(intrflush, METH_O, "flag, ", "Whether an interrupt key throws away waiting output."),
    NONE(isendwin, "Was endwin() called last?"),
    NONE(killchar, "The character that erases a line."),
    NONE(longname, "The terminal's name as terminfo describes it."),
    FN(meta, METH_O, "yes, ", "Whether characters of eight bits may arrive."),
    FN(mouseinterval, METH_O, "interval, ", "Longest time between press and release of a click, in milliseconds."),
    FN(napms, METH_O, "ms, ", "Sleep some milliseconds."),
    FLAG(nl, "Return arrives as newline, and newline is written with a return."),
    NONE(nocbreak, "Keys arrive line by line."),
    NONE(noecho, "Typed characters are not shown."),
    NONE(nonl, "Return and newline are left as they are."),
    NONE(noqiflush, "An interrupt key leaves the queues alone."),
    NONE(noraw, "Leave raw mode."),
    FLAG(qiflush, "An interrupt key empties the queues."),
    FLAG(raw, "Keys arrive one by one, signal keys too."),
    NONE(reset_prog_mode, "Go back to the modes of the program."),
    NONE(reset_shell_mode, "Go back to the modes of the shell."),
    NONE(resetty, "Go back to the modes that savetty() remembered."),
    NONE(savetty, "Remember the terminal's modes."),
    FN(set_escdelay, METH_O, "ms, ", "Milliseconds to wait for the rest of an escape sequence."),
    FN(set_tabsize, METH_O, "size, ", "Columns of a tab."),
    NONE(termattrs, "All attributes that the terminal can show."),
    NONE(termname, "The terminal's name, as in TERM."),
    FN(typeahead, METH_O, "fd, ", "The descriptor that tells whether somebody types; -1: none."),
    FN(use_env, METH_O, "flag, ", "Whether LINES and COLUMNS of the environment count; to be called before initscr()."),
    { NULL },
};
