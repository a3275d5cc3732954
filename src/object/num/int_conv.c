/* object/num/int_conv.c: ints to and from C numbers and bytes. */
#include "object/num/int_impl.h"

#include <float.h>
#include <math.h>

#include "object/core/abstract.h"
#include "object/core/err.h"

/* ---- from C ------------------------------------------------------------------------------------------------- */

PyObject *PyLong_FromLong(long v) { return int_from_i64(v); }
PyObject *PyLong_FromLongLong(long long v) { return int_from_i64(v); }
PyObject *PyLong_FromSsize_t(Py_ssize_t v) { return int_from_i64(v); }
PyObject *PyLong_FromUnsignedLong(unsigned long v) { return int_from_u64(v); }
PyObject *PyLong_FromUnsignedLongLong(unsigned long long v) { return int_from_u64(v); }
PyObject *PyLong_FromSize_t(size_t v) { return int_from_u64(v); }
PyObject *PyLong_FromVoidPtr(void *p) { return int_from_u64((uintptr_t)p); }

PyObject *
PyLong_FromDouble(double v)
{
    if (fabs(v) < 9007199254740992.0)
        return int_from_i64((int64_t)v);
    if (isinf(v)) {
        PyErr_SetString(PyExc_OverflowError, "cannot convert float infinity to integer");
        return NULL;
    }
    if (isnan(v)) {
        PyErr_SetString(PyExc_ValueError, "cannot convert float NaN to integer");
        return NULL;
    }
    int exponent;
    double fraction = frexp(fabs(v), &exponent);
    PyObject *mantissa = int_from_i64((int64_t)ldexp(fraction, DBL_MANT_DIG));
    if (mantissa == NULL)
        return NULL;
    PyObject *out = int_shift_left(mantissa, (size_t)(exponent - DBL_MANT_DIG));
    Py_DECREF(mantissa);
    if (out != NULL && v < 0)
        Py_SETREF(out, int_neg(out));
    return out;
}

/* ---- to C --------------------------------------------------------------------------------------------------- */

/* What fits: exact value 0; else 1 too big, -1 too small. */
static int
get_i64(PyObject *o, int64_t *out)
{
    if (int_get_small(o, out))
        return 0;
    bool negative = int_is_negative(o);
    if (int_ndigits(o) > 3 || int_digits(o)[2] >= 16)
        return negative ? -1 : 1;
    uint64_t mag = (uint64_t)int_digits(o)[2] << 60 | (uint64_t)int_digits(o)[1] << 30 | int_digits(o)[0];
    if (mag > (uint64_t)INT64_MAX + negative)
        return negative ? -1 : 1;
    *out = (int64_t)(negative ? 0 - mag : mag);
    return 0;
}

static uint64_t
low_bits(PyObject *o)
{
    uint64_t mag = 0;
    for (Py_ssize_t i = int_ndigits(o); i-- > 0; )
        mag = mag << SHIFT | int_digits(o)[i];
    return int_is_negative(o) ? 0 - mag : mag;
}

static bool
fits_u64(PyObject *o)
{
    Py_ssize_t n = int_ndigits(o);
    return !int_is_negative(o) && (n < 3 || (n == 3 && int_digits(o)[2] < 16));
}

/* New reference to an int for o by __index__; NULL with an exception. */
static OWNED PyObject *
as_int(PyObject *o)
{
    if (o == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyLong_Check(o) ? Py_NewRef(o) : _PyNumber_Index(o);
}

long long
PyLong_AsLongLongAndOverflow(PyObject *o, int *overflow)
{
    int64_t v = -1;
    *overflow = 0;
    if (LIKELY(o != NULL && PyLong_Check(o) && int_is_compact(o)))
        return int_compact_value(o);
    PyObject *i = as_int(o);
    if (i == NULL)
        return -1;
    *overflow = get_i64(i, &v);
    Py_DECREF(i);
    return *overflow ? -1 : v;
}

long PyLong_AsLongAndOverflow(PyObject *o, int *overflow) { return PyLong_AsLongLongAndOverflow(o, overflow); }

static inline int64_t
as_i64(PyObject *o, const char *message)
{
    if (LIKELY(o != NULL && PyLong_Check(o) && int_is_compact(o)))
        return int_compact_value(o);
    int overflow;
    int64_t v = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow)
        PyErr_SetString(PyExc_OverflowError, message);
    return v;
}

long PyLong_AsLong(PyObject *o) { return as_i64(o, "Python int too large to convert to C long"); }
long long PyLong_AsLongLong(PyObject *o) { return as_i64(o, "int too big to convert"); }

