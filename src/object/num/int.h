/* object/num/int.h: int. Sign and magnitude in 30-bit digits, least significant first; lv_tag = digits << 3 | sign code
 * (0 positive, 1 zero, 2 negative). An int of at most one digit is `compact`: its value is one multiplication away.
 * Ints -5 .. 256 are the static ones of _PyRuntime; every function that makes an int returns those for them, so
 * `is` behaves as in CPython.
 *
 * Functions take int objects (subclasses included) unless they say otherwise, and return new exact ints or NULL
 * with an exception. */
#ifndef ADDER_OBJECT_NUM_INT_H
#define ADDER_OBJECT_NUM_INT_H

#include <Python.h>

#include "base/own.h"
#include "rt/heap.h"
#include "rt/singletons.h"
#include "rt/thread.h"
#include "object/core/birth.h"

enum { INT_POSITIVE = 0, INT_ZERO = 1, INT_NEGATIVE = 2 };

#define INT_TAG(ndigits, signcode) (((uintptr_t)(ndigits) << _PyLong_NON_SIZE_BITS) | (uintptr_t)(signcode))
#define INT_COMPACT_BYTES (offsetof(PyLongObject, long_value.ob_digit) + sizeof(digit))
#define INT_EXACT_IN_FLOAT ((int64_t)1 << 53)        /* ints up to here are floats without rounding */

static inline PyLongObject *int_of(PyObject *o) { return (PyLongObject *)o; }
static inline digit *int_digits(PyObject *o) { return int_of(o)->long_value.ob_digit; }
static inline Py_ssize_t int_ndigits(PyObject *o) { return (Py_ssize_t)(int_of(o)->long_value.lv_tag >> _PyLong_NON_SIZE_BITS); }
static inline int int_sign(PyObject *o) { return 1 - (int)(int_of(o)->long_value.lv_tag & _PyLong_SIGN_MASK); }
static inline bool int_is_negative(PyObject *o) { return (int_of(o)->long_value.lv_tag & _PyLong_SIGN_MASK) == INT_NEGATIVE; }
static inline bool int_is_zero(PyObject *o) { return (int_of(o)->long_value.lv_tag & _PyLong_SIGN_MASK) == INT_ZERO; }

static inline bool int_is_compact(PyObject *o) { return int_of(o)->long_value.lv_tag < INT_TAG(2, 0); }
static inline Py_ssize_t int_compact_value(PyObject *o) { return (Py_ssize_t)int_sign(o) * (Py_ssize_t)int_digits(o)[0]; }
/* Both compact: one test. */
static inline bool int_both_compact(PyObject *a, PyObject *b)
{
    return (int_of(a)->long_value.lv_tag | int_of(b)->long_value.lv_tag) < INT_TAG(2, 0);
}
/* Compact and not negative: usable as an index at once. */
static inline bool int_is_index(PyObject *o) { return (int_of(o)->long_value.lv_tag & ~(uintptr_t)1) <= INT_TAG(1, 0) && !int_is_negative(o); }

OWNED PyObject *int_from_i64_slow(int64_t v);
OWNED PyObject *int_from_u64(uint64_t v);

/* The int v; NULL with MemoryError. */
static inline OWNED PyObject *int_from_i64_ts(PyThreadState *ts, int64_t v)
{
    if ((uint64_t)(v + RT_NSMALLNEG) < RT_NSMALLNEG + RT_NSMALLPOS)
        return SMALL_INT(v);
    uint64_t mag = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    PyLongObject *o;
    if (mag > PyLong_MASK || (o = heap_alloc_ts(ts, INT_COMPACT_BYTES)) == NULL)
        return int_from_i64_slow(v);
    o->ob_base.ob_type = &PyLong_Type;
    object_born((PyObject *)o);
    o->long_value.lv_tag = INT_TAG(1, v < 0 ? INT_NEGATIVE : INT_POSITIVE);
    o->long_value.ob_digit[0] = (digit)mag;
    return (PyObject *)o;
}
static inline OWNED PyObject *int_from_i64(int64_t v) { return int_from_i64_ts(ts_current(), v); }

