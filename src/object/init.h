/* object/init.h: start and end of the object floor. */
#ifndef ADDER_OBJECT_INIT_H
#define ADDER_OBJECT_INIT_H

#include <Python.h>

/* Ready the static types, the tables of strings, the exceptions. After it, objects of all kinds can be made. 0 or -1. */
int objects_init(PyThreadState *ts);
/* Ready the static types of a higher floor: a NULL-terminated list. 0 or -1. */
int objects_ready_types(PyTypeObject *const *types);
void objects_fini(PyThreadState *ts);

#endif
