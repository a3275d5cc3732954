/* object/num/num_test.c: identities that numbers of all sizes must keep, and known texts. */
#include <Python.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "object/num/float.h"
#include "object/num/int_impl.h"
#include "rt/interp.h"

static uint64_t seed = 1;
static uint64_t
next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static PyObject *
random_int(void)
{
    static const int sizes[] = { 0, 1, 1, 2, 2, 3, 4, 7, 20, 100 };
    PyLongObject *z = int_alloc(sizes[next_random() % 10]);
    Py_ssize_t n = int_ndigits((PyObject *)z);
    for (Py_ssize_t i = 0; i < n; i++)
        z->long_value.ob_digit[i] = next_random() % 5 == 0 ? 0 : next_random() % 7 == 0 ? MASK : (digit)(next_random() & MASK);
    return int_finish(z, next_random() & 1);
}

#define SAME(a, b) \
    do { PyObject *x_ = (a), *y_ = (b); assert_true(x_ != NULL && y_ != NULL && int_compare(x_, y_) == 0); Py_DECREF(x_); Py_DECREF(y_); } while (0)

static void
ring_laws(void **state)
{
    PyThreadState *ts = ts_current();
    for (int i = 0; i < 3000; i++) {
        PyObject *a = random_int(), *b = random_int(), *sum = int_add(ts, a, b), *diff = int_sub(ts, a, b), *prod = int_mul(ts, sum, diff);
        PyObject *aa = int_mul(ts, a, a), *bb = int_mul(ts, b, b);
        SAME(int_sub(ts, sum, b), Py_NewRef(a));
        SAME(int_sub(ts, aa, bb), Py_NewRef(prod));
        PyObject *and = int_and(a, b), *or = int_or(a, b), *xor = int_xor(a, b);
        SAME(int_add(ts, and, or), Py_NewRef(sum));
        SAME(int_sub(ts, or, and), Py_NewRef(xor));
        PyObject *all[] = { a, b, sum, diff, prod, aa, bb, and, or, xor };
        for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
            Py_DECREF(all[k]);
    }
}

static void
division_fits_multiplication(void **state)
{
    PyThreadState *ts = ts_current();
    for (int i = 0; i < 3000; i++) {
        PyObject *a = random_int(), *b = random_int(), *q, *r;
        if (!int_is_zero(b)) {
            assert_int_equal(int_divmod(a, b, &q, &r), 0);
            assert_true(int_is_zero(r) || int_is_negative(r) == int_is_negative(b));
            PyObject *back = int_mul(ts, q, b);
            SAME(int_add(ts, back, r), Py_NewRef(a));
            SAME(int_floor_div(a, b), Py_NewRef(q));
            SAME(int_mod(a, b), Py_NewRef(r));
            Py_DECREF(back);
            Py_DECREF(q);
            Py_DECREF(r);
        }
        Py_DECREF(a);
        Py_DECREF(b);
    }
}

static void
shifts_are_powers(void **state)
{
    for (int i = 0; i < 2000; i++) {
        PyObject *a = random_int(), *n = int_from_i64((int64_t)(next_random() % 200)), *up = int_lshift(a, n);
        SAME(int_rshift(up, n), Py_NewRef(a));
        PyObject *power = int_pow(SMALL_INT(2), n, Py_None);
        SAME(int_mul(ts_current(), a, power), Py_NewRef(up));
        SAME(int_floor_div(a, power), int_rshift(a, n));
        Py_DECREF(power);
        Py_DECREF(up);
        Py_DECREF(n);
        Py_DECREF(a);
    }
}

/* To the bit, close to the middle between two floats and elsewhere. */
static void
powers_are_pow(void **state)
{
    static const double exponents[] = { -4, -3, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5 };
    for (int i = 0; i < 400000; i++) {
        uint64_t bits = (next_random() & 0x800fffffffffffffu) | (1023 - 230 + next_random() % 460) << 52;
        double x, y = exponents[i % (int)Py_ARRAY_LENGTH(exponents)];
        memcpy(&x, &bits, sizeof(x));
        if (i % 3 == 0)
            x = (double)(int64_t)(bits >> next_random() % 60);
        x = y == floor(y) ? x : fabs(x);
        double power = float_power(x, y), expected = pow(x, y);
        assert_memory_equal(&power, &expected, sizeof(power));
    }
}

static void
bytes_and_back(void **state)
{
    for (int i = 0; i < 2000; i++) {
        unsigned char buf[512];
        PyObject *a = random_int();
        int little = (int)(next_random() & 1);
        assert_int_equal(_PyLong_AsByteArray((PyLongObject *)a, buf, sizeof(buf), little, 1, 0), 0);
        SAME(_PyLong_FromByteArray(buf, sizeof(buf), little, 1), Py_NewRef(a));
        Py_DECREF(a);
    }
}

static void
floats_read_back(void **state)
{
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random();
        double v, back = 0;
        char digits[24], text[48];
        int point;
        memcpy(&v, &bits, 8);
        if (!isfinite(v))
            continue;
        dtoa_shortest(v, digits, &point);
        snprintf(text, sizeof(text), "%s0.%se%d", v < 0 ? "-" : "", digits, point);
        back = PyOS_string_to_double(text, NULL, NULL);
        assert_true(back == v);
    }
}

static void
floats_show_known_text(void **state)
{
    static const struct { double v; char code; int precision, flags; const char *text; } rows[] = {
        { 0.1, 'r', 0, Py_DTSF_ADD_DOT_0, "0.1" }, { 1e16, 'r', 0, Py_DTSF_ADD_DOT_0, "1e+16" }, { 100, 'r', 0, Py_DTSF_ADD_DOT_0, "100.0" },
        { 5e-324, 'r', 0, 0, "5e-324" }, { 1.5, 'f', 0, 0, "2" }, { 2.5, 'f', 0, 0, "2" }, { 1234.5, 'e', 2, 0, "1.23e+03" },
        { 0.0001, 'g', 6, 0, "0.0001" }, { 0.00001, 'g', 6, 0, "1e-05" }, { 1, 'g', 6, Py_DTSF_ALT, "1.00000" }, { 1, 'f', 2, Py_DTSF_SIGN, "+1.00" },
        { 0.0 / 1, 'f', 1, 0, "0.0" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = PyOS_double_to_string(rows[i].v, rows[i].code, rows[i].precision, rows[i].flags, NULL);
        assert_string_equal(text, rows[i].text);
        PyMem_Free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_laws), cmocka_unit_test(division_fits_multiplication), cmocka_unit_test(shifts_are_powers), cmocka_unit_test(powers_are_pow),
        cmocka_unit_test(bytes_and_back), cmocka_unit_test(floats_read_back), cmocka_unit_test(floats_show_known_text),
    };
    return rt_init() < 0 ? 99 : cmocka_run_group_tests(tests, NULL, NULL);
}
