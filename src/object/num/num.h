/* object/num/num.h: small things that the number types share. */
#ifndef ADDER_OBJECT_NUM_NUM_H
#define ADDER_OBJECT_NUM_NUM_H

#include <Python.h>

#include "base/own.h"
#include "rt/hooks.h"

/* Issues a warning through the hook: 0, or -1 when it became an exception. */
int num_warn(PyObject *category, const char *format, ...);
/* The spec argument of __format__: 0, or -1 with TypeError unless it is a str. */
int num_check_spec(PyObject *spec);
/* (a, b), taking both over; NULL if one is NULL. */
OWNED PyObject *num_pair(STEALS PyObject *a, STEALS PyObject *b);

#endif
