/* object/core/exc_types.c: the exception types that add nothing to their base, out of exc_types.def. */
#include "object/core/exc_slots.h"

/* The family of slots that a base hands down, as far as the type states them itself. */
#define PLAIN .tp_basicsize = sizeof(PyBaseExceptionObject), EXC_BASE_SLOTS(base), .tp_new = exc_base_new
#define IMPORT .tp_basicsize = sizeof(PyImportErrorObject), EXC_BASE_SLOTS(import)
#define NAME .tp_basicsize = sizeof(PyNameErrorObject), EXC_BASE_SLOTS(name)
#define OS .tp_basicsize = sizeof(PyOSErrorObject), EXC_BASE_SLOTS(os)
#define SYNTAX .tp_basicsize = sizeof(PySyntaxErrorObject), EXC_BASE_SLOTS(syntax)

#define SLOTS_BaseException PLAIN
#define SLOTS_Exception PLAIN
#define SLOTS_ArithmeticError PLAIN
#define SLOTS_LookupError PLAIN
#define SLOTS_RuntimeError PLAIN
#define SLOTS_ValueError PLAIN
#define SLOTS_Warning PLAIN
#define SLOTS_ImportError IMPORT
#define SLOTS_NameError NAME
#define SLOTS_OSError OS
#define SLOTS_ConnectionError OS
#define SLOTS_SyntaxError SYNTAX
#define SLOTS_IndentationError SYNTAX

#define EXC_OWN(name)
#define EXC_SIMPLE(name, base, doc) \
    PyTypeObject _PyExc_##name = { \
        PyVarObject_HEAD_INIT(NULL, 0) .tp_name = #name, .tp_base = &_PyExc_##base, .tp_doc = doc, SLOTS_##base }; \
    PyObject *PyExc_##name = (PyObject *)&_PyExc_##name;
#include "object/core/exc_types.def"

/* The parser raises this one; its name in Python has an underscore, and there is no PyExc_ pointer to it. */
PyTypeObject _PyExc_IncompleteInputError = {
    PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "_IncompleteInputError", .tp_base = &_PyExc_SyntaxError,
    .tp_doc = "The input ends in the middle of a statement.", SYNTAX
};

PyObject *PyExc_EnvironmentError = (PyObject *)&_PyExc_OSError;
PyObject *PyExc_IOError = (PyObject *)&_PyExc_OSError;

/* What module _interpreters raises; it adds them to its namespace itself. */
PyAPI_DATA(PyObject *) PyExc_InterpreterError;
PyAPI_DATA(PyObject *) PyExc_InterpreterNotFoundError;

PyTypeObject _PyExc_InterpreterError = {
    PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "interpreters.InterpreterError", .tp_base = &_PyExc_Exception,
    .tp_doc = "A cross-interpreter operation failed.", PLAIN
};
PyTypeObject _PyExc_InterpreterNotFoundError = {
    PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "interpreters.InterpreterNotFoundError",
    .tp_base = &_PyExc_InterpreterError, .tp_doc = "There is no such interpreter.", PLAIN
};
PyObject *PyExc_InterpreterError = (PyObject *)&_PyExc_InterpreterError;
PyObject *PyExc_InterpreterNotFoundError = (PyObject *)&_PyExc_InterpreterNotFoundError;
