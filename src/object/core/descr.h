/* object/core/descr.h: descriptors made from C tables, property, and the wrappers around slots.
 * Layouts of the method, member, getset and wrapper descriptors are public (cpython/descrobject.h). */
#ifndef ADDER_OBJECT_CORE_DESCR_H
#define ADDER_OBJECT_CORE_DESCR_H

#include <Python.h>

#include "base/own.h"

struct property {
    PyObject ob_base;
    PyObject *get, *set, *del;       /* callables or NULL */
    PyObject *doc;                   /* NULL when none; subclasses keep theirs in the instance dict */
    PyObject *name;                  /* from __set_name__, or NULL */
    int getter_doc;                  /* the docstring came from the getter */
};

struct mappingproxy {
    PyObject ob_base;
    PyObject *mapping;
};

struct classmethod {                 /* staticmethod has the same layout */
    PyObject ob_base;
    PyObject *callable;
    PyObject *dict;
};

/* self.name(*args) for a slot: the C function behind a wrapper descriptor of exactly this slot. */
PyAPI_DATA(PyTypeObject) _PyMethodWrapper_Type;

static inline bool descr_is_method(PyObject *o) { return Py_IS_TYPE(o, &PyMethodDescr_Type); }
/* Call a method descriptor's C function for every METH_ combination: the vectorcall of the descriptor, chosen once.
 * NULL with SystemError for a bad combination. */
vectorcallfunc descr_method_vectorcall(PyMethodDef *def, const char *owner);

/* Docstring helpers: the part of a C doc after the signature, and the signature "(...)" itself.
 * None when there is none; NULL with an exception. */
OWNED PyObject *descr_doc_text(const char *name, const char *doc);
OWNED PyObject *descr_doc_signature(const char *name, const char *doc);

#endif
