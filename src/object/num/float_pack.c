/* object/num/float_pack.c: IEEE 754 bytes. `le`: little endian. */
#include <Python.h>
#include <math.h>

#include "base/own.h"
#include "object/core/err.h"

static void
put_bytes(uint64_t bits, char *p, int n, int le)
{
    for (int i = 0; i < n; i++)
        p[le ? i : n - 1 - i] = (char)(bits >> (8 * i));
}

static uint64_t
get_bytes(const char *p, int n, int le)
{
    uint64_t bits = 0;
    for (int i = 0; i < n; i++)
        bits |= (uint64_t)(unsigned char)p[le ? i : n - 1 - i] << (8 * i);
    return bits;
}

int
PyFloat_Pack8(double x, char *p, int le)
{
    uint64_t bits;
    memcpy(&bits, &x, 8);
    put_bytes(bits, p, 8, le);
    return 0;
}

double
PyFloat_Unpack8(const char *p, int le)
{
    uint64_t bits = get_bytes(p, 8, le);
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

int
PyFloat_Pack4(double x, char *p, int le)
{
    float y = (float)x;
    uint32_t bits;
    if (isinf(y) && !isinf(x)) {
        PyErr_SetString(PyExc_OverflowError, "float too large to pack with f format");
        return -1;
    }
    memcpy(&bits, &y, 4);
    if (isnan(x)) {                     /* keep a signalling NaN signalling */
        uint64_t wide;
        memcpy(&wide, &x, 8);
        if (!(wide & ((uint64_t)1 << 51)))
            bits &= ~((uint32_t)1 << 22);
        if (!(bits & 0x7fffff))
            bits |= 1;
    }
    put_bytes(bits, p, 4, le);
    return 0;
}

double
PyFloat_Unpack4(const char *p, int le)
{
    uint32_t bits = (uint32_t)get_bytes(p, 4, le);
    float y;
    memcpy(&y, &bits, 4);
    double x = y;
    if (isnan(y) && !(bits & ((uint32_t)1 << 22))) {
        uint64_t wide;
        memcpy(&wide, &x, 8);
        wide &= ~((uint64_t)1 << 51);
        memcpy(&x, &wide, 8);
    }
    return x;
}

/* Half precision: 1 sign, 5 exponent, 10 fraction bits; rounds half to even. */
int
PyFloat_Pack2(double x, char *p, int le)
{
    unsigned sign = signbit(x) != 0, half = 0;
    int e;
    if (isnan(x)) {
        uint64_t wide;
        memcpy(&wide, &x, 8);
        half = 0x7c00 | (unsigned)(wide >> 42 & 0x3ff);
        if (!(half & 0x3ff))
            half |= 1;
    }
    else if (isinf(x))
        half = 0x7c00;
    else if (x != 0.0) {
        double f = frexp(fabs(x), &e);                       /* [0.5, 1) */
        if (e > 16)
            goto overflow;
        if (e < -24)
            half = 0;
        else {
            bool normal = e >= -13;
            /* Units of the last place: 2^(e-11), or 2^-24 below the normal range. */
            double scaled = ldexp(f, normal ? 11 : e + 24);
            half = (unsigned)scaled;
            double rest = scaled - half;
            if (rest > 0.5 || (rest == 0.5 && (half & 1)))
                half++;
            if (normal)
                half += (unsigned)(e + 13) << 10;            /* the leading 1 adds one to the exponent field */
            if (half >= 0x7c00)
                goto overflow;
        }
    }
    put_bytes(half | sign << 15, p, 2, le);
    return 0;
overflow:
    PyErr_SetString(PyExc_OverflowError, "float too large to pack with e format");
    return -1;
}

double
PyFloat_Unpack2(const char *p, int le)
{
    unsigned bits = (unsigned)get_bytes(p, 2, le), e = bits >> 10 & 31, f = bits & 0x3ff;
    double x;
    if (e == 31 && f != 0) {
        uint64_t wide = (uint64_t)0x7ff << 52 | (uint64_t)f << 42 | (uint64_t)(bits >> 15) << 63;
        memcpy(&x, &wide, 8);
        return x;
    }
    if (e == 31)
        x = INFINITY;
    else
        x = e == 0 ? ldexp(f, -24) : ldexp(1024 + f, (int)e - 25);
    return bits >> 15 ? -x : x;
}
