/* object/num/float_power.c: powers with the exponents that programs write most, to the bit what pow() of the C library gives, in a third of its time.
 *
 * The power is computed as a sum of two doubles, high and low, which is right to some 2**-100 of it. pow() is off by no more than 0.54 units of the last place (0.55 is what is
 * taken for granted here), so where low is below 0.444 of a unit, pow() cannot give anything but high. Nearer to the middle between two doubles, one time in nine, it is asked.
 * Needs fused multiplication and addition, which gives the error of a product; without, and where something might become too large or too small, pow() does all. */
#include "object/num/float.h"

#include <math.h>

#define MARGIN 1.125                   /* 0.5 / 0.444 */
#define LARGE 0x1p200                  /* between its inverse and this no power below overflows, and no error term is lost */

struct two { double high, low; };

#if defined(__x86_64__)

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

/* high, if pow() can give nothing else. */
WITH_FMA static inline bool
is_sure(struct two v, double *out)
{
    double high = v.high + v.low, low = (v.high - high) + v.low;
    *out = high;
    return high + MARGIN * low == high;
}

WITH_FMA static bool
quick_power(double x, double y, double *out)
{
    const struct two self = { x, 0.0 };
    double size = fabs(y);
    struct two v;
    if (size == 2.0)
        v = product(self, x);
    else if (x > 0.0 && size == 0.5)
        v = square_root(x);
    else if (x > 0.0 && size == 1.5)
        v = root_times(x);
    else if (size == 3.0)
        v = product(product(self, x), x);
    else if (size == 4.0)
        v = product(product(product(self, x), x), x);
    else
        return false;
    return is_sure(y < 0.0 ? inverse(v) : v, out);
}

static bool
can_fuse(void)
{
    static signed char known = -1;
    if (UNLIKELY(known < 0))
        known = __builtin_cpu_supports("fma") != 0;
    return known;
}

#else

static bool can_fuse(void) { return false; }
static bool quick_power(double x, double y, double *out) { return false; }

#endif

double
float_power(double x, double y)
{
    double v, size = fabs(x);
    if (LIKELY(size > 1 / LARGE && size < LARGE) && can_fuse() && quick_power(x, y, &v))
        return v;
    return pow(x, y);
}
