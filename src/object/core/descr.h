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

/* The vectorcall of a method descriptor with these flags; NULL with SystemError for a bad combination. */
vectorcallfunc descr_vectorcall_for(PyMethodDef *def);

/* The bound form of a wrapper descriptor: self.__add__ of an int. */
extern PyTypeObject _PyMethodWrapper_Type;
struct method_wrapper {
    PyObject ob_base;
    PyWrapperDescrObject *descr;
    PyObject *self;
};

static inline bool descr_is_method(PyObject *o) { return Py_IS_TYPE(o, &PyMethodDescr_Type); }

/* Docstring helpers: the part of a C doc after the signature, and the signature "(...)" itself; without one in the
 * text, METH_NOARGS and METH_O functions still have a known one. None when there is none; NULL with an exception. */
OWNED PyObject *descr_doc_text(const char *name, const char *doc);
OWNED PyObject *descr_doc_signature(const char *name, const char *doc, int flags);

/* builtins.name of the running interpreter: new reference, or NULL with AttributeError. */
OWNED PyObject *descr_builtin(PyObject *name);
/* o.__isabstractmethod__ is true: 1, 0, -1. NULL is not abstract. */
int descr_is_abstract(PyObject *o);

#endif
