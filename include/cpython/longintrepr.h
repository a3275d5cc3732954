/* cpython/longintrepr.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef Py_LIMITED_API
#ifndef Py_LONGINTREPR_H
#define Py_LONGINTREPR_H

#include "../object.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t digit;
typedef int32_t sdigit;
typedef uint64_t twodigits;
typedef int64_t stwodigits;

#define PyLong_BASE 1073741824U
#define PyLong_MASK 1073741823U
#define PyLong_SHIFT 30
#define _PyLong_DECIMAL_BASE 1000000000U
#define _PyLong_DECIMAL_SHIFT 9
#define _PyLong_NON_SIZE_BITS 3
#define _PyLong_SIGN_MASK 3

typedef struct _PyLongValue {
    uintptr_t lv_tag;
    digit ob_digit[1];
} _PyLongValue;

struct _longobject {
    PyObject ob_base;
    _PyLongValue long_value;
};

PyAPI_FUNC(PyObject *) _PyLong_Copy(PyLongObject *);
PyAPI_FUNC(PyLongObject *) _PyLong_FromDigits(int, Py_ssize_t, digit *);
PyAPI_FUNC(PyLongObject *) _PyLong_New(Py_ssize_t);

static inline int _PyLong_IsCompact(const PyLongObject *op) { return op->long_value.lv_tag < (2 << _PyLong_NON_SIZE_BITS); }
static inline Py_ssize_t _PyLong_CompactValue(const PyLongObject *op)
{
    Py_ssize_t sign = 1 - (Py_ssize_t)(op->long_value.lv_tag & _PyLong_SIGN_MASK);
    return sign * (Py_ssize_t)op->long_value.ob_digit[0];
}
PyAPI_FUNC(int) PyUnstable_Long_IsCompact(const PyLongObject *);
PyAPI_FUNC(Py_ssize_t) PyUnstable_Long_CompactValue(const PyLongObject *);
#define PyUnstable_Long_IsCompact _PyLong_IsCompact
#define PyUnstable_Long_CompactValue _PyLong_CompactValue

#ifdef __cplusplus
}
#endif
#endif
#endif