/* Changes `o`, a compact int that nobody else sees; false (nothing done) when v is no value for that. */
static inline bool int_become(PyObject *o, Py_ssize_t v)
{
    if ((size_t)(v + RT_NSMALLNEG) < RT_NSMALLNEG + RT_NSMALLPOS || (size_t)(v + (Py_ssize_t)PyLong_MASK) > 2 * (size_t)PyLong_MASK)
        return false;
    int_of(o)->long_value.lv_tag = INT_TAG(1, v < 0 ? INT_NEGATIVE : INT_POSITIVE);
    int_digits(o)[0] = (digit)(v < 0 ? -v : v);
    return true;
}

/* Releases a reference to an exact int: the VM's shorter way. */
void int_dealloc(PyObject *o);
static inline void int_decref(PyObject *o)
{
    if (_Py_IsImmortal(o))
        return;
    if (--o->ob_refcnt == 0) {
        object_dies(o);
        int_dealloc(o);
    }
}

static inline void int_decref_ts(PyThreadState *ts, PyObject *o)
{
    if (_Py_IsImmortal(o) || --o->ob_refcnt != 0)
        return;
    object_dies(o);
    if (LIKELY(int_is_compact(o)))
        heap_free_sized_ts(ts, o, INT_COMPACT_BYTES);
    else
        int_dealloc(o);
}

OWNED PyObject *int_add_slow(PyObject *a, PyObject *b);
OWNED PyObject *int_sub_slow(PyObject *a, PyObject *b);
OWNED PyObject *int_mul_slow(PyObject *a, PyObject *b);

static inline OWNED PyObject *int_add(PyThreadState *ts, PyObject *a, PyObject *b)
{
    if (LIKELY(int_both_compact(a, b)))
        return int_from_i64_ts(ts, int_compact_value(a) + int_compact_value(b));
    return int_add_slow(a, b);
}
static inline OWNED PyObject *int_sub(PyThreadState *ts, PyObject *a, PyObject *b)
{
    if (LIKELY(int_both_compact(a, b)))
        return int_from_i64_ts(ts, int_compact_value(a) - int_compact_value(b));
    return int_sub_slow(a, b);
}
static inline OWNED PyObject *int_mul(PyThreadState *ts, PyObject *a, PyObject *b)
{
    if (LIKELY(int_both_compact(a, b)))
        return int_from_i64_ts(ts, int_compact_value(a) * int_compact_value(b));
    return int_mul_slow(a, b);
}

/* -1, 0, 1. */
int int_compare_slow(PyObject *a, PyObject *b);
static inline int int_compare(PyObject *a, PyObject *b)
{
    if (LIKELY(int_both_compact(a, b))) {
        Py_ssize_t x = int_compact_value(a), y = int_compact_value(b);
        return (x > y) - (x < y);
    }
    return int_compare_slow(a, b);
}
/* The same number. Never fails. */
static inline bool int_equal(PyObject *a, PyObject *b)
{
    return int_of(a)->long_value.lv_tag == int_of(b)->long_value.lv_tag && memcmp(int_digits(a), int_digits(b), (size_t)int_ndigits(a) * sizeof(digit)) == 0;
}

OWNED PyObject *int_floor_div(PyObject *a, PyObject *b);          /* ZeroDivisionError */
OWNED PyObject *int_mod(PyObject *a, PyObject *b);
int int_divmod(PyObject *a, PyObject *b, PyObject **div, PyObject **mod);
OWNED PyObject *int_true_div(PyObject *a, PyObject *b);           /* a float */
OWNED PyObject *int_pow(PyObject *a, PyObject *b, PyObject *c);   /* c an int or None */
OWNED PyObject *int_neg(PyObject *a);
OWNED PyObject *int_abs(PyObject *a);
OWNED PyObject *int_lshift(PyObject *a, PyObject *b);
OWNED PyObject *int_rshift(PyObject *a, PyObject *b);
OWNED PyObject *int_and(PyObject *a, PyObject *b);
OWNED PyObject *int_or(PyObject *a, PyObject *b);
OWNED PyObject *int_xor(PyObject *a, PyObject *b);
Py_hash_t int_hash(PyObject *a);
/* Text in base 2..36, with 0b/0o/0x in front when `alternate` and base is 2, 8, 16; ValueError beyond the digit limit. */
OWNED PyObject *int_to_str(PyObject *a, int base, bool alternate);
/* Same, straight into a writer: 0 or -1. */
int int_write(_PyUnicodeWriter *w, PyObject *a, int base, bool alternate);

#define INT_MAX_STR_DIGITS_DEFAULT 4300
#define INT_MAX_STR_DIGITS_THRESHOLD 640

#endif
