/* modules/math/math_gamma.c: gamma and its logarithm by Lanczos' approximation (g = 6.0246..., 13 terms), in the form of a
 * quotient of polynomials that Boost's mathematicians computed; negative arguments by reflection. */
#include "modules/math/math_impl.h"

#include <math.h>

#define TERMS 13
#define LANCZOS_G 6.024680040776729583740234375
#define G_MINUS_HALF 5.524680040776729583740234375
#define LOG_PI 1.144729885849400174143427351353058711647

static const double num[TERMS] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
};
/* x (x + 1) ... (x + 11) */
static const double den[TERMS] = {
    0.0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0, 2637558.0, 357423.0, 32670.0, 1925.0, 66.0, 1.0,
};

static double
lanczos_sum(double x)
{
    double n = 0.0, d = 0.0;
    if (x < 5.0)
        for (int i = TERMS; i-- > 0; ) {
            n = n * x + num[i];
            d = d * x + den[i];
        }
    else                                     /* in 1/x, so that nothing overflows */
        for (int i = 0; i < TERMS; i++) {
            n = n / x + num[i];
            d = d / x + den[i];
        }
    return n / d;
}

/* sin(pi * x) for finite x, exact at the zeros. */
static double
sin_pi(double x)
{
    double y = fmod(fabs(x), 2.0), r;
    switch ((int)round(2.0 * y)) {
    case 0: r = sin(M_PI * y); break;
    case 1: r = cos(M_PI * (y - 0.5)); break;
    case 2: r = sin(M_PI * (1.0 - y)); break;
    case 3: r = -cos(M_PI * (y - 1.5)); break;
    default: r = sin(M_PI * (y - 2.0)); break;
    }
    return copysign(1.0, x) * r;
}

/* pow(y, e) as a factor, in two steps where one would overflow. */
static double
times_power(double r, double y, double e, bool two_steps, bool divide)
{
    double p = two_steps ? pow(y, e / 2.0) : pow(y, e);
    r = divide ? r / p : r * p;
    return !two_steps ? r : divide ? r / p : r * p;
}

/* For x that is not an integer up to 23, 1e-20 <= |x| <= 200. */
static double
gamma_value(double x)
{
    double a = fabs(x), y = a + G_MINUS_HALF, z, r;
    /* What the addition lost corrects the power below. */
    if (a > G_MINUS_HALF)
        z = (y - a) - G_MINUS_HALF;
    else
        z = (y - G_MINUS_HALF) - a;
    z = z * LANCZOS_G / y;
    if (x < 0.0) {
        r = -M_PI / sin_pi(a) / a * exp(y) / lanczos_sum(a);
        r -= z * r;
        return times_power(r, y, a - 0.5, a >= 140.0, true);
    }
    r = lanczos_sum(a) / exp(y);
    r += z * r;
    return times_power(r, y, a - 0.5, a >= 140.0, false);
}

PyObject *
math_gamma(PyObject *m, PyObject *o)
{
    double x;
    if (math_double(o, &x) < 0)
        return NULL;
    if (!isfinite(x))
        return x == -INFINITY ? math_domain() : PyFloat_FromDouble(x);
    if (x == 0.0 || (x < 0.0 && x == floor(x)))
        return math_domain();
    if (x == floor(x) && x <= 23.0) {
        double r = 1.0;
        for (int i = 2; i < (int)x; i++)
            r *= i;
        return PyFloat_FromDouble(r);
    }
    double r;
    if (fabs(x) < 1e-20)
        r = 1.0 / x;
    else if (fabs(x) > 200.0)
        r = x < 0.0 ? 0.0 / sin_pi(x) : INFINITY;
    else
        r = gamma_value(x);
    return isinf(r) ? math_range() : PyFloat_FromDouble(r);
}

PyObject *
math_lgamma(PyObject *m, PyObject *o)
{
    double x;
    if (math_double(o, &x) < 0)
        return NULL;
    if (!isfinite(x))
        return PyFloat_FromDouble(isnan(x) ? x : INFINITY);
    if (x == floor(x) && x <= 2.0)
        return x <= 0.0 ? math_domain() : PyFloat_FromDouble(0.0);
    double a = fabs(x);
    if (a < 1e-20)
        return PyFloat_FromDouble(-log(a));
    double r = log(lanczos_sum(a)) - LANCZOS_G;
    r += (a - 0.5) * (log(a + LANCZOS_G - 0.5) - 1);
    if (x < 0.0)
        r = LOG_PI - log(fabs(sin_pi(a))) - log(a) - r;
    return isinf(r) ? math_range() : PyFloat_FromDouble(r);
}
