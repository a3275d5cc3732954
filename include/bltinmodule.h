/* bltinmodule.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_BLTINMODULE_H
#define Py_BLTINMODULE_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyFilter_Type;
PyAPI_DATA(PyTypeObject) PyMap_Type;
PyAPI_DATA(PyTypeObject) PyZip_Type;

#ifdef __cplusplus
}
#endif
#endif
