/* object/core/structseq.h: struct sequence types beyond the public API. */
#ifndef ADDER_OBJECT_CORE_STRUCTSEQ_H
#define ADDER_OBJECT_CORE_STRUCTSEQ_H

#include <Python.h>

#include "base/own.h"

OWNED PyAPI_FUNC(PyTypeObject *) _PyStructSequence_NewType(PyStructSequence_Desc *desc, unsigned long flags);
/* Make a static builtin type (zero-initialised) from a description; again for each interpreter. 0 or -1. */
int _PyStructSequence_InitBuiltinWithFlags(PyInterpreterState *interp, PyTypeObject *t, PyStructSequence_Desc *desc,
                                           unsigned long flags);

#endif
