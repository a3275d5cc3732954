/* vm/deps.h: facts that compiled code relies on without testing them, and who is to be told when one ceases to hold.
 *
 * A dep says "traces rely on this aspect of this subject (for this name)". The places where the fact can change cost one test of a flag
 * in the subject while nothing watches it: a dict's and a type's watcher bits, dk_watched of a key table, FUNC_WATCHED. A dep that is
 * broken is taken out, shown to trace_ops.invalidate() and freed; traces that still need it watch anew.
 *
 * Subjects are addresses, no references: death is reported like a change, under every aspect. All of it happens under the GIL. */
#ifndef ADDER_VM_DEPS_H
#define ADDER_VM_DEPS_H

#include <Python.h>

enum dep_aspect {
    DEP_TYPE_ATTR,                     /* type, name: what a lookup along the MRO finds */
    DEP_TYPE_LAYOUT,                   /* type: bases, MRO, flags, slots that no name goes with */
    DEP_KEYS_NO_NAME,                  /* shared key table, name: no instance has this attribute */
    DEP_DICT_KEY,                      /* dict, name: the value under it, or that there is none */
    DEP_DICT_SHAPE,                    /* dict: which keys it has, and where its entries lie */
    DEP_FUNC_CODE,                     /* function: __code__, how it is called */
    DEP_FUNC_DEFAULTS,                 /* function: __defaults__, __kwdefaults__ */
    DEP_CODE_INSTRUMENTED,             /* code object: no tool watches it */
    DEP_MONITORING,                    /* interpreter: no tool watches anything, no hook runs frames */
    DEP_DEATH,                         /* type, function, code object: it is alive */
    DEP_ASPECTS,
};
#define DEP_BIT(aspect) (1u << (aspect))
#define DEP_ANY (DEP_BIT(DEP_ASPECTS) - 1)

struct dep {
    struct dep *next;                  /* in its bucket */
    void *subject;
    PyObject *name;                    /* owned exact str, or NULL when the aspect has none */
    enum dep_aspect aspect;
    uint16_t ntraces;
    uint16_t *traces;                  /* who relies on it, each once */
};

/* Note that `trace` relies on this. 0, or -1 without exception: no memory, or a subject that cannot be watched. */
int dep_watch(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name, uint16_t trace);
/* Does any trace rely on it? */
bool dep_exists(PyThreadState *ts, enum dep_aspect aspect, void *subject, PyObject *name);
/* `trace` is gone: forget what it relied on. */
void dep_forget(PyThreadState *ts, uint16_t trace);
/* The aspects (DEP_BIT()s) of subject have changed, for `name` or, when that is NULL, for any name. */
void dep_break(PyThreadState *ts, const void *subject, unsigned aspects, PyObject *name);

/* For tests and statistics: deps that are watched now. */
size_t dep_count(PyThreadState *ts);

void dep_fini(PyInterpreterState *interp);

#endif
