/* object/text/str_test.c: what every string must hold to: narrowest kind, one object per interned text, searching that
 * agrees with the obvious loop, writers that may change width at any point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/core/type.h"
#include "object/text/str.h"
#include "rt/singletons.h"
#include "rt/thread.h"

static int start(void **state)
{
    if (rt_init() < 0)
        return -1;
    PyInterpreterState *interp = ts_current()->interp;
    return type_state_init(interp) < 0 || text_init(interp) < 0 ? -1 : type_init_builtin_types(interp);
}

static PyObject *random_str(unsigned *seed, int max_len)
{
    static const Py_UCS4 alphabet[] = { 'a', 'a', 'b', 'b', 0xe9, 0x4e00, 0x1d400 };
    Py_UCS4 chars[64];
    int n = rand_r(seed) % max_len, width = 2 + rand_r(seed) % 6;
    for (int i = 0; i < n; i++)
        chars[i] = alphabet[rand_r(seed) % width];
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, chars, n);
}

static Py_ssize_t slow_find(PyObject *s, PyObject *p, bool reverse)
{
    Py_ssize_t n = str_len(s), m = str_len(p), found = -1;
    for (Py_ssize_t i = 0; i <= n - m; i++) {
        Py_ssize_t k = 0;
        while (k < m && PyUnicode_READ_CHAR(s, i + k) == PyUnicode_READ_CHAR(p, k))
            k++;
        if (k == m && (reverse || found < 0))
            found = i;
    }
    return found;
}

static void test_kinds_are_narrowest(void **state)
{
    unsigned seed = 1;
    for (int i = 0; i < 2000; i++) {
        PyObject *a = random_str(&seed, 20), *b = random_str(&seed, 20);
        PyObject *c = str_concat(a, b), *d = PyUnicode_Replace(c, b, a, 2), *e = PyUnicode_Substring(c, 1, 7);
        PyObject *all[] = { a, b, c, d, e };
        for (int k = 0; k < 5; k++) {
            assert_non_null(all[k]);
            _PyUnicode_CheckConsistency(all[k], 1);
            Py_DECREF(all[k]);
        }
    }
}

static void test_find_agrees_with_loop(void **state)
{
    unsigned seed = 2;
    for (int i = 0; i < 20000; i++) {
        PyObject *s = random_str(&seed, 60), *p = random_str(&seed, 6);
        assert_int_equal(PyUnicode_Find(s, p, 0, PY_SSIZE_T_MAX, 1), slow_find(s, p, false));
        assert_int_equal(PyUnicode_Find(s, p, 0, PY_SSIZE_T_MAX, -1), slow_find(s, p, true));
        Py_DECREF(s);
        Py_DECREF(p);
    }
}

static void test_search_stays_linear(void **state)
{
    enum { N = 200000 };
    PyObject *unit = PyUnicode_FromOrdinal(0x4e00), *s = str_repeat(unit, N), *p = str_repeat(unit, N / 2);
    PyObject *odd = PyUnicode_FromOrdinal(0x4e01);
    str_append(&p, odd);
    assert_int_equal(PyUnicode_Find(s, p, 0, PY_SSIZE_T_MAX, 1), -1);
    Py_DECREF(unit);
    Py_DECREF(s);
    Py_DECREF(p);
    Py_DECREF(odd);
}

static void test_static_names_are_interned(void **state)
{
    PyObject *s = PyUnicode_InternFromString("__init__");
    assert_ptr_equal(s, ID(__init__));
    PyObject *t = PyUnicode_FromString("__init__");
    assert_ptr_not_equal(t, ID(__init__));
    PyUnicode_InternInPlace(&t);
    assert_ptr_equal(t, ID(__init__));
    PyObject *a = PyUnicode_InternFromString("no such name in the table"), *b = PyUnicode_InternFromString("no such name in the table");
    assert_ptr_equal(a, b);
    assert_int_equal(PyUnicode_CHECK_INTERNED(a), SSTATE_INTERNED_MORTAL);
    Py_DECREF(a);
    Py_DECREF(b);
}

static void test_writer_widens(void **state)
{
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    for (Py_UCS4 c = 'a'; c < 0x110000; c = c * 3 + 1)
        assert_int_equal(_PyUnicodeWriter_WriteChar(&w, c), 0);
    PyObject *s = _PyUnicodeWriter_Finish(&w);
    _PyUnicode_CheckConsistency(s, 1);
    Py_ssize_t i = 0;
    for (Py_UCS4 c = 'a'; c < 0x110000; c = c * 3 + 1)
        assert_int_equal(PyUnicode_READ_CHAR(s, i++), c);
    Py_DECREF(s);
}

static void test_append_in_place(void **state)
{
    PyObject *s = PyUnicode_FromString("ab"), *t = PyUnicode_FromString("cd");
    for (int i = 0; i < 1000; i++)
        str_append(&s, t);
    assert_int_equal(str_len(s), 2002);
    assert_int_equal(PyUnicode_READ_CHAR(s, 2001), 'd');
    Py_DECREF(s);
    Py_DECREF(t);
}

static void test_utf8_round_trip(void **state)
{
    unsigned seed = 3;
    for (int i = 0; i < 2000; i++) {
        PyObject *s = random_str(&seed, 40);
        Py_ssize_t n;
        const char *utf8 = PyUnicode_AsUTF8AndSize(s, &n);
        PyObject *back = PyUnicode_DecodeUTF8(utf8, n, NULL);
        assert_true(str_eq(s, back));
        assert_true(PyUnicode_EqualToUTF8AndSize(s, utf8, n));
        Py_DECREF(s);
        Py_DECREF(back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_are_narrowest), cmocka_unit_test(test_find_agrees_with_loop), cmocka_unit_test(test_search_stays_linear),
        cmocka_unit_test(test_static_names_are_interned), cmocka_unit_test(test_writer_widens), cmocka_unit_test(test_append_in_place),
        cmocka_unit_test(test_utf8_round_trip),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
