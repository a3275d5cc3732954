/* internal/pycore_code.h: the unit that instructions and their inline caches are made of. */
#ifndef Py_INTERNAL_CODE_H
#define Py_INTERNAL_CODE_H

#include "Python.h"
#include "internal/pycore_backoff.h"

typedef union {
    uint16_t cache;
    struct {
        uint8_t code;
        uint8_t arg;
    } op;
    _Py_BackoffCounter counter;
} _Py_CODEUNIT;

#ifndef _PyCode_CODE
#define _PyCode_CODE(CO) ((_Py_CODEUNIT *)(CO)->co_code_adaptive)
#define _PyCode_NBYTES(CO) (Py_SIZE(CO) * (Py_ssize_t)sizeof(_Py_CODEUNIT))
#endif

#endif
