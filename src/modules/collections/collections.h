/* modules/collections/collections.h: what the files of _collections share. */
#ifndef ADDER_MODULES_COLLECTIONS_H
#define ADDER_MODULES_COLLECTIONS_H

#include <Python.h>

struct collections_state {
    PyTypeObject *deque, *deque_iter, *deque_reviter, *defaultdict, *tuplegetter;
};

extern struct PyModuleDef collections_module;
extern PyType_Spec deque_spec, deque_iter_spec, deque_reviter_spec;

static inline struct collections_state *collections_state_of(PyTypeObject *type)
{
    PyObject *m = PyType_GetModuleByDef(type, &collections_module);
    return m == NULL ? NULL : PyModule_GetState(m);
}

#endif
