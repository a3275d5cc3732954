/* jit/ir/both.c: sin() and cos() of one number, for traces that want both: sincos() finds out once where in the circle the number lies.
 *
 * In glibc all three share that and what follows for 2.43 < |x| < 10**8, so the bits are the same; that it is so here is tried with some thousand numbers before the first trace relies on it. Elsewhere, and for whoever asks
 * first for one and then for another number, the plain functions are called. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE                    /* sincos() */
#endif
#include "jit/ir/ir_runtime.h"

#include <math.h>

#define LOW 2.4375
#define HIGH 1e8
#define TRIES 4096

static double asked, sine, cosine;     /* of the last number; under the GIL */

static bool is_shared(double x) { return fabs(x) > LOW && fabs(x) < HIGH; }

/* x is no NaN and not 0. */
static void
compute(double x)
{
    sincos(x, &sine, &cosine);
    asked = x;
}

double
jit_sin_of_both(double x)
{
    if (!is_shared(x))
        return sin(x);
    if (x != asked)
        compute(x);
    return sine;
}

double
jit_cos_of_both(double x)
{
    if (!is_shared(x))
        return cos(x);
    if (x != asked)
        compute(x);
    return cosine;
}

static bool
is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

bool
jit_has_both(void)
{
    static int known;                  /* 0: not tried yet; 1: yes; -1: no */
    double x = LOW + 0x1p-20;
    for (int i = 0; known == 0 && i < TRIES; i++) {
        double number = i % 2 == 0 ? x : -x;
        volatile double v = number;    /* the compiler must not make one call of two */
        double s = sin(v), c = cos(v);
        if (!is_same(jit_sin_of_both(number), s) || !is_same(jit_cos_of_both(number), c))
            known = -1;
        x *= 1.00428;                  /* to 10**8 */
    }
    if (known == 0)
        known = 1;
    return known > 0;
}
