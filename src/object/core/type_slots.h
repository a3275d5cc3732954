/* object/core/type_slots.h: instances that consist of references. */
#ifndef ADDER_OBJECT_CORE_TYPE_SLOTS_H
#define ADDER_OBJECT_CORE_TYPE_SLOTS_H

#include <Python.h>

/* Do instances of the heap type t consist of the *n references from *offset on, for their __slots__, and of nothing else that the collector visits but t itself? */
bool type_is_plain_slots(PyTypeObject *t, Py_ssize_t *offset, Py_ssize_t *n);

#endif
