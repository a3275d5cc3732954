/* internal/pycore_backoff.h: the counter in the first inline cache slot of an instruction. */
#ifndef Py_INTERNAL_BACKOFF_H
#define Py_INTERNAL_BACKOFF_H

#if !defined(Py_BUILD_CORE) && !defined(ADDER_CORE)
#error "define Py_BUILD_CORE before the first include to see what is internal"
#endif

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

#define UNREACHABLE_BACKOFF 0xFFFF
#define JUMP_BACKWARD_INITIAL_VALUE 16
#define JUMP_BACKWARD_INITIAL_BACKOFF 4
#define COLD_EXIT_INITIAL_VALUE 64
#define COLD_EXIT_INITIAL_BACKOFF 6

#endif
