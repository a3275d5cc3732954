/* dynamic_annotations.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_DYNAMIC_ANNOTATIONS_H
#define ADDER_DYNAMIC_ANNOTATIONS_H

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
