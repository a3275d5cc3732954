/* object/core/args.c: argument checks of builtin callables, in the words every Python user knows. */
#include "object/core/call.h"

#include "object/core/err.h"
#include "object/core/suggest.h"

int
args_no_keywords(const char *name, PyObject *kwargs)
{
    if (kwargs == NULL || (PyDict_CheckExact(kwargs) && PyDict_GET_SIZE(kwargs) == 0))
        return 1;
    if (!PyDict_CheckExact(kwargs)) {
        PyErr_BadInternalCall();
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%.200s() takes no keyword arguments", name);
    return 0;
}

int
args_no_kwnames(const char *name, PyObject *kwnames)
{
    if (kwnames == NULL || PyTuple_GET_SIZE(kwnames) == 0)
        return 1;
    PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
    return 0;
}

int
args_no_positional(const char *name, PyObject *args)
{
    if (args == NULL || (PyTuple_CheckExact(args) && PyTuple_GET_SIZE(args) == 0))
        return 1;
    if (!PyTuple_CheckExact(args)) {
        PyErr_BadInternalCall();
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%.200s() takes no positional arguments", name);
    return 0;
}

int
args_count(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max)
{
    if (nargs >= min && nargs <= max)
        return 1;
    bool few = nargs < min;
    Py_ssize_t wanted = few ? min : max;
    const char *bound = min == max ? "" : few ? "at least " : "at most ";
    if (name != NULL)
        PyErr_Format(PyExc_TypeError, "%.200s expected %s%zd argument%s, got %zd", name, bound, wanted,
                     wanted == 1 ? "" : "s", nargs);
    else
        PyErr_Format(PyExc_TypeError, "unpacked tuple should have %s%zd element%s, but has %zd", bound, wanted,
                     wanted == 1 ? "" : "s", nargs);
    return 0;
}

void
args_bad(const char *fname, const char *displayname, const char *expected, PyObject *arg)
{
    PyErr_Format(PyExc_TypeError, "%.200s() %.200s must be %.50s, not %.50s", fname, displayname, expected,
                 arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
}

int _PyArg_NoKeywords(const char *name, PyObject *kwargs) { return args_no_keywords(name, kwargs); }
int _PyArg_NoPositional(const char *name, PyObject *args) { return args_no_positional(name, args); }

int
_PyArg_CheckPositional(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max)
{
    return args_count(name, nargs, min, max);
}

void
_PyArg_BadArgument(const char *fname, const char *displayname, const char *expected, PyObject *arg)
{
    args_bad(fname, displayname, expected, arg);
}

/* ---- keywords by name ---- */

/* The call to unpack, seen alike from both conventions. */
struct unpack {
    const char *fname;                     /* NULL: "function" */
    const char *const *names;              /* "" for positional-only */
    int n, min, max_positional;
    PyObject *const *args;
    Py_ssize_t nargs;
    PyObject *kwnames;                     /* tuple of names, values follow args; or NULL */
    PyObject *kwargs;                      /* dict; or NULL */
};

static const char *call_name(const struct unpack *u) { return u->fname == NULL ? "function" : u->fname; }
static const char *call_parens(const struct unpack *u) { return u->fname == NULL ? "" : "()"; }

static Py_ssize_t
keyword_count(const struct unpack *u)
{
    if (u->kwnames != NULL)
        return PyTuple_GET_SIZE(u->kwnames);
    return u->kwargs == NULL ? 0 : PyDict_GET_SIZE(u->kwargs);
}

static int
bad_count(const struct unpack *u, const char *bound, int wanted, const char *kind, Py_ssize_t given)
{
    PyErr_Format(PyExc_TypeError, "%.200s%s takes %s %d %sargument%s (%zd given)", call_name(u), call_parens(u),
                 bound, wanted, kind, wanted == 1 ? "" : "s", given);
    return -1;
}

static int
check_counts(const struct unpack *u, Py_ssize_t nkw)
{
    int posonly = 0;
    if (u->nargs + nkw > u->n)
        return bad_count(u, "at most", u->n, u->nargs == 0 ? "keyword " : "", u->nargs + nkw);
    if (u->nargs > u->max_positional) {
        if (u->max_positional > 0)
            return bad_count(u, u->min < u->max_positional ? "at most" : "exactly", u->max_positional, "positional ", u->nargs);
        PyErr_Format(PyExc_TypeError, "%.200s%s takes no positional arguments", call_name(u), call_parens(u));
        return -1;
    }
    while (posonly < u->n && u->names[posonly][0] == '\0')
        posonly++;
    int needed = posonly < u->min ? posonly : u->min;
    if (u->nargs < needed)
        return bad_count(u, needed < u->max_positional ? "at least" : "exactly", needed, "positional ", u->nargs);
    return 0;
}

/* Value of the keyword `name`, borrowed; NULL if it is not given, NULL with an exception on failure. */
static PyObject *
keyword_value(const struct unpack *u, const char *name)
{
    if (u->kwnames != NULL) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(u->kwnames); i++)
            if (PyUnicode_EqualToUTF8(PyTuple_GET_ITEM(u->kwnames, i), name))
                return u->args[u->nargs + i];
        return NULL;
    }
    PyObject *value;
    if (PyDict_GetItemStringRef(u->kwargs, name, &value) > 0)
        Py_DECREF(value);                  /* the dict keeps it */
    return value;
}

/* Is this the name, by the key's own idea of equality? 1, 0, -1. */
static int
same_name(PyObject *key, const char *name)
{
    if (PyUnicode_CheckExact(key))
        return PyUnicode_EqualToUTF8(key, name);
    PyObject *text = PyUnicode_FromString(name);
    int rc = text == NULL ? -1 : PyObject_RichCompareBool(text, key, Py_EQ);
    Py_XDECREF(text);
    return rc;
}

/* Index of the parameter; -1: there is none, -2: with an exception. */
static int
name_index(const struct unpack *u, PyObject *key)
{
    for (int i = 0; i < u->n; i++) {
        int same = u->names[i][0] == '\0' ? 0 : same_name(key, u->names[i]);
        if (same != 0)
            return same < 0 ? -2 : i;
    }
    return -1;
}

static void
unexpected_keyword(const struct unpack *u, PyObject *key)
{
    PyObject *names = PyList_New(0), *near = NULL;
    for (int i = 0; names != NULL && i < u->n; i++) {
        PyObject *name = u->names[i][0] == '\0' ? NULL : PyUnicode_FromString(u->names[i]);
        if (name != NULL && PyList_Append(names, name) < 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    if (names != NULL)
        near = suggest_name(names, key);
    Py_XDECREF(names);
    PyErr_Clear();
    if (near != NULL)
        PyErr_Format(PyExc_TypeError, "%.200s%s got an unexpected keyword argument '%S'. Did you mean '%S'?",
                     call_name(u), call_parens(u), key, near);
    else
        PyErr_Format(PyExc_TypeError, "%.200s%s got an unexpected keyword argument '%S'", call_name(u), call_parens(u), key);
    Py_XDECREF(near);
}

/* Some keyword was not used: says which, and why. */
static int
complain_keyword(const struct unpack *u, PyObject *key)
{
    if (!PyUnicode_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "keywords must be strings");
        return -1;
    }
    int i = name_index(u, key);
    if (i == -1)
        unexpected_keyword(u, key);
    else if (i >= 0 && i < u->nargs && PyUnicode_EqualToUTF8(key, u->names[i]))
        PyErr_Format(PyExc_TypeError, "argument for %.200s%s given by name ('%U') and position (%d)",
                     call_name(u), call_parens(u), key, i + 1);
    else if (i >= 0)
        return 0;
    return -1;
}

static int
complain_keywords(const struct unpack *u)
{
    if (u->kwnames != NULL) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(u->kwnames); i++)
            if (complain_keyword(u, PyTuple_GET_ITEM(u->kwnames, i)) < 0)
                return -1;
    }
    else {
        PyObject *key, *value;
        for (Py_ssize_t i = 0; PyDict_Next(u->kwargs, &i, &key, &value);)
            if (complain_keyword(u, key) < 0)
                return -1;
    }
    PyErr_Format(PyExc_TypeError, "invalid keyword argument for %.200s%s", u->fname == NULL ? "this function" : u->fname,
                 call_parens(u));
    return -1;
}

