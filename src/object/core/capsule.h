/* object/core/capsule.h: capsules that the collector looks into. */
#ifndef ADDER_OBJECT_CORE_CAPSULE_H
#define ADDER_OBJECT_CORE_CAPSULE_H

#include <Python.h>

PyAPI_FUNC(int) _PyCapsule_SetTraverse(PyObject *o, traverseproc traverse, inquiry clear);

#endif
