/* object/num/float.h: float. Blocks of 24 bytes from the size-class lists. */
#ifndef ADDER_OBJECT_NUM_FLOAT_H
#define ADDER_OBJECT_NUM_FLOAT_H

#include <Python.h>

#include "base/own.h"
#include "rt/heap.h"
#include "rt/thread.h"
#include "object/core/birth.h"

static inline double float_value(PyObject *o) { return ((PyFloatObject *)o)->ob_fval; }

/* x ** y as pow() of the C library has it, to the bit. */
double float_power(double x, double y);

/* A new exact float; NULL with MemoryError. */
static inline OWNED PyObject *float_new(PyThreadState *ts, double v)
{
    PyFloatObject *o = heap_alloc_ts(ts, sizeof(*o));
    if (UNLIKELY(o == NULL))
        return PyErr_NoMemory();
    o->ob_base.ob_type = &PyFloat_Type;
    object_born((PyObject *)o);
    o->ob_fval = v;
    return (PyObject *)o;
}
/* Releases a reference to an exact float. */
static inline void float_decref(PyThreadState *ts, PyObject *o)
{
    if (_Py_IsImmortal(o))
        return;
    if (--o->ob_refcnt == 0) {
        object_dies(o);
        heap_free_sized_ts(ts, o, sizeof(PyFloatObject));
    }
}
/* Reuses `o` (exact float, owned by the caller) for the result when nobody else sees it: takes the caller's reference. */
static inline OWNED PyObject *float_reuse(PyThreadState *ts, STEALS PyObject *o, double v)
{
    if (o->ob_refcnt == 1) {
        ((PyFloatObject *)o)->ob_fval = v;
        return o;
    }
    float_decref(ts, o);
    return float_new(ts, v);
}

/* Python's x // y, x % y for floats; y must not be 0. */
double float_floor_div(double x, double y);
double float_mod(double x, double y);
/* x ** y; -1 with ZeroDivisionError or OverflowError; *is_complex set when the result is not real. */
int float_pow(double x, double y, double *out, bool *is_complex);
OWNED PyObject *float_repr(PyObject *o);
Py_hash_t float_hash(double v);

/* Shortest decimal digits that read back as v (finite): 1..17 digits without leading or trailing zeros, into buf[20];
 * value = 0.d1d2... * 10^*point. Returns their number. */
int dtoa_shortest(double v, char *buf, int *point);
/* Correctly rounded digits: `significant` true: n significant digits; false: n digits behind the decimal point (n may be
 * negative). Trailing zeros are kept. Malloc'd string of digits (free()), *point as above; NULL when out of memory. */
char *dtoa_rounded(double v, bool significant, int n, int *point);
/* |v| * 10^n, rounded to even, n behind the point; false where that has too many digits (then the caller has another way). */
bool dtoa_behind_point(double v, int n, uint64_t *digits);
/* The n significant digits of |v|, rounded to even: *digits * 10^(*exponent - n + 1); false as above, so for n outside 1..17. */
bool dtoa_significant(double v, int n, uint64_t *digits, int *exponent);
/* Powers of ten that are doubles. A whole number below 2^53, multiplied or divided by one, is rounded once, and so correctly. */
#define POWERS_OF_TEN 22
extern const double float_powers_of_ten[POWERS_OF_TEN + 1];
/* Rounds to n digits behind the point, half to even on the exact value. */
double float_round_digits(double v, int n);

#endif
