/* object/core/type_slots.h: instances that consist of references. */
#ifndef ADDER_OBJECT_CORE_TYPE_SLOTS_H
#define ADDER_OBJECT_CORE_TYPE_SLOTS_H

#include <Python.h>

/* Do instances of the heap type t consist of the *n references from *offset on, for their __slots__, and of nothing else that the collector visits but t itself? */
bool type_is_plain_slots(PyTypeObject *t, Py_ssize_t *offset, Py_ssize_t *n);
/* Are they what the dict in front of them or their inline values tell, and t itself? */
bool type_is_plain_values(PyTypeObject *t);
/* Are they items of a list, the dict in front of them if tp_dictoffset is not 0, and t itself? */
bool type_is_plain_list(PyTypeObject *t);
/* The last ones of n references that go are dropped as long as they are the only ones to instances of one class, that of the last one, which hold nothing in their __slots__ but floats and what
 * never dies. Nobody notices these deaths. How many references are left. */
Py_ssize_t type_drop_slots(PyThreadState *ts, PyObject **items, Py_ssize_t n);

#endif
