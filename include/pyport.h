/* pyport.h: integer types, casts, attributes of compilers: what every other header stands on. */
#ifndef Py_PYPORT_H
#define Py_PYPORT_H

#include "pyconfig.h"
#include "patchlevel.h"
#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <wchar.h>
#ifdef ADDER_CORE
#include <stdbool.h>
#endif
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 < 0x030b0000
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#endif
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 < 0x030d0000
#include <ctype.h>
#include <unistd.h>
#endif

#ifdef __has_builtin
#define _Py__has_builtin(x) __has_builtin(x)
#else
#define _Py__has_builtin(x) 0
#endif
#ifdef __has_attribute
#define _Py__has_attribute(x) __has_attribute(x)
#else
#define _Py__has_attribute(x) 0
#endif
#define _Py_TYPEOF(expr) __typeof__(expr)

/* A cast between related types warns in C++ where static_cast would; _Py_CAST is for all others. */
#ifdef __cplusplus
#define _Py_STATIC_CAST(type, expr) static_cast<type>(expr)
#else
#define _Py_STATIC_CAST(type, expr) ((type)(expr))
#endif
#define _Py_CAST(type, expr) ((type)(expr))
/* Casts to a struct check the type in extensions built without NDEBUG; our own sources know what they cast. */
#ifdef ADDER_CORE
#define ADDER_ASSERT(cond) ((void)0)
#else
#define ADDER_ASSERT(cond) assert(cond)
#endif
#if (defined(__cplusplus) && __cplusplus >= 201103L) || (!defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L && !defined(__clang__) && __GNUC__ >= 13)
#define _Py_NULL nullptr
#else
#define _Py_NULL NULL
#endif

/* Integer types and their limits. */
typedef ssize_t Py_ssize_t;
#define SIZEOF_PY_HASH_T SIZEOF_SIZE_T
typedef Py_ssize_t Py_hash_t;
#define SIZEOF_PY_UHASH_T SIZEOF_SIZE_T
typedef size_t Py_uhash_t;
typedef Py_ssize_t Py_ssize_clean_t;
typedef intptr_t Py_intptr_t;
typedef uintptr_t Py_uintptr_t;

#define HAVE_LONG_LONG 1
#define PY_LONG_LONG long long
#define PY_LLONG_MIN LLONG_MIN
#define PY_LLONG_MAX LLONG_MAX
#define PY_ULLONG_MAX ULLONG_MAX
#define PY_UINT32_T uint32_t
#define PY_UINT64_T uint64_t
#define PY_INT32_T int32_t
#define PY_INT64_T int64_t
#define PYLONG_BITS_IN_DIGIT 30
#define PY_SIZE_MAX SIZE_MAX
#define PY_SSIZE_T_MAX SSIZE_MAX
#define PY_SSIZE_T_MIN (-PY_SSIZE_T_MAX - 1)
#define PY_DWORD_MAX 4294967295U
#define PY_FORMAT_SIZE_T "z"
#define Py_LL(x) x##LL
#define Py_ULL(x) Py_LL(x##U)

#define PY_LITTLE_ENDIAN 1
#define PY_BIG_ENDIAN 0

#define Py_SAFE_DOWNCAST(VALUE, WIDE, NARROW) _Py_STATIC_CAST(NARROW, (VALUE))
#define Py_ARITHMETIC_RIGHT_SHIFT(TYPE, I, J) ((I) >> (J))
#define Py_FORCE_EXPANSION(X) X
#define Py_VA_COPY va_copy
#if !defined(Py_LIMITED_API) || Py_LIMITED_API+0 < 0x030b0000
#define Py_MEMCPY memcpy
#endif

/* Attributes. */
#define Py_LOCAL(type) static type
#define Py_LOCAL_INLINE(type) static inline type
#define Py_GCC_ATTRIBUTE(x) __attribute__(x)
#define Py_ALWAYS_INLINE __attribute__((always_inline))
#define Py_NO_INLINE __attribute__((noinline))
#define Py_ALIGNED(x) __attribute__((aligned(x)))
#define _Py_HOT_FUNCTION __attribute__((hot))
#define _Py_NO_RETURN __attribute__((__noreturn__))
#if _Py__has_attribute(nonstring)
#define _Py_NONSTRING __attribute__((nonstring))
#else
#define _Py_NONSTRING
#endif
/* Our own sources must go on calling and defining what is deprecated for others. */
#ifdef ADDER_CORE
#define Py_DEPRECATED(VERSION)
#else
#define Py_DEPRECATED(VERSION) __attribute__((__deprecated__))
#endif
#define _Py_DEPRECATED_EXTERNALLY(version) Py_DEPRECATED(version)
#define _Py_COMP_DIAG_PUSH _Pragma("GCC diagnostic push")
#define _Py_COMP_DIAG_IGNORE_DEPR_DECLS _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define _Py_COMP_DIAG_POP _Pragma("GCC diagnostic pop")

/* Facts that old code asks for. */
#define Py_CAN_START_THREADS 1
#define WITH_THREAD
#define PY_CXX_CONST

#include "pymacro.h"
#include "exports.h"

#endif
