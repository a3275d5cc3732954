/* interpreters/ids.h: arguments that name queues and channels, and items that outlive their interpreter. */
#ifndef ADDER_MODULES_INTERPRETERS_IDS_H
#define ADDER_MODULES_INTERPRETERS_IDS_H

#include "modules/interpreters/interp_mod.h"

/* What becomes of an item when the interpreter that sent it ends: removed, or marked as unbound (the receiver raises an
 * error, or gets a stand-in). */
enum { UNBOUND_REMOVE = 1, UNBOUND_ERROR = 2, UNBOUND_REPLACE = 3 };

static inline bool
check_unbound_op(int op)
{
    if (op >= UNBOUND_REMOVE && op <= UNBOUND_REPLACE)
        return true;
    PyErr_Format(PyExc_ValueError, "unsupported unboundop %d", op);
    return false;
}

/* A non-negative number from an index object; `kind` is "queue" or "channel". 1 or 0, as converters of PyArg_Parse are. */
static inline int
id_from_object(PyObject *arg, const char *kind, int64_t *id)
{
    if (!PyIndex_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s ID must be an int, got %.100s", kind, Py_TYPE(arg)->tp_name);
        return 0;
    }
    PyObject *n = PyNumber_Index(arg);
    int overflow = 0;
    long long v = n == NULL ? -1 : PyLong_AsLongLongAndOverflow(n, &overflow);
    Py_XDECREF(n);
    if (v == -1 && PyErr_Occurred())
        return 0;
    if (v < 0 && overflow <= 0)
        PyErr_Format(PyExc_ValueError, "%s ID must be a non-negative int, got %R", kind, arg);
    else if (overflow > 0)
        PyErr_Format(PyExc_OverflowError, "max %s ID is %lld, got %R", kind, (long long)INT64_MAX, arg);
    else {
        *id = v;
        return 1;
    }
    return 0;
}

/* Makes an exception class and puts it into the module: a new reference, or NULL. */
static inline OWNED PyObject *
add_exception(PyObject *module, const char *full_name, PyObject *base, const char *doc)
{
    PyObject *type = PyErr_NewExceptionWithDoc(full_name, doc, base, NULL);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0)
        Py_CLEAR(type);
    return type;
}

#endif
