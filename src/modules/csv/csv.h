/* modules/csv/csv.h: the objects of _csv; layouts are as CPython's. */
#ifndef ADDER_MODULES_CSV_H
#define ADDER_MODULES_CSV_H

#include <Python.h>

enum csv_quoting { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL };
#define CSV_NOT_SET ((Py_UCS4)-1)

struct csv_module {
    PyObject *error, *dialects;          /* Error; dict of registered dialects */
    PyTypeObject *dialect_type, *reader_type, *writer_type;
    Py_ssize_t field_limit;
    PyObject *write_name;                /* "write" */
};

struct csv_dialect {
    PyObject_HEAD
    char doublequote, skipinitialspace, strict;
    int quoting;
    Py_UCS4 delimiter, quotechar, escapechar;     /* CSV_NOT_SET: none */
    PyObject *lineterminator;
};

extern struct PyModuleDef csv_module_def;
extern PyType_Spec csv_dialect_spec, csv_reader_spec, csv_writer_spec;

/* The module state behind one of its types or a subclass. */
struct csv_module *csv_state_of(PyObject *self);
/* Dialect(dialect, **kwargs), or the registered one of that name; NULL with an exception. */
PyObject *csv_call_dialect(struct csv_module *m, PyObject *dialect, PyObject *kwargs);
PyObject *csv_get_dialect(struct csv_module *m, PyObject *name);

PyObject *csv_reader(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *csv_writer(PyObject *module, PyObject *args, PyObject *kwargs);

#endif