int
PyLong_AsInt(PyObject *o)
{
    int overflow;
    long v = PyLong_AsLongAndOverflow(o, &overflow);
    if (overflow || v > INT_MAX || v < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
        return -1;
    }
    return (int)v;
}
PyAPI_FUNC(int) _PyLong_AsInt(PyObject *o);
int _PyLong_AsInt(PyObject *o) { return PyLong_AsInt(o); }

static int
require_int(PyObject *o)
{
    if (o != NULL && PyLong_Check(o))
        return 0;
    if (o == NULL)
        PyErr_BadInternalCall();
    else
        PyErr_SetString(PyExc_TypeError, "an integer is required");
    return -1;
}

Py_ssize_t
PyLong_AsSsize_t(PyObject *o)
{
    return require_int(o) < 0 ? -1 : as_i64(o, "Python int too large to convert to C ssize_t");
}

static uint64_t
as_u64(PyObject *o, const char *negative, const char *big)
{
    if (UNLIKELY(require_int(o) < 0))
        return (uint64_t)-1;
    if (LIKELY(int_is_compact(o) && !int_is_negative(o)))
        return (uint64_t)int_compact_value(o);
    if (fits_u64(o))
        return low_bits(o);
    PyErr_SetString(PyExc_OverflowError, int_is_negative(o) ? negative : big);
    return (uint64_t)-1;
}

unsigned long
PyLong_AsUnsignedLong(PyObject *o)
{
    return as_u64(o, "can't convert negative value to unsigned int", "Python int too large to convert to C unsigned long");
}

unsigned long long
PyLong_AsUnsignedLongLong(PyObject *o)
{
    return as_u64(o, "can't convert negative int to unsigned", "int too big to convert");
}

size_t
PyLong_AsSize_t(PyObject *o)
{
    return as_u64(o, "can't convert negative value to size_t", "Python int too large to convert to C size_t");
}

unsigned long long
PyLong_AsUnsignedLongLongMask(PyObject *o)
{
    PyObject *i = as_int(o);
    if (i == NULL)
        return (unsigned long long)-1;
    uint64_t v = low_bits(i);
    Py_DECREF(i);
    return v;
}
unsigned long PyLong_AsUnsignedLongMask(PyObject *o) { return PyLong_AsUnsignedLongLongMask(o); }

void *
PyLong_AsVoidPtr(PyObject *o)
{
    if (require_int(o) < 0) {
        PyErr_Clear();
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return NULL;
    }
    if (int_is_negative(o)) {
        long v = PyLong_AsLong(o);
        return v == -1 && PyErr_Occurred() ? NULL : (void *)v;
    }
    unsigned long v = PyLong_AsUnsignedLong(o);
    return v == (unsigned long)-1 && PyErr_Occurred() ? NULL : (void *)v;
}

/* ---- as a double -------------------------------------------------------------------------------------------- */

PyAPI_FUNC(double) _PyLong_Frexp(PyLongObject *a, Py_ssize_t *e);

/* x and *e with a == x * 2^*e, 0.5 <= |x| < 1, correctly rounded half to even. -1.0 with OverflowError if *e cannot hold it. */
double
_PyLong_Frexp(PyLongObject *a, Py_ssize_t *e)
{
    PyObject *o = (PyObject *)a;
    size_t bits = int_bit_length(o);
    if (bits == 0) {
        *e = 0;
        return 0.0;
    }
    Py_ssize_t n = int_ndigits(o);
    /* The top 60..90 bits in a word pair, then everything below as one sticky bit. */
    unsigned __int128 top = 0;
    Py_ssize_t i = n, taken = 0;
    while (i-- > 0 && taken < 3) {
        top = top << SHIFT | int_digits(o)[i];
        taken++;
    }
    i = n - taken;
    bool sticky = false;
    while (i-- > 0 && !sticky)
        sticky = int_digits(o)[i] != 0;
    int width = (int)(bits - (size_t)(n - taken) * SHIFT), drop = width - (DBL_MANT_DIG + 2);
    if (drop > 0) {
        sticky |= (top & (((unsigned __int128)1 << drop) - 1)) != 0;
        top >>= drop;
    }
    else
        top <<= -drop;
    uint64_t m = (uint64_t)top | sticky;                /* 55 bits, the last one sticky */
    uint64_t rest = m & 3;
    m = (m >> 2) + (rest == 3 || (rest == 2 && (m & 4) != 0));
    double x = ldexp((double)m, -DBL_MANT_DIG);
    if (x == 1.0) {
        x = 0.5;
        bits++;
    }
    *e = (Py_ssize_t)bits;
    return int_is_negative(o) ? -x : x;
}

