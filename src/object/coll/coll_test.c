/* object/coll/coll_test.c: dicts (order, versions, watchers, shapes of instances), lists, sets and tuples from C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <Python.h>

#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/coll/list.h"
#include "object/core/type.h"
#include "object/init.h"
#include "rt/low.h"
#include "rt/runtime.h"
#include "rt/thread.h"

static PyObject *
name(const char *text)
{
    static PyObject *names[64];
    for (int i = 0; i < 64; i++) {
        if (names[i] == NULL)
            names[i] = PyUnicode_InternFromString(text);
        if (PyUnicode_EqualToUTF8(names[i], text))
            return names[i];
    }
    fail_msg("too many names");
    return NULL;
}

static void
set_int(PyObject *d, const char *key, long value)
{
    PyObject *v = PyLong_FromLong(value);
    assert_int_equal(PyDict_SetItem(d, name(key), v), 0);
    Py_DECREF(v);
}

/* ---- dict ---- */

static void
dicts_keep_the_order_of_insertion(void **state)
{
    PyObject *d = PyDict_New(), *key, *value;
    for (long i = 0; i < 1000; i++) {
        PyObject *k = PyLong_FromLong(i * 7919 % 1000);
        assert_int_equal(PyDict_SetItem(d, k, k), 0);
        Py_DECREF(k);
    }
    for (long i = 0; i < 1000; i += 2) {
        PyObject *k = PyLong_FromLong(i * 7919 % 1000);
        assert_int_equal(PyDict_DelItem(d, k), 0);
        Py_DECREF(k);
    }
    Py_ssize_t pos = 0, n = 0;
    for (long i = 1; PyDict_Next(d, &pos, &key, &value); i += 2, n++)
        assert_int_equal(PyLong_AsLong(key), i * 7919 % 1000);
    assert_int_equal(n, 500);
    assert_int_equal(PyDict_Size(d), 500);
    Py_DECREF(d);
}

static void
keys_versions_change_with_the_keys_only(void **state)
{
    PyObject *d = PyDict_New();
    set_int(d, "a", 1);
    set_int(d, "b", 2);
    PyDictKeysObject *k = ((PyDictObject *)d)->ma_keys;
    uint32_t version = dict_keys_version(k);
    assert_int_not_equal(version, 0);
    set_int(d, "a", 3);
    assert_int_equal(dict_keys_version(((PyDictObject *)d)->ma_keys), version);
    set_int(d, "c", 4);
    assert_int_not_equal(dict_keys_version(((PyDictObject *)d)->ma_keys), version);
    version = dict_keys_version(((PyDictObject *)d)->ma_keys);
    assert_int_equal(PyDict_DelItem(d, name("a")), 0);
    assert_int_not_equal(dict_keys_version(((PyDictObject *)d)->ma_keys), version);
    Py_DECREF(d);
}

static struct { PyDict_WatchEvent event; PyObject *key; int calls; } told;

static int
note(PyDict_WatchEvent event, PyObject *d, PyObject *key, PyObject *value)
{
    told.event = event;
    told.key = key;
    told.calls++;
    return 0;
}

static void
watchers_hear_of_each_change(void **state)
{
    PyObject *d = PyDict_New();
    int id = PyDict_AddWatcher(note);
    assert_true(id >= 2);                              /* 0 and 1 are reserved */
    set_int(d, "a", 1);
    assert_int_equal(told.calls, 0);                   /* not watched yet */
    assert_int_equal(PyDict_Watch(id, d), 0);
    set_int(d, "a", 2);
    assert_true(told.calls == 1 && told.event == PyDict_EVENT_MODIFIED && told.key == name("a"));
    set_int(d, "b", 2);
    assert_true(told.calls == 2 && told.event == PyDict_EVENT_ADDED && told.key == name("b"));
    assert_int_equal(PyDict_DelItem(d, name("a")), 0);
    assert_true(told.calls == 3 && told.event == PyDict_EVENT_DELETED && told.key == name("a"));
    PyDict_Clear(d);
    assert_true(told.calls == 4 && told.event == PyDict_EVENT_CLEARED);
    assert_int_equal(PyDict_Unwatch(id, d), 0);
    set_int(d, "a", 1);
    assert_int_equal(told.calls, 4);
    assert_int_equal(PyDict_Watch(id, d), 0);
    Py_DECREF(d);
    assert_true(told.calls == 5 && told.event == PyDict_EVENT_DEALLOCATED);
    assert_int_equal(PyDict_ClearWatcher(id), 0);
    assert_int_equal(PyDict_ClearWatcher(id), -1);
    PyErr_Clear();
}

