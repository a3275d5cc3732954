/* tests/abi/lacking.c: an extension that needs a function of a later Python. */
#include <Python.h>

extern PyObject *PyLater_FromTheFuture(void);
PyMODINIT_FUNC PyInit_lacking(void) { return PyLater_FromTheFuture(); }