double
PyLong_AsDouble(PyObject *o)
{
    int64_t v;
    if (require_int(o) < 0)
        return -1.0;
    if (int_get_small(o, &v))
        return (double)v;
    Py_ssize_t e;
    double x = _PyLong_Frexp((PyLongObject *)o, &e);
    if (e > DBL_MAX_EXP) {
        PyErr_SetString(PyExc_OverflowError, "int too large to convert to float");
        return -1.0;
    }
    return ldexp(x, (int)e);
}

PyObject *
int_float(PyObject *o)
{
    double v = PyLong_AsDouble(o);
    return v == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(v);
}

/* ---- bytes -------------------------------------------------------------------------------------------------- */

PyObject *
_PyLong_FromByteArray(const unsigned char *p, size_t n, int little, int is_signed)
{
    if (n == 0)
        return SMALL_INT(0);
    Py_ssize_t step = little ? 1 : -1;
    const unsigned char *low = little ? p : p + n - 1;
    bool negative = is_signed && ((little ? p[n - 1] : p[0]) & 0x80) != 0;
    if (n > (size_t)PY_SSIZE_T_MAX / 8) {
        PyErr_SetString(PyExc_OverflowError, "byte array too long to convert to int");
        return NULL;
    }
    Py_ssize_t nd = (Py_ssize_t)((n * 8 + SHIFT - 1) / SHIFT);
    PyLongObject *z = int_alloc(nd + 1);
    if (z == NULL)
        return NULL;
    digit *d = z->long_value.ob_digit;
    twodigits acc = 0;
    uint32_t carry = 1;
    int bits = 0;
    Py_ssize_t k = 0;
    for (size_t i = 0; i < n; i++, low += step) {
        uint32_t b = *low;
        if (negative) {
            b = (b ^ 0xff) + carry;
            carry = b >> 8;
            b &= 0xff;
        }
        acc |= (twodigits)b << bits;
        bits += 8;
        if (bits >= SHIFT) {
            d[k++] = (digit)acc & MASK;
            acc >>= SHIFT;
            bits -= SHIFT;
        }
    }
    acc |= (twodigits)(negative ? carry : 0) << bits;
    d[k++] = (digit)acc & MASK;
    z->long_value.lv_tag = INT_TAG(k, INT_POSITIVE);
    return int_finish(z, negative);
}

/* Two's complement, cut to n bytes; the bytes above the digits are sign. */
static void
write_bytes(PyObject *o, unsigned char *p, size_t n, bool little)
{
    bool negative = int_is_negative(o);
    Py_ssize_t nd = int_ndigits(o), step = little ? 1 : -1;
    unsigned char *low = little ? p : p + n - 1;
    twodigits acc = 0;
    digit carry = 1;
    int bits = 0;
    Py_ssize_t i = 0;
    for (size_t k = 0; k < n; k++, low += step) {
        if (bits < 8) {
            digit d = i < nd ? int_digits(o)[i] : 0;
            i++;
            if (negative) {
                carry += d ^ MASK;
                d = carry & MASK;
                carry >>= SHIFT;
            }
            acc |= (twodigits)d << bits;
            bits += SHIFT;
        }
        *low = (unsigned char)acc;
        acc >>= 8;
        bits -= 8;
    }
}

/* Is |o| a power of two? */
static bool
is_power_of_two(PyObject *o)
{
    Py_ssize_t n = int_ndigits(o);
    digit top = int_digits(o)[n - 1];
    bool one = (top & (top - 1)) == 0;
    for (Py_ssize_t i = 0; one && i < n - 1; i++)
        one = int_digits(o)[i] == 0;
    return one;
}

static bool
fits_bytes(PyObject *o, size_t n, bool is_signed)
{
    size_t bits = int_bit_length(o);
    if (bits == 0)
        return true;
    if (!is_signed)
        return (bits + 7) / 8 <= n;
    if (int_is_negative(o) && is_power_of_two(o))
        bits--;
    return bits / 8 + 1 <= n;
}

int
_PyLong_AsByteArray(PyLongObject *v, unsigned char *p, size_t n, int little, int is_signed, int with_exceptions)
{
    PyObject *o = (PyObject *)v;
    if (int_is_negative(o) && !is_signed) {
        if (with_exceptions)
            PyErr_SetString(PyExc_OverflowError, "can't convert negative int to unsigned");
        return -1;
    }
    bool fits = fits_bytes(o, n, is_signed);
    if (fits || !with_exceptions)
        write_bytes(o, p, n, little);
    if (!fits && with_exceptions)
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
    return fits ? 0 : -1;
}

static bool
is_little(int flags)
{
    return flags == -1 || (flags & Py_ASNATIVEBYTES_LITTLE_ENDIAN) != 0;
}