/* Fills out[]; counts have been checked. */
static int
take(const struct unpack *u, PyObject **out)
{
    Py_ssize_t left = keyword_count(u);
    for (int i = 0; i < u->n; i++) {
        out[i] = i < u->nargs ? u->args[i] : NULL;
        if (i >= u->nargs && left > 0 && u->names[i][0] != '\0') {
            out[i] = keyword_value(u, u->names[i]);
            if (out[i] != NULL)
                left--;
            else if (PyErr_Occurred())
                return -1;
        }
        if (out[i] == NULL && i < u->min) {
            if (u->names[i][0] != '\0')
                PyErr_Format(PyExc_TypeError, "%.200s%s missing required argument '%s' (pos %d)", call_name(u),
                             call_parens(u), u->names[i], i + 1);
            else
                PyErr_BadInternalCall();
            return -1;
        }
    }
    return left > 0 ? complain_keywords(u) : 0;
}

static int
unpack(const struct unpack *u, PyObject **out)
{
    return check_counts(u, keyword_count(u)) < 0 ? -1 : take(u, out);
}

int
args_keywords(const char *fname, PyObject *const *values, PyObject *kwnames, const char *const *names, int n, PyObject **out)
{
    struct unpack u = { fname, names, n, 0, 0, values, 0, kwnames, NULL };
    return take(&u, out);
}

int
args_unpack(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
            const char *const *names, int n, int min, int max_positional, PyObject **out)
{
    struct unpack u = { fname, names, n, min, max_positional, args, nargs, kwnames, NULL };
    if (kwnames == NULL && nargs >= min && nargs <= max_positional) {
        for (int i = 0; i < n; i++)
            out[i] = i < nargs ? args[i] : NULL;
        return 0;
    }
    return unpack(&u, out);
}

int
args_unpack_tuple(const char *fname, PyObject *args, PyObject *kwargs,
                  const char *const *names, int n, int min, int max_positional, PyObject **out)
{
    struct unpack u = { fname, names, n, min, max_positional, &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), NULL,
                        kwargs };
    return unpack(&u, out);
}
