/* vm/traceback.h: traceback objects and the printer that works without Python code. */
#ifndef ADDER_VM_TRACEBACK_H
#define ADDER_VM_TRACEBACK_H

#include <Python.h>
#include <frameobject.h>

/* Print tb ("Traceback (most recent call last):", entries with source and carets) to a file object; 0 or -1.
 * indent: columns in front of every line; margin: text in front of the indent, or NULL. */
int traceback_print(PyObject *tb, PyObject *file, int indent, const char *margin, const char *header);
int traceback_here(PyFrameObject *frame);
/* An entry for the frame as it stands, in front of `next` (NULL: none). New reference or NULL. */
PyAPI_FUNC(PyObject *) _PyTraceBack_FromFrame(PyObject *next, PyFrameObject *frame);
/* Source line `lineno` of filename, dedented, written with `indent` blanks; 1 when it could not be found, 0, -1. */
PyAPI_FUNC(int) _Py_DisplaySourceLine(PyObject *, PyObject *, int, int, int *, PyObject **);
PyAPI_FUNC(void) _PyTraceback_Add(const char *, const char *, int);
#endif
