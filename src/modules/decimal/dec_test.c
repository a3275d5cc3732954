/* modules/decimal/dec_test.c: the arithmetic without Python. Long operands check the algorithms against each other: products against
 * quotients, roots against squares, radix 10^19 against radix 2^64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "modules/decimal/dec.h"

static const struct dec_ctx nine = { 9, 999, -999, 0, 0, DEC_ROUND_HALF_EVEN, 0 };

static void
parse(struct dec *r, const char *s)
{
    uint32_t status = 0;
    dec_from_text_exact(r, s, strlen(s), &status);
    assert_int_equal(status, 0);
}

static void
expect(const struct dec *a, const char *s)
{
    struct dec_text t;
    assert_true(dec_to_text(&t, a, 0, 0));
    assert_string_equal(t.s, s);
    dec_text_release(&t);
}

static void
expect_binary(dec_binary *f, const char *x, const char *y, const char *result, uint32_t flags)
{
    DEC_TEMP(a);
    DEC_TEMP(b);
    uint32_t status = 0;
    parse(&a, x);
    parse(&b, y);
    f(&a, &a, &b, &nine, &status);       /* onto an operand */
    expect(&a, result);
    assert_int_equal(status, flags);
    dec_release(&a);
    dec_release(&b);
}

static void
expect_unary(dec_unary *f, const char *x, const char *result, uint32_t flags)
{
    DEC_TEMP(a);
    uint32_t status = 0;
    parse(&a, x);
    f(&a, &a, &nine, &status);
    expect(&a, result);
    assert_int_equal(status, flags);
    dec_release(&a);
}

static void
test_operations(void **state)
{
    const uint32_t inexact = DEC_INEXACT | DEC_ROUNDED;
    expect_binary(dec_add, "12", "7.00", "19.00", 0);
    expect_binary(dec_add, "1E+100", "-1", "1.00000000E+100", inexact);
    expect_binary(dec_add, "Infinity", "-Infinity", "NaN", DEC_INVALID_OPERATION);
    expect_binary(dec_sub, "1.3", "1.30", "0.00", 0);
    expect_binary(dec_mul, "999999999", "999999999", "9.99999998E+17", inexact);
    expect_binary(dec_mul, "9E999", "9", "Infinity", DEC_OVERFLOW | inexact);
    expect_binary(dec_div, "1", "3", "0.333333333", inexact);
    expect_binary(dec_div, "2.400", "2.0", "1.20", 0);
    expect_binary(dec_div, "0", "0", "NaN", DEC_DIVISION_UNDEFINED);
    expect_binary(dec_divint, "1E20", "3", "NaN", DEC_DIVISION_IMPOSSIBLE);
    expect_binary(dec_rem, "-10.2", "3", "-1.2", 0);
    expect_binary(dec_rem_near, "10", "6", "-2", 0);
    expect_binary(dec_quantize, "2.17", "0.1", "2.2", inexact);
    expect_binary(dec_pow, "2", "-3", "0.125", 0);
    expect_binary(dec_pow, "2", "0.5", "1.41421356", inexact);
    expect_binary(dec_max, "NaN", "7", "7", 0);
    expect_binary(dec_rotate, "123456789", "2", "345678912", 0);
    expect_binary(dec_xor, "1100", "1010", "110", 0);
    expect_unary(dec_sqrt, "2", "1.41421356", inexact);
    expect_unary(dec_sqrt, "0.0400", "0.20", 0);
    expect_unary(dec_exp, "1", "2.71828183", inexact);
    expect_unary(dec_exp, "1E-30", "1.00000000", inexact);
    expect_unary(dec_ln, "10", "2.30258509", inexact);
    expect_unary(dec_ln, "1.0000000000000000000000000000001", "1.00000000E-31", inexact);
    expect_unary(dec_log10, "1E50", "50", 0);
    expect_unary(dec_log10, "9.9999999999999999999999999999999999999999999999999999999999999E7", "8.00000000", inexact);
    expect_unary(dec_reduce, "1.200E5", "1.2E+5", 0);
}

