/* interp/args.h: the signature of a builtin as one constant, for args_unpack(). */
#ifndef ADDER_INTERP_ARGS_H
#define ADDER_INTERP_ARGS_H

#include <Python.h>

#include "object/core/call.h"

struct args_spec {
    const char *fname;            /* for messages, without "()" */
    const char *const *names;     /* NULL-terminated; "" = positional-only */
    int required;                 /* the first `required` parameters must be given */
    int max_positional;           /* parameters from here on are keyword-only */
};

/* Sort the arguments into out[], one borrowed reference or NULL per name. 0, or -1 with TypeError set. */
static inline int
args_bind(const struct args_spec *spec, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **out)
{
    int n = 0;
    while (spec->names[n] != NULL)
        n++;
    return args_unpack(spec->fname, args, nargs, kwnames, spec->names, n, spec->required, spec->max_positional, out);
}

#endif