/* ---- shapes ---- */

static PyObject *
new_class(const char *text)
{
    PyObject *cls = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", text);
    assert_non_null(cls);
    return cls;
}

static uint32_t shape_of(PyObject *op) { return inline_values(op)->shape; }

static void
set_attr(PyObject *op, const char *attr)
{
    assert_int_equal(PyObject_SetAttr(op, name(attr), Py_None), 0);
}

static void
equal_histories_have_equal_shapes(void **state)
{
    PyObject *cls = new_class("C"), *p = PyObject_CallNoArgs(cls), *q = PyObject_CallNoArgs(cls);
    assert_int_not_equal(shape_of(p), 0);
    assert_int_equal(shape_of(p), shape_of(q));
    set_attr(p, "x");
    assert_int_not_equal(shape_of(p), shape_of(q));
    set_attr(q, "x");
    assert_int_equal(shape_of(p), shape_of(q));
    uint32_t before = shape_of(p);
    set_attr(p, "x");                                  /* a new value only */
    assert_int_equal(shape_of(p), before);
    set_attr(p, "y");
    set_attr(p, "z");
    set_attr(q, "z");
    set_attr(q, "y");                                  /* the same set in another order */
    assert_int_equal(shape_of(p), shape_of(q));
    assert_int_equal(shape_slots(type_shared_keys(Py_TYPE(p)), shape_of(p)), 7);
    Py_DECREF(p);
    Py_DECREF(q);
    Py_DECREF(cls);
}

static void
deleted_and_detached_values_have_shape_zero(void **state)
{
    PyObject *cls = new_class("C"), *p = PyObject_CallNoArgs(cls), *q = PyObject_CallNoArgs(cls);
    set_attr(p, "x");
    assert_int_equal(PyObject_DelAttr(p, name("x")), 0);
    assert_int_equal(shape_of(p), 0);
    set_attr(p, "x");
    assert_int_equal(shape_of(p), 0);                  /* for good */
    set_attr(q, "x");
    PyObject *dict = PyObject_GenericGetDict(q, NULL), *other = PyDict_New();
    assert_int_not_equal(shape_of(q), 0);              /* the dict shows the same values */
    assert_int_equal(PyObject_GenericSetDict(q, other, NULL), 0);
    assert_int_equal(inline_values(q)->valid, 0);
    assert_int_equal(shape_of(q), 0);
    Py_DECREF(dict);
    Py_DECREF(other);
    Py_DECREF(p);
    Py_DECREF(q);
    Py_DECREF(cls);
}

static void
classes_do_not_share_shapes(void **state)
{
    PyObject *c = new_class("C"), *d = new_class("D"), *p = PyObject_CallNoArgs(c), *q = PyObject_CallNoArgs(d);
    assert_int_not_equal(shape_of(p), shape_of(q));
    set_attr(p, "x");
    set_attr(q, "x");
    assert_int_not_equal(shape_of(p), shape_of(q));
    Py_DECREF(p);
    Py_DECREF(q);
    Py_DECREF(c);
    Py_DECREF(d);
}

static void
many_attributes_run_out_of_shapes_not_of_sense(void **state)
{
    PyObject *cls = new_class("C");
    for (int round = 0; round < 40; round++) {         /* each in another order: more sets than a table has numbers for */
        PyObject *p = PyObject_CallNoArgs(cls);
        char attr[8];
        for (int i = 0; i < 20; i++) {
            snprintf(attr, sizeof(attr), "n%d", (i * 7 + round) % 20);
            set_attr(p, attr);
        }
        uint32_t slots = shape_slots(type_shared_keys(Py_TYPE(p)), shape_of(p));
        assert_true(shape_of(p) == 0 || slots == (1u << 20) - 1);
        assert_int_equal(PyObject_HasAttrString(p, "n13"), 1);
        Py_DECREF(p);
    }
    Py_DECREF(cls);
}

/* ---- lists, sets, tuples ---- */

