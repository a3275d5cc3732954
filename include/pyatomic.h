/* pyatomic.h: atomic operations by type. */
#ifndef Py_ATOMIC_H
#define Py_ATOMIC_H

#ifndef Py_LIMITED_API
#include "cpython/pyatomic.h"
#endif

#endif
