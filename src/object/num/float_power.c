/* object/num/float_power.c: powers with the exponents that programs write most, to the bit what pow() of the C library gives, in a third of its time.
 *
 * The power is computed as a sum of two doubles, high and low, which is right to some 2**-100 of it. pow() is off by no more than 0.54 units of the last place, of which 0.52 remain
 * where the result lies between 2**-512 and 2**512 (0.508 is the most that 200 million numbers have shown). So where low is below 0.47 of a unit, pow() cannot give anything but high. Nearer to the middle
 * between two doubles, one time in seventeen, it is asked.
 * Needs fused multiplication and addition, which gives the error of a product; without, and where something might become too large or too small, pow() does all. */
#include "object/num/float.h"

#include <math.h>

#define MARGIN 1.0625                  /* 0.5 / 0.47 */
#define LARGE 0x1p128                  /* between its inverse and this no power below leaves those bounds, and no error term is lost */

struct two { double high, low; };

/* The library's. Where the compiler knows the exponent it would write a product instead, which is not the same. */
__attribute__((noipa)) static double ask(double x, double y) { return pow(x, y); }

#if defined(__x86_64__)

/* What is rounded here must be rounded: by itself the compiler makes one operation of a product and a sum. */
#pragma GCC optimize("fp-contract=off")

#define WITH_FMA __attribute__((target("fma")))

WITH_FMA static inline struct two
square_root(double x)
{
    double s = sqrt(x);
    return (struct two){ s, 0.5 * __builtin_fma(-s, s, x) / s };
}

/* x times the square root, without a division: e / s is e * s / x. */
WITH_FMA static inline struct two
root_times(double x)
{
    double s = sqrt(x), e = __builtin_fma(-s, s, x), p = x * s;
    return (struct two){ p, __builtin_fma(x, s, -p) + 0.5 * e * s };
}

WITH_FMA static inline struct two
product(struct two a, double x)
{
    double p = a.high * x;
    return (struct two){ p, __builtin_fma(a.high, x, -p) + a.low * x };
}

WITH_FMA static inline struct two
inverse(struct two a)
{
    double r = 1.0 / a.high;
    return (struct two){ r, r * (__builtin_fma(-r, a.high, 1.0) - r * a.low) };
}

/* The square root of x divided by q, which is x or its square. The root and the quotient are computed side by side: i is about 1 / q, and e / (2 x) what the root lacks. */
WITH_FMA static inline struct two
root_over(double x, struct two q, double half_inverse_scale)
{
    double s = sqrt(x), i = 1.0 / q.high;
    double missing = __builtin_fma(-i, q.high, 1.0) - i * q.low, half_inverse = half_inverse_scale * i;
    double p = s * i, e = __builtin_fma(-s, s, x);
    return (struct two){ p, __builtin_fma(s, i, -p) + p * __builtin_fma(e, half_inverse, missing) };
}

/* high, if pow() can give nothing else. */
WITH_FMA static inline double
sure(struct two v, double x, double y)
{
    double high = v.high + v.low, low = (v.high - high) + v.low;
    return LIKELY(high + MARGIN * low == high) ? high : ask(x, y);
}

WITH_FMA static double
power(double x, double y)
{
    const struct two self = { x, 0.0 };
    double size = fabs(x);
    if (UNLIKELY(!(size > 1 / LARGE && size < LARGE)))
        return ask(x, y);
    if (y == 2.0)
        return sure(product(self, x), x, y);
    if (x > 0.0 && y == -1.5)
        return sure(root_over(x, product(self, x), 0.5 * x), x, y);
    if (x > 0.0 && y == -0.5)
        return sure(root_over(x, self, 0.5), x, y);
    if (x > 0.0 && y == 0.5)
        return sure(square_root(x), x, y);
    if (x > 0.0 && y == 1.5)
        return sure(root_times(x), x, y);
    if (y == 3.0)
        return sure(product(product(self, x), x), x, y);
    if (y == 4.0)
        return sure(product(product(product(self, x), x), x), x, y);
    return y == -2.0 ? sure(inverse(product(self, x)), x, y) : ask(x, y);
}

static double look(double x, double y);
static double (*chosen)(double x, double y) = look;

/* The first power finds out what the machine can do. */
static double
look(double x, double y)
{
    chosen = __builtin_cpu_supports("fma") ? power : ask;
    return chosen(x, y);
}

double float_power(double x, double y) { return chosen(x, y); }

#else

double float_power(double x, double y) { return ask(x, y); }

#endif