static void
lists_grow_and_change_by_slices(void **state)
{
    PyObject *list = PyList_New(0), *v;
    for (long i = 0; i < 100; i++) {
        v = PyLong_FromLong(i);
        assert_int_equal(list_append_steal((PyListObject *)list, v), 0);
    }
    PyObject *three = Py_BuildValue("[iii]", -1, -2, -3);
    assert_int_equal(PyList_SetSlice(list, 10, 90, three), 0);
    assert_int_equal(PyList_GET_SIZE(list), 23);
    assert_int_equal(PyLong_AsLong(PyList_GET_ITEM(list, 12)), -3);
    assert_int_equal(PyLong_AsLong(PyList_GET_ITEM(list, 13)), 90);
    assert_int_equal(PyList_SetSlice(list, 5, 5, list), 0);              /* itself */
    assert_int_equal(PyList_GET_SIZE(list), 46);
    assert_int_equal(PyList_Sort(list), 0);
    assert_int_equal(PyLong_AsLong(PyList_GET_ITEM(list, 0)), -3);
    assert_int_equal(PyList_Insert(list, 1000, Py_None), 0);             /* clipped */
    assert_ptr_equal(PyList_GET_ITEM(list, 46), Py_None);
    assert_null(PyList_GetItem(list, 47));
    assert_true(PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    Py_DECREF(three);
    Py_DECREF(list);
}

static void
sets_hold_each_value_once(void **state)
{
    PyObject *set = PySet_New(NULL);
    for (int round = 0; round < 2; round++)
        for (long i = 0; i < 300; i++) {
            PyObject *v = PyLong_FromLong(i << (i % 40));
            assert_int_equal(PySet_Add(set, v), 0);
            Py_DECREF(v);
        }
    Py_ssize_t n = PySet_Size(set);
    assert_true(n > 250 && n <= 300);
    PyObject *v = PyLong_FromLong(0), *list = PyList_New(0);
    assert_int_equal(PySet_Contains(set, v), 1);
    assert_int_equal(PySet_Discard(set, v), 1);
    assert_int_equal(PySet_Discard(set, v), 0);
    assert_int_equal(PySet_Size(set), n - 1);
    assert_int_equal(PySet_Add(set, list), -1);        /* unhashable */
    assert_true(PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    Py_DECREF(list);
    Py_DECREF(v);
    Py_DECREF(set);
}

/* ---- types ---- */

static int type_changes;
static int note_type(PyTypeObject *t) { return type_changes++, 0; }

static void
type_versions_fall_with_changes_of_bases(void **state)
{
    PyObject *base = new_class("B"), *bases = PyTuple_Pack(1, base), *sub = PyObject_CallFunction((PyObject *)&PyType_Type, "sO{}", "S", bases);
    PyTypeObject *t = (PyTypeObject *)sub;
    assert_true(type_assign_version(t));
    unsigned version = t->tp_version_tag;
    assert_ptr_equal(type_by_version(version), t);
    assert_null(type_lookup(t, name("x")));
    assert_int_equal(PyObject_SetAttr(base, name("x"), Py_True), 0);
    assert_null(type_by_version(version));
    assert_ptr_equal(type_lookup(t, name("x")), Py_True);
    int id = PyType_AddWatcher(note_type);
    assert_int_equal(id, 0);
    assert_int_equal(PyType_Watch(id, sub), 0);
    assert_int_equal(PyObject_SetAttr(base, name("y"), Py_True), 0);
    assert_int_equal(type_changes, 1);
    assert_int_equal(PyObject_SetAttr(base, name("z"), Py_True), 0);
    assert_int_equal(type_changes, 1);                 /* nobody has looked in between: no version, no news */
    assert_int_equal(PyType_ClearWatcher(id), 0);
    Py_DECREF(sub);
    Py_DECREF(bases);
    Py_DECREF(base);
}

static void
heap_types_lie_below_2_gb(void **state)
{
    PyObject *first = new_class("C");
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
    assert_true(low_is(first));
    assert_true((uintptr_t)first < (uintptr_t)1 << 31);
#endif
    Py_DECREF(first);
    void *a = low_alloc(900), *b = low_alloc(900);
    assert_true(low_is(a) && low_is(b) && (char *)b - (char *)a >= 900 && low_room(a) >= 900);
    low_free(a);
    assert_ptr_equal(low_alloc(910), a);               /* the same size class: the block is used again */
    assert_null(low_alloc(LOW_BLOCK_MAX + 1));
    low_free(a);
    low_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dicts_keep_the_order_of_insertion), cmocka_unit_test(keys_versions_change_with_the_keys_only),
        cmocka_unit_test(watchers_hear_of_each_change), cmocka_unit_test(equal_histories_have_equal_shapes),
        cmocka_unit_test(deleted_and_detached_values_have_shape_zero), cmocka_unit_test(classes_do_not_share_shapes),
        cmocka_unit_test(many_attributes_run_out_of_shapes_not_of_sense), cmocka_unit_test(lists_grow_and_change_by_slices),
        cmocka_unit_test(sets_hold_each_value_once), cmocka_unit_test(type_versions_fall_with_changes_of_bases),
        cmocka_unit_test(heap_types_lie_below_2_gb),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0)
        return 1;
    return cmocka_run_group_tests_name("coll", tests, NULL, NULL);
}
