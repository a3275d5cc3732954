/* object/num/int_impl.h: shared by int_*.c: making results, and the bridge between 30-bit digits and GMP's limbs. */
#ifndef ADDER_OBJECT_NUM_INT_IMPL_H
#define ADDER_OBJECT_NUM_INT_IMPL_H

#include <gmp.h>

#include "base/size.h"
#include "object/num/int.h"

#define SHIFT PyLong_SHIFT
#define MASK PyLong_MASK
#define INT_MAX_DIGITS ((PY_SSIZE_T_MAX - (Py_ssize_t)offsetof(PyLongObject, long_value.ob_digit)) / (Py_ssize_t)sizeof(digit))

/* A positive int with room for n digits (at least 1), digits unset; OverflowError or MemoryError. */
PyLongObject *int_alloc(Py_ssize_t n);
/* Strips leading zeros, sets the sign, replaces small values by the static ints. Takes z over. NULL in, NULL out. */
OWNED PyObject *int_finish(PyLongObject *z, bool negative);
/* The value if it has at most two digits. */
static inline bool int_get_small(PyObject *o, int64_t *out)
{
    Py_ssize_t n = int_ndigits(o);
    if (n > 2)
        return false;
    int64_t mag = n == 0 ? 0 : (int64_t)int_digits(o)[0];
    if (n == 2)
        mag |= (int64_t)int_digits(o)[1] << SHIFT;
    *out = int_is_negative(o) ? -mag : mag;
    return true;
}
OWNED PyObject *int_from_u128(unsigned __int128 mag, bool negative);

/* ---- limbs -------------------------------------------------------------------------------------------------- */

/* 64-bit limbs of a magnitude; `stack` holds short ones. */
#define LIMBS_INLINE 64
struct limbs {
    mp_limb_t *d;
    mp_size_t n;                       /* without leading zeros */
    mp_limb_t stack[LIMBS_INLINE];
};

/* Limbs of o's magnitude, shifted left by `shift` bits (0 <= shift); -1 with MemoryError. */
int limbs_from_int(struct limbs *l, PyObject *o);
/* Room for n limbs, unset, l->n = n. */
int limbs_room(struct limbs *l, mp_size_t n);
static inline void limbs_release(struct limbs *l)
{
    if (l->d != l->stack)
        free(l->d);
}
OWNED PyObject *int_from_limbs(const mp_limb_t *d, mp_size_t n, bool negative);

static inline bool int_is_any(PyObject *o) { return PyLong_Check(o); }
#define CHECK_INTS(a, b) \
    do { if (!PyLong_Check(a) || !PyLong_Check(b)) Py_RETURN_NOTIMPLEMENTED; } while (0)

/* |a| + |b| and |a| - |b| with its sign, times -1 if negate. */
OWNED PyObject *int_mag_add(PyObject *a, PyObject *b, bool negate);
OWNED PyObject *int_mag_sub(PyObject *a, PyObject *b, bool negate);
/* Bits of the magnitude. */
size_t int_bit_length(PyObject *o);
/* Shifts by a count that is not negative. */
OWNED PyObject *int_shift_left(PyObject *a, size_t bits);
OWNED PyObject *int_shift_right(PyObject *a, size_t bits);
/* Method tables put together in int.c. */
extern PyMethodDef int_methods[];
extern PyGetSetDef int_getset[];
OWNED PyObject *int_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
OWNED PyObject *int_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames);
OWNED PyObject *int_long(PyObject *o);
OWNED PyObject *int_float(PyObject *o);
OWNED PyObject *int_invert(PyObject *o);
OWNED PyObject *int_repr(PyObject *o);
OWNED PyObject *int_gcd(PyObject *a, PyObject *b);

#endif
