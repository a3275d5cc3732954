/* capi/getargs.h: the engine behind PyArg_*: one format unit at a time. Private to capi/getargs*.c. */
#ifndef ADDER_CAPI_GETARGS_H
#define ADDER_CAPI_GETARGS_H

#include <Python.h>

/* What converted units have acquired, to be given back if a later unit fails. */
struct arg_cleanup { void *item; int (*release)(PyObject *owner, void *item); };

struct arg_parser {
    const char *p;                     /* next unit */
    va_list va;                        /* where results go */
    const char *fname, *message;       /* behind ':' and ';' of the format; NULL if not given */
    struct arg_cleanup small[16], *cleanups;
    int ncleanups, room;
    int levels[32];                    /* positions in nested sequences, outermost first, 0 ends */
    char text[512];                    /* what is wrong with a unit */
};

/* The format's fname and message; p->va is taken from va. */
void arg_parser_init(struct arg_parser *a, const char *format, va_list va);
/* Ends parsing; ok == 0 gives back what was acquired. Returns ok. */
int arg_parser_finish(struct arg_parser *a, int ok);

/* Converts `arg` by the unit at a->p: NULL if fine, else what is wrong (an exception may be set instead). */
const char *arg_convert(struct arg_parser *a, PyObject *arg);
/* Passes over the unit at a->p and its result pointers: NULL, or what is wrong with the format. */
const char *arg_skip(struct arg_parser *a);
/* Raises TypeError "fname() argument N <what>", unless something is raised already. */
void arg_raise(struct arg_parser *a, Py_ssize_t number, const char *what);

static inline int arg_at_end(const struct arg_parser *a) { return *a->p == '\0' || *a->p == ';' || *a->p == ':'; }

#endif
