/* pymacro.h: small macros without any Python in them. */
#ifndef Py_PYMACRO_H
#define Py_PYMACRO_H

#define Py_MIN(x, y) (((y) < (x)) ? (y) : (x))
#define Py_MAX(x, y) (((y) > (x)) ? (y) : (x))
#define Py_ABS(x) ((x) < 0 ? -(x) : (x))
#define Py_CHARMASK(c) ((unsigned char)((c) & 0xff))

#define _Py_XSTRINGIFY(x) #x
#define Py_STRINGIFY(x) _Py_XSTRINGIFY(x)

/* An array whose size is negative when the condition does not hold: an error that works inside an expression. */
#define Py_BUILD_ASSERT_EXPR(cond) (sizeof(char[1 - 2 * !(cond)]) - 1)
#define Py_BUILD_ASSERT(cond) do { (void)Py_BUILD_ASSERT_EXPR(cond); } while (0)

/* In C a pointer in place of an array is an error: an array and the address of its first item differ in type. */
#ifndef __cplusplus
#define Py_ARRAY_LENGTH(array) \
    (sizeof(array) / sizeof((array)[0]) \
     + Py_BUILD_ASSERT_EXPR(!__builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0]))))
#else
#define Py_ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#endif
#define Py_MEMBER_SIZE(type, member) sizeof(((type *)0)->member)
#define _Py_CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

/* Docstrings vanish in builds without them. */
#define PyDoc_VAR(name) static const char name[]
#define PyDoc_STRVAR(name, str) PyDoc_VAR(name) = PyDoc_STR(str)
#ifdef WITH_DOC_STRINGS
#define PyDoc_STR(str) str
#else
#define PyDoc_STR(str) ""
#endif

#define _Py_SIZE_ROUND_DOWN(n, a) ((size_t)(n) & ~((size_t)(a) - 1))
#define _Py_SIZE_ROUND_UP(n, a) (((size_t)(n) + ((size_t)(a) - 1)) & ~((size_t)(a) - 1))
#define _Py_ALIGN_DOWN(p, a) ((void *)((uintptr_t)(p) & ~((uintptr_t)(a) - 1)))
#define _Py_ALIGN_UP(p, a) ((void *)(((uintptr_t)(p) + ((uintptr_t)(a) - 1)) & ~((uintptr_t)(a) - 1)))
#define _Py_IS_ALIGNED(p, a) (((uintptr_t)(p) & ((uintptr_t)(a) - 1)) == 0)

#define Py_UNUSED(name) _unused_##name __attribute__((unused))
#define Py_UNREACHABLE() __builtin_unreachable()
#define _Py_RVALUE(EXPR) ((void)0, (EXPR))
#define _Py_IS_TYPE_SIGNED(type) ((type)(-1) <= 0)

#endif