/* Bytes that the value wants: enough for a sign bit, unless the buffer of n bytes happens to do without. */
static Py_ssize_t
bytes_wanted(PyObject *o, Py_ssize_t n, int flags)
{
    bool as_unsigned = flags == -1 || (flags & Py_ASNATIVEBYTES_UNSIGNED_BUFFER) != 0;
    bool fits = n > 0 && (fits_bytes(o, (size_t)n, true) || (as_unsigned && !int_is_negative(o) && fits_bytes(o, (size_t)n, false)));
    if (int_is_compact(o)) {
        if (n <= 0 || n >= (Py_ssize_t)sizeof(Py_ssize_t))
            return (Py_ssize_t)sizeof(Py_ssize_t);
        bool by_one_bit = !int_is_negative(o) && fits_bytes(o, (size_t)n, false);
        return fits ? n : by_one_bit ? n + 1 : (Py_ssize_t)sizeof(Py_ssize_t);
    }
    Py_ssize_t want = (Py_ssize_t)(int_bit_length(o) / 8) + 1;
    return want == n + 1 && fits ? n : want;
}

Py_ssize_t
PyLong_AsNativeBytes(PyObject *o, void *buffer, Py_ssize_t n, int flags)
{
    PyObject *i;
    if (o == NULL || n < 0) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyLong_Check(o))
        i = Py_NewRef(o);
    else if (flags != -1 && (flags & Py_ASNATIVEBYTES_ALLOW_INDEX))
        i = _PyNumber_Index(o);
    else {
        PyErr_Format(PyExc_TypeError, "expect int, got %T", o);
        return -1;
    }
    if (i == NULL)
        return -1;
    if (flags != -1 && (flags & Py_ASNATIVEBYTES_REJECT_NEGATIVE) && int_is_negative(i)) {
        PyErr_SetString(PyExc_ValueError, "Cannot convert negative int");
        Py_DECREF(i);
        return -1;
    }
    if (n > 0 && buffer != NULL)
        write_bytes(i, buffer, (size_t)n, is_little(flags));
    Py_ssize_t want = bytes_wanted(i, n, flags);
    Py_DECREF(i);
    return want;
}

PyObject *
PyLong_FromNativeBytes(const void *p, size_t n, int flags)
{
    if (p == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return _PyLong_FromByteArray(p, n, is_little(flags), flags == -1 || !(flags & Py_ASNATIVEBYTES_UNSIGNED_BUFFER));
}

PyObject *
PyLong_FromUnsignedNativeBytes(const void *p, size_t n, int flags)
{
    if (p == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return _PyLong_FromByteArray(p, n, is_little(flags), 0);
}

/* ---- facts -------------------------------------------------------------------------------------------------- */

size_t _PyLong_NumBits(PyObject *o) { return int_bit_length(o); }
int _PyLong_Sign(PyObject *o) { return int_sign(o); }
#undef PyUnstable_Long_IsCompact
#undef PyUnstable_Long_CompactValue
PyAPI_FUNC(int) PyUnstable_Long_IsCompact(const PyLongObject *o);
PyAPI_FUNC(Py_ssize_t) PyUnstable_Long_CompactValue(const PyLongObject *o);
int PyUnstable_Long_IsCompact(const PyLongObject *o) { return _PyLong_IsCompact(o); }
Py_ssize_t PyUnstable_Long_CompactValue(const PyLongObject *o) { return _PyLong_CompactValue(o); }

/* ---- converters for "O&": 1, or 0 with an exception ---------------------------------------------------------------- */

#define UNSIGNED_CONVERTER(Name, type, text) \
    PyAPI_FUNC(int) _PyLong_##Name##_Converter(PyObject *o, void *p); \
    int _PyLong_##Name##_Converter(PyObject *o, void *p) \
    { \
        if (PyLong_Check(o) && int_is_negative(o)) { \
            PyErr_SetString(PyExc_ValueError, "value must be positive"); \
            return 0; \
        } \
        unsigned long v = PyLong_AsUnsignedLong(o); \
        if (v == (unsigned long)-1 && PyErr_Occurred()) \
            return 0; \
        if (v > (type)-1) { \
            PyErr_SetString(PyExc_OverflowError, "Python int too large for C " text); \
            return 0; \
        } \
        *(type *)p = (type)v; \
        return 1; \
    }

UNSIGNED_CONVERTER(UnsignedShort, unsigned short, "unsigned short")
UNSIGNED_CONVERTER(UnsignedInt, unsigned int, "unsigned int")
UNSIGNED_CONVERTER(UnsignedLong, unsigned long, "unsigned long")
UNSIGNED_CONVERTER(UnsignedLongLong, unsigned long long, "unsigned long long")
UNSIGNED_CONVERTER(Size_t, size_t, "size_t")
