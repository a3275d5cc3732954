/* internal/pycore_backoff.h: the counter in the first inline cache slot of an instruction. */
#ifndef Py_INTERNAL_BACKOFF_H
#define Py_INTERNAL_BACKOFF_H

#include <stdint.h>

/* The instruction specialises when the value has counted down to 0. */
typedef struct {
    __extension__ union {
        __extension__ struct {
            uint16_t backoff : 4;
            uint16_t value : 12;
        };
        uint16_t as_counter;
    };
} _Py_BackoffCounter;

#endif
