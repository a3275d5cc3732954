/* internal/pycore_code.h: the unit that instructions and their inline caches are made of. */
#ifndef Py_INTERNAL_CODE_H
#define Py_INTERNAL_CODE_H

#if !defined(Py_BUILD_CORE) && !defined(ADDER_CORE)
#error "define Py_BUILD_CORE before the first include to see what is internal"
#endif

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

/* Kinds of variables in co_localspluskinds; a cell may be a local as well. */
#define CO_FAST_HIDDEN 16
#define CO_FAST_LOCAL 32
#define CO_FAST_CELL 64
#define CO_FAST_FREE 128

/* Results of a comparison of floats as bits, and sets of them. */
#define COMPARISON_UNORDERED 1
#define COMPARISON_LESS_THAN 2
#define COMPARISON_GREATER_THAN 4
#define COMPARISON_NOT_EQUALS 7
#define COMPARISON_EQUALS 8

/* Length of the inline cache behind each instruction, in code units. */
#define INLINE_CACHE_ENTRIES_BINARY_OP 1UL
#define INLINE_CACHE_ENTRIES_BINARY_SUBSCR 1UL
#define INLINE_CACHE_ENTRIES_CALL 3UL
#define INLINE_CACHE_ENTRIES_COMPARE_OP 1UL
#define INLINE_CACHE_ENTRIES_CONTAINS_OP 1UL
#define INLINE_CACHE_ENTRIES_FOR_ITER 1UL
#define INLINE_CACHE_ENTRIES_LOAD_ATTR 9UL
#define INLINE_CACHE_ENTRIES_LOAD_GLOBAL 4UL
#define INLINE_CACHE_ENTRIES_LOAD_SUPER_ATTR 1UL
#define INLINE_CACHE_ENTRIES_SEND 1UL
#define INLINE_CACHE_ENTRIES_STORE_ATTR 4UL
#define INLINE_CACHE_ENTRIES_STORE_SUBSCR 1UL
#define INLINE_CACHE_ENTRIES_TO_BOOL 3UL
#define INLINE_CACHE_ENTRIES_UNPACK_SEQUENCE 1UL

/* Counters of instructions that specialise. */
#define ADAPTIVE_COOLDOWN_BACKOFF 0
#define ADAPTIVE_WARMUP_BACKOFF 1
#define ADAPTIVE_WARMUP_VALUE 1
#define ADAPTIVE_COOLDOWN_VALUE 52

#define CODE_MAX_WATCHERS 8

#ifndef _PyCode_CODE
#define _PyCode_CODE(CO) ((_Py_CODEUNIT *)(CO)->co_code_adaptive)
#define _PyCode_NBYTES(CO) (Py_SIZE(CO) * (Py_ssize_t)sizeof(_Py_CODEUNIT))
#endif

#endif
