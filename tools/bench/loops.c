/* The loops of loops.py as a C compiler makes them, overflow checked: loops N prints one JSON object, ns of one round of each. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile int64_t seven = 7;
static volatile double half = 0.5;

static int64_t
plus(int64_t a, int64_t b)
{
    int64_t c;
    if (__builtin_add_overflow(a, b, &c))
        abort();
    return c;
}

static int64_t
while_int(int64_t n)
{
    int64_t i = 0, s = 0, mask = seven;
    while (i < n) {
        s = plus(s, i & mask);
        i = plus(i, 1);
    }
    return s;
}

static int64_t
for_int(int64_t n)
{
    int64_t s = 0, mask = seven;
    for (int64_t i = 0; i < n; i++)
        s = plus(s, i ^ mask);
    return s;
}

static int64_t
for_float(int64_t n)
{
    double x = 0.0, step = half;
    for (int64_t i = 0; i < n; i++)
        x = x * step + 1.5;
    return (int64_t)x;
}

static int64_t
while_float(int64_t n)
{
    double x = 0.0, end = (double)n, step = 2 * half, s = 0.0;
    while (x < end) {
        s += x;
        x += step;
    }
    return (int64_t)s;
}

static int64_t
nested(int64_t n)
{
    int64_t s = 0;
    for (int64_t i = 0; i < n / 100; i++)
        for (int64_t j = 0; j < 100; j++)
            s = plus(s, i ^ j);
    return s;
}

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int
main(int argc, char **argv)
{
    static const struct { const char *name; int64_t (*loop)(int64_t); } loops[] = {
        { "while, int", while_int }, { "for, int", for_int }, { "for, float", for_float }, { "while, float", while_float }, { "nested, int", nested },
    };
    static volatile int64_t sink;
    int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    for (size_t k = 0; k < sizeof(loops) / sizeof(loops[0]); k++) {
        double best = 1e30;
        for (int i = 0; i < 7; i++) {
            double begin = now();
            sink = loops[k].loop(n);
            double took = now() - begin;
            best = took < best ? took : best;
        }
        printf("%s\"%s\": %.4f", k == 0 ? "{" : ", ", loops[k].name, best / (double)n);
    }
    puts("}");
    return 0;
}
