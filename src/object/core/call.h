/* object/core/call.h: calling objects. The public PyObject_Call* and PyVectorcall_* are defined in call.c too.
 *
 * Vectorcall convention: args[0 .. nargs-1] positional, then one value per name of the tuple kwnames; nargsf may carry
 * PY_VECTORCALL_ARGUMENTS_OFFSET, which lets the callee change args[-1] for the time of the call. */
#ifndef ADDER_OBJECT_CORE_CALL_H
#define ADDER_OBJECT_CORE_CALL_H

#include <Python.h>

#include "base/own.h"
#include "rt/thread.h"

/* Call through tp_call; keywords are a dict, a kwnames tuple or NULL. */
OWNED PyObject *call_tp(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
/* tp_call or vectorcall with a tuple and a dict (or NULL). */
OWNED PyObject *call_tuple(PyThreadState *ts, PyObject *callable, PyObject *args, PyObject *kwargs);

/* SystemError when result and error state contradict each other; `where` names the callee if callable is NULL.
 * Takes and gives back the reference to result. */
PyObject *call_bad_result(PyThreadState *ts, PyObject *callable, PyObject *result, const char *where);
static inline PyObject *
call_check_result(PyThreadState *ts, PyObject *callable, PyObject *result, const char *where)
{
    PyObject *raised = ts->current_exception;
    if (LIKELY(result != NULL)) {
        if (LIKELY(raised == NULL))
            return result;
    }
    else if (LIKELY(raised != NULL))
        return NULL;
    return call_bad_result(ts, callable, result, where);
}

static inline vectorcallfunc call_vector_fn(PyObject *callable)
{
    PyTypeObject *t = Py_TYPE(callable);
    if (!PyType_HasFeature(t, Py_TPFLAGS_HAVE_VECTORCALL))
        return NULL;
    return *(vectorcallfunc *)((char *)callable + t->tp_vectorcall_offset);
}

OWNED static inline PyObject *
call_vector(PyThreadState *ts, PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    vectorcallfunc f = call_vector_fn(callable);
    if (UNLIKELY(f == NULL))
        return call_tp(ts, callable, args, PyVectorcall_NARGS(nargsf), kwnames);
    return call_check_result(ts, callable, f(callable, args, nargsf, kwnames), NULL);
}

OWNED static inline PyObject *call_none(PyThreadState *ts, PyObject *callable)
{
    return call_vector(ts, callable, NULL, 0, NULL);
}
OWNED static inline PyObject *call_one(PyThreadState *ts, PyObject *callable, PyObject *arg)
{
    PyObject *args[2] = { NULL, arg };
    return call_vector(ts, callable, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}
OWNED static inline PyObject *call_two(PyThreadState *ts, PyObject *callable, PyObject *a, PyObject *b)
{
    PyObject *args[3] = { NULL, a, b };
    return call_vector(ts, callable, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

/* callable(obj, *args, **kwargs) without a caller-visible tuple. */
OWNED PyObject *call_prepend(PyThreadState *ts, PyObject *callable, PyObject *obj, PyObject *args, PyObject *kwargs);
/* Positional arguments and a dict. */
OWNED PyObject *call_vector_dict(PyThreadState *ts, PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwargs);

/* Flatten: a new array of `nargs` positional values followed by the dict's values, with args[-1] free to use; *kwnames
 * is a new tuple of the names (all str, else TypeError). Values are new references. Release with call_free_stack. */
PyObject *const *call_unpack_dict(PyThreadState *ts, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject **kwnames);
void call_free_stack(PyObject *const *stack, Py_ssize_t nargs, PyObject *kwnames);

/* Argument checks of builtin callables: 1 if fine, else 0 with TypeError in the usual words. */
int args_no_keywords(const char *name, PyObject *kwargs);           /* kwargs: dict or NULL */
int args_no_kwnames(const char *name, PyObject *kwnames);           /* kwnames: tuple or NULL */
int args_no_positional(const char *name, PyObject *args);
int args_count(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max);
void args_bad(const char *fname, const char *displayname, const char *expected, PyObject *arg);

/* Keyword arguments of a builtin, unpacked by hand on floor 3: fills out[0..n-1] (borrowed, NULL where absent) from args
 * and kwnames by the n names in `names` ("" = positional-only; first `min` required). Messages as of PyArg_*: 0 or -1. */
int args_unpack(const char *fname, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
                const char *const *names, int n, int min, int max_positional, PyObject **out);
/* The keywords of a function that takes any number of positional arguments: out[0..n-1] from values[] by name. */
int args_keywords(const char *fname, PyObject *const *values, PyObject *kwnames, const char *const *names, int n, PyObject **out);
/* The same for tp_new / tp_init with a tuple and a dict. */
int args_unpack_tuple(const char *fname, PyObject *args, PyObject *kwargs,
                      const char *const *names, int n, int min, int max_positional, PyObject **out);

PyAPI_FUNC(PyObject *) _PyObject_MakeTpCall(PyThreadState *ts, PyObject *callable, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
PyAPI_FUNC(PyObject *) _Py_CheckFunctionResult(PyThreadState *ts, PyObject *callable, PyObject *result, const char *where);
PyAPI_FUNC(PyObject *) _PyObject_CallMethod(PyObject *obj, PyObject *name, const char *format, ...);
PyAPI_FUNC(int) _PyArg_CheckPositional(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max);
PyAPI_FUNC(int) _PyArg_NoKeywords(const char *name, PyObject *kwargs);
PyAPI_FUNC(int) _PyArg_NoPositional(const char *name, PyObject *args);
PyAPI_FUNC(void) _PyArg_BadArgument(const char *fname, const char *displayname, const char *expected, PyObject *arg);

#endif
