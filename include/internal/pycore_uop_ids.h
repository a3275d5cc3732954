/* internal/pycore_uop_ids.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_CORE_UOP_IDS_H
#define Py_CORE_UOP_IDS_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
