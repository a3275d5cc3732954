/* object/core/weakref.h: weak references. The referents' list of weak references hangs off the object at
 * tp_weaklistoffset (or in front of it, Py_TPFLAGS_MANAGED_WEAKREF): the plain reference and the plain proxy without
 * callbacks come first and are shared, those with callbacks follow, newest first. */
#ifndef ADDER_OBJECT_CORE_WEAKREF_H
#define ADDER_OBJECT_CORE_WEAKREF_H

#include <Python.h>

#include "base/own.h"

PyAPI_DATA(PyTypeObject) _PyWeakref_RefType;
PyAPI_DATA(PyTypeObject) _PyWeakref_ProxyType;
PyAPI_DATA(PyTypeObject) _PyWeakref_CallableProxyType;

static inline bool weakref_supported(PyTypeObject *t) { return t->tp_weaklistoffset != 0; }
/* The referent, or NULL when dead. */
static inline BORROWED(ref) PyObject *weakref_get(PyObject *ref)
{
    PyObject *o = ((PyWeakReference *)ref)->wr_object;
    return o == Py_None || Py_REFCNT(o) == 0 ? NULL : o;
}
/* Empties the references to `o` without calling callbacks: for a destructor that is about to run no Python code. */
void weakref_clear_no_callbacks(PyObject *o);
/* Takes `ref` off its referent's list and forgets the referent; the callback stays. For the collector. */
void weakref_detach(PyWeakReference *ref);
/* Number of weak references to `o`. */
Py_ssize_t weakref_count(PyObject *o);
/* Runs the callback of a dead reference; exceptions are written as unraisable. */
void weakref_call(PyWeakReference *ref, PyObject *callback);

#endif
