/* modules/modargs.h: arguments of METH_FASTCALL | METH_KEYWORDS functions, for modules that see only the public API.
 *
 * MOD_BIND(out, "fname", args, nargs, kwnames, required, max_positional, "a", "b", ...) fills out[] with borrowed
 * references, NULL where absent; an empty name is positional-only. Evaluates to 0, or -1 with TypeError. */
#ifndef ADDER_MODULES_MODARGS_H
#define ADDER_MODULES_MODARGS_H

#include <Python.h>

struct mod_args { const char *fname; const char *const *names; int n, required, max_positional; };

static inline int mod_args_keyword(const struct mod_args *a, Py_ssize_t nargs, PyObject *key, PyObject *value, PyObject **out)
{
    for (int i = 0; i < a->n; i++) {
        if (a->names[i][0] == '\0' || PyUnicode_CompareWithASCIIString(key, a->names[i]) != 0)
            continue;
        if (i < nargs) {
            PyErr_Format(PyExc_TypeError, "argument for %.200s() given by name ('%s') and position (%d)", a->fname, a->names[i], i + 1);
            return -1;
        }
        out[i] = value;
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%.200s() got an unexpected keyword argument '%S'", a->fname, key);
    return -1;
}

static inline int mod_args_bind(const struct mod_args *a, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **out)
{
    Py_ssize_t nkw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    for (int i = 0; i < a->n; i++)
        out[i] = i < nargs ? args[i] : NULL;
    if (nargs + nkw > a->n) {
        PyErr_Format(PyExc_TypeError, "%.200s() takes at most %d %sargument%s (%zd given)", a->fname, a->n, nargs == 0 ? "keyword " : "",
                     a->n == 1 ? "" : "s", nargs + nkw);
        return -1;
    }
    if (nargs > a->max_positional) {
        if (a->max_positional == 0)
            PyErr_Format(PyExc_TypeError, "%.200s() takes no positional arguments", a->fname);
        else
            PyErr_Format(PyExc_TypeError, "%.200s() takes %s %d positional argument%s (%zd given)", a->fname,
                         a->required < a->max_positional ? "at most" : "exactly", a->max_positional, a->max_positional == 1 ? "" : "s", nargs);
        return -1;
    }
    int positional_only = 0;
    while (positional_only < a->required && a->names[positional_only][0] == '\0')
        positional_only++;
    if (nargs < positional_only) {
        PyErr_Format(PyExc_TypeError, "%.200s() takes %s %d positional argument%s (%zd given)", a->fname,
                     positional_only < a->max_positional ? "at least" : "exactly", positional_only, positional_only == 1 ? "" : "s", nargs);
        return -1;
    }
    for (Py_ssize_t k = 0; k < nkw; k++)
        if (mod_args_keyword(a, nargs, PyTuple_GET_ITEM(kwnames, k), args[nargs + k], out) < 0)
            return -1;
    for (int i = 0; i < a->required; i++)
        if (out[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%.200s() missing required argument '%s' (pos %d)", a->fname, a->names[i], i + 1);
            return -1;
        }
    return 0;
}

#define MOD_BIND(out, fname, args, nargs, kwnames, required, max_positional, ...) \
    mod_args_bind(&(const struct mod_args){ fname, (const char *const[]){ __VA_ARGS__ }, \
                                            (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), required, max_positional }, \
                  args, nargs, kwnames, out)

#define MOD_FASTKW(fn) ((PyCFunction)(void (*)(void))(fn))

#endif
