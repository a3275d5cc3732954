/* opcode.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_OPCODE_H
#define Py_OPCODE_H

#include "opcode_ids.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_ADD 0
#define NB_AND 1
#define NB_FLOOR_DIVIDE 2
#define NB_INPLACE_ADD 13
#define NB_INPLACE_AND 14
#define NB_INPLACE_FLOOR_DIVIDE 15
#define NB_INPLACE_LSHIFT 16
#define NB_INPLACE_MATRIX_MULTIPLY 17
#define NB_INPLACE_MULTIPLY 18
#define NB_INPLACE_OR 20
#define NB_INPLACE_POWER 21
#define NB_INPLACE_REMAINDER 19
#define NB_INPLACE_RSHIFT 22
#define NB_INPLACE_SUBTRACT 23
#define NB_INPLACE_TRUE_DIVIDE 24
#define NB_INPLACE_XOR 25
#define NB_LSHIFT 3
#define NB_MATRIX_MULTIPLY 4
#define NB_MULTIPLY 5
#define NB_OPARG_LAST 25
#define NB_OR 7
#define NB_POWER 8
#define NB_REMAINDER 6
#define NB_RSHIFT 9
#define NB_SUBTRACT 10
#define NB_TRUE_DIVIDE 11
#define NB_XOR 12

#ifdef __cplusplus
}
#endif
#endif
