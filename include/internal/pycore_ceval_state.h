/* internal/pycore_ceval_state.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_INTERNAL_CEVAL_STATE_H
#define Py_INTERNAL_CEVAL_STATE_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
