/* code/code_test.c: line tables, exception tables and marshal, written and read back; damaged data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <Python.h>

#include "code/code.h"
#include "code/marshal_io.h"
#include "object/init.h"
#include "rt/runtime.h"
#include "rt/thread.h"

/* ---- line tables ---- */

struct place { int units, line, end_line, column, end_column; };

static PyObject *
line_table_of(const struct place *p, int n, int firstlineno)
{
    uint8_t out[2048];
    int used = 0, prev = firstlineno;
    for (int i = 0; i < n; i++)
        used += line_entry_write(out + used, p[i].units, p[i].line, p[i].end_line, p[i].column, p[i].end_column, &prev);
    return PyBytes_FromStringAndSize((char *)out, used);
}

/* Each unit of the table has the place that was written for it. */
static void
expect_places(const struct place *p, int n, int firstlineno)
{
    PyObject *table = line_table_of(p, n, firstlineno);
    struct line_walk w;
    line_walk_init_bytes(&w, table, firstlineno);
    int unit = 0, stop = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < p[i].units; k++, unit++) {
            while (unit * 2 >= stop) {
                assert_true(line_walk_next(&w));
                assert_int_equal(w.start, stop);
                stop = w.stop;
            }
            assert_int_equal(w.line, p[i].line);
            if (p[i].line < 0)
                continue;
            assert_int_equal(w.column, p[i].column);
            assert_int_equal(w.end_column, p[i].end_column);
            if (p[i].column >= 0)
                assert_int_equal(w.end_line, p[i].end_line);
        }
    assert_int_equal(unit * 2, stop);
    assert_false(line_walk_next(&w));
    Py_DECREF(table);
}

static void
lines_come_back(void **state)
{
    static const struct place table[] = {
        { 1, 10, 10, 0, 5 },           /* short form */
        { 8, 10, 10, 79, 79 }, { 9, 10, 10, 80, 90 },              /* and just not; longer than an entry */
        { 3, 11, 11, 0, 3 }, { 1, 12, 12, 1, 127 }, { 1, 12, 12, 1, 128 },
        { 2, 9, 9, 4, 8 }, { 1, -1, -1, -1, -1 }, { 1, 100000, 100002, 3, 1 },
        { 40, 50, 50, -1, -1 }, { 1, 3, 3, 1000, 2000 },
    };
    expect_places(table, Py_ARRAY_LENGTH(table), 10);
    expect_places(table, 1, 1);
    expect_places(NULL, 0, 1);
}

static void
every_line_distance_comes_back(void **state)
{
    for (int distance = -70; distance <= 70; distance++) {
        struct place p[] = { { 1, 1000, 1000, -1, -1 }, { 1, 1000 + distance, 1000 + distance, 2, 9 } };
        expect_places(p, 2, 990);
    }
}

/* ---- exception tables ---- */

static PyCodeObject *
code_with(PyObject *exctable, int units)
{
    unsigned char code[2 * 400] = { 0 };
    for (int i = 0; i < units; i++)
        code[2 * i] = i == 0 ? RESUME : i == units - 1 ? RETURN_CONST : NOP;
    PyObject *bytes = PyBytes_FromStringAndSize((char *)code, 2 * units), *name = PyUnicode_FromString("f");
    PyObject *empty = PyTuple_New(0), *consts = PyTuple_Pack(1, Py_None), *none = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *table = line_table_of(&(struct place){ units, 1, 1, 0, 4 }, 1, 1);
    struct code_info in = { .filename = name, .name = name, .qualname = name, .flags = 0, .code = bytes, .firstlineno = 1, .linetable = table,
                            .consts = consts, .names = empty, .localsplusnames = empty, .localspluskinds = none, .exceptiontable = exctable,
                            .stacksize = 4 };
    PyCodeObject *co = code_new(&in);
    assert_non_null(co);
    Py_DECREF(bytes);
    Py_DECREF(name);
    Py_DECREF(empty);
    Py_DECREF(consts);
    Py_DECREF(none);
    Py_DECREF(table);
    return co;
}

static void
handlers_are_found_by_place(void **state)
{
    static const struct exc_entry entries[] = { { 1, 3, 200, 0, false }, { 3, 70, 100, 3, true }, { 70, 71, 399, 1, false }, { 300, 390, 63, 64, true } };
    uint8_t out[EXC_ENTRY_MAX * 4];
    int used = 0;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(entries); i++)
        used += exc_entry_write(out + used, entries[i].start, entries[i].end - entries[i].start, entries[i].target, entries[i].depth, entries[i].lasti);
    PyObject *table = PyBytes_FromStringAndSize((char *)out, used);
    PyCodeObject *co = code_with(table, 400);
    for (int at = 0; at < 400; at++) {
        const struct exc_entry *want = NULL;
        for (size_t i = 0; i < Py_ARRAY_LENGTH(entries); i++)
            if (at >= entries[i].start && at < entries[i].end)
                want = &entries[i];
        struct exc_entry got;
        assert_int_equal(exc_find(co, at, &got), want != NULL);
        if (want == NULL)
            continue;
        assert_int_equal(got.target, want->target);
        assert_int_equal(got.depth, want->depth);
        assert_int_equal(got.lasti, want->lasti);
    }
    Py_DECREF(co);
    Py_DECREF(table);
}

