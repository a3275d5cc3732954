/* modules/operator/operator.h: the parts of _operator. */
#ifndef ADDER_MODULES_OPERATOR_H
#define ADDER_MODULES_OPERATOR_H

#include <Python.h>

struct operator_state { PyTypeObject *attrgetter, *itemgetter, *methodcaller; };
extern PyType_Spec attrgetter_spec, itemgetter_spec, methodcaller_spec;

#endif