/* n limbs of digits that look random, the highest not 0. */
static uint64_t *
random_limbs(size_t n, uint64_t seed)
{
    uint64_t *a = malloc(n * sizeof(*a));
    assert_non_null(a);
    for (size_t i = 0; i < n; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        a[i] = seed % LIMB_RADIX;
    }
    if (n > 2 && seed % 3 == 0)
        memset(a + 1, 0, (n - 2) / 2 * sizeof(*a));
    a[n - 1] |= 1;
    return a;
}

/* (a * b + r) / b, for lengths that cross the thresholds of the algorithms. */
static void
check_lengths(size_t m, size_t n)
{
    uint64_t *a = random_limbs(m, m * 7 + n), *b = random_limbs(n, n * 3 + 1), *p = malloc((m + n + 1) * sizeof(*p));
    uint64_t *q = malloc((m + 2) * sizeof(*q)), *rest = malloc(n * sizeof(*rest)), *r = random_limbs(n, m + 5);
    if (limbs_cmp(r, b, n) >= 0)
        r[n - 1] = b[n - 1] - 1;
    assert_int_equal(limbs_mul(p, a, m, b, n), 0);
    assert_int_equal(limbs_add(p, p, m + n, r, n), 0);
    assert_int_equal(limbs_divmod(q, rest, p, m + n, b, n), 0);
    assert_memory_equal(q, a, m * sizeof(*a));
    assert_int_equal(q[m], 0);
    assert_memory_equal(rest, r, n * sizeof(*r));
    free(a);
    free(b);
    free(p);
    free(q);
    free(rest);
    free(r);
}

static void
test_long(void **state)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 39, 40, 41, 83, 160, 249, 250, 319, 320, 700 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++)
            check_lengths(sizes[i], sizes[j]);
}

static void
test_radix(void **state)
{
    for (size_t n = 1; n < 150; n++) {
        uint64_t *a = random_limbs(n, n), *binary = malloc(n * sizeof(*binary)), *back = malloc((n + 8) * sizeof(*back));
        size_t k, m;
        assert_int_equal(limbs_to_binary(binary, &k, a, n), 0);
        assert_true(limbs_from_binary_size(k) >= n && limbs_from_binary_size(k) < n + 8);
        assert_int_equal(limbs_from_binary(back, &m, binary, k), 0);
        assert_int_equal(m, n);
        assert_memory_equal(a, back, n * sizeof(*a));
        free(a);
        free(binary);
        free(back);
    }
}

static void
test_roots(void **state)
{
    struct dec_ctx c = nine;
    for (int64_t digits = 1; digits < 400; digits += 37) {
        uint32_t status = 0;
        DEC_TEMP(a);
        DEC_TEMP(square);
        c.prec = 2 * digits;
        dec_set(&a, 0, 7, 0);
        dec_shl(&a, &a, digits - 1, &status);
        dec_sub(&a, &a, &dec_one, &c, &status);
        dec_mul(&square, &a, &a, &c, &status);
        dec_sqrt(&square, &square, &c, &status);
        assert_int_equal(dec_cmp(&a, &square), 0);
        assert_int_equal(status, 0);
        dec_release(&a);
        dec_release(&square);
    }
}

static void
test_no_memory(void **state)
{
    DEC_TEMP(r);
    uint32_t status = 0;
    struct dec_ctx c = dec_max_ctx;
    c.prec = INT64_C(1) << 50;
    dec_exp(&r, &dec_one, &c, &status);
    assert_int_equal(status & DEC_ERRORS, DEC_MALLOC_ERROR);
    assert_true(dec_is_nan(&r));
    status = 0;
    dec_set(&r, 0, 3, 0);
    dec_div(&r, &dec_one, &r, &dec_max_ctx, &status);
    assert_int_equal(status & DEC_ERRORS, DEC_MALLOC_ERROR);
    dec_release(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations), cmocka_unit_test(test_long), cmocka_unit_test(test_radix), cmocka_unit_test(test_roots),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
