/* object/core/exc.h: the exception types and exception groups. All PyExc_* pointers are defined in exc_*.c. */
#ifndef ADDER_OBJECT_CORE_EXC_H
#define ADDER_OBJECT_CORE_EXC_H

#include <Python.h>

#include "base/own.h"

/* The static types behind PyExc_* (PyExc_X == (PyObject *)&_PyExc_X). */
#define EXC_TYPE(name) extern PyTypeObject _PyExc_##name;
#include "object/core/exc_types.def"
#undef EXC_TYPE
extern PyTypeObject _PyExc_InterpreterError, _PyExc_InterpreterNotFoundError;

/* vm: the traceback type, set at start. While NULL every object is accepted as a traceback. */
extern PyTypeObject *exc_traceback_type;

#define EXC_BASE(op) ((PyBaseExceptionObject *)(op))

static inline int exc_is_class(PyObject *op)
{
    return PyType_Check(op) && PyType_FastSubclass((PyTypeObject *)op, Py_TPFLAGS_BASE_EXC_SUBCLASS);
}
static inline int exc_is_instance(PyObject *op)
{
    return PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_BASE_EXC_SUBCLASS);
}

/* Interpreter start and end: preallocated MemoryErrors. 0 or -1. */
int exc_init(void);
void exc_fini(void);
/* A MemoryError from the reserve; never fails. */
OWNED PyObject *exc_memory_error(void);

/* type() or type(*args) depending on value (None/NULL: no argument, tuple: arguments, else one argument). */
OWNED PyObject *exc_make(PyObject *type, PyObject *value);

/* Append the str to the __notes__ of an exception: 0, or -1 with an exception. */
int exc_add_note(PyObject *exc, PyObject *note);

/* except* matching: splits `exc` by `match_type` into *match and *rest (new references; *match is None when nothing
 * matched; a naked exception that matches is wrapped in an ExceptionGroup). 0 or -1. */
int exc_group_match(PyThreadState *ts, PyObject *exc, PyObject *match_type, PyObject **match, PyObject **rest);
/* What remains to be raised after the except* clauses of a try: `orig` and the list `excs` of raised and unhandled
 * parts give one exception, or None. */
OWNED PyObject *exc_prep_reraise_star(PyObject *orig, PyObject *excs);
/* The classes of an except / except* clause: -1 with TypeError if they are no exception classes. */
int exc_check_except_type(PyThreadState *ts, PyObject *type);
int exc_check_except_star_type(PyThreadState *ts, PyObject *type);

/* ExceptionGroup(msg, excs) of the right class. */
OWNED PyObject *exc_group_new(const char *msg, PyObject *excs);
int exc_is_group(PyObject *op);
/* The class ExceptionGroup, for builtins; NULL before exc_init(). */
BORROWED(interp) PyObject *exc_group_type(void);

PyAPI_FUNC(int) _PyEval_CheckExceptTypeValid(PyThreadState *ts, PyObject *right);
PyAPI_FUNC(int) _PyEval_CheckExceptStarTypeValid(PyThreadState *ts, PyObject *right);
PyAPI_FUNC(int) _PyEval_ExceptionGroupMatch(PyObject *exc, PyObject *match_type, PyObject **match, PyObject **rest);

#endif
