/* modules/curses/color.c: colours and pairs of them, by the functions whose numbers are ints, not shorts. */
#include "modules/curses/curses.h"

#define COMPONENT_MAX 1000

/* ---- arguments ---- */

/* A number from below 0 (cut to -1) to max; above it false with "WHAT is greater than ...". */
static bool
number_to(PyObject *o, long max, const char *too_big, int *out)
{
    int overflow;
    long n = PyLong_AsLongAndOverflow(o, &overflow);
    if (n == -1 && !overflow && PyErr_Occurred())
        return false;
    if (overflow > 0 || n > max) {
        PyErr_Format(PyExc_ValueError, too_big, (int)max);
        return false;
    }
    *out = overflow < 0 || n < 0 ? -1 : (int)n;
    return true;
}

static bool
not_negative(int n, const char *message)
{
    if (n < 0)
        PyErr_SetString(PyExc_ValueError, message);
    return n >= 0;
}

static bool
color_or_default(PyObject *o, int *out)
{
    return number_to(o, *nc.COLORS - 1L, "Color number is greater than COLORS-1 (%d).", out);
}

static bool
color(PyObject *o, int *out)
{
    return color_or_default(o, out) && not_negative(*out, "Color number is less than 0.");
}

static bool
pair(PyObject *o, int *out)
{
    return number_to(o, INT_MAX, "Color pair is greater than maximum (%d).", out) && not_negative(*out, "Color pair is less than 0.");
}

static bool
component(PyObject *o, int *out)
{
    return number_to(o, COMPONENT_MAX, "Color component is greater than %d", out) && not_negative(*out, "Color component is less than 0");
}

/* ---- functions ---- */

#define QUESTION(name) \
    static PyObject *fn_##name(PyObject *m, PyObject *unused) { return curses_has_screen() ? PyBool_FromLong(nc.name()) : NULL; }
QUESTION(can_change_color) QUESTION(has_colors)
#undef QUESTION

static PyObject *fn_has_extended_color_support(PyObject *m, PyObject *unused) { return Py_NewRef(Py_True); }

static bool ready(void) { return curses_has_screen() && curses_has_colors(); }

static PyObject *
fn_start_color(PyObject *m, PyObject *unused)
{
    if (!curses_has_screen())
        return NULL;
    if (nc.start_color() == ERR)
        return curses_check(ERR, "start_color");
    curses_stages |= CURSES_COLORS;
    struct { const char *name; int value; } numbers[] = { { "COLORS", *nc.COLORS }, { "COLOR_PAIRS", *nc.COLOR_PAIRS } };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(numbers); i++) {
        PyObject *o = PyLong_FromLong(numbers[i].value);
        int r = o == NULL ? -1 : PyDict_SetItemString(curses_dict, numbers[i].name, o);
        Py_XDECREF(o);
        if (r < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
fn_use_default_colors(PyObject *m, PyObject *unused)
{
    return ready() ? curses_check(nc.use_default_colors(), "use_default_colors") : NULL;
}

static PyObject *
fn_color_content(PyObject *m, PyObject *number)
{
    int n, r, g, b;
    if (!color(number, &n) || !ready())
        return NULL;
    if (nc.extended_color_content(n, &r, &g, &b) == ERR)
        return curses_check(ERR, "extended_color_content");
    return Py_BuildValue("(iii)", r, g, b);
}

static PyObject *
fn_init_color(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int n, r, g, b;
    if (!_PyArg_CheckPositional("init_color", nargs, 4, 4) || !color(args[0], &n) || !component(args[1], &r) || !component(args[2], &g)
        || !component(args[3], &b) || !ready())
        return NULL;
    return curses_check(nc.init_extended_color(n, r, g, b), "init_extended_color");
}

/* What went wrong with a pair's number. */
static PyObject *
pair_failed(int n, const char *function)
{
    if (n >= *nc.COLOR_PAIRS)
        return PyErr_Format(PyExc_ValueError, "Color pair is greater than COLOR_PAIRS-1 (%d).", *nc.COLOR_PAIRS - 1);
    return curses_check(ERR, function);
}

static PyObject *
fn_init_pair(PyObject *m, PyObject *const *args, Py_ssize_t nargs)
{
    int n, fg, bg;
    if (!_PyArg_CheckPositional("init_pair", nargs, 3, 3) || !pair(args[0], &n) || !color_or_default(args[1], &fg)
        || !color_or_default(args[2], &bg) || !ready())
        return NULL;
    if (nc.init_extended_pair(n, fg, bg) == ERR)
        return pair_failed(n, "init_extended_pair");
    Py_RETURN_NONE;
}

static PyObject *
fn_pair_content(PyObject *m, PyObject *number)
{
    int n, fg, bg;
    if (!pair(number, &n) || !ready())
        return NULL;
    if (nc.extended_pair_content(n, &fg, &bg) == ERR)
        return pair_failed(n, "extended_pair_content");
    return Py_BuildValue("(ii)", fg, bg);
}

static PyObject *
fn_color_pair(PyObject *m, PyObject *number)
{
    int n;
    return curses_int(number, &n) && ready() ? PyLong_FromLong(nc.COLOR_PAIR(n)) : NULL;
}

static PyObject *
fn_pair_number(PyObject *m, PyObject *attr)
{
    int n;
    return curses_int(attr, &n) && ready() ? PyLong_FromLong(nc.PAIR_NUMBER(n)) : NULL;
}

#define FN(name, flags, arguments, text) \
    { #name, _PyCFunction_CAST(fn_##name), flags, CURSES_DOC(#name "($module, " arguments "/)", text) }
PyMethodDef curses_color_functions[] = {
    FN(can_change_color, METH_NOARGS, "", "Can colours be made others?"),
    FN(color_content, METH_O, "color_number, ", "Red, green and blue of a colour, 0 to 1000 each."),
    FN(color_pair, METH_O, "pair_number, ", "The attribute that shows text in this pair of colours."),
    FN(has_colors, METH_NOARGS, "", "Has the terminal colours?"),
    FN(has_extended_color_support, METH_NOARGS, "", "May there be more than 256 pairs?"),
    FN(init_color, METH_FASTCALL, "color_number, r, g, b, ", "Make a colour another."),
    FN(init_pair, METH_FASTCALL, "pair_number, fg, bg, ", "Give a pair its two colours."),
    FN(pair_content, METH_O, "pair_number, ", "The two colours of a pair."),
    FN(pair_number, METH_O, "attr, ", "The pair of an attribute that color_pair() made."),
    FN(start_color, METH_NOARGS, "", "Make colours usable; COLORS and COLOR_PAIRS say how many there are."),
    FN(use_default_colors, METH_NOARGS, "", "Let -1 be the terminal's own colours."),
    { NULL },
};