/* ---- marshal ---- */

static PyObject *
there_and_back(PyObject *v)
{
    PyObject *bytes = marshal_dumps(v, Py_MARSHAL_VERSION, true);
    assert_non_null(bytes);
    Py_ssize_t used;
    PyObject *out = marshal_loads(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), true, &used);
    assert_non_null(out);
    assert_int_equal(used, PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return out;
}

/* ("text", 2**70, 1.5, b"..", None, True, frozenset, [1, -1], {"k": ()}) */
static PyObject *
sample(void)
{
    PyObject *big = PyLong_FromString("1180591620717411303424", NULL, 10), *list = Py_BuildValue("[ii]", 1, -1);
    PyObject *set = PyFrozenSet_New(list), *dict = Py_BuildValue("{s:()}", "k");
    PyObject *v = Py_BuildValue("(sNdyOONNN)", "t\xc3\xa4xt", big, 1.5, "bytes", Py_None, Py_True, set, list, dict);
    assert_non_null(v);
    return v;
}

static void
values_come_back(void **state)
{
    PyObject *v = sample(), *w = there_and_back(v);
    assert_int_equal(PyObject_RichCompareBool(v, w, Py_EQ), 1);
    Py_DECREF(v);
    Py_DECREF(w);
}

static void
shared_objects_stay_shared(void **state)
{
    PyObject *inner = Py_BuildValue("[d]", 2.5), *v = PyTuple_Pack(3, inner, inner, inner), *w = there_and_back(v);
    assert_ptr_equal(PyTuple_GET_ITEM(w, 0), PyTuple_GET_ITEM(w, 1));
    assert_ptr_equal(PyTuple_GET_ITEM(w, 0), PyTuple_GET_ITEM(w, 2));
    Py_DECREF(w);
    PyList_Append(inner, inner);                       /* a cycle */
    w = there_and_back(inner);
    assert_ptr_equal(PyList_GET_ITEM(w, 1), w);
    PyList_SetSlice(w, 1, 2, NULL);
    PyList_SetSlice(inner, 1, 2, NULL);
    Py_DECREF(w);
    Py_DECREF(v);
    Py_DECREF(inner);
}

static void
code_comes_back(void **state)
{
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    PyCodeObject *co = code_with(empty, 5);
    PyObject *back = there_and_back((PyObject *)co);
    assert_int_equal(PyObject_RichCompareBool((PyObject *)co, back, Py_EQ), 1);
    Py_DECREF(back);
    Py_DECREF(co);
    Py_DECREF(empty);
}

static void
truncated_data_raise(void **state)
{
    PyObject *v = sample(), *bytes = marshal_dumps(v, Py_MARSHAL_VERSION, true);
    for (Py_ssize_t n = 0; n < PyBytes_GET_SIZE(bytes); n++) {
        assert_null(marshal_loads(PyBytes_AS_STRING(bytes), n, true, NULL));
        assert_true(PyErr_ExceptionMatches(PyExc_EOFError) || PyErr_ExceptionMatches(PyExc_ValueError));
        PyErr_Clear();
    }
    Py_DECREF(bytes);
    Py_DECREF(v);
}

static void
damaged_data_raise_or_load(void **state)
{
    PyObject *v = sample(), *bytes = marshal_dumps(v, Py_MARSHAL_VERSION, true);
    char *copy = PyMem_Malloc((size_t)PyBytes_GET_SIZE(bytes));
    for (Py_ssize_t at = 0; at < PyBytes_GET_SIZE(bytes); at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
            copy[at] ^= (char)(1 << bit);
            PyObject *w = marshal_loads(copy, PyBytes_GET_SIZE(bytes), true, NULL);
            assert_true((w == NULL) == (PyErr_Occurred() != NULL));
            Py_XDECREF(w);
            PyErr_Clear();
        }
    static const char forward_reference[] = { (char)M_REF, 0, 0, 0, 0 };
    assert_null(marshal_loads(forward_reference, sizeof(forward_reference), true, NULL));
    PyErr_Clear();
    PyMem_Free(copy);
    Py_DECREF(bytes);
    Py_DECREF(v);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back), cmocka_unit_test(every_line_distance_comes_back), cmocka_unit_test(handlers_are_found_by_place),
        cmocka_unit_test(values_come_back), cmocka_unit_test(shared_objects_stay_shared), cmocka_unit_test(code_comes_back),
        cmocka_unit_test(truncated_data_raise), cmocka_unit_test(damaged_data_raise_or_load),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0 || objects_ready_types(code_static_types) < 0)
        return 1;
    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
